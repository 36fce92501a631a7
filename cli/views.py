"""How records look: one line in a list, a page for one record, the lines between two revisions.

Floor: roof. It gives plain text that is not yet escaped; `cli.output` does that when it prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vault.records import id_text, link_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vault.records import Claim, Field, Revision, Schemas

SHORT_DIGITS: Final = 10
_STATES: Final = {
    "unknown": "unknown",
    "withheld": "would not say",
    "not-asked": "not asked",
    "retracted": "retracted",
}


def short_id(record_id: bytes) -> str:
    """Write the first digits of a record id, enough to be typed.

    Args:
        record_id: 16 bytes.

    Returns:
        Ten hexadecimal digits.
    """
    return id_text(record_id)[:SHORT_DIGITS]


def moment(seconds: int | None) -> str:
    """Write a point in time.

    Args:
        seconds: Since 1970 UTC; None for unknown.

    Returns:
        ISO 8601 in UTC to the minute; empty if it is unknown or out of range.
    """
    if seconds is None:
        return ""
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%MZ")
    except (OverflowError, ValueError, OSError):
        return ""


def value_text(value: Any) -> str:  # noqa: ANN401 - claims hold plain data of several types
    """Write a claim's value as one text.

    Args:
        value: See `vault.records.model`.

    Returns:
        The text with its qualifiers; links as the beginning of the record id.
    """
    if isinstance(value, bytes):
        return short_id(value)
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    if "sha256" in value:
        return f"{value.get('name', '')} ({value.get('length', 0)} bytes)"
    if "relation" in value:
        target = link_of(value)
        who = " ".join(part for part in (value.get("name", ""), short_id(target) if target else "") if part)
        return f"{value['relation']}: {who}"
    more = [str(value[key]) for key in ("county", "region", "country") if value.get(key)]
    marks = [str(value[key]) for key in ("kind", "script", "lang") if value.get(key)]
    text = ", ".join([text_of(value), *more])
    return f"{text} ({', '.join(marks)})" if marks else text


def claim_text(claim: Claim) -> str:
    """Write what a claim says, its state included.

    Args:
        claim: Any claim.

    Returns:
        The value, or the word for why there is none.
    """
    if claim.state == "stated":
        return value_text(claim.value)
    word = _STATES.get(claim.state, claim.state)
    return f"{word}: {value_text(claim.value)}" if claim.value is not None else word


def claim_marks(claim: Claim) -> str:
    """Write where a claim comes from.

    Args:
        claim: Any claim.

    Returns:
        Basis, source, date and confidence, as far as they are known.
    """
    parts = [
        claim.basis or "",
        f"source {short_id(claim.source)}" if claim.source else "",
        f"as of {claim.as_of}" if claim.as_of else "",
        f"{claim.confidence} confidence" if claim.confidence else "",
    ]
    return "; ".join(part for part in parts if part)


def claims_in_order(revision: Revision, schemas: Schemas) -> Iterator[tuple[Field, Claim]]:
    """Go through the claims in the order of the schema, unknown fields last.

    Args:
        revision: Any revision.
        schemas: The vault's schemas.

    Yields:
        Each claim with its field.
    """
    order = {field.name: place for place, field in enumerate(schemas.fields(revision.kind))}
    for claim in sorted(revision.claims, key=lambda claim: order.get(claim.field, len(order))):
        yield schemas.field(revision.kind, claim.field), claim


def page(
    revision: Revision, schemas: Schemas, *, lang: str, name_of: Callable[[bytes], str]
) -> Iterator[tuple[str, str, str]]:
    """Lay out one record.

    Args:
        revision: The revision to show.
        schemas: The vault's schemas.
        lang: Language of the labels: en, ru, kk or zh.
        name_of: Says which record a link points at.

    Yields:
        Label, text and marks of each claim.
    """
    for field, claim in claims_in_order(revision, schemas):
        label = field.label(lang)
        text = claim_text(claim)
        if field.type == "choice" and claim.state == "stated" and isinstance(claim.value, str):
            text = field.choice_label(claim.value, lang)
        target = link_of(claim.value)
        if target is not None and (name := name_of(target)):
            text = f"{text} {name}"
        yield label, text, claim_marks(claim)


def difference(before: Revision | None, after: Revision) -> list[str]:
    """Say what one revision changed, by field names alone.

    Args:
        before: The revision that it followed; None for the first.
        after: The revision.

    Returns:
        Words such as `+name`, `-phone`, `retracted address`, or `removed`.
    """
    from collections import Counter

    was: Counter[tuple[str, str, str]] = Counter(map(_same, before.claims)) if before is not None else Counter()
    now = Counter(map(_same, after.claims))
    gone, come = was - now, now - was
    words = []
    for field, said, state in sorted(come.elements()):
        earlier = next((key for key in gone.elements() if key[:2] == (field, said)), None)
        if earlier is not None:  # the same thing said, in another state: taken back, or said again
            gone[earlier] -= 1
            words.append(f"{state} {field}")
        else:
            words.append(f"+{field}")
    words += [f"-{field}" for field, _, _ in sorted(gone.elements())]
    if after.removed and not (before is not None and before.removed):
        words.append("removed")
    if before is not None and before.removed and not after.removed:
        words.append("restored")
    return words


def _same(claim: Claim) -> tuple[str, str, str]:
    said = repr((claim.value, claim.basis, claim.as_of, claim.confidence, claim.source))
    return claim.field, said, claim.state
