"""Attacks on the vault file as a SQLite database, and on what lies beside it; the engine has no keys and needs none.

Every attack is made with plain SQLite or on the bytes, as an attacker would. All stored bytes are invented.
"""

import hashlib
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from vault.engine import MAX_BODY_BYTES, guard, sqlite
from vault.errors import EngineError, FormatError, IntegrityError, UnsafePathError, VaultError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of POSIX")
ROOT = Path(__file__).parents[2]
PAGE = 8192
JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a script in another process."""
    return subprocess.Popen(
        (sys.executable, "-c", script, *map(str, arguments)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(script: str, *arguments: object) -> str:
    """Run a script to its end in another process and return what it printed."""
    with start(script, *arguments) as child:
        out, errors = child.communicate()
    assert child.returncode == 0, errors
    return out


def make(path: Path, count: int = 60, seed: int = 1) -> dict[int, bytes]:
    """Make a vault file with objects of all sizes and return them."""
    source = random.Random(seed)
    objects = {
        source.getrandbits(62): source.randbytes(source.choice((1000, 2024, 4056, 20_000))) for _ in range(count)
    }
    with closing(sqlite.create(path)) as engine, engine.transaction() as writer:
        writer.set_header(source.randbytes(10_272))
        writer.swap_head(None, source.randbytes(900))
        for object_id, data in objects.items():
            writer.put(object_id, data)
    return objects


def read(path: Path) -> dict[int, bytes]:
    with closing(sqlite.open(path)) as engine, engine.snapshot() as reader:
        return dict(reader.scan())


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def digests(folder: Path) -> dict[str, bytes]:
    return {entry.name: hashlib.sha256(entry.read_bytes()).digest() for entry in folder.iterdir() if entry.is_file()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "of one vault"
    folder.mkdir()
    make(folder / "cases.vault")
    return folder / "cases.vault"


# -- Attack 42 --------------------------------------------------------------------------------------------------------


def weaken(table: str, sql: str) -> str:
    return f"UPDATE sqlite_master SET sql = '{sql}' WHERE name = '{table}'"


PLANTED = {
    "trigger on insert": "CREATE TRIGGER t AFTER INSERT ON object BEGIN DELETE FROM object WHERE id % 2; END",
    "trigger on delete": "CREATE TRIGGER t BEFORE DELETE ON object BEGIN SELECT raise(ignore); END",
    "trigger on update": "CREATE TRIGGER t AFTER UPDATE ON head BEGIN DELETE FROM header; END",
    "trigger with a long text": "CREATE TRIGGER t AFTER INSERT ON head BEGIN SELECT '" + "x" * 100_000 + "'; END",
    "view": "CREATE VIEW v AS SELECT * FROM object",
    "view in the place of a table": "ALTER TABLE head RENAME TO x; CREATE VIEW head AS SELECT i, b FROM x",
    "further table": "CREATE TABLE t (a)",
    "virtual table": "CREATE VIRTUAL TABLE t USING fts5(a)",
    "virtual table of a module": "CREATE VIRTUAL TABLE t USING rtree(a, b, c)",
    "index": "CREATE INDEX i ON object (b)",
    "unique index": "CREATE UNIQUE INDEX i ON object (b)",
    "index over an expression": "CREATE INDEX i ON object (length(b))",
    "index over some rows": "CREATE INDEX i ON object (b) WHERE id > 5",
    "generated column": "ALTER TABLE object ADD COLUMN g INTEGER GENERATED ALWAYS AS (length(b)) VIRTUAL",
    "further column": "ALTER TABLE object ADD COLUMN c INTEGER",
    "renamed column": "ALTER TABLE object RENAME COLUMN b TO c",
    "renamed table": "ALTER TABLE object RENAME TO objects",
    "missing table": "DROP TABLE header",
    "changed type": weaken("object", "CREATE TABLE object(id INTEGER PRIMARY KEY, b ANY NOT NULL) STRICT"),
    "not strict": weaken("object", "CREATE TABLE object(id INTEGER PRIMARY KEY, b BLOB NOT NULL)"),
    "null allowed": weaken("head", "CREATE TABLE head(i INTEGER PRIMARY KEY, b BLOB) STRICT"),
    "check": weaken("head", "CREATE TABLE head(i INTEGER PRIMARY KEY, b BLOB NOT NULL CHECK (length(b))) STRICT"),
    "default": weaken("head", "CREATE TABLE head(i INTEGER PRIMARY KEY, b BLOB NOT NULL DEFAULT x''00'') STRICT"),
    "conflict clause": weaken(
        "object", "CREATE TABLE object(id INTEGER PRIMARY KEY ON CONFLICT REPLACE, b BLOB NOT NULL) STRICT"
    ),
    "foreign key": weaken(
        "object", "CREATE TABLE object(id INTEGER PRIMARY KEY, b BLOB NOT NULL REFERENCES head) STRICT"
    ),
    "one space more": weaken("object", "CREATE TABLE object(id INTEGER PRIMARY KEY, b BLOB NOT NULL)  STRICT"),
    "other case": weaken("object", "CREATE TABLE object(id INTEGER PRIMARY KEY, b BLOB NOT NULL) strict"),
    "broken text": weaken("object", "CREATE TABLE object(("),
    "two tables in one place": "UPDATE sqlite_master SET rootpage = 2 WHERE name = 'head'",
    "swapped tables": "UPDATE sqlite_master SET rootpage = 7 - rootpage WHERE name IN ('head', 'object')",
    "other order": "UPDATE sqlite_master SET rowid = 9 WHERE name = 'header'",
    "other name in the row": "UPDATE sqlite_master SET tbl_name = 'header' WHERE name = 'head'",
    "row of another type": "UPDATE sqlite_master SET type = 'view', rootpage = 0 WHERE name = 'head'",
    "text as bytes": "UPDATE sqlite_master SET sql = CAST(sql AS BLOB) WHERE name = 'head'",
    "statistics": "ANALYZE",
    "sequence": "CREATE TABLE t (i INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE t",
    "application id": "PRAGMA application_id = 7",
    "user version": "PRAGMA user_version = 2",
    "user version below": "PRAGMA user_version = 0",
    "cache size": "PRAGMA default_cache_size = 100000000",
    "page size": "PRAGMA page_size = 4096; VACUUM",
    "automatic vacuum": "PRAGMA auto_vacuum = FULL; VACUUM",
    "write-ahead log": "PRAGMA journal_mode = WAL",
}


def plant(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.execute("PRAGMA writable_schema = ON")
        plain.executescript(script)


CONNECTED: list[object] = []
sys.addaudithook(lambda event, arguments: CONNECTED.append(arguments) if event == "sqlite3.connect" else None)


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_schema_is_refused_before_sqlite_sees_it(path, kind):
    """Attack 42: no statement runs, for there is no connection; no byte of the file changes; nothing lies beside it."""
    held = set(guard._shared)
    plant(path, PLANTED[kind])
    before = digests(path.parent)
    CONNECTED.clear()
    for read_only in (False, True):
        with pytest.raises(FormatError):
            sqlite.open(path, read_only=read_only)
    assert not CONNECTED
    assert digests(path.parent) == before
    assert not set(guard._shared) - held


@pytest.mark.parametrize("kind", [kind for kind in PLANTED if "text" not in kind and kind != "write-ahead log"])
def test_a_schema_planted_under_an_open_engine_is_refused(path, kind):
    """Attack 42: planted while a session is open, it is refused by the next transaction, before any other statement."""
    with closing(sqlite.open(path)) as engine:
        plant(path, PLANTED[kind])
        before = digests(path.parent)
        statements: list[str] = []
        engine._connection.set_trace_callback(statements.append)
        for begin in (engine.snapshot, engine.transaction):
            with suppress(FormatError, IntegrityError), begin():
                # Settings in the file's header have no hold on a connection that is open.
                assert kind in {"application id", "user version", "user version below", "cache size"}
        if engine._connection is not None:
            engine._connection.set_trace_callback(None)
        assert {text.split()[0] for text in statements} <= {"BEGIN", "SELECT", "ROLLBACK"}
        assert {text for text in statements if text.startswith("SELECT")} <= {sqlite._SCHEMA}
        assert digests(path.parent) == before


def test_the_connection_itself_runs_no_trigger(path):
    """Attack 42: whatever stands in the schema, a trigger is an error or nothing."""
    with closing(sqlite.open(path)) as engine:
        connection = engine._connection
        plant(path, PLANTED["trigger on insert"])
        with suppress(sqlite3.DatabaseError):
            connection.execute("INSERT INTO object(id, b) VALUES (0, x'00')")
        assert connection.execute("SELECT count(*) FROM object WHERE id > 0").fetchone() == (60,)


# -- Attack 44 --------------------------------------------------------------------------------------------------------

DIE_IN_A_COMMIT = """
import os, signal, sys
from vault.engine import sqlite
with sqlite.open(sys.argv[1]).transaction() as writer:
    copies = writer.head_copies()
    writer.swap_head(copies[0].data, b"never committed")
    writer.delete(next(writer.scan())[0])
    for number in range(40):
        writer.put(10_000 + number, os.urandom(1 << 20))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def die(path: Path) -> Path:
    """Kill a writer when a part of its commit is in the file; return the journal it leaves."""
    with start(DIE_IN_A_COMMIT, path) as child:
        child.communicate()
    assert child.returncode == -9
    journal = path.with_name(path.name + "-journal")
    assert journal.read_bytes()[:8] == JOURNAL_MAGIC
    return journal


def refused(path: Path) -> None:
    """Assert that no file in the vault's folder is touched and nothing is read."""
    before = digests(path.parent)
    for read_only in (False, True):
        with pytest.raises(UnsafePathError):
            sqlite.open(path, read_only=read_only)
    assert digests(path.parent) == before


def test_the_vaults_own_journal_is_written_back(path):
    """Attack 44: what the guard is not to keep from healing."""
    objects, before = read(path), path.read_bytes()
    journal = die(path)
    assert path.stat().st_size > len(before)
    assert read(path) == objects
    assert path.read_bytes() == before
    assert not journal.exists()


def test_a_read_only_engine_says_that_a_write_must_be_undone(path):
    """Attack 44: a journal that cannot be written back is neither passed over nor called damage."""
    die(path)
    before = digests(path.parent)
    with pytest.raises(EngineError, match="undone"):
        sqlite.open(path, read_only=True, busy_seconds=0.1)
    assert digests(path.parent) == before
    sqlite.open(path).close()
    sqlite.open(path, read_only=True).close()


def test_the_journal_of_another_vault(path, tmp_path):
    """Attack 44: a journal from another vault, also one of the same size and the same number of commits."""
    make(tmp_path / "other.vault")
    journal = die(tmp_path / "other.vault")
    shutil.copy(journal, path.with_name(path.name + "-journal"))
    refused(path)


def test_the_journal_of_an_older_self(path):
    """Attack 44: a journal that a sync program brings back after the vault has gone on."""
    journal = die(path)
    kept = journal.read_bytes()
    for number in range(2):
        with closing(sqlite.open(path)) as engine, engine.transaction() as writer:
            writer.put(number, b"newer")
    journal.write_bytes(kept)
    refused(path)
    journal.unlink()
    assert read(path)[1] == b"newer"


def test_the_journal_of_the_vault_before_compacting(path):
    """Attack 44: pages of the old file have no place in the rewritten one."""
    kept = die(path).read_bytes()
    with closing(sqlite.open(path)) as engine:
        engine.compact()
    path.with_name(path.name + "-journal").write_bytes(kept)
    refused(path)


def test_the_journal_of_a_newer_self(path):
    """Attack 44: a journal beside an older copy of the vault that was put back."""
    old = path.read_bytes()
    for number in range(2):
        with closing(sqlite.open(path)) as engine, engine.transaction() as writer:
            writer.put(number, b"newer")
    die(path)
    path.write_bytes(old)
    refused(path)


def victim_record(victim: Path) -> bytes:
    """Write the end of a journal that names a further file, which SQLite deletes after playing the journal back."""
    name = bytes(victim)
    lock_page = (1 << 30) // PAGE + 1
    parts = (lock_page.to_bytes(4), name, len(name).to_bytes(4), sum(name).to_bytes(4), JOURNAL_MAGIC)
    return b"".join(parts)


@pytest.mark.parametrize("kind", ["hot", "cold", "alone"])
def test_a_journal_that_names_a_victim(path, tmp_path, kind):
    """Attack 44: neither playing it back nor the undoing of a later write deletes the file it names."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    journal = path.with_name(path.name + "-journal")
    if kind == "alone":
        journal.write_bytes(bytes(512) + victim_record(victim))
    else:
        die(path)
        content = journal.read_bytes() + victim_record(victim)
        journal.write_bytes(content if kind == "hot" else b"\0" + content[1:])
    refused(path)
    assert victim.read_bytes() == b"precious"


def test_a_journal_with_a_victim_that_comes_under_an_open_engine(path, tmp_path):
    """Attack 44: the journal is looked at before each transaction, not at opening only."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    with closing(sqlite.open(path)) as engine:
        path.with_name(path.name + "-journal").write_bytes(bytes(512) + victim_record(victim))
        for begin in (engine.snapshot, engine.transaction):
            with pytest.raises(UnsafePathError), begin():
                pass
    assert victim.read_bytes() == b"precious"


def lie(offset: int, value: int, length: int = 4) -> Callable[[bytes], bytes]:
    return lambda journal: journal[:offset] + value.to_bytes(length) + journal[offset + length :]


LIES: dict[str, Callable[[bytes], bytes]] = {
    "the vault had no pages": lie(16, 0),
    "the vault had one page": lie(16, 1),
    "no records": lie(8, 0),
    "sectors of one byte": lie(20, 1),
    "sectors of a gigabyte": lie(20, 1 << 30),
    "sectors of no power of two": lie(20, 513),
    "other page size": lie(24, 4096),
    "first record of another page": lie(512, 2),
    "other tag": lie(516 + 40, 7),
    "other schema": lie(516 + 8000, 7, 40),
    "write-ahead log": lie(516 + 18, 0x0202, 2),
    "other moment": lie(516 + 24, 2**32 - 1),
    "only its first byte": lambda journal: journal[:1],
    "only its magic": lambda journal: journal[:8],
    "only its header": lambda journal: journal[:512],
    "half a first record": lambda journal: journal[:5000],
    "other magic": lie(0, 0x53514C69),
}


@pytest.mark.parametrize("kind", LIES)
def test_journals_that_lie(path, kind):
    """Attack 44: a journal that differs in one thing from the vault's own is not played back."""
    journal = die(path)
    sqlite.open(path).close()
    die(path)
    journal.write_bytes(LIES[kind](journal.read_bytes()))
    refused(path)


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
@pytest.mark.parametrize("kind", ["link", "link to nothing", "folder", "pipe", "noise"])
def test_strange_things_beside_the_vault(path, tmp_path, ending, kind):
    """Attack 44: a link, a folder, a pipe or noise in the place of a companion: refused, without hanging."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    beside = path.with_name(path.name + ending)
    if kind == "link":
        beside.symlink_to(victim)
    elif kind == "link to nothing":
        beside.symlink_to(tmp_path / "nothing")
    elif kind == "folder":
        beside.mkdir()
    elif kind == "pipe":
        os.mkfifo(beside)
    else:
        beside.write_bytes(random.Random(1).randbytes(5000))
    for read_only in (False, True):
        with pytest.raises(UnsafePathError):
            sqlite.open(path, read_only=read_only)
    assert victim.read_bytes() == b"precious"
    assert os.path.lexists(beside)
    assert not (tmp_path / "nothing").exists()


def test_a_write_ahead_log_of_the_vaults_own_pages(path):
    """Attack 44: a log with right checksums replaces pages of a file whose header knows nothing of logs."""
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        before = path.read_bytes()
        plain.execute("PRAGMA journal_mode = WAL")
        plain.execute("DELETE FROM object")
        log = path.with_name(path.name + "-wal").read_bytes()
        assert log
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    path.write_bytes(before)
    path.with_name(path.name + "-wal").write_bytes(log)
    refused(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("content", [b"", bytes(600)], ids=["empty", "cold"])
def test_a_journal_of_another_account(path, content):
    """Attack 44: in a shared folder, an account without rights to the vault leaves a journal it can change later."""
    journal = path.with_name(path.name + "-journal")
    journal.write_bytes(content)
    os.chown(journal, 12345, 12345)
    refused(path)
    os.chown(journal, 0, 0)
    sqlite.open(path).close()


# -- Attack 45 --------------------------------------------------------------------------------------------------------

NAMES = [
    "file:cases.vault",
    "file:cases?mode=memory",
    "file::memory:",
    ":memory:",
    "-",
    "two\nlines",
    "cases?mode=ro&immutable=1",
    "cases#fragment",
    "100%25%00.vault",
    "with space ",
    " ",
    "'; DROP TABLE object; --",
    "ключ.vault",
    os.fsdecode(b"not utf-8 \xff.vault"),
    "~",
    "$HOME",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_path_is_a_path(tmp_path, monkeypatch, name):
    """Attack 45: whatever SQLite or a shell would read into a name, it is the name of one plain file."""
    monkeypatch.chdir(tmp_path)
    with closing(sqlite.create(name)) as engine:
        with engine.transaction() as writer:
            writer.put(1, b"one")
        assert names(tmp_path) == [name]
        engine.compact()
        assert names(tmp_path) == [name]
        engine.copy_to(Path("copy of " + name))
    assert names(tmp_path) == sorted([name, "copy of " + name])
    assert read(Path("copy of " + name)) == {1: b"one"}
    with closing(sqlite.open(name)) as engine, engine.snapshot() as reader:
        assert reader.get(1) == b"one"
    with pytest.raises(UnsafePathError):
        sqlite.create(name)


@pytest.mark.parametrize("name", ["", "\0", "cases\0.vault"])
def test_a_path_that_is_none(tmp_path, monkeypatch, name):
    """Attack 45: an empty path, or one with a NUL, is the caller's mistake."""
    monkeypatch.chdir(tmp_path)
    for call in (sqlite.create, sqlite.open):
        with pytest.raises(ValueError, match="path"):
            call(name)
    assert names(tmp_path) == []


# -- Attack 18 --------------------------------------------------------------------------------------------------------

BODIES: dict[str, str] = {
    "NULL": "NULL",
    "text": "'text'",
    "a number": "17",
    "a fraction": "1.5",
    "no bytes": "x''",
    "empty text": "''",
    "a little too much": f"zeroblob({MAX_BODY_BYTES + 33})",
    "three megabytes of text": "CAST(zeroblob(3000000) AS TEXT)",
}


def slip_in(path: Path, table: str, key: int, body: str) -> None:
    """Store a row that the schema forbids: weaken it, store, and put it back."""
    good = {row[1].decode(): row[4].decode() for row in guard.SCHEMA}
    plant(path, weaken(table, good[table].replace(" BLOB NOT NULL) STRICT", ")")))
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.execute(f"REPLACE INTO {table} VALUES ({key}, {body})")
    plant(path, weaken(table, good[table]))


@pytest.mark.parametrize("body", BODIES)
def test_bodies_that_are_none(path, body):
    """Attack 18: NULL, text, numbers, nothing or too much in the place of bytes."""
    objects = read(path)
    bad = min(objects)
    slip_in(path, "object", bad, BODIES[body])
    slip_in(path, "head", 0, BODIES[body])
    slip_in(path, "header", 1, BODIES[body])
    with closing(sqlite.open(path)) as engine:
        with engine.snapshot() as reader:
            with pytest.raises(IntegrityError):
                reader.get(bad)
            found = dict(reader.scan())
            assert found == objects | {bad: b""}
            assert reader.count() == len(objects)
            assert reader.sizes()
            assert [copy.intact for copy in reader.head_copies()] == [False, True]
            assert [copy.intact for copy in reader.header_copies()] == [True, False]
            assert reader.head_copies()[0].data == b""
        with engine.transaction() as writer:
            writer.delete(bad)
            writer.put(bad, objects[bad])
    assert read(path) == objects


LOOK = """
import resource, sys
from vault.engine import sqlite
from vault.errors import VaultError
engine = sqlite.open(sys.argv[1])
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with engine.snapshot() as reader:
    before = peak()
    for call in (lambda: reader.get(1), reader.head_copies, lambda: sum(1 for _ in reader.scan()), reader.count):
        try:
            call()
        except VaultError as error:
            print(type(error).__name__)
    print(max(size for _, size in reader.sizes()))
    print((peak() - before) // 1024)
"""


def test_huge_bodies_take_no_memory(path, deep):
    """Attack 18: a body of up to 1 GB is refused by its length, without being read."""
    size = deep("huge-body", 100_000_000, 999_000_000)
    slip_in(path, "object", 1, f"zeroblob({size})")
    slip_in(path, "head", 0, f"zeroblob({size})")
    name, largest, mebibytes = run(LOOK, path).split()
    assert name == "IntegrityError"
    assert int(largest) == size
    assert int(mebibytes) < 16


def test_a_body_that_only_says_it_is_huge(path):
    """Attack 18: a row that claims 1 GiB of which the file has a few bytes."""
    content = path.read_bytes()
    body = max(read(path).values(), key=len)
    at = content.index(body[:64])
    # A record: its length and key as variable-length integers, then a header of 3 or more bytes, then the bytes.
    for length in (1 << 30, (1 << 31) - 1, (1 << 32) - 1):
        claim = bytes([0x80 | length >> 28 & 0x7F, 0x80 | length >> 21 & 0x7F, 0x80 | length >> 14 & 0x7F])
        claim += bytes([0x80 | length >> 7 & 0x7F, length & 0x7F])
        for back in range(12, 25):
            path.write_bytes(content[: at - back] + claim + content[at - back + len(claim) :])
            out = (
                run(LOOK.replace("reader.get(1)", "[reader.get(i) for i, _ in list(reader.sizes())]"), path)
                if back == 17
                else ""
            )
            assert not out or int(out.split()[-1]) < 16
            with suppress(VaultError):
                read(path)


# -- Attack 46 --------------------------------------------------------------------------------------------------------

COUNT = """
import random, sys
from vault.engine import sqlite
path, who, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
source = random.Random(who)
for _ in range(rounds):
    engine = sqlite.open(path)
    with engine.transaction() as writer:
        old = writer.head_copies()[0].data
        writer.put(source.getrandbits(62), source.randbytes(1000))
        writer.swap_head(old, str(int(old) + 1).encode())
    engine.close()
"""


def test_no_write_of_many_processes_is_lost(tmp_path, deep):
    """Attack 46: eight processes, each with many opens and commits; the head counts every one."""
    rounds = deep("engine-writers", 25, 200)
    path = tmp_path / "cases.vault"
    with closing(sqlite.create(path)) as engine:
        with engine.transaction() as writer:
            writer.swap_head(None, b"0")
        children = [start(COUNT, path, who, rounds) for who in range(8)]
        failures = [errors for child in children if (errors := child.communicate()[1])]
        assert failures == []
        with engine.snapshot() as reader:
            assert [copy.data for copy in reader.head_copies()] == [str(8 * rounds).encode()] * 2
            assert reader.count() == 8 * rounds
            assert reader.faults() == []


# -- Attack 47 --------------------------------------------------------------------------------------------------------

ACKNOWLEDGE = """
import os, sys
from vault.engine import sqlite
engine = sqlite.open(sys.argv[1])
while True:
    with engine.transaction() as writer:
        old = writer.head_copies()[0].data
        new = str(int(old) + 1).encode()
        writer.put(int(new), bytes(int(new) % 5 * 3000) + new)
        writer.swap_head(old, new)
    print(int(new), flush=True)
    if int(new) % 7 == 0:
        engine.compact()
"""


def test_acknowledged_writes_survive_a_kill(tmp_path, deep):
    """Attack 47: killed at any moment, also while compacting, every acknowledged commit is there."""
    rounds = deep("engine-kills", 12, 1000)
    source = rounds.random()
    path = tmp_path / "cases.vault"
    with closing(sqlite.create(path)) as engine, engine.transaction() as writer:
        writer.swap_head(None, b"0")
    for _ in range(rounds):
        with start(ACKNOWLEDGE, path) as child:
            acknowledged = int(child.stdout.readline())
            with suppress(subprocess.TimeoutExpired):
                child.wait(source.uniform(0, 0.1))
            child.kill()
            acknowledged = max([acknowledged, *map(int, child.communicate()[0].split())])
        with closing(sqlite.open(path)) as engine:
            with engine.snapshot() as reader:
                [head] = {copy.data for copy in reader.head_copies()}
                assert int(head) in {acknowledged, acknowledged + 1}
                assert [object_id for object_id, _ in reader.sizes()] == list(range(1, int(head) + 1))
                assert reader.faults() == []
            with engine.transaction() as writer:
                writer.set_header(b"header")
        assert names(tmp_path) == ["cases.vault"]


# -- Attack 48 --------------------------------------------------------------------------------------------------------

STEPS = """
import os, sys
from vault.engine import sqlite
from vault.errors import VaultError
def step(name, act):
    try:
        act()
        print(name, "done", flush=True)
    except VaultError as error:
        print(name, type(error).__name__, flush=True)
def commit(old, new):
    def act():
        with sqlite.open(sys.argv[1]).transaction() as writer:
            writer.delete(int(old))
            writer.put(int(new), new * 5000)
            writer.swap_head(old, new)
    return act
step("first", commit(b"1", b"2"))
step("compact", lambda: sqlite.open(sys.argv[1]).compact())
step("second", commit(b"2", b"3"))
"""


def test_a_medium_that_fails_at_any_call(tmp_path, deep, tool):
    """Attack 48: the disk full, or an I/O error, at each call on the vault's files: the old state or the new one."""
    calls = deep("engine-failing-calls", 10, 500)
    source = calls.random()
    strace = tool("strace")
    outcomes = set()
    for number in range(calls):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "cases.vault"
        with closing(sqlite.create(path)) as engine, engine.transaction() as writer:
            writer.put(1, b"1" * 5000)
            writer.swap_head(None, b"1")
        files = [path, folder / "cases.vault-journal", folder / ".cases.vault.compact"]
        which = source.choice(
            ("pwrite64", "pread64", "fsync,fdatasync", "unlink,unlinkat,rename", "openat", "fcntl", "all")
        )
        kind, when = source.choice(("ENOSPC", "EIO", "EDQUOT")), source.randrange(1, 120 if which == "all" else 25)
        # From that call on, as a full or broken disk does not heal.
        fault = f"inject={which}:error={kind}:when={when}{source.choice(('', '+'))}"
        if which == "all":
            fault = fault.replace("all", "pwrite64,pread64,fsync,fdatasync,unlink,rename,openat,fcntl,ftruncate")
        command = [strace, "-qq", "-o", os.devnull, "-e", "trace=desc,file", "-e", fault]
        command += [argument for file in files for argument in ("-P", str(file))]
        done = subprocess.run(
            [*command, sys.executable, "-c", STEPS, path], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (fault, done.stderr)
        found = dict(line.split() for line in done.stdout.splitlines())
        outcomes |= set(found.values())
        with closing(sqlite.open(path)) as engine, engine.snapshot() as reader:
            [head] = {copy.data for copy in reader.head_copies() if copy.intact}
            assert dict(reader.scan()) == {int(head): head * 5000}, fault
            assert reader.faults() == [], fault
        if found["second"] == "done":
            assert head == b"3", fault
        elif found["first"] == "done":
            assert head in {b"2", b"3"}, fault
    assert outcomes <= {"done", "EngineError", "BusyError", "IntegrityError"}


# -- Attack 49 --------------------------------------------------------------------------------------------------------

READ = """
import os, sys
from pathlib import Path
from vault.engine import sqlite
from vault.errors import EngineError
if len(sys.argv) > 3:
    Path("/").as_uri()  # loads what may be out of reach after this
    os.setgid(int(sys.argv[3]))
    os.setuid(int(sys.argv[3]))
engine = sqlite.open(sys.argv[1])
with engine.snapshot() as reader:
    print(reader.count(), len(reader.head_copies()), engine.read_only)
engine.copy_to(Path(sys.argv[2]))
try:
    with engine.transaction():
        print("written")
except EngineError as error:
    print(type(error).__name__)
"""


def test_a_read_only_medium(path, tmp_path, tool):
    """Attack 49: a vault on a medium that cannot be written is read without being asked for, and copied from there."""
    medium = tmp_path / "medium"
    medium.mkdir()
    mount = 'mount -t tmpfs none "$1" && cp "$2" "$1/cases.vault" && mount -o remount,ro "$1"'
    mounted = mount + ' && "$3" -c "$4" "$1/cases.vault" "$5"'
    done = subprocess.run(
        (tool("unshare"), "-m", "sh", "-c", mounted, "sh", medium, path, sys.executable, READ, tmp_path / "copy.vault"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("this account may not mount anything")
    assert done.stdout.split() == ["60", "2", "True", "EngineError"], done.stderr
    assert read(tmp_path / "copy.vault") == read(path)


def test_a_folder_without_the_right_to_write(path, tmp_path):
    """Attack 49: the same where only the rights are missing."""
    open_to = tmp_path / "open"
    open_to.mkdir()
    open_to.chmod(0o777)
    arguments: list[object] = [path, open_to / "copy.vault"]
    if os.geteuid() == 0:
        for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
            folder.chmod(folder.stat().st_mode | 0o055)
        os.chown(path, 12345, 12345)
        arguments.append(12345)
    path.parent.chmod(0o555)
    try:
        assert run(READ, *arguments).split() == ["60", "2", "True", "EngineError"]
    finally:
        path.parent.chmod(0o755)
    assert stat.S_IMODE((open_to / "copy.vault").stat().st_mode) == 0o600


BUSY_WRITER = """
import os, sys
from vault.engine import sqlite
engine = sqlite.open(sys.argv[1], busy_seconds=60)
number = 0
print("ready", flush=True)
while True:
    with engine.transaction() as writer:
        old = writer.head_copies()[0].data
        new = str(int(old) + 1).encode()
        writer.delete(int(old))
        writer.put(int(new), new)
        for _ in range(40 if number % 50 == 49 else 3):
            writer.put((1 << 50) + int.from_bytes(os.urandom(6)), os.urandom(1 << 20 if number % 50 == 49 else 3000))
        writer.swap_head(old, new)
        if number % 10 == 9:
            for object_id, _ in list(writer.sizes()):
                if object_id >= 1 << 50:
                    writer.delete(object_id)
    number += 1
    if number % 20 == 0:
        engine.compact()
"""

BUSY_READER = """
import sys, time
from vault.engine import sqlite
path, how, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
end = time.monotonic() + seconds
engine = sqlite.open(path, read_only=how == "read-only", busy_seconds=60)
rounds = 0
while time.monotonic() < end:
    if how != "kept":
        engine.close()
        engine = sqlite.open(path, read_only=how == "read-only", busy_seconds=60)
    with engine.snapshot() as reader:
        heads = {copy.data for copy in reader.head_copies() if copy.intact}
        [head] = heads
        assert reader.get(int(head)) == head, "the head names an object that is missing"
        assert [size for i, size in reader.sizes() if i < 1 << 50] == [len(head)], "two states in one"
    rounds += 1
print(rounds)
"""


def test_readers_beside_a_busy_writer_never_fail(tmp_path, deep):
    """Attack 49: open and read again and again, while a writer commits, undoes, spills and compacts."""
    seconds = deep("busy-writer", 3, 60)
    path = tmp_path / "cases.vault"
    with closing(sqlite.create(path)) as engine, engine.transaction() as writer:
        writer.put(1, b"1")
        writer.swap_head(None, b"1")
    with start(BUSY_WRITER, path) as writer:
        writer.stdout.readline()
        readers = [start(BUSY_READER, path, how, seconds) for how in ("opened", "read-only", "kept")]
        found = [reader.communicate() for reader in readers]
        assert writer.poll() is None, writer.communicate()[1]
        writer.kill()
    assert [errors for _, errors in found] == [""] * 3
    assert all(int(out) > 10 for out, _ in found)
    with closing(sqlite.open(path)) as engine, engine.snapshot() as reader:
        assert reader.faults() == []


# -- Attack 68 --------------------------------------------------------------------------------------------------------

WATCH = """
import os, stat, sys
from pathlib import Path
from vault.engine import sqlite
os.umask(int(sys.argv[2], 8))
path = Path(sys.argv[1])
modes = {}
def look(*_):
    for entry in path.parent.iterdir():
        modes.setdefault(entry.name.split(".")[-1], set()).add(oct(stat.S_IMODE(entry.lstat().st_mode)))
for event in ("open", "os.rename", "os.remove", "os.link"):
    sys.addaudithook(lambda name, _, event=event: look() if name == event else None)
engine = sqlite.create(path)
with engine.transaction() as writer:
    for number in range(40):
        writer.put(number, bytes(1 << 20))
    look()
engine.copy_to(path.with_name("copy"))
engine.compact()
look()
print(sorted(modes.items()))
"""


@pytest.mark.parametrize("umask", ["000", "022", "777"])
def test_files_are_private_from_their_first_byte(tmp_path, umask):
    """Attack 68: looked at after every call that opens, links or renames, with umask 000 and others."""
    if umask == "777" and os.geteuid() != 0:
        pytest.skip("with that umask only root can open what SQLite makes")
    allowed = {"0o600"} if umask != "777" else {"0o600", "0o0"}
    out = run(WATCH, tmp_path / "cases.vault", umask)
    modes = dict(eval(out))
    # On Linux what is being written has no name until it is whole; elsewhere it has one that ends in .part.
    assert {"vault", "vault-journal", "copy"} <= set(modes)
    assert set().union(*modes.values()) <= allowed
    assert modes["vault"] == {"0o600"}


def test_no_file_is_ever_opened_with_a_looser_mode(tmp_path, tool):
    """Attack 68: at the level of system calls, no file is created in the vault's folder but with 0600."""
    trace = tmp_path / "trace"
    folder = tmp_path / "of one vault"
    folder.mkdir()
    watched = (tool("strace"), "-f", "-qq", "-e", "trace=open,openat,creat", "-o", trace)
    subprocess.run(
        (*watched, sys.executable, "-c", WATCH, folder / "cases.vault", "000"),
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    made = [line for line in trace.read_text().splitlines() if "O_CREAT" in line and str(folder) in line]
    assert len(made) >= 4
    # SQLite names 0644 for the file of VACUUM INTO, which is there already, empty and 0600.
    assert [line for line in made if ", 0600)" not in line and '.compact"' not in line] == []


# -- Attack 10 --------------------------------------------------------------------------------------------------------


def left(path: Path, body: bytes) -> set[bytes]:
    """Find the aligned runs of 16 bytes of a body that are anywhere in a file."""
    content = path.read_bytes()
    runs = {body[at : at + 16] for at in range(0, len(body) - 16, 16)}
    return runs & {content[at : at + 16] for at in range(len(content) - 15)}


@pytest.mark.parametrize("size", [100, 1000, 8152, 50_000, 1 << 20])
def test_deleted_bytes_are_gone(path, size):
    """Attack 10: no run of 16 bytes of a deleted object is left in the file, and no journal is left beside it."""
    body = random.Random(7).randbytes(size)
    with closing(sqlite.open(path)) as engine:
        with engine.transaction() as writer:
            writer.put(1 << 61, body)
        assert left(path, body)
        with engine.transaction() as writer:
            writer.delete(1 << 61)
        assert left(path, body) == set()
        assert names(path.parent) == [path.name]


def test_replaced_heads_and_headers_are_gone(path):
    """Attack 10: old heads tell which commit made what."""
    with closing(sqlite.open(path)) as engine:
        with engine.snapshot() as reader:
            head, header = reader.head_copies()[0].data, reader.header_copies()[0].data
        assert head in path.read_bytes()
        with engine.transaction() as writer:
            writer.swap_head(head, b"a new head")
            writer.set_header(b"a new header")
        assert left(path, head) | left(path, header) == set()


# -- Attack 5 ---------------------------------------------------------------------------------------------------------


def rank_correlation(places: list[int]) -> float:
    """Spearman's, of the order in which things were stored and their places in the file."""
    count = len(places)
    ranks = {place: rank for rank, place in enumerate(sorted(places))}
    squares = sum((ranks[place] - order) ** 2 for order, place in enumerate(places))
    return 1 - 6 * squares / (count * (count * count - 1))


def test_the_order_within_a_commit_cannot_be_read(tmp_path):
    """Attack 5: rows of one commit lie in order of their random ids, not as they were stored."""
    source = random.Random(5)
    objects = [(source.getrandbits(62), source.randbytes(900)) for _ in range(3000)]
    path = tmp_path / "cases.vault"
    with closing(sqlite.create(path)) as engine, engine.transaction() as writer:
        for object_id, data in objects:
            writer.put(object_id, data)
    content = path.read_bytes()
    assert abs(rank_correlation([content.index(data[:32]) for _, data in objects])) < 0.1
    assert rank_correlation([content.index(data[:32]) for _, data in sorted(objects)]) > 0.9


def test_the_order_of_commits_can_hardly_be_read_from_small_rows(tmp_path):
    """Attack 5: rows of many commits lie on pages by id; for large rows the order is gone after `compact`."""
    source = random.Random(6)
    small = [(source.getrandbits(62), source.randbytes(900)) for _ in range(1200)]
    large = [(source.getrandbits(62), source.randbytes(20_000)) for _ in range(300)]
    path = tmp_path / "cases.vault"
    with closing(sqlite.create(path)) as engine:
        for number in range(300):
            with engine.transaction() as writer:
                for object_id, data in (*small[4 * number : 4 * number + 4], large[number]):
                    writer.put(object_id, data)
        content = path.read_bytes()
        assert abs(rank_correlation([content.index(data[:32]) for _, data in small])) < 0.25
        engine.compact()
    content = path.read_bytes()
    for objects in (small, large):
        assert abs(rank_correlation([content.index(data[-32:]) for _, data in objects])) < 0.15


# -- Attacks 12 and 43 ------------------------------------------------------------------------------------------------


def mutations(content: bytes, source: random.Random) -> Iterator[bytes]:
    """Damage a file in every way one can think of, for ever."""
    pages = len(content) // PAGE
    while True:
        changed = bytearray(content)
        kind = source.randrange(7)
        for _ in range(source.choice((1, 1, 2, 8, 64))):
            at, other = source.randrange(pages) * PAGE, source.randrange(pages) * PAGE
            if kind == 0:  # any byte
                changed[source.randrange(len(changed))] = source.randrange(256)
            elif kind == 1:  # where the structure is: the head of a page
                changed[at + source.randrange(16)] = source.choice((0, 1, 2, 5, 10, 13, 0x7F, 0x80, 0xFF))
            elif kind == 2:  # the head of the file
                changed[source.randrange(120)] = source.randrange(256)
            elif kind == 3:  # a page for another
                changed[at : at + PAGE] = content[other : other + PAGE]
            elif kind == 4:  # a page of noise
                changed[at : at + PAGE] = source.randbytes(PAGE)
            elif kind == 5:  # pointers to cells
                changed[at + 8 + source.randrange(64)] = source.randrange(256)
            else:  # cut
                del changed[source.randrange(len(changed)) :]
                break
        yield bytes(changed)


def test_damaged_files_give_content_or_an_error_of_ours(path, tmp_path, deep):
    """Attacks 12, 43: whatever the file holds, reading, writing and compacting end in success or a VaultError."""
    rounds = deep("engine-mutations", 150, 10_000)
    content, source = path.read_bytes(), rounds.random()
    ids = list(read(path))
    damaged = tmp_path / "damaged.vault"
    held = set(guard._shared)
    refused_or_read = [0, 0]
    for _, changed in zip(range(rounds), mutations(content, source), strict=False):
        damaged.write_bytes(changed)
        damaged.chmod(0o600)
        try:
            with closing(sqlite.open(damaged)) as engine:
                with engine.snapshot() as reader:
                    reader.head_copies()
                    reader.header_copies()
                    reader.count()
                    for object_id in ids:
                        with suppress(VaultError):
                            reader.get(object_id)
                    for _, body in reader.scan():
                        assert len(body) <= MAX_BODY_BYTES + 32
                    reader.faults()
                with engine.transaction() as writer:
                    writer.put(5, b"five")
                    writer.delete(ids[0])
                    writer.set_header(b"header")
                engine.compact()
            refused_or_read[1] += 1
        except VaultError:
            refused_or_read[0] += 1
        for entry in tmp_path.glob("damaged.vault-*"):
            entry.unlink()
    assert min(refused_or_read) > 0
    assert not set(guard._shared) - held


def test_cut_files(path, tmp_path):
    """Attack 12: cut at each page, and at each of the last bytes: refused."""
    content = path.read_bytes()
    damaged = tmp_path / "damaged.vault"
    for length in (*range(0, len(content), PAGE), *range(len(content) - 200, len(content))):
        damaged.write_bytes(content[:length])
        with pytest.raises((FormatError, IntegrityError)):
            sqlite.open(damaged)
    for tail in (bytes(1), bytes(PAGE), random.Random(2).randbytes(PAGE), content):
        damaged.write_bytes(content + tail)
        with pytest.raises(IntegrityError):
            sqlite.open(damaged)
