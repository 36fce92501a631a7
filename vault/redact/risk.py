"""Risk of recognition: whether an unnamed person stands alone with what is told of them, or by being told of anew.

Floor: 2. Groups are counted within one disclosure and together with what press and public had before; and so is who is
told of at all. It is no proof of anonymity: among a thousand records nearly all are
unique on district, year of birth, sex and month; so what is published is counts, or little and read by a person.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
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
_TOGETHER_AT_MOST: Final = 3
"""Attributes that are tried together for whether one person alone has them; then all of them."""
USUAL_QUASI: Final = ("@place", "@birth", "sex", "when", "until")
"""Attributes by which people are compared where a policy names none."""
_TOGETHER: Final = " by this and what they have already"
_DIFFERS: Final = (
    "it differs by one person from what press or public have, so that laid side by side the two show whose the facts"
    " are; release that person alone, or wait until there are more"
)


_Attributes: TypeAlias = tuple[tuple[str, ...], ...]
"""What is told of a person for each attribute that tells people apart, as JSON; an empty text where it is not."""


def _alike(quasi: tuple[str, ...], claims: Iterable[TellingClaim]) -> dict[bytes, _Attributes]:
    """Say what is told of each person who is not named."""
    named: set[bytes] = set()
    told: defaultdict[bytes, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for people, field, outcome, value in claims:
        key = _key(quasi, field)
        for person in people:
            if field.type == "name" and outcome == "value":
                named.add(person)
            elif key and outcome in _TELLING:
                told[person][key].add(_text(value))
    return {
        # What is suppressed is a class of its own: it sets a person apart like any value.
        person: tuple(tuple(sorted(attributes.get(key, ()))) or _SUPPRESSED for key in quasi)
        for person, attributes in told.items()
        if person not in named
    }


def _key(quasi: Iterable[str], field: Field) -> str | None:
    return next((one for one in quasi if one in {field.name, "@" + field.type}), None)


def _text(value: Any) -> str:  # noqa: ANN401 - plain data
    return json.dumps(value, ensure_ascii=True, sort_keys=True)


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
    groups = _alike(policy.quasi, claims)
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


# --- for the owner's eyes -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """People who are not named and alike in what is told of them.

    Args:
        told: Attribute and each value told of it, plain data; attributes of which nothing is told are left out.
        people: Their record ids.
    """

    told: tuple[tuple[str, tuple[Any, ...]], ...] = dataclasses.field(repr=False)
    people: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Single:
    """A fact that only one source told, who is not named for it: whoever reads it may ask who knew.

    Args:
        record: Record id.
        field: Kind and field.
        origin: Record id of who told it.
    """

    record: bytes
    field: str
    origin: bytes


@dataclass(frozen=True, slots=True)
class Recognition:
    """Who could be recognised by what is told.

    Args:
        quasi: The attributes by which people are compared.
        k: How many have to be alike; 0 where the policy asks for no number.
        groups: Of this disclosure, the smallest first.
        together: Of this and what the same audience had before, the smallest first; empty where it had nothing.
        earlier: How many bundles it had.
        unique: The fewest attributes that only one person of the whole vault has, each with that person.
        single: Facts that only one source told.
    """

    quasi: tuple[str, ...]
    k: int
    groups: tuple[Group, ...] = ()
    together: tuple[Group, ...] = ()
    earlier: int = 0
    unique: tuple[Group, ...] = ()
    single: tuple[Single, ...] = ()


def recognition(
    policy: Policy,
    told: Collection[TellingClaim],
    before: Collection[TellingClaim],
    everybody: Iterable[TellingClaim],
    single: Iterable[Single],
    *,
    earlier: int,
) -> Recognition:
    """Say who could be recognised by what is told; it decides nothing.

    Args:
        policy: Of the disclosure.
        told: The claims that leave.
        before: Those that the audience had before.
        everybody: Those of the whole vault, each as coarse as this policy would tell it.
        single: Facts that only one source told.
        earlier: How many bundles the audience had.

    Returns:
        What is to be shown to the owner.
    """
    quasi = policy.quasi or USUAL_QUASI
    alone = _alike(quasi, told)
    together = _alike(quasi, [*told, *before]) if before else {}
    return Recognition(
        quasi,
        policy.k,
        _groups(quasi, alone),
        _groups(quasi, together),
        earlier,
        tuple(_unique(quasi, alone, everybody)),
        tuple(dict.fromkeys(single)),
    )


def _groups(quasi: tuple[str, ...], alike: Mapping[bytes, _Attributes]) -> tuple[Group, ...]:
    people: defaultdict[_Attributes, list[bytes]] = defaultdict(list)
    for person, attributes in alike.items():
        people[attributes].append(person)
    ordered = sorted(people.items(), key=lambda one: (len(one[1]), one[0]))
    return tuple(Group(_told(quasi, attributes), tuple(sorted(members))) for attributes, members in ordered)


def _told(quasi: Iterable[str], attributes: _Attributes) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple(
        (key, tuple(map(json.loads, values)))
        for key, values in zip(quasi, attributes, strict=True)
        if values != _SUPPRESSED
    )


def _unique(
    quasi: tuple[str, ...], alone: Mapping[bytes, _Attributes], everybody: Iterable[TellingClaim]
) -> Iterator[Group]:
    """Yield, for each person who stands alone in the whole vault, the fewest attributes by which that is so."""
    having: defaultdict[tuple[str, str], set[bytes]] = defaultdict(set)
    for people, field, _, value in everybody:
        key = _key(quasi, field)
        if key:
            having[key, _text(value)] |= people
    for person, attributes in sorted(alone.items()):
        told = [(key, values) for key, values in zip(quasi, attributes, strict=True) if values != _SUPPRESSED]
        sizes = [*range(1, min(_TOGETHER_AT_MOST, len(told)) + 1), len(told)]
        for chosen in (chosen for size in sizes for chosen in combinations(told, size)):
            alike = set.intersection(*(having[key, value] | {person} for key, values in chosen for value in values))
            if alike == {person}:
                yield Group(tuple((key, tuple(map(json.loads, values))) for key, values in chosen), (person,))
                break


def would_tell(policy: Policy, role: str, of: Field, value: Any) -> Any:  # noqa: ANN401 - by the type of the field
    """Say how coarse a policy would tell a value of somebody in a role; None where it would not."""
    action = policy.verdict(role, of).action
    if action.name in {"keep", "scrub"}:
        return shapes.whole(of, value)
    return _coarse(policy, role, of, value) if action.name in {"age-band", "date", "place"} else None


# --- earlier disclosures ------------------------------------------------------------------------------------------


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
    def field(self) -> str:
        """Kind and field."""

    @property
    def person(self) -> bytes | None:
        """Record id of the person, if it speaks of one."""

    @property
    def role(self) -> str:
        """One of the roles."""

    @property
    def outcome(self) -> str:
        """How it left."""

    @property
    def form(self) -> str:
        """How it left beside that, in a word or two."""


def _itself(person: bytes) -> bytes:
    return person


def told_of(facts: Iterable[FactLike], one_person: Callable[[bytes], bytes] = _itself) -> frozenset[bytes]:
    """Say of whom anything is told, be it under a stand-in; officials apart."""
    return frozenset(
        one_person(fact.person)
        for fact in facts
        if fact.person is not None and fact.role != "official" and fact.outcome in {*_TELLING, "pseudonym"}
    )


def check_difference(
    policy: Policy,
    facts: Iterable[FactLike],
    released: Iterable[Iterable[FactLike]],
    one_person: Callable[[bytes], bytes] = _itself,
) -> list[str]:
    """Compare whom a disclosure to press or public tells of with what press and public had before.

    Laid beside earlier ones, a release in which one person is new, or one of theirs missing, shows which facts are that
    person's, also if others come or go besides; with nobody in common there is nothing to lay beside it.

    Args:
        policy: Of the disclosure; for other audiences nothing is compared: there it is the usual update.
        facts: Of the disclosure.
        released: Facts of each bundle before.
        one_person: Gives one id for all records of one person.

    Returns:
        Nothing, or one line that says so; it names nobody.
    """
    if policy.audience not in PUBLISHED:
        return []
    mine = told_of(facts, one_person)
    before = [told_of(one, one_person) for one in released]
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
