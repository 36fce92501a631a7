"""Transcripts of salvage. All people and texts are invented."""

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from vault.keys import Passphrase
from vault.objects import object_id
from vault.vault import Vault


def names_in(path: Path) -> set[str]:
    return {json.loads(line)["name"][0]["value"]["text"] for line in path.read_text("utf-8").splitlines()}


@pytest.fixture
def damaged(casevault: Any) -> tuple[Any, Path, list[str]]:
    """A vault of two people and a file, and a copy of it in which one person's record is overwritten."""
    ids = [casevault.add("person", name=name) for name in ("Bolat Example", "Serik Another")]
    Path("letter.txt").write_bytes(b"an invented letter")
    casevault("attach", ids[0], "letter.txt")
    copy = casevault.folder / "damaged.vault"
    copy.write_bytes(casevault.vault.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        rows = dict(connection.execute("SELECT id, b FROM object"))
        secret = Passphrase(casevault.secret.read_text("utf-8").strip())
        with (
            Vault.open(copy, secret, allow_test_profile=True, read_only=True) as vault,
            vault._session.reading() as (_, index),
        ):
            place = object_id(index.current(bytes.fromhex(ids[1])).ref.name)
        connection.execute("UPDATE object SET b = ? WHERE id = ?", (bytes(len(rows[place])), place))
        connection.commit()
    return casevault, copy, ids


def test_a_folder_of_what_is_left_and_the_rest_named(damaged: Any) -> None:
    casevault, copy, ids = damaged
    before = os.umask(0)
    try:
        done = casevault("salvage", str(copy), "-o", "saved", "--plaintext", expect=4)
    finally:
        os.umask(before)
    assert f"lost record\t{ids[1]}" in done.lines
    assert "records\t2" in done.lines  # the other person, and the document
    assert "files\t1" in done.lines
    assert "Not everything came back" in done.err
    assert "Another" not in done.out + done.err
    lines = [json.loads(line) for line in Path("saved/records.jsonl").read_text("utf-8").splitlines()]
    assert {line["kind"] for line in lines} == {"person", "document"}
    assert json.loads(Path("saved/lost.json").read_text("utf-8"))["lost_records"] == [ids[1]]
    [file] = Path("saved/files").rglob("*.txt")
    assert file.read_bytes() == b"an invented letter"
    for place in [Path("saved"), *Path("saved").rglob("*")]:
        assert stat.S_IMODE(place.stat().st_mode) == (0o700 if place.is_dir() else 0o600)


def test_lines_alone_and_nothing_is_overwritten(damaged: Any) -> None:
    casevault, copy, ids = damaged
    done = casevault("salvage", str(copy), "-o", "saved.jsonl", "--plaintext", "--json", expect=4)
    assert done.json["lost_records"] == [ids[1]]
    assert done.json["records"] == 2
    assert "1 files are whole and were not written" in done.err
    assert stat.S_IMODE(Path("saved.jsonl").stat().st_mode) == 0o600
    before = Path("saved.jsonl").read_bytes()
    casevault("salvage", str(copy), "-o", "saved.jsonl", "--plaintext", expect=8)
    assert Path("saved.jsonl").read_bytes() == before
    Path("link").symlink_to("elsewhere")
    casevault("salvage", str(copy), "-o", "link", "--plaintext", expect=8)
    assert not Path("elsewhere").exists()


def test_plain_text_wants_a_yes(damaged: Any) -> None:
    casevault, copy, _ = damaged
    done = casevault("salvage", str(copy), "-o", "saved", expect=2)
    assert "--plaintext" in done.err
    assert not Path("saved").exists()


def test_what_came_back_goes_into_a_new_vault(damaged: Any) -> None:
    casevault, copy, ids = damaged
    casevault("salvage", str(copy), "-o", "saved", "--plaintext", expect=4)
    secret = ("--passphrase-file", str(casevault.secret))
    casevault.raw("init", "new.vault", *secret)
    casevault.raw("add", "--from", "saved/records.jsonl", "--partial", "-V", "new.vault", *secret, expect=None)
    listed = casevault.raw("list", "--json", "-V", "new.vault", *secret).json["records"]
    assert [record["id"] for record in listed] == [ids[0]]


def test_a_wrong_passphrase_and_a_lost_header_are_told_as_one(damaged: Any) -> None:
    casevault, copy, _ = damaged
    casevault.secret.write_text("wrong-passphrase-of-the-tests", "utf-8")
    wrong = casevault("salvage", str(copy), "-o", "saved", "--plaintext", expect=3)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE header SET b = zeroblob(length(b))")
        connection.commit()
    lost = casevault("salvage", str(copy), "-o", "saved", "--plaintext", expect=3)
    assert wrong.err == lost.err
    assert not Path("saved").exists()
