"""How often a warning of a likely duplicate is right, among invented people of four scripts."""

from pathlib import Path

from tests.bench.corpus import Corpus
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.likeness import LIKELY


def draft(corpus: Corpus, serial: int, *fields: str) -> Draft:
    """Make a record of a person anew: by the name that the stored record has not, and some of its fields."""
    person = corpus.person(serial)
    kept = tuple(claim for claim in corpus.item(serial).draft.claims if claim.field in fields)
    return Draft("person", (Claim("name", {"text": person.names[person.missing]}), *kept))


def test_unrelated_people_seldom_warn_and_the_same_mostly_do(tmp_path: Path, deep) -> None:
    count = deep("likely-rates", 1_000, 20_000)
    corpus = Corpus(2 * count, count.seed)
    asked = 60 if count == 1_000 else 400
    with Vault.create(tmp_path / "a.vault", "invented words", profile=KdfProfile.TEST) as vault:
        vault.put_many(corpus.item(serial).draft for serial in range(count))

        def warned(serial: int, *fields: str) -> list[bytes]:
            return [
                hit.revision.values("id_document")[0][:11]
                for hit in vault.likely_same(draft(corpus, serial, *fields), least=LIKELY)
            ]

        chosen = count.random().sample(range(count), asked)
        with_birth = sum(f"INV-{serial:07d}" in warned(serial, "birth", "sex") for serial in chosen)
        by_name = sum(f"INV-{serial:07d}" in warned(serial) for serial in chosen)
        false = sum(bool(warned(serial + count, "birth", "sex")) for serial in chosen)
    print(f"of {asked}: found with birth {with_birth}, by name alone {by_name}, warned of others {false}")
    assert with_birth >= 0.85 * asked
    assert by_name >= 0.6 * asked
    assert false <= 0.1 * asked
