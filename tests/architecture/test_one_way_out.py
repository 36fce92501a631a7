"""What is disclosed leaves by one way, behind the gate; a planted exporter of raw bytes is seen or refused."""

import ast
import re
from pathlib import Path

import pytest

from vault import handoff

# Who may make files, and why it is no disclosure: a module, or one function of it.
WRITERS = {
    "vault/paths.py": "the one place that makes files",
    "vault/engine/sqlite.py": "the vault itself and its copies",
    "vault/engine/connect.py": "the vault itself",
    "vault/engine/guard.py": "the lock beside it",
    "vault/vault/anchor.py": "how new the vault was when it was last seen",
    "vault/index/gathering.py": "a pipe between the processes of a bulk load",
    "vault/files.py": "the owner's own attachments, back to plain files",
    "vault/handoff/bundle.py": "bundles, behind the gate",
    "vault/handoff/examine.py": "a bundle that was received, unpacked",
    "cli/__main__.py:_quiet_end": "nothing, when the reader of the output is gone",
    "cli/session.py:_has_terminal": "the terminal, for a passphrase",
    "cli/reference.py:main": "the project's own pages",
    "cli/demo/__init__.py": "invented people",
    "cli/commands/bundles.py:note": "numbers of bundles that were received",
    "cli/commands/bundles.py:write_checker": "a fixed page",
    "cli/sheets.py:written": "keys on paper, to print",
    "cli/commands/custody.py:new_identity": "a key of its own",
    "cli/commands/custody.py:acknowledge": "an answer that says which state of a copy was seen",
    "cli/commands/disclosing.py:write_page": "the owner's preview, for the owner's eyes",
    "cli/commands/ledger.py:exposure": "who is exposed, for the owner's eyes",
    "cli/commands/ledger.py:write_notices": "bundles and their holders; no record",
    "cli/commands/policy.py:new_policy": "rules of a policy",
    "cli/commands/salvage.py:_write_lines": "what is left of a damaged vault, for the owner, who has said yes",
    "cli/commands/salvage.py:_write_folder": "the same, with the files",
}
MAKERS = {"NewFile", "NewFolder"}
OPENERS = {"open", "FileIO", "ZipFile", "PyZipFile", "TarFile", "GzipFile", "BZ2File", "LZMAFile"}
ALWAYS = {
    "write_text", "write_bytes", "fdopen", "mkstemp", "mkdtemp", "NamedTemporaryFile", "SpooledTemporaryFile",
    "copyfile", "copyfileobj", "copytree", "make_archive", "extractall", "FileHandler",
}  # fmt: skip
OF_MODULE = {"os.open", "shutil.copy", "shutil.copy2", "shutil.move", "sqlite3.connect", "shelve.open", "dbm.open"}
TO_WRITE = re.compile(r"(?=.*[wax+])[rwaxbt+]+(?:[:|]\w*)?")


def _called(call, names):
    """Give what is called by its full name as far as the imports tell it: `os.open`, `Path().open`, `open`."""
    if isinstance(call.func, ast.Name):
        return names.get(call.func.id, call.func.id)
    if isinstance(call.func, ast.Attribute):
        owner = call.func.value
        return f"{names.get(owner.id, owner.id) if isinstance(owner, ast.Name) else ''}.{call.func.attr}"
    return ""


def _imported(tree):
    names = {}
    for node in ast.walk(tree):
        for one in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            inside = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            names[one.asname or one.name] = f"{inside}{one.name}"
    return names


def _writes(call, names):
    full = _called(call, names)
    name = full.rpartition(".")[2]
    if name in MAKERS | ALWAYS or full in OF_MODULE:
        return True
    if name not in OPENERS:
        return False
    given = [*call.args, *(word.value for word in call.keywords if word.arg in {"mode", "flags"})]
    if any(isinstance(one, ast.Constant) and TO_WRITE.fullmatch(str(one.value)) for one in given):
        return True
    # Plain `open` and its like take the mode second: what is no constant there may be anything.
    return full != ".open" and not isinstance(call.func, ast.Attribute) and any(
        not isinstance(one, ast.Constant) for one in given[1:2]
    )  # fmt: skip


def writers(root: Path) -> set[str]:
    """List the functions of library and program that make files or open them to write, as `module:function`."""
    found: set[str] = set()

    def visit(node, place, names):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and _writes(child, names):
                found.add(place)
            inner = isinstance(child, ast.FunctionDef) and place.endswith(":")
            visit(child, f"{place}{child.name}" if inner else place, names)

    for path in sorted(one for part in ("vault", "cli") for one in (root / part).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        visit(tree, f"{path.relative_to(root).as_posix()}:", _imported(tree))
    return found


def strangers(root: Path) -> set[str]:
    return {one for one in writers(root) if not {one, one.partition(":")[0]} & set(WRITERS)}


def test_nobody_else_makes_files(project):
    assert strangers(project.root) == set()


def test_nobody_is_on_the_list_for_nothing(project):
    found = writers(project.root)
    assert set(WRITERS) <= found | {one.partition(":")[0] for one in found}


def planted(root, module, lines):
    """Make a tree of that one module."""
    path = root / (module.replace(".", "/") + ".py")
    path.parent.mkdir(parents=True)
    path.write_text(lines, encoding="utf-8")
    return root


OPEN_PATH = "def export(data, path):\n    path.open('wb').write(data)"


@pytest.mark.parametrize(
    ("module", "lines"),
    [
        ("vault.render", "def export(data, path):\n    path.write_bytes(data)"),
        ("vault.handoff", "def export(data, path):\n    with open(path, 'wb') as file:\n        file.write(data)"),
        ("vault.handoff", "def export(data, path, mode):\n    open(path, mode).write(data)"),
        ("vault.handoff", "import os\ndef export(data, path):\n    os.write(os.open(path, os.O_WRONLY), data)"),
        ("vault.redact", "from vault.paths import NewFile\ndef export(path):\n    return NewFile(path)"),
        ("vault.redact", "from vault.paths import NewFile as File\ndef export(path):\n    return File(path)"),
        ("vault.gate", "import tempfile\ndef export(data):\n    return tempfile.NamedTemporaryFile()"),
        ("vault.render", OPEN_PATH),
        ("vault.render", "from pathlib import Path\ndef export(p):\n    return Path(p).open(mode='ab')"),
        ("vault.handoff", "import zipfile\ndef export(p):\n    return zipfile.ZipFile(p, 'w')"),
        ("vault.handoff", "from tarfile import open as pack\ndef export(p):\n    return pack(p, 'w:gz')"),
        ("vault.handoff", "import gzip\ndef export(p):\n    return gzip.open(p, 'wb')"),
        ("vault.gate", "from io import FileIO\ndef export(p):\n    return FileIO(p, 'w')"),
        ("vault.render", "from os import open as start\ndef export(p):\n    return start(p, 1)"),
        ("vault.redact", "from shutil import copyfile\ndef export(p, to):\n    copyfile(p, to)"),
        ("vault.redact", "import shutil as tools\ndef export(p, to):\n    tools.copy(p, to)"),
        ("cli.commands.records", OPEN_PATH),
        ("cli.commands.disclosing", OPEN_PATH),
        ("cli.commands.records", "def export(vault, record, path):\n    path.write_text(str(vault.get(record)))"),
    ],
)
def test_a_planted_exporter_is_seen(tmp_path, module, lines):
    assert strangers(planted(tmp_path, module, lines)) == {f"{module.replace('.', '/')}.py:export"}


def test_reading_is_no_writing(tmp_path):
    lines = (
        "import zipfile\ndef read(path, sealer, data):\n    open(path).read()\n    open(path, 'rb').read()\n"
        "    path.open()\n    path.open('rb')\n    zipfile.ZipFile(path)\n    sealer.open('record', data)"
    )
    assert writers(planted(tmp_path, "vault.render", lines)) == set()


@pytest.mark.parametrize("raw", [b"raw bytes", "raw text", {"data/records.json": b"{}"}, None])
def test_the_way_out_takes_a_disclosure_and_nothing_else(tmp_path, raw):
    with pytest.raises(TypeError):
        handoff.write(raw, tmp_path / "out", form="dir")
    with pytest.raises(TypeError):
        handoff.write_together({"one": raw}, tmp_path / "out", form="dir")
    assert list(tmp_path.iterdir()) == []


def functions(tree):
    return {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def calls(tree, name):
    return [one for one in ast.walk(tree) if isinstance(one, ast.Call) and ast.unparse(one.func) == name]


def test_what_is_written_has_passed_the_gate(project):
    """A bag is packed in one function, which asks the gate first; only the owner's own way out has none."""
    tree = ast.parse((project.root / "vault/handoff/bundle.py").read_text(encoding="utf-8"))
    pack = functions(tree)["_pack"]
    judged = functions(pack)["judged"]
    assert calls(tree, "_Packed") == calls(pack, "_Packed")
    assert len(calls(tree, "_pass_gate")) == len(calls(judged, "_pass_gate")) == 1

    # All ways out of `judged` have passed the gate but the one of the owner's own export.
    ways = [one for one in ast.walk(judged) if isinstance(one, ast.Return)]
    unasked = [one for one in ways if not calls(one, "_pass_gate")]
    (full,) = [one for one in ast.walk(judged) if isinstance(one, ast.If) and "full" in ast.unparse(one.test)]
    assert unasked == full.body
    assert ast.unparse(full.test) == "disclosure.full"

    # What is packed is what `judged` gave, and nothing else.
    (packed,) = calls(pack, "_Packed")
    assert ast.unparse(packed.args[0]) == "members"
    inner = set(ast.walk(judged))
    made = [
        one
        for one in ast.walk(pack)
        if isinstance(one, ast.Assign | ast.AnnAssign | ast.AugAssign)
        and one not in inner
        and "members"
        in {word.id for word in ast.walk(one) if isinstance(word, ast.Name) and isinstance(word.ctx, ast.Store)}
    ]
    assert made
    assert all(ast.unparse(one.value.func) == "judged" for one in made)
