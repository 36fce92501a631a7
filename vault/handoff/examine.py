"""Check a bundle in whatever form it came, and unpack it only when all of it holds.

Floor: 5. It says what is so and never just "good": who signed, whether that key was seen before, whether the bundle
was made for the key that opened it. Plaintext is streamed and lies on no disk, unless it is unpacked; then it gets its
name only after the last check.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeAlias

from vault import agefile
from vault.errors import EngineError, FormatError, LimitError, SignatureError, UnlockError, UnsafePathError
from vault.handoff import archive, bag, inert, page, proofs, seen, sshsig
from vault.handoff.archive import Entry, Fault
from vault.handoff.proofs import Proven
from vault.paths import NewFolder
from vault.words import six_words

Form: TypeAlias = Literal["key", "passphrase", "page", "zip", "dir"]
"""How a bundle lies there: sealed to keys, sealed by a passphrase, the same in a page that opens itself, or unsealed as
an archive or a folder."""

_PIECE_BYTES: Final = 64 << 10
_MAX_DEPTH: Final = 16
_KEPT: Final = (bag.MANIFEST, bag.SIGNATURE, bag.SIGNERS, bag.RECEIPT, bag.PROOFS)
"""What the check reads whole, beside the records where there are proofs."""
_PAGES: Final = (bag.PAGE, "data/form.html")
"""What a recipient is told to open in a browser."""
_NAMED: Final = 5
_OPEN: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A signing key, to compare by voice or by eye.

    Args:
        public_key: 32 bytes.
        words: Six words.
        ssh: As `ssh-keygen` prints it.
    """

    public_key: bytes
    words: str
    ssh: str

    @classmethod
    def of(cls, public_key: bytes) -> Fingerprint:
        """Name a public key of 32 bytes."""
        digest = hashlib.sha256(public_key).digest()
        return cls(public_key, six_words(digest[:10]), sshsig.fingerprint(public_key))


@dataclass(frozen=True, slots=True)
class FileResult:
    """A file of the bundle that is as it was signed.

    Args:
        path: Inside the bundle, safe on every system.
        length: Bytes.
        sha256: 32 bytes.
    """

    path: str
    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What holds of a bundle; where something does not hold there is an error and no report.

    Args:
        form: How it lay there.
        signer: Whose key signed it. That is not yet *who*: see `known_as`.
        known_as: The name under which the caller knows that key; None for a key never seen.
        addressed: Whether it was made for the identity that opened it; False where a passphrase opened what was made
            for keys or to lie unsealed. None where nothing tells: it lay unsealed, or was made for a passphrase, of
            which nothing stands in the manifest.
        label: Bundle id, purpose, policy, fingerprints of the recipients.
        files: Every file, its signature included.
        bag_sha256: Of the archive, 32 bytes, as the sender's ledger has it.
        sealed_sha256: Of the sealed file, 32 bytes; None where it lay unsealed.
        proven: What its proofs prove; None where it has none.
        series: Id of the series of bundles for one recipient, 16 bytes, and the place in it; None where it is not told.
    """

    form: Form
    signer: Fingerprint
    known_as: str | None
    addressed: bool | None
    label: bag.Label
    files: tuple[FileResult, ...]
    bag_sha256: bytes
    sealed_sha256: bytes | None
    proven: Proven | None = None
    series: tuple[bytes, int] | None = None


def form_of(path: Path) -> Form:
    """Look how a bundle lies there, to know what to ask for.

    Args:
        path: A file or a folder.

    Returns:
        `key`, `passphrase` and `page` need a secret, `zip` and `dir` do not; that a page is the known one is not
        looked at yet.

    Raises:
        UnsafePathError: Nothing is there, or a link or a device.
        FormatError: No bundle.
        EngineError: The disk failed.
    """
    if path.is_dir() and not path.is_symlink():
        return "dir"
    with _open(path) as file:
        head = file.read(200)
    if page.is_page(head, path.name):
        return "page"
    head = agefile.unarmoured_head(head)
    if head.startswith(agefile.MAGIC):
        return "passphrase" if head[len(agefile.MAGIC) :].startswith(b"-> scrypt ") else "key"
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return "zip"
    raise FormatError("this is no bundle: neither a sealed file nor a ZIP archive")


def verify(
    path: Path,
    *,
    identities: Sequence[agefile.Identity] = (),
    passphrase: str | None = None,
    known: Mapping[bytes, str] | None = None,
) -> Report:
    """Check signature, manifest and every byte of a bundle, in constant memory and without writing anything.

    Args:
        path: The sealed file, the archive that was in it, or the folder that was in that.
        identities: What opens a file sealed to keys.
        passphrase: What opens a file sealed by passphrase.
        known: Name of each signing key (32 bytes) that the caller knows.

    Returns:
        What holds.

    Raises:
        SignatureError: Something is not as it was signed; `faults` names each file. Or a page is not the known one.
        UnlockError: Nothing that was given opens it.
        HandoffError: It opens but is damaged.
        FormatError: No bundle, or over a limit.
        UnsafePathError: Nothing is there, or a link or a device.
        EngineError: The disk failed.

    Secrets:
        `identities`, `passphrase`.

    Source:
        docs/bundle.md.
    """
    return _examine(path, identities, passphrase, known or {}, None)


def unpack(
    path: Path,
    directory: Path,
    *,
    identities: Sequence[agefile.Identity] = (),
    passphrase: str | None = None,
    known: Mapping[bytes, str] | None = None,
) -> Report:
    """Check a bundle as `verify` does, and put its files into a new folder; nothing stays when a check fails.

    Args:
        path: As `verify`.
        directory: Must not exist; its parent must.
        identities: As `verify`.
        passphrase: As `verify`.
        known: As `verify`.

    Returns:
        What holds.

    Raises:
        SignatureError: As `verify`; also for a name that would lead outside or clash.
        UnlockError: As `verify`.
        HandoffError: As `verify`.
        FormatError: As `verify`.
        UnsafePathError: As `verify`, or something is at `directory`.
        EngineError: The disk failed.

    Secrets:
        `identities`, `passphrase`; what is unpacked lies unsealed on the disk.
    """
    with NewFolder(directory) as folder:
        report = _examine(path, identities, passphrase, known or {}, folder)
        folder.commit()
    return report


def _examine(
    path: Path,
    identities: Sequence[agefile.Identity],
    passphrase: str | None,
    known: Mapping[bytes, str],
    folder: NewFolder | None,
) -> Report:
    form = form_of(path)
    roll = _Roll(folder)
    sealed = None
    if form == "dir":
        bag_sha256 = _walk(path, roll)
    else:
        digest = hashlib.sha256()
        reader = archive.Reader(roll)

        def sink(data: bytes) -> None:
            digest.update(data)
            reader.feed(data)

        with _open(path) as file:
            source = _Hashed(file)
            if form == "zip":
                for piece in iter(lambda: source.read(_PIECE_BYTES), b""):
                    sink(piece)
            else:
                if form == "page":
                    source = _Hashed(page.Sealed(file))
                _unseal(form, source, sink, identities, passphrase)
                sealed = source.digest.digest()
        reader.finish()
        roll.faults += reader.faults
        bag_sha256 = digest.digest()
    judged = _judge(roll)
    manifest = judged.manifest
    return Report(
        form=form,
        signer=Fingerprint.of(judged.public),
        known_as=known.get(judged.public),
        addressed=_addressed(form, identities, manifest.label.recipients),
        label=manifest.label,
        files=tuple(FileResult(name, *roll.seen[name]) for name in sorted(roll.seen, key=archive.order)),
        bag_sha256=bag_sha256,
        sealed_sha256=sealed,
        proven=judged.proven,
        series=judged.series,
    )


def _unseal(
    form: Form,
    source: agefile.Readable,
    sink: agefile.Sink,
    identities: Sequence[agefile.Identity],
    passphrase: str | None,
) -> None:
    if form == "key":
        if not identities:
            raise UnlockError("the bundle is sealed to a key; it opens with the identity that belongs to that key")
        agefile.decrypt(source, sink, identities=identities)
        return
    if passphrase is None:
        raise UnlockError("the bundle is sealed by a passphrase")
    agefile.decrypt(source, sink, passphrase=passphrase)


def _addressed(form: Form, identities: Sequence[agefile.Identity], recipients: Sequence[str]) -> bool | None:
    if form in {"passphrase", "page"}:
        return None if bag.BY_PASSPHRASE in recipients else False
    if form == "key":
        mine = {agefile.recipient_fingerprint(identity.recipient).hex() for identity in identities}
        return not mine.isdisjoint(recipients)
    return None


# --- What stands in it ----------------------------------------------------------------------------------------------


class _Roll:
    """Hears of each file: measures it, keeps the few that the check needs, writes it out where that is asked for."""

    def __init__(self, folder: NewFolder | None) -> None:
        self.seen: dict[str, tuple[int, bytes]] = {}
        self.kept = {name: bytearray() for name in _KEPT}
        self.faults: list[Fault] = []
        self.pages = {name: inert.Inert() for name in _PAGES}
        self._folder = folder
        self._places = bag.Places()
        self._name = ""
        self._length = 0
        self._digest = hashlib.sha256()
        self._writes = False

    def begin(self, name: str) -> None:
        if name == proofs.RECORDS and bag.PROOFS in self.seen:  # they come after the proofs, which speak of them
            self.kept.setdefault(name, bytearray())
        fault = "there twice" if name in self.seen else self._places.fault_of(name)
        if fault is not None:
            self.faults.append(Fault(name, fault))
        self._name, self._length, self._digest = name, 0, hashlib.sha256()
        self._writes = self._folder is not None and fault is None
        if self._folder is not None and self._writes:
            self._folder.begin(*name.split("/"))

    def piece(self, data: bytes) -> None:
        self._length += len(data)
        self._digest.update(data)
        if self._name in self.kept and self._name not in self.seen:
            if self._length > bag.MAX_MANIFEST_BYTES:
                raise LimitError("size in bytes of what a bundle is checked by", bag.MAX_MANIFEST_BYTES)
            self.kept[self._name] += data
        if self._name in self.pages and self._name not in self.seen:
            self.pages[self._name].feed(data)
        if self._folder is not None and self._writes:
            self._folder.write(data)

    def end(self) -> None:
        self.seen.setdefault(self._name, (self._length, self._digest.digest()))


def _walk(path: Path, roll: _Roll) -> bytes:
    """Go through an unpacked bundle in the order of the archive; return the SHA-256 that its archive has."""
    entries: list[Entry] = []
    try:
        for name in sorted(_paths(path, roll), key=archive.order):
            roll.begin(name)
            length = crc = 0
            for piece in _read(path / name):
                roll.piece(piece)
                crc = zlib.crc32(piece, crc)
                length += len(piece)
            roll.end()
            entries.append(Entry(name, length, crc))
        digest = hashlib.sha256()
        if not roll.faults:
            for piece in archive.write(entries, lambda name: _read(path / name)):
                digest.update(piece)
    except OSError as error:
        raise EngineError(f"the folder cannot be read: {error.strerror}") from None
    return digest.digest()


def _paths(root: Path, roll: _Roll) -> Iterator[str]:
    """Find the files below a folder; what is neither file nor folder is a fault and is not opened."""
    folders = [""]
    found = 0
    while folders:
        folder = folders.pop()
        with os.scandir(root / folder) as listing:
            for entry in listing:
                name = f"{folder}{entry.name}"
                found += 1
                if found > archive.MAX_MEMBERS:
                    raise LimitError("number of files in the bundle", archive.MAX_MEMBERS)
                if entry.is_dir(follow_symlinks=False):
                    if name.count("/") >= _MAX_DEPTH:
                        raise LimitError("depth of folders in the bundle", _MAX_DEPTH)
                    folders.append(name + "/")
                elif entry.is_file(follow_symlinks=False):
                    yield name
                else:
                    roll.faults.append(Fault(name, "neither a file nor a folder"))


def _read(path: Path) -> Iterator[bytes]:
    with _open(path) as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    """Open a plain file for reading: no link is followed, and no device or pipe is waited for."""
    try:
        number = os.open(path, _OPEN)
    except OSError as error:
        raise UnsafePathError(f"{path.name} cannot be read as a plain file: {error.strerror}") from None
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise UnsafePathError(f"{path.name} is not a plain file")
        try:
            yield file
        except OSError as error:
            raise EngineError(f"reading failed: {error.strerror}") from None


class _Hashed:
    """Reads a file and hashes what was read."""

    def __init__(self, file: agefile.Readable) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


# --- What is so -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the files say that the check needs, when all of them hold."""

    public: bytes
    manifest: bag.Manifest
    proven: Proven | None
    series: tuple[bytes, int] | None


def _judge(roll: _Roll) -> _Judged:
    """Return what the bundle says of itself if the signature and every file hold; else raise with all that does not."""
    faults = list(roll.faults)
    for name in (bag.MANIFEST, bag.SIGNATURE):
        if name not in roll.seen:
            raise _refusal([*faults, Fault(name, "missing")])
    kept = {name: bytes(data) for name, data in roll.kept.items()}
    try:
        public = sshsig.verify(kept[bag.SIGNATURE], kept[bag.MANIFEST])
        manifest = bag.read_manifest(kept[bag.MANIFEST])
    except SignatureError as error:
        raise _refusal([*faults, Fault(bag.MANIFEST, str(error))]) from None
    faults += _differences(manifest, roll.seen)
    if bag.RECEIPT not in manifest.files:
        faults.append(Fault(bag.RECEIPT, "missing"))
    if kept[bag.SIGNERS] != sshsig.allowed_signers(public) and not faults:
        faults.append(Fault(bag.SIGNERS, "not the key that signed"))
    if faults:
        raise _refusal(faults)
    if running := [
        Fault(name, inert.FAULT) for name in roll.pages if name in roll.seen and not roll.pages[name].holds()
    ]:
        raise _refusal(running)
    name = bag.RECEIPT
    try:
        series = seen.read_series(kept[name])
        name = bag.PROOFS
        proven = proofs.check(kept[name], kept.get(proofs.RECORDS, b"")) if name in roll.seen else None
    except SignatureError as error:
        raise _refusal([Fault(name, str(error))]) from None
    return _Judged(public, manifest, proven, series)


def _differences(manifest: bag.Manifest, seen: Mapping[str, tuple[int, bytes]]) -> list[Fault]:
    others = {name: seen[name] for name in seen if name not in (bag.MANIFEST, bag.SIGNATURE)}
    missing = {name: manifest.files[name] for name in manifest.files if name not in others}
    alike: defaultdict[tuple[int, bytes], list[str]] = defaultdict(list)
    for name in reversed(missing):
        alike[missing[name]].append(name)
    faults = []
    for name, measured in others.items():
        signed = manifest.files.get(name)
        if signed is None:
            was = alike[measured].pop() if alike.get(measured) else None
            if was is not None:
                del missing[was]
            faults.append(Fault(name, "not in the manifest" if was is None else f"renamed; it was {_shown(was)}"))
        elif signed != measured:
            faults.append(Fault(name, "changed"))
    return faults + [Fault(name, "missing") for name in missing]


def _refusal(faults: Sequence[Fault]) -> SignatureError:
    named = [f"{_shown(fault.path) or 'the archive'}: {fault.what}" for fault in faults[:_NAMED]]
    more = len(faults) - len(named)
    tail = f"; and {more} more" if more else ""
    return SignatureError("the bundle is not as it was signed: " + "; ".join(named) + tail, faults)


def _shown(path: str) -> str:
    """Write an untrusted path so that it cannot act on a terminal or look like another."""
    return "".join(
        c if unicodedata.category(c)[0] not in "CZ" or c == " " else c.encode("unicode_escape").decode("ascii")
        for c in path[:200]
    )
