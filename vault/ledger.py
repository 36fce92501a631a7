"""The log of commits, chained by hash, and the ledger in it: who received what, by record id and never by value.

Floor: 2. It stores nothing: the vault keeps the entries. It refuses an entry of another form, and a chain that does
not hold.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from vault import codec
from vault.errors import FormatError, IntegrityError
from vault.sealing import Label, digest, equal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

MAX_ENTRY_BYTES: Final = 1 << 20
MAX_FACTS_BYTES: Final = 1 << 19
"""Facts of one disclosure beyond this are spread over several entries, so that each fits a sealed object."""
MAX_DEVICE_BYTES: Final = 32
DIGEST_BYTES: Final = 32
RECORD_ID_BYTES: Final = 16

DISCLOSED: Final = "disclosed"
MERGED: Final = "merged"
RECALLED: Final = "recalled"
"""Bundles were asked back: `bundles` in its facts, 32 bytes each."""

OUTCOMES: Final = ("withheld", "pseudonym", "coarsened", "value")
"""What can become of a fact, the least telling first; the places are part of the format."""
ROLES: Final = ("detainee", "submitter", "source", "helper", "relative", "official", "public", "case")
"""Whose fact it is; the places are part of the format."""

# docs/format.md §Log: the numbers below are part of the format and never change their meaning.
_EPOCH, _PARENTS, _HEADS, _DEVICE, _TIME, _ACTION, _FACTS = range(7)
_Entry = TypeVar("_Entry")
_ACTION_WORD: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")


def _refuse(what: str) -> FormatError:
    return FormatError(f"a log entry is not acceptable: {what}")


# --- the log --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit, or one thing done in it.

    Args:
        epoch: Epoch of the commit, from 1.
        parents: Digests, 32 bytes each, of the entries before: none for the first, two after a merge.
        device: Which device wrote it, at most 32 bytes.
        time: Seconds since 1970 UTC by that device's clock; tells order to nobody.
        action: A lower-case word such as `put`, `disclosed`, `merged`.
        facts: What was done, by ids and counts; never a value of a record. Plain data.
        heads: Digests, 32 bytes each, of the one or two heads that the commit followed.

    Secrets:
        `facts`: it names records and recipients.
    """

    epoch: int
    parents: tuple[bytes, ...]
    device: bytes
    time: int
    action: str
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    heads: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Write the entry in its one canonical form.

        Returns:
            Canonical msgpack, at most 1 MiB. Secret.

        Raises:
            FormatError: A part has a wrong type, size or form.
            LimitError: More than 1 MiB.

        Source:
            docs/format.md §Log.
        """
        _check(self)
        tree: dict[int | str, Any] = {
            _EPOCH: self.epoch,
            _PARENTS: list(self.parents),
            _HEADS: list(self.heads),
            _DEVICE: self.device,
            _TIME: self.time,
            _ACTION: self.action,
            _FACTS: dict(self.facts),
        }
        return codec.encode(tree, max_bytes=MAX_ENTRY_BYTES)

    def digest(self) -> bytes:
        """Return the hash, 32 bytes, by which the next entry names this one; it never stands outside a seal."""
        return digest(Label.LOG, self.encode())


def _is_digests(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) <= 2
        and all(type(part) is bytes and len(part) == DIGEST_BYTES for part in value)
    )


def _check(entry: LogEntry) -> None:
    if type(entry.epoch) is not int or entry.epoch < 1:
        raise _refuse("its epoch")
    if not _is_digests(entry.parents) or not _is_digests(entry.heads):
        raise _refuse("its parents or heads")
    if type(entry.device) is not bytes or len(entry.device) > MAX_DEVICE_BYTES:
        raise _refuse("its device")
    if type(entry.time) is not int:
        raise _refuse("its time")
    if type(entry.action) is not str or not _ACTION_WORD.fullmatch(entry.action):
        raise _refuse("its action")
    if any(type(key) is not str for key in entry.facts):
        raise _refuse("its facts")


def decode_entry(data: bytes) -> LogEntry:
    """Read a log entry from its plaintext.

    Args:
        data: Canonical msgpack, at most 1 MiB.

    Returns:
        The entry; it encodes to the same bytes again.

    Raises:
        FormatError: Not canonical, or a part is missing or has a wrong type, size or form.
        LimitError: Too large or too deep.

    Source:
        docs/format.md §Log.
    """
    tree = codec.decode(data, max_bytes=MAX_ENTRY_BYTES)
    if type(tree) is not dict or set(tree) != set(range(_FACTS + 1)):
        raise _refuse("it is not a map of seven parts")
    if type(tree[_PARENTS]) is not list or type(tree[_HEADS]) is not list or type(tree[_FACTS]) is not dict:
        raise _refuse("its parents, heads or facts")
    entry = LogEntry(
        epoch=tree[_EPOCH],
        parents=tuple(tree[_PARENTS]),
        device=tree[_DEVICE],
        time=tree[_TIME],
        action=tree[_ACTION],
        facts=tree[_FACTS],
        heads=tuple(tree[_HEADS]),
    )
    _check(entry)
    return entry


def verify_chain(entries: Iterable[LogEntry]) -> bytes | None:
    """Check that a log is whole: each entry follows the one before, none is missing, changed or moved.

    Only an entry `merged` has a second parent: the end of the other copy's log, which need not stand in this one.

    Args:
        entries: The whole log, oldest first.

    Returns:
        Digest of the newest entry, 32 bytes; None for an empty log. Whoever holds it notices a cut end.

    Raises:
        IntegrityError: The chain does not hold; the message says at which entry.
    """
    last: bytes | None = None
    epoch = 0
    for place, entry in enumerate(entries):
        first = entry.parents[:1]
        holds = not first if last is None else bool(first) and equal(first[0], last)
        if not holds or (len(entry.parents) > 1) > (entry.action == MERGED) or entry.epoch < epoch:
            msg = f"the log does not hold together at entry {place}"
            raise IntegrityError(msg)
        last, epoch = entry.digest(), entry.epoch
    return last


# --- the ledger: what an entry of a disclosure says -----------------------------------------------------------


class FactLike(Protocol):
    """What became of one claim in a disclosure."""

    @property
    def person(self) -> bytes | None:
        """Record id of whom the claim speaks of, 16 bytes; None for facts about nobody."""

    @property
    def record(self) -> bytes:
        """Record id, 16 bytes, of the record that holds the claim."""

    @property
    def revision(self) -> bytes:
        """Revision id, of which the first 8 bytes are kept."""

    @property
    def claim(self) -> int:
        """Place of the claim in the revision, from 0."""

    @property
    def field(self) -> str:
        """Kind and field, such as `person.name`."""

    @property
    def role(self) -> str:
        """One of `ROLES`."""

    @property
    def inside(self) -> bool:
        """Whether the person is inside the State concerned, or not known to be outside."""

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`."""

    @property
    def form(self) -> str:
        """How it left beside that, in a word or two such as `date quarter` or `masked`; mostly empty."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What became of one claim in a disclosure, as the ledger keeps it; see `FactLike`."""

    person: bytes | None
    record: bytes
    revision: bytes
    claim: int
    field: str
    role: str
    inside: bool
    outcome: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """One bundle: who received it, under which rules, and what became of each claim.

    Args:
        recipient: Name in the address book.
        fingerprint: Of the recipient's key, or of nothing for a passphrase.
        audience: family, lawyer, un, press, public or self.
        onward: Who gets it next, by policy and by recipient.
        purpose: The purpose it was made for.
        policy: Name of the policy.
        policy_digest: 32 bytes.
        bag_sha256: SHA-256 of the bag, 32 bytes.
        sealed_sha256: SHA-256 of the sealed file, 32 bytes; zeros where nothing was sealed.
        round: How often the recipient's stand-ins had been started anew.
        gate: What the leak gate said: counts and overridden findings by rule and place.
        consents: Record ids, 16 bytes each, of the consents relied on.
        facts: One for each claim.
        epoch, time: Of the entry it was read from; 0 before it is written.

    Secrets:
        All of it, though no value of a record is in it.
    """

    recipient: str
    fingerprint: str
    audience: str
    onward: tuple[str, ...]
    purpose: str
    policy: str
    policy_digest: bytes
    bag_sha256: bytes
    sealed_sha256: bytes
    round: int = 0
    gate: Mapping[str, Any] = field(default_factory=dict, repr=False)
    consents: tuple[bytes, ...] = field(default=(), repr=False)
    facts: tuple[FactLike, ...] = field(default=(), repr=False)
    epoch: int = 0
    time: int = 0

    @property
    def overridden(self) -> tuple[Mapping[str, str], ...]:
        """Rule, place and reason of each finding of the gate that a person let pass."""
        return tuple(self.gate.get("overridden", ()))

    @property
    def digest(self) -> bytes:
        """SHA-256 of the sealed file, or of the bag where nothing was sealed, 32 bytes: what a bundle is named by."""
        return self.sealed_sha256 if any(self.sealed_sha256) else self.bag_sha256

    def parts(self, *, max_bytes: int = MAX_FACTS_BYTES) -> list[dict[str, Any]]:
        """Lay the handover out as the facts of one or more log entries.

        Args:
            max_bytes: About how many bytes the claims of one entry may take.

        Returns:
            Plain data for `LogEntry.facts`, one for each entry needed; all but very large disclosures need one.
        """
        head: dict[str, Any] = {
            "recipient": self.recipient,
            "fingerprint": self.fingerprint,
            "audience": self.audience,
            "onward": list(self.onward),
            "purpose": self.purpose,
            "policy": self.policy,
            "policy_digest": self.policy_digest,
            "bag_sha256": self.bag_sha256,
            "sealed_sha256": self.sealed_sha256,
            "gate": dict(self.gate),
            **({"round": self.round} if self.round else {}),
        }
        consents = sorted(set(self.consents))
        batches = _rows(self.facts, max_bytes)
        return [
            {**head, "consents": consents if not place else [], "part": [place, len(batches)], **batch}
            for place, batch in enumerate(batches)
        ]


def _rows(facts: Iterable[FactLike], max_bytes: int) -> list[dict[str, Any]]:
    """Group facts by person and record; fields and forms stand once in a table, claims as three numbers each."""
    grouped: defaultdict[tuple[bytes, bytes, bytes, str, bool], list[FactLike]] = defaultdict(list)
    for fact in facts:
        grouped[fact.person or b"", fact.record, fact.revision[:8], fact.role, fact.inside].append(fact)
    batches: list[dict[str, Any]] = []
    fields: dict[str, int] = {}
    rows: list[list[Any]] = []
    size = 0
    for (person, record, revision, role, inside), members in sorted(grouped.items(), key=lambda item: item[0]):
        claims: list[int] = []
        for fact in sorted(members, key=lambda one: one.claim):
            name = f"{fact.field} {fact.form}".rstrip()
            size += len(name) if name not in fields else 0
            claims += [fact.claim, fields.setdefault(name, len(fields)), OUTCOMES.index(fact.outcome)]
        rows.append([person, record, revision, ROLES.index(role), inside, claims])
        size += 64 + 5 * len(claims)
        if size >= max_bytes:
            batches.append({"fields": list(fields), "rows": rows})
            fields, rows, size = {}, [], 0
    if rows or not batches:
        batches.append({"fields": list(fields), "rows": rows})
    return batches


def _text(facts: Mapping[str, Any], key: str) -> str:
    value = facts.get(key)
    if type(value) is not str:
        raise _refuse(f"the {key} of a disclosure")
    return value


def _hash(facts: Mapping[str, Any], key: str) -> bytes:
    value = facts.get(key)
    if type(value) is not bytes or len(value) != DIGEST_BYTES:
        raise _refuse(f"the {key} of a disclosure")
    return value


def _list(facts: Mapping[str, Any], key: str, kind: type) -> list[Any]:
    value = facts.get(key)
    if type(value) is not list or any(type(item) is not kind for item in value):
        raise _refuse(f"the {key} of a disclosure")
    return value


def _read_facts(facts: Mapping[str, Any]) -> list[Fact]:
    fields = [text.partition(" ") for text in _list(facts, "fields", str)]
    result: list[Fact] = []
    for row in _list(facts, "rows", list):
        try:
            person, record, revision, role, inside, claims = row
            if not (type(person) is type(record) is type(revision) is bytes and type(inside) is bool):
                raise TypeError  # noqa: TRY301 - one refusal for all that a row may have wrong
            result += [
                Fact(
                    person or None,
                    record,
                    revision,
                    _number(claim),
                    _at(fields, place)[0],
                    _at(ROLES, role),
                    inside,
                    _at(OUTCOMES, outcome),
                    _at(fields, place)[2],
                )
                for claim, place, outcome in zip(claims[::3], claims[1::3], claims[2::3], strict=True)
            ]
        except (TypeError, ValueError, IndexError):
            raise _refuse("the claims of a disclosure") from None
    return result


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value


def _at(table: Sequence[_Entry], place: object) -> _Entry:
    return table[_number(place)]


def read_handover(entry: LogEntry) -> Handover:
    """Read what one entry `disclosed` says.

    Args:
        entry: An entry with the action `disclosed`.

    Returns:
        The handover, or the part of a large one that this entry holds.

    Raises:
        FormatError: The entry is another action, or its facts are not of the form.
    """
    facts = entry.facts
    if entry.action != DISCLOSED:
        raise _refuse("it is no disclosure")
    gate = facts.get("gate")
    if type(gate) is not dict:
        raise _refuse("the gate of a disclosure")
    let_pass = gate.get("overridden", [])
    if type(let_pass) is not list or not all(
        type(one) is dict and one.keys() == {"rule", "place", "reason"} and {*map(type, one.values())} == {str}
        for one in let_pass
    ):
        raise _refuse("what was overridden in a disclosure")
    started = facts.get("round", 0)
    if type(started) is not int or started < 0:
        raise _refuse("the round of a disclosure")
    return Handover(
        recipient=_text(facts, "recipient"),
        fingerprint=_text(facts, "fingerprint"),
        audience=_text(facts, "audience"),
        onward=tuple(_list(facts, "onward", str)),
        purpose=_text(facts, "purpose"),
        policy=_text(facts, "policy"),
        policy_digest=_hash(facts, "policy_digest"),
        bag_sha256=_hash(facts, "bag_sha256"),
        sealed_sha256=_hash(facts, "sealed_sha256"),
        round=started,
        gate=gate,
        consents=tuple(_list(facts, "consents", bytes)),
        facts=tuple(_read_facts(facts)),
        epoch=entry.epoch,
        time=entry.time,
    )


def handovers(
    entries: Iterable[LogEntry], *, recipients: Collection[str] | None = None, bundle: bytes | None = None
) -> list[Handover]:
    """List the bundles that were made, oldest first, parts of a large one joined.

    Args:
        entries: The log, oldest first.
        recipients: Only those to these names in the address book; None for all.
        bundle: Only the one of which this is the SHA-256, or its first 4 bytes or more, of bag or sealed file.

    Returns:
        One for each bundle.

    Raises:
        FormatError: An entry `disclosed` is not of the form.
        ValueError: `bundle` is shorter than 4 bytes.
    """
    if bundle is not None and len(bundle) < 4:
        msg = "a bundle is named by at least 4 bytes of its hash"
        raise ValueError(msg)
    found: dict[tuple[int, bytes, bytes, str], Handover] = {}
    for entry in entries:
        if entry.action != DISCLOSED:
            continue
        one = read_handover(entry)
        if recipients is not None and one.recipient not in recipients:
            continue
        if bundle is not None and not any(told.startswith(bundle) for told in (one.bag_sha256, one.digest)):
            continue
        key = (one.epoch, one.bag_sha256, one.sealed_sha256, one.recipient)
        first = found.get(key)
        found[key] = (
            one
            if first is None
            else replace(first, consents=first.consents + one.consents, facts=first.facts + one.facts)
        )
    return list(found.values())


def same_hands(entries: Iterable[LogEntry], known: Mapping[str, str], recipient: str) -> frozenset[str]:
    """Say under which names one recipient received bundles or may yet: whoever has the key of one has that of all.

    Args:
        entries: The log.
        known: Fingerprint of each recipient in the address book, by name; empty where there is no key.
        recipient: One of the names.

    Returns:
        All names that go back to it by a shared fingerprint, itself among them.

    Raises:
        FormatError: An entry `disclosed` is not of the form.
    """
    pairs = {(one.recipient, one.fingerprint) for one in handovers(entries) if one.fingerprint}
    pairs |= {(name, fingerprint) for name, fingerprint in known.items() if fingerprint}
    names = {recipient}
    while True:
        keys = {fingerprint for name, fingerprint in pairs if name in names}
        more = names | {name for name, fingerprint in pairs if fingerprint in keys}
        if more == names:
            return frozenset(names)
        names = more


def asked_back(entries: Iterable[LogEntry]) -> dict[bytes, int]:
    """Say which bundles were asked back, and when first.

    Args:
        entries: The log, oldest first.

    Returns:
        Seconds since 1970 by `Handover.digest`.

    Raises:
        FormatError: An entry `recalled` is not of the form.
    """
    found: dict[bytes, int] = {}
    for entry in entries:
        if entry.action == RECALLED:
            for digest_ in _list(entry.facts, "bundles", bytes):
                found.setdefault(digest_, entry.time)
    return found


@dataclass(frozen=True, slots=True)
class Audit:
    """What a look at the whole log found; a log that does not hold together is refused instead.

    Args:
        entries: Log entries.
        bundles: Bundles in the ledger.
        incomplete: `Handover.digest` of those of which entries are missing, oldest first.
    """

    entries: int
    bundles: int
    incomplete: tuple[bytes, ...] = field(default=(), repr=False)


def verify(entries: Sequence[LogEntry]) -> Audit:
    """Check that the log is whole, that every bundle in it can be read, and that none of its parts is missing.

    Args:
        entries: The whole log, oldest first.

    Returns:
        How much there is, and which bundles are not whole.

    Raises:
        IntegrityError: The chain does not hold.
        FormatError: An entry `disclosed` or `recalled` is not of the form.
    """
    verify_chain(entries)
    asked_back(entries)
    found = handovers(entries)
    parts: defaultdict[tuple[int, bytes, str], list[Any]] = defaultdict(list)
    for entry in entries:
        if entry.action == DISCLOSED:
            one = read_handover(entry)
            parts[one.epoch, one.digest, one.recipient].append(entry.facts.get("part"))
    told = [(one.digest, parts[one.epoch, one.digest, one.recipient]) for one in found]
    return Audit(
        entries=len(entries),
        bundles=len(found),
        incomplete=tuple(
            bundle for bundle, places in told if places != [[place, len(places)] for place in range(len(places))]
        ),
    )


def recall(entries: Iterable[LogEntry], consent: bytes) -> list[Handover]:
    """List the bundles that relied on one consent, with their holders, so that they can be asked back.

    Args:
        entries: The log, oldest first.
        consent: Record id of the consent, 16 bytes.

    Returns:
        The bundles, oldest first; `recipient` and `onward` of each are its holders.

    Raises:
        FormatError: An entry `disclosed` is not of the form.
    """
    return [one for one in handovers(entries) if consent in one.consents]


def recall_person(entries: Iterable[LogEntry], person: bytes) -> list[Handover]:
    """List the bundles in which anything of one person left, be it under a stand-in.

    Args:
        entries: The log, oldest first.
        person: Record id of the person or source, 16 bytes.

    Returns:
        The bundles, oldest first; `recipient` and `onward` of each are its holders.

    Raises:
        FormatError: An entry `disclosed` is not of the form.
    """
    return [
        one
        for one in handovers(entries)
        if any(fact.person == person and fact.outcome != OUTCOMES[0] for fact in one.facts)
    ]
