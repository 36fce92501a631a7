"""Where a text was masked, written so that the ledger can keep it: by places, never by what stood there.

Floor: 2. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from vault.matching import MASK

MASKED: Final = "masked"
_MOST: Final = 4096
"""Characters; of a text with more masks than that holds, only that there are some is kept."""
_PART: Final = re.compile(r"(?:([a-z]{1,16})=)?(\d{1,8}-\d{1,8}(?:,\d{1,8}-\d{1,8}){0,999})")


def places(before: Any, after: Any) -> str:  # noqa: ANN401 - plain data
    """Say where masks stand.

    Args:
        before: A text, or a map of texts. Secret.
        after: The same with masks in it.

    Returns:
        Nothing where there is none; else `masked` and places that give the same again, such as `masked 0-9,35-47` or
        `masked text=3-8`; `masked` alone where they are many.
    """
    texts = after.values() if isinstance(after, dict) else (after,)
    if not any(isinstance(text, str) and MASK in text for text in texts):
        return ""
    if isinstance(after, dict):
        ranges = ((part, _ranges(str(before.get(part, "")), text)) for part, text in sorted(after.items()))
        found = " ".join(f"{part}={told}" for part, told in ranges if told)
    else:
        found = _ranges(str(before), after)
    form = f"{MASKED} {found}"
    return form if len(form) <= _MOST and masked_again(before, form) == after else MASKED


def masked_again(before: Any, form: str) -> Any:  # noqa: ANN401 - plain data
    """Mask a value as it was.

    Args:
        before: A text, or a map of texts. Secret.
        form: What `places` gave.

    Returns:
        The same with masks in it; None where the form does not say where.
    """
    parts = [_PART.fullmatch(part) for part in form.split(" ")[1:]]
    if not parts or None in parts:
        return None
    told = {part[1]: list(_numbers(part[2])) for part in parts if part}
    if isinstance(before, str):
        return _mask(before, told.get(None, []))
    if isinstance(before, dict):
        return {part: _mask(text, told.get(part, [])) for part, text in before.items()}
    return None


def ranges(before: str, after: str) -> list[tuple[int, int]]:
    """Say which ranges of a text stand under masks.

    Args:
        before: The text. Secret.
        after: The same with masks in it.

    Returns:
        First character and the one behind the last of each; none where it was changed in another way too.
    """
    pieces = after.split(MASK)
    start, done = 0, len(pieces[0])
    found: list[tuple[int, int]] = []
    for place, piece in enumerate(pieces[1:], 1):
        last = place == len(pieces) - 1
        start, done = done, len(before) - len(piece) if last else before.find(piece, done)
        if done < start:
            return []
        found.append((start, done))
        done += len(piece)
    return found


def _ranges(before: str, after: str) -> str:
    return ",".join(f"{start}-{end}" for start, end in ranges(before, after))


def _numbers(ranges: str) -> Iterator[tuple[int, int]]:
    for one in ranges.split(","):
        first, _, last = one.partition("-")
        yield int(first), int(last)


def _mask(text: str, ranges: list[tuple[int, int]]) -> str:
    out, done = [], 0
    for first, last in ranges:
        out += [text[done:first], MASK]
        done = last
    return "".join([*out, text[done:]])
