"""Every change to a bundle is refused and named, and by stock programs what falls to them. All data is invented."""

import json
import random
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from vault import handoff
from vault.errors import SignatureError, VaultError
from vault.handoff import archive, bag, proofs, sshsig
from vault.records import Claim, Revision, commitments, opening
from vault.redact import DisclosedClaim, DisclosedRecord
from vault.sealing import Signer

CHECKS = [line.strip() for line in bag.readme().decode().splitlines() if line.startswith("    ")]


def members() -> dict[str, bag.Member]:
    """Make a bag with proofs, an attachment, and a name that is not Latin."""
    revision = Revision(bytes(16), "person", (), b"", 0, (Claim("sex", "male"), Claim("birth", "1971")), b"\7" * 32)
    shown = DisclosedClaim("sex", "choice", "value", "male", salt=opening(revision, 0).salt)
    record = DisclosedRecord("person-7F3A9Q", "person", (shown,), commitments=tuple(commitments(revision)))
    fields = {"sex": [{"is": "value", "value": "male"}]}
    tree = {"format": "casevault-records/1", "records": [{"id": record.id, "kind": "person", "fields": fields}]}
    files = {
        "data/records.json": json.dumps(tree).encode(),
        "data/files/file-7F3A9Q.jpg": bytes(range(256)) * 4,
        "data/files/қазақ.txt": b"an invented letter\n",
        "data/empty.txt": b"",
    }
    label = bag.Label(bytes(range(16)), "legal", "lawyer", bytes(32), ("passphrase",))
    made = bag.build(
        {path: bag.Member.of(data) for path, data in files.items()},
        label,
        Signer(bytes(range(32))),
        {"series": {"id": "ab" * 16, "number": 7}},
        proofs.write([record], 1),
    )
    assert bag.PROOFS in made
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("bag") / "bag"
    for path, member in members().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"".join(member.read()))
    return root


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / "copy")


def faults(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(SignatureError) as error:
        handoff.verify(path)
    return [(fault.path, fault.what) for fault in error.value.faults]


def stock(folder: Path) -> list[bool]:
    """Say of each of the two lines of the README whether it accepts."""
    runs = [subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, check=False) for line in CHECKS]
    return [run.returncode == 0 for run in runs]


def test_the_bag_itself_is_accepted(folder, tool):
    tool("ssh-keygen"), tool("sha256sum")
    report = handoff.verify(folder)
    assert (len(report.proven.claims), report.series) == (1, (b"\xab" * 16, 7))
    assert len(report.files) == len(members())
    assert stock(folder) == [True, True]


def places(folder: Path, size: int, rnd: random.Random) -> list[tuple[Path, int, int]]:
    """Draw bytes to be changed: each file as often as the others, for the small ones matter most."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
    drawn = [files[turn % len(files)] for turn in range(size)]
    return [(path, rnd.randrange(path.stat().st_size), rnd.randrange(1, 256)) for path in drawn]


def test_every_changed_byte_is_refused_and_its_file_named(copy, deep):
    size = deep("verify-bytes", 200, 20_000)
    print("seed", size.seed)
    for path, at, change in places(copy, size, size.random()):
        data = path.read_bytes()
        path.write_bytes(data[:at] + bytes([data[at] ^ change]) + data[at + 1 :])
        named = {name for name, _ in faults(copy)}
        name = path.relative_to(copy).as_posix()
        assert named == {bag.MANIFEST if name == bag.SIGNATURE else name}, (name, at, change)
        path.write_bytes(data)
    assert handoff.verify(copy).files


def test_every_changed_byte_is_refused_by_one_of_the_stock_programs(copy, deep, tool):
    """`ssh-keygen` the manifest and its signature, `sha256sum` any other file."""
    tool("ssh-keygen"), tool("sha256sum"), tool("grep")
    size = deep("verify-bytes-stock", 40, 2_000)
    print("seed", size.seed)
    for path, at, change in places(copy, size, size.random()):
        data = path.read_bytes()
        path.write_bytes(data[:at] + bytes([data[at] ^ change]) + data[at + 1 :])
        signature, sums = stock(copy)
        name = path.relative_to(copy).as_posix()
        assert not (signature if name in {bag.MANIFEST, bag.SIGNATURE} else sums), (name, at, change)
        path.write_bytes(data)
    assert stock(copy) == [True, True]


def test_every_changed_byte_of_the_archive_is_refused(tmp_path, deep):
    made = members()
    data = b"".join(archive.write(bag.entries(made), lambda name: made[name].read()))
    size = deep("verify-archive-bytes", 200, len(data) * 8)
    print("seed", size.seed)
    rnd = size.random()
    path = tmp_path / "bag.zip"
    for turn in range(size):
        bit = turn if size == len(data) * 8 else rnd.randrange(len(data) * 8)
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(VaultError):
            handoff.verify(path)
    path.write_bytes(data)
    assert handoff.verify(path).proven.claims


@pytest.mark.parametrize("name", ["extra.txt", "data/files/extra.txt", "casevault/extra.json", "data/new/x"])
def test_an_extra_file_is_named(copy, name):
    (copy / name).parent.mkdir(exist_ok=True)
    (copy / name).write_bytes(b"")
    assert faults(copy) == [(name, "not in the manifest")]


@pytest.mark.parametrize("name", sorted(members()))
def test_a_missing_file_is_named_and_the_stock_programs_miss_it_too(copy, name, tool):
    tool("ssh-keygen"), tool("sha256sum")
    (copy / name).unlink()
    assert (name, "missing") in faults(copy)
    assert not all(stock(copy))


@pytest.mark.parametrize("name", sorted(set(members()) - {bag.MANIFEST, bag.SIGNATURE}))
def test_a_renamed_file_is_named(copy, name):
    (copy / name).rename(copy / f"{name}.old")
    assert faults(copy) == [(f"{name}.old", f"renamed; it was {name}")]


def test_two_files_exchanged_are_both_named(copy):
    one, other = copy / "data/files/file-7F3A9Q.jpg", copy / "data/files/қазақ.txt"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert {name for name, _ in faults(copy)} == {path.relative_to(copy).as_posix() for path in (one, other)}


def rezipped(target: Path, names: list[str]) -> Path:
    made = members()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as other:
        for name in names:
            other.writestr(zipfile.ZipInfo(name), b"".join(made[name].read()))
    return target


def test_files_in_another_order_are_refused(tmp_path):
    names = list(members())
    told = faults(rezipped(tmp_path / "bag.zip", names[::-1]))
    assert "out of order" in {what for _, what in told}
    made = members()
    entries = bag.entries({name: made[name] for name in (*names[1:], names[0])})
    (tmp_path / "own.zip").write_bytes(b"".join(archive.write(entries, lambda name: made[name].read())))
    assert faults(tmp_path / "own.zip") == [(names[0], "out of order")]


def test_a_file_twice_in_the_archive_is_refused(tmp_path):
    made, names = members(), list(members())
    entries = [*bag.entries(made), bag.entries({names[-1]: made[names[-1]]})[0]]
    (tmp_path / "own.zip").write_bytes(b"".join(archive.write(entries, lambda name: made[name].read())))
    assert names[-1] in {name for name, _ in faults(tmp_path / "own.zip")}


RECEIPTS = {
    "type": 7,
    "id": {"id": "ab", "number": 1},
    "id in capitals": {"id": "AB" * 16, "number": 1},
    "number": {"id": "ab" * 16, "number": 0},
    "number type": {"id": "ab" * 16, "number": True},
    "huge": {"id": "ab" * 16, "number": 1 << 40},
    "more": {"id": "ab" * 16, "number": 1, "of": 3},
    "less": {"id": "ab" * 16},
}


@pytest.mark.parametrize("change", RECEIPTS)
def test_a_receipt_of_another_form_is_refused(tmp_path, change):
    label = bag.Label(bytes(16), "legal", "lawyer", bytes(32), ("passphrase",))
    made = bag.build({}, label, Signer(bytes(32)), {"series": RECEIPTS[change]})
    (tmp_path / "x.zip").write_bytes(b"".join(archive.write(bag.entries(made), lambda name: made[name].read())))
    assert [name for name, _ in faults(tmp_path / "x.zip")] == [bag.RECEIPT]


def crowd(extra: int, signed: int) -> bytes:
    """Give an archive with files that nobody signed, and a signed list of other ones that are not there."""
    signer = Signer(bytes(range(32)))
    listed = [{"bytes": 1, "sha256sum": f"{number:064x}  z/{number:07d}"} for number in range(signed)]
    tree = json.loads(b"".join(members()[bag.MANIFEST].read())) | {"files": listed}
    there = {bag.MANIFEST: bag.canonical(tree), bag.SIGNERS: sshsig.allowed_signers(signer.public_key)}
    there[bag.SIGNATURE] = sshsig.sign(signer, there[bag.MANIFEST])
    there |= {f"e/{number:05d}": b"x" for number in range(extra)}
    made = {name: bag.Member.of(there[name]) for name in sorted(there, key=archive.order)}
    return b"".join(archive.write(bag.entries(made), lambda name: made[name].read()))


def test_a_crowd_of_files_takes_no_more_than_a_look_at_each(tmp_path: Path) -> None:
    """Each extra file beside each missing one would be 10^8 comparisons, and a minute."""
    (tmp_path / "x.zip").write_bytes(crowd(9_000, 9_999))
    told = faults(tmp_path / "x.zip")
    assert sum(what == "not in the manifest" for _, what in told) == 9_001
    assert sum(what == "missing" for _, what in told) == 10_000


def test_a_list_of_more_files_than_a_bundle_has_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(crowd(0, 10_001))
    assert [name for name, _ in faults(tmp_path / "x.zip")] == [bag.MANIFEST]


def test_of_several_missing_files_that_are_equal_each_is_renamed_once(copy: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (copy / "data" / name).write_bytes(b"")
    (copy / "data/empty.txt").unlink()
    assert faults(copy) == [("data/a.txt", "renamed; it was data/empty.txt"), ("data/b.txt", "not in the manifest")]


@pytest.mark.parametrize(
    "change",
    [
        {"bundle": "AB" * 16},
        {"bundle": " ".join(["ab"] * 16)},
        {"recipients": {"passphrase": 1}},
        {"recipients": "passphrase"},
        {"onward": "ab"},
        {"onward": {}},
        {"terms": []},
        {"terms": ""},
        {"terms": {"en": "abc"}},
        {"terms": {"en": {"a": 1}}},
        {"terms": {"en": ["a\u00a0b"]}},
    ],
)
def test_a_signed_manifest_of_another_form_is_refused(change: dict[str, object]) -> None:
    tree = json.loads(b"".join(members()[bag.MANIFEST].read()))
    assert bag.read_manifest(bag.canonical(tree)).label.bundle == bytes(range(16))
    with pytest.raises(SignatureError):
        bag.read_manifest(bag.canonical(tree | change))


def test_a_bundle_without_a_signed_receipt_is_refused(tmp_path: Path) -> None:
    made = members()
    signer = Signer(bytes(range(32)))
    tree = json.loads(b"".join(made[bag.MANIFEST].read()))
    tree["files"] = [one for one in tree["files"] if not one["sha256sum"].endswith(f"  {bag.RECEIPT}")]
    manifest = bag.canonical(tree)
    made |= {bag.MANIFEST: bag.Member.of(manifest), bag.SIGNATURE: bag.Member.of(sshsig.sign(signer, manifest))}
    del made[bag.RECEIPT]
    (tmp_path / "x.zip").write_bytes(b"".join(archive.write(bag.entries(made), lambda name: made[name].read())))
    assert faults(tmp_path / "x.zip") == [(bag.RECEIPT, "missing")]


def test_a_signed_list_of_keys_has_to_name_the_key_that_signed(tmp_path: Path) -> None:
    """Who follows the two stock lines would else check the signature against a key of the forger's choice."""
    made = members()
    other = bag.Member.of(sshsig.allowed_signers(Signer(b"\x77" * 32).public_key))
    tree = json.loads(b"".join(made[bag.MANIFEST].read()))
    for one in tree["files"]:
        if one["sha256sum"].endswith(f"  {bag.SIGNERS}"):
            one |= {"bytes": other.length, "sha256sum": f"{other.sha256.hex()}  {bag.SIGNERS}"}
    manifest = bag.canonical(tree)
    signature = sshsig.sign(Signer(bytes(range(32))), manifest)
    made |= {bag.MANIFEST: bag.Member.of(manifest), bag.SIGNATURE: bag.Member.of(signature), bag.SIGNERS: other}
    (tmp_path / "x.zip").write_bytes(b"".join(archive.write(bag.entries(made), lambda name: made[name].read())))
    assert faults(tmp_path / "x.zip") == [(bag.SIGNERS, "not the key that signed")]
