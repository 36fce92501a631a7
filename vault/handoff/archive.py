"""One ZIP for one set of files: stored, sorted, fixed times and attributes, so that equal contents give equal bytes.

Floor: 5. Written and read as a stream in constant memory. The reader tells every member that it can make out, and
every way in which the bytes are not those that the writer would have made: other order, a name twice, times, comments,
gaps, compression, a directory that says something else.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from vault.errors import LimitError

MAX_MEMBERS: Final = 10_000
MAX_NAME_BYTES: Final = 1_000

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR64: Final = struct.Struct("<4sIQI")
_LOCAL_MARK: Final = b"PK\3\4"
_UTF8: Final = 0x0800
_DAY: Final = (1 << 5) | 1
"""1 January 1980, the first day a ZIP can name; with time 0."""
_ATTRIBUTES: Final = 0o100600 << 16
_MADE_BY_UNIX: Final = 3 << 8
_STORED, _ZIP64 = 20, 45
_LIMIT32: Final = 0xFFFFFFFF
_LIMIT16: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of the archive.

    Args:
        name: Path with `/` between its parts.
        length: Bytes.
        crc: CRC-32 of the contents.
    """

    name: str
    length: int
    crc: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a bundle is not what it should be.

    Args:
        path: Path inside the bundle as it stands there, untrusted; empty for the archive as a whole.
        what: What is wrong, in fixed words.
    """

    path: str
    what: str


def order(name: str) -> bytes:
    """Give the key by which members are sorted: the bytes of the name."""
    return name.encode("utf-8", "surrogatepass")


# --- Writing --------------------------------------------------------------------------------------------------------


def write(entries: Sequence[Entry], read: Callable[[str], Iterable[bytes]]) -> Iterator[bytes]:
    """Make the archive as a stream.

    Args:
        entries: Sorted by `order`, each name once; length and CRC must be those of what `read` gives.
        read: Gives the contents of a member in pieces.

    Yields:
        The bytes of the archive.

    Source:
        PKWARE APPNOTE 6.3, stored members; docs/bundle.md.
    """
    return _write(entries, read, _LIMIT32)


def _write(entries: Sequence[Entry], read: Callable[[str], Iterable[bytes]], limit: int) -> Iterator[bytes]:
    for entry in entries:
        yield _local(entry, limit)
        yield from read(entry.name)
    yield _directory(entries, limit)


def size(entries: Sequence[Entry]) -> int:
    """Tell how many bytes the archive of these members has."""
    members = sum(len(_local(entry, _LIMIT32)) + entry.length for entry in entries)
    return members + len(_directory(entries, _LIMIT32))


def _wide(entry: Entry, limit: int) -> bytes:
    """Give the extra field of a member too large for 32 bits, else nothing."""
    return struct.pack("<2H2Q", 1, 16, entry.length, entry.length) if entry.length >= limit else b""


def _local(entry: Entry, limit: int) -> bytes:
    name, wide = entry.name.encode(), _wide(entry, limit)
    size, version = (_LIMIT32, _ZIP64) if wide else (entry.length, _STORED)
    fixed = (version, _UTF8, 0, 0, _DAY, entry.crc, size, size)
    return _LOCAL.pack(_LOCAL_MARK, *fixed, len(name), len(wide)) + name + wide


def _central(entry: Entry, at: int, limit: int) -> bytes:
    name, wide = entry.name.encode(), _wide(entry, limit)
    size = _LIMIT32 if wide else entry.length
    extra = wide[4:] + (struct.pack("<Q", at) if at >= limit else b"")
    version = _ZIP64 if extra else _STORED
    if extra:
        extra = struct.pack("<2H", 1, len(extra)) + extra
    fixed = (_MADE_BY_UNIX | version, version, _UTF8, 0, 0, _DAY, entry.crc, size, size)
    tail = (len(name), len(extra), 0, 0, 0, _ATTRIBUTES, _LIMIT32 if at >= limit else at)
    return _CENTRAL.pack(b"PK\1\2", *fixed, *tail) + name + extra


def _directory(entries: Sequence[Entry], limit: int) -> bytes:
    at = 0
    rows = []
    for entry in entries:
        rows.append(_central(entry, at, limit))
        at += len(_local(entry, limit)) + entry.length
    body = b"".join(rows)
    count, size, end = len(entries), len(body), at + len(body)
    wide = b""
    if count >= _LIMIT16 or size >= limit or at >= limit:
        wide = _END64.pack(b"PK\6\6", 44, _MADE_BY_UNIX | _ZIP64, _ZIP64, 0, 0, count, count, size, at)
        wide += _LOCATOR64.pack(b"PK\6\7", 0, end, 1)
        count, size, at = min(count, _LIMIT16), min(size, _LIMIT32), _LIMIT32
    return body + wide + _END.pack(b"PK\5\6", 0, 0, count, count, size, at, 0)


# --- Reading --------------------------------------------------------------------------------------------------------


class Visitor(Protocol):
    """Is told of each member, in the order in which they stand."""

    def begin(self, name: str) -> None:
        """Take the name of the next member; untrusted."""

    def piece(self, data: bytes) -> None:
        """Take the next bytes of its contents."""

    def end(self) -> None:
        """Know that the member is complete."""


class Reader:
    """Takes an archive in pieces of any size, hands on its members and lists what is wrong with the archive.

    Args:
        visitor: Is told of each member.

    Call `feed` for each piece and `finish` once.
    """

    def __init__(self, visitor: Visitor) -> None:
        """Stand before the first byte."""
        self.entries: list[Entry] = []
        self.faults: list[Fault] = []
        self._visitor = visitor
        self._limit = _LIMIT32
        self._held = b""
        self._name: str | None = None
        self._header = b""
        self._left = 0
        self._length = 0
        self._crc = 0
        self._directory: bytes | None = None
        self._lost = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            LimitError: More than 10 000 members.
        """
        while data and not self._lost:
            if self._name is not None:
                piece, data = data[: self._left], data[self._left :]
                self._contents(piece)
            elif self._directory is not None:
                # One byte more than expected is enough to know that it is not the same.
                self._held = (self._held + data)[: len(self._directory) + 1]
                return
            else:
                held, self._held = self._held + data, b""
                data = self._between(held)

    def finish(self) -> None:
        """Say that there are no more bytes."""
        if self._lost:
            return
        if self._directory is None:
            self.faults.append(Fault(self._name or "", "cut short"))
        elif self._held != self._directory:
            self.faults.append(Fault("", "the archive's directory is not that of its members"))

    def _contents(self, piece: bytes) -> None:
        self._visitor.piece(piece)
        self._crc = zlib.crc32(piece, self._crc)
        self._left -= len(piece)
        if not self._left:
            self._member_ends()

    def _member_ends(self) -> None:
        name = self._name or ""
        self._visitor.end()
        self._name = None
        entry = Entry(name, self._length, self._crc)
        if self._header != _local(entry, self._limit):
            self.faults.append(Fault(name, "its entry in the archive is not in the one form"))
        self.entries.append(entry)

    def _between(self, data: bytes) -> bytes:
        """Look for the header of a member or the directory; keep what is too short; give back what follows."""
        if len(data) >= 4 and data[:4] != _LOCAL_MARK:
            self._directory = _directory(self.entries, self._limit)
            return data
        if len(data) >= _LOCAL.size:
            fields = _LOCAL.unpack_from(data)
            size = _LOCAL.size + fields[-2] + fields[-1]
            if len(data) >= size:
                self._member_begins(data[:size], fields)
                return data[size:]
        self._held = data
        return b""

    def _member_begins(self, header: bytes, fields: tuple[int, ...]) -> None:
        flags, method, packed, name_bytes = fields[2], fields[3], fields[7], fields[9]
        raw = header[_LOCAL.size : _LOCAL.size + name_bytes]
        extra = header[_LOCAL.size + name_bytes :]
        name = raw.decode("utf-8", "replace")
        if len(self.entries) >= MAX_MEMBERS:
            raise LimitError("number of files in the bundle", MAX_MEMBERS)
        if self.entries and order(name) < order(self.entries[-1].name):
            self.faults.append(Fault(name, "out of order"))
        if method:
            self.faults.append(Fault(name, "compressed"))
        if packed == _LIMIT32 and extra[:4] == b"\1\0\x10\0" and len(extra) >= 20:
            packed = int.from_bytes(extra[12:20], "little")
        if flags & 0x0009:
            # Encrypted, or its size only told after it: where it ends cannot be known.
            self.faults.append(Fault(name, "its length is not told"))
            self._lost = True
            return
        self._name, self._header, self._left, self._length, self._crc = name, header, packed, packed, 0
        self._visitor.begin(name)
        if not packed:
            self._member_ends()
