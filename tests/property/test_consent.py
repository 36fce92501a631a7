"""Whatever the vault, the policy and the consents: who did not agree is neither in the bytes nor counted.

What a consent covers is worked out here a second time, from docs/disclosure.md §Consent alone. All people, places and
texts are generated; none is real.
"""

import itertools
import random
from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from vault.errors import ConsentError, DisclosureError
from vault.records import Claim, Revision, Schemas
from vault.redact import (
    Disclosure,
    Permit,
    Pseudonyms,
    Recipient,
    Request,
    load_policy,
    redact,
    shipped_policies,
)
from vault.redact.policy import ACTIONS, HIDDEN_ROLES, ROLES
from vault.redact.view import _VAULT_ROOM
from vault.render import render

SCHEMAS = Schemas.shipped()
SHIPPED = {name: one for name, one in shipped_policies(SCHEMAS).items() if not one.full}
TODAY = date(2024, 6, 1)
GROUPS = SCHEMAS.field("consent", "groups").choices
AUDIENCES = SCHEMAS.field("consent", "audiences").choices
PURPOSES = SCHEMAS.field("consent", "purposes").choices
ONWARD = ("state", "public")
KINDS = ("person", "event", "source", "statement", "document")
MARK = "Qzx"
COUNTED = ("sex", "event.kind", "birth", "event.when", "event.place")


@dataclass(frozen=True)
class Given:
    """A consent as it was drawn: each day as the one that counts against it."""

    about: frozenset
    capacity: str
    by_self: bool
    audiences: frozenset
    purposes: frozenset
    groups: frozenset
    onward: frozenset
    given: tuple[date, date] | None
    expires: date | None
    withdrawn: date | None
    removed: bool = False


def covered(consents, person, group, ask, *, missing, child, own=False):
    """Say whether a consent covers a group of facts of a person; the page of the docs in other words."""
    audience, purpose, path = ask

    def reaches(one):
        return audience in one.audiences and purpose in one.purposes and group in one.groups

    def ends(one):
        scope = (audience, one.audiences), (purpose, one.purposes), (group, one.groups)
        return one.withdrawn and all(not words or word in words for word, words in scope)

    mine = [one for one in consents if person in one.about]
    for one in mine:
        speaks = (one.by_self and one.capacity in {"self", ""}) or (
            not own
            and not one.by_self
            and ((missing and one.capacity in {"kin", ""}) or (child and one.capacity in {"parent", ""}))
        )
        far = all(step in one.onward or (step != "state" and step in one.audiences) for step in path - {audience})
        begun = one.given is None or one.given[1] <= TODAY
        stands = one.withdrawn is None and not one.removed and begun and (one.expires is None or one.expires >= TODAY)
        beaten = any(ends(other) and (one.given is None or other.withdrawn >= one.given[0]) for other in mine)
        if speaks and reaches(one) and far and stands and not beaten:
            return True
    return False


@dataclass
class Vault:
    """A random vault: of each value that leads to somebody it is known whose it is, and under which consent."""

    rng: random.Random
    revisions: list = field(default_factory=list)
    owners: dict = field(default_factory=dict)
    people: list = field(default_factory=list)
    consents: list = field(default_factory=list)
    children: set = field(default_factory=set)
    detained: set = field(default_factory=set)
    free: set = field(default_factory=set)
    sources: list = field(default_factory=list)
    namesake: str = ""
    gone: str = ""
    case: bytes = b""

    def mark(self, kind, name, people, *, own=False):
        """Make a word that stands nowhere else, in a field about these people; `own`: only they may agree to it."""
        rng = self.rng
        word = MARK + "".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(5))
        self.owners[word] = [(person, SCHEMAS.field(kind, name).group, own) for person in people]
        return word

    def put(self, kind, claims, record=None, *, removed=False):
        record = record or self.rng.randbytes(16)
        claims = [*claims, *([Claim("case", self.case)] if kind != "case" else [])]
        self.revisions.append(
            Revision(record, kind, (), b"d", 1, tuple(claims), self.rng.randbytes(32), removed=removed)
        )
        return record

    def some(self, choices, chance):
        return [one for one in choices if self.rng.random() < chance]

    def day(self, around):
        """Draw a day: how it is written, and the first and the last that it may be."""
        day = TODAY + timedelta(days=self.rng.choice(around))
        how = self.rng.choice(["day", "day", "day", "month", "doubt"])
        if how == "month":
            return f"{day:%Y-%m}", day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
        if how == "doubt":
            return day.isoformat() + self.rng.choice("?~"), day - timedelta(days=366), day + timedelta(days=366)
        return day.isoformat(), day, day

    def person(self):
        rng, record = self.rng, self.rng.randbytes(16)
        child = rng.random() < 0.15
        if child:
            self.children.add(record)

        def mark(name):
            return self.mark("person", name, [record])

        claims = [
            Claim("name", {"text": f"{mark('name')} {mark('name')}"}),
            Claim("birth", f"{2012 if child else rng.randrange(1950, 1999)}-0{rng.randrange(1, 9)}-11"),
            Claim("sex", rng.choice(["male", "female"])),
            Claim("address", {"text": mark("address")}),
            Claim("occupation", mark("occupation")),
            Claim("health", mark("health")),
            Claim("id_document", f"{mark('id_document')}"),
            Claim("relative", {"relation": "sister", "name": mark("relative")}),
        ]
        if self.people and rng.random() < 0.4:
            claims.append(Claim("relative", {"relation": "wife", "link": rng.choice(self.people)}))
        if rng.random() < 0.5:
            claims.append(Claim("inside", rng.choice(["yes", "no"])))
        self.people.append(self.put("person", claims, record))

    def event(self, people):
        def mark(name):
            return self.mark("event", name, people)

        kinds = [one for one in SCHEMAS.field("event", "kind").choices if one not in {"release", "sighting"}][:4]
        self.put(
            "event",
            [
                Claim("kind", self.rng.choice(kinds)),
                *(Claim("person", person) for person in people),
                Claim("when", f"201{self.rng.randrange(4, 9)}-05-03"),
                Claim("place", {"text": self.rng.choice([mark("place"), f"{mark('place')}, Tekes county", "Kashgar"])}),
                Claim("narrative", f"They came; {mark('narrative')} was seen with {self.namesake}, {self.gone}."),
            ],
        )
        self.detained |= set(people)

    def release(self, person):
        """Let somebody go, after all that was done: from then on nobody else speaks for them."""
        self.put("event", [Claim("kind", "release"), Claim("person", person), Claim("when", "2020-01-01")])
        self.detained.add(person)
        self.free.add(person)

    def source(self):
        """Put in a source: somebody of the case, or one who stands in no other record."""
        rng, record = self.rng, self.rng.randbytes(16)
        link = rng.choice(self.people) if rng.random() < 0.5 else None

        def mark(name):
            return self.mark("source", name, [link or record], own=True)

        claims = [
            Claim("name", {"text": f"{mark('name')} {mark('name')}"}),
            Claim("relation", f"knows {mark('relation')}"),
            Claim("contact", f"ask {mark('contact')}"),
            *(Claim("about", person) for person in self.some(self.people, 0.4)),
        ]
        self.put("source", [*claims, *([Claim("person", link)] if link else [])], record)
        self.sources.append(record)

    def statement(self):
        about = self.some(self.people, 0.3) or [self.people[0]]
        text = f"I saw {self.mark('statement', 'text', about)}, and {self.namesake} told {self.gone}."
        by = [Claim("by", one) for one in self.some(self.sources, 0.7)]
        self.put("statement", [*(Claim("about", one) for one in about), *by, Claim("text", text)])

    def paper(self):
        """Put in a paper about somebody, or about the case: then all who are detained answer for it."""
        about = self.some(self.people, 0.3) if self.rng.random() < 0.7 else []
        owners = about or sorted(self.detained)
        self.put(
            "document",
            [
                Claim("kind", "judgment"),
                *(Claim("about", one) for one in about or [self.case]),
                Claim("title", f"about {self.mark('document', 'title', owners)}"),
                Claim("transcript", f"It says {self.mark('document', 'transcript', owners)} and {self.namesake}."),
            ],
        )

    def hidden(self):
        """Put in two of one name whom nobody asked for, one of them removed, and a removed person besides."""
        first, second, gone = (self.rng.randbytes(16) for _ in range(3))
        self.namesake = self.mark("person", "name", [first, second])
        for record in (first, second):
            name = f"{self.namesake} {self.mark('person', 'name', [record])}"
            self.put("person", [Claim("name", {"text": name})], record, removed=record == second)
        self.gone = self.mark("person", "name", [gone])
        self.put("person", [Claim("name", {"text": self.gone})], gone, removed=True)

    def consent(self, *, far=False):
        """Put in a consent; one that goes far is about nearly all, by kin, and lacks little."""
        rng, more = self.rng, 0.12 if far else 0.0
        about = self.some(self.people, 0.6 + 3 * more)
        if not about:
            return
        giver = rng.choice([about[0], *self.people])
        capacities = [
            rng.choice(["kin"] * 9 + ["self"] if far else ["self", "self", "kin", "kin", "parent", "", "lawyer"])
        ]
        if capacities == ["kin"] and rng.random() < 0.05:
            capacities.append("self")
        given = self.day([-900, -600]) if rng.random() < 0.9 else None
        if rng.random() < 0.08:
            given = (TODAY + timedelta(days=20)).isoformat(), *[TODAY + timedelta(days=20)] * 2
        expires = self.day([-10, 300, 700]) if rng.random() < 0.3 else None
        withdrawn = self.day([-1200, -700, -400, -100]) if rng.random() < 0.15 else None
        unknown = withdrawn is not None and rng.random() < 0.1
        named = rng.random() < 0.2
        # A withdrawal is often of less than what was given, and one that names nothing reaches all.
        part = self.rng.choice([0.5, 0.5, 0.0]) if withdrawn else 0.8 + more
        one = Given(
            about=frozenset(about),
            capacity="other" if len(capacities) > 1 else capacities[0],
            by_self=False,
            audiences=frozenset(self.some(AUDIENCES, part)),
            purposes=frozenset(self.some(PURPOSES, part)),
            groups=frozenset(self.some(GROUPS, part)),
            onward=frozenset(self.some(ONWARD, 0.6 + 2 * more)),
            given=given and given[1:],
            expires=expires and expires[1],
            withdrawn=date.max if unknown else withdrawn and withdrawn[2],
            removed=rng.random() < 0.1,
        )
        # For oneself means: for each of those whom it is about, given by that one and by name of nobody else.
        self.consents += [
            replace(one, about=frozenset([person]), by_self=giver == person and not named) for person in about
        ]
        self.put(
            "consent",
            [
                *(Claim("about", person) for person in about),
                Claim("given_by", {"name": "somebody's kin"} if named else {"link": giver}),
                *(Claim("capacity", word) for word in capacities if word),
                *(Claim("audiences", word) for word in sorted(one.audiences)),
                *(Claim("purposes", word) for word in sorted(one.purposes)),
                *(Claim("groups", word) for word in sorted(one.groups)),
                *(Claim("onward", word) for word in sorted(one.onward) or ["none"]),
                *([Claim("given_on", given[0])] if given else []),
                *([Claim("expires", expires[0])] if expires else []),
                *([Claim("withdrawn_on", None, state="unknown")] if unknown else []),
                *([Claim("withdrawn_on", withdrawn[0])] if withdrawn and not unknown else []),
            ],
            removed=one.removed,
        )

    @classmethod
    def drawn(cls, rng):
        vault = cls(rng)
        vault.case = vault.put("case", [Claim("title", "a matter")])
        vault.hidden()
        for _ in range(rng.randint(1, 6)):
            vault.person()
        for person in vault.people:
            if rng.random() < 0.8:
                vault.event([person, *vault.some([one for one in vault.people if one != person], 0.15)])
            if rng.random() < 0.1:
                vault.release(person)
        for make in (vault.source, vault.statement, vault.paper):
            for _ in range(rng.choice([0, 0, 1, 2])):
                make()
        for _ in range(rng.randint(0, 5)):
            vault.consent(far=rng.random() < 0.5)
        return vault

    def covers(self, person, group, ask, *, own=False):
        """Say whether somebody agrees; one's `own` word is also asked of who tells, as that alone shows who it was."""
        groups = {group, "identity", "testimony"} if own else {group}
        missing, child = person in self.detained - self.free, person in self.children
        return all(covered(self.consents, person, one, ask, missing=missing, child=child, own=own) for one in groups)


def some_policy(rng):
    """Take a shipped policy, or make one whose rules are drawn from all that can be written."""
    if rng.random() < 0.4:
        return rng.choice(list(SHIPPED.values()))
    fields = sorted({(one.name, one.type) for kind in KINDS for one in SCHEMAS.fields(kind)})
    rules = {}
    for _ in range(rng.randint(1, 25)):
        role = rng.choice(
            [role for role in ROLES if role not in HIDDEN_ROLES] + ["*", "detainee", "detainee", "detainee"]
        )
        name, kind = rng.choice(fields)
        what = rng.choice([name, name, "@" + kind])
        action = rng.choice(["keep", "keep", *(one for one, types in ACTIONS.items() if kind in types)])
        extra = {
            "age-band": f", years = {rng.randrange(2, 30)}",
            "date": f', to = "{rng.choice(["month", "quarter", "year"])}"',
            "place": f', to = "{rng.choice(["county", "prefecture", "region", "country"])}"',
        }.get(action, "")
        rules[f"{role}.{what}"] = f'{{ action = "{action}"{extra} }}'
    if rng.random() < 0.4:  # what is secret leaves by a rule that names it alone
        rules |= {f"submitter.{name}": '"keep"' for name in ("name", "relation", "contact", "about")}
        rules |= {"detainee.text": '"scrub"', "case.@text": '"scrub"'}
    audience = rng.choice(AUDIENCES)
    onward = [one for one in ONWARD if rng.random() < 0.4]
    lines = [f'name = "drawn"\naudience = "{audience}"\nonward = {onward!r}\n[rules]'.replace("'", '"')]
    lines += [f'"{key}" = {action}' for key, action in rules.items()]
    lines += ["[risk]", 'quasi = ["sex"]', "k = 2"] if audience in {"press", "public"} else []
    try:
        return load_policy("\n".join(lines), SCHEMAS, SHIPPED)
    except DisclosureError:
        return some_policy(rng)  # an action that does not work on a field of that name in another kind


def counting_policy(rng):
    """Make a policy that tells something coarse of all that is counted by here."""
    rules = {
        "sex": '"keep"',
        "kind": '"keep"',
        "birth": f'{{ action = "age-band", years = {rng.randrange(2, 30)} }}',
        "when": f'{{ action = "date", to = "{rng.choice(["quarter", "year"])}" }}',
        "place": f'{{ action = "place", to = "{rng.choice(["county", "region", "country"])}" }}',
    }
    lines = [f'name = "counting"\naudience = "{rng.choice(AUDIENCES)}"\n[rules]']
    lines += [f'"detainee.{key}" = {rule}' for key, rule in rules.items()]
    return load_policy("\n".join([*lines, "[risk]", 'quasi = ["sex"]', f"k = {rng.randint(2, 5)}"]), SCHEMAS, {})


def asked(vault, rng, counts=(), policy=None):
    """Draw a request; give what it makes, and what consent is asked for."""
    policy = policy or some_policy(rng)
    recipient = Recipient("desk", policy.audience, tuple(one for one in ONWARD if rng.random() < 0.2))
    purpose = rng.choice(PURPOSES)
    request = Request(
        selection=(vault.case,) if rng.random() < 0.7 else tuple(rng.sample(vault.people, 1)),
        policy=policy,
        recipient=recipient,
        purpose=purpose,
        today=TODAY,
        leave_out=rng.random() < 0.75,
        counts=counts,
    )
    ask = policy.audience, purpose, frozenset({*policy.onward, *recipient.onward})

    def make():
        return redact(request, lambda: iter(vault.revisions), lambda _: [], SCHEMAS, Pseudonyms(), rng.randbytes)

    return make, ask, request


def files_of(view):
    disclosure = Disclosure(
        view, "any", bytes(32), Recipient("desk", "lawyer"), "lawyer", (), "legal", "", SCHEMAS, None,
        Permit(_VAULT_ROOM, lambda *_: 0),
    )  # fmt: skip
    return b"".join(render(disclosure).values()).decode()


def test_who_did_not_agree_is_not_in_the_bytes(deep):
    size = deep("consent", 1400, 2000)
    rng = size.random()
    made = words = refused = 0
    for _ in range(size):
        vault = Vault.drawn(rng)
        make, ask, request = asked(vault, rng)
        try:
            view = make()
        except ConsentError as error:
            # Without --leave-out it refuses, and rightly: each person it names lacks what it says.
            refused += 1
            assert not request.leave_out
            for line in error.missing:
                person = bytes.fromhex(line.split()[1])
                groups = {group for group in GROUPS if any(f"{group}{end}" in line for end in (":", ","))}
                assert any(not vault.covers(person, group, ask) for group in groups), line
            continue
        except DisclosureError:
            continue
        made += 1
        data = files_of(view)
        for word, owners in vault.owners.items():
            if word in data:
                words += 1
                for person, group, own in owners:
                    assert vault.covers(person, group, ask, own=own), (word, group)
        for fact in view.facts:
            if fact.person in vault.people and fact.outcome in {"value", "coarsened"} and fact.role != "official":
                kind, _, name = fact.field.partition(".")
                of = SCHEMAS.field(kind, name)
                # A link that shows somebody's name needs that one's consent for identity.
                shown_by_name = of.type == "link" and vault.covers(fact.person, "identity", ask)
                assert not of.group or vault.covers(fact.person, of.group, ask) or shown_by_name, fact
        for record in view.left_out:
            assert record.hex() not in data
    assert made > size / 8
    assert refused > size / 60
    assert words > size / 2


def test_who_did_not_agree_is_not_counted(deep):
    size = deep("consent-counts", 600, 2000)
    rng = size.random()
    told = 0
    for _ in range(size):
        vault = Vault(rng)
        vault.case = vault.put("case", [Claim("title", "a matter")])
        for _ in range(rng.randint(6, 16)):
            vault.person()
        for person in vault.people:
            if rng.random() < 0.9:
                vault.event([person])
        for _ in range(rng.randint(1, 4)):
            vault.consent(far=rng.random() < 0.8)
        fields = tuple(rng.sample(COUNTED, rng.randint(1, 2)))
        make, ask, request = asked(vault, rng, fields, policy=counting_policy(rng))
        try:
            view = make()
        except DisclosureError:
            continue
        told += 1
        schema = [SCHEMAS.field(*(name.split(".") if "." in name else ("person", name))) for name in fields]
        groups = {one.group for one in schema if one.group} or {"identity"}
        may = {one for one in vault.people if all(vault.covers(one, group, ask) for group in groups)}
        members = set(view.table.told.members)
        assert members <= may
        assert members <= vault.detained | set(request.selection)
        total = view.table.persons
        assert total is None or total == len(members)
        if request.selection == (vault.case,):
            assert members == may & vault.detained
        data = files_of(view)
        assert MARK not in data
        assert not any(person.hex() in data for person in vault.people)
    assert told > size / 30


@pytest.mark.parametrize(
    ("change", "covers"),
    [
        ({}, True),
        ({"audiences": frozenset({"press"})}, False),
        ({"purposes": frozenset({"un"})}, False),
        ({"groups": frozenset({"family"})}, False),
        ({"onward": frozenset()}, False),
        ({"expires": TODAY - timedelta(days=1)}, False),
        ({"expires": TODAY}, True),
        ({"given": (TODAY, TODAY)}, True),
        ({"given": (TODAY, TODAY + timedelta(days=1))}, False),
        ({"given": None}, True),
        ({"removed": True}, False),
        ({"capacity": ""}, True),
        ({"by_self": False}, False),
        ({"withdrawn": TODAY}, False),
        ({"capacity": "kin"}, False),
    ],
)
def test_the_second_reading_of_the_page_is_no_yes_to_all(change, covers):
    one = Given(frozenset([b"p"]), "self", True, frozenset({"lawyer"}), frozenset({"legal"}), frozenset({"identity"}),
                frozenset({"state"}), (TODAY - timedelta(days=9), TODAY - timedelta(days=9)), None, None)  # fmt: skip
    ask = "lawyer", "legal", frozenset({"state"})
    given = replace(one, **change)
    assert covered([given], b"p", "identity", ask, missing=False, child=False) is covers
    assert not covered([given], b"q", "identity", ask, missing=False, child=False)
    beaten = replace(one, withdrawn=TODAY)
    for pair in itertools.permutations([given, beaten]):
        assert not covered(list(pair), b"p", "identity", ask, missing=False, child=False)
