"""Where one side of a line ends and the other begins: a count, a day, an age. All people and days are invented."""

import random
from dataclasses import dataclass
from datetime import date

import pytest

from tests.unit.redact.conftest import SCHEMAS, all_values
from tests.unit.redact.test_counts import TWO, count, counts, fill, people
from vault.errors import ConsentError, DisclosureError
from vault.records import Claim
from vault.redact import Pseudonyms
from vault.redact.consent import Grant, ended_with
from vault.redact.counts import OTHER, Told, tabulate
from vault.redact.pseudonyms import scope_of
from vault.redact.risk import check_groups, told_of
from vault.redact.roles import Graph

ONE = TWO[:1]


def family_policy(world, rules, *, k=5, audience="press"):
    risk = f'[risk]\nquasi = ["sex"]\nk = {k}\n' if k else ""
    return world.policy(f'name = "own"\naudience = "{audience}"\n[rules]\n{rules}{risk}')


# ------------------------------------------------------------------------------------------------ groups of k people
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(("size", "refused"), [(1, True), (4, True), (5, False), (6, False)])
def test_a_group_of_k_is_large_enough_and_one_fewer_is_not(empty, size, refused, together):
    sex = SCHEMAS.field("person", "sex")
    groups = {"male": 7, "female": size}
    told = [
        (frozenset([f"{value}{number}".encode()]), sex, "value", value)
        for value, many in groups.items()
        for number in range(many)
    ]
    lines = check_groups(family_policy(empty, '"detainee.sex" = "keep"\n'), told, together=together)
    assert [f"has {size}" in line for line in lines] == [True] * refused


@dataclass
class Happened:
    """What the ledger says of one claim."""

    person: bytes | None
    role: str = "detainee"
    outcome: str = "value"


def test_a_stand_in_is_told_of_and_an_official_is_not():
    told = [
        Happened(b"shown"), Happened(b"coarse", outcome="coarsened"), Happened(b"stand-in", outcome="pseudonym"),
        Happened(b"officer", role="official"), Happened(b"hidden", outcome="withheld"), Happened(None),
    ]  # fmt: skip
    assert told_of(told) == {b"shown", b"coarse", b"stand-in"}


# ------------------------------------------------------------------------------------------------------------ counts
@pytest.mark.parametrize(("more", "told"), [(1, False), (4, False), (5, True)])
def test_a_table_that_differs_by_k_is_told_and_by_fewer_is_not(more, told):
    first = people(f_Xinjiang=9, m_Xinjiang=20, f_Gansu=8, m_Gansu=30)
    before = tabulate(TWO, first, 5, []).told
    grown = {**first, **{bytes([200 + number]) * 16: ("m", "Gansu") for number in range(more)}}
    assert (counts(tabulate(TWO, grown, 5, [before]))["m", "Gansu"] is not None) is told


@pytest.mark.parametrize(("swapped", "told"), [(2, False), (3, True)])
def test_some_who_went_and_as_many_who_came_are_a_difference(swapped, told):
    first = people(f_Xinjiang=9, m_Xinjiang=20, f_Gansu=8, m_Gansu=30)
    before = tabulate(TWO, first, 5, []).told
    now = dict(list(first.items())[swapped:]) | {bytes([90 + n]) * 16: ("f", "Xinjiang") for n in range(swapped)}
    assert (counts(tabulate(TWO, now, 5, [before]))["f", "Xinjiang"] is not None) is told


@pytest.mark.parametrize(("have", "named"), [(4, False), (5, True)])
def test_a_value_is_named_from_k_people_on(have, named):
    shown = counts(tabulate(ONE, people(Tekes=12, Ili=9, Kunes=have), 5, []))
    assert (("Kunes",) in shown) is named
    assert ((OTHER,) in shown) is not named


def test_what_was_told_before_cannot_hide_a_small_count():
    now = {person: row[:1] for person, row in people(f=9, m=9, x=3).items()}
    before = Told(("sex keep",), now, (("f",), ("m",), (None,)))
    with pytest.raises(DisclosureError, match="an earlier table"):
        tabulate(ONE, now, 5, [before])
    assert counts(tabulate(ONE, now, 5, []))[OTHER,] is None


def test_counts_go_by_the_k_of_the_policy(empty):
    fill(empty, [("male", "Tekes county")] * 12 + [("female", "Tekes county")] * 7)
    for name in [name for name in empty.ids if name.endswith("c")]:
        empty.consent(name, name[:-1], audiences=["press"], purposes=["publication"])
    shown = {
        k: counts(
            empty.view(policy=family_policy(empty, '"detainee.sex" = "keep"\n', k=k), purpose="publication",
                       counts=("sex",)).table
        )
        for k in (7, 8)
    }  # fmt: skip
    assert shown[7] == {("female",): 7, ("male",): 12, (None,): 19}
    assert shown[8][OTHER,] is None


def test_relatives_are_not_counted_whatever_they_agree_to(empty):
    fill(empty, [("male", "Tekes county")] * 9 + [("female", "Tekes county")] * 8)
    before = counts(count(empty, "sex").table)
    assert before == {("female",): 8, ("male",): 9, (None,): 17}
    last = empty.revisions[empty.id("p0")][-1]
    kin = []
    for number in range(6):
        empty.add(f"kin{number}", "person", name=f"Invented Kin {number}", sex="female", inside="no")
        empty.consent(f"kin{number}c", f"kin{number}", audiences=["public"], purposes=["publication"])
        kin.append(Claim("relative", {"relation": "sister", "link": empty.id(f"kin{number}")}))
    empty.put("p0", (*last.claims, *kin), "person")
    assert counts(count(empty, "sex").table) == before


def test_two_records_of_one_person_are_counted_once(empty):
    fill(empty, [("male", "Tekes county")] * 9 + [("female", "Tekes county")] * 8)
    before = counts(count(empty, "sex").table)
    empty.add("again", "person", name="Invented Again", sex="male", inside="no", same_as=["p0"])
    empty.add("again-e", "event", what="arrest", person=["again"], place="Tekes county")
    empty.consent("again-c", "again", audiences=["public"], purposes=["publication"], onward=["public"])
    assert counts(count(empty, "sex").table) == before


# ----------------------------------------------------------------------------------------------------------- consent
@pytest.fixture
def anew(world):
    """The man's consent taken away, so that a test gives its own."""
    world.remove("man-ok")

    def give(name="new", **fields):
        return world.consent(name, "man", **{"given_by": {"link": "wife"}, "capacity": "kin", **fields})

    return give


def lacks(world, today=date(2024, 6, 1), **more):
    try:
        world.view("case", today=today, **more)
    except ConsentError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("given_on", "later"), [("2024-06-01", False), ("2024-06-02", True), ("2024-06", True), ("2024", True)]
)
def test_a_consent_counts_from_the_last_day_it_may_have_been_given_on(world, anew, given_on, later):
    anew(given_on=given_on)
    assert ("given on a later day" in lacks(world)) is later


@pytest.mark.parametrize(
    ("given_on", "withdrawn_on", "holds"),
    [
        (None, "2020-01-01", False),
        ("2020-01-01", "2020-01-01", False),
        ("2020-01-02", "2020-01-01", True),
        ("2020", "2020-06-01", False),
        ("2021-03-01", "2020~", False),
        ("2022-03-01", "2020~", True),
    ],
)
def test_a_withdrawal_stands_against_what_was_not_certainly_given_later(world, anew, given_on, withdrawn_on, holds):
    anew(given_on=given_on)
    anew("gone", given_on="2019", withdrawn_on=withdrawn_on)
    assert ("withdrawn" not in lacks(world)) is holds


def test_a_withdrawal_goes_on_when_its_record_is_removed(world, anew):
    anew()
    anew("gone", withdrawn_on="2024-03-01")
    world.remove("gone")
    assert "withdrawn" in lacks(world)


def test_a_withdrawal_for_one_group_leaves_the_others(world, anew):
    anew()
    anew("gone", groups=["health"], withdrawn_on="2024-03-01")
    assert lacks(world) == ""
    last = world.revisions[world.id("man")][-1]
    world.put("man", (*last.claims, Claim("health", "diabetes")), "person")
    assert "withdrawn" in lacks(world)


def test_a_giver_by_name_alone_is_another(empty):
    empty.add("anna", "person", name="Anna Example")
    empty.consent("ok", "anna", given_by={"name": "Some Aunt"})
    with pytest.raises(ConsentError, match="given by another"):
        empty.view("anna")


@pytest.mark.parametrize(("today", "child"), [(date(2028, 5, 4), True), (date(2028, 5, 5), False)])
def test_nobody_is_a_child_from_the_eighteenth_birthday_on(empty, today, child):
    empty.add("child", "person", name="Small Example", birth="2010-05-05")
    empty.consent("ok", "child", given_by={"name": "Her Mother"}, capacity="parent", given_on="2020")
    if child:
        assert "Small Example" in all_values(empty.view("child", today=today))
        return
    with pytest.raises(ConsentError):
        empty.view("child", today=today)


@pytest.mark.parametrize(("as_of", "child"), [("2024-01-01", True), ("2023-06-02", True), ("2021-06-01", False)])
def test_who_was_said_to_be_a_minor_long_ago_is_none(empty, as_of, child):
    empty.add("child", "person", name="Small Example", vulnerability=[{"value": "minor", "as_of": as_of}])
    empty.consent("ok", "child", given_by={"name": "Her Mother"}, capacity="parent", given_on="2022")
    if child:
        assert "Small Example" in all_values(empty.view("child"))
        return
    with pytest.raises(ConsentError):
        empty.view("child")


def test_a_withdrawal_ends_no_consent_of_somebody_else(world):
    world.consent("gone", "man", withdrawn_on="2024-03-01")
    ended = ended_with(world.revisions[world.id("gone")][-1], [one for one in world.newest() if one.kind == "consent"])
    assert ended == {world.id("gone"), world.id("man-ok")}
    assert Grant.read(world.revisions[world.id("gone")][-1]).withdrawn_by == date(2024, 3, 1)


def test_kin_speak_for_nobody_whose_detention_was_taken_back(empty):
    empty.add("anna", "person", name="Anna Example")
    empty.add("taken", "event", what="arrest", person=["anna"], when="2023-09")
    empty.consent("ok", "anna", given_by={"name": "Her Aunt"}, capacity="kin")
    assert "Anna Example" in all_values(empty.view("anna"))
    last = empty.revisions[empty.id("taken")][-1]
    empty.put("taken", (*last.claims, Claim("person", empty.id("anna"), state="retracted")), "event")
    with pytest.raises(ConsentError, match="neither missing nor a child"):
        empty.view("anna")


# ------------------------------------------------------------------------------------------------------------- roles
@pytest.mark.parametrize("groups", [["testimony"], ["identity"], ["identity", "testimony"]])
def test_who_agrees_to_half_of_it_makes_no_submitter(world, groups):
    world.consent("wife-ok", "wife", groups=["family", "location", *groups])
    rules = '"submitter.relation" = "keep"\n"detainee.*" = "keep"\n"case.*" = "keep"\n'
    policy = family_policy(world, rules, k=0, audience="lawyer")
    shown = [one for one in world.view("case", policy=policy).records if one.kind == "source"]
    assert bool(shown) is (len(groups) == 2)


def test_a_detained_person_who_tells_is_treated_as_a_source_where_it_is_about_telling(world):
    """Nothing says that there is somebody: neither the value nor that it is withheld."""
    world.add("mate", "person", case=["case"], name="Kanat Cellmate", inside="no")
    world.add("mate-taken", "event", case=["case"], what="arrest", person=["mate"], when="2017-05")
    world.consent("mate-ok", "mate", given_by={"name": "his brother"}, capacity="kin")
    world.add("mate-tells", "source", case=["case"], person="mate", about=["man"], relation="slept beside him")
    world.remove("words")
    world.remove("abroad")
    world.add("mate-said", "statement", case=["case"], by=["mate-tells"], about=["man"], language="kk")
    rules = '"detainee.by" = "keep"\n"detainee.relation" = "keep"\n"detainee.*" = "keep"\n"case.*" = "keep"\n'
    view = world.view("case", policy=family_policy(world, rules, k=0, audience="lawyer"))
    assert "Kanat Cellmate" in all_values(view)
    assert not [claim for one in view.records for claim in one.claims if claim.field in {"by", "relation"}]


def test_who_stands_behind_a_claim_alone_is_a_source(empty):
    empty.add("man", "person", name="Bekzat Tursynov")
    empty.add("teller", "person", name="Roza Dalelkhan")
    empty.add("taken", "event", what="arrest", person=["man"], when=[{"value": "2018-05", "source": "teller"}])
    graph = Graph(empty.newest(), SCHEMAS)
    assert graph.everywhere[empty.id("teller")] == {"source"}
    assert graph.everywhere[empty.id("man")] == {"detainee"}


@pytest.mark.parametrize(("said", "inside"), [([], True), (["no"], False), (["no", "yes"], True), (["yes"], True)])
def test_who_is_said_to_be_inside_and_outside_is_inside(empty, said, inside):
    empty.add("man", "person", name="Bekzat Tursynov", **({"inside": said} if said else {}))
    assert Graph(empty.newest(), SCHEMAS).is_inside(empty.id("man")) is inside


def test_whoever_is_shown_by_name_as_a_relative_has_agreed(world):
    """The link alone says that there is a mother; her name needs her own consent."""
    world.consent("man-ok", "man", given_by={"link": "wife"}, capacity="kin")
    world.add("taken-too", "event", case=["case"], what="arrest", person=["mother"], when="2018")
    rules = '"detainee.*" = "keep"\n"relative.*" = "keep"\n"case.*" = "keep"\n'
    policy = family_policy(world, rules, k=0, audience="lawyer")
    with pytest.raises(ConsentError, match="identity"):
        world.view("man", policy=policy, only=True)


# --------------------------------------------------------------------------------------------------- known values
@pytest.mark.parametrize(("number", "masked"), [("12345", False), ("123456", True)])
def test_a_number_is_withheld_from_six_digits_on(world, number, masked):
    world.add("other", "person", name="Nobody Here", id_document=number)
    last = world.revisions[world.id("arrest")][-1]
    world.put("arrest", (*last.claims, Claim("narrative", f"They wrote down {number} there.")), "event")
    assert (number not in all_values(world.view("case"))) is masked


@pytest.mark.parametrize(("day", "masked"), [("2018-05-03", True), ("2018-05-05", True), ("2018-05-07", False)])
def test_the_days_within_a_withheld_span_are_withheld(world, day, masked):
    world.add("seen", "event", case=["case"], person=["man"], what="sighting", when="2018-05-03/2018-05-06")
    last = world.revisions[world.id("arrest")][-1]
    world.put("arrest", (*last.claims, Claim("narrative", f"It was told on {day}.")), "event")
    rules = '"detainee.when" = "withhold"\n"detainee.@text" = "scrub"\n"detainee.*" = "keep"\n"case.*" = "keep"\n'
    told = all_values(world.view("case", policy=family_policy(world, rules, k=0, audience="lawyer")))
    assert "It was told on" in told
    assert (day not in told) is masked


def test_a_rule_for_dates_reaches_when_a_claim_was_true(world):
    rules = '"detainee.as_of" = { action = "date", to = "year" }\n"detainee.*" = "keep"\n"case.*" = "keep"\n'
    view = world.view("case", policy=family_policy(world, rules, k=0, audience="lawyer"))
    assert {claim.as_of for one in view.records for claim in one.claims} == {None, "2018"}


def test_the_consents_of_whom_is_left_out_are_not_relied_on(world):
    world.add("friend", "person", name="Kanat Friend", inside="no")
    world.add("silent", "person", name="Nobody Asked", inside="no")
    world.add("shared", "event", case=["case"], what="arrest", person=["friend", "silent"], narrative="Both.")
    world.consent("friend-ok", "friend", given_by={"name": "his sister"}, capacity="kin")
    left = world.view("case", leave_out=True)
    assert world.id("shared") in left.left_out
    assert world.id("friend-ok") not in left.consents
    world.consent("silent-ok", "silent", given_by={"name": "his sister"}, capacity="kin")
    assert {world.id("friend-ok"), world.id("silent-ok")} <= set(world.view("case", leave_out=True).consents)


# ------------------------------------------------------------------------------------------------------- stand-ins
def test_a_recipient_named_like_a_step_shares_no_map():
    assert scope_of("A → state", "lawyer", frozenset()) != scope_of("A", "lawyer", frozenset({"state"}))
    assert scope_of("A", "lawyer", frozenset({"state"})) == scope_of("A", "lawyer", frozenset({"state"}))


def test_a_stand_in_of_one_recipient_is_nobody_elses():
    """Even where the dice fall alike twice."""
    known = Pseudonyms()
    first, second = (
        known.token(scope, record, "person", random.Random(3).randbytes)
        for scope, record in (("one", b"a" * 16), ("other", b"b" * 16))
    )
    assert first != second
