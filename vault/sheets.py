"""Sheets of paper to print: a paper key or one share, with what to do with it in English, Russian and Kazakh.

Ground: pure; it gives the bytes of one SVG picture of a page, which any browser shows and prints. Nothing in it is
loaded from elsewhere, and it has no script. It names the vault by its code only: no label, no path, no date, no person.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

import segno

if TYPE_CHECKING:
    from vault.shares import Share

LANGUAGES: Final = ("en", "ru", "kk")
_COMMAND: Final = "$ "
_WIDTH, _HEIGHT = 210, 297
_LEFT: Final = 16
_QR_SIZE: Final = 52.0
_TEXT: Final = 3.0
_LEAD: Final = 4.0
_LINE: Final = 102
"""Characters in a line of text; Cyrillic letters of wide fonts still fit."""
_GROUPS_A_ROW: Final = 3
_WORD_COLUMNS: Final = 3
_MOST_NUMBERS: Final = 16

_WORDS: Final = tomllib.loads(files("vault").joinpath("sheets.toml").read_text("utf-8"))

_STYLE: Final = (
    "@page{size:210mm 297mm;margin:0}"
    "text{font-family:'Noto Sans','DejaVu Sans',Arial,sans-serif;fill:#000}"
    ".group,.word,.command{font-family:'DejaVu Sans Mono','Noto Sans Mono','Liberation Mono','Courier New',monospace}"
    ".group,.word,.title,.code{font-weight:bold}"
)


def paper_sheet(paper_key: str, code: str) -> bytes:
    """Draw the sheet of a paper key.

    Args:
        paper_key: `CV1-…`, as `keys.format_paper` writes it.
        code: The vault code.

    Returns:
        An SVG picture of one A4 page, UTF-8.

    Secrets:
        `paper_key` and the result.
    """
    page = _Page(_titles("paper"), [("code", code)])
    groups = paper_key.split("-")
    # The first row begins with what tells a paper key from a passphrase.
    rows = [groups[:1], *(groups[at : at + _GROUPS_A_ROW] for at in range(1, len(groups), _GROUPS_A_ROW))]
    place = 0
    for row, members in enumerate(rows):
        for column, group in enumerate(members):
            place += 1
            hyphen = "" if place == len(groups) else "-"
            page.text(_LEFT + 33 * column, page.y + 9.5 * row, group + hyphen, size=6.4, kind="group")
    page.square(paper_key, 9.5 * len(rows) + 3)
    page.instructions("paper", code=code)
    return page.svg()


def share_sheet(share: Share, count: int, code: str) -> bytes:
    """Draw the sheet of one share.

    Args:
        share: The share.
        count: How many shares its set has, 2 to 16.
        code: The vault code.

    Returns:
        An SVG picture of one A4 page, UTF-8.

    Secrets:
        `share` and the result.
    """
    if not share.number <= count <= _MOST_NUMBERS:
        msg = "a set has no more than 16 shares, and no share a higher number than there are shares"
        raise ValueError(msg)
    facts = {"number": share.number, "count": count, "threshold": share.threshold, "set": share.set_id}
    page = _Page(_titles("share", **facts), [("code", code), ("set", str(share.set_id))], _titles("needed", **facts))
    rows = -(-len(share.words) // _WORD_COLUMNS)
    for at, word in enumerate(share.words):
        x, y = _LEFT + 41 * (at // rows), page.y + 5.6 * (at % rows)
        page.text(x + 6, y, str(at + 1), size=2.8, kind="number", anchor="end")
        page.text(x + 8, y, word, size=4.2, kind="word")
    page.square(share.text, 5.6 * rows + 5)
    page.instructions("share", code=code, **facts)
    return page.svg()


def _titles(name: str, **facts: object) -> str:
    return " · ".join(_WORDS["titles"][name][language].format(**facts) for language in LANGUAGES)


class _Page:
    """One page as it is drawn, from the top down; lengths in millimetres."""

    def __init__(self, title: str, facts: list[tuple[str, str]], note: str = "") -> None:
        self._parts: list[str] = [f"<title>{escape(title)}</title>", f"<style>{_STYLE}</style>"]
        self._parts.append(f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>')
        self.y = 22.0
        self.text(_LEFT, self.y, title, size=5.2, kind="title")
        self.y += 8
        for name, value in facts:
            self.text(_LEFT, self.y, _titles(name), size=3.4)
            self.text(_LEFT + 92, self.y, value, size=5.2, kind="code")
            self.y += 6.5
        if note:
            self.text(_LEFT, self.y, note, size=3.4)
            self.y += 6.5
        self.y += 5

    def text(self, x: float, y: float, text: str, *, size: float, kind: str = "", anchor: str = "") -> None:
        """Write one line."""
        more = f' class="{kind}"' if kind else ""
        more += f' text-anchor="{anchor}"' if anchor else ""
        self._parts.append(f'<text x="{x:g}" y="{y:g}" font-size="{size:g}"{more}>{escape(text)}</text>')

    def square(self, secret: str, below: float) -> None:
        """Draw the square code of a key at the right, and go below it and what stands beside it."""
        # Letters and digits in capitals take a third less room than bytes do; a share has blanks and small letters.
        code = segno.make_qr(secret, error="m", boost_error=False)
        matrix = [list(row) for row in code.matrix_iter(border=4)]
        step = _QR_SIZE / len(matrix)
        runs = []
        for row, cells in enumerate(matrix):
            column = 0
            while column < len(cells):
                length = 1
                while column + length < len(cells) and cells[column + length] == cells[column]:
                    length += 1
                if cells[column]:
                    runs.append(f"M{column} {row}h{length}v1h-{length}z")
                column += length
        top, left = self.y - 7, _WIDTH - _LEFT - _QR_SIZE + 8
        place = f"translate({left:g} {top:g}) scale({step:.5f})"
        self._parts.append(f'<path class="square" transform={quoteattr(place)} d="{"".join(runs)}"/>')
        self.y += below
        self.y = max(self.y, top + _QR_SIZE + 8)

    def instructions(self, of: str, **facts: object) -> None:
        """Write what to do, one language after the other."""
        for language in LANGUAGES:
            self._parts.append(f'<g class="steps" lang="{language}" xml:lang="{language}">')
            rule = f'<path d="M{_LEFT} {self.y - 5:g}h{_WIDTH - 2 * _LEFT}" stroke="#999" stroke-width=".2"/>'
            self._parts.append(rule)
            for text in _WORDS["steps"][of][language]:
                if text.startswith(_COMMAND):
                    self.y += 0.6
                    self.text(_LEFT + 8, self.y, text.removeprefix(_COMMAND), size=3.6, kind="command")
                    self.y += _LEAD + 0.6
                    continue
                for line in _wrapped(text.format(**facts)):
                    self.text(_LEFT, self.y, line, size=_TEXT, kind="step")
                    self.y += _LEAD
                self.y += 0.4
            self._parts.append("</g>")
            self.y += 3.6

    def svg(self) -> bytes:
        """Give the page as SVG."""
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}mm" height="{_HEIGHT}mm" '
            f'viewBox="0 0 {_WIDTH} {_HEIGHT}">\n'
        )
        return (head + "\n".join(self._parts) + "\n</svg>\n").encode()


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append(word)
        else:
            lines[-1] += (" " if lines[-1] else "") + word
    return lines
