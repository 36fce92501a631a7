"""The last look at what leaves: final bytes in, findings out.

Floor: 4. It finds withheld values in a file by a decoder of its own, and shares with `matching` only the normal-form
tables. It opens no socket, writes no file, and refuses to pass anything unknown, encrypted, broken or over its limits.
A finding names rule and place, never the value.

Source:
    docs/known-values.md §The gate.
"""

from vault.gate.files import FINDINGS_AT_MOST, scan
from vault.gate.needles import Finding
from vault.gate.parts import Limits

__all__ = ["FINDINGS_AT_MOST", "Finding", "Limits", "scan"]
