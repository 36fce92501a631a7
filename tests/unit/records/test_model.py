"""Revisions, claims and commitments. All persons and facts are invented."""

from __future__ import annotations

import hashlib
import hmac
import pickle
from dataclasses import replace

import msgpack
import pytest

from vault import codec
from vault.errors import FormatError, IntegrityError, LimitError, RecordError, VaultError
from vault.records import (
    Claim,
    Opening,
    Revision,
    claims_root,
    commitments,
    decode_revision,
    id_text,
    link_of,
    opening,
    text_of,
    verify_openings,
)

CLAIMS = (
    Claim(
        "name", {"text": "Айгүл", "kind": "birth", "script": "Cyrillic"}, source=b"s" * 16, recorded_at=1_700_000_000
    ),
    Claim("birth", "1961~", basis="told", as_of="2020", confidence="low"),
    Claim("birth", "1962", state="retracted"),
    Claim("sex", state="not-asked"),
    Claim("relative", {"relation": "mother", "link": b"m" * 16}),
)


def revision(**changes):
    base = Revision(
        record_id=b"r" * 16,
        kind="person",
        parents=(b"p" * 32,),
        device=b"laptop",
        time=1_700_000_000,
        claims=CLAIMS,
        seed=bytes(range(32)),
    )
    return replace(base, **changes)


def tree(**changes):
    """Give the plain form of a small revision with keys changed; a change to None leaves the key out."""
    base = {0: 1, 1: b"r" * 16, 2: "person", 3: [], 4: b"", 5: 0, 6: [], 7: b"s" * 32}
    base |= {int(key.removeprefix("k")): value for key, value in changes.items()}
    return {key: value for key, value in base.items() if value is not None}


def test_a_revision_comes_back_as_it_was():
    found = decode_revision(revision().encode())
    assert found == revision()
    assert found.encode() == revision().encode()
    assert found.id == revision().id
    assert len(found.id) == 32


def test_the_encoding_is_the_one_in_the_format_description():
    small = Revision(b"r" * 16, "case", (), b"d", 5, (Claim("title", "A", basis="told", recorded_at=7),), b"s" * 32)
    assert small.encode().hex() == (
        "88"
        "0001"
        "01c410" + "72" * 16 + "02a463617365"
        "0390"
        "04c40164"
        "0505"
        "069184" + "00a57469746c65" + "01a141" + "03a4746f6c64" + "0707"
        "07c420" + "73" * 32
    )


def test_the_revision_id_is_the_labelled_hash_of_the_plaintext():
    plain = revision().encode()
    label = b"casevault/1/revision"
    joined = len(label).to_bytes(4, "big") + label + len(plain).to_bytes(4, "big") + plain
    assert revision().id == hashlib.sha256(joined).digest()


def test_a_changed_copy_does_not_keep_the_old_bytes():
    first = revision()
    first.encode()
    assert decode_revision(replace(first, time=1).encode()).time == 1


def test_a_removed_revision_comes_back_removed():
    assert decode_revision(revision(removed=True).encode()).removed


def test_values_are_what_stands_as_stated():
    found = revision()
    assert found.values("birth") == ["1961~"]
    assert [claim.state for claim in found.claims_of("birth")] == ["stated", "retracted"]
    assert found.values("sex") == []
    assert found.links("relative") == [b"m" * 16]


def test_unknown_keys_are_kept_and_written_back():
    plain = codec.encode(tree(k6=[{0: "name", 1: "x", 99: [1, b"y"], "later": True}], k77={"a": 1}))
    found = decode_revision(plain)
    assert found.extra == {77: {"a": 1}}
    assert found.claims[0].extra == {99: [1, b"y"], "later": True}
    assert replace(found, time=found.time).encode() == plain


def test_a_newer_form_is_taken_as_data_and_nothing_of_it_is_lost():
    plain = codec.encode(tree(k0=2, k6=[{0: "name", 1: "x", 2: "rumoured", 3: "satellite", 5: "certain"}]))
    found = decode_revision(plain)
    assert found.schema_version == 2
    assert found.values("name") == []  # a state that is not known does not count as stated
    assert replace(found, time=found.time).encode() == plain


@pytest.mark.parametrize(
    "changes",
    [
        {"k0": 0},
        {"k0": None},
        {"k0": True},
        {"k0": "1"},
        {"k1": b"r" * 15},
        {"k1": None},
        {"k2": "Person"},
        {"k2": ""},
        {"k2": 3},
        {"k3": b""},
        {"k3": [b"p" * 16]},
        {"k3": ["p" * 32]},
        {"k4": "laptop"},
        {"k4": b"d" * 33},
        {"k5": "now"},
        {"k5": True},
        {"k6": {}},
        {"k6": [1]},
        {"k6": [{}]},
        {"k6": [{0: "name"}]},
        {"k6": [{0: "name", 1: None}]},
        {"k6": [{0: "Name", 1: "x"}]},
        {"k6": [{0: 4, 1: "x"}]},
        {"k6": [{0: "name", 1: "x", 2: "stated"}]},
        {"k6": [{0: "name", 1: "x", 2: "unknown"}]},
        {"k6": [{0: "name", 1: "x", 2: "rumoured"}]},
        {"k6": [{0: "name", 1: "x", 2: ["stated"]}]},
        {"k6": [{0: "name", 1: "x", 3: "hearsay"}]},
        {"k6": [{0: "name", 1: "x", 3: None}]},
        {"k6": [{0: "name", 1: "x", 4: 2020}]},
        {"k6": [{0: "name", 1: "x", 5: "sure"}]},
        {"k6": [{0: "name", 1: "x", 6: b"short"}]},
        {"k6": [{0: "name", 1: "x", 7: "now"}]},
        {"k7": b"s" * 31},
        {"k7": None},
        {"k8": False},
        {"k8": 1},
    ],
)
def test_a_part_of_a_wrong_type_or_size_is_refused(changes):
    with pytest.raises(RecordError):
        decode_revision(codec.encode(tree(**changes)))


@pytest.mark.parametrize("data", [b"", b"\x90", b"\xc0", b"\x80", b"\x81\x00\x01", b"\xff" * 40, b"\x81\xa1a\x01\x00"])
def test_other_bytes_are_refused(data):
    with pytest.raises((RecordError, FormatError)):
        decode_revision(data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"record_id": b"short"},
        {"claims": (Claim("name", 1.5),)},
        {"claims": (Claim("name", "\ud800"),)},
        {"claims": (Claim("name", object()),)},
        {"claims": (Claim("name", None),)},
        {"claims": (Claim("name", "x", extra={3: "told"}),)},
        {"extra": {2: "event"}},
    ],
)
def test_a_revision_that_could_not_be_read_again_is_not_written(wrong):
    with pytest.raises(RecordError):
        revision(**wrong).encode()


def _with_claim(claim, **changes):
    return msgpack.packb(tree(k6=[{0: "title", 1: "A"}, claim], **changes))


@pytest.mark.parametrize(
    "data",
    [
        _with_claim({0: "notes", True: "A"}),
        _with_claim({False: "notes", 1: "A"}),
        _with_claim({0.0: "notes", 1: "A"}),
        _with_claim({1: "A", 0: "notes"}),
        _with_claim({0: "notes", 1: "A", 7: 5, 3: "told"}),
        _with_claim({0: "notes", 1: 1.5}),
        _with_claim({0: "notes", 1: {"text": 1.5}}),
        _with_claim({0: "notes", 1: {"text": "A", "kind": "B"}}),
        _with_claim({0: "notes", 1: {"text": 1 << 63}}),
        _with_claim({0: "notes", 1: "A", 7: 1 << 63}),
        _with_claim({0: "notes", 1: "A", 7: True}),
        _with_claim({0: "notes", 1: "A", 3: 2.5}),
        _with_claim({0: "notes", 1: "A", 3: b"told"}),
        _with_claim({0: "notes", 1: "A", 8: {"b": 1, "a": 2}}),
        _with_claim({0: "notes", 1: "A"}, k5=1 << 63),
        _with_claim({0: "notes", 1: "A"}, k0=1 << 63),
        _with_claim({0: "notes", 1: "A"}, k3=[1.5]),
        _with_claim({0: "notes", 1: [[[[[[[[[[[[[[1]]]]]]]]]]]]]]}),
        msgpack.packb({True if key == 1 else key: value for key, value in tree().items()}),
        msgpack.packb(dict(reversed(tree().items()))),
    ],
)
def test_what_is_not_canonical_is_refused_wherever_it_stands(data):
    with pytest.raises(VaultError):
        decode_revision(data)
    good = _with_claim({0: "notes", 1: [[[[[[[[[[[[[1]]]]]]]]]]]]]})
    assert decode_revision(good).encode() == good


def test_limits_hold_both_ways():
    many = tuple(Claim("notes", "x") for _ in range(4097))
    with pytest.raises(LimitError):
        revision(claims=many).encode()
    with pytest.raises(LimitError):
        decode_revision(codec.encode(tree(k6=[{0: "notes", 1: "x"}] * 4097)))
    with pytest.raises(LimitError):
        revision(claims=(Claim("notes", "x" * (1 << 20)),)).encode()
    with pytest.raises(LimitError):
        revision(parents=(b"p" * 32,) * 65).encode()
    deep: object = "x"
    for _ in range(20):
        deep = [deep]
    with pytest.raises(LimitError):
        revision(claims=(Claim("notes", deep),)).encode()


def test_no_error_and_no_representation_shows_a_value():
    canary = "Айгүл-canary"
    shown = repr(revision(claims=(Claim("name", canary, as_of=canary, source=canary.encode()[:16]),)))
    assert "canary" not in shown
    assert "seed" not in shown
    for wrong in (
        Claim("name", canary, basis=canary),
        Claim("name", canary, state=canary),
        Claim("name", [canary, 1.5]),
    ):
        with pytest.raises(VaultError) as caught:
            revision(claims=(wrong,)).encode()
        assert "canary" not in str(caught.value)


def test_a_revision_goes_to_another_process_and_back():
    assert pickle.loads(pickle.dumps(revision())) == revision()


def test_ids_links_and_texts_of_values():
    assert id_text(b"\x01" * 16) == "01" * 16
    assert link_of(b"m" * 16) == b"m" * 16
    assert link_of({"relation": "mother", "name": "x"}) is None
    assert link_of("text") is None
    assert [text_of(value) for value in ({"text": "a"}, {"name": "b"}, {}, "c", 7, True, None, b"d")] == [
        *("a", "b", "", "c", "7", "", "", "")
    ]


# --- commitments ------------------------------------------------------------------------------------------------------


def joined(*parts):
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def expanded(seed, info, length):
    """HKDF-Expand with SHA-512, written again for this test."""
    out, block, count = b"", b"", 1
    while len(out) < length:
        block = hmac.new(seed, block + info + bytes([count]), hashlib.sha512).digest()
        out, count = out + block, count + 1
    return out[:length]


def test_commitments_agree_with_a_second_implementation():
    found = revision()
    expected = []
    parts = (
        ({0: "name", 1: CLAIMS[0].value}, {6: b"s" * 16, 7: 1_700_000_000}),
        ({0: "birth", 1: "1961~", 3: "told", 4: "2020", 5: "low"}, {}),
        ({0: "birth", 1: "1962", 2: "retracted"}, {}),
        ({0: "sex", 2: "not-asked"}, {}),
        ({0: "relative", 1: CLAIMS[4].value}, {}),
    )
    for index, pair in enumerate(parts):
        salts = expanded(found.seed, joined(b"casevault/1/claim-salt", index.to_bytes(4, "big")), 64)
        path = f"person.{pair[0][0]}".encode()
        for salt, part in zip((salts[:32], salts[32:]), pair, strict=True):
            plain = joined(b"casevault/1/claim", salt, path, codec.encode(part))
            expected.append(hashlib.sha256(plain).digest())
    decoys = (joined(b"casevault/1/claim-decoy", index.to_bytes(4, "big")) for index in range(16 - len(expected)))
    expected += [expanded(found.seed, info, 32) for info in decoys]
    expected.sort()
    assert commitments(found) == expected
    assert claims_root(found) == hashlib.sha256(joined(b"casevault/1/claims", *expected)).digest()


@pytest.mark.parametrize(("claims", "size"), [(0, 16), (1, 16), (8, 16), (9, 32), (16, 32), (17, 64), (33, 128)])
def test_decoys_hide_the_number_of_claims(claims, size):
    found = commitments(revision(claims=tuple(Claim("notes", str(number)) for number in range(claims))))
    assert len(found) == size
    assert len(set(found)) == size
    assert found == sorted(found)


def test_equal_facts_of_two_revisions_share_no_commitment():
    other = revision(seed=b"\x01" * 32)
    assert not set(commitments(revision())) & set(commitments(other))


def test_an_opening_proves_one_part_of_one_claim_and_tells_no_other():
    found = revision()
    listed, root = commitments(found), claims_root(found)
    for index, claim in enumerate(CLAIMS):
        shown = opening(found, index)
        verify_openings([shown], listed, root)
        assert shown.statement() == replace(claim, source=None, recorded_at=None)
        where = opening(found, index, provenance=True)
        verify_openings([where], listed, root)
        assert where.provenance() == (claim.source, claim.recorded_at)
        assert shown.salt != where.salt
        assert b"s" * 16 not in shown.part


def test_a_changed_opening_list_or_root_is_refused():
    found = revision()
    listed, root, shown = commitments(found), claims_root(found), opening(found, 1)
    wrong_openings = (
        replace(shown, path="person.death"),
        replace(shown, salt=bytes(32)),
        replace(shown, part=codec.encode({0: "birth", 1: "1971"})),
        Opening("event.birth", shown.part, shown.salt),
    )
    for wrong in wrong_openings:
        with pytest.raises(IntegrityError):
            verify_openings([wrong], listed, root)
    for wrong_list in (listed[1:], listed[::-1], [bytes(32), *listed[1:]], []):
        with pytest.raises(IntegrityError):
            verify_openings([shown], wrong_list, root)
    with pytest.raises(IntegrityError):
        verify_openings([shown], listed, bytes(32))


@pytest.mark.parametrize(
    "part", [{0: "other", 1: "x"}, {0: "birth", 1: "x", 6: b"s" * 16}, {0: "birth", 1: "x", 9: 1}, {}, []]
)
def test_a_statement_that_is_none_is_refused(part):
    with pytest.raises(RecordError):
        Opening("person.birth", codec.encode(part), bytes(32)).statement()


@pytest.mark.parametrize("part", [{0: "birth"}, {1: "x"}, {2: "stated"}, {6: b"short"}, []])
def test_a_provenance_that_states_something_is_refused(part):
    with pytest.raises(RecordError):
        Opening("person.birth", codec.encode(part), bytes(32)).provenance()


def test_what_is_kept_beside_a_revision_is_no_part_of_it():
    found = decode_revision(revision().encode())
    assert found.kept is None
    found.keep(["made of it"])
    assert found.kept == ["made of it"]
    assert found == revision()
    assert replace(found, time=1).kept is None
    assert "made" not in repr(found)
