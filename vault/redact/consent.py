"""Consent: whether what is to leave about a person may go to this audience, for this purpose, along this path.

Floor: 2. It refuses to guess: what a consent does not say it does not cover, and a withdrawal beats whatever was given
before it. It names people by record id alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from vault.errors import RecordError
from vault.records import Claim, Revision, edtf

ADULT_YEARS: Final = 18
_BLOCKED: Final = ("withdrawn on a day unknown", "withdrawn")
_SAID: Final = frozenset({"stated", "unknown", "withheld"})
"""States of a claim by which there was an end or a withdrawal, be its day told or not."""
_DOUBT: Final = timedelta(days=366)
"""How far off a date marked as uncertain or approximate is taken to be."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What consent is asked for.

    Args:
        audience: Who receives it.
        purpose: What for.
        path: Who gets it next.
        today: The day on which it leaves.
    """

    audience: str
    purpose: str
    path: frozenset[str]
    today: date


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether consent is there.

    Args:
        consent: Record id of the consent that covers it; None if none does.
        missing: What is missing, in words without names or values; empty if nothing is.
    """

    consent: bytes | None
    missing: str = ""


def _dates(revision: Revision, name: str) -> Iterator[edtf.Date]:
    for value in revision.values(name):
        try:
            yield edtf.parse(value)
        except (RecordError, TypeError):
            continue


def _earliest(one: edtf.Date) -> date | None:
    """Return the first day that a date may mean, a doubtful one read with room."""
    if one.earliest is None or not (one.uncertain or one.approximate):
        return one.earliest
    return one.earliest - min(_DOUBT, one.earliest - date.min)


def _latest(one: edtf.Date) -> date | None:
    """Return the last day that a date may mean, a doubtful one read with room."""
    if one.latest is None or not (one.uncertain or one.approximate):
        return one.latest
    return one.latest + min(_DOUBT, date.max - one.latest)


@dataclass(frozen=True, slots=True)
class Grant:
    """One consent record, read so that doubt counts against it.

    Args:
        record: Its record id.
        about: Record ids of whom it speaks.
        givers: Record ids of who gave it.
        named_giver: A giver stands there by name alone.
        capacity: In what capacity the giver speaks; empty if it does not say.
        audiences, purposes, groups, onward: What it covers.
        given: First and last day on which it can have been given; None if it does not say.
        expires: First day that may be past its end; None if it does not end.
        withdrawn: It was withdrawn.
        withdrawn_by: Last day on which that can have been; None if unknown.
        conditions: It has conditions in words.
    """

    record: bytes
    about: frozenset[bytes]
    givers: frozenset[bytes]
    named_giver: bool
    capacity: str
    audiences: frozenset[str]
    purposes: frozenset[str]
    groups: frozenset[str]
    onward: frozenset[str]
    given: tuple[date, date] | None
    expires: date | None
    withdrawn: bool
    withdrawn_by: date | None
    conditions: bool = field(default=False)

    @classmethod
    def read(cls, revision: Revision) -> Grant:
        """Read a consent record."""
        given = [one for one in _dates(revision, "given_on") if one.earliest and one.latest]
        expires = [_earliest(one) or date.min for one in _dates(revision, "expires")]
        untold = any(claim.state in _SAID for claim in revision.claims_of("expires")[-1:])
        if len(expires) < len(revision.values("expires")) or (untold and not expires):
            expires.append(date.min)  # an end that is not known, or cannot be read, counts as past
        left = list(_dates(revision, "withdrawn_on"))
        marked = [claim for claim in revision.claims_of("withdrawn_on") if claim.state in _SAID]
        capacities = {value for value in revision.values("capacity") if isinstance(value, str)}
        onward = {value for value in revision.values("onward") if isinstance(value, str)}
        return cls(
            record=revision.record_id,
            about=frozenset(revision.links("about")),
            givers=frozenset(revision.links("given_by")),
            named_giver=any(isinstance(value, dict) and value.get("name") for value in revision.values("given_by")),
            capacity=capacities.pop() if len(capacities) == 1 else "other" if capacities else "",
            audiences=frozenset(revision.values("audiences")),
            purposes=frozenset(revision.values("purposes")),
            groups=frozenset(revision.values("groups")),
            onward=frozenset() if "none" in onward else frozenset(onward),
            given=_span(given),
            expires=min(expires, default=None),
            withdrawn=bool(marked),
            withdrawn_by=max((_latest(one) or date.max for one in left), default=None)
            if len(left) == len(marked)
            else None,
            conditions=bool(revision.values("conditions")),
        )

    def is_own(self, person: bytes) -> bool:
        """Tell whether the person gave it, for themselves."""
        given = self.givers == {person} or (not self.givers and not self.named_giver and self.capacity == "self")
        return given and self.capacity in {"", "self"}

    def scope_touches(self, ask: Ask, group: str) -> bool:
        """Tell whether a withdrawal of this reaches what is asked; a scope left open reaches everything."""
        return (
            (not self.audiences or ask.audience in self.audiences)
            and (not self.purposes or ask.purpose in self.purposes)
            and (not self.groups or group in self.groups)
        )


def _span(dates: list[edtf.Date]) -> tuple[date, date] | None:
    firsts = [first for one in dates if (first := _earliest(one))]
    lasts = [one.latest for one in dates if one.latest]
    return (min(firsts), max(lasts)) if firsts and lasts else None


class Consents:
    """All consents of a vault.

    Args:
        revisions: The consent records, newest revisions; of removed ones only a withdrawal counts, which it goes on to.
        missing_people: Record ids of people who are missing: others may speak for them.
        children: Record ids of people under age.

    Secrets:
        All of it.
    """

    def __init__(
        self, revisions: Iterable[Revision], missing_people: frozenset[bytes], children: frozenset[bytes]
    ) -> None:
        self._grants: dict[bytes, list[Grant]] = {}
        self._missing = missing_people
        self._children = children
        for revision in revisions:
            grant = Grant.read(revision)
            if revision.removed and not grant.withdrawn:
                continue
            for person in grant.about:
                self._grants.setdefault(person, []).append(grant)
        for grants in self._grants.values():
            grants.sort(key=lambda grant: grant.record)

    def conditions(self, consents: Iterable[bytes]) -> set[bytes]:
        """Return those of the named consents that have conditions in words, which a person has to read."""
        wanted = set(consents)
        return {
            grant.record
            for grants in self._grants.values()
            for grant in grants
            if grant.conditions and grant.record in wanted
        }

    def covers(self, person: bytes, group: str, ask: Ask, *, own: bool = False) -> Answer:
        """Say whether a group of facts about a person may leave.

        Args:
            person: Record id.
            group: identity, family, location, health, testimony or image.
            ask: Audience, purpose, path and day.
            own: Nobody may have given it for the person: kin who speak for a missing man do not make him a submitter.

        Returns:
            The consent relied on, or what comes closest and lacks what.
        """
        grants = self._grants.get(person, [])
        best: list[str] | None = None
        for grant in grants:
            lacks = list(self._lacks(grant, person, group, ask)) + self._blocked(grant, grants, ask, group)
            if own and not grant.is_own(person):
                lacks.append("not given by the person")
            if not lacks:
                return Answer(grant.record)
            if best is None or len(lacks) < len(best):
                best = lacks
        return Answer(None, ", ".join(best) if best else "no consent recorded")

    def _lacks(self, grant: Grant, person: bytes, group: str, ask: Ask) -> Iterator[str]:
        if ask.audience not in grant.audiences:
            yield f"not for {ask.audience}"
        if ask.purpose not in grant.purposes:
            yield f"not for the purpose {ask.purpose}"
        if group not in grant.groups:
            yield "does not cover it"
        for step in sorted(ask.path - {ask.audience}):
            if step not in grant.onward and (step == "state" or step not in grant.audiences):
                yield f"not onward to {step}"
        if grant.given and grant.given[1] > ask.today:
            yield "given on a later day"
        if grant.expires and ask.today > grant.expires:
            yield "expired"
        yield from self._voice(grant, person)

    def _voice(self, grant: Grant, person: bytes) -> Iterator[str]:
        """Say why the giver may not speak for the person: kin may, for the missing and for children."""
        if grant.is_own(person):
            return
        if not grant.givers and not grant.named_giver and not grant.capacity:
            yield "does not say who gave it"
        elif grant.capacity in {"self", "lawyer", "other"}:
            yield "given by one who may not speak for the person"
        elif person in grant.givers:
            yield "says that the person gave it, and that another did"
        elif not (
            (person in self._missing and grant.capacity != "parent")
            or (person in self._children and grant.capacity != "kin")
        ):
            yield "given by another, and the person is neither missing nor a child"

    def _blocked(self, grant: Grant, grants: list[Grant], ask: Ask, group: str) -> list[str]:
        """Say whether a withdrawal stands against a consent: one given later, for certain, stands against it."""
        if grant.withdrawn:
            return [_BLOCKED[1]]
        for other in grants:
            if not other.withdrawn or not other.scope_touches(ask, group):
                continue
            if other.withdrawn_by is None:
                return [_BLOCKED[0]]
            if grant.given is None or grant.given[0] <= other.withdrawn_by:
                return [_BLOCKED[1]]
        return []


def is_past(consent: Revision, today: date) -> tuple[bool, bool]:
    """Say whether a consent was withdrawn, and whether it has expired, as a disclosure takes it: in doubt, both.

    Args:
        consent: The record.
        today: The day to count from.

    Returns:
        Withdrawn, expired.
    """
    one = Grant.read(consent)
    return one.withdrawn, one.expires is not None and today > one.expires


def ended_with(withdrawn: Revision, consents: Iterable[Revision]) -> set[bytes]:
    """Say which consents a withdrawal stands against, wholly or in part.

    Args:
        withdrawn: A consent.
        consents: All of them.

    Returns:
        Record ids: of the consent itself, and where it was withdrawn of those about the same people for any of the same
        audiences, purposes and groups that were not certainly given later.
    """
    one = Grant.read(withdrawn)
    others = [Grant.read(revision) for revision in consents] if one.withdrawn else []
    return {one.record} | {
        other.record
        for other in others
        if one.about & other.about
        and all(
            not mine or mine & theirs
            for mine, theirs in (
                (one.audiences, other.audiences),
                (one.purposes, other.purposes),
                (one.groups, other.groups),
            )
        )
        and (one.withdrawn_by is None or other.given is None or other.given[0] <= one.withdrawn_by)
    }


def _is_recent(claim: Claim, today: date) -> bool:
    """Tell whether a claim held within the last year: children grow up while a record stays as it is."""
    held: date | None = None
    if claim.as_of is not None:
        with suppress(RecordError):
            held = edtf.parse(claim.as_of).earliest
    elif claim.recorded_at is not None:
        with suppress(ValueError, OverflowError, OSError):
            held = datetime.fromtimestamp(claim.recorded_at, UTC).date()
    return held is not None and today - held <= _DOUBT


def is_child(person: Revision, today: date) -> bool:
    """Tell whether a person is certainly under age by all births on record, or without one was lately said to be."""
    births = [_earliest(one) for one in _dates(person, "birth")]
    if not births:
        said = [claim for claim in person.claims_of("vulnerability") if claim.value == "minor"]
        return "minor" in person.values("vulnerability") and any(_is_recent(claim, today) for claim in said)
    return all(
        birth is not None and (today.year - birth.year, today.month, today.day) < (ADULT_YEARS, birth.month, birth.day)
        for birth in births
    )
