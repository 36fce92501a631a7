"""Shares of a key as words (SLIP-39): some of them together give it back, fewer tell nothing.

Cellar: the only room that speaks to `shamir-mnemonic`, the reference implementation. It takes shares of one group of a
secret of 32 bytes, without a passphrase of their own, and refuses every other form. An error names the place of a word,
never the word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import shamir_mnemonic
from shamir_mnemonic import MnemonicError, rs1024
from shamir_mnemonic.constants import CUSTOMIZATION_STRING_EXTENDABLE, CUSTOMIZATION_STRING_ORIG
from shamir_mnemonic.wordlist import WORD_INDEX_MAP, WORDLIST

from vault.errors import ShareError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORDS: Final = 33
SECRET_BYTES: Final = 32
LEAST_THRESHOLD: Final = 2
MAX_SHARES: Final = 16
MAX_TEXT_CHARACTERS: Final = 4096
_CHECK_WORDS: Final = 3
_MAX_EXPONENT: Final = 5
_BEGINNING: Final = 4
_BITS: Final = 10
_NUMBER: Final = re.compile(r"[0-9]{1,2}[.):]?")
_SHORT: Final = {word[:_BEGINNING]: word for word in WORDLIST}


@dataclass(frozen=True, slots=True)
class Share:
    """One share of a set.

    Args:
        words: 33 words of the SLIP-39 list.
        set_id: Number of its set, 0 to 32767, drawn by chance.
        number: Which one it is, from 1.
        threshold: How many of the set give the secret.

    Secrets:
        `words`.
    """

    words: tuple[str, ...] = field(repr=False)
    set_id: int
    number: int
    threshold: int

    @property
    def text(self) -> str:
        """The words with blanks between them; a secret."""
        return " ".join(self.words)


def split(secret: bytes, count: int, threshold: int) -> list[Share]:
    """Make shares of a secret.

    Args:
        secret: 32 bytes.
        count: How many shares, up to 16.
        threshold: How many of them give the secret back, from 2 to `count`.

    Returns:
        The shares, number 1 first.

    Secrets:
        `secret` and the result.

    Source:
        docs/format.md §Shares.
    """
    if len(secret) != SECRET_BYTES or not LEAST_THRESHOLD <= threshold <= count <= MAX_SHARES:
        msg = "a secret of 32 bytes is split into 2 to 16 shares, of which 2 or more are needed"
        raise ValueError(msg)
    # The exponent makes guessing a SLIP-39 passphrase cost more; there is none, and the secret has 256 bits.
    (texts,) = shamir_mnemonic.generate_mnemonics(1, [(threshold, count)], secret, iteration_exponent=0)
    return [parse_share(text) for text in texts]


def looks_like_share(text: str) -> bool:
    """Tell whether somebody typed a share, perhaps with mistakes, where something else may be typed too.

    Args:
        text: As typed.

    Returns:
        True if there are about as many words as a share has, and all but a few are of the list.
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        return False
    tokens = _tokens(text)
    known = sum(_known(token) is not None for token in tokens)
    return WORDS - 3 <= len(tokens) <= WORDS + 3 and known >= WORDS - 6


def parse_share(text: str) -> Share:
    """Read one share.

    Args:
        text: Its words in their order, whatever the case, each whole or by its first four letters; numbers before the
            words, as they stand on a sheet, are passed over.

    Returns:
        The share.

    Raises:
        ShareError: It is no share, a word is wrong or missing, or the check does not agree.

    Secrets:
        `text` and the result.

    Source:
        docs/format.md §Shares.
    """
    tokens = _tokens(text)
    if not tokens:
        msg = "this holds no words of a share"
        raise ShareError(msg, "text")
    words = []
    for place, token in enumerate(tokens[: WORDS + 1], start=1):
        word = _known(token)
        if word is None:
            msg = f"word {place} is not a word that shares are made of"
            raise ShareError(msg, "word", place=place)
        words.append(word)
    if len(tokens) != WORDS:
        msg = f"a share has {WORDS} words, and here are {len(tokens)}: look for one that is left out or doubled"
        raise ShareError(msg, "length")
    try:
        found = shamir_mnemonic.Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise _refusal(words) from None
    if (found.group_count, found.group_index) != (1, 0) or found.member_threshold < LEAST_THRESHOLD:
        msg = "this is a share of another kind: one of several groups, or one that needs no other"
        raise ShareError(msg, "kind")
    if found.iteration_exponent > _MAX_EXPONENT or len(found.value) != SECRET_BYTES:
        msg = "this is a share of another kind, made by another program"
        raise ShareError(msg, "kind")
    return Share(tuple(words), found.identifier, found.index + 1, found.member_threshold)


class ShareSet:
    """Shares of one set, as they come in; what is refused changes nothing.

    Secrets:
        What was added.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._shares: dict[int, Share] = {}

    @property
    def shares(self) -> list[Share]:
        """Those taken so far, in the order in which they came."""
        return list(self._shares.values())

    @property
    def missing(self) -> int | None:
        """How many more are needed; None as long as there is none to tell."""
        return max(0, self.shares[0].threshold - len(self._shares)) if self._shares else None

    def add(self, share: Share) -> None:
        """Take one more share.

        Args:
            share: From `parse_share`.

        Raises:
            ShareError: It is of another set, or was given before.

        Secrets:
            `share`.
        """
        if self._shares:
            first = self.shares[0]
            if (share.set_id, share.threshold, share.words[:2]) != (first.set_id, first.threshold, first.words[:2]):
                msg = f"this share is of set {share.set_id}, and those before are of set {first.set_id}"
                raise ShareError(msg, "set")
        if share.number in self._shares:
            if share != self._shares[share.number]:
                msg = f"two different shares have the number {share.number}"
                raise ShareError(msg, "set")
            msg = f"share {share.number} was given already"
            raise ShareError(msg, "duplicate")
        self._shares[share.number] = share

    def combine(self) -> bytes:
        """Give the secret back.

        Returns:
            32 bytes.

        Raises:
            ShareError: More shares are needed, or those here do not fit together.

        Secrets:
            The result.

        Source:
            docs/format.md §Shares.
        """
        missing = self.missing
        if missing is None:
            msg = "no share is there"
            raise ShareError(msg, "few")
        if missing:
            msg = f"{missing} more {'share is' if missing == 1 else 'shares are'} needed"
            raise ShareError(msg, "few", needed=missing)
        # The reference implementation takes exactly as many as are needed.
        texts = [share.text for share in self.shares[: self.shares[0].threshold]]
        try:
            secret: bytes = shamir_mnemonic.combine_mnemonics(texts)
        except MnemonicError:
            msg = "these shares do not fit together, though each is whole: one of them is of another set"
            raise ShareError(msg, "digest") from None
        return secret


def combine(shares: Iterable[Share]) -> bytes:
    """Give a secret back from its shares; see `ShareSet`.

    Args:
        shares: Of one set, each once, as many as are needed or more.

    Returns:
        32 bytes.

    Raises:
        ShareError: They are too few, one is there twice, or they do not fit together.

    Secrets:
        `shares` and the result.
    """
    together = ShareSet()
    for share in shares:
        together.add(share)
    return together.combine()


def _tokens(text: str) -> list[str]:
    if len(text) > MAX_TEXT_CHARACTERS:
        msg = f"this is too long for a share: over {MAX_TEXT_CHARACTERS} characters"
        raise ShareError(msg, "text")
    return [token for token in text.split() if not _NUMBER.fullmatch(token)]


def _known(token: str) -> str | None:
    word = token.lower()
    return word if word in WORD_INDEX_MAP else _SHORT.get(word)


def _refusal(words: Sequence[str]) -> ShareError:
    """Say why the reference implementation does not take 33 known words."""
    indices = [WORD_INDEX_MAP[word] for word in words]
    kinds = (CUSTOMIZATION_STRING_EXTENDABLE, CUSTOMIZATION_STRING_ORIG)
    if any(rs1024.verify_checksum(indices, kind) for kind in kinds):
        msg = "this is a share of another kind, made by another program"
        return ShareError(msg, "kind")
    place = next((found for kind in kinds if (found := _wrong_place(indices, kind))), None)
    if place is None:
        msg = "the check of this share does not agree: several words are wrong, or two stand in each other's place"
        return ShareError(msg, "checksum")
    msg = f"the check of this share does not agree; if only one word is wrong, it is word {place}"
    return ShareError(msg, "checksum", place=place)


def _wrong_place(indices: Sequence[int], kind: bytes) -> int | None:
    """Find the one word whose change alone makes the check agree; the word itself is not told, as SLIP-39 asks."""
    data, check = indices[:-_CHECK_WORDS], indices[-_CHECK_WORDS:]
    right = _checksum(data, kind)
    off = right ^ _joined(check)
    # The check is linear: an error of several bits moves it by the sum of what each bit moves it by.
    for place in range(len(data)):
        changed = ([*data[:place], data[place] ^ 1 << bit, *data[place + 1 :]] for bit in range(_BITS))
        if _is_sum(off, (_checksum(each, kind) ^ right for each in changed)):
            return place + 1
    beside = [at for at in range(_CHECK_WORDS) if off >> _BITS * (_CHECK_WORDS - 1 - at) & 1023]
    return len(data) + beside[0] + 1 if len(beside) == 1 else None


def _is_sum(value: int, moves: Iterable[int]) -> bool:
    """Tell whether a number is the exclusive or of some of the others."""
    basis: list[int] = []
    for move in [*moves, value]:
        rest = move
        for each in basis:
            rest = min(rest, rest ^ each)
        if not rest:
            return move == value
        basis.append(rest)
    return False


def _checksum(data: Sequence[int], kind: bytes) -> int:
    return _joined(rs1024.create_checksum(data, kind))


def _joined(words: Sequence[int]) -> int:
    return sum(word << _BITS * at for at, word in enumerate(reversed(words)))
