"""What may stand behind a name and leave it the same name: case endings, possessives, patronymics, endearments.

Floor: ground. Tables of endings, written in the short alphabet of `letters`, which `matching` and `gate` share. It
refuses to guess: a rest that is in no table makes another name, and that name stays.

In the short alphabet ы, і and и are all `i`, ң is `n` and в is `u`, so -ның and -нің are both `nin` and
the Russian -ов is `ou`. Back and front vowels (a against e) never mix inside one ending.

Source:
    docs/known-values.md.
"""

import re
from itertools import product
from typing import Final, NamedTuple

from vault.matching.letters import script_of, skeletons

VOWELS: Final = frozenset("aeiou")

# ------------------------------------------------------------------------------------------------ Kazakh
# plural × possessive × case; each table once with back vowels (a, k, g) and once with front ones (e, k, g).
KAZAKH_PLURAL: Final = ("", "lar", "dar", "tar")
KAZAKH_CASE: Final = (  # of the name itself
    "", "nin", "din", "tin", "ga", "ka", "ni", "di", "ti", "da", "ta", "dan", "tan", "nan", "men", "ben", "pen",
    "menen", "dai", "tai", "Sa", "siz", "min", "bin", "pin", "ndi",
    *(whose + more for whose in ("niki", "diki", "tiki") for more in ("", "n", "ne", "nin", "nde", "nen", "men")),
    *(where + more for where in ("dagi", "tagi") for more in ("", "n", "nin", "lar", "lardin")),
)  # fmt: skip
KAZAKH_MINE: Final = ("m", "im", "in", "miz", "imiz", "niz", "iniz")  # and yours
KAZAKH_CASE_OF_MINE: Final = (
    "", "nin", "din", "di", "ni", "a", "ga", "da", "nan", "dan", "men", "ben", "diki", "niki", "dai", "Sa",
)  # fmt: skip
KAZAKH_THEIRS: Final = ("i", "si", "lari", "dari", "tari")
KAZAKH_CASE_OF_THEIRS: Final = ("", "nin", "n", "na", "nda", "nan", "men", "ndagi", "niki", "ndai", "nSa")

# ------------------------------------------------------------------------------------------------ Uyghur
UYGHUR_PLURAL: Final = ("", "lar")
UYGHUR_POSSESSIVE: Final = ("", "m", "im", "um", "in", "un", "i", "si", "imiz", "miz", "inlar", "liri")
UYGHUR_CASE: Final = (
    "", "nin", "ga", "ka", "ni", "din", "tin", "da", "ta", "diki", "tiki", "dek", "tek", "gaCe", "kaCe", "niki", "mu",
    "Cu", "la", "dikilar", "ninki",
)  # fmt: skip

# ----------------------------------------------------------------------------------------------- Russian
RUSSIAN_CONSONANT: Final = (  # Болат, Иванов, Сергей (its й is i), Игорь
    "a", "u", "om", "em", "e", "i", "im", "iem", "am", "ami", "ah", "ia", "iu", "ih", "imi", "oi", "oiu",
    "iam", "iami", "iah", "ei",
)  # fmt: skip
RUSSIAN_VOWEL: Final = (  # Айша, Мария: these stand in place of the last vowel
    "i", "e", "u", "oi", "oiu", "ei", "eiu", "iu", "am", "ami", "ah", "iam", "iami", "iah",
)  # fmt: skip
RUSSIAN_ADJECTIVE: Final = (  # Достоевский: these stand in place of -ий, -ый, -ая
    "i", "ogo", "omu", "im", "om", "aia", "oi", "uiu", "ie", "ih", "imi", "oiu", "ego", "emu", "em",
)  # fmt: skip
REGION: Final = frozenset({"", "d", "in", "en", "ou", "eu"})  # Саркандский, of Сарқан
RUSSIAN_SOFT: Final = frozenset({"e", "ei", "i", "iu"})  # Наталья: in place of -ья
RUSSIAN_GLIDE: Final = frozenset({"em", "e"})  # Николай: these stand in place of -й; its other endings begin with i

# ----------------------------------------------------------------------------------------------- English
ENGLISH: Final = ("s", "es")

# ------------------------------------------------------------------------------------------- patronymics
# The child's patronymic names the father.  Each may itself be declined.
PATRONYMIC: Final = (
    "uli", "ulu", "ugli", "uglu", "ogli", "oglu", "ogl", "kizi", "kisi", "giz", "kizu", "oglan", "tegi",
    "ouiC", "euiC", "ouna", "euna", "oun", "eun", "iC", "iCna", "iCn", "iniCna", "iniCn",
)  # fmt: skip
OF_VOWEL: Final = ("iC", "iCna", "iCn", "iniCna", "iniCn")  # Ильич, Никитична
# Said to or of one person with affection or respect; only behind a name of two syllables, for Нұржан is not Нұр.
ENDEARMENT: Final = (
    "Jan", "Jon", "ahun", "ahon", "kam", "aka", "akam", "ake", "eke", "aJi", "haJi", "haJim", "aCa", "aCam", "hanim",
)  # fmt: skip
RESPECT: Final = ("ke", "ken", "kem", "ka")  # Нұреке: behind the first syllable and a vowel
RESPECTED_AT_MOST: Final = 8  # of all the names that begin with one syllable: any of them will do
DIMINUTIVE: Final = ("ik", "Cik", "Cok", "ka", "Ska", "uSka", "iuSka", "enka", "onka", "oCka", "eCka", "ulia", "iuSa")
WOMAN: Final = ("han",)  # Гүлнисахан; of a man, Болатхан is another name
_WOMEN: Final = ("nisa", "gul", "ai", "bibi", "nar", "nur")  # how such names end

# Final sounds that a following vowel makes voiced: Жақып, Жақыбы; Садық, Садығы.
VOICED: Final = {"p": "b", "k": "g"}
# Family names whose feminine has one vowel more: Иванова is Иванов's.
MASCULINE: Final = ("ou", "eu")
FEMININE: Final = ("oua", "eua", "ina")
LONGEST: Final = 16  # sounds of rest that are looked at
# Women's own names, of which no man has all but the last vowel as a family name.
_OWN = """
    Алина Альбина Амина Ангелина Антонина Арина Валентина Галина Дарина Дина Екатерина Злата Ирина Камина Карина
    Катерина Кристина Мадина Марина Нина Полина Регина Сабина Самина Эвелина Элина Ясина Рузина Жасмина Медина
"""
_OWN_NAMES: Final = frozenset(sounds for name in _OWN.split() for sounds in skeletons(name))


def _harmonic(*tables: tuple[str, ...]) -> frozenset[str]:
    """Chain the tables, once as written and once with front vowels."""
    back = {"".join(parts) for parts in product(*tables)}
    return frozenset(back | {ending.replace("a", "e") for ending in back})


_KAZAKH = (
    _harmonic(KAZAKH_PLURAL, KAZAKH_CASE)
    | _harmonic(KAZAKH_PLURAL, KAZAKH_MINE, KAZAKH_CASE_OF_MINE)
    | _harmonic(KAZAKH_PLURAL, KAZAKH_THEIRS, KAZAKH_CASE_OF_THEIRS)
)
_UYGHUR = _harmonic(UYGHUR_PLURAL, UYGHUR_POSSESSIVE, UYGHUR_CASE)
_TURKIC = (_KAZAKH | _UYGHUR) - {""}
_LONGEST_FIRST = sorted(PATRONYMIC, key=len, reverse=True)
_FOND_ENDINGS = _TURKIC | {*RUSSIAN_CONSONANT, ""}
_CASES_OF_THEIRS = _harmonic(KAZAKH_CASE_OF_THEIRS)
_FATHER_ENDINGS = _FOND_ENDINGS | {*RUSSIAN_VOWEL} | _CASES_OF_THEIRS
_DIMINUTIVE_ENDINGS = frozenset({*RUSSIAN_CONSONANT, *RUSSIAN_VOWEL, ""})
_DIMINUTIVE_STEMS = tuple({word.removesuffix("a") for word in DIMINUTIVE})

_RESTS: Final = {
    "cyrillic": _TURKIC | frozenset(RUSSIAN_CONSONANT),
    "arabic": _TURKIC,
    "latin": frozenset(e for e in _TURKIC if len(e) > 1) | frozenset(ENGLISH) | {"a", "i", "e", "m"},
    "other": frozenset(ENGLISH),
}
SHORT: Final = 3  # sounds; so short a name takes case endings only: Жасмин is not Жас
_SHORT_TURKIC = _harmonic(
    ("", "lar"), ("", "nin", "din", "tin", "ga", "ka", "ni", "di", "ti", "da", "ta", "dan", "tan", "nan", "men", "pen")
) - {""}
_SHORT_RESTS: Final = {
    "cyrillic": _SHORT_TURKIC | frozenset(RUSSIAN_CONSONANT),
    "arabic": _SHORT_TURKIC,
    "latin": _SHORT_TURKIC | frozenset(ENGLISH),
    "other": frozenset(ENGLISH),
}
_VOICELESS: Final = frozenset("ptksSCf")
_BEFORE_T: Final = _VOICELESS | frozenset("hbdgu")  # u is в too
_DAUGHTERS: Final = frozenset({"na", "ne", "nu", "noi", "n", "ni"})


_FIRST_SYLLABLE = re.compile(r"[^aeiou]?[aeiou][^aeiou](?=.*[aeiou])")


class Stem(NamedTuple):
    """One way a name may begin in a text, and what may follow it there.

    Args:
        sounds: The stem in the short alphabet, two letters or more.
        way: `whole`, `voiced`, `raised` (Uyghur: the last vowel closes before another), `vowel` (the last one dropped),
            `soft` (-ья dropped), `glide` (-й dropped), `fleeting` (Павел, Павла), `adjective`, `region` (of a place),
            `possessed` (ауылы), `respect` (Нұреке), `seam` (Мұрадджан, whose дж is one sound) or `father`
            (patronymic only).
    """

    sounds: str
    way: str


def stems(name: str, sounds_of: tuple[str, ...] = ()) -> list[Stem]:
    """Give the stems under which one word of a name is found.

    Args:
        name: One word of a name, letters of any script but Chinese.
        sounds_of: Its skeletons, where they are known already.

    Returns:
        The stems, without doubles; empty for a word without sounds.

    Source:
        docs/known-values.md.
    """
    found: dict[Stem, None] = {}
    script = script_of(name)
    for sounds in sounds_of or skeletons(name):
        found[Stem(sounds, "whole")] = None
        last = sounds[-1]
        if last == "d" and len(sounds) > 3:
            found[Stem(sounds[:-1], "seam")] = None
        if last in VOICED and len(sounds) > 2:
            found[Stem(sounds[:-1] + VOICED[last], "voiced")] = None
        if len(sounds) > 3:
            _as_russians_do(found, sounds, script, name.lower())
            if script != "cyrillic" and last not in VOWELS and sounds[-2] in "ae":
                found[Stem(sounds[:-2] + "i" + last, "raised")] = None
        if "e" in sounds and len(sounds) > len("erlan") + 1 and script != "cyrillic":
            found[Stem(sounds.replace("e", "a"), "whole")] = None  # Reyhangül, Райхангуль
        if "h" in sounds and len(sounds) > len("hani") and (script != "cyrillic" or "һ" in name.lower()):
            found[Stem(sounds.replace("h", "g"), "whole")] = None  # Ibrahim, Ибрагим
        for father in _fathers(sounds):
            found[Stem(father, "father")] = None
        if len(sounds) > SHORT and (syllable := _FIRST_SYLLABLE.match(sounds)):
            found |= {Stem(syllable[0] + vowel, "respect"): None for vowel in "ea"}
    return list(found)


def _as_russians_do(found: dict[Stem, None], sounds: str, script: str, name: str) -> None:
    """Add the stems of a name as Russian declines it."""
    if sounds.endswith(MASCULINE):
        found[Stem(sounds + "a", "whole")] = None  # Қасымбекованың
    elif sounds.endswith(FEMININE) and sounds not in _OWN_NAMES:
        found[Stem(sounds[:-1], "whole")] = None
    elif sounds.endswith(("ski", "skaia")):
        found[Stem(sounds[: sounds.rindex("sk") + 2], "adjective")] = None
    elif script == "cyrillic" and name.endswith("ой") and len(sounds) > len("tolst"):
        found[Stem(sounds[:-2], "adjective")] = None
    elif script == "cyrillic" and len(sounds) > len("seuer") and name.endswith(("ый", "ий", "ая")):
        found[Stem(sounds.removesuffix("aia").removesuffix("i"), "adjective")] = None
    elif script == "cyrillic" and name.endswith(("ец", "ек", "ок", "ел", "ёл", "ер")):
        cut = max(sounds.rfind("e", -3), sounds.rfind("o", -3))
        found[Stem(sounds[:cut] + sounds[cut + 1 :], "fleeting")] = None
    if sounds[-1] == "a":
        found[Stem(sounds[:-1], "vowel")] = None
        if name.endswith(("ья", "lya", "rya", "fya")):  # Наталье, whose ь is no sound
            found[Stem(sounds[:-2], "soft")] = None
    elif sounds[-1] == "i" and (sounds[-2] in VOWELS or name.endswith(("ий", "iy"))):
        found[Stem(sounds[:-1], "glide")] = None


def fits(stem: str, way: str, rest: str, script: str) -> bool:
    """Tell whether a rest behind a stem leaves the name the same.

    Args:
        stem: The sounds of the stem.
        way: The stem's way.
        rest: The sounds behind it, possibly none.
        script: The script of the word in the text.

    Returns:
        True if the word is a form of the name.

    Source:
        docs/known-values.md.
    """
    if not rest:
        return way in {"whole", "father"}
    # A letter that ends the stem and begins the ending is written once in the short alphabet: -т + тың.
    return _RULES[way](stem, rest, stem[-1] + rest, script)


def _whole(stem: str, rest: str, joined: str, script: str) -> bool:
    return _child(stem, rest, joined, script) or _ended(stem, rest, joined, script) or _fond(stem, rest, script)


def _child(stem: str, rest: str, joined: str, _script: str) -> bool:
    """Tell whether a rest makes a patronymic; Иванович is one of Иван, not of Иванов."""
    if stem.endswith(MASCULINE) and rest.startswith(("iC", "n")):
        return False
    return _declined(rest, PATRONYMIC, _FATHER_ENDINGS) or _declined(joined, PATRONYMIC, _FATHER_ENDINGS)


def _closed(_stem: str, rest: str, _joined: str, script: str) -> bool:
    return script != "cyrillic" and rest[0] in "ieu" and rest in _TURKIC


def _voiced(_stem: str, rest: str, _joined: str, _script: str) -> bool:
    return rest[0] in "ieu" and rest in _TURKIC


def _seam(_stem: str, rest: str, _joined: str, _script: str) -> bool:
    return _declined(rest, ("Jan",), _FOND_ENDINGS)


def _vowel(stem: str, rest: str, joined: str, script: str) -> bool:
    if _declined(rest, OF_VOWEL, _FATHER_ENDINGS) or _declined(joined, OF_VOWEL, _FATHER_ENDINGS):
        return True
    return script == "cyrillic" and (rest in RUSSIAN_VOWEL or _diminished(stem, rest))


def _soft(_stem: str, rest: str, _joined: str, script: str) -> bool:
    return script == "cyrillic" and rest in RUSSIAN_SOFT


def _glide(stem: str, rest: str, joined: str, script: str) -> bool:
    return _child(stem, rest, joined, script) or (script == "cyrillic" and not RUSSIAN_GLIDE.isdisjoint((rest, joined)))


def _fleeting(_stem: str, rest: str, _joined: str, script: str) -> bool:
    return script == "cyrillic" and rest in RUSSIAN_CONSONANT


def _adjective(_stem: str, rest: str, _joined: str, script: str) -> bool:
    return script == "cyrillic" and rest in RUSSIAN_ADJECTIVE


def _possessed(_stem: str, rest: str, _joined: str, _script: str) -> bool:
    return rest in _CASES_OF_THEIRS


def _respect(_stem: str, rest: str, _joined: str, _script: str) -> bool:
    return _declined(rest, RESPECT, _FOND_ENDINGS)


def _region(_stem: str, rest: str, _joined: str, script: str) -> bool:
    link, adjective, ending = rest.rpartition("sk")
    return script == "cyrillic" and bool(adjective) and link in REGION and ending in RUSSIAN_ADJECTIVE


_RULES: Final = {
    "whole": _whole, "father": _child, "voiced": _voiced, "raised": _closed, "seam": _seam, "vowel": _vowel,
    "soft": _soft, "glide": _glide, "fleeting": _fleeting, "adjective": _adjective, "region": _region,
    "possessed": _possessed, "respect": _respect,
}  # fmt: skip


def _ended(stem: str, rest: str, joined: str, script: str) -> bool:
    """Tell whether a rest is an ending of the script, as the sound before it asks."""
    last = stem[-1]
    if last in VOWELS and not (last == "i" and stem[-2:-1] in VOWELS):
        joined = ""  # only a consonant may have met its like, or й
    if (rest[0] in "tkp" and last not in _BEFORE_T) or (rest[0] in "dg" and last in _VOICELESS):
        return False  # Aminata, Амантай
    if stem.endswith(MASCULINE) and rest in _DAUGHTERS:
        return False  # Ивановна is no form of Иванов
    if len(stem) <= SHORT:
        return rest in _SHORT_RESTS[script] or (len(rest) > 1 and joined in _SHORT_RESTS[script])
    if script == "arabic" and rest in {"a", "e"}:
        return last == "n" or joined in _SHORT_TURKIC  # ەرلانعا, whose ng is one sound; بولاتتا
    if rest == "m" and len(stem) <= SHORT + 1:
        return False  # Алим is not Али
    return rest in _RESTS[script] or ((len(rest) > 1 or joined in {"mu", "in"}) and joined in _RESTS[script])


def _fond(stem: str, rest: str, script: str) -> bool:
    """Tell whether a rest makes a name fond or respectful; a name of one syllable becomes another."""
    if sum(sound in VOWELS for sound in stem) < 2:
        return False
    return (
        _declined(rest, ENDEARMENT, _FOND_ENDINGS)
        or _declined(stem[-1] + rest, ENDEARMENT, _FOND_ENDINGS)
        or (script == "cyrillic" and _diminished(stem, rest))
        or (_is_woman(stem) and _declined(rest, WOMAN, _FOND_ENDINGS))
    )


def _is_woman(stem: str) -> bool:
    return stem.endswith(_WOMEN) or (stem[-1] == "a" and len(stem) > len("musta"))


def _diminished(stem: str, rest: str) -> bool:
    """Tell whether a rest is a Russian diminutive, declined."""
    return len(stem) > 2 and _declined(rest, _DIMINUTIVE_STEMS, _DIMINUTIVE_ENDINGS)


def _declined(rest: str, words: tuple[str, ...], endings: frozenset[str]) -> bool:
    """Tell whether a rest is one of some words with an ending: all of them written out would be 100 000 texts."""
    return rest.startswith(words) and any(rest.startswith(word) and rest[len(word) :] in endings for word in words)


def by_itself(way: str, rest: str) -> bool:
    """Tell whether a form names its bearer without a word beside it: the bare name of a father does not.

    Args:
        way: Of the stem.
        rest: The ending.

    Returns:
        True if it may stand alone.

    Source:
        docs/known-values.md.
    """
    return way != "father" or bool(rest)


def is_patronymic(word: str) -> bool:
    """Tell whether a word says whose child somebody is.

    Args:
        word: One word of a name.

    Returns:
        True if it ends as patronymics do.

    Source:
        docs/known-values.md §Endings.
    """
    return any(map(_fathers, skeletons(word)))


def _fathers(sounds: str) -> tuple[str, ...]:
    """Give the father's name in a patronymic, if the word is one; twice where -к + қызы may have met in one letter."""
    for ending in _LONGEST_FIRST:
        if sounds.endswith(ending) and len(sounds) - len(ending) > 2:
            father = sounds[: -len(ending)]
            return (father,) if ending[0] in VOWELS else (father, father + ending[0])
    return ()
