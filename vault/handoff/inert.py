"""Whether a page in a bundle is of the kind that runs nothing and fetches nothing, whoever signed it.

Part of floor 5. A recipient opens `index.html` in a browser because they are told to; a signature says who made it and
not what it does. So its form is checked: the head with the policy that stops all scripts, and after it no elements and
attributes but those of a dossier. It is read in constant memory, and what it looks like is not checked.
"""

from __future__ import annotations

import re
from typing import Final

from vault.render.html import ELEMENTS

FAULT: Final = "not the page of a dossier: it could run something when it is opened"

_MAX_HEAD: Final = 64 << 10
_MAX_TAG: Final = 2 << 10
_HEAD: Final = re.compile(
    rb"<!DOCTYPE html>\n<html lang=\"[a-z]{2}\">\n<head>\n<meta charset=\"utf-8\">\n"
    rb"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    rb"'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'\">\n"
    rb"<meta name=\"viewport\" content=\"initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
    rb"<title>[^<>]*</title>\n<style>[^<]*</style>\n</head>\n"
)
_ATTRIBUTE: Final = (
    rb" (?:checked|(?:id|class|dir|lang|scope|rowspan|aria-labelledby|for|type|name)=\"[A-Za-z0-9_ -]{0,100}\""
    rb"|href=\"(?:#[A-Za-z0-9_-]{1,100}|data/files/[A-Za-z0-9._-]{1,250})\")"
)
_TAG: Final = re.compile(
    rb"</?(?:body|html|input|label|" + "|".join(ELEMENTS).encode() + rb")(?:" + _ATTRIBUTE + rb"){0,5}>"
)


class Inert:
    """Looks at a page that comes in pieces."""

    def __init__(self) -> None:
        """Begin with its first byte."""
        self._held = b""
        self._past_head = False
        self._wrong = False

    def feed(self, data: bytes) -> None:
        """Take a piece of any length."""
        if self._wrong:
            return
        held = self._held + data
        if not self._past_head:
            found = _HEAD.match(held)
            self._held, self._wrong = held, found is None and len(held) > _MAX_HEAD
            if found is None:
                return
            self._past_head = True
            held = held[found.end() :]
        at = 0
        while (start := held.find(b"<", at)) >= 0:
            end = held.find(b">", start) + 1
            if not end:
                self._held, self._wrong = held[start:], len(held) - start > _MAX_TAG
                return
            if _TAG.fullmatch(held, start, end) is None:
                self._wrong = True
                return
            at = end
        self._held = b""

    def holds(self) -> bool:
        """Tell, after the last piece, whether it is such a page."""
        return self._past_head and not self._wrong and not self._held
