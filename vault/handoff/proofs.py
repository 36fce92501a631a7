"""Proofs in a bundle: that a claim shown as it stands is part of one sealed revision, whatever else is withheld.

Floor: 5. The file holds commitments, their root and salts, and no word of any claim: what a salt opens is written anew
from what `data/records.json` shows, so that a proof can neither tell more than is shown nor speak of something else.
Of what is coarsened, masked, withheld or a stand-in it says nothing and proves nothing.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from vault.errors import IntegrityError, LimitError, SignatureError, VaultError
from vault.handoff.bag import MAX_MANIFEST_BYTES, canonical
from vault.records import Claim, Opening, statement_part, verify_openings
from vault.records.model import commitments_root
from vault.redact import OUTCOMES, DisclosedRecord
from vault.redact.view import VALUE
from vault.render import FORMAT as RECORDS_FORMAT

RECORDS: Final = "data/records.json"
FORMAT: Final = "casevault-proofs/1"
MAX_BYTES: Final = MAX_MANIFEST_BYTES
"""Of the file, and of the records that it speaks of: both are held to be checked."""
PHRASES: Final = frozenset({"format", "records", "commitments", "root", "salts", FORMAT})
"""Words of the file that are the program's own."""

_HEX32: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NAME: Final = re.compile(r"[a-z0-9_]{1,64}(?:-[0-9A-Z]{1,16})?", re.ASCII)
_ENTRY_KEYS: Final = frozenset({"commitments", "root", "salts"})
_TEXT_PARTS: Final = ("basis", "as_of", "confidence")
_CLAIM_KEYS: Final = frozenset({"is", "value", "retracted", "source", *_TEXT_PARTS})


@dataclass(frozen=True, slots=True)
class Proven:
    """What the proofs of a bundle prove, and what they do not.

    Args:
        roots: Claims root, 32 bytes, of each record of which something is proven, by its id in the bundle.
        claims: For each claim that is proven: record id, field, place among the claims of that field, from 0.
        unproven: How many claims of each outcome (`value`, `coarsened`, `withheld`, …) nothing is proven of.
    """

    roots: Mapping[str, bytes]
    claims: tuple[tuple[str, str, int], ...]
    unproven: Mapping[str, int] = field(default_factory=dict)

    def same(self, other: Proven) -> list[tuple[str, str]]:
        """Find what two bundles show of the same revisions.

        Args:
            other: Of the other bundle.

        Returns:
            Record id here and record id there, of each record that both show of one and the same sealed revision.
        """
        theirs = {root: name for name, root in other.roots.items()}
        return [(name, theirs[root]) for name, root in sorted(self.roots.items()) if root in theirs]


def write(records: Iterable[DisclosedRecord], shown_bytes: int) -> bytes | None:
    """Write the proofs of what is disclosed.

    Args:
        records: Those that `data/records.json` shows.
        shown_bytes: Length of that file.

    Returns:
        The file, the same bytes for the same disclosure; None if nothing is proven.

    Raises:
        LimitError: More than a verifier would read.

    Source:
        docs/bundle.md §Proofs.
    """
    entries = {record.id: _entry(record) for record in records if record.commitments}
    if not entries:
        return None
    data = canonical({"format": FORMAT, "records": entries})
    if max(len(data), shown_bytes) > MAX_BYTES:
        raise LimitError("size in bytes of records that are proven", MAX_BYTES)
    return data


def _entry(record: DisclosedRecord) -> dict[str, Any]:
    salts: defaultdict[str, list[str | None]] = defaultdict(list)
    for claim in record.claims:
        salts[claim.field].append(claim.salt.hex() if claim.salt is not None else None)
    return {
        "commitments": [one.hex() for one in record.commitments],
        "root": commitments_root(record.commitments).hex(),
        "salts": {name: ours for name, ours in salts.items() if any(ours)},
    }


def check(proofs: bytes, records: bytes) -> Proven:
    """Check the proofs of a bundle against the records that it shows.

    Args:
        proofs: `casevault/proofs.json`, as it was signed.
        records: `data/records.json`, as it was signed.

    Returns:
        What is proven.

    Raises:
        SignatureError: The proofs do not hold, or one of the two files is not of the form; it names the record.

    Source:
        docs/bundle.md §Proofs.
    """
    try:
        return _check(_read_proofs(proofs), _read_records(records))
    except VaultError as error:
        raise SignatureError(str(error)) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise SignatureError("the proofs, or the records that they speak of, are not of the one form") from None


def _check(entries: Mapping[str, Any], records: Mapping[str, tuple[str, Mapping[str, Any]]]) -> Proven:
    roots: dict[str, bytes] = {}
    proven: list[tuple[str, str, int]] = []
    unproven: Counter[str] = Counter()
    for name, entry in entries.items():
        if name not in records:
            raise IntegrityError(f"{_like(_NAME, name)}: there is no such record")
        kind, fields = records[name]
        shown = list(_openings(kind, fields, entry["salts"]))
        root = bytes.fromhex(_like(_HEX32, entry["root"]))
        try:
            verify_openings([one for *_, one in shown], _hashes(entry["commitments"]), root)
        except IntegrityError as error:
            raise IntegrityError(f"{_like(_NAME, name)}: {error}") from None
        if not shown or root in roots.values():
            raise ValueError
        roots[name] = root
        proven += [(name, of, place) for of, place, _ in shown]
    known = set(proven)
    for name, (_, fields) in records.items():
        for of, claims in fields.items():
            unproven.update(_outcome(claim) for place, claim in enumerate(claims) if (name, of, place) not in known)
    return Proven(roots, tuple(sorted(proven)), dict(sorted(unproven.items())))


def _openings(kind: str, fields: Mapping[str, Any], salts: Mapping[str, Any]) -> Iterator[tuple[str, int, Opening]]:
    for name, ours in salts.items():
        claims = fields[_like(_NAME, name)]
        if type(ours) is not list or len(ours) != len(claims) or not any(ours):
            raise ValueError
        for place, (claim, salt) in enumerate(zip(claims, ours, strict=True)):
            if salt is not None:
                yield name, place, Opening(f"{kind}.{name}", _part(name, claim), bytes.fromhex(_like(_HEX32, salt)))


def _part(name: str, claim: Mapping[str, Any]) -> bytes:
    """Write what a claim says from what is shown of it."""
    texts = [claim[key] for key in _TEXT_PARTS if key in claim]
    if (
        claim["is"] != VALUE
        or not set(claim) <= _CLAIM_KEYS
        or claim.get("retracted", True) is not True
        or not all(type(text) is str for text in texts)
    ):
        raise ValueError
    return statement_part(
        Claim(
            field=name,
            value=claim["value"],
            state="retracted" if "retracted" in claim else "stated",
            basis=claim.get("basis"),
            as_of=claim.get("as_of"),
            confidence=claim.get("confidence"),
        )
    )


def _outcome(claim: Mapping[str, Any]) -> str:
    if claim["is"] not in OUTCOMES:
        raise ValueError
    return str(claim["is"])


def _hashes(listed: list[str]) -> list[bytes]:
    return [bytes.fromhex(_like(_HEX32, one)) for one in listed]


def _read_proofs(data: bytes) -> Mapping[str, Any]:
    tree = json.loads(data)
    if canonical(tree) != data or set(tree) != {"format", "records"} or tree["format"] != FORMAT:
        raise ValueError
    entries = dict(tree["records"])
    if not entries or any(set(entry) != _ENTRY_KEYS for entry in entries.values()):
        raise ValueError
    return entries


def _read_records(data: bytes) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Read the records shown; what two readers could take in two ways is refused: a key or an id there twice."""
    tree = json.loads(data.decode(), object_pairs_hook=_each_once, parse_float=_refuse, parse_constant=_refuse)
    if set(tree) != {"format", "records"} or tree["format"] != RECORDS_FORMAT:
        raise ValueError
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for record in tree["records"]:
        if set(record) != {"id", "kind", "fields"} or record["id"] in found:
            raise ValueError
        found[record["id"]] = record["kind"], record["fields"]
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(text: str) -> Any:  # noqa: ANN401 - as json asks for it
    raise ValueError(text)


def _like(form: re.Pattern[str], text: str) -> str:
    if form.fullmatch(text) is None:
        raise ValueError
    return text
