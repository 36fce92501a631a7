"""Sound keys: what a name is found under, whatever its spelling.

Part of the ground. A key begins with a letter that tells what it is:

* `f`, the fine skeleton of a word: the classes of its consonants, with a mark for a vowel at the start;
* `c`, the coarse skeleton of a word, or of two neighbouring words written as one: fewer classes, what is weakly heard
  left out;
* `g`, a group of common names (`families`).

What it remembers between calls, a bounded table of words and their keys, `forget` empties.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from vault.names import families, letters
from vault.names.endings import without_ending
from vault.names.letters import Token
from vault.names.sounds import VOWELS

_MAX_WORDS: Final = 1 << 15
_MAX_KEY: Final = 24
_DOUBLE: Final = re.compile(r"(.)(?=\1)")


def _classes(groups: str, dropped: str = "") -> dict[int, str | None]:
    """Make a table that brings every sound of a group to its first, and drops others."""
    return {ord(sound): group[0] for group in groups.split() for sound in group} | dict.fromkeys(map(ord, dropped))


_FOLDED: Final = _classes("aA eiIj ouUOw kq gG xh")
_FINE: Final = _classes("bp td kgqG fvw sc SZCJ xh nN", VOWELS + "j")
# From the fine skeleton: l = r, s = sh = ts, kh = k; w, h and the mark are left out before.
_COARSE: Final = _classes("bp td kgqGx fv sczSZCJ nN lr", VOWELS + "jhw")


_SHORT: Final = 2
"""Consonants up to which a coarse skeleton says so little that it tells a vowel at the start."""
_LIKELY: Final = 3
"""Readings whose short skeletons count too."""
_WEAK: Final = frozenset((*VOWELS, *"jhw"))


def folded(sounds: str) -> str:
    """Bring the vowels of a reading to three."""
    return _DOUBLE.sub("", sounds.translate(_FOLDED))


def fine(sounds: str) -> str:
    """Give the fine skeleton of a reading."""
    skeleton = _DOUBLE.sub("", sounds.translate(_FINE))[:_MAX_KEY]
    return "@" + skeleton if sounds and sounds[0] in VOWELS else skeleton


def coarse(sounds: str) -> str:
    """Give the coarse skeleton of a reading."""
    skeleton = _DOUBLE.sub("", sounds.translate(_COARSE))[:_MAX_KEY]
    return "@" + skeleton if len(skeleton) <= _SHORT and sounds[:1] in _WEAK else skeleton


def form(sounds: str) -> str:
    """Give the string of a reading by which words are compared."""
    return f"{folded(sounds)}|{fine(sounds)}|{coarse(sounds)}"


def _together(one: str, other: str) -> str:
    """Give the coarse skeleton of two words written as one from those of each."""
    skeleton = _DOUBLE.sub("", one.lstrip("@") + other.lstrip("@"))[:_MAX_KEY]
    return "@" + skeleton if len(skeleton) <= _SHORT and one.startswith("@") else skeleton


class _Word(NamedTuple):
    keys: frozenset[str]
    coarse: tuple[str, ...]
    """What the word contributes to the key of two words written as one: at most two."""


# The l or r at the end of a syllable, which Mandarin cannot say and clerks leave out.
_CODA: Final = re.compile(rf"[lr](?=[^{VOWELS}]|\Z)")
# Keys of words without consonants, which say nothing.
_EMPTY: Final = frozenset(("f", "c", "f@", "c@"))
_INDEXED: dict[Token, _Word] = {}


def _word_keys(token: Token, *, few: bool) -> _Word:
    readings = letters.read(token, few=few)
    found = set()
    for nth, (sounds, manner) in enumerate(readings):
        skeleton = coarse(sounds)
        found.add("f" + fine(sounds))
        # Rarer readings count only where they say enough.
        if nth < (_LIKELY - 1 if manner == "h" else _LIKELY) or len(skeleton.lstrip("@")) > _SHORT:
            found.add("c" + skeleton)
        if manner == "h" and "h" in sounds:
            # The Chinese h is kh, and stands for k and gh as well as for h.
            further = coarse(sounds.replace("h", "x"))
            if len(further) > _SHORT:
                found.add("c" + further)
        shorter = without_ending(sounds)
        if shorter:
            found |= {"f" + fine(shorter), "c" + coarse(shorter)}
    if not readings and token.text:
        found.add("f" + token.text)
    found |= {"g" + group for group in families.groups(token, readings)}
    mandarin = [sounds for sounds, manner in readings if manner == "h"]
    joined = dict.fromkeys(map(coarse, [readings[0].sounds, *mandarin[:1]] if readings else []))
    # One consonant in coarse classes says too little.
    kept = [key for key in found if key not in _EMPTY and (key[0] != "c" or len(key) > _SHORT)]
    return _Word(frozenset(kept), tuple([skeleton for skeleton in joined if skeleton.strip("@")]))


def _is_short(key: str) -> bool:
    """Tell whether a key is of so few consonants that it says little."""
    return len(key.lstrip("fc@")) <= _SHORT


def index_keys(name: str) -> set[str]:
    """Give the keys under which a name is found by its sound.

    Args:
        name: A person's or a place's name in any script; its first 16 words count.

    Returns:
        About four keys a word, each a letter that tells its kind and at most 24 more.

    Secrets:
        As secret as the name.
    """
    found: set[str] = set()
    before: tuple[str, ...] = ()
    for token in letters.tokens(name):
        word = _INDEXED.get(token)
        if word is None:
            letters.make_room(_INDEXED, _MAX_WORDS)
            word = _INDEXED[token] = _word_keys(token, few=True)
        found |= word.keys
        found.update(["c" + _together(one, other) for one in before for other in word.coarse])
        before = word.coarse
    return found


def query_keys(text: str) -> set[str]:
    """Give the keys under which to look for a name.

    Args:
        text: A name, or one word of it, in any script; its first 16 words count.

    Returns:
        The keys of `index_keys`, and those of further ways in which a word may be read.

    Secrets:
        As secret as the name.
    """
    found = index_keys(text)
    tokens = letters.tokens(text)
    for token in tokens:
        found |= _word_keys(token, few=False).keys
        for sounds, manner in letters.read(token, few=True):
            if manner != "h":
                throaty = sounds.replace("h", "x")
                further = map(coarse, {_CODA.sub("", sounds), throaty, _CODA.sub("", throaty)})
                found |= {"c" + skeleton for skeleton in further if len(skeleton) > _SHORT}
    if len(tokens) > 1:
        # What many names have counts only where it is likeliest: another word finds the name as well.
        first = {"c" + coarse(readings[0].sounds) for token in tokens if (readings := letters.read(token, few=True))}
        fine_ones = {key for token in tokens for key in _word_keys(token, few=True).keys if key[0] == "f"}
        found = {
            key
            for key in found
            if not _is_short(key) or key in fine_ones or (key in first and len(key.lstrip("c@")) == _SHORT)
        }
    for _, _, joined in letters.joined(tokens):
        found |= {"c" + coarse(sounds) for sounds, _ in letters.read(joined)} - _EMPTY
    return found


def forget() -> None:
    """Drop the words remembered from names seen so far."""
    _INDEXED.clear()
