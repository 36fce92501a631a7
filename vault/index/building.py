"""Making index segments from documents.

Floor: 2. A commit adds one segment for what it writes, or several for very much. It opens no record.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from itertools import repeat
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from pyroaring import BitMap

from vault import names
from vault.index.pages import (
    ATTACHMENT,
    FLAGS_AT,
    REF_AT,
    REMOVED,
    ROW_BYTES,
    ROWS_A_PAGE,
    SUPERSEDED,
    Batch,
    NameWriter,
    PageWriter,
    TermSheet,
    TermWriter,
    encode_root,
    pack_names,
    pack_row,
    term_sheets,
)
from vault.index.postings import MAX_DOCUMENTS, encode_postings
from vault.index.segment import SegmentEntry
from vault.index.terms import ID, NAME, SOUND, TEXT, Document, Terms
from vault.objects import Kind, Ref

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from vault.records.model import Revision

_Key = TypeVar("_Key", str, bytes)

RUN_DOCUMENTS: Final = 1 << 15
_RUN_POSTINGS: Final = 1 << 23


class SegmentWriter:
    """The three kinds of page of a segment to be, and its object at the end.

    Args:
        batch: Where they are sealed.
    """

    def __init__(self, batch: Batch) -> None:
        """Begin with no page."""
        self._batch = batch
        self._pages = PageWriter(batch)
        self.terms = TermWriter(self._pages)
        self.names = NameWriter(self._pages)
        self._row_refs: list[Ref] = []
        self._rows = bytearray()
        self.documents = 0

    def row(self, row: bytes) -> None:
        """Write the row of the next document."""
        self._rows += row
        self.documents += 1
        if len(self._rows) == ROWS_A_PAGE * ROW_BYTES:
            self._flush_rows()

    def _flush_rows(self) -> None:
        if self._rows:
            self._pages.put(self._row_refs, bytes(self._rows))
            self._rows.clear()

    def finish(self, serial: int, supersedes: dict[int, BitMap]) -> SegmentEntry:
        """Write the segment object, and give its entry for the head."""
        self._flush_rows()
        self.names.flush()
        payload = encode_root(
            self.documents,
            supersedes,
            terms=self.terms,
            row_refs=self._row_refs,
            names=self.names,
            pages=self._pages,
        )
        ref = self._batch.put(Kind.SEGMENT, payload)
        return SegmentEntry(serial, ref, self.documents, self.terms.terms)


class _Pieces(dict[str, list[int]]):
    """For each piece of text without blanks the list of its one word, so that a known piece is one look."""

    def __init__(self, words: dict[str, list[int]]) -> None:
        super().__init__()
        self._words = words
        self.number = 0
        self.nowhere: list[int] = []

    def __missing__(self, piece: str) -> list[int]:
        terms = names.piece_terms(piece)
        if len(terms) == 1:
            numbers = self[piece] = self._words.setdefault(terms[0], [])
            return numbers
        for word in terms:
            self._words.setdefault(word, []).append(self.number)
        return self.nowhere


def _append(lists: Mapping[_Key, list[int]], keys: Iterable[_Key], number: int) -> None:
    """Append a number to the list of each key; without a step of Python for each, which bulk loading feels."""
    deque(map(list.append, map(lists.__getitem__, keys), repeat(number)), maxlen=0)


Lists: TypeAlias = tuple[list[bytes], list[list[int]]]
"""Terms, ascending, and for each the numbers of its documents: ascending, perhaps with repeats."""


class TermLists:
    """Collects the terms of documents, and for each term the numbers of its documents.

    Memory is some eight bytes for each term of each document.

    Secrets:
        All it holds.
    """

    def __init__(self) -> None:
        """Begin without documents."""
        self._words: dict[str, list[int]] = {}
        self._pieces = _Pieces(self._words)
        self._keys: defaultdict[str, list[int]] = defaultdict(list)
        self._sounds: defaultdict[str, list[int]] = defaultdict(list)
        self._marks: defaultdict[bytes, list[int]] = defaultdict(list)

    def add(self, document: Document | Terms, number: int) -> int:
        """Take the terms of a document; numbers never fall from one to the next.

        Returns:
            How many numbers were noted.
        """
        pieces = " ".join(document.texts).split()
        self._pieces.number = number
        # A word that stands twice has the number twice in its list: to sift them here costs more than it saves.
        _append(self._pieces, pieces, number)
        _append(self._keys, document.keys, number)
        _append(self._sounds, document.sounds, number)
        _append(self._marks, document.marks, number)
        self._pieces.nowhere.clear()
        return len(pieces) + len(document.keys) + len(document.sounds) + len(document.marks)

    def postings(self) -> Lists:
        """Give all terms, and the documents of each."""
        marks = sorted(self._marks)
        # Text sorts by code points, which is the order of its UTF-8 bytes.
        keys, sounds, words = sorted(self._keys), sorted(self._sounds), sorted(self._words)
        # No mark stands between sounds and texts.
        before_names, before_sounds = bisect_left(marks, NAME), bisect_left(marks, SOUND)
        terms = [
            *marks[:before_names],
            *[NAME + key.encode() for key in keys],
            *marks[before_names:before_sounds],
            *[SOUND + key.encode() for key in sounds],
            *[TEXT + word.encode() for word in words],
            *marks[before_sounds:],
        ]
        numbers = [
            *map(self._marks.__getitem__, marks[:before_names]),
            *map(self._keys.__getitem__, keys),
            *map(self._marks.__getitem__, marks[before_names:before_sounds]),
            *map(self._sounds.__getitem__, sounds),
            *map(self._words.__getitem__, words),
            *map(self._marks.__getitem__, marks[before_sounds:]),
        ]
        return terms, numbers


def _without(postings: Lists, dead: set[int]) -> Lists:
    """Drop documents that others follow from all terms but ids."""
    kept = [
        (term, left)
        for term, numbers in zip(*postings, strict=True)
        if (left := numbers if term[:1] == ID else [number for number in numbers if number not in dead])
    ]
    return [term for term, _ in kept], [numbers for _, numbers in kept]


class Lines:
    """Collects what a segment holds beside its terms: a row and the names of each document, and what they follow.

    Args:
        serial: Serial number of the segment to be.
    """

    def __init__(self, serial: int) -> None:
        """Begin without documents."""
        self.serial = serial
        self._rows: list[bytes] = []
        self._names: list[bytes] = []
        self._supersedes: defaultdict[int, BitMap] = defaultdict(BitMap)

    def __len__(self) -> int:
        return len(self._rows)

    def supersede(self, serial: int, number: int) -> None:
        """Note that a document in here follows one in an older segment: a row's `serial` and `number`."""
        self._supersedes[serial].add(number)

    def add_row(self, row: bytes) -> int:
        """Take the row of a document, and give its number.

        Raises:
            ValueError: There are 2^18 documents already.
        """
        number = len(self._rows)
        if number >= MAX_DOCUMENTS:
            msg = "a segment holds at most 2^18 documents; look at `full`"
            raise ValueError(msg)
        self._rows.append(row)
        return number

    def add_names(self, entries: Iterable[bytes]) -> None:
        """Take the names of the next documents, as `pack_names` gives them."""
        self._names.extend(entries)

    def seal(self, batch: Batch, sheets: Iterable[TermSheet], dead: Container[int] = ()) -> SegmentEntry:
        """Write the segment.

        Args:
            batch: Where its objects are sealed.
            sheets: All pages of terms, in order.
            dead: Documents that others in here follow.

        Returns:
            Its entry for the head, to stand after all others.

        Raises:
            ValueError: There is no document.
            LimitError: The segment would name more pages than an object can.
        """
        if not self._rows:
            msg = "a segment has at least one document"
            raise ValueError(msg)
        writer = SegmentWriter(batch)
        for sheet in sheets:
            writer.terms.put(sheet)
        for number, (row, entry) in enumerate(zip(self._rows, self._names, strict=True)):
            if number in dead:
                writer.row(with_flag(row, SUPERSEDED))
                writer.names.add(b"")
            else:
                writer.row(row)
                writer.names.add(entry)
        return writer.finish(self.serial, dict(self._supersedes))


class Builder(Lines):
    """Collects documents and writes them as one segment. When `full`, write it and begin another.

    Args:
        serial: Serial number of the segment to be.
    """

    def __init__(self, serial: int) -> None:
        """Begin without documents."""
        super().__init__(serial)
        self._terms = TermLists()
        self._revisions: dict[bytes, int] = {}
        self._dead: set[int] = set()
        self._postings = 0

    @property
    def full(self) -> bool:
        """Whether it is time to write it: 32 768 documents, or eight million postings."""
        return len(self) >= RUN_DOCUMENTS or self._postings >= _RUN_POSTINGS

    def add(self, document: Document) -> None:
        """Take a document; one that follows another in here marks that one superseded.

        Raises:
            ValueError: It holds 2^18 documents already.
        """
        number = self.add_row(
            pack_row(
                document.record_id,
                document.revision_id,
                document.ref,
                kind=document.kind,
                flags=document.flags,
                epoch=document.epoch,
            )
        )
        self.add_names((pack_names(document.names),))
        for parent in document.parents:
            if (before := self._revisions.get(parent)) is not None:
                self._dead.add(before)
        if not document.flags & ATTACHMENT:
            self._revisions[document.revision_id] = number
        self._postings += self._terms.add(document, number)

    def write(self, batch: Batch) -> SegmentEntry:
        """Write the segment.

        Args:
            batch: Where its objects are sealed.

        Returns:
            Its entry for the head, to stand after all others.

        Raises:
            ValueError: There is no document.
            LimitError: The segment would name more pages than an object can.
        """
        postings = self._terms.postings()
        if self._dead:
            postings = _without(postings, self._dead)
        return self.seal(batch, sheets_of(postings), self._dead)


def row_of(revision: Revision, ref: Ref, epoch: int) -> bytes:
    """Write a revision's row where its terms are collected elsewhere; a builder's would be the same."""
    flags = REMOVED if revision.removed else 0
    return pack_row(revision.record_id, revision.id, ref, kind=revision.kind, flags=flags, epoch=epoch)


def sheets_of(postings: Lists) -> Iterator[TermSheet]:
    """Write terms and their documents into pages.

    Args:
        postings: As `TermLists` or `joined` give them.

    Yields:
        The pages.
    """
    return term_sheets(zip(postings[0], map(encode_postings, postings[1]), strict=True))


def joined(parts: Iterable[Lists]) -> Lists:
    """Put together what several collectors of one segment's terms hold; the lists are taken over.

    Args:
        parts: Of documents of their own, in any order.

    Returns:
        Every term of the parts, with all its documents.
    """
    lists: dict[bytes, list[int]] = {}
    for terms, numbers in parts:
        if not lists:
            lists = dict(zip(terms, numbers, strict=True))
            continue
        for term, more in zip(terms, numbers, strict=True):
            if (known := lists.setdefault(term, more)) is not more:
                known += more
                known.sort()
    terms = sorted(lists)
    return terms, list(map(lists.__getitem__, terms))


def with_flag(row: bytes, flag: int) -> bytes:
    """Give a row with a flag set."""
    return row[:FLAGS_AT] + bytes((row[FLAGS_AT] | flag,)) + row[FLAGS_AT + 1 :]


def with_ref(row: bytes, ref: Ref) -> bytes:
    """Give a row that names another object."""
    return row[:REF_AT] + ref.name + bytes((ref.generation,)) + row[REF_AT + len(ref.name) + 1 :]


def build(
    batch: Batch, documents: Iterable[Document], serial: int, supersedes: Iterable[tuple[int, int]] = ()
) -> SegmentEntry:
    """Write one segment of some documents.

    Args:
        batch: Where its objects are sealed.
        documents: 1 to 2^18, oldest first.
        serial: A number that no segment had before.
        supersedes: Serial and number of each older row that a document follows.

    Returns:
        Its entry for the head, to stand after all others.

    Raises:
        ValueError: No document, or too many.
        LimitError: The segment would name more pages than an object can.
    """
    builder = Builder(serial)
    for older in supersedes:
        builder.supersede(*older)
    for document in documents:
        builder.add(document)
    return builder.write(batch)
