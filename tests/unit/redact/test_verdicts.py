"""What of a verdict on two persons leaves: nothing. Every person, place, number and text here is made up."""

import pytest

from vault.records import id_text
from vault.vault.likeness import NOT_SAME, VERDICTS, with_verdict

PURPOSES = {
    "lawyer": "legal",
    "family": "family",
    "un-confidential": "un",
    "un-forwardable": "un",
    "press": "publication",
    "public": "publication",
}
TWIN = ("Zhaksybek Olzhaev", "Olzhaev", "Zhaksybek", "扎克斯别克")


def judge(world, first, second, *, same=True):
    pair = [world.revisions[world.id(ref)][-1] for ref in (first, second)]
    for mine, other, ref in ((*pair, first), (*reversed(pair), second)):
        draft = with_verdict(mine, other.record_id, [other] if same else [], same=same)
        world.put(ref, draft.claims, "person")


@pytest.fixture
def twins(world):
    """The man's second record, made by others under another name, in a case of its own with a phone and a consent."""
    world.add("case2", "case", title="Another matter")
    world.add("twin", "person", case=["case2"], name=[TWIN[0], TWIN[3]], birth="1961", phone="+86 137 0000 5151")
    world.add("arrest2", "event", case=["case2"], what="arrest", person=["twin"], when="2017-05")
    for ref in ("man", "twin"):
        world.consent(
            f"{ref}-all",
            ref,
            given_by={"link": "wife"},
            capacity="kin",
            audiences=["lawyer", "family", "un", "press", "public"],
            onward=["state", "public"],
        )
    judge(world, "man", "twin")
    return world


def told(view):
    return repr([(one.id, one.kind, [(c.field, c.outcome, c.value) for c in one.claims]) for one in view.records])


@pytest.mark.parametrize("policy", PURPOSES)
def test_of_one_record_alone_nothing_tells_of_the_other(twins, policy):
    view = twins.view("man", policy=policy, purpose=PURPOSES[policy], preview=True)
    text = told(view)
    assert view.records
    for part in (*TWIN, *VERDICTS, id_text(twins.id("twin")), "5151"):
        assert part not in text, part
    # What the other is called is looked for by the gate.
    assert {"Zhaksybek Olzhaev", "扎克斯别克"} <= {one.text for one in view.withheld}
    # The owner is told, by rule and id, that it stays.
    fields = {one.field: one.outcome for one in view.decisions if one.field in VERDICTS}
    assert fields == {"same_as": "unseen", "also_named": "unseen"}


@pytest.mark.parametrize("policy", PURPOSES)
def test_the_view_of_one_record_is_the_same_with_and_without_a_verdict(twins, policy):
    with_it = twins.view("man", policy=policy, purpose=PURPOSES[policy], preview=True)
    judge(twins, "man", "twin", same=False)
    without = twins.view("man", policy=policy, purpose=PURPOSES[policy], preview=True)
    assert told(with_it) == told(without)


@pytest.mark.parametrize("policy", PURPOSES)
def test_of_both_together_the_verdict_stays(twins, policy):
    text = told(twins.view("man", "twin", policy=policy, purpose=PURPOSES[policy], preview=True))
    assert not any(field in text for field in VERDICTS)
    assert (TWIN[0] in text) == (policy != "public")


@pytest.mark.parametrize("policy", PURPOSES)
def test_a_source_that_is_said_to_be_the_man_is_told_nowhere(world, policy):
    judge(world, "man", "cousin")
    text = told(world.view("man", policy=policy, purpose=PURPOSES[policy], preview=True))
    for part in ("Omarov", "Омаров", "1111", id_text(world.id("cousin")), *VERDICTS):
        assert part not in text, part


def test_a_policy_of_ones_own_may_tell_but_never_who_it_is_not(twins):
    policy = twins.policy('name = "our-own"\naudience = "lawyer"\n[rules]\n"detainee.*" = "keep"')
    text = told(twins.view("man", "twin", policy=policy))
    assert "same_as" in text
    assert "also_named" not in text
    # Of one alone it tells nothing either: who the other is stands in no role there.
    assert "same_as" not in told(twins.view("man", policy=policy))
    judge(twins, "man", "twin", same=False)
    assert NOT_SAME not in told(twins.view("man", "twin", policy=policy))


def test_everything_is_for_the_owner_and_has_it_all(twins):
    text = told(twins.view("man", policy="everything", purpose="", audience="self"))
    assert all(part in text for part in ("same_as", "also_named", id_text(twins.id("twin"))))


def test_a_name_that_came_with_a_verdict_is_masked_in_texts(twins):
    twins.add("note", "event", what="other", person=["man"], narrative="Zhaksybek Olzhaev was seen in the yard.")
    text = told(twins.view("man"))
    assert "Zhaksybek" not in text
    assert "was seen in the yard" in text


def test_a_consent_withdrawn_under_the_other_name_is_told(twins):
    def warned():
        view = twins.view("man", preview=True)
        return [line for line in view.warnings if "is said to be the same as" in line]

    assert warned() == []
    twins.consent("gone", "twin", withdrawn_on="2024-02-01")
    [line] = warned()
    assert id_text(twins.id("twin")) in line
    assert "Zhaksybek" not in line
    judge(twins, "man", "twin", same=False)
    assert warned() == []
