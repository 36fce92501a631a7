"""The engine of a vault file: three tables of SQLite.

Floor: ground. One file between commands, one transaction for each commit, one snapshot for each reading. It refuses a
file whose path, first page, schema or companions are not what it writes itself, before SQLite acts on any of them; it
never runs a trigger, attaches a second database or loads an extension. It knows nothing of what the bytes mean.

Programs must not open a vault file by other means in the same process while it is open here: closing any descriptor of
a file drops the locks that the process has on it (see `vault.engine.guard`).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from vault import paths
from vault.engine import ID_LIMIT, MAX_BODY_BYTES, Copy, Engine, IdTakenError, Reader, connect, guard
from vault.engine.connect import REASONS, InterruptedWriteError, translated
from vault.errors import BusyError, EngineError, FormatError, IntegrityError

BUSY_SECONDS: Final = 10.0
_DOUBT_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 0.001
_LONGEST_PAUSE_SECONDS: Final = 0.02
FLUSH_BYTES: Final = 32 << 20
_CHECKSUM_BYTES: Final = 32
_CHUNK_BYTES: Final = 1 << 20
_FAULTS: Final = 100

# Type and length are looked at before the bytes are fetched: what is not a blob of a sane length is never read.
_SANE: Final = f"CASE WHEN typeof(b) = 'blob' AND length(b) BETWEEN 1 AND {MAX_BODY_BYTES + _CHECKSUM_BYTES} THEN b END"
_GET: Final = "SELECT " + _SANE + " FROM object WHERE id = ?"  # noqa: S608 - of constants
_SCAN: Final = "SELECT id, " + _SANE + " FROM object ORDER BY id"  # noqa: S608 - of constants
_SIZES: Final = "SELECT id, CASE WHEN typeof(b) = 'blob' THEN length(b) ELSE 0 END FROM object ORDER BY id"
_COPIES: Final = {
    "header": "SELECT " + _SANE + " FROM header WHERE i IN (0, 1) ORDER BY i",  # noqa: S608 - of constants
    "head": "SELECT " + _SANE + " FROM head WHERE i IN (0, 1) ORDER BY i",  # noqa: S608 - of constants
}
_STORE: Final = {
    "header": "REPLACE INTO header(i, b) VALUES (?, ?)",
    "head": "REPLACE INTO head(i, b) VALUES (?, ?)",
}
_SCHEMA: Final = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master ORDER BY rowid LIMIT 4"


def create(path: str | os.PathLike[str], *, busy_seconds: float = BUSY_SECONDS) -> SqliteEngine:
    """Make an empty vault file that only its owner can reach.

    Args:
        path: Where nothing is yet.
        busy_seconds: How long to wait for other processes.

    Returns:
        The engine, with no header, no head and no objects.

    Raises:
        ValueError: The path is empty or holds a NUL.
        UnsafePathError: Something is at the path already, or a journal beside it.
        EngineError: The folder is missing or full, or cannot be written.

    Source:
        docs/format.md §Container.
    """
    plain = guard.plain_path(path)
    with closing(connect.to_memory()) as connection, translated:
        image = connection.serialize()
    _write_new(plain, [image], len(image))
    return open(plain, busy_seconds=busy_seconds)


def open(  # noqa: A001 - the word a caller expects: sqlite.open(path)
    path: str | os.PathLike[str], *, read_only: bool = False, busy_seconds: float = BUSY_SECONDS
) -> SqliteEngine:
    """Open a vault file after looking at it from outside.

    Args:
        path: A regular file.
        read_only: Never write, not even to mend permissions. Where the medium or the folder cannot be written, this is
            so without being asked for.
        busy_seconds: How long to wait for other processes.

    Returns:
        The engine.

    Raises:
        ValueError: The path is empty or holds a NUL.
        UnlockError: There is no such file.
        UnsafePathError: The path is not a regular file, or something foreign lies beside it.
        UnsupportedVersionError: It is a vault file of another version.
        FormatError: It is no vault file, or has a schema of its own.
        IntegrityError: The file is cut or damaged.
        BusyError: Another process holds it.
        EngineError: The medium failed.

    Source:
        docs/format.md §Container.
    """
    engine = SqliteEngine(guard.plain_path(path), read_only=read_only, busy_seconds=busy_seconds)
    try:
        with engine.snapshot():
            pass
        engine.tidy()
    except BaseException:
        engine.close()
        raise
    return engine


def memory() -> SqliteEngine:
    """Make an empty engine that lies in memory and goes with it."""
    return SqliteEngine(None, read_only=False, busy_seconds=BUSY_SECONDS)


class SqliteEngine:
    """One vault file, or one vault in memory; made by `create`, `open` and `memory`.

    Args:
        path: Absolute path, or None for memory.
        read_only: Never write.
        busy_seconds: How long to wait for other processes.
    """

    def __init__(self, path: Path | None, *, read_only: bool, busy_seconds: float) -> None:
        """Prepare; the file is opened at first use."""
        self._path = path
        self._asked_read_only = read_only
        self._read_only = read_only
        self._busy_seconds = busy_seconds
        self._connection: sqlite3.Connection | None = None
        self._held: guard.Held | None = None
        self._notices: list[str] = []
        self._snapshot: _Reader | None = None
        self._depth = 0
        self._writing = False
        self._closed = False

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences to be told."""
        return tuple(self._notices)

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written."""
        return self._read_only

    @contextmanager
    def snapshot(self) -> Iterator[_Reader]:
        """Begin one read transaction; see `vault.engine.Engine`."""
        if self._writing:
            raise ValueError("a transaction of this engine is open; read through it")
        if self._snapshot is None:
            self._snapshot = _Reader(self._begin("BEGIN"))
        self._depth += 1
        try:
            yield self._snapshot
        finally:
            self._depth -= 1
            if not self._depth:
                self._snapshot.end()
                self._snapshot = None
                self._roll_back()

    @contextmanager
    def transaction(self) -> Iterator[_Writer]:
        """Take the write lock, read and write, commit at the end; see `vault.engine.Engine`."""
        if self._writing or self._depth:
            raise ValueError("a snapshot or a transaction of this engine is open")
        writer = _Writer(self._begin("BEGIN IMMEDIATE"))
        self._writing = True
        try:
            if self._path is not None:
                # A `compact` that was killed left its half behind; we hold the lock, so that none is under way.
                guard.remove_leftover(self._path)
                guard.remove_journal(self._path)
            connect.wait(self._open_connection, self._busy_seconds)  # for readers, at the commit
            yield writer
            writer.commit()
        finally:
            writer.end()
            self._writing = False
            self._roll_back()
            if self._connection is not None:
                connect.wait(self._connection, 0)

    def copy_to(self, target: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Write one consistent copy to a new file; see `vault.engine.Engine`.

        Raises:
            ValueError: The path is empty or holds a NUL.
            UnsafePathError: Something is at the target already.
            EngineError: The medium failed or is full; no file is left.
        """
        target = guard.plain_path(target)
        with self.snapshot():
            if self._held is None:
                with translated:
                    image = self._open_connection.serialize()
                _write_new(target, [image], len(image), progress)
            else:
                size = self._held.header().pages * guard.PAGE_BYTES
                _write_new(target, _chunks(self._held, size), size, progress)

    def compact(self, change: Callable[[Engine], None] | None = None) -> None:
        """Rewrite the file without the room of deleted objects; see `vault.engine.Engine`.

        The new file is written beside the old one, which stays as it is until the new one takes its name; so is the
        copy that is changed first. Windows does not let a file be replaced while it is open: there this fails with an
        `EngineError` and changes nothing.

        Raises:
            BusyError: Another process is writing.
            IntegrityError: The file is damaged; it was left as it is.
            EngineError: The disk has no room for the copies, or the medium failed.
        """
        if self._path is None:
            if change is not None:
                change(self)
            with self.transaction():
                pass  # Ends with no transaction open, as VACUUM needs it.
            connect.vacuum(self._open_connection, None)
            return
        with self.transaction():
            self._rewrite(self._path, None if change is None else partial(self._change_copy, change))
        # The lock is held to here; whoever waits for it finds another file at the path and opens that, as we do.
        self._detach()

    def replace(self, fill: Callable[[Reader, Engine], None]) -> None:
        """Put a store that the caller fills in the place of this one; see `vault.engine.Engine`.

        Raises:
            BusyError: Another process is writing.
            IntegrityError: The file is damaged; it was left as it is.
            EngineError: The disk has no room for the new file twice, or the medium failed.
        """
        if self._path is None:
            other = memory()
            with self.snapshot() as reader:
                fill(reader, other)
            self._detach()
            self._connection, other._connection = other._connection, None  # noqa: SLF001 - an engine of this class
            return
        with self.transaction() as reader:
            self._rewrite(self._path, partial(_fill_new, fill, reader))
        self._detach()

    def _change_copy(self, change: Callable[[Engine], None], changed: Path) -> None:
        if self._held is None:
            raise ValueError("the engine is closed")
        guard.create_empty(changed)
        with changed.open("wb") as file:
            file.writelines(_chunks(self._held, self._held.header().pages * guard.PAGE_BYTES))
        with closing(open(changed)) as engine:
            change(engine)

    def _rewrite(self, path: Path, prepare: Callable[[Path], None] | None) -> None:
        """Write the file again, or what is prepared in its stead, and give that the vault's name; we hold the lock."""
        new, source = guard.leftover(path), path
        try:
            if prepare is not None:
                # Under a name of its own, so that whoever comes next finds it if we are killed.
                source = guard.changed_copy(path)
                prepare(source)
            guard.create_empty(new)
            # VACUUM does not run inside a transaction: a second connection reads beside the lock that we hold.
            other = connect.to_file(source, read_only=True)
            try:
                connect.vacuum(other, new)
            finally:
                other.close()
            held = guard.Held(new)
            try:
                if held.header().pages * guard.PAGE_BYTES != held.status().st_size:
                    raise EngineError("the rewritten file is not complete; the vault was left as it is")
                os.fsync(held.descriptor)
            finally:
                held.close()
            self._replace(new, path)
        except OSError as error:
            raise EngineError(f"the rewritten file cannot take the vault's place: {error.strerror}") from error
        finally:
            guard.remove_leftover(path)
        paths.sync_folder(path.parent)

    def _replace(self, new: Path, path: Path) -> None:
        """Give the vault's name to another file while nobody is about to begin on the old one."""
        give_up = time.monotonic() + self._busy_seconds
        while self._held is not None:
            try:
                with self._held.gate(alone=True):
                    new.replace(path)
                    return
            except BusyError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_PAUSE_SECONDS)

    def tidy(self) -> None:
        """Remove what a killed writer left beside the file, unless one is at work."""
        if self._path is None or self._read_only or not guard.has_leftover(self._path):
            return
        patience, self._busy_seconds = self._busy_seconds, 0
        try:
            with self.transaction():
                pass
        except EngineError:
            pass  # Busy: it is no leftover then. Or the next one removes it.
        finally:
            self._busy_seconds = patience

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        self._closed = True
        self._detach()

    # -- Beginning ----------------------------------------------------------------------------------------------------

    def _begin(self, statement: Literal["BEGIN", "BEGIN IMMEDIATE"]) -> sqlite3.Connection:
        """Begin on the file that is now at the path, and check its schema before anything else is read."""
        if self._closed:
            raise ValueError("the engine is closed")
        self._roll_back()  # what an interrupt could have left begun
        start, pause, reopened = time.monotonic(), _PAUSE_SECONDS, False
        while True:
            try:
                begun = self._begun(statement)
            except (BusyError, InterruptedWriteError) as error:
                self._roll_back()
                # A read-only connection takes a journal that a writer is just removing for one to be written back.
                patience = _DOUBT_SECONDS if isinstance(error, InterruptedWriteError) else self._busy_seconds
                if time.monotonic() - start > min(patience, self._busy_seconds):
                    raise
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                continue
            except BaseException:
                self._roll_back()
                raise
            if begun:
                return self._open_connection
            self._detach()
            if reopened and time.monotonic() - start > self._busy_seconds:
                raise BusyError("the vault file is being replaced; try again")
            reopened = True

    def _begun(self, statement: str) -> bool:
        """Begin without waiting, unless another file than the one that is open lies at the path."""
        if self._path is None:
            if self._connection is None:
                self._connection = connect.to_memory()
            self._start(self._connection, statement)
            return True
        if self._held is None:
            self._held = guard.Held(self._path)
        held = self._held
        with held.gate(alone=False):
            if not held.is_at(self._path):
                return False
            if self._connection is None:
                held.header()
            guard.check_companions(held)
            if self._connection is None:
                self._connection = self._connect(self._path, held)
            if self._read_only and statement != "BEGIN":
                raise EngineError(REASONS[sqlite3.SQLITE_READONLY])
            self._start(self._connection, statement)
        # The lock is ours: no writer is under way, so that length and page count must agree.
        if held.header().pages * guard.PAGE_BYTES != held.status().st_size:
            raise IntegrityError("the vault file is shorter or longer than it says: it was cut or written over")
        return True

    @staticmethod
    def _start(connection: sqlite3.Connection, statement: str) -> None:
        with translated:
            connection.execute(statement)
            rows = tuple(connection.execute(_SCHEMA))
        if rows != guard.SCHEMA:
            raise FormatError("the vault file holds tables, triggers or views that do not belong there")

    def _connect(self, path: Path, held: guard.Held) -> sqlite3.Connection:
        writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        self._read_only = self._asked_read_only or not writable
        notice = held.mend_mode(read_only=self._read_only)
        if notice is not None and notice not in self._notices:
            self._notices.append(notice)
        return connect.to_file(path, read_only=self._read_only)

    @property
    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("the engine is closed")
        return self._connection

    def _roll_back(self) -> None:
        """Undo what was not committed, and drop a connection that cannot even do that."""
        if self._connection is not None and self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                self._detach()

    def _detach(self) -> None:
        # SQLite first: the shared descriptor must outlive its locks.
        connection, self._connection = self._connection, None
        held, self._held = self._held, None
        if connection is not None:
            connection.close()
        if held is not None:
            held.close()


class _Reader:
    """See `vault.engine.Reader`."""

    __slots__ = ("_now",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._now: sqlite3.Connection | None = connection

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._now is None:
            raise ValueError("the snapshot or transaction has ended")
        return self._now

    def end(self) -> None:
        """Refuse all further use."""
        self._now = None

    def header_copies(self) -> list[Copy]:
        return self._copies("header")

    def head_copies(self) -> list[Copy]:
        return self._copies("head")

    def _copies(self, table: Literal["header", "head"]) -> list[Copy]:
        with translated:
            return [_checked(row[0]) for row in self._connection.execute(_COPIES[table])]

    def get(self, object_id: int) -> bytes | None:
        _check_id(object_id)
        with translated:
            row = self._connection.execute(_GET, (object_id,)).fetchone()
        if row is None:
            return None
        if row[0] is None:
            raise IntegrityError("a stored object has an impossible type or length")
        return bytes(row[0])

    def scan(self) -> Iterator[tuple[int, bytes]]:
        for object_id, body in self._rows(_SCAN):
            yield object_id, body or b""

    def sizes(self) -> Iterator[tuple[int, int]]:
        yield from self._rows(_SIZES)

    def _rows(self, statement: str) -> Iterator[tuple[int, Any]]:
        with translated:
            cursor = self._connection.execute(statement)
        try:
            while True:
                if self._now is None:
                    raise ValueError("the snapshot or transaction has ended")
                with translated:
                    row = cursor.fetchone()
                if row is None:
                    return
                yield row
        finally:
            cursor.close()

    def count(self) -> int:
        with translated:
            return int(self._connection.execute("SELECT count(*) FROM object").fetchone()[0])

    def faults(self) -> list[str]:
        with translated:
            rows = self._connection.execute(f"PRAGMA integrity_check({_FAULTS})").fetchall()
        lines = [line for row in rows for line in row[0].decode("ascii", "replace").splitlines()]
        return [] if lines == ["ok"] else lines[:_FAULTS]


class _Writer(_Reader):
    """See `vault.engine.Writer`."""

    __slots__ = ("_buffer", "_buffered", "_touched")

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._buffer: dict[int, bytes] = {}
        self._buffered = 0
        self._touched = False

    def get(self, object_id: int) -> bytes | None:
        return self._buffer.get(object_id) or super().get(object_id)

    def scan(self) -> Iterator[tuple[int, bytes]]:
        self._flush()
        return super().scan()

    def sizes(self) -> Iterator[tuple[int, int]]:
        self._flush()
        return super().sizes()

    def count(self) -> int:
        self._flush()
        return super().count()

    def faults(self) -> list[str]:
        self._flush()
        return super().faults()

    def put(self, object_id: int, data: bytes) -> None:
        _check_body(data)
        present = self.get(object_id)
        if present == data:
            return
        if present is not None:
            raise IdTakenError(object_id)
        self._buffer[object_id] = bytes(data)
        self._buffered += len(data)
        if self._buffered >= FLUSH_BYTES:
            self._flush()

    def delete(self, object_id: int) -> None:
        _check_id(object_id)
        buffered = self._buffer.pop(object_id, None)
        if buffered is not None:
            self._buffered -= len(buffered)
            return
        self._touch()
        with translated:
            self._connection.execute("DELETE FROM object WHERE id = ?", (object_id,))

    def set_header(self, data: bytes) -> None:
        _check_body(data)
        self._store("header", data)

    def swap_head(self, old: bytes | None, new: bytes) -> None:
        _check_body(new)
        intact = [copy.data for copy in self.head_copies() if copy.intact]
        if (old not in intact) if old is not None else intact:
            raise BusyError("somebody wrote to the vault in between; nothing was written")
        self._store("head", new)

    def commit(self) -> None:
        """Store all; without a change there is nothing to wait for readers for, and the end of it is a rollback."""
        self._flush()
        if self._touched:
            with translated:
                self._connection.execute("COMMIT")

    def _store(self, table: Literal["header", "head"], data: bytes) -> None:
        self._touch()
        row = data + hashlib.sha256(data).digest()
        with translated:
            self._connection.executemany(_STORE[table], ((0, row), (1, row)))

    def _flush(self) -> None:
        """Write the objects out in order of id: where a row lies does not tell when it came."""
        if not self._buffer:
            return
        self._touch()
        with translated:
            self._connection.executemany("INSERT INTO object(id, b) VALUES (?, ?)", sorted(self._buffer.items()))
        self._buffer.clear()
        self._buffered = 0

    def _touch(self) -> None:
        """Make the first page the first one in the journal, by which `guard` knows a journal as this file's own."""
        if not self._touched:
            with translated:
                self._connection.execute(f"PRAGMA user_version = {guard.USER_VERSION}")
            self._touched = True


def _check_id(object_id: int) -> None:
    if not 0 <= object_id < ID_LIMIT:
        raise ValueError("an object id has 62 bits")


def _check_body(data: bytes) -> None:
    if not 1 <= len(data) <= MAX_BODY_BYTES:
        raise ValueError(f"a body has 1 … {MAX_BODY_BYTES} bytes")


def _checked(row: bytes | None) -> Copy:
    """Split a row of header or head from its checksum."""
    if row is None or len(row) <= _CHECKSUM_BYTES:
        return Copy(b"", intact=False)
    data, checksum = row[:-_CHECKSUM_BYTES], row[-_CHECKSUM_BYTES:]
    return Copy(data, intact=hashlib.sha256(data).digest() == checksum)


def _fill_new(fill: Callable[[Reader, Engine], None], reader: Reader, path: Path) -> None:
    with closing(connect.to_memory()) as connection, translated:
        image = connection.serialize()
    guard.create_empty(path)
    path.write_bytes(image)
    with closing(open(path)) as engine:
        fill(reader, engine)


def _chunks(held: guard.Held, size: int) -> Iterator[bytes]:
    for offset in range(0, size, _CHUNK_BYTES):
        yield held.read(min(_CHUNK_BYTES, size - offset), offset)


def _write_new(
    path: Path, chunks: Iterable[bytes], size: int, progress: Callable[[int, int], None] | None = None
) -> None:
    """Write a new file that only its owner can reach, whole and synced, or none."""
    guard.check_alone(path)
    with paths.NewFile(path) as file:
        done = 0
        for chunk in chunks:
            file.write(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, size)
        if done != size:
            raise IntegrityError("the vault file is shorter than it says")
        file.commit()


if TYPE_CHECKING:

    def _conforms(engine: SqliteEngine) -> Engine:
        return engine
