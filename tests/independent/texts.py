"""What people type and compare, written from docs/format.md alone: paper keys, identity files, fingerprints, codes."""

from tests.independent.reader import check, exp, h, lp

CROCKFORD, BECH32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
ALIKE = str.maketrans("OIL", "011")  # letters that Crockford base32 does not have


def crockford(data: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in data)
    return "".join(CROCKFORD[int(bits[i : i + 5].ljust(5, "0"), 2)] for i in range(0, len(bits), 5))


def vault_code(vault_id: bytes) -> str:
    return crockford(vault_id[:5])


def paper_key(seed: bytes) -> str:
    code = crockford(seed + h("paper", seed)[:4])
    return "-".join(["CV1", *(code[i : i + 5] for i in range(0, len(code), 5))])


def paper_seed(text: str) -> bytes:
    typed = text.strip().upper()
    code = typed[4:].replace("-", "").replace(" ", "").translate(ALIKE)
    check(typed[:4] == "CV1-" and len(code) == 58 and set(code) <= set(CROCKFORD), "not a paper key")
    data = (int("".join(f"{CROCKFORD.index(c):05b}" for c in code), 2) >> 2).to_bytes(36, "big")
    check(paper_key(data[:32]).replace("-", "") == "CV1" + code, "the paper key is mistyped")
    return data[:32]


def polymod(prefix: str, values: list[int]) -> int:
    state = 1
    for value in [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *values]:
        top, state = state >> 25, (state & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= generator * (top >> i & 1)
    return state


def bech32(prefix: str, data: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in data)
    values = [int(bits[i : i + 5].ljust(5, "0"), 2) for i in range(0, len(bits), 5)]
    check_sum = polymod(prefix, values + [0] * 6) ^ 1
    return prefix + "1" + "".join(BECH32[v] for v in values + [check_sum >> 5 * i & 31 for i in range(5, -1, -1)])


def from_bech32(prefix: str, text: str) -> bytes:
    check(text in {text.lower(), text.upper()}, "upper and lower case")
    found, _, rest = text.lower().rpartition("1")
    check(found == prefix and len(rest) >= 6 and set(rest) <= set(BECH32), "not a text of this kind")
    values = [BECH32.index(c) for c in rest]
    check(polymod(prefix, values) == 1, "the text is mistyped")
    bits = "".join(f"{v:05b}" for v in values[:-6])
    end = len(bits) // 8 * 8
    check(len(bits) - end < 5 and "1" not in bits[end:], "the text has more bits than bytes")
    return bytes(int(bits[i : i + 8], 2) for i in range(0, end, 8))


def identity_seed(text: str) -> bytes:
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and line[0] != "#"]
    check(len(lines) == 1, "not an identity file")
    seed = from_bech32("age-secret-key-pq-", lines[0])
    check(len(seed) == 32, "the length of an identity")
    return seed


def fingerprint(access_key_prk: bytes, words: list[str]) -> str:
    """Return the six words of a vault's keys; `words` is the EFF large list."""
    number = int.from_bytes(exp(access_key_prk, lp("fingerprint"), 10), "big") % 7776**6
    return " ".join(words[number // 7776**place % 7776] for place in range(5, -1, -1))


def checkpoint(epoch: int, head_digest: bytes) -> str:
    return f"{epoch}-{crockford(head_digest[:10])}"
