"""A Chinese name in pinyin and in Russian (Palladius): the two spellings that follow from the characters alone.

Floor: ground. Only names of a known family name and one or two characters more, whose syllables no custom changes. It
refuses transcriptions of foreign names, which follow from their own script.

Source:
    docs/known-values.md §Chinese.
"""

from functools import cache
from importlib import resources
from typing import Final

from vault.matching import lexicon
from vault.matching.parts import Part

TELLING: Final = 6  # letters; a given name so long identifies by itself

_INITIALS: Final = {
    "zh": "чж", "ch": "ч", "sh": "ш", "b": "б", "p": "п", "m": "м", "f": "ф", "d": "д", "t": "т", "n": "н", "l": "л",
    "g": "г", "k": "к", "h": "х", "j": "цз", "q": "ц", "x": "с", "r": "ж", "z": "цз", "c": "ц", "s": "с",
}  # fmt: skip
_FINALS: Final = {
    "a": "а", "o": "о", "e": "э", "ai": "ай", "ei": "эй", "ao": "ао", "ou": "оу", "an": "ань", "en": "энь", "ang": "ан",
    "eng": "эн", "ong": "ун", "er": "эр", "i": "и", "ia": "я", "ie": "е", "iao": "яо", "iu": "ю", "ian": "янь",
    "in": "инь", "iang": "ян", "ing": "ин", "iong": "юн", "u": "у", "ua": "уа", "uo": "о", "uai": "уай", "ui": "уй",
    "uan": "уань", "un": "унь", "uang": "уан", "v": "юй", "ve": "юэ", "van": "юань", "vn": "юнь",
    "yi": "и", "ya": "я", "yo": "йо", "ye": "е", "yao": "яо", "you": "ю", "yan": "янь", "yin": "инь", "yang": "ян",
    "ying": "ин", "yong": "юн", "yu": "юй", "yue": "юэ", "yuan": "юань", "yun": "юнь", "wu": "у", "wa": "ва",
    "wo": "во", "wai": "вай", "wei": "вэй", "wan": "вань", "wen": "вэнь", "wang": "ван", "weng": "вэн",
}  # fmt: skip
_FRONT: Final = frozenset(("j", "q", "x"))
_HISSING: Final = {"zh": "и", "ch": "и", "sh": "и", "r": "и", "z": "ы", "c": "ы", "s": "ы"}


@cache
def _mandarin() -> dict[str, str]:
    """Give the usual Mandarin syllable of each character, without tone, ü as v."""
    found: dict[str, str] = {}
    for line in resources.files("vault.names").joinpath("han.tsv").read_text("utf-8").splitlines():
        if line and line[0] != "#":
            head, characters, spoken, *_ = line.split("\t")
            syllable = head if head.isascii() else spoken.split()[0]
            for character in characters if head.isascii() else head + characters:
                found.setdefault(character, syllable)
    return found


def russian(syllable: str) -> str:
    """Write a syllable as Palladius does.

    Args:
        syllable: Pinyin without tone, ü as v.

    Returns:
        Russian letters; empty if it is no syllable.

    Source:
        docs/known-values.md §Chinese.
    """
    if syllable in _FINALS:
        return _FINALS[syllable]
    initial = next((start for start in _INITIALS if syllable.startswith(start)), "")
    rest = syllable.removeprefix(initial)
    if rest == "i" and initial in _HISSING:
        return _INITIALS[initial] + _HISSING[initial]
    if initial in _FRONT and rest.startswith("u"):
        rest = "v" + rest[1:]
    return _INITIALS[initial] + _FINALS[rest] if initial and rest in _FINALS else ""


def spellings(name: str) -> list[list[Part]]:
    """Spell a Chinese person's name in Latin and in Russian letters.

    Args:
        name: Chinese characters, simplified.

    Returns:
        For each way to write it the words: family name and given name, as one word and syllable by syllable; none if
        the name is not of a known family name and one or two characters.

    Source:
        docs/known-values.md §Chinese.
    """
    size = 2 if name[:2] in lexicon.LONG_SURNAMES else 1 if name[:1] in lexicon.SURNAMES else 0
    syllables = [_mandarin().get(character, "") for character in name]
    if not size or len(name) - size not in {1, 2} or not all(syllables):
        return []
    found: list[list[Part]] = []
    for said in (syllables, [russian(syllable) for syllable in syllables]):
        if all(said):
            family, given = "".join(said[:size]), "".join(said[size:])
            found.append(_parts(family, given))
            if len(said) - size > 1:
                found.append(_parts(family, *said[size:]))
    return found


def _parts(family: str, *given: str) -> list[Part]:
    strong = len(given) == 1 and len(given[0]) >= TELLING
    return [Part(family, strong=False, common=True), *(Part(name, strong=strong, common=True) for name in given)]
