"""Transcripts of init, status, check, backup, compact and key. Passphrases are invented."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from vault.keys import Identity, format_identity, format_recipient, parse_secret

OTHER = "another-invented-phrase-for-the-tests-only"


# --- init ---------------------------------------------------------------------------------------------------------


def test_init_generates_six_words_and_tells_the_fingerprint(caller: Any) -> None:
    done = caller.raw("init", "new.vault", "--no-input", "--json")
    assert set(done.json) == {"vault", "fingerprint", "vault_code", "checkpoint"}
    assert len(done.json["fingerprint"].split()) == 6
    passphrase = next(line.strip() for line in done.err.splitlines() if line.startswith("    "))
    assert len(passphrase.split("-")) >= 6  # a word of the list may have a hyphen itself
    assert passphrase not in done.out
    caller.secret.write_text(passphrase, "utf-8")
    opened = caller.raw("status", "-V", "new.vault", "--passphrase-file", str(caller.secret), "--json")
    assert opened.json["fingerprint"] == done.json["fingerprint"]


def test_init_never_overwrites(caller: Any) -> None:
    Path("there").write_bytes(b"precious")
    done = caller.raw("init", "there", "--no-input", expect=8)
    assert "passphrase" not in done.err.lower()
    assert Path("there").read_bytes() == b"precious"
    Path("link").symlink_to("nowhere")
    caller.raw("init", "link", "--no-input", expect=8)
    assert not Path("nowhere").exists()


@pytest.mark.parametrize(
    "weak", ["password", "correct horse", "12345678901234567890", "құпия сөз", "пароль", "很短的密码"]
)
def test_init_refuses_weak_passphrases_unless_forced(caller: Any, weak: str) -> None:
    caller.secret.write_text(weak, "utf-8")
    done = caller.raw("init", "new.vault", "--passphrase-file", str(caller.secret), expect=2)
    assert "refused" in done.err
    assert weak not in done.err
    assert not Path("new.vault").exists()
    caller.raw("init", "new.vault", "--passphrase-file", str(caller.secret), "--force")
    assert Path("new.vault").exists()


@pytest.mark.parametrize("long", ["бес сөзден тұратын ұзын құпия", "我们一起去看山上的雪好不好"])
def test_no_estimate_is_made_for_other_scripts(caller: Any, long: str) -> None:
    caller.secret.write_text(long, "utf-8")
    done = caller.raw("init", "new.vault", "--passphrase-file", str(caller.secret))
    assert "No estimate is made" in done.err


def test_the_vault_is_for_its_owner_alone_whatever_the_umask(caller: Any) -> None:
    before = os.umask(0)
    try:
        caller.raw("init", "new.vault", "--no-input")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("new.vault").stat().st_mode) == 0o600


@pytest.mark.parametrize("path", ["", " ", "-", "a\nb", "a\x1bb"])
def test_what_is_no_path_is_refused(caller: Any, path: str) -> None:
    caller.raw("init", path, "--no-input", expect=2)
    caller.raw("list", "-V", path, "--passphrase-file", str(caller.secret), expect=2)


@pytest.mark.parametrize("path", [":memory:", "file:x.vault?mode=memory", "файл.vault"])
def test_odd_names_are_names_of_plain_files(caller: Any, path: str) -> None:
    caller.raw("init", path, "--no-input")
    assert Path(path).is_file()


# --- opening ------------------------------------------------------------------------------------------------------


def test_the_same_answer_to_a_wrong_passphrase_and_a_missing_vault(casevault: Any) -> None:
    casevault.secret.write_text("wrong-passphrase-of-the-tests", "utf-8")
    wrong = casevault("list", expect=3)
    missing = casevault.raw("list", "-V", "nowhere.vault", "--passphrase-file", str(casevault.secret), expect=3)
    assert wrong.out == missing.out == ""
    assert "wrong-passphrase-of-the-tests" not in wrong.err


def test_the_environment_names_the_vault_and_no_passphrase(casevault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEVAULT_VAULT", str(casevault.vault))
    assert casevault.raw("list", "--passphrase-file", str(casevault.secret)).out == ""
    for name in ("CASEVAULT_PASSPHRASE", "PASSPHRASE", "CASEVAULT_PASSWORD"):
        monkeypatch.setenv(name, casevault.secret.read_text("utf-8").strip())
    assert "nobody can be asked" in casevault.raw("list", "--no-input", expect=2).err


def test_without_a_vault_named(caller: Any) -> None:
    assert "Which vault?" in caller.raw("list", "--no-input", expect=2).err


def test_ways_to_give_a_passphrase(casevault: Any) -> None:
    phrase = casevault.secret.read_bytes()
    vault = ("-V", str(casevault.vault))
    casevault.raw("list", *vault, "--passphrase-file", "-", stdin=phrase)
    casevault.raw("list", *vault, "--passphrase-command", f"cat '{casevault.secret}'")
    reading, writing = os.pipe()
    os.write(writing, phrase)
    os.close(writing)
    casevault.raw("list", *vault, "--passphrase-fd", str(reading))
    os.close(reading)


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"\n\n"])
def test_a_line_end_is_no_part_of_the_passphrase(casevault: Any, ending: bytes) -> None:
    casevault.secret.write_bytes(casevault.secret.read_bytes().rstrip() + ending)
    casevault("list")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 2),
        (b"\n", 2),
        (b"one\ntwo\n", 2),
        (b"\xff\xfe", 2),
        (b"x" * (1 << 20) + b"x", 2),
        (b"x" * (1 << 20), 3),
        (b"nul\x00inside", 3),
        (b" kettle-orbit-velvet-mango-thirty-drum", 3),
    ],
)
def test_passphrase_files_of_other_forms(casevault: Any, content: bytes, code: int) -> None:
    casevault.secret.write_bytes(content)
    casevault("list", expect=code)


@pytest.mark.parametrize(
    "options",
    [
        ("--passphrase-file", "x", "--passphrase-fd", "9"),
        ("--passphrase-command", "false"),
        ("--passphrase-command", "no-such-program-anywhere"),
        ("--passphrase-command", "'unbalanced"),
        ("--passphrase-fd", "98"),
        ("--passphrase-file", "nowhere"),
        ("--identity", "nowhere"),
    ],
)
def test_places_that_give_no_passphrase(casevault: Any, options: tuple[str, ...]) -> None:
    casevault.raw("list", "-V", str(casevault.vault), *options, expect=2)


# --- status, check, copies ----------------------------------------------------------------------------------------


def test_status_tells_counts_and_what_is_due(casevault: Any) -> None:
    casevault("add", "person", "name=Invented")
    action = casevault("add", "action", "kind=letter", "next_due=2020-01").lines[0]
    casevault("add", "action", "kind=letter", "next_due=2999-01")
    done = casevault("status", "--json").json
    assert done["counts"] == {"person": 1, "action": 2}
    (due,) = done["due"]
    assert due.pop("days") < -1000
    assert due == {"on": "2020-01-31", "kind": "action", "id": action, "what": "next step or reply due"}
    assert done["last_check"] == ""
    page = casevault("status")
    assert "epoch\t4\n" in page.out
    assert "Never checked" in page.err
    casevault("check")
    assert casevault("status", "--json").json["last_check"]


def test_check_and_checkpoints(casevault: Any) -> None:
    first = casevault("status", "--json").json["checkpoint"]
    casevault("add", "person", "name=Invented")
    done = casevault("check", "--expect", first, "--json")
    assert done.json["ok"] is True
    assert done.json["checkpoint"] != first
    assert casevault("check", "--scrub", "--json").json["ok"] is True
    newest = done.json["checkpoint"]
    old = Path("old.vault")
    old.write_bytes(casevault.vault.read_bytes())
    casevault("add", "person", "name=Another")
    later = casevault("status", "--json").json["checkpoint"]
    stale = ("-V", str(old), "--passphrase-file", str(casevault.secret), "--no-anchor")
    casevault.raw("check", "--expect", newest, *stale)
    casevault.raw("check", "--expect", later, *stale, expect=5)
    casevault.raw("check", "--expect", "not a checkpoint", *stale, expect=None)


def test_an_older_file_is_refused_until_it_is_accepted_on_purpose(casevault: Any) -> None:
    older = casevault.vault.read_bytes()
    casevault("add", "person", "name=Invented")
    casevault.vault.write_bytes(older)
    assert "older" in casevault("list", expect=5).err
    casevault("check", "--accept-older", "--no-input", expect=2)
    assert casevault("check", "--accept-older", "--yes", "--json").json["accepted"] is True
    assert casevault("list").out == ""


def test_a_damaged_vault_is_told_and_left_alone(casevault: Any) -> None:
    for number in range(30):
        casevault("add", "person", f"name=Invented {number}")
    data = bytearray(casevault.vault.read_bytes())
    for place in range(len(data) // 2, len(data) - 4096, 997):
        data[place] ^= 0xFF
    casevault.vault.write_bytes(data)
    done = casevault("check", "--scrub", expect=None)
    assert done.code in {4, 6}
    seen = casevault("list", expect=None)
    assert seen.code in {3, 4, 6}
    assert casevault.vault.read_bytes() == bytes(data)


def test_a_backup_is_a_vault(casevault: Any) -> None:
    casevault("add", "person", "name=Invented")
    done = casevault("backup", "copy.vault", "--json")
    opened = casevault.raw(
        "list", "-V", "copy.vault", "--passphrase-file", str(casevault.secret), "--no-anchor", "--json"
    )
    assert opened.json["records"][0]["title"] == "Invented"
    known = ("check", "-V", "copy.vault", "--passphrase-file", str(casevault.secret), "--no-anchor")
    casevault.raw(*known, "--expect", done.json["checkpoint"])
    casevault("backup", "copy.vault", expect=8)


def test_status_tells_how_old_the_newest_backup_is(casevault: Any) -> None:
    done = casevault("status")
    assert "last backup\tnone known" in done.lines
    assert "No backup is known" in done.err
    assert casevault("status", "--json").json["last_backup"] is None
    casevault("backup", "copy.vault")
    casevault("add", "person", "name=Invented")
    done = casevault("status")
    assert f"last backup\ttoday, 1 changes since, {casevault.folder / 'copy.vault'}" in done.lines
    assert "No backup is known" not in done.err
    known = casevault("status", "--json").json["last_backup"]
    assert (known["days"], known["changes_since"]) == (0, 1)


def test_repair_mends_a_damaged_copy_and_tells(casevault: Any) -> None:
    with closing(sqlite3.connect(casevault.vault)) as connection:
        connection.execute("UPDATE head SET b = zeroblob(length(b)) WHERE i = 0")
        connection.commit()
    done = casevault("check", "--repair", "--json")
    assert done.json["mended"] == ["one of the two copies of the head was damaged; it was mended from the other one"]
    assert done.json["ok"] is True
    assert casevault("check", "--repair", "--json").json["mended"] == []
    casevault("check", "--repair", "--scrub", expect=2)
    casevault("check", "--repair", "--accept-older", expect=2)


def test_compact_keeps_what_is_there(casevault: Any) -> None:
    person = casevault("add", "person", "name=Invented").lines[0]
    assert set(casevault("compact", "--json").json) == {"before", "after"}
    assert "Invented" in casevault("show", person).out


# --- key ----------------------------------------------------------------------------------------------------------


def test_a_second_passphrase_opens_and_the_fingerprint_changes(casevault: Any) -> None:
    before = casevault("status", "--json").json["fingerprint"]
    Path("second").write_text(OTHER, "utf-8")
    done = casevault("key", "add", "passphrase", "--label", "Dana", "--new-passphrase-file", "second", "--json")
    assert done.json["fingerprint"] != before
    assert OTHER not in done.out + done.err
    casevault.raw("list", "-V", str(casevault.vault), "--passphrase-file", "second")
    listed = casevault("key", "list", "--json").json["keyslots"]
    assert [(slot["kind"], slot["label"]) for slot in listed] == [
        ("passphrase", "first passphrase"),
        ("passphrase", "Dana"),
    ]
    assert casevault("key", "list").lines[1].split("\t")[:3] == ["1", "passphrase", "Dana"]


def test_a_paper_key_is_shown_once_and_opens_wherever_a_passphrase_does(casevault: Any) -> None:
    paper = casevault("key", "add", "paper", "--json").json["paper_key"]
    assert isinstance(parse_secret(paper), Identity)
    Path("paper").write_text(paper.lower() + "\n", "utf-8")
    casevault.raw("list", "-V", str(casevault.vault), "--passphrase-file", "paper")
    casevault.raw("list", "-V", str(casevault.vault), "--identity", "paper")
    Path("paper").write_text(paper[:-1] + ("A" if paper[-1] != "A" else "B"), "utf-8")
    assert "typing mistake" in casevault.raw("list", "-V", str(casevault.vault), "--identity", "paper", expect=3).err


def test_a_recipient_opens_with_an_identity_file(casevault: Any) -> None:
    identity = Identity(bytes(range(32)))
    casevault("key", "add", "recipient", format_recipient(identity.public_key), "--label", "laptop")
    Path("identity").write_text(f"# invented\n{format_identity(identity)}\n", "utf-8")
    casevault.raw("list", "-V", str(casevault.vault), "--identity", "identity")
    casevault("key", "add", "recipient", "age1pq1nonsense", expect=2)
    casevault("key", "add", "recipient", expect=2)
    casevault("key", "add", "paper", "age1pq1nonsense", expect=2)


def test_a_changed_passphrase_replaces_the_old_one(casevault: Any) -> None:
    Path("second").write_text(OTHER, "utf-8")
    casevault("key", "change", "first passphrase", "--new-passphrase-file", "second")
    casevault("list", expect=3)
    casevault.raw("list", "-V", str(casevault.vault), "--passphrase-file", "second")


def test_the_last_way_in_is_removed_only_with_its_label(casevault: Any) -> None:
    assert "last way in" in casevault("key", "remove", "0", "--no-input", expect=2).err
    casevault("key", "remove", "0", "--last", "another label", expect=2)
    casevault("list")
    casevault("key", "add", "paper", "--label", "safe")
    casevault("key", "remove", "safe")
    casevault("key", "remove", "safe", expect=1)
    wrong = casevault("key", "change", "safe", expect=1)
    assert "shown this once" not in wrong.err
    casevault("key", "remove", "first passphrase", "--last", "first passphrase")
    casevault("list", expect=3)


def test_what_a_change_of_keys_needs_is_looked_at_before_a_passphrase_is_shown(casevault: Any) -> None:
    casevault("key", "add", "paper")
    assert "already" in casevault("key", "add", "paper", "--label", "paper", expect=2).err
    casevault("key", "add", "paper")
    assert casevault("key", "list", "--json").json["keyslots"][-1]["label"] == "paper 2"
    for done in (
        casevault("key", "add", "passphrase", "--label", "paper", expect=2),
        casevault("key", "change", "paper", expect=2),
    ):
        assert "shown this once" not in done.err


def test_weak_new_passphrases_are_refused(casevault: Any) -> None:
    Path("second").write_text("password1", "utf-8")
    casevault("key", "add", "passphrase", "--label", "x", "--new-passphrase-file", "second", expect=2)
    casevault("key", "change", "0", "--new-passphrase-file", "second", expect=2)
    casevault("list")


def test_changed_keys_are_told_and_a_write_asks(casevault: Any) -> None:
    Path("second").write_text(OTHER, "utf-8")
    elsewhere = ("-V", str(casevault.vault), "--passphrase-file", str(casevault.secret), "--no-anchor")
    casevault.raw("key", "add", "passphrase", "--label", "x", "--new-passphrase-file", "second", *elsewhere)
    told = casevault("list")
    assert "keys changed" in told.err
    assert "keys changed" in casevault("add", "person", "name=Invented", "--no-input", expect=5).err
    assert casevault("list").out == ""
