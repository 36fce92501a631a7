"""The dossier as PDF: pages of A4 that look alike everywhere and give their text back as it was written.

Floor: 4, part of `render`. It says what the other forms of the dossier say and, on each page, whose signature the
bundle bears. It says nothing of who made the file, when or with what. It refuses a letter that no font has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from vault.errors import HandoffError
from vault.render.dossier import Claim, Counts, Dossier, Field, Mark, Moment, Part, Record, Relation, Value
from vault.render.pdf import file
from vault.render.pdf.faces import STEPS, Faces
from vault.render.pdf.lines import Line, Style, Typesetter, place
from vault.render.texts import BREAKS, visible
from vault.render.words import WORDS, Words

_LEFT: Final = 56.0
_WIDTH: Final = file.WIDTH - 2 * _LEFT
_TOP: Final = file.HEIGHT - 56
_BOTTOM: Final = 72.0
_LEADING: Final = 1.45
_LABEL: Final = 128.0
_GAP: Final = 14.0
_SHORT: Final = 40
"""Letters of a value that stands at the left in any script; a longer one is a text and begins where its script does."""
_ABREAST: Final = 3
"""Claims of one field that stand side by side."""
_TEXT: Final = Style(10)
_STRONG: Final = Style(10, bold=True)
_NAMED: Final = Style(10, bold=True, grey=0.3)
_ASIDE: Final = Style(8, grey=0.35)
_FOOT: Final = Style(7.5, grey=0.35)
_HEADINGS: Final = (Style(20, bold=True), Style(14, bold=True), Style(11.5, bold=True))
_BADGE_STYLES: Final = {
    "withheld": Style(9, bold=True, grey=1), "unknown": Style(9), "not-asked": Style(9, grey=0.35),
}  # fmt: skip
_BADGE_FILLS: Final = {"withheld": "0.25", "unknown": "0.88", "not-asked": ""}
_SEPARATOR: Final = next(code for code, far in STEPS.items() if far == min(STEPS.values()))
INSTRUCTIONS_AT_MOST: Final = 15_000_000
"""Bytes; a little less than what the gate reads of one PDF."""


def write(dossier: Dossier, language: str, *, bundle: bytes, words: str) -> bytes:
    """Write a dossier.

    Args:
        dossier: All that it says.
        language: One of `words.LANGUAGES`.
        bundle: The id of the bundle it goes into, which stands on each page.
        words: The six words of the signer's key, which stand on each page.

    Returns:
        The file. The same arguments and the same fonts give the same bytes.

    Raises:
        MissingExtraError: The packages of the extra `pdf` are not installed.
        MissingFontError: No font has a letter of it.
        HandoffError: It would have more instructions than the gate reads; a text of 1 MiB in any script has fewer.
        ValueError: There is no dossier in that language.

    Secrets:
        `dossier`, the result.

    Source:
        docs/bundle.md §The dossier as PDF.
    """
    return _Writing(language).write(dossier, bundle.hex(), words)


@dataclass(frozen=True, slots=True)
class _Item:
    """One line of a cell, or a space between lines.

    Args:
        height: In points.
        line: Set in letters, or nothing.
        indent: From the left end of the cell, in points.
        box: How the box around it is filled: a grey as PDF writes it, or nothing for a line around it; None for none.
    """

    height: float
    line: Line | None = field(default=None, repr=False)
    indent: float = 0
    box: str | None = None


class _Pages:
    """Pages being filled from above."""

    def __init__(self, faces: Faces) -> None:
        self.done: list[list[bytes]] = [[]]
        self.names: dict[tuple[int, int], str] = {}
        self.bookmarks: list[file.Bookmark] = []
        self.y = _TOP
        self._count = 0
        face = faces.choose(" ", bold=False)
        face.shape(" ", rtl=False)
        self._apart = self.names.setdefault((id(face), 0), "F0")

    def need(self, height: float) -> None:
        """Begin a new page unless this one has room."""
        if self.y - height < _BOTTOM:
            self.begin()

    def begin(self) -> None:
        """Begin a new page."""
        self.done.append([])
        self.y = _TOP

    def say(self, *instructions: bytes) -> None:
        """Add instructions to the page."""
        self.done[-1].extend(instructions)

    def apart(self) -> None:
        """Keep what follows from being read as one line with what stands beside it."""
        # Each stands elsewhere than those before it, for what looks like a copy is left out by PDFium.
        self._count += 1
        x = file.WIDTH - 20 - self._count % 8 * 2
        codes = (_SEPARATOR, _SEPARATOR)
        self.say(b"BT /%s 8 Tf 1 0 0 1 %.2f 20 Tm (\0%c\0%c) Tj ET" % (self._apart.encode(), x, *codes))

    def rule(self, grey: float) -> None:
        """Draw a line across."""
        self.say(b"q %.2f G 0.5 w %.2f %.2f m %.2f %.2f l S Q" % (grey, _LEFT, self.y, _LEFT + _WIDTH, self.y))

    def row(self, cells: Sequence[tuple[float, float, Iterable[_Item]]], *, bars: bool = False) -> None:
        """Set cells side by side, each with its left end and width, over as many pages as they need."""
        left = [iter(items) for _, _, items in cells]
        waiting = [next(items, None) for items in left]
        while any(item is not None for item in waiting):
            top = lowest = self.y
            for at, (x, width, _) in enumerate(cells):
                y = top
                while (item := waiting[at]) is not None and (y - item.height >= _BOTTOM or top == y == _TOP):
                    y -= item.height
                    self._item(item, x, y, width)
                    waiting[at] = next(left[at], None)
                self.apart()
                if bars and at > 1 and y < top:
                    self.say(b"q 0.75 G 0.5 w %.2f %.2f m %.2f %.2f l S Q" % (x - 6, top - 3, x - 6, y))
                lowest = min(lowest, y)
            self.y = lowest
            if any(item is not None for item in waiting):
                self.begin()

    def _item(self, item: _Item, x: float, y: float, width: float) -> None:
        if item.line is None:
            return
        base = y + item.line.style.size * 0.38
        left = x + item.indent
        if item.box is not None:
            height = item.line.style.size * 1.3
            frame = (left, y + item.line.style.size * 0.05, item.line.width + 10, height)
            self.say(_box(item.box, frame))
            left += 5
        elif item.line.base:
            left = x + width - item.line.width
        self.say(*place(item.line, left, base, self.names))


def _box(fill: str, frame: tuple[float, float, float, float]) -> bytes:
    if fill:
        return b"q %s g %.2f %.2f %.2f %.2f re f Q" % (fill.encode(), *frame)
    return b"q 0.6 G 0.6 w [2 2] 0 d %.2f %.2f %.2f %.2f re S Q" % frame


class _Writing:
    """One dossier being written."""

    def __init__(self, language: str) -> None:
        WORDS["title"][language]  # refuses another language before anything is done
        self._language = language
        self._faces = Faces()
        self._setter = Typesetter(self._faces)
        self._pages = _Pages(self._faces)

    def write(self, dossier: Dossier, bundle: str, words: str) -> bytes:
        """Write the whole."""
        self._heading((self._part(dossier.title),), 0)
        self._paragraph((self._part(dossier.intro),))
        for condition in dossier.conditions:
            self._paragraph((self._part(condition),))
        for term in dossier.terms:
            badge = self._lines((self._part(term.word),), _NAMED, _LABEL - _GAP)
            self._row((badge, self._lines((self._part(term.meaning),), _TEXT, _WIDTH - _LABEL)))
        if dossier.note:
            self._heading((self._word("note"),), 1)
            self._row_whole(self._block(dossier.note, _WIDTH))
        if dossier.counts is not None:
            self._counts(dossier.counts)
        if dossier.relations:
            self._heading((self._word("relations"),), 1)
            for relation in dossier.relations:
                self._paragraph(self._relation(relation))
        if dossier.timeline:
            self._heading((self._word("timeline"),), 1)
            for moment in dossier.timeline:
                self._moment(moment)
        for section in dossier.sections:
            self._heading((self._part(section.title),), 1)
            for record in section.records:
                self._record(record)
        self._feet(bundle, words)
        pages = [b"\n".join(page) for page in self._pages.done]
        if sum(map(len, pages)) > INSTRUCTIONS_AT_MOST:
            raise HandoffError(
                "the texts are too long for a PDF, more than the gate reads of one; they are whole in the page and in "
                "the other files, so leave the PDF out"
            )
        return file.write(pages, self._pages.bookmarks, self._faces.used(), self._pages.names, self._language)

    # --- words and texts ---

    def _word(self, key: str) -> str:
        return _plain(WORDS[key][self._language])

    def _part(self, part: Part) -> str:
        return _plain(part[self._language] if isinstance(part, Words) else part)

    def _listed(self, parts: Iterable[str]) -> Iterator[str]:
        """Put commas between parts."""
        for at, part in enumerate(filter(None, parts)):
            yield from (", ", part) if at else (part,)

    def _named(self, title: Iterable[Part], mark: Mark) -> Iterator[str]:
        """Yield by what a reader knows a record again: what it says of itself, then its mark."""
        said = list(self._listed(map(self._part, title)))
        yield from said
        yield from (" ", _mark(mark)) if said else (_mark(mark),)

    def _value(self, value: Value) -> Iterator[str]:
        texts = [self._part(text) for text in value.texts]
        if value.file is not None:
            texts += [_plain(value.file.path), _plain(value.file.name)]
        said = list(self._listed(texts))
        if value.mark is not None:
            said += [" ", _mark(value.mark)] if said else [_mark(value.mark)]
        if value.manner is not None:
            manner = self._part(value.manner)
            said += [" (", manner, ")"] if said else [manner]
        yield from said

    # --- setting ---

    def _lines(
        self, parts: Iterable[str], style: Style, width: float, base: int | None = None, before: float = 0
    ) -> Iterator[_Item]:
        if before:
            yield _Item(before)
        for line in self._setter.lines(tuple(parts), style, width, base):
            yield _Item(style.size * _LEADING, line)

    def _block(self, text: str, width: float) -> Iterator[_Item]:
        for line in BREAKS.split(text):
            if line.strip():
                yield from self._lines((_plain(line),), _TEXT, width)
            else:
                yield _Item(_TEXT.size * _LEADING / 2)

    def _paragraph(self, parts: Iterable[str]) -> None:
        self._row_whole(self._lines(parts, _TEXT, _WIDTH, 0))

    def _row_whole(self, items: Iterable[_Item]) -> None:
        self._pages.row([(_LEFT, _WIDTH, items)])
        self._pages.y -= 4

    def _row(self, cells: tuple[Iterable[_Item], Iterable[_Item]]) -> None:
        """Set a label and what stands beside it."""
        self._pages.row([(_LEFT, _LABEL - _GAP, cells[0]), (_LEFT + _LABEL, _WIDTH - _LABEL, cells[1])])
        self._pages.y -= 3

    def _heading(self, parts: Iterable[str], depth: int) -> None:
        """Set a heading, with a bookmark; the title of the whole has none."""
        said, pages, style = tuple(parts), self._pages, _HEADINGS[depth]
        pages.need(style.size * 2 + 90)
        if pages.y < _TOP:
            pages.y -= style.size * 0.8
        if depth:
            pages.bookmarks.append(file.Bookmark("".join(said), len(pages.done) - 1, pages.y + 4, depth - 1))
        pages.row([(_LEFT, _WIDTH, self._lines(said, style, _WIDTH, 0))])
        pages.y -= 4
        if depth == 1:
            pages.rule(0.6)
            pages.y -= 5

    # --- the parts of a dossier ---

    def _counts(self, counts: Counts) -> None:
        width = _WIDTH / (len(counts.fields) + 1)
        head = (*map(self._part, counts.fields), self._word("persons"))
        rows = (
            ((*map(self._part, values), "–" if count is None else str(count)), _TEXT) for values, count in counts.rows
        )
        for texts, style in chain([(head, _STRONG)], rows):
            self._pages.row(
                [
                    (_LEFT + at * width, width - _GAP, self._lines((text,), style, width - _GAP))
                    for at, text in enumerate(texts)
                ]
            )
            self._pages.y -= 2
            self._pages.rule(0.85)

    def _relation(self, one: Relation) -> Iterator[str]:
        yield from self._named(one.title, one.person)
        yield " — "
        if one.relative.manner is not None:
            yield from (self._part(one.relative.manner), ": ")
        yield from self._value(Value(one.relative.texts, one.relative.mark))

    def _moment(self, one: Moment) -> None:
        when = list(self._listed(map(_plain, one.when))) or [self._word("undated")]
        if one.until:
            when += ["; ", self._word("until"), ": ", *self._listed(map(_plain, one.until))]
        told = (tuple(self._value(value)) for value in (*one.whom, *one.where))
        parts = [(self._part(text),) for text in one.what] + [part for part in told if part]
        said = [text for part in (*parts, (_mark(one.event),)) for text in (", ", *part)][1:]
        width = _WIDTH - _LABEL
        self._row((self._lines(when, _NAMED, _LABEL - _GAP, 0), self._lines(said, _TEXT, width, 0)))

    def _record(self, record: Record) -> None:
        self._heading(self._named(record.title, record.mark), 2)
        for one in record.fields:
            self._field(one)

    def _field(self, one: Field) -> None:
        self._pages.need(_TEXT.size * _LEADING * 2)
        disputed = self._lines((self._word("disputed"),), _ASIDE, _LABEL - _GAP) if one.disputed else ()
        label = chain(self._lines((self._part(one.label),), _NAMED, _LABEL - _GAP), disputed)
        abreast = min(len(one.claims), _ABREAST)
        step = (_WIDTH - _LABEL) / abreast
        width = step - (_GAP if abreast > 1 else 0)
        claims = iter(one.claims)
        while band := list(islice(claims, abreast)):
            cells = [(_LEFT + _LABEL + at * step, width, self._claim(claim, width)) for at, claim in enumerate(band)]
            self._pages.row([(_LEFT, _LABEL - _GAP, label), *cells], bars=True)
            label = chain[_Item]()
            self._pages.y -= 3
        self._pages.rule(0.9)
        self._pages.y -= 3

    def _claim(self, claim: Claim, width: float) -> Iterator[_Item]:
        if claim.value.long:
            yield from self._block("\n".join(map(self._part_as_it_is, claim.value.texts)).strip(), width)
        elif claim.said is not None and claim.outcome in _BADGE_FILLS:
            for line in self._setter.lines((self._part(claim.said),), _BADGE_STYLES[claim.outcome], width - 10):
                yield _Item(_TEXT.size * _LEADING, line, box=_BADGE_FILLS[claim.outcome])
        else:
            said = tuple(self._value(claim.value))
            yield from self._lines(said, _TEXT, width, None if len(said) == 1 and len(said[0]) > _SHORT else 0)
        aside = list(self._aside(claim))
        if aside:
            yield from self._lines([text for part in aside for text in ("; ", *part)][1:], _ASIDE, width, 0)

    def _part_as_it_is(self, part: Part) -> str:
        return part[self._language] if isinstance(part, Words) else part

    def _aside(self, claim: Claim) -> Iterator[tuple[str, ...]]:
        """Yield what is known of a claim beside what it says."""
        if claim.retracted:
            yield (self._word("retracted"),)
        if claim.outcome == "coarsened" and claim.said is not None:
            yield (self._part(claim.said),)
        if claim.basis is not None:
            yield (self._part(claim.basis),)
        if claim.confidence is not None:
            yield self._word("confidence"), ": ", self._part(claim.confidence)
        if claim.as_of is not None:
            yield self._word("as_of"), ": ", _plain(claim.as_of)
        if claim.source is not None:
            yield self._word("from"), ": ", _mark(claim.source)

    def _feet(self, bundle: str, words: str) -> None:
        """Write on each page which bundle it is of, who signed that, and which page it is."""
        pages = self._pages
        for number, page in enumerate(pages.done, 1):
            lines = (
                (self._word("signer"), ": ", words),
                (self._word("bundle"), ": ", bundle, f" · {self._word('page')} {number}/{len(pages.done)}"),
            )
            page.append(b"q 0.6 G 0.5 w %.2f 58 m %.2f 58 l S Q" % (_LEFT, _LEFT + _WIDTH))
            for at, parts in enumerate(lines):
                for line in self._setter.lines(parts, _FOOT, _WIDTH, 0):
                    page.extend(place(line, _LEFT, 46 - at * 11, pages.names))


def _mark(mark: Mark) -> str:
    return f"[{_plain(mark.token)}]"


def _plain(text: str) -> str:
    """Put a text on one line, with nothing in it that is not shown."""
    return visible(unicodedata.normalize("NFC", BREAKS.sub(" ", text).replace("\t", " ")))
