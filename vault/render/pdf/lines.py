"""Paragraphs become lines, and lines become instructions of a page, in which programs find the text as it was written.

Floor: 4, part of `render`. It refuses nothing but a letter that no font has. Time and memory grow with the text.

A page says where each glyph stands; in which order a program reads them is its own guess. Where a line has letters that
run from right to left, each word is an object of its own here: the order of the objects is the order they are read in,
for programs that go by that, and codes that show nothing lead to and from places in that order, for programs that go
by the places.

Source:
    docs/bundle.md §The dossier as PDF.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from vault.render.pdf import bidi
from vault.render.pdf.faces import STARTS, STEPS, Code, Face, Faces, Shaped

_LETTERS_AT_ONCE: Final = 200
_LAST_STEP: Final = min(STEPS.values())
_STARTS: Final = tuple(STARTS.items())
_NO_START: Final = frozenset("、。，．：；！？）〕］｝〉》」』】〗〙〛”’…‥ー々ゝゞ・·%％℃!),.:;?]}»›")
_NO_END: Final = frozenset("（〔［｛〈《「『【〖〘〚“‘([{«‹")


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph looks.

    Args:
        size: Of the letters, in points.
        bold: In bold.
        grey: 0 is black, 1 white.
    """

    size: float
    bold: bool = False
    grey: float = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of one font and one direction that stand together."""

    text: str = field(repr=False)
    shaped: Shaped
    level: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paragraph.

    Args:
        pieces: In the order they are read.
        base: 1 if the paragraph runs from right to left.
        width: In points, without spaces at the end.
        style: How it looks.
    """

    pieces: tuple[Piece, ...]
    base: int
    width: float
    style: Style


class Typesetter:
    """Sets paragraphs in the fonts of one document.

    Args:
        faces: Those fonts.
    """

    def __init__(self, faces: Faces) -> None:
        self._faces = faces

    def lines(self, parts: Sequence[str], style: Style, width: float, base: int | None = None) -> Iterator[Line]:
        """Break a paragraph into lines.

        Args:
            parts: Of one paragraph, in NFC, without line breaks and characters that are not shown. Each runs in a
                direction of its own and turns nothing beside it.
            style: How it looks.
            width: Of a line, in points.
            base: 1 if the paragraph runs from right to left, 0 if not; None if its first letter decides.

        Yields:
            At least one line.

        Raises:
            MissingFontError: No font has one of its letters.
        """
        base = bidi.base_level("".join(parts)) if base is None else base
        text = "".join(parts)
        levels = [level for part in parts for level in _levels(part, base)]
        room = width * 1000 / style.size
        line: list[Piece] = []
        used = spaces = 0
        for word in self._words(text, levels, bold=style.bold):
            wide = sum(piece.shaped.width for piece in word)
            blank = word[-1].shaped.width if word[-1].text.isspace() else 0
            if line and used + wide - blank > room:
                yield _line(line, base, used - spaces, style)
                line, used = [], 0
            if wide - blank > room:
                for part in self._cut(word, room):
                    if line:
                        yield _line(line, base, used, style)
                    line, used = part, sum(piece.shaped.width for piece in part)
                spaces = blank
                continue
            line += word
            used += wide
            spaces = blank
        yield _line(line, base, used - spaces, style)

    def _words(self, text: str, levels: Sequence[int], *, bold: bool) -> Iterator[list[Piece]]:
        """Yield what stays together on a line, with the spaces behind it."""
        word: list[Piece] = []
        for start, end, face, breaks in self._spans(text, levels, bold=bold):
            if breaks and word:
                yield word
                word = []
            for at in range(start, end, _LETTERS_AT_ONCE):
                part = text[at : min(end, at + _LETTERS_AT_ONCE)]
                word.append(Piece(part, face.shape(part, rtl=levels[start] % 2 == 1), levels[start]))
        if word:
            yield word

    def _spans(self, text: str, levels: Sequence[int], *, bold: bool) -> Iterator[tuple[int, int, Face, bool]]:
        """Yield spans of one font, one direction and without a place to break: start, end, font, a break before."""
        start, breaks = 0, False
        face: Face | None = None
        for at, letter in enumerate(text):
            now = self._face(text, at, face, bold=bold)
            if at == 0:
                face = now
                continue
            opportunity = _may_break(text[at - 1], letter)
            blank = (letter == " ") != (text[at - 1] == " ")
            if opportunity or blank or now is not face or levels[at] != levels[at - 1]:
                if face is not None:
                    yield start, at, face, breaks
                start, face, breaks = at, now, opportunity
        if face is not None:
            yield start, len(text), face, breaks

    def _face(self, text: str, at: int, before: Face | None, *, bold: bool) -> Face:
        """Choose the font of a letter: that of what stands before, where signs and marks can have it."""
        letter = text[at]
        kind = unicodedata.category(letter)[0]
        if before is not None and (
            letter in "\u200c\u200d"
            or (letter == " " and before.has(" "))  # PDFium overlooks a space that is alone in its object
            or (kind not in "LS" and before.joins and before.has(letter))
        ):
            return before
        after = text[at + 1 : at + 2]
        if after and unicodedata.category(after) == "Mn":
            return self._faces.choose_both(letter, after, bold=bold)
        return self._faces.choose(letter, bold=bold)

    def _cut(self, word: Sequence[Piece], room: float) -> Iterator[list[Piece]]:
        """Cut a word that is longer than a line."""
        line: list[Piece] = []
        used = 0.0
        for piece in word:
            rtl = piece.level % 2 == 1
            start, marks = 0, piece.shaped.face.advances(piece.text, rtl=rtl)
            if piece.text.isspace():
                line.append(piece)
                continue
            for at, wide in marks:
                if used + wide > room and (line or at > start) and piece.text[at - 1 : at] != "-":
                    if at > start:
                        line.append(_part(piece, start, at))
                    yield line
                    line, used, start = [], 0.0, at
                used += wide
            line.append(_part(piece, start, len(piece.text)))
        yield line


def _levels(part: str, around: int) -> list[int]:
    """Give the levels of a part that is set apart from what stands around it."""
    base = bidi.base_level(part, around)
    deeper = 2 if around > base else 0
    return [level + deeper for level in bidi.levels(part, base)]


def _part(piece: Piece, start: int, end: int) -> Piece:
    if start == 0 and end == len(piece.text):
        return piece
    text = piece.text[start:end]
    return Piece(text, piece.shaped.face.shape(text, rtl=piece.level % 2 == 1), piece.level)


def _line(pieces: list[Piece], base: int, width: float, style: Style) -> Line:
    """Finish a line: spaces at its end run as the paragraph does."""
    end = len(pieces)
    while end and all(map(bidi.trailing, pieces[end - 1].text)):
        end -= 1
    settled = pieces[:end]
    for piece in pieces[end:]:
        rtl = base == 1
        shaped = piece.shaped if piece.level % 2 == base else piece.shaped.face.shape(piece.text, rtl=rtl)
        settled.append(Piece(piece.text, shaped, base))
    return Line(tuple(settled), base, width * style.size / 1000, style)


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    if after == " " or not (_is_wide(before) or _is_wide(after)):
        return False
    return after not in _NO_START and before not in _NO_END and unicodedata.category(after)[0] != "M"


def _is_wide(letter: str) -> bool:
    return letter >= "\u2e80" and unicodedata.east_asian_width(letter) in "WF"


# --- a line as instructions -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    """Codes that one instruction shows."""

    face: Face
    layer: int
    codes: tuple[Code, ...]
    shift: int  # where the piece begins, in thousandths of the size
    sort: str  # L, R, weak or neutral
    level: int


def place(line: Line, x: float, y: float, names: dict[tuple[int, int], str]) -> Iterator[bytes]:
    """Write a line.

    Args:
        line: The line.
        x: Its left end, in points.
        y: Its baseline, in points.
        names: The name of each font on the pages, by its number and layer; added to.

    Yields:
        Instructions.
    """
    shown = bidi.order([piece.level for piece in line.pieces])
    starts, pen = [0] * len(shown), 0
    hanging = _hanging(line)
    for at in shown:
        starts[at] = pen
        pen += line.pieces[at].shaped.width
    size = line.style.size
    if line.base and hanging:
        x -= hanging * size / 1000  # the spaces at the end stand left of the line
    yield b"BT %s g" % _number(line.style.grey)
    if any(piece.level or _RIGHT_TO_LEFT.search(piece.text) for piece in line.pieces):
        groups = [group for piece, start in zip(line.pieces, starts, strict=True) for group in _groups(piece, start)]
        yield from _anchored(groups, pen, x, y, size, names)
    else:
        yield from _plain(line, starts, x, y, names)
    yield b"ET"
    for piece, start in zip(line.pieces, starts, strict=True):
        for glyph, dx, dy in piece.shaped.drawn:
            left, bottom = x + (start + dx) * size / 1000, y + dy * size / 1000
            scale = b"%.4f" % (size / 1000)
            yield b"q %s 0 0 %s %s %s cm" % (scale, scale, _number(left), _number(bottom))
            yield piece.shaped.face.outline(glyph)
            yield b"f Q"


def _hanging(line: Line) -> int:
    width = 0
    for piece in reversed(line.pieces):
        if not piece.text.isspace():
            break
        width += piece.shaped.width
    return width


def _plain(line: Line, starts: Sequence[int], x: float, y: float, names: dict[tuple[int, int], str]) -> Iterator[bytes]:
    """Write a line that runs from left to right: as few objects as there are fonts."""
    run: list[_Group] = []
    begins = True
    for piece, start in zip(line.pieces, starts, strict=True):
        codes = piece.shaped.codes
        while begins and codes and _floats(codes[0].text):
            # Each by itself, for pypdf takes several for letters that run from right to left, after such a line.
            alone = _Group(piece.shaped.face, codes[0].layer, codes[:1], start, "neutral", piece.level)
            yield _show([alone], x, y, line.style.size, names)
            codes = codes[1:]
        begins = begins and not codes
        for group in _by_layer(piece, start, [codes]):
            if run and (run[-1].face, run[-1].layer) != (group.face, group.layer):
                yield _show(run, x, y, line.style.size, names)
                run = []
            run.append(group)
    if run:
        yield _show(run, x, y, line.style.size, names)


def _show(run: Sequence[_Group], x: float, y: float, size: float, names: dict[tuple[int, int], str]) -> bytes:
    first = run[0].codes[0].x + run[0].shift
    parts, pen = [], first
    for group in run:
        for code in group.codes:
            parts.append((code.x + group.shift - pen, code.number))
            pen = code.x + group.shift + code.width
    return _instruction(run[0], x + first * size / 1000, y, size, parts, names)


def _instruction(
    group: _Group, x: float, y: float, size: float, parts: Sequence[tuple[int, int]], names: dict[tuple[int, int], str]
) -> bytes:
    """Write one object: moves in thousandths of the size, each before its code."""
    key = (id(group.face), group.layer)
    name = names.setdefault(key, f"F{len(names)}")
    said, text = bytearray(), bytearray()
    for move, number in parts:
        if move:
            said += _string(text) + b"%d" % -move
            text = bytearray()
        text += number.to_bytes(2, "big")
    said += _string(text)
    place = b"1 0 0 1 %s %s Tm" % (_number(x), _number(y))
    return b"/%s %s Tf %s [%s] TJ" % (name.encode(), _number(size), place, bytes(said))


_FLOATING: Final = re.compile("[\\x00-/:-@\u0660-\u066d\u06f0-\u06f9\u2000-\u206f\u20a0-\u21ff]")
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_ESCAPED: Final = re.compile(rb"[()\\\r]")


def _string(text: bytearray) -> bytes:
    if not text:
        return b""
    return b"(" + _ESCAPED.sub(lambda found: b"\\r" if found[0] == b"\r" else b"\\" + found[0], bytes(text)) + b")"


def _number(value: float) -> bytes:
    return f"{value:.3f}".rstrip("0").rstrip(".").encode()


def _floats(text: str) -> bool:
    """Tell signs that pypdf takes to run as what stands before them, in this line or an earlier one."""
    return _FLOATING.search(text) is not None


def _sort(text: str) -> str:
    kind = unicodedata.bidirectional(text[0]) if text else "BN"
    if kind in {"R", "AL"}:
        return "R"
    if kind == "L":
        return "L"
    return "neutral" if kind in {"ON", "WS", "B", "S"} else "weak"


def _groups(piece: Piece, start: int) -> Iterator[_Group]:
    """Divide a piece where its letters change their sort, in the order they are read."""
    codes = list(piece.shaped.codes)
    rtl = piece.level % 2 == 1
    if rtl:
        codes.reverse()
    parts: list[list[Code]] = []
    for code in codes:
        sort = _sort(code.text)
        same = parts and sort == _sort(parts[-1][-1].text) and not _floats(parts[-1][-1].text + code.text)
        if parts and same and (sort == "R" or (not rtl and sort != "neutral")):
            parts[-1].append(code)
        else:
            parts.append([code])
    yield from _by_layer(piece, start, [tuple(reversed(part)) if rtl else tuple(part) for part in parts])


def _by_layer(piece: Piece, start: int, parts: Sequence[tuple[Code, ...]]) -> Iterator[_Group]:
    for part in parts:
        cuts = [0, *(n for n, (one, two) in enumerate(pairwise(part), 1) if one.layer != two.layer), len(part)]
        groups = [
            _Group(
                piece.shaped.face,
                part[first].layer,
                part[first:last],
                start,
                _sort(part[first].text),
                piece.level,
            )
            for first, last in pairwise(cuts)
            if last > first
        ]
        yield from reversed(groups) if piece.level % 2 else groups


def _anchored(
    groups: Sequence[_Group], width: int, x: float, y: float, size: float, names: dict[tuple[int, int], str]
) -> Iterator[bytes]:
    """Write a line with letters that run from right to left.

    Every object begins and ends behind the right end of the line, in steps that show nothing, so that a program that
    sorts by place has the order from those. PDFium, which is in most browsers, takes a line to run from right to left
    if it has more words of that direction than of the other, and then wants all but numbers in the order of the eye.
    """
    groups = _joined(groups, _is_of_one_word)
    right = sum(group.sort == "R" for group in groups)
    backwards = right > sum(group.sort == "L" for group in groups)
    groups = _joined(groups, _go_on_backwards if backwards else _go_on)
    ranks = _ranks(groups) if backwards else list(range(len(groups)))
    for group, rank in zip(groups, ranks, strict=True):
        anchor = width + 1000 + rank
        begin, far = _STARTS[rank % len(_STARTS)]
        parts, pen = [(0, begin)], anchor + far
        for code in group.codes:
            at = group.shift + code.x
            parts.append((at - pen, code.number))
            pen = at + code.width
        for step, far in STEPS.items():
            # The last step is a short one: by its width PDFium tells this line from the next.
            count = (anchor - pen - (_LAST_STEP if far > _LAST_STEP else 0)) // far
            parts += [(0, step)] * count
            pen += count * far
        yield _instruction(group, x + anchor * size / 1000, y, size, parts, names)


def _joined(groups: Sequence[_Group], joins: Callable[[_Group, _Group], bool]) -> list[_Group]:
    """Join groups that stand beside each other and that both kinds of program read rightly as one."""
    found: list[_Group] = []
    at = 0
    while at < len(groups):
        first, end = groups[at], at + 1
        while end < len(groups) and _is_alike(first, groups[end]) and joins(first, groups[end]):
            end += 1
        rtl = first.level % 2 == 1
        while rtl and groups[end - 1].sort != first.sort:
            end -= 1
        run = groups[at:end]
        codes = [
            replace(code, x=code.x + group.shift - first.shift)
            for group in (reversed(run) if rtl else run)
            for code in group.codes
        ]
        found.append(first if len(run) == 1 else replace(first, codes=tuple(codes)))
        at = end
    return found


def _is_alike(one: _Group, two: _Group) -> bool:
    return (one.face, one.layer, one.level) == (two.face, two.layer, two.level)


def _is_of_one_word(first: _Group, then: _Group) -> bool:
    return first.sort == then.sort and first.sort in {"L", "R"}


def _go_on_backwards(first: _Group, then: _Group) -> bool:
    return first.level % 2 == 1 and first.sort == "R" and then.sort in {"R", "neutral"}


def _go_on(first: _Group, then: _Group) -> bool:
    letters = "".join(code.text for code in then.codes)
    return first.level % 2 == 0 and first.sort == "L" and _RIGHT_TO_LEFT.search(letters) is None


def _ranks(groups: Sequence[_Group]) -> list[int]:
    """Number groups against the order they are read in, but for numbers and their signs, which stay as they are."""
    runs: list[list[int]] = []
    for at, group in enumerate(groups):
        if runs and group.sort == "weak" and groups[at - 1].sort == "weak":
            runs[-1].append(at)
        else:
            runs.append([at])
    ranks = [0] * len(groups)
    for rank, at in enumerate(at for run in reversed(runs) for at in run):
        ranks[at] = rank
    return ranks
