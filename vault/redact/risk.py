"""Risk of recognition: whether an unnamed person stands alone with what is told of them.

Floor: 2. It counts only within one disclosure. It is no proof of anonymity: among a thousand records nearly all are
unique on district, year of birth, sex and month; so what is published is counts, or little and read by a person.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Final

from vault.records import Field
from vault.redact.policy import Policy

_TELLING: Final = frozenset({"value", "coarsened"})
_SUPPRESSED: Final = ("",)


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
