"""Starting: quick, importing only what is used, and never code that lies in the current folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.app import COMMANDS, LazyGroup, make_app

ROOT = Path(__file__).parents[2]
BARE = """
import click
@click.group()
def app(): "A bare program."
@app.command()
def one(): "One."
app()
"""


def run(*words: str, cwd: Path = ROOT, code: str | None = None) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-c", code] if code is not None else [sys.executable, "-m", "cli"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([*start, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=60)


def modules_of(code: str, *words: str) -> set[str]:
    """Name the modules that code imports, beside what the interpreter had loaded before (a coverage tool, say)."""
    around = (
        "import sys\nbefore = set(sys.modules)\ntry:\n    exec(sys.argv.pop(1))\nexcept SystemExit:\n    pass\n"
        "print(*set(sys.modules) - before, sep='\\n', file=sys.stderr)"
    )
    return set(run(code, *words, code=around).stderr.split())


def modules_after(*words: str) -> set[str]:
    return modules_of("from cli.__main__ import main\nmain(sys.argv[1:])", *words)


def test_help_imports_neither_the_library_nor_rich() -> None:
    loaded = modules_after("--help")
    heavy = {"vault", "rich", "json", "cryptography", "argon2", "pyrage", "msgpack", "pathlib", "dataclasses", "zxcvbn"}
    assert loaded & heavy == set()
    assert "cli.app" in loaded


def test_help_of_one_command_imports_no_other() -> None:
    loaded = modules_after("list", "--help")
    assert "cli.commands.reading" in loaded
    assert {name for name in loaded if name.startswith("cli.commands.")} == {"cli.commands.reading"}
    assert loaded & {"rich", "vault.vault", "pyrage", "argon2"} == set()


def test_help_imports_hardly_more_than_a_bare_click_program() -> None:
    # The time itself is printed by the bench; what makes it is the modules.
    bare, ours = modules_of(BARE, "--help"), modules_after("--help")
    assert "click.core" in bare
    assert len({name for name in ours - bare if not name.startswith("cli")}) <= 12, sorted(ours - bare)


@pytest.mark.parametrize("planted", ["click.py", "cryptography.py", "sqlite3.py", "json.py", "vault.py"])
def test_a_module_in_the_current_folder_is_not_loaded(tmp_path: Path, planted: str) -> None:
    (tmp_path / planted).write_text("open('was-loaded', 'w').close()\nraise SystemExit(99)\n", "utf-8")
    done = run("list", "--no-input", "-V", "none.vault", cwd=tmp_path)
    assert done.returncode in {2, 3}
    assert not (tmp_path / "was-loaded").exists()


def test_the_list_of_commands_agrees_with_the_commands() -> None:
    app = make_app()
    assert isinstance(app, LazyGroup)
    for name, entry in COMMANDS.items():
        command = app.get_command(None, name)  # type: ignore[arg-type]  # the context is not looked at
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str(200) == entry.purpose


def test_every_command_has_a_help_page_with_an_example() -> None:
    import click

    def walk(command: click.Command, path: list[str]) -> None:
        if isinstance(command, click.Group) and path:
            for name, child in command.commands.items():
                walk(child, [*path, name])
            return
        assert f"casevault {path[0]}" in (command.help or ""), path
        assert "Example:" in (command.help or ""), path

    app = make_app()
    for name in COMMANDS:
        child = app.get_command(None, name)  # type: ignore[arg-type]
        assert child is not None
        walk(child, [name])


def test_a_wrong_command_is_told_with_the_nearest_one() -> None:
    done = run("serach")
    assert done.returncode == 2
    assert "Did you mean search" in done.stderr


def test_core_dumps_are_off() -> None:
    resource = pytest.importorskip("resource")
    assert resource is not None
    code = (
        "import resource\nfrom cli.__main__ import main\nmain(['--version'])\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    assert run(code=code).stdout.endswith("(0, 0)\n")


def test_the_version_is_printed() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("casevault 0.")
