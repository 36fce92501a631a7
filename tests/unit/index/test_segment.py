"""Segments: entries, building, merging, purging. All records are invented."""

import pytest

from vault import codec
from vault.errors import IntegrityError, MissingObjectError
from vault.index import (
    Builder,
    Index,
    PageCache,
    SegmentEntry,
    attachment_of,
    build,
    document_of,
    plan_merge,
    read_entries,
)
from vault.index.postings import MAX_DOCUMENTS
from vault.objects import Kind, Ref
from vault.records.model import Claim

REF = Ref(b"n" * 32, 1)


def entries_of(*documents):
    return [SegmentEntry(serial, REF, count, 1) for serial, count in enumerate(documents, 1)]


@pytest.mark.parametrize(
    ("documents", "level"),
    [(1, 0), (7, 0), (8, 1), (63, 1), (64, 2), (511, 2), (4096, 4), (32_767, 4), (32_768, 5), (262_144, 6)],
)
def test_level_is_the_order_of_the_number_of_documents(documents, level):
    assert SegmentEntry(1, REF, documents, 1).level == level


def test_an_entry_comes_back_from_the_head():
    entry = SegmentEntry(3, REF, 9, 40)
    plain = codec.decode(codec.encode(entry.plain()))
    assert plain == [3, b"n" * 32, 1, 9, 40]
    assert SegmentEntry.from_plain(plain) == entry


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        [3, b"n" * 32, 1, 9],
        [0, b"n" * 32, 1, 9, 40],
        [3, b"n" * 31, 1, 9, 40],
        [3, [b"n" * 32, 1], 9, 40],
        [3, b"n" * 32, 1, 0, 40],
        [3, b"n" * 32, 1, MAX_DOCUMENTS + 1, 40],
        [3, b"n" * 32, 1, 9, -1],
        [True, b"n" * 32, 1, 9, 40],
    ],
)
def test_an_entry_not_made_by_the_rule_is_refused(plain):
    with pytest.raises(IntegrityError):
        SegmentEntry.from_plain(plain)


def test_one_serial_number_twice_is_refused():
    entry = SegmentEntry(3, REF, 9, 40).plain()
    with pytest.raises(IntegrityError):
        read_entries([entry, entry])


@pytest.mark.parametrize(
    ("documents", "window"),
    [
        ([], None),
        ([1] * 7, None),
        ([1] * 8, (0, 8)),
        ([1] * 20, (0, 8)),
        ([9, 1, 1, 1, 1, 1, 1, 1], None),
        ([9] + [1] * 8, (1, 9)),
        # Small ones before a large one wait for its level, so that the order in time is kept.
        ([1, 1, 1000] + [1] * 7, None),
        ([1, 1, 1000] + [1] * 8, (3, 11)),
        ([1, 1] + [600] * 6, (0, 8)),
        ([600] * 8 + [9] * 8 + [1] * 3, (8, 16)),
        # What does not fit one segment stays; a part of it may fit.
        ([MAX_DOCUMENTS] * 9, None),
        ([200_000] + [40_000] * 7, (0, 2)),
        ([MAX_DOCUMENTS] + [60_000] * 8, (1, 5)),
        ([32_768] * 8, (0, 8)),
    ],
)
def test_which_segments_are_merged(documents, window):
    assert plan_merge(entries_of(*documents)) == window


def test_single_adds_leave_few_segments():
    entries = []
    serial = 0
    most = 0
    for _ in range(3000):
        serial += 1
        entries.append(SegmentEntry(serial, REF, 1, 1))
        if window := plan_merge(entries):
            first, last = window
            serial += 1
            merged = SegmentEntry(serial, REF, sum(entry.documents for entry in entries[first:last]), 1)
            entries[first:last] = [merged]
        most = max(most, len(entries))
    assert sum(entry.documents for entry in entries) == 3000
    assert most <= 7 * 4 + 1


def test_one_record_is_one_small_object(shelf):
    shelf.add(shelf.person("Жақып Омар", notes=" ".join(f"word{number}" for number in range(100))))
    with shelf.index() as index:
        assert [segment for segment, _ in index.own_refs()] == [True]
        assert len(index._segments[0]._reader.get(Kind.SEGMENT, shelf.entries[0].ref)) < 2_000


def test_a_revision_in_the_same_segment_supersedes_its_parent(shelf):
    first = shelf.person("Omar")
    second = shelf.person("Serik", before=first)
    third = shelf.person("Bolat", before=second)
    shelf.add(first, second, third)
    with shelf.index() as index:
        assert [row.superseded for row in index.history(first.record_id)] == [True, True, False]
        assert [row.revision_id for row in index.rows()] == [third.id]
        segment = index._segments[0]
        assert [segment.names(number) for number in range(3)] == [[], [], ["Bolat"]]
        assert not segment.find(b"nomar")
        assert list(segment.find(b"nbolat")) == [2]
        assert index.counts() == {"person": 1}


def test_two_heads_are_both_kept_and_seen(shelf):
    first = shelf.add(shelf.person("Omar"))
    one, other = shelf.person("Serik", before=first), shelf.person("Bolat", before=first)
    shelf.add(one, other, supersedes=[(1, 0)])
    with shelf.index() as index:
        assert [row.revision_id for row in index.heads(first.record_id)] == [one.id, other.id]
        assert index.current(first.record_id).revision_id == other.id


def test_a_tombstone_keeps_id_and_kind_only(shelf):
    first = shelf.add(shelf.person("Omar", notes="camp"))
    gone = shelf.revision("person", Claim("notes", "camp"), before=first, removed=True)
    shelf.add(gone, supersedes=[(1, 0)])
    with shelf.index() as index:
        assert list(index.rows()) == []
        assert [row.removed for row in index.rows(removed=True)] == [True]
        assert [row.removed for row in index.rows("person", removed=True)] == [True]
        assert index.counts() == {}
        assert index.current(first.record_id).removed
        assert [term for term, _ in index._segments[1].scan(b"")] == [b"i" + first.record_id, b"rperson"]


def test_attachments_have_rows_of_their_own(shelf):
    list_ref = Ref(b"l" * 32, 1)
    with shelf.batch() as batch:
        document = attachment_of(b"a" * 16, list_ref, 5)
        person = shelf.person("Omar")
        owner = document_of(person, batch.put(Kind.REVISION, person.encode()), shelf.schemas, 5)
        shelf.entries = (build(batch, [document, owner], 1),)
    with shelf.index() as index:
        row = index.attachment(b"a" * 16)
        assert (row.ref, row.attachment, row.kind, row.epoch) == (list_ref, True, "", 5)
        assert index.attachment(b"b" * 16) is None
        assert index.current(b"a" * 16) is None
        assert [row.record_id for row in index.rows()] == [person.record_id]
        assert [row.record_id for row in index.refs()] == [b"a" * 16, person.record_id]


def test_purging_leaves_a_mark_and_the_links_to_it(shelf):
    first = shelf.add(shelf.person("Omar", notes="unrepeatable"))
    other = shelf.person("Serik", notes="kept")
    later = shelf.revision("person", Claim("notes", "unrepeatable too"), before=first)
    event = shelf.revision("event", Claim("person", first.record_id))
    shelf.add(later, other, event, supersedes=[(1, 0)])
    with shelf.batch() as batch:
        change = Index(batch, shelf.entries).purge(batch, Index(batch, shelf.entries).history(first.record_id), 9)
        assert {row.revision_id for row in change.purged} == {first.id, later.id}
        assert {row.ref for row in change.purged} <= set(change.orphaned)
        assert [entry.serial for entry in change.entries] == [1, 2]
        for ref in change.orphaned:
            batch.delete(ref)
        shelf.entries = change.entries
    with shelf.index() as index:
        rows = index.history(first.record_id)
        assert [(row.purged, row.epoch, row.kind, row.revision_id) for row in rows] == [(True, 9, "", bytes(32))] * 2
        assert index.current(first.record_id) is None
        assert index.lookup(first.record_id.hex()) == [first.record_id]
        assert [row.record_id for row in index.links_to(first.record_id)] == [event.record_id]
        assert {row.record_id for row in index.rows()} == {other.record_id, event.record_id}
        for segment in index._segments:
            assert not segment.find(b"tunrepeatable")
            assert not any(b"unrepeatable" in term for term, _ in segment.scan(b""))
        assert index.purge(None, rows, 10).entries == shelf.entries


def test_marks_survive_a_merge(shelf):
    first = shelf.add(shelf.person("Omar"))
    for number in range(8):
        shelf.add(shelf.person(f"Serik {number}"))
    with shelf.batch() as batch:
        index = Index(batch, shelf.entries)
        shelf.entries = index.purge(batch, index.history(first.record_id), 9).entries
    shelf.tidy()
    assert len(shelf.entries) < 9
    with shelf.index() as index:
        assert [row.purged for row in index.history(first.record_id)] == [True]
        assert len(list(index.rows())) == 8


def test_what_is_superseded_elsewhere_is_carried_over_by_a_merge(shelf):
    # The old revision lies in a large segment that is not merged; the eight after it are.
    old = shelf.person("Omar")
    shelf.add(old, *[shelf.person(f"Bolat {number}") for number in range(63)])
    new = shelf.person("Serik", before=old)
    shelf.add(new, supersedes=[(1, 0)])
    for number in range(7):
        shelf.add(shelf.person(f"Kim {number}"))
    shelf.tidy()
    assert len(shelf.entries) == 2
    with shelf.index() as index:
        assert index.current(old.record_id).revision_id == new.id
        assert not [row for row in index.rows() if row.revision_id == old.id]


def test_a_full_builder_says_so_and_refuses_more(shelf):
    builder = Builder(1)
    assert not builder.full
    document = attachment_of(b"a" * 16, REF, 1)
    for _ in range(1 << 15):
        builder.add(document)
    assert builder.full
    assert len(builder) == 1 << 15
    with pytest.raises(ValueError, match="at least one"):
        Builder(2).write(None)
    builder._rows *= 8
    with pytest.raises(ValueError, match="at most"):
        builder.add(document)


def test_large_segments_have_pages_and_find_everything(shelf):
    people = [shelf.person(f"Name{number} Family{number % 50}", notes=f"text{number}") for number in range(900)]
    shelf.add(*people)
    with shelf.index() as index:
        assert len(index.own_refs()) > 4
        segment = index._segments[0]
        assert len(segment.root.row_pages) == 2
        for number in (0, 1, 752, 753, 899):
            assert segment.row(number).revision_id == people[number].id
            assert segment.names(number) == [f"Name{number} Family{number % 50}"]
            assert list(segment.find(b"ttext%d" % number)) == [number]
        assert len(segment.find(b"nfamily7")) == 18
        assert len(segment.union(b"nfamily")) == 900
        assert [row.revision_id for row in index.rows()] == [person.id for person in reversed(people)]


def test_another_segment_than_the_head_says_is_refused(shelf):
    shelf.add(shelf.person("Omar"))
    (entry,) = shelf.entries
    for wrong in (
        SegmentEntry(1, entry.ref, 2, entry.terms),
        SegmentEntry(1, entry.ref, entry.documents, entry.terms + 1),
    ):
        with shelf.batch() as batch, pytest.raises(IntegrityError):
            Index(batch, [wrong])
    with shelf.batch() as batch, pytest.raises(MissingObjectError):
        Index(batch, [SegmentEntry(1, REF, 1, 1)])


def test_a_missing_page_is_found_when_it_is_needed(shelf):
    shelf.add(*[shelf.person(f"Name{number}", notes=f"text{number} " * 9) for number in range(500)])
    with shelf.index() as index:
        refs = [ref for segment, ref in index.own_refs() if not segment]
    with shelf.batch() as batch:
        for ref in refs:
            batch.delete(ref)
    with shelf.index() as index:
        for ask in (lambda: index.history((9).to_bytes(16)), index.counts, lambda: index._segments[0].names(0)):
            with pytest.raises(MissingObjectError):
                ask()


def test_the_cache_forgets_the_least_used_and_everything_on_demand():
    cache = PageCache(100)
    loads = []

    def load(name):
        def loaded():
            loads.append(name)
            return name.upper(), 40

        return loaded

    for name in (b"a", b"b", b"a", b"c", b"a", b"b"):
        assert cache.get(name, load(name)) == name.upper()
    assert loads == [b"a", b"b", b"c", b"b"]
    cache.clear()
    cache.get(b"a", load(b"a"))
    assert loads[-1] == b"a"


@pytest.mark.parametrize(
    ("key", "payload", "ask"),
    [
        (7, lambda page: page + page[:87], lambda index: list(index.rows())),
        (9, lambda page: b"\0\1\0\0", lambda index: index._segments[0].names(0)),
        (6, lambda page: page[:-1], lambda index: index.counts()),
        (6, lambda page: page.replace(b"iomar", b"iommm"), lambda index: list(index._segments[0].raw_terms())),
    ],
)
def test_pages_that_do_not_fit_their_segment_are_refused(shelf, key, payload, ask):
    shelf.add(shelf.person("Omar"), shelf.person("Serik"))
    (entry,) = shelf.entries
    with shelf.batch() as batch:
        plain = codec.decode(batch.get(Kind.SEGMENT, entry.ref))
        plain[key] = payload(plain[key])
        if key == 6:
            plain[5] = b"\0\0\0\0i"
        ref = batch.put(Kind.SEGMENT, codec.encode(plain))
        index = Index(batch, [SegmentEntry(1, ref, entry.documents, entry.terms)])
        with pytest.raises(IntegrityError):
            ask(index)
