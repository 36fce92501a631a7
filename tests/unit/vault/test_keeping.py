"""Backups and compacting."""

import io
import sqlite3
import stat
from contextlib import closing

import pytest

from vault.errors import EngineError, IntegrityError, UnsafePathError
from vault.index import read_entries
from vault.keys import Passphrase
from vault.objects import object_id
from vault.records import Claim, Draft, continued
from vault.vault import Vault, scrub

PASSPHRASE = "kettle-orbit-velvet-mango-thirty-drum"


def opened(path):
    return Vault.open(path, Passphrase(PASSPHRASE), allow_test_profile=True)


def test_a_backup_is_the_vault(vault, person, tmp_path):
    record = person("Bolat Example")
    vault.attach(record, io.BytesIO(bytes(2 << 20)), "photo.jpg")
    told = []
    target = tmp_path / "backup.vault"
    vault.keeping.backup(target, progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with opened(target) as copy:
        assert copy.get(record) == vault.get(record)
        assert copy.status().checkpoint == vault.status().checkpoint
        assert copy.check().problems == ()
    [known] = vault.status().backups
    assert known["path"] == str(target)
    assert known["epoch"] == vault.status().epoch


def test_a_backup_never_overwrites(vault, tmp_path):
    target = tmp_path / "taken"
    target.write_bytes(b"mine")
    epoch = vault.status().epoch
    for taken in (target, tmp_path, tmp_path / "no folder" / "x"):
        with pytest.raises((UnsafePathError, EngineError)):
            vault.keeping.backup(taken)
    assert target.read_bytes() == b"mine"
    assert vault.status().backups == []
    assert vault.status().epoch >= epoch


def test_a_backup_of_a_damaged_vault_is_none(vault, person, tmp_path):
    record = person("Bolat Example")
    with vault._session.reading() as (_, index):
        ref = index.current(record).ref
    with vault._session.engine.transaction() as writer:
        writer.delete(object_id(ref.name))
    with pytest.raises(IntegrityError):
        vault.keeping.backup(tmp_path / "backup.vault")
    assert not (tmp_path / "backup.vault").exists()
    assert vault.status().backups == []


def test_a_read_only_vault_is_backed_up(vault, reopen, tmp_path):
    vault.put(Draft("person", (Claim("notes", "x"),)))
    reopen(read_only=True).keeping.backup(tmp_path / "backup.vault")
    assert len(list(opened(tmp_path / "backup.vault").records())) == 1
    assert vault.status().backups == []


def test_compacting_gives_room_back(vault, path, person):
    record = person("Bolat Example")
    document = vault.attach(record, io.BytesIO(bytes(4 << 20)), "photo.jpg")
    vault.remove(document.record_id, purge=True)
    before = path.stat().st_size
    vault.keeping.compact()
    assert path.stat().st_size < before / 4
    assert vault.get(record).values("name")
    assert [entry.name for entry in path.parent.iterdir()] == ["cases.vault"]
    vault.put(Draft("person", ()))
    assert vault.check().problems == ()


def test_other_sessions_go_on_after_compacting(vault, reopen, person):
    record = person("Bolat Example")
    other = reopen()
    vault.keeping.compact()
    assert other.get(record) == vault.get(record)
    other.put(Draft("person", ()))
    assert len(list(vault.records())) == 2


def segments(vault):
    with vault._session.snapshot() as (_, state):
        return [entry.documents for entry in read_entries(state.head.segments)]


def test_compacting_leaves_one_segment_and_drops_what_was_superseded(vault, person, clock):
    records = [person(f"Bolat Example{number}") for number in range(30)]
    for record in records[:5]:
        revision = vault.get(record)
        vault.put(continued(revision, (Claim("name", {"text": "Serik Another", "kind": "birth"}),)))
    vault.remove(records[7])
    vault.remove(records[8], purge=True)
    before = [
        [hit.revision.record_id for hit in vault.find(word)] for word in ("bolat", "serik", "example9", "example3")
    ]
    assert len(segments(vault)) > 3
    vault.keeping.compact()
    assert segments(vault) == [36]
    after = [
        [hit.revision.record_id for hit in vault.find(word)] for word in ("bolat", "serik", "example9", "example3")
    ]
    assert after == before
    assert [len(found) for found in after] == [20, 5, 1, 0]
    assert [len(vault.history(record)) for record in records[:6]] == [2, 2, 2, 2, 2, 1]
    assert vault.check().problems == ()
    vault.keeping.compact()
    assert segments(vault) == [36]
    assert vault.check().orphans == 0


def test_others_read_while_a_copy_is_changed_and_what_fails_there_changes_nothing(vault, reopen, path, person):
    record = person("Bolat Example")
    other = reopen()
    seen = []

    def change(commit):
        seen.append(other.get(record).record_id)
        seen.append(commit.epoch)
        raise EngineError("invented")

    before = path.read_bytes()
    with pytest.raises(EngineError, match="invented"):
        vault._session.rewrite(change)
    assert seen == [record, vault.status().epoch + 1]
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["cases.vault"]
    vault.keeping.compact()
    assert other.status().epoch == vault.status().epoch == seen[1]


def test_repair_mends_copies_and_the_order_of_the_database(vault, path, person):
    record = person("Bolat Example")
    assert vault.keeping.repair() == ()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE header SET b = zeroblob(length(b)) WHERE i = 0")
        connection.execute("UPDATE head SET b = zeroblob(length(b)) WHERE i = 1")
        connection.commit()
    assert vault.keeping.repair() == (
        "one of the two copies of the header and the head was damaged; it was mended from the other one",
    )
    assert scrub(path).problems == ()
    epoch = vault.status().epoch
    vault.close()
    data = bytearray(path.read_bytes())
    data[36:40] = (5).to_bytes(4)  # so many free pages, which there are not
    path.write_bytes(data)
    with opened(path) as again:
        found = [str(problem) for problem in again.check().problems]
        assert found
        assert all("the database is damaged" in problem for problem in found)
        [told] = again.keeping.repair()
        assert "written anew" in told
        assert again.check().problems == ()
        assert again.get(record).values("name")
        assert again.status().epoch == epoch
    assert scrub(path).problems == ()


def test_repair_leaves_a_file_alone_of_which_an_object_is_lost(vault, path, person):
    record = person("Bolat Example")
    with vault._session.reading() as (_, index):
        ref = index.current(record).ref
    with vault._session.engine.transaction() as writer:
        writer.delete(object_id(ref.name))
    vault.close()
    data = bytearray(path.read_bytes())
    data[36:40] = (5).to_bytes(4)
    path.write_bytes(data)
    with opened(path) as again:
        assert again.keeping.repair() == ()
    assert path.read_bytes() == bytes(data)
