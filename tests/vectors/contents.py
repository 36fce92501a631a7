"""Vectors of keyring, head, log, records, attachments and anchor. All records are invented."""

import struct
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.independent import reader, texts
from tests.independent.reader import exp, ext, h, lp
from tests.vectors.kit import BY_HAND, INDEPENDENT, Group, framed, group, hashed, own_hmac, seal, some, tagged

# --- Keyring, head, log ---


@group("the keyring's payload, by hash", INDEPENDENT)
def keyrings() -> list[Group]:
    found = []
    for generations, intakes, devices in ((1, 1, 0), (3, 2, 2), (64, 16, 5)):
        slot = [
            [kind, label.encode().ljust(64, b"\0"), reader.key_pair(some(f"slot {n}", 32))[1], epoch]
            for n, (kind, label, epoch) in enumerate(
                [(1, "first", 1), (2, "a lawyer, Ләззат", 7), (3, "paper", 300), (1, "x" * 64, 2)] + [(0, "", 0)] * 4
            )
        ]
        plain = {
            0: [some(f"data key {n}", 32) for n in range(generations)],
            1: some("vault secret", 32),
            2: some("signing seed", 32),
            3: [some(f"intake {n}", 32) for n in range(intakes)],
            4: slot,
            5: [some(f"device {n}", 8) for n in range(devices)],
        }
        payload = lp(reader.encode(plain)).ljust(16_380, b"\0")
        given = {"keyring": tagged({**plain, 4: [[s[0], s[1].rstrip(b"\0"), s[3]] for s in slot]})}
        found.append({**given, "slot_seeds": [some(f"slot {n}", 32).hex() for n in range(8)], **hashed(payload)})
    return found


@group("a head's payload, and the digest of sealed heads", INDEPENDENT)
def heads() -> list[Group]:
    first = {
        0: 1,
        1: [],
        2: some("header", 32),
        3: [some("keyring", 32), 0],
        4: [],
        5: 1,
        6: None,
        7: [],
        8: [b"\x80"],
    }
    later = {
        0: 70_000,
        1: [some("before", 32), some("beside", 32)],
        2: some("header", 32),
        3: [some("keyring", 32), 0],
        4: [[7, some("seg", 32), 3, 262_144, 5_000_000], [90, some("seg2", 32), 64, 1, 4]],
        5: 91,
        6: [some("settings", 32), 2],
        7: [[some("batch", 32), 1]],
        8: [some("entry", 100), some("entry2", 100)],
    }
    found = []
    for n, head in enumerate((first, later, {**later, 9: "of a later version", "more": [1]})):
        vault_id, access_key, secret, sealed = (
            some(f"{w} {n}", s) for w, s in (("v", 16), ("a", 32), ("s", 32), ("h", 1000))
        )
        key = own_hmac(lp("head-digest", vault_id), lp(access_key) + lp(secret))
        digest = own_hmac(key, sealed)[:32]
        given = {"vault_id": vault_id.hex(), "access_key": access_key.hex(), "vault_secret": secret.hex()}
        result = {"digest": digest.hex(), "checkpoint": texts.checkpoint(head[0], digest)}
        found.append(
            {"head": tagged(head), "hex": reader.encode(head).hex(), **given, "sealed": sealed.hex(), **result}
        )
    return found


@group(
    "checkpoints as typed: epoch and the first 10 bytes of the head's digest, or null", BY_HAND + " and " + INDEPENDENT
)
def checkpoints() -> list[Group]:
    digest = some("checkpoint", 32)
    text = texts.checkpoint(41, digest)
    tries: dict[str, Any] = {
        text: (41, digest[:10]),
        text.lower(): (41, digest[:10]),
        f" {text}\n": (41, digest[:10]),
        f"{text[:7]}-{text[7:]}": (41, digest[:10]),
        "1-0000000000000000": (1, bytes(10)),
        "1-OoOo0000iIlL1111": (1, bytes.fromhex("00000000000842108421")),
        "2-ZZZZZZZZZZZZZZZZ": (2, b"\xff" * 10),
        "007-0000000000000001": (7, bytes(9) + b"\1"),
        text[:-1]: None,
        text + "0": None,
        "0000000000000000": None,
        "-0000000000000000": None,
        "x-0000000000000000": None,
        "٣-0000000000000000": None,
        "1-000000000000000U": None,
        "": None,
    }
    return [{"text": t, "epoch": found and found[0], "digest": found and found[1].hex()} for t, found in tries.items()]


@group("answers of a recipient who was asked to take a vault over", INDEPENDENT)
def acknowledgements() -> list[Group]:
    found = []
    for slot, epoch in ((0, 1), (3, 70_000), (7, 2**32 - 1)):
        vault_id, digest, seed = (some(f"{what} {slot}", size) for what, size in (("v", 16), ("d", 32), ("s", 32)))
        key = Ed25519PrivateKey.from_private_bytes(seed)
        said = vault_id + bytes([slot]) + struct.pack(">I", epoch) + digest
        given = {"vault_id": vault_id.hex(), "slot": slot, "epoch": epoch, "digest": digest.hex(), "seed": seed.hex()}
        text = texts.bech32("casevault-ack", said + key.sign(lp("acknowledge", said)))
        found.append({**given, "public_key": key.public_key().public_bytes_raw().hex(), "text": text})
    return found


@group("log entries, their encoding and digest; each of the first four follows the one before", INDEPENDENT)
def log_entries() -> list[Group]:
    record = some("record", 16)
    found: list[Group] = []
    before: list[bytes] = []
    for n, (action, facts, device) in enumerate(
        [
            ("created", {}, b""),
            ("put", {"kinds": {"person": 2}, "records": [record]}, some("device", 8)),
            ("keys", {"slot": 3, "what": "removed"}, some("device", 8)),
            ("a-later-word", {"": None, "nested": [[{"a": -1}]]}, some("other", 8)),
        ]
    ):
        heads_of = [some(f"head {n}", 32)] if n else []
        entry = {0: n + 1, 1: before, 2: heads_of, 3: device, 4: 1_700_000_000 + n, 5: action, 6: facts}
        data = reader.encode(entry)
        found.append({"entry": tagged(entry), "hex": data.hex(), "digest": h("log", data).hex()})
        before = [h("log", data)]
    handed = {
        "recipient": "Invented Lawyer",
        "fingerprint": "six invented words",
        "audience": "lawyer",
        "onward": ["un"],
        "purpose": "petition",
        "policy": "lawyer",
        "policy_digest": some("policy", 32),
        "bag_sha256": some("bag", 32),
        "sealed_sha256": some("sealed", 32),
        "gate": {"findings": 0},
        "consents": [some("consent", 16)],
        "part": [0, 1],
        "fields": ["person.name", "person.birth"],
        "rows": [
            [record, record, some("rev", 8), 0, True, [0, 0, 3, 1, 1, 2]],
            [b"", record, some("rev", 8), 7, False, [2, 0, 0]],
        ],
    }
    for action, facts in (("disclosed", handed), ("merged", {})):
        both = [some("one", 32)] + ([some("two", 32)] if action == "merged" else [])
        entry = {0: 9, 1: both, 2: both, 3: b"", 4: 0, 5: action, 6: facts}
        data = reader.encode(entry)
        found.append({"entry": tagged(entry), "hex": data.hex(), "digest": h("log", data).hex()})
    return found


# --- Policies ---

OWN_POLICY = """
name = "invented"
audience = "press"
onward = ["un", "state"]

[rules]
"detainee.name" = "keep"
"detainee.birth" = { action = "age-band", years = 5 }
"*.@date" = { action = "date", to = "month" }
"*.@place" = { action = "place", to = "region" }
"public.*" = { action = "withhold", shown = false }
"relative.@name" = "pseudonym"

[risk]
quasi = ["county", "age-band", "sex"]
k = 5
"""
NARROWER_POLICY = """
name = "narrower"
audience = "press"
parent = "invented"
onward = ["public"]

[description]
en = "Invented."

[rules]
"detainee.name" = "pseudonym"

[risk]
quasi = ["sex", "nationality"]
"""
LAWYER_POLICY = """
name = "all-taken-back"
audience = "lawyer"
retracted = true
"""


@group("digests of policies: their text (and that of the parent), and the map that is hashed", BY_HAND)
def policies() -> list[Group]:
    rules = [
        ["detainee.name", "keep"],
        ["detainee.birth", "age-band 5"],
        ["*.@date", "date month"],
        ["*.@place", "place region"],
        ["public.*", "withhold unseen"],
        ["relative.@name", "pseudonym"],
    ]
    own = {"name": "invented", "audience": "press", "onward": ["state", "un"], "rules": rules, "retracted": False}
    own |= {"quasi": ["@place", "@birth", "sex"], "k": 5, "full": False}
    narrower = own | {"name": "narrower", "onward": ["public", "state", "un"]}
    narrower |= {"rules": [["detainee.name", "pseudonym"], *rules], "quasi": [*own["quasi"], "nationality"]}
    lawyer = own | {"name": "all-taken-back", "audience": "lawyer", "onward": [], "rules": [], "retracted": True}
    lawyer |= {"quasi": [], "k": 0}
    cases = [({"text": OWN_POLICY}, own), ({"text": NARROWER_POLICY, "parent": OWN_POLICY}, narrower)]
    cases.append(({"text": LAWYER_POLICY}, lawyer))
    return [
        {**given, "policy": tagged(plain), "digest": h("policy", reader.encode(plain)).hex()} for given, plain in cases
    ]


# --- Records ---

SEED = some("claim seed", 32)


def revision(claims: list[Any], kind: str = "person", **more: Any) -> dict[Any, Any]:
    base = {0: 1, 1: some("record", 16), 2: kind, 3: [], 4: b"", 5: 1_700_000_000, 6: claims, 7: SEED}
    return base | {int(key[1:]) if key[1:].isdigit() else key: value for key, value in more.items()}


NAME = {0: "name", 1: {"text": "Invented Person", "kind": "birth"}}
CLAIMS: list[dict[Any, Any]] = [
    NAME,
    {
        0: "name",
        1: {"text": "Әлия Қасымқызы", "kind": "official", "script": "Cyrl", "lang": "kk"},
        3: "document",
        6: some("doc", 16),
    },
    {0: "birth", 1: "1961~", 3: "told", 4: "2018", 5: "medium", 6: some("source", 16), 7: 1_690_000_000},
    {0: "sex", 2: "unknown"},
    {0: "health", 2: "withheld", 7: 1_690_000_001},
    {0: "nationality", 2: "not-asked"},
    {0: "address", 1: {"text": "Invented Street 7", "county": "X", "region": "Y", "country": "kz"}, 2: "retracted"},
    {0: "relative", 1: {"relation": "брат", "name": "Ержан", "link": some("relative", 16)}, 5: "high"},
    {0: "phone", 1: "+7 (701) 000-00-00"},
    {0: "age", 1: -5},
]
REVISIONS: list[dict[Any, Any]] = [
    revision([]),
    revision([NAME]),
    revision(CLAIMS),
    revision(CLAIMS[:8]),
    revision(CLAIMS[:9], _3=[some("parent", 32)], _4=some("device", 8)),
    revision([NAME] * 33, _3=[some("parent", 32), some("other parent", 32)]),
    revision([{0: "event", 1: some("record 2", 16)}, {0: "text", 1: "证人说他不在家。"}], "statement"),
    revision([NAME], _8=True, _3=[some("parent", 32)]),
    revision(
        [
            {
                0: "file",
                1: {"id": some("att", 16), "name": "a.jpg", "length": 0, "sha256": bytes(32), "chunks": 1, "depth": 0},
            }
        ],
        "document",
    ),
    revision([{**NAME, 8: "of a later version", "later": [1]}], _9="of a later version", _x={"deep": [None]}),
    revision([NAME], "wholly_new_kind2", _5=-1),
    revision([{**NAME, 2: "of-a-later-version"}], _0=2),
]


def commitments(plain: dict[Any, Any]) -> list[bytes]:
    leaves = []
    for n, claim in enumerate(plain[6]):
        salts = exp(plain[7], lp("claim-salt", struct.pack(">I", n)), 64)
        parts = (
            {k: v for k, v in claim.items() if k in range(6)},
            {k: v for k, v in claim.items() if k not in range(6)},
        )
        path = (plain[2] + "." + claim[0]).encode()
        leaves += [
            h("claim", salt, path, reader.encode(part))
            for salt, part in zip((salts[:32], salts[32:]), parts, strict=True)
        ]
    size = 16
    while size < len(leaves):
        size *= 2
    decoys = [exp(plain[7], lp("claim-decoy", struct.pack(">I", n)), 32) for n in range(size - len(leaves))]
    return leaves + decoys


@group(
    "revisions: encoding, id, commitments (two for each claim in order, then the decoys) and claims root", INDEPENDENT
)
def revisions() -> list[Group]:
    found = []
    for plain in REVISIONS:
        data, leaves = reader.encode(plain), commitments(plain)
        listed = {"commitments": [leaf.hex() for leaf in leaves]} if len(leaves) <= 32 else {}
        result = {
            "id": h("revision", data).hex(),
            **listed,
            "count": len(leaves),
            "claims_root": h("claims", *sorted(leaves)).hex(),
        }
        found.append({"revision": tagged(plain), "hex": data.hex(), **result})
    return found


@group("canonical plain data that is no revision", BY_HAND)
def revisions_refused() -> list[Group]:
    faults: dict[str, Any] = {
        "no map": [],
        "no claims": {k: v for k, v in revision([]).items() if k != 6},
        "no seed": {k: v for k, v in revision([]).items() if k != 7},
        "a short seed": revision([], _7=bytes(31)),
        "a short record id": revision([], _1=bytes(15)),
        "a short parent": revision([], _3=[bytes(31)]),
        "65 parents": revision([], _3=[bytes(32)] * 65),
        "a kind in capitals": revision([], "Person"),
        "a kind that begins with a digit": revision([], "1person"),
        "removed is false": revision([], _8=False),
        "version 0": revision([], _0=0),
        "a time that is no number": revision([], _5="now"),
        "a claim without field": revision([{1: "x"}]),
        "a stated claim without value": revision([{0: "name"}]),
        "a claim that says it is stated": revision([{0: "sex", 1: "x", 2: "stated"}]),
        "an unknown claim with a value": revision([{0: "sex", 1: "x", 2: "unknown"}]),
        "a nil value": revision([{0: "sex", 1: None, 2: "unknown"}]),
        "another state": revision([{0: "sex", 1: "x", 2: "perhaps"}]),
        "another basis": revision([{0: "sex", 1: "x", 3: "hearsay"}]),
        "another confidence": revision([{0: "sex", 1: "x", 5: "certain"}]),
        "a short source": revision([{0: "sex", 1: "x", 6: bytes(15)}]),
    }
    return [{"name": name, "hex": reader.encode(plain).hex()} for name, plain in faults.items()]


@group("lists of chunks", BY_HAND)
def chunk_lists() -> list[Group]:
    found = []
    for depth, generations in ((1, [1]), (1, [1, 2, 64]), (2, [3, 3])):
        refs = [[some(f"chunk {n}", 32), generation] for n, generation in enumerate(generations)]
        payload = some("attachment", 16) + bytes([depth]) + b"".join(name + bytes([g]) for name, g in refs)
        found.append(
            {"attachment": some("attachment", 16).hex(), "depth": depth, "refs": tagged(refs), "hex": payload.hex()}
        )
    return found


# --- Anchor ---


@group("a local anchor: its file's name and content", INDEPENDENT)
def anchors() -> list[Group]:
    found = []
    for checked in (None, 1_700_000_000):
        vault_id, secret = some("anchor vault", 16), some("anchor secret", 32)
        plain = {0: 12, 1: some("head", 32), 2: "six invented words that are none", 3: some("device", 8), 4: checked}
        key = ext(lp("anchor", vault_id), secret)[:32]
        sealed = seal(vault_id, 0, key, b"anc", framed(reader.encode(plain)), some("anchor salt", 24))
        given = {
            "vault_id": vault_id.hex(),
            "vault_secret": secret.hex(),
            "file": h("anchor-name", vault_id)[:8].hex() + ".anchor",
        }
        found.append({**given, "anchor": tagged(plain), "hex": sealed.hex()})
    return found
