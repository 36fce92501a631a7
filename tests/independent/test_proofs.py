"""Two readers of proofs agree: that of the library, and one written from the document. All people are invented."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.independent import proofs as other
from vault.errors import SignatureError
from vault.handoff import proofs
from vault.records import Claim, Revision, commitments, opening, statement_part
from vault.redact import DisclosedClaim, DisclosedRecord

VALUES = ("male", "Қазақстан", {"text": "Bekzat Tursyn", "kind": "birth"}, {"text": "Tekes", "county": "Tekes"}, 7, "")


def made(rnd: random.Random) -> tuple[bytes, bytes]:
    """Draw records, show some of their claims, and write both files."""
    records, shown = [], []
    for number in range(rnd.randint(1, 3)):
        claims = tuple(
            Claim(
                rnd.choice(("sex", "name", "birth")), rnd.choice(VALUES), rnd.choice(("stated", "retracted")),
                rnd.choice((None, "told")), rnd.choice((None, "2018-03")), rnd.choice((None, "high")),
                recorded_at=place,
            )
            for place in range(rnd.randint(1, 12))
        )  # fmt: skip
        revision = Revision(rnd.randbytes(16), "person", (), b"", 0, claims, rnd.randbytes(32))
        seen: dict[bytes, DisclosedClaim] = {}
        for index, claim in enumerate(claims):
            salt = opening(revision, index).salt if index == 0 or rnd.random() < 0.6 else None
            seen.setdefault(
                statement_part(claim),
                DisclosedClaim(
                    claim.field, "text", "value" if salt else "coarsened", claim.value, claim.state == "retracted",
                    claim.basis, claim.confidence, claim.as_of, salt=salt,
                ),
            )  # fmt: skip
        ours = sorted(seen.values(), key=lambda one: one.field)
        records.append(DisclosedRecord(f"person-{number}A{number}A{number}A", "person", tuple(ours)))
        records[-1] = replace(records[-1], commitments=tuple(commitments(revision)))
        fields: dict[str, list[dict[str, object]]] = {}
        for one in ours:
            told = {"is": one.outcome, "value": one.value, "basis": one.basis, "as_of": one.as_of}
            told |= {"confidence": one.confidence, "retracted": one.retracted or None}
            fields.setdefault(one.field, []).append({key: part for key, part in told.items() if part is not None})
        shown.append({"id": records[-1].id, "kind": "person", "fields": fields})
    tree = {"format": "casevault-records/1", "records": shown}
    return proofs.write(records, 1) or b"", json.dumps(tree, ensure_ascii=False).encode()


@pytest.mark.parametrize("seed", range(12))
def test_both_find_the_same_proven(seed):
    data, records = made(random.Random(seed))
    ours, theirs = proofs.check(data, records), other.proven(data, records)
    assert {name: root.hex() for name, root in ours.roots.items()} == {name: root for name, (root, _) in theirs.items()}
    assert set(ours.claims) == {(name, *claim) for name, (_, claims) in theirs.items() for claim in claims}
    assert ours.claims


def test_both_refuse_whatever_is_changed(deep):
    """A digit of the proofs, or a letter of a record that is shown whole."""
    size = deep("proofs-changed", 150, 20_000)
    print("seed", size.seed)
    rnd = size.random()
    refused = 0
    for _ in range(size):
        data, records = made(rnd)
        digits = [at for at in range(len(data)) if data[at : at + 1].isdigit()]
        at = rnd.choice(digits)
        changed = data[:at] + b"abcdef"[rnd.randrange(6) :][:1] + data[at + 1 :]
        told = []
        for check in (proofs.check, other.proven):
            try:
                check(changed, records)
                told.append(True)
            except (SignatureError, AssertionError, KeyError, ValueError):
                told.append(False)
        assert told[0] is told[1], changed
        refused += not told[0]
    assert refused == size


def test_the_document_names_all_that_a_reader_refuses():
    """So that the other reader could be written from it."""
    page = (Path(__file__).parents[2] / "docs/bundle.md").read_text("utf-8")
    section = page[page.index("\n## Proofs") : page.index("\n## Checking")]
    for word in ("16, 32, 64", "two claims open the same", "two records have one root", "is value basis as_of"):
        assert word in section
