"""What the gate found, told so that a person can quote it, and what that person may let pass.

Part of floor 5. A finding has an id, which is good for one export alone: any change of what leaves, of its name, of the
recipient or the policy makes another. Level `never` has no override, nor has what nobody can have looked at.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from vault.errors import DisclosureError
from vault.gate import Finding
from vault.redact import Disclosure

Way: TypeAlias = Literal["override", "look", "never", "none"]
"""`override`: a person may let it pass; `look`: that one file, once a person looked at it; `never`: what is found is of
level never; `none`: nobody can have looked at it."""

KEY_BYTES: Final = 32
MAX_OVERRIDES: Final = 50
MAX_REASON: Final = 300
_ID_DIGITS: Final = 10
_UNREAD: Final = frozenset({"unreadable", "encrypted", "broken"})
_OVERRIDABLE: Final = frozenset({"value", "digits", "date", "encoded", "hash", "metadata"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """One finding of the gate.

    Args:
        id: By which it can be overridden: 10 hexadecimal digits, made with a key of the vault's, so that nobody else
            can work out from them what was found. Of files that cannot be read, one id for each file.
        rule: Of the gate.
        place: The file, after the name of its bundle where there are two, and where in it.
        way: What a person can do about it.
    """

    id: str
    rule: str
    place: str
    way: Way


def checked(overrides: Mapping[str, str]) -> dict[str, str]:
    """Check what a person wants to let pass.

    Args:
        overrides: Reasons by id of the finding.

    Returns:
        The same, without blanks around the reasons.

    Raises:
        DisclosureError: A reason is empty or too long, or there are too many.
    """
    given = {one.strip().lower(): reason.strip() for one, reason in overrides.items()}
    if len(given) > MAX_OVERRIDES:
        raise DisclosureError(f"at most {MAX_OVERRIDES} findings of one export can be overridden; change what leaves")
    for one, reason in given.items():
        if not one or not reason or len(reason) > MAX_REASON or not reason.isprintable():
            raise DisclosureError(f"an override needs a finding and a reason, of one line and 1 to {MAX_REASON} signs")
    return given


@dataclass(frozen=True, slots=True)
class Judged:
    """What is left of the findings in one bundle, and what was let pass.

    Args:
        left: Findings that refuse.
        passed: Rule, place and reason of each finding that a person let pass, files that nobody can read among them.
        confirmed: Paths in the bag of these files.
        used: The ids that were used.
    """

    left: tuple[Refusal, ...]
    passed: tuple[Mapping[str, str], ...] = ()
    confirmed: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()

    @property
    def overridden(self) -> bool:
        """Whether something that was found leaves all the same."""
        return len(self.passed) > len(self.confirmed)


class Judge:
    """Gives the findings in one bundle their ids, and takes off those that a person let pass.

    Args:
        disclosure: What leaves.
        part: Name of the bundle among those of one act; empty where it is one.
        name: The name that the file or folder is to have.
        content: SHA-256 of each file that says something, by path.
        attachments: Paths of those that are attachments.
        overrides: Reasons by id, as `checked` gives them.

    Secrets:
        `disclosure`, `overrides`.
    """

    def __init__(
        self,
        disclosure: Disclosure,
        part: str,
        name: str,
        content: Mapping[str, bytes],
        attachments: Collection[str],
        overrides: Mapping[str, str],
    ) -> None:
        """Bind the ids to all that makes this export."""
        self._key = disclosure.findings_key
        self._bound: tuple[Any, ...] = (
            part,
            name,
            disclosure.recipient.name,
            disclosure.audience,
            disclosure.onward,
            disclosure.purpose,
            disclosure.policy,
            disclosure.policy_digest.hex(),
            sorted((path, digest.hex()) for path, digest in content.items()),
        )
        self._part = part
        self._files = {path: self._id("file", path) for path in attachments}
        self._overrides = overrides

    @property
    def confirmed(self) -> frozenset[str]:
        """Paths of the attachments that a person looked at, because nothing here can read them."""
        return frozenset(path for path, one in self._files.items() if one and one in self._overrides)

    def judge(self, found: Iterable[Finding], never: Collection[Finding], *, all_told: bool) -> Judged:
        """Tell what refuses, and what was let pass.

        Args:
            found: Findings of the gate.
            never: Those of them that hold for what is of level never.
            all_told: Whether all findings are known; else none of them can be overridden.

        Returns:
            Both.
        """
        told = [self._tell(one, never, all_told=all_told) for one in found]
        passed = [one for one in told if one.way == "override" and one.id in self._overrides]
        confirmed = sorted(self.confirmed)
        files = [Refusal(self._files[path], "unreadable", self._place(path), "look") for path in confirmed]
        entries = [{"rule": one.rule, "place": one.place, "reason": self._overrides[one.id]} for one in files + passed]
        return Judged(
            tuple(one for one in told if one not in passed),
            tuple(entries),
            tuple(confirmed),
            frozenset(one.id for one in files + passed),
        )

    def _tell(self, one: Finding, never: Collection[Finding], *, all_told: bool) -> Refusal:
        file = next((path for path in self._files if one.place.startswith(path)), None)
        way: Way = "none"
        if one in never and one.rule in _OVERRIDABLE:
            way = "never"
        elif not self._key or not all_told:
            way = "none"
        elif one.rule in _OVERRIDABLE:
            way = "override"
        elif one.rule in _UNREAD and file is not None:
            way = "look"
        known = self._files[file] if way == "look" and file is not None else self._id(one.rule, one.place, one.what)
        return Refusal(known, one.rule, self._place(one.place), way)

    def _place(self, place: str) -> str:
        return f"{self._part}/{place}" if self._part else place

    def _id(self, rule: str, place: str, what: str = "") -> str:
        """Make an id. Without a key it would be a hash of what is found, which is undone by trying all values."""
        if not self._key:
            return ""
        said = json.dumps([rule, place, what, *self._bound], ensure_ascii=True).encode()
        return hmac.digest(self._key, said, "sha256").hex()[:_ID_DIGITS]
