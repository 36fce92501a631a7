"""Fonts: which of them has a letter, what a text looks like in it, and the part of it that goes into the file.

Floor: 4, part of `render`. Latin, Cyrillic and Arabic letters come from fonts that are shipped; for others a font of
the system is looked for in known folders. It refuses a letter that no font has.

Source:
    docs/bundle.md §The dossier as PDF; vault/render/fonts/ORIGIN.md.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from vault.errors import LimitError, MissingExtraError, MissingFontError

STEPS: Final = {0x97: 32768, 0x96: 4096, 0x94: 512, 0x93: 64}
"""Codes that show nothing and say nothing, and how far they go, in thousandths of the size."""
STARTS: Final = {2: 390, 3: 390, 0x98: 390}
"""More of them, which displaced texts begin with in turn, so that none is taken for a copy of the one before it."""
SILENT: Final = STEPS | STARTS
"""All codes that show nothing and say nothing."""
_FIRST_CODE: Final = 0x100
_LAST_CODE: Final = 0xFFFF
_STAND_INS: Final = {"⟨": "‹", "⟩": "›"}
_SQUARE: Final = "▇"
_SHAPED_AT_MOST: Final = 20_000
_MARKS_AT_MOST: Final = 12
"""Of one letter that are drawn; a text that piles up more hides what stands about it, and is said all the same."""
_EMBEDDING_REFUSED: Final = 0x0002
_OUTLINES: Final = ("glyf", "CFF ")


def harfbuzz() -> Any:  # noqa: ANN401 - a module without types
    """Give the shaping library.

    Returns:
        The module.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import uharfbuzz  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("pdf") from error
    return uharfbuzz


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a font, at its place in a piece of text.

    Args:
        layer: Which of the font's tables of letters it belongs to.
        number: The code.
        text: What it says; empty if nothing.
        x: Where it begins, in thousandths of the size.
        width: How far it goes by itself, in the same unit.
    """

    layer: int
    number: int
    text: str = field(repr=False)
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Shaped:
    """A piece of text as it looks.

    Args:
        face: In which font.
        codes: From left to right.
        drawn: Glyphs that are drawn as shapes: number (-1: a square), x and y in thousandths of the size.
        width: In thousandths of the size.
    """

    face: Face
    codes: tuple[Code, ...] = field(repr=False)
    drawn: tuple[tuple[int, int, int], ...]
    width: int


class Face:
    """One font, as it is used by one document.

    Args:
        name: What it is called in the document.
        data: The font file.
        index: Which font of a collection.
        joins: Signs and numbers between its letters are shown in it too, where it has them.
    """

    def __init__(self, name: str, data: bytes, index: int = 0, *, joins: bool = False) -> None:
        hb = harfbuzz()
        self._hb = hb
        self._face = hb.Face(hb.Blob(data), index)
        self._font = hb.Font(self._face)
        self.name = name
        self.joins = joins
        self.outlines = next((tag for tag in _OUTLINES if tag in self._face.table_tags), "")
        self._scale = 1000 / self._face.upem
        self._known = frozenset(self._face.unicodes) if self.outlines else frozenset()
        if self._refuses_embedding():
            self._known = frozenset()
        # What each layer has: code -> (glyph, text, width); and the code of each glyph with a text.
        self.layers: list[dict[int, tuple[int, str, int]]] = []
        self._codes: dict[tuple[int, str, int], tuple[int, int]] = {}
        self._shaped: dict[tuple[str, bool], Shaped] = {}
        self._shapes: dict[int, bytes] = {}

    def _refuses_embedding(self) -> bool:
        table = bytes(self._face.reference_table("OS/2").data or b"")
        return len(table) >= 10 and int.from_bytes(table[8:10], "big") & 0xF == _EMBEDDING_REFUSED

    def has(self, letter: str) -> bool:
        """Tell whether the font shows a letter."""
        return ord(_STAND_INS.get(letter, letter)) in self._known or (letter == _SQUARE and ord("A") in self._known)

    # ------------------------------------------------------------------------------------------------------ shaping

    def shape(self, text: str, *, rtl: bool) -> Shaped:
        """Shape a piece of text.

        Args:
            text: Letters of this font, all in one direction.
            rtl: From right to left.

        Returns:
            How it looks.
        """
        known = self._shaped.get((text, rtl))
        if known is None:
            if len(self._shaped) >= _SHAPED_AT_MOST:
                self._shaped.clear()
            known = self._shaped[text, rtl] = self._shape(text, rtl=rtl)
        return known

    def advances(self, text: str, *, rtl: bool) -> list[tuple[int, int]]:
        """Give the places where a text may be cut.

        Args:
            text: As `shape`.
            rtl: As `shape`.

        Returns:
            For each smallest part the place of its first letter and its width, in the order they are read.
        """
        found: dict[int, float] = {}
        for info, position in self._run(text, rtl=rtl):
            found[info.cluster] = found.get(info.cluster, 0) + position.x_advance * self._scale
        return [(at, round(width)) for at, width in sorted(found.items())]

    def _run(self, text: str, *, rtl: bool) -> list[tuple[Any, Any]]:
        buffer = self._hb.Buffer()
        buffer.add_str("".join(_STAND_INS.get(letter, letter) for letter in text))
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if rtl else "ltr"
        buffer.language = "und"
        self._hb.shape(self._font, buffer, {"liga": False, "dlig": False, "clig": False})
        return list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))

    def _shape(self, text: str, *, rtl: bool) -> Shaped:
        if text == _SQUARE * len(text):
            return self._squares(text)
        glyphs = self._run(text, rtl=rtl)
        starts = sorted({info.cluster for info, _ in glyphs} | {len(text)})
        said = {start: text[start:end] for start, end in pairwise(starts)}
        codes: list[Code] = []
        drawn: list[tuple[int, int, int]] = []
        pen, at = 0.0, 0
        while at < len(glyphs):
            end = at + 1
            while end < len(glyphs) and glyphs[end][0].cluster == glyphs[at][0].cluster:
                end += 1
            cluster = glyphs[at:end]
            pen = self._cluster(cluster, said[cluster[0][0].cluster], pen, codes, drawn, rtl=rtl)
            at = end
        return Shaped(self, tuple(codes), tuple(drawn), round(pen))

    def _cluster(
        self,
        cluster: list[tuple[Any, Any]],
        text: str,
        pen: float,
        codes: list[Code],
        drawn: list[tuple[int, int, int]],
        *,
        rtl: bool,
    ) -> float:
        """Place the glyphs of one smallest part of a text.

        One glyph and codes that show nothing say what the part says, a letter each: readers turn round what a code
        says where text runs from right to left. All other glyphs, such as marks that stand above, are drawn.
        """
        main = max(range(len(cluster)), key=lambda n: (cluster[n][1].y_offset == 0, cluster[n][1].x_advance))
        letters = list(reversed(text)) if rtl else list(text)
        for n, (info, position) in enumerate(cluster):
            x = round(pen + position.x_offset * self._scale)
            if n != main:
                shown = abs(n - main) <= _MARKS_AT_MOST
                drawn += [(info.codepoint, x, round(position.y_offset * self._scale))] if shown else []
            elif position.y_offset:
                drawn.append((info.codepoint, x, round(position.y_offset * self._scale)))
                codes += [self._code(-1, letter, 0, x) for letter in letters]
            else:
                width = round(self._font.get_glyph_h_advance(info.codepoint) * self._scale)
                codes.append(self._code(info.codepoint, letters[0], width, x))
                codes += [self._code(-1, letter, 0, x + width) for letter in letters[1:]]
            pen += position.x_advance * self._scale
        return pen

    def _squares(self, text: str) -> Shaped:
        """Show masks, for which few fonts have a sign."""
        step = 620
        codes = [self._code(-1, letter, step, n * step) for n, letter in enumerate(text)]
        return Shaped(self, tuple(codes), tuple((-1, n * step, 0) for n in range(len(text))), step * len(text))

    def _code(self, glyph: int, text: str, width: int, x: int) -> Code:
        """Give the code of a glyph that says a text; glyph -1 shows nothing."""
        known = self._codes.get((glyph, text, width))
        if known is None:
            known = self._codes[glyph, text, width] = self._new_code(glyph)
            self.layers[known[0]][known[1]] = (glyph, text, width)
        return Code(*known, text, x, width)

    def _new_code(self, glyph: int) -> tuple[int, int]:
        for number, layer in enumerate(self.layers):
            code = self._free(layer, glyph)
            if code is not None:
                return number, code
        self.layers.append({})
        code = self._free(self.layers[-1], glyph)
        if code is None:
            raise LimitError("glyphs of a font", _LAST_CODE)
        return len(self.layers) - 1, code

    def _free(self, layer: dict[int, Any], glyph: int) -> int | None:
        """Find a code; where the outlines are of PostScript, the code is the number of the glyph itself."""
        if self.outlines == "glyf" or glyph < 0:
            # Blank codes of a PostScript font count down from the end, where its glyphs do not reach.
            code = _FIRST_CODE + len(layer) if self.outlines == "glyf" else _LAST_CODE - len(layer)
            return code if _FIRST_CODE <= code <= _LAST_CODE else None
        return None if glyph in layer or glyph in SILENT else glyph

    # ------------------------------------------------------------------------------------------------------ the file

    def outline(self, glyph: int) -> bytes:
        """Give a glyph as instructions that draw it, in units of a thousandth of the size; -1 is a square."""
        if glyph < 0:
            return b"0 -90 626 800 re"
        known = self._shapes.get(glyph)
        if known is None:
            known = self._shapes[glyph] = b"\n".join(self._strokes(glyph))
        return known

    def _strokes(self, glyph: int) -> Iterator[bytes]:
        pen = _Pen(self._scale)
        self._font.draw_glyph_with_pen(glyph, pen)
        yield from pen.said

    def extent(self) -> tuple[int, int, tuple[int, int, int, int]]:
        """Give ascent, descent and the box of all glyphs, in thousandths of the size."""
        extents = self._font.get_font_extents("ltr")
        head = bytes(self._face.reference_table("head").data)
        box = [int.from_bytes(head[at : at + 2], "big", signed=True) for at in range(36, 44, 2)]
        left, bottom, right, top = (round(side * self._scale) for side in box)
        return round(extents.ascender * self._scale), round(extents.descender * self._scale), (left, bottom, right, top)

    def program(self) -> bytes:
        """Give the part of the font that the document uses: all its outlines, and no names, dates or other tables."""
        hb = self._hb
        wanted = hb.SubsetInput()
        flags = hb.SubsetFlags
        wanted.flags = flags.RETAIN_GIDS | flags.NO_HINTING | flags.NO_LAYOUT_CLOSURE | flags.DESUBROUTINIZE
        if self.outlines == "CFF ":
            wanted.flags |= flags.CFF_IDENTITY_CHARSET
        for glyph in self._used():
            wanted.glyph_set.add(glyph)
        wanted.pin_all_axes_to_default(self._face)
        wanted.drop_table_tag_set.update(
            _tag(tag)
            for tag in ("name", "OS/2", "post", "cmap", "GSUB", "GPOS", "GDEF", "vhea", "vmtx", "VORG", "BASE")
        )
        subset = hb.subset(self._face, wanted)
        if self.outlines == "CFF ":
            return bytes(subset.reference_table("CFF ").data)
        return bytes(subset.blob.data)

    def _used(self) -> Iterable[int]:
        return sorted({glyph for layer in self.layers for glyph, _, _ in layer.values() if glyph >= 0})

    def blank(self) -> int:
        """Give a glyph that shows nothing."""
        return int(self._font.get_nominal_glyph(ord(" ")) or 0)


def _tag(tag: str) -> int:
    """Give a table's name as the number that HarfBuzz knows it by."""
    return int.from_bytes(tag.encode(), "big")


class _Pen:
    """Takes the outline of a glyph and says it in instructions of PDF."""

    def __init__(self, scale: float) -> None:
        self.said: list[bytes] = []
        self._scale = scale
        self._at = (0.0, 0.0)

    def _say(self, operator: str, *points: tuple[float, float]) -> None:
        numbers = " ".join(f"{round(value * self._scale)}" for point in points for value in point)
        self.said.append(f"{numbers} {operator}".strip().encode())
        if points:
            self._at = points[-1]

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - HarfBuzz calls it so
        self._say("m", point)

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - HarfBuzz calls it so
        self._say("l", point)

    def qCurveTo(self, over: tuple[float, float], to: tuple[float, float]) -> None:  # noqa: N802 - as above
        first, second = (
            tuple(end + 2 / 3 * (way - end) for end, way in zip(one, over, strict=True)) for one in (self._at, to)
        )
        self._say("c", (first[0], first[1]), (second[0], second[1]), to)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802 - HarfBuzz calls it so
        self._say("c", *points)

    def closePath(self) -> None:  # noqa: N802 - HarfBuzz calls it so
        self._say("h")


# --- which font has a letter ----------------------------------------------------------------------------------------

_SHIPPED: Final = (("Sans", "NotoSans"), ("Arabic", "NotoNaskhArabic"))


@cache
def _shipped(file: str) -> bytes:
    return resources.files("vault.render").joinpath("fonts", file).read_bytes()


@cache
def _system() -> tuple[tuple[str, int], ...]:
    """Give the fonts that are looked for on this machine, and where they are, the better ones first."""
    data = tomllib.loads(resources.files("vault.render").joinpath("fonts", "system.toml").read_text("utf-8"))
    folders = [Path(folder) for folder in data["folders"]]
    found = []
    for font in data["font"]:
        for folder in folders:
            path = folder / font["file"]
            if path.is_file():
                found.append((str(path), int(font.get("index", 0))))
                break
    return tuple(found)


class Faces:
    """The fonts of one document."""

    def __init__(self) -> None:
        weights = ("Regular", "Bold")
        self._shipped = {
            bold: [
                Face(f"{name}-{weights[bold]}", _shipped(f"{file}-{weights[bold]}.ttf"), joins=True)
                for name, file in _SHIPPED
            ]
            for bold in (False, True)
        }
        self._found: list[Face] = []
        self._left = list(_system())
        self._choices: dict[tuple[str, bool], Face] = {}

    def used(self) -> list[Face]:
        """Give the fonts that the document uses."""
        return [face for face in (*self._shipped[False], *self._shipped[True], *self._found) if face.layers]

    def choose(self, letter: str, *, bold: bool) -> Face:
        """Choose a font for a letter.

        Args:
            letter: One letter.
            bold: In bold, where there is such a font.

        Returns:
            The first that has it.

        Raises:
            MissingFontError: None has.
        """
        known = self._choices.get((letter, bold))
        if known is None:
            known = next((face for face in self._candidates(bold=bold) if face.has(letter)), None)
            if known is None:
                raise _missing(letter)
            self._choices[letter, bold] = known
        return known

    def choose_both(self, letter: str, mark: str, *, bold: bool) -> Face:
        """Choose a font for a letter with a mark: one that has both, or else one that has the letter."""
        first = self.choose(letter, bold=bold)
        known = [face for face in (first, *self._shipped[bold], *self._found) if face.has(letter) and face.has(mark)]
        return known[0] if known else first

    def _candidates(self, *, bold: bool) -> Iterator[Face]:
        yield from self._shipped[bold]
        yield from self._found
        while self._left:
            path, index = self._left.pop(0)
            try:
                face = Face(f"Other{len(self._found)}", Path(path).read_bytes(), index)
            except OSError:
                continue
            self._found.append(face)
            yield face


_SCRIPTS: Final = {
    "CJK": "Han", "KANGXI": "Han", "IDEOGRAPHIC": "Han", "FULLWIDTH": "Han", "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
}  # fmt: skip
_FONTS_OF: Final = {
    "Han": ("Noto Sans CJK (Debian: fonts-noto-cjk)", "WenQuanYi Micro Hei (Debian: fonts-wqy-microhei)"),
    "Japanese": ("Noto Sans CJK (Debian: fonts-noto-cjk)",),
    "Hangul": ("Noto Sans CJK (Debian: fonts-noto-cjk)",),
    "symbol": ("Noto Sans Symbols and Noto Sans Symbols2 (Debian: fonts-noto-core)",),
}


def _missing(letter: str) -> MissingFontError:
    """Say which script a letter is of, by the first word of its name, and never which letter it is."""
    word = unicodedata.name(letter, "unnamed").partition(" ")[0]
    script = _SCRIPTS.get(word, word.capitalize())
    if unicodedata.category(letter)[0] not in "LMN" and word not in _SCRIPTS:
        script = "symbol"
    return MissingFontError(script, _FONTS_OF.get(script, (f"Noto Sans {script} (Debian: fonts-noto-core)",)))
