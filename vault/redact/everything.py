"""The owner's own full way out: every record, claim, revision and file, under the vault's own ids.

Floor: 2. No rule, level or consent applies; that it goes to the owner alone is checked before this is reached.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from vault.records import Revision, id_text, record_to_json
from vault.redact import shapes
from vault.redact.account import account
from vault.redact.items import Item, taken_back
from vault.redact.policy import KEEP, Verdict
from vault.redact.roles import Graph
from vault.redact.view import NOT_ASKED, UNKNOWN, VALUE, WITHHELD, DisclosedClaim, DisclosedFile, DisclosedRecord, View


def everything(
    graph: Graph,
    roles: Mapping[bytes, str],
    chosen: Iterable[bytes],
    history: Callable[[bytes], list[Revision]],
) -> View:
    """Lay out records in full.

    Args:
        graph: All records.
        roles: Role of each person, for the ledger.
        chosen: Record ids; none for the whole vault, removed records too.
        history: Gives all revisions of a record.

    Returns:
        The view; nothing is withheld in it.

    Secrets:
        All of it.
    """
    items: list[Item] = []
    files: dict[str, DisclosedFile] = {}
    disclosed: list[DisclosedRecord] = []
    past: list[Revision] = []
    for record in sorted(set(chosen) or {*graph.records, *graph.removed}):
        revision = graph.records.get(record) or graph.removed[record]
        own = [_item(graph, revision, index, files) for index in range(len(revision.claims))]
        items += own
        before = history(record)
        older = [one for one in before if one.id != revision.id]
        past += older
        files |= dict(_files_once_there(older, {one.value.get("id") for one in files.values()}, graph))
        disclosed.append(
            DisclosedRecord(
                id=id_text(record),
                kind=revision.kind,
                claims=tuple(map(_claim, own)),
                full={
                    "record": record_to_json(revision, graph.schemas),
                    "history": [_past(one, graph) for one in before],
                },
            )
        )
    return View(
        records=tuple(disclosed),
        files=tuple(files[path] for path in sorted(files)),
        decisions=tuple(item.decision() for item in items),
        counts=Counter(item.verdict.rule for item in items),
        facts=account(
            [*items, *(_item(graph, one, index, {}) for one in past for index in range(len(one.claims)))],
            graph,
            roles,
            lambda item: graph.origins(item.claim.source) if item.claim.source else (),
        ),
    )


def _item(graph: Graph, revision: Revision, index: int, files: dict[str, DisclosedFile]) -> Item:
    claim = revision.claims[index]
    of = graph.schemas.field(revision.kind, claim.field)
    people, role = graph.subjects(revision, of, claim)
    item = Item(
        revision, index, claim, of, people, role, Verdict(KEEP, "everything"), retracted=taken_back(revision, index)
    )
    if claim.value is None:
        item.outcome = {"unknown": UNKNOWN, "not-asked": NOT_ASKED}.get(claim.state, WITHHELD)
    elif of.type == "file" and isinstance(claim.value, dict):
        path = f"data/files/{id_text(revision.record_id)}-{index}{shapes.file_ending(claim.value.get('name'))}"
        files[path] = DisclosedFile(path, revision.record_id, claim.value)
        item.outcome, item.value = VALUE, {"path": path, "name": claim.value.get("name")}
    else:
        item.outcome, item.value = VALUE, _plain(claim.value)
    return item


def _files_once_there(
    revisions: Iterable[Revision], known: set[object], graph: Graph
) -> Iterator[tuple[str, DisclosedFile]]:
    """Yield the files that a record no longer has; its history says which they are."""
    for revision in revisions:
        for claim in revision.claims:
            value = claim.value
            of_file = graph.schemas.field(revision.kind, claim.field).type == "file"
            if of_file and isinstance(value, dict) and isinstance(value.get("id"), bytes) and value["id"] not in known:
                known.add(value["id"])
                path = f"data/files/{id_text(revision.record_id)}-{id_text(value['id'])}"
                path += shapes.file_ending(value.get("name"))
                yield path, DisclosedFile(path, revision.record_id, value)


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever a claim may hold
    if isinstance(value, bytes):
        return {"record": value.hex()}
    if not isinstance(value, dict):
        return value
    told = {str(key): part.hex() if isinstance(part, bytes) else part for key, part in value.items()}
    if "name" in told:
        told["names"] = [told.pop("name")]
    if "link" in told:
        told["record"] = told.pop("link")
    return told


def _claim(item: Item) -> DisclosedClaim:
    claim = item.claim
    return DisclosedClaim(
        field=item.field.name,
        type=item.field.type,
        outcome=item.outcome,
        value=item.value,
        retracted=item.retracted,
        basis=claim.basis,
        confidence=claim.confidence,
        as_of=claim.as_of,
        source=id_text(claim.source) if claim.source else None,
    )


def _past(revision: Revision, graph: Graph) -> dict[str, Any]:
    return {
        **record_to_json(revision, graph.schemas),
        "revision": revision.id.hex(),
        "parents": [parent.hex() for parent in revision.parents],
        "time": revision.time,
    }
