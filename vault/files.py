"""Attachments: a stream cut into sealed chunks, and back again in constant memory.

Floor: 2. It knows nothing of records: a document record holds the `Attachment`, the index holds where its object is.
It refuses to give a file its final name before the last chunk and the digest agree.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from vault import sealing
from vault.errors import IntegrityError, LimitError
from vault.objects import NAME_BYTES, Kind, ObjectBatch, ObjectReader, Ref
from vault.paths import NewFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHUNK_BYTES: Final = (1 << 20) - 4
LIST_ENTRIES: Final = 1 << 14
ID_BYTES: Final = 16
_REF_BYTES: Final = NAME_BYTES + 1
_MAX_CHUNKS: Final = LIST_ENTRIES * 4
_MAX_DEPTH: Final = 2
MAX_BYTES: Final = CHUNK_BYTES * _MAX_CHUNKS


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a document record knows of its file.

    Args:
        attachment_id: 16 random bytes.
        length: Bytes of the plain file.
        sha256: Of the plain file, 32 bytes.
        chunks: How many chunks, at least 1.
        depth: 0 one chunk, 1 a list of chunks, 2 a list of such lists.
    """

    attachment_id: bytes
    length: int
    sha256: bytes
    chunks: int
    depth: int


def store(
    batch: ObjectBatch, stream: BinaryIO, progress: Callable[[int], None] | None = None
) -> tuple[Attachment, Ref]:
    """Seal a stream as chunks.

    Args:
        batch: Transaction to write in.
        stream: Read to its end, a chunk at a time.
        progress: Called with the bytes read so far.

    Returns:
        What the record holds, and where the attachment's top object is.

    Raises:
        LimitError: Longer than 64 GiB.
        EngineError: The disk refused.

    Secrets:
        `stream`.

    Source:
        docs/format.md §Attachments.
    """
    attachment_id = sealing.random_bytes(ID_BYTES)
    digest = hashlib.sha256()
    length = 0
    refs: list[Ref] = []
    lists: list[Ref] = []
    chunks = 0
    while True:
        data = _read_full(stream)
        if not data and chunks:
            break
        digest.update(data)
        length += len(data)
        if length > MAX_BYTES:
            raise LimitError("attachment length in bytes", MAX_BYTES)
        refs.append(batch.put(Kind.CHUNK, data))
        chunks += 1
        if progress is not None:
            progress(length)
        if len(data) < CHUNK_BYTES:
            break
        if len(refs) == LIST_ENTRIES:
            lists.append(_put_list(batch, attachment_id, 1, refs))
            refs = []
    depth, top = _top(batch, attachment_id, refs, lists)
    return Attachment(attachment_id, length, digest.digest(), chunks, depth), top


def _top(batch: ObjectBatch, attachment_id: bytes, refs: list[Ref], lists: list[Ref]) -> tuple[int, Ref]:
    if lists:
        if refs:
            lists.append(_put_list(batch, attachment_id, 1, refs))
        return (2, _put_list(batch, attachment_id, 2, lists)) if len(lists) > 1 else (1, lists[0])
    return (0, refs[0]) if len(refs) == 1 else (1, _put_list(batch, attachment_id, 1, refs))


def _read_full(stream: BinaryIO) -> bytes:
    """Read a whole chunk even from a pipe that gives less at a time."""
    parts = []
    missing = CHUNK_BYTES
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _put_list(batch: ObjectBatch, attachment_id: bytes, depth: int, refs: list[Ref]) -> Ref:
    body = b"".join(ref.name + bytes([ref.generation]) for ref in refs)
    return batch.put(Kind.CHUNK_LIST, attachment_id + bytes([depth]) + body)


def _get_list(reader: ObjectReader, attachment_id: bytes, depth: int, ref: Ref) -> list[Ref]:
    payload = reader.get(Kind.CHUNK_LIST, ref)
    body = payload[ID_BYTES + 1 :]
    if payload[: ID_BYTES + 1] != attachment_id + bytes([depth]) or not body or len(body) % _REF_BYTES:
        msg = "a list of chunks is not of this attachment"
        raise IntegrityError(msg)
    return [Ref(body[at : at + NAME_BYTES], body[at + NAME_BYTES]) for at in range(0, len(body), _REF_BYTES)]


def objects(reader: ObjectReader, attachment: Attachment, top: Ref) -> Iterator[tuple[Kind, Ref]]:
    """Name every object of an attachment, parents before children, chunks in order.

    Args:
        reader: Snapshot.
        attachment: What the record holds.
        top: Where its top object is.

    Yields:
        Kind and place of each object.

    Raises:
        IntegrityError: A list is not of this attachment, or names more chunks than there are.
    """
    msg = "an attachment has not the chunks that its record says"
    if not 0 <= attachment.depth <= _MAX_DEPTH:
        raise IntegrityError(msg)
    # Lists that name one another again and again would else be followed for years.
    left = min(attachment.chunks, _MAX_CHUNKS)
    for kind, ref in _walk(reader, attachment.attachment_id, attachment.depth, top):
        left -= kind is Kind.CHUNK
        if left < 0:
            break
        yield kind, ref
    if left:
        raise IntegrityError(msg)


def _walk(reader: ObjectReader, attachment_id: bytes, depth: int, ref: Ref) -> Iterator[tuple[Kind, Ref]]:
    if depth == 0:
        yield Kind.CHUNK, ref
        return
    yield Kind.CHUNK_LIST, ref
    for child in _get_list(reader, attachment_id, depth, ref):
        yield from _walk(reader, attachment_id, depth - 1, child)


def reseal(reader: ObjectReader, batch: ObjectBatch, attachment: Attachment, top: Ref) -> Ref:
    """Seal all objects of an attachment again, in constant memory.

    Args:
        reader: Snapshot of the objects as they are.
        batch: Where they are sealed again.
        attachment: What the record holds.
        top: Where its top object is.

    Returns:
        Where its new top object is.

    Raises:
        IntegrityError: An object is missing or changed, or a list is not of this attachment.
    """
    for _ in objects(reader, attachment, top):
        pass  # as many chunks as the record says, before anything is written
    return _reseal(reader, batch, attachment.attachment_id, attachment.depth, top)


def _reseal(reader: ObjectReader, batch: ObjectBatch, attachment_id: bytes, depth: int, ref: Ref) -> Ref:
    if depth == 0:
        return batch.put(Kind.CHUNK, reader.get(Kind.CHUNK, ref))
    below = [
        _reseal(reader, batch, attachment_id, depth - 1, child)
        for child in _get_list(reader, attachment_id, depth, ref)
    ]
    return _put_list(batch, attachment_id, depth, below)


def read(reader: ObjectReader, attachment: Attachment, top: Ref) -> Iterator[bytes]:
    """Open an attachment chunk by chunk; what is given is certain only after the last one.

    Args:
        reader: Snapshot.
        attachment: What the record holds.
        top: Where its top object is.

    Yields:
        Plain bytes, in order.

    Raises:
        IntegrityError: A chunk is missing, changed, of another length, or the digest does not agree; raised before or
            after the last chunk, never silently.

    Secrets:
        The results.
    """
    digest = hashlib.sha256()
    length = 0
    chunks = 0
    for kind, ref in objects(reader, attachment, top):
        if kind is not Kind.CHUNK:
            continue
        data = reader.get(Kind.CHUNK, ref)
        chunks += 1
        length += len(data)
        if chunks > attachment.chunks or length > attachment.length:
            break
        if chunks < attachment.chunks and len(data) != CHUNK_BYTES:
            break
        digest.update(data)
        yield data
    if (chunks, length) != (attachment.chunks, attachment.length) or digest.digest() != attachment.sha256:
        msg = "an attachment is not what was stored"
        raise IntegrityError(msg)


def write_out(
    reader: ObjectReader,
    attachment: Attachment,
    top: Ref,
    target: Path,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write an attachment to a new file that appears only when all of it was verified.

    Args:
        reader: Snapshot.
        attachment: What the record holds.
        top: Where its top object is.
        target: Path that must not exist; the file is 0600.
        progress: Called with the bytes written so far.

    Raises:
        IntegrityError: As `read`; no file stays.
        UnsafePathError: Something is at the target.
        EngineError: The disk refused; no file stays.
    """
    done = 0
    with NewFile(target) as new:
        for data in read(reader, attachment, top):
            new.write(data)
            done += len(data)
            if progress is not None:
                progress(done)
        new.commit()
