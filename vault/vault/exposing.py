"""Who is exposed, with which facts, if a recipient, a bundle or this vault itself was opened by somebody.

Part of floor 3. It only reads. The ledger says which claims left, and how; what they say is read from the records as
they stood then, and what can no longer be read is said to be gone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from vault import ledger
from vault.records import id_text, link_of, text_of, title
from vault.redact import masks, shapes
from vault.redact.account import OWN, TOLD
from vault.redact.coarsen import birth_band, coarse_date
from vault.redact.consent import Ask, Consents, Grant, is_child
from vault.redact.items import RELATION, taken_back
from vault.redact.places import coarsen
from vault.redact.pseudonyms import scope_of
from vault.redact.roles import PERSON, Graph
from vault.vault.exposure import (
    CHANGED,
    PURGED,
    REMOVED,
    REWRITTEN,
    TAKEN_BACK,
    Contact,
    Exposure,
    Person,
    Relied,
    Told,
    Unrecorded,
)
from vault.vault.reading import read_revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from vault.index import Index
    from vault.ledger import FactLike, Handover
    from vault.objects import ObjectReader
    from vault.records import Claim, Field, Revision, Schemas
    from vault.redact import Pseudonyms

_FULL: Final = "everything"
_TIES: Final = frozenset({("consent", "given_by"), ("source", "about")})
_VALUE, _COARSENED, _PSEUDONYM = "value", "coarsened", "pseudonym"
_SOURCE: Final = "source"
_URGENT: Final = {"relative": 0, "submitter": 0, "source": 0, "helper": 0, "public": 1, "detainee": 2, "official": 3}
_IN_VAULT: Final = ("source", "helper", "relative", "detainee", "public", "official")
_NO_ROLE: Final = "none"


class Looking:
    """One look at a vault.

    Args:
        objects: Snapshot.
        index: Index of the same state.
        schemas: Schemas in force.
        log: The whole log, oldest first.
        pseudonyms: The map of tokens.
        today: The day on which consents are read.

    Raises:
        IntegrityError: A record is damaged.
        FormatError: An entry of the ledger is not of the form.

    Secrets:
        All of it.
    """

    def __init__(
        self,
        objects: ObjectReader,
        index: Index,
        schemas: Schemas,
        log: Sequence[ledger.LogEntry],
        pseudonyms: Pseudonyms,
        today: date,
    ) -> None:
        self._objects = objects
        self._index = index
        self._schemas = schemas
        self._log = log
        self._pseudonyms = pseudonyms
        self._today = today
        self._graph = Graph((read_revision(objects, row) for row in index.rows(removed=True)), schemas)
        self._past: dict[bytes, list[Revision]] = {}
        self._named: dict[bytes, dict[bytes, FactLike]] = {}
        self._grants: dict[bytes, tuple[set[bytes], set[str]]] = {}

    # --- what there is --------------------------------------------------------------------------------------------

    def bundles(self, handed: Iterable[Handover], recipients: Iterable[str] = ()) -> Exposure:
        """Say who is exposed by some bundles.

        Args:
            handed: The bundles, oldest first.
            recipients: Who is meant, beside those of the bundles.
        """
        handed = tuple(handed)
        found = _Found()
        for one in handed:
            for fact in one.facts:
                if fact.outcome in {_VALUE, _COARSENED, _PSEUDONYM}:
                    told, beside = self._told(one, fact)
                    found.add(one, fact, told)
                    if beside is not None:
                        found.beside(told, beside, fact.role)
                    if fact.person is not None and one.policy != _FULL:
                        found.stand_ins[fact.person] |= self._stand_ins(one, fact.person, told)
        people = [
            self._person(record, found, min(roles, key=ledger.ROLES.index)) for record, roles in found.roles.items()
        ]
        return self._exposure(handed, recipients, found, sorted(people, key=_urgency))

    def everything(self) -> Exposure:
        """Say who is exposed by the vault itself: sources and helpers first, those inside before those outside."""
        found = _Found()
        given = self._graph.everywhere
        for record in (*self._graph.records, *self._graph.removed):
            for revision in self._read(record):  # not kept: it goes through the whole vault
                for index, claim in enumerate(revision.claims):
                    if claim.value is not None:
                        self._say(found, revision, index, claim)
        for record, revision in (*self._graph.records.items(), *self._graph.removed.items()):
            if revision.kind in {PERSON, _SOURCE}:
                found.roles.setdefault(self._graph.entity(record), set())
        people = [
            self._person(record, found, next((role for role in _IN_VAULT if role in given.get(record, ())), _NO_ROLE))
            for record in found.roles
        ]
        order = {role: max(place, 1) for place, role in enumerate((*_IN_VAULT, _NO_ROLE))}
        people.sort(key=lambda one: (order[one.role], not one.inside, one.record))
        handed = tuple(ledger.handovers(self._log))
        return self._exposure(handed, (), found, people)

    def _say(self, found: _Found, revision: Revision, index: int, claim: Claim) -> None:
        of = self._schemas.field(revision.kind, claim.field)
        people, role = self._graph.subjects(revision, of, claim)
        target = link_of(claim.value) if of.type == "link" else None
        linked = {self._graph.entity(target)} if target is not None and self._is_somebody(target) else set()
        told = Told(
            record=revision.record_id,
            claim=index,
            field=f"{revision.kind}.{of.name}",
            outcome=_VALUE,
            shown=_plain(claim.value),
            value=self._held(of, claim.value),
            since=self._since(revision, index),
        )
        everybody: set[bytes | None] = {*people, *linked}
        for person in everybody or {None}:
            found.say(person, told)
        for person in self._graph.origins(claim.source) if claim.source else ():
            found.say(person, replace(told, outcome=_PSEUDONYM, form=TOLD, shown=None))
        if (beside := _beside(of, claim)) is not None:
            found.beside(told, beside, of.gives or role)

    def _is_somebody(self, record: bytes) -> bool:
        revision = self._graph.records.get(record) or self._graph.removed.get(record)
        return revision is not None and revision.kind in {PERSON, _SOURCE}

    # --- one fact -------------------------------------------------------------------------------------------------

    def _told(self, one: Handover, fact: FactLike) -> tuple[Told, str | None]:
        """Say what a fact of the ledger told, and whom it names beside no record."""
        revision = self._as_it_was(fact)
        told = Told(
            record=fact.record,
            claim=fact.claim,
            field=fact.field,
            outcome=fact.outcome,
            form=masks.MASKED if fact.form.startswith(masks.MASKED) else fact.form,
            since=PURGED,
            token=self._token(one, fact.record),
            bundles=(one.digest,),
        )
        of = self._schemas.field(*fact.field.split(".", 1))
        if revision is None:
            newest = self._newest(fact.record)
            if newest is None:
                return told, None
            told = replace(told, since=REWRITTEN)
            if fact.claim >= len(newest.claims) or newest.claims[fact.claim].field != of.name:
                return told, None
            return replace(told, value=self._held(of, newest.claims[fact.claim].value)), None
        if fact.claim >= len(revision.claims):
            return told, None
        claim = revision.claims[fact.claim]
        consents, lacks = self._consent(one, fact, revision, of, claim)
        told = replace(
            told,
            shown=self._shown(one, fact, of, claim),
            value=self._held(of, claim.value),
            since=self._since(revision, fact.claim),
            consents=consents,
            lacks=lacks,
        )
        return told, _beside(of, claim) if fact.form not in {TOLD, OWN} else None

    def _held(self, of: Field, value: object) -> Any:  # noqa: ANN401 - plain data
        """Give what the vault says; of a link also the title of the record."""
        target = link_of(value) if of.type == "link" else None
        if target is None:
            return _plain(value)
        revision = self._newest(target)
        named = {"title": title(revision, self._schemas)} if revision else {}
        return {"record": target.hex(), **shapes.relation(of, value), **named}

    def _shown(self, one: Handover, fact: FactLike, of: Field, claim: Claim) -> Any:  # noqa: ANN401 - plain data
        """Say what the recipient reads."""
        value, (action, _, to) = claim.value, fact.form.partition(" ")
        shown: Any = None
        if fact.form == TOLD:
            shown = self._token(one, claim.source or b"")
        elif one.policy == _FULL:
            shown = _plain(value)
        elif value is None or fact.form == OWN:
            pass
        elif of.type == "link":
            shown = self._shown_link(one, fact, of, value)
        elif of.type == "file" and isinstance(value, dict):
            ending = shapes.file_ending(value.get("name"))
            shown = {"path": f"data/files/{self._token(one, value.get('id', b''))}{ending}"}
        elif fact.outcome == _PSEUDONYM:
            shown = {"text": f"[{self._token(one, fact.person or b'')}]"} if not fact.form else None
        elif fact.outcome == _VALUE:
            shown = shapes.whole(of, value)
            if action == masks.MASKED:
                shown = masks.masked_again(shown, fact.form)
        elif action == "place":
            shown = coarsen(value, to)
        elif action == "date" and isinstance(value, str):
            shown = coarse_date(value, to)
        elif action == "age-band" and isinstance(value, str):
            shown = birth_band(value, int(to))
        return shown

    def _shown_link(self, one: Handover, fact: FactLike, of: Field, value: Any) -> dict[str, Any]:  # noqa: ANN401
        target = link_of(value)
        shown: dict[str, Any] = dict(shapes.relation(of, value)) if fact.form == RELATION else {}
        if target is None:
            return shown | ({"names": [text_of(value)]} if fact.outcome == _VALUE else {})
        somebody = self._is_somebody(target)
        person = self._graph.entity(target) if somebody else target
        shown["record"] = self._token(one, person)
        if somebody and fact.outcome == _VALUE:
            shown["names"] = self._names(one, person)
        return shown

    def _names(self, one: Handover, person: bytes) -> list[str]:
        """Give the names that a link showed: those of the person's record that then stood."""
        if one.digest not in self._named:
            own = (fact for fact in one.facts if fact.record == fact.person and fact.field == f"{PERSON}.name")
            self._named[one.digest] = {fact.record: fact for fact in own}
        fact = self._named[one.digest].get(person)
        revision = self._as_it_was(fact) if fact else None
        of = self._schemas.field(PERSON, "name")
        shown = [
            shapes.whole(of, claim.value)
            for index, claim in enumerate(revision.claims if revision else ())
            if claim.field == "name" and revision and not taken_back(revision, index)
        ]
        return sorted({name["text"] for name in shown if name})

    def _token(self, one: Handover, record: bytes) -> str:
        if one.policy == _FULL:
            return id_text(record)
        scope = scope_of(one.recipient, one.audience, one.onward)
        return self._pseudonyms.known(scope, one.round, record) or ""

    def _stand_ins(self, one: Handover, person: bytes, told: Told) -> set[str]:
        """Give the tokens under which a person stands in one claim."""
        token = self._token(one, person)
        shown = told.shown if isinstance(told.shown, dict) else {}
        found = {token} if token and (shown.get("record") == token or shown.get("text") == f"[{token}]") else set()
        if told.token and self._graph.entity(told.record) == person:
            found.add(told.token)
        return found

    def _since(self, revision: Revision, index: int) -> str:
        """Say what became of a claim in the vault."""
        newest, claim = self._newest(revision.record_id), revision.claims[index]
        if newest is None:
            return PURGED
        if newest.removed:
            return REMOVED
        standing = [
            place for place, one in enumerate(newest.claims) if (one.field, one.value) == (claim.field, claim.value)
        ]
        if not standing:
            return CHANGED
        return TAKEN_BACK if all(taken_back(newest, place) for place in standing) else ""

    def _consent(
        self, one: Handover, fact: FactLike, revision: Revision, of: Field, claim: Claim
    ) -> tuple[tuple[bytes, ...], str]:
        """Say on what consent a fact left, and what it would lack today."""
        person = fact.person
        needless = person is None or fact.role == "official" or fact.outcome == _PSEUDONYM or one.policy == _FULL
        if person is None or needless:
            return (), ""
        people, _ = self._graph.subjects(revision, of, claim)
        group = of.group if person in people else "identity"
        if not group:
            return (), ""
        relied = tuple(
            consent
            for consent in one.consents
            for about, groups in (self._grant(consent),)
            if person in about and group in groups
        )
        ask = Ask(one.audience, one.purpose, frozenset(one.onward), self._today)
        return relied, self._consents.covers(person, group, ask).missing

    def _grant(self, consent: bytes) -> tuple[set[bytes], set[str]]:
        """Say whom and what a consent covered in any of its revisions."""
        if consent not in self._grants:
            grants = [Grant.read(one) for one in self._revisions(consent)]
            self._grants[consent] = (
                {person for grant in grants for person in grant.about},
                {group for grant in grants for group in grant.groups},
            )
        return self._grants[consent]

    @cached_property
    def _consents(self) -> Consents:
        standing = self._graph.records.values()
        return Consents(
            [one for one in (*standing, *self._graph.removed.values()) if one.kind == "consent"],
            self._graph.missing_people(),
            frozenset(one.record_id for one in standing if one.kind == PERSON and is_child(one, self._today)),
        )

    # --- records --------------------------------------------------------------------------------------------------

    def _newest(self, record: bytes) -> Revision | None:
        return self._graph.records.get(record) or self._graph.removed.get(record)

    def _read(self, record: bytes) -> list[Revision]:
        return [read_revision(self._objects, row) for row in self._index.history(record) if not row.purged]

    def _revisions(self, record: bytes) -> list[Revision]:
        if record not in self._past:
            self._past[record] = self._read(record)
        return self._past[record]

    def _as_it_was(self, fact: FactLike) -> Revision | None:
        return next((one for one in self._revisions(fact.record) if one.id.startswith(fact.revision)), None)

    # --- people ---------------------------------------------------------------------------------------------------

    def _person(self, record: bytes, found: _Found, role: str) -> Person:
        revision = self._newest(record)
        facts = tuple(found.facts[record].values())
        return Person(
            record=record,
            name=title(revision, self._schemas) if revision else "",
            role=role,
            inside=self._graph.is_inside(record) if revision else found.inside.get(record, True),
            onward=tuple(sorted(found.onward[record])),
            stand_ins=tuple(sorted(found.stand_ins[record])),
            same_as=tuple(sorted(revision.links("same_as"))) if revision else (),
            facts=facts,
            reach=self._reach(record),
            contacts=self._contacts(record),
        )

    def _reach(self, record: bytes) -> tuple[str, ...]:
        """Give the phones and accounts of a person, those of sources that are the same person too."""
        found: dict[str, None] = {}
        for one in (record, *self._sources_of.get(record, ())):
            revision = self._newest(one)
            for of in self._schemas.fields(revision.kind) if revision else ():
                if revision and (of.type == "phone" or of.name == "account"):
                    found |= dict.fromkeys(text for value in revision.values(of.name) if (text := text_of(value)))
        return tuple(found)

    @cached_property
    def _sources_of(self) -> dict[bytes, list[bytes]]:
        found: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for record, revision in self._graph.records.items():
            if revision.kind == _SOURCE and self._graph.entity(record) != record:
                found[self._graph.entity(record)].append(record)
        return dict(found)

    def _contacts(self, record: bytes) -> tuple[Contact, ...]:
        ties_of = self._ties.get(record, [])
        if all(one.inside for one in ties_of):  # then those outside who know somebody who knows the person
            ties_of = [*ties_of, *self._further(record, ties_of)]
        hows: defaultdict[tuple[bytes | None, str], list[str]] = defaultdict(list)
        ties = {(one.record, one.name): one for one in ties_of}
        for one in ties_of:
            hows[one.record, one.name].append(one.how)
        found = [replace(one, how=", ".join(sorted(set(hows[key])))) for key, one in ties.items()]
        return tuple(sorted(found, key=lambda one: (one.inside, not one.reach, one.name, one.how)))

    def _further(self, record: bytes, ties: Iterable[Contact]) -> Iterator[Contact]:
        for near in ties:
            for far in self._ties.get(near.record or b"", ()):
                if not far.inside and far.record != record:
                    yield replace(far, how=f"by way of {near.name}")

    @cached_property
    def _ties(self) -> dict[bytes, list[Contact]]:
        """Who is tied to whom: kin in both directions, who gave consent, and of whom a source spoke."""
        found: defaultdict[bytes, list[Contact]] = defaultdict(list)
        for revision in self._graph.records.values():
            for of in self._schemas.fields(revision.kind):
                if of.type != "link" or not (of.gives == "relative" or (revision.kind, of.name) in _TIES):
                    continue
                for value in revision.values(of.name):
                    self._tie(found, revision, of, value)
        return dict(found)

    def _tie(self, found: defaultdict[bytes, list[Contact]], revision: Revision, of: Field, value: Any) -> None:  # noqa: ANN401
        target = link_of(value)
        relation = shapes.relation(of, value).get("relation", "") or of.name
        if of.gives == "relative":
            found[revision.record_id].append(self._contact(target, text_of(value), relation))
            if target is not None:
                found[target].append(self._contact(revision.record_id, "", f"whose {relation} it is"))
        elif revision.kind == _SOURCE:
            found[self._graph.entity(revision.record_id)].append(self._contact(target, "", "spoke of"))
        else:
            for person in revision.links("about"):
                if person != target:
                    found[person].append(self._contact(target, text_of(value), "gave consent"))

    def _contact(self, record: bytes | None, name: str, how: str) -> Contact:
        revision = self._newest(record) if record else None
        if record is None or revision is None:
            return Contact(record, name, how, inside=True)
        return Contact(record, title(revision, self._schemas), how, self._graph.is_inside(record), self._reach(record))

    # --- the whole ------------------------------------------------------------------------------------------------

    def _exposure(
        self, handed: tuple[Handover, ...], recipients: Iterable[str], found: _Found, people: Sequence[Person]
    ) -> Exposure:
        digests = {one.digest for one in handed}
        return Exposure(
            bundles=handed,
            recipients=tuple(sorted({*recipients, *(one.recipient for one in handed)})),
            asked_back={bundle: when for bundle, when in ledger.asked_back(self._log).items() if bundle in digests},
            consents=tuple(self._relied(consent) for consent in sorted({c for one in handed for c in one.consents})),
            people=tuple(people),
            unrecorded=tuple(sorted(found.unrecorded.values(), key=lambda one: _URGENT.get(one.role, 4))),
            nobody=tuple(found.facts[None].values()),
        )

    def _relied(self, consent: bytes) -> Relied:
        revision = self._newest(consent)
        if revision is None:
            return Relied(consent, PURGED)
        grant = Grant.read(revision)
        state = "given"
        if grant.withdrawn:
            state = "withdrawn"
        elif revision.removed:
            state = REMOVED
        elif grant.expires and grant.expires < self._today:
            state = "expired"
        return Relied(consent, state, tuple(sorted(grant.about)))


class _Found:
    """What was found so far; what several bundles show alike stands once."""

    def __init__(self) -> None:
        self.facts: defaultdict[bytes | None, dict[str, Told]] = defaultdict(dict)
        self.unrecorded: dict[str, Unrecorded] = {}
        self.roles: dict[bytes, set[str]] = {}
        self.inside: dict[bytes, bool] = {}
        self.onward: defaultdict[bytes, set[str]] = defaultdict(set)
        self.stand_ins: defaultdict[bytes, set[str]] = defaultdict(set)

    def add(self, one: Handover, fact: FactLike, told: Told) -> None:
        """Take in a fact of the ledger."""
        self.say(fact.person, told)
        if fact.person is not None:
            self.roles[fact.person].add(fact.role)
            self.inside[fact.person] = fact.inside or self.inside.get(fact.person, False)
            self.onward[fact.person].update(one.onward)

    def say(self, person: bytes | None, told: Told) -> None:
        """Take in a fact about a person, or about nobody."""
        facts, key = self.facts[person], _key(told)
        facts[key] = _joined(facts.get(key), told)
        if person is not None:
            self.roles.setdefault(person, set())

    def beside(self, told: Told, name: str, role: str) -> None:
        """Take in a name beside no record."""
        key = _key(told)
        before = self.unrecorded.get(key)
        self.unrecorded[key] = Unrecorded(name, role, _joined(before.fact if before else None, told))


def _key(told: Told) -> str:
    return json.dumps(
        [told.record.hex(), told.claim, told.field, told.outcome, told.form, told.shown, told.value, told.since],
        ensure_ascii=True,
        sort_keys=True,
    )


def _joined(before: Told | None, told: Told) -> Told:
    if before is None:
        return told
    return replace(
        told,
        bundles=tuple(dict.fromkeys((*before.bundles, *told.bundles))),
        consents=tuple(dict.fromkeys((*before.consents, *told.consents))),
        lacks=before.lacks or told.lacks,
    )


def _beside(of: Field, claim: Claim) -> str | None:
    """Return the name that a link gives beside no record."""
    if of.type != "link" or claim.value is None or link_of(claim.value) is not None:
        return None
    return text_of(claim.value) or None


def _urgency(one: Person) -> tuple[bool, bool, bool, int, bytes]:
    return ("state" not in one.onward, not one.inside, not one.named, _URGENT.get(one.role, 4), one.record)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a claim may hold
    """Give a claim's value with ids in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return value
