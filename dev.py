#!/usr/bin/env python3
"""Everything a developer of casevault does, in one command.

  python3 dev.py demo            the whole job on invented people, in a fresh folder that is kept
  python3 dev.py test [ARGS]     the tests; ARGS go to pytest, for example
                                   tests/unit/test_codec.py   one file
                                   -k consent                 tests by name
                                   --deep NAME                a bounded test at full size (or: --deep all);
                                                              the summary prints names, sizes and the seed
                                   --seed N                   the samples of an earlier run again
                                   --cov                      branch coverage of vault and cli
  python3 dev.py lint            ruff, formatting, mypy, the import contracts, docstrings, stale docs
  python3 dev.py docs            write docs/cli.md, schemas.md and form-questions.md anew from the program
  python3 dev.py reader          build the pages of vault/handoff/reader (needs Node, npm and, once, a network);
                                   --check builds aside and compares
  python3 dev.py bench [ARGS]    speed and size, beside SQLCipher (--help for its options)
  python3 dev.py lock            resolve the dependencies anew (needs uv and a network)

The first run makes .venv beside this file and installs the locked packages into it, each checked
against its hash, then casevault itself from this folder, so that a change of the sources acts at once.
This is the only step that needs a network. It is repeated when a lock file or the Python changes.
To start afresh delete .venv.

  requirements.txt       what casevault needs (demo)
  requirements-dev.txt   the same and the tools (all other commands)
  uv.lock                where both come from; `lock` keeps the three together

Where things are: docs/architecture.md. What an on-disk byte means: docs/format.md. Why: docs/adr/.
Before a commit: `lint` and `test` pass, CHANGELOG.md says what a user will notice, and the message
reads `room: what changed`.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# Old Pythons must get as far as main() to be refused in words: no syntax here that is younger than Python 3.5.
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
CORE, DEV = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"


def run(*command: "str | Path") -> int:
    """Run a command in the foreground and return its exit code."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode


def python(*arguments: "str | Path") -> int:
    """Run the Python of the environment."""
    return run(PYTHON, *arguments)


def need(condition: object, message: str) -> None:
    """Stop with a sentence a person can act on."""
    if not condition:
        sys.exit("dev.py: " + message)


def prepare(requirements: Path) -> None:
    """Make the environment hold what the lock says; quick when it already does."""
    need(
        all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")),
        "this Python cannot make virtual environments: its modules venv and ensurepip are missing.\n"
        "On Debian, Ubuntu and Tails install them with: sudo apt install python3-venv",
    )
    stamp = VENV / ("locked-" + requirements.name)
    state = hashlib.sha256()
    for part in (sys.version.encode(), (ROOT / "pyproject.toml").read_bytes(), requirements.read_bytes()):
        state.update(hashlib.sha256(part).digest())
    if stamp.exists() and stamp.read_text() == state.hexdigest() and PYTHON.exists():
        return
    print("dev.py: preparing .venv from", requirements.name, file=sys.stderr, flush=True)
    same = "import sys; raise SystemExit(sys.version_info[:2] != " + repr(tuple(sys.version_info[:2])) + ")"
    if not PYTHON.exists() or python("-c", same) != 0:
        need(run(sys.executable, "-m", "venv", "--clear", VENV) == 0, "making .venv failed, see above")
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    need(
        # Ready-made packages only: building one would run code that no hash in the lock covers. The lock names all of
        # them, so nothing is resolved again: a release since then must not get between a package and its extras.
        python(*pip, "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", requirements) == 0,
        "installing the locked packages failed, see above. It needs a network once. If no matching distribution\n"
        "was found, there is no ready-made package for this system: see docs/adr/0001-dependencies.md",
    )
    need(
        python(*pip, "--no-deps", "--no-index", "--no-build-isolation", "--editable", ROOT) == 0,
        "installing casevault itself failed, see above",
    )
    stamp.write_text(state.hexdigest())


def demo(arguments: "list[str]") -> int:
    """Run `casevault demo`, which makes a fresh folder for itself."""
    prepare(CORE)
    return run(BIN / ("casevault.exe" if os.name == "nt" else "casevault"), "demo", *arguments)


def test(arguments: "list[str]") -> int:
    """Run the tests."""
    prepare(DEV)
    return python("-m", "pytest", *arguments)


def lint(arguments: "list[str]") -> int:
    """Run every check that needs no test, all of them even when one fails."""
    need(not arguments, "lint takes no arguments")
    prepare(DEV)
    failed = []
    for name, command in (
        ("style and docstrings", ("-m", "ruff", "check", ".")),
        ("formatting", ("-m", "ruff", "format", "--check", ".")),
        ("types", ("-m", "mypy", "--strict", "vault", "cli")),
        ("import contracts", ("-c", "from importlinter.cli import lint_imports_command as lint; lint()")),
        ("docs", ("-m", "cli.reference", "--check")),
    ):
        print("==", name, flush=True)
        if python(*command) != 0:
            failed.append(name)
    print("lint: failed: " + ", ".join(failed) if failed else "lint: all good")
    return bool(failed)


def docs(arguments: "list[str]") -> int:
    """Write the generated documentation anew."""
    prepare(DEV)
    return python("-m", "cli.reference", *arguments)


def bench(arguments: "list[str]") -> int:
    """Measure speed and size."""
    prepare(DEV)
    return python("-m", "tests.bench", *arguments)


def reader(arguments: "list[str]") -> int:
    """Build the pages that open and check bundles in a browser."""
    prepare(DEV)
    return python("tools/reader_pages.py", *arguments)


def lock(arguments: "list[str]") -> int:
    """Resolve the dependencies anew and write the lock and both requirement files."""
    found = shutil.which("uv") or shutil.which("uv", path=str(BIN))
    need(found, "`lock` needs the program uv, which casevault itself does not")
    uv = str(found)
    path = ROOT / "uv.lock"
    code = run(uv, "lock", "--no-config", *arguments)
    if code:
        return code
    # Names and hashes pin a package wherever it is fetched from; the host it was resolved on is left out.
    text = re.sub(r'registry = "[^"]*"', 'registry = "pypi"', path.read_text())
    path.write_text(re.sub(r'url = "[^"]*/([^/"]+)"', r'path = "\1"', text))
    export = (uv, "export", "--quiet", "--frozen", "--no-emit-project", "--no-header", "--no-annotate")
    return run(*export, "--no-default-groups", "--group", "build", "-o", CORE) or run(
        *export, "--group", "dev", "-o", DEV
    )


COMMANDS = {"demo": demo, "test": test, "lint": lint, "docs": docs, "reader": reader, "bench": bench, "lock": lock}


def main(arguments: "list[str]") -> int:
    """Choose the command."""
    need(
        sys.version_info >= (3, 11),
        "Python 3.11 or newer is needed; this is Python " + sys.version.split()[0] + " at " + sys.executable,
    )
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    command = COMMANDS.get(arguments[0])
    if command is None:
        print("dev.py: no command", repr(arguments[0]) + "; there are:", ", ".join(COMMANDS), file=sys.stderr)
        return 2
    try:
        return command(arguments[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
