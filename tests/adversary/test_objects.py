"""Attacks on sealed objects: swapped, put back, brought from elsewhere, and crafted by somebody who holds the keys.

A holder's forgery is sealed rightly with the rooms of the library, so that only the form of what is inside, or what it
is named as, can be wrong. All records are invented.
"""

import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgpack
import pytest

from vault import codec, sealing
from vault.errors import IntegrityError, LimitError, VaultError
from vault.index import Builder, document_of
from vault.keys import KEYRING_BYTES, MAX_GENERATIONS
from vault.objects import Head, Kind, Ref, object_id, object_name
from vault.records import Claim, Draft, Revision, Schemas
from vault.redact import Recipient
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.core import continued

FIRST = "kettle-orbit-velvet-mango-thirty-drum"
SECOND = "lantern-copper-drift-anchor-willow-nine"


REFUSED = ("IntegrityError", "MissingObjectError")


def refused(victim: Any, expected: list[bytes]) -> bool:
    """Tell whether a check finds the damage, and reading is refused for integrity or does not meet it."""
    outcome = victim.outcome()
    return (outcome in REFUSED or outcome == expected) and victim.checked() != []


# -- Attacks 13, 14, 15 -----------------------------------------------------------------------------------------------


def test_each_deleted_object_is_noticed(small, small_content):
    """Attack 13: whichever object is deleted, a check names the loss, and no wrong content is shown."""
    for found, body in small.objects().items():
        small.store({found: None})
        assert refused(small, small_content), found
        small.store({found: body})
    assert small.checked() == []


def test_swapped_and_duplicated_objects_are_refused(small, small_content):
    """Attack 13: the bytes of any object under the id of another, one-sided and both ways."""
    objects = small.objects()
    ids = list(objects)
    for place, one in enumerate(ids):
        other = ids[place - 1]
        small.store({one: objects[other]})
        assert refused(small, small_content), (one, other)
        small.store({other: objects[one]})
        assert refused(small, small_content), (one, other)
        small.store({one: objects[one], other: objects[other]})
    assert small.checked() == []


def test_swapped_objects_of_the_large_vault_are_refused(victim, deep):
    """Attack 13: pairs of one size, of which the attacker cannot tell what they are."""
    size = deep("swaps", 12, 400)
    source, objects = size.random(), victim.objects()
    sizes: dict[int, list[int]] = {}
    for found, body in objects.items():
        sizes.setdefault(len(body), []).append(found)
    groups = [group for group in sizes.values() if len(group) > 1]
    for _ in range(size):
        one, other = source.sample(source.choice(groups), 2)
        victim.store({one: objects[other], other: objects[one]})
        assert victim.checked() != []
        assert isinstance(victim.outcome(), str)
        victim.store({one: objects[one], other: objects[other]})
    assert victim.checked() == []


def test_objects_with_ids_repaired_by_the_attacker(small, small_content):
    """Attack 13: changed bytes under the id that they name, and under the old one; a copy under a free id."""
    objects = small.objects()
    for found, body in objects.items():
        changed = bytes([*body[:-1], body[-1] ^ 1])
        repaired = object_id(object_name(changed))
        small.store({found: None, repaired: changed})
        assert refused(small, small_content)
        small.store({repaired: None, found: body, 7: body})
        assert small.outcome() == small_content
        small.store({7: None})


@pytest.fixture
def older(small) -> tuple[Any, dict[int, bytes]]:
    """Give the small vault after many changes, and the objects it had before."""
    before = small.objects()
    with small.open() as vault:
        for record in small.records[:4]:
            revision = vault.get(record)
            vault.put(continued(revision, (*revision.claims, Claim("notes", "later"))))
        vault.disclosures.put_recipient(Recipient("another", "press", (), None, ""))
    return small, before


def test_one_objects_older_bytes(older):
    """Attack 14: every object that is new, replaced by each older one of its size that a copy of the file gives."""
    small, before = older
    expected = small.outcome()
    now = small.objects()
    assert small.checked() == []
    tried = 0
    for found in now.keys() - before.keys():
        for body in before.values():
            if len(body) == len(now[found]):
                small.store({found: body})
                assert refused(small, expected)
                tried += 1
        small.store({found: now[found]})
    assert tried > 20
    assert small.checked() == []


def test_older_objects_added_again_change_nothing(older):
    """Attack 14: all objects of the older copy beside the present ones: what is deleted stays deleted."""
    small, before = older
    expected = small.outcome()
    gone = {found: body for found, body in before.items() if found not in small.objects()}
    assert gone
    small.store(gone)
    assert small.outcome() == expected
    assert small.checked() == []


@pytest.fixture
def other(small, tmp_path) -> Any:
    """Give another vault with the same passphrase and the same records."""
    path = tmp_path / "other.vault"
    with Vault.create(path, FIRST, profile=KdfProfile.TEST) as vault, small.open(read_only=True) as first:
        vault.put_many(
            Draft(revision.kind, revision.claims, record_id=revision.record_id) for revision in first.records()
        )
        vault.keys.add_passphrase("second passphrase", SECOND)
    return replace(small, path=path)


def test_an_object_of_another_vault(small, small_content, other):
    """Attack 15: an object of another vault with the same passphrase under each id: refused."""
    objects = small.objects()
    for found, body in objects.items():
        for foreign in other.objects().values():
            if len(foreign) == len(body):
                small.store({found: foreign})
                assert refused(small, small_content)
                break
        small.store({found: body})


@pytest.mark.parametrize("table", ["header", "head"])
@pytest.mark.parametrize("copies", [(0,), (1,), (0, 1)], ids=["first", "second", "both"])
def test_header_and_head_of_another_vault(small, small_content, other, table, copies):
    """Attack 15: in one copy the other one is used; in both nothing is shown."""
    own, foreign = small.copies(table)[0], other.copies(table)[0]
    small.set_copies(table, *(foreign if place in copies else own for place in (0, 1)))
    outcome = small.outcome()
    if copies == (0, 1):
        assert outcome in {"IntegrityError", "UnlockError"}
    else:
        assert outcome == small_content


def test_a_slot_of_another_vault(small, other):
    """Attack 15: each slot, and the vault id and salt with them, taken from another vault: nothing opens."""
    own, foreign = small.copies("header")[0], other.copies("header")[0]
    for index in range(8):
        start = 64 + 1272 * index
        small.set_copies("header", own[:start] + foreign[start : start + 1272] + own[start + 1272 :])
        assert small.outcome() == "UnlockError"
    small.set_copies("header", foreign[:64] + own[64:])
    assert small.outcome() == "UnlockError"
    small.set_copies("header", own[:64] + foreign[64:-32] + own[-32:])
    assert small.outcome() == "UnlockError"


# -- Attacks 16 and 17 ------------------------------------------------------------------------------------------------


def places(state: Any) -> Iterator[tuple[str, Kind, Callable[[Ref], dict[str, Any]]]]:
    """Give each place of the head where an object is named: its name, its kind, and how to name another one there."""

    def segment(ref: Ref) -> dict[str, Any]:
        first, *rest = state.head.segments
        return {"segments": ([first[0], *ref.plain(), *first[3:]], *rest)}

    yield "segment", Kind.SEGMENT, segment
    yield "settings", Kind.SETTING, lambda ref: {"settings": ref}
    yield "log", Kind.LOG, lambda ref: {"log_batches": (ref,)}
    yield "keyring", Kind.KEYRING, lambda ref: {"keyring": ref}


def own_payload(victim: Any, state: Any, kind: Kind) -> bytes:
    """Give a payload that is right for a kind."""
    with victim.open(read_only=True) as vault, vault._session.reading() as (objects, _):
        match kind:
            case Kind.SEGMENT:
                return objects.get(kind, Ref.from_plain(state.head.segments[0][1:3]))
            case Kind.SETTING:
                return objects.get(kind, state.head.settings)
            case Kind.KEYRING:
                return state.keyring.encode()
    return codec.encode({0: [], 1: list(state.head.log)})


@pytest.mark.parametrize("place", range(4))
def test_a_file_crafted_to_look_like_another_object(small, place):
    """Attack 16: a witness sends a file that is byte for byte a right segment, setting, log or keyring.

    Its chunk is authentic. Whoever puts it under the id of the true object, or even names it in a head made with the
    keys, gets nothing: it is a chunk.
    """
    state = small.state()
    name, kind, change = list(places(state))[place]
    payload = own_payload(small, state, kind)
    before = small.objects()
    with small.open() as vault:
        vault.attach(small.records[0], io.BytesIO(payload), "photo.jpg")
    state, small_content = small.state(), small.outcome()
    new = {found: body for found, body in small.objects().items() if found not in before}
    [crafted] = [body for body in new.values() if opens_as_chunk(state, body, payload)]
    for found, body in small.objects().items():
        if len(body) == len(crafted) and body != crafted:
            small.store({found: crafted})
            assert refused(small, small_content), name
            small.store({found: body})
    change = list(places(state))[place][2]
    small.forge(state, **change(Ref(object_name(crafted), state.keyring.generation)))
    assert refused(small, small_content), name


def opens_as_chunk(state: Any, body: bytes, payload: bytes) -> bool:
    try:
        return state.sealers[1].open(b"att", body) == payload
    except IntegrityError:
        return False


@pytest.mark.parametrize("place", range(4))
def test_authentic_objects_of_another_kind(small, small_content, place):
    """Attack 16: every object there is, named by a rightly sealed head where another kind is read."""
    state = small.state()
    _, kind, change = list(places(state))[place]
    head = small.copies("head")[0]
    tried = 0
    for found, body in small.objects().items():
        ref = Ref(object_name(body), 1)
        if opens(state, kind, body) or found == object_id(state.head.keyring.name):
            continue
        small.forge(state, **change(ref))
        assert refused(small, small_content)
        tried += 1
    assert tried > 10
    small.set_copies("head", head)
    assert small.checked() == []


def opens(state: Any, kind: Kind, body: bytes) -> bool:
    try:
        state.sealers[1].open(kind.value, body)
    except IntegrityError:
        return False
    return True


def test_the_head_of_a_record_text(small):
    """Attack 16: a record's sealed bytes, and a head sealed as another kind, in the place of the head."""
    state = small.state()
    payload = state.head.encode()
    for sealed in (
        *small.objects().values(),
        *(state.sealers[0].seal(kind.value, payload) for kind in Kind if kind != b"hed"),
    ):
        small.set_copies("head", sealed)
        assert small.outcome() == "IntegrityError"


def test_wrong_generations(small, small_content):
    """Attack 17: a name with another generation, one that there is no key for, and one beyond a byte."""
    state = small.state()
    for _, kind, change in places(state):
        payload = own_payload(small, state, kind)
        ref = small.plant(state, kind, payload)
        for generation in {0, 1, 2, 64, 255} - {ref.generation}:
            small.forge(state, **change(Ref(ref.name, generation)))
            assert refused(small, small_content)
        for beyond in (256, 1 << 62, -1):
            small.forge(state, **change(Ref(ref.name, beyond)))
            assert refused(small, small_content)
        small.forge(state)


def test_a_65th_generation_is_refused(tmp_path):
    """Attack 17: after 64 generations keys are changed no more, all records still open, and nothing is lost."""
    path = tmp_path / "cases.vault"
    with Vault.create(path, FIRST, profile=KdfProfile.TEST) as vault:
        for generation in range(1, MAX_GENERATIONS + 1):
            vault.put(Draft("person", (Claim("notes", f"of generation {generation}"),)))
            if generation < MAX_GENERATIONS:
                vault.keys.change("first passphrase", FIRST)
        assert vault.status().generations == MAX_GENERATIONS
        for forbidden in (lambda: vault.keys.change(0, SECOND), lambda: vault.keys.remove(0, last=True)):
            with pytest.raises(LimitError):
                forbidden()
        vault.keys.add_paper("still possible")
        assert len(list(vault.records())) == MAX_GENERATIONS
        assert vault.check().problems == ()


def test_a_keyring_with_65_generations(small):
    """Attack 17: a rightly sealed keyring that holds more generations than the format has."""
    state = small.state()
    many = replace(state.keyring, data_keys=tuple(os.urandom(32) for _ in range(MAX_GENERATIONS + 1)))
    small.forge(state, keyring=small.plant(state, Kind.KEYRING, many.encode()))
    assert small.outcome() == "IntegrityError"


# -- Attack 19 --------------------------------------------------------------------------------------------------------


def frames(payload: bytes) -> Iterator[tuple[str, bytes]]:
    """Give frames that are not made by the rule, for a payload."""
    size = sealing.padded_frame_bytes(len(payload))
    good = (len(payload).to_bytes(4) + payload).ljust(size, b"\0")
    if len(good) > len(payload) + 4:
        yield "a byte of the padding set", good[:-1] + b"\1"
        yield "the first byte of the padding set", good[: 4 + len(payload)] + b"\1" + good[5 + len(payload) :]
    classes = [size - sealing.OVERHEAD_BYTES for size in sealing.SIZE_CLASSES]
    yield "the next class", good.ljust(next((each for each in classes if each > size), size + 4096), b"\0")
    yield "one byte more", good + b"\0"
    yield "a length beyond the frame", (size - 3).to_bytes(4) + good[4:]
    yield "the largest length", b"\xff" * 4 + good[4:]
    yield "no frame", b""
    yield "three bytes", b"\0\0\0"


def test_frames_not_made_by_the_rule(small, small_content):
    """Attack 19: rightly sealed frames with wrong padding, size class or length, as head, keyring, segment, setting."""
    state = small.state()
    head = small.copies("head")[0]
    for _, sealed in wrongly_framed(state, Kind.HEAD, state.head.encode()):
        small.set_copies("head", sealed)
        assert small.outcome() == "IntegrityError"
    small.set_copies("head", head)
    for place, kind, change in places(state):
        for what, sealed in wrongly_framed(state, kind, own_payload(small, state, kind)):
            name = small.plant_raw(sealed)
            small.forge(state, **change(Ref(name, 0 if kind is Kind.KEYRING else 1)))
            assert refused(small, small_content), (place, what)
        small.set_copies("head", head)


def wrongly_framed(state: Any, kind: Kind, payload: bytes) -> Iterator[tuple[str, bytes]]:
    sealer = state.sealers[0 if kind in {Kind.HEAD, Kind.KEYRING} else 1]
    for what, frame in frames(payload):
        yield what, sealer._finish(kind.value, frame, os.urandom(24), sealer._context(kind.value))


# -- Attack 51 --------------------------------------------------------------------------------------------------------

DEEP = 100_000
BOMBS = {
    "nothing": b"",
    "nil": b"\xc0",
    "a number": b"\x05",
    "text": b"\xa3abc",
    "an empty list": b"\x90",
    "an empty map": b"\x80",
    "a list of nine": b"\x99" + b"\x01" * 9,
    "a list of ten lists": b"\x9a" + b"\x90" * 10,
    "nested lists": b"\x91" * DEEP + b"\xc0",
    "nested maps": b"\x81\x00" * DEEP + b"\xc0",
    "nested a little too deep": b"\x91" * 17 + b"\xc0",
    "a list that says it is huge": b"\xdd\xff\xff\xff\xff",
    "a map that says it is huge": b"\xdf\xff\xff\xff\xff",
    "bytes that say they are huge": b"\xc6\xff\xff\xff\xff",
    "text that says it is huge": b"\xdb\xff\xff\xff\xff",
    "a list of many": b"\xdd" + (1 << 15).to_bytes(4) + b"\xc0" * (1 << 15),
    "a list of many maps": b"\xdd" + (1 << 15).to_bytes(4) + b"\x80" * (1 << 15),
    "a list of many texts": b"\xdd" + (1 << 15).to_bytes(4) + b"\xa0" * (1 << 15),
    "larger than may be": b"\xc6" + (1 << 20).to_bytes(4) + bytes(1 << 20),
    "a key twice": b"\x82\x00\x01\x00\x02",
    "keys in another order": b"\x82\x01\x01\x00\x02",
    "a key that is a list": b"\x81\x90\x01",
    "a key that is negative": b"\x81\xff\x01",
    "a float": b"\x81\x00\xcb" + bytes(8),
    "not a number": b"\x81\x00\xcb\x7f\xf8" + bytes(6),
    "an extension": b"\x81\x00\xd4\x01\x00",
    "a time": b"\x81\x00\xd6\xff" + bytes(4),
    "a longer number than needed": b"\x81\x00\xcc\x01",
    "longer text than needed": b"\x81\x00\xd9\x01a",
    "something after the end": b"\x81\x00\x01\x00",
    "cut off": b"\x82\x00\x01",
    "text that is not UTF-8": b"\x81\x00\xa1\xff",
    "a lone surrogate": b"\x81\x00\xa3\xed\xa0\x80",
    "a number beyond i64": b"\x81\x00\xcf" + b"\xff" * 8,
    "an unused code": b"\xc1",
}
LIMIT = 64 << 20


def exercise(victim: Any, *, all_ways: bool = True) -> set[str]:
    """Open, read, search, check and write; each ends well or with an error of ours, else the test fails."""
    found = set()

    def look(step: Callable[[Vault], object]) -> None:
        try:
            with victim.open() as vault:
                step(vault)
                found.add("done")
        except VaultError as error:
            found.add(type(error).__name__)

    look(lambda vault: [vault.history(revision.record_id) for revision in vault.records()])
    look(lambda vault: (vault.schemas, vault.disclosures.policies()))
    look(lambda vault: (vault.disclosures.recipients(), vault.disclosures.log()))
    look(lambda vault: vault.check())
    # What writes comes last and is undone, so that it meets the forged state and not its own.
    writing: list[Callable[[Vault], object]] = [lambda vault: vault.put(Draft("person", (Claim("notes", "more"),)))]
    if all_ways:
        look(lambda vault: vault.status())
        look(lambda vault: vault.find("aman"))
        writing.append(lambda vault: vault.disclosures.put_recipient(Recipient("x", "press", (), None, "")))
        writing.append(lambda vault: vault.keys.add_paper("one more"))
    whole = victim.path.read_bytes()
    for step in writing:
        look(step)
        victim.path.write_bytes(whole)
    return found


def peak_of(step: Callable[[], Any]) -> int:
    """Measure the most memory in bytes that Python held while doing something."""
    import tracemalloc

    tracemalloc.start()
    try:
        step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_where_the_head_is(small, name):
    """Attack 51: as the head: integrity, within bounded memory."""
    state = small.state()
    small.forge_head(state, BOMBS[name])
    assert small.outcome() == "IntegrityError"
    if len(BOMBS[name]) > 1000:
        assert peak_of(small.outcome) < LIMIT


BOUNDED = """
import resource, sys
from vault.errors import VaultError
from vault.keys import Passphrase
from vault.vault import Vault
from vault.vault.preparing import preparing

with preparing():
    pass  # its thread takes addresses by the hundred megabytes, and next to no memory; so it is not what is measured
with open("/proc/self/statm") as file:
    now = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (200 << 20), resource.getrlimit(resource.RLIMIT_AS)[1]))
try:
    Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True)
except VaultError as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is measured and limited on Linux")
def test_the_largest_bomb(small, child):
    """Attack 51: a mebibyte of empty maps, each a byte on the disk: the worst that the encoding's limits let in."""
    count = (1 << 20) - 5
    small.forge_head(small.state(), b"\xdd" + count.to_bytes(4) + b"\x80" * count)
    assert child(BOUNDED, small.path, FIRST) == "IntegrityError\n"


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_where_an_object_is_named(small, name):
    """Attack 51: as segment, directory of settings, batch of the log, keyring, and as the map inside the keyring."""
    state = small.state()
    for place, kind, change in places(state):
        payload = BOMBS[name]
        if name == "an empty map" and kind is Kind.SETTING:
            continue  # a directory with nothing in it is one
        if kind is Kind.KEYRING and len(payload) < KEYRING_BYTES - 4:
            payload = codec.lp(payload).ljust(KEYRING_BYTES, b"\0")
        small.forge(state, **change(small.plant(state, kind, payload)))
        assert small.checked() != [], place
        assert exercise(small, all_ways=False) <= {"IntegrityError", "done"}, place
        if len(payload) > 20_000:
            assert peak_of(small.checked) < LIMIT, place


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_where_a_setting_is(small, name):
    """Attack 51: as the address book, the map of pseudonyms, a policy, a schema, the list of backups."""
    state = small.state()
    ref = small.plant(state, Kind.SETTING, BOMBS[name])
    for settings in (("recipients", "pseudonyms", "backups"), ("policy/mine",), ("schema/mine",)):
        directory = codec.encode({setting: ref.plain() for setting in settings})
        small.forge(state, settings=small.plant(state, Kind.SETTING, directory))
        assert exercise(small, all_ways=False) <= {
            "IntegrityError",
            "PolicyError",
            "SchemaError",
            "FormatError",
            "LimitError",
            "done",
        }
        assert isinstance(preview(small), str)


def preview(victim: Any) -> str:
    """Make a preview, which reads policies, address book and pseudonyms."""
    from datetime import date

    from vault.redact import Request

    try:
        with victim.open(read_only=True) as vault:
            policy = vault.disclosures.policies()["public"]
            recipient = Recipient("x", policy.audience, (), None, "")
            vault.disclosures.preview(Request(victim.records[:1], policy, recipient, "other", date(2020, 1, 1)))
    except VaultError as error:
        return type(error).__name__
    return "done"


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_where_a_revision_is(small, name):
    """Attack 51: a rightly indexed revision that is none: refused where it is read, named by a check, and no more."""
    record_id = bytes(15) + b"\1"
    with small.open() as vault:
        with vault._session.writing() as commit:
            ref = commit.batch.put(Kind.REVISION, BOMBS[name])
            told = Revision(record_id, "person", (), b"", 1, (Claim("notes", "bomb"),), bytes(32))
            builder = Builder(commit.take_serial())
            builder.add(document_of(told, ref, Schemas.shipped(), commit.epoch))
            commit.segments = (*commit.segments, builder.write(commit.batch).plain())
        for reading in (
            lambda: vault.get(record_id),
            lambda: vault.history(record_id),
            lambda: vault.find("bomb"),
            lambda: list(vault.records()),
            lambda: vault.mentions(small.records[0]),
        ):
            with pytest.raises(IntegrityError):
                reading()
        assert [problem.record_id for problem in vault.check().problems] == [record_id]
        assert vault.get(small.records[0]).record_id == small.records[0]


JUNK: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    300,
    1 << 40,
    (1 << 63) - 1,
    "",
    "x",
    b"",
    b"x" * 16,
    b"x" * 32,
    b"\xff" * 1216,
]
JUNK += [[], [[]], [0], [b"x" * 32, 1], {}, {"a": 1}, {0: 0}, [["a"]], "\n" * 3000, [0] * 5]


def misshapen(tree: Any) -> Iterator[Any]:
    """Give a tree with each part in turn replaced by each piece of junk, taken away, or added to."""
    yield from JUNK
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield {other: part for other, part in tree.items() if other != key}
            yield from ({**tree, key: changed} for changed in misshapen(value))
        yield {**tree, 77: 0, "more": [1]}
    elif isinstance(tree, list) and tree:
        yield tree[:-1]
        yield [*tree, tree[-1]]
        yield from ([*tree[:-1], changed] for changed in misshapen(tree[-1]))


def packed(tree: Any) -> bytes:
    """Encode junk too: integers outside the format's range stay out, the rest is canonical."""
    return msgpack.packb(tree, use_bin_type=True)


@pytest.mark.parametrize("where", ["head", "keyring", "segment", "settings", "log", "entry", "recipients"])
def test_misshapen_parts(small, where, deep):
    """Attack 51: plain data in which one part has a wrong type, length or number, in each place, rightly sealed."""
    size = deep(f"misshapen-{where}", 20, 100_000)
    state = small.state()
    match where:
        case "head":
            tree = codec.decode(state.head.encode())
        case "keyring":
            payload = state.keyring.encode()
            tree = codec.decode(payload[4 : 4 + int.from_bytes(payload[:4])])
        case "segment" | "settings":
            kind = Kind.SEGMENT if where == "segment" else Kind.SETTING
            tree = codec.decode(own_payload(small, state, kind))
        case "log":
            tree = {0: [], 1: list(state.head.log)}
        case "entry":
            tree = codec.decode(state.head.log[-1])
        case "recipients":
            facts = {"audience": "press", "onward": ["un"], "key": None, "fingerprint": ""}
            tree = {"x": {**facts, "expires": "2027-01-31", "confirmed": False}}
    cases = list(misshapen(tree))
    for case in cases if size >= len(cases) else size.random().sample(cases, size):
        data = packed(case)
        forge_at(small, state, where, data)
        allowed = {"IntegrityError", "MissingObjectError", "UnsupportedVersionError", "LimitError", "FormatError"}
        assert exercise(small) <= allowed | {"done", "StaleError", "UnlockError", "SchemaError", "PolicyError"}, case


def forge_at(victim: Any, state: Any, where: str, data: bytes) -> None:
    match where:
        case "head":
            victim.forge_head(state, data)
        case "keyring":
            payload = codec.lp(data).ljust(KEYRING_BYTES, b"\0")
            victim.forge(state, keyring=victim.plant(state, Kind.KEYRING, payload))
        case "segment":
            change = next(places(state))[2]
            victim.forge(state, **change(victim.plant(state, Kind.SEGMENT, data)))
        case "settings":
            victim.forge(state, settings=victim.plant(state, Kind.SETTING, data))
        case "log":
            victim.forge(state, log=(), log_batches=(victim.plant(state, Kind.LOG, data),))
        case "entry":
            victim.forge(state, log=(*state.head.log[:-1], data))
        case "recipients":
            directory = {"recipients": victim.plant(state, Kind.SETTING, data).plain()}
            victim.forge(state, settings=victim.plant(state, Kind.SETTING, codec.encode(directory)))


def test_mutated_segments(victim, deep):
    """Attack 51: rightly sealed segments with changed bytes: refused, or at worst a search that finds less."""
    size = deep("segments", 30, 5000)
    source = size.random()
    state = victim.state()
    payloads = own_payload(victim, state, Kind.SEGMENT)
    for _ in range(size):
        changed = bytearray(payloads)
        for _ in range(source.choice((1, 1, 3, 20))):
            changed[source.randrange(len(changed))] = source.choice((0, 1, 0x7F, 0x80, 0xFF, source.randrange(256)))
        change = next(places(state))[2]
        victim.forge(state, **change(victim.plant(state, Kind.SEGMENT, bytes(changed))))
        allowed = {"IntegrityError", "MissingObjectError", "UnsupportedVersionError", "NotFoundError", "done"}
        assert exercise_reading(victim) <= allowed


def exercise_reading(victim: Any) -> set[str]:
    found = set()
    for step in (
        lambda vault: [vault.history(revision.record_id) for revision in vault.records()],
        lambda vault: vault.find("aman zitro"),
        lambda vault: vault.find("when:2017 kind:event"),
        lambda vault: vault.status(),
    ):
        try:
            with victim.open(read_only=True) as vault:
                step(vault)
                found.add("done")
        except VaultError as error:
            found.add(type(error).__name__)
    return found


def test_a_log_that_branches_a_million_times(small):
    """Attack 51: batches of the log that each name the one before twice: read once each, or refused, never for ever."""
    state = small.state()
    ref = small.plant(state, Kind.LOG, codec.encode({0: [], 1: list(state.head.log)}))
    for _ in range(40):
        ref = small.plant(state, Kind.LOG, codec.encode({0: [ref.plain()] * 2, 1: []}))
    small.forge(state, log=(), log_batches=(ref,))
    assert exercise(small) <= {"IntegrityError", "done"}


def test_lists_of_chunks_that_branch(small, deep):
    """Attack 51: a list of chunks that names one list again and again is read no further than the file is long."""
    state = small.state()
    rounds = deep("branching-chunks", 300, 1 << 14)
    attachment_id = b"a" * 16
    chunk = small.plant(state, Kind.CHUNK, b"")
    body = (chunk.name + b"\1") * rounds
    below = small.plant(state, Kind.CHUNK_LIST, attachment_id + b"\1" + body)
    top = small.plant(state, Kind.CHUNK_LIST, attachment_id + b"\2" + (below.name + b"\1") * rounds)
    value = {"id": attachment_id, "length": 1, "sha256": bytes(32), "chunks": 1, "depth": 2, "name": "x"}
    from vault.index import attachment_of
    from vault.vault.writing import RecordWriter

    with small.open() as vault:
        with vault._session.writing() as commit:
            writer = RecordWriter(commit, Schemas.shipped(), vault._session.cache)
            document = writer.put(Draft("document", (Claim("file", value),)))
            writer.add_document(attachment_of(attachment_id, top, commit.epoch), [])
            writer.finish()
        assert [str(problem) for problem in vault.check().problems]
        with pytest.raises(IntegrityError):
            vault.extract(document.record_id, small.path.parent)


def test_the_head_keeps_what_a_newer_program_wrote(small):
    """Attack 51, the other way: unknown parts of a head are no bomb; they are kept and written back."""
    state = small.state()
    small.forge(state, extra={99: ["kept"]})
    with small.open() as vault:
        vault.put(Draft("person", (Claim("notes", "more"),)))
    assert Head.decode(small.state().head.encode()).extra == {99: ["kept"]}
