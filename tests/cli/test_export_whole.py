"""An export takes all that a search finds, and what killed exports left is removed. All people are invented."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

MANY = 1010


def test_all_that_a_search_finds_is_taken(casevault: Any) -> None:
    casevault("recipient", "add", "Advocate", "--audience", "lawyer")
    lines = [json.dumps({"kind": "person", "name": f"Mergen {number}"}).encode() for number in range(MANY)]
    casevault("add", "--from", "-", "--no-compare", stdin=b"\n".join(lines))
    done = casevault(
        "export", "--query", "kind:person mergen", "--policy", "lawyer", "--purpose", "legal", "--to", "Advocate",
        "-o", "x.age", expect=None,
    )  # fmt: skip
    assert done.code != 0
    assert len(set(re.findall(r"person ([0-9a-f]{32})", done.err + done.out))) == MANY


@pytest.mark.parametrize("words", [("check",), ("verify", "nothing.age")])
def test_what_a_killed_export_left_beside_is_removed_and_told(casevault: Any, words: tuple[str, ...]) -> None:
    Path("nothing.age").write_bytes(b"x")
    left = Path(f".{'0a' * 8}.part")
    (left / "data").mkdir(parents=True)
    (left / "data/records.json").write_text("plain")
    done = casevault(*words, expect=None)
    assert not left.exists()
    assert "killed process" in done.err
    assert Path("nothing.age").exists()
    assert "killed process" not in casevault(*words, expect=None).err
