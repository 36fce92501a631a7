"""Tables of letters and groups of letters, made ready to read words with.

Part of the ground. Plain look-ups, no expressions: a table is ready as soon as it is loaded.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def longest_groups(groups: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
    """Tell how long the groups are that begin with a letter, longest first."""
    lengths: dict[str, set[int]] = {}
    for group in groups:
        lengths.setdefault(group[:1], set()).add(len(group))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


class Table:
    """What groups of letters are read as; the longest group wins.

    Args:
        groups: Groups of letters and their sounds.
    """

    __slots__ = ("_groups", "_lengths")

    def __init__(self, groups: Mapping[str, str]) -> None:
        self._groups = groups
        self._lengths = longest_groups(groups)

    def read(self, word: str) -> str:
        """Read a word, framed by ^ and $.

        Of a letter that the table lacks the letter under its marks is read, or nothing.
        """
        groups, lengths = self._groups, self._lengths
        sounds = ""
        place, end = 0, len(word)
        while place < end:
            for length in lengths.get(word[place], ()):
                found = groups.get(word[place : place + length])
                if found is not None:
                    sounds += found
                    place += length
                    break
            else:
                parts = unicodedata.normalize("NFD", word[place]) if word[place] > "\x7f" else ""
                sounds += "".join([groups.get(part, "") for part in parts])
                place += 1
        return sounds
