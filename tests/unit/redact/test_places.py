"""Places made coarser. The villages, streets and house numbers here are made up; counties and regions are real."""

import csv
import random
from importlib import resources

import pytest

from vault.errors import PolicyError
from vault.redact.places import LEVELS, coarsen, find, is_as_coarse

ROWS = list(
    csv.DictReader((resources.files("vault.redact") / "places.tsv").read_text("utf-8").splitlines(), delimiter="\t")
)
BY_KEY = {row["key"]: row for row in ROWS}
SCRIPTS = [
    column for column in ROWS[0] if column.startswith(("chinese", "pinyin", "uyghur", "kazakh", "russian", "english"))
]


@pytest.mark.parametrize(
    "text",
    [
        "Tekes",
        "Tekes County",
        "tekesi xian",
        "特克斯县",
        "新疆伊犁特克斯县",
        "新疆维吾尔自治区伊犁哈萨克自治州特克斯县齐勒乌泽克镇9号",
        "تېكەس ناھىيىسى",
        "Tëkes Nahiyisi",
        "Текес ауданы",
        "уезд Текес",
        "village Aqbulaq, Tekes county, Ili, Xinjiang, China",
        "Aqbulaq ауылы, Текес ауданы",
        "China, Xinjiang, Tekes county, Aqbulaq village",
        {"text": "Aqbulaq village", "county": "Tekes", "region": "Xinjiang", "country": "China"},
        {"text": "Aqbulaq village", "county": "Tekes"},
        {"text": "Aqbulaq village, Tekes county", "region": "Ili"},
    ],
)
def test_a_county_is_known_however_it_is_written(text):
    assert coarsen(text, "county") == {
        "text": "Tekes, Ili, Xinjiang, China", "county": "Tekes", "region": "Xinjiang", "country": "China",
    }  # fmt: skip
    assert coarsen(text, "prefecture")["text"] == "Ili, Xinjiang, China"
    assert coarsen(text, "region") == {"text": "Xinjiang, China", "region": "Xinjiang", "country": "China"}
    assert coarsen(text, "country") == {"text": "China", "country": "China"}


@pytest.mark.parametrize(
    ("text", "county"),
    [
        ("Енбекшиказахский район", "Enbekshikazakh District, Almaty Region, Kazakhstan"),
        ("Алматинская область, Енбекшиказахский район, село А", "Enbekshikazakh District, Almaty Region, Kazakhstan"),
        ("Еңбекшіқазақ ауданы, Алматы облысы", "Enbekshikazakh District, Almaty Region, Kazakhstan"),
        ("г. Алматы", "Almaty City, Kazakhstan"),
        ("ул. Абая 9, город Алматы", "Almaty City, Kazakhstan"),
        ("Turpan Prefecture", "Turpan, Xinjiang, China"),
        ("和田墨玉县", "Karakax, Hotan, Xinjiang, China"),
        ("Кашгар", "Kashgar, Xinjiang, China"),
        ("Istanbul, Turkey", "Turkey"),
        ("Абай ауданы, Абай облысы", "Abai District, Abai Region, Kazakhstan"),
        ("835500, Tekes county", "Tekes, Ili, Xinjiang, China"),
        ("Нилкинский район", "Nilka, Ili, Xinjiang, China"),
        ("Хотанский округ", "Hotan, Xinjiang, China"),
        ("烏魯木齊", "Urumqi, Xinjiang, China"),
        ("Ili Kazak Autonomous Prefecture", "Ili, Xinjiang, China"),
        ("Шыңжаң Ұйғыр автономиялы ауданы", "Xinjiang, China"),
        ("Almaty oblast", "Almaty Region, Kazakhstan"),
        ("Yining County", "Ghulja County, Ili, Xinjiang, China"),
    ],
)  # fmt: skip
def test_a_place_is_told_at_its_level_or_coarser(text, county):
    assert coarsen(text, "county")["text"] == county


@pytest.mark.parametrize(
    ("text", "county", "region"),
    [
        ("Құлжа", "Ili, Xinjiang, China", "Xinjiang, China"),  # a city and the county around it
        ("Almaty", "Kazakhstan", "Kazakhstan"),  # a city and the region around it
        ("Abai District", "Kazakhstan", "Kazakhstan"),  # in two regions
    ],
)
def test_of_a_name_that_several_places_have_only_what_is_common_is_told(text, county, region):
    assert coarsen(text, "county")["text"] == county
    assert coarsen(text, "region")["text"] == region


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Aqbulaq",
        "Aqbulaq ауылы",
        "village Altay",
        "село Текес",
        "Tekes street 5",
        "улица Абая",
        "Tekes, Aqbulaq",  # which of the two is the larger is not said
        "Kuqa, Almaty city",  # contradiction
        "Altay",  # in China and in Kazakhstan
        "Tekes county; Nilka county",
        {"text": "Tekes county", "region": "Almaty Region"},
        {"text": "Aqbulaq", "county": "Tekes", "region": "Nowhere"},
        {"text": "Tekes", "country": "Nowhere"},
        {},
        {"text": 5},
        "Tekes county " * 60,
    ],
)
def test_what_is_not_known_for_certain_is_not_told(text):
    assert all(coarsen(text, level) is None for level in LEVELS)


def test_a_road_named_after_a_town_is_not_in_it():
    assert coarsen("新疆阿克苏路5号", "county")["text"] == "Xinjiang, China"


def test_every_place_is_found_by_every_name_of_it():
    """Within what it lies in; a bare name that a town shares with what is around it means the larger of the two."""
    shared = set()
    for row in ROWS:
        around, above = [], row["within"]
        while above:
            around, above = [*around, BY_KEY[above]["english"]], BY_KEY[above]["within"]
        for column in SCRIPTS:
            if row[column]:
                found = {
                    one.key
                    for one in find({"text": row[column], "region": ", ".join(around)} if around else row[column])
                }
                if found != {row["key"]}:
                    assert row["key"] in found or row["within"] in found, (row[column], found)
                    shared.add(row[column])
    pinyin = {"Wulumuqi", "Kelamayi", "Changji", "Akesu", "Kashi", "Hetian", "Yining", "Tacheng", "Aletai"}
    assert shared == pinyin | {
        row["chinese"] for row in ROWS if row["key"].startswith("kz.") and row["chinese"] in shared
    }


def test_a_place_is_never_told_finer_than_asked():
    finer = {
        level: {row["english"] for row in ROWS if LEVELS.index(row["level"]) < at} for at, level in enumerate(LEVELS)
    }
    coarse = {
        level: {row["english"] for row in ROWS if LEVELS.index(row["level"]) >= at} for at, level in enumerate(LEVELS)
    }
    chance = random.Random(4)
    names = [row[column] for row in ROWS for column in SCRIPTS if row[column]]
    for _ in range(3000):
        text = ", ".join(chance.sample(names, chance.randint(1, 3)))
        for level in LEVELS:
            shown = coarsen(text, level)
            for part in shown["text"].split(", ") if shown else ():
                assert part in coarse[level] or part not in finer[level]


def test_only_what_is_as_coarse_as_shown_is_no_secret():
    assert is_as_coarse("Xinjiang", "region")
    assert is_as_coarse("Xinjiang, China", "region")
    assert not is_as_coarse("Ili", "region")
    assert is_as_coarse("Ili", "prefecture")
    assert not is_as_coarse("Tekes, Xinjiang", "region")
    assert not is_as_coarse("Kashgar", "prefecture")  # the city has the same name
    assert not is_as_coarse("Aqbulaq", "country")
    assert not is_as_coarse("", "country")


# --- in a disclosure ----------------------------------------------------------------------------------------------


def policy_to(world, level, text="keep"):
    rules = f'"detainee.@place" = {{ action = "place", to = "{level}" }}\n"detainee.name" = "keep"\n'
    head = f'name = "by-{level}"\naudience = "lawyer"\n[rules]\n'
    return world.policy(f'{head}{rules}"detainee.@text" = "{text}"\n')


def places(view):
    return [claim for record in view.records for claim in record.claims if claim.type == "place"]


def test_the_recipient_reads_the_county_and_not_the_village(world):
    world.add("held", "event", case=["case"], what="detention", person=["man"],
              place={"text": "Aqbulaq village, Tekes county", "region": "Xinjiang"},
              narrative="Held in Tekes county, in Aqbulaq village, in Xinjiang.")  # fmt: skip
    view = world.view("held", policy=policy_to(world, "county"))
    (place,) = places(view)
    assert (place.outcome, place.value["text"]) == ("coarsened", "Tekes, Ili, Xinjiang, China")
    (told,) = [claim.value for record in view.records for claim in record.claims if claim.field == "narrative"]
    assert "Aqbulaq" not in told
    assert "Xinjiang" in told
    (by_region,) = places(world.view("held", policy=policy_to(world, "region")))
    assert by_region.value == {"text": "Xinjiang, China", "region": "Xinjiang", "country": "China"}


def test_a_finer_place_of_another_record_is_masked_and_a_coarse_one_is_not(world):
    world.add("other", "person", name="Someone Else", address={"text": "Nilka county", "region": "Xinjiang"})
    world.add("held", "event", case=["case"], what="detention", person=["man"], place="Tekes county",
              narrative="From Nilka he was taken through Xinjiang.")  # fmt: skip
    for level, stays in (("county", True), ("region", False)):
        view = world.view("held", policy=policy_to(world, level))
        (told,) = [claim.value for record in view.records for claim in record.claims if claim.field == "narrative"]
        assert ("Nilka" in told) is stays
        assert "Xinjiang" in told


def test_a_coarsened_place_needs_consent_for_location(world):
    world.add("held", "event", case=["case"], what="detention", person=["man"], place="Tekes county")
    world.remove("man-ok")
    world.consent("less", "man", given_by={"link": "wife"}, capacity="kin", groups=["identity", "testimony"])
    view = world.view("held", policy=policy_to(world, "region"), preview=True)
    assert any("location" in line for line in view.refusals)


def test_a_policy_may_coarsen_to_a_prefecture_and_to_nothing_unknown(world):
    assert policy_to(world, "prefecture")
    with pytest.raises(PolicyError, match="county, prefecture, region, country"):
        policy_to(world, "village")
