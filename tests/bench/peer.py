"""The yardstick: the same records in SQLCipher with an FTS5 index, set up as well as it can be."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgpack
import sqlcipher3.dbapi2 as sqlcipher

from tests.bench.corpus import Item
from vault.records import Draft

_KEY = "00112233445566778899aabbccddeeff" * 2


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


class SqlCipher:
    """A database with a record store and a contentless full-text index.

    A raw key spares it the key derivation; WAL and 64 MiB of cache are what its users are told to set.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlcipher.connect(str(path), isolation_level=None)
        self._db.execute(f"""PRAGMA key = "x'{_KEY}'" """)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "temp_store = MEMORY"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS record (n INTEGER PRIMARY KEY, serial INTEGER NOT NULL, body BLOB NOT NULL)"
        )
        self._db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS word USING fts5"
            "(name, text, content='', tokenize=\"unicode61 remove_diacritics 2\")"
        )

    @property
    def version(self) -> str:
        """Name the version of the library."""
        return f"SQLCipher {self._db.execute('PRAGMA cipher_version').fetchone()[0]}"

    def add(self, items: Iterable[Item]) -> None:
        """Store records and their words in one durable transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        for item in items:
            number = self._db.execute(
                "INSERT INTO record (serial, body) VALUES (?, ?)", (item.serial, _pack(item.draft))
            ).lastrowid
            self._db.execute(
                "INSERT INTO word (rowid, name, text) VALUES (?, ?, ?)",
                (number, _normal(item.names), _normal(item.text)),
            )
        self._db.execute("COMMIT")

    def find(self, words: Iterable[str], *, limit: int = 20, ranked: bool = False) -> list[tuple[int, Any]]:
        """Open the records that hold all the words (or words that begin so), newest or best first."""
        query = " AND ".join(f'"{_normal(word)}"*' for word in words)
        order = "rank" if ranked else "word.rowid DESC"
        rows = self._db.execute(
            f"SELECT serial, body FROM word JOIN record ON n = word.rowid WHERE word MATCH ? ORDER BY {order} LIMIT ?",
            (query, limit),
        )
        return [(serial, msgpack.unpackb(body, strict_map_key=False)) for serial, body in rows]

    def close(self) -> None:
        """Close it, with everything in the one file."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()


def _pack(draft: Draft) -> bytes:
    claims = [(c.field, c.value, c.state, c.basis, c.as_of, c.confidence, c.recorded_at) for c in draft.claims]
    packed: bytes = msgpack.packb((draft.kind, claims))
    return packed
