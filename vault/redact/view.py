"""What a disclosure is: the request, the redacted view, and the permit without which it cannot be handed over.

Floor: 2. Only the room `vault` makes a `Disclosure`: a `Permit` refuses to be built by anyone else, works once, and
what it does is to write the ledger entry. What holds no permit cannot become a bundle.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from vault.errors import DisclosureError
from vault.matching import Protected
from vault.records import Schemas
from vault.redact.counts import Table
from vault.redact.policy import AUDIENCES, ONWARD, Policy
from vault.redact.pseudonyms import scope_of
from vault.redact.risk import FactLike, Recognition
from vault.redact.rulings import written_small
from vault.redact.terms import terms

VALUE: Final = "value"
PSEUDONYM: Final = "pseudonym"
COARSENED: Final = "coarsened"
WITHHELD: Final = "withheld"
UNKNOWN: Final = "unknown"
NOT_ASKED: Final = "not-asked"
UNSEEN: Final = "unseen"
"""Withheld, and the recipient is not told that anything is."""
OUTCOMES: Final = (VALUE, PSEUDONYM, COARSENED, WITHHELD, UNKNOWN, NOT_ASKED, UNSEEN)

SELF: Final = "self"
"""Name of the recipient that the policy `everything` asks for: the owner."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a bundle is made for.

    Args:
        name: Name in the address book.
        audience: family, lawyer, un, press, public or self.
        onward: Who gets it next from this recipient: state, public or an audience.
        key: `age1…` or `ssh-ed25519 …`; None for a passphrase.
        fingerprint: Of the key, to be read aloud.
        expires: Last day on which anything may be sent, and by which it is to be deleted; None if it does not end.
        confirmed: The words of the fingerprint were compared by voice.
    """

    name: str
    audience: str
    onward: tuple[str, ...] = ()
    key: str | None = None
    fingerprint: str = ""
    expires: date | None = None
    confirmed: bool = False

    def __post_init__(self) -> None:
        """Refuse an audience that no policy has, and steps onward that no consent knows.

        Raises:
            TypeError: `onward` is one text.
            ValueError: A word is none of those.
        """
        if not isinstance(self.onward, tuple):
            raise TypeError("the steps onward are a tuple of words")
        if self.audience not in AUDIENCES or not {*self.onward} <= {*ONWARD, *AUDIENCES}:
            raise ValueError(f"an audience is one of {', '.join(AUDIENCES)}; onward is {', '.join(ONWARD)} or one too")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be disclosed, to whom and why.

    Args:
        selection: Record ids, 16 bytes each; of a case all of it goes, of a person that person and the records about
            that person, of others the record. Empty, for counts and with the policy
            `everything` alone: the whole vault.
        policy: The rules.
        recipient: Who receives it.
        purpose: One of the purposes that a consent knows.
        today: The day on which consents are read.
        only: Take the selected records alone.
        leave_out: Leave out records for which consent is missing, instead of refusing.
        note: Free text for the recipient; it goes into the bundle as it stands.
        stays: The recipient keeps it apart from what is passed on: of those who are not inside the State concerned,
            consent is asked along the policy's own path alone.
        fresh: Start new pseudonyms: what this recipient has cannot be joined to what it gets.
        counts: Fields by which detained persons are counted, each as `field` or `kind.field`: then a table leaves and
            no record; an empty selection takes the whole vault.
        subject: Record id of the person that a form is about; empty where there is none.
        form: Name of the form that is filled out with it.
        since: What the ledger says that the recipient has already: only what changed leaves; None for all.
    """

    selection: tuple[bytes, ...]
    policy: Policy
    recipient: Recipient
    purpose: str
    today: date
    only: bool = False
    leave_out: bool = False
    note: str = dataclasses.field(default="", repr=False)
    stays: bool = False
    fresh: bool = False
    counts: tuple[str, ...] = ()
    subject: bytes = b""
    form: str = ""
    since: tuple[FactLike, ...] | None = dataclasses.field(default=None, repr=False)

    @property
    def path(self) -> frozenset[str]:
        """Who gets it next, by policy and by recipient."""
        return frozenset(self.policy.onward) | (frozenset() if self.stays else frozenset(self.recipient.onward))

    @property
    def scope(self) -> str:
        """In which map of pseudonyms its tokens stand: that of the recipient, another for what is passed on."""
        return scope_of(self.recipient.name, self.policy.audience, self.path)


@dataclass(frozen=True, slots=True)
class DisclosedClaim:
    """One claim as the recipient sees it.

    Args:
        field: Name of the field.
        type: Type of the field.
        outcome: value, pseudonym, coarsened, withheld, unknown or not-asked.
        value: Plain data for JSON; None where nothing is shown. A name or place is a map with `text`; a link a map
            with `record` (a token), `names` and `relation`; a file a map with `path`.
        retracted: It was taken back.
        basis, confidence: As in the record.
        as_of: EDTF, as coarse as the policy asks.
        source: Token of the statement or source it comes from, if the recipient may know.
        settled: Places of words in a text that stand because a person decided that they are no name there.
        salt: 32 bytes that open the claim's commitment, if it is shown as it stands; under verifiable policies alone.
    """

    field: str
    type: str
    outcome: str
    value: Any = dataclasses.field(default=None, repr=False)
    retracted: bool = False
    basis: str | None = None
    confidence: str | None = None
    as_of: str | None = dataclasses.field(default=None, repr=False)
    source: str | None = None
    settled: tuple[tuple[int, int], ...] = ()
    salt: bytes | None = dataclasses.field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class DisclosedRecord:
    """One record as the recipient sees it.

    Args:
        id: Random token of this recipient's scope, such as `event-7F3A9Q`; not the vault's id.
        kind: Kind of the record.
        claims: In the order of the schema; claims of one field in an order that tells nothing.
        full: With the policy `everything` alone: the record with its history, ids and times, as plain data.
        commitments: Of its revision, 32 bytes each, sorted; none where no claim is opened.
    """

    id: str
    kind: str
    claims: tuple[DisclosedClaim, ...] = dataclasses.field(repr=False)
    full: Any = dataclasses.field(default=None, repr=False)
    commitments: tuple[bytes, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class DisclosedFile:
    """An attachment that goes along.

    Args:
        path: Where it stands in the bag; tells neither its name nor its record.
        record: Record id of the document in the vault, by which the vault finds the file. Never rendered.
        value: The file claim's value in the vault. Never rendered.
    """

    path: str
    record: bytes = dataclasses.field(repr=False)
    value: Mapping[str, Any] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of one claim, and why: a line of the preview.

    Args:
        record: Record id in the vault, 16 bytes.
        kind: Kind of the record.
        field: Name of the field.
        claim: Place of the claim in the revision, from 0.
        people: Record ids of whom it speaks.
        role: Role that decided.
        rule: Rule or level that decided, such as `detainee.name` or `level never`.
        action: What is done, such as `date quarter`.
        outcome: One of `OUTCOMES`.
        masked: How many known values were masked in its text.
    """

    record: bytes
    kind: str
    field: str
    claim: int
    people: tuple[bytes, ...]
    role: str
    rule: str
    action: str
    outcome: str
    masked: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """What became of one claim about one person, as the ledger keeps it (`FactLike` there): by ids, never by value."""

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
class Mark:
    """What stands under one mask of a text.

    Args:
        start, end: Where, in the text as recorded.
        kind: Kind of the value: name, phone, id, date, place or text; empty where a decision alone masks it.
        value: The value as recorded. Secret.
        record: Record that holds the value.
        field: Kind and field there, such as `person.name`.
        rule: Why it is withheld: the rule, the level, or that its record is not part of this.
        ruling: The decision that masks it; empty where there is none.
    """

    start: int
    end: int
    kind: str = ""
    value: str = dataclasses.field(default="", repr=False)
    record: bytes | None = None
    field: str = ""
    rule: str = ""
    ruling: bytes = b""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A word of a text that a person has to judge.

    Args:
        start, end: Where, in the text as recorded.
        state: `masked`, though written small it would stand; `stands`, though with a capital it would be masked or
            something shown has it too; `kept`, by a decision; `kin`, a word for a relative.
        ruling: Of what is kept: the decision.
        place: Which of the places of this word it is in the texts of that field, from 1.
    """

    start: int
    end: int
    state: str
    ruling: bytes = b""
    place: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that leaves, as its owner has to read it.

    Args:
        record: Record id of the record that holds it.
        field: Kind and field, such as `event.narrative`.
        claim: Place of the claim in the revision.
        text: As recorded. Secret.
        marks: What is masked, in order.
        doubts: What to judge, in order.
    """

    record: bytes
    field: str
    claim: int
    text: str = dataclasses.field(repr=False)
    marks: tuple[Mark, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A redacted view: what leaves, and the account of how.

    Args:
        records: In an order that tells nothing of the vault's own.
        files: Attachments that go along.
        decisions: One for each claim of each selected record; for the owner's eyes.
        counts: By rule, how many different claims that are shown it decided; of a table, how many of its fields.
        withheld: Values that must not appear anywhere in what leaves.
        kept: Values that do appear in their own fields.
        facts: For the ledger.
        consents: Record ids of the consents relied on.
        warnings: Lines for the owner; they name records by id at most.
        left_out: Record ids dropped for want of consent.
        shared: Words that a kept and a withheld name or place have both; in texts they are masked where they may mean
            the withheld one.
        refusals: In a preview, why the disclosure itself would be refused.
        table: Counts, where these leave in place of records.
        rulings: Ids of the decisions made in review that changed this view: `mask` and `keep`.
        texts: In a preview alone: each text that leaves, with what stands under its masks.
        recognition: In a preview alone: who could be recognised by what is told.
        subject: Token of the person that a form is about.

    Secrets:
        Everything, `withheld` above all.
    """

    records: tuple[DisclosedRecord, ...] = dataclasses.field(repr=False)
    files: tuple[DisclosedFile, ...] = ()
    decisions: tuple[Decision, ...] = dataclasses.field(default=(), repr=False)
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    withheld: tuple[Protected, ...] = dataclasses.field(default=(), repr=False)
    kept: tuple[Protected, ...] = dataclasses.field(default=(), repr=False)
    facts: tuple[Fact, ...] = dataclasses.field(default=(), repr=False)
    consents: tuple[bytes, ...] = dataclasses.field(default=(), repr=False)
    warnings: tuple[str, ...] = ()
    left_out: tuple[bytes, ...] = dataclasses.field(default=(), repr=False)
    shared: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    refusals: tuple[str, ...] = ()
    table: Table | None = None
    rulings: Mapping[str, tuple[bytes, ...]] = dataclasses.field(default_factory=dict)
    texts: tuple[Reading, ...] = dataclasses.field(default=(), repr=False)
    recognition: Recognition | None = dataclasses.field(default=None, repr=False)
    subject: str = ""

    def read_small(self) -> View | None:
        """Give the view as the gate is to read it: each word that a person let stand written small.

        Returns:
            The view, in which nothing but such letters differs; None where no word was let stand.
        """
        if not any(claim.settled for record in self.records for claim in record.claims):
            return None
        records = tuple(
            dataclasses.replace(record, claims=tuple(map(_claim_small, record.claims))) for record in self.records
        )
        return dataclasses.replace(self, records=records)

    def receipt_counts(self) -> dict[str, str]:
        """Return the counts as a receipt may tell them: under five as `<5`, for small numbers single people out."""
        return {rule: str(count) if count >= 5 else "<5" for rule, count in sorted(self.counts.items())}


def _claim_small(claim: DisclosedClaim) -> DisclosedClaim:
    if not claim.settled:
        return claim
    return dataclasses.replace(claim, value=written_small(claim.value, claim.settled), settled=())


# --- the permit -----------------------------------------------------------------------------------------------

_VAULT_ROOM: Final = object()
"""Shown by the room `vault` to prove that it is the one that asks; no other module of the package names it."""


class Permit:
    """The right to hand one disclosure over, once.

    Args:
        proof: What only the room `vault` has.
        commit: Writes the ledger entry, and says how many bundles of the same act have to come before it is written;
            is called at most once.
        hold: Keeps the stand-ins that were drawn.
    """

    __slots__ = ("_commit", "_hold", "_spent")

    def __init__(
        self,
        proof: object,
        commit: Callable[[bytes, bytes, Mapping[str, Any]], int],
        hold: Callable[[], None] = lambda: None,
    ) -> None:
        if proof is not _VAULT_ROOM:
            raise TypeError("only Vault.disclose gives permits")
        self._commit = commit
        self._hold = hold
        self._spent = False

    @property
    def spent(self) -> bool:
        """Whether it was used; then nothing more can be handed over with it."""
        return self._spent

    def commit(self, bag_sha256: bytes, sealed_sha256: bytes, gate: Mapping[str, Any]) -> int:
        """Write the ledger entry. Only after this returned 0 may a file get its final name.

        Args:
            bag_sha256: SHA-256 of the bag, 32 bytes.
            sealed_sha256: SHA-256 of the sealed file, 32 bytes; zeros where nothing is sealed.
            gate: Plain data: what the leak gate said, by rule and place, never a value.

        Returns:
            How many bundles of the same act the ledger still waits for; it has no entry of any of them before.

        Raises:
            DisclosureError: The permit was used before, even if that failed.
            VaultError: The entry could not be written; nothing may be handed over.
        """
        if self._spent:
            raise DisclosureError("this disclosure was handed over already; make a new one")
        # Spent before it is tried: a commit that fails half-way must not be tried again on the same view.
        self._spent = True
        return self._commit(bag_sha256, sealed_sha256, gate)

    def hold(self) -> None:
        """Keep the stand-ins, so that the same export comes out the same: what the gate found is found there again.

        Raises:
            BusyError: The vault was changed meanwhile.
            VaultError: They could not be kept.
        """
        self._hold()


class Signs(Protocol):
    """Who signs the manifest of a bundle."""

    @property
    def public_key(self) -> bytes:
        """Ed25519 public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Sign a message: 64 bytes."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A redacted view that may be handed over; made by `Vault.disclose` alone.

    Args:
        view: What leaves.
        policy: Name of the policy.
        policy_digest: 32 bytes.
        recipient: Who receives it.
        audience: The audience of policy and recipient.
        onward: Who gets it next, by policy and by recipient.
        purpose: What for.
        note: Free text for the recipient.
        schemas: What kinds, fields and choices are called.
        signer: Signs the manifest.
        permit: Lets it be handed over, once.
        read_file: Opens an attachment for reading in pieces.
        findings_key: The vault's key for the ids of what the gate finds, 32 bytes; without it nothing can be
            overridden.
        full: It is the owner's own full way out; no gate applies.
        series: Random id, 16 bytes, of the series of bundles for this recipient, and the place of this one in it, from
            1; None where copies of several recipients may meet.
        form: Name of the form that is filled out with it; empty where there is none.
        update: It has only what changed since an earlier bundle.

    Secrets:
        Everything.
    """

    view: View = dataclasses.field(repr=False)
    policy: str
    policy_digest: bytes
    recipient: Recipient
    audience: str
    onward: tuple[str, ...]
    purpose: str
    note: str = dataclasses.field(repr=False)
    schemas: Schemas = dataclasses.field(repr=False)
    signer: Signs = dataclasses.field(repr=False)
    permit: Permit = dataclasses.field(repr=False)
    read_file: Callable[[DisclosedFile], Any] | None = dataclasses.field(default=None, repr=False)
    findings_key: bytes = dataclasses.field(default=b"", repr=False)
    full: bool = False
    series: tuple[bytes, int] | None = None
    form: str = ""
    update: bool = False

    @property
    def terms(self) -> Mapping[str, tuple[str, ...]]:
        """Its terms in words, by language; none for the owner."""
        return {} if self.full else terms(self.purpose, self.onward, self.recipient.expires)

    def __post_init__(self) -> None:
        permit: object = self.permit
        if not isinstance(permit, Permit) or permit.spent:
            raise TypeError("a disclosure needs an unused permit")
