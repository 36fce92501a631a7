"""What is said of nobody by name: titles, letters, replies, papers of a case. All people and texts are invented."""

import pytest

from tests.unit.redact.conftest import SCHEMAS, all_values
from vault.errors import ConsentError, DisclosureError
from vault.records import load_schema

SPEAKS: frozenset[str] = frozenset({"text", "name", "place", "file", "link", "phone", "id", "birth"})
ASKED_OF_NOBODY = {
    **{f"{kind}.case": "the token of a case alone, whose own fields are asked about" for kind in SCHEMAS.kinds},
    "document.original": "the token of a paper alone, whose own fields are asked about",
    "consent.paper": "the token of a paper alone, whose own fields are asked about",
    "event.official": "officials are not asked",
}
TEXT = "asked the ministry about the diabetic surgeon taken on market day"


def test_every_field_in_which_people_can_stand_asks_for_consent():
    free = {
        f"{kind}.{of.name}"
        for kind in SCHEMAS.kinds
        for of in SCHEMAS.fields(kind)
        if of.type in SPEAKS and not of.group
    }
    assert free == ASKED_OF_NOBODY.keys()
    assert all(SCHEMAS.field(*name.split(".")).type == "link" for name in free)


@pytest.mark.parametrize("kind", sorted(SPEAKS - {"link"}))
@pytest.mark.parametrize("subject", ["case", "official"])
def test_an_own_field_that_says_no_group_is_taken_strictly(kind, subject):
    own = load_schema(f'kind = "event"\n[fields.more]\ntype = "{kind}"\nlevel = "open"\nsubject = "{subject}"\n')
    assert own.fields["more"].group == "identity"


def test_days_choices_and_numbers_of_a_step_ask_nobody():
    own = load_schema('kind = "action"\n[fields.cost]\ntype = "number"\nlevel = "open"\n')
    assert own.fields["cost"].group == ""


@pytest.fixture
def two(empty):
    empty.add("case", "case", title="Doctor of the Tekes hospital, father of three")
    for ref, name in (("asked", "Ерлан Үлгіұлы"), ("unasked", "Марат Беков")):
        empty.add(ref, "person", case=["case"], name=name, inside="no")
        told = {"person": [ref], "actor": ["guards of the doctor"]}
        empty.add(f"arrest of {ref}", "event", case=["case"], what="arrest", **told)
    empty.consent("yes", "asked")
    return empty


@pytest.mark.parametrize("policy", ["lawyer", "family", "un-confidential"])
@pytest.mark.parametrize("only", [False, True])
def test_a_title_asks_all_whom_the_case_is_about(two, policy, only):
    asked = {"policy": policy, "only": only, "purpose": {"lawyer": "legal", "family": "family"}.get(policy, "un")}
    with pytest.raises(ConsentError, match=two.id("unasked").hex()):
        two.view("case", **asked)
    left = two.view("case", **asked, leave_out=True, preview=True)
    assert "Tekes" not in all_values(left)
    two.consent("yes too", "unasked")
    assert "Tekes" in all_values(two.view("case", **asked))


@pytest.mark.parametrize("field", ["text", "reply", "to", "reference"])
def test_a_letter_asks_all_of_its_case(two, field):
    two.add("letter", "action", case=["case"], what="letter", **{field: [TEXT]})
    with pytest.raises(ConsentError, match=two.id("unasked").hex()):
        two.view("letter", only=True)
    assert "surgeon" not in all_values(two.view("case", leave_out=True))
    two.consent("yes too", "unasked")
    assert "surgeon" in all_values(two.view("letter", only=True))


@pytest.mark.parametrize("about", [["unasked"], ["asked", "unasked"], ["asked"]])
def test_a_letter_about_somebody_asks_those_alone(two, about):
    two.add("letter", "action", case=["case"], what="letter", about=about, text=[TEXT])
    assert ("surgeon" in all_values(two.view("case", leave_out=True))) is (about == ["asked"])
    two.consent("yes too", "unasked")
    assert "surgeon" in all_values(two.view("case"))


def test_where_nobody_was_taken_all_of_the_case_are_asked(empty):
    empty.add("case", "case", title="The doctor of Tekes")
    empty.add("man", "person", case=["case"], name="Марат Беков")
    with pytest.raises(ConsentError, match=empty.id("man").hex()):
        empty.view("case", only=True)


def test_where_nobody_is_known_it_stays(empty):
    empty.add("case", "case", title="The doctor of Tekes", status="open")
    empty.add("letter", "action", case=["case"], what="letter", text=[TEXT], reply=["the doctor is well"])
    shown = all_values(empty.view("case"))
    assert "letter" in shown
    assert "doctor" not in shown
    assert "surgeon" not in shown


def test_texts_on_officials_ask_whom_the_event_is_about(two):
    narrow = two.policy('name = "narrow"\naudience = "lawyer"\n[rules]\n"official.*" = "keep"\n')
    with pytest.raises(ConsentError, match=two.id("unasked").hex()):
        two.view("arrest of unasked", policy=narrow, only=True)
    with pytest.raises(DisclosureError):
        two.view("arrest of unasked", policy=narrow, only=True, leave_out=True)
    assert "guards" in all_values(two.view("arrest of asked", policy=narrow, only=True))


def test_the_ledger_says_whom_a_title_exposes(two):
    two.consent("yes too", "unasked")
    two.add("letter", "action", case=["case"], what="letter", about=["asked"], text=[TEXT])
    facts = {(fact.field, fact.person) for fact in two.view("case").facts}
    both = {two.id("asked"), two.id("unasked")}
    assert {person for field, person in facts if field == "case.title"} == both
    assert {person for field, person in facts if field == "action.text"} == {two.id("asked")}
    assert not any(person is None for field, person in facts if field in {"event.actor", "case.title"})
