"""Words of a name, and how each is read.

Part of the ground. It remembers nothing between calls.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vault.names import arabic, cyrillic, han, latin
from vault.names.sounds import MAX_READINGS, VOWELS
from vault.names.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_TOKENS: Final = 16
"""Words of a name that count."""
MAX_LETTERS: Final = 60
"""Letters of a word that count."""
MAX_TEXT: Final = 4 * MAX_TOKENS * MAX_LETTERS

_SCRIPTS: Final = (
    ("Latn", "a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff"),
    ("Cyrl", "\u0400-\u052f"),
    ("Arab", "\u0620-\u06ff\u0750-\u077f\u08a0-\u08ff"),
    ("Hani", "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"),
)
_TOKEN: Final = re.compile("|".join(f"([{letters}]+)" for _, letters in _SCRIPTS) + r"|([^\W_]+)")
_DROPPED: Final = re.compile("['’‘ʼʻʽʾʿʹʺˈ`´ـ]")

_FORMAT: Final = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)

# Cyrillic letters and the Latin ones of the same shape, which people and scanners mix up within a word.
_CYRILLIC_SHAPES: Final = "аеорсхуіјѕкмтнвһԁԛԝӏәөү"
_LATIN_SHAPES: Final = "aeopcxyijskmthbhdqwləɵy"
_TO_LATIN: Final = str.maketrans(_CYRILLIC_SHAPES, _LATIN_SHAPES)
_TO_CYRILLIC: Final = str.maketrans(_LATIN_SHAPES[:-3], _CYRILLIC_SHAPES[:-3])
_LATIN: Final = re.compile(f"[{_SCRIPTS[0][1]}]")
_CYRILLIC: Final = re.compile(f"[{_SCRIPTS[1][1]}]")
_EITHER: Final = re.compile(f"[{_SCRIPTS[0][1]}{_SCRIPTS[1][1]}]+")


def _one_script(match: re.Match[str]) -> str:
    """Bring a word of Latin and Cyrillic letters to the script that most of them are of."""
    word = match.group()
    latin_letters, all_letters = len(_LATIN.findall(word)), len(word)
    if latin_letters in {0, all_letters}:
        return word
    return word.translate(_TO_LATIN if 2 * latin_letters > all_letters else _TO_CYRILLIC)


class Token(NamedTuple):
    """A word of a name, or a run of Chinese characters."""

    text: str
    script: str


def tokens(text: str) -> list[Token]:
    """Cut a name into words of one script each.

    Args:
        text: Any text; its first 16 words count, and of each 60 letters.

    Returns:
        The words in small letters, composed, without marks of stress and format characters.
    """
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold()
    if not text.isascii():
        # What joins or parts letters goes first, so that a mark finds its letter.
        text = unicodedata.normalize("NFC", _FORMAT.sub("", text))
        text = "".join([c for c in text if unicodedata.category(c) not in {"Mn", "Me", "Cf"}])
    text = _DROPPED.sub("", text)
    if _CYRILLIC.search(text) and _LATIN.search(text):
        text = _EITHER.sub(_one_script, text)
    found = []
    for match in _TOKEN.finditer(text):
        place = match.lastindex or 0
        script = _SCRIPTS[place - 1][0] if place <= len(_SCRIPTS) else ""
        found.append(Token(match.group()[:MAX_LETTERS], script))
        if len(found) == MAX_TOKENS:
            break
    return found


def make_room(remembered: dict[Any, Any], most: int) -> None:
    """Drop the older half of what is remembered if it is as much as is allowed."""
    if len(remembered) >= most:
        for one in [*islice(remembered, most // 2)]:
            del remembered[one]


_MAX_RUNS: Final = 8


def joined(found: Sequence[Token]) -> list[tuple[int, int, Token]]:
    """Write words as one where a name may be: each with its neighbour, and all of three or four.

    Args:
        found: Words of a name.

    Returns:
        At most eight runs of words of one script: where it begins, where it ends, and the word they make.
    """
    ends = [(i, i + 2) for i in range(len(found) - 1)][:_MAX_RUNS]
    if len(found) in {3, 4}:
        ends.append((0, len(found)))
    return [
        (start, end, Token("".join([token.text for token in found[start:end]])[:MAX_LETTERS], found[start].script))
        for start, end in ends
        if len({token.script for token in found[start:end]}) == 1
    ]


@cache
def _table(name: str) -> Table:
    """Make a table of letters ready."""
    return Table(
        {
            "cyrillic": cyrillic.LETTERS | cyrillic.GROUPS,
            "ukrainian": cyrillic.LETTERS | cyrillic.GROUPS | cyrillic.UKRAINIAN,
            "turkic": cyrillic.LETTERS | cyrillic.GROUPS | cyrillic.KAZAKH,
            "uyghur": arabic.TURKIC,
            "kazakh": arabic.TURKIC | arabic.KAZAKH,
            "abjad": arabic.ABJAD,
            "foreign": arabic.ABJAD | arabic.FOREIGN,
        }[name]
    )


_FULL_VOWELS: Final = re.compile("[ەۇۆۈۋېٴڭھىئ]")
_FEW_VOWELS: Final = re.compile("[أإآةطصضظثذیکہ]")


def _cyrillic(word: str) -> Iterable[str]:
    yield _table("cyrillic").read(f"^{word}$")
    if any(letter in word for letter in "гиґе"):
        yield _table("ukrainian").read(f"^{word}$")
    if any(letter in word for letter in "жвоӯёючяшһх"):
        yield _table("turkic").read(f"^{word}$")


def _arabic(word: str) -> Iterable[str]:
    full, few = _FULL_VOWELS.search(word), _FEW_VOWELS.search(word)
    if full or not few:
        yield _table("kazakh").read(f"^{word}$")
        yield _table("uyghur").read(f"^{word}$")
    if few or not full or word.endswith(("ى", "ئ")):
        yield _table("abjad").read(f"^{word}$")
        yield _table("foreign").read(f"^{word}$")
        if word.startswith("ال") and len(word) > _ARTICLE:
            yield _table("abjad").read(f"^{word[2:]}$")


_ARTICLE: Final = 4
# What might consist of Mandarin syllables; nothing is tried twice, so that it is fast on any word.
_MANDARIN: Final = re.compile(r"(?:(?:[zcs]h|[b-df-hj-np-tw-z])?+[aeiouvü]++(?:ng?+|r)?+)++\Z")


class Reading(NamedTuple):
    """One way in which a word may sound."""

    sounds: str
    manner: str
    """How its script spells: `l` all sounds, `a` few vowels, `h` by Chinese characters or their Mandarin syllables."""


def _unmarked(word: str) -> str:
    """Drop the marks of a Latin word, tones among them."""
    if word.isascii():
        return word
    return "".join([c for c in unicodedata.normalize("NFD", word) if c.isalpha()])


# What is one sound in some scripts and two in others, and what neighbours make of a sound.
_SEAMS: Final = (
    (re.compile(r"(.)(?=\1)"), ""),
    (re.compile("N[gGk]"), "N"),
    (re.compile("n(?=[bp])"), "m"),
    # Daulet and Davlet
    (re.compile(f"(?<=[aAeoO])v(?=[^{VOWELS}])"), "w"),
)


_SEAM: Final = re.compile(rf"(.)\1|N[gGk]|n[bp]|[aAeoO]v[^{VOWELS}]")


def _even(sounds: str) -> str:
    if not _SEAM.search(sounds):
        return sounds
    for seam, even in _SEAMS:
        sounds = seam.sub(even, sounds)
    return sounds


FEW: Final = 5
"""Readings that a name is found by; a query is read in more ways."""
_FEW_SPELLED: Final = 3
_MAX_SPELLED: Final = 4
_MAX_MANDARIN: Final = 3


def plainly(token: Token) -> str:
    """Read a Latin or a Cyrillic word in the likeliest way."""
    return _even(latin.plainly(token.text) if token.script == "Latn" else next(iter(_cyrillic(token.text))))


def read(token: Token, *, few: bool = False) -> tuple[Reading, ...]:
    """Give the ways in which a word may sound.

    Args:
        token: A word.
        few: Only the likeliest, at most five, for what is read by the hundred thousand.

    Returns:
        Readings, the likeliest first, at most eight.
    """
    text, script = token
    spelled: Iterable[str]
    if script == "Hani":
        return tuple(dict.fromkeys([Reading(_even(sounds), "h") for sounds, _ in han.readings(text, FEW)]))
    if script == "Latn":
        spelled, manner = latin.read(text, few=few), "l"
    elif script == "Cyrl":
        spelled, manner = _cyrillic(text), "l"
    elif script == "Arab":
        spelled, manner = _arabic(text), "l" if _FULL_VOWELS.search(text) else "a"
    else:
        return ()
    found = [Reading(sounds, manner) for sounds in dict.fromkeys(map(_even, spelled)) if sounds]
    if script == "Latn" and len(text) > 1 and _MANDARIN.match(_unmarked(text)):
        limit = FEW - _FEW_SPELLED if few else _MAX_MANDARIN
        mandarin = [Reading(_even(sounds), "h") for sounds, _ in han.pinyin_readings(text, limit)]
        found = found[: _FEW_SPELLED if few else _MAX_SPELLED] + mandarin
    return tuple(found[: FEW if few else MAX_READINGS])
