"""Records as lines of JSON: each as `record_to_json` writes it, in one order, with helpers and without.

All people, places and words are invented.
"""

import json
from contextlib import ExitStack
from dataclasses import replace

import pytest

from vault.errors import IntegrityError
from vault.index import Index, read_entries
from vault.objects import Kind
from vault.records import Claim, Draft, continued, record_to_json, revision_id
from vault.vault.lines import write_lines
from vault.vault.loading import Helpers

OWN = """
kind = "vehicle"
[fields.plate]
type = "id"
level = "limited"
"""


def drafts():
    yield Draft("person", (Claim("name", {"text": "Жан\nБекова", "kind": "birth"}), Claim("sex", state="withheld")))
    yield Draft("vehicle", (Claim("plate", "AB\u2028 1"), Claim("colour", {"unknown": [1, None]})))
    yield Draft("event", (Claim("kind", "arrest", basis="told", as_of="2017", confidence="low", source=b"s" * 16),))
    for number in range(700):
        yield Draft("person", (Claim("notes", f"word {number}", extra={"newer": number}), Claim("sex", "male")))


@pytest.fixture
def full(vault):
    vault.set_schema(OWN)
    vault.put_many(drafts())
    return vault


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_lines_say_what_records_say_in_the_same_order(full, processes):
    lines = list(full.lines(processes=processes))
    schemas = full.schemas
    expected = [json.dumps(record_to_json(one, schemas), ensure_ascii=False) for one in full.records()]
    assert lines == expected
    assert len(lines) == 703
    assert not any("\n" in line for line in lines)


def test_removed_records_are_given_only_when_asked_for(full):
    first = next(full.records())
    full.remove(first.record_id)
    assert len(list(full.lines())) == 702
    (line,) = full.lines(removed=True)
    assert json.loads(line) == record_to_json(full.get(first.record_id), full.schemas)


def test_only_the_newest_revision_is_given(full):
    first = next(full.records())
    full.put(continued(first, (Claim("sex", "female"),)))
    lines = [json.loads(line) for line in full.lines()]
    assert [line["sex"][0]["value"] for line in lines if line["id"] == first.record_id.hex()] == ["female"]


def test_an_empty_vault_has_no_lines(vault):
    assert list(vault.lines(processes=2)) == []


def test_lines_that_nobody_reads_on_leave_no_snapshot_open(full):
    lines = full.lines(processes=2)
    next(lines)
    lines.close()
    full.put(Draft("person", (Claim("sex", "male"),)))


def test_there_is_at_least_one_process(full):
    with pytest.raises(ValueError, match="at least one"):
        next(full.lines(processes=0))


@pytest.mark.parametrize("changes", [{"record_id": b"x" * 16}, {"revision_id": b"x" * 32}])
def test_a_record_that_the_index_names_otherwise_is_refused(full, changes):
    with full._session.snapshot() as (reader, state):
        objects = state.reader(reader)
        rows = [replace(row, **changes) for row in Index(objects, read_entries(state.head.segments)).rows()]
        with pytest.raises(IntegrityError, match="another one"):
            next(write_lines(objects, rows, full._session.schemas(objects)))


@pytest.mark.parametrize("processes", [1, 2])
def test_what_is_no_revision_is_refused(full, processes):
    plaintext = b"\x90"
    with ExitStack() as all_:
        commit = all_.enter_context(full._session.writing())
        row = next(Index(commit.batch, read_entries(commit.segments)).rows())
        wrong = {"ref": commit.batch.put(Kind.REVISION, plaintext), "revision_id": revision_id(plaintext)}
        helpers = all_.enter_context(Helpers(processes, [])) if processes > 1 else None
        lines = write_lines(commit.batch, [replace(row, **wrong)], full._session.schemas(commit.batch), helpers)
        with pytest.raises(IntegrityError, match="not made by the rule"):
            list(lines)
