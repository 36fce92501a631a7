"""Sealed objects by name and kind, and the one head from which all are reached.

Floor: 1. An object is named by the hash of its sealed bytes and is never changed; the head names, directly or through
other objects, everything that belongs to the vault. It refuses an object whose bytes do not give its name, and never
looks for one anywhere else than under its id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vault import codec, sealing
from vault.engine import IdTakenError
from vault.errors import EngineError, FormatError, IntegrityError, MissingObjectError
from vault.sealing import Label, Sealer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.engine import Reader, Writer

NAME_BYTES: Final = 32
ID_BITS: Final = 62
MAX_EPOCH: Final = (1 << 32) - 1
"""Rows of the index hold an epoch in four bytes."""
MAX_HEAD_LOG: Final = 64
MAX_HEAD_LOG_BYTES: Final = 4096
_PUT_TRIES: Final = 8


class Kind(bytes, Enum):
    """What an object is; bound into its seal."""

    REVISION = b"rev"
    SEGMENT = b"seg"
    PAGE = b"pag"
    CHUNK = b"att"
    CHUNK_LIST = b"lst"
    LOG = b"led"
    SETTING = b"set"
    INTAKE = b"itk"
    KEYRING = b"krg"
    HEAD = b"hed"


class Ref(NamedTuple):
    """Where an object is found and which keys open it.

    Args:
        name: 32 bytes, H("object", sealed bytes).
        generation: 0 for the access key, else the data key's generation.
    """

    name: bytes
    generation: int

    def plain(self) -> list[Any]:
        """Give the form in which parents hold it."""
        return [self.name, self.generation]

    @classmethod
    def from_plain(cls, plain: Any) -> Ref:  # noqa: ANN401 - decoded data of unknown shape
        """Read the form in which parents hold it.

        Raises:
            IntegrityError: It is not such a form.
        """
        if not (
            isinstance(plain, list)
            and len(plain) == 2
            and isinstance(plain[0], bytes)
            and len(plain[0]) == NAME_BYTES
            and type(plain[1]) is int
            and 0 <= plain[1] <= 255
        ):
            msg = "an object's name is not made by the rule"
            raise IntegrityError(msg)
        return cls(plain[0], plain[1])


def object_name(sealed: bytes) -> bytes:
    """Name sealed bytes; 32 bytes."""
    return sealing.digest(Label.OBJECT, sealed)


def object_id(name: bytes) -> int:
    """Give the engine's number for a name: its first 62 bits."""
    return int.from_bytes(name[:8]) >> 64 - ID_BITS


class ObjectReader:
    """Opens objects inside one snapshot of an engine.

    Args:
        reader: Snapshot.
        sealers: Keys by generation; 0 is the access key.
    """

    def __init__(self, reader: Reader, sealers: Mapping[int, Sealer]) -> None:
        """Keep the snapshot and the keys."""
        self._reader = reader
        self._sealers = sealers

    def get(self, kind: Kind, ref: Ref) -> bytes:
        """Open an object.

        Args:
            kind: What it must be.
            ref: Where it is.

        Returns:
            Its payload.

        Raises:
            MissingObjectError: There is no such object.
            IntegrityError: The bytes are others than were named, or do not open as this kind.

        Secrets:
            The result.
        """
        sealed = self._reader.get(object_id(ref.name))
        if sealed is None:
            msg = "an object that the vault names is missing"
            raise MissingObjectError(msg)
        if not sealing.equal(object_name(sealed), ref.name):
            msg = "an object was replaced by other bytes"
            raise IntegrityError(msg)
        sealer = self._sealers.get(ref.generation)
        if sealer is None:
            msg = "an object is of a generation for which there is no key"
            raise IntegrityError(msg)
        return sealer.open(kind.value, sealed)


class ObjectBatch(ObjectReader):
    """Seals new objects inside one transaction of an engine, under the newest data key.

    Args:
        writer: Transaction.
        sealers: Keys by generation.
        generation: The newest one.
    """

    def __init__(self, writer: Writer, sealers: Mapping[int, Sealer], generation: int) -> None:
        """Keep the transaction and the keys."""
        super().__init__(writer, sealers)
        self._writer = writer
        self._generation = generation

    def put(self, kind: Kind, payload: bytes) -> Ref:
        """Seal a payload and store it.

        Args:
            kind: What it is; the keyring is sealed under the access key, all else under the newest data key.
            payload: Its bytes.

        Returns:
            Where it is.

        Raises:
            LimitError: The payload is larger than an object may be.
            EngineError: No free id was found in eight tries.

        Secrets:
            `payload`.
        """
        generation = 0 if kind is Kind.KEYRING else self._generation
        for _ in range(_PUT_TRIES):
            sealed = self._sealers[generation].seal(kind.value, payload)
            name = object_name(sealed)
            try:
                self._writer.put(object_id(name), sealed)
            except IdTakenError:
                # Two names share 62 bits: seal again, the new salt gives a new name.
                continue
            return Ref(name, generation)
        msg = "no free place for an object was found"
        raise EngineError(msg)

    def delete(self, ref: Ref) -> None:
        """Delete an object that nothing names any more."""
        self._writer.delete(object_id(ref.name))


@dataclass(frozen=True, slots=True)
class Head:
    """The newest state of a vault.

    Args:
        epoch: Number of this commit, from 1.
        previous: Keyed digests (32 bytes each) of the one or two heads before it; none for the first.
        header_digest: SHA-256 of the header this head belongs to.
        keyring: Where the keyring is.
        segments: Index segments as the index room writes them, oldest first.
        next_serial: Serial number for the next segment.
        settings: Where the directory of settings is, if there is one.
        log_batches: Where the newest object of each chain of log entries is.
        log: Newest log entries, encoded, oldest first.
        extra: Unknown fields, kept and written back.
    """

    epoch: int
    previous: tuple[bytes, ...]
    header_digest: bytes
    keyring: Ref
    segments: tuple[Any, ...] = ()
    next_serial: int = 1
    settings: Ref | None = None
    log_batches: tuple[Ref, ...] = ()
    log: tuple[bytes, ...] = ()
    extra: Mapping[int, Any] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Write the head's payload."""
        return codec.encode(
            {
                **self.extra,
                0: self.epoch,
                1: list(self.previous),
                2: self.header_digest,
                3: self.keyring.plain(),
                4: list(self.segments),
                5: self.next_serial,
                6: self.settings.plain() if self.settings else None,
                7: [ref.plain() for ref in self.log_batches],
                8: list(self.log),
            }
        )

    @classmethod
    def decode(cls, payload: bytes) -> Head:
        """Read a head's payload.

        Raises:
            IntegrityError: It is not made by the rule.
        """
        try:
            plain = codec.decode_map(payload)
            head = cls(
                epoch=plain.pop(0),
                previous=tuple(plain.pop(1)),
                header_digest=plain.pop(2),
                keyring=Ref.from_plain(plain.pop(3)),
                segments=tuple(plain.pop(4)),
                next_serial=plain.pop(5),
                settings=None if (ref := plain.pop(6)) is None else Ref.from_plain(ref),
                log_batches=tuple(Ref.from_plain(ref) for ref in plain.pop(7)),
                log=tuple(plain.pop(8)),
                extra=plain,
            )
        except (FormatError, TypeError, KeyError, AttributeError):
            msg = "the head is not made by the rule"
            raise IntegrityError(msg) from None
        good = (
            type(head.epoch) is int
            and 1 <= head.epoch <= MAX_EPOCH
            and type(head.next_serial) is int
            and head.next_serial >= 1
            and codec.all_bytes((head.header_digest, *head.previous), NAME_BYTES)
            and codec.all_bytes(head.log)
        )
        if not good:
            msg = "the head is not made by the rule"
            raise IntegrityError(msg)
        return head


def head_digest_key(vault_id: bytes, access_key: bytes, vault_secret: bytes) -> bytes:
    """Derive the key for digests of heads: only who can open the vault can quote one.

    Args:
        vault_id: 16 bytes.
        access_key: 32 bytes.
        vault_secret: 32 bytes from the keyring.

    Returns:
        64 bytes.

    Secrets:
        All but `vault_id`.

    Source:
        docs/format.md §Head.
    """
    return sealing.extract(codec.lp(Label.HEAD_DIGEST.value, vault_id), codec.lp(access_key) + codec.lp(vault_secret))


def checkpoint(epoch: int, digest: bytes) -> str:
    """Write the short code that pins a state: epoch, hyphen, 80 bits of the head's digest."""
    return f"{epoch}-{codec.crockford_encode(digest[:10])}"


def parse_checkpoint(text: str) -> tuple[int, bytes]:
    """Read a checkpoint as a person types it.

    Returns:
        The epoch, and the first 10 bytes of the head's digest.

    Raises:
        FormatError: It is not a checkpoint.
    """
    number, mark, code = text.strip().partition("-")
    if not mark or not number.isascii() or not number.isdigit() or len(number) > 18:
        msg = "a checkpoint is a number, a hyphen and sixteen letters and digits"
        raise FormatError(msg)
    return int(number), codec.crockford_decode(code, byte_count=10)
