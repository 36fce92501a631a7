"""What the gate looks for in one decoded text.

Floor: 4. The withheld values in their normal forms, and the search for them. It refuses to share the search of
`matching`: only tables and normal forms are common, the loop is its own.

Source:
    docs/known-values.md §The gate.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vault.matching import lexicon, numbers
from vault.matching.dates import Date, find_dates
from vault.matching.letters import HAN, fold, script_of, skeletons
from vault.matching.numerals import as_digits
from vault.matching.parts import Part
from vault.matching.simplified import SIMPLIFIED
from vault.matching.suffixes import LONGEST, RESPECTED_AT_MOST, by_itself, fits, stems
from vault.matching.values import Protected, as_protected, identifies, pieces, several, take_apart, word_pattern
from vault.matching.views import View

LONGEST_WORD: Final = 64
PHRASE_AT_MOST: Final = 8
_REACH: Final = 80  # characters around a number in words, in which the rest of it stands
WORDS_REMEMBERED: Final = 200_000
NOISE_LETTERS, NOISE_HAN = 5, 3  # the shortest that is believed in bytes that are no text
SHORTEST_PAIR: Final = 8  # letters of two names run together
SHORTEST_HUMP: Final = 4  # letters of a word run together with others, in such bytes
SHORTEST_HASH: Final = 8  # hex digits
DIGEST_SIZES: Final = (16, 20, 32)

_HAN_RUN = re.compile(rf"[{HAN}]+(?:\s[{HAN}]+)*")
_BETWEEN = re.compile(r"(?:[^\w\";|]|_){0,4}")
_TOKEN = re.compile(r"[A-Za-z0-9+/]{20,}")
_RUNS = re.compile(r"[a-z]+|[A-Z]+|[0-9]+|[+/]+")
_MIXED: Final = 0.45  # runs of one kind of sign a sign; base64 has .64, words run together a quarter
_SEPARATOR = r"[\s()\[\]{}.,:;+/\\·•|_*#~‐-―−'’\"=-]"
_CHAIN = re.compile(rf"[0-9]++(?:{_SEPARATOR}{{1,3}}[0-9]++)*")
_GROUP = re.compile("[0-9]+")
_NO_DIGITS = re.compile("[^0-9]+")
_DIGIT = re.compile("[0-9]")
_CAN_SAY_NUMBERS = re.compile(rf"[{HAN}〇○]|[0-9][^\W\d_]|[^\W\d_][0-9]")
_HASHES = (hashlib.md5, hashlib.sha1, hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason not to let a file go.

    Args:
        rule: `value`, `digits`, `date`, `hash`, `encoded`, `metadata`, `unreadable`, `encrypted`, `broken`,
            `hidden` (bytes that no member accounts for) or `limit`.
        place: The file or member and the character, or the member's number when its name is the finding.
        what: Digest of what stands there as it was read, 32 hexadecimal digits; empty where no value is the finding.
            Two values at one place are two findings.

    Secrets:
        `what`: whoever has it can try values.
    """

    rule: str
    place: str
    what: str = field(default="", repr=False)


class _Word(NamedTuple):
    """A word of a text that may be a form of a name."""

    start: int
    end: int
    names: tuple[tuple[int, bool, bool], ...]  # number of the name, strong, shared with a kept value


class _Names:
    """Words of values by their stems."""

    def __init__(self) -> None:
        self.by_stem: dict[str, set[tuple[str, int]]] = {}
        self.sounds: list[str] = []
        self.strong: list[bool] = []
        self.common: list[bool] = []
        self.strict: list[bool] = []
        self._numbers: dict[str, int] = {}

    def add(self, part: Part, *, strict: bool) -> int | None:
        """Take in one word, and give its number."""
        ways = [(part.word, "whole")] if part.word.isdigit() else stems(part.word)
        if not ways:
            return None
        sounds = ways[0][0]
        number = self._numbers.setdefault(sounds, len(self.sounds))
        if number == len(self.sounds):
            self.sounds.append(sounds)
            self.strong.append(False)
            self.common.append(True)
            self.strict.append(False)
        self.strong[number] |= part.strong
        self.common[number] &= part.common
        self.strict[number] |= strict
        for stem, way in ways:
            known = self.by_stem.setdefault(stem, set())
            if way != "respect" or len(known) < RESPECTED_AT_MOST:
                known.add((way, number))
        return number

    def forms(self, sounds: str, script: str) -> Iterator[tuple[int, str, str, bool]]:
        """Give the names a word may be a form of, with stem, rest, and whether it may stand alone."""
        for size in range(max(1, len(sounds) - LONGEST), len(sounds) + 1):
            for way, number in self.by_stem.get(sounds[:size], ()):
                if fits(sounds[:size], way, sounds[size:], script):
                    yield number, sounds[:size], sounds[size:], by_itself(way, sounds[size:])


class Needles:
    """Withheld values prepared for the gate.

    Args:
        protected: What is withheld.
        kept: What the disclosure shows; a word both have counts only beside one that no kept value has.

    Secrets:
        Holds the values.

    Source:
        docs/known-values.md §The gate.
    """

    def __init__(self, protected: Sequence[str | Protected], kept: Sequence[str | Protected]) -> None:
        """Take the values apart."""
        self._values = [as_protected(value) for value in several(protected)]
        self._names = _Names()
        self._kept = _Names()
        self._kept_together: set[tuple[str, str]] = set()
        self._together: set[tuple[int, int]] = set()
        self._phrases: set[tuple[int, ...]] = set()
        self._han: set[str] = set()
        self._han_sizes: dict[str, set[int]] = {}
        self._digits: set[str] = set()
        self._phones: set[str] = set()
        self._codes: set[str] = set()
        self._dates: set[Date] = set()
        self._memory: dict[str, tuple[tuple[int, bool, bool], ...]] = {}
        self._numerals: dict[str, bool] = {}
        kept_digits: set[str] = set()
        kept_dates: set[Date] = set()
        self._kept_han: list[str] = []
        for value in map(as_protected, several(kept)):
            forms = take_apart(value)
            numbers_of = [n for part in forms.parts if (n := self._kept.add(part, strict=False)) is not None]
            spelt = [self._kept.sounds[n] for n in numbers_of[:PHRASE_AT_MOST]]
            self._kept_together.update((a, b) for a in spelt for b in spelt)
            kept_digits |= forms.streams | forms.phones | forms.codes
            kept_dates.update(forms.dates)
            self._kept_han += forms.han
        self.kept_texts = {value.text for value in map(as_protected, kept)}
        for value in self._values:
            forms = take_apart(value)
            self._add_words(forms.parts, strict=value.strict)
            self._digits |= forms.streams - kept_digits
            self._phones |= forms.phones - kept_digits
            self._codes |= forms.codes - kept_digits
            for date in forms.dates:
                if date not in kept_dates:
                    self._dates |= {date, Date(None, date.month, date.day)} if date.day else {date}
            for name in forms.han:
                self._han.add(name)
                self._han_sizes.setdefault(name[:2], set()).add(len(name))

        self._starts: dict[str, list[str]] = {}  # numbers by their first six digits
        for number in sorted(self._digits | self._phones):
            self._starts.setdefault(number[: numbers.SHORTEST], []).append(number)

    def __repr__(self) -> str:
        """Say how many values, and nothing of them."""
        return f"<Needles of {len(self._values)} values>"

    def _add_words(self, parts: Sequence[Part], *, strict: bool) -> None:
        known = [(n, part) for part in parts if (n := self._names.add(part, strict=strict)) is not None]
        ids = [n for n, _ in known][:PHRASE_AT_MOST]
        if len(known) == 1:
            self._names.strong[ids[0]] = True
        elif known and not any(part.strong for part in parts):
            self._phrases.add(tuple(ids))
            bare = [n for n, part in known if fold(part.word) not in lexicon.BINDING]
            if len(bare) > 1:
                self._phrases.add(tuple(bare[:PHRASE_AT_MOST]))
        self._together.update((a, b) for a in ids for b in ids if a != b)

    # -------------------------------------------------------------------------------------------- search
    def search(self, text: str, *, noise: bool = False) -> Iterator[tuple[str, int]]:
        """Look for every value in one decoded text.

        Args:
            text: The text, NFKC, ASCII digits, without invisible characters.
            noise: Whether the text was picked out of bytes that are none, where short names stand by chance.

        Yields:
            The rule that holds and the character at which.

        Source:
            docs/known-values.md §The gate.
        """
        coded = _coded(text)
        pattern = word_pattern(text)
        words = set(pattern.findall(text))
        yield from self._words(text, pattern, words, coded, noise=noise)
        if self._han:
            yield from self._chinese(text, NOISE_HAN if noise else 2)
        if self._codes:
            for start, _, code in numbers.codes(text, {len(code) for code in self._codes}):
                if code in self._codes:
                    yield "digits", start
        plain = as_digits(text, words=False) if _CAN_SAY_NUMBERS.search(text) else View(text)
        yield from self._figures(plain, coded if plain.text is text else _coded(plain.text))
        for start, end in self._around_numerals(text, words):
            spoken = as_digits(text[start:end])
            yield from ((rule, start + at) for rule, at in self._figures(spoken, _coded(spoken.text)))

    def _figures(self, view: View, coded: Sequence[tuple[int, int]]) -> Iterator[tuple[str, int]]:
        """Find numbers and dates in a text in which they are digits."""
        if not _DIGIT.search(view.text):
            return
        for start, end in self._streams(view.text, coded):
            yield "digits", view.source_span(start, end)[0]
        if self._dates:
            for start, end, said in find_dates(view.text):
                if any(d in self._dates or (d.year and Date(d.year, d.month, None) in self._dates) for d in said):
                    yield "date", view.source_span(start, end)[0]

    def _around_numerals(self, text: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
        """Give the stretches of a text in which numbers are said in words."""
        numerals = {word for word in words if self._numeral(word)}
        if not numerals:
            return
        places = sorted(match.span() for word in numerals for match in re.finditer(re.escape(word), text))
        start, end = -1, -1
        for low, high in places:
            if low - _REACH > end >= 0:
                yield start, _wordwise(text, end, 1)
                start = -1
            if start < 0:
                start = _wordwise(text, max(0, low - _REACH), -1)
            end = min(len(text), high + _REACH)
        yield start, _wordwise(text, end, 1)

    def _numeral(self, word: str) -> bool:
        known = self._numerals.get(word)
        if known is None:
            twice = f"{word} {word}"  # some are numbers only beside others
            known = not word.isdigit() and as_digits(twice).text != twice
            if len(self._numerals) < WORDS_REMEMBERED:
                self._numerals[word] = known
        return known

    def _streams(self, text: str, coded: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Find the numbers that begin and end with a group of digits, whatever stands between the groups."""
        if not self._starts:
            return
        at = 0
        for start, end in (*coded, (len(text), len(text))):
            for chain in _CHAIN.finditer(text, at, start):
                if chain.end() - chain.start() < numbers.SHORTEST:
                    continue
                digits = _NO_DIGITS.sub("", chain.group())
                if len(digits) >= numbers.SHORTEST:
                    yield from self._in_chain(text, chain.start(), chain.end(), digits)
            at = max(at, end)

    def _in_chain(self, text: str, start: int, end: int, digits: str) -> Iterator[tuple[int, int]]:
        """Find numbers in one row of groups; a national number also behind the code of a country."""
        begin = 0  # of a group, among the digits
        ends: dict[int, int] = {}
        for match in _GROUP.finditer(text, start, end):
            low, high = match.span()
            if sizes := self._begins(digits, begin):
                if not ends:
                    passed = 0
                    for group in _GROUP.finditer(text, start, end):
                        passed += group.end() - group.start()
                        ends[passed] = group.end()
                for length in sizes:
                    if begin + length in ends:
                        yield low, ends[begin + length]
                        break
            begin += high - low

    def _begins(self, digits: str, begin: int) -> list[int]:
        """Give the sizes of the numbers that begin at a group, with what is dialled before them."""
        found = [
            len(number)
            for number in self._starts.get(digits[begin : begin + 6], ())
            if digits.startswith(number, begin)
        ]
        if self._phones:
            zeros = 2 if digits.startswith("00", begin) else 0
            for code in (1, 2, 3):
                at = begin + zeros + code
                numbers_here = self._starts.get(digits[at : at + 6])
                if numbers_here and digits[begin + zeros : at] in numbers.COUNTRY_CODES:
                    found += [
                        zeros + code + len(number)
                        for number in numbers_here
                        if number in self._phones
                        and digits.startswith(number, at)
                        and number in numbers.nationals(digits[begin : at + len(number)])
                    ]
        return found

    def _words(
        self, text: str, pattern: re.Pattern[str], words: Iterable[str], coded: list[tuple[int, int]], *, noise: bool
    ) -> Iterator[tuple[str, int]]:
        if noise:
            words = [word for word in words if len(word) >= NOISE_LETTERS and _is_regular(word)]
        known = {word: found for word in words if (found := self._recall(word))}
        if not known:
            return
        before: list[_Word] = []
        blind = iter(coded)
        skip = next(blind, None)
        for match in pattern.finditer(text):
            names = known.get(match.group())
            if not names:
                continue
            start, end = match.span()
            while skip and skip[1] <= start:
                skip = next(blind, None)
            if skip and skip[0] <= start:
                continue
            if any(strong for _, strong, _ in names):
                yield "value", start
                before = []
                continue
            if before and not _BETWEEN.fullmatch(text, before[-1].end, start):
                before = []
            before = [*before[-PHRASE_AT_MOST:], _Word(start, end, names)]
            if self._beside(before):
                yield "value", before[0].start

    def _beside(self, row: list[_Word]) -> bool:
        """Tell whether the last words of a row make a value of weak or shared words."""
        if len(row) < 2:
            return False
        numbers_of = [word.names[0][0] for word in row]
        if self._phrases and any(tuple(numbers_of[start:]) in self._phrases for start in range(len(row) - 1)):
            return True
        spelt, strong, common = self._names.sounds, self._names.strong, self._names.common
        return any(
            ((shared_one and shared_two) or not (common[one] and common[two])) and strong[one] and strong[two]
            and (one, two) in self._together and (spelt[one], spelt[two]) not in self._kept_together
            for one, _, shared_one in row[-2].names
            for two, _, shared_two in row[-1].names
        )  # fmt: skip

    def _recall(self, word: str) -> tuple[tuple[int, bool, bool], ...]:
        known = self._memory.get(word)
        if known is None:
            known = self._look(word) if len(word) <= LONGEST_WORD else ()
            if not known and not word.isdigit():
                parts = pieces(word)
                known = tuple(name for part in parts[1:] and parts for name in self._look(part) if name[1])
                known = known or self._run_together(word)
            if len(self._memory) < WORDS_REMEMBERED:
                self._memory[word] = known
        return known

    def _run_together(self, word: str) -> tuple[tuple[int, bool, bool], ...]:
        """Find two names of one value as one word, as accounts and addresses have them."""
        if not LONGEST_WORD >= len(word) >= SHORTEST_PAIR:
            return ()
        names = self._names
        for sounds in skeletons(word):
            for cut in range(3, len(sounds) - 2):
                for _, one in names.by_stem.get(sounds[:cut], ()):
                    for _, two in names.by_stem.get(sounds[cut:], ()):
                        spelt = names.sounds[one], names.sounds[two]
                        if (one, two) in self._together and names.strong[one] and names.strong[two]:
                            return () if spelt in self._kept_together else ((one, True, False),)
        return ()

    def _look(self, word: str) -> tuple[tuple[int, bool, bool], ...]:
        """Give the names a word may be, and how far each identifies."""
        names = self._names
        if word[0].isdigit():
            shared = word in self._kept.by_stem
            return tuple((n, names.strong[n] and not shared, shared) for _, n in names.by_stem.get(word, ()))
        script = script_of(fold(word))
        found: dict[int, tuple[int, bool, bool]] = {}
        for sounds in skeletons(word):
            kept = max((len(stem) for _, stem, _, alone in self._kept.forms(sounds, script) if alone), default=0)
            for number, stem, rest, alone in names.forms(sounds, script):
                shared = kept >= len(stem)
                strong = (
                    alone
                    and not shared
                    and names.strong[number]
                    and (names.strict[number] or identifies(word, stem, rest, script, common=names.common[number]))
                )
                if number not in found or strong:
                    found[number] = (number, strong, shared)
        return tuple(found.values())

    def _chinese(self, text: str, least: int) -> Iterator[tuple[str, int]]:
        for match in _HAN_RUN.finditer(text):
            run = "".join(match.group().split()).translate(SIMPLIFIED)
            for at in range(len(run) - 1):
                for size in self._han_sizes.get(run[at : at + 2], ()):
                    if (
                        least <= size <= len(run) - at
                        and run[at : at + size] in self._han
                        and not self._kept_around(run, at, size)
                    ):
                        yield "value", match.start() + at

    def _kept_around(self, run: str, at: int, size: int) -> bool:
        """Tell whether the characters belong to a kept value that stands there."""
        return any(
            at + size <= found + len(name)
            for name in self._kept_han
            if (found := run.find(name, max(0, at + size - len(name)), at + len(name))) >= 0 and found <= at
        )

    # -------------------------------------------------------------------------------------------- hashes
    def hashed(self, tokens: Iterable[str]) -> set[str]:
        """Tell which tokens are a hash of a withheld value, or its first digits.

        Args:
            tokens: Whole hexadecimal tokens of 8 to 64 digits, small letters.

        Returns:
            Those that are.

        Source:
            docs/known-values.md §The gate.
        """
        starts: dict[str, list[str]] = {}
        for token in tokens:
            starts.setdefault(token[:SHORTEST_HASH], []).append(token)
        found: set[str] = set()
        if not starts:
            return found
        for value in self._values:
            if value.text in self.kept_texts:
                continue
            for spelling in _spellings(value):
                data = spelling.encode("utf-8", "replace")
                for algorithm in _HASHES:
                    digest = algorithm(data, usedforsecurity=False).hexdigest()
                    for token in starts.get(digest[:SHORTEST_HASH], ()):
                        if digest.startswith(token):
                            found.add(token)
        return found


def _wordwise(text: str, at: int, step: int) -> int:
    """Go on to where no word is cut."""
    for _ in range(LONGEST_WORD):
        if not 0 < at < len(text) or not (text[at - 1].isalnum() and text[at].isalnum()):
            break
        at += step
    return at


def _is_regular(word: str) -> bool:
    """Tell a word with its capitals where words have them from signs in any order."""
    return word.islower() or word.istitle() or word.isupper() or min(map(len, pieces(word))) >= SHORTEST_HUMP


def _coded(text: str) -> list[tuple[int, int]]:
    """Give the spans of tokens that are codes, where what a part spells is chance."""
    found = {*numbers.coded_tokens(text)}
    for match in _TOKEN.finditer(text):
        if len(_RUNS.findall(match.group())) >= _MIXED * (match.end() - match.start()):
            found.add(match.span())
    return sorted(found)


def _spellings(value: Protected) -> set[str]:
    """Give the forms of a value that somebody may have hashed."""
    text = value.text.strip()
    forms = {value.text, text, unicodedata.normalize("NFC", text), text.lower(), text.upper(), text + "\n"}
    digits = numbers.digits(text)
    if len(digits) >= numbers.SHORTEST:
        forms |= {digits, "+" + digits, *numbers.forms(text, phone=value.kind == "phone" or text.startswith("+"))}
    else:
        forms.add(" ".join(text.split()))
        forms.add("".join(text.split()).lower())
    return forms
