"""Sound keys: what a name is found under, whatever its spelling.

Part of the ground. A key begins with a letter that tells what it is:

* `f`, the fine skeleton of a word: the classes of its consonants, with a mark for a vowel at the start;
* `c`, the coarse skeleton: fewer classes, what is weakly heard left out;
* `w`, the coarse skeleton of the whole name, which is the same whether the name is written as one word or as several;
* `g`, a group of common names (`families`).

What it remembers between calls, a bounded table of words and their keys, `forget` empties.
"""

from __future__ import annotations

import re
from typing import Final

from vault.names import letters
from vault.names.letters import Token
from vault.names.sounds import VOWELS

_CACHE: Final = 1 << 16
_DOUBLE: Final = re.compile(r"(.)\1+")


def _classes(groups: str, dropped: str = "") -> dict[int, str | None]:
    """Make a table that brings every sound of a group to its first, and drops others."""
    return {ord(sound): group[0] for group in groups.split() for sound in group} | dict.fromkeys(map(ord, dropped))


_FOLDED: Final = _classes("aA eiIj ouUOw")
_FINE: Final = _classes("bp td kgqG fvw sc SZCJ xh nN", VOWELS + "j")
_COARSE: Final = _classes("bp td kgqGx fv sczSZCJ nN lr", VOWELS + "jhw")


def folded(sounds: str) -> str:
    """Bring the vowels of a reading to three."""
    return _DOUBLE.sub(r"\1", sounds.translate(_FOLDED))


def fine(sounds: str) -> str:
    """Give the fine skeleton of a reading."""
    skeleton = _DOUBLE.sub(r"\1", sounds.translate(_FINE))
    return "@" + skeleton if sounds[0] in VOWELS else skeleton


def coarse(sounds: str) -> str:
    """Give the coarse skeleton of a reading."""
    return _DOUBLE.sub(r"\1", sounds.translate(_COARSE))


_INDEX_READINGS: Final = 5
_KEYS: dict[Token, tuple[frozenset[str], frozenset[str]]] = {}


def _keys(token: Token) -> tuple[frozenset[str], frozenset[str]]:
    found = _KEYS.get(token)
    if found is None:
        if len(_KEYS) >= _CACHE:
            _KEYS.clear()
        readings = [reading.sounds for reading in letters.read(token)]
        keys = [("f" + fine(sounds), "c" + coarse(sounds)) for sounds in readings]
        few = frozenset([key for pair in keys[:_INDEX_READINGS] for key in pair])
        found = _KEYS[token] = few, frozenset([key for pair in keys for key in pair])
    return found


def index_keys(name: str) -> set[str]:
    """Give the keys under which a name is found."""
    found: set[str] = set()
    for token in letters.tokens(name):
        found |= _keys(token)[0]
    return found


def query_keys(text: str) -> set[str]:
    """Give the keys under which to look for a name."""
    found: set[str] = set()
    for token in letters.tokens(text):
        found |= _keys(token)[1]
    return found


def forget() -> None:
    """Drop the words remembered from names seen so far."""
    _KEYS.clear()
