"""Consent by the command line: one act for many, what is missing, and asking bundles back. All people are invented."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_sockets")

ALL = ("--group", "identity", "--group", "family", "--group", "location", "--group", "testimony")


@pytest.fixture
def brothers(casevault: Any) -> Any:
    """Give a vault with two missing brothers and the sister abroad who speaks for them."""
    casevault.case = casevault.add("case", title="Invented matter")
    casevault.men = [
        casevault.add("person", name=f"{name} Invented", inside="yes", case=casevault.case)
        for name in ("First", "Second")
    ]
    casevault.sister = casevault.add("person", name="Sister Invented", inside="no")
    for man in casevault.men:
        casevault.add("event", event__kind="arrest", person=man, when="2019-04-05", case=casevault.case)
    for name in ("Desk", "Other"):
        casevault("recipient", "add", name, "--audience", "lawyer")
    about = [word for man in casevault.men for word in ("--about", man)]
    casevault.words = ("consent", "add", "--by", casevault.sister, "--capacity", "kin", *about, "--audience", "lawyer",
                       "--purpose", "legal", "--onward", "none", "--how", "spoken", *ALL)  # fmt: skip
    casevault.export = ("export", casevault.case, "--policy", "lawyer", "--purpose", "legal", "--format", "dir",
                        "--plaintext", "--to")  # fmt: skip
    return casevault


def test_one_act_is_about_many(brothers: Any) -> None:
    refused = brothers(*brothers.export, "Desk", "-o", "a", expect=9)
    for man in brothers.men:
        assert f"person {man}" in refused.err
    assert "no consent recorded" in refused.err
    paper = brothers.add("document", document__kind="other", title="signed", about=brothers.men[0])
    more = (
        "--witness",
        brothers.sister,
        "--conditions",
        "no names on the radio",
        "--paper",
        paper,
        "--expires",
        "2099",
    )
    consent = brothers(*brothers.words, *more).lines[0]
    done = brothers(*brothers.export, "Desk", "-o", "a")
    assert f"consent {consent} has conditions in words" in done.err
    text = Path("a/data/records.json").read_text("utf-8")
    assert "First Invented" in text
    assert "Second Invented" in text
    shown = brothers("consent", "show", consent, "--json").json
    assert [one["name"] for one in shown["about"]] == ["First Invented", "Second Invented"]
    assert (shown["state"], shown["conditions"], shown["expires"]) == ("given", ["no names on the radio"], ["2099"])
    assert [one["recipient"] for one in shown["bundles"]] == ["Desk"]
    page = brothers("consent", "show", consent).out
    assert "First Invented" in page
    assert "state\tgiven" in page
    assert "Desk" in page
    brothers("consent", "show", brothers.sister, expect=2)


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (("--audience", "press"), "not for lawyer"),
        (("--purpose", "un"), "not for the purpose legal"),
        (("--expires", "2020-01-01"), "expired"),
        (("--given-on", "2099-01-01"), "given on a later day"),
        (("--capacity", "self"), "given by one who may not speak for the person"),
        (("--capacity", "parent"), "neither missing nor a child"),
        (("--group", "identity"), "testimony: does not cover it"),
    ],
)
def test_a_refusal_says_what_the_nearest_consent_lacks(brothers: Any, words: tuple[str, str], missing: str) -> None:
    option, value = words
    given = list(brothers.words)
    if option == "--group":
        given = given[: -len(ALL)]
    elif option in given:
        place = given.index(option)
        del given[place : place + 2]
    brothers(*given, option, value)
    done = brothers(*brothers.export, "Desk", "-o", "a", expect=9)
    assert missing in done.err
    assert "Invented" not in done.err
    assert not Path("a").exists()


def test_what_relied_on_a_consent_or_tells_of_a_person_is_asked_back(brothers: Any) -> None:
    consent = brothers(*brothers.words).lines[0]
    brothers(*brothers.export, "Desk", "-o", "a")
    brothers(*brothers.export, "Desk", "-o", "b")
    brothers(*brothers.export, "Other", "-o", "c")
    hashes = [one["bag_sha256"] for one in brothers("ledger", "--json").json["bundles"]]
    for subject in (consent, *brothers.men):
        found = brothers("ledger", "recall", subject, "--json").json["bundles"]
        assert [one["bag_sha256"] for one in found] == hashes
    done = brothers("ledger", "recall", brothers.men[0], "-o", "notices", "--json")
    texts = {
        Path(name).read_text("utf-8").splitlines()[0]: Path(name).read_text("utf-8") for name in done.json["notices"]
    }
    assert set(texts) == {"Desk", "Other"}
    assert hashes[0] in texts["Desk"]
    assert hashes[1] in texts["Desk"]
    assert hashes[2] not in texts["Desk"]
    assert hashes[2] in texts["Other"]
    for text in texts.values():
        assert "Invented" not in text
        assert all(word in text for word in ("Please destroy", "Пожалуйста", "жойыңыз"))
    assert "notice\t" in brothers("ledger", "recall", consent, "-o", "more").out
    brothers("ledger", "recall", consent, "-o", "notices", expect=8)
    withdrawn = brothers("consent", "withdraw", consent, "--yes")
    assert "writes the notices" in withdrawn.err


def test_a_person_of_whom_nothing_left_is_in_no_bundle(brothers: Any) -> None:
    brothers(*brothers.words)
    brothers(*brothers.export, "Desk", "-o", "a")
    assert brothers("ledger", "recall", brothers.sister, "--json").json == {"bundles": [], "notices": []}
    assert "No bundle" in brothers("ledger", "recall", brothers.sister, "-o", "notices").err
    assert not Path("notices").exists()
