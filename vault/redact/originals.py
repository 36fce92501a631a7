"""Papers that leave masked although the original is public: laid side by side, the two show what is masked.

Floor: 2. It goes by what the records say of a paper (`public`, `published_at`, `original`) and finds no other copy. It
decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from vault.records import id_text
from vault.redact.items import Item
from vault.redact.roles import Graph

_PAPER: Final = "document"
_LISTED_AT_MOST: Final = 5


def beside_a_public_original(items: Iterable[Item], leaving: Collection[bytes], graph: Graph) -> list[str]:
    """Say which papers leave with something taken out while the paper itself, or what it was made from, is public.

    Args:
        items: All claims of the disclosure, decided and masked.
        leaving: Record ids of what leaves.
        graph: All records.

    Returns:
        Nothing, or one line that names them by id.
    """
    cut = {
        item.record
        for item in items
        if item.record in leaving
        and item.revision.kind == _PAPER
        and (item.masked or (item.shows("file") and "redacted-of" in item.revision.values("role")))
    }
    found = sorted(id_text(record)[:8] for record in cut if _is_public(record, graph))
    if not found:
        return []
    told = ", ".join(found[:_LISTED_AT_MOST]) + (", …" if len(found) > _LISTED_AT_MOST else "")
    line = "paper(s) leave masked while the original is public, so that laid side by side the two show what is masked"
    return [f"{len(found)} {line}: {told}"]


def _is_public(record: bytes, graph: Graph) -> bool:
    """Tell whether a paper is public, or one that it was made from, however many copies lie between."""
    seen: set[bytes] = set()
    waiting = [record]
    while waiting:
        one = waiting.pop()
        paper = graph.records.get(one) or graph.removed.get(one)
        if one in seen or paper is None:
            continue
        seen.add(one)
        if "yes" in paper.values("public") or paper.values("published_at"):
            return True
        waiting += paper.links("original")
    return False
