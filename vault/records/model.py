"""Records as they are kept: claims, revisions, and the commitments that bind a disclosed claim to its revision.

Floor: 1. It refuses bytes that are not the one encoding of a revision, values of a wrong type, and more than a
mebibyte in one revision. It knows no schema: which fields a kind has is the business of `vault.records.schema`.

Shapes of a claim's value, by the type of its field:

========  =========================================================================================
name      map: `text`, `kind` (birth, official, chinese-official, nickname), `script`, `lang` (optional)
place     map: `text`, and optional coarser `county`, `region`, `country`
link      16 bytes, the id of a record; for a kin link a map: `relation`, and `link` or `name` or both
file      map: `id` 16 bytes, `name`, `length` in bytes, `sha256` 32 bytes, `chunks`, `depth` (0, 1, 2)
number    int
others    text: phone, id, birth and date (EDTF), text, choice (the key of the choice)
========  =========================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute  # `field` is what a claim speaks of
from functools import lru_cache
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from vault import codec
from vault.errors import FormatError, IntegrityError, LimitError, RecordError
from vault.sealing import Label, digest, expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCHEMA_VERSION: Final = 1
MAX_REVISION_BYTES: Final = 1 << 20
MAX_CLAIMS: Final = 4096
MAX_PARENTS: Final = 64
RECORD_ID_BYTES: Final = 16
REVISION_ID_BYTES: Final = 32
SEED_BYTES: Final = 32
MAX_DEVICE_BYTES: Final = 32
LEAST_COMMITMENTS: Final = 16

STATES: Final = ("stated", "retracted", "unknown", "withheld", "not-asked")
BASES: Final = ("eyewitness", "told", "document", "media", "state")
CONFIDENCES: Final = ("low", "medium", "high")

# docs/format.md §Records: the numbers below are part of the format and never change their meaning.
_R_SCHEMA, _R_ID, _R_KIND, _R_PARENTS, _R_DEVICE, _R_TIME, _R_CLAIMS, _R_SEED, _R_REMOVED = range(9)
_C_FIELD, _C_VALUE, _C_STATE, _C_BASIS, _C_AS_OF, _C_CONFIDENCE, _C_SOURCE, _C_RECORDED = range(8)

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of a field's value, with where it comes from.

    Args:
        field: Name of the field, without the kind.
        value: What is stated, in the shape that the field's type has. None when the state is unknown, withheld
            or not-asked; a retracted claim keeps the value that it takes back, or has None to take back all.
        state: stated, retracted, unknown, withheld (the person would not say) or not-asked.
        basis: eyewitness, told, document, media or state.
        as_of: EDTF date at which the value held.
        confidence: low, medium or high.
        source: Record id, 16 bytes, of the source, statement or document that it comes from.
        recorded_at: When it was written down, seconds since 1970 UTC.
        extra: What a newer program wrote and this one does not know; kept and written back.

    Secrets:
        Everything in it.
    """

    field: str
    value: Any = attribute(default=None, repr=False)
    state: str = "stated"
    basis: str | None = None
    as_of: str | None = attribute(default=None, repr=False)
    confidence: str | None = None
    source: bytes | None = attribute(default=None, repr=False)
    recorded_at: int | None = None
    extra: Mapping[int | str, Any] = attribute(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a record, never changed once written.

    Args:
        record_id: 16 random bytes.
        kind: person, event, source, statement, document, action, consent, case, or one of the vault's own.
        parents: Ids of the revisions that this one follows: none for the first, two after a merge.
        device: Which device wrote it, at most 32 bytes.
        time: When it was written, seconds since 1970 UTC, by that device's clock.
        claims: At most 4096, in the order of writing.
        seed: 32 fresh random bytes from which salts and decoys of the commitments are expanded.
        removed: The record was taken away; what it said stays to be withheld.
        schema_version: Version of the record form, from 1.
        extra: What a newer program wrote and this one does not know; kept and written back.

    Secrets:
        Everything in it; the seed lets its holder test guesses of every claim.
    """

    record_id: bytes
    kind: str
    parents: tuple[bytes, ...]
    device: bytes
    time: int
    claims: tuple[Claim, ...] = attribute(repr=False)
    seed: bytes = attribute(repr=False)
    removed: bool = False
    schema_version: int = SCHEMA_VERSION
    extra: Mapping[int | str, Any] = attribute(default_factory=dict, repr=False)
    # The plaintext, once made or read, its hash, and what `keep` was given; a copy made by replace starts without them.
    _plaintext: bytes | None = attribute(default=None, init=False, repr=False, compare=False)
    _id: bytes | None = attribute(default=None, init=False, repr=False, compare=False)
    _beside: Any = attribute(default=None, init=False, repr=False, compare=False)

    def encode(self, *, recorded_at: int | None = None) -> bytes:
        """Write the revision in its one canonical form.

        Args:
            recorded_at: For claims that do not say when they were written down, seconds since 1970 UTC; only the first
                time, when the revision is made. Read the result to have the revision with these times in its claims.

        Returns:
            Canonical msgpack, at most 1 MiB. Secret.

        Raises:
            RecordError: A part has a wrong type, size or state.
            LimitError: More than 1 MiB, 4096 claims or 64 parents.

        Source:
            docs/format.md §Records.
        """
        if self._plaintext is None:
            object.__setattr__(self, "_plaintext", _encode(self, recorded_at))
        assert self._plaintext is not None  # noqa: S101 - set in the line above
        return self._plaintext

    @property
    def id(self) -> bytes:
        """Return the revision id: 32 bytes, the hash of the plaintext; it never stands outside a seal."""
        if self._id is None:
            object.__setattr__(self, "_id", revision_id(self.encode()))
        assert self._id is not None  # noqa: S101 - set in the line above
        return self._id

    @property
    def kept(self) -> Any:  # noqa: ANN401 - whatever was kept
        """What a room above made of it, to be found again as long as the revision stays in memory; else None."""
        return self._beside

    def keep(self, made: Any) -> None:  # noqa: ANN401 - whatever is to be kept
        """Keep beside it what was made of it, instead of what was kept before."""
        object.__setattr__(self, "_beside", made)

    def claims_of(self, name: str) -> list[Claim]:
        """Return the claims of one field in all states, in the order of writing."""
        return [claim for claim in self.claims if claim.field == name]

    def values(self, name: str) -> list[Any]:
        """Return the values of one field that stand as stated, in the order of writing.

        A later claim may take one value of the field back, or without a value all that were stated before it.
        """
        found: list[Any] = []
        taken_back: list[Any] = []
        for claim in reversed(self.claims_of(name)):
            if claim.state == "retracted":
                if claim.value is None:
                    break
                taken_back.append(claim.value)
            elif claim.state == "stated" and claim.value not in taken_back:
                found.append(claim.value)
        return found[::-1]

    def links(self, name: str) -> list[bytes]:
        """Return the record ids that one link field points at, as stated, in the order of writing."""
        return [target for value in self.values(name) if (target := link_of(value)) is not None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision to be: what is said, before the vault adds device, time and seed.

    Args:
        kind: Kind of the record.
        claims: All claims of the new revision, not only the changed ones.
        record_id: 16 bytes; None for a new record whose id the vault draws.
        parents: Revision ids that it follows; none for a new record.
        removed: The record is to be taken away.
        schema_version: Version of the record form, carried over from the parent.
        extra: Unknown content of the parent, to be written back.
    """

    kind: str
    claims: tuple[Claim, ...] = attribute(repr=False)
    record_id: bytes | None = None
    parents: tuple[bytes, ...] = ()
    removed: bool = False
    schema_version: int = SCHEMA_VERSION
    extra: Mapping[int | str, Any] = attribute(default_factory=dict, repr=False)


def revision_id(plaintext: bytes) -> bytes:
    """Return the id of the revision that has this plaintext: 32 bytes."""
    return digest(Label.REVISION, plaintext)


def continued(revision: Revision, claims: tuple[Claim, ...], *, removed: bool = False) -> Draft:
    """Make the draft of a revision's next one, with what this program does not know carried over.

    Args:
        revision: The present one.
        claims: All claims of the next one.
        removed: The record is out of view.

    Returns:
        The draft.

    Secrets:
        All of it.
    """
    return Draft(
        kind=revision.kind,
        claims=claims,
        record_id=revision.record_id,
        parents=(revision.id,),
        removed=removed,
        schema_version=revision.schema_version,
        extra=revision.extra,
    )


def id_text(record_id: bytes) -> str:
    """Write a record id as a person sees it: 32 hexadecimal digits."""
    return record_id.hex()


def link_of(value: object) -> bytes | None:
    """Return the record id in a link's value, or None if it names nobody on record.

    Args:
        value: Value of a claim of a link field: 16 bytes, or a kin link's map.
    """
    target = value.get("link") if isinstance(value, dict) else value
    return target if isinstance(target, bytes) else None


def text_of(value: object) -> str:
    """Return the human text in a value: of a name, a place, a kin link, a file's name, or the text itself.

    Args:
        value: Value of a claim.

    Returns:
        The text; empty for bytes and for None.

    Secrets:
        The result.
    """
    if isinstance(value, dict):
        value = value.get("text", value.get("name", ""))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


# --- encoding -------------------------------------------------------------------------------------------------


def _refuse(what: str) -> RecordError:
    return RecordError(f"a revision is not acceptable: {what}")


def _is_bytes(value: object, size: int) -> bool:
    return type(value) is bytes and len(value) == size


def _is_time(value: object) -> bool:
    return type(value) is int and -_I64 <= value < _I64


@lru_cache(maxsize=1024)
def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


_I64: Final = 1 << 63
_STATES: Final = frozenset(STATES)
_BASES: Final = frozenset((None, *BASES))
_CONFIDENCES: Final = frozenset((None, *CONFIDENCES))
_WITHOUT_VALUE: Final = ("unknown", "withheld", "not-asked")

Parts: TypeAlias = tuple[Any, Any, Any, Any, Any, Any, Any, Any, Mapping[int | str, Any]]
"""What a claim says, in the order of the fields of `Claim`."""


def parts_of(claim: Claim) -> Parts:
    """Give the parts of a claim."""
    return (
        claim.field,
        claim.value,
        claim.state,
        claim.basis,
        claim.as_of,
        claim.confidence,
        claim.source,
        claim.recorded_at,
        claim.extra,
    )


def _check_claim(parts: Parts, *, newer: bool) -> None:
    """Refuse a claim that is not well formed.

    A newer form of record may know further states, bases and grades: those are accepted as text and kept.
    """
    field, value, state, basis, as_of, confidence, source, recorded_at, _ = parts
    if type(field) is not str or not _is_name(field):
        raise _refuse("the name of a field")
    for word, known, what in (
        (state, _STATES, "state"),
        (basis, _BASES, "basis"),
        (confidence, _CONFIDENCES, "confidence"),
    ):
        if (word is not None and type(word) is not str) or (word not in known and not (newer and word is not None)):
            msg = f"the {what} of a claim of {field}"
            raise _refuse(msg)
    if value is None:
        if state == "stated":
            msg = f"a claim of {field} states nothing"
            raise _refuse(msg)
    elif state in _WITHOUT_VALUE:
        msg = f"a claim of {field} is {state} and has a value"
        raise _refuse(msg)
    if as_of is not None and type(as_of) is not str:
        msg = f"the date of a claim of {field}"
        raise _refuse(msg)
    if source is not None and not _is_bytes(source, RECORD_ID_BYTES):
        msg = f"the source of a claim of {field}"
        raise _refuse(msg)
    if recorded_at is not None and not _is_time(recorded_at):
        msg = f"the time of a claim of {field}"
        raise _refuse(msg)


def _statement(claim: Claim) -> dict[int | str, Any]:
    """Lay out what a claim says: the part under its first commitment. What is absent or usual is left out.

    Keys rise, here and below: a revision is the most written of all things, and is not sorted again.
    """
    part: dict[int | str, Any] = {_C_FIELD: claim.field}
    if claim.value is not None:
        part[_C_VALUE] = codec.canonical(claim.value, depth=_VALUE_DEPTH)
    if claim.state != "stated":
        part[_C_STATE] = claim.state
    if claim.basis is not None:
        part[_C_BASIS] = claim.basis
    if claim.as_of is not None:
        part[_C_AS_OF] = claim.as_of
    if claim.confidence is not None:
        part[_C_CONFIDENCE] = claim.confidence
    return part


def _provenance(claim: Claim, part: dict[int | str, Any], recorded_at: int | None = None) -> dict[int | str, Any]:
    """Lay out, into a part, where a claim comes from: what stands under its second commitment.

    Unknown keys stand here, so that what a disclosure shows of the first part never depends on them.
    """
    if claim.source is not None:
        part[_C_SOURCE] = claim.source
    if claim.recorded_at is not None:
        part[_C_RECORDED] = claim.recorded_at
    elif recorded_at is not None:
        part[_C_RECORDED] = recorded_at
    part.update(claim.extra)
    return part


def _check_extra(extra: Mapping[int | str, Any], known: int, what: str) -> None:
    for key in extra:
        if type(key) is int and 0 <= key < known:
            raise _refuse(what)


def _check(revision: Revision | Read) -> None:
    """Refuse what is not well formed in a revision beside its claims."""
    if not _is_time(revision.schema_version) or revision.schema_version < 1:
        raise _refuse("its schema version")
    if not _is_bytes(revision.record_id, RECORD_ID_BYTES):
        raise _refuse("its record id")
    if type(revision.kind) is not str or not _is_name(revision.kind):
        raise _refuse("its kind")
    if len(revision.parents) > MAX_PARENTS:
        raise LimitError("parents of a revision", MAX_PARENTS)
    if not all(_is_bytes(parent, REVISION_ID_BYTES) for parent in revision.parents):
        raise _refuse("a parent")
    if type(revision.device) is not bytes or len(revision.device) > MAX_DEVICE_BYTES:
        raise _refuse("its device")
    if not _is_time(revision.time):
        raise _refuse("its time")
    if not _is_bytes(revision.seed, SEED_BYTES):
        raise _refuse("its claim seed")
    if type(revision.removed) is not bool:
        raise _refuse("its mark of removal")
    if len(revision.claims) > MAX_CLAIMS:
        raise LimitError("claims of a revision", MAX_CLAIMS)


def _encode(revision: Revision, recorded_at: int | None = None) -> bytes:
    _check(revision)
    for claim in revision.claims:
        _check_claim(parts_of(claim), newer=revision.schema_version > SCHEMA_VERSION)
    _check_extra(revision.extra, _R_REMOVED + 1, "an unknown key has a known number")
    known = not revision.extra
    claims: list[Any] = []
    try:
        for claim in revision.claims:
            if claim.extra:
                _check_extra(claim.extra, _C_RECORDED + 1, "an unknown key of a claim has a known number")
                known = False
            claims.append(_provenance(claim, _statement(claim), recorded_at))
        tree: dict[int | str, Any] = {
            _R_SCHEMA: revision.schema_version,
            _R_ID: revision.record_id,
            _R_KIND: revision.kind,
            _R_PARENTS: list(revision.parents),
            _R_DEVICE: revision.device,
            _R_TIME: revision.time,
            _R_CLAIMS: claims,
            _R_SEED: revision.seed,
        }
        if revision.removed:
            tree[_R_REMOVED] = True
        # Of its own keys all are in order; where a newer program's stand among them, all is sorted.
        write = codec.pack if known else codec.encode
        return write({**tree, **revision.extra}, max_bytes=MAX_REVISION_BYTES)
    except LimitError:
        raise
    except FormatError:
        msg = "a value has a type that cannot be kept"
        raise _refuse(msg) from None


_VALUE_DEPTH: Final = 3
"""A claim's value stands in the claim, the list of claims, and the revision."""
_CLAIM_KEYS: Final = frozenset(range(_C_RECORDED + 1))
_CLAIM_ORDERS: Final = frozenset(
    (_C_FIELD, *others) for size in range(_C_RECORDED + 1) for others in combinations(range(1, _C_RECORDED + 1), size)
)
_REVISION_ORDERS: Final = frozenset((tuple(range(_R_REMOVED)), tuple(range(_R_REMOVED + 1))))
_ONLY_INTEGERS: Final = {int}
_ONLY_MAPS: Final = {dict}


def _is_usual(tree: dict[Any, Any]) -> bool:
    """Tell whether a revision and its claims have only keys that are known here, in order."""
    claims = tree.get(_R_CLAIMS)
    return (
        type(claims) is list
        and tuple(tree) in _REVISION_ORDERS
        and set(map(type, claims)) <= _ONLY_MAPS
        # True is 1 and equals it: the types of the keys are looked at too.
        and set(map(type, chain(tree, *claims))) == _ONLY_INTEGERS
        and _CLAIM_ORDERS.issuperset(map(tuple, claims))
    )


def _read_claim(tree: Any, *, newer: bool, usual: bool = False) -> Parts:  # noqa: ANN401 - decoded data
    if type(tree) is not dict:
        raise _refuse("a claim is not a map")
    said = tree.get
    # A key that is present must carry something: absence has one spelling only.
    if (None in tree.values() and any(tree.get(key, 0) is None for key in _CLAIM_KEYS)) or said(_C_STATE) == "stated":
        raise _refuse("a claim spells out what is left out")
    parts = (
        said(_C_FIELD),
        said(_C_VALUE),
        said(_C_STATE, "stated"),
        said(_C_BASIS),
        said(_C_AS_OF),
        said(_C_CONFIDENCE),
        said(_C_SOURCE),
        said(_C_RECORDED),
        {} if usual else {key: item for key, item in tree.items() if key not in _CLAIM_KEYS},
    )
    _check_claim(parts, newer=newer)
    return parts


class Read(NamedTuple):
    """A revision, read and checked, without the objects that are made of it; fields as those of `Revision`."""

    record_id: bytes
    kind: str
    parents: tuple[bytes, ...]
    device: bytes
    time: int
    claims: list[Parts]
    seed: bytes
    removed: bool
    schema_version: int
    extra: dict[int | str, Any]


def read_revision(data: bytes) -> Read:
    """Read and check a revision's plaintext and make no objects of it, for whoever looks at very many once.

    Args:
        data: Canonical msgpack, at most 1 MiB. Secret.

    Returns:
        Its parts.

    Raises:
        FormatError, LimitError, RecordError: As `decode_revision`.

    Secrets:
        The result.

    Source:
        docs/format.md §Records.
    """
    tree = codec.unpack(data, max_bytes=MAX_REVISION_BYTES)
    # Of usual keys each part is looked at for what it must be; else all of it is looked at here.
    usual = type(tree) is dict and _is_usual(tree)
    if not usual:
        codec.check(tree, depth=0)
    if type(tree) is not dict:
        raise _refuse("it is not a map")
    take = tree.pop
    version, parents, claims = take(_R_SCHEMA, None), take(_R_PARENTS, None), take(_R_CLAIMS, None)
    if type(parents) is not list or type(claims) is not list:
        raise _refuse("its parents or claims")
    if len(claims) > MAX_CLAIMS:
        raise LimitError("claims of a revision", MAX_CLAIMS)
    if tree.get(_R_REMOVED, True) is not True:
        raise _refuse("its mark of removal")
    found = Read(
        take(_R_ID, None),
        take(_R_KIND, None),
        tuple(parents),
        take(_R_DEVICE, None),
        take(_R_TIME, None),
        [],
        take(_R_SEED, None),
        _R_REMOVED in tree,
        version,
        tree,
    )
    tree.pop(_R_REMOVED, None)
    _check(found)
    newer = version > SCHEMA_VERSION
    for claim in claims:
        parts = _read_claim(claim, newer=newer, usual=usual)
        if usual and type(parts[1]) is not str:  # a value may be anything that the format has a place for
            codec.check(parts[1], depth=_VALUE_DEPTH)
        found.claims.append(parts)
    return found


def decode_revision(data: bytes) -> Revision:
    """Read a revision from its plaintext.

    Args:
        data: Canonical msgpack, at most 1 MiB. Secret.

    Returns:
        The revision; it encodes to the same bytes again, unknown content included.

    Raises:
        FormatError: Not canonical msgpack.
        LimitError: Over 1 MiB, 4096 claims, 64 parents or depth 16.
        RecordError: A part is missing or has a wrong type, size or state.

    Source:
        docs/format.md §Records.
    """
    found = read_revision(data)
    revision = Revision(*found[:5], tuple([Claim(*parts) for parts in found.claims]), *found[6:])
    object.__setattr__(revision, "_plaintext", bytes(data))
    return revision


def reread_claims(data: bytes) -> tuple[bytes, str, bool, list[tuple[str, Any, bytes | None]]]:
    """Read of a revision whose plaintext this program has just made what it is found by; nothing is checked again.

    Args:
        data: What `Revision.encode` gave. Secret.

    Returns:
        Record id, kind, mark of removal; of each claim field, value and source.
    """
    tree = codec.reread(data)
    claims = [(claim[_C_FIELD], claim.get(_C_VALUE), claim.get(_C_SOURCE)) for claim in tree[_R_CLAIMS]]
    return tree[_R_ID], tree[_R_KIND], _R_REMOVED in tree, claims


# --- commitments ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opening:
    """What shows that one part of one claim stands behind a commitment.

    Args:
        path: Kind and field, such as `person.name`.
        part: Canonical msgpack of the part.
        salt: 32 bytes.

    Secrets:
        `part` says what the claim says; `salt` lets its holder test guesses of this part, and of no other.
    """

    path: str
    part: bytes = attribute(repr=False)
    salt: bytes = attribute(repr=False)

    def commitment(self) -> bytes:
        """Compute the commitment, 32 bytes, that this opens."""
        return digest(Label.CLAIM, self.salt, self.path.encode(), self.part)

    def statement(self) -> Claim:
        """Read what the claim says, from an opening of its first part.

        Returns:
            The claim without source link and time of recording.

        Raises:
            FormatError: The part is not canonical msgpack.
            RecordError: It is not the first part of a claim of this path.
        """
        part = codec.decode(self.part)
        claim = Claim(*_read_claim(part, newer=True))
        if claim.field != self.path.rpartition(".")[2] or set(part) - set(range(_C_SOURCE)):
            raise _refuse("a claim shown as what it is not")
        return claim

    def provenance(self) -> tuple[bytes | None, int | None]:
        """Read source link and time of recording, from an opening of the second part.

        Returns:
            Record id of the source, and seconds since 1970 UTC; None where the claim has none.

        Raises:
            FormatError: The part is not canonical msgpack.
            RecordError: It is not the second part of a claim.
        """
        part = codec.decode(self.part)
        if type(part) is not dict or set(part) & set(range(_C_SOURCE)):
            raise _refuse("a claim shown as what it is not")
        shown = {**part, _C_FIELD: self.path.rpartition(".")[2], _C_STATE: "unknown"}
        claim = Claim(*_read_claim(shown, newer=True))
        return claim.source, claim.recorded_at


def statement_part(claim: Claim) -> bytes:
    """Write what a claim says as it stands under its first commitment; a recipient writes it of what is shown.

    Args:
        claim: Source, time of recording and unknown parts do not count.

    Returns:
        Canonical msgpack.

    Raises:
        FormatError: The value has a type that cannot be kept.

    Source:
        docs/format.md §Claim commitments.
    """
    return codec.encode(_statement(claim))


def commitments_root(sorted_commitments: Sequence[bytes]) -> bytes:
    """Bind commitments, 32 bytes each and sorted, in 32 bytes."""
    return digest(Label.CLAIMS, *sorted_commitments)


def _openings(revision: Revision, index: int) -> tuple[Opening, Opening]:
    claim = revision.claims[index]
    # Each claim has salts of its own: the salt of a part that is shown tells nothing of one that is not.
    salts = expand(revision.seed, codec.lp(Label.CLAIM_SALT.value, codec.u32(index)), 64)
    path = f"{revision.kind}.{claim.field}"
    return (
        Opening(path, statement_part(claim), salts[:32]),
        Opening(path, codec.encode(_provenance(claim, {})), salts[32:]),
    )


def commitments(revision: Revision) -> list[bytes]:
    """Commit to each claim twice: to what it says, and to where it comes from.

    Args:
        revision: Any revision; its seed and claims decide the result alone.

    Returns:
        32 bytes each, sorted; decoys fill the list to 16, 32, 64, ..., so that it does not tell the number.

    Source:
        docs/format.md §Claim commitments.
    """
    found = [opening.commitment() for index in range(len(revision.claims)) for opening in _openings(revision, index)]
    size = LEAST_COMMITMENTS
    while size < len(found):
        size *= 2
    found += [
        expand(revision.seed, codec.lp(Label.CLAIM_DECOY.value, codec.u32(index)), 32)
        for index in range(size - len(found))
    ]
    return sorted(found)


def claims_root(revision: Revision) -> bytes:
    """Bind all commitments of a revision in 32 bytes."""
    return commitments_root(commitments(revision))


def opening(revision: Revision, index: int, *, provenance: bool = False) -> Opening:
    """Make what a disclosure carries to prove one claim an unaltered part of this revision.

    Args:
        revision: The revision.
        index: Which claim, from 0.
        provenance: Open source link and time of recording instead of what is said.

    Returns:
        The opening of that part alone.
    """
    return _openings(revision, index)[provenance]


def verify_openings(shown: Iterable[Opening], sorted_commitments: Sequence[bytes], root: bytes) -> None:
    """Check that shown parts stand in the list of commitments of one revision, each of them once.

    Args:
        shown: What the disclosure carries for its claims.
        sorted_commitments: All commitments of the revision, as `commitments` gives them.
        root: 32 bytes, the claims root.

    Raises:
        IntegrityError: The list has another form or is not that of the root; a part is not in it, or there twice.

    Source:
        docs/format.md §Claim commitments.
    """
    listed = set(sorted_commitments)
    size = len(sorted_commitments)
    if not LEAST_COMMITMENTS <= size <= 2 * MAX_CLAIMS or size & (size - 1) or len(listed) != size:
        msg = "the list of commitments has a length that none has"
        raise IntegrityError(msg)
    if list(sorted_commitments) != sorted(sorted_commitments) or commitments_root(sorted_commitments) != root:
        msg = "the commitments are not those of the claims root"
        raise IntegrityError(msg)
    for opening in shown:
        found = opening.commitment()
        if found not in listed:
            msg = "a claim is not part of the record it is shown with"
            raise IntegrityError(msg)
        listed.remove(found)
