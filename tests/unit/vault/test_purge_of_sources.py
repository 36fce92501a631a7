"""After a purge the vault knows a source's values no longer; so what would uncover the source is masked by then."""

import pytest

from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault

TOLD = "Gulnara Akhmetova of Tastybulak near Kulja, China saw it."


def put(vault, kind, *claims):
    (revision,) = vault.put(Draft(kind, claims))
    return revision.record_id


@pytest.mark.parametrize("kind", ["source", "witness", "person"])
def test_where_a_source_lives_is_masked_with_the_name(tmp_path, kind):
    with Vault.create(tmp_path / "cases.vault", "kettle-orbit-velvet", profile=KdfProfile.TEST) as vault:
        gone = put(
            vault,
            "source" if kind == "source" else "person",
            Claim("name", {"text": "Gulnara Akhmetova", "kind": "birth"}),
            Claim("address", {"text": "Tastybulak", "region": "Ili", "country": "China"}),
            Claim("address", {"text": "Kulja"}),
        )
        put(vault, "person", Claim("address", {"text": "Kulja"}))
        witness = [Claim("witness", gone)] if kind == "witness" else []
        event = put(vault, "event", Claim("narrative", TOLD), *witness)
        vault.remove(gone, purge=True)
        village = "Tastybulak" if kind == "person" else "▇▇▇▇▇▇"
        assert vault.get(event).values("narrative") == [f"▇▇▇▇▇▇ of {village} near Kulja, China saw it."]


def test_so_it_is_with_whoever_a_claim_comes_from(tmp_path):
    with Vault.create(tmp_path / "cases.vault", "kettle-orbit-velvet", profile=KdfProfile.TEST) as vault:
        gone = put(vault, "person", Claim("address", {"text": "Tastybulak"}))
        event = put(vault, "event", Claim("narrative", "Tastybulak knew it.", source=gone))
        vault.remove(gone, purge=True)
        assert vault.get(event).values("narrative") == ["▇▇▇▇▇▇ knew it."]
