"""A preview as a page to read and judge: each text with its masks, what stands under them, and who could be recognised.

Floor: roof. It decides nothing. The page holds what a disclosure withholds; it is for the owner's own screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cli.pages import isolated, page, safe
from cli.views import short_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from vault.redact import Request, View
    from vault.redact.risk import Group, Recognition
    from vault.redact.view import Doubt, Mark, Reading

PAGE_MARK: Final = "casevault-preview"
"""Stands in the head of each such page; `review discard` deletes no other file."""
GROUPS_AT_MOST: Final = 50
STATES: Final = {
    "masked": "masked; a common word too",
    "stands": "stands; may be a name",
    "kept": "stands by your decision",
    "kin": "word for a relative",
}
_STYLE: Final = (
    ".secret{border:3px solid #b00;padding:.5em 1em;margin:.8em 0}.text{border:1px solid #999;padding:.6em;"
    "margin:.4em 0;white-space:pre-wrap;unicode-bidi:plaintext;overflow-wrap:anywhere}"
    "mark{background:#000;color:#fff;padding:0 .15em}"
    ".masked{outline:3px solid #d60}.stands{background:#fe9}.kept{background:#bdb}.kin{background:#cdf}"
    "code{white-space:pre-wrap}"
)


def commands_for(reading: Reading, doubt: Doubt) -> str:
    """Say by which command a word's lot is changed.

    Args:
        reading: The text.
        doubt: The word in it.

    Returns:
        Words of the command line; a word that may be a name is left to be asked for.
    """
    word, field = reading.text[doubt.start : doubt.end], reading.field.partition(".")[2]
    if doubt.state == "kept":
        return f"review forget {doubt.ruling.hex()}"
    if doubt.state == "masked":
        word = word if word.isalpha() else "WORD"
        at = f" --place {doubt.place}" if doubt.place else ""
        return f"review keep {short_id(reading.record)} {word} --field {field}{at}"
    return f"review mask --in {short_id(reading.record)} --field {field}"


def told_text(group: Group) -> str:
    """Say what is told of a group.

    Args:
        group: The group.

    Returns:
        Attributes and values on one line.
    """
    return "; ".join(f"{key.lstrip('@')}: {', '.join(map(_text, values))}" for key, values in group.told)


def _text(value: Any) -> str:  # noqa: ANN401 - plain data of any shape
    if isinstance(value, (dict, list, tuple)):
        parts = value.values() if isinstance(value, dict) else value
        return ", ".join(_text(part) for part in parts if part)
    return str(value)


def recognition_lines(found: Recognition) -> Iterator[str]:
    """Say who could be recognised, line by line.

    Args:
        found: The account of it.

    Yields:
        Lines of text; values as the recipient would read them, people by id.
    """
    asked = f"the policy asks for {found.k}" if found.k else "the policy asks for no number"
    yield f"people who are not named are compared by {', '.join(one.lstrip('@') for one in found.quasi)}; {asked}"
    for groups, what in ((found.groups, "by this alone"), (found.together, "with what this audience has already")):
        if groups:
            yield f"{what}: {len(groups)} group(s) alike, the smallest of {len(groups[0].people)}"
        for group in groups[:GROUPS_AT_MOST]:
            yield f"  {len(group.people)} alike: {told_text(group)} ({_people(group.people)})"
    yield f"bundles that this audience has already: {found.earlier}"
    for group in found.unique[:GROUPS_AT_MOST]:
        yield f"  alone in the vault: {told_text(group)} ({_people(group.people)})"
    for one in found.single:
        yield f"  told by one source alone: {one.field} of {short_id(one.record)} (source {short_id(one.origin)})"
    yield "such numbers are no proof: what is published is counts, or little and read by a person"


def _people(people: Sequence[bytes]) -> str:
    return " ".join(map(short_id, people[:10])) + (" …" if len(people) > 10 else "")


# --- the page -----------------------------------------------------------------------------------------------------


def preview_page(requests: Mapping[str, Request], views: Mapping[str, View], name: str) -> str:
    """Write previews as one page.

    Args:
        requests: What is wanted, by the name of each bundle.
        views: The redacted views, by the same names.
        name: The file's own name, as a shell takes it.

    Returns:
        HTML that loads nothing and runs nothing.

    Secrets:
        The result: it holds what is withheld.
    """
    body = [
        "<h1>Preview of a disclosure</h1>",
        f"""<p class="secret">This page holds secrets in the clear, with what stands under the masks. Read it on this
machine, send it to nobody, and delete it when you are done: <code>review discard {isolated(name)}</code></p>""",
    ]
    for part, view in views.items():
        body += _one(part, requests[part], view)
    return page("Preview", body, style=_STYLE, mark=PAGE_MARK)


def _one(part: str, request: Request, view: View) -> Iterator[str]:
    yield f"<h2>{f'{safe(part)}: ' if part else ''}by the policy {safe(request.policy.name)}</h2>"
    onward = f", onward to {', '.join(sorted(request.path))}" if request.path else ""
    told = f"({request.policy.audience}{onward}), for {request.purpose}"
    yield f"<p>To {isolated(request.recipient.name)} {safe(told)}</p>"
    yield from _list("It would be refused", view.refusals)
    yield from _list("To look at", view.warnings)
    if view.left_out:
        yield from _list("Left out for want of consent", [one.hex() for one in view.left_out])
    if view.shared:
        yield from _list("Words that something shown and something withheld both have", view.shared)
    if view.texts:
        yield "<h2>Texts, as they would be read</h2>"
        for reading in view.texts:
            yield from _reading(reading)
        doubts = [(reading, doubt) for reading in view.texts for doubt in reading.doubts]
        if doubts:
            yield "<h2>Words to judge</h2>"
            yield from _table(("word", "text", "place", "what it is", "to change it"), map(_doubt_row, doubts))
    if view.recognition is not None:
        yield from _list("Who could be recognised", recognition_lines(view.recognition))
    yield "<h2>All that the recipient would read</h2>"
    if view.table is not None:
        cells = (
            (*("all" if one is None else one for one in cell.key), "-" if cell.count is None else cell.count)
            for cell in view.table.cells
        )
        yield from _table((*view.table.fields, "persons"), (tuple(map(isolated, row)) for row in cells))
    for record in view.records:
        rows = (
            (safe(one.field), safe(one.outcome), isolated("" if one.value is None else _text(one.value)))
            for one in record.claims
        )
        yield f"<h3>{safe(record.id)}</h3>"
        yield from _table(("field", "is", "reads"), rows)
    for file in view.files:
        yield f"<p>file {isolated(file.path)}</p>"


def _list(heading: str, lines: Iterable[str]) -> Iterator[str]:
    found = [f"<li>{isolated(line)}</li>" for line in lines]
    if found:
        yield f"<h2>{safe(heading)}</h2><ul>{''.join(found)}</ul>"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"<table><tr>{''.join(f'<th>{safe(one)}</th>' for one in heading)}</tr>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</table>"


def _doubt_row(one: tuple[Reading, Doubt]) -> tuple[str, ...]:
    reading, doubt = one
    return (
        isolated(reading.text[doubt.start : doubt.end]),
        f"{safe(short_id(reading.record))} {safe(reading.field)}",
        safe(doubt.place or ""),
        safe(STATES[doubt.state]),
        f"<code>{isolated(commands_for(reading, doubt))}</code>",
    )


def _reading(reading: Reading) -> Iterator[str]:
    yield f"<h3>{safe(reading.field)} of {safe(short_id(reading.record))}</h3>"
    yield f'<div class="text" dir="auto">{"".join(_pieces(reading))}</div>'
    if reading.marks:
        rows = (_mark_row(number, reading.text, mark) for number, mark in enumerate(reading.marks, 1))
        yield from _table(("mask", "stands there", "kind of value", "recorded as", "where", "why"), rows)


def _pieces(reading: Reading) -> Iterator[str]:
    """Give the text as it would be read, masks numbered and words to judge marked."""
    from vault.redact import MASK

    text = reading.text
    masked = {(mark.start, mark.end): number for number, mark in enumerate(reading.marks, 1)}
    inside = {doubt.start for doubt in reading.doubts if doubt.state == "masked"}
    ranges = [*masked, *((one.start, one.end) for one in reading.doubts if one.state != "masked")]
    states = {(one.start, one.end): one.state for one in reading.doubts}
    done = 0
    for start, end in sorted(ranges):
        if start < done:
            continue  # two words for relatives, one in the other
        yield _run(text[done:start])
        number = masked.get((start, end))
        if number is None:
            yield f'<span class="{safe(states[start, end])}">{isolated(text[start:end])}</span>'
        else:
            doubtful = ' class="masked"' if any(start <= at < end for at in inside) else ""
            yield f"<mark{doubtful}><bdi>{MASK}</bdi><sub>{number}</sub></mark>"
        done = end
    yield _run(text[done:])


def _run(text: str) -> str:
    """Give text that stands in a line with other text, and so takes part in its direction."""
    return isolated(text, newlines=True).removeprefix("<bdi>").removesuffix("</bdi>")


def _mark_row(number: int, text: str, mark: Mark) -> tuple[str, ...]:
    why = " and ".join(
        part for part in (mark.rule, f"your decision {mark.ruling.hex()}" if mark.ruling else "") if part
    )
    return (
        str(number),
        isolated(text[mark.start : mark.end]),
        safe(mark.kind),
        isolated(mark.value),
        f"{safe(mark.field)}{f' of {safe(short_id(mark.record))}' if mark.record else ''}",
        safe(why or "known value"),
    )
