"""Vectors of notation, encoding, key derivation and passphrases. All texts are invented."""

import hashlib
import struct
from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.independent import reader
from tests.independent.reader import lp
from tests.vectors.kit import (
    BY_HAND,
    HMAC,
    Group,
    group,
    own_hmac,
    some,
    tagged,
)

# --- Notation ---


@group(
    "H and LP of docs/format.md; `parts` are the byte strings, `word` is that of a label", "hashlib and struct alone"
)
def notation() -> list[Group]:
    cases = [
        ("object", []),
        ("object", [b""]),
        ("object", [b"", b""]),
        ("object", [b"abc"]),
        ("object", [b"ab", b"c"]),
        ("revision", [b"abc"]),
        ("claim", [some("salt", 32), b"person.name", b"\x80"]),
        ("log", [some("log", 300)]),
        ("paper", [some("seed", 32)]),
        ("anchor-name", [some("id", 16)]),
    ]
    found = []
    for word, parts in cases:
        joined = b"".join(struct.pack(">I", len(part)) + part for part in parts)
        label = b"casevault/1/" + word.encode()
        digest = hashlib.sha256(struct.pack(">I", len(label)) + label + joined).hexdigest()
        found.append({"word": word, "parts": [p.hex() for p in parts], "lp": joined.hex(), "h": digest})
    return found


# --- Encoding ---

GOOD: list[tuple[Any, str]] = [
    (None, "c0"),
    (False, "c2"),
    (True, "c3"),
    (0, "00"),
    (127, "7f"),
    (128, "cc80"),
    (255, "ccff"),
    (256, "cd0100"),
    (65_535, "cdffff"),
    (65_536, "ce00010000"),
    (2**32 - 1, "ceffffffff"),
    (2**32, "cf0000000100000000"),
    (2**63 - 1, "cf7fffffffffffffff"),
    (-1, "ff"),
    (-32, "e0"),
    (-33, "d0df"),
    (-128, "d080"),
    (-129, "d1ff7f"),
    (-32_768, "d18000"),
    (-32_769, "d2ffff7fff"),
    (-(2**31), "d280000000"),
    (-(2**31) - 1, "d3ffffffff7fffffff"),
    (-(2**63), "d38000000000000000"),
    ("", "a0"),
    ("a", "a161"),
    ("\0", "a100"),
    ("é", "a2c3a9"),
    ("e\u0301", "a365cc81"),
    ("阿", "a3e998bf"),
    ("😶", "a4f09f98b6"),
    ("x" * 31, "bf" + "78" * 31),
    ("x" * 32, "d920" + "78" * 32),
    ("x" * 255, "d9ff" + "78" * 255),
    ("x" * 256, "da0100" + "78" * 256),
    (b"", "c400"),
    (b"\xff", "c401ff"),
    (b"y" * 255, "c4ff" + "79" * 255),
    (b"y" * 256, "c50100" + "79" * 256),
    ([], "90"),
    ([1, "a", b"a", None], "9401a161c40161c0"),
    ([0] * 15, "9f" + "00" * 15),
    ([0] * 16, "dc0010" + "00" * 16),
    ({}, "80"),
    ({2: 0, 0: 1, 65_535: 2, 300: 3}, "84" + "0001" + "0200" + "cd012c03" + "cdffff02"),
    ({"b": 0, "a": 1, "ab": 2, "": 3}, "84" + "a003" + "a16101" + "a2616202" + "a16200"),
    ({"\U00010000": 0, "\uffff": 1, "z": 2}, "83" + "a17a02" + "a3efbfbf01" + "a4f090808000"),
    ({"a": 0, 7: 1, "": 2, 3: 4}, "84" + "0304" + "0701" + "a002" + "a16100"),
    ({"0": 1, 0: 2}, "82" + "0002" + "a13001"),
    (dict.fromkeys(range(15), 0), "8f" + "".join(f"{n:02x}00" for n in range(15))),
    (dict.fromkeys(range(16), 0), "de0010" + "".join(f"{n:02x}00" for n in range(16))),
    ({"m": {"b": [{}], "a": b"\1"}}, "81a16d82a161c40101a1629180"),
    ([[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]], "91" * 15 + "90"),
    (
        {0: {0: {0: [{0: [{0: [[[[[[[{0: 1}]]]]]]]}]}]}}},
        "8100" * 3 + "91" + "8100" + "91" + "8100" + "91" * 7 + "810001",
    ),
]

BAD = {
    "nothing": "",
    "a byte never used": "c1",
    "a float": "cb3ff8000000000000",
    "a short float": "ca3fc00000",
    "a whole number as float": "cb3ff0000000000000",
    "an extension": "d40161",
    "a timestamp": "d6ff00000000",
    "an empty extension": "c70001",
    "127 in two bytes": "cc7f",
    "255 in three bytes": "cd00ff",
    "65535 in five bytes": "ce0000ffff",
    "2^32-1 in nine bytes": "cf00000000ffffffff",
    "5 as a signed number": "d005",
    "200 as a signed number": "d100c8",
    "256 as a signed number": "d10100",
    "65536 as a signed number": "d200010000",
    "2^32 as a signed number": "d30000000100000000",
    "-1 in two bytes": "d0ff",
    "-33 in three bytes": "d1ffdf",
    "-129 in five bytes": "d2ffffff7f",
    "-32769 in nine bytes": "d3ffffffffffff7fff",
    "2^63": "cf8000000000000000",
    "2^64-1": "cfffffffffffffffff",
    "a short text in two bytes of head": "d90161",
    "a short text in three bytes of head": "da000161",
    "a short text in five bytes of head": "db0000000161",
    "a short byte string in three bytes of head": "c5000161",
    "a short byte string in five bytes of head": "c60000000161",
    "a short array in three bytes of head": "dc000100",
    "a short array in five bytes of head": "dd0000000100",
    "a short map in three bytes of head": "de00010000",
    "a short map in five bytes of head": "df000000010000",
    "integer keys not rising": "8201000000",
    "text keys not rising": "82a16200a16100",
    "text keys by length": "82a16200a2616100",
    "a text key before an integer key": "82a161000000",
    "an integer key twice": "8200000001",
    "a text key twice": "82a16100a16101",
    "a key inside a map inside": "810082a16200a16100",
    "a negative key": "81ff00",
    "a key of 65536": "81ce0001000000",
    "a true key": "81c300",
    "a false key beside 1": "82010000c2",
    "a false key and 0": "820000c200",
    "a nil key": "81c000",
    "a byte string as key": "81c4016100",
    "an array as key": "819000",
    "a map as key": "818000",
    "a float as key": "81cb000000000000000000",
    "text that is no UTF-8": "a1ff",
    "text with a surrogate": "a3eda080",
    "text in an overlong form": "a2c080",
    "a key that is no UTF-8": "81a1ff00",
    "something after the end": "c0c0",
    "a text cut off": "a261",
    "an array cut off": "9200",
    "a map cut off": "8100",
    "an array of 2^32-1": "ddffffffff",
    "a byte string of 2^32-1": "c6ffffffff",
    "nested 17 deep": "91" * 16 + "90",
    "maps nested 17 deep": "8100" * 16 + "80",
    "nested 2000 deep": "91" * 2000 + "90",
}


@group("plain data and its one encoding (`tagged` in generate.py tells how byte strings and maps stand here)", BY_HAND)
def encoding() -> list[Group]:
    return [{"value": tagged(value), "hex": data} for value, data in GOOD]


@group("what a reader of plain data refuses", BY_HAND)
def encoding_refused() -> list[Group]:
    return [{"name": name, "hex": data} for name, data in BAD.items()]


# --- HKDF, Argon2id ---
@group("HKDF with SHA-512; the first three have the inputs of RFC 5869's cases 1 to 3", HMAC)
def hkdf() -> list[Group]:
    cases = [
        (bytes([0x0B]) * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42),
        (bytes(range(0x50)), bytes(range(0x60, 0xB0)), bytes(range(0xB0, 0x100)), 82),
        (bytes([0x0B]) * 22, b"", b"", 42),
        (some("ikm", 32), some("salt", 200), lp("kind", b"rev"), 64),
        (some("ikm", 32), lp("ak", some("id", 16)), lp("hedge"), 64),
        (some("ikm", 64), lp("dk", some("id", 16)), lp("seal", some("s", 24)) + lp("obj"), 76),
        (b"", b"", b"", 1),
        (some("ikm", 300), b"\0", b"\0", 255 * 64),
    ]
    found = []
    for ikm, salt, info, length in cases:
        prk = own_hmac(salt, ikm)
        out = last = b""
        for i in range(1, -(-length // 64) + 1):
            last = own_hmac(prk, last + info + bytes([i]))
            out += last
        okm = {"okm": out[:length].hex()} if length < 100 else {"okm_sha256": hashlib.sha256(out[:length]).hexdigest()}
        inputs = {"ikm": ikm.hex(), "salt": salt.hex(), "info": info.hex(), "length": length}
        found.append({**inputs, "prk": prk.hex(), **okm})
    return found


@group(
    "Argon2id 1.3 of a passphrase; the one with `secret` and `ad` is RFC 9106, section 5.3, which the library cannot "
    "ask for: it is checked on the primitive that the library calls",
    "OpenSSL's Argon2id by way of cryptography (the library uses argon2-cffi); the tag of RFC 9106 is that of the RFC",
)
def argon2id() -> list[Group]:
    rfc = {"secret": "03" * 8, "ad": "04" * 12, "memory_kib": 32, "passes": 3, "lanes": 4, "input": "01" * 32}
    tag = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    found: list[Group] = [{**rfc, "salt": "02" * 16, "key": tag}]
    for profile, passphrase in (
        (255, "seven invented words"),
        (255, "ѓолем збор"),
        (255, "x" * 1024),
        (1, "golden words"),
    ):
        passes, memory, lanes = reader.PROFILES[profile]
        salt = some(passphrase, 16)
        kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
        found.append(
            {
                "passphrase": passphrase,
                "profile": profile,
                "salt": salt.hex(),
                "key": kdf.derive(passphrase.encode()).hex(),
            }
        )
    return found


@group("passphrases: the bytes that go into Argon2id, or null where a program refuses", BY_HAND)
def passphrases() -> list[Group]:
    cases = {
        "plain words": b"plain words".hex(),
        " white  space counts ": b" white  space counts ".hex(),
        "Ａｂｃ": b"Abc".hex(),
        "①": b"1".hex(),
        "e\u0301": "c3a9",
        "\u1e9b\u0323": "e1b9a9",
        "ﬁ": b"fi".hex(),
        "\u00a0": "20",
        "пароль": "d0bfd0b0d180d0bed0bbd18c",
        "\u200d": "e2808d",
        "😶": "f09f98b6",
        "x" * 1024: "78" * 1024,
        "x" * 1025: None,
        "ﷺ" * 60: None,  # 18 characters each once normalised
        "": None,
        "tab\tinside": None,
        "end\n": None,
        "\0": None,
        "\x7f": None,
        "\u0378": None,
    }
    return [{"text": text, "hex": data} for text, data in cases.items()]
