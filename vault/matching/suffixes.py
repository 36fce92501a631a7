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
KAZAKH_POSSESSIVE: Final = (
    "", "m", "im", "n", "in", "i", "si", "miz", "imiz", "niz", "iniz", "lari", "m",
)  # fmt: skip
KAZAKH_CASE: Final = (
    "", "nin", "din", "tin", "ga", "ka", "a", "na", "ni", "di", "ti", "n", "da", "ta", "nda", "dan", "tan", "nan",
    "men", "ben", "pen", "menen", "niki", "diki", "tiki", "dagi", "tagi", "ndagi", "dai", "tai", "dik", "Sa",
)  # fmt: skip

# ------------------------------------------------------------------------------------------------ Uyghur
UYGHUR_PLURAL: Final = ("", "lar")
UYGHUR_POSSESSIVE: Final = ("", "m", "im", "um", "n", "in", "un", "i", "si", "imiz", "miz", "inlar", "liri")
UYGHUR_CASE: Final = (
    "", "nin", "ga", "ka", "ni", "din", "tin", "da", "ta", "diki", "tiki", "dek", "tek", "gaCe", "kaCe", "niki", "mu",
    "Cu",
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

# ----------------------------------------------------------------------------------------------- English
ENGLISH: Final = ("s", "es")

# ------------------------------------------------------------------------------------------- patronymics
# The child's patronymic names the father.  Each may itself be declined.
PATRONYMIC: Final = (
    "uli", "ulu", "ugli", "uglu", "ogli", "oglu", "ogl", "kizi", "kisi", "giz", "kizu", "oglan",
    "ouiC", "euiC", "ouna", "euna", "oun", "eun", "iC", "iCna", "iCn",
)  # fmt: skip
# Said to or of one person with affection or respect; only behind a name of two syllables, for Нұржан is not Нұр.
ENDEARMENT: Final = ("Jan", "Jon", "ahun", "ahon", "aka", "ake", "aJi", "haJi", "haJim")

# Final sounds that a following vowel makes voiced: Жақып, Жақыбы; Садық, Садығы.
VOICED: Final = {"p": "b", "k": "g"}
# Family names whose feminine has one vowel more: Иванова is Иванов's.
FEMININE: Final = ("oua", "eua", "ina")
LONGEST: Final = 16  # sounds of rest that are looked at


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

_RESTS: Final = {
    "cyrillic": _TURKIC | frozenset(RUSSIAN_CONSONANT),
    "arabic": _TURKIC,
    "latin": frozenset(e for e in _TURKIC if len(e) > 1) | frozenset(ENGLISH) | {"a", "i", "e"},
    "other": frozenset(ENGLISH),
}


class Stem(NamedTuple):
    """One way a name may begin in a text, and what may follow it there.

    Args:
        sounds: The stem in the short alphabet, two letters or more.
        way: `whole`, `voiced`, `vowel` (the last one dropped), `adjective` or `father` (patronymic only).
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
    cyrillic = script_of(name) == "cyrillic"
    for sounds in skeletons(name):
        found[Stem(sounds, "whole")] = None
        last = sounds[-1]
        if last in VOICED and len(sounds) > 2:
            found[Stem(sounds[:-1] + VOICED[last], "voiced")] = None
        if cyrillic and len(sounds) > 3:
            if sounds.endswith(FEMININE):
                found[Stem(sounds[:-1], "whole")] = None
            elif sounds.endswith(("ski", "skaia")):
                found[Stem(sounds[: sounds.rindex("sk") + 2], "adjective")] = None
            if name.lower().endswith(("а", "я")):
                found[Stem(sounds[:-1], "vowel")] = None
        for father in _fathers(sounds):
            found[Stem(father, "father")] = None
    return list(found)


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
        # Марии, whose two и are one sound; and the father's name itself
        return way in {"whole", "father"} or (way == "vowel" and stem[-1] == "i")
    if len(rest) > LONGEST:
        return False
    if way in {"vowel", "adjective"}:
        return script == "cyrillic" and rest in (RUSSIAN_VOWEL if way == "vowel" else RUSSIAN_ADJECTIVE)
    if way == "voiced":
        return rest[0] in "ie" and rest in _TURKIC
    # A letter that ends the stem and begins the ending is written once in the short alphabet: -т + тың.
    joined = stem[-1] + rest
    if _declined(rest, PATRONYMIC, _FATHER_ENDINGS) or _declined(joined, PATRONYMIC, _FATHER_ENDINGS):
        return True
    return way == "whole" and (
        rest in _RESTS[script]
        or (len(rest) > 1 and joined in _RESTS[script])
        or (_declined(rest, ENDEARMENT, _FOND_ENDINGS) and sum(sound in VOWELS for sound in stem) > 1)
    )


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
