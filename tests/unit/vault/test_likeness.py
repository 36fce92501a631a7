"""Verdicts on persons: same, different, and what they leave in the records. All names are invented."""

from dataclasses import replace

import pytest

from vault.errors import AmbiguousIdError, NotFoundError, RecordError, RevisionConflictError
from vault.index.ranking import NAME_EXACT
from vault.records import Claim, Draft, continued, text_of
from vault.vault.likeness import LIKELY, Known, following

FIRST, SECOND, THIRD = "Сәбит Үлгіұлы", "Sabit Example", "萨比提"


def named(vault, record, field="also_named"):
    return [text_of(value) for value in vault.get(record).values(field)]


def found(vault, words):
    """Who has the words in names as they are written; other spellings are found besides."""
    return {hit.revision.record_id for hit in vault.find(words, limit=50) if hit.score >= NAME_EXACT}


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


def test_of_many_who_are_one_each_is_read_once(vault, person):
    every = [person(f"{FIRST} {number}") for number in range(8)]
    for number, mine in enumerate(every):
        for other in every[:number]:
            vault.same(other, mine)
    changed = vault.get(every[0])
    read = []

    def newest(record):
        read.append(record)
        return vault.get(record)

    more = replace(changed, claims=(*changed.claims, Claim("name", {"text": THIRD})))
    assert {draft.record_id for draft in following([more], newest)} == {*every[1:]}
    assert sorted(read) == sorted(every[1:])


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


# --- likeness ---------------------------------------------------------------------------------------------------------


def like(vault, record, **options):
    return [hit.revision.record_id for hit in vault.likely_same(record, **options)]


def test_another_spelling_with_a_fitting_birth_is_likely(vault, person):
    a = person(FIRST, Claim("birth", "1961-04-07"))
    b = person("Sabit Ulgiuly", Claim("birth", "1961"))
    other = person("Нұрлан Бөтенов", Claim("birth", "1961"))
    [hit] = vault.likely_same(a, least=LIKELY)
    assert hit.revision.record_id == b
    assert hit.score >= LIKELY
    assert hit.field == "name"
    assert "the dates of birth fit" in hit.reason
    assert other not in like(vault, a)
    assert like(vault, b, least=LIKELY) == [a]


def test_a_draft_is_compared_before_it_is_written(vault, person):
    a = person(FIRST)
    draft = Draft("person", (Claim("name", {"text": FIRST}),))
    assert like(vault, draft, least=LIKELY) == [a]
    assert like(vault, Draft("person", (Claim("sex", "male"),))) == []
    with pytest.raises(RecordError):
        vault.likely_same(Draft("event", ()))


@pytest.mark.parametrize(
    ("mine", "other", "said"),
    [
        ([("birth", "1961")], [("birth", "1990")], "the dates of birth do not fit"),
        ([("sex", "male")], [("sex", "female")], "the sex differs"),
    ],
)
def test_what_contradicts_is_listed_and_not_asked_about(vault, person, mine, other, said):
    a = person(FIRST, *(Claim(*one) for one in mine))
    b = person(FIRST, *(Claim(*one) for one in other))
    assert like(vault, a, least=LIKELY) == []
    [hit] = vault.likely_same(a)
    assert hit.revision.record_id == b
    assert said in hit.reason


@pytest.mark.parametrize(
    ("mine", "other", "said"),
    [
        ("1961", "1962", None),  # a year off, as often
        ("1961~", "1964", None),
        ("1961-04-07", "1961-04-07", "born on the same day"),
        ("1961-04-07", "1961-04", "the dates of birth fit"),
        ("196X", "1961", None),  # a decade says too little
        ("1961", "1963-05", "the dates of birth do not fit"),
    ],
)
def test_dates_of_birth(vault, person, mine, other, said):
    a, _ = person(FIRST, Claim("birth", mine)), person(FIRST, Claim("birth", other))
    [hit] = vault.likely_same(a)
    words = ("born on the same day", "the dates of birth fit", "the dates of birth do not fit")
    assert [word for word in words if word in hit.reason.split("; ")] == ([said] if said else [])


def test_of_several_dates_one_that_fits_is_enough(vault, person):
    a = person(FIRST, Claim("birth", "1950"), Claim("birth", "1961"))
    person(FIRST, Claim("birth", "1961"))
    assert "the dates of birth fit" in vault.likely_same(a, least=LIKELY)[0].reason


def test_a_number_of_a_paper_finds_whatever_the_name_is(vault, person):
    a = person(FIRST, Claim("id_document", "6541 0119 6104 0700 11"))
    b = person("Somebody Else", Claim("id_document", "654101196104070011"))
    [hit] = vault.likely_same(a)
    assert hit.revision.record_id == b
    assert "the same number of a paper" in hit.reason


def test_a_phone_alone_is_no_likeness(vault, person):
    """Families share phones."""
    a = person(FIRST, Claim("phone", "+7 701 000 00 01"))
    person("Гүлнар Бөтенқызы", Claim("phone", "+77010000001"))
    assert like(vault, a, least=LIKELY) == []


def test_who_was_judged_is_not_asked_about_again(vault, person):
    a, b, c = person(FIRST), person(FIRST), person(FIRST)
    assert set(like(vault, a)) == {b, c}
    vault.different(a, b)
    assert (like(vault, a), like(vault, b)) == ([c], [c])
    vault.same(a, c)
    assert (like(vault, a), like(vault, c)) == ([], [b])


def test_kin_are_not_the_same_person(vault, person):
    a = person(FIRST)
    b = person(FIRST, Claim("relative", {"relation": "brother", "link": a}))
    assert (like(vault, a), like(vault, b)) == ([], [])


def test_removed_ones_and_other_kinds_are_not_compared(vault, person, put):
    a, b = person(FIRST), person(FIRST)
    put("source", Claim("name", {"text": FIRST}))
    vault.remove(b)
    assert like(vault, a) == []
    with pytest.raises(RecordError):
        vault.likely_same(b)


def test_a_name_of_a_crowd_says_little_by_itself(vault, person):
    many = [person(FIRST) for _ in range(7)]
    born = person(FIRST, Claim("birth", "1961-04-07"))
    asked = Draft("person", (Claim("name", {"text": FIRST}), Claim("birth", "1961")))
    assert like(vault, asked, least=LIKELY) == [born]
    assert set(like(vault, asked)) == {born, *many}


def test_a_name_of_one_word_is_not_enough(vault, person):
    a, _ = person("Сәбит"), person("Sabit")
    assert like(vault, a, least=LIKELY) == []
    assert len(like(vault, a)) == 1


def test_pairs_among_the_new_and_with_the_old_each_once(vault, person):
    old = person(FIRST)
    person("Нұрлан Бөтенов")
    epoch = vault.epoch
    drafts = [
        Draft("person", (Claim("name", {"text": name}),))
        for name in (FIRST, "Гүлнар Басқақызы", "Гүлнар Басқакызы", "Айнұр Ешкім")
    ]
    vault.put_many(drafts)
    done = []
    pairs = [(new, hit) for new, hit in vault.likely_pairs(epoch, progress=done.append)]
    names = {frozenset(text_of(one.values("name")[0]) for one in (new, hit.revision)) for new, hit in pairs}
    assert names == {frozenset({FIRST}), frozenset({"Гүлнар Басқақызы", "Гүлнар Басқакызы"})}
    assert len(pairs) == 2
    assert done == [1, 2, 3, 4]
    assert any(hit.revision.record_id == old for _, hit in pairs)
    assert list(vault.likely_pairs(vault.epoch)) == []


def test_names_of_any_length_and_number(vault, person):
    long = "Сәбит " * 20_000
    a = person(long, *(Claim("name", {"text": f"{FIRST} {number}"}) for number in range(300)))
    b = person(long, Claim("name", {"text": ""}), Claim("name", {"text": "... ؟"}), Claim("name", None, "unknown"))
    assert like(vault, a) == [b]
    vault.same(a, b)
    assert len(vault.get(b).values("also_named")) == 300


def test_values_of_any_number_and_length(vault, person):
    """Compared each with each, thousands of dates would take minutes for every pair of records."""
    many = [Claim("birth", f"{1500 + number % 300}-{1 + number % 12:02}") for number in range(2000)]
    numbers = [Claim("phone", f"+7 701 {number:07}") for number in range(2000)]
    odd = [Claim("passport", value) for value in ("7" * 60_000, "萨" * 2000, '"N 1234567', "-N1234567:*")]
    a, b = person(FIRST, *many, *numbers, *odd), person(FIRST, *many, *numbers, *odd)
    [hit] = vault.likely_same(a)
    assert hit.revision.record_id == b
    assert len(Known(vault.get(a).claims).births) < 10


def test_what_is_no_value_of_its_field_is_passed_over(vault, put):
    """A newer program, or a damaged import, may have written anything."""
    odd = [Claim(field, value) for field in ("birth", "sex", "phone", "address", "passport") for value in (7, b"x", {})]
    a, b = (put("person", Claim("name", {"text": FIRST}), *odd, Claim("name", "plain")) for _ in range(2))
    assert like(vault, a) == [b]


def test_no_reason_and_no_repr_tells_by_accident(vault, person):
    a, _ = person(FIRST), person(FIRST)
    [hit] = vault.likely_same(a)
    assert FIRST not in repr(hit)
