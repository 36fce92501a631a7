"""Who may open a vault: header, keyslots, keyring, generations of data keys.

Floor: 1. It turns a passphrase or an identity into the access key, and back into a header; it reads and writes no
file. It refuses to tell which part of a header failed: a wrong secret and a damaged slot look alike.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final, TypeAlias

from vault import codec, sealing
from vault.codec import lp
from vault.errors import FormatError, IntegrityError, LimitError, UnlockError, UnsupportedVersionError
from vault.sealing import KdfProfile, Label, Sealer
from vault.words import six_words

MAGIC: Final = b"casevlt\x00"
VERSION: Final = 1
SUITE: Final = 1
SLOTS: Final = 8
FRONT_BYTES: Final = 24 + 32 + 48
SLOT_BYTES: Final = FRONT_BYTES + sealing.HPKE_OVERHEAD_BYTES + 32
PREFIX_BYTES: Final = 64
HEADER_BYTES: Final = PREFIX_BYTES + SLOTS * SLOT_BYTES + 32
KEYRING_BYTES: Final = (16 << 10) - 4
MAX_GENERATIONS: Final = 64
MAX_INTAKE_KEYS: Final = 16
LABEL_BYTES: Final = 64
DEVICE_BYTES: Final = 8
MAX_PASSPHRASE_CHARACTERS: Final = 1024
_VERSION_AT: Final = len(MAGIC)
_RESERVED_AT: Final = 43


# --- Secrets a person brings ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passphrase:
    """A typed secret.

    Args:
        text: As typed; it is normalised to NFKC, so that two keyboards give the same key.

    Secrets:
        `text`.
    """

    text: str = field(repr=False)

    def normalised(self) -> bytes:
        """Give the bytes that go into the key derivation.

        Raises:
            UnlockError: Empty, too long, or with control or unassigned characters.

        Secrets:
            The result.

        Source:
            docs/format.md §Passphrases.
        """
        # An unassigned character may get another normal form in a later Unicode version: the key would change.
        text = unicodedata.normalize("NFKC", self.text)
        bad = any(unicodedata.category(c) in {"Cc", "Cn", "Cs"} for c in text)
        if bad or not 1 <= len(text) <= MAX_PASSPHRASE_CHARACTERS:
            msg = "a passphrase has 1 to 1024 characters, none of them a control character or unassigned"
            raise UnlockError(msg)
        return text.encode()


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key: of a recipient, or written on paper.

    Args:
        seed: 32 bytes.

    Secrets:
        `seed`.
    """

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Check the length."""
        if len(self.seed) != sealing.SEED_BYTES:
            msg = "an identity seed has 32 bytes"
            raise ValueError(msg)

    @property
    def public_key(self) -> bytes:
        """Public half, 1216 bytes."""
        return sealing.public_key(self.seed)


Secret: TypeAlias = Passphrase | Identity

_IDENTITY_PREFIX: Final = "age-secret-key-pq-"
_RECIPIENT_PREFIX: Final = "age1pq"
_PAPER_PREFIX: Final = "CV1"
_PAPER_CHECK_BYTES: Final = 4


def parse_identity(text: str) -> Identity:
    """Read an identity in age's post-quantum form, `AGE-SECRET-KEY-PQ-1…`, from a file's text.

    Args:
        text: Lines; empty ones and those that begin with `#` are skipped.

    Returns:
        The identity.

    Raises:
        UnlockError: There is not exactly one such key in it.

    Secrets:
        `text` and the result.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    msg = "not an identity file: it holds one line AGE-SECRET-KEY-PQ-1…"
    if len(lines) != 1:
        raise UnlockError(msg)
    try:
        prefix, seed = codec.bech32_decode(lines[0])
    except FormatError:
        raise UnlockError(msg) from None
    if prefix != _IDENTITY_PREFIX or len(seed) != sealing.SEED_BYTES:
        raise UnlockError(msg)
    return Identity(seed)


def format_identity(identity: Identity) -> str:
    """Write an identity as `AGE-SECRET-KEY-PQ-1…`; the result is a secret."""
    return codec.bech32_encode(_IDENTITY_PREFIX, identity.seed).upper()


def parse_recipient(text: str) -> bytes:
    """Read a recipient's public key, `age1pq1…`.

    Args:
        text: One key, blanks around it ignored.

    Returns:
        1216 bytes.

    Raises:
        UnlockError: It is not such a key.
    """
    try:
        prefix, public = codec.bech32_decode(text.strip())
    except FormatError:
        prefix, public = "", b""
    if prefix != _RECIPIENT_PREFIX or len(public) != sealing.PUBLIC_KEY_BYTES:
        msg = "not a recipient's public key of the form age1pq1…"
        raise UnlockError(msg)
    return public


def format_recipient(public: bytes) -> str:
    """Write a public key of 1216 bytes as `age1pq1…`."""
    return codec.bech32_encode(_RECIPIENT_PREFIX, public)


def format_paper(identity: Identity) -> str:
    """Write an identity for paper: `CV1` and twelve groups of letters and digits with a check; a secret."""
    body = codec.crockford_encode(identity.seed + _paper_check(identity.seed))
    return "-".join([_PAPER_PREFIX, *(body[i : i + 5] for i in range(0, len(body), 5))])


def _paper_check(seed: bytes) -> bytes:
    return sealing.digest(Label.PAPER, seed)[:_PAPER_CHECK_BYTES]


def parse_secret(text: str) -> Secret:
    """Tell a typed paper key from a passphrase.

    Args:
        text: What was typed where a passphrase is asked.

    Returns:
        An identity if it is a paper key with a right check, else a passphrase.

    Raises:
        UnlockError: It begins like a paper key but has a typing mistake.

    Secrets:
        `text` and the result.
    """
    stripped = text.strip().upper()
    if not stripped.startswith(_PAPER_PREFIX + "-"):
        return Passphrase(text)
    try:
        data = codec.crockford_decode(
            stripped[len(_PAPER_PREFIX) :], byte_count=sealing.SEED_BYTES + _PAPER_CHECK_BYTES
        )
    except FormatError:
        data = b""
    seed, check = data[: sealing.SEED_BYTES], data[sealing.SEED_BYTES :]
    if not data or not sealing.equal(_paper_check(seed), check):
        msg = "this begins like a paper key but has a typing mistake"
        raise UnlockError(msg)
    return Identity(seed)


# --- Keyring --------------------------------------------------------------------------------------------------------


class SlotKind(IntEnum):
    """What opens a keyslot."""

    UNUSED = 0
    PASSPHRASE = 1
    RECIPIENT = 2
    PAPER = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """What the keyring knows of one keyslot.

    Args:
        kind: What opens it.
        label: Up to 64 bytes of UTF-8, for people.
        public_key: 1216 bytes; a throwaway key if the slot is unused.
        added_epoch: Epoch at which its holder was added.
    """

    kind: SlotKind
    label: str
    public_key: bytes = field(repr=False)
    added_epoch: int


@dataclass(frozen=True, slots=True)
class Keyring:
    """Everything that the access key gives access to.

    Args:
        data_keys: 32 bytes each; generation g is at index g - 1.
        vault_secret: 32 bytes that stay for the life of the vault.
        signing_seed: 32 bytes; signs bundles.
        intake_seeds: 32 bytes each; the last is the present one.
        slots: Always eight.
        devices: Known device ids, 8 bytes each.

    Secrets:
        All but `slots` and `devices`.
    """

    data_keys: tuple[bytes, ...] = field(repr=False)
    vault_secret: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)
    intake_seeds: tuple[bytes, ...] = field(repr=False)
    slots: tuple[Slot, ...]
    devices: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Write the keyring as a payload of one length, whatever it holds."""
        slots = [
            [int(s.kind), s.label.encode().ljust(LABEL_BYTES, b"\0"), s.public_key, s.added_epoch] for s in self.slots
        ]
        body = codec.encode(
            {
                0: list(self.data_keys),
                1: self.vault_secret,
                2: self.signing_seed,
                3: list(self.intake_seeds),
                4: slots,
                5: list(self.devices),
            }
        )
        payload = lp(body)
        if len(payload) > KEYRING_BYTES:
            raise LimitError("keyring size in bytes", KEYRING_BYTES)
        return payload.ljust(KEYRING_BYTES, b"\0")

    @classmethod
    def decode(cls, payload: bytes) -> Keyring:
        """Read a keyring.

        Raises:
            IntegrityError: It is not made by the rule.
        """
        length = int.from_bytes(payload[:4])
        if len(payload) != KEYRING_BYTES or length > KEYRING_BYTES - 4 or any(payload[4 + length :]):
            msg = "the keyring is not made by the rule"
            raise IntegrityError(msg)
        try:
            plain = codec.decode_map(payload[4 : 4 + length])
            keyring = cls(
                data_keys=tuple(plain[0]),
                vault_secret=plain[1],
                signing_seed=plain[2],
                intake_seeds=tuple(plain[3]),
                slots=tuple(
                    Slot(SlotKind(kind), label.rstrip(b"\0").decode(), public, epoch)
                    for kind, label, public, epoch in plain[4]
                ),
                devices=tuple(plain[5]),
            )
        except (FormatError, ValueError, TypeError, KeyError, AttributeError):
            msg = "the keyring is not made by the rule"
            raise IntegrityError(msg) from None
        keyring._check()
        return keyring

    def _check(self) -> None:
        keys = [*self.data_keys, self.vault_secret, self.signing_seed, *self.intake_seeds]
        good = (
            codec.all_bytes(keys, sealing.KEY_BYTES)
            and codec.all_bytes(self.devices, DEVICE_BYTES)
            and 1 <= len(self.data_keys) <= MAX_GENERATIONS
            and 1 <= len(self.intake_seeds) <= MAX_INTAKE_KEYS
            and len(self.slots) == SLOTS
            and codec.all_bytes((slot.public_key for slot in self.slots), sealing.PUBLIC_KEY_BYTES)
            and all(type(slot.added_epoch) is int for slot in self.slots)
        )
        if not good:
            msg = "the keyring is not made by the rule"
            raise IntegrityError(msg)

    @property
    def generation(self) -> int:
        """Newest generation of data keys, from 1."""
        return len(self.data_keys)

    def with_slot(self, index: int, slot: Slot) -> Keyring:
        """Copy with one slot replaced."""
        return replace(self, slots=(*self.slots[:index], slot, *self.slots[index + 1 :]))

    def renewed(self, *, reseal: bool = False) -> Keyring:
        """Copy with a new data key, intake key and signing key, as after somebody lost the right to open.

        Args:
            reseal: Nothing stays that is sealed under the old data keys: the new one is the only one.

        Raises:
            LimitError: 64 generations are there already; the vault must be resealed.
        """
        if self.generation >= MAX_GENERATIONS and not reseal:
            raise LimitError("generations of data keys", MAX_GENERATIONS)
        before = () if reseal else self.data_keys
        return replace(
            self,
            data_keys=(*before, sealing.random_bytes(sealing.KEY_BYTES)),
            signing_seed=sealing.random_bytes(sealing.SEED_BYTES),
            intake_seeds=(*self.intake_seeds, sealing.random_bytes(sealing.SEED_BYTES))[-MAX_INTAKE_KEYS:],
        )


def new_keyring(first: Slot) -> Keyring:
    """Make the keyring of a new vault: one used slot, seven unused ones."""
    return Keyring(
        data_keys=(sealing.random_bytes(32),),
        vault_secret=sealing.random_bytes(32),
        signing_seed=sealing.random_bytes(32),
        intake_seeds=(sealing.random_bytes(32),),
        slots=(first, *(unused_slot() for _ in range(SLOTS - 1))),
    )


def unused_slot() -> Slot:
    """Describe a slot nobody holds: a real public key whose seed is thrown away."""
    return Slot(SlotKind.UNUSED, "", sealing.public_key(sealing.random_bytes(32)), 0)


# --- Header ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Header:
    """The plain part of a header, and its slots as bytes.

    Args:
        vault_id: 16 random bytes.
        profile: KDF profile.
        kdf_salt: 16 bytes.
        data: The whole header, 10 272 bytes.
    """

    vault_id: bytes
    profile: KdfProfile
    kdf_salt: bytes
    data: bytes = field(repr=False)

    def slot(self, index: int) -> bytes:
        """Give the bytes of one slot."""
        start = PREFIX_BYTES + index * SLOT_BYTES
        return self.data[start : start + SLOT_BYTES]

    def front(self, index: int) -> bytes:
        """Give the front part of one slot: salt, commitment, sealed seed."""
        return self.slot(index)[:FRONT_BYTES]

    @property
    def digest(self) -> bytes:
        """SHA-256 of the header, as the head holds it."""
        return hashlib.sha256(self.data).digest()


def parse_header(data: bytes, *, allow_test: bool = False) -> Header:
    """Read the plain part of a header; nothing in it is trusted yet.

    Args:
        data: One copy of the header without its checksum.
        allow_test: Accept the KDF profile for tests.

    Returns:
        The header.

    Raises:
        FormatError: Not a header.
        UnsupportedVersionError: Another version, suite or KDF profile.

    Source:
        docs/format.md §Header.
    """
    if len(data) != HEADER_BYTES or data[: len(MAGIC)] != MAGIC:
        msg = "not the header of a casevault file"
        raise FormatError(msg)
    version, suite = data[_VERSION_AT], data[_VERSION_AT + 1]
    if (version, suite) != (VERSION, SUITE):
        msg = f"vault file version {version} with suite {suite} is not known to this version of the program"
        raise UnsupportedVersionError(msg)
    if any(data[_RESERVED_AT:PREFIX_BYTES]):
        msg = "not the header of a casevault file: it has content where there is none"
        raise FormatError(msg)
    profile = KdfProfile.from_number(data[26], allow_test=allow_test)
    return Header(vault_id=data[10:26], profile=profile, kdf_salt=data[27:43], data=data)


def _front(wrap: sealing.WrapKeys, salt: bytes, seed: bytes) -> bytes:
    return salt + wrap.commit + sealing.chacha20poly1305_encrypt(wrap.key, wrap.nonce, seed)


def passphrase_front(prk: bytes, vault_id: bytes, index: int, seed: bytes) -> bytes:
    """Make the front of a passphrase slot: it gives up the seed to whoever has the passphrase.

    Args:
        prk: From `sealing.passphrase_key`.
        vault_id: 16 bytes.
        index: Slot, 0 to 7.
        seed: Identity seed of the slot, 32 bytes.

    Returns:
        104 bytes.

    Secrets:
        `prk`, `seed`.
    """
    # A fresh random salt for each front: key and nonce come from it and are used once.
    salt = sealing.random_bytes(sealing.SALT_BYTES)
    return _front(sealing.slot_wrap_keys(prk, vault_id, index, salt), salt, seed)


def throwaway_front(vault_id: bytes, index: int) -> bytes:
    """Make the front of a slot that no passphrase opens, by the same code on keys that are thrown away."""
    return passphrase_front(sealing.random_bytes(64), vault_id, index, sealing.random_bytes(32))


def build_header(
    vault_id: bytes,
    profile: KdfProfile,
    kdf_salt: bytes,
    fronts: list[bytes],
    keyring: Keyring,
    access_key: bytes,
) -> Header:
    """Write a header; all eight HPKE parts are made anew.

    Args:
        vault_id: 16 bytes.
        profile: KDF profile of all passphrase slots.
        kdf_salt: 16 bytes.
        fronts: Eight fronts of 104 bytes.
        keyring: Tells whose slots these are.
        access_key: 32 bytes; wrapped for each used slot.

    Returns:
        The header.

    Secrets:
        `access_key`, `keyring`.

    Source:
        docs/format.md §Header.
    """
    prefix = MAGIC + bytes([VERSION, SUITE]) + vault_id + bytes([profile.number]) + kdf_salt
    parts = [prefix.ljust(PREFIX_BYTES, b"\0")]
    for index, (front, slot) in enumerate(zip(fronts, keyring.slots, strict=True)):
        # An unused slot wraps random bytes and never the access key: its throwaway seed must open nothing.
        wrapped = sealing.random_bytes(32) if slot.kind is SlotKind.UNUSED else access_key
        parts.append(front + sealing.hpke_seal(slot.public_key, _slot_info(vault_id, index), wrapped))
    body = b"".join(parts)
    data = body + _mac(vault_id, access_key, body)
    return Header(vault_id, profile, kdf_salt, data)


def _slot_info(vault_id: bytes, index: int) -> bytes:
    return lp(Label.SLOT_HPKE.value, vault_id, bytes([index]))


def _mac(vault_id: bytes, access_key: bytes, body: bytes) -> bytes:
    return sealing.keyed_digest(Sealer(vault_id, 0, access_key).derive(Label.HEADER_MAC, 64), body)


@dataclass(frozen=True, slots=True)
class Opened:
    """An access key, and through which slot it came.

    Args:
        access_key: 32 bytes.
        index: Slot, 0 to 7.

    Secrets:
        `access_key`.
    """

    access_key: bytes = field(repr=False)
    index: int


class Unlocker:
    """Tries one secret on headers of one vault, deriving a key from the passphrase only once.

    Args:
        secret: Passphrase or identity.
    """

    def __init__(self, secret: Secret) -> None:
        """Keep the secret; nothing is derived yet."""
        self._secret = secret
        self._derived: dict[tuple[bytes, bytes, KdfProfile], bytes] = {}

    def unlock(self, header: Header) -> Opened:
        """Find the access key.

        Args:
            header: As read; not trusted.

        Returns:
            The access key under which the header's MAC holds.

        Raises:
            UnlockError: No slot opens, or the header was changed; which one is not told.
            KdfLimitError: The memory for the KDF could not be had.

        Secrets:
            The result.
        """
        seeds = (
            self._seeds(header)
            if isinstance(self._secret, Passphrase)
            else [(index, self._secret.seed) for index in range(SLOTS)]
        )
        for index, seed in seeds:
            try:
                access_key = sealing.hpke_open(
                    seed, _slot_info(header.vault_id, index), header.slot(index)[FRONT_BYTES:]
                )
            except UnlockError:
                continue
            body, mac = header.data[:-32], header.data[-32:]
            if sealing.equal(_mac(header.vault_id, access_key, body), mac):
                return Opened(access_key, index)
        msg = "nothing here opens with what was given"
        raise UnlockError(msg)

    def _seeds(self, header: Header) -> list[tuple[int, bytes]]:
        if not isinstance(self._secret, Passphrase):  # pragma: no cover - the caller has asked
            return []
        place = (header.vault_id, header.kdf_salt, header.profile)
        if place not in self._derived:
            self._derived[place] = sealing.passphrase_key(
                self._secret.normalised(), header.kdf_salt, header.profile, header.vault_id
            )
        found = []
        # No early exit: the time must not tell which slot it is.
        for index in range(SLOTS):
            front = header.front(index)
            wrap = sealing.slot_wrap_keys(self._derived[place], header.vault_id, index, front[:24])
            if sealing.equal(wrap.commit, front[24:56]):
                found.append((index, wrap, front[56:]))
        seeds = []
        for index, wrap, sealed in found:
            try:
                seeds.append((index, sealing.chacha20poly1305_decrypt(wrap.key, wrap.nonce, sealed)))
            except IntegrityError:
                continue
        return seeds


def fingerprint(vault_id: bytes, access_key: bytes) -> str:
    """Give six words that name the present keys; they change with each access key.

    Args:
        vault_id: 16 bytes.
        access_key: 32 bytes.

    Returns:
        Six words; not secret.

    Secrets:
        `access_key`.

    Source:
        docs/format.md §Fingerprint.
    """
    return six_words(Sealer(vault_id, 0, access_key).derive(Label.FINGERPRINT, 10))


def vault_code(vault_id: bytes) -> str:
    """Give eight characters that name the vault on sheets and shares: the first 40 bits of its id."""
    return codec.crockford_encode(vault_id[:5])
