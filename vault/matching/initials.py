"""Initials beside a name: they tell whose it is, and go with it.

Floor: ground. What counts as an initial, in a letter or a pair of letters. It refuses an initial that stands alone.

Source:
    docs/known-values.md §Masks.
"""

import re

from vault.matching import lexicon
from vault.matching.dictionary import Token
from vault.matching.letters import fold
from vault.matching.values import LETTER, initial

_INITIAL = rf"(?:[SZCKG]h|Dzh|Y[aeou]|Ts|Дж|SH|ZH|CH|KH|Y[AEOU]|{LETTER})"
_INITIALS_BEFORE = re.compile(
    rf"(?<![^\W_])(?P<dotted>(?:{_INITIAL}\.[-‐–]?[\s_]{{0,2}}){{1,3}})$|(?<![^\W_])(?P<bare>{LETTER})[\s_]$"
)
_INITIALS_AFTER = re.compile(rf"(?:,?[\s_]{{1,2}}|\.)(?:{_INITIAL}\.[\s-]?){{0,2}}{_INITIAL}(?:\.|(?![^\W_]))")
_NAME_BEFORE = re.compile(rf"(?<![^\W_])({LETTER}{{2,}})[\s._]{{1,2}}$")
_INITIALS = re.compile(_INITIAL)
_INITIALS_REACH, _NAME_REACH = 14, 40  # characters


def before(text: str, start: int) -> str:
    """Give the sound of the first of the initials with dots before a place.

    Args:
        text: One view of a text.
        start: Where a name may begin in it.

    Returns:
        One sound; empty if there are none.

    Source:
        docs/known-values.md §Masks.
    """
    found = _INITIALS_BEFORE.search(text[max(0, start - _INITIALS_REACH) : start])
    return initial(_INITIALS.findall(found["dotted"])[0]) if found and found["dotted"] else ""


def taken_in(text: str, start: int, end: int, name: Token) -> tuple[int, int]:
    """Take in the initials beside a name, and the name that an initial of the value stands for.

    Args:
        text: One view of a text.
        start: Where the name begins in it.
        end: Where it ends.
        name: Which word of a value it is.

    Returns:
        Start and end with what belongs to the name.

    Source:
        docs/known-values.md §Masks.
    """
    low = max(0, start - _INITIALS_REACH)
    found = _INITIALS_BEFORE.search(text[low:start])
    if found:
        letter = _INITIALS.findall(found.group())[0]
        known = initial(letter) in name.initials
        if (known and (found["dotted"] or letter[0].isupper())) or (found["dotted"] and letter[0].isupper()):
            start = low + found.start()
    elif name.abbreviated:
        low = max(0, start - _NAME_REACH)
        full = _NAME_BEFORE.search(text[low:start])
        if full and full[1][0].isupper() and initial(full[1]) in name.abbreviated and not _bound(full[1]):
            start = low + full.start()
    after = _INITIALS_AFTER.match(text, end)
    if after:
        letters = _INITIALS.findall(after.group())
        handle = after.group().startswith(("_", "."))  # zhanibekov_b
        if all((c[0].isupper() or handle) and initial(c) in name.initials for c in letters):
            end = after.end()
    return start, end


def _bound(word: str) -> bool:
    folded = fold(word)
    return folded in lexicon.BINDING or folded in lexicon.GENERIC
