"""Opening the demonstration's bundles shows the people and facts that `ledger exposure` names. All are invented."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.independent.opened import Opened, reported
from vault.keys import parse_secret
from vault.vault import Vault

LAWYER, OFFICE = "Advocate Example", "Office by telephone"


@pytest.fixture
def shown(caller: Any) -> Any:
    """Run the demonstration, and open both of its bundles as their recipients do."""
    done = caller.raw("demo", "shown")
    caller.raw("verify", "shown/for-the-advocate.age", "--open", "first", "--identity", "shown/advocate-key.txt")
    (words,) = re.findall(r"shown this once:\s+([a-z]+(?:[ -][a-z]+){5})", done.err)
    Path("words.txt").write_text(words, "utf-8")
    caller.raw("verify", "shown/by-telephone.age", "--open", "second", "--passphrase-file", "words.txt")
    caller.bundles = {
        name: json.loads(Path(folder, "data/records.json").read_text("utf-8"))
        for name, folder in ((LAWYER, "first"), (OFFICE, "second"))
    }
    around = ("-V", "shown/families.vault", "--identity", "shown/paper-key.txt", "--no-anchor")
    caller.ask = lambda *words, **more: caller.raw(*words, *around, **more)
    return caller


def opened(name: str, tree: Any) -> Opened:
    secret = parse_secret(Path("shown/paper-key.txt").read_text("utf-8").strip())
    with Vault.open(Path("shown/families.vault"), secret, allow_test_profile=True) as vault:
        return Opened(tree, vault, name)


def test_exposure_names_exactly_the_people_and_facts_that_the_bundles_show(shown: Any) -> None:
    together: set[Any] = set()
    for name, tree in shown.bundles.items():
        report = shown.ask("ledger", "exposure", name, "--json").json
        facts, unrecorded, tokens = reported(report)
        bundle = opened(name, tree)
        assert facts == bundle.facts
        assert unrecorded == bundle.unrecorded
        assert tokens == bundle.tokens
        assert {person for person, *_ in facts if person} == {bytes.fromhex(one["id"]) for one in report["people"]}
        by_hash = shown.ask("ledger", "exposure", report["bundles"][0]["sealed_sha256"][:8], "--json").json
        assert reported(by_hash) == (facts, unrecorded, tokens)
        assert len(facts) > 100
        assert {how for _, _, _, how, _ in facts} >= {"value", "pseudonym", "told", "unknown"}
        together |= facts
    facts, _, tokens = reported(shown.ask("ledger", "exposure", "--all", "--json").json)
    assert facts == together
    assert all(len(names) >= 2 for names in tokens.values()), "two recipients know one person by two tokens"
