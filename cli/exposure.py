"""The report of who is exposed: as plain values, as a text, and as a page to print.

Floor: roof. The page needs nothing from anywhere: no script, no picture, no font. Text out of a vault is never markup
in it, nor a control or invisible character.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cli.output import escape
from cli.pages import page, safe
from cli.views import moment, short_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vault.vault import Exposure
    from vault.vault.exposure import Contact, Person, Told

_OUTCOMES: Final = ("value", "coarsened", "pseudonym")
_WORDS: Final = {
    "told": "who told it",
    "own": "no more than that the record is there",
    "unknown": "unknown",
    "not-asked": "not asked",
}
_FORMS: Final = {"told": "told by", "own": "record", "unknown": "no value", "not-asked": "no value"}


def as_json(found: Exposure) -> dict[str, Any]:
    """Give the report as plain values.

    Args:
        found: The report.

    Returns:
        What JSON says: ids and hashes as bytes, people in the order in which to warn them.
    """
    from cli.commands.ledger import handover_json

    return {
        "recipients": list(found.recipients),
        "bundles": [
            {**handover_json(one), "bundle": one.digest, "asked_back": moment(found.asked_back.get(one.digest)) or None}
            for one in found.bundles
        ],
        "consents": [_plain(one, record="id") for one in found.consents],
        "people": [
            {
                **_plain(one, record="id"),
                "named": one.named,
                "facts": [_plain(fact) for fact in one.facts],
                "contacts": [_plain(contact, record="id") for contact in one.contacts],
            }
            for one in found.people
        ],
        "unrecorded": [{"name": one.name, "role": one.role, "fact": _plain(one.fact)} for one in found.unrecorded],
        "nobody": [_plain(fact) for fact in found.nobody],
    }


def _plain(one: Any, **names: str) -> dict[str, Any]:  # noqa: ANN401 - the report's own classes
    return {names.get(of.name, of.name): getattr(one, of.name) for of in fields(one)}


# --- text and page ------------------------------------------------------------------------------------------------


class Block(NamedTuple):
    """One part of the report: a heading, lines below it, and rows of facts."""

    heading: str
    lines: list[str]
    rows: list[tuple[str, str, str, str]]


def blocks(found: Exposure) -> Iterator[Block]:
    """Lay the report out.

    Args:
        found: The report.

    Yields:
        What was handed over; each person, whom to warn first on top; names beside no record; facts about nobody.
    """
    lost = {one.record: one.state for one in found.consents if one.state != "given"}
    lines = [
        "  ".join(
            part
            for part in (
                moment(one.time),
                f"to {one.recipient}",
                f"policy {one.policy}",
                f"for {one.purpose}",
                f"onward to {', '.join(one.onward)}" if one.onward else "",
                f"SHA-256 {one.digest.hex()[:16]}",
                f"asked back {moment(found.asked_back[one.digest])[:10]}" if one.digest in found.asked_back else "",
            )
            if part
        )
        for one in found.bundles
    ]
    yield Block(f"Handed over: {len(found.bundles)} bundles, of {len(found.people)} people", lines, [])
    for place, person in enumerate(found.people, 1):
        yield Block(f"{place}. {person.name or 'record erased'}", list(_about(person)), _rows(person.facts, lost))
    if found.unrecorded:
        rows = [(f"{one.role}: {one.name}", *row[1:]) for one in found.unrecorded for row in _rows((one.fact,), lost)]
        yield Block("Named beside no record", [], rows)
    if found.nobody:
        yield Block("About nobody", [], _rows(found.nobody, lost))


def _about(person: Person) -> Iterator[str]:
    """Say who somebody is and how to reach them."""
    where = "inside the State concerned" if person.inside else "outside"
    onward = f"goes on to {', '.join(person.onward)}" if person.onward else ""
    how = "named" if person.named else "not named"
    yield ", ".join(part for part in (person.role, where, how, onward, f"record {short_id(person.record)}") if part)
    if person.stand_ins:
        yield f"stands there as {', '.join(person.stand_ins)}"
    if person.same_as:
        yield f"the same person as {', '.join(map(short_id, person.same_as))}"
    for contact in person.contacts:
        if not contact.inside:
            yield f"reach through {_contact(contact)}"
    if person.reach:
        caution = "; inside: others may listen" if person.inside else ""
        yield f"own: {', '.join(person.reach)}{caution}"
    inside = [_contact(contact) for contact in person.contacts if contact.inside]
    if inside:
        yield f"inside, or not known to be outside: {'; '.join(inside)}"
    if person.inside and all(contact.inside for contact in person.contacts):
        yield "nobody outside is on record"


def _contact(contact: Contact) -> str:
    return " ".join((contact.name or "record erased", f"({contact.how})", *contact.reach))


def _rows(facts: tuple[Told, ...], lost: dict[bytes, str]) -> list[tuple[str, str, str, str]]:
    """Lay out facts: how each left, its field, what was told, and what is to be known of it."""
    ordered = sorted(facts, key=lambda one: (_OUTCOMES.index(one.outcome), one.field))
    return [(_FORMS.get(one.form, one.outcome), one.field, _told(one), "; ".join(_marks(one, lost))) for one in ordered]


def _told(fact: Told) -> str:
    shown, real = _text(fact.shown), _text(fact.value)
    if fact.form in _WORDS:
        return f"{_WORDS[fact.form]}{f', as {shown}' if shown else ''}"
    if fact.shown is None and fact.form == "masked":
        return "a text with masks"
    if fact.shown is None:
        return f"now: {real}" if real else "cannot be read any more"
    if isinstance(fact.value, dict) and "title" in fact.value:
        return f"{real} as {shown}"
    # Of a masked text no more than the recipient has: the page would expose who is not exposed yet.
    return shown if fact.outcome == "value" or real == shown else f"{shown}, of {real}"


def _text(value: Any) -> str:  # noqa: ANN401 - plain data of any shape
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    if "sha256" in value:
        return str(value.get("name", ""))
    parts = [value.get("relation"), value.get("text") or value.get("name") or value.get("path")]
    parts += [*value.get("names", ()), value.get("title") or value.get("record") or value.get("link")]
    parts += [value[key] for key in ("county", "region", "country") if key in value]
    return ", ".join(str(part) for part in parts if part)


def _marks(fact: Told, lost: dict[bytes, str]) -> Iterator[str]:
    yield f"record {short_id(fact.record)}"
    if fact.form and fact.outcome == "coarsened":
        yield fact.form
    for consent in fact.consents:
        yield f"consent {short_id(consent)}" + (f" {lost[consent]}" if consent in lost else "")
    if fact.lacks:
        yield f"no longer covered: {fact.lacks}"
    if fact.since:
        yield f"{fact.since} since" if fact.since != "taken back" else fact.since


def as_text(found: Exposure, subject: str) -> str:
    """Write the report as plain text.

    Args:
        found: The report.
        subject: What was opened by somebody.

    Returns:
        Lines with line feeds; no control characters but these.
    """
    lines = [f"Who is exposed by {subject}", "Whom to warn first stands first.", ""]
    for block in blocks(found):
        lines += [block.heading, *(f"   {line}" for line in block.lines)]
        lines += ["   " + "  ".join(part for part in row if part) for row in block.rows]
        lines.append("")
    return "\n".join(escape(line) for line in lines)


_STYLE: Final = "td:nth-child(3){width:50%}"


def as_html(found: Exposure, subject: str) -> str:
    """Write the report as a page to print.

    Args:
        found: The report.
        subject: What was opened by somebody.

    Returns:
        HTML that loads nothing.
    """
    parts = [
        f'<h1 dir="auto">Who is exposed by {safe(subject)}</h1>',
        "<p>Whom to warn first stands first. This page is as secret as the vault.</p>",
    ]
    for block in blocks(found):
        parts.append(f'<h2 dir="auto">{safe(block.heading)}</h2>')
        parts += [f'<p dir="auto">{safe(line)}</p>' for line in block.lines]
        if block.rows:
            cells = ("".join(f'<td dir="auto">{safe(cell)}</td>' for cell in row) for row in block.rows)
            parts.append(f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>")
    return page("Who is exposed", parts, style=_STYLE)
