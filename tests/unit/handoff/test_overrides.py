"""What a person lets pass although the gate found it: one by one, with a reason. Every person and text is invented."""

import io
import json
import re
import zipfile
from dataclasses import replace

import pytest

from tests.unit.handoff.test_write import SECRET, SECRET_PHONE, Ledger, disclosure, names_in
from vault import gate, handoff
from vault.errors import DisclosureError, LeakError
from vault.handoff import bag
from vault.matching import Protected

KEY = bytes(range(32))
UNREADABLE = b"\xff\xd8\xff\xe0" + bytes(1000)
TWICE = {"data/files/file-1.txt": [b"Gulsim came. Then nobody. Gulsim went."]}


def export(*, key=KEY, **given):
    return replace(disclosure(**given), findings_key=key)


def found(one, target, **overrides):
    with pytest.raises(LeakError) as error:
        handoff.write(one, target / "out", form="dir", **overrides)
    assert names_in(target) == []
    return error.value.findings


def test_one_finding_passes_with_its_reason_and_no_other(tmp_path):
    ledger = Ledger()
    first, second = found(export(files=TWICE), tmp_path)
    assert (first.rule, first.way, second.way) == ("value", "override", "override")
    assert re.fullmatch("[0-9a-f]{10}", first.id)
    assert first.id != second.id
    assert found(export(files=TWICE), tmp_path, overrides={first.id: "her own wish"}) == (second,)
    reasons = {first.id: "her own wish", second.id: " she said so, on 1 May "}
    handoff.write(export(files=TWICE, ledger=ledger), tmp_path / "out", form="dir", overrides=reasons)
    entry = ledger.entries[0][2]
    assert entry["result"] == "overridden"
    assert entry["confirmed"] == []
    assert [one["reason"] for one in entry["overridden"]] == ["her own wish", "she said so, on 1 May"]
    assert [one["place"] for one in entry["overridden"]] == [first.place, second.place]


def test_the_bundle_says_that_something_was_overridden_and_nothing_of_why(tmp_path):
    reasons = {one.id: f"secret-reason-{place}" for place, one in enumerate(found(export(files=TWICE), tmp_path))}
    handoff.write(export(files=TWICE), tmp_path / "out", form="dir", overrides=reasons)
    assert json.loads((tmp_path / "out" / bag.RECEIPT).read_bytes())["gate"] == "overridden"
    whole = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert not [word for one, reason in reasons.items() for word in (one, reason) if word.encode() in whole]
    assert handoff.verify(tmp_path / "out").signer


def test_level_never_has_no_override(tmp_path):
    never = replace(SECRET, strict=True)
    for withheld in ((never, SECRET_PHONE), (SECRET, Protected("Gulsim", "name", strict=True))):
        told = found(export(files=TWICE, withheld=withheld), tmp_path)
        assert {one.way for one in told} == {"never"}
        reasons = {one.id: "all the same" for one in told}
        assert found(export(files=TWICE, withheld=withheld), tmp_path, overrides=reasons) == told


def test_what_is_of_level_never_is_told_from_the_rest_of_one_file(tmp_path):
    text = {"data/files/file-1.txt": [b"Gulsim, 8 701 555-12-34."]}
    told = found(export(files=text, withheld=(SECRET, replace(SECRET_PHONE, strict=True))), tmp_path)
    assert {(one.rule, one.way) for one in told} == {("value", "override"), ("digits", "never")}


def test_where_a_name_hides_which_is_which_nothing_can_be_overridden(tmp_path):
    """A part called after somebody is told by its number; a scan for level never alone would tell it by its name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as other:
        other.writestr("Gulsim.txt", "Call 8 701 555-12-34.")
    files = {"data/files/file-1.zip": [packed.getvalue()]}
    told = found(export(files=files, withheld=(SECRET, replace(SECRET_PHONE, strict=True))), tmp_path)
    assert {one.rule for one in told} == {"value", "digits"}
    assert {one.way for one in told} == {"none"}


def test_without_the_key_of_the_vault_nothing_can_be_overridden(tmp_path):
    told = found(export(key=b"", files=TWICE), tmp_path)
    assert {(one.id, one.way) for one in told} == {("", "none")}
    with pytest.raises(DisclosureError, match="reason"):
        handoff.write(export(key=b"", files=TWICE), tmp_path / "out", form="dir", overrides={"": "because"})


CHANGES = {
    "text": {"text": "They came at dawn."},
    "attachment": {"files": {"data/files/file-1.txt": [b"Gulsim came. Then nobody: Gulsim went."]}},
    "key": {"key": bytes(32)},
    "nothing to be found": {"files": {}},
    "withheld no longer": {"withheld": (SECRET_PHONE,)},
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_id_is_good_for_one_export_alone(tmp_path, change):
    reasons = {one.id: "looked at" for one in found(export(files=TWICE), tmp_path)}
    other = export(**{"files": TWICE} | CHANGES[change])
    with pytest.raises(DisclosureError):
        handoff.write(other, tmp_path / "out", form="dir", overrides=reasons)
    assert names_in(tmp_path) == []
    assert not other.permit.spent


def test_an_id_is_bound_to_the_name_the_recipient_and_the_policy(tmp_path):
    reasons = {one.id: "looked at" for one in found(export(files=TWICE), tmp_path)}
    one = export(files=TWICE)
    for other in (
        replace(one, recipient=replace(one.recipient, name="others")),
        replace(one, policy_digest=b"\3" * 32),
        replace(one, purpose="tracing"),
        replace(one, onward=("state",)),
    ):
        with pytest.raises(LeakError):
            handoff.write(other, tmp_path / "out", form="dir", overrides=reasons)
    with pytest.raises(LeakError):
        handoff.write(one, tmp_path / "out2", form="dir", overrides=reasons)
    assert handoff.write(one, tmp_path / "out", form="dir", overrides=reasons)


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 301, "\x1b[2J"])
def test_a_reason_is_a_line_of_words(tmp_path, reason):
    first, second = found(export(files=TWICE), tmp_path)
    with pytest.raises(DisclosureError, match="reason"):
        handoff.write(
            export(files=TWICE), tmp_path / "out", form="dir", overrides={first.id: reason, second.id: "looked at"}
        )
    assert names_in(tmp_path) == []


def test_many_are_not_overridden_at_once(tmp_path):
    text = {"data/files/file-1.txt": [b"Gulsim. " * 60]}
    reasons = {one.id: "looked at" for one in found(export(files=text), tmp_path)}
    assert len(reasons) == 60
    with pytest.raises(DisclosureError, match="at most 50"):
        handoff.write(export(files=text), tmp_path / "out", form="dir", overrides=reasons)


def test_where_findings_were_not_all_told_none_can_be_overridden(tmp_path):
    text = {"data/files/file-1.txt": [b"Gulsim. " * (gate.FINDINGS_AT_MOST + 1)]}
    told = found(export(files=text), tmp_path)
    assert len(told) == gate.FINDINGS_AT_MOST
    assert {one.way for one in told} == {"none"}


def test_a_file_nobody_here_can_read_goes_once_a_person_looked_at_it(tmp_path):
    """All that is unreadable in it is one finding; what is hidden in it, or found, is another matter."""
    ledger = Ledger()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as other:
        for name in ("one.jpg", "two.jpg"):
            other.writestr(name, UNREADABLE)
    files = {"data/files/file-1.zip": [packed.getvalue()], "data/files/file-2.jpg": [UNREADABLE]}
    one, same, other = found(export(files=files), tmp_path)
    assert {told.way for told in (one, same, other)} == {"look"}
    assert one.id == same.id != other.id
    assert "file-1.zip/one.jpg" in one.place
    assert found(export(files=files), tmp_path, overrides={one.id: "two portraits"}) == (other,)
    reasons = {one.id: "two portraits", other.id: "a portrait"}
    handoff.write(export(files=files, ledger=ledger), tmp_path / "out", form="dir", overrides=reasons)
    entry = ledger.entries[0][2]
    assert (entry["result"], entry["confirmed"]) == ("clean", ["data/files/file-1.zip", "data/files/file-2.jpg"])
    assert [told["reason"] for told in entry["overridden"]] == ["two portraits", "a portrait"]


def test_a_name_in_a_file_that_a_person_looked_at_is_found_all_the_same(tmp_path):
    files = {"data/files/file-1.jpg": [UNREADABLE + b"\0Gulsim\0"]}
    (unread,) = found(export(files=files), tmp_path)
    (name,) = found(export(files=files), tmp_path, overrides={unread.id: "a portrait"})
    assert (name.rule, name.way) == ("value", "override")


def test_hidden_bytes_have_no_override(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as other:
        other.writestr("one.txt", "nothing")
    files = {"data/files/file-1.zip": [packed.getvalue() + b"\0\1\2\3 behind the end"]}
    told = found(export(files=files), tmp_path)
    assert "none" in {one.way for one in told}
    reasons = {one.id: "looked at" for one in told}
    assert found(export(files=files), tmp_path, overrides=reasons)


def test_parts_of_one_name_in_two_files_are_two_findings(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as other:
        other.writestr("letter.txt", "Gulsim")
    files = {f"data/files/file-{number}.zip": [packed.getvalue()] for number in (1, 2)}
    first, second = found(export(files=files), tmp_path)
    assert found(export(files=files), tmp_path, overrides={first.id: "looked at"}) == (second,)


def test_of_two_bundles_each_finding_says_in_which_and_both_are_told(tmp_path):
    both = {"stays": export(files=TWICE), "goes on": export(note="Ask Gulsim.")}
    with pytest.raises(LeakError) as error:
        handoff.write_together(both, tmp_path / "out", form="dir")
    told = error.value.findings
    assert {one.place.split("/")[0] for one in told} == {"stays", "goes on"}
    assert len({one.id for one in told}) == len(told)
    reasons = {one.id: "looked at" for one in told}
    kept = reasons.popitem()
    with pytest.raises(LeakError) as error:
        handoff.write_together(both, tmp_path / "out", form="dir", overrides=reasons)
    assert [one.id for one in error.value.findings] == [kept[0]]
    with pytest.raises(DisclosureError, match="0123456789"):
        handoff.write_together(
            both, tmp_path / "out", form="dir", overrides={**reasons, kept[0]: "too", "0123456789": "stale"}
        )
    assert names_in(tmp_path) == []
