"""Files in the age format, version 1: sealed to keys or to a passphrase, streamed in pieces of 64 KiB.

Floor: cellar. A thin adapter to the age library, the only room that imports it, and the one kind of file that the
library cannot write with settings of ours: the passphrase file. It refuses plugins, RSA keys and work factors that
would take more than a gibibyte of memory, and it never returns plaintext of a file that did not end as it should
without raising: what a sink received before an error is to be thrown away.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import pyrage  # type: ignore[import-untyped]  # ships no types

from vault.errors import FormatError, HandoffError, IntegrityError, LimitError, UnlockError
from vault.sealing import (
    chacha20poly1305_decrypt,
    chacha20poly1305_encrypt,
    hkdf_sha256,
    hmac_sha256,
    random_bytes,
    scrypt,
)

Sink: TypeAlias = Callable[[bytes], object]
"""Takes the next bytes of a stream."""


class Readable(Protocol):
    """Gives up to `size` bytes at a time, and none at its end."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""


MAGIC: Final = b"age-encryption.org/v1\n"
CHUNK_BYTES: Final = 64 << 10
PASSPHRASE_LOG_N: Final = 18
"""279 MiB and about a second: the most that a small machine of a recipient can be asked for."""
MAX_LOG_N: Final = 20
MAX_PASSPHRASE_FILE_BYTES: Final = 256 << 20
"""The age library opens passphrase files in memory only; larger ones are for the `age` program."""

_HEADER_BYTES: Final = 64 << 10
_FILE_KEY_BYTES: Final = 16
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 16
_ZERO_NONCE: Final = bytes(12)
_SSH_KEY_LINE: Final = re.compile(r"ssh-ed25519 ([A-Za-z0-9+/]+={0,2})(?: .*)?", re.ASCII)
_SSH_BLOB_START: Final = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
_SSH_BLOB_BYTES: Final = 51
_SSH_FILE: Final = re.compile(rb"-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END", re.ASCII)
_SCRYPT_STANZA: Final = re.compile(
    rb"age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n--- ", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key that opens age files.

    Args:
        recipient: The public key that belongs to it, as `parse_recipient` writes it.

    Secrets:
        The key inside, which `repr` does not show.
    """

    recipient: str
    _key: object = field(repr=False, compare=False)


# --- Keys -----------------------------------------------------------------------------------------------------------


def parse_recipient(text: str) -> str:
    """Check a public key and write it in its one form.

    Args:
        text: `age1…`, or `ssh-ed25519 AAAA…` with or without a comment.

    Returns:
        The key without spaces around it and without the comment.

    Raises:
        HandoffError: Not a key of these two kinds.
    """
    key = text.strip()
    line = _SSH_KEY_LINE.fullmatch(key)
    if line is not None:
        key = _ssh_recipient(_unbase64(line[1]))
    _recipient(key)
    return key


def recipient_fingerprint(recipient: str) -> bytes:
    """Name a public key by a digest, for the signed manifest and for reading aloud.

    Args:
        recipient: As `parse_recipient` takes it.

    Returns:
        32 bytes: SHA-256 of the key's text as `parse_recipient` writes it.

    Raises:
        HandoffError: Not a key.
    """
    return hashlib.sha256(parse_recipient(recipient).encode("ascii")).digest()


def generate_identity() -> str:
    """Make a new private key in age's own form.

    Returns:
        `AGE-SECRET-KEY-1…`.

    Secrets:
        The result.
    """
    return str(pyrage.x25519.Identity.generate())


def parse_identities(data: bytes) -> tuple[Identity, ...]:
    """Read private keys from what stands in an identity file.

    Args:
        data: Lines `AGE-SECRET-KEY-1…` among comments and empty lines, or one OpenSSH Ed25519 key without passphrase.

    Returns:
        At least one identity.

    Raises:
        HandoffError: No key in it, or one of a kind that is not taken.

    Secrets:
        `data` and the result.
    """
    if b"-----BEGIN" in data:
        return (_ssh_identity(data),)
    try:
        lines = [line.strip() for line in data.decode("utf-8-sig").splitlines()]
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (UnicodeDecodeError, pyrage.IdentityError):
        raise HandoffError("the identity file has a line that is no age identity") from None
    if not keys:
        raise HandoffError("the identity file holds no identity")
    return tuple(Identity(str(key.to_public()), key) for key in keys)


def _recipient(key: str) -> object:
    try:
        if key.startswith("ssh-ed25519 "):
            return pyrage.ssh.Recipient.from_str(key)
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise HandoffError(
            "a recipient is a key that begins with age1 or ssh-ed25519; this is neither, or has a mistake in it"
        ) from None


def _ssh_recipient(blob: bytes) -> str:
    if len(blob) != _SSH_BLOB_BYTES or not blob.startswith(_SSH_BLOB_START):
        raise HandoffError("the SSH key is not a well-formed ssh-ed25519 key")
    return "ssh-ed25519 " + base64.b64encode(blob).decode("ascii")


def _ssh_identity(data: bytes) -> Identity:
    try:
        key = pyrage.ssh.Identity.from_buffer(data)
    except pyrage.IdentityError:
        raise HandoffError(
            "the SSH key is of a kind that is not taken, is damaged, or has a passphrase (remove it from a copy first)"
        ) from None
    # The public half stands unsealed at the front of the file: magic, cipher, KDF, its options, number of keys, blob.
    armour = _SSH_FILE.search(data)
    rest = b"" if armour is None else _unbase64(b"".join(armour[1].split()).decode("ascii"))
    rest = rest.removeprefix(b"openssh-key-v1\0")
    for _ in range(3):
        rest = rest[4 + int.from_bytes(rest[:4]) :]
    return Identity(parse_recipient(_ssh_recipient(rest[8 : 8 + int.from_bytes(rest[4:8])])), key)


def _unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if base64.b64encode(data).decode("ascii") != text:
        raise HandoffError("the key's base64 has a mistake in it")
    return data


# --- Writing --------------------------------------------------------------------------------------------------------


def encrypt(chunks: Iterable[bytes], sink: Sink, recipients: Sequence[str]) -> None:
    """Seal a stream to one or more public keys.

    Args:
        chunks: The plaintext, in pieces of any size.
        sink: Takes the age file, in pieces.
        recipients: At least one key as `parse_recipient` takes it.

    Raises:
        HandoffError: A recipient is not usable.

    Secrets:
        `chunks`.
    """
    if not recipients:
        raise ValueError("a sealed file needs a recipient")
    keys = [_recipient(parse_recipient(recipient)) for recipient in recipients]
    source, target = _Source(chunks), _Target(sink)
    try:
        pyrage.encrypt_io(source, target, keys)
    except (pyrage.EncryptError, OSError):
        _raise_first(source, target)
        raise HandoffError("the age library could not seal the file") from None
    # The library drops the error of the last write: without this line a full disk would look like success.
    _raise_first(source, target)


def encrypt_passphrase(chunks: Iterable[bytes], sink: Sink, passphrase: str, *, log_n: int = PASSPHRASE_LOG_N) -> None:
    """Seal a stream to a passphrase.

    Args:
        chunks: The plaintext, in pieces of any size.
        sink: Takes the age file, in pieces.
        passphrase: A generated one; whoever holds the file can guess as long as he likes.
        log_n: Binary logarithm of scrypt's N, 1 to 20; memory is about 2^(log_n + 10) bytes.

    Raises:
        KdfLimitError: The memory could not be had.

    Secrets:
        `chunks`, `passphrase`.

    Source:
        The age format, version 1 (C2SP `age.md`): scrypt recipient, header MAC, payload; docs/bundle.md.
    """
    if not passphrase or not 1 <= log_n <= MAX_LOG_N:
        raise ValueError("a passphrase is not empty, and log_n is from 1 to 20")
    draws = (random_bytes(_FILE_KEY_BYTES), random_bytes(_SALT_BYTES), random_bytes(_NONCE_BYTES))
    _encrypt_passphrase(chunks, sink, passphrase.encode(), log_n, draws)


def _encrypt_passphrase(
    chunks: Iterable[bytes], sink: Sink, passphrase: bytes, log_n: int, draws: tuple[bytes, bytes, bytes]
) -> None:
    file_key, salt, nonce = draws
    # A zero nonce is safe here: the wrapping key hangs on a fresh salt and wraps this one file key.
    body = chacha20poly1305_encrypt(_wrap_key(passphrase, salt, log_n), _ZERO_NONCE, file_key)
    header = MAGIC + b"-> scrypt %s %d\n%s\n---" % (_b64(salt), log_n, _b64(body))
    mac = hmac_sha256(hkdf_sha256(b"", file_key, b"header", 32), header)
    sink(header + b" " + _b64(mac) + b"\n" + nonce)
    key = hkdf_sha256(nonce, file_key, b"payload", 32)
    for counter, (chunk, last) in enumerate(_pieces(chunks)):
        # The counter and the mark of the last chunk are the nonce: no chunk can be moved, dropped or be made the end.
        sink(chacha20poly1305_encrypt(key, counter.to_bytes(11) + bytes([last]), chunk))


def _wrap_key(passphrase: bytes, salt: bytes, log_n: int) -> bytes:
    return scrypt(passphrase, b"age-encryption.org/v1/scrypt" + salt, log_n, 32)


def _b64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _pieces(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Cut a stream into full chunks and a last one, which is empty only when the whole stream is."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES]), False
            del held[:CHUNK_BYTES]
    yield bytes(held), True


# --- Reading --------------------------------------------------------------------------------------------------------


def decrypt(
    source: Readable, sink: Sink, *, identities: Sequence[Identity] = (), passphrase: str | None = None
) -> None:
    """Open an age file.

    Args:
        source: The age file, binary or armoured, from its first byte.
        sink: Takes the plaintext in pieces; after an error all that it took is to be thrown away.
        identities: Private keys to try.
        passphrase: Passphrase to try, when no identity is given.

    Raises:
        UnlockError: It is not for these keys, the passphrase is another one, or the header is damaged.
        HandoffError: It opens, but is damaged or cut short.
        LimitError: It asks for more work than 2^20, or is a passphrase file of more than 256 MiB.
        FormatError: Not an age file.

    Secrets:
        `identities`, `passphrase`, and what `sink` takes.
    """
    if (passphrase is None) == (not identities):
        raise ValueError("give either identities or a passphrase")
    if passphrase is not None:
        sink(_decrypt_passphrase(source.read(MAX_PASSPHRASE_FILE_BYTES + 1), passphrase))
        return
    keys = [identity._key for identity in identities]  # noqa: SLF001 - the class is this module's own
    reader, target = _Source(iter(lambda: source.read(CHUNK_BYTES), b"")), _Target(sink)
    try:
        pyrage.decrypt_io(reader, target, keys)
    except pyrage.DecryptError:
        _raise_first(reader, target)
        if not reader.head.startswith((MAGIC, _ARMOUR_START)):
            raise FormatError("this is not an age file") from None
        raise UnlockError("the file is not sealed to this identity, or its header is damaged") from None
    except OSError:
        _raise_first(reader, target)
        raise HandoffError(_DAMAGED) from None
    _raise_first(reader, target)


_ARMOUR_START: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
_DAMAGED: Final = "the sealed file is damaged or cut short; ask for it again"


def unarmoured_head(data: bytes) -> bytes:
    """Show the beginning of an age file without its armour, to tell what it is sealed with.

    Args:
        data: The first 100 bytes or more of any file.

    Returns:
        48 bytes from inside the armour; `data` itself where there is none.
    """
    if not data.startswith(_ARMOUR_START):
        return data
    line = b"".join(data[len(_ARMOUR_START) :].split())[:64]
    try:
        return base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _decrypt_passphrase(data: bytes, passphrase: str) -> bytes:
    if len(data) > MAX_PASSPHRASE_FILE_BYTES:
        raise LimitError("size in bytes of a file sealed by passphrase", MAX_PASSPHRASE_FILE_BYTES)
    if data.startswith(_ARMOUR_START):
        data = _dearmour(data)
    if not data.startswith(MAGIC):
        raise FormatError("this is not an age file")
    stanza = _SCRYPT_STANZA.match(data[:_HEADER_BYTES])
    if stanza is None:
        raise UnlockError("the file is not sealed by a passphrase, or its header is damaged")
    if int(stanza[2]) > MAX_LOG_N:
        raise LimitError("scrypt work factor (log2 N) of the sealed file", MAX_LOG_N)
    try:
        return bytes(pyrage.passphrase.decrypt(data, passphrase))
    except pyrage.DecryptError:
        if _fits(stanza, passphrase):
            raise HandoffError(_DAMAGED) from None
        raise UnlockError("the passphrase does not open the file, or the file's header is damaged") from None


def _fits(stanza: re.Match[bytes], passphrase: str) -> bool:
    """Tell whether the passphrase is the right one for a file that the library could not open."""
    salt, body = (base64.b64decode(stanza[group] + b"==="[: -len(stanza[group]) % 4]) for group in (1, 3))
    try:
        chacha20poly1305_decrypt(_wrap_key(passphrase.encode(), salt, int(stanza[2])), _ZERO_NONCE, body)
    except IntegrityError:
        return False
    return True


def _dearmour(data: bytes) -> bytes:
    body = data.strip().removeprefix(_ARMOUR_START).removesuffix(b"-----END AGE ENCRYPTED FILE-----")
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise HandoffError(_DAMAGED) from None


# --- Streams for the library ----------------------------------------------------------------------------------------


class _Source(io.RawIOBase):
    """Hands chunks to the library, and keeps what went wrong: the library would make a text of it."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__()
        self._chunks = iter(chunks)
        self._held = b""
        self.head = b""
        self.failure: BaseException | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            while not self._held:
                self._held = next(self._chunks)
        except StopIteration:
            return b""
        except BaseException as failure:
            self.failure = failure
            raise
        size = len(self._held) if size < 0 else size
        piece, self._held = self._held[:size], self._held[size:]
        if len(self.head) < len(_ARMOUR_START):
            self.head += piece[: len(_ARMOUR_START)]
        return piece


class _Target(io.RawIOBase):
    """Takes bytes from the library, and keeps what went wrong."""

    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self._sink = sink
        self.failure: BaseException | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # the library passes bytes and nothing else
        try:
            self._sink(data)
        except BaseException as failure:
            self.failure = failure
            raise
        return len(data)


def _raise_first(*streams: _Source | _Target) -> None:
    for stream in streams:
        if stream.failure is not None:
            raise stream.failure from None
