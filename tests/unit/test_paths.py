"""Names and new files and folders: nothing replaced, nothing followed, nothing half-written. All names are invented."""

import os
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import EngineError, UnsafePathError
from vault.paths import MAX_NAME_BYTES, NewFile, NewFolder, clear_unfinished, replace_file, require_absent, safe_name

ROOT = Path(__file__).parents[2]


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@given(st.text(max_size=300))
def test_safe_name_is_one_plain_part(text):
    name = safe_name(text, "fallback")
    assert 0 < len(name.encode()) <= MAX_NAME_BYTES
    assert not set('/\\:*?"<>|') & set(name)
    assert name not in (".", "..")
    assert name == name.strip(". ")
    assert all(unicodedata.category(c)[0] != "C" for c in name)
    assert safe_name(name, "other") == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "none"),
        ("...", "none"),
        ("../x", "x"),
        ("a/b\\c.txt", "c.txt"),
        ("C:x", "C_x"),
        ("con.txt", "_con.txt"),
        ("NUL", "_NUL"),
        ("x" * 300 + ".jpg", "x" * 146 + ".jpg"),
        ("жаңа хат.txt", "жаңа хат.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\u2028b", "a b"),
    ],
)
def test_safe_name(text, name):
    assert safe_name(text, "none") == name


def test_new_file_appears_when_it_is_committed(tmp_path):
    target = tmp_path / "x"
    with NewFile(target) as file:
        file.write(b"one")
        file.write(b"two")
        assert not target.exists()
        file.settle()
        assert not target.exists()
        file.commit()
    assert target.read_bytes() == b"onetwo"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names_in(tmp_path) == ["x"]


def test_new_file_that_is_not_committed_is_gone(tmp_path):
    with NewFile(tmp_path / "x") as file:
        file.write(b"one")
        file.settle()
    assert names_in(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="only some systems have files without a name")
def test_nothing_of_a_new_file_stays_when_the_process_is_killed(tmp_path):
    script = "import os, sys; from pathlib import Path; from vault.paths import NewFile, replace_file\n"
    script += "file = NewFile(Path(sys.argv[1])).__enter__(); file.write(b'half'); os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "x")], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert names_in(tmp_path) == []


def test_what_a_killed_replacement_left_is_removed_by_the_next(tmp_path):
    (tmp_path / ".x.part").write_bytes(b"half")
    replace_file(tmp_path / "x", b"whole")
    assert names_in(tmp_path) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"whole"
    if os.name == "posix":
        (tmp_path / "victim").write_bytes(b"of somebody else")
        (tmp_path / ".x.part").symlink_to(tmp_path / "victim")
        replace_file(tmp_path / "x", b"again")
        assert (tmp_path / "victim").read_bytes() == b"of somebody else"
        assert (tmp_path / "x").read_bytes() == b"again"


def test_new_folder(tmp_path):
    before = os.umask(0)
    try:
        with NewFolder(tmp_path / "out") as folder:
            folder.begin("a", "b", "x")
            folder.write(b"one")
            folder.begin("a", "y")
            folder.begin("z")
            folder.write(b"two")
            assert not (tmp_path / "out").exists()
            folder.commit()
    finally:
        os.umask(before)
    made = {str(path.relative_to(tmp_path)): path for path in (tmp_path / "out").rglob("*")}
    assert sorted(made) == ["out/a", "out/a/b", "out/a/b/x", "out/a/y", "out/z"]
    assert [made[f"out/{name}"].read_bytes() for name in ("a/b/x", "a/y", "z")] == [b"one", b"", b"two"]
    for path in [tmp_path / "out", *made.values()]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert names_in(tmp_path) == ["out"]


def test_new_folder_that_is_not_committed_is_gone(tmp_path):
    with NewFolder(tmp_path / "out") as folder:
        folder.begin("a", "x")
        folder.write(b"one")
    with pytest.raises(ZeroDivisionError), NewFolder(tmp_path / "out"):
        raise ZeroDivisionError
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "parts", [(), ("",), (".",), ("..",), ("a", ".."), ("a/b",), ("/",), ("con",), ("x.",), ("a\0",)]
)
def test_new_folder_takes_safe_names_only(tmp_path, parts):
    with NewFolder(tmp_path / "out") as folder, pytest.raises(ValueError, match="safe"):
        folder.begin(*parts)
    assert names_in(tmp_path) == []


def test_new_folder_holds_each_file_once(tmp_path):
    with NewFolder(tmp_path / "out") as folder:
        with pytest.raises(ValueError, match="begun"):
            folder.write(b"x")
        folder.begin("x")
        with pytest.raises(UnsafePathError):
            folder.begin("x")
        with pytest.raises((UnsafePathError, EngineError)):
            folder.begin("x", "y")


def test_what_is_there_stays(tmp_path):
    (tmp_path / "x").write_bytes(b"here before")
    for make in (NewFile, NewFolder):
        with pytest.raises(UnsafePathError), make(tmp_path / "x"):
            pass
    with pytest.raises(UnsafePathError):
        require_absent(tmp_path / "no folder" / "x")
    assert (tmp_path / "x").read_bytes() == b"here before"
    for make in (NewFile, NewFolder):
        target = tmp_path / make.__name__
        with make(target) as new:
            target.write_bytes(b"meanwhile")
            with pytest.raises(UnsafePathError):
                new.commit()
        assert target.read_bytes() == b"meanwhile"
    assert names_in(tmp_path) == ["NewFile", "NewFolder", "x"]


KILLED = """
import os, signal, sys
from pathlib import Path
from vault.paths import NewFolder
with NewFolder(Path(sys.argv[1])) as folder:
    folder.begin("data", "records.json")
    folder.write(b"plain")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal and no such locks")
def test_what_a_killed_process_left_of_a_folder_is_removed(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "out")], cwd=ROOT, check=False)
    (left,) = names_in(tmp_path)
    assert (tmp_path / left / "data/records.json").read_bytes() == b"plain"
    assert clear_unfinished(tmp_path) == 1
    assert names_in(tmp_path) == []
    assert clear_unfinished(tmp_path) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_what_is_in_the_making_or_not_of_this_program_stays(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_bytes(b"x")
    (tmp_path / f".{'a' * 16}.part").symlink_to(outside)
    for name in (f".{'a' * 15}.part", f".{'A' * 16}.part", f"{'a' * 16}.part", f".{'a' * 16}.part.txt", ".out.part"):
        (tmp_path / name).write_bytes(b"x")
    os.mkfifo(tmp_path / f".{'b' * 16}.part")
    before = names_in(tmp_path)
    with NewFolder(tmp_path / "out") as folder:
        folder.begin("a")
        folder.write(b"x")
        assert clear_unfinished(tmp_path) == 0
        folder.settle()
        assert clear_unfinished(tmp_path) == 0
        folder.commit()
    assert names_in(tmp_path) == sorted([*before, "out"])
    assert clear_unfinished(tmp_path / "out") == clear_unfinished(tmp_path / "nowhere") == 0
    assert names_in(tmp_path / "out") == ["a"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_a_file_that_has_a_name_from_the_start_is_safe_until_it_is_whole(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with NewFile(tmp_path / "out") as new:
        new.write(b"x")
        assert len(names_in(tmp_path)) == 1
        assert clear_unfinished(tmp_path) == 0
        new.settle()
        assert clear_unfinished(tmp_path) == 0
        new.commit()
    assert names_in(tmp_path) == ["out"]
    (tmp_path / f".{'c' * 16}.part").write_bytes(b"left")
    assert clear_unfinished(tmp_path) == 1
    assert names_in(tmp_path) == ["out"]
