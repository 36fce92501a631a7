"""Records: round trips, one encoding, bounded decoding, dates. All data is generated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from vault import codec
from vault.errors import FormatError, IntegrityError, NotFoundError, RecordError, VaultError
from vault.records import (
    Claim,
    Revision,
    Schemas,
    claims_root,
    commitments,
    decode_revision,
    edtf,
    identifying,
    load_schema,
    opening,
    parse_record,
    record_to_json,
    title,
    verify_openings,
)
from vault.records.model import BASES, CONFIDENCES, STATES
from vault.records.schema import KINDS

SCHEMAS = Schemas.shipped()
I64 = st.integers(-(2**63), 2**63 - 1)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,15}", fullmatch=True)
SCALARS = st.one_of(st.booleans(), I64, st.text(max_size=20), st.binary(max_size=20))
PLAIN = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def extras(known):
    keys = st.integers(known, codec.MAX_INT_KEY) | st.text(max_size=5)
    return st.dictionaries(keys, PLAIN, max_size=2)


@st.composite
def claims(draw, fields=NAMES, values=PLAIN, extra=None):
    state = draw(st.sampled_from(STATES))
    value = draw(values) if state == "stated" else draw(st.none() | values) if state == "retracted" else None
    return Claim(
        field=draw(fields),
        value=value,
        state=state,
        basis=draw(st.none() | st.sampled_from(BASES)),
        as_of=draw(st.none() | st.text(max_size=10)),
        confidence=draw(st.none() | st.sampled_from(CONFIDENCES)),
        source=draw(st.none() | st.binary(min_size=16, max_size=16)),
        recorded_at=draw(st.none() | I64),
        extra=draw(extras(8) if extra is None else extra),
    )


@st.composite
def revisions(draw, kinds=NAMES, claim=None):
    return Revision(
        record_id=draw(st.binary(min_size=16, max_size=16)),
        kind=draw(kinds),
        parents=tuple(draw(st.lists(st.binary(min_size=32, max_size=32), max_size=2))),
        device=draw(st.binary(max_size=32)),
        time=draw(I64),
        claims=tuple(draw(st.lists(claims() if claim is None else claim, max_size=12))),
        seed=draw(st.binary(min_size=32, max_size=32)),
        removed=draw(st.booleans()),
        schema_version=draw(st.integers(1, 3)),
        extra=draw(extras(9)),
    )


@given(revisions())
def test_a_revision_comes_back_as_it_was_and_has_one_encoding(revision):
    plain = revision.encode()
    found = decode_revision(plain)
    assert found == revision
    assert replace(found, time=found.time).encode() == plain
    assert codec.encode(codec.decode(plain)) == plain


@given(st.binary(max_size=200))
def test_any_bytes_give_a_revision_or_an_error_of_the_vault(data):
    try:
        found = decode_revision(data)
    except (RecordError, FormatError, IntegrityError):
        return
    assert found.encode() == data


@given(
    st.dictionaries(
        st.integers(0, 9) | st.text(max_size=3),
        SCALARS | st.lists(st.dictionaries(st.integers(0, 8), SCALARS), max_size=2),
        max_size=9,
    )
)
def test_any_map_gives_a_revision_or_an_error_of_the_vault(tree):
    try:
        found = decode_revision(codec.encode(tree))
    except (RecordError, FormatError):
        return
    assert replace(found, time=found.time).encode() == codec.encode(tree)


@given(revisions(), st.data())
def test_a_changed_byte_never_gives_the_same_revision(revision, data):
    plain = bytearray(revision.encode())
    place = data.draw(st.integers(0, len(plain) - 1))
    plain[place] ^= data.draw(st.integers(1, 255))
    try:
        found = decode_revision(bytes(plain))
    except (RecordError, FormatError):
        return
    assert found.id != revision.id


@given(revisions())
def test_each_part_of_each_claim_opens_under_the_root(revision):
    listed, root = commitments(revision), claims_root(revision)
    assert len(listed) >= max(16, 2 * len(revision.claims))
    assert len(listed) & (len(listed) - 1) == 0
    for index, claim in enumerate(revision.claims):
        for part in (False, True):
            verify_openings([opening(revision, index, provenance=part)], listed, root)
        shown = opening(revision, index)
        assert shown.statement() == replace(claim, source=None, recorded_at=None, extra={})
        assert opening(revision, index, provenance=True).provenance() == (claim.source, claim.recorded_at)


# --- JSON -------------------------------------------------------------------------------------------------------------


def missing(_text):
    raise NotFoundError("there is no such record")


def grouped(found):
    """Put the claims of one field together, as JSON has them."""
    order = list(dict.fromkeys(claim.field for claim in found))
    return sorted(found, key=lambda claim: order.index(claim.field))


SHIPPED_FIELDS = {kind: [field.name for field in SCHEMAS.fields(kind)] for kind in KINDS}


@st.composite
def edited(draw):
    """Give any revision of a shipped kind: known and unknown fields, fitting and other values."""
    kind = draw(st.sampled_from(KINDS))
    fields = st.sampled_from(SHIPPED_FIELDS[kind]) | NAMES
    return draw(revisions(kinds=st.just(kind), claim=claims(fields=fields)))


@given(edited())
def test_an_edit_that_changes_nothing_changes_nothing(revision):
    draft = parse_record(record_to_json(revision, SCHEMAS), SCHEMAS, resolve=missing, before=revision)
    assert list(draft.claims) == grouped(revision.claims)
    assert (draft.record_id, draft.removed, draft.extra) == (revision.record_id, revision.removed, revision.extra)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30).filter(str.strip)
DATES = st.dates(date(1900, 1, 1)).map(str) | st.sampled_from(
    ["2017", "2017-05~", "201X", "2017-21", "2017/..", "-0044"]
)
IDS = st.binary(min_size=16, max_size=16).map(bytes.hex)


def typed(field):
    """Give what a person may write for a field."""
    if field.type in {"date", "birth"}:
        return DATES
    if field.type == "choice":
        return st.sampled_from(field.choices)
    if field.type == "name":
        kind = {"kind": st.sampled_from(field.choices)} if field.choices else {}
        return TEXTS | st.fixed_dictionaries({"text": TEXTS, **kind})
    if field.type == "place":
        return TEXTS | st.fixed_dictionaries(
            {"text": TEXTS}, optional={"county": TEXTS, "region": TEXTS, "country": TEXTS}
        )
    if field.type == "link" and field.named:
        relation = {"relation": st.sampled_from(field.choices)} if field.choices else {}
        return st.fixed_dictionaries({"name": TEXTS, **relation}, optional={"link": IDS})
    return IDS if field.type == "link" else TEXTS


@st.composite
def trees(draw):
    kind = draw(st.sampled_from(KINDS))
    fields = [field for field in SCHEMAS.fields(kind) if field.type != "file"]
    marks = {
        "basis": st.sampled_from(BASES),
        "as_of": DATES,
        "confidence": st.sampled_from(CONFIDENCES),
        "source": IDS,
        "recorded_at": I64,
    }
    tree = {"kind": kind, "id": draw(IDS), "removed": draw(st.booleans())}
    for field in draw(st.lists(st.sampled_from(fields), max_size=6, unique=True)):
        claim = st.fixed_dictionaries({"value": typed(field)}, optional=marks)
        state = st.sampled_from(STATES[1:]).map(lambda word: {"state": word})
        tree[f"{kind}.{field.name}"] = draw(st.lists(claim | state | typed(field), max_size=3))
    return tree


@given(trees())
def test_what_a_person_writes_is_stored_and_written_and_read_again(tree):
    draft = parse_record(tree, SCHEMAS, resolve=missing)
    revision = Revision(draft.record_id, draft.kind, (), b"", 0, draft.claims, bytes(32), removed=draft.removed)
    stored = decode_revision(revision.encode())
    assert stored.claims == draft.claims
    assert parse_record(record_to_json(stored, SCHEMAS), SCHEMAS, resolve=missing) == draft


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)


@given(st.sampled_from(KINDS), st.data())
def test_any_json_gives_a_record_or_an_error_of_the_vault(kind, data):
    keys = st.sampled_from(SHIPPED_FIELDS[kind]) | st.sampled_from(["id", "removed", "ref"]) | st.text(max_size=6)
    claim_keys = st.sampled_from(
        ["value", "state", "basis", "source", "text", "link", "relation", "name", "recorded_at"]
    )
    values = JSON | st.dictionaries(claim_keys, JSON, max_size=3) | st.lists(JSON, max_size=2)
    tree = {**data.draw(st.dictionaries(keys, values, max_size=4)), "kind": kind}
    try:
        draft = parse_record(tree, SCHEMAS, resolve=missing)
    except VaultError:
        return
    Revision(b"r" * 16, draft.kind, (), b"", 0, draft.claims, bytes(32)).encode()


@given(edited())
def test_a_title_is_short_and_identifying_values_are_texts(revision):
    line = title(revision, SCHEMAS)
    assert 0 < len(line) <= 80
    assert "\n" not in line
    for field, index, kind, text in identifying(revision, SCHEMAS):
        assert revision.claims[index].field == field
        assert kind in {"name", "phone", "id", "date", "place", "text"}
        assert text


# --- dates and schemas ------------------------------------------------------------------------------------------------


@given(
    st.text(max_size=70) | st.from_regex(r"[-Y]?[0-9X]{1,6}(-[0-9X]{2}){0,2}[?~%]?(/[0-9X.-]{0,10})?", fullmatch=True)
)
def test_any_text_is_a_date_or_refused(text):
    try:
        found = edtf.parse(text)
    except RecordError:
        return
    assert found.text == text
    assert (found.earliest or date.min) <= (found.latest or date.max)


@given(st.dates(), st.dates())
def test_days_and_intervals_overlap_as_days_do(one, other):
    first, second = sorted((one, other))
    interval = edtf.parse(f"{first}/{second}")
    assert edtf.overlaps(interval, edtf.parse(str(first)))
    assert edtf.overlaps(edtf.parse(str(second)), interval)
    assert edtf.overlaps(edtf.parse(str(one)), edtf.parse(str(other))) == (one == other)


@given(st.text(max_size=300))
def test_any_text_is_a_schema_or_refused(text):
    try:
        schema = load_schema(text)
    except VaultError:
        return
    assert schema.fields
