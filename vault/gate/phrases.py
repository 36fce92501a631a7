"""The program's own words in a file: labels, headings and keys that stand in every bundle and say nothing of anybody.

Floor: 4, part of `gate`. A withheld value can be an ordinary word that is also a label ("mother", "identity"). Where
such a word stands as a label does, whole and between the marks of the file's form, it is the label; anywhere else it is
a finding. It refuses to overlook a word inside a sentence.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

from vault.matching.letters import HAN
from vault.matching.values import word_pattern

_LONGEST: Final = 80
_BEFORE: Final = frozenset('"*#([:,;-—>\n\r\ufeff')
_AFTER: Final = frozenset('"*(),:;.<\n\r')
_MARKUP: Final = frozenset("<&")
_HAN: Final = re.compile(f"[{HAN}]")


class Phrases:
    """The own words of the files that are looked at.

    Args:
        phrases: Each as it stands in a file. What begins with `<` or `&` is markup and stands anywhere; what ends with
            `-` is the beginning of a token, such as `person-`.
    """

    def __init__(self, phrases: Collection[str]) -> None:
        self._by_word: dict[str, list[tuple[str, int]]] = {}
        # In a reading widths are folded.
        for phrase in {*phrases, *(unicodedata.normalize("NFKC", one) for one in phrases)}:
            for word, start in _words(phrase):
                self._by_word.setdefault(word, []).append((phrase, start))

    def cover(self, text: str, at: int) -> bool:
        """Tell whether the word at a place is part of such a phrase that stands there as one.

        Args:
            text: A reading of a file.
            at: Where a word begins.

        Returns:
            True if it is the program's own.
        """
        word = next((word for word, start in _words(text[at : at + _LONGEST]) if not start), "")
        for phrase, offset in self._by_word.get(word, ()):
            start = at - offset
            if start < 0 or not text.startswith(phrase, start):
                continue
            if phrase[0] in _MARKUP:  # no text of a record has these signs where the file's form has them
                return True
            end = start + len(phrase)
            before, after = text[max(start - 8, 0) : start].rstrip(" ")[-1:], text[end : end + 8].lstrip(" ")[:1]
            if (not start or before in _BEFORE) and (end == len(text) or after in _AFTER or phrase[-1] == "-"):
                return True
        return False


def _words(text: str) -> Iterator[tuple[str, int]]:
    """Yield the words of a text with their places; in Chinese, which has no spaces, each sign."""
    for match in word_pattern(text).finditer(text):
        yield match.group(), match.start()
    for match in _HAN.finditer(text):
        yield match.group(), match.start()
