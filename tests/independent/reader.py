"""A second program that lists what a vault file holds, written from docs/format.md alone; it shares no code with us."""

import hmac
import sqlite3
import struct
import unicodedata
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from hashlib import sha256, shake_256
from itertools import accumulate, pairwise, product
from pathlib import Path
from typing import Any

import argon2.low_level
import msgpack
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

TABLES = (("header", "i"), ("head", "i"), ("object", "id"))
SCHEMA = [("table", t, t, f"CREATE TABLE {t}({i} INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT") for t, i in TABLES]
PRAGMAS = {"page_size": 8192, "application_id": 0x63617365, "user_version": 1, "journal_mode": "delete"}
PRAGMAS |= {"encoding": "UTF-8", "auto_vacuum": 0}
PROFILES = {1: (3, 1 << 16, 4), 2: (4, 1 << 18, 4), 3: (3, 1 << 20, 4), 255: (1, 64, 1)}  # passes, KiB, lanes
KINDS = ["", "person", "event", "source", "statement", "document", "action", "consent", "case"]
REMOVED, SUPERSEDED, PURGED, ATTACHMENT = 1, 2, 4, 8  # flags of a document row
Row = namedtuple("Row", "record revision name generation kind flags epoch")  # noqa: PYI024 (a line, not ten)
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA512, hpke.AEAD.CHACHA20_POLY1305)
ext = partial(hmac.digest, digest="sha512")  # HMAC of key and data, and HKDF-Extract of salt and key


class Refused(ValueError):  # noqa: N818 (it names what the reader does, not a fault of its own)
    """The file, or the key for it, is not what the document allows."""


def check(holds: object, what: str) -> None:
    if not holds:
        raise Refused(what)


def lp(*parts: bytes | str) -> bytes:
    raw = [b"casevault/1/" + p.encode() if isinstance(p, str) else p for p in parts]  # text: the word of a label
    return b"".join(len(p).to_bytes(4, "big") + p for p in raw)


def h(*parts: bytes | str) -> bytes:
    return sha256(lp(*parts)).digest()


def exp(prk: bytes, info: bytes, length: int) -> bytes:
    numbers = range(1, (length + 127) // 64)
    return b"".join(accumulate(numbers, lambda t, i: ext(prk, t + info + bytes([i])), initial=b""))[:length]


def ordered(value: Any, depth: int = 0) -> Any:
    check(depth < 16 or not isinstance(value, list | dict), "nested too deep")
    if isinstance(value, list):
        return [ordered(item, depth + 1) for item in value]
    if isinstance(value, dict):
        check(all(type(k) is str or (type(k) is int and 0 <= k < 1 << 16) for k in value), "the key of a map")
        keys = sorted(value, key=lambda k: (1, k.encode()) if isinstance(k, str) else (0, k))
        return {k: ordered(value[k], depth + 1) for k in keys}
    check(type(value) in {str, bytes, bool, type(None)} or (type(value) is int and value >> 63 in {0, -1}), "a value")
    return value


def encode(value: Any) -> bytes:
    return msgpack.packb(ordered(value))


def decode(data: bytes) -> Any:
    try:
        check(encode(value := msgpack.unpackb(data, strict_map_key=False)) == data, "not in canonical form")
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused("not plain data") from error
    return value


def padded(payload: int) -> int:  # the size of the sealed object for a payload of so many bytes
    n, e = payload + 4, (payload + 4).bit_length() - 1
    m = (1 << (e - e.bit_length())) - 1
    return next((size for size in (1150, 2024, 2700, 4056, 8152) if n + 73 <= size), (n + m & ~m) + 73)


def varint(data: bytes, at: int) -> tuple[int, int]:
    end = next((i for i in range(at, min(at + 5, len(data))) if data[i] < 128), -1)
    check(end == at or (end > at and data[end]), "a varint cut off, or longer than needed")
    return sum((data[i] & 127) << 7 * (i - at) for i in range(at, end + 1)), end + 1


def postings(data: bytes, at: int = 0) -> tuple[list[int], int]:  # the document numbers, and the place after them
    first, at = varint(data, at)
    length, at = (0 if first & 1 else first >> 1, at) if first else varint(data, at)
    body, numbers, place = data[at : at + length], [first >> 1] * (first & 1), 0
    check(len(body) == length and (not first or length <= 160), "the length of postings")
    while first and place < length:
        step, place = varint(body, place)
        numbers.append(numbers[-1] + 1 + step if numbers else step)
    numbers = numbers if first else roaring(body)
    check(numbers and numbers[-1] < 1 << 18 and all(a < b for a, b in pairwise(numbers)), "the order of postings")
    return numbers, at + length


def roaring(data: bytes) -> list[int]:  # containers of runs, of sorted numbers, of bits
    def u16(at: int, n: int) -> tuple[int, ...]:
        check(at + 2 * n <= len(data), "a Roaring bitmap that is cut off")
        return struct.unpack_from(f"<{n}H", data, at)

    (cookie, more), numbers = u16(0, 2), []
    size = more + 1 if cookie == 12347 else int.from_bytes(data[4:8], "little")
    runs, at = (data[4:], 4 + (size + 7) // 8) if cookie == 12347 else (bytes(8192), 8)
    check(cookie == 12347 or ((cookie, more) == (12346, 0) and 0 < size < 65536), "not a Roaring bitmap")
    heads, offsets = u16(at, 2 * size), cookie == 12346 or size >= 4
    check(all(a < b for a, b in pairwise(heads[::2])), "the order of Roaring containers")
    at += (8 if offsets else 4) * size  # where the offsets lead follows from the sizes
    for i, (key, last) in enumerate(zip(heads[::2], heads[1::2], strict=True)):
        if runs[i // 8] >> i % 8 & 1:
            pairs, at = u16(at + 2, 2 * u16(at, 1)[0]), at + 2 + 4 * u16(at, 1)[0]
            low = [n for a, more in zip(pairs[::2], pairs[1::2], strict=True) for n in range(a, a + more + 1)]
            check(len(pairs) // 2 == 1 + sum(b - a != 1 for a, b in pairwise(low)), "runs that touch")
        elif last < 4096:
            low, at = list(u16(at, last + 1)), at + 2 * last + 2
        else:
            words, at = u16(at, 4096), at + 8192
            low = [16 * w + b for w, word in enumerate(words) for b in range(16) if word >> b & 1]
        check(len(low) == last + 1 and low[-1] < 1 << 16, "the size of a Roaring container")
        numbers += [key << 16 | n for n in low]
    check(at == len(data), "something after a Roaring bitmap")
    return numbers


class Keys:  # what opens the objects of one generation
    def __init__(self, vault_id: bytes, generation: int, key: bytes) -> None:
        self.prk = ext(lp("dk" if generation else "ak", vault_id), key)
        self.vault_id, self.generation = vault_id, generation.to_bytes(4, "big")

    def open(self, kind: str, sealed: bytes) -> bytes:
        check(1150 <= len(sealed) <= (2 << 20) - 4096 and sealed[0] == 1, f"{kind}: not a sealed object")
        ctx = lp("obj", self.vault_id, kind.encode(), self.generation)
        okm = exp(exp(self.prk, lp("kind", kind.encode()), 64), lp("seal", sealed[1:25]) + ctx, 76)
        check(hmac.compare_digest(sealed[25:57], okm[44:]), f"{kind}: sealed by another key or for another use")
        frame = ChaCha20Poly1305(okm[:32]).decrypt(okm[32:44], sealed[57:], b"")
        end = 4 + int.from_bytes(frame[:4], "big")
        check(end <= len(frame) and padded(end - 4) == len(sealed) and not any(frame[end:]), f"{kind}: frame")
        return frame[4:end]


def passphrase_key(passphrase: str, salt: bytes, profile: int) -> bytes:
    text = unicodedata.normalize("NFKC", passphrase)
    check(1 <= len(text) <= 1024 and not {"Cc", "Cs", "Cn"} & {unicodedata.category(c) for c in text}, "passphrase")
    return argon2.low_level.hash_secret_raw(text.encode(), salt, *PROFILES[profile], 32, argon2.Type.ID, 0x13)


def key_pair(seed: bytes) -> tuple[hpke.MLKEM768X25519PrivateKey, bytes]:
    both = shake_256(seed).digest(96)
    mlkem, x25519 = MLKEM768PrivateKey.from_seed_bytes(both[:64]), X25519PrivateKey.from_private_bytes(both[64:])
    public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    return hpke.MLKEM768X25519PrivateKey(mlkem, x25519), public


def access_keys(header: bytes, secret: str | bytes, *, tests: bool = False) -> Iterator[bytes]:
    """Yield each access key that a slot gives and the MAC confirms; a secret is a passphrase or an identity seed."""
    check(len(header) == 10272 and header[:10] == b"casevlt\0\1\1" and not any(header[43:64]), "header")
    check(header[26] in PROFILES and (tests or header[26] != 255), "KDF profile")
    vault_id = header[10:26]
    prk = ext(lp("pw", vault_id), passphrase_key(secret, header[27:43], header[26])) if type(secret) is str else b""
    for index in range(8):
        slot, seed, place = header[64 + 1272 * index :][:1272], secret, bytes([index])
        with suppress(Refused, InvalidTag):
            if isinstance(secret, str):
                okm = exp(prk, lp("slot", vault_id, place, slot[:24]), 76)
                check(hmac.compare_digest(slot[24:56], okm[44:]), "no slot of this passphrase")
                seed = ChaCha20Poly1305(okm[:32]).decrypt(okm[32:44], slot[56:104], b"")
            key = SUITE.decrypt(slot[104:], key_pair(seed)[0], lp("slot-hpke", vault_id, place))
            mac = ext(exp(Keys(vault_id, 0, key).prk, lp("header-mac"), 64), header[:10240])[:32]
            check(hmac.compare_digest(mac, header[10240:]), "header MAC")
            yield key


@contextmanager
def open_vault(path: Path, secret: str | bytes, *, tests: bool = False) -> Iterator["Vault"]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)) as db:
        yield Vault(db, secret, tests=tests)


class Vault:  # opened for reading; what must be refused raises `Refused`, or `InvalidTag` for a broken seal
    def __init__(self, db: sqlite3.Connection, secret: str | bytes, *, tests: bool = False) -> None:
        self.db = db.execute("BEGIN").connection  # everything is read from one snapshot
        check(self.db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall() == SCHEMA, "schema")
        check(all(self.db.execute(f"PRAGMA {p}").fetchone() == (value,) for p, value in PRAGMAS.items()), "pragmas")
        self.vault_id, access_key, sealed, self.head = self._opened(secret, tests=tests)
        self.keys = [Keys(self.vault_id, 0, access_key)]
        ring = self.object("krg", *self.head[3])
        end = 4 + int.from_bytes(ring[:4], "big")
        self.keyring = decode(ring[4:end])
        check(len(ring) == 16380 and not any(ring[end:]) and 1 <= len(self.keyring[0]) <= 64, "keyring")
        self.keys += [Keys(self.vault_id, g, data_key) for g, data_key in enumerate(self.keyring[0], 1)]
        self.digest = ext(ext(lp("head-digest", self.vault_id), lp(access_key, self.keyring[1])), sealed)[:32]
        self.rows = list(self._rows())

    def _opened(self, secret: str | bytes, *, tests: bool) -> tuple[bytes, bytes, bytes, dict[int, Any]]:
        found = []
        for header in self._copies("header"):
            for key, sealed in product(access_keys(header, secret, tests=tests), self._copies("head")):
                with suppress(Refused, InvalidTag):
                    head = decode(Keys(header[10:26], 0, key).open("hed", sealed))
                    check(head[2] == sha256(header).digest(), "a head of another header")
                    found.append((header[10:26], key, sealed, head))
        check(found, "nothing opens with this secret")
        return max(found, key=lambda opened: opened[3][0])

    def _copies(self, table: str) -> set[bytes]:
        return {b[:-32] for (b,) in self.db.execute(f"SELECT b FROM {table}") if sha256(b[:-32]).digest() == b[-32:]}

    def object(self, kind: str, name: bytes, generation: int) -> bytes:
        found = self.db.execute("SELECT b FROM object WHERE id = ?", [int.from_bytes(name[:8], "big") >> 2]).fetchone()
        check(found and h("object", found[0]) == name, f"{kind}: an object is missing, or another stands there")
        check(generation < len(self.keys) and bool(generation) == (kind != "krg"), f"{kind}: generation")
        return self.keys[generation].open(kind, found[0])

    def objects(self, kind: str, refs: bytes) -> list[bytes]:
        check(len(refs) % 33 == 0, f"{kind}: references")
        return [self.object(kind, refs[at : at + 32], refs[at + 32]) for at in range(0, len(refs), 33)]

    def _rows(self) -> Iterator[Row]:
        tables, gone = {}, set()
        for serial, name, generation, documents, terms in self.head[4]:
            segment = decode(self.object("seg", name, generation))
            check(segment[1] == 2 and [segment[2], segment[3]] == [documents, terms], "segment")
            tables[serial] = segment[7] if segment.get(10) else b"".join(self.objects("pag", segment[7]))
            check(len(tables[serial]) == 87 * documents > 0, "document rows")
            gone |= {(old, number) for old, data in segment[4] for number in postings(data)[0]}
        for serial, table in tables.items():
            for number, row in enumerate(map(Row._make, struct.iter_unpack(">16s32s32sBBBI", table))):
                yield row._replace(flags=row.flags | SUPERSEDED) if (serial, number) in gone else row

    def revisions(self, *, history: bool = False) -> Iterator[tuple[Row, dict[int, Any]]]:
        """Yield the newest revisions, or with `history` all that were not purged, in the order of writing."""
        skipped = PURGED | ATTACHMENT | (0 if history else SUPERSEDED)
        for row in (row for row in self.rows if not row.flags & skipped):
            revision = decode(data := self.object("rev", row.name, row.generation))
            says = (revision[1], KINDS.index(revision[2]) if revision[2] in KINDS else 255, revision.get(8, False))
            check(h("revision", data) == row.revision, "another revision than its row says")
            check(says == (row.record, row.kind, row.flags & REMOVED), "a revision unlike its row")
            yield row, revision
