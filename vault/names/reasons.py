"""Why a name answers a query, in a person's words.

Part of the ground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.names import endings, families, keys, letters

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


def _form(sounds: str) -> str:
    return f"{keys.folded(sounds)}|{keys.fine(sounds)}|{keys.coarse(sounds)}"


def _compare(asked: Token, word: Token) -> tuple[float, str]:
    """Compare two words, and say why they are alike; nothing to say if they are not."""
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 - when the first reasons are given

    if asked.text == word.text:
        return 1.0, f"{asked.text} is the same word"
    close = Levenshtein.normalized_similarity
    ours, theirs = letters.read(asked), letters.read(word)
    best = (0.0, "", "")
    for one, _ in ours:
        for other, _ in theirs:
            likeness = close(_form(one), _form(other))
            if likeness > best[0]:
                best = likeness, one, other
    likeness, one, other = best
    if word.script == asked.script and len(asked.text) > 1 and word.text.startswith(asked.text):
        likeness, said = max(likeness, _ALIKE), f"{word.text} begins with {asked.text}"
        return likeness, said
    for stem, whole, kept, cut in (
        *((endings.without_ending(a), b, asked, word) for a, _ in ours for b, _ in theirs),
        *((endings.without_ending(b), a, word, asked) for a, _ in ours for b, _ in theirs),
    ):
        if stem and close(_form(stem), _form(whole)) > max(likeness, _ALIKE):
            ended = next(endings.name_of(r) for r, _ in letters.read(kept) if endings.without_ending(r) == stem)
            return _SURE, f"{asked.text} is like {word.text}: {kept.text} without its ending {ended}"
    shared = families.groups(asked, ours) & families.groups(word, theirs)
    if shared and likeness < _SURE:
        return _SURE, f"{asked.text} and {word.text} are forms of one name ({min(shared)})"
    if likeness < _ALIKE:
        return likeness, ""
    if one == other:
        return likeness, f"{asked.text} is like {word.text}: both read as {spelled(one)}"
    heard = [f"{token.text} read as {spelled(r)}" for token, r in ((asked, one), (word, other)) if spelled(r) != token.text]
    return likeness, f"{asked.text} is like {word.text}" + (": " + ", ".join(heard) if heard else "")


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
        for ours, theirs in (((asked), [t for *_, t in letters.joined(has)]), ([t for *_, t in letters.joined(asked)], has)):
            best = max((_compare(one, other) for one in ours for other in theirs), default=(0.0, ""))
            if best[1]:
                return [best[1]]
    return [said[i] for i in sorted(said)]
