"""The self-opening page: what is written, and what is taken out of one. Every person and text here is invented."""

import base64
import hashlib
import io
import json
import random
import re
from pathlib import Path

import pytest

from tests.unit.handoff.test_write import disclosure
from vault import handoff
from vault.errors import HandoffError, SignatureError, VaultError
from vault.handoff import archive, bag, page

ROOT = Path(__file__).parents[3]
PHRASE = "invented-phrase-for-tests-only"


def written(data, step=1000):
    pieces = []
    page.write(pieces.append, lambda sink: [sink(data[at : at + step]) for at in range(0, len(data), step)])
    return b"".join(pieces)


def taken(data, size=-1):
    source = page.Sealed(io.BytesIO(data))
    return b"".join(iter(lambda: source.read(size), b""))


@pytest.mark.parametrize("length", [0, 1, 2, 3, 1000, (48 << 10) - 1, 48 << 10, (48 << 10) + 1, 200_000])
def test_what_was_put_in_is_taken_out(length):
    data = random.Random(length).randbytes(length)
    before, after = page.template()
    whole = written(data)
    assert whole == before + base64.b64encode(data) + after
    assert taken(whole) == data
    assert taken(whole, 7919) == data


def test_a_page_without_a_bundle_is_the_template_of_the_docs():
    template = b"".join(page.template())
    assert (ROOT / "vault/handoff/reader/reader.html").read_bytes() == template
    text = (ROOT / "docs/bundle.md").read_text("utf-8")
    for shipped in (template, page.checker()):
        assert hashlib.sha256(shipped).hexdigest() in text
        script = re.search(rb"<script>(.*?)</script>", shipped, re.DOTALL)[1]
        style = re.search(rb"<style>(.*?)</style>", shipped, re.DOTALL)[1]
        for name, part in (("script", script), ("style", style)):
            digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
            assert f"{name}-src 'sha256-{digest}'".encode() in shipped
        assert b"default-src 'none'" in shipped


def test_every_changed_byte_around_the_sealed_file_is_noticed(deep):
    size = deep("page-bytes", 60, 3000)
    data = bytes(range(256)) * 300
    whole = written(data)
    before, after = page.template()
    middle = range(len(before), len(whole) - len(after))
    around = [at for at in range(len(whole)) if at not in middle]
    dice = size.random()
    for at in [0, len(before) - 1, len(whole) - len(after), len(whole) - 1, *dice.sample(around, size)]:
        changed = bytearray(whole)
        changed[at] ^= 1 << dice.randrange(8)
        with pytest.raises(SignatureError):
            taken(bytes(changed))


def test_a_page_cut_short_or_longer_and_base64_of_another_form():
    data = bytes(100_000)
    whole = written(data)
    before, after = page.template()
    for cut in (len(before), len(before) + 1, len(before) + 70_000, len(whole) - len(after)):
        with pytest.raises(HandoffError, match=r"cut short|altered"):
            taken(whole[:cut])
    with pytest.raises(SignatureError):
        taken(whole + b"\n")
    with pytest.raises(SignatureError):
        taken(whole[: len(before) // 2])
    for text in (b"AAA", b"AA==AAAA", b"AAB=", b"AA\nAA", b"A A=", b"====", b"AA-_"):
        with pytest.raises(VaultError):
            taken(before + text + after)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_bytes_after_a_page_are_noticed_wherever_its_pieces_end(count):
    """A piece of 64 KiB of base64 is 49,152 bytes."""
    for length in (49_152 * count - 1, 49_152 * count, 49_152 * count + 1):
        whole = written(bytes(length))
        assert taken(whole) == bytes(length)
        for tail in (b"\n", b"<script>ran()</script>"):
            with pytest.raises(SignatureError):
                taken(whole + tail)


@pytest.fixture
def made(tmp_path):
    sealed = handoff.write(disclosure(), tmp_path / "x.html", form="html", passphrase=PHRASE)
    return tmp_path / "x.html", sealed


def test_a_page_is_checked_and_unpacked_as_its_age_file_is(tmp_path, made):
    path, sealed = made
    age = tmp_path / "x.age"
    age.write_bytes(taken(path.read_bytes()))
    assert handoff.form_of(path) == "page"
    report, other = handoff.unpack(path, tmp_path / "a", passphrase=PHRASE), handoff.verify(age, passphrase=PHRASE)
    assert (report.bag_sha256, report.sealed_sha256) == (sealed.bag_sha256, sealed.sealed_sha256)
    assert (report.bag_sha256, report.sealed_sha256) == (other.bag_sha256, other.sealed_sha256)
    assert hashlib.sha256(age.read_bytes()).digest() == sealed.sealed_sha256
    assert report.addressed is None
    assert (tmp_path / "a" / bag.MANIFEST).is_file()


def test_an_altered_page_is_not_opened(tmp_path, made):
    path, _ = made
    path.write_bytes(path.read_bytes().replace(b"connect-src 'none'", b"connect-src *     "))
    with pytest.raises(SignatureError, match="altered"):
        handoff.unpack(path, tmp_path / "out", passphrase=PHRASE)
    assert not (tmp_path / "out").exists()


def test_a_bag_too_large_for_a_browser_is_refused_and_the_other_way_is_named(tmp_path):
    files = {"data/files/file-1.txt": [b"An invented line.\n" * 60_000] * 25}
    with pytest.raises(HandoffError, match=r"25 MiB.*age"):
        handoff.write(disclosure(files=files), tmp_path / "x.html", form="html", passphrase=PHRASE)
    assert list(tmp_path.iterdir()) == []


def test_the_size_of_an_archive_is_known_before_it_is_written():
    members = {"a.txt": bag.Member.of(b"x" * 1000), "b/ü.txt": bag.Member.of(b"")}
    made = b"".join(archive.write(bag.entries(members), lambda path: members[path].read()))
    assert archive.size(bag.entries(members)) == len(made)


def test_the_packages_of_the_pages_are_pinned_by_hash_and_name_no_host():
    lock = json.loads((ROOT / "vault/handoff/reader/package-lock.json").read_text("utf-8"))
    declared = json.loads((ROOT / "vault/handoff/reader/package.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
    for name, version in (declared["dependencies"] | declared["devDependencies"]).items():
        assert packages[f"node_modules/{name}"]["version"] == version
    licences = (ROOT / "vault/handoff/reader/LICENSES.txt").read_text("utf-8")
    assert licences.strip() in page.template()[0].decode()
    for name, entry in packages.items():
        if not entry.get("dev"):
            assert f"== {name.rpartition('node_modules/')[2]} {entry['version']} ({entry['license']})" in licences
