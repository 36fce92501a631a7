"""What may stand behind a name and leave it the same name: case endings, possessives, patronymics, endearments.

Floor: ground. Tables of endings, written in the short alphabet of `letters`, which `matching` and `gate` share. It
refuses to guess: a rest that is in no table makes another name, and that name stays.

In the short alphabet ы, і and и are all `i`, ң is `n` and в is `u`, so -ның and -нің are both `nin` and
the Russian -ов is `ou`. Back and front vowels (a against e) never mix inside one ending.

Source:
    docs/known-values.md.
"""

from itertools import product
from typing import Final, NamedTuple

from vault.matching.letters import script_of, skeletons

VOWELS: Final = frozenset("aeiou")

# ------------------------------------------------------------------------------------------------ Kazakh
# plural × possessive × case; each table once with back vowels (a, k, g) and once with front ones (e, k, g).
KAZAKH_PLURAL: Final = ("", "lar", "dar", "tar")
KAZAKH_POSSESSIVE: Final = ("", "m", "im", "n", "in", "i", "si", "miz", "imiz", "niz", "iniz", "lari")
KAZAKH_CASE: Final = (
    "", "nin", "din", "tin", "ga", "ka", "a", "na", "ni", "di", "ti", "n", "da", "ta", "nda", "dan", "tan", "nan",
    "men", "ben", "pen", "menen", "dai", "tai", "dik", "tik", "lik", "Sa", "siz", "min", "bin", "pin",
    *(whose + more for whose in ("niki", "diki", "tiki") for more in ("", "n", "ne", "nin", "nde", "nen", "men")),
    *(where + more for where in ("dagi", "tagi", "ndagi") for more in ("", "n", "nin", "lar", "lardin")),
)  # fmt: skip

# ------------------------------------------------------------------------------------------------ Uyghur
UYGHUR_PLURAL: Final = ("", "lar")
UYGHUR_POSSESSIVE: Final = ("", "m", "im", "um", "n", "in", "un", "i", "si", "imiz", "miz", "inlar", "liri")
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
    "i", "e", "u", "oi", "oiu", "ei", "eiu", "iu", "am", "ami", "ah", "iam", "iami", "iah", "o",
)  # fmt: skip
RUSSIAN_ADJECTIVE: Final = (  # Достоевский: these stand in place of -ий, -ый, -ая
    "i", "ogo", "omu", "im", "om", "aia", "oi", "uiu", "ie", "ih", "imi", "oiu", "ego", "emu", "em",
)  # fmt: skip
RUSSIAN_GLIDE: Final = ("em", "e")  # Николай: these stand in place of -й; its other endings begin with i

# ----------------------------------------------------------------------------------------------- English
ENGLISH: Final = ("s", "es")

# ------------------------------------------------------------------------------------------- patronymics
# The child's patronymic names the father.  Each may itself be declined.
PATRONYMIC: Final = (
    "uli", "ulu", "ugli", "uglu", "ogli", "oglu", "ogl", "kizi", "kisi", "giz", "kizu", "oglan", "tegi",
    "ouiC", "euiC", "ouna", "euna", "oun", "eun", "iC", "iCna", "iCn", "iniCna", "iniCn",
)  # fmt: skip
# Said to or of one person with affection or respect; only behind a name of two syllables, for Нұржан is not Нұр.
ENDEARMENT: Final = (
    "Jan", "Jon", "ahun", "ahon", "kam", "aka", "akam", "ake", "aJi", "haJi", "haJim", "aCa", "aCam", "hanim", "tai",
)  # fmt: skip
DIMINUTIVE: Final = ("ik", "Cik", "Cok", "ka", "Ska", "uSka", "iuSka", "enka", "onka", "oCka", "eCka", "ulia", "iuSa")
WOMAN: Final = ("han",)  # Гүлнисахан; of a man, Болатхан is another name
_WOMEN: Final = ("nisa", "gul", "ai", "bibi")  # how such names end

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


_KAZAKH = _harmonic(KAZAKH_PLURAL, KAZAKH_POSSESSIVE, KAZAKH_CASE)
_UYGHUR = _harmonic(UYGHUR_PLURAL, UYGHUR_POSSESSIVE, UYGHUR_CASE)
_TURKIC = (_KAZAKH | _UYGHUR) - {""}
_LONGEST_FIRST = sorted(PATRONYMIC, key=len, reverse=True)
_FOND_ENDINGS = _TURKIC | {*RUSSIAN_CONSONANT, ""}
_FATHER_ENDINGS = _FOND_ENDINGS | {*RUSSIAN_VOWEL}
_DIMINUTIVE_ENDINGS = frozenset({*RUSSIAN_CONSONANT, *RUSSIAN_VOWEL, ""})
_DIMINUTIVE_STEMS = tuple({word.removesuffix("a") for word in DIMINUTIVE})

_RESTS: Final = {
    "cyrillic": _TURKIC | frozenset(RUSSIAN_CONSONANT),
    "arabic": _TURKIC,
    "latin": frozenset(e for e in _TURKIC if len(e) > 1) | frozenset(ENGLISH) | {"a", "i", "e"},
    "other": frozenset(ENGLISH),
}
_RUSSIAN: Final = {"vowel": RUSSIAN_VOWEL, "adjective": RUSSIAN_ADJECTIVE, "fleeting": RUSSIAN_CONSONANT}
_LATIN_VOWEL_AFTER: Final = {"a": ("ou", "eu", "in", "n"), "e": ("n",)}  # Serikbaeva; Daurenge, whose ng is one sound


class Stem(NamedTuple):
    """One way a name may begin in a text, and what may follow it there.

    Args:
        sounds: The stem in the short alphabet, two letters or more.
        way: `whole`, `voiced`, `raised` (Uyghur: the last vowel closes before another), `vowel` (the last one dropped),
            `glide` (-й dropped), `fleeting` (Павел, Павла), `adjective` or `father` (patronymic only).
    """

    sounds: str
    way: str


def stems(name: str) -> list[Stem]:
    """Give the stems under which one word of a name is found.

    Args:
        name: One word of a name, letters of any script but Chinese.

    Returns:
        The stems, without doubles; empty for a word without sounds.

    Source:
        docs/known-values.md.
    """
    found: dict[Stem, None] = {}
    script = script_of(name)
    for sounds in skeletons(name):
        found[Stem(sounds, "whole")] = None
        last = sounds[-1]
        if last in VOICED and len(sounds) > 2:
            found[Stem(sounds[:-1] + VOICED[last], "voiced")] = None
        if len(sounds) > 3:
            _as_russians_do(found, sounds, script, name.lower())
            if script != "cyrillic" and last not in VOWELS and sounds[-2] in "ae":
                found[Stem(sounds[:-2] + "i" + last, "raised")] = None
        for father in _fathers(sounds):
            found[Stem(father, "father")] = None
    return list(found)


def _as_russians_do(found: dict[Stem, None], sounds: str, script: str, name: str) -> None:
    """Add the stems of a name as Russian declines it."""
    if sounds.endswith(MASCULINE):
        found[Stem(sounds + "a", "whole")] = None  # Қасымбекованың
    elif sounds.endswith(FEMININE):
        if sounds[-3:-2] != "i" or (script == "cyrillic" and sounds not in _OWN_NAMES):
            found[Stem(sounds[:-1], "whole")] = None
    elif sounds.endswith(("ski", "skaia")):
        found[Stem(sounds[: sounds.rindex("sk") + 2], "adjective")] = None
    elif script == "cyrillic" and name.endswith("ой") and len(sounds) > len("tolst"):
        found[Stem(sounds[:-2], "adjective")] = None
    elif script == "cyrillic" and name.endswith(("ец", "ек", "ок", "ел", "ёл")):
        cut = max(sounds.rfind("e", -3), sounds.rfind("o", -3))
        found[Stem(sounds[:cut] + sounds[cut + 1 :], "fleeting")] = None
    if sounds[-1] == "a":
        found[Stem(sounds[:-1], "vowel")] = None
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
    if not rest:  # Марии, whose two и are one sound, Сергее, whose two е are; and the father's name itself
        return (
            way in {"whole", "father"} or (way == "vowel" and stem[-1] == "i") or (way == "glide" and stem[-1] == "e")
        )
    # A letter that ends the stem and begins the ending is written once in the short alphabet: -т + тың.
    joined = stem[-1] + rest
    if way in {"voiced", "raised"}:
        return rest[0] in "ieu" and rest in _TURKIC and (script != "cyrillic" or way == "voiced")
    if way in {"vowel", "adjective", "fleeting"}:
        return script == "cyrillic" and (rest in _RUSSIAN[way] or (way == "vowel" and _diminished(stem, rest)))
    if _declined(rest, PATRONYMIC, _FATHER_ENDINGS) or _declined(joined, PATRONYMIC, _FATHER_ENDINGS):
        return True
    if way == "whole":
        return _ended(stem, rest, joined, script) or _fond(stem, rest, script)
    return way == "glide" and script == "cyrillic" and (rest in RUSSIAN_GLIDE or joined in RUSSIAN_GLIDE)


def _ended(stem: str, rest: str, joined: str, script: str) -> bool:
    """Tell whether a rest is an ending of the script."""
    if stem[-1] in "ae" and rest[0] in "tkp":
        return False  # Aminata: behind a vowel the endings are voiced
    if script == "latin" and len(rest) == 1 and not stem.endswith(_LATIN_VOWEL_AFTER.get(rest, "")):
        return False  # Danielle
    return rest in _RESTS[script] or (len(rest) > 1 and joined in _RESTS[script])


def _fond(stem: str, rest: str, script: str) -> bool:
    """Tell whether a rest makes a name fond or respectful; a name of one syllable becomes another."""
    if sum(sound in VOWELS for sound in stem) < 2:
        return False
    return (
        _declined(rest, ENDEARMENT, _FOND_ENDINGS)
        or (script == "cyrillic" and _diminished(stem, rest))
        or (stem.endswith(_WOMEN) and _declined(rest, WOMAN, _FOND_ENDINGS))
    )


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


def _fathers(sounds: str) -> tuple[str, ...]:
    """Give the father's name in a patronymic, if the word is one; twice where -к + қызы may have met in one letter."""
    for ending in _LONGEST_FIRST:
        if sounds.endswith(ending) and len(sounds) - len(ending) > 2:
            father = sounds[: -len(ending)]
            return (father,) if ending[0] in VOWELS else (father, father + ending[0])
    return ()
