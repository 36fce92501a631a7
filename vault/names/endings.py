"""Endings of patronymics and family names, which one record has and the next one leaves out.

Part of the ground. They are sought in readings, so that one row serves every script: -ов, -ov, -夫 and -وف all are read
as `ov`.
"""

from __future__ import annotations

import re
from typing import Final

ENDINGS: Final = {
    "-sky, -skaya": r"(?:j?[oeua][vw]|[ie]n)?sk(?:[iI]j?|aja?|oj?e?|oje)",
    "-ovka, -evka": r"j?[oeu][vw]ka",
    "-ov, -ev": r"j?[oeuaAO]v",
    "-ova, -eva": r"j?[oeuaAO]va",
    "-ovich, -evich": r"j?[oeuaAO]vi[CcSs]",
    "-ovna, -evna": r"j?[oeuaAO][vw]na",
    "-uly, -oglu": r"(?:[uU]|[oO]g|[oO]G)l[iIuU]",
    "-qyzy": r"[qkxg][iI]z[iI]?",
    "-zada": r"z[aoA]d[aAe]?",
    "-jan": r"[JZ][aAoe]n",
    "-akhun": r"a?x[uo]n",
    "-gül": r"g[uU]l",
}
"""What an ending is called, and how it sounds."""

_MIN_STEM: Final = 3
_ENDING: Final = re.compile(f"(?<=.{{{_MIN_STEM}}})(?:" + "|".join(ENDINGS.values()) + r")\Z")


def without_ending(sounds: str) -> str:
    """Read an ending away.

    Args:
        sounds: A reading.

    Returns:
        What is left, of three sounds or more; empty if the reading has no such ending.
    """
    match = _ENDING.search(sounds)
    return sounds[: match.start()] if match else ""


def name_of(sounds: str) -> str:
    """Say which ending a reading has; empty if none."""
    match = _ENDING.search(sounds)
    if not match:
        return ""
    return next(name for name, ending in ENDINGS.items() if re.fullmatch(ending, match.group()))
