"""The dossier's page in the bag: listed, signed, looked at by the gate, the same each time. All of it is invented."""

import json

import pytest

from tests.unit.render.invented import FAMILY, claim, disclose, person
from vault import handoff
from vault.errors import LeakError, SignatureError
from vault.handoff import bag
from vault.matching import Protected
from vault.render import LANGUAGES, render
from vault.render.words import WORDS
from vault.sealing import Signer

LABEL = bag.Label(bytes(range(16)), "legal", "lawyer", bytes(32), (bag.UNSEALED,))
SIGNER = Signer(bytes(32))


def written(tmp_path, *records, language="en", **more):
    """Hand records over as a folder, and give its files."""
    disclosure = disclose(*records, signer=SIGNER, **more)
    folder = tmp_path / "out"
    handoff.write(disclosure, folder, form="dir", language=language)
    handoff.verify(folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_is_listed_and_signed_as_what_is_no_payload(tmp_path):
    files = written(tmp_path, *FAMILY)
    assert files["index.html"] == render(disclose(*FAMILY))["index.html"]
    lists = {path: files[f"{path}manifest-sha256.txt"].decode() for path in ("", "tag")}
    assert "  index.html\n" in lists["tag"]
    assert "index.html" not in lists[""]
    assert "index.html" in bag.read_manifest(files[bag.MANIFEST]).files
    assert "index.html" not in json.loads(files[bag.RECEIPT])["files"]
    assert b"index.html" in files[bag.README]


@pytest.mark.parametrize("act", ["change", "remove"])
def test_a_bag_with_another_page_is_refused(tmp_path, act):
    written(tmp_path, *FAMILY)
    page = tmp_path / "out/index.html"
    if act == "change":
        page.write_bytes(page.read_bytes().replace(b"withheld</span>", b"unknown</span>", 1))
    else:
        page.unlink()
    with pytest.raises(SignatureError) as error:
        handoff.verify(tmp_path / "out")
    assert {fault.path for fault in error.value.faults} == {"index.html"}


@pytest.mark.parametrize("path", ["index.htm", "other.html", "casevault/index.html", "Index.html", "bagit.txt"])
def test_nothing_else_stands_beside_the_data(path):
    with pytest.raises(ValueError, match="below data/"):
        bag.build({path: bag.Member.of(b"x")}, LABEL, SIGNER, {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_that_of_the_dossier_and_of_nothing_else(tmp_path, language):
    files = written(tmp_path, *FAMILY, language=language)
    assert f"# {WORDS['title'][language]}\n" in files["data/dossier.md"].decode()
    assert f'id="l-{language}" checked>' in files["index.html"].decode()
    assert files["data/records.json"] == render(disclose(*FAMILY))["data/records.json"]


def test_another_language_writes_nothing(tmp_path):
    with pytest.raises(ValueError, match="dossier"):
        written(tmp_path, *FAMILY, language="fr")
    assert list(tmp_path.iterdir()) == []


def test_the_page_is_looked_at_by_the_gate(tmp_path):
    withheld = (Protected("Gulsim Akhmetkyzy", "name"),)
    told = person(claim("health", "Gulsim Akhmetkyzy told us."))
    with pytest.raises(LeakError) as error:
        written(tmp_path, told, withheld=withheld)
    assert any(finding.place.startswith("index.html:") for finding in error.value.findings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["Li Main", "Адам", "李明", "Dir", "Ана", "Em"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clean_bundle_is_not_refused_for_words_of_the_program(tmp_path, name, language):
    withheld = (Protected(name, "name"), Protected(name, "name", strict=True))
    plain = (
        claim("sex", "male", kind="choice", basis="told", confidence="low"),
        claim("birth", None, "withheld", "birth"),
        claim("relative", {"relation": "mother"}, "pseudonym", "link"),
    )
    assert "index.html" in written(tmp_path, person(*plain), language=language, withheld=withheld)


def test_a_word_that_may_stand_is_read_small_in_the_page_too(tmp_path):
    """A word that a person let stand is a finding only as a name is: with its capital, elsewhere."""
    text = "In the spring Rose came."
    one = claim("health", text, settled=((14, 18),))
    other = claim("language", "Rose")
    withheld = (Protected("Rose", "name"),)
    with pytest.raises(LeakError):
        written(tmp_path, person(claim("health", text)), withheld=withheld)
    with pytest.raises(LeakError):
        written(tmp_path, person(one, other), withheld=withheld)
    assert text in written(tmp_path, person(one), withheld=withheld)["index.html"].decode()


def test_a_disclosure_gives_one_page_and_the_bundle_id_is_not_in_it(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = written(tmp_path / "a", *FAMILY), written(tmp_path / "b", *FAMILY)
    assert one["index.html"] == other["index.html"]
    assert one[bag.MANIFEST] != other[bag.MANIFEST]
    for bundle in (one, other):
        label = bag.read_manifest(bundle[bag.MANIFEST]).label
        assert label.bundle.hex().encode() not in bundle["index.html"]
