"""Everything that is written to the terminal: escaped text, tables, JSON, talk and progress.

Floor: roof. Data goes to standard output, talk to standard error. Text that came out of a vault is untrusted: it
never reaches a terminal with a control, direction or invisible character in it, and never as markup.
"""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

    from cli.app import Settings

# Printable by category, yet drawn as nothing: they hide text or make two texts look alike.
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_MAYBE_UNSAFE: Final = re.compile(
    "[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u0400-\u052f\u0621-\u064a\u4e00-\u9fff\u3001-\u3011]"
)


def _unsafe(char: str) -> bool:
    code = ord(char)
    if char in _INVISIBLE or 0xFE00 <= code <= 0xFE0F or 0x180B <= code <= 0x180F or 0xE0000 <= code <= 0xE0FFF:
        return True
    # str.isprintable is false for every control, format, surrogate, private and unassigned character and for
    # separators; of the separators only the plain spaces are let through.
    return not (char.isprintable() or char in "\u00a0\u1680\u202f\u205f\u3000" or 0x2000 <= code <= 0x200A)


def escape(text: object, *, newlines: bool = False) -> str:
    r"""Make text safe to print on a terminal.

    Args:
        text: Any text, of any origin; other objects are turned into text first.
        newlines: Keep line feeds (views of long text only); tabs become spaces there.

    Returns:
        The text with each control, format, direction, invisible, unassigned or surrogate character as `\x..`,
        `\u....` or `\U........`.
    """

    def shown(match: re.Match[str]) -> str:
        char = match[0]
        if newlines and char == "\n":
            return char
        if newlines and char == "\t":
            return "    "
        if not _unsafe(char):
            return char
        code = ord(char)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

    return _MAYBE_UNSAFE.sub(shown, str(text))


_LEFT_TO_RIGHT: Final = "\u200e"
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def in_columns(cells: Sequence[str]) -> list[str]:
    """Keep the cells of a row in their order where one holds writing from right to left.

    A terminal that turns such writing would take two of them with the blanks between for one piece, and swap them.

    Args:
        cells: Escaped texts of one row.

    Returns:
        The same; if need be with a mark of no width before each cell, where no cut of a long cell takes it away.
    """
    if not any(map(_RIGHT_TO_LEFT.search, cells)):
        return list(cells)
    return [f"{_LEFT_TO_RIGHT}{cell}" for cell in cells]


_GAP: Final = 3
"""Columns of the screen between two of a table."""


def widest(widths: Sequence[int], room: int) -> int:
    """Say how wide a column may be at most, so that the wide ones are cut and the narrow ones are not.

    Args:
        widths: What each column would take.
        room: What there is for all of them.

    Returns:
        The limit, at least 1.
    """
    left = room
    for done, width in enumerate(sorted(widths)):
        share = left // (len(widths) - done)
        if width > share:
            return max(share, 1)
        left -= width
    return max([*widths, 1])


def json_text(value: object, *, ascii_only: bool = False) -> str:
    """Write one JSON object that is readable by people and safe on a terminal.

    Args:
        value: Plain values; bytes become lower-case hexadecimal.
        ascii_only: Write every other letter as an escape too, for an output that cannot show it.

    Returns:
        Indented JSON in which unsafe characters are JSON escapes, so that it reads back as the same value.
    """
    import json

    def plain(item: object) -> object:
        if isinstance(item, bytes):
            return item.hex()
        if hasattr(item, "__fspath__"):
            return str(item)
        message = f"{type(item).__name__} has no JSON form"
        raise TypeError(message)

    def escaped(match: re.Match[str]) -> str:
        char = match[0]
        if char == "\n" or not _unsafe(char):  # the only raw line feeds are the ones of the indentation
            return char
        code = ord(char)
        if code < 0x10000:
            return f"\\u{code:04x}"
        high, low = divmod(code - 0x10000, 0x400)
        return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"

    text = json.dumps(value, ensure_ascii=ascii_only, indent=2, default=plain, allow_nan=False)
    return _MAYBE_UNSAFE.sub(escaped, text)


class Output:
    """Where one command writes.

    Args:
        settings: The global options of this run.
    """

    def __init__(self, settings: Settings) -> None:
        """Remember the options; open nothing."""
        self._settings = settings

    def json(self, value: object) -> bool:
        """Print the one JSON object of a command, if JSON was asked for.

        Args:
            value: See `json_text`.

        Returns:
            Whether it was printed, so that a command can end there.
        """
        if not self._settings.json:
            return False
        encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
        self.data(json_text(value, ascii_only=encoding != "utf8"))
        return True

    def data(self, text: str) -> None:
        """Print lines that are safe already (passed through `escape`) to standard output.

        Args:
            text: One or more lines without the last line end.
        """
        click.echo(text)

    def line(self, *parts: object) -> None:
        """Print one line of untrusted parts, joined by tabs.

        Args:
            parts: Cells of the line.
        """
        click.echo("\t".join(escape(part) for part in parts))

    def talk(self, text: str) -> None:
        """Tell something on standard error, unless `-q` was given.

        Args:
            text: Any text; escaped here, line feeds kept.
        """
        if not self._settings.quiet:
            click.echo(escape(text, newlines=True), err=True)

    def warn(self, text: str) -> None:
        """Tell something on standard error that must not be missed, even with `-q`.

        Args:
            text: Any text; escaped here, line feeds kept.
        """
        click.echo(escape(text, newlines=True), err=True)

    def detail(self, text: str) -> None:
        """Tell something only with `-v`.

        Args:
            text: Any text; escaped here.
        """
        if self._settings.verbose:
            self.talk(text)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, wrap: bool = False) -> None:
        """Print rows: a drawn table on a terminal, else one line a row with tabs and no heading.

        Args:
            columns: Headings.
            rows: Cells, untrusted; None is an empty cell.
            wrap: Let long cells take several lines on a terminal; otherwise they are cut with an ellipsis.
        """
        if not is_terminal(sys.stdout):
            for row in rows:
                self.line(*("" if cell is None else cell for cell in row))
            return
        from rich.box import SIMPLE_HEAD
        from rich.cells import cell_len
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        lines = [in_columns([escape("" if cell is None else cell, newlines=wrap) for cell in row]) for row in rows]
        console = Console(highlight=False, markup=False, emoji=False)
        widths = [max(map(cell_len, column)) for column in zip(columns, *lines, strict=True)]
        limit = widest(widths, console.width - _GAP * (len(columns) - 1))
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for heading, width in zip(columns, widths, strict=True):
            # Left to itself it would cut every column by the same, and of a short id nothing would be left.
            most = None if wrap else min(width, limit)
            table.add_column(heading, no_wrap=not wrap, overflow="fold" if wrap else "ellipsis", max_width=most)
        for line in lines:
            # Text objects are never read as markup.
            table.add_row(*map(Text, line))
        console.print(table)

    @contextmanager
    def working(self, label: str) -> Iterator[None]:
        """Show on a terminal what is being waited for, and take it away at the end.

        Args:
            label: One or two words.

        Yields:
            Nothing.
        """
        shown = not self._settings.quiet and is_terminal(sys.stderr)
        if shown:
            click.echo(f"{label} ...\r", err=True, nl=False)
        try:
            yield
        finally:
            if shown:
                click.echo(" " * (len(label) + 4) + "\r", err=True, nl=False)

    def progress(self, label: str, total: int | None = None) -> Progress:
        """Give a bar that appears only on a terminal, and only after half a second.

        Args:
            label: What is being done.
            total: How many steps, if known.

        Returns:
            A context manager; call `advance_to(done)`, or pass that method on.
        """
        return Progress(label, total, shown=not self._settings.quiet and is_terminal(sys.stderr))


class Progress:
    """A bar that stays invisible while the work is short.

    Args:
        label: What is being done.
        total: How many steps, if known.
        shown: False keeps it invisible for good.
    """

    _PATIENCE_SECONDS: Final = 0.5

    def __init__(self, label: str, total: int | None, *, shown: bool) -> None:
        """Start the clock."""
        import time

        self._clock = time.monotonic
        self._due = self._clock() + self._PATIENCE_SECONDS
        self._label = label
        self.total = total
        self._shown = shown
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        """Show nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()

    def advance_to(self, done: int, total: int | None = None) -> None:
        """Tell how far the work is.

        Args:
            done: Steps done since the start.
            total: How many in all, if it is known only now.
        """
        if not self._shown or (self._bar is None and self._clock() < self._due):
            return
        if total is not None:
            self.total = total
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True, markup=False), transient=True)
            self._task = self._bar.add_task(self._label, total=self.total)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=self.total)


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person sees this stream.

    Args:
        stream: Standard output, error or input; None if it is closed.

    Returns:
        True for a terminal.
    """
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed already
        return False


def screen_columns() -> int:
    """Say how wide tables on standard output may be, in columns of the screen."""
    from rich.console import Console

    return Console().width
