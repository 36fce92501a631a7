"""The known answers of tests/vectors hold, in the library and in the independent reader. All of them are invented."""

import hashlib
import json
import shutil
import struct
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import argon2.low_level
import pytest
from cryptography.exceptions import InvalidTag

from tests.independent import index, more, reader, texts
from tests.independent.reader import Refused
from tests.vectors import generate, golden
from tests.vectors.kit import untagged
from vault import codec, files, keys, ledger, names, objects, records, redact, sealing, words
from vault.engine import sqlite
from vault.errors import FormatError, UnsupportedVersionError, VaultError
from vault.index import building, pages, postings, segment
from vault.index import terms as index_terms
from vault.objects import Kind, Ref
from vault.records import Schemas
from vault.sealing import KdfProfile, Label, Sealer
from vault.vault import Vault, custody
from vault.vault.anchor import Anchor, Seen

HERE = Path(generate.__file__).parent
FILES = {path.stem: json.loads(path.read_text("ascii")) for path in sorted(HERE.glob("*.json"))}
Vector = dict[str, Any]
CHECKS: dict[str, list[Callable[[Vector], None]]] = {}


def check(function: Callable[[Vector], None]) -> Callable[[Vector], None]:
    """Register a check of the group that a function is named after."""
    name = function.__name__.removeprefix("library_").removeprefix("reader_")
    CHECKS.setdefault(name, []).append(function)
    return function


def hx(text: str) -> bytes:
    return bytes.fromhex(text)


def refused(call: Callable[[], object]) -> None:
    with pytest.raises((VaultError, Refused, InvalidTag)):
        call()


def label(word: str) -> Label:
    return Label(b"casevault/1/" + word.encode())


# --- basics ---


@check
def library_notation(v: Vector) -> None:
    parts = [hx(part) for part in v["parts"]]
    assert codec.lp(*parts).hex() == v["lp"]
    assert sealing.digest(label(v["word"]), *parts).hex() == v["h"]


@check
def reader_notation(v: Vector) -> None:
    parts = [hx(part) for part in v["parts"]]
    assert reader.lp(*parts).hex() == v["lp"]
    assert reader.h(v["word"], *parts).hex() == v["h"]


@check
def library_encoding(v: Vector) -> None:
    value, data = untagged(v["value"]), hx(v["hex"])
    assert codec.encode(value) == data
    assert codec.decode(data) == value
    assert codec.encode(codec.decode(data)) == data


@check
def reader_encoding(v: Vector) -> None:
    value, data = untagged(v["value"]), hx(v["hex"])
    assert reader.encode(value) == data
    assert reader.decode(data) == value


@check
def library_encoding_refused(v: Vector) -> None:
    refused(lambda: codec.decode(hx(v["hex"])))


@check
def reader_encoding_refused(v: Vector) -> None:
    refused(lambda: reader.decode(hx(v["hex"])))


@check
def library_hkdf(v: Vector) -> None:
    assert sealing.extract(hx(v["salt"]), hx(v["ikm"])).hex() == v["prk"]
    okm = sealing.expand(hx(v["prk"]), hx(v["info"]), v["length"])
    assert v.get("okm", okm.hex()) == okm.hex()
    assert v.get("okm_sha256", hashlib.sha256(okm).hexdigest()) == hashlib.sha256(okm).hexdigest()


@check
def reader_hkdf(v: Vector) -> None:
    assert reader.ext(hx(v["salt"]), hx(v["ikm"])).hex() == v["prk"]
    okm = reader.exp(hx(v["prk"]), hx(v["info"]), v["length"])
    assert v.get("okm", okm.hex()) == okm.hex()


def argon2id_with_secret(v: Vector) -> bytes:
    """Ask the C library under argon2-cffi for what its Python functions have no arguments for."""
    ffi, lib = argon2.low_level.ffi, argon2.low_level.lib
    out = ffi.new("uint8_t[]", 32)
    held = {name: ffi.new("uint8_t[]", hx(v[key])) for name, key in (("pwd", "input"), ("salt", "salt"))}
    held |= {name: ffi.new("uint8_t[]", hx(v[name])) for name in ("secret", "ad")}
    lengths = {"pwdlen": len(hx(v["input"])), "saltlen": len(hx(v["salt"]))}
    lengths |= {"secretlen": len(hx(v["secret"])), "adlen": len(hx(v["ad"])), "outlen": 32}
    cost = {"t_cost": v["passes"], "m_cost": v["memory_kib"], "lanes": v["lanes"], "threads": 1}
    nothing = {"allocate_cbk": ffi.NULL, "free_cbk": ffi.NULL, "flags": lib.ARGON2_DEFAULT_FLAGS, "version": 0x13}
    context = ffi.new("argon2_context *", {"out": out, **held, **lengths, **cost, **nothing})
    assert argon2.low_level.core(context, argon2.low_level.Type.ID.value) == lib.ARGON2_OK
    return bytes(ffi.buffer(out))


@check
def library_argon2id(v: Vector) -> None:
    if "secret" in v:
        assert argon2id_with_secret(v).hex() == v["key"]
        return
    profile = KdfProfile.from_number(v["profile"], allow_test=True)
    secret = keys.Passphrase(v["passphrase"]).normalised()
    assert sealing.argon2id(secret, hx(v["salt"]), profile).hex() == v["key"]


@check
def reader_argon2id(v: Vector) -> None:
    if "secret" not in v:
        assert reader.passphrase_key(v["passphrase"], hx(v["salt"]), v["profile"]).hex() == v["key"]


@check
def library_passphrases(v: Vector) -> None:
    if v["hex"] is None:
        refused(lambda: keys.Passphrase(v["text"]).normalised())
    else:
        assert keys.Passphrase(v["text"]).normalised().hex() == v["hex"]


@check
def reader_passphrases(v: Vector) -> None:
    salt = bytes(16)
    if v["hex"] is None:
        refused(lambda: reader.passphrase_key(v["text"], salt, 255))
    else:
        key = sealing.argon2id(hx(v["hex"]), salt, KdfProfile.TEST)
        assert reader.passphrase_key(v["text"], salt, 255) == key


# --- seals ---


@check
def library_sizes(v: Vector) -> None:
    if v["sealed"] is None:
        refused(lambda: sealing.padded_frame_bytes(v["payload"]))
    else:
        assert sealing.padded_frame_bytes(v["payload"]) + 73 == v["sealed"]


@check
def reader_sizes(v: Vector) -> None:
    if v["sealed"] is None:
        assert reader.padded(v["payload"]) > (2 << 20) - 4096
    else:
        assert reader.padded(v["payload"]) == v["sealed"]


def same_sealed(v: Vector, sealed: bytes) -> None:
    assert len(sealed) == v["size"]
    assert sealed[1:25].hex() == v["salt"]
    assert v.get("sealed", sealed.hex()) == sealed.hex()
    assert v.get("sealed_sha256", hashlib.sha256(sealed).hexdigest()) == hashlib.sha256(sealed).hexdigest()


@check
def library_sealing(v: Vector) -> None:
    sealer = Sealer(hx(v["vault_id"]), v["generation"], hx(v["key"]))
    payload = hx(v["payload"]) * v["times"]
    sealed = sealer._seal(v["kind"].encode(), payload, hx(v["entropy"]))
    same_sealed(v, sealed)
    assert sealer.open(v["kind"].encode(), sealed) == payload
    assert objects.object_name(sealed).hex() == v["name"]
    assert objects.object_id(hx(v["name"])) == v["id"]
    read = reader.Keys(hx(v["vault_id"]), v["generation"], hx(v["key"]))
    assert read.open(v["kind"], sealed) == payload
    assert reader.h("object", sealed).hex() == v["name"]


@check
def library_opening(v: Vector) -> None:
    sealer = Sealer(hx(v["vault_id"]), v["generation"], hx(v["key"]))
    opens(v, lambda: sealer.open(v["kind"].encode(), hx(v["sealed"])))


@check
def reader_opening(v: Vector) -> None:
    read = reader.Keys(hx(v["vault_id"]), v["generation"], hx(v["key"]))
    opens(v, lambda: read.open(v["kind"], hx(v["sealed"])))


def opens(v: Vector, call: Callable[[], bytes]) -> None:
    if v["payload"] is None:
        refused(call)
    else:
        assert call().hex() == v["payload"]


@check
def library_identities(v: Vector) -> None:
    identity = keys.Identity(hx(v["seed"]))
    assert identity.public_key.hex() == v["public_key"]
    assert keys.format_identity(identity) == v["identity"]
    assert keys.format_recipient(identity.public_key) == v["recipient"]
    assert keys.parse_recipient(v["recipient"]).hex() == v["public_key"]
    assert keys.format_paper(identity) == v["paper"]
    info, key = b"invented", bytes(range(32))
    assert sealing.hpke_open(identity.seed, info, sealing.hpke_seal(hx(v["public_key"]), info, key)) == key


@check
def reader_identities(v: Vector) -> None:
    assert reader.key_pair(hx(v["seed"]))[1].hex() == v["public_key"]
    assert texts.from_bech32("age1pq", v["recipient"]).hex() == v["public_key"]


@check
def library_slots(v: Vector) -> None:
    vault_id, salt = hx(v["vault_id"]), hx(v["salt"])
    prk = sealing.extract(codec.lp(Label.PW.value, vault_id), hx(v["passphrase_key"]))
    assert prk.hex() == v["prk"]
    wrap = sealing.slot_wrap_keys(prk, vault_id, v["index"], salt)
    assert keys._front(wrap, salt, hx(v["seed"])).hex() == v["front"]


def header_of(v: Vector) -> bytes:
    data = bytearray(hx(FILES["headers"]["vectors"][0]["header"]))
    for at, part in v.get("patches", ()):
        data[at : at + len(part) // 2] = hx(part)
    return bytes(data)


@check
def library_headers(v: Vector) -> None:
    good, data = FILES["headers"]["vectors"][0], header_of(v)
    if v.get("at_sight"):
        with pytest.raises((FormatError, UnsupportedVersionError)):
            keys.parse_header(data, allow_test=True)
    for way in ("passphrase", "paper"):
        secret = keys.parse_secret(good[way])
        try:
            opened = keys.Unlocker(secret).unlock(keys.parse_header(data, allow_test=True)).access_key.hex()
        except VaultError:
            opened = None
        assert opened == (good["access_key"] if way in v["opens"] else None)


@check
def reader_headers(v: Vector) -> None:
    good, data = FILES["headers"]["vectors"][0], header_of(v)
    ways = {"passphrase": good["passphrase"], "paper": texts.paper_seed(good["paper"])}
    for way, secret in ways.items():
        try:
            found = list(reader.access_keys(data, secret, tests=True))
        except Refused:
            found = []
        assert found == ([hx(good["access_key"])] if way in v["opens"] else [])


@check
def library_fingerprints(v: Vector) -> None:
    assert keys.fingerprint(hx(v["vault_id"]), hx(v["access_key"])) == v["words"]
    assert keys.vault_code(hx(v["vault_id"])) == v["vault_code"]


@check
def library_six_words(v: Vector) -> None:
    assert words.six_words(hx(v["hex"])) == v["words"]


@check
def library_paper(v: Vector) -> None:
    if v["seed"] is None and v["text"].strip().upper().startswith("CV1-"):
        refused(lambda: keys.parse_secret(v["text"]))
    elif v["seed"] is None:
        assert keys.parse_secret(v["text"]) == keys.Passphrase(v["text"])
    else:
        assert keys.parse_secret(v["text"]) == keys.Identity(hx(v["seed"]))


@check
def reader_paper(v: Vector) -> None:
    seeded(v, texts.paper_seed)


@check
def library_identity_files(v: Vector) -> None:
    seeded(v, lambda text: keys.parse_identity(text).seed)


@check
def reader_identity_files(v: Vector) -> None:
    seeded(v, texts.identity_seed)


def seeded(v: Vector, call: Callable[[str], bytes]) -> None:
    if v["seed"] is None:
        refused(lambda: call(v["text"]))
    else:
        assert call(v["text"]).hex() == v["seed"]


# --- contents ---


@check
def library_keyrings(v: Vector) -> None:
    plain = untagged(v["keyring"])
    publics = [sealing.public_key(hx(seed)) for seed in v["slot_seeds"]]
    slots = [
        keys.Slot(keys.SlotKind(kind), text.decode(), public, epoch)
        for (kind, text, epoch), public in zip(plain[4], publics, strict=True)
    ]
    secrets = {"data_keys": plain[0], "vault_secret": plain[1], "signing_seed": plain[2], "intake_seeds": plain[3]}
    given = {**secrets, "slots": slots, "devices": plain[5]}
    keyring = keys.Keyring(**{k: tuple(x) if isinstance(x, list) else x for k, x in given.items()})
    payload = keyring.encode()
    assert (len(payload), hashlib.sha256(payload).hexdigest()) == (v["length"], v["sha256"])
    assert keys.Keyring.decode(payload) == keyring


@check
def library_heads(v: Vector) -> None:
    head = objects.Head.decode(hx(v["hex"]))
    assert head.encode().hex() == v["hex"] == codec.encode(untagged(v["head"])).hex()
    key = objects.head_digest_key(hx(v["vault_id"]), hx(v["access_key"]), hx(v["vault_secret"]))
    digest = sealing.keyed_digest(key, hx(v["sealed"]))
    assert digest.hex() == v["digest"]
    assert objects.checkpoint(head.epoch, digest) == v["checkpoint"]


@check
def library_checkpoints(v: Vector) -> None:
    if v["epoch"] is None:
        refused(lambda: objects.parse_checkpoint(v["text"]))
    else:
        assert objects.parse_checkpoint(v["text"]) == (v["epoch"], hx(v["digest"]))


@check
def library_acknowledgements(v: Vector) -> None:
    said = hx(v["vault_id"]), v["slot"], v["epoch"], hx(v["digest"])
    assert custody.answer(*said, hx(v["seed"])) == v["text"]
    assert sealing.Signer(hx(v["seed"])).public_key.hex() == v["public_key"]


@check
def library_log_entries(v: Vector) -> None:
    entry = ledger.decode_entry(hx(v["hex"]))
    assert entry.encode().hex() == v["hex"]
    assert entry.digest().hex() == v["digest"]
    assert codec.decode(hx(v["hex"])) == untagged(v["entry"])
    if entry.action == ledger.DISCLOSED:
        handover = ledger.read_handover(entry)
        assert [(fact.claim, fact.field, fact.outcome) for fact in handover.facts] == [
            (0, "person.name", "value"),
            (1, "person.birth", "coarsened"),
            (2, "person.name", "withheld"),
        ]


@check
def reader_log_entries(v: Vector) -> None:
    assert reader.encode(reader.decode(hx(v["hex"]))).hex() == v["hex"]
    assert reader.h("log", hx(v["hex"])).hex() == v["digest"]


@check
def library_policies(v: Vector) -> None:
    shipped, parents = Schemas.shipped(), {}
    if "parent" in v:
        parents = {parent.name: parent for parent in [redact.load_policy(v["parent"], shipped, {})]}
    policy = redact.load_policy(v["text"], shipped, parents)
    assert policy.digest.hex() == v["digest"]


@check
def reader_policies(v: Vector) -> None:
    assert reader.h("policy", reader.encode(untagged(v["policy"]))).hex() == v["digest"]


@check
def library_revisions(v: Vector) -> None:
    revision = records.decode_revision(hx(v["hex"]))
    assert revision.encode().hex() == v["hex"]
    assert records.model._encode(revision).hex() == v["hex"]
    assert revision.id.hex() == v["id"]
    found = records.model.commitments(revision)
    assert len(found) == v["count"]
    assert [c.hex() for c in found] == sorted(v.get("commitments", [c.hex() for c in found]))
    assert records.claims_root(revision).hex() == v["claims_root"]
    if "commitments" in v:
        shown = [
            records.model.opening(revision, n, provenance=part).commitment().hex()
            for n in range(len(revision.claims))
            for part in (False, True)
        ]
        assert shown == v["commitments"][: len(shown)]


@check
def reader_revisions(v: Vector) -> None:
    assert reader.h("revision", hx(v["hex"])).hex() == v["id"]
    assert more.claims_root(reader.decode(hx(v["hex"]))).hex() == v["claims_root"]


@check
def library_revisions_refused(v: Vector) -> None:
    refused(lambda: records.decode_revision(hx(v["hex"])))
    assert reader.encode(reader.decode(hx(v["hex"]))) == hx(v["hex"])


@check
def library_chunk_lists(v: Vector) -> None:
    sealers = {g: Sealer(bytes(16), g, bytes(32)) for g in range(2)}
    refs = [Ref(*ref) for ref in untagged(v["refs"])]
    with closing(sqlite.memory()) as engine, engine.transaction() as writer:
        batch = objects.ObjectBatch(writer, sealers, 1)
        at = files._put_list(batch, hx(v["attachment"]), v["depth"], refs)
        assert batch.get(Kind.CHUNK_LIST, at).hex() == v["hex"]
        assert files._get_list(batch, hx(v["attachment"]), v["depth"], at) == refs
        for wrong in ((bytes(16), v["depth"]), (hx(v["attachment"]), 3 - v["depth"])):
            refused(lambda wrong=wrong: files._get_list(batch, *wrong, at))


@check
def library_anchors(v: Vector) -> None:
    plain = untagged(v["anchor"])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / v["file"]).write_bytes(hx(v["hex"]))
        anchor = Anchor(Path(folder), hx(v["vault_id"]), hx(v["vault_secret"]))
        assert anchor.path.name == v["file"]
        assert anchor.read() == Seen(*(plain[key] for key in range(5)))


# --- index ---


@check
def library_rows(v: Vector) -> None:
    data = hx(v["hex"])
    row = pages.unpack_row(data, 0, 1, 0, 0)
    given = (v["record"], v["revision"], v["name"], v["generation"], v["kind"], v["flags"], v["epoch"])
    found = (row.record_id.hex(), row.revision_id.hex(), row.ref.name.hex(), row.ref.generation)
    assert (*found, row.kind, row.flags, row.epoch) == given
    if v["flags"] & pages.PURGED:
        assert pages.purged_row(row.record_id, v["flags"] | pages.REMOVED, v["epoch"]) == data
    else:
        packed = pages.pack_row(
            row.record_id, row.revision_id, row.ref, kind=v["kind"], flags=v["flags"], epoch=v["epoch"]
        )
        assert packed == data


@check
def reader_rows(v: Vector) -> None:
    row = reader.Row._make(struct.unpack(">16s32s32sBBBI", hx(v["hex"])))
    found = [part.hex() if isinstance(part, bytes) else part for part in row]
    kind = row.kind if v["kind"] == "other" else reader.KINDS.index(v["kind"])
    given = [v["record"], v["revision"], v["name"], v["generation"], kind, v["flags"], v["epoch"]]
    assert found == given


def same_numbers(v: Vector, numbers: list[int]) -> None:
    assert len(numbers) == v["count"]
    assert v.get("documents", numbers) == numbers
    packed = hashlib.sha256(struct.pack(f">{len(numbers)}I", *numbers)).hexdigest()
    assert v.get("documents_sha256", packed) == packed


@check
def library_postings(v: Vector) -> None:
    data = hx(v["hex"])
    numbers = list(postings.decode_postings(b"\0" + data, 1, 1 << 18))
    same_numbers(v, numbers)
    assert postings.skip_postings(data + b"\0", 0) == len(data)
    assert (postings.encode_postings(numbers) == data) >= v["written"]
    assert list(postings.decode_postings(postings.encode_postings(numbers), 0, 1 << 18)) == numbers
    assert reader.postings(postings.encode_postings(numbers))[0] == numbers


@check
def reader_postings(v: Vector) -> None:
    numbers, end = reader.postings(hx(v["hex"]) + b"\0")
    assert end == len(hx(v["hex"]))
    same_numbers(v, numbers)


@check
def library_postings_refused(v: Vector) -> None:
    # As a page of terms reads it, where running over the end is caught for all postings at once.
    page = b"\0\1x" + hx(v["hex"]) + struct.pack(">HH", 0, 1)
    refused(lambda: pages.TermPage(page, v["documents"]).find(b"x"))


@check
def reader_postings_refused(v: Vector) -> None:
    def read() -> None:
        numbers, _ = reader.postings(hx(v["hex"]))
        reader.check(numbers[-1] < v["documents"], "a document beyond the segment")

    refused(read)


def inline(write: Callable[[pages.PageWriter], list[Ref]]) -> bytes:
    """Have the library write one page that stays inside its segment."""
    with closing(sqlite.memory()) as engine, engine.transaction() as writer:
        sealers = {g: Sealer(bytes(16), g, bytes(32)) for g in range(2)}
        to = pages.PageWriter(objects.ObjectBatch(writer, sealers, 1))
        return to.inline(write(to))


@check
def library_term_pages(v: Vector) -> None:
    given = [(hx(term), numbers) for term, numbers in v["terms"]]

    def write(to: pages.PageWriter) -> list[Ref]:
        terms = pages.TermWriter(to)
        terms.write((term, postings.encode_postings(numbers)) for term, numbers in given)
        return terms.refs

    assert inline(write).hex() == v["hex"]
    page = pages.TermPage(hx(v["hex"]), 1 << 18)
    assert [(term, list(page.postings(at))) for term, at in page.scan()] == given
    assert all(list(page.find(term) or ()) == numbers for term, numbers in given)
    assert page.find(b"zzz") is None


@check
def reader_term_pages(v: Vector) -> None:
    assert [[term.hex(), numbers] for term, numbers in index.read_term_page(hx(v["hex"])).items()] == v["terms"]


@check
def library_term_pages_refused(v: Vector) -> None:
    def read() -> None:
        page = pages.TermPage(hx(v["hex"]), 1000)
        for _, at in page.scan():
            page.postings(at)

    refused(read)


@check
def library_name_pages(v: Vector) -> None:
    def write(to: pages.PageWriter) -> list[Ref]:
        writer = pages.NameWriter(to)
        for entry in v["names"]:
            writer.add(pages.pack_names(entry))
        writer.flush()
        return writer.refs

    assert inline(write).hex() == v["hex"]
    page = pages.NamePage(hx(v["hex"]))
    assert [page.names(n) for n in range(page.count)] == v["kept"]


@check
def reader_name_pages(v: Vector) -> None:
    assert index.read_name_page(hx(v["hex"])) == v["kept"]


@check
def library_words(v: Vector) -> None:
    assert sorted(names.text_terms(v["text"])) == v["words"]


@check
def reader_words(v: Vector) -> None:
    assert sorted(index.words(v["text"])) == v["words"]


@check
def library_joined(v: Vector) -> None:
    assert index_terms.compact(v["text"]) == v["joined"]


@check
def reader_joined(v: Vector) -> None:
    assert index.joined(v["text"]) == v["joined"]


@check
def library_spans(v: Vector) -> None:
    date = index_terms.parse_date(v["text"])
    assert (None if date is None else list(index_terms.span_terms(date.earliest, date.latest))) == v["parts"]


@check
def reader_spans(v: Vector) -> None:
    months = index.months(v["text"])
    assert (None if months is None else index.span(*months)) == v["parts"]


@check
def library_terms(v: Vector) -> None:
    revision = records.decode_revision(codec.encode(untagged(v["revision"])))
    schemas = Schemas.shipped()
    for claim in revision.claims:
        assert schemas.field(revision.kind, claim.field).type == v["types"][claim.field]
    ref = Ref(bytes(32), 1)
    with closing(sqlite.memory()) as engine, engine.transaction() as writer:
        batch = objects.ObjectBatch(writer, {g: Sealer(bytes(16), g, bytes(32)) for g in range(2)}, 1)
        entry = building.build(batch, [index_terms.document_of(revision, ref, schemas, 1)], 1)
        opened = segment.Segment(batch, entry, segment.PageCache())
        # Sound keys are the program's own: they are no part of the vectors.
        terms = [term for term, _, _ in opened.raw_terms() if term[:1] != b"s"]
        assert [term.hex() for term in terms] == v["terms"]


# --- the tests ---

VECTORS = [(name, n) for name, found in FILES.items() if name != "golden-1" for n in range(len(found["vectors"]))]


@pytest.mark.parametrize(("name", "n"), VECTORS)
def test_vector(name, n):
    for function in CHECKS[name]:
        function(FILES[name]["vectors"][n])


def test_there_are_enough_and_each_file_says_where_it_is_from():
    assert len(VECTORS) >= 100
    assert all(found["origin"] and found["about"] and found["vectors"] for found in FILES.values())


def test_they_are_what_the_generator_writes():
    for name, make in generate.GROUPS.items():
        assert json.loads(json.dumps(make())) == FILES[name], name
    assert generate.GROUPS.keys() == FILES.keys() - {"golden-1"}


# --- the golden vault ---

GOLDEN = FILES["golden-1"]


def golden_seed(way: str) -> bytes:
    text = GOLDEN["vectors"][0][way]
    return texts.paper_seed(text) if way == "paper" else texts.identity_seed(text)


@pytest.mark.parametrize("way", ["passphrase", "paper", "identity"])
def test_the_independent_reader_opens_the_golden_vault(way):
    secret = GOLDEN["vectors"][0][way] if way == "passphrase" else golden_seed(way)
    with reader.open_vault(golden.VAULT, secret) as read:
        golden_is_whole(read)


def golden_is_whole(read: reader.Vault) -> None:
    assert texts.checkpoint(read.head[0], read.digest) == GOLDEN["checkpoint"]
    assert texts.fingerprint(read.keys[0].prk, list(words.word_list())) == GOLDEN["fingerprint"]
    assert [reader.encode(revision).hex() for _, revision in read.revisions()] == GOLDEN["newest"]
    assert [reader.encode(revision).hex() for _, revision in read.revisions(history=True)] == GOLDEN["history"]
    assert [reader.encode(entry).hex() for entry in more.log(read)] == GOLDEN["log"]
    (file,) = [claim[1] for _, revision in read.revisions() for claim in revision[6] if claim[0] == "file"]
    assert more.attachment(read, file) == golden.FILE


@pytest.mark.parametrize("way", ["passphrase", "paper", "identity"])
def test_the_library_opens_the_golden_vault(way, tmp_path):
    path = shutil.copy(golden.VAULT, tmp_path)
    text = GOLDEN["vectors"][0][way]
    secret = keys.parse_identity(text) if way == "identity" else keys.parse_secret(text)
    with Vault.open(path, secret, expect=GOLDEN["checkpoint"]) as vault:
        status = vault.status()
        assert (status.checkpoint, status.fingerprint) == (GOLDEN["checkpoint"], GOLDEN["fingerprint"])
        found = [r.encode().hex() for removed in (False, True) for r in vault.records(removed=removed)]
        assert sorted(found) == sorted(GOLDEN["newest"])
        assert [entry.encode().hex() for entry in vault.disclosures.log()] == GOLDEN["log"]
        histories = [r.encode().hex() for r in {reader.decode(hx(e))[1] for e in found} for r in vault.history(r)]
        assert sorted(histories) == sorted(GOLDEN["history"])
        assert vault.check().require_sound() is None
        (document,) = vault.records("document")
        (file,) = vault.extract(document.record_id, tmp_path)
        assert file.read_bytes() == golden.FILE
        assert len(vault.find("阿丽亚")) == 0
        assert [hit.revision.kind for hit in vault.find("мае 2017")] == ["statement"]
        vault.put(records.Draft("person", (records.Claim("sex", None, state="unknown"),)))
    with reader.open_vault(Path(path), GOLDEN["vectors"][0]["passphrase"]) as read:
        assert read.head[0] == status.epoch + 1


def test_what_does_not_open_the_golden_vault(tmp_path):
    for secret in (GOLDEN["old_passphrase"], bytes(32)):
        refused(reader.open_vault(golden.VAULT, secret).__enter__)
    path = shutil.copy(golden.VAULT, tmp_path)
    refused(lambda: Vault.open(path, keys.Passphrase(GOLDEN["old_passphrase"])))
    with Vault.open(path, keys.Passphrase(GOLDEN["vectors"][0]["passphrase"]), read_only=True) as vault:
        refused(lambda: vault.get(hx(GOLDEN["purged"])))
