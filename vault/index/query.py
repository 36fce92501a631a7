"""Queries: from what a person types to what must hold.

Floor: 2. Pure: it opens nothing. It refuses what cannot be read, and never quotes what is looked for.

    zhakyp kashgar          both, in names or texts; words of three letters and more also as a beginning, and names in
                            any spelling; all words also as one name
    "exact words"           side by side in one statement
    jak*                    a beginning of any length
    -word                   not this; also before any other form
    place:kashgar           in this field; also person.place:kashgar
    kind:person             this kind of record
    when:2017-05..2018      a date (not of birth) that may fall into the span
    id:3fa9                 records whose id begins so
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from vault import names
from vault.errors import LimitError, RecordError
from vault.index.sounds import SCRIPTS, Sound
from vault.index.terms import compact, parse_date
from vault.records.edtf import Date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vault.records.schema import Schemas

MAX_QUERY_CHARACTERS: Final = 1 << 16
MAX_CLAUSE_CHARACTERS: Final = 1 << 14
MAX_CLAUSES: Final = 64
LEAST_PREFIX: Final = 3
MAX_WORDS: Final = 256
MAX_SOUNDS: Final = 16
"""Words that are also looked for in other spellings; more than a name has."""
DATES: Final = frozenset(("date", "birth"))


@dataclass(frozen=True, slots=True)
class Term:
    """One word to be found.

    Args:
        word: In normal form.
        prefix: It may be the beginning of a word.
    """

    word: str
    prefix: bool

    def among(self, terms: set[str]) -> bool:
        """Tell whether it is there, wholly or as a beginning."""
        return self.word in terms or (self.prefix and any(term.startswith(self.word) for term in terms))


Ways: TypeAlias = tuple[tuple[Term, ...], ...]
"""Ways to find what was typed in one piece: all words of one of them."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed without blanks: its words, or all of it in one piece.

    Args:
        ways: As written.
        text: As typed.
        sound: As a name in any spelling, if it is wanted so.
    """

    ways: Ways
    text: str = field(repr=False)
    sound: Sound | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side in one statement."""

    words: tuple[str, ...]
    terms: tuple[Term, ...]
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InField:
    """Something in one field.

    Args:
        fields: The field's proper name and type, by kind of record.
        ways: Words, in any type of field but dates.
        text: As typed.
        phrase: Words that must stand side by side, if they were quoted.
        span: A span of dates, in fields of dates, if it is one.
        hexadecimal: Beginning of an id, in fields that link, if it is one.
        sound: As a name in any spelling, in fields of type name, if it is wanted so.
    """

    fields: Mapping[str, tuple[str, str]]
    ways: Ways
    phrase: tuple[str, ...]
    span: Date | None
    hexadecimal: str | None
    text: str = field(repr=False)
    sound: Sound | None = field(default=None, repr=False, compare=False)

    @property
    def named(self) -> list[str]:
        """Kinds of record in which the field is a name."""
        return [kind for kind, (_, field_type) in self.fields.items() if field_type == "name"]


@dataclass(frozen=True, slots=True)
class OfKind:
    """A kind of record."""

    kind: str


@dataclass(frozen=True, slots=True)
class When:
    """A date that may fall into a span."""

    span: Date

    @property
    def whole_months(self) -> bool:
        """Whether the span begins and ends with a month, so that months alone decide."""
        first, last = self.span.earliest, self.span.latest
        ends = last is None or last == date.max or (last + timedelta(days=1)).day == 1
        return (first is None or first.day == 1) and ends


@dataclass(frozen=True, slots=True)
class WithId:
    """A beginning of the record's id, in hexadecimal digits."""

    prefix: str


Clause: TypeAlias = Words | Phrase | InField | OfKind | When | WithId


@dataclass(frozen=True, slots=True)
class Query:
    """What must hold of a record.

    Args:
        wanted: Clauses that must hold.
        unwanted: Clauses that must not.
        script: Only words of names that are written in this script count as found in a name; None for all.
        whole: All words together as one name in any spelling, if there are several.

    Secrets:
        Everything in it: what is looked for tells who is looked for.
    """

    wanted: tuple[Clause, ...] = field(repr=False)
    unwanted: tuple[Clause, ...] = field(repr=False)
    script: str | None = None
    whole: Sound | None = field(default=None, repr=False, compare=False)

    @property
    def sounds(self) -> tuple[list[Sound], list[Sound]]:
        """What is looked for in any spelling: all words together, and words and fields each."""
        each = [clause.sound for clause in self.wanted if isinstance(clause, Words | InField) and clause.sound]
        return ([self.whole] if self.whole else []), each


# --- reading what was typed -------------------------------------------------------------------------------------------

# A piece ends at a blank or a quotation mark. Nothing follows the repeated parts that could fail, so that matching is
# linear.
_PIECE: Final = re.compile(r'\s*(-?)([A-Za-z_][\w.-]*:)?(?:"([^"]*)("?)|([^\s"]*))')
_HEX: Final = re.compile(r"[0-9a-fA-F]{1,32}")


def parse(text: str, schemas: Schemas, *, exact: bool = False, script: str | None = None) -> Query:
    """Read a query.

    Args:
        text: As typed; at most 2^16 characters, 64 clauses of 2^14 characters and 256 words.
        schemas: Schemas in force, for the names of fields and kinds.
        exact: Words count only as they are written: in no other spelling, and as a beginning only with `*`.
        script: ISO 15924 code, one of `SCRIPTS`: only what is written in this script counts as found in a name.

    Returns:
        What must hold.

    Raises:
        ValueError: `script` is no known code.
        RecordError: Nothing to look for, a quotation that does not end, an unknown field, or a date that is none. The
            message quotes names of fields, never what is looked for.
        LimitError: Too long, or too many clauses or words.

    Secrets:
        `text` and the result.
    """
    if len(text) > MAX_QUERY_CHARACTERS:
        raise LimitError("characters of a query", MAX_QUERY_CHARACTERS)
    if script is not None and script not in SCRIPTS:
        msg = "the script is not one of `SCRIPTS`"
        raise ValueError(msg)
    wanted, unwanted = _clauses(text, exact=exact, schemas=schemas)
    if not wanted and not unwanted:
        raise RecordError("there is nothing to look for: give a word, a field with a value, a kind or a date")
    return Query(tuple(wanted), tuple(unwanted), script) if exact else _with_sounds(wanted, unwanted, script)


def _clauses(text: str, *, exact: bool, schemas: Schemas) -> tuple[list[Clause], list[Clause]]:
    """Give the clauses that must hold, and those that must not."""
    wanted: list[Clause] = []
    unwanted: list[Clause] = []
    words = 0
    for piece in _PIECE.finditer(text):
        if piece[3] is not None and not piece[4]:
            raise RecordError("a quotation in the query does not end")
        quoted, value = piece[3] is not None, piece[3] or piece[5] or ""
        if len(value) > MAX_CLAUSE_CHARACTERS:
            raise LimitError("characters of a clause", MAX_CLAUSE_CHARACTERS)
        clause = _clause((piece[2] or "")[:-1], value, quoted=quoted, exact=exact, schemas=schemas)
        if clause is None:
            continue
        (unwanted if piece[1] else wanted).append(clause)
        if isinstance(clause, Phrase):
            words += len(clause.terms)
        elif isinstance(clause, Words | InField):
            words += sum(map(len, clause.ways))
        if words > MAX_WORDS:
            raise LimitError("words of a query", MAX_WORDS)
        if len(wanted) + len(unwanted) > MAX_CLAUSES:
            raise LimitError("clauses of a query", MAX_CLAUSES)
    return wanted, unwanted


def _with_sounds(wanted: Iterable[Clause], unwanted: Iterable[Clause], script: str | None) -> Query:
    """Look for names in any spelling, too: of what is wanted, has a letter, and is not quoted or ended by a star."""
    clauses: list[Clause] = []
    texts: list[str] = []
    for clause in wanted:
        if isinstance(clause, Words) and _may_be_name(clause.text) and len(texts) < MAX_SOUNDS:
            clauses.append(replace(clause, sound=Sound(clause.text, script)))
            texts.append(clause.text)
        elif isinstance(clause, InField) and clause.named and not clause.phrase and _may_be_name(clause.text):
            clauses.append(replace(clause, sound=Sound(clause.text, script)))
        else:
            clauses.append(clause)
    whole = Sound(" ".join(texts), script) if len(texts) > 1 else None
    return Query(tuple(clauses), tuple(unwanted), script, whole)


def _may_be_name(text: str) -> bool:
    return not text.endswith("*") and any(map(str.isalpha, text))


def _clause(name: str, value: str, *, quoted: bool, exact: bool, schemas: Schemas) -> Clause | None:
    if name:
        return _named(name.lower(), value, quoted=quoted, exact=exact, schemas=schemas)
    if quoted:
        words = sequence(value)
        return Phrase(words, _terms(value, exact=True), value) if words else None
    ways = _ways(value, exact=exact)
    return Words(ways, value) if ways else None


def sequence(text: str) -> tuple[str, ...]:
    """Give the words of a text as they follow each other."""
    return tuple(word for word, _, _ in names.words(text))


def _terms(text: str, *, exact: bool, star: bool = False) -> tuple[Term, ...]:
    terms = [Term(word, prefix=not exact and _may_begin(word)) for word in names.query_terms(text)]
    if terms and star:
        terms[-1] = Term(terms[-1].word, prefix=True)
    return tuple(terms)


def _may_begin(word: str) -> bool:
    """Tell whether a word also counts as a beginning: of Chinese, characters and pairs are whole terms."""
    return len(word) >= LEAST_PREFIX and not names.is_han(word)


def _ways(text: str, *, exact: bool, star: bool | None = None) -> Ways:
    star = text.endswith("*") if star is None else star
    terms = _terms(text, exact=exact, star=star)
    whole = compact(text)
    if not terms:
        return ()
    if not whole or len(terms) == 1:
        return (terms,)
    return (terms, (Term(whole, prefix=star or (not exact and _may_begin(whole))),))


def _span(text: str) -> Date | None:
    """Read an EDTF date, or two with two full stops between them."""
    first, dots, last = text.partition("..")
    if dots and "/" not in text:
        text = f"{first or '..'}/{last or '..'}"
    return parse_date(text)


_NO_DATE: Final = "wants a date such as 2017, 2017-05, 2017-05..2018 or ..2018"


def _named(name: str, value: str, *, quoted: bool, exact: bool, schemas: Schemas) -> Clause:
    if not value:
        raise RecordError(f"{name[:64]}: wants a value right after the colon")
    if name == "id":
        if not _HEX.fullmatch(value):
            raise RecordError("id: wants one to 32 hexadecimal digits")
        return WithId(value.lower())
    if name == "when":
        span = _span(value)
        if span is None:
            raise RecordError(f"when: {_NO_DATE}")
        return When(span)
    if name == "kind" and value.lower() in schemas.kinds:
        return OfKind(value.lower())
    return _in_field(name, value, quoted=quoted, exact=exact, schemas=schemas)


def _fields(name: str, schemas: Schemas) -> dict[str, tuple[str, str]]:
    kind, dot, rest = name.partition(".")
    found: dict[str, tuple[str, str]] = {}
    for one in (kind,) if dot else schemas.kinds:
        proper = schemas.canonical(one, rest if dot else name)
        known = schemas.field(one, proper)
        if known.known:
            found[one] = (known.name, known.type)
    if not found:
        raise RecordError(f"there is no field {name[:64]}; put text with a colon into quotation marks")
    return found


def _in_field(name: str, value: str, *, quoted: bool, exact: bool, schemas: Schemas) -> InField:
    fields = _fields(name, schemas)
    span = _span(value)
    if span is None and all(field_type in DATES for _, field_type in fields.values()):
        raise RecordError(f"{name}: {_NO_DATE}")
    ways = _ways(value, exact=quoted or exact, star=False if quoted else None)
    if not ways and span is None:
        raise RecordError(f"{name}: wants a value with a letter or a digit in it")
    return InField(
        fields=fields,
        ways=ways,
        phrase=sequence(value) if quoted else (),
        span=span,
        hexadecimal=value.lower() if _HEX.fullmatch(value) else None,
        text=value,
    )
