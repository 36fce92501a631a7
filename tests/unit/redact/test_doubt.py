"""Where two answers are possible the stricter one holds: two people of different roles, dates that contradict."""

import pytest

from vault.errors import ConsentError
from vault.records import Claim


def claims(view):
    return [claim for one in view.records for claim in one.claims]


@pytest.mark.parametrize("by", [["abroad", "inside"], ["inside", "abroad"]])
def test_what_a_submitter_and_a_source_say_together_is_the_sources(world, by):
    rules = '"submitter.language" = "keep"\n"case.*" = "keep"\n'
    policy = world.policy(f'name = "two"\naudience = "lawyer"\n[rules]\n{rules}')
    for number, tellers in enumerate((["abroad"], by)):
        world.add(f"both{number}", "statement", case=["case"], by=tellers, about=["man"], language="kk")
        told = [claim for claim in claims(world.view("case", policy=policy)) if claim.field == "language"]
        # The second statement adds nothing to what leaves.
        assert [claim.value for claim in told] == ["kk"]


@pytest.mark.parametrize("about", [["man", "friend"], ["friend", "man"]])
@pytest.mark.parametrize(("man", "friend"), [("keep", "withhold"), ("withhold", "keep"), ("keep", "keep")])
def test_of_two_rules_for_two_people_the_stricter_one_holds(world, about, man, friend):
    world.add("friend", "person", case=["case"], name="Kanat Friend", inside="no")
    world.add("seen", "statement", case=["case"], by=["abroad"], about=about, text="There was a yard.")
    last = world.revisions[world.id("man")][-1]
    kin = Claim("relative", {"relation": "brother", "link": world.id("friend")})
    world.put("man", (*last.claims, kin), "person")
    world.consent("friend-ok", "friend")
    rules = f'"detainee.text" = "{man}"\n"relative.text" = "{friend}"\n"case.*" = "keep"\n'
    view = world.view("case", policy=world.policy(f'name = "two"\naudience = "lawyer"\n[rules]\n{rules}'))
    assert ("There was a yard." in [claim.value for claim in claims(view)]) is (man == friend == "keep")


def test_withdrawn_before_it_was_given_is_withdrawn(world):
    """One of the two days is wrong, and nobody knows which."""
    world.remove("man-ok")
    world.consent(
        "odd", "man", given_by={"link": "wife"}, capacity="kin", given_on="2024-03", withdrawn_on="2024-01-02"
    )
    with pytest.raises(ConsentError, match="withdrawn"):
        world.view("case")


@pytest.mark.parametrize("end", ["when the war is over", 2030, "2024-99"])
def test_an_end_that_cannot_be_read_counts_as_past(world, end):
    """As a newer program may have written it."""
    last = world.revisions[world.id("man-ok")][-1]
    world.put("man-ok", (*last.claims, Claim("expires", "2031")), "consent")
    assert world.id("man-ok") in world.view("case").consents
    world.put("man-ok", (*last.claims, Claim("expires", "2031"), Claim("expires", end)), "consent")
    with pytest.raises(ConsentError, match="expired"):
        world.view("case")
