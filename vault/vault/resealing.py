"""Sealing everything in a vault again, under keys that nobody who had a way in before has.

Part of floor 3. Each object is opened and sealed anew into a file of its own, which then takes the vault's place; what
the vault does not name is left behind. Memory does not grow with the vault, save by a few words for each attachment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from vault import codec, files, keys, sealing
from vault.errors import IntegrityError, UnsupportedVersionError
from vault.objects import Kind, ObjectBatch, Ref
from vault.vault.reading import attachments_of, read_plaintext, read_revision
from vault.vault.state import log_batches, read_batch, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from vault.engine import Reader
    from vault.index import Index, Row
    from vault.objects import ObjectReader
    from vault.vault.session import Session
    from vault.vault.state import Commit

_UNKNOWN: Final = "a newer version of the program wrote this vault; seal it again with that one"


def reseal(session: Session, progress: Callable[[int, int], None] | None = None) -> None:
    """Seal everything anew, in a new file that takes the vault's place at once or not at all.

    Access key, data keys, signing key and intake key are new; the data keys begin again at generation 1. Vault id,
    vault secret, log and ways in stay. It needs twice the vault's room meanwhile, and reading goes on.

    Args:
        session: Of the open vault.
        progress: Called with the number of objects sealed, and how many there are.

    Raises:
        UnsupportedVersionError: The head has parts that this version does not know.
        IntegrityError: An object is missing or damaged; the vault is as it was.
        BusyError: Another process writes.
        EngineError: The disk refused; the vault is as it was.

    Source:
        docs/format.md §Sealing everything anew.
    """

    def fill(reader: Reader, commit: Commit) -> None:
        state = commit.state
        if state.head.extra:
            raise UnsupportedVersionError(_UNKNOWN)
        old = state.reader(reader)
        header, keyring = state.header, state.keyring.renewed(reseal=True)
        access_key = sealing.random_bytes(sealing.KEY_BYTES)
        fronts = [header.front(index) for index in range(keys.SLOTS)]
        new = keys.build_header(header.vault_id, header.profile, header.kdf_salt, fronts, keyring, access_key)
        commit.replace_keys(new, access_key, keyring)
        batch = commit.batch = _Counting(commit, keyring.generation, reader.count(), progress)
        commit.segments = _segments(old, batch, session.indexed(old, state.head))
        settings = None if state.head.settings is None else _settings(old, batch, read_settings(old, state.head))
        batches = _log(old, batch, list(log_batches(old, state.head)), state.head.log_batches)
        # What the commit goes on from stands in the new file already.
        commit.state = replace(state, head=replace(state.head, settings=settings, log_batches=batches))
        commit.log("keys", {"did": "reseal"})

    session.replace(fill)


class _Counting(ObjectBatch):
    """Seals objects into the new file and tells how many.

    Args:
        commit: The commit to be, with its new keys.
        generation: Of the data key.
        total: How many there are.
        progress: Is told how many are done.
    """

    def __init__(
        self, commit: Commit, generation: int, total: int, progress: Callable[[int, int], None] | None
    ) -> None:
        """Begin with none."""
        super().__init__(commit.writer, commit.sealers, generation)
        self._total = total
        self._progress = progress
        self._done = 0

    def put(self, kind: Kind, payload: bytes) -> Ref:
        """Seal a payload and store it."""
        self._done += 1
        if self._progress is not None:
            self._progress(min(self._done, self._total), self._total)
        return super().put(kind, payload)


def _segments(old: ObjectReader, new: ObjectBatch, index: Index) -> tuple[Any, ...]:
    """Seal revisions and attachments again, and the segments that say where they are."""
    # How an attachment is built stands in its record alone, which can come before or after it.
    known = {
        attachment.attachment_id: attachment
        for row in index.refs()
        if row.kind == "document"
        for attachment, _ in attachments_of(read_revision(old, row))
    }

    def moved(row: Row) -> Ref:
        if not row.attachment:
            return new.put(Kind.REVISION, read_plaintext(old, row))
        if row.record_id not in known:
            msg = "no record tells of an attachment"
            raise IntegrityError(msg)
        return files.reseal(old, new, known[row.record_id], row.ref)

    return tuple(entry.plain() for entry in index.written_again(new, moved))


def _settings(old: ObjectReader, new: ObjectBatch, directory: dict[str, Ref]) -> Ref:
    """Seal every setting again, and the directory of them."""
    moved = {name: new.put(Kind.SETTING, old.get(Kind.SETTING, ref)).plain() for name, ref in directory.items()}
    return new.put(Kind.SETTING, codec.encode(moved))


def _log(old: ObjectReader, new: ObjectBatch, batches: list[Ref], tops: tuple[Ref, ...]) -> tuple[Ref, ...]:
    """Seal every batch of the log again, those before it first."""
    moved: dict[Ref, Ref] = {}
    pending = batches
    while pending:
        ref = pending[-1]
        before, entries = read_batch(old, ref)
        missing = [each for each in before if each not in moved]
        if missing and ref not in moved:
            pending += missing
            continue
        pending.pop()
        if ref not in moved:
            payload = {0: [moved[each].plain() for each in before], 1: entries}
            moved[ref] = new.put(Kind.LOG, codec.encode(payload, max_bytes=sealing.MAX_SEALED_BYTES))
    return tuple(moved[ref] for ref in tops)
