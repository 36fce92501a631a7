"""x."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from vault import agefile
from vault.errors import HandoffError
from vault.handoff import archive, bag
from vault.paths import NewFile, NewFolder

Seal: TypeAlias = Callable[[Iterable[bytes], agefile.Sink], None]
Commit: TypeAlias = Callable[[bytes, bytes], None]


def _publish(members: Mapping[str, bag.Member], target: Path, seal: Seal | None, commit: Commit) -> tuple[bytes, bytes]:
    """Write the bag, have it entered in the ledger, and only then give it its name.

    Args:
        members: The whole bag.
        target: Final path; nothing may be there.
        seal: Seals a stream into a sink; None for a folder of plain files.
        commit: Enters the SHA-256 of the bag and of the sealed file in the ledger.

    Returns:
        The two digests; zeros for a sealed file that there is not.
    """
    plain, sealed = hashlib.sha256(), hashlib.sha256()
    stream = _hashed(archive.write(bag.entries(members), lambda path: _checked(path, members[path])), plain)
    if seal is None:
        for _ in stream:
            pass
        with NewFolder(target) as folder:
            for path, member in members.items():
                folder.begin(*path.split("/"))
                for piece in _checked(path, member):
                    folder.write(piece)
            folder.settle()
            digests = plain.digest(), bytes(32)
            commit(*digests)
            folder.commit()
        return digests
    with NewFile(target) as file:

        def sink(data: bytes) -> None:
            sealed.update(data)
            file.write(data)

        seal(stream, sink)
        file.settle()
        digests = plain.digest(), sealed.digest()
        commit(*digests)
        file.commit()
    return digests


def _hashed(chunks: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _checked(path: str, member: bag.Member) -> Iterator[bytes]:
    """Read a member once more, and refuse when it is not what the gate read and the manifest names."""
    digest, length = hashlib.sha256(), 0
    for piece in member.read():
        digest.update(piece)
        length += len(piece)
        if length > member.length:
            break
        yield piece
    if digest.digest() != member.sha256:
        raise HandoffError(f"{path} changed while the bundle was written")
