"""The pages for families, volunteers and lawyers: their examples run as they stand. All people in them are invented."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pyrage import x25519

from tests.docs.test_examples import LAWYER_KEY, PHRASE, command_folder

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("for-families.md", "for-volunteers.md", "for-lawyers.md")


def blocks(page: str, language: str) -> str:
    """Return the fenced blocks of one language, one after another."""
    found = re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return "".join(found)


def bash(script: str, folder: Path, base: Path) -> subprocess.CompletedProcess[str]:
    """Run lines in one shell that has a `casevault`."""
    binaries = base / "bin"
    if not binaries.exists():
        command_folder(binaries)
    return subprocess.run(
        ["bash", "-c", "set -eux\n" + script],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "XDG_STATE_HOME": str(base / "state"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def day(
    tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Run a volunteer's day once, with a key of ours in place of the lawyer's."""
    tool("bash")
    base = tmp_path_factory.mktemp("day")
    identity = x25519.Identity.generate()
    (base / "work").mkdir()
    (base / "work" / "key.txt").write_text(f"{identity}\n", "utf-8")
    lines = [line[2:] for line in blocks("for-volunteers.md", "console").splitlines() if line.startswith("$ ")]
    script = "\n".join(lines).replace(LAWYER_KEY, str(identity.to_public()))
    return base, bash(script, base / "work", base)


def test_a_volunteers_day_runs_as_it_stands(day: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    base, done = day
    assert done.returncode == 0, done.stderr[-3000:]
    assert (base / "work" / "case.age").is_file()
    assert (base / "work" / "copy.vault").is_file()
    assert "Нұрлан Сәбитұлы" in done.stdout


def test_the_lawyers_lines_run_as_they_stand(
    day: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path, tool: Callable[[str], str]
) -> None:
    base, done = day
    assert done.returncode == 0, done.stderr[-3000:]
    for name in ("age", "unzip", "ssh-keygen", "sha256sum"):
        tool(name)
    for name in ("case.age", "key.txt"):
        shutil.copy(base / "work" / name, tmp_path)
    checked = bash(blocks("for-lawyers.md", "sh"), tmp_path, base)
    assert checked.returncode == 0, checked.stderr
    assert 'Good "casevault-manifest" signature' in checked.stdout
    assert "data/dossier.pdf: OK" in checked.stdout
    page = (DOCS / "for-lawyers.md").read_text("utf-8")
    for command in re.findall(r"`(casevault verify [^`]+)`", page):
        said = bash(command, tmp_path, base)
        assert said.returncode == 0, said.stderr
    assert (tmp_path / "verify.html").is_file()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_of_two_screens_at_most(page: str) -> None:
    lines = (DOCS / page).read_text("utf-8").splitlines()
    assert sum(1 + len(line) // 130 for line in lines) <= 90
    assert PHRASE not in "\n".join(lines)


def test_the_readme_leads_to_all_of_them() -> None:
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    for page in PAGES:
        assert f"(docs/{page})" in readme
