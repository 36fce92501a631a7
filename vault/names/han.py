"""How Chinese characters, and Mandarin syllables in Latin letters, sound where they spell foreign names.

Part of the ground. 加合甫 and Jiahefu are one spelling of Zhaqyp: each character, and each syllable, stands for nothing
up to four sounds, learned from pairs of spellings (`han.tsv`, whose head tells its origin and licence; written by
`tools/learn_han.py`). Of a character that is not in names, its syllable's sounds count; of one without, nothing. A name
of characters that are commoner in Japanese names is read as the Japanese do. What is remembered between calls, rows
of the table once looked up, `forget` empties.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from heapq import nlargest
from importlib import resources
from math import log
from typing import Final, NamedTuple

from vault.names.sounds import VOWELS

MAX_CHARACTERS: Final = 24
"""Characters of a name, or syllables, that count."""
_MAX_LETTERS: Final = 72
_MAX_SOUNDS: Final = 60
_WIDTH: Final = 8
_OPTIONS: Final = 8
_SYLLABLE_LETTERS: Final = 6
_RARER: Final = 400.0
"""How many transcriptions there are to a Japanese name in what the table was learned from."""
_DOUBT: Final = 3.0
"""Logarithm of the odds from which a name is taken for a Japanese one."""
_GROUP: Final = 4
_WRITERS: Final = 4
_ALL: Final = 200_000
"""Characters in all the names that the table was learned from, about."""

_CLASSES: Final = ("bp", "td", "kgqG", "fvw", "sc", "SZCJ", "xh", "nN")
_SKELETON: Final = str.maketrans(
    {sound: group[0] for group in _CLASSES for sound in group} | dict.fromkeys(VOWELS + "j", "")
)


def skeleton(sounds: str) -> str:
    """Give the classes of a reading's consonants; readings with the same one are found alike."""
    return sounds.translate(_SKELETON)


class Option(NamedTuple):
    """One way to read a character or a syllable."""

    sounds: str
    skeleton: str
    weight: float


class Row(NamedTuple):
    """What the table has of a character or a syllable."""

    head: str
    spoken: str
    options: tuple[Option, ...]
    japanese: tuple[Option, ...]
    odds: float
    """Logarithm of how much commoner it is in Japanese names than in transcriptions."""


class _State(NamedTuple):
    """Readings so far that share a skeleton: their weight together, and the likeliest of them."""

    weight: float
    best: float
    sounds: str


def _step(states: dict[str, _State], options: Iterable[Option], weight: float, ahead: dict[str, _State]) -> None:
    for skeleton_, (mass, best, sounds) in states.items():
        for option in options:
            share = option.weight * weight
            key = skeleton_ + option.skeleton
            old = ahead.get(key)
            if old is None:
                ahead[key] = _State(mass * share, best * share, sounds + option.sounds)
            elif best * share > old.best:
                ahead[key] = _State(old.weight + mass * share, best * share, sounds + option.sounds)
            else:
                ahead[key] = old._replace(weight=old.weight + mass * share)


def _walk(steps: Iterable[tuple[Option, ...]]) -> dict[str, _State]:
    states = {"": _State(1.0, 1.0, "")}
    for options in steps:
        ahead: dict[str, _State] = {}
        _step(states, options, 1.0, ahead)
        states = _narrow(ahead)
    return states


def _characters(token: str) -> list[str]:
    return [character for character in token[:MAX_CHARACTERS] if not character.isascii()]


def _options(groups: str) -> tuple[Option, ...]:
    found = []
    for group in groups.split()[:_OPTIONS]:
        sounds, share = group.split(":")
        sounds = "" if sounds == "-" else sounds
        found.append(Option(sounds, skeleton(sounds), int(share) / 1000))
    return tuple(found)


def _narrow(states: dict[str, _State]) -> dict[str, _State]:
    if len(states) <= _WIDTH:
        return states
    return dict(nlargest(_WIDTH, states.items(), key=lambda item: item[1].weight))


class Table:
    """The table of sounds; its rows are read when first asked for.

    Args:
        text: The table as `tools/learn_han.py` writes it. Each character stands in it once.
    """

    __slots__ = ("_rows", "_text", "_writers")

    def __init__(self, text: str) -> None:
        self._text = text
        self._rows: dict[str, Row | None] = {}
        self._writers: dict[str, list[tuple[str, float]]] | None = None

    def forget(self) -> None:
        """Drop the rows read so far."""
        self._rows.clear()

    def _find(self, key: str) -> Row | None:
        """Read the row of a character, or of a syllable followed by a tab."""
        place = self._text.find(key)
        if place < 0:
            return None
        place += len(key) - 1  # past a line break that the key begins with
        start, end = self._text.rfind("\n", 0, place) + 1, self._text.find("\n", place)
        head, _, spoken, seen, groups, *own = self._text[start:end].split("\t")
        if not head.isascii():
            # A character's row names its syllables, whose own rows tell how they sound.
            syllable = self.row("\n" + spoken.split()[0] + "\t")
            spoken = syllable.spoken if syllable else ""
        odds = log((int(own[0]) + 0.1) / (int(seen) + 1) * _RARER) if own else 0.0
        return Row(head, spoken, _options(groups), _options(own[1]) if own else (), odds)

    def row(self, key: str) -> Row | None:
        """Give the row of a character, or of a syllable between a line break and a tab, if there is one."""
        if key not in self._rows:
            self._rows[key] = self._find(key)
        return self._rows[key]

    def readings(self, token: str, limit: int = 5) -> list[tuple[str, float]]:
        """See `readings` of this module."""
        rows = [row for row in map(self.row, _characters(token)) if row is not None]
        states = _walk([row.japanese if _is_japanese(rows) else row.options for row in rows])
        return _best(states, _spoken(rows), limit)

    def cuts(self, word: str) -> list[list[tuple[int, Row]]]:
        """Give for each place of a word the syllables that begin there and lead on to its end."""
        length = len(word)
        found: list[list[tuple[int, Row]]] = [[] for _ in range(length)]
        ends = {length}
        for start in range(length - 1, -1, -1):
            for end in range(start + 1, min(length, start + _SYLLABLE_LETTERS) + 1):
                row = self.row(f"\n{word[start:end]}\t") if end in ends else None
                if row is not None:
                    found[start].append((end, row))
                    ends.add(start)
        return found

    def _cut(self, word: str, cuts: list[list[tuple[int, Row]]]) -> list[Row]:
        """Give the likeliest of the ways to cut a word."""
        best: list[tuple[float, list[Row]] | None] = [None] * len(word) + [(1.0, [])]
        for start in range(len(word) - 1, -1, -1):
            for end, row in cuts[start]:
                rest, here = best[end], best[start]
                weight = rest[0] * _cut_weight(word, start) if rest else 0.0
                if rest and (here is None or weight > here[0]):
                    best[start] = weight, [row, *rest[1]]
        return best[0][1] if best[0] else []

    def syllables(self, word: str) -> list[str] | None:
        """See `syllables` of this module."""
        plain = _toneless(word)
        return [row.head for row in self._cut(plain, self.cuts(plain))] or None

    def pinyin_readings(self, word: str, limit: int = 5) -> list[tuple[str, float]]:
        """See `pinyin_readings` of this module."""
        plain = _toneless(word)
        cuts = self.cuts(plain)
        rows = self._cut(plain, cuts)
        states: list[dict[str, _State]] = [{} for _ in range(len(plain) + 1)]
        states[0] = {"": _State(1.0, 1.0, "")}
        for start, ways in enumerate(cuts):
            here = _narrow(states[start])
            for end, row in ways if here else ():
                _step(here, row.options, _cut_weight(plain, start), states[end])
        found = _best(states[-1], _spoken(rows), limit)
        if _is_japanese(rows):
            # Syllables tell less than characters: both manners get their share.
            japanese = _best(_walk([row.japanese for row in rows]), "", limit // 2)
            found = japanese + found[: limit - len(japanese)]
        return found

    def spellings(self, sounds: str, limit: int = 5) -> list[str]:
        """See `spell` of this module."""
        if self._writers is None:
            self._writers = self._all_writers()
        best: list[dict[str, float]] = [{} for _ in range(len(sounds) + 1)]
        best[0] = {"": 1.0}
        for start in range(len(sounds)):
            here = nlargest(_WIDTH, best[start].items(), key=lambda item: item[1])
            for end in range(start + 1, min(len(sounds), start + _GROUP) + 1):
                for character, share in self._writers.get(sounds[start:end], ()):
                    for written, weight in here:
                        spelling = written + character
                        best[end][spelling] = max(best[end].get(spelling, 0.0), weight * share)
        return [spelling for spelling, _ in nlargest(limit, best[-1].items(), key=lambda item: item[1]) if spelling]

    def _all_writers(self) -> dict[str, list[tuple[str, float]]]:
        """Give for each group of sounds the characters that write it most often, with their share of all characters."""
        found: dict[str, list[tuple[str, float]]] = {}
        for line in self._text.splitlines():
            if not line.startswith("#") and not line[0].isascii():
                head, _, _, seen, groups, *_ = line.split("\t")
                for option in _options(groups):
                    found.setdefault(option.sounds, []).append((head, int(seen) * option.weight))
        return {
            group: [(head, times / _ALL) for head, times in nlargest(_WRITERS, writers, key=lambda item: item[1])]
            for group, writers in found.items()
        }


def _cut_weight(word: str, start: int) -> float:
    """Weigh a cut: a syllable that begins with a vowel within a word should have an apostrophe before it."""
    return 0.4 if start and word[start] in "aeo" else 1.0


def _best(states: dict[str, _State], spoken: str, limit: int) -> list[tuple[str, float]]:
    found = nlargest(limit, states.values(), key=lambda state: state.weight)
    chosen = [(state.sounds, state.weight) for state in found if state.sounds]
    if spoken and skeleton(spoken) not in {skeleton(sounds) for sounds, _ in chosen}:
        old = states.get(skeleton(spoken))
        chosen = [*chosen[: limit - 1], (spoken, old.weight if old else 0.0)]
    return chosen


def _spoken(rows: Iterable[Row]) -> str:
    return "".join([row.spoken for row in rows])


def _is_japanese(rows: Sequence[Row]) -> bool:
    return len(rows) > 1 and all(row.japanese for row in rows) and sum(row.odds for row in rows) > _DOUBT


_TONES: Final = frozenset("\u0300\u0301\u0304\u030c")


def _toneless(word: str) -> str:
    """Give a word in the letters of Mandarin syllables, v for u with two dots; empty if it has others."""
    if len(word) > _MAX_LETTERS:
        return ""
    if not word.isascii():
        word = unicodedata.normalize("NFD", word).replace("u\u0308", "v")
        word = "".join([c for c in word if c not in _TONES and c not in "’ʼ"])
    word = word.lower().replace("u:", "v").replace("'", "")
    if not word.isalpha():
        word = "".join([c for i, c in enumerate(word) if not (i and c in "12345" and word[i - 1].isalpha())])
    return word if word.isascii() and word.isalpha() else ""


@cache
def _table() -> Table:
    return Table(resources.files("vault.names").joinpath("han.tsv").read_text("utf-8"))


def readings(token: str, limit: int = 5) -> list[tuple[str, float]]:
    """Tell how a name in Chinese characters may sound.

    Args:
        token: Characters, simplified or traditional; the first 24 count, others than Chinese are passed over.
        limit: How many readings at most, from 1.

    Returns:
        Readings with their weights, the likeliest first, no two with the same consonants; the Mandarin one is among
        them. None if no character is known.

    Secrets:
        As secret as the name.
    """
    return _table().readings(token, limit)


def syllables(word: str) -> list[str] | None:
    """Cut a Latin word into Mandarin syllables.

    Args:
        word: A word, perhaps with tones as marks or digits, apostrophes, and ü written ü, v or u:.

    Returns:
        Its likeliest syllables without tones, ü as v; None unless the whole word consists of such.

    Secrets:
        As secret as the word.
    """
    return _table().syllables(word)


def pinyin_readings(word: str, limit: int = 5) -> list[tuple[str, float]]:
    """Tell how a name may sound whose Latin spelling was made from its Chinese characters.

    Args:
        word: As for `syllables`.
        limit: How many readings at most, from 1.

    Returns:
        As for `readings`; none if the word is not wholly of Mandarin syllables.

    Secrets:
        As secret as the name.
    """
    return _table().pinyin_readings(word, limit)


def spell(sounds: str) -> list[str]:
    """Tell how a foreign name may be written in Chinese characters.

    Args:
        sounds: A reading, as `vault.names.sounds` writes it; at most 60 sounds count.

    Returns:
        Up to five spellings in simplified characters, the likeliest first; none if a sound has no character.

    Secrets:
        As secret as the name.
    """
    return _table().spellings(sounds[:_MAX_SOUNDS])


def forget() -> None:
    """Drop which rows of the table were asked for; to be called when a vault is locked."""
    _table().forget()
