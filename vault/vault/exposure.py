"""What a report of exposure says: people with what is told of them, by what, and how to reach them.

Part of floor 3. Plain data, made by `vault.vault.exposing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.ledger import Handover

CHANGED: Final = "changed"
TAKEN_BACK: Final = "taken back"
REMOVED: Final = "removed"
REWRITTEN: Final = "rewritten"
"""Another record was purged, and this one was written anew without what it said of that one."""
PURGED: Final = "purged"


@dataclass(frozen=True, slots=True)
class Told:
    """One claim in the hands of whoever opened it.

    Args:
        record: Record id, 16 bytes, of the record that holds it.
        claim: Its place in the revision that left, from 0.
        field: Kind and field, such as `event.when`.
        outcome: value, coarsened or pseudonym.
        form: How coarse, such as `date quarter`; `masked`: parts of the text are; `relation`: it says how they are
            related; `told`: only who told it; `own`: no more than that it stands in the person's own record; `unknown`
            and `not-asked`: no more than that; mostly empty.
        shown: What the recipient reads, as in `records.json`, masks too; None where that cannot be said any more.
        value: What the vault says, as plain data with ids in hexadecimal, of a link with `record` and `title`; None
            where it is gone.
        since: What became of it in the vault: empty, changed, taken back, removed, rewritten or purged.
        token: Of the record, in that bundle; empty where there is none.
        bundles: `Handover.digest` of each bundle that shows it so, oldest first.
        consents: Record ids of the consents that it left on.
        lacks: Why consent would not cover it any more; empty if it would, or none was needed.
    """

    record: bytes
    claim: int
    field: str
    outcome: str
    form: str = ""
    shown: Any = attribute(default=None, repr=False)
    value: Any = attribute(default=None, repr=False)
    since: str = ""
    token: str = ""
    bundles: tuple[bytes, ...] = attribute(default=(), repr=False)
    consents: tuple[bytes, ...] = attribute(default=(), repr=False)
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach somebody.

    Args:
        record: Record id; None for a name beside no record.
        name: As the vault knows it.
        how: Such as `mother`, or `gave consent`.
        inside: Inside the State concerned, or not known to be outside.
        reach: Phones and accounts.
    """

    record: bytes | None
    name: str = attribute(repr=False)
    how: str = attribute(repr=False)
    inside: bool
    reach: tuple[str, ...] = attribute(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of one person or source.

    Args:
        record: Record id, 16 bytes.
        name: Title of the record; empty where it was purged.
        role: The most exposed role the person had; `none` in a vault where no link gives one.
        inside: Inside the State concerned, or not known to be outside.
        onward: Who got the bundles next.
        stand_ins: Tokens under which the person stands in them.
        same_as: Records judged to be of the same person.
        facts: What is told of the person.
        reach: The person's own phones and accounts.
        contacts: Through whom else, those outside first.
    """

    record: bytes
    name: str = attribute(repr=False)
    role: str
    inside: bool
    onward: tuple[str, ...]
    stand_ins: tuple[str, ...] = attribute(repr=False)
    same_as: tuple[bytes, ...] = attribute(repr=False)
    facts: tuple[Told, ...] = attribute(repr=False)
    reach: tuple[str, ...] = attribute(default=(), repr=False)
    contacts: tuple[Contact, ...] = attribute(default=(), repr=False)

    @property
    def named(self) -> bool:
        """Whether any fact left as it is, and not only as a stand-in or coarsened."""
        return any(fact.outcome == "value" for fact in self.facts)


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Somebody named beside no record; the vault knows nothing else of them.

    Args:
        name: As the vault has it; empty where the record was purged.
        role: What the link says.
        fact: The claim; its `shown` says whether the name is told.
    """

    name: str = attribute(repr=False)
    role: str
    fact: Told = attribute(repr=False)


@dataclass(frozen=True, slots=True)
class Relied:
    """A consent that something left on.

    Args:
        record: Record id, 16 bytes.
        state: given, withdrawn, expired, removed or purged.
        about: Record ids of whom it is about.
    """

    record: bytes
    state: str
    about: tuple[bytes, ...] = attribute(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Who is exposed, whom to warn first on top.

    Args:
        bundles: What was handed over, oldest first.
        recipients: Names of those who hold it, also those that share a key with one of them.
        asked_back: Seconds since 1970 by `Handover.digest`.
        consents: What it left on.
        people: People and sources.
        unrecorded: Those named beside no record.
        nobody: Facts about nobody: steps taken, kinds of papers.

    Secrets:
        All of it.
    """

    bundles: tuple[Handover, ...] = attribute(repr=False)
    recipients: tuple[str, ...]
    asked_back: Mapping[bytes, int] = attribute(repr=False)
    consents: tuple[Relied, ...] = attribute(repr=False)
    people: tuple[Person, ...] = attribute(repr=False)
    unrecorded: tuple[Unrecorded, ...] = attribute(repr=False)
    nobody: tuple[Told, ...] = attribute(repr=False)
