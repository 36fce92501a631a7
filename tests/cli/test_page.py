"""Transcripts of export as a page that opens itself, and of verify with it. All people are invented."""

import hashlib
import re
from pathlib import Path

from tests.cli.test_handover import family
from tests.cli.test_un import tell
from vault.handoff import checker

__all__ = ["family"]
WORDS = re.compile(r"^ {4}((?:[a-z]+-?){6,})$", re.MULTILINE)


def test_a_page_is_written_checked_and_unpacked(family):
    done = family(*family.ask, "--to", "Telephone", "--format", "html", "-o", "case.html", "--json")
    Path("words").write_text(WORDS.search(done.err)[1], "utf-8")
    report = family.raw("verify", "case.html", "--passphrase-file", "words", "--json").json
    assert report["form"] == "page"
    assert report["addressed"] is None
    assert (report["sealed_sha256"], report["signer"]["words"]) == (done.json["sealed_sha256"], done.json["signer"])
    family.raw("verify", "case.html", "--open", "case", "--passphrase-file", "words")
    assert "Ерлан" in Path("case/data/records.json").read_text("utf-8")
    assert report["sealed_sha256"] in family("ledger", "list", "--json").out


def test_a_recipient_with_a_key_gets_a_page_by_passphrase(family):
    done = family(*family.ask, "--to", "Advocate", "--format", "html", "-o", "case.html")
    Path("words").write_text(WORDS.search(done.err)[1], "utf-8")
    report = family.raw("verify", "case.html", "--passphrase-file", "words", "--json").json
    assert report["recipients"] == ["passphrase"]


def test_an_altered_page_ends_with_its_own_code(family):
    done = family(*family.ask, "--to", "Telephone", "--format", "html", "-o", "case.html")
    Path("words").write_text(WORDS.search(done.err)[1], "utf-8")
    data = Path("case.html").read_bytes()
    Path("case.html").write_bytes(data.replace(b"connect-src 'none'", b"connect-src *     "))
    done = family.raw("verify", "case.html", "--open", "out", "--passphrase-file", "words", expect=10)
    assert "altered" in done.err
    assert not Path("out").exists()


def test_names_tell_pages_from_other_files(family):
    for form, name in (("html", "case.age"), ("age", "case.html"), ("html", "case")):
        done = family(*family.ask, "--to", "Telephone", "--format", form, "-o", name, expect=2)
        assert ".html" in done.err
        assert not Path(name).exists()


def test_the_page_that_checks_is_written_out(caller):
    done = caller.raw("verify", "--page", "verify.html", "--json")
    assert Path("verify.html").read_bytes() == checker()
    assert done.json["sha256"] == hashlib.sha256(checker()).hexdigest()
    caller.raw("verify", "--page", "verify.html", expect=8)
    caller.raw("verify", expect=2)
    caller.raw("verify", "x.age", "--page", "other.html", expect=2)


def test_the_bundles_of_one_act_are_pages_in_a_folder(casevault):
    matter = tell(casevault)
    done = matter(*matter.ask, "--format", "html", "-o", "out")
    assert sorted(path.name for path in Path("out").iterdir()) == ["confidential.html", "forwardable.html"]
    phrases = WORDS.findall(done.err)
    assert len(set(phrases)) == 2
    Path("words").write_text(phrases[0], "utf-8")
    matter.raw("verify", "out/forwardable.html", "--passphrase-file", "words")
