"""What a purge takes away: no object that can still be opened names the erased person. All people are invented."""

import io

import pytest

from vault.errors import IntegrityError
from vault.objects import Kind
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.core import continued

PHRASE = "kettle-orbit-velvet-mango-thirty-drum"
NAME = "Zitronengirlitz"


@pytest.fixture
def vault(tmp_path):
    with Vault.create(tmp_path / "cases.vault", PHRASE, profile=KdfProfile.TEST) as made:
        yield made


def opened_objects(vault: Vault) -> list[bytes]:
    """Open every object of the file as whatever it is."""
    state, found = vault._session.current(), []
    with vault._session.engine.snapshot() as reader:
        for _, sealed in reader.scan():
            for sealer in state.sealers.values():
                for kind in Kind:
                    try:
                        found.append(sealer.open(kind.value, sealed))
                    except IntegrityError:
                        continue
    assert len(found) == vault.status().objects
    return found


def test_no_object_names_who_was_purged(vault):
    """Older revisions of others count as well: those that name the person now, and those that once did."""
    [person] = vault.put(Draft("person", (Claim("name", {"text": f"{NAME} Aman", "kind": "birth"}),)))
    edited = vault.put(continued(person, (*person.claims, Claim("notes", f"{NAME} again"))))[0]
    others = vault.put(
        Draft("event", (Claim("kind", "arrest"), Claim("narrative", f"Here {NAME} Aman was seen."))),
        Draft("event", (Claim("kind", "arrest"), Claim("narrative", f"Once {NAME} Aman was named."))),
        Draft("event", (Claim("kind", "arrest"), Claim("narrative", "Nobody was named here."))),
        Draft("event", (Claim("kind", "arrest"), Claim("narrative", f"Only now {NAME} Aman is named."))),
    )
    still, once, never, now = others
    vault.put(continued(still, (*still.claims, Claim("narrative", f"{NAME} Aman, a second time."))))
    vault.put(continued(once, (once.claims[0], Claim("narrative", "It was somebody else."))))
    vault.put(continued(never, (*never.claims, Claim("narrative", "Nor here."))))
    assert any(NAME.encode() in data for data in opened_objects(vault))
    assert any(NAME.casefold().encode() in data for data in opened_objects(vault)), "the index knows the word"
    vault.remove(edited.record_id, purge=True)
    left = opened_objects(vault)
    assert not [data for data in left if NAME.encode() in data or NAME.casefold().encode() in data.lower()]
    assert [len(vault.history(one.record_id)) for one in (still, once, never, now)] == [1, 1, 2, 1]
    assert "is named." in vault.get(now.record_id).values("narrative")[0]
    assert "was seen." in vault.get(still.record_id).values("narrative")[0]
    assert vault.get(once.record_id).values("narrative") == ["It was somebody else."]
    assert vault.check().problems == ()
    assert vault.check().orphans == 0


@pytest.mark.parametrize("length", [0, 3000, (1 << 20) - 4, 1 << 20, 3 << 20])
def test_no_chunk_of_a_purged_records_files_stays(vault, length):
    [person] = vault.put(Draft("person", (Claim("notes", "somebody"),)))
    before = vault.status()
    document = vault.attach(person.record_id, io.BytesIO(NAME.encode() * (length // len(NAME) + 1)), "scan.bin")
    assert vault.status().objects > before.objects
    vault.remove(document.record_id, purge=True)
    assert not [data for data in opened_objects(vault) if NAME.encode() * 2 in data]
    report = vault.check()
    assert (report.problems, report.orphans, report.attachments) == ((), 0, 0)
