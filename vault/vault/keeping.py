"""Keeping the file of an open vault: backups that were tried, and rewriting it without unused space.

Part of floor 3. A backup counts only after it was opened and checked; nothing that exists is ever overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vault.engine import sqlite
from vault.errors import IntegrityError
from vault.paths import require_absent
from vault.vault.inspection import Inspector
from vault.vault.state import refresh
from vault.vault.writing import RecordWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vault.engine import Reader
    from vault.objects import ObjectReader
    from vault.vault.session import Session
    from vault.vault.state import Commit, State

_BACKUPS: Final = "backups"
_MAX_BACKUPS: Final = 64


class KeepingDesk:
    """Backups and rewriting of an open vault; reached as `Vault.keeping`.

    Args:
        session: Of the open vault.
    """

    def __init__(self, session: Session) -> None:
        """Work on an open vault."""
        self._session = session

    def backup(self, target: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Write a consistent copy to a new file, open it, check it, and only then call it done.

        Args:
            target: Where nothing is yet.
            progress: Called with bytes written and bytes in all.

        Raises:
            UnsafePathError: Something is at the target.
            IntegrityError: The copy does not check out; it was removed.
            EngineError: The disk refused; no file stays.
        """
        require_absent(target)
        noted = not self._session.engine.read_only and self._session.unconfirmed is None
        if noted:
            # Noted before it is made, so that the copy is the newest state itself and opens beside the anchor.
            self._note_backup(target, done=True)
        try:
            self._session.engine.copy_to(target, progress=progress)
            self._check_copy(target)
        except BaseException:
            if noted:
                self._note_backup(target, done=False)
            raise

    def repair(self) -> tuple[str, ...]:
        """Mend what can be mended without a loss: a copy of header or head from the other one, the database's order.

        Opening mends the copies too, where it may write. The database is written anew only if every object that the
        vault names opens, and only its structure is damaged.

        Returns:
            A sentence for each thing that was mended, here or at opening; none if nothing was.

        Raises:
            IntegrityError: The database is so damaged that it cannot be written anew; the vault is as it was.
            BusyError: Another process writes.
            EngineError: The disk refused, or the vault was opened read-only; the vault is as it was.
        """
        session = self._session
        with session.snapshot() as (reader, state):
            damaged = [
                [(copy.data, copy.intact) for copy in copies] != [(good, True)] * 2
                for copies, good in (
                    (reader.header_copies(), state.header.data),
                    (reader.head_copies(), state.sealed_head),
                )
            ]
            only_order = self._only_order(reader, state)
        session.mend(damaged_header=damaged[0], damaged_head=damaged[1])
        if only_order:
            session.engine.compact()
            session.mended.append("the structure of the database was damaged; it was written anew with all its objects")
        return tuple(session.mended)

    def compact(self) -> None:
        """Rewrite the file without unused space and without a telling order, its index in the fewest segments.

        Objects that nothing names are dropped. All is done on copies beside the vault, which need twice its room; it
        can be read meanwhile.

        Raises:
            BusyError: Another process writes.
            EngineError: The disk refused; the vault is as it was.
        """
        self._session.rewrite(self._tidy)

    def _only_order(self, reader: Reader, state: State) -> bool:
        """Tell whether the database is damaged while all that the vault names opens."""
        faults = reader.faults()
        if not faults:
            return False
        try:
            index = self._session.indexed(state.reader(reader), state.head)
        except IntegrityError:
            return False
        return len(Inspector(reader, state, index).run().problems) == len(faults)

    def _tidy(self, commit: Commit) -> None:
        index = self._session.indexed(commit.batch, commit.state.head)
        lost: list[int] = []
        # A newer program may name objects in a part of the head that this one does not know.
        if not commit.state.head.extra:
            reached = Inspector(commit.writer, commit.state, index).reach()
            lost = [found for found, _ in commit.writer.sizes() if found not in reached]
        for each in lost:
            commit.writer.delete(each)
        writer = RecordWriter(commit, self._session.schemas(commit.batch), self._session.cache)
        while writer.merge(writer.index.compact(commit.batch, commit.next_serial, commit.epoch)):
            pass
        commit.log("compacted", {"dropped": len(lost)})

    def _check_copy(self, target: Path) -> None:
        try:
            copy = sqlite.open(target, read_only=True)
            try:
                with copy.snapshot() as reader:
                    state = refresh(reader, self._session.current())
                    index = self._session.indexed(state.reader(reader), state.head)
                    Inspector(reader, state, index).run().require_sound()
            finally:
                copy.close()
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def _note_backup(self, target: Path, *, done: bool) -> None:
        """Note a backup about to be made, or take the note away again."""
        path = str(target.absolute())
        with self._session.writing() as commit:
            # Nothing was at the path before: other notes of it are of files that are gone.
            kept = [each for each in read_backups(self._session, commit.batch) if each.get("path") != path]
            made = [{"at": commit.now, "path": path, "epoch": commit.epoch}] if done else []
            commit.set_setting(_BACKUPS, [*kept, *made][-_MAX_BACKUPS:])
            commit.log("backup", {"done": done})


def read_backups(session: Session, objects: ObjectReader) -> list[dict[str, Any]]:
    """Read the list of known backups.

    Args:
        session: Of the open vault.
        objects: Its snapshot.

    Returns:
        Time, path and epoch of each, oldest first.

    Raises:
        IntegrityError: The list is not made by the rule.
    """
    known = session.setting(objects, _BACKUPS) or []
    if not isinstance(known, list) or not all(isinstance(each, dict) for each in known):
        msg = "the list of backups is not made by the rule"
        raise IntegrityError(msg)
    return known
