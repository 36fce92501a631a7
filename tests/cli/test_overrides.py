"""What the gate found and a person lets pass, on the command line. All people and words are invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_pseudonyms import desk as family  # noqa: F401 - a fixture
from tests.cli.test_un import tell

pytestmark = pytest.mark.usefixtures("no_sockets")

NOTE = ("--note", "As her sister Gulsim told us.")


@pytest.fixture
def desk(family: Any) -> Any:  # noqa: F811
    family("edit", family.sister, "name=Gulsim Invented")
    return family


def export(desk: Any, *more: str, expect: int = 9) -> Any:
    words = ("--policy", "lawyer", "--to", "Desk", "--purpose", "legal", "--format", "dir", "--plaintext", "-o", "out")
    return desk("export", desk.man, *words, *more, expect=expect)


def overrides(findings: list[dict[str, str]]) -> list[str]:
    return [
        word
        for number, one in enumerate(findings)
        for word in ("--override", one["finding"], "--reason", f"reason number {number}")
    ]


def test_each_finding_is_told_with_its_id_and_passes_with_a_reason(desk: Any) -> None:
    refused = export(desk, *NOTE, "--json")
    found = refused.json["refused"]
    assert found
    assert {one["way"] for one in found} == {"override"}
    assert {one["rule"] for one in found} == {"value"}
    for one in found:
        assert f"{one['finding']}  {one['place']}: {one['rule']}" in refused.err
    assert "--override FINDING --reason TEXT" in refused.err
    assert "Gulsim" not in refused.out + refused.err
    assert not Path("out").exists()
    # The same export finds the same again; one reason fewer, and it is refused again.
    assert export(desk, *NOTE, "--json").json["refused"] == found
    left = export(desk, *NOTE, *overrides(found[1:]), "--json").json["refused"]
    assert left == found[:1]
    export(desk, *NOTE, *overrides(found), expect=0)
    assert "her sister Gulsim told us" in Path("out/data/dossier.md").read_text()
    receipt = json.loads(Path("out/casevault/receipt.json").read_text())
    assert receipt["gate"] == "overridden"
    assert "reason number" not in "".join(path.read_text() for path in Path("out").rglob("*") if path.is_file())
    (entry,) = desk("ledger", "list", "--json").json["bundles"]
    assert [one["reason"] for one in entry["overridden"]] == [f"reason number {n}" for n in range(len(found))]
    assert [one["place"] for one in entry["overridden"]] == [one["place"] for one in found]
    listed = desk("ledger", "list").out
    assert "value, overridden because: reason number 0" in listed
    assert listed.count(entry["bag_sha256"][:16]) == 1 + len(found)
    assert not desk("ledger", "exposure", "0" * 16, "--json", expect=None).out.count(desk.man)


def test_what_was_refused_under_fresh_stand_ins_is_found_there_again(desk: Any) -> None:
    export(desk, expect=0)
    before = {record["id"] for record in json.loads(Path("out/data/records.json").read_text())["records"]}
    Path("out").rename("before")
    found = export(desk, *NOTE, "--fresh", "--json").json["refused"]
    assert export(desk, *NOTE, "--fresh", "--json").json["refused"] == found
    export(desk, *NOTE, "--fresh", *overrides(found), expect=0)
    after = {record["id"] for record in json.loads(Path("out/data/records.json").read_text())["records"]}
    assert not before & after
    Path("out").rename("after")
    export(desk, "--fresh", expect=0)
    assert not after & {record["id"] for record in json.loads(Path("out/data/records.json").read_text())["records"]}


def test_an_id_that_is_not_or_no_longer_there_is_refused(desk: Any) -> None:
    found = export(desk, *NOTE, "--json").json["refused"]
    assert found[0]["finding"] in export(desk, *overrides(found)).err  # without the note
    desk("edit", desk.man, "name=Example Otherwise")
    refused = export(desk, *NOTE, *overrides(found))
    assert "leak gate" in refused.err
    export(desk, *overrides([{"finding": "0123456789"}]))
    export(desk, *overrides([{"finding": "all"}]))
    assert not Path("out").exists()
    assert desk("ledger", "list", "--json").json == {"bundles": []}


@pytest.mark.parametrize(
    "words",
    [
        ("--override", "0123456789"),
        ("--reason", "it may"),
        ("--override", "0123456789", "--reason", " "),
        ("--override", "0123456789", "--override", "9876543210", "--reason", "for both"),
        ("--override", "0123456789", "--reason", "one", "--override", "0123456789", "--reason", "two"),
    ],
)
def test_each_override_needs_a_reason_of_its_own(desk: Any, words: tuple[str, ...]) -> None:
    export(desk, *NOTE, *words, expect=2)
    assert not Path("out").exists()


def test_a_preview_overrides_nothing(desk: Any) -> None:
    words = ("--policy", "lawyer", "--to", "Desk", "--purpose", "legal", "--preview")
    desk("export", desk.man, *words, *overrides([{"finding": "0123456789"}]), expect=2)


POLICY = """
name = "counsel"
audience = "lawyer"
[rules]
"detainee.@name" = "keep"
"case.@file" = "keep"
"detainee.@file" = "keep"
"*.@text" = "scrub"
"""


def test_a_recording_goes_once_somebody_listened_to_it(desk: Any) -> None:
    Path("policy.toml").write_text(POLICY)
    desk("policy", "new", "--from", "policy.toml")
    Path("call.ogg").write_bytes(b"OggS" + bytes(range(200)))
    desk.add("consent", given_by=desk.man, about=desk.man, audiences=["lawyer"], purposes="legal", capacity="self",
             groups=["identity", "image", "testimony"], onward="none", given_on="2020-01-01")  # fmt: skip
    paper = desk.add("document", document__kind="photo", about=desk.man, title="A call")
    desk("attach", paper, "call.ogg")
    words = ("--policy", "counsel", "--to", "Desk", "--purpose", "legal", "--format", "dir", "--plaintext", "-o", "out")
    refused = desk("export", desk.man, *words, "--json", expect=9)
    (one,) = refused.json["refused"]
    assert (one["rule"], one["way"]) == ("unreadable", "look")
    assert "nothing here reads this file" in refused.err
    assert one["place"].startswith("data/files/file-")
    desk("export", desk.man, *words, *overrides([one]))
    (sent,) = Path("out/data/files").iterdir()
    assert sent.read_bytes() == Path("call.ogg").read_bytes()
    (entry,) = desk("ledger", "list", "--json").json["bundles"]
    assert entry["overridden"] == [
        {"rule": "unreadable", "place": f"data/files/{sent.name}", "reason": "reason number 0"}
    ]


def test_of_two_bundles_of_one_act_both_tell_and_level_never_stays(casevault: Any) -> None:
    matter = tell(casevault)
    refused = matter(*matter.ask, *matter.plain, "--note", "as told by Сара Үлгіқызы", "--json", expect=9)
    found = refused.json["refused"]
    # She is a source in what is passed on, and shown in what stays.
    assert {one["place"].split("/")[0] for one in found} == {"forwardable"}
    assert {one["way"] for one in found} == {"never"}
    assert "level never: no override" in refused.err
    again = matter(
        *matter.ask, *matter.plain, "--note", "as told by Сара Үлгіқызы", *overrides(found), "--json", expect=9
    )
    assert again.json["refused"] == found
    assert not Path("out").exists()


def test_of_two_bundles_of_one_act_each_finding_is_overridden_in_its_own(casevault: Any) -> None:
    matter = tell(casevault)
    casevault.add("person", name="Бекзат Басқабаев")
    note = ("--note", "Ask Бекзат.")
    found = matter(*matter.ask, *matter.plain, *note, "--json", expect=9).json["refused"]
    assert {one["place"].split("/")[0] for one in found} == {"forwardable", "confidential"}
    one_part = [one for one in found if one["place"].startswith("forwardable")]
    left = matter(*matter.ask, *matter.plain, *note, *overrides(one_part), "--json", expect=9).json["refused"]
    assert left == [one for one in found if one not in one_part]
    matter(*matter.ask, *matter.plain, *note, *overrides(found))
    for part in ("forwardable", "confidential"):
        assert json.loads(Path("out", part, "casevault/receipt.json").read_text())["gate"] == "overridden"
    entries = matter("ledger", "list", "--json").json["bundles"]
    assert sum(len(one["overridden"]) for one in entries) == len(found)


def test_the_owners_name_is_no_entry_of_the_address_book(casevault: Any) -> None:
    casevault("recipient", "add", "self", "--audience", "lawyer", expect=2)
    assert casevault("recipient", "list", "--json").json == {"recipients": []}
