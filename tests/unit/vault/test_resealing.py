"""Sealing everything anew: all that a vault holds is there afterwards, under other names. All records are invented."""

import io
import random

import pytest

from vault.errors import IntegrityError
from vault.files import CHUNK_BYTES
from vault.objects import Kind, object_id
from vault.records import Claim, Draft, continued
from vault.redact import Recipient


def person(number, *more):
    return Draft("person", (Claim("name", {"text": f"Invented Number{number}", "kind": "birth"}), *more))


@pytest.fixture
def full(vault):
    """Give a vault with all that one can hold: large segments, batches of the log, marks, files, settings."""
    vault.put_many(person(number, Claim("notes", f"of {number} " * 40)) for number in range(700))
    for number in range(90):  # more entries than the head keeps, and segments that are merged
        [last] = vault.put(person(1000 + number))
    vault.put(continued(last, (*last.claims, Claim("notes", "said later"))))
    gone, erased, kept = (vault.put(person(2000 + number))[0].record_id for number in range(3))
    source = random.Random(1)
    for length in (0, 1, CHUNK_BYTES, 2 * CHUNK_BYTES + 5):
        vault.attach(kept, io.BytesIO(source.randbytes(length)), f"file-{length}.bin")
    vault.attach(erased, io.BytesIO(b"erased with its record"), "erased.bin")
    vault.remove(gone)
    vault.remove(erased, purge=True)
    vault.keys.rotate()
    vault.put(person(3000))
    vault.disclosures.put_recipient(Recipient("the lawyer", "lawyer", (), None, ""))
    return vault


def held(vault):
    """Give all that a vault holds and names no object by."""
    records = sorted(
        revision.encode()
        for removed in (False, True)
        for newest in vault.records(removed=removed)
        for revision in vault.history(newest.record_id)
    )
    rows, terms = [], []
    with vault._session.reading() as (objects, index):
        for segment in index._segments:
            rows += [
                (row.serial, row.number, row.record_id, row.revision_id, row.kind, row.flags, row.epoch)
                for row in map(segment.row, range(segment.documents))
            ]
            terms += [(term, page.raw(at)) for term, page, at in segment.raw_terms()]
            terms += list(segment.raw_names())
        settings = [vault._session.setting(objects, name) for name in ("recipients", "backups")]
    found = [(hit.revision.record_id, hit.score) for hit in vault.find("invented number1050")]
    return records, rows, terms, settings, found, vault.status().counts


def test_all_is_there_afterwards(full, reopen):
    before, log = held(full), full.disclosures.log()
    old, report = full._session.current(), full.check()
    told = []
    full.keys.reseal(lambda done, total: told.append((done, total)))
    for vault in (full, reopen()):
        assert held(vault) == before
        again = vault.check()
        assert (again.problems, again.orphans) == ((), 0)
        assert (again.revisions, again.attachments) == (report.revisions, report.attachments)
        assert [entry.encode() for entry in vault.disclosures.log()[:-1]] == [entry.encode() for entry in log]
    assert told == sorted(told)
    assert {total for _, total in told} == {report.objects}
    assert told[-1][0] > 0.9 * report.objects
    # No name and no generation of before is left.
    new = full._session.current()
    assert {*new.sealers} == {0, 1}
    with full._session.engine.snapshot() as reader:
        assert reader.get(object_id(old.head.keyring.name)) is None
    assert new.head.epoch == old.head.epoch + 1
    assert new.head.previous == (old.digest,)
    full.put(person(4000))
    assert full.check().problems == ()


def test_what_nothing_names_is_left_behind(full):
    with full._session.writing() as commit:
        stray = commit.batch.put(Kind.SETTING, b"named by nothing")
    assert full.check().orphans == 1
    full.keys.reseal()
    assert full.check().orphans == 0
    with full._session.engine.snapshot() as reader:
        assert reader.get(object_id(stray.name)) is None


def test_it_goes_on_from_what_others_committed_meanwhile(full, reopen):
    other = reopen()
    [revision] = other.put(person(5000))
    full.keys.reseal()
    assert full.get(revision.record_id).id == revision.id


def test_a_missing_object_ends_it_with_nothing_changed(full, path):
    with full._session.reading() as (_, index):
        row = next(iter(index.refs()))
    with full._session.engine.transaction() as writer:
        writer.delete(object_id(row.ref.name))
    before = path.read_bytes()
    with pytest.raises(IntegrityError):
        full.keys.reseal()
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
