"""Erasing a record for good, and finding who else names it.

Part of floor 3. What the vault no longer knows it can no longer withhold from an export; so a purge masks the erased
values wherever other records name them, their histories included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from vault import files
from vault.records import Draft, continued, identifying, link_of, text_of
from vault.vault import former, likeness
from vault.vault.reading import attachments_of, read_revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vault.index import Index, Row
    from vault.matching import Protected
    from vault.objects import ObjectReader, Ref
    from vault.records import Claim, Revision, Schemas
    from vault.vault.state import Commit
    from vault.vault.writing import RecordWriter


@dataclass(frozen=True, slots=True)
class Mention:
    """A place outside a record that names it.

    Args:
        record_id: The other record.
        field: Field of the other record.
        link: It is a link; else it is a text, and a purge masks it.
    """

    record_id: bytes
    field: str
    link: bool


@dataclass(frozen=True, slots=True)
class Removal:
    """What removing a record did.

    Args:
        record_id: The record.
        purged: It was erased; else it is a tombstone and its values are still withheld from exports.
        mentions: Other places that name it; their texts were masked by a purge.
        objects: Sealed objects erased.
    """

    record_id: bytes
    purged: bool
    mentions: tuple[Mention, ...]
    objects: int


_NAMING: Final = frozenset({"name", "phone", "id"})
"""Kinds of value that name a person; a birth date is no mention, nor a village but that of a source or helper."""
_TEXTS: Final = frozenset({"text", "file", "link"})
"""Types of field in which another record can be named; a relative's own name field is that relative's."""


class Finder:
    """Knows how a record is named, and finds that in the texts of others.

    Args:
        objects: Snapshot.
        index: Index of the same state.
        schemas: Schemas in force.
        record_id: Whom to look for.
        past: What it once had and its history does not say.

    Raises:
        IntegrityError: A record is damaged.
    """

    def __init__(
        self,
        objects: ObjectReader,
        index: Index,
        schemas: Schemas,
        record_id: bytes,
        past: Iterable[Protected] = (),
    ) -> None:
        """Collect all names, numbers and phones the record ever had, and the names that others keep."""
        self._objects = objects
        self._index = index
        self._schemas = schemas
        self._record_id = record_id
        self.history = [read_revision(objects, row) for row in index.history(record_id) if not row.purged]
        self._own_names = {text for revision in self.history for text in likeness.texts_of_names(revision)}
        tells = any(revision.kind == "source" for revision in self.history)
        kept: set[tuple[str, str]] = set()
        for other in (read_revision(objects, row) for row in index.rows(removed=True) if row.record_id != record_id):
            kept.update(
                found for found in (*self._naming(other), *self._places(other)) if found[0] in {"name", "place"}
            )
            tells = tells or self._is_told_by(other)
        known = {found for revision in self.history for found in self._naming(revision)}
        known |= {(one.kind, one.text) for one in past if one.kind in _NAMING or (one.kind == "place" and tells)}
        if tells:
            # Where a source lives was withheld with the rest of them, and would leave from now on.
            known.update(found for revision in self.history for found in self._places(revision))
        # A family name that a relative bears as well stays theirs: it is masked only beside a name that is not shared.
        from vault.matching import Matcher, Protected  # noqa: PLC0415 - only who erases looks for mentions

        self._matcher = Matcher(
            [Protected(text, kind) for kind, text in sorted(known - kept)],
            kept=[Protected(text, kind) for kind, text in sorted(kept)],
        )

    def _is_told_by(self, other: Revision) -> bool:
        return any(
            claim.source == self._record_id
            or (
                link_of(claim.value) == self._record_id
                and self._schemas.field(other.kind, claim.field).gives in {"source", "helper"}
            )
            for claim in other.claims
        )

    def _places(self, revision: Revision) -> Iterator[tuple[str, str]]:
        """Give the places of a record by their names, not the counties, regions and countries they lie in."""
        for claim in revision.claims:
            if self._schemas.field(revision.kind, claim.field).type == "place" and (text := text_of(claim.value)):
                yield "place", text

    def _naming(self, revision: Revision) -> Iterator[tuple[str, str]]:
        for field, _, kind, text in identifying(revision, self._schemas):
            # A name taken over from a record of the same person is that record's.
            if kind in _NAMING and len(text) > 1 and field != likeness.ALSO_NAMED:
                yield kind, text

    def mentions(self) -> list[Mention]:
        """Look through the whole vault, tombstones too.

        Returns:
            The mentions, by record and field; each field once.
        """
        found: set[Mention] = set()
        for row in self._index.rows(removed=True):
            if row.record_id == self._record_id:
                continue
            other = read_revision(self._objects, row)
            for claim in other.claims:
                if self._record_id in {link_of(claim.value), claim.source}:
                    found.add(Mention(other.record_id, claim.field, link=True))
                if self._names(other, claim):
                    found.add(Mention(other.record_id, claim.field, link=False))
        return sorted(found, key=lambda mention: (mention.record_id, mention.field, mention.link))

    def once(self) -> set[bytes]:
        """Find the records that name it in a revision that is no longer their newest.

        Returns:
            Their ids; what they say of it now may be nothing.
        """
        found: set[bytes] = set()
        for row in self._index.refs():
            if row.attachment or not row.superseded or row.record_id in {self._record_id, *found}:
                continue
            older = read_revision(self._objects, row)
            if any(self._names(older, claim) for claim in older.claims):
                found.add(row.record_id)
        return found

    def finds(self, text: str) -> bool:
        """Tell whether a text names it, written small or not."""
        return any(self._matcher.spans(written) for written in (text, text.title()))

    def _names(self, revision: Revision, claim: Claim) -> bool:
        if claim.field == likeness.ALSO_NAMED:
            return self._judged(revision) and text_of(claim.value) in self._own_names
        if self._schemas.field(revision.kind, claim.field).type not in _TEXTS:
            return False
        return any(self._matcher.spans(text) for text in _texts(claim.value))

    def _judged(self, revision: Revision) -> bool:
        """Tell whether a record says that it is, or is not, of the same person."""
        return any(self._is_verdict(claim) for claim in revision.claims)

    def _is_verdict(self, claim: Claim) -> bool:
        return claim.field in likeness.VERDICTS and link_of(claim.value) == self._record_id

    def rest(self, revision: Revision) -> tuple[Claim, ...]:
        """Give the claims of another record without the names, and without verdicts about this one."""
        claims = [
            replace(claim, value=self._mask(claim.value)) if self._names(revision, claim) else claim
            for claim in revision.claims
            if not self._is_verdict(claim)
        ]
        if not self._judged(revision):
            return tuple(claims)
        others = [self._index.current(target) for target in revision.links(likeness.SAME) if target != self._record_id]
        partners = [read_revision(self._objects, row) for row in others if row is not None]
        return likeness.with_aliases(claims, partners)

    def judged(self) -> Iterator[Revision]:
        """Give the newest revisions of the records with a verdict about this one."""
        for row in self._index.links_to(self._record_id):
            other = read_revision(self._objects, row)
            if self._judged(other):
                yield other

    def _mask(self, value: Any) -> Any:  # noqa: ANN401 - a claim's value
        if isinstance(value, str):
            return self._matcher.redact(value)
        if isinstance(value, dict):
            return {key: self._mask(part) for key, part in value.items()}
        return value


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - a claim's value
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)


def purge(commit: Commit, writer: RecordWriter, schemas: Schemas, record_id: bytes) -> Removal:
    """Erase a record: revisions, attachments, index, and its values where other records name them.

    A record that names it, or once did, is written anew with the values masked and without its history.

    Args:
        commit: The commit to be.
        writer: Writes revisions into it.
        schemas: Schemas in force.
        record_id: The record.

    Returns:
        What was done.

    Raises:
        IntegrityError: A record is damaged.
    """
    objects, index = commit.batch, writer.index
    rows = [row for row in index.history(record_id) if not row.purged]
    past = former.read_former(objects, commit.state.head)
    finder = Finder(objects, index, schemas, record_id, past.get(record_id, ()))
    mentions = finder.mentions()
    erased: list[Row] = list(rows)
    orphans: list[Ref] = []
    for revision in finder.history:
        attachment_rows, refs = _attachments(objects, index, revision, {row.record_id for row in erased})
        erased += attachment_rows
        orphans += refs
    masked: list[Draft] = []
    lost: dict[bytes, set[Protected]] = {}
    for other in sorted({mention.record_id for mention in mentions if not mention.link} | finder.once()):
        other_rows = [row for row in index.history(other) if not row.purged]
        newest = read_revision(objects, next(row for row in reversed(other_rows) if not row.superseded))
        erased += other_rows
        draft = Draft(
            kind=newest.kind,
            claims=finder.rest(newest),
            record_id=other,
            removed=newest.removed,
            schema_version=newest.schema_version,
            extra=newest.extra,
        )
        masked.append(draft)
        # What only its history said would no longer be withheld.
        said = former.values_of([read_revision(objects, row) for row in other_rows], schemas)
        lost[other] = said - former.values_of([replace(newest, claims=draft.claims)], schemas)
    former.keep(commit, record_id, lost, finder.finds)
    anew = {draft.record_id for draft in masked}
    from vault.vault.reviewing import forget_rulings  # noqa: PLC0415 - only who erases needs it

    forget_rulings(commit, record_id, anew, finder.finds)
    unlinked = [continued(one, finder.rest(one)) for one in finder.judged() if one.record_id not in anew]
    writer.apply(index.purge(objects, erased, commit.epoch))
    commit.orphans += orphans
    for draft in masked:
        writer.put_anew(draft)
    for draft in unlinked:
        writer.put(draft)
    return Removal(record_id, purged=True, mentions=tuple(mentions), objects=len(erased) + len(orphans))


def _attachments(
    objects: ObjectReader, index: Index, revision: Revision, known: set[bytes]
) -> tuple[list[Row], list[Ref]]:
    """Give the rows of a revision's attachments, and the objects below the one that each row names."""
    rows: list[Row] = []
    refs: list[Ref] = []
    for attachment, _ in attachments_of(revision):
        row = index.attachment(attachment.attachment_id)
        if row is None or row.record_id in known:
            continue
        known.add(row.record_id)
        rows.append(row)
        refs += [ref for _, ref in files.objects(objects, attachment, row.ref) if ref != row.ref]
    return rows, refs
