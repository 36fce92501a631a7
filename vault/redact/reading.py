"""What the owner is shown before a disclosure leaves: each text with what stands under its masks, and who told alone.

Floor: 2. It decides nothing. What it gives holds withheld values and never leaves the preview.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from vault.matching import MASK, Matcher, Protected, lexicon
from vault.matching.letters import fold
from vault.records import Revision, Schemas
from vault.redact import masks, shapes
from vault.redact import withheld as known
from vault.redact.items import Item
from vault.redact.policy import HIDDEN_ROLES, Policy
from vault.redact.review import Kinship, doubts
from vault.redact.risk import USUAL_QUASI, Single, TellingClaim, would_tell
from vault.redact.roles import Graph
from vault.redact.rulings import Read, places, written_small
from vault.redact.view import COARSENED, VALUE, Doubt, Mark, Reading

_ELSEWHERE: Final = "not part of this"
_PAST: Final = "recorded before"
_NEVER: Final = "level never"


def readings(
    items: Iterable[Item],
    read: Iterable[tuple[Item, str, Read]],
    matcher: Matcher,
    *,
    withheld: known.Collection,
    kept: known.Collection,
    graph: Graph,
    history: Callable[[bytes], list[Revision]],
) -> Iterator[Reading]:
    """Say of each text what stands under its masks and why, and which words are in doubt.

    Args:
        items: All claims of the disclosure, decided.
        read: Those that are texts, each with the text as recorded and what is masked in it.
        matcher: Of the withheld values.
        withheld: These values.
        kept: What the disclosure shows.
        graph: All records.
        history: All revisions of a record.

    Yields:
        One reading for each text.

    Secrets:
        The result.
    """
    newest = (*graph.records.values(), *graph.removed.values())
    origins = known.origins(newest, history, graph.schemas)
    rules = {(item.revision.id, item.index): item.verdict.rule for item in items}
    part = {record for record in graph.records if record in {item.record for item in items}}
    causes = [_cause(value, origins, rules, part) for value in withheld.listed()]
    # What any address has tells nobody apart.
    shared = {word for word in withheld.words() & kept.words() if fold(word) not in lexicon.GENERIC | lexicon.BINDING}
    kinship = Kinship(graph.schemas)
    for item, text, found in read:
        marks = tuple(
            Mark(spot.start, spot.end, ruling=spot.ruling, **(causes[spot.index] if spot.index >= 0 else {}))
            for spot in found.spots
        )
        name = f"{item.revision.kind}.{item.field.name}"
        of_field = texts_of(item.revision, graph.schemas, item.field.name)
        before = [one for index, _, one in of_field if index < item.index]
        in_doubt = _numbered(doubts(text, found, matcher, shared, kinship), text, before)
        yield Reading(item.record, name, item.index, text, marks, in_doubt)
    for item in items:
        yield from _elsewhere(item, matcher, causes)


def _elsewhere(item: Item, matcher: Matcher, causes: Sequence[dict[str, Any]]) -> Iterator[Reading]:
    """Give what is masked in a name, a phone, a number or a place: withheld people that stand beside it."""
    if not item.shows("name", "phone", "id", "place"):
        return
    before, after = shapes.whole(item.field, item.claim.value), item.value
    parts = (
        [(f".{part}", before[part], after[part]) for part in after]
        if isinstance(after, dict)
        else [("", before, after)]
    )
    for part, text, masked in parts:
        spans = matcher.spans(text) if MASK in masked else []
        marks = tuple(
            Mark(start, end, **next((causes[one.index] for one in spans if one.start < end and start < one.end), {}))
            for start, end in masks.ranges(text, masked)
        )
        if marks:
            yield Reading(item.record, f"{item.revision.kind}.{item.field.name}{part}", item.index, text, marks)


def _numbered(found: Iterable[Doubt], text: str, before: Sequence[str]) -> tuple[Doubt, ...]:
    """Say which of the places of its word each is, counted through the texts of a field."""
    numbers: dict[str, dict[int, int]] = {}

    def number(one: Doubt) -> int:
        word = text[one.start : one.end]
        if word not in numbers:
            first = 1 + sum(len(places(other, word)) for other in before)
            numbers[word] = {start: at for at, start in enumerate(places(text, word), first)}
        return numbers[word].get(one.start, 0)

    return tuple(replace(one, place=number(one)) for one in found)


def texts_of(revision: Revision, schemas: Schemas, field: str = "") -> list[tuple[int, str, str]]:
    """Give the texts of a record, in the order in which the places of a word are counted.

    Args:
        revision: The record.
        schemas: The schemas in force.
        field: Only those of this field; empty for all.

    Returns:
        Place of the claim, name of the field, and the text.

    Secrets:
        The texts.
    """
    return [
        (index, claim.field, claim.value)
        for index, claim in enumerate(revision.claims)
        if field in {"", claim.field}
        and isinstance(claim.value, str)
        and schemas.field(revision.kind, claim.field).type == "text"
    ]


def _cause(
    value: Protected,
    origins: Mapping[tuple[str, str], tuple[Revision, int]],
    rules: Mapping[tuple[bytes, int], str],
    part: set[bytes],
) -> dict[str, Any]:
    """Say which value a mask hides, where it is recorded and why it is withheld."""
    found: dict[str, Any] = {"kind": value.kind, "value": value.text}
    origin = origins.get((value.kind, known.same(value.text)))
    if origin is None:
        return found
    revision, claim = origin
    elsewhere = _PAST if revision.record_id in part else _ELSEWHERE
    found["record"] = revision.record_id
    found["field"] = f"{revision.kind}.{revision.claims[claim].field}"
    found["rule"] = _NEVER if value.strict else rules.get((revision.id, claim), elsewhere)
    return found


def everybody(policy: Policy, graph: Graph) -> Iterator[TellingClaim]:
    """Yield what a policy would tell of everybody in the vault, as of somebody detained.

    Args:
        policy: The policy.
        graph: All records.

    Yields:
        Claims for `recognition`.
    """
    quasi = {*(policy.quasi or USUAL_QUASI)}
    for revision in graph.records.values():
        for claim in revision.claims:
            of = graph.schemas.field(revision.kind, claim.field)
            if claim.state == "stated" and claim.value is not None and {of.name, f"@{of.type}"} & quasi:
                people, _ = graph.subjects(revision, of, claim)
                value = would_tell(policy, "detainee", of, claim.value) if people else None
                if value is not None:
                    yield people, of, VALUE, value


def told_alone(items: Sequence[Item], graph: Graph, roles: Mapping[bytes, str]) -> Iterator[Single]:
    """Yield the facts that leave and that one source alone told, who is not named for it.

    Args:
        items: The claims of records that leave, decided.
        graph: All records.
        roles: Role of each person in this disclosure.

    Yields:
        One for each such fact.
    """
    told: defaultdict[tuple[bytes, str, str], set[bytes]] = defaultdict(set)
    for item in items:
        if item.outcome in {VALUE, COARSENED} and item.field.type != "link":
            source = item.claim.source or (item.record if item.revision.kind == "statement" else None)
            said = json.dumps(item.value, sort_keys=True)
            name = f"{item.revision.kind}.{item.field.name}"
            told[item.record, name, said] |= graph.origins(source) if source else frozenset()
    for (record, name, _), origins in told.items():
        if len(origins) == 1 and roles.get(next(iter(origins)), "source") in HIDDEN_ROLES:
            yield Single(record, name, next(iter(origins)))


def may_stand(
    text: str,
    start: int,
    end: int,
    *,
    graph: Graph,
    history: Callable[[bytes], list[Revision]],
    masks: Iterable[Protected] = (),
) -> bool:
    """Tell whether a word of a text would stand if it were written small, were every value of the vault withheld.

    Args:
        text: The text. Secret.
        start: Place of the word's first character.
        end: Behind its last.
        graph: All records.
        history: All revisions of a record.
        masks: What was decided to be masked everywhere.

    Returns:
        False where no decision lets it stand.
    """
    values = known.collect(
        (*graph.records.values(), *graph.removed.values()),
        history,
        graph.schemas,
        kept=known.Collection(),
        dates_of=lambda _record, _field, _place: True,
        strict_records=lambda record: bool(graph.everywhere.get(record, set()) & HIDDEN_ROLES),
        coarse=known.ShownPlaces(),
    )
    spans = Matcher([*values.listed(), *masks]).spans(written_small(text, [(start, end)]))
    return not any(span.start < end and start < span.end for span in spans)
