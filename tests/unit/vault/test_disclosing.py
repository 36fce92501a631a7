"""Disclosures: made by an open vault alone, used once, written into the ledger with their pseudonyms."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from vault import redact
from vault.errors import BusyError, DisclosureError, NotFoundError, PolicyError
from vault.ledger import DISCLOSED, handovers
from vault.records import Claim, Draft
from vault.redact import Disclosure, Permit, Recipient, Request

TODAY = date(2020, 1, 1)
LAWYER = Recipient("the lawyer", "lawyer", (), None, "")


@pytest.fixture
def request_for(vault, person, put):
    """Give a request that is met: a person, outside, who consented to the lawyer."""
    record = person("Bolat Example")
    put("event", person=record, narrative="They took Bolat Example.")
    put(
        "consent",
        Claim("given_by", record),
        Claim("about", record),
        Claim("capacity", "self"),
        Claim("audiences", "lawyer"),
        Claim("purposes", "legal"),
        *(Claim("groups", group) for group in ("identity", "family", "location", "health", "testimony", "image")),
        Claim("onward", "none"),
        Claim("given_on", "2019-01-01"),
        Claim("how", "writing"),
    )

    def make(policy="everything", recipient=None):
        recipient = recipient or Recipient("self", "self", (), None, "")
        return Request((), vault.disclosures.policies()[policy], recipient, "other", TODAY)

    return make


def commit(disclosure):
    disclosure.permit.commit(bytes(32), b"x" * 32, {"result": "clean"})


def test_only_a_vault_makes_permits(vault, request_for):
    with pytest.raises(TypeError):
        Permit(object(), lambda *_: None)
    with pytest.raises(TypeError):
        Permit(None, lambda *_: None)
    disclosure = vault.disclose(request_for())
    parts = {name: getattr(disclosure, name) for name in Disclosure.__dataclass_fields__}
    for permit in (None, object(), lambda *_: None):
        with pytest.raises(TypeError):
            Disclosure(**{**parts, "permit": permit})
    commit(disclosure)
    with pytest.raises(TypeError):
        Disclosure(**parts)
    with pytest.raises(TypeError):
        replace(disclosure, note="another one")
    assert not hasattr(redact, "_VAULT_ROOM")


def test_a_permit_is_used_once(vault, request_for):
    disclosure = vault.disclose(request_for())
    assert not disclosure.permit.spent
    commit(disclosure)
    assert disclosure.permit.spent
    epoch = vault.status().epoch
    with pytest.raises(DisclosureError):
        commit(disclosure)
    assert vault.status().epoch == epoch


def test_making_one_writes_nothing(vault, request_for, path):
    request = request_for()
    before = path.read_bytes()
    vault.disclosures.preview(request)
    vault.disclose(request)
    assert path.read_bytes() == before


def test_ledger_entry_and_pseudonyms_are_one_commit(vault, request_for):
    epoch = vault.status().epoch
    disclosure = vault.disclose(request_for())
    commit(disclosure)
    assert vault.status().epoch == epoch + 1
    entries = [entry for entry in vault.disclosures.log() if entry.epoch == epoch + 1]
    assert [entry.action for entry in entries] == [DISCLOSED]
    facts = entries[0].facts
    assert (facts["recipient"], facts["policy"], facts["purpose"]) == ("self", "everything", "other")
    assert (facts["bag_sha256"], facts["sealed_sha256"]) == (bytes(32), b"x" * 32)
    assert facts["policy_digest"] == disclosure.policy_digest
    assert {row[1] for row in facts["rows"]} == {revision.record_id for revision in vault.records()}
    assert b"Bolat" not in entries[0].encode()


def test_a_vault_that_changed_meanwhile_hands_nothing_over(vault, request_for, reopen):
    disclosure = vault.disclose(request_for())
    reopen().put(Draft("person", ()))
    before = vault.disclosures.log()
    with pytest.raises(BusyError):
        commit(disclosure)
    with pytest.raises(DisclosureError):
        commit(disclosure)
    assert vault.disclosures.log() == before
    commit(vault.disclose(request_for()))


def test_a_withdrawal_in_between_counts(vault, request_for, put):
    disclosure = vault.disclose(request_for())
    put("consent", withdrawn_on="2019-06-01")
    with pytest.raises(BusyError):
        commit(disclosure)


def test_nothing_is_disclosed_while_the_keys_are_unconfirmed(vault, request_for, reopen, tmp_path):
    from vault.errors import StaleError

    request = request_for()
    reopen(state_dir=tmp_path / "state")
    next((tmp_path / "state").iterdir()).write_bytes(b"spoilt")
    other = reopen(state_dir=tmp_path / "state")
    with pytest.raises(StaleError):
        other.disclose(request)
    assert other.disclosures.preview(request).records
    other.keys.confirm()
    commit(other.disclose(request))


def test_the_address_book(vault):
    assert vault.disclosures.recipients() == {}
    vault.disclosures.put_recipient(LAWYER)
    vault.disclosures.put_recipient(Recipient("press", "press", ("public",), None, "words"))
    vault.disclosures.put_recipient(replace(LAWYER, onward=("un",)))
    assert vault.disclosures.recipients() == {
        "the lawyer": replace(LAWYER, onward=("un",)),
        "press": Recipient("press", "press", ("public",), None, "words"),
    }
    vault.disclosures.remove_recipient("press")
    with pytest.raises(NotFoundError):
        vault.disclosures.remove_recipient("press")
    vault.disclosures.remove_recipient("the lawyer")
    assert vault.disclosures.recipients() == {}
    assert vault.check().orphans == 0
    assert not any("lawyer" in str(entry.facts) for entry in vault.disclosures.log())


def test_policies_of_the_vaults_own(vault, reopen):
    shipped = set(vault.disclosures.policies())
    vault.disclosures.set_policy('name = "ours"\nparent = "lawyer"\naudience = "lawyer"\n')
    vault.disclosures.set_policy('name = "narrower"\nparent = "ours"\naudience = "lawyer"\n')
    assert set(reopen().disclosures.policies()) == shipped | {"ours", "narrower"}
    epoch = vault.status().epoch
    for text in ('name = "x"\nparent = "nobody"', "name = ", 'name = "everything"', "", 'name = "a/b"'):
        with pytest.raises(PolicyError):
            vault.disclosures.set_policy(text)
    assert vault.status().epoch == epoch


def test_the_signer_is_the_vaults(vault, request_for):
    from vault.sealing import verify_signature

    disclosure = vault.disclose(request_for())
    before = disclosure.signer.public_key
    verify_signature(before, disclosure.signer.sign(b"message"), b"message")
    vault.keys.add_paper("paper")
    assert vault.disclose(request_for()).signer.public_key == before
    vault.keys.remove("paper")
    assert vault.disclose(request_for()).signer.public_key != before


def test_nothing_of_it_shows_in_its_repr(vault, request_for):
    disclosure = vault.disclose(request_for())
    assert "Bolat" not in repr(disclosure)
    assert "Bolat" not in repr(vault.disclosures.preview(request_for()))


def for_the_lawyer(vault, request_for, recipient):
    (record,) = [one.record_id for one in vault.records() if one.kind == "person"]
    return replace(request_for("lawyer", recipient), selection=(record,), purpose="legal")


@pytest.mark.parametrize("policy", ["everything", "lawyer"])
def test_an_entry_of_the_address_book_holds_through_its_last_day(vault, request_for, policy):
    recipient = replace(LAWYER if policy == "lawyer" else request_for().recipient, expires=TODAY)
    request = request_for(policy, recipient) if policy != "lawyer" else for_the_lawyer(vault, request_for, recipient)
    commit(vault.disclose(request))
    for later in (1, 400):
        with pytest.raises(PolicyError, match=f"ended on {TODAY.isoformat()}"):
            vault.disclose(replace(request, today=TODAY + timedelta(days=later)))
    assert len(handovers(vault.disclosures.log())) == 1


def test_what_was_told_to_be_kept_was_not_told_to_be_passed_on(vault, request_for):
    request = for_the_lawyer(vault, request_for, LAWYER)
    commit(vault.disclose(request))
    (told,) = handovers(vault.disclosures.log())
    assert vault.disclosures.told_until(told.digest, request) == told.facts
    onward = replace(request, recipient=replace(LAWYER, onward=("state",)))
    assert vault.disclosures.told_until(told.digest, onward) == ()
