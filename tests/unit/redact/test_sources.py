"""Ways by which a source could leave under another name or role, and by which consent could be passed by."""

from dataclasses import replace

import pytest

from tests.unit.redact.conftest import all_values
from vault.errors import ConsentError, PolicyError
from vault.records import Claim

CALLED = "Gulnara Akhmetova"


@pytest.fixture
def family(empty):
    """A detained man, and a source inside of whom only a source record tells."""
    w = empty
    w.add("case", "case", title="Tursyn family")
    w.add("man", "person", case=["case"], name="Bekzat Tursynov")
    w.add("tells", "source", case=["case"], name=CALLED, contact="+86 139 8765 4321", inside="yes")
    w.add("taken", "event", case=["case"], person=["man"], what="arrest", when="2018-05", narrative=f"{CALLED} saw it.")
    w.consent("yes", "man", given_by={"name": "his sister"}, capacity="kin", onward=["state", "public"])
    return w


def shown(view, kind, field):
    return [claim.value for one in view.records if one.kind == kind for claim in one.claims if claim.field == field]


@pytest.mark.parametrize("said", ["lawyer", None])
def test_a_consent_taken_back_by_a_later_claim_is_none(family, said):
    last = family.revisions[family.id("yes")][-1]
    family.put("yes", (*last.claims, Claim("audiences", said, state="retracted")), "consent")
    with pytest.raises(ConsentError):
        family.view("case")


def test_a_link_taken_back_by_a_later_claim_gives_no_role(family):
    family.add("wrong", "person", case=["case"], name="Nurlan Omarov")
    last = family.revisions[family.id("taken")][-1]
    wrong = Claim("person", family.id("wrong"))
    family.put("taken", (*last.claims, wrong, replace(wrong, state="retracted")), "event")
    assert "Nurlan" not in all_values(family.view("case"))


@pytest.mark.parametrize("name", ["Gulnara", CALLED])
def test_a_recipient_of_the_same_name_uncovers_nobody(family, name):
    assert shown(family.view("case", name=name), "event", "narrative") == ["▇▇▇▇▇▇ saw it."]


@pytest.mark.parametrize("name", [CALLED, "Гульнара Ахметова", "Gulnara"])
@pytest.mark.parametrize("policy", ["family", "lawyer"])
def test_a_name_beside_no_record_that_is_a_sources_stays(family, name, policy):
    last = family.revisions[family.id("man")][-1]
    kin = Claim("relative", {"relation": "sister", "name": name})
    family.put("man", (*last.claims, kin), "person")
    last = family.revisions[family.id("taken")][-1]
    family.put("taken", (*last.claims, Claim("official", {"name": name})), "event")
    told = all_values(family.view("case", policy=policy, purpose="legal"))
    assert name not in told
    assert name.split()[0] not in told


WITHIN = ["Umm Nurlan Omarov", "Erlan Nurlan Omarov", "Мать Нұрлана Омарова", "Нұрлан Омаровтың анасы"]


@pytest.mark.parametrize("name", WITHIN)
def test_a_shown_name_has_no_room_for_the_whole_name_of_a_source(world, name):
    """Somebody is called after a child who is withheld."""
    last = world.revisions[world.id("man")][-1]
    world.put("man", (*last.claims, Claim("name", {"text": name, "kind": "nickname"})), "person")
    told = all_values(world.view("case", policy="lawyer", purpose="legal"))
    assert "▇▇▇▇▇▇" in told
    assert not any(word in told for word in ("Nurlan", "Omarov", "Нұрлан", "Омаров"))


@pytest.mark.parametrize("name", ["Асқар Нұрланұлы Омаров", "Nurlan Omarova", "Нұрлан Серік", "Erlan Nurlan Bekov"])
def test_a_shown_name_keeps_the_father_and_a_family_name_that_others_have_too(world, name):
    last = world.revisions[world.id("man")][-1]
    world.put("man", (*last.claims, Claim("name", {"text": name, "kind": "other"})), "person")
    assert name in all_values(world.view("case", policy="lawyer", purpose="legal"))


def test_a_single_name_of_a_source_beside_a_shown_one_goes(world):
    last = world.revisions[world.id("man")][-1]
    world.put("man", (*last.claims, Claim("name", {"text": "Ерлан Омаров, сын Нұрлана", "kind": "other"})), "person")
    told = all_values(world.view("case", policy="lawyer", purpose="legal"))
    assert "Ерлан Омаров, сын ▇▇▇▇▇▇" in told


def test_a_relative_who_shares_no_more_than_a_family_name_is_shown(family):
    last = family.revisions[family.id("man")][-1]
    family.put("man", (*last.claims, Claim("relative", {"relation": "wife", "name": "Roza Akhmetova"})), "person")
    view = family.view("case", policy="family", purpose="legal")
    assert shown(view, "person", "relative") == [{"relation": "wife", "names": ["Roza Akhmetova"]}]


@pytest.mark.parametrize(("policy", "purpose"), [("press", "publication"), ("lawyer", "legal"), ("family", "family")])
def test_a_detained_person_is_not_told_to_be_a_source(family, policy, purpose):
    for word in "abcdef":
        family.add(word, "person", case=["case"], name=f"Serik{word} Tursynov")
        family.add(f"taken-{word}", "event", case=["case"], person=[word], what="arrest", when="2018-05")
        family.consent(f"yes-{word}", word, given_by={"name": "kin"}, capacity="kin", onward=["public"])
    family.add("also", "source", case=["case"], person="a", name="Serika Tursynov", about=["man"], relation="cellmate")
    view = family.view("case", policy=policy, purpose=purpose)
    assert not [one for one in view.records if one.kind == "source"]


def test_kin_of_a_missing_source_do_not_make_a_submitter(family):
    family.add("far", "case", title="another family")
    family.add("lost", "person", case=["far"], name="Roza Dalelkhan", phone="+86 150 1111 2222")
    family.add("lost-when", "event", case=["far"], person=["lost"], what="arrest", when="2019")
    family.add("as-source", "source", case=["case"], person="lost", contact="+86 150 1111 2222", about=["man"])
    family.add("said", "statement", case=["case"], about=["man"], by=["as-source"], text="Roza Dalelkhan says so.")
    family.consent("kin", "lost", given_by={"name": "her brother"}, capacity="kin")
    told = all_values(family.view("case"))
    assert "Dalelkhan" not in told
    assert "1111" not in told


def test_a_paper_of_a_case_needs_the_consent_of_whom_the_case_is_about(family):
    family.add("paper", "document", case=["case"], about=["case"], what="medical", transcript="He was ill.")
    last = family.revisions[family.id("yes")][-1]
    family.put("yes", [claim for claim in last.claims if claim.value not in ["testimony", "image"]], "consent")
    for chosen, only in (("case", False), ("paper", False), ("paper", True)):
        with pytest.raises(ConsentError):
            family.view(chosen, only=only)


def test_what_goes_to_the_state_tells_of_no_consent_and_no_letter_of_a_source(family):
    family.add(
        "note", "document", case=["case"], about=["man"], what="message", dated="2018-05-07", language="Uyghur",
        obtained_from=[{"link": "tells"}],
    )  # fmt: skip
    last = family.revisions[family.id("yes")][-1]
    family.put("yes", (*last.claims, Claim("expires", "2031-05-06")), "consent")
    view = family.view("case", policy="un-forwardable", purpose="un")
    assert not [one for one in view.records if one.kind == "consent"]
    told = all_values(view)
    assert "Uyghur" not in told
    assert "05-07" not in told
    assert "2031" not in told


@pytest.mark.parametrize("part", ["as_of", "basis", "confidence", "source"])
@pytest.mark.parametrize("role", ["*", "submitter", "case"])
def test_a_policy_gives_no_more_of_a_claims_parts_than_its_parent(empty, part, role):
    text = f'name = "ours"\naudience = "un"\nparent = "un-forwardable"\n[rules]\n"{role}.{part}" = "keep"\n'
    if (role, part) == ("case", "source"):
        return
    with pytest.raises(PolicyError, match="narrow"):
        empty.policy(text)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("contact", "+7 701 555 12 34 (via Gulnara)", "+7 701 555 12 34 (via ▇▇▇▇▇▇)"),
        ("contact", f"{CALLED}, +7 701 555 12 34", "▇▇▇▇▇▇, +7 701 555 12 34"),
    ],
)
def test_a_name_beside_a_phone_that_leaves_is_masked_there_and_everywhere(family, field, value, told):
    family.add("wife", "person", case=["case"], name="Ainur Saparova")
    family.add("submits", "source", case=["case"], person="wife", about=["man"], **{field: value})
    family.consent("yes-wife", "wife")
    view = family.view("case")
    assert shown(view, "source", field) == [told]
    assert shown(view, "event", "narrative") == ["▇▇▇▇▇▇ saw it."]


def test_a_name_inside_a_number_or_a_longer_name_uncovers_nobody(family):
    family.add("step", "action", case=["case"], about=["man"], what="letter", reference="ref-Gulnara-Akhmetova-77")
    last = family.revisions[family.id("taken")][-1]
    family.put("taken", (*last.claims, Claim("official", {"name": f"a brother of {CALLED}"})), "event")
    view = family.view("case")
    assert shown(view, "action", "reference") == ["ref-▇▇▇▇▇▇-77"]
    assert shown(view, "event", "narrative") == ["▇▇▇▇▇▇ saw it."]
    assert shown(view, "event", "official") == [None]


def test_a_source_whose_source_record_was_removed_stays_one(family):
    family.add("kin", "person", case=["case"], name=CALLED)
    last = family.revisions[family.id("man")][-1]
    sister = Claim("relative", {"relation": "sister", "link": family.id("kin")})
    family.put("man", (*last.claims, sister), "person")
    family.add("kin-tells", "source", case=["case"], person="kin", about=["man"])
    family.add("lost", "event", case=["case"], person=["kin"], what="arrest")
    family.consent("yes-kin", "kin", groups=["family", "identity"])
    for gone in ("kin-tells", "lost"):
        family.remove(gone)
    told = all_values(family.view("case", policy="family", purpose="family"))
    assert "Gulnara" not in told
