"""Purging: what is erased, what is masked elsewhere, what stays. All people are invented."""

import io
import os

import pytest

from vault.errors import NotFoundError, RevisionConflictError
from vault.records import Claim, Draft
from vault.redact import Pseudonyms
from vault.vault.core import continued

MASK = "▇▇▇▇▇▇"


def texts(vault, record):
    """Give all text of all revisions of a record."""
    return [str(claim.value) for revision in vault.history(record) for claim in revision.claims]


def test_a_purged_record_is_gone_and_its_id_stays_taken(vault, person):
    record = person("Bolat Example", Claim("phone", "+7 701 000 00 01"))
    before = vault.status().objects
    vault.put(continued(vault.get(record), (*vault.get(record).claims, Claim("notes", "more"))))
    done = vault.remove(record, purge=True)
    assert (done.purged, done.objects, done.mentions) == (True, 2, ())
    assert vault.status().objects < before + 1
    for step in (
        lambda: vault.get(record),
        lambda: vault.get(record.hex()),
        lambda: vault.history(record) or vault.get(record),
        lambda: vault.remove(record),
        lambda: vault.remove(record, purge=True),
    ):
        with pytest.raises(NotFoundError):
            step()
    assert vault.find("bolat") == []
    assert list(vault.records()) == list(vault.records(removed=True)) == []
    for parents in ((), (bytes(32),)):
        with pytest.raises(RevisionConflictError):
            vault.put(Draft("person", (), record_id=record, parents=parents))
    report = vault.check()
    assert (report.problems, report.orphans, report.revisions) == ((), 0, 0)
    assert vault.disclosures.log()[-1].action == "purged"


def test_names_are_masked_in_other_records(vault, person, put):
    record = person("Bolat Example", Claim("phone", "+7 701 000 00 01"))
    event = put("event", narrative="They took Bolat Example; call +77010000001.")
    other = put("event", narrative="Nothing of this person.")
    assert {mention.record_id for mention in vault.mentions(record)} == {event}
    done = vault.remove(record, purge=True)
    assert [(mention.record_id, mention.field, mention.link) for mention in done.mentions] == [
        (event, "narrative", False)
    ]
    [text] = vault.get(event).values("narrative")
    assert "Bolat" not in text
    assert "7010000001" not in text
    assert MASK in text
    assert vault.get(other).values("narrative") == ["Nothing of this person."]
    assert vault.find("bolat") == []


def test_the_history_of_a_record_that_named_it_is_gone(vault, person, put):
    record = person("Bolat Example")
    event = put("event", narrative="They took somebody.")
    vault.put(continued(vault.get(event), (Claim("narrative", "They took Bolat Example."),)))
    assert len(vault.history(event)) == 2
    vault.remove(record, purge=True)
    assert len(vault.history(event)) == 1
    assert not any("Bolat" in text for text in texts(vault, event))


@pytest.mark.parametrize("joined", [False, True])
def test_a_record_that_named_it_can_be_changed_and_erased_afterwards(vault, person, joined):
    record, other = person("Bolat Example"), person("Another", Claim("notes", "Knows Bolat Example."))
    third = person("Third")
    if joined:
        vault.same(record, other)
        vault.same(other, third)
    vault.remove(record, purge=True)
    read = vault.get(other)
    vault.put(continued(read, (*read.claims, Claim("name", {"text": "Later Name"}))))
    assert {"text": "Later Name"} in vault.get(other).values("name")
    assert {hit.revision.record_id for hit in vault.find("later name", exact=True)} == (
        {other, third} if joined else {other}
    )
    with pytest.raises(RevisionConflictError):
        vault.put(continued(read, ()))
    vault.remove(other)
    vault.remove(other, purge=True)
    with pytest.raises(RevisionConflictError):
        vault.put(continued(read, ()))
    report = vault.check()
    assert (report.problems, report.orphans) == ((), 0)
    assert vault.find("later") == []


def test_a_name_that_stands_in_older_revisions_only(vault, person, put):
    """What was corrected long ago names the purged person as well."""
    record = person("Bolat Example")
    event = put("event", narrative="They took Bolat Example.")
    vault.put(continued(vault.get(event), (Claim("narrative", "They took somebody."),)))
    vault.remove(record, purge=True)
    assert not any("Bolat" in text for text in texts(vault, event))
    assert vault.get(event).values("narrative") == ["They took somebody."]
    assert vault.check().problems == ()


def test_a_name_that_the_record_had_once(vault, person, put):
    record = person("Bolat Example")
    event = put("event", narrative="They took Bolat Example.")
    vault.put(continued(vault.get(record), (Claim("name", {"text": "Serik Sample", "kind": "birth"}),)))
    vault.remove(record, purge=True)
    assert not any("Bolat" in text for text in texts(vault, event))


def test_tombstones_are_masked_too(vault, person, put):
    record = person("Bolat Example")
    event = put("event", narrative="They took Bolat Example.")
    vault.remove(event)
    vault.remove(record, purge=True)
    assert vault.get(event).removed
    assert not any("Bolat" in text for text in texts(vault, event))


def test_a_relatives_family_name_stays(vault, person, put):
    record = person("Bolat Examplov")
    relative = person("Aigul Examplov")
    event = put("event", narrative="They took Bolat Examplov; Aigul Examplov saw it.")
    vault.remove(record, purge=True)
    [text] = vault.get(event).values("narrative")
    assert "Bolat" not in text
    assert "Aigul Examplov saw it" in text
    assert vault.get(relative).values("name")[0]["text"] == "Aigul Examplov"


def test_links_stay_and_show_that_it_is_gone(vault, person, put):
    record = person("Bolat Example")
    event = put("event", person=record, narrative="Nothing.")
    sourced = put("event", Claim("narrative", "As told.", source=record))
    done = vault.remove(record, purge=True)
    assert {(mention.record_id, mention.field, mention.link) for mention in done.mentions} == {
        (event, "person", True),
        (sourced, "narrative", True),
    }
    assert vault.get(event).links("person") == [record]
    with pytest.raises(NotFoundError, match="purged"):
        vault.get(record)
    assert vault.check().problems == ()


def test_a_purged_document_takes_its_file_along(vault, person):
    record = person("Bolat Example")
    document = vault.attach(record, io.BytesIO(bytes(3 << 20)), "Bolat Example.jpg")
    vault.remove(document.record_id, purge=True)
    report = vault.check()
    assert (report.problems, report.orphans, report.attachments) == ((), 0, 0)
    assert vault.status().bytes < 100_000
    assert vault.get(record)


def test_a_file_name_is_masked(vault, person, tmp_path):
    record = person("Bolat Example")
    other = person("Serik Sample")
    document = vault.attach(other, io.BytesIO(b"the bytes stay"), "Bolat Example 2017.jpg")
    vault.remove(record, purge=True)
    assert not any("Bolat" in text for text in texts(vault, document.record_id))
    [path] = vault.extract(document.record_id, tmp_path)
    assert path.read_bytes() == b"the bytes stay"
    assert vault.check().problems == ()


def test_many_purges_between_many_writes(vault, put):
    """Segments are rewritten and merged meanwhile; the marks stay."""
    records = [put("event", narrative=f"number {number}") for number in range(40)]
    for record in records[::2]:
        vault.remove(record, purge=True)
    vault.put_many(Draft("event", (Claim("narrative", "more"),)) for _ in range(70))
    for record in records[::2]:
        with pytest.raises(NotFoundError):
            vault.get(record)
        with pytest.raises(RevisionConflictError):
            vault.put(Draft("event", (), record_id=record))
    assert [vault.get(record).values("narrative") for record in records[1::2]] == [
        [f"number {number}"] for number in range(1, 40, 2)
    ]
    assert vault.check().problems == ()


def test_pseudonyms_of_a_purged_record_are_forgotten(vault, person):
    record = person("Bolat Example")
    with vault._session.writing() as commit:
        pseudonyms = Pseudonyms()
        pseudonyms.token("the lawyer", record, "person", os.urandom)
        commit.set_setting("pseudonyms", pseudonyms.plain())
    vault.remove(record, purge=True)
    with vault._session.reading() as (objects, _):
        assert not vault._session.setting(objects, "pseudonyms")
