"""What disclosures print and what commands leave behind: no raw control character, no secret for a child process.

All people are invented.
"""

import json
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from cli.app import Settings
from cli.output import Output
from vault import agefile

HOSTILE = "".join(map(chr, [*range(1, 0x20), *range(0x7F, 0xA0)])) + (
    "\u202e\u202d\u2066\u2069\u200b\u200d\u200e\u200f\u2028\u2029\ufeff\u00ad\u061c\U000e0041"
    "\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\\x1b]52;c;AAAA\x07[bold red]x[/]"
)
SECRET = "Zitronengirlitz"


def assert_safe(text: str) -> None:
    bad = {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n", "\t"}
    assert bad == set()


@pytest.fixture
def matter(casevault: Any) -> Any:
    """Give a vault with one case in whose every text stand hostile characters, and a recipient of such a name."""
    records = [
        {"kind": "case", "ref": "k", "title": f"Matter{HOSTILE}"},
        {"kind": "person", "ref": "p", "case": "@k", "name": f"Aman{HOSTILE}", "occupation": f"cook{HOSTILE}"},
        {"kind": "source", "ref": "s", "case": "@k", "name": f"Bek{HOSTILE}", "inside": "yes"},
        {
            "kind": "event",
            "case": "@k",
            "event.kind": "arrest",
            "person": "@p",
            "actor": f"men{HOSTILE}",
            "narrative": {"value": f"They came.{HOSTILE} Aman{HOSTILE} was there.", "source": "@s"},
        },
        {
            "kind": "consent",
            "case": "@k",
            "given_by": "@p",
            "about": ["@p"],
            "audiences": ["lawyer"],
            "purposes": ["legal"],
            "groups": ["identity", "family", "location", "testimony", "image"],
            "onward": "none",
            "given_on": "2024-01-05",
            "conditions": f"only if{HOSTILE}",
        },
    ]
    casevault("add", "--from", "-", stdin="\n".join(map(json.dumps, records)).encode())
    casevault.ids = {record["kind"]: record["id"] for record in casevault("list", "--json").json["records"]}
    casevault.to = f"Advocate{HOSTILE}"
    identity = agefile.generate_identity()
    Path("key.txt").write_text(identity + "\n", "utf-8")
    public = agefile.parse_identities(identity.encode())[0].recipient
    casevault("recipient", "add", casevault.to, "--audience", "lawyer", "--key", public, "--confirmed")
    return casevault


def test_hostile_text_on_its_way_out_is_escaped_by_every_command(matter: Any) -> None:
    """Attack 61, for what shows disclosures: previews, ledger, exposure, recall, consents, recipients, verify."""
    ask = ("export", matter.ids["case"], "--policy", "lawyer", "--purpose", "legal", "--to", matter.to)
    consent = matter.ids["consent"]
    commands = [
        (*ask, "--preview"),
        (*ask, "-o", "case.age"),
        ("ledger",),
        ("ledger", "list"),
        ("ledger", "exposure", matter.to),
        ("ledger", "recall", consent),
        ("consent", "list"),
        ("recipient", "list"),
        ("recipient", "show", matter.to),
        ("show", consent),
        ("verify", "case.age", "--identity", "key.txt"),
        ("consent", "withdraw", consent, "--yes"),
        ("remove", matter.ids["event"], "--purge", "--yes"),
        ("remove", matter.ids["person"], "--purge", "--yes"),
        ("recipient", "remove", matter.to, "--yes"),
    ]
    shown = []
    for words in commands:
        reads = words[0] not in {"remove", "verify"} and "--yes" not in words and "-o" not in words
        for json_too in ((), ("--json",)) if reads else ((),):
            done = matter.raw(*words, *json_too) if words[0] == "verify" else matter(*words, *json_too)
            assert_safe(done.out)
            assert_safe(done.err)
            if "\\x1b" in done.out + done.err or "\\u001b" in done.out:
                shown.append((*words, *json_too))
    # These print hostile text for certain: an answer that says nothing would be safe as well.
    for words in ((*ask, "--preview"), ("ledger",), ("ledger", "exposure", matter.to), ("recipient", "list")):
        assert words in shown
        assert (*words, "--json") in shown


def test_no_secret_is_left_for_child_processes(casevault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack 69: environment and arguments of this process, which every child inherits or sees, are as before."""
    monkeypatch.setattr(sys, "argv", ["casevault"])
    Path("second").write_text(f"{SECRET}-in-six-invented-words\n", "utf-8")
    before = dict(os.environ)
    casevault("add", "person", f"name={SECRET}")
    casevault("search", SECRET)
    casevault("key", "add", "passphrase", "--label", "second", "--new-passphrase-file", "second")
    casevault("key", "add", "paper", "--label", "paper")
    casevault.raw("list", "-V", str(casevault.vault), "--passphrase-file", "second")
    assert dict(os.environ) == before
    assert sys.argv == ["casevault"]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_the_passphrase_command_hears_nothing(casevault: Any) -> None:
    """Attack 69: the one child that a command starts gets its own words, no input of ours and no secret."""
    script = Path("give").absolute()
    script.write_text(f"#!/bin/sh\ncat /proc/$$/environ /proc/$$/cmdline > seen\ncat {casevault.secret}\n", "utf-8")
    script.chmod(0o700)
    words = ("-V", str(casevault.vault), "--passphrase-command", str(script))
    casevault.raw("add", "person", f"name={SECRET}", *words)
    assert casevault.raw("list", "--json", *words).json["records"][0]["title"] == SECRET
    seen = Path("seen").read_bytes()
    assert str(script).encode() in seen
    assert SECRET.encode() not in seen
    assert casevault.secret.read_bytes().strip() not in seen


@pytest.mark.parametrize("how", ["talk", "warn", "detail", "line", "json"])
def test_each_way_of_telling_escapes(capsys: pytest.CaptureFixture[str], how: str) -> None:
    settings = Settings()
    settings.json = how == "json"
    settings.verbose = True
    getattr(Output(settings), how)(f"before{HOSTILE}after")
    told = "".join(capsys.readouterr())
    assert "before" in told
    assert "after" in told
    assert "202e" in told
    assert_safe(told)
