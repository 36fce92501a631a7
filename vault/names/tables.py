"""Tables of letters and groups of letters, made ready to read words with.

Part of the ground.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def _branches(groups: Iterable[str]) -> str:
    """Write an expression that matches the longest of the groups, letter by letter, so that it is fast."""
    tails: dict[str, list[str]] = {}
    for group in groups:
        if group:
            tails.setdefault(group[0], []).append(group[1:])
    branches = []
    for first, rest in tails.items():
        inner = _branches(rest)
        may_end = "?" if "" in rest else ""
        branches.append(re.escape(first) + (f"(?:{inner}){may_end}" if inner else ""))
    return "|".join(branches)


def any_of(groups: Iterable[str]) -> re.Pattern[str]:
    """Compile an expression that finds the longest of some groups."""
    return re.compile(_branches(groups))


def reader(table: Mapping[str, str]) -> Callable[[str], str]:
    """Make the function that reads a word, framed by ^ and $, by a table.

    Of a letter that the table lacks the letter under its marks is read, or nothing.
    """
    known = dict(table)
    pattern = re.compile(_branches(known) + "|.", re.DOTALL)

    def sound(match: re.Match[str]) -> str:
        group = match.group()
        found = known.get(group)
        if found is None:
            parts = unicodedata.normalize("NFD", group)
            found = known[group] = "".join([table.get(part, "") for part in parts])
        return found

    substitute = pattern.sub
    return lambda word: substitute(sound, word)
