"""How a name answers a query: keys, likeness, reasons.

Part of the ground.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from vault.names.texts import query_terms, text_terms, words

if TYPE_CHECKING:
    from collections.abc import Sequence


def index_keys(name: str) -> set[str]:
    """Give the keys under which a name is found.

    Args:
        name: A person's or a place's name in any script.

    Returns:
        At present its text terms.

    Secrets:
        As secret as the name.
    """
    return text_terms(name)


def query_keys(text: str) -> set[str]:
    """Give the keys under which to look for a name.

    Args:
        text: A name, or one word of it, in any script.

    Returns:
        At present the terms of the query.

    Secrets:
        As secret as the name.
    """
    return set(query_terms(text))


def _pairs(word: str) -> set[str]:
    return set(map(str.__add__, word, word[1:])) or {word}


def _word_similarity(asked: str, word: str) -> float:
    """Compare two words: 1 equal; else below 1, by a shared beginning and by pairs of neighbours in common."""
    if asked == word:
        return 1.0
    longer = max(len(asked), len(word))
    shared = next((i for i, (a, b) in enumerate(zip(asked, word, strict=False)) if a != b), min(len(asked), len(word)))
    ours, theirs = _pairs(asked), _pairs(word)
    dice = 2 * len(ours & theirs) / (len(ours) + len(theirs))
    return 0.99 * max(dice, shared / longer)


def _name_words(text: str) -> list[str]:
    return [word for word, _, _ in words(text)]


def _align(asked: Sequence[str], name: Sequence[str]) -> list[tuple[str, str, float]]:
    """Give each asked word its best partner, best pairs first, no partner twice."""
    pairs = sorted(
        ((_word_similarity(a, b), i, j) for i, a in enumerate(asked) for j, b in enumerate(name)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    taken_asked: set[int] = set()
    taken_name: set[int] = set()
    found: list[tuple[str, str, float]] = []
    for score, i, j in pairs:
        if i not in taken_asked and j not in taken_name:
            taken_asked.add(i)
            taken_name.add(j)
            found.append((asked[i], name[j], score))
    return found


_MAX_ALIGNED: Final = 16


def similarity(query: str, name: str) -> float:
    """Tell how well a name answers a query, whatever the order of the words.

    Args:
        query: What is looked for; its first 16 words count.
        name: A name; its first 16 words count.

    Returns:
        From 0.0 to 1.0; 1.0 if both have the same words.
    """
    asked, has = _name_words(query)[:_MAX_ALIGNED], _name_words(name)[:_MAX_ALIGNED]
    if not asked or not has:
        return 0.0
    if sorted(asked) == sorted(has):
        return 1.0
    weight = sum(map(len, asked))
    score = sum(len(word) * closeness for word, _, closeness in _align(asked, has)) / weight
    # Words of the name that nobody asked for count a little against it.
    return score * (0.9 + 0.09 * min(1.0, len(asked) / len(has)))


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
    lines = []
    for asked, word, closeness in _align(_name_words(query)[:_MAX_ALIGNED], _name_words(name)[:_MAX_ALIGNED]):
        if closeness >= 1.0:
            lines.append(f"{asked} is the same word")
        elif word.startswith(asked):
            lines.append(f"{word} begins with {asked}")
        elif closeness > 0.5:
            lines.append(f"{asked} is like {word}")
    return lines


def variants(name: str, script: str) -> list[str]:
    """Give other spellings of a name.

    Args:
        name: A name.
        script: ISO 15924 code of the script wanted, such as Cyrl, Arab, Latn, Hani.

    Returns:
        At present none but its plain form, where the name is written in that script already.
    """
    plain = " ".join(_name_words(name))
    prefixes = {"Cyrl": "CYRILLIC", "Arab": "ARABIC", "Latn": "LATIN", "Hani": "CJK"}
    letters = [character for character in plain if character.isalpha()]
    known = prefixes.get(script)
    if known is None or not letters or not all(unicodedata.name(c, "").startswith(known) for c in letters):
        return []
    return [plain]
