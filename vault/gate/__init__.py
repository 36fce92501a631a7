"""The last look at what leaves: final bytes in, findings out.

Purpose: find withheld values in a file by a decoder of its own, and refuse what cannot be read.  Floor: 4.
It shares with ``matching`` only the normal-form tables; it opens no socket, writes no file, and refuses to pass
anything unknown, encrypted, broken or over its limits.  A finding names rule and place, never the value.

Source: docs/known-values.md §The gate.
"""

from vault.gate.files import Limits, scan
from vault.gate.needles import Finding

__all__ = ["Finding", "Limits", "scan"]
