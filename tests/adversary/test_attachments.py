"""Attacks on files in a vault: lengths at the edges of a chunk, and chunks moved by somebody who holds the keys.

All files are invented.
"""

import hashlib
import io
import os
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from vault import handoff, sealing
from vault.errors import IntegrityError, NotFoundError
from vault.files import CHUNK_BYTES
from vault.index import attachment_of
from vault.objects import Kind, Ref, object_id
from vault.records import Claim, Draft, Schemas
from vault.redact import Recipient, Request
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.reading import attachments_of
from vault.vault.writing import RecordWriter

FIRST = "kettle-orbit-velvet-mango-thirty-drum"
LENGTHS = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 << 20)


@pytest.fixture
def vault(tmp_path) -> Any:
    with Vault.create(tmp_path / "cases.vault", FIRST, profile=KdfProfile.TEST) as vault:
        yield vault


@pytest.fixture
def owner(vault) -> bytes:
    [revision] = vault.put(Draft("person", (Claim("notes", "to whom the files belong"),)))
    return revision.record_id


def pattern(length: int, seed: int = 1) -> bytes:
    """Give bytes that differ from chunk to chunk."""
    unit = hashlib.sha256(b"%d" % seed).digest()
    body = b"".join(unit + number.to_bytes(8) for number in range(length // 40 + 1))
    return body[:length]


class Trickle(io.RawIOBase):
    """A stream that gives less than was asked for, as a pipe does."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(min(size, 65_521))


# -- Attack 55 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", LENGTHS)
def test_lengths_round_trip(vault, owner, tmp_path, length):
    """Attack 55: 0, 1, a chunk and one less or more: the same bytes come out, 0600, under the right name."""
    data = pattern(length)
    for number, stream in enumerate((io.BytesIO(data), Trickle(data))):
        folder = tmp_path / f"out{number}"
        folder.mkdir()
        document = vault.attach(owner, stream, "photo.jpg")
        [path] = vault.extract(document.record_id, folder)
        assert path.read_bytes() == data
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.name == "photo.jpg"
        [(attachment, _)] = attachments_of(document)
        assert attachment.length == length
        assert attachment.sha256 == hashlib.sha256(data).digest()
        assert attachment.chunks == max(1, -(-length // CHUNK_BYTES))
        assert attachment.depth == (attachment.chunks > 1)
    assert vault.check().attachments == 2
    assert vault.check().problems == ()


def test_the_files_of_v_round_trip(victim, tmp_path):
    """Attack 55: the five files of V, with their names."""
    with victim.open(read_only=True) as vault:
        paths = [vault.extract(document, tmp_path)[0] for document in victim.documents]
        lengths = [len(path.read_bytes()) for path in paths]
    assert lengths == [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 3 << 20]
    assert all(path.name.startswith("Zitronengirlitz") for path in paths)


def test_a_stream_that_fails_leaves_nothing(vault, owner):
    """Attack 55: where reading the file fails half-way, nothing of it is in the vault."""

    class Broken(Trickle):
        def read(self, size: int = -1) -> bytes:
            data = super().read(size)
            if self._rest.tell() > 2 << 20:
                raise OSError("an invented error of the medium")
            return data

    before = vault.status()
    with pytest.raises(OSError, match="invented"):
        vault.attach(owner, Broken(pattern(4 << 20)), "photo.jpg")
    after = vault.status()
    assert (before.epoch, before.objects, before.bytes) == (after.epoch, after.objects, after.bytes)
    assert vault.check().orphans == 0


# -- Attack 54 --------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_files(vault, owner) -> list[tuple[Any, Ref, list[Ref]]]:
    """Give two files of four chunks each: document, list, chunks."""
    found = []
    for seed in (1, 2):
        document = vault.attach(owner, io.BytesIO(pattern(3 * CHUNK_BYTES + 100, seed)), f"photo{seed}.jpg")
        [(attachment, _)] = attachments_of(document)
        with vault._session.reading() as (objects, index):
            top = index.attachment(attachment.attachment_id).ref
            body = objects.get(Kind.CHUNK_LIST, top)[17:]
        chunks = [Ref(body[at : at + 32], body[at + 32]) for at in range(0, len(body), 33)]
        found.append((document, top, chunks))
    return found


def relist(vault: Vault, document: Any, listed: list[Ref], **said: Any) -> bytes:
    """Write a document with the same file but another list of chunks, as a holder of the keys can; give its id."""
    value = dict(document.values("file")[0]) | {"id": sealing.random_bytes(16)} | said
    body = b"".join(ref.name + bytes([ref.generation]) for ref in listed)
    with vault._session.writing() as commit:
        writer = RecordWriter(commit, Schemas.shipped(), vault._session.cache)
        top = commit.batch.put(
            Kind.CHUNK_LIST, (value.pop("head", None) or value["id"] + bytes([value["depth"] & 0xFF])) + body
        )
        revision = writer.put(Draft("document", (Claim("file", value),)))
        writer.add_document(attachment_of(value["id"], top, commit.epoch), [])
        writer.finish()
    return revision.record_id


CHANGES: dict[str, Callable[[list[Ref], list[Ref]], list[Ref]]] = {
    "first dropped": lambda own, other: own[1:],
    "middle dropped": lambda own, other: [own[0], *own[2:]],
    "last dropped": lambda own, other: own[:-1],
    "all but one dropped": lambda own, other: own[:1],
    "first repeated": lambda own, other: [own[0], *own],
    "last repeated": lambda own, other: [*own, own[-1]],
    "one in place of another": lambda own, other: [own[0], own[0], *own[2:]],
    "reordered": lambda own, other: [own[1], own[0], *own[2:]],
    "reversed": lambda own, other: own[::-1],
    "one of the other file": lambda own, other: [own[0], other[1], *own[2:]],
    "last of the other file": lambda own, other: [*own[:-1], other[-1]],
    "all of the other file": lambda own, other: other,
    "one of the other file added": lambda own, other: [*own, other[0]],
    "a generation that is none": lambda own, other: [*own[:-1], Ref(own[-1].name, 9)],
}


@pytest.mark.parametrize("how", CHANGES)
def test_chunks_moved_with_the_keys(vault, two_files, tmp_path, how):
    """Attack 54: chunks dropped, repeated, reordered, or of another file: integrity, and no file, whole or partial."""
    (document, _, own), (_, _, other) = two_files
    record = relist(vault, document, CHANGES[how](own, other))
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(IntegrityError):
        vault.extract(record, out)
    assert list(out.iterdir()) == []
    assert record in {problem.record_id for problem in vault.check().problems}
    assert vault.extract(document.record_id, out), "the true file is as it was"


LIES: dict[str, dict[str, Any]] = {
    "one byte longer": {"length": 3 * CHUNK_BYTES + 101},
    "one byte shorter": {"length": 3 * CHUNK_BYTES + 99},
    "a negative length": {"length": -1},
    "a huge length": {"length": (1 << 63) - 1},
    "one chunk more": {"chunks": 5},
    "one chunk fewer": {"chunks": 3},
    "no chunk": {"chunks": 0},
    "very many chunks": {"chunks": (1 << 63) - 1},
    "another digest": {"sha256": bytes(32)},
    "a digest that is none": {"sha256": b""},
    "no depth": {"depth": 0},
    "more depth": {"depth": 2},
    "an impossible depth": {"depth": 200},
    "a negative depth": {"depth": -1},
    "a depth that fits no byte": {"depth": 256},
    "the list of another file": {"head": bytes(16) + b"\1"},
    "a list of another depth": {"head": bytes(16) + b"\2"},
}


@pytest.mark.parametrize("how", LIES)
def test_records_that_lie_about_their_file(vault, two_files, tmp_path, how):
    """Attack 54: a record with another length, digest, number of chunks or depth than the file has: the same."""
    (document, _, own), _ = two_files
    out = tmp_path / "out"
    out.mkdir()
    record = relist(vault, document, own, **LIES[how])
    with pytest.raises(IntegrityError):
        vault.extract(record, out)
    assert list(out.iterdir()) == []
    assert vault.check().problems != ()


def test_chunks_moved_without_keys(vault, two_files, tmp_path):
    """Attack 54: chunks exchanged or taken away in the file itself: the same, within one file and between two."""
    (document, top, own), (second, _, other) = two_files
    out = tmp_path / "out"
    out.mkdir()
    engine = vault._session.engine

    def stored(ref: Ref) -> bytes:
        with engine.snapshot() as reader:
            return reader.get(object_id(ref.name))

    for one, another in ((own[0], own[1]), (own[1], other[1]), (own[0], top), (own[0], None)):
        kept = stored(one)
        with engine.transaction() as writer:
            writer.delete(object_id(one.name))
            if another is not None:
                writer.put(object_id(one.name), writer.get(object_id(another.name)))
        with pytest.raises(IntegrityError):
            vault.extract(document.record_id, out)
        assert list(out.iterdir()) == []
        with engine.transaction() as writer:
            writer.delete(object_id(one.name))
        with engine.transaction() as writer:
            writer.put(object_id(one.name), kept)
    assert len(vault.extract(second.record_id, out)) == 1
    assert len(vault.extract(document.record_id, out)) == 1


def test_a_disclosed_file_that_is_damaged_is_not_handed_over(vault, owner, tmp_path):
    """Attack 54: what a disclosure reads of a file is checked in the same way, and no bundle stays."""
    document = vault.attach(owner, io.BytesIO(pattern(2 * CHUNK_BYTES)), "photo.jpg")
    policy = vault.disclosures.policies()["everything"]
    request = Request((), policy, Recipient("self", "self"), "other", date(2020, 1, 1))
    disclosure = vault.disclose(request)
    [file] = disclosure.view.files
    assert b"".join(disclosure.read_file(file)) == pattern(2 * CHUNK_BYTES)
    [(attachment, _)] = attachments_of(document)
    with vault._session.reading() as (_, index):
        row = index.attachment(attachment.attachment_id)
    with vault._session.engine.transaction() as writer:
        writer.delete(object_id(row.ref.name))
    with pytest.raises(IntegrityError):
        list(disclosure.read_file(file))
    with pytest.raises(IntegrityError):
        handoff.write(disclosure, tmp_path / "bundle.age", passphrase="an invented passphrase of six words")
    assert [path.name for path in tmp_path.iterdir()] == ["cases.vault"]
    assert not disclosure.permit.spent
    assert vault.check().problems[0].record_id == document.record_id


def test_a_purged_file_is_gone(vault, owner, tmp_path):
    """Attack 54: after a purge nothing of the file is extracted, and none of its objects is left."""
    before = vault.status().objects
    document = vault.attach(owner, io.BytesIO(os.urandom(3 * CHUNK_BYTES)), "photo.jpg")
    assert vault.status().objects >= before + 5
    vault.remove(document.record_id, purge=True)
    for record in (document.record_id, owner):
        with pytest.raises(NotFoundError):
            vault.extract(record, tmp_path)
    assert vault.check().orphans == 0
    assert vault.status().bytes < 200_000
