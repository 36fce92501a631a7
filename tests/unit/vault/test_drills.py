"""Paper keys and shares of a vault, and the diary of drills. All keys and records are invented."""

import hashlib
import itertools

import pytest

from vault import sealing
from vault.errors import IntegrityError, RecordError, ShareError, UnlockError
from vault.keys import Identity, format_paper, format_recipient, parse_secret
from vault.sealing import KdfProfile
from vault.shares import combine, split
from vault.vault import Vault
from vault.vault.drills import DRILLS, SHARES

PASSPHRASE = "kettle orbit velvet mango thirty drum"


class Days:
    """A clock that a test sets."""

    now = 1_700_000_000

    def __call__(self):
        return float(self.now)


@pytest.fixture
def days():
    return Days()


@pytest.fixture
def vault(tmp_path, days):
    with Vault.create(tmp_path / "v", PASSPHRASE, profile=KdfProfile.TEST, clock=days) as made:
        yield made


@pytest.fixture
def shares():
    return split(bytes(range(32)), 5, 3)


def reopened(tmp_path, secret):
    return Vault.open(tmp_path / "v", secret, allow_test_profile=True)


def test_every_three_of_five_shares_open_the_vault_and_no_two_do(vault, tmp_path, shares):
    slot = vault.keys.add_shares("village", shares)
    assert (slot.kind, slot.label) == ("paper", "village")
    for few in itertools.combinations(shares, 3):
        with reopened(tmp_path, Identity(combine(few))) as opened:
            assert [each.label for each in opened.keys.list() if each.opened] == ["village"]
    for few in itertools.combinations(shares, 2):
        with pytest.raises(ShareError):
            combine(few)


def test_shares_are_joined_before_the_vault_trusts_them(vault, shares):
    others = split(bytes(32), 5, 3)
    for wrong in (shares[:2], [*shares[:2], others[2]]):
        with pytest.raises(ShareError):
            vault.keys.add_shares("village", wrong)
    assert len(vault.keys.list()) == 1
    assert vault.keys.on_paper() == []


def test_a_drill_knows_each_share_and_nothing_else(vault, shares, days):
    vault.keys.add_shares("village", shares)
    (before,) = vault.keys.on_paper()
    assert (before.threshold, before.seen, before.never, before.last) == (3, (None,) * 5, (1, 2, 3, 4, 5), None)
    assert before.set_id == shares[0].set_id
    days.now += 86_400
    for share in (shares[1], shares[4]):
        ((found, number),) = vault.keys.drill(share)
        assert (found.label, number) == ("village", share.number)
    (after,) = vault.keys.on_paper()
    assert after.never == (1, 3, 4)
    assert after.last == days.now
    for stranger in split(bytes(range(32)), 5, 3):
        with pytest.raises(ShareError) as caught:
            vault.keys.drill(shares[0], stranger)
        assert caught.value.fault == "vault"
    assert vault.keys.on_paper() == [after]


def test_a_drill_knows_a_paper_key(vault, days):
    paper = parse_secret(vault.keys.add_paper("notary"))
    ((found, number),) = vault.keys.drill(paper)
    assert (found.label, number, found.threshold, found.seen) == ("notary", 0, 0, (days.now,))
    with pytest.raises(RecordError, match="does not open this vault"):
        vault.keys.drill(Identity(bytes(32)))
    vault.keys.remove("notary")
    with pytest.raises(RecordError, match="or was removed"):
        vault.keys.drill(paper)


def test_a_passphrase_or_recipient_is_no_paper_key(vault):
    identity = Identity(bytes(range(32)))
    vault.keys.add_recipient("archive", format_recipient(identity.public_key))
    with pytest.raises(RecordError):
        vault.keys.drill(identity)


def test_what_was_removed_counts_no_more_and_its_place_begins_anew(vault, shares):
    slot = vault.keys.add_shares("village", shares)
    vault.keys.drill(*shares)
    vault.keys.remove("village")
    assert vault.keys.on_paper() == []
    with pytest.raises(ShareError):
        vault.keys.drill(shares[0])
    paper = parse_secret(vault.keys.add_paper("notary"))
    (now,) = vault.keys.on_paper()
    assert (now.index, now.threshold, now.seen) == (slot.index, 0, (None,))
    vault.keys.drill(paper)
    assert vault.keys.on_paper()[0].never == ()


def test_sets_and_diary_survive_rotating_and_resealing(vault, shares, tmp_path):
    vault.keys.add_shares("village", shares)
    vault.keys.drill(shares[0])
    before = vault.keys.on_paper()
    vault.keys.rotate()
    vault.keys.reseal()
    assert vault.keys.on_paper() == before
    vault.keys.drill(shares[3])
    assert vault.keys.on_paper()[0].never == (2, 3, 5)
    with reopened(tmp_path, Identity(combine(shares[2:]))) as opened:
        assert opened.keys.on_paper() == vault.keys.on_paper()


def test_the_diary_keeps_the_newest_of_each_piece_and_stays_small(vault, shares, days):
    vault.keys.add_shares("village", shares)
    vault.keys.drill(shares[0])
    first = days.now
    for _ in range(20):
        days.now += 1
        vault.keys.drill(shares[1])
    with vault._session.reading() as (objects, _):
        diary = vault._session.setting(objects, DRILLS)
        (kept,) = vault._session.setting(objects, SHARES)
    assert len(diary) == 1 + 8
    assert vault.keys.on_paper()[0].seen == (first, days.now, None, None, None)
    said = b"".join(
        len(part).to_bytes(4) + part for part in (b"casevault/1/share", kept[4], " ".join(shares[2].words).encode())
    )
    assert kept[5][2] == hashlib.sha256(said).digest()
    assert "drill" in {entry.action for entry in vault.disclosures.log()}


@pytest.mark.parametrize("name", [SHARES, DRILLS])
@pytest.mark.parametrize("value", [7, [7], [[0, 1]], [["a"] * 6], [[0, 1, 2, 3, b"", [b""]]], [[9, 1, 1, 1]]])
def test_settings_of_another_form_are_refused(vault, name, value):
    with vault._session.writing() as commit:
        commit.set_setting(name, value)
        commit.log("settings", {})
    with pytest.raises(IntegrityError):
        vault.keys.on_paper()


# --- a vault that nobody opens alone --------------------------------------------------------------------------------


def test_a_split_vault_opens_by_shares_alone(tmp_path, shares):
    path, vault_id = tmp_path / "v", sealing.random_bytes(16)
    with Vault.create_split(path, vault_id, shares, profile=KdfProfile.TEST) as made:
        assert [(slot.kind, slot.label) for slot in made.keys.list()] == [("paper", "shares")]
        assert made.keys.on_paper()[0].threshold == 3
        made.check().require_sound()
    with reopened(tmp_path, Identity(combine(shares[1:4]))) as opened:
        opened.keys.drill(shares[0])
        opened.keys.add_passphrase("helper", PASSPHRASE)
    with reopened(tmp_path, parse_secret(PASSPHRASE)) as opened:
        assert opened.keys.on_paper()[0].never == (2, 3, 4, 5)
    with pytest.raises(UnlockError):
        reopened(tmp_path, Identity(bytes(32)))


def test_a_split_vault_is_not_made_of_shares_that_do_not_join(tmp_path, shares):
    with pytest.raises(ShareError):
        Vault.create_split(tmp_path / "v", bytes(16), shares[:2], profile=KdfProfile.TEST)
    assert not (tmp_path / "v").exists()


def test_a_paper_key_made_before_is_the_one_that_opens(vault, tmp_path):
    identity = Identity(bytes(range(1, 33)))
    assert vault.keys.add_paper("notary", identity) == format_paper(identity)
    with reopened(tmp_path, identity) as opened:
        assert len(opened.keys.list()) == 2
