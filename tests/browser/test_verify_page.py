"""The page that checks a bundle, in a real browser. All people and texts are made up."""

import hashlib
import json
import shutil
import struct

import pytest

from tests.browser.bundles import OTHER, PHRASE, SIGNER, TEXTS, event, members, named, packed, paged, seal
from vault.errors import SignatureError
from vault.handoff import archive, bag, checker, page, verify
from vault.handoff.examine import Fingerprint
from vault.sealing import Signer

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


def test_a_check_begun_last_is_the_one_that_is_shown(checks, bagged, tmp_path):
    """A long check that is still under way says nothing about the file that was chosen after it."""
    large = members(*RECORDS, files={"data/files/file-1.bin": bytes(32 << 20)})
    (tmp_path / "good.zip").write_bytes(packed(large))
    bad = packed(dict(bagged) | {bag.README: bag.Member.of(b"another")})
    checks.page.set_input_files("#file", str(tmp_path / "good.zip"))
    checks.page.wait_for_function("document.getElementById('progress').textContent")
    checks.page.set_input_files("#file", {"name": "bad.zip", "mimeType": "", "buffer": bad})
    checks.page.wait_for_selector("#result .trouble")
    checks.page.wait_for_timeout(4_000)  # the long check would have ended
    said = checks.page.inner_text("#result")
    assert "README.txt: changed" in said
    assert "bad.zip" in said
    assert "by voice" not in said
    assert checks.seen.quiet()


def test_a_sealed_file_does_not_speak_for_one_chosen_later(checks, bagged):
    sealed = seal(packed(bagged))
    checks.page.set_input_files("#file", {"name": "one.age", "mimeType": "", "buffer": sealed})
    checks.page.wait_for_selector("#form:not([hidden])")
    checks.page.fill("#passphrase", PHRASE)
    checks.page.evaluate(
        """() => {
          document.getElementById("open").click();
          const chosen = new DataTransfer();
          chosen.items.add(new File(["something else"], "two.txt"));
          document.getElementById("file").files = chosen.files;
          document.getElementById("file").dispatchEvent(new Event("change"));
        }"""
    )
    checks.page.wait_for_selector("#result .trouble")
    checks.page.wait_for_timeout(1_500)
    said = checks.page.inner_text("#result")
    assert "two.txt" in said
    assert "one.age" not in said
    assert checks.seen.quiet()


def test_a_crowd_of_files_does_not_hold_the_page(checks):
    from tests.unit.handoff.test_verify import crowd

    said = checks.file("x.zip", crowd(9_000, 9_999))
    assert "+ 18801" in said
    assert checks.seen.quiet()


def resigned(bagged, tree, drop=()):
    """Sign another manifest for the same files."""
    from vault.handoff import sshsig

    manifest = bag.canonical(tree)
    other = {name: member for name, member in bagged.items() if name not in drop}
    other[bag.MANIFEST] = bag.Member.of(manifest)
    other[bag.SIGNATURE] = bag.Member.of(sshsig.sign(SIGNER, manifest))
    return packed({name: other[name] for name in sorted(other, key=archive.order)})


def test_the_page_and_the_program_say_the_same(checks, bagged, tmp_path):
    """Every form here is signed, by a key that signs anything."""
    tree = json.loads(b"".join(bagged[bag.MANIFEST].read()))
    empty = hashlib.sha256(b"").hexdigest()

    def listing(*names, without=()):
        files = [one for one in tree["files"] if one["sha256sum"][66:] not in {*names, *without}]
        files += [{"bytes": 0, "sha256sum": f"{empty}  {name}"} for name in names]
        return tree | {"files": sorted(files, key=lambda one: archive.order(one["sha256sum"][66:]))}

    def named_so(*names):
        return resigned({**bagged, **{name: bag.Member.of(b"") for name in names}}, listing(*names))

    def received(receipt):
        data = receipt if isinstance(receipt, bytes) else bag.canonical(receipt)
        there = {**bagged, bag.RECEIPT: bag.Member.of(data)}
        files = [one for one in tree["files"] if one["sha256sum"][66:] != bag.RECEIPT]
        files.append({"bytes": len(data), "sha256sum": f"{hashlib.sha256(data).hexdigest()}  {bag.RECEIPT}"})
        files.sort(key=lambda one: archive.order(one["sha256sum"][66:]))
        return resigned(there, tree | {"files": files})

    changes = [
        {"terms": []}, {"terms": ""}, {"terms": 0}, {"terms": None}, {"terms": {"en": "abc"}},
        {"terms": {"en": {"a": 1}}},
        {"terms": {"en": ["a\u00a0b"]}}, {"terms": {"en": ["a\u1680b"]}}, {"terms": {"en": ["\U0001f54a" * 1000]}},
        {"terms": {"en": ["a b"]}}, {"onward": {}}, {"onward": "ab"}, {"onward": ["state"]}, {"bundle": "AB" * 16},
        {"bundle": " ".join(["ab"] * 16)}, {"bundle": ["ab"]}, {"recipients": {"passphrase": 1}},
        {"recipients": "passphrase"}, {"delete_by": "2027-99-99"}, {"tool": "x\n"}, {"purpose": "legal\n"},
    ]  # fmt: skip
    cases = {repr(change): resigned(bagged, tree | change) for change in changes}
    cases["no receipt"] = resigned(bagged, listing(without=[bag.RECEIPT]), [bag.RECEIPT])
    series = {"id": "ab" * 16, "number": 1}
    for given in (
        b"junk", b"[]\n", {}, {"series": None}, {"series": series}, {"series": []}, {"series": 0}, {"series": "x"},
        {"series": series | {"number": 0}}, {"series": series | {"number": 2**31}},
        {"series": series | {"number": True}}, {"series": None, "x": 2**53}, {"series": None, "x": -(2**53) + 1},
        {"series": series | {"id": "AB" * 16}}, {"series": series | {"more": 1}}, {"series": {"id": "ab" * 16}},
        b'{"series":null }\n', b'{"a":1.0,"series":null}\n', b'{"a":1e2,"series":null}\n',
    ):  # fmt: skip
        cases[repr(given)] = received(given)
    for names in (
        ["ı.t", "i.t"], ["I.t", "i.t"], ["ſ.t", "s.t"], ["ß.t", "ss.t"], ["ς.t", "σ.t"], ["ﬀ.t", "ff.t"],
        ["ꭰ.t", "Ꭰ.t"], ["\u0130.t", "i\u0307.t"], ["\u0130.t", "i.t"], ["con.t"], ["a.\u0660"], ["a\u00a0b"], ["a  b"],
    ):  # fmt: skip
        cases[repr(names)] = named_so(*(f"data/files/{name}" for name in names))
    accepted = 0
    for name, data in cases.items():
        (tmp_path / "x.zip").write_bytes(data)
        try:
            holds = bool(verify(tmp_path / "x.zip"))
        except SignatureError:
            holds = False
        assert ("by voice" in checks.file("x.zip", data)) == holds, name
        accepted += holds
    assert 8 <= accepted < len(cases) - 20
    assert checks.seen.quiet()


def test_both_pages_say_that_a_bundle_was_made_for_a_key(checks, bagged, visit, tmp_path):
    """It opens by a passphrase and was made for a key: somebody passed it on."""
    tree = json.loads(b"".join(bagged[bag.MANIFEST].read()))
    data = resigned(bagged, tree | {"recipients": ["ab" * 32]})
    for name, given in (("x.age", seal(data)), ("x.html", paged(seal(data)))):
        assert "not made for a passphrase" in checks.sealed(name, given)
    assert "not made for a passphrase" not in checks.sealed("x.age", seal(packed(bagged)))
    (tmp_path / "x.html").write_bytes(paged(seal(data)))
    assert "not made for a passphrase" in visit(tmp_path / "x.html").open().page.inner_text("#signer")


def test_a_signed_list_of_keys_has_to_name_the_key_that_signed(checks, bagged):
    from vault.handoff import sshsig

    other = sshsig.allowed_signers(Signer(b"\x77" * 32).public_key)
    tree = json.loads(b"".join(bagged[bag.MANIFEST].read()))
    for one in tree["files"]:
        if one["sha256sum"].endswith(f"  {bag.SIGNERS}"):
            one |= {"bytes": len(other), "sha256sum": f"{hashlib.sha256(other).hexdigest()}  {bag.SIGNERS}"}
    checks.file("x.zip", resigned({**bagged, bag.SIGNERS: bag.Member.of(other)}, tree))
    assert checks.faults() == ["casevault/allowed_signers: not the key that signed"]
