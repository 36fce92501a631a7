"""Policies: what is read, what is refused and on which line, and what each level binds."""

import re
from pathlib import Path

import pytest

from vault.errors import PolicyError
from vault.records import Field, Level, Schemas
from vault.redact import SHIPPED, Action, Recipient, load_policy, shipped_policies

SCHEMAS = Schemas.shipped()
POLICIES = shipped_policies(SCHEMAS)
HEAD = 'name = "mine"\naudience = "lawyer"\n'


def load(text):
    return load_policy(text, SCHEMAS, POLICIES)


def field(kind, name):
    return SCHEMAS.field(kind, name)


def test_the_shipped_policies_are_those_promised_and_described_in_three_languages():
    assert tuple(POLICIES) == SHIPPED
    for name, policy in POLICIES.items():
        assert policy.name == name
        assert set(policy.description) == {"en", "ru", "kk"}
    assert POLICIES["un-forwardable"].onward == ("state",)
    assert len({policy.digest for policy in POLICIES.values()}) == len(POLICIES)


def test_no_shipped_policy_but_everything_lets_a_source_or_helper_through():
    for name, policy in POLICIES.items():
        for role in ("source", "helper"):
            for kind in SCHEMAS.kinds:
                for one in SCHEMAS.fields(kind):
                    assert (policy.verdict(role, one).action.name == "withhold") is (name != "everything")


def test_no_policy_but_everything_lets_a_never_field_through():
    policy = load(HEAD + '[rules]\n"*.*" = "keep"\n"detainee.notes" = "keep"')
    verdict = policy.verdict("detainee", field("person", "notes"))
    assert (verdict.action.name, verdict.action.shown, verdict.rule) == ("withhold", False, "level never")
    assert POLICIES["everything"].verdict("source", field("source", "safety")).action.name == "keep"


def test_an_unknown_field_counts_as_never():
    policy = load(HEAD + '[rules]\n"*.*" = "keep"')
    assert policy.verdict("detainee", SCHEMAS.field("person", "from_the_future")).action.name == "withhold"


def test_a_secret_field_asks_for_a_rule_that_names_role_and_field():
    secret = field("person", "passport")
    for rule in ("*.*", "detainee.*", "*.passport", "detainee.@id"):
        policy = load(HEAD + f'[rules]\n"{rule}" = "keep"')
        assert policy.verdict("detainee", secret).action.name == "withhold"
    assert load(HEAD + '[rules]\n"detainee.passport" = "keep"').verdict("detainee", secret).action.name == "keep"


def test_a_limited_field_never_goes_whole_to_press_or_public():
    risk = '[risk]\nquasi = ["sex"]\nk = 5\n'
    limited = field("person", "health")
    for audience in ("press", "public"):
        policy = load(f'name = "mine"\naudience = "{audience}"\n[rules]\n"detainee.health" = "keep"\n{risk}')
        assert policy.verdict("detainee", limited).action.name == "withhold"
    assert load(HEAD + '[rules]\n"detainee.health" = "keep"').verdict("detainee", limited).action.name == "keep"


def test_the_first_rule_that_fits_decides_and_none_withholds():
    policy = load(HEAD + '[rules]\n"detainee.birth" = "mask"\n"*.@birth" = "keep"\n"relative.*" = "withhold"')
    birth = field("person", "birth")
    assert policy.verdict("detainee", birth).rule == "detainee.birth"
    assert policy.verdict("submitter", birth).action.name == "keep"
    assert policy.verdict("relative", field("person", "sex")).rule == "relative.*"
    assert policy.verdict("official", field("person", "sex")).rule == "no rule"


def test_an_action_that_does_not_fit_the_type_withholds():
    policy = load(HEAD + '[rules]\n"*.*" = { action = "date", to = "year" }')
    assert policy.verdict("detainee", field("event", "when")).action.to == "year"
    assert policy.verdict("detainee", field("person", "sex")).action.name == "withhold"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('name = "mine"\naudience = "lawyer"\n[rules]\n"detainee.name" = keep', 4, "TOML"),
        ('name = "Mine"\naudience = "lawyer"', 1, "lower-case"),
        ('audience = "lawyer"', None, "name"),
        ('name = "lawyer"\naudience = "lawyer"', 1, "shipped"),
        ('name = "mine"\naudience = "friends"', 2, "audience"),
        ('name = "mine"\naudience = "self"', 2, "everything"),
        (HEAD + 'colour = "red"', 3, "no setting"),
        (HEAD + 'onward = ["sate"]', 3, "onward"),
        (HEAD + 'onward = "state"', 3, "onward"),
        (HEAD + "retracted = 1", 3, "retracted"),
        (HEAD + 'parent = "nobody"', 3, "parent"),
        (HEAD + 'parent = "everything"', 3, "parent"),
        (HEAD + 'parent = "press"', 2, "audience"),
        (HEAD + 'rules = "all"', 3, "table"),
        (HEAD + '[rules]\n"detainee.name" = "keep"\n"boss.name" = "keep"', 5, "no role"),
        (HEAD + '[rules]\n\n"detainee.shoe" = "keep"', 5, "has a field"),
        (HEAD + '[rules]\n"detainee.@shoe" = "keep"', 4, "no type"),
        (HEAD + '[rules]\n"name" = "keep"', 4, "in quotes"),
        (HEAD + '[rules]\ndetainee.name = "keep"', 4, "in quotes"),
        (HEAD + '[rules]\n"detainee.name" = "publish"', 4, "no such action"),
        (HEAD + '[rules]\n"detainee.name" = 7', 4, "an action is"),
        (HEAD + '[rules]\n"detainee.name" = { action = "keep", to = "year" }', 4, "neither"),
        (HEAD + '[rules]\n"detainee.name" = { action = "keep", by = "me" }', 4, "no part"),
        (HEAD + '[rules]\n"detainee.name" = { action = "keep", shown = false }', 4, "shown"),
        (HEAD + '[rules]\n"detainee.name" = { action = "date", to = "year" }', 4, "does not work on a name"),
        (HEAD + '[rules]\n"*.@date" = "date"', 4, "date needs to"),
        (HEAD + '[rules]\n"*.@date" = { action = "date", to = "week" }', 4, "date needs to"),
        (HEAD + '[rules]\n"*.@birth" = "age-band"', 4, "age-band needs years"),
        (HEAD + '[rules]\n"*.@birth" = { action = "age-band", years = 1 }', 4, "age-band needs years"),
        (HEAD + '[rules]\n"*.@birth" = { action = "age-band", years = true }', 4, "age-band needs years"),
        (HEAD + '[rules]\n"*.@phone" = "pseudonym"', 4, "does not work on a phone"),
        (HEAD + '[risk]\nquasi = ["shoe"]\nk = 5', 4, "has a field"),
        (HEAD + '[risk]\nquasi = "sex"', 4, "quasi"),
        (HEAD + '[risk]\nquasi = ["sex"]\nk = 1', 5, "at least 2"),
        (HEAD + "[risk]\nk = 5", 4, "quasi"),
        (HEAD + "[risk]\nk = true", 4, "k is"),
        (HEAD + "[risk]\nlimit = 5", 4, "no setting"),
        (HEAD + "[description]\nenglish = 'x'", 4, "two letters"),
        ('name = "mine"\naudience = "press"\n[rules]', None, "risk"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, line, says):
    with pytest.raises(PolicyError, match=says) as caught:
        load(text)
    assert caught.value.line == line


def test_a_policy_of_a_megabyte_is_refused():
    with pytest.raises(PolicyError):
        load(HEAD + "#" * (1 << 20))


def test_a_narrower_policy_takes_over_what_it_does_not_change():
    policy = load('name = "mine"\naudience = "lawyer"\nparent = "lawyer"\n[rules]\n"detainee.birth" = "withhold"')
    assert policy.verdict("detainee", field("person", "birth")).action.name == "withhold"
    assert policy.verdict("detainee", field("person", "name")).action.name == "keep"
    assert not policy.retracted


@pytest.mark.parametrize(
    "rule",
    [
        '"detainee.phone" = "keep"',
        '"relative.name" = "keep"',
        '"relative.birth" = { action = "date", to = "year" }',
        '"relative.birth" = "mask"',
        '"public.name" = "pseudonym"',
    ],
)
def test_a_policy_may_not_give_more_than_its_parent(rule):
    with pytest.raises(PolicyError, match="only narrow") as caught:
        load(f'name = "mine"\naudience = "lawyer"\nparent = "lawyer"\n[rules]\n"detainee.sex" = "keep"\n{rule}')
    assert caught.value.line == 6


def test_a_policy_may_not_show_what_its_parent_hides():
    text = 'name = "mine"\naudience = "un"\nparent = "un-forwardable"\n[rules]\n"submitter.name" = "withhold"'
    with pytest.raises(PolicyError, match="unseen"):
        load(text)


def test_a_narrower_policy_keeps_its_parents_path_and_k():
    policy = load('name = "mine"\naudience = "un"\nparent = "un-forwardable"\nonward = ["public"]')
    assert policy.onward == ("public", "state")
    press = 'name = "mine"\naudience = "press"\nparent = "press"\n'
    assert load(press).k == POLICIES["press"].k
    assert load(press + "[risk]\nk = 9").k == 9
    with pytest.raises(PolicyError, match="only narrow"):
        load(press + "[risk]\nk = 3")
    with pytest.raises(PolicyError, match="only narrow"):
        load('name = "mine"\naudience = "press"\nparent = "press"\nretracted = true')


def test_quasi_may_be_said_in_the_words_of_actions():
    policy = load(HEAD + '[risk]\nquasi = ["region", "age-band", "sex", "when"]\nk = 5')
    assert policy.quasi == ("@place", "@birth", "sex", "when")


@pytest.mark.parametrize(
    ("narrow", "wide", "holds"),
    [
        (Action("withhold"), Action("keep"), True),
        (Action("keep"), Action("withhold"), False),
        (Action("mask"), Action("pseudonym"), True),
        (Action("pseudonym"), Action("mask"), False),
        (Action("date", to="year"), Action("date", to="month"), True),
        (Action("date", to="month"), Action("date", to="quarter"), False),
        (Action("age-band", 20), Action("age-band", 10), True),
        (Action("age-band", 15), Action("age-band", 10), False),
        (Action("place", to="country"), Action("place", to="region"), True),
        (Action("age-band", 10), Action("date", to="year"), False),
        (Action("rasterise"), Action("clean"), True),
        (Action("keep"), Action("scrub"), False),
    ],
)
def test_which_action_lies_within_which(narrow, wide, holds):
    assert narrow.within(wide) is holds


def test_the_digest_follows_what_the_policy_does():
    one = load(HEAD + '[rules]\n"detainee.name" = "keep"')
    assert one.digest == load(HEAD + '# why\n[rules]\n\n"detainee.name" = "keep"').digest
    assert one.digest != load(HEAD + '[rules]\n"detainee.name" = "pseudonym"').digest


def test_a_field_of_any_level_and_type_gets_an_answer_from_every_policy():
    for policy in POLICIES.values():
        for level in Level:
            verdict = policy.verdict("detainee", Field("x", "text", level, "testimony", "self"))
            assert verdict.rule


def test_the_policy_in_the_manual_is_one():
    page = (Path(__file__).parents[3] / "docs" / "disclosure.md").read_text("utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    policy = load(text)
    assert (policy.name, policy.parent, policy.k) == ("our-press", "press", 10)
    for name in SHIPPED:
        assert f"`{name}`" in page


def test_what_is_secret_goes_neither_to_press_nor_to_public():
    rules = '[rules]\n"detainee.phone" = "keep"\n"detainee.name" = "keep"\n'
    press = load_policy(f'name = "ours"\naudience = "press"\n{rules}[risk]\nquasi = ["sex"]\nk = 5\n', SCHEMAS, {})
    lawyer = load_policy(f'name = "ours"\naudience = "lawyer"\n{rules}', SCHEMAS, {})
    phone, name = SCHEMAS.field("person", "phone"), SCHEMAS.field("person", "name")
    assert [policy.verdict("detainee", phone).action.name for policy in (press, lawyer)] == ["withhold", "keep"]
    assert [policy.verdict("detainee", name).action.name for policy in (press, lawyer)] == ["keep", "keep"]


def test_a_recipient_is_of_an_audience_and_its_steps_onward_are_known():
    assert Recipient("x", "un", ("state", "press")).onward == ("state", "press")
    for audience, onward in (("laywer", ()), ("lawyer", ("ministry",))):
        with pytest.raises(ValueError, match="audience"):
            Recipient("x", audience, onward)
    with pytest.raises(TypeError):
        Recipient("x", "lawyer", "state")
