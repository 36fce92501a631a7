"""Who answers a query, by the segments alone: documents by their terms, names by their likeness, best first.

Floor: 2. It opens no record. Of what sounds like a name it compares so many names and no more, those that share most
with it; `vault.index.match` decides on the opened record.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from functools import cached_property, reduce
from math import log
from operator import and_, itemgetter, or_
from typing import TYPE_CHECKING, Final, NamedTuple

from pyroaring import BitMap

from vault import names
from vault.index.pages import Row, kept_names
from vault.index.query import InField, OfKind, Phrase, When, WithId, Words
from vault.index.segment import together
from vault.index.sounds import Sound, by_overlap, written_in
from vault.index.terms import (
    BIRTH,
    DATE,
    ID,
    KIND,
    LINK,
    NAME,
    SOUND,
    TEXT,
    VALUE_TYPES,
    span_terms,
    value_term,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from vault.index.postings import Documents
    from vault.index.query import Clause, Query, Term, Ways
    from vault.index.segment import Segment
    from vault.records.edtf import Date

MAX_LIKENESSES: Final = 1_000
"""Names compared with a query, at most: those of the records that share most with it."""
_FINENESS: Final = 4
"""Steps of a weight: sums of whole numbers tell few apart where many share the same keys."""
_PATIENCE: Final = 200
"""Names looked at in a row that may all be less like than the best are, before the others are left waiting."""
_PAGE: Final = 10
"""How many are the best."""
_FEW: Final = 5
"""Records that are compared without a first look."""
_SHARING: Final = 0.3
"""How much what a record shares counts beside its likeness at first sight, when it is chosen what to compare first."""
CLOSE: Final = 0.7
"""Likeness from which a name goes before what is written in texts."""
MAX_ALIKE: Final = 200
"""The same where likely duplicates are looked for, record by record."""

NAME_EXACT: Final = 3.0
NAME_SIMILAR: Final = 2.0
TEXT_EXACT: Final = 1.0
OTHER: Final = 0.0
_BELOW: Final = 0.99

_PARTS: Final = (1.0, 0.8, 0.65, 0.5, 0.001)
"""What part of a word of a name must have been asked for: its beginnings are put in order by this."""
_BEGUN, _SAID, _SAID_BEGUN = 0.8, 0.7, 0.5
"""How much a word counts that begins one in a name, stands in a text, or begins one there; wholly in a name it is 1."""


class Candidate(NamedTuple):
    """A record that may answer a query.

    Args:
        row: Where it is.
        score: 3 all words stand in its names; 2 up to 3 all that may be names are in its names, wholly, as beginnings
            or in a close spelling, or some stand there and the rest in texts, the more alike the more; 1 all words
            stand in its texts; 0 up to 1 some are in its names in another spelling, the more alike the more; 0 as
            beginnings, or no word was asked for.
        heard: What of the query its names were compared with: it shares a sound key with each of these.
    """

    row: Row
    score: float
    heard: tuple[Sound, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """A record with a name that may be another spelling of a given one.

    Args:
        row: Where it is.
        name: Its name that is most like a given one.
        likeness: From `names.SIMILAR` to 1.

    Secrets:
        `name`.
    """

    row: Row
    name: str = field(repr=False)
    likeness: float


class _Word:
    """Documents of one segment that have what was typed in one piece.

    Args:
        named: In a name; for each of `_PARTS` those of which so much of the word was asked for.
        exact: In a name or text, wholly.
        any: In a name or text, wholly or as a beginning.
    """

    __slots__ = ("any", "exact", "named")

    def __init__(self, named: tuple[BitMap, ...], exact: BitMap, any_: BitMap) -> None:
        self.named = named
        self.exact = exact
        self.any = any_

    def likeness(self, number: int) -> float:
        """Tell how much of the word a document has, as it is written."""
        if number in self.named[-1]:
            return 1.0 if number in self.named[0] else _BEGUN
        if number in self.any:
            return _SAID if number in self.exact else _SAID_BEGUN
        return 0.0

    def __and__(self, other: _Word) -> _Word:
        return _Word(tuple(map(and_, self.named, other.named)), self.exact & other.exact, self.any & other.any)

    def __or__(self, other: _Word) -> _Word:
        return _Word(tuple(map(or_, self.named, other.named)), self.exact | other.exact, self.any | other.any)


# --- what a segment has of a clause -----------------------------------------------------------------------------------

_NOWHERE: Final = (BitMap(),) * len(_PARTS)


def _named(segment: Segment, term: Term) -> tuple[BitMap, ...]:
    word = term.word.encode()
    if not term.prefix:
        return (segment.find(NAME + word),) * len(_PARTS)
    parts: list[list[Documents]] = [[] for _ in _PARTS]
    for size, documents in segment.completions(NAME + word):
        asked = len(word) / (size - 1)
        parts[next(place for place, part in enumerate(_PARTS) if asked >= part)].append(documents)
    named: list[BitMap] = []
    for some in parts:
        named.append(together([*named[-1:], *some]) if some or not named else named[-1])
    return tuple(named)


def _term(segment: Segment, term: Term, script: str | None) -> _Word:
    word = term.word.encode()
    named = _named(segment, term) if script is None or written_in(term.word, script) else _NOWHERE
    if not term.prefix:
        exact = every = segment.find(TEXT + word)
    else:
        found = segment.completions(TEXT + word)
        exact = together(documents for size, documents in found[:1] if size == 1 + len(word))
        every = together(documents for _, documents in found)
    return _Word(named, named[0] | exact, named[-1] | every)


def _every(segment: Segment, terms: Sequence[Term], script: str | None) -> _Word:
    found = _term(segment, terms[0], script)
    for term in terms[1:]:
        if not found.any:
            break
        found &= _term(segment, term, script)
    return found


def _any_way(segment: Segment, ways: Ways, script: str | None) -> _Word:
    return reduce(or_, [_every(segment, way, script) for way in ways])


def _dates(segment: Segment, tag: bytes, span: Date) -> BitMap:
    """Give the documents with a date that shares a month with a span: parts of its parts, and what holds them."""
    found = BitMap()
    above: set[str] = set()
    for part in span_terms(span.earliest, span.latest):
        found |= segment.union(tag + part.encode())
        above.update(part[:digits] for digits in range(1, min(len(part), 5)))
    for part in above:
        found |= segment.find(tag + part.encode())
    return found


def beginnings(digits: str) -> list[bytes]:
    """Give the bytes that hexadecimal digits begin with: of an odd number of digits, each way to go on."""
    return [bytes.fromhex(digits + more) for more in ("0123456789abcdef" if len(digits) % 2 else ("",))]


def _ids(segment: Segment, tag: bytes, digits: str) -> BitMap:
    return reduce(or_, [segment.union(tag + beginning) for beginning in beginnings(digits)])


def _kinds(segment: Segment, kinds: Iterable[str]) -> BitMap:
    return reduce(or_, [segment.find(KIND + kind.encode()) for kind in kinds])


def _in_field(segment: Segment, clause: InField) -> BitMap:
    """Give the documents that may have something in a field, of whatever kind they are."""
    found = BitMap()
    for name, field_type in sorted(set(clause.fields.values())):
        if field_type in {"date", "birth"}:
            if clause.span is not None:
                found |= _dates(segment, DATE if field_type == "date" else BIRTH, clause.span)
            continue
        if field_type == "link" and clause.hexadecimal:
            found |= _ids(segment, LINK, clause.hexadecimal)
        if not clause.ways:
            continue
        if field_type in VALUE_TYPES:
            for way in clause.ways:
                found |= reduce(and_, [_value(segment, name, term) for term in way])
            continue
        word = _any_way(segment, clause.ways, None)
        found |= word.named[-1] if field_type == "name" else word.any
    return found & _kinds(segment, clause.fields)


def _value(segment: Segment, name: str, term: Term) -> BitMap:
    key = value_term(name, term.word)
    return segment.union(key) if term.prefix else segment.find(key)


def _filter(segment: Segment, clause: InField | OfKind | When | WithId) -> BitMap:
    """Give the documents for which a clause other than words may hold."""
    if isinstance(clause, OfKind):
        return segment.find(KIND + clause.kind.encode())
    if isinstance(clause, When):
        return _dates(segment, DATE, clause.span)
    if isinstance(clause, WithId):
        return _ids(segment, ID, clause.prefix) & segment.union(KIND)
    return _in_field(segment, clause)


def _surely(segment: Segment, clause: Clause) -> BitMap:
    """Give the documents for which a clause holds, as far as terms alone can tell."""
    if isinstance(clause, Words):
        return _any_way(segment, clause.ways, None).any
    if isinstance(clause, OfKind | WithId) or (isinstance(clause, When) and clause.whole_months):
        return _filter(segment, clause)
    return BitMap()


# --- what is asked for as a name --------------------------------------------------------------------------------------


class _Keys:
    """Postings of sound keys over all segments.

    Args:
        segments: All of them.
        keys: Sound keys.
    """

    def __init__(self, segments: Sequence[Segment], keys: Collection[str]) -> None:
        """Look them up."""
        self.all = keys
        self._found = [
            {key: documents for key in keys if (documents := segment.find(SOUND + key.encode()))}
            for segment in segments
        ]
        every = sum(segment.documents for segment in segments)
        counts: dict[str, int] = {}
        for found in self._found:
            for key, documents in found.items():
                counts[key] = counts.get(key, 0) + len(documents)
        # The fewer names have a key, the more it says.
        self._weights = {key: max(1, round(_FINENESS * log(1 + every / count))) for key, count in counts.items()}

    def any_of(self, place: int, keys: Iterable[str]) -> BitMap:
        """Give the documents of a segment that have one of some keys."""
        found = self._found[place]
        return BitMap().union(*[found[key] for key in keys if key in found])

    def weighted(self, place: int) -> Iterator[tuple[BitMap, int]]:
        """Give the documents of each key in a segment and its weight, the rarest first."""
        found = self._found[place]
        for key in sorted(found, key=self._weights.__getitem__, reverse=True):
            yield found[key], self._weights[key]

    def most(self, keys: Iterable[str]) -> int:
        """Give the weight of the two rarest of some keys: what a good spelling would share."""
        return sum(sorted([self._weights[key] for key in keys if key in self._weights])[-2:])


class _Part:
    """What one segment has of one word, phrase or name in a field.

    Args:
        word: As it is written.
        sound: As a name in any spelling, if it is wanted so.
        kinds: In a field: documents of the kinds that have it.
    """

    __slots__ = ("heard", "kinds", "sound", "word")

    def __init__(self, word: _Word, sound: Sound | None = None, kinds: BitMap | None = None) -> None:
        self.word = word
        self.sound = sound
        self.kinds = kinds
        self.heard = BitMap()

    @property
    def replaceable(self) -> bool:
        """Whether a name like all words together answers it, too."""
        return self.sound is not None and self.kinds is None

    def hear(self, keys: _Keys, place: int) -> BitMap:
        """Find what shares a sound key with it; give that and what has it as it is written."""
        if self.sound is None:
            return self.word.any
        self.heard = keys.any_of(place, self.sound.keys)
        if self.kinds is not None:
            self.heard &= self.kinds
        return self.word.any | self.heard


class _Hits:
    """What one segment has of a query.

    Args:
        segment: The segment.
        query: What must hold.
    """

    def __init__(self, segment: Segment, query: Query) -> None:
        """Look up the words and what else must hold."""
        self.segment = segment
        self.parts: list[_Part] = []
        self.whole = BitMap()
        self.given = BitMap()
        filters: list[BitMap] = []
        for clause in query.wanted:
            if isinstance(clause, Words):
                self.parts.append(_Part(_any_way(segment, clause.ways, query.script), clause.sound))
            elif isinstance(clause, Phrase):
                self.parts.append(_Part(_every(segment, clause.terms, None)))
            elif isinstance(clause, InField) and clause.named and clause.ways and not clause.phrase:
                kinds = _kinds(segment, clause.named)
                named = tuple(found & kinds for found in _any_way(segment, clause.ways, query.script).named)
                word = _Word(named, named[0], named[-1] | _in_field(segment, clause))
                self.parts.append(_Part(word, clause.sound, kinds))
            else:
                filters.append(_filter(segment, clause))
        if not self.parts:
            filters.append(segment.union(KIND))
        # Postings name the newest revisions as of their writing: what is superseded since is taken off.
        self._without = segment.dead.union(*[_surely(segment, clause) for clause in query.unwanted])
        self._within = reduce(and_, filters) if filters else None

    def narrowed(self, found: Iterable[BitMap]) -> BitMap:
        """Give what is in all of some sets, and for which all else holds that must."""
        every = list(found) if self._within is None else [*found, self._within]
        return reduce(and_, every) - self._without

    @cached_property
    def written(self) -> BitMap:
        """All words stand there, wholly or as beginnings."""
        return self.narrowed(part.word.any for part in self.parts)

    def take(self, documents: BitMap) -> Iterator[int]:
        """Give documents that were not given yet, the newest first."""
        fresh = documents - self.given
        self.given |= fresh
        return reversed(fresh)

    def named(self) -> Iterator[tuple[float, BitMap]]:
        """Give the documents in which all words stand or begin, some of them in names, and how alike these are."""
        words = [part.word for part in self.parts]
        for place, part in enumerate(_PARTS[1:], 1):
            yield part, self.narrowed(word.named[place] for word in words)
        if len(words) > 1:
            whole = self.narrowed(word.exact for word in words)
            yield from self._partly(whole, [word.named[0] for word in words], 1.0, _SAID)
            yield from self._partly(self.written - whole, [word.named[-1] for word in words], _BEGUN, _SAID_BEGUN)

    @staticmethod
    def _partly(
        among: BitMap, named: Sequence[BitMap], in_name: float, in_text: float
    ) -> Iterator[tuple[float, BitMap]]:
        for count, documents in by_overlap(among, [(one, 1) for one in named]):
            if 0 < count < len(named):
                yield (count * in_name + (len(named) - count) * in_text) / len(named), documents


_Named = tuple[float, _Hits, BitMap, tuple[Sound, ...]]
"""How alike the names of documents are to what is asked for, where they are, and what they share a sound key with."""


class _Waiting(NamedTuple):
    """A document whose names may be compared.

    Args:
        shared: Weight of the sound keys that it shares.
        place: Of its segment, the newest first.
        number: Of the document.
        hits: What its segment has.
        names: Its names.
    """

    shared: int
    place: int
    number: int
    hits: _Hits
    names: list[str]


class _Near(NamedTuple):
    """Documents of a segment that may answer by sound, and what the keys weigh that each may have."""

    among: BitMap
    weighted: Sequence[tuple[BitMap, int]]


class Search:
    """One query, answered from the segments.

    Args:
        segments: All of them, oldest first.
        query: What must hold.
    """

    def __init__(self, segments: Sequence[Segment], query: Query) -> None:
        """Look nothing up yet."""
        self.query = query
        self.capped = False
        self._compared = 0
        self._segments = segments[::-1]

    @property
    def _doubled(self) -> bool:
        """Whether a word was typed twice: terms do not tell whether a name has it twice."""
        words = [word for clause in self.query.wanted if isinstance(clause, Words) for word in clause.ways[0]]
        return len(set(words)) < len(words)

    def written(self) -> dict[int, BitMap]:
        """Give the documents in which all words stand or begin, by segment."""
        return {segment.serial: _Hits(segment, self.query).written for segment in self._segments}

    def candidates(self) -> Iterator[Candidate]:
        """Give the records that may answer, best first; what is not asked for is not looked up."""
        every = [_Hits(segment, self.query) for segment in self._segments]
        if not every:
            return
        if not every[0].parts:
            for hits in every:
                yield from self._given(hits, hits.narrowed(()), OTHER)
            return
        if not self._doubled:
            for hits in every:
                yield from self._given(hits, hits.narrowed(part.word.named[0] for part in hits.parts), NAME_EXACT)
        sounds = [part.sound for part in every[0].parts if part.sound is not None]
        if self.query.whole is not None:
            sounds.append(self.query.whole)
        keys = _Keys(self._segments, frozenset().union(*[sound.keys for sound in sounds]))
        near = [self._near(hits, keys, place) for place, hits in enumerate(every)] if keys.all else []
        named = [(likeness, hits, documents, ()) for hits in every for likeness, documents in hits.named()]
        waiting = self._at_a_glance(self._waiting(every, [first for first, _ in near]), sounds) if near else []
        unlike: list[_Waiting] = []
        heard = self._heard(waiting, unlike, CLOSE)
        yield from self._by_likeness(named + [one for one in heard if one[0] >= CLOSE], NAME_SIMILAR)
        for hits in every:
            yield from self._given(hits, hits.narrowed(part.word.exact for part in hits.parts), TEXT_EXACT)
        heard = [one for one in heard if one[0] < CLOSE]
        if near:
            waiting = [*waiting[::-1], *unlike, *self._waiting(every, [rest for _, rest in near])]
            waiting, unlike = self._at_a_glance(waiting, sounds), []
        most, hasty = 1.0, True
        while heard or waiting:
            heard += self._heard(waiting, unlike if hasty else None)
            if not waiting:
                waiting, unlike, hasty = unlike, [], False
            yield from self._by_likeness(heard, OTHER, most)
            most = min([most, *[one[0] for one in heard]])
            heard = []
        for hits in every:
            yield from self._given(hits, hits.written, OTHER)

    @staticmethod
    def _given(hits: _Hits, documents: BitMap, score: float, heard: tuple[Sound, ...] = ()) -> Iterator[Candidate]:
        for number in hits.take(documents):
            yield Candidate(hits.segment.row(number), score, heard)

    def _by_likeness(self, found: list[_Named], least: float, most: float = 1.0) -> Iterator[Candidate]:
        """Give documents by the likeness of their names, at most `most`; of equals what comes first stays first."""
        for likeness, hits, documents, sounds in sorted(found, key=lambda one: -one[0]):
            yield from self._given(hits, documents, least + _BELOW * min(likeness, most), sounds)

    def _shared(self, hits: _Hits, number: int) -> tuple[Sound, ...]:
        """Give what a document shares a sound key with."""
        sounds = [part.sound for part in hits.parts if part.sound is not None and number in part.heard]
        whole = self.query.whole
        return (*sounds, whole) if whole is not None and number in hits.whole else tuple(sounds)

    # --- names in other spellings ---

    def _waiting(self, every: Sequence[_Hits], near: Sequence[_Near]) -> list[_Waiting]:
        """Give the documents that share most with what is asked for, as many as may be compared."""
        found: list[_Waiting] = []
        falling = [self._falling(place, *one) for place, one in enumerate(zip(every, near, strict=True))]
        for shared, place, documents in heapq.merge(*reversed(falling), key=lambda one: -one[0]):
            hits = every[place]
            for number in documents:
                if self._compared >= MAX_LIKENESSES:
                    self.capped = True
                    return found
                written = hits.segment.names(number)
                self._compared += len(written)
                found.append(_Waiting(shared, place, number, hits, written))
        return found

    def _at_a_glance(self, waiting: list[_Waiting], sounds: Sequence[Sound]) -> list[_Waiting]:
        """Sort documents by how like their names are at first sight, and by what they share; the best ones last."""
        if len(waiting) <= _FEW:
            return waiting[::-1]
        every = list(dict.fromkeys([name for one in waiting for name in one.names]))
        whole = self.query.whole
        sights = [sound.glance(every) for sound in sounds] if whole is None else [whole.glance(every, sounds[:-1])]
        most = max(one.shared for one in waiting) / (_SHARING * len(sights))

        def worth(one: _Waiting) -> float:
            return one.shared / most + sum([max(map(sight.__getitem__, one.names), default=0.0) for sight in sights])

        # Of equals the one that shares more is taken first, and of these the newer segment's.
        return sorted(waiting, key=worth, reverse=True)[::-1]

    def _heard(
        self, waiting: list[_Waiting], unlike: list[_Waiting] | None, least: float = names.SIMILAR
    ) -> list[_Named]:
        """Compare the names of documents, taking the last ones away, until very many bring nothing among the best.

        Those that are not soon seen to be as like as the best, and by `least` or more, are put among `unlike`, where
        such a list is given.
        """
        found: list[tuple[float, int, int, int, _Hits]] = []
        best: list[float] = [0.0] * _PAGE
        vain = 0
        while waiting and vain < _PATIENCE:
            one = waiting.pop()
            shared, place, number, hits, _ = one
            if number in hits.given:
                continue
            likeness = self._likeness(one, None if unlike is None else max(best[0], least))
            if likeness is None:
                likeness = 0.0
                if unlike is not None:
                    unlike.append(one)
            if likeness:
                found.append((-likeness, -shared, place, -number, hits))
            if likeness > best[0]:
                heapq.heapreplace(best, likeness)
                vain = 0
            else:
                vain += len(one.names)
        # Of those equally alike the one that shares more goes first, and of these the newer.
        found.sort(key=itemgetter(0, 1, 2, 3))
        return [(-like, hits, BitMap((-less,)), self._shared(hits, -less)) for like, _, _, less, hits in found]

    @staticmethod
    def _falling(place: int, hits: _Hits, near: _Near) -> Iterator[tuple[int, int, BitMap]]:
        """Give documents not given yet, those that share most first."""
        for shared, documents in by_overlap(near.among - hits.given, near.weighted):
            yield shared, place, documents

    def _near(self, hits: _Hits, keys: _Keys, place: int) -> tuple[_Near, _Near]:
        """Give the documents of a segment that may answer by sound: all that may be names in names, and the others."""
        answered = [part.hear(keys, place) for part in hits.parts]
        among, first = hits.narrowed(answered), BitMap()
        names_ = [part for part in hits.parts if part.sound is not None and part.sound.keys]
        if self.query.whole is not None:
            hits.whole = keys.any_of(place, self.query.whole.keys)
            rest = [found for part, found in zip(hits.parts, answered, strict=True) if not part.replaceable]
            among |= hits.narrowed([hits.whole, *rest])
            # Words that the name writes as one, and the query as several.
            alone = frozenset().union(*[part.sound.keys for part in names_ if part.sound is not None])
            first = keys.any_of(place, self.query.whole.keys - alone)
        among &= hits.whole.union(*[part.heard for part in hits.parts])
        first |= reduce(and_, [part.heard | part.word.named[-1] for part in names_], among)
        # Who has a word as it is written shares as much as a good spelling of it would.
        written = [
            (part.word.any - part.heard, keys.most(part.sound.keys)) for part in names_ if part.sound is not None
        ]
        weighted = [*keys.weighted(place), *[(documents, weight) for documents, weight in written if weight]]
        return _Near(among & first, weighted), _Near(among - first, weighted)

    def _likeness(self, one: _Waiting, least: float | None = None) -> float | None:
        """Tell how alike the names of a document are; 0 if they do not answer, or no other spelling is needed.

        Args:
            one: The document.
            least: So alike they have to be at least; None for any likeness.

        Returns:
            Where `least` is given also None: it takes a closer look to tell how alike they are, and it is not much.
        """
        _, _, number, hits, written = one
        whole, parts = self.query.whole, hits.parts
        likeness = 0.0
        if whole is not None and number in hits.whole:
            likeness = whole.best(written) if least is None else whole.likely_best(written, least)
        as_one = likeness >= names.SIMILAR
        stands = [part.word.likeness(number) for part in parts]
        if least is not None and not as_one:
            if whole is not None and not any(stands):
                return None
            # How much less than wholly alike each name may be.
            spare = sum(map(max, stands, [number in part.heard for part in parts])) - len(parts) * least
            if spare <= 0:
                return None
        found, heard, all_named = 0.0, as_one, True
        for part, there in zip(parts, stands, strict=True):
            if as_one and part.replaceable and (not there or number in part.word.named[-1]):
                found += likeness
                continue
            like = 0.0
            if part.sound is not None and number in part.heard:
                like = part.sound.best(written) if least is None else part.sound.likely_best(written, names.SIMILAR)
            if like >= names.SIMILAR:
                heard = True
            elif there:
                like = 0.0
                all_named &= number in part.word.named[-1]
            else:
                return 0.0 if least is None else None
            found += max(like, there)
        if not heard:
            return 0.0 if least is None else None
        if whole is None or not all_named:
            return max(likeness, found / len(parts))
        # Where no text is needed, one name with all words goes before several that have one each.
        return likeness if as_one else names.SIMILAR * found / len(parts)


def alike(segments: Sequence[Segment], given: Sequence[str], *, limit: int, kind: str | None) -> list[Alike]:
    """Give records with a name that may be another spelling of one of some names; see `Index.alike`."""
    sounds = [Sound(name) for name in dict.fromkeys(kept_names(given))]
    every = segments[::-1]
    keys = _Keys(every, frozenset().union(*[sound.keys for sound in sounds]))

    def near(place: int) -> Iterator[tuple[int, int, BitMap]]:
        segment = every[place]
        among = keys.any_of(place, keys.all) - segment.dead
        if kind is not None:
            among &= segment.find(KIND + kind.encode())
        return ((shared, place, documents) for shared, documents in by_overlap(among, keys.weighted(place)))

    found: list[tuple[float, str, int, int]] = []
    read = 0
    for _, place, documents in heapq.merge(*map(near, range(len(every))), key=lambda one: -one[0]):
        for number in reversed(documents):
            if read >= MAX_ALIKE:
                break
            written = every[place].names(number)
            read += len(written)
            compared = ((sound.likeness(name), name) for name in written for sound in sounds)
            likeness, name = max(compared, default=(0.0, ""))
            if likeness >= names.SIMILAR:
                found.append((likeness, name, place, number))
    found.sort(key=lambda one: -one[0])
    return [Alike(every[place].row(number), name, likeness) for likeness, name, place, number in found[:limit]]
