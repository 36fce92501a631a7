"""Records from a file: one JSON object, or JSON lines, read one at a time, each error with its line.

Floor: roof. It refuses JSON that says one thing twice, numbers that are none, and lines over a mebibyte.

Records of one file may point at each other before they have ids: `"ref": "m1"` names a record, and wherever an id is
asked `"@m1"` points at it, earlier or later in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vault.records import Draft, Schemas

MAX_LINE_BYTES: Final = 1 << 20
MAX_SINGLE_BYTES: Final = 8 << 20
RECORD_ID_BYTES: Final = 16


class Problem(NamedTuple):
    """Why a line cannot be taken."""

    line: int
    reason: str


class NotTakenError(Exception):
    """Raised while the vault reads the drafts, so that it takes none of them."""


def parse_json(data: bytes) -> dict[str, Any]:
    """Read one JSON object strictly.

    Args:
        data: UTF-8 text, a byte order mark allowed.

    Returns:
        The object.

    Raises:
        ValueError: It is no JSON object, names a key twice, or holds NaN; the message tells no content.
    """
    import json

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        tree = dict(pairs)
        if len(tree) != len(pairs):
            message = "a key stands twice in one object"
            raise ValueError(message)
        return tree

    def no_constant(word: str) -> Any:  # noqa: ANN401 - json's own shape
        message = f"{word} is no number"
        raise ValueError(message)

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8 (byte {error.start + 1})"
        raise ValueError(message) from None
    try:
        tree = json.loads(text, object_pairs_hook=unique, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} (character {error.pos + 1})"
        raise ValueError(message) from None
    except RecursionError:
        message = "nested too deeply"
        raise ValueError(message) from None
    if not isinstance(tree, dict):
        message = "not a JSON object"
        raise ValueError(message)  # noqa: TRY004 - bad content of a file, not a caller's mistake
    return tree


def objects(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    """Read the objects of a file: JSON lines, or one object over many lines.

    Args:
        file: Open for reading bytes.

    Yields:
        Number of the line, from 1, and the object or what is wrong with it.
    """
    first = file.readline(MAX_LINE_BYTES + 1)
    if not first:
        return
    try:
        yield 1, parse_json(first)
    except ValueError as error:
        if not first.strip():
            pass
        elif _opens_object(first):
            # One object printed over many lines.
            whole = first + file.read(MAX_SINGLE_BYTES)
            try:
                yield 1, parse_json(whole)
            except ValueError as whole_error:
                yield 1, Problem(1, str(whole_error))
            return
        else:
            yield 1, Problem(1, str(error))
    number = 1
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_BYTES)
            yield number, Problem(number, f"over {MAX_LINE_BYTES} bytes")
            continue
        if not line.strip():
            continue
        try:
            yield number, parse_json(line)
        except ValueError as error:
            yield number, Problem(number, str(error))


def _opens_object(line: bytes) -> bool:
    text = line.removeprefix(b"\xef\xbb\xbf").strip()
    return text == b"{" or (text.startswith(b"{") and text.endswith((b",", b"{", b"[")))


class Intake:
    """Turn the objects of one file into drafts, keeping what could not be taken.

    Args:
        schemas: The vault's schemas.
        resolve: Finds the record id for the beginning of one, in the vault.
        kind: Kind of the objects that name none.
        partial: Go on past errors.
    """

    def __init__(self, schemas: Schemas, resolve: Callable[[str], bytes], *, kind: str | None, partial: bool) -> None:
        """Begin with an empty file."""
        self._schemas = schemas
        self._resolve_stored = resolve
        self._kind = kind
        self._partial = partial
        self._ids: dict[str, bytes] = {}
        self._mentioned: dict[str, int] = {}
        self._defined: set[str] = set()
        self._line = 0
        self.problems: list[Problem] = []
        self.taken = 0

    def drafts(self, file: BinaryIO) -> Iterator[Draft]:
        """Yield the drafts of a file; for `Vault.put_many`.

        Args:
            file: Open for reading bytes.

        Yields:
            One draft for each good object.

        Raises:
            NotTakenError: At the end, if anything was wrong and `partial` was not asked for.
        """
        for number, item in objects(file):
            self._line = number
            if isinstance(item, Problem):
                self.problems.append(item)
                continue
            draft = self._draft(item)
            # After the first error nothing will be kept: go on only to name the others.
            if draft is not None and (self._partial or not self.problems):
                self.taken += 1
                yield draft
        for ref, line in self._mentioned.items():
            if ref not in self._defined:
                self.problems.append(Problem(line, f"no record in this file has the ref {ref!a}"))
        if self.problems and not self._partial:
            raise NotTakenError

    def _draft(self, item: dict[str, Any]) -> Draft | None:
        from dataclasses import replace

        from vault.errors import RecordError, VaultError
        from vault.records import parse_record

        ref = item.get("ref")
        if self._kind is not None:
            item.setdefault("kind", self._kind)
        try:
            if ref is not None and (not isinstance(ref, str) or not ref or ref in self._defined):
                reason = "a ref is a text, and no two records have the same"
                raise RecordError(reason)
            draft = parse_record(item, self._schemas, resolve=self._resolve)
        except VaultError as error:
            self.problems.append(Problem(self._line, str(error)))
            return None
        if ref is None:
            return draft
        self._defined.add(ref)
        if draft.record_id is None:
            return replace(draft, record_id=self._id(ref))
        if self._ids.setdefault(ref, draft.record_id) != draft.record_id:
            self.problems.append(Problem(self._line, "a record with an id must stand before those that point at it"))
            return None
        return draft

    def _resolve(self, text: str) -> bytes:
        if not text.startswith("@"):
            return self._resolve_stored(text)
        self._mentioned.setdefault(text[1:], self._line)
        return self._id(text[1:])

    def _id(self, ref: str) -> bytes:
        import secrets

        return self._ids.setdefault(ref, secrets.token_bytes(RECORD_ID_BYTES))
