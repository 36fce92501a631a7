"""From a disclosure to a file: what stands in the bundle, and what stops it. Every person and text here is invented."""

import io
import json
import stat
import subprocess
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from vault import agefile, handoff
from vault.errors import DisclosureError, HandoffError, LeakError, UnsafePathError, VaultError
from vault.handoff import bag, bundle
from vault.matching import Protected
from vault.records import Schemas
from vault.redact import DisclosedClaim, DisclosedFile, DisclosedRecord, Disclosure, Permit, Recipient, View
from vault.redact.view import _VAULT_ROOM
from vault.sealing import Signer

PHRASE = "invented-phrase-for-tests-only"
SECRET = Protected("Gulsim Akhmetkyzy", "name")
SECRET_PHONE = Protected("+77015551234", "phone")


class Ledger:
    """Takes entries as the vault does."""

    def __init__(self, failure=None):
        self.entries = []
        self.failure = failure

    def __call__(self, bag_sha256, sealed_sha256, gate):
        if self.failure is not None:
            raise self.failure
        self.entries.append((bag_sha256, sealed_sha256, gate))


def disclosure(*, ledger=None, key=None, files=None, text="They came at night.", full=False, note="", withheld=None):
    files = files or {}
    claims = (
        DisclosedClaim("name", "name", "value", {"text": "Bekzat Tursyn", "kind": "birth"}),
        DisclosedClaim("narrative", "text", "value", text),
    )
    view = View(
        records=(DisclosedRecord("person-7F3AKQ", "person", claims),),
        files=tuple(DisclosedFile(path, bytes(16), {}) for path in files),
        counts={"detainee.name": 1, "*.@text": 12},
        withheld=(SECRET, SECRET_PHONE) if withheld is None else withheld,
        kept=(Protected("Bekzat Tursyn", "name"),),
    )
    return Disclosure(
        view=view,
        policy="lawyer",
        policy_digest=b"\2" * 32,
        recipient=Recipient("desk", "lawyer", (), key, "", confirmed=True),
        audience="lawyer",
        onward=(),
        purpose="legal",
        note=note,
        schemas=Schemas.shipped(),
        signer=Signer(bytes(32)),
        permit=Permit(_VAULT_ROOM, ledger or Ledger()),
        read_file=lambda file: iter(files[file.path]),
        full=full,
    )


@pytest.fixture(scope="module")
def identity() -> agefile.Identity:
    return agefile.parse_identities(agefile.generate_identity().encode())[0]


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_sealed_to_a_key(tmp_path, identity):
    ledger = Ledger()
    files = {"data/files/file-1.txt": [b"An invented ", b"letter.\n"]}
    sealed = handoff.write(disclosure(ledger=ledger, key=identity.recipient, files=files), tmp_path / "x.age")
    report = handoff.unpack(tmp_path / "x.age", tmp_path / "out", identities=[identity])
    assert (report.bag_sha256, report.sealed_sha256) == (sealed.bag_sha256, sealed.sealed_sha256)
    assert ledger.entries == [
        (sealed.bag_sha256, sealed.sealed_sha256, {"result": "clean", "files": 14, "confirmed": []})
    ]
    assert report.signer == sealed.signer
    assert report.addressed is True
    assert report.label.bundle == sealed.bundle
    assert (report.label.purpose, report.label.policy, report.label.policy_sha256) == ("legal", "lawyer", b"\2" * 32)
    assert (tmp_path / "out/data/files/file-1.txt").read_bytes() == b"An invented letter.\n"
    assert "Bekzat" in (tmp_path / "out/data/records.json").read_text()
    receipt = json.loads((tmp_path / "out" / bag.RECEIPT).read_bytes())
    assert receipt["rules"] == {"*.@text": "12", "detainee.name": "<5"}
    assert receipt["gate"] == "clean"
    assert stat.S_IMODE((tmp_path / "x.age").stat().st_mode) == 0o600


def test_by_passphrase_opens_with_the_stock_program_and_its_stock_checks(tmp_path, tool):
    """The way of a recipient without any software of ours: age, a ZIP, the two lines of the README."""
    handoff.write(disclosure(), tmp_path / "x.age", passphrase=PHRASE)
    command = f"{tool('age')} -d -o {tmp_path / 'x.zip'} {tmp_path / 'x.age'}"
    typed = PHRASE.encode() + b"\n"
    subprocess.run([tool("script"), "-qec", command, "/dev/null"], input=typed, check=True, capture_output=True)
    with zipfile.ZipFile(tmp_path / "x.zip") as other:
        other.extractall(tmp_path / "out")
    tool("ssh-keygen"), tool("sha256sum")
    text = (tmp_path / "out/README.txt").read_text()
    for line in [line.strip() for line in text.splitlines() if line.startswith("    ")]:
        subprocess.run(["sh", "-c", line], cwd=tmp_path / "out", check=True, capture_output=True)
    assert handoff.verify(tmp_path / "out").label.recipients == ("passphrase",)
    assert handoff.verify(tmp_path / "x.age", passphrase=PHRASE).addressed is None


def test_folder_of_plain_files(tmp_path, identity):
    ledger = Ledger()
    sealed = handoff.write(disclosure(ledger=ledger, key=identity.recipient), tmp_path / "out", form="dir")
    report = handoff.verify(tmp_path / "out")
    assert report.label.recipients == ("unsealed",)
    assert report.sealed_sha256 is None
    assert sealed.sealed_sha256 is None
    assert ledger.entries[0][:2] == (report.bag_sha256, bytes(32))


PLACES = {
    "text": {"text": "Her mother Gulsim Akhmetkyzy saw it."},
    "other script": {"text": "Её мать Гульсим Ахметкызы видела."},
    "phone": {"text": "Call 8 701 555-12-34."},
    "note": {"note": "Ask Gulsim Akhmetkyzy."},
    "attachment": {"files": {"data/files/file-1.txt": [b"Gulsim Akh", b"metkyzy"]}},
    "end of a large attachment": {"files": {"data/files/file-1.txt": [b"word " * 2_000_000, b"Gulsim Akhmetkyzy"]}},
    "unreadable attachment": {"files": {"data/files/file-1.jpg": [b"\xff\xd8\xff\xe0" + bytes(100)]}},
    "name of an attachment": {"files": {"data/files/Gulsim Akhmetkyzy.txt": [b"x"]}},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", ["age", "dir"])
def test_gate_stops_a_leak_and_nothing_is_written(tmp_path, place, form):
    ledger = Ledger()
    one = disclosure(ledger=ledger, **PLACES[place])
    with pytest.raises(LeakError) as error:
        handoff.write(one, tmp_path / "out", form=form, passphrase=PHRASE if form == "age" else None)
    assert error.value.findings
    assert "Gulsim" not in str(error.value.findings)
    assert names_in(tmp_path) == []
    assert ledger.entries == []
    assert not one.permit.spent


def test_attachment_inside_a_zip_is_read(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as other:
        other.writestr("inner.txt", "word " * 5000 + "Gulsim Akhmetkyzy")
    data = packed.getvalue()
    cut = [data[at : at + 100] for at in range(0, len(data), 100)]
    with pytest.raises(LeakError):
        handoff.write(disclosure(files={"data/files/a.zip": cut}), tmp_path / "out", form="dir")
    assert handoff.write(disclosure(files={"data/files/a.zip": cut}, withheld=()), tmp_path / "out", form="dir")


def test_owners_own_way_out_has_no_gate(tmp_path):
    ledger = Ledger()
    handoff.write(disclosure(ledger=ledger, full=True, text="Gulsim Akhmetkyzy"), tmp_path / "out", form="dir")
    assert ledger.entries[0][2]["result"] == "not applied"
    assert json.loads((tmp_path / "out" / bag.RECEIPT).read_bytes())["gate"] == "not applied"


def test_permit_is_used_once(tmp_path):
    one = disclosure()
    handoff.write(one, tmp_path / "one", form="dir")
    with pytest.raises(DisclosureError):
        handoff.write(one, tmp_path / "two", form="dir")
    assert names_in(tmp_path) == ["one"]


def test_ledger_that_fails_leaves_no_file(tmp_path):
    """Attack 59."""
    one = disclosure(ledger=Ledger(VaultError("invented")))
    with pytest.raises(VaultError, match="invented"):
        handoff.write(one, tmp_path / "out", form="dir")
    assert names_in(tmp_path) == []
    assert one.permit.spent


def test_target_is_looked_at_before_anything_else(tmp_path):
    """Attack 58."""
    one = disclosure()
    (tmp_path / "x.age").symlink_to(tmp_path / "elsewhere")
    for target in (tmp_path / "x.age", tmp_path / "no folder" / "x.age"):
        with pytest.raises(UnsafePathError):
            handoff.write(one, target, passphrase=PHRASE)
    assert not one.permit.spent
    assert names_in(tmp_path) == ["x.age"]


def test_unusable_key(tmp_path):
    with pytest.raises(HandoffError):
        handoff.write(disclosure(key="age1nothing"), tmp_path / "x.age")
    assert names_in(tmp_path) == []


def test_mistakes_of_the_caller(tmp_path, identity):
    for more in ({}, {"form": "dir", "passphrase": PHRASE}):
        with pytest.raises(ValueError, match="passphrase"):
            handoff.write(disclosure(), tmp_path / "x", **more)
    with pytest.raises(ValueError, match="passphrase"):
        handoff.write(disclosure(key=identity.recipient), tmp_path / "x", passphrase=PHRASE)
    with pytest.raises(ValueError, match="safe"):
        handoff.write(disclosure(files={"data/../x": [b""]}), tmp_path / "x", form="dir")
    assert names_in(tmp_path) == []


def test_two_bundles_of_one_disclosure_have_nothing_random_in_common(tmp_path):
    one = handoff.write(disclosure(), tmp_path / "one", form="dir")
    other = handoff.write(disclosure(), tmp_path / "two", form="dir")
    assert one.bundle != other.bundle
    assert one.bag_sha256 != other.bag_sha256
    same = ("data/records.json", "data/records.csv", "data/dossier.md")
    for path in same:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


def test_large_attachment_streams_in_bounded_memory(tmp_path, identity):
    """64 MiB go out and are checked and unpacked with a few pieces of a MiB in memory."""
    piece = bytes(1 << 20)
    files = {"data/files/file-1.bin": [piece] * 64}
    one = disclosure(key=identity.recipient, files=files, full=True)
    tracemalloc.start()
    try:
        handoff.write(one, tmp_path / "x.age")
        handoff.unpack(tmp_path / "x.age", tmp_path / "out", identities=[identity])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (tmp_path / "out/data/files/file-1.bin").stat().st_size == 64 << 20
    assert peak < 8 << 20


def test_stream_for_the_gate_can_go_anywhere():
    data = bytes(range(256)) * 40
    cut = [data[at : at + 77] for at in range(0, len(data), 77)]
    member = bag.Member.measure(lambda: iter([*cut[:3], b"", *cut[3:]]))
    stream = io.BufferedReader(bundle._Rewound(member), 100)
    for start, size in ((0, 10), (5000, 300), (len(data) - 5, 50), (0, len(data)), (9, 0), (len(data), 9), (4000, 99)):
        assert stream.seek(start) == start
        assert stream.read(size) == data[start : start + size]
        assert stream.tell() == min(start + size, len(data))
    assert stream.seek(-7, io.SEEK_END) == len(data) - 7
    assert stream.read() == data[-7:]


def test_common_short_names_do_not_stop_a_bundle_by_chance(tmp_path):
    """Signatures, hashes and ids are random: no withheld name, however short, may be found in them."""
    short = ("Li", "Ma", "Wu", "An", "Ada", "Abe", "Ли", "Ан", "Fa", "Deb", "Ed", "Bea", "Dee", "Ye", "Xu", "Yu", "He")
    numbers = tuple(Protected(f"{n:06}", "id") for n in range(100_000, 999_999, 30))
    view = (*(Protected(name, "name") for name in short), *numbers)
    for attempt in range(4):
        handoff.write(disclosure(withheld=view), tmp_path / str(attempt), form="dir")
    assert len(names_in(tmp_path)) == 4


def test_nothing_is_sealed_to_a_key_that_nobody_compared(tmp_path, identity):
    """A key that came by mail may be that of whoever reads the mail."""
    ledger = Ledger()
    given = disclosure(ledger=ledger, key=identity.recipient)
    unheard = replace(given, recipient=replace(given.recipient, confirmed=False))
    with pytest.raises(HandoffError, match="not compared"):
        handoff.write(unheard, tmp_path / "x.age")
    assert (names_in(tmp_path), ledger.entries) == ([], [])
