"""Attacks by somebody who had the keys and lost them, and by a process that dies while keys change.

The removed holder works with the rooms of the library, his old copy of the file and the keys he once had. All records
are invented.
"""

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.__main__ import main
from vault import keys, sealing
from vault.errors import IntegrityError, NotFoundError, RecordError, StaleError, UnlockError
from vault.keys import Passphrase, parse_header
from vault.ledger import LogEntry
from vault.objects import Kind, object_id
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.state import State, make_sealers

FIRST = "kettle-orbit-velvet-mango-thirty-drum"
SECOND = "lantern-copper-drift-anchor-willow-nine"


def note(vault: Vault, text: str) -> bytes:
    [revision] = vault.put(Draft("person", (Claim("notes", text),)))
    return revision.record_id


# -- Attack 33 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", range(1, 4), ids=["passphrase", "paper", "recipient"])
def test_a_removed_holder_reads_nothing_that_comes_later(small, small_content, tmp_path, who):
    """Attack 33: the old copy opens with the old keys, the present file does not, nor anything written since."""
    secret = small.secrets[who]
    old = small.copied(tmp_path / "kept")
    before = small.objects()
    with small.open() as vault:
        vault.keys.remove(who)
        later = note(vault, "written after the removal")
        vault.attach(later, io.BytesIO(b"a photo taken later"), "later.jpg")
    assert old.outcome(secret) == small_content
    assert small.outcome(secret) == "UnlockError"
    known = old.state(secret)
    sealers = [*known.sealers.values(), *make_sealers(known.header.vault_id, known.access_key, known.keyring).values()]
    new = [body for found, body in small.objects().items() if found not in before]
    assert len(new) >= 5
    for sealed in (*new, *small.copies("head")):
        for sealer in sealers:
            for kind in Kind:
                with pytest.raises(IntegrityError):
                    sealer.open(kind.value, sealed)
    # Nor do his old slot, his old header or his old head open it when he puts them into the present file.
    for tables in (("header",), ("head",), ("header", "head")):
        forged = small.copied(tmp_path / "-".join(tables))
        for table in tables:
            forged.set_copies(table, old.copies(table)[0])
        assert isinstance(forged.outcome(secret), str)


def test_a_changed_passphrase_opens_no_later_state(small, tmp_path):
    """Attack 33: a changed passphrase opens the old copy alone; signing key and intake key are new as well."""
    old = small.copied(tmp_path / "kept")
    with small.open() as vault:
        vault.keys.change("second passphrase", "an-entirely-new-one-for-the-second-person")
    assert small.outcome(SECOND) == "UnlockError"
    assert isinstance(old.outcome(SECOND), list)
    before, after = old.state().keyring, small.state().keyring
    assert before.signing_seed != after.signing_seed
    assert before.intake_seeds[-1] != after.intake_seeds[-1]
    assert set(before.intake_seeds) < set(after.intake_seeds)
    assert after.generation == before.generation + 1
    assert before.vault_secret == after.vault_secret


def test_who_was_removed_cannot_be_put_back_from_the_old_keyring(small, tmp_path):
    """Attack 33: the sealed keyring of the old file, put among the objects of the new one, is named by nothing."""
    old = small.copied(tmp_path / "kept")
    with small.open() as vault:
        vault.keys.remove(1)
    expected = small.outcome()
    name = old.state().head.keyring.name
    small.store({object_id(name): old.objects()[object_id(name)]})
    assert small.outcome() == expected
    assert small.outcome(SECOND) == "UnlockError"


# -- Attack 33a -------------------------------------------------------------------------------------------------------


def rebuild(small: Any, old: Any, epoch: int) -> State:
    """Build the vault anew as a removed holder would: his own access key for everybody, and a forged history.

    He copies the fronts of the present slots, so that every passphrase gives up its seed; wraps his access key to the
    public keys he saw; takes the data keys he had; and goes on from the head that he knew.
    """
    known = old.state(SECOND)
    header = parse_header(small.copies("header")[0], allow_test=True)
    fronts = [header.front(index) for index in range(keys.SLOTS)]
    seed, access_key = sealing.random_bytes(32), sealing.random_bytes(32)
    prk = sealing.passphrase_key(SECOND.encode(), header.kdf_salt, header.profile, header.vault_id)
    fronts[1] = keys.passphrase_front(prk, header.vault_id, 1, seed)
    slot = replace(known.keyring.slots[1], public_key=sealing.public_key(seed))
    keyring = known.keyring.with_slot(1, slot)
    new = keys.build_header(header.vault_id, header.profile, header.kdf_salt, fronts, keyring, access_key)
    sealers = make_sealers(header.vault_id, access_key, keyring)
    state = replace(known, header=new, access_key=access_key, keyring=keyring, sealers=sealers)

    for found in small.objects():
        small.store({found: None})
    small.store(dict(old.objects()))
    ref = small.plant(state, Kind.KEYRING, keyring.encode())
    last = known.head.log[-1]
    entries = list(known.head.log)
    heads, parent = known.digest, LogEntryOf(last)
    for each in range(known.head.epoch + 1, epoch + 1):
        entry = LogEntry(each, (parent.digest(),), b"", 1_600_000_000, "keys" if each == epoch else "put", {}, (heads,))
        entries.append(entry.encode())
        heads, parent = sealing.random_bytes(32), entry
    small.set_copies("header", new.data)
    small.forge(
        state,
        epoch=epoch,
        previous=(heads,),
        header_digest=new.digest,
        keyring=ref,
        log=tuple(entries),
    )
    return state


def LogEntryOf(data: bytes) -> LogEntry:  # noqa: N802 - reads as a class
    from vault.ledger import decode_entry

    return decode_entry(data)


@pytest.fixture
def before_and_after(small, tmp_path) -> tuple[Any, Any, Path, Path]:
    """Give the file after the removal, the holder's old copy, and two machines: one that knows the removal, one not."""
    early, late = tmp_path / "early", tmp_path / "late"
    for folder in (early, late):
        small.open(state_dir=folder).close()
    old = small.copied(tmp_path / "kept")
    with small.open(state_dir=late) as vault:
        vault.keys.remove("second passphrase")
        note(vault, "written after the removal")
    return small, old, early, late


def test_a_rebuilt_vault_is_announced_by_its_fingerprint(before_and_after, small_content):
    """Attack 33a: who has not opened it since the removal is told, may read, and writes only after comparing words."""
    small, old, early, _ = before_and_after
    with small.open() as vault:
        true_words, epoch = vault.status().fingerprint, vault.status().epoch
    rebuild(small, old, epoch + 3)
    for secret in (FIRST, *small.secrets[2:]):
        with small.open(secret, state_dir=early) as vault:
            [notice] = [notice for notice in vault.notices if "keys changed" in notice]
            words = vault.status().fingerprint
            assert words in notice
            assert f"at epoch {epoch + 3}" in notice
            assert "by voice" in notice
            assert words != true_words
            assert len(list(vault.records())) == len(small.records) + len(small.documents)
            assert isinstance(vault.keys.unconfirmed, StaleError)
            for write in (
                lambda vault=vault: note(vault, "never written"),
                lambda vault=vault: vault.keys.add_paper("never added"),
                lambda vault=vault: vault.remove(small.records[0]),
                lambda vault=vault: vault.attach(small.records[0], io.BytesIO(b"x"), "x"),
            ):
                with pytest.raises(StaleError):
                    write()
    assert small.outcome(FIRST, state_dir=early) == small_content
    # It is asked each time until somebody compared the words and says so.
    with small.open(state_dir=early) as vault:
        assert vault.keys.unconfirmed is not None
        vault.keys.confirm()
        note(vault, "written after all")
    with small.open(state_dir=early) as vault:
        assert vault.keys.unconfirmed is None
        assert vault.notices == ()


def test_a_rebuilt_vault_is_stale_where_the_removal_is_known(before_and_after):
    """Attack 33a: a machine that saw the removal, and a noted checkpoint, refuse it, however high its epoch is."""
    small, old, _, late = before_and_after
    with small.open() as vault:
        epoch, checkpoint = vault.status().epoch, vault.status().checkpoint
    for forged in (epoch - 1, epoch, epoch + 1, epoch + 3):
        rebuild(small, old, forged)
        assert small.outcome(state_dir=late) == "StaleError"
        assert small.outcome(expect=checkpoint) == "StaleError"


def test_a_rebuilt_vault_is_not_taken_for_a_restored_backup(before_and_after):
    """Attack 33a: told that the file has another history, whoever takes it into use still must compare words."""
    small, old, _, late = before_and_after
    with small.open() as vault:
        epoch = vault.status().epoch
    rebuild(small, old, epoch + 1)
    before = small.path.read_bytes()
    with small.open(state_dir=late, accept_older=True) as vault:
        assert any(vault.status().fingerprint in notice for notice in vault.notices)
        for write in (vault.accept_older, lambda: note(vault, "never written")):
            with pytest.raises(StaleError):
                write()
        assert small.path.read_bytes() == before
        vault.keys.confirm()
        vault.accept_older()
        assert vault.disclosures.log()[-1].action == "accepted-older"
    with small.open(state_dir=late) as vault:
        assert vault.notices == ()


def test_a_rebuilt_vault_ends_a_command_that_writes(before_and_after, tmp_path, monkeypatch):
    """Attack 33a: through the command line: reading warns, writing without a terminal ends with 5."""
    small, old, early, _ = before_and_after
    with small.open() as vault:
        epoch = vault.status().epoch
    rebuild(small, old, epoch + 2)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "state").mkdir()
    early.rename(tmp_path / "state" / "casevault")
    (tmp_path / "passphrase.txt").write_text(FIRST + "\n")
    around = ("-V", str(small.path), "--passphrase-file", str(tmp_path / "passphrase.txt"), "--no-input")
    found = {}
    for words in (("list",), ("add", "person", "nationality=invented")):
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        try:
            code = main((*words, *around), kdf_profile=KdfProfile.TEST)
            sys.stderr.flush()
            found[words[0]] = int(code), sys.stderr.buffer.getvalue().decode()
        finally:
            sys.stdout, sys.stderr = before
    assert [code for code, _ in found.values()] == [0, 5]
    assert all("the keys changed" in said for _, said in found.values())


def test_a_rebuilt_vault_without_an_anchor_shows_other_words(before_and_after):
    """Attack 33a: with neither anchor nor checkpoint it opens; only the words tell, and they do."""
    small, old, _, _ = before_and_after
    with small.open() as vault:
        true_words, epoch = vault.status().fingerprint, vault.status().epoch
    state = rebuild(small, old, epoch + 1)
    with small.open() as vault:
        assert vault.status().fingerprint == keys.fingerprint(state.header.vault_id, state.access_key) != true_words


# -- Attack 34 --------------------------------------------------------------------------------------------------------


def test_the_last_slot_is_not_removed_by_chance(tmp_path):
    """Attack 34: the last way in stays unless its removal is meant; then nothing opens the vault ever again."""
    path = tmp_path / "cases.vault"
    with Vault.create(path, FIRST, profile=KdfProfile.TEST) as vault:
        paper = vault.keys.add_paper("paper")
        vault.keys.remove("first passphrase")
        for which in ("paper", 1):
            with pytest.raises(RecordError):
                vault.keys.remove(which)
        with pytest.raises(NotFoundError):
            vault.keys.remove(0, last=True)
        assert [info.label for info in vault.keys.list()] == ["paper"]
        note(vault, "still open")
    secret = keys.parse_secret(paper)
    with Vault.open(path, secret, allow_test_profile=True) as vault:
        vault.keys.remove("paper", last=True)
        assert vault.keys.list() == []
    for each in (secret, Passphrase(FIRST)):
        with pytest.raises(UnlockError):
            Vault.open(path, each, allow_test_profile=True)


# -- Attack 36 --------------------------------------------------------------------------------------------------------

CHANGE = """
import sys
from vault.keys import Passphrase
from vault.vault import Vault

with Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True) as vault:
    for number in range(int(sys.argv[3]), 10_000):
        print("try", number, flush=True)
        vault.keys.change("second passphrase", f"the passphrase of round {number}")
        print("changed", number, flush=True)
        vault.keys.add_passphrase("guest", f"the guest of round {number}")
        print("added", number, flush=True)
        vault.keys.remove("guest")
        print("removed", number, flush=True)
        if number % 60 == 59:
            break
"""


def opens(small: Any, passphrase: str) -> bool:
    try:
        small.open(passphrase).close()
    except UnlockError:
        return False
    return True


def test_keys_survive_a_kill_at_any_moment(small, child, deep):
    """Attack 36: killed inside change, add and remove: the state before or the one after opens, never neither."""
    size = deep("kills-in-key-operations", 8, 200)
    source = size.random()
    current, start = SECOND, 0
    for _ in range(size):
        if small.state().keyring.generation > 40:
            current, start = "the passphrase of a new vault", 0
            for left in small.path.parent.iterdir():
                left.unlink()
            with Vault.create(small.path, FIRST, profile=KdfProfile.TEST) as vault:
                vault.keys.add_passphrase("second passphrase", current)
        process = child(CHANGE, small.path, FIRST, start, wait=False)
        process.stdout.readline()
        try:
            process.wait(source.uniform(0, 0.08))
        except subprocess.TimeoutExpired:
            process.kill()
        out, errors = child.rest_of(process)
        assert "Error" not in errors.replace("LimitError", ""), errors
        said = [line.split() for line in [f"try {start}", *out.splitlines()] if len(line.split()) == 2]
        tried = max(int(number) for _, number in said)
        changed = [int(number) for word, number in said if word == "changed"]
        before = f"the passphrase of round {changed[-1]}" if changed else current
        found = [each for each in {before, f"the passphrase of round {tried}"} if opens(small, each)]
        assert opens(small, FIRST)
        assert len(found) == 1
        assert not changed or not opens(small, current), "a passphrase that was changed is no way in"
        current, start = found[0], tried + 1
        with small.open() as vault:
            assert vault.check().problems == ()
            if any(info.label == "guest" for info in vault.keys.list()):
                assert opens(small, f"the guest of round {tried}")
                vault.keys.remove("guest")
