"""Mail: the parts of a message, unpacked by the encoding and the characters that its headers tell.

Floor: 4, part of `gate`. Headers are read with the message as a text; here is what only the structure tells. It refuses
encrypted parts.

Source:
    docs/known-values.md §The gate.
"""

import email.policy
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from typing import Final

from vault.gate.parts import Budget, Fault, Inner, Part, Text

_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,40}:[ \t]?[^\r\n]*\r?\n")
_TELLING: Final = re.compile(
    rb"^(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type|content-transfer-encoding"
    rb"|delivered-to|x-[a-z-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_PARTS_AT_MOST: Final = 1000
_ENCRYPTED: Final = frozenset({"multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime"})


def is_mail(data: bytes) -> bool:
    """Tell a message by its first lines.

    Args:
        data: The file, or its start.

    Returns:
        True if it begins with headers.
    """
    start = re.sub(rb"\AFrom [^\r\n]*\r?\n", b"", data[:8192].removeprefix(b"\xef\xbb\xbf").lstrip())
    if not _HEADER.match(start):
        return False
    head = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    return len({found.lower() for found in _TELLING.findall(head)}) >= 2


def read_mail(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read the parts of a message, or of several one behind another.

    Args:
        data: The file.
        place: Of it.
        budget: Of the scan.

    Yields:
        Each part as a file, and texts by their own characters.
    """
    for message in re.split(rb"(?m)^From [^\r\n]*\r?\n", data.removeprefix(b"\xef\xbb\xbf")):
        if message.strip():
            yield from _message(message.lstrip(), place, budget)


def _message(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    root = BytesParser(policy=email.policy.compat32).parsebytes(data)
    number = 0
    for part in root.walk():
        number += 1
        if number > _PARTS_AT_MOST:
            yield Fault("limit", place)
            return
        if part.get_content_type() in _ENCRYPTED:
            yield Fault("encrypted", f"{place} part {number}")
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes) or not payload:
            continue
        budget.take(len(payload))
        inner = f"{place} part {budget.member()}"
        yield Inner(payload, _name(part), inner)
        if text := _by_charset(part, payload):
            yield Text(text, inner)


def _name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        return ""


def _by_charset(part: Message, payload: bytes) -> str:
    """Decode by the encoding that the part tells, unless that is one everything is read in anyway."""
    told = part.get_content_charset()
    if told is None or told in {"utf-8", "us-ascii", "ascii"}:
        return ""
    try:
        return payload.decode(told, "replace")
    except (LookupError, ValueError):
        return ""
