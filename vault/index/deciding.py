"""Deciding on an opened record: whether a query holds of it, and which of its claims answers best.

Floor: 2. Pure: it opens nothing. What holds is told in docs/search.md; which claim is shown is a matter of taste.
"""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from vault import names
from vault.index.query import DATES, InField, OfKind, Phrase, When, WithId, Words, sequence
from vault.index.sounds import Heard, written_in
from vault.index.terms import claim_names, claim_text, parse_date, value_text
from vault.records import edtf, link_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from vault.index.query import Clause, Query, Term, Ways
    from vault.index.sounds import Sound
    from vault.records.edtf import Date
    from vault.records.model import Claim, Revision
    from vault.records.schema import Schemas

_SHORT: Final = 200


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


class _Texts:
    """What is said in a record, claim by claim, whatever is asked; kept with the revision while that is remembered.

    Args:
        claims: The claims.
        types: Type of the field of each.
        schemas: By which they were found.
    """

    __slots__ = ("all", "names", "schemas", "short", "starts", "texts", "types")

    def __init__(self, claims: Sequence[Claim], types: list[str], schemas: Schemas) -> None:
        self.schemas = schemas
        self.types = types
        self.names = list(map(claim_names, claims, types))
        self.texts = list(map(claim_text, claims, types))
        self.put_together()

    def put_together(self) -> None:
        """Write all of it in one line, to be looked through at once."""
        pieces = [f" {text} {name} " for text, name in zip(self.texts, self.names, strict=True)]
        # Long texts are left as they are: most words stand there in small letters, too.
        pieces = [piece.casefold() if len(piece) <= _SHORT else piece for piece in pieces]
        self.all = "".join(pieces)
        self.starts = [0, *accumulate(map(len, pieces))]
        self.short: dict[int, set[str]] = {}

    def without_names(self) -> _Texts:
        """Give the same without the names."""
        found = copy(self)
        found.names = [""] * len(self.names)
        found.put_together()
        return found


def _texts_of(revision: Revision, schemas: Schemas) -> _Texts:
    kept = revision.kept
    if not isinstance(kept, _Texts) or kept.schemas is not schemas:
        types = [schemas.field(revision.kind, claim.field).type for claim in revision.claims]
        kept = _Texts(revision.claims, types, schemas)
        revision.keep(kept)
    return kept


class _Said:
    """All that is said in a record, claim by claim: looked at quickly where that is enough, else taken apart.

    Args:
        texts: Text and name of each claim.
    """

    def __init__(self, texts: _Texts) -> None:
        self._texts = texts.texts
        self._names = texts.names
        self._all = texts.all
        self._starts = texts.starts
        self._short = texts.short
        self._long: dict[int, set[str]] = {}
        self._quick: dict[Term, dict[int, int]] = {}

    def terms(self, claim: int) -> set[str]:
        """Give all terms of a claim; those of short ones are remembered with them."""
        found = self._short.get(claim) or self._long.get(claim)
        if found is None:
            text = f"{self._texts[claim]} {self._names[claim]}"
            found = names.text_terms(text)
            (self._short if len(text) <= _SHORT else self._long)[claim] = found
        return found

    def quickly(self, term: Term) -> dict[int, int]:
        """Give claims where a word stands (2) or begins one (1): those are sure; of the others nothing is known."""
        known = self._quick.get(term)
        if known is not None:
            return known
        found = self._quick[term] = {}
        text, word, size = self._all, term.word, len(term.word)
        at = text.find(word)
        while at > 0:
            if text[at - 1] in _APART:
                answers = 2 if text[at + size] in _APART else int(term.prefix)
                if answers:
                    claim = bisect_right(self._starts, at) - 1
                    if answers > found.get(claim, 0):
                        found[claim] = answers
            at = text.find(word, at + 1)
        return found

    def has(self, term: Term) -> bool:
        """Tell whether a word stands or begins one anywhere."""
        if self.quickly(term):
            return True
        # Most words stand in the longest text.
        order = sorted(range(len(self._texts)), key=lambda claim: -len(self._texts[claim]))
        return any(term.among(self.terms(claim)) for claim in order)

    def answers(self, term: Term) -> dict[int, int]:
        """Give claims where a word stands (2) or begins one (1); of texts those that are seen quickly, if any is."""
        quick = self.quickly(term)
        found = {} if quick else {claim: self._closely(term, claim) for claim in range(len(self._texts))}
        for claim, name in enumerate(self._names):
            # A name goes before a text, so that letters in another form must not hide it.
            if name and claim not in quick and not name.isascii():
                found[claim] = self._closely(term, claim)
        return {**found, **quick}

    def _closely(self, term: Term, claim: int) -> int:
        terms = self.terms(claim)
        return (term.word in terms) + term.among(terms)


class _View:
    """A revision as a query looks at it.

    Args:
        query: What must hold.
        revision: The record's newest one.
        schemas: Schemas in force.
        heard: What the record is known to share a sound key with.
    """

    def __init__(self, query: Query, revision: Revision, schemas: Schemas, heard: Collection[Sound] = ()) -> None:
        self.query = query
        self.revision = revision
        self.claims = revision.claims
        texts = _texts_of(revision, schemas)
        self.types = texts.types
        self.names = texts.names
        self.said = _Said(texts)
        # Where only one script counts in names: what words of another one are looked for in.
        self._nameless = self.said if query.script is None else _Said(texts.without_names())
        self._listening = bool(heard)
        self.heard = Heard(self.names, heard)

    def _said(self, term: Term) -> _Said:
        script = self.query.script
        return self.said if script is None or written_in(term.word, script) else self._nameless

    # --- whether it holds ---

    def has_wanted(self) -> bool:
        """Tell whether all holds that must."""
        sounds: list[Sound] = []
        for clause in self.query.wanted:
            sound = clause.sound if isinstance(clause, Words) else None
            # What is known to sound alike need not be looked for in long texts first.
            if sound is not None and self._listening and self._like_one(sound):
                continue
            if not self._holds(clause):
                if sound is None:
                    return False
                sounds.append(sound)
        self._listening |= bool(sounds)
        return all(map(self._like_one, sounds))

    def _like_one(self, sound: Sound) -> bool:
        """Tell whether a name is like one word, or like all words together."""
        # All words together go first: of what the index compared they are known already.
        return (self.query.whole is not None and self.heard.like(self.query.whole)) or self.heard.like(sound)

    def has_unwanted(self) -> bool:
        """Tell whether anything holds that must not."""
        return any(map(self._holds, self.query.unwanted))

    def _has_way(self, ways: Ways) -> bool:
        return any(all(self._said(term).has(term) for term in way) for way in ways)

    def _holds(self, clause: Clause) -> bool:
        """Tell whether a clause holds of the record, words as they are written."""
        if isinstance(clause, Words):
            return self._has_way(clause.ways)
        if isinstance(clause, OfKind):
            return clause.kind == self.revision.kind
        if isinstance(clause, WithId):
            return self.revision.record_id.hex().startswith(clause.prefix)
        if isinstance(clause, Phrase) and not all(map(self.said.has, clause.terms)):
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
        if field_type in DATES:
            return clause.span is not None and _overlaps(clause.span, claim)
        if field_type == "link" and clause.hexadecimal:
            target = link_of(claim.value)
            if target is not None and target.hex().startswith(clause.hexadecimal):
                return True
        if clause.phrase and not _side_by_side(clause.phrase, claim):
            return False
        if any(all(term.among(self._said(term).terms(index)) for term in way) for way in clause.ways):
            return True
        return field_type == "name" and clause.sound is not None and self.heard.like(clause.sound, index)

    # --- which claim it is that answers ---

    def best(self) -> Match:
        """Choose the claim that answers most of what is wanted; names first, and of those the one most like it."""
        found = self._like() if self._listening else None
        if found is not None:
            sound, chosen = found
            return Match(self.claims[chosen], self.names[chosen], sound.reasons(self.names[chosen]) or _LIKE)
        chosen, answers = self._written()
        if not answers:
            named = any(isinstance(clause, WithId) for clause in self.query.wanted)
            return Match(None, "", ("its id" if named else "its kind",))
        claim, name = self.claims[chosen], self.names[chosen]
        if name:
            return Match(claim, name, self._begun(name))
        dated = self.types[chosen] in DATES
        return Match(claim, "", ("the date may fall into the span" if dated else "the words, as written",))

    def _like(self) -> tuple[Sound, int] | None:
        """Give the claim with the name most like what is asked for, if one is like it."""
        least, found = names.SIMILAR, None
        for sounds in self.query.sounds:
            for sound in sounds:
                for index, name in enumerate(self.names):
                    if name and (likeness := sound.likeness(name)) >= least and (found is None or likeness > least):
                        least, found = likeness, (sound, index)
            if found is not None:
                break
        return found

    def _begun(self, name: str) -> tuple[str, ...]:
        """Say which words of a name begin with what was asked for."""
        there = sorted(names.text_terms(name))
        asked = {term.word for clause in self.query.wanted if isinstance(clause, Words) for term in clause.ways[0]}
        begun = [(one, word) for word in sorted(asked.difference(there)) for one in there if one.startswith(word)]
        return tuple(f"{one} begins with {word}" for one, word in begun) or _WRITTEN

    def _written(self) -> tuple[int, int]:
        """Give the claim in which most of what is wanted stands, and how much that is."""
        most = [0] * len(self.claims)
        for clause in self.query.wanted:
            if isinstance(clause, Words):
                for claim, answers in self._answers(clause.ways).items():
                    most[claim] += answers
            elif not isinstance(clause, OfKind | WithId):
                for claim in range(len(most)):
                    most[claim] += 2 * self._holds_in(clause, claim)
        best = chosen = 0
        for claim, answers in enumerate(most):
            if answers:
                # A name goes before a text that answers a little better; of equals the earlier claim goes first.
                rank = 2 * answers + 3 * (self.types[claim] == "name")
                if rank > best:
                    best, chosen = rank, claim
        return chosen, best

    def _answers(self, ways: Ways) -> dict[int, int]:
        most: dict[int, int] = {}
        for way in ways:
            answers: dict[int, int] = {}
            for term in way:
                for claim, closely in self._said(term).answers(term).items():
                    answers[claim] = answers.get(claim, 0) + closely
            if not most:
                most = answers
            else:
                most = {claim: max(most.get(claim, 0), answers.get(claim, 0)) for claim in {**most, **answers}}
        return most


_LIKE: Final = ("a name that sounds like it",)
_WRITTEN: Final = ("the name, as written",)


def _overlaps(span: Date, claim: Claim) -> bool:
    other = parse_date(claim.value)
    return other is not None and edtf.overlaps(span, other)


def _side_by_side(words: tuple[str, ...], claim: Claim) -> bool:
    there = sequence(value_text(claim.value))
    size = len(words)
    # Looking only where the first word stands keeps this linear but for texts that repeat it.
    return any(word == words[0] and there[at : at + size] == words for at, word in enumerate(there))


def match(query: Query, revision: Revision, schemas: Schemas, heard: Collection[Sound] = ()) -> Match | None:
    """Decide whether a record answers a query, and by which claim.

    Args:
        query: What must hold.
        revision: The record's newest revision, opened.
        schemas: Schemas in force.
        heard: What the index knows the record to share a sound key with, so that it need not be found out.

    Returns:
        The best claim and why; None if the query does not hold, or the record is removed.

    Secrets:
        The result.

    Source:
        docs/search.md.
    """
    if revision.removed:
        return None
    view = _View(query, revision, schemas, heard)
    if not view.has_wanted():
        return None
    if query.unwanted:
        # What is not wanted is so in every script.
        every = view if query.script is None else _View(replace(query, script=None), revision, schemas)
        if every.has_unwanted():
            return None
    return view.best()
