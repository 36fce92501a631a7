"""Filled forms over random vaults: nothing stands in one that policy or consent withholds. All of it is generated."""

import io
import json
import random
from datetime import date

import pypdf
import pytest

from vault.errors import ConsentError, DisclosureError
from vault.forms import BODIES, load
from vault.records import Claim, Revision, Schemas
from vault.redact import Disclosure, Permit, Pseudonyms, Recipient, Request, load_policy, redact, shipped_policies
from vault.redact.view import _VAULT_ROOM
from vault.render import LANGUAGES, render, render_pdfs

SCHEMAS = Schemas.shipped()
POLICIES = shipped_policies(SCHEMAS)
GROUPS = sorted(SCHEMAS.field("consent", "groups").choices)
FORM = ("data/form.html", "data/form.txt", "data/form.json")
TOLD = {"value", "coarsened"}


class Draw:
    """A random vault about one man: each name, text, place, number and phone in it is a word that is nowhere else."""

    def __init__(self, rng):
        self.rng = rng
        self.revisions = {}
        self.words = {}
        """The word of each claim, by record and place of the claim."""
        self.man, self.wife, self.witness, self.other = (self.rng.randbytes(16) for _ in range(4))
        kin = [Claim("relative", {"link": self.wife, "relation": "wife"})]
        kin += [Claim("relative", {"name": self.word().title(), "relation": one}) for one in ("mother", "father")]
        self.put("person", self.man, kin)
        self.put("person", self.wife, [Claim("inside", "no")])
        self.put("person", self.witness, [])
        self.put("person", self.other, [])
        self.case = self.put("case", None, [])
        for kind in rng.sample(sorted(SCHEMAS.field("event", "kind").choices), 4):
            links = [Claim("kind", kind), Claim("person", self.man), Claim("witness", {"link": self.witness})]
            self.put(
                "event", None, [*links, Claim("when", "2018-03-07"), Claim("official", {"name": self.word().title()})]
            )
        self.put("event", None, [Claim("kind", "arrest"), Claim("person", self.other), Claim("when", "2018-03")])
        self.put("action", None, [Claim("kind", "letter"), Claim("about", self.man), Claim("body", "regional")])
        self.put("document", None, [Claim("kind", "photo"), Claim("about", self.man)])
        self.source = self.put("source", None, [Claim("person", self.wife), Claim("about", self.man)])
        self.put("source", None, [Claim("person", self.witness), Claim("about", self.man)])
        self.put("statement", None, [Claim("by", self.source), Claim("about", self.man)])
        self.agreed = {
            person: self.consent(person, by) for person, by in ((self.man, self.wife), (self.wife, self.wife))
        }

    def word(self):
        return "qz" + "".join(self.rng.choice("bdfgklmnprst") + self.rng.choice("aeiou") for _ in range(6))

    def value(self, field, word):
        names = [one.values("name")[0]["text"] for one in self.revisions.values() if one.values("name")]
        match field.type:
            case "name" | "place":
                return {"text": word.title()}
            case "text":
                return f"It is {word}; so said {self.rng.choice(names)} there." if names else word
            case "id":
                return word
            case "phone":
                return f"+7 705 {word}"
        return None

    def put(self, kind, record, claims):
        record = record or self.rng.randbytes(16)
        claims = list(claims)
        for place, claim in enumerate(claims):
            if isinstance(claim.value, dict) and "name" in claim.value:
                self.words[record, place] = claim.value["name"]
        for field in SCHEMAS.fields(kind):
            word = str(self.rng.randrange(10**6, 10**7)) if field.type == "phone" else self.word()
            value = self.value(field, word)
            if value is not None and self.rng.random() < 0.8:
                self.words[record, len(claims)] = word
                claims.append(Claim(field.name, value))
            elif field.type in {"text", "place"} and self.rng.random() < 0.3:
                claims.append(Claim(field.name, None, self.rng.choice(["unknown", "withheld", "not-asked"])))
        if kind == "person" and record == self.man:
            self.words[record, len(claims)] = word = self.word()
            claims.append(Claim("why_missing", f"place: {word}"))
        if kind != "case" and hasattr(self, "case"):
            claims.append(Claim("case", self.case))
        self.revisions[record] = Revision(record, kind, (), b"d", 1, tuple(claims), self.rng.randbytes(32))
        return record

    def consent(self, about, by):
        """Record a consent, and return for which groups, audiences and steps onward it is."""
        groups = [one for one in GROUPS if self.rng.random() < 0.8]
        audiences = [one for one in ("family", "lawyer", "un", "press") if self.rng.random() < 0.9]
        onward = [one for one in ("state", "public") if self.rng.random() < 0.8]
        claims = [Claim("about", about), Claim("given_by", {"link": by}), Claim("purposes", "un")]
        claims += [Claim("capacity", "self" if about == by else "kin")]
        for name, values in (("groups", groups), ("audiences", audiences), ("onward", onward)):
            claims += [Claim(name, one) for one in values]
        self.put("consent", None, claims)
        return set(groups), set(audiences), set(onward)

    def policy(self):
        if self.rng.random() < 0.6:
            return POLICIES[self.rng.choice(["un-confidential", "un-forwardable", "lawyer", "family", "press"])]
        fields = sorted({field.name for kind in ("person", "event", "action") for field in SCHEMAS.fields(kind)})
        lines = [f'"detainee.{one}" = "withhold"' for one in fields if self.rng.random() < 0.3]
        lines += [f'"case.{one}" = "withhold"' for one in fields if self.rng.random() < 0.2]
        rest = '"detainee.*" = "keep"\n"case.*" = "keep"\n"official.*" = "keep"\n"*.@file" = "withhold"'
        return load_policy(
            f'name = "own"\naudience = "un"\n[rules]\n{chr(10).join(lines)}\n{rest}\n', SCHEMAS, POLICIES
        )

    def disclose(self, policy, body, **more):
        recipient = Recipient("desk", policy.audience)
        request = Request((self.man,), policy, recipient, "un", date(2024, 6, 1), subject=self.man, form=body, **more)
        view = redact(
            request,
            lambda: iter(self.revisions.values()),
            lambda record: [self.revisions[record]],
            SCHEMAS,
            Pseudonyms(),
            random.Random(7).randbytes,
        )
        return Disclosure(
            view=view,
            policy=policy.name,
            policy_digest=bytes(32),
            recipient=recipient,
            audience=policy.audience,
            onward=tuple(sorted(request.path)),
            purpose="un",
            note="",
            schemas=SCHEMAS,
            signer=None,
            permit=Permit(_VAULT_ROOM, lambda *_: 0),
            form=body,
            update=request.since is not None,
        )

    def hidden_by_consent(self, policy):
        """Yield the words of whom consent does not cover, worked out without the program's own rules."""
        for (record, place), word in self.words.items():
            revision = self.revisions[record]
            field = SCHEMAS.field(revision.kind, revision.claims[place].field)
            if record in {self.witness, self.other} or "never" in str(field.level):
                yield word
            elif record in self.agreed and field.group:
                groups, audiences, onward = self.agreed[record]
                if (
                    field.group not in groups
                    or policy.audience not in audiences
                    or not set(policy.onward) <= onward | audiences
                ):
                    yield word


def drawn(rng):
    """Draw vaults until one has a form to be filled; what is refused is refused for want of consent, or is nothing."""
    while True:
        draw = Draw(rng)
        policy, body = draw.policy(), rng.choice(BODIES)
        try:
            return draw, policy, draw.disclose(policy, body, leave_out=True)
        except (ConsentError, DisclosureError):
            continue


def test_nothing_stands_in_a_form_that_is_withheld(deep):
    size = deep("forms", 60, 2000)
    rng = size.random()
    shown, hidden = 0, 0
    for _ in range(size):
        draw, policy, disclosure = drawn(rng)
        files = render(disclosure, language=rng.choice(LANGUAGES))
        told = {(fact.record, fact.claim) for fact in disclosure.view.facts if fact.outcome in TOLD}
        by_consent = set(draw.hidden_by_consent(policy))
        for path in FORM:
            text = files[path].decode("utf-8").lower()
            for place, word in draw.words.items():
                if word.lower() in text:
                    assert place in told, (path, policy.name)
                    assert word not in by_consent, (path, policy.name)
                    shown += 1
                else:
                    hidden += 1
    assert shown > size
    assert hidden > size


def test_what_is_told_of_the_person_stands_in_the_form(deep):
    """The other way round: of the person's own record all stands there that the form asks and that leaves."""
    size = deep("forms-whole", 20, 500)
    rng = size.random()
    for _ in range(size):
        draw, policy, disclosure = drawn(rng)
        files = render(disclosure)
        asked = {name for question in load(disclosure.form).questions() for name in question.fields_of("person")}
        for fact in disclosure.view.facts:
            word = draw.words.get((fact.record, fact.claim))
            name = fact.field.partition(".")[2]
            mine = fact.record == draw.man and fact.person == draw.man and name in asked - {"relative"}
            if mine and fact.outcome == "value" and not fact.form and word:
                for path in FORM:
                    assert word.lower() in files[path].decode().lower(), (path, policy.name, name)


def test_the_same_disclosure_gives_the_same_form():
    for seed in range(3):
        one, two = (drawn(random.Random(seed))[2] for _ in range(2))
        assert render(one) == render(two)


@pytest.mark.parametrize("language", LANGUAGES)
def test_withheld_unknown_and_not_told_are_told_apart(language):
    rng = random.Random(3)
    draw = Draw(rng)
    man = draw.revisions[draw.man]
    claims = [one for one in man.claims if one.field not in {"address", "birth_place", "why_missing"}]
    claims += [Claim("birth_place", None, "unknown"), Claim("why_missing", "residence: nobody was left to ask")]
    draw.revisions[draw.man] = Revision(draw.man, "person", (), b"d", 1, tuple(claims), bytes(32))
    draw.agreed = {draw.man: draw.put("consent", None, [
        Claim("about", draw.man), Claim("given_by", {"link": draw.wife}), Claim("capacity", "kin"),
        Claim("purposes", "un"), Claim("audiences", "un"), *(Claim("groups", one) for one in GROUPS),
    ])}  # fmt: skip
    disclosure = draw.disclose(POLICIES["un-confidential"], "wgad", leave_out=True)
    files = render(disclosure, language=language)
    person = json.loads(files["data/form.json"])["sections"][0]
    (record,) = [one for one in person["records"] if one["kind"] == "person"]
    told = {one["question"]: {claim["is"] for claim in one["claims"]} for one in record["answers"]}
    assert told["birth_place"] == {"unknown"}
    assert {"question": "residence", "why": "nobody was left to ask"} in person["open"]
    assert "nobody was left to ask" in files["data/form.txt"].decode()
    assert {"en": "unknown", "ru": "неизвестно", "kk": "белгісіз", "zh": "不详"}[language] in files[
        "data/form.txt"
    ].decode()


def test_hostile_texts_are_texts():
    rng = random.Random(5)
    draw = Draw(rng)
    evil = "<script>alert(1)</script>\u202egnp.exe\x07 [x](javascript:1) \u2028=1+1"
    man = draw.revisions[draw.man]
    claims = [one for one in man.claims if one.field not in {"nationality", "why_missing"}]
    claims += [Claim("nationality", evil), Claim("why_missing", f"photo: {evil}")]
    draw.revisions[draw.man] = Revision(draw.man, "person", (), b"d", 1, tuple(claims), bytes(32))
    draw.put("consent", None, [
        Claim("about", draw.man), Claim("given_by", {"link": draw.wife}), Claim("capacity", "kin"),
        Claim("purposes", "un"), Claim("audiences", "un"), *(Claim("groups", one) for one in GROUPS),
    ])  # fmt: skip
    files = render(draw.disclose(POLICIES["un-confidential"], "ced", leave_out=True))
    page = files["data/form.html"].decode()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2
    for path in FORM:
        text = files[path].decode()
        assert not {"\u202e", "\x07", "\u2028"} & set(text), path


def filled(w, *selection):
    """Fill out a form about the man of a matter, and give its texts by their places."""
    recipient = Recipient("WGEID", "un")
    chosen = tuple(map(w.id, selection))
    policy = POLICIES["un-confidential"]
    request = Request(chosen, policy, recipient, "un", date(2024, 6, 1), subject=w.id("man"), form="wgad")
    view = redact(
        request,
        lambda: iter(w.revisions.values()),
        lambda record: [one for one in w.revisions.values() if one.record_id == record],
        SCHEMAS,
        Pseudonyms(),
        random.Random(7).randbytes,
    )
    disclosure = Disclosure(
        view=view,
        policy=policy.name,
        policy_digest=bytes(32),
        recipient=recipient,
        audience=policy.audience,
        onward=(),
        purpose="un",
        note="",
        schemas=SCHEMAS,
        signer=None,
        permit=Permit(_VAULT_ROOM, lambda *_: 0),
        form="wgad",
    )
    files = render(disclosure)
    pdf = render_pdfs(disclosure, bundle=bytes(32), words="six words")["data/form.pdf"]
    pages = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    whole = files["data/dossier.md"].decode()
    return whole, {**{path: files[path].decode() for path in FORM}, "data/form.pdf": pages}


def test_the_form_of_one_person_takes_nothing_of_another_of_the_same_case(w):
    w.fill()
    w.add("case", "case", title="Two brothers")
    w.add("brother", "person", name="Ернар Ойдан", case="case")
    w.add("his", "event", what="arrest", person="brother", place="Qzbrother", actor="qzarmy", case="case")
    w.add("step", "action", what="letter", about="brother", to="qzcourt", text="qztext", case="case")
    w.consent("brothers", ["brother"], "brother", capacity="self")
    for ref in ("man", "taken", "letter"):
        old = w.revisions[ref]
        w.put(ref, (*old.claims, Claim("case", w.id("case"))), old.kind)
    whole, form = filled(w, "case", "man", "brother")
    for word in ("qzbrother", "qzarmy", "qzcourt", "qztext"):
        assert word in whole.lower()
        for path, text in form.items():
            assert word not in text.lower(), path
    assert all("county police" in text for text in form.values())


def test_what_was_taken_back_opens_and_answers_no_question(w):
    w.fill()
    man, call = w.revisions["man"], w.revisions["call"]
    kept = tuple(one for one in man.claims if one.field != "birth_place")
    w.put("man", (*kept, Claim("why_missing", "birth_place: qzreason", "retracted")), "person")
    (kind,) = [one for one in call.claims if one.field == "kind"]
    rest = [one for one in call.claims if one.field not in {"kind", "content"}]
    w.put("call", (*rest, Claim("kind", kind.value, "retracted"), Claim("content", "qzasked")), "event")
    whole, form = filled(w, "man")
    assert "qzreason" in whole
    assert "qzasked" in whole
    for path, text in form.items():
        assert "qzreason" not in text, path
        assert "qzasked" not in text, path
    sections = json.loads(form["data/form.json"])["sections"]
    assert {"question": "birth_place"} in [one for section in sections for one in section["open"]]
