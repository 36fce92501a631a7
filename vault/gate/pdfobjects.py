"""Objects and streams of a PDF, read where they stand and not where the file says they are.

Floor: 4, part of `gate`. It refuses nothing that can be read: what is not reachable, replaced or deleted is read all
the same.

Source:
    docs/known-values.md §The gate.
"""

import base64
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from vault.gate.parts import BrokenError, Budget, LimitError

DEPTH_AT_MOST: Final = 100
_BROKEN_AT_MOST: Final = 20  # objects; each may be looked at to the end of the file
_SPACE: Final = b"\0\t\n\f\r "
_WHITE = re.compile(rb"(?:[\0\t\n\f\r ]+|%[^\r\n]*)*")
_TOKEN = re.compile(
    rb"(<<|>>|[\[\]{}])"
    rb"|(/[^\0\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|([+-]{0,2}(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:-[0-9]*)?(?![^\0\t\n\f\r ()<>\[\]{}/%]))"
    rb"|<([0-9A-Fa-f\0\t\n\f\r ]*)>"
    rb"|\(((?:[^()\\]|\\.)*)\)"
    rb"|(\()"
    rb"|([^\0\t\n\f\r ()<>\[\]{}/%]+)"
    rb"|(.)",
    re.DOTALL,
)
_REF = re.compile(rb"([0-9]{1,9})[\0\t\n\f\r ]+([0-9]{1,5})[\0\t\n\f\r ]+R(?![^\0\t\n\f\r ()<>\[\]{}/%])")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|.))|\r\n?", re.DOTALL)
_PARENTHESIS = re.compile(rb"\\.|[()]", re.DOTALL)
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT = re.compile(rb"(?<![0-9])([0-9]{1,9})[\0\t\n\f\r ]+([0-9]{1,5})[\0\t\n\f\r ]+obj(?![A-Za-z0-9])")
_STREAM = re.compile(rb"stream(?:\r\n|\n|\r)")
_END = re.compile(rb"(?:\r\n|\n|\r| )?endstream")
_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Name(str):
    """A name of PDF, without its slash."""

    __slots__ = ()


class Keyword(bytes):
    """A word that is neither name, number nor string: an operator."""

    __slots__ = ()


class Ref(NamedTuple):
    """A pointer to an object."""

    number: int


@dataclass(slots=True)
class Stream:
    """A dictionary and the bytes behind it."""

    about: dict[str, Any]
    raw: bytes = field(repr=False)


class Lexer:
    """Tokens and objects of a run of bytes.

    Args:
        data: Of the file, of an object stream, or of a page.
        at: Where to begin.
    """

    __slots__ = ("at", "data", "start")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at
        self.start = at  # of the last token

    def token(self) -> Any:  # noqa: ANN401 - any object of PDF
        """Give the next token; None at the end."""
        data = self.data
        match = _TOKEN.match(data, _WHITE.match(data, self.at).end())  # type: ignore[union-attr]
        if match is None:
            self.at = len(data)
            return None
        self.start, self.at = match.span()
        kind = match.lastindex
        if kind == 6:
            return self._nested()
        make = _MAKERS.get(kind or 0)
        return Keyword(match.group()) if make is None else make(match[kind or 0])

    def _nested(self) -> bytes:
        """Read a string with parentheses inside."""
        start, depth = self.at, 1
        for match in _PARENTHESIS.finditer(self.data, start):
            depth += {b"(": 1, b")": -1}.get(match.group(), 0)
            if not depth:
                self.at = match.end()
                return _unescaped(self.data[start : match.start()])
        raise BrokenError

    def value(self, depth: int = 0) -> Any:  # noqa: ANN401 - any object of PDF
        """Give the next object.

        Raises:
            BrokenError: There is none that ends.
        """
        if depth > DEPTH_AT_MOST:
            raise LimitError
        token = self.token()
        if token is None:
            raise BrokenError
        if isinstance(token, int) and not isinstance(token, bool):
            if match := _REF.match(self.data, self.start):
                self.at = match.end()
                return Ref(int(match[1]))
            return token
        if not isinstance(token, Keyword):
            return token
        if token == b"<<":
            return self._dictionary(depth)
        if token == b"[":
            found: list[Any] = []
            while True:
                before = self.at
                if self.token() == b"]":
                    return found
                self.at = before
                found.append(self.value(depth + 1))
        return {b"true": True, b"false": False, b"null": None}.get(token, token)

    def _dictionary(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            key = self.token()
            if isinstance(key, Keyword) and key == b">>":
                return found
            if not isinstance(key, Name):
                raise BrokenError
            value = self.value(depth + 1)
            if isinstance(value, Keyword):
                raise BrokenError
            # Of a key that stands twice both are read.
            while key in found:
                key = Name(key + "'")
            found[key] = value


def _name(raw: bytes) -> Name:
    if b"#" in raw:
        raw = _NAME_ESCAPE.sub(lambda m: bytes.fromhex(m[1].decode()), raw)
    return Name(raw[1:].decode("utf-8", "replace"))


def _digits(text: bytes) -> bytes:
    digits = text.translate(None, _SPACE)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _number(text: bytes) -> int | float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return 0


def _unescaped(raw: bytes) -> bytes:
    if b"\\" not in raw and b"\r" not in raw:
        return raw
    return _ESCAPE.sub(_escape, raw)


def _escape(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 8) & 255])
    if match[2] is None:
        return b"\n"
    return b"" if match[2] in {b"\n", b"\r", b"\r\n"} else _LETTERS.get(match[2], match[2])


_MAKERS: Final[dict[int, Callable[[bytes], Any]]] = {2: _name, 3: _number, 4: _digits, 5: _unescaped}


def objects(data: bytes) -> Iterator[tuple[int, Any, int, int]]:
    """Give every object that stands in a file, whether anything leads to it or not.

    Args:
        data: The file.

    Yields:
        Number, object, and the span of bytes it takes. An object that cannot be read is a `BrokenError`.
    """
    at = broken = 0
    last = data.rfind(b"endstream")
    while match := _OBJECT.search(data, at):
        lexer = Lexer(data, match.end())
        try:
            value = lexer.value()
            if isinstance(value, dict):
                value, lexer.at = _with_stream(data, value, lexer.at, last)
        except BrokenError as error:
            value, lexer.at = error, match.end()
            broken += 1
            if broken > _BROKEN_AT_MOST:
                raise LimitError from error
        at = lexer.at
        yield int(match[1]), value, match.start(), at


def _with_stream(data: bytes, about: dict[str, Any], at: int, last: int) -> tuple[Any, int]:
    """Give a dictionary with the stream behind it, if there is one, and where that ends."""
    start = _WHITE.match(data, at).end()  # type: ignore[union-attr]
    keyword = _STREAM.match(data, start)
    if keyword is None:
        return about, at
    start = keyword.end()
    length = about.get("Length")
    if isinstance(length, int) and 0 <= length <= len(data) - start and (end := _END.match(data, start + length)):
        return Stream(about, data[start : start + length]), end.end()
    found = _END.search(data, start) if start <= last else None
    if found is None:
        raise BrokenError
    return Stream(about, data[start : found.start()]), found.end()


def stream_objects(data: bytes, about: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """Give the objects of an object stream.

    Args:
        data: Unpacked.
        about: Its dictionary.

    Yields:
        Number and object.
    """
    count, first = about.get("N"), about.get("First")
    if not isinstance(count, int) or not isinstance(first, int) or not 0 <= count <= len(data):
        raise BrokenError
    head = Lexer(data)
    places = [(head.token(), head.token()) for _ in range(count)]
    for number, place in places:
        if not isinstance(number, int) or not isinstance(place, int):
            raise BrokenError
        yield number, Lexer(data, first + place).value()


# -------------------------------------------------------------------------------------------------------- filters
PICTURES: Final = frozenset(["DCTDecode", "DCT", "JPXDecode", "CCITTFaxDecode", "CCF", "JBIG2Decode"])


def unpack(stream: Stream, budget: Budget, *, pixels: bool = False) -> tuple[bytes, str, bytes]:
    """Undo the filters of a stream, up to one that makes a picture.

    Args:
        stream: What to unpack.
        budget: Of the scan.
        pixels: The bytes are those of a picture: no predictor is undone.

    Returns:
        The bytes; the name of the picture's filter, or nothing; bytes that stood behind what a filter read.

    Raises:
        BrokenError: A filter cannot be undone, or is not known.
        LimitError: There is too much.
    """
    data, left = stream.raw, b""
    names = stream.about.get("Filter", stream.about.get("F", []))
    names = names if isinstance(names, list) else [names]
    options = stream.about.get("DecodeParms", stream.about.get("DP"))
    options = options if isinstance(options, list) else [options]
    if len(names) > 8:
        raise LimitError
    for n, name in enumerate(names):
        if name in PICTURES:
            return data, str(name), left
        data, behind = _undo(str(name), data, options[n] if n < len(options) else None, budget, pixels=pixels)
        budget.take(len(data))
        left += behind
    return data, "", left


def _undo(name: str, data: bytes, options: Any, budget: Budget, *, pixels: bool) -> tuple[bytes, bytes]:  # noqa: ANN401
    if name in {"FlateDecode", "Fl"}:
        found, left = _inflate(data, budget)
    elif name in {"LZWDecode", "LZW"}:
        early = options.get("EarlyChange", 1) if isinstance(options, dict) else 1
        found, left = _lzw(data, budget, early=early != 0), b""
    elif name in {"ASCII85Decode", "A85"}:
        text, _, left = data.partition(b"~>")
        try:
            return base64.a85decode(text.removeprefix(b"<~"), ignorechars=b" \t\n\r\v\f\0"), left
        except ValueError as error:
            raise BrokenError from error
    elif name in {"ASCIIHexDecode", "AHx"}:
        text, _, left = data.partition(b">")
        digits = text.translate(None, _SPACE)
        try:
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")), left
        except ValueError as error:
            raise BrokenError from error
    elif name in {"RunLengthDecode", "RL"}:
        return _run_lengths(data, budget)
    else:
        raise BrokenError
    if not pixels and isinstance(options, dict) and options.get("Predictor", 1) != 1:
        found = _predicted(found, options)
    return found, left


def _inflate(data: bytes, budget: Budget) -> tuple[bytes, bytes]:
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(data.lstrip(b"\r\n") if data[:1] in b"\r\n" else data, budget.room + 1)
    except zlib.error as error:
        raise BrokenError from error
    if len(found) > budget.room:
        raise LimitError
    if not unpacker.eof:
        raise BrokenError
    return found, unpacker.unused_data


def _lzw(data: bytes, budget: Budget, *, early: bool) -> bytes:
    """Undo LZW of nine to twelve bits."""
    out = bytearray()
    table: list[bytes] = [bytes([n]) for n in range(256)] + [b"", b""]
    width, held, bits, before = 9, 0, 0, b""
    for byte in data:
        held, bits = (held << 8 | byte) & 0xFFFFFF, bits + 8
        if bits < width:
            continue
        bits -= width
        code = held >> bits & (1 << width) - 1
        if code == 257:
            break
        if code == 256:
            del table[258:]
            width, before = 9, b""
            continue
        if code < len(table):
            entry = table[code]
        elif code == len(table) and before:
            entry = before + before[:1]
        else:
            raise BrokenError
        out += entry
        if len(out) > budget.room:
            raise LimitError
        if before and len(table) < 4096:
            table.append(before + entry[:1])
        before = entry
        width = max(9, min(12, (len(table) + early).bit_length()))
    return bytes(out)


def _run_lengths(data: bytes, budget: Budget) -> tuple[bytes, bytes]:
    out, at = bytearray(), 0
    while at < len(data):
        length = data[at]
        if length == 128:
            return bytes(out), data[at + 1 :]
        if length < 128:
            out += data[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            out += data[at + 1 : at + 2] * (257 - length)
            at += 2
        if len(out) > budget.room:
            raise LimitError
    return bytes(out), b""


def _predicted(data: bytes, options: dict[str, Any]) -> bytes:
    """Undo the predictor of PNG, which adds to each byte one before or above it."""
    colours, depth, columns = options.get("Colors", 1), options.get("BitsPerComponent", 8), options.get("Columns", 1)
    if not all(isinstance(n, int) and 0 < n < 1 << 20 for n in (colours, depth, columns)):
        raise BrokenError
    step, row = max(1, colours * depth // 8), (colours * depth * columns + 7) // 8
    if options.get("Predictor") == 2:
        return _added(data, row, step) if depth == 8 else data
    out, above = bytearray(), bytes(row)
    for at in range(0, len(data), row + 1):
        kind, line = data[at], bytearray(data[at + 1 : at + 1 + row])
        for n, value in enumerate(line):
            left = line[n - step] if n >= step else 0
            corner = above[n - step] if n >= step else 0
            line[n] = value + _guess(kind, left, above[n], corner) & 255
        out += line
        above = bytes(line) + bytes(row - len(line))
    return bytes(out)


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        far = [abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)]
        return (left, up, corner)[far.index(min(far))]
    return (0, left, up, (left + up) // 2, 0)[kind] if kind < 5 else 0


def _added(data: bytes, row: int, step: int) -> bytes:
    out = bytearray(data)
    for start in range(0, len(out), row):
        for at in range(start + step, min(start + row, len(out))):
            out[at] = out[at] + out[at - step] & 255
    return bytes(out)
