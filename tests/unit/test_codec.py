"""Canonical msgpack, text forms of bytes. All data here is invented."""

from __future__ import annotations

import math

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import codec
from vault.errors import FormatError, LimitError, VaultError

KEYS = st.one_of(st.text(max_size=5), st.integers(0, codec.MAX_INT_KEY))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=20), st.binary(max_size=20)
)
PLAIN = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@given(PLAIN)
def test_what_is_written_is_read_again(value: codec.Plain) -> None:
    """Any plain value comes back as it was, and as the same bytes."""
    data = codec.encode(value)
    assert codec.decode(data) == value
    assert codec.encode(codec.decode(data)) == data


@given(st.dictionaries(KEYS, st.integers(0, 9), min_size=2, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str | int, int]) -> None:
    """A map has one encoding, in whatever order it was filled."""
    assert codec.encode(dict(reversed(value.items()))) == codec.encode(value)


def test_integer_keys_come_first_then_text_by_its_bytes() -> None:
    """The order of keys is the documented one."""
    assert codec.encode({"b": 1, "aa": 2, 300: 3, 2: 4}) == msgpack.packb({2: 4, 300: 3, "aa": 2, "b": 1})


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_format_error(data: bytes) -> None:
    """Nothing but the library's own errors comes out, and what decodes is canonical."""
    try:
        value = codec.decode(data)
    except FormatError:
        return
    assert codec.encode(value) == data


NOT_CANONICAL = {
    "empty": b"",
    "bytes after the end": b"\x01\x01",
    "repeated key": b"\x82\xa1a\x01\xa1a\x02",
    "unsorted keys": b"\x82\xa1b\x01\xa1a\x02",
    "text key before integer key": b"\x82\xa1a\x01\x01\x02",
    "negative integer key": b"\x81\xff\x01",
    "integer key too large": b"\x81\xce\x00\x01\x00\x00\x01",
    "bytes as key": b"\x81\xc4\x01a\x01",
    "list as key": b"\x81\x91\x01\x01",
    "true as key": b"\x81\xc3\x01",
    "float": msgpack.packb(1.5),
    "NaN": msgpack.packb(math.nan),
    "long form of a small integer": b"\xcd\x00\x01",
    "long form of a short text": b"\xd9\x01a",
    "long form of a short list": b"\xdc\x00\x01\x01",
    "unsigned above i64": msgpack.packb(2**63),
    "extension type": msgpack.packb(msgpack.ExtType(5, b"x")),
    "timestamp": msgpack.packb(msgpack.Timestamp(1)),
    "text that is not UTF-8": b"\xa1\xff",
    "cut": b"\x92\x01",
    "reserved byte": b"\xc1",
    "many elements claimed": b"\xdd\xff\xff\xff\xff",
    "large map claimed": b"\xdf\xff\xff\xff\xff",
    "large string claimed": b"\xdb\xff\xff\xff\xff",
    "deep": b"\x91" * 17 + b"\x01",
    "very deep": b"\x91" * 100_000 + b"\x01",
}


@pytest.mark.parametrize("data", NOT_CANONICAL.values(), ids=NOT_CANONICAL.keys())
def test_a_second_spelling_is_refused(data: bytes) -> None:
    """Each way of writing a value otherwise, or a value that has no place, is refused."""
    with pytest.raises(FormatError):
        codec.decode(data)


def test_sixteen_levels_are_allowed() -> None:
    """The bound on depth is exact."""
    assert codec.decode(b"\x91" * 16 + b"\x01")
    with pytest.raises(LimitError):
        codec.encode(codec.decode(b"\x91" * 16 + b"\x01") and [codec.decode(b"\x91" * 16 + b"\x01")])


@pytest.mark.parametrize(
    "value", [1.0, {1.0: 1}, {b"a": 1}, {-1: 1}, {True: 1}, 2**63, -(2**63) - 1, "\ud800", {1, 2}, object()]
)
def test_what_has_no_place_is_not_written(value: object) -> None:
    """Floats, odd keys, large integers, lone surrogates and foreign types raise, and never pass silently."""
    with pytest.raises(FormatError):
        codec.encode(value)


def test_sizes_are_bounded() -> None:
    """Too large is a LimitError that says what and how much."""
    with pytest.raises(LimitError) as caught:
        codec.encode(b"x" * 100, max_bytes=99)
    assert (caught.value.field, caught.value.limit) == ("encoded size in bytes", 99)
    with pytest.raises(LimitError):
        codec.decode(b"\xc4\x64" + b"x" * 100, max_bytes=99)


@given(st.lists(st.binary(max_size=6), max_size=5), st.lists(st.binary(max_size=6), max_size=5))
def test_joining_is_injective(one: list[bytes], other: list[bytes]) -> None:
    """Two different sequences never give the same bytes."""
    assert (codec.lp(*one) == codec.lp(*other)) == (one == other)


@given(st.binary(max_size=40))
def test_base32_comes_back_however_it_is_typed(data: bytes) -> None:
    """Case, hyphens and look-alike letters do not matter."""
    text = codec.crockford_encode(data)
    typed = "-".join(text).lower().replace("0", "o").replace("1", "l")
    assert codec.crockford_decode(typed, byte_count=len(data)) == data


@pytest.mark.parametrize("text", ["", "A", "AAA", "U0", "0Z", "é0"])
def test_base32_of_another_length_or_alphabet_is_refused(text: str) -> None:
    """One byte is two characters, the second of which has two spare bits that must be zero."""
    with pytest.raises(FormatError):
        codec.crockford_decode(text, byte_count=1)


# Valid and invalid strings of BIP 173, without its limit of 90 characters.
@pytest.mark.parametrize(
    "text",
    [
        "A12UEL5L",
        "a12uel5l",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        "?1ezyfcl",
    ],
)
def test_bech32_of_the_standard_is_read(text: str) -> None:
    """What the standard calls valid decodes and encodes to the same."""
    prefix, data = codec.bech32_decode(text)
    assert codec.bech32_encode(prefix, data) == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "pzry9x0s0muk",
        "1pzry9x0s0muk",
        "x1b4n0q5v",
        "li1dgmt3",
        "A1G7SGD8",
        "10a06t8",
        "1qzzfhee",
        "a12UEL5L",
        "A12UEL5M",
    ],
)
def test_bech32_with_a_mistake_is_refused(text: str) -> None:
    """No separator, unknown characters, mixed case and wrong checksums are refused."""
    with pytest.raises(FormatError):
        codec.bech32_decode(text)


@given(st.binary(max_size=60), st.data())
def test_bech32_notices_one_wrong_letter(data: bytes, draw: st.DataObject) -> None:
    """A single changed character never decodes."""
    text = codec.bech32_encode("age1pq", data)
    place = draw.draw(st.integers(len("age1pq1"), len(text) - 1))
    letter = draw.draw(st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l").filter(lambda c: c != text[place]))
    with pytest.raises(VaultError):
        codec.bech32_decode(text[:place] + letter + text[place + 1 :])
