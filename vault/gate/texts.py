"""Bytes to text, and a text to all its readings.

Floor: 4. The gate's own decoder of encodings and escapes. It refuses to settle on one reading where bytes or escapes
allow several: all are looked at.

Source:
    docs/known-values.md §The gate.
"""

import base64
import codecs
import html
import quopri
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from vault.matching.values import LETTER, SIGNS
from vault.matching.views import SHAPES

LAYERS_AT_MOST: Final = 3

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_WIDE: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_NARROW: Final = (
    "cp1251", "gb18030", "koi8-r", "kz1048", "cp866", "cp1256", "cp1252", "big5", "iso8859-5", "mac-cyrillic",
    "iso8859-9", "iso8859-6", "cp1254",
)  # fmt: skip
_ODD = re.compile(rb"[\x80-\xff]")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SAMPLE: Final = 8000  # bytes by which a guess is judged
_FAR_WORSE: Final = 0.6
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_PLAIN_SHARE: Final = 0.95  # of characters that must be letters, digits, marks, punctuation or spaces

_WORDS = re.compile(r"[^\W\d_]{2,}")
_MARKS = {"Mn", "Cf", "Me"}
_BROKEN = re.compile(r"(?<![^\W\d_])[^\W\d_]++(?:[-‐‑][ \t]*\r?\n[ \t]*[^\W\d_]++)++")
_SIGNED = re.compile(rf"(?<!{LETTER}){LETTER}++(?:{SIGNS}{LETTER}++)++")
_HYPHEN_END = re.compile(r"[-‐‑][ \t]*\r?\n")
_TAG = re.compile(r"</?[A-Za-z!?][^<>]{0,4000}>")
_TAG_NAME = re.compile(r"</?([A-Za-z0-9]+)")
_BLOCKS: Final = frozenset({
    "p", "div", "br", "td", "th", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "section", "hr",
    "article", "title", "head", "body", "html", "pre", "blockquote", "option", "dt", "dd",
})  # fmt: skip
_ESCAPES = re.compile(r"[&%=\\<+~]|xn--")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_QUOTED = re.compile(r"(?:=[0-9A-Fa-f]{2}|=[ \t]*\r?\n)+")
_ENCODED_WORDS = re.compile(r"=\?([A-Za-z0-9-]{2,40})(?:\*[a-z-]+)?\?([bBqQ])\?([^?\s]*)\?=(?:\s+(?==\?))?")
_PARAMETER = re.compile(r"\"?;\s*[A-Za-z-]{1,40}\*[1-9][0-9]?\*?=\"?")
_PUNYCODE = re.compile(r"(?<![A-Za-z0-9])xn--([a-z0-9-]{2,80})", re.IGNORECASE)
_STYLE = re.compile(r"(?:\\[0-9A-Fa-f]{2,6}[ ]?){2,}")
_FOLDED = re.compile(r"\r?\n[ \t]")
_HZ = re.compile(r"~\{[!-}]{2,}+~\}")
_CODES = re.compile(r"[0-9](?<![0-9.].)[0-9]{1,4}[,;\s]{1,3}(?:[0-9]{2,5}[,;\s]{1,3}){2,}[0-9]{2,5}(?![0-9.])")
_DOUBLY = re.compile(r"[\x80-\xff\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u2122]{4,}")
_DOUBLY_CYRILLIC = re.compile(
    r"(?:[\u0420\u0421\u04a2\u0422\u0423\u04d2\u0490][\u0080-\u00bf\u0402-\u040f\u0450-\u045f\u0490\u0491\u2013-\u2122]){3,}"
)
_TWICE: Final = (
    (_DOUBLY, (("cp1252", "utf-8"), ("latin-1", "utf-8"), ("cp1252", "cp1251"))),
    (_DOUBLY_CYRILLIC, (("cp1251", "utf-8"),)),
)
_BACKSLASH = re.compile(
    r"(?:\\u[0-9A-Fa-f]{4})+|(?:\\x[0-9A-Fa-f]{2}){2,}|(?:\\[0-3][0-7]{2}){2,}|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}|\\u\{[0-9A-Fa-f]{1,6}\}|\\[nrtbf\"'/\\]"
)
_SHORT_ESCAPES: Final = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": " "}
_UTF7 = re.compile(r"(?<![A-Za-z0-9+/=])\+[A-Za-z0-9+/]{2,}-?")
_SPACED = re.compile(r"[\W_][^\W\d_](?:(?:\W|_){1,4}[^\W\d_](?![^\W_])){2,}")
_PERCENT_U = re.compile(r"(?:%u[0-9A-Fa-f]{4})+")
_HEX_CODES = re.compile(r"(?:(?:0x|U\+|\\N\{U\+)[0-9A-Fa-f]{2,6}\}?[,;\s]{0,3}){3,}", re.IGNORECASE)
_COLOURS = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_CONCATENATED = re.compile(r"([\"'])[ \t]{0,4}[+.&][ \t]{0,4}(?:\r?\n[ \t]{0,20})?\1")
_RUBY = re.compile(r"<(r[tp])(?:\s[^<>]{0,200})?>[^<>]{0,200}</\1>", re.IGNORECASE)
_TAG_LETTERS = re.compile("[\U000e0020-\U000e007e]{2,}")
_MARKS_IN_A_ROW: Final = 30  # what any writing may have: the stream-safe form of Unicode
_PILED = re.compile(rf"[^\w\x00-\x7f]{{{_MARKS_IN_A_ROW + 1},}}")
_RUN_8 = re.compile(rb"(?:[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3}){6,}")
_RUN_16 = (
    ("utf-16-le", re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x04\x06]|[\x00-\xff][\x4e-\x9f]){5,}")),
    ("utf-16-be", re.compile(rb"(?:\x00[\x20-\x7e]|[\x04\x06][\x00-\xff]|[\x4e-\x9f][\x00-\xff]){5,}")),
)
_BACKWARDS: Final = "\u202e"
_BACKWARDS_RUN = re.compile(f"{_BACKWARDS}([^{_BACKWARDS}\u202c\n]{{1,200}})\u202c?")
_DIGITS_ONLY = re.compile(r"(?![0-9])\d")


def as_text(data: bytes, *, guess: bool = True) -> list[str] | None:
    """Decode bytes in every encoding they may be in.

    Args:
        data: The bytes.
        guess: Also take bytes that are not UTF-8 for text of an older encoding.

    Returns:
        One text or several, that of wide characters first; None if the bytes are no text.

    Source:
        docs/known-values.md §The gate.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            return [text] if encoding == "utf-8-sig" else [text, *_narrow_runs(data), *_faulty_utf8(data)]
    control = _CONTROL.search(data)
    narrow = [data.decode("utf-8")] if _is_utf8(data) else []
    if narrow and not control:
        return narrow
    if not guess and len(data) < 8:
        return None
    wide = [decoded for encoding in _WIDE if (decoded := _plausible(data, encoding)) is not None]
    if narrow and (wide or (guess and b"\0" not in data)):
        return wide + narrow
    guessed = guesses(data) if guess and not control else None
    # Bytes that make wide characters may be narrow ones all the same: two ASCII letters are one Chinese sign.
    return [*wide, *(guessed if guessed is not None else _narrow_runs(data))] if wide else guessed


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def guesses(data: bytes) -> list[str]:
    """Decode bytes that are not UTF-8 in each older encoding in which they make writing, and as UTF-8 with faults.

    Args:
        data: The bytes.

    Returns:
        Texts, of which all but one are wrong.

    Source:
        docs/known-values.md §The gate.
    """
    odd = _ODD.search(data)
    start = max(0, odd.start() - 64) if odd else 0
    samples = {data[start : start + _SAMPLE].decode(encoding, "replace"): encoding for encoding in _NARROW[::-1]}
    likely = {encoding: _likeness(sample) for sample, encoding in samples.items()}
    least = _FAR_WORSE * max(likely.values())
    found = [data.decode(encoding, "replace") for encoding in _NARROW if likely.get(encoding, -1.0) >= least]
    return found + _faulty_utf8(data)


def _faulty_utf8(data: bytes) -> list[str]:
    """Decode UTF-8 with a byte or two that are none, as where a text was cut: they end a word, or stand within one."""
    return [data.decode("utf-8", how) for how in ("replace", "ignore")] if _MULTIBYTE.search(data) else []


def older(data: bytes) -> list[str]:
    """Decode bytes found in a token in older encodings, if nearly all of them then are letters.

    Args:
        data: The bytes.

    Returns:
        Texts, mostly none.

    Source:
        docs/known-values.md §The gate.
    """
    if len(data) < 4 or _CONTROL.search(data) or _is_utf8(data):
        return []
    return [text for text in guesses(data) if _likeness(text) > _PLAIN_SHARE]


def _likeness(text: str) -> float:
    """Tell how much a text looks like writing: letters where there are more than ASCII has, and capitals in order."""
    odd = sum(c > "\x7f" for c in text)
    letters = sum(c > "\x7f" and c.isalpha() for c in text)
    words = [word for word in _WORDS.findall(text) if not word.isascii()]
    ordered = sum(word.islower() or word.istitle() or word.isupper() or word.lower() == word.upper() for word in words)
    likeness: float = letters / max(1, odd) * (ordered + 0.5) / (len(words) + 0.5)
    return likeness


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
    found = _narrow_runs(data)
    for encoding, pattern in _RUN_16:
        found += [match.group().decode(encoding, "replace") for match in pattern.finditer(data)]
    return found


def _narrow_runs(data: bytes) -> list[str]:
    return [match.group().decode("utf-8", "replace") for match in _RUN_8.finditer(data)]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it may be read.

    Args:
        text: NFKC with ASCII digits and nothing invisible.
        starts: Where it was put together of pieces: where each piece begins here, and where it stood in the text.
    """

    text: str = field(repr=False)
    starts: tuple[tuple[int, int], ...] = ()

    def place(self, at: int) -> int:
        """Tell where in the text a character of the reading, or the piece that it is in, stood."""
        if not self.starts:
            return at
        return self.starts[max(0, bisect_right(self.starts, at, key=lambda start: start[0]) - 1)][1]


def _pieced(pieces: Iterable[tuple[str, int]], between: str = "\n") -> Reading:
    """Put pieces together, each with where it stood."""
    texts, starts, size = [], [], 0
    for piece, at in pieces:
        usual = _usual(piece)
        texts.append(usual)
        starts.append((size, at))
        size += len(usual) + len(between)
    return Reading(between.join(texts), tuple(starts))


def readings(text: str) -> list[Reading]:
    """Give a text in its usual form, and again with each layer of its escapes undone.

    Args:
        text: Any decoded text.

    Returns:
        One reading or more.

    Source:
        docs/known-values.md §The gate.
    """
    found = [Reading(way) for way in _both_ways(text)]
    layer = [text]
    for _ in range(LAYERS_AT_MOST):
        layer = [undone for current in layer if _ESCAPES.search(current) for undone in _undone(current)][
            :LAYERS_AT_MOST
        ]
        found += [Reading(way) for reading in layer for way in _both_ways(reading)]
    found += _odd_readings(text)
    once = {reading.text: reading for reading in reversed(found)}
    # Words that a line end or spaces broke are looked at each by itself.
    extra = [
        _pieced(
            (
                ("".join(c for c in match.group() if c.isalpha()), reading.place(max(0, match.start() - 1)))
                for match in pattern.finditer("\n" + reading.text)
            ),
            "|",
        )
        for reading in once.values()
        for pattern in ((_BROKEN, _SPACED, _SIGNED) if _HYPHEN_END.search(reading.text) else (_SPACED, _SIGNED))
    ]
    once = {reading.text: reading for reading in reversed(found + extra)}
    return [reading for reading in reversed(once.values()) if reading.text]


def _odd_readings(text: str) -> Iterator[Reading]:
    """Give readings by escapes so rare, or so like plain text, that they stand beside the others."""
    for reading in _undone_in_place(text):
        yield Reading(_usual(reading))
    if codes := list(_CODES.finditer(text)):
        yield _pieced((reading, run.start()) for run in codes for reading in _by_codes(run.group()))
    if codes := list(_HEX_CODES.finditer(text)):
        yield _pieced((_by_hex_codes(run.group()), run.start()) for run in codes)
    if text.isascii():
        return
    if runs := list(_TAG_LETTERS.finditer(text)):
        yield _pieced(("".join(chr(ord(c) - 0xE0000) for c in run.group()), run.start()) for run in runs)
    yield from _twice_decoded(text)


def _undone_in_place(text: str) -> Iterator[str]:
    """Undo what programs, terminals and older forms write for characters, where it stands."""
    if "+" in text and _UTF7.search(text):
        yield _UTF7.sub(lambda m: m.group().encode("ascii").decode("utf-7", "replace"), text)
    if "\\" in text and _STYLE.search(text):
        yield _STYLE.sub(lambda m: "".join(_character(int(code, 16)) for code in m.group().split("\\")[1:]), text)
    if text.startswith("BEGIN:V"):
        yield _FOLDED.sub("", text)
    if "~{" in text:
        yield _HZ.sub(lambda m: m.group().encode("ascii").decode("hz", "replace"), text)
    if "%u" in text and _PERCENT_U.search(text):
        yield _PERCENT_U.sub(lambda m: _utf_16(m.group().split("%u")[1:]), text)
    if "\x1b[" in text:
        yield _COLOURS.sub("", text)
    if _CONCATENATED.search(text):
        yield _CONCATENATED.sub("", text)
    if "<r" in text.lower() and _RUBY.search(text):
        yield _RUBY.sub("", text)


def _by_hex_codes(run: str) -> str:
    codes = re.findall(r"(?:0x|U\+)([0-9A-Fa-f]+)", run, re.IGNORECASE)
    return "".join(_character(int(code, 16)) for code in codes)


def _utf_16(units: list[str]) -> str:
    return b"".join(int(unit, 16).to_bytes(2, "big") for unit in units).decode("utf-16-be", "replace")


def _by_codes(run: str) -> Iterator[str]:
    """Read a row of numbers as codes of characters, or as bytes."""
    numbers = [int(n) for n in re.findall("[0-9]+", run)]
    yield "".join(map(_character, numbers))
    if max(numbers) < 256:
        yield bytes(numbers).decode("utf-8", "replace")


def _twice_decoded(text: str) -> Iterator[Reading]:
    """Read what was UTF-8, or Cyrillic, and was decoded as something else."""
    for pattern, ways in _TWICE:
        runs = list(pattern.finditer(text))
        for first, then in ways if runs else ():
            yield _pieced((run.group().encode(first, "ignore").decode(then, "ignore"), run.start()) for run in runs)


def _both_ways(text: str) -> list[str]:
    """Give the usual form, and again with what a mark shows backwards turned round."""
    turned = [_BACKWARDS_RUN.sub(lambda match: match[1][::-1], text)] if _BACKWARDS in text else []
    return [_usual(text), *map(_usual, turned)]


def _usual(text: str) -> str:
    """Fold widths and digits, and drop marks and invisible characters."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", _PILED.sub(_unpiled, text))
    odd = {c for c in set(text) if ord(c) > 127 and (unicodedata.category(c) in _MARKS or c.isdecimal())}
    shaped = {ord(c): SHAPES[ord(c)] for c in set(text) if ord(c) in SHAPES}
    if not odd and not shaped:
        return text
    table = {ord(c): str(unicodedata.decimal(c)) if c.isdecimal() else None for c in odd}
    return text.translate(table | shaped)


def _unpiled(match: re.Match[str]) -> str:
    """Leave a letter no more marks than any writing has: to sort a pile of them would take the square of its height."""
    kept, row = [], 0
    for sign in match.group():
        row = row + 1 if unicodedata.combining(sign) else 0
        if row <= _MARKS_IN_A_ROW:
            kept.append(sign)
    return "".join(kept)


def _undone(text: str) -> Iterator[str]:
    """Undo one layer of entities, percent signs, quoted-printable and backslashes; with tags taken off, and with them.

    What stands in a tag can be escaped too, and words can be split by tags.
    """
    bare = _TAG.sub(lambda m: "" if _inline(m.group()) else " ", text) if "<" in text else text
    for reading in (bare, text) if bare is not text else (text,):
        undone = _unescaped(reading)
        if undone not in {text, bare} or (undone is bare and bare != text):
            yield undone


def _unescaped(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        text = _PERCENT.sub(lambda m: _bytes_read(unquote_to_bytes(m.group()), m.group()), text)
    if "=" in text:
        if "=?" in text:
            text = _ENCODED_WORDS.sub(_encoded_word, text)
        text = _PARAMETER.sub("", text)
        text = _QUOTED.sub(lambda m: _bytes_read(quopri.decodestring(m.group().encode("ascii")), m.group()), text)
    if "xn--" in text:
        text = _PUNYCODE.sub(_punycode, text)
    return _BACKSLASH.sub(_backslash, text) if "\\" in text else text


def _punycode(match: re.Match[str]) -> str:
    try:
        return match[1].encode("ascii").decode("punycode")
    except ValueError:
        return match.group()


def _encoded_word(match: re.Match[str]) -> str:
    """Decode a word of a mail header."""
    charset, kind, body = match.groups()
    try:
        if kind in "bB":
            data = base64.b64decode(body + "=" * (-len(body) % 4))
        else:
            data = quopri.decodestring(body.replace("_", " ").encode("ascii"))
        return data.decode(charset, "replace")
    except (ValueError, LookupError):
        return match.group()


def _inline(tag: str) -> bool:
    name = _TAG_NAME.match(tag)
    return name is None or name[1].lower() not in _BLOCKS


def _bytes_read(data: bytes, otherwise: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "|".join(guesses(data)) if len(data) > 1 else data.decode("cp1251", "replace") or otherwise


def _backslash(match: re.Match[str]) -> str:
    piece = match.group()
    kind = piece[1]
    if len(piece) == len("\\n"):
        return _SHORT_ESCAPES.get(kind, kind)
    if piece.endswith("}"):
        return _character(int(piece[3:-1], 16))
    if kind in "0123" or (kind == "x" and len(piece) > len("\\x00")):
        base, codes = (16, piece.split("\\x")) if kind == "x" else (8, piece.split("\\"))
        data = bytes(int(code, base) for code in codes[1:])
        return _bytes_read(data, data.decode("latin-1"))
    if kind == "u":
        units = b"".join(bytes.fromhex(unit) for unit in piece.split("\\u")[1:])
        return units.decode("utf-16-be", "replace")
    return _character(int.from_bytes(bytes.fromhex(piece[2:]), "big"))


def _character(code: int) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
