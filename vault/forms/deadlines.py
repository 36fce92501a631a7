"""What is due: urgent cases, replies and next steps, consents that end.

Floor: 2, part of `forms`. It names records and days, never a value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from vault.errors import RecordError
from vault.forms.matter import urgent_until
from vault.records import Revision, edtf

AHEAD_DAYS: Final = 60
"""How long before its day a next step, and before its end a consent is listed."""
URGENT: Final = "urgent for the WGEID"
DUE: Final = "next step or reply due"
ENDS: Final = "consent ends"
ENDED: Final = "consent has ended"
_SENT: Final = frozenset({"wgeid"})


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing that is due.

    Args:
        on: The day.
        days: How many are left; negative once it has passed.
        kind: Kind of the record.
        record: Record id, 16 bytes.
        what: In fixed words.
    """

    on: date
    days: int
    kind: str
    record: bytes
    what: str


def deadlines(records: Iterable[Revision], today: date) -> list[Deadline]:
    """List what is due.

    Args:
        records: Newest revisions of events, actions and consents that stand; others are passed over.
        today: The day to count from.

    Returns:
        The nearest first: next steps from 60 days before their day on, consents from 60 days before their end on, and
        the last day on which a disappearance is urgent for the WGEID, unless a step to it is on record for the person.

    Source:
        docs/forms.md §Deadlines.
    """
    by_kind: defaultdict[str, list[Revision]] = defaultdict(list)
    for record in records:
        by_kind[record.kind].append(record)
    found = [*_steps(by_kind["action"], today), *_consents(by_kind["consent"], today)]
    found += _urgent(by_kind["event"], by_kind["action"], today)
    return sorted(found, key=lambda one: (one.on, one.kind, one.record))


def _days(record: Revision, name: str) -> Iterator[edtf.Date]:
    for value in record.values(name):
        try:
            yield edtf.parse(value)
        except (RecordError, TypeError):
            continue


def _steps(actions: Iterable[Revision], today: date) -> Iterator[Deadline]:
    for record in actions:
        for day in (one.latest for one in _days(record, "next_due") if one.latest is not None):
            if (day - today).days <= AHEAD_DAYS:
                yield Deadline(day, (day - today).days, record.kind, record.record_id, DUE)


def _consents(consents: Iterable[Revision], today: date) -> Iterator[Deadline]:
    for record in consents:
        # Of an end that is not exact the first day counts, as where consent is asked.
        day = min((one.earliest for one in _days(record, "expires") if one.earliest is not None), default=None)
        if day is not None and (day - today).days <= AHEAD_DAYS and not record.claims_of("withdrawn_on"):
            yield Deadline(day, (day - today).days, record.kind, record.record_id, ENDS if day >= today else ENDED)


def _urgent(events: Iterable[Revision], actions: Iterable[Revision], today: date) -> Iterator[Deadline]:
    told = {person for record in actions if _SENT & set(record.values("body")) for person in record.links("about")}
    by_person: defaultdict[bytes, list[Revision]] = defaultdict(list)
    for record in events:
        for person in record.links("person"):
            by_person[person].append(record)
    for person, own in by_person.items():
        day = urgent_until(own, today) if person not in told else None
        if day is not None:
            yield Deadline(day, (day - today).days, "person", person, URGENT)
