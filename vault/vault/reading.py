"""Opening what the index points at: revisions, and what they say of their files.

Part of floor 3. A revision counts only if it is the one that the index names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vault.errors import FormatError, IntegrityError, RecordError
from vault.files import Attachment
from vault.objects import Kind
from vault.records import decode_revision, revision_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vault.index import PageCache, Row
    from vault.objects import ObjectReader
    from vault.records import Revision

MALFORMED: Final = "a stored revision is not made by the rule"
ANOTHER: Final = "a stored revision is another one than the index names"


def read_revision(objects: ObjectReader, row: Row, cache: PageCache | None = None) -> Revision:
    """Open the revision that a row of the index names.

    Args:
        objects: Snapshot.
        row: Neither purged nor of an attachment.
        cache: What was opened before, by name; a name stands for one object only.

    Returns:
        The revision.

    Raises:
        IntegrityError: It is missing, changed, not a revision, or another one than the index names.

    Secrets:
        The result.
    """

    def load() -> tuple[Revision, int]:
        return _open(objects, row)

    revision: Revision = load()[0] if cache is None else cache.get(row.ref.name, load)
    if revision.id != row.revision_id or revision.record_id != row.record_id:
        raise IntegrityError(ANOTHER)
    return revision


def _open(objects: ObjectReader, row: Row) -> tuple[Revision, int]:
    """Open and read a revision; also tell what it and what a search makes of it take in memory."""
    plaintext = objects.get(Kind.REVISION, row.ref)
    try:
        revision = decode_revision(plaintext)
    except (FormatError, RecordError):
        raise IntegrityError(MALFORMED) from None
    return revision, 1_000 + 7 * len(plaintext) + 200 * len(revision.claims)


def read_plaintext(objects: ObjectReader, row: Row) -> bytes:
    """Open the revision that a row names, and check that it is this one; not yet that it is well formed.

    Args:
        objects: Snapshot.
        row: Neither purged nor of an attachment.

    Raises:
        IntegrityError: It is missing, changed, or another one than the index names.

    Secrets:
        The result.
    """
    plaintext = objects.get(Kind.REVISION, row.ref)
    if revision_id(plaintext) != row.revision_id:
        raise IntegrityError(ANOTHER)
    return plaintext


def attachment_of_value(value: object) -> Attachment | None:
    """Read what a file claim says of its attachment; None if it is not of that form."""
    if not isinstance(value, dict):
        return None
    parts: list[Any] = [value.get(key) for key in ("id", "length", "sha256", "chunks", "depth")]
    if [type(part) for part in parts] != [bytes, int, bytes, int, int]:
        return None
    return Attachment(*parts)


def attachments_of(revision: Revision) -> Iterator[tuple[Attachment, str]]:
    """Give every attachment of a revision, also of claims taken back, with its untrusted file name.

    Secrets:
        The results.
    """
    for claim in revision.claims:
        attachment = attachment_of_value(claim.value)
        if attachment is not None and isinstance(claim.value, dict):
            yield attachment, str(claim.value.get("name", ""))
