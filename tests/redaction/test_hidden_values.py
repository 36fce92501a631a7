"""Values easily forgotten: an organisation that told, a field nobody knows, a removed withdrawal. All invented."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vault.errors import ConsentError
from vault.records import Claim, Draft
from vault.redact import Recipient, Request
from vault.sealing import KdfProfile
from vault.vault import Vault

MAN, CASE, KIN = b"m" * 16, b"c" * 16, b"k" * 16


def name(text: str) -> Claim:
    return Claim("name", {"text": text, "kind": "birth"})


def consent(*more: Claim) -> Draft:
    said = [Claim("given_by", KIN), Claim("about", MAN), Claim("about", KIN), Claim("capacity", "kin")]
    said += [Claim("audiences", "lawyer"), Claim("purposes", "legal"), Claim("onward", "none")]
    said += [Claim("groups", group) for group in ("identity", "family", "location", "testimony")]
    return Draft("consent", (*said, *more))


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with Vault.create(tmp_path / "a.vault", "invented words", profile=KdfProfile.TEST) as made:
        fill(made)
        yield made


def fill(made: Vault) -> None:
    story = "Steppe Watch saw him; someone called Dalelkhan asked for him."
    made.put(
        Draft("case", (Claim("title", "One family"),), record_id=CASE),
        Draft("person", (Claim("case", CASE), name("Жақып Әлі")), record_id=MAN),
        Draft("person", (Claim("case", CASE), name("Гүлнар Әліқызы"), Claim("inside", "no")), record_id=KIN),
        Draft("event", (Claim("case", CASE), Claim("kind", "arrest"), Claim("person", MAN), Claim("narrative", story))),
        Draft("source", (Claim("case", CASE), Claim("organisation", "Steppe Watch"), Claim("handle", "Dalelkhan"))),
    )


def shown(vault: Vault, *fields: str) -> str:
    policy = vault.disclosures.policies()["lawyer"]
    request = Request((CASE,), policy, Recipient("A", "lawyer"), "legal", date(2026, 1, 1))
    records = vault.disclose(request).view.records
    return repr([claim.value for record in records for claim in record.claims if not fields or claim.field in fields])


def test_an_organisation_that_told_and_a_field_nobody_knows_are_withheld_in_texts(vault: Vault) -> None:
    vault.put(consent(Claim("given_on", "2020")))
    assert "Жақып" in shown(vault)
    assert "saw him" in shown(vault, "narrative")
    assert "Steppe" not in shown(vault)
    assert "Dalelkhan" not in shown(vault)


def test_a_withdrawal_that_was_removed_still_counts(vault: Vault) -> None:
    vault.put(consent(Claim("given_on", "2020")))
    assert "Жақып" in shown(vault)
    (withdrawn,) = vault.put(consent(Claim("given_on", "2021"), Claim("withdrawn_on", "2022")))
    with pytest.raises(ConsentError):
        shown(vault)
    vault.remove(withdrawn.record_id)
    with pytest.raises(ConsentError):
        shown(vault)
    later = replace(consent(Claim("given_on", "2024")), record_id=b"l" * 16)
    vault.put(later)
    assert "Жақып" in shown(vault)
