"""The direction of each letter of a paragraph, and the order in which a line shows its parts.

Floor: 4, part of `render`. It is the Unicode bidirectional algorithm (UAX #9) for texts without direction characters:
`texts.visible` has made those visible, so that no text of a record turns what stands beside it.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

_STRONG: Final = {"L": 0, "R": 1, "AL": 1}
_NEUTRAL: Final = frozenset({"B", "S", "WS", "ON", "BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_TRAILING: Final = frozenset({"B", "S", "WS", "BN"})
_BRACKETS_AT_MOST: Final = 63
_BRACKETS: Final = (
    "()[]{}༺༻༼༽᚛᚜⁅⁆⁽⁾₍₎⌈⌉⌊⌋❨❩❪❫❬❭❮❯❰❱❲❳❴❵⟅⟆⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯⦃⦄⦅⦆〈〉《》「」『』【】〔〕〖〗〘〙〚〛（）［］｛｝｟｠｢｣"
)
_PAIRS: Final = dict(zip(_BRACKETS[::2], _BRACKETS[1::2], strict=True))
_CLOSING: Final = {second: first for first, second in _PAIRS.items()}


def base_level(text: str, otherwise: int = 0) -> int:
    """Tell whether a paragraph runs from right to left.

    Args:
        text: One paragraph.
        otherwise: What holds where no letter has a direction.

    Returns:
        1 if its first letter with a direction is of a script written so, else 0.

    Source:
        Unicode Standard Annex #9, P2 and P3.
    """
    return next((_STRONG[one] for one in map(unicodedata.bidirectional, text) if one in _STRONG), otherwise)


def levels(text: str, base: int) -> list[int]:
    """Give each letter its level: even runs from left to right, odd from right to left.

    Args:
        text: One paragraph.
        base: 0 or 1.

    Returns:
        One level a letter, from 0 to 2.

    Source:
        Unicode Standard Annex #9, W1 to I2.
    """
    if text.isascii() and base == 0:
        return [0] * len(text)
    kinds = [unicodedata.bidirectional(letter) or "L" for letter in text]
    if base == 0 and not {"R", "AL", "AN"} & set(kinds):
        return [0] * len(text)
    edge = "R" if base else "L"
    resolved = _weak(kinds, edge)
    _brackets(text, kinds, resolved, edge)
    _neutral(resolved, edge)
    if base:
        return [1 if kind == "R" else 2 for kind in resolved]
    return [{"L": 0, "R": 1}.get(kind, 2) for kind in resolved]


def trailing(letter: str) -> bool:
    """Tell whether a letter takes the paragraph's own level at the end of a line."""
    return unicodedata.bidirectional(letter) in _TRAILING


def order(line: Sequence[int]) -> list[int]:
    """Give the order in which a line shows its parts, from left to right.

    Args:
        line: Level of each part, in the order they are read.

    Returns:
        Places in `line`.

    Source:
        Unicode Standard Annex #9, L2.
    """
    shown = list(range(len(line)))
    for level in range(max(line, default=0), 0, -1):
        start = None
        for at in range(len(line) + 1):
            inside = at < len(line) and line[shown[at]] >= level
            if inside and start is None:
                start = at
            elif not inside and start is not None:
                shown[start:at] = reversed(shown[start:at])
                start = None
    return shown


def _weak(kinds: Sequence[str], edge: str) -> list[str]:
    """Settle marks, numbers and the signs in and about numbers (W1 to W7)."""
    found: list[str] = []
    strong, last = edge, edge
    for kind in kinds:
        now = last if kind == "NSM" else kind
        last = now
        if now in _STRONG:
            strong = now
        elif now == "EN" and strong == "AL":
            now = "AN"
        found.append("R" if now == "AL" else now)
    for at in range(1, len(found) - 1):
        before, after = found[at - 1], found[at + 1]
        if before == after and (
            (found[at] == "CS" and before in {"EN", "AN"}) or (found[at] == "ES" and before == "EN")
        ):
            found[at] = before
    _terminators(found)
    strong = edge
    for at, kind in enumerate(found):
        if kind in {"ES", "ET", "CS"}:
            found[at] = "ON"
        elif kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":
            found[at] = "L"
    return found


def _terminators(found: list[str]) -> None:
    """Let signs such as % that stand at a number be of it (W5)."""
    at = 0
    while at < len(found):
        end = at
        while end < len(found) and found[end] == "ET":
            end += 1
        if end > at:
            beside = (at > 0 and found[at - 1] == "EN") or (end < len(found) and found[end] == "EN")
            found[at:end] = ["EN" if beside else "ON"] * (end - at)
        at = end + 1


def _brackets(text: str, kinds: Sequence[str], found: list[str], edge: str) -> None:
    """Let both brackets of a pair run as what they hold (N0)."""
    pairs = dict(_pairs(text, found))
    if not pairs:
        return
    strongs = [_strong(kind) for kind in found]
    # For each place: how many of either direction stand before it, and what the last one was.
    counts = {way: array("L", accumulate((strong == way for strong in strongs), initial=0)) for way in ("L", "R")}
    other = "L" if edge == "R" else "R"
    last = edge
    for at in range(len(found)):
        close = pairs.get(at)
        if close is not None:
            within = {way: sums[close] - sums[at + 1] for way, sums in counts.items()}
            if within[edge] or within[other]:
                way = edge if within[edge] or last == edge else other
                _turn(at, way, kinds, found)
                _turn(close, way, kinds, found)
        last = _strong(found[at]) or last


def _turn(at: int, way: str, kinds: Sequence[str], found: list[str]) -> None:
    found[at] = way
    for mark in range(at + 1, len(found)):
        if kinds[mark] != "NSM":
            break
        found[mark] = way


def _strong(kind: str) -> str:
    return "R" if kind in {"R", "EN", "AN"} else "L" if kind == "L" else ""


def _pairs(text: str, found: Sequence[str]) -> list[tuple[int, int]]:
    """Match brackets (BD16)."""
    stack: list[tuple[str, int]] = []
    pairs = []
    for at, letter in enumerate(text):
        if found[at] != "ON":
            continue
        if letter in _PAIRS:
            if len(stack) == _BRACKETS_AT_MOST:
                return []
            stack.append((letter, at))
        elif letter in _CLOSING:
            depth = next((n for n in range(len(stack) - 1, -1, -1) if stack[n][0] == _CLOSING[letter]), None)
            if depth is not None:
                pairs.append((stack[depth][1], at))
                del stack[depth:]
    return pairs


def _neutral(found: list[str], edge: str) -> None:
    """Let what has no direction run as what stands on both sides of it (N1, N2)."""
    at, before = 0, edge
    while at < len(found):
        end = at
        while end < len(found) and found[end] in _NEUTRAL:
            end += 1
        if end > at:
            after = _strong(found[end]) if end < len(found) else edge
            found[at:end] = [before if before == after else edge] * (end - at)
        if end < len(found):
            before = _strong(found[end])
        at = end + 1
