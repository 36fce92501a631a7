"""The search index, written from docs/format.md §Index segments alone; the reader needs its rows."""

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, NoReturn

REMOVED, SUPERSEDED, PURGED, ATTACHMENT = 1, 2, 4, 8  # flags of a document row


class Refused(ValueError):  # noqa: N818 (it names what the reader does, not a fault of its own)
    """The file, or the key for it, is not what the document allows."""


def refuse(what: str) -> NoReturn:
    raise Refused(what)


def check(holds: object, what: str) -> None:
    if not holds:
        refuse(what)


class Row(NamedTuple):
    """A row of a document table."""

    record: bytes
    revision: bytes
    name: bytes
    generation: int
    kind: int
    flags: int
    epoch: int


def rows(table: bytes) -> Iterator[Row]:
    check(len(table) % 87 == 0, "the size of document rows")
    return (Row(*fields) for fields in struct.iter_unpack(">16s32s32sBBBI", table))


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for i, byte in enumerate(data[at : at + 5]):
        value |= (byte & 127) << 7 * i
        if byte < 128:
            check(byte or not i, "a varint longer than needed")
            return value, at + i + 1
    refuse("not a varint")


def postings(data: bytes, at: int = 0) -> tuple[list[int], int]:
    """Return the document numbers that stand at a place, and the place after them."""
    first, at = varint(data, at)
    if first & 1:
        return [first >> 1], at
    length, at = (first >> 1, at) if first else varint(data, at)
    body, numbers, place = data[at : at + length], [], 0
    check(len(body) == length and (not first or length <= 160), "the length of postings")
    while first and place < length:
        step, place = varint(body, place)
        numbers.append(numbers[-1] + 1 + step if numbers else step)
    numbers = numbers if first else roaring(body)
    check(numbers and all(a < b for a, b in pairwise(numbers)), "the order of postings")
    return numbers, at + length


def roaring(data: bytes) -> list[int]:
    """Read the portable serialisation of a Roaring bitmap: containers of runs, of sorted numbers, of bits."""

    def u16(at: int, n: int = 1) -> list[int]:
        check(at + 2 * n <= len(data), "a Roaring bitmap that is cut off")
        return [int.from_bytes(data[i : i + 2], "little") for i in range(at, at + 2 * n, 2)]

    cookie, size = u16(0, 2)
    if cookie == 12347:
        size, at = size + 1, 4 + (size + 8) // 8
        is_run = [data[4 + i // 8] >> i % 8 & 1 for i in range(size)]
    else:
        check((cookie, size) == (12346, 0), "not a Roaring bitmap")
        (size, high), at = u16(4, 2), 8
        check(size and not high, "the size of a Roaring bitmap")
        is_run = [0] * size
    heads = u16(at, 2 * size)
    at += 4 * size + (4 * size if cookie == 12346 or size >= 4 else 0)  # the offsets follow from the sizes
    numbers: list[int] = []
    for key, cardinality, run in zip(heads[::2], heads[1::2], is_run, strict=True):
        cardinality += 1  # noqa: PLW2901
        if run:
            count = u16(at)[0]
            pairs, at = u16(at + 2, 2 * count), at + 2 + 4 * count
            low = [n for a, more in zip(pairs[::2], pairs[1::2], strict=True) for n in range(a, a + more + 1)]
        elif cardinality <= 4096:
            low, at = u16(at, cardinality), at + 2 * cardinality
        else:
            check(at + 8192 <= len(data), "a Roaring bitmap that is cut off")
            bits, at = int.from_bytes(data[at : at + 8192], "little"), at + 8192
            low = [n for n in range(65536) if bits >> n & 1]
        check(len(low) == cardinality, "the size of a Roaring container")
        numbers += [key << 16 | n for n in low]
    check(at == len(data), "something after a Roaring bitmap")
    return numbers
