"""Hostile text in every place that a command prints: it arrives escaped, one record a line, in JSON as itself."""

import json
import unicodedata
from pathlib import Path
from typing import Any

HOSTILE = (
    "".join(map(chr, [*range(1, 0x20), *range(0x7F, 0xA0)]))
    + "\u202e\u202d\u2066\u2069\u200b\u200d\u200e\u200f\u2028\u2029\ufeff\u00ad\u061c\U000e0041"
    + "\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\\x1b]52;c;AAAA\x07[bold red]x[/]"
)


def assert_safe(text: str) -> None:
    bad = {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n", "\t"}
    assert bad == set()


def test_text_in_every_field_is_escaped_by_every_command(casevault: Any) -> None:
    person = {
        "kind": "person",
        "ref": "p",
        "name": [f"A{HOSTILE}Z", "Plain Name"],
        "occupation": HOSTILE,
        "phone": f"+7{HOSTILE}",
        "address": {"text": HOSTILE, "county": HOSTILE, "region": HOSTILE, "country": HOSTILE},
        "relative.mother": f"M{HOSTILE}",
        "id_document": HOSTILE,
        "notes": f"first\nsecond{HOSTILE}",
    }
    event = {"kind": "event", "event.kind": "arrest", "person": "@p", "narrative": HOSTILE, "actor": HOSTILE}
    case = {"kind": "case", "title": HOSTILE}
    lines = "\n".join(json.dumps(one) for one in (person, event, case)).encode()
    casevault("add", "--from", "-", stdin=lines)
    ids = {record["kind"]: record["id"] for record in casevault("list", "--json").json["records"]}
    Path("plain").write_bytes(b"invented")
    casevault("attach", ids["person"], "plain", "--name", f"n{HOSTILE.replace(chr(0), '')}.png")
    commands = [
        ("list",),
        ("search", "plain"),
        ("search", "kind:event"),
        ("show", ids["person"]),
        ("show", ids["event"]),
        ("history", ids["person"]),
        ("status",),
        ("remove", ids["case"], "--purge", "--yes"),
    ]
    for words in commands:
        for json_too in ((), ("--json",)) if words[0] != "remove" else ((),):
            done = casevault(*words, *json_too)
            assert_safe(done.out)
            assert_safe(done.err)
    assert "\\u202e" in casevault("show", ids["person"]).out
    assert "\\x1b" in casevault("list").out
    assert len(casevault("list").lines) == 3
    record = casevault("show", ids["event"], "--json").json["record"]
    assert record["actor"][0]["value"].strip() == HOSTILE.strip()


def test_likely_duplicates_and_verdicts_are_told_escaped(casevault: Any) -> None:
    lines = json.dumps({"kind": "person", "name": [f"A{HOSTILE}Z", "Plain Name"], "address": HOSTILE}).encode()
    casevault("add", "--from", "-", stdin=lines)
    first = casevault("list", "--json").json["records"][0]["id"]
    told = casevault("add", "person", "name=Plain Name")
    assert f"Perhaps the same person: {first[:10]}" in told.err
    twin = told.lines[0]
    for words in (
        ("search", "plain", "--explain"),
        ("search", "--same-as", twin),
        ("search", "--same-as", twin, "--explain"),
        ("search", "--same-as", twin, "--json"),
        ("same", twin, first),
        ("search", "--exact", "bold"),
        ("show", twin),
        ("different", twin, first),
        ("add", "--from", "-"),
    ):
        done = casevault(*words, stdin=lines if words[0] == "add" else b"")
        assert_safe(done.out)
        assert_safe(done.err)
    assert "Perhaps the same person, " in done.err


def test_names_of_recipients_and_labels_are_escaped(casevault: Any) -> None:
    name = f"R{HOSTILE}"
    casevault("recipient", "add", name, "--audience", "lawyer", expect=None)
    for words in (("recipient", "list"), ("recipient", "show", name), ("recipient", "list", "--json"), ("key", "list")):
        done = casevault(*words, expect=None)
        assert_safe(done.out)
        assert_safe(done.err)


def test_what_was_typed_comes_back_escaped_in_errors(casevault: Any) -> None:
    for words in (
        (HOSTILE,),
        ("show", HOSTILE),
        ("add", HOSTILE),
        ("add", "person", f"{HOSTILE}=x"),
        ("add", "person", f"name=@{HOSTILE.replace(chr(0), '')}"),
        ("search", HOSTILE),
        ("policy", "show", HOSTILE),
        ("recipient", "show", HOSTILE),
        ("ledger", "exposure", HOSTILE),
        ("export", "--policy", HOSTILE, "--to", HOSTILE, "--purpose", "legal", "--preview"),
        ("list", f"--{HOSTILE}"),
        ("verify", HOSTILE),
    ):
        done = casevault(*words, expect=None)
        assert_safe(done.out)
        assert_safe(done.err)
        assert "unexpected error" not in done.err, words


def test_lone_surrogates_from_the_command_line_are_no_crash(casevault: Any) -> None:
    lone = b"\xff\xfe".decode("utf-8", "surrogateescape")
    for words in (("search", lone), ("show", lone), ("add", "person", f"name={lone}"), ("recipient", "show", lone)):
        done = casevault(*words, expect=None)
        assert done.code in {0, 1, 2}, (words, done)
        assert "unexpected error" not in done.err, (words, done)
