"""Other spellings of a name, in the customs of those who write it.

Part of the ground. A name is read, and its sounds are written as each custom writes them. Where a script leaves sounds
out (Arabic and Persian vowels) they cannot be brought back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from vault.names import families, han, letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_VARIANTS: Final = 16
_MAX_READINGS: Final = 2

# Sounds a table does not list are written by their own letter.
PASSPORT: Final = {
    "A": "a", "I": "y", "O": "o", "U": "u", "j": "y", "ij": "iy", "x": "kh", "G": "g", "S": "sh", "Z": "zh", "c": "ts",
    "C": "ch", "J": "dzh", "q": "k", "N": "n", "w": "u",
}  # fmt: skip
ENGLISH: Final = PASSPORT | {"G": "gh", "J": "j", "q": "q", "N": "ng", "w": "w", "Z": "j"}
KAZAKH_2021: Final = {
    "A": "ä", "I": "y", "i": "i", "O": "ö", "U": "ü", "u": "ū", "j": "i", "x": "h", "G": "ğ", "S": "ş", "Z": "j",
    "J": "j",
    "c": "ts", "C": "ch", "N": "ñ", "w": "u", "ja": "ia", "ju": "iu", "ij": "i",
}  # fmt: skip
KAZAKH_2018: Final = KAZAKH_2021 | {"A": "á", "O": "ó", "U": "ú", "u": "u", "G": "ǵ", "S": "sh", "N": "ń", "w": "ý"}
TURKISH: Final = {
    "A": "e", "I": "ı", "O": "ö", "U": "ü", "j": "y", "x": "h", "G": "ğ", "S": "ş", "Z": "j", "J": "c", "C": "ç",
    "c": "ts",
    "q": "k", "N": "n", "w": "v",
}  # fmt: skip
UYGHUR_LATIN: Final = {
    "A": "e", "e": "ë", "I": "i", "O": "ö", "U": "ü", "j": "y", "G": "gh", "S": "sh", "Z": "zh", "J": "j", "C": "ch",
    "c": "ts", "N": "ng", "v": "w",
}  # fmt: skip
GERMAN: Final = {
    "A": "ä", "I": "y", "O": "ö", "U": "ü", "x": "ch", "G": "gh", "S": "sch", "Z": "sch", "J": "dsch", "C": "tsch",
    "c": "z",
    "q": "k", "N": "ng", "v": "w", "w": "u", "z": "s",
}  # fmt: skip
_CYRILLIC: Final = dict(zip("abvgdezijklmnoprstufxwh", "абвгдезийклмнопрстуфхуһ", strict=True)) | {
    "ja": "я", "ju": "ю", "jo": "ё", "je": "е", "^e": "э", "S": "ш", "Z": "ж", "c": "ц", "C": "ч", "I": "ы",
}  # fmt: skip
KAZAKH_CYRILLIC: Final = _CYRILLIC | {
    "A": "ә", "i": "і", "O": "ө", "u": "ұ", "U": "ү", "J": "ж", "q": "қ", "G": "ғ", "N": "ң", "^e": "е", "ij": "и",
}  # fmt: skip
RUSSIAN: Final = _CYRILLIC | {
    "A": "а", "O": "о", "U": "у", "J": "дж", "q": "к", "G": "г", "N": "н", "h": "х", "^je": "е", "aje": "ае",
    "ij": "ий",
}  # fmt: skip
UYGHUR_CYRILLIC: Final = _CYRILLIC | {
    "A": "ә", "O": "ө", "U": "ү", "J": "җ", "q": "қ", "G": "ғ", "N": "ң", "w": "в", "^e": "е",
}  # fmt: skip
_ARABIC: Final = dict(zip("bptsdrzSfqkglmnjaxh", "بپتسدرزشفقكگلمنياخه", strict=True)) | {
    "c": "تس", "C": "چ", "Z": "ژ", "J": "ج",
}  # fmt: skip
KAZAKH_ARABIC: Final = _ARABIC | {
    "A": "ا", "e": "ە", "i": "ى", "I": "ى", "o": "و", "O": "و", "u": "ۇ", "U": "ۇ", "Z": "ج", "G": "ع", "N": "ڭ",
    "w": "ۋ",
    "v": "ۆ", "x": "ح", "h": "ھ",
}  # fmt: skip
UYGHUR_ARABIC: Final = _ARABIC | {
    "A": "ە", "e": "ې", "i": "ى", "I": "ى", "o": "و", "O": "ۆ", "u": "ۇ", "U": "ۈ", "G": "غ", "N": "ڭ", "w": "ۋ",
    "v": "ۋ",
    "h": "ھ", "^a": "ئا", "^A": "ئە", "^e": "ئې", "^i": "ئى", "^I": "ئى", "^o": "ئو", "^O": "ئۆ", "^u": "ئۇ",
    "^U": "ئۈ",
}  # fmt: skip
PERSIAN: Final = _ARABIC | {
    "A": "", "e": "", "I": "", "i": "ی", "o": "و", "O": "و", "u": "و", "U": "و", "k": "ک", "j": "ی", "v": "و", "w": "و",
    "G": "غ", "N": "نگ", "^A": "ا", "^e": "ا", "^I": "ا", "^i": "ای", "^o": "ا", "^u": "او",
}  # fmt: skip
ARABIC: Final = PERSIAN | {
    "i": "ي", "j": "ي", "k": "ك", "g": "غ", "p": "ب", "v": "ف", "C": "تش", "Z": "ج", "N": "نغ", "^i": "إي",
    "^u": "أو", "^a": "أ",
}  # fmt: skip

CUSTOMS: Final = {
    "Latn": (PASSPORT, KAZAKH_2021, KAZAKH_2018, ENGLISH, UYGHUR_LATIN, TURKISH, GERMAN),
    "Cyrl": (KAZAKH_CYRILLIC, RUSSIAN, UYGHUR_CYRILLIC),
    "Arab": (KAZAKH_ARABIC, UYGHUR_ARABIC, PERSIAN, ARABIC),
}
"""Customs of each script, the most usual first."""

_SOFT: Final = re.compile("[AOUi]")
_SOFT_ALREADY: Final = re.compile("[ekg]")


def _write(sounds: str, custom: Mapping[str, str]) -> str:
    framed, written, i = "^" + sounds, "", 0
    while i < len(framed):
        for length in (3, 2, 1):
            group = framed[i : i + length]
            if group in custom or length == 1:
                written += custom.get(group, group.lower().lstrip("^"))
                i += len(group)
                break
    if custom is KAZAKH_ARABIC and _SOFT.search(sounds) and not _SOFT_ALREADY.search(sounds):
        return "ٴ" + written  # the high hamza softens the vowels of a word without ە, ك or گ
    return written


def _spelled(read: list[list[str]], script: str) -> Iterator[str]:
    for nth in range(_MAX_READINGS):
        chosen = [readings[min(nth, len(readings) - 1)] for readings in read]
        for custom in CUSTOMS[script]:
            yield " ".join([_write(sounds, custom) for sounds in chosen])


def _characters(read: list[list[str]], customary: list[list[str]]) -> Iterator[str]:
    spelled = [
        known + [spelling for sounds in readings for spelling in han.spell(sounds)]
        for known, readings in zip(customary, read, strict=True)
    ]
    if all(spelled):
        for nth in range(max(map(len, spelled))):
            yield "·".join([spellings[min(nth, len(spellings) - 1)] for spellings in spelled])


def variants(name: str, script: str) -> list[str]:
    """Give spellings of a name in a script.

    Args:
        name: A name in any script; its first 16 words count.
        script: ISO 15924 code of the script wanted: Cyrl, Arab, Latn or Hani.

    Returns:
        At most 16 spellings in small letters, the name's own first if it is of that script, then the most usual. None
        for another script, or if nothing of the name can be read. They are guesses to search with, not what the person
        is called.

    Secrets:
        As secret as the name.
    """
    tokens = letters.tokens(name)
    readings = [letters.read(token) for token in tokens]
    if not tokens or not all(readings) or (script not in CUSTOMS and script != "Hani"):
        return []
    found = []
    if all(token.script == script for token in tokens):
        found.append(("·" if script == "Hani" else " ").join([token.text for token in tokens]))
    read = [[sounds for sounds, _ in ways[:_MAX_READINGS]] for ways in readings]
    if script == "Hani":
        found += _characters(read, [families.forms(*pair, script) for pair in zip(tokens, readings, strict=True)])
    else:
        found += _spelled(read, script)
    return [spelling for spelling in dict.fromkeys(found) if spelling.strip()][:MAX_VARIANTS]
