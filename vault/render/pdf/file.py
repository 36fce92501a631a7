"""The file: objects, fonts, pages and bookmarks of a PDF, and nothing about who made it, when or with what.

Floor: 4, part of `render`. The same pages give the same bytes. It refuses nothing.

Source:
    ISO 32000-1; docs/bundle.md §The dossier as PDF.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vault.render.pdf.faces import SILENT, Face

WIDTH, HEIGHT = 595.276, 841.89
"""Of a page of A4, in points."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the contents that a viewer shows beside the pages.

    Args:
        title: What it says.
        page: Number of the page, from 0.
        y: Where on the page, in points from below.
        depth: 0 for the outermost.
    """

    title: str = field(repr=False)
    page: int
    y: float
    depth: int


def write(
    pages: Sequence[bytes],
    bookmarks: Sequence[Bookmark],
    faces: Iterable[Face],
    names: Mapping[tuple[int, int], str],
    language: str,
) -> bytes:
    """Write a PDF.

    Args:
        pages: The instructions of each page.
        bookmarks: In the order of the pages; the first has depth 0, and none is deeper by more than one than the last.
        faces: The fonts.
        names: What the instructions call each font, by its number and layer.
        language: Of the document.

    Returns:
        The file.
    """
    file = _File()
    catalog, tree = file.reserve(), file.reserve()
    fonts = b" ".join(
        b"/%s %d 0 R" % (names[id(face), number].encode(), reference)
        for face in faces
        for number, reference in enumerate(_face(file, face))
        if (id(face), number) in names
    )
    resources = file.add(b"<</Font<<%s>>>>" % fonts)
    kids = []
    for page in pages:
        content = file.stream(b"", page)
        kids.append(
            file.add(
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents %d 0 R>>"
                % (tree, str(WIDTH).encode(), str(HEIGHT).encode(), resources, content)
            )
        )
    file.put(tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids)))
    outlines = _outlines(file, bookmarks, kids)
    shown = b"/Outlines %d 0 R/PageMode/UseOutlines" % outlines if outlines else b""
    file.put(catalog, b"<</Type/Catalog/Pages %d 0 R/Lang(%s)%s>>" % (tree, language.encode("ascii"), shown))
    return file.bytes(catalog)


class _File:
    """The objects of a file."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def reserve(self) -> int:
        self._objects.append(b"null")
        return len(self._objects)

    def put(self, number: int, data: bytes) -> None:
        self._objects[number - 1] = data

    def add(self, data: bytes) -> int:
        self._objects.append(data)
        return len(self._objects)

    def stream(self, about: bytes, data: bytes) -> int:
        packed = zlib.compress(data, 9)
        return self.add(b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (about, len(packed), packed))

    def bytes(self, root: int) -> bytes:
        parts, at, places = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], 15, []
        for number, data in enumerate(self._objects, 1):
            part = b"%d 0 obj\n%s\nendobj\n" % (number, data)
            places.append(at)
            parts.append(part)
            at += len(part)
        rows = b"".join(b"%010d 00000 n \n" % place for place in places)
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, rows))
        parts.append(b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, root, at))
        return b"".join(parts)


# --- fonts ----------------------------------------------------------------------------------------------------------


def _face(file: _File, face: Face) -> list[int]:
    """Add a font, and one way to read its codes for each of its layers."""
    program = face.program()
    if face.outlines == "glyf":
        source = b"/FontFile2 %d 0 R" % file.stream(b"/Length1 %d" % len(program), program)
    else:
        source = b"/FontFile3 %d 0 R" % file.stream(b"/Subtype/CIDFontType0C", program)
    ascent, descent, box = face.extent()
    name = b"AAAAAA+%s" % face.name.encode()
    about = file.add(
        b"<</Type/FontDescriptor/FontName/%s/Flags 4/ItalicAngle 0/StemV 80/CapHeight %d/Ascent %d/Descent %d"
        b"/FontBBox[%s]%s>>" % (name, ascent, ascent, descent, " ".join(map(str, box)).encode(), source)
    )
    return [_layer(file, face, layer, name, about) for layer in face.layers]


def _layer(file: _File, face: Face, layer: Mapping[int, tuple[int, str, int]], name: bytes, about: int) -> int:
    widths = {code: width for code, (_, _, width) in layer.items()} | SILENT
    rows = b" ".join(b"%d[%d]" % (code, width) for code, width in sorted(widths.items()))
    if face.outlines == "glyf":
        kind = b"/CIDFontType2/CIDToGIDMap %d 0 R" % file.stream(b"", _glyphs(face, layer))
    else:
        kind = b"/CIDFontType0"
    inner = file.add(
        b"<</Type/Font/Subtype%s/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor %d 0 R/DW 0/W[%s]>>" % (kind, name, about, rows)
    )
    letters = file.stream(b"", _letters({code: text for code, (_, text, _) in layer.items()}))
    return file.add(
        b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
        % (name, inner, letters)
    )


def _glyphs(face: Face, layer: Mapping[int, tuple[int, str, int]]) -> bytes:
    """Tell the glyph of each code."""
    blank = face.blank()
    table = [blank] * (max((*layer, *SILENT)) + 1)
    for code, (glyph, _, _) in layer.items():
        table[code] = glyph if glyph >= 0 else blank
    return b"".join(glyph.to_bytes(2, "big") for glyph in table)


_CMAP_START = (
    b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
    b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
)
_CMAP_END = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"


def _letters(texts: Mapping[int, str]) -> bytes:
    """Tell what each code says."""
    said = {code: text.encode("utf-16-be").hex() for code, text in texts.items()}
    said |= dict.fromkeys(SILENT, "")
    rows = [f"<{code:04x}> <{text}>\n" for code, text in sorted(said.items())]
    blocks = (rows[at : at + 100] for at in range(0, len(rows), 100))
    body = "".join(f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n" for block in blocks)
    return _CMAP_START + body.encode() + _CMAP_END


# --- bookmarks ------------------------------------------------------------------------------------------------------


def _outlines(file: _File, bookmarks: Sequence[Bookmark], pages: Sequence[int]) -> int:
    """Add the bookmarks as a tree; the outermost are open."""
    if not bookmarks:
        return 0
    root = file.reserve()
    numbers = [file.reserve() for _ in bookmarks]
    path: list[int] = []  # places in `bookmarks` of the entries above the present one
    above: list[int | None] = []
    children: dict[int | None, list[int]] = {None: []}
    for at, one in enumerate(bookmarks):
        del path[one.depth :]
        parent = path[-1] if path else None
        above.append(parent)
        children.setdefault(parent, []).append(at)
        path.append(at)
    for siblings in children.values():
        for n, at in enumerate(siblings):
            one, parent = bookmarks[at], above[at]
            before = b"/Prev %d 0 R" % numbers[siblings[n - 1]] if n else b""
            after = b"/Next %d 0 R" % numbers[siblings[n + 1]] if n + 1 < len(siblings) else b""
            inner = children.get(at, [])
            kids = (
                b"/First %d 0 R/Last %d 0 R/Count %d" % (numbers[inner[0]], numbers[inner[-1]], -len(inner))
                if inner
                else b""
            )
            title = b"<feff%s>" % one.title.encode("utf-16-be").hex().encode()
            target = b"[%d 0 R/XYZ null %d null]" % (pages[one.page], round(one.y))
            file.put(
                numbers[at],
                b"<</Title%s/Parent %d 0 R/Dest%s%s%s%s>>"
                % (title, root if parent is None else numbers[parent], target, before, after, kids),
            )
    outer = children[None]
    file.put(
        root,
        b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (numbers[outer[0]], numbers[outer[-1]], len(outer)),
    )
    return root
