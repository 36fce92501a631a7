"""What is on paper, at the keyboard: shares are asked for one by one, sheets are written and never replace a file.

Floor: roof. A share that was typed wrongly is refused at once, and those before it stay.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cli.output import Output, is_terminal
from cli.session import ask, can_ask, checked_path, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from cli.app import Settings
    from vault.keys import Identity
    from vault.shares import Share, ShareSet

SCREEN_AWAY = "\x1b[2J\x1b[3J\x1b[H"
"""Clears a terminal and what was scrolled out of it."""


# --- shares come in -------------------------------------------------------------------------------------------------


def share_in(path: str) -> Share:
    """Read a share from a file.

    Args:
        path: Name of the file (- is standard input).

    Returns:
        The share. Secret.

    Raises:
        click.UsageError: It cannot be read.
        ShareError: It holds no share, or one with a mistake; the file is named.
    """
    from vault.errors import ShareError
    from vault.shares import parse_share

    text = read_file(path).decode("utf-8", errors="replace")
    try:
        return parse_share(text)
    except ShareError as error:
        message = f"{path}: {error}"
        raise ShareError(message, error.fault, place=error.place) from None


def ask_shares(out: Output, together: ShareSet, typed: str | None = None) -> Identity:
    """Ask for shares until there are enough, and give the key that they make.

    Args:
        out: Where to talk.
        together: Those that are there already; the others are added.
        typed: One that was typed already, perhaps with mistakes. Secret.

    Returns:
        The identity. Secret.

    Raises:
        ShareError: There are enough, but they do not fit together.
        click.Abort: The input ended.
    """
    from vault.errors import ShareError
    from vault.keys import Identity
    from vault.shares import WORDS, parse_share

    while together.missing != 0:
        if typed is None:
            typed = ask(f"The {WORDS} words of {'the next' if together.shares else 'a'} share:")
        try:
            share = parse_share(typed)
            together.add(share)
        except ShareError as error:
            kept = " Those given before it stay." if together.shares else ""
            out.warn(f"Not taken: {error}.{kept}")
        else:
            more = f"{together.missing} more needed" if together.missing else "that is enough"
            out.talk(f"Share {share.number} of set {share.set_id} is whole; {more}.")
        typed = None
    return Identity(together.combine())


# --- sheets go out --------------------------------------------------------------------------------------------------


@contextmanager
def written(files: Mapping[Path, bytes]) -> Iterator[None]:
    """Write new files for this user alone, and take them away again if what follows fails.

    Args:
        files: Bytes by path; nothing may be there yet.

    Yields:
        When all are written.

    Raises:
        UnsafePathError: Something is there already, or the folder is missing.
        EngineError: The disk refused; no file stays.
    """
    from vault.paths import NewFile

    done = []
    try:
        for path, body in files.items():
            with NewFile(path) as file:
                file.write(body)
                file.commit()
            done.append(path)
        yield
    except BaseException:
        for path in done:
            path.unlink(missing_ok=True)
        raise


@contextmanager
def handed_out(out: Output, shares: Sequence[Share], code: str, folder: str | None) -> Iterator[list[Path]]:
    """Put shares on sheets in a folder, or show them one by one on the terminal; what follows makes them count.

    Args:
        out: Where to talk.
        shares: All of one set. Secret.
        code: The vault code.
        folder: Where the sheets go; made if it is not there. None for the terminal.

    Yields:
        The paths of the sheets; none on a terminal.

    Raises:
        UnsafePathError: A sheet is there already, or the folder cannot be made.
    """
    if folder is None:
        _show(out, shares, code)
        yield []
        return
    from vault.errors import UnsafePathError
    from vault.sheets import share_sheet

    place = checked_path(folder)
    if not place.is_dir():
        try:
            place.mkdir(mode=0o700)
        except OSError:
            message = f"{place} is no folder, and cannot be made one"
            raise UnsafePathError(message) from None
    files = {
        place / f"{code}-set-{share.set_id}-share-{share.number}-of-{len(shares)}.svg": share_sheet(
            share, len(shares), code
        )
        for share in shares
    }
    with written(files):
        yield list(files)


def require_way_out(settings: Settings, folder: str | None) -> None:
    """Refuse to make shares that nobody would see.

    Args:
        settings: The global options.
        folder: Where the sheets are to go, if anywhere.

    Raises:
        click.UsageError: No folder is given, and there is no terminal to show the shares on.
    """
    import sys

    if folder is None and (settings.json or not can_ask(settings) or not is_terminal(sys.stdout)):
        message = "Name the folder for the sheets; without one, shares are shown on a terminal only."
        raise click.UsageError(message)


def _show(out: Output, shares: Sequence[Share], code: str) -> None:
    """Show one share after the other, and take each off the screen before the next."""
    for share in shares:
        out.line("vault code", code)
        out.line("set", share.set_id)
        out.line("share", f"{share.number} of {len(shares)}", f"{share.threshold} needed")
        for place, word in enumerate(share.words, start=1):
            out.line(place, word)
        ask("Write it down, number and all; then press Enter, and it goes off the screen.")
        click.echo(SCREEN_AWAY, nl=False)
