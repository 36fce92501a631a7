"""Stand-ins through a whole vault: one for each recipient, the same in the next export, forgotten with the record.

All people are invented.
"""

import re
import secrets
from datetime import date
from typing import Any

import pytest

from vault.errors import DisclosureError
from vault.keys import Passphrase
from vault.ledger import handovers
from vault.records import parse_record
from vault.redact import Recipient, Request
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.disclosing import _PSEUDONYMS

PHRASE = "kettle-orbit-velvet-mango-thirty-drum"
TOKEN = re.compile(r"person-[2-9A-Z]{6}")
MATTER: tuple[dict[str, Any], ...] = (
    {"kind": "case", "ref": "k", "title": "An invented matter"},
    {"kind": "person", "ref": "p", "case": "@k", "name": "Ерлан Үлгіұлы", "inside": "yes", "relative.mother": "@m"},
    {"kind": "person", "ref": "m", "case": "@k", "name": "Гүлсім Үлгіқызы", "inside": "no"},
    {"kind": "event", "ref": "e", "case": "@k", "event.kind": "detention", "person": "@p", "when": "2018-03"},
    {
        "kind": "consent",
        "ref": "n",
        "case": "@k",
        "given_by": "@m",
        "capacity": "kin",
        "about": ["@p", "@m"],
        "audiences": ["lawyer"],
        "purposes": ["legal"],
        "groups": ["identity", "family", "location", "testimony", "image"],
        "onward": "none",
        "given_on": "2024-01-05",
    },
)


@pytest.fixture
def ids(tmp_path):
    found = {}
    with Vault.create(tmp_path / "cases.vault", PHRASE, profile=KdfProfile.TEST) as vault:
        for tree in MATTER:
            known = {f"@{ref}": record_id for ref, record_id in found.items()}
            known["@m"] = found.setdefault("m", bytes(range(16))) if tree["ref"] == "p" else found.get("m", b"")
            plain = {key: value for key, value in tree.items() if key != "ref"}
            draft = parse_record(plain, vault.schemas, resolve=known.__getitem__)
            if tree["ref"] == "m":
                draft = type(draft)(draft.kind, draft.claims, found["m"])
            (revision,) = vault.put(draft)
            found[tree["ref"]] = revision.record_id
    return found


def opened(tmp_path) -> Vault:
    return Vault.open(tmp_path / "cases.vault", Passphrase(PHRASE), allow_test_profile=True)


def asked(vault, ids, name, key="") -> Request:
    policy = vault.disclosures.policies()["lawyer"]
    recipient = Recipient(name, "lawyer", (), f"age1{key}" if key else None, key, confirmed=True)
    return Request((ids["k"],), policy, recipient, "legal", date(2024, 6, 1))


def tokens(vault, ids, name, key="") -> set[str]:
    """Hand the case over to somebody; give all stand-ins of people in it."""
    disclosure = vault.disclose(asked(vault, ids, name, key))
    made = secrets.token_bytes(32)
    disclosure.permit.commit(made, made, {"result": "clean"})
    return set(TOKEN.findall(repr(disclosure.view.records)))


def test_a_recipient_meets_one_person_under_one_stand_in(ids, tmp_path):
    with opened(tmp_path) as vault:
        first = tokens(vault, ids, "Advocate")
        other = tokens(vault, ids, "Another advocate")
    with opened(tmp_path) as vault:
        assert tokens(vault, ids, "Advocate") == first
        assert tokens(vault, ids, "Another advocate") == other
    assert len(first) == len(other) >= 2
    assert not first & other


def test_a_preview_and_a_disclosure_that_was_not_handed_over_keep_no_stand_in(ids, tmp_path):
    with opened(tmp_path) as vault:
        request = asked(vault, ids, "Advocate")
        epoch = vault.status().epoch
        shown = [set(TOKEN.findall(repr(vault.disclosures.preview(request).records))) for _ in range(2)]
        vault.disclose(request)
        assert vault.status().epoch == epoch
        assert not shown[0] & shown[1]
        assert not shown[1] & tokens(vault, ids, "Advocate")


@pytest.mark.parametrize("keys", [("old words", "new words"), ("", "new words"), ("old words", "")])
def test_who_has_another_key_under_the_same_name_gets_other_stand_ins(ids, tmp_path, keys):
    before, after = keys
    with opened(tmp_path) as vault:
        first = tokens(vault, ids, "Office", before)
        assert tokens(vault, ids, "Office", before) == first
        old = handovers(vault.disclosures.log())[-1].digest
        second = tokens(vault, ids, "Office", after)
        assert len(second) == len(first)
        assert not first & second
        assert tokens(vault, ids, "Office", after) == second
        for token in first | second:  # the owner still knows both
            ((scope, _),) = vault.disclosures.who(token)
            assert scope == "Office"
        with pytest.raises(DisclosureError, match="started anew"):
            vault.disclosures.told_until(old, asked(vault, ids, "Office", after))


def test_an_update_for_whom_the_last_bundle_was_not_made_is_refused(ids, tmp_path):
    with opened(tmp_path) as vault:
        tokens(vault, ids, "Office", "old words")
        old = handovers(vault.disclosures.log())[-1].digest
        assert vault.disclosures.told_until(old, asked(vault, ids, "Office", "old words"))
        with pytest.raises(DisclosureError, match="started anew"):
            vault.disclosures.told_until(old, asked(vault, ids, "Office", "new words"))


def test_a_purged_records_stand_in_is_forgotten(ids, tmp_path):
    with opened(tmp_path) as vault:
        tokens(vault, ids, "Advocate")

        def kept() -> set[bytes]:
            with vault._session.reading() as (objects, _):
                return {record for record, _ in vault._session.setting(objects, _PSEUDONYMS)["Advocate"]}

        before = kept()
        assert ids["m"] in before
        vault.remove(ids["m"], purge=True)
        assert kept() == before - {ids["m"]}
