"""What an opened bundle shows, read anew from `records.json`: which facts, about whom, under which token.

It shares nothing with the report that it is compared with: who is meant by a token is asked of the vault, whom a field
speaks of follows docs/disclosure.md and the schemas, and all else is taken as the recipient has it.
"""

import json
from collections import defaultdict

from vault.errors import NotFoundError

SOMEBODY = {"person", "source"}


def text(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


class Opened:
    """One bundle.

    Args:
        tree: Its `records.json`, read.
        vault: The open vault that it was made from.
        scope: Name of the recipient's scope of tokens.
    """

    def __init__(self, tree, vault, scope):
        self.vault, self.scope, self.schemas = vault, scope, vault.schemas
        self.facts, self.unrecorded, self.tokens = set(), set(), defaultdict(set)
        for record in tree["records"]:
            self._read(record)

    def who(self, token):
        (found,) = {record for scope, record in self.vault.disclosures.who(token) if scope == self.scope}
        return found

    def _read(self, shown):
        record = self.who(shown["id"])
        mine = []
        for name, claims in shown["fields"].items():
            of = self.schemas.field(shown["kind"], name)
            mine += [(of, claim) for claim in claims if claim["is"] != "withheld"]
        if mine and shown["kind"] in SOMEBODY:
            self.tokens[self._entity(record)].add(shown["id"])
        for of, claim in mine:
            self._claim(record, f"{shown['kind']}.{of.name}", of, claim)

    def _claim(self, record, field, of, claim):
        value = claim.get("value")
        linked = self._link(record, field, value) if of.type == "link" and value is not None else None
        people = self._speaks_of(record, of, linked) | (
            {linked} if linked is not None and self._kind(linked) in SOMEBODY else set()
        )
        if field == "person.name" and claim["is"] == "value":
            value = value["text"]
        if field == "person.name" and claim["is"] == "pseudonym":
            (person,) = people
            self.tokens[person].add(value["text"].strip("[]"))
        if not people and of.group and of.type != "link" and claim["is"] in {"value", "coarsened"}:
            people = self._answering(record)
        for person in people or {None}:
            self.facts.add((person, record, field, claim["is"], text(value)))
        if "source" in claim:
            for person in self._origins(self.who(claim["source"])):
                self.facts.add((person, record, field, "told", text(claim["source"])))

    def _link(self, record, field, value):
        if "record" not in value:
            for name in value.get("names", ()):
                self.unrecorded.add((record, field, name))
            return None
        target = self.who(value["record"])
        if self._kind(target) in SOMEBODY:
            self.tokens[target].add(value["record"])
        for name in value.get("names", ()):
            self.facts.add((target, target, "person.name", "value", text(name)))
        return target

    def _kind(self, record):
        try:
            return self.vault.get(record).kind
        except NotFoundError:
            return ""

    def _entity(self, record):
        revision = self.vault.get(record)
        return next(iter(sorted(revision.links("person"))), record) if revision.kind == "source" else record

    def _links(self, record, wanted):
        revision = self.vault.get(record)
        fields = [one.name for one in self.schemas.fields(revision.kind) if one.type == "link" and wanted(one)]
        return {target for name in fields for target in revision.links(name)}

    def _speaks_of(self, record, of, linked):
        if of.subject == "self":
            return {record}
        if of.subject == "source":
            return self._origins(record)
        if not of.subject.startswith("link:"):
            return set()
        name = of.subject.removeprefix("link:")
        targets = self._links(record, lambda one: one.name == name)
        if name == of.name:
            targets = {linked} if linked is not None else set()
        return {person for target in targets for person in self._people(target)}

    def _people(self, record, steps=4):
        if self.vault.get(record).removed or steps == 0:
            return set()
        if self._kind(record) in SOMEBODY:
            return {self._entity(record)}
        targets = self._links(record, lambda one: one.name == "about" or one.gives == "detainee")
        return {person for target in targets for person in self._people(target, steps - 1)}

    def _answering(self, record):
        """Say who is exposed by what is said of nobody by name: whom the record is about, else who was taken."""
        near = [record, *self._links(record, lambda one: one.name == "about")]
        cases = {case for one in near for case in (one, *self._links(one, lambda link: link.name == "case"))}
        spoken_of = {
            person
            for one in self.vault.records()
            if cases & set(one.links("case"))
            for person in self._people(one.record_id)
        }
        given = defaultdict(set)
        for one in (*self.vault.records(), *self.vault.records(removed=True)):
            for of in self.schemas.fields(one.kind):
                for target in one.links(of.name) if of.gives else ():
                    given[self._entity(target)].add(of.gives)
            for claim in one.claims:
                for origin in self._origins(claim.source) if claim.source else ():
                    given[origin].add("source")
        taken = {person for person in spoken_of if "detainee" in given[person]}
        others = {person for person in spoken_of if given[person].isdisjoint({"source", "helper", "official"})}
        return self._people(record) or taken or others

    def _origins(self, record, steps=4):
        if self._kind(record) in SOMEBODY or steps == 0:
            return {self._entity(record)}
        targets = self._links(record, lambda one: one.gives == "source")
        return {person for target in targets for person in self._origins(target, steps - 1)}


def reported(report):
    """Take the same from the JSON of `ledger exposure`: facts, names beside no record, tokens by person.

    Args:
        report: The object, read.
    """
    facts = set()
    people = [(bytes.fromhex(one["id"]), one["facts"]) for one in report["people"]]
    for person, told in [*people, (None, report["nobody"])]:
        for fact in told:
            if fact["form"] == "own":  # no more than that the record is there: the tokens tell it
                continue
            shown, how = fact["shown"], fact["outcome"]
            if fact["field"] == "person.name" and how == "value":
                shown = shown["text"]
            if fact["form"] in {"told", "unknown", "not-asked"}:
                how = fact["form"]
            facts.add((person, bytes.fromhex(fact["record"]), fact["field"], how, text(shown)))
    unrecorded = {
        (bytes.fromhex(one["fact"]["record"]), one["fact"]["field"], one["name"])
        for one in report["unrecorded"]
        if one["fact"]["outcome"] == "value"
    }
    tokens = {bytes.fromhex(one["id"]): set(one["stand_ins"]) for one in report["people"] if one["stand_ins"]}
    return facts, unrecorded, tokens
