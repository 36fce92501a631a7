"""Attacks with files that were right once: put back whole, in part, or edited apart; and on what remembers them.

All records are invented.
"""

import io
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cli.__main__ import main
from vault.errors import IntegrityError, StaleError
from vault.ledger import LogEntry, decode_entry
from vault.objects import Kind
from vault.records import Claim, Draft
from vault.redact import Recipient
from vault.sealing import SIZE_CLASSES, KdfProfile
from vault.vault import Vault
from vault.vault.core import continued

FIRST = "kettle-orbit-velvet-mango-thirty-drum"


def note(vault: Vault, text: str) -> None:
    vault.put(Draft("person", (Claim("notes", text),)))


@pytest.fixture
def machine(tmp_path) -> Path:
    """Give the folder in which a machine keeps its anchors."""
    return tmp_path / "machine"


def run(victim, folder: Path, *words: str) -> tuple[int, str]:
    """Run a command in this process; give its exit code and all it said."""
    (folder / "passphrase.txt").write_text(FIRST + "\n")
    around = ("-V", str(victim.path), "--passphrase-file", str(folder / "passphrase.txt"), "--no-input")
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    try:
        code = main((*words, *around), kdf_profile=KdfProfile.TEST)
        sys.stdout.flush()
        sys.stderr.flush()
        said = sys.stdout.buffer.getvalue() + sys.stderr.buffer.getvalue()
    finally:
        sys.stdout, sys.stderr = before
    return int(code), said.decode()


# -- Attack 37 --------------------------------------------------------------------------------------------------------


def test_a_file_put_back_whole(small, small_content, machine, tmp_path):
    """Attack 37: refused by the anchor and by a checkpoint; with neither it opens and says its epoch and checkpoint."""
    older = small.path.read_bytes()
    with small.open(state_dir=machine) as vault:
        note(vault, "entered since")
        checkpoint = vault.status().checkpoint
    with small.open(state_dir=machine, expect=checkpoint) as vault:
        note(vault, "and more")
    small.path.write_bytes(older)
    for read_only in (True, False):
        with pytest.raises(StaleError) as caught:
            small.open(state_dir=machine, read_only=read_only)
        assert (caught.value.epoch, caught.value.expected) == (small.state().head.epoch, small.state().head.epoch + 2)
        with pytest.raises(StaleError):
            small.open(expect=checkpoint, read_only=read_only)
    assert small.path.read_bytes() == older
    assert small.outcome() == small_content
    code, said = run(small, tmp_path, "status", "--no-anchor")
    assert code == 0
    state = small.state()
    assert state.checkpoint in said
    assert str(state.head.epoch) in said
    assert run(small, tmp_path, "check", "--no-anchor", "--expect", checkpoint)[0] == 5


def test_a_file_put_back_under_a_command_that_writes(small, machine, tmp_path, monkeypatch):
    """Attack 37: through the command line, reading and writing end with 5 and the file stays as it is."""
    monkeypatch.setenv("XDG_STATE_HOME", str(machine))
    older = small.path.read_bytes()
    assert run(small, tmp_path, "add", "person", "nationality=invented")[0] == 0
    small.path.write_bytes(older)
    for words in (("list",), ("status",), ("add", "person", "nationality=invented"), ("check",)):
        assert run(small, tmp_path, *words)[0] == 5
    assert small.path.read_bytes() == older


def test_a_file_put_back_while_it_is_open(small):
    """Attack 37: a session that knows a newer state refuses the older one by itself."""
    older = small.path.read_bytes()
    with small.open() as vault:
        note(vault, "entered since")
        small.path.write_bytes(older)
        with pytest.raises(StaleError):
            list(vault.records())
        with pytest.raises(StaleError):
            note(vault, "never written")
    assert small.path.read_bytes() == older


def test_a_restored_backup_is_taken_into_use_on_purpose(small, machine):
    """Attack 37: that is written into the log, the anchor follows, and the newer file is then stale."""
    older = small.path.read_bytes()
    with small.open(state_dir=machine) as vault:
        for number in range(3):
            note(vault, f"entered since {number}")
    newer = small.path.read_bytes()
    small.path.write_bytes(older)
    with small.open(state_dir=machine, accept_older=True) as vault:
        vault.accept_older()
        assert vault.disclosures.log()[-1].action == "accepted-older"
    with small.open(state_dir=machine) as vault:
        note(vault, "goes on")
        assert vault.notices == ()
    small.path.write_bytes(newer)
    assert small.outcome(state_dir=machine) == "StaleError"


# -- Attack 38 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [1, 2, 80])
def test_two_copies_edited_apart(small, machine, tmp_path, ahead):
    """Attack 38: whoever saw one copy is told of the other, be its epoch lower, equal or higher, logs cut or not."""
    other = small.copied(tmp_path / "other")
    with small.open(state_dir=machine) as vault:
        note(vault, "here")
        note(vault, "and here")
        checkpoint = vault.status().checkpoint
    with other.open() as vault:
        for number in range(ahead):
            note(vault, f"there {number}")
    with pytest.raises(StaleError):
        other.open(state_dir=machine)
    with pytest.raises(StaleError):
        other.open(expect=checkpoint)
    with small.open(state_dir=machine, expect=checkpoint) as vault:
        assert vault.notices == ()


def test_a_checkpoint_of_any_age_is_found(small):
    """Attack 38, the other way: every state of one history is accepted, far beyond what stands in the head."""
    checkpoints = []
    with small.open() as vault:
        for number in range(90):
            note(vault, f"number {number}")
            checkpoints.append(vault.status().checkpoint)
    for checkpoint in checkpoints:
        small.open(expect=checkpoint, read_only=True).close()
    epoch, code = checkpoints[10].split("-")
    for wrong in (f"{int(epoch) + 1}-{code}", f"{epoch}-{code[::-1]}", f"{int(epoch) + 1000}-{code}", f"0-{code}"):
        assert small.outcome(expect=wrong) == "StaleError"


# -- Attack 39 --------------------------------------------------------------------------------------------------------


def test_only_the_header_put_back(small, tmp_path):
    """Attack 39: an older header before a newer head does not belong to it, whoever opens it."""
    older = small.copies("header")[0]
    with small.open() as vault:
        vault.keys.add_paper("one more")
    small.set_copies("header", older)
    assert {small.outcome(secret) for secret in small.secrets} == {"IntegrityError"}


def test_only_the_head_put_back_across_a_change_of_keys(small):
    """Attack 39: an older head of other keys does not open."""
    older = small.copies("head")[0]
    with small.open() as vault:
        vault.keys.add_paper("one more")
    small.set_copies("head", older)
    assert {small.outcome(secret) for secret in small.secrets} == {"IntegrityError"}


def test_only_the_head_put_back(small, machine):
    """Attack 39: where objects it names are gone, a check says so and reading is refused; and the anchor knows."""
    older = small.copies("head")[0]
    with small.open(state_dir=machine) as vault:
        vault.disclosures.put_recipient(Recipient("another", "press", (), None, ""))
        vault.remove(small.records[0], purge=True)
    small.set_copies("head", older)
    assert small.outcome() in ("IntegrityError", "MissingObjectError")
    assert small.checked() != []
    assert small.outcome(state_dir=machine) == "StaleError"


def test_only_the_head_put_back_where_its_objects_still_exist(small, small_content, machine):
    """Attack 39: the older state is whole then; only an anchor can tell, and it does."""
    older = small.copies("head")[0]
    with small.open(state_dir=machine) as vault:
        note(vault, "entered since")
    small.set_copies("head", older)
    assert small.outcome() == small_content
    assert small.outcome(state_dir=machine) == "StaleError"


def test_an_older_head_in_one_copy(small):
    """Attack 39: of two heads that both open the newer one counts, and the older one is mended."""
    older = small.copies("head")[0]
    with small.open() as vault:
        note(vault, "entered since")
    newer, expected = small.copies("head")[0], small.outcome()
    for place in (0, 1):
        small.set_copies("head", *(older if place == each else newer for each in (0, 1)))
        assert small.outcome() == expected
        with small.open() as vault:
            assert any("mended" in notice for notice in vault.notices)
        assert small.copies("head") == [newer, newer]


@pytest.mark.parametrize("place", [0, 1])
def test_an_older_state_beside_the_newer_one(small, tmp_path, machine, place):
    """Attack 39: the state of before a change of keys in one copy, its objects restored: the newer one counts."""
    older = small.copied(tmp_path / "older")
    with small.open(state_dir=machine) as vault:
        vault.keys.add_paper("one more")
        note(vault, "entered since")
    header, head, expected = small.copies("header")[0], small.copies("head")[0], small.outcome()
    small.store(dict(older.objects()))
    for table, good in (("header", header), ("head", head)):
        small.set_copies(table, *(older.copies(table)[0] if place == each else good for each in (0, 1)))
    for secret in (FIRST, *small.secrets):
        assert small.outcome(secret) == expected
    with small.open(state_dir=machine) as vault:
        assert any("mended" in notice for notice in vault.notices)
    assert small.copies("header") == [header, header]
    assert small.copies("head") == [head, head]


def test_a_refused_open_mends_nothing(small, tmp_path, machine):
    """Attack 39: an older file with one damaged copy is refused by the anchor, and its bytes stay as they are."""
    older = small.path.read_bytes()
    with small.open(state_dir=machine) as vault:
        note(vault, "entered since")
    small.path.write_bytes(older)
    small.set_copies("head", small.copies("head")[0], b"noise" * 200)
    before = small.path.read_bytes()
    assert small.outcome(state_dir=machine, read_only=False) == "StaleError"
    assert small.path.read_bytes() == before


@pytest.mark.parametrize("place", [0, 1])
def test_an_older_head_in_one_copy_under_an_open_session(small, place):
    """Attack 39: a session that knows only the older state does not write over the newer one."""
    with small.open() as behind:
        older = small.copies("head")[0]
        with small.open() as vault:
            note(vault, "entered since")
        newer = small.copies("head")[0]
        small.set_copies("head", *(older if place == each else newer for each in (0, 1)))
        assert behind.status().epoch == small.state().head.epoch
        note(behind, "entered by the one behind")
    with small.open() as vault:
        notes = {text for revision in vault.records() for text in revision.values("notes")}
        assert {"entered since", "entered by the one behind"} <= notes
        assert vault.check().problems == ()
        assert vault.check().orphans == 0


# -- Attack 40 --------------------------------------------------------------------------------------------------------


def anchor_of(machine: Path) -> Path:
    [path] = machine.glob("*.anchor")
    return path


def spoil(path: Path, how: str, tmp_path: Path) -> None:
    data = path.read_bytes()
    path.unlink()
    match how:
        case "edited":
            path.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
        case "cut":
            path.write_bytes(data[:500])
        case "empty":
            path.write_bytes(b"")
        case "long":
            path.write_bytes(data * 100)
        case "link":
            (tmp_path / "elsewhere").write_bytes(data)
            path.symlink_to(tmp_path / "elsewhere")
        case "dangling":
            path.symlink_to(tmp_path / "nothing")
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "foreign":
            other = tmp_path / "foreign.vault"
            with Vault.create(other, FIRST, profile=KdfProfile.TEST, state_dir=tmp_path / "foreign"):
                pass
            path.write_bytes(anchor_of(tmp_path / "foreign").read_bytes())


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize("how", ["edited", "cut", "empty", "long", "link", "dangling", "folder", "pipe", "foreign"])
def test_a_spoilt_anchor_is_told(small, small_content, machine, tmp_path, how):
    """Attack 40: it is said that freshness cannot be told, and nothing is written, there or in the vault, unasked."""
    with small.open(state_dir=machine) as vault:
        note(vault, "so that the anchor is newer")
    expected = small.outcome()
    assert expected != small_content
    spoil(anchor_of(machine), how, tmp_path)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name == "elsewhere"}
    for read_only in (True, False):
        with small.open(state_dir=machine, read_only=read_only) as vault:
            [notice] = vault.notices
            assert "anchor" in notice
            assert "checkpoint" in notice
            with pytest.raises(StaleError):
                note(vault, "never written")
            assert len(list(vault.records())) == len(small.records) + len(small.documents) + 1
    assert small.outcome() == expected
    assert {path: path.read_bytes() for path in kept} == kept
    # When a person says that it is the right state, a sound anchor takes the place of the spoilt one, if it can.
    with small.open(state_dir=machine) as vault:
        vault.keys.confirm()
        note(vault, "written after all")
        if how == "folder":
            assert any("could not be written" in notice for notice in vault.notices)
            return
    assert not anchor_of(machine).is_symlink()
    assert {path: path.read_bytes() for path in kept} == kept
    with small.open(state_dir=machine) as vault:
        assert vault.notices == ()
        assert vault.keys.unconfirmed is None


def test_a_missing_anchor_begins_anew(small, machine):
    """Attack 40: no anchor is a new machine; from then on it knows."""
    with small.open(state_dir=machine) as vault:
        note(vault, "one")
    older = small.path.read_bytes()
    anchor_of(machine).unlink()
    with small.open(state_dir=machine) as vault:
        note(vault, "two")
    small.path.write_bytes(older)
    assert small.outcome(state_dir=machine) == "StaleError"


def test_an_anchor_never_goes_back_by_itself(small, machine):
    """Attack 40: a session that is behind, and a read-only one, leave the newer epoch in the anchor."""
    with small.open(state_dir=machine) as late, small.open(state_dir=machine) as early:
        note(early, "by the second session")
        newest = anchor_of(machine).read_bytes()
        late._session.note(late._session.current())
        assert anchor_of(machine).read_bytes() == newest
    small.open(state_dir=machine, read_only=True).close()
    assert late is not early
    with small.open(state_dir=machine) as vault:
        assert vault._session._anchor.read().epoch == vault.status().epoch


def test_an_anchor_tells_nothing_and_is_private(small, machine):
    """Attack 40: mode 0600 in a folder of mode 0700; its name and bytes hold nothing of the vault's path or labels."""
    small.open(state_dir=machine).close()
    path = anchor_of(machine)
    assert path.stat().st_mode & 0o777 == 0o600
    assert machine.stat().st_mode & 0o777 == 0o700
    assert small.path.name.encode() not in path.read_bytes()
    assert len(path.read_bytes()) == SIZE_CLASSES[0]


# -- Attack 41 --------------------------------------------------------------------------------------------------------


def entries_of(small) -> list[LogEntry]:
    return [decode_entry(data) for data in small.state().head.log]


def forge_log(small, entries: list[LogEntry]) -> None:
    """Put a head in place with another log, as somebody would who holds the keys."""
    small.forge(small.state(), log=tuple(entry.encode() for entry in entries))


CUTS = {
    "the end cut": lambda log: log[:-1],
    "the last two cut": lambda log: log[:-2],
    "all cut": lambda log: [],
    "the beginning cut": lambda log: log[1:],
    "one in the middle cut": lambda log: [*log[:3], *log[4:]],
    "two exchanged": lambda log: [*log[:2], log[3], log[2], *log[4:]],
    "the last two exchanged": lambda log: [*log[:-2], log[-1], log[-2]],
    "reversed": lambda log: log[::-1],
    "one repeated": lambda log: [*log[:3], log[2], *log[3:]],
    "the last repeated": lambda log: [*log, log[-1]],
    "facts changed": lambda log: [*log[:2], replace(log[2], facts={"records": []}), *log[3:]],
    "a disclosure made a put": lambda log: [
        *(replace(entry, action="put", facts={}) if entry.action == "keys" else entry for entry in log)
    ],
    "an epoch lowered": lambda log: [*log[:-1], replace(log[-1], epoch=1)],
    "an epoch raised": lambda log: [*log[:-1], replace(log[-1], epoch=log[-1].epoch + 1)],
    "a second parent": lambda log: [*log[:-1], replace(log[-1], parents=(*log[-1].parents, bytes(32)))],
    "no parent": lambda log: [*log[:-1], replace(log[-1], parents=())],
}


@pytest.mark.parametrize("how", CUTS)
def test_a_log_cut_or_reordered_with_the_keys(small, how):
    """Attack 41: the chain of the log does not hold: the ledger is not shown, and a check names the log."""
    log = entries_of(small)
    assert len(log) > 6
    forge_log(small, CUTS[how](log))
    with small.open(read_only=True) as vault:
        with pytest.raises(IntegrityError):
            vault.disclosures.log()
        assert any("log" in str(problem) for problem in vault.check().problems)


def test_a_log_in_batches_cut_or_reordered_with_the_keys(small):
    """Attack 41: batches left out, taken twice, or in another order."""
    with small.open() as vault:
        for number in range(80):
            note(vault, f"number {number}")
        log = vault.disclosures.log()
    state = small.state()
    assert state.head.log_batches
    [ref] = state.head.log_batches
    for forged in ((), (ref, ref)):
        small.forge(state, log_batches=forged)
        with small.open(read_only=True) as vault:
            try:
                assert vault.disclosures.log() == log
                assert forged == (ref, ref), "a batch named twice is read once"
            except IntegrityError:
                assert forged == ()
    from vault import codec

    entries = [entry.encode() for entry in log[: len(log) - len(state.head.log)]]
    for batch in (entries[:-1], entries[1:], entries[::-1], [*entries, entries[-1]]):
        forged_ref = small.plant(state, Kind.LOG, codec.encode({0: [], 1: batch}))
        small.forge(state, log_batches=(forged_ref,))
        with small.open(read_only=True) as vault, pytest.raises(IntegrityError):
            vault.disclosures.log()


def test_the_log_of_an_edited_history_is_one_chain(small):
    """Attack 41, the other way: whatever was done, the log holds, has each epoch, and names no value."""
    with small.open() as vault:
        revision = vault.get(small.records[1])
        vault.put(continued(revision, (*revision.claims, Claim("notes", "a value that the log must not hold"))))
        vault.remove(small.records[2], purge=True)
        log = vault.disclosures.log()
    assert sorted({entry.epoch for entry in log}) == list(range(1, log[-1].epoch + 1))
    assert not any(b"must not hold" in entry.encode() for entry in log)
