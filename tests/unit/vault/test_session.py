"""Sessions on one file: following each other, stale keys, mending, what a failed commit leaves."""

import pytest

from vault.errors import BusyError, EngineError, FormatError, IntegrityError, StaleError, UnlockError
from vault.objects import Kind
from vault.records import Claim, Draft


def note(text):
    return Draft("person", (Claim("notes", text),))


def notes(vault):
    return sorted(text for revision in vault.records() for text in revision.values("notes"))


def test_sessions_follow_each_other(vault, reopen):
    other = reopen()
    vault.put(note("by the first"))
    assert notes(other) == ["by the first"]
    other.put(note("by the second"))
    assert notes(vault) == ["by the first", "by the second"]
    assert vault.status().checkpoint == other.status().checkpoint


def test_a_reading_stays_in_its_snapshot(vault, reopen):
    vault.put(*(note(f"{number}") for number in range(5)))
    other = reopen()
    reading = other.records()
    first = next(reading)
    with pytest.raises(ValueError, match="snapshot or a transaction"):
        other.put(note("while reading"))
    assert len([first, *reading]) == 5
    other.put(note("after reading"))
    assert len(notes(vault)) == 6


def test_a_commit_that_fails_changes_nothing_in_memory_either(vault):
    vault.put(note("before"))
    state = vault._session.current()

    def fail():
        with vault._session.writing() as commit:
            commit.set_setting("x", {"a": 1})
            commit.batch.put(Kind.SETTING, b"\xc0")
            commit.log("settings", {})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert vault._session.current() is state
    vault.put(note("after"))
    assert vault.check().orphans == 0
    assert vault.check().problems == ()


def test_replaced_keys_are_told_as_such(vault, reopen):
    other = reopen()
    vault.keys.change(0, "a-new-one-that-is-long-enough-to-use")
    with pytest.raises(UnlockError, match="keys of this vault were replaced"):
        list(other.records())


def test_a_read_only_session_writes_nothing(vault, path, reopen):
    vault.put(note("x"))
    before = path.read_bytes()
    other = reopen(read_only=True)
    for write in (lambda: other.put(note("y")), lambda: other.keys.add_paper("p"), other.keeping.compact):
        with pytest.raises(EngineError):
            write()
    assert notes(other) == ["x"]
    other.check()
    assert path.read_bytes() == before


def test_a_second_writer_waits_and_says_busy(vault, reopen):
    other = reopen()
    other._session.engine._busy_seconds = 0.05
    with vault._session.writing() as commit:
        commit.log("put", {})
        with pytest.raises(BusyError):
            other.put(note("never"))
    other.put(note("now"))
    assert notes(vault) == ["now"]


@pytest.mark.parametrize(
    "text", ["", "1", "1-", "x-0000000000000000", "1-000", "1-!!!!!!!!!!!!!!!!", "-1-0000000000000000"]
)
def test_a_checkpoint_that_is_none(vault, reopen, text):
    with pytest.raises(FormatError):
        reopen(expect=text)


def test_a_checkpoint_is_read_as_it_is_typed(vault, reopen):
    vault.put(note("x"))
    checkpoint = vault.status().checkpoint
    vault.put(note("y"))
    reopen(expect=f"  {checkpoint.lower()} ")
    with pytest.raises(StaleError):
        reopen(expect=f"99-{checkpoint.partition('-')[2]}")


def test_a_state_without_history_for_a_checkpoint(vault, reopen):
    """An epoch that this file has, with the code of another one."""
    vault.put(note("x"), note("y"))
    checkpoint = vault.status().checkpoint
    with pytest.raises(StaleError, match="another history"):
        reopen(expect=f"1-{checkpoint.partition('-')[2]}")


def test_a_damaged_setting_is_an_integrity_error(vault, reopen):
    from vault.objects import object_id
    from vault.redact import Recipient

    vault.disclosures.put_recipient(Recipient("x", "press"))
    state = vault._session.current()
    with vault._session.engine.transaction() as writer:
        writer.delete(object_id(state.head.settings.name))
    with pytest.raises(IntegrityError):
        vault.disclosures.recipients()
    with pytest.raises(IntegrityError):
        vault.disclosures.put_recipient(Recipient("y", "press"))
    assert vault.check().problems != ()
