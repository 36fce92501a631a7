"""Rich Text Format: its text with all that is not shown, and its pictures.

Floor: 4, part of `gate`. Every destination counts: authors, comments, hidden and deleted text. It refuses embedded
objects.

Source:
    docs/known-values.md §The gate.
"""

import re
from collections.abc import Iterator
from typing import Final

from vault.gate.fonts import is_font
from vault.gate.parts import Budget, Fault, Inner, LimitError, Part, Text, fault_if

START: Final = b"{\\rtf"
_TOKEN = re.compile(
    rb"\\(?:([A-Za-z]{1,32})(-?[0-9]{1,10})?[ ]?|'([0-9A-Fa-f]{2})|([^A-Za-z]))|([{}])|([^\\{}]+)", re.DOTALL
)
_BREAKS: Final = frozenset(b"par line cell row tab page sect nestcell nestrow column".split())
_SIGNS: Final = {
    b"endash": "–", b"emdash": "—", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•", b"enspace": " ", b"emspace": " ",
}  # fmt: skip
_CHARSETS: Final = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_ESCAPED: Final = {b"~": b" ", b"_": b"-", b"\n": b"\n", b"\r": b"\n", b"\\": b"\\", b"{": b"{", b"}": b"}"}
_GROUPS_AT_MOST: Final = 2000


class _State:
    """What holds within one group."""

    __slots__ = ("encoding", "fonts", "hexadecimal", "skip")

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.skip = 1
        self.hexadecimal = False
        self.fonts = False

    def copy(self) -> "_State":
        """Give what an inner group begins with."""
        state = _State(self.encoding)
        state.skip, state.fonts = self.skip, self.fonts
        return state


class _Reader:
    """One file on its way to text."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.bytes = bytearray()  # of the text, not yet decoded
        self.digits = bytearray()  # of a picture
        self.states = [_State("cp1252")]
        self.encodings: dict[int, str] = {}
        self.base = "cp1252"
        self.font = -1
        self.left_out = 0
        self.objects = False

    def flush(self) -> None:
        """Decode what was gathered."""
        if self.bytes:
            self.text.append(self.bytes.decode(self.states[-1].encoding, "replace"))
            self.bytes.clear()

    def open(self) -> None:
        """Begin a group."""
        self.flush()
        self.states.append(self.states[-1].copy())
        if len(self.states) > _GROUPS_AT_MOST:
            raise LimitError

    def close(self) -> bytes:
        """End a group; give the hexadecimal digits in it."""
        self.flush()
        state = self.states[-1]
        if state.fonts:
            self.text.append("\n")
        if len(self.states) > 1:
            self.states.pop()
        digits = bytes(self.digits) if state.hexadecimal else b""
        del self.digits[: len(digits)]
        return digits

    def characters(self, data: bytes) -> None:
        """Take in characters of the text, less those that only stand for an escape before them."""
        if self.states[-1].hexadecimal:
            self.digits += data
            return
        left_out = min(self.left_out, len(data))
        self.left_out -= left_out
        self.bytes += data[left_out:]

    def word(self, word: bytes, number: int | None) -> None:
        """Follow one control word."""
        state = self.states[-1]
        if word == b"u" and number is not None:
            self.flush()
            self.text.append(chr(number & 0xFFFF))
            self.left_out = state.skip
        elif word == b"uc" and number is not None:
            state.skip = max(0, min(number, 100))
        elif word == b"ansicpg" and number is not None:
            self.flush()
            self.base = state.encoding = _codepage(number)
        elif word == b"fcharset" and number is not None:
            self.encodings[self.font] = _CHARSETS.get(number, self.base)
        elif word == b"f" and number is not None:
            self.flush()
            self.font = number
            state.encoding = self.encodings.get(number, self.base)
        elif word in {b"pict", b"objdata", b"datastore", b"themedata", b"colorschememapping"}:
            state.hexadecimal = True
            self.objects |= word == b"objdata"
        elif word == b"fonttbl":
            state.fonts = True
        elif word in _BREAKS:
            self.flush()
            self.text.append("\n")
        elif word in _SIGNS:
            self.flush()
            self.text.append(_SIGNS[word])


def _codepage(number: int) -> str:
    name = f"cp{number}"
    try:
        b"".decode(name)
    except LookupError:
        return "gb18030" if number == 936 else "cp1252"
    return name


def read_rtf(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read an RTF file.

    Args:
        data: The file.
        place: Of it.
        budget: Of the scan.

    Yields:
        Its text and its pictures.
    """
    reader = _Reader()
    at = 0
    while at < len(data) and (match := _TOKEN.match(data, at)):
        at = match.end()
        word, number, code, sign, brace, plain = match.groups()
        if brace == b"{":
            reader.open()
        elif brace:
            if digits := reader.close():
                yield from _binary(digits, place, budget)
        elif word == b"bin" and number:
            yield Inner(data[at : at + max(0, int(number))], "", f"{place} picture {budget.member()}")
            at += max(0, int(number))
        elif word:
            reader.word(word, int(number) if number else None)
        elif sign:
            reader.characters(_ESCAPED.get(sign, b""))
        else:
            reader.characters(bytes.fromhex(code.decode()) if code else plain.translate(None, b"\r\n"))
    reader.flush()
    text = "".join(reader.text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    yield Text("\n".join(line for line in text.split("\n") if not is_font(line.strip(" ;"))), place)
    yield from fault_if(reader.objects, "unreadable", f"{place} object")
    yield from fault_if(data[at:].strip(b"\0\r\n \\"), "broken", place)


def _binary(digits: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read what stands in hexadecimal digits."""
    digits = bytes(digits).translate(None, b" \t\r\n;")
    try:
        data = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        yield Fault("broken", f"{place} picture")
        return
    budget.take(len(data))
    yield Inner(data, "", f"{place} picture {budget.member()}")
