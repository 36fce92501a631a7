"""Between the vault and `redact`: policies, the address book, previews, and the permit that makes a disclosure.

Part of floor 3. Only here is a permit made; what it does when it is used is to write the ledger entry. Nothing here
decides what may leave: `redact` does.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from vault import files, ledger, sealing
from vault.errors import BusyError, FormatError, IntegrityError, NotFoundError
from vault.redact import Disclosure, Permit, Pseudonyms, Recipient, load_policy, redact, shipped_policies
from vault.redact.view import _VAULT_ROOM
from vault.vault.reading import attachment_of_value, read_revision
from vault.vault.state import read_log, read_setting, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from vault.ledger import LogEntry
    from vault.objects import Head, ObjectReader
    from vault.records import Revision, Schemas
    from vault.redact import DisclosedFile, Policy, Request, View
    from vault.vault.session import Session
    from vault.vault.state import Commit

_RECIPIENTS: Final = "recipients"
_PSEUDONYMS: Final = "pseudonyms"
_CHANGED_MEANWHILE: Final = "the vault was changed while the bundle was made; nothing was handed over; do it again"


class DisclosureDesk:
    """What disclosures need and leave in an open vault; reached as `Vault.disclosures`.

    Args:
        session: Of the open vault.
    """

    def __init__(self, session: Session) -> None:
        """Work on an open vault."""
        self._session = session

    def policies(self) -> dict[str, Policy]:
        """Give the policies in force by name: the shipped ones and the vault's own."""
        with self._session.reading() as (objects, _):
            return _read_policies(objects, self._session.current().head, self._session.schemas(objects))

    def set_policy(self, text: str) -> Policy:
        """Keep a policy of the vault's own.

        Args:
            text: TOML.

        Returns:
            The policy.

        Raises:
            PolicyError: It cannot be used; the message names the line.
        """
        with self._session.writing() as commit:
            schemas = self._session.schemas(commit.batch)
            known = _read_policies(commit.batch, commit.state.head, schemas)
            policy = load_policy(text, schemas, known)
            commit.set_setting(f"policy/{policy.name}", text)
            commit.log("settings", {"set": f"policy/{policy.name}"})
        return policy

    def recipients(self) -> dict[str, Recipient]:
        """Give the address book by name."""
        with self._session.reading() as (objects, _):
            return _read_recipients(self._session.setting(objects, _RECIPIENTS))

    def put_recipient(self, recipient: Recipient) -> None:
        """Add or replace an entry of the address book."""
        with self._session.writing() as commit:
            plain = self._session.setting(commit.batch, _RECIPIENTS) or {}
            _read_recipients(plain)
            plain[recipient.name] = _plain_recipient(recipient)
            commit.set_setting(_RECIPIENTS, plain)
            commit.log("settings", {"set": "recipient"})

    def remove_recipient(self, name: str) -> None:
        """Take an entry out of the address book; the ledger keeps what was handed over.

        Raises:
            NotFoundError: There is no such entry.
        """
        with self._session.writing() as commit:
            plain = self._session.setting(commit.batch, _RECIPIENTS) or {}
            _read_recipients(plain)
            if plain.pop(name, None) is None:
                msg = "there is no such recipient"
                raise NotFoundError(msg)
            commit.set_setting(_RECIPIENTS, plain or None)
            commit.log("settings", {"removed": "recipient"})

    def preview(self, request: Request) -> View:
        """Show what a disclosure would let leave and what not, and by which rule; nothing is written.

        Raises:
            ConsentError, PolicyError, DisclosureError: As `Vault.disclose`.

        Secrets:
            The result.
        """
        return _redact(self._session, request, preview=True)[0]

    def log(self) -> list[LogEntry]:
        """Read the whole log, oldest first; the entries `disclosed` are the ledger.

        Raises:
            IntegrityError: The log is not one unbroken chain.
        """
        with self._session.reading() as (objects, _):
            return read_log(objects, self._session.current().head)


# --- making one ---


def disclose(session: Session, request: Request) -> Disclosure:
    """Do what `Vault.disclose` promises.

    Args:
        session: Of the open vault.
        request: What, by which policy, to whom and for which purpose.

    Returns:
        The disclosure; its permit writes the ledger entry, if the vault is still the one it was made from.

    Raises:
        StaleError: Writes are refused until the keys are confirmed.
        ConsentError, PolicyError, DisclosureError: As `Vault.disclose`.

    Secrets:
        The result.
    """
    if session.unconfirmed is not None:
        raise session.unconfirmed
    view, pseudonyms, schemas, made_at = _redact(session, request)

    def record(handover: ledger.Handover) -> None:
        with session.writing() as commit:
            if commit.state.head.epoch != made_at:
                raise BusyError(_CHANGED_MEANWHILE)
            commit.set_setting(_PSEUDONYMS, pseudonyms.plain())
            for facts in handover.parts():
                commit.log(ledger.DISCLOSED, facts)

    return _make(session, request, view, schemas, record)


def _make(
    session: Session, request: Request, view: View, schemas: Schemas, record: Callable[[ledger.Handover], None]
) -> Disclosure:
    recipient, policy = request.recipient, request.policy
    onward = tuple(sorted({*policy.onward, *recipient.onward}))

    def commit(bag_sha256: bytes, sealed_sha256: bytes, gate: Mapping[str, Any]) -> None:
        record(
            ledger.Handover(
                recipient=recipient.name,
                fingerprint=recipient.fingerprint,
                audience=policy.audience,
                onward=onward,
                purpose=request.purpose,
                policy=policy.name,
                policy_digest=policy.digest,
                bag_sha256=bag_sha256,
                sealed_sha256=sealed_sha256,
                gate=gate,
                consents=view.consents,
                facts=view.facts,
            )
        )

    return Disclosure(
        view=view,
        policy=policy.name,
        policy_digest=policy.digest,
        recipient=recipient,
        audience=policy.audience,
        onward=onward,
        purpose=request.purpose,
        note=request.note,
        schemas=schemas,
        signer=sealing.Signer(session.current().keyring.signing_seed),
        permit=Permit(_VAULT_ROOM, commit),
        read_file=partial(_open_file, session),
        full=policy.full,
    )


def _redact(session: Session, request: Request, *, preview: bool = False) -> tuple[View, Pseudonyms, Schemas, int]:
    with session.reading() as (objects, index):
        schemas = session.schemas(objects)
        pseudonyms = _read_pseudonyms(session.setting(objects, _PSEUDONYMS))

        def newest() -> Iterator[Revision]:
            for row in index.rows(removed=True):
                yield read_revision(objects, row)

        def history(record_id: bytes) -> list[Revision]:
            return [read_revision(objects, row) for row in index.history(record_id) if not row.purged]

        view = redact(request, newest, history, schemas, pseudonyms, sealing.random_bytes, preview=preview)
        return view, pseudonyms, schemas, session.current().head.epoch


def _open_file(session: Session, file: DisclosedFile) -> Iterator[bytes]:
    attachment = attachment_of_value(file.value)
    if attachment is None:
        msg = "a document record says nothing of its file"
        raise IntegrityError(msg)
    with session.reading() as (objects, index):
        row = index.attachment(attachment.attachment_id)
        if row is None:
            msg = "an attachment is missing"
            raise IntegrityError(msg)
        yield from files.read(objects, attachment, row.ref)


def forget_pseudonyms(session: Session, commit: Commit, record_id: bytes) -> None:
    """Take a purged record out of the map of pseudonyms.

    Args:
        session: Of the open vault.
        commit: In which it is purged.
        record_id: 16 bytes.

    Raises:
        IntegrityError: The map is not made by the rule.
    """
    plain = session.setting(commit.batch, _PSEUDONYMS)
    if plain:
        pseudonyms = _read_pseudonyms(plain)
        pseudonyms.forget(record_id)
        commit.set_setting(_PSEUDONYMS, pseudonyms.plain())


# --- what the settings hold ---


def _read_policies(objects: ObjectReader, head: Head, schemas: Schemas) -> dict[str, Policy]:
    """Read the policies in force.

    Args:
        objects: Snapshot.
        head: Its head.
        schemas: Schemas in force.

    Returns:
        Shipped policies and the vault's own, by name; a policy of its own may narrow another one of its own.

    Raises:
        PolicyError: One of the vault's own can no longer be used.
    """
    known = shipped_policies(schemas)
    own = {
        name.removeprefix("policy/"): str(read_setting(objects, ref))
        for name, ref in sorted(read_settings(objects, head).items())
        if name.startswith("policy/")
    }
    waiting = dict(own)
    while waiting:
        ready = [
            name
            for name, text in waiting.items()
            if not any(f'"{other}"' in text for other in waiting if other != name)
        ]
        # Two that name each other cannot both come first; loading one then says what is wrong with it.
        for name in ready or list(waiting):
            known[name] = load_policy(waiting.pop(name), schemas, known)
    return known


def _plain_recipient(recipient: Recipient) -> dict[str, Any]:
    """Give the form in which the address book holds an entry."""
    return {
        "audience": recipient.audience,
        "onward": list(recipient.onward),
        "key": recipient.key,
        "fingerprint": recipient.fingerprint,
    }


def _read_recipients(plain: Any) -> dict[str, Recipient]:  # noqa: ANN401 - plain data
    """Read the address book.

    Raises:
        IntegrityError: It is not made by the rule.
    """
    try:
        known = {
            name: Recipient(name, entry["audience"], tuple(entry["onward"]), entry["key"], entry["fingerprint"])
            for name, entry in (plain or {}).items()
        }
        for each in known.values():
            texts = (each.name, each.audience, *each.onward, each.key or "", each.fingerprint)
            if not all(isinstance(text, str) for text in texts):
                raise TypeError  # noqa: TRY301 - one refusal for every wrong shape
    except (AttributeError, KeyError, TypeError):
        msg = "the address book is not made by the rule"
        raise IntegrityError(msg) from None
    return known


def _read_pseudonyms(plain: Any) -> Pseudonyms:  # noqa: ANN401 - plain data
    """Read the map of pseudonyms.

    Raises:
        IntegrityError: It is not made by the rule.

    Secrets:
        `plain` and the result.
    """
    try:
        return Pseudonyms.from_plain(plain or {})
    except FormatError:
        msg = "the map of pseudonyms is not made by the rule"
        raise IntegrityError(msg) from None
