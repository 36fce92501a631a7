"""Attacks where two parts meet: header and head, slot and holder, bundle and ledger. All records are invented."""

import os
from datetime import date

import pytest

from vault import handoff, keys
from vault.errors import BusyError
from vault.keys import FRONT_BYTES, PREFIX_BYTES, SLOT_BYTES
from vault.records import Claim, Draft
from vault.redact import Recipient, Request

FIRST = "kettle-orbit-velvet-mango-thirty-drum"
SECOND = "lantern-copper-drift-anchor-willow-nine"
THIRD = "another-phrase-that-stands-in-no-other-test"


def test_a_header_with_a_right_mac_that_the_head_does_not_name(small, small_content):
    """Attacks 26 and 39: whoever holds the access key can make the MAC fit; the head still tells which header it is."""
    state = small.state()
    header = state.header.data
    start = PREFIX_BYTES + 6 * SLOT_BYTES
    body = header[:start] + os.urandom(SLOT_BYTES) + header[start + SLOT_BYTES : -32]
    signed = body + keys._mac(state.header.vault_id, state.access_key, body)
    small.set_copies("header", signed)
    assert {small.outcome(secret) for secret in small.secrets} == {"IntegrityError"}
    # The same header is taken where the head names it: it is the digest alone that was wrong.
    small.forge(state, header_digest=keys.parse_header(signed, allow_test=True).digest)
    assert small.outcome() == small_content


@pytest.mark.parametrize("how", ["remove", "change"])
def test_nothing_of_a_former_holders_slot_stays(small, how):
    """Attacks 29 and 33: no byte run of his slot is left, in neither part; the other fronts stay, for they must."""
    before = small.state().header
    with small.open() as vault:
        if how == "remove":
            vault.keys.remove("second passphrase")
        else:
            vault.keys.change("second passphrase", THIRD)
    after = small.state().header
    gone = before.slot(1)
    for at in range(0, SLOT_BYTES - 16, 8):
        assert gone[at : at + 16] not in after.data, at
    assert [after.front(index) == before.front(index) for index in range(keys.SLOTS)] == [True, False] + [True] * 6
    assert len({after.slot(index)[FRONT_BYTES:] for index in range(keys.SLOTS)}) == keys.SLOTS
    # His passphrase does not even tell which slot was his.
    assert keys.Unlocker(keys.Passphrase(SECOND))._seeds(after) == []
    assert keys.Unlocker(keys.Passphrase(SECOND))._seeds(before) != []


@pytest.mark.parametrize("form", ["age", "dir"])
def test_a_vault_that_changed_while_the_bundle_was_made(small, tmp_path, form):
    """Attack 59, where vault and bundle meet: what was withdrawn meanwhile is not handed over, and nothing is left."""
    target = tmp_path / "out" / "bundle"
    target.parent.mkdir()
    with small.open() as vault:
        policy = vault.disclosures.policies()["everything"]
        request = Request((), policy, Recipient("self", "self"), "other", date(2024, 6, 1))
        disclosure = vault.disclose(request)
        vault.put(Draft("person", (Claim("notes", "a consent could have been withdrawn here"),)))
        with pytest.raises(BusyError):
            handoff.write(disclosure, target, form=form, passphrase=THIRD if form == "age" else None)
        assert list(target.parent.iterdir()) == []
        assert "disclosed" not in [entry.action for entry in vault.disclosures.log()]
        handoff.write(vault.disclose(request), target, form=form, passphrase=THIRD if form == "age" else None)
        assert vault.disclosures.log()[-1].action == "disclosed"
    assert [path.name for path in target.parent.iterdir()] == ["bundle"]
