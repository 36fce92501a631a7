"""What is looked at before SQLite sees a vault file, a byte at a time.

Floor: ground, part of the engine. Paths, the file's first page, and the files that SQLite would take up beside it: a
rollback journal is written back over a vault by whoever opens it next, and a journal can name any file to be deleted.
It refuses everything that this engine would not have written itself, and changes nothing but loose permissions.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vault.errors import BusyError, EngineError, FormatError, UnlockError, UnsafePathError, UnsupportedVersionError

if sys.platform != "win32":
    import fcntl

APPLICATION_ID: Final = int.from_bytes(b"case")
USER_VERSION: Final = 1
PAGE_BYTES: Final = 8192
MODE: Final = 0o600

SCHEMA: Final = tuple(
    (
        b"table",
        name,
        name,
        root,
        b"CREATE TABLE %s(%s INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT" % (name, key),
    )
    for root, (name, key) in enumerate(((b"header", b"i"), (b"head", b"i"), (b"object", b"id")), start=2)
)
"""The rows of `sqlite_master`, byte for byte."""

_SQLITE_MAGIC: Final = b"SQLite format 3\0"
_JOURNAL_MAGIC: Final = bytes.fromhex("d9d505f920a163d7")
_JOURNAL_HEADER_BYTES: Final = 28
_SECTORS: Final = frozenset(1 << power for power in range(9, 17))
_FOREIGN: Final = "-wal", "-shm"
_LOOSE: Final = 0o077
# Behind the bytes that SQLite locks, on the page that it leaves free for that.
_GATE_BYTE: Final = (1 << 30) + 4096
# A device or a FIFO in the place of a file must not hang the open, nor a link lead elsewhere.
_FLAGS: Final = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_CREATE_FLAGS: Final = (
    os.O_RDWR
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def plain_path(path: str | os.PathLike[str]) -> Path:
    """Take a path as the name of a file and nothing else.

    `file:x?mode=memory`, `:memory:` and `-` are names like any other here.

    Args:
        path: Path, absolute or not.

    Returns:
        The absolute path; links in its folders are left as they are.

    Raises:
        ValueError: The path is empty or holds a NUL.
    """
    text = os.fspath(path)
    if not text or "\0" in text:
        raise ValueError("a path is neither empty nor holds a NUL")
    return Path(text).absolute()


def beside(path: Path, ending: str) -> Path:
    """Name a file beside the vault, as SQLite does."""
    return path.parent / (path.name + ending)


def leftover(path: Path) -> Path:
    """Name the file that `compact` writes before it takes the vault's place."""
    return path.parent / f".{path.name}.compact"


def changed_copy(path: Path) -> Path:
    """Name the copy that `compact` changes before it is rewritten."""
    return beside(leftover(path), "-from")


def has_leftover(path: Path) -> bool:
    """Tell whether something lies beside the vault that a writer at work, or a killed one, has written."""
    return any(os.path.lexists(each) for each in (_journal(path), *_leftovers(path)))


def _leftovers(path: Path) -> list[Path]:
    return [beside(leftover(path), ending) for ending in ("", "-journal", "-from", "-from-journal")]


def _journal(path: Path) -> Path:
    return beside(path, "-journal")


def remove_journal(path: Path) -> None:
    """Remove a journal that was not needed: of a writer that was killed before it wrote to the file.

    The caller has begun a transaction with the write lock and has written nothing in it. Whatever was to be written
    back has been by then, and no other writer can have a journal.
    """
    with suppress(OSError):
        _journal(path).unlink(missing_ok=True)


def remove_leftover(path: Path) -> None:
    """Remove what a killed `compact` left beside the vault; it can hold what was deleted since."""
    for each in _leftovers(path):
        with suppress(OSError):  # No more than tidying; if it matters, `compact` will say so.
            each.unlink(missing_ok=True)


# -- Descriptors ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Shared:
    descriptors: list[int]
    users: int


# POSIX drops every lock that a process has on a file as soon as the process closes any descriptor of it, so that one
# careless close would take the locks from under SQLite. Descriptors are therefore shared by all engines of this
# process that have the same file open, and closed when the last of them has gone.
_shared: dict[tuple[int, int], _Shared] = {}
_shared_lock = threading.Lock()
_gate_lock = threading.Lock()  # a lock of POSIX is the process's, not the thread's


class Held:
    """A regular file kept open for reading beside SQLite's own descriptor.

    Args:
        path: Absolute path.

    Raises:
        UnlockError: There is no such file.
        UnsafePathError: It is a link, a folder, a device or a pipe.
        EngineError: It cannot be read.
    """

    __slots__ = ("_first", "_key", "descriptor", "foreign", "journal", "path")

    def __init__(self, path: Path) -> None:
        """Open the file, or share what is open."""
        self.path = path
        self.journal = beside(path, "-journal")
        self.foreign = {ending: str(beside(path, ending)) for ending in _FOREIGN}
        self._first: tuple[bytes, Page] | None = None
        with _shared_lock:
            key = self._regular(_look(path))
            shared = _shared.get(key)
            if shared is None:
                descriptor = self._open()
                key = self._key_of(descriptor)
                shared = _shared.setdefault(key, _Shared([], 0))
                shared.descriptors.append(descriptor)
            shared.users += 1
            self._key: tuple[int, int] = key
            self.descriptor = shared.descriptors[0]

    @staticmethod
    def _regular(status: os.stat_result) -> tuple[int, int]:
        if not stat.S_ISREG(status.st_mode):
            raise UnsafePathError("the vault's path is not a regular file")
        return status.st_dev, status.st_ino

    def _open(self) -> int:
        try:
            try:
                return os.open(self.path, os.O_RDWR | _FLAGS)  # never written through; `gate` asks for it
            except PermissionError:
                return os.open(self.path, os.O_RDONLY | _FLAGS)
            except OSError as error:
                if error.errno != errno.EROFS:
                    raise
                return os.open(self.path, os.O_RDONLY | _FLAGS)
        except FileNotFoundError:
            raise UnlockError("there is no vault at this path") from None
        except OSError as error:
            raise EngineError(f"the vault file cannot be opened: {error.strerror}") from error

    def _key_of(self, descriptor: int) -> tuple[int, int]:
        try:
            return self._regular(os.fstat(descriptor))
        except BaseException:
            os.close(descriptor)
            raise

    def close(self) -> None:
        """Let go of the file."""
        with _shared_lock:
            shared = _shared[self._key]
            shared.users -= 1
            if not shared.users:
                del _shared[self._key]
                for descriptor in shared.descriptors:
                    os.close(descriptor)

    def status(self) -> os.stat_result:
        """Look at the open file."""
        return os.fstat(self.descriptor)

    def read(self, count: int, offset: int) -> bytes:
        """Read bytes without moving anybody's place in the file."""
        return read_at(self.descriptor, count, offset)

    def header(self) -> Page:
        """Check the first page; see `first_page`. As long as it stays the same, what it says does, too."""
        page = self.read(PAGE_BYTES, 0)
        if self._first is None or self._first[0] != page:
            self._first = page, first_page(page)
        return self._first[1]

    @contextmanager
    def gate(self, *, alone: bool) -> Iterator[None]:
        """Keep the path from being given to another file, or keep everybody from beginning while that is done.

        SQLite finds a journal by the path and locks by the file: a connection to a file that has just been replaced
        would take the journal of a commit under way in the new file for one to be written back, and delete it. So
        each transaction begins inside this gate, and `compact` renames inside it alone. On Windows a file that is open
        is not replaced, and there is no gate.

        Args:
            alone: Shut the gate for all others.

        Raises:
            BusyError: Somebody is inside; this does not wait.
            EngineError: The file system has no locks.
        """
        if sys.platform == "win32":
            yield
            return
        if not _gate_lock.acquire(blocking=False):
            raise BusyError("another thread is about to open the vault")
        try:
            try:
                how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
                fcntl.lockf(self.descriptor, how | fcntl.LOCK_NB, 1, _GATE_BYTE)
            except (BlockingIOError, PermissionError):
                raise BusyError("the vault file is being replaced; nothing was written") from None
            except OSError as error:
                raise EngineError(f"the vault file cannot be locked: {error.strerror}") from error
            try:
                yield
            finally:
                with suppress(OSError):  # At worst others cannot replace the file until this process ends.
                    fcntl.lockf(self.descriptor, fcntl.LOCK_UN, 1, _GATE_BYTE)
        finally:
            _gate_lock.release()

    def is_at(self, path: Path) -> bool:
        """Tell whether the path still leads to this very file."""
        try:
            status = path.lstat()
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._key

    def mend_mode(self, *, read_only: bool) -> str | None:
        """Take the file away from everybody but its owner.

        Returns:
            A sentence to be told, or None.
        """
        if os.name != "posix" or not self.status().st_mode & _LOOSE:
            return None
        if not read_only:
            try:
                os.fchmod(self.descriptor, self.status().st_mode & MODE)
            except OSError:
                pass
            else:
                if not self.status().st_mode & _LOOSE:
                    return "other accounts of this machine could reach the vault file; its permissions were mended"
        return "other accounts of this machine can reach the vault file; its permissions could not be mended"


def read_at(descriptor: int, count: int, offset: int) -> bytes:
    """Read up to `count` bytes at an offset.

    Raises:
        EngineError: The medium failed.
    """
    try:
        if hasattr(os, "pread"):
            return os.pread(descriptor, count, offset)
        with _shared_lock:
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, count)
    except OSError as error:
        raise EngineError(f"the file cannot be read: {error.strerror}") from error


def _look(path: Path) -> os.stat_result:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        raise UnlockError("there is no vault at this path") from None
    except OSError as error:
        raise EngineError(f"the vault file cannot be reached: {error.strerror}") from error


# -- The first page ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """What the first page of a vault file says of the file.

    Args:
        change: Counter of commits, modulo 2^32.
        pages: Length of the file in pages.
        tag: Number drawn when the file was made; it ties a journal to its file.
    """

    change: int
    pages: int
    tag: int


def first_page(page: bytes) -> Page:
    """Check the first page of a vault file: SQLite's header, and the rows of `sqlite_master` that stand behind it.

    Args:
        page: 8192 bytes.

    Raises:
        UnsupportedVersionError: It is a vault file of another version.
        FormatError: It is no vault file, or one with another schema.

    Source:
        docs/format.md §Container; https://www.sqlite.org/fileformat2.html.
    """
    if len(page) != PAGE_BYTES or page[:16] != _SQLITE_MAGIC or _u32(page, 68) != APPLICATION_ID:
        raise FormatError("this is not a vault file")
    if _u32(page, 60) != USER_VERSION:
        raise UnsupportedVersionError(f"this vault file is of version {_u32(page, 60)}; this program knows 1")
    # 1, 1: no write-ahead log. 52, 64: no automatic vacuum. 48: no cache size of the file's choosing. 56: UTF-8.
    sane = (
        int.from_bytes(page[16:18]) == PAGE_BYTES
        and page[18:20] == b"\x01\x01"
        and page[20] <= 64
        and page[21:24] == b"\x40\x20\x20"
        and _u32(page, 44) == 4
        and [_u32(page, at) for at in (48, 52, 56, 64)] == [0, 0, 1, 0]
        and not any(page[72:92])
    )
    if not sane:
        raise FormatError("the vault file has settings that this program never gives it")
    try:
        rows = tuple(_schema_rows(page, PAGE_BYTES - page[20]))
    except (IndexError, ValueError):
        rows = ()
    if rows != SCHEMA:
        raise FormatError("the vault file holds tables, triggers or views that do not belong there")
    return Page(_u32(page, 24), _u32(page, 28), _u32(page, 40))


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4])


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read SQLite's variable-length integer, at most the four bytes that occur in a first page."""
    value = 0
    for at_next in range(at, at + 4):
        byte = data[at_next]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at_next + 1
    raise ValueError("too long")


def _schema_rows(page: bytes, usable: int) -> Iterator[tuple[object, ...]]:
    """Read the rows of a `sqlite_master` that is one leaf page, as only such a one is expected."""
    if page[100] != 0x0D:
        raise ValueError("not a leaf")
    for number in range(int.from_bytes(page[103:105])):
        start = int.from_bytes(page[108 + 2 * number : 110 + 2 * number])
        size, at = _varint(page, start)
        row_id, at = _varint(page, at)
        body = page[at : min(at + size, usable)]
        if row_id != number + 1 or len(body) != size:
            raise ValueError("cut")
        end, at = _varint(body, 0)
        kinds = []
        while at < end:
            kind, at = _varint(body, at)
            kinds.append(kind)
        yield tuple(_values(body, end, kinds))


def _values(body: bytes, at: int, kinds: list[int]) -> Iterator[object]:
    for kind in kinds:
        length = (kind - 13) // 2 if kind >= 13 and kind % 2 else 1 if kind == 1 else None
        value = body[at : at + length] if length is not None else b""
        if length is None or len(value) != length:
            raise ValueError("neither text nor a small number")
        yield value[0] if kind == 1 else value
        at += length
    if at != len(body):
        raise ValueError("longer than it says")


# -- Files beside the vault -------------------------------------------------------------------------------------------


def check_companions(held: Held) -> None:
    """Refuse the files beside a vault that SQLite would take up and this engine did not write.

    A journal is of this file only if it begins with the file's own first page, as it was before one commit: same
    tag, and a change counter that is the file's own or one less. `SqliteEngine` writes that page first in every
    commit. What lies in the folder for the moment between this look and SQLite's own is not caught.

    Raises:
        UnsafePathError: There is a write-ahead log, or a journal that is a link or no file, belongs to another account,
            names a further file, or is not of this vault as it is now.

    Source:
        https://www.sqlite.org/fileformat2.html §3.
    """
    for ending, path in held.foreign.items():
        if os.path.lexists(path):
            raise UnsafePathError(f"a file ending in {ending} lies beside the vault; it is none of its own")
    journal = held.journal
    while True:
        with _opened(journal) as descriptor:
            reason = None if descriptor is None else _journal_fault(descriptor, held)
            if reason is None or descriptor is None:
                return
            # As long as our descriptor is open no other file can have its number: if the path still leads to it, this
            # journal was there while the vault's first page was read, and the two were compared at one moment.
            if _same(journal, descriptor):
                raise UnsafePathError(f"the journal beside the vault {reason}; move it away if it is not yours")


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    try:
        descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        with suppress(OSError):
            if not stat.S_ISREG(path.lstat().st_mode):
                raise UnsafePathError("the journal beside the vault is not a regular file") from error
        raise EngineError(f"the journal beside the vault cannot be read: {error.strerror}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _same(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _journal_fault(descriptor: int, held: Held) -> str | None:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    # Also when empty: SQLite would write the vault's pages into it. (Root gives its journals to the vault's owner.)
    if status.st_uid not in {held.status().st_uid, 0}:
        return "belongs to another account"
    # SQLite ends a journal with these eight bytes if a further file's name stands before them, and deletes that file;
    # it looks for them in a journal that it found and wrote over, too.
    if status.st_size >= 16 and read_at(descriptor, 8, status.st_size - 8) == _JOURNAL_MAGIC:
        return "names a further file"
    head = read_at(descriptor, _JOURNAL_HEADER_BYTES, 0)
    if not head or not head[0]:
        return None  # Never synced, so that nothing of its commit reached the vault; SQLite does not play it back.
    return _playback_fault(descriptor, head, held)


def _playback_fault(descriptor: int, head: bytes, held: Held) -> str | None:
    records, pages, sector, page_bytes = (_u32(head, at) for at in (8, 16, 20, 24))
    if head[:8] != _JOURNAL_MAGIC or page_bytes != PAGE_BYTES or not records or sector not in _SECTORS:
        return "is not of this vault"
    record = read_at(descriptor, 4 + PAGE_BYTES, sector)
    try:
        before, now = first_page(record[4:]), held.header()
    except FormatError:
        return "is not of this vault"
    # A later page of the journal can be anything that whoever may write to the folder could have put into the vault.
    if _u32(record, 0) != 1 or before.tag != now.tag or before.pages != pages:
        return "is not of this vault"
    if (now.change - before.change) & 0xFFFFFFFF > 1:
        return "is of another moment of this vault"
    return None


# -- New files --------------------------------------------------------------------------------------------------------


def check_alone(path: Path) -> None:
    """Refuse a path for a new vault file beside which SQLite would find a journal or log of another file.

    Raises:
        UnsafePathError: There is one.
    """
    for ending in ("-journal", *_FOREIGN):
        if os.path.lexists(beside(path, ending)):
            raise UnsafePathError(f"a file ending in {ending} lies beside the new file")


def create_empty(path: Path) -> None:
    """Create an empty file that only its owner can reach, whatever the umask.

    Raises:
        UnsafePathError: Something is at the path, or a journal or log of another file lies beside it.
        EngineError: The folder cannot be written.
    """
    check_alone(path)
    try:
        descriptor = os.open(path, _CREATE_FLAGS, MODE)
        try:
            if hasattr(os, "fchmod"):  # The umask can only have taken rights away, from the owner too.
                os.fchmod(descriptor, MODE)
        finally:
            os.close(descriptor)
    except FileExistsError:
        raise UnsafePathError("something is at the path already; nothing was overwritten") from None
    except OSError as error:
        raise EngineError(f"the file cannot be created: {error.strerror}") from error
