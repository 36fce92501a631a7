"""Canonical, bounded msgpack and the injective joining of byte strings.

Floor: bedrock. It refuses whatever has two spellings: floats, unsorted or repeated keys, longer integers than needed,
extension types, bytes after the end. What decodes here encodes to the same bytes again, or is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgpack

from vault.errors import FormatError, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterable

Plain: TypeAlias = Any
"""None, bool, int, str, bytes, list of Plain, or dict of str or int to Plain."""

MAX_DEPTH: Final = 16
MAX_BYTES: Final = 1 << 20
MAX_INT_KEY: Final = 0xFFFF
_I64: Final = 1 << 63


def lp(*parts: bytes) -> bytes:
    """Join byte strings so that no two different sequences give the same bytes.

    Args:
        parts: Any number of byte strings, each shorter than 4 GiB.

    Returns:
        For each part its length as four big-endian bytes, then the part.

    Source:
        docs/format.md §Notation.
    """
    return b"".join([piece for part in parts for piece in (len(part).to_bytes(4), part)])


def u32(number: int) -> bytes:
    """Write a number from 0 to 2^32 - 1 as four big-endian bytes."""
    return number.to_bytes(4)


_AS_IS: Final = frozenset({str, bytes, bool, type(None)})
"""Types that need no look inside; text is checked by the encoder."""
_INTEGERS: Final = {int}
_TEXTS: Final = {str}
_CONTAINERS: Final = frozenset({dict, list, tuple})


def _sorted_keys(value: dict[Plain, Plain]) -> list[Plain]:
    """Give the keys in canonical order: integers first, then text in the order of its UTF-8 bytes."""
    # Text sorts by code points, which is the order of its UTF-8 bytes.
    types = set(map(type, value))
    if types == {int}:
        keys = sorted(value)
    elif types <= {str}:
        return sorted(value)
    elif types == {int, str}:
        keys = sorted(key for key in value if type(key) is int)
        return _small(keys) + sorted(key for key in value if type(key) is str)
    else:
        msg = "a map key is neither text nor a small integer"
        raise FormatError(msg)
    return _small(keys)


def _small(keys: list[int]) -> list[Plain]:
    if not 0 <= keys[0] <= keys[-1] <= MAX_INT_KEY:
        msg = "a map key is neither text nor a small integer"
        raise FormatError(msg)
    return keys


def _canonical(value: Plain, depth: int) -> Plain:
    """Copy with all maps sorted; refuse what the format has no place for, without naming any value."""
    kind = type(value)
    if depth >= MAX_DEPTH and kind in _CONTAINERS:
        raise LimitError("nesting depth", MAX_DEPTH)
    if kind is dict:
        return {
            key: item if type(item := value[key]) in _AS_IS else _canonical(item, depth + 1)
            for key in _sorted_keys(value)
        }
    if kind is list or kind is tuple:
        return [item if type(item) in _AS_IS else _canonical(item, depth + 1) for item in value]
    if kind is int:
        if not -_I64 <= value < _I64:
            raise LimitError("integer", _I64 - 1)
    elif kind not in _AS_IS:
        msg = f"a value of type {kind.__name__} cannot be stored"
        raise FormatError(msg)
    return value


def _check_keys(value: dict[Plain, Plain]) -> None:
    """Refuse keys out of order."""
    keys = list(value)
    types = set(map(type, keys))
    if types == _TEXTS or (types == _INTEGERS and keys[0] >= 0 and keys[-1] <= MAX_INT_KEY):
        in_order = keys == sorted(keys)
    else:
        in_order = keys == _sorted_keys(value)
    if not in_order:
        msg = "the keys of a map are not in order"
        raise FormatError(msg)


def _check(value: Plain, depth: int) -> None:
    """Refuse a decoded value that is too deep, has maps that are not sorted, floats, or integers above i64."""
    kind = type(value)
    if kind in _AS_IS:
        return
    if kind is int:
        if value >= _I64:
            raise LimitError("integer", _I64 - 1)
        return
    if depth >= MAX_DEPTH:
        raise LimitError("nesting depth", MAX_DEPTH)
    items: Iterable[Plain] = value
    if kind is dict:
        _check_keys(value)
        items = value.values()
    elif kind is not list:
        msg = "a value of a type that has no place"
        raise FormatError(msg)
    for item in items:
        if type(item) not in _AS_IS:
            _check(item, depth + 1)


def encode(value: Plain, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Write a value as canonical msgpack.

    Args:
        value: None, bool, int within i64, str, bytes, list, or dict with str or small int keys; depth at most 16.
        max_bytes: Largest result allowed, in bytes.

    Returns:
        The one encoding this value has.

    Raises:
        FormatError: A type that the format has no place for, a float, or text with a lone surrogate.
        LimitError: Too deep, too large, or an integer outside i64.

    Source:
        docs/format.md §Encoding.
    """
    return pack(_canonical(value, 0), max_bytes=max_bytes)


def canonical(value: Plain, *, depth: int) -> Plain:
    """Bring a value that is to stand inside another into canonical form.

    Args:
        value: As `encode` takes it.
        depth: How many arrays and maps it will stand in.

    Returns:
        The same with every map in order, for `pack`.

    Raises:
        FormatError, LimitError: As `encode`.
    """
    return value if type(value) in _AS_IS else _canonical(value, depth)


def pack(value: Plain, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Write a value whose maps stand in canonical order already; for rooms that build them so.

    Args:
        value: In canonical form; that is not looked at again. `decode` refuses what is not.
        max_bytes: Largest result allowed, in bytes.

    Returns:
        What `encode` would write.

    Raises:
        FormatError: Text with a lone surrogate.
        LimitError: Too large.
    """
    try:
        data: bytes = msgpack.packb(value, use_bin_type=True)
    except (UnicodeError, RecursionError, ValueError, OverflowError):
        msg = "the value cannot be written as msgpack"
        raise FormatError(msg) from None
    if len(data) > max_bytes:
        raise LimitError("encoded size in bytes", max_bytes)
    return data


def reread(data: bytes) -> Plain:
    """Read what `pack` wrote a moment ago in this program; nothing is checked. Bytes from elsewhere: `decode`."""
    return msgpack.unpackb(data, use_list=True, strict_map_key=False)


def _refuse_ext(_code: int, _data: bytes) -> Plain:
    msg = "extension types are not allowed"
    raise FormatError(msg)


def decode(data: bytes, *, max_bytes: int = MAX_BYTES) -> Plain:
    """Read canonical msgpack; accept no other spelling of a value than the one `encode` writes.

    Args:
        data: The whole encoding, nothing after it.
        max_bytes: Largest input accepted, in bytes.

    Returns:
        The value: dicts, lists, str, bytes, int, bool, None.

    Raises:
        FormatError: Not msgpack, not canonical, a float, an extension type, a repeated key, bytes after the end.
        LimitError: Larger than `max_bytes`, or deeper than 16.

    Source:
        docs/format.md §Encoding.
    """
    value = unpack(data, max_bytes=max_bytes)
    _check(value, 0)
    return value


def unpack(data: bytes, *, max_bytes: int = MAX_BYTES) -> Plain:
    """Read msgpack whose order of keys and types of values the caller looks at; for rooms that know what stands where.

    Args:
        data: The whole encoding, nothing after it.
        max_bytes: Largest input accepted, in bytes.

    Returns:
        What `pack` would write as these bytes; all of it that the caller does not look at belongs into `check`.

    Raises:
        FormatError: Not msgpack, not in its shortest form, an extension type, a repeated key, bytes after the end.
        LimitError: Larger than `max_bytes`.
    """
    if len(data) > max_bytes:
        raise LimitError("encoded size in bytes", max_bytes)
    try:
        value = msgpack.unpackb(
            data,
            raw=False,
            use_list=True,
            strict_map_key=False,
            ext_hook=_refuse_ext,
            max_str_len=max_bytes,
            max_bin_len=max_bytes,
            # An element takes at least a byte, so a list or map can hold no more of them than there are bytes.
            max_array_len=len(data),
            max_map_len=len(data) // 2 + 1,
            max_ext_len=0,
        )
        # Written anew in the order it came, a value gives the same bytes only if every part had its shortest form and
        # no key stood twice.
        same = msgpack.packb(value, use_bin_type=True) == data
    except FormatError:
        raise
    except (ValueError, TypeError, UnicodeError, RecursionError, OverflowError, msgpack.UnpackException):
        # TypeError: a map key that cannot be hashed, such as a list.
        msg = "the bytes are not canonical msgpack"
        raise FormatError(msg) from None
    if not same:
        msg = "the bytes are not canonical msgpack"
        raise FormatError(msg)
    return value


def check(value: Plain, *, depth: int) -> None:
    """Look at a part of what `unpack` gave.

    Args:
        value: The part.
        depth: How many arrays and maps it stands in.

    Raises:
        FormatError: Keys out of order, or a type that the format has no place for.
        LimitError: Deeper than 16, or an integer above i64.
    """
    if type(value) not in _AS_IS:
        _check(value, depth)


def decode_map(data: bytes, *, max_bytes: int = MAX_BYTES) -> dict[Plain, Plain]:
    """Read canonical msgpack whose outermost part is a map.

    Args:
        data: As for `decode`.
        max_bytes: As for `decode`.

    Returns:
        The map.

    Raises:
        FormatError: As `decode`; or it is something else than a map, such as a list, which answers to numbers as well.
        LimitError: As `decode`.
    """
    value = decode(data, max_bytes=max_bytes)
    if type(value) is not dict:
        msg = "the bytes are not a map"
        raise FormatError(msg)
    return value


def all_bytes(values: Iterable[object], length: int | None = None) -> bool:
    """Tell whether decoded values are all byte strings, and of one length if that is given."""
    return all(isinstance(value, bytes) and length in {None, len(value)} for value in values)


# --- Text forms of bytes ---------------------------------------------------------------------------------------------

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD_READ: Final = {**{c: i for i, c in enumerate(_CROCKFORD)}, "O": 0, "I": 1, "L": 1}
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _regroup(values: bytes, from_bits: int, to_bits: int, *, pad: bool) -> bytes:
    """Cut a run of from_bits-wide numbers anew into to_bits-wide ones; what is left over must be zero."""
    total = from_bits * len(values)
    number = 0
    for value in values:
        number = number << from_bits | value
    rest = total % to_bits
    if rest and pad:
        number <<= to_bits - rest
        total += to_bits - rest
    elif rest:
        if rest >= from_bits or number & ((1 << rest) - 1):
            msg = "left-over bits in a text form of bytes"
            raise FormatError(msg)
        number >>= rest
        total -= rest
    return bytes(number >> shift & ((1 << to_bits) - 1) for shift in range(total - to_bits, -1, -to_bits))


def crockford_encode(data: bytes) -> str:
    """Write bytes in Crockford's base32: capitals and digits that are not mistaken for one another."""
    return "".join(_CROCKFORD[value] for value in _regroup(data, 8, 5, pad=True))


def crockford_decode(text: str, *, byte_count: int) -> bytes:
    """Read Crockford's base32 as people type it: any case, hyphens and spaces ignored, O as 0, I and L as 1.

    Args:
        text: What was typed.
        byte_count: Exact length expected, in bytes.

    Returns:
        `byte_count` bytes.

    Raises:
        FormatError: Another character, or another length.
    """
    try:
        values = bytes(_CROCKFORD_READ[c] for c in text.upper() if c not in "- ")
    except KeyError:
        msg = "a code has a character that does not occur in such codes"
        raise FormatError(msg) from None
    if len(values) != -(-byte_count * 8 // 5):
        msg = "a code has the wrong length"
        raise FormatError(msg)
    return _regroup(values, 5, 8, pad=False)


def _bech32_checksum(prefix: str, values: bytes) -> int:
    state = 1
    expanded = bytes(ord(c) >> 5 for c in prefix) + b"\0" + bytes(ord(c) & 31 for c in prefix)
    for value in expanded + values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> bit & 1:
                state ^= generator
    return state


def bech32_encode(prefix: str, data: bytes) -> str:
    """Write bytes in Bech32 (BIP 173, without its length limit), lower case, as age writes keys."""
    values = _regroup(data, 8, 5, pad=True)
    check = _bech32_checksum(prefix, values + bytes(6)) ^ 1
    return prefix + "1" + "".join(_BECH32[v] for v in values + bytes(check >> 5 * (5 - i) & 31 for i in range(6)))


def bech32_decode(text: str) -> tuple[str, bytes]:
    """Read Bech32 (BIP 173, without its length limit).

    Args:
        text: All lower or all upper case, at most 4096 characters.

    Returns:
        The prefix in lower case, and the bytes.

    Raises:
        FormatError: Mixed case, an unknown character, a wrong checksum.
    """
    lower = text.lower()
    prefix, mark, rest = lower.rpartition("1")
    known = len(text) <= 4096 and text.isascii() and text in (lower, text.upper())
    if not known or not mark or not prefix or len(rest) < 6 or not set(rest) <= set(_BECH32):
        msg = "not a key in Bech32 form"
        raise FormatError(msg)
    values = bytes(_BECH32.index(c) for c in rest)
    if _bech32_checksum(prefix, values) != 1:
        msg = "a key in Bech32 form has a typing mistake"
        raise FormatError(msg)
    return prefix, _regroup(values[:-6], 5, 8, pad=False)
