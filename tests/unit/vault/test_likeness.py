"""Verdicts on persons: same, different, and what they leave in the records. All names are invented."""

import pytest

from vault.errors import AmbiguousIdError, NotFoundError, RecordError, RevisionConflictError
from vault.records import Claim, continued, text_of

FIRST, SECOND, THIRD = "Сәбит Үлгіұлы", "Sabit Example", "萨比提"


def named(vault, record, field="also_named"):
    return [text_of(value) for value in vault.get(record).values(field)]


def found(vault, words):
    return {hit.revision.record_id for hit in vault.find(words, limit=50)}


def test_same_links_both_and_gives_each_the_names_of_the_other(vault, person):
    a, b = person(FIRST), person(SECOND)
    done = vault.same(a.hex()[:12], b)
    assert [one.record_id for one in done] == [a, b]
    assert (done[0].links("same_as"), done[1].links("same_as")) == ([b], [a])
    assert named(vault, a) == [SECOND]
    assert named(vault, b) == [FIRST]
    assert named(vault, a, "name") == [FIRST]
    for words in (FIRST, SECOND, "sabit", "сәбит"):
        assert found(vault, words) == {a, b}, words


def test_said_again_it_writes_nothing(vault, person):
    a, b = person(FIRST), person(SECOND)
    vault.same(a, b)
    epoch = vault.status().epoch
    assert [one.record_id for one in vault.same(b, a)] == [b, a]
    assert vault.status().epoch == epoch
    assert (len(vault.history(a)), len(vault.history(b))) == (2, 2)


def test_a_name_that_comes_later_is_given_on_by_itself(vault, person):
    a, b = person(FIRST), person(SECOND)
    vault.same(a, b)
    revision = vault.get(b)
    vault.put(continued(revision, (*revision.claims, Claim("name", {"text": THIRD, "kind": "chinese-official"}))))
    assert found(vault, THIRD) == {a, b}
    revision = vault.get(b)
    vault.put(continued(revision, tuple(claim for claim in revision.claims if text_of(claim.value) != THIRD)))
    assert found(vault, THIRD) == set()
    assert named(vault, a) == [SECOND]


def test_one_commit_writes_both(vault, person):
    a, b = person(FIRST), person(SECOND)
    before = vault.status().epoch
    vault.same(a, b)
    assert vault.status().epoch == before + 1


def test_different_undoes_same_and_leaves_no_name(vault, person):
    a, b = person(FIRST), person(SECOND)
    vault.same(a, b)
    vault.different(a, b)
    for record, other in ((a, b), (b, a)):
        revision = vault.get(record)
        assert revision.links("not_same_as") == [other]
        assert revision.links("same_as") == []
        assert [claim.state for claim in revision.claims_of("same_as")] == ["retracted"]
        assert revision.claims_of("also_named") == []
    assert found(vault, "sabit") == {b}
    assert found(vault, "сәбит") == {a}


def test_same_undoes_different(vault, person):
    a, b = person(FIRST), person(SECOND)
    for _ in range(3):
        vault.different(a, b)
        vault.same(a, b)
    revision = vault.get(a)
    assert revision.links("same_as") == [b]
    assert revision.links("not_same_as") == []
    # However often they change their minds, the record does not grow.
    assert sorted((claim.field, claim.state) for claim in revision.claims) == [
        ("also_named", "stated"),
        ("name", "stated"),
        ("not_same_as", "retracted"),
        ("same_as", "stated"),
    ]


def test_names_of_a_third_record_stay(vault, person):
    a, b, c = person(FIRST), person(SECOND), person(SECOND, Claim("name", {"text": THIRD, "kind": "birth"}))
    vault.same(a, b)
    vault.same(a, c)
    assert named(vault, a) == [SECOND, THIRD]
    vault.different(a, c)
    assert named(vault, a) == [SECOND]
    vault.different(a, b)
    assert named(vault, a) == []


def test_names_that_both_have_are_not_copied(vault, person):
    a, b = person(SECOND), person(SECOND.upper())
    vault.same(a, b)
    assert (named(vault, a), named(vault, b)) == ([], [])


def test_a_name_taken_back_is_not_given_on(vault, person):
    a = person(FIRST)
    b = person(SECOND, Claim("name", {"text": THIRD, "kind": "birth"}, state="retracted"))
    vault.same(a, b)
    assert named(vault, a) == [SECOND]


def test_what_no_verdict_can_be_about(vault, person, put):
    a, b = person(FIRST), person(SECOND)
    event = put("event", narrative="x")
    gone, erased = person(THIRD), person(THIRD)
    vault.remove(gone)
    vault.remove(erased, purge=True)
    epoch = vault.status().epoch
    for judge in (vault.same, vault.different):
        for other, error in (
            (a, RecordError),
            (event, RecordError),
            (gone, RecordError),
            (erased, NotFoundError),
            (bytes(16), NotFoundError),
            ("zz", NotFoundError),
        ):
            with pytest.raises(error) as told:
                judge(a, other)
            assert FIRST not in str(told.value)
    with pytest.raises((AmbiguousIdError, NotFoundError)):
        vault.same(a, "")
    assert vault.status().epoch == epoch
    assert vault.get(b).claims_of("same_as") == []


def test_a_change_in_between_is_a_conflict(vault, person, reopen, clock):
    """Another session writes between the look and the verdict: nothing of the verdict stands."""
    a, b = person(FIRST), person(SECOND)
    other = reopen()
    revision = other.get(a)
    draft = continued(revision, (*revision.claims, Claim("sex", "male")))
    vault.same(a, b)
    with pytest.raises(RevisionConflictError):
        other.put(draft)
    assert other.same(a, b)[0].links("same_as") == [b]


# --- erasing ----------------------------------------------------------------------------------------------------------


def test_purge_takes_the_names_and_the_link_along(vault, person, put):
    a, b = person(FIRST), person(SECOND)
    event = put("event", narrative=f"They took {SECOND}.")
    vault.same(a, b)
    assert {(one.record_id, one.field) for one in vault.mentions(b)} == {
        (a, "also_named"),
        (a, "same_as"),
        (event, "narrative"),
    }
    vault.remove(b, purge=True)
    assert found(vault, "sabit") == set()
    for revision in vault.history(a):
        assert not {claim.field for claim in revision.claims} & {"same_as", "also_named"}
    assert "Sabit" not in vault.get(event).values("narrative")[0]
    assert named(vault, a, "name") == [FIRST]
    assert vault.check().problems == ()


def test_purge_finds_the_names_in_older_revisions(vault, person):
    a, b = person(FIRST), person(SECOND)
    vault.same(a, b)
    vault.different(a, b)
    vault.remove(b, purge=True)
    claims = [claim for revision in vault.history(a) for claim in revision.claims]
    assert [(claim.field, text_of(claim.value)) for claim in claims] == [("name", FIRST)]


def test_purge_of_one_of_three_keeps_what_the_third_says(vault, person):
    a, b, c = person(FIRST), person(SECOND), person(SECOND)
    vault.same(a, b)
    vault.same(a, c)
    vault.remove(b, purge=True)
    assert vault.get(a).links("same_as") == [c]
    assert named(vault, a) == [SECOND]


def test_purge_of_one_said_to_be_another_person(vault, person):
    a, b = person(FIRST), person(SECOND)
    vault.different(a, b)
    vault.remove(b, purge=True)
    assert vault.get(a).claims_of("not_same_as") == []
    # No name of the other was there: what was known of this one stays known.
    assert len(vault.history(a)) == 3


def test_purge_of_who_has_the_name_does_not_touch_others(vault, person):
    """A name that came with a verdict is not taken for the record's own."""
    a, b = person(FIRST), person(SECOND)
    vault.same(a, b)
    vault.remove(a, purge=True)
    assert named(vault, b, "name") == [SECOND]
    assert named(vault, b) == []
    assert vault.get(b).claims_of("same_as") == []
