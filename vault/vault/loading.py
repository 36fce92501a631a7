"""Loading with several processes: helpers take texts apart, this process seals and writes. They also write lines.

Part of floor 3. A helper is a child that is given revisions through a pipe and gives back terms, names and pages of the
index through another. It has no key, opens no file, and ends when its pipe does. It is trusted with what it reads, as
this process is, and refuses nothing: whatever fails in it fails the load.

The documents of a segment go to the helpers in blocks, in turn. Each helper collects the terms of its blocks; at the
end of the segment each puts one range of the terms together from what all have found, and writes its pages. A helper is
asked one thing at a time, and its answer is read before it is asked the next: so neither waits for the other for good.
"""

from __future__ import annotations

import gc
import signal
import struct
import subprocess
import sys
from bisect import bisect_left
from contextlib import suppress
from itertools import accumulate, pairwise, starmap
from typing import IO, TYPE_CHECKING, Any, Final, Self

from vault import codec
from vault.errors import FormatError, HelperError, RecordError
from vault.index import RUN_DOCUMENTS
from vault.index.building import Lines, TermLists, joined, sheets_of
from vault.index.pages import TermSheet, pack_names
from vault.index.terms import Said, terms_of, tombstone_terms
from vault.records import Schemas, load_schema, record_line
from vault.records.model import reread_claims

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

BLOCK_DOCUMENTS: Final = 256
BLOCK_BYTES: Final = 1 << 20
_RUN_BYTES: Final = 1 << 27
_FEW_DOCUMENTS: Final = 1024
_LENGTH: Final = struct.Struct(">I")
_MAX_FRAME: Final = (1 << 32) - 1
# Not `multiprocessing`: its children run the caller's main module once more, and read pickles.
_CHILD: Final = "import sys; sys.path[:] = sys.argv[1:]; from vault.vault.loading import work; work()"


def _write(pipe: IO[bytes], message: list[Any]) -> None:
    data = codec.pack(message, max_bytes=_MAX_FRAME)
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:  # noqa: ANN401 - what `_write` was given at the other end
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    size = _LENGTH.unpack(head)[0]
    data = pipe.read(size)
    return codec.reread(data) if len(data) == size else None


# --- in the parent ------------------------------------------------------------------------------------------------


class _Helper:
    """One child, and what is to be done with the answer that it owes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [sys.executable, "-I", "-c", _CHILD, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._use: Callable[[Any], None] | None = None

    def ask(self, message: list[Any], use: Callable[[Any], None] | None) -> None:
        """Settle what is owed, then ask the next; `use` gets the answer. None expects no answer."""
        self.settle()
        assert self._process.stdin is not None  # noqa: S101 - given to Popen
        try:
            _write(self._process.stdin, message)
        except OSError:
            raise _lost() from None
        self._use = use

    def settle(self) -> None:
        """Read the answer that is owed, if there is one."""
        use, self._use = self._use, None
        if use is None:
            return
        assert self._process.stdout is not None  # noqa: S101 - given to Popen
        answer = _read(self._process.stdout)
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


# --- in the child -------------------------------------------------------------------------------------------------


class _Work:
    """What a helper does."""

    def __init__(self, own_schemas: list[str]) -> None:
        self._schemas = Schemas.shipped().merge(*map(load_schema, own_schemas))
        self._lists = TermLists()
        self._terms: list[bytes] = []
        self._numbers: list[list[int]] = []

    def add(self, first: int, block: list[bytes]) -> list[bytes]:
        """Take the terms of a block of revisions, and give the names of each."""
        entries = []
        for number, plaintext in enumerate(block, first):
            record_id, kind, removed, claims = reread_claims(plaintext)
            if removed:
                terms = tombstone_terms(record_id, kind)
            else:
                terms = terms_of(record_id, kind, starmap(Said, claims), self._schemas.types(kind))
            self._lists.add(terms, number)
            entries.append(pack_names(terms.names))
        return entries

    def bounds(self, ranges: int) -> list[bytes]:
        """Sort the terms, and tell where to cut them into ranges of about the same work."""
        self._terms, self._numbers = self._lists.postings()
        self._lists = TermLists()
        work = list(accumulate(map(len, self._numbers)))
        if not work:
            return []
        return [self._terms[bisect_left(work, work[-1] * cut // ranges)] for cut in range(1, ranges)]

    def cut(self, bounds: list[bytes]) -> list[bytes]:
        """Give the terms and documents of each range."""
        places = [0, *(bisect_left(self._terms, bound) for bound in bounds), len(self._terms)]
        parts = [
            codec.pack([self._terms[start:stop], self._numbers[start:stop]], max_bytes=_MAX_FRAME)
            for start, stop in pairwise(places)
        ]
        self._terms, self._numbers = [], []
        return parts

    def join(self, parts: list[bytes]) -> list[list[Any]]:
        """Put one range of all helpers together, and write its pages."""
        postings = joined((terms, numbers) for terms, numbers in map(codec.reread, parts))
        return [list(sheet) for sheet in sheets_of(postings)]

    def lines(self, block: list[bytes]) -> list[list[Any]]:
        """Write a block of revisions as lines of JSON, each with its record id; nothing if one is malformed."""
        try:
            return [list(record_line(plaintext, self._schemas)) for plaintext in block]
        except (FormatError, RecordError):
            return []


def work() -> None:
    """Do what the parent asks until it closes the pipe: the whole life of a helper.

    An exception ends the process, and its text goes nowhere: it could hold what a record says.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # nothing here makes cycles
    own_schemas = _read(sys.stdin.buffer)
    if own_schemas is None:
        return
    todo = _Work(own_schemas)
    while (asked := _read(sys.stdin.buffer)) is not None:
        what, *arguments = asked
        _write(sys.stdout.buffer, getattr(todo, what)(*arguments))
