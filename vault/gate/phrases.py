"""The program's own words in a file: labels, headings and keys that stand in every bundle and say nothing of anybody.

Floor: 4, part of `gate`. A withheld value can be an ordinary word that is also a label ("mother", "identity"). Where
such a word stands as a label does, whole and between the marks of the file's form, it is the label; anywhere else it is
a finding. It refuses to overlook a word inside a sentence.
"""

from collections.abc import Collection
from typing import Final

from vault.matching.values import word_pattern

_LONGEST: Final = 80
_BEFORE: Final = frozenset('"*#(:,;-\n\r\ufeff')
_AFTER: Final = frozenset('"*(),:;.\n\r')


class Phrases:
    """The own words of the files that are looked at.

    Args:
        phrases: Each as it stands in a file.
    """

    def __init__(self, phrases: Collection[str]) -> None:
        self._by_word: dict[str, list[tuple[str, int]]] = {}
        for phrase in frozenset(phrases):
            for match in word_pattern(phrase).finditer(phrase):
                self._by_word.setdefault(match.group(), []).append((phrase, match.start()))

    def cover(self, text: str, at: int) -> bool:
        """Tell whether the word at a place is part of such a phrase that stands there as one.

        Args:
            text: A reading of a file.
            at: Where a word begins.

        Returns:
            True if it is the program's own.
        """
        here = text[at : at + _LONGEST]
        match = word_pattern(here).match(here)
        if match is None:
            return False
        for phrase, offset in self._by_word.get(match.group(), ()):
            start = at - offset
            if start < 0 or not text.startswith(phrase, start):
                continue
            end = start + len(phrase)
            before, after = text[max(start - 8, 0) : start].rstrip(" ")[-1:], text[end : end + 8].lstrip(" ")[:1]
            if (not start or before in _BEFORE) and (end == len(text) or after in _AFTER):
                return True
        return False
