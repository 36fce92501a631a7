"""What a helper process does: it takes the texts of many records apart, or writes records as lines.

Floor: 2. It is given the plaintext of revisions through a pipe and gives back terms, names and pages of the index. It
has no key, opens no file, and ends when its pipe does. It trusts what it reads, which its parent has just made: it
refuses nothing, and whatever fails in it fails the load.
"""

from __future__ import annotations

import gc
import os
import signal
import struct
from bisect import bisect_left
from itertools import accumulate, pairwise, starmap
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Final

from vault import codec
from vault.errors import FormatError, RecordError
from vault.index.building import TermLists, joined, sheets_of
from vault.index.pages import pack_names
from vault.index.terms import Said, terms_of, tombstone_terms
from vault.records import Schemas, load_schema, record_line
from vault.records.model import reread_claims

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

_LENGTH: Final = struct.Struct(">I")
_MAX_FRAME: Final = (1 << 32) - 1


def write_frame(pipe: IO[bytes], message: list[Any]) -> None:
    """Send a message: four bytes of length, then msgpack."""
    data = codec.pack(message, max_bytes=_MAX_FRAME)
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> Any:  # noqa: ANN401 - what `write_frame` was given at the other end
    """Take a message; None when the other end is gone."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    size = _LENGTH.unpack(head)[0]
    data = pipe.read(size)
    return codec.reread(data) if len(data) == size else None


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
    with os.fdopen(0, "rb") as asked_of, os.fdopen(1, "wb") as answered_to:
        own_schemas = read_frame(asked_of)
        if own_schemas is None:
            return
        # Read by a thread of its own, so that the parent, who may be writing, is never what an answer waits for.
        asked: SimpleQueue[Any] = SimpleQueue()
        Thread(target=_listen, args=(asked_of, asked), daemon=True).start()
        todo = _Work(own_schemas)
        while (message := asked.get()) is not None:
            what, *arguments = message
            write_frame(answered_to, getattr(todo, what)(*arguments))


def _listen(pipe: IO[bytes], asked: SimpleQueue[Any]) -> None:
    """Pass on every message, and None at the end."""
    message: Any = ()
    while message is not None:
        message = read_frame(pipe)
        asked.put(message)
