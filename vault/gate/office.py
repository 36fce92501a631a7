"""Packages of office programs: what their parts do not say by themselves.

Floor: 4, part of `gate`. The parts are read as any other XML and picture; here are the days that a spreadsheet keeps as
numbers. It refuses nothing itself.

Source:
    docs/known-values.md §The gate.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from xml.parsers import expat

from vault.gate.parts import Part, Text, joined

_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
_QUOTED = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_LAST_DAY: Final = 80_000  # in the year 2119
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_PART_BYTES: Final = 50_000_000
LAYOUT_CACHE: Final = "layout-cache"
"""Where LibreOffice remembers its page breaks: numbers in a form of its own."""


def is_package(names: set[str]) -> bool:
    """Tell a package by the names of its members.

    Args:
        names: Of an archive.

    Returns:
        True if an office program wrote it, or somebody wants it to look so.
    """
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names or "META-INF/manifest.xml" in names


def read_dates(archive: zipfile.ZipFile, place: str) -> Iterator[Part]:
    """Read the numbers of a spreadsheet that are shown as days, and those written with an exponent.

    Args:
        archive: The package.
        place: Of it.

    Yields:
        Days and whole numbers as text.
    """
    names = archive.namelist()
    sheets = [name for name in names if _SHEET.fullmatch(name)]
    if not sheets:
        return
    styles = _Styles()
    if "xl/styles.xml" in names:
        styles.read(_member(archive, "xl/styles.xml"))
    workbook = _member(archive, "xl/workbook.xml") if "xl/workbook.xml" in names else b""
    first = date(1904, 1, 1) if re.search(rb"date1904=[\"'](?:1|true)", workbook) else date(1899, 12, 30)
    for name in sheets:
        cells = _Cells(styles.days, first)
        cells.read(_member(archive, name))
        yield Text(joined(cells.said), f"{place} cells")


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        return member.read(_PART_BYTES)


class _Styles:
    """Which styles of cells show a day."""

    def __init__(self) -> None:
        self.days: set[int] = set()
        self._formats = set(_DATE_FORMATS)
        self._within = False
        self._count = 0

    def read(self, data: bytes) -> None:
        """Read the part with the styles."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.Parse(data, True)  # noqa: FBT003 - it takes no keyword

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "numFmt" and re.search("[dDyY]", _QUOTED.sub("", attributes.get("formatCode", ""))):
            self._formats.add(_whole(attributes.get("numFmtId")))
        elif local == "cellXfs":
            self._within = True
        elif local == "xf" and self._within:
            if _whole(attributes.get("numFmtId")) in self._formats:
                self.days.add(self._count)
            self._count += 1

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            self._within = False


class _Cells:
    """The numbers of one sheet."""

    def __init__(self, days: set[int], first: date) -> None:
        self.said: list[str] = []
        self._days = days
        self._first = first
        self._is_day = False
        self._within = False
        self._text = ""

    def read(self, data: bytes) -> None:
        """Read the part with the sheet."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(data, True)  # noqa: FBT003 - it takes no keyword

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._is_day = _whole(attributes.get("s", "0")) in self._days and attributes.get("t", "n") == "n"
        self._within = local == "v"
        self._text = ""

    def _characters(self, text: str) -> None:
        if self._within:
            self._text += text

    def _end(self, _: str) -> None:
        if not self._within:
            return
        self._within = False
        if _NUMBER.fullmatch(self._text):
            number = float(self._text)
            if self._is_day and 0 < number < _LAST_DAY:
                self.said.append((self._first + timedelta(days=int(number))).isoformat())
            elif ("e" in self._text.lower() or "." in self._text) and abs(number) < 1e24:
                self.said.append(str(round(number)))


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else -1
