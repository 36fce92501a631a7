"""The only room with cryptography: Argon2id, HKDF and every label in one table, seal and open, HPKE, Ed25519.

Floor: cellar. Every primitive comes from `cryptography`, `argon2-cffi` or the standard library's `hashlib` and `hmac`;
nothing here is a primitive of our own. It refuses choice: one suite, no negotiation, and no nonce is ever taken
from a caller of `Sealer.seal`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import argon2.low_level
from argon2.exceptions import HashingError
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vault.codec import lp, u32
from vault.errors import (
    IntegrityError,
    KdfLimitError,
    LimitError,
    SignatureError,
    UnlockError,
    UnsupportedVersionError,
)


class Label(bytes, Enum):
    """Every label, each used at one call site; a derivation cannot be mistaken for another."""

    OBJECT = b"casevault/1/object"
    REVISION = b"casevault/1/revision"
    CLAIM = b"casevault/1/claim"
    CLAIMS = b"casevault/1/claims"
    CLAIM_SALT = b"casevault/1/claim-salt"
    CLAIM_DECOY = b"casevault/1/claim-decoy"
    LOG = b"casevault/1/log"
    POLICY = b"casevault/1/policy"
    AK = b"casevault/1/ak"
    DK = b"casevault/1/dk"
    PW = b"casevault/1/pw"
    KIND = b"casevault/1/kind"
    HEDGE = b"casevault/1/hedge"
    OBJ = b"casevault/1/obj"
    SEAL = b"casevault/1/seal"
    SLOT = b"casevault/1/slot"
    SLOT_HPKE = b"casevault/1/slot-hpke"
    HEADER_MAC = b"casevault/1/header-mac"
    HEAD_DIGEST = b"casevault/1/head-digest"
    FINGERPRINT = b"casevault/1/fingerprint"
    ANCHOR = b"casevault/1/anchor"
    ANCHOR_NAME = b"casevault/1/anchor-name"
    PAPER = b"casevault/1/paper"
    HANDOFF = b"casevault/1/handoff"
    ACKNOWLEDGE = b"casevault/1/acknowledge"
    SHARE = b"casevault/1/share"


SALT_BYTES: Final = 24
COMMIT_BYTES: Final = 32
TAG_BYTES: Final = 16
KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_SUITE_BYTE: Final = b"\x01"
OVERHEAD_BYTES: Final = 1 + SALT_BYTES + COMMIT_BYTES + TAG_BYTES
SIZE_CLASSES: Final = (1150, 2024, 2700, 4056, 8152)
"""Sizes in bytes of small sealed objects: 7, 4, 3, 2, 1 of them fill a database page of 8192 bytes."""
MAX_SEALED_BYTES: Final = (2 << 20) - 4096


def random_bytes(count: int) -> bytes:
    """Draw `count` bytes from the operating system's generator."""
    return secrets.token_bytes(count)


def equal(one: bytes, other: bytes) -> bool:
    """Compare two byte strings in a time that does not depend on where they differ."""
    return hmac.compare_digest(one, other)


def digest(label: Label, *parts: bytes) -> bytes:
    """Hash a tuple under a label: H in `docs/format.md`.

    Args:
        label: What the hash is for.
        parts: Byte strings, joined injectively.

    Returns:
        32 bytes.

    Source:
        docs/format.md §Notation.
    """
    return hashlib.sha256(lp(label.value, *parts)).digest()


def extract(salt: bytes, key_material: bytes) -> bytes:
    """HKDF-Extract with SHA-512 (RFC 5869).

    Args:
        salt: Not secret; separates uses.
        key_material: The secret.

    Returns:
        64 bytes of pseudorandom key.

    Secrets:
        `key_material` and the result.
    """
    return HKDF.extract(hashes.SHA512(), salt, key_material)


def expand(prk: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand with SHA-512 (RFC 5869).

    Args:
        prk: 64 bytes from `extract`, or another uniform key.
        info: What the result is for; begins with a label.
        length: Bytes wanted, at most 16 320.

    Returns:
        `length` bytes.

    Secrets:
        `prk` and the result.
    """
    return HKDFExpand(hashes.SHA512(), length, info).derive(prk)


# --- Argon2id -------------------------------------------------------------------------------------------------------


class KdfProfile(Enum):
    """Argon2id settings, enumerated: (number in the header, memory in KiB, passes, lanes). RFC 9106.

    TEST is for tests alone: no header may carry it, so a vault made with it opens only where the caller says so.
    """

    SMALL = (1, 64 << 10, 3, 4)
    STANDARD = (2, 256 << 10, 4, 4)
    LARGE = (3, 1 << 20, 3, 4)
    TEST = (255, 64, 1, 1)

    @property
    def number(self) -> int:
        """Number that stands in the header."""
        return self.value[0]

    @property
    def memory_kib(self) -> int:
        """Memory in KiB."""
        return self.value[1]

    @property
    def time_cost(self) -> int:
        """Passes over the memory."""
        return self.value[2]

    @property
    def lanes(self) -> int:
        """Lanes computed side by side."""
        return self.value[3]

    @classmethod
    def from_number(cls, number: int, *, allow_test: bool = False) -> KdfProfile:
        """Find the profile a header names, before a byte of memory is asked for.

        Args:
            number: Byte from the header, 0 to 255.
            allow_test: Accept the cheap profile; only tests pass True.

        Raises:
            UnsupportedVersionError: No such profile.
        """
        for profile in cls:
            if profile.number == number and (profile is not cls.TEST or allow_test):
                return profile
        msg = f"key derivation profile {number} is not known to this version"
        raise UnsupportedVersionError(msg)


def argon2id(secret: bytes, salt: bytes, profile: KdfProfile) -> bytes:
    """Derive a key from a passphrase (Argon2id version 1.3, RFC 9106).

    Args:
        secret: The passphrase, already normalised.
        salt: 16 bytes.
        profile: How much memory and time.

    Returns:
        32 bytes.

    Raises:
        KdfLimitError: The memory could not be had.

    Secrets:
        `secret` and the result.
    """
    try:
        return argon2.low_level.hash_secret_raw(
            secret,
            salt,
            time_cost=profile.time_cost,
            memory_cost=profile.memory_kib,
            parallelism=profile.lanes,
            hash_len=KEY_BYTES,
            type=argon2.low_level.Type.ID,
            version=19,
        )
    except (HashingError, MemoryError):
        raise KdfLimitError(profile.memory_kib) from None


# --- Seal and open --------------------------------------------------------------------------------------------------


def padded_frame_bytes(payload_bytes: int) -> int:
    """Tell the size of the frame that a payload is put into, so that the sealed size tells little.

    Args:
        payload_bytes: Length of the payload.

    Returns:
        Length of the frame: 4 bytes of length, the payload, zeros. The sealed object is 73 bytes larger.

    Raises:
        LimitError: The sealed object would be larger than 2 MiB.

    Source:
        docs/format.md §Sizes.
    """
    need = payload_bytes + 4
    for size in SIZE_CLASSES:
        if need + OVERHEAD_BYTES <= size:
            return size - OVERHEAD_BYTES
    # PADMÉ: keep the leading bits, round the rest up; at most 12 % more, and only log log n bits of the size are told.
    exponent = need.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    size = (need + mask) & ~mask
    if size + OVERHEAD_BYTES > MAX_SEALED_BYTES:
        raise LimitError("sealed object size in bytes", MAX_SEALED_BYTES)
    return size


class Sealer:
    """Seals and opens objects of one vault under one generation of keys.

    Args:
        vault_id: 16 bytes.
        generation: 0 for the access key, 1 and up for data keys.
        key: 32 bytes, the access key or the data key.

    Secrets:
        `key`. The object keeps what is derived from it until it is dropped.

    Source:
        docs/format.md §Sealing.
    """

    __slots__ = ("_hedge", "_kinds", "_prk", "generation", "vault_id")

    def __init__(self, vault_id: bytes, generation: int, key: bytes) -> None:
        """Derive the key of this generation."""
        label = Label.DK if generation else Label.AK
        self.vault_id = vault_id
        self.generation = generation
        self._prk = extract(lp(label.value, vault_id), key)
        self._hedge = expand(self._prk, lp(Label.HEDGE.value), 64)
        self._kinds: dict[bytes, bytes] = {}

    def __repr__(self) -> str:
        """Show the generation and no key."""
        return f"<Sealer generation={self.generation}>"

    def __reduce__(self) -> str:
        """Refuse to be pickled: keys stay in this process."""
        msg = "a Sealer cannot be pickled"
        raise TypeError(msg)

    def derive(self, label: Label, length: int) -> bytes:
        """Derive `length` bytes from this generation's key for the one use that `label` names."""
        return expand(self._prk, lp(label.value), length)

    def _context(self, kind: bytes) -> bytes:
        return lp(Label.OBJ.value, self.vault_id, kind, u32(self.generation))

    def _keys(self, kind: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes, bytes]:
        kind_key = self._kinds.get(kind)
        if kind_key is None:
            kind_key = self._kinds[kind] = expand(self._prk, lp(Label.KIND.value, kind), 64)
        okm = expand(kind_key, lp(Label.SEAL.value, salt) + context, 76)
        return okm[:32], okm[32:44], okm[44:]

    def seal(self, kind: bytes, payload: bytes) -> bytes:
        """Seal a payload so that it opens only as this kind, in this vault, under this generation.

        Args:
            kind: 3 ASCII bytes.
            payload: Up to 2 MiB less the frame and the overhead of 73 bytes.

        Returns:
            The sealed bytes, of one of few sizes.

        Raises:
            LimitError: The payload is too large.

        Secrets:
            `payload`.
        """
        return self._seal(kind, payload, os.urandom(32))

    def _seal(self, kind: bytes, payload: bytes, entropy: bytes) -> bytes:
        frame = (u32(len(payload)) + payload).ljust(padded_frame_bytes(len(payload)), b"\0")
        context = self._context(kind)
        # The salt hangs on the frame as well as on the random bytes: a stuck generator repeats a salt only for the
        # same frame in the same place, and then the ciphertext is the same too and tells nothing more.
        hedged = lp(entropy) + lp(context) + lp(hashlib.sha256(frame).digest())
        salt = hmac.digest(self._hedge, hedged, "sha512")[:SALT_BYTES]
        return self._finish(kind, frame, salt, context)

    def _finish(self, kind: bytes, frame: bytes, salt: bytes, context: bytes) -> bytes:
        key, nonce, commit = self._keys(kind, salt, context)
        return _SUITE_BYTE + salt + commit + chacha20poly1305_encrypt(key, nonce, frame)

    def open(self, kind: bytes, sealed: bytes) -> bytes:
        """Open what `seal` made, or refuse.

        Args:
            kind: The kind that is expected here.
            sealed: The sealed bytes.

        Returns:
            The payload.

        Raises:
            IntegrityError: Other bytes, another kind, vault or generation, or a frame not made by the rule.

        Secrets:
            The result.
        """
        return self._unframe(self._frame(kind, sealed))

    def _frame(self, kind: bytes, sealed: bytes) -> bytes:
        size = len(sealed)
        if size < SIZE_CLASSES[0] or size > MAX_SEALED_BYTES or sealed[:1] != _SUITE_BYTE:
            msg = "a sealed object has no possible size or suite"
            raise IntegrityError(msg)
        salt = sealed[1 : 1 + SALT_BYTES]
        commit = sealed[1 + SALT_BYTES : 1 + SALT_BYTES + COMMIT_BYTES]
        key, nonce, expected = self._keys(kind, salt, self._context(kind))
        # The commitment is compared before decryption: the AEAD alone would accept a ciphertext under two keys.
        if not equal(commit, expected):
            msg = "a sealed object does not belong here, or was changed"
            raise IntegrityError(msg)
        return chacha20poly1305_decrypt(key, nonce, sealed[1 + SALT_BYTES + COMMIT_BYTES :])

    @staticmethod
    def _unframe(frame: bytes) -> bytes:
        length = int.from_bytes(frame[:4])
        if (
            length > len(frame) - 4
            or padded_frame_bytes(length) != len(frame)
            or frame.count(0, 4 + length) != len(frame) - 4 - length
        ):
            msg = "a sealed object's frame is not made by the rule"
            raise IntegrityError(msg)
        return frame[4 : 4 + length]


def chacha20poly1305_encrypt(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """ChaCha20-Poly1305 (RFC 8439) for callers that derive a key for one use.

    Args:
        key: 32 bytes.
        nonce: 12 bytes; never twice under one key.
        data: Plaintext.

    Returns:
        Ciphertext and 16 bytes of tag.

    Secrets:
        `key`, `data`.
    """
    if len(nonce) != _NONCE_BYTES:
        msg = "a nonce has 12 bytes"
        raise ValueError(msg)
    return ChaCha20Poly1305(key).encrypt(nonce, data, None)


def chacha20poly1305_decrypt(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """Undo `chacha20poly1305_encrypt`.

    Args:
        key: 32 bytes.
        nonce: 12 bytes.
        data: Ciphertext and tag.

    Returns:
        The plaintext.

    Raises:
        IntegrityError: The tag does not fit.

    Secrets:
        `key` and the result.
    """
    if len(nonce) != _NONCE_BYTES:
        msg = "a nonce has 12 bytes"
        raise ValueError(msg)
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, data, None)
    except InvalidTag:
        msg = "sealed bytes were changed"
        raise IntegrityError(msg) from None


def keyed_digest(prk_key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-512 cut to 32 bytes: the MAC of a header, and the keyed digest of a head.

    Args:
        prk_key: 64 bytes, derived for this one use.
        data: What is authenticated.

    Returns:
        32 bytes.

    Secrets:
        `prk_key`.

    Source:
        docs/format.md §Header and docs/format.md §Head.
    """
    return hmac.digest(prk_key, data, "sha512")[:32]


# --- Wrapping keys in slots -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WrapKeys:
    """Key, nonce and commitment for the front part of one slot.

    Secrets:
        `key` and `nonce`.
    """

    key: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    commit: bytes


def passphrase_key(secret: bytes, salt: bytes, profile: KdfProfile, vault_id: bytes) -> bytes:
    """Derive what all passphrase slots of a vault are tried with; the one slow step of unlocking.

    Args:
        secret: The passphrase, normalised, as UTF-8.
        salt: 16 bytes from the header.
        profile: KDF profile of the vault.
        vault_id: 16 bytes.

    Returns:
        64 bytes: PRK_pw in `docs/format.md §Slots`.

    Raises:
        KdfLimitError: The memory could not be had.

    Secrets:
        `secret` and the result.
    """
    return extract(lp(Label.PW.value, vault_id), argon2id(secret, salt, profile))


def slot_wrap_keys(prk: bytes, vault_id: bytes, index: int, salt: bytes) -> WrapKeys:
    """Derive the keys of one slot's front part.

    Args:
        prk: From `passphrase_key`, 64 bytes.
        vault_id: 16 bytes.
        index: Slot, 0 to 7.
        salt: The slot's own, 24 bytes.

    Returns:
        Key, nonce and commitment; used for one front only, since the salt is drawn anew for each.

    Secrets:
        `prk` and the result.

    Source:
        docs/format.md §Slots.
    """
    okm = expand(prk, lp(Label.SLOT.value, vault_id, bytes([index]), salt), 76)
    return WrapKeys(okm[:32], okm[32:44], okm[44:])


# --- HPKE to hybrid post-quantum identities -------------------------------------------------------------------------

SEED_BYTES: Final = 32
PUBLIC_KEY_BYTES: Final = 1184 + 32
HPKE_OVERHEAD_BYTES: Final = 1120 + TAG_BYTES


def _hpke_suite() -> hpke.Suite:
    return hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA512, hpke.AEAD.CHACHA20_POLY1305)


def _key_pair(seed: bytes) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
    if len(seed) != SEED_BYTES:
        msg = "an identity seed has 32 bytes"
        raise ValueError(msg)
    expanded = hashlib.shake_256(seed).digest(96)
    return mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), x25519.X25519PrivateKey.from_private_bytes(
        expanded[64:]
    )


def public_key(seed: bytes) -> bytes:
    """Give the public half of an identity.

    Args:
        seed: 32 bytes.

    Returns:
        1216 bytes: ML-KEM-768 encapsulation key, then X25519 public key.

    Secrets:
        `seed`.

    Source:
        docs/format.md §Slots; the expansion of the seed is that of age's post-quantum keys.
    """
    lattice, curve = _key_pair(seed)
    return lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def hpke_seal(recipient: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Seal a key to a public key (HPKE base mode, RFC 9180; MLKEM768-X25519, HKDF-SHA-512, ChaCha20-Poly1305).

    Args:
        recipient: 1216 bytes.
        info: Bound to the result; not secret.
        plaintext: What to seal.

    Returns:
        1120 bytes of encapsulated key, then the ciphertext with its tag.

    Raises:
        UnlockError: The public key is malformed or of low order.

    Secrets:
        `plaintext`.
    """
    try:
        key = hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(recipient[:1184]),
            x25519.X25519PublicKey.from_public_bytes(recipient[1184:]),
        )
        return _hpke_suite().encrypt(plaintext, key, info=info)
    except (ValueError, TypeError):
        msg = "a recipient's public key is malformed"
        raise UnlockError(msg) from None


def hpke_open(seed: bytes, info: bytes, sealed: bytes) -> bytes:
    """Open what `hpke_seal` made for the identity with this seed.

    Args:
        seed: 32 bytes.
        info: The same as when it was sealed.
        sealed: Encapsulated key and ciphertext.

    Returns:
        The plaintext.

    Raises:
        UnlockError: It is not for this identity, or was changed.

    Secrets:
        `seed` and the result.
    """
    try:
        return _hpke_suite().decrypt(sealed, hpke.MLKEM768X25519PrivateKey(*_key_pair(seed)), info=info)
    except (InvalidTag, ValueError, TypeError):
        msg = "this identity does not open it"
        raise UnlockError(msg) from None


# --- Ed25519 --------------------------------------------------------------------------------------------------------

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
# y-coordinates of the eight points of small order (RFC 8032's curve), with y and y + p where that fits in 255 bits.
_LOW_ORDER_Y: Final = frozenset(
    {
        0,
        1,
        _P - 1,
        _P,
        _P + 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)


class Signer:
    """Signs with one Ed25519 key.

    Args:
        seed: 32 bytes.

    Secrets:
        `seed`.
    """

    __slots__ = ("_key", "public_key")

    def __init__(self, seed: bytes) -> None:
        """Derive the public key."""
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key: bytes = self._key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        """Show the public key only."""
        return f"<Signer {self.public_key.hex()}>"

    def __reduce__(self) -> str:
        """Refuse to be pickled."""
        msg = "a Signer cannot be pickled"
        raise TypeError(msg)

    def sign(self, message: bytes) -> bytes:
        """Sign a message; 64 bytes (RFC 8032)."""
        return self._key.sign(message)


def verify_signature(public: bytes, signature: bytes, message: bytes) -> None:
    """Accept an Ed25519 signature or raise; keys of low order, under which anything verifies, are refused.

    Args:
        public: 32 bytes.
        signature: 64 bytes.
        message: What was signed.

    Raises:
        SignatureError: The key is of low order or malformed, S is not reduced, or the signature is not of this message.

    Source:
        RFC 8032 §5.1.7.
    """
    if len(public) != KEY_BYTES or len(signature) != 2 * KEY_BYTES:
        msg = "a signature or its key has the wrong length"
        raise SignatureError(msg)
    if int.from_bytes(public, "little") & (2**255 - 1) in _LOW_ORDER_Y:
        msg = "the signing key is of low order: anything verifies under it"
        raise SignatureError(msg)
    if int.from_bytes(signature[32:], "little") >= _ORDER:
        msg = "the signature is not in its one valid form"
        raise SignatureError(msg)
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        msg = "the signature does not hold"
        raise SignatureError(msg) from None


# --- For files in the age format ------------------------------------------------------------------------------------


def hkdf_sha256(salt: bytes, key_material: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-256 (RFC 5869), as the age format uses it; `key_material` and the result are secret."""
    return HKDF(hashes.SHA256(), length, salt, info).derive(key_material)


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """HMAC with SHA-256, as the age format uses it; `key` is secret."""
    return hmac.digest(key, data, "sha256")


def scrypt(passphrase: bytes, salt: bytes, log_n: int, length: int = 32) -> bytes:
    """Scrypt with r = 8, p = 1 (RFC 7914), as the age format uses it.

    Args:
        passphrase: UTF-8.
        salt: With its label, as the age format says.
        log_n: Binary logarithm of N; memory is about 2^(log_n + 10) bytes.
        length: Bytes wanted.

    Returns:
        `length` bytes.

    Raises:
        KdfLimitError: The memory could not be had.

    Secrets:
        `passphrase` and the result.
    """
    try:
        return Scrypt(salt=salt, length=length, n=1 << log_n, r=8, p=1).derive(passphrase)
    except MemoryError:
        raise KdfLimitError(1 << log_n) from None
