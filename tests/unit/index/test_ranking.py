"""Names in any spelling: which are found, in which order, and what is told of them. All people are invented."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from vault import names
from vault.index import match, parse
from vault.index.ranking import MAX_ALIKE, MAX_LIKENESSES
from vault.index.sounds import SCRIPTS, by_overlap, written_in
from vault.records.model import Claim

SETS = st.lists(st.tuples(st.sets(st.integers(0, 200)).map(BitMap), st.integers(1, 40)), max_size=12)


@given(st.sets(st.integers(0, 200)), SETS)
def test_documents_are_sorted_by_the_sum_of_their_weights(among, weighted):
    sums = Counter(dict.fromkeys(among, 0))
    for documents, weight in weighted:
        sums.update({number: weight for number in documents if number in among})
    found = list(by_overlap(BitMap(among), weighted))
    assert [sum_ for sum_, _ in found] == sorted(set(sums.values()), reverse=True)
    for sum_, documents in found:
        assert set(documents) == {number for number, weight in sums.items() if weight == sum_}


def searched(shelf, text, **ways):
    with shelf.index() as index:
        answers = index.search(parse(text, shelf.schemas, **ways), shelf.schemas, shelf.opened(index))
        return list(answers), answers.capped


def ids(shelf, text, **ways):
    return [one.row.record_id for one in searched(shelf, text, **ways)[0]]


@pytest.fixture
def people(shelf):
    made = {
        "cyrillic": shelf.person("Марат Омарұлы", notes="taken to the camp at Kashgar"),
        "arabic": shelf.person("مارات"),
        "chinese": shelf.person("马拉特"),
        "other": shelf.person("Дина Серік", notes="Kashgar"),
        "text": shelf.person("Дина", notes="Marat was there, and Omaruly"),
    }
    for one in made.values():
        shelf.add(one)
    return {name: one.record_id for name, one in made.items()}


def test_a_name_is_found_in_other_scripts(shelf, people):
    found = ids(shelf, "Marat")
    assert set(found) == {people[name] for name in ("cyrillic", "arabic", "chinese", "text")}
    assert found[-1] == people["text"]
    assert ids(shelf, "Marrat Omaruly")[0] == people["cyrillic"]
    assert set(ids(shelf, "马拉特")) == {people[name] for name in ("cyrillic", "arabic", "chinese")}


def test_one_word_may_be_in_a_name_and_another_in_a_text(shelf, people):
    found, _ = searched(shelf, "marrat camp")
    assert found[0].row.record_id == people["cyrillic"]
    assert 0 < found[0].score < 1
    assert found[0].match.spelling == "Марат Омарұлы"
    assert people["cyrillic"] not in ids(shelf, "marrat -camp")
    # A record with both goes before those whose name alone is like both together.
    here = shelf.add(shelf.person("Marat", notes="camp"))
    assert ids(shelf, "marat camp")[0] == here.record_id


def test_what_is_told_of_a_name_in_another_spelling(shelf, people):
    found, _ = searched(shelf, "Marrat Omaruly")
    assert found[0].row.record_id == people["cyrillic"]
    assert 2 < found[0].score < 3
    assert found[0].match.claim.field == "name"
    assert found[0].match.spelling == "Марат Омарұлы"
    assert found[0].match.reasons == tuple(names.explain("Marrat Omaruly", "Марат Омарұлы"))
    assert found[0].match.reason == "; ".join(found[0].match.reasons)


def test_only_what_is_written_counts_where_that_is_asked(shelf, people):
    assert ids(shelf, "marat", exact=True) == [people["text"]]
    assert ids(shelf, "омар", exact=True) == []
    assert ids(shelf, "омар*", exact=True) == ids(shelf, "омар*") == [people["cyrillic"]]
    assert ids(shelf, '"marat"') == [people["text"]]
    assert people["cyrillic"] in ids(shelf, "-marat")
    assert people["cyrillic"] in ids(shelf, "kind:person -name:marat")


def test_a_field_of_names_is_searched_in_other_spellings(shelf, people):
    assert set(ids(shelf, "name:marat")) == {people[name] for name in ("cyrillic", "arabic", "chinese")}
    assert ids(shelf, 'name:"marat"') == []
    assert ids(shelf, "notes:marrat") == []
    assert ids(shelf, "name:marat kashgar") == [people["cyrillic"]]
    kin = shelf.add(shelf.revision("person", Claim("relative", {"relation": "son", "name": "Марат"})))
    assert kin.record_id not in ids(shelf, "name:marat")
    assert kin.record_id in ids(shelf, "marat")


@pytest.mark.parametrize(
    ("script", "wanted"), [("Cyrl", "cyrillic"), ("Arab", "arabic"), ("Hani", "chinese"), ("Latn", None)]
)
def test_names_of_one_script_alone(shelf, people, script, wanted):
    expected = {people["text"]} | ({people[wanted]} if wanted else set())
    assert set(ids(shelf, "Marat", script=script)) == expected
    with pytest.raises(ValueError, match="SCRIPTS"):
        parse("Marat", shelf.schemas, script=script.lower())


def test_scripts_have_their_letters():
    letters = {"Latn": "ž", "Cyrl": "ұ", "Arab": "ۇ", "Hani": "加", "Geor": "ა", "Mong": "ᠮ", "Tibt": "བ"}
    for script, letter in letters.items():
        assert [one for one in SCRIPTS if written_in(f"7 {letter}!", one)] == [script]
    assert not any(written_in("7 !", script) for script in SCRIPTS)


def test_what_has_no_letter_is_never_a_name(shelf):
    record = shelf.add(shelf.person("Марат", phone="701 234"))
    assert ids(shelf, "marat 701") == [record.record_id]
    assert ids(shelf, "marat 702") == []


def test_the_rule_is_the_same_on_an_opened_record(shelf):
    revision = shelf.person("Марат Омарұлы", notes="Kashgar")
    found = match(parse("marat kashgar", shelf.schemas), revision, shelf.schemas)
    assert found.spelling == "Марат Омарұлы"
    assert match(parse("marat 702", shelf.schemas), revision, shelf.schemas) is None
    assert match(parse("qyzylorda", shelf.schemas), revision, shelf.schemas) is None
    assert match(parse("marat", shelf.schemas, script="Latn"), revision, shelf.schemas) is None


def test_more_names_than_are_compared_are_told(shelf):
    shelf.add(*[shelf.person("Марат", "Омар") for _ in range(MAX_LIKENESSES // 2)])
    found, capped = searched(shelf, "marat")
    assert (len(found), capped) == (MAX_LIKENESSES // 2, False)
    here = shelf.add(shelf.person("Марат", notes="in 2017"))
    shelf.add(*[shelf.person("Марат") for _ in range(9)])
    found, capped = searched(shelf, "marat")
    assert capped
    assert len(found) < MAX_LIKENESSES // 2 + 10
    # What else must hold is taken into account before.
    found, capped = searched(shelf, "marat 2017")
    assert ([one.row.record_id for one in found], capped) == ([here.record_id], False)


def test_records_alike_are_given_by_likeness(shelf):
    less = shelf.add(shelf.person("Марат Омарұлы", "Somebody Else"))
    more = shelf.add(shelf.person("Marat Omaruly"))
    shelf.add(shelf.revision("source", Claim("name", {"text": "Marat Omaruly"})))
    shelf.add(shelf.person("Дина Серік"))
    gone = shelf.add(shelf.person("Marat Omaruly"))
    with shelf.index() as index:
        dead = index.current(gone.record_id)
    shelf.add(shelf.person("Nobody", before=gone), supersedes=[(dead.serial, dead.number)])
    with shelf.index() as index:
        found = index.alike(["Marat Omaruly", "Aiqyn"], kind="person")
        assert [one.row.record_id for one in found] == [more.record_id, less.record_id]
        assert [one.name for one in found] == ["Marat Omaruly", "Марат Омарұлы"]
        assert found[0].likeness == 1.0 > found[1].likeness >= names.SIMILAR
        assert len(index.alike(["Marat Omaruly"])) == 3
        assert len(index.alike(["Marat Omaruly"], limit=1)) == 1
        assert index.alike([]) == index.alike(["", "7"]) == []


def test_a_crowd_of_records_alike_is_bounded(shelf):
    shelf.add(*[shelf.person("Марат") for _ in range(MAX_ALIKE + 50)])
    with shelf.index() as index:
        assert len(index.alike(["Marat"], limit=1000)) == MAX_ALIKE


def test_a_word_typed_twice_wants_a_name_that_has_it_twice_first(shelf):
    once = shelf.add(shelf.person("Marat Omaruly"))
    twice = shelf.add(shelf.person("Марат Марат"))
    again = shelf.add(shelf.person("Serik Marat"))
    assert ids(shelf, "Marat Marat")[0] == twice.record_id
    assert set(ids(shelf, "Marat Marat")) == {once.record_id, twice.record_id, again.record_id}


def test_many_equally_close_names_all_go_before_a_text(shelf):
    shelf.add(*[shelf.person("Марат") for _ in range(60)])
    text = shelf.add(shelf.person("Дина", notes="Marat"))
    found, _ = searched(shelf, "marat")
    assert [one.row.record_id for one in found].index(text.record_id) == 60
    assert all(2 < one.score < 3 for one in found[:60])


def test_a_name_that_looks_unlike_at_first_sight_is_compared_in_the_end(shelf):
    shelf.add(*[shelf.person("Husayin") for _ in range(20)])
    far = shelf.add(shelf.person("玉山"))
    asked = names.Asked("Husayn")
    assert asked.glance(["玉山"])[0][0] < 0.6
    assert asked.similarity("玉山") > 0.8
    assert len(ids(shelf, "Husayn")) == 21
    assert far.record_id in ids(shelf, "Husayn")
