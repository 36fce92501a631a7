"""Text of any script to comparable words.

Part of the ground. What it remembers between calls, a bounded table of words it has folded, `forget` empties.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WORD: Final = 60
"""Characters of a word that count: two words that agree in so many are one term."""

_CACHE_WORDS: Final = 1 << 14

_HAN: Final = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

# Where characters lie that stand inside words and are no letters: marks, joiners, variation selectors, tags. These are
# asked for their categories once: the list of single characters would fill a page.
_MARK_BLOCKS: Final = (
    (0x00AD, 0x00AE),
    (0x0300, 0x2100),
    (0x2CEF, 0x309B),
    (0xA66F, 0xAC00),
    (0xFB1E, 0xFB1F),
    (0xFE00, 0x10000),
    (0xE0001, 0xE01F0),
)
_MARK_CATEGORIES: Final = frozenset(("Mn", "Mc", "Me", "Cf"))


def _class_of(characters: Iterable[int]) -> str:
    """Write a regular expression's character class, as ranges."""
    ranges: list[list[int]] = []
    for character in characters:
        if ranges and ranges[-1][1] == character - 1:
            ranges[-1][1] = character
        else:
            ranges.append([character, character])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_HAN_RUN: Final = re.compile(rf"[{_HAN}]+")


@cache
def _token() -> re.Pattern[str]:
    """Compile what a token is, when the first one is looked for: most commands never do."""
    marks = _class_of(
        character
        for first, last in _MARK_BLOCKS
        for character in range(first, last)
        if unicodedata.category(chr(character)) in _MARK_CATEGORIES
    )
    letter = rf"[^\W_{_HAN}]"
    # Letters and digits; marks or an apostrophe may stand between two runs of them, marks also at the end. The classes
    # are disjoint, so that matching is linear. A run of Chinese is a token of its own.
    return re.compile(rf"{letter}+(?:[{marks}'’]+{letter}+)*[{marks}]*|[{_HAN}]+")


# Letters whose plain form no decomposition gives.
_PLAIN_LETTERS: Final = {
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "ŧ": "t",
    "æ": "ae",
    "œ": "oe",
    "ى": "ي",  # alef maksura and the Persian yeh are drawn and typed for one another and for yeh
    "ی": "ي",
    "ک": "ك",
    "ہ": "ه",
    "ٴ": "",  # the high hamza of Kazakh only softens the word's vowels, and is often left out
    "ـ": "",  # tatweel stretches a line
    "’": "",
    "'": "",
    "ʼ": "",
    "ʻ": "",
    "ʽ": "",
    "ʹ": "",
    "ʺ": "",
    "ˈ": "",
}
# Hamza on a seat is a letter of its own in Uyghur.
_KEPT: Final = frozenset("ئ")


def _is_plain_mark(code: int) -> bool:
    """Tell a mark that may be dropped from one that spells a vowel, as in the scripts of India and of Tibet."""
    blocks = ((0x1AB0, 0x1B00), (0x1DC0, 0x1E00), (0x20D0, 0x2100))
    return code < 0x0900 or code > 0xFDFF or any(first <= code < last for first, last in blocks)


def _unaccented(character: str) -> str:
    code = ord(character)
    # Only scripts whose marks are accents; a kana or a Hangul syllable taken apart is another word.
    if character in _KEPT or not (0xC0 <= code < 0x0700 or 0x1E00 <= code < 0x2000):
        return character
    parts = unicodedata.normalize("NFKD", character)
    return "".join(_PLAIN_LETTERS.get(part, part) for part in parts if not unicodedata.combining(part))


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if character in _PLAIN_LETTERS:
        return _PLAIN_LETTERS[character]
    if category == "Cf" or (category in {"Mn", "Me"} and _is_plain_mark(ord(character))):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return _unaccented(character)


class _Fold(dict[int, str]):
    """What each character becomes, found when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


_FOLD: Final = _Fold()


def normalise(text: str) -> str:
    """Even out what does not change a word: width, case, accents, stress marks, joiners, kinds of digits.

    Args:
        text: Any text.

    Returns:
        NFKC, case folded, without accents, marks and format characters, apostrophes left out. Punctuation and spaces
        stay.

    Secrets:
        As secret as the text.

    Source:
        docs/format.md §Terms.
    """
    if text.isascii():
        return text.lower().replace("'", "")
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Case folding may leave a composed form taken apart, or make one that is not NFKC.
    return unicodedata.normalize("NFKC", folded).translate(_FOLD)


def is_han(word: str) -> bool:
    """Tell whether a word in normal form is of Chinese characters, of which one or two already are a term."""
    return _HAN_RUN.match(word) is not None


def _han_terms(run: str) -> list[str]:
    """Give the characters of a run of Chinese, and its pairs of neighbours."""
    return [*run, *map(str.__add__, run, run[1:])]


# For ASCII alone: what is no letter or digit becomes a space, an apostrophe goes.
_ASCII: Final = {
    code: None if chr(code) == "'" else chr(code).lower() if chr(code).isalnum() else " " for code in range(128)
}


@cache
def _plain_letters() -> str:
    """Give the letters, for a class of characters, that are in normal form already; most words have no others."""
    return _class_of(
        code
        for first, last in ((0x0430, 0x0500), (0x0620, 0x06D6))
        for code in range(first, last)
        if chr(code).isalpha() and chr(code) == chr(code).lower() == _fold_character(chr(code))
    )


@cache
def _normal() -> re.Pattern[str]:
    return re.compile(f"[a-z0-9{_plain_letters()}]+")


def _fold(text: str) -> tuple[str, ...]:
    low = text.lower()
    if _normal().fullmatch(low):
        return (low[:MAX_WORD],)
    if text.isascii():
        return tuple([term[:MAX_WORD] for term in text.translate(_ASCII).split()])
    terms: list[str] = []
    for token in _token().findall(text):
        # One character may fold to several words, or to Chinese.
        for piece in _token().findall(normalise(token)):
            if _HAN_RUN.match(piece):
                terms += _han_terms(piece)
            else:
                terms.append(piece[:MAX_WORD])
    return tuple(terms)


class _Terms(dict[str, tuple[str, ...]]):
    """Terms of each text without blanks, found when it is first met; bounded."""

    def __missing__(self, text: str) -> tuple[str, ...]:
        terms = _fold(text)
        if len(text) <= MAX_WORD:
            if len(self) >= _CACHE_WORDS:
                self.clear()
            self[text] = terms
        return terms


_TERMS: Final = _Terms()


def forget() -> None:
    """Drop the words remembered from texts seen so far; to be called when a vault is locked."""
    _TERMS.clear()


def words(text: str) -> list[tuple[str, int, int]]:
    """Cut a text into comparable words with their places.

    Args:
        text: Any text.

    Returns:
        Each word in its normal form, with start and end in `text` counted in characters. A run of Chinese gives each
        character as a word. Runs of anything but letters, digits, marks and apostrophes separate words.

    Secrets:
        As secret as the text.
    """
    found: list[tuple[str, int, int]] = []
    for match in _token().finditer(text):
        token, start = match.group(), match.start()
        if _HAN_RUN.match(token):
            found += [(normalise(character), start + i, start + i + 1) for i, character in enumerate(token)]
        else:
            found += [(word, start, match.end()) for word in _TERMS[token]]
    return found


def text_terms(text: str) -> set[str]:
    """Give the terms under which a text is found.

    Args:
        text: Any text.

    Returns:
        Its words in normal form, each cut to 60 characters; of Chinese each character and each pair of neighbours.

    Secrets:
        As secret as the text.

    Source:
        docs/format.md §Terms.
    """
    terms: set[str] = set()
    # No word reaches across a blank, so that whole pieces of text are looked up instead of taken apart.
    terms.update(*map(_TERMS.__getitem__, set(text.split())))
    return terms


def piece_terms(piece: str) -> tuple[str, ...]:
    """Give the text terms of a piece of text without blanks, perhaps some twice; nothing of it is remembered.

    Secrets:
        As secret as the text.
    """
    return _fold(piece)


def query_terms(text: str) -> list[str]:
    """Give the terms that a text must have to hold what is asked for.

    Args:
        text: Words of a query.

    Returns:
        Its words in normal form, in their order; of Chinese the pairs of neighbours, or the character if it is alone.

    Secrets:
        As secret as the text.
    """
    terms: list[str] = []
    for token in _token().findall(text):
        if _HAN_RUN.match(token):
            run = normalise(token)
            terms += list(map(str.__add__, run, run[1:])) or [run]
        else:
            terms += _TERMS[token]
    return terms
