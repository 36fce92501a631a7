"""Invented records for the forms: every person, place, number and text in these tests is made up."""

import random
from datetime import date

import pytest

from vault.forms import BODIES, gather, load
from vault.records import Claim, Revision, Schemas, parse_record

SCHEMAS = Schemas.shipped()
TODAY = date(2024, 6, 1)
GROUPS = ["identity", "family", "location", "health", "testimony", "image"]


class Matters:
    """Records under readable names, and what forms say of them."""

    def __init__(self):
        self.revisions = {}

    def id(self, name):
        return random.Random(f"id {name}").randbytes(16)

    def add(self, ref, kind_, /, **fields):
        tree = {"kind": kind_, **{f"{kind_}.kind" if key == "what" else key: value for key, value in fields.items()}}
        draft = parse_record(tree, SCHEMAS, resolve=self.id)
        return self.put(ref, draft.claims, kind_)

    def put(self, ref, claims, kind, *, removed=False):
        number = len(self.revisions) + 1
        self.revisions[ref] = Revision(
            record_id=self.id(ref),
            kind=kind,
            parents=(),
            device=b"dev",
            time=1_700_000_000 + number,
            claims=tuple(claims),
            seed=number.to_bytes(32, "big"),
            removed=removed,
        )
        return self.revisions[ref]

    def consent(self, ref, about, by, **more):
        fields = {
            "about": about,
            "given_by": {"link": by},
            "audiences": ["un", "lawyer"],
            "purposes": ["un", "tracing", "legal"],
            "groups": GROUPS,
            "onward": ["state"],
            "given_on": "2024-01-10",
            **more,
        }
        return self.add(ref, "consent", **fields)

    def matters(self, body, *chosen, today=TODAY):
        chosen = [self.id(one) for one in chosen or ("man",)]
        return gather(iter(self.revisions.values()), SCHEMAS, chosen, load(body), today)

    def matter(self, body, *chosen, **more):
        (one,) = self.matters(body, *chosen, **more)
        return one

    def fill(self, *, organisation=False):
        """Write all that any form asks, of one man taken on 7 March 2018."""
        self.add(
            "man",
            "person",
            name=[
                {"text": "Бекзат Ойдан", "kind": "birth"},
                {"text": "奥伊丹", "kind": "chinese-official"},
            ],
            relative=[{"relation": "mother", "name": "Гүлсім Ойдан"}, {"relation": "father", "name": "Сәрсен Ойдан"}],
            sex="male",
            birth="1961-04-07",
            birth_place="Tekes",
            nationality="Kazakhstan",
            id_document="654101196104070011",
            vulnerability="illness",
            address="Altay",
        )
        for ref, kind in (("taken", "arrest"), ("held", "detention"), ("moved", "transfer"), ("judged", "sentence")):
            self.add(
                ref,
                "event",
                what=kind,
                person="man",
                when="2018-03-07",
                until="2019-01-01",
                place="Tekes",
                from_place="Altay",
                actor="county police",
                attribution="they wore its uniform",
                warrant="no",
                authority="county police",
                holding_authority="prison bureau",
                reason_official="none was given",
                legal_basis="article 120",
                court="county court",
                charge="a prayer",
                term="ten years",
                narrative="He was taken at night.",
                witness={"link": "neighbour"},
            )
        self.add("neighbour", "person", name="Марат Ойдан")
        self.add(
            "call", "event", what="last_contact", person="man", when="2018-03-01", means="phone", content="He was well."
        )
        self.add("photo", "document", what="photo", about="man")
        photo = {"id": bytes(16), "name": "x.jpg", "length": 1, "sha256": bytes(32), "chunks": 1, "depth": 0}
        self.put("photo", (*self.revisions["photo"].claims, Claim("file", photo)), "document")
        self.add("told", "statement", about="man", text="I saw it.")
        self.add(
            "letter",
            "action",
            what="submission",
            about="man",
            body="regional",
            to="the regional court",
            sent_on="2019-02-01",
            text="Where is he?",
            reference="12-34",
            reply="none came",
            replied_on="2019-05-01",
        )
        self.add("wife", "person", name="Айнұр Ойдан", inside="no")
        more = {"organisation": "Invented Rights Desk", "follow_up": "yes"} if organisation else {"relation": "wife"}
        self.add(
            "submitter",
            "source",
            person="wife",
            about="man",
            name="Айнұр Ойдан",
            contact="+7 701 555 12 34",
            address="Almaty",
            confidentiality="confidential",
            **more,
        )
        self.consent("yes", ["man"], "wife", capacity="kin")
        self.consent("own", ["wife"], "wife", capacity="self")
        return self


@pytest.fixture
def w():
    return Matters()


@pytest.fixture(params=BODIES)
def body(request):
    return request.param
