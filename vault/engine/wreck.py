"""What can still be read of a vault file whose database is broken: its rows, found in the raw bytes of its pages.

Floor: ground, part of the engine. It uses nothing of SQLite's and trusts no page to be what it should be: it looks for
rows by their form on every page, follows each into the pages where it goes on, and gives those that the caller finds
sound. It writes nothing. It reads at most four times the file, however many rows a hostile file seems to have, and
holds 16 bytes in memory for each row.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from vault.engine import ID_LIMIT, MAX_BODY_BYTES, Copy, guard
from vault.errors import EngineError, FormatError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from vault.engine import Reader

_CHECKSUM_BYTES: Final = 32
_MAX_COPIES: Final = 8
_SPARE_BYTES: Final = 16 << 20
_ID_BYTES: Final = 9
# A row is: length, id, then a record: length of its header, NULL in place of the id, type of the blob, blob. A blob of
# n bytes has the type 2n + 12, which here takes two to four bytes. Matches may overlap: nothing is consumed.
_RECORD: Final = re.compile(
    rb"(?=\x04\x00[\x80-\xff][\x00-\x7f]|\x05\x00[\x80-\xff]{2}[\x00-\x7f]|\x06\x00[\x80-\xff]{3}[\x00-\x7f])"
)


class _Record(NamedTuple):
    """Where the blob of a row lies.

    Args:
        length: Of the record in bytes, its header included.
        body: Of the blob in bytes.
        start: Of the record in its page.
    """

    length: int
    body: int
    start: int


class Wreck:
    """A vault file read page by page; a context manager, and a `vault.engine.Reader` of what was found.

    Args:
        path: The file.
        is_sound: Told id and bytes of what may be an object; says whether the bytes are those of that id.

    Raises:
        ValueError: The path is empty or holds a NUL.
        UnlockError: There is no such file.
        UnsafePathError: It is a link, a folder, a device or a pipe.
        EngineError: It cannot be read.

    Source:
        docs/format.md §Container; https://www.sqlite.org/fileformat2.html §1.6, §2.1.
    """

    def __init__(self, path: str | os.PathLike[str], is_sound: Callable[[int, bytes], bool]) -> None:
        """Open the file; nothing is looked for yet."""
        self._held = guard.Held(guard.plain_path(path))
        self._size = self._held.status().st_size
        self._left = 4 * self._size + _SPARE_BYTES
        self._is_sound = is_sound
        self._unread: set[int] = set()
        self._ids, self._places = array("Q"), array("Q")
        self._copies: dict[bool, list[Copy]] = {True: [], False: []}
        self._usable = guard.PAGE_BYTES - self._reserved()

    def _reserved(self) -> int:
        """Tell how many bytes SQLite leaves free on each page: none, unless the first page can be read and says so."""
        try:
            self._held.header()
        except (FormatError, EngineError):
            return 0
        return self._held.read(1, 20)[0]

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()

    @property
    def disturbed(self) -> bool:
        """Whether a journal lies beside the file: an interrupted write was not undone, or somebody is writing."""
        return guard.has_leftover(self._held.path)

    # --- looking ---

    def look(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Go through all pages and note where sound rows begin.

        Args:
            progress: Called with bytes looked at and bytes in all.

        A page that the medium does not give is told by `faults` and passed over.
        """
        found: list[tuple[int, int]] = []
        for at in range(0, self._size, guard.PAGE_BYTES):
            page = self._page(at)
            for match in _RECORD.finditer(page):
                record = self._record(page, match.start())
                if record is not None:
                    found += ((each, at + record.start) for each in self._sound_ids(page, record))
            if progress is not None:
                progress(min(at + guard.PAGE_BYTES, self._size), self._size)
        found.sort()
        for each, place in found:
            # The same row twice: one is what was left on a page when its rows were moved to another.
            if not self._ids or self._ids[-1] != each:
                self._ids.append(each)
                self._places.append(place)

    def _page(self, at: int) -> bytes:
        """Read a page; nothing of it, where the medium is broken there."""
        try:
            return self._held.read(guard.PAGE_BYTES, at)
        except EngineError:
            self._unread.add(at)
            return b""

    def _record(self, page: bytes, start: int) -> _Record | None:
        """Read the header of a record, or refuse what only looks like one."""
        width = page[start]
        kind = _number(page[start + 2 : start + width])
        body = (kind - 12) // 2
        if kind % 2 or not 1 <= body <= MAX_BODY_BYTES + _CHECKSUM_BYTES:
            return None
        return _Record(width + body, body, start)

    def _sound_ids(self, page: bytes, record: _Record) -> Iterator[int]:
        """Read the id before a record and, if it can be one, the bytes behind it."""
        for each in _ids_before(page, record):
            if self._left < record.body:
                return
            self._left -= record.body
            body = self._body(page, record)
            if body is None:
                return
            if each <= 1 and self._keep_copy(body):
                continue
            if self._is_sound(each, body):
                yield each
                return

    def _keep_copy(self, row: bytes) -> bool:
        """Keep what has the number of a row of header or head; an intact one is no object."""
        data, checksum = row[:-_CHECKSUM_BYTES], row[-_CHECKSUM_BYTES:]
        copy = Copy(data, intact=hashlib.sha256(data).digest() == checksum)
        kept = self._copies[copy.intact]
        if copy not in kept and len(kept) < _MAX_COPIES:
            kept.append(copy)
        return copy.intact

    def _body(self, page: bytes, record: _Record) -> bytes | None:
        """Put a blob together from its page and those where it goes on; None if one of them is not in the file."""
        # SQLite's own rule for how much of a record stands on the page of its row.
        most, least = self._usable - 35, (self._usable - 12) * 32 // 255 - 23
        local = record.length
        if record.length > most:
            local = least + (record.length - least) % (self._usable - 4)
            local = least if local > most else local
        start, end = record.start + record.length - record.body, record.start + local
        parts, missing = [page[start:end]], record.body - (end - start)
        following = page[end : end + 4]
        while missing > 0:
            number = int.from_bytes(following)
            if len(following) < 4 or not 1 <= number <= -(-self._size // guard.PAGE_BYTES):
                return None
            further = self._page((number - 1) * guard.PAGE_BYTES)
            following, part = further[:4], further[4 : 4 + min(missing, self._usable - 4)]
            if not part:
                return None
            parts.append(part)
            missing -= len(part)
        body = b"".join(parts)
        return body if len(body) == record.body else None

    # --- what was found: a Reader ---

    def header_copies(self) -> list[Copy]:
        """Give what may be a copy of header or head: which of them it is, nothing here can tell."""
        return self._copies[True] + self._copies[False]

    def head_copies(self) -> list[Copy]:
        """Give the same as `header_copies`."""
        return self.header_copies()

    def get(self, object_id: int) -> bytes | None:
        """Read one object; see `vault.engine.Reader`."""
        at = bisect_left(self._ids, object_id)
        if at == len(self._ids) or self._ids[at] != object_id:
            return None
        return self._read(self._places[at])

    def _read(self, place: int) -> bytes | None:
        page, record = self._find(place)
        return None if record is None else self._body(page, record)

    def _find(self, place: int) -> tuple[bytes, _Record | None]:
        start = place % guard.PAGE_BYTES
        page = self._page(place - start)
        return page, self._record(page, start) if page else None

    def scan(self) -> Iterator[tuple[int, bytes]]:
        """Read every object that was found, in order of id."""
        for each, place in zip(self._ids, self._places, strict=True):
            yield each, self._read(place) or b""

    def sizes(self) -> Iterator[tuple[int, int]]:
        """Give id and length of every object that was found, in order of id."""
        for each, place in zip(self._ids, self._places, strict=True):
            record = self._find(place)[1]
            yield each, 0 if record is None else record.body

    def count(self) -> int:
        """Count the objects that were found."""
        return len(self._ids)

    def faults(self) -> list[str]:
        """Tell what of the file was not looked at; of the database itself nothing is known."""
        told = [f"{len(self._unread)} pages of the file could not be read: the medium failed"] if self._unread else []
        if self._left < MAX_BODY_BYTES:
            told.append("the file has more that looks like rows than there can be; not all of it was looked at")
        return told


def _number(data: bytes) -> int:
    """Read SQLite's variable-length integer of a known number of bytes, at most eight."""
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value


def _written(value: int) -> bytes:
    """Write a number below 2^56 as SQLite does."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def _ids_before(page: bytes, record: _Record) -> Iterator[int]:
    """Read backwards from a record: its id, and before that its own length, which must agree."""
    length = _written(record.length)
    for width in range(_ID_BYTES, 0, -1):
        at = record.start - width
        if at < len(length) or page[at - len(length) : at] != length:
            continue
        data = page[at : record.start]
        if not all(byte & 0x80 for byte in data[:-1]):
            continue
        number = _number(data) if width < _ID_BYTES else _number(data[:-1]) << 8 | data[-1]
        # Only the ninth byte gives eight bits. A number is always written as short as it can be.
        if number < ID_LIMIT and width == max(1, -(-number.bit_length() // 7)):
            yield number


if TYPE_CHECKING:

    def _conforms(wreck: Wreck) -> Reader:
        return wreck
