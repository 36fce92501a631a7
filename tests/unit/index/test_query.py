"""What a query means, and by which claim a record answers. All records are invented."""

import pytest

from vault.errors import LimitError, RecordError
from vault.index import document_of, forget, match, parse, terms
from vault.index.query import InField, OfKind, Phrase, When, WithId, Words
from vault.objects import Ref
from vault.records.model import Claim
from vault.records.schema import Schemas

SCHEMAS = Schemas.shipped()


def words_of(clause):
    return [[(term.word, term.prefix) for term in way] for way in clause.ways]


def test_words_are_wanted_one_by_one():
    query = parse("  Жақып\tCamp x ", SCHEMAS)
    assert [words_of(clause) for clause in query.wanted] == [
        [[("жақып", True)]],
        [[("camp", True)]],
        [[("x", False)]],
    ]
    assert query.unwanted == ()
    assert query.whole.text == "Жақып Camp x"
    assert [clause.sound.text for clause in query.wanted] == ["Жақып", "Camp", "x"]


def test_every_form_is_read():
    query = parse('a* "Two Words" -no -"not this" kind:event when:2017-05..2018 id:3FA9 place:kashgar', SCHEMAS)
    assert [type(clause) for clause in query.wanted] == [Words, Phrase, OfKind, When, WithId, InField]
    assert words_of(query.wanted[0]) == [[("a", True)]]
    assert query.wanted[1].words == ("two", "words")
    assert str(query.wanted[3].span.earliest) == "2017-05-01"
    assert str(query.wanted[3].span.latest) == "2018-12-31"
    assert query.wanted[4].prefix == "3fa9"
    assert [type(clause) for clause in query.unwanted] == [Words, Phrase]


def test_what_is_typed_in_one_piece_is_also_one_word():
    (clause,) = parse("8-701-2345678", SCHEMAS).wanted
    assert words_of(clause) == [
        [("8", False), ("701", True), ("2345678", True)],
        [("87012345678", True)],
    ]


def test_chinese_is_no_beginning_of_something():
    assert words_of(parse("加合甫", SCHEMAS).wanted[0]) == [[("加合", False), ("合甫", False)]]


def test_fields_are_known_by_kind_by_alias_and_by_hyphen():
    assert parse("birth:1961", SCHEMAS).wanted[0].fields == {"person": ("birth", "birth")}
    assert parse("born:1961", SCHEMAS).wanted[0].fields == {"person": ("birth", "birth")}
    assert parse("birth-place:x", SCHEMAS).wanted[0].fields == {"person": ("birth_place", "place")}
    assert parse("event.place:x", SCHEMAS).wanted[0].fields == {"event": ("place", "place")}
    assert set(parse("NAME:x", SCHEMAS).wanted[0].fields) == {"person", "source", "case"}
    assert isinstance(parse("kind:person", SCHEMAS).wanted[0], OfKind)
    assert set(parse("kind:arrest", SCHEMAS).wanted[0].fields) >= {"event", "document"}


def test_quoted_values_stand_side_by_side():
    (clause,) = parse('place:"camp road"', SCHEMAS).wanted
    assert clause.phrase == ("camp", "road")
    assert words_of(clause)[0] == [("camp", False), ("road", False)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "- -- !!! …",
        '"',
        '"open',
        'place:"open',
        '""',
        "place:",
        "place: kashgar",
        "place:!!!",
        "feild:x",
        "http://example.org",
        "person.feild:x",
        "vehicle.name:x",
        "id:",
        "id:xyz",
        "id:" + "a" * 33,
        "when:",
        "when:spring",
        "when:2018..2017",
        "birth:omar",
        "kind:",
        "kind.x:y",
    ],
)
def test_what_cannot_be_asked_is_said(text):
    with pytest.raises(RecordError) as caught:
        parse(text, SCHEMAS)
    assert str(caught.value)


def test_errors_do_not_quote_what_is_looked_for():
    for text in ('"unrepeatable', "when:unrepeatable", "birth:unrepeatable", "id:unrepeatable", "feild:unrepeatable"):
        with pytest.raises(RecordError) as caught:
            parse(text, SCHEMAS)
        assert "unrepeatable" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["a " * 65, "a-" * 257, '"' + "a " * 257 + '"', "a " * (1 << 15) + "a", "a" * (1 << 15)]
)
def test_too_much_is_refused(text):
    with pytest.raises(LimitError):
        parse(text, SCHEMAS)


@pytest.mark.parametrize(
    "piece", ["a", "a.", "-", '"', '""', "a:", ":", "a'", "加", "\u0301", "\n", "-a", 'a"', "..", "a\u200b", "_"]
)
def test_long_rows_of_anything_are_read_or_refused(piece):
    # Quadratic reading of any of these would not end within the test's time.
    text = piece * ((1 << 16) // len(piece))
    try:
        parse(text, SCHEMAS)
    except (RecordError, LimitError):
        return


def answers(text, revision):
    return match(parse(text, SCHEMAS), revision, SCHEMAS)


def test_the_claim_that_answers_is_told(shelf):
    camp = Claim("notes", "They took him to the Camp at night.")
    revision = shelf.revision(
        "person",
        Claim("occupation", "night guard"),
        camp,
        Claim("name", {"text": "Жақып Омарұлы"}),
        Claim("birth", "1961~"),
    )
    assert answers("night", revision).claim.field == "occupation"
    assert answers("night camp", revision).claim is camp
    assert answers("омар", revision).claim.field == "name"
    assert answers("омар", revision).reason == "омарұлы begins with омар"
    assert answers("омар night", revision).claim.field == "name"
    assert answers('"the camp"', revision).claim is camp
    assert answers("birth:1960..1961", revision).claim.field == "birth"
    assert answers("birth:1960..1961", revision).reason == "the date may fall into the span"
    assert answers("kind:person", revision).claim is None
    assert answers("id:0", revision).reason == "its id"
    for text in ("day", "kind:event", "-night", "id:f", '"camp the"', "birth:1970", "when:1961", "notes:омар"):
        assert answers(text, revision) is None


def test_a_word_may_come_from_several_claims(shelf):
    revision = shelf.person("Omar", notes="camp", occupation="guard")
    assert answers("omar camp guard", revision)
    assert not answers('"camp guard"', revision)


def test_retracted_claims_are_found_and_unknown_ones_are_nothing(shelf):
    revision = shelf.revision(
        "person", Claim("name", {"text": "Jakyp"}, state="retracted"), Claim("sex", state="unknown")
    )
    assert answers("name:jakyp", revision)
    assert not answers("sex:unknown", revision)


def test_phones_and_papers_are_found_however_they_are_cut(shelf):
    revision = shelf.revision("person", Claim("phone", "+7 701 234-56-78"), Claim("passport", "N 123-456"))
    for text in ("77012345678", "7-701-234-56-78", "phone:7701*", "234", "n123456", "passport:N-123456"):
        assert answers(text, revision), text


def test_what_was_seen_can_be_forgotten(shelf):
    document_of(shelf.person("Omar", birth="1961~", notes="Unrepeatable"), Ref(bytes(32), 1), SCHEMAS, 1)
    assert terms._date_parts.cache_info().currsize
    forget()
    assert not terms._date_parts.cache_info().currsize


def test_a_removed_record_answers_nothing(shelf):
    first = shelf.person("Omar")
    assert answers("omar", first)
    assert (
        answers("omar", shelf.revision("person", Claim("name", {"text": "Omar"}), before=first, removed=True)) is None
    )


def test_a_field_that_no_schema_names_is_searched_as_text(shelf):
    assert answers("camp", shelf.revision("person", Claim("unheard_of", "the camp")))
    assert answers("camp", shelf.revision("vehicle", Claim("plate", "the camp")))
