"""Which claims of an opened bundle are proven, written from docs/bundle.md §Proofs alone."""

import json
from typing import Any

from tests.independent.reader import check, encode, h

PARTS = ("basis", "as_of", "confidence")  # keys 3, 4, 5


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    check(len(dict(pairs)) == len(pairs), "a key twice")
    return dict(pairs)


def proven(proofs: bytes, records: bytes) -> dict[str, tuple[str, set[tuple[str, int]]]]:
    """Return for each record with proofs its root and the claims proven, by field and place."""
    tree = json.loads(proofs.decode())
    text = json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    check(text.encode() == proofs and tree["format"] == "casevault-proofs/1", "another form")
    listed = json.loads(records.decode(), object_pairs_hook=once)["records"]
    shown = {record["id"]: record for record in listed}
    check(len(shown) == len(listed), "an id twice")
    found = {}
    for name, entry in tree["records"].items():
        hashes = [bytes.fromhex(one) for one in entry["commitments"]]
        check(hashes == sorted(set(hashes)) and len(hashes) in {16 << n for n in range(10)}, "another list")
        check(entry["root"] == h("claims", *hashes).hex(), "another root")
        opened: dict[bytes, tuple[str, int]] = {}
        for field, salts in entry["salts"].items():
            claims = shown[name]["fields"][field]
            check(len(salts) == len(claims) and any(salts), "another number of claims")
            for place, (salt, claim) in enumerate(zip(salts, claims, strict=True)):
                if salt is not None:
                    check(set(claim) <= {"is", "value", "retracted", "source", *PARTS}, "another key")
                    check(claim["is"] == "value" and claim.get("retracted", True) is True, "not shown as it stands")
                    part = {0: field, 1: claim["value"]} | ({2: "retracted"} if "retracted" in claim else {})
                    part |= {3 + n: claim[word] for n, word in enumerate(PARTS) if word in claim}
                    one = h("claim", bytes.fromhex(salt), f"{shown[name]['kind']}.{field}".encode(), encode(part))
                    check(one in hashes and one not in opened, "no part of the revision, or a part twice")
                    opened[one] = (field, place)
        found[name] = (entry["root"], set(opened.values()))
    check(len({root for root, _ in found.values()}) == len(found), "one revision as two records")
    return found
