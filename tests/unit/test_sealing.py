"""Sealing and opening, derivation, signatures. All data here is invented."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from hypothesis import given
from hypothesis import strategies as st

from vault import sealing
from vault.errors import IntegrityError, KdfLimitError, LimitError, SignatureError, UnlockError, UnsupportedVersionError
from vault.sealing import KdfProfile, Label, Sealer

if TYPE_CHECKING:
    from collections.abc import Callable

ID = bytes(range(16))
KEY = bytes(32)


def sealer(generation: int = 1, *, key: bytes = KEY, vault_id: bytes = ID) -> Sealer:
    """Make a sealer on fixed keys."""
    return Sealer(vault_id, generation, key)


@given(st.binary(max_size=9000))
def test_what_is_sealed_opens(payload: bytes) -> None:
    """Every payload comes back."""
    assert sealer().open(b"rev", sealer().seal(b"rev", payload)) == payload


@pytest.mark.parametrize(
    "length", [0, 1, 1073, 1074, 1947, 1948, 2623, 2624, 3979, 3980, 8075, 8076, 1 << 16, (1 << 20) - 4]
)
def test_sizes_at_the_borders(length: int) -> None:
    """The small classes, and PADMÉ above them, as the format gives them."""
    sealed = sealer().seal(b"rev", bytes(length))
    small = [size for size in sealing.SIZE_CLASSES if length + 77 <= size]
    if small:
        assert len(sealed) == small[0]
    else:
        frame = len(sealed) - 73
        assert length + 4 <= frame <= (length + 4) * 1.12
    assert sealer().open(b"rev", sealed) == bytes(length)


def test_payloads_up_to_a_page_of_eight_look_alike() -> None:
    """Attack 3: payloads of up to 1000 bytes give one size."""
    assert {len(sealer().seal(b"rev", bytes(n))) for n in range(1001)} == {sealing.SIZE_CLASSES[0]}


def test_too_large_is_refused_with_its_limit() -> None:
    """A payload that no object can hold is a LimitError."""
    with pytest.raises(LimitError):
        sealer().seal(b"att", bytes(2 << 20))


def test_same_text_shares_no_bytes() -> None:
    """Attack 7: a thousand sealings of one text have no eight bytes in common at any place."""
    sealed = [sealer().seal(b"rev", b"the same text") for _ in range(1000)]
    runs = Counter(item[at : at + 8] for item in sealed for at in range(1, len(item) - 8, 8))
    assert max(runs.values()) == 1


def test_sealed_bytes_look_random() -> None:
    """Attack 3: over many sealed objects every byte value occurs about equally often."""
    data = b"".join(sealer().seal(b"rev", bytes(800))[1:] for _ in range(500))
    expected = len(data) / 256
    chi_square = sum((count - expected) ** 2 / expected for count in Counter(data).values())
    # 255 degrees of freedom: mean 255, standard deviation 22.6; ten of them is beyond all chance.
    assert len(set(data)) == 256
    assert abs(chi_square - 255) < 226


def test_kinds_and_generations_and_vaults_do_not_open_each_other() -> None:
    """Attacks 15, 16, 17: an object opens only as its kind, in its generation and vault, under its key."""
    sealed = sealer().seal(b"rev", b"x")
    for other, kind in [
        (sealer(), b"seg"),
        (sealer(2), b"rev"),
        (sealer(0), b"rev"),
        (sealer(vault_id=bytes(16)), b"rev"),
        (sealer(key=bytes([1]) * 32), b"rev"),
    ]:
        with pytest.raises(IntegrityError):
            other.open(kind, sealed)


def test_every_changed_bit_is_refused() -> None:
    """Attack 11 for one object: no bit can be changed."""
    sealed = sealer().seal(b"rev", b"a record")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(IntegrityError):
            sealer().open(b"rev", bytes(changed))


@pytest.mark.parametrize(
    "change", [lambda b: b[:-1], lambda b: b + b"\0", lambda _: b"", lambda b: b[:1149], lambda b: b * 3000]
)
def test_other_lengths_are_refused(change: Callable[[bytes], bytes]) -> None:
    """Attack 12 for one object: cut or extended bytes never open."""
    with pytest.raises(IntegrityError):
        sealer().open(b"rev", change(sealer().seal(b"rev", b"a record")))


def seal_frame(frame: bytes) -> bytes:
    """Seal any frame validly, as an attacker with the key could."""
    one = sealer()
    return one._finish(b"rev", frame, os.urandom(24), one._context(b"rev"))


@pytest.mark.parametrize(
    "frame",
    [
        (3).to_bytes(4) + b"abc" + bytes(1069) + b"\x01",
        (1074).to_bytes(4) + bytes(1073),
        (2**32 - 1).to_bytes(4) + bytes(1073),
        (3).to_bytes(4) + b"abc" + bytes(1070 + 874),
        (3).to_bytes(4) + b"abc" + bytes(1071),
        (8076).to_bytes(4) + bytes(8079),
    ],
    ids=[
        "padding not zero",
        "length one too large",
        "length far too large",
        "class too large",
        "no class",
        "not PADMÉ",
    ],
)
def test_a_valid_seal_over_a_wrong_frame_is_refused(frame: bytes) -> None:
    """Attack 19: the frame is checked even though it is authentic."""
    with pytest.raises(IntegrityError):
        sealer().open(b"rev", seal_frame(frame))


def test_the_right_frame_opens_as_a_control() -> None:
    """Attack 19: the same code seals a frame that opens."""
    assert sealer().open(b"rev", seal_frame((3).to_bytes(4) + b"abc" + bytes(1070))) == b"abc"


def _poly_block(data: bytes) -> int:
    return int.from_bytes(data + b"\x01", "little")


def test_a_ciphertext_for_two_keys_opens_under_neither() -> None:
    """Attack 20: an AEAD ciphertext that opens under two keys exists; the commitment refuses it under both."""
    one, two = sealer(), sealer(key=bytes([9]) * 32)
    salt = os.urandom(24)
    keys = [each._keys(b"rev", salt, each._context(b"rev")) for each in (one, two)]
    prime = 2**130 - 5
    length = 1077
    padded = -(-length // 16)
    # One free block of ciphertext is solved so that both Poly1305 tags agree.
    macs = [_one_time_key(key, nonce) for key, nonce, _ in keys]
    blocks = [os.urandom(16) for _ in range(padded - 1)] + [os.urandom(length % 16 or 16)]
    tail = int.from_bytes((0).to_bytes(8, "little") + length.to_bytes(8, "little") + b"\x01", "little")
    for _ in range(400):
        blocks[0] = os.urandom(16)
        solved = _solve(blocks, tail, macs, prime)
        if solved is not None:
            blocks[1] = solved
            break
    else:
        pytest.fail("no common ciphertext was found")
    ciphertext = b"".join(blocks)
    tag = _tag(blocks, tail, macs[0], prime)
    assert tag == _tag(blocks, tail, macs[1], prime)
    for key, nonce, _ in keys:
        # As a control: the AEAD itself accepts it under each key.
        assert len(sealing.chacha20poly1305_decrypt(key, nonce, ciphertext + tag)) == length
    for each, (_, _, commit) in zip((one, two), keys, strict=True):
        other = two if each is one else one
        with pytest.raises(IntegrityError):
            other.open(b"rev", b"\x01" + salt + commit + ciphertext + tag)


def _one_time_key(key: bytes, nonce: bytes) -> tuple[int, int]:
    stream = Cipher(algorithms.ChaCha20(key, bytes(4) + nonce), None).encryptor().update(bytes(32))
    r = int.from_bytes(stream[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    return r, int.from_bytes(stream[16:], "little")


def _polynomial(blocks: list[bytes], tail: int, r: int, prime: int) -> int:
    total = 0
    for block in blocks:
        total = (total + _poly_block(block.ljust(16, b"\0"))) * r % prime
    return (total + tail) * r % prime


def _tag(blocks: list[bytes], tail: int, mac: tuple[int, int], prime: int) -> bytes:
    return ((_polynomial(blocks, tail, mac[0], prime) + mac[1]) % 2**128).to_bytes(16, "little")


def _solve(blocks: list[bytes], tail: int, macs: list[tuple[int, int]], prime: int) -> bytes | None:
    """Find the second block for which both tags agree, if 128 bits can hold it."""
    power = len(blocks)
    without = [*blocks]
    without[1] = bytes(16)
    (r1, s1), (r2, s2) = macs
    rest = _polynomial(without, tail, r2, prime) + s2 - _polynomial(without, tail, r1, prime) - s1
    factor = pow(r1, power, prime) - pow(r2, power, prime)
    for carry in range(-4, 5):
        value = (rest + carry * 2**128) * pow(factor, -1, prime) % prime
        if value < 2**128:
            block = value.to_bytes(16, "little")
            candidate = [blocks[0], block, *blocks[2:]]
            if _tag(candidate, tail, macs[0], prime) == _tag(candidate, tail, macs[1], prime):
                return block
    return None


def test_a_stuck_random_source_still_gives_distinct_keys() -> None:
    """Attack 9: with constant random bytes, ten thousand different frames get distinct salts."""
    one = sealer()
    sealed = {one._seal(b"rev", number.to_bytes(4), bytes(32))[1:25] for number in range(10_000)}
    assert len(sealed) == 10_000
    other_kind = one._seal(b"seg", bytes(4), bytes(32))[1:25]
    assert other_kind not in sealed


def test_random_bytes_after_a_fork_differ() -> None:
    """Attack 9: parent and child of a fork do not draw the same."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - runs in the child
        os.write(write, sealer().seal(b"rev", b"x")[:57])
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 57)[1:25] != sealer().seal(b"rev", b"x")[1:25]
    os.close(read)
    os.close(write)


def test_only_the_listed_profiles_exist() -> None:
    """Attack 22: each of the 256 numbers, and the one for tests only on request."""
    known = {1: KdfProfile.SMALL, 2: KdfProfile.STANDARD, 3: KdfProfile.LARGE}
    for number in range(256):
        if number in known:
            assert KdfProfile.from_number(number) is known[number]
        else:
            with pytest.raises(UnsupportedVersionError):
                KdfProfile.from_number(number)
    assert KdfProfile.from_number(255, allow_test=True) is KdfProfile.TEST


def test_argon2id_agrees_with_the_rfc_parameters() -> None:
    """The profiles are those of the format, and different profiles give different keys."""
    assert [(p.memory_kib, p.time_cost, p.lanes) for p in KdfProfile] == [
        (65536, 3, 4),
        (262144, 4, 4),
        (1048576, 3, 4),
        (64, 1, 1),
    ]
    assert len(sealing.argon2id(b"secret", bytes(16), KdfProfile.TEST)) == 32


def test_memory_that_cannot_be_had_is_its_own_error() -> None:
    """Attack 31: under a limit on memory the error is KdfLimitError, not a wrong passphrase."""
    pytest.importorskip("resource", reason="this system has no limits on memory")
    code = (
        "import resource\n"
        "from vault import sealing\n"
        "sealing.argon2id(b'x', bytes(16), sealing.KdfProfile.TEST)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))\n"
        "try:\n    sealing.argon2id(b'x', bytes(16), sealing.KdfProfile.STANDARD)\n"
        "except sealing.KdfLimitError as error:\n    print(error.memory_kib)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "262144", done.stderr
    assert issubclass(KdfLimitError, UnlockError)


def test_hpke_round_trip_and_refusals() -> None:
    """A key sealed to an identity opens with it, under the same info, and with no other."""
    seed, other = bytes([1]) * 32, bytes([2]) * 32
    sealed = sealing.hpke_seal(sealing.public_key(seed), b"info", KEY)
    assert len(sealed) == 1120 + 48
    assert sealing.hpke_open(seed, b"info", sealed) == KEY
    for wrong_seed, info, data in [
        (other, b"info", sealed),
        (seed, b"other", sealed),
        (seed, b"info", sealed[:-1]),
        (seed, b"info", b""),
    ]:
        with pytest.raises(UnlockError):
            sealing.hpke_open(wrong_seed, info, data)


@pytest.mark.parametrize(
    "public",
    [
        b"",
        bytes(1216),
        sealing.public_key(KEY)[:1184] + bytes(32),
        b"\xff" * 1184 + sealing.public_key(KEY)[1184:],
        sealing.public_key(KEY)[:1184] + (1).to_bytes(32, "little"),
    ],
    ids=["empty", "zeros", "X25519 of low order", "ML-KEM out of range", "X25519 one"],
)
def test_malformed_public_keys_are_refused(public: bytes) -> None:
    """Attack 32: low-order X25519 and malformed ML-KEM keys are refused."""
    with pytest.raises(UnlockError):
        sealing.hpke_seal(public, b"", KEY)


def test_signatures_hold_and_fail() -> None:
    """A signature is good for its message and key alone."""
    signer = sealing.Signer(KEY)
    signature = signer.sign(b"message")
    sealing.verify_signature(signer.public_key, signature, b"message")
    other = sealing.Signer(bytes([1]) * 32)
    order = 2**252 + 27742317777372353535851937790883648493
    raised = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    for public, wrong, message in [
        (signer.public_key, signature, b"massage"),
        (other.public_key, signature, b"message"),
        (signer.public_key, raised, b"message"),
        (signer.public_key, signature[:-1], b"message"),
        (signer.public_key[:-1], signature, b"message"),
        (b"\xff" * 32, signature, b"message"),
    ]:
        with pytest.raises(SignatureError):
            sealing.verify_signature(public, wrong, message)


LOW_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]


@pytest.mark.parametrize("public", LOW_ORDER)
def test_keys_of_low_order_verify_nothing(public: str) -> None:
    """Attack 63: under a key of low order a signature of any message can be forged; such keys are refused."""
    identity_r = bytes.fromhex(LOW_ORDER[0])
    with pytest.raises(SignatureError, match="low order"):
        sealing.verify_signature(bytes.fromhex(public), identity_r + bytes(32), b"any message")


def test_secrets_do_not_show_and_do_not_travel() -> None:
    """Neither repr nor pickle lets a key out."""
    for secret in (sealer(), sealing.Signer(KEY)):
        assert "00000000" not in repr(secret).replace(
            secret.public_key.hex() if isinstance(secret, sealing.Signer) else "", ""
        )
        with pytest.raises(TypeError):
            pickle.dumps(secret)


def test_labels_have_one_form_and_are_distinct() -> None:
    """Every label is ASCII, begins alike, and occurs once."""
    values = [label.value for label in Label]
    assert len(set(values)) == len(values) == len(Label.__members__)
    assert all(re.fullmatch(rb"casevault/1/[a-z-]+", value) for value in values)


def test_age_primitives_have_fixed_answers() -> None:
    """HKDF-SHA-256 and scrypt give the answers of RFC 5869 (case 1) and RFC 7914 (N = 16384)."""
    okm = sealing.hkdf_sha256(bytes(range(13)), b"\x0b" * 22, bytes(range(0xF0, 0xFA)), 42)
    assert okm.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    assert (
        sealing.scrypt(b"pleaseletmein", b"SodiumChloride", 14, 64).hex().startswith("7023bdcb3afd7348461c06cd81fd38eb")
    )
