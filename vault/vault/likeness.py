"""Which persons are one: a person's verdicts, and whom to ask about.

Part of floor 3. A verdict stands in both records. It refuses records that are not persons or are removed, and decides
nothing by itself: what looks alike is only offered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from vault import names
from vault.errors import RecordError
from vault.records import Claim, continued, id_text, link_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from vault.records import Draft, Revision

PERSON: Final = "person"
SAME: Final = "same_as"
NOT_SAME: Final = "not_same_as"
ALSO_NAMED: Final = "also_named"
VERDICTS: Final = (SAME, NOT_SAME, ALSO_NAMED)
"""Fields of a person that a verdict writes, and nothing else."""

_NAME_PARTS: Final = ("text", "script", "lang")


# --- verdicts ---------------------------------------------------------------------------------------------------------


def judged(revision: Revision) -> set[bytes]:
    """Give the records of which a person said, in this record, that they are or are not the same person."""
    return {*revision.links(SAME), *revision.links(NOT_SAME)}


def check_pair(first: Revision, second: Revision) -> None:
    """Refuse a verdict that means nothing.

    Args:
        first: One record.
        second: The other.

    Raises:
        RecordError: They are one record, one is not of a person, or one is removed.
    """
    if first.record_id == second.record_id:
        msg = "these are one record, not two"
        raise RecordError(msg)
    for revision in (first, second):
        if revision.kind != PERSON:
            msg = f"record {id_text(revision.record_id)} is of kind {revision.kind[:64]}, not of a person"
            raise RecordError(msg)
        if revision.removed:
            msg = f"record {id_text(revision.record_id)} is removed; take it back into view first"
            raise RecordError(msg)


def with_verdict(mine: Revision, other: bytes, partners: Iterable[Revision], *, same: bool) -> Draft | None:
    """Write a verdict into one of the two records.

    Args:
        mine: Its newest revision.
        other: Record id of the other one.
        partners: Newest revisions of all records that are, after this verdict, the same person as `mine`.
        same: What was said.

    Returns:
        The next revision; None if the record says all this already.

    Secrets:
        All of it.
    """
    field, former = (SAME, NOT_SAME) if same else (NOT_SAME, SAME)
    said = other in mine.links(field)
    claims: list[Claim] = []
    for claim in mine.claims:
        about_other = link_of(claim.value) == other
        if claim.field == field and about_other and not said:
            continue  # it was taken back once, and is said again below
        if claim.field == former and about_other and claim.state == "stated":
            claims.append(replace(claim, state="retracted"))
        else:
            claims.append(claim)
    if not said:
        claims.append(Claim(field, other))
    done = with_aliases(claims, partners)
    return None if done == mine.claims else continued(mine, done)


def with_aliases(claims: Iterable[Claim], partners: Iterable[Revision]) -> tuple[Claim, ...]:
    """Bring the names that a record has from others up to date.

    A name taken back would still be found; so one that no partner has any more is left out, and the history keeps it.

    Args:
        claims: Claims of the record.
        partners: Newest revisions of the records that are the same person.

    Returns:
        The claims, with `also_named` for each stated name of a partner that the record has not itself.

    Secrets:
        All of it.
    """
    claims = tuple(claims)
    own = {_same_name(claim.value) for claim in claims if claim.field == "name" and claim.state == "stated"}
    wanted: dict[str, Any] = {}
    for partner in partners:
        for value in partner.values("name"):
            if isinstance(value, dict) and (key := _same_name(value)) and key not in own:
                wanted.setdefault(key, {part: value[part] for part in _NAME_PARTS if part in value})
    # One that is there stays as it is, with the time when it was written down.
    kept = [
        claim for claim in claims if claim.field != ALSO_NAMED or wanted.pop(_same_name(claim.value), None) is not None
    ]
    return (*kept, *(Claim(ALSO_NAMED, value) for value in wanted.values()))


def following(written: Sequence[Revision], newest: Callable[[bytes], Revision | None]) -> Iterator[Draft]:
    """Bring up to date what other records have from the names of records just written.

    Args:
        written: The new revisions.
        newest: Reads the newest revision that a record had before.

    Yields:
        Drafts of the others, each record once.

    Secrets:
        All of it.
    """
    known = {revision.record_id: revision for revision in written}
    linked = {target for revision in written if revision.kind == PERSON for target in revision.links(SAME)}
    for target in sorted(linked - known.keys()):
        other = newest(target)
        if other is None or other.removed:
            continue
        partners = [known.get(partner) or newest(partner) for partner in other.links(SAME)]
        claims = with_aliases(other.claims, filter(None, partners))
        if claims != other.claims:
            yield continued(other, claims)


def _same_name(value: object) -> str:
    """Reduce a name so that two ways of writing the same letters compare equal."""
    return " ".join(word for word, _, _ in names.words(text_of(value)))


def texts_of_names(revision: Revision) -> Iterator[str]:
    """Give every name that a record has of its own, those taken back too."""
    for claim in revision.claims_of("name"):
        if text := text_of(claim.value):
            yield text
