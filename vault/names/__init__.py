"""Text of any script to comparable words, and names to sound keys, a similarity and its reasons.

Floor: ground. Pure text: it keeps no key and knows no record. It refuses nothing: every string has words, perhaps none.
"""

from vault.names import han, keys, likeness, texts
from vault.names.keys import index_keys, query_keys
from vault.names.likeness import SIMILAR, Asked, explain, similarity
from vault.names.spellings import variants
from vault.names.texts import (
    MAX_WORD,
    is_han,
    normalise,
    piece_terms,
    query_terms,
    text_terms,
    words,
)

__all__ = [
    "MAX_WORD",
    "SIMILAR",
    "Asked",
    "explain",
    "forget",
    "index_keys",
    "is_han",
    "normalise",
    "piece_terms",
    "query_keys",
    "query_terms",
    "similarity",
    "text_terms",
    "variants",
    "words",
]


def forget() -> None:
    """Drop all that is remembered from texts and names seen so far; to be called when a vault is locked."""
    texts.forget()
    keys.forget()
    likeness.forget()
    han.forget()
