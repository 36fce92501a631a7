"""How well a name answers a query.

Part of the ground. Two words are compared in the ways in which each may be read, by the edit distance of one string a
reading: its sounds with few vowels, its fine and its coarse skeleton. Words of a name stand in any order; a name that
is written as more words than the other is also compared joined. What is remembered between calls, bounded tables of
words and names, `forget` empties.
"""

from __future__ import annotations

from functools import cache
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from vault.names import endings, families, keys, letters, reasons, texts
from vault.names.letters import Token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vault.names.letters import Reading

SIMILAR: Final = 0.55
"""Likeness from which a name is shown as similar."""

_CACHE: Final = 1 << 16
_PARTIAL: Final = 0.99
"""Likeness of two words of one sound, and the highest of names that are not of the same words."""
_WITHOUT_ENDING: Final = 0.92
_OTHER_MANNER: Final = 0.8
"""What of the difference counts if one word is spelled in full, the other with few vowels or by Chinese characters."""
_FAMILY: Final = 0.88
_BEGINS: Final = 0.7
_LOWEST: Final = 0.15
_EXTRA_WORDS: Final = 0.1
_SEVERAL: Final = 3
"""Sounds from which a word may be the beginning of another."""
_LOWEST_PAIR: Final = _LOWEST**2
_FOUND: Final = 0.8
"""Likeness from which a word is held for found, and not for a part of another."""
_JOINED: Final = 0.97


class Sound(NamedTuple):
    """A word as it is compared."""

    text: str
    forms: tuple[str, ...]
    """One string a reading."""
    stems: tuple[str, ...]
    """The same without endings, of the readings that have one."""
    folded: tuple[str, ...]
    families: frozenset[str]
    manner: str
    """How its likeliest readings are spelled: see `letters.Reading`."""


class _Name(NamedTuple):
    words: tuple[str, ...]
    tokens: tuple[Token, ...]


_SOUNDS: dict[tuple[Token, bool], Sound] = {}
_NAMES: dict[str, _Name] = {}


def _sound(token: Token, *, few: bool) -> Sound:
    found = _SOUNDS.get((token, few))
    if found is None:
        if len(_SOUNDS) >= _CACHE:
            _SOUNDS.clear()
        readings = letters.read(token, few=few)
        sounds = [reading.sounds for reading in readings]
        forms = tuple(dict.fromkeys(map(keys.form, sounds)))
        stems = tuple(dict.fromkeys([keys.form(stem) for stem in map(endings.without_ending, sounds) if stem]))
        folded = tuple(dict.fromkeys(map(keys.folded, sounds)))
        found = Sound(token.text, forms, stems, folded, families.groups(token, readings), _manner(readings))
        _SOUNDS[token, few] = found
    return found


def _manner(readings: Sequence[Reading]) -> str:
    if not readings or any(manner == "h" for _, manner in readings):
        return "h" if readings else ""
    return readings[0].manner


def _name(name: str) -> _Name:
    found = _NAMES.get(name)
    if found is None:
        if len(_NAMES) >= _CACHE:
            _NAMES.clear()
        words = tuple(sorted([word for word, _, _ in texts.words(name[: letters.MAX_TEXT])]))
        found = _Name(words, tuple(letters.tokens(name)))
        if len(name) <= letters.MAX_LETTERS:
            _NAMES[name] = found
    return found


@cache
def _distance() -> Callable[[str, str], float]:
    """Import the one distance when the first names are ranked: most commands never do."""
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415

    return Levenshtein.normalized_similarity


def _likeness(asked: Sound, word: Sound) -> float:
    """Compare two words by their sounds."""
    if asked.text == word.text:
        return 1.0
    close = _distance()
    likeness = _PARTIAL * max([close(one, other) for one in asked.forms for other in word.forms], default=0.0)
    if asked.stems or word.stems:
        ours, theirs = asked.stems, word.stems
        pairs = [close(one, other) for one in ours for other in word.forms]
        pairs += [close(one, other) for one in asked.forms for other in theirs]
        if ours and theirs:
            pairs += [close(one, other) for one in ours for other in theirs]
        likeness = max(likeness, _WITHOUT_ENDING * max(pairs, default=0.0))
    if asked.manner != word.manner:
        likeness = 1 - _OTHER_MANNER * (1 - likeness)
    if likeness < _FAMILY:
        if asked.families and asked.families & word.families:
            return _FAMILY
        likeness = max(likeness, _beginning(asked, word))
    return likeness


def _beginning(asked: Sound, word: Sound) -> float:
    """Compare a word that is still being typed with the beginning of another."""
    best = 0.0
    for one in asked.folded:
        if len(one) >= _SEVERAL:
            for other in word.folded:
                if other.startswith(one):
                    best = max(best, len(one) / len(other))
    return _BEGINS + (_FAMILY - _BEGINS) * best if best else 0.0


class Asked:
    """A query made ready to be compared with many names.

    Args:
        text: What is looked for; its first 16 words count.

    Secrets:
        Holds the query and what it was compared with.
    """

    __slots__ = ("_memo", "_runs", "_sounds", "_text", "_tokens", "_words")

    def __init__(self, text: str) -> None:
        self._text = text
        self._words, self._tokens = _name(text)
        self._sounds = [_sound(token, few=False) for token in self._tokens]
        self._runs: list[tuple[int, int, Sound]] | None = None
        self._memo: dict[Token, list[float]] = {}

    def __repr__(self) -> str:
        """Tell nothing of the query."""
        return "Asked(…)"

    @property
    def keys(self) -> set[str]:
        """Give the keys under which to look, as `query_keys` does."""
        return keys.query_keys(self._text)

    def similarity(self, name: str) -> float:
        """Tell how well a name answers, as `similarity` does."""
        has = _name(name)
        if has.words == self._words:
            return 1.0 if has.words else 0.0
        count, others = len(self._sounds), len(has.tokens)
        if not count or not others:
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
        if len(self._memo) >= _CACHE:
            self._memo.clear()
        word = _sound(token, few=True)
        row = self._memo[token] = [_likeness(asked, word) for asked in self._sounds]
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
        if self._runs is None:
            runs = letters.joined(self._tokens)
            self._runs = [(start, end, _sound(token, few=False)) for start, end, token in runs]
        best = 0.0
        for start, end, joined in self._runs:
            column = [_likeness(joined, _sound(token, few=True)) for token in has]
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
    total = 0.0
    asked: set[int] = set()
    given: set[int] = set()
    for score, i, j in sorted([(-score, i, j) for j, row in enumerate(rows) for i, score in enumerate(row)]):
        if i not in asked and j not in given:
            asked.add(i)
            given.add(j)
            total += log(max(_LOWEST, -score))
    total += log(_LOWEST) * (count - len(asked))
    return exp(total / count) * (1 - _EXTRA_WORDS * max(0, others - count) / others)


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
