"""How well a name answers a query.

Part of the ground. Two words are compared in the ways in which each may be read, by the edit distance of one string a
reading, its sounds with few vowels, its fine and its coarse skeleton, and by what the sounds of the readings most alike
cost (`costs`). Words of a name stand in any order; a name that is written as more words than the other is also compared
joined. What is remembered between calls, bounded tables of words and names, `forget` empties.
"""

from __future__ import annotations

from functools import cache, cached_property
from itertools import permutations
from math import exp, log, prod, sqrt
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from vault.names import costs, endings, families, keys, letters, reasons, texts
from vault.names.glance import Glance
from vault.names.letters import Token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vault.names.letters import Reading

SIMILAR: Final = 0.5
"""Likeness from which a name is shown as similar."""

_MAX_SOUNDS: Final = 1 << 13
"""Words whose readings are remembered, about two kilobytes each."""
_MAX_NAMES: Final = 1 << 12
"""Names whose words are remembered; as many words of names that a query remembers to have met."""
_PARTIAL: Final = 0.99
"""Likeness of two words of one sound, and the highest of names that are not of the same words."""
_WITHOUT_ENDING: Final = 0.92
_OTHER_MANNER: Final = 0.8
"""What of the difference counts if one word is spelled in full, the other with few vowels or by Chinese characters."""
_HIGHEST: Final = (
    dict.fromkeys(("ll", "cc", "aa", "hh", "pp"), 0.9)
    | dict.fromkeys(("lc", "cl", "lp", "pl"), 0.93)
    | dict.fromkeys(("hp", "ph"), 0.9)
    | dict.fromkeys(("hl", "hc", "pc"), 0.96)
)
"""Likeness of two words of one sound and other letters, by the kinds of spelling asked for and found (`Sound.kind`).

Where one is written much as the other is, another spelling tells more of another name: who writes both in one script
seldom writes them in two ways.
"""
_SAME_WORD: Final = 0.92
"""Likeness of two words of the same letters in names that are not the same."""
_FORGIVEN: Final = dict.fromkeys(("lp", "pl", "ap", "ha"), 0.8) | {"pa": 0.7}
"""What of the difference counts between two kinds of spelling where much is lost on the way."""
_NEAR: Final = 0.55
"""Likeness at first sight from which two words are aligned sound by sound."""
_LEARNED: Final = 0.4
"""How much the chance that was learned counts, beside the likeness at first sight."""
_ALIGNED: Final = 2
"""Pairs of readings that are, the most alike first."""
_FAMILY: Final = 0.88
_BEGINS: Final = 0.7
_LOWEST: Final = 0.09
_EXTRA_WORDS: Final = 0.1
_SEVERAL: Final = 3
"""Sounds from which a word may be the beginning of another."""
_TRIED: Final = 4
"""Words of a name for which every way to pair them is tried."""
_LOWEST_PAIR: Final = _LOWEST**2
_FOUND: Final = 0.8
"""Likeness from which a word is held for found, and not for a part of another."""
_JOINED: Final = 0.97
_ROUNDING: Final = 1e-9


class _Spoken(NamedTuple):
    """Readings of a word in two forms: for the first sight, and for the alignment of sounds."""

    forms: tuple[str, ...]
    readings: tuple[Reading, ...]


class Sound(NamedTuple):
    """A word as it is compared."""

    text: str
    whole: _Spoken
    stems: _Spoken
    """The same without endings, of the readings that have one."""
    families: frozenset[str]
    manner: str
    """How its likeliest readings are spelled: see `letters.Reading`."""
    kind: str
    """l Latin, c Cyrillic, a Arabic letters, h Chinese characters, p perhaps pinyin."""


class _Name(NamedTuple):
    tokens: tuple[Token, ...]
    scripts: frozenset[str]
    """Of what has letters: digits of all scripts are the same words."""


_KINDS: Final = {"Latn": "l", "Cyrl": "c", "Arab": "a", "Hani": "h"}
_SOUNDS: dict[tuple[Token, bool], Sound] = {}
_NAMES: dict[str, _Name] = {}


def _sound(token: Token, *, few: bool) -> Sound:
    found = _SOUNDS.get((token, few))
    if found is None:
        letters.make_room(_SOUNDS, _MAX_SOUNDS)
        readings = letters.read(token, few=few)
        stems = [(endings.without_ending(sounds), manner) for sounds, manner in readings]
        found = Sound(
            token.text,
            _spoken(readings),
            _spoken(tuple([letters.Reading(stem, manner) for stem, manner in stems if stem])),
            families.groups(token, readings),
            _manner(readings),
            _kind(token, readings),
        )
        _SOUNDS[token, few] = found
    return found


def _spoken(readings: tuple[Reading, ...]) -> _Spoken:
    return _Spoken(tuple([keys.form(sounds) for sounds, _ in readings]), readings)


def _manner(readings: Sequence[Reading]) -> str:
    if not readings or any(manner == "h" for _, manner in readings):
        return "h" if readings else ""
    return readings[0].manner


def _kind(token: Token, readings: Sequence[Reading]) -> str:
    kind = _KINDS.get(token.script, "l")
    return "p" if kind == "l" and _manner(readings) == "h" else kind


def _name(name: str) -> _Name:
    found = _NAMES.get(name)
    if found is None:
        letters.make_room(_NAMES, _MAX_NAMES)
        tokens = tuple(letters.tokens(name))
        found = _Name(tokens, frozenset([script for text, script in tokens if not text.isdecimal()]) - {""})
        if len(name) <= letters.MAX_LETTERS:
            _NAMES[name] = found
    return found


def _words(name: str) -> list[str]:
    return sorted([word for word, _, _ in texts.words(name[: letters.MAX_TEXT])])


@cache
def _distance() -> Callable[[str, str], float]:
    """Import the one distance when the first names are ranked: most commands never do."""
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415

    return Levenshtein.normalized_similarity


_Pairs = tuple[tuple[_Spoken, _Spoken], ...]


def _compare(asked: Sound, word: Sound, weigh: Callable[[_Pairs, float], float]) -> float:
    """Compare two words by their sounds, with `_alike`; or, with `_at_most`, tell what they are alike at most."""
    if asked.text == word.text:
        return _SAME_WORD
    share = _OTHER_MANNER if asked.manner != word.manner else 1.0
    likeness = weigh(((asked.whole, word.whole),), share)
    if asked.stems.forms or word.stems.forms:
        pairs = (asked.stems, word.whole), (asked.whole, word.stems), (asked.stems, word.stems)
        likeness = max(likeness, _WITHOUT_ENDING * weigh(pairs, share))
    if likeness < _FAMILY:
        kin = asked.families and asked.families & word.families
        likeness = _FAMILY if kin else max(likeness, _beginning(asked, word))
    kinds = asked.kind + word.kind
    return _HIGHEST.get(kinds, 1.0) * (1 - (1 - likeness) * _FORGIVEN.get(kinds, 1.0))


_Look = tuple[float, _Spoken, int, _Spoken, int]


def _chance(look: _Look) -> float:
    """Tell how likely two readings are of one name."""
    _, asked, ours, word, theirs = look
    return costs.chance(costs.ready(asked.readings, ours), costs.ready(word.readings, theirs))


def _at_first_sight(sight: float, share: float) -> float:
    return (1 - _LEARNED) * (1 - share * (1 - _PARTIAL * sight))


def _alike(pairs: _Pairs, share: float) -> float:
    """Compare two words by the readings most alike at first sight, and by the alignment of their sounds."""
    close = _distance()
    looks: list[_Look] = [
        (close(form, other), asked, ours, word, theirs)
        for asked, word in pairs
        for ours, form in enumerate(asked.forms)
        for theirs, other in enumerate(word.forms)
    ]
    if not looks:
        return 0.0
    looks.sort(key=itemgetter(0), reverse=True)
    sight = looks[0][0]
    likeness = _at_first_sight(sight, share)
    return likeness + _LEARNED * max(map(_chance, looks[:_ALIGNED])) if sight >= _NEAR else likeness


def _at_most(pairs: _Pairs, share: float) -> float:
    """Tell what `_alike` gives at most, without aligning anything."""
    close = _distance()
    sight = max([close(form, other) for ours, theirs in pairs for form in ours.forms for other in theirs.forms] or [-1])
    if sight < 0:
        return 0.0
    return _at_first_sight(sight, share) + (_LEARNED if sight >= _NEAR else 0.0)


def _beginning(asked: Sound, word: Sound) -> float:
    """Compare a word that is still being typed with the beginning of another."""
    best = 0.0
    for form in asked.whole.forms:
        size = form.index("|")
        if size >= _SEVERAL:
            for other in word.whole.forms:
                if other.startswith(form[:size]):
                    best = max(best, size / other.index("|"))
    return _BEGINS + (_FAMILY - _BEGINS) * best if best else 0.0


class Asked:
    """A query made ready to be compared with many names.

    Args:
        text: What is looked for; its first 16 words count.

    Secrets:
        Holds the query and what it was compared with.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = _words(text)
        self._tokens, self._scripts = _name(text)
        self._sounds = [_sound(token, few=False) for token in self._tokens]
        self._memo: dict[Token, list[float]] = {}
        self._bounds: dict[Token, list[float]] = {}
        self._run_bounds: dict[Token, list[float]] = {}

    def __repr__(self) -> str:
        """Tell nothing of the query."""
        return "Asked(…)"

    @cached_property
    def _runs(self) -> list[tuple[int, int, Sound]]:
        """Give what the words of the query are if neighbours are written as one."""
        return [(start, end, _sound(token, few=False)) for start, end, token in letters.joined(self._tokens)]

    @cached_property
    def _glance(self) -> Glance | None:
        return Glance(self._tokens) if self._tokens else None

    def glance(self, found: Sequence[str]) -> tuple[list[float], list[list[float]]]:
        """Tell roughly how well some names answer, from 0.0 to 1.0; only fit to choose what to compare first.

        Args:
            found: Names.

        Returns:
            For each name its likeness; for each word of the query that of the word alone.
        """
        return self._glance.likeness(found) if self._glance else ([0.0] * len(found), [])

    def similarity(self, name: str, least: float = 0.0) -> float:
        """Tell how well a name answers, as `similarity` does; 0.0 may be said if it is less than `least`."""
        has = _name(name)
        # Names of other scripts have other words.
        if has.scripts == self._scripts and _words(name) == self._words:
            return 1.0 if self._words else 0.0
        count, others = len(self._sounds), len(has.tokens)
        if not count or not others:
            return 0.0
        if least and self._at_most(has.tokens) < least - _ROUNDING:
            return 0.0
        rows = [self._memo.get(token) or self._row(token) for token in has.tokens]
        likeness = _aligned(rows)
        if count < others:
            likeness = max(likeness, self._with_joined_name(has.tokens, rows))
        elif count > others:
            likeness = max(likeness, self._with_joined_query(has.tokens, rows))
        return min(_PARTIAL, likeness)

    def _row(self, token: Token) -> list[float]:
        """Compare a word of a name with every word of the query."""
        letters.make_room(self._memo, _MAX_NAMES)
        word = _sound(token, few=True)
        row = self._memo[token] = [_compare(asked, word, _alike) for asked in self._sounds]
        return row

    def _at_most(self, has: Sequence[Token]) -> float:
        """Tell at first sight how well the words of a name answer at most: each word asked has the best one there."""
        count, others = len(self._sounds), len(has)
        rows = [self._bounds.get(token) or self._bound(token) for token in has]
        best = [*map(max, *rows)] if others > 1 else rows[0]
        most = _mean(best) * (1 - _EXTRA_WORDS * max(0, others - count) / others)
        if count < others:
            for _, _, token in letters.joined(has):
                row = self._bounds.get(token) or self._bound(token)
                most = max(most, _JOINED * _mean([*map(max, best, row)]))
        elif count > others and self._runs:
            runs = [self._run_bounds.get(token) or self._run_bound(token) for token in has]
            for (start, end, _), one in zip(self._runs, map(max, *runs) if others > 1 else runs[0], strict=True):
                most = max(most, _JOINED * _mean([*best[:start], one, *best[end:]]))
        return most

    def _bound(self, token: Token) -> list[float]:
        letters.make_room(self._bounds, _MAX_NAMES)
        word = _sound(token, few=True)
        row = self._bounds[token] = [_compare(asked, word, _at_most) for asked in self._sounds]
        return row

    def _run_bound(self, token: Token) -> list[float]:
        letters.make_room(self._run_bounds, _MAX_NAMES)
        word = _sound(token, few=True)
        row = self._run_bounds[token] = [_compare(joined, word, _at_most) for _, _, joined in self._runs]
        return row

    def _with_joined_name(self, has: Sequence[Token], rows: list[list[float]]) -> float:
        """Compare with what is written as several words in the name and as one in the query."""
        best = 0.0
        for start, end, joined in letters.joined(has):
            if max(map(max, rows[start:end])) < _FOUND:
                row = self._memo.get(joined) or self._row(joined)
                best = max(best, _aligned([*rows[:start], row, *rows[end:]]))
        return _JOINED * best

    def _with_joined_query(self, has: Sequence[Token], rows: list[list[float]]) -> float:
        """Compare with what is written as several words in the query and as one in the name."""
        best = 0.0
        for start, end, joined in self._runs:
            column = [_compare(joined, _sound(token, few=True), _alike) for token in has]
            best = max(best, _aligned([[*row[:start], one, *row[end:]] for row, one in zip(rows, column, strict=True)]))
        return _JOINED * best

    def explain(self, name: str) -> list[str]:
        """Say why a name answers, as `explain` does."""
        return reasons.explain(self._tokens, _name(name).tokens)


def _aligned(rows: Sequence[Sequence[float]]) -> float:
    """Give each word of the query a word of the name, the best pairs first, and weigh them together."""
    count, others = len(rows[0]), len(rows)
    if count == others == 1:
        return rows[0][0]
    if count == others == 2:
        (a, b), (c, d) = rows
        return sqrt(max(_LOWEST_PAIR, a * d, b * c))
    pairs = _best_pairs(rows) if max(count, others) <= _TRIED else _greedy_pairs(rows)
    alone = _LOWEST ** (count - min(count, others))
    mean: float = (pairs * alone) ** (1 / count)
    return mean * (1 - _EXTRA_WORDS * max(0, others - count) / others)


def _best_pairs(rows: Sequence[Sequence[float]]) -> float:
    """Multiply the likenesses of the pairs that are the most alike together."""
    if len(rows) > len(rows[0]):
        rows = [*zip(*rows, strict=True)]
    orders = permutations(range(len(rows[0])), len(rows))
    return max([prod(sorted([max(_LOWEST, row[i]) for row, i in zip(rows, order, strict=True)])) for order in orders])


def _greedy_pairs(rows: Sequence[Sequence[float]]) -> float:
    """Multiply the likenesses of pairs, the most alike pair first."""
    product = 1.0
    asked: set[int] = set()
    given: set[int] = set()
    for score, i, j in sorted([(-score, i, j) for j, row in enumerate(rows) for i, score in enumerate(row)]):
        if i not in asked and j not in given:
            asked.add(i)
            given.add(j)
            product *= max(_LOWEST, -score)
    return product


def _mean(scores: Sequence[float]) -> float:
    return exp(sum([log(max(_LOWEST, score)) for score in scores]) / len(scores))


_LAST: list[Asked] = []


def _asked(text: str) -> Asked:
    """Give the query made ready; the last one is kept."""
    if not _LAST or _LAST[0]._text != text:  # noqa: SLF001
        _LAST[:] = [Asked(text)]
    return _LAST[0]


def similarity(query: str, name: str) -> float:
    """Tell how well a name answers a query, whatever the script, the spelling and the order of the words.

    Args:
        query: What is looked for; its first 16 words count, and of each 60 letters.
        name: A name; as much of it counts.

    Returns:
        From 0.0 to 1.0; 1.0 exactly if both have the same words.

    Source:
        docs/names.md.
    """
    return _asked(query).similarity(name)


def explain(query: str, name: str) -> list[str]:
    """Say in a person's words why a name answers a query.

    Args:
        query: What was looked for.
        name: The name that was found.

    Returns:
        One line for each word of the query that has a partner in the name.

    Secrets:
        Quotes both.
    """
    return _asked(query).explain(name)


def forget() -> None:
    """Drop the words and names remembered."""
    _SOUNDS.clear()
    _NAMES.clear()
    _LAST.clear()
