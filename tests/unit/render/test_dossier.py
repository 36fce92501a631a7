"""The dossier as a tree. All people, texts and hostile values here are made up."""

import itertools
import json
from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.render.invented import FAMILY, SCHEMAS, claim, disclose, person
from vault.records import load_schema
from vault.redact import MASK, Cell, DisclosedRecord, Table
from vault.render import markdown
from vault.render.dossier import Attachment, Mark, Value, build
from vault.render.words import LANGUAGES, WORDS, Words


def event(*claims, mark):
    return DisclosedRecord(f"event-{mark}", "event", claims)


def only(*claims):
    """Give the fields of a lone person, by name."""
    ((record,),) = [section.records for section in build(disclose(person(*claims))).sections]
    return {one.name: one for one in record.fields}


def texts(tree):
    """Yield every text of a record, and every word of the program, wherever they stand in a tree."""
    if isinstance(tree, (str, Words)):
        yield tree
    elif isinstance(tree, tuple):
        for one in tree:
            yield from texts(one)
    elif is_dataclass(tree):
        for one in fields(tree):
            yield from texts(getattr(tree, one.name))


def test_every_word_is_there_in_four_languages():
    for key, words in WORDS.items():
        assert len({words.en, words.ru, words.zh}) == 3, key
        assert words.kk not in {words.en, words.zh}, key
        assert all(text == text.strip() and text for text in words.all()), key
        assert len({text.count("{0}") for text in words.all()}) == 1, key
        assert len({text.count(MASK) for text in words.all()}) == 1, key
    with pytest.raises(ValueError, match="dossier"):
        WORDS["title"]["fr"]


def test_sections_stand_in_the_order_they_are_read_in():
    kinds = ["consent", "source", "statement", "event", "person", "document", "case", "action"]
    records = [DisclosedRecord(f"{kind}-AAAAAA", kind, (claim("notes", kind),)) for kind in kinds]
    dossier = build(disclose(*records))
    assert [section.kind for section in dossier.sections] == [
        "case", "person", "event", "statement", "document", "action", "source", "consent",
    ]  # fmt: skip
    assert [section.title for section in dossier.sections] == [WORDS[section.kind] for section in dossier.sections]


def test_kinds_of_the_vaults_own_follow_under_their_own_names():
    own = load_schema(
        'kind = "visit"\nlabels = { en = "visit", kk = "сапар" }\n'
        '[fields.place_of_visit]\ntype = "text"\nlevel = "open"\ngroup = "identity"\nsubject = "self"\n'
    )
    record = DisclosedRecord("visit-AAAAAA", "visit", (claim("place_of_visit", "Hill"),))
    (section,) = build(disclose(record, schemas=SCHEMAS.merge(own))).sections
    assert section.title == Words("visit", "visit", "сапар", "visit")
    assert section.records[0].fields[0].label == Words(*["place_of_visit"] * 4)


def test_people_with_their_relations_as_far_as_they_are_told():
    dossier = build(
        disclose(
            person(
                claim("name", {"text": "Bekzat"}, kind="name"),
                claim("relative", {"record": "person-BBBBBB", "names": ["Gul"], "relation": "mother"}, kind="link"),
                claim("relative", {"record": "person-CCCCCC"}, "pseudonym", "link"),
                claim("relative", {"record": "person-DDDDDD", "relation": "father"}, kind="link", retracted=True),
                claim("relative", None, "withheld", "link"),
                claim("same_as", {"record": "person-EEEEEE"}, "pseudonym", "link"),
            ),
            person(claim("name", {"text": "Gul"}, kind="name"), mark="person-BBBBBB"),
        )
    )
    assert [(one.title, one.relative.texts, one.relative.mark) for one in dossier.relations] == [
        (("Bekzat",), ("Gul",), Mark("person-BBBBBB", here=True)),
        (("Bekzat",), (), Mark("person-CCCCCC", here=False)),
    ]
    mother, nobody = (one.relative.manner for one in dossier.relations)
    assert (mother["en"], mother["ru"], mother["zh"], nobody) == ("mother", "мать", "母亲", None)


def test_the_timeline_is_in_order_and_undated_last():
    dossier = build(
        disclose(
            event(claim("kind", "release", kind="choice"), mark="AAAAAA"),
            event(claim("kind", "sentence", kind="choice"), claim("when", "2019~", kind="date"), mark="BBBBBB"),
            event(
                claim("kind", "arrest", kind="choice"),
                claim("person", {"names": ["Gul"], "record": "person-AAAAAA"}, kind="link"),
                claim("when", "2010", kind="date", retracted=True),
                claim("when", "2017-05-03", kind="date"),
                claim("when", "2017-05", "coarsened", "date"),
                claim("until", "2018", kind="date"),
                claim("place", {"text": "Hill", "region": "Altay"}, kind="place"),
                mark="CCCCCC",
            ),
            event(claim("when", "2018/2019", "coarsened", "date"), mark="DDDDDD"),
            event(claim("when", "not a date", kind="date"), claim("when", None, "withheld", "date"), mark="EEEEEE"),
        )
    )
    assert [one.event.token[-6:] for one in dossier.timeline] == ["CCCCCC", "DDDDDD", "BBBBBB", "AAAAAA", "EEEEEE"]
    arrest = dossier.timeline[0]
    assert (arrest.when, arrest.until) == (("2017-05-03", "2017-05"), ("2018",))
    assert arrest.what[0]["kk"] == "қамауға алу"
    assert arrest.whom == (Value(("Gul",), Mark("person-AAAAAA", here=False)),)
    assert arrest.where == (Value(("Hill", "Altay")),)
    assert dossier.timeline[-2].when == ()


def test_a_claim_says_how_it_is_known():
    told = only(
        claim("health", "ill", basis="document", confidence="low", as_of="2018", source="document-BBBBBB"),
        claim("health", "well", retracted=True),
    )["health"].claims
    assert [one.value.texts for one in told] == [("ill",), ("well",)]
    assert [one.retracted for one in told] == [False, True]
    assert (told[0].basis, told[0].confidence) == (WORDS["document-basis"], WORDS["low"])
    assert (told[0].as_of, told[0].source) == ("2018", Mark("document-BBBBBB", here=False))


@pytest.mark.parametrize("outcome", ["withheld", "unknown", "not-asked"])
def test_what_is_not_told_says_which_way(outcome):
    (told,) = only(claim("health", None, outcome))["health"].claims
    assert (told.outcome, told.said, told.value) == (outcome, WORDS[outcome], Value())


def test_a_mask_and_a_coarse_value_are_shown_and_named():
    told = only(claim("notes", MASK, "withheld"), claim("birth", "1960/1969", "coarsened", "birth"))
    assert (told["notes"].claims[0].value.texts, told["notes"].claims[0].said) == ((MASK,), WORDS["withheld"])
    assert (told["birth"].claims[0].value.texts, told["birth"].claims[0].said) == (("1960/1969",), WORDS["coarsened"])


def test_the_terms_are_those_that_occur():
    assert [one.outcome for one in build(disclose(*FAMILY)).terms] == [
        "withheld", "unknown", "not-asked", "coarsened", "retracted",
    ]  # fmt: skip
    assert build(disclose(person(claim("health", "ill")))).terms == ()


DISPUTES = [
    ("two of one", [claim("sex", "male", kind="choice"), claim("sex", "female", kind="choice")], True),
    ("the same twice", [claim("sex", "male", kind="choice"), claim("sex", "male", kind="choice", basis="told")], False),
    ("one taken back", [claim("sex", "male", retracted=True), claim("sex", "other")], False),
    ("one withheld", [claim("sex", "male", kind="choice"), claim("sex", None, "withheld", "choice")], False),
    ("many may be", [claim("nationality", "one"), claim("nationality", "two")], False),
    ("a year and its day", [claim("birth", "1961", kind="birth"), claim("birth", "1961-04-07", kind="birth")], False),
    ("two years", [claim("birth", "1961", kind="birth"), claim("birth", "1962", kind="birth")], True),
    ("coarse and far", [claim("birth", "1960/1969", "coarsened", "birth"), claim("birth", "1971", kind="birth")], True),
    ("no dates", [claim("birth", "about", kind="birth"), claim("birth", "never", kind="birth")], False),
    ("unknown field", [claim("shoe", "40"), claim("shoe", "41")], False),
]  # fmt: skip


@pytest.mark.parametrize(("claims", "disputed"), [case[1:] for case in DISPUTES], ids=[case[0] for case in DISPUTES])
def test_accounts_that_cannot_both_be_true_are_recognised(claims, disputed):
    for order in itertools.permutations(claims):
        (field,) = only(*order).values()
        assert field.disputed is disputed


def test_attachments_have_their_place_in_the_bag():
    record = DisclosedRecord(
        "document-AAAAAA",
        "document",
        (
            claim("file", {"path": "data/files/file-AAAAAA.jpg"}, kind="file"),
            claim("file", {"path": "data/files/0123-0.pdf", "name": "letter.pdf"}, kind="file"),
            claim("file", None, "withheld", "file"),
        ),
    )
    (section,) = build(disclose(record)).sections
    assert list(section.records[0].attachments()) == [
        Attachment("data/files/file-AAAAAA.jpg"),
        Attachment("data/files/0123-0.pdf", "letter.pdf"),
    ]


def test_a_link_to_a_person_shows_only_what_it_says_one_to_a_record_its_title():
    paper = DisclosedRecord("document-BBBBBB", "document", (claim("title", "Notice"),))
    about = event(
        claim("person", {"record": "person-AAAAAA"}, "pseudonym", "link"),
        claim("witness", {"record": "document-BBBBBB"}, kind="link"),
        mark="CCCCCC",
    )
    born = person(claim("birth", "1960/1979", "coarsened", "birth"))
    record = build(disclose(born, paper, about)).sections[1].records[0]
    assert [one.claims[0].value.texts for one in record.fields] == [(), ("Notice",)]


def test_the_title_of_a_record_is_short_and_has_nothing_taken_back():
    name = claim("name", {"text": "word\n" * 1000}, kind="name")
    (section,) = build(disclose(person(name, claim("birth", "1961", kind="birth", retracted=True)))).sections
    ((title,),) = [record.title for record in section.records]
    assert len(title) == 121
    assert title.startswith("word word")


def test_counts_leave_in_place_of_records():
    names = ("sex", "event.place", "no_such")
    table = Table(names, (Cell(("female", "Tekes", "x"), 7), Cell((None, "female", None), None)), 5, None)
    dossier = build(disclose(table=table))
    sex, place, own = dossier.counts.fields
    assert (sex["en"], sex["ru"], place["zh"], own) == ("sex", "пол", "事件: 地点", "no_such")
    (first, seven), (second, held) = dossier.counts.rows
    assert [one if isinstance(one, str) else one["ru"] for one in first] == ["женский", "Tekes", "x"]
    assert (second, seven, held) == ((WORDS["all"], "female", WORDS["all"]), 7, None)
    assert "5" in dossier.intro["zh"]
    assert dossier.sections == ()


VALUES = st.one_of(
    st.text(max_size=30),
    st.integers(),
    st.none(),
    st.dictionaries(
        st.sampled_from(["text", "names", "record", "relation", "kind", "path", "region", "county", "country", "name"]),
        st.one_of(st.text(max_size=20), st.lists(st.text(max_size=9), max_size=3)),
        max_size=4,
    ),
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["name", "relative", "birth", "sex", "health", "when", "place", "file", "kind", "odd"]),
            VALUES,
            st.sampled_from(["value", "pseudonym", "coarsened", "withheld", "unknown", "not-asked"]),
            st.sampled_from(["name", "link", "birth", "choice", "text", "date", "place", "file", "number"]),
            st.booleans(),
        ),
        max_size=6,
    ),
    st.sampled_from(["person", "event", "document", "odd"]),
)
def test_whatever_the_json_form_can_hold_makes_a_dossier(claims, kind):
    record = DisclosedRecord(
        f"{kind}-AAAAAA",
        kind,
        tuple(claim(name, value, out, of, retracted=back) for name, value, out, of, back in claims),
    )
    dossier = build(disclose(record))
    assert dossier == build(disclose(record))
    told = [one for field in dossier.sections[0].records[0].fields for one in field.claims]
    assert len(told) == len(claims)
    for language in LANGUAGES:
        assert markdown.write(dossier, language).decode()


def test_every_text_of_the_records_is_in_the_tree():
    found = {text for text in texts(build(disclose(*FAMILY, note="Call me."))) if isinstance(text, str)}
    for record in FAMILY:
        for one in record.claims:
            for text in json.loads(json.dumps([one.value]))[0:1]:
                said = text if isinstance(text, str) else (text or {}).get("text")
                if said and one.type != "choice" and not said.startswith("["):
                    assert said in found
    assert "Call me." in found
