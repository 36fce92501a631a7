"""What a person decided when reading a text before it leaves: mask this too; that word is no name here.

Floor: 2. A mask only ever adds. A *keep* has one word, at one place of one text, be read as if it were written small,
as a common word is: where that is not enough (the value is of level `never`, stands beside another word of the same
value, or is no common word), it changes nothing. It refuses to hold for a text that was changed since.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from vault.errors import FormatError
from vault.matching import MASK, Matcher, Protected
from vault.matching.letters import HAN

ID_BYTES: Final = 8
LONGEST: Final = 200
"""Characters of a word or phrase that a ruling is about."""
MASK_TOO: Final = "mask"
KEEP: Final = "keep"
_HAS_NO_EDGE: Final = re.compile(f"[^\\w]|[{HAN}_]")
_JOIN: Final = re.compile(r"[\s-]{0,3}")
_WORD: Final = re.compile(r"[^\W\d_]+(?:[’'ʻʼ`-][^\W\d_]+)*")
_MARKS: Final = re.compile(r"[\w’'ʻʼ`]")


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision.

    Args:
        id: 8 random bytes, by which the ledger names it.
        act: `mask` or `keep`.
        word: The word or phrase as it stands in the text; at most 200 characters.
        record: Record id, 16 bytes; None for every text of the vault.
        field: Name of the field; empty for every text of the record.
        text: Of a keep: SHA-256 of the whole text.
        start: Of a keep: the place of the word's first character.

    Secrets:
        `word`.
    """

    id: bytes
    act: str
    word: str = dataclasses.field(repr=False)
    record: bytes | None = None
    field: str = ""
    text: bytes = b""
    start: int = 0

    def __post_init__(self) -> None:
        if not any(map(str.isalnum, self.word)) or len(self.word) > LONGEST:
            raise ValueError(f"a word or phrase of at most {LONGEST} characters is needed")
        if self.act == KEEP and not (self.record and self.field and self.text and is_word(self.word)):
            raise ValueError("one word is kept, in one text")

    @property
    def end(self) -> int:
        """Behind the last character of a word that is kept."""
        return self.start + len(self.word)

    def stands_in(self, text: str) -> bool:
        """Tell whether a keep is about this text and no other."""
        here = text[self.start : self.end] == self.word and _is_whole(text, self.start, self.end)
        return here and self.text == digest(text)

    def plain(self) -> list[Any]:
        """Give it as plain data."""
        return [self.act, self.word, self.record, self.field, self.text, self.start]

    @classmethod
    def from_plain(cls, mark: bytes, plain: object) -> Ruling:
        """Read what `plain` gave.

        Args:
            mark: Its id.
            plain: Plain data.

        Raises:
            FormatError: It is not of the form.
        """
        match plain:
            case [
                "mask" | "keep" as act,
                str(word),
                None | bytes() as record,
                str(name),
                bytes(text),
                int(start),
            ] if len(mark) == ID_BYTES and start >= 0 and len(record or bytes(16)) == 16:
                try:
                    return cls(mark, act, word, record, name, text, start)
                except ValueError:
                    pass
        raise FormatError("a decision made in review is not made by the rule")


def digest(text: str) -> bytes:
    """Give the SHA-256 of a text, by which a keep knows it again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def is_word(word: str) -> bool:
    """Tell whether a text is one word: letters, with apostrophes or hyphens inside."""
    return bool(_WORD.fullmatch(word))


def places(text: str, word: str) -> list[int]:
    """Say where a word stands whole in a text: not as a part of a longer one.

    Args:
        text: Any text.
        word: As it stands there; capitals count.

    Returns:
        Places of its first character.
    """
    return [found.start() for found in re.finditer(re.escape(word), text) if _is_whole(text, *found.span())]


def _is_whole(text: str, start: int, end: int) -> bool:
    return not _MARKS.match(text, end) and not (start and _MARKS.match(text, start - 1))


def written_small(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """Write ranges of a text with small letters; every other character stays where it is."""
    out: list[str] = []
    done = 0
    for first, end in sorted(ranges):
        start = max(first, done)  # ranges may overlap
        if start < end:
            out += (text[done:start], "".join(map(small, text[start:end])))
            done = end
    return "".join([*out, text[done:]])


def small(char: str) -> str:
    """Give the small letter of a character, if that is one character too."""
    lower = char.lower()
    return lower if len(lower) == 1 else char


class Spot(NamedTuple):
    """A place in a text that is masked.

    Args:
        start: Of its first character.
        end: Behind its last.
        index: Which of the withheld values stands there; -1 for none.
        ruling: Id of the decision that masks it; empty for none.
    """

    start: int
    end: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs here
    ruling: bytes = b""


class Read(NamedTuple):
    """A text, read by the withheld values and by what was decided of it.

    Args:
        spots: What is masked, in order, none overlapping another.
        kept: Places that decisions let stand, with the id of each.
    """

    spots: list[Spot]
    kept: list[tuple[int, int, bytes]]

    def masked(self, text: str) -> str:
        """Put a mask of one width in place of each spot."""
        out: list[str] = []
        done = 0
        for spot in self.spots:
            out += (text[done : spot.start], MASK)
            done = spot.end
        return "".join([*out, text[done:]])

    def settled(self) -> tuple[tuple[int, int], ...]:
        """Say where the kept places stand in the masked text."""
        ends = [spot.end for spot in self.spots]
        moved = [0]
        for spot in self.spots:
            moved.append(moved[-1] + len(MASK) - (spot.end - spot.start))
        return tuple(
            (start + moved[bisect_right(ends, start)], end + moved[bisect_right(ends, start)])
            for start, end, _ in self.kept
        )


class Rulings:
    """All decisions of a vault, prepared for reading texts.

    Args:
        rulings: The decisions.

    Secrets:
        Holds their words.
    """

    def __init__(self, rulings: Iterable[Ruling] = ()) -> None:
        self.all = tuple(rulings)
        self._everywhere = _Masks([one for one in self.all if one.act == MASK_TOO and one.record is None])
        here: defaultdict[tuple[bytes, str], list[Ruling]] = defaultdict(list)
        self._keeps: defaultdict[tuple[bytes, str], list[Ruling]] = defaultdict(list)
        for one in self.all:
            if one.record is not None:
                (here if one.act == MASK_TOO else self._keeps)[one.record, one.field].append(one)
        self._here: Mapping[tuple[bytes, str], _Masks] = {where: _Masks(found) for where, found in here.items()}

    def protected(self) -> Iterator[Protected]:
        """Yield what is masked everywhere, as values that are withheld everywhere."""
        yield from self._everywhere.values

    def read(self, record: bytes, name: str, text: str, matcher: Matcher) -> Read:
        """Say what is masked in a text.

        Args:
            record: Record id of the record that holds it.
            name: Name of the field.
            text: The text. Secret.
            matcher: Of the withheld values.

        Returns:
            What is masked and what decisions let stand.
        """
        keeps = [one for one in self._keeps.get((record, name), ()) if one.stands_in(text)]
        ranges = [(one.start, one.end) for one in keeps]
        spots = [Spot(*span) for span in matcher.spans(written_small(text, ranges) if keeps else text)]
        for masks in (self._everywhere, self._here.get((record, "")), self._here.get((record, name))):
            spots += masks.spots(text) if masks else ()
        spots = _merged(text, spots)
        kept: list[tuple[int, int, bytes]] = []
        if keeps:
            now, usual = Covered(spots), Covered(matcher.spans(text))
            kept = sorted(
                (one.start, one.end, one.id)
                for one in keeps
                if usual.has(one.start, one.end) and not now.has(one.start, one.end)
            )
        return Read(spots, kept)


class _Masks:
    """Decisions to mask, prepared."""

    def __init__(self, rulings: Sequence[Ruling]) -> None:
        self._ids = [one.id for one in rulings]
        self.values = [Protected(one.word, "text", strict=True) for one in rulings]
        self._matcher = Matcher(self.values)
        # Whatever the tables make of a word: as it was given, it is found.
        self._literal = [re.compile(_whole(one.word), re.IGNORECASE) for one in rulings]

    def spots(self, text: str) -> Iterator[Spot]:
        """Find what was decided to be masked."""
        for span in self._matcher.spans(text) if self._ids else ():
            yield Spot(span.start, span.end, -1, self._ids[span.index])
        for mark, pattern in zip(self._ids, self._literal, strict=True):
            for found in pattern.finditer(text):
                yield Spot(*found.span(), -1, mark)


def _whole(word: str) -> str:
    """Give the pattern of a word that is no part of a longer one; Chinese has no such edge."""
    before = "" if _HAS_NO_EDGE.match(word[0]) else r"(?<!\w)"
    after = "" if _HAS_NO_EDGE.match(word[-1]) else r"(?!\w)"
    return before + re.escape(word) + after


class Covered:
    """Ranges of a text, to ask what touches them.

    Args:
        ranges: Whatever has `start` and `end`; none overlaps another.
    """

    def __init__(self, ranges: Iterable[Any]) -> None:
        self._ranges = sorted((one.start, one.end) for one in ranges)

    def has(self, start: int, end: int) -> bool:
        """Tell whether a range touches one of them."""
        at = bisect_left(self._ranges, (end, 0))
        return at > 0 and self._ranges[at - 1][1] > start


def _merged(text: str, spots: list[Spot]) -> list[Spot]:
    """Make one of those that overlap or that a blank alone parts: a mask tells no number of words."""
    out: list[Spot] = []
    for spot in sorted(spots):
        if out and (spot.start <= out[-1].end or _JOIN.fullmatch(text, out[-1].end, spot.start)):
            last = out[-1]
            out[-1] = Spot(last.start, max(last.end, spot.end), max(last.index, spot.index), last.ruling or spot.ruling)
        else:
            out.append(spot)
    return out
