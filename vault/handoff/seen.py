"""The place of a bundle in its recipient's series, and a recipient's own note of what came before.

Part of floor 5. A signed bundle has no date; what tells an older one is that a newer one of the same series was seen.
The note is the recipient's, a line for each bundle; nothing of it goes back to whoever made them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from vault.errors import FormatError, SignatureError
from vault.handoff import sshsig
from vault.handoff.bag import parse

if TYPE_CHECKING:
    from vault.handoff.examine import Report

SERIES_ID_BYTES: Final = 16
MAX_NUMBER: Final = (1 << 31) - 1
_LINE: Final = re.compile(r"(SHA256:[A-Za-z0-9+/]{43}) ([0-9a-f]{32}|-) (0|[1-9][0-9]{0,9}) ([0-9a-f]{32})", re.ASCII)


def plain(series: tuple[bytes, int] | None) -> dict[str, Any] | None:
    """Write the place in a series as it stands in a receipt."""
    return None if series is None else {"id": series[0].hex(), "number": series[1]}


def read_series(receipt: bytes) -> tuple[bytes, int] | None:
    """Read the place in a series from a receipt.

    Args:
        receipt: `casevault/receipt.json`, as it was signed.

    Returns:
        Id of the series, 16 bytes, and the place in it, from 1; None where it tells none.

    Raises:
        SignatureError: Not of the form.

    Source:
        docs/bundle.md §The receipt.
    """
    try:
        told = parse(receipt).get("series")
        if told is None:
            return None
        mark, number = bytes.fromhex(told["id"]), told["number"]
        right = set(told) == {"id", "number"} and len(mark) == SERIES_ID_BYTES and mark.hex() == told["id"]
        if not right or type(number) is not int or not 1 <= number <= MAX_NUMBER:
            raise ValueError  # noqa: TRY301 - one refusal for all that may be wrong
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise SignatureError("not in the one form that a bundle has") from None
    return mark, number


@dataclass(frozen=True, slots=True)
class Seen:
    """What a recipient noted of bundles that held.

    Args:
        newest: By fingerprint of the signing key and id of the series, the highest number.
        bundles: Fingerprint of the signing key, and bundle id in hex, of each.
    """

    newest: Mapping[tuple[str, str], int] = field(default_factory=dict)
    bundles: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def read(cls, data: bytes) -> Seen:
        """Read a note.

        Args:
            data: Lines `SHA256:… SERIES NUMBER BUNDLE`; a bundle that tells no series has `-` and 0.

        Returns:
            What it says.

        Raises:
            FormatError: A line is of another form.
        """
        newest: defaultdict[tuple[str, str], int] = defaultdict(int)
        bundles = set()
        for place, line in enumerate(data.decode("ascii", errors="replace").splitlines(), 1):
            found = _LINE.fullmatch(line)
            if found is None:
                raise FormatError(f"line {place} of the note of bundles is not one that verify wrote")
            signer, series, number, bundle = found.groups()
            newest[signer, series] = max(newest[signer, series], int(number))
            bundles.add((signer, bundle))
        return cls(dict(newest), frozenset(bundles))

    def knows(self, report: Report) -> bool:
        """Tell whether this very bundle was noted."""
        return (_signer(report), report.label.bundle.hex()) in self.bundles

    def newer(self, report: Report) -> int | None:
        """Give the highest number noted of the same series, if it is above that of a bundle; else None."""
        if report.series is None:
            return None
        mark, number = report.series
        known = self.newest.get((_signer(report), mark.hex()), 0)
        return known if known > number else None

    def line(self, report: Report) -> bytes:
        """Write the line to note for a bundle that held."""
        mark, number = (report.series[0].hex(), report.series[1]) if report.series is not None else ("-", 0)
        return f"{_signer(report)} {mark} {number} {report.label.bundle.hex()}\n".encode()


def _signer(report: Report) -> str:
    return sshsig.fingerprint(report.signer.public_key)
