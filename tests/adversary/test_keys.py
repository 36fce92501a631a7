"""Attacks by somebody who had the keys and lost them, and by a process that dies while keys change.

The removed holder works with the rooms of the library, his old copy of the file and the keys he once had. All records
are invented.
"""

import io
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.__main__ import main
from vault import codec, keys, sealing
from vault.engine import sqlite
from vault.errors import (
    FormatError,
    IntegrityError,
    LimitError,
    NotFoundError,
    RecordError,
    SignatureError,
    StaleError,
    UnlockError,
    UnsupportedVersionError,
    VaultError,
)
from vault.keys import Identity, Passphrase, Secret, Unlocker, parse_header
from vault.ledger import LogEntry
from vault.objects import Kind, object_id
from vault.records import Claim, Draft
from vault.sealing import KdfProfile, Sealer
from vault.vault import Vault, custody
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


def secrets_of(old: Any, secret: Secret) -> list[bytes]:
    """Give every key that a holder could ever compute: from his own secret, and from the keyring that it opened."""
    known = old.state(secret)
    seeds = (
        [secret.seed] if isinstance(secret, Identity) else [seed for _, seed in Unlocker(secret)._seeds(known.header)]
    )
    ring = known.keyring
    return [known.access_key, *ring.data_keys, ring.vault_secret, ring.signing_seed, *ring.intake_seeds, *seeds]


def opened_with(keys_known: list[bytes], vault_id: bytes, every: list[bytes]) -> list[bytes]:
    """Try every key as access key and as data key of each generation, on every object as each kind."""
    found = []
    for key in keys_known:
        for generation in range(5):
            sealer = Sealer(vault_id, generation, key)
            for sealed in every:
                for kind in Kind:
                    try:
                        found.append(sealer.open(kind.value, sealed))
                    except IntegrityError:
                        continue
    return found


@pytest.mark.parametrize("who", range(1, 4), ids=["passphrase", "paper", "recipient"])
def test_every_old_secret_and_both_files_open_nothing_new(small, small_content, tmp_path, who):
    """Attack 33: after removal and a write nothing written since opens; after resealing nothing in the file at all."""
    secret = small.secrets[who]
    old = small.copied(tmp_path / "kept")
    before, old_bytes = small.objects(), {*old.copies("head"), *old.objects().values()}
    held = secrets_of(old, secret)
    vault_id = old.state(secret).header.vault_id
    assert opened_with(held, vault_id, list(before.values())), "the keys do open what was there"
    with small.open() as vault:
        vault.keys.remove(who)
        note(vault, "written after the removal")
    new = [body for found, body in small.objects().items() if found not in before]
    assert len(new) >= 3
    assert opened_with(held, vault_id, [*new, *small.copies("head")]) == []
    for reseal in (False, True):
        if reseal:
            with small.open() as vault:
                vault.keys.reseal()
            now = small.path.read_bytes()
            assert not any(body[:64] in now for body in old_bytes), "not even as bytes in unused room"
            assert opened_with(held, vault_id, [*small.objects().values(), *small.copies("head")]) == []
        for data in small.copies("header"):
            header = parse_header(data, allow_test=True)
            with pytest.raises(UnlockError):
                Unlocker(secret).unlock(header)
            for seed in (key for key in held if len(key) == sealing.SEED_BYTES):
                with pytest.raises(UnlockError):
                    Unlocker(Identity(seed)).unlock(header)
    with small.open() as vault:
        assert vault.check().problems == ()
        assert vault.check().orphans == 0
        assert len(list(vault.records())) == len(small.records) + len(small.documents) + 1
    assert old.outcome(secret) == small_content


@pytest.mark.parametrize("reseal", [False, True])
def test_rotating_leaves_every_holder_in_and_old_keys_out(small, small_content, tmp_path, reseal):
    """Attack 33: who once had the keys in hand, but no secret of a person, opens nothing that is written later."""
    old = small.copied(tmp_path / "kept")
    before, known = small.objects(), old.state()
    with small.open() as vault:
        vault.keys.reseal() if reseal else vault.keys.rotate()
        assert vault.status().fingerprint != keys.fingerprint(known.header.vault_id, known.access_key)
        assert vault.disclosures.log()[-1].facts == {"did": "reseal" if reseal else "rotate"}
    for secret in small.secrets:
        assert small.outcome(secret) == small_content
        assert old.outcome(secret) == small_content
    ring = small.state().keyring
    assert ring.generation == (1 if reseal else known.keyring.generation + 1)
    assert ring.signing_seed != known.keyring.signing_seed
    assert ring.intake_seeds[-1] not in known.keyring.intake_seeds
    assert ring.vault_secret == known.keyring.vault_secret
    held = [known.access_key, *known.keyring.data_keys, known.keyring.vault_secret]
    new = [body for found, body in small.objects().items() if reseal or found not in before]
    assert opened_with(held, known.header.vault_id, [*new, *small.copies("head")]) == []
    # The old keyring, header and head, put into the new file, are taken by nobody.
    for table in ("header", "head"):
        forged = small.copied(tmp_path / table)
        forged.set_copies(table, old.copies(table)[0])
        assert isinstance(forged.outcome(), str)


def test_sixty_four_generations_end_with_resealing(small, small_content):
    """Attack 17, from the other side: where no data key can be added any more, resealing begins again at one."""
    with small.open() as vault:
        while vault.status().generations < keys.MAX_GENERATIONS:
            vault.keys.rotate()
        for more in (vault.keys.rotate, lambda: vault.keys.change(1, "another six words for the second person")):
            with pytest.raises(LimitError):
                more()
        vault.keys.reseal()
        assert vault.status().generations == 1
        vault.keys.rotate()
    assert small.outcome() == small_content


def test_a_damaged_vault_is_not_resealed(small):
    """Attack 13, from the other side: what cannot be opened is not left out in silence; the vault stays as it was."""
    state = small.state()
    name = next(found for found in small.objects() if found != object_id(state.head.keyring.name))
    small.store({name: None})
    before, folder = small.path.read_bytes(), small.path.parent
    with small.open() as vault, pytest.raises(IntegrityError):
        vault.keys.reseal()
    assert small.path.read_bytes() == before
    assert [each.name for each in folder.iterdir()] == [small.path.name]


def test_a_vault_of_a_newer_program_is_not_resealed(small):
    """Attack 52, for the head: parts that this version does not know could name objects; none is lost in silence."""
    state = small.state()
    small.forge(state, extra={40: b"of a later time"})
    before = small.path.read_bytes()
    with small.open() as vault, pytest.raises(UnsupportedVersionError):
        vault.keys.reseal()
    assert small.path.read_bytes() == before


def test_reading_goes_on_beside_resealing(small, small_content, child):
    """Attack 49, for keys: who had the vault open while its keys were replaced is told so, and no damage is seen."""
    with small.open() as reading:
        expected = len(list(reading.records()))
        child(
            "import sys; from vault.keys import Passphrase; from vault.vault import Vault\n"
            "Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True).keys.reseal()",
            small.path,
            FIRST,
        )
        with pytest.raises(UnlockError, match="replaced"):
            list(reading.records())
    with small.open() as again:
        assert len(list(again.records())) == expected
    assert small.outcome() == small_content


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


# -- Handing over (attack 34 on purpose) -------------------------------------------------------------------------------


ARCHIVE = 3
"""The keyslot of the recipient."""


@pytest.fixture
def asked(small, tmp_path) -> Any:
    """Give a vault in which the recipient was asked, the copy that was sent to them, and their answer."""
    with small.open() as vault:
        vault.keys.ask("the archive")
    sent = small.copied(tmp_path / "sent")
    with sent.open(small.identity, read_only=True) as vault:
        answer = vault.keys.acknowledge(small.identity)
    return small, sent, answer


def test_handing_over_leaves_recipients_alone(asked, small_content):
    """Attack 34: every way in on site is gone, by one commit; only the recipient opens the vault from then on."""
    small, sent, answer = asked
    with small.open() as vault:
        removed = vault.keys.hand_over("the archive", f"  {answer}\n")
    assert [slot.label for slot in removed] == ["first passphrase", "second passphrase", "paper in the safe"]
    outcomes = [small.outcome(secret) for secret in small.secrets]
    assert outcomes == ["UnlockError", "UnlockError", "UnlockError", small_content]
    assert all(sent.outcome(secret) == small_content for secret in small.secrets)
    with small.open(small.identity) as vault:
        assert vault.check().problems == ()
        assert vault.disclosures.log()[-1].facts["removed"] == [0, 1, 2]
        # The question is gone with the answer: nothing can be replayed.
        for which in ("the archive", ARCHIVE):
            with pytest.raises(RecordError):
                vault.keys.hand_over(which, answer)


def test_an_older_answer_and_one_to_another_question_are_refused(asked, small_content):
    """Attack 37, for answers: replayed after a write, after another question, and in a copy that was put back."""
    small, _, answer = asked
    with small.open() as vault:
        note(vault, "entered since")
        with pytest.raises(StaleError) as caught:
            vault.keys.hand_over("the archive", answer)
        assert (caught.value.epoch, caught.value.expected) == (vault.epoch - 1, vault.epoch)
        vault.keys.ask("the archive")
        with pytest.raises(SignatureError, match="asked last"):
            vault.keys.hand_over("the archive", answer)
        assert len(vault.keys.list()) == 4
        # Removed and added again, the same person has to be asked again.
        vault.keys.remove("the archive")
        vault.keys.add_recipient("the archive", keys.format_recipient(small.identity.public_key))
        with pytest.raises(RecordError, match="nobody is asked"):
            vault.keys.hand_over("the archive", answer)


def test_only_who_opens_the_asked_slot_can_answer(asked):
    """Attack 15, for answers: of another slot, another vault, other bytes, or with a key that a holder made up."""
    small, sent, answer = asked
    other = Identity(sealing.random_bytes(32))
    with small.open() as vault:
        vault.keys.add_recipient("another", keys.format_recipient(other.public_key))
        with pytest.raises(RecordError, match="another way in"):
            vault.keys.acknowledge(other)
        with pytest.raises(RecordError, match="another way in"):
            vault.keys.hand_over("another", answer)
        for which in ("first passphrase", "paper in the safe"):
            with pytest.raises(RecordError, match="recipient"):
                vault.keys.ask(which)
    state = sent.state()
    prefix, body = codec.bech32_decode(answer)
    for place in range(0, len(body), 3):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises((SignatureError, StaleError)):
            custody_check(sent, state, codec.bech32_encode(prefix, changed))
    # Who holds all keys of the vault but not the recipient's makes a signature of their own: it is of another question.
    said = body[:-64]
    forged = sealing.Signer(state.keyring.signing_seed).sign(codec.lp(sealing.Label.ACKNOWLEDGE.value, said))
    with pytest.raises(SignatureError):
        custody_check(sent, state, codec.bech32_encode(prefix, said + forged))
    custody_check(sent, state, answer)


def custody_check(victim: Any, state: State, answer: str) -> None:
    with closing(sqlite.open(victim.path, read_only=True)) as engine, engine.snapshot() as reader:
        custody.check(state.reader(reader), state, ARCHIVE, answer)


@pytest.mark.parametrize("text", ["", "casevault-ack1", "age1pq1" + "q" * 60, "casevault-ack1" + "q" * 5000, "\0", "ж"])
def test_what_is_no_answer_is_refused(asked, text):
    """Attack 51, for answers: any text gives an error of ours and changes nothing."""
    small, _, _ = asked
    before = small.path.read_bytes()
    with small.open() as vault, pytest.raises(FormatError):
        vault.keys.hand_over("the archive", text)
    assert small.path.read_bytes() == before


def test_a_question_not_made_by_the_rule_is_refused(asked):
    """Attack 51, for questions: planted by a holder of the keys, of any form: refused, and nothing else is harmed."""
    small, _, answer = asked
    for plain in (
        None,
        [],
        [9, 1, bytes(32), b""],
        [3, 4, bytes(32), b""],
        [3, "4", b"", b""],
        {"a": 1},
        [3, 4, b"", b""],
    ):
        with small.open() as vault:
            with vault._session.writing() as commit:
                commit.set_setting(custody.QUESTION, plain)
                commit.log("settings", {})
            for step in (
                lambda v=vault: v.keys.acknowledge(small.identity),
                lambda v=vault: v.keys.hand_over(3, answer),
            ):
                with pytest.raises(VaultError):
                    step()
    assert small.outcome() != "IntegrityError"


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
