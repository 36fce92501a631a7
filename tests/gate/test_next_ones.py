"""What the gate does for the first place it also does for the next: pieces, members, names, tokens, confirmed files.

All people, numbers and dates are invented.
"""

import base64
import hashlib
import io
import tarfile
import zipfile

import pytest

from tests.gate.make import packed
from vault import gate
from vault.matching import Protected

NAME = "Bolat Seitkaliev"
NOBODY = "Marat Dosanov"
SMALL = gate.Limits(piece_bytes=20_000)
# The first piece ends within the name.
ACROSS = (("w " * 9_990).ljust(19_998) + "Seitkaliev came " + "w " * 9_000).encode()


def rules(data, values=(NAME,), **options):
    return {finding.rule for finding in gate.scan(data, "a.bin", values, **options)}


# --------------------------------------------------------------------------------------------------------- names
def tar_of(kind, name, target=""):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        archive.addfile(info)
    return out.getvalue()


NAMED = {
    "empty folder of a ZIP": lambda name: packed({f"{name}/": b""}),
    "empty folder of a tar": lambda name: tar_of(tarfile.DIRTYPE, name),
    "link": lambda name: tar_of(tarfile.SYMTYPE, name, "x"),
    "target of a link": lambda name: tar_of(tarfile.SYMTYPE, "x", name),
    "hard link": lambda name: tar_of(tarfile.LNKTYPE, name, "x"),
    "target of a hard link": lambda name: tar_of(tarfile.LNKTYPE, "x", name),
}


@pytest.mark.parametrize("make", NAMED.values(), ids=NAMED.keys())
def test_a_name_without_a_file_is_looked_at(make):
    assert rules(make(NAME)) == {"value"}
    assert rules(make(NOBODY)) == set()


# -------------------------------------------------------------------------------------------------------- pieces
@pytest.mark.parametrize("data", [ACROSS, packed({"a.txt": ACROSS})], ids=["file", "member"])
def test_a_name_across_two_pieces_is_found(data):
    assert rules(data, limits=SMALL) == {"value"}
    assert rules(data, [NOBODY], limits=SMALL) == set()


def test_a_large_file_that_no_reader_opens_is_refused():
    assert rules(b"OggS" + bytes(50_000), limits=SMALL) == {"unreadable"}
    assert rules(b"OggS" + bytes(50_000), limits=SMALL, keep_files=["a.bin"]) == set()


class Torn(io.BytesIO):
    """A file on a disk that fails behind its first piece."""

    def read(self, size=-1):
        if self.tell():
            raise OSError("the disk fails")
        return super().read(size)


def test_a_fault_while_reading_is_a_finding():
    assert rules(Torn(b"w " * 20_000), limits=SMALL) == {"broken"}


# ----------------------------------------------------------------------------------------- confirmed and fixed files
def test_confirming_one_member_confirms_none_behind_it():
    music = b"ID3\3" + bytes(60)
    data = packed({"a": music, "b": music})
    assert [finding.rule for finding in gate.scan(data, "x.zip", [NAME], keep_files=["a"])] == ["unreadable"]
    assert rules(data, keep_files=["a", "b"]) == set()


def test_a_fixed_file_lets_no_other_pass():
    fixed, other = f"<p>{NAME}</p>".encode(), f"<i>{NAME}</i>".encode()
    digests = [hashlib.sha256(fixed).digest()]
    assert rules(packed({"a.html": fixed, "b.html": other}), templates=digests) == {"value"}
    assert rules(packed({"a.html": fixed, "b.html": fixed}), templates=digests) == set()


# -------------------------------------------------------------------------------------------------------- tokens
@pytest.mark.parametrize("inner", [base64.b64encode, base64.b32encode, bytes.hex])
def test_a_token_within_a_token_is_found(inner):
    once = inner(f"{NAME} came home".encode())
    once = once.encode() if isinstance(once, str) else once
    assert rules(base64.b64encode(once)) == {"encoded"}
    assert rules(base64.b64encode(once), [NOBODY]) == set()


def test_a_hash_among_tokens_of_ones_own_is_found():
    token = hashlib.sha256(NAME.encode()).hexdigest()
    assert rules(token.encode(), own_tokens={"0" * 64}) == {"hash"}
    assert rules(token.encode(), own_tokens={token}) == {"hash"}
    assert rules(token.encode(), [NOBODY], own_tokens={token}) == set()


# ------------------------------------------------------------------------------------------------ dates and names
@pytest.mark.parametrize(
    ("text", "withheld", "found"),
    [
        ("taken on 5 June 2017", "2017-06", True),
        ("taken on 5 June 2018", "2017-06", False),
        ("born on 5 March", "1961-03-05", True),
        ("born on 6 March", "1961-03-05", False),
    ],
)
def test_a_date_is_found_in_a_narrower_and_a_wider_one(text, withheld, found):
    assert rules(text.encode(), [Protected(withheld, "date")]) == ({"date"} if found else set())


def test_a_common_word_of_somebody_never_named_is_found_written_small():
    text = "ол кеше жан еді".encode()
    assert rules(text, [Protected("Жан", "name", strict=True)]) == {"value"}
    assert rules(text, [Protected("Жан", "name")]) == set()


@pytest.mark.parametrize(
    ("text", "withheld", "kept", "found"),
    [
        ("Bolat Omarov came", "Bolat Omarov", ["Omarov Bolat"], False),
        ("Bolat Omarov came", "Bolat Omarov", ["Bolat Aliev", "Serik Omarov"], True),
        ("BolatOmarov", "Bolat Omarov", ["Omarov Bolat"], False),
        ("昨天王小明来了", "小明", ["王小明"], False),
        ("昨天李小明来了", "李小明", ["王小明"], True),
    ],
)
def test_a_withheld_name_that_a_kept_one_holds_whole_is_none(text, withheld, kept, found):
    assert rules(text.encode(), [withheld], kept=kept) == ({"value"} if found else set())
    assert rules(text.encode(), [withheld]) == {"value"}


def test_equal_members_are_looked_at_once_and_told_each_where_a_value_is():
    def archive(text, size):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as members:
            for number in range(size):
                members.writestr(f"{number}.txt", text)
        return packed.getvalue()

    assert gate.scan(archive("a clean line\n" * 20_000, 100), "a.zip", ["Aigerim Sadykova"]) == []  # 26 MB
    found = gate.scan(archive("Aigerim Sadykova", 5), "a.zip", ["Aigerim Sadykova"])
    assert {one.place.partition(":")[0].partition(" ")[0] for one in found} >= {f"{number}.txt" for number in range(5)}
