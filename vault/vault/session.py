"""The session behind an open vault: the keys and the newest state it holds, its snapshots, commits and freshness.

Part of floor 3. Every read happens inside one snapshot begun before the head is read; every change is one transaction
that takes the write lock first. State in memory changes only after a commit.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from vault import keys, sealing
from vault.errors import IntegrityError, LockedError, StaleError, VaultError
from vault.index import Index, PageCache, forget, read_entries
from vault.records import Schemas, load_schema
from vault.vault.anchor import Anchor, Seen
from vault.vault.state import (
    OTHER_HISTORY,
    Commit,
    State,
    follows,
    log_backwards,
    read_setting,
    read_settings,
    refresh,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from vault.engine import Engine, Reader
    from vault.objects import Head, ObjectReader, Ref

_OPENED_BYTES: Final = 20 << 20
"""Revisions that searches opened last, a thousand of two kilobytes; what a person looks at, they look at again."""
_KEYS_CHANGED: Final = "the keys changed since this machine last saw the vault"


class Session:
    """Keys, state and engine of one open vault; shared by `Vault` and what it gives out.

    Args:
        engine: Opened; closed with the session.
        state: The newest state.
        clock: Seconds since 1970 UTC.

    Secrets:
        The state.
    """

    def __init__(self, engine: Engine, state: State, clock: Callable[[], float]) -> None:
        """Hold them."""
        self.engine = engine
        self.clock = clock
        self.cache = PageCache()
        self.opened = PageCache(_OPENED_BYTES)
        self._state: State | None = state
        self._anchor: Anchor | None = None
        self._seen: Seen | None = None
        self._device = b""
        self.checked_at: int | None = None
        self.notices: list[str] = [*engine.notices]
        self.mended: list[str] = []
        self._unconfirmed: StaleError | None = None
        self._schemas: tuple[Ref | None, Schemas] | None = None

    def close(self) -> None:
        """Drop the keys and let go of the file; a second call does nothing."""
        self._state = None
        self._schemas = None
        self.clear()
        self.engine.close()

    def clear(self) -> None:
        """Drop what was remembered of pages, records and words."""
        self.cache.clear()
        self.opened.clear()
        forget()

    def mend(self, *, damaged_header: bool, damaged_head: bool) -> None:
        """Write a good copy of header or head over a damaged one, and say so; never on a read-only open.

        Args:
            damaged_header: One copy of the header is not as the other.
            damaged_head: One copy of the head is not as the other.

        Raises:
            BusyError, EngineError: It could not be written.
        """
        state = self.current()
        damaged = " and ".join(
            what for what, is_damaged in (("the header", damaged_header), ("the head", damaged_head)) if is_damaged
        )
        if not damaged:
            return
        if self.engine.read_only:
            self.notices.append(f"one of the two copies of {damaged} is damaged; the other one was used")
            return
        with self.engine.transaction() as writer:
            self._state = refresh(writer, state)
            if damaged_header:
                writer.set_header(self._state.header.data)
            if damaged_head:
                intact = [copy.data for copy in writer.head_copies() if copy.intact]
                writer.swap_head(intact[0] if intact else None, self._state.sealed_head)
        self.mended.append(f"one of the two copies of {damaged} was damaged; it was mended from the other one")
        self.notices.append(self.mended[-1])

    # --- freshness ---

    def use_anchor(self, folder: Path | None, *, accept_older: bool = False) -> None:
        """Compare the state with the local anchor, and note it there.

        Args:
            folder: Where anchors are kept; None to use none.
            accept_older: Do not refuse an older state, and leave the anchor as it is.

        Raises:
            StaleError: The file is older than the anchor, or has another history.
        """
        state = self.current()
        if folder is None:
            return
        self._anchor = Anchor(folder, state.header.vault_id, state.keyring.vault_secret)
        try:
            seen = self._anchor.read()
        except IntegrityError as error:
            self.notices.append(f"{error}; whether the file is the newest cannot be told. Compare the checkpoint.")
            if not accept_older:
                self._unconfirmed = StaleError(state.head.epoch, state.head.epoch, str(error))
            seen = None
        self._device = seen.device if seen else sealing.random_bytes(keys.DEVICE_BYTES)
        self._seen = seen
        self.checked_at = seen.checked_at if seen else None
        if seen is not None:
            if not accept_older:
                if seen.epoch > state.head.epoch:
                    # Another process may have committed since the file was read: that is no older file.
                    with self.snapshot() as (_, state):
                        pass
                self.expect(seen.epoch, seen.digest)
            words = keys.fingerprint(state.header.vault_id, state.access_key)
            # Of an older state too: a vault that was rebuilt around other keys may be shown as a restored one.
            if seen.fingerprint != words:
                how = "this state has others" if accept_older else self._key_change(seen.epoch)
                self.notices.append(
                    f"{_KEYS_CHANGED}: {how}; now these words name them: {words}. "
                    "Compare them by voice with the other holders before you write."
                )
                self._unconfirmed = StaleError(state.head.epoch, seen.epoch, _KEYS_CHANGED)
        if self._unconfirmed is None and not accept_older:
            self.note(state)

    def _key_change(self, since: int) -> str:
        with self.reading() as (objects, _):
            for entry in log_backwards(objects, self.current().head):
                if entry.epoch <= since:
                    break
                if entry.action == "keys":
                    return f"at epoch {entry.epoch} by device {entry.device.hex() or 'unknown'}"
        return "by a commit that the log does not name"

    def expect(self, epoch: int, digest: bytes) -> None:
        """Raise unless a state that was seen before is this one, or stands in its history.

        Args:
            epoch: Epoch of the state seen before.
            digest: Digest of its head, or the beginning of it.

        Raises:
            StaleError: The file is older, or has another history.
            IntegrityError: The log cannot be read.
        """
        state = self.current()
        if epoch > state.head.epoch:
            raise StaleError(state.head.epoch, epoch)
        if epoch == state.head.epoch:
            holds = sealing.equal(state.digest[: len(digest)], digest)
        else:
            with self.reading() as (objects, _):
                holds = follows(objects, state.head, epoch, digest)
        if not holds:
            raise StaleError(state.head.epoch, epoch, OTHER_HISTORY)

    def accept_older(self) -> None:
        """Take a restored older file into use: write that into the log, and let the anchor follow.

        Raises:
            LockedError: The vault is locked.
            StaleError: The keys are others than this machine last saw, and nobody has confirmed them.
            EngineError: The disk refused.
        """
        older_than = self._seen.epoch if self._seen else 0
        with self.writing() as commit:
            commit.log("accepted-older", {"seen_before": older_than})
        if self._anchor is not None:
            self._anchor.write(self._as_seen(self.current()), accept_older=True)

    def _as_seen(self, state: State, checked_at: int | None = None) -> Seen:
        return Seen(
            state.head.epoch,
            state.digest,
            keys.fingerprint(state.header.vault_id, state.access_key),
            self._device,
            checked_at,
        )

    def note(self, state: State, checked_at: int | None = None) -> None:
        """Let the anchor follow to a state, and perhaps note the time of a full check."""
        if self._anchor is None:
            return
        if checked_at is not None:
            self.checked_at = checked_at
        try:
            self._anchor.write(self._as_seen(state, checked_at))
        except VaultError as error:
            # The commit stands; only the local note of it could not be written.
            self.notices.append(f"the anchor could not be written: {error}")

    @property
    def unconfirmed(self) -> StaleError | None:
        """Why writes are refused until `confirm_keys`; None where nothing stands against them."""
        return self._unconfirmed

    def confirm_keys(self) -> None:
        """Take the present keys for the right ones, because a person compared their words: writes go on."""
        self._unconfirmed = None
        self.note(self.current())

    # --- inside ---

    def current(self) -> State:
        """Give the state this object holds; for the rooms of the vault.

        Raises:
            LockedError: The vault is locked.
        """
        if self._state is None:
            msg = "the vault is locked"
            raise LockedError(msg)
        return self._state

    @contextmanager
    def reading(self) -> Iterator[tuple[ObjectReader, Index]]:
        """Open a snapshot, follow other processes' commits, and give objects and index of the newest state."""
        with self.snapshot() as (reader, state):
            objects = state.reader(reader)
            yield objects, self.indexed(objects, state.head)

    @contextmanager
    def snapshot(self) -> Iterator[tuple[Reader, State]]:
        """Open a snapshot and follow other processes' commits.

        Yields:
            The snapshot, and the state that it shows.

        Raises:
            LockedError, UnlockError, StaleError, IntegrityError, BusyError: As `refresh`.
        """
        state = self.current()
        with self.engine.snapshot() as reader:
            self._state = state = refresh(reader, state)
            yield reader, state

    def indexed(self, objects: ObjectReader, head: Head) -> Index:
        """Open the index of a head; pages seen before are remembered."""
        return Index(objects, read_entries(head.segments), self.cache)

    @contextmanager
    def writing(self) -> Iterator[Commit]:
        """Begin a commit: take the write lock, read the head, and write all at the end; for the rooms of the vault.

        Yields:
            The commit to be; an exception inside undoes everything.

        Raises:
            LockedError: The vault is locked.
            StaleError: The keys changed since this machine last saw them, and nobody has confirmed them.
            BusyError: Another process holds the vault.
            EngineError: The disk refused, or the vault was opened read-only.
        """
        state = self.current()
        if self._unconfirmed is not None:
            raise self._unconfirmed
        with self.engine.transaction() as writer:
            # What others committed meanwhile is the state from here on, whatever becomes of this commit.
            self._state = state = refresh(writer, state)
            commit = Commit(writer, state, device=self._device, now=int(self.clock()))
            yield commit
            done = commit.finish()
        self._state = done
        self.note(done)

    def rewrite(self, change: Callable[[Commit], None]) -> None:
        """Make one commit on a copy of the file, and rewrite that in the file's place: whoever reads waits for nothing.

        Args:
            change: Is given the commit to be.

        Raises:
            LockedError, StaleError, BusyError, EngineError: As `writing`; the file is as it was.
        """
        state = self.current()
        if self._unconfirmed is not None:
            raise self._unconfirmed
        done: list[State] = []

        def commit_to(engine: Engine) -> None:
            with engine.transaction() as writer:
                commit = Commit(writer, refresh(writer, state), device=self._device, now=int(self.clock()))
                change(commit)
                done.append(commit.finish())

        self.engine.compact(commit_to)
        self._state = done[0]
        self.note(done[0])

    def replace(self, fill: Callable[[Reader, Commit], None]) -> None:
        """Make one commit in a new, empty file that takes the place of this one; whoever reads waits for nothing.

        Args:
            fill: Is given the file as it is, and the commit to be, in which no object of it is yet.

        Raises:
            LockedError, StaleError, BusyError, EngineError: As `writing`; the file is as it was.
        """
        state = self.current()
        if self._unconfirmed is not None:
            raise self._unconfirmed
        done: list[State] = []

        def commit_to(reader: Reader, engine: Engine) -> None:
            now = refresh(reader, state)
            with engine.transaction() as writer:
                writer.swap_head(None, now.sealed_head)  # the one that the commit follows
                commit = Commit(writer, now, device=self._device, now=int(self.clock()))
                fill(reader, commit)
                done.append(commit.finish())

        self.engine.replace(commit_to)
        self._state = done[0]
        self.note(done[0])

    # --- settings ---

    def schemas(self, objects: ObjectReader) -> Schemas:
        """Read the schemas in force: the shipped ones and the vault's own."""
        settings = self.current().head.settings
        if self._schemas is None or self._schemas[0] != settings:
            own = map(load_schema, self.own_schemas(objects))
            self._schemas = (settings, Schemas.shipped().merge(*own))
        return self._schemas[1]

    def own_schemas(self, objects: ObjectReader) -> list[str]:
        """Read the vault's own schemas, as TOML."""
        directory = read_settings(objects, self.current().head)
        return [
            str(read_setting(objects, ref)) for name, ref in sorted(directory.items()) if name.startswith("schema/")
        ]

    def setting(self, objects: ObjectReader, name: str) -> Any:  # noqa: ANN401 - plain data
        """Read a setting; None if there is none."""
        ref = read_settings(objects, self.current().head).get(name)
        return None if ref is None else read_setting(objects, ref)
