"""Who could be recognised, as the owner is shown it before anything leaves. Every person and place is made up."""

import pytest

SEX = '"detainee.sex" = "keep"\n'
PLACE = '"detainee.@place" = { action = "place", to = "region" }\n'
NAMED = '"detainee.name" = "keep"\n'
QUASI = '[risk]\nquasi = ["sex", "@place"]\nk = 3\n'


@pytest.fixture
def five(empty):
    """Give five men and women in two regions."""
    places = ["Tekes county", "Tekes county", "Almaty Region", "Almaty Region", "Almaty Region"]
    empty.people = [f"p{number}" for number in range(5)]
    for number, (name, place) in enumerate(zip(empty.people, places, strict=True)):
        empty.add(
            name, "person", name=f"Zal {name}", sex="male" if number < 4 else "female", address=place, inside="no"
        )
        empty.add(f"{name}e", "event", what="arrest", person=[name])
        empty.consent(f"{name}c", name, onward=["public"])
    return empty


def shown(world, rules, *people, before=(), audience="lawyer", risk=QUASI):
    policy = world.policy(f'name = "own"\naudience = "{audience}"\n[rules]\n{rules}{risk}')
    purpose = "legal" if audience == "lawyer" else "publication"
    released = [one.facts for one in before]
    return world.view(*(people or world.people), policy=policy, purpose=purpose, preview=True, released=released)


def sizes(groups):
    return [len(group.people) for group in groups]


def test_groups_of_people_alike(five):
    found = shown(five, SEX + PLACE).recognition
    assert sizes(found.groups) == [1, 2, 2]
    assert (found.k, found.quasi, found.earlier, found.together) == (3, ("sex", "@place"), 0, ())
    assert found.groups[0].people == (five.id("p4"),)
    (sex, place) = found.groups[0].told
    assert sex == ("sex", ("female",))
    assert place[0] == "@place"
    assert "Almaty" in str(place[1])
    assert "Zal" not in str(found.groups)


def test_whoever_is_named_is_in_no_group(five):
    assert shown(five, SEX + PLACE + NAMED).recognition.groups == ()


def test_what_the_audience_had_before_is_counted_in(five):
    first = shown(five, SEX)
    assert sizes(first.recognition.groups) == [1, 4]
    found = shown(five, PLACE, before=[first]).recognition
    assert (sizes(found.groups), sizes(found.together), found.earlier) == ([2, 3], [1, 2, 2], 1)


def test_a_policy_that_names_no_attributes_is_measured_by_the_usual_ones(five):
    found = shown(five, SEX + PLACE, risk="").recognition
    assert found.k == 0
    assert found.quasi[:2] == ("@place", "@birth")
    assert sizes(found.groups) == [1, 2, 2]


def test_the_fewest_attributes_that_one_person_alone_has_in_the_whole_vault(five):
    # Of two people alone nothing is unique here, and in the vault neither.
    assert shown(five, SEX + PLACE, "p0", "p1").recognition.unique == ()
    (only,) = shown(five, SEX + PLACE).recognition.unique
    assert (only.people, only.told) == ((five.id("p4"),), (("sex", ("female",)),))
    # A woman elsewhere in the vault, whom nobody asked for: now it takes both attributes.
    five.add("other", "person", name="Zal other", sex="female", address="Tekes county")
    (only,) = shown(five, SEX + PLACE).recognition.unique
    assert [key for key, _ in only.told] == ["sex", "@place"]
    # One more, and nobody is alone.
    five.add("third", "person", name="Zal third", sex="female", address="Almaty Region")
    assert shown(five, SEX + PLACE).recognition.unique == ()


def test_a_fact_that_one_hidden_source_alone_told(world):
    found = world.view("case", preview=True).recognition.single
    told = {(one.record, one.field, one.origin) for one in found}
    # The wife submits the case and is named for what she told; the cousin is not.
    assert (world.id("arrest"), "event.when", world.id("cousin")) in told
    assert world.id("wife") not in {one.origin for one in found}
    last = world.revisions[world.id("arrest")][-1]
    from dataclasses import replace

    again = [replace(one, source=world.id("words")) for one in last.claims if one.field == "when"]
    world.put("arrest", (*last.claims, *again), "event")
    found = world.view("case", preview=True).recognition.single
    assert (world.id("arrest"), "event.when", world.id("cousin")) not in {
        (one.record, one.field, one.origin) for one in found
    }


def test_the_preview_alone_is_told_so(five):
    policy = five.policy(f'name = "own"\naudience = "lawyer"\n[rules]\n{SEX}')
    assert five.view(*five.people, policy=policy).recognition is None
