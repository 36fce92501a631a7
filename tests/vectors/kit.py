"""How vectors are registered and written, and the little cryptography they are computed with."""

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tests.independent import reader
from tests.independent.reader import exp, lp

HERE = Path(__file__).parent
WORDS = (HERE.parents[1] / "vault" / "words" / "eff_large_wordlist.txt").read_text("ascii").split()
Group = dict[str, Any]
GROUPS: dict[str, Callable[[], Group]] = {}

BY_HAND = "written by hand from the specification"
HMAC = "computed with hashlib alone: HMAC by RFC 2104, HKDF by RFC 5869"
INDEPENDENT = "computed by tests/independent, which was written from docs/format.md alone"


def group(about: str, origin: str) -> Callable[[Callable[[], list[Group]]], Callable[[], Group]]:
    def register(make: Callable[[], list[Group]]) -> Callable[[], Group]:
        def whole() -> Group:
            return {"about": about, "origin": origin, "vectors": make()}

        GROUPS[make.__name__] = whole
        return whole

    return register


def tagged(value: Any) -> Any:
    """Write plain data as JSON: byte strings and maps with integer keys get a tag."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list | tuple):
        return [tagged(item) for item in value]
    if isinstance(value, dict):
        return {"map": [[key, tagged(item)] for key, item in value.items()]}
    return value


def untagged(value: Any) -> Any:
    """Undo `tagged`."""
    if isinstance(value, list):
        return [untagged(item) for item in value]
    if isinstance(value, dict):
        return bytes.fromhex(value["bytes"]) if "bytes" in value else {k: untagged(v) for k, v in value["map"]}
    return value


def some(name: str, length: int) -> bytes:
    """Return invented bytes that look random and are always the same."""
    return hashlib.shake_256(b"casevault test vectors: " + name.encode()).digest(length)


def hashed(data: bytes) -> Group:
    return {"length": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def own_hmac(key: bytes, data: bytes) -> bytes:
    key = (hashlib.sha512(key).digest() if len(key) > 128 else key).ljust(128, b"\0")
    inner = hashlib.sha512(bytes(b ^ 0x36 for b in key) + data).digest()
    return hashlib.sha512(bytes(b ^ 0x5C for b in key) + inner).digest()


def seal(vault_id: bytes, generation: int, key: bytes, kind: bytes, frame: bytes, salt: bytes) -> bytes:
    prk = own_hmac(lp("dk" if generation else "ak", vault_id), key)
    context = lp("obj", vault_id, kind, struct.pack(">I", generation))
    okm = exp(exp(prk, lp("kind", kind), 64), lp("seal", salt) + context, 76)
    return b"\1" + salt + okm[44:] + ChaCha20Poly1305(okm[:32]).encrypt(okm[32:44], frame, None)


def framed(payload: bytes) -> bytes:
    return (struct.pack(">I", len(payload)) + payload).ljust(reader.padded(len(payload)) - 73, b"\0")
