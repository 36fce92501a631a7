"""What changed since an earlier bundle: the claims that its recipient has already are left out of an update.

Floor: 2. It decides nothing about what may leave: it takes away from what was decided. Told is what the ledger says was
told, of a claim that says the same now, in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from vault import codec
from vault.records import Claim, Revision
from vault.redact.items import Item, taken_back
from vault.redact.risk import FactLike
from vault.redact.view import UNSEEN, WITHHELD

RevisionOf = Callable[[bytes, bytes], Revision | None]
"""Finds a revision by the id of its record and the beginning of its own."""
_CONTEXT: Final = frozenset({"kind", "person", "about"})
"""Fields without which nobody would know what a changed claim speaks of."""


class _Told(NamedTuple):
    """One thing told of one person."""

    person: bytes | None
    record: bytes
    field: str
    outcome: str
    form: str
    said: bytes
    retracted: bool


class Since:
    """What a recipient was told until a bundle.

    Args:
        facts: Of the ledger, oldest first.
        revision_of: Finds the revisions that they name.

    Secrets:
        All of it.
    """

    def __init__(self, facts: Iterable[FactLike], revision_of: RevisionOf) -> None:
        self._revision_of = revision_of
        told: dict[_Told, None] = {}
        newest: dict[bytes, Revision] = {}
        for fact in facts:
            revision = revision_of(fact.record, fact.revision)
            if revision is not None and fact.claim < len(revision.claims):
                told[_told(fact, revision)] = None
                newest[fact.record] = revision
        # What a later bundle showed to be said no more, or otherwise, is not what the recipient goes by.
        said = {record: set(map(_said, revision.claims)) for record, revision in newest.items()}
        self._told = {one for one in told if one.said in said[one.record]}

    def split(self, items: Iterable[Item], facts_of: Callable[[Item], Iterable[FactLike]]) -> tuple[list[Item], int]:
        """Tell apart what changed.

        Args:
            items: All claims, decided and masked.
            facts_of: Says what the ledger would keep of a claim.

        Returns:
            The claims that are new or changed, with those that say what they speak of; and how many facts that were
            told are no longer said, or otherwise.
        """
        items = list(items)
        changed: set[tuple[bytes, int]] = set()
        now: set[_Told] = set()
        for item in items:
            facts = {self._of(item, fact) for fact in facts_of(item)}
            now |= facts
            if not facts <= self._told:
                changed.add((item.record, item.index))
        records = {item.record for item in items if (item.record, item.index) in changed and item.outcome != UNSEEN}
        kept = [
            item
            for item in items
            if item.record in records and ((item.record, item.index) in changed or item.field.name in _CONTEXT)
        ]
        return kept, sum(one.outcome != WITHHELD for one in self._told - now)

    def _of(self, item: Item, fact: FactLike) -> _Told:
        revision = item.revision if fact.record == item.record else self._revision_of(fact.record, fact.revision)
        return _told(fact, revision or item.revision)


def _told(fact: FactLike, revision: Revision) -> _Told:
    said = _said(revision.claims[fact.claim])
    back = taken_back(revision, fact.claim)
    return _Told(fact.person, fact.record, fact.field, fact.outcome, fact.form, said, back)


def _said(claim: Claim) -> bytes:
    """Return what a claim says and how it is known, to be compared."""
    return codec.encode(
        [claim.field, claim.value, claim.state, claim.basis, claim.as_of, claim.confidence, claim.source]
    )
