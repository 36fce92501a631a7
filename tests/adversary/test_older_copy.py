"""Attack 27: an older header, head and keyring put back into one of the two rows, beside the newest state."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from vault.errors import StaleError
from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault

FIRST = "kettle-orbit-velvet-mango-thirty-drum"
SECOND = "lantern-copper-drift-anchor-willow-nine"


def opened(path, secret=FIRST, **options):
    return Vault.open(path, Passphrase(secret), allow_test_profile=True, **options)


@pytest.mark.parametrize("row", [0, 1])
def test_the_newer_of_two_states_counts_and_is_never_written_over(tmp_path, row):
    path, older, anchors = tmp_path / "cases.vault", tmp_path / "older", tmp_path / "anchors"
    with Vault.create(path, FIRST, profile=KdfProfile.TEST, state_dir=anchors) as vault:
        vault.put(Draft("person", (Claim("name", {"text": "Old", "kind": "birth"}),)))
    shutil.copyfile(path, older)
    with opened(path, state_dir=anchors) as vault:
        vault.keys.add_passphrase("second", SECOND)
        epoch = vault.status().epoch
    with closing(sqlite3.connect(older)) as old, closing(sqlite3.connect(path)) as new:
        for table in ("header", "head"):
            (body,) = old.execute(f"SELECT b FROM {table} WHERE i = ?", (row,)).fetchone()
            new.execute(f"UPDATE {table} SET b = ? WHERE i = ?", (body, row))
        new.executemany("INSERT OR IGNORE INTO object VALUES (?, ?)", old.execute("SELECT id, b FROM object"))
        new.commit()
    with opened(path, state_dir=anchors) as vault:
        assert vault.status().epoch == epoch
        assert any("mended" in notice for notice in vault.notices)
    with opened(path, SECOND) as vault:
        assert vault.status().epoch == epoch


def test_a_file_refused_as_older_is_not_mended(tmp_path):
    path, older, anchors = tmp_path / "cases.vault", tmp_path / "older", tmp_path / "anchors"
    with Vault.create(path, FIRST, profile=KdfProfile.TEST, state_dir=anchors):
        shutil.copyfile(path, older)
    with opened(path, state_dir=anchors) as vault:
        vault.put(Draft("person", (Claim("name", {"text": "New", "kind": "birth"}),)))
    with closing(sqlite3.connect(older)) as old:
        old.execute("UPDATE head SET b = zeroblob(length(b)) WHERE i = 1")
        old.commit()
    before = older.read_bytes()
    with pytest.raises(StaleError):
        opened(older, state_dir=anchors)
    assert older.read_bytes() == before


def test_a_copy_with_another_history_put_in_place_while_the_vault_is_open_is_refused(tmp_path):
    path, other, anchors = tmp_path / "cases.vault", tmp_path / "other", tmp_path / "anchors"

    def named(vault, name):
        vault.put(Draft("person", (Claim("name", {"text": name, "kind": "birth"}),)))

    Vault.create(path, FIRST, profile=KdfProfile.TEST).close()
    shutil.copyfile(path, other)
    with opened(path, state_dir=anchors) as vault:
        named(vault, "Mine")
    with opened(other) as vault:
        for name in ("One", "Two", "Three"):
            named(vault, name)
    with opened(path, state_dir=anchors) as vault, opened(path) as reading:
        other.replace(path)
        with pytest.raises(StaleError, match="another history"):
            named(vault, "Typed")
        with pytest.raises(StaleError, match="another history"):
            list(reading.records())
    with pytest.raises(StaleError, match="another history"):
        opened(path, state_dir=anchors)
    with opened(path) as vault, opened(path) as second:
        named(vault, "Four")
        named(vault, "Five")
        assert len(list(second.records())) == 5
