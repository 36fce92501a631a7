"""Archives and packed streams: ZIP, tar, gzip, bzip2 and xz, with every byte that no member accounts for.

Floor: 4, part of `gate`. It refuses members that are encrypted, share bytes or go by two names.

Source:
    docs/known-values.md §The gate.
"""

import bz2
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Protocol

from vault.gate import office
from vault.gate.parts import BrokenError, Budget, Fault, Inner, Label, Loose, Part, Text, fault_if
from vault.gate.texts import runs_of_text

GZIP: Final = b"\x1f\x8b"
BZIP2: Final = b"BZh"
XZ: Final = b"\xfd7zXZ\x00"
ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_HEADER_BYTES: Final = 1 << 12
_MEMORY: Final = 100_000_000  # of an xz dictionary
_BLOCK: Final = 512
_PIECE: Final = 1 << 20
_PACKED_NOTHING: Final = 2
_NAME_BYTES: Final = 1 << 16


# ------------------------------------------------------------------------------------------------------------ ZIP
def read_zip(stream: BinaryIO, place: str, budget: Budget) -> Iterator[Part]:
    """Read a ZIP archive: every name, comment, extra field and member, and the bytes between them.

    Args:
        stream: Seekable.
        place: Of the archive.
        budget: Of the scan.

    Yields:
        What is in it.
    """
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    with zipfile.ZipFile(stream) as archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries}
        strict = office.is_package(names)
        yield Loose(archive.comment, f"{place} comment")
        covered = [(archive.start_dir, size)]
        for entry in entries:
            inner = f"{place} member {budget.member()}"
            yield Loose(entry.comment, f"{inner} comment")
            yield Loose(entry.extra, f"{inner} extra field")
            end, parts = _local_header(stream, entry, inner)
            yield from parts
            covered.append((entry.header_offset, end))
            if entry.flag_bits & 0x41:
                yield Label(entry.filename, inner)
                yield Fault("encrypted", inner)
            elif entry.is_dir() and not entry.file_size:
                yield Label(entry.filename, inner)
                packed_nothing = entry.compress_type == zipfile.ZIP_DEFLATED and entry.compress_size == _PACKED_NOTHING
                yield from fault_if(entry.compress_size and not packed_nothing, "hidden", inner)
            else:
                yield from _member(archive, stream, entry, inner, budget, strict=strict)
        if strict:
            yield from office.read_dates(archive, place)
        yield from _uncovered(covered, place)
        tail = archive.start_dir + sum(_central_size(entry) for entry in entries)
        yield from _end_of_directory(stream, tail, size, len(archive.comment), place)
        yield from fault_if(len(names) != len(entries), "hidden", place)


def _member(
    archive: zipfile.ZipFile, stream: BinaryIO, entry: zipfile.ZipInfo, place: str, budget: Budget, *, strict: bool
) -> Iterator[Part]:
    try:
        with archive.open(entry) as member:
            data = member.read(budget.room + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, lzma.LZMAError):
        yield Fault("broken", place)
        return
    budget.take(len(data))
    for behind in _behind_data(stream, entry, len(data)):
        yield Fault("hidden", f"{place} behind its data")
        yield Loose(behind[:_HEADER_BYTES], f"{place} behind its data")
    yield Inner(data, entry.filename, place, strict=strict)


def _behind_data(stream: BinaryIO, entry: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
    """Give the bytes of a member that are read by nobody: what unpacks it stops before them."""
    stream.seek(entry.header_offset)
    header = stream.read(30)
    stream.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), io.SEEK_CUR)
    left = entry.compress_size
    if entry.compress_type == zipfile.ZIP_STORED:
        stream.seek(size, io.SEEK_CUR)
        if left > size:
            yield stream.read(min(left - size, _HEADER_BYTES))
        return
    make = _UNPACKERS.get(entry.compress_type)
    if make is None:
        return
    unpacker = make()
    while left and not unpacker.eof:
        packed = stream.read(min(left, _PIECE))
        left -= len(packed)
        while packed and not unpacker.eof:
            unpacker.decompress(packed, _PIECE)
            packed = getattr(unpacker, "unconsumed_tail", b"")
            if not packed and not getattr(unpacker, "needs_input", True):
                raise BrokenError
    if unpacker.unused_data or left:
        yield unpacker.unused_data + stream.read(min(left, _HEADER_BYTES))


def _local_header(stream: BinaryIO, entry: zipfile.ZipInfo, place: str) -> tuple[int, list[Part]]:
    """Give the end of a member's bytes, and what it says of itself before them."""
    stream.seek(entry.header_offset)
    header = stream.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise BrokenError
    name_size, extra_size = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    name, extra = stream.read(name_size), stream.read(extra_size)
    parts: list[Part] = [Loose(extra, f"{place} extra field")]
    if name != _name_bytes(entry):
        parts += [Fault("hidden", f"{place} local name"), Loose(name, f"{place} local name")]
    end = entry.header_offset + 30 + name_size + extra_size + entry.compress_size
    if entry.flag_bits & 8:
        stream.seek(end)
        descriptor = stream.read(24)
        end += 4 if descriptor[:4] == b"PK\x07\x08" else 0
        end += 20 if _is_wide(descriptor, entry) else 12
    return end, parts


def _is_wide(descriptor: bytes, entry: zipfile.ZipInfo) -> bool:
    """Tell a data descriptor with sizes of eight bytes."""
    at = 8 if descriptor[:4] == b"PK\x07\x08" else 4
    sizes = entry.compress_size.to_bytes(8, "little") + entry.file_size.to_bytes(8, "little")
    return descriptor[at : at + 16] == sizes


def _name_bytes(entry: zipfile.ZipInfo) -> bytes:
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace")


def _central_size(entry: zipfile.ZipInfo) -> int:
    """Give the bytes a member takes in the list of members."""
    return 46 + len(_name_bytes(entry)) + len(entry.extra) + len(entry.comment)


def _uncovered(covered: list[tuple[int, int]], place: str) -> Iterator[Part]:
    """Refuse bytes that no member accounts for, and members that share bytes."""
    reached = 0
    for start, end in sorted(covered):
        if start != reached:
            yield Fault("hidden", place)
        reached = max(reached, end)


def _end_of_directory(stream: BinaryIO, start: int, size: int, comment: int, place: str) -> Iterator[Part]:
    """Refuse bytes behind the list of members that are not its end record."""
    stream.seek(start)
    tail = stream.read(size - start)
    end = tail.find(b"PK\x05\x06")
    between = tail[:end] if end >= 0 else tail
    if end < 0 or (between and not between.startswith(b"PK\x06\x06")) or len(tail) != end + 22 + comment:
        yield Fault("hidden", place)
        yield Loose(tail[:_HEADER_BYTES], place)


# ------------------------------------------------------------------------------------------------- packed streams
class _Unpacker(Protocol):
    """What unpacks one stream."""

    @property
    def eof(self) -> bool:
        """Whether its end was reached."""

    @property
    def unused_data(self) -> bytes:
        """What stands behind it."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Unpack so much."""


_PACKED: Final[tuple[tuple[bytes, Callable[[], _Unpacker]], ...]] = (
    (GZIP, lambda: zlib.decompressobj(wbits=31)),
    (BZIP2, bz2.BZ2Decompressor),
    (XZ, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)),
)
PACKED: Final = tuple(start for start, _ in _PACKED)
_UNPACKERS: Final[dict[int, Callable[[], _Unpacker]]] = {
    zipfile.ZIP_DEFLATED: lambda: zlib.decompressobj(wbits=-15),
}


def read_packed(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read gzip, bzip2 or xz streams one behind another, and the names in their headers.

    Args:
        data: Begins as one of them does.
        place: Of the file.
        budget: Of the scan.

    Yields:
        The content of all of them together.
    """
    start, make = next(kind for kind in _PACKED if data.startswith(kind[0]))
    content: list[bytes] = []
    while data.startswith(start):
        budget.member()
        if start == GZIP:
            for field in _gzip_fields(data):
                yield from (Text(text, f"{place} header") for text in runs_of_text(field))
                yield Loose(field, f"{place} header")
        unpacker = make()
        content.append(unpacker.decompress(data, budget.room + 1))
        budget.take(len(content[-1]))
        if not unpacker.eof:
            raise BrokenError
        data = unpacker.unused_data
    if data.strip(b"\0"):
        yield Fault("hidden", place)
        yield Loose(data[:_HEADER_BYTES], place)
    yield Inner(b"".join(content), "", f"{place} content")


def _gzip_fields(data: bytes) -> Iterator[bytes]:
    """Give what the header of a gzip stream says: extra field, name and comment."""
    flags, at = data[3] if len(data) > 10 else 0, 10
    if flags & 4:
        size = int.from_bytes(data[at : at + 2], "little")
        yield data[at + 2 : at + 2 + size]
        at += 2 + size
    for flag in (8, 16):
        if flags & flag:
            end = data.find(b"\0", at, at + _NAME_BYTES)
            if end < 0:
                raise BrokenError
            yield data[at:end]
            at = end + 1


# ------------------------------------------------------------------------------------------------------------ tar
def is_tar(data: bytes) -> bool:
    """Tell a tar archive by the sum over its first header.

    Args:
        data: The start of a file, 512 bytes or more.

    Returns:
        True if it is one.
    """
    return len(data) >= _BLOCK and data[:1] != b"\0" and _sum_is_right(data[:_BLOCK])


def _sum_is_right(header: bytes) -> bool:
    told = header[148:156].strip(b"\0 ")
    return re.fullmatch(b"[0-7]{1,8}", told) is not None and int(told, 8) == sum(header[:148]) + 256 + sum(header[156:])


def read_tar(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read a tar archive: each name, link, owner, extended header and member, and the padding.

    Args:
        data: The archive.
        place: Of it.
        budget: Of the scan.

    Yields:
        What is in it.
    """
    at, long_name = 0, b""
    while at + _BLOCK <= len(data):
        header = data[at : at + _BLOCK]
        if not header.strip(b"\0"):
            break
        if not _sum_is_right(header):
            raise BrokenError
        inner = f"{place} member {budget.member()}"
        size = _number(header[124:136])
        end = at + _BLOCK + size
        if end > len(data):
            raise BrokenError
        body, padding = data[at + _BLOCK : end], data[end : end - end % -_BLOCK]
        budget.take(size)
        kind, name = (
            header[156:157],
            long_name or b"/".join(filter(None, (_field(header, 345, 155), _field(header, 0, 100)))),
        )
        long_name = b""
        # All of it, with what stands behind the ends of its fields.
        for field in filter(None, header.split(b"\0")):
            yield Loose(field, f"{inner} header")
        yield from fault_if(padding.strip(b"\0") or header[500:].strip(b"\0"), "hidden", inner)
        if kind in b"xgLK":
            yield Loose(body, f"{inner} header")
            long_name = body.rstrip(b"\0") if kind == b"L" else b""
        elif kind in b"\x0007":
            yield Inner(body, name.decode("utf-8", "replace"), inner)
        elif kind in b"12345":
            yield Label(name.decode("utf-8", "replace"), inner)
            yield Loose(body, inner)
        else:
            yield Fault("unreadable", inner)
        at = end - end % -_BLOCK
    yield from fault_if(data[at:].strip(b"\0"), "hidden", place)


def _field(header: bytes, at: int, size: int) -> bytes:
    return header[at : at + size].split(b"\0", 1)[0]


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        return int.from_bytes(field, "big") & ~(0x80 << 8 * (len(field) - 1))
    digits = field.strip(b"\0 ")
    return int(digits, 8) if digits else 0
