"""Counts of the detained persons of a selection who consent to be counted.

Floor: 2. It counts nobody without consent for every field counted by, and counts by nothing that the policy would not
tell of a single person, coarse or from a list.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from vault.errors import ConsentError, DisclosureError, PolicyError
from vault.records import Field
from vault.redact import withheld as known
from vault.redact.apply import Work
from vault.redact.counts import LEAST_GROUP, MAX_FIELDS, SEVERAL, UNKNOWN, Told, tabulate
from vault.redact.policy import Verdict
from vault.redact.view import COARSENED, VALUE, View

COUNTED: Final = frozenset({"choice", "birth", "date", "place"})
"""Types of field that counts may be by."""
_COARSE: Final = frozenset({"age-band", "date", "place"})


class Counting(Work):
    """A request for counts being worked on."""

    def counted(self, earlier: Iterable[Told], *, preview: bool) -> View:
        """Count the detained persons of the selection who consent to it; nobody else is counted."""
        fields = self._counted_fields()
        people = sorted(one for one, role in self.roles.items() if role == "detainee" and one in self.graph.records)
        groups = sorted({of.group for _, of, _ in fields if of.group} or {"identity"})
        missing: defaultdict[bytes, dict[str, str]] = defaultdict(dict)
        relied: set[bytes] = set()
        for person in people:
            for group in groups:
                answer = self.consents.covers(person, group, self._asked(person))
                if answer.consent is None:
                    missing[person][group] = answer.missing
                else:
                    relied.add(answer.consent)
        refusals: list[str] = []
        if missing and not self.request.leave_out:
            if not preview:
                raise ConsentError(self._missing_lines(missing))
            refusals = [f"consent is missing: {line}" for line in self._missing_lines(missing)]
        values = self._values([f"{kind}.{of.name}" for kind, of, _ in fields], set(people) - missing.keys())
        told = [(name, str(verdict.action)) for name, (_, _, verdict) in zip(self.request.counts, fields, strict=True)]
        table = None
        try:
            table = tabulate(told, values, self.policy.k or LEAST_GROUP, earlier)
        except DisclosureError as error:
            if not preview:
                raise
            refusals.append(str(error))
        kept = known.Collection()
        for cell in table.cells if table else ():
            for value, (_, of, _) in zip(cell.key, fields, strict=True):
                if value is not None and of.type == "place":
                    kept.add("place", value)
        return View(
            records=(),
            table=table,
            counts=Counter(verdict.rule for _, _, verdict in fields),
            withheld=self._withheld([], kept).listed(),
            kept=kept.listed(),
            consents=tuple(sorted(relied)),
            left_out=tuple(sorted(missing)) if self.request.leave_out else (),
            refusals=tuple(refusals),
        )

    def _counted_fields(self) -> list[tuple[str, Field, Verdict]]:
        """Find the fields to count by, and check that the policy tells each of them, and none of them exactly."""
        if len(self.request.counts) > MAX_FIELDS:
            raise DisclosureError(f"counts are by {MAX_FIELDS} fields at most")
        found = []
        for name in self.request.counts:
            kind, _, field = name.rpartition(".")
            kinds = [
                one
                for one in ([kind] if kind in self.schemas.kinds else [] if kind else self.schemas.kinds)
                if any(of.name == field and of.type in COUNTED for of in self.schemas.fields(one))
            ]
            if len(kinds) != 1:
                told = f"say which: {', '.join(f'{one}.{field}' for one in kinds)}" if kinds else "there is none"
                raise DisclosureError(f"counts are by a field of choices, dates, births or places; {name!a}: {told}")
            of = self.schemas.field(kinds[0], field)
            verdict = self._ask_policy("detainee", of)
            if verdict.action.name not in _COARSE and (verdict.action.name, of.type) != (
                "keep",
                "choice",
            ):
                raise PolicyError(
                    f"{name} cannot be counted by: the policy {self.policy.name} has {verdict.action}"
                    f" ({verdict.rule}); counts are by choices it keeps and by what it coarsens"
                )
            found.append((kinds[0], of, verdict))
        return found

    def _values(self, fields: list[str], people: set[bytes]) -> dict[bytes, tuple[str, ...]]:
        """Say for each person one value for each field, as it may be told."""
        told: defaultdict[bytes, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for record in sorted(self.shown):
            revision = self.graph.records[record]
            for index, claim in enumerate(revision.claims):
                name = f"{revision.kind}.{claim.field}"
                if name not in fields:
                    continue
                item = self._decide(revision, index, claim)
                if item.outcome in {VALUE, COARSENED}:
                    shown = item.value["text"] if isinstance(item.value, dict) else str(item.value)
                    for person in item.people & people:
                        told[self.graph.one_person(person)][name].add(shown)
        return {
            person: tuple(
                next(iter(told[person][name]), UNKNOWN) if len(told[person][name]) < 2 else SEVERAL for name in fields
            )
            for person in set(map(self.graph.one_person, people))
        }
