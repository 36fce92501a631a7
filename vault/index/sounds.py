"""Names in any spelling: how like a name is to what is asked for, and which documents to look at first.

Floor: 2. Pure: it opens nothing. What it remembers lives as long as the query.
"""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pyroaring import BitMap

from vault import names
from vault.index.pages import kept_names
from vault.index.terms import query_sounds, sound_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_MAX_REMEMBERED: Final = 1 << 12
_LESS: Final = 0.03
"""So much less like at first sight than the most like name of a record the others are that may be the most like one."""
_SEEN: Final = 0.6
"""Likeness at first sight from which a name is compared at once."""

SCRIPTS: Final = {
    "Arab": "ARABIC ",
    "Armn": "ARMENIAN ",
    "Cyrl": "CYRILLIC ",
    "Deva": "DEVANAGARI ",
    "Geor": "GEORGIAN ",
    "Grek": "GREEK ",
    "Hang": "HANGUL ",
    "Hani": "CJK ",
    "Hebr": "HEBREW ",
    "Hira": "HIRAGANA ",
    "Kana": "KATAKANA ",
    "Latn": "LATIN ",
    "Mong": "MONGOLIAN ",
    "Tibt": "TIBETAN ",
}
"""Scripts by ISO 15924 code, and how the Unicode names of their letters begin."""


def written_in(text: str, script: str) -> bool:
    """Tell whether a text has a letter of a script, one of `SCRIPTS`."""
    beginning = SCRIPTS[script]
    return any(unicodedata.name(character, "").startswith(beginning) for character in text)


class Sound:
    """Something asked for as a name.

    Args:
        text: As typed.
        script: Only names written in this script count; None for all.

    Secrets:
        All of it; what it remembers, too.
    """

    def __init__(self, text: str, script: str | None = None) -> None:
        """Compare with nothing yet."""
        self.text = text
        self._script = script
        self._known: dict[str, float] = {}
        self._glanced: dict[str, float] = {}

    @cached_property
    def keys(self) -> frozenset[str]:
        """Sound keys, of which a name must have one; none if the text has no letter."""
        return query_sounds(self.text)

    @cached_property
    def _asked(self) -> names.Asked:
        return names.Asked(self.text)

    def likeness(self, name: str, least: float = names.SIMILAR) -> float:
        """Tell how like a name is, from `least` to 1; less or 0 if it does not count."""
        found = self._known.get(name)
        if found is None:
            if len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            counts = self._script is None or written_in(name, self._script)
            found = self._asked.similarity(name, least) if counts else 0.0
            if found or least <= names.SIMILAR or not counts:
                self._known[name] = found
        return found

    def glance(self, found: Sequence[str], parts: Sequence[Sound] = ()) -> dict[str, float]:
        """Tell roughly how like some names are, from 0 to 1, at a twentieth of the cost; it is remembered.

        Args:
            found: The names.
            parts: The words of which it is made, for which the same is remembered if each is one word.
        """
        alike, each = self._asked.glance(found)
        self._glanced = dict(zip(found, alike, strict=True))
        if len(each) == len(parts):
            for part, own in zip(parts, each, strict=True):
                part.remember(dict(zip(found, own, strict=True)))
        return self._glanced

    def remember(self, glanced: dict[str, float]) -> None:
        """Remember what a first look told of some names."""
        self._glanced = glanced

    def best(self, found: Iterable[str]) -> float:
        """Give the likeness of the most like of some names."""
        return max(map(self.likeness, found), default=0.0)

    def any_like(self, found: Collection[str]) -> bool:
        """Tell whether one of some names is like it; what is known is looked at first."""
        if any(self._known.get(name, 0.0) >= names.SIMILAR for name in found):
            return True
        return any(self.likeness(name) >= names.SIMILAR for name in found)

    def likely_best(self, found: Sequence[str], least: float) -> float:
        """Give the likeness of the most like of some names, if it is easily seen to be `least` or more, else 0."""
        glanced = self._glanced
        if not glanced:
            return self.best(found)
        sights = [glanced.get(name, 1.0) for name in found]
        seen = max(_SEEN, max(sights, default=0.0) - _LESS)
        best = 0.0
        for name, sight in zip(found, sights, strict=True):
            if sight >= seen:
                best = max(best, self.likeness(name, max(least, best)))
        return best

    def reasons(self, name: str) -> tuple[str, ...]:
        """Say why a name is like it."""
        return tuple(self._asked.explain(name))


class Heard:
    """The names of an opened record, and how they sound.

    Args:
        found: The name in each claim, empty where there is none.
        shares: What they are known to share a sound key with.
    """

    def __init__(self, found: Sequence[str], shares: Collection[Sound] = ()) -> None:
        """Take nothing apart yet."""
        self._found = found
        self._shares = shares

    @cached_property
    def _kept(self) -> list[str]:
        return kept_names(filter(None, self._found))

    @cached_property
    def _keys(self) -> set[str]:
        return sound_keys(self._kept)

    def like(self, sound: Sound, claim: int | None = None) -> bool:
        """Tell whether a name of the record, or the one in a claim, is like what is asked for.

        It has to be one of the names that a page of names holds, and they must share a sound key with what is asked.
        """
        if not sound.keys:
            return False
        found = self._kept
        if claim is not None:
            found = [name for name in kept_names(self._found[claim : claim + 1]) if name in found]
        return sound.any_like(found) and (sound in self._shares or not sound.keys.isdisjoint(self._keys))


# --- which documents to look at first ---------------------------------------------------------------------------------


def by_overlap(among: BitMap, weighted: Iterable[tuple[BitMap, int]]) -> Iterator[tuple[int, BitMap]]:
    """Sort documents by the sum of the weights of the sets they are in, without a step for each document.

    The sums are kept as binary numbers lying on their side: one set of documents for each digit.

    Args:
        among: The documents to sort.
        weighted: Sets of documents, each with a weight from 1.

    Returns:
        Sums and their documents, greatest sum first; no document twice.
    """
    digits: list[BitMap] = []
    for documents, weight in weighted:
        there = documents & among
        for place in range(weight.bit_length()):
            if weight >> place & 1:
                _add(digits, place, there)

    def fall(place: int, sum_: int, left: BitMap) -> Iterator[tuple[int, BitMap]]:
        if not left:
            return
        if place < 0:
            yield sum_, left
            return
        yield from fall(place - 1, sum_ + (1 << place), left & digits[place])
        yield from fall(place - 1, sum_, left - digits[place])

    return fall(len(digits) - 1, 0, among)


def _add(digits: list[BitMap], place: int, carried: BitMap) -> None:
    while carried:
        if place >= len(digits):
            digits.extend(BitMap() for _ in range(place + 1 - len(digits)))
        digits[place], carried = digits[place] ^ carried, digits[place] & carried
        place += 1
