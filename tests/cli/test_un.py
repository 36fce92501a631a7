"""Two bundles of one act: what is passed on to the State, and what stays. All people are invented."""

import json
import socket
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vault.errors import DisclosureError
from vault.handoff import write, write_together
from vault.keys import Passphrase
from vault.redact import Recipient, Request
from vault.vault import Vault

pytestmark = pytest.mark.usefixtures("no_sockets")

RECORDS = [
    {"kind": "case", "ref": "k", "title": "Invented matter"},
    {"kind": "person", "ref": "p", "case": "@k", "name": "Ерлан Үлгіұлы", "birth": "1970", "inside": "yes",
     "relative.wife": "@w"},
    {"kind": "person", "ref": "w", "case": "@k", "name": "Сара Үлгіқызы", "inside": "no"},
    {"kind": "person", "ref": "t", "case": "@k", "name": "Марат Куәгеров", "inside": "yes"},
    {"kind": "source", "ref": "s", "case": "@k", "person": "@w", "relation": "wife", "about": "@p"},
    {"kind": "statement", "ref": "m", "case": "@k", "by": "@s", "about": "@p", "text": "My husband was taken away.",
     "taken_on": "2023-02-01"},
    {"kind": "event", "ref": "e", "case": "@k", "event.kind": "detention", "person": "@p", "when": "2018-03-07",
     "place": "Құлжа қаласы", "narrative": {"value": "Taken at night; Марат Куәгеров saw it.", "source": "@m"},
     "witness": "@t", "official": "Бақылаушы Ресми"},
]  # fmt: skip
GROUPS = ["identity", "family", "location", "testimony", "health"]


def consent(about: str, by: str, capacity: str, onward: str) -> dict[str, Any]:
    return {"kind": "consent", "case": "@k", "given_by": by, "capacity": capacity, "about": about, "audiences": "un",
            "purposes": "un", "groups": GROUPS, "onward": onward, "given_on": "2024-01-05"}  # fmt: skip


def tell(casevault: Any, *, man: str = "state", wife: Any = "no") -> Any:
    """Fill the vault: a man inside, his wife, a witness inside; and a UN body that passes things on.

    Args:
        man: How far onward the consent about the man goes.
        wife: Whether the wife is inside the State concerned.
    """
    both = [consent("@p", "@w", "kin", man), consent("@w", "@w", "self", "none")]
    lines = [json.dumps(one) for one in RECORDS + both]
    lines[2] = lines[2].replace('"inside": "no"', f'"inside": {json.dumps(wife)}')
    casevault("add", "--from", "-", stdin="\n".join(lines).encode())
    casevault.ids = {}
    for record in casevault("list", "--json").json["records"]:
        casevault.ids.setdefault(record["kind"], []).append(record["id"])
    casevault("recipient", "add", "WGEID", "--audience", "un", "--onward", "state")
    casevault.case = casevault.ids["case"][0]
    casevault.ask = ("export", casevault.case, "--policy", "un", "--to", "WGEID", "--purpose", "un")
    casevault.plain = ("--format", "dir", "--plaintext", "-o", "out")
    return casevault


@pytest.fixture
def matter(casevault: Any) -> Any:
    return tell(casevault)


def text_of(folder: str) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(Path(folder).rglob("*")) if path.is_file())


def tokens(folder: str) -> set[str]:
    return {record["id"] for record in json.loads(Path(folder, "data/records.json").read_text("utf-8"))["records"]}


def test_one_act_makes_two_bundles(matter: Any) -> None:
    done = matter(*matter.ask, *matter.plain, "--json")
    assert set(done.json["bundles"]) == {"forwardable", "confidential"}
    passed_on, stays = text_of("out/forwardable"), text_of("out/confidential")
    for name in ("Ерлан Үлгіұлы", "2018-03-07", "Бақылаушы"):
        assert name in passed_on
        assert name in stays
    assert "Сара" not in passed_on
    assert "My husband" not in passed_on
    assert "Сара" in stays
    # The witness is a source: in neither, though a person of the case.
    assert "Марат" not in passed_on + stays
    assert not tokens("out/forwardable") & tokens("out/confidential")
    bundles = matter("ledger", "--json").json["bundles"]
    assert [(one["policy"], one["onward"]) for one in bundles] == [
        ("un-forwardable", ["state"]),
        ("un-confidential", []),
    ]
    assert len({one["epoch"] for one in bundles}) == 1
    for name in ("forwardable", "confidential"):
        matter.raw("verify", f"out/{name}")


def test_each_bundle_has_a_passphrase_of_its_own(matter: Any) -> None:
    done = matter(*matter.ask, "-o", "out")
    assert sorted(path.name for path in Path("out").iterdir()) == ["confidential", "forwardable"]
    phrases = [line.strip() for line in done.err.splitlines() if line.startswith("    ") and line.count("-") == 5]
    assert len(set(phrases)) == 2
    Path("pp").write_text(phrases[0], "utf-8")
    matter.raw("verify", "out/forwardable", "--passphrase-file", "pp")
    matter.raw("verify", "out/confidential", "--passphrase-file", "pp", expect=3)


def test_neither_is_made_if_one_is_refused(casevault: Any) -> None:
    matter = tell(casevault, man="none")
    done = matter(*matter.ask, *matter.plain, expect=9)
    assert "un-forwardable: person" in done.err
    assert "not onward to state" in done.err
    assert not Path("out").exists()
    assert matter("ledger", "--json").json == {"bundles": []}
    refusals = matter(*matter.ask, "--preview", "--json").json["bundles"]["forwardable"]["refusals"]
    assert "not onward to state" in str(refusals)
    assert "=== confidential ===" in matter(*matter.ask, "--preview").out


def test_neither_is_made_if_the_gate_refuses_one(matter: Any) -> None:
    # The wife's name is withheld from what is passed on, and shown in what stays.
    done = matter(*matter.ask, *matter.plain, "--note", "as told by Сара Үлгіқызы", expect=9)
    assert "leak gate" in done.err
    assert not Path("out").exists()
    assert not list(Path().glob(".*part"))
    assert matter("ledger", "--json").json == {"bundles": []}


def test_alone_the_part_that_stays_follows_the_path_of_its_recipient(matter: Any) -> None:
    matter("export", matter.case, "--policy", "un-confidential", "--to", "WGEID", "--purpose", "un", *matter.plain)
    # Her consent does not go as far as the State, so that there she is a source.
    assert "Ерлан" in text_of("out")
    assert "Сара" not in text_of("out")


@pytest.mark.parametrize("wife", ["yes", {"state": "unknown"}])
def test_who_is_not_surely_outside_needs_consent_for_the_path_in_both(casevault: Any, wife: Any) -> None:
    matter = tell(casevault, wife=wife)
    matter(*matter.ask, *matter.plain)
    assert "Ерлан" in text_of("out/confidential")
    assert "Сара" not in text_of("out")


def test_one_of_two_is_not_handed_over_alone(matter: Any, tmp_path: Path) -> None:
    passphrase = matter.secret.read_text("utf-8").strip()
    with Vault.open(matter.vault, Passphrase(passphrase), allow_test_profile=True) as vault:
        policies = vault.disclosures.policies()
        requests = [
            Request((bytes.fromhex(matter.case),), policies[name], Recipient("WGEID", "un", ("state",)), "un",
                    date(2024, 6, 1), stays=not policies[name].onward)
            for name in ("un-forwardable", "un-confidential")
        ]  # fmt: skip
        first, second = vault.disclosures.together(requests), vault.disclosures.together(requests)
        before = len(vault.disclosures.log())
        with pytest.raises(DisclosureError, match="together"):
            write(first[0], tmp_path / "alone", form="dir")
        with pytest.raises(DisclosureError, match="together"):
            write_together({"a": second[0]}, tmp_path / "alone", form="dir")
        assert not (tmp_path / "alone").exists()
        assert len(vault.disclosures.log()) == before


def test_un_is_no_name_for_a_policy_of_ones_own(matter: Any) -> None:
    matter("policy", "new", "un", "--parent", "un-confidential", expect=9)
    assert "un-forwardable and un-confidential" in matter("policy", "show", "un", expect=1).err
    assert "un: un-forwardable and un-confidential" in matter("policy", "list").err


def test_an_export_that_asked_the_network_would_be_seen() -> None:
    for family in (socket.AF_INET, socket.AF_INET6):
        with pytest.raises(BaseException, match=r"the network was asked|^socket\."):
            socket.socket(family)
    with pytest.raises(BaseException, match=r"the network was asked|^socket\."):
        socket.getaddrinfo("example.org", 80)
