"""Six words from a list of 7776: to make a passphrase, and to read a fingerprint aloud.

Floor: bedrock. It knows no keys; what the words stand for is the caller's business. The list is the EFF long list
(`ORIGIN.md` beside this file tells its licence).
"""

from __future__ import annotations

import secrets
from functools import cache
from importlib import resources
from typing import Final

WORD_COUNT: Final = 6
_LIST_LENGTH: Final = 7776


@cache
def word_list() -> tuple[str, ...]:
    """Give the 7776 words, in the order of the list."""
    text = resources.files(__package__).joinpath("eff_large_wordlist.txt").read_text("ascii")
    words = tuple(text.split())
    if len(words) != _LIST_LENGTH:
        msg = "the word list shipped with the program is damaged"
        raise ValueError(msg)
    return words


def six_words(digest: bytes) -> str:
    """Write a short digest as six words that can be compared by voice.

    Args:
        digest: Exactly 10 bytes.

    Returns:
        Six lower-case words joined by spaces (77 bits; the number is taken modulo 7776^6, first word most significant).

    Raises:
        ValueError: The digest is not 10 bytes.

    Source:
        docs/format.md §Fingerprint.
    """
    if len(digest) != 10:
        msg = "a fingerprint is made of 10 bytes"
        raise ValueError(msg)
    number = int.from_bytes(digest) % _LIST_LENGTH**WORD_COUNT
    indices = [number // _LIST_LENGTH**place % _LIST_LENGTH for place in reversed(range(WORD_COUNT))]
    return " ".join(word_list()[index] for index in indices)


def generate_passphrase() -> str:
    """Draw six words at random: 77 bits.

    Returns:
        Six lower-case words joined by hyphens.

    Secrets:
        The result is a secret.
    """
    # Hyphens, not spaces: a line broken in mail or on paper keeps the phrase whole.
    return "-".join(secrets.choice(word_list()) for _ in range(WORD_COUNT))
