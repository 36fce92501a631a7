"""Why a name answers a query, in a person's words.

Part of the ground.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

from vault.names import endings, families, letters
from vault.names.keys import form
from vault.names.letters import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.names.letters import Token

_SPELLED: Final = {
    "A": "ä", "I": "y", "O": "ö", "U": "ü", "j": "y", "G": "gh", "S": "sh", "Z": "zh", "x": "kh", "c": "ts", "C": "ch",
    "J": "j", "N": "ng",
}  # fmt: skip
_ALIKE: Final = 0.6
_SURE: Final = 0.9


def spelled(sounds: str) -> str:
    """Write a reading in letters that a reader of English sounds rightly."""
    return "".join([_SPELLED.get(sound, sound) for sound in sounds])


def _nearest(ours: Sequence[Reading], theirs: Sequence[Reading]) -> tuple[float, str, str]:
    """Give the two readings of two words that are most alike."""
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 - when the first reasons are given

    close = Levenshtein.normalized_similarity
    pairs = [(close(form(one), form(other)), one, other) for one, _ in ours for other, _ in theirs]
    return max(pairs, key=itemgetter(0), default=(0.0, "", ""))


def _without_ending(asked: Token, word: Token) -> tuple[float, str]:
    """Compare two words of which one has an ending that the other has not."""
    best = (0.0, "")
    for whole, cut in ((asked, word), (word, asked)):
        ways = letters.read(cut)
        stems = {endings.without_ending(sounds): sounds for sounds, _ in ways} | {"": ""}
        likeness, _, stem = _nearest(letters.read(whole), [Reading(stem, "l") for stem in stems if stem])
        if likeness > best[0]:
            ending = endings.name_of(stems[stem])
            best = likeness, f"{asked.text} is like {word.text}: {cut.text} without its ending {ending}"
    return best


def _compare(asked: Token, word: Token) -> tuple[float, str]:
    """Compare two words, and say why they are alike; nothing to say if they are not."""
    if asked.text == word.text:
        return 1.0, f"{asked.text} is the same word"
    ours, theirs = letters.read(asked), letters.read(word)
    likeness, one, other = _nearest(ours, theirs)
    cut, said = _without_ending(asked, word)
    shared = families.groups(asked, ours) & families.groups(word, theirs)
    if word.script == asked.script and len(asked.text) > 1 and word.text.startswith(asked.text):
        return max(likeness, _ALIKE), f"{word.text} begins with {asked.text}"
    if cut > max(likeness, _ALIKE):
        return min(cut, _SURE), said
    if shared and likeness < _SURE:
        return _SURE, f"{asked.text} and {word.text} are forms of one name ({min(shared)})"
    return likeness, _heard(asked, one, word, other) if likeness >= _ALIKE else ""


def _heard(asked: Token, one: str, word: Token, other: str) -> str:
    """Say how two words that are alike are read."""
    if one == other:
        return f"{asked.text} is like {word.text}: both read as {spelled(one)}"
    heard = [f"{t.text} read as {spelled(r)}" for t, r in ((asked, one), (word, other)) if spelled(r) != t.text]
    return f"{asked.text} is like {word.text}" + (": " + ", ".join(heard) if heard else "")


def explain(asked: Sequence[Token], has: Sequence[Token]) -> list[str]:
    """Say for each word of a query what in a name answers it, best pairs first given, in the query's order."""
    pairs = sorted(
        ((*_compare(one, other), i, j) for i, one in enumerate(asked) for j, other in enumerate(has)),
        key=lambda pair: (-pair[0], pair[2], pair[3]),
    )
    said: dict[int, str] = {}
    given: set[int] = set()
    for _, text, i, j in pairs:
        if text and i not in said and j not in given:
            said[i] = text
            given.add(j)
    if not said and len(asked) != len(has):
        joined = [(asked, [t for *_, t in letters.joined(has)]), ([t for *_, t in letters.joined(asked)], has)]
        for ours, theirs in joined:
            best = max([_compare(one, other) for one in ours for other in theirs], default=(0.0, ""))
            if best[1]:
                return [best[1]]
    return [said[i] for i in sorted(said)]
