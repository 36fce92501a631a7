"""What of a record is searchable: its terms, its names, and its line in the document table.

Floor: 2. Pure: it stores nothing. A claim counts in every state that has a value, a retracted one too, so that a
person is found under a spelling that was taken back. Term rules are part of the format: docs/format.md §Terms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vault import names
from vault.errors import RecordError
from vault.index.pages import ATTACHMENT, MAX_TERM_BYTES, REMOVED, kept_names
from vault.records import edtf, link_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from vault.objects import Ref
    from vault.records.model import Claim, Revision
    from vault.records.schema import Schemas

# First byte of a term: what it is a term of.
ATTACHED: Final = b"a"  # attachment id
BIRTH: Final = b"b"  # part of a birth date's span
DATE: Final = b"d"  # part of another date's span
ID: Final = b"i"  # record id, of every revision ever
KIND: Final = b"k"  # kind, of newest revisions
LINK: Final = b"l"  # record id that a claim points at or comes from
NAME: Final = b"n"  # word of a name
GONE: Final = b"r"  # kind, of tombstones
SOUND: Final = b"s"  # sound key of a name
TEXT: Final = b"t"  # word of a text
VALUE: Final = b"v"  # field, zero byte, word of a short value

ID_BYTES: Final = 16
VALUE_TYPES: Final = frozenset(("place", "choice", "phone", "id", "number"))
_NAMED_TYPES: Final = frozenset(("name", "link"))
_COMPACT_TYPES: Final = frozenset(("phone", "id"))
_PARTS: Final = ("text", "name", "relation", "county", "region", "country")


@dataclass(frozen=True, slots=True)
class Document:
    """One line of the index to be.

    Args:
        record_id: 16 bytes: the record's id, or the attachment's.
        revision_id: 32 bytes; zeros for an attachment.
        ref: Where the revision, or the attachment's list, is.
        kind: The record's kind; empty for an attachment.
        flags: REMOVED or ATTACHMENT or none.
        epoch: Commit that writes it.
        parents: Revision ids that it follows.
        texts: Texts whose words are text terms.
        keys: Words of names.
        sounds: Sound keys of names.
        marks: All other terms, each with its first byte.
        names: Names as written.

    Secrets:
        Everything in it.
    """

    record_id: bytes
    revision_id: bytes
    ref: Ref
    kind: str
    flags: int
    epoch: int
    parents: tuple[bytes, ...] = ()
    texts: tuple[str, ...] = field(default=(), repr=False)
    keys: set[str] = field(default_factory=set, repr=False)
    sounds: set[str] = field(default_factory=set, repr=False)
    marks: set[bytes] = field(default_factory=set, repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)


def value_text(value: object) -> str:
    """Give all text in a claim's value by which it is found.

    Args:
        value: Value of a claim.

    Returns:
        The text of a name, a place with its county, region and country, a file's or a relative's name, the relation,
        a number's digits, or the text itself; parts stand on lines of their own. Empty for bytes and for None.

    Secrets:
        The result.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(part for key in _PARTS if isinstance(part := value.get(key), str))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def claim_names(claim: Claim | Said, field_type: str) -> str:
    """Give the person's name in a claim: of a name field, or of a relative who is only named; else nothing."""
    value = claim.value
    if not isinstance(value, dict):
        return value if field_type == "name" and isinstance(value, str) else ""
    name = value.get({"name": "text", "link": "name"}.get(field_type, ""))
    return name if isinstance(name, str) else ""


def compact(text: str) -> str:
    """Give a number or a code in one piece, whatever stood between its parts; empty if it has but one part.

    Chinese, which is never one piece, gives nothing.
    """
    parts = [word for piece in text.split() for word in names.piece_terms(piece)]
    return "".join(parts)[: names.MAX_WORD] if len(parts) > 1 and not any(map(names.is_han, parts)) else ""


def claim_text(claim: Claim | Said, field_type: str) -> str:
    """Give the text of a claim whose words are text terms; those of a person's name are terms of names instead.

    Args:
        claim: A claim.
        field_type: Type of its field.

    Returns:
        Its text; of a phone number or an id also a line with the whole in one piece; of a link the relation.

    Secrets:
        The result.
    """
    value = claim.value
    if field_type == "name":
        return ""
    if field_type == "link":
        return value_text(value.get("relation")) if isinstance(value, dict) else ""
    text = value_text(value)
    return f"{text}\n{compact(text)}" if field_type in _COMPACT_TYPES else text


_MONTHS: Final = ((12_000, 1), (1_200, 2), (120, 3), (12, 4))


def span_terms(first: date | None, last: date | None) -> Iterator[str]:
    """Cut a span of dates into the fewest whole millennia, centuries, decades, years and months.

    Args:
        first: First day, None for open.
        last: Last day, None for open.

    Returns:
        Their leading digits: `2`, `20`, `201`, `2017`, `201705`. Days widen to their months.
    """
    at = (first.year * 12 + first.month - 1) if first else 0
    end = (last.year * 12 + last.month - 1) if last else 9999 * 12 + 11
    while at <= end:
        for months, digits in _MONTHS:
            if at % months == 0 and at + months - 1 <= end:
                yield f"{at // 12:04d}"[:digits]
                at += months
                break
        else:
            yield f"{at // 12:04d}{at % 12 + 1:02d}"
            at += 1


def parse_date(text: object) -> edtf.Date | None:
    """Read a date that may be none."""
    try:
        return edtf.parse(text) if isinstance(text, str) else None
    except RecordError:
        return None


def sound_keys(found: Iterable[str]) -> set[str]:
    """Give the keys under which names are found in other spellings.

    Args:
        found: All names of a record, in the order of its claims; those that a page of names keeps are used.

    Returns:
        Sound keys, each of 1 to 60 characters.

    Secrets:
        Both.
    """
    keys: set[str] = set()
    keys.update(*map(names.index_keys, kept_names(found)))
    return {key[: names.MAX_WORD] for key in keys if key}


def query_sounds(text: str) -> frozenset[str]:
    """Give the sound keys of what is asked for: a name that is like it has one of them.

    Secrets:
        Both.
    """
    return frozenset(key[: names.MAX_WORD] for key in names.query_keys(text) if key)


def value_term(name: str, word: str) -> bytes:
    """Give the term of a word in a field of short values; of another kind's field of this name too."""
    return (VALUE + name.encode() + b"\0" + word.encode())[:MAX_TERM_BYTES]


@lru_cache(maxsize=4096)
def _date_parts(text: str) -> tuple[bytes, ...]:
    span = parse_date(text)
    return tuple(part.encode() for part in span_terms(span.earliest, span.latest)) if span else ()


def forget() -> None:
    """Drop the words and dates remembered from records seen so far; to be called when a vault is locked."""
    names.forget()
    _date_parts.cache_clear()


def _add_marks(marks: set[bytes], claim: Claim | Said, field_type: str, text: str) -> None:
    if field_type in VALUE_TYPES:
        head = VALUE + claim.field.encode() + b"\0"
        marks.update([(head + word.encode())[:MAX_TERM_BYTES] for word in names.text_terms(text)])
    elif field_type == "link":
        if (target := link_of(claim.value)) is not None:
            marks.add(LINK + target[:ID_BYTES])
    elif field_type in {"date", "birth"} and isinstance(claim.value, str):
        tag = DATE if field_type == "date" else BIRTH
        marks.update([tag + part for part in _date_parts(claim.value)])


class Said(NamedTuple):
    """Of a claim, what its terms are made of; any claim will do in its place."""

    field: str
    value: Any
    source: bytes | None


class Terms(NamedTuple):
    """What a revision is found by, as in `Document`.

    Secrets:
        Everything in it.
    """

    texts: tuple[str, ...]
    keys: set[str]
    sounds: set[str]
    marks: set[bytes]
    names: tuple[str, ...]


def terms_of(record_id: bytes, kind: str, claims: Iterable[Claim | Said], types: Mapping[str, str]) -> Terms:
    """Make the terms of a revision.

    Args:
        record_id: 16 bytes.
        kind: The record's kind.
        claims: Its claims.
        types: Types of the fields of this kind; one that is not in there is text.

    Returns:
        The terms, and the names as written.

    Secrets:
        All.

    Source:
        docs/format.md §Terms.
    """
    texts: list[str] = []
    keys: set[str] = set()
    marks = {ID + record_id, KIND + kind.encode()}
    found: list[str] = []
    for claim in claims:
        value = claim.value
        if claim.source is not None:
            marks.add(LINK + claim.source)
        if value is None:
            continue
        field_type = types.get(claim.field, "text")
        if field_type == "text" and type(value) is str:
            texts.append(value)
            continue
        if field_type in _NAMED_TYPES and (name := claim_names(claim, field_type)):
            keys |= names.text_terms(name)
            found.append(name)
        if field_type != "name":
            text = claim_text(claim, field_type)
            texts.append(text)
            _add_marks(marks, claim, field_type, text)
    return Terms(tuple(texts), keys, sound_keys(found) if found else set(), marks, tuple(found))


def tombstone_terms(record_id: bytes, kind: str) -> Terms:
    """Make the terms of a tombstone: only id and kind."""
    return Terms((), set(), set(), {ID + record_id, GONE + kind.encode()}, ())


def document_of(revision: Revision, ref: Ref, schemas: Schemas, epoch: int) -> Document:
    """Make a revision's line of the index.

    Args:
        revision: A revision that becomes the newest of its record.
        ref: Where it is sealed.
        schemas: Schemas in force.
        epoch: Commit that writes it.

    Returns:
        Its document. Of a tombstone only id and kind are terms.

    Secrets:
        The result.
    """
    record_id, kind = revision.record_id, revision.kind
    if revision.removed:
        terms = tombstone_terms(record_id, kind)
    else:
        terms = terms_of(record_id, kind, revision.claims, schemas.types(kind))
    flags = REMOVED if revision.removed else 0
    return Document(record_id, revision.id, ref, kind, flags, epoch, revision.parents, *terms)


def attachment_of(attachment_id: bytes, ref: Ref, epoch: int) -> Document:
    """Make an attachment's line of the index.

    Args:
        attachment_id: 16 bytes.
        ref: Where its list of chunks is.
        epoch: Commit that writes it.

    Returns:
        Its document.
    """
    return Document(attachment_id, bytes(32), ref, "", ATTACHMENT, epoch, marks={ATTACHED + attachment_id})
