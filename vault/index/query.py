"""Queries: from what a person types to what must hold, and whether it holds of an opened record.

Floor: 2. Pure: it opens nothing. Candidates from the index may be too many, never too few; `match` decides. Words not
found are no proof of absence.

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
from vault.index.sounds import SCRIPTS, Heard, Sound, written_in
from vault.index.terms import claim_names, claim_text, compact, parse_date, value_text
from vault.records import edtf, link_of
from vault.records.edtf import Date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vault.records.model import Claim, Revision
    from vault.records.schema import Schemas

MAX_QUERY_CHARACTERS: Final = 1 << 16
MAX_CLAUSE_CHARACTERS: Final = 1 << 14
MAX_CLAUSES: Final = 64
LEAST_PREFIX: Final = 3
MAX_WORDS: Final = 256
MAX_SOUNDS: Final = 16
"""Words that are also looked for in other spellings; more than a name has."""
_SHORT: Final = 200
_DATES: Final = frozenset(("date", "birth"))


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
    def sounds(self) -> list[Sound]:
        """What is looked for in any spelling: all words together, else the one word; of fields each."""
        fields = [clause.sound for clause in self.wanted if isinstance(clause, InField) and clause.sound]
        words = [clause.sound for clause in self.wanted if isinstance(clause, Words) and clause.sound]
        return [*([self.whole] if self.whole else words), *fields]


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
        RecordError: Nothing to look for, a quotation that does not end, an unknown field or kind, or a date that is
            none. The message quotes names of fields, never what is looked for.
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
        words = _sequence(value)
        return Phrase(words, _terms(value, exact=True), value) if words else None
    ways = _ways(value, exact=exact)
    return Words(ways, value) if ways else None


def _sequence(text: str) -> tuple[str, ...]:
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
    if not found and name == "kind":
        raise RecordError("there is no such kind of record")
    if not found:
        raise RecordError(f"there is no field {name[:64]}; put text with a colon into quotation marks")
    return found


def _in_field(name: str, value: str, *, quoted: bool, exact: bool, schemas: Schemas) -> InField:
    fields = _fields(name, schemas)
    span = _span(value)
    if span is None and all(field_type in _DATES for _, field_type in fields.values()):
        raise RecordError(f"{name}: {_NO_DATE}")
    ways = _ways(value, exact=quoted or exact, star=False if quoted else None)
    if not ways and span is None:
        raise RecordError(f"{name}: wants a value with a letter or a digit in it")
    return InField(
        fields=fields,
        ways=ways,
        phrase=_sequence(value) if quoted else (),
        span=span,
        hexadecimal=value.lower() if _HEX.fullmatch(value) else None,
        text=value,
    )


# --- deciding on an opened record -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Match:
    """Why a record answers a query.

    Args:
        claim: The claim that answers best; None when the query asks for no value.
        spelling: The name found, as it is written; empty if it is no name that answers.
        reasons: A few words for a person, each of them one reason; may quote names.

    Secrets:
        All.
    """

    claim: Claim | None = field(repr=False)
    spelling: str = field(repr=False)
    reasons: tuple[str, ...] = field(repr=False)

    @property
    def reason(self) -> str:
        """All reasons on one line."""
        return "; ".join(self.reasons)


_APART: Final = frozenset(' \n\t,.;:!?()[]{}"«»„“”…/\\|—–-')
"""What stands beside a word and is no part of it."""


class _Text:
    """The terms of one claim: looked at quickly where that is enough, taken apart where it is not."""

    __slots__ = ("_low", "_name", "_quick", "_terms", "_text")

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._text = text
        quick = f" {text} {name} "
        self._quick = quick.casefold() if len(quick) <= _SHORT else quick
        self._low: str | None = None
        self._terms: set[str] | None = None

    def __len__(self) -> int:
        return len(self._text)

    @property
    def terms(self) -> set[str]:
        """All terms."""
        if self._terms is None:
            self._terms = names.text_terms(self._text)
            if self._name:
                self._terms |= names.text_terms(self._name)
        return self._terms

    def quickly(self, word: str, *, prefix: bool) -> bool:
        """Tell whether a word in normal form stands there, or begins one: True is sure, False is not."""
        text = self._quick
        at = text.find(word)
        while at > 0:
            if text[at - 1] in _APART and (prefix or text[at + len(word)] in _APART):
                return True
            at = text.find(word, at + 1)
        return False

    def closeness(self, term: Term, *, fully: bool) -> int:
        """Tell how well a word is answered: 2 it stands there, 1 as a beginning, 0 not (or, if not fully, unlikely)."""
        if self.quickly(term.word, prefix=False):
            return 2
        if not fully and term.prefix and self.quickly(term.word, prefix=True):
            return 1
        if not fully:
            # Letters in another form are missed here in texts, and the claim may come second to another that answers.
            if self._low is None:
                self._low = f"{self._text} {self._name}".casefold()
            if term.word not in self._low and (not self._name or names.is_plain(self._low)):
                return 0
        return (term.word in self.terms) + term.among(self.terms)


class _View:
    """A revision with the terms of its claims, as a query looks at it."""

    def __init__(self, query: Query, revision: Revision, schemas: Schemas, *, listening: bool) -> None:
        self.query = query
        self._listening = listening
        self.revision = revision
        self.claims = revision.claims
        self.types = [schemas.field(revision.kind, claim.field).type for claim in self.claims]
        self.names = list(map(claim_names, self.claims, self.types))
        said = list(map(claim_text, self.claims, self.types))
        self.texts = list(map(_Text, said, self.names))
        # Where only one script counts in names: what words of another one are looked for in.
        self._nameless = self.texts if query.script is None else [_Text(text, "") for text in said]
        self.heard = Heard(self.names)

    def _texts(self, term: Term) -> list[_Text]:
        script = self.query.script
        return self.texts if script is None or written_in(term.word, script) else self._nameless

    def _has(self, term: Term, texts: list[_Text]) -> bool:
        if any(text.quickly(term.word, prefix=term.prefix) for text in texts):
            return True
        # Most words stand in the longest text.
        return any(term.among(text.terms) for text in sorted(texts, key=len, reverse=True))

    def has_wanted(self) -> bool:
        """Tell whether all holds that must."""
        missing: list[Words] = []
        for clause in self.query.wanted:
            if self._holds(clause):
                continue
            if not isinstance(clause, Words):
                return False
            missing.append(clause)
        return self._heard(missing)

    def has_unwanted(self) -> bool:
        """Tell whether anything holds that must not."""
        return any(map(self._holds, self.query.unwanted))

    def _heard(self, missing: list[Words]) -> bool:
        """Tell whether words that do not stand there are names in other spellings, each or all together."""
        if all(clause.sound is not None and self.heard.like(clause.sound) for clause in missing):
            return True
        starred = any(clause.sound is None for clause in missing)
        return not starred and self.query.whole is not None and self.heard.like(self.query.whole)

    def _holds(self, clause: Clause) -> bool:
        """Tell whether a clause holds of the record, words as they are written."""
        if isinstance(clause, Words):
            return any(all(self._has(term, self._texts(term)) for term in way) for way in clause.ways)
        if isinstance(clause, OfKind):
            return clause.kind == self.revision.kind
        if isinstance(clause, WithId):
            return self.revision.record_id.hex().startswith(clause.prefix)
        if isinstance(clause, Phrase) and not all(self._has(term, self.texts) for term in clause.terms):
            return False
        return any(self._holds_in(clause, index) for index in range(len(self.claims)))

    def _holds_in(self, clause: Clause, index: int) -> bool:
        """Tell whether a phrase, a date or something in a field holds of one claim alone."""
        claim = self.claims[index]
        if isinstance(clause, Phrase):
            return _side_by_side(clause.words, claim)
        if isinstance(clause, When):
            return self.types[index] == "date" and _overlaps(clause.span, claim)
        return isinstance(clause, InField) and self._in_field(clause, index)

    def _in_field(self, clause: InField, index: int) -> bool:
        claim, field_type = self.claims[index], self.types[index]
        if clause.fields.get(self.revision.kind, ("", ""))[0] != claim.field:
            return False
        if field_type in _DATES:
            return clause.span is not None and _overlaps(clause.span, claim)
        if field_type == "link" and clause.hexadecimal:
            target = link_of(claim.value)
            if target is not None and target.hex().startswith(clause.hexadecimal):
                return True
        if clause.phrase and not _side_by_side(clause.phrase, claim):
            return False
        if any(all(term.among(self._texts(term)[index].terms) for term in way) for way in clause.ways):
            return True
        return field_type == "name" and clause.sound is not None and self.heard.like(clause.sound, index)

    # --- which claim it is that answers ---

    def best(self) -> Match:
        """Choose the claim that answers most of what is wanted; names first, and of those the one most like it."""
        answers, likeness, chosen = self._best(fully=False)
        if not answers:
            answers, likeness, chosen = self._best(fully=True)
        if not answers:
            named = any(isinstance(clause, WithId) for clause in self.query.wanted)
            return Match(None, "", ("its id" if named else "its kind",))
        claim, name = self.claims[chosen], self.names[chosen]
        if name:
            return Match(claim, name, self._reasons(name, likeness))
        dated = self.types[chosen] in _DATES
        return Match(claim, "", ("the date may fall into the span" if dated else "the words stand there",))

    def _reasons(self, name: str, likeness: float) -> tuple[str, ...]:
        if likeness:
            for sound in self.query.sounds:
                if sound.likeness(name) == likeness and (reasons := sound.reasons(name)):
                    return reasons
        there = sorted(names.text_terms(name))
        asked = {term.word for clause in self.query.wanted if isinstance(clause, Words) for term in clause.ways[0]}
        begun = [(one, word) for word in sorted(asked.difference(there)) for one in there if one.startswith(word)]
        return tuple(f"{one} begins with {word}" for one, word in begun) or ("the name",)

    def _best(self, *, fully: bool) -> tuple[int, float, int]:
        best, chosen = (0, 0.0), 0
        clauses = [clause for clause in self.query.wanted if not isinstance(clause, OfKind | WithId)]
        for index, field_type in enumerate(self.types):
            answers = 0
            for clause in clauses:
                answers += self._answers(clause, index, fully=fully)
            likeness = 0.0
            if self._listening and self.names[index]:
                likeness = max((sound.likeness(self.names[index]) for sound in self.query.sounds), default=0.0)
                likeness = likeness if likeness >= names.SIMILAR else 0.0
                answers = max(answers, len(clauses)) if likeness else answers
            # A name goes before a text that answers a little better; of equals the earlier claim goes first.
            rank = (2 * answers + 3 * (answers > 0 and field_type == "name"), likeness)
            if rank > best:
                best, chosen = rank, index
        return *best, chosen

    def _answers(self, clause: Clause, index: int, *, fully: bool) -> int:
        if not isinstance(clause, Words):
            return 2 * self._holds_in(clause, index)
        most = 0
        for way in clause.ways:
            answers = 0
            for term in way:
                answers += self._texts(term)[index].closeness(term, fully=fully)
            most = max(most, answers)
        if not most and self._listening and clause.sound is not None and self.names[index]:
            most = clause.sound.likeness(self.names[index]) >= names.SIMILAR
        return most


def _overlaps(span: Date, claim: Claim) -> bool:
    other = parse_date(claim.value)
    return other is not None and edtf.overlaps(span, other)


def _side_by_side(words: tuple[str, ...], claim: Claim) -> bool:
    there = _sequence(value_text(claim.value))
    size = len(words)
    # Looking only where the first word stands keeps this linear but for texts that repeat it.
    return any(word == words[0] and there[at : at + size] == words for at, word in enumerate(there))


def match(query: Query, revision: Revision, schemas: Schemas, *, listening: bool = True) -> Match | None:
    """Decide whether a record answers a query, and by which claim.

    Args:
        query: What must hold.
        revision: The record's newest revision, opened.
        schemas: Schemas in force.
        listening: Choose a claim also for the likeness of its name; what holds does not depend on it.

    Returns:
        The best claim and why; None if the query does not hold, or the record is removed.

    Secrets:
        The result.

    Source:
        docs/search.md.
    """
    if revision.removed:
        return None
    view = _View(query, revision, schemas, listening=listening)
    if not view.has_wanted():
        return None
    if query.unwanted:
        # What is not wanted is so in every script.
        every = view if query.script is None else _View(replace(query, script=None), revision, schemas, listening=False)
        if every.has_unwanted():
            return None
    return view.best()
