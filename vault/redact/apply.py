"""The redaction itself: selection, roles, rules, consent, known values in texts, pseudonyms -> a view.

Floor: 2. It lets nothing through that no rule names, and nothing about a person without consent for audience, purpose,
group and path. It refuses by raising; asked for a preview, it says what it would refuse and shows the rest.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from vault.errors import ConsentError, DisclosureError, NotFoundError, PolicyError
from vault.matching import MASK, Matcher, Protected
from vault.records import (
    Claim,
    Field,
    Revision,
    commitments,
    id_text,
    identifying,
    link_of,
    opening,
    statement_part,
)
from vault.redact import shapes
from vault.redact import withheld as known
from vault.redact.account import account
from vault.redact.account import told as told_by_claims
from vault.redact.coarsen import birth_band, coarse_date
from vault.redact.consent import Ask, Consents, is_child
from vault.redact.items import Item, taken_back
from vault.redact.originals import beside_a_public_original
from vault.redact.places import LEVELS, coarsen
from vault.redact.policy import CLAIM_PARTS, HIDDEN_ROLES, HIDE, LINKING, PUBLISHED, Action, Verdict
from vault.redact.pseudonyms import Pseudonyms
from vault.redact.reading import everybody, readings, told_alone
from vault.redact.review import review
from vault.redact.risk import FactLike, TellingClaim, check_difference, check_groups, recognition, told_before
from vault.redact.roles import PERSON, Graph
from vault.redact.rulings import Ruling, Rulings
from vault.redact.since import Since
from vault.redact.view import (
    COARSENED,
    NOT_ASKED,
    PSEUDONYM,
    SELF,
    UNKNOWN,
    UNSEEN,
    VALUE,
    WITHHELD,
    DisclosedClaim,
    DisclosedFile,
    DisclosedRecord,
    Fact,
    Reading,
    Request,
    View,
)

_LEAVES: Final = frozenset({VALUE, PSEUDONYM, COARSENED, UNKNOWN, NOT_ASKED})
_NEEDS_CONSENT: Final = frozenset({VALUE, COARSENED})
_PROOFS_JOIN: Final = "proofs go along: who has two bundles with proofs can tell which of their records are one"
_STRICTNESS: Final = (
    "withhold",
    "mask",
    "pseudonym",
    "place",
    "age-band",
    "date",
    "rasterise",
    "clean",
    "scrub",
    "keep",
)


class Work:
    """One request being worked on.

    Args:
        request: What is to be disclosed, to whom and why.
        graph: All records.
        history: Gives all revisions of a record.
        pseudonyms: The map of tokens; new tokens are drawn into it.
        rng: Gives that many random bytes.
        rulings: What was decided in review.
        former: By record id, values that a record once had and of which its history says nothing.

    Raises:
        PolicyError, DisclosureError, NotFoundError: As `redact`.

    Secrets:
        All of it.
    """

    def __init__(
        self,
        request: Request,
        graph: Graph,
        history: Callable[[bytes], list[Revision]],
        pseudonyms: Pseudonyms,
        rng: Callable[[int], bytes],
        rulings: Iterable[Ruling] = (),
        former: Mapping[bytes, Sequence[Protected]] = MappingProxyType({}),
    ) -> None:
        self.request = request
        self.policy = request.policy
        self.graph = graph
        self.history = history
        self.schemas = graph.schemas
        self.pseudonyms = pseudonyms
        self.rng = rng
        self.rulings = Rulings(rulings)
        self.former = former
        self._used: dict[str, set[bytes]] = {"mask": set(), "keep": set()}
        self.files: dict[str, DisclosedFile] = {}
        self._answers: dict[tuple[str, str, str, int], Verdict] = {}
        self._check()
        whole = graph.select(request.selection or (graph.records if self.policy.full or request.counts else ()))
        self.shown = set(request.selection) if request.only and request.selection else whole
        self.ask = Ask(
            request.recipient.audience,
            request.purpose,
            frozenset({*self.policy.onward, *request.recipient.onward}),
            request.today,
        )
        self.outside = replace(self.ask, path=request.path)
        if request.fresh:
            pseudonyms.fresh(request.scope)
        standing = graph.records.values()
        self.consents = Consents(
            [one for one in (*standing, *graph.removed.values()) if one.kind == "consent"],
            graph.missing_people(),
            frozenset(one.record_id for one in standing if one.kind == PERSON and is_child(one, request.today)),
        )
        self.roles = graph.roles(whole, request.selection, self._submits)

    def _check(self) -> None:
        request, policy = self.request, self.policy
        if policy.full and request.recipient.name != SELF:
            raise PolicyError("the policy everything is the owner's own way out: only to the recipient self")
        if request.recipient.audience != policy.audience:
            raise PolicyError(
                f"the policy is for {policy.audience} and the recipient is of the audience {request.recipient.audience}"
            )
        ends = request.recipient.expires
        if ends is not None and request.today > ends:
            raise PolicyError(f"the recipient's entry in the address book ended on {ends.isoformat()}")
        purposes = self.schemas.field("consent", "purposes").choices
        if not policy.full and request.purpose not in purposes:
            raise DisclosureError(f"the purpose is one of {', '.join(purposes)}")
        if policy.verifiable and LINKING & request.path:
            raise PolicyError(f"the policy {policy.name} gives proofs, which are not for what a recipient passes on")
        if policy.verifiable and request.fresh:
            raise PolicyError(f"the policy {policy.name} gives proofs, which would join new stand-ins to the old ones")
        if not policy.full and not request.selection and not request.counts:
            raise DisclosureError("nothing is selected")
        for record in request.selection:
            if record not in self.graph.records:
                raise NotFoundError(f"there is no record {id_text(record)}, or it was removed")

    def _submits(self, person: bytes) -> bool:
        return all(
            self.consents.covers(person, group, self._asked(person), own=True).consent
            for group in ("identity", "testimony")
        )

    def _asked(self, person: bytes) -> Ask:
        """Say along which path consent is needed: of those inside the State concerned, wherever it may go."""
        return self.ask if self.graph.is_inside(person) else self.outside

    def _role(self, person: bytes) -> str:
        return self.roles.get(person, "source")

    def _token(self, record: bytes) -> str:
        revision = self.graph.records.get(record)
        kind = revision.kind if revision else PERSON
        return self.pseudonyms.token(self.request.scope, record, kind, self.rng)

    # --- one claim ------------------------------------------------------------------------------------------------

    def _items(self, revision: Revision) -> list[Item]:
        return [self._decide(revision, index, claim) for index, claim in enumerate(revision.claims)]

    def _verdict(self, people: frozenset[bytes], fallback: str, of: Field) -> tuple[str, Verdict]:
        """Ask the policy for each person a claim speaks of; the strictest answer holds."""
        roles = sorted({self._role_in(one, of) for one in people} or {fallback})
        found = [(role, self._ask_policy(role, of)) for role in roles]
        return min(found, key=lambda one: _strictness(one[1].action))

    def _role_in(self, person: bytes, of: Field) -> str:
        """Say in which role a person stands for a field: who tells is a submitter or a source, detained or not."""
        role = self._role(person)
        return role if of.subject != "source" or role == "submitter" or role in HIDDEN_ROLES else "source"

    def _ask_policy(self, role: str, of: Field) -> Verdict:
        key = (role, of.name, of.type, of.level)
        if key not in self._answers:
            self._answers[key] = self.policy.verdict(role, of)
        return self._answers[key]

    def _decide(self, revision: Revision, index: int, claim: Claim) -> Item:
        of = self.schemas.field(revision.kind, claim.field)
        people, fallback = self.graph.subjects(revision, of, claim)
        role, verdict = self._verdict(people, fallback, of)
        item = Item(revision, index, claim, of, people, role, verdict)
        item.retracted = taken_back(revision, index)
        if self._only_hidden(revision.record_id):
            # A consent or paper of a source alone: that it is there would tell that there is a source.
            item.verdict, item.outcome = Verdict(HIDE, "level never"), UNSEEN
        elif item.retracted and (not self.policy.retracted or claim.value is None):
            item.verdict = replace(verdict, rule=f"{verdict.rule}: taken back")
            item.outcome = UNSEEN
        elif verdict.action.name in {"withhold", "mask"}:
            item.outcome = WITHHELD if verdict.action.shown else UNSEEN
            item.value = MASK if verdict.action.name == "mask" else None
        elif claim.value is None:
            item.outcome = {"unknown": UNKNOWN, "not-asked": NOT_ASKED}.get(claim.state, WITHHELD)
        else:
            self._apply(item, verdict.action)
        if item.outcome in _NEEDS_CONSENT and of.group and not people:
            item.answering = self.graph.answering(revision.record_id)
            if not item.answering:
                # Nobody is known who could agree to it.
                item.outcome, item.value = WITHHELD if verdict.action.shown else UNSEEN, None
        return item

    def _only_hidden(self, record: bytes) -> bool:
        people = self.graph.people_of(record)
        return bool(people) and all(self._role(person) in HIDDEN_ROLES for person in people)

    def _apply(self, item: Item, action: Action) -> None:
        """Carry out a rule that lets something through; whatever has another shape than its type is withheld."""
        value, kind = item.claim.value, item.field.type
        shown: Any = None
        match action.name:
            case _ if kind == "link":
                self._link(item, action)
            case "pseudonym" if kind == "name" and len(item.people) == 1:
                item.outcome, item.value = PSEUDONYM, {"text": f"[{self._token(next(iter(item.people)))}]"}
            case "age-band" if isinstance(value, str):
                shown = birth_band(value, action.years)
            case "date" if isinstance(value, str):
                shown = coarse_date(value, action.to)
            case "place" if isinstance(value, dict):
                shown = coarsen(value, action.to)
            case "keep" if kind == "file" and isinstance(value, dict) and isinstance(value.get("id"), bytes):
                item.outcome, item.value = VALUE, {"path": self._file(item.record, value)}
            case "keep" | "scrub":
                shown = shapes.whole(item.field, value)
        if shown is not None:
            item.outcome, item.value = COARSENED if action.name in {"age-band", "date", "place"} else VALUE, shown

    def _file(self, record: bytes, value: Mapping[str, Any]) -> str:
        # The attachment gets a token of its own: its name tells neither the record nor the order of the files.
        mark = self.pseudonyms.token(self.request.scope, value["id"], "file", self.rng)
        path = f"data/files/{mark}{shapes.file_ending(value.get('name'))}"
        self.files[path] = DisclosedFile(path, record, value)
        return path

    def _link(self, item: Item, action: Action) -> None:
        value = item.claim.value
        target = link_of(value)
        relation = shapes.relation(item.field, value)
        name_field = self.schemas.field(PERSON, "name")
        if target is None:
            text = value.get("name") if isinstance(value, dict) else None
            naming = self.policy.verdict(item.role, name_field).action
            if action.name == "keep" and isinstance(text, str) and naming.name in {"keep", "pseudonym"}:
                named = naming.name == "keep"
                if named and self._names_hidden(text):
                    return
                item.outcome = VALUE if named else PSEUDONYM
                item.value = {**relation, **({"names": [text]} if named else {})}
            return
        revision = self.graph.records.get(target)
        if revision is not None and revision.kind not in {PERSON, "source"}:
            item.to_record = target
            return
        person = self.graph.entity(target)
        naming = self.policy.verdict(self._role(person), name_field).action
        if naming.name not in {"keep", "pseudonym"} or person not in self.graph.records:
            item.outcome = WITHHELD if naming.shown else UNSEEN
            return
        item.outcome, item.value, item.also = PSEUDONYM, {"record": self._token(person)}, (person,)
        if action.name == "keep":
            item.value |= relation
            names = self._names(person) if naming.name == "keep" else []
            if names:
                item.outcome = VALUE
                item.value["names"] = names

    def _names_hidden(self, text: str) -> bool:
        """Tell whether a name beside no record is, or has in it, in whatever spelling, that of a source or helper."""
        spans = self._hidden.spans(text)
        rest, found = known.masked(text, spans)
        return any(known.whole(text[span.start : span.end]) for span in spans) or (
            bool(found) and not any(map(str.isalpha, rest))
        )

    @cached_property
    def _hidden(self) -> Matcher:
        """The names of all sources and helpers of the vault who stand in no other role here."""
        graph = self.graph
        return Matcher(
            [
                Protected(text, kind, strict=True)
                for revision in (*graph.records.values(), *graph.removed.values())
                if revision.kind in {PERSON, "source"}
                and self._role(graph.entity(revision.record_id)) in HIDDEN_ROLES
                and graph.everywhere.get(graph.entity(revision.record_id), set()) & HIDDEN_ROLES
                for _, _, kind, text in identifying(revision, self.schemas)
                if kind == "name"
            ]
        )

    def _names(self, person: bytes) -> list[str]:
        revision = self.graph.records[person]
        of = self.schemas.field(PERSON, "name")
        shown = [
            shapes.whole(of, claim.value)
            for index, claim in enumerate(revision.claims)
            if claim.field == "name" and not taken_back(revision, index)
        ]
        return sorted({name["text"] for name in shown if name})

    # --- the whole ------------------------------------------------------------------------------------------------

    def view(self, *, preview: bool, released: Iterable[Iterable[FactLike]] = ()) -> View:
        """Decide, check consent, mask texts, and lay out what leaves."""
        released = [tuple(facts) for facts in released]
        items = [item for record in sorted(self.shown) for item in self._items(self.graph.records[record])]
        missing, relied = self._consent(items)
        left_out: set[bytes] = set()
        refusals = [f"consent is missing: {line}" for line in self._missing_lines(missing)]
        if self.request.leave_out:
            left_out = {
                item.record
                for item in items
                if any(group in missing.get(person, ()) for person, group in self._needs(item))
            }
            left_out |= self._about_nobody_else(items, missing)
            items = [item for item in items if item.record not in left_out]
            _, relied = self._consent(items)
            refusals = []
        elif missing and not preview:
            raise ConsentError(self._missing_lines(missing))
        bare = _bare_papers(items)
        for item in (item for item in items if item.record in bare):
            item.outcome, item.value = UNSEEN, None
        leaving = {item.record for item in items if item.outcome in _LEAVES}
        for item in items:
            if item.to_record in leaving and item.record in leaving:
                item.outcome, item.value = VALUE, {"record": self._token(item.to_record)}
        withheld, kept, texts = self._mask(items, preview=preview)
        gone = 0
        if self.request.since is not None:
            before_it = Since(self.request.since, self._revision_of)
            items, gone = before_it.split(items, lambda item: told_by_claims([item], *self._telling(leaving)))
        disclosed = self._records(items, leaving)
        told = self._each_once(
            (item.people, item.field, item.outcome, item.value) for item in items if item.record in leaving
        )
        published = self.policy.audience in PUBLISHED
        before = self._told_before(released) if preview or published else []
        alone = check_groups(self.policy, told)
        refusals += alone or (
            check_groups(self.policy, [*told, *before], together=True) if before and published else []
        )
        facts = self._facts_of(items, leaving)
        refusals += check_difference(self.policy, facts, released, self.graph.one_person)
        if not disclosed and not preview and self.request.since is not None:
            raise DisclosureError("nothing changed since that bundle")
        if not disclosed and not preview:
            raise DisclosureError("nothing of the selection leaves under this policy")
        if refusals and not preview:
            raise DisclosureError("; ".join(refusals))
        seen = None
        if preview:
            leave = [item for item in items if item.record in leaving]
            alone_told = told_alone(leave, self.graph, self.roles)
            vault = self._each_once(everybody(self.policy, self.graph))
            seen = recognition(self.policy, told, before, vault, alone_told, earlier=len(released))
        conditions = self.consents.conditions(relied)
        to_family = self.policy.audience == "family"
        paths = {item.value["path"] for item in items if item.shows("file")}
        return View(
            records=tuple(disclosed),
            files=tuple(self.files[path] for path in sorted(paths)),
            decisions=tuple(item.decision() for item in items),
            counts=self._counts(items, leaving),
            withheld=withheld.listed(),
            kept=kept.listed(),
            facts=facts,
            consents=tuple(sorted(relied)),
            warnings=(
                *review(items, self.graph, self.roles, conditions, to_family=to_family),
                *beside_a_public_original(items, leaving, self.graph),
                *([f"{gone} facts that the earlier bundle told are not said any more, or otherwise"] if gone else []),
                *([_PROOFS_JOIN] if any(one.commitments for one in disclosed) else []),
            ),
            left_out=tuple(sorted(left_out)),
            shared=tuple(sorted(withheld.words() & kept.words())),
            refusals=tuple(refusals),
            rulings=self._relied_on(),
            texts=texts,
            recognition=seen,
            subject=self._token(self.request.subject) if self.request.subject else "",
        )

    def _facts_of(self, items: Iterable[Item], leaving: set[bytes]) -> tuple[Fact, ...]:
        """Say what the ledger keeps of claims."""
        return account(items, *self._telling(leaving))

    def _telling(self, leaving: set[bytes]) -> tuple[Graph, dict[bytes, str], Callable[[Item], frozenset[bytes]]]:
        return self.graph, self.roles, lambda item: self._tellers(item, leaving)

    def _revision_of(self, record: bytes, beginning: bytes) -> Revision | None:
        newest = self.graph.records.get(record) or self.graph.removed.get(record)
        known = [newest, *(self.history(record) if newest.parents else ())] if newest else []
        return next((one for one in known if one.id.startswith(beginning)), None)

    def _told_before(self, released: Iterable[Iterable[FactLike]]) -> list[TellingClaim]:
        """Say what earlier releases told."""
        return self._each_once(told_before(self.policy, released, self._revision_of, self.schemas))

    def _each_once(self, claims: Iterable[TellingClaim]) -> list[TellingClaim]:
        """Take all records of one person for one: two of them hide nobody behind the other."""
        return [(frozenset(map(self.graph.one_person, people)), *rest) for people, *rest in claims]

    def _needs(self, item: Item) -> Iterator[tuple[bytes, str]]:
        """Yield each person and consent group that a claim, as it would leave, needs consent for."""
        if item.outcome not in _NEEDS_CONSENT:
            return
        for person in item.people or item.answering:
            if item.field.group and self._role(person) != "official":
                yield person, item.field.group
        for person in item.also:
            if self._role(person) != "official":
                yield person, "identity"

    def _consent(self, items: list[Item]) -> tuple[dict[bytes, dict[str, str]], set[bytes]]:
        """Ask for each person and group once: what is missing, and which consents are relied on."""
        missing: defaultdict[bytes, dict[str, str]] = defaultdict(dict)
        relied: set[bytes] = set()
        for person, group in sorted({need for item in items for need in self._needs(item)}):
            answer = self.consents.covers(person, group, self._asked(person))
            if answer.consent is None:
                missing[person][group] = answer.missing
            else:
                relied.add(answer.consent)
        return dict(missing), relied

    def _about_nobody_else(self, items: list[Item], missing: Mapping[bytes, object]) -> set[bytes]:
        """Give the records that speak of nobody but people of whom consent covers nothing, papers and steps too."""
        asked = {need for item in items for need in self._needs(item)}
        covered = {one for one, group in asked if self.consents.covers(one, group, self._asked(one)).consent}
        nobody = missing.keys() - covered
        return {record for record in {item.record for item in items} if self._is_about(record, nobody)}

    def _is_about(self, record: bytes, people: Collection[bytes]) -> bool:
        found = self.graph.people_of(record)
        return bool(found) and found <= set(people)

    def _missing_lines(self, missing: Mapping[bytes, Mapping[str, str]]) -> list[str]:
        lines = []
        for person, groups in missing.items():
            by_reason: defaultdict[str, list[str]] = defaultdict(list)
            for group, reason in groups.items():
                by_reason[reason].append(group)
            told = "; ".join(f"{', '.join(sorted(names))}: {reason}" for reason, names in sorted(by_reason.items()))
            lines.append(f"person {id_text(person)} ({told})")
        return lines

    # --- known values in texts ------------------------------------------------------------------------------------

    def _mask(
        self, items: list[Item], *, preview: bool
    ) -> tuple[known.Collection, known.Collection, tuple[Reading, ...]]:
        """Mask withheld values in every text that leaves; return what is withheld, what is kept, and the texts."""
        self._without_names(items)
        kept = self._kept(items, "name", "link", "birth", "date", "phone", "id")
        places = [item for item in items if item.shows("place")]
        if places:
            people = Matcher(self._withheld(items, kept).listed("name", "phone", "id"), kept.listed())
            for item in places:
                item.value = {part: known.without_people(text, people) for part, text in item.value.items()}
            kept = self._kept(items, "name", "link", "birth", "date", "phone", "id", "place")
        withheld = self._withheld(items, kept)
        texts = [item for item in items if item.shows("text")]
        if not texts and not preview:
            return withheld, kept, ()
        matcher = Matcher(withheld.listed(), kept.listed())
        read = [
            (item, item.value, self.rulings.read(item.record, item.field.name, item.value, matcher)) for item in texts
        ]
        for item, text, found in read:
            item.value, item.masked, item.settled = found.masked(text), len(found.spots), found.settled()
            self._used["mask"].update(spot.ruling for spot in found.spots if spot.ruling)
            self._used["keep"].update(mark for _, _, mark in found.kept)
        if not preview:
            return withheld, kept, ()
        shown = readings(items, read, matcher, withheld=withheld, kept=kept, graph=self.graph, history=self.history)
        return withheld, kept, tuple(shown)

    def _relied_on(self) -> dict[str, tuple[bytes, ...]]:
        return {act: tuple(sorted(found)) for act, found in self._used.items() if found}

    def _without_names(self, items: list[Item]) -> None:
        """Mask withheld names in a name, phone or number that leaves: whose it is, or who passes calls on."""
        named = [(item, _names_in(item)) for item in items if item.shows("name", "link")]
        longer = any(known.may_hold_another(text) for _, texts in named for text in texts)
        if not longer and not any(item.shows("phone", "id") for item in items):
            return
        values = self._withheld(items, self._kept(items, "name", "link")).listed("name")
        names = known.Collection()
        for text in (text for _, texts in named for text in texts):
            names.add("name", text[: known.end_of_name(text)])
        people = Matcher(values, names.listed())
        hidden = {place for place, value in enumerate(values) if value.strict}
        for item, texts in named:
            told = [known.without_others(text, people, always=hidden) for text in texts]
            if told != texts:
                item.value = {**item.value, **({"names": told} if "names" in item.value else {"text": told[0]})}
        for item in items:
            if item.shows("phone"):
                item.value, item.masked = known.masked(item.value, people.spans(item.value))
            elif item.shows("id"):
                item.value = known.without_people(item.value, people, always=hidden)

    def _kept(self, items: list[Item], *types: str) -> known.Collection:
        """Gather what leaves in fields of some types."""
        kept = known.Collection()
        for item in items:
            if item.outcome == COARSENED and item.field.type == "place":
                for text in item.value.values():
                    kept.add("place", text)
            if not item.shows(*types):
                continue
            if item.field.type == "place":
                for text in item.value.values():
                    kept.add("place", text)
                continue
            for name in item.value.get("names", ()) if item.field.type == "link" else ():
                kept.add("name", name)
            # Of this claim alone: a record of thousands would else be read thousands of times.
            alone = replace(item.revision, claims=(item.claim,))
            for _, _, kind, text in identifying(alone, self.schemas):
                if item.field.type != "link":
                    told = item.value if item.field.type in {"phone", "id"} else text
                    told = item.value["text"] if item.field.type == "name" else told
                    for one, form in known.protect(item.field, item.claim, kind, told):
                        kept.add(one, form)
        return kept

    def _withheld(self, items: list[Item], kept: known.Collection) -> known.Collection:
        let_through = {
            (item.record, place) for item in items if item.outcome == VALUE for place in (item.index, item.field.name)
        }
        shown = {item.record for item in items}
        coarse = known.shown_places(self.policy, self.schemas)

        def tells(record: bytes) -> bool:
            return bool(self.graph.everywhere.get(record, set()) & HIDDEN_ROLES)

        withheld = known.collect(
            (*self.graph.records.values(), *self.graph.removed.values()),
            self.history,
            self.schemas,
            kept=kept,
            dates_of=lambda record, name, index: (
                record in shown and (record, name if index is None else index) not in let_through
            ),
            strict_records=tells,
            coarse=coarse,
        )
        for record, value in ((record, value) for record, values in self.former.items() for value in values):
            if value.text not in kept and not (value.kind == "place" and coarse.has(None, value.text)):
                withheld.add(value.kind, value.text, strict=value.strict or tells(record))
        for value in self.rulings.protected():
            if value.text not in kept:
                withheld.add(value.kind, value.text, strict=True)
        return withheld

    # --- laying out -----------------------------------------------------------------------------------------------

    def _records(self, items: list[Item], leaving: set[bytes]) -> list[DisclosedRecord]:
        grouped: defaultdict[bytes, list[Item]] = defaultdict(list)
        for item in items:
            if item.record in leaving and item.outcome != UNSEEN:
                grouped[item.record].append(item)
        found = []
        for record, members in grouped.items():
            kind = members[0].revision.kind
            order = {one.name: place for place, one in enumerate(self.schemas.fields(kind))}
            # Each different claim once, in an order that follows from what is shown alone: number and order of the
            # vault's own claims would tell what was added later, or how much is withheld.
            claims: dict[str, DisclosedClaim] = {}
            for item in members:
                claim = self._claim(item, leaving)
                if self.policy.verifiable:
                    claim = replace(claim, salt=self._salt(item, claim))
                if (known := claims.get(_sort_key(claim))) is None or known.salt is None:
                    claims[_sort_key(claim)] = claim
            ordered = sorted(claims.items(), key=lambda one: (order.get(one[1].field, len(order)), one[0]))
            laid_out = DisclosedRecord(self._token(record), kind, tuple(claim for _, claim in ordered))
            if any(claim.salt is not None for claim in laid_out.claims):
                # Without an opened claim the list would prove nothing, and its root would join copies all the same.
                laid_out = replace(laid_out, commitments=tuple(commitments(members[0].revision)))
            found.append(laid_out)
        return sorted(found, key=lambda one: one.id.rpartition("-")[2])

    def _counts(self, items: list[Item], leaving: set[bytes]) -> Counter[str]:
        """Count by rule what the recipient sees; how many values of the vault stand behind it is not told."""
        seen = [item for item in items if item.record in leaving and item.outcome != UNSEEN]
        told = {(item.record, _sort_key(self._claim(item, leaving)), item.verdict.rule) for item in seen}
        return Counter(rule for _, _, rule in told)

    def _claim(self, item: Item, leaving: set[bytes]) -> DisclosedClaim:
        if item.outcome not in {VALUE, COARSENED}:
            return DisclosedClaim(item.field.name, item.field.type, item.outcome, item.value)
        claim = item.claim
        return DisclosedClaim(
            field=item.field.name,
            type=item.field.type,
            outcome=item.outcome,
            value=item.value,
            retracted=item.retracted,
            basis=shapes.basis(claim.basis) if self._tells(item, "basis") else None,
            confidence=shapes.confidence(claim.confidence) if self._tells(item, "confidence") else None,
            as_of=self._as_of(item),
            source=self._origin(claim.source, leaving) if claim.source else None,
            settled=item.settled,
        )

    def _salt(self, item: Item, shown: DisclosedClaim) -> bytes | None:
        """Give what opens the commitment to a claim that is shown as it stands.

        Whether there is one follows from the rules and from what is shown: where a rule keeps back how, how surely or
        as of when something is known, it is not told either that the claim says nothing of it.
        """
        whole = item.outcome == VALUE and item.field.type not in {"link", "file"}
        if not whole or not all(self._tells(item, part) for part in ("basis", "confidence", "as_of")):
            return None
        opened = opening(item.revision, item.index)
        said = Claim(
            field=shown.field,
            value=shown.value,
            state="retracted" if shown.retracted else "stated",
            basis=shown.basis,
            as_of=shown.as_of,
            confidence=shown.confidence,
        )
        return opened.salt if statement_part(said) == opened.part else None

    def _tells(self, item: Item, part: str) -> bool:
        return self._verdict(item.people, item.role, CLAIM_PARTS[part])[1].action.name == "keep"

    def _as_of(self, item: Item) -> str | None:
        text = item.claim.as_of
        if text is None or not shapes.is_date(text):
            return None
        _, verdict = self._verdict(item.people, item.role, CLAIM_PARTS["as_of"])
        if verdict.action.name == "date":
            return coarse_date(text, verdict.action.to)
        return text if verdict.action.name == "keep" else None

    def _tellers(self, item: Item, leaving: set[bytes]) -> frozenset[bytes]:
        """Return who is shown to have told a claim."""
        source = item.claim.source if item.outcome in {VALUE, COARSENED} else None
        return self.graph.origins(source) if source and self._origin(source, leaving) else frozenset()

    def _origin(self, source: bytes, leaving: set[bytes]) -> str | None:
        """Return the token of where a claim comes from, if all who stand behind it are submitters."""
        origins = self.graph.origins(source)
        if not origins or source not in leaving or any(self._role(one) != "submitter" for one in origins):
            return None
        return (
            self._token(source)
            if self.policy.verdict("submitter", CLAIM_PARTS["source"]).action.name == "keep"
            else None
        )


def _bare_papers(items: Iterable[Item]) -> set[bytes]:
    """Give the papers of which nothing but their kind would leave: that there is a recording, or a consent."""
    papers = [item for item in items if item.revision.kind == "document"]
    telling = {
        item.record
        for item in papers
        if item.field.subject != "case" and (item.outcome in _LEAVES or item.to_record is not None)
    }
    return {item.record for item in papers} - telling


def _names_in(item: Item) -> list[str]:
    """Give the names that a claim shows, of its own or of whom it links to."""
    names = item.value.get("names", [item.value["text"]] if "text" in item.value else [])
    return list(names)


def _strictness(action: Action) -> tuple[int, int, int]:
    steps = {"month": 3, "quarter": 2, "year": 1, **{level: -place for place, level in enumerate(LEVELS)}}
    return _STRICTNESS.index(action.name), steps.get(action.to, -action.years), int(action.shown)


def _sort_key(claim: DisclosedClaim) -> str:
    return json.dumps(
        [
            claim.field,
            claim.outcome,
            claim.value,
            claim.retracted,
            claim.basis,
            claim.confidence,
            claim.as_of,
            claim.source,
        ],
        ensure_ascii=True,
        sort_keys=True,
    )
