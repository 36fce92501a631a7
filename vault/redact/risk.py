"""Risk of recognition: whether an unnamed person stands alone with what is told of them, or by being told of anew.

Floor: 2. Groups are counted within one disclosure; who is told of at all is compared with what press and public had. It
is no proof of anonymity: among a thousand records nearly all are
unique on district, year of birth, sex and month; so what is published is counts, or little and read by a person.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Final, Protocol

from vault.records import Field
from vault.redact.policy import PUBLISHED, Policy

_TELLING: Final = frozenset({"value", "coarsened"})
_SUPPRESSED: Final = ("",)
_DIFFERS: Final = (
    "it differs by one person from what press or public have, so that laid side by side the two show whose the facts"
    " are; release that person alone, or wait until there are more"
)


def check_groups(policy: Policy, claims: Iterable[tuple[frozenset[bytes], Field, str, Any]]) -> list[str]:
    """Look for unnamed people alike to fewer than k others in what the disclosure tells of them.

    A person who leaves under their own name, with consent, is known anyway and is not counted; nor is one of whom no
    such attribute is told.

    Args:
        policy: Its `quasi` says which fields, its `k` how many; without `k` nothing is looked for.
        claims: For each claim whom it speaks of, its field, its outcome and what is shown.

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
            f"people who are not named could be recognised: the smallest group alike has {smallest}, the policy asks"
            f" for {policy.k}; make {policy.quasi[worst]} coarser or withhold it, or publish counts"
        )
    ]


class FactLike(Protocol):
    """What became of one claim, by the ledger: as much of it as tells whom a bundle speaks of."""

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

    Laid beside an earlier one, a release that tells of one person more or fewer shows which facts are that person's.

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
    if any(len(mine ^ one) == 1 for one in (*before, frozenset().union(*before)) if one):
        return [_DIFFERS]
    return []
