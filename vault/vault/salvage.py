"""Salvage: what can still be read of a vault whose file is badly damaged.

Part of floor 3. It needs a whole copy of the header, and the keyring; without them nothing opens, for nobody. Head and
index may be lost: each revision is sealed by itself, and what opens under the vault's keys is the vault's. It writes
nothing to the file. It cannot tell whether the file is the newest one: it looks at no anchor and no checkpoint.

In memory it holds some hundred bytes for each revision, and one revision or chunk at a time.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from vault import codec, files, keys, sealing
from vault.engine.wreck import Wreck
from vault.errors import (
    FormatError,
    IntegrityError,
    KdfLimitError,
    RecordError,
    UnlockError,
    UnsupportedVersionError,
    VaultError,
)
from vault.index import PageCache, SegmentEntry
from vault.index.pages import ROWS_A_PAGE, decode_root
from vault.index.segment import Segment
from vault.keys import Keyring, Unlocker, parse_header
from vault.objects import Head, Kind, ObjectReader, Ref, object_id, object_name
from vault.records import Schemas, decode_revision, link_of, load_schema, record_line
from vault.vault.preparing import preparing
from vault.vault.reading import attachments_of
from vault.vault.state import log_backwards, make_sealers, read_setting, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike
    from types import TracebackType

    from vault.files import Attachment
    from vault.keys import Secret
    from vault.records import Revision
    from vault.sealing import Sealer

_ID_BYTES: Final = 16
_KEYRING_BYTES: Final = sealing.padded_frame_bytes(keys.KEYRING_BYTES) + sealing.OVERHEAD_BYTES
_NO_HEADER: Final = (
    "no whole copy of the header opens with what was given; without one nothing in this file can be read by anybody"
)
_NO_KEYRING: Final = "the keyring is lost; without it nothing in this file can be read by anybody"


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that a saved record holds.

    Args:
        record_id: The document, 16 bytes.
        name: As it was called; untrusted.
        attachment: What the record says of it.
        top: Where its top object is; None if that is not known.
    """

    record_id: bytes
    name: str = field(repr=False)
    attachment: Attachment
    top: Ref | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Saved:
    """A record that was brought back.

    Args:
        record_id: 16 bytes.
        line: The newest revision that was found, as `records.record_line` writes it.
        revisions: How many revisions of it were found.
        outdated: A newer revision is known to be lost.
        forked: Several revisions are the newest; the one written last is given.

    Secrets:
        `line`.
    """

    record_id: bytes
    line: str = field(repr=False)
    revisions: int
    outdated: bool
    forked: bool


@dataclass(slots=True)
class Losses:
    """What is known not to have come back; complete once everything was asked for.

    Args:
        head: The head is lost, and with it log and settings.
        unknown_documents: Revisions and files whose rows in the index are lost, so that nobody knows their ids; those
            that still open are brought back all the same. None if not even their number is known.
        records: Ids of records of which no revision is left.
        outdated: Ids of records of which an older revision than the newest one came back.
        history: Earlier revisions, named by later ones, that are lost.
        mentioned: Ids that records or the log name and that are nowhere else: lost records, or removed for good.
        files: Document and attachment id of each file that is not whole.
        left_out: Revisions that open but that the vault does not name, or names as removed for good.
        notes: Further sentences to be told.
    """

    head: bool = False
    unknown_documents: int | None = 0
    records: list[bytes] = field(default_factory=list)
    outdated: list[bytes] = field(default_factory=list)
    history: int = 0
    mentioned: list[bytes] = field(default_factory=list)
    files: list[tuple[bytes, bytes]] = field(default_factory=list)
    left_out: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether anything is lost, or could be without being known."""
        unknown = self.head or self.unknown_documents != 0
        return bool(unknown or self.records or self.outdated or self.history or self.mentioned or self.files)


class _Keys(NamedTuple):
    sealers: dict[int, Sealer]
    head: Head | None


class Salvage:
    """A damaged vault, read as far as it goes; made by `open`, used as a context manager.

    Ask for `records` to the end first, then for `files`; then `losses` is complete.

    Args:
        wreck: What was found in the file.
        opened: The keys.

    Secrets:
        `opened`.
    """

    def __init__(self, wreck: Wreck, opened: _Keys) -> None:
        """Hold them; callers use `open`."""
        self._wreck = wreck
        self._sealers = opened.sealers
        self._head = opened.head
        self._objects = ObjectReader(wreck, opened.sealers)
        self._found: dict[bytes, tuple[int, ...]] = {}
        self._parents: set[bytes] = set()
        self._revisions: set[bytes] = set()
        self._opened = array("Q")
        self._named = array("Q")
        self._lost: dict[bytes, list[bytes]] = {}  # lost revisions by record: those that would be the newest
        self._purged: set[bytes] = set()
        self._mentioned: set[bytes] = set()
        self._tops: dict[bytes, Ref] = {}
        self._files: list[SavedFile] = []
        self._schemas = Schemas.shipped()
        self.losses = Losses(head=opened.head is None, unknown_documents=None if opened.head is None else 0)
        self.losses.notes += wreck.faults()

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        secret: Secret,
        *,
        allow_test_profile: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Look through a file for what opens with a secret.

        Args:
            path: The damaged vault; better a copy of it, to which nobody writes.
            secret: Passphrase or identity.
            allow_test_profile: Accept the KDF profile for tests.
            progress: Called with bytes looked at and bytes in all.

        Returns:
            What was found.

        Raises:
            UnlockError: There is no such file, no copy of the header is whole, or the secret is a wrong one.
            KdfLimitError: The memory for the key derivation could not be had.
            UnsupportedVersionError: It is of another version.
            IntegrityError: The keyring is lost.
            UnsafePathError: Not a plain file.
            EngineError: The medium failed.

        Secrets:
            `secret`.
        """
        wreck = Wreck(path, lambda number, body: object_id(object_name(body)) == number)
        try:
            wreck.look(progress)
            with preparing():
                opened = _unlock(wreck, Unlocker(secret), allow_test=allow_test_profile)
        except BaseException:
            wreck.close()
            raise
        found = cls(wreck, opened)
        if wreck.disturbed:
            found.losses.notes.append(
                "a journal lies beside the file: an interrupted write was not undone, or somebody is writing to it"
            )
        return found

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop what is known and let go of the file."""
        self._sealers = {}
        self._wreck.close()

    # --- records ---

    def records(self, progress: Callable[[int, int], None] | None = None) -> Iterator[Saved]:
        """Give every record that still opens, in no order; to be asked for once.

        Args:
            progress: Called with the number of objects looked into, and how many there are.

        Yields:
            Each record once, in the newest form that was found.

        Raises:
            EngineError: The medium failed.

        Secrets:
            The results.
        """
        self._survey(progress)
        self._read_index()
        self._read_log()
        self._read_schemas()
        whole = self._head is not None and self.losses.unknown_documents == 0
        for record_id, places in self._found.items():
            if record_id in self._purged:
                self.losses.left_out += len(places)
                continue
            named = [each for each in places if not whole or _holds(self._named, each)]
            self.losses.left_out += len(places) - len(named)
            if named:
                yield self._saved(record_id, named)
        known = self._found.keys() | self._purged
        self.losses.records = sorted(self._lost.keys() - known)
        self.losses.outdated.sort()
        self.losses.history = len(self._parents - self._revisions)
        if not whole:
            self.losses.mentioned = sorted(self._mentioned - known - self._lost.keys())

    def _survey(self, progress: Callable[[int, int], None] | None) -> None:
        """Open everything that is a revision, and note what it says of other revisions."""
        total = self._wreck.count()
        for done, (number, sealed) in enumerate(self._wreck.scan(), 1):
            plaintext = self._try(Kind.REVISION, sealed)
            with suppress(FormatError, RecordError):
                if plaintext is not None:
                    revision = decode_revision(plaintext)
                    self._found[revision.record_id] = (*self._found.get(revision.record_id, ()), number)
                    self._parents.update(revision.parents)
                    self._revisions.add(revision.id)
                    self._opened.append(number)
            if progress is not None:
                progress(done, total)

    def _try(self, kind: Kind, sealed: bytes) -> bytes | None:
        """Open an object under whichever data key it was sealed."""
        for generation in reversed(self._sealers):
            if generation:
                with suppress(IntegrityError):
                    return self._sealers[generation].open(kind.value, sealed)
        return None

    def _saved(self, record_id: bytes, places: list[int]) -> Saved:
        newest: tuple[Revision, bytes] | None = None
        ends = 0
        for number in places:
            plaintext = self._try(Kind.REVISION, self._wreck.get(number) or b"")
            if plaintext is None:  # pragma: no cover - it opened before
                continue
            revision = decode_revision(plaintext)
            ends += revision.id not in self._parents
            if newest is None or _order(revision, self._parents) > _order(newest[0], self._parents):
                newest = revision, plaintext
        if newest is None:
            raise IntegrityError("the file changes while it is read")
        self._follow(newest[0])
        outdated = bool(self._lost.get(record_id))
        if outdated:
            self.losses.outdated.append(record_id)
        return Saved(record_id, record_line(newest[1], self._schemas)[1], len(places), outdated, ends > 1)

    def _follow(self, revision: Revision) -> None:
        """Note which files a record has, and which other records it names."""
        for attachment, name in attachments_of(revision):
            top = self._tops.get(attachment.attachment_id)
            self._files.append(SavedFile(revision.record_id, name, attachment, top))
        for claim in revision.claims:
            for target in (link_of(claim.value), claim.source):
                if target is not None and len(target) == _ID_BYTES:
                    self._mentioned.add(target)

    # --- what says which records there were ---

    def _read_index(self) -> None:
        """Read the rows of every segment as far as they can be read."""
        cache = PageCache()
        segments = []
        for entry in self._entries():
            try:
                segments.append(Segment(self._objects, entry, cache))
            except VaultError:
                self._miss(entry.documents)
        by_serial = {segment.serial: segment for segment in segments}
        for segment in segments if self._head is not None else ():
            for serial, documents in segment.root.supersedes.items():
                if serial in by_serial:
                    by_serial[serial].dead |= documents
        for segment in segments:
            for first in range(0, segment.documents, ROWS_A_PAGE):
                last = min(first + ROWS_A_PAGE, segment.documents)
                try:
                    segment.row(first)
                except VaultError:
                    self._miss(last - first)
                    continue
                for number in range(first, last):
                    self._note(segment, number)
        self._named = array("Q", sorted(self._named))

    def _miss(self, documents: int) -> None:
        if self.losses.unknown_documents is not None:
            self.losses.unknown_documents += documents

    def _entries(self) -> Iterator[SegmentEntry]:
        """Name the segments: by the head, or where it is lost by looking for them."""
        if self._head is not None:
            for plain in self._head.segments:
                try:
                    yield SegmentEntry.from_plain(plain)
                except IntegrityError:
                    self.losses.unknown_documents = None
            return
        serial = 0
        for _, sealed in self._wreck.scan():
            for generation, sealer in self._sealers.items():
                with suppress(FormatError, IntegrityError):
                    root = decode_root(sealer.open(Kind.SEGMENT.value, sealed))
                    serial += 1
                    yield SegmentEntry(serial, Ref(object_name(sealed), generation), root.documents, root.terms)

    def _note(self, segment: Segment, number: int) -> None:
        try:
            row = segment.row(number)
        except VaultError:
            self._miss(1)
            return
        if row.purged:
            self._purged.add(row.record_id)
        elif row.attachment:
            self._tops[row.record_id] = row.ref
        else:
            place = object_id(row.ref.name)
            self._named.append(place)
            if not _holds(self._opened, place):
                lost = self._lost.setdefault(row.record_id, [])
                if not row.superseded and row.revision_id not in self._parents:
                    lost.append(row.revision_id)

    def _read_log(self) -> None:
        """Learn from the log, as far back as it can be read, which records there were and which were removed."""
        if self._head is None:
            return
        with suppress(IntegrityError):
            for entry in log_backwards(self._objects, self._head):
                ids = entry.facts.get("records")
                named = {each for each in ids if isinstance(each, bytes)} if isinstance(ids, list) else set()
                if entry.action == "purged":
                    self._purged |= named
                self._mentioned |= named

    def _read_schemas(self) -> None:
        own = self._schemas_by_head() if self._head is not None else self._schemas_by_looking()
        for text in own:
            try:
                self._schemas = self._schemas.merge(load_schema(text))
            except VaultError:
                self.losses.notes.append("a schema of the vault's own could not be used")

    def _schemas_by_head(self) -> Iterator[str]:
        assert self._head is not None  # noqa: S101 - the caller has asked
        try:
            directory = read_settings(self._objects, self._head)
        except VaultError:
            self.losses.notes.append("the settings are lost, and with them policies, address book and own schemas")
            return
        for name, ref in directory.items():
            try:
                setting = read_setting(self._objects, ref)
            except VaultError:
                self.losses.notes.append(f"the setting {name.partition('/')[0]} is lost")
                continue
            if name.startswith("schema/"):
                yield str(setting)

    def _schemas_by_looking(self) -> Iterator[str]:
        for _, sealed in self._wreck.scan():
            payload = self._try(Kind.SETTING, sealed)
            if payload is not None:
                with suppress(FormatError, RecordError):
                    text = codec.decode(payload, max_bytes=sealing.MAX_SEALED_BYTES)
                    if isinstance(text, str):
                        load_schema(text)
                        yield text

    # --- files ---

    def files(self) -> Iterator[SavedFile]:
        """Give every file of a saved record that is whole; each was read to its end once. Ask for `records` before.

        Yields:
            The files; those that are not whole are in `losses`.

        Raises:
            EngineError: The medium failed.
        """
        if any(each.top is None for each in self._files):
            self._find_tops()
        for each in self._files:
            top = each.top or self._tops.get(each.attachment.attachment_id)
            found = SavedFile(each.record_id, each.name, each.attachment, top)
            try:
                for _ in self.read(found):
                    pass
            except IntegrityError:
                self.losses.files.append((each.record_id, each.attachment.attachment_id))
            else:
                yield found

    def read(self, file: SavedFile) -> Iterator[bytes]:
        """Open a file chunk by chunk.

        Args:
            file: From `files`.

        Yields:
            Plain bytes, in order.

        Raises:
            IntegrityError: Not all of it is there, as it was.

        Secrets:
            The results.
        """
        if file.top is None:
            raise IntegrityError("nothing tells where this file is")
        yield from files.read(self._objects, file.attachment, file.top)

    def _find_tops(self) -> None:
        """Look for the files whose rows in the index are lost: a list names its file, one chunk has its digest."""
        lists = {each.attachment.attachment_id: each.attachment for each in self._files if each.top is None}
        chunks = {each.sha256: each for each in lists.values() if each.depth == 0}
        for _, sealed in self._wreck.scan():
            for generation, sealer in self._sealers.items():
                if not generation:
                    continue
                ref = Ref(object_name(sealed), generation)
                with suppress(IntegrityError):
                    payload = sealer.open(Kind.CHUNK_LIST.value, sealed)
                    attachment = lists.get(payload[:_ID_BYTES])
                    if attachment is not None and payload[_ID_BYTES : _ID_BYTES + 1] == bytes([attachment.depth]):
                        self._tops[attachment.attachment_id] = ref
                    break
                with suppress(IntegrityError):
                    if chunks:
                        attachment = chunks.get(hashlib.sha256(sealer.open(Kind.CHUNK.value, sealed)).digest())
                        if attachment is not None:
                            self._tops[attachment.attachment_id] = ref
                        break


def _holds(numbers: array[int], number: int) -> bool:
    at = bisect_left(numbers, number)
    return at < len(numbers) and numbers[at] == number


def _order(revision: Revision, parents: set[bytes]) -> tuple[bool, int, bytes]:
    """Rank the revisions of a record: what no other follows comes last, then what was written last."""
    return revision.id not in parents, revision.time, revision.id


# --- keys ---------------------------------------------------------------------------------------------------------


def _unlock(wreck: Wreck, unlocker: Unlocker, *, allow_test: bool) -> _Keys:
    """Open header, head and keyring; where an older header opens too, the newest head decides."""
    best: tuple[int, _Keys] | None = None
    failure: VaultError | None = None
    rows = [copy.data for copy in wreck.header_copies()]
    for data in rows:
        try:
            header = parse_header(data, allow_test=allow_test)
            access_key = unlocker.unlock(header).access_key
        except KdfLimitError:
            raise
        except (FormatError, UnlockError) as error:
            # Rows of heads stand among them: they are no headers.
            if isinstance(error, UnsupportedVersionError):
                failure = error
            continue
        sealer = make_sealers(header.vault_id, access_key)[0]
        head = _newest_head(rows, sealer)
        try:
            keyring = _keyring(wreck, sealer, head)
        except IntegrityError as error:
            failure = error
            continue
        epoch = head.epoch if head is not None else 0
        if best is None or epoch > best[0]:
            best = epoch, _Keys(make_sealers(header.vault_id, access_key, keyring), head)
    if best is None:
        raise failure or UnlockError(_NO_HEADER)
    return best[1]


def _newest_head(rows: list[bytes], sealer: Sealer) -> Head | None:
    heads = []
    for data in rows:
        with suppress(IntegrityError):
            heads.append(Head.decode(sealer.open(Kind.HEAD.value, data)))
    return max(heads, key=lambda head: head.epoch, default=None)


def _keyring(wreck: Wreck, sealer: Sealer, head: Head | None) -> Keyring:
    """Open the keyring that the head names, or without a head the one with most data keys."""
    if head is not None:
        with suppress(IntegrityError):
            return Keyring.decode(ObjectReader(wreck, {0: sealer}).get(Kind.KEYRING, head.keyring))
    found = []
    for number, size in wreck.sizes():
        if size == _KEYRING_BYTES:
            with suppress(IntegrityError):
                found.append(Keyring.decode(sealer.open(Kind.KEYRING.value, wreck.get(number) or b"")))
    if not found:
        raise IntegrityError(_NO_KEYRING)
    return max(found, key=lambda keyring: keyring.generation)
