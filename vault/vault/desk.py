"""The key desk of an open vault: which keyslots there are; adding, changing and removing them; new keys for all.

Part of floor 3. Each of these is one operation that makes a new access key, a new header, a new keyring and a new
head; anything less would leave the old secret working through an old copy of the header.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from vault import keys, sealing
from vault.errors import BusyError, LimitError, NotFoundError, RecordError
from vault.keys import Identity, Passphrase, Slot, SlotKind
from vault.vault import custody, drills, resealing
from vault.vault.drills import OnPaper
from vault.vault.keeping import read_backups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vault.errors import StaleError
    from vault.keys import Keyring
    from vault.sealing import KdfProfile
    from vault.shares import Share
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
        opened: The vault is open by this one now.
    """

    index: int
    kind: str
    label: str
    added_epoch: int
    opened: bool = False


@dataclass(frozen=True, slots=True)
class KnownCopy:
    """A backup that the vault knows of.

    Args:
        path: Where it was written.
        epoch: The state that it is of.
        time: When it was made, seconds since 1970 UTC.
    """

    path: str
    epoch: int
    time: int


_CHANGED: Final = "the key derivation profile was changed meanwhile; do it again"

Keyslots: TypeAlias = list[KeyslotInfo]
Copies: TypeAlias = list[KnownCopy]
Papers: TypeAlias = list[OnPaper]
Drilled: TypeAlias = list[tuple[OnPaper, int]]


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
        state = self._session.current()
        return [replace(slot, opened=slot.index == state.slot) for slot in used_slots(state.keyring)]

    def copies(self, since: int = 0) -> Copies:
        """List the known backups that a way in opens, whatever becomes of it in the vault.

        Args:
            since: Epoch at which its holder was added; 0 for all backups.

        Returns:
            Those that were written at that epoch or later, oldest first. Copies made otherwise are not known.

        Raises:
            IntegrityError: The list of backups is not made by the rule.
        """
        with self._session.reading() as (objects, _):
            known = read_backups(self._session, objects)
        copies = [
            KnownCopy(str(each.get("path", "")), int(each.get("epoch", 0)), int(each.get("at", 0))) for each in known
        ]
        return [copy for copy in copies if copy.epoch >= since]

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

    def add_paper(self, label: str, identity: Identity | None = None) -> str:
        """Add a paper key.

        Args:
            label: For people.
            identity: Made anew already, so that it is on a sheet before the vault opens by it; None to make one.

        Returns:
            The paper key as text, `CV1-…`; it is shown once and kept nowhere.

        Raises:
            LimitError: All eight are used.
            RecordError: The label is empty, too long or taken.

        Secrets:
            `identity`, the result.
        """
        identity = identity or Identity(sealing.random_bytes(32))
        self._add(SlotKind.PAPER, label, identity.public_key, None)
        return keys.format_paper(identity)

    def add_shares(self, label: str, shares: Sequence[Share]) -> KeyslotInfo:
        """Let so many of a set of shares together open the vault.

        Args:
            label: For people.
            shares: All of one set, from `shares.split` of 32 random bytes that are kept nowhere.

        Returns:
            The new keyslot.

        Raises:
            ShareError: They do not give one key back.
            LimitError: All eight are used.
            RecordError: The label is empty, too long or taken.

        Secrets:
            `shares`.
        """
        from vault.shares import combine  # noqa: PLC0415 - few vaults are opened by shares

        identity = Identity(combine(shares))
        return self._add(SlotKind.PAPER, label, identity.public_key, None, shares)

    def on_paper(self) -> Papers:
        """List paper keys and sets of shares, and when each piece was last seen in a drill.

        Raises:
            IntegrityError: What is kept of them is not made by the rule.
        """
        with self._session.reading() as (objects, _):
            return drills.on_paper(objects, self._session.current())

    def drill(self, *pieces: Share | Identity) -> Drilled:
        """Show that shares or paper keys are there, undamaged and of this vault, and write it into the diary.

        Args:
            pieces: Each proves itself; none of them opens anything.

        Returns:
            Of each: what it belongs to as it now stands, and the number of the share (0 for a paper key).

        Raises:
            ShareError: A share is of no set that opens this vault.
            RecordError: A paper key does not open this vault.
            BusyError, EngineError, StaleError: Nothing was written.

        Secrets:
            `pieces`.
        """
        with self._session.writing() as commit:
            found = drills.drill(commit, pieces)
        kept = {each.index: each for each in self.on_paper()}
        return [(kept[index], number) for index, _, number in found]

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
            profile: A stronger KDF profile, allowed while this is the only passphrase; None keeps the vault's.

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
            _rewrite(commit, keyring.renewed().with_slot(index, slot), {index: front})
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
            _rewrite(commit, keyring.renewed().with_slot(index, keys.unused_slot()), {index: None})
            commit.log("keys", {"did": "remove", "slot": index})
        return _info(index, old)

    def rotate(self) -> None:
        """Make a new access key and data key, and new signing and intake keys; all ways in stay.

        What was sealed before stays under the data keys of before: `reseal` changes that too.

        Raises:
            LimitError: 64 generations of data keys are there; the vault must be resealed.
            BusyError, EngineError, StaleError: Nothing was written.
        """
        with self._session.writing() as commit:
            _rewrite(commit, commit.state.keyring.renewed(), {})
            commit.log("keys", {"did": "rotate"})

    def reseal(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Seal everything anew under new keys, in a new file that takes the vault's place; all ways in stay.

        Args:
            progress: Called with the number of objects sealed, and how many there are.

        Raises:
            UnsupportedVersionError: A newer version of the program wrote the vault.
            IntegrityError: An object is missing or damaged; the vault is as it was.
            BusyError, EngineError, StaleError: The vault is as it was.
        """
        resealing.reseal(self._session, progress)

    # --- handing over ---

    def ask(self, which: int | str) -> KeyslotInfo:
        """Ask the holder of a recipient's key to show that they can open this vault, before all others are removed.

        The question lies in the vault: send its newest copy to the holder.

        Args:
            which: Index or label of a recipient's keyslot.

        Returns:
            The keyslot.

        Raises:
            NotFoundError: There is no such keyslot.
            RecordError: It is no recipient's.
            BusyError, EngineError, StaleError: Nothing was written.
        """
        with self._session.writing() as commit:
            keyring = commit.state.keyring
            index = _find(keyring, which)
            custody.ask(commit, index)
            commit.log("settings", {"set": custody.QUESTION, "slot": index})
        return _info(index, keyring.slots[index])

    def acknowledge(self, identity: Identity) -> str:
        """Show that this vault opens with a recipient's identity, if that was asked.

        Args:
            identity: The one by which the vault is open.

        Returns:
            One line of text for whoever asked; not secret.

        Raises:
            RecordError: The vault is open by another way in, or nobody asked this one.
            IntegrityError: The question is not made by the rule.

        Secrets:
            `identity`.
        """
        with self._session.reading() as (objects, _):
            return custody.acknowledge(objects, self._session.current(), identity)

    def hand_over(self, which: int | str, acknowledgement: str) -> Keyslots:
        """Remove every way in but those of recipients, because one of them has shown that they can open the vault.

        Args:
            which: Index or label of that recipient's keyslot.
            acknowledgement: What `acknowledge` gave there, of the state that is now the newest.

        Returns:
            What was removed.

        Raises:
            NotFoundError: There is no such keyslot.
            RecordError: It is no recipient's, or it was not asked.
            FormatError: It is no acknowledgement.
            SignatureError: It is of another vault, of another way in, or answers another question.
            StaleError: It is of an older state than the newest.
            LimitError: 64 generations of data keys are there; the vault must be resealed.
            BusyError, EngineError: Nothing was written.
        """
        with self._session.writing() as commit:
            keyring = commit.state.keyring
            index = _find(keyring, which)
            custody.check(commit.batch, commit.state, index, acknowledgement)
            removed = [slot for slot in used_slots(keyring) if slot.kind != SlotKind.RECIPIENT.name.lower()]
            new = keyring.renewed()
            for slot in removed:
                new = new.with_slot(slot.index, keys.unused_slot())
            commit.set_setting(custody.QUESTION, None)
            _rewrite(commit, new, {slot.index: None for slot in removed})
            commit.log("keys", {"did": "handoff", "slot": index, "removed": [slot.index for slot in removed]})
        return removed

    def _derive(self, passphrase: str, profile: KdfProfile | None, seed: bytes) -> _Front:
        """Do the one slow step before the write lock is taken: others need not wait for it."""
        header = self._session.current().header
        chosen = profile or header.profile
        prk = sealing.passphrase_key(Passphrase(passphrase).normalised(), header.kdf_salt, chosen, header.vault_id)
        return _Front(prk, seed, chosen)

    def _add(
        self, kind: SlotKind, label: str, public: bytes, front: _Front | None, shares: Sequence[Share] = ()
    ) -> KeyslotInfo:
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
            _rewrite(commit, keyring.with_slot(index, slot), {index: front})
            if shares:
                drills.note_shares(commit, index, commit.epoch, shares)
            commit.log("keys", {"did": "split" if shares else "add", "slot": index, "kind": kind.name.lower()})
        return _info(index, slot)


@dataclass(frozen=True, slots=True)
class _Front:
    """What the front of a passphrase keyslot is made of."""

    prk: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    profile: KdfProfile


def _rewrite(commit: Commit, keyring: Keyring, changed: Mapping[int, _Front | None]) -> None:
    """Make access key, header and keyring anew; copy the fronts of all keyslots but those that changed."""
    header = commit.state.header
    vault_id, profile = header.vault_id, header.profile
    fronts = [header.front(each) for each in range(keys.SLOTS)]
    for index, front in changed.items():
        if front is None:
            fronts[index] = keys.throwaway_front(vault_id, index)
        else:
            profile = front.profile
            fronts[index] = keys.passphrase_front(front.prk, vault_id, index, front.seed)
    access_key = sealing.random_bytes(sealing.KEY_BYTES)
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
