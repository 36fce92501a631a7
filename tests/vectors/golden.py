"""The golden vault: a file of this version that every later one must open. All in it is invented, its secrets too.

It is made once, by the library, and recorded; `generate.py --golden` makes another. What it holds is told in the JSON
file beside it as encodings, which `tests/independent` confirms.
"""

import io
import json
from typing import Any

from tests.independent import more, reader, texts
from tests.vectors.kit import HERE, WORDS, some
from vault import keys
from vault.keys import Identity, Passphrase
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault

PASSPHRASE, OLD_PASSPHRASE = "golden words that open nothing else", "an earlier passphrase"
IDENTITY = Identity(some("golden identity", 32))
VAULT, SIDECAR = HERE / "golden-1.vault", HERE / "golden-1.json"
FILE = some("golden file", 3000)


def person(text: str, *claims: Claim) -> Draft:
    return Draft("person", (Claim("name", {"text": text, "kind": "birth"}), *claims))


def tell(read: reader.Vault, purged: bytes, paper: str) -> dict[str, Any]:
    """Lay out what is in the vault."""
    return {
        "about": "golden-1.vault, what opens it and what is in it; revisions and log entries as their encodings",
        "origin": "made by the library, read by tests/independent, which confirms each hash and seal",
        "vectors": [{"passphrase": PASSPHRASE, "paper": paper, "identity": keys.format_identity(IDENTITY)}],
        "old_passphrase": OLD_PASSPHRASE,
        "purged": purged.hex(),
        "checkpoint": texts.checkpoint(read.head[0], read.digest),
        "fingerprint": texts.fingerprint(read.keys[0].prk, WORDS),
        "newest": [reader.encode(revision).hex() for _, revision in read.revisions()],
        "history": [reader.encode(revision).hex() for _, revision in read.revisions(history=True)],
        "log": [reader.encode(entry).hex() for entry in more.log(read)],
    }


def make() -> None:
    """Make the vault and what is known of it."""
    VAULT.unlink(missing_ok=True)
    clock = iter(range(1_700_000_000, 1_800_000_000, 60))
    with Vault.create(VAULT, OLD_PASSPHRASE, profile=KdfProfile.SMALL, clock=lambda: next(clock)) as vault:
        first, second, third = vault.put(
            person("Invented Person", Claim("birth", "1961~", basis="told", confidence="medium")),
            person("Әлия Қасымқызы", Claim("phone", "+7 (701) 000-00-00"), Claim("sex", None, state="withheld")),
            person("阿丽亚"),
        )
        source = vault.put(Draft("source", (Claim("name", {"text": "Invented Source", "kind": "birth"}),)))[0]
        said = Claim("text", "Его увезли в мае 2017 года.", source=source.record_id)
        vault.put(Draft("statement", (said, Claim("text", None, state="unknown"))))
        paper = vault.keys.add_paper("paper")
        vault.keys.add_recipient("a lawyer", keys.format_recipient(IDENTITY.public_key))
        vault.keys.change("first passphrase", PASSPHRASE)
        claims = (
            *first.claims,
            Claim("name", {"text": "Another Spelling", "kind": "official"}, source=source.record_id),
        )
        vault.put(Draft("person", claims, first.record_id, (first.id,)))
        vault.attach(first.record_id, io.BytesIO(FILE), "file.bin")
        vault.remove(second.record_id)
        vault.remove(third.record_id, purge=True)
        for n in range(64):
            vault.put(person(f"Person Number {n}"))
        vault.keeping.compact()
    with reader.open_vault(VAULT, PASSPHRASE) as read:
        known = tell(read, third.record_id, paper)
    with Vault.open(VAULT, Passphrase(PASSPHRASE), read_only=True) as vault:
        library = {r.encode().hex() for removed in (False, True) for r in vault.records(removed=removed)}
        if library != set(known["newest"]):
            raise SystemExit("the library and the independent reader do not agree on the new vault")
    SIDECAR.write_text(json.dumps(known, indent=1) + "\n", "ascii")
