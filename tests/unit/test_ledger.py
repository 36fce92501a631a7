"""The log's chain and the ledger in it. All ids, recipients and people here are invented."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import codec, ledger
from vault.errors import FormatError, IntegrityError, VaultError
from vault.ledger import DISCLOSED, MERGED, Fact, Handover, LogEntry


def rid(number):
    return bytes([number]) * 16


def chain(*actions):
    entries = []
    for epoch, action in enumerate(actions, 1):
        parents = (entries[-1].digest(),) if entries else ()
        if action == MERGED:
            parents += (bytes(32),)
        entries.append(LogEntry(epoch, parents, b"dev", 1700000000 + epoch, action, {"record": rid(epoch)}))
    return entries


def fact(person, field="person.name", outcome="value", *, role="detainee", inside=True, claim=0, record=None):
    return Fact(person and rid(person), record or rid(person or 99), bytes(8), claim, field, role, inside, outcome)


def handover(recipient="desk", seal=1, **more):
    return Handover(
        recipient=recipient,
        fingerprint="six invented words",
        audience=more.pop("audience", "lawyer"),
        onward=more.pop("onward", ()),
        purpose="legal",
        policy="lawyer",
        policy_digest=bytes(32),
        bag_sha256=bytes([seal]) * 32,
        sealed_sha256=bytes([seal + 100]) * 32,
        **more,
    )


def log(*handovers):
    entries = []
    for one in handovers:
        for part in one.parts():
            parents = (entries[-1].digest(),) if entries else ()
            entries.append(LogEntry(len(entries) + 1, parents, b"dev", 5, DISCLOSED, part))
    return entries


def test_an_entry_reads_back_as_it_was_written():
    entry = chain("put", "merged")[1]
    again = ledger.decode_entry(entry.encode())
    assert again == entry
    assert again.digest() == entry.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": 0},
        {"epoch": True},
        {"parents": (b"short",)},
        {"parents": (bytes(32),) * 3},
        {"heads": (bytes(31),)},
        {"device": bytes(33)},
        {"device": "text"},
        {"time": None},
        {"action": "Not A Word"},
        {"action": ""},
        {"facts": {1: 2}},
        {"facts": {"x": 1.5}},
    ],
)
def test_a_wrong_entry_is_refused_when_written(change):
    with pytest.raises(FormatError):
        replace(chain("put")[0], **change).encode()


@given(st.binary(max_size=200))
def test_any_bytes_give_an_entry_or_a_refusal(data):
    try:
        entry = ledger.decode_entry(data)
    except VaultError:
        return
    assert entry.encode() == data


@pytest.mark.parametrize("key", range(7))
def test_a_missing_or_wrong_part_is_refused(key):
    tree = codec.decode(chain("put")[0].encode())
    for changed in ({**tree, key: {}} if key != 6 else {**tree, 6: []}, {k: v for k, v in tree.items() if k != key}):
        with pytest.raises(FormatError):
            ledger.decode_entry(codec.encode(changed))


def test_a_whole_log_holds_and_gives_its_end():
    entries = chain("put", "put", "merged", "put")
    assert ledger.verify_chain(entries) == entries[-1].digest()
    assert ledger.verify_chain([]) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: log[1:],
        lambda log: log[:1] + log[2:],
        lambda log: [log[1], log[0], *log[2:]],
        lambda log: [replace(log[0], time=1), *log[1:]],
        lambda log: [*log[:2], replace(log[2], facts={"record": rid(77)}), *log[3:]],
        lambda log: [*log, log[-1]],
        lambda log: [*log, replace(chain("put")[0], epoch=9, parents=(log[-1].digest(), bytes(32)))],
        lambda log: [*log, replace(chain("put")[0], epoch=1, parents=(log[-1].digest(),))],
    ],
)
def test_a_cut_moved_or_changed_log_is_refused(spoil):
    with pytest.raises(IntegrityError):
        ledger.verify_chain(spoil(chain("put", "put", "put", "put")))


def test_a_handover_reads_back_from_its_entry():
    facts = (
        fact(1),
        fact(1, "person.birth", "coarsened", claim=1),
        fact(2, outcome="pseudonym", role="relative", inside=False),
        fact(None, "action.to", role="case"),
    )
    one = handover(facts=facts, consents=(rid(8), rid(7), rid(8)), gate={"findings": 0}, onward=("state",))
    (entry,) = log(one)
    again = ledger.read_handover(ledger.decode_entry(entry.encode()))
    assert set(again.facts) == set(facts)
    assert again.consents == (rid(7), rid(8))
    assert (again.epoch, again.time, again.onward, again.gate) == (1, 5, ("state",), {"findings": 0})


def test_a_large_handover_is_spread_and_joined_again():
    facts = tuple(
        Fact(number.to_bytes(16), number.to_bytes(16), bytes(8), claim, f"person.f{claim}", "detainee", True, "value")
        for number in range(1, 400)
        for claim in range(6)
    )
    parts = handover(facts=facts, consents=(rid(1),)).parts(max_bytes=4096)
    assert len(parts) > 3
    entries = [LogEntry(1, (), b"d", 0, DISCLOSED, part) for part in parts]
    assert max(len(entry.encode()) for entry in entries) < 8192
    (joined,) = ledger.handovers(entries)
    assert set(joined.facts) == set(facts)
    assert joined.consents == (rid(1),)


@pytest.mark.parametrize(
    "spoil",
    [
        {"recipient": 1},
        {"policy_digest": bytes(31)},
        {"onward": "state"},
        {"consents": ["x"]},
        {"gate": []},
        {"fields": [1]},
        {"rows": [[]]},
        {"rows": [[rid(1), rid(1), bytes(8), 0, True, [0, 0]]]},
        {"rows": [[rid(1), rid(1), bytes(8), 0, True, [0, 9, 0]]]},
        {"rows": [[rid(1), rid(1), bytes(8), -1, True, [0, 0, 0]]]},
        {"rows": [[rid(1), rid(1), bytes(8), 0, True, [0, 0, 4]]]},
        {"rows": [[rid(1), rid(1), bytes(8), 0, True, [-1, 0, 0]]]},
        {"rows": [[rid(1), rid(1), bytes(8), 0, 1, [0, 0, 0]]]},
    ],
)
def test_spoiled_facts_are_refused_not_guessed(spoil):
    (entry,) = log(handover(facts=(fact(1),)))
    with pytest.raises(FormatError):
        ledger.read_handover(replace(entry, facts={**entry.facts, **spoil}))
    with pytest.raises(FormatError):
        ledger.read_handover(replace(entry, action="put"))


def test_handovers_are_found_by_recipient_and_by_the_hash_of_a_file():
    entries = log(handover("desk", 1), handover("press-office", 2), handover("desk", 3))
    assert [one.bag_sha256[0] for one in ledger.handovers(entries, recipients={"desk"})] == [1, 3]
    assert [one.recipient for one in ledger.handovers(entries, bundle=bytes([102]) * 4)] == ["press-office"]
    assert ledger.handovers(entries, bundle=bytes([9]) * 32) == []
    with pytest.raises(ValueError, match="4 bytes"):
        ledger.handovers(entries, bundle=b"\1")


def test_names_that_share_a_key_are_one_recipient():
    entries = log(handover("desk", 1), replace(handover("other", 2), fingerprint="other words"), handover("third", 3))
    assert ledger.same_hands(entries, {}, "desk") == {"desk", "third"}
    assert ledger.same_hands(entries, {}, "other") == {"other"}
    book = {"other": "six invented words", "new": "other words", "telephone": ""}
    # The other one has the first one's key by now; whoever opens it with that key may have had both.
    assert ledger.same_hands(entries, book, "new") == {"new", "other", "desk", "third"}
    assert ledger.same_hands(entries, book, "telephone") == {"telephone"}
    by_words = [replace(handover(name, seal), fingerprint="") for seal, name in enumerate("ab", 1)]
    assert ledger.same_hands(log(*by_words), {}, "a") == {"a"}


def test_bundles_that_were_asked_back_are_known():
    entries = [
        LogEntry(1, (), b"", 7, ledger.RECALLED, {"bundles": [bytes(32), b"x" * 32]}),
        LogEntry(2, (), b"", 9, ledger.RECALLED, {"bundles": [bytes(32)]}),
    ]
    assert ledger.asked_back(entries) == {bytes(32): 7, b"x" * 32: 7}
    with pytest.raises(FormatError):
        ledger.asked_back([replace(entries[0], facts={"bundles": ["x"]})])


def test_a_form_reads_back_beside_its_field():
    facts = (
        replace(fact(1, "event.when", "coarsened"), form="date quarter"),
        replace(fact(1, "event.narrative", claim=1), form="masked"),
        fact(1, "event.when", claim=2),
    )
    (entry,) = log(handover(facts=facts, round=3))
    again = ledger.read_handover(entry)
    assert set(again.facts) == set(facts)
    assert again.round == 3
    assert ledger.read_handover(log(handover())[0]).round == 0
    for wrong in (-1, True, "1"):
        with pytest.raises(FormatError):
            ledger.read_handover(replace(entry, facts={**entry.facts, "round": wrong}))


def test_a_ledger_with_a_part_missing_is_not_whole():
    facts = tuple(fact(number, claim=claim) for number in range(1, 60) for claim in range(4))
    parts = handover(facts=facts).parts(max_bytes=512)
    assert len(parts) > 2

    def written(some):
        entries = []
        for part in some:
            parents = (entries[-1].digest(),) if entries else ()
            entries.append(LogEntry(1, parents, b"dev", 5, DISCLOSED, part))
        return entries

    whole = ledger.verify(written(parts))
    assert (whole.entries, whole.bundles, whole.incomplete) == (len(parts), 1, ())
    for some in (parts[1:], parts[:-1], [parts[0], *parts[2:]], [*parts, parts[0]]):
        found = ledger.verify(written(some))
        assert found.incomplete == (handover().digest,)
    with pytest.raises(IntegrityError):
        ledger.verify(written(parts)[1:])
    assert handover().digest == bytes([101]) * 32
    assert replace(handover(), sealed_sha256=bytes(32)).digest == bytes([1]) * 32


def test_recall_lists_who_holds_what_by_consent():
    entries = log(
        handover("desk", 1, consents=(rid(7),)), handover("group", 2, consents=(rid(8), rid(7)), onward=("state",))
    )
    assert [(one.recipient, one.onward) for one in ledger.recall(entries, rid(7))] == [
        ("desk", ()),
        ("group", ("state",)),
    ]
    assert [one.recipient for one in ledger.recall(entries, rid(8))] == ["group"]
    assert ledger.recall(entries, rid(9)) == []
