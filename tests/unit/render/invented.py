"""Disclosures to render. All people, texts and hostile values here are made up."""

from vault.records import Schemas
from vault.redact import DisclosedClaim, DisclosedRecord, Disclosure, Recipient, View
from vault.redact.view import _VAULT_ROOM, Permit

SCHEMAS = Schemas.shipped()


def claim(field, value=None, outcome="value", kind="text", **more):
    return DisclosedClaim(field, kind, outcome, value, **more)


def disclose(*records, note="", recipient="desk", schemas=SCHEMAS, signer=None, **more):
    return Disclosure(
        view=View(records=records, **more),
        policy="lawyer",
        policy_digest=bytes(32),
        recipient=Recipient(recipient, "lawyer"),
        audience="lawyer",
        onward=(),
        purpose="legal",
        note=note,
        schemas=schemas,
        signer=signer,
        permit=Permit(_VAULT_ROOM, lambda *_: None),
    )


def person(*claims, mark="person-AAAAAA"):
    return DisclosedRecord(mark, "person", claims)


FAMILY = (
    person(
        claim("name", {"text": "Bekzat Tursyn", "kind": "official"}, kind="name"),
        claim("name", {"text": "Бекзат Тұрсынұлы"}, kind="name"),
        claim("relative", {"record": "person-BBBBBB", "relation": "mother"}, "pseudonym", "link"),
        claim("birth", None, "withheld", "birth"),
        claim("ethnicity", None, "unknown"),
        claim("health", None, "not-asked"),
        claim("sex", "male", kind="choice"),
    ),
    person(claim("name", {"text": "[person-BBBBBB]"}, "pseudonym", "name"), mark="person-BBBBBB"),
    DisclosedRecord(
        "event-CCCCCC",
        "event",
        (
            claim("kind", "arrest", kind="choice"),
            claim("person", {"record": "person-AAAAAA", "names": ["Bekzat Tursyn"]}, kind="link"),
            claim("when", "2017-05-03", kind="date", basis="told", as_of="2018-02", source="statement-DDDDDD"),
            claim("when", "2017-06", kind="date", basis="eyewitness", confidence="low", retracted=True),
            claim("place", {"text": "Hill", "region": "Altay"}, kind="place"),
            claim("narrative", "Taken at night.\nNobody knows where."),
        ),
    ),
    DisclosedRecord(
        "event-EEEEEE",
        "event",
        (claim("kind", "summons", kind="choice"), claim("when", "2016/2017", "coarsened", "date")),
    ),
)
