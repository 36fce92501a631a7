"""How Latin letters sound, orthography by orthography.

Part of the ground. The same letter is read in other ways by other peoples: j is dzh to an English writer, zh to a
Kazakh or a French one, the y of "yes" to a German or a Pole, kh to a Spaniard. Which orthography a name follows is
seldom said, so a word gets a reading from each whose rules differ on it.

Each table lists letters and groups of letters, the longest group first wins. `^` in a group stands for the beginning
of the word, `$` for its end. What an orthography does not list it takes from `COMMON`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from vault.names.tables import Table, longest_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMON: Final = {
    "a": "a", "b": "b", "c": "k", "d": "d", "e": "e", "f": "f", "g": "g", "h": "h", "i": "i", "j": "J", "k": "k",
    "l": "l", "m": "m", "n": "n", "o": "o", "p": "p", "q": "q", "r": "r", "s": "s", "t": "t", "u": "u", "v": "v",
    "w": "w", "x": "ks", "y": "I", "z": "z",
    # Letters with a mark that changes the sound; of all others the letter under the mark is read.
    "ä": "A", "ə": "A", "ǝ": "A", "æ": "A", "å": "o", "ı": "I", "õ": "I", "ö": "O", "ɵ": "O", "ø": "O", "œ": "O",
    "ő": "O",
    "ü": "U", "ű": "U",
    "ç": "C", "č": "C", "ć": "C", "ĉ": "C", "ġ": "G", "ğ": "G", "ǵ": "G", "ƣ": "G", "ģ": "g", "ĥ": "x", "ḫ": "x",
    "ħ": "h",
    "ⱨ": "h", "ĵ": "Z", "ķ": "k", "ⱪ": "q", "ł": "l", "ŋ": "N", "ń": "n", "ň": "n", "ñ": "n", "ş": "S", "š": "S",
    "ș": "S", "ś": "S", "ŝ": "S", "ţ": "c", "ț": "c", "ž": "Z", "ż": "Z", "ź": "Z", "ẕ": "z", "đ": "d",
    "ð": "d", "þ": "t", "ß": "s", "ř": "r", "ŭ": "w", "ĭ": "j", "ĩ": "j", "ʻ": "",
    # Groups that most romanisations share.
    "sh": "S", "zh": "Z", "ch": "C", "kh": "x", "gh": "G", "ph": "f", "th": "t", "dzh": "J", "dz": "z", "dj": "J",
    "dž": "J",
    "dż": "J", "tsch": "C", "dsch": "J", "sch": "S", "schtsch": "S", "shch": "S", "šč": "S", "tch": "C",
    "ck": "k", "ts": "c", "tz": "c", "cz": "C", "ng": "N", "ngh": "nh", "nk": "nk",
    "qua": "kva", "bh": "b", "dh": "d",
    "ce": "se", "ci": "si", "cy": "si", "cé": "se", "sc": "sk", "sce": "se", "sci": "si",
    "oo": "u", "ee": "i", "ou": "u", "aa": "a", "ii": "i", "uu": "u", "ij$": "i", "iy$": "i", "yj$": "i", "yy$": "I",
    "ow$": "ov", "ew$": "ev", "owa$": "ova", "ewa$": "eva", "owna$": "ovna", "ewna$": "evna",
    "off$": "ov", "eff$": "ev", "ah$": "a", "eh$": "e", "oh$": "o", "uh$": "u",
    # y is a vowel between consonants and a glide beside a vowel.
    "ya": "ja", "yá": "ja", "yä": "jA", "yə": "jA", "ye": "je", "yé": "je", "yi": "ji", "yo": "jo", "yö": "jO",
    "yu": "ju",
    "yü": "jU", "you": "ju", "yoo": "ju", "yee": "ji",
    "ay": "aj", "áy": "Aj", "äy": "Aj", "əy": "Aj", "ey": "ej", "oy": "oj", "öy": "Oj", "uy": "uj", "üy": "Uj",
    "aya": "aja", "aye": "aje", "ayi": "aji", "ayo": "ajo", "ayu": "aju",
    "eya": "eja", "eye": "eje", "eyo": "ejo", "eyu": "eju", "oya": "oja", "oye": "oje", "uya": "uja",
    "iya": "ija", "iye": "ije", "iyo": "ijo", "iyu": "iju",
    "ai": "aj", "ei": "ej", "oi": "oj", "aï": "ai", "aí": "ai", "ia": "ija", "ie": "ije", "io": "ijo", "iu": "iju",
}  # fmt: skip
"""What most writers of names mean by a letter or a group."""

ENGLISH: Final = {
    "j": "J", "ge": "Je", "gi": "Ji", "gy": "Ji", "ea": "i", "igh": "aj", "ie$": "i", "ey$": "i",
    "y$": "i", "e$": "", "es$": "s", "tion": "Sn", "kn": "n", "^wr": "r", "ew": "ju", "augh": "o",
    "ough": "o", "cch": "k",
}  # fmt: skip

KAZAKH: Final = {
    # The drafts of 2017 to 2021 and what people type: j is ж, x or h is х, w and ý are у, c (2018: ts) is ц.
    "j": "Z", "c": "c", "ce": "ce", "ci": "ci", "ch": "C", "x": "x", "w": "w", "ý": "w", "á": "A", "ó": "O", "ú": "U",
    "ń": "N", "ñ": "N",
    "ū": "u", "ï": "i", "y": "I", "ğ": "G", "ou": "ow", "ıw": "u", "iw": "u", "uw": "u", "ey": "ej", "s'": "S",
}  # fmt: skip

TURKISH: Final = {
    # And Azeri, Turkmen, Crimean Tatar: c is dzh, x is kh, ý is the Turkmen y of "yes".
    "c": "J", "ce": "Je", "ci": "Ji", "cy": "JI", "ch": "Jh", "x": "x", "ý": "j", "j": "Z", "w": "v", "ň": "N",
    "ž": "Z",
    "q": "g", "oo": "oo", "ee": "ee", "th": "th", "sh": "sh",
}  # fmt: skip

UYGHUR: Final = {
    # The Pinyin-based script of the years 1965 to 1982, and Chinese romanisation: x is sh, q is ch, j is dzh.
    "x": "S", "q": "C", "j": "J", "c": "c", "ce": "ce", "ci": "ci", "zh": "J", "w": "v", "é": "e", "ë": "e", "ou": "ou",
}  # fmt: skip

GERMAN: Final = {
    "j": "j", "ch": "x", "chs": "ks", "c": "k", "w": "v", "z": "c", "tz": "c", "v": "f", "sch": "S", "ß": "s",
    "ie": "i", "y": "U",
    "^sp": "Sp", "^st": "St", "^sa": "za", "^se": "ze", "^si": "zi", "^so": "zo", "^su": "zu", "asa": "aza",
    "ase": "aze",
    "asi": "azi", "ese": "eze", "isa": "iza", "usa": "uza", "osa": "oza", "usu": "uzu", "äu": "oj", "eu": "oj",
    "ei": "aj",
    "ss": "s", "ae": "A", "oe": "O", "ue": "U", "sh": "S", "zh": "Z", "kh": "x", "th": "t", "ow$": "ov", "ew$": "ev",
    "owitsch$": "oviC", "ewitsch$": "eviC", "ja": "ja", "je": "je", "ju": "ju", "jo": "jo", "aje": "aje",
    "dsh": "J", "tsh": "C",
}  # fmt: skip

SLAVIC: Final = {
    # Polish, Czech, Slovak, Croatian, Slovene, Lithuanian, Latvian, and scholars' transliteration of Russian.
    "j": "j", "c": "c", "ce": "ce", "ci": "ci", "cy": "cI", "ch": "x", "w": "v", "cz": "C", "sz": "S", "rz": "Z",
    "szcz": "S",
    "dz": "z", "ie": "je", "ia": "ja", "iu": "ju", "io": "jo", "nj": "n", "lj": "l", "h": "h", "tj": "tj", "dj": "dj",
    "ð": "dZ", "sch": "sx",
    "x": "ks", "ov$": "ov", "ý": "I", "ou": "ou", "ů": "u", "y": "I", "ová$": "ova", "ė": "e",
}  # fmt: skip

FRENCH: Final = {
    "j": "Z", "ch": "S", "tch": "C", "dj": "J", "ge": "Ze", "gi": "Zi", "gué": "ge", "gue": "ge", "gui": "gi",
    "qu": "k", "ou": "u", "oua": "wa",
    "oui": "wi", "ouï": "ui", "eau": "o", "eaux$": "o", "aux$": "o", "au": "o", "oi": "wa", "ai": "e", "ei": "e",
    "eu": "O", "gn": "n",
    "h": "", "es$": "", "e$": "", "s$": "", "t$": "", "x$": "", "d$": "", "ier$": "ije", "er$": "e", "ss": "s",
    "ll": "l", "ille": "ij", "sch": "S",
    "ez$": "e", "ph": "f", "th": "t", "kh": "x", "ï": "i", "ine$": "in", "off$": "of", "ow": "ov",
}  # fmt: skip

SPANISH: Final = {
    "j": "x", "ll": "j", "ñ": "nj", "h": "", "z": "s", "qu": "k", "gue": "ge", "gui": "gi", "ge": "xe", "gi": "xi",
    "ch": "C",
    "x": "x", "v": "b", "ou": "ou", "y$": "i", "hu": "w", "ão": "an", "ção": "san", "ães": "ajs", "nh": "n", "lh": "l",
}  # fmt: skip

ITALIAN: Final = {
    "ch": "k", "che": "ke", "chi": "ki", "ce": "Ce", "ci": "Ci", "cia": "Ca", "cio": "Co", "ciu": "Cu", "cci": "Ci",
    "cce": "Ce",
    "ge": "Je", "gi": "Ji", "gia": "Ja", "gio": "Jo", "giu": "Ju", "ghe": "ge", "ghi": "gi", "gn": "n", "gli": "li",
    "sce": "Se", "sci": "Si", "scia": "Sa", "scio": "So", "z": "c", "zz": "c", "qu": "kv", "h": "", "j": "j", "uo": "o",
}  # fmt: skip

HUNGARIAN: Final = {
    "s": "S", "sz": "s", "ssz": "s", "cs": "C", "zs": "Z", "gy": "d", "ny": "n", "ty": "t", "ly": "j", "c": "c",
    "j": "j",
    "ce": "ce", "ci": "ci", "a": "o", "á": "a", "é": "e",
}  # fmt: skip

ORTHOGRAPHIES: Final = {
    "kazakh": KAZAKH,
    "german": GERMAN,
    "slavic": SLAVIC,
    "turkish": TURKISH,
    "uyghur": UYGHUR,
    "french": FRENCH,
    "english": ENGLISH,
    "spanish": SPANISH,
    "italian": ITALIAN,
    "hungarian": HUNGARIAN,
}
"""Orthographies in the order in which their readings count."""


@cache
def _tables() -> list[Table]:
    return [Table(COMMON), *(Table(COMMON | own) for own in ORTHOGRAPHIES.values())]


@cache
def _owners() -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """Tell which orthographies read a group, or the beginning of it, otherwise than most: a bit for each."""
    owners: dict[str, int] = {}
    for nth, own in enumerate(ORTHOGRAPHIES.values()):
        for group in own:
            owners[group] = owners.get(group, 0) | 1 << nth
    whole = {group: sum(1 << nth for nth in range(len(ORTHOGRAPHIES)) if _owns(owners, group, nth)) for group in owners}
    return whole, longest_groups(owners)


def _owns(owners: Mapping[str, int], group: str, nth: int) -> bool:
    return any(owners.get(group[:length], 0) >> nth & 1 for length in range(1, len(group) + 1))


_COMMONER: Final = 4


def plainly(word: str) -> str:
    """Read a Latin word as most writers mean it."""
    return _tables()[0].read(f"^{word}$")


def read(word: str, *, few: bool = False) -> list[str]:
    """Read a Latin word in every orthography that reads it otherwise than most.

    Args:
        word: Small letters, composed (NFC).
        few: Only in the four commonest beside what most writers mean.

    Returns:
        Readings, the commonest orthography's first; some may be equal.
    """
    framed = f"^{word}$"
    owners, lengths = _owners()
    readers = 0
    for place, letter in enumerate(framed):
        for length in lengths.get(letter, ()):
            found = owners.get(framed[place : place + length])
            if found is not None:
                readers |= found
                break
    common, *others = _tables()
    if few:
        others = others[:_COMMONER]
    return [common.read(framed), *[table.read(framed) for nth, table in enumerate(others) if readers >> nth & 1]]
