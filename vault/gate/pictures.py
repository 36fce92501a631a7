"""Pictures: what stands in them beside the picture.

Floor: 4, part of `gate`. JPEG, PNG, GIF, WebP, TIFF, BMP. What they show cannot be read; they pass when they hold
nothing but the picture and what is needed to show it. It refuses texts, places, makers' notes, thumbnails and tails,
and every part it does not know.

Source:
    docs/known-values.md §The gate.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Final

from vault.gate.parts import BrokenError, Budget, Fault, LimitError, Loose, Part, Text, fault_if, joined
from vault.gate.texts import runs_of_text

PIXELS_AT_MOST: Final = 1 << 30  # bytes of an unpacked picture

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
# Chunks that say how a picture is to be shown, and no more.
_PNG_PLAIN: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD pHYs hIST cICP mDCV cLLI acTL fcTL fdAT oFFs sTER".split()
)
_PNG_SIZES: Final = {
    b"IHDR": 13, b"PLTE": 768, b"IEND": 0, b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"sBIT": 4, b"bKGD": 6,
    b"pHYs": 9, b"hIST": 512, b"cICP": 4, b"mDCV": 24, b"cLLI": 8, b"acTL": 8, b"fcTL": 26, b"oFFs": 9, b"sTER": 1,
}  # fmt: skip
_PNG_TEXTS: Final = frozenset(b"tEXt zTXt iTXt eXIf tIME sPLT".split())
_WEBP_PLAIN: Final = frozenset(b"VP8 |VP8L|VP8X|ALPH|ANIM|ANMF".split(b"|"))
_WEBP_SIZES: Final = {b"VP8X": 10, b"ANIM": 6}
_GIF_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
# Of TIFF and EXIF: sizes, colours, resolution, place of the strips; no words, no times, no places.
_TAGS_PLAIN: Final = frozenset({
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 288, 289,
    290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334, 336, 338, 339, 340, 341,
    342, 347, 512, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 34665, 34675,
    36864, 37121, 37122, 40960, 40961, 40962, 40963,
})  # fmt: skip
_TAG_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_STRIPS: Final = {273: 279, 324: 325}
_ENTRIES_AT_MOST: Final = 4096
_NUMBER_COSTS: Final = 16  # bytes of the budget: to read a number takes as long as to unpack so many


def reader_of(data: bytes) -> Callable[[bytes, str, Budget], Iterator[Part]] | None:
    """Tell which of the readers here opens a picture.

    Args:
        data: The file, or its start.

    Returns:
        The reader; None if it is no picture that is known here.
    """
    for start, reader in _READERS:
        if data.startswith(start):
            return reader
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return read_webp
    return read_bmp if data.startswith(b"BM") and data[6:10] == bytes(4) else None


def _take(data: bytes, at: int, size: int) -> bytes:
    """Give bytes that must be there."""
    if at < 0 or size < 0 or at + size > len(data):
        raise BrokenError
    return data[at : at + size]


def _tail(data: bytes, place: str) -> Iterator[Part]:
    """Refuse what follows a picture."""
    if data.strip(b"\0"):
        yield Fault("hidden", f"{place} behind its end")
        yield Loose(data, f"{place} behind its end")


def _metadata(data: bytes, place: str) -> Iterator[Part]:
    """Refuse words within a picture, and look at them."""
    yield Fault("metadata", place)
    yield Loose(data, place)


# ----------------------------------------------------------------------------------------------------------- JPEG
_TABLES: Final = frozenset(range(0xC0, 0xD0)) - {0xC8} | frozenset({0xDB, 0xDC, 0xDD, 0xDE, 0xDF})
"""Segments that the picture itself is decoded by; of all others none is needed to see it."""


def read_jpeg(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read the segments of a JPEG.

    Args:
        data: The file.
        place: Of it.
        budget: Of the scan.

    Yields:
        What stands beside the picture.
    """
    at, scans = 2, 0
    profile: list[bytes] = []
    while True:
        if _take(data, at, 1) != b"\xff":
            raise BrokenError
        while _take(data, at, 1) == b"\xff":
            at += 1
        marker = data[at]
        at += 1
        if marker == 0xD9:
            break
        if marker in {0x01, *range(0xD0, 0xD8)}:
            continue
        size = int.from_bytes(_take(data, at, 2), "big")
        body = _take(data, at + 2, size - 2)
        at += size
        if marker == 0xDA:
            scans += 1
            at = _behind_scan(data, at)
        elif marker in _TABLES:
            yield Loose(body, f"{place} segment {marker:02X}")
        elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0"):
            profile.append(body[14:])
        else:
            yield from _segment(marker, body, f"{place} segment {marker:02X}", budget)
    if not scans:
        raise BrokenError
    yield from read_profile(b"".join(profile), place)
    while data.startswith(b"\xff\xd9", at):  # some programs end it twice
        at += 2
    yield from _tail(data[at:], place)


def _behind_scan(data: bytes, at: int) -> int:
    """Give where the next marker stands that is no part of a scan."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise BrokenError
        if data[at + 1] == 0xFF:
            at += 1
        elif data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _segment(marker: int, body: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read one segment that belongs to an application."""
    if marker == 0xE0 and body.startswith(b"JFIF\0"):
        # Behind fourteen bytes there may be a small copy of the picture.
        if len(body) > 14:
            yield from _metadata(body[14:], place)
    elif marker == 0xEE and body.startswith(b"Adobe") and len(body) == 12:
        return
    elif marker == 0xE1 and body.startswith((b"Exif\0\0", b"Exif\0\xff")):
        yield from read_exif(body[6:], place, budget)
    else:
        yield from _metadata(body, place)


# ----------------------------------------------------------------------------------------------------- TIFF, EXIF
class _Tiff:
    """The directories of a TIFF, and which bytes they account for."""

    def __init__(self, data: bytes, place: str, budget: Budget) -> None:
        self.data = data
        self.place = place
        self._budget = budget
        self.order: str = "little" if data.startswith(b"II") else "big"
        self.covered = [(0, 8)]
        self.pictures = 0

    def number(self, at: int, size: int) -> int:
        """Read a number."""
        return int.from_bytes(_take(self.data, at, size), "little" if self.order == "little" else "big")

    def directories(self) -> Iterator[Part]:
        """Read all directories, one behind another."""
        at, seen = self.number(4, 4), set[int]()
        while at:
            if at in seen or len(seen) > 64:
                raise BrokenError
            seen.add(at)
            self.pictures += 1
            yield from self.directory(at, seen)
            at = self.number(at + 2 + 12 * self.number(at, 2), 4)

    def directory(self, at: int, seen: set[int]) -> Iterator[Part]:
        """Read one directory and those it leads to."""
        count = self.number(at, 2)
        if count > _ENTRIES_AT_MOST:
            raise LimitError
        self.covered.append((at, at + 6 + 12 * count))
        strips: dict[int, list[int]] = {}
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, values = self.number(entry, 2), self.number(entry + 2, 2), self.number(entry + 4, 4)
            size = _TAG_SIZES.get(kind, 1) * values
            start = entry + 8 if size <= 4 else self.number(entry + 8, 4)
            self._budget.take(size)
            body = _take(self.data, start, size)
            self.covered.append((start, start + size))
            if tag in {*_STRIPS, *_STRIPS.values()}:
                width = _TAG_SIZES.get(kind, 1)
                self._budget.take(_NUMBER_COSTS * values)
                if values > 1 << 20:
                    raise LimitError
                if tag in strips:
                    raise BrokenError
                strips[tag] = [self.number(start + width * n, width) for n in range(values)]
            if tag == 34665 and size == 4:
                inner = self.number(start, 4)
                if inner not in seen:
                    seen.add(inner)
                    yield from self.directory(inner, seen)
            elif tag == 34675:
                yield from read_profile(body, self.place)
            elif tag == 34665 or tag not in _TAGS_PLAIN or kind == 2:
                yield from _metadata(body, f"{self.place} tag {tag}")
            elif size > _TAG_SIZES[5] and tag not in strips:
                yield _noise(body, f"{self.place} tag {tag}")
        for places, sizes in _STRIPS.items():
            self.covered += [(a, a + n) for a, n in zip(strips.get(places, []), strips.get(sizes, []), strict=False)]

    def uncovered(self) -> Iterator[Part]:
        """Refuse bytes that no directory accounts for."""
        reached = 0
        for start, end in sorted(self.covered):
            if start > reached and self.data[reached:start].strip(b"\0") not in {b"II*\0\x08", b"MM\0*\0\0\0\x08"}:
                yield from _tail(self.data[reached:start], self.place)
            reached = max(reached, end)
        if reached > len(self.data):
            raise BrokenError
        yield from _tail(self.data[reached:], self.place)


def read_tiff(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read the directories of a TIFF.

    Args:
        data: The file.
        place: Of it.
        budget: Of the scan.

    Yields:
        What stands beside the picture.
    """
    tiff = _Tiff(data, place, budget)
    yield from tiff.directories()
    yield from tiff.uncovered()


def read_exif(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read the EXIF data of a picture: a TIFF without a picture.

    Args:
        data: Behind the word Exif.
        place: Of it.
        budget: Of the scan.

    Yields:
        What it says beyond how to show the picture.
    """
    if not data.startswith((b"II*\0", b"MM\0*")):
        yield from _metadata(data, place)
        return
    tiff = _Tiff(data, place, budget)
    try:
        yield from tiff.directories()
        yield from tiff.uncovered()
    except BrokenError:
        yield from _metadata(data, place)
    yield from fault_if(tiff.pictures > 1, "metadata", f"{place} thumbnail")


def read_profile(data: bytes, place: str) -> Iterator[Part]:
    """Read the words of a colour profile; profiles are shared by all pictures of a program, and pass without them.

    Args:
        data: An ICC profile, or nothing.
        place: Of the picture.

    Yields:
        Its words.
    """
    if not data:
        return
    if len(data) < 132 or data[36:40] != b"acsp" or int.from_bytes(data[:4], "big") > len(data):
        yield from _metadata(data, f"{place} colour profile")
        return
    yield from _tail(data[int.from_bytes(data[:4], "big") :], f"{place} colour profile")
    yield Text(joined(runs_of_text(data)), f"{place} colour profile", noise=True)


# ------------------------------------------------------------------------------------------------------------ PNG
def read_png(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read the chunks of a PNG.

    Args:
        data: The file.
        place: Of it.
        budget: Of the scan.

    Yields:
        What stands beside the picture.
    """
    at, kind = len(_PNG), b""
    whole = _Pixels()
    pixels: Callable[[bytes], bytes] = whole.feed
    frames = pixels
    while kind != b"IEND":
        size, kind = int.from_bytes(_take(data, at, 4), "big"), _take(data, at + 4, 4)
        body = _take(data, at + 8, size)
        if zlib.crc32(kind + body) != int.from_bytes(_take(data, at + 8 + size, 4), "big"):
            raise BrokenError
        at += 12 + size
        inner = f"{place} chunk {kind.decode('latin-1') if kind.isalpha() else '?'}"
        if kind == b"IHDR":
            yield from fault_if(size != _PNG_SIZES[kind] or whole.room is not None, "hidden", inner)
            whole.room = _png_pixels(body)
        elif kind == b"IDAT":
            yield from _tail(pixels(body), inner)
            yield from fault_if(whole.over, "hidden", inner)
        elif kind == b"fcTL":
            frames = _Pixels().feed
        elif kind == b"fdAT":
            yield from _tail(frames(body[4:]), inner)
        elif kind == b"iCCP":
            name, _, packed = body.partition(b"\0")
            yield Text(name.decode("latin-1"), inner, noise=True)
            yield from read_profile(_unpacked(packed[1:]), place)
        elif kind == b"eXIf":
            yield from read_exif(body, inner, budget)
        elif kind in _PNG_TEXTS:
            yield from _metadata(body, inner)
            yield Loose(_png_text(kind, body), inner)
        elif kind not in _PNG_PLAIN or size > _PNG_SIZES.get(kind, size):
            yield from _metadata(body, inner)
        else:
            yield _noise(body, inner)
    yield from _tail(data[at:], place)


def _noise(data: bytes, place: str) -> Text:
    """Look at numbers for words in their place."""
    return Text(joined(runs_of_text(data)), place, noise=True)


_PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def _png_pixels(header: bytes) -> int | None:
    """Give how many bytes the pixels of a PNG unpack to."""
    if len(header) < _PNG_SIZES[b"IHDR"]:
        raise BrokenError
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    bits = header[8] * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(header[9], 0)
    passes = _PASSES if header[12] else ((0, 0, 1, 1),)
    sizes = [(-((left - width) // across), -((top - height) // down)) for left, top, across, down in passes]
    return sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns > 0 and rows > 0)


class _Pixels:
    """The packed pixels of one picture: unpacked piece by piece, and thrown away."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj()
        self._size = 0
        self.room: int | None = None

    @property
    def over(self) -> bool:
        """Whether more was unpacked than the picture has."""
        return self.room is not None and self._size > self.room

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; give those that stand behind the end of the pixels."""
        while data and not self._unpacker.eof:
            self._size += len(self._unpacker.decompress(data, 1 << 20))
            data = self._unpacker.unconsumed_tail
            if self._size > PIXELS_AT_MOST:
                raise LimitError
        return self._unpacker.unused_data if self._unpacker.eof else b""


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    found = unpacker.decompress(data, 1 << 23)
    if unpacker.unconsumed_tail:
        raise LimitError
    return found + unpacker.unused_data


def _png_text(kind: bytes, body: bytes) -> bytes:
    """Unpack what a text chunk says."""
    _, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        return _unpacked(rest[1:])
    if kind == b"iTXt" and rest[:1] == b"\1":
        return _unpacked(rest[2:].split(b"\0", 2)[-1])
    return b""


# ------------------------------------------------------------------------------------------------- GIF, WebP, BMP
def read_gif(data: bytes, place: str, _budget: Budget) -> Iterator[Part]:
    """Read the blocks of a GIF.

    Args:
        data: The file.
        place: Of it.

    Yields:
        What stands beside the pictures.
    """
    at = 13 + _palette(_take(data, 10, 1)[0])
    while (kind := _take(data, at, 1)) != b";":
        if kind == b",":
            at += 10 + _palette(_take(data, at + 9, 1)[0]) + 1
            _, at = _blocks(data, at)
        elif kind == b"!":
            label = _take(data, at + 1, 1)[0]
            blocks, at = _blocks(data, at + 2)
            if (
                label == 0xFF
                and blocks
                and blocks[0] in _GIF_LOOPS
                and set(map(len, blocks[1:])) <= {3, 5}
                and len(blocks) <= 3
            ):
                continue
            if label != 0xF9 or [*map(len, blocks)] != [4]:
                yield from _metadata(b"".join(blocks), f"{place} extension {label:02X}")
        else:
            raise BrokenError
    yield from _tail(data[at + 1 :], place)


def _palette(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> tuple[list[bytes], int]:
    """Give sub-blocks up to the empty one, and where it ends."""
    found = []
    while size := _take(data, at, 1)[0]:
        found.append(_take(data, at + 1, size))
        at += 1 + size
    return found, at + 1


def read_webp(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read the chunks of a WebP.

    Args:
        data: The file.
        place: Of it.
        budget: Of the scan.

    Yields:
        What stands beside the picture.
    """
    end = 8 + int.from_bytes(_take(data, 4, 4), "little")
    at = 12
    while at < end:
        kind, size = _take(data, at, 4), int.from_bytes(_take(data, at + 4, 4), "little")
        body = _take(data, at + 8, size)
        at += 8 + size + size % 2
        inner = f"{place} chunk {kind.decode('latin-1').strip() if kind.strip().isalnum() else '?'}"
        if kind == b"ICCP":
            yield from read_profile(body, place)
        elif kind == b"EXIF":
            yield from read_exif(body.removeprefix(b"Exif\0\0"), inner, budget)
        elif kind == b"ANMF":
            yield from _frame(body, inner)
        elif kind not in _WEBP_PLAIN or size > _WEBP_SIZES.get(kind, size):
            yield from _metadata(body, inner)
    yield from _tail(data[end:], place)


def _frame(body: bytes, place: str) -> Iterator[Part]:
    """Read the chunks of one frame of a WebP that moves."""
    at = 16
    while at < len(body):
        kind, size = _take(body, at, 4), int.from_bytes(_take(body, at + 4, 4), "little")
        if kind not in {b"VP8 ", b"VP8L", b"ALPH"}:
            yield from _metadata(_take(body, at + 8, size), place)
        at += 8 + size + size % 2


def read_bmp(data: bytes, place: str, _budget: Budget) -> Iterator[Part]:
    """Read the header of a BMP.

    Args:
        data: The file.
        place: Of it.

    Yields:
        What stands beside the picture.
    """
    size, start, header = (int.from_bytes(_take(data, at, 4), "little") for at in (2, 10, 14))
    width, height = (int.from_bytes(_take(data, at, 4), "little", signed=True) for at in (18, 22))
    depth, packed, colours = (int.from_bytes(_take(data, at, n), "little") for at, n in ((28, 2), (30, 4), (46, 4)))
    if header not in {40, 108, 124} or packed not in {0, 3}:
        raise BrokenError
    palette = 4 * (colours or 1 << depth) if depth <= 8 else 0
    masks = 12 if packed == 3 and header == 40 else 0
    end = start + (width * depth + 31) // 32 * 4 * abs(height)
    if start != 14 + header + palette + masks or end > len(data) or size > len(data):
        raise BrokenError
    yield from _tail(data[end:], place)


_READERS: Final = (
    (_PNG, read_png), (_JPEG, read_jpeg), (b"GIF87a", read_gif), (b"GIF89a", read_gif), (b"II*\0", read_tiff),
    (b"MM\0*", read_tiff),
)  # fmt: skip
