"""Postings: sets of document numbers, as few bytes as will do.

Floor: 2. It knows no term and no page. What it reads may be forged: each number and length is checked.
"""

from __future__ import annotations

from itertools import accumulate, count
from operator import add
from typing import TYPE_CHECKING, Final, TypeAlias

from pyroaring import BitMap

from vault.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Sequence

Documents: TypeAlias = "list[int] | BitMap"
"""Document numbers, rising."""

MAX_DOCUMENTS: Final = 1 << 18
_SHORT_LIST: Final = 32


def malformed(what: str) -> IntegrityError:
    """Make the error for bytes that open but are not made by the rule."""
    return IntegrityError(f"the index is damaged: {what} is not made by the rule")


_BYTES: Final = tuple(bytes((number,)) for number in range(0x80))


def _varint(number: int) -> bytes:
    if number < 0x80:
        return _BYTES[number]
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    if number < 0x200000:
        return bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14))
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of at most five bytes; give it and the place after it. IndexError beyond the end."""
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    number, shift = byte & 0x7F, 7
    while shift < 35:
        at += 1
        byte = data[at]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            if not byte:
                break
            return number, at + 1
        shift += 7
    raise malformed("a number")


_SINGLE: Final = tuple(_varint(number << 1 | 1) for number in range(1 << 12))


def encode_postings(documents: Sequence[int] | BitMap) -> bytes:
    """Write a set of document numbers.

    Args:
        documents: At least one; ascending, perhaps with repeats, below 2^18.

    Returns:
        Postings.

    Source:
        docs/format.md §Postings.
    """
    count = len(documents)
    number = documents[0]
    if count == 1:
        return _SINGLE[number] if number < len(_SINGLE) else _varint(number << 1 | 1)
    if count <= _SHORT_LIST:
        gaps = bytearray()
        before = -1
        for number in documents:
            gap = number - before - 1
            if gap < 0x80:
                if gap >= 0:
                    gaps.append(gap)
            elif gap < 0x4000:
                gaps.append(gap & 0x7F | 0x80)
                gaps.append(gap >> 7)
            else:
                gaps += _varint(gap)
            before = number
        if number == documents[0]:
            return _varint(number << 1 | 1)
        return _varint(len(gaps) << 1) + gaps
    bitmap = documents if isinstance(documents, BitMap) else BitMap(documents)
    bitmap.run_optimize()
    roaring = bitmap.serialize()
    return b"\0" + _varint(len(roaring)) + roaring


def skip_postings(data: bytes, at: int) -> int:
    """Give the place after the postings that begin at a place."""
    head, at = _read_varint(data, at)
    if head & 1:
        return at
    if head:
        return at + (head >> 1)
    size, at = _read_varint(data, at)
    return at + size


def decode_postings(data: bytes, at: int, documents: int) -> BitMap:
    """Read postings; see `read_postings`.

    Returns:
        The set, never empty.

    Raises:
        IntegrityError: Not made by the rule.
    """
    found, _ = read_postings(data, at, documents)
    return found if isinstance(found, BitMap) else BitMap(found)


def read_postings(data: bytes, at: int, documents: int) -> tuple[Documents, int]:
    """Read postings.

    Args:
        data: Bytes that hold them.
        at: Where they begin.
        documents: Number of documents of the segment: each number must be below it.

    Returns:
        The set, never empty, of few as a list; and the place after it.

    Raises:
        IntegrityError: Not made by the rule.
        IndexError: It goes on beyond the end.
    """
    head, at = _read_varint(data, at)
    if head & 1:
        if head >> 1 >= documents:
            raise malformed("a list")
        return [head >> 1], at
    if head:
        after = at + (head >> 1)
        gaps = data[at:after]
        if gaps.isascii() and len(gaps) <= _SHORT_LIST:  # each gap is a byte
            numbers = list(map(add, accumulate(gaps), count()))
        else:
            numbers = _read_gaps(data, at, after)
        if not numbers or numbers[-1] >= documents or after > len(data):
            raise malformed("a list")
        return numbers, after
    size, at = _read_varint(data, at)
    after = at + size
    if after > len(data):
        raise malformed("a list")
    try:
        found = BitMap.deserialize(data[at:after])
    except (ValueError, IndexError):
        # pyroaring checks the structure: order, sizes and cardinalities.
        raise malformed("a list") from None
    # Written anew it gives the same bytes, or there was more than one way to say it.
    if not found or found.max() >= documents or found.serialize() != data[at:after]:
        raise malformed("a list")
    return found, after


def _read_gaps(data: bytes, at: int, end: int) -> list[int]:
    if end > len(data) or end - at > 5 * _SHORT_LIST:
        raise malformed("a list")
    numbers: list[int] = []
    number = -1
    while at < end:
        gap = data[at]
        if gap < 0x80:
            at += 1
        else:
            gap, at = _read_varint(data, at)
        number += gap + 1
        numbers.append(number)
    if at != end or number >= MAX_DOCUMENTS:
        raise malformed("a list")
    return numbers
