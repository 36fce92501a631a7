"""What the pages of a PDF show, read from their drawing instructions.

Floor: 4, part of `gate`. Text is found whatever its colour, under whatever lies on it, wherever it stands, in whatever
pieces. It refuses to know what a reader would see: that is not its question.

Source:
    docs/known-values.md §The gate.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, Final, NamedTuple

from vault.gate.parts import LimitError
from vault.gate.pdffonts import PLAIN, UNKNOWN_WIDE, Decoder, Font
from vault.gate.pdfobjects import Keyword, Lexer

SHOWN_AT_MOST: Final = 1_000_000
_VARIANTS_AT_MOST: Final = 12
_WIDE_GAP: Final = 180  # thousandths of the size of the letters, in an array of kerned strings
_INLINE_END = re.compile(rb"[\0\t\n\f\r ]EI(?![^\0\t\n\f\r ])")
_UNKNOWN: Final = "\ufffd"


class Shown(NamedTuple):
    """A string that is shown, and where."""

    page: int
    line: float  # across the lines: falls from the top to the foot of a page
    along: float
    size: float
    font: str
    data: bytes
    after: str  # what separates it from the one before: nothing, a space, or a new line


class Matrix(NamedTuple):
    """A change of coordinates."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def then(self, other: "Matrix") -> "Matrix":
        """Do this, then the other."""
        return Matrix(
            self.a * other.a + self.b * other.c,
            self.a * other.b + self.b * other.d,
            self.c * other.a + self.d * other.c,
            self.c * other.b + self.d * other.d,
            self.e * other.a + self.f * other.c + other.e,
            self.e * other.b + self.f * other.d + other.f,
        )


class Drawing:
    """The instructions of one page or form, followed as far as text goes.

    Args:
        data: The instructions.
    """

    def __init__(self, data: bytes) -> None:
        self.shown: list[Shown] = []
        self.strings: list[bytes] = []  # in the properties of marked content, and images that stand in the text
        self.actual: list[bytes] = []
        self._base = Matrix()
        self._stack: list[Matrix] = []
        self._text = self._line = Matrix()
        self._font, self._size, self._leading = "", 1.0, 0.0
        self._moved = "\n"
        self._page = 0
        self._follow(data)

    def _follow(self, data: bytes) -> None:
        lexer, row, words = Lexer(data), list[Any](), list[bytes]()
        while (token := lexer.token()) is not None:
            if not isinstance(token, Keyword):
                row.append(token)
            elif token in {b"[", b"<<"}:
                lexer.at = lexer.start
                row.append(lexer.value())
            elif token == b"BI":
                self._inline(lexer)
                row = []
            else:
                if action := _ACTIONS.get(bytes(token)):
                    try:
                        action(self, row)
                    except (IndexError, TypeError, OverflowError):
                        self.strings += [part for part in row if isinstance(part, bytes)]
                else:
                    self.strings += [part for part in row if isinstance(part, bytes)]
                    words += [] if token in _OPERATORS else [bytes(token)]
                words += [part.encode("utf-8", "replace") for part in row if isinstance(part, str)]
                row = []
                if len(self.shown) > SHOWN_AT_MOST:
                    raise LimitError
        # Names, and words that are no instruction: no page shows them, and who opens the file as text reads them.
        words += [part.encode("utf-8", "replace") for part in row if isinstance(part, str)]
        self.strings.append(b" ".join(words))

    def _inline(self, lexer: Lexer) -> None:
        """Pass over a picture within the instructions."""
        while (token := lexer.token()) is not None and token != b"ID":
            if isinstance(token, bytes) and not isinstance(token, Keyword):
                self.strings.append(token)
        end = _INLINE_END.search(lexer.data, lexer.at)
        start, lexer.at = lexer.at, end.end() if end else len(lexer.data)
        self.strings.append(lexer.data[start : lexer.at][:4096])

    # ------------------------------------------------------------------------------------------- instructions
    def save(self, _: Sequence[Any]) -> None:
        """Q and q."""
        if len(self._stack) < 1000:
            self._stack.append(self._base)

    def restore(self, _: Sequence[Any]) -> None:
        """Go back to what was saved."""
        self._base = self._stack.pop() if self._stack else self._base

    def change(self, row: Sequence[Any]) -> None:
        """Change the coordinates."""
        self._base = Matrix(*map(float, row[-6:])).then(self._base)

    def begin(self, _: Sequence[Any]) -> None:
        """Begin a text."""
        self._text = self._line = Matrix()
        self._moved = self._moved or " "

    def font(self, row: Sequence[Any]) -> None:
        """Choose a font."""
        self._font, self._size = str(row[-2]), float(row[-1])

    def leading(self, row: Sequence[Any]) -> None:
        """Set the distance of lines."""
        self._leading = float(row[-1])

    def move(self, row: Sequence[Any]) -> None:
        """Go to another place."""
        x, y = float(row[-2]), float(row[-1])
        self._line = self._text = Matrix(1, 0, 0, 1, x, y).then(self._line)
        self._moved = "\n" if y else self._moved or " "

    def move_and_lead(self, row: Sequence[Any]) -> None:
        """Go to another place, which sets the distance of lines too."""
        self._leading = -float(row[-1])
        self.move(row)

    def place(self, row: Sequence[Any]) -> None:
        """Go to a place told outright."""
        matrix = Matrix(*map(float, row[-6:]))
        self._moved = " " if matrix.f == self._line.f and self._moved != "\n" else "\n"
        self._line = self._text = matrix

    def new_line(self, _: Sequence[Any]) -> None:
        """Go to the next line."""
        self.move((0, -self._leading or -1.0))

    def show(self, row: Sequence[Any]) -> None:
        """Show a string."""
        self._put(row[-1])

    def show_on_new_line(self, row: Sequence[Any]) -> None:
        """Show a string on the next line."""
        self.new_line(())
        self._put(row[-1])

    def show_all(self, row: Sequence[Any]) -> None:
        """Show strings with distances between them."""
        for part in row[-1]:
            if isinstance(part, bytes):
                self._put(part)
            elif isinstance(part, int | float):
                self._text = Matrix(1, 0, 0, 1, -part * self._size / 1000, 0).then(self._text)
                if -part > _WIDE_GAP:
                    self._moved = self._moved or " "

    def mark(self, row: Sequence[Any]) -> None:
        """Take in the properties of what is marked."""
        about = row[-1]
        if isinstance(about, dict):
            for key, value in about.items():
                if isinstance(value, bytes):
                    (self.actual if key == "ActualText" else self.strings).append(value)

    def _put(self, data: object) -> None:
        if not isinstance(data, bytes):
            raise TypeError
        here = Matrix(self._size, 0, 0, self._size, 0, 0).then(self._text).then(self._base)
        size = max(abs(here.a), abs(here.b), abs(here.c), abs(here.d)) or 1.0
        # Written upwards or downwards, the lines run the other way.
        line, along = (here.f, here.e) if abs(here.a) >= abs(here.b) else (-here.e, here.f)
        if here.a < 0 or (here.b < 0 and abs(here.b) > abs(here.a)):
            along = -along
        self.shown.append(Shown(self._page, line, along, size, self._font, data, self._moved))
        self._moved = ""
        self._text = Matrix(1, 0, 0, 1, 0.5 * self._size * max(1, len(data)), 0).then(self._text)

    # ---------------------------------------------------------------------------------------------- readings
    def readings(self, fonts: Mapping[str, Sequence[Font]]) -> Iterator[str]:
        """Put together what is shown, in every way its fonts allow.

        Args:
            fonts: By their names in these instructions.

        Yields:
            Texts: in one piece, as the instructions run; with their gaps; and by place.
        """
        decoders = {name: _decoders(fonts.get(name, ())) for name in {one.font for one in self.shown}}
        seen: set[str] = set()
        for n in range(min(_VARIANTS_AT_MOST, max(map(len, decoders.values()), default=0))):
            texts = [_decoded(one, decoders[one.font], n) for one in self.shown]
            gapped = "".join(one.after + text for one, text in zip(self.shown, texts, strict=True))
            for text in ("".join(texts), gapped, self._by_place(texts)):
                if text not in seen and not text.isspace():
                    seen.add(text)
                    yield text

    def _by_place(self, texts: Sequence[str]) -> str:
        """Put together what stands on one line, from left to right, however it was written."""
        order = sorted(
            (n for n in range(len(texts)) if texts[n]),
            key=lambda n: (-round(self.shown[n].line / max(1.0, self.shown[n].size / 3)), self.shown[n].along),
        )
        lines: list[list[int]] = []
        for n in order:
            one = self.shown[n]
            if lines and abs(self.shown[lines[-1][-1]].line - one.line) <= one.size / 3:
                lines[-1].append(n)
            else:
                lines.append([n])
        return "\n".join(self._line_text(sorted(line, key=lambda n: self.shown[n].along), texts) for line in lines)

    def _line_text(self, line: Sequence[int], texts: Sequence[str]) -> str:
        gaps = [self.shown[b].along - self.shown[a].along for a, b in pairwise(line) if len(texts[a]) == 1]
        usual = median(gaps) if gaps else 0.0
        found = [texts[line[0]]]
        for a, b in pairwise(line):
            gap = self.shown[b].along - self.shown[a].along
            width = (
                max(1.6 * usual, 0.9 * self.shown[a].size) if len(texts[a]) == 1 else len(texts[a]) * self.shown[a].size
            )
            found += [" ", texts[b]] if gap > width else [texts[b]]
        return "".join(found)

    def unread(self, fonts: Mapping[str, Sequence[Font]]) -> bool:
        """Tell whether much is shown in a font that does not say what its letters are.

        Args:
            fonts: By their names in these instructions.

        Returns:
            True if nobody can read it but by eye.
        """
        for name in {one.font for one in self.shown}:
            known = fonts.get(name, ())
            if not known:
                continue
            data = [one.data for one in self.shown if one.font == name]
            if not any(font.told for font in known):
                return True
            text = "".join(font.decoders[0](part) for font in known[:1] for part in data if font.told)
            if text.count(_UNKNOWN) * 2 > len(text):
                return True
        return False


def _decoders(fonts: Sequence[Font]) -> list[Decoder]:
    return [way for font in (*fonts, *((PLAIN, UNKNOWN_WIDE) if not fonts else ())) for way in font.decoders]


def _decoded(one: Shown, decoders: Sequence[Decoder], n: int) -> str:
    return decoders[min(n, len(decoders) - 1)](one.data).replace("\0", "") if decoders else ""


_OPERATORS: Final = frozenset(
    b"b B b* B* BX c CS cs d d0 d1 Do EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP BMC n re RG rg ri s S SC sc"
    b" SCN scn sh Tc Tr Ts Tw Tz v w W W* y".split()
)
_ACTIONS: Final[Mapping[bytes, Callable[[Drawing, Sequence[Any]], None]]] = {
    b"q": Drawing.save, b"Q": Drawing.restore, b"cm": Drawing.change, b"BT": Drawing.begin, b"Tf": Drawing.font,
    b"TL": Drawing.leading, b"Td": Drawing.move, b"TD": Drawing.move_and_lead, b"Tm": Drawing.place,
    b"T*": Drawing.new_line, b"Tj": Drawing.show, b"'": Drawing.show_on_new_line, b'"': Drawing.show_on_new_line,
    b"TJ": Drawing.show_all, b"BDC": Drawing.mark, b"DP": Drawing.mark,
}  # fmt: skip
