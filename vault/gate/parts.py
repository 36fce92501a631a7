"""What a reader hands over piece by piece, and the budget it works under.

Floor: 4, part of `gate`. A reader opens one kind of file and says what is in it; it never looks for values itself. It
refuses to go on when the budget is spent.

Source:
    docs/known-values.md §The gate.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

BREAK: Final = "\n;\n;\n"
"""Put between texts that do not stand beside each other: no value reaches over it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the gate unpacks.

    Args:
        depth: Archives within archives, 0 for none.
        unpacked_bytes: What all members together may come to.
        members: How many there may be.
        text_bytes: What one base64 or hexadecimal token may decode to.
        piece_bytes: How much of a large file is looked at together, 16 KiB or more.
    """

    depth: int = 5
    unpacked_bytes: int = 50_000_000
    members: int = 10_000
    text_bytes: int = 4_000_000
    piece_bytes: int = 4_000_000


class LimitError(Exception):
    """A limit is reached; nothing more is unpacked."""


class BrokenError(Exception):
    """The file is not what its kind says."""


class Budget:
    """What one scan may still unpack.

    Args:
        limits: Of the scan.
    """

    __slots__ = ("_members", "limits", "room")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.room = limits.unpacked_bytes
        self._members = 0

    def take(self, size: int) -> None:
        """Count unpacked bytes.

        Raises:
            LimitError: There were too many.
        """
        self.room -= size
        if self.room < 0:
            raise LimitError

    def member(self) -> int:
        """Count a member, and give its number.

        Raises:
            LimitError: There were too many.
        """
        self._members += 1
        if self._members > self.limits.members:
            raise LimitError
        return self._members


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded text; `noise` where it was picked out of bytes that are none."""

    text: str = field(repr=False)
    place: str
    noise: bool = False


@dataclass(frozen=True, slots=True)
class Loose:
    """Bytes that belong to no file: comments, odd names, leftovers."""

    data: bytes = field(repr=False)
    place: str


@dataclass(frozen=True, slots=True)
class Inner:
    """A file within; without `name` it has none of its own, and `strict` wants its XML to be without fault."""

    data: bytes = field(repr=False)
    name: str
    place: str
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A name of something within that is handed over apart from it."""

    name: str = field(repr=False)
    place: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason to refuse."""

    rule: str
    place: str


Part: TypeAlias = Text | Loose | Inner | Label | Fault


def joined(texts: Iterable[str]) -> str:
    """Put texts one behind another, each once, so that no value reaches over their ends.

    Args:
        texts: Any.

    Returns:
        One text.
    """
    return BREAK.join(text for text in dict.fromkeys(texts) if text and not text.isspace())


def fault_if(condition: object, rule: str, place: str) -> Iterator[Part]:
    """Give a fault where there is a reason.

    Args:
        condition: The reason.
        rule: Of the finding.
        place: Of the finding.

    Yields:
        One fault or nothing.
    """
    if condition:
        yield Fault(rule, place)
