"""The key desk: adding, changing and removing ways in."""

import pytest

from vault import keys
from vault.errors import LimitError, NotFoundError, RecordError, UnlockError
from vault.keys import Identity, Passphrase, SlotKind
from vault.sealing import KdfProfile
from vault.vault import Vault

PASSPHRASE = "kettle-orbit-velvet-mango-thirty-drum"
SECOND = "lantern-copper-drift-anchor-willow-nine"


def opens(path, secret):
    try:
        Vault.open(path, secret, allow_test_profile=True).close()
    except UnlockError:
        return False
    return True


def test_a_new_vault_has_one_way_in(vault):
    [slot] = vault.keys.list()
    assert (slot.index, slot.kind, slot.label, slot.added_epoch) == (0, "passphrase", "first passphrase", 1)


def test_ways_in_are_added_and_all_open(vault, path):
    assert vault.keys.add_passphrase("second", SECOND).index == 1
    paper = keys.parse_secret(vault.keys.add_paper("paper"))
    identity = Identity(bytes(range(32)))
    info = vault.keys.add_recipient("archive", keys.format_recipient(identity.public_key))
    assert (info.index, info.kind, info.added_epoch) == (3, "recipient", 4)
    assert [slot.label for slot in vault.keys.list()] == ["first passphrase", "second", "paper", "archive"]
    for secret in (Passphrase(PASSPHRASE), Passphrase(SECOND), paper, identity):
        assert opens(path, secret)
    assert not opens(path, Identity(bytes(32)))


def test_each_change_of_keys_gives_new_words_and_a_new_header(vault):
    seen = set()
    for number in range(5):
        seen.add((vault.status().fingerprint, vault._session.current().header.data))
        vault.keys.add_paper(f"paper {number}")
    assert len(seen) == len({words for words, _ in seen}) == 5


def test_adding_keeps_fronts_and_generation(vault):
    before = vault._session.current()
    vault.keys.add_paper("paper")
    after = vault._session.current()
    assert [before.header.front(index) == after.header.front(index) for index in range(8)] == [True, False] + [True] * 6
    assert all(before.header.slot(index)[104:] != after.header.slot(index)[104:] for index in range(8))
    assert after.keyring.generation == before.keyring.generation
    assert after.keyring.signing_seed == before.keyring.signing_seed


def test_a_change_keeps_label_and_place(vault, path):
    vault.keys.add_passphrase("second", SECOND)
    info = vault.keys.change("second", "a-third-one-that-is-new-to-everybody")
    assert (info.index, info.label, info.added_epoch) == (1, "second", 3)
    assert not opens(path, Passphrase(SECOND))
    assert opens(path, Passphrase(PASSPHRASE))
    assert vault.status().generations == 2


def test_a_removed_place_is_used_again(vault):
    vault.keys.add_passphrase("second", SECOND)
    vault.keys.add_paper("paper")
    assert vault.keys.remove("second").label == "second"
    assert vault.keys.add_passphrase("third", SECOND).index == 1
    assert [slot.index for slot in vault.keys.list()] == [0, 1, 2]


def test_eight_ways_in_and_no_more(vault):
    for number in range(7):
        vault.keys.add_paper(f"paper {number}")
    epoch = vault.status().epoch
    with pytest.raises(LimitError) as caught:
        vault.keys.add_passphrase("ninth", SECOND)
    assert caught.value.limit == 8
    assert vault.status().epoch == epoch


@pytest.mark.parametrize("which", ["nobody", 1, 7, 8, -1, "0", ""])
def test_there_is_no_such_way_in(vault, which):
    with pytest.raises(NotFoundError):
        vault.keys.remove(which, last=True)
    with pytest.raises(NotFoundError):
        vault.keys.change(which, SECOND)


def test_only_a_passphrase_is_changed(vault):
    vault.keys.add_paper("paper")
    with pytest.raises(RecordError):
        vault.keys.change("paper", SECOND)


@pytest.mark.parametrize("label", ["first passphrase", "", "7", "x" * 65, "a\tb", "\u202eb"])
def test_labels_that_cannot_be_used(vault, label):
    with pytest.raises(RecordError):
        vault.keys.add_passphrase(label, SECOND)
    assert vault.status().epoch == 1


def test_recipients_that_are_none(vault):
    for text in ("", "age1pq1", "age1qqqq", "ssh-ed25519 AAAA", keys.format_identity(Identity(bytes(32)))):
        with pytest.raises(UnlockError):
            vault.keys.add_recipient("x", text)


def test_passphrases_that_cannot_be_used(vault):
    for step in (lambda: vault.keys.add_passphrase("x", ""), lambda: vault.keys.change(0, "a\0b")):
        with pytest.raises(UnlockError):
            step()
    assert vault.status().epoch == 1


def test_a_profile_is_raised_for_the_only_passphrase(vault, path):
    vault.keys.add_paper("paper")
    vault.keys.change(0, PASSPHRASE, profile=KdfProfile.SMALL)
    assert vault.status().kdf_profile == 1
    vault.keys.add_passphrase("second", SECOND)
    with Vault.open(path, Passphrase(SECOND)) as other:
        assert other.status().kdf_profile == 1


def test_an_unused_slot_is_nobodys(vault):
    state = vault._session.current()
    kinds = [slot.kind for slot in state.keyring.slots]
    assert kinds == [SlotKind.PASSPHRASE] + [SlotKind.UNUSED] * 7
    assert len({slot.public_key for slot in state.keyring.slots}) == 8
