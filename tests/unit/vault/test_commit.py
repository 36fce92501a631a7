"""One commit: log entries and their batches, settings and their orphans, heads and epochs."""

from vault import codec
from vault.objects import MAX_HEAD_LOG, MAX_HEAD_LOG_BYTES
from vault.records import Claim, Draft
from vault.vault.state import read_log, read_settings


def note(text):
    return Draft("person", (Claim("notes", text),))


def test_the_log_moves_into_batches_and_stays_one_chain(vault):
    sizes = []
    for number in range(MAX_HEAD_LOG + 20):
        vault.put(note(f"{number}"))
        head = vault._session.current().head
        assert len(head.log) <= MAX_HEAD_LOG
        assert sum(map(len, head.log)) <= MAX_HEAD_LOG_BYTES
        sizes.append(len(head.log))
    assert 0 in sizes
    log = vault.disclosures.log()
    assert [entry.epoch for entry in log] == list(range(1, 22 + MAX_HEAD_LOG))
    assert [entry.action for entry in log[:2]] == ["created", "put"]
    assert len(vault._session.current().sealed_head) <= 8152


def test_a_large_entry_goes_into_a_batch_at_once(vault):
    with vault._session.writing() as commit:
        for number in range(5):
            commit.log("disclosed", {"part": [number, 5], "rows": [bytes(16)] * 20_000})
    assert vault._session.current().head.log == ()
    log = vault.disclosures.log()
    assert [entry.facts["part"][0] for entry in log[1:]] == list(range(5))
    assert {entry.epoch for entry in log[1:]} == {2}
    vault.put(note("goes on"))
    assert vault.check().problems == ()


def test_a_commit_without_a_word_is_logged_all_the_same(vault):
    with vault._session.writing():
        pass
    entry = vault.disclosures.log()[-1]
    assert (entry.epoch, entry.action) == (2, "put")


def test_entries_name_the_head_before(vault):
    digests = [vault._session.current().digest]
    for number in range(3):
        vault.put(note(f"{number}"))
        digests.append(vault._session.current().digest)
    log = vault.disclosures.log()
    assert [entry.heads for entry in log] == [(), *((digest,) for digest in digests[:-1])]
    assert vault._session.current().head.previous == (digests[-2],)


def test_settings_leave_no_orphans(vault):
    before = vault.status().objects
    for value in ({"a": 1}, {"a": 2}, [1, 2], "text", None):
        with vault._session.writing() as commit:
            commit.set_setting("mine", value)
        with vault._session.reading() as (objects, _):
            assert vault._session.setting(objects, "mine") == value
        report = vault.check()
        assert (report.problems, report.orphans) == ((), 0)
    assert vault.status().objects == before
    assert vault._session.current().head.settings is None


def test_settings_are_kept_apart(vault):
    with vault._session.writing() as commit:
        commit.set_setting("one", 1)
        commit.set_setting("two", 2)
    with vault._session.writing() as commit:
        commit.set_setting("one", None)
    with vault._session.reading() as (objects, _):
        assert read_settings(objects, vault._session.current().head).keys() == {"two"}


def test_keys_and_records_in_one_commit(vault, reopen):
    from vault.vault.desk import _rewrite
    from vault.vault.writing import RecordWriter

    with vault._session.writing() as commit:
        writer = RecordWriter(commit, vault._session.schemas(commit.batch), vault._session.cache)
        revision = writer.put(note("written with the keys"))
        writer.finish()
        _rewrite(commit, commit.state.keyring.renewed(), {7: None})
        commit.log("keys", {"did": "renew"})
    assert vault.get(revision.record_id).values("notes") == ["written with the keys"]
    assert reopen().status().generations == 2
    report = vault.check()
    assert (report.problems, report.orphans) == ((), 0)


def test_an_unknown_part_of_a_log_entry_is_not_lost(vault):
    with vault._session.reading() as (objects, _):
        entries = read_log(objects, vault._session.current().head)
    assert all(codec.decode(entry.encode()).keys() == set(range(7)) for entry in entries)
