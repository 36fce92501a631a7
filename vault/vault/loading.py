"""Loading with several processes: helpers take texts apart, this process seals and writes.

Part of floor 3. A helper is a child that runs `vault.index.gathering`: it is given revisions through a pipe and gives
back terms, names and pages of the index through another. It has no key, and ends when its pipe does. This refuses to go
on when one is lost.

The documents of a segment go to the helpers in blocks, in turn. Each helper collects the terms of its blocks; at the
end of the segment each puts one range of the terms together from what all have found, and writes its pages. A helper
reads what it is asked while it works on what came before, and is never asked more than two things at a time: so neither
waits for the other for good.
"""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Self

from vault.errors import HelperError
from vault.index import RUN_DOCUMENTS
from vault.index.building import Lines
from vault.index.gathering import read_frame, write_frame
from vault.index.pages import TermSheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

AHEAD: Final = 2
"""How many answers a helper may owe: while it works on one thing, the next lies ready for it."""
BLOCK_DOCUMENTS: Final = 256
BLOCK_BYTES: Final = 1 << 20
_RUN_BYTES: Final = 1 << 27
_FEW_DOCUMENTS: Final = 1024
# Not `multiprocessing`: its children run the caller's main module once more, and read pickles.
_CHILD: Final = "import sys; sys.path[:] = sys.argv[1:]; from vault.index.gathering import work; work()"


class _Helper:
    """One child, and what is to be done with the answers that it owes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [sys.executable, "-I", "-c", _CHILD, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._owed: deque[Callable[[Any], None]] = deque()

    def ask(self, message: list[Any], use: Callable[[Any], None] | None) -> None:
        """Ask something more, once there is room for it; `use` gets the answer. None expects no answer."""
        if len(self._owed) >= AHEAD:
            self.take()
        assert self._process.stdin is not None  # noqa: S101 - given to Popen
        try:
            write_frame(self._process.stdin, message)
        except OSError:
            raise _lost() from None
        if use is not None:
            self._owed.append(use)

    def settle(self) -> None:
        """Read the answers that are owed."""
        while self._owed:
            self.take()

    def take(self) -> None:
        """Read the oldest answer that is owed."""
        use = self._owed.popleft()
        assert self._process.stdout is not None  # noqa: S101 - given to Popen
        answer = read_frame(self._process.stdout)
        if answer is None:
            raise _lost()
        use(answer)

    def end(self) -> None:
        """Make sure that the child is gone."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


def _lost() -> HelperError:
    return HelperError("a helper process ended early; nothing was written")


class Helpers:
    """The children of one load; a context manager that leaves none behind.

    Args:
        count: How many, 1 and up.
        own_schemas: The vault's own schemas, as TOML.

    Raises:
        HelperError: One could not be started.
    """

    def __init__(self, count: int, own_schemas: list[str]) -> None:
        """Start them."""
        self._all: list[_Helper] = []
        try:
            for _ in range(count):
                self._all.append(_Helper())
            for helper in self._all:
                helper.ask(own_schemas, None)
        except OSError:
            self.end()
            raise HelperError("a helper process could not be started; nothing was written") from None
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all."""
        self.end()

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, number: int) -> _Helper:
        """Give the helper whose turn it is, counted on and on."""
        return self._all[number % len(self._all)]

    def settle(self) -> None:
        """Wait for all answers that are owed."""
        for helper in self._all:
            helper.settle()

    def end(self) -> None:
        """End all, whatever they do."""
        for helper in self._all:
            helper.end()


class SharedSegment(Lines):
    """A segment whose terms the helpers collect.

    Args:
        serial: Serial number of the segment to be.
        helpers: The children.
    """

    def __init__(self, serial: int, helpers: Helpers) -> None:
        """Begin without documents."""
        super().__init__(serial)
        self._helpers = helpers
        self._block: list[bytes] = []
        self._block_bytes = 0
        self._bytes = 0
        self._blocks: list[list[bytes]] = []
        self._sheets: list[list[TermSheet]] = []

    @property
    def full(self) -> bool:
        """Whether it is time to close it: 32 768 documents, or 128 MiB of plaintext."""
        return len(self) >= RUN_DOCUMENTS or self._bytes >= _RUN_BYTES

    def add(self, row: bytes, plaintext: bytes) -> None:
        """Take a revision that is sealed already."""
        self.add_row(row)
        self._block.append(plaintext)
        self._block_bytes += len(plaintext)
        if len(self._block) >= BLOCK_DOCUMENTS or self._block_bytes >= BLOCK_BYTES:
            self._send()

    def _send(self) -> None:
        if not self._block:
            return
        number = len(self._blocks)
        names: list[bytes] = []
        self._blocks.append(names)
        first = len(self) - len(self._block)
        self._helpers[number].ask(["add", first, self._block], names.extend)
        self._bytes += self._block_bytes
        self._block, self._block_bytes = [], 0

    def close(self) -> None:
        """Let the helpers write the pages; they may be given blocks of the next segment from here on."""
        self._send()
        ranges = len(self._helpers) if len(self) >= _FEW_DOCUMENTS else 1
        bounds: list[list[bytes]] = []
        for number in range(len(self._helpers)):
            self._helpers[number].ask(["bounds", ranges], bounds.append)
        self._helpers.settle()
        for names in self._blocks:
            self.add_names(names)
        self._blocks.clear()
        # The bounds of the first will do: the blocks were dealt like cards.
        parts: list[list[bytes]] = []
        for number in range(len(self._helpers)):
            self._helpers[number].ask(["cut", bounds[0]], parts.append)
        self._helpers.settle()
        for number in range(ranges):
            sheets: list[TermSheet] = []
            self._sheets.append(sheets)

            def take(answer: list[list[Any]], sheets: list[TermSheet] = sheets) -> None:
                sheets.extend(TermSheet(*sheet) for sheet in answer)

            self._helpers[number].ask(["join", [part[number] for part in parts]], take)

    def sheets(self) -> list[TermSheet]:
        """Give the pages, once the helpers have settled."""
        return [sheet for sheets in self._sheets for sheet in sheets]
