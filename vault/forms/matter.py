"""The matter of one person: which records a form is answered from, who submits, and what holds of them.

Floor: 2, part of `forms`. Who is detained and who submits is asked of `redact`, by links and consent, so that a form
and a bundle never disagree about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from vault.errors import NotFoundError, RecordError
from vault.forms.form import Form, Question
from vault.records import Claim, Revision, Schemas, edtf, id_text
from vault.redact.consent import Ask, Consents, is_child
from vault.redact.places import coarsen
from vault.redact.roles import PERSON, Graph

URGENT_MONTHS: Final = 3
DISAPPEARED: Final = frozenset({"arrest", "abduction", "detention", "house_arrest", "last_contact"})
"""Kinds of events from which the three months of an urgent case are counted."""
_HELD: Final = frozenset({"arrest", "abduction", "detention", "transfer", "house_arrest", "forced_labour", "sentence"})
_PARTIES: Final = frozenset(
    {"Kazakhstan", "Mongolia", "Germany", "France", "Netherlands", "Norway", "Switzerland", "Austria", "Japan"}
)
"""Of the countries in the table of places, those that ratified the Convention on enforced disappearance."""
_OTHER_BODIES: Final = frozenset({"wgeid", "wgad", "ced", "regional"})


@dataclass(frozen=True, slots=True)
class Matter:
    """What is on record about one person, for a form.

    Args:
        person: Record id of the person, 16 bytes.
        records: Newest revisions of the records that answer the form, that of the person among them.
        today: The day on which it is asked.

    Secrets:
        All of it.
    """

    person: bytes
    records: tuple[Revision, ...] = field(repr=False)
    today: date

    def of(self, kind: str) -> Iterator[Revision]:
        """Yield the records of one kind."""
        return (one for one in self.records if one.kind == kind)

    def values(self, place: str) -> list[Any]:
        """Return what stands as stated in one field of all records of a kind.

        Args:
            place: `kind.field`.
        """
        kind, _, name = place.partition(".")
        return [value for record in self.of(kind) for value in record.values(name)]

    def answers(self, question: Question) -> list[Any]:
        """Return the values that answer a question, as stated."""
        return [
            value for record, name in self._asked(question) for value in record.values(name) if _counts(question, value)
        ]

    def told(self, question: Question) -> list[Claim]:
        """Return the claims of the fields that a question asks for, in all states."""
        return [claim for record, name in self._asked(question) for claim in record.claims_of(name)]

    def _asked(self, question: Question) -> Iterator[tuple[Revision, str]]:
        for record in self.records:
            if all(set(record.values(name)) & set(choices) for name, choices in question.where.items()):
                for name in question.fields_of(record.kind):
                    yield record, name

    def holds(self, condition: str) -> bool:
        """Tell whether a condition of a form holds.

        Args:
            condition: One of `form.CONDITIONS`; nothing always holds.
        """
        return not condition or _CONDITIONS[condition](self)

    def urgent_until(self) -> date | None:
        """Return the last day on which a case is urgent for the WGEID; None if it is not, or no day is known.

        Counted from the first day that the latest disappearance on record may mean; a release later than it ends it.
        """
        return urgent_until(list(self.of("event")), self.today)


def urgent_until(events: Sequence[Revision], today: date) -> date | None:
    """Return the last day on which the disappearance that events tell of is urgent for the WGEID.

    Args:
        events: All events of one person.
        today: The day on which it is asked.

    Returns:
        The day, not before today; None if there is none.
    """
    found = [day for one in events if DISAPPEARED & set(one.values("kind")) if (day := _first_day(one)) is not None]
    freed = [day for one in events if {"release", "death"} & set(one.values("kind")) if (day := _first_day(one))]
    latest = max((day for day in found if day <= today), default=None)
    if latest is None or any(day >= latest for day in freed):
        return None
    last = months_later(latest, URGENT_MONTHS)
    return last if last >= today else None


def months_later(day: date, months: int) -> date:
    """Return the day so many months later, or the last of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date.max


def _first_day(event: Revision) -> date | None:
    days = []
    for value in event.values("when"):
        try:
            days.append(edtf.parse(value).earliest)
        except (RecordError, TypeError):
            continue
    return min((day for day in days if day is not None), default=None)


def _another(matter: Matter) -> bool:
    submitters = list(matter.of("source"))
    return bool(submitters) and all(matter.person not in one.links("person") for one in submitters)


def _national(matter: Matter) -> bool:
    return bool(_PARTIES & _countries(matter.values("person.nationality")))


def _there(matter: Matter) -> bool:
    return bool(_PARTIES & _countries(matter.values("event.place")))


_CONDITIONS: Final[Mapping[str, Callable[[Matter], bool]]] = {
    "organisation": lambda matter: bool(matter.values("source.organisation")),
    "another": _another,
    "no_steps": lambda matter: set(matter.values("action.kind")) == {"none"},
    "elsewhere": lambda matter: bool(_OTHER_BODIES & set(matter.values("action.body"))),
    "recent": lambda matter: matter.urgent_until() is not None,
    "not_recent": lambda matter: matter.urgent_until() is None,
    "not_held": lambda matter: not _HELD & set(matter.values("event.kind")),
    "national_of_party": _national,
    "place_in_party": _there,
    "no_party": lambda matter: not (_national(matter) or _there(matter)),
}


def _countries(values: Iterable[object]) -> set[str]:
    return {found["text"] for value in values if (found := coarsen(value, "country"))}


def _counts(question: Question, value: Any) -> bool:  # noqa: ANN401 - by the type of the field
    if question.of:
        told = value.get("relation", value.get("kind")) if isinstance(value, dict) else None
        return told in question.of
    if question.month:
        try:
            read = edtf.parse(value)
        except (RecordError, TypeError):
            return False
        first, last = read.earliest, read.latest
        return first is not None and last is not None and (first.year, first.month) == (last.year, last.month)
    return True


def gather(
    revisions: Iterable[Revision], schemas: Schemas, chosen: Sequence[bytes], form: Form, today: date
) -> list[Matter]:
    """Say from which records a form is answered, for each person to whom something was done.

    Args:
        revisions: Newest revisions of the whole vault, removed records too.
        schemas: The schemas in force.
        chosen: Record ids of a person, a case, or both.
        form: The form.
        today: The day on which consents are read.

    Returns:
        One for each such person in what was chosen, in the order of their ids.

    Raises:
        NotFoundError: What was chosen is not there.

    Source:
        docs/forms.md §From which records.
    """
    graph = Graph(revisions, schemas)
    for record in chosen:
        if record not in graph.records:
            raise NotFoundError(f"there is no record {id_text(record)}, or it was removed")
    whole = graph.select(chosen)
    standing = graph.records.values()
    children = frozenset(one.record_id for one in standing if one.kind == PERSON and is_child(one, today))
    papers = [one for one in (*standing, *graph.removed.values()) if one.kind == "consent"]
    consents = Consents(papers, graph.missing_people(), children)
    ask = Ask(form.audience, form.purpose, frozenset(), today)

    def submits(person: bytes) -> bool:
        return all(consents.covers(person, group, ask, own=True).consent for group in ("identity", "testimony"))

    roles = graph.roles(whole, chosen, submits)
    people = [one for one in sorted(whole) if graph.records[one].kind == PERSON and roles.get(one) == "detainee"]
    return [_matter(graph, whole, roles, person, today) for person in people]


def _matter(graph: Graph, whole: set[bytes], roles: dict[bytes, str], person: bytes, today: date) -> Matter:
    def answers(record: Revision) -> bool:
        match record.kind:
            case "person":
                return record.record_id == person
            case "source":
                return roles.get(graph.entity(record.record_id)) == "submitter"
            case "event":
                return person in graph.people_of(record.record_id)
            case _:
                people = graph.people_of(record.record_id)
                return not people or person in people

    records = tuple(graph.records[one] for one in sorted(whole) if answers(graph.records[one]))
    return Matter(person, records, today)
