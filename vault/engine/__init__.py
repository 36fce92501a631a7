"""Where bytes lie: opaque objects by number, a header and a head.

Floor: ground. An engine stores and gives back bytes and knows nothing of what they mean: it refuses to open, seal,
parse or name them, and it holds no keys. Every read happens inside one snapshot, every write inside one transaction.
`vault.engine.sqlite` is the engine of a vault file; another one has only these verbs to offer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

ID_LIMIT: Final = 1 << 62
"""Object ids are 0 … ID_LIMIT - 1."""

MAX_BODY_BYTES: Final = (2 << 20) - 4096
"""Largest object, header or head that an engine takes: 2 MiB less room for what the engine adds."""


class IdTakenError(ValueError):
    """Other bytes lie under this id already; name the object anew.

    Args:
        object_id: The id.
    """

    def __init__(self, object_id: int) -> None:
        """Keep the id."""
        super().__init__("other bytes lie under this id")
        self.object_id = object_id


@dataclass(frozen=True, slots=True)
class Copy:
    """One stored copy of the header or of the head.

    Args:
        data: The bytes, without the engine's checksum; empty when the row is not even of a sane form.
        intact: Whether the checksum holds. That finds accidents, not attackers.
    """

    data: bytes = field(repr=False)
    intact: bool


class Reader(Protocol):
    """One consistent state of the stored bytes; valid inside its `with` block only.

    Every method raises `ValueError` outside that block, `IntegrityError` for a damaged file, `BusyError` for one that
    another process holds, and `EngineError` when the medium fails.

    Source:
        docs/format.md §Container.
    """

    def header_copies(self) -> list[Copy]:
        """Give the stored copies of the header, 0 … 2, in their order."""
        ...

    def head_copies(self) -> list[Copy]:
        """Give the stored copies of the head, 0 … 2, in their order."""
        ...

    def get(self, object_id: int) -> bytes | None:
        """Read one object.

        Args:
            object_id: 0 … 2^62 - 1.

        Returns:
            Its bytes, or None if nothing lies there.

        Raises:
            IntegrityError: What lies there is no object of 1 … `MAX_BODY_BYTES` bytes.
        """
        ...

    def scan(self) -> Iterator[tuple[int, bytes]]:
        """Read every object, in order of id.

        A row that is no object of a sane form comes out with empty bytes, which no name fits. Change nothing while
        this runs.
        """
        ...

    def sizes(self) -> Iterator[tuple[int, int]]:
        """Give id and length in bytes of every object, in order of id, without reading the objects."""
        ...

    def count(self) -> int:
        """Count the objects."""
        ...

    def faults(self) -> list[str]:
        """Look at the whole structure of the store.

        Returns:
            What is wrong with it, at most 100 lines that hold no stored bytes; empty if nothing is.
        """
        ...


class Writer(Reader, Protocol):
    """A transaction: reads see its own writes, and nothing is stored until its `with` block ends without an error."""

    def put(self, object_id: int, data: bytes) -> None:
        """Store an object; the same bytes under the same id are no change.

        Args:
            object_id: 0 … 2^62 - 1.
            data: 1 … `MAX_BODY_BYTES` bytes.

        Raises:
            IdTakenError: Other bytes lie under the id.
        """
        ...

    def delete(self, object_id: int) -> None:
        """Delete an object, if it is there; its bytes are overwritten.

        Args:
            object_id: 0 … 2^62 - 1.
        """
        ...

    def set_header(self, data: bytes) -> None:
        """Store both copies of the header.

        Args:
            data: 1 … `MAX_BODY_BYTES` bytes.
        """
        ...

    def swap_head(self, old: bytes | None, new: bytes) -> None:
        """Store both copies of the head, if the present one is the one expected.

        Args:
            old: An intact copy as it was read, or None if there is no intact copy.
            new: 1 … `MAX_BODY_BYTES` bytes.

        Raises:
            BusyError: The present head is another one: somebody wrote in between.
        """
        ...


class Engine(Protocol):
    """A place that holds one vault's bytes.

    An engine has one snapshot or one transaction at a time; a snapshot inside a snapshot is the same snapshot. One
    thread uses it.

    Args:
        notices: Sentences that the person at the keyboard should see, such as permissions that were mended.
        read_only: Whether nothing can be written, because that was asked for or because the medium does not allow it.
    """

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences to be told."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written."""
        ...

    def snapshot(self) -> AbstractContextManager[Reader]:
        """Begin one read transaction, before anything is read.

        Raises:
            BusyError: Another process holds the store for longer than the waiting time.
        """
        ...

    def transaction(self) -> AbstractContextManager[Writer]:
        """Take the write lock, before anything is read; commit at the end, or undo all on an exception.

        Raises:
            BusyError: Another process holds the store for longer than the waiting time; nothing was written.
            EngineError: The engine is read-only, or the medium failed.
            ValueError: A snapshot or a transaction of this engine is open.
        """
        ...

    def copy_to(self, target: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Write one consistent copy to a new file that only its owner can read.

        Args:
            target: A path where nothing is yet.
            progress: Is told bytes written and bytes in all.

        Raises:
            UnsafePathError: Something is at the target already.
        """
        ...

    def compact(self, change: Callable[[Engine], None] | None = None) -> None:
        """Rewrite the store without the room that deleted objects left, and without an order of insertion.

        Args:
            change: Is given an engine on a copy, and may commit to it: what it leaves there is what is rewritten. Those
                who read the store meanwhile wait for none of that. An exception from it leaves the store as it is.
        """
        ...

    def replace(self, fill: Callable[[Reader, Engine], None]) -> None:
        """Put another store in the place of this one: all of it at once, or nothing.

        Args:
            fill: Is given this store to read, and an empty one to commit to. Those who read this one meanwhile wait for
                none of that. An exception from it leaves the store as it is.
        """
        ...

    def close(self) -> None:
        """Let go of the store; a second call does nothing."""
        ...
