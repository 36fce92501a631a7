"""A second program that reads a vault file, written from docs/format.md alone; it shares no code with casevault."""

import hashlib
import hmac
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import argon2.low_level
import msgpack
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tests.independent.index import ATTACHMENT, PURGED, REMOVED, SUPERSEDED, Refused, Row, check, postings, rows

TABLES = (("header", "i"), ("head", "i"), ("object", "id"))
SCHEMA = [("table", t, t, f"CREATE TABLE {t}({i} INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT") for t, i in TABLES]
PRAGMAS = {"page_size": 8192, "application_id": 0x63617365, "user_version": 1, "journal_mode": "delete"}
PRAGMAS |= {"encoding": "UTF-8", "auto_vacuum": 0}
PROFILES = {1: (3, 1 << 16, 4), 2: (4, 1 << 18, 4), 3: (3, 1 << 20, 4), 255: (1, 64, 1)}  # passes, KiB, lanes
KINDS = ["", "person", "event", "source", "statement", "document", "action", "consent", "case"]
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA512, hpke.AEAD.CHACHA20_POLY1305)


def lp(*parts: bytes | str) -> bytes:
    raw = [b"casevault/1/" + p.encode() if isinstance(p, str) else p for p in parts]  # text: the word of a label
    return b"".join(len(p).to_bytes(4, "big") + p for p in raw)


def h(*parts: bytes | str) -> bytes:
    return hashlib.sha256(lp(*parts)).digest()


def ext(key: bytes, data: bytes) -> bytes:  # HMAC, and HKDF-Extract of salt and key
    return hmac.digest(key, data, "sha512")


def exp(prk: bytes, info: bytes, length: int) -> bytes:
    blocks = [b""]
    for i in range(-(-length // 64)):
        blocks.append(ext(prk, blocks[-1] + info + bytes([i + 1])))
    return b"".join(blocks)[:length]


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
    n = payload + 4
    e = n.bit_length() - 1
    m = (1 << (e - e.bit_length())) - 1
    return next((size for size in (1000, 2024, 2700, 4056, 8152) if n + 73 <= size), (n + m & ~m) + 73)


class Keys:
    """What opens the objects of one generation."""

    def __init__(self, vault_id: bytes, generation: int, key: bytes) -> None:
        self.prk = ext(lp("dk" if generation else "ak", vault_id), key)
        self.vault_id, self.generation = vault_id, generation.to_bytes(4, "big")

    def open(self, kind: str, sealed: bytes) -> bytes:
        check(77 <= len(sealed) <= (2 << 20) - 4096 and sealed[0] == 1, f"{kind}: not a sealed object")
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
    both = hashlib.shake_256(seed).digest(96)
    mlkem, x25519 = MLKEM768PrivateKey.from_seed_bytes(both[:64]), X25519PrivateKey.from_private_bytes(both[64:])
    public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    return hpke.MLKEM768X25519PrivateKey(mlkem, x25519), public


def access_keys(header: bytes, secret: str | bytes, *, tests: bool = False) -> Iterator[bytes]:
    """Yield each access key that a slot gives and the MAC confirms; a secret is a passphrase or an identity seed."""
    check(len(header) == 10272 and header[:10] == b"casevlt\0\1\1" and not any(header[43:64]), "header")
    check(header[26] in PROFILES and (tests or header[26] != 255), "KDF profile")
    vault_id = header[10:26]
    if isinstance(secret, str):
        prk = ext(lp("pw", vault_id), passphrase_key(secret, header[27:43], header[26]))
    for index in range(8):
        slot, seed, place = header[64 + 1272 * index :][:1272], secret, bytes([index])
        try:
            if isinstance(secret, str):
                okm = exp(prk, lp("slot", vault_id, place, slot[:24]), 76)
                check(hmac.compare_digest(slot[24:56], okm[44:]), "no slot of this passphrase")
                seed = ChaCha20Poly1305(okm[:32]).decrypt(okm[32:44], slot[56:104], b"")
            key = SUITE.decrypt(slot[104:], key_pair(seed)[0], lp("slot-hpke", vault_id, place))
        except (Refused, InvalidTag):
            continue
        mac = ext(exp(Keys(vault_id, 0, key).prk, lp("header-mac"), 64), header[:10240])[:32]
        if hmac.compare_digest(mac, header[10240:]):
            yield key


@contextmanager
def open_vault(path: Path, secret: str | bytes, *, tests: bool = False) -> Iterator["Vault"]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)) as db:
        yield Vault(db, secret, tests=tests)


class Vault:
    """A vault, opened for reading; what a reader must refuse raises `Refused`, or `InvalidTag` for a broken seal."""

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
            for key in access_keys(header, secret, tests=tests):
                for sealed in self._copies("head"):
                    with suppress(Refused, InvalidTag):
                        head = decode(Keys(header[10:26], 0, key).open("hed", sealed))
                        check(head[2] == hashlib.sha256(header).digest(), "a head of another header")
                        found.append((header[10:26], key, sealed, head))
        check(found, "nothing opens with this secret")
        return max(found, key=lambda opened: opened[3][0])

    def _copies(self, table: str) -> set[bytes]:
        rows = self.db.execute(f"SELECT b FROM {table}")
        return {b[:-32] for (b,) in rows if hashlib.sha256(b[:-32]).digest() == b[-32:]}

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
            check(segment[1] == 1 and [segment[2], segment[3]] == [documents, terms], "segment")
            tables[serial] = segment[7] if segment.get(10) else b"".join(self.objects("pag", segment[7]))
            check(len(tables[serial]) == 87 * documents > 0, "document rows")
            gone |= {(old, number) for old, data in segment[4] for number in postings(data)[0]}
        for serial, table in tables.items():
            for number, row in enumerate(rows(table)):
                yield row._replace(flags=row.flags | SUPERSEDED) if (serial, number) in gone else row

    def revisions(self, *, history: bool = False) -> Iterator[tuple[Row, dict[int, Any]]]:
        """Yield the newest revisions, or with `history` all that were not purged, in the order of writing."""
        for row in self.rows:
            if row.flags & (PURGED | ATTACHMENT) or (row.flags & SUPERSEDED and not history):
                continue
            revision = decode(data := self.object("rev", row.name, row.generation))
            says = (revision[1], KINDS.index(revision[2]) if revision[2] in KINDS else 255, revision.get(8, False))
            check(h("revision", data) == row.revision, "another revision than its row says")
            check(says == (row.record, row.kind, row.flags & REMOVED), "a revision unlike its row")
            yield row, revision

    def attachment(self, file: dict[str, Any]) -> bytes:
        """Return the content that the value of a claim of type file speaks of."""
        level = [row.name + bytes([row.generation]) for row in self.rows if row.is_file and row.record == file["id"]][
            -1:
        ]
        for depth in range(file["depth"], 0, -1):
            lists = [part for refs in level for part in self.objects("lst", refs)]
            check(all(part[:17] == file["id"] + bytes([depth]) for part in lists), "a list of chunks")
            level = [part[17:] for part in lists]
        chunks = [chunk for refs in level for chunk in self.objects("att", refs)]
        check(all(len(chunk) == (1 << 20) - 4 for chunk in chunks[:-1]), "the size of a chunk")
        said, whole = (file["chunks"], file["length"], file["sha256"]), b"".join(chunks)
        check(said == (len(chunks), len(whole), hashlib.sha256(whole).digest()), "another content")
        return whole

    def log(self) -> list[dict[int, Any]]:
        """Return the entries of the log, oldest first, after following its chain to both ends."""
        batches, todo = [list(self.head[8])], list(self.head[7])
        for ref in todo:
            batch = decode(self.object("led", *ref))
            batches.append(batch[1])
            todo += [older for older in batch[0] if older not in todo]
        entries = {h("log", data): decode(data) for batch in reversed(batches) for data in batch}
        before = {digest for entry in entries.values() for digest in entry[1]}
        lasts = [entry for digest, entry in entries.items() if digest not in before]
        check(len(lasts) == 1 and before <= entries.keys(), "the log is not one chain")
        check((lasts[0][0], lasts[0][2]) == (self.head[0], self.head[1]), "the log ends elsewhere than the head")
        check({entry[0] for entry in entries.values()} == set(range(1, self.head[0] + 1)), "an epoch without entry")
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
