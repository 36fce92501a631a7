"""How much a commit merges, and that a merge of many pages keeps every term. All records are invented."""

import random

import pytest

from vault.errors import IntegrityError
from vault.index import Index, PageCache, plan_merge
from vault.index.merging import plan_compact, size_of
from vault.index.pages import MAX_ROOT_BYTES
from vault.index.postings import MAX_DOCUMENTS, encode_postings, read_postings
from vault.index.segment import SegmentEntry
from vault.objects import Kind, Ref

REF = Ref(bytes(32), 1)


def entries_of(*documents):
    return [SegmentEntry(serial, REF, count, 1) for serial, count in enumerate(documents, 1)]


@pytest.mark.parametrize(
    ("sizes", "window"),
    [
        ([10] * 8, (0, 8)),
        ([20] * 8, (0, 5)),
        ([25] * 8, (0, 4)),
        # Fewer than four at a time are left for who asks for more.
        ([26] * 8, None),
        ([90, 20, 20, 20, 20, 20, 20, 20], (1, 6)),
        ([90, 90, 90, 90, 90, 20, 20, 20], None),
        ([1000] * 8, None),
    ],
)
def test_no_more_is_merged_than_may_be(sizes, window):
    assert plan_merge(entries_of(*[600] * 8), sizes, (), 100) == window


def test_groups_of_small_segments_are_merged_beside_large_ones_that_wait():
    entries = entries_of(*[600] * 12, *[1] * 8)
    assert plan_merge(entries, [99] * 12 + [1] * 8, (), 100) == (12, 20)


@pytest.mark.parametrize(
    ("documents", "groups"),
    [
        ([], []),
        ([5], []),
        ([5, 1, 70_000, 3], [(0, 4)]),
        ([MAX_DOCUMENTS, 1, 1], [(1, 3)]),
        ([MAX_DOCUMENTS - 1, 1, 1], [(0, 2)]),
        ([200_000, 100_000, 100_000, 62_144, 1], [(1, 4)]),
        ([1, MAX_DOCUMENTS, 1], []),
    ],
)
def test_compaction_leaves_the_fewest(documents, groups):
    assert plan_compact(entries_of(*documents)) == groups


def test_segment_objects_that_are_large_together_stay_several():
    entries = entries_of(*[600] * 8)
    assert plan_merge(entries, (), [1] * 8) == (0, 8)
    assert plan_merge(entries, (), [MAX_ROOT_BYTES // 3] * 8) == (0, 3)
    assert plan_merge(entries, (), [MAX_ROOT_BYTES] * 8) is None
    assert plan_compact(entries, [MAX_ROOT_BYTES // 3] * 8) == [(0, 3), (3, 6), (6, 8)]
    assert plan_compact(entries, [MAX_ROOT_BYTES] * 8) == []


def shelved(shelf, commits, each):
    source = random.Random(4)
    common = [f"common{number}" for number in range(300)]
    people = []
    for commit in range(commits):
        made = [
            shelf.person(
                f"Name{source.randrange(50)} Family{number}",
                notes=" ".join([*source.choices(common, k=30), f"only{commit}x{number}"]),
                before=people[number - 1] if commit and number and number % 10 == 0 else None,
            )
            for number in range(each)
        ]
        rows = []
        with shelf.index() as index:
            for one in made:
                if one.parents:
                    rows += [(row.serial, row.number) for row in index.heads(one.record_id)]
        shelf.add(*made, supersedes=rows)
        people = made
    return people


def test_a_merge_of_many_pages_keeps_every_term_of_what_is_newest(shelf):
    shelved(shelf, 8, 300)
    with shelf.index() as index:
        before = {}
        for segment in index._segments:
            for term, page, at in segment.raw_terms():
                kept = page.postings(at) if term[:1] == b"i" else page.postings(at) - segment.dead
                if kept:
                    rows = [segment.row(number).revision_id for number in kept]
                    before.setdefault(term, []).extend(rows)
        written = sum(map(size_of, index._segments))
    assert written > 8 * 65_532, "each has pages of its own"
    shelf.tidy()
    assert len(shelf.entries) == 1
    with shelf.index() as index:
        [segment] = index._segments
        after = {
            term: [segment.row(number).revision_id for number in page.postings(at)]
            for term, page, at in segment.raw_terms()
        }
        assert list(after) == sorted(after)
    assert after == before


def test_a_merge_writes_no_more_than_it_may_read(shelf):
    shelved(shelf, 8, 300)
    with shelf.batch() as batch:
        index = Index(batch, shelf.entries, PageCache())
        most = sum(map(size_of, index._segments)) * 5 // 8
        held = {name for name, _ in batch._writer.sizes()}
        change = index.tidy(batch, 99, 1, most_bytes=most)
        made = sum(size for name, size in batch._writer.sizes() if name not in held)
        assert change.read <= most
        assert 0 < made <= most
        assert len(change.entries) == 4
        assert index.tidy(batch, 99, 1, most_bytes=most // 3).entries == index.entries
        # Asked to leave as few as can be, it does.
        assert len(index.compact(batch, 99, 1).entries) == 1
        assert index.bytes_of({1, 2}) < most


@pytest.mark.parametrize("numbers", [[0], [63], [64], [9000], [0, 1], [5, 5, 200, 900], list(range(0, 4000, 9))])
def test_postings_read_for_a_merge(numbers):
    data = b"x" + encode_postings(numbers) + b"y"
    found, after = read_postings(data, 1, max(numbers) + 1)
    assert list(found) == sorted(set(numbers))
    assert after == len(data) - 1
    with pytest.raises(IntegrityError):
        read_postings(data, 1, max(numbers))


def test_a_damaged_page_is_not_merged(shelf):
    shelved(shelf, 8, 300)
    with shelf.batch() as batch:
        index = Index(batch, shelf.entries, PageCache())
        page = index._segments[3].root.term_pages.ref(0)
        payload = bytearray(batch.get(Kind.PAGE, page))
        # The first entry of a page shares nothing.
        payload[0] = 3
        other = batch.put(Kind.PAGE, bytes(payload))

        class Swapped:
            def get(self, kind, ref):
                return batch.get(kind, other if ref == page else ref)

        with pytest.raises(IntegrityError):
            Index(Swapped(), shelf.entries, PageCache()).tidy(batch, 99, 1)
