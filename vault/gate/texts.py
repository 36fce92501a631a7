"""Bytes to text, and a text to all its readings.

Floor: 4. The gate's own decoder of encodings and escapes. It refuses to settle on one reading where bytes or escapes
allow several: all are looked at.

Source:
    docs/known-values.md §The gate.
"""

import codecs
import html
import quopri
import re
import unicodedata
from typing import Final
from urllib.parse import unquote_to_bytes

LAYERS_AT_MOST: Final = 3

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_WIDE: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_NARROW: Final = ("cp1251", "gb18030", "koi8-r", "cp866", "cp1256", "cp1252", "big5")
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_PLAIN_SHARE: Final = 0.95  # of characters that must be letters, digits, marks, punctuation or spaces

_MARKS = {"Mn", "Cf", "Me"}
_BROKEN = re.compile(r"(?<![^\W\d_])[^\W\d_]++(?:[-‐‑][ \t]*\r?\n[ \t]*[^\W\d_]++)++")
_TAG = re.compile(r"</?[A-Za-z!?][^<>]{0,4000}>")
_TAG_NAME = re.compile(r"</?([A-Za-z0-9]+)")
_BLOCKS: Final = frozenset({
    "p", "div", "br", "td", "th", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "section", "hr",
    "article", "title", "head", "body", "html", "pre", "blockquote", "option", "dt", "dd",
})  # fmt: skip
_ESCAPES = re.compile(r"[&%=\\<+~]")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_QUOTED = re.compile(r"(?:=[0-9A-Fa-f]{2}|=[ \t]*\r?\n)+")
_BACKSLASH = re.compile(
    r"(?:\\u[0-9A-Fa-f]{4})+|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}|\\u\{[0-9A-Fa-f]{1,6}\}|\\[nrtbf\"'/\\]"
)
_SHORT_ESCAPES: Final = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": " "}
_UTF7 = re.compile(r"(?:\+[A-Za-z0-9+/]{2,}-?)")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .·*_-][^\W\d_](?![^\W_])){2,}")
_RUN_8 = re.compile(rb"(?:[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3}){6,}")
_RUN_16 = (
    ("utf-16-le", re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x04\x06]|[\x00-\xff][\x4e-\x9f]){5,}")),
    ("utf-16-be", re.compile(rb"(?:\x00[\x20-\x7e]|[\x04\x06][\x00-\xff]|[\x4e-\x9f][\x00-\xff]){5,}")),
)
_DIGITS_ONLY = re.compile(r"(?![0-9])\d")


def as_text(data: bytes, *, guess: bool = True) -> list[str] | None:
    """Decode bytes in every encoding they may be in.

    Args:
        data: The bytes.
        guess: Also take bytes that are not UTF-8 for text of an older encoding.

    Returns:
        One text or several; None if the bytes are no text.

    Source:
        docs/known-values.md §The gate.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return [data.decode(encoding)]
            except UnicodeDecodeError:
                continue
    control = _CONTROL.search(data)
    try:
        narrow = [data.decode("utf-8")]
    except UnicodeDecodeError:
        narrow = []
    if narrow and not control:
        return narrow
    if not guess and len(data) < 8:
        return None
    wide = [decoded for encoding in _WIDE if (decoded := _plausible(data, encoding)) is not None]
    if wide or (narrow and guess and b"\0" not in data):
        return wide + narrow
    return [data.decode(encoding, "replace") for encoding in _NARROW] if guess and not control else None


def _plausible(data: bytes, encoding: str) -> str | None:
    """Decode as wide characters, if what comes out is writing."""
    try:
        text = data[: len(data) - len(data) % 2].decode(encoding)
    except UnicodeDecodeError:
        return None
    sample = text[:4000]
    plain = sum(c in "\n\r\t" or unicodedata.category(c)[0] in "LNPZMS" for c in sample)
    common = sum(ord(c) < 0x700 or 0x2000 <= ord(c) < 0x2070 or 0x3000 <= ord(c) < 0xA000 for c in sample)
    return text if sample and min(plain, common) >= _PLAIN_SHARE * len(sample) else None


def runs_of_text(data: bytes) -> list[str]:
    """Give what reads as text within bytes that are none.

    Args:
        data: Any bytes.

    Returns:
        Runs of six characters or more of UTF-8, of five or more of UTF-16.

    Source:
        docs/known-values.md §The gate.
    """
    found = [match.group().decode("utf-8", "replace") for match in _RUN_8.finditer(data)]
    for encoding, pattern in _RUN_16:
        found += [match.group().decode(encoding, "replace") for match in pattern.finditer(data)]
    return found


def readings(text: str) -> list[str]:
    """Give a text in its usual form, and again with each layer of its escapes undone.

    Args:
        text: Any decoded text.

    Returns:
        One reading or more, each NFKC with ASCII digits and nothing invisible.

    Source:
        docs/known-values.md §The gate.
    """
    found = [_usual(text)]
    current = text
    for _ in range(LAYERS_AT_MOST):
        if not _ESCAPES.search(current):
            break
        undone = _undone(current)
        if undone == current:
            break
        found.append(_usual(undone))
        current = undone
    if _UTF7.search(text):
        found.append(_usual(_UTF7.sub(lambda m: m.group().encode("ascii").decode("utf-7", "replace"), text)))
    # Words that a line end or spaces broke are looked at each by itself.
    extra = [
        "|".join("".join(c for c in match.group() if c.isalpha()) for match in pattern.finditer(reading))
        for reading in found
        for pattern in (_BROKEN, _SPACED)
    ]
    return [reading for reading in dict.fromkeys(found + extra) if reading]


def _usual(text: str) -> str:
    """Fold widths and digits, and drop marks and invisible characters."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    odd = {c for c in set(text) if ord(c) > 127 and (unicodedata.category(c) in _MARKS or c.isdecimal())}
    if not odd:
        return text
    table = {ord(c): str(unicodedata.decimal(c)) if c.isdecimal() else None for c in odd}
    return text.translate(table)


def _undone(text: str) -> str:
    """Undo one layer of entities, percent signs, quoted-printable, backslashes and tags."""
    text = _TAG.sub(lambda m: "" if _inline(m.group()) else " ", text)
    text = html.unescape(text)
    text = _PERCENT.sub(lambda m: _bytes_read(unquote_to_bytes(m.group()), m.group()), text)
    text = _QUOTED.sub(lambda m: _bytes_read(quopri.decodestring(m.group().encode("ascii")), m.group()), text)
    return _BACKSLASH.sub(_backslash, text)


def _inline(tag: str) -> bool:
    name = _TAG_NAME.match(tag)
    return name is None or name[1].lower() not in _BLOCKS


def _bytes_read(data: bytes, otherwise: str) -> str:
    for encoding in ("utf-8", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return otherwise


def _backslash(match: re.Match[str]) -> str:
    piece = match.group()
    kind = piece[1]
    if len(piece) == len("\\n"):
        return _SHORT_ESCAPES.get(kind, kind)
    if piece.startswith("\\u{"):
        return _character(int(piece[3:-1], 16))
    if kind == "u":
        units = b"".join(bytes.fromhex(unit) for unit in piece.split("\\u")[1:])
        return units.decode("utf-16-be", "replace")
    return _character(int(piece, 0))


def _character(code: int) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
