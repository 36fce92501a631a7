"""How letters of the Arabic script sound.

Part of the ground. Kazakh and Uyghur write every vowel, Persian and Arabic few, and one letter serves several sounds.
"""

from __future__ import annotations

from typing import Final

CONSONANTS: Final = {
    "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ٹ": "t", "ث": "s", "ج": "J", "چ": "C", "ح": "h", "خ": "x", "د": "d",
    "ڈ": "d", "ذ": "z",
    "ر": "r", "ڑ": "r", "ز": "z", "ژ": "Z", "س": "s", "ش": "S", "ص": "s", "ض": "z", "ظ": "z", "غ": "G", "ف": "f",
    "ڤ": "v", "ق": "q",
    "ك": "k", "ک": "k", "گ": "g", "ڭ": "N", "ڬ": "g", "ل": "l", "ڵ": "l", "م": "m", "ن": "n", "ں": "n", "ڕ": "r",
    "ھ": "h", "ہ": "h",
}  # fmt: skip

TURKIC: Final = CONSONANTS | {
    # As Uyghur and Kazakh write; where they differ the Uyghur sound stands here, the Kazakh one below.
    "ا": "a", "آ": "a", "أ": "a", "إ": "i", "ە": "A", "ه": "A", "ې": "e", "ى": "i", "ي": "j", "ی": "j", "و": "o",
    "ۇ": "u", "ۆ": "O", "ۈ": "U",
    "ۋ": "v", "ئ": "", "ء": "", "ٴ": "", "ع": "G", "ؤ": "o", "ۅ": "O", "ۉ": "U", "ة": "a",
    "نگ": "N", "دج": "J",
}  # fmt: skip

KAZAKH: Final = {
    "ە": "e", "ى": "I", "ي": "i", "ۆ": "v", "ۋ": "w", "ج": "Z", "ح": "x", "ع": "G", "ھ": "h", "چ": "C", "ۇ": "u",
    "ۇۋ": "u",
    "اي": "aj", "ەي": "ej", "وي": "oj", "ۇي": "uj", "يا": "ja", "يۋ": "ju", "ىي": "i",
}  # fmt: skip

ABJAD: Final = CONSONANTS | {
    # As Arabic, Persian and Urdu write: short vowels are left out, و and ى are vowels between consonants.
    "ا": "a", "آ": "a", "أ": "a", "إ": "i", "ى": "a", "ة": "a", "ئ": "j", "ء": "", "ؤ": "u", "ع": "a", "ە": "e",
    "ے": "e", "ۀ": "e",
    "ه": "h", "ه$": "a", "ہ$": "a", "ي": "i", "ی": "i", "و": "u", "ۆ": "o", "ۇ": "u", "ۋ": "v", "ې": "e", "ێ": "e",
    "^و": "v", "^ي": "j", "^ی": "j", "وو": "u", "اي": "aj", "ای": "aj", "يا": "ja", "یا": "ja", "ئي": "i", "ئی": "i",
    "او": "av", "وا": "va", "يو": "ju", "یو": "ju", "يي": "i", "^او": "u", "^أو": "u", "^اي": "i", "^ای": "i",
    "^إي": "i", "عو": "u", "عي": "i",
    "دج": "J", "تش": "C", "تس": "c", "كس": "ks", "نغ": "N", "نگ": "N",
}  # fmt: skip

FOREIGN: Final = {
    # Arabic spelling of foreign names: غ and ج for g, ف for v, ب for p.
    "غ": "g", "ج": "g", "ف": "v", "ب": "p", "ث": "t", "ذ": "d", "ض": "d", "ظ": "z", "و": "o", "او": "o", "وا": "ua",
}  # fmt: skip
