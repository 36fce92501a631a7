"""A disclosure as JSON, CSV and dossier. All people, texts and hostile values here are made up."""

import csv
import io
import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.render.invented import FAMILY, claim, disclose, person
from vault.redact import DisclosedRecord
from vault.redact.view import _VAULT_ROOM, Permit
from vault.render import render


def rows(files):
    return list(csv.DictReader(io.StringIO(files["data/records.csv"].decode("utf-8-sig"), newline="")))


def dossier(*records, language="en", **more):
    return render(disclose(*records, **more), language=language)["data/dossier.md"].decode()


def test_four_files_always_the_same_bytes():
    first = render(disclose(*FAMILY))
    assert list(first) == ["data/records.json", "data/records.csv", "data/dossier.md", "index.html"]
    assert render(disclose(*FAMILY)) == first


def test_json_says_all_and_tells_the_states_apart():
    tree = json.loads(render(disclose(*FAMILY))["data/records.json"])
    assert tree["format"] == "casevault-records/1"
    fields = tree["records"][0]["fields"]
    assert fields["birth"] == [{"is": "withheld"}]
    assert fields["ethnicity"] == [{"is": "unknown"}]
    assert fields["health"] == [{"is": "not-asked"}]
    assert fields["name"][0] == {"is": "value", "value": {"text": "Bekzat Tursyn", "kind": "official"}}
    when = tree["records"][2]["fields"]["when"]
    assert when[0] == {
        "is": "value",
        "value": "2017-05-03",
        "basis": "told",
        "as_of": "2018-02",
        "source": "statement-DDDDDD",
    }
    assert when[1]["retracted"] is True


def test_csv_has_one_row_for_each_claim():
    found = rows(render(disclose(*FAMILY)))
    assert len(found) == sum(len(record.claims) for record in FAMILY)
    assert found[0]["value"] == "Bekzat Tursyn"
    assert found[0]["detail"] == "kind: official"
    assert found[2] == {
        "record": "person-AAAAAA", "kind": "person", "field": "relative", "outcome": "pseudonym",
        "value": "person-BBBBBB", "detail": "relation: mother", "retracted": "",
        "basis": "", "confidence": "", "as_of": "", "source": "",
    }  # fmt: skip


def test_the_dossier_reads_well():
    text = dossier(*FAMILY, note="Call me.\nThen write.")
    assert "### Bekzat Tursyn [person-AAAAAA]" in text
    assert "  - Bekzat Tursyn (name in papers)\n" in text
    assert "- **date of birth**: *(withheld)*" in text
    assert "*(unknown)*" in text
    assert "*(not asked)*" in text
    assert "[person-BBBBBB] (mother)" in text
    assert "  - 2017-05-03 (told by others; as of: 2018-02; from: [statement-DDDDDD])\n" in text
    assert "**taken back**; seen by the one who tells it; confidence: low" in text
    assert "  > Taken at night.\n  > Nobody knows where." in text
    assert "> Call me.\n> Then write." in text
    assert "- Bekzat Tursyn [person-AAAAAA] — mother: [person-BBBBBB]\n" in text
    assert "- 2017-05-03: arrest, Bekzat Tursyn [person-AAAAAA], Hill, Altay, [event-CCCCCC]\n" in text
    assert text.index("### summons") < text.index("### arrest")
    assert text.index("## People") < text.index("## Events")


@pytest.mark.parametrize(("language", "word"), [("ru", "не сообщается"), ("kk", "айтылмайды"), ("zh", "不予透露")])
def test_the_dossier_speaks_other_languages(language, word):
    assert f"*({word})*" in dossier(*FAMILY, language=language)


def test_another_language_is_the_callers_mistake():
    with pytest.raises(ValueError, match="dossier"):
        render(disclose(*FAMILY), language="fr")


OPENERS = [
    *(f"{opener}{rest}" for opener in "=+-@＝＋－＠﹢﹣﹦﹫−|%" for rest in ("1+1", "cmd|' /C calc'!A0")),
    *(f"{before}=1+1" for before in "\t\r\n \u00a0\u200b\ufeff\u202e\x00"), "\x0b@SUM(1)",
]  # fmt: skip


@pytest.mark.parametrize("value", OPENERS)
@pytest.mark.parametrize("shape", ["text", "name", "place", "link"])
def test_no_cell_begins_like_a_formula(value, shape):
    value = {"text": value, "name": {"text": value}, "place": {"text": "x", "county": value},
             "link": {"names": [value]}}[shape] if shape != "text" else value  # fmt: skip
    for row in rows(render(disclose(person(claim("notes", value, kind=shape))))):
        for cell in row.values():
            stripped = "".join(letter for letter in cell if unicodedata.category(letter)[0] not in "ZC")
            assert not stripped.startswith(tuple("=+-@＝＋－＠﹢﹣﹦﹫−|%"))


@given(st.text(max_size=40))
def test_any_text_stays_one_row_and_no_formula(value):
    data = render(disclose(person(claim("notes", value))))["data/records.csv"]
    assert data.count(b"\r\n") == 2
    text = data.decode("utf-8-sig").replace("\r\n", "").replace("\u200c", "").replace("\u200d", "")
    assert not {unicodedata.category(letter) for letter in text} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert unicodedata.normalize("NFKC", row["value"].strip() or " ")[0] not in "=+-@"


HOSTILE = [
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "http://example.org/track",
    "www.example.org",
    "a@example.org",
    "<http://example.org>",
    "`code` *bold* __bold__ ~~gone~~",
    "[person-AAAAAA]: http://example.org",
    "&lt;b&gt; &#60;",
    "a | b | c",
    "$x$",
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("before", ["", "first line\n", "first line\n\n    "])
def test_the_dossier_shows_markup_as_text(value, before):
    text = dossier(
        person(claim("health", before + value), claim("name", {"text": value}, kind="name")), note=before + value
    )
    text = text.replace("[person-AAAAAA]\n", "\n")
    markup = ["<script", "](", "![", "<http", "`code`", "*bold*", "__bold__", "~~gone~~", "[person-AAAAAA]:"]
    for part in (*markup, "http://", "&lt;b&gt;", " | b", "$x$", " a@e"):
        if part in value or part == "](":
            assert part not in text.replace("\\" + part, ""), part
    if "www" in value:
        assert "www.example" not in text


@pytest.mark.parametrize("value", ["# title", "> quote", "- item", "+ item", "1. item", "2) item", "=====", "-----"])
def test_no_line_of_a_text_begins_a_block(value):
    text = dossier(person(claim("health", f"one\n{value}\n{value}")), note=value)
    lines = [line.strip().removeprefix(">").strip() for line in text.splitlines()]
    assert value not in lines


@pytest.mark.parametrize(
    "letter", ["\x00", "\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u200e", "\u2028", "\ufeff", "\U000e0041"]
)
def test_no_control_or_direction_character_is_in_any_file(letter):
    files = render(
        disclose(person(claim("health", f"a{letter}b"), claim("name", {"text": f"a{letter}b"}, kind="name")))
    )
    for path, data in files.items():
        text = data.decode().removeprefix("\ufeff")
        assert letter not in text, path
    tree = json.loads(files["data/records.json"])
    assert tree["records"][0]["fields"]["health"][0]["value"] == f"a{letter}b"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_renders_and_json_gives_it_back(one, other):
    files = render(disclose(person(claim("health", one), claim("name", {"text": other}, kind="name")), note=one))
    tree = json.loads(files["data/records.json"])
    assert tree["records"][0]["fields"]["health"][0]["value"] == one
    assert files["data/dossier.md"].decode()


def test_everything_is_written_with_its_history():
    full = {"record": {"id": "00" * 16, "kind": "person"}, "history": [{"time": 5}]}
    tree = json.loads(render(disclose(replace(FAMILY[0], full=full)))["data/records.json"])
    assert tree["records"] == [full]


def test_a_disclosure_needs_an_unused_permit():
    used = Permit(_VAULT_ROOM, lambda *_: None)
    used.commit(b"", b"", {})
    for permit in (used, None, object()):
        with pytest.raises(TypeError):
            replace(disclose(), permit=permit)


def test_a_link_to_a_person_shows_what_it_says_and_not_what_else_is_told_of_them():
    born = person(claim("birth", "1960/1979", "coarsened", "birth"), mark="person-BBBBBB")
    link = DisclosedRecord(
        "event-CCCCCC", "event", (claim("person", {"record": "person-BBBBBB"}, "pseudonym", "link"),)
    )
    assert "- **to whom**: [person-BBBBBB]" in dossier(born, link)
