"""The dictionary of a matcher: words by the beginnings a text may write, Chinese names by their first two characters.

Floor: ground. What is prepared once, and asked for each word of a text. It refuses to hold a value whole: words, and
which of them stand together.

Source:
    docs/known-values.md.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from vault.matching import kin, lexicon
from vault.matching.letters import even, fold
from vault.matching.parts import Part
from vault.matching.suffixes import LONGEST, RESPECTED_AT_MOST, Stem, by_itself, fits, stems
from vault.matching.values import Value

PHRASE_AT_MOST: Final = 8  # words
LONGEST_ARTICLE: Final = 3  # letters
BEGINNING: Final = 4  # sounds that a quick look compares
JOINED_FROM: Final = 6  # sounds of a run-together name


class Token:
    """One word of one or more values.

    Args:
        sounds: The word in the short alphabet, or a number.
        index: The first value that has it.

    Source:
        docs/known-values.md.
    """

    __slots__ = ("abbreviated", "common", "index", "initials", "sounds", "strict", "strong")

    def __init__(self, sounds: str, index: int) -> None:
        self.sounds = sounds
        self.index = index  # the first value that has it
        self.strong = False  # identifies by itself in one value at least
        self.common = True  # is also a thing in every value that has it
        self.strict = False
        self.initials: frozenset[str] = frozenset()  # of the values that have it
        self.abbreviated: frozenset[str] = frozenset()  # those of which a value has no more than the initial

    def learn(self, part: Part, value: Value, *, strict: bool) -> None:
        """Take in what one more value says of this word."""
        self.strong |= part.strong
        self.common &= part.common
        self.strict |= strict
        if not self.initials.issuperset(value.initials):
            self.initials |= set(value.initials)
        if not self.abbreviated.issuperset(value.abbreviated):
            self.abbreviated |= set(value.abbreviated)


class Words:
    """The words of values, by the beginnings a text may write.

    Source:
        docs/known-values.md.
    """

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.stems: dict[str, tuple[tuple[str, int], ...]] = {}
        self.pairs: set[tuple[int, int]] = set()
        self.phrases: set[tuple[int, ...]] = set()
        self.joined: dict[str, int] = {}
        self.near: dict[str, tuple[int, ...]] = {}  # by coarse forms
        self.beginnings: set[str] = set()
        self._near_known: set[int] = set()
        self._by_sounds: dict[str, int] = {}
        self._by_word: dict[tuple[str, bool, bool], int] = {}

    def add(self, index: int, value: Value, *, strict: bool = False) -> None:
        """Take in the words of one value."""
        self._add_words(value.parts, index, value, strict=strict)
        for words in value.spelt:
            ids = self._add_words(words, index, value, strict=strict)
            self.phrases.add((*ids[1:], *ids[:1]))

    def _add_words(self, parts: list[Part], index: int, value: Value, *, strict: bool) -> list[int]:
        ids: list[int] = []
        bare: list[int] = []  # without what only binds
        own: list[int] = []  # without what kind of organisation it is, too
        names: list[tuple[int, str]] = []  # and the first skeleton
        for part in parts:
            token = self._token(part, index)
            if token is None:
                continue
            self.tokens[token].learn(part, value, strict=strict)
            ids.append(token)
            folded = fold(part.word)
            if part.strong or folded not in lexicon.BINDING:
                bare.append(token)
            if folded not in lexicon.BINDING and folded not in lexicon.ORGANISATION:
                own.append(token)
            if part.strong:
                names.append((token, self.tokens[token].sounds))
        ids = ids[:PHRASE_AT_MOST]
        if len(ids) == 1:
            self.tokens[ids[0]].strong = True
        elif not names or (len(ids) > 2 and all(part.common for part in parts if part.strong)):
            self.phrases.update(tuple(words[:PHRASE_AT_MOST]) for words in (ids, bare, own) if len(words) > 1)
        for at, first in enumerate(ids):
            self.pairs.update((min(first, second), max(first, second)) for second in ids[at + 1 :])
        for (first, one), (_, two) in pairwise(names):
            self._join(first, one + two)
            self._join(first, two + one)
        for article, name in pairwise(parts):
            if name.strong and len(article.word) <= LONGEST_ARTICLE and fold(article.word) in lexicon.ARTICLES:
                self._join(ids[-1], "".join(sounds for part in (article, name) for sounds in part.sounds[:1]))
        return ids

    def _join(self, token: int, sounds: str) -> None:
        """Note two names run together."""
        if len(sounds) >= JOINED_FROM:
            self.joined.setdefault(even(sounds), token)

    def _token(self, part: Part, index: int) -> int | None:
        """Give the number of a word, taking it in when it is new."""
        seen = part.word, part.strong, part.place
        token = self._by_word.get(seen)
        if token is None:
            ways = [Stem(part.word, "whole")] if part.word.isdigit() else stems(part.word, part.sounds)
            if ways:
                token = self._by_word[seen] = self._take_in(part, ways, index)
        return token

    def _take_in(self, part: Part, ways: list[Stem], index: int) -> int:
        if part.place:
            further = "region" if part.strong else "possessed"
            ways = [*ways, *(Stem(sounds, further) for sounds, way in ways if way == "whole")]
        token = self._by_sounds.setdefault(ways[0][0], len(self.tokens))
        if token == len(self.tokens):
            self.tokens.append(Token(ways[0][0], index))
        if part.strong and token not in self._near_known:
            self._near_known.add(token)
            for near in {near for sounds, way in ways if way == "whole" for near in kin.near(sounds)}:
                self.near[near] = (*self.near.get(near, ()), token)
        for sounds, way in ways:
            known = self.stems.get(sounds, ())
            if way == "respect" and len(known) >= RESPECTED_AT_MOST:
                continue
            if (way, token) not in known:
                self.stems[sounds] = (*known, (way, token))
        return token

    def ready(self) -> None:
        """Note how the words begin, and forget what only taking in needs."""
        self.beginnings = {sounds[:BEGINNING] for known in (self.stems, self.joined) for sounds in known}
        self._by_word.clear()
        self._near_known.clear()

    def paired(self, first: int, second: int) -> bool:
        """Tell whether two words stand in one value."""
        return (min(first, second), max(first, second)) in self.pairs

    def readings(self, sounds: str, script: str) -> Iterator[tuple[int, str, str, bool]]:
        """Give what a word of a text may be a form of, the longest stem first: token, stem, rest, whether by itself."""
        known = self.stems
        for cut in range(len(sounds), max(1, len(sounds) - LONGEST) - 1, -1):
            stem = sounds[:cut]
            if stem in known:
                rest = sounds[cut:]
                for way, token in known[stem]:
                    if fits(stem, way, rest, script):
                        yield token, stem, rest, by_itself(way, rest)

    def nearby(self, sounds: str, script: str) -> Iterator[int]:
        """Give the words of which a word of a text may be a near spelling, the longest beginning first."""
        rough = kin.coarse(sounds)
        for cut in range(len(rough), max(kin.SHORTEST, len(rough) - LONGEST) - 1, -1):
            for token in self.near.get(rough[:cut], ()):
                if fits(sounds[:cut], "whole", sounds[cut:], script):
                    yield token


class Characters:
    """Chinese names by their first two characters.

    Source:
        docs/known-values.md.
    """

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}

    def add(self, name: str, index: int) -> None:
        """Take in one name of two characters or more."""
        self.names.setdefault(name, index)
        lengths = self._lengths.get(name[:2], ())
        self._lengths[name[:2]] = tuple(sorted({*lengths, len(name)}, reverse=True))

    def found(self, run: str) -> Iterator[tuple[int, int, int]]:
        """Give start, end and value of the longest name that begins at each character."""
        for at in range(len(run) - 1):
            for length in self._lengths.get(run[at : at + 2], ()):
                index = self.names.get(run[at : at + length])
                if index is not None and at + length <= len(run):
                    yield at, at + length, index
                    break
