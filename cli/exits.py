"""What each error means to the person at the keyboard, and the exit code it gives: one table for all.

Floor: roof. It refuses to guess: a class of `vault.errors` without a row here fails a test.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple


class Exit(IntEnum):
    """Every exit code of the command."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    CANNOT_OPEN = 3
    INTEGRITY = 4
    STALE = 5
    UNSUPPORTED = 6
    BUSY = 7
    UNSAFE_PATH = 8
    REFUSED = 9
    SIGNATURE = 10
    ADDRESSEE = 11
    INTERRUPTED = 130


MEANINGS: Final[dict[Exit, str]] = {
    Exit.OK: "done",
    Exit.FAILURE: "failure",
    Exit.USAGE: "the command line was not understood",
    Exit.CANNOT_OPEN: "cannot open: wrong passphrase, no such vault, or damaged header",
    Exit.INTEGRITY: "integrity: stored bytes were changed, swapped or lost",
    Exit.STALE: "stale: older than, or apart from, a state seen before",
    Exit.UNSUPPORTED: "unsupported, or over a limit",
    Exit.BUSY: "busy: another process holds the vault",
    Exit.UNSAFE_PATH: "unsafe file or path",
    Exit.REFUSED: "refused by consent, policy or leak gate",
    Exit.SIGNATURE: "signature bad or unknown",
    Exit.ADDRESSEE: "a bundle that holds, but was not made for whoever opened it",
    Exit.INTERRUPTED: "interrupted",
}


class Outcome(NamedTuple):
    """One row: the code, what it means for the data, what to do next."""

    code: Exit
    meaning: str
    advice: str


_NOTHING_WRITTEN = "Nothing was written."
_NOTHING_LEFT = "No file was written and nothing left the vault."

OUTCOMES: Final[dict[str, Outcome]] = {
    "VaultError": Outcome(Exit.FAILURE, _NOTHING_WRITTEN, "Run `casevault check` to see whether the vault is sound."),
    "FormatError": Outcome(
        Exit.UNSUPPORTED,
        "The file was left as it is.",
        "It is of another kind, or it did not come whole: check its name, then try another copy or a backup.",
    ),
    "UnsupportedVersionError": Outcome(
        Exit.UNSUPPORTED, "The file was left as it is.", "Use the version of casevault that wrote it, or a newer one."
    ),
    "LimitError": Outcome(
        Exit.UNSUPPORTED,
        _NOTHING_WRITTEN,
        "Give less at a time, or split it. If it is the data keys that are too many: `casevault key rotate --reseal`.",
    ),
    "UnlockError": Outcome(
        Exit.CANNOT_OPEN,
        "Nothing was changed. A wrong passphrase and a damaged header look the same on purpose.",
        "Check the path and type the passphrase again; else try a paper key, or a backup with `-V`.",
    ),
    "KdfLimitError": Outcome(
        Exit.UNSUPPORTED,
        "Nothing was changed.",
        "Close other programs, or open the vault on a machine with more memory.",
    ),
    "ShareError": Outcome(
        Exit.CANNOT_OPEN,
        "Nothing was changed.",
        "Compare what is named above with the sheet, letter by letter; bring another share if the sheet is damaged.",
    ),
    "LockedError": Outcome(Exit.CANNOT_OPEN, "Nothing was changed.", "Open the vault with its passphrase first."),
    "IntegrityError": Outcome(
        Exit.INTEGRITY,
        "What was read is not shown, because it cannot be trusted. The file was left as it is.",
        "Copy the file aside before anything else, run `casevault check`, and open your newest backup with `-V`; where "
        "there is none, `casevault salvage` brings back what can be read.",
    ),
    "MissingObjectError": Outcome(
        Exit.INTEGRITY,
        "A part of the vault is gone. The file was left as it is.",
        "Copy the file aside before anything else, run `casevault check`, and open your newest backup with `-V`; where "
        "there is none, `casevault salvage` brings back what can be read.",
    ),
    "StaleError": Outcome(
        Exit.STALE,
        "Nothing was written. What was entered since the newer state may be missing from this file.",
        "If the file is older, look for the newer one; to look into a backup, add --no-anchor; to take a restored one "
        "into use, run `casevault check --accept-older`. If the keys changed, compare the six words with the other "
        "holders, then run the command on a terminal and say yes.",
    ),
    "RecordError": Outcome(Exit.FAILURE, _NOTHING_WRITTEN, "Correct what is named above and try again."),
    "NotFoundError": Outcome(
        Exit.FAILURE,
        _NOTHING_WRITTEN,
        "`casevault list` and `casevault search` show the records; `policy list`, `recipient list` and `key list` show "
        "the rest.",
    ),
    "AmbiguousIdError": Outcome(Exit.FAILURE, _NOTHING_WRITTEN, "`casevault list` shows the ids."),
    "SchemaError": Outcome(Exit.FAILURE, _NOTHING_WRITTEN, "Correct the schema and try again."),
    "RevisionConflictError": Outcome(
        Exit.BUSY,
        "Nothing was written; the other change is kept.",
        "Look at the record again, then repeat your change.",
    ),
    "DisclosureError": Outcome(
        Exit.REFUSED, _NOTHING_LEFT, "Run the same command with `--preview` to see what would leave and by which rule."
    ),
    "ConsentError": Outcome(
        Exit.REFUSED,
        _NOTHING_LEFT,
        "Record the consent (`casevault consent add`), choose a narrower policy, or leave these records out with "
        "`--leave-out`.",
    ),
    "PolicyError": Outcome(
        Exit.REFUSED, _NOTHING_LEFT, "`casevault policy list` shows the policies and the audience of each."
    ),
    "LeakError": Outcome(
        Exit.REFUSED,
        _NOTHING_LEFT,
        "Look at the places named above in the records; a value may be spelled there in a way that no rule masks. What "
        "you looked at and may leave all the same: `--override FINDING --reason TEXT`, one by one.",
    ),
    "EngineError": Outcome(
        Exit.FAILURE,
        "The change that was under way is undone; what was saved before is kept.",
        "Check free space and the medium, then try again.",
    ),
    "BusyError": Outcome(Exit.BUSY, _NOTHING_WRITTEN, "Wait until the other command has ended, then try again."),
    "UnsafePathError": Outcome(
        Exit.UNSAFE_PATH,
        "Nothing was written there.",
        "To read, name a plain file; to write, one that is not there yet, in a folder that is. No links or devices.",
    ),
    "HelperError": Outcome(
        Exit.FAILURE, _NOTHING_WRITTEN, "Close other programs to free memory, or load with `--processes 1`."
    ),
    "HandoffError": Outcome(
        Exit.FAILURE, _NOTHING_WRITTEN, "Ask the sender for the file again, and check that it came whole."
    ),
    "MissingExtraError": Outcome(
        Exit.FAILURE, _NOTHING_WRITTEN, "Install what it names, or leave out the option that asks for it."
    ),
    "MissingFontError": Outcome(
        Exit.FAILURE, _NOTHING_WRITTEN, "Install one of the fonts that it names, or export without --pdf."
    ),
    "SignatureError": Outcome(
        Exit.SIGNATURE,
        "Do not rely on this file: it is not, or not all, what its signer sealed.",
        "Ask the sender for it again, and compare the six words by voice.",
    ),
}


def outcome(error: BaseException) -> Outcome | None:
    """Find the row for an error.

    Args:
        error: Anything that was raised.

    Returns:
        The row of its class, or of the nearest parent that has one; None if it is no `VaultError`.
    """
    for ancestor in type(error).__mro__:
        if ancestor.__module__ == "vault.errors" and ancestor.__name__ in OUTCOMES:
            return OUTCOMES[ancestor.__name__]
    return None


_WAYS: Final = {
    "override": "",
    "look": " (nothing here reads this file)",
    "never": " (level never: no override)",
    "none": " (no override)",
}


def details(error: BaseException) -> list[str]:
    """List what an error carries beyond its one line: missing consents, findings of the gate, faults of a bundle.

    Args:
        error: A `VaultError`.

    Returns:
        One line for each fact; no values of records among them.
    """
    lines = [str(line) for line in getattr(error, "missing", ())]
    for finding in getattr(error, "findings", ()):
        rule, place = getattr(finding, "rule", None), getattr(finding, "place", None)
        told = f"{place}: {rule}" if rule is not None else str(finding)
        way = getattr(finding, "way", "")
        lines.append(f"{finding.id}  {told}{_WAYS[way]}" if way else told)
    lines += [f"{fault.path or 'the bundle'}: {fault.what}" for fault in getattr(error, "faults", ())]
    return lines
