"""The examples of README.md, run as they stand. All people in them are invented.

In `console` blocks each line that begins with `$ ` is run in one shell after another, with a passphrase from a file in
place of the prompt; in the `sh` block for the lawyer the lines are pasted unchanged.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyrage import x25519

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PHRASE = "six invented words for one document"
LAWYER_KEY = "age14lj6jqvz8rfgdzk7lmzucw2lwtf2venleeyz2gsew2ymd3qksuxs6atmct"


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def command_folder(folder: Path) -> Path:
    """Make a folder with a `casevault` that reads the passphrase from a file and never asks."""
    folder.mkdir()
    script = folder / "casevault"
    (folder / "phrase").write_text(PHRASE + "\n", "utf-8")
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m cli'
        f' --passphrase-file "{folder}/phrase" --no-input "$@"\n',
        "utf-8",
    )
    script.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def session(
    tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]
) -> tuple[Path, subprocess.CompletedProcess[str], Path]:
    """Run the whole first session once, with a key of ours in place of the lawyer's."""
    tool("bash")
    base = tmp_path_factory.mktemp("readme")
    identity = x25519.Identity.generate()
    recipient = str(identity.to_public())
    key = base / "key.txt"
    key.write_text(f"{identity}\n", "utf-8")
    commands = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    assert len(commands) > 15
    script = "set -eux\n" + "\n".join(commands).replace(LAWYER_KEY, recipient)
    folder = base / "work"
    folder.mkdir()
    binaries = command_folder(base / "bin")
    path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "XDG_STATE_HOME": str(base / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    return folder, done, key


def test_the_first_session_runs_as_it_stands(session: tuple[Path, subprocess.CompletedProcess[str], Path]) -> None:
    folder, done, _ = session
    assert done.returncode == 0, done.stderr[-3000:]
    assert (folder / "for-the-advocate.age").is_file()
    assert (folder / "families-copy.vault").is_file()
    assert done.stdout.count("Жақып Оразханұлы") >= 2


def test_the_lawyers_lines_run_as_they_stand_and_tell_nothing_of_the_cousin(
    session: tuple[Path, subprocess.CompletedProcess[str], Path],
    tmp_path: Path,
    tool: Callable[[str], str],
) -> None:
    folder, done, key = session
    assert done.returncode == 0, done.stderr[-3000:]
    for name in ("age", "unzip", "ssh-keygen", "sha256sum"):
        tool(name)
    shutil.copy(folder / "for-the-advocate.age", tmp_path)
    shutil.copy(key, tmp_path / "key.txt")
    (lines,) = (block for block in blocks("sh") if block.startswith("age -d"))
    run = subprocess.run(
        ["bash", "-c", "set -euo pipefail\n" + lines], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert 'Good "casevault-manifest" signature' in run.stdout
    files = [path for path in (tmp_path / "bundle").rglob("*") if path.is_file()]
    assert run.stdout.count(": OK") == len(files) - 2  # all but the manifest and its signature
    text = "".join(path.read_text("utf-8") for path in files)
    assert "Жақып" in text
    assert not [word for word in ("Серік", "Қайрат") if word in text]
