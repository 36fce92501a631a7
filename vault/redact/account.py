"""What the ledger keeps of a disclosure: of whom which claim left, and how; by ids, never by value.

Floor: 2. It decides nothing. Whoever holds the ledger and the records can say from it what a bundle shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from vault.redact import shapes
from vault.redact.items import Item, taken_back
from vault.redact.roles import PERSON, Graph
from vault.redact.view import PSEUDONYM, VALUE, WITHHELD, Fact

TOLD: Final = "told"
"""Form of a fact about who told a claim: a token of the source or statement stands beside it."""
OWN: Final = "own"
"""Form of a fact of which no more is about the person than that it stands in that person's own record."""


def account(
    items: Iterable[Item], graph: Graph, roles: Mapping[bytes, str], told_by: Callable[[Item], Iterable[bytes]]
) -> tuple[Fact, ...]:
    """Say of each claim of whom it speaks and how it left.

    Args:
        items: The claims, decided.
        graph: All records.
        roles: Role of each person in this disclosure.
        told_by: For a claim, who is shown to have told it.

    Returns:
        One fact for each person and claim; beside them the names that links show, each as a claim of the person's own
        record, who is shown to have told what, and whose record is there with nothing about that person in it.
    """
    facts = dict.fromkeys(told(items, graph, roles, told_by))
    return (*facts, *_own(facts, graph, roles))


def told(
    items: Iterable[Item], graph: Graph, roles: Mapping[bytes, str], told_by: Callable[[Item], Iterable[bytes]]
) -> Iterator[Fact]:
    """Yield what each claim tells by itself: `account` without whose record is there with nothing about that person."""
    for item in items:
        yield from item.facts(roles, graph.is_inside)
        if item.outcome == VALUE and item.field.type == "link":
            for person in item.also:
                yield from _names(graph, person, roles.get(person, "source"))
        name, revision = f"{item.revision.kind}.{item.field.name}", item.revision.id
        for person in sorted(told_by(item)):
            role, inside = roles.get(person, "source"), graph.is_inside(person)
            yield Fact(person, item.record, revision, item.index, name, role, inside, PSEUDONYM, TOLD)


def _own(facts: Iterable[Fact], graph: Graph, roles: Mapping[bytes, str]) -> Iterator[Fact]:
    left = [fact for fact in facts if fact.outcome != WITHHELD]
    about = {(fact.person, fact.record) for fact in left}
    for fact in {fact.record: fact for fact in left}.values():
        person = graph.entity(fact.record)
        if fact.field.partition(".")[0] in {PERSON, "source"} and (person, fact.record) not in about:
            role, inside = roles.get(person, "source"), graph.is_inside(person)
            yield replace(fact, person=person, role=role, inside=inside, outcome=PSEUDONYM, form=OWN)


def _names(graph: Graph, person: bytes, role: str) -> Iterator[Fact]:
    revision = graph.records[person]
    of = graph.schemas.field(PERSON, "name")
    for index, claim in enumerate(revision.claims):
        if claim.field == "name" and not taken_back(revision, index) and shapes.whole(of, claim.value):
            name, inside = f"{revision.kind}.name", graph.is_inside(person)
            yield Fact(person, person, revision.id, index, name, role, inside, VALUE)
