"""The self-opening page: a fixed page with the sealed file in it, the same bytes for everyone but for that file.

Floor: 5. It writes the page as a stream and takes the sealed file out of one again. It refuses a page whose bytes
around the sealed file are not those that this version ships: such a page may do anything with a passphrase.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Final

from vault.agefile import Readable, Sink
from vault.errors import HandoffError, SignatureError

MAX_BAG_BYTES: Final = 25 << 20
"""Of the bag before it is sealed: a browser holds all of it in memory."""

_MARK: Final = b'<script type="application/vnd.age" id="sealed">'
_START: Final = b"<!doctype html>"
_PIECE_BYTES: Final = 48 << 10
_CUT: Final = "the page is cut short; ask for it again"
_ALTERED: Final = (
    "the page around the sealed file is not the one that this version of casevault makes: it was altered, or made by "
    "another version. Type no passphrase into it; ask for the sealed file itself"
)


@cache
def template() -> tuple[bytes, bytes]:
    """Give what stands in every page before and after the sealed file."""
    before, mark, after = _shipped("reader.html").rpartition(_MARK)
    if not mark:
        raise ValueError("the page that ships with the program is damaged")
    return before + mark, after


def checker() -> bytes:
    """Give the fixed page that checks a bundle in a browser; the same bytes for everyone."""
    return _shipped("verify.html")


def _shipped(name: str) -> bytes:
    return resources.files(__package__).joinpath("reader", name).read_bytes()


def require_room(size: int) -> None:
    """Refuse a bag that a browser could not hold.

    Args:
        size: Of the archive, in bytes.

    Raises:
        HandoffError: More than 25 MiB; it names what else there is.
    """
    if size > MAX_BAG_BYTES:
        raise HandoffError(
            f"the bundle is {size >> 20} MiB large, and a page that opens itself takes at most "
            f"{MAX_BAG_BYTES >> 20} MiB: seal it as a file for the program age (age), or leave out attachments"
        )


def is_page(head: bytes, name: str) -> bool:
    """Tell whether a file is to be read as such a page.

    Args:
        head: Its first 15 bytes or more.
        name: Its name, untrusted.

    Returns:
        True for what begins as a page does or calls itself one, altered or not.
    """
    return head.startswith(_START) or name.lower().endswith((".html", ".htm"))


def write(sink: Sink, fill: Callable[[Sink], None]) -> None:
    """Write a page as a stream.

    Args:
        sink: Takes the bytes of the page.
        fill: Is called once with a sink for the bytes of the sealed file.

    Source:
        docs/bundle.md §The page.
    """
    before, after = template()
    held = bytearray()

    def take(data: bytes) -> None:
        held.extend(data)
        whole = len(held) // 3 * 3
        sink(base64.b64encode(held[:whole]))
        del held[:whole]

    sink(before)
    fill(take)
    sink(base64.b64encode(held))
    sink(after)


class Sealed:
    """Reads the sealed file out of a page.

    Args:
        page: The page from its first byte.

    `read` raises SignatureError for a page that is not the known one, HandoffError for one that is cut short or whose
    base64 is not in its one form.
    """

    def __init__(self, page: Readable) -> None:
        """Stand before the page."""
        self._page = page
        self._before, self._after = template()
        self._held = b""
        self._decoded = b""
        self._begun = False
        self._ended = False

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes of the sealed file, none at its end."""
        pieces = [self._decoded]
        while not self._ended and (size < 0 or sum(map(len, pieces)) < size):
            pieces.append(self._piece())
        data = b"".join(pieces)
        cut = len(data) if size < 0 else size
        self._decoded = data[cut:]
        return data[:cut]

    def _piece(self) -> bytes:
        """Decode what is surely not the end of the page, as that may be in what was read last."""
        if not self._begun and _exactly(self._page, len(self._before)) != self._before:
            raise SignatureError(_ALTERED)
        self._begun = True
        wanted = 4 * _PIECE_BYTES // 3 + len(self._after)
        held = self._held + _exactly(self._page, wanted - len(self._held))
        cut = max(0, len(held) - len(self._after))
        text, self._held = held[:cut], held[cut:]
        self._ended = len(held) < wanted or self._held == self._after
        if self._ended and (self._held != self._after or self._page.read(1)):
            raise SignatureError(_ALTERED) if b"<" in held else HandoffError(_CUT)
        return _decoded(text, last=self._ended)


def _exactly(source: Readable, size: int) -> bytes:
    pieces = []
    while size > 0 and (piece := source.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _decoded(text: bytes, *, last: bool) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        data = b""
    if base64.b64encode(data) != text or (text.endswith(b"=") and not last):
        raise HandoffError("the sealed file in the page is damaged; ask for it again")
    return data
