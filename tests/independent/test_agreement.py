"""Whatever bytes or text come: the independent reader and the library take the same, and see the same in it."""

import struct
from typing import Any

import hypothesis.strategies as st
from hypothesis import example, given

from tests.independent import index, reader, texts
from tests.independent.reader import Refused
from vault import codec, keys, names, sealing
from vault.errors import VaultError
from vault.index import pages, terms

SCALARS = st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.text(max_size=40) | st.binary(max_size=40)
KEYS = st.text(max_size=3) | st.integers(-2, 70_000)
TREES = st.recursive(SCALARS, lambda t: st.lists(t, max_size=4) | st.dictionaries(KEYS, t, max_size=4), max_leaves=20)
# Bytes that are nearly plain data: first bytes of every family, short lengths.
PIECES = st.sampled_from([bytes([b]) for b in range(256)]) | st.binary(max_size=3)
NEARLY = st.lists(PIECES, max_size=12).map(b"".join)
NUMBERS = st.lists(st.integers(0, (1 << 18) - 1), min_size=1, max_size=300, unique=True).map(sorted)


def outcome(call: Any, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except (Refused, VaultError):
        return "refused"


@given(NEARLY)
@example(b"\x81\xc2\x00")
def test_decoding(data):
    assert outcome(reader.decode, data) == outcome(codec.decode, data)


@given(TREES)
def test_encoding(tree):
    assert outcome(reader.encode, tree) == outcome(codec.encode, tree)


@given(st.text())
def test_words(text):
    assert set(index.words(text)) == names.text_terms(text)
    assert index.joined(text) == terms.compact(text)


@given(st.lists(st.text(st.characters(categories=["L", "M", "N", "Cf", "Po", "Zs"]), max_size=8), max_size=4))
def test_words_of_letters_and_marks(parts):
    text = "".join(parts)
    assert set(index.words(text)) == names.text_terms(text)


@given(
    st.text("0123456789-/.XY~?%T:Z", max_size=12)
    | st.from_regex(r"[0-9]{3}[0-9X](-[0-2][0-9](-[0-3][0-9])?)?", fullmatch=True)
)
def test_dates(text):
    months, date = index.months(text), terms.parse_date(text)
    library = None if date is None else list(terms.span_terms(date.earliest, date.latest))
    assert (None if months is None else index.span(*months)) == library


@given(st.integers(-5000, 15_000), st.integers(-5000, 15_000))
def test_spans_of_years(first, last):
    def year(number: int) -> str:
        return f"{number:05}" if -9999 <= number < 0 else f"{number:04}" if number <= 9999 else f"Y{number}"

    test_dates.hypothesis.inner_test(f"{year(first)}/{year(last)}")


@given(NUMBERS)
def test_postings_that_the_library_writes(numbers):
    data = pages.encode_postings(numbers)
    assert reader.postings(data) == (numbers, len(data))
    if len(numbers) <= 32:
        assert index.short_postings(numbers) == data


@given(st.integers(0, 1 << 18), st.integers(1, 9000), st.integers(1, 7))
def test_postings_of_many(start, count, step):
    numbers = [n for n in range(start, start + count * step, step) if n < 1 << 18] or [start - 1]
    data = pages.encode_postings(numbers)
    assert reader.postings(data) == (numbers, len(data))


@given(st.binary(max_size=12), st.integers(1, 300))
def test_postings_of_any_bytes(data, documents):
    page = b"\0\1x" + data + struct.pack(">HH", 0, 1)

    def ours() -> list[int]:
        found = index.read_term_page(page)
        reader.check(list(found) == [b"x"] and found[b"x"][-1] < documents, "documents")
        return found[b"x"]

    def library() -> list[int]:
        read = pages.TermPage(page, documents)
        ((_, at),) = read.scan() if sum(1 for _ in read.scan()) == 1 else [(b"", None)]
        return list(read.postings(at)) if at is not None else outcome(ours)

    if data[:1] != b"\0":  # bytes that are nearly a Roaring bitmap are a matter of vectors
        assert outcome(ours) == outcome(library)


@given(st.integers(0, 2_031_615))
def test_sizes(payload):
    assert reader.padded(payload) == sealing.padded_frame_bytes(payload) + 73


@given(st.binary(min_size=32, max_size=32))
def test_texts_of_keys(seed):
    identity = keys.Identity(seed)
    assert texts.identity_seed(keys.format_identity(identity)) == seed
    assert texts.paper_seed(keys.format_paper(identity)) == seed
    assert keys.parse_identity(texts.bech32("age-secret-key-pq-", seed)) == identity
