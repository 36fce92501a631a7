"""Schemas of a vault's own, kept in the vault. Everything here is invented."""

from pathlib import Path

import pytest

from vault.errors import SchemaError
from vault.keys import Passphrase
from vault.records import Level, parse_record
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
MORE = """kind = "person"

[fields.tattoo]
type = "text"
level = "secret"
subject = "self"
group = "identity"
"""


def test_a_new_kind_and_a_new_field_are_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "a.vault"
    with Vault.create(path, "invented words", profile=KdfProfile.TEST) as vault:
        assert "vehicle" in vault.set_schema(VEHICLE).kinds
        vault.set_schema(MORE)
        tree = {"kind": "vehicle", "plate": "A123BC"}
        (car,) = vault.put(parse_record(tree, vault.schemas, resolve=vault.resolve))
    with Vault.open(path, Passphrase("invented words"), allow_test_profile=True) as vault:
        assert vault.schemas.field("person", "tattoo").level is Level.SECRET
        assert vault.schemas.field("vehicle", "plate").type == "id"
        assert [hit.revision.record_id for hit in vault.find("plate:A123BC")] == [car.record_id]
        assert [one.kind for one in vault.records("vehicle")] == ["vehicle"]
        assert vault.check().problems == ()


@pytest.mark.parametrize(
    "text",
    ["", "kind = 1", VEHICLE.replace("limited", "loose"), 'kind = "person"\n[fields.name]\ntype="text"\nlevel="open"'],
)
def test_a_schema_that_cannot_be_used_changes_nothing(tmp_path: Path, text: str) -> None:
    with Vault.create(tmp_path / "a.vault", "invented words", profile=KdfProfile.TEST) as vault:
        before = vault.status().checkpoint
        with pytest.raises(SchemaError):
            vault.set_schema(text)
        assert vault.status().checkpoint == before
