"""Transcripts of add, edit, show, list, history, search and remove. All people are invented."""

import json
from pathlib import Path
from typing import Any

import pytest


def without_times(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in claim.items() if key != "recorded_at"} for claim in claims]


def test_a_first_session(casevault: Any) -> None:
    person = casevault("add", "person", "name=Айгүл Үлгі", "birth=1961~").lines[0]
    assert len(person) == 32
    shown = casevault("show", person[:6])
    assert f"person {person}" in shown.out
    assert "Айгүл Үлгі (birth, Cyrillic)" in shown.out
    assert "1961~" in shown.out
    assert casevault("list").lines == [f"{person}\tperson\tАйгүл Үлгі, 1961~\t{shown.out.split()[3]}"]
    assert casevault("search", "айгүл").lines[0].startswith(f"{person}\tperson\t")


def test_options_may_stand_before_the_command_too(casevault: Any) -> None:
    words = ("--json", "-V", str(casevault.vault), "--passphrase-file", str(casevault.secret), "list", "--no-input")
    assert casevault.raw(*words).json == {"records": []}


def test_json_of_show_reads_back_as_a_record(casevault: Any) -> None:
    source = casevault("add", "source", "--from", "-", stdin=b'{"name": "A newspaper"}', expect=0)
    assert source.out == "1 added\n"
    source_id = casevault("list", "source", "--json").json["records"][0]["id"]
    person = casevault("add", "person", "name.nickname=Ike", "--source", source_id[:8], "--basis", "told").lines[0]
    tree = casevault("show", person, "--json").json
    assert tree["kind"] == "person"
    claim = {"value": {"text": "Ike", "kind": "nickname", "script": "Latin"}, "basis": "told", "source": source_id}
    assert without_times(tree["record"]["name"]) == [claim]
    del tree["record"]["id"]
    casevault("add", "--from", "-", stdin=json.dumps(tree["record"]).encode())
    assert len(casevault("list", "person").lines) == 2


def test_claims_stand_side_by_side_and_a_retraction_keeps_the_value(casevault: Any) -> None:
    person = casevault("add", "person", "birth=1961").lines[0]
    assert casevault("edit", person, "birth=1962").lines == [f"{person} +birth"]
    assert casevault("edit", person, "--retract", "birth").lines == [f"{person} retracted birth retracted birth"]
    claims = without_times(casevault("show", person, "--json").json["record"]["birth"])
    assert claims == [{"value": "1961", "state": "retracted"}, {"value": "1962", "state": "retracted"}]
    assert "retracted: 1961" in casevault("show", person).out


def test_a_correction_replaces_and_the_history_keeps_what_stood_there(casevault: Any) -> None:
    person = casevault("add", "person", "birth=1691").lines[0]
    casevault("edit", person, "birth=1961", "--correct")
    assert without_times(casevault("show", person, "--json").json["record"]["birth"]) == [{"value": "1961"}]
    history = casevault("history", person, "--json").json["history"]
    assert [step["changes"] for step in history] == [["+birth"], ["+birth", "-birth"]]
    assert casevault("history", person).lines[0].endswith("+birth")


def test_the_four_ways_of_having_no_value(casevault: Any) -> None:
    options = ("--unknown", "birth", "--withheld", "address", "--not-asked", "occupation")
    person = casevault("add", "person", *options).lines[0]
    page = casevault("show", person).out
    assert "unknown" in page
    assert "would not say" in page
    assert "not asked" in page
    assert "sex" not in page


@pytest.mark.parametrize("words", [("person", "phone=+77000000001"), ("source", "name=Somebody"), ("event", "notes=x")])
def test_secret_values_are_not_taken_from_arguments(casevault: Any, words: tuple[str, str]) -> None:
    done = casevault("add", *words, expect=2)
    assert "not taken from the command line" in done.err
    assert words[1].partition("=")[2] not in done.err
    assert casevault("list", "--json").json == {"records": []}


def test_secret_values_are_taken_from_a_file_or_standard_input(casevault: Any, tmp_path: Path) -> None:
    (tmp_path / "number").write_text("+77000000001\n", "utf-8")
    person = casevault("add", "person", f"phone=@{tmp_path / 'number'}", "account=@-", stdin=b"somebody\n").lines[0]
    record = casevault("show", person, "--json").json["record"]
    assert without_times(record["phone"]) == [{"value": "+77000000001"}]
    assert without_times(record["account"]) == [{"value": "somebody"}]


def test_an_id_is_no_secret_value_and_a_name_is_one(casevault: Any) -> None:
    person = casevault("add", "person", "sex=male").lines[0]
    event = casevault("add", "event", "kind=arrest", f"witness={person}").lines[0]
    assert casevault("show", event, "--json").json["record"]["witness"][0]["value"] == person
    casevault("add", "event", "kind=arrest", "witness=Fadea", expect=2)
    casevault("add", "event", "kind=arrest", "witness=fade", expect=2)


def test_standard_input_holds_one_thing(casevault: Any) -> None:
    casevault("add", "person", "phone=@-", "account=@-", stdin=b"x", expect=2)
    words = ("-V", str(casevault.vault), "--passphrase-file", "-")
    casevault.raw("add", "person", "phone=@-", *words, stdin=casevault.secret.read_bytes(), expect=2)
    casevault.raw("add", "--from", "-", *words, stdin=casevault.secret.read_bytes(), expect=2)


def test_edit_refuses_secret_values_in_arguments_too(casevault: Any) -> None:
    person = casevault("add", "person", "sex=female").lines[0]
    casevault("edit", person, "phone=+77000000001", expect=2)
    assert len(casevault("history", person).lines) == 1


def test_a_value_with_parts_and_a_literal_at_sign(casevault: Any) -> None:
    person = casevault("add", "person", 'address:={"text": "Үлгі", "country": "Nowhere"}', "occupation=@@home").lines[0]
    record = casevault("show", person, "--json").json["record"]
    assert without_times(record["address"]) == [{"value": {"text": "Үлгі", "country": "Nowhere"}}]
    assert without_times(record["occupation"]) == [{"value": "@home"}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("persona", "name=x"), "There is no kind 'persona'"),
        (("person", "nmae=x"), "Did you mean name"),
        (("person", "name"), "not of the form FIELD=VALUE"),
        (("person",), "Nothing to add"),
        ((), "Which kind"),
        (("person", "name=@/nowhere/at/all"), "cannot be read"),
        (("person", "address:=[1,"), "not JSON"),
        (("person", "--partial"), "--partial belongs to --from"),
        (("person", "name=x", "--from", "-"), "not both"),
    ],
)
def test_mistakes_on_the_command_line(casevault: Any, words: tuple[str, ...], said: str) -> None:
    assert said in casevault("add", *words, expect=2).err


def test_a_bad_value_is_named_by_its_field_and_not_repeated(casevault: Any) -> None:
    done = casevault("add", "person", "birth=someday-secret", expect=1)
    assert "birth" in done.err
    assert "someday-secret" not in done.err


def test_a_likely_duplicate_is_told(casevault: Any) -> None:
    first = casevault("add", "person", "name=Aigul Invented").lines[0]
    assert f"Perhaps the same person: {first[:10]}" in casevault("add", "person", "name=Aigul Invented").err


# --- from a file --------------------------------------------------------------------------------------------------


def test_lines_may_point_at_each_other_forward_and_back(casevault: Any) -> None:
    lines = [
        {"kind": "event", "event.kind": "arrest", "person": "@p"},
        {"kind": "person", "ref": "p", "name": "Invented One", "relative.mother": "@m"},
        {"kind": "person", "ref": "m", "name": "Invented Mother"},
    ]
    assert casevault("add", "--from", "-", stdin=b"\n".join(json.dumps(x).encode() for x in lines)).out == "3 added\n"
    records = {record["title"]: record["id"] for record in casevault("list", "person", "--json").json["records"]}
    shown = casevault("show", records["Invented One"], "--json").json["record"]
    assert shown["relative"][0]["value"]["link"] == records["Invented Mother"]


def test_lines_may_point_at_records_in_the_vault(casevault: Any) -> None:
    person = casevault("add", "person", "name=Invented").lines[0]
    line = json.dumps({"kind": "event", "event.kind": "arrest", "person": person[:8]}).encode()
    assert casevault("add", "--from", "-", stdin=line).out == "1 added\n"


BAD = b"""{"kind": "person", "name": "Good One"}
{"kind": "person", "name": "Bad", "born": "someday-secret"}
not json at all
{"kind": "person", "kind": "event"}

{"kind": "person", "nmae": "x"}
{"kind": "person", "name": "Good Two"}
{"kind": "event", "event.kind": "arrest", "person": "@nobody"}
[1, 2]
{"kind": "person", "name": NaN}
"""


def test_every_bad_line_is_named_and_nothing_is_taken(casevault: Any) -> None:
    done = casevault("add", "--from", "-", "--json", stdin=BAD, expect=1)
    assert [problem["line"] for problem in done.json["problems"]] == [2, 3, 4, 6, 8, 9, 10]
    assert done.json["added"] == 0
    assert "line 2: person.birth" in done.err
    assert "someday-secret" not in done.err
    assert "Nothing was added" in done.err
    assert casevault("list", "--json").json == {"records": []}
    assert casevault("status", "--json").json["epoch"] == 1


def test_partial_keeps_the_good_ones(casevault: Any) -> None:
    done = casevault("add", "--from", "-", "--partial", stdin=BAD, expect=1)
    assert done.out == "2 added\n"
    titles = {record["title"] for record in casevault("list", "--json").json["records"]}
    assert titles == {"Good One", "Good Two"}


def test_one_record_over_many_lines(casevault: Any, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"kind": "person", "name": "Pretty Printed"}, indent=2), "utf-8-sig")
    assert casevault("add", "--from", str(path)).out == "1 added\n"


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"{", b"\xff\xfe{", b"[" * 100_000, b'{"kind":"person"}' + b" " * (1 << 20)]
)
def test_no_file_is_taken_for_more_than_it_is(casevault: Any, data: bytes) -> None:
    done = casevault("add", "--from", "-", stdin=data, expect=None)
    assert done.code in {0, 1}
    assert casevault("list", "--json").json == {"records": []}


def test_the_kind_may_stand_on_the_command_line(casevault: Any) -> None:
    casevault("add", "person", "--from", "-", stdin=b'{"name": "Invented"}')
    assert casevault("list", "person", "--json").json["records"][0]["title"] == "Invented"


def test_helper_processes_make_no_difference(casevault: Any) -> None:
    lines = b"\n".join(json.dumps({"kind": "person", "name": f"Invented {number}"}).encode() for number in range(600))
    done = casevault("add", "--from", "-", "--no-compare", "--processes", "2", stdin=lines)
    assert done.out == "600 added\n"
    assert len(casevault("search", "--exact", "-n", "1000", "invented").lines) == 600
    casevault("add", "--from", "-", "--processes", "0", stdin=lines, expect=2)
    assert "belongs to --from" in casevault("add", "person", "name=x", "--processes", "2", expect=2).err


def test_a_missing_file_is_told(casevault: Any) -> None:
    assert "cannot be read" in casevault("add", "--from", "nowhere.jsonl", expect=2).err


# --- reading ------------------------------------------------------------------------------------------------------


def test_ids_that_fit_nothing_or_too_much(casevault: Any) -> None:
    for number in range(40):
        casevault("add", "person", f"name=Invented {number}")
    assert casevault("show", "zzzz", expect=1).err
    records = casevault("list", "--json").json["records"]
    first = next(letter for letter in "0123456789abcdef" if sum(one["id"].startswith(letter) for one in records) > 1)
    done = casevault("show", first, expect=1)
    assert "fits" in done.err or "4" in done.err


def test_show_as_of_a_day_before_the_record_existed(casevault: Any) -> None:
    person = casevault("add", "person", "name=Invented").lines[0]
    casevault("show", person, "--as-of", "2017-05-01", expect=1)
    assert "Invented" in casevault("show", person, "--as-of", "2999-01-01").out


def test_search_with_no_words_and_nobody_to_ask(casevault: Any) -> None:
    assert "Search for what" in casevault("search", expect=2).err


def test_search_without_a_match_says_that_it_proves_nothing(casevault: Any) -> None:
    done = casevault("search", "nobody")
    assert done.out == ""
    assert "proves nothing" in done.err


def test_labels_in_other_languages(casevault: Any) -> None:
    person = casevault("add", "person", "sex=female").lines[0]
    assert "женский" in casevault("show", person, "--lang", "ru").out
    assert "女" in casevault("show", person, "--lang", "zh").out


# --- remove -------------------------------------------------------------------------------------------------------


def test_remove_hides_and_restore_brings_back(casevault: Any) -> None:
    person = casevault("add", "person", "name=Invented").lines[0]
    done = casevault("remove", person)
    assert "go on withholding it" in done.err
    assert casevault("list").out == ""
    assert casevault("list", "--removed").lines[0].startswith(person)
    assert "removed" in casevault("show", person).out
    casevault("edit", person, "--restore")
    assert casevault("list").lines[0].startswith(person)


def test_purge_asks_lists_the_mentions_and_erases(casevault: Any) -> None:
    person = casevault("add", "person", "name=Invented Person").lines[0]
    event = casevault("add", "event", "kind=arrest", f"person={person}", "narrative=They took Invented Person.").lines[
        0
    ]
    refused = casevault("remove", person, "--purge", "--no-input", expect=2)
    assert "--yes" in refused.err
    assert f"{event[:10]}, field narrative: names it" in refused.err
    assert casevault("list", "person").lines
    done = casevault("remove", person, "--purge", "--yes", "--json")
    assert done.json["purged"] is True
    assert {mention["field"] for mention in done.json["mentions"]} == {"narrative", "person"}
    casevault("show", person, expect=1)
    assert "Invented" not in casevault("show", event).out
