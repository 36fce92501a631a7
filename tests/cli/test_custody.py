"""The commands that change who opens a vault: rotate, identity, handoff, profiles, --expect. All names are invented."""

import stat
import subprocess

import pytest

from vault.keys import Identity, format_recipient, parse_identity

SECOND = "lantern-copper-drift-anchor-willow-nine"


@pytest.fixture
def archive(casevault):
    """Give a file with the key of an archive abroad, which opens the vault too."""
    made = casevault.raw("key", "identity", "archive.txt", "--json").json
    casevault("key", "add", "recipient", made["public_key"], "--label", "archive abroad")
    return casevault.folder / "archive.txt"


def by(caller, identity, *words, vault=None, expect=0):
    """Run a command as the archive does, on its copy."""
    around = ("-V", str(vault or caller.vault), "--identity", str(identity), "--no-anchor")
    return caller.raw(*words, *around, expect=expect)


# --- rotate ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [(), ("--reseal",)], ids=["keys", "everything"])
def test_rotate_keeps_records_and_names_the_copies(casevault, archive, how):
    person = casevault.add("person", nationality="invented")
    casevault("backup", "older.vault")
    before = casevault("status", "--json").json
    done = casevault("key", "rotate", *how, "--json")
    assert done.json["done"] == ("resealed" if how else "rotated")
    assert done.json["fingerprint"] != before["fingerprint"]
    assert [copy["path"] for copy in done.json["copies"]] == [str(casevault.folder / "older.vault")]
    assert "destroy" in done.err
    after = casevault("status", "--json").json
    assert after["epoch"] == before["epoch"] + 1
    assert after["generations"] == (1 if how else before["generations"] + 1)
    assert casevault("check", "--expect", before["checkpoint"], "--json").json["ok"]
    assert casevault("list", "--json").json["records"][0]["id"] == person
    assert by(casevault, archive, "list", "--json").json["records"][0]["id"] == person
    assert "still opens" in casevault("key", "rotate").out


def test_remove_and_change_name_the_copies_that_stay_open(casevault):
    casevault("backup", "before.vault")
    (casevault.folder / "second").write_text(SECOND + "\n", "utf-8")
    casevault("key", "add", "passphrase", "--label", "Dana", "--new-passphrase-file", "second")
    casevault("backup", "with-dana.vault")
    done = casevault("key", "remove", "Dana")
    assert "with-dana.vault" in done.out
    assert "before.vault" not in done.out
    assert "No command reaches them" in done.err
    changed = casevault("key", "change", "first passphrase", "--new-passphrase-file", "second", "--json").json
    assert [copy["path"].rsplit("/", 1)[1] for copy in changed["copies"]] == ["before.vault", "with-dana.vault"]


def test_a_way_in_that_opened_is_marked(casevault, archive):
    assert [slot["opened"] for slot in casevault("key", "list", "--json").json["keyslots"]] == [True, False]
    assert [slot["opened"] for slot in by(casevault, archive, "key", "list", "--json").json["keyslots"]] == [
        False,
        True,
    ]
    assert casevault("key", "list").lines[0].endswith("opened by this")


# --- identity -------------------------------------------------------------------------------------------------------


def test_an_identity_file_is_private_and_never_replaced(casevault, archive):
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    body = archive.read_text("utf-8")
    public = format_recipient(parse_identity(body).public_key)
    assert body.splitlines()[0] == f"# public key: {public}"
    casevault.raw("key", "identity", "archive.txt", expect=8)
    assert archive.read_text("utf-8") == body
    casevault.raw("key", "identity", "other.txt", "--new-passphrase-file", "x", expect=2)
    assert casevault.raw("key", "identity", "other.txt").out.strip() != public


def test_a_protected_identity_is_a_passphrase_file_of_age(casevault):
    (casevault.folder / "second").write_text(SECOND + "\n", "utf-8")
    made = casevault.raw("key", "identity", "a.age", "--protect", "--new-passphrase-file", "second", "--json").json
    data = (casevault.folder / "a.age").read_bytes()
    assert data.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert b"AGE-SECRET-KEY" not in data
    casevault("key", "add", "recipient", made["public_key"])
    around = ("-V", str(casevault.vault), "--identity", "a.age")
    assert casevault.raw("list", *around, "--passphrase-file", "second").code == 0
    assert casevault.raw("list", *around, "--passphrase-file", str(casevault.secret), expect=3).code == 3
    assert "passphrase is needed" in casevault.raw("list", *around, "--no-input", expect=2).err


def test_the_age_program_opens_a_protected_identity(casevault, tool):
    (casevault.folder / "second").write_text(SECOND + "\n", "utf-8")
    casevault.raw("key", "identity", "a.age", "--protect", "--new-passphrase-file", "second")
    # age asks on the terminal it controls; `script` gives it one.
    done = subprocess.run(
        [tool("script"), "-qec", f"{tool('age')} -d a.age > plain.txt", "/dev/null"],
        input=SECOND.encode() + b"\n",
        capture_output=True,
        check=False,
        cwd=casevault.folder,
    )
    assert done.returncode == 0, done.stdout
    assert isinstance(parse_identity((casevault.folder / "plain.txt").read_text("utf-8")), Identity)


# --- handing over ---------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(casevault, archive):
    """Give a vault in which the archive was asked, and the copy that it was sent."""
    casevault.add("person", nationality="invented")
    casevault("key", "add", "paper")
    casevault("key", "handoff", "archive abroad")
    casevault("backup", "sent.vault")
    return casevault.folder / "sent.vault"


def test_a_vault_is_left_to_who_showed_that_they_open_it(casevault, archive, asked):
    answered = by(casevault, archive, "key", "acknowledge", "-o", "answer.txt", "--json", vault=asked).json
    assert answered["checkpoint"] == casevault("status", "--json").json["checkpoint"]
    assert stat.S_IMODE((casevault.folder / "answer.txt").stat().st_mode) == 0o600
    by(casevault, archive, "key", "acknowledge", "-o", "answer.txt", vault=asked, expect=8)

    refused = casevault("key", "handoff", "archive abroad", "answer.txt", "--no-input", expect=2)
    assert "first passphrase, paper" in refused.err
    casevault("key", "handoff", "archive abroad", "answer.txt", "--confirm", "another", expect=2)
    done = casevault("key", "handoff", "archive abroad", "answer.txt", "--confirm", "archive abroad", "--json").json
    assert done["removed"] == ["first passphrase", "paper"]
    assert done["left"] == ["archive abroad"]
    assert [copy["path"] for copy in done["copies"]] == [str(asked)]

    casevault("list", expect=3)
    assert len(by(casevault, archive, "list", "--json").json["records"]) == 1
    assert by(casevault, archive, "check", "--json").json["ok"]
    assert [slot["label"] for slot in by(casevault, archive, "key", "list", "--json").json["keyslots"]] == [
        "archive abroad"
    ]


def test_an_answer_counts_for_the_newest_state_alone(casevault, archive, asked):
    by(casevault, archive, "key", "acknowledge", "-o", "answer.txt", vault=asked)
    casevault.add("person", nationality="entered since")
    words = ("key", "handoff", "archive abroad", "answer.txt", "--confirm", "archive abroad")
    assert "newest copy" in casevault(*words, expect=5).err
    casevault("key", "handoff", "archive abroad")
    assert "asked last" in casevault(*words, expect=10).err
    casevault("status")


def test_who_was_not_asked_cannot_answer(casevault, archive, asked):
    other = casevault.raw("key", "identity", "other.txt", "--json").json
    casevault("key", "add", "recipient", other["public_key"], "--label", "another")
    refused = by(casevault, casevault.folder / "other.txt", "key", "acknowledge", "-o", "answer.txt", expect=1)
    assert "another way in was asked" in refused.err
    assert not (casevault.folder / "answer.txt").exists()
    casevault("key", "acknowledge", "-o", "answer.txt", expect=2)
    casevault("key", "handoff", "first passphrase", expect=2)
    casevault("key", "handoff", "nobody", expect=1)
    by(casevault, archive, "key", "acknowledge", "-o", "answer.txt")
    refused = casevault("key", "handoff", "another", "answer.txt", "--confirm", "another", expect=1)
    assert "another way in was asked" in refused.err


@pytest.mark.parametrize("text", ["", "casevault-ack1qqqq", "age1pq1qqqq", "\0" * 5000, "casevault-ack1" + "q" * 9000])
def test_what_is_no_answer_is_refused(casevault, asked, text):
    (casevault.folder / "answer.txt").write_text(text, "utf-8")
    casevault("key", "handoff", "archive abroad", "answer.txt", "--confirm", "archive abroad", expect=6)


# --- profiles -------------------------------------------------------------------------------------------------------


def test_profiles_are_chosen_and_only_raised(casevault):
    casevault.raw("init", "small.vault", "--kdf", "small", "--passphrase-file", str(casevault.secret))
    around = ("-V", "small.vault", "--passphrase-file", str(casevault.secret))
    assert casevault.raw("status", *around, "--json").json["kdf_profile"] == "1"
    (casevault.folder / "second").write_text(SECOND + "\n", "utf-8")
    change = ("key", "change", "first passphrase", "--new-passphrase-file", "second")
    casevault.raw(*change, "--kdf", "default", *around)
    now = ("-V", "small.vault", "--passphrase-file", "second")
    assert casevault.raw("status", *now, "--json").json["kdf_profile"] == "2"
    assert "never lowered" in casevault.raw(*change, "--kdf", "small", *now, expect=1).err
    assert casevault.raw("init", "x.vault", "--kdf", "test", expect=2).code == 2


def test_a_profile_is_not_raised_over_others(casevault):
    (casevault.folder / "second").write_text(SECOND + "\n", "utf-8")
    casevault("key", "add", "passphrase", "--label", "Dana", "--new-passphrase-file", "second")
    refused = casevault(
        "key", "change", "first passphrase", "--new-passphrase-file", "second", "--kdf", "small", expect=1
    )
    assert "add them again" in refused.err


# --- freshness ------------------------------------------------------------------------------------------------------


def test_every_command_takes_a_checkpoint_to_expect(casevault):
    older = casevault.vault.read_bytes()
    casevault.add("person", nationality="invented")
    checkpoint = casevault("status", "--json").json["checkpoint"]
    for words in (("list",), ("status",), ("check",), ("key", "list")):
        casevault(*words, "--expect", checkpoint)
        casevault(*words, "--expect", "nonsense", expect=2)
    casevault.vault.write_bytes(older)
    for words in (("list",), ("add", "person", "nationality=x"), ("key", "rotate")):
        refused = casevault(*words, "--expect", checkpoint, "--no-anchor", expect=5)
        assert "(epoch 1, seen before: 2)" in refused.err
        assert "check --accept-older" in refused.err
    assert casevault.vault.read_bytes() == older


def test_the_note_of_the_newest_state_can_be_turned_off(casevault, monkeypatch):
    state = casevault.folder / "state"
    before = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    assert len(before) == 1
    older = casevault.vault.read_bytes()
    monkeypatch.setenv("CASEVAULT_NO_ANCHOR", "1")
    casevault.add("person", nationality="invented")
    casevault("key", "rotate")
    assert {path: path.read_bytes() for path in state.rglob("*") if path.is_file()} == before
    casevault.vault.write_bytes(older)
    casevault("status")
    monkeypatch.setenv("CASEVAULT_NO_ANCHOR", "")
    casevault.add("person", nationality="invented")
    casevault.vault.write_bytes(older)
    assert "(epoch 1, seen before: 2)" in casevault("status", expect=5).err
    casevault("check", "--accept-older", "--yes")
    casevault("status")
    done = casevault("key", "list")
    assert done.err == ""


def test_keys_that_changed_elsewhere_are_announced(casevault, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(casevault.folder / "elsewhere"))
    casevault("key", "rotate")
    words = casevault("status", "--json").json["fingerprint"]
    monkeypatch.setenv("XDG_STATE_HOME", str(casevault.folder / "state"))
    told = casevault("list").err
    assert "at epoch 2 by device" in told
    assert words in told
    assert "by voice" in told
    refused = casevault("add", "person", "nationality=invented", "--no-input", expect=5)
    assert "compare the six words" in refused.err
