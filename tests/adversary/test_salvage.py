"""Salvage of vaults whose pages were overwritten at random, and of files made to keep it busy. All data is invented.

Which objects are whole is found here without the rooms of the library: each stored body is looked for in the pages of
the sound file, and is whole if none of those pages was overwritten.
"""

import json
import random
import time

import pytest

from tests.adversary.conftest import FIRST, PAGE, file_bytes
from vault import files
from vault.engine.wreck import Wreck
from vault.errors import IntegrityError, UnlockError, VaultError
from vault.keys import Passphrase
from vault.objects import object_id, object_name
from vault.records import record_to_json
from vault.vault.reading import attachments_of, read_revision
from vault.vault.salvage import Salvage


def pages_of(data, body):
    """Give the numbers of the pages, from 0, on which a stored body lies; once for each place where it does.

    It begins on the page of its row, and goes on in pages that begin with the number of the next one. What is left of a
    row on the page where it was before is a place too.
    """
    found, place = [], data.find(body[:64])
    while place >= 0:
        found += [pages] if (pages := _pages_from(data, body, place)) else []
        place = data.find(body[:64], place + 1)
    assert found
    return found


def _pages_from(data, body, place):
    room = min(len(body), PAGE - place % PAGE)
    same = next((at for at in range(room) if data[place + at] != body[at]), room)
    if same == len(body):
        return {place // PAGE}
    for local in range(same, 64, -1):  # bytes of the number may happen to be those of the body
        found, at, number = {place // PAGE}, local, int.from_bytes(data[place + local : place + local + 4])
        while at < len(body) and 0 < number <= len(data) // PAGE:
            page = data[(number - 1) * PAGE : number * PAGE]
            if page[4 : 4 + len(body) - at] != body[at : at + PAGE - 4]:
                break
            found.add(number - 1)
            at, number = at + PAGE - 4, int.from_bytes(page[:4])
        if at >= len(body):
            return found
    return set()


@pytest.fixture(scope="module")
def layout(built):
    """Where each object lies, and which objects each record and each file is made of."""
    data = built.path.read_bytes()
    where = {number: pages_of(data, body) for number, body in built.objects().items()}
    state = built.state()
    records, parts = {}, {}
    with built.open(read_only=True) as vault, vault._session.reading() as (objects, index):
        for row in index.refs():
            if row.attachment:
                continue
            records.setdefault(row.record_id, []).append((object_id(row.ref.name), row.superseded))
            for attachment, _ in attachments_of(read_revision(objects, row)):
                top = index.attachment(attachment.attachment_id)
                parts[row.record_id] = {object_id(ref.name) for _, ref in files.objects(objects, attachment, top.ref)}
    header = set().union(*pages_of(data, built.copies("header")[0]))
    return data, where, records, parts, set().union(*where[object_id(state.head.keyring.name)]), header


def overwritten(data, chosen, source):
    damaged = bytearray(data)
    for page in chosen:
        damaged[page * PAGE : (page + 1) * PAGE] = source.randbytes(PAGE)
    return bytes(damaged)


def salvaged(path, secret=FIRST):
    with Salvage.open(path, Passphrase(secret), allow_test_profile=True) as found:
        lines = {saved.record_id: (json.loads(saved.line), saved) for saved in found.records()}
        whole = {file.record_id: b"".join(found.read(file)) for file in found.files()}
        return lines, whole, found.losses


@pytest.mark.parametrize("index_too", [False, True])
def test_every_record_whose_objects_are_whole_comes_back(victim, built, layout, deep, index_too):
    """Of a vault with 5 % of its pages overwritten every whole record and file comes back; the others are named."""
    data, where, records, parts, keyring, header = layout
    rounds = deep(f"salvage{'-index' if index_too else ''}", 4, 100)
    source = rounds.random()
    count = len(data) // PAGE
    needed = keyring | header
    segments = {object_id(entry[1]) for entry in built.state().head.segments}
    told = []
    for _ in range(rounds):
        chosen = set(source.sample([page for page in range(count) if page not in needed], count * 5 // 100))
        if index_too:
            chosen |= set().union(*(pages for number in segments for pages in where[number])) - needed
        victim.path.write_bytes(overwritten(data, chosen, source))
        whole = {number for number, places in where.items() if any(not pages & chosen for pages in places)}
        lines, found, losses = salvaged(victim.path)
        expected = {record for record, rows in records.items() if any(number in whole for number, _ in rows)}
        assert set(lines) == expected
        newest = {record for record, rows in records.items() if all(number in whole for number, old in rows if not old)}
        for record in newest & expected:
            assert not lines[record][1].outdated
        assert set(found) == {record for record, needs in parts.items() if record in expected and needs <= whole}
        for content in found.values():
            assert content == file_bytes(len(content))
        if losses.unknown_documents == 0:
            assert set(losses.records) == records.keys() - expected
            assert set(losses.outdated) == expected - newest
        else:
            assert losses.any
        assert {record for record, _ in losses.files} == (parts.keys() & expected) - found.keys()
        told.append((len(expected), len(records)))
    assert any(have < there for have, there in told)
    print(f"of {len(records)} records came back:", *(have for have, _ in told))


def test_where_header_or_keyring_is_hit_it_says_that_nothing_can_be_had(victim, layout):
    data, _, _, _, keyring, header = layout
    source = random.Random(5)
    victim.path.write_bytes(overwritten(data, keyring, source))
    with pytest.raises(IntegrityError, match="keyring is lost; without it nothing"):
        salvaged(victim.path)
    victim.path.write_bytes(overwritten(data, header, source))
    with pytest.raises(UnlockError, match="no whole copy of the header"):
        salvaged(victim.path)


def test_any_file_gives_records_or_an_error_of_ours(small, deep):
    """Cut, shifted, mixed, or of noise: what comes back was in the vault, and all else is one of our errors."""
    rounds = deep("salvage-noise", 60, 3000)
    source = rounds.random()
    data = small.path.read_bytes()
    with small.open(read_only=True) as vault:
        ids = [newest.record_id for newest in vault.records(removed=False)]
        sound = {key: [record_to_json(each, vault.schemas) for each in vault.history(key)] for key in ids}
    assert salvaged(small.path)[0].keys() == sound.keys()
    for _ in range(rounds):
        damaged = bytearray(data)
        for _ in range(source.choice((1, 3, 30))):
            at, length = source.randrange(len(damaged)), source.choice((1, 16, 512, PAGE))
            match source.randrange(4):
                case 0:
                    damaged[at : at + length] = source.randbytes(length)
                case 1:
                    del damaged[at:]
                    damaged += bytes(1)
                case 2:
                    damaged[at : at + length] = data[(start := source.randrange(len(data))) : start + length]
                case _:
                    damaged[at : at + length] = bytes(length)
        small.path.write_bytes(damaged)
        try:
            lines, _, _ = salvaged(small.path)
        except VaultError:
            continue
        assert all(tree in sound[key] for key, (tree, _) in lines.items())


def test_a_file_full_of_false_rows_is_read_a_few_times_at_most(tmp_path):
    """Every few bytes what looks like the row of a large object that goes on over the same pages."""
    path = tmp_path / "hostile"
    body = 2_000_000
    kind = 2 * body + 12
    width = bytes([kind >> 21 | 0x80, kind >> 14 & 0x7F | 0x80, kind >> 7 & 0x7F | 0x80, kind & 0x7F])
    record = body + 6
    length = bytes([record >> 14 & 0x7F | 0x80, record >> 7 & 0x7F | 0x80, record & 0x7F])
    row = length + b"\x05" + b"\x06\x00" + width
    page = (row * (PAGE // len(row) + 1))[:PAGE]
    chain = bytes([0, 0, 0, 2])
    path.write_bytes((page + chain + bytes(PAGE - 4)) * 200)
    asked = []

    def is_sound(number, data):
        asked.append(len(data))
        return False

    begun = time.process_time()
    with Wreck(path, is_sound) as wreck:
        wreck.look()
        assert wreck.count() == 0
        assert sum(asked) <= 4 * path.stat().st_size + (16 << 20)
        assert time.process_time() - begun < 600


def test_sound_rows_are_found_whatever_the_tables_say(small):
    """The first page of another file, no roots, and rows of pages that no table reaches."""
    objects = small.objects()
    data = bytearray(small.path.read_bytes())
    data[:PAGE] = random.Random(3).randbytes(PAGE)
    small.path.write_bytes(data)
    with Wreck(small.path, lambda number, body: object_id(object_name(body)) == number) as wreck:
        wreck.look()
        assert dict(wreck.scan()) == objects
        assert dict(wreck.sizes()) == {number: len(body) for number, body in objects.items()}
        assert wreck.faults() == []
        assert wreck.get(min(objects)) == objects[min(objects)]
        assert wreck.get(0) is None


# -- Beside the file, on full disks, on media that cannot be written --------------------------------------------------


@pytest.mark.parametrize("journal", ["noise", "older self", "link"])
def test_a_journal_beside_a_damaged_file_is_never_played_back(small, small_content, journal):
    """Attack 44: the file is read as it lies there, the journal is told of, and neither of them is touched."""
    beside = small.path.with_name("cases.vault-journal")
    magic = bytes.fromhex("d9d505f920a163d7")
    if journal == "link":
        beside.symlink_to("/etc/hostname")
    else:
        head = magic + (1).to_bytes(4) + bytes(4) + (20).to_bytes(4) + (512).to_bytes(4) + PAGE.to_bytes(4)
        page = random.Random(4).randbytes(PAGE) if journal == "noise" else small.path.read_bytes()[:PAGE]
        beside.write_bytes(head.ljust(512, b"\0") + (1).to_bytes(4) + page + bytes(4))
    before = small.path.read_bytes()
    lines, _, losses = salvaged(small.path)
    assert len(lines) >= 12
    assert any("journal lies beside" in note for note in losses.notes)
    assert small.path.read_bytes() == before
    assert beside.is_symlink() if journal == "link" else beside.stat().st_size == 512 + 4 + PAGE + 4


BACKUP = """
import resource, sys
from vault.errors import VaultError
from vault.keys import Passphrase
from vault.vault import Vault
from pathlib import Path
with Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True) as vault:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
    try:
        vault.keeping.backup(Path(sys.argv[3]))
        print("done")
    except VaultError as error:
        print(type(error).__name__)
"""


def test_a_backup_where_no_more_can_be_written_is_none(small, child, tmp_path, small_content, deep):
    """Attack 48: at whatever byte writing ends, there is a whole backup that is known, or none that is."""
    rounds = deep("backup-full", 6, 300)
    source = rounds.random()
    size = small.path.stat().st_size
    told = set()
    for number in range(rounds):
        victim = small.copied(tmp_path / str(number))
        target = tmp_path / f"{number}.backup"
        limit = source.randrange(size) if number % 3 else 2 * size
        told.add(said := child(BACKUP, victim.path, FIRST, target, limit).strip())
        assert victim.outcome(read_only=False) == small_content
        assert target.exists() == (said == "done")
        with victim.open() as vault:
            assert vault.check().problems == ()
            known = [each["path"] for each in vault.status().backups]
        # A note that could not be taken back names a file that is not there; nobody is told of a backup.
        assert known == [str(target)] if said == "done" else known in ([], [str(target)])
    assert told == {"done", "EngineError"}


def test_a_medium_that_cannot_be_written_is_salvaged_too(small, small_content):
    """Attack 49: nothing is written, no lock is asked for, and nothing appears beside the file."""
    small.path.chmod(0o400)
    small.path.parent.chmod(0o500)
    try:
        before = small.path.stat()
        lines, whole, losses = salvaged(small.path)
        assert len(lines) >= 12
        assert len(whole) == 2
        assert not losses.any
        after = small.path.stat()
        assert (after.st_mtime_ns, after.st_mode, after.st_size) == (before.st_mtime_ns, before.st_mode, before.st_size)
        assert [entry.name for entry in small.path.parent.iterdir()] == ["cases.vault"]
    finally:
        small.path.parent.chmod(0o700)
