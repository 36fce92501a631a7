"""A first look at very many names: how like a query each may be, told for a few microseconds.

Part of the ground. Every letter is read in one way whatever stands beside it, sounds are brought to few classes, and
words are compared by them alone: enough to tell which names are worth a comparison (`likeness`), and for nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Final

from vault.names import arabic, cyrillic, han, latin, letters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from vault.names.letters import Token

_MAX_READINGS: Final = 5
"""Readings of a word asked for; of a word in a name there is one."""
_MAX_JOINED: Final = 3
_EXTRA_WORDS: Final = 0.1
_JOINED: Final = 0.97

# Fewer classes than keys have: kh and h are left out, vowels are three.
_GROUPS: Final = "bp td kgqG fvw sczSZCJ nN lr aA eiIj ouUO"
_CLASSES: Final = {ord(sound): group[0] for group in _GROUPS.split() for sound in group} | dict.fromkeys(map(ord, "hx"))
_CONSONANTS: Final = str.maketrans("", "", "aeo")
_DOUBLE: Final = re.compile(r"([^ \n])\1+")
_HAN: Final = re.compile("[\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

# Latin groups that are one sound in most orthographies, each as a letter that sounds so.
_PAIRS: Final = (
    ("sh", "ш"), ("zh", "ж"), ("ch", "ч"), ("kh", "х"), ("gh", "г"), ("ng", "ң"), ("ph", "ф"), ("th", "т"), ("ts", "ц"),
)  # fmt: skip
_ARABIC: Final = {"ع": "a"}
"""Letters of the Arabic script that are not read here as Uyghurs do."""


class _Letters(dict[int, str]):
    """What each character sounds like, in classes; others than known letters are found anew each time."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if not character.isalnum():
            return "" if unicodedata.category(character) in {"Mn", "Me", "Cf", "Lm", "Sk"} else " "
        plain = unicodedata.normalize("NFKD", character)
        return self.get(ord(plain[0]), character) if plain and plain[0] != character else character


@cache
def _letters() -> _Letters:
    tables = (latin.COMMON, arabic.ABJAD, arabic.TURKIC, _ARABIC, cyrillic.LETTERS)
    found = _Letters({ord(c): s.translate(_CLASSES) for table in tables for c, s in table.items() if len(c) == 1})
    found.update({ord("\n"): "\n", ord(" "): " ", **dict.fromkeys(map(ord, "'’‘`"), "")})
    return found


@cache
def _distance() -> Callable[[str, str], float]:
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - most commands compare nothing

    return Indel.normalized_similarity


def _in_classes(sounds: str) -> str:
    return _DOUBLE.sub(r"\1", sounds.translate(_CLASSES))


def _form(classes: str) -> str:
    """Give the string by which words are compared: vowels count, and count less than consonants."""
    consonants = classes.translate(_CONSONANTS)
    return f"{classes}|{consonants}" if consonants != classes and consonants != classes[1:] else _bare(consonants)


def _bare(consonants: str) -> str:
    """Give the form of a word that is written without its vowels."""
    return f"~{consonants}|{consonants}"


def _han(match: re.Match[str]) -> str:
    return han.plainly(match.group()).translate(_CLASSES)


def _words(names: Iterable[str]) -> list[list[str]]:
    """Give for each name its words, in classes."""
    text = "\n".join([name.replace("\n", " ") for name in names]).casefold()
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    # What a character sounds like is written in Latin letters that stand for themselves.
    text = _HAN.sub(_han, text).translate(_letters())
    return [line.split() for line in _DOUBLE.sub(r"\1", text).split("\n")]


class Glance:
    """A query made ready for a first look at many names.

    Args:
        tokens: Words of the query, at least one.

    Secrets:
        Holds the query.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        readings = [self._readings(token) for token in tokens]
        self._forms = [list(map(_form, some)) for some in readings]
        self._bare = [list({_bare(one.translate(_CONSONANTS)) for one in some}) for some in readings]
        ways = min(_MAX_JOINED, max(map(len, readings)))
        joined = ["".join([some[way % len(some)] for some in readings]) for way in range(ways)]
        self._joined = list(map(_form, dict.fromkeys(joined)))

    def __repr__(self) -> str:
        """Tell nothing of the query."""
        return "Glance(…)"

    @staticmethod
    def _readings(token: Token) -> list[str]:
        read = [_in_classes(sounds) for sounds, _ in letters.read(token)[:_MAX_READINGS]]
        return list(dict.fromkeys([*read, "".join(*_words([token.text]))]))

    def likeness(self, names: Sequence[str]) -> tuple[list[float], list[list[float]]]:
        """Tell roughly how like the query some names are, from 0.0 to 1.0; words may stand in any order.

        Returns:
            For each name its likeness; for each word of the query the same of that word alone.
        """
        found = _words(names)
        words = {word: _form(word) for name in found for word in name}
        bare = {word: form for word, form in words.items() if form[0] == "~"}
        best = [dict(zip(words, _best(asked, list(words.values())), strict=True)) for asked in self._forms]
        for of, asked in zip(best, self._bare, strict=True):
            for word, sight in zip(bare, _best(asked, list(bare.values())), strict=True):
                of[word] = max(sight, of[word])
        joined = _best(self._joined, [_form("".join(name)) for name in found])
        each = [[max(map(of.__getitem__, name), default=0.0) for name in found] for of in best]
        count = len(each)
        lacks = [1 - _EXTRA_WORDS * max(0, len(name) - count) / (len(name) or 1) for name in found]
        alike = [sum(sights) / count * lack for sights, lack in zip(zip(*each, strict=True), lacks, strict=True)]
        return list(map(max, alike, [_JOINED * whole for whole in joined])), each


def _best(asked: Sequence[str], forms: Sequence[str]) -> list[float]:
    """Compare each form with several; give the best likeness of each."""
    close = _distance()
    rows = [map(close, repeat(one), forms) for one in asked]
    return list(map(max, *rows)) if len(rows) > 1 else list(rows[0])
