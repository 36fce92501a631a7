"""Who is who: what a selection takes in, whom a fact speaks of, and in which role a person stands in it.

Floor: 2. A role comes from links, never from a stored label. Whoever stands in no link that gives a role is treated
as a source: the strictest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Final

from vault.errors import RecordError
from vault.records import Claim, Field, Revision, Schemas, edtf, link_of
from vault.redact.items import taken_back
from vault.redact.policy import ROLES

PERSON: Final = "person"
_DETAINEE, _SUBMITTER, _SOURCE, _HELPER, _CASE = "detainee", "submitter", "source", "helper", "case"
_OFFICIAL: Final = "official"
_MAX_STEPS: Final = 4
"""How many links a paper's subject is followed: a paper about a paper about an event about a person."""


class Graph:
    """The newest revisions of a vault and the links between them.

    Args:
        revisions: Newest revisions of all records, those removed too.
        schemas: The schemas in force.

    Secrets:
        All of it.
    """

    def __init__(self, revisions: Iterable[Revision], schemas: Schemas) -> None:
        self.schemas = schemas
        self.records: dict[bytes, Revision] = {}
        self.removed: dict[bytes, Revision] = {}
        self._people: dict[tuple[bytes, int], frozenset[bytes]] = {}
        self._origins: dict[tuple[bytes, int], frozenset[bytes]] = {}
        for revision in revisions:
            (self.removed if revision.removed else self.records)[revision.record_id] = revision
        self._about: defaultdict[bytes, set[bytes]] = defaultdict(set)
        self._in_case: defaultdict[bytes, set[bytes]] = defaultdict(set)
        for revision in self.records.values():
            for field, claim, target in self.links(revision):
                if claim.state != "stated":
                    continue
                if field.name == "about" or field.gives == _DETAINEE:
                    self._about[target].add(revision.record_id)
                elif "case" in field.targets and field.name == "case":
                    self._in_case[target].add(revision.record_id)

    def links(self, revision: Revision) -> Iterator[tuple[Field, Claim, bytes]]:
        """Yield each link of a record with its field and its claim; what was taken back comes as retracted."""
        for index, claim in enumerate(revision.claims):
            target = link_of(claim.value)
            if target is not None:
                field = self.schemas.field(revision.kind, claim.field)
                if field.type == "link":
                    yield field, replace(claim, state="retracted") if taken_back(revision, index) else claim, target

    # --- selection ------------------------------------------------------------------------------------------------

    def select(self, selection: Iterable[bytes]) -> set[bytes]:
        """Say which records a selection takes in.

        Args:
            selection: Record ids. Of a case all its records go; of any record, what is about it: so of a person the
                events, statements, papers and steps, and of an event its papers.

        Returns:
            Record ids of records that stand; and the statements and sources that their claims come from.
        """
        found: set[bytes] = set()
        for start in selection:
            if start in self.records:
                self._take_in(start, found)
        origins = {
            claim.source for record in found for claim in self.records[record].claims if claim.source in self.records
        }
        found |= {one for one in origins if one and self.records[one].kind in {"source", "statement"}}
        return found

    def _take_in(self, start: bytes, found: set[bytes]) -> None:
        whole_case = self.records[start].kind == "case"
        waiting = [start, *(self._in_case[start] if whole_case else ())]
        seen: set[bytes] = set()
        while waiting:
            record = waiting.pop()
            if record in seen:
                continue
            seen.add(record)
            for other in self._about[record]:
                kind, cases = self.records[other].kind, self.records[other].links("case")
                # Of a case only what belongs to it and to no other; of a source or a case record only its papers:
                # all else would draw in other families.
                if (not whole_case or not cases or start in cases) and (
                    kind == "document" or self.records[record].kind not in {"case", "source"}
                ):
                    waiting.append(other)
        found |= seen

    # --- whom a fact speaks of ------------------------------------------------------------------------------------

    def entity(self, record: bytes) -> bytes:
        """Return who a source is: the person it links to, else the source record itself."""
        revision = self.records.get(record) or self.removed.get(record)
        if revision is not None and revision.kind == "source":
            return next(iter(sorted(revision.links("person"))), record)
        return record

    def origins(self, record: bytes) -> frozenset[bytes]:
        """Return the entities from whom a statement, source or paper comes."""
        return self._origins_within(record, _MAX_STEPS)

    def _origins_within(self, record: bytes, steps: int) -> frozenset[bytes]:
        # Kept for each number of steps: papers about papers would else be followed along every way there is.
        if (record, steps) not in self._origins:
            self._origins[record, steps] = frozenset(self._find_origins(record, steps))
        return self._origins[record, steps]

    def _find_origins(self, record: bytes, steps: int) -> set[bytes]:
        revision = self.records.get(record) or self.removed.get(record)
        if revision is None or steps == 0 or revision.kind in {PERSON, _SOURCE}:
            return {self.entity(record)}
        return {
            origin
            for field, _, target in self.links(revision)
            if field.gives == _SOURCE
            for origin in self._origins_within(target, steps - 1)
        }

    def people_of(self, record: bytes) -> frozenset[bytes]:
        """Return the people that a record speaks of, following papers to what they belong to."""
        return self._people_within(record, _MAX_STEPS)

    def _people_within(self, record: bytes, steps: int) -> frozenset[bytes]:
        if (record, steps) not in self._people:
            self._people[record, steps] = frozenset(self._find_people(record, steps))
        return self._people[record, steps]

    def _find_people(self, record: bytes, steps: int) -> set[bytes]:
        revision = self.records.get(record)
        if revision is None or steps == 0:
            return set()
        if revision.kind in {PERSON, _SOURCE}:
            return {self.entity(record)}
        return {
            person
            for field, claim, target in self.links(revision)
            if claim.state == "stated" and (field.name == "about" or field.gives == _DETAINEE)
            for person in self._people_within(target, steps - 1)
        }

    def answering(self, record: bytes) -> frozenset[bytes]:
        """Return who answers for what a record says of nobody by name.

        Args:
            record: Record id.

        Returns:
            The people that the record speaks of; else those to whom something was done in the cases that it, or what
            it is about, belongs to; else all people of these cases but sources, helpers and officials. Empty if
            nobody is known.
        """
        if people := self.people_of(record):
            return people
        near = {record, *self.records[record].links("about")}
        cases = {case for one in near if one in self.records for case in (one, *self.records[one].links("case"))}
        spoken_of = {
            person
            for case in cases
            for other in self._in_case.get(case, ())
            for person in self.people_of(other)
            if self.everywhere.get(person, set()).isdisjoint({_SOURCE, _HELPER, _OFFICIAL}) or self._is_detained(person)
        }
        return frozenset(filter(self._is_detained, spoken_of)) or frozenset(spoken_of)

    def _is_detained(self, person: bytes) -> bool:
        return _DETAINEE in self.everywhere.get(person, ())

    def subjects(self, revision: Revision, field: Field, claim: Claim) -> tuple[frozenset[bytes], str]:
        """Say whom a claim speaks of.

        Args:
            revision: The record.
            field: The field, as its schema describes it.
            claim: The claim.

        Returns:
            Record ids of the people or sources, and the role to use where there is none: a fixed role, `case` for
            facts about nobody, or `source` where somebody is meant who is not on record.
        """
        if field.subject == "self":
            return frozenset({revision.record_id}), _SOURCE
        if field.subject == _SOURCE:
            own = revision.kind == _SOURCE
            return frozenset({self.entity(revision.record_id)}) if own else self.origins(revision.record_id), _SOURCE
        if not field.subject.startswith("link:"):
            return frozenset(), field.subject
        name = field.subject.removeprefix("link:")
        targets = revision.links(name)
        if name == field.name:
            own_target = link_of(claim.value)
            if own_target is None:
                # A name beside no record: whoever it is stands in the role that the link gives.
                return frozenset(), field.gives or _SOURCE
            targets = [own_target]
        people = frozenset(person for target in targets for person in self.people_of(target))
        return people, _CASE if targets and all(self._is_paper(target) for target in targets) else _SOURCE

    def _is_paper(self, record: bytes) -> bool:
        """Tell whether a record is about nobody by its nature: a case, or a step taken without naming for whom."""
        revision = self.records.get(record)
        return revision is not None and revision.kind in {"case", "action"}

    # --- people ---------------------------------------------------------------------------------------------------

    def one_person(self, record: bytes) -> bytes:
        """Return one id for all records that are said to be of one person: to be counted once."""
        return self._same.get(record, record)

    @cached_property
    def _same(self) -> dict[bytes, bytes]:
        first: dict[bytes, bytes] = {}

        def find(record: bytes) -> bytes:
            while (above := first.get(record, record)) != record:
                first[record] = record = first.get(above, above)
            return record

        for revision in self.records.values():
            for other in revision.links("same_as") if revision.kind == PERSON else ():
                one, two = sorted((find(revision.record_id), find(other)))
                first[two] = one
        return {record: find(record) for record in tuple(first)}

    def withdrawn(self, person: bytes) -> bool:
        """Tell whether a consent about a person was withdrawn; a removed one counts."""
        return any(
            revision.kind == "consent"
            and person in revision.links("about")
            and any(claim.state in {"stated", "unknown", "withheld"} for claim in revision.claims_of("withdrawn_on"))
            for revision in (*self.records.values(), *self.removed.values())
        )

    def is_inside(self, person: bytes) -> bool:
        """Tell whether a person is inside the State concerned: whoever is not recorded as outside is."""
        revision = self.records.get(person) or self.removed.get(person)
        said = revision.values("inside") if revision else []
        return not said or any(value != "no" for value in said)

    def missing_people(self) -> frozenset[bytes]:
        """Return the people to whom something was done and of whom no release is known that may be later."""
        last: dict[bytes, list[tuple[str, edtf.Date | None]]] = {}
        for revision in self.records.values():
            for field, claim, target in self.links(revision):
                if field.gives == _DETAINEE and claim.state == "stated":
                    kinds = revision.values("kind") or [""]
                    last.setdefault(target, []).append((str(kinds[-1]), _day(revision)))
        return frozenset(person for person, events in last.items() if not _released(events))

    @cached_property
    def everywhere(self) -> dict[bytes, set[str]]:
        """All roles that links anywhere in the vault give, removed records included."""
        given: defaultdict[bytes, set[str]] = defaultdict(set)
        for revision in (*self.records.values(), *self.removed.values()):
            self._give(revision, given)
        return dict(given)

    def roles(
        self,
        selected: set[bytes],
        chosen: Iterable[bytes],
        submits: Callable[[bytes], bool],
    ) -> dict[bytes, str]:
        """Say in which role each person or source stands in a selection.

        Args:
            selected: Record ids of what the selection takes in.
            chosen: Record ids that were asked for by name: a person among them whom no link places is whom the
                request is about, unless that person is a source or helper anywhere in the vault.
            submits: Tells whether consent makes a source a submitter.

        Returns:
            The role by record id; who is not in it counts as a source.
        """
        given: defaultdict[bytes, set[str]] = defaultdict(set)
        for record in selected:
            self._give(self.records[record], given)
        for gone in self.removed.values():
            # A record that was removed still says who told: the removal made nobody less of a source.
            if any(target in selected for _, _, target in self.links(gone)):
                told: defaultdict[bytes, set[str]] = defaultdict(set)
                self._give(gone, told)
                for person, found in told.items():
                    if hidden := found & {_SOURCE, _HELPER}:
                        given[person] |= hidden
        roles: dict[bytes, str] = {}
        for person in chosen:
            revision = self.records.get(person)
            if revision is None or revision.kind != PERSON or given[person]:
                continue
            given[person] = (self.everywhere.get(person, set()) & {_SOURCE, _HELPER}) or {_DETAINEE}
        for person, all_roles in given.items():
            if _SOURCE in all_roles and submits(person):
                all_roles.add(_SUBMITTER)
            roles[person] = min(all_roles, key=ROLES.index, default=_SOURCE)
        return roles

    def _give(self, revision: Revision, given: defaultdict[bytes, set[str]]) -> None:
        if revision.kind == "source":
            given[self.entity(revision.record_id)].add(_SOURCE)
        for field, claim, target in self.links(revision):
            # Who was once named as a source stays one, though the claim was taken back.
            if field.gives and (claim.state == "stated" or field.gives in {_SOURCE, _HELPER}):
                given[self.entity(target)].add(field.gives)
        for claim in revision.claims:
            if claim.source is not None:
                for origin in self.origins(claim.source):
                    given[origin].add(_SOURCE)


def _day(event: Revision) -> edtf.Date | None:
    days = []
    for value in event.values("when"):
        try:
            days.append(edtf.parse(value))
        except (RecordError, TypeError):
            continue
    return days[-1] if days else None


def _released(events: list[tuple[str, edtf.Date | None]]) -> bool:
    """Tell whether a release is on record, unless something was done to the person later, for certain.

    In doubt the person is free, and no other may speak for them.
    """
    releases = [day.latest if day else None for kind, day in events if kind == "release"]
    others = [day for kind, day in events if kind not in {"release", "sighting", "last_contact", "proof_of_life"}]
    return bool(releases) and not any(
        day and day.earliest and all(release and release < day.earliest for release in releases) for day in others
    )
