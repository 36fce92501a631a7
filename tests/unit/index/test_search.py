"""Lookups and the order of answers. All records are invented."""

import pytest

from vault.index import Index, parse
from vault.index.ranking import MAX_LIKENESSES
from vault.index.terms import span_terms
from vault.records import edtf
from vault.records.model import Claim


def found(shelf, text):
    with shelf.index() as index:
        return [
            (one.row.record_id, one.score)
            for one in index.search(parse(text, shelf.schemas), shelf.schemas, shelf.opened(index))
        ]


def test_names_go_before_texts_exact_before_similar_newer_before_older(shelf):
    text_begin = shelf.add(shelf.person("Bolat", notes="omarism"))
    text_old = shelf.add(shelf.person("Bolat", notes="They said Omar"))
    text_new = shelf.add(shelf.person("Bolat", notes="omar"))
    like_less = shelf.add(shelf.person("Omarkhanovich"))
    like_more = shelf.add(shelf.person("Omarov"))
    exact_old = shelf.add(shelf.person("Omar"))
    exact_new = shelf.add(shelf.person("Serik Omar"))
    other = shelf.add(shelf.person("Jakyp"))
    answers = found(shelf, "omar")
    order = [exact_new, exact_old, like_more, like_less, text_new, text_old, text_begin]
    assert [record_id for record_id, _ in answers] == [one.record_id for one in order]
    scores = [score for _, score in answers]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == scores[1] == 3.0
    assert 2.0 < scores[3] < scores[2] < 3.0
    assert scores[4:] == [1.0, 1.0, 0.0]
    assert other.record_id not in dict(answers)


def test_more_names_than_are_ranked_are_all_given(shelf):
    shelf.add(*[shelf.person(f"Omarbekzhanov{number}") for number in range(MAX_LIKENESSES + 50)])
    best = shelf.add(shelf.person("Omaru"))
    answers = found(shelf, "omar")
    assert len(answers) == MAX_LIKENESSES + 51
    assert answers[0][0] == best.record_id


def test_only_what_is_asked_for_is_opened(shelf):
    shelf.add(*[shelf.person(f"Omar {number}", notes="camp") for number in range(300)])
    opened = []
    with shelf.index() as index:
        opens = shelf.opened(index)
        answers = index.search(
            parse("camp", shelf.schemas), shelf.schemas, lambda row: opened.append(row) or opens(row)
        )
        for _ in range(20):
            next(answers)
    assert len(opened) == 20


def test_ids_are_found_by_any_number_of_digits(shelf):
    people = [shelf.add(shelf.person(f"Name{number}")) for number in range(20)]
    with shelf.index() as index:
        for person in people:
            digits = person.record_id.hex()
            assert index.lookup(digits) == index.lookup(digits.upper()) == [person.record_id]
        assert len(index.lookup("0")) == 2
        assert index.lookup("0", limit=9) == [person.record_id for person in people[:9]]
        assert index.lookup("1") == []
        assert index.lookup(people[15].record_id.hex()[:31], limit=99) == [people[15].record_id] + [
            person.record_id for person in people[16:]
        ]


@pytest.mark.parametrize("digits", ["", "g", "0g", "a" * 33, " 1", "٣"])
def test_what_is_no_beginning_of_an_id_is_the_callers_mistake(shelf, digits):
    with shelf.index() as index, pytest.raises(ValueError, match="hexadecimal"):
        index.lookup(digits)


def test_links_are_found_by_what_they_point_at(shelf):
    person = shelf.add(shelf.person("Omar"))
    source = shelf.add(shelf.revision("source", Claim("name", {"text": "Cousin"})))
    event = shelf.add(
        shelf.revision("event", Claim("person", person.record_id), Claim("narrative", "x", source=source.record_id))
    )
    kin = shelf.add(shelf.revision("person", Claim("relative", {"relation": "mother", "link": person.record_id})))
    with shelf.index() as index:
        assert [row.record_id for row in index.links_to(person.record_id)] == [event.record_id, kin.record_id]
        assert [row.record_id for row in index.links_to(source.record_id)] == [event.record_id]
        assert index.links_to(event.record_id) == []


def test_an_empty_index_answers_nothing(shelf):
    with shelf.index() as index:
        assert list(index.rows()) == []
        assert index.counts() == {}
        assert index.history(bytes(16)) == []
        assert index.lookup("00") == []
        assert list(index.refs()) == index.own_refs() == []
        assert list(index.candidates(parse("omar -x", shelf.schemas))) == []
        assert index.tidy(None, 1, 1).entries == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2017-05", ["201705"]),
        ("2017", ["2017"]),
        ("201X", ["201"]),
        ("20XX", ["20"]),
        ("2016-11/2018-02", ["201611", "201612", "2017", "201801", "201802"]),
        ("1998/2021", ["1998", "1999", "200", "201", "2020", "2021"]),
        ("2017-05-30/2017-06-02", ["201705", "201706"]),
        ("9999-12/..", ["999912"]),
        ("../1000", ["0", "1000"]),
    ],
)
def test_spans_are_covered_by_few_parts(text, parts):
    span = edtf.parse(text)
    assert list(span_terms(span.earliest, span.latest)) == parts


def test_a_rare_and_a_common_word_look_alike_at_rest(shelf):
    shelf.add(*[shelf.person("Omar", notes="common") for _ in range(600)])
    sizes = []
    for word in ("common", "seldom"):
        with shelf.engine.snapshot() as reader:
            before = dict(reader.sizes())
        shelf.add(shelf.person("Omar", notes=word))
        with shelf.engine.snapshot() as reader:
            after = dict(reader.sizes())
        assert before.items() <= after.items()
        sizes.append(sorted(after[one] for one in after.keys() - before.keys()))
    assert sizes[0] == sizes[1]
    assert len(sizes[0]) == 2


def test_the_index_opens_with_the_segment_objects_alone(shelf):
    shelf.add(*[shelf.person(f"Name{number}", notes=f"text{number} " * 9) for number in range(500)])
    asked = []

    class Watched:
        def __init__(self, batch):
            self.batch = batch

        def get(self, kind, ref):
            asked.append(ref)
            return self.batch.get(kind, ref)

    with shelf.batch() as batch:
        index = Index(Watched(batch), shelf.entries)
        assert asked == [shelf.entries[0].ref]
        list(index.candidates(parse("text77", shelf.schemas)))
        assert len(asked) <= 5
