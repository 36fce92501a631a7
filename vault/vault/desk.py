"""The key desk of an open vault: which keyslots there are, and adding, changing and removing them.

Part of floor 3. Each of these is one operation that makes a new access key, a new header, a new keyring and a new
head; anything less would leave the old secret working through an old copy of the header.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from vault import keys, sealing
from vault.errors import BusyError, LimitError, NotFoundError, RecordError
from vault.keys import Identity, Passphrase, Slot, SlotKind

if TYPE_CHECKING:
    from vault.errors import StaleError
    from vault.keys import Keyring
    from vault.sealing import KdfProfile
    from vault.vault.session import Session
    from vault.vault.state import Commit, State


@dataclass(frozen=True, slots=True)
class KeyslotInfo:
    """One used keyslot.

    Args:
        index: 0 to 7.
        kind: `passphrase`, `recipient` or `paper`.
        label: As given when it was added.
        added_epoch: Epoch at which its holder was added.
    """

    index: int
    kind: str
    label: str
    added_epoch: int


_CHANGED: Final = "the key derivation profile was changed meanwhile; do it again"

Keyslots: TypeAlias = list[KeyslotInfo]


class KeyDesk:
    """Keys and keyslots of an open vault; reached as `Vault.keys`."""

    def __init__(self, session: Session) -> None:
        """Work on an open vault."""
        self._session = session

    @property
    def unconfirmed(self) -> StaleError | None:
        """Why writes are refused until `confirm`; None where nothing stands against them."""
        return self._session.unconfirmed

    def confirm(self) -> None:
        """Take the present keys for the right ones, because a person compared their words: writes go on."""
        self._session.confirm_keys()

    def list(self) -> Keyslots:
        """List the used keyslots, in their order."""
        return used_slots(self._session.current().keyring)

    def add_passphrase(self, label: str, passphrase: str) -> KeyslotInfo:
        """Add a further passphrase.

        Args:
            label: For people; up to 64 bytes, sealed in the keyring.
            passphrase: The new one.

        Returns:
            The new keyslot.

        Raises:
            LimitError: All eight are used.
            RecordError: The label is empty, too long or taken.
            UnlockError: The passphrase cannot be used.

        Secrets:
            `passphrase`.
        """
        seed = sealing.random_bytes(32)
        front = self._derive(passphrase, None, seed)
        return self._add(SlotKind.PASSPHRASE, label, sealing.public_key(seed), front)

    def add_paper(self, label: str) -> str:
        """Add a paper key.

        Args:
            label: For people.

        Returns:
            The paper key as text, `CV1-…`; it is shown once and kept nowhere.

        Raises:
            LimitError: All eight are used.
            RecordError: The label is empty, too long or taken.

        Secrets:
            The result.
        """
        identity = Identity(sealing.random_bytes(32))
        self._add(SlotKind.PAPER, label, identity.public_key, None)
        return keys.format_paper(identity)

    def add_recipient(self, label: str, recipient: str) -> KeyslotInfo:
        """Let the holder of an identity open the vault.

        Args:
            label: For people.
            recipient: Public key, `age1pq1…`.

        Returns:
            The new keyslot.

        Raises:
            LimitError: All eight are used.
            RecordError: The label is empty, too long or taken.
            UnlockError: It is not such a key.
        """
        return self._add(SlotKind.RECIPIENT, label, keys.parse_recipient(recipient), None)

    def change(self, which: int | str, passphrase: str, *, profile: KdfProfile | None = None) -> KeyslotInfo:
        """Replace a passphrase; the old one opens nothing that is written from now on.

        Args:
            which: Index or label of a passphrase keyslot.
            passphrase: The new one.
            profile: A stronger KDF profile, allowed while this is the only passphrase.

        Returns:
            The keyslot.

        Raises:
            NotFoundError: There is no such keyslot.
            RecordError: It is no passphrase, or the profile would be weaker, or others hold passphrases too.
            UnlockError: The passphrase cannot be used.

        Secrets:
            `passphrase`.
        """
        seed = sealing.random_bytes(32)
        front = self._derive(passphrase, profile, seed)
        with self._session.writing() as commit:
            keyring = commit.state.keyring
            index = _find(keyring, which)
            old = keyring.slots[index]
            if old.kind is not SlotKind.PASSPHRASE:
                msg = "only a passphrase can be changed; remove this keyslot and add another"
                raise RecordError(msg)
            _check_raise(commit.state, front.profile)
            slot = Slot(old.kind, old.label, sealing.public_key(seed), commit.epoch)
            _rewrite(commit, keyring.renewed().with_slot(index, slot), index, front)
            commit.log("keys", {"did": "change", "slot": index})
        return _info(index, slot)

    def remove(self, which: int | str, *, last: bool = False) -> KeyslotInfo:
        """Take a way in away; nobody else's secret is needed.

        Its holder keeps what was copied already. From now on a new data key seals what is written, and signing and
        intake keys are new.

        Args:
            which: Index or label.
            last: Also if no other way in stays: the vault can then never be opened again.

        Returns:
            What was removed.

        Raises:
            NotFoundError: There is no such keyslot.
            RecordError: It is the last one and `last` is False.
            LimitError: 64 generations of data keys are there; the vault must be resealed.
        """
        with self._session.writing() as commit:
            keyring = commit.state.keyring
            index = _find(keyring, which)
            old = keyring.slots[index]
            if len(used_slots(keyring)) == 1 and not last:
                msg = "this is the last way into the vault; without it nobody can ever open it again"
                raise RecordError(msg)
            _rewrite(commit, keyring.renewed().with_slot(index, keys.unused_slot()), index, None)
            commit.log("keys", {"did": "remove", "slot": index})
        return _info(index, old)

    def _derive(self, passphrase: str, profile: KdfProfile | None, seed: bytes) -> _Front:
        """Do the one slow step before the write lock is taken: others need not wait for it."""
        header = self._session.current().header
        chosen = profile or header.profile
        prk = sealing.passphrase_key(Passphrase(passphrase).normalised(), header.kdf_salt, chosen, header.vault_id)
        return _Front(prk, seed, chosen)

    def _add(self, kind: SlotKind, label: str, public: bytes, front: _Front | None) -> KeyslotInfo:
        with self._session.writing() as commit:
            keyring = commit.state.keyring
            _check_label(keyring, label)
            free = [index for index, slot in enumerate(keyring.slots) if slot.kind is SlotKind.UNUSED]
            if not free:
                raise LimitError("keyslots", keys.SLOTS)
            index = free[0]
            if front is not None and front.profile is not commit.state.header.profile:
                raise BusyError(_CHANGED)
            slot = Slot(kind, label, public, commit.epoch)
            _rewrite(commit, keyring.with_slot(index, slot), index, front)
            commit.log("keys", {"did": "add", "slot": index, "kind": kind.name.lower()})
        return _info(index, slot)


@dataclass(frozen=True, slots=True)
class _Front:
    """What the front of a passphrase keyslot is made of."""

    prk: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    profile: KdfProfile


def _rewrite(commit: Commit, keyring: Keyring, index: int, front: _Front | None) -> None:
    """Make access key, header and keyring anew; copy all fronts but the one at `index`."""
    header = commit.state.header
    vault_id, profile = header.vault_id, header.profile
    fronts = [header.front(each) for each in range(keys.SLOTS)]
    if front is None:
        fronts[index] = keys.throwaway_front(vault_id, index)
    else:
        profile = front.profile
        fronts[index] = keys.passphrase_front(front.prk, vault_id, index, front.seed)
    access_key = sealing.random_bytes(32)
    new = keys.build_header(vault_id, profile, header.kdf_salt, fronts, keyring, access_key)
    commit.replace_keys(new, access_key, keyring)


def _check_raise(state: State, profile: KdfProfile) -> None:
    if profile is state.header.profile:
        return
    if profile.memory_kib < state.header.profile.memory_kib:
        msg = "a key derivation profile is never lowered"
        raise RecordError(msg)
    if sum(slot.kind is SlotKind.PASSPHRASE for slot in state.keyring.slots) > 1:
        msg = "the profile can be raised only while there is one passphrase; remove the others and add them again"
        raise RecordError(msg)


def _check_label(keyring: Keyring, label: str) -> None:
    if (
        not label
        or len(label.encode(errors="replace")) > keys.LABEL_BYTES
        or not label.isprintable()
        or label.isdigit()
    ):
        msg = "a label is 1 to 64 bytes of printable text, not a number"
        raise RecordError(msg)
    if any(slot.label == label for slot in keyring.slots if slot.kind is not SlotKind.UNUSED):
        msg = "another keyslot has this label"
        raise RecordError(msg)


def _find(keyring: Keyring, which: int | str) -> int:
    for info in used_slots(keyring):
        if which in (info.index, info.label):
            return info.index
    msg = "there is no such keyslot"
    raise NotFoundError(msg)


def _info(index: int, slot: Slot) -> KeyslotInfo:
    return KeyslotInfo(index, slot.kind.name.lower(), slot.label, slot.added_epoch)


def used_slots(keyring: Keyring) -> Keyslots:
    """List the used keyslots of a keyring, in their order."""
    return [_info(index, slot) for index, slot in enumerate(keyring.slots) if slot.kind is not SlotKind.UNUSED]
