"""A disclosure for programs and spreadsheets: JSON and CSV.

Floor: 4, part of `render`. It refuses to trust a text of a record: none can be a formula in a spreadsheet or a control
sequence anywhere.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from vault.redact import DisclosedClaim, DisclosedRecord, Disclosure, Table
from vault.render.texts import BREAKS, visible

FORMAT: Final = "casevault-records/1"
COUNTS_FORMAT: Final = "casevault-counts/1"
ALL: Final = "*"
"""What stands in a table of counts for all values together."""
COLUMNS: Final = (
    "record", "kind", "field", "outcome", "value", "detail", "retracted", "basis", "confidence", "as_of", "source",
)  # fmt: skip
KEYS: Final = frozenset(
    {
        "format", "records", "id", "fields", "is", "value", "text", "names", "path", "relation", "county", "region",
        "country", "least", "counts", "of", "persons", "unknown", "several", "other",
    }
)  # fmt: skip
"""Keys of the JSON form, beside the columns of the CSV form."""

# --- JSON -----------------------------------------------------------------------------------------------------------


_INVISIBLE: Final = re.compile(
    "[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def records_json(disclosure: Disclosure) -> bytes:
    """Write the records as JSON, in one form."""
    tree = {"format": FORMAT, "records": [_record(record) for record in disclosure.view.records]}
    return json_bytes(tree)


def json_bytes(tree: Mapping[str, Any]) -> bytes:
    """Write plain data as JSON, in one form; characters that nobody sees are escaped."""
    text = json.dumps(tree, ensure_ascii=False, sort_keys=True, indent=1)
    # Such characters stand only inside JSON strings here, where an escape means the same.
    return (_INVISIBLE.sub(_json_escape, text) + "\n").encode()


def _json_escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _record(record: DisclosedRecord) -> dict[str, Any]:
    if record.full is not None:
        return dict(record.full)
    fields: dict[str, list[dict[str, Any]]] = {}
    for claim in record.claims:
        fields.setdefault(claim.field, []).append(claim_json(claim))
    return {"id": record.id, "kind": record.kind, "fields": fields}


def claim_json(claim: DisclosedClaim) -> dict[str, Any]:
    """Give a claim as plain data: how it leaves, and what is shown of it."""
    told: dict[str, Any] = {"is": claim.outcome}
    for key in ("value", "basis", "confidence", "as_of", "source"):
        part = getattr(claim, key)
        if part is not None:
            told[key] = part
    if claim.retracted:
        told["retracted"] = True
    return told


# --- CSV ------------------------------------------------------------------------------------------------------------

_FORMULA: Final = frozenset("=+-@|%\t\r\n＝＋－＠｜％﹢﹣﹦﹫−‐‑‒–—⁺⁻⁼₊₋₌")


def _cell(text: str) -> str:
    """Make a text safe as a cell: on one line, without control characters, and never a formula."""
    text = visible(BREAKS.sub(" ⏎ ", text).replace("\t", " "))
    # A spreadsheet may drop spaces, marks and other invisible letters before it decides what a formula is.
    first = next((letter for letter in text if unicodedata.category(letter)[0] not in "ZCM"), "")
    if first in _FORMULA or unicodedata.normalize("NFKC", first)[:1] in _FORMULA:
        return "'" + text
    return text


def _texts(value: Any) -> tuple[str, str]:  # noqa: ANN401 - plain data of any shape
    """Return what a value says, and what else is known of it."""
    if value is None:
        return "", ""
    if not isinstance(value, Mapping):
        return str(value), ""
    names = value.get("names") or ()
    said = value.get("text") or value.get("path") or "; ".join(names) or value.get("record") or ""
    rest = [
        f"{key}: {part}"
        for key, part in sorted(value.items())
        if key not in {"text", "path", "names"} and part != said and isinstance(part, str)
    ]
    return str(said), "; ".join(rest)


def records_csv(records: Iterable[DisclosedRecord]) -> bytes:
    """Write the records as CSV, a row for each claim."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for record in records:
        for claim in record.claims:
            said, rest = _texts(claim.value)
            row = (
                record.id, record.kind, claim.field, claim.outcome, said, rest, "yes" if claim.retracted else "",
                claim.basis or "", claim.confidence or "", claim.as_of or "", claim.source or "",
            )  # fmt: skip
            writer.writerow([_cell(part) for part in row])
    # The mark at the beginning tells spreadsheets that this is UTF-8; without it they show other scripts as noise.
    return out.getvalue().encode("utf-8-sig")


# --- counts ---------------------------------------------------------------------------------------------------------


def counts_json(table: Table) -> bytes:
    """Write a table of counts as JSON, in one form."""
    tree = {
        "format": COUNTS_FORMAT,
        "fields": list(table.fields),
        "least": table.k,
        "counts": [{"of": list(cell.key), "persons": cell.count} for cell in table.cells],
    }
    return json_bytes(tree)


def counts_csv(table: Table) -> bytes:
    """Write a table of counts as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([*map(_cell, table.fields), "persons"])
    for cell in table.cells:
        count = "" if cell.count is None else str(cell.count)
        writer.writerow([*(_cell(ALL if value is None else value) for value in cell.key), count])
    return out.getvalue().encode("utf-8-sig")
