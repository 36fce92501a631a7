"""Updates: only what changed since an earlier bundle. Every person, place, number and text here is made up."""

import random
from dataclasses import replace
from datetime import date

import pytest

from vault.errors import DisclosureError
from vault.records import Claim, Schemas
from vault.redact import Pseudonyms, Recipient, Request, redact, shipped_policies

SCHEMAS = Schemas.shipped()
POLICIES = shipped_policies(SCHEMAS)


class Told:
    """A recipient, and what the ledger says that it was told."""

    def __init__(self, w, policy="un-confidential"):
        self.w = w
        self.policy = POLICIES[policy]
        self.history = {}
        self.pseudonyms = Pseudonyms()
        self.facts = []
        self.random = random.Random(7)

    def view(self, *, since=None, preview=False):
        for revision in self.w.revisions.values():
            known = self.history.setdefault(revision.record_id, [])
            if all(one.id != revision.id for one in known):
                known.append(revision)
        newest = [replace(one, parents=(bytes(32),)) for one in self.w.revisions.values()]
        for one in newest:  # with a parent, so that the history is asked
            self.history[one.record_id].append(one)
        recipient = Recipient("WGEID", "un", ("state",))
        request = Request(
            (self.w.id("man"),), self.policy, recipient, "un", date(2024, 6, 1), stays=True, since=since, form="wgeid",
            subject=self.w.id("man"),
        )  # fmt: skip
        return redact(
            request, lambda: iter(newest), self.history.__getitem__, SCHEMAS, self.pseudonyms, self.random.randbytes,
            preview=preview,
        )  # fmt: skip

    def tell(self):
        view = self.view(since=tuple(self.facts) if self.facts else None)
        self.facts += view.facts
        return view

    def change(self, ref, *claims, without=()):
        old = self.w.revisions[ref]
        kept = tuple(one for one in old.claims if one.field not in without)
        self.w.put(ref, (*kept, *claims), old.kind)


@pytest.fixture
def told(w):
    one = Told(w.fill())
    one.tell()
    return one


def said(view):
    """What a view says, by kind and field, without what only says of what it speaks."""
    return {
        (record.kind, claim.field, str(claim.value), claim.retracted)
        for record in view.records
        for claim in record.claims
        if claim.field not in {"kind", "person", "about"}
    }


def test_nothing_changed(told):
    with pytest.raises(DisclosureError, match="nothing changed"):
        told.tell()
    assert told.view(since=tuple(told.facts), preview=True).records == ()


def test_a_new_claim_is_all_that_leaves(told):
    told.change("taken", Claim("actor", "a second police"))
    view = told.tell()
    assert said(view) == {("event", "actor", "a second police", False)}
    assert {claim.field for record in view.records for claim in record.claims} == {"kind", "person", "actor"}
    assert view.subject
    with pytest.raises(DisclosureError, match="nothing changed"):
        told.tell()


@pytest.mark.parametrize(
    "claim",
    [
        Claim("actor", "county police", basis="eyewitness"),
        Claim("actor", "county police", as_of="2018"),
        Claim("actor", "county police", confidence="low"),
    ],
)
def test_how_it_is_known_is_part_of_what_is_told(told, claim):
    told.change("taken", claim, without=("actor",))
    assert said(told.tell()) == {("event", "actor", "county police", False)}


def test_a_new_record_leaves_whole(told):
    told.w.add("new", "event", what="transfer", person="man", when="2019-02", place="Altay")
    assert said(told.tell()) == {("event", "when", "2019-02", False), ("event", "place", "{'text': 'Altay'}", False)}


def test_what_is_taken_back_leaves_as_taken_back(told):
    told.change("taken", Claim("actor", "county police", "retracted"))
    view = told.tell()
    assert ("event", "actor", "county police", True) in said(view)
    assert any("not said any more" in line for line in view.warnings)


def test_what_was_dropped_says_nothing_but_to_the_owner(told):
    told.change("taken", without=("actor",))
    view = told.view(since=tuple(told.facts), preview=True)
    assert view.records == ()
    assert any("1 facts" in line for line in view.warnings)


def test_what_came_back_is_told_again(told):
    """A, then B, then A again: who was told of B goes by B."""
    told.change("taken", Claim("actor", "the army"), without=("actor",))
    assert said(told.tell()) == {("event", "actor", "the army", False)}
    told.change("taken", Claim("actor", "county police"), without=("actor",))
    assert said(told.tell()) == {("event", "actor", "county police", False)}


def test_what_stays_withheld_is_no_change(told):
    told.change("man", Claim("notes", "do not call"), Claim("phone", "+86 138 1234 5678"))
    view = told.view(since=tuple(told.facts), preview=True)
    assert {claim.outcome for record in view.records for claim in record.claims} <= {"withheld"}
    assert "1234" not in str(view.records)


def test_an_update_masks_what_the_whole_masks(told):
    """The names that are shown elsewhere stand, and those withheld do not, as in a whole bundle."""
    told.change("taken", Claim("narrative", "Бекзат Ойдан was seen by Марат Ойдан."))
    (text,) = [value for _, field, value, _ in said(told.tell()) if field == "narrative"]
    assert "Бекзат" in text
    assert "Марат" not in text


def test_what_was_told_of_one_person_is_told_anew_of_two(told):
    """The same words speak of one more: who was told of him was not told of her."""
    told.w.add("woman", "person", name="Перизат Ойдан")
    told.w.consent("hers", ["woman"], "woman", capacity="self")
    told.change("taken", Claim("person", told.w.id("woman")))
    told.change("taken", Claim("narrative", "They were taken at night."), without=("narrative",))
    view = told.tell()
    assert {("event", "actor", "county police", False), ("event", "warrant", "no", False)} <= said(view)
    with pytest.raises(DisclosureError, match="nothing changed"):
        told.tell()
