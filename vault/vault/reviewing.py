"""What a person decided when reading texts before they leave: kept sealed as settings, followed by every disclosure.

Part of floor 3. It decides nothing of its own: what a decision may do is `redact`'s to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault import sealing
from vault.errors import DisclosureError, FormatError, IntegrityError, NotFoundError
from vault.redact import reading, rulings
from vault.redact.roles import Graph
from vault.redact.rulings import KEEP, MASK_TOO, Ruling, Rulings
from vault.vault.reading import read_revision
from vault.vault.state import read_setting, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from vault.objects import Head, ObjectReader
    from vault.records import Revision
    from vault.vault.session import Session
    from vault.vault.state import Commit

_RULING: Final = "review/"


class ReviewDesk:
    """Decisions about words in texts; reached as `Vault.disclosures.review`.

    Args:
        session: Of the open vault.
    """

    def __init__(self, session: Session) -> None:
        """Work on an open vault."""
        self._session = session

    def decisions(self) -> list[Ruling]:
        """Give what was decided, in an order that tells nothing.

        Raises:
            IntegrityError: A decision is not made by the rule.

        Secrets:
            The words.
        """
        with self._session.reading() as (objects, _):
            return read_rulings(objects, self._session.current().head)

    def mask(self, word: str, *, record: bytes | None = None, field: str = "") -> Ruling:
        """Have a word or phrase masked from now on, whoever it may mean.

        Args:
            word: As it stands in a text; its forms are masked too. At most 200 characters.
            record: Only in the texts of this record; else in every text, and the gate looks for it in all that leaves.
            field: Only in this field of the record.

        Returns:
            The decision, which every later disclosure follows.

        Raises:
            NotFoundError: There is no such record, or it has no texts in such a field.
            DisclosureError: The word has no letter and no digit, or is too long.
            StaleError, BusyError, EngineError: As for any commit.

        Secrets:
            `word` and the result.

        Source:
            docs/disclosure.md §Review.
        """
        if record is not None:
            self._texts(record, field)
        return self._note(MASK_TOO, " ".join(word.split()), record, field)

    def keep(self, word: str, record: bytes, *, field: str = "", place: int | None = None) -> Ruling:
        """Let a word stand in one text: there it is no name.

        Args:
            word: As it stands there, one word, capitals as there.
            record: Id of the record that holds the text.
            field: Name of the field; empty for all texts of the record.
            place: Which of the places where the word stands in these texts, from 1; None where there is one alone.

        Returns:
            The decision; the earlier one where the same was decided before.

        Raises:
            NotFoundError: There is no such record, field or place, or the word does not stand there.
            DisclosureError: It stands at several places and none is named; or it stands for a value however it is
                written, so that no decision lets it leave.
            StaleError, BusyError, EngineError: As for any commit.

        Secrets:
            `word` and the result.

        Source:
            docs/disclosure.md §Review.
        """
        found = [
            (name, text, start)
            for name, text in self._texts(record, field)
            for start in (rulings.places(text, word) if rulings.is_word(word) else ())
        ]
        if not found or (place is not None and not 1 <= place <= len(found)):
            msg = "no text of that record has this word there, whole and with these capitals"
            raise NotFoundError(msg)
        if place is None and len(found) > 1:
            msg = f"the word stands at {len(found)} places of that record; say which of them is no name"
            raise DisclosureError(msg)
        name, text, start = found[(place or 1) - 1]
        known = self.decisions()
        for one in known:
            if (one.act, one.record, one.field, one.start) == (KEEP, record, name, start) and one.stands_in(text):
                return one
        self._require_doubt(text, start, start + len(word), known)
        return self._note(KEEP, word, record, name, rulings.digest(text), start)

    def forget(self, ids: Iterable[bytes]) -> None:
        """Take decisions back; later disclosures go without them.

        Args:
            ids: 8 bytes each.

        Raises:
            NotFoundError: One of them is not there; none is taken back then.
            StaleError, BusyError, EngineError: As for any commit.
        """
        names = sorted({f"{_RULING}{one.hex()}" for one in ids})
        with self._session.writing() as commit:
            if not names or set(names) - read_settings(commit.batch, commit.state.head).keys():
                msg = "there is no such decision"
                raise NotFoundError(msg)
            for name in names:
                commit.set_setting(name, None)
                commit.log("settings", {"removed": name})

    def _note(self, act: str, word: str, record: bytes | None, field: str, text: bytes = b"", start: int = 0) -> Ruling:
        try:
            ruling = Ruling(sealing.random_bytes(rulings.ID_BYTES), act, word, record, field, text, start)
        except ValueError as error:
            raise DisclosureError(str(error)) from None
        with self._session.writing() as commit:
            name = f"{_RULING}{ruling.id.hex()}"
            commit.set_setting(name, ruling.plain())
            commit.log("settings", {"set": name})
        return ruling

    def _texts(self, record: bytes, field: str) -> list[tuple[str, str]]:
        """Give the texts of a record as it stands, each with its field."""
        with self._session.reading() as (objects, index):
            schemas = self._session.schemas(objects)
            row = index.current(record)
            revision = None if row is None or row.purged else read_revision(objects, row)
            if revision is None or revision.removed:
                msg = "there is no such record, or it was removed"
                raise NotFoundError(msg)
            texts = {one.name for one in schemas.fields(revision.kind) if one.type == "text"}
        if field and field not in texts:
            msg = f"a {revision.kind} has no texts in a field of that name"
            raise NotFoundError(msg)
        return [(name, text) for _, name, text in reading.texts_of(revision, schemas, field)]

    def _require_doubt(self, text: str, start: int, end: int, known: list[Ruling]) -> None:
        """Refuse to let a word stand that would be masked in small letters too."""
        with self._session.reading() as (objects, index):

            def history(record_id: bytes) -> list[Revision]:
                return [read_revision(objects, row) for row in index.history(record_id) if not row.purged]

            graph = Graph(
                (read_revision(objects, row) for row in index.rows(removed=True)), self._session.schemas(objects)
            )
            masks = Rulings(known).protected()
            doubtful = reading.may_stand(text, start, end, graph=graph, history=history, masks=masks)
        if not doubtful:
            msg = "it stands for a value however it is written; no decision lets it leave"
            raise DisclosureError(msg)


def read_rulings(objects: ObjectReader, head: Head) -> list[Ruling]:
    """Read what was decided in review.

    Args:
        objects: Snapshot.
        head: Its head.

    Returns:
        The decisions, by their ids.

    Raises:
        IntegrityError: A decision is not made by the rule.

    Secrets:
        The result.
    """
    found: list[Ruling] = []
    for name, ref in sorted(read_settings(objects, head).items()):
        if name.startswith(_RULING):
            try:
                mark = bytes.fromhex(name.removeprefix(_RULING))
                found.append(Ruling.from_plain(mark, read_setting(objects, ref)))
            except (FormatError, ValueError):
                msg = "a decision made in review is not made by the rule"
                raise IntegrityError(msg) from None
    return found


def forget_rulings(
    commit: Commit, record_id: bytes, rewritten: Collection[bytes | None], is_named_in: Callable[[str], bool]
) -> None:
    """Take back what was decided of the texts of a record that is purged, and what names it.

    Args:
        commit: In which it is purged.
        record_id: 16 bytes.
        rewritten: Records whose texts are masked by the purge; what was kept there is no longer in doubt.
        is_named_in: Tells whether a text names the purged record.

    Raises:
        IntegrityError: A decision is not made by the rule.
    """
    for one in read_rulings(commit.batch, commit.state.head):
        if one.record == record_id or (one.act == KEEP and one.record in rewritten) or is_named_in(one.word):
            commit.set_setting(f"{_RULING}{one.id.hex()}", None)
