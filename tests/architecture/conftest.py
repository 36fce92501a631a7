"""A copy of the tree to plant violations in, and the linter run over it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"


class Tree:
    """A folder with `vault/`, `cli/` and the contracts of `pyproject.toml`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def plant(self, module: str, line: str) -> None:
        """Append a line to a module; a module that is a folder gets it in its `__init__`."""
        path = self.root / (module.replace(".", "/") + ".py")
        if not path.exists() and path.with_suffix("").is_dir():
            path = path.with_suffix("") / "__init__.py"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n\n{line}\n")

    def lint(self) -> tuple[int, str]:
        """Check the contracts; return the exit code and the report."""
        done = subprocess.run(
            [sys.executable, "-c", LINT, "--no-cache"],
            cwd=self.root,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="session")
def project() -> Tree:
    """Give the tree as it stands."""
    return Tree(ROOT)


@pytest.fixture
def copy(tmp_path: Path) -> Tree:
    """Give a copy of the tree that may be spoiled."""
    for name in ("vault", "cli"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return Tree(tmp_path)
