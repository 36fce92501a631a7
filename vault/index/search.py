"""The index of an unlocked vault: where a record is, what links to it, and who answers a query.

Floor: 2. Opening it reads the segment objects and nothing more; a lookup reads the pages that it needs. It opens no
record: candidates go to the caller, who opens them and lets `vault.index.match` decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from operator import or_
from typing import TYPE_CHECKING

from pyroaring import BitMap

from vault.index.deciding import match
from vault.index.merging import MERGE_BYTES, Change, plan_compact, plan_merge, size_of, write_again, write_merged
from vault.index.pages import Batch, Reader, Row
from vault.index.ranking import Search, alike, beginnings
from vault.index.segment import PageCache, Segment, SegmentEntry
from vault.index.terms import ATTACHED, GONE, ID, ID_BYTES, KIND, LINK

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from vault.index.deciding import Match
    from vault.index.query import Query
    from vault.index.ranking import Alike, Candidate
    from vault.objects import Ref
    from vault.records.model import Revision
    from vault.records.schema import Schemas


@dataclass(frozen=True, slots=True)
class Found:
    """A record that answers a query.

    Args:
        row: Where it is.
        revision: Its newest revision.
        score: As in `Candidate`.
        match: The claim that answers, and why.

    Secrets:
        `revision` and `match`.
    """

    row: Row
    revision: Revision = field(repr=False)
    score: float
    match: Match = field(repr=False)


class Answers(Iterator[Found]):
    """Records that answer a query, best first; each is opened when it is asked for.

    Args:
        search: Where they come from.
        schemas: Schemas in force.
        opened: Opens the revision of a row.
    """

    def __init__(self, search: Search, schemas: Schemas, opened: Callable[[Row], Revision]) -> None:
        """Open nothing yet."""
        self._search = search
        self._found = self._matched(schemas, opened)

    def __next__(self) -> Found:
        return next(self._found)

    @property
    def capped(self) -> bool:
        """Whether only the 1 000 names were compared that share most with what is asked for, of more that share some.

        Records that have the words as they are written are given all the same. It is known once a record was given
        that does not have all of them in its names.
        """
        return self._search.capped

    def _matched(self, schemas: Schemas, opened: Callable[[Row], Revision]) -> Iterator[Found]:
        for candidate in self._search.candidates():
            revision = opened(candidate.row)
            if found := match(self._search.query, revision, schemas, candidate.heard):
                yield Found(candidate.row, revision, candidate.score, found)


class Index:
    """All segments of a vault, opened.

    Args:
        reader: Opens objects; also a batch, so that a commit sees what it wrote.
        entries: The head's segments, oldest first.
        cache: What was read before; pass the same one while the vault stays open.

    Raises:
        IntegrityError: A segment is missing or not made by the rule.
        UnsupportedVersionError: One is made by a newer rule.
    """

    def __init__(self, reader: Reader, entries: Iterable[SegmentEntry], cache: PageCache | None = None) -> None:
        """Read the segment objects and collect what is superseded."""
        held = PageCache() if cache is None else cache
        self._segments = [Segment(reader, entry, held) for entry in entries]
        self._by_serial = {segment.serial: segment for segment in self._segments}
        for segment in self._segments:
            for serial, documents in segment.root.supersedes.items():
                # A segment that is gone was merged, and what is superseded was marked then.
                if (older := self._by_serial.get(serial)) is not None:
                    older.dead |= documents

    @property
    def entries(self) -> tuple[SegmentEntry, ...]:
        """The segments' entries, oldest first."""
        return tuple(segment.entry for segment in self._segments)

    # --- finding rows ---

    def _rows_of(self, term: bytes) -> list[Row]:
        return [segment.row(number) for segment in self._segments for number in segment.find(term)]

    def history(self, record_id: bytes) -> list[Row]:
        """Give all rows of a record, oldest first, with marks of what was purged."""
        return self._rows_of(ID + record_id)

    def heads(self, record_id: bytes) -> list[Row]:
        """Give the rows of a record that no later revision follows, oldest first; more than one after a merge."""
        return [row for row in self.history(record_id) if not row.superseded and not row.purged]

    def current(self, record_id: bytes) -> Row | None:
        """Give the newest row of a record, a tombstone too; None if there is no such record or it was purged."""
        heads = self.heads(record_id)
        return heads[-1] if heads else None

    def attachment(self, attachment_id: bytes) -> Row | None:
        """Give the row of an attachment; None if there is none, or it was purged."""
        rows = [row for row in self._rows_of(ATTACHED + attachment_id) if not row.purged]
        return rows[-1] if rows else None

    def lookup(self, prefix: str, *, limit: int = 2) -> list[bytes]:
        """Find the record ids that begin with some digits; removed and purged records too.

        Args:
            prefix: 1 to 32 hexadecimal digits.
            limit: How many to give at most.

        Returns:
            Record ids, 16 bytes each, in order.

        Raises:
            ValueError: Not such digits.
        """
        low = prefix.lower()
        if not 1 <= len(low) <= 2 * ID_BYTES or not set(low) <= set("0123456789abcdef"):
            msg = "an id has one to 32 hexadecimal digits"
            raise ValueError(msg)
        found: set[bytes] = set()
        for segment in self._segments:
            ids = (term[1:] for beginning in beginnings(low) for term, _ in segment.scan(ID + beginning))
            found.update(islice(ids, limit))
        return sorted(found)[:limit]

    def links_to(self, record_id: bytes) -> list[Row]:
        """Give the newest rows of records with a claim that points at a record or comes from it, oldest first."""
        rows: list[Row] = []
        for segment in self._segments:
            rows += [segment.row(number) for number in segment.find(LINK + record_id) - segment.dead]
        return rows

    def _live(self, segment: Segment, kind: str | None, *, removed: bool) -> BitMap:
        tags = (KIND, GONE) if removed else (KIND,)
        if kind is None:
            found = reduce(or_, [segment.union(tag) for tag in tags])
        else:
            found = reduce(or_, [segment.find(tag + kind.encode()) for tag in tags])
        return found - segment.dead

    def rows(self, kind: str | None = None, *, removed: bool = False) -> Iterator[Row]:
        """Give the rows of the newest revisions, newest first.

        Args:
            kind: Only this kind; None for all.
            removed: Tombstones too.
        """
        for segment in reversed(self._segments):
            for number in reversed(self._live(segment, kind, removed=removed)):
                yield segment.row(number)

    def counts(self) -> dict[str, int]:
        """Count the records of each kind, without tombstones."""
        found: dict[str, int] = {}
        for segment in self._segments:
            for term, documents in segment.scan(KIND):
                kind = term[1:].decode(errors="replace")
                found[kind] = found.get(kind, 0) + len(documents - segment.dead)
        return {kind: count for kind, count in sorted(found.items()) if count}

    def refs(self) -> Iterator[Row]:
        """Give every row that names an object: each revision ever and each attachment, oldest first."""
        for segment in self._segments:
            for number in range(segment.documents):
                row = segment.row(number)
                if not row.purged:
                    yield row

    def own_refs(self) -> list[tuple[bool, Ref]]:
        """Give the objects the index itself is made of; True for a segment, False for a page."""
        return [(not place, ref) for segment in self._segments for place, ref in enumerate(segment.refs())]

    # --- queries ---

    def candidates(self, query: Query) -> Iterator[Candidate]:
        """Give the records that may answer a query, best first, without opening them.

        Args:
            query: What must hold.

        Returns:
            All that answer it and perhaps more; names before texts, exact before similar, newer before older. Words
            alone, kinds, ids and whole months are decided already.
        """
        return Search(self._segments, query).candidates()

    def written(self, query: Query) -> dict[int, BitMap]:
        """Give the documents in which all words stand as they are written, or begin so; nothing is ranked or opened.

        Args:
            query: What must hold.

        Returns:
            Numbers of documents by the serial number of their segment.
        """
        return Search(self._segments, query).written()

    def search(self, query: Query, schemas: Schemas, opened: Callable[[Row], Revision]) -> Answers:
        """Give the records that answer a query, best first, opening one after another.

        Args:
            query: What must hold.
            schemas: Schemas in force.
            opened: Opens the revision of a row.

        Returns:
            Each record once.

        Source:
            docs/search.md.
        """
        return Answers(Search(self._segments, query), schemas, opened)

    def alike(self, names: Sequence[str], *, limit: int = 20, kind: str | None = None) -> list[Alike]:
        """Give records with a name that may be another spelling of one of some names.

        Args:
            names: The names; the first 32 of 200 characters count.
            limit: Most records wanted.
            kind: Only this kind of record; None for all.

        Returns:
            The most like of those that share most, most like first, of equals the newer first.

        Secrets:
            `names` and the result.
        """
        return alike(self._segments, names, limit=limit, kind=kind)

    # --- commits ---

    def tidy(self, batch: Batch, serial: int, epoch: int, *, most_bytes: int = MERGE_BYTES) -> Change:
        """Merge the segments of one level, if it is time to.

        Args:
            batch: Where objects are sealed; also what this index reads.
            serial: A number that no segment had before.
            epoch: This commit.
            most_bytes: Most bytes of segments to be merged.

        Returns:
            The segments now. The objects it orphaned are not deleted yet.

        Raises:
            IntegrityError: A segment is not made by the rule.
        """
        sizes = [size_of(segment) for segment in self._segments]
        return self._merged(batch, plan_merge(self.entries, sizes, self._roots(), most_bytes), serial, epoch)

    def compact(self, batch: Batch, serial: int, epoch: int) -> Change:
        """Merge what can be merged into one segment, whatever its size; to be called until nothing changes.

        Args:
            batch: Where objects are sealed; also what this index reads.
            serial: A number that no segment had before.
            epoch: This commit.

        Returns:
            The segments now. The objects it orphaned are not deleted yet.

        Raises:
            IntegrityError: A segment is not made by the rule.
        """
        groups = plan_compact(self.entries, self._roots())
        return self._merged(batch, groups[0] if groups else None, serial, epoch)

    def _roots(self) -> list[int]:
        return [segment.root.size for segment in self._segments]

    def _merged(self, batch: Batch, window: tuple[int, int] | None, serial: int, epoch: int) -> Change:
        if window is None:
            return Change(self.entries)
        first, last = window
        sources = self._segments[first:last]
        others = frozenset(self._by_serial) - {source.serial for source in sources}
        merged = write_merged(batch, sources, serial, live=others, purge={}, epoch=epoch)
        return Change(
            (*self.entries[:first], merged, *self.entries[last:]),
            tuple(ref for source in sources for ref in source.refs()),
            read=sum(map(size_of, sources)),
        )

    def written_again(self, batch: Batch, ref_of: Callable[[Row], Ref]) -> tuple[SegmentEntry, ...]:
        """Write every segment anew where the objects that it names are sealed again.

        Args:
            batch: Where its own objects are sealed; another one than this index reads.
            ref_of: Tells where the object of a row is now; asked once for each row that is not purged, oldest first.

        Returns:
            The segments now, oldest first, under their own serial numbers.

        Raises:
            IntegrityError: A segment is not made by the rule.
        """
        return tuple(write_again(batch, segment, ref_of) for segment in self._segments)

    def bytes_of(self, serials: Container[int]) -> int:
        """Tell about how many bytes some segments have."""
        return sum(size_of(segment) for segment in self._segments if segment.serial in serials)

    def purge(self, batch: Batch, rows: Iterable[Row], epoch: int) -> Change:
        """Erase rows from every page that mentions them; of each only id and epoch stay.

        Args:
            batch: Where objects are sealed; also what this index reads.
            rows: Rows that this index gave: of a record all of `history`, of an attachment its row.
            epoch: This commit.

        Returns:
            The segments now; the objects it orphaned, those of the rows themselves too, are not deleted yet.

        Raises:
            IntegrityError: A segment is not made by the rule.
        """
        gone: dict[int, BitMap] = {}
        orphaned: list[Ref] = []
        erased = [row for row in rows if not row.purged]
        for row in erased:
            gone.setdefault(row.serial, BitMap()).add(row.number)
            orphaned.append(row.ref)
        entries: list[SegmentEntry] = []
        for segment in self._segments:
            if segment.serial not in gone:
                entries.append(segment.entry)
                continue
            others = frozenset(self._by_serial) - {segment.serial}
            entries.append(write_merged(batch, [segment], segment.serial, live=others, purge=gone, epoch=epoch))
            orphaned += segment.refs()
        return Change(tuple(entries), tuple(orphaned), tuple(erased))
