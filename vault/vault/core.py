"""`Vault`: one encrypted file of cases, locked or open.

Part of floor 3. Every read happens inside one snapshot begun before the head is read; every change is one transaction
that takes the write lock first. State in memory changes only after a commit.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

from vault import files, keys, ledger, sealing
from vault.engine import guard, sqlite
from vault.errors import (
    AmbiguousIdError,
    BusyError,
    IntegrityError,
    LockedError,
    NotFoundError,
    StaleError,
    VaultError,
)
from vault.index import Index, PageCache, attachment_of, parse, read_entries
from vault.keys import Header, Keyring, Passphrase, Secret, Slot, SlotKind, Unlocker
from vault.ledger import LogEntry
from vault.objects import Head, Kind, ObjectBatch, ObjectReader, Ref, parse_checkpoint
from vault.paths import safe_name
from vault.records import Claim, Draft, Revision, Schemas, edtf, load_schema
from vault.redact import DisclosedFile, Pseudonyms, load_policy, redact
from vault.sealing import KdfProfile
from vault.vault import disclosing, erasing, inspection
from vault.vault.anchor import DEVICE_BYTES, Anchor, Seen
from vault.vault.desk import KeyDesk, KeyslotInfo, used_slots
from vault.vault.erasing import Mention, Removal
from vault.vault.reading import attachment_of_value, attachments_of, read_revision
from vault.vault.state import (
    Commit,
    State,
    log_backwards,
    make_sealers,
    open_state,
    read_log,
    read_setting,
    read_settings,
    refresh,
)
from vault.vault.writing import RecordWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date
    from os import PathLike
    from pathlib import Path
    from types import TracebackType

    from vault.engine import Engine
    from vault.redact import Disclosure, Policy, Recipient, Request, View

_BACKUPS: Final = "backups"
_PSEUDONYMS: Final = "pseudonyms"
_MAX_BACKUPS: Final = 64
_PURGED: Final = "this record was purged; only its id is known"
_CHANGED_MEANWHILE: Final = "the vault was changed while the bundle was made; nothing was handed over; do it again"
_KEYS_CHANGED: Final = "the keys changed since this machine last saw the vault"


@dataclass(frozen=True, slots=True)
class Status:
    """What an open vault tells of itself.

    Args:
        epoch: Number of the newest commit.
        checkpoint: Short code that pins this state.
        fingerprint: Six words that name the present keys.
        vault_code: Eight characters that name the vault on paper.
        kdf_profile: 1 to 3.
        counts: Records by kind, removed ones not counted.
        removed: How many records are removed.
        objects: Sealed objects in the file.
        bytes: Size of the sealed objects in bytes.
        generations: Generations of data keys.
        keyslots: Used keyslots.
        notices: What a person should be told: mended copies, changed keys, a missing anchor.
        last_check: When a full check last succeeded on this machine, seconds since 1970 UTC.
        backups: Known backups: time, path, checkpoint.
    """

    epoch: int
    checkpoint: str
    fingerprint: str
    vault_code: str
    kdf_profile: int
    counts: Mapping[str, int]
    removed: int
    objects: int
    bytes: int
    generations: int
    keyslots: list[KeyslotInfo]
    notices: list[str]
    last_check: int | None
    backups: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One result of a search.

    Args:
        revision: The record's newest revision.
        claim: The claim that answers best; None if the query asks for no value.
        score: Larger is better.
        reason: Why it was found, in words.
    """

    revision: Revision = field(repr=False)
    claim: Claim | None = field(repr=False)
    score: float
    reason: str = field(repr=False)

    @property
    def field(self) -> str:
        """Field in which it was found; empty if the query asks for no value."""
        return self.claim.field if self.claim else ""


class Vault:
    """An encrypted record store in one file; made by `create` and `open`, used as a context manager.

    Source:
        docs/format.md.
    """

    def __init__(self, engine: Engine, state: State, *, clock: Callable[[], float], path: Path | None) -> None:
        """Take over an opened engine; callers use `create` or `open`."""
        self._engine = engine
        self._state: State | None = state
        self._clock = clock
        self._path = path
        self._cache = PageCache()
        self._index: tuple[tuple[Any, ...], Index] | None = None
        self._anchor: Anchor | None = None
        self._seen: Seen | None = None
        self._device = b""
        self._notices: list[str] = []
        self._unconfirmed: StaleError | None = None
        self._schemas: tuple[Ref | None, Schemas] | None = None

    # --- opening and closing ---

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        passphrase: str,
        *,
        profile: KdfProfile = KdfProfile.STANDARD,
        label: str = "first passphrase",
        state_dir: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """Make a new vault; nothing that exists is ever overwritten.

        Args:
            path: Where no file is yet.
            passphrase: Opens it.
            profile: Cost of guessing; `KdfProfile.TEST` is for tests alone.
            label: Names the first keyslot.
            state_dir: Folder for the local anchor; None to keep none.
            clock: Seconds since 1970 UTC.

        Returns:
            The vault, open.

        Raises:
            UnsafePathError: Something is at the path.
            UnlockError: The passphrase cannot be used.
            KdfLimitError: The memory for the profile could not be had.
            EngineError: The disk refused; no file stays.

        Secrets:
            `passphrase`.
        """
        vault_id, salt = sealing.random_bytes(16), sealing.random_bytes(16)
        seed, access_key = sealing.random_bytes(32), sealing.random_bytes(32)
        prk = sealing.passphrase_key(Passphrase(passphrase).normalised(), salt, profile, vault_id)
        keyring = keys.new_keyring(Slot(SlotKind.PASSPHRASE, label, sealing.public_key(seed), 1))
        fronts = [keys.passphrase_front(prk, vault_id, 0, seed)]
        fronts += [keys.throwaway_front(vault_id, index) for index in range(1, keys.SLOTS)]
        header = keys.build_header(vault_id, profile, salt, fronts, keyring, access_key)
        engine = sqlite.create(path)
        try:
            state = _first_commit(engine, header, access_key, keyring, int(clock()))
        except BaseException:
            engine.close()
            with suppress(OSError):
                guard.plain_path(path).unlink()
            raise
        vault = cls(engine, state, clock=clock, path=guard.plain_path(path))
        vault._use_anchor(state_dir, accept=True)
        return vault

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        secret: Secret,
        *,
        state_dir: Path | None = None,
        expect: str | None = None,
        accept_new_keys: bool = False,
        accept_older: bool = False,
        read_only: bool = False,
        allow_test_profile: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """Open a vault.

        Args:
            path: The file.
            secret: Passphrase or identity.
            state_dir: Folder for the local anchor; None to use none.
            expect: Checkpoint that must stand in the vault's history.
            accept_new_keys: Write even though the keys changed since this machine last saw them.
            accept_older: Do not refuse a file that is older than the anchor; `accept_older()` then takes it into use.
            read_only: Change nothing, not even to mend a damaged copy of the header.
            allow_test_profile: Accept the KDF profile for tests.
            clock: Seconds since 1970 UTC.

        Returns:
            The vault, open.

        Raises:
            UnlockError: Nothing opens with this secret, there is no such vault, or its header is damaged.
            KdfLimitError: The memory for the key derivation could not be had.
            UnsupportedVersionError: Another version, suite or profile; or a database that is no vault.
            IntegrityError: The keys are right, but what they should open was changed.
            StaleError: The file is older than the anchor or the checkpoint, or has another history.
            UnsafePathError: Not a plain file.
            BusyError: Another process holds it.

        Secrets:
            `secret`.
        """
        expected = parse_checkpoint(expect) if expect is not None else None
        engine = sqlite.open(path, read_only=read_only)
        try:
            with engine.snapshot() as reader:
                opening = open_state(reader, Unlocker(secret), allow_test=allow_test_profile)
            vault = cls(engine, opening.state, clock=clock, path=guard.plain_path(path))
            vault._notices += engine.notices
            vault._mend(damaged_header=opening.damaged_header, damaged_head=opening.damaged_head)
            if expected is not None and not accept_older:
                vault._expect(*expected)
            vault._use_anchor(state_dir, accept=accept_new_keys, accept_older=accept_older)
        except BaseException:
            engine.close()
            raise
        return vault

    def close(self) -> None:
        """Drop the keys and let go of the file; a second call does nothing."""
        self._state = None
        self._index = None
        self._schemas = None
        self._cache.clear()
        self._engine.close()

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _mend(self, *, damaged_header: bool, damaged_head: bool) -> None:
        """Write a good copy of header or head over a damaged one, and say so; never on a read-only open."""
        state = self.current()
        damaged = " and ".join(
            what for what, is_damaged in (("the header", damaged_header), ("the head", damaged_head)) if is_damaged
        )
        if not damaged:
            return
        if self._engine.read_only:
            self._notices.append(f"one of the two copies of {damaged} is damaged; the other one was used")
            return
        with self._engine.transaction() as writer:
            self._state = refresh(writer, state)
            if damaged_header:
                writer.set_header(self._state.header.data)
            if damaged_head:
                intact = [copy.data for copy in writer.head_copies() if copy.intact]
                writer.swap_head(intact[0] if intact else None, self._state.sealed_head)
        self._notices.append(f"one of the two copies of {damaged} was damaged; it was mended from the other one")

    # --- freshness ---

    def _use_anchor(self, folder: Path | None, *, accept: bool, accept_older: bool = False) -> None:
        state = self.current()
        if folder is None:
            return
        self._anchor = Anchor(folder, state.header.vault_id, state.keyring.vault_secret)
        try:
            seen = self._anchor.read()
        except IntegrityError as error:
            self._notices.append(f"{error}; whether the file is the newest cannot be told. Compare the checkpoint.")
            self._unconfirmed = StaleError(state.head.epoch, state.head.epoch, str(error))
            seen = None
        self._device = seen.device if seen else sealing.random_bytes(DEVICE_BYTES)
        self._seen = seen
        if seen is not None and not accept_older:
            self._expect(seen.epoch, seen.digest)
            words = self._fingerprint(state)
            if seen.fingerprint != words:
                self._notices.append(
                    f"{_KEYS_CHANGED}: {self._key_change(seen.epoch)}; now these words name them: {words}. "
                    "Compare them by voice with the other holders before you write."
                )
                self._unconfirmed = StaleError(state.head.epoch, seen.epoch, _KEYS_CHANGED)
        if accept or accept_older:
            self._unconfirmed = None
        if self._unconfirmed is None and not accept_older:
            self._note(state)

    def _key_change(self, since: int) -> str:
        with self._reading() as (objects, _):
            for entry in log_backwards(objects, self.current().head):
                if entry.epoch <= since:
                    break
                if entry.action == "keys":
                    return f"at epoch {entry.epoch} by device {entry.device.hex() or 'unknown'}"
        return "by a commit that the log does not name"

    def _expect(self, epoch: int, digest: bytes) -> None:
        """Raise unless a state that was seen before is this one, or stands in its history."""
        state = self.current()
        if epoch > state.head.epoch:
            raise StaleError(state.head.epoch, epoch)
        if epoch == state.head.epoch:
            found = [state.digest]
        else:
            with self._reading() as (objects, _):
                found = []
                for entry in log_backwards(objects, state.head):
                    if entry.epoch <= epoch:
                        break
                    if entry.epoch == epoch + 1:
                        found += entry.heads
        if not any(sealing.equal(known[: len(digest)], digest) for known in found):
            raise StaleError(state.head.epoch, epoch, "the file has another history than the one seen before")

    def accept_older(self) -> None:
        """Take a restored older file into use: write that into the log, and let the anchor follow.

        Raises:
            LockedError: The vault is locked.
            EngineError: The disk refused.
        """
        self._unconfirmed = None
        older_than = self._seen.epoch if self._seen else 0
        with self.writing() as commit:
            commit.log("accepted-older", {"seen_before": older_than})
        if self._anchor is not None:
            self._anchor.write(self._as_seen(self.current()), accept_older=True)

    def _fingerprint(self, state: State) -> str:
        return keys.fingerprint(state.header.vault_id, state.access_key)

    def _as_seen(self, state: State, checked_at: int | None = None) -> Seen:
        return Seen(state.head.epoch, state.digest, self._fingerprint(state), self._device, checked_at)

    def _note(self, state: State, checked_at: int | None = None) -> None:
        if self._anchor is None:
            return
        try:
            self._anchor.write(self._as_seen(state, checked_at))
        except VaultError as error:
            # The commit stands; only the local note of it could not be written.
            self._notices.append(f"the anchor could not be written: {error}")

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should be told: mended copies, changed keys, an anchor that could not be written."""
        return tuple(self._notices)

    @property
    def unconfirmed(self) -> StaleError | None:
        """Why writes are refused until `confirm_keys`; None where nothing stands against them."""
        return self._unconfirmed

    def confirm_keys(self) -> None:
        """Take the present keys for the right ones, because a person compared their words: writes go on."""
        self._unconfirmed = None
        self._note(self.current())

    # --- inside ---

    def current(self) -> State:
        """Give the state this object holds; for the rooms of the vault.

        Raises:
            LockedError: The vault is locked.
        """
        if self._state is None:
            msg = "the vault is locked"
            raise LockedError(msg)
        return self._state

    @contextmanager
    def _reading(self) -> Iterator[tuple[ObjectReader, Index]]:
        """Open a snapshot, follow other processes' commits, and give objects and index of the newest state."""
        state = self.current()
        with self._engine.snapshot() as reader:
            self._state = state = refresh(reader, state)
            yield state.reader(reader), self._indexed(state.reader(reader), state.head)

    def _indexed(self, objects: ObjectReader, head: Head) -> Index:
        return Index(objects, read_entries(head.segments), self._cache)

    @contextmanager
    def writing(self) -> Iterator[Commit]:
        """Begin a commit: take the write lock, read the head, and write all at the end; for the rooms of the vault.

        Yields:
            The commit to be; an exception inside undoes everything.

        Raises:
            LockedError: The vault is locked.
            StaleError: The keys changed since this machine last saw them, and nobody has confirmed them.
            BusyError: Another process holds the vault.
            EngineError: The disk refused, or the vault was opened read-only.
        """
        state = self.current()
        if self._unconfirmed is not None:
            raise self._unconfirmed
        with self._engine.transaction() as writer:
            commit = Commit(writer, refresh(writer, state), device=self._device, now=int(self._clock()))
            yield commit
            done = commit.finish()
        self._state = done
        self._note(done)

    # --- about the vault ---

    def status(self) -> Status:
        """Tell how the vault is.

        Raises:
            LockedError: The vault is locked.
            IntegrityError: The index is damaged.
        """
        with self._engine.snapshot() as reader:
            self._state = state = refresh(reader, self.current())
            objects = state.reader(reader)
            index = self._indexed(objects, state.head)
            counts = index.counts()
            removed = sum(row.removed for row in index.rows(removed=True))
            sizes = [size for _, size in reader.sizes()]
            backups = self._setting(objects, _BACKUPS) or []
        return Status(
            epoch=state.head.epoch,
            checkpoint=state.checkpoint,
            fingerprint=self._fingerprint(state),
            vault_code=keys.vault_code(state.header.vault_id),
            kdf_profile=state.header.profile.number,
            counts=counts,
            removed=removed,
            objects=len(sizes),
            bytes=sum(sizes),
            generations=state.keyring.generation,
            keyslots=used_slots(state.keyring),
            notices=list(self._notices),
            last_check=self._seen.checked_at if self._seen else None,
            backups=backups,
        )

    @property
    def keys(self) -> KeyDesk:
        """Keyslots: list, add, change, remove."""
        return KeyDesk(self)

    @property
    def schemas(self) -> Schemas:
        """Schemas in force: the shipped ones and the vault's own."""
        with self._reading() as (objects, _):
            return self._read_schemas(objects)

    def _read_schemas(self, objects: ObjectReader) -> Schemas:
        settings = self.current().head.settings
        if self._schemas is None or self._schemas[0] != settings:
            directory = read_settings(objects, self.current().head)
            own = [
                load_schema(str(read_setting(objects, ref)))
                for name, ref in sorted(directory.items())
                if name.startswith("schema/")
            ]
            self._schemas = (settings, Schemas.shipped().merge(*own))
        return self._schemas[1]

    def _setting(self, objects: ObjectReader, name: str) -> Any:  # noqa: ANN401 - plain data
        ref = read_settings(objects, self.current().head).get(name)
        return None if ref is None else read_setting(objects, ref)

    # --- records ---

    def put(self, *drafts: Draft) -> list[Revision]:
        """Write revisions in one commit.

        Args:
            drafts: What is to be said; a draft with `record_id` and `parents` continues a record.

        Returns:
            The revisions as they stand in the vault, in the same order.

        Raises:
            RevisionConflictError: A record was changed since its draft's parent.
            RecordError: A draft is not acceptable.
            BusyError, EngineError, StaleError: As `writing`; nothing was written.

        Secrets:
            `drafts` and the results.
        """
        written: list[Revision] = []
        self._put(drafts, written.append)
        return written

    def put_many(self, drafts: Iterable[Draft], *, progress: Callable[[int], None] | None = None) -> int:
        """Write any number of revisions in one commit, in bounded memory.

        Args:
            drafts: Consumed one at a time; an exception from it undoes everything.
            progress: Called with the number written so far.

        Returns:
            How many were written.

        Raises:
            RevisionConflictError, RecordError, BusyError, EngineError, StaleError: As `put`; nothing was written.

        Secrets:
            `drafts`.
        """
        count = 0

        def note(_: Revision) -> None:
            nonlocal count
            count += 1
            if progress is not None:
                progress(count)

        self._put(drafts, note)
        return count

    def _put(self, drafts: Iterable[Draft], written: Callable[[Revision], None]) -> None:
        with self.writing() as commit:
            writer = RecordWriter(commit, self._read_schemas(commit.batch), self._cache)
            for draft in drafts:
                written(writer.put(draft))
            writer.finish()
            commit.log("put", writer.facts())

    def resolve(self, record: str | bytes) -> bytes:
        """Find the id of a record from a shortened form.

        Args:
            record: Leading hexadecimal digits of the id, or the whole id as bytes.

        Returns:
            The record id, 16 bytes.

        Raises:
            NotFoundError: No record has it.
            AmbiguousIdError: More than one has it.
        """
        with self._reading() as (_, index):
            return self._resolve(index, record)

    @staticmethod
    def _resolve(index: Index, record: str | bytes) -> bytes:
        if isinstance(record, bytes):
            if index.current(record) is None:
                msg = "there is no such record"
                raise NotFoundError(msg)
            return record
        try:
            found = index.lookup(record)
        except ValueError:
            msg = "an id has one to 32 hexadecimal digits"
            raise NotFoundError(msg) from None
        if len(found) > 1:
            raise AmbiguousIdError(record, len(found))
        if not found:
            msg = "there is no such record"
            raise NotFoundError(msg)
        return found[0]

    def get(self, record: str | bytes, *, as_of: str | None = None) -> Revision:
        """Read a record.

        Args:
            record: Id, or its first digits.
            as_of: A date (EDTF): the newest revision written by the end of it.

        Returns:
            The revision; `removed` tells that the record was removed.

        Raises:
            NotFoundError, AmbiguousIdError: As `resolve`; NotFoundError also for a purged record or none as of then.
            IntegrityError: The record is damaged.

        Secrets:
            The result.
        """
        with self._reading() as (objects, index):
            record_id = self._resolve(index, record)
            if as_of is None:
                row = index.current(record_id)
                if row is None or row.purged:
                    raise NotFoundError(_PURGED)
                return read_revision(objects, row)
            end = edtf.parse(as_of).latest
            revisions = [read_revision(objects, row) for row in index.history(record_id) if not row.purged]
        limit = None if end is None else _end_of_day(end)
        known = [revision for revision in revisions if limit is None or revision.time <= limit]
        if not known:
            msg = "the record did not exist then"
            raise NotFoundError(msg)
        return known[-1]

    def history(self, record: str | bytes) -> list[Revision]:
        """Read all revisions of a record, oldest first.

        Raises:
            NotFoundError, AmbiguousIdError, IntegrityError: As `get`.

        Secrets:
            The result.
        """
        with self._reading() as (objects, index):
            rows = index.history(self._resolve(index, record))
            return [read_revision(objects, row) for row in rows if not row.purged]

    def records(self, kind: str | None = None, *, removed: bool = False) -> Iterator[Revision]:
        """Read the newest revision of every record, newest record first, one at a time.

        Args:
            kind: Only this kind.
            removed: Give the removed ones instead.

        Yields:
            Revisions; the snapshot stays open until the iterator is finished or closed.

        Raises:
            IntegrityError: A record is damaged.

        Secrets:
            The results.
        """
        with self._reading() as (objects, index):
            for row in index.rows(kind, removed=removed):
                if row.removed == removed:
                    yield read_revision(objects, row)

    def find(self, query: str, *, limit: int = 20) -> list[Hit]:
        """Search; `docs/search.md` tells the query language.

        Args:
            query: Words, all of which must fit; `field:value`, `kind:person`, `when:2017-05..2018`, `-word`, `"words"`.
            limit: Most results wanted.

        Returns:
            The best results, names before text, newer before older.

        Raises:
            RecordError: The query cannot be read.
            IntegrityError: The index or a record is damaged.

        Secrets:
            `query` and the result.
        """
        with self._reading() as (objects, index):
            schemas = self._read_schemas(objects)
            found = index.search(parse(query, schemas), schemas, partial(read_revision, objects))
            return [
                Hit(each.revision, each.match.claim, each.score, each.match.reason) for each in islice(found, limit)
            ]

    def remove(self, record: str | bytes, *, purge: bool = False) -> Removal:
        """Take a record out of view, or erase it for good.

        A removed record's values stay known, so that exports withhold them. A purged one's are unknown afterwards; where
        other records name it, the purge masks it, and those records lose the history that named it.

        Args:
            record: Id, or its first digits.
            purge: Erase for good.

        Returns:
            What was done.

        Raises:
            NotFoundError, AmbiguousIdError, IntegrityError, BusyError, EngineError, StaleError: As `get` and `put`.
        """
        record_id = self.resolve(record)
        with self.writing() as commit:
            schemas = self._read_schemas(commit.batch)
            writer = RecordWriter(commit, schemas, self._cache)
            heads = writer.index.heads(record_id)
            if not heads:
                raise NotFoundError(_PURGED)
            if purge:
                done = erasing.purge(commit, writer, schemas, record_id)
                self._forget_pseudonyms(commit, record_id)
                commit.log("purged", {"records": [record_id]})
            else:
                newest = read_revision(commit.batch, heads[-1])
                parents = tuple(row.revision_id for row in heads)
                writer.put(replace(continued(newest, newest.claims, removed=True), parents=parents))
                done = Removal(record_id, purged=False, mentions=(), objects=0)
                commit.log("removed", {"records": [record_id]})
            writer.finish()
        self._cache.clear()
        return done

    def mentions(self, record: str | bytes) -> list[Mention]:
        """Find every place in other records, tombstones too, that links to a record or names it in a text.

        Args:
            record: Id, or its first digits.

        Returns:
            The places, by record and field.

        Raises:
            NotFoundError, AmbiguousIdError, IntegrityError: As `get`.
        """
        with self._reading() as (objects, index):
            record_id = self._resolve(index, record)
            return erasing.Finder(objects, index, self._read_schemas(objects), record_id).mentions()

    # --- files ---

    def attach(
        self,
        record: str | bytes,
        stream: BinaryIO,
        name: str,
        *,
        claims: tuple[Claim, ...] = (),
        progress: Callable[[int], None] | None = None,
    ) -> Revision:
        """Seal a file, as a new document record that belongs to another record.

        Args:
            record: Id, or its first digits.
            stream: Read to its end, a mebibyte at a time.
            name: File name, kept as given; it is never trusted as a path.
            claims: Further claims of the document, such as its kind.
            progress: Called with the bytes read so far.

        Returns:
            The document record.

        Raises:
            NotFoundError, AmbiguousIdError: As `resolve`.
            LimitError: Longer than 64 GiB.
            BusyError, EngineError, StaleError: As `put`; nothing was written.

        Secrets:
            `stream`, `name`, `claims`.
        """
        record_id = self.resolve(record)
        with self.writing() as commit:
            writer = RecordWriter(commit, self._read_schemas(commit.batch), self._cache)
            owner = read_revision(commit.batch, writer.current(record_id))
            attachment, top = files.store(commit.batch, stream, progress)
            value = {
                "id": attachment.attachment_id,
                "length": attachment.length,
                "sha256": attachment.sha256,
                "chunks": attachment.chunks,
                "depth": attachment.depth,
                "name": name,
            }
            cases = [record_id] if owner.kind == "case" else owner.links("case")
            said = (
                Claim("about", record_id),
                Claim("file", value),
                *(Claim("case", case) for case in cases),
                *claims,
            )
            document = writer.put(Draft("document", said))
            writer.add_document(attachment_of(attachment.attachment_id, top, commit.epoch), [])
            writer.finish()
            commit.log("attached", {"records": [document.record_id]})
        return document

    def extract(
        self, record: str | bytes, directory: Path, *, progress: Callable[[int], None] | None = None
    ) -> list[Path]:
        """Write the files of a document out, or of every document that belongs to a record; each only if it is whole.

        Args:
            record: Id, or its first digits.
            directory: Folder that exists; no file in it is ever replaced.
            progress: Called with the bytes written of each file.

        Returns:
            The files written, 0600.

        Raises:
            NotFoundError, AmbiguousIdError: As `resolve`; NotFoundError also if there is no file.
            IntegrityError: A file is damaged; it was not written.
            UnsafePathError: A file of that name is there.
            EngineError: The disk refused.
        """
        written: list[Path] = []
        with self._reading() as (objects, index):
            record_id = self._resolve(index, record)
            rows = [row for row in (index.current(record_id), *index.links_to(record_id)) if row is not None]
            documents = [read_revision(objects, row) for row in rows if row.kind == "document"]
            for document in documents:
                if document.record_id != record_id and record_id not in document.links("about"):
                    continue
                for attachment, name in attachments_of(document):
                    row = index.attachment(attachment.attachment_id)
                    if row is None:
                        msg = "an attachment is missing"
                        raise IntegrityError(msg)
                    target = directory / safe_name(name, f"{document.record_id.hex()[:8]}.bin")
                    files.write_out(objects, attachment, row.ref, target, progress)
                    written.append(target)
        if not written:
            msg = "no file belongs to this record"
            raise NotFoundError(msg)
        return written

    # --- disclosure ---

    def policies(self) -> dict[str, Policy]:
        """Give the policies in force by name: the shipped ones and the vault's own."""
        with self._reading() as (objects, _):
            return disclosing.read_policies(objects, self.current().head, self._read_schemas(objects))

    def set_policy(self, text: str) -> Policy:
        """Keep a policy of the vault's own.

        Args:
            text: TOML.

        Returns:
            The policy.

        Raises:
            PolicyError: It cannot be used; the message names the line.
        """
        with self.writing() as commit:
            schemas = self._read_schemas(commit.batch)
            known = disclosing.read_policies(commit.batch, commit.state.head, schemas)
            policy = load_policy(text, schemas, known)
            commit.set_setting(f"policy/{policy.name}", text)
            commit.log("settings", {"set": f"policy/{policy.name}"})
        return policy

    def recipients(self) -> dict[str, Recipient]:
        """Give the address book by name."""
        with self._reading() as (objects, _):
            return disclosing.read_recipients(self._setting(objects, disclosing.RECIPIENTS))

    def put_recipient(self, recipient: Recipient) -> None:
        """Add or replace an entry of the address book."""
        with self.writing() as commit:
            plain = self._setting(commit.batch, disclosing.RECIPIENTS) or {}
            plain[recipient.name] = disclosing.plain_recipient(recipient)
            commit.set_setting(disclosing.RECIPIENTS, plain)
            commit.log("settings", {"set": "recipient"})

    def remove_recipient(self, name: str) -> None:
        """Take an entry out of the address book; the ledger keeps what was handed over.

        Raises:
            NotFoundError: There is no such entry.
        """
        with self.writing() as commit:
            plain = self._setting(commit.batch, disclosing.RECIPIENTS) or {}
            if plain.pop(name, None) is None:
                msg = "there is no such recipient"
                raise NotFoundError(msg)
            commit.set_setting(disclosing.RECIPIENTS, plain or None)
            commit.log("settings", {"removed": "recipient"})

    def preview(self, request: Request) -> View:
        """Show what a disclosure would let leave and what not, and by which rule; nothing is written.

        Raises:
            ConsentError, PolicyError, DisclosureError: As `disclose`.

        Secrets:
            The result.
        """
        return self._redact(request, preview=True)[0]

    def disclose(self, request: Request) -> Disclosure:
        """Make a redacted view that may be handed over once; the only way to one.

        Args:
            request: What, by which policy, to whom and for which purpose.

        Returns:
            The disclosure, for `vault.handoff`. The ledger entry is written when it is handed over.

        Raises:
            ConsentError: Consent is missing; by record id.
            PolicyError, DisclosureError: The request cannot be met.

        Secrets:
            The result.
        """
        if self._unconfirmed is not None:
            raise self._unconfirmed
        view, pseudonyms, schemas, made_at = self._redact(request)

        def record(handover: ledger.Handover) -> None:
            with self.writing() as commit:
                if commit.state.head.epoch != made_at:
                    raise BusyError(_CHANGED_MEANWHILE)
                commit.set_setting(_PSEUDONYMS, pseudonyms.plain())
                for facts in handover.parts():
                    commit.log(ledger.DISCLOSED, facts)

        signer = sealing.Signer(self.current().keyring.signing_seed)
        return disclosing.make(request, view, schemas, signer, record, self._open_file)

    def _redact(self, request: Request, *, preview: bool = False) -> tuple[View, Pseudonyms, Schemas, int]:
        with self._reading() as (objects, index):
            schemas = self._read_schemas(objects)
            pseudonyms = Pseudonyms.from_plain(self._setting(objects, _PSEUDONYMS) or {})

            def newest() -> Iterator[Revision]:
                for row in index.rows(removed=True):
                    yield read_revision(objects, row)

            def history(record_id: bytes) -> list[Revision]:
                return [read_revision(objects, row) for row in index.history(record_id) if not row.purged]

            view = redact(request, newest, history, schemas, pseudonyms, sealing.random_bytes, preview=preview)
            return view, pseudonyms, schemas, self.current().head.epoch

    def _open_file(self, file: DisclosedFile) -> Iterator[bytes]:
        attachment = attachment_of_value(file.value)
        if attachment is None:
            msg = "a document record says nothing of its file"
            raise IntegrityError(msg)
        with self._reading() as (objects, index):
            row = index.attachment(attachment.attachment_id)
            if row is None:
                msg = "an attachment is missing"
                raise IntegrityError(msg)
            yield from files.read(objects, attachment, row.ref)

    def _forget_pseudonyms(self, commit: Commit, record_id: bytes) -> None:
        plain = self._setting(commit.batch, _PSEUDONYMS)
        if plain:
            pseudonyms = Pseudonyms.from_plain(plain)
            pseudonyms.forget(record_id)
            commit.set_setting(_PSEUDONYMS, pseudonyms.plain())

    def ledger(self) -> list[LogEntry]:
        """Read the whole log, oldest first; the entries `disclosed` are the ledger.

        Raises:
            IntegrityError: The log is not one unbroken chain.
        """
        with self._reading() as (objects, _):
            return read_log(objects, self.current().head)

    # --- keeping ---

    def check(self, *, progress: Callable[[int], None] | None = None) -> inspection.CheckReport:
        """Open everything the vault names, and tell what is not as it should be.

        Args:
            progress: Called with the number of revisions read so far.

        Returns:
            The report; when it is without problems, the anchor notes the time.

        Raises:
            IntegrityError: Not even the index can be opened.
        """
        with self._engine.snapshot() as reader:
            self._state = state = refresh(reader, self.current())
            index = self._indexed(state.reader(reader), state.head)
            report = inspection.Inspector(reader, state, index, progress).run()
        if not report.problems and self._unconfirmed is None:
            self._note(state, int(self._clock()))
        return report

    def backup(self, target: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Write a consistent copy to a new file, open it, check it, and only then call it done.

        Args:
            target: Where nothing is yet.
            progress: Called with bytes written and bytes in all.

        Raises:
            UnsafePathError: Something is at the target.
            IntegrityError: The copy does not check out; it was removed.
            EngineError: The disk refused; no file stays.
        """
        self._engine.copy_to(target, progress=progress)
        try:
            copy = sqlite.open(target, read_only=True)
            try:
                with copy.snapshot() as reader:
                    state = refresh(reader, self.current())
                    index = self._indexed(state.reader(reader), state.head)
                    report = inspection.Inspector(reader, state, index).run()
            finally:
                copy.close()
            if report.problems:
                msg = f"the copy does not check out: {report.problems[0]}"
                raise IntegrityError(msg)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        if not self._engine.read_only and self._unconfirmed is None:
            with self.writing() as commit:
                known = self._setting(commit.batch, _BACKUPS) or []
                made = {"at": commit.now, "path": str(target.absolute()), "checkpoint": state.checkpoint}
                commit.set_setting(_BACKUPS, [*known, made][-_MAX_BACKUPS:])
                commit.log("backup", {"checkpoint": state.checkpoint})

    def compact(self) -> None:
        """Rewrite the file without unused space and without a telling order; objects that nothing names are dropped.

        Raises:
            BusyError: Another process writes.
            EngineError: The disk refused; the vault is as it was.
        """
        with self.writing() as commit:
            index = self._indexed(commit.batch, commit.state.head)
            reached = inspection.Inspector(commit.writer, commit.state, index).reach()
            lost = [found for found, _ in commit.writer.sizes() if found not in reached]
            for each in lost:
                commit.writer.delete(each)
            commit.log("compacted", {"dropped": len(lost)})
        self._engine.compact()


def continued(revision: Revision, claims: tuple[Claim, ...], *, removed: bool = False) -> Draft:
    """Make the draft of a revision's next one, with what this program does not know carried over.

    Args:
        revision: The present one.
        claims: All claims of the next one.
        removed: Take the record out of view.

    Returns:
        The draft.
    """
    return Draft(
        kind=revision.kind,
        claims=claims,
        record_id=revision.record_id,
        parents=(revision.id,),
        removed=removed,
        schema_version=revision.schema_version,
        extra=revision.extra,
    )


def _end_of_day(day: date) -> int:
    """Give the last second of a day in UTC."""
    return int(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC).timestamp())


def _first_commit(engine: Engine, header: Header, access_key: bytes, keyring: Keyring, now: int) -> State:
    sealers = make_sealers(header.vault_id, access_key, keyring)
    entry = LogEntry(epoch=1, parents=(), device=b"", time=now, action="created", facts={}, heads=())
    with engine.transaction() as writer:
        ref = ObjectBatch(writer, sealers, keyring.generation).put(Kind.KEYRING, keyring.encode())
        head = Head(epoch=1, previous=(), header_digest=header.digest, keyring=ref, log=(entry.encode(),))
        sealed_head = sealers[0].seal(Kind.HEAD.value, head.encode())
        writer.set_header(header.data)
        writer.swap_head(None, sealed_head)
    return State(header, access_key, sealed_head, head, keyring, sealers, slot=0)
