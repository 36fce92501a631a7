"""Properties of redaction over random vaults. All people, places and numbers are generated; none is real."""

import json
import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import DisclosureError
from vault.records import Claim, Level, Revision, Schemas
from vault.redact import Disclosure, Permit, Pseudonyms, Recipient, Request, load_policy, redact, shipped_policies
from vault.redact.view import _VAULT_ROOM
from vault.render import render

SCHEMAS = Schemas.shipped()
POLICIES = shipped_policies(SCHEMAS)
SHOWING = [name for name in POLICIES if name != "everything"]
GROUPS = SCHEMAS.field("consent", "groups").choices
CANARY = "Qzx"


def canary(rng):
    """Make a word that is in no other text: what must not leave is looked for by its beginning."""
    return CANARY + "".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(5))


class Draw:
    """A random vault: people in random links, every sensitive field filled with canaries."""

    def __init__(self, seed, people):
        self.rng = random.Random(seed)
        self.revisions = []
        self.case = self.put("case", [Claim("title", "a family")])
        self.people = [self.person() for _ in range(people)]
        for person in self.people:
            if self.rng.random() < 0.5:
                self.event(person)
            if self.rng.random() < 0.4:
                self.source(person)
            if self.rng.random() < 0.6:
                self.consent(person)

    def put(self, kind, claims, *, removed=False):
        record = self.rng.randbytes(16)
        claims = [*claims, Claim("notes", canary(self.rng))]
        if kind != "case":
            claims.append(Claim("case", self.case))
        revision = Revision(record, kind, (), b"d", 1, tuple(claims), self.rng.randbytes(32), removed)
        self.revisions.append(revision)
        return record

    def person(self):
        rng = self.rng
        kin = {"link": rng.choice(self.people), "relation": "sister"} if getattr(self, "people", None) else None
        claims = [
            Claim("name", {"text": f"{canary(rng).title()} {canary(rng).title()}", "kind": "birth"}),
            Claim("phone", f"+7 7{rng.randrange(10)}1 {rng.randrange(10**6, 10**7)}"),
            Claim("birth", f"19{rng.randrange(40, 99)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}"),
            Claim("sex", rng.choice(["male", "female"])),
            Claim("address", {"text": canary(rng).title()}),
            Claim("health", None, rng.choice(["unknown", "not-asked", "withheld"])),
        ]
        if kin:
            claims.append(Claim("relative", kin))
        return self.put("person", claims, removed=rng.random() < 0.1)

    def texts(self):
        """A text that names anybody at all."""
        names = [
            one.values("name")[0]["text"]
            for one in self.revisions
            if one.kind in {"person", "source"} and one.values("name")
        ]
        return f"It was {self.rng.choice(names)} who told {self.rng.choice(names)}, they say."

    def event(self, person):
        witness = self.rng.choice(self.people)
        self.put("event", [
            Claim("kind", "arrest"), Claim("person", person), Claim("when", "2017-05-03"),
            Claim("place", {"text": canary(self.rng).title()}),
            Claim("narrative", self.texts()), Claim("witness", {"link": witness}),
        ])  # fmt: skip

    def source(self, person):
        source = self.put("source", [
            Claim("person", person), Claim("name", {"text": f"{canary(self.rng).title()} {canary(self.rng).title()}"}),
            Claim("contact", f"+7 705 {self.rng.randrange(10**6, 10**7)}"), Claim("safety", canary(self.rng)),
            Claim("address", {"text": canary(self.rng).title()}),
        ])  # fmt: skip
        self.put(
            "statement",
            [Claim("by", source), Claim("about", self.rng.choice(self.people)), Claim("text", self.texts())],
        )

    def consent(self, person):
        rng = self.rng
        audiences = [one for one in ("family", "lawyer", "un", "press", "public") if rng.random() < 0.7]
        claims = [Claim("about", person), Claim("given_by", {"link": person}), Claim("purposes", "legal")]
        claims += [Claim("audiences", one) for one in audiences]
        claims += [Claim("groups", one) for one in GROUPS]
        claims += [Claim("onward", one) for one in ("state", "public") if rng.random() < 0.5]
        self.put("consent", claims)


def view(drawn, policy, *, order=None, names=None, preview=False):
    revisions = list(drawn.revisions)
    if order is not None:
        random.Random(order).shuffle(revisions)
    request = Request(
        (drawn.case,), policy, Recipient("desk", policy.audience), "legal", date(2024, 1, 1), leave_out=True
    )
    pseudonyms = names if names is not None else Pseudonyms()
    rng = random.Random(1).randbytes
    return redact(request, lambda: iter(revisions), lambda _: [], SCHEMAS, pseudonyms, rng, preview=preview)


def rendered(shown):
    disclosure = Disclosure(
        shown, "any", bytes(32), Recipient("desk", "lawyer"), "lawyer", (), "legal", "", SCHEMAS, None,
        Permit(_VAULT_ROOM, lambda *_: None),
    )  # fmt: skip
    return render(disclosure)


SEEDS = st.integers(0, 2**32)


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.integers(1, 8), st.sampled_from(SHOWING))
def test_nothing_leaves_that_is_withheld(seed, people, name):
    drawn = Draw(seed, people)
    shown = view(drawn, POLICIES[name], preview=True)
    data = b"".join(rendered(shown).values()).decode()
    kept = {one.text for one in shown.kept}
    for revision in drawn.revisions:
        for claim in revision.claims:
            field = SCHEMAS.field(revision.kind, claim.field)
            text = claim.value.get("text", "") if isinstance(claim.value, dict) else claim.value
            if not text or not isinstance(text, str):
                continue
            if (
                field.level is Level.NEVER
                or field.subject == "helper"
                or (field.type in {"name", "phone", "place"} and text not in kept)
            ):
                assert text not in data
    told = {part for one in kept for part in one.split()}
    found = {word.strip('"\\[](),;:.*') for word in data.replace("\n", " ").split() if CANARY in word}
    assert {word for word in found if word.isalpha()} <= told


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 6), st.sampled_from(SHOWING), st.integers(0, 99))
def test_the_order_of_the_vault_changes_no_byte(seed, people, name, order):
    drawn = Draw(seed, people)
    names = Pseudonyms()
    view(drawn, POLICIES[name], names=names, preview=True)
    first, again = (view(drawn, POLICIES[name], order=one, names=names, preview=True) for one in (None, order))
    assert first == again
    assert rendered(first) == rendered(again)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 6), st.sampled_from(SHOWING))
def test_consent_stands_behind_every_fact_that_leaves(seed, people, name):
    drawn = Draw(seed, people)
    shown = view(drawn, POLICIES[name], preview=True)
    consented = {
        link for one in drawn.revisions if one.kind == "consent" and POLICIES[name].audience in one.values("audiences")
        for link in one.links("about")
    }  # fmt: skip
    for fact in shown.facts:
        if fact.person is not None and fact.outcome in {"value", "coarsened"} and fact.role != "official":
            assert fact.person in consented
            assert fact.role not in {"source", "helper"}
    assert {fact.outcome for fact in shown.facts if fact.role in {"source", "helper"}} <= {"withheld"}


RULES = st.lists(
    st.tuples(
        st.sampled_from(["detainee", "submitter", "relative", "official", "case", "*"]),
        st.sampled_from(["*", "@name", "@text", "@date", "@birth", "@link", "name", "health", "narrative", "phone"]),
        st.sampled_from(['"keep"', '"withhold"', '{ action = "withhold", shown = false }']),
    ),
    max_size=5,
    unique_by=lambda rule: rule[:2],
)


@settings(max_examples=60, deadline=None)
@given(SEEDS, RULES)
def test_a_narrower_policy_never_shows_more(seed, rules):
    lines = "".join(f'"{role}.{what}" = {action}\n' for role, what, action in rules)
    try:
        narrow = load_policy(
            f'name = "mine"\naudience = "lawyer"\nparent = "lawyer"\n[rules]\n{lines}', SCHEMAS, POLICIES
        )
    except DisclosureError:
        return
    drawn = Draw(seed, 4)
    wide = {(one.record, one.claim): one.outcome for one in view(drawn, POLICIES["lawyer"], preview=True).decisions}
    strength = {"unseen": 0, "withheld": 1, "pseudonym": 2, "not-asked": 3, "unknown": 3, "coarsened": 3, "value": 4}
    for one in view(drawn, narrow, preview=True).decisions:
        if (one.record, one.claim) in wide:  # else it was left out there for want of consent
            assert strength[one.outcome] <= strength[wide[one.record, one.claim]]


@given(SEEDS, st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_json_is_canonical_and_every_record_has_a_token(seed, people):
    shown = view(Draw(seed, people), POLICIES["lawyer"], preview=True)
    data = rendered(shown)["data/records.json"]
    tree = json.loads(data)
    assert json.dumps(tree, ensure_ascii=False, sort_keys=True, indent=1) + "\n" == data.decode()
    marks = [one["id"].rpartition("-")[2] for one in tree["records"]]
    assert marks == sorted(marks)
    assert len(set(marks)) == len(marks)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_policy_or_a_refusal(text):
    with pytest.raises(DisclosureError):
        load_policy(text, SCHEMAS, POLICIES)
