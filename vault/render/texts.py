"""Texts of records made safe to show: nothing in them moves, hides or turns what stands beside it.

Floor: 4, part of `render`. It changes no letter; control and direction characters become visible.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

BREAKS: Final = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""All that ends a line, in whatever program reads it."""
JOINERS: Final = "\u200c\u200d"
"""Letters of some scripts are spelt with them; they stay."""
_HIDDEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})


def visible(text: str, *, keep: str = JOINERS) -> str:
    """Write control, format, private and unassigned characters as their numbers, such as `⟨U+202E⟩`.

    Args:
        text: Of a record, of any length.
        keep: Of these characters, those that stay.

    Returns:
        The text; what was plain in it is as it was.

    Source:
        docs/bundle.md §The dossier.
    """
    if text.isascii() and text.isprintable():
        return text
    odd = {ord(c): f"⟨U+{ord(c):04X}⟩" for c in set(text) if c not in keep and unicodedata.category(c) in _HIDDEN}
    return text.translate(odd) if odd else text
