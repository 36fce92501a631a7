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
MAX_REF_CHARACTERS: Final = 256
RECORD_ID_BYTES: Final = 16


class Problem(NamedTuple):
    """Why a line cannot be taken."""

    line: int
    reason: str


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
    number = 0
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
            if number > 1 or not _opens_object(line):
                yield number, Problem(number, str(error))
                continue
            yield 1, _whole(line + file.read(MAX_SINGLE_BYTES))
            return


def _whole(data: bytes) -> dict[str, Any] | Problem:
    """Read one object that is printed over many lines."""
    try:
        return parse_json(data)
    except ValueError as error:
        return Problem(1, str(error))


def _opens_object(line: bytes) -> bool:
    text = line.removeprefix(b"\xef\xbb\xbf").strip()
    return text == b"{" or (text.startswith(b"{") and text.endswith((b",", b"{", b"[")))


class Intake:
    """Turn the objects of one file into drafts: read it once to find every error, and once more to take it.

    The second reading happens while the vault is locked for writing, so everything that asks the vault is done in the
    first. Nothing of the file is held in between but ids and the numbers of bad lines.

    Args:
        schemas: The vault's schemas.
        resolve: Finds the record id for the beginning of one, in the vault.
        kind: Kind of the objects that name none.
    """

    def __init__(self, schemas: Schemas, resolve: Callable[[str], bytes], *, kind: str | None) -> None:
        """Begin with an empty file."""
        self._schemas = schemas
        self._resolve_stored = resolve
        self._kind = kind
        self._ids: dict[str, bytes] = {}
        self._mentioned: dict[str, int] = {}
        self._defined: set[str] = set()
        self._stored: dict[str, bytes] = {}
        self._line = 0
        self.problems: list[Problem] = []

    def survey(self, file: BinaryIO) -> int:
        """Read a file through and note every problem in `problems`, by line.

        Args:
            file: Open for reading bytes.

        Returns:
            How many objects can be taken.
        """
        good = 0
        for number, item in objects(file):
            self._line = number
            problem = item if isinstance(item, Problem) else self._examine(item)
            if problem is not None:
                self.problems.append(problem)
            else:
                good += 1
        missing = [(line, ref) for ref, line in self._mentioned.items() if ref not in self._defined]
        self.problems += [Problem(line, f"no record in this file has the ref {ref!a}") for line, ref in missing]
        self.problems.sort()
        return good - len({line for line, _ in missing})

    def drafts(self, file: BinaryIO) -> Iterator[Draft]:
        """Read the same file again and yield a draft for each good object; for `Vault.put_many`.

        Args:
            file: As in `survey`, from its beginning.

        Yields:
            The drafts, in order.

        Raises:
            VaultError: The file is not the same any more.
        """
        from dataclasses import replace

        bad = {problem.line for problem in self.problems}
        for number, item in objects(file):
            if number in bad or isinstance(item, Problem):
                continue
            draft = self._parse(item)
            yield replace(draft, record_id=self._ids[item["ref"]]) if "ref" in item else draft

    def _parse(self, item: dict[str, Any]) -> Draft:
        from vault.records import parse_record

        if self._kind is not None:
            item.setdefault("kind", self._kind)
        return parse_record(item, self._schemas, resolve=self._resolve)

    def _examine(self, item: dict[str, Any]) -> Problem | None:
        from vault.errors import VaultError

        try:
            draft = self._parse(item)
        except VaultError as error:
            return Problem(self._line, str(error))
        ref = item.get("ref")
        if "ref" not in item:
            return None
        if not isinstance(ref, str) or not 0 < len(ref) <= MAX_REF_CHARACTERS or ref in self._defined:
            return Problem(self._line, "a ref is a short text, and no two records have the same")
        self._defined.add(ref)
        if draft.record_id is not None and self._ids.setdefault(ref, draft.record_id) != draft.record_id:
            return Problem(self._line, "a record with an id must stand before those that point at it")
        self._id(ref)
        return None

    def _resolve(self, text: str) -> bytes:
        if not text.startswith("@"):
            if text not in self._stored:
                self._stored[text] = self._resolve_stored(text)
            return self._stored[text]
        self._mentioned.setdefault(text[1:], self._line)
        return self._id(text[1:])

    def _id(self, ref: str) -> bytes:
        import secrets

        return self._ids.setdefault(ref, secrets.token_bytes(RECORD_ID_BYTES))
