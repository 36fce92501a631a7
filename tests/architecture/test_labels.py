"""Each label of the derivation table is used at exactly one place, so that no derivation can pass for another."""

import ast
from collections import Counter
from pathlib import Path

from vault.sealing import Label


def label_uses(root: Path) -> Counter[str]:
    """Count the places that name each label."""
    uses: Counter[str] = Counter()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(value=ast.Name(id="Label") | ast.Attribute(attr="Label"), attr=name):
                    uses[name] += 1
    return uses


def test_each_label_has_one_call_site(project):
    assert label_uses(project.root / "vault") == {label.name: 1 for label in Label}


def test_labels_differ_and_none_begins_another():
    values = [label.value for label in Label]
    assert len(set(values)) == len(Label.__members__)
    assert all(value.startswith(b"casevault/1/") for value in values)


def test_second_use_is_seen(copy):
    copy.plant("vault.codec", "from vault.sealing import Label\n\nAGAIN = Label.OBJECT")
    assert (
        label_uses(copy.root / "vault")["OBJECT"]
        == label_uses(Path(__file__).resolve().parents[2] / "vault")["OBJECT"] + 1
    )
