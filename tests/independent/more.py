"""What hangs on a vault's head besides its records, written from docs/format.md alone: attachments, the log, claims."""

import hashlib
from typing import Any

from tests.independent.reader import ATTACHMENT, PURGED, Vault, check, decode, encode, exp, h, lp


def attachment(vault: Vault, file: dict[str, Any]) -> bytes:
    """Return the content that the value of a claim of type file speaks of."""
    found = [row for row in vault.rows if row.flags & (ATTACHMENT | PURGED) == ATTACHMENT and row.record == file["id"]]
    level = [row.name + bytes([row.generation]) for row in found[-1:]]
    for depth in range(file["depth"], 0, -1):
        lists = [part for refs in level for part in vault.objects("lst", refs)]
        check(all(part[:17] == file["id"] + bytes([depth]) for part in lists), "a list of chunks")
        level = [part[17:] for part in lists]
    chunks = [chunk for refs in level for chunk in vault.objects("att", refs)]
    check(all(len(chunk) == (1 << 20) - 4 for chunk in chunks[:-1]), "the size of a chunk")
    said, whole = (file["chunks"], file["length"], file["sha256"]), b"".join(chunks)
    check(said == (len(chunks), len(whole), hashlib.sha256(whole).digest()), "another content")
    return whole


def log(vault: Vault) -> list[dict[int, Any]]:
    """Return the entries of the log, oldest first, after following its chain to both ends."""
    batches, todo = [list(vault.head[8])], list(vault.head[7])
    for ref in todo:
        batch = decode(vault.object("led", *ref))
        batches.append(batch[1])
        todo += [older for older in batch[0] if older not in todo]
    entries = {h("log", data): decode(data) for batch in reversed(batches) for data in batch}
    before = {digest for entry in entries.values() for digest in entry[1]}
    lasts = [entry for digest, entry in entries.items() if digest not in before]
    check(
        len(lasts) == 1 and {d for e in entries.values() for d in e[1][:1]} <= entries.keys(),
        "the log is not one chain",
    )
    check((lasts[0][0], lasts[0][2]) == (vault.head[0], vault.head[1]), "the log ends elsewhere than the head")
    check({entry[0] for entry in entries.values()} == set(range(1, vault.head[0] + 1)), "an epoch without entry")
    links = sorted(len(entry[1]) - (entry[5] == "merged") for entry in entries.values())
    check(links == [0] + [1] * (len(entries) - 1), "a log entry with too few or too many before it")
    return sorted(entries.values(), key=lambda entry: entry[0])


def claims_root(revision: dict[int, Any]) -> bytes:
    leaves = []
    for index, claim in enumerate(revision[6]):
        salts = exp(revision[7], lp("claim-salt", index.to_bytes(4, "big")), 64)
        path = f"{revision[2]}.{claim[0]}".encode()
        says = {key: value for key, value in claim.items() if key in range(6)}
        comes = {key: value for key, value in claim.items() if key not in range(6)}
        leaves += [h("claim", salts[:32], path, encode(says)), h("claim", salts[32:], path, encode(comes))]
    decoys = max(16, 1 << (len(leaves) - 1).bit_length()) - len(leaves)
    leaves += [exp(revision[7], lp("claim-decoy", index.to_bytes(4, "big")), 32) for index in range(decoys)]
    return h("claims", *sorted(leaves))
