"""Attacks on what lies on the disk: nothing readable, nothing told apart, nothing shared. All records are invented."""

import io
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from cli.__main__ import main
from vault import keys, sealing
from vault.objects import Kind, object_id
from vault.records import Claim, Draft
from vault.redact import Recipient, Request
from vault.sealing import SIZE_CLASSES, KdfProfile, Sealer
from vault.vault import Vault
from vault.vault.core import continued

FIRST = "kettle-orbit-velvet-mango-thirty-drum"
STEM = "Zitronengirlitz"
# The value that a chi-square with 255 degrees of freedom exceeds once in about 10^9 samples.
CHI_SQUARE_255 = 416.0


def chi_square(counts: Counter[int]) -> float:
    """Measure how far byte values are from being equally frequent."""
    expected = counts.total() / 256
    return sum((counts[byte] - expected) ** 2 for byte in range(256)) / expected


def chi_square_of_two(one: Counter[int], other: Counter[int]) -> float:
    """Measure how far two samples of byte values are from having one distribution."""
    total, share = one.total() + other.total(), one.total() / (one.total() + other.total())
    assert total > 100_000, "too small to tell anything"
    found = 0.0
    for byte in range(256):
        both = one[byte] + other[byte]
        if both:
            found += (one[byte] - both * share) ** 2 / (both * share)
            found += (other[byte] - both * (1 - share)) ** 2 / (both * (1 - share))
    return found


def windows(data: bytes, size: int) -> set[bytes]:
    return {data[at : at + size] for at in range(len(data) - size + 1)}


# -- Attack 1 ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def everything(tmp_path, monkeypatch) -> Iterator[Path]:
    """Put home, cache, state, temporary and working folder below one folder that can be searched."""
    top = tmp_path / "everything"
    for name in ("home", "cache", "state", "config", "tmp", "work", "vault"):
        (top / name).mkdir(parents=True)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(top / "home"))
    for name in ("CACHE", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(top / name.lower()))
    for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(top / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(top / "work")
    yield top
    tempfile.tempdir = None


def library_operations(vault: Vault, victim: Any, aside: Path) -> Iterator[str]:
    """Do one thing after another with an open vault; the name of each is given when it is done."""
    yield "open"
    person = vault.get(victim.records[0])
    vault.put(Draft("person", (Claim("name", {"text": f"{STEM}new", "kind": "birth"}),)))
    yield "put"
    vault.put_many(Draft("event", (Claim("narrative", f"{STEM}{number} " * 50),)) for number in range(200))
    yield "put_many"
    vault.put(continued(person, (*person.claims, Claim("nationality", f"{STEM}edited"))))
    yield "edit"
    assert vault.find(STEM)
    assert vault.find(f"name:{STEM.lower()}new")
    yield "find"
    assert list(vault.records())
    assert vault.history(victim.records[0])
    yield "list and history"
    document = vault.attach(victim.records[2], io.BytesIO(STEM.encode() * 100_000), f"{STEM}.pdf")
    yield "attach"
    [path] = vault.extract(document.record_id, aside)
    path.unlink()
    yield "extract"
    vault.disclosures.set_policy(f'name = "{STEM.lower()}"\nparent = "lawyer"\naudience = "lawyer"\n')
    yield "policy"
    vault.disclosures.put_recipient(Recipient(f"{STEM} and Partners", "lawyer", (), None, ""))
    yield "recipient"
    request = Request(
        victim.records[:1],
        vault.disclosures.policies()["everything"],
        Recipient("self", "self", (), None, ""),
        "other",
        date(2020, 1, 1),
    )
    vault.disclosures.preview(request)
    yield "preview"
    vault.disclose(request).permit.commit(bytes(32), bytes(32), {"result": "clean"})
    yield "disclose"
    vault.remove(victim.records[5])
    yield "remove"
    assert vault.mentions(victim.records[6]) is not None
    vault.remove(victim.records[6], purge=True)
    yield "purge"
    vault.keys.change("second passphrase", "another-one-that-nobody-knows-yet-but-me")
    yield "key change"
    vault.keys.remove("the archive")
    yield "key remove"
    vault.keys.rotate()
    yield "key rotate"
    vault.keys.reseal()
    yield "key rotate --reseal"
    vault.keeping.backup(aside.parent / "everything" / "vault" / "backup.vault")
    yield "backup"
    vault.keeping.compact()
    yield "compact"
    assert not vault.check().problems
    yield "check"
    vault.close()
    yield "close"


def test_no_canary_after_any_operation_of_the_library(victim, everything, find_leaks, tmp_path):
    """Attack 1: no text of a record lies in vault, journal, anchor, temporary or other folders, whatever was done."""
    aside = tmp_path / "aside"
    aside.mkdir()
    victim = victim.copied(everything / "vault")
    done = []
    with victim.open(state_dir=everything / "state" / "casevault") as vault:
        for operation in library_operations(vault, victim, aside):
            done.append(operation)
            assert find_leaks(everything) == [], operation
    assert len(done) == 22
    assert list((everything / "state").rglob("*.anchor")), "the search saw what the library leaves"


def test_no_canary_in_the_middle_of_a_commit(victim, everything, find_leaks):
    """Attack 1: the journal and whatever else lies there while a commit is under way holds nothing readable either."""
    victim = victim.copied(everything / "vault")
    seen = []

    def look(_: int) -> None:
        seen.append(sorted(path.name for path in (everything / "vault").iterdir()))
        assert find_leaks(everything) == []

    def later() -> Iterator[Draft]:
        for number in range(3):
            look(number)
            yield Draft("event", (Claim("narrative", f"{STEM}{number} " * 3000),))

    with victim.open() as vault:
        vault.attach(victim.records[0], io.BytesIO(STEM.encode() * 200_000), f"{STEM}.jpg", progress=look)
        vault.put_many(later())
        # More than the engine keeps back, so that it writes before the commit.
        large = io.BytesIO(os.urandom(34 << 20) + STEM.encode())
        vault.attach(
            victim.records[0], large, f"{STEM}.jpg", progress=lambda done: look(done) if done > 31 << 20 else None
        )
    assert any("cases.vault-journal" in names for names in seen), "no moment with a journal was seen"


def test_no_canary_in_the_middle_of_sealing_anew(victim, everything, find_leaks):
    """Attack 1: the files in which everything is sealed anew hold nothing readable at any moment either."""
    victim = victim.copied(everything / "vault")
    seen = set()

    def look(done: int, total: int) -> None:
        if done % 20 == 0 or done == total:
            seen.update(path.name for path in (everything / "vault").iterdir())
            assert find_leaks(everything) == []

    with victim.open(state_dir=everything / "state" / "casevault") as vault:
        vault.keys.reseal(look)
    assert ".cases.vault.compact-from" in seen, "no moment was seen"
    assert find_leaks(everything) == []
    assert [path.name for path in (everything / "vault").iterdir()] == ["cases.vault"]


class Terminal:
    """Standard streams of a command in this process."""

    def __init__(self, victim: Any, secret: Path) -> None:
        self._around = ("-V", str(victim.path), "--passphrase-file", str(secret), "--no-input")

    def __call__(self, *words: str, stdin: bytes = b"", code: int = 0) -> str:
        before = sys.stdin, sys.stdout, sys.stderr
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(stdin), "utf-8"), out, err
        try:
            found = main((*words, *self._around), kdf_profile=KdfProfile.TEST)
            out.flush()
            err.flush()
        finally:
            sys.stdin, sys.stdout, sys.stderr = before
        said = [stream.buffer.getvalue().decode() for stream in (out, err)]
        assert found == code, said
        return said[0]


def test_no_canary_after_commands(victim, everything, find_leaks, tmp_path):
    """Attack 1: the same through the command line, for a sample of commands, those that fail among them."""
    aside = tmp_path / "aside"
    aside.mkdir()
    (aside / "passphrase.txt").write_text(FIRST + "\n")
    (aside / f"{STEM}.txt").write_text(STEM * 10)
    victim = victim.copied(everything / "vault")
    run = Terminal(victim, aside / "passphrase.txt")
    first = victim.records[0].hex()
    record = json.dumps({"kind": "person", "name": [{"text": STEM, "kind": "birth"}]}).encode()
    steps: list[tuple[tuple[str, ...], bytes, int]] = [
        (("status",), b"", 0),
        (("add", "--from", "-"), record, 0),
        (("add", "--from", "-"), record + b"{" + STEM.encode(), 1),
        (("add", "person", f"name={STEM}"), b"", 0),
        (("edit", first, f"nationality={STEM}"), b"", 0),
        (("search", STEM), b"", 0),
        (("show", first), b"", 0),
        (("list", "--json"), b"", 0),
        (("history", first), b"", 0),
        (("attach", first, str(aside / f"{STEM}.txt")), b"", 0),
        (("extract", victim.documents[4].hex(), "-o", str(aside)), b"", 0),
        (("recipient", "list"), b"", 0),
        (("ledger",), b"", 0),
        (("show", "ffffffffffffffffffffffffffffffff"), b"", 1),
        (("remove", victim.records[9].hex(), "--yes"), b"", 0),
        (("remove", victim.records[8].hex(), "--purge", "--yes"), b"", 0),
        (("check",), b"", 0),
        (("backup", str(everything / "vault" / "backup.vault")), b"", 0),
    ]
    for words, stdin, code in steps:
        run(*words, stdin=stdin, code=code)
        assert find_leaks(everything) == [], words


# -- Attacks 3 and 4 --------------------------------------------------------------------------------------------------


def test_objects_look_like_noise(victim):
    """Attack 3: over all objects of a vault, byte values are as frequent as in noise; only the first is fixed."""
    bodies = victim.objects().values()
    assert {body[0] for body in bodies} == {1}
    counts: Counter[int] = Counter()
    for body in bodies:
        if len(body) < 20_000:
            counts.update(body[1:])
    assert counts.total() > 300_000
    assert chi_square(counts) < CHI_SQUARE_255
    headers = Counter(b"".join(victim.copies("head")[:1]))
    assert chi_square(headers) < CHI_SQUARE_255


def test_small_payloads_have_one_size():
    """Attack 3: the sealed size is one of few, whatever stands inside."""
    sealer = Sealer(bytes(16), 1, bytes(32))
    assert {len(sealer.seal(b"rev", bytes(length))) for length in range(1001)} == {SIZE_CLASSES[0]}
    sizes = {len(sealer.seal(b"rev", bytes(length))) for length in range(0, 8076, 61)}
    assert sizes == set(SIZE_CLASSES)


def test_objects_of_a_vault_have_few_sizes(victim):
    """Attack 3: what is stored has the sizes of the format and no others."""
    for size in map(len, victim.objects().values()):
        frame = size - sealing.OVERHEAD_BYTES
        assert size in SIZE_CLASSES or sealing.padded_frame_bytes(frame - 4) == frame


def test_kinds_of_one_size_class_cannot_be_told_apart():
    """Attack 4: record, log batch, setting and chunk of one size: by no byte value, and at no place in the object."""
    sealer = Sealer(sealing.random_bytes(16), 1, sealing.random_bytes(32))
    texts = {
        Kind.REVISION: b"a record " * 40,
        Kind.LOG: b"put removed " * 60,
        Kind.SETTING: b"",
        Kind.CHUNK: b"\xff" * 900,
    }
    samples = {kind: [sealer.seal(kind.value, text) for _ in range(200)] for kind, text in texts.items()}
    for one, other in combinations(samples.values(), 2):
        assert {len(body) for body in one} == {len(body) for body in other} == {SIZE_CLASSES[0]}
        counts = [Counter(b"".join(body[1:] for body in bodies)) for bodies in (one, other)]
        assert chi_square_of_two(counts[0], counts[1]) < CHI_SQUARE_255
        assert constant_bits(one) == constant_bits(other) == constant_bits([b"\x01"])


def constant_bits(samples: list[bytes]) -> set[tuple[int, int]]:
    """Find the bits that are the same in every sample: place and value."""
    numbers = [int.from_bytes(sample, "little") for sample in samples]
    size = 8 * len(samples[0])
    ones, zeros = (1 << size) - 1, (1 << size) - 1
    for number in numbers:
        ones &= number
        zeros &= ~number
    return {(bit, 1) for bit in range(size) if ones >> bit & 1} | {(bit, 0) for bit in range(size) if zeros >> bit & 1}


# -- Attack 6 ---------------------------------------------------------------------------------------------------------


def test_the_number_of_holders_does_not_show_in_the_file(tmp_path):
    """Attack 6: one to eight holders: header and keyring have one size, and nothing else is there for a holder."""
    shapes = set()
    with Vault.create(tmp_path / "cases.vault", FIRST, profile=KdfProfile.TEST) as vault:
        for holders in range(1, 9):
            if holders > 1:
                vault.keys.add_paper(f"paper {holders}")
            with vault._session.engine.snapshot() as reader:
                header = reader.header_copies()[0].data
                shapes.add((len(header), *(size for _, size in reader.sizes())))
        assert len(vault.keys.list()) == 8
    assert shapes == {(10_272, sealing.padded_frame_bytes(keys.KEYRING_BYTES) + sealing.OVERHEAD_BYTES)}


def test_no_byte_of_a_slot_tells_whether_it_is_used():
    """Attack 6: used and unused slots over many headers: no bit is fixed in one and not in the other, no byte rarer."""
    vault_id, access_key = sealing.random_bytes(16), sealing.random_bytes(32)
    used: list[bytes] = []
    unused: list[bytes] = []
    for _ in range(60):
        seed = sealing.random_bytes(32)
        keyring = keys.new_keyring(keys.Slot(keys.SlotKind.PASSPHRASE, "one", sealing.public_key(seed), 1))
        for index in (1, 3, 4):
            slot = keys.Slot(keys.SlotKind.PAPER, f"{index}", sealing.public_key(sealing.random_bytes(32)), 1)
            keyring = keyring.with_slot(index, slot)
        fronts = [keys.throwaway_front(vault_id, index) for index in range(8)]
        fronts[0] = keys.passphrase_front(sealing.random_bytes(64), vault_id, 0, seed)
        header = keys.build_header(vault_id, KdfProfile.TEST, bytes(16), fronts, keyring, access_key)
        used += [header.slot(index) for index in (0, 1, 3, 4)]
        unused += [header.slot(index) for index in (2, 5, 6, 7)]
    assert constant_bits(used) == constant_bits(unused)
    assert chi_square_of_two(Counter(b"".join(used)), Counter(b"".join(unused))) < CHI_SQUARE_255


# -- Attacks 7 and 8 --------------------------------------------------------------------------------------------------


def test_a_text_stored_a_thousand_times_shares_no_bytes(tmp_path):
    """Attack 7: of a thousand records with one text, no two objects share a run of eight bytes."""
    claims = (Claim("name", {"text": "Aman Example", "kind": "birth"}), Claim("notes", "the same text " * 30))
    with Vault.create(tmp_path / "cases.vault", FIRST, profile=KdfProfile.TEST) as vault:
        assert vault.put_many(Draft("person", claims) for _ in range(1000)) == 1000
        with vault._session.engine.snapshot() as reader:
            bodies = [body for _, body in reader.scan() if len(body) == SIZE_CLASSES[0]]
    assert len(bodies) >= 1000
    seen = [window for body in bodies for window in windows(body[1:], 8)]
    assert len(set(seen)) == len(seen)


def twin(path: Path) -> set[bytes]:
    """Make a vault of fixed data, passphrase and clock; give all runs of 16 bytes that are stored."""
    with Vault.create(path, FIRST, profile=KdfProfile.TEST, clock=lambda: 1_600_000_000) as vault:
        person = Draft("person", (Claim("name", {"text": "Aman", "kind": "birth"}),), record_id=bytes(16))
        vault.put(
            person, *(Draft("event", (Claim("narrative", "as told " * n),), bytes([n]) * 16) for n in range(1, 60))
        )
        vault.attach(bytes(16), io.BytesIO(b"the same photo " * 1000), "photo.jpg")
        vault.keys.add_passphrase("second", "lantern-copper-drift-anchor-willow-nine")
        with vault._session.engine.snapshot() as reader:
            bodies = [
                reader.header_copies()[0].data,
                reader.head_copies()[0].data,
                *(body for _, body in reader.scan()),
            ]
    return {window for body in bodies for window in windows(body, 16)}


def test_two_vaults_of_the_same_data_share_nothing(tmp_path):
    """Attack 8: the same records and passphrase twice: of what is stored no run of 16 bytes is in both."""
    one, other = twin(tmp_path / "one.vault"), twin(tmp_path / "two.vault")
    assert min(len(one), len(other)) > 100_000
    assert one & other == {bytes(16)}, "the zeros at the front of the header are all that two vaults share"


# -- Attack 10 --------------------------------------------------------------------------------------------------------


def test_a_purged_record_leaves_no_sealed_bytes(victim):
    """Attack 10: of every object that a purge deleted, no run of 24 bytes is left in the file; no journal stays."""
    before = victim.objects()
    with victim.open() as vault:
        document = vault.attach(victim.records[0], io.BytesIO(b"x" * 100_000), "photo.jpg")
        with_file = {found: body for found, body in victim_objects(vault).items() if found not in before}
        vault.remove(document.record_id, purge=True)
        vault.remove(victim.records[0], purge=True)
    gone = {**before, **with_file}
    for found in victim.objects():
        gone.pop(found, None)
    assert max(map(len, gone.values())) > 100_000
    data = victim.path.read_bytes()
    left = [found for found, body in gone.items() for at in range(1, len(body) - 24, 509) if body[at : at + 24] in data]
    assert left == []
    assert sorted(path.name for path in victim.path.parent.iterdir()) == ["cases.vault"]


def victim_objects(vault: Vault) -> dict[int, bytes]:
    with vault._session.engine.snapshot() as reader:
        return dict(reader.scan())


def test_an_edited_record_keeps_its_history_and_no_old_head(victim):
    """Attack 10: after ten commits no run of an old head or of an old settings directory is left."""
    old = []
    with victim.open() as vault:
        for number in range(10):
            state = vault._session.current()
            old.append(state.sealed_head)
            if state.head.settings is not None:
                old.append(victim_objects(vault)[object_id(state.head.settings.name)])
            vault.disclosures.put_recipient(Recipient(f"lawyer {number}", "lawyer", (), None, ""))
    data = victim.path.read_bytes()
    pieces = [body[at : at + 24] for body in old for at in range(1, 900, 64)]
    assert [piece for piece in pieces if piece in data] == []
