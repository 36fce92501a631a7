"""What an unlocked vault knows of its newest commit, and how the next one is written.

Part of floor 3. It reads header, head and keyring in the order that lets nothing be trusted too early, and writes a
commit as one transaction. State in memory changes only after the engine has committed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from vault import codec, sealing
from vault.errors import FormatError, IntegrityError, StaleError, UnlockError
from vault.keys import Header, Keyring, Unlocker, parse_header
from vault.ledger import LogEntry, decode_entry, verify_chain
from vault.objects import (
    MAX_HEAD_LOG,
    MAX_HEAD_LOG_BYTES,
    Head,
    Kind,
    ObjectBatch,
    ObjectReader,
    Ref,
    checkpoint,
    head_digest_key,
    object_id,
)
from vault.sealing import Sealer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vault.engine import Copy, Reader, Writer

MAX_BATCH_BYTES: Final = 1 << 20
OTHER_HISTORY: Final = "the file has another history than the one seen before"
_KEYS_REPLACED: Final = "the keys of this vault were replaced since it was opened; open it again"


@dataclass(frozen=True, slots=True)
class State:
    """One commit of a vault, with the keys that read it.

    Args:
        header: The header that opened.
        access_key: 32 bytes.
        sealed_head: The head as it stands in the file.
        head: The same, opened.
        keyring: All other keys.
        sealers: Keys for objects by generation.
        slot: Slot through which it was opened.

    Secrets:
        `access_key`, `keyring`, `sealers`.
    """

    header: Header
    access_key: bytes = field(repr=False)
    sealed_head: bytes = field(repr=False)
    head: Head = field(repr=False)
    keyring: Keyring = field(repr=False)
    sealers: Mapping[int, Sealer] = field(repr=False)
    slot: int

    @property
    def digest(self) -> bytes:
        """Keyed digest of the head, 32 bytes."""
        return sealing.keyed_digest(
            head_digest_key(self.header.vault_id, self.access_key, self.keyring.vault_secret), self.sealed_head
        )

    @property
    def checkpoint(self) -> str:
        """Short code that pins this state."""
        return checkpoint(self.head.epoch, self.digest)

    def reader(self, reader: Reader) -> ObjectReader:
        """Open objects of this state inside a snapshot."""
        return ObjectReader(reader, self.sealers)


def make_sealers(vault_id: bytes, access_key: bytes, keyring: Keyring | None = None) -> dict[int, Sealer]:
    """Derive the keys of all generations.

    Args:
        vault_id: 16 bytes.
        access_key: 32 bytes.
        keyring: Gives the data keys; without it only generation 0 is made.

    Returns:
        Sealers by generation.

    Secrets:
        All but `vault_id`.
    """
    sealers = {0: Sealer(vault_id, 0, access_key)}
    for generation, key in enumerate(keyring.data_keys if keyring else (), start=1):
        sealers[generation] = Sealer(vault_id, generation, key)
    return sealers


@dataclass(frozen=True, slots=True)
class Opening:
    """A state, and what was noticed on the way.

    Args:
        state: The state.
        damaged_header: One copy of the header is not as the other.
        damaged_head: One copy of the head is not as the other.
    """

    state: State
    damaged_header: bool
    damaged_head: bool


def open_state(reader: Reader, unlocker: Unlocker, *, allow_test: bool = False) -> Opening:
    """Open a vault inside one snapshot: header, access key, MAC, head, header digest, keyring.

    Args:
        reader: Snapshot.
        unlocker: Holds the secret.
        allow_test: Accept the KDF profile for tests.

    Returns:
        The state.

    Raises:
        UnlockError: No copy of the header opens; a damaged header and a wrong secret are not told apart.
        UnsupportedVersionError: Every readable copy is of another version, suite or KDF profile.
        IntegrityError: The keys are right, but head or keyring do not belong to the header.
    """
    copies = reader.header_copies()
    heads = reader.head_copies()
    failure: Exception | None = None
    newest: State | None = None
    for header in _headers(copies, allow_test=allow_test):
        if isinstance(header, FormatError):
            failure = failure or header
            continue
        try:
            opened = unlocker.unlock(header)
        except UnlockError as error:
            failure = error if failure is None or type(failure) is FormatError else failure
            continue
        try:
            sealed_head, head = _open_head(heads, header, opened.access_key)
            keyring = _open_keyring(reader, header, opened.access_key, head)
        except IntegrityError as error:
            failure = error
            continue
        state = State(
            header=header,
            access_key=opened.access_key,
            sealed_head=sealed_head,
            head=head,
            keyring=keyring,
            sealers=make_sealers(header.vault_id, opened.access_key, keyring),
            slot=opened.index,
        )
        # Two copies that both open but differ: an older one was put back into one of them; the newer one counts.
        if newest is None or head.epoch > newest.head.epoch:
            newest = state
    if newest is not None:
        return Opening(
            newest,
            damaged_header=_differs(copies, newest.header.data),
            damaged_head=_differs(heads, newest.sealed_head),
        )
    if failure is None or type(failure) is FormatError:
        # A header that is no header at all looks like a wrong secret: neither is told from the other.
        msg = "nothing here opens with what was given"
        raise UnlockError(msg) from None
    raise failure


def _headers(copies: list[Copy], *, allow_test: bool) -> Iterator[Header | FormatError]:
    """Read the copies, those with a right checksum first, equal ones once."""
    seen = set()
    for copy in sorted(copies, key=lambda item: not item.intact):
        if copy.data in seen:
            continue
        seen.add(copy.data)
        try:
            yield parse_header(copy.data, allow_test=allow_test)
        except FormatError as error:
            yield error


def _differs(copies: list[Copy], good: bytes) -> bool:
    return [(copy.data, copy.intact) for copy in copies] != [(good, True)] * 2


def _open_head(copies: list[Copy], header: Header, access_key: bytes) -> tuple[bytes, Head]:
    sealer = Sealer(header.vault_id, 0, access_key)
    failure: IntegrityError | None = None
    best: tuple[bytes, Head] | None = None
    for copy in copies:
        try:
            head = Head.decode(sealer.open(Kind.HEAD.value, copy.data))
        except IntegrityError as error:
            failure = error
            continue
        # Two rows that both open but differ: an older one was put back into one of them; the newer one counts.
        if best is None or head.epoch > best[1].epoch:
            best = (copy.data, head)
    if best is None:
        msg = "the head of this vault is missing or damaged"
        raise failure or IntegrityError(msg)
    if not sealing.equal(best[1].header_digest, header.digest):
        msg = "header and head of this vault do not belong together"
        raise IntegrityError(msg)
    return best


def _open_keyring(reader: Reader, header: Header, access_key: bytes, head: Head) -> Keyring:
    objects = ObjectReader(reader, make_sealers(header.vault_id, access_key))
    return Keyring.decode(objects.get(Kind.KEYRING, head.keyring))


def refresh(reader: Reader, state: State) -> State:
    """Follow commits of other processes: read the newest head with the keys already held.

    Args:
        reader: Snapshot or transaction.
        state: What was known.

    Returns:
        The newest state; the same object if nothing changed.

    Raises:
        UnlockError: The keys were replaced meanwhile.
        StaleError: The file was put back to an older state meanwhile, or replaced by one with another history.
        IntegrityError: Head or keyring do not belong here.
    """
    heads = reader.head_copies()
    # Both copies: an older head put back into one of them must not hide the newer one in the other.
    if heads and all(copy.intact and copy.data == state.sealed_head for copy in heads):
        return state
    headers = [copy.data for copy in reader.header_copies()]
    if state.header.data not in headers:
        raise UnlockError(_KEYS_REPLACED)
    sealed_head, head = _open_head(heads, state.header, state.access_key)
    if head.epoch < state.head.epoch:
        raise StaleError(head.epoch, state.head.epoch)
    keyring = state.keyring
    if head.keyring != state.head.keyring:
        keyring = _open_keyring(reader, state.header, state.access_key, head)
    new = replace(
        state,
        sealed_head=sealed_head,
        head=head,
        keyring=keyring,
        sealers=make_sealers(state.header.vault_id, state.access_key, keyring),
    )
    if sealed_head != state.sealed_head and not follows(new.reader(reader), head, state.head.epoch, state.digest):
        # Two copies that were both written to, and one was put in the place of the other while it was open.
        raise StaleError(head.epoch, state.head.epoch, OTHER_HISTORY)
    return new


def follows(objects: ObjectReader, head: Head, epoch: int, digest: bytes) -> bool:
    """Tell whether a head that was seen before stands in the history of a later one.

    Args:
        objects: Snapshot.
        head: The later one.
        epoch: Of the one seen before.
        digest: Of the one seen before, or its first bytes.

    Raises:
        IntegrityError: A batch of the log is missing or not made by the rule.
    """
    found: list[bytes] = []
    for entry in log_backwards(objects, head):
        if entry.epoch <= epoch:
            break
        if entry.epoch == epoch + 1:
            found += entry.heads
    return any(sealing.equal(known[: len(digest)], digest) for known in found)


# --- The log --------------------------------------------------------------------------------------------------------


def read_log(objects: ObjectReader, head: Head) -> list[LogEntry]:
    """Read the whole log, oldest entry first, and check that it is one chain.

    Args:
        objects: Snapshot.
        head: The head.

    Returns:
        All entries.

    Raises:
        IntegrityError: An entry is missing, reordered or not made by the rule.
    """
    entries = list(log_backwards(objects, head))[::-1]
    verify_chain(entries)
    # Every commit appends an entry: a log whose end is older than the head was cut.
    if not entries or entries[-1].epoch != head.epoch:
        msg = "the end of the log is missing"
        raise IntegrityError(msg)
    return entries


def log_batches(objects: ObjectReader, head: Head) -> Iterator[Ref]:
    """Name every object that holds log entries, newest first.

    Raises:
        IntegrityError: A batch is missing or not made by the rule.
    """
    yield from (ref for ref, _ in _walk(objects, head))


def log_backwards(objects: ObjectReader, head: Head) -> Iterator[LogEntry]:
    """Give log entries from the newest back, reading a batch only when it is reached.

    Raises:
        IntegrityError: A batch is missing or not made by the rule.
    """
    yield from map(_entry, reversed(head.log))
    for _, entries in _walk(objects, head):
        yield from map(_entry, reversed(entries))


def _walk(objects: ObjectReader, head: Head) -> Iterator[tuple[Ref, list[bytes]]]:
    """Read each batch once: batches that name one another twice would else be read without end."""
    pending = list(head.log_batches)
    seen: set[Ref] = set()
    while pending:
        ref = pending.pop()
        if ref in seen:
            continue
        seen.add(ref)
        previous, entries = read_batch(objects, ref)
        yield ref, entries
        pending.extend(previous)


def _entry(data: bytes) -> LogEntry:
    try:
        return decode_entry(data)
    except FormatError:
        msg = "a log entry is not made by the rule"
        raise IntegrityError(msg) from None


def read_batch(objects: ObjectReader, ref: Ref) -> tuple[list[Ref], list[bytes]]:
    """Read an object that holds log entries.

    Returns:
        Where the batches before it are, and its entries, oldest first.

    Raises:
        IntegrityError: It is missing or not made by the rule.
    """
    try:
        plain = codec.decode_map(objects.get(Kind.LOG, ref), max_bytes=sealing.MAX_SEALED_BYTES)
        previous, entries = [Ref.from_plain(item) for item in plain[0]], plain[1]
        if not all(isinstance(entry, bytes) for entry in entries):
            raise TypeError  # noqa: TRY301 - one refusal for every wrong shape
    except (FormatError, TypeError, KeyError):
        msg = "a batch of log entries is not made by the rule"
        raise IntegrityError(msg) from None
    return previous, entries


# --- Settings -------------------------------------------------------------------------------------------------------


def read_settings(objects: ObjectReader, head: Head) -> dict[str, Ref]:
    """Read the directory of settings.

    Returns:
        Where each setting is, by name.

    Raises:
        IntegrityError: It is missing or not made by the rule.
    """
    if head.settings is None:
        return {}
    try:
        plain = codec.decode_map(objects.get(Kind.SETTING, head.settings))
        if not all(isinstance(name, str) for name in plain):
            raise TypeError  # noqa: TRY301 - one refusal for every wrong shape
    except (FormatError, TypeError):
        msg = "the directory of settings is not made by the rule"
        raise IntegrityError(msg) from None
    return {name: Ref.from_plain(ref) for name, ref in plain.items()}


def read_setting(objects: ObjectReader, ref: Ref) -> Any:  # noqa: ANN401 - plain data
    """Read one setting's plain data.

    Raises:
        IntegrityError: It is missing or not canonical.
    """
    try:
        return codec.decode(objects.get(Kind.SETTING, ref), max_bytes=sealing.MAX_SEALED_BYTES)
    except FormatError:
        msg = "a setting is not made by the rule"
        raise IntegrityError(msg) from None


# --- A commit -------------------------------------------------------------------------------------------------------


class Commit:
    """One commit being built inside a transaction of the engine.

    Objects are put into `batch`, what they orphan goes to `orphans`, and `finish` writes log, settings and head.

    Args:
        writer: Transaction; the write lock is held.
        state: The newest state, read inside this transaction.
        device: Device id, 8 bytes or empty.
        now: Seconds since 1970 UTC by this device's clock.
    """

    def __init__(self, writer: Writer, state: State, *, device: bytes, now: int) -> None:
        """Begin with nothing changed."""
        self.writer = writer
        self.state = state
        self.sealers = state.sealers
        self.batch = ObjectBatch(writer, self.sealers, state.keyring.generation)
        self.orphans: list[Ref] = []
        self.segments: tuple[Any, ...] = state.head.segments
        self.next_serial = state.head.next_serial
        self._settings: dict[str, Any] = {}
        self._actions: list[tuple[str, Mapping[str, Any]]] = []
        self._keys: tuple[Header, bytes, Keyring] | None = None
        self.device = device
        self.now = now

    @property
    def epoch(self) -> int:
        """Epoch this commit will have."""
        return self.state.head.epoch + 1

    def log(self, action: str, facts: Mapping[str, Any]) -> None:
        """Note what is being done; ids and counts, never values."""
        self._actions.append((action, facts))

    def set_setting(self, name: str, value: Any) -> None:  # noqa: ANN401 - plain data
        """Replace a setting by plain data, or take it away with None."""
        self._settings[name] = value

    def take_serial(self) -> int:
        """Give the next serial number for an index segment."""
        self.next_serial += 1
        return self.next_serial - 1

    def replace_keys(self, header: Header, access_key: bytes, keyring: Keyring) -> None:
        """Give the vault new keys with this commit.

        Args:
            header: The new header.
            access_key: The access key that opens it.
            keyring: The keyring that goes with it.

        Secrets:
            `access_key`, `keyring`.
        """
        self._keys = (header, access_key, keyring)
        self.sealers = make_sealers(header.vault_id, access_key, keyring)
        # What this commit still writes, such as a batch of the log, is sealed under the new data key already.
        self.batch = ObjectBatch(self.writer, self.sealers, keyring.generation)

    def finish(self) -> State:
        """Write settings, log, perhaps new keys, and the head; the caller's transaction then commits.

        Returns:
            The state that holds once the transaction has committed.

        Raises:
            BusyError: The head changed although the write lock is held.
            EngineError: The engine failed; nothing is changed.
        """
        old = self.state
        settings = self._write_settings()
        log, batches = self._write_log()
        header, access_key, keyring = self._keys or (old.header, old.access_key, old.keyring)
        keyring_ref = old.head.keyring
        if self._keys:
            keyring_ref = self.batch.put(Kind.KEYRING, keyring.encode())
            self.orphans.append(old.head.keyring)
            self.writer.set_header(header.data)
        head = replace(
            old.head,
            epoch=self.epoch,
            previous=(old.digest,),
            header_digest=header.digest,
            keyring=keyring_ref,
            segments=self.segments,
            next_serial=self.next_serial,
            settings=settings,
            log_batches=batches,
            log=log,
        )
        for ref in self.orphans:
            self.writer.delete(object_id(ref.name))
        sealed_head = self.sealers[0].seal(Kind.HEAD.value, head.encode())
        self.writer.swap_head(old.sealed_head, sealed_head)
        return State(
            header=header,
            access_key=access_key,
            sealed_head=sealed_head,
            head=head,
            keyring=keyring,
            sealers=self.sealers,
            slot=old.slot,
        )

    def _write_settings(self) -> Ref | None:
        old = self.state.head.settings
        if not self._settings:
            return old
        directory = read_settings(self.batch, self.state.head)
        for name, value in self._settings.items():
            if name in directory:
                self.orphans.append(directory.pop(name))
            if value is not None:
                payload = codec.encode(value, max_bytes=sealing.MAX_SEALED_BYTES)
                directory[name] = self.batch.put(Kind.SETTING, payload)
        if old is not None:
            self.orphans.append(old)
        if not directory:
            return None
        return self.batch.put(Kind.SETTING, codec.encode({name: ref.plain() for name, ref in directory.items()}))

    def _write_log(self) -> tuple[tuple[bytes, ...], tuple[Ref, ...]]:
        head = self.state.head
        last = next(iter(log_backwards(self.batch, head)), None)
        log = list(head.log)
        for action, facts in self._actions or [("put", {})]:
            entry = LogEntry(
                epoch=self.epoch,
                parents=(last.digest(),) if last else (),
                device=self.device,
                time=self.now,
                action=action,
                facts=facts,
                heads=(self.state.digest,),
            )
            log.append(entry.encode())
            last = entry
        batches = head.log_batches
        if len(log) > MAX_HEAD_LOG or sum(map(len, log)) > MAX_HEAD_LOG_BYTES:
            for group in _groups(log):
                payload = {0: [ref.plain() for ref in batches], 1: group}
                batches = (self.batch.put(Kind.LOG, codec.encode(payload, max_bytes=sealing.MAX_SEALED_BYTES)),)
            log = []
        return tuple(log), batches


def _groups(entries: list[bytes]) -> list[list[bytes]]:
    """Cut a list of entries so that each part fits an object."""
    groups: list[list[bytes]] = [[]]
    size = 0
    for entry in entries:
        if groups[-1] and size + len(entry) > MAX_BATCH_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(entry)
        size += len(entry)
    return groups
