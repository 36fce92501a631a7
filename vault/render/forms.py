"""A form that is filled out: what the form asks, in its order, beside what of it is in the disclosure.

Floor: 4, part of `render`. It sees the disclosure alone: what policy and consent let out, and in the place of all else
that it was withheld, is unknown, or is not told here. It never says of what is not told whether it is on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from vault import forms
from vault.redact import DisclosedClaim, DisclosedRecord, Disclosure
from vault.render import html
from vault.render.data import claim_json, json_bytes
from vault.render.dossier import Claim, Dossier, Field, Mark, Part, Record, Section, Value, build
from vault.render.texts import BREAKS, visible
from vault.render.words import LANGUAGES, WORDS, Words

FORMAT: Final = "casevault-form/1"
KEYS: Final = frozenset(
    {"body", "edition", "update", "person", "sections", "section", "answers", "question", "claims", "open", "why"}
)
"""Keys of the JSON form, beside those of `data`."""
_SHOWN: Final = frozenset({"value", "coarsened"})


@dataclass(frozen=True, slots=True)
class _Answer:
    """What answers a question in one record: the claims as they are in the view, and as they are read."""

    question: forms.Question
    claims: tuple[DisclosedClaim, ...] = field(repr=False)
    read: tuple[Claim, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Block:
    """One record's answers in a section."""

    record: Record
    answers: tuple[_Answer, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A section of the form, filled; `open` are the questions that nothing answers, with the reason if there is one."""

    section: forms.Section
    blocks: tuple[_Block, ...]
    open: tuple[tuple[forms.Question, str], ...] = field(repr=False)


def render(disclosure: Disclosure, language: str) -> dict[str, bytes]:
    """Fill out the form that a disclosure names.

    Args:
        disclosure: What leaves, with the name of a form.
        language: One of `words.LANGUAGES`: of the text, and the one that the page shows first.

    Returns:
        Path in the bag -> bytes: `data/form.html`, `data/form.txt`, `data/form.json`.

    Secrets:
        The result.

    Source:
        docs/forms.md §The filled form.
    """
    filled = _Filling(disclosure)
    laid_out = filled.tree()
    return {
        "data/form.html": html.write(laid_out, language),
        "data/form.txt": _Text(language).write(laid_out),
        "data/form.json": filled.json(),
    }


def tree(disclosure: Disclosure) -> Dossier:
    """Lay the form that a disclosure names out as a dossier, for those who write one.

    Secrets:
        The result.
    """
    return _Filling(disclosure).tree()


def words() -> Iterator[Words]:
    """Yield the words of all forms: names of bodies, sections and questions."""
    for form in map(forms.load, forms.BODIES):
        yield _words(form.names)
        for section in form.sections:
            yield _words(section.labels)
            yield from (_words(question.labels) for question in section.questions)
        yield _sources(form)


def _words(labels: forms.Labels) -> Words:
    return Words(*(labels[language] for language in LANGUAGES))


def _sources(form: forms.Form) -> Words:
    """Say which edition the form follows."""
    intro = WORDS["form intro"] if form.confirmed else WORDS["form to confirm"]
    return Words(*(f"{text} {form.edition}. {form.source}" for text in intro.all()))


class _Filling:
    """One form being filled out."""

    def __init__(self, disclosure: Disclosure) -> None:
        self._form = forms.load(disclosure.form)
        self._disclosure = disclosure
        self._subject = disclosure.view.subject
        self._whole = build(disclosure)
        given = {record.id: record for record in disclosure.view.records}
        # In the order of the dossier: by their first day.
        read = [record for section in self._whole.sections for record in section.records]
        self._records = [
            (given[record.mark.token], record) for record in read if self._is_about(given[record.mark.token], given)
        ]
        said = (
            claim.value
            for one, _ in self._records
            if one.kind == "person"
            for claim in one.claims
            if claim.field == "why_missing" and claim.outcome in _SHOWN and not claim.retracted
        )
        self._why = forms.reasons(said)
        self._parts = [self._part(section) for section in self._form.sections]
        self._names = self._names_beside()

    def _is_about(self, record: DisclosedRecord, given: dict[str, DisclosedRecord]) -> bool:
        """Tell whether a record answers for the person: as in `forms.gather`, by the links that are shown."""
        if record.kind in {"person", "source"}:
            return record.kind == "source" or record.id == self._subject
        whom = set(_links(record))
        if not whom or self._subject in whom:
            return True
        # A paper about an event about the person.
        return any(self._subject in _links(given[one]) for one in whom if one in given and one != record.id)

    # --- answers ---

    def _part(self, section: forms.Section) -> _Part:
        answered: set[str] = set()
        blocks = tuple(self._blocks(section, answered))
        left = [
            (question, self._why.get(question.key, ""))
            for question in section.questions
            if question.key not in answered
        ]
        # An update repeats nothing, and so does not say either what is still not told.
        return _Part(section, blocks, tuple(one for one in left if one[1] or not self._disclosure.update))

    def _blocks(self, section: forms.Section, answered: set[str]) -> Iterator[_Block]:
        for given, read in self._records:
            shown: set[int] = set()
            answers = []
            for question in section.questions:
                found = list(_pairs(given, read, question)) if _matches(given, question) else []
                answered |= {question.key} if found else set()
                # What two questions of a section ask of one record stands there once.
                new = [pair for pair in found if id(pair[0]) not in shown]
                if new:
                    shown |= {id(claim) for claim, _ in new}
                    answers.append(_Answer(question, *map(tuple, zip(*new, strict=True))))
            if answers:
                yield _Block(read, tuple(answers))

    # --- the tree ---

    def tree(self) -> Dossier:
        """Lay the form out as a dossier, so that it is written like one."""
        form, told = self._form, set[str]()
        title = _words(form.names)
        if self._disclosure.update:
            title = Words(
                *(f"{one}: {more}" for one, more in zip(title.all(), WORDS["form update"].all(), strict=True))
            )
        sections = list(self._named())
        for part in self._parts:
            records = [self._block(block, told) for block in part.blocks]
            if part.open:
                records.append(self._open(part.open))
            if records:
                sections.append(Section(part.section.key, _words(part.section.labels), tuple(records)))
        return replace(
            self._whole,
            title=title,
            intro=_sources(form),
            sections=tuple(sections),
            relations=(),
            timeline=(),
        )

    def _named(self) -> Iterator[Section]:
        """Say whom it is about where that person's own record is not there, but others name the person."""
        if self._names:
            record = Record(Mark(self._subject, here=False), "person", self._names, ())
            yield Section("person", _words(self._form.sections[0].labels), (record,))

    def _names_beside(self) -> tuple[Part, ...]:
        """Return what links call the person, where the person's own record answers nothing."""
        if any(block.record.kind == "person" for part in self._parts for block in part.blocks):
            return ()
        shown = (
            claim.value.texts
            for _, record in self._records
            for one in record.fields
            for claim in one.claims
            if one.name in {"person", "about"} and claim.value.mark and claim.value.mark.token == self._subject
        )
        return next(shown, ())

    def _block(self, block: _Block, told: set[str]) -> Record:
        fields = tuple(Field(one.question.key, _words(one.question.labels), one.read) for one in block.answers)
        token = block.record.mark.token
        # A record may answer in several sections; its place in the page is where it stands first.
        first = token not in told
        told.add(token)
        return Record(Mark(token, here=first), block.record.kind, block.record.title, fields)

    def _open(self, left: Iterable[tuple[forms.Question, str]]) -> Record:
        fields = tuple(Field(one.key, _words(one.labels), (_reason(one, why),)) for one, why in left)
        return Record(Mark(self._subject or "person", here=False), "person", (WORDS["not told"],), fields)

    # --- JSON ---

    def json(self) -> bytes:
        """Write the form for programs."""
        tree: dict[str, Any] = {
            "format": FORMAT,
            "body": self._form.body,
            "edition": self._form.edition,
            "update": self._disclosure.update,
            "person": self._subject,
            **({"names": list(self._names)} if self._names else {}),
            "sections": [
                {
                    "section": part.section.key,
                    "records": [
                        {
                            "id": block.record.mark.token,
                            "kind": block.record.kind,
                            "answers": [
                                {"question": one.question.key, "claims": [claim_json(claim) for claim in one.claims]}
                                for one in block.answers
                            ],
                        }
                        for block in part.blocks
                    ],
                    "open": [{"question": one.key, **({"why": why} if why else {})} for one, why in part.open],
                }
                for part in self._parts
            ],
        }
        return json_bytes(tree)


def _links(record: DisclosedRecord) -> Iterator[str]:
    """Yield the tokens of whom or what a record is about."""
    for claim in record.claims:
        if claim.field in {"person", "about"} and isinstance(claim.value, dict) and not claim.retracted:
            mark = claim.value.get("record")
            if isinstance(mark, str):
                yield mark


def _matches(record: DisclosedRecord, question: forms.Question) -> bool:
    """Tell whether a record has one of the choices that a question asks for."""
    return all(
        any(one.field == name and one.value in choices and not one.retracted for one in record.claims)
        for name, choices in question.where.items()
    )


def _pairs(given: DisclosedRecord, read: Record, question: forms.Question) -> Iterator[tuple[DisclosedClaim, Claim]]:
    """Yield the claims of a record that answer a question, each with how it is read."""
    for name in question.fields_of(given.kind):
        claims = [one for one in given.claims if one.field == name]
        told = next((one.claims for one in read.fields if one.name == name), ())
        for claim, how in zip(claims, told, strict=True):
            value = claim.value if isinstance(claim.value, dict) else {}
            if not question.of or value.get("relation", value.get("kind")) in question.of:
                yield claim, how


def _reason(question: forms.Question, why: str) -> Claim:
    """Say that nothing is told, and why; of who is never named, that it is kept confidential."""
    if why:
        text: tuple[Part, ...] = (why,)
        return Claim("unknown", Value(text, long=bool(BREAKS.search(why))), WORDS["why missing"])
    return Claim("withheld", Value(), WORDS["kept confidential" if question.confidential else "not told here"])


# --- text -----------------------------------------------------------------------------------------------------------


class _Text:
    """A form as plain text, to be read or pasted into a form of the body's own."""

    def __init__(self, language: str) -> None:
        self._language = language

    def _part(self, part: Part) -> str:
        return visible(BREAKS.sub(" ", part[self._language] if isinstance(part, Words) else part).replace("\t", " "))

    def write(self, tree: Dossier) -> bytes:
        """Write the whole."""
        return ("\n".join(self._lines(tree)).rstrip("\n") + "\n").encode()

    def _lines(self, tree: Dossier) -> Iterator[str]:
        yield from (self._part(tree.title), "", self._part(tree.intro), "")
        yield from map(self._part, tree.conditions)
        if tree.conditions:
            yield ""
        for term in tree.terms:
            yield f"{self._part(term.word)}: {self._part(term.meaning)}"
        if tree.note:
            yield from ("", self._part(WORDS["note"]), *_indented(tree.note, "    "))
        for section in tree.sections:
            title = self._part(section.title)
            yield from ("", "", title, "-" * len(title))
            for record in section.records:
                yield from ("", f"{', '.join(map(self._part, record.title))} {_mark(record.mark)}".strip())
                for one in record.fields:
                    yield from self._field(one)

    def _field(self, one: Field) -> Iterator[str]:
        yield f"  {self._part(one.label)}:"
        for claim in one.claims:
            said = [self._value(claim.value)] if not claim.value.long else []
            said += [self._part(word) for word in (claim.said, *self._aside(claim)) if word is not None]
            if said and any(said):
                yield f"    {'; '.join(part for part in said if part)}"
            if claim.value.long:
                yield from _indented(str(claim.value.texts[0]), "      ")

    def _aside(self, claim: Claim) -> Iterator[Part | None]:
        yield WORDS["retracted"] if claim.retracted else None
        yield claim.basis
        if claim.confidence is not None:
            yield f"{self._part(WORDS['confidence'])}: {self._part(claim.confidence)}"
        if claim.as_of is not None:
            yield f"{self._part(WORDS['as_of'])} {claim.as_of}"
        if claim.source is not None:
            yield f"{self._part(WORDS['from'])} {_mark(claim.source)}"

    def _value(self, value: Value) -> str:
        said = [", ".join(map(self._part, value.texts))]
        if value.file is not None:
            said.append(self._part(value.file.path))
        if value.mark is not None:
            said.append(_mark(value.mark))
        if value.manner is not None:
            said.append(f"({self._part(value.manner)})")
        return " ".join(part for part in said if part)


def _mark(mark: Mark) -> str:
    return f"[{visible(mark.token)}]"


def _indented(text: str, indent: str) -> list[str]:
    return [f"{indent}{visible(line)}".rstrip() for line in BREAKS.split(text.strip())]
