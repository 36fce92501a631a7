"""Shipped and own schemas. All persons and facts are invented."""

from __future__ import annotations

import pytest

from vault.errors import LimitError, SchemaError
from vault.records import Claim, Level, Revision, Schemas, identifying, load_schema, title
from vault.records.schema import FORMS, KINDS, LANGUAGES, NEEDS

SHIPPED = Schemas.shipped()
EVERY = [(kind, field) for kind in KINDS for field in SHIPPED.fields(kind)]

EVENT_KINDS = (
    "arrest abduction detention transfer summons passport_taken house_arrest forced_labour charge sentence appeal "
    "last_contact sighting proof_of_life release death other"
).split()


def record(kind, *claims):
    return Revision(b"\xab" * 16, kind, (), b"", 0, claims, bytes(32))


def test_all_kinds_are_shipped_and_each_record_names_its_cases():
    assert SHIPPED.kinds == KINDS
    for kind in KINDS:
        case = SHIPPED.field(kind, "case")
        assert (case.type, case.targets, case.many) == ("link", ("case",), True)


@pytest.mark.parametrize(("kind", "field"), EVERY, ids=[f"{kind}.{field.name}" for kind, field in EVERY])
def test_every_field_is_whole(kind, field):
    assert set(field.labels) == set(LANGUAGES)
    for key in field.choices:
        assert set(field.choice_labels[key]) == set(LANGUAGES), key
    assert set(field.form) <= set(FORMS)
    assert set(field.form.values()) <= set(NEEDS)
    if field.help:
        assert {"en", "ru"} <= set(field.help)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_fields_or_choices_of_a_kind_have_the_same_label(language):
    for kind in KINDS:
        labels = [field.label(language) for field in SHIPPED.fields(kind)]
        assert len(set(labels)) == len(labels), kind
        for field in SHIPPED.fields(kind):
            choices = [field.choice_label(key, language) for key in field.choices]
            assert len(set(choices)) == len(choices), field.name


def test_paths_that_forms_and_policies_name_are_there():
    paths = (
        "person.name person.relative person.sex person.birth person.nationality person.id_document person.phone "
        "person.vulnerability person.address person.inside person.occupation event.kind event.person event.when "
        "event.place event.actor event.attribution event.warrant event.authority event.reason_official "
        "event.legal_basis event.narrative source.relation source.basis source.contact source.safety source.language "
        "source.confidentiality statement.taken_on statement.by statement.language statement.interpreter "
        "statement.text statement.recording statement.read_back document.kind document.role document.file "
        "document.public action.to action.sent_on action.reference action.reply action.next_due consent.given_by "
        "consent.about consent.audiences consent.purposes consent.groups consent.onward consent.given_on consent.how "
        "consent.witnessed_by consent.expires consent.withdrawn_on case.title case.lead case.status case.members"
    )
    for path in paths.split():
        assert SHIPPED.field(*path.split(".")).known, path


def test_closed_lists_are_those_of_the_format():
    assert list(SHIPPED.field("event", "kind").choices) == EVENT_KINDS
    assert SHIPPED.field("document", "role").choices == ("original", "working", "redacted-of")
    purposes = ("legal", "un", "tracing", "advocacy", "research", "publication", "family")
    assert SHIPPED.field("consent", "purposes").choices == purposes
    groups = ("identity", "family", "location", "health", "testimony", "image")
    assert SHIPPED.field("consent", "groups").choices == groups


def test_helpers_and_those_who_reported_never_leave():
    for kind, field in EVERY:
        if field.subject == "helper" or field.gives == "helper":
            assert field.level is Level.NEVER, (kind, field.name)
        if field.gives == "source" and kind in {"event", "document"}:
            assert field.level is Level.NEVER, (kind, field.name)


def test_what_a_source_is_or_said_of_itself_needs_a_rule_that_names_it():
    for kind, field in EVERY:
        if field.subject == "source":
            assert field.level >= Level.SECRET, (kind, field.name)


def test_what_a_petition_needs_is_not_never():
    for kind, field in EVERY:
        if "required" in field.form.values() and field.name != "witness":
            assert field.level < Level.NEVER, (kind, field.name)


def test_phones_ids_and_accounts_are_secret():
    for kind, field in EVERY:
        if field.type in {"phone", "id"} and field.subject != "case":
            assert field.level is Level.SECRET, (kind, field.name)


def test_a_field_that_no_schema_names_is_never():
    for found in (SHIPPED.field("person", "blood_group"), SHIPPED.field("sighting", "name")):
        assert found.level is Level.NEVER
        assert not found.known
    assert SHIPPED.fields("sighting") == ()


def test_people_may_use_other_names_for_a_field():
    assert SHIPPED.canonical("person", "born") == "birth"
    assert SHIPPED.canonical("person", "id-document") == "id_document"
    assert SHIPPED.canonical("event", "event.kind") == "kind"
    assert SHIPPED.canonical("event", "nothing_such") == "nothing_such"


def test_labels_fall_back_to_english_and_then_to_the_key():
    assert SHIPPED.label("person", "ru") == "человек"
    assert SHIPPED.label("person", "de") == "person"
    assert SHIPPED.label("sighting") == "sighting"
    assert SHIPPED.field("person", "sex").choice_label("female", "kk") == "әйел"
    assert SHIPPED.field("person", "sex").choice_label("none") == "none"
    assert SHIPPED.field("person", "blood_group").label() == "blood_group"


# --- own schemas ------------------------------------------------------------------------------------------------------

OWN = """\
kind = "vehicle"
labels = { en = "vehicle" }
title = ["plate"]

[fields.plate]
type = "id"
level = "limited"

[fields.colour]
type = "choice"
level = "open"
choices = ["white", "black"]

[fields.seen_with]
type = "link"
level = "limited"
targets = ["person"]
subject = "link:seen_with"
group = "identity"
"""


def test_an_own_kind_is_added():
    own = SHIPPED.merge(load_schema(OWN))
    assert own.kinds == (*KINDS, "vehicle")
    assert own.field("vehicle", "colour").choices == ("white", "black")
    assert "vehicle" not in SHIPPED.kinds


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("kind = ", 1),
        ('kind = "vehicle"\n[fields.plate\n', 2),
        ("", None),
        ('labels = { en = "x" }', None),
        ('kind = "Vehicle"', 1),
        ('\nkind = "vehicle"', 2),
        ('kind = "vehicle"\nversion = 2\n[fields.a]\ntype = "text"\nlevel = "open"', 2),
        (OWN.replace('type = "id"', 'type = "plate"'), 6),
        (OWN.replace('level = "limited"', 'level = "private"', 1), 7),
        (OWN.replace('level = "open"', ""), 9),
        (OWN.replace("[fields.plate]", '[fields."Number plate"]'), 5),
        (OWN.replace('level = "open"', 'level = "open"\nsize = 3'), 12),
        (OWN.replace('choices = ["white", "black"]', ""), 10),
        (OWN.replace('["white", "black"]', '["white", "white"]'), 12),
        (OWN.replace('["white", "black"]', '"white"'), 12),
        (OWN.replace('["white", "black"]', '{ white = { de = "weiß" } }'), 12),
        (OWN.replace('level = "open"', 'level = "open"\nmany = "yes"'), 12),
        (OWN.replace('level = "open"', 'level = "open"\nlabels = "Farbe"'), 12),
        (OWN.replace('level = "open"', 'level = "open"\nlabels = { de = "Farbe" }'), 12),
        (OWN.replace('level = "open"', 'level = "open"\nform = { wgeid = "must" }'), 12),
        (OWN.replace('level = "open"', 'level = "open"\nform = { echr = "required" }'), 12),
        (OWN.replace('level = "open"', 'level = "open"\nsubject = "driver"'), 12),
        (OWN.replace('level = "open"', 'level = "open"\nsubject = "self"'), 9),
        (OWN.replace('level = "open"', 'level = "open"\ngroup = "secrets"'), 12),
        (OWN.replace('level = "open"', 'level = "open"\ngives = "helper"'), 12),
        (OWN.replace('level = "open"', 'level = "open"\naliases = ["plate"]'), 12),
        (OWN.replace('targets = ["person"]', ""), 14),
        (OWN.replace('level = "limited"', 'level = "limited"\nchoices = ["a"]', 1), 8),
    ],
)
def test_a_mistake_is_told_with_its_line(text, line):
    with pytest.raises(SchemaError) as caught:
        load_schema(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        OWN.replace('"link:seen_with"', '"link:driver"'),
        OWN.replace('"link:seen_with"', '"link:plate"'),
        OWN.replace('targets = ["person"]', 'targets = ["driver"]'),
        OWN.replace('title = ["plate"]', 'title = ["number"]'),
    ],
)
def test_what_points_at_nothing_is_refused(text):
    with pytest.raises(SchemaError):
        SHIPPED.merge(load_schema(text))


def person(body):
    return load_schema(f'kind = "person"\n[fields.phone]\ngroup = "identity"\nsubject = "self"\n{body}')


def test_a_shipped_field_may_become_more_sensitive_and_be_called_otherwise():
    own = SHIPPED.merge(person('type = "phone"\nmany = true\nlevel = "never"\nlabels = { en = "mobile" }'))
    field = own.field("person", "phone")
    assert field.level is Level.NEVER
    assert (field.label("en"), field.label("ru")) == ("mobile", "телефон")
    assert own.field("person", "name") == SHIPPED.field("person", "name")
    assert own.schema("person").title == ("name", "birth")


@pytest.mark.parametrize(
    "body",
    [
        'type = "phone"\nmany = true\nlevel = "open"',
        'type = "text"\nmany = true\nlevel = "secret"',
        'type = "phone"\nlevel = "secret"',
    ],
)
def test_a_shipped_field_stays_as_protected_as_it_is(body):
    with pytest.raises(SchemaError):
        SHIPPED.merge(person(body))


def test_a_shipped_list_may_grow_but_not_lose_a_choice():
    head = 'kind = "person"\n[fields.sex]\ntype = "choice"\nlevel = "open"\n'
    body = head + 'group = "identity"\nsubject = "self"\nchoices = '
    grown = SHIPPED.merge(load_schema(body + '["female", "male", "other", "intersex"]'))
    assert "intersex" in grown.field("person", "sex").choices
    with pytest.raises(SchemaError):
        SHIPPED.merge(load_schema(body + '["female", "male"]'))


def test_limits_of_a_schema():
    with pytest.raises(LimitError):
        load_schema("#" * (1 << 19))
    fields = "".join(f'[fields.f{number}]\ntype = "text"\nlevel = "open"\n' for number in range(257))
    with pytest.raises(LimitError):
        load_schema(f'kind = "vehicle"\n{fields}')
    with pytest.raises(SchemaError):
        load_schema("a = " + "[" * 100_000)
    near = fields.rpartition("[fields")[0]
    with pytest.raises(LimitError):
        SHIPPED.merge(load_schema(f'kind = "person"\n{near}'))


# --- what others ask of a record --------------------------------------------------------------------------------------


def test_identifying_values_come_with_what_they_are():
    found = record(
        "person",
        Claim("name", {"text": "Айгүл", "kind": "birth"}),
        Claim("name", {"text": "Aygul", "kind": "other"}, state="retracted"),
        Claim("relative", {"relation": "mother", "name": "Сәуле"}),
        Claim("relative", {"relation": "father", "link": b"f" * 16}),
        Claim("phone", "+7 701 555 01 02"),
        Claim("birth", "1961~"),
        Claim("id_document", "AB123"),
        Claim("address", {"text": "Köktal", "region": "Ili"}),
        Claim("sex", "female"),
        Claim("health", "weak heart"),
        Claim("passport", state="unknown"),
        Claim("blood_group", "AB"),
        Claim("handle", "aygul77"),
        Claim("story", "x" * 81),
    )
    assert list(identifying(found, SHIPPED)) == [
        ("name", 0, "name", "Айгүл"),
        ("name", 1, "name", "Aygul"),
        ("relative", 2, "name", "Сәуле"),
        ("phone", 4, "phone", "+7 701 555 01 02"),
        ("birth", 5, "date", "1961~"),
        ("id_document", 6, "id", "AB123"),
        ("address", 7, "place", "Köktal"),
        ("address", 7, "place", "Ili"),
        ("handle", 12, "text", "aygul77"),
    ]


def test_an_address_for_messages_is_no_phone_and_a_file_name_is_identifying():
    source = record("source", Claim("contact", "aygul@example.org"))
    assert list(identifying(source, SHIPPED)) == [("contact", 0, "id", "aygul@example.org")]
    paper = record("document", Claim("file", {"name": "Айгүл паспорт.pdf", "length": 1}))
    assert list(identifying(paper, SHIPPED)) == [("file", 0, "text", "Айгүл паспорт.pdf")]


def test_a_record_has_a_short_line():
    person = record("person", Claim("name", {"text": "Айгүл\nСерікқызы"}), Claim("birth", "1961~"))
    assert title(person, SHIPPED) == "Айгүл Серікқызы, 1961~"
    event = record("event", Claim("kind", "arrest"), Claim("when", "2017-05"), Claim("place", {"text": "Tekes"}))
    assert title(event, SHIPPED, "kk") == "қамауға алу, 2017-05, Tekes"
    assert title(record("person", Claim("name", state="unknown")), SHIPPED) == "person abababab"
    assert title(record("sighting"), SHIPPED) == "sighting abababab"
    assert len(title(record("case", Claim("title", "long " * 100)), SHIPPED)) == 80
