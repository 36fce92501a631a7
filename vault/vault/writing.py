"""Writing revisions into a commit: sealed objects, the index's new segments, and merging.

Part of floor 3. It decides what follows what; it refuses a draft whose record has moved on.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from vault import sealing
from vault.errors import NotFoundError, RecordError, RevisionConflictError
from vault.index import MERGE_BYTES, Builder, Index, document_of, read_entries
from vault.index.building import row_of
from vault.objects import Kind
from vault.records import Revision, decode_revision
from vault.vault.loading import Helpers, SharedSegment
from vault.vault.reading import read_revision

if TYPE_CHECKING:
    from vault.index import Change, Document, PageCache, Row, SegmentEntry
    from vault.objects import Ref
    from vault.records import Draft, Schemas
    from vault.vault.state import Commit

_MAX_LOGGED_IDS: Final = 16
_MERGED_A_WRITTEN: Final = 4


class RecordWriter:
    """Adds revisions to one commit.

    Args:
        commit: The commit to be.
        schemas: Schemas in force.
        cache: Pages of the index seen before.
        helpers: Processes that make the terms; without them that is done here.
    """

    def __init__(self, commit: Commit, schemas: Schemas, cache: PageCache, helpers: Helpers | None = None) -> None:
        """Begin with nothing written."""
        self._commit = commit
        self._schemas = schemas
        self._cache = cache
        self.index = Index(commit.batch, read_entries(commit.segments), cache)
        self._helpers = helpers
        self._builder: Builder | None = None
        self._shared: SharedSegment | None = None
        self._closed: SharedSegment | None = None
        self._written: set[int] = set()
        self._new: set[bytes] = set()
        self._kinds: Counter[str] = Counter()
        self._ids: list[bytes] = []

    def put(self, draft: Draft, *, time: int | None = None) -> Revision:
        """Seal one revision and index it.

        Args:
            draft: What is to be said.
            time: Seconds since 1970 UTC; the commit's time if None.

        Returns:
            The revision as it stands in the vault.

        Raises:
            RevisionConflictError: The record was changed, removed for good or made by someone else meanwhile.
            RecordError: The draft is not acceptable.
        """
        return decode_revision(self.add(draft, time=time))

    def add(self, draft: Draft, *, time: int | None = None) -> bytes:
        """Do what `put` does, and give the plaintext alone; for loads of many."""
        record_id = draft.record_id or sealing.random_bytes(16)
        return self._write(record_id, draft, self._follows(record_id, draft), time)

    def put_anew(self, draft: Draft) -> Revision:
        """Write a record whose whole history was just erased; it begins again under its id."""
        if draft.record_id is None:
            msg = "a record that begins again has an id"
            raise ValueError(msg)
        return decode_revision(self._write(draft.record_id, draft, [], None))

    def _write(self, record_id: bytes, draft: Draft, older: list[Row], time: int | None) -> bytes:
        now = self._commit.now if time is None else time
        revision = Revision(
            record_id=record_id,
            kind=draft.kind,
            parents=draft.parents,
            device=self._commit.device,
            time=now,
            claims=draft.claims,
            seed=sealing.random_bytes(32),
            removed=draft.removed,
            schema_version=draft.schema_version,
            extra=draft.extra,
        )
        plaintext = revision.encode(recorded_at=now)
        ref = self._commit.batch.put(Kind.REVISION, plaintext)
        self._kinds[draft.kind] += 1
        if draft.record_id is not None:  # ids drawn here do not come twice, and may be a million
            self._new.add(record_id)
        if len(self._ids) < _MAX_LOGGED_IDS:
            self._ids.append(record_id)
        if self._helpers is not None:
            self._share(revision, ref, plaintext, older)
        else:
            self.add_document(document_of(revision, ref, self._schemas, self._commit.epoch), older)
        return plaintext

    def _follows(self, record_id: bytes, draft: Draft) -> list[Row]:
        """Check that a draft continues the newest revisions, and give those rows."""
        if record_id in self._new:
            msg = "one commit writes a record only once"
            raise RevisionConflictError(msg)
        rows = self.index.history(record_id) if draft.record_id is not None else []
        heads = [row for row in rows if not row.superseded and not row.purged]
        # One that a purge wrote anew has marks in its history, and goes on.
        if rows and not heads:
            msg = "this record was purged; its id is not used again"
            raise RevisionConflictError(msg)
        if {row.revision_id for row in heads} - set(draft.parents):
            msg = "the record was changed since it was read; read it again and repeat the change"
            raise RevisionConflictError(msg)
        if not heads and draft.parents:
            msg = "the revision that this one should follow is not in the vault"
            raise RecordError(msg)
        return heads

    def current(self, record_id: bytes) -> Row:
        """Give the newest row of a record.

        Raises:
            NotFoundError: There is none, or it was purged.
        """
        row = self.index.current(record_id)
        if row is None:
            msg = "there is no such record"
            raise NotFoundError(msg)
        return row

    def newest(self, record_id: bytes) -> Revision | None:
        """Read the newest revision that a record had before this commit; None if it has none or was purged."""
        row = self.index.current(record_id)
        return None if row is None else read_revision(self._commit.batch, row)

    def add_document(self, document: Document, older: list[Row]) -> None:
        """Put a line into the index; `older` are the rows it follows."""
        if self._builder is None or self._builder.full:
            self._flush()
            self._builder = Builder(self._commit.take_serial())
        for row in older:
            self._builder.supersede(row.serial, row.number)
        self._builder.add(document)

    def _share(self, revision: Revision, ref: Ref, plaintext: bytes, older: list[Row]) -> None:
        """Let a helper put a revision into the index; `older` are the rows it follows."""
        assert self._helpers is not None  # noqa: S101 - looked at by the caller
        if self._shared is None or self._shared.full:
            self._close_shared()
            self._shared = SharedSegment(self._commit.take_serial(), self._helpers)
        for row in older:
            self._shared.supersede(row.serial, row.number)
        self._shared.add(row_of(revision, ref, self._commit.epoch), plaintext)

    def _close_shared(self) -> None:
        """Have the present segment's pages written, and take those of the one before, which are ready by then."""
        if self._shared is not None:
            self._shared.close()
            self._take_closed()
            self._closed, self._shared = self._shared, None

    def _take_closed(self) -> None:
        if self._closed is not None:
            self._append(self._closed.seal(self._commit.batch, self._closed.sheets()))
            self._closed = None

    def _flush(self) -> None:
        if self._builder is not None and len(self._builder):
            self._append(self._builder.write(self._commit.batch))
        self._builder = None

    def _append(self, entry: SegmentEntry) -> None:
        self._written.add(entry.serial)
        self._commit.segments = (*self._commit.segments, entry.plain())

    def apply(self, change: Change) -> None:
        """Take over what a purge or a merge made of the segments."""
        self._commit.segments = tuple(entry.plain() for entry in change.entries)
        self._commit.orphans += change.orphaned
        self.index = Index(self._commit.batch, read_entries(self._commit.segments), self._cache)

    def finish(self) -> None:
        """Write the segment of what was added, and merge if it is time to."""
        self._flush()
        if self._helpers is not None:
            self._close_shared()
            self._helpers.settle()
            self._take_closed()
        index = Index(self._commit.batch, read_entries(self._commit.segments), self._cache)
        # Who wrote much has taken its time already, and may merge as much as that comes to.
        left = max(MERGE_BYTES, _MERGED_A_WRITTEN * index.bytes_of(self._written))
        while True:
            change = index.tidy(self._commit.batch, self._commit.next_serial, self._commit.epoch, most_bytes=left)
            if not self.merge(change):
                return
            index = self.index
            left -= change.read

    def merge(self, change: Change) -> bool:
        """Take over a merge, made under the next serial number; tell whether it was one."""
        if not change.read:
            return False
        self._commit.take_serial()
        self.apply(change)
        return True

    def facts(self) -> dict[str, Any]:
        """Say what was written: numbers by kind, and the ids if they are few."""
        facts: dict[str, Any] = {"kinds": dict(self._kinds)}
        if sum(self._kinds.values()) <= _MAX_LOGGED_IDS:
            facts["records"] = self._ids
        return facts
