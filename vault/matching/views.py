"""A text as a reader would see it, with the way back to the offsets of the text as it is stored.

Floor: ground. It undoes entities, percent signs, quoted-printable, JSON escapes, tags, invisible signs, odd widths.
Nothing is lost on the way: each place leads back to the text as stored. It refuses to choose where a text is
ambiguous: both views are given, and what either shows is found.

Source:
    docs/known-values.md.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Final

LAYERS_AT_MOST: Final = 3  # an escape within an escape within an escape

MARKS_AT_MOST: Final = 32  # of a letter with its marks; to sort more would take the square of their number
AROUND: Final = 80  # characters around an escape that are read with it
_APART: Final = "\n\n\0\n\n"  # between two places that are not beside each other

_MARK = "\u0300-\u036f\u0483-\u0489\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
_ODD = (
    "\u00a0-\u00bf\u0262\u026a\u0274\u0280\u028f\u0299\u029c\u029f\u02b0-\u02ff\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u1d00-\u1d22\ua730\ua731\u1e00-\u1fff\u2000-\u206f\u2070-\u218f\u2460-\u24ff\u3000-\u303f"
    "\u3130-\u318f\u3200-\u33ff\ufb00-\ufdff\ufe00-\uffff\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff\U0002f800-\U0002fa1f"
    "\U000e0000-\U000e0fff"
)
_CAN_BE_UNUSUAL = re.compile(f"[{_MARK}{_ODD}]")
# A piece that the plain view rewrites: a letter with its marks, or one character that is odd in width or invisible.
_UNUSUAL = re.compile(f"[^\\s{_MARK}][{_MARK}]+|[{_MARK}{_ODD}]")
_INVISIBLE = re.compile(f"[{_MARK}]")
_UNSEEN: Final = frozenset({"Cf", "Cn", "Co", "Me"})
_SMALL_CAPITALS = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"
SHAPES: Final[dict[int, str | None]] = {
    # Fillers, and what chooses between shapes of a letter: nothing is seen of them.
    **dict.fromkeys((0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x180E), 0x180F), None),
    **dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)), None),
    **dict(zip(map(ord, _SMALL_CAPITALS), "abcdefghijklmnoprstuvwyz", strict=True)),
    **{first + place: chr(ord("A") + place) for first in (0x1F150, 0x1F170) for place in range(26)},
}
"""Letters that NFKC leaves and a reader does not see, or sees as others: small capitals, white letters on black."""

_BACKWARDS: Final = "\u202e"
_BACKWARDS_RUN = re.compile(f"{_BACKWARDS}([^{_BACKWARDS}\u202c\n]{{1,200}})\u202c?")

_INLINE_TAGS = (
    "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|nobr|q|s|samp|small|span|strike|strong|sub|sup|tt|u|"
    "var|wbr"
)
_ESCAPE = re.compile(
    r"(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?)"
    r"|(?P<percent>(?:%[0-9A-Fa-f]{2})+)"
    r"|(?P<quoted>(?:=[0-9A-Fa-f]{2}|=[ \t]*\r?\n)+)"
    r"|(?P<json>(?:\\u[0-9A-Fa-f]{4})+|\\[nrtbf\"/\\])"
    r"|(?P<tag><[A-Za-z/!?][^<>]{0,2000}>)"
)
_ESCAPE_SIGNS = re.compile(r"[&%=\\<]")
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE_TAGS})(?:[\s/][^>]*)?>|<!--.*-->", re.IGNORECASE | re.DOTALL)
_JSON_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "b": " ", "f": " ", '"': '"', "/": "/", "\\": "\\"}


class _Digits(dict[int, str]):
    """Every script's decimal digits, each looked up when it is first met."""

    def __missing__(self, code: int) -> str:
        value = unicodedata.decimal(chr(code), None) if code > 127 else None
        if value is None:
            raise LookupError
        self[code] = chr(48 + value)
        return self[code]


_DIGITS: Final = _Digits()
_ODD_DIGIT = re.compile(r"(?![0-9])\d")


class View:
    """One reading of a text and the way back to its offsets.

    Args:
        text: The reading.
        places: (offset in the reading, offset in the source) where runs and rewritten pieces begin; None for identity.
        parent: The reading this one was made from, if it was not the source itself.
    """

    __slots__ = ("_at", "_rewritten", "_source", "parent", "text")

    def __init__(
        self, text: str, places: list[tuple[int, int, bool]] | None = None, parent: "View | None" = None
    ) -> None:
        self.text = text
        self.parent = parent
        self._at = [place[0] for place in places] if places else None
        self._source = [place[1] for place in places] if places else []
        self._rewritten = [place[2] for place in places] if places else []

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the source offsets of a non-empty span of this reading, whole rewritten pieces included.

        Args:
            start: Offset of the first character, 0 to the reading's length.
            end: Offset behind the last one, greater than `start`.

        Returns:
            The span in the source text.
        """
        if self._at is not None:
            first = bisect_right(self._at, start) - 1
            last = bisect_right(self._at, end - 1) - 1
            begin = self._source[first] + (0 if self._rewritten[first] else start - self._at[first])
            finish = self._source[last + 1] if self._rewritten[last] else self._source[last] + end - self._at[last]
            start, end = begin, finish
        return self.parent.source_span(start, end) if self.parent else (start, end)

    def around_changes(self) -> "View":
        """Give what stands around the pieces that read otherwise, whole words, for the rest was read before."""
        if self._at is None:
            return self
        windows: list[list[int]] = []
        for at, (place, after) in enumerate(zip(self._at, [*self._at[1:], len(self.text)], strict=True)):
            if self._rewritten[at]:
                start = self._boundary(max(0, place - AROUND), -1)
                if windows and start <= windows[-1][1]:
                    start = windows.pop()[0]
                windows.append([start, self._boundary(min(len(self.text), after + AROUND), 1)])
        if sum(end - start for start, end in windows) * 2 > len(self.text):
            return self
        out: list[str] = []
        places: list[tuple[int, int, bool]] = []
        length = 0
        for start, end in windows:
            places.append((length, start, False))
            out.append(self.text[start:end] + _APART)
            length += end - start + len(_APART)
        return View("".join(out), [*places, (length, len(self.text), False)], self)

    def _boundary(self, at: int, step: int) -> int:
        """Give the nearest place in a direction that is in no word, or the one where a word is too long to be one."""
        text = self.text
        for _ in range(AROUND):
            if at <= 0 or at >= len(text) or text[at].isspace():
                break
            at += step
        return min(max(at, 0), len(text))


def views(text: str) -> list[View]:
    """Give the readings of a text: as it stands, and with its escapes undone where it has any.

    Args:
        text: Any text, of any length.

    Returns:
        One view, and up to three more when escapes are found.

    Source:
        docs/known-values.md.
    """
    plain = View(text)
    if _BACKWARDS in text:
        plain = _rewrite(plain, _BACKWARDS_RUN, lambda match: match[1][::-1])
    if _CAN_BE_UNUSUAL.search(text):
        plain = _rewrite(plain, _UNUSUAL, _usual)
    if _ODD_DIGIT.search(plain.text):
        plain.text = plain.text.translate(_DIGITS)  # one for one, so the offsets stand
    found = [plain]
    for _ in range(LAYERS_AT_MOST):
        last = found[-1]
        if not _ESCAPE_SIGNS.search(last.text):
            break
        undone = _rewrite(last, _ESCAPE, _unescape)
        if undone.text == last.text:
            break
        undone = undone.around_changes()
        if _CAN_BE_UNUSUAL.search(undone.text):
            undone = _rewrite(undone, _UNUSUAL, _usual)
        if _ODD_DIGIT.search(undone.text):
            undone.text = undone.text.translate(_DIGITS)
        found.append(undone)
    return found


def rewrite(view: View, pieces: Iterable[tuple[int, int, str]]) -> View:
    """Make the view in which some pieces read otherwise.

    Args:
        view: The reading to start from.
        pieces: Start, end and new text of each piece, in order, none overlapping another.

    Returns:
        A view that leads back to the source of the first one; that view itself if nothing changes.

    Source:
        docs/known-values.md.
    """
    out: list[str] = []
    places: list[tuple[int, int, bool]] = []
    done = length = 0
    for start, end, piece in pieces:
        if piece == view.text[start:end]:
            continue
        if start > done:
            places.append((length, done, False))
            out.append(view.text[done:start])
            length += start - done
        places.append((length, start, True))
        out.append(piece)
        length += len(piece)
        done = end
    if not out:
        return view
    places.append((length, done, False))
    out.append(view.text[done:])
    places.append((length + len(view.text) - done, len(view.text), False))
    return View("".join(out), places, view)


def _rewrite(view: View, pattern: re.Pattern[str], replace: "Callable[[re.Match[str]], str]") -> View:
    return rewrite(view, ((*match.span(), replace(match)) for match in pattern.finditer(view.text)))


def _usual(match: re.Match[str]) -> str:
    """Give a piece in its usual form: NFKC, no accents apart from their letter, nothing invisible."""
    piece = unicodedata.normalize("NFKC", match.group()[:MARKS_AT_MOST])
    piece = _INVISIBLE.sub("", piece)
    piece = "".join(c for c in piece if c == "\u2028" or unicodedata.category(c) not in _UNSEEN)
    return piece.translate(SHAPES)


def _unescape(match: re.Match[str]) -> str:
    """Undo one escape; one that means nothing stays as it is."""
    piece = match.group()
    kind = match.lastgroup
    if kind == "entity":
        return html.unescape(piece)
    if kind == "percent":
        return _decoded(bytes.fromhex(piece.replace("%", "")), piece)
    if kind == "quoted":
        return _decoded(bytes.fromhex(re.sub(r"=[ \t]*\r?\n", "", piece).replace("=", "")), piece)
    if kind == "tag":
        return "" if _INLINE_TAG.fullmatch(piece) else " "
    if len(piece) == len("\\n"):
        return _JSON_CONTROL[piece[1]]
    units = b"".join(int(unit, 16).to_bytes(2, "big") for unit in piece.split("\\u")[1:])
    return units.decode("utf-16-be", "replace")


def _decoded(data: bytes, otherwise: str) -> str:
    """Read escaped bytes as UTF-8, else as Russian Windows text, else leave them."""
    for encoding in ("utf-8", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return otherwise
