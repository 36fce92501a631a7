"""Other spellings of a name.

Part of the ground.
"""
from __future__ import annotations

from vault.names import letters


def variants(name: str, script: str) -> list[str]:
    """Give other spellings of a name.

    Args:
        name: A name.
        script: ISO 15924 code of the script wanted: Cyrl, Arab, Latn, Hani.

    Returns:
        At present none but its plain form, where the name is written in that script already.
    """
    tokens = letters.tokens(name)
    if not tokens or any(token.script != script for token in tokens):
        return []
    return [" ".join([token.text for token in tokens])]
