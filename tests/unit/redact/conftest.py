"""A small invented vault to redact. Every person, place, number and text in these tests is made up."""

import itertools
import random
from datetime import date

import pytest

from vault.records import Revision, Schemas, parse_record
from vault.redact import Pseudonyms, Recipient, Request, load_policy, redact, shipped_policies

SCHEMAS = Schemas.shipped()
POLICIES = shipped_policies(SCHEMAS)


def all_values(view):
    """Give all that the recipient reads of claims, as one text; `repr` of a claim has no value in it."""
    return repr([claim.value for one in view.records for claim in one.claims])


class World:
    """Records under readable names, and what to ask of them."""

    def __init__(self):
        self.schemas = SCHEMAS
        self.policies = POLICIES
        self.ids = {}
        self.revisions = {}
        self.pseudonyms = Pseudonyms()
        self.random = random.Random(7)
        self._count = itertools.count(1)

    def id(self, name):
        if name not in self.ids:
            self.ids[name] = random.Random(f"id {name}").randbytes(16)
        return self.ids[name]

    def add(self, ref, kind_, /, **fields):
        draft = parse_record(
            {"kind": kind_, **{f"{kind_}.kind" if key == "what" else key: value for key, value in fields.items()}},
            SCHEMAS,
            resolve=self.id,
        )
        return self.put(ref, draft.claims, kind_)

    def put(self, name, claims, kind, *, removed=False, schema_version=1):
        record = self.id(name)
        before = self.revisions.setdefault(record, [])
        number = next(self._count)
        revision = Revision(
            record_id=record,
            kind=kind,
            parents=(before[-1].id,) if before else (),
            device=b"dev",
            time=1_700_000_000 + number,
            claims=tuple(claims),
            seed=number.to_bytes(32, "big"),
            removed=removed,
            schema_version=schema_version,
        )
        before.append(revision)
        return revision

    def remove(self, name):
        last = self.revisions[self.id(name)][-1]
        self.put(name, last.claims, last.kind, removed=True)

    def newest(self):
        return iter([revisions[-1] for revisions in self.revisions.values()])

    def history(self, record):
        return self.revisions[record]

    def policy(self, text):
        return load_policy(text, SCHEMAS, self.policies)

    def view(
        self,
        *selection,
        policy="lawyer",
        purpose="legal",
        onward=(),
        name="desk",
        preview=False,
        shuffle=None,
        released=(),
        rulings=(),
        **more,
    ):
        chosen = self.policies[policy] if isinstance(policy, str) else policy
        if chosen.full:
            name = "self"
        recipient = Recipient(name, more.pop("audience", chosen.audience), tuple(onward))
        today = more.pop("today", date(2024, 6, 1))
        request = Request(tuple(map(self.id, selection)), chosen, recipient, purpose, today, **more)
        order = list(self.newest())
        if shuffle is not None:
            random.Random(shuffle).shuffle(order)
        return redact(
            request,
            lambda: iter(order),
            self.history,
            SCHEMAS,
            self.pseudonyms,
            self.random.randbytes,
            preview=preview,
            released=released,
            rulings=rulings,
        )

    def consent(self, name, about, **more):
        fields = {
            "about": [about] if isinstance(about, str) else about,
            "given_by": more.pop("given_by", {"link": about if isinstance(about, str) else about[0]}),
            "audiences": more.pop("audiences", ["lawyer", "family", "un", "press"]),
            "purposes": more.pop("purposes", ["legal", "family", "un", "publication"]),
            "groups": more.pop("groups", ["identity", "family", "location", "health", "testimony", "image"]),
            "onward": more.pop("onward", ["none"]),
            "given_on": more.pop("given_on", "2024-01-10"),
            **more,
        }
        return self.add(name, "consent", **{key: value for key, value in fields.items() if value is not None})


@pytest.fixture
def empty():
    return World()


@pytest.fixture
def world():
    """One family: a detained man, his wife abroad who submits the case, his mother, a source inside, an interpreter."""
    w = World()
    w.add("case", "case", title="Tursyn family")
    w.add(
        "man",
        "person",
        case=["case"],
        name=[{"text": "Бекзат Тұрсынұлы", "kind": "birth"}, {"text": "Bekzat Tursyn", "kind": "official"}],
        birth="1961-04-07",
        sex="male",
        id_document="654101196104070011",
        phone="+86 138 1234 5678",
        address={"text": "Қаратөбе ауылы", "region": "Altay", "country": "China"},
        relative=[
            {"relation": "mother", "link": "mother"},
            {"relation": "wife", "link": "wife"},
            {"relation": "brother", "name": "Serik Tursyn"},
        ],
        notes="do not call",
    )
    w.add("mother", "person", case=["case"], name="Гүлсім Ахметқызы", birth="1938-02-11", phone="+86 139 8765 4321")
    w.add("wife", "person", case=["case"], name="Айнұр Сапарқызы", phone="+7 701 555 12 34", inside="no")
    w.add(
        "cousin",
        "person",
        case=["case"],
        name=["Нұрлан Омаров", "Nurlan Omarov"],
        phone="+86 150 1111 2222",
        address={"text": "Жаңабұлақ ауылы"},
    )
    w.add("interpreter", "person", name="Dana Interpretova")
    w.add("guard", "person", name="Wang Guoqiang")
    w.add(
        "inside",
        "source",
        case=["case"],
        person="cousin",
        name="Нұрлан Омаров",
        contact="+86 150 1111 2222",
        relation="cousin of the man",
        address={"text": "Жаңабұлақ ауылы"},
        safety="meets at the bridge",
        about=["man"],
    )
    w.add(
        "abroad", "source", case=["case"], person="wife", relation="wife", confidentiality="confidential", about=["man"]
    )
    w.add(
        "words",
        "statement",
        case=["case"],
        by=["abroad"],
        about=["man"],
        interpreter=[{"link": "interpreter"}],
        text="My husband was taken. Nurlan Omarov, phone +8615011112222, told me from Жаңабұлақ.",
    )
    w.add(
        "arrest",
        "event",
        case=["case"],
        what="arrest",
        person=["man"],
        when=[
            {"value": "2017-05-03", "source": "words", "basis": "told", "as_of": "2018-02-01"},
            {"value": "2017-06", "source": "inside", "basis": "eyewitness"},
        ],
        place={"text": "Қаратөбе ауылы"},
        actor="Altay county police",
        official=[{"link": "guard"}],
        witness=[{"link": "cousin"}],
        narrative="Taken at night. Нұрланның айтуынша (Жаңабұлақтан), Guoqiang came; "
        "his mother Gulsim Akhmetkyzy saw it.",
    )
    w.add("letter", "action", case=["case"], what="letter", to="Ministry", sent_on="2018-03-01", about=["man"])
    w.add("scan", "document", case=["case"], about=["man"], what="identity", title="his card")
    w.consent("man-ok", "man", given_by={"link": "wife"}, capacity="kin")
    w.consent("wife-ok", "wife")
    return w
