"""Handing a vault over: a recipient far away shows that they can open it, before all ways in on site are removed.

Part of floor 3. The question is a fresh signing key, sealed to the public key of one keyslot and kept in the vault;
only who opens the vault by that keyslot can sign the answer with it. It refuses answers to another question, of
another vault or keyslot, and of another state than the newest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from vault import codec, sealing
from vault.codec import lp, u32
from vault.errors import FormatError, IntegrityError, RecordError, SignatureError, StaleError
from vault.keys import SLOTS, SlotKind
from vault.sealing import Label, Signer
from vault.vault.state import read_setting, read_settings

if TYPE_CHECKING:
    from vault.keys import Identity
    from vault.objects import ObjectReader
    from vault.vault.state import Commit, State

QUESTION: Final = "handoff"
"""The setting that holds the question."""
_PREFIX: Final = "casevault-ack"
_SIGNATURE_BYTES: Final = 64
_DIGEST_BYTES: Final = 32
_BODY_BYTES: Final = 16 + 1 + 4 + _DIGEST_BYTES + _SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class _Question:
    """What the setting holds.

    Args:
        index: Keyslot, 0 to 7.
        added_epoch: When its holder was added.
        public_key: 32 bytes; verifies the answer.
        sealed: The signing seed, sealed to the keyslot's public key.
    """

    index: int
    added_epoch: int
    public_key: bytes
    sealed: bytes = field(repr=False)


def ask(commit: Commit, index: int) -> None:
    """Write a question to one keyslot into a commit, in the place of one that was there.

    Args:
        commit: The commit to be.
        index: Keyslot, 0 to 7.

    Raises:
        RecordError: It is no recipient's.

    Source:
        docs/format.md §Handing over.
    """
    slot = commit.state.keyring.slots[index]
    if slot.kind is not SlotKind.RECIPIENT:
        msg = "only a recipient's key can take a vault over; add it with `key add recipient`"
        raise RecordError(msg)
    seed = sealing.random_bytes(sealing.SEED_BYTES)
    sealed = sealing.hpke_seal(slot.public_key, _info(commit.state.header.vault_id, index), seed)
    commit.set_setting(QUESTION, [index, slot.added_epoch, Signer(seed).public_key, sealed])


def acknowledge(objects: ObjectReader, state: State, identity: Identity) -> str:
    """Answer the question of a vault.

    Args:
        objects: Snapshot.
        state: The newest state.
        identity: Opens the keyslot that was asked.

    Returns:
        `casevault-ack1…`, one line.

    Raises:
        RecordError: Nobody asked, or another keyslot was asked.
        IntegrityError: The question is not made by the rule.

    Secrets:
        `identity`.

    Source:
        docs/format.md §Handing over.
    """
    question = _read(objects, state)
    if not sealing.equal(state.keyring.slots[question.index].public_key, identity.public_key):
        msg = "another way in was asked than the one that you opened the vault with"
        raise RecordError(msg)
    vault_id = state.header.vault_id
    seed = sealing.hpke_open(identity.seed, _info(vault_id, question.index), question.sealed)
    return answer(vault_id, question.index, state.head.epoch, state.digest, seed)


def answer(vault_id: bytes, index: int, epoch: int, digest: bytes, seed: bytes) -> str:
    """Write an answer.

    Args:
        vault_id: 16 bytes.
        index: The keyslot that was asked.
        epoch: Of the state that was opened.
        digest: Of its head, 32 bytes.
        seed: The signing seed that was unsealed, 32 bytes.

    Returns:
        `casevault-ack1…`.

    Secrets:
        `seed`.

    Source:
        docs/format.md §Handing over.
    """
    said = vault_id + bytes([index]) + u32(epoch) + digest
    return codec.bech32_encode(_PREFIX, said + Signer(seed).sign(_statement(said)))


def check(objects: ObjectReader, state: State, index: int, text: str) -> None:
    """Accept an answer, or raise.

    Args:
        objects: Snapshot.
        state: The newest state.
        index: The keyslot that was to be asked.
        text: What `acknowledge` gave there; blanks around it are ignored.

    Raises:
        FormatError: It is no such text.
        RecordError: This keyslot was not asked.
        SignatureError: It is of another vault or keyslot, or answers another question.
        StaleError: It is of another state than the newest.
        IntegrityError: The question is not made by the rule.

    Source:
        docs/format.md §Handing over.
    """
    prefix, body = codec.bech32_decode(text.strip())
    if prefix != _PREFIX or len(body) != _BODY_BYTES:
        msg = "not an acknowledgement of the form casevault-ack1…"
        raise FormatError(msg)
    question = _read(objects, state)
    if question.index != index:
        msg = "another way in was asked than the one that is to take the vault over"
        raise RecordError(msg)
    said, signature = body[:-_SIGNATURE_BYTES], body[-_SIGNATURE_BYTES:]
    if not sealing.equal(said[:16], state.header.vault_id):
        msg = "the acknowledgement is of another vault"
        raise SignatureError(msg)
    if said[16] != index:
        msg = "the acknowledgement was made by another way in"
        raise SignatureError(msg)
    try:
        sealing.verify_signature(question.public_key, signature, _statement(said))
    except SignatureError:
        msg = "the acknowledgement does not answer what this vault asked last, or was changed"
        raise SignatureError(msg) from None
    epoch = int.from_bytes(said[17:21])
    if epoch != state.head.epoch or not sealing.equal(said[21:], state.digest):
        msg = "the acknowledgement is of another state of the vault: send the newest copy, and ask for another one"
        raise StaleError(epoch, state.head.epoch, msg)


def _info(vault_id: bytes, index: int) -> bytes:
    return lp(Label.HANDOFF.value, vault_id, bytes([index]))


def _statement(said: bytes) -> bytes:
    return lp(Label.ACKNOWLEDGE.value, said)


def _read(objects: ObjectReader, state: State) -> _Question:
    """Read the question, if its keyslot still has the holder who was asked."""
    ref = read_settings(objects, state.head).get(QUESTION)
    question = None if ref is None else _decode(read_setting(objects, ref))
    slot = state.keyring.slots[question.index] if question else None
    if (
        question is None
        or slot is None
        or (slot.kind, slot.added_epoch)
        != (
            SlotKind.RECIPIENT,
            question.added_epoch,
        )
    ):
        msg = "nobody is asked to take this vault over; begin with `key handoff LABEL`"
        raise RecordError(msg)
    return question


def _decode(plain: Any) -> _Question:  # noqa: ANN401 - decoded data of unknown shape
    good = (
        isinstance(plain, list)
        and [type(part) for part in plain] == [int, int, bytes, bytes]
        and 0 <= plain[0] < SLOTS
        and len(plain[2]) == sealing.KEY_BYTES
    )
    if not good:
        msg = "the question to a recipient is not made by the rule"
        raise IntegrityError(msg)
    return _Question(*plain)
