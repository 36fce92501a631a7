"""The five import contracts hold, and each of them breaks when its violation is planted."""

import ast
from pathlib import Path

import pytest

FLOORS = "1. Floors: imports go down only, and every room has a floor"
ROOF = "1. Floors: the roof"
BLIND = "2. The engine is blind"
GATE = "3. Disclosure gate: what renders or hands over never sees the vault"
CRYPTO = "4. One crypto room: cryptography and argon2"
AGE = "4. One crypto room: pyrage"
SHARES = "4. One crypto room: shamir-mnemonic"
SHEETS = "4. One room for sheets: segno"
TERMINAL = "5. The library knows no terminal"


def test_contracts_hold(project):
    code, report = project.lint()
    assert code == 0, report
    for name in (FLOORS, ROOF, BLIND, GATE, CRYPTO, AGE, SHARES, SHEETS, TERMINAL):
        assert f"{name} KEPT" in report


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        (FLOORS, "vault.codec", "import vault.keys"),
        (FLOORS, "vault.index", "import vault.ledger"),
        (FLOORS, "vault.names", "import vault.records"),
        (FLOORS, "vault.objects", "import vault.vault"),
        (ROOF, "vault.vault", "import cli.output"),
        (BLIND, "vault.engine.sqlite", "import vault.sealing"),
        (BLIND, "vault.engine.sqlite", "import vault.codec"),
        (BLIND, "vault.engine", "import vault.records"),
        (GATE, "vault.render", "import vault.vault"),
        (GATE, "vault.render", "import vault.objects"),
        (GATE, "vault.handoff", "import vault.keys"),
        (GATE, "vault.handoff", "from vault.engine import sqlite"),
        (GATE, "vault.redact", "import vault.objects"),  # by a detour: render sees redact
        (CRYPTO, "vault.keys", "import cryptography.fernet"),
        (CRYPTO, "vault.agefile", "from cryptography.hazmat.primitives import hashes"),
        (CRYPTO, "cli.app", "import argon2"),
        (AGE, "vault.handoff", "import pyrage"),
        (SHARES, "vault.keys", "import shamir_mnemonic"),
        (SHEETS, "vault.handoff", "import segno"),
        (TERMINAL, "vault.vault", "import click"),
        (TERMINAL, "vault.render", "from rich import table"),
        (TERMINAL, "vault.sealing", "import getpass"),
    ],
)
def test_planted_import_breaks_its_contract(copy, contract, module, line):
    copy.plant(module, line)
    code, report = copy.lint()
    assert code != 0
    assert f"{contract} BROKEN" in report


def test_room_without_a_floor_breaks_the_floors(copy):
    copy.plant("vault.utils", '"""A drawer for everything."""')
    code, report = copy.lint()
    assert code != 0
    assert f"{FLOORS} BROKEN" in report
    assert "vault.utils" in report


TERMINAL_NAMES = {"print", "input", "breakpoint", "exit", "quit"}
TERMINAL_ATTRIBUTES = {
    ("sys", name) for name in ("exit", "stdin", "stdout", "stderr", "argv", "__stdout__", "__stderr__")
} | {("os", name) for name in ("environ", "environb", "getenv", "getenvb", "putenv", "_exit", "system")}


def terminal_uses(root: Path) -> list[str]:
    """List where a library's files use the terminal, the environment or the right to end the process."""
    found = []
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Name(id=name) if name in TERMINAL_NAMES:
                    found.append(f"{path.name}:{node.lineno} {name}")
                case ast.Name(id="SystemExit"):
                    found.append(f"{path.name}:{node.lineno} SystemExit")
                case ast.Attribute(value=ast.Name(id=module), attr=name) if (module, name) in TERMINAL_ATTRIBUTES:
                    found.append(f"{path.name}:{node.lineno} {module}.{name}")
                case ast.ImportFrom(module=str(module), names=names):
                    found += [
                        f"{path.name}:{node.lineno} {module}.{alias.name}"
                        for alias in names
                        if (module, alias.name) in TERMINAL_ATTRIBUTES
                    ]
    return found


def test_library_uses_no_terminal(project):
    assert terminal_uses(project.root / "vault") == []


@pytest.mark.parametrize(
    "line",
    [
        "print('hello')",
        "answer = input()",
        "import sys\nsys.exit(1)",
        "from sys import exit",
        "raise SystemExit",
        "import os\nhome = os.environ['HOME']",
        "import os\nhome = os.getenv('HOME')",
        "import sys\nsys.stdout.write('hello')",
    ],
)
def test_planted_terminal_use_is_seen(copy, line):
    assert terminal_uses(copy.root / "vault") == []
    copy.plant("vault.codec", line)
    assert len(terminal_uses(copy.root / "vault")) >= 1
