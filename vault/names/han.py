"""How Chinese characters, and Mandarin syllables in Latin letters, sound where they spell foreign names.

Part of the ground. 加合甫 and Jiahefu are one spelling of Zhaqyp: each character, and each syllable, stands for nothing
up to four sounds, learned from pairs of spellings (`han.tsv`, whose head tells its origin and licence; written by
`tools/learn_han.py`). Of a character that is not in names, its syllable's sounds count; of one without, nothing. A name
of characters that are commoner in Japanese names is read as the Japanese do. What is remembered between calls, rows
of the table once looked up, `forget` empties.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from heapq import nlargest
from importlib import resources
from math import log
from operator import itemgetter
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
_DOUBT: Final = 1.5
"""Logarithm of the odds from which a name is taken for a Japanese one."""
_GROUP: Final = 4
_WRITERS: Final = 4
_ONCE: Final = 0.2
"""How unlikely it is, beside other ways to share a reading out, that a sound of two characters is written once."""
_ALL: Final = 200_000
"""Characters in all the names that the table was learned from, about."""

_CLASSES: Final = ("bp", "td", "kgqG", "fvw", "sc", "SZCJ", "xh", "nN")
_SKELETON: Final = str.maketrans(
    {sound: group[0] for group in _CLASSES for sound in group} | dict.fromkeys(VOWELS + "j", "")
)

_DOUBLED: Final = re.compile(r"(.)\1+")


def skeleton(sounds: str) -> str:
    """Give the classes of a reading's consonants; readings with the same one are found alike."""
    return _once(sounds.translate(_SKELETON))


def _once(sounds: str) -> str:
    """Write doubled sounds once."""
    return _DOUBLED.sub(r"\1", sounds)


Option = tuple[str, str, float, float]
"""Ways to read a character or a syllable that share a skeleton: it, the likeliest of them, its share, that of all."""
_State = tuple[float, float, str]
"""Readings so far that share a skeleton: their weight together, that of the likeliest, and that one."""


class Row(NamedTuple):
    """What the table has of a character or a syllable."""

    head: str
    spoken: str
    options: tuple[Option, ...]
    japanese: tuple[Option, ...]
    odds: float
    """Logarithm of how much commoner it is in Japanese names than in transcriptions."""


def _groups(text: str) -> list[tuple[str, float]]:
    """Read groups of sounds with their shares."""
    pairs = [group.split(":") for group in text.split()]
    return [("" if sounds == "-" else sounds, int(share) / 1000) for sounds, share in pairs]


def _options(text: str) -> tuple[Option, ...]:
    found: dict[str, Option] = {}
    for sounds, share in _groups(text):  # the commonest first
        key = skeleton(sounds)
        _, best, most, whole = found.get(key, (key, sounds, share, 0.0))
        found[key] = key, best, most, whole + share
    return tuple(nlargest(_OPTIONS, found.values(), key=itemgetter(3)))


def _step(states: dict[str, _State], options: Iterable[Option], weight: float, ahead: dict[str, _State]) -> None:
    """Go on from every state by every option."""
    for before, (mass, best, sounds) in states.items():
        last = before[-1:]
        for group_key, group, most, whole in options:
            key = before + (group_key[1:] if last and group_key[:1] == last else group_key)
            more, better = mass * whole * weight, best * most * weight
            old = ahead.get(key)
            if old is None:
                ahead[key] = more, better, sounds + group
            elif better > old[1]:
                ahead[key] = old[0] + more, better, sounds + group
            else:
                ahead[key] = old[0] + more, old[1], old[2]


def _narrow(states: dict[str, _State]) -> dict[str, _State]:
    if len(states) <= _WIDTH:
        return states
    return dict(sorted(states.items(), key=itemgetter(1), reverse=True)[:_WIDTH])


def _walk(steps: Iterable[tuple[Option, ...]]) -> dict[str, _State]:
    states = _START
    for options in steps:
        ahead: dict[str, _State] = {}
        _step(states, options, 1.0, ahead)
        states = _narrow(ahead)
    return states


_START: Final[dict[str, _State]] = {"": (1.0, 1.0, "")}


class Table:
    """The table of sounds; its rows are read when first asked for.

    Args:
        text: The table as `tools/learn_han.py` writes it. Each character stands in it once.
    """

    __slots__ = ("_rows", "_syllables", "_text", "_writers")

    def __init__(self, text: str) -> None:
        self._text = text
        self._rows: dict[str, Row] = {}
        self._syllables = frozenset(re.findall(r"^([a-z]+)\t", text, re.MULTILINE))
        self._writers: dict[str, list[tuple[str, float]]] | None = None

    def forget(self) -> None:
        """Drop the rows read so far."""
        self._rows.clear()

    def _read(self, place: int) -> Row:
        """Read the row of which a place is part."""
        start, end = self._text.rfind("\n", 0, place) + 1, self._text.find("\n", place)
        head, _, spoken, seen, groups, *own = self._text[start:end].split("\t")
        if not head.isascii():
            # A character's row names its syllables, whose own rows tell how they sound.
            spoken = self._syllable(spoken.split()[0]).spoken
        odds = log((int(own[0]) + 0.1) / (int(seen) + 1) * _RARER) if own else 0.0
        return Row(head, spoken, _options(groups), _options(own[1]) if own else (), odds)

    def _syllable(self, syllable: str) -> Row:
        row = self._rows.get(syllable)
        if row is None:
            row = self._rows[syllable] = self._read(self._text.index(f"\n{syllable}\t") + 1)
        return row

    def _characters(self, token: str) -> list[Row]:
        """Give the rows of the characters that have one."""
        rows = []
        for character in token[:MAX_CHARACTERS]:
            if not character.isascii():
                row = self._rows.get(character)
                place = self._text.find(character) if row is None else -1
                if place >= 0:
                    row = self._rows[character] = self._read(place)
                if row is not None:
                    rows.append(row)
        return rows

    def readings(self, token: str, limit: int = 5) -> list[tuple[str, float]]:
        """See `readings` of this module."""
        rows = self._characters(token)
        found = _best(_walk([row.options for row in rows]), _spoken(rows), limit)
        return _with_japanese(found, rows, limit)

    def plainly(self, token: str) -> str:
        """See `plainly` of this module."""
        rows = self._characters(token)
        japanese = _is_japanese(rows)
        ways = [row.japanese if japanese else row.options for row in rows]
        return "".join([options[0][1] for options in ways if options])

    def _cuts(self, word: str) -> list[list[tuple[int, Row]]]:
        """Give for each place of a word the syllables that begin there and lead on to its end."""
        length = len(word)
        found: list[list[tuple[int, Row]]] = [[] for _ in word]
        for start in range(length - 1, -1, -1):
            for end in range(start + 1, min(length, start + _SYLLABLE_LETTERS) + 1):
                if (end == length or found[end]) and word[start:end] in self._syllables:
                    found[start].append((end, self._syllable(word[start:end])))
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
        return [row.head for row in self._cut(plain, self._cuts(plain))] or None

    def pinyin_readings(self, word: str, limit: int = 5) -> list[tuple[str, float]]:
        """See `pinyin_readings` of this module."""
        plain = _toneless(word)
        cuts = self._cuts(plain)
        if not plain or not cuts[0]:
            return []
        rows = self._cut(plain, cuts)
        states: list[dict[str, _State]] = [_START, *({} for _ in plain)]
        for start, ways in enumerate(cuts):
            here = _narrow(states[start])
            for end, row in ways if here else ():
                _step(here, row.options, _cut_weight(plain, start), states[end])
        return _with_japanese(_best(states[-1], _spoken(rows), limit), rows, limit)

    def parts(self, word: str, reading: str) -> list[tuple[str, str]]:
        """See `parts` of this module."""
        plain = _toneless(word)
        rows = self._cut(plain, self._cuts(plain)) if plain else self._characters(word)
        heads = [row.head for row in rows] if plain else [c for c in word[:MAX_CHARACTERS] if self._characters(c)]
        for ways in ([row.options for row in rows], [row.japanese for row in rows]):
            found = _align(ways, reading)
            if found is not None:
                return list(zip(heads, found, strict=True))
        return []

    def spellings(self, sounds: str, limit: int = 5) -> list[str]:
        """See `spell` of this module."""
        if self._writers is None:
            self._writers = self._all_writers()
        best: list[dict[str, float]] = [{} for _ in range(len(sounds) + 1)]
        best[0] = {"": 1.0}
        for start in range(len(sounds)):
            here = nlargest(_WIDTH, best[start].items(), key=itemgetter(1))
            for end in range(start + 1, min(len(sounds), start + _GROUP) + 1):
                for character, share in self._writers.get(sounds[start:end], ()):
                    for written, weight in here:
                        spelling = written + character
                        best[end][spelling] = max(best[end].get(spelling, 0.0), weight * share)
        return [spelling for spelling, _ in nlargest(limit, best[-1].items(), key=itemgetter(1)) if spelling]

    def _all_writers(self) -> dict[str, list[tuple[str, float]]]:
        """Give for each group of sounds the characters that write it most often, with their share of all characters."""
        found: dict[str, list[tuple[str, float]]] = {}
        for line in self._text.splitlines():
            if not line.startswith("#") and not line[0].isascii():
                head, _, _, seen, groups, *_ = line.split("\t")
                for sounds, share in _groups(groups):
                    found.setdefault(sounds, []).append((head, int(seen) * share))
        return {
            group: [(head, times / _ALL) for head, times in nlargest(_WRITERS, writers, key=itemgetter(1))]
            for group, writers in found.items()
        }


def _align(ways: Sequence[tuple[Option, ...]], reading: str) -> list[str] | None:
    """Share a reading out among its characters; a sound that two have in common may be written once."""
    reached: dict[int, tuple[float, list[str]]] = {0: (1.0, [])}
    for options in ways:
        ahead: dict[int, tuple[float, list[str]]] = {}
        for place, (weight, groups) in reached.items():
            for _, group, share, _ in options:
                ways_to_write = {group: share}
                if place and group[:1] == reading[place - 1]:
                    ways_to_write[group[1:]] = share * _ONCE
                for written, part in ways_to_write.items():
                    end = place + len(written)
                    if reading.startswith(written, place) and weight * part > ahead.get(end, (0.0, []))[0]:
                        ahead[end] = weight * part, [*groups, group]
        reached = ahead
    return reached[len(reading)][1] if len(reading) in reached else None


def _cut_weight(word: str, start: int) -> float:
    """Weigh a cut: a syllable that begins with a vowel within a word should have an apostrophe before it."""
    return 0.4 if start and word[start] in "aeo" else 1.0


def _best(states: dict[str, _State], spoken: str, limit: int) -> list[tuple[str, float]]:
    found = sorted(states.items(), key=itemgetter(1), reverse=True)[:limit]
    chosen = [(_once(sounds), weight) for _, (weight, _, sounds) in found if sounds]
    key = skeleton(spoken)
    if spoken and key not in {key for key, (_, _, sounds) in found if sounds}:
        chosen = [*chosen[: limit - 1], (_once(spoken), states[key][0] if key in states else 0.0)]
    return chosen


def _spoken(rows: Iterable[Row]) -> str:
    return "".join([row.spoken for row in rows])


def _is_japanese(rows: Sequence[Row]) -> bool:
    """Tell whether a name is likely Japanese."""
    return len(rows) > 1 and all(row.japanese for row in rows) and sum([row.odds for row in rows]) >= _DOUBT


def _with_japanese(found: list[tuple[str, float]], rows: Sequence[Row], limit: int) -> list[tuple[str, float]]:
    """Put Japanese readings before the others of a name that is likely Japanese; both kinds keep a share."""
    if not _is_japanese(rows):
        return found
    japanese = _best(_walk([row.japanese for row in rows]), "", (limit + 1) // 2)
    others = limit - len(japanese)
    return japanese + (found[: others - 1] + found[-1:] if others else [])


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


def plainly(token: str) -> str:
    """Read a name in Chinese characters by what each of them most often is; nothing for those that are not known.

    Secrets:
        As secret as the name.
    """
    return _table().plainly(token)


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


def parts(word: str, reading: str) -> list[tuple[str, str]]:
    """Tell which sounds of a reading come from which character or syllable.

    Args:
        word: Chinese characters, or a Latin word of Mandarin syllables.
        reading: One of its `readings`, or `pinyin_readings`.

    Returns:
        Each character, or syllable, with its sounds, perhaps none; nothing if the reading is not of this table.

    Secrets:
        As secret as the name.
    """
    return _table().parts(word, reading)


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
