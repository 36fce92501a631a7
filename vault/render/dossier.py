"""The dossier as one tree, before it is Markdown, a page or a PDF: what is said, to be read by people, in no language.

Floor: 4. It decides nothing and drops nothing but the case that all records name. Texts of records are `str`, words of
the program are `Words`; whoever writes a dossier treats every `str` as hostile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, Final, TypeAlias

from vault.errors import RecordError
from vault.records import Field as Described
from vault.records import Schemas, edtf
from vault.redact import DisclosedClaim, DisclosedRecord, Disclosure, Table
from vault.render.texts import BREAKS
from vault.render.words import LANGUAGES, WORDS, Words

Part: TypeAlias = Words | str
"""A word of the program, or a text of a record."""

SECTIONS: Final = ("case", "person", "event", "statement", "document", "action", "source", "consent")
"""The kinds that have a section of that name in `WORDS`, in the order they are read in; others follow."""
_SHOWN: Final = frozenset({"value", "coarsened"})
_EMPTY: Final = frozenset({"withheld", "unknown", "not-asked"})
_TERMS: Final = ("withheld", "unknown", "not-asked", "coarsened", "retracted")
_TITLE_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class Mark:
    """A stand-in, or the name of a record in this bundle.

    Args:
        token: Such as `person-7F3A9Q`, without brackets.
        here: A record of this dossier bears it.
    """

    token: str
    here: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along.

    Args:
        path: In the bag, such as `data/files/file-7F3A9Q.jpg`.
        name: What it was called; empty unless the owner takes everything.
    """

    path: str
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Value:
    """What one claim says.

    Args:
        texts: One after another, such as a place and its region; empty where nothing is shown.
        mark: Of whom or what it speaks.
        manner: The relation in a link between kin, the kind of a name.
        file: The attachment.
        long: The text has line breaks and stands by itself.
    """

    texts: tuple[Part, ...] = field(default=(), repr=False)
    mark: Mark | None = None
    manner: Part | None = field(default=None, repr=False)
    file: Attachment | None = None
    long: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, and how it is known.

    Args:
        outcome: value, pseudonym, coarsened, withheld, unknown or not-asked.
        value: What it says. A mask in a text is `vault.redact.MASK`, as in all files.
        said: The word for withheld, unknown, not asked and made less exact; None for others.
        retracted: It was taken back.
        basis: How it is known.
        confidence: How sure it is.
        as_of: EDTF, as it is shown.
        source: The statement or source it comes from.
    """

    outcome: str
    value: Value
    said: Words | None = None
    retracted: bool = False
    basis: Part | None = None
    confidence: Part | None = None
    as_of: str | None = field(default=None, repr=False)
    source: Mark | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """All claims of one field of a record, side by side.

    Args:
        name: As in the JSON form.
        label: What it is called.
        claims: One or more.
        disputed: Two of them, neither taken back, cannot both be true: different values where there can be one, or
            dates that have no day in common.
    """

    name: str
    label: Words
    claims: tuple[Claim, ...]
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Args:
        mark: Its own.
        kind: Kind of the record.
        title: By what a reader knows it again, one after another; may be empty. Each at most 121 characters.
        fields: In the order of the schema.
    """

    mark: Mark
    kind: str
    title: tuple[Part, ...] = field(repr=False)
    fields: tuple[Field, ...]

    def attachments(self) -> Iterator[Attachment]:
        """Yield the files that it shows."""
        for one in self.fields:
            for claim in one.claims:
                if claim.value.file is not None:
                    yield claim.value.file


@dataclass(frozen=True, slots=True)
class Section:
    """The records of one kind.

    Args:
        kind: The kind.
        title: What the section is called.
        records: By their first day, undated last.
    """

    kind: str
    title: Words
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """Who is whose mother, father and so on; only what was not taken back.

    Args:
        person: Whose relative.
        title: By what a reader knows that person again.
        relative: Who: what the claim itself says; its `manner` is the relation, None where that is not told.
    """

    person: Mark
    title: tuple[Part, ...] = field(repr=False)
    relative: Value


@dataclass(frozen=True, slots=True)
class Moment:
    """One event in the order of time; only what was not taken back.

    Args:
        event: The record.
        when, until: EDTF, each as it is told, most often one; empty where none is told.
        what: What happened.
        whom: To whom.
        where: Places.
    """

    event: Mark
    when: tuple[str, ...] = field(repr=False)
    until: tuple[str, ...] = field(repr=False)
    what: tuple[Part, ...]
    whom: tuple[Value, ...]
    where: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """A table of counts, where that leaves in place of records.

    Args:
        fields: By what was counted.
        rows: For each its values (the word for all of them together) and how many persons; None for a number held back.
    """

    fields: tuple[Part, ...]
    rows: tuple[tuple[tuple[Part, ...], int | None], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word that this dossier uses of claims, and what it means.

    Args:
        outcome: withheld, unknown, not-asked, coarsened or retracted.
        word: The word.
        meaning: What it means.
    """

    outcome: str
    word: Words
    meaning: Words


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a dossier says.

    Args:
        title: Of the whole.
        intro: How to read it.
        terms: Which words it uses of claims, and what they mean.
        note: The sender's own text to the recipient; may be empty.
        sections: The records, by kind.
        relations: Who is related to whom, in the order of the people.
        timeline: The events in the order of time, undated last.
        counts: In place of records.
        conditions: The terms of the bundle, in sentences.
    """

    title: Words
    intro: Words
    terms: tuple[Term, ...] = ()
    note: str = field(default="", repr=False)
    sections: tuple[Section, ...] = ()
    relations: tuple[Relation, ...] = ()
    timeline: tuple[Moment, ...] = ()
    counts: Counts | None = None
    conditions: tuple[Words, ...] = ()


def build(disclosure: Disclosure) -> Dossier:
    """Lay a disclosure out for reading.

    Args:
        disclosure: What leaves.

    Returns:
        The tree; the same disclosure gives an equal one.

    Secrets:
        The result.

    Source:
        docs/bundle.md §The dossier.
    """
    table = disclosure.view.table
    said = disclosure.terms
    conditions = tuple(Words(*one) for one in zip(*(said[language] for language in LANGUAGES if said), strict=True))
    if table is not None:
        about = WORDS["about counts"].with_number(table.k)
        counts = _counts(table, disclosure.schemas)
        return Dossier(WORDS["counts"], about, conditions=conditions, note=disclosure.note, counts=counts)
    building = _Building(disclosure.view.records, disclosure.schemas)
    return replace(building.dossier(disclosure.note), conditions=conditions)


def _counts(table: Table, schemas: Schemas) -> Counts:
    known = [_counted(name, schemas) for name in table.fields]

    def said(value: str | None, field: Described | None) -> Part:
        if value is None:
            return WORDS["all"]
        if field is None or value not in field.choices:
            return value
        return Words.of(partial(field.choice_label, value))

    rows = ((tuple(map(said, cell.key, (field for _, field in known))), cell.count) for cell in table.cells)
    return Counts(tuple(label for label, _ in known), tuple(rows))


def _counted(name: str, schemas: Schemas) -> tuple[Part, Described | None]:
    """Say what was counted by, `sex` of a person or `event.place`; a name that no schema has stands as it is."""
    of, _, last = name.rpartition(".")
    kind = of or "person"
    field = schemas.schema(kind).fields.get(last) if kind in schemas.kinds else None
    if field is None:
        return name, None
    if not of:
        return Words.of(field.label), field
    return Words.of(lambda language: f"{schemas.label(kind, language)}: {field.label(language)}"), field


class _Building:
    """One tree being built."""

    def __init__(self, records: tuple[DisclosedRecord, ...], schemas: Schemas) -> None:
        self._given = sorted(records, key=lambda one: (_first_day(one), one.id.rpartition("-")[2]))
        self._schemas = schemas
        self._ids = {record.id for record in records}
        # A person is shown by what the link itself says, and never by what else is told of them.
        self._people = {record.id for record in records if record.kind == "person"}
        self._titles: dict[str, tuple[Part, ...]] = {}
        for record in self._given:
            self._titles[record.id] = self._title(record)
        self._records = [self._record(record) for record in self._given]

    def dossier(self, note: str) -> Dossier:
        used = {
            key
            for record in self._records
            for one in record.fields
            for claim in one.claims
            for key in (claim.outcome, "retracted" if claim.retracted else "")
        }
        return Dossier(
            WORDS["title"],
            WORDS["intro"],
            tuple(Term(key, WORDS[key], WORDS[f"about {key}"]) for key in _TERMS if key in used),
            note,
            tuple(self._sections()),
            tuple(self._relations()),
            tuple(self._moment(record) for record in self._records if record.kind == "event"),
        )

    def _sections(self) -> Iterator[Section]:
        kinds = {record.kind for record in self._records}
        for kind in (*SECTIONS, *sorted(kinds - set(SECTIONS))):
            records = tuple(record for record in self._records if record.kind == kind)
            if records:
                title = WORDS[kind] if kind in SECTIONS else self._label(kind)
                yield Section(kind, title, records)

    def _label(self, kind: str) -> Words:
        return Words.of(partial(self._schemas.label, kind))

    def _relations(self) -> Iterator[Relation]:
        for record in self._records:
            for one in record.fields if record.kind == "person" else ():
                if self._schemas.field(record.kind, one.name).gives == "relative":
                    for value in _standing(one, {"value", "pseudonym"}):
                        yield Relation(record.mark, record.title, value)

    def _moment(self, record: Record) -> Moment:
        told = {one.name: tuple(_standing(one, {"value", "pseudonym", "coarsened"})) for one in record.fields}

        def dates(name: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(str(text) for value in told.get(name, ()) for text in value.texts))

        what = tuple(text for value in told.get("kind", ()) for text in value.texts)
        return Moment(record.mark, dates("when"), dates("until"), what, told.get("person", ()), told.get("place", ()))

    # --- one record ---

    def _title(self, record: DisclosedRecord) -> tuple[Part, ...]:
        """Return by what a reader knows the record again: what it says of itself."""
        parts: list[Part] = []
        for name in self._schemas.schema(record.kind).title:
            shown = next((one for one in record.claims if one.field == name and one.outcome in _SHOWN), None)
            if shown is not None and not shown.retracted:
                parts += map(_short, self._value(record.kind, shown).texts)
        return tuple(parts)

    def _record(self, record: DisclosedRecord) -> Record:
        grouped: dict[str, list[DisclosedClaim]] = {}
        for claim in record.claims:
            grouped.setdefault(claim.field, []).append(claim)
        if record.kind != "case":
            grouped.pop("case", None)  # it stands in every record, and the dossier is of that case
        fields = tuple(self._field(record.kind, name, claims) for name, claims in grouped.items())
        return Record(self._mark(record.id), record.kind, self._titles[record.id], fields)

    def _field(self, kind: str, name: str, claims: list[DisclosedClaim]) -> Field:
        described = self._schemas.field(kind, name)
        told = tuple(self._claim(kind, claim) for claim in claims)
        return Field(name, Words.of(described.label), told, _disputed(described, claims))

    def _claim(self, kind: str, claim: DisclosedClaim) -> Claim:
        empty = claim.outcome in _EMPTY and (claim.outcome != "withheld" or claim.value is None)
        basis = "document-basis" if claim.basis == "document" else claim.basis
        return Claim(
            claim.outcome,
            Value() if empty else self._value(kind, claim),
            WORDS[claim.outcome] if claim.outcome in {*_EMPTY, "coarsened"} else None,
            claim.retracted,
            WORDS.get(basis or "", basis or None),
            WORDS.get(claim.confidence or "", claim.confidence or None),
            claim.as_of,
            self._mark(claim.source) if claim.source else None,
        )

    def _mark(self, token: str) -> Mark:
        return Mark(token, token in self._ids)

    def _value(self, kind: str, claim: DisclosedClaim) -> Value:
        value, described = claim.value, self._schemas.field(kind, claim.field)
        if claim.type == "choice":
            return Value((_choice(described, str(value)),))
        if not isinstance(value, Mapping):
            text = str(value)
            return Value((text,), long=claim.type == "text" and bool(BREAKS.search(text.strip())))
        if claim.outcome == "pseudonym" and "text" in value:
            # A mark that was drawn, not a text of a record.
            return Value(mark=self._mark(str(value["text"]).strip("[]")))
        if claim.type == "file":
            return Value(file=Attachment(str(value.get("path", "")), _name_of(value)))
        manner = value.get("relation") or value.get("kind")
        mark = value.get("record")
        texts = _texts(value, coarse=claim.outcome == "coarsened")
        if isinstance(mark, str) and not texts and mark not in self._people:
            texts = self._titles.get(mark, ())
        return Value(
            texts,
            self._mark(mark) if isinstance(mark, str) else None,
            _choice(described, manner) if isinstance(manner, str) else None,
        )


def _name_of(value: Mapping[str, Any]) -> str:
    name = value.get("name")
    return name if isinstance(name, str) else ""


def _texts(value: Mapping[str, Any], *, coarse: bool) -> tuple[Part, ...]:
    # A coarse place says in its text all that its parts say.
    parts = ("text",) if coarse else ("text", "county", "region", "country", "path")
    said = [str(value[key]) for key in parts if key in value]
    said += [str(name) for name in value.get("names", ())]
    return tuple(dict.fromkeys(said))


def _choice(described: Described, key: str) -> Part:
    """Return what a choice is called; a text that is none of them stays a text."""
    if key not in described.choices:
        return key
    return Words.of(partial(described.choice_label, key))


def _short(part: Part) -> Part:
    if isinstance(part, Words):
        return part
    text = " ".join(part.split())
    return text if len(text) <= _TITLE_CHARACTERS else text[:_TITLE_CHARACTERS] + "…"


def _standing(one: Field, outcomes: set[str]) -> Iterable[Value]:
    return (claim.value for claim in one.claims if claim.outcome in outcomes and not claim.retracted)


def _disputed(described: Described, claims: list[DisclosedClaim]) -> bool:
    """Tell whether two claims cannot both be true."""
    standing = [claim.value for claim in claims if claim.outcome in _SHOWN and not claim.retracted]
    if described.type in {"date", "birth"}:
        days = [day for value in standing if (day := _day(value)) is not None]
        # Spans of days that all overlap each other have a day in common.
        first = max((day.earliest or date.min for day in days), default=date.min)
        return first > min((day.latest or date.max for day in days), default=date.max)
    if described.many or not described.known:
        return False
    # Written small: whoever reads the files for the gate with some letters small sees the same.
    return len({json.dumps(value, ensure_ascii=False, sort_keys=True).casefold() for value in standing}) > 1


def _day(value: object) -> edtf.Date | None:
    if not isinstance(value, str):
        return None
    try:
        return edtf.parse(value)
    except RecordError:
        return None


def _first_day(record: DisclosedRecord) -> date:
    """Return the first day that a record's dates may mean, as they are shown; what is undated comes last."""
    days: dict[bool, list[date]] = {True: [], False: []}
    for claim in record.claims:
        if claim.type == "date" and claim.outcome in _SHOWN and (day := _day(claim.value)) is not None:
            days[claim.retracted].append(day.earliest or date.min)
    return min(days[False] or days[True], default=date.max)
