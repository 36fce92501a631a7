"""Words of a name, and how each is read.

Part of the ground. What it remembers between calls, a bounded table of words and their readings, `forget` empties.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from vault.names import arabic, cyrillic, han, latin
from vault.names.sounds import MAX_READINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

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
_DROPPED: Final = re.compile("['’‘ʼʻʽʹʺˈ`´ـ]")


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
    text = unicodedata.normalize("NFC", text)
    if not text.isascii():
        text = "".join([c for c in text if unicodedata.category(c) not in {"Mn", "Me", "Cf"}])
    text = _DROPPED.sub("", text)
    found = []
    for match in _TOKEN.finditer(text):
        place = match.lastindex or 0
        script = _SCRIPTS[place - 1][0] if place <= len(_SCRIPTS) else ""
        found.append(Token(match.group()[:MAX_LETTERS], script))
        if len(found) == MAX_TOKENS:
            break
    return found


@cache
def _reader(name: str) -> Callable[[str], str]:
    """Compile a table of letters."""
    table: Mapping[str, str] = {
        "cyrillic": cyrillic.LETTERS | cyrillic.GROUPS,
        "ukrainian": cyrillic.LETTERS | cyrillic.GROUPS | cyrillic.UKRAINIAN,
        "turkic": cyrillic.LETTERS | cyrillic.GROUPS | cyrillic.KAZAKH,
        "uyghur": arabic.TURKIC,
        "kazakh": arabic.TURKIC | arabic.KAZAKH,
        "abjad": arabic.ABJAD,
        "foreign": arabic.ABJAD | arabic.FOREIGN,
    }[name]
    groups = sorted(table, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, groups)) + "|.")

    def sound(match: re.Match[str]) -> str:
        group = match.group()
        found = table.get(group)
        return found if found is not None else "".join([table.get(p, "") for p in unicodedata.normalize("NFD", group)])

    return lambda word: pattern.sub(sound, f"^{word}$")


_FULL_VOWELS: Final = re.compile("[ەۇۆۈۋېٴڭھىئ]")
_FEW_VOWELS: Final = re.compile("[أإآةطصضظثذیکہ]")
_DOUBLE: Final = re.compile(r"(.)\1+")


def _cyrillic(word: str) -> Iterable[str]:
    yield _reader("cyrillic")(word)
    if any(letter in word for letter in "гиґе"):
        yield _reader("ukrainian")(word)
    if any(letter in word for letter in "жвоӯёючяшһх"):
        yield _reader("turkic")(word)


def _arabic(word: str) -> Iterable[str]:
    full, few = _FULL_VOWELS.search(word), _FEW_VOWELS.search(word)
    if full or not few:
        yield _reader("kazakh")(word)
        yield _reader("uyghur")(word)
    if few or not full or word.endswith(("ى", "ئ")):
        yield _reader("abjad")(word)
        yield _reader("foreign")(word)
        if word.startswith("ال") and len(word) > _ARTICLE:
            yield _reader("abjad")(word[2:])


_ARTICLE: Final = 4
_READERS: Final = {"Latn": latin.read, "Cyrl": _cyrillic, "Arab": _arabic}
_MAX_MANDARIN: Final = 4


class Reading(NamedTuple):
    """One way in which a word may sound."""

    sounds: str
    manner: str
    """How its script spells: `l` all sounds, `a` few vowels, `h` by Chinese characters or their Mandarin syllables."""


def _manner(token: Token) -> str:
    return "a" if token.script == "Arab" and not _FULL_VOWELS.search(token.text) else "l"


def read(token: Token) -> tuple[Reading, ...]:
    """Give the ways in which a word may sound, the likeliest first, at most eight."""
    text, script = token
    if script == "Hani":
        return tuple([Reading(_DOUBLE.sub(r"\1", sounds), "h") for sounds, _ in han.readings(text)])
    reader = _READERS.get(script)
    if reader is None:
        return ()
    found = dict.fromkeys([_DOUBLE.sub(r"\1", reading) for reading in reader(text)])
    found.pop("", None)
    manner = _manner(token)
    spelled = [Reading(sounds, manner) for sounds in found]
    if script == "Latn" and len(text) > 1:
        mandarin = [Reading(_DOUBLE.sub(r"\1", sounds), "h") for sounds, _ in han.pinyin_readings(text, _MAX_MANDARIN)]
        spelled = spelled[: MAX_READINGS - len(mandarin)] + mandarin
    return tuple(spelled[:MAX_READINGS])
