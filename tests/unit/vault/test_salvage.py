"""Salvage of vaults whose file is damaged in known places. All people and texts are invented."""

import io
import json
import sqlite3
import stat
from contextlib import closing

import pytest

from vault.errors import IntegrityError, UnlockError, UnsafePathError
from vault.index import read_entries
from vault.keys import Passphrase
from vault.objects import object_id
from vault.records import Claim, continued
from vault.vault.salvage import Salvage

PASSPHRASE = "kettle-orbit-velvet-mango-thirty-drum"


def salvaged(path, passphrase=PASSPHRASE):
    """Give lines by id, whole files by document, and the losses."""
    with Salvage.open(path, Passphrase(passphrase), allow_test_profile=True) as found:
        lines = {saved.record_id: (json.loads(saved.line), saved) for saved in found.records()}
        files = {file.record_id: b"".join(found.read(file)) for file in found.files()}
        return lines, files, found.losses


def names(tree):
    return [item["value"]["text"] for item in tree["name"]]


def spoil(path, *ids, table="object", column="id"):
    """Overwrite the middle of some rows."""
    with closing(sqlite3.connect(path)) as connection:
        for each in ids:
            (body,) = connection.execute(f"SELECT b FROM {table} WHERE {column} = ?", (each,)).fetchone()
            body = body[:100] + bytes(byte ^ 0x55 for byte in body[100:])
            connection.execute(f"UPDATE {table} SET b = ? WHERE {column} = ?", (body, each))
        connection.commit()


@pytest.fixture
def filled(vault, person):
    """Three people, one of them twice written, one removed, one purged; two files."""
    first, second, removed, purged = (person(f"Bolat Example{number}") for number in range(4))
    vault.put(continued(vault.get(second), (Claim("name", {"text": "Serik Another", "kind": "birth"}),)))
    vault.remove(removed)
    vault.remove(purged, purge=True)
    small = vault.attach(first, io.BytesIO(b"a letter"), "letter.txt").record_id
    large = vault.attach(first, io.BytesIO(bytes(range(256)) * 9000), "photo.jpg").record_id
    return {"first": first, "second": second, "removed": removed, "purged": purged, "small": small, "large": large}


def places(vault):
    """Where things lie: object ids of the segments, and of each record's and attachment's row."""
    with vault._session.snapshot() as (reader, state):
        index = vault._session.indexed(state.reader(reader), state.head)
        rows = {}
        for row in index.refs():
            rows.setdefault(row.record_id, []).append(object_id(row.ref.name))
        segments = [object_id(entry.ref.name) for entry in read_entries(state.head.segments)]
        return segments, rows, object_id(state.head.keyring.name)


def test_of_a_sound_vault_everything_comes_back(vault, path, filled):
    lines, files, losses = salvaged(path)
    assert set(lines) == set(filled.values()) - {filled["purged"]}
    assert names(lines[filled["second"]][0]) == ["Serik Another"]
    assert lines[filled["second"]][1].revisions == 2
    assert lines[filled["removed"]][0]["removed"] is True
    assert files == {filled["small"]: b"a letter", filled["large"]: bytes(range(256)) * 9000}
    assert not losses.any
    assert losses.left_out == 0


def test_a_lost_revision_gives_the_one_before_and_says_so(vault, path, filled):
    _, rows, _ = places(vault)
    spoil(path, rows[filled["second"]][-1], rows[filled["first"]][0])
    lines, _, losses = salvaged(path)
    assert names(lines[filled["second"]][0]) == ["Bolat Example1"]
    assert lines[filled["second"]][1].outdated
    assert losses.outdated == [filled["second"]]
    assert losses.records == [filled["first"]]
    assert losses.unknown_documents == 0


def test_a_lost_earlier_revision_is_counted(vault, path, filled):
    _, rows, _ = places(vault)
    spoil(path, rows[filled["second"]][0])
    lines, _, losses = salvaged(path)
    assert "Serik Another" in names(lines[filled["second"]][0])
    assert not lines[filled["second"]][1].outdated
    assert losses.history == 1


def test_without_the_index_everything_comes_back_all_the_same(vault, path, filled):
    segments, _, _ = places(vault)
    spoil(path, *segments)
    lines, files, losses = salvaged(path)
    assert set(lines) == set(filled.values()) - {filled["purged"]}
    assert files == {filled["small"]: b"a letter", filled["large"]: bytes(range(256)) * 9000}
    assert losses.unknown_documents > 0
    assert losses.any
    # The log still knows that this one was removed for good.
    assert filled["purged"] not in losses.mentioned


def test_without_the_head_everything_comes_back_all_the_same(vault, path, filled):
    spoil(path, 0, 1, table="head", column="i")
    lines, files, losses = salvaged(path)
    assert set(lines) == set(filled.values()) - {filled["purged"]}
    assert len(files) == 2
    assert losses.head
    assert losses.unknown_documents is None


def test_a_file_with_a_lost_chunk_is_named_and_not_given(vault, path, filled):
    with closing(sqlite3.connect(path)) as connection:
        chunks = [row[0] for row in connection.execute("SELECT id FROM object WHERE length(b) > 1000000")]
    assert len(chunks) == 2
    spoil(path, chunks[0])
    lines, files, losses = salvaged(path)
    assert files == {filled["small"]: b"a letter"}
    assert [record for record, _ in losses.files] == [filled["large"]]
    assert lines[filled["large"]][0]["file"][0]["value"]["name"] == "photo.jpg"


def test_one_copy_of_header_and_head_is_enough(vault, path, filled):
    spoil(path, 0, table="header", column="i")
    spoil(path, 1, table="head", column="i")
    assert not salvaged(path)[2].any


def test_without_header_keyring_or_passphrase_nothing_comes_back(vault, path, filled):
    _, _, keyring = places(vault)
    with pytest.raises(UnlockError, match="without one nothing"):
        salvaged(path, "another-invented-phrase-for-the-tests-only")
    spoil(path, keyring)
    with pytest.raises(IntegrityError, match="keyring is lost"):
        salvaged(path)
    spoil(path, 0, 1, table="header", column="i")
    with pytest.raises(UnlockError, match="without one nothing"):
        salvaged(path)


def test_what_is_no_database_any_more_still_gives_its_records(vault, path, filled):
    """The first page, the roots of the tables and all interior pages are gone."""
    vault.close()
    data = bytearray(path.read_bytes())
    data[:8192] = bytes(8192)
    for at in range(8192, len(data), 8192):
        if data[at] == 5:
            data[at : at + 8192] = b"\xff" * 8192
        elif data[at] == 13:
            data[at : at + 24] = bytes(24)  # nothing tells any more that rows are on the page, nor where
    path.write_bytes(data)
    lines, files, losses = salvaged(path)
    assert set(lines) == set(filled.values()) - {filled["purged"]}
    assert len(files) == 2
    assert not losses.any


def test_own_schemas_and_several_generations(vault, path, put):
    vault.set_schema(
        """kind = "vehicle"
labels = { en = "vehicle" }
title = ["plate"]

[fields.plate]
type = "id"
level = "limited"
subject = "case"
"""
    )
    before = put("vehicle", plate="A123BC")
    vault.keys.rotate()
    after = put("vehicle", plate="B456DE")
    for step in ("whole", "no head"):
        lines, _, _ = salvaged(path)
        assert {key: tree["plate"][0]["value"] for key, (tree, _) in lines.items()} == {
            before: "A123BC",
            after: "B456DE",
        }, step
        spoil(path, 0, 1, table="head", column="i")


def test_the_file_is_not_touched(vault, path, filled):
    vault.close()
    before, mode = path.read_bytes(), stat.S_IMODE(path.stat().st_mode)
    salvaged(path)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == mode
    link = path.with_name("link")
    link.symlink_to(path)
    with pytest.raises(UnsafePathError):
        salvaged(link)
