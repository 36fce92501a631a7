"""Connections of SQLite that a hostile file gets nothing out of, and SQLite's errors in our words.

Floor: ground, part of the engine. A connection loads no extension, runs no trigger, attaches nothing and trusts no
schema. It refuses nothing by itself: `vault.engine.guard` looks at a file before there is a connection to it.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Final

from vault.engine import guard
from vault.errors import BusyError, EngineError, IntegrityError

_MINIMUM: Final = (3, 37, 0)  # STRICT tables
_LENGTH_LIMIT: Final = 2 << 20
_CACHE_KIB: Final = 8 << 10
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_DAMAGED: Final = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_ERROR,  # every statement is fixed; only a damaged schema makes one fail to compile
    }
)
REASONS: Final = {
    sqlite3.SQLITE_FULL: "the disk is full; nothing was changed",
    sqlite3.SQLITE_IOERR: "the medium failed",
    sqlite3.SQLITE_READONLY: "the vault can only be read here",
    sqlite3.SQLITE_PERM: "the vault's folder does not allow this",
    sqlite3.SQLITE_CANTOPEN: "the vault file, or the journal beside it, cannot be opened",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
}


class InterruptedWriteError(EngineError):
    """A journal waits to be written back, and this engine may not write."""


class _Translated:
    """Turns the errors of SQLite into ours; nothing of its texts is shown to anybody."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, sqlite3.ProgrammingError):
            raise ValueError("one thread uses an engine, and not after its end") from error  # noqa: TRY004
        if isinstance(error, sqlite3.Error):
            raise _our_error(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) from error


translated: Final = _Translated()


def _our_error(code: int) -> EngineError | IntegrityError:
    if code == sqlite3.SQLITE_READONLY_ROLLBACK:
        return InterruptedWriteError("an interrupted write must be undone first, where the vault can be written")
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return BusyError("the vault file was replaced; try again")
    plain = code & 0xFF
    if plain in _BUSY:
        return BusyError("another process holds the vault; nothing was written")
    if plain in _DAMAGED:
        return IntegrityError("the vault file is damaged")
    return EngineError(REASONS.get(plain, "the database failed"))


def _raw(name: str, *, uri: bool) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < _MINIMUM:
        raise EngineError("SQLite 3.37 or newer is needed")
    with translated:
        return sqlite3.connect(name, uri=uri, timeout=0, isolation_level=None)


def _settled(connection: sqlite3.Connection) -> None:
    """Take from a connection all that a hostile file could use."""
    connection.text_factory = bytes
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LENGTH_LIMIT)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0)
    configure = getattr(connection, "setconfig", None)  # Python 3.12
    if configure is not None:
        for name, on in (("DEFENSIVE", True), ("ENABLE_TRIGGER", False), ("ENABLE_VIEW", False)):
            configure(getattr(sqlite3, f"SQLITE_DBCONFIG_{name}"), on)
    # None of these looks at the schema.
    for setting in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "temp_store=MEMORY", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}")


def to_file(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Connect to a file whose first page was checked; the connection waits for nobody.

    `as_uri` quotes every character that a database URI could take for its own.
    """
    name = f"{path.as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = _raw(name, uri=True)
    try:
        with translated:
            _settled(connection)
            # These parse the schema, which the check of the first page has found to be ours.
            connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            # EXTRA is FULL and a sync of the folder after the journal has gone. Without that sync a power cut after a
            # commit can bring the journal back, and with it the state before the commit.
            connection.execute("PRAGMA synchronous=EXTRA")
            connection.execute("PRAGMA journal_mode=DELETE")
    except BaseException:
        connection.close()
        raise
    return connection


def to_memory() -> sqlite3.Connection:
    """Make an empty vault in memory."""
    connection = _raw(":memory:", uri=False)
    with translated:
        _lay(connection)  # first, as a defensive connection does not set `schema_version`
        _settled(connection)
    return connection


def wait(connection: sqlite3.Connection, seconds: float) -> None:
    """Let a connection wait for the locks of others from now on."""
    with translated:
        connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")


def vacuum(connection: sqlite3.Connection, target: Path | None) -> None:
    """Rewrite a database, into an empty file or in its place; SQLite attaches a second one for that."""
    with translated:
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1)
        try:
            if target is None:
                connection.execute("VACUUM")
            else:
                connection.execute("VACUUM INTO ?", (target.as_uri(),))
        finally:
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


def _lay(connection: sqlite3.Connection) -> None:
    """Lay the schema into an empty database."""
    # SQLite compares this number to see whether the schema changed and takes any for good: drawn at random it ties a
    # journal to its file. It tells nothing; the vault's own id is as random and as plain to see.
    tag = int.from_bytes(os.urandom(4)) >> 1
    for statement in (
        f"PRAGMA page_size={guard.PAGE_BYTES}",
        "PRAGMA auto_vacuum=NONE",
        "PRAGMA encoding='UTF-8'",
        f"PRAGMA application_id={guard.APPLICATION_ID}",
        f"PRAGMA user_version={guard.USER_VERSION}",
        *(row[4].decode() for row in guard.SCHEMA),
        f"PRAGMA schema_version={tag}",
    ):
        connection.execute(statement)
