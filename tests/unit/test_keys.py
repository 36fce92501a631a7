"""Header, keyslots, keyring. All data here is invented."""

from __future__ import annotations

import itertools
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import keys, sealing
from vault.errors import FormatError, IntegrityError, LimitError, UnlockError, UnsupportedVersionError, VaultError
from vault.keys import Identity, Keyring, Passphrase, Slot, SlotKind, Unlocker
from vault.sealing import KdfProfile

ID, SALT, AK = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 64))
PHRASE = "six invented words for a test"


def make(slot: int = 0, *, phrase: str = PHRASE, identity: Identity | None = None) -> tuple[keys.Header, Keyring]:
    """Make a header whose one used slot is `slot`, opened by a passphrase, or by an identity if one is given."""
    seed = identity.seed if identity else os.urandom(32)
    prk = sealing.passphrase_key(Passphrase(phrase).normalised(), SALT, KdfProfile.TEST, ID)
    kind = SlotKind.RECIPIENT if identity else SlotKind.PASSPHRASE
    ring = keys.new_keyring(keys.unused_slot()).with_slot(slot, Slot(kind, "тест", sealing.public_key(seed), 1))
    fronts = [keys.throwaway_front(ID, index) for index in range(keys.SLOTS)]
    if identity is None:
        fronts[slot] = keys.passphrase_front(prk, ID, slot, seed)
    return keys.build_header(ID, KdfProfile.TEST, SALT, fronts, ring, AK), ring


def parse(data: bytes) -> keys.Header:
    """Read a header made with the profile for tests."""
    return keys.parse_header(data, allow_test=True)


@pytest.mark.parametrize("slot", range(8))
def test_a_passphrase_opens_from_every_slot(slot: int) -> None:
    """The slot does not matter, and the header has always one size."""
    header, _ = make(slot)
    assert len(header.data) == 10_272
    opened = Unlocker(Passphrase(PHRASE)).unlock(parse(header.data))
    assert (opened.access_key, opened.index) == (AK, slot)


def test_an_identity_opens_without_a_key_derivation() -> None:
    """A recipient's slot opens by its seed; a stranger's seed opens nothing."""
    identity = Identity(os.urandom(32))
    header, _ = make(3, identity=identity)
    assert Unlocker(identity).unlock(header).access_key == AK
    with pytest.raises(UnlockError):
        Unlocker(Identity(os.urandom(32))).unlock(header)


def test_a_throwaway_slot_wraps_no_access_key() -> None:
    """Whoever knew the seed of an unused slot would still not get the access key."""
    seed = os.urandom(32)
    ring = keys.new_keyring(Slot(SlotKind.UNUSED, "", sealing.public_key(seed), 0))
    fronts = [keys.throwaway_front(ID, index) for index in range(keys.SLOTS)]
    header = keys.build_header(ID, KdfProfile.TEST, SALT, fronts, ring, AK)
    info = keys._slot_info(ID, 0)
    assert sealing.hpke_open(seed, info, header.slot(0)[keys.FRONT_BYTES :]) != AK


@pytest.mark.parametrize("part", range(4))
def test_wrong_passphrase_and_damaged_slot_look_alike(part: int) -> None:
    """Attack 29: wrong passphrase, damaged slot and empty slot give the same error."""
    header, _ = make()
    damaged = bytearray(header.data)
    damaged[keys.PREFIX_BYTES + (0, 30, 60, 200)[part]] ^= 1
    with pytest.raises(UnlockError) as wrong:
        Unlocker(Passphrase("another phrase")).unlock(header)
    with pytest.raises(UnlockError) as hurt:
        Unlocker(Passphrase(PHRASE)).unlock(parse(bytes(damaged)))
    assert (type(wrong.value), str(wrong.value)) == (type(hurt.value), str(hurt.value))


def test_every_bit_of_the_plain_part_and_mac_is_bound() -> None:
    """Attack 11 for the header: no bit of the first 64 bytes or of the MAC can be changed."""
    header, _ = make()
    for at in itertools.chain(range(64), range(keys.HEADER_BYTES - 32, keys.HEADER_BYTES)):
        for bit in range(8):
            changed = bytearray(header.data)
            changed[at] ^= 1 << bit
            with pytest.raises(VaultError):
                Unlocker(Passphrase(PHRASE)).unlock(parse(bytes(changed)))


def test_a_slot_does_not_work_in_another_place() -> None:
    """Attack 26: swapped slots never open, even with the MAC made anew by someone without the keys."""
    header, _ = make(0)
    for other in range(1, 8):
        data = bytearray(header.data)
        first, second = (slice(64 + i * keys.SLOT_BYTES, 64 + (i + 1) * keys.SLOT_BYTES) for i in (0, other))
        data[first], data[second] = data[second], data[first]
        with pytest.raises(UnlockError):
            Unlocker(Passphrase(PHRASE)).unlock(parse(bytes(data)))


def test_version_and_suite_but_one_are_refused() -> None:
    """Attack 25: each (version, suite) pair but one."""
    header, _ = make()
    for version, suite in itertools.product(range(256), repeat=2):
        data = header.data[:8] + bytes([version, suite]) + header.data[10:]
        if (version, suite) == (1, 1):
            assert parse(data).vault_id == ID
        else:
            with pytest.raises(UnsupportedVersionError):
                parse(data)


def test_the_profile_for_tests_is_refused_in_a_file() -> None:
    """Attack 24: a header with the cheap profile opens only where the caller says so."""
    header, _ = make()
    with pytest.raises(UnsupportedVersionError):
        keys.parse_header(header.data)


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0", bytes(10_272), b"x" * 10_271])
def test_what_is_no_header_is_a_format_error(data: bytes) -> None:
    """Other bytes are told as such."""
    with pytest.raises(FormatError):
        keys.parse_header(data)


def test_one_key_derivation_whatever_the_slot() -> None:
    """Attack 28: one secret is derived from once, also over two copies of a header."""
    header, _ = make()
    unlocker = Unlocker(Passphrase("another phrase"))
    for _ in range(3):
        with pytest.raises(UnlockError):
            unlocker.unlock(header)
    assert len(unlocker._derived) == 1


# --- passphrases ----------------------------------------------------------------------------------------------------


def test_two_spellings_of_one_phrase_are_one_key() -> None:
    """Attack 30: NFC and NFD, full width and plain."""
    assert Passphrase("\u0439ж").normalised() == Passphrase("\u0438\u0306ж").normalised()
    assert Passphrase("\uff41b").normalised() == b"ab"
    assert Passphrase(" a ").normalised() != Passphrase("a").normalised()


@pytest.mark.parametrize("text", ["", "a\n", "a\r\n", "a\0b", "\ud800", "\u0378", "x" * 1025, "x" * (1 << 20)])
def test_phrases_that_cannot_be_typed_again_are_refused(text: str) -> None:
    """Attack 30: empty, line ends, NUL, lone surrogate, unassigned, too long."""
    with pytest.raises(UnlockError):
        Passphrase(text).normalised()


def test_secrets_do_not_show() -> None:
    """Neither a passphrase, an identity, a keyring nor an opened key shows in repr."""
    header, ring = make()
    opened = Unlocker(Passphrase(PHRASE)).unlock(header)
    shown = repr([Passphrase(PHRASE), Identity(AK), ring, opened])
    for secret in (PHRASE, AK.hex(), repr(AK)[2:20], repr(ring.vault_secret)[2:-1], repr(ring.data_keys[0])[2:-1]):
        assert secret not in shown


# --- text forms of keys ---------------------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32))
def test_identity_files_and_paper_keys_come_back(seed: bytes) -> None:
    """Both forms read back what they wrote, however the paper key is typed."""
    identity = Identity(seed)
    text = f"# made for a test\n\n{keys.format_identity(identity)}\n"
    assert keys.parse_identity(text) == identity
    paper = keys.format_paper(identity)
    assert keys.parse_secret(paper) == keys.parse_secret(f"  {paper.lower()} ") == identity


def test_a_typing_mistake_in_a_paper_key_is_told() -> None:
    """Any one changed character is noticed, and the text is not taken for a passphrase."""
    paper = keys.format_paper(Identity(AK))
    for place in range(4, len(paper)):
        if paper[place] != "-":
            changed = paper[:place] + ("X" if paper[place] != "X" else "Y") + paper[place + 1 :]
            with pytest.raises(UnlockError):
                keys.parse_secret(changed)
    assert keys.parse_secret("CV1 is how my phrase begins") == Passphrase("CV1 is how my phrase begins")


def test_recipients_are_read_strictly() -> None:
    """A public key of another kind or length is refused."""
    public = Identity(AK).public_key
    text = keys.format_recipient(public)
    assert text.startswith("age1pq1")
    assert keys.parse_recipient(text) == public
    for wrong in ["", "age1pq1", text[:-1], text + "q", keys.format_identity(Identity(AK))]:
        with pytest.raises(UnlockError):
            keys.parse_recipient(wrong)
        if not wrong.startswith("AGE-SECRET"):
            with pytest.raises(UnlockError):
                keys.parse_identity(wrong)


# --- keyring --------------------------------------------------------------------------------------------------------


def test_a_keyring_has_one_size_whoever_holds_it() -> None:
    """Attack 6: one to eight holders with long labels, one to sixty-four generations: one length."""
    _, ring = make()
    sizes = {len(ring.encode())}
    for index in range(8):
        ring = ring.with_slot(index, Slot(SlotKind.PAPER, "ж" * 32, keys.unused_slot().public_key, 10**9))
        sizes.add(len(ring.encode()))
    while ring.generation < keys.MAX_GENERATIONS:
        ring = ring.renewed()
        sizes.add(len(ring.encode()))
    assert sizes == {keys.KEYRING_BYTES}
    assert Keyring.decode(ring.encode()) == ring
    with pytest.raises(LimitError):
        ring.renewed()


def test_renewing_replaces_what_a_removed_holder_knew() -> None:
    """New data, signing and intake keys; the old intake key stays for receiving, the vault secret for good."""
    _, ring = make()
    after = ring.renewed()
    assert after.data_keys[:-1] == ring.data_keys
    assert after.data_keys[-1] not in ring.data_keys
    assert after.signing_seed != ring.signing_seed
    assert after.intake_seeds[:-1] == ring.intake_seeds
    assert after.vault_secret == ring.vault_secret


@given(st.binary(max_size=300), st.integers(0, keys.KEYRING_BYTES - 1))
def test_a_keyring_of_any_other_bytes_is_refused(data: bytes, at: int) -> None:
    """Authentic but malformed bytes give IntegrityError and nothing else."""
    _, ring = make()
    good = bytearray(ring.encode())
    good[at : at + len(data)] = data
    for candidate in (bytes(good[: keys.KEYRING_BYTES]), data, data.ljust(keys.KEYRING_BYTES, b"\0")):
        try:
            Keyring.decode(candidate)
        except IntegrityError:
            continue


def test_names_of_a_vault_are_stable() -> None:
    """The vault code hangs on the id alone, the fingerprint on the access key."""
    assert keys.vault_code(ID) == keys.vault_code(ID[:5] + bytes(11)) == "000G40R4"
    assert keys.fingerprint(ID, AK) != keys.fingerprint(ID, bytes(32))
    assert len(keys.fingerprint(ID, AK).split()) >= 6
