"""Making one index segment of several, or one again without what is purged.

Floor: 2. When eight segments of like size lie side by side they become one, as far as a commit may take that much time.
It opens no record, and deletes nothing: it names what is orphaned.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyroaring import BitMap

from vault.index.building import SegmentWriter, with_flag, with_ref
from vault.index.pages import (
    FLAGS_AT,
    MAX_ROOT_BYTES,
    NAME_PAGE_BYTES,
    ROW_BYTES,
    SUPERSEDED,
    TERM_PAGE_BYTES,
    Batch,
    Row,
    purged_row,
    unpack_row,
)
from vault.index.postings import MAX_DOCUMENTS, encode_postings
from vault.index.segment import Segment, SegmentEntry
from vault.index.terms import ATTACHED, ID
from vault.objects import Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from vault.index.postings import Documents

FANOUT: Final = 8
FEWEST: Final = 4
MERGE_BYTES: Final = 4 << 20
"""What a commit merges that was not asked to do much: it takes a part of a second, and readers wait a part of that."""


def size_of(segment: Segment) -> int:
    """Tell about how many bytes a merge has to read of a segment, and to write again."""
    root = segment.root
    if root.term_pages.inside:
        return root.size
    pages = TERM_PAGE_BYTES * len(root.term_pages) + NAME_PAGE_BYTES * len(root.name_pages)
    return root.size + ROW_BYTES * segment.documents + pages


def _reach(entries: Sequence[SegmentEntry], first: int, stop: int, roots: Sequence[int]) -> int:
    """Find where the neighbours end, from one on, that surely fit one segment."""
    documents = size = 0
    for number in range(first, stop):
        documents += entries[number].documents
        size += roots[number] if roots else 0
        if documents > MAX_DOCUMENTS or size > MAX_ROOT_BYTES:
            return number
    return stop


def _window(
    entries: Sequence[SegmentEntry], group: range, sizes: Sequence[int], roots: Sequence[int], most_bytes: int
) -> tuple[int, int] | None:
    """Find, from the oldest on, up to eight neighbours that fit one segment, and of them as many as may be merged."""
    for first in group:
        full = min(group.stop, first + FANOUT)
        last = fitting = _reach(entries, first, full, roots)
        while sum(sizes[first:fitting]) > most_bytes:
            fitting -= 1
        # Fewer at a time would read the same bytes again and again; unless more never fit.
        if fitting - first >= (2 if fitting == last < full else FEWEST):
            return first, fitting
    return None


def plan_merge(
    entries: Sequence[SegmentEntry],
    sizes: Sequence[int] = (),
    roots: Sequence[int] = (),
    most_bytes: int = MERGE_BYTES,
) -> tuple[int, int] | None:
    """Choose which segments a commit should merge, if any.

    Segments are grouped from the oldest on: a group runs to the last segment of its highest level. The newest group
    with eight or more that has any gives its eight oldest neighbours, as far as they fit one segment and `most_bytes`.

    Args:
        entries: The head's segments, oldest first.
        sizes: Bytes of each; without them none is too large.
        roots: Bytes of each segment object alone; without them any number fits one.
        most_bytes: Most bytes to be merged.

    Returns:
        First and last + 1 in `entries`, or None.
    """
    groups: list[range] = []
    start = 0
    while start < len(entries):
        levels = [entry.level for entry in entries[start:]]
        stop = start + len(levels) - levels[::-1].index(max(levels))
        groups.append(range(start, stop))
        start = stop
    for group in reversed(groups):
        if len(group) >= FANOUT and (window := _window(entries, group, sizes, roots, most_bytes)):
            return window
    return None


def plan_compact(entries: Sequence[SegmentEntry], roots: Sequence[int] = ()) -> list[tuple[int, int]]:
    """Cut all segments into the fewest groups of neighbours that fit one segment each.

    Args:
        entries: The head's segments, oldest first.
        roots: As for `plan_merge`.

    Returns:
        First and last + 1 of each group that has more than one, oldest first.
    """
    groups: list[tuple[int, int]] = []
    first = 0
    while first < len(entries):
        last = max(_reach(entries, first, len(entries), roots), first + 1)
        groups.append((first, last))
        first = last
    return [(first, last) for first, last in groups if last - first > 1]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the segments.

    Args:
        entries: All segments now, oldest first.
        orphaned: Objects that nothing names any more; to be deleted in the same commit.
        purged: Rows as they were before a purge; their `ref` is orphaned too.
        read: About how many bytes of segments were merged.
    """

    entries: tuple[SegmentEntry, ...]
    orphaned: tuple[Ref, ...] = ()
    purged: tuple[Row, ...] = ()
    read: int = 0


def _union(one: Documents, other: Documents) -> Documents:
    """Join the documents of one term from two segments, the older first; the first is taken over."""
    if isinstance(one, list) and isinstance(other, list):
        one += other
        return one
    one = BitMap(one) if isinstance(one, list) else one
    one |= BitMap(other) if isinstance(other, list) else other
    return one


def _left(found: tuple[list[bytes], list[Documents]], dropped: BitMap) -> tuple[list[bytes], list[Documents]]:
    """Take documents out of the postings of all terms but ids."""
    terms: list[bytes] = []
    lists: list[Documents] = []
    for term, documents in zip(*found, strict=True):
        left = documents
        if term[:1] not in {ID, ATTACHED}:
            left = [number for number in left if number not in dropped] if isinstance(left, list) else left - dropped
        if left:
            terms.append(term)
            lists.append(left)
    return terms, lists


class _Source:
    """The terms of one segment, a page at a time, under the numbers that its documents get."""

    def __init__(self, segment: Segment, base: int, dropped: BitMap) -> None:
        self._pages = segment.term_lists()
        self._base = base
        self._dropped = dropped
        self.terms: list[bytes] = []
        self._lists: list[Documents] = []
        self.last = b""

    def fill(self) -> bool:
        """Have terms, unless there are no more; `last` is the last of the page, dropped ones too."""
        while not self.terms:
            page = next(self._pages, None)
            if page is None:
                return False
            self.last = page[0][-1]
            self.terms, self._lists = _left(page, self._dropped) if self._dropped else page
            if self._base:
                self._lists = [
                    [number + self._base for number in each] if isinstance(each, list) else each.shift(self._base)
                    for each in self._lists
                ]
        return True

    def take(self, bound: bytes) -> Iterator[tuple[bytes, Documents]]:
        """Give what is not above a term, and forget it."""
        stop = bisect_right(self.terms, bound)
        taken = zip(self.terms[:stop], self._lists[:stop], strict=True)
        self.terms, self._lists = self.terms[stop:], self._lists[stop:]
        return taken


def _joined(sources: Sequence[Segment], dropped: Sequence[BitMap]) -> Iterator[list[tuple[bytes, bytes]]]:
    """Give all terms of several segments in order, a part at a time, each with its postings."""
    every: list[_Source] = []
    base = 0
    for segment, lost in zip(sources, dropped, strict=True):
        every.append(_Source(segment, base, lost))
        base += segment.documents
    while every := [source for source in every if source.fill()]:
        bound = min(source.last for source in every)
        found: dict[bytes, Documents] = {}
        for source in every:
            for term, documents in source.take(bound):
                known = found.get(term)
                found[term] = documents if known is None else _union(known, documents)
        yield [(term, encode_postings(found[term])) for term in sorted(found)]


def write_merged(
    batch: Batch,
    sources: Sequence[Segment],
    serial: int,
    *,
    live: frozenset[int],
    purge: Mapping[int, BitMap],
    epoch: int,
) -> SegmentEntry:
    """Write several segments, or one, as one new segment.

    Postings of superseded documents are dropped, their rows stay; of purged documents nothing stays but the mark.

    Args:
        batch: Where its objects are sealed.
        sources: Segments side by side, oldest first, with all that is superseded in them.
        serial: Serial number of the new segment; only a single source may keep its own.
        live: Serial numbers of the segments that remain beside it: what it supersedes elsewhere is void.
        purge: Documents to purge, by serial number.
        epoch: This commit, for the marks.

    Returns:
        Its entry, to stand in the place of its sources.
    """
    writer = SegmentWriter(batch)
    gone = [purge.get(source.serial, BitMap()) for source in sources]
    supersedes: defaultdict[int, BitMap] = defaultdict(BitMap)
    dropped: list[BitMap] = []
    for source, purged in zip(sources, gone, strict=True):
        dropped.append(source.dead | purged)
        for older, documents in source.root.supersedes.items():
            if older in live:
                supersedes[older] |= documents
    writer.terms.write(chain.from_iterable(_joined(sources, dropped)))
    for source, purged, lost in zip(sources, gone, dropped, strict=True):
        number = 0
        for page in source.row_pages():
            for at in range(0, len(page), ROW_BYTES):
                row = page[at : at + ROW_BYTES]
                if number in purged:
                    row = purged_row(row[:16], row[FLAGS_AT], epoch)
                elif number in lost:
                    row = with_flag(row, SUPERSEDED)
                writer.row(row)
                number += 1
        for number, entry in enumerate(source.raw_names()):
            writer.names.add(b"" if number in lost else entry)
    return writer.finish(serial, dict(supersedes))


def write_again(batch: Batch, source: Segment, ref_of: Callable[[Row], Ref]) -> SegmentEntry:
    """Write a segment anew where the objects that it names are sealed again.

    Args:
        batch: Where its own objects are sealed; not what the segment reads.
        source: The segment.
        ref_of: Tells where the object of a row is now; asked once for each row that is not purged, in their order.

    Returns:
        Its entry, under its own serial number.

    Raises:
        IntegrityError: The segment is not made by the rule.
    """
    writer = SegmentWriter(batch)
    writer.terms.write((term, page.raw(at)) for term, page, at in source.raw_terms())
    number = 0
    for page in source.row_pages():
        for at in range(0, len(page), ROW_BYTES):
            row = unpack_row(page, at, source.serial, number, 0)
            same = page[at : at + ROW_BYTES]
            writer.row(same if row.purged else with_ref(same, ref_of(row)))
            number += 1
    for names in source.raw_names():
        writer.names.add(names)
    return writer.finish(source.serial, dict(source.root.supersedes))
