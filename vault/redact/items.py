"""One claim on its way out, and what is told of it afterwards: to the owner and to the ledger.

Floor: 2. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vault.records import Claim, Field, Revision
from vault.redact import masks, shapes
from vault.redact.policy import Verdict
from vault.redact.view import (
    COARSENED,
    NOT_ASKED,
    PSEUDONYM,
    UNKNOWN,
    UNSEEN,
    VALUE,
    WITHHELD,
    Decision,
    Fact,
)

# That nothing is known of somebody tells no more than a stand-in does: that there is somebody.
_LEDGER: Final = {
    VALUE: VALUE,
    PSEUDONYM: PSEUDONYM,
    COARSENED: COARSENED,
    WITHHELD: WITHHELD,
    UNSEEN: WITHHELD,
    UNKNOWN: PSEUDONYM,
    NOT_ASKED: PSEUDONYM,
}
RELATION: Final = "relation"


@dataclass(slots=True)
class Item:
    """One claim being decided.

    Args:
        revision, index, claim, field: Where it stands and what it is.
        people: Record ids of whom it speaks.
        role: The role that decided.
        verdict: What the policy says.
        outcome: What becomes of it.
        value: What is shown; plain data.
        retracted: It was taken back.
        also: People whom a link shows, by name or token, beside those whom the claim speaks of.
        masked: How many known values were masked in its text.
        settled: Places of words in its masked text that decisions let stand.
        to_record: A link to something that is no person: decided when it is known what else leaves.
        answering: Who answers for it where it speaks of nobody by name: a title, a reply, a paper of a case.
    """

    revision: Revision
    index: int
    claim: Claim
    field: Field
    people: frozenset[bytes]
    role: str
    verdict: Verdict
    outcome: str = WITHHELD
    value: Any = None
    retracted: bool = False
    also: tuple[bytes, ...] = ()
    masked: int = 0
    settled: tuple[tuple[int, int], ...] = ()
    to_record: bytes | None = None
    answering: frozenset[bytes] = frozenset()

    @property
    def record(self) -> bytes:
        """Record id of the record that holds the claim."""
        return self.revision.record_id

    def shows(self, *types: str) -> bool:
        """Tell whether the value itself leaves, and is of one of these types of field."""
        return self.outcome == VALUE and self.field.type in types

    def decision(self) -> Decision:
        """Return the line of the preview."""
        return Decision(
            record=self.record,
            kind=self.revision.kind,
            field=self.field.name,
            claim=self.index,
            people=tuple(sorted(self.people)),
            role=self.role,
            rule=self.verdict.rule,
            action=str(self.verdict.action),
            outcome=self.outcome,
            masked=self.masked,
        )

    def facts(self, roles: Mapping[bytes, str], is_inside: Callable[[bytes], bool]) -> Iterator[Fact]:
        """Yield what the ledger keeps: one fact for each person."""
        outcome, form = _LEDGER[self.outcome], self._form()
        name, revision_id = f"{self.revision.kind}.{self.field.name}", self.revision.id
        # A name beside no record is nobody's who is on record, whoever answers for it.
        answering = self.answering if self.field.type != "link" else ()
        meant = {*self.people, *self.also}
        people: list[bytes | None] = [*sorted({*meant, *answering})]
        for person in people or [None]:
            # Who only answers for it is not told of in their own role: a title is of the case.
            role = roles.get(person, "source") if person in meant else self.role
            inside = is_inside(person) if person else False
            yield Fact(person, self.record, revision_id, self.index, name, role, inside, outcome, form)

    def _form(self) -> str:
        """Say how it left: how coarse, where it is masked, that a relation is told, or that nothing is known."""
        match self.outcome:
            case "coarsened":
                action = self.verdict.action
                return f"{action.name} {action.years or action.to}"
            case "unknown" | "not-asked":
                return self.outcome
            case "value" | "pseudonym" if self.field.type == "link":
                return RELATION if isinstance(self.value, dict) and "relation" in self.value else ""
            case "value":
                return masks.places(shapes.whole(self.field, self.claim.value), self.value)
        return ""


def taken_back(revision: Revision, index: int) -> bool:
    """Tell whether a claim was taken back: it says so, or a later one takes its value or all values back."""
    claim = revision.claims[index]
    if claim.state == "retracted":
        return True
    return claim.state == "stated" and any(
        later.field == claim.field
        and later.state == "retracted"
        and (later.value is None or later.value == claim.value)
        for later in revision.claims[index + 1 :]
    )
