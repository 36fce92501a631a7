"""The local anchor: what it remembers, and that it never goes back by itself."""

import os
import stat

import pytest

from vault import codec
from vault.errors import IntegrityError
from vault.vault.anchor import Anchor, Seen

VAULT_ID = bytes(16)
SECRET = bytes(range(32))


def seen(epoch, checked_at=None):
    return Seen(epoch, bytes([epoch]) * 32, "six invented words are no words", b"device 1", checked_at)


@pytest.fixture
def anchor(tmp_path):
    return Anchor(tmp_path / "state", VAULT_ID, SECRET)


def test_at_first_there_is_none(anchor):
    assert anchor.read() is None
    assert not anchor.path.parent.exists()


def test_what_is_written_is_read(anchor):
    anchor.write(seen(3, 1_600_000_000))
    assert anchor.read() == seen(3, 1_600_000_000)
    assert stat.S_IMODE(anchor.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(anchor.path.parent.stat().st_mode) == 0o700
    assert anchor.path.name == f"{anchor.path.stem}.anchor"
    assert len(anchor.path.stem) == 16


def test_it_never_goes_back(anchor):
    anchor.write(seen(5))
    anchor.write(seen(4))
    assert anchor.read() == seen(5)
    anchor.write(seen(4), accept_older=True)
    assert anchor.read() == seen(4)
    anchor.write(seen(6))
    assert anchor.read() == seen(6)


def test_the_time_of_a_check_stays(anchor):
    anchor.write(seen(1, 100))
    anchor.write(seen(2))
    assert anchor.read() == seen(2, 100)
    anchor.write(seen(3, 200))
    assert anchor.read() == seen(3, 200)


def test_another_vault_or_other_keys_read_nothing(anchor, tmp_path):
    anchor.write(seen(1))
    for other in (Anchor(tmp_path / "state", VAULT_ID, bytes(32)), Anchor(tmp_path / "state", b"x" * 16, SECRET)):
        other.path.write_bytes(anchor.path.read_bytes())
        with pytest.raises(IntegrityError):
            other.read()


@pytest.mark.parametrize(
    "tree",
    [
        {},
        [],
        {0: 1, 1: b"", 2: "", 3: b""},
        {0: "1", 1: b"x" * 32, 2: "w", 3: b"d", 4: None},
        {0: 1, 1: "x", 2: "w", 3: b"d", 4: None},
        {0: 1, 1: b"x" * 32, 2: b"w", 3: b"d", 4: None},
        {0: 1, 1: b"x" * 32, 2: "w", 3: 7, 4: None},
        {0: 1, 1: b"x" * 32, 2: "w", 3: b"d", 4: "now"},
        {0: True, 1: b"x" * 32, 2: "w", 3: b"d", 4: None},
    ],
)
def test_what_is_rightly_sealed_and_wrong_inside_is_damage(anchor, tree):
    anchor.write(seen(1))
    anchor.path.write_bytes(anchor._sealer.seal(b"anc", codec.encode(tree)))
    with pytest.raises(IntegrityError):
        anchor.read()


def test_a_folder_in_its_place_leaves_no_descriptor_open(anchor):
    anchor.path.mkdir(parents=True)
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    for _ in range(5):
        with pytest.raises(IntegrityError):
            anchor.read()
    again = os.open(os.devnull, os.O_RDONLY)
    os.close(again)
    assert again == lowest, "the lowest free number is free again"
