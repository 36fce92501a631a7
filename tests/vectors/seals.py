"""Vectors of sealing, slots, headers and the texts of keys. All keys are invented."""

import hashlib
import json
import struct

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.independent import reader, texts
from tests.independent.reader import exp, h, lp
from tests.vectors.kit import (
    BY_HAND,
    HERE,
    INDEPENDENT,
    WORDS,
    Group,
    framed,
    group,
    own_hmac,
    seal,
    some,
)

# --- Sealing ---


@group(
    "the size of the sealed object by that of the payload; null: too large",
    "computed by trying every size that has the form",
)
def sizes() -> list[Group]:
    def size(payload: int) -> int | None:
        n = payload + 4
        for small in (1150, 2024, 2700, 4056, 8152):
            if n <= small - 73:
                return small
        e = max(k for k in range(40) if 1 << k <= n)
        s = max(k for k in range(40) if 1 << k <= e) + 1
        step = 1 << (e - s)
        frame = next(step * k for k in range(n // step, n // step + 2) if step * k >= n)
        return frame + 73 if frame + 73 <= (2 << 20) - 4096 else None

    edges = [small - 77 for small in (1150, 2024, 2700, 4056, 8152)]
    more = [16_380, 65_532, 65_533, 70_000, 100_000, 131_068, (1 << 20) - 4, 1 << 20, 2_000_000, 2_031_539, 2_031_612]
    payloads = [
        0,
        1,
        *(edge + d for edge in edges for d in (0, 1)),
        *(m + d for m in more for d in (0, 1)),
        2_031_617,
        1 << 21,
    ]
    return [{"payload": n, "sealed": size(n)} for n in sorted(set(payloads))]


@group(
    "sealed objects: `entropy` are the 32 random bytes, `payload` stands `times` times; long results by hash",
    "computed here with HMAC and the AEAD of cryptography",
)
def sealing() -> list[Group]:
    found = []
    for kind, generation, unit, times in (
        ("rev", 1, b"an invented revision", 1),
        ("rev", 2, b"an invented revision", 1),
        ("seg", 1, b"an invented revision", 1),
        ("led", 64, b"", 1),
        ("hed", 0, b"\0", 1),
        ("krg", 0, b"k", 16_380),
        ("att", 3, b"0123456789abcdef", 4000),
        ("att", 1, b"", 1),
        ("pag", 1, b"p", 65_532),
        ("set", 1, b"s", 1073),
        ("set", 1, b"s", 1074),
        ("itk", 2, b"\xff", 3000),
        ("anc", 0, b"anchor", 1),
    ):
        vault_id, key, entropy = (
            some("vault", 16),
            some(f"key {generation}", 32),
            some(f"{kind}{generation}{times}", 32),
        )
        frame = framed(unit * times)
        prk = own_hmac(lp("dk" if generation else "ak", vault_id), key)
        context = lp("obj", vault_id, kind.encode(), struct.pack(">I", generation))
        hedged = lp(entropy) + lp(context) + lp(hashlib.sha256(frame).digest())
        salt = own_hmac(exp(prk, lp("hedge"), 64), hedged)[:24]
        sealed = seal(vault_id, generation, key, kind.encode(), frame, salt)
        inputs = {"vault_id": vault_id.hex(), "generation": generation, "key": key.hex(), "kind": kind}
        given = {"entropy": entropy.hex(), "payload": unit.hex(), "times": times}
        result = (
            {"sealed": sealed.hex()} if len(sealed) <= 1150 else {"sealed_sha256": hashlib.sha256(sealed).hexdigest()}
        )
        name = h("object", sealed)
        place = {"salt": salt.hex(), "name": name.hex(), "id": struct.unpack(">Q", name[:8])[0] >> 2}
        found.append({**inputs, **given, **place, **result, "size": len(sealed)})
    return found


@group(
    "one sealed object, and what a reader refuses to open as it: one fault each", "computed here with HMAC and the AEAD"
)
def opening() -> list[Group]:
    vault_id, key, salt = some("vault", 16), some("key", 32), some("salt", 24)
    payload = b"an invented payload"

    def one(frame: bytes, generation: int = 1) -> bytes:
        return seal(vault_id, generation, key, b"rev", frame, salt)

    def changed(at: int) -> bytes:
        return good[:at] + bytes([good[at] ^ 0x80]) + good[at + 1 :]

    frame = framed(payload)
    good = one(frame)
    large = framed(b"x" * 10_000)
    faults = {
        "none": good,
        "suite byte 0": b"\0" + good[1:],
        "suite byte 2": b"\2" + good[1:],
        "salt, first byte": changed(1),
        "salt, last byte": changed(24),
        "commitment, first byte": changed(25),
        "commitment, last byte": changed(56),
        "ciphertext, first byte": changed(57),
        "ciphertext, last byte": changed(1133),
        "tag, first byte": changed(1134),
        "tag, last byte": changed(1149),
        "a byte less": good[:-1],
        "a byte more": good + b"\0",
        "nothing": b"",
        "no more than salt and commitment": good[:57],
        "sealed for another generation": one(frame, 2),
        "sealed in another vault": seal(some("other", 16), 1, key, b"rev", frame, salt),
        "sealed with another key": seal(vault_id, 1, some("other", 32), b"rev", frame, salt),
        "sealed as another kind": seal(vault_id, 1, key, b"att", frame, salt),
        "padding not zero at once": one(frame[:23] + b"\1" + frame[24:]),
        "padding not zero at the end": one(frame[:-1] + b"\1"),
        "length beyond the frame": one(struct.pack(">I", 1074) + bytes(1073)),
        "length far beyond the frame": one(b"\xff" * 4 + bytes(1073)),
        "frame of the next size": one(frame + bytes(874)),
        "frame of the earlier smallest size": one(frame[:927]),
        "frame a byte longer": one(frame + b"\0"),
        "frame without padding": one(frame[: 4 + len(payload)]),
        "large frame of no such size": one(large + b"\0"),
        "large frame of the next size": one(large + bytes(512)),
        "large frame with a small payload": one(struct.pack(">I", 1) + bytes(len(large) - 4)),
        "frame too short for its length": one(b"\0\0\0"),
    }
    given = {"vault_id": vault_id.hex(), "generation": 1, "key": key.hex(), "kind": "rev"}
    return [
        {"fault": name, **given, "sealed": sealed.hex(), "payload": payload.hex() if name == "none" else None}
        for name, sealed in faults.items()
    ]


# --- Slots and header ---


@group("identity seeds and their public keys", "computed with the ML-KEM-768 and X25519 keys of cryptography")
def identities() -> list[Group]:
    found = []
    for seed in (bytes(32), bytes(range(32)), b"\xff" * 32, some("identity", 32)):
        both = hashlib.shake_256(seed).digest(96)
        lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(both[:64]).public_key().public_bytes_raw()
        curve = x25519.X25519PrivateKey.from_private_bytes(both[64:]).public_key().public_bytes_raw()
        public = lattice + curve
        texts_of = {
            "identity": texts.bech32("age-secret-key-pq-", seed).upper(),
            "recipient": texts.bech32("age1pq", public),
            "paper": texts.paper_key(seed),
        }
        found.append({"seed": seed.hex(), "public_key": public.hex(), **texts_of})
    return found


@group("the front of a slot: `passphrase_key` is the result of Argon2id", "computed here with HMAC and the AEAD")
def slots() -> list[Group]:
    found = []
    for place in range(8):
        vault_id, key, salt, seed = (
            some(f"{what} {place}", n) for what, n in (("v", 16), ("k", 32), ("s", 24), ("seed", 32))
        )
        prk = own_hmac(lp("pw", vault_id), key)
        okm = exp(prk, lp("slot", vault_id, bytes([place]), salt), 76)
        front = salt + okm[44:] + ChaCha20Poly1305(okm[:32]).encrypt(okm[32:44], seed, None)
        given = {"vault_id": vault_id.hex(), "passphrase_key": key.hex(), "index": place, "salt": salt.hex()}
        found.append({**given, "seed": seed.hex(), "prk": prk.hex(), "front": front.hex()})
    return found


HEADER_PASSPHRASE, HEADER_PAPER = "an invented header", some("paper", 32)


def make_header() -> bytes:
    """Make a header: slot 2 has a passphrase, slot 5 is for a paper key, the others are unused."""
    vault_id, access_key, kdf_salt = some("header", 16), some("access key", 32), some("kdf", 16)
    kdf = Argon2id(salt=kdf_salt, length=32, iterations=1, lanes=1, memory_cost=64)
    data = b"casevlt\0\1\1" + vault_id + bytes([255]) + kdf_salt + bytes(21)
    for place in range(8):
        seed = HEADER_PAPER if place == 5 else some(f"header seed {place}", 32)
        key = kdf.derive(HEADER_PASSPHRASE.encode()) if place == 2 else some(f"thrown away {place}", 32)
        kdf = Argon2id(salt=kdf_salt, length=32, iterations=1, lanes=1, memory_cost=64)
        salt = some(f"slot salt {place}", 24)
        okm = exp(own_hmac(lp("pw", vault_id), key), lp("slot", vault_id, bytes([place]), salt), 76)
        data += salt + okm[44:] + ChaCha20Poly1305(okm[:32]).encrypt(okm[32:44], seed, None)
        public = reader.key_pair(seed)[1]
        both = hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(public[:1184]),
            x25519.X25519PublicKey.from_public_bytes(public[1184:]),
        )
        wrapped = access_key if place in {2, 5} else some(f"nothing {place}", 32)
        data += reader.SUITE.encrypt(wrapped, both, lp("slot-hpke", vault_id, bytes([place])))
    return data + header_mac(data, access_key)


def header_mac(body: bytes, access_key: bytes) -> bytes:
    prk = own_hmac(lp("ak", body[10:26]), access_key)
    return own_hmac(exp(prk, lp("header-mac"), 64), body)[:32]


@group(
    "a header and what opens it; those after the first are the first with some bytes replaced: `patches` are place and "
    "bytes, `new_mac` tells that the MAC was made anew, `at_sight` that it is refused before any key",
    "made once by generate.py (HPKE is randomised) and recorded",
)
def headers() -> list[Group]:
    path = HERE / "headers.json"
    data = bytes.fromhex(json.loads(path.read_text())["vectors"][0]["header"]) if path.exists() else make_header()
    access_key = some("access key", 32)
    slot = [data[64 + 1272 * place :][:1272] for place in range(8)]

    def patched(*patches: tuple[int, bytes], mac: bool = False) -> Group:
        new = bytearray(data)
        for at, part in patches:
            new[at : at + len(part)] = part
        more = [(10_240, header_mac(bytes(new[:10_240]), access_key))] if mac else []
        return {"patches": [[at, part.hex()] for at, part in (*patches, *more)], "new_mac": mac}

    given = {"passphrase": HEADER_PASSPHRASE, "paper": texts.paper_key(HEADER_PAPER)}
    found: list[Group] = [
        {
            "name": "good",
            "header": data.hex(),
            **given,
            "opens": ["passphrase", "paper"],
            "access_key": access_key.hex(),
        }
    ]

    def swapped(at: int) -> bytes:
        return bytes([data[at] ^ 1])

    def move(one: int, two: int) -> list[tuple[int, bytes]]:
        return [(64 + 1272 * one, slot[two]), (64 + 1272 * two, slot[one])]

    everywhere = {
        "magic": patched((0, b"C"), mac=True),
        "version 2": patched((8, b"\2"), mac=True),
        "suite 2": patched((9, b"\2"), mac=True),
        "suite 0": patched((9, b"\0"), mac=True),
        "profile 0": patched((26, b"\0"), mac=True),
        "profile 4": patched((26, b"\4"), mac=True),
        "another vault id": patched((10, swapped(10)), mac=True),
        "the MAC": patched((10_240, swapped(10_240))),
        "the last byte of the MAC": patched((10_271, swapped(10_271))),
        "the zeros": patched((63, b"\1")),
        "the zeros, the first, and a new MAC": patched((43, b"\1"), mac=True),
        "the zeros, one in the middle, and a new MAC": patched((53, b"\x80"), mac=True),
        "the zeros, the last, and a new MAC": patched((63, b"\1"), mac=True),
        "the zeros, all of them, and a new MAC": patched((43, some("no zeros", 21)), mac=True),
        "an unused slot's front": patched((64 + 50, swapped(64 + 50))),
        "an unused slot's HPKE part": patched((64 + 1000, swapped(64 + 1000))),
        "both used slots in each other's place": patched(*move(2, 5), mac=True),
    }
    at = 64 + 1272 * 2
    only = {
        "the KDF salt": (patched((27, swapped(27)), mac=True), "paper"),
        "the slot salt": (patched((at, swapped(at)), mac=True), "paper"),
        "the commitment": (patched((at + 24, swapped(at + 24)), mac=True), "paper"),
        "the sealed seed": (patched((at + 56, swapped(at + 56)), mac=True), "paper"),
        "the encapsulated key, ML-KEM part": (patched((at + 104, swapped(at + 104)), mac=True), "paper"),
        "the encapsulated key, X25519 part": (patched((at + 1200, swapped(at + 1200)), mac=True), "paper"),
        "the HPKE ciphertext": (patched((at + 1224, swapped(at + 1224)), mac=True), "paper"),
        "the passphrase's slot in another place": (patched(*move(2, 3), mac=True), "paper"),
        "the paper's slot in another place": (patched(*move(5, 6), mac=True), "passphrase"),
        "an unused slot changed, and a new MAC": (patched((64 + 1000, swapped(64 + 1000)), mac=True), "both"),
    }
    at_sight = ("magic", "version", "suite", "profile", "the zeros")
    found += [
        {"name": name, **patch, "opens": [], "at_sight": name.startswith(at_sight)}
        for name, patch in everywhere.items()
    ]
    opens = {"both": ["passphrase", "paper"]}
    found += [{"name": name, **patch, "opens": opens.get(way, [way])} for name, (patch, way) in only.items()]
    return found


@group("six words for the keys, and the code of a vault", INDEPENDENT)
def fingerprints() -> list[Group]:
    found = []
    for n in range(8):
        vault_id, access_key = some(f"vault {n}", 16), some(f"access key {n}", 32)
        prk = own_hmac(lp("ak", vault_id), access_key)
        result = {"words": texts.fingerprint(prk, WORDS), "vault_code": texts.vault_code(vault_id)}
        found.append({"vault_id": vault_id.hex(), "access_key": access_key.hex(), **result})
    return found


@group("ten bytes as six words", BY_HAND + ": place by place in base 7776")
def six_words() -> list[Group]:
    numbers = [0, 1, 7775, 7776, 7776**5, 7776**6 - 1, 7776**6, 7776**6 + 7776**2 * 3 + 5, 2**80 - 1]
    found = []
    for number in numbers:
        rest, digits = number, []
        for _ in range(6):
            rest, digit = divmod(rest, 7776)
            digits.append(digit)
        found.append({"hex": f"{number:020x}", "words": " ".join(WORDS[digit] for digit in reversed(digits))})
    return found


@group(
    "paper keys as typed and the seed, or null: refused, or a passphrase if it does not begin with CV1-", INDEPENDENT
)
def paper() -> list[Group]:
    seed = some("paper key", 32)
    typed = texts.paper_key(seed)
    last = texts.CROCKFORD[texts.CROCKFORD.index(typed[-1]) | 1]
    wrong_check = seed + bytes([h("paper", seed)[0] ^ 1]) + h("paper", seed)[1:4]
    tries = {
        typed: seed,
        typed.lower(): seed,
        f"  {typed}\n": seed,
        typed.replace("-", " ").replace("CV1 ", "CV1-"): seed,
        typed.replace("0", "o").replace("1", "l").replace("CVl", "CV1"): seed,
        typed[:4] + typed[4:].replace("-", ""): seed,
        typed.replace("CV1-", "cv1--- "): seed,
        typed.replace("-", ""): None,
        typed.replace("CV1-", "CV1 -"): None,
        typed.replace("CV1-", "CVL-"): None,
        typed.replace("CV1-", ""): None,
        typed[:-1] + last: None,
        "CV1-" + texts.crockford(wrong_check): None,
        typed[:-2]: None,
        typed + "0": None,
        typed.replace("-", "", 2).replace("CV1", "CV1-U", 1): None,
        typed[:5] + typed[6] + typed[5] + typed[7:]: None,
    }
    return [{"text": text, "seed": found and found.hex()} for text, found in tries.items()]


@group("identity files and the seed or null", INDEPENDENT)
def identity_files() -> list[Group]:
    seed = some("identity file", 32)
    line = texts.bech32("age-secret-key-pq-", seed).upper()
    tries = {
        line: seed,
        line + "\n": seed,
        f"# invented, of no worth\n\n{line}\n": seed,
        f"  {line}\r\n": seed,
        line.lower(): seed,
        f"# created: never\n# public key: none\n{line}": seed,
        f"one line more\n{line}\n": None,
        f"{line}\nage-secret\n": None,
        f"identity: {line}": None,
        line[:-1]: None,
        line[:-1] + ("Q" if line[-1] != "Q" else "P"): None,
        line[:30] + line[31] + line[30] + line[32:]: None,
        line[:40] + line[40:].lower(): None,
        f"{line}\n{line}\n": None,
        "": None,
        "# only a comment\n": None,
        texts.bech32("age-secret-key-", seed).upper(): None,
        texts.bech32("age-secret-key-pq-", seed[:31]).upper(): None,
        texts.bech32("age-secret-key-pq-", seed + b"\0").upper(): None,
        texts.bech32("age1pq", reader.key_pair(seed)[1]): None,
    }
    return [{"text": text, "seed": found and found.hex()} for text, found in tries.items()]
