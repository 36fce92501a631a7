"""Attacks by flipped bits and cut files: whatever the file holds, the content is right or it is refused.

A traceback that is not an error of ours, a wrong text or a hang fails the test. All records are invented.
"""

import hashlib
import sqlite3
from contextlib import closing

import pytest

from vault.engine import sqlite
from vault.errors import IntegrityError, UnlockError, UnsupportedVersionError, VaultError
from vault.keys import Passphrase, Unlocker
from vault.objects import Kind, ObjectReader, object_id
from vault.vault import scrub
from vault.vault.state import open_state

FIRST = "kettle-orbit-velvet-mango-thirty-drum"
PAGE = 8192


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit >> 3] ^= 1 << (bit & 7)
    return bytes(changed)


class Bench:
    """Header, head and keyring of a vault in an engine in memory, where a bit is flipped in microseconds."""

    def __init__(self, victim):
        self.state = victim.state()
        self.engine = sqlite.memory()
        self.unlocker = Unlocker(Passphrase(FIRST))
        with self.engine.transaction() as writer:
            for found, body in victim.objects().items():
                writer.put(found, body)
            writer.set_header(self.state.header.data)
            writer.swap_head(None, self.state.sealed_head)

    def row(self, table, place, data, checksum_of=None):
        """Store one copy, with the checksum of other bytes if such are given."""
        row = data + hashlib.sha256(data if checksum_of is None else checksum_of).digest()
        self.engine._open_connection.execute(f"UPDATE {table} SET b = ? WHERE i = ?", (row, place))

    def opened(self):
        with self.engine.snapshot() as reader:
            return open_state(reader, self.unlocker, allow_test=True)


@pytest.fixture
def bench(built_small):
    bench = Bench(built_small)
    yield bench
    bench.engine.close()


def bits_of(data, size):
    """Give a sample of the bits of some bytes, or all of them."""
    every = range(8 * len(data))
    return every if size >= len(every) else sorted(size.random().sample(every, size))


# -- Attack 11 --------------------------------------------------------------------------------------------------------


def test_flipped_header_bits_in_both_copies_are_refused(bench, deep):
    """Attack 11: one bit of both copies of the header, checksums repaired: nothing opens."""
    header = bench.state.header.data
    for bit in bits_of(header, deep("header-bits", 1500, 8 * len(header))):
        for place in (0, 1):
            bench.row("header", place, flipped(header, bit))
        with pytest.raises((UnlockError, UnsupportedVersionError)):
            bench.opened()


@pytest.mark.parametrize("repaired", [True, False], ids=["repaired", "as it is"])
def test_flipped_header_bits_in_one_copy_do_no_harm(bench, deep, repaired):
    """Attack 11: one bit of one copy of the header: the other one opens, and the damage is noticed."""
    header = bench.state.header.data
    for bit in bits_of(header, deep("header-bits-of-one-copy", 500, 8 * len(header))):
        bench.row("header", 0, header)
        bench.row("header", 1, header)
        bench.row("header", bit & 1, flipped(header, bit), None if repaired else header)
        opening = bench.opened()
        assert opening.state.header.data == header
        assert opening.damaged_header
        assert not opening.damaged_head


def test_flipped_head_bits_in_both_copies_are_refused(bench, deep):
    """Attack 11: one bit of both copies of the head, checksums repaired: integrity, not a wrong passphrase."""
    head = bench.state.sealed_head
    for bit in bits_of(head, deep("head-bits", 1500, 8 * len(head))):
        for place in (0, 1):
            bench.row("head", place, flipped(head, bit))
        with pytest.raises(IntegrityError):
            bench.opened()


@pytest.mark.parametrize("repaired", [True, False], ids=["repaired", "as it is"])
def test_flipped_head_bits_in_one_copy_do_no_harm(bench, deep, repaired):
    """Attack 11: one bit of one copy of the head: the other one counts, and the damage is noticed."""
    head = bench.state.sealed_head
    for bit in bits_of(head, deep("head-bits-of-one-copy", 500, 8 * len(head))):
        bench.row("head", 0, head)
        bench.row("head", 1, head)
        bench.row("head", bit & 1, flipped(head, bit), None if repaired else head)
        opening = bench.opened()
        assert opening.state.sealed_head == head
        assert opening.damaged_head
        assert not opening.damaged_header


def test_flipped_checksum_bits_do_no_harm(bench):
    """Attack 11: each bit of the checksums, in one copy and in both: they find accidents and prove nothing."""
    for table, data in (("header", bench.state.header.data), ("head", bench.state.sealed_head)):
        check = hashlib.sha256(data).digest()
        for bit in range(256):
            for places in ((0,), (1,), (0, 1)):
                for place in (0, 1):
                    good = check if place not in places else flipped(check, bit)
                    bench.engine._open_connection.execute(f"UPDATE {table} SET b = ? WHERE i = ?", (data + good, place))
                opening = bench.opened() if bit % 8 == 0 else None
                assert opening is None or opening.state.digest == bench.state.digest
                assert opening is None or (opening.damaged_header, opening.damaged_head) == (
                    table == "header",
                    table == "head",
                )
        for place in (0, 1):
            bench.row(table, place, data)


def test_flipped_bits_of_an_object_are_refused(bench, built_small):
    """Attack 11: every bit of the revision of one record: refused, under its own id and under the one it then has."""
    with built_small.open(read_only=True) as vault, vault._session.reading() as (objects, index):
        ref = index.current(built_small.records[0]).ref
        sealed = objects._reader.get(object_id(ref.name))
    connection = bench.engine._open_connection
    for bit in range(8 * len(sealed)):
        connection.execute("UPDATE object SET b = ? WHERE id = ?", (flipped(sealed, bit), object_id(ref.name)))
        with bench.engine.snapshot() as reader, pytest.raises(IntegrityError):
            ObjectReader(reader, bench.state.sealers).get(Kind.REVISION, ref)
        with pytest.raises(IntegrityError):
            bench.state.sealers[ref.generation].open(Kind.REVISION.value, flipped(sealed, bit))


def flip_in_place(path, offset, bit):
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))


def test_flipped_bits_anywhere_in_the_file(small, small_content, deep):
    """Attack 11: bits all over the file, half of them in what SQLite itself reads: refused, or the content is right.

    Each file is also opened for writing and added to, so that mending and committing meet the damage as well.
    """
    size = deep("file-bits", 1000, 20_000)
    source = size.random()
    whole = small.path.read_bytes()
    read = 0
    for number in range(size):
        offset = source.randrange(len(whole))
        if number % 2:
            offset = offset // PAGE * PAGE + source.randrange(100 if offset < PAGE or number % 4 == 1 else 12)
        bit = source.randrange(8)
        flip_in_place(small.path, offset, bit)
        outcome = small.outcome()
        assert isinstance(outcome, str) or outcome == small_content, (offset, bit)
        read += not isinstance(outcome, str)
        if number % 20 == 0:
            try:
                with small.open() as vault:
                    vault.put()
                    vault.check()
            except VaultError:
                pass
            small.path.write_bytes(whole)
        else:
            flip_in_place(small.path, offset, bit)
    assert small.path.read_bytes() == whole
    assert 0 < read < size, "some damage is in unused room, some is not"


def test_flipped_bits_of_the_large_vault(victim, deep):
    """Attack 11: the same for a vault with large files: what a check calls sound is sound."""
    size = deep("file-bits-of-the-large-vault", 25, 2000)
    source = size.random()
    length, bodies = victim.path.stat().st_size, victim.objects()
    for _ in range(size):
        offset, bit = source.randrange(length), source.randrange(8)
        flip_in_place(victim.path, offset, bit)
        if not victim.checked():
            # In unused room, or in one of the two copies of header and head.
            assert victim.objects() == bodies
        flip_in_place(victim.path, offset, bit)
    assert victim.checked() == [], "put back, it is sound: a check that always complains proves nothing above"


# -- Attack 12 --------------------------------------------------------------------------------------------------------


def test_cut_vaults_are_refused(small, deep):
    """Attack 12: cut at each page, and within the last 4 096 bytes: refused by opening and by the scrub."""
    size = deep("cuts", 60, 4096)
    whole = small.path.read_bytes()
    ends = [*range(0, len(whole), PAGE), *(len(whole) - cut for cut in size.random().sample(range(1, 4097), size))]
    for end in ends:
        small.path.write_bytes(whole[:end])
        assert isinstance(small.outcome(), str), end
        with pytest.raises(VaultError):
            scrub(small.path)
        assert small.path.read_bytes() == whole[:end]


@pytest.mark.parametrize("what", ["zeros", "noise", "itself"])
def test_vaults_with_something_appended(small, small_content, what):
    """Attack 12: zeros, noise or another vault at the end: refused, or the content is right."""
    whole = small.path.read_bytes()
    tail = {"zeros": bytes(PAGE), "noise": hashlib.sha256(b"noise").digest() * 700, "itself": whole}[what]
    for length in (1, 511, 512, 4096, PAGE, len(tail)):
        small.path.write_bytes(whole + tail[:length])
        outcome = small.outcome()
        assert isinstance(outcome, str) or outcome == small_content, length


# -- Attack 50 --------------------------------------------------------------------------------------------------------


def places_of(path, bodies):
    """Find where in the file stored bytes lie: offsets of bytes of objects, header and head."""
    data = path.read_bytes()
    found = []
    for body in bodies:
        # A row larger than its page goes on in other pages, each of which begins with four bytes of its own.
        at, rest = 0, body
        while rest:
            length = min(len(rest), 900)
            while (at := data.find(rest[:length])) < 0 and length > 24:
                length //= 2
            if at < 0:
                break
            while length < len(rest) and at + length < len(data) and data[at + length] == rest[length]:
                length += 1
            found += range(at, at + length)
            rest = rest[length:]
    return found


def test_a_scrub_finds_every_flipped_bit(small, deep):
    """Attack 50: without a key, a bit flipped in any stored byte of objects, header and head is found, each time."""
    size = deep("scrub", 150, 1000)
    source = size.random()
    assert scrub(small.path).problems == ()
    with closing(sqlite3.connect(small.path)) as connection:
        groups = [
            places_of(small.path, [row[0] for row in connection.execute(f"SELECT b FROM {table}")])
            for table in ("object", "header", "head")
        ]
    assert [len(group) > 1000 for group in groups] == [True] * 3
    missed = []
    for number in range(size):
        group = groups[(0, 0, 1, 2)[number % 4]]
        offset, bit = source.choice(group), source.randrange(8)
        flip_in_place(small.path, offset, bit)
        if not scrub(small.path).problems:
            missed.append((offset, bit))
        flip_in_place(small.path, offset, bit)
    assert missed == []
    assert scrub(small.path).problems == ()


def test_a_scrub_counts_what_it_read(victim):
    """Attack 50: the scrub of a sound vault reads every object and writes nothing."""
    before = victim.path.read_bytes()
    report = scrub(victim.path)
    assert report.problems == ()
    assert report.objects == len(victim.objects())
    assert victim.path.read_bytes() == before
