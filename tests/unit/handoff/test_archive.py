"""The one ZIP for one set of files: read by others, byte for byte the same, every deviation told. Data is invented."""

import io
import random
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import LimitError, VaultError
from vault.handoff import archive

FILES = {"a.txt": b"one", "b/c.txt": b"", "b/қазақ.txt": b"two" * 30_000, "d": bytes(70_000)}


class Keeper:
    """Keeps what a reader tells."""

    def __init__(self):
        self.files = []

    def begin(self, name):
        self.files.append([name, b"", False])

    def piece(self, data):
        self.files[-1][1] += data

    def end(self):
        self.files[-1][2] = True


def entries(files) -> list[archive.Entry]:
    return [archive.Entry(name, len(files[name]), zlib.crc32(files[name])) for name in files]


def made(files, limit=archive._LIMIT32) -> bytes:
    listed = entries({name: files[name] for name in sorted(files, key=archive.order)})
    return b"".join(archive._write(listed, lambda name: [files[name]], limit))


def told(data: bytes, piece: int = 1 << 20, limit=archive._LIMIT32):
    keeper = Keeper()
    reader = archive.Reader(keeper)
    reader._limit = limit
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])
    reader.finish()
    return keeper.files, [(fault.path, fault.what) for fault in reader.faults]


@pytest.mark.parametrize("limit", [archive._LIMIT32, 1000])
def test_others_read_it(limit):
    """With the ZIP64 fields too, whose threshold is lowered for this."""
    data = made(FILES, limit)
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert {name: other.read(name) for name in other.namelist()} == FILES
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in other.infolist())
        assert all(info.compress_type == zipfile.ZIP_STORED for info in other.infolist())


@given(
    st.dictionaries(st.text("abcж/", min_size=1, max_size=6), st.binary(max_size=40), max_size=6),
    st.integers(1, 50),
    st.sampled_from((archive._LIMIT32, 8)),
)
def test_round_trip_in_pieces_of_any_size(files, piece, limit):
    read, faults = told(made(files, limit), piece, limit)
    assert faults == []
    assert read == [[name, files[name], True] for name in sorted(files, key=archive.order)]


def test_equal_contents_give_equal_bytes():
    assert made(FILES) == made(dict(reversed(FILES.items())))


def test_huge_member_is_described_in_64_bits():
    entry = archive.Entry("big", 5 << 30, 1)
    head = archive._local(entry, archive._LIMIT32)
    assert head[18:26] == b"\xff" * 8
    assert head[-16:] == (5 << 30).to_bytes(8, "little") * 2
    tail = archive._directory([entry, archive.Entry("next", 1, 1)], archive._LIMIT32)
    assert b"PK\6\6" in tail
    assert ((5 << 30) + len(head)).to_bytes(8, "little") in tail


def test_reader_takes_a_member_beyond_32_bits():
    """The sizes are read from the 64-bit field: 5 GiB are announced, little is sent, nothing is collected."""
    entry = archive.Entry("big", 5 << 30, 1)
    keeper = Keeper()
    reader = archive.Reader(keeper)
    reader.feed(archive._local(entry, archive._LIMIT32))
    reader.feed(bytes(100))
    assert reader._left == (5 << 30) - 100
    reader.finish()
    assert [fault.what for fault in reader.faults] == ["cut short"]


def test_one_changed_byte_is_always_told(deep):
    """Contents are not compared here (the manifest does that), yet the CRC tells them too."""
    data = made({"a": b"12345", "b/c": b"", "d": b"xyz"})
    size = deep("archive-bytes", 400, len(data) * 255)
    print("seed", size.seed)
    rnd = size.random()
    places = [(at, value) for at in range(len(data)) for value in range(256) if value != data[at]]
    for at, value in rnd.sample(places, min(size, len(places))):
        bad = data[:at] + bytes([value]) + data[at + 1 :]
        _, faults = told(bad)
        assert faults, (at, value)


def test_every_truncation_and_addition_is_told():
    data = made({"a": b"12345", "b/c": b"", "d": b"xyz"})
    for end in range(len(data)):
        assert told(data[:end])[1]
    assert told(data + b"\0")[1]
    assert told(b"\0" + data)[1]
    assert told(data + data)[1]


def rezipped(files, **options) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as other:
        for name, data in files:
            other.writestr(zipfile.ZipInfo(name), data, options.get("compression"))
    return out.getvalue()


def test_foreign_archive_is_told_member_by_member():
    read, faults = told(rezipped([("b", b"2"), ("a", b"1")]))
    assert [name for name, _, _ in read] == ["b", "a"]
    assert ("a", "out of order") in faults
    assert {path for path, what in faults if "one form" in what} == {"a", "b"}


def test_compressed_member_is_named():
    data = rezipped([("a", b"1" * 1000)], compression=zipfile.ZIP_DEFLATED)
    assert ("a", "compressed") in told(data)[1]


def test_member_of_unknown_length_is_named_and_nothing_is_guessed():
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    out = Pipe()
    with zipfile.ZipFile(out, "w") as other:
        other.writestr("a", b"1")
    read, faults = told(out.data)
    assert read == []
    assert faults == [("a", "its length is not told")]


def test_too_many_members():
    names = [f"{number:05}" for number in range(archive.MAX_MEMBERS + 1)]
    data = made(dict.fromkeys(names, b""))
    with pytest.raises(LimitError):
        told(data)


def test_any_bytes_end_in_members_and_faults(deep):
    size = deep("archive-noise", 300, 30_000)
    print("seed", size.seed)
    rnd = random.Random(size.seed)
    data = made({"a": b"12345", "b/c": b"", "d": b"xyz" * 50})
    for _ in range(size):
        bad = bytearray(data)
        for _ in range(rnd.randint(1, 5)):
            at = rnd.randrange(len(bad))
            bad[at : at + rnd.randrange(5)] = rnd.randbytes(rnd.randrange(5))
        try:
            _, faults = told(bytes(bad), rnd.randint(1, 100))
        except VaultError:
            continue
        assert faults or bytes(bad) == data
