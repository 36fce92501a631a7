"""What is the SQLite engine's own: paths, permissions, locks between processes, replaced files.

All stored bytes are invented.
"""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from vault.engine import guard, sqlite
from vault.errors import BusyError, EngineError, FormatError, IntegrityError, UnlockError, UnsafePathError

ROOT = Path(__file__).parents[3]
posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of POSIX")


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a script in another process, which prints what it found."""
    return subprocess.run(
        (sys.executable, "-c", script, *map(str, arguments)), cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "cases.vault"
    with closing(sqlite.create(path)) as engine, engine.transaction() as writer:
        writer.set_header(b"header")
        writer.swap_head(None, b"head")
        for number in range(100):
            writer.put(number, b"object %d" % number)
    return path


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


TRY_TO_WRITE = """
import sys
from vault.engine import sqlite
from vault.errors import BusyError
engine = sqlite.open(sys.argv[1], busy_seconds=0.1)
try:
    with engine.transaction() as writer:
        writer.put(1000, b"by another process")
    print("written")
except BusyError:
    print("busy")
"""


def test_the_file_is_as_the_format_says(path):
    head = path.read_bytes()[:100]
    assert head[:16] == b"SQLite format 3\0"
    assert int.from_bytes(head[16:18]) == 8192
    assert head[68:72] == b"case"
    assert int.from_bytes(head[60:64]) == 1
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT sql FROM sqlite_master").fetchall() == [
            ("CREATE TABLE header(i INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT",),
            ("CREATE TABLE head(i INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT",),
            ("CREATE TABLE object(id INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT",),
        ]
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA journal_mode").fetchall() == [("delete",)]


def test_two_new_files_share_no_tag(tmp_path):
    tags = set()
    for number in range(4):
        sqlite.create(tmp_path / str(number)).close()
        tags.add((tmp_path / str(number)).read_bytes()[40:44])
    assert len(tags) == 4


def test_one_file_between_commands(path):
    with closing(sqlite.open(path)) as engine:
        with engine.transaction() as writer:
            writer.put(1000, b"new")
            assert names(path.parent) == [path.name]  # buffered: nothing is written yet
            assert writer.count() == 101
            assert names(path.parent) == [path.name, path.name + "-journal"]
        assert names(path.parent) == [path.name]
        engine.compact()
        assert names(path.parent) == [path.name]


def test_create_never_overwrites(path, tmp_path):
    before = path.read_bytes()
    with pytest.raises(UnsafePathError):
        sqlite.create(path)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UnsafePathError):
        sqlite.create(tmp_path / "link")
    with pytest.raises(UnsafePathError):
        sqlite.create(tmp_path)
    with pytest.raises(EngineError):
        sqlite.create(tmp_path / "missing" / "cases.vault")
    assert path.read_bytes() == before
    assert names(tmp_path) == [path.name, "link"]


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
def test_create_leaves_the_journal_of_a_file_that_was_moved_away(tmp_path, ending):
    """SQLite deletes a journal beside an empty file; it may be all that heals the vault it belongs to."""
    journal = tmp_path / f"cases.vault{ending}"
    journal.write_bytes(b"precious")
    with pytest.raises(UnsafePathError):
        sqlite.create(tmp_path / "cases.vault")
    assert journal.read_bytes() == b"precious"
    assert names(tmp_path) == [journal.name]


def test_a_missing_file_is_not_made(tmp_path):
    for absent in (tmp_path / "cases.vault", tmp_path / "missing" / "cases.vault"):
        with pytest.raises(UnlockError):
            sqlite.open(absent)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnlockError):
        sqlite.open(tmp_path / "file" / "cases.vault")
    assert names(tmp_path) == ["file"]


@posix
def test_only_regular_files_are_opened(path, tmp_path):
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "pipe")
    for wrong in (tmp_path / "link", tmp_path / "pipe", tmp_path, Path("/dev/null")):
        with pytest.raises(UnsafePathError):
            sqlite.open(wrong)
    linked = tmp_path / "folder"
    linked.symlink_to(tmp_path)
    sqlite.open(linked / path.name).close()  # the folder may be reached through a link, as /tmp is on macOS


@posix
@pytest.mark.parametrize("mode", [0o644, 0o666, 0o660, 0o777, 0o604])
def test_loose_permissions_are_mended_and_told(path, mode):
    path.chmod(mode)
    with closing(sqlite.open(path, read_only=True)) as engine:
        assert stat.S_IMODE(path.stat().st_mode) == mode
        assert "could not be mended" in engine.notices[0]
    with closing(sqlite.open(path)) as engine:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(engine.notices) == 1
        assert "mended" in engine.notices[0]
    with closing(sqlite.open(path)) as engine:
        assert engine.notices == ()


@posix
def test_an_owner_may_take_the_right_to_write_away(path):
    path.chmod(0o400)
    with closing(sqlite.open(path)) as engine, engine.snapshot() as reader:
        assert reader.count() == 100
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_read_only_never_writes(path):
    before = path.read_bytes(), path.stat().st_mtime_ns
    with closing(sqlite.open(path, read_only=True)) as engine:
        assert engine.read_only
        with engine.snapshot() as reader:
            assert reader.get(5) == b"object 5"
        with pytest.raises(EngineError), engine.transaction():
            pass
        with pytest.raises(EngineError):
            engine.compact()
        engine.copy_to(path.with_name("copy.vault"))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert path.with_name("copy.vault").read_bytes() == before[0]


def test_a_damaged_copy_of_header_or_head_is_told(path):
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("UPDATE header SET b = CAST('X' || substr(b, 2) AS BLOB) WHERE i = 0")
        plain.execute("UPDATE head SET b = substr(b, 1, 20) WHERE i = 1")
    with closing(sqlite.open(path)) as engine, engine.snapshot() as reader:
        assert [(copy.data, copy.intact) for copy in reader.header_copies()] == [(b"Xeader", False), (b"header", True)]
        assert [(copy.data, copy.intact) for copy in reader.head_copies()] == [(b"head", True), (b"", False)]


def test_one_intact_copy_is_enough_for_the_swap_and_both_are_written(path):
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("DELETE FROM head WHERE i = 0")
        plain.execute("UPDATE header SET b = x'00' WHERE i = 1")
    with closing(sqlite.open(path)) as engine:
        with engine.transaction() as writer:
            writer.swap_head(b"head", b"head")
            writer.set_header(b"header")
        with engine.snapshot() as reader:
            assert [copy.intact for copy in reader.head_copies() + reader.header_copies()] == [True] * 4


def test_a_writer_keeps_other_writers_out_and_lets_readers_in(path):
    with closing(sqlite.open(path)) as engine, engine.transaction() as writer:
        writer.put(1000, b"by this process")
        assert run(TRY_TO_WRITE, path).stdout == "busy\n"
        with closing(sqlite.open(path)) as other, other.snapshot() as reader:
            assert reader.count() == 100
    assert run(TRY_TO_WRITE, path).returncode == 1  # IdTakenError: it was written after all
    with closing(sqlite.open(path)) as engine, engine.snapshot() as reader:
        assert reader.get(1000) == b"by this process"


def test_a_snapshot_stays_as_it_was(path):
    with closing(sqlite.open(path)) as engine:
        with engine.snapshot() as reader:
            assert run(TRY_TO_WRITE, path).stdout == "busy\n"
            assert reader.get(1000) is None
        assert run(TRY_TO_WRITE, path).stdout == "written\n"
        with engine.snapshot() as reader:
            assert reader.get(1000) == b"by another process"


@posix
@pytest.mark.parametrize("step", ["open and close", "copy", "fail to open"])
def test_another_engine_in_the_process_does_not_take_the_locks_away(path, step):
    """POSIX drops all locks of a process on a file when the process closes any descriptor of it."""
    held = set(guard._shared)
    with closing(sqlite.open(path)) as engine, engine.transaction() as writer:
        writer.put(2000, b"kept out of sight")
        if step == "open and close":
            sqlite.open(path).close()
        elif step == "copy":
            with closing(sqlite.open(path)) as other:
                other.copy_to(path.with_name("copy.vault"))
        else:
            path.with_name(path.name + "-wal").write_bytes(b"")
            with pytest.raises(UnsafePathError):
                sqlite.open(path)
            path.with_name(path.name + "-wal").unlink()
        assert run(TRY_TO_WRITE, path).stdout == "busy\n"
    assert not set(guard._shared) - held


def test_a_file_that_was_replaced_is_opened_anew(path, tmp_path):
    other = tmp_path / "other.vault"
    with closing(sqlite.create(other)) as engine, engine.transaction() as writer:
        writer.put(1, b"of the other")
    with closing(sqlite.open(path)) as engine:
        with engine.snapshot() as reader:
            assert reader.count() == 100
            other.replace(path)
            assert reader.count() == 100
        with engine.transaction() as writer:
            assert writer.count() == 1
            writer.put(2, b"after")
        path.unlink()
        with pytest.raises(UnlockError), engine.snapshot():
            pass
    assert names(tmp_path) == []


def test_a_file_that_is_replaced_all_the_time_is_whole_or_busy(path):
    """Whoever restores a copy over an open vault harms nobody who reads it meanwhile."""
    script = """
import os, shutil, sys
path = sys.argv[1]
print("ready", flush=True)
while True:
    shutil.copy(path, path + ".next")
    os.replace(path + ".next", path)
"""
    with subprocess.Popen((sys.executable, "-c", script, path), stdout=subprocess.PIPE) as child:
        try:
            child.stdout.readline()
            counts = []
            while len(counts) < 100:
                with suppress(BusyError), closing(sqlite.open(path)) as engine:
                    for _ in range(20):
                        with suppress(BusyError), engine.snapshot() as reader:
                            counts.append(reader.count())
        finally:
            child.kill()
    assert set(counts) == {100}


def test_compacting_under_another_engine(path):
    with closing(sqlite.open(path)) as one, closing(sqlite.open(path)) as two:
        for number in range(1, 100):
            with one.transaction() as writer:
                writer.delete(number)
                writer.put(1000 + number, os.urandom(3000))
        with one.transaction() as writer:
            for number in range(1, 100):
                writer.delete(1000 + number)
        large = path.stat().st_size
        with two.snapshot() as reader:
            one.compact()
            assert reader.count() == 1
        assert path.stat().st_size < large / 4
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with two.transaction() as writer:
            assert writer.get(0) == b"object 0"
            writer.put(5, b"by the other")
        with one.snapshot() as reader:
            assert reader.get(5) == b"by the other"


def test_compacting_waits_for_writers(path):
    with closing(sqlite.open(path)) as one, closing(sqlite.open(path, busy_seconds=0.1)) as two:
        with one.transaction() as writer:
            writer.put(1000, b"x")
            with pytest.raises(BusyError):
                two.compact()
        two.compact()
        with one.snapshot() as reader:
            assert reader.get(1000) == b"x"


def leave_half(path):
    left = path.with_name(f".{path.name}.compact")
    for ending in ("", "-journal", "-from", "-from-journal"):
        left.with_name(left.name + ending).write_bytes(b"half of an old state")
    return left


def test_what_a_killed_compact_left_is_removed_by_whoever_comes_next(path):
    leave_half(path)
    sqlite.open(path).close()
    assert names(path.parent) == [path.name]
    with closing(sqlite.open(path)) as engine:
        leave_half(path)
        with engine.transaction():
            pass
        assert names(path.parent) == [path.name]


def test_what_a_compact_under_way_has_written_stays(path):
    with closing(sqlite.open(path)) as writing, writing.transaction():
        left = leave_half(path)
        sqlite.open(path).close()
        assert left.exists()
    left = leave_half(path)
    sqlite.open(path, read_only=True).close()
    assert left.exists()


def test_replacing_the_store_keeps_what_the_caller_fills_in(path):
    def fill(reader, new):
        with new.transaction() as writer:
            assert writer.count() == 0
            writer.set_header(b"another header")
            for found, body in reader.scan():
                writer.put(found + 1, body + b" again")

    with closing(sqlite.open(path)) as one, closing(sqlite.open(path)) as two, closing(sqlite.memory()) as three:
        for engine in (one, three):
            with engine.transaction() as writer:
                writer.put(7000, b"seven")
        with two.snapshot() as before:
            one.replace(fill)
            assert before.get(7000) == b"seven"
        three.replace(fill)
        for engine in (one, two, three):
            with engine.snapshot() as reader:
                assert reader.get(7001) == b"seven again"
                assert reader.get(7000) is None
                assert [copy.data for copy in reader.header_copies()] == [b"another header"] * 2
    assert names(path.parent) == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_replacement_that_fails_leaves_the_store_as_it_was(path):
    def fill(_, new):
        with new.transaction() as writer:
            writer.put(1, b"half")
        raise IntegrityError("damaged")

    before = path.read_bytes()
    with closing(sqlite.open(path)) as engine, pytest.raises(IntegrityError):
        engine.replace(fill)
    assert path.read_bytes() == before
    assert names(path.parent) == [path.name]


def test_compact_refuses_a_folder_in_its_place(path):
    path.with_name(f".{path.name}.compact").mkdir()
    before = path.read_bytes()
    with closing(sqlite.open(path)) as engine, pytest.raises(UnsafePathError):
        engine.compact()
    assert path.read_bytes() == before


def test_a_failing_disk_is_an_engine_error_and_changes_nothing(path):
    """A limit on the size of files stands for a disk that is full."""
    before = path.read_bytes()
    done = run(
        """
import resource, signal, sys
from pathlib import Path
from vault.engine import sqlite
from vault.errors import EngineError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
engine = sqlite.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
def write():
    with engine.transaction() as writer:
        for number in range(1000, 1100):
            writer.put(number, bytes(3000))
for step in (write, lambda: engine.copy_to(Path(sys.argv[1] + ".copy")), write):
    try:
        step()
        print("done")
    except EngineError as error:
        print(type(error).__name__)
with engine.snapshot() as reader:
    print(reader.count())
""",
        path,
    )
    assert done.stdout.split() == ["EngineError", "done", "EngineError", "100"], done.stderr
    path.with_name(path.name + ".copy").unlink()
    assert path.read_bytes() == before
    assert names(path.parent) == [path.name]


def test_a_second_thread_is_the_callers_mistake(path):
    done = run(
        """
import sys, threading
from vault.engine import sqlite
engine = sqlite.open(sys.argv[1])
def use():
    try:
        with engine.snapshot():
            pass
    except ValueError as error:
        print(error)
thread = threading.Thread(target=use)
thread.start()
thread.join()
""",
        path,
    )
    assert "one thread" in done.stdout, done.stderr


def test_long_files_short_files_and_others(path):
    whole = path.read_bytes()
    for wrong, error in (
        (b"", FormatError),
        (b"x" * 10_000, FormatError),
        (whole[:8191], FormatError),
        (whole[:8192], IntegrityError),
        (whole[:-1], IntegrityError),
        (whole[:-8192], IntegrityError),
        (whole + b"\0", IntegrityError),
        (whole + bytes(8192), IntegrityError),
    ):
        path.write_bytes(wrong)
        with pytest.raises(error):
            sqlite.open(path)
        assert path.read_bytes() == wrong
    path.write_bytes(whole)
    sqlite.open(path).close()
