"""A value taken apart into the forms by which it is found.

Floor: ground. One normal form of values that `matching` and `gate` share. It refuses nothing: any string has a form,
if only an empty one.

Source:
    docs/known-values.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vault.matching import dates, lexicon, mandarin, numbers
from vault.matching.letters import APOSTROPHES, HAN, fold, script_of, skeletons
from vault.matching.parts import Part
from vault.matching.simplified import SIMPLIFIED
from vault.matching.suffixes import ENGLISH
from vault.matching.views import views

LETTER: Final = r"[^\W\d_]"
# What no language writes within a word: emphasis of Markdown, and signs and pictures.
SIGNS: Final = r"[*_~`@#+|^=/()\[\]{}\\·•∙\u2190-\u2bff\U0001f000-\U0001faff]{1,6}"
_NOT_HAN = rf"(?:(?![{HAN}]){LETTER})"
_WORD = re.compile(rf"{LETTER}+(?:[{APOSTROPHES}]{LETTER}+)*|[0-9]+")
_WORD_NOT_HAN = re.compile(rf"{_NOT_HAN}+(?:[{APOSTROPHES}]{_NOT_HAN}+)*|[0-9]+")
SHORT: Final = 3  # sounds; so short a name needs a capital
_VOWEL_AFTER: Final = {"a": ("ou", "eu", "in", "n"), "e": ("n",)}  # Serikbaeva; Daurenge, whose ng is one sound
_DOUBLED: Final = frozenset({"tt", "dd", "nn", "kk", "qq", "gg"})
_NUMBER_SIGN = re.compile(r"^(?:No|N°|Nr|#)[.:]?\s*(?=[0-9])", re.IGNORECASE)  # № is No by now
_HAS_NUMBER = re.compile(r"[0-9〇零一二三四五六七八九十]")
_HOST = re.compile(r"(?<=\S)@\S+")
_APOSTROPHE = re.compile(f"([{APOSTROPHES}])")
_HAS_HAN = re.compile(f"[{HAN}]")
_CAPITAL = "A-ZА-ЯҒҚҢӨҰҮІӘҺЁ"
_ARABIC = "\u0600-\u06ff"
# Before a capital behind a small letter or before one, and where Arabic and other letters meet.
_HUMP = re.compile(
    rf"(?<=[^\W\d_{_CAPITAL}])(?=[{_CAPITAL}])|(?<=[{_CAPITAL}])(?=[{_CAPITAL}][^\W\d_{_CAPITAL}])|(?<=[{_ARABIC}])(?=[^\W\d_{_ARABIC}])|(?<=[^\W\d_{_ARABIC}])(?=[{_ARABIC}])"
)


def word_pattern(text: str) -> re.Pattern[str]:
    """Give the pattern of the words of a text: letters with inner apostrophes, or digits; never Chinese.

    Args:
        text: One view of a text.

    Returns:
        A compiled pattern; the one without a look at each letter where there is nothing Chinese.

    Source:
        docs/known-values.md.
    """
    return _WORD_NOT_HAN if _HAS_HAN.search(text) else _WORD


def humps(word: str) -> list[str]:
    """Split a word before the capitals inside it and where two scripts meet.

    Args:
        word: One word.

    Returns:
        Its parts; the word alone when there is no such place.

    Source:
        docs/known-values.md.
    """
    return [word] if word.isascii() and word.islower() else _HUMP.split(word)


def pieces(word: str) -> list[str]:
    """Split a word before the capitals inside it and at its apostrophes, losing no character.

    Args:
        word: One word.

    Returns:
        Its parts, of which an apostrophe is one.

    Source:
        docs/known-values.md.
    """
    return [part for piece in _APOSTROPHE.split(word) for part in humps(piece) if part]


KINDS: Final = frozenset({"name", "phone", "id", "date", "place", "organisation", "text"})


@dataclass(frozen=True, slots=True)
class Protected:
    """A value to be found.

    Args:
        text: The value as the record has it.
        kind: `name`, `phone`, `id`, `date`, `place`, `organisation` or `text` (told by its look).
        strict: Also mask words that are names only now and then, with no condition (level `never`).

    Secrets:
        `text`.
    """

    text: str = field(repr=False)
    kind: str = "text"
    strict: bool = False

    def __post_init__(self) -> None:
        """Refuse a kind that nobody would look for.

        Raises:
            ValueError: It is none of those named.
        """
        if self.kind not in KINDS:
            raise ValueError(f"a value is of one of the kinds {', '.join(sorted(KINDS))}")


def several(values: Sequence["str | Protected"]) -> Sequence["str | Protected"]:
    """Refuse a text where several values are asked for: each of its letters would be one.

    Args:
        values: What the caller gave.

    Returns:
        The same.

    Raises:
        TypeError: It is one text.
    """
    if isinstance(values, str | bytes | Protected):
        raise TypeError("the values are a sequence of texts, not one text")
    return values


class Known(NamedTuple):
    """What is to be known of one word, whatever value it stands in.

    Args:
        folded: In small letters of one script.
        script: Of most of its letters.
        sounds: Its skeletons.
        initial: The sound it begins with.
        common: Whether it is also a thing.
    """

    folded: str
    script: str
    sounds: tuple[str, ...]
    initial: str
    common: bool


def _known(word: str, seen: dict[str, Known]) -> Known:
    known = seen.get(word)
    if known is None:
        folded = fold(word)
        sounds = skeletons(word)
        first = sounds[0][0].lower() if sounds else word.lower()
        known = seen[word] = Known(folded, script_of(word), sounds, first, lexicon.is_common(folded, sounds))
    return known


class Value(NamedTuple):
    """A value taken apart.

    Args:
        parts: Its words, in order.
        spelt: The words of its other spellings: of a Chinese name in Latin and in Russian letters.
        initials: The sounds its words begin with.
        abbreviated: Those of them of which the value has but the initial.
        han: Chinese character strings, simplified.
        streams: Digits of a number.
        phones: Digits of a number that is dialled, in national and international forms.
        codes: Letters and digits of a number that has both, small.
        dates: What it says as a date.
    """

    parts: list[Part]
    spelt: list[list[Part]]
    initials: str
    abbreviated: str
    han: list[str]
    streams: set[str]
    phones: set[str]
    codes: set[str]
    dates: list[dates.Date]


def as_protected(value: str | Protected) -> Protected:
    """Give a plain string its kind.

    Args:
        value: A value of either form.

    Returns:
        The value with a kind.

    Source:
        docs/known-values.md.
    """
    return Protected(value) if isinstance(value, str) else value


def take_apart(value: Protected, seen: dict[str, Known] | None = None) -> Value:
    """Take a value apart by its kind, or by its look where it has none.

    Args:
        value: The value.
        seen: What is known of words already, added to, for whoever takes many values apart.

    Returns:
        Its forms.

    Source:
        docs/known-values.md.
    """
    text = _NUMBER_SIGN.sub("", views(value.text)[0].text.strip())
    dated = value.kind == "date" or (value.kind == "text" and _HAS_NUMBER.search(text))
    if dated and (said := dates.parse_value(text)):
        years = [Part(str(d.year), strong=True, common=False) for d in said if d.month is None]
        return Value(years, [], "", "", [], set(), set(), set(), said)
    digits = numbers.digits(text)
    letters = sum(c.isalpha() for c in text)
    coded = bool(digits) and len(digits) >= letters
    phone = value.kind == "phone" or (
        coded and not letters and value.kind == "text" and (text.startswith(("+", "00")) or 10 <= len(digits) <= 13)
    )
    streams: set[str] = set()
    phones: set[str] = set()
    codes: set[str] = set()
    if phone:
        phones = numbers.forms(text, phone=True)
    elif coded and not letters:
        streams = numbers.forms(text, phone=False)
    else:
        for group in re.findall(r"[0-9]+", text):
            streams |= numbers.forms(group, phone=False)
        if coded:
            codes = {numbers.code(text)} if len(numbers.code(text)) >= numbers.SHORTEST_CODE else set()
    han = han_names(text) if _HAS_HAN.search(text) else []
    if (phones or streams or codes) and (coded or not letters):
        return Value([], [], "", "", han, streams, phones, codes, [])
    parts, initials, abbreviated = _parts(text, {} if seen is None else seen, coded=coded, kind=value.kind)
    return Value(
        parts,
        mandarin.spellings(han[0]) if han and not parts else [],
        initials,
        abbreviated,
        han,
        streams,
        phones,
        codes,
        [],
    )


def _parts(text: str, seen: dict[str, Known], *, coded: bool, kind: str) -> tuple[list[Part], str, str]:
    """Give the words of a value, what they begin with, and its bare initials."""
    words = [part for word in word_pattern(text).findall(text) for part in humps(word)]
    known = [_known(word, seen) for word in words]
    host = _HOST.search(text)  # of an address of mail: many people share it
    hosts = set(word_pattern(text).findall(host.group())) if host else set()
    capitals = any(word[0].isupper() for word in words if len(word) > 1)
    described = _is_description(words, known, kind)
    organisation = kind == "organisation" or any(of.folded in lexicon.ORGANISATION for of in known)
    place = kind == "place" or any(of.folded in lexicon.GENERIC for of in known)
    parts: list[Part] = []
    initials = abbreviated = ""
    for word, of in zip(words, known, strict=True):
        if word.isdigit():
            if len(word) < numbers.SHORTEST:
                parts.append(Part(word, strong=False, common=False))
            continue
        initials += of.initial
        if len(word) == 1 and not coded and not host:
            abbreviated += of.initial
            continue
        weak = (
            coded
            or described
            or word in hosts
            or of.folded in lexicon.WEAK
            or (capitals and word[0].islower() and of.script in {"latin", "cyrillic"})
        )
        common = not host and (organisation or of.common)
        parts.append(Part(word, strong=not weak, common=common, sounds=of.sounds, place=place))
    return parts, initials, abbreviated


def _is_description(words: list[str], known: list[Known], kind: str) -> bool:
    """Tell words that describe (a house near the market) from words that name, typed without capitals or not.

    Four words and more, none but perhaps the first with a capital, one of them a word that names never have. A person's
    name counts only with that capital (Identity card, copy on paper). What should be a number or an address and is two
    small words or more (through his sister) describes too.
    """
    cased = [
        word for word, of in zip(words, known, strict=True) if len(word) > 1 and of.script in {"latin", "cyrillic"}
    ]
    if len(cased) < 2 or len(cased) != sum(len(word) > 1 for word in words):
        return False
    if any(not word[0].islower() for word in cased[1:]):
        return False
    telling = any(of.folded in lexicon.TELLING for of in known)
    if kind == "id":
        return cased[0][0].islower() or (telling and len(cased) > 3)
    return telling and len(cased) > 3 and (kind != "name" or cased[0][0].isupper())


def initial(letter: str) -> str:
    """Give the first sound of a word or letter, small.

    Args:
        letter: One letter or more.

    Returns:
        One sound, or the letter itself where it has none.

    Source:
        docs/known-values.md.
    """
    return next((sounds[0].lower() for sounds in skeletons(letter)), letter.lower())


def han_names(text: str) -> list[str]:
    """Give the character strings by which a Chinese value is found: the whole, its parts, a given name of two.

    Args:
        text: A value with Chinese in it.

    Returns:
        Strings of two characters or more, simplified.

    Source:
        docs/known-values.md.
    """
    found: list[str] = []
    parts = ["".join(part.split()) for part in re.findall(rf"[{HAN}]+", text.translate(SIMPLIFIED))]
    for part in ["".join(parts), *parts]:
        if len(part) > 1 and part not in found:
            found.append(part)
        for size in (1, 2):
            surname, given = part[:size], part[size:]
            if len(given) == len("小明") and (surname in lexicon.SURNAMES or surname in lexicon.LONG_SURNAMES):
                found += [given] if given not in found else []
    return found


def _is_other(word: str, stem: str, rest: str) -> bool:
    """Tell whether an ending in Latin letters makes another name: Danielle, Marks; not Ablette (at Ablet), Mark's."""
    if rest in _VOWEL_AFTER:
        return not stem.endswith(_VOWEL_AFTER[rest]) and word[-3:-1].lower() not in _DOUBLED
    return rest in ENGLISH and len(stem) <= SHORT + 1 and word.isalpha()


def identifies(word: str, stem: str, rest: str, script: str, *, common: bool) -> bool:
    """Tell whether a form of a name identifies by itself, or only beside another word of the same value.

    Args:
        word: As the text has it.
        stem: The sounds of the name in it.
        rest: The sounds of the ending.
        script: The script of the word.
        common: Whether the name is also a thing.

    Returns:
        True if no more is needed.

    Source:
        docs/known-values.md.
    """
    if rest and (fold(word) in lexicon.NO_FORM or (script == "latin" and _is_other(word, stem, rest))):
        return False
    if script in {"latin", "cyrillic"}:
        if word[0].isupper():
            return len(stem) > SHORT - 1 or not rest
        if common or len(stem) <= SHORT:
            return False
        return script == "cyrillic" or not rest or len(stem) > SHORT + 1
    if len(stem) < SHORT or fold(word) in lexicon.COMMON:
        return False
    return len(stem) > SHORT or len(rest) != 1
