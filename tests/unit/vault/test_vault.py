"""Records through an open vault: writing, reading, resolving, times, removing. All people are invented."""

import io

import pytest

from vault import keys
from vault.errors import (
    AmbiguousIdError,
    LockedError,
    NotFoundError,
    RecordError,
    RevisionConflictError,
    UnlockError,
    UnsafePathError,
    UnsupportedVersionError,
)
from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.core import continued

PASSPHRASE = "kettle-orbit-velvet-mango-thirty-drum"


def note(text):
    return Draft("person", (Claim("notes", text),))


def test_create_overwrites_nothing(path, tmp_path):
    path.write_bytes(b"something is here")
    for taken in (path, tmp_path):
        with pytest.raises(UnsafePathError):
            Vault.create(taken, PASSPHRASE, profile=KdfProfile.TEST)
    assert path.read_bytes() == b"something is here"


@pytest.mark.parametrize("passphrase", ["", "a\nb", "\ud800", "x" * 1025, "\U000e0fff"])
def test_create_refuses_unusable_passphrases_and_leaves_no_file(path, passphrase):
    with pytest.raises(UnlockError):
        Vault.create(path, passphrase, profile=KdfProfile.TEST)
    assert not path.exists()


def test_the_profile_of_the_tests_opens_only_on_request(vault, path):
    with pytest.raises(UnsupportedVersionError):
        Vault.open(path, Passphrase(PASSPHRASE))


def test_there_is_no_such_vault(tmp_path):
    with pytest.raises(UnlockError):
        Vault.open(tmp_path / "none.vault", Passphrase(PASSPHRASE))


@pytest.mark.parametrize("typed", [PASSPHRASE, "ｋettle-orbit-velvet-mango-thirty-drum"])
def test_another_spelling_of_the_same_letters_opens(vault, reopen, typed):
    assert reopen(typed).status().epoch == 1


def test_a_closed_vault_gives_nothing(vault):
    vault.put(note("x"))
    vault.close()
    vault.close()
    steps = [
        vault.status,
        lambda: list(vault.records()),
        lambda: vault.put(note("y")),
        lambda: vault.find("x"),
        vault.keys.list,
        vault.check,
    ]
    for step in steps:
        with pytest.raises(LockedError):
            step()
    assert "kettle" not in repr(vars(vault))


def test_put_gives_the_revisions_as_they_stand(vault, clock):
    drafts = [note(f"number {number}") for number in range(3)]
    written = vault.put(*drafts)
    assert [revision.values("notes") for revision in written] == [["number 0"], ["number 1"], ["number 2"]]
    assert {revision.time for revision in written} == {clock.now}
    assert {claim.recorded_at for revision in written for claim in revision.claims} == {clock.now}
    for revision in written:
        assert vault.get(revision.record_id) == revision
        assert vault.get(revision.record_id.hex()) == revision
    assert len({revision.seed for revision in written}) == 3


def test_a_recorded_time_that_is_given_is_kept(vault):
    [revision] = vault.put(Draft("person", (Claim("notes", "x", recorded_at=5),)))
    assert vault.get(revision.record_id).claims[0].recorded_at == 5


def test_ids_by_their_first_digits(vault):
    vault.put(
        Draft("person", (), record_id=bytes.fromhex("aa" * 16)),
        Draft("person", (), record_id=bytes.fromhex("ab" * 16)),
    )
    assert vault.resolve("aa") == bytes.fromhex("aa" * 16)
    assert vault.resolve("AB" * 16) == bytes.fromhex("ab" * 16)
    with pytest.raises(AmbiguousIdError) as caught:
        vault.get("a")
    assert (caught.value.prefix, caught.value.count) == ("a", 2)
    for wrong in ("ac", "", "xyz", "aa" * 17, "a a", bytes(16), b"short"):
        with pytest.raises(NotFoundError):
            vault.get(wrong)


def test_a_change_follows_the_newest_revision(vault):
    [first] = vault.put(note("one"))
    [second] = vault.put(continued(first, (Claim("notes", "two"),)))
    assert second.parents == (first.id,)
    with pytest.raises(RevisionConflictError):
        vault.put(continued(first, (Claim("notes", "three"),)))
    with pytest.raises(RevisionConflictError):
        vault.put(Draft("person", (), record_id=first.record_id))
    with pytest.raises(RecordError):
        vault.put(Draft("person", (), record_id=bytes(16), parents=(bytes(32),)))
    draft = continued(second, (Claim("notes", "three"),))
    with pytest.raises(RevisionConflictError):
        vault.put(draft, draft)
    assert [revision.values("notes") for revision in vault.history(first.record_id)] == [["one"], ["two"]]


def test_a_bulk_load_counts_and_is_one_commit(vault):
    told = []
    assert vault.put_many((note(f"{number}") for number in range(25)), progress=told.append) == 25
    assert told == list(range(1, 26))
    assert vault.status().epoch == 2
    assert vault.disclosures.log()[-1].facts == {"kinds": {"person": 25}}


def test_a_bulk_load_that_fails_leaves_nothing(vault, path):
    def drafts():
        yield note("one")
        yield Draft("person", (Claim("notes", 1.5),))

    before = vault.status()
    with pytest.raises(RecordError):
        vault.put_many(drafts())
    assert vault.status() == before
    assert vault.check().orphans == 0


def test_as_of_a_date(vault, clock):
    clock.now = 1_577_836_800  # 2020-01-01
    [first] = vault.put(note("one"))
    clock.now = 1_609_459_200  # 2021-01-01
    vault.put(continued(first, (Claim("notes", "two"),)))
    record = first.record_id
    for day, text in {"2020-01-01": "one", "2020-12-31": "one", "2020": "one", "2021-01": "two", "2050": "two"}.items():
        assert vault.get(record, as_of=day).values("notes") == [text]
    with pytest.raises(NotFoundError):
        vault.get(record, as_of="2019-12-31")
    with pytest.raises(RecordError):
        vault.get(record, as_of="yesterday")


@pytest.mark.parametrize("now", [0, -86_400, 4_102_444_800])
def test_a_clock_that_is_wrong_orders_nothing(vault, clock, now):
    [first] = vault.put(note("one"))
    clock.now = now
    [second] = vault.put(continued(first, (Claim("notes", "two"),)))
    assert vault.get(first.record_id) == second
    assert [entry.epoch for entry in vault.disclosures.log()] == [1, 2, 3]


def test_records_by_kind_newest_first_and_removed_apart(vault):
    ids = [vault.put(Draft(kind, ()))[0].record_id for kind in ("person", "event", "person")]
    assert [revision.record_id for revision in vault.records()] == ids[::-1]
    assert [revision.record_id for revision in vault.records("person")] == [ids[2], ids[0]]
    done = vault.remove(ids[0])
    assert (done.purged, done.objects, done.mentions) == (False, 0, ())
    assert [revision.record_id for revision in vault.records("person")] == [ids[2]]
    assert [revision.record_id for revision in vault.records(removed=True)] == [ids[0]]
    assert vault.get(ids[0]).removed
    assert vault.status().counts == {"event": 1, "person": 1}
    assert vault.status().removed == 1


def test_a_removed_record_is_not_found_and_can_come_back(vault, person):
    record = person("Bolat Example")
    assert len(vault.find("bolat")) == 1
    vault.remove(record)
    assert vault.find("bolat") == []
    removed = vault.get(record)
    assert removed.values("name"), "a tombstone keeps its values, so that they stay withheld"
    vault.put(continued(removed, removed.claims))
    assert len(vault.find("bolat")) == 1


def test_unknown_fields_are_kept(vault):
    [first] = vault.put(Draft("person", (Claim("notes", "x", extra={99: ["kept"]}),), extra={77: b"too"}))
    [second] = vault.put(continued(first, first.claims))
    assert second.extra == {77: b"too"}
    assert second.claims[0].extra == {99: ["kept"]}
    vault.remove(first.record_id)
    assert vault.get(first.record_id).extra == {77: b"too"}


def test_status_tells_what_there_is(vault, path):
    vault.put(note("x"))
    status = vault.status()
    assert status.epoch == 2
    assert status.checkpoint.startswith("2-")
    assert len(status.fingerprint.split()) == 6
    assert len(status.vault_code) == 8
    assert status.kdf_profile == KdfProfile.TEST.number
    assert (status.generations, status.last_check, status.backups) == (1, None, [])
    assert [(slot.index, slot.kind, slot.label) for slot in status.keyslots] == [(0, "passphrase", "first passphrase")]
    assert status.bytes <= path.stat().st_size
    assert vault.status() == status


def test_every_way_in_shows_the_same(vault, path, reopen):
    [revision] = vault.put(note("x"))
    paper = vault.keys.add_paper("paper")
    identity = keys.Identity(bytes(range(32)))
    vault.keys.add_recipient("archive", keys.format_recipient(identity.public_key))
    expected = vault.status()
    for secret in (Passphrase(PASSPHRASE), keys.parse_secret(paper), keys.parse_secret(paper.lower()), identity):
        with Vault.open(path, secret, allow_test_profile=True) as other:
            assert other.get(revision.record_id) == revision
            assert other.status() == expected


def test_an_extraction_that_is_refused_does_not_tell_the_name_in_the_record(vault, person, tmp_path):
    record = person("Bolat Example")
    vault.attach(record, io.BytesIO(b"invented"), "Serik passport.jpg")
    vault.extract(record, tmp_path)
    with pytest.raises(UnsafePathError) as caught:
        vault.extract(record, tmp_path)
    assert "Serik" not in str(caught.value)
