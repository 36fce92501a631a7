"""Between the vault and `redact`: policies, the address book, previews, and the permit that makes a disclosure.

Part of floor 3. Only here is a permit made; what it does when it is used is to write the ledger entry. Nothing here
decides what may leave: `redact` does.
"""

from __future__ import annotations

import dataclasses
import tomllib
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from vault import files, ledger, sealing
from vault.errors import (
    BusyError,
    ConsentError,
    DisclosureError,
    FormatError,
    IntegrityError,
    NotFoundError,
    PolicyError,
)
from vault.redact import (
    LINKING,
    PUBLISHED,
    Disclosure,
    Permit,
    Pseudonyms,
    Recipient,
    Told,
    load_policy,
    redact,
    shipped_policies,
)
from vault.redact.pseudonyms import scope_of
from vault.redact.view import _VAULT_ROOM, SELF
from vault.vault.exposing import Looking
from vault.vault.former import read_former
from vault.vault.reading import attachment_of_value, read_revision
from vault.vault.reviewing import ReviewDesk, read_rulings
from vault.vault.state import read_log, read_setting, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from vault.ledger import LogEntry
    from vault.objects import Head, ObjectReader
    from vault.records import Revision, Schemas
    from vault.redact import DisclosedFile, Policy, Request, View
    from vault.vault.exposure import Exposure
    from vault.vault.session import Session
    from vault.vault.state import Commit

_RECIPIENTS: Final = "recipients"
_PSEUDONYMS: Final = "pseudonyms"
_SERIES: Final = "series"
_SERIES_ID_BYTES: Final = 16
_FINDINGS: Final = "findings"
_FINDINGS_KEY_BYTES: Final = 32
_POLICY: Final = "policy/"
_COUNTS: Final = "counts/"
_CHANGED_MEANWHILE: Final = "the vault was changed while the bundle was made; nothing was handed over; do it again"


class DisclosureDesk:
    """What disclosures need and leave in an open vault; reached as `Vault.disclosures`.

    Args:
        session: Of the open vault.
    """

    def __init__(self, session: Session) -> None:
        """Work on an open vault."""
        self._session = session

    @property
    def review(self) -> ReviewDesk:
        """What a person decides when reading texts before they leave."""
        return ReviewDesk(self._session)

    def policies(self) -> dict[str, Policy]:
        """Give the policies in force by name: the shipped ones and the vault's own."""
        with self._session.reading() as (objects, _):
            return _read_policies(objects, self._session.current().head, self._session.schemas(objects))

    def check_policy(self, text: str) -> Policy:
        """Read a policy as `set_policy` does, and keep nothing.

        Args:
            text: TOML.

        Returns:
            The policy.

        Raises:
            PolicyError: It cannot be used; the message names the line.
        """
        with self._session.reading() as (objects, _):
            head, schemas = self._session.current().head, self._session.schemas(objects)
            return _with_policy(_own_policies(objects, head), text, schemas)

    def set_policy(self, text: str, *, replace: bool = True) -> Policy:
        """Keep a policy of the vault's own, sealed like a record.

        Args:
            text: TOML.
            replace: Also if there is one of that name.

        Returns:
            The policy.

        Raises:
            PolicyError: It cannot be used, the message names the line; one that narrows it would give away more; or
                there is one of that name.
        """
        with self._session.writing() as commit:
            own = _own_policies(commit.batch, commit.state.head)
            policy = _with_policy(own, text, self._session.schemas(commit.batch))
            if not replace and policy.name in own:
                msg = f"there is a policy {policy.name} already"
                raise PolicyError(msg)
            commit.set_setting(f"{_POLICY}{policy.name}", text)
            commit.log("settings", {"set": f"{_POLICY}{policy.name}"})
        return policy

    def remove_policy(self, name: str) -> None:
        """Drop a policy of the vault's own; the ledger keeps the digest of what was used.

        Args:
            name: Its name.

        Raises:
            NotFoundError: The vault has none of its own of that name.
            PolicyError: Another one narrows it.
        """
        with self._session.writing() as commit:
            own = _own_policies(commit.batch, commit.state.head)
            if name not in own:
                msg = f"the vault has no policy {name!a} of its own"
                raise NotFoundError(msg)
            # Not by loading them: one that can no longer be used has to be removable.
            child = next((one for one, text in own.items() if _setting_of(text, "parent") == name), None)
            if child is not None:
                msg = f"the policy {child} narrows it"
                raise PolicyError(msg)
            commit.set_setting(f"{_POLICY}{name}", None)
            commit.log("settings", {"removed": f"{_POLICY}{name}"})

    def recipients(self) -> dict[str, Recipient]:
        """Give the address book by name."""
        with self._session.reading() as (objects, _):
            return _read_recipients(self._session.setting(objects, _RECIPIENTS))

    def put_recipient(self, recipient: Recipient) -> None:
        """Add or replace an entry of the address book.

        Raises:
            ValueError: The name is `self`, by which the owner is meant.
        """
        if recipient.name == SELF:
            msg = f"{SELF} is the owner, and no entry of the address book"
            raise ValueError(msg)
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
        return _redact(self._session, [request], preview=True)[0][0]

    def together(self, requests: Sequence[Request]) -> list[Disclosure]:
        """Make several disclosures of one act: the ledger gets all of their entries in one commit, or none.

        Args:
            requests: One for each bundle, to be handed over by `handoff.write_together`.

        Returns:
            The disclosures, in that order, all made from one state of the vault.

        Raises:
            StaleError: Writes are refused until the keys are confirmed.
            ConsentError: Consent is missing for one of them or several; the lines name the policy.
            PolicyError, DisclosureError: As `Vault.disclose`.

        Secrets:
            The results.
        """
        return _disclose(self._session, requests)

    def who(self, token: str) -> list[tuple[str, bytes]]:
        """Say what a pseudonym stands for.

        Args:
            token: As it stands in a bundle, such as `person-7F3A9Q`.

        Returns:
            Name of the recipient (with the path onward, where it is one of its own) and id of the record or file, for
            each that it may be.

        Raises:
            IntegrityError: The map is not made by the rule.
        """
        with self._session.reading() as (objects, _):
            return _read_pseudonyms(self._session.setting(objects, _PSEUDONYMS)).find(token)

    def exposure(
        self, today: date, *, recipients: Collection[str] | None = None, bundle: bytes | None = None
    ) -> Exposure:
        """Say who is exposed, with which facts, if somebody else opens what recipients hold; whom to warn first on top.

        Args:
            today: The day on which consents are read.
            recipients: Names in the address book, with those that share a key with one of them; None for all.
            bundle: Only the one of which this is the SHA-256, or its first 4 bytes or more.

        Returns:
            The report.

        Raises:
            IntegrityError: A record, or the log, is damaged.
            FormatError: An entry of the ledger is not of the form.

        Secrets:
            The result.
        """
        with self._looking(today) as (looking, log):
            if recipients is not None:
                keys = {one.name: one.fingerprint for one in self.recipients().values()}
                recipients = {name for one in recipients for name in ledger.same_hands(log, keys, one)}
            return looking.bundles(ledger.handovers(log, recipients=recipients, bundle=bundle), recipients or ())

    def exposure_of_vault(self, today: date) -> Exposure:
        """Say who is exposed if this vault itself was opened by somebody: everyone, sources and helpers first.

        Args:
            today: The day on which consents are read.

        Returns:
            The report, with all bundles: their stand-ins can be told then.

        Raises:
            IntegrityError, FormatError: As `exposure`.

        Secrets:
            The result.
        """
        with self._looking(today) as (looking, _):
            return looking.everything()

    @contextmanager
    def _looking(self, today: date) -> Iterator[tuple[Looking, list[LogEntry]]]:
        with self._session.reading() as (objects, index):
            log = read_log(objects, self._session.current().head)
            pseudonyms = _read_pseudonyms(self._session.setting(objects, _PSEUDONYMS))
            yield Looking(objects, index, self._session.schemas(objects), log, pseudonyms, today), log

    def told_until(self, bundle: bytes, request: Request) -> tuple[ledger.FactLike, ...]:
        """Give what a recipient was told until a bundle under the stand-ins of a request, for an update to it.

        Args:
            bundle: SHA-256 of a bundle that was made for the recipient, or its first 4 bytes or more.
            request: The update that is wanted: its recipient, audience and path onward count.

        Returns:
            What the ledger says, oldest first, for `Request.since`.

        Raises:
            NotFoundError: The recipient got no such bundle.
            DisclosureError: The recipient's stand-ins were started anew since: an update could not be read with it.
            IntegrityError: The log is damaged.
            FormatError: An entry of the ledger is not of the form.

        Secrets:
            The result.
        """
        with self._session.reading() as (objects, _):
            log = read_log(objects, self._session.current().head)
            round_ = _read_pseudonyms(self._session.setting(objects, _PSEUDONYMS)).rounds(request.scope)
        to = [request.recipient.name]
        last = max((one.epoch for one in ledger.handovers(log, recipients=to, bundle=bundle)), default=0)
        if not last:
            msg = "this recipient got no such bundle"
            raise NotFoundError(msg)
        told = [
            one
            for one in ledger.handovers(log, recipients=to)
            if one.epoch <= last and scope_of(one.recipient, one.audience, frozenset(one.onward)) == request.scope
        ]
        if told and (told[-1].round != round_ or told[-1].fingerprint != request.recipient.fingerprint):
            msg = "the recipient's stand-ins were started anew since that bundle; hand over the whole once more"
            raise DisclosureError(msg)
        return tuple(fact for one in told if one.round == round_ for fact in one.facts)

    def note_recall(self, bundles: Iterable[bytes]) -> None:
        """Enter in the ledger that bundles were asked back.

        Args:
            bundles: `Handover.digest` of each.

        Raises:
            StaleError, BusyError, EngineError: As for any commit.
        """
        with self._session.writing() as commit:
            commit.log(ledger.RECALLED, {"bundles": sorted(set(bundles))})

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
    return _disclose(session, [request])[0]


def _disclose(session: Session, requests: Sequence[Request]) -> list[Disclosure]:
    if session.unconfirmed is not None:
        raise session.unconfirmed
    views, pseudonyms, schemas, made_at = _redact(session, requests)
    waiting: dict[int, ledger.Handover] = {}
    held = False
    key = _read_findings_key(session)
    series = _read_series(session)
    places = [_next(series, request, pseudonyms.rounds(request.scope)) for request in requests]

    def record(place: int, handover: ledger.Handover) -> int:
        waiting[place] = handover
        if len(waiting) < len(requests):
            return len(requests) - len(waiting)  # the entries of one act are written with the last of its bundles
        with session.writing() as commit:
            if commit.state.head.epoch != made_at:
                raise BusyError(_CHANGED_MEANWHILE)
            commit.set_setting(_PSEUDONYMS, pseudonyms.plain())
            if any(places):
                commit.set_setting(_SERIES, series)
            for one in waiting.values():
                for facts in one.parts():
                    commit.log(ledger.DISCLOSED, facts)
            _remember_counts(commit, requests, views)
        return 0

    def hold() -> None:
        nonlocal made_at, held
        if held:
            return
        with session.writing() as commit:
            if commit.state.head.epoch != made_at:
                raise BusyError(_CHANGED_MEANWHILE)
            commit.set_setting(_PSEUDONYMS, pseudonyms.plain())
            commit.set_setting(_FINDINGS, key)
            commit.log("settings", {"set": _FINDINGS})
        made_at, held = session.current().head.epoch, True

    return [
        _make(
            session,
            request,
            view,
            schemas,
            Permit(_VAULT_ROOM, _committing(request, view, partial(record, place), pseudonyms), hold),
            key,
            places[place],
        )
        for place, (request, view) in enumerate(zip(requests, views, strict=True))
    ]


def _read_series(session: Session) -> dict[str, list[Any]]:
    """Give for each recipient's scope how often it was started anew, the id of its series, and how many it got."""
    with session.reading() as (objects, _):
        plain = session.setting(objects, _SERIES) or {}
    for one in plain.values():
        if type(one) is not list or len(one) != 3 or type(one[1]) is not bytes or len(one[1]) != _SERIES_ID_BYTES:
            msg = "the numbers of bundles are not made by the rule"
            raise IntegrityError(msg)
    return dict(plain)


def _next(series: dict[str, list[Any]], request: Request, round_: int) -> tuple[bytes, int] | None:
    """Number a bundle in the series of its recipient; where it may be passed on, a number would tell of others."""
    if LINKING & {request.policy.audience, *request.path}:
        return None
    before, mark, number = series.get(request.scope, (round_, sealing.random_bytes(_SERIES_ID_BYTES), 0))
    if before != round_:
        mark, number = sealing.random_bytes(_SERIES_ID_BYTES), 0
    series[request.scope] = [round_, mark, number + 1]
    return mark, number + 1


def _remember_counts(commit: Commit, requests: Sequence[Request], views: Sequence[View]) -> None:
    """Keep what tables of counts told, for the comparison with later ones."""
    number = sum(name.startswith(_COUNTS) for name in read_settings(commit.batch, commit.state.head))
    for request, view in zip(requests, views, strict=True):
        if view.table is not None:
            commit.set_setting(f"{_COUNTS}{number}", [request.policy.audience, view.table.told.plain()])
            number += 1


def _read_findings_key(session: Session) -> bytes:
    """Give the key of the ids of findings; one that was drawn just now is kept with the first refusal."""
    with session.reading() as (objects, _):
        key = session.setting(objects, _FINDINGS)
    if key is None:
        return sealing.random_bytes(_FINDINGS_KEY_BYTES)
    if type(key) is not bytes or len(key) != _FINDINGS_KEY_BYTES:
        msg = "the key of findings is not acceptable"
        raise FormatError(msg)
    return key


def _committing(
    request: Request, view: View, record: Callable[[ledger.Handover], int], pseudonyms: Pseudonyms
) -> Callable[[bytes, bytes, Mapping[str, Any]], int]:
    recipient, policy = request.recipient, request.policy
    onward = tuple(sorted(request.path))

    def commit(bag_sha256: bytes, sealed_sha256: bytes, gate: Mapping[str, Any]) -> int:
        return record(
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
                round=pseudonyms.rounds(request.scope),
                gate=gate,
                consents=view.consents,
                facts=view.facts,
            )
        )

    return commit


def _make(
    session: Session,
    request: Request,
    view: View,
    schemas: Schemas,
    permit: Permit,
    findings_key: bytes,
    series: tuple[bytes, int] | None,
) -> Disclosure:
    policy = request.policy
    return Disclosure(
        view=view,
        policy=policy.name,
        policy_digest=policy.digest,
        recipient=request.recipient,
        audience=policy.audience,
        onward=tuple(sorted(request.path)),
        purpose=request.purpose,
        note=request.note,
        schemas=schemas,
        signer=sealing.Signer(session.current().keyring.signing_seed),
        permit=permit,
        read_file=partial(_open_file, session),
        findings_key=findings_key,
        series=series,
        full=policy.full,
        form=request.form,
        update=request.since is not None,
    )


def _redact(
    session: Session, requests: Sequence[Request], *, preview: bool = False
) -> tuple[list[View], Pseudonyms, Schemas, int]:
    with session.reading() as (objects, index):
        schemas = session.schemas(objects)
        pseudonyms = _read_pseudonyms(session.setting(objects, _PSEUDONYMS))

        def newest() -> Iterator[Revision]:
            for row in index.rows(removed=True):
                yield read_revision(objects, row)

        def history(record_id: bytes) -> list[Revision]:
            return [read_revision(objects, row) for row in index.history(record_id) if not row.purged]

        head = session.current().head
        decided = read_rulings(objects, head)
        former = read_former(objects, head)
        views: list[View] = []
        missing: list[str] = []
        for asked in requests:
            request = asked
            # Who has another key is taken for somebody else; what was drawn for a bundle that was refused is new.
            fresh = (asked.fresh or _has_another_key(objects, head, asked)) and _has_left(
                objects, head, asked, pseudonyms
            )
            if fresh != asked.fresh:
                request = dataclasses.replace(asked, fresh=fresh)
            try:
                audience = request.policy.audience
                views.append(
                    redact(
                        request,
                        newest,
                        history,
                        schemas,
                        pseudonyms,
                        sealing.random_bytes,
                        preview=preview,
                        earlier=[
                            # What press has, the public has.
                            told
                            for to, told in _read_counts(objects, head).values()
                            if to == audience or {to, audience} <= PUBLISHED
                        ],
                        released=_released(objects, head, audience) if preview or audience in PUBLISHED else (),
                        rulings=decided,
                        former=former,
                    )
                )
            except ConsentError as error:
                if len(requests) == 1:
                    raise
                missing += [f"{request.policy.name}: {line}" for line in error.missing]
        if missing:
            raise ConsentError(missing)
        return views, pseudonyms, schemas, head.epoch


def _has_another_key(objects: ObjectReader, head: Head, request: Request) -> bool:
    """Tell whether whoever got the last bundle under these stand-ins had another key, or a passphrase."""
    last = None
    for one in ledger.handovers(read_log(objects, head), recipients=[request.recipient.name]):
        if scope_of(one.recipient, one.audience, one.onward) == request.scope:
            last = one.fingerprint
    return last is not None and last != request.recipient.fingerprint


def _has_left(objects: ObjectReader, head: Head, request: Request, pseudonyms: Pseudonyms) -> bool:
    """Tell whether the stand-ins that a recipient would get now are in any bundle."""
    return any(
        scope_of(one.recipient, one.audience, one.onward) == request.scope
        and one.round == pseudonyms.rounds(request.scope)
        for one in ledger.handovers(read_log(objects, head))
    )


def _released(objects: ObjectReader, head: Head, audience: str) -> list[tuple[ledger.FactLike, ...]]:
    """Give the facts of each bundle that an audience had; what press had the public has, and the other way round."""
    same = PUBLISHED if audience in PUBLISHED else {audience}
    return [one.facts for one in ledger.handovers(read_log(objects, head)) if one.audience in same]


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


def forget_record(session: Session, commit: Commit, record_id: bytes) -> None:
    """Take a purged record out of the map of pseudonyms and of what is remembered of counts.

    Args:
        session: Of the open vault.
        commit: In which it is purged.
        record_id: 16 bytes.

    Raises:
        IntegrityError: One of the two is not made by the rule.
    """
    stand_in = sealing.random_bytes(16)
    for name, (audience, told) in _read_counts(commit.batch, commit.state.head).items():
        if record_id in told.members:
            commit.set_setting(name, [audience, told.without(record_id, stand_in).plain()])
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
    return _load_policies(_own_policies(objects, head), schemas)


def _own_policies(objects: ObjectReader, head: Head) -> dict[str, str]:
    """Give the TOML of the vault's own policies by name."""
    return {
        name.removeprefix(_POLICY): str(read_setting(objects, ref))
        for name, ref in sorted(read_settings(objects, head).items())
        if name.startswith(_POLICY)
    }


def _load_policies(own: Mapping[str, str], schemas: Schemas) -> dict[str, Policy]:
    known = shipped_policies(schemas)
    waiting = dict(own)
    while waiting:
        ready = [name for name, text in waiting.items() if _setting_of(text, "parent") not in waiting]
        # Two that name each other cannot both come first; loading one then says what is wrong with it.
        for name in ready or list(waiting):
            text = waiting.pop(name)
            try:
                known[name] = load_policy(text, schemas, known)
            except PolicyError as error:
                msg = f"the vault's own policy {name} cannot be used: {error}"
                raise PolicyError(msg) from None
    return known


def _setting_of(text: str, key: str) -> str | None:
    """Give one setting of a policy that may not be usable; None where it cannot be read."""
    with suppress(tomllib.TOMLDecodeError, RecursionError):
        found = tomllib.loads(text).get(key)
        return found if isinstance(found, str) else None
    return None


def _with_policy(own: Mapping[str, str], text: str, schemas: Schemas) -> Policy:
    """Read a policy that is new or takes another's place, and all others once more with it.

    Args:
        own: TOML of the vault's own policies.
        text: TOML of the new one.
        schemas: Schemas in force.

    Returns:
        The policy.

    Raises:
        PolicyError: It cannot be used, or one that narrows it no longer could.
    """
    name = _setting_of(text, "name")
    if name is not None and _setting_of(text, "parent") == name:
        msg = "a policy cannot narrow itself"
        raise PolicyError(msg)
    # Those that are needed to read it, and no other: it may be what mends one that can no longer be used.
    above: dict[str, str] = {}
    parent = _setting_of(text, "parent")
    while parent is not None and parent in own.keys() - above.keys() - {name}:
        above[parent] = own[parent]
        parent = _setting_of(own[parent], "parent")
    policy = load_policy(text, schemas, _load_policies(above, schemas))
    _load_policies({**own, policy.name: text}, schemas)
    return policy


def _plain_recipient(recipient: Recipient) -> dict[str, Any]:
    """Give the form in which the address book holds an entry."""
    return {
        "audience": recipient.audience,
        "onward": list(recipient.onward),
        "key": recipient.key,
        "fingerprint": recipient.fingerprint,
        "expires": recipient.expires.isoformat() if recipient.expires else None,
        "confirmed": recipient.confirmed,
    }


def _read_recipients(plain: Any) -> dict[str, Recipient]:  # noqa: ANN401 - plain data
    """Read the address book.

    Raises:
        IntegrityError: It is not made by the rule.
    """
    try:
        known = {
            name: Recipient(
                name,
                entry["audience"],
                tuple(entry["onward"]),
                entry["key"],
                entry["fingerprint"],
                date.fromisoformat(entry["expires"]) if entry["expires"] is not None else None,
                entry["confirmed"],
            )
            for name, entry in (plain or {}).items()
        }
        for each in known.values():
            texts = (each.name, each.audience, *each.onward, each.key or "", each.fingerprint)
            if not all(isinstance(text, str) for text in texts) or not isinstance(each.confirmed, bool):
                raise TypeError  # noqa: TRY301 - one refusal for every wrong shape
    except (AttributeError, KeyError, TypeError, ValueError):
        msg = "the address book is not made by the rule"
        raise IntegrityError(msg) from None
    return known


def _read_counts(objects: ObjectReader, head: Head) -> dict[str, tuple[str, Told]]:
    """Read what each table of counts told, and to which audience, by the names of the settings.

    Raises:
        IntegrityError: One is not made by the rule.
    """
    found: dict[str, tuple[str, Told]] = {}
    for name, ref in sorted(read_settings(objects, head).items()):
        if name.startswith(_COUNTS):
            try:
                audience, plain = read_setting(objects, ref)
                found[name] = (str(audience), Told.from_plain(plain))
            except (FormatError, TypeError, ValueError):
                msg = "what is remembered of counts is not made by the rule"
                raise IntegrityError(msg) from None
    return found


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
