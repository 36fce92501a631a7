"""Every exception the library lets out on account of the world, a file or an attacker.

Floor: bedrock. Each class carries the facts of what happened as attributes, so that a caller need not parse text.
No class ever carries a secret or a value from a record: a message may land in a log. A mistake of the caller is
not in here: that is a `ValueError` or a `TypeError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class VaultError(Exception):
    """Root of all errors that are not the caller's own mistake."""


class FormatError(VaultError):
    """The bytes are not of the form that `docs/format.md` asks for."""


class UnsupportedVersionError(FormatError):
    """The bytes are well formed but of a version, suite or profile that this program does not know."""


class LimitError(FormatError):
    """Something is larger, deeper or more than the format allows.

    Args:
        field: What was measured.
        limit: The largest value allowed.
    """

    def __init__(self, field: str, limit: int) -> None:
        """Keep the name of what was measured and its limit."""
        super().__init__(f"{field} is over the limit of {limit}")
        self.field = field
        self.limit = limit


class UnlockError(VaultError):
    """Nothing here opens with what was given: a wrong secret, or a damaged header; which one is not told."""


class KdfLimitError(UnlockError):
    """This machine cannot give the memory that the vault's key derivation asks for.

    Args:
        memory_kib: Memory the profile asks for, in KiB.
    """

    def __init__(self, memory_kib: int) -> None:
        """Keep the size that was asked for."""
        super().__init__(f"unlocking this vault needs {memory_kib // 1024} MiB of free memory")
        self.memory_kib = memory_kib


class ShareError(VaultError):
    """A share of a key cannot be read, or shares do not give the key.

    Args:
        message: What is wrong; never a word of the share.
        fault: `text`, `word`, `length`, `checksum`, `kind`, `set`, `duplicate`, `few`, `digest` or `vault`.
        place: Which word is wrong, from 1, if one is.
        needed: How many more shares are needed, if that is known.
    """

    def __init__(self, message: str, fault: str, *, place: int | None = None, needed: int | None = None) -> None:
        """Keep what is wrong, and where."""
        super().__init__(message)
        self.fault = fault
        self.place = place
        self.needed = needed


class LockedError(VaultError):
    """The vault is locked; the call needs it open."""


class IntegrityError(VaultError):
    """Stored bytes were changed, swapped, cut or forged."""


class MissingObjectError(IntegrityError):
    """An object that the vault names is not in the file."""


class StaleError(VaultError):
    """The file is older than, or has another history than, a state that was seen before.

    Args:
        epoch: Epoch of the file now.
        expected: Epoch that was seen before.
        reason: What exactly does not agree.
    """

    def __init__(self, epoch: int, expected: int, reason: str = "the file is older than it was") -> None:
        """Keep both epochs and the reason."""
        super().__init__(f"{reason} (epoch {epoch}, seen before: {expected})")
        self.epoch = epoch
        self.expected = expected
        self.reason = reason


class RecordError(VaultError):
    """A record, a claim, a date or a query is not acceptable as it stands."""


class NotFoundError(RecordError):
    """There is no such record, recipient, policy or keyslot."""


class AmbiguousIdError(RecordError):
    """A shortened id fits more than one record.

    Args:
        prefix: The id as it was given.
        count: How many records it fits (counted up to a bound).
    """

    def __init__(self, prefix: str, count: int) -> None:
        """Keep the prefix and the number of records."""
        super().__init__(f"the id {prefix} fits {count} records; give more of its digits")
        self.prefix = prefix
        self.count = count


class SchemaError(RecordError):
    """A schema cannot be used.

    Args:
        message: What is wrong.
        line: Line in the schema's text, counted from 1, if known.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        """Keep the line beside the message."""
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line


class RevisionConflictError(RecordError):
    """The record was changed by somebody else since it was read."""


class DisclosureError(VaultError):
    """Nothing was exported: the request cannot be met as it stands."""


class ConsentError(DisclosureError):
    """Consent that the disclosure needs is not there.

    Args:
        missing: One line for each person and what is missing, by record id and never by name.
    """

    def __init__(self, missing: Sequence[str]) -> None:
        """Keep what is missing."""
        super().__init__("consent is missing: " + "; ".join(missing))
        self.missing = tuple(missing)


class PolicyError(DisclosureError):
    """A policy cannot be used.

    Args:
        message: What is wrong.
        line: Line in the policy's text, counted from 1, if known.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        """Keep the line beside the message."""
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line


class LeakError(DisclosureError):
    """The gate found in the finished bytes what must not leave, or could not read them.

    Args:
        findings: Place and rule of each finding, never the value.
    """

    def __init__(self, findings: Sequence[object]) -> None:
        """Keep the findings."""
        super().__init__(f"the leak gate refused: {len(findings)} finding(s)")
        self.findings = tuple(findings)


class EngineError(VaultError):
    """The place where bytes lie failed: disk full, I/O error, a broken database."""


class BusyError(EngineError):
    """Another process holds the vault, or changed it in between; nothing was written."""


class UnsafePathError(EngineError):
    """The path is not one to read from or write to: a link, a device, a folder, or something is there already."""


class HelperError(VaultError):
    """A process that was started to help with a load ended early; nothing was written."""


class HandoffError(VaultError):
    """A bundle cannot be made, read or opened."""


class MissingExtraError(HandoffError):
    """Something was asked for that needs packages which are not installed.

    Args:
        extra: Name of the extra that has them, such as `pdf`.
    """

    def __init__(self, extra: str) -> None:
        """Keep the name of the extra."""
        super().__init__(f"this needs packages that are not here; install them with: pip install casevault[{extra}]")
        self.extra = extra


class MissingFontError(HandoffError):
    """No font has a letter that must be shown.

    Args:
        script: Of the letter, such as `Han`; the letter itself is not told.
        fonts: Fonts that have letters of that script, as people call them.
    """

    def __init__(self, script: str, fonts: Sequence[str]) -> None:
        """Keep the script and the fonts."""
        super().__init__(f"no font here has a letter of the script {script}; install {' or '.join(fonts)}")
        self.script = script
        self.fonts = tuple(fonts)


class SignatureError(HandoffError):
    """A signature, or what it covers, does not hold.

    Args:
        message: What is wrong.
        faults: Place and fault of each file that is not as it was signed; the places are untrusted text.
    """

    def __init__(self, message: str, faults: Sequence[object] = ()) -> None:
        """Keep the faults beside the message."""
        super().__init__(message)
        self.faults = tuple(faults)
