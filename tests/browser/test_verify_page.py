"""The page that checks a bundle, in a real browser. All people and texts are made up."""

import json
import shutil
import struct

import pytest

from tests.browser.bundles import OTHER, PHRASE, SIGNER, TEXTS, event, members, named, packed, paged, seal
from vault.handoff import archive, bag, checker, page
from vault.handoff.examine import Fingerprint

RECORDS = (*named("Bekzat Tursyn"), event(*TEXTS))


class Checker:
    """The page, and what it says of what it is given."""

    def __init__(self, visit, path):
        path.write_bytes(checker())
        self.seen = visit(path)
        self.page = self.seen.page

    def _result(self):
        self.page.wait_for_selector("#result > *")
        return self.page.inner_text("#result")

    def file(self, name, data):
        self.page.set_input_files("#file", [])
        self.page.evaluate("document.getElementById('result').replaceChildren()")
        self.page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": data})
        return self._result()

    def sealed(self, name, data, phrase=PHRASE):
        self.page.evaluate("document.getElementById('result').replaceChildren()")
        self.page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": data})
        self.page.wait_for_selector("#form:not([hidden])")
        self.page.fill("#passphrase", phrase)
        self.page.press("#passphrase", "Enter")
        return self._result()

    def folder(self, path):
        self.page.evaluate("document.getElementById('result').replaceChildren()")
        self.page.set_input_files("#folder", str(path))
        return self._result()

    def faults(self):
        return self.seen.texts(".faults li")


@pytest.fixture
def checks(visit, tmp_path):
    return Checker(visit, tmp_path / "verify.html")


@pytest.fixture(scope="module")
def bagged():
    return members(*RECORDS, files={"data/files/file-1.txt": b"An invented letter.\n"})


@pytest.fixture
def folder(tmp_path, bagged):
    root = tmp_path / "bag"
    for path, member in bagged.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"".join(member.read()))
    return root


def test_a_sound_bundle_shows_who_signed_and_asks_for_a_voice(checks, bagged, folder):
    signer = Fingerprint.of(SIGNER.public_key)
    data = packed(bagged)
    for said in (
        checks.file("x.zip", data),
        checks.folder(folder),
        checks.sealed("x.age", seal(data)),
        checks.sealed("x.html", paged(seal(data))),
    ):
        assert "by voice" in said
        assert signer.words in said
        assert signer.ssh in said
        assert bytes(range(16)).hex() in said
    assert checks.page.is_hidden(".trouble")
    assert checks.seen.quiet()


def test_each_changed_byte_of_the_archive_is_refused(checks, bagged, deep):
    size = deep("verify-page", 25, 200)
    data = packed(bagged)
    dice = size.random()
    for at in [0, 5, len(data) - 1, *(dice.randrange(len(data)) for _ in range(size))]:
        changed = bytearray(data)
        changed[at] ^= 1 << dice.randrange(8)
        checks.file("x.zip", bytes(changed))
        assert checks.page.locator(".trouble").count() == 1, at
        assert "by voice" not in checks.page.inner_text("#result")
    assert checks.seen.quiet()


def test_each_changed_byte_of_a_folder_is_refused_and_its_file_named(checks, folder, bagged, deep):
    size = deep("verify-page-folder", 8, 200)
    dice = size.random()
    for path in [bag.MANIFEST, bag.SIGNATURE, bag.SIGNERS, *(dice.choice(list(bagged)) for _ in range(size))]:
        data = b"".join(bagged[path].read())
        changed = bytearray(data)
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        (folder / path).write_bytes(changed)
        checks.folder(folder)
        assert any(one.startswith(path) for one in checks.faults()) or path in {bag.MANIFEST, bag.SIGNATURE}
        assert checks.page.locator(".trouble").count() == 1
        (folder / path).write_bytes(data)
    assert "by voice" in checks.folder(folder)


def test_extra_missing_and_renamed_files_are_named(checks, folder):
    (folder / "data/extra.txt").write_bytes(b"x")
    checks.folder(folder)
    assert checks.faults() == ["data/extra.txt: not in the signed list"]
    (folder / "data/extra.txt").unlink()
    (folder / "data/records.csv").rename(folder / "data/other.csv")
    checks.folder(folder)
    assert checks.faults() == ["data/other.csv: renamed; it was data/records.csv"]
    (folder / "data/other.csv").unlink()
    checks.folder(folder)
    assert checks.faults() == ["data/records.csv: missing"]
    shutil.rmtree(folder / "casevault")
    assert "casevault/manifest.json: missing" in checks.folder(folder)


def test_an_archive_of_another_form_is_refused(checks, bagged):
    def zipped(names):
        entries = [archive.Entry(name, bagged[name].length, bagged[name].crc) for name in names]
        return b"".join(archive.write(entries, lambda name: bagged[name].read()))

    names = list(bagged)
    data = packed(bagged)
    directory = data.rindex(b"PK\1\2")
    forms = {
        "order": zipped([names[1], names[0], *names[2:]]),
        "twice": zipped([names[0], *names]),
        "comment": data[:-2] + struct.pack("<H", 1) + b"x",
        "after": data + b"\0",
        "before": b"PK\3\4" + data,
        "time": data.replace(b"\0\0\x21\0", b"\1\0\x21\0", 1),
        "cut": data[: len(data) // 2],
        "directory": data[: directory + 40] + b"\1" + data[directory + 41 :],
        "missing": zipped(names[:-1]),
        "empty": zipped([]),
    }
    for name, changed in forms.items():
        checks.file("x.zip", changed)
        assert checks.page.locator(".trouble").count() == 1, name
    assert "data/../x" not in checks.file("x.zip", zipped(names))
    assert checks.seen.quiet()


def test_keys_of_low_order_and_signatures_of_others_are_refused(checks, bagged):
    from vault.handoff import sshsig

    class Low:
        public_key = bytes([1]) + bytes(31)

        def sign(self, message):
            return bytes([1]) + bytes(63)

    class Stranger:
        public_key = SIGNER.public_key

        def sign(self, message):
            return SIGNER.sign(message + b"!")

    class Unreduced:
        public_key = SIGNER.public_key

        def sign(self, message):
            signature = SIGNER.sign(message)
            order = 2**252 + 27742317777372353535851937790883648493
            return signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")

    manifest = b"".join(bagged[bag.MANIFEST].read())
    for signer in (Low(), Stranger(), Unreduced()):
        other = dict(bagged)
        other[bag.SIGNATURE] = bag.Member.of(sshsig.sign(signer, manifest))
        checks.file("x.zip", packed(other))
        assert any(one.startswith(bag.MANIFEST) for one in checks.faults()), type(signer)


def test_manifests_of_another_form_are_refused(checks, bagged):
    """Signed by a key that signs anything: what the manifest says has to be in its one form all the same."""
    from vault.handoff import sshsig

    data = b"".join(bagged[bag.MANIFEST].read())
    tree = json.loads(data)
    own = {"bytes": 1, "sha256sum": f"{'0' * 64}  {bag.MANIFEST}"}
    forms = {
        "spaces": json.dumps(tree, ensure_ascii=False, sort_keys=True).encode() + b"\n",
        "no line break": data[:-1],
        "a key twice": data.replace(b'{"bundle"', b'{"bundle":"","bundle"', 1),
        "another key": bag.canonical(tree | {"more": 1}),
        "a key less": bag.canonical({key: tree[key] for key in tree if key != "terms"}),
        "a fraction": data.replace(b'"bytes":', b'"bytes":1.0,"bytes":', 1),
        "itself": bag.canonical(
            tree | {"files": sorted([*tree["files"], own], key=lambda one: archive.order(one["sha256sum"][66:]))}
        ),
        "another order": bag.canonical(tree | {"files": tree["files"][::-1]}),
        "no recipient": bag.canonical(tree | {"recipients": []}),
        "another format": bag.canonical(tree | {"format": "casevault-bundle/2"}),
        "no UTF-8": data.replace(b"legal", b"leg\xffl", 1),
        "an array": b"[]\n",
        "nothing": b"",
        "deep": b"[" * 100_000,
    }
    for name, changed in forms.items():
        assert changed != data, name
        other = dict(bagged)
        other[bag.MANIFEST] = bag.Member.of(changed)
        other[bag.SIGNATURE] = bag.Member.of(sshsig.sign(SIGNER, changed))
        checks.file("x.zip", packed(other))
        assert any(one.startswith(bag.MANIFEST) for one in checks.faults()), name
    assert checks.seen.quiet()


def test_altered_pages_and_other_files_are_refused_in_words(checks, bagged):
    sealed = seal(packed(bagged))
    whole = paged(sealed)
    before, _ = page.template()
    altered = whole.replace(b"connect-src 'none'", b"connect-src *     ")
    words = {
        "altered": checks.file("x.html", altered),
        "cut": checks.file("x.html", whole[: len(before) + 100]),
        "other": checks.file("x.txt", b"something else"),
        "key": checks.sealed("x.age", b"age-encryption.org/v1\n-> X25519 abc\n" + bytes(100)),
        "wrong": checks.sealed("x.age", sealed, OTHER),
        "end": checks.sealed("x.age", sealed[:-100]),
    }
    assert "altered" in words["altered"]
    assert len(set(words.values())) == len(words)
    assert checks.seen.quiet()


def test_hostile_names_are_shown_as_texts(checks):
    given = members(files={"data/files/file-1.txt": b"x"})
    names = ["<img src=x onerror=ran=1>.txt", "a\u202etxt.exe", "../../up.txt", "con.txt", "e\u0301.txt"]
    for name in names:
        other = given | {f"data/{name}": bag.Member.of(b"y")}
        checks.file("x.zip", packed({path: other[path] for path in sorted(other, key=archive.order)}))
        assert any("not a safe name" in one for one in checks.faults()), name
    assert checks.page.evaluate("typeof ran") == "undefined"
    checks.file("x.zip", packed(dict(sorted((given | {"data/Records.JSON": bag.Member.of(b"y")}).items()))))
    assert any("clashes" in one for one in checks.faults())
    assert checks.seen.quiet()


def test_a_file_can_be_dropped(checks, bagged):
    data = packed(bagged)
    checks.page.evaluate(
        """bytes => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([Uint8Array.from(bytes)], "x.zip"));
          document.querySelector(".choose").dispatchEvent(
            new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: dropped}));
        }""",
        list(data),
    )
    checks.page.wait_for_selector("#result h2")
    assert "by voice" in checks.page.inner_text("#result")
    assert checks.seen.quiet()
