"""Stand-ins: one recipient, one token; two recipients, two; and the owner who is asked about one. All invented."""

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_sockets")


@pytest.fixture
def desk(casevault: Any) -> Any:
    man = casevault.add("person", name="Example Invented", inside="no")
    sister = casevault.add("person", name="Sister Invented", inside="yes")
    casevault("edit", man, f"relative.sister={sister}")
    casevault.add("event", event__kind="arrest", person=man, when="2019-04-05")
    casevault.add("consent", given_by=man, about=man, audiences=["lawyer", "press"], purposes="legal", capacity="self",
                  groups=["identity", "family", "location", "testimony"], onward="none",
                  given_on="2020-01-01")  # fmt: skip
    for name in ("Desk", "Other"):
        casevault("recipient", "add", name, "--audience", "lawyer")
    casevault.man, casevault.sister = man, sister
    return casevault


def export(desk: Any, to: str, folder: str, *more: str) -> tuple[str, str]:
    """Make a plain bundle; give the token of the man's record and that of his sister."""
    words = ("--to", to, "--purpose", "legal", "--format", "dir", "--plaintext", "-o", folder)
    desk("export", desk.man, "--policy", "lawyer", *words, *more)
    text = Path(folder, "data/records.json").read_text("utf-8")
    assert "Sister" not in text
    (person,) = [one for one in json.loads(text)["records"] if one["kind"] == "person"]
    return person["id"], person["fields"]["relative"][0]["value"]["record"]


def test_tokens_hold_for_a_recipient_and_for_no_other(desk: Any) -> None:
    first, again = export(desk, "Desk", "a"), export(desk, "Desk", "b")
    other = export(desk, "Other", "c")
    assert first == again
    assert not set(first) & set(other)


def test_fresh_tokens_join_nothing_and_stay(desk: Any) -> None:
    first = export(desk, "Desk", "a")
    fresh = export(desk, "Desk", "b", "--fresh")
    assert not set(first) & set(fresh)
    assert export(desk, "Desk", "c") == fresh


def test_the_owner_learns_whom_a_token_means(desk: Any) -> None:
    first = export(desk, "Desk", "a")
    fresh = export(desk, "Desk", "b", "--fresh")
    for man, sister in (first, fresh):
        assert desk("show", "--pseudonym", f"[{man.lower()}]", "--json").json["id"] == desk.man
        done = desk("show", "--pseudonym", sister)
        assert "Sister Invented" in done.out
        assert "given to Desk" in done.err
    # The map is sealed: no token stands in the vault's bytes.
    assert first[0].encode() not in desk.vault.read_bytes()


def test_a_preview_gives_no_token_away(desk: Any) -> None:
    preview = desk(
        "export", desk.man, "--policy", "lawyer", "--to", "Desk", "--purpose", "legal", "--preview", "--json"
    )
    token = preview.json["records"][0]["id"]
    assert "no bundle" in desk("show", "--pseudonym", token, expect=1).err


@pytest.mark.parametrize("words", [(), ("3f9a", "--pseudonym", "person-2A2A2A")])
def test_show_wants_an_id_or_a_token(desk: Any, words: tuple[str, ...]) -> None:
    desk("show", *words, expect=2)


def test_after_an_erasure_nobody_learns_whom_a_token_meant(desk: Any) -> None:
    _, sister = export(desk, "Desk", "a")
    export(desk, "Desk", "b", "--fresh")
    desk("remove", desk.sister, "--purge", "--yes")
    assert "no bundle" in desk("show", "--pseudonym", sister, expect=1).err
