"""Attacks on what leaves: bundles changed on the way, hostile names in them, targets that are traps. Data is invented.

The bundles here are made by the room `handoff` from contents that this file gives it; that nothing leaves unredacted
is shown elsewhere.
"""

import base64
import io
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from vault import agefile, handoff
from vault.errors import FormatError, HandoffError, LimitError, SignatureError, UnlockError, UnsafePathError, VaultError
from vault.handoff import archive, bag, bundle, examine
from vault.handoff.examine import unpack, verify
from vault.keys import Passphrase
from vault.records import parse_record
from vault.redact import Recipient, Request
from vault.sealing import KdfProfile, Signer
from vault.vault import Vault

PHRASE = "invented-phrase-for-tests-only"
CONTENTS = {
    "data/dossier.md": "# Қ. Айгүл (ойдан шығарылған)\n".encode(),
    "data/files/file-1.jpg": bytes(range(256)) * 900,
    "data/files/file-2.txt": b"",
    "data/records.csv": b"id,name\n",
    "data/records.json": b'[{"id":"person-7F3AKQ"}]\n',
}


def label(*recipients: str) -> bag.Label:
    return bag.Label(bytes(range(16)), "legal", "lawyer", bytes(32), recipients or (bag.UNSEALED,))


def make(contents=None, *recipients: str, seed: bytes = bytes(32)) -> dict[str, bag.Member]:
    members = {path: bag.Member.of(data) for path, data in (contents or CONTENTS).items()}
    return bag.build(members, label(*recipients), Signer(seed), {"gate": "clean"})


def zipped(members) -> bytes:
    return b"".join(archive.write(bag.entries(members), lambda path: members[path].read()))


def raw(files: list[tuple[str, bytes]]) -> bytes:
    """A ZIP in the form of ours, of any names in any order."""
    entries = [(archive.Entry(name, len(data), 0), data) for name, data in files]
    entries = [(archive.Entry(entry.name, entry.length, archive.zlib.crc32(data)), data) for entry, data in entries]
    body = b"".join(archive._local(entry, archive._LIMIT32) + data for entry, data in entries)
    return body + archive._directory([entry for entry, _ in entries], archive._LIMIT32)


def contents_of(members) -> list[tuple[str, bytes]]:
    return [(path, b"".join(member.read())) for path, member in members.items()]


def no_commit(_bag: bytes, _sealed: bytes) -> None:
    """Stands where the ledger entry is written."""


def publish(members, target, seal, commit) -> tuple[bytes, bytes]:
    """Write a bag as `handoff.write` does once the gate has passed it."""
    signer = handoff.Fingerprint.of(Signer(bytes(32)).public_key)
    return bundle._publish(bundle._Packed(members, seal, "age", {}, bytes(16), signer), target, commit)


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def folder(tmp_path) -> Path:
    """An unpacked good bundle."""
    target = tmp_path / "bundle"
    publish(make(), target, None, no_commit)
    return target


@pytest.fixture(scope="module")
def identities() -> list[agefile.Identity]:
    return [agefile.parse_identities(agefile.generate_identity().encode())[0] for _ in range(2)]


def stock(folder: Path, tool) -> bool:
    """Run the two commands as the README has them, pasted into a shell; say whether both accept."""
    tool("ssh-keygen"), tool("sha256sum"), tool("grep")
    lines = [line.strip() for line in bag.readme().decode().splitlines() if line.startswith("    ")]
    assert len(lines) == 2
    runs = [subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, check=False) for line in lines]
    return all(run.returncode == 0 for run in runs)


# --- 65: a bundle changed on the way --------------------------------------------------------------------------------


def faults(error) -> set[tuple[str, str]]:
    return {(fault.path, fault.what) for fault in error.value.faults}


def test_good_bundle_is_accepted_by_both(folder, tool):
    report = verify(folder)
    assert {result.path for result in report.files} == {str(p.relative_to(folder)) for p in folder.rglob("*.*")} | {
        bag.SIGNERS
    }
    assert stock(folder, tool)


@pytest.mark.parametrize("name", ["extra.txt", "data/extra.txt", "casevault/x", "data/new/x"])
def test_extra_file_is_named(folder, name):
    """Attack 65."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"x")
    with pytest.raises(SignatureError, match=re.escape(name)) as error:
        verify(folder)
    assert faults(error) == {(name, "not in the manifest")}


def all_names() -> list[str]:
    return list(make())


@pytest.mark.parametrize("name", all_names())
def test_missing_file_is_named(folder, name, tool):
    """Attack 65."""
    (folder / name).unlink()
    with pytest.raises(SignatureError, match=re.escape(name)) as error:
        verify(folder)
    assert faults(error) == {(name, "missing")}
    assert not stock(folder, tool)


def test_renamed_file_is_named_with_its_old_name(folder, tool):
    """Attack 65."""
    (folder / "data/records.csv").rename(folder / "data/records2.csv")
    with pytest.raises(SignatureError) as error:
        verify(folder)
    assert faults(error) == {("data/records2.csv", "renamed; it was data/records.csv")}
    assert not stock(folder, tool)


def test_two_files_exchanged_are_named(folder, tool):
    """Attack 65."""
    one, other = folder / "data/records.csv", folder / "data/records.json"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    with pytest.raises(SignatureError) as error:
        verify(folder)
    assert faults(error) == {("data/records.csv", "changed"), ("data/records.json", "changed")}
    assert not stock(folder, tool)


def test_reordered_member_is_named(tmp_path):
    """Attack 65."""
    files = contents_of(make())
    files[3], files[4] = files[4], files[3]
    (tmp_path / "x.zip").write_bytes(raw(files))
    with pytest.raises(SignatureError) as error:
        verify(tmp_path / "x.zip")
    assert faults(error) == {(files[4][0], "out of order")}


def test_member_twice_is_named(tmp_path):
    """Attack 65: a reader that takes the last of two would show what nobody signed."""
    files = contents_of(make())
    at = next(at for at, (name, _) in enumerate(files) if name == "data/records.csv")
    files.insert(at + 1, ("data/records.csv", b"forged"))
    (tmp_path / "x.zip").write_bytes(raw(files))
    with pytest.raises(SignatureError) as error:
        verify(tmp_path / "x.zip")
    assert ("data/records.csv", "there twice") in faults(error)
    with pytest.raises(SignatureError):
        unpack(tmp_path / "x.zip", tmp_path / "out")
    assert everything_in(tmp_path) == ["x.zip"]


def test_member_hidden_from_the_directory_is_told(tmp_path):
    """Attack 65: the archive's directory says one thing and its members another."""
    good = zipped(make())
    hidden = raw([("a", b"1")])[: 30 + 1 + 1]
    for bad in (hidden + good, good[:-22] + hidden + good[-22:], good + hidden):
        (tmp_path / "x.zip").write_bytes(bad)
        with pytest.raises((SignatureError, FormatError)):
            verify(tmp_path / "x.zip")


def test_archive_packed_anew_by_another_program_is_refused(tmp_path):
    """Attack 65: the same files, other bytes; an added file is still named."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as other:
        for name, data in contents_of(make()):
            other.writestr(name, data)
        other.writestr("data/extra.txt", b"x")
    (tmp_path / "x.zip").write_bytes(out.getvalue())
    with pytest.raises(SignatureError) as error:
        verify(tmp_path / "x.zip")
    assert ("data/extra.txt", "not in the manifest") in faults(error)


@pytest.mark.parametrize("name", all_names())
def test_changed_file_is_named_and_refused_by_the_stock_commands(folder, name, tool, deep):
    """Attack 65: one byte of any file of the bag. One of the two pasted commands must notice; we must name it."""
    good = (folder / name).read_bytes()
    size = deep("bag-bytes", 8, 400)
    print("seed", size.seed)
    rnd = size.random()
    if not good:
        changes = [b"x"]
    else:
        # Case of hex digits, comment signs and other white space are what a lenient checker overlooks.
        tricky = [(at, value) for at in (0, len(good) - 1, good.find(b"\n"), good.find(b" ")) for value in b"#\t *\r"]
        flips = [(at, good[at] ^ 0x20) for at in rnd.sample(range(len(good)), min(size, len(good)))]
        anything = [(rnd.randrange(len(good)), rnd.randrange(256)) for _ in range(size)]
        changes = [good[:at] + bytes([value]) + good[at + 1 :] for at, value in [*tricky, *flips, *anything] if at >= 0]
    for bad in changes:
        if bad == good:
            continue
        (folder / name).write_bytes(bad)
        with pytest.raises(SignatureError) as error:
            verify(folder)
        assert {fault.path for fault in error.value.faults} == {bag.MANIFEST if name == bag.SIGNATURE else name}
        assert not stock(folder, tool), (name, bad[:50])
    (folder / name).write_bytes(good)
    assert stock(folder, tool)


def test_any_change_of_the_archive_is_refused(tmp_path, deep):
    """Attack 65, on the bytes of the archive itself: changed, cut, joined."""
    good = zipped(make({"data/a": b"text", "data/b": b""}))
    size = deep("bag-archive-bytes", 300, 30_000)
    print("seed", size.seed)
    rnd = size.random()
    path = tmp_path / "x.zip"
    for _ in range(size):
        bad = bytearray(good)
        at = rnd.randrange(len(bad))
        match rnd.randrange(4):
            case 0:
                del bad[at:]
            case 1:
                bad[at:at] = rnd.randbytes(1)
            case 2:
                del bad[at : at + 1]
            case _:
                bad[at] ^= 1 << rnd.randrange(8)
        path.write_bytes(bad)
        with pytest.raises((SignatureError, FormatError)):
            verify(path)


def test_bundle_of_another_signer_says_another_signer(folder):
    """Whoever signs anew is not refused, he is named: the words are what the reader compares."""
    mine = verify(folder)
    shutil.rmtree(folder)
    publish(make(seed=b"\1" * 32), folder, None, no_commit)
    theirs = verify(folder, known={mine.signer.public_key: "the office"})
    assert theirs.known_as is None
    assert theirs.signer.words != mine.signer.words
    assert verify(folder, known={theirs.signer.public_key: "the office"}).known_as == "the office"


def test_signers_file_must_name_the_key_that_signed(folder):
    """Else the stock command would check for another key than the one that is shown."""
    members = make()
    members[bag.SIGNERS] = bag.Member.of(b"signer ssh-ed25519 AAAA\n")
    del members[bag.MANIFEST], members[bag.SIGNATURE]
    manifest = bag._manifest(label(), members)
    members[bag.MANIFEST] = bag.Member.of(manifest)
    members[bag.SIGNATURE] = bag.Member.of(bag.sshsig.sign(Signer(bytes(32)), manifest))
    shutil.rmtree(folder)
    publish({path: members[path] for path in sorted(members, key=archive.order)}, folder, None, no_commit)
    with pytest.raises(SignatureError) as error:
        verify(folder)
    assert faults(error) == {(bag.SIGNERS, "not the key that signed")}


@pytest.mark.parametrize("trap", ["link", "folder link", "pipe", "link out"])
def test_links_and_pipes_in_a_folder_are_not_followed(folder, tmp_path, trap):
    """Attack 65: what looks like a file of the bundle is something else."""
    name = folder / "data/records.csv"
    (tmp_path / "victim").write_bytes(name.read_bytes())
    if trap == "folder link":
        (folder / "data").rename(tmp_path / "elsewhere")
        (folder / "data").symlink_to(tmp_path / "elsewhere")
    else:
        name.unlink()
        if trap == "pipe":
            os.mkfifo(name)
        else:
            name.symlink_to(tmp_path / "victim")
    with pytest.raises(SignatureError) as error:
        verify(folder)
    assert any(fault.what == "neither a file nor a folder" for fault in error.value.faults)


# --- 57: hostile names ----------------------------------------------------------------------------------------------

HOSTILE = (
    "../x",
    "../../x",
    "data/../../x",
    "/tmp/casevault-test-x",
    "//server/x",
    "C:x",
    "C:/x",
    "data/C:\\x",
    "..\\x",
    "data\\..\\..\\x",
    "data/a\0b",
    "data/\0",
    "data/CON",
    "data/con.txt",
    "data/Aux.tar.gz",
    "data/LPT¹",
    "nul",
    "data/x.",
    "data/x ",
    "data/ x",
    "data/...",
    "data/.",
    "data/./x",
    "data//x",
    "data/x/",
    "",
    "/",
    ".",
    "..",
    "data/" + "x" * 300,
    "data/" + "ж" * 200,
    "x/" * 600 + "x",
    "data/\u202egpj.exe",
    "data/a\u200bb",
    "data/a\u2028b",
    "data/a\nb",
    "data/a\x1b[31m",
    "data/a\x9b",
    "data/e\u0301",
    "data/x:stream",
    "data/a*b",
    "data/a?b",
    'data/a"b',
    "data/<x>",
    "data/a|b",
    "data/\ufffe",
    "~/x\u00a0",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_is_refused_and_nothing_is_written(tmp_path, name):
    """Attack 57: in an archive whose signature holds, made by a hostile signer."""
    members = make()
    files = [*contents_of(members)[:-5], (name, b"hostile")]
    signed = hostile_bag([*files, ("data/a", b"good")])
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.zip").write_bytes(signed)
    with pytest.raises(VaultError) as error:
        unpack(tmp_path / "in/x.zip", tmp_path / "in/out")
    assert isinstance(error.value, SignatureError)
    assert everything_in(tmp_path) == ["in", "in/x.zip"]
    assert not Path("/tmp/casevault-test-x").exists()
    # What the refusal says of the name cannot act on a terminal.
    assert str(error.value).isprintable()


def hostile_bag(files: list[tuple[str, bytes]]) -> bytes:
    """A bag with any names, signed as if all were well."""
    plain = {name: bag.Member.of(data) for name, data in files if name not in (bag.MANIFEST, bag.SIGNATURE)}
    manifest = bag._manifest(label(), plain)
    plain[bag.MANIFEST] = bag.Member.of(manifest)
    plain[bag.SIGNATURE] = bag.Member.of(bag.sshsig.sign(Signer(bytes(32)), manifest))
    return raw(contents_of({name: plain[name] for name in sorted(plain, key=archive.order)}))


@pytest.mark.parametrize(
    "pair",
    [
        ("data/x", "data/X"),
        ("data/ж", "data/Ж"),
        ("data/ﬁ", "data/fi"),
        ("data/x", "data/x/y"),
        ("data/q/x", "data/Q/y"),
        ("data/straße", "data/STRASSE"),
        ("data/ｘ", "data/x"),
        ("README.TXT", "README.txt"),
    ],
)
def test_names_that_are_one_on_some_system_are_refused(tmp_path, pair):
    """Attack 57: case pairs, width, a file that is also a folder."""
    files = contents_of(make())
    known = {name for name, _ in files}
    (tmp_path / "x.zip").write_bytes(hostile_bag([*files, *((name, b"x") for name in pair if name not in known)]))
    with pytest.raises(SignatureError, match="clashes"):
        unpack(tmp_path / "x.zip", tmp_path / "out")
    assert everything_in(tmp_path) == ["x.zip"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_cannot_be_put_into_a_bag(name):
    """Attack 57, on the way out."""
    for path in (name, f"data/{name}"):
        if path != "data/" + name or not bag.is_safe(path):
            with pytest.raises(ValueError, match="safe"):
                make({path: b"x"})


@pytest.mark.parametrize("name", ["data/қыз.txt", "data/维吾尔/x.jpg", "data/ئۇيغۇر.md", "data/a b.c.d"])
def test_names_of_people_pass(tmp_path, name):
    members = make({name: b"x"})
    (tmp_path / "x.zip").write_bytes(zipped(members))
    unpack(tmp_path / "x.zip", tmp_path / "out")
    assert (tmp_path / "out" / name).read_bytes() == b"x"
    assert verify(tmp_path / "out").bag_sha256 == verify(tmp_path / "x.zip").bag_sha256


def test_unpacked_files_are_for_the_owner_alone(tmp_path):
    (tmp_path / "x.zip").write_bytes(zipped(make()))
    unpack(tmp_path / "x.zip", tmp_path / "out")
    for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


# --- 58: targets that are traps -------------------------------------------------------------------------------------


def traps(target: Path) -> dict[str, object]:
    victim = target.with_name("victim")
    victim.write_bytes(b"victim")
    return {
        "file": lambda: target.write_bytes(b"here before"),
        "link": lambda: target.symlink_to(victim),
        "dangling link": lambda: target.symlink_to(target.with_name("nothing")),
        "pipe": lambda: os.mkfifo(target),
        "folder": target.mkdir,
        "folder link": lambda: target.symlink_to(target.parent),
    }


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "pipe", "folder", "folder link"])
@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("form", ["age", "dir"])
def test_target_that_is_there_is_never_replaced(tmp_path, kind, when, form):
    """Attack 58: before the export, or put there while the ledger entry is written."""
    target = tmp_path / "out"
    trap = traps(target)[kind]
    if when == "before":
        trap()
    seal = None if form == "dir" else by_phrase
    before = everything_in(tmp_path)
    with pytest.raises(UnsafePathError):
        publish(make(), target, seal, lambda *_: trap() if when == "meanwhile" else None)
    after = everything_in(tmp_path)
    assert after == (before if when == "before" else sorted([*before, "out"]))
    assert (tmp_path / "victim").read_bytes() == b"victim"
    if kind == "file":
        assert target.read_bytes() == b"here before"


def test_unpacking_never_goes_into_what_is_there(tmp_path):
    """Attack 58, for `verify --open`."""
    (tmp_path / "x.zip").write_bytes(zipped(make()))
    for kind in ("file", "link", "dangling link", "pipe", "folder", "folder link"):
        target = tmp_path / "out"
        traps(target)[kind]()
        before = everything_in(tmp_path)
        with pytest.raises(UnsafePathError):
            unpack(tmp_path / "x.zip", target)
        assert everything_in(tmp_path) == before
        target.unlink() if target.is_symlink() or not target.is_dir() else target.rmdir()


@pytest.mark.parametrize("kind", ["nothing", "pipe", "link", "device"])
def test_what_is_verified_must_be_a_plain_file(tmp_path, kind):
    """Attack 58, on the way in: a pipe is not waited for."""
    path = tmp_path / "x.age"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        (tmp_path / "real").write_bytes(b"x")
        path.symlink_to(tmp_path / "real")
    elif kind == "device":
        path = Path("/dev/null")
    with pytest.raises(UnsafePathError):
        verify(path)


def by_phrase(chunks, sink):
    agefile.encrypt_passphrase(chunks, sink, PHRASE, log_n=4)


# --- 59: nothing half-written ---------------------------------------------------------------------------------------


class InventedError(VaultError):
    """Raised by this file in the middle of things."""


@pytest.mark.parametrize("form", ["age", "dir"])
@pytest.mark.parametrize("where", ["contents", "ledger", "changed", "longer", "shorter"])
def test_no_file_after_a_failure(tmp_path, form, where):
    """Attack 59: an attachment whose middle chunk fails or changes, a ledger that cannot be written."""
    passes = 0

    def read():
        nonlocal passes
        passes += 1
        yield b"x" * 100_000
        if passes > 1 and where == "contents":
            raise InventedError
        if passes == 1 or where not in ("changed", "shorter"):
            yield b"y" * 100_000
        elif where == "changed":
            yield b"y" * 99_999 + b"z"
        if passes > 1 and where == "longer":
            yield b"more"

    members = bag.build({"data/x": bag.Member.measure(read)}, label(), Signer(bytes(32)), {})
    committed = []

    def commit(*digests):
        committed.append(digests)
        if where == "ledger":
            raise InventedError

    with pytest.raises((InventedError, HandoffError)):
        publish(members, tmp_path / "out", None if form == "dir" else by_phrase, commit)
    assert everything_in(tmp_path) == []
    assert bool(committed) == (where == "ledger")


def test_ledger_is_written_before_the_file_has_its_name(tmp_path):
    seen = []
    for form, seal in (("dir", None), ("age", by_phrase)):
        target = tmp_path / form
        digests = publish(make(), target, seal, lambda *d, target=target: seen.append((target.exists(), d)))
        assert seen.pop() == (False, digests)
        assert target.exists()


@pytest.mark.parametrize("cut", [1, 100, 66_000, 150_000])
def test_damaged_sealed_file_leaves_nothing_unpacked(tmp_path, identities, cut):
    """Attack 59: the end is missing, or a chunk in the middle was changed."""
    mine = identities[0]
    out = io.BytesIO()
    agefile.encrypt([zipped(make())], out.write, [mine.recipient])
    data = bytearray(out.getvalue())
    flipped = bytearray(data)
    flipped[-cut] ^= 1
    for bad in (data[:-cut], flipped):
        (tmp_path / "x.age").write_bytes(bad)
        with pytest.raises(HandoffError):
            unpack(tmp_path / "x.age", tmp_path / "out", identities=[mine])
        assert everything_in(tmp_path) == ["x.age"]


# --- 64: sealed again for somebody else -----------------------------------------------------------------------------


def test_bundle_sealed_again_for_another_says_so(tmp_path, identities):
    """Attack 64: signature and contents hold, and yet it was not made for this key."""
    first, second = identities
    fingerprint = agefile.recipient_fingerprint(first.recipient).hex()
    bag_bytes = zipped(make(None, fingerprint))
    for name, one in (("first", first), ("second", second)):
        out = io.BytesIO()
        agefile.encrypt([bag_bytes], out.write, [one.recipient])
        (tmp_path / name).write_bytes(out.getvalue())
    assert verify(tmp_path / "first", identities=[first]).addressed is True
    report = verify(tmp_path / "second", identities=[second])
    assert report.addressed is False
    assert report.label.recipients == (fingerprint,)
    # Sealed again by a passphrase: not made for that either.
    out = io.BytesIO()
    agefile.encrypt_passphrase([bag_bytes], out.write, PHRASE, log_n=4)
    (tmp_path / "phrase").write_bytes(out.getvalue())
    assert verify(tmp_path / "phrase", passphrase=PHRASE).addressed is False
    (tmp_path / "plain.zip").write_bytes(bag_bytes)
    assert verify(tmp_path / "plain.zip").addressed is None


def test_bundle_by_passphrase_is_addressed_to_it(tmp_path, identities):
    out = io.BytesIO()
    agefile.encrypt_passphrase([zipped(make(None, bag.BY_PASSPHRASE))], out.write, PHRASE, log_n=4)
    (tmp_path / "x.age").write_bytes(out.getvalue())
    assert verify(tmp_path / "x.age", passphrase=PHRASE).addressed is None
    with pytest.raises(UnlockError):
        verify(tmp_path / "x.age", identities=identities)
    with pytest.raises(UnlockError):
        verify(tmp_path / "x.age", passphrase=PHRASE + "x")
    with pytest.raises(UnlockError):
        verify(tmp_path / "x.age")


# --- 66: what no bundle tells ---------------------------------------------------------------------------------------


def test_no_times_users_or_paths_in_the_archive(tmp_path):
    """Attack 66: two bags made at different moments from one disclosure are the same bytes; nothing is taken from here.

    Times, user and group numbers, the host and the folder would differ or be found.
    """
    one = zipped(make())
    os.utime(tmp_path, (0, 0))
    assert zipped(make()) == one
    for word in (os.environ.get("USER") or "root", str(tmp_path), os.uname().nodename, str(Path.cwd())):
        assert len(word) < 5 or word.encode() not in one
    with zipfile.ZipFile(io.BytesIO(one)) as other:
        for info in other.infolist():
            assert (info.date_time, info.extra, info.comment) == ((1980, 1, 1, 0, 0, 0), b"", b"")
            assert info.external_attr == 0o100600 << 16
        assert other.comment == b""


def test_no_date_in_the_bags_own_files():
    """Attack 66: neither today nor any other day."""
    own = b"".join(data for name, data in contents_of(make()) if not name.startswith("data/"))
    assert not re.search(rb"(19|20)\d\d[-/.]\d\d[-/.]\d\d", own)
    assert not re.search(rb"\d\d:\d\d", own)


POLICY = """
name = "counsel"
audience = "lawyer"
[rules]
"*.@file" = "keep"
"detainee.*" = "keep"
"case.*" = "keep"
"""
MATTER = (
    {"kind": "case", "ref": "k", "title": "An invented matter"},
    {"kind": "person", "ref": "p", "case": "@k", "name": "Ерлан Үлгіұлы", "inside": "yes"},
    {
        "kind": "event",
        "ref": "e",
        "case": "@k",
        "event.kind": "detention",
        "person": "@p",
        "when": "2018-03",
        "narrative": "He was taken away and has not come back.",
    },
    {
        "kind": "consent",
        "ref": "n",
        "case": "@k",
        "given_by": "@p",
        "about": ["@p"],
        "audiences": ["lawyer"],
        "purposes": ["legal"],
        "groups": ["identity", "family", "location", "testimony", "image"],
        "onward": "none",
        "given_on": "2024-01-05",
    },
    {"kind": "case", "ref": "k2", "title": "Zitronengirlitz matter"},
    {"kind": "person", "ref": "p2", "case": "@k2", "name": "Zitronengirlitz Bögde", "phone": "+7 701 555 12 34"},
)
SCANNED_AS = "../Zitronengirlitz-scan.txt"


@pytest.fixture(scope="module")
def handed(tmp_path_factory):
    """A vault with two matters, one of them exported with a file: (vault facts, folder of the unpacked bundle)."""
    home = tmp_path_factory.mktemp("user-mukhtar")
    ids: dict[str, bytes] = {}
    with Vault.create(home / "office.vault", PHRASE, profile=KdfProfile.TEST, state_dir=home) as vault:
        for tree in MATTER:
            known = {f"@{ref}": record_id for ref, record_id in ids.items()}
            plain = {key: value for key, value in tree.items() if key != "ref"}
            (revision,) = vault.put(parse_record(plain, vault.schemas, resolve=known.__getitem__))
            ids[tree["ref"]] = revision.record_id
        document = vault.attach(ids["p"], io.BytesIO(b"An invented letter.\n"), SCANNED_AS)
        policy = vault.disclosures.set_policy(POLICY)
        recipient = Recipient("desk", "lawyer")
        today = date(2024, 6, 1)
        disclosure = vault.disclose(Request((ids["k"],), policy, recipient, "legal", today))
        handoff.write(disclosure, home / "x.age", passphrase=PHRASE)
        status = vault.status()
        (entry,) = [entry for entry in vault.disclosures.log() if entry.action == "disclosed"]
    handoff.unpack(home / "x.age", home / "out", passphrase=PHRASE)
    header = sqlite3.connect(home / "office.vault").execute("SELECT b FROM header").fetchone()[0]
    return {
        "vault id": header[10:26],
        "vault code": status.vault_code.encode(),
        "fingerprint": status.fingerprint.encode(),
        "fingerprint's first words": " ".join(status.fingerprint.split()[:2]).encode(),
        "checkpoint": status.checkpoint.encode(),
        "document id": document.record_id,
        "revision id": document.id,
        **{f"record id of {ref}": record_id for ref, record_id in ids.items()},
        "another case, file name": b"Zitronengirlitz",
        "another case in small letters": b"zitronengirlitz",
        "another phone": b"555 12 34",
        "user": b"mukhtar",
        "path": str(home).encode(),
        "vault's file name": b"office.vault",
        "time of the entry": str(entry.time // 1000).encode(),
        "time of the record": str(document.time // 1000).encode(),
        "day of the export": b"2024-06-01",
        "day of making": datetime.now(tz=UTC).strftime("%Y-%m-%d").encode(),
    }, home / "out"


def test_bundle_tells_nothing_of_the_vault(handed):
    """Attack 66: vault id, other cases, paths, user names, times of records and files, in bytes, hex or base64."""
    secrets, folder = handed
    assert "Ерлан Үлгіұлы" in (folder / "data/dossier.md").read_text()
    assert b"An invented letter.\n" in [path.read_bytes() for path in folder.rglob("data/files/*")]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    everything = b"".join(str(path.relative_to(folder)).encode() + path.read_bytes() for path in files)
    for what, secret in secrets.items():
        forms = {secret, secret.hex().encode(), secret.hex().upper().encode(), *in_base64(secret)}
        assert not [form for form in forms if form in everything], what


def in_base64(secret: bytes) -> set[bytes]:
    """Give what of a text's base64 does not hang on the bytes before and after it, for each of its three places."""
    found = set()
    for before in range(3):
        after = -(before + len(secret)) % 3
        form = base64.b64encode(bytes(before) + secret + bytes(after))
        found.add(form[(0, 2, 3)[before] : len(form) - (0, 2, 3)[after]])
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_attachment_name_stays_inside_the_folder(handed, tmp_path, name):
    """Attack 57, on the way out of a vault: `extract` writes inside the chosen folder, under a harmless name."""
    home = handed[1].parent
    (tmp_path / "in").mkdir()
    with Vault.open(home / "office.vault", Passphrase(PHRASE), state_dir=home, allow_test_profile=True) as vault:
        document = vault.attach(vault.resolve(handed[0]["record id of p2"]), io.BytesIO(b"x"), name or "x")
        (path,) = vault.extract(document.record_id, tmp_path / "in")
    assert everything_in(tmp_path) == ["in", f"in/{path.name}"]
    assert bag.is_safe(path.name)
    assert path.read_bytes() == b"x"


def test_sealed_file_shows_nothing_of_the_sender(tmp_path, identities):
    """Attack 66: outside the seal there is neither the signing key nor a bundle id."""
    publish(make(), tmp_path / "x.age", by_phrase, no_commit)
    sealed = (tmp_path / "x.age").read_bytes()
    public = Signer(bytes(32)).public_key
    for secret in (public, bag.sshsig.public_line(public).encode(), bytes(range(16)), bytes(range(16)).hex().encode()):
        assert secret not in sealed
    assert stat.S_IMODE((tmp_path / "x.age").stat().st_mode) == 0o600


# --- anything at all ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"x", b"PK\3\4", b"PK\5\6", b"age-encryption.org/v1\n", b"\0" * 5000])
def test_what_is_no_bundle(tmp_path, data):
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(VaultError):
        verify(path)


def test_form_is_told_before_anything_is_opened(tmp_path, identities):
    path = tmp_path / "x"
    recipient = agefile.pyrage.x25519.Recipient.from_str(identities[0].recipient)
    for form, data in {
        "key": agefile.pyrage.encrypt(b"", [recipient]),
        "passphrase": agefile.pyrage.passphrase.encrypt(b"", PHRASE),
        "zip": zipped(make()),
    }.items():
        path.write_bytes(data)
        assert examine.form_of(path) == form
    for form, data in {
        "key": agefile.pyrage.encrypt(b"", [recipient], armored=True),
        "passphrase": agefile.pyrage.passphrase.encrypt(b"", PHRASE, armored=True),
    }.items():
        path.write_bytes(data)
        assert examine.form_of(path) == form
    assert examine.form_of(tmp_path) == "dir"
    path.write_bytes(agefile._ARMOUR_START + b"\n!!!")
    with pytest.raises(FormatError):
        examine.form_of(path)


def test_folder_beyond_the_limits(tmp_path):
    deep = tmp_path / "deep" / "/".join("x" * 20)
    deep.mkdir(parents=True)
    with pytest.raises(LimitError):
        verify(tmp_path / "deep")
    many = tmp_path / "many"
    many.mkdir()
    for number in range(archive.MAX_MEMBERS + 1):
        (many / str(number)).touch()
    with pytest.raises(LimitError):
        verify(many)


def test_manifest_beyond_the_limit(tmp_path):
    """What has to be held in memory is bounded before it is held."""
    (tmp_path / "x.zip").write_bytes(raw([(bag.MANIFEST, bytes(bag.MAX_MANIFEST_BYTES + 1))]))
    with pytest.raises(LimitError):
        verify(tmp_path / "x.zip")
