"""What of a vault is on paper, and when it was last seen: paper keys, shares, and the diary of drills.

Part of floor 3. A drill shows that a paper key or one share is there, undamaged and of this vault; the vault is open
already, by another way in. Of shares the vault keeps salted digests, so that it knows each one and can make none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from vault import codec, sealing
from vault.errors import IntegrityError, RecordError, ShareError
from vault.keys import SLOTS, Identity, SlotKind
from vault.sealing import Label
from vault.vault.state import read_setting, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vault.keys import Keyring
    from vault.objects import ObjectReader
    from vault.shares import Share
    from vault.vault.state import Commit, State

SHARES: Final = "shares"
DRILLS: Final = "drills"
"""The settings: what is known of sets of shares, and the diary."""
_SALT_BYTES: Final = 32
_DIGEST_BYTES: Final = 32
_MAX_MEMBERS: Final = 16
_KEPT: Final = 8
_Where: TypeAlias = tuple[int, int, int]
"""Keyslot, the epoch at which its holder was added, number of the share or 0."""


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A paper key or a set of shares, and when each piece was last seen in a drill.

    Args:
        index: Keyslot, 0 to 7.
        label: Of the keyslot.
        threshold: How many shares are needed; 0 for a paper key, which is one piece.
        set_id: Number of the set of shares; 0 for a paper key.
        seen: For each piece, share 1 first, when it was last seen, seconds since 1970 UTC; None: never.
    """

    index: int
    label: str
    threshold: int
    set_id: int
    seen: tuple[int | None, ...]

    @property
    def last(self) -> int | None:
        """When a piece of it was last seen; None: never."""
        return max((time for time in self.seen if time is not None), default=None)

    @property
    def never(self) -> tuple[int, ...]:
        """Numbers of the pieces that were never seen, from 1."""
        return tuple(number for number, time in enumerate(self.seen, start=1) if time is None)


@dataclass(frozen=True, slots=True)
class _Set:
    """What the vault keeps of a set of shares."""

    index: int
    added_epoch: int
    set_id: int
    threshold: int
    salt: bytes = field(repr=False)
    digests: tuple[bytes, ...] = field(repr=False)

    def plain(self) -> list[Any]:
        return [self.index, self.added_epoch, self.set_id, self.threshold, self.salt, list(self.digests)]

    def has(self, share: Share) -> bool:
        return (
            share.number <= len(self.digests)
            and (share.set_id, share.threshold) == (self.set_id, self.threshold)
            and sealing.equal(_digest(self.salt, share), self.digests[share.number - 1])
        )


def _digest(salt: bytes, share: Share) -> bytes:
    return sealing.digest(Label.SHARE, salt, share.text.encode())


def note_shares(commit: Commit, index: int, added_epoch: int, shares: Sequence[Share]) -> None:
    """Keep what makes each share known again.

    Args:
        commit: The commit to be.
        index: Keyslot that the shares open.
        added_epoch: When its holder was added.
        shares: All of one set, in their order.

    Raises:
        IntegrityError: What is kept of other sets is not made by the rule.

    Secrets:
        `shares`.

    Source:
        docs/format.md §Drills.
    """
    salt = sealing.random_bytes(_SALT_BYTES)
    digests = tuple(_digest(salt, share) for share in shares)
    made = _Set(index, added_epoch, shares[0].set_id, shares[0].threshold, salt, digests)
    kept = [each for each in _read_sets(commit.batch, commit.state) if each.index != index]
    commit.set_setting(SHARES, [each.plain() for each in [*kept, made]])


def on_paper(objects: ObjectReader, state: State) -> list[OnPaper]:
    """List paper keys and sets of shares by keyslot.

    Args:
        objects: Snapshot.
        state: The newest state.

    Raises:
        IntegrityError: What is kept of them is not made by the rule.
    """
    sets = {each.index: each for each in _read_sets(objects, state)}
    last = {entry[:3]: entry[3] for entry in _read_diary(objects, state)}
    found = []
    for index, slot in enumerate(state.keyring.slots):
        if slot.kind is not SlotKind.PAPER:
            continue
        of = sets.get(index)
        numbers = range(1, len(of.digests) + 1) if of else range(1)
        seen = tuple(last.get((index, slot.added_epoch, number)) for number in numbers)
        found.append(OnPaper(index, slot.label, of.threshold if of else 0, of.set_id if of else 0, seen))
    return found


def drill(commit: Commit, pieces: Iterable[Share | Identity]) -> list[_Where]:
    """Write into the diary that pieces were there, undamaged and of this vault.

    Args:
        commit: The commit to be.
        pieces: Shares, or paper keys.

    Returns:
        Keyslot, epoch of its holder, and number of the share (0 for a paper key) of each.

    Raises:
        ShareError: A share is of another vault, or of a set that no longer opens this one.
        RecordError: A paper key is of another vault, or no longer opens this one.
        IntegrityError: The diary is not made by the rule.

    Secrets:
        `pieces`.

    Source:
        docs/format.md §Drills.
    """
    found = [_place(commit.batch, commit.state, piece) for piece in pieces]
    diary = [*_read_diary(commit.batch, commit.state), *((*where, commit.now) for where in found)]
    kept: list[list[int]] = []
    count: dict[_Where, int] = {}
    for *where, time in reversed(diary):
        index, added_epoch, number = where
        key = (index, added_epoch, number)
        count[key] = count.get(key, 0) + 1
        if count[key] <= _KEPT:
            kept.append([*key, time])
    commit.set_setting(DRILLS, kept[::-1])
    for index, _, number in found:
        commit.log("drill", {"slot": index, "share": number})
    return found


def _place(objects: ObjectReader, state: State, piece: Share | Identity) -> _Where:
    slots = state.keyring.slots
    if isinstance(piece, Identity):
        public = piece.public_key
        for index, slot in enumerate(slots):
            if slot.kind is SlotKind.PAPER and sealing.equal(slot.public_key, public):
                return index, slot.added_epoch, 0
        msg = "this paper key is whole, but it does not open this vault: it is of another one, or was removed"
        raise RecordError(msg)
    for each in _read_sets(objects, state):
        if each.has(piece):
            return each.index, each.added_epoch, piece.number
    msg = "this share is whole, but it is of no set that opens this vault: it is of another one, or was removed"
    raise ShareError(msg, "vault")


def _read_sets(objects: ObjectReader, state: State) -> list[_Set]:
    """Read what is kept of sets of shares whose keyslot still has the holder for whom they were made."""
    plain = _setting(objects, state, SHARES)
    good = all(
        isinstance(each, list)
        and [type(part) for part in each] == [int, int, int, int, bytes, list]
        and 0 <= each[0] < SLOTS
        and len(each[4]) == _SALT_BYTES
        and 2 <= each[3] <= len(each[5]) <= _MAX_MEMBERS
        and codec.all_bytes(each[5], _DIGEST_BYTES)
        for each in plain
    )
    if not good or len(plain) > SLOTS:
        msg = "what is kept of shares is not made by the rule"
        raise IntegrityError(msg)
    sets = (
        _Set(index, added_epoch, set_id, threshold, salt, tuple(digests))
        for index, added_epoch, set_id, threshold, salt, digests in plain
    )
    return [each for each in sets if _holds(state.keyring, each.index, each.added_epoch)]


def _read_diary(objects: ObjectReader, state: State) -> list[tuple[int, int, int, int]]:
    """Read the drills of what still opens the vault, oldest first."""
    plain = _setting(objects, state, DRILLS)
    good = all(
        isinstance(each, list)
        and [type(part) for part in each] == [int] * 4
        and 0 <= each[0] < SLOTS
        and 0 <= each[2] <= _MAX_MEMBERS
        for each in plain
    )
    if not good or len(plain) > SLOTS * _MAX_MEMBERS * _KEPT:
        msg = "the diary of drills is not made by the rule"
        raise IntegrityError(msg)
    entries = ((index, added_epoch, number, time) for index, added_epoch, number, time in plain)
    return [entry for entry in entries if _holds(state.keyring, entry[0], entry[1])]


def _holds(keyring: Keyring, index: int, added_epoch: int) -> bool:
    slot = keyring.slots[index]
    return (slot.kind, slot.added_epoch) == (SlotKind.PAPER, added_epoch)


def _setting(objects: ObjectReader, state: State, name: str) -> list[Any]:
    ref = read_settings(objects, state.head).get(name)
    plain = [] if ref is None else read_setting(objects, ref)
    if not isinstance(plain, list):
        msg = f"the setting {name} is not made by the rule"
        raise IntegrityError(msg)
    return plain
