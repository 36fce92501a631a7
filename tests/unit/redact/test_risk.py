"""Who could be recognised by a release and those before it together. Every person and place here is made up."""

import pytest

from vault.errors import DisclosureError

SEX = '"detainee.sex" = "keep"\n'
PLACE = '"detainee.@place" = { action = "place", to = "region" }\n'
BIRTH = '"detainee.birth" = { action = "age-band", years = 10 }\n'
NAMED = '"detainee.name" = "keep"\n'


@pytest.fixture
def six(empty):
    """Give three men and three women, three of them of each of two regions."""
    places = ["Tekes county"] * 2 + ["Almaty Region"] + ["Tekes county"] + ["Almaty Region"] * 2
    empty.people = [f"p{number}" for number in range(6)]
    for number, (name, place) in enumerate(zip(empty.people, places, strict=True)):
        sex = "male" if number < 3 else "female"
        empty.add(name, "person", name=f"Zal {name}", sex=sex, address=place, birth="1972", inside="no")
        empty.add(f"{name}e", "event", what="arrest", person=[name])
        empty.consent(f"{name}c", name, onward=["public"])
    return empty


def policy(world, name, rules):
    quasi = 'quasi = ["sex", "@place", "@birth"]'
    return world.policy(f'name = "{name}"\naudience = "press"\n[rules]\n{rules}[risk]\n{quasi}\nk = 3\n')


def release(world, rules, *before, people=None, preview=False):
    return world.view(*(people or world.people), policy=policy(world, "own", rules), purpose="publication",
                      released=[one.facts for one in before], preview=preview)  # fmt: skip


def test_two_releases_that_are_safe_alone_may_not_be_together(six):
    first = release(six, SEX)
    second = release(six, PLACE)  # nobody had the first
    assert first.records
    assert second.records
    with pytest.raises(DisclosureError, match="by this and what they have already: the smallest group alike has 1"):
        release(six, PLACE, first)
    assert "what they have already" in str(release(six, SEX, second, preview=True).refusals)
    assert "p1" not in str(release(six, SEX, second, preview=True).refusals)


def test_what_adds_nothing_that_sets_apart_may_go(six):
    first = release(six, SEX)
    assert release(six, SEX, first).records
    assert release(six, SEX + BIRTH, first).records


def test_what_was_told_of_a_past_revision_counts(six):
    first = release(six, PLACE)
    for name in six.people:
        last = six.revisions[six.id(name)][-1]
        six.put(name, [claim for claim in last.claims if claim.field != "address"], "person")
    with pytest.raises(DisclosureError, match="what they have already"):
        release(six, SEX, first)


def test_who_is_named_is_known_anyway(six):
    first = release(six, SEX)
    assert release(six, PLACE + NAMED, first).records


def test_one_person_more_or_fewer_is_told_and_two_are_not(six):
    more = [f"q{number}" for number in range(2)]
    for name in more:
        six.add(name, "person", name=f"Zal {name}", sex="male", address="Tekes county", birth="1972", inside="no")
        six.add(f"{name}e", "event", what="arrest", person=[name])
        six.consent(f"{name}c", name, onward=["public"])
    first = release(six, BIRTH)
    for people in ([*six.people, more[0]], six.people[:5]):
        with pytest.raises(DisclosureError, match="differs by one person"):
            release(six, BIRTH, first, people=people)
    assert release(six, BIRTH, first, people=[*six.people, *more]).records
    # All before together are taken for one, too.
    halves = [release(six, BIRTH, people=six.people[:3]), release(six, BIRTH, people=six.people[3:])]
    with pytest.raises(DisclosureError, match="differs by one person"):
        release(six, BIRTH, *halves, people=[*six.people, more[0]])


def test_other_audiences_get_the_usual_update(six):
    first = six.view(*six.people[:5], policy="lawyer")
    assert six.view(*six.people, policy="lawyer", released=[first.facts]).records
