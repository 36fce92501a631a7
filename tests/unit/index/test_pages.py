"""Bytes of a segment: known forms, limits, and whatever else is refused. Terms and names are invented."""

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from vault import codec
from vault.errors import IntegrityError, UnsupportedVersionError
from vault.index import pages, postings
from vault.objects import Ref


class Held:
    """Pages as they are put, by name."""

    def __init__(self):
        self.payloads = {}

    def put(self, kind, payload):
        ref = Ref(len(self.payloads).to_bytes(32), 1)
        self.payloads[ref.name] = (kind, payload)
        return ref


def write_terms(items):
    held = Held()
    out = pages.PageWriter(held)
    writer = pages.TermWriter(out)
    writer.write(iter(items))
    if out.inside:
        return writer, [out.inline(writer.refs)]
    return writer, [held.payloads[ref.name][1] for ref in writer.refs]


@pytest.mark.parametrize(
    ("documents", "form"),
    [
        ([0], "01"),
        ([1], "03"),
        ([64], "8101"),
        ([262_143], "ffff1f"),
        ([0, 1, 2], "06000000"),
        ([5, 300], "0605a602"),
        (range(40), "000f3b300000010000270001000000" + "2700"),
    ],
)
def test_postings_have_the_published_form(documents, form):
    assert postings.encode_postings(list(documents)).hex() == form
    assert list(postings.decode_postings(bytes.fromhex(form), 0, 1 << 18)) == list(documents)


@given(st.lists(st.integers(min_value=0, max_value=(1 << 18) - 1), min_size=1, max_size=200))
def test_postings_come_back_and_repeats_do_not_matter(numbers):
    numbers.sort()
    data = postings.encode_postings(numbers)
    assert list(postings.decode_postings(data, 0, 1 << 18)) == sorted(set(numbers))
    assert data == postings.encode_postings(sorted(set(numbers))) or len(numbers) > 32
    assert postings.skip_postings(b"??" + data + b"?", 2) == 2 + len(data)


@given(st.binary(max_size=64))
def test_any_bytes_as_postings_are_a_set_or_refused(data):
    try:
        found = postings.decode_postings(data, 0, 1000)
    except (IntegrityError, IndexError):
        return
    assert found
    assert found.max() < 1000


def test_a_number_beyond_the_documents_is_refused():
    for numbers in ([9], [1, 9], list(range(50))):
        with pytest.raises(IntegrityError):
            postings.decode_postings(postings.encode_postings(numbers), 0, 9)


def sample_terms(count, seed=1):
    rng = random.Random(seed)
    terms = {rng.choice((b"t", b"n", b"i")) + rng.randbytes(rng.randint(0, 12)).hex().encode() for _ in range(count)}
    return [
        (term, postings.encode_postings(sorted(rng.sample(range(5000), rng.choice((1, 1, 3, 60))))))
        for term in sorted(terms)
    ]


@pytest.mark.parametrize("count", [1, 15, 16, 17, 300, 9000])
def test_terms_come_back_by_scan_and_by_name(count):
    items = sample_terms(count)
    writer, payloads = write_terms(items)
    assert writer.terms == len(items)
    assert all(len(payload) <= pages.TERM_PAGE_BYTES for payload in payloads)
    found = []
    for payload, first in zip(payloads, writer.firsts, strict=True):
        page = pages.TermPage(payload, 5000)
        scanned = list(page.scan())
        assert scanned[0][0] == first
        found += [(term, page.raw(at)) for term, at in scanned]
        for term, at in scanned[:: max(1, len(scanned) // 50)]:
            assert list(page.find(term)) == list(page.postings(at))
            assert page.find(term + b"\0") is None
            assert next(page.scan(term[:-1] + b"\0"))[0] >= term[:-1]
    assert found == items


def test_small_pages_stay_inside_and_large_ones_do_not():
    assert len(write_terms(sample_terms(100))[1]) == 1
    held = Held()
    writer = pages.PageWriter(held)
    first, second = [], []
    writer.put(first, b"a" * (pages.INLINE_BYTES - 1))
    assert writer.inside
    assert writer.inline(first) == b"a" * (pages.INLINE_BYTES - 1)
    assert writer.inline(second) == b""
    writer.put(second, b"b")
    writer.put(first, b"c")
    assert not writer.inside
    assert [held.payloads[ref.name][1][:1] for ref in first] == [b"a", b"c"]
    assert [held.payloads[ref.name][1] for ref in second] == [b"b"]


def test_pages_are_filled_but_never_over():
    items = [(b"t%09d" % number, b"\x01") for number in range(40_000)]
    _, payloads = write_terms(items)
    assert all(pages.TERM_PAGE_BYTES - 300 < len(payload) <= pages.TERM_PAGE_BYTES for payload in payloads[:-1])


@given(st.data())
def test_any_change_of_a_term_page_is_read_or_refused(data):
    _, (payload,) = write_terms(sample_terms(40))
    changed = bytearray(payload)
    for _ in range(data.draw(st.integers(min_value=1, max_value=4))):
        changed[data.draw(st.integers(min_value=0, max_value=len(changed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(min_value=0, max_value=len(changed)))
    for made in (bytes(changed), bytes(changed[:cut])):
        try:
            page = pages.TermPage(made, 5000)
            terms = [(term, len(page.postings(at))) for term, at in page.scan()]
            page.find(b"n0")
        except IntegrityError:
            continue
        assert terms == sorted(terms)


@given(st.binary(max_size=200), st.binary(max_size=8))
def test_any_bytes_as_a_page_are_read_or_refused(payload, start):
    for make in (lambda: list(pages.TermPage(payload, 9).scan(start)), lambda: pages.NamePage(payload).names(0)):
        try:
            make()
        except IntegrityError:
            continue


def test_a_row_has_its_published_form():
    row = pages.pack_row(b"r" * 16, b"v" * 32, Ref(b"o" * 32, 3), kind="event", flags=pages.REMOVED, epoch=7)
    assert row == b"r" * 16 + b"v" * 32 + b"o" * 32 + bytes((3, 2, 1)) + (7).to_bytes(4)
    assert row[pages.FLAGS_AT] == pages.REMOVED
    read = pages.unpack_row(row, 0, 4, 5, pages.SUPERSEDED)
    assert (read.serial, read.number, read.record_id, read.revision_id) == (4, 5, b"r" * 16, b"v" * 32)
    assert (read.ref, read.kind, read.epoch) == (Ref(b"o" * 32, 3), "event", 7)
    assert read.removed
    assert read.superseded
    assert not read.purged
    assert not read.attachment


def test_a_kind_of_ones_own_is_other_and_unknown_numbers_are_refused():
    row = pages.pack_row(b"r" * 16, bytes(32), Ref(bytes(32), 1), kind="vehicle", flags=0, epoch=1)
    assert pages.unpack_row(row, 0, 1, 0, 0).kind == "other"
    for at, value in ((81, 9), (pages.FLAGS_AT, 16)):
        bad = bytearray(row)
        bad[at] = value
        with pytest.raises(IntegrityError):
            pages.unpack_row(bytes(bad), 0, 1, 0, 0)
    with pytest.raises(IntegrityError):
        pages.unpack_row(row, 1, 1, 0, 0)


def test_what_is_left_of_a_purged_row():
    row = pages.purged_row(b"r" * 16, pages.ATTACHMENT | pages.SUPERSEDED, 9)
    assert row == b"r" * 16 + bytes(65) + bytes((0, pages.PURGED | pages.ATTACHMENT)) + (9).to_bytes(4)


def test_names_come_back_on_one_line_each():
    held = Held()
    out = pages.PageWriter(held)
    writer = pages.NameWriter(out)
    every = [["Жақып\nОмар", "", "加合甫"], [], ["x" * 500], ["n"] * 40]
    for one in every:
        writer.add(pages.pack_names(one))
    writer.flush()
    page = pages.NamePage(out.inline(writer.refs))
    assert page.count == 4
    assert page.names(0) == ["Жақып Омар", "加合甫"]
    assert page.names(1) == []
    assert page.names(2) == ["x" * 200]
    assert page.names(3) == ["n"] * 32
    with pytest.raises(IntegrityError):
        page.names(4)


def test_names_fill_several_pages():
    held = Held()
    out = pages.PageWriter(held)
    writer = pages.NameWriter(out)
    for number in range(20_000):
        writer.add(b"name %d" % number)
    writer.flush()
    found = []
    for first, ref in zip(writer.firsts, writer.refs, strict=True):
        payload = held.payloads[ref.name][1]
        assert len(payload) <= pages.NAME_PAGE_BYTES
        page = pages.NamePage(payload)
        assert first == len(found)
        found += [page.raw(index) for index in range(page.count)]
    assert found == [b"name %d" % number for number in range(20_000)]


def test_bad_utf8_in_a_name_is_refused():
    page = pages.NamePage(struct.pack(">HH", 1, 1) + b"\xff")
    with pytest.raises(IntegrityError):
        page.names(0)


def small_root():
    out = pages.PageWriter(Held())
    terms = pages.TermWriter(out)
    terms.write(iter([(b"tcamp", b"\x01")]))
    rows = []
    out.put(rows, pages.pack_row(b"r" * 16, bytes(32), Ref(bytes(32), 1), kind="person", flags=0, epoch=1))
    names = pages.NameWriter(out)
    names.add(b"Omar")
    names.flush()
    return pages.encode_root(1, {3: BitMap([1, 2])}, terms=terms, row_refs=rows, names=names, pages=out)


def read_whole(payload):
    """Read a segment object with the lists that are otherwise read when something in them is looked for."""
    root = pages.decode_root(payload)
    return root, tuple(root.first_terms), root.first_names


def test_a_segment_object_comes_back():
    root, _, _ = read_whole(small_root())
    assert (root.documents, root.terms, tuple(root.first_terms), root.first_names) == (1, 1, (b"tcamp",), (0,))
    assert root.supersedes == {3: BitMap([1, 2])}
    assert root.row_pages.inside
    assert root.refs() == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (2, 0),
        (2, (1 << 18) + 1),
        (2, 800),
        (2, "1"),
        (3, None),
        (4, [[0, b"\x01"]]),
        (4, [[3, b"\x01"], [3, b"\x01"]]),
        (4, [[3, b"\x01\x01"]]),
        (4, [[3, b""]]),
        (4, [3]),
        (5, b"\0\0\0"),
        (5, b""),
        (5, None),
        (6, b""),
        (7, None),
        (8, b"\x00\x00\x00\x01"),
        (8, b"\x00"),
        (8, b""),
        (9, b""),
        (10, False),
        (10, 1),
    ],
)
def test_a_segment_object_not_made_by_the_rule_is_refused(key, value):
    plain = codec.decode(small_root())
    plain[key] = value
    with pytest.raises(IntegrityError):
        read_whole(codec.encode(plain))


def test_a_newer_segment_is_said_to_be_newer():
    plain = codec.decode(small_root())
    plain[1] = pages.VERSION + 1
    with pytest.raises(UnsupportedVersionError):
        pages.decode_root(codec.encode(plain))


@given(st.binary(max_size=60))
def test_any_bytes_as_a_segment_object_are_refused(data):
    with pytest.raises((IntegrityError, UnsupportedVersionError)):
        read_whole(data)


def plain_terms(rng, count):
    """Terms that share much, with continuations of one another."""
    return sorted({b"t" + bytes(rng.choices(b"ab\xd0\xb0", k=rng.randint(0, 7))) for _ in range(count)})


def test_terms_are_found_and_continued_as_a_scan_finds_them():
    rng = random.Random(5)
    for count in (1, 3, 17, 60, 400):
        terms = plain_terms(rng, count)
        _, (payload,) = write_terms([(term, postings.encode_postings([at])) for at, term in enumerate(terms)])
        page = pages.TermPage(payload, 5000)
        for asked in [*terms, *plain_terms(rng, 100), b"", b"s", b"u", b"t\xff"]:
            found = page.find(asked)
            assert (None if found is None else list(found)) == ([terms.index(asked)] if asked in terms else None)
            begun, more = page.beginning(asked)
            expected = [(len(term), [at]) for at, term in enumerate(terms) if term.startswith(asked)]
            assert [(size, list(documents)) for size, documents in begun] == expected
            assert more == all(term < asked or term.startswith(asked) for term in terms)
