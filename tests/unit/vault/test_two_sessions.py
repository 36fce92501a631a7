"""Two open sessions of one file, as two people have them: each sees what the other changed. All invented."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.redact import Recipient
from vault.sealing import KdfProfile
from vault.vault import Vault

VEHICLE = """kind = "vehicle"
labels = { en = "vehicle" }
title = ["plate"]
[fields.plate]
type = "id"
level = "limited"
subject = "case"
"""
POLICY = 'name = "ours"\naudience = "lawyer"\n[rules]\n"detainee.name" = "keep"\n'


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Vault, Vault]]:
    path = tmp_path / "a.vault"
    with Vault.create(path, "invented words", profile=KdfProfile.TEST) as one:
        one.disclosures.put_recipient(Recipient("first", "lawyer"))
        with Vault.open(path, Passphrase("invented words"), allow_test_profile=True) as other:
            yield one, other


def person(text: str) -> Draft:
    return Draft("person", (Claim("name", {"text": text, "kind": "birth"}),))


def test_settings_of_both_are_kept(both: tuple[Vault, Vault]) -> None:
    for round_number in range(3):
        for place, vault in enumerate(both):
            vault.disclosures.put_recipient(Recipient(f"{round_number}-{place}", "lawyer"))
    expected = {"first", *(f"{r}-{p}" for r in range(3) for p in range(2))}
    assert [set(vault.disclosures.recipients()) for vault in both] == [expected, expected]


def test_a_write_after_the_other_changed_settings_is_no_false_damage(both: tuple[Vault, Vault]) -> None:
    one, other = both
    assert one.schemas.kinds == other.schemas.kinds
    other.disclosures.put_recipient(Recipient("second", "lawyer"))
    one.put(person("Example One"))
    other.set_schema(VEHICLE)
    one.put(Draft("vehicle", (Claim("plate", "A123"),)))
    assert [hit.revision.kind for hit in one.find("plate:A123")] == ["vehicle"]
    other.disclosures.set_policy(POLICY)
    assert "ours" in one.disclosures.policies()
    other.keeping.compact()
    one.put(person("Example Two"))
    assert one.check().problems == other.check().problems == ()


def test_a_commit_that_fails_leaves_the_state_of_the_other(both: tuple[Vault, Vault]) -> None:
    one, other = both
    other.put(person("Example One"))
    with pytest.raises(ZeroDivisionError):
        one.put_many(1 / 0 for _ in range(1))  # type: ignore[misc]
    assert one.status().checkpoint == other.status().checkpoint
    one.put(person("Example Two"))
    assert len(list(other.records("person"))) == 2
