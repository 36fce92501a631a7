"""Records as JSON that people and other programs write, and back.

Floor: 1. Input may be short (`"birth": "1961~"`), output is always spelled out (a list of claim objects for each
field). It refuses fields and choices that no schema names, and text that cannot be stored. It quotes no value in an
error: only fields, and what would be right.
"""

from __future__ import annotations

import base64
import difflib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from vault import codec
from vault.errors import AmbiguousIdError, LimitError, NotFoundError, RecordError
from vault.records import edtf
from vault.records.model import (
    BASES,
    CONFIDENCES,
    MAX_CLAIMS,
    MAX_REVISION_BYTES,
    RECORD_ID_BYTES,
    STATES,
    Claim,
    Draft,
    Parts,
    Revision,
    id_text,
    parts_of,
    read_revision,
)
from vault.records.schema import PLACE_PARTS, Field, Schemas

Resolve = Callable[[str], bytes]
"""Turns what a person typed for a record (the beginning of its id, or `@` and a local reference) into its id."""

_TOP: Final = ("kind", "id", "ref", "removed")
_CLAIM: Final = ("value", "state", "basis", "as_of", "confidence", "source", "recorded_at")
_SCRIPTS: Final = {"LATIN": "Latin", "CYRILLIC": "Cyrillic", "ARABIC": "Arabic", "CJK": "Han"}
_I64: Final = 1 << 63

_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FULL_ID: Final = re.compile(r"[0-9a-f]{32}")
_SHORT_ID: Final = re.compile(r"[0-9a-f]{4,31}")
_SCRIPT: Final = re.compile(r"[A-Za-z]{3,20}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def script_of(text: str) -> str:
    """Tell the script that most letters of a text are in: Latin, Cyrillic, Arabic, Han, or nothing of these."""
    names = (unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha())
    scripts = Counter(_SCRIPTS[name] for name in names if name in _SCRIPTS)
    return max(scripts, key=lambda script: scripts[script], default="")


# --- one value ------------------------------------------------------------------------------------------------------


def parse_value(field: Field, value: object, *, resolve: Resolve, choice: str = "") -> Any:  # noqa: ANN401 - by type
    """Turn what a person or a program wrote for a field into the value of a claim.

    Args:
        field: The field.
        value: Text as typed, or the JSON shape of the field's type (`vault.records.model`).
        resolve: Finds the record that a link names.
        choice: Kind of a name or relation of a link, said beside the value as in `name.nickname=...`.

    Returns:
        The value in the shape that the field's type has.

    Raises:
        RecordError: Not such a value; the reason never quotes it.
        LimitError: Text over 1 MiB.
        NotFoundError: A link to a record that is not there.
        AmbiguousIdError: A link to more than one record.

    Secrets:
        `value` and the result.
    """
    choice = choice if choice in field.choices else choice.replace("_", "-")
    if choice and (field.type not in {"name", "link"} or choice not in field.choices):
        raise RecordError(f"{field.name} has no such kind; it has: {', '.join(field.choices) or 'none'}")
    return _PARSERS[field.type](field, value, resolve, choice)


def _text(value: object, *, trim: bool = True) -> str:
    """Check one text; everything that people type comes through here."""
    if not isinstance(value, str):
        raise RecordError("must be a text")
    if len(value) > MAX_REVISION_BYTES:
        raise LimitError("text in characters", MAX_REVISION_BYTES)
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise RecordError("has a character that cannot be stored")
    if not value.strip():
        raise RecordError("is empty; say unknown, withheld or not-asked instead")
    return value.strip() if trim else value


def _map(value: object, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RecordError("must be a text or a map")
    if not set(value) <= set(allowed):
        raise RecordError(f"may have: {', '.join(allowed)}")
    # What is null in JSON is not said.
    return {key: part for key, part in value.items() if part is not None}


def _word(value: object, allowed: tuple[str, ...], what: str) -> str:
    word = value.strip().replace(" ", "-") if isinstance(value, str) else ""
    if word not in allowed:
        raise RecordError(f"its {what} must be one of: {', '.join(allowed)}")
    return word


def _parse_text(_field: Field, value: object, _resolve: Resolve, _choice: str) -> str:
    return _text(value, trim=False)


def _parse_line(_field: Field, value: object, _resolve: Resolve, _choice: str) -> str:
    return _text(value)


def _parse_date(_field: Field, value: object, _resolve: Resolve, _choice: str) -> str:
    if type(value) is int:  # a year written as a number
        value = f"{value:04d}"
    return edtf.parse(_text(value)).text


def _parse_number(_field: Field, value: object, _resolve: Resolve, _choice: str) -> int:
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,19}\s*", value):
        value = int(value)
    if type(value) is not int or not -_I64 <= value < _I64:
        raise RecordError("must be a whole number")
    return value


def _parse_choice(field: Field, value: object, _resolve: Resolve, _choice: str) -> str:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, str):
        typed = value.strip()
        for spelling in (typed, typed.replace("-", "_"), typed.replace("_", "-"), typed.replace(" ", "-")):
            if spelling in field.choices:
                return spelling
        found = [
            key
            for key in field.choices
            if any(label.casefold() == typed.casefold() for label in field.choice_labels.get(key, {}).values())
        ]
        if len(found) == 1:
            return found[0]
    raise RecordError(f"must be one of: {', '.join(field.choices)}")


def _parse_name(field: Field, value: object, _resolve: Resolve, choice: str) -> dict[str, str]:
    parts = _map({"text": value} if isinstance(value, str) else value, ("text", "kind", "script", "lang"))
    text = _text(parts.get("text"))
    script = parts.get("script") or script_of(text)
    kind = choice or parts.get("kind")
    if kind is None and field.choices:
        papers = "chinese-official"
        kind = papers if script == "Han" and papers in field.choices else field.choices[0]
    name = {"text": text}
    if kind is not None:
        name["kind"] = _word(kind, field.choices, "kind")
    if script:
        name["script"] = _tag(script, _SCRIPT, "script")
    if "lang" in parts:
        name["lang"] = _tag(parts["lang"], _LANGUAGE, "lang")
    return name


def _tag(value: object, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise RecordError(f"its {what} must be a short code")
    return value


def _parse_place(_field: Field, value: object, _resolve: Resolve, _choice: str) -> dict[str, str]:
    parts = _map({"text": value} if isinstance(value, str) else value, PLACE_PARTS)
    place = {key: _text(parts[key]) for key in PLACE_PARTS if key in parts}
    if not place:
        raise RecordError("names no place")
    return {"text": next(iter(place.values())), **place}


def _parse_link(field: Field, value: object, resolve: Resolve, choice: str) -> bytes | dict[str, Any]:
    if not field.named:
        if isinstance(value, Mapping):
            value = _map(value, ("link",)).get("link")
        return _record_id(_text(value), resolve)
    if isinstance(value, Mapping):
        parts = _map(value, ("link", "relation", "name"))
    else:
        parts = _link_or_name(_text(value), resolve)
    link: dict[str, Any] = {}
    relation = choice or parts.get("relation")
    if field.choices:
        if relation is None:
            raise RecordError(f"needs a relation, such as {field.name}.{field.choices[0]}")
        link["relation"] = _word(relation, field.choices, "relation")
    elif relation is not None:
        raise RecordError("may have: link, name")
    if "link" in parts:
        target = parts["link"]
        link["link"] = target if isinstance(target, bytes) else _record_id(_text(target), resolve)
    if "name" in parts:
        link["name"] = _text(parts["name"])
    if not link.keys() & {"link", "name"}:
        raise RecordError("names nobody")
    # One spelling for what is only a link.
    return link["link"] if set(link) == {"link"} else link


def _link_or_name(text: str, resolve: Resolve) -> dict[str, Any]:
    """Take a text as a record if it is one, else as a name: some names have only letters from a to f."""
    if text.startswith("@") or _FULL_ID.fullmatch(text):
        return {"link": text}
    if not _SHORT_ID.fullmatch(text):
        return {"name": text}
    try:
        return {"link": resolve(text)}
    except NotFoundError:
        if any(letter.isdigit() for letter in text):
            raise
        return {"name": text}


def _record_id(text: str, resolve: Resolve) -> bytes:
    # A whole id needs no look-up: the record may come later in the same import.
    return bytes.fromhex(text) if _FULL_ID.fullmatch(text) else resolve(text)


def _parse_file(_field: Field, _value: object, _resolve: Resolve, _choice: str) -> dict[str, Any]:
    raise RecordError("is a file: attach it, it cannot be typed")


_PARSERS: Final[Mapping[str, Callable[[Field, object, Resolve, str], Any]]] = {
    "name": _parse_name,
    "phone": _parse_line,
    "id": _parse_line,
    "birth": _parse_date,
    "date": _parse_date,
    "place": _parse_place,
    "text": _parse_text,
    "file": _parse_file,
    "link": _parse_link,
    "choice": _parse_choice,
    "number": _parse_number,
}


# --- one record -----------------------------------------------------------------------------------------------------


def parse_record(
    tree: Mapping[str, Any], schemas: Schemas, *, resolve: Resolve, before: Revision | None = None
) -> Draft:
    """Read one record from JSON.

    A key is a field (`birth`), with its kind if the field is called as something else here is (`event.kind`), or
    with the kind of a name or the relation of a link (`name.nickname`, `relative.mother`). Its value is a value, a
    claim object `{value, source, basis, as_of, confidence, state, recorded_at}`, or a list of these. Null says nothing.

    Args:
        tree: JSON object with `kind`, fields, and optionally `id` (32 hexadecimal digits) and `removed`.
        schemas: The schemas in force.
        resolve: Finds the record that a link or a claim's source names; gets `@...` as it stands.
        before: The revision that is changed. Claims that are written as `record_to_json` wrote them are taken over
            as they are, with all that this program does not know; so are files and unknown fields.

    Returns:
        The draft; claims in the order of the JSON.

    Raises:
        RecordError: What is wrong, with the field; never a value.
        LimitError: Text over 1 MiB, or more than 4096 claims.
        NotFoundError: A link to a record that is not there.
        AmbiguousIdError: A link to more than one record.

    Secrets:
        Everything but the names of fields.
    """
    tree = _object(tree)
    kind = tree.get("kind", before.kind if before else None)
    if kind not in schemas.kinds and not (before and kind == before.kind):
        raise RecordError(f"a record needs a kind, one of: {', '.join(schemas.kinds)}")
    if before and kind != before.kind:
        raise RecordError("a record cannot change its kind")
    reading = _Reading(str(kind), schemas, resolve, _old_claims(before, schemas) if before else [])
    claims: list[Claim] = []
    for key, value in tree.items():
        if key not in _TOP:
            claims += reading.claims(key, value)
        if len(claims) > MAX_CLAIMS:
            raise LimitError("claims of a revision", MAX_CLAIMS)
    removed = tree.get("removed", False)
    if not isinstance(removed, bool):
        raise RecordError("removed must be true or false")
    draft = Draft(reading.kind, tuple(claims), record_id=_own_id(tree.get("id")), removed=removed)
    if before is None:
        return draft
    if draft.record_id not in {None, before.record_id}:
        raise RecordError("a record cannot change its id")
    return replace(
        draft,
        record_id=before.record_id,
        parents=(before.id,),
        schema_version=before.schema_version,
        extra=before.extra,
    )


def _object(tree: object) -> Mapping[str, Any]:
    if not isinstance(tree, Mapping) or not all(isinstance(key, str) for key in tree):
        raise RecordError("a record must be a JSON object")
    return tree


def _own_id(value: object) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _FULL_ID.fullmatch(value):
        raise RecordError("id must be 32 hexadecimal digits")
    return bytes.fromhex(value)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads the fields of one record.

    Args:
        kind: Its kind.
        schemas: The schemas in force.
        resolve: Finds records.
        old: Field, JSON and claim of each claim that the record has already.
    """

    kind: str
    schemas: Schemas
    resolve: Resolve
    old: list[tuple[str, Any, Claim]]

    def claims(self, key: str, value: object) -> list[Claim]:
        """Read all claims under one key."""
        name, _, choice = key.removeprefix(f"{self.kind}.").partition(".")
        name = self.schemas.canonical(self.kind, name)
        if not _FIELD.fullmatch(name):  # it may say anything, so it is not repeated
            raise RecordError(f"{self.kind}: the name of a field has letters a-z, digits and underscores")
        items = value if isinstance(value, list) else [value]
        claims = []
        for number, item in enumerate(items, 1):
            try:
                if item is not None:
                    claims.append(self._claim(name, item, choice))
            except RecordError as error:
                if isinstance(error, AmbiguousIdError):  # it already says which id it means
                    raise
                place = f"{self.kind}.{name}" if len(items) == 1 else f"{self.kind}.{name}, claim {number}"
                kind = NotFoundError if isinstance(error, NotFoundError) else RecordError
                raise kind(f"{place}: {error}") from None
        return claims

    def _claim(self, name: str, item: object, choice: str) -> Claim:
        for known, tree, claim in self.old:
            if known == name and tree == item:
                return claim
        field = self.schemas.field(self.kind, name)
        if not field.known:
            raise _unknown_field(self.kind, name, self.schemas)
        return _claim(field, item, self.resolve, choice)


def _unknown_field(kind: str, name: str, schemas: Schemas) -> RecordError:
    near = difflib.get_close_matches(name, [field.name for field in schemas.fields(kind)], 1)
    return RecordError("no such field" + (f"; did you mean {near[0]}?" if near else ""))


def _claim(field: Field, item: object, resolve: Resolve, choice: str) -> Claim:
    marks: dict[str, Any] = {}
    if isinstance(item, Mapping):
        marks = {key: item[key] for key in _CLAIM if item.get(key) is not None}
        rest = {key: part for key, part in item.items() if key not in _CLAIM}
        if rest and "value" in marks:
            raise RecordError(f"a claim may have: {', '.join(_CLAIM)}")
        item = marks.pop("value", rest or None)
    state = _word(marks.get("state", "stated"), STATES, "state")
    if item is not None and state not in {"stated", "retracted"}:
        raise RecordError(f"is {state} and has a value")
    if item is None and state == "stated":
        raise RecordError("has no value")
    return Claim(
        field=field.name,
        value=None if item is None else parse_value(field, item, resolve=resolve, choice=choice),
        state=state,
        basis=_word(marks["basis"], BASES, "basis") if "basis" in marks else None,
        as_of=edtf.parse(_text(marks["as_of"])).text if "as_of" in marks else None,
        confidence=_word(marks["confidence"], CONFIDENCES, "confidence") if "confidence" in marks else None,
        source=_record_id(_text(marks["source"]), resolve) if "source" in marks else None,
        recorded_at=_seconds(marks["recorded_at"]) if "recorded_at" in marks else None,
    )


def _seconds(value: object) -> int:
    if type(value) is int and -_I64 <= value < _I64:
        return value
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        raise RecordError("its recorded_at must be a time such as 2026-11-24T05:40:00Z") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


# --- back to JSON ---------------------------------------------------------------------------------------------------


def record_to_json(revision: Revision, schemas: Schemas) -> dict[str, Any]:
    """Write a record as JSON, in one stable shape.

    Args:
        revision: The record.
        schemas: The schemas in force.

    Returns:
        `id`, `kind`, `removed` if it is, and for each field a list of claim objects, in the order of writing. A field
        named like one of the former is written with its kind (`event.kind`). Unknown content, and a value of another
        shape than its field's, is written as base64 of its stored form. `parse_record` reads it back.

    Secrets:
        The result.
    """
    claims = map(parts_of, revision.claims)
    return _to_json(revision.record_id, revision.kind, claims, schemas, removed=revision.removed)


def record_line(plaintext: bytes, schemas: Schemas) -> tuple[bytes, str]:
    """Write a record as one line of JSON, straight from its plaintext; for whoever writes very many.

    Args:
        plaintext: Of a revision, at most 1 MiB.
        schemas: The schemas in force.

    Returns:
        The record id, and what `record_to_json` gives, as text without a line feed.

    Raises:
        FormatError, LimitError, RecordError: As `decode_revision`.

    Secrets:
        `plaintext` and the result.
    """
    found = read_revision(plaintext)
    tree = _to_json(found.record_id, found.kind, found.claims, schemas, removed=found.removed)
    return found.record_id, _write_json(tree)


def _to_json(
    record_id: bytes, kind: str, claims: Iterable[Parts], schemas: Schemas, *, removed: bool
) -> dict[str, Any]:
    tree: dict[str, Any] = {"id": id_text(record_id), "kind": kind}
    if removed:
        tree["removed"] = True
    moments: dict[int, str | int] = {}  # most claims of a record were written down at once
    for parts in claims:
        name = parts[0]
        item = _claim_to_json(parts, schemas.field(kind, name), moments)
        key = f"{kind}.{name}" if name in _TOP else name
        if key in tree:
            tree[key].append(item)
        else:
            tree[key] = [item]
    return tree


_write_json: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def _claim_to_json(parts: Parts, of: Field, moments: dict[int, str | int]) -> dict[str, Any]:
    _, value, state, basis, as_of, confidence, source, recorded_at, extra = parts
    item: dict[str, Any] = {}
    if value is not None:
        plain = _value_to_json(of, value)
        item = {"raw": _base64(value)} if plain is None else {"value": plain}
    if state != "stated":
        item["state"] = state
    if basis is not None:
        item["basis"] = basis
    if as_of is not None:
        item["as_of"] = as_of
    if confidence is not None:
        item["confidence"] = confidence
    if source is not None:
        item["source"] = id_text(source)
    if recorded_at is not None:
        if recorded_at not in moments:
            moments[recorded_at] = _moment(recorded_at)
        item["recorded_at"] = moments[recorded_at]
    if extra:
        item["more"] = _base64(dict(extra))
    return item


def _old_claims(revision: Revision, schemas: Schemas) -> list[tuple[str, Any, Claim]]:
    return [
        (claim.field, _claim_to_json(parts_of(claim), schemas.field(revision.kind, claim.field), {}), claim)
        for claim in revision.claims
    ]


def _base64(value: object) -> str:
    return base64.b64encode(codec.encode(value)).decode()


def _moment(seconds: int) -> str | int:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return seconds


_TEXTS: Final = frozenset({"phone", "id", "birth", "date", "text", "choice"})
_MAPS: Final = frozenset({"name", "place", "link", "file"})


def _value_to_json(field: Field, value: object) -> object:
    """Write a value of the shape that its field has; None for any other."""
    if field.known and type(value) is (int if field.type == "number" else str if field.type in _TEXTS else None):
        return value
    if field.known and field.type == "link" and type(value) is bytes and len(value) == RECORD_ID_BYTES:
        return id_text(value)
    if not (field.known and field.type in _MAPS and isinstance(value, dict)):
        return None
    if not all(type(key) is str and type(part) in {str, bytes, int} for key, part in value.items()):
        return None
    return {key: part.hex() if isinstance(part, bytes) else part for key, part in value.items()}
