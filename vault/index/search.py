"""The index of an unlocked vault: where a record is, what links to it, and who answers a query.

Floor: 2. Opening it reads the segment objects and nothing more; a lookup reads the pages that it needs. It opens no
record: candidates go to the caller, who opens them and lets `vault.index.match` decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from operator import and_, or_
from typing import TYPE_CHECKING, Final

from pyroaring import BitMap

from vault import names
from vault.index.building import Change, plan_merge, write_merged
from vault.index.pages import MAX_ROOT_BYTES, Batch, Reader, Row
from vault.index.query import InField, OfKind, Phrase, When, WithId, Words, match
from vault.index.segment import PageCache, Segment, SegmentEntry
from vault.index.terms import (
    ATTACHED,
    BIRTH,
    DATE,
    GONE,
    ID,
    ID_BYTES,
    KIND,
    LINK,
    NAME,
    TEXT,
    VALUE_TYPES,
    span_terms,
    value_term,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from vault.index.query import Match, Query, Term
    from vault.objects import Ref
    from vault.records.edtf import Date
    from vault.records.model import Revision
    from vault.records.schema import Schemas

MAX_RANKED: Final = 1_000
"""Names compared with the query, at most; the rest follow unranked."""

NAME_EXACT: Final = 3.0
NAME_SIMILAR: Final = 2.0
TEXT_EXACT: Final = 1.0
OTHER: Final = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may answer a query.

    Args:
        row: Where it is.
        score: 3 all words stand in its names; 2 up to 3 they do as beginnings, the more alike the more; 1 all words
            stand in its names or texts; 0 as beginnings, or no word was asked for.
    """

    row: Row
    score: float


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


@dataclass(slots=True)
class _Word:
    """Documents of one segment that have what was typed in one piece."""

    name_exact: BitMap
    name_any: BitMap
    exact: BitMap
    any: BitMap


@dataclass(slots=True)
class _Ranks:
    """Documents of one segment that answer a query, best first; no document in two of them."""

    name_exact: BitMap
    name_similar: BitMap
    exact: BitMap
    others: BitMap


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
            ids = (term[1:] for beginning in _beginnings(low) for term, _ in segment.scan(ID + beginning))
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
            All that answer it and perhaps more; names before texts, exact before similar, newer before older.
        """
        ranks = [(segment, self._ranks(segment, query)) for segment in reversed(self._segments)]
        for segment, rank in ranks:
            yield from (Candidate(segment.row(number), NAME_EXACT) for number in reversed(rank.name_exact))
        yield from self._ranked(query, [(segment, rank.name_similar) for segment, rank in ranks])
        for segment, rank in ranks:
            yield from (Candidate(segment.row(number), TEXT_EXACT) for number in reversed(rank.exact))
        for segment, rank in ranks:
            yield from (Candidate(segment.row(number), OTHER) for number in reversed(rank.others))

    def search(self, query: Query, schemas: Schemas, opened: Callable[[Row], Revision]) -> Iterator[Found]:
        """Give the records that answer a query, best first, opening one after another.

        Args:
            query: What must hold.
            schemas: Schemas in force.
            opened: Opens the revision of a row.

        Returns:
            Each record once.
        """
        for candidate in self.candidates(query):
            revision = opened(candidate.row)
            if (found := match(query, revision, schemas)) is not None:
                yield Found(candidate.row, revision, candidate.score, found)

    def _ranked(self, query: Query, similar: list[tuple[Segment, BitMap]]) -> Iterator[Candidate]:
        places = ((segment, number) for segment, numbers in similar for number in reversed(numbers))
        text = query.text
        scored = []
        for segment, number in islice(places, MAX_RANKED):
            likeness = max((names.similarity(text, name) for name in segment.names(number)), default=0.0)
            scored.append((likeness, segment, number))
        # Sorting is stable: of equals the newer stays first.
        for likeness, segment, number in sorted(scored, key=lambda item: -item[0]):
            yield Candidate(segment.row(number), NAME_SIMILAR + 0.99 * likeness)
        for segment, number in places:
            yield Candidate(segment.row(number), NAME_SIMILAR)

    def _ranks(self, segment: Segment, query: Query) -> _Ranks:
        words: list[_Word] = []
        filters: list[BitMap] = []
        for clause in query.wanted:
            if isinstance(clause, Words):
                words.append(_any_way(segment, clause.ways))
                filters.append(words[-1].any)
            elif isinstance(clause, Phrase):
                words.append(_every(segment, clause.terms))
                filters.append(words[-1].any)
            else:
                filters.append(_filter(segment, clause))
            if not filters[-1]:
                return _Ranks(BitMap(), BitMap(), BitMap(), BitMap())
        # Postings name newest revisions only, but for ids; what is superseded since is taken off.
        needs_live = not words or any(isinstance(clause, WithId) for clause in query.wanted)
        base = self._live(segment, None, removed=False) if needs_live else filters[0] - segment.dead
        left = reduce(and_, filters, base)
        for clause in query.unwanted:
            if isinstance(clause, Words):
                left -= _any_way(segment, clause.ways).any
            elif isinstance(clause, OfKind | WithId) or (isinstance(clause, When) and clause.whole_months):
                left -= _filter(segment, clause)
        if not words:
            return _Ranks(BitMap(), BitMap(), BitMap(), left)
        name_exact = reduce(and_, [word.name_exact for word in words], left)
        name_any = reduce(and_, [word.name_any for word in words], left)
        exact = reduce(and_, [word.exact for word in words], left)
        return _Ranks(name_exact, name_any - name_exact, exact - name_any - name_exact, left - name_any - exact)

    # --- commits ---

    def tidy(self, batch: Batch, serial: int, epoch: int) -> Change:
        """Merge the segments of one level, if it is time to.

        Args:
            batch: Where objects are sealed; also what this index reads.
            serial: A number that no segment had before.
            epoch: This commit.

        Returns:
            The segments now. The objects it orphaned are not deleted yet.

        Raises:
            IntegrityError: A segment is not made by the rule.
        """
        window = plan_merge(self.entries)
        sources = self._segments[slice(*window)] if window else []
        if window is None or sum(source.root.size for source in sources) > MAX_ROOT_BYTES:
            return Change(self.entries)
        first, last = window
        others = frozenset(self._by_serial) - {source.serial for source in sources}
        merged = write_merged(batch, sources, serial, live=others, purge={}, epoch=epoch)
        return Change(
            (*self.entries[:first], merged, *self.entries[last:]),
            tuple(ref for source in sources for ref in source.refs()),
        )

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


# --- what a segment has of a clause -----------------------------------------------------------------------------------


def _term(segment: Segment, term: Term) -> _Word:
    word = term.word.encode()
    name_exact, text_exact = segment.find(NAME + word), segment.find(TEXT + word)
    exact = name_exact | text_exact
    if not term.prefix:
        return _Word(name_exact, name_exact, exact, exact)
    name_any = segment.union(NAME + word)
    return _Word(name_exact, name_any, exact, name_any | segment.union(TEXT + word))


def _every(segment: Segment, terms: Sequence[Term]) -> _Word:
    found: _Word | None = None
    for term in terms:
        one = _term(segment, term)
        if found is None:
            found = one
        else:
            found = _Word(
                found.name_exact & one.name_exact,
                found.name_any & one.name_any,
                found.exact & one.exact,
                found.any & one.any,
            )
        if not found.any:
            break
    return found or _Word(BitMap(), BitMap(), BitMap(), BitMap())


def _any_way(segment: Segment, ways: Sequence[Sequence[Term]]) -> _Word:
    found = _every(segment, ways[0])
    for way in ways[1:]:
        one = _every(segment, way)
        found = _Word(
            found.name_exact | one.name_exact,
            found.name_any | one.name_any,
            found.exact | one.exact,
            found.any | one.any,
        )
    return found


def _dates(segment: Segment, tag: bytes, span: Date) -> BitMap:
    """Give the documents with a date that shares a month with a span: parts of its parts, and what holds them."""
    found = BitMap()
    above: set[str] = set()
    for part in span_terms(span.earliest, span.latest):
        found |= segment.union(tag + part.encode())
        above.update(part[:digits] for digits in range(1, min(len(part), 5)))
    for part in above:
        found |= segment.find(tag + part.encode())
    return found


def _beginnings(digits: str) -> list[bytes]:
    """Give the bytes that hexadecimal digits begin with: of an odd number of digits, each way to go on."""
    return [bytes.fromhex(digits + more) for more in ("0123456789abcdef" if len(digits) % 2 else ("",))]


def _ids(segment: Segment, tag: bytes, digits: str) -> BitMap:
    return reduce(or_, [segment.union(tag + beginning) for beginning in _beginnings(digits)])


def _in_field(segment: Segment, clause: InField) -> BitMap:
    """Give the documents that may have something in a field, of whatever kind they are."""
    found = BitMap()
    for name, field_type in sorted(set(clause.fields.values())):
        if field_type in {"date", "birth"}:
            if clause.span is not None:
                found |= _dates(segment, DATE if field_type == "date" else BIRTH, clause.span)
            continue
        if field_type == "link" and clause.hexadecimal:
            found |= _ids(segment, LINK, clause.hexadecimal)
        if not clause.ways:
            continue
        if field_type in VALUE_TYPES:
            for way in clause.ways:
                found |= reduce(and_, [_value(segment, name, term) for term in way])
            continue
        word = _any_way(segment, clause.ways)
        found |= word.name_any if field_type == "name" else word.any
    kinds = [segment.find(KIND + kind.encode()) for kind in sorted(clause.fields)]
    return found & reduce(or_, kinds)


def _value(segment: Segment, name: str, term: Term) -> BitMap:
    key = value_term(name, term.word)
    return segment.union(key) if term.prefix else segment.find(key)


def _filter(segment: Segment, clause: InField | OfKind | When | WithId) -> BitMap:
    """Give the documents for which a clause other than words may hold."""
    if isinstance(clause, OfKind):
        return segment.find(KIND + clause.kind.encode())
    if isinstance(clause, When):
        return _dates(segment, DATE, clause.span)
    if isinstance(clause, WithId):
        return _ids(segment, ID, clause.prefix)
    return _in_field(segment, clause)
