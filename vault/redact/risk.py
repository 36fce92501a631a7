"""Risk of recognition: whether an unnamed person stands alone with what is told of them, or by being told of anew.

Floor: 2. Groups are counted within one disclosure and together with what press and public had before; and so is who is
told of at all. It is no proof of anonymity: among a thousand records nearly all are
unique on district, year of birth, sex and month; so what is published is counts, or little and read by a person.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Protocol, TypeAlias

from vault.records import Field, Revision, Schemas
from vault.redact import shapes
from vault.redact.coarsen import birth_band, coarse_date
from vault.redact.places import coarsen
from vault.redact.policy import PUBLISHED, Policy

TellingClaim: TypeAlias = tuple[frozenset[bytes], Field, str, Any]
"""Whom a claim speaks of, its field, its outcome and what is shown of it."""
_TELLING: Final = frozenset({"value", "coarsened"})
_USUAL_BAND: Final = 10
"""Years by which a birth is taken to have been coarsened where the policy now has no band for it."""
_SUPPRESSED: Final = ("",)
_TOGETHER: Final = " by this and what they have already"
_DIFFERS: Final = (
    "it differs by one person from what press or public have, so that laid side by side the two show whose the facts"
    " are; release that person alone, or wait until there are more"
)


def check_groups(policy: Policy, claims: Iterable[TellingClaim], *, together: bool = False) -> list[str]:
    """Look for unnamed people alike to fewer than k others in what is told of them.

    A person who leaves under their own name, with consent, is known anyway and is not counted; nor is one of whom no
    such attribute is told.

    Args:
        policy: Its `quasi` says which fields, its `k` how many; without `k` nothing is looked for.
        claims: For each claim whom it speaks of, its field, its outcome and what is shown.
        together: They are of this disclosure and of earlier ones together.

    Returns:
        Nothing, or one line that says how small the smallest group is and which attribute to make coarser.
    """
    if not policy.k:
        return []
    named: set[bytes] = set()
    told: defaultdict[bytes, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for people, field, outcome, value in claims:
        key = next((one for one in policy.quasi if one in {field.name, "@" + field.type}), None)
        for person in people:
            if field.type == "name" and outcome == "value":
                named.add(person)
            elif key and outcome in _TELLING:
                told[person][key].add(json.dumps(value, ensure_ascii=True, sort_keys=True))
    groups = {
        # What is suppressed is a class of its own: it sets a person apart like any value.
        person: tuple(tuple(sorted(attributes.get(key, ()))) or _SUPPRESSED for key in policy.quasi)
        for person, attributes in told.items()
        if person not in named
    }
    smallest = min(Counter(groups.values()).values(), default=policy.k)
    if smallest >= policy.k:
        return []

    shown = [
        place for place in range(len(policy.quasi)) if any(group[place] != _SUPPRESSED for group in groups.values())
    ]

    def without(place: int) -> int:
        return min(Counter(group[:place] + group[place + 1 :] for group in groups.values()).values())

    worst = max(shown, key=without)
    return [
        (
            f"people who are not named could be recognised{_TOGETHER if together else ''}: the smallest group alike has"
            f" {smallest}, the policy asks"
            f" for {policy.k}; make {policy.quasi[worst]} coarser or withhold it, or publish counts"
        )
    ]


class FactLike(Protocol):
    """What became of one claim, by the ledger: whom it speaks of, where it stands, and how it left."""

    @property
    def record(self) -> bytes:
        """Record id of the record that holds the claim."""

    @property
    def revision(self) -> bytes:
        """Revision id, or its first 8 bytes."""

    @property
    def claim(self) -> int:
        """Place of the claim in the revision."""

    @property
    def person(self) -> bytes | None:
        """Record id of the person, if it speaks of one."""

    @property
    def role(self) -> str:
        """One of the roles."""

    @property
    def outcome(self) -> str:
        """How it left."""


def told_of(facts: Iterable[FactLike]) -> frozenset[bytes]:
    """Say of whom anything is told, be it under a stand-in; officials apart."""
    return frozenset(
        fact.person
        for fact in facts
        if fact.person is not None and fact.role != "official" and fact.outcome in {*_TELLING, "pseudonym"}
    )


def check_difference(policy: Policy, facts: Iterable[FactLike], released: Iterable[Iterable[FactLike]]) -> list[str]:
    """Compare whom a disclosure to press or public tells of with what press and public had before.

    Laid beside earlier ones, a release in which one person is new, or one of theirs missing, shows which facts are that
    person's, also if others come or go besides; with nobody in common there is nothing to lay beside it.

    Args:
        policy: Of the disclosure; for other audiences nothing is compared: there it is the usual update.
        facts: Of the disclosure.
        released: Facts of each bundle before.

    Returns:
        Nothing, or one line that says so; it names nobody.
    """
    if policy.audience not in PUBLISHED:
        return []
    mine = told_of(facts)
    before = [told_of(one) for one in released]
    known = frozenset[bytes]().union(*before)
    # Who comes or goes alone stands out whatever the others do: two that come do not hide one that goes.
    if mine & known and (len(mine - known) == 1 or any(len(one - mine) == 1 for one in before if one & mine)):
        return [_DIFFERS]
    return []


def told_before(
    policy: Policy,
    released: Iterable[Iterable[FactLike]],
    revision_of: Callable[[bytes, bytes], Revision | None],
    schemas: Schemas,
) -> Iterator[TellingClaim]:
    """Give what press and public were told before, as far as the ledger and the records say it.

    How coarse it was is not kept; it is taken to have been as coarse as the policy now has it, else as is usual.

    Args:
        policy: Of the disclosure that is to be compared.
        released: Facts of each bundle before.
        revision_of: Gives the revision of a record by the beginning of its id; None if it was erased.
        schemas: The schemas in force.

    Yields:
        Claims for `check_groups`.
    """
    for fact in (fact for facts in released for fact in facts):
        revision = revision_of(fact.record, fact.revision) if fact.person and fact.outcome in _TELLING else None
        if fact.person is None or revision is None or fact.claim >= len(revision.claims):
            continue
        claim = revision.claims[fact.claim]
        of = schemas.field(revision.kind, claim.field)
        value = (
            shapes.whole(of, claim.value) if fact.outcome == "value" else _coarse(policy, fact.role, of, claim.value)
        )
        if value is not None:
            yield frozenset({fact.person}), of, fact.outcome, value


def _coarse(policy: Policy, role: str, of: Field, value: Any) -> Any:  # noqa: ANN401 - by the type of the field
    action = policy.verdict(role, of).action
    match of.type:
        case "birth" if isinstance(value, str) and action.name != "date":
            return birth_band(value, action.years or _USUAL_BAND)
        case "birth" | "date" if isinstance(value, str):
            return coarse_date(value, action.to if action.name == "date" else "year")
        case "place":
            return coarsen(value, action.to if action.name == "place" else "region")
    return None
