"""The bag's own files: BagIt, manifest, receipt, README; and the reader of the manifest. All data is invented."""

import hashlib
import json
import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import SignatureError
from vault.handoff import archive, bag
from vault.handoff.examine import Fingerprint
from vault.sealing import Signer
from vault.words import six_words

SIGNER = Signer(bytes(32))
KEY = "ab" * 32
LABEL = bag.Label(bytes(range(16)), "legal", "lawyer", bytes(32), (KEY,))
CONTENTS = {"data/records.json": b"[]\n", "data/files/file-1.jpg": b"\xff\xd8" * 9, "data/é.txt": b""}


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    members = {path: bag.Member.of(data) for path, data in CONTENTS.items()}
    built = bag.build(members, LABEL, SIGNER, {"rules": {"detainee.name": "<5"}})
    return {path: b"".join(member.read()) for path, member in built.items()}


def test_files_of_the_bag(made):
    own = [
        "README.txt",
        "bag-info.txt",
        "bagit.txt",
        "casevault/allowed_signers",
        "casevault/manifest.json",
        "casevault/manifest.json.sig",
        "casevault/receipt.json",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
    ]
    assert list(made) == sorted([*own, *CONTENTS], key=archive.order)
    assert made["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def sums(text: bytes) -> dict[str, str]:
    rows = [line.split("  ", 1) for line in text.decode().splitlines()]
    assert len(rows) == len({path for _, path in rows})
    return {path: digest for digest, path in rows}


def test_bag_is_complete_and_valid(made):
    """RFC 8493 §3: every payload file is listed, nothing else is, all hashes hold; no manifest lists itself."""
    payloads, tags = sums(made["manifest-sha256.txt"]), sums(made["tagmanifest-sha256.txt"])
    assert set(payloads) == set(CONTENTS)
    assert not set(tags) & {"tagmanifest-sha256.txt", *CONTENTS}
    for path, digest in {**payloads, **tags}.items():
        assert hashlib.sha256(made[path]).hexdigest() == digest
    for line in made["bag-info.txt"].decode().splitlines():
        assert re.fullmatch(r"[A-Za-z-]+: \S.*", line)


def test_stock_program_reads_the_bags_own_lists(made, tool, tmp_path):
    for path, data in made.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run([tool("sha256sum"), "-c", name], cwd=tmp_path, check=True, capture_output=True)


def test_manifest_lists_every_other_file(made):
    manifest = bag.read_manifest(made[bag.MANIFEST])
    assert set(manifest.files) == set(made) - {bag.MANIFEST, bag.SIGNATURE}
    for path, (length, digest) in manifest.files.items():
        assert (len(made[path]), hashlib.sha256(made[path]).digest()) == (length, digest)
    assert manifest.label == LABEL


def test_receipt(made):
    receipt = json.loads(made[bag.RECEIPT])
    assert receipt["rules"] == {"detainee.name": "<5"}
    assert receipt["bundle"] == LABEL.bundle.hex()
    assert receipt["files"] == {path: hashlib.sha256(data).hexdigest() for path, data in CONTENTS.items()}
    assert bag.canonical(receipt) == made[bag.RECEIPT]


def test_templates_are_the_same_in_every_bundle(made):
    other = bag.build({}, bag.Label(bytes(16), "un", "press", bytes(32), ("passphrase",)), Signer(b"\1" * 32), {})
    same = {path for path in other if path in made and b"".join(other[path].read()) == made[path]}
    assert same == {"README.txt", "bagit.txt"}
    free = {*same, "casevault/allowed_signers", "casevault/manifest.json.sig"}
    assert bag.fixed(other) == {other[path].sha256 for path in free}


def test_tokens_of_a_bag_are_its_hashes_and_ids():
    built = bag.build({"data/x": bag.Member.of(b"x")}, LABEL, SIGNER, {})
    hashes = {member.sha256.hex() for member in built.values()}
    assert bag.tokens(built) == hashes | {LABEL.bundle.hex(), LABEL.policy_sha256.hex(), KEY}


def test_readme_speaks_three_languages_and_gives_two_commands():
    text = bag.readme().decode()
    assert all(word in text for word in ("ENGLISH", "РУССКИЙ", "ҚАЗАҚША"))
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert [re.findall(r"ssh-keygen -Y verify|sha256sum -c", line) for line in lines] == [
        ["ssh-keygen -Y verify"],
        ["sha256sum -c"],
    ]
    assert "\r" not in text
    assert max(len(line) for line in text.splitlines() if line not in [f"    {one}" for one in lines]) <= 120


def test_empty_bag():
    built = bag.build({}, LABEL, SIGNER, {})
    assert len(built) == 9


@pytest.mark.parametrize(
    "paths",
    [
        ["README.txt"],
        ["data"],
        ["data/"],
        ["data/../x"],
        ["records.json"],
        ["data/x", "data/X"],
        ["data/x", "data/x/y"],
        ["data/q/x", "data/Q/y"],
        ["Data/x"],
    ],
)
def test_paths_that_a_bag_cannot_have(paths):
    with pytest.raises(ValueError, match="safe"):
        bag.build({path: bag.Member.of(b"") for path in paths}, LABEL, SIGNER, {})


@given(st.text(max_size=12))
def test_a_safe_path_is_inside_and_means_one_file(text):
    if bag.is_safe(text):
        assert not text.startswith("/")
        assert not {"", ".", ".."} & set(text.split("/"))
        assert text.isprintable()
        assert not set('\\:*?"<>|') & set(text)


CHANGES = {
    "no json": lambda tree: b"{",
    "spaces": lambda tree: json.dumps(tree).encode() + b"\n",
    "no line break": lambda tree: bag.canonical(tree)[:-1],
    "list": lambda tree: bag.canonical([tree]),
    "another format": lambda tree: bag.canonical({**tree, "format": "casevault-bundle/2"}),
    "unknown key": lambda tree: bag.canonical({**tree, "more": 1}),
    "bundle": lambda tree: bag.canonical({**tree, "bundle": "00"}),
    "bundle type": lambda tree: bag.canonical({**tree, "bundle": 7}),
    "purpose": lambda tree: bag.canonical({**tree, "purpose": "a\nb"}),
    "tool": lambda tree: bag.canonical({**tree, "tool": "\x1b[31m"}),
    "policy": lambda tree: bag.canonical({**tree, "policy": {"name": "lawyer", "sha256": "xx"}}),
    "policy more": lambda tree: bag.canonical({**tree, "policy": {**tree["policy"], "x": 1}}),
    "policy type": lambda tree: bag.canonical({**tree, "policy": []}),
    "recipients": lambda tree: bag.canonical({**tree, "recipients": []}),
    "recipient": lambda tree: bag.canonical({**tree, "recipients": ["Bolat"]}),
    "recipient type": lambda tree: bag.canonical({**tree, "recipients": 4}),
    "onward": lambda tree: bag.canonical({**tree, "onward": ["To\nBolat"]}),
    "onward type": lambda tree: bag.canonical({**tree, "onward": None}),
    "delete by": lambda tree: bag.canonical({**tree, "delete_by": "some day"}),
    "delete by type": lambda tree: bag.canonical({**tree, "delete_by": 20270131}),
    "terms": lambda tree: bag.canonical({**tree, "terms": {"en": ["\x1b[31m"]}}),
    "terms type": lambda tree: bag.canonical({**tree, "terms": ["Do not pass it on."]}),
    "terms long": lambda tree: bag.canonical({**tree, "terms": {"en": ["x" * 1001]}}),
    "terms language": lambda tree: bag.canonical({**tree, "terms": {"": ["x"]}}),
    "files": lambda tree: bag.canonical({**tree, "files": 3}),
    "file twice": lambda tree: bag.canonical({**tree, "files": [tree["files"][0], *tree["files"]]}),
    "file order": lambda tree: bag.canonical({**tree, "files": tree["files"][::-1]}),
    "file type": lambda tree: bag.canonical({**tree, "files": ["x"]}),
    "file bytes": lambda tree: bag.canonical({**tree, "files": [{**tree["files"][0], "bytes": "3"}]}),
    "file truth": lambda tree: bag.canonical({**tree, "files": [{**tree["files"][0], "bytes": True}]}),
    "file more": lambda tree: bag.canonical({**tree, "files": [{**tree["files"][0], "more": 1}]}),
    "file sum": lambda tree: bag.canonical({**tree, "files": [{"bytes": 1, "sha256sum": "00  x"}]}),
    "number": lambda tree: bag.canonical(tree).replace(b'"bytes":3', b'"bytes":3.0'),
    "not a number": lambda tree: bag.canonical(tree).replace(b'"bytes":3', b'"bytes":NaN'),
    "huge number": lambda tree: bag.canonical(tree).replace(b'"bytes":3', b'"bytes":' + b"9" * 5000),
    "key twice": lambda tree: bag.canonical(tree).replace(b'{"bundle"', b'{"bundle":"","bundle"'),
    "deep": lambda tree: b"[" * 100_000 + b"]" * 100_000 + b"\n",
    "utf-16": lambda tree: bag.canonical(tree).decode().encode("utf-16"),
    "not text": lambda tree: b"\xff\xfe\xfd",
    "lone surrogate": lambda tree: bag.canonical(tree).replace(b"lawyer", b"\\ud800"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_manifest_of_another_form_is_refused(made, change):
    tree = json.loads(made[bag.MANIFEST])
    data = CHANGES[change](tree)
    assert data != made[bag.MANIFEST]
    with pytest.raises(SignatureError):
        bag.read_manifest(data)


def test_member_measures_what_it_reads():
    member = bag.Member.measure(lambda: iter([b"a" * 70_000, b"", b"b"]))
    assert (member.length, member.sha256) == (70_001, hashlib.sha256(b"a" * 70_000 + b"b").digest())


def test_fingerprint_of_a_signer():
    mark = Fingerprint.of(SIGNER.public_key)
    assert mark.words == six_words(hashlib.sha256(SIGNER.public_key).digest()[:10])
    assert mark.ssh.startswith("SHA256:")
    assert mark != Fingerprint.of(Signer(b"\1" * 32).public_key)
