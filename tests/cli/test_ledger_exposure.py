"""Opening the demonstration's bundles shows the people and facts that `ledger exposure` names. All are invented."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Caller
from tests.independent.opened import Opened, reported, text
from vault import gate
from vault.keys import parse_secret
from vault.matching import Protected
from vault.records import identifying
from vault.vault import Vault

LAWYER, OFFICE = "Advocate Example", "Office by telephone"
HIDDEN = ("Бауыржан", "Калиолда", "Қалиолда", "包尔江", "7714", "Бесағаш")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Run the demonstration, and open both of its bundles as their recipients do."""
    folder = tmp_path_factory.mktemp("demonstration")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        patch.chdir(folder)
        caller: Any = Caller(folder)
        done = caller.raw("demo", "shown")
        caller.raw("verify", "shown/for-the-advocate.age", "--open", "first", "--identity", "shown/advocate-key.txt")
        (words,) = re.findall(r"shown this once:\s+([a-z]+(?:[ -][a-z]+){5})", done.err)
        Path("words.txt").write_text(words, "utf-8")
        caller.raw("verify", "shown/by-telephone.age", "--open", "second", "--passphrase-file", "words.txt")
        caller.folders = {LAWYER: folder / "first", OFFICE: folder / "second"}
        around = ("-V", "shown/families.vault", "--identity", "shown/paper-key.txt", "--no-anchor")
        caller.ask = lambda *words, **more: caller.raw(*words, *around, **more)
        yield caller


@pytest.fixture
def vault(shown: Any) -> Iterator[Vault]:
    secret = parse_secret((shown.folder / "shown/paper-key.txt").read_text("utf-8").strip())
    with Vault.open(shown.folder / "shown/families.vault", secret, allow_test_profile=True) as vault:
        yield vault


def test_exposure_names_exactly_the_people_and_facts_that_the_bundles_show(shown: Any, vault: Vault) -> None:
    together: set[Any] = set()
    for name, folder in shown.folders.items():
        report = shown.ask("ledger", "exposure", name, "--json").json
        facts, unrecorded, tokens = reported(report)
        bundle = Opened(json.loads((folder / "data/records.json").read_text("utf-8")), vault, name)
        assert facts == bundle.facts
        assert unrecorded == bundle.unrecorded
        assert tokens == bundle.tokens
        people = {bytes.fromhex(one["id"]) for one in report["people"]}
        assert people == {person for person, *_ in bundle.facts if person} | bundle.tokens.keys()
        by_hash = shown.ask("ledger", "exposure", report["bundles"][0]["sealed_sha256"][:8], "--json").json
        assert reported(by_hash) == (facts, unrecorded, tokens)
        assert len(facts) > 100
        assert {how for _, _, _, how, _ in facts} >= {"value", "pseudonym", "told", "unknown"}
        together |= facts
    facts, _, tokens = reported(shown.ask("ledger", "exposure", "--all", "--json").json)
    assert facts == together
    assert all(len(names) >= 2 for names in tokens.values()), "two recipients know one person by two tokens"


def test_the_page_shows_no_more_than_the_recipient_reads(shown: Any) -> None:
    page = shown.ask("ledger", "exposure", LAWYER).out
    assert "▇▇▇▇▇▇ айтуынша" in page
    for word in HIDDEN:
        assert word not in page
    assert page.index("1. Сәбит") < page.index("reach through Гүлнар") < page.index("+7 700 000 14 61")
    shown.ask("ledger", "exposure", LAWYER, "-o", "warn.html")
    made = Path("warn.html")
    assert made.stat().st_mode & 0o777 == 0o600
    html = made.read_text("utf-8")
    assert "default-src 'none'" in html
    assert not re.search(r"<script|<img|<link|src=|href=|url\(|@import|https?:", html)
    assert "Сәбит Оразқанұлы" in html
    shown.ask("ledger", "exposure", LAWYER, "-o", "warn.txt")
    assert Path("warn.txt").read_text("utf-8") == page.rstrip("\n") + "\n"
    shown.ask("ledger", "exposure", LAWYER, "-o", "warn.txt", expect=8)


def test_what_the_vault_itself_exposes_begins_with_sources_and_helpers_inside(shown: Any, vault: Vault) -> None:
    report = shown.ask("ledger", "exposure", "--vault", "--json").json
    order = [(one["role"] not in {"source", "helper"}, not one["inside"]) for one in report["people"]]
    assert order[0] == (False, False)
    hidden = [place for place, (other, _) in enumerate(order) if not other]
    assert hidden == list(range(len(hidden))), "sources and helpers stand before all others"
    assert [outside for _, outside in order[: len(hidden)]] == sorted(outside for _, outside in order[: len(hidden)])
    everybody = {one.record_id for kind in ("person", "source") for one in vault.records(kind)}
    linked = {one.record_id for one in vault.records("source") if one.links("person")}
    assert {bytes.fromhex(one["id"]) for one in report["people"]} == everybody - linked
    # Every claim of every record is somebody's, or nobody's.
    facts = [fact for one in report["people"] for fact in one["facts"]] + report["nobody"]
    told = {(fact["record"], fact["claim"], fact["field"]) for fact in facts}
    for kind in vault.schemas.kinds:
        for record in vault.records(kind):
            for place, claim in enumerate(record.claims):
                if claim.value is not None:
                    assert (record.record_id.hex(), place, f"{kind}.{claim.field}") in told
    (cousin,) = [one for one in report["people"] if "Бауыржан" in one["name"]]
    assert cousin["role"] == "source"
    assert any("7714" in number for number in cousin["reach"])
    assert {one["recipient"] for one in report["bundles"]} == {LAWYER, OFFICE}
    page = shown.ask("ledger", "exposure", "--vault").out
    assert "inside: others may listen" in page


def test_the_receipt_tells_counts_and_passes_the_gate(shown: Any, vault: Vault) -> None:
    for folder in shown.folders.values():
        data = (folder / "casevault/receipt.json").read_bytes()
        receipt = json.loads(data)
        assert set(receipt) == {"format", "bundle", "tool", "policy", "rules", "gate", "files", "series"}
        assert re.fullmatch(r"casevault \d+\.\d+.*", receipt["tool"])
        assert (receipt["policy"]["name"], receipt["gate"]) == ("lawyer", "clean")
        assert receipt["policy"]["sha256"] == vault.disclosures.policies()["lawyer"].digest.hex()
        assert all(count == "<5" or int(count) >= 5 for count in receipt["rules"].values())
        assert "<5" in receipt["rules"].values()
        assert receipt["files"] == {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (folder / "data").rglob("*")
            if path.is_file()
        }
        manifest = json.loads((folder / "casevault/manifest.json").read_bytes())
        signed = f"{hashlib.sha256(data).hexdigest()}  casevault/receipt.json"
        assert signed in [file["sha256sum"] for file in manifest["files"]]
        records = [one for kind in vault.schemas.kinds for one in vault.records(kind)]
        values = [
            Protected(value, kind) for one in records for _, _, kind, value in identifying(one, vault.schemas) if value
        ]
        assert gate.scan(data, "receipt.json", values) == []
        for one in records:
            assert one.record_id.hex() not in data.decode()
            assert one.record_id.hex()[:8] not in data.decode()
        for value in values:
            for how in (hashlib.md5, hashlib.sha1, hashlib.sha256):
                assert how(value.text.encode()).hexdigest()[:12] not in data.decode()
        planted = data.replace(
            receipt["bundle"].encode(), hashlib.sha256("Сәбит Оразқанұлы".encode()).hexdigest().encode()
        )
        assert gate.scan(planted, "receipt.json", values), "the gate would have seen one"


def test_the_ledger_is_whole(shown: Any) -> None:
    found = shown.ask("ledger", "verify", "--json").json
    assert (found["bundles"], found["incomplete"]) == (2, [])
    assert shown.ask("ledger", "verify").out.startswith("whole\t")


@pytest.mark.parametrize("words", [(), ("--all", "--vault"), (LAWYER, "--all"), (LAWYER, "--vault"), ("00000000",)])
def test_one_thing_is_asked_for(shown: Any, words: tuple[str, ...]) -> None:
    shown.ask("ledger", "exposure", *words, expect=2)


def test_vault_with_a_path_is_the_option_of_all_commands(shown: Any) -> None:
    key = ("--identity", "shown/paper-key.txt", "--no-anchor")
    for words in (
        ("ledger", "exposure", LAWYER, "--vault", "shown/families.vault", *key),
        ("--vault", "shown/families.vault", "ledger", "exposure", LAWYER, *key),
    ):
        assert shown.raw(*words, "--json").json["recipients"] == [LAWYER]
    whole = shown.raw("--vault", "shown/families.vault", *key, "ledger", "exposure", "--vault", "--json").json
    again = shown.raw("ledger", "exposure", "--vault", *key, "--vault", "shown/families.vault", "--json").json
    assert len(whole["people"]) == len(again["people"]) > 30
    assert text(whole["people"]) == text(again["people"])


def test_a_bundle_that_was_asked_back_says_so(shown: Any) -> None:
    (before,) = shown.ask("ledger", "exposure", OFFICE, "--json").json["bundles"]
    assert before["asked_back"] is None
    (person, *_) = shown.ask("ledger", "exposure", OFFICE, "--json").json["people"]
    shown.ask("ledger", "recall", person["id"])
    assert shown.ask("ledger", "exposure", OFFICE, "--json").json["bundles"][0]["asked_back"] is None
    shown.ask("ledger", "recall", person["id"], "-o", "notices")
    report = shown.ask("ledger", "exposure", OFFICE, "--json").json
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\dZ", report["bundles"][0]["asked_back"])
    assert report["people"], "what was asked back is still out"
    assert "asked back 20" in shown.ask("ledger", "exposure", OFFICE).out
    assert shown.ask("ledger", "verify").out.startswith("whole\t")
