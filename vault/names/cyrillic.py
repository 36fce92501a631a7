"""How Cyrillic letters sound.

Part of the ground. Russian, Kazakh, Kyrgyz, Uyghur, Tatar, Bashkir, Tajik, Uzbek, Ukrainian, Belarusian, Serbian.
"""

from __future__ import annotations

from typing import Final

LETTERS: Final = {
    "а": "a", "ә": "A", "ӓ": "A", "б": "b", "в": "v", "г": "g", "ґ": "g", "ғ": "G", "ӷ": "G", "ҕ": "G", "д": "d",
    "ђ": "J", "е": "e", "ё": "jo", "є": "je", "ж": "Z", "җ": "J", "ӂ": "J", "ҷ": "J", "ӌ": "J", "џ": "J", "з": "z",
    "ҙ": "z",  # Bashkir, the th of "this"
    "ѕ": "z", "и": "i", "й": "j", "ӣ": "i", "і": "i", "ї": "ji", "ј": "j", "к": "k", "қ": "q", "ҡ": "q", "ӄ": "q",
    "ќ": "k", "л": "l",
    "љ": "l", "м": "m", "н": "n", "ң": "N", "ҥ": "N", "ӈ": "N", "њ": "n", "о": "o", "ө": "O", "ӧ": "O", "ӫ": "O",
    "п": "p", "р": "r", "с": "s", "ҫ": "s", "т": "t", "ћ": "C", "у": "u", "ұ": "u", "ү": "U", "ӱ": "U", "ў": "w",
    "ӯ": "u",
    "ф": "f", "х": "x", "ҳ": "h", "һ": "h", "ц": "c", "ч": "C", "ҹ": "J", "ш": "S", "щ": "S",
    "ъ": "", "ы": "I", "ь": "", "э": "e", "ю": "ju", "я": "ja",
    "ӏ": "",  # the stroke of the Caucasus only hardens the letter before it
}  # fmt: skip

GROUPS: Final = {
    "дж": "J", "дз": "z", "тс": "c", "тч": "C", "дч": "C",
    "аё": "ajo", "ьо": "jo", "йо": "jo",
    "^е": "je", "ае": "aje", "ое": "oje", "уе": "uje", "ие": "ije", "ее": "eje", "ьё": "jo", "ье": "je", "ъе": "je",
    "ий$": "i", "ый$": "I", "iй$": "i",
    "зж": "Z", "сш": "S", "шч": "S", "сч": "S",
    "нг": "N", "оо": "u", "ээ": "e", "аа": "a", "уу": "u", "кс": "ks",
    "ау": "aw", "еу": "ew", "әу": "Aw", "әү": "Aw", "ұу": "u", "ыу": "u", "іу": "u", "уа": "wa", "уә": "wA",
    "уы": "wI", "уі": "wi",
}  # fmt: skip

UKRAINIAN: Final = {"г": "h", "и": "I", "ґ": "g", "е": "e", "^е": "e"}
"""Read so in Ukrainian, and г in Belarusian; a Russian г also stands for the h of other languages."""

KAZAKH: Final = {
    "ж": "J",
    "в": "w",
    "о": "a",
    "ӯ": "U",
    "ё": "O",
    "ю": "U",
    "я": "A",
    "ч": "S",
    "ш": "S",
    "һ": "h",
    "х": "h",
}
"""Other ways in which Turkic and Tajik writers sound letters: ж as dzh (Kyrgyz, Uyghur), о as a (Tajik, Uzbek), ю and
я as the ü and ä that a Russian hears."""
