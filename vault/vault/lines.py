"""Writing very many records out as lines of JSON: each is opened, checked, written and forgotten.

Part of floor 3. It hands nothing over and redacts nothing: that is the business of `vault.redact` and `vault.handoff`.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from vault.errors import FormatError, IntegrityError, RecordError
from vault.records import record_line
from vault.vault.loading import AHEAD, BLOCK_DOCUMENTS
from vault.vault.reading import ANOTHER, MALFORMED, read_plaintext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vault.index import Row
    from vault.objects import ObjectReader
    from vault.records import Schemas
    from vault.vault.loading import Helpers


def write_lines(
    objects: ObjectReader, rows: Iterable[Row], schemas: Schemas, helpers: Helpers | None = None
) -> Iterator[str]:
    """Write the revisions that rows name.

    Args:
        objects: Snapshot.
        rows: Neither purged nor of attachments.
        schemas: Schemas in force.
        helpers: Who makes text of what is opened here; None for this process.

    Yields:
        For each row its record as `records.record_line` writes it, in their order.

    Raises:
        IntegrityError: One is missing, changed, not a revision, or another one than the index names.
        HelperError: A helper ended early.

    Secrets:
        The results.
    """
    if helpers is None:
        for row in rows:
            try:
                found = record_line(read_plaintext(objects, row), schemas)
            except (FormatError, RecordError):
                raise IntegrityError(MALFORMED) from None
            yield _checked(row, *found)
        return
    left = iter(rows)
    number = 0
    done: list[str] = []
    # The helpers answer in the order in which they are asked.
    while block := list(islice(left, BLOCK_DOCUMENTS)):
        plaintexts = [read_plaintext(objects, row) for row in block]
        helpers[number].ask(["lines", plaintexts], partial(_take, done, block))
        number += 1
        yield from done
        done.clear()
    for last in range(max(0, number - AHEAD * len(helpers)), number):
        helpers[last].take()
    yield from done


def _take(done: list[str], block: list[Row], answer: list[list[Any]]) -> None:
    if len(answer) != len(block):
        raise IntegrityError(MALFORMED)
    done += [_checked(row, *found) for row, found in zip(block, answer, strict=True)]


def _checked(row: Row, record_id: bytes, line: str) -> str:
    if record_id != row.record_id:
        raise IntegrityError(ANOTHER)
    return line
