"""Who is exposed: against opened bundles of random vaults, and what became of it all since. Everyone is invented."""

import json
from datetime import date

import pytest

from cli.exposure import as_json
from cli.output import json_text
from tests.independent.opened import Opened, reported
from vault import handoff
from vault.errors import VaultError
from vault.records import Claim, Draft, continued
from vault.redact import Recipient, Request
from vault.redact.pseudonyms import scope_of
from vault.sealing import KdfProfile
from vault.vault import Vault

TODAY = date(2030, 1, 1)
GROUPS = ("identity", "family", "location", "health", "testimony", "image")
AUDIENCES = ("family", "lawyer", "un", "press", "public")
PURPOSES = ("legal", "un", "tracing", "publication", "family")
DESK = Recipient("desk", "lawyer")


def name(text, kind="birth"):
    return Claim("name", {"text": text, "kind": kind})


def kin(target, relation="sister"):
    return Claim("relative", {"link": target, "relation": relation})


def consent(*people, by=None, audiences=AUDIENCES, onward=("state", "public"), groups=GROUPS, **more):
    capacity = more.pop("capacity", "self" if by is None else "kin")
    return [
        *(Claim("about", person) for person in people),
        Claim("given_by", by or people[0]),
        Claim("capacity", capacity),
        *(Claim("audiences", audience) for audience in audiences),
        *(Claim("purposes", purpose) for purpose in PURPOSES),
        *(Claim("groups", group) for group in groups),
        *(Claim("onward", step) for step in onward),
        Claim("given_on", "2019-01-01"),
        *(Claim(field, value) for field, value in more.items()),
    ]


def report(exposure):
    return json.loads(json_text(as_json(exposure)))


@pytest.fixture
def hand(vault, tmp_path):
    """Hand a bundle over as a folder, and read what is in it."""
    made = []

    def over(*selection, policy="lawyer", to=DESK, purpose="legal", **more):
        rules = vault.disclosures.policies()[policy]
        request = Request(selection, rules, to, purpose, TODAY, **more)
        made.append(tmp_path / f"bundle-{len(made)}")
        handoff.write(vault.disclose(request), made[-1], form="dir")
        return json.loads((made[-1] / "data/records.json").read_text("utf-8"))

    return over


# --- random vaults --------------------------------------------------------------------------------------------------

RULES = [
    *(f'"{role}.name" = "{action}"' for role in ("detainee", "relative", "official", "*")
      for action in ("keep", "pseudonym", "withhold", "mask")),
    *(f'"{role}.@birth" = {{ action = "age-band", years = {years} }}' for role in ("detainee", "*")
      for years in (5, 20)),
    *(f'"*.@{kind}" = {{ action = "date", to = "{to}" }}' for kind in ("date", "birth")
      for to in ("month", "quarter", "year")),
    *(f'"*.@place" = {{ action = "place", to = "{to}" }}' for to in ("county", "prefecture", "region", "country")),
    *(f'"*.@{kind}" = "keep"' for kind in ("date", "place", "text", "choice", "link", "number", "birth", "name")),
    *(f'"*.@{kind}" = "withhold"' for kind in ("date", "place", "choice", "phone")),
    '"*.@link" = "pseudonym"', '"*.@text" = "scrub"', '"detainee.phone" = "keep"', '"detainee.id_document" = "keep"',
    '"submitter.*" = "keep"', '"submitter.source" = "keep"', '"detainee.*" = "keep"', '"relative.*" = "keep"',
    '"*.source" = "keep"', '"*.basis" = "keep"', '"*.as_of" = { action = "date", to = "year" }',
    '"case.*" = "keep"', '"official.*" = "keep"', '"detainee.health" = { action = "withhold", shown = false }',
]  # fmt: skip


class Draw:
    """A random vault: people in random links, by words that are in no other text."""

    def __init__(self, rng, vault):
        self.rng, self.vault = rng, vault
        self.case = self.put("case", Claim("title", "a matter"))
        self.people = []
        for _ in range(rng.randint(2, 4)):
            self.people.append(self.person())
        self.sources = [self.source() for _ in range(rng.randint(0, 2))]
        for _ in range(rng.randint(1, 3)):
            self.event()
        if rng.random() < 0.5:
            self.put("statement", Claim("about", self.one()), Claim("by", self.one(source=True)),
                     Claim("text", self.text()), Claim("case", self.case))  # fmt: skip
        if rng.random() < 0.5:
            self.put("document", Claim("kind", "letter"), Claim("about", rng.choice([self.one(), self.case])),
                     Claim("title", self.text()), Claim("case", self.case))  # fmt: skip
        for _ in range(rng.randint(1, 3)):
            self.consent()

    def put(self, kind, *claims):
        (revision,) = self.vault.put(Draft(kind, claims))
        return revision.record_id

    def word(self):
        return "Q" + "".join(self.rng.choice("bdfgklmnprst") + self.rng.choice("aeiou") for _ in range(4))

    def text(self):
        names = [one["text"] for person in self.people for one in self.vault.get(person).values("name")]
        return f"{self.word()} saw {self.rng.choice(names)} and {self.rng.choice(names)}."

    def one(self, *, source=False):
        return self.rng.choice([*self.people, *(self.sources if source else ())])

    def some(self, *claims):
        return [claim for claim in claims if self.rng.random() < 0.7]

    def person(self):
        rng = self.rng
        claims = self.some(
            Claim("birth", f"19{rng.randrange(40, 99)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}", "stated", "told"),
            Claim("phone", f"+7 7{rng.randrange(10)}1 {rng.randrange(10**6, 10**7)}"),
            Claim("id_document", str(rng.randrange(10**11, 10**12))),
            Claim("health", None, rng.choice(["unknown", "not-asked", "withheld"])),
            Claim("address", {"text": f"{self.word()}, Tekes county"}),
            Claim("inside", rng.choice(["yes", "no"])),
            name(f"{self.word()} {self.word()}", "nickname"),
            Claim("case", self.case),
        )
        if self.people and rng.random() < 0.6:
            claims.append(kin(rng.choice(self.people), rng.choice(["mother", "brother"])))
        if rng.random() < 0.4:
            claims.append(Claim("relative", {"name": f"{self.word()} {self.word()}", "relation": "aunt"}))
        if rng.random() < 0.2:
            claims.append(Claim("birth", None, "retracted"))
        return self.put("person", name(f"{self.word()} {self.word()}"), *claims)

    def source(self):
        who = Claim("person", self.rng.choice(self.people)) if self.rng.random() < 0.5 else name(self.word())
        return self.put("source", who, *self.some(Claim("contact", "+7 701 555 12 12"), Claim("case", self.case)))

    def event(self):
        rng = self.rng
        day = f"2017-0{rng.randrange(1, 9)}-1{rng.randrange(9)}"
        told = self.rng.choice([None, *self.sources])
        self.put("event", Claim("person", self.one()), Claim("kind", "arrest"), Claim("case", self.case), *self.some(
            Claim("when", day, "stated", "told", "2018", "high", told),
            Claim("place", {"text": self.word(), "county": "Tekes", "country": "China"}, source=told),
            Claim("place", {"text": "Kuytun"}),
            Claim("narrative", self.text(), source=told),
            Claim("witness", self.one(source=True)),
            Claim("official", self.one()),
            Claim("official", {"name": f"{self.word()} {self.word()}"}),
            Claim("person", self.one()),
        ))  # fmt: skip

    def consent(self):
        people = self.rng.sample(self.people, self.rng.randint(1, len(self.people)))
        for person in people:
            self.put("consent", *consent(person, case=self.case))

    def change(self):
        """Go on as a vault goes on between two bundles."""
        rng, revision = self.rng, self.vault.get(self.one())
        if rng.random() < 0.5:
            claims = (*revision.claims, Claim("address", {"text": f"{self.word()}, Kuytun"}))
            self.vault.put(continued(revision, claims))
        if rng.random() < 0.5:
            self.event()

    def policy(self):
        rng, audience = self.rng, self.rng.choice(AUDIENCES)
        rules = {}
        for line in rng.sample(RULES, rng.randint(4, 16)):
            rules.setdefault(line.partition(" = ")[0], line)
        onward = f"onward = {json.dumps(rng.choice([[], ['state']]))}" if audience != "public" else ""
        text = (
            f'name = "ours"\naudience = "{audience}"\n{onward}\nretracted = {json.dumps(rng.random() < 0.5)}\n[rules]\n'
        )
        self.vault.disclosures.set_policy(text + "\n".join(rules.values()))
        return self.vault.disclosures.policies()["ours"]


def test_random_bundles_show_what_the_ledger_says(tmp_path, deep):
    size = deep("exposure", 12, 400)
    rng, bundles, facts_seen = size.random(), 0, set()
    for number in range(size):
        with Vault.create(tmp_path / f"{number}.vault", "invented words", profile=KdfProfile.TEST) as vault:
            draw = Draw(rng, vault)
            shipped = [one for one in vault.disclosures.policies().values() if not one.full]
            for turn in range(4):
                try:
                    policy = draw.policy() if turn else rng.choice(shipped)
                except VaultError:
                    continue
                to = Recipient(
                    f"desk {rng.randrange(2)}", policy.audience, tuple(rng.sample(["state", "un"], rng.randrange(2)))
                )
                selection = (rng.choice([draw.case, *draw.people]),)
                request = Request(selection, policy, to, rng.choice(PURPOSES), TODAY, leave_out=rng.random() < 0.8,
                                  fresh=rng.random() < 0.2, only=rng.random() < 0.1)  # fmt: skip
                target = tmp_path / f"{number}-{turn}"
                try:
                    handoff.write(vault.disclose(request), target, form="dir")
                except VaultError:  # consent, risk or gate refuses: nothing left
                    continue
                scope = scope_of(to.name, policy.audience, request.path)
                tree = json.loads((target / "data/records.json").read_text("utf-8"))
                shown = Opened(tree, vault, scope)
                bundle = vault.disclosures.log()[-1].facts["bag_sha256"]
                facts, unrecorded, tokens = reported(report(vault.disclosures.exposure(TODAY, bundle=bundle)))
                assert facts == shown.facts, (size.seed, number, turn)
                assert unrecorded == shown.unrecorded, (size.seed, number, turn)
                assert tokens == shown.tokens, (size.seed, number, turn)
                bundles += 1
                facts_seen |= {(how, field) for _, _, field, how, _ in facts}
                draw.change()
    assert bundles > size
    assert {how for how, _ in facts_seen} >= {"value", "pseudonym", "coarsened", "unknown"}
