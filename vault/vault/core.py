"""`Vault`: one encrypted file of cases, locked or open.

Part of floor 3. Every read happens inside one snapshot begun before the head is read; every change is one transaction
that takes the write lock first. State in memory changes only after a commit.
"""

from __future__ import annotations

import gc
import os
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, Self

from vault import files, keys, sealing
from vault.engine import guard, sqlite
from vault.errors import AmbiguousIdError, IntegrityError, NotFoundError, UnsafePathError
from vault.index import Index, attachment_of, parse
from vault.keys import Header, Keyring, Passphrase, Secret, Slot, SlotKind, Unlocker
from vault.ledger import LogEntry
from vault.objects import Head, Kind, ObjectBatch, parse_checkpoint
from vault.paths import safe_name
from vault.records import Claim, Draft, Revision, Schemas, continued, edtf, id_text, load_schema, text_of
from vault.sealing import KdfProfile
from vault.vault import drills, erasing, inspection, likeness
from vault.vault.desk import KeyDesk, KeyslotInfo, used_slots
from vault.vault.erasing import Mention, Removal
from vault.vault.keeping import KeepingDesk, read_backups
from vault.vault.lines import write_lines
from vault.vault.loading import Helpers
from vault.vault.preparing import preparing
from vault.vault.reading import attachments_of, read_revision
from vault.vault.session import Session
from vault.vault.state import State, make_sealers, open_state
from vault.vault.writing import RecordWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from os import PathLike
    from pathlib import Path
    from types import TracebackType

    from vault.engine import Engine
    from vault.objects import ObjectReader
    from vault.redact import Disclosure, Request
    from vault.shares import Share
    from vault.vault.disclosing import DisclosureDesk

_PURGED: Final = "this record was purged; only its id is known"


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
        backups: Known backups: time, path, epoch.
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
        spelling: The name found, as it is written; empty if it is no name that answers.
    """

    revision: Revision = field(repr=False)
    claim: Claim | None = field(repr=False)
    score: float
    reason: str = field(repr=False)
    spelling: str = field(default="", repr=False)

    @property
    def field(self) -> str:
        """Field in which it was found; empty if the query asks for no value."""
        return self.claim.field if self.claim else ""


class Hits(list[Hit]):
    """Results of a search, best first.

    Attributes:
        capped: More names sound like what was asked for than were compared: some that are like it may be missing.
    """

    capped: bool = False


class Vault:
    """An encrypted record store in one file; made by `create` and `open`, used as a context manager.

    Source:
        docs/format.md.
    """

    def __init__(self, session: Session) -> None:
        """Take over an open session; callers use `create` or `open`."""
        self._session = session

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
        seed = sealing.random_bytes(32)
        with preparing():
            prk = sealing.passphrase_key(Passphrase(passphrase).normalised(), salt, profile, vault_id)
        front = keys.passphrase_front(prk, vault_id, 0, seed)
        slot = Slot(SlotKind.PASSPHRASE, label, sealing.public_key(seed), 1)
        return cls(_create(path, _Prefix(vault_id, profile, salt), slot, front, state_dir, clock))

    @classmethod
    def create_split(
        cls,
        path: str | PathLike[str],
        vault_id: bytes,
        shares: Sequence[Share],
        *,
        profile: KdfProfile = KdfProfile.STANDARD,
        label: str = "shares",
        state_dir: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """Make a new vault that nobody opens alone: only so many shares together do.

        Args:
            path: Where no file is yet.
            vault_id: 16 random bytes; drawn by the caller because the vault code is printed on the shares.
            shares: All of one set, from `shares.split` of 32 random bytes.
            profile: Cost of guessing a passphrase, should one be added; `KdfProfile.TEST` is for tests alone.
            label: Names the keyslot.
            state_dir: Folder for the local anchor; None to keep none.
            clock: Seconds since 1970 UTC.

        Returns:
            The vault, open.

        Raises:
            ShareError: The shares do not give one key back.
            UnsafePathError: Something is at the path.
            EngineError: The disk refused; no file stays.

        Secrets:
            `shares`.
        """
        from vault.shares import combine  # noqa: PLC0415 - few vaults are made of shares

        slot = Slot(SlotKind.PAPER, label, keys.Identity(combine(shares)).public_key, 1)
        front = keys.throwaway_front(vault_id, 0)
        prefix = _Prefix(vault_id, profile, sealing.random_bytes(16))
        return cls(_create(path, prefix, slot, front, state_dir, clock, shares))

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        secret: Secret,
        *,
        state_dir: Path | None = None,
        expect: str | None = None,
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
            with preparing(), engine.snapshot() as reader:
                opening = open_state(reader, Unlocker(secret), allow_test=allow_test_profile)
            session = Session(engine, opening.state, clock)
            if expected is not None:
                session.expect(*expected)
            session.use_anchor(state_dir, accept_older=accept_older)
            # Only now: the copy that would be written over could be the newer state.
            session.mend(damaged_header=opening.damaged_header, damaged_head=opening.damaged_head)
        except BaseException:
            engine.close()
            raise
        return cls(session)

    def close(self) -> None:
        """Drop the keys and let go of the file; a second call does nothing."""
        self._session.close()

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    # --- about the vault ---

    @property
    def epoch(self) -> int:
        """Number of the newest commit that was seen."""
        return self._session.current().head.epoch

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should be told: mended copies, changed keys, an anchor that could not be written."""
        return tuple(self._session.notices)

    def accept_older(self) -> None:
        """Take a restored older file into use: write that into the log, and let the anchor follow.

        Raises:
            LockedError: The vault is locked.
            StaleError: The keys are others than this machine last saw, and nobody has confirmed them.
            EngineError: The disk refused.
        """
        self._session.accept_older()

    def status(self) -> Status:
        """Tell how the vault is.

        Raises:
            LockedError: The vault is locked.
            IntegrityError: The index is damaged.
        """
        with self._session.snapshot() as (reader, state):
            objects = state.reader(reader)
            index = self._session.indexed(objects, state.head)
            counts = index.counts()
            removed = sum(row.removed for row in index.rows(removed=True))
            sizes = [size for _, size in reader.sizes()]
            backups = read_backups(self._session, objects)
        return Status(
            epoch=state.head.epoch,
            checkpoint=state.checkpoint,
            fingerprint=keys.fingerprint(state.header.vault_id, state.access_key),
            vault_code=keys.vault_code(state.header.vault_id),
            kdf_profile=state.header.profile.number,
            counts=counts,
            removed=removed,
            objects=len(sizes),
            bytes=sum(sizes),
            generations=state.keyring.generation,
            keyslots=used_slots(state.keyring),
            notices=list(self._session.notices),
            last_check=self._session.checked_at,
            backups=backups,
        )

    @property
    def keys(self) -> KeyDesk:
        """The keys: confirm them; list, add, change and remove keyslots."""
        return KeyDesk(self._session)

    @property
    def disclosures(self) -> DisclosureDesk:
        """What disclosures need and leave: policies, address book, previews, the log."""
        from vault.vault.disclosing import DisclosureDesk  # noqa: PLC0415 - searching and adding need none of it

        return DisclosureDesk(self._session)

    @property
    def keeping(self) -> KeepingDesk:
        """Keeping the file: backups, and rewriting it without unused space."""
        return KeepingDesk(self._session)

    @property
    def schemas(self) -> Schemas:
        """Schemas in force: the shipped ones and the vault's own."""
        with self._session.reading() as (objects, _):
            return self._session.schemas(objects)

    def set_schema(self, text: str) -> Schemas:
        """Keep a schema of the vault's own: a new kind, or more fields for a shipped one; made without programming.

        Args:
            text: TOML, as docs/schemas.md says.

        Returns:
            The schemas in force from now on.

        Raises:
            SchemaError: It cannot be used; the message names the line.
            BusyError, EngineError, StaleError: As `put`; nothing was written.

        Source:
            docs/schemas.md.
        """
        schema = load_schema(text)
        with self._session.writing() as commit:
            self._session.schemas(commit.batch).merge(schema)
            commit.set_setting(f"schema/{schema.kind}", text)
            commit.log("settings", {"set": f"schema/{schema.kind}"})
        return self.schemas

    # --- records ---

    def put(self, *drafts: Draft) -> list[Revision]:
        """Write revisions in one commit.

        Where names of a person change, the records that `same` joined to it get these names in the same commit.

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
        with self._recording() as writer:
            written = [writer.put(draft) for draft in drafts]
            # Who is the same person by a verdict is found under the names of the other as they are from now on.
            for draft in likeness.following(written, writer.newest):
                writer.put(draft)
            return written

    def put_many(
        self, drafts: Iterable[Draft], *, processes: int = 1, progress: Callable[[int], None] | None = None
    ) -> int:
        """Write any number of revisions in one commit, in bounded memory.

        Unlike `put` it gives no names on to records that `same` joined; saying `same` again does.

        Args:
            drafts: Consumed one at a time; an exception from it undoes everything.
            processes: How many helper processes take texts apart; 1 for none, all is done in this one. They have to be
                started, which pays from some thousands of drafts on. The result is the same.
            progress: Called with the number written so far.

        Returns:
            How many were written.

        Raises:
            RevisionConflictError, RecordError, BusyError, EngineError, StaleError: As `put`; nothing was written.
            HelperError: A helper could not be started, or ended early; nothing was written.
            ValueError: `processes` is not 1 or more.

        Secrets:
            `drafts`; helpers are sent them through a pipe, and no key.
        """
        if processes < 1:
            msg = "there is at least one process"
            raise ValueError(msg)
        count = 0
        with self._recording(processes) as writer, _no_collector():
            for draft in drafts:
                writer.add(draft)
                count += 1
                if progress is not None:
                    progress(count)
        return count

    @contextmanager
    def _recording(self, processes: int = 1) -> Iterator[RecordWriter]:
        """Begin a commit of revisions; their segment is written at the end."""
        with self._session.writing() as commit, ExitStack() as stack:
            helpers = None
            if processes > 1:
                helpers = stack.enter_context(Helpers(processes, self._session.own_schemas(commit.batch)))
            writer = RecordWriter(commit, self._session.schemas(commit.batch), self._session.cache, helpers)
            yield writer
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
        with self._session.reading() as (_, index):
            return self._resolve(index, record)

    @staticmethod
    def _resolve(index: Index, record: str | bytes) -> bytes:
        if isinstance(record, bytes):
            if not index.history(record):
                msg = "there is no such record"
                raise NotFoundError(msg)
            return record
        try:
            found = index.lookup(record)
        except ValueError:
            msg = "an id is made of the digits 0 to 9 and the letters a to f, at most 32 of them"
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
        with self._session.reading() as (objects, index):
            record_id = self._resolve(index, record)
            if as_of is None:
                return self._newest(objects, index, record_id)
            end = edtf.parse(as_of).latest
            revisions = [read_revision(objects, row) for row in index.history(record_id) if not row.purged]
        limit = None if end is None else _end_of_day(end)
        known = [revision for revision in revisions if limit is None or revision.time <= limit]
        if not known:
            msg = "the record did not exist then"
            raise NotFoundError(msg)
        return known[-1]

    @staticmethod
    def _newest(objects: ObjectReader, index: Index, record_id: bytes) -> Revision:
        row = index.current(record_id)
        if row is None or row.purged:
            raise NotFoundError(_PURGED)
        return read_revision(objects, row)

    def history(self, record: str | bytes) -> list[Revision]:
        """Read all revisions of a record, oldest first.

        Raises:
            NotFoundError, AmbiguousIdError, IntegrityError: As `get`.

        Secrets:
            The result.
        """
        with self._session.reading() as (objects, index):
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
        with self._session.reading() as (objects, index):
            for row in index.rows(kind, removed=removed):
                if row.removed == removed:
                    yield read_revision(objects, row)

    def lines(self, *, removed: bool = False, processes: int = 1) -> Iterator[str]:
        """Read the newest revision of every record as a line of JSON, as `records.record_to_json` has it, newest first.

        This reads, as `records` does: nothing is withheld, and the log says nothing of it. What is handed over goes
        through `disclose`.

        Args:
            removed: Give the removed ones instead.
            processes: How many helper processes make the text; 1 for none, all is done in this one. They have to be
                started, which pays from some thousands of records on.

        Yields:
            Lines without line feeds; the snapshot stays open until the iterator is finished or closed.

        Raises:
            IntegrityError: A record is damaged.
            HelperError: A helper could not be started, or ended early.
            ValueError: `processes` is not 1 or more.

        Secrets:
            The results; helpers are sent them through a pipe, and no key.
        """
        if processes < 1:
            msg = "there is at least one process"
            raise ValueError(msg)
        with self._session.reading() as (objects, index), ExitStack() as stack:
            helpers = None
            if processes > 1:
                helpers = stack.enter_context(Helpers(processes, self._session.own_schemas(objects)))
            rows = (row for row in index.rows(removed=removed) if row.removed == removed)
            yield from write_lines(objects, rows, self._session.schemas(objects), helpers)

    def find(self, query: str, *, limit: int = 20, exact: bool = False, script: str | None = None) -> Hits:
        """Search; `docs/search.md` tells the query language.

        Args:
            query: Words, all of which must fit; `field:value`, `kind:person`, `when:2017-05..2018`, `-word`, `"words"`.
            limit: Most results wanted.
            exact: Words as they are written alone: in no other spelling, and as a beginning only with `*`.
            script: ISO 15924 code, one of `vault.index.SCRIPTS`: names count only in this script; None for all.

        Returns:
            The best results, names before text, newer before older. None is no proof of absence.

        Raises:
            ValueError: `script` is no known code.
            RecordError: The query cannot be read.
            IntegrityError: The index or a record is damaged.

        Secrets:
            `query` and the result.
        """
        with self._session.reading() as (objects, index):
            schemas = self._session.schemas(objects)
            answers = index.search(
                parse(query, schemas, exact=exact, script=script),
                schemas,
                partial(read_revision, objects, cache=self._session.opened),
            )
            hits = Hits(
                Hit(found.revision, found.match.claim, found.score, found.match.reason, found.match.spelling)
                for found in islice(answers, limit)
            )
            hits.capped = answers.capped
            return hits

    def remove(self, record: str | bytes, *, purge: bool = False) -> Removal:
        """Take a record out of view, or erase it for good.

        A removed record's values stay known, so that exports withhold them. A purged one's are unknown afterwards;
        where other records name it, the purge masks it, and those records lose the history that named it.

        Args:
            record: Id, or its first digits.
            purge: Erase for good.

        Returns:
            What was done.

        Raises:
            NotFoundError, AmbiguousIdError, IntegrityError, BusyError, EngineError, StaleError: As `get` and `put`.
        """
        record_id = self.resolve(record)
        with self._session.writing() as commit:
            schemas = self._session.schemas(commit.batch)
            writer = RecordWriter(commit, schemas, self._session.cache)
            heads = writer.index.heads(record_id)
            if not heads:
                raise NotFoundError(_PURGED)
            if purge:
                done = erasing.purge(commit, writer, schemas, record_id)
                from vault.vault.disclosing import forget_record  # noqa: PLC0415 - searching needs none of it

                forget_record(self._session, commit, record_id)
                commit.log("purged", {"records": [record_id]})
            else:
                newest = read_revision(commit.batch, heads[-1])
                parents = tuple(row.revision_id for row in heads)
                writer.put(replace(continued(newest, newest.claims, removed=True), parents=parents))
                done = Removal(record_id, purged=False, mentions=(), objects=0)
                commit.log("removed", {"records": [record_id]})
            writer.finish()
        self._session.clear()
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
        with self._session.reading() as (objects, index):
            record_id = self._resolve(index, record)
            return erasing.Finder(objects, index, self._session.schemas(objects), record_id).mentions()

    # --- one person in two records ---

    def same(self, first: str | bytes, second: str | bytes) -> list[Revision]:
        """Write down that a person found two records to be of one and the same person.

        Both point at each other (`same_as`), a former `not_same_as` is taken back, and each gets the names of the other
        that it lacks (`also_named`), so that whoever looks for either is shown both. Saying it again brings these names
        up to date.

        Args:
            first: Id of a person's record, or its first digits.
            second: The other one.

        Returns:
            Both as they stand now, in this order; if all of it was written before, nothing new is.

        Raises:
            NotFoundError, AmbiguousIdError, IntegrityError: As `get`.
            RecordError: They are one record, one is not of a person, or one is removed.
            RevisionConflictError: Another process changed one of them at this moment.
            BusyError, EngineError, StaleError: As `put`; nothing was written.

        Secrets:
            The results.
        """
        return self._judge(first, second, same=True)

    def different(self, first: str | bytes, second: str | bytes) -> list[Revision]:
        """Write down that a person found two records to be of two persons; they are not asked about again.

        Both point at each other (`not_same_as`, which never leaves the vault), a former `same_as` is taken back, and
        the names that came with it go.

        Args:
            first: Id of a person's record, or its first digits.
            second: The other one.

        Returns:
            Both as they stand now, in this order.

        Raises:
            NotFoundError, AmbiguousIdError, IntegrityError, RecordError, RevisionConflictError, BusyError, EngineError,
                StaleError: As `same`.

        Secrets:
            The results.
        """
        return self._judge(first, second, same=False)

    def _judge(self, first: str | bytes, second: str | bytes, *, same: bool) -> list[Revision]:
        with self._session.reading() as (objects, index):
            pair = [self._newest(objects, index, self._resolve(index, record)) for record in (first, second)]
            likeness.check_pair(*pair)
            drafts = []
            for mine, other in (pair, reversed(pair)):
                linked = {*mine.links(likeness.SAME), other.record_id} - (set() if same else {other.record_id})
                rows = [row for target in sorted(linked) if (row := index.current(target)) is not None]
                partners = [read_revision(objects, row) for row in rows]
                drafts.append(likeness.with_verdict(mine, other.record_id, partners, same=same))
        said = [draft for draft in drafts if draft is not None]
        written = {one.record_id: one for one in self.put(*said)} if said else {}
        return [written.get(one.record_id, one) for one in pair]

    def likely_same(self, who: str | bytes | Draft, *, limit: int = 20, least: float = 0.0) -> list[Hit]:
        """Find persons that are likely the one of a record, for somebody to look at; it decides nothing.

        Names are compared in any spelling, dates of birth, sex, places, phones and numbers of papers as far as both
        have them. Kin, and pairs that `same` or `different` settled, are left out.

        Args:
            who: Id of a person's record, or its first digits; or a draft that is not written yet.
            limit: Most results wanted.
            least: Least score; from `vault.vault.LIKELY` on somebody should be asked.

        Returns:
            The likeliest first; the claim is the name that is most alike, the reason says what agrees and what
            contradicts. None is no proof that nobody is the same.

        Raises:
            NotFoundError, AmbiguousIdError, IntegrityError: As `get`.
            RecordError: The record is not of a person, or is removed.

        Secrets:
            `who` and the result.
        """
        with self._session.reading() as (objects, index):
            given = who if isinstance(who, Draft) else self._newest(objects, index, self._resolve(index, who))
            likeness.check_person(given)
            found = self._comparer(objects, index).alike(given.claims, given.record_id, least=least)
        return [_likely(other, like) for other, like in found[:limit]]

    def likely_pairs(
        self, since: int, *, progress: Callable[[int], None] | None = None
    ) -> Iterator[tuple[Revision, Hit]]:
        """Compare each person written after a commit with all others, to ask about the pairs that are likely one.

        Args:
            since: Epoch of that commit; 0 compares everybody.
            progress: Called with the number of persons compared so far.

        Yields:
            A person, and the other one with a score from `LIKELY` on; each pair once. The snapshot stays open until
            the iterator is finished or closed.

        Raises:
            IntegrityError: The index or a record is damaged.

        Secrets:
            The results.
        """
        with self._session.reading() as (objects, index):
            for mine, other, like in self._comparer(objects, index).pairs(since, progress):
                yield mine, _likely(other, like)

    def _comparer(self, objects: ObjectReader, index: Index) -> likeness.Comparer:
        opened = partial(read_revision, objects, cache=self._session.opened)
        return likeness.Comparer(index, self._session.schemas(objects), opened)

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
        with self._session.writing() as commit:
            writer = RecordWriter(commit, self._session.schemas(commit.batch), self._session.cache)
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
        with self._session.reading() as (objects, index):
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
                    safe = safe_name(name, f"{document.record_id.hex()[:8]}.bin")
                    if safe.casefold() in {path.name.casefold() for path in written}:
                        safe = f"{len(written) + 1}-{safe}"  # two photographs of one name are no reason to give neither
                    target = directory / safe
                    if os.path.lexists(target):
                        # Not by its name: that comes from the record, and a message may land in a log.
                        msg = f"a file of the name that document {id_text(document.record_id)} gives is there already"
                        raise UnsafePathError(msg)
                    files.write_out(objects, attachment, row.ref, target, progress)
                    written.append(target)
        if not written:
            msg = "no file belongs to this record; attach one first"
            raise NotFoundError(msg)
        return written

    # --- disclosure ---

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
        from vault.vault.disclosing import disclose  # noqa: PLC0415 - searching needs none of it

        return disclose(self._session, request)

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
        with self._session.snapshot() as (reader, state):
            index = self._session.indexed(state.reader(reader), state.head)
            report = inspection.Inspector(reader, state, index, progress).run()
        if not report.problems and self._session.unconfirmed is None:
            self._session.note(state, int(self._session.clock()))
        return report


def _likely(other: Revision, like: likeness.Likeness) -> Hit:
    named = (one for one in other.claims_of("name") if text_of(one.value)[: likeness.MAX_NAME] == like.name)
    claim = next(named, None)
    return Hit(other, claim, like.score, "; ".join(like.reasons()), like.name)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Keep Python's cycle collector still in a bulk load: nothing here makes cycles, its passes cost a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _end_of_day(day: date) -> int:
    """Give the last second of a day in UTC."""
    return int(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC).timestamp())


class _Prefix(NamedTuple):
    """What a new header begins with."""

    vault_id: bytes
    profile: KdfProfile
    kdf_salt: bytes


def _create(
    path: str | PathLike[str],
    prefix: _Prefix,
    slot: Slot,
    front: bytes,
    state_dir: Path | None,
    clock: Callable[[], float],
    shares: Sequence[Share] = (),
) -> Session:
    keyring, access_key = keys.new_keyring(slot), sealing.random_bytes(32)
    fronts = [front, *(keys.throwaway_front(prefix.vault_id, index) for index in range(1, keys.SLOTS))]
    header = keys.build_header(*prefix, fronts, keyring, access_key)
    engine = sqlite.create(path)
    try:
        session = Session(engine, _first_commit(engine, header, access_key, keyring, int(clock())), clock)
        if shares:
            with session.writing() as commit:
                drills.note_shares(commit, 0, slot.added_epoch, shares)
                commit.log("keys", {"did": "split", "slot": 0})
    except BaseException:
        engine.close()
        with suppress(OSError):
            guard.plain_path(path).unlink()
        raise
    session.use_anchor(state_dir)
    return session


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
