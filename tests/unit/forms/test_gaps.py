"""What is missing for a form, advice, deadlines. Every person, place, number and text in these tests is made up."""

from dataclasses import replace
from datetime import date

import pytest

from vault.errors import NotFoundError
from vault.forms import BODIES, NEEDS, advice, deadlines, load, missing, open_need, with_reason
from vault.records import Claim, Schemas, decode_revision

REQUIRED = {
    "wgeid": {
        "name", "date", "place", "forces", "why_forces", "witnesses", "step", "step_before", "step_date",
        "step_result", "submitter", "relation", "contact",
    },
    "wgad": {
        "name", "sex", "birth", "nationality", "residence", "date", "place", "forces", "why_forces", "warrant",
        "authority", "reason", "legal_basis", "detained_since", "detained_at", "holding", "circumstances", "step",
        "step_before", "step_date", "step_result", "submitter", "relation", "contact", "confidentiality",
    },
    "ced": {
        "name", "nationality", "date", "place", "forces", "why_forces", "circumstances", "step", "step_before",
        "step_date", "step_result", "elsewhere", "submitter", "relation", "contact",
    },
    "icrc": {
        "name", "other_names", "mother", "father", "sex", "birth", "residence", "date", "place", "contact_date",
        "contact_means", "contact_content", "circumstances", "submitter", "relation", "contact", "consent",
    },
}  # fmt: skip


def keys(gaps, need="required"):
    return {gap.question.key for gap in gaps if gap.need == need}


def test_an_empty_record_lists_exactly_what_is_required(w, body):
    w.put("man", (), "person")
    assert keys(missing(load(body), w.matter(body))) == REQUIRED[body]


def test_an_empty_record_lists_everything_in_the_order_of_need(w, body):
    w.put("man", (), "person")
    gaps = missing(load(body), w.matter(body))
    assert {gap.question.key for gap in gaps} == {question.key for question in load(body).questions()}
    assert [NEEDS.index(gap.need) for gap in gaps] == sorted(NEEDS.index(gap.need) for gap in gaps)
    assert {gap.state for gap in gaps} == {"missing"}


@pytest.mark.parametrize("organisation", [False, True])
def test_a_full_record_lacks_nothing(w, body, organisation):
    w.fill(organisation=organisation)
    assert keys(missing(load(body), w.matter(body))) == set()
    assert keys(missing(load(body), w.matter(body)), "if-known") == set()


def test_a_full_record_lacks_nothing_optional_either_but_what_only_an_organisation_has(w, body):
    left = {gap.question.key for gap in missing(load(body), w.fill().matter(body))}
    assert left <= {"follow_up"}


@pytest.mark.parametrize("key", sorted({question.key for name in BODIES for question in load(name).questions()}))
def test_what_is_taken_away_is_missing(w, key):
    """Of a full record the claims that answer one question are taken away: then it lacks that, and what shares them."""
    w.fill(organisation=key == "follow_up")
    for name in BODIES:
        asked = {question.key: question for question in load(name).questions()}
        if key not in asked:
            continue
        fields = set(asked[key].fields)
        for ref, revision in list(w.revisions.items()):
            kept = tuple(one for one in revision.claims if f"{revision.kind}.{one.field}" not in fields)
            w.put(ref, kept, revision.kind)
        assert key in {gap.question.key for gap in missing(load(name), w.matter(name))}


# --- states and reasons -------------------------------------------------------------------------------------------


def test_a_gap_says_what_the_record_says_of_it(w):
    w.add("man", "person", name="Бекзат Ойдан")
    w.put("taken", (Claim("kind", "arrest"), Claim("person", w.id("man")), Claim("place", state="unknown")), "event")
    (gap,) = [gap for gap in missing(load("wgeid"), w.matter("wgeid")) if gap.question.key == "place"]
    assert (gap.need, gap.state, gap.why) == ("required", "unknown", "")


def test_a_year_alone_is_no_date_for_the_working_group(w):
    w.add("man", "person", name="Бекзат Ойдан")
    w.add("taken", "event", what="arrest", person="man", when="2018")
    state = {gap.question.key: gap.state for gap in missing(load("wgeid"), w.matter("wgeid"))}
    assert state["date"] == "inexact"
    assert "date" not in {gap.question.key for gap in missing(load("ced"), w.matter("ced"))}
    for told in ("2018-03", "2018-03-07~", "2018-03-05/2018-03-09"):
        w.add("taken", "event", what="arrest", person="man", when=told)
        assert "date" not in {gap.question.key for gap in missing(load("wgeid"), w.matter("wgeid"))}


def test_a_reason_stands_in_the_record_and_takes_the_place_of_an_earlier_one(w):
    w.add("man", "person", name="Бекзат Ойдан")
    for text in ("Nobody saw it.", "The one neighbour\nis dead: all say so."):
        draft = with_reason(w.revisions["man"], "place", text)
        w.put("man", draft.claims, "person")
    draft = with_reason(w.revisions["man"], "date", "It was in spring.")
    revision = w.put("man", draft.claims, "person")
    assert len(decode_revision(revision.encode()).claims_of("why_missing")) == 2
    why = {gap.question.key: gap.why for gap in missing(load("wgeid"), w.matter("wgeid"))}
    assert why["place"] == "The one neighbour\nis dead: all say so."
    assert why["date"] == "It was in spring."
    assert why["forces"] == ""


@pytest.mark.parametrize(("key", "text"), [("place", "  "), ("", "x"), ("Place!", "x"), ("a b", "x")])
def test_a_reason_needs_a_question_and_words(w, key, text):
    with pytest.raises(ValueError, match="question"):
        with_reason(w.add("man", "person", name="Бекзат Ойдан"), key, text)


# --- conditions ---------------------------------------------------------------------------------------------------


def need(w, body, key):
    form = load(body)
    (question,) = [question for question in form.questions() if question.key == key]
    return open_need(question, w.matter(body))


def test_an_organisation_needs_consent_and_to_follow_up_and_has_no_relation(w):
    w.fill()
    assert [need(w, "wgeid", key) for key in ("consent", "follow_up", "relation")] == [
        "optional",
        "optional",
        "required",
    ]
    w.fill(organisation=True)
    assert [need(w, "wgeid", key) for key in ("consent", "follow_up", "relation")] == [
        "required",
        "required",
        "optional",
    ]


def test_who_submits_for_another_needs_consent(w):
    w.fill()
    assert need(w, "wgad", "consent") == "required"
    w.add("submitter", "source", person="man", about="man", name="Бекзат Ойдан", contact="+7 701 555 12 34")
    w.consent("himself", ["man"], "man", capacity="self")
    assert need(w, "wgad", "consent") == "optional"


def test_no_step_taken_needs_only_the_reason(w):
    w.fill()
    assert need(w, "wgeid", "step_result") == "required"
    w.add("letter", "action", what="none", about="man", text="They would have come for his mother.")
    assert need(w, "wgeid", "step_result") == "optional"
    assert not {"step", "step_before", "step_date", "step_result"} & keys(missing(load("wgeid"), w.matter("wgeid")))


def test_a_source_who_did_not_agree_submits_nothing(w):
    w.fill()
    del w.revisions["own"]
    assert {"submitter", "relation", "contact"} <= keys(missing(load("wgeid"), w.matter("wgeid")))


# --- which records ------------------------------------------------------------------------------------------------


def test_a_case_has_the_matter_of_each_of_its_people(w):
    w.add("k", "case", title="Ойдан")
    for name in ("man", "son"):
        w.add(name, "person", name=f"{name} Ойдан", case=["k"])
        w.add(f"of {name}", "event", what="arrest", person=name, when="2018-03", case=["k"])
    w.add("aunt", "person", name="Айгүл Ойдан", case=["k"])
    w.add("letter", "action", what="letter", case=["k"], text="Where are they?")
    found = w.matters("wgeid", "k")
    assert {one.person for one in found} == {w.id("man"), w.id("son")}
    for one in found:
        assert len(list(one.of("event"))) == len(list(one.of("person"))) == len(list(one.of("action"))) == 1


def test_what_is_not_there_is_refused(w):
    with pytest.raises(NotFoundError):
        w.matters("wgeid", "nobody")


# --- advice -------------------------------------------------------------------------------------------------------


def said(w, body, **more):
    return " ".join(advice(load(body), w.matter(body, **more)))


def test_advice_on_the_way(w):
    w.fill()
    assert "two parts" in said(w, "wgeid")
    assert "standard procedure" in said(w, "wgeid")
    assert "urgent procedure" in said(w, "wgeid", today=date(2018, 6, 7))
    assert "standard procedure" in said(w, "wgeid", today=date(2018, 6, 8))
    assert "national of a State that ratified" in said(w, "ced")
    assert "Only if" not in said(w, "ced")
    man = w.revisions["man"]
    w.put("man", tuple(one for one in man.claims if one.field != "nationality"), "person")
    assert "Only if" in said(w, "ced")
    w.add(
        "taken",
        "event",
        what="arrest",
        person="man",
        when="2018-03-07",
        place={"text": "Алматы", "country": "Казахстан"},
    )
    assert "It happened in a State that ratified" in said(w, "ced")
    assert "another international body" in said(w, "ced")


def test_advice_holds_no_value_in_any_language(w, body):
    w.fill()
    for language in ("en", "ru", "kk", "zh"):
        told = " ".join(advice(load(body), w.matter(body), language))
        assert told
        assert not any(word in told for word in ("Ойдан", "2018", "Tekes", "12-34"))


# --- deadlines ----------------------------------------------------------------------------------------------------


def due(w, today):
    return [(one.what, one.days, one.kind) for one in deadlines(w.revisions.values(), today)]


def test_deadlines_with_the_days_left(w):
    w.add("man", "person", name="Бекзат Ойдан")
    w.add("taken", "event", what="arrest", person="man", when="2018-03-07")
    w.add("letter", "action", what="letter", about="man", next_due="2018-04-01")
    w.add("later", "action", what="letter", about="man", next_due="2018-09-01")
    w.consent("yes", ["man"], "man", expires="2018-05-01")
    assert due(w, date(2018, 3, 8)) == [
        ("next step or reply due", 24, "action"),
        ("consent ends", 54, "consent"),
        ("urgent for the WGEID", 91, "person"),
    ]
    assert due(w, date(2018, 6, 7)) == [
        ("next step or reply due", -67, "action"),
        ("consent has ended", -37, "consent"),
        ("urgent for the WGEID", 0, "person"),
    ]
    assert "urgent for the WGEID" not in {what for what, _, _ in due(w, date(2018, 6, 8))}


def test_a_release_or_a_submission_ends_the_urgency(w):
    w.add("man", "person", name="Бекзат Ойдан")
    w.add("taken", "event", what="abduction", person="man", when="2018-03-07")
    assert [what for what, _, _ in due(w, date(2018, 3, 8))] == ["urgent for the WGEID"]
    w.add("letter", "action", what="submission", about="man", body="wgeid")
    assert due(w, date(2018, 3, 9)) == []
    del w.revisions["letter"]
    w.add("free", "event", what="release", person="man", when="2018-03-08")
    assert due(w, date(2018, 3, 9)) == []
    w.add("again", "event", what="arrest", person="man", when="2018-04-01")
    assert due(w, date(2018, 4, 2)) == [("urgent for the WGEID", 90, "person")]


@pytest.mark.parametrize(
    ("taken", "last"), [("2018-11-30", "2019-02-28"), ("2019-11-30", "2020-02-29"), ("2018-05-31", "2018-08-31")]
)
def test_three_months_are_of_the_calendar(w, taken, last):
    w.add("man", "person", name="Бекзат Ойдан")
    w.add("taken", "event", what="arrest", person="man", when=taken)
    (one,) = deadlines(w.revisions.values(), date.fromisoformat(taken))
    assert one.on == date.fromisoformat(last)


# --- the data -----------------------------------------------------------------------------------------------------


def test_forms_and_schemas_say_the_same(body):
    """What a schema says of a field and a form is what the form asks of it: the strongest where it asks twice."""
    schemas, form = Schemas.shipped(), load(body)
    asked = {}
    for question in form.questions():
        for place in question.fields:
            asked.setdefault(place, set()).add(question.need)
    marked = {
        f"{kind}.{field.name}": field.form[body]
        for kind in schemas.kinds
        for field in schemas.fields(kind)
        if body in field.form
    }
    assert {place: min(needs, key=NEEDS.index) for place, needs in asked.items()} == marked


def test_every_form_says_where_it_is_from(body):
    form = load(body)
    assert form.edition
    assert form.source.startswith("https://")
    assert set(form.names) == {"en", "ru", "kk", "zh"}


def test_there_is_no_other_form():
    with pytest.raises(ValueError, match="wgeid"):
        load("../questions")
    with pytest.raises(ValueError, match="wgeid"):
        load("questions")


def test_a_question_has_no_answer_in_another_persons_record(w):
    w.fill()
    lonely = replace(w.revisions["man"], claims=())
    w.revisions["man"] = lonely
    w.add("other", "person", name="Серік Басқа", sex="male", birth="1950")
    w.add("of other", "event", what="arrest", person="other", when="2018-03-07", place="Tekes")
    assert {"name"} <= keys(missing(load("wgeid"), w.matter("wgeid")))
