"""Schemas: which kinds of record there are, their fields, how sensitive each is, and how it is called.

Floor: 1. Schemas are TOML: eight are shipped, a vault can carry more. It refuses a schema that it cannot read in
full, with the line, and an own schema that would make a shipped field less protected. A field that no schema names
counts as level `never`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any, Final

from vault.errors import LimitError, SchemaError
from vault.records.model import Claim, Revision, id_text, text_of

KINDS: Final = ("person", "event", "source", "statement", "document", "action", "consent", "case")
TYPES: Final = ("name", "phone", "id", "birth", "date", "place", "text", "file", "link", "choice", "number")
GROUPS: Final = ("identity", "family", "location", "health", "testimony", "image")
ROLES: Final = ("detainee", "submitter", "source", "helper", "relative", "official", "public")
LANGUAGES: Final = ("en", "ru", "kk", "zh")
FORMS: Final = ("wgeid", "wgad", "ced", "icrc")
NEEDS: Final = ("required", "if-known", "optional")
MAX_SCHEMA_BYTES: Final = 1 << 18
MAX_FIELDS: Final = 256
MAX_TITLE_CHARACTERS: Final = 80

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_STRICT_GROUP: Final = "identity"
"""What consent must cover where a field says no group and people can stand in it all the same."""
_TABLE: Final = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")


class Level(IntEnum):
    """How sensitive a field is, from what any rule may keep to what none may."""

    OPEN = 0
    LIMITED = 1
    SECRET = 2
    NEVER = 3


@dataclass(frozen=True, slots=True)
class Field:
    """What a schema says of one field.

    Args:
        name: Its name, without the kind.
        type: name, phone, id, birth, date, place, text, file, link, choice or number.
        level: How sensitive it is.
        group: What consent must cover it: identity, family, location, health, testimony or image; empty when it
            speaks of no person who could give consent.
        subject: Whose fact it is: `self` (the person of the record), `link:FIELD` (each person that this link field
            of the same record names), or the fixed role source, helper, official or case (nobody).
        many: May hold several values side by side.
        choices: Keys of its closed list; of a name its kinds; of a kin link the relations.
        labels: What it is called, by language (en, ru, kk, zh).
        targets: Kinds that a link may point at.
        gives: Role that a link gives the person it points at: detainee, source, helper, relative, official or empty.
        named: A link that may hold a name instead of, or beside, the record it points at.
        identifies: A text that names somebody, such as an organisation; it is withheld in texts as a name is.
        aliases: Other names accepted in input.
        choice_labels: What each choice is called, by key, then by language.
        help: A sentence for who fills it in, by language.
        form: Bodies whose form asks for it: by body (wgeid, wgad, ced, icrc) required, if-known or optional.
        known: False for a field that no schema names.
    """

    name: str
    type: str
    level: Level
    group: str = ""
    subject: str = "case"
    many: bool = False
    choices: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    targets: tuple[str, ...] = ()
    gives: str = ""
    named: bool = False
    identifies: bool = False
    aliases: tuple[str, ...] = ()
    choice_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    help: Mapping[str, str] = field(default_factory=dict, hash=False)
    form: Mapping[str, str] = field(default_factory=dict, hash=False)
    known: bool = True

    def label(self, language: str = "en") -> str:
        """Return what the field is called in a language, in English, or else its name."""
        return self.labels.get(language) or self.labels.get("en") or self.name

    def choice_label(self, key: str, language: str = "en") -> str:
        """Return what a choice is called in a language, in English, or else its key."""
        labels = self.choice_labels.get(key, {})
        return labels.get(language) or labels.get("en") or key


@dataclass(frozen=True, slots=True)
class Schema:
    """What is said of one kind of record.

    Args:
        kind: The kind.
        fields: Its fields by name, in the order they are asked for.
        labels: What the kind is called, by language.
        title: Fields that make the short line by which a person knows a record again.
    """

    kind: str
    fields: Mapping[str, Field]
    labels: Mapping[str, str]
    title: tuple[str, ...] = ()


class Schemas:
    """All schemas in force: the shipped ones, and those of the vault.

    Args:
        schemas: One for each kind.
    """

    __slots__ = ("_aliases", "_schemas", "_types")

    def __init__(self, schemas: Sequence[Schema]) -> None:
        """Index the schemas by kind, and the aliases of their fields."""
        self._schemas = {schema.kind: schema for schema in schemas}
        self._types = {schema.kind: {name: field.type for name, field in schema.fields.items()} for schema in schemas}
        self._aliases = {
            (schema.kind, alias): one.name
            for schema in schemas
            for one in schema.fields.values()
            for alias in one.aliases
        }

    @classmethod
    def shipped(cls) -> Schemas:
        """Return the eight schemas that come with the package."""
        return _shipped()

    @property
    def kinds(self) -> tuple[str, ...]:
        """All kinds, the shipped ones first."""
        return tuple(self._schemas)

    def schema(self, kind: str) -> Schema:
        """Return the schema of a kind; one without fields for a kind that none describes."""
        return self._schemas.get(kind) or Schema(kind, {}, {})

    def fields(self, kind: str) -> tuple[Field, ...]:
        """Return the fields of a kind, in the order they are asked for; none for a kind that no schema describes."""
        return tuple(self.schema(kind).fields.values())

    def field(self, kind: str, name: str) -> Field:
        """Return what is known of a field; one that no schema names is text of level `never`."""
        known = self.schema(kind).fields.get(name)
        return known or Field(name, "text", Level.NEVER, many=True, known=False)

    def types(self, kind: str) -> Mapping[str, str]:
        """Return the type of each field of a kind; one that no schema names is text."""
        return self._types.get(kind, {})

    def canonical(self, kind: str, name: str) -> str:
        """Return the proper name of a field from what a person may have called it."""
        name = name.removeprefix(f"{kind}.").replace("-", "_")
        return self._aliases.get((kind, name), name)

    def label(self, kind: str, language: str = "en") -> str:
        """Return what a kind is called in a language, in English, or else its key."""
        labels = self.schema(kind).labels
        return labels.get(language) or labels.get("en") or kind

    def merge(self, *own: Schema) -> Schemas:
        """Add a vault's own schemas.

        Args:
            own: New kinds, or further fields of kinds that exist. A field that exists may change how it is called
                and asked for, gain choices, and become more sensitive; nothing else.

        Returns:
            New schemas; these stay as they are.

        Raises:
            SchemaError: A field would change its type, subject or consent group, lose a choice, or be less sensitive.
        """
        merged = dict(self._schemas)
        for schema in own:
            before = merged.get(schema.kind)
            merged[schema.kind] = schema if before is None else _merge(before, schema)
        result = Schemas(list(merged.values()))
        for schema in merged.values():
            _check_links(schema, result.kinds)
        return result


def _merge(before: Schema, own: Schema) -> Schema:
    fields = dict(before.fields)
    for name, after in own.fields.items():
        old = fields.get(name)
        if old is not None:
            same = ("type", "subject", "group", "many", "gives", "named", "targets")
            changed = [part for part in same if getattr(old, part) != getattr(after, part)]
            if after.level < old.level:
                changed.append("level")
            if not set(old.choices) <= set(after.choices):
                changed.append("choices")
            if changed:
                raise SchemaError(f"{own.kind}.{name} is shipped and cannot change its {', '.join(changed)}")
            after = replace(  # noqa: PLW2901 - what the own schema leaves out stays as it was
                after,
                labels={**old.labels, **after.labels},
                help={**old.help, **after.help},
                form={**old.form, **after.form},
                aliases=tuple(dict.fromkeys(old.aliases + after.aliases)),
            )
        fields[name] = after
    if len(fields) > MAX_FIELDS:
        raise LimitError("fields of a kind", MAX_FIELDS)
    return Schema(before.kind, fields, {**before.labels, **own.labels}, own.title or before.title)


@cache
def _shipped() -> Schemas:
    folder = resources.files("vault.records") / "schemas"
    schemas = [load_schema((folder / f"{kind}.toml").read_text("utf-8")) for kind in KINDS]
    for schema in schemas:
        _check_links(schema, KINDS)
    return Schemas(schemas)


# --- reading a schema -----------------------------------------------------------------------------------------------


class _Lines:
    """Finds the line of a table or key in TOML text, for errors only."""

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, table: str, key: str | None = None) -> int | None:
        """Return the line of a key in a table, else of the table's header, else None; lines count from 1."""
        current, header = "", None
        for number, line in enumerate(self._text.splitlines(), 1):
            if match := _TABLE.match(line):
                current = ".".join(part.strip().strip("\"'") for part in match[1].split("."))
                if current == table:
                    header = number
            if key is not None and current == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
                return number
        if header is None and "." in table:
            return self.of(*table.rsplit(".", 1))
        return header


_SCHEMA_KEYS: Final = {"kind", "labels", "title", "fields"}
_FIELD_KEYS: Final = {
    "type",
    "level",
    "group",
    "subject",
    "many",
    "choices",
    "labels",
    "targets",
    "gives",
    "named",
    "identifies",
    "aliases",
    "help",
    "form",
}


class _Reader:
    """Turns one parsed TOML document into a schema, naming the line of whatever is wrong."""

    def __init__(self, text: str) -> None:
        self.lines = _Lines(text)

    def fail(self, reason: str, table: str, key: str | None = None) -> SchemaError:
        return SchemaError(reason, self.lines.of(table, key))

    def texts(self, value: object, allowed: Sequence[str], table: str, key: str) -> Mapping[str, str]:
        """Read a table of texts by a closed list of keys."""
        if not isinstance(value, dict) or not all(isinstance(text, str) and text.strip() for text in value.values()):
            raise self.fail(f"{key} must be a table of texts", table, key)
        if unknown := set(value) - set(allowed):
            raise self.fail(f"{key} knows {', '.join(allowed)}, not {min(unknown)}", table, key)
        return dict(value)

    def words(self, value: object, pattern: re.Pattern[str], table: str, key: str) -> tuple[str, ...]:
        """Read a list of short words."""
        if not isinstance(value, list) or not all(isinstance(one, str) and pattern.fullmatch(one) for one in value):
            raise self.fail(f"{key} must be a list of short words in lower case", table, key)
        if len(set(value)) != len(value):
            raise self.fail(f"{key} names something twice", table, key)
        return tuple(value)

    def one_of(self, value: object, allowed: Sequence[str], table: str, key: str) -> str:
        """Read one word of a closed list."""
        if value not in allowed:
            raise self.fail(f"{key} must be one of: {', '.join(allowed)}", table, key)
        return str(value)

    def flag(self, value: object, table: str, key: str) -> bool:
        """Read true or false."""
        if not isinstance(value, bool):
            raise self.fail(f"{key} must be true or false", table, key)
        return value

    def choices(self, value: object, table: str) -> Mapping[str, Mapping[str, str]]:
        """Read a closed list: either keys alone, or a table of labels by key."""
        if isinstance(value, list):
            return {key: {} for key in self.words(value, _KEY, table, "choices")}
        if not isinstance(value, dict) or not all(_KEY.fullmatch(key) for key in value):
            raise self.fail("choices must be a list of keys, or a table of labels by key", table, "choices")
        return {
            key: self.texts({"en": labels} if isinstance(labels, str) else labels, LANGUAGES, f"{table}.choices", key)
            for key, labels in value.items()
        }

    def field(self, name: str, body: object) -> Field:
        """Read one field."""
        table = f"fields.{name}"
        if not _NAME.fullmatch(name):
            raise self.fail("a field's name has letters a-z, digits and underscores", table)
        if not isinstance(body, dict):
            raise self.fail("a field must be a table", table)
        if unknown := set(body) - _FIELD_KEYS:
            raise self.fail(f"a field has no {min(unknown)}", table, min(unknown))
        for key in ("type", "level"):
            if key not in body:
                raise self.fail(f"{name} needs a {key}", table)
        kind = self.one_of(body["type"], TYPES, table, "type")
        level = self.one_of(body["level"], [one.name.lower() for one in Level], table, "level")
        choices = self.choices(body.get("choices", []), table)
        found = Field(
            name=name,
            type=kind,
            level=Level[level.upper()],
            group=self.one_of(body.get("group", ""), ("", *GROUPS), table, "group"),
            subject=str(body.get("subject", "case")),
            many=self.flag(body.get("many", False), table, "many"),
            choices=tuple(choices),
            labels=self.texts(body.get("labels", {}), LANGUAGES, table, "labels"),
            targets=self.words(body.get("targets", []), _NAME, table, "targets"),
            gives=self.one_of(body.get("gives", ""), ("", *ROLES), table, "gives"),
            named=self.flag(body.get("named", False), table, "named"),
            identifies=self.flag(body.get("identifies", False), table, "identifies"),
            aliases=self.words(body.get("aliases", []), _NAME, table, "aliases"),
            choice_labels=choices,
            help=self.texts(body.get("help", {}), LANGUAGES, table, "help"),
            form=self.texts(body.get("form", {}), FORMS, table, "form"),
        )
        self.agree(found, table)
        return replace(found, group=_STRICT_GROUP) if not found.group and _may_speak_of_people(found) else found

    def agree(self, one: Field, table: str) -> None:
        """Refuse parts of a field that do not go together."""
        for need in one.form.values():
            self.one_of(need, NEEDS, table, "form")
        if one.type == "choice" and not one.choices:
            raise self.fail("a choice needs choices", table, "type")
        if one.choices and one.type not in {"choice", "name", "link"}:
            raise self.fail(f"a {one.type} has no choices", table, "choices")
        if (one.type == "link") != bool(one.targets):
            raise self.fail("links, and only links, have targets", table, "targets")
        if one.identifies and one.type != "text":
            raise self.fail("only texts can be said to identify; other types do so by themselves", table, "identifies")
        if (one.named or one.gives) and one.type != "link":
            raise self.fail("only links can be named or give a role", table, "named" if one.named else "gives")
        if one.subject not in {"self", "source", "helper", "official", "case"} and not one.subject.startswith("link:"):
            reason = "subject must be self, link:FIELD, source, helper, official or case"
            raise self.fail(reason, table, "subject")
        if one.subject not in {"official", "case"} and not one.group:
            raise self.fail("what speaks of a person needs a consent group", table)

    def schema(self, tree: Mapping[str, Any]) -> Schema:
        """Read a whole document."""
        if unknown := set(tree) - _SCHEMA_KEYS:
            raise self.fail(f"a schema has no {min(unknown)}", "", min(unknown))
        kind = tree.get("kind")
        if not isinstance(kind, str) or not _NAME.fullmatch(kind):
            raise self.fail("a schema needs a kind, in letters a-z, digits and underscores", "", "kind")
        bodies = tree.get("fields", {})
        if not isinstance(bodies, dict) or not bodies:
            raise self.fail("a schema needs fields", "", "kind")
        if len(bodies) > MAX_FIELDS:
            raise LimitError("fields of a kind", MAX_FIELDS)
        fields = {name: self.field(name, body) for name, body in bodies.items()}
        title = self.words(tree.get("title", []), _NAME, "", "title")
        labels = self.texts(tree.get("labels", {}), LANGUAGES, "", "labels")
        taken = set(fields)
        for one in fields.values():
            for alias in one.aliases:
                if alias in taken:
                    raise self.fail(f"{alias} names two fields", f"fields.{one.name}", "aliases")
                taken.add(alias)
        return Schema(kind, fields, labels, title)


def _may_speak_of_people(one: Field) -> bool:
    """Tell whether people can stand in a field: of steps and officials, in whatever is not chosen, counted or a day."""
    if one.subject not in {"official", "case"}:
        return True
    if one.type == "link":  # to an official, who is not asked; to a record whose own fields are asked about
        return one.subject == "case" and not {"person", "source"}.isdisjoint(one.targets)
    return one.type not in {"choice", "number", "date"}


def _check_links(schema: Schema, kinds: Sequence[str]) -> None:
    """Refuse subjects, titles and targets that point at nothing."""
    for one in schema.fields.values():
        if one.subject.startswith("link:"):
            target = schema.fields.get(one.subject.removeprefix("link:"))
            if target is None or target.type != "link":
                raise SchemaError(f"{schema.kind}.{one.name}: its subject is not a link field of the same kind")
        if unknown := set(one.targets) - set(kinds):
            raise SchemaError(f"{schema.kind}.{one.name}: no schema describes the kind {min(unknown)}")
    if unknown := set(schema.title) - set(schema.fields):
        raise SchemaError(f"{schema.kind}: its title names the field {min(unknown)}, which it does not have")


def load_schema(text: str) -> Schema:
    """Read one schema.

    Args:
        text: TOML, at most 256 KiB.

    Returns:
        The schema. A field may name only kinds, and a subject only link fields, that `Schemas.merge` then finds.

    Raises:
        SchemaError: Not TOML, or a key, type, level, role or choice that does not exist; with its line.
        LimitError: Over 256 KiB or 256 fields.

    Source:
        docs/schemas.md.
    """
    if len(text) > MAX_SCHEMA_BYTES:
        raise LimitError("size of a schema in bytes", MAX_SCHEMA_BYTES)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise SchemaError("not valid TOML", line) from None
    except RecursionError:
        raise SchemaError("nested too deeply") from None
    return _Reader(text).schema(tree)


# --- what others ask of a record ------------------------------------------------------------------------------------


def identifying(revision: Revision, schemas: Schemas) -> Iterator[tuple[str, int, str, str]]:
    """Yield each value of a record that can identify somebody, also those taken back.

    Args:
        revision: The record.
        schemas: The schemas in force.

    Yields:
        Name of the field, index of the claim, what the text is (name, phone, id, date, place or text), and the text.
        Of a place each part that is there comes by itself: text, county, region, country. A name beside a link
        is a name; the name of a file is a text. Choices, numbers and free texts are not among them, but a short text in
        a field that no schema knows is: nobody can say that it names nobody.

    Secrets:
        The texts.
    """
    for index, claim in enumerate(revision.claims):
        found = schemas.field(revision.kind, claim.field)
        for kind, text in _identifying(found, claim):
            yield claim.field, index, kind, text


def _identifying(found: Field, claim: Claim) -> Iterator[tuple[str, str]]:
    value = claim.value
    if value is None:
        return
    if not found.known:
        text = text_of(value)
        if LEAST_UNKNOWN <= len(text) <= MAX_TITLE_CHARACTERS:
            yield "text", text
        return
    if found.identifies and (text := text_of(value)):
        yield "name", text
        return
    kind = {"birth": "date", "link": "name", "file": "text"}.get(found.type, found.type)
    if found.type == "place" and isinstance(value, dict):
        yield from (("place", part) for key in PLACE_PARTS if isinstance(part := value.get(key), str) and part)
    elif found.type in {"name", "phone", "id", "birth", "date", "place", "link", "file"} and (text := text_of(value)):
        # An address for messages in a field for phones is compared as it stands, not as a row of digits.
        as_id = kind == "phone" and any(letter.isalpha() for letter in text)
        yield ("id" if as_id else kind), text


LEAST_UNKNOWN: Final = 4
"""Characters of a value in an unknown field from which on it may name somebody."""
PLACE_PARTS: Final = ("text", "county", "region", "country")


def title(revision: Revision, schemas: Schemas, language: str = "en") -> str:
    """Make the short line by which a person knows a record again.

    Args:
        revision: The record.
        schemas: The schemas in force.
        language: en, ru, kk or zh, for choices and kinds.

    Returns:
        At most 80 characters on one line; the kind and the first digits of the id if nothing else is there.

    Secrets:
        The result.
    """
    parts = []
    for name in schemas.schema(revision.kind).title:
        found = schemas.field(revision.kind, name)
        for value in revision.values(name)[:1]:
            text = text_of(value)
            if found.type == "choice":
                text = found.choice_label(text, language)
            parts.append(" ".join(text.split()))
    line = ", ".join(part for part in parts if part)
    if not line:
        line = f"{schemas.label(revision.kind, language)} {id_text(revision.record_id)[:8]}"
    return line if len(line) <= MAX_TITLE_CHARACTERS else line[: MAX_TITLE_CHARACTERS - 1] + "…"
