"""A shelf of sealed objects with an index, on the real rooms. All records in these tests are invented."""

from contextlib import contextmanager

import pytest

from vault.engine import sqlite
from vault.index import Index, PageCache, build, document_of
from vault.objects import Kind, ObjectBatch
from vault.records.model import Claim, Revision, decode_revision
from vault.records.schema import Schemas
from vault.sealing import Sealer


class Shelf:
    """Commits records one after the other, each as a segment of its own."""

    def __init__(self):
        self.engine = sqlite.memory()
        self.sealers = {1: Sealer(bytes(16), 1, bytes(32))}
        self.entries = ()
        self.count = 0
        self.serial = 0
        self.schemas = Schemas.shipped()

    @contextmanager
    def batch(self):
        with self.engine.transaction() as writer:
            yield ObjectBatch(writer, self.sealers, 1)

    @contextmanager
    def index(self):
        with self.batch() as batch:
            yield Index(batch, self.entries, PageCache())

    def revision(self, kind="person", *claims, before=None, removed=False):
        self.count += 1
        number = self.count.to_bytes(16)
        return Revision(
            record_id=before.record_id if before else number,
            kind=kind,
            parents=(before.id,) if before else (),
            device=b"",
            time=0,
            claims=claims,
            seed=2 * number,
            removed=removed,
        )

    def person(self, *names, before=None, **fields):
        claims = [Claim("name", {"text": name}) for name in names]
        claims += [Claim(field, value) for field, value in fields.items()]
        return self.revision("person", *claims, before=before)

    def add(self, *revisions, supersedes=(), epoch=1):
        with self.batch() as batch:
            self.serial += 1
            documents = [
                document_of(one, batch.put(Kind.REVISION, one.encode()), self.schemas, epoch) for one in revisions
            ]
            self.entries = (*self.entries, build(batch, documents, self.serial, supersedes))
        return revisions[0]

    def tidy(self):
        with self.batch() as batch:
            self.serial += 1
            change = Index(batch, self.entries).tidy(batch, self.serial, 1)
            for ref in change.orphaned:
                batch.delete(ref)
            self.entries = change.entries

    def opened(self, index):
        return lambda row: decode_revision(index._segments[0]._reader.get(Kind.REVISION, row.ref))


@pytest.fixture
def shelf():
    return Shelf()
