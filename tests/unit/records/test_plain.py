"""Records as JSON and back. All persons and facts are invented."""

from __future__ import annotations

import pytest

from vault.errors import AmbiguousIdError, LimitError, NotFoundError, RecordError
from vault.records import (
    Claim,
    Revision,
    Schemas,
    load_schema,
    parse_record,
    parse_value,
    record_to_json,
    script_of,
)

SCHEMAS = Schemas.shipped()
KNOWN = bytes.fromhex("3fa2") + bytes(14)


def resolve(text):
    if text.startswith("3fa"):
        return KNOWN
    if text == "abcd":
        raise AmbiguousIdError(text, 2)
    raise NotFoundError("there is no such record")


def read(tree, **more):
    return parse_record(tree, SCHEMAS, resolve=resolve, **more)


def claim(kind, /, **fields):
    (found,) = read({"kind": kind, **{f"{kind}.{name}": value for name, value in fields.items()}}).claims
    return found


def value(kind, name, given):
    return claim(kind, **{name: given}).value


def revision(draft, **more):
    return Revision(
        draft.record_id or b"r" * 16, draft.kind, (), b"d", 5, draft.claims, b"s" * 32, removed=draft.removed, **more
    )


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Жақып", "Cyrillic"),
        ("جاقىپ", "Arabic"),
        ("Zhaqyp", "Latin"),
        ("加合甫", "Han"),
        ("Жақып Z", "Cyrillic"),
        ("Ångström", "Latin"),
        ("12-34", ""),
        ("Γιώργος", ""),
    ],
)
def test_the_script_of_a_name_is_seen(text, script):
    assert script_of(text) == script
    assert value("person", "name", text).get("script", "") == script


def test_names_in_short_and_in_full():
    assert value("person", "name", " Жақып ") == {"text": "Жақып", "kind": "birth", "script": "Cyrillic"}
    assert value("person", "name", "加合甫") == {"text": "加合甫", "kind": "chinese-official", "script": "Han"}
    full = {"text": "加合甫", "kind": "nickname", "script": "Hans", "lang": "zh-Hans"}
    assert value("person", "name", full) == full
    assert value("person", "name.nickname", "Жака")["kind"] == "nickname"
    assert value("person", "name.chinese_official", "Jiahefu")["kind"] == "chinese-official"


def test_places_in_short_and_in_full():
    assert value("event", "place", "Tekes") == {"text": "Tekes"}
    assert value("event", "place", {"text": "a", "county": None, "region": "Ili"}) == {"text": "a", "region": "Ili"}
    assert value("event", "place", {"region": "Ili", "country": "X"}) == {
        "text": "Ili",
        "region": "Ili",
        "country": "X",
    }


def test_links_by_the_beginning_of_an_id_and_by_a_whole_id():
    assert value("event", "person", "3fa2") == KNOWN
    assert value("event", "person", {"link": "3fa2"}) == KNOWN
    assert value("event", "person", "ff" * 16) == b"\xff" * 16
    for given, error in (("77aa", NotFoundError), ("abcd", AmbiguousIdError), ("Айша", NotFoundError)):
        with pytest.raises(error):
            value("event", "person", given)


def test_kin_links_hold_a_relation_and_a_name_or_a_record():
    assert value("person", "relative.mother", "Айша") == {"relation": "mother", "name": "Айша"}
    assert value("person", "relative.mother", "3fa2") == {"relation": "mother", "link": KNOWN}
    assert value("person", "relative.in_law", "Deda") == {"relation": "in-law", "name": "Deda"}
    assert value("person", "relative.uncle", "deda") == {"relation": "uncle", "name": "deda"}
    both = {"relation": "son", "name": "Ерлан", "link": "3fa2"}
    assert value("person", "relative", both) == {"relation": "son", "name": "Ерлан", "link": KNOWN}
    assert value("case", "lead", "Гүлнар") == {"name": "Гүлнар"}
    assert value("case", "lead", {"link": "3fa2"}) == KNOWN


def test_choices_by_key_and_by_what_they_are_called():
    assert value("event", "kind", "last_contact") == "last_contact"
    assert value("event", "kind", "last-contact") == "last_contact"
    assert value("event", "kind", "последний контакт") == "last_contact"
    assert value("event", "kind", "Қамауға алу") == "arrest"
    assert value("document", "role", "redacted of") == "redacted-of"
    assert value("person", "inside", True) == "yes"
    assert value("person", "inside", False) == "no"


def test_other_values_are_kept_as_typed_and_trimmed():
    assert value("person", "phone", " +7 (701) 555-01-02 ") == "+7 (701) 555-01-02"
    assert value("person", "id_document", " ab 123 ") == "ab 123"
    assert value("person", "born", " 1961~ ") == "1961~"
    assert value("person", "birth", 961) == "0961"
    assert value("event", "narrative", " two\nlines \n") == " two\nlines \n"


def test_numbers_in_an_own_field():
    own = SCHEMAS.merge(load_schema('kind = "case"\n[fields.size]\ntype = "number"\nlevel = "open"'))
    for given, kept in ((7, 7), (" -12 ", -12), (2**63 - 1, 2**63 - 1)):
        assert parse_value(own.field("case", "size"), given, resolve=resolve) == kept
    for wrong in (True, 1.5, "1.5", 2**63, "9" * 19, "", None, [1]):
        with pytest.raises(RecordError):
            parse_value(own.field("case", "size"), wrong, resolve=resolve)


@pytest.mark.parametrize(
    ("kind", "name", "wrong"),
    [
        ("person", "name", ""),
        ("person", "name", "canary\0"),
        ("person", "name", "canary\ud800"),
        ("person", "name", 5),
        ("person", "name", {"kind": "birth"}),
        ("person", "name", {"text": "canary", "kind": "canary"}),
        ("person", "name", {"text": "canary", "surname": "canary"}),
        ("person", "name", {"text": "canary", "script": "canary 1"}),
        ("person", "name", {"text": "canary", "script": ["Latin"]}),
        ("person", "name", {"text": "canary", "lang": "canary canary"}),
        ("person", "name.canary", "canary"),
        ("person", "phone", 77015550102),
        ("person", "phone.mobile", "canary"),
        ("person", "phone", {"text": "canary"}),
        ("person", "birth", "03.05.1961 canary"),
        ("person", "birth", 19610503),
        ("person", "birth", True),
        ("person", "sex", "canary"),
        ("person", "sex", True),
        ("person", "sex", ["canary"]),
        ("person", "relative", "canary"),
        ("person", "relative.canary", "canary"),
        ("person", "relative.mother", {"relation": "canary"}),
        ("person", "relative.mother", {"surname": "canary"}),
        ("case", "lead", {"relation": "canary", "name": "canary"}),
        ("case", "lead", {}),
        ("event", "person", {"name": "canary"}),
        ("event", "place", {}),
        ("event", "place", {"village": "canary"}),
        ("event", "place", {"region": 5}),
        ("event", "narrative", {"text": "canary"}),
        ("document", "file", {"name": "canary"}),
        ("person", "birth", {"value": "1961", "state": "unknown"}),
        ("person", "birth", {"state": "canary"}),
        ("person", "birth", {"basis": "told"}),
        ("person", "birth", {"value": "1961", "basis": "canary"}),
        ("person", "birth", {"value": "1961", "confidence": "canary"}),
        ("person", "birth", {"value": "1961", "as_of": "canary"}),
        ("person", "birth", {"value": "1961", "recorded_at": "canary"}),
        ("person", "birth", {"value": "1961", "recorded_at": True}),
        ("person", "birth", {"value": "1961", "canary": 1}),
        ("person", "canary", 1),
        ("person", "Canary", 1),
    ],
)
def test_what_does_not_fit_is_refused_with_its_field_and_without_its_value(kind, name, wrong):
    with pytest.raises(RecordError) as caught:
        value(kind, name, wrong)
    told = str(caught.value)
    assert told.startswith(f"{kind}.{name.partition('.')[0]}: ") or name == "Canary"
    assert "canary" not in told.removeprefix(f"{kind}.canary")


def test_too_much_text_is_over_a_limit():
    with pytest.raises(LimitError):
        value("event", "narrative", "x" * ((1 << 20) + 1))
    with pytest.raises(LimitError):
        read({"kind": "person", "name": ["x"] * 4097})


# --- records ----------------------------------------------------------------------------------------------------------


def test_claims_in_short_and_in_full():
    draft = read(
        {
            "kind": "person",
            "name": ["Жақып", {"text": "Jakyp", "kind": "other", "basis": "document"}],
            "sex": {"state": "withheld"},
            "birth": {
                "value": "1961",
                "source": "3fa2",
                "basis": "told",
                "as_of": "2019-05",
                "confidence": "low",
                "recorded_at": "2026-11-24T05:40:00Z",
            },
            "passport": [{"state": "retracted"}, {"value": "N1", "state": "retracted", "recorded_at": 7}, None],
            "phone": None,
        }
    )
    assert [(found.field, found.state, found.basis) for found in draft.claims] == [
        ("name", "stated", None),
        ("name", "stated", "document"),
        ("sex", "withheld", None),
        ("birth", "stated", "told"),
        ("passport", "retracted", None),
        ("passport", "retracted", None),
    ]
    birth = draft.claims[3]
    assert (birth.source, birth.as_of, birth.confidence, birth.recorded_at) == (KNOWN, "2019-05", "low", 1795498800)
    assert draft.claims[5].value == "N1"
    assert (draft.record_id, draft.parents, draft.removed) == (None, (), False)


def test_a_time_without_a_zone_is_taken_as_utc():
    found = claim("person", birth={"value": "1961", "recorded_at": "1970-01-01T00:01:00"})
    assert found.recorded_at == 60


def test_a_field_called_kind_is_written_with_its_kind():
    draft = read({"kind": "event", "event.kind": "arrest", "event.when": "2017"})
    assert [found.field for found in draft.claims] == ["kind", "when"]
    tree = record_to_json(revision(draft), SCHEMAS)
    assert (tree["kind"], tree["event.kind"], tree["when"]) == ("event", [{"value": "arrest"}], [{"value": "2017"}])


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        "person",
        {},
        {1: "person"},
        {"kind": "canary"},
        {"kind": ["person"]},
        {"kind": "person", "id": "canary"},
        {"kind": "person", "id": 5},
        {"kind": "person", "removed": "canary"},
        {"kind": "person", "nmae": "canary"},
    ],
)
def test_what_is_no_record_is_refused(tree):
    with pytest.raises(RecordError) as caught:
        read(tree)
    assert "canary" not in str(caught.value)


def test_a_slip_is_told_with_what_may_be_meant():
    with pytest.raises(RecordError, match="did you mean name"):
        read({"kind": "person", "nmae": "x"})
    with pytest.raises(RecordError, match=r"person\.name, claim 2: "):
        read({"kind": "person", "name": ["x", 5]})


def test_json_is_written_in_one_shape():
    draft = read({"kind": "person", "id": "07" * 16, "removed": True, "birth": "1961", "relative.mother": "3fa2"})
    draft_claims = (*draft.claims, Claim("sex", state="not-asked"), Claim("birth", "1962", recorded_at=1 << 60))
    found = Revision(b"\x07" * 16, "person", (), b"", 0, draft_claims, bytes(32), removed=True)
    assert record_to_json(found, SCHEMAS) == {
        "id": "07" * 16,
        "kind": "person",
        "removed": True,
        "birth": [{"value": "1961"}, {"value": "1962", "recorded_at": 1 << 60}],
        "relative": [{"value": {"relation": "mother", "link": KNOWN.hex()}}],
        "sex": [{"state": "not-asked"}],
    }
    again = read(record_to_json(found, SCHEMAS))
    assert again.record_id == found.record_id
    assert again.removed
    assert set(map(repr, again.claims)) == set(map(repr, found.claims))


def test_an_edit_keeps_what_this_program_does_not_know():
    claims = (
        Claim("blood_group", "AB", basis="told"),
        Claim("name", {"text": "Айгүл", "tone": "falling"}, extra={99: b"x"}),
        Claim("birth", {"calendar": "lunar"}),
    )
    before = Revision(b"r" * 16, "person", (), b"", 0, claims, bytes(32), schema_version=3, extra={50: "new"})
    tree = record_to_json(before, SCHEMAS)
    tree["phone"] = "555 01 02"
    after = read(tree, before=before)
    assert after.claims == (*claims, Claim("phone", "555 01 02"))
    assert (after.record_id, after.parents) == (before.record_id, (before.id,))
    assert (after.schema_version, after.extra) == (3, {50: "new"})


def test_files_and_unknown_fields_come_only_from_the_record_that_is_edited():
    file = {"id": b"i" * 16, "name": "scan.pdf", "length": 3, "sha256": b"h" * 32, "chunks": 1, "depth": 0}
    before = Revision(b"r" * 16, "document", (), b"", 0, (Claim("file", file), Claim("colour", "red")), bytes(32))
    tree = record_to_json(before, SCHEMAS)
    assert tree["file"][0]["value"]["sha256"] == (b"h" * 32).hex()
    assert read(tree, before=before).claims == before.claims
    with pytest.raises(RecordError, match="attach"):
        read({"kind": "document", "file": tree["file"]})
    with pytest.raises(RecordError, match="no such field"):
        read({"kind": "document", "colour": tree["colour"]})
    with pytest.raises(RecordError, match="no such field"):
        read({"kind": "document", "colour": "red"}, before=before)


def test_an_edit_changes_neither_kind_nor_id():
    before = Revision(b"r" * 16, "person", (), b"", 0, (), bytes(32))
    assert read({"name": "Айгүл"}, before=before).kind == "person"
    for wrong in ({"kind": "event"}, {"id": "00" * 16}):
        with pytest.raises(RecordError, match="cannot change"):
            read(wrong, before=before)


def test_a_record_of_a_kind_that_no_schema_describes_can_be_edited():
    before = Revision(b"r" * 16, "vehicle", (), b"", 0, (Claim("plate", "AB 1"),), bytes(32))
    assert read(record_to_json(before, SCHEMAS), before=before).claims == before.claims
