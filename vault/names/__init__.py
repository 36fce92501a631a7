"""Text of any script to comparable words, and names to search keys and a similarity.

Floor: ground. Pure text: it keeps no key and knows no record. It refuses nothing: every string has words, perhaps none.
"""

from vault.names.likeness import explain, index_keys, query_keys, similarity, variants
from vault.names.texts import (
    MAX_WORD,
    forget,
    is_han,
    is_plain,
    normalise,
    piece_terms,
    query_terms,
    text_terms,
    words,
)

__all__ = [
    "MAX_WORD",
    "explain",
    "forget",
    "index_keys",
    "is_han",
    "is_plain",
    "normalise",
    "piece_terms",
    "query_keys",
    "query_terms",
    "similarity",
    "text_terms",
    "variants",
    "words",
]
