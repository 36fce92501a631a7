"""Checks with keys and scrubs without: what they count, what they find, what they leave alone."""

import io

import pytest

from vault.errors import FormatError, IntegrityError, UnlockError
from vault.objects import Kind, object_id
from vault.records import Claim, Draft
from vault.vault import CheckReport, Problem, scrub


def damage(vault, ref):
    """Flip a bit of an object."""
    with vault._session.engine.transaction() as writer:
        body = writer.get(object_id(ref.name))
        writer.delete(object_id(ref.name))
    with vault._session.engine.transaction() as writer:
        writer.put(object_id(ref.name), body[:-1] + bytes([body[-1] ^ 1]))


def ref_of(vault, record):
    with vault._session.reading() as (_, index):
        return index.current(record).ref


def test_a_sound_vault_is_counted(vault, person):
    record = person("Bolat Example")
    vault.attach(record, io.BytesIO(bytes(2 << 20)), "photo.jpg")
    told = []
    report = vault.check(progress=told.append)
    assert (report.problems, report.revisions, report.attachments, report.orphans) == ((), 2, 1, 0)
    assert report.objects == vault.status().objects
    assert told == [1, 2]
    report.require_sound()


def test_a_damaged_record_is_named_and_ends_nothing(vault, person):
    records = [person(f"Bolat Example{letter}") for letter in "abc"]
    damage(vault, ref_of(vault, records[1]))
    report = vault.check()
    assert [problem.record_id for problem in report.problems] == [records[1]]
    assert records[1].hex() in str(report.problems[0])
    assert "Bolat" not in str(report.problems[0])
    assert report.revisions == 3
    with pytest.raises(IntegrityError):
        report.require_sound()
    assert vault.get(records[0])


def test_a_damaged_page_of_the_index_is_found(vault):
    vault.put_many(Draft("event", (Claim("narrative", f"number {number} " * 20),)) for number in range(300))
    with vault._session.reading() as (_, index):
        pages = [ref for is_segment, ref in index.own_refs() if not is_segment]
    assert pages
    damage(vault, pages[-1])
    vault._session.cache.clear()
    assert vault.check().problems != ()


def test_objects_that_nothing_names_are_counted_and_dropped(vault, person):
    person("Bolat Example")
    with vault._session.engine.transaction() as writer:
        sealed = vault._session.current().sealers[1].seal(Kind.SETTING.value, b"lost")
        writer.put(7, sealed)
    report = vault.check()
    assert (report.problems, report.orphans) == ((), 1)
    vault.keeping.compact()
    assert vault.check().orphans == 0
    assert vault.disclosures.log()[-1].facts == {"dropped": 1}


def test_a_check_is_noted_on_this_machine(vault, reopen, tmp_path, clock):
    first = reopen(state_dir=tmp_path / "state")
    assert first.status().last_check is None
    clock.now = 1_700_000_000
    first.check()
    assert first.status().last_check == 1_700_000_000
    assert reopen(state_dir=tmp_path / "state").status().last_check == 1_700_000_000


def test_a_check_with_problems_is_not_noted(vault, reopen, tmp_path, person):
    record = person("Bolat Example")
    damage(vault, ref_of(vault, record))
    other = reopen(state_dir=tmp_path / "state")
    assert other.check().problems
    assert other.status().last_check is None


def test_a_scrub_needs_no_key(vault, path, person):
    record = person("Bolat Example")
    told = []
    report = scrub(path, progress=told.append)
    assert (report.problems, report.objects) == ((), vault.status().objects)
    assert told == list(range(1, report.objects + 1))
    damage(vault, ref_of(vault, record))
    [problem] = scrub(path).problems
    assert "does not agree with its name" in str(problem)


@pytest.mark.parametrize("table", ["header", "head"])
def test_a_scrub_compares_the_two_copies(vault, path, table):
    import sqlite3
    from hashlib import sha256

    vault.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"UPDATE {table} SET b = ? WHERE i = 1", (b"x" * 1000 + sha256(b"x" * 1000).digest(),))
    connection.close()
    assert any(f"two copies of the {table} are not the same" in str(problem) for problem in scrub(path).problems)


def test_a_scrub_of_what_is_no_vault(tmp_path):
    (tmp_path / "text").write_text("not a database" * 1000)
    with pytest.raises(FormatError):
        scrub(tmp_path / "text")
    with pytest.raises(UnlockError):
        scrub(tmp_path / "none")


def test_reports_say_no_value():
    assert str(Problem("the log")) == "the log"
    report = CheckReport((Problem("a"), Problem("b")), 0, 0, 0, 0)
    with pytest.raises(IntegrityError, match=r"does not check out: a$"):
        report.require_sound()
