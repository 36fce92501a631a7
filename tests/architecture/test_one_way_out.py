"""What is disclosed leaves by one way, behind the gate; a planted exporter of raw bytes is seen or refused."""

import ast
from pathlib import Path

import pytest

from vault import handoff

# Who may make files, and why it is no disclosure.
WRITERS = {
    "vault/paths.py": "the one place that makes files",
    "vault/engine/sqlite.py": "the vault itself and its copies",
    "vault/engine/guard.py": "the lock beside it",
    "vault/vault/anchor.py": "how new the vault was when it was last seen",
    "vault/index/gathering.py": "a pipe between the processes of a bulk load",
    "vault/files.py": "the owner's own attachments, back to plain files",
    "vault/handoff/bundle.py": "bundles, behind the gate",
    "vault/handoff/examine.py": "a bundle that was received, unpacked",
}
MAKERS = {"NewFile", "NewFolder"}
METHODS = {"write_text", "write_bytes", "open", "fdopen", "mkstemp", "NamedTemporaryFile", "copyfile", "copy", "move"}
READING = {None, "r", "rb"}


def _mode(call):
    words = [word.value for word in call.keywords if word.arg == "mode"]
    given = words or call.args[0 if isinstance(call.func, ast.Attribute) else 1 :][:1]
    return given[0].value if given and isinstance(given[0], ast.Constant) else None if not given else "?"


def writers(root: Path) -> dict[str, list[str]]:
    """List the modules of the library that make or open files to write."""
    found: dict[str, list[str]] = {}
    for path in sorted((root / "vault").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            of_module = owner.id if isinstance(owner, ast.Name) else ""
            if (
                name in MAKERS
                or (isinstance(node.func, ast.Name) and name == "open" and _mode(node) not in READING)
                or (name in METHODS - {"open", "copy"} and of_module in {"os", "tempfile", "shutil", "io", "path"})
                or (name in {"write_text", "write_bytes"})
                or (name == "open" and of_module == "os")
            ):
                found.setdefault(path.relative_to(root).as_posix(), []).append(f"{node.lineno} {name}")
    return found


def test_nobody_else_makes_files(project):
    assert set(writers(project.root)) <= set(WRITERS)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("vault.render", "def export(data, path):\n    path.write_bytes(data)"),
        ("vault.handoff", "def export(data, path):\n    with open(path, 'wb') as file:\n        file.write(data)"),
        ("vault.handoff", "import os\ndef export(data, path):\n    os.write(os.open(path, os.O_WRONLY), data)"),
        (
            "vault.redact",
            "from vault.paths import NewFile\ndef export(path):\n    return NewFile(path)",
        ),
        ("vault.gate", "import tempfile\ndef export(data):\n    return tempfile.NamedTemporaryFile()"),
    ],
)
def test_a_planted_exporter_is_seen(copy, module, line):
    copy.plant(module, line)
    assert not set(writers(copy.root)) <= set(WRITERS)


@pytest.mark.parametrize("raw", [b"raw bytes", "raw text", {"data/records.json": b"{}"}, None])
def test_the_way_out_takes_a_disclosure_and_nothing_else(tmp_path, raw):
    with pytest.raises(TypeError):
        handoff.write(raw, tmp_path / "out", form="dir")
    with pytest.raises(TypeError):
        handoff.write_together({"one": raw}, tmp_path / "out", form="dir")
    assert list(tmp_path.iterdir()) == []


def calls(tree, name):
    return [
        (function.name, node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def test_what_is_written_has_passed_the_gate(project):
    """A bag is packed in one function, which asks the gate first; only the owner's own way out has none."""
    tree = ast.parse((project.root / "vault/handoff/bundle.py").read_text(encoding="utf-8"))
    assert [where for where, _ in calls(tree, "_Packed")] == ["_pack"]
    assert [where for where, _ in calls(tree, "_pass_gate")] == ["_pack"]
    pack = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "_pack")
    asked = next(node for node in pack.body if "_pass_gate(" in ast.unparse(node))
    assert isinstance(asked, ast.If)
    assert ast.unparse(asked.test) == "not disclosure.full"
    assert pack.body.index(asked) < len(pack.body) - 1
