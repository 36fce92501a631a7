"""The stores that are measured side by side, each set up as well as it can be, in the few verbs that are measured.

Each imports its library only when it is opened, so that a process that searches one of them holds nothing of the
others: as a program, this module opens one store and answers for it what it was asked (`python -m tests.bench.peers`).
"""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.bench.corpus import Item

PASSPHRASE = "invented words only for measuring speed"
CACHE_KIB = 65_536
SCANNED = 5_000
"""A store without an index is read so far, and its times are scaled to all records."""
_KEY = "00112233445566778899aabbccddeeff" * 2


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


class Fts:
    """A database of SQLite with a record store and a contentless full-text index; here without encryption.

    WAL, full sync and 64 MiB of cache are what its users are told to set.
    """

    title = "FTS5 plain"

    def __init__(self, path: Path) -> None:
        self._db = self._connect(path)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            f"cache_size = -{CACHE_KIB}",
            "temp_store = MEMORY",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("CREATE TABLE IF NOT EXISTS record (n INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        self._db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS word USING fts5"
            "(name, text, content='', tokenize=\"unicode61 remove_diacritics 2\")"
        )

    @staticmethod
    def _connect(path: Path) -> Any:
        import sqlite3

        return sqlite3.connect(path, isolation_level=None)

    def add(self, items: Iterable[Item]) -> None:
        """Store records and their words in one durable transaction; the row number is the serial number."""
        import msgpack

        self._db.execute("BEGIN IMMEDIATE")
        for item in items:
            claims = [(c.field, c.value, c.basis, c.as_of, c.confidence, c.recorded_at) for c in item.draft.claims]
            body = msgpack.packb((item.draft.kind, claims))
            self._db.execute("INSERT INTO record (n, body) VALUES (?, ?)", (item.serial, body))
            self._db.execute(
                "INSERT INTO word (rowid, name, text) VALUES (?, ?, ?)",
                (item.serial, _normal(item.names), _normal(item.text)),
            )
        self._db.execute("COMMIT")

    @staticmethod
    def _query(words: Sequence[str], *, exact: bool = False) -> str:
        return " AND ".join(f'"{_normal(word)}"{"" if exact else "*"}' for word in words)

    def ids(self, words: Sequence[str]) -> list[Any]:
        """Find all records that hold all the words, or words that begin so, and open none."""
        rows = self._db.execute("SELECT rowid FROM word WHERE word MATCH ?", (self._query(words),))
        return [serial for (serial,) in rows]

    def serials(self, words: Sequence[str]) -> set[int]:
        """Give the serial numbers of the same records."""
        return set(self.ids(words))

    def best(self, words: Sequence[str], limit: int = 20, *, exact: bool = False) -> list[int]:
        """Open the best of them, as bm25 ranks them; or only those that hold the words as they are written."""
        import msgpack

        rows = self._db.execute(
            "SELECT n, body FROM word JOIN record ON n = word.rowid WHERE word MATCH ? ORDER BY rank LIMIT ?",
            (self._query(words, exact=exact), limit),
        )
        return [serial for serial, body in rows if msgpack.unpackb(body)]

    def export(self, file: IO[str], processes: int = 1) -> None:
        """Write every record as a line of JSON."""
        import msgpack

        if processes != 1:
            raise NotImplementedError
        for serial, body in self._db.execute("SELECT n, body FROM record ORDER BY n"):
            file.write(json.dumps((serial, *msgpack.unpackb(body)), ensure_ascii=False) + "\n")

    @staticmethod
    def read_line(line: str) -> tuple[int, Any]:
        """Give the serial number and what an exported line says, in a form that is the same for all stores."""
        serial, kind, claims = json.loads(line)
        return serial, _said(kind, claims)

    def close(self) -> None:
        """Close it, with everything in the one file."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()


class SqlCipher(Fts):
    """SQLCipher; a raw key spares it the key derivation."""

    title = "SQLCipher"

    @staticmethod
    def _connect(path: Path) -> Any:
        import sqlcipher3.dbapi2 as sqlcipher

        db = sqlcipher.connect(str(path), isolation_level=None)
        db.execute(f"""PRAGMA key = "x'{_KEY}'" """)
        return db


class MultipleCiphers(Fts):
    """SQLite3MultipleCiphers with its own choice of cipher, ChaCha20-Poly1305; a raw key here too."""

    title = "SQLite3MC"

    @staticmethod
    def _connect(path: Path) -> Any:
        import apsw

        db = apsw.Connection(str(path))
        db.execute(f"PRAGMA key = 'raw:{_KEY}'")
        return db


class CaseVault:
    """The vault."""

    title = "casevault"

    def __init__(self, path: Path) -> None:
        from vault.keys import KdfProfile, Passphrase
        from vault.vault import Vault

        state = path.parent / "state"
        if path.exists():
            self.vault = Vault.open(path, Passphrase(PASSPHRASE), state_dir=state, allow_test_profile=True)
        else:
            self.vault = Vault.create(path, PASSPHRASE, profile=KdfProfile.TEST, state_dir=state)

    def add(self, items: Iterable[Item], processes: int = 1) -> None:
        """Store records in one durable commit."""
        drafts = (item.draft for item in items)
        if processes == 1:
            self.vault.put_many(drafts)
        else:
            self.vault.put_many(drafts, processes=processes)

    def ids(self, words: Sequence[str]) -> list[Any]:
        """Find all records that hold all the words, or words that begin so, and open none."""
        from vault.index import parse

        with self.vault._session.reading() as (objects, index):
            found = index.written(parse(" ".join(words), self.vault._session.schemas(objects)))
            return [(serial, number) for serial, numbers in found.items() for number in numbers]

    def serials(self, words: Sequence[str]) -> set[int]:
        """Give the serial numbers of the same records."""
        return {_serial(hit.revision) for hit in self.vault.find(" ".join(words), limit=1 << 40)}

    def best(self, words: Sequence[str], limit: int = 20, *, exact: bool = False) -> list[int]:
        """Open the best of them and of names in other spellings; or only those that hold the words as written."""
        return [_serial(hit.revision) for hit in self.vault.find(" ".join(words), limit=limit, exact=exact)]

    def export(self, file: IO[str], processes: int = 1) -> None:
        """Write every record as a line of JSON."""
        for line in self.vault.lines(processes=processes):
            file.write(line + "\n")

    @staticmethod
    def read_line(line: str) -> tuple[int, Any]:
        """Give the serial number and what an exported line says, in a form that is the same for all stores."""
        from datetime import datetime

        tree = json.loads(line)
        kind = tree.pop("kind")
        del tree["id"]
        claims = [
            (
                field,
                item["value"],
                item.get("basis"),
                item.get("as_of"),
                item.get("confidence"),
                int(datetime.fromisoformat(item["recorded_at"]).timestamp()),
            )
            for field, items in tree.items()
            for item in items
        ]
        return _number(tree["id_document"][0]["value"]), _said(kind, claims)

    def close(self) -> None:
        """Lock it."""
        self.vault.close()


class Scan:
    """The sealed records of the vault without its index: the newest are opened one after the other and looked through.

    That is a sample of all records; whoever measures it scales the time.
    """

    title = "open all"

    def __init__(self, path: Path) -> None:
        self._store = CaseVault(path)

    def _matching(self, words: Sequence[str], end: str = "") -> Iterator[int]:
        wanted = [re.compile(rf"\b{re.escape(word.casefold())}{end}") for word in words]
        for _, revision in zip(range(SCANNED), self._store.vault.records(), strict=False):
            text = " ".join(
                part
                for claim in revision.claims
                for part in (claim.value.values() if isinstance(claim.value, dict) else (claim.value,))
            ).casefold()
            if all(pattern.search(text) for pattern in wanted):
                yield _serial(revision)

    def ids(self, words: Sequence[str]) -> list[int]:
        """Find the records that hold all the words, or words that begin so."""
        return list(self._matching(words))

    def serials(self, words: Sequence[str]) -> set[int]:
        """Give their serial numbers."""
        return set(self._matching(words))

    def best(self, words: Sequence[str], limit: int = 20, *, exact: bool = False) -> list[int]:
        """Open all; it knows no order."""
        return list(self._matching(words, r"\b" if exact else ""))[:limit]

    def close(self) -> None:
        """Lock it."""
        self._store.close()


def _said(kind: str, claims: Iterable[Sequence[Any]]) -> tuple[str, list[str]]:
    return kind, sorted(json.dumps(claim, sort_keys=True) for claim in claims)


def _number(document: str) -> int:
    return int(document.split("-")[1])


def _serial(revision: Any) -> int:
    return _number(revision.values("id_document")[0])


PEERS: dict[str, Any] = {
    "casevault": CaseVault,
    "sqlcipher": SqlCipher,
    "multiple": MultipleCiphers,
    "plain": Fts,
    "scan": Scan,
}


def peak_memory() -> float:
    """Tell the peak memory of this process in megabytes, Python and imports included."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage tells on Linux includes the parent's peak
        return int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]) * 1024 / 1e6  # type: ignore[index]
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def answer(kind: str, path: Path, queries: Sequence[Sequence[str]], *, exact: bool) -> dict[str, Any]:
    """Open a store in this process, search it, and tell how long the first search took and what all of it cost.

    Args:
        kind: Of `PEERS`.
        path: The store.
        queries: Words to search for.
        exact: As they are written, and in no other way.

    Returns:
        `first`: seconds of the first search, its records included; `memory`: peak, in megabytes; `found`: serial
        numbers that the first search gave.
    """
    with closing(PEERS[kind](path)) as store:  # unlocked from here on
        start = time.perf_counter()
        found = store.best(queries[0], exact=exact)
        first = time.perf_counter() - start
        for words in queries[1:]:
            store.best(words)
    return {"first": first, "memory": peak_memory(), "found": found}


if __name__ == "__main__":
    print(json.dumps(answer(sys.argv[1], Path(sys.argv[2]), **json.load(sys.stdin))))
