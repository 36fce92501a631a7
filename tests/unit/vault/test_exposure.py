"""Who is exposed: against opened bundles of random vaults, and what became of it all since. Everyone is invented."""

import json
from dataclasses import replace
from datetime import date

import pytest

from cli.exposure import as_html, as_json, as_text
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
    seldom = {"unknown"} if size > 50 else set()
    assert {how for how, _ in facts_seen} >= {"value", "pseudonym", "coarsened"} | seldom


# --- what became of it since ----------------------------------------------------------------------------------------


@pytest.fixture
def family(vault, put, person):
    """Give a man inside who was detained, his wife outside who speaks for him, and his mother inside."""

    class Family:
        wife = person("Wife Example", Claim("inside", "no"), Claim("phone", "+7 701 555 10 10"))
        mother = person("Mother Example")
        man = person(
            "Man Example",
            kin(wife, "wife"),
            kin(mother, "mother"),
            Claim("relative", {"name": "Aunt Nowhere", "relation": "aunt"}),
            Claim("birth", "1961-04-07"),
            Claim("sex", "male"),
        )
        event = put("event", Claim("person", man), Claim("kind", "arrest"), Claim("when", "2017-05-02"))
        consents = (
            put("consent", *consent(man, by=wife)),
            put("consent", *consent(wife)),
        )

        def who(self, exposure, record):
            (found,) = [one for one in exposure.people if one.record == record]
            return found

        def facts(self, exposure, record, field):
            return [one for one in self.who(exposure, record).facts if one.field == field]

        def change(self, record, *claims):
            (after,) = vault.put(continued(vault.get(record), (*vault.get(record).claims, *claims)))
            return after

    return Family()


def test_a_fact_is_shown_as_it_left_whatever_the_record_says_today(vault, family, hand):
    hand(family.man)
    family.change(family.man, Claim("birth", "1961-04-07", "retracted"), Claim("sex", None, "retracted"))
    event = vault.get(family.event)
    vault.put(continued(event, tuple(replace(one, value="2018-01-01") if one.field == "when" else one
                                     for one in event.claims)))  # fmt: skip
    family.change(family.man, Claim("occupation", "a later trade"))
    found = vault.disclosures.exposure(TODAY)
    (birth,) = family.facts(found, family.man, "person.birth")
    (when,) = family.facts(found, family.man, "event.when")
    assert (birth.shown, birth.since) == ("1961-04-07", "taken back")
    assert (when.shown, when.since) == ("2017-05-02", "changed")
    assert family.facts(found, family.man, "person.sex")[0].since == "taken back"
    assert {one.since for one in family.facts(found, family.man, "person.name")} == {""}
    assert not family.facts(found, family.man, "person.occupation"), "what was written later did not leave"


def test_what_was_removed_or_purged_since_is_said_to_be(vault, family, hand):
    hand(family.man)
    vault.remove(family.event)
    found = vault.disclosures.exposure(TODAY)
    (when,) = family.facts(found, family.man, "event.when")
    assert (when.shown, when.since) == ("2017-05-02", "removed")
    vault.remove(family.event, purge=True)
    found = vault.disclosures.exposure(TODAY)
    (when,) = family.facts(found, family.man, "event.when")
    assert (when.shown, when.value, when.since, when.token) == (None, None, "purged", "")
    vault.remove(family.man, purge=True)
    found = vault.disclosures.exposure(TODAY)
    man = family.who(found, family.man)
    assert (man.name, man.stand_ins, man.inside, man.role) == ("", (), True, "detainee")
    assert {one.since for one in man.facts} <= {"purged", "rewritten", ""}
    assert {one.since for one in man.facts if one.record == family.man} == {"purged"}
    assert "Man Example" not in json.dumps(report(found))


def test_a_record_written_anew_by_a_purge_is_said_to_be(vault, family, put, hand):
    text = put("event", Claim("person", family.man), Claim("narrative", "Other Invented was there."))
    other = put("person", name("Other Invented"))
    hand(family.man)
    vault.remove(other, purge=True)
    found = vault.disclosures.exposure(TODAY)
    (narrative,) = family.facts(found, family.man, "event.narrative")
    assert (narrative.record, narrative.since, narrative.shown) == (text, "rewritten", None)
    assert "Other Invented" not in narrative.value


def test_consents_say_whether_they_still_stand(vault, family, hand):
    hand(family.man)
    of_man, _ = family.consents

    def consents(state, lacks):
        found = vault.disclosures.exposure(TODAY)
        assert {(one.record, one.state) for one in found.consents} == {(of_man, state)}
        (birth,) = family.facts(found, family.man, "person.birth")
        assert (birth.consents, birth.lacks) == ((of_man,), lacks)

    consents("given", "")
    family.change(of_man, Claim("expires", "2026-01-01"))
    consents("expired", "expired")
    family.change(of_man, Claim("withdrawn_on", "2025-01-01"))
    consents("withdrawn", "expired, withdrawn")
    assert {one.lacks for one in family.who(vault.disclosures.exposure(TODAY), family.mother).facts} == {""}
    vault.remove(of_man, purge=True)
    found = vault.disclosures.exposure(TODAY)
    assert {one.record: one.state for one in found.consents}[of_man] == "purged"
    assert family.facts(found, family.man, "person.birth")[0].lacks == "no consent recorded"


def test_another_record_can_withdraw(vault, family, put, hand):
    hand(family.man)
    put("consent", Claim("about", family.man), Claim("withdrawn_on", "2025-01-01"))
    found = vault.disclosures.exposure(TODAY)
    assert family.facts(found, family.man, "person.birth")[0].lacks == "withdrawn"
    assert {one.state for one in found.consents} == {"given"}, "the consent itself says nothing of it"


def test_whoever_goes_on_to_the_state_is_warned_first_and_is_reached_from_outside(vault, family, put, person, hand):
    hand(family.man)
    second = person("Second Example")
    put("event", Claim("person", second), Claim("kind", "arrest"))
    put("consent", *consent(second, by=family.wife))
    hand(second, policy="un-confidential", to=Recipient("group", "un", ("state",)), purpose="un")
    found = vault.disclosures.exposure(TODAY)
    assert found.people[0].record == second
    assert found.people[0].onward == ("state",)
    order = [one.record for one in found.people]
    assert order.index(family.man) < order.index(family.wife), "who is inside comes before who is outside"
    (through, *rest) = family.who(found, family.man).contacts
    assert (through.record, through.inside, through.reach) == (family.wife, False, ("+7 701 555 10 10",))
    assert "wife" in through.how
    assert "gave consent" in through.how
    assert {one.name for one in rest} == {"Mother Example", "Aunt Nowhere"}
    assert all(one.inside for one in rest)


def test_who_knows_nobody_outside_is_reached_by_way_of_others(vault, family, put, hand):
    spoke = put("source", name("Neighbour Example"), Claim("about", family.man), Claim("inside", "yes"))
    whole = vault.disclosures.exposure_of_vault(TODAY)
    assert whole.people[0].record == spoke
    for record in (family.mother, spoke):
        (first, *_) = family.who(whole, record).contacts
        assert (first.record, first.inside, first.reach) == (family.wife, False, ("+7 701 555 10 10",))
        assert first.how.startswith("by way of Man Example")


def test_who_has_no_record_is_named_too(vault, put, hand):
    vault.disclosures.set_policy(
        'name = "kin"\naudience = "lawyer"\n[rules]\n"detainee.*" = "keep"\n"relative.name" = "keep"\n'
        '"relative.relative" = "keep"\n'
    )
    niece = put("person", name("Niece Example"), Claim("relative", {"name": "Aunt Nowhere", "relation": "aunt"}))
    put("consent", *consent(niece))
    hand(niece, policy="kin")
    found = vault.disclosures.exposure(TODAY)
    assert [(one.name, one.role, one.fact.outcome) for one in found.unrecorded] == [
        ("Aunt Nowhere", "relative", "value")
    ]


def test_stand_ins_are_those_of_the_bundle_also_after_fresh_ones(vault, family, put, hand):
    letter = put("document", Claim("about", family.man), Claim("kind", "letter"))
    bundles = [hand(family.man, fresh=turn > 0) for turn in range(3)]
    tokens = [next(one["id"] for one in tree["records"] if one["kind"] == "event") for tree in bundles]
    assert len(set(tokens)) == 3
    digests = [entry.facts["bag_sha256"] for entry in vault.disclosures.log() if entry.action == "disclosed"]
    for digest, token in zip(digests, tokens, strict=True):
        found = vault.disclosures.exposure(TODAY, bundle=digest)
        assert {one.token for one in family.facts(found, family.man, "event.when")} == {token}
    whole = family.who(vault.disclosures.exposure(TODAY), family.man)
    assert len(whole.stand_ins) == 3
    (when,) = [one for one in whole.facts if one.field == "event.when"]
    assert len(when.bundles) == 3
    vault.remove(letter, purge=True)  # the past scopes lose it, and keep their numbers
    hand(family.man, fresh=True)
    assert len(family.who(vault.disclosures.exposure(TODAY), family.man).stand_ins) == 4


def test_two_bundles_of_one_act_are_told_apart(vault, family, tmp_path):
    group, policies = Recipient("group", "un", ("state",)), vault.disclosures.policies()
    requests = {
        part: Request((family.man,), policies[f"un-{part}"], group, "un", TODAY, stays=part == "confidential",
                      leave_out=True)
        for part in ("forwardable", "confidential")
    }  # fmt: skip
    made = dict(zip(requests, vault.disclosures.together(list(requests.values())), strict=True))
    handoff.write_together(made, tmp_path / "act", form="dir")
    log = [entry.facts for entry in vault.disclosures.log() if entry.action == "disclosed"]
    seen = []
    for (part, request), entry in zip(requests.items(), log, strict=True):
        tree = json.loads((tmp_path / "act" / part / "data/records.json").read_text("utf-8"))
        shown = Opened(tree, vault, request.scope)
        found = vault.disclosures.exposure(TODAY, bundle=entry["bag_sha256"])
        assert reported(report(found)) == (shown.facts, shown.unrecorded, shown.tokens)
        assert {one.onward for one in found.people} == {("state",) if part == "forwardable" else ()}
        seen.append(set.union(*shown.tokens.values()))
    assert not seen[0] & seen[1]
    both = vault.disclosures.exposure(TODAY, recipients=["group"])
    assert len(family.who(both, family.man).stand_ins) == 2
    assert both.people[0].onward == ("state",)


def test_names_that_share_a_key_are_one(vault, family, hand):
    same = Recipient("the office", "lawyer", (), None, "six words of one key")
    hand(family.man, to=replace(DESK, fingerprint="six words of one key"))
    vault.disclosures.put_recipient(same)
    vault.disclosures.put_recipient(Recipient("stranger", "lawyer", (), None, "other words"))
    found = vault.disclosures.exposure(TODAY, recipients=["the office"])
    assert set(found.recipients) == {"desk", "the office"}
    assert family.man in {one.record for one in found.people}
    assert vault.disclosures.exposure(TODAY, recipients=["stranger"]).people == ()


def test_what_was_asked_back_is_marked_and_still_exposed(vault, family, hand):
    hand(family.man)
    (one,) = vault.disclosures.exposure(TODAY).bundles
    vault.disclosures.note_recall([one.digest])
    found = vault.disclosures.exposure(TODAY)
    assert set(found.asked_back) == {one.digest}
    assert found.people
    assert report(found)["bundles"][0]["asked_back"]


def test_the_owners_full_way_out_exposes_history_too(vault, family, tmp_path):
    family.change(family.man, Claim("occupation", "a teacher"))
    before = vault.get(family.man)
    vault.put(continued(before, tuple(one for one in before.claims if one.field != "occupation")))
    vault.remove(family.event)
    request = Request((), vault.disclosures.policies()["everything"], Recipient("self", "self"), "other", TODAY)
    handoff.write(vault.disclose(request), tmp_path / "all", form="dir")
    tree = json.loads((tmp_path / "all/data/records.json").read_text("utf-8"))
    found = vault.disclosures.exposure(TODAY)
    told = {(one.record.hex(), one.field) for person in found.people for one in person.facts}
    told |= {(one.record.hex(), one.field) for one in found.nobody}
    shown = {
        (past["id"], f"{past['kind']}.{field}")
        for record in tree["records"]
        for past in (record["record"], *record["history"])
        for field in set(past) & {one.name for one in vault.schemas.fields(past["kind"])} - {"kind"}
    }
    assert shown
    assert shown <= told
    (trade,) = family.facts(found, family.man, "person.occupation")
    assert (trade.shown, trade.since) == ("a teacher", "changed")
    assert {one.record for one in found.people} == {family.man, family.wife, family.mother}
    assert "Aunt Nowhere" in {one.name for one in found.unrecorded}


def test_an_empty_vault_exposes_nobody(vault):
    for found in (vault.disclosures.exposure(TODAY), vault.disclosures.exposure_of_vault(TODAY)):
        assert (found.people, found.unrecorded, found.nobody, found.bundles) == ((), (), (), ())


def test_nothing_of_a_report_shows_in_its_repr(vault, family, hand):
    hand(family.man)
    for found in (vault.disclosures.exposure(TODAY), vault.disclosures.exposure_of_vault(TODAY)):
        texts = [repr(found), *map(repr, found.people), *(repr(fact) for one in found.people for fact in one.facts)]
        texts += [repr(contact) for one in found.people for contact in one.contacts]
        for word in ("Example", "Nowhere", "1961-04", "701 555"):
            assert not any(word in text for text in texts)


def test_no_text_of_a_record_is_markup_or_a_control_on_a_page(vault, put, hand):
    hostile = "<script>alert(1)</script>\u202e \x1b[2J&amp;"
    somebody = put("person", name(f"Invented {hostile}"), Claim("occupation", hostile))
    put("consent", *consent(somebody))
    hand(somebody)
    for found in (vault.disclosures.exposure(TODAY), vault.disclosures.exposure_of_vault(TODAY)):
        text, page = as_text(found, hostile), as_html(found, hostile)
        assert "Invented" in text
        assert "Invented" in page
        for made in (text, page):
            assert not set(made) & {"\u202e", "\x1b"}
        assert "<script" not in page
        assert page.count("&lt;script&gt;") >= 3
