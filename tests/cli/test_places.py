"""Coarse places in finished bundles: what is shown passes the gate, what is finer is masked. All people invented."""

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_sockets")

VILLAGE = "Aqbulaq village, Tekes county"
RECORDS = [
    {"kind": "person", "ref": "p", "name": "Zaltirbek Aqylmuqan", "sex": "male", "inside": "no",
     "address": {"text": VILLAGE, "region": "Xinjiang", "country": "China"}},
    {"kind": "event", "ref": "e", "event.kind": "arrest", "person": "@p", "place": VILLAGE, "when": "2018-05-06",
     "narrative": "Taken in Aqbulaq near the county town of Tekes, in Xinjiang, and driven to Nilka."},
    {"kind": "person", "ref": "o", "name": "Somebody Elsewhere", "address": "Nilka county"},
    {"kind": "consent", "given_by": "@p", "about": "@p", "capacity": "self", "audiences": ["press", "lawyer"],
     "purposes": "publication", "groups": ["identity", "family", "location", "testimony"], "onward": "public",
     "given_on": "2020-01-01"},
]  # fmt: skip


@pytest.fixture
def desk(casevault: Any) -> Any:
    casevault("add", "--from", "-", stdin="\n".join(map(json.dumps, RECORDS)).encode())
    people = casevault("list", "person", "--json").json["records"]
    casevault.man = next(one["id"] for one in people if "Zaltirbek" in casevault("show", one["id"]).out)
    casevault("recipient", "add", "Paper", "--audience", "press")
    return casevault


def made(desk: Any, policy: str) -> str:
    desk("export", desk.man, "--policy", policy, "--to", "Paper", "--purpose", "publication", "--format", "dir",
         "--plaintext", "-o", "out")  # fmt: skip
    return "".join(path.read_text("utf-8") for path in sorted(Path("out/data").iterdir()))


def test_press_reads_the_region(desk: Any) -> None:
    text = made(desk, "press")
    assert "Xinjiang, China" in text
    assert "in Xinjiang, and driven" in text
    for finer in ("Aqbulaq", "Tekes", "Nilka"):
        assert finer not in text


def test_a_policy_of_ones_own_shows_the_county_and_no_village(desk: Any) -> None:
    rules = '"detainee.@place" = { action = "place", to = "county" }\n"detainee.@text" = "scrub"\n'
    rules += '"detainee.name" = "keep"\n'
    own = f'name = "by-county"\naudience = "press"\n[rules]\n{rules}[risk]\nquasi = ["@place"]\nk = 2\n'
    desk("policy", "new", "--from", "-", stdin=own.encode())
    text = made(desk, "by-county")
    assert "Tekes, Ili, Xinjiang, China" in text
    assert "Aqbulaq" not in text
    assert "driven to Nilka" in text  # a county too, and as coarse as what is shown


def test_a_place_that_the_table_does_not_know_stays(desk: Any) -> None:
    desk("edit", desk.man, "birth_place=Qaratobe of nowhere")
    preview = desk("export", desk.man, "--policy", "press", "--to", "Paper", "--purpose", "publication", "--preview",
                   "--json").json  # fmt: skip
    outcomes = {(one["field"], one["outcome"]) for one in preview["decisions"]}
    assert ("person.birth_place", "withheld") in outcomes
    assert ("person.address", "coarsened") in outcomes
