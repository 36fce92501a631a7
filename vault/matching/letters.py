"""Letters of every script brought to one short alphabet, the *skeleton*, in which spellings of a name meet.

Floor: ground. The normal-form tables that `matching` and `gate` share; pure text, no I/O. It refuses to be clever
about vowels: a e i o u stay apart, so that Marat and Murat remain two people, and it never turns a Chinese official
name into its bearer's own.

The alphabet: `a e i o u  b d f g h k l m n p r s t z` and, in capitals, `C` (ch, ч), `J` (zh, ж) and `S`
(sh, ш). w, v and в are `u`; q and қ are `k`; y, й, ы and і are `i`; kh, x and х are `h`.

Source:
    docs/known-values.md.
"""

import re
import unicodedata
from typing import Final

# --------------------------------------------------------------------------------------------- Cyrillic
# Russian, Kazakh, Uyghur, Kyrgyz, Tatar, Ukrainian letters; a letter with two readings stands in AMBIGUOUS.
CYRILLIC: Final = {
    "а": "a", "б": "b", "в": "u", "г": "g", "ғ": "g", "ґ": "g", "д": "d", "ђ": "J", "е": "e", "є": "e", "ж": "J",
    "җ": "J", "з": "z", "и": "i", "й": "i", "ј": "i", "ї": "i", "к": "k", "қ": "k", "ҡ": "k", "л": "l", "љ": "l",
    "м": "m", "н": "n", "ң": "n", "ҥ": "n", "њ": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ұ": "u", "ү": "u", "ў": "u", "ф": "f", "х": "h", "һ": "h", "ҳ": "h", "ц": "ts", "ч": "C", "ҷ": "J",
    "ѕ": "s", "ԁ": "d", "ԛ": "k", "ԝ": "u", "ӏ": "l",
    "ш": "S", "щ": "S", "ъ": "", "ы": "i", "і": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
CYRILLIC_PAIRS: Final = (("dJ", "J"),)  # дж as in Джамбул

# ----------------------------------------------------------------------------------------- Arabic script
# As Kazakh and Uyghur write it, with all vowels; the hamzas and the alef's seat carry no sound.
ARABIC: Final = {
    "ا": "a", "آ": "a", "أ": "a", "إ": "a", "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ث": "s", "ج": "J", "ژ": "J",
    "چ": "C", "ح": "h", "خ": "h", "ه": "h", "ھ": "h", "د": "d", "ذ": "z", "ض": "z", "ر": "r", "ز": "z", "ظ": "z",
    "س": "s", "ص": "s", "ش": "S", "ع": "g", "غ": "g", "ف": "f", "ق": "k", "ك": "k", "ک": "k", "گ": "g", "ڭ": "n",
    "ل": "l", "م": "m", "ن": "n", "و": "o", "ۇ": "u", "ۈ": "u", "ۋ": "u", "ە": "e", "ې": "e", "ى": "i",
    "ي": "i", "ی": "i", "ئ": "", "ء": "", "ٴ": "", "ؤ": "u", "ة": "a", "ـ": "",
}  # fmt: skip

# ------------------------------------------------------------------------------------------------- Latin
# Longest first.  English, German and Russian romanisations, Uyghur and the Kazakh Latin drafts.
LATIN_GROUPS: Final = (
    ("shch", "S"), ("tsch", "C"), ("sch", "S"), ("tch", "C"), ("dzh", "J"), ("sh", "S"), ("ch", "C"), ("zh", "J"),
    ("dj", "J"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("tzh", "tJ"), ("tz", "ts"), ("ck", "k"),
    ("ye", "e"), ("ee", "i"), ("oo", "u"),
)  # fmt: skip
LATIN: Final = {
    "c": "k", "q": "k", "j": "J", "v": "u", "w": "u", "x": "h", "y": "i", "ı": "i", "ŋ": "n", "ł": "l", "đ": "d",
    "ð": "d", "ø": "o", "ß": "s", "æ": "ae", "œ": "oe", "þ": "t", "ħ": "h",
}  # fmt: skip

# -------------------------------------------------------------------------------------------- two readings
# A letter that writers render in two ways: each option is itself spelt in the letter's own script.
AMBIGUOUS: Final = {
    "ә": ("а", "е", "я"), "ё": ("е", "ио"), "j": ("j", "y"), "x": ("x", "ks"),
    "ə": ("a", "e"), "ä": ("a", "e", "ae"), "ö": ("o", "oe"), "ü": ("u", "ue"), "å": ("a", "aa"),
    "ş": ("sh", "s"), "š": ("sh", "s"), "ś": ("sh", "s"), "ç": ("ch", "c"), "č": ("ch", "c"), "ć": ("ch", "c"),
    "ž": ("zh", "z"), "ź": ("zh", "z"), "ż": ("zh", "z"),
    "ۆ": ("و", "ۋ"), "ع": ("غ", "ا"), "ە": ("ې", "ا"),
}  # fmt: skip
READINGS_AT_MOST: Final = 8
SHORT_FINAL: Final = 4  # sounds; the -of of a longer word is -ов

# --------------------------------------------------------------------------------------------- look-alikes
# Cyrillic on the left, the Latin letter of the same shape on the right (small letters; capitals fold first).
LOOK_ALIKES: Final = (
    "аa", "еe", "оo", "рp", "сc", "хx", "уy", "іi", "јj", "ѕs", "кk", "мm", "тt", "нh", "вb", "ԁd", "ԛq", "ԝw",
    "гr", "пn", "һh", "ӏl", "иu", "әə", "өɵ", "әə", "өɵ",
)  # fmt: skip
TO_LATIN: Final = {ord(pair[0]): pair[1] for pair in LOOK_ALIKES}
TO_CYRILLIC: Final = {ord(pair[1]): pair[0] for pair in reversed(LOOK_ALIKES)}
GREEK_TO_LATIN: Final = {  # by their shapes, which are others for capitals
    ord(g): c for g, c in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβγεηικνοπρτυχω", "ABEZHIKMNOPTYXabyenikvonptuxw", strict=True)
}
_GREEK_BY_SOUND: Final = str.maketrans("βγδζθλμνξπρσςφψ", "vgdztlmnkprssfp")

HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
APOSTROPHES: Final = "'’ʼ‘`´ʻʹ"

_CYRILLIC_TABLE = {ord(letter): sounds for letter, sounds in CYRILLIC.items()}
_ARABIC_TABLE = {ord(letter): sounds for letter, sounds in ARABIC.items()}
_LATIN_TABLE = {ord(letter): sounds for letter, sounds in LATIN.items()}
_DROP = dict.fromkeys(map(ord, APOSTROPHES))
_AMBIGUOUS_LETTERS = frozenset(AMBIGUOUS)
_MARKS = re.compile("[\u0300-\u036f]")
_GLIDE = re.compile("([aou])ie")  # -аев is -aev, -ayev and -aiev
_DOUBLED = re.compile(r"(.)\1+")
_DOUBLE = re.compile(r"(.)\1")
_LATIN_GROUP = re.compile("|".join(group for group, _ in LATIN_GROUPS))
_LATIN_SOUND = dict(LATIN_GROUPS)
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[a-zA-Z\u00c0-\u024f\u0259\u018f]")
_HAS_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f]")
_HAS_GREEK = re.compile("[\u0370-\u03ff]")
_CASE_OF_TWO: Final = ("ии", "ее")  # Марии is not Мари, nor Сергее Серге
_FINAL_F = re.compile("(?<=[^f][oe])f$")  # -off and نىيازوف are -ов
_AFTER_VOICELESS = re.compile("(?<=[tkpsSC])b")  # Сәтбаев is heard, and often written, with a п
_LONG_U = re.compile("(?<=a)ui(?=[bdfghklmnprstzJS])")  # Бауыржан is Бауржан


def script_of(word: str) -> str:
    """Name the script most letters of a word belong to.

    Args:
        word: One word of any length.

    Returns:
        `latin`, `cyrillic`, `arabic` or `other`.

    Source:
        docs/known-values.md.
    """
    return "latin" if word.isascii() else _scripts(word)[0]


def _scripts(word: str) -> tuple[str, bool]:
    """Name the script most letters of a word belong to, and say whether both Latin and Cyrillic ones are there."""
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    if cyrillic + latin < len(word) and _HAS_ARABIC.search(word):
        return "arabic", bool(cyrillic and latin)
    if not cyrillic:
        return "latin" if latin else "other", False
    return "cyrillic" if cyrillic >= latin else "latin", latin > 0


def fold(word: str) -> str:
    """Bring a word to small letters without apostrophes, its look-alike letters to the script of the majority.

    Args:
        word: One word, NFKC.

    Returns:
        The folded word; equal for spellings that differ only in case, apostrophes and look-alikes.

    Source:
        docs/known-values.md.
    """
    return _folded(word)[0]


def _folded(word: str) -> tuple[str, str, bool]:
    """Fold a word, and give its script and whether it mixes Latin and Cyrillic letters."""
    low = word.lower().translate(_DROP)
    if low.isascii():
        return low, "latin", False
    script, mixed = _scripts(low)
    if script in {"latin", "cyrillic"} and _HAS_GREEK.search(low):
        low = word.translate(GREEK_TO_LATIN).lower().translate(_DROP)
        script, mixed = _scripts(low)
    if mixed:
        return low.translate(TO_CYRILLIC if script == "cyrillic" else TO_LATIN), script, True
    return low, script, False


def skeletons(word: str) -> tuple[str, ...]:
    """Spell one word in the short alphabet, once for each reading of its ambiguous letters.

    Args:
        word: One word of letters in any script but Chinese.

    Returns:
        One to eight skeletons, the likeliest first; an empty tuple for a word without sounds.

    Source:
        docs/known-values.md.
    """
    low, script, mixed = _folded(word)
    if not low.isascii():
        low = unicodedata.normalize("NFC", low)
    forms = [low]
    if not _AMBIGUOUS_LETTERS.isdisjoint(low):
        for letter in sorted(_AMBIGUOUS_LETTERS.intersection(low)):
            options = AMBIGUOUS[letter]
            forms = [form.replace(letter, option) for option in options for form in forms][:READINGS_AT_MOST]
    if low[:1] == "ө":  # Өтеген, Утеген
        forms.append("у" + low[1:])
    if script == "latin" and "ou" in low:  # Nourlan, as French spells it
        forms.append(low.replace("ou", "u"))
    found = {_sounds(form, script): None for form in forms}
    if script == "latin" and not word.isascii() and _HAS_GREEK.search(word):
        heard = word.lower().translate(_GREEK_BY_SOUND).translate(GREEK_TO_LATIN)
        found[_sounds(heard.translate(_DROP), "latin")] = None
    if mixed and script != "arabic":
        found[_as_heard(word.translate(GREEK_TO_LATIN))] = None
        # Where every letter has its like in the script of the few, it may be a word of that.
        turned = word.lower().translate(_DROP).translate(TO_CYRILLIC if script == "latin" else TO_LATIN)
        if script == "latin" and not _LATIN.search(turned):
            found[_sounds(turned, "cyrillic")] = None
        elif script == "cyrillic" and not _CYRILLIC.search(turned):
            found[_sounds(turned, "latin")] = None
    return tuple(skeleton for skeleton in [*found][:READINGS_AT_MOST] if skeleton)


def _as_heard(word: str) -> str:
    """Read a word of Latin and Cyrillic letters by their sounds (Bолат), where `fold` went by their shapes."""
    return _sounds(word.lower().translate(_DROP).translate(_CYRILLIC_TABLE), "latin")


def _sounds(low: str, script: str) -> str:
    """Spell one reading in the short alphabet: letters, then no letter twice in a row, then ng as n."""
    if script == "cyrillic":
        out = low.translate(_CYRILLIC_TABLE)
        if not out.isascii():  # a letter with a mark that no table has
            out = _MARKS.sub("", unicodedata.normalize("NFD", out)).translate(_CYRILLIC_TABLE)
        for pair, sound in CYRILLIC_PAIRS:
            out = out.replace(pair, sound)
    elif script == "arabic":
        out = low.translate(_ARABIC_TABLE).replace("dJ", "J")
    else:
        out = low if low.isascii() else _MARKS.sub("", unicodedata.normalize("NFD", low))
        out = _LATIN_GROUP.sub(lambda m: _LATIN_SOUND[m.group()], out).translate(_LATIN_TABLE)
    if not out.isascii():
        out = _MARKS.sub("", unicodedata.normalize("NFD", out))
    out = even(out)
    return out + out[-1] if out and low.endswith(_CASE_OF_TWO) else out


def even(sounds: str) -> str:
    """Write once what is one sound: doubled letters, ng, sh, -ov that is spelt -of; as every skeleton is.

    Args:
        sounds: In the short alphabet.

    Returns:
        The skeleton.

    Source:
        docs/known-values.md.
    """
    if _DOUBLE.search(sounds):
        sounds = _DOUBLED.sub(r"\1", sounds)
    sounds = sounds.replace("ng", "n")
    if "b" in sounds:
        sounds = _AFTER_VOICELESS.sub("p", sounds)
    if "h" in sounds:
        sounds = sounds.replace("sh", "S").replace("zh", "J")  # Асхат is Ashat in Latin, whose sh is one sound
    if sounds.endswith("f") and len(sounds) > SHORT_FINAL:
        sounds = _FINAL_F.sub("u", sounds)
    if "aui" in sounds:
        sounds = _LONG_U.sub("u", sounds)
    return _GLIDE.sub(r"\1e", sounds) if "ie" in sounds else sounds
