"""Looking a vault over: a full check with keys, and a scrub without any.

Part of floor 3. Both only read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from vault import files
from vault.engine import sqlite
from vault.errors import IntegrityError, MissingObjectError, VaultError
from vault.objects import Kind, ObjectReader, Ref, object_id, object_name
from vault.vault.reading import attachments_of, read_revision
from vault.vault.state import State, log_batches, read_log, read_setting, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from vault.engine import Reader
    from vault.index import Index, Row


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be.

    Args:
        what: In words, with no value of a record.
        record_id: The record concerned, if it is known.
    """

    what: str
    record_id: bytes | None = None

    def __str__(self) -> str:
        """Say it in one line."""
        return self.what if self.record_id is None else f"{self.what} (record {self.record_id.hex()})"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Result of a full check.

    Args:
        problems: Empty if all is well.
        revisions: Revisions that were read.
        attachments: Attachments that were read to the end.
        objects: Objects in the file.
        orphans: Objects that nothing names; harmless, `compact` gives their room back.
    """

    problems: tuple[Problem, ...]
    revisions: int
    attachments: int
    objects: int
    orphans: int

    def require_sound(self) -> None:
        """Raise unless all is well.

        Raises:
            IntegrityError: The first problem.
        """
        if self.problems:
            msg = f"it does not check out: {self.problems[0]}"
            raise IntegrityError(msg)


@dataclass(frozen=True, slots=True)
class ScrubReport:
    """Result of a scrub without keys.

    Args:
        problems: Empty if every checksum and name agrees.
        objects: Objects that were read.
    """

    problems: tuple[Problem, ...]
    objects: int


def scrub(path: str | PathLike[str], *, progress: Callable[[int], None] | None = None) -> ScrubReport:
    """Recompute every name and checksum without a key: finds accidents, not attackers, nor bits in unused space.

    Args:
        path: The vault file.
        progress: Called with the number of objects read so far.

    Returns:
        What does not agree.

    Raises:
        UnlockError: There is no such file.
        UnsupportedVersionError, FormatError: It is no vault.
        UnsafePathError, BusyError, EngineError: As opening.

    Source:
        docs/format.md §Container.
    """
    engine = sqlite.open(path, read_only=True)
    problems: list[Problem] = []
    count = 0
    try:
        with engine.snapshot() as reader:
            for what, copies in (("header", reader.header_copies()), ("head", reader.head_copies())):
                if [copy.intact for copy in copies] != [True, True]:
                    problems.append(Problem(f"a copy of the {what} does not agree with its checksum"))
                elif copies[0].data != copies[1].data:
                    problems.append(Problem(f"the two copies of the {what} are not the same"))
            for found, sealed in reader.scan():
                count += 1
                if object_id(object_name(sealed)) != found:
                    problems.append(Problem(f"object {found:016x} does not agree with its name"))
                if progress is not None:
                    progress(count)
            problems += [Problem(f"the database is damaged: {fault}") for fault in reader.faults()]
    finally:
        engine.close()
    return ScrubReport(tuple(problems), count)


class Inspector:
    """One full check of a state: every object that the head reaches is opened, and the rest is counted.

    Args:
        reader: Snapshot.
        state: The state.
        index: Its index.
        progress: Called with the number of revisions read so far.
    """

    def __init__(
        self, reader: Reader, state: State, index: Index, progress: Callable[[int], None] | None = None
    ) -> None:
        """Begin with nothing found."""
        self._reader = reader
        self._state = state
        self._objects = ObjectReader(reader, state.sealers)
        self._index = index
        self._progress = progress
        self._problems: list[Problem] = []
        self._reached: set[int] = set()
        self._revisions = 0
        self._attachments = 0

    def run(self) -> CheckReport:
        """Do it.

        Returns:
            What was found; damage of one object never ends the check.
        """
        self._check("the log", self._log)
        self._check("the settings", self._settings)
        self._check("the index", self._walk_index)
        present = {found for found, _ in self._reader.sizes()}
        self._problems += [Problem(f"the database is damaged: {fault}") for fault in self._reader.faults()]
        return CheckReport(
            problems=tuple(self._problems),
            revisions=self._revisions,
            attachments=self._attachments,
            objects=len(present),
            orphans=len(present - self._reached),
        )

    def _check(self, what: str, look: Callable[[], None], record_id: bytes | None = None) -> None:
        try:
            look()
        except VaultError as error:
            self._problems.append(Problem(f"{what}: {error}", record_id))

    def _reach(self, ref: Ref) -> None:
        self._reached.add(object_id(ref.name))

    def _log(self) -> None:
        self._reach(self._state.head.keyring)
        for ref in log_batches(self._objects, self._state.head):
            self._reach(ref)
        read_log(self._objects, self._state.head)

    def _settings(self) -> None:
        if self._state.head.settings is not None:
            self._reach(self._state.head.settings)
        for ref in read_settings(self._objects, self._state.head).values():
            self._reach(ref)
            read_setting(self._objects, ref)

    def _walk_index(self) -> None:
        for is_segment, ref in self._index.own_refs():
            self._reach(ref)
            self._objects.get(Kind.SEGMENT if is_segment else Kind.PAGE, ref)
        for row in self._index.refs():
            self._reach(row.ref)
            if row.attachment:
                continue
            self._check("a revision", partial(self._revision, row), row.record_id)
            self._revisions += 1
            if self._progress is not None:
                self._progress(self._revisions)

    def _revision(self, row: Row) -> None:
        for attachment, top in self._follow_files(row):
            self._attachments += 1
            for _ in files.read(self._objects, attachment, top):
                pass

    def _follow_files(self, row: Row) -> list[tuple[files.Attachment, Ref]]:
        """Open a revision and reach what its files are made of, save the bytes of the chunks."""
        found = []
        revision = read_revision(self._objects, row)
        for attachment, _ in attachments_of(revision):
            top = self._index.attachment(attachment.attachment_id)
            if top is None:
                msg = "an attachment is missing"
                raise MissingObjectError(msg)
            found.append((attachment, top.ref))
            for _, ref in files.objects(self._objects, attachment, top.ref):
                self._reach(ref)
        return found

    def reach(self) -> set[int]:
        """Name every object that the head reaches, opening only what names others.

        Returns:
            Object ids, without those of new objects that are not in a head yet.

        Raises:
            VaultError: Something that must be followed cannot be opened; then nobody can say what is unused.
        """
        self._log()
        self._settings()
        for _, ref in self._index.own_refs():
            self._reach(ref)
        for row in self._index.refs():
            self._reach(row.ref)
            if not row.attachment and row.kind == "document":
                self._follow_files(row)
        return self._reached
