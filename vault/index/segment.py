"""Index segments, opened: what the head keeps of them, and reading no more of one than is asked for.

Floor: 2. A segment is never changed; `vault.index.building` makes them. Segments keep their order in the head, oldest
first, and so do the documents in each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyroaring import BitMap

from vault.index.pages import (
    ROW_BYTES,
    ROWS_A_PAGE,
    SUPERSEDED,
    Completion,
    NamePage,
    Pages,
    Reader,
    Root,
    Row,
    TermPage,
    decode_root,
    unpack_row,
)
from vault.index.postings import MAX_DOCUMENTS, Documents, malformed
from vault.objects import Kind, Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_CACHE_BYTES: Final = 24 << 20


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """What the head keeps of a segment.

    Args:
        serial: Its number, from 1; no two segments ever have the same.
        ref: Where the segment object is.
        documents: Number of documents, 1 to 2^18.
        terms: Number of terms.
    """

    serial: int
    ref: Ref
    documents: int
    terms: int

    @property
    def level(self) -> int:
        """Order of its size: floor(log8(documents))."""
        return (self.documents.bit_length() - 1) // 3

    def plain(self) -> list[Any]:
        """Give the form in which the head holds it."""
        return [self.serial, *self.ref.plain(), self.documents, self.terms]

    @classmethod
    def from_plain(cls, plain: Any) -> SegmentEntry:  # noqa: ANN401 - decoded data of unknown shape
        """Read the form in which the head holds it.

        Raises:
            IntegrityError: It is not such a form.
        """
        if not isinstance(plain, list) or len(plain) != 5:
            raise malformed("the list of segments")
        serial, documents, terms = plain[0], *plain[3:]
        numbers = all(type(number) is int and number >= 0 for number in (serial, documents, terms))
        if not numbers or serial < 1 or not 1 <= documents <= MAX_DOCUMENTS:
            raise malformed("the list of segments")
        return cls(serial, Ref.from_plain(plain[1:3]), documents, terms)


def read_entries(plain: Iterable[Any]) -> tuple[SegmentEntry, ...]:
    """Read the head's list of segments.

    Args:
        plain: The forms in the head, oldest first.

    Returns:
        The entries, oldest first.

    Raises:
        IntegrityError: One is not made by the rule, or two have one serial number.
    """
    entries = tuple(SegmentEntry.from_plain(item) for item in plain)
    if len({entry.serial for entry in entries}) != len(entries):
        raise malformed("the list of segments")
    return entries


def together(every: Iterable[Documents]) -> BitMap:
    """Join sets of documents."""
    few: list[int] = []
    many: list[BitMap] = []
    for documents in every:
        if isinstance(documents, BitMap):
            many.append(documents)
        else:
            few += documents
    return BitMap(few).union(*many)


class PageCache:
    """Remembers opened segments and pages, the least used dropped first; shared by the indexes of one unlocked vault.

    Args:
        limit_bytes: Memory for them, in bytes.

    Secrets:
        What it holds; `clear` when the vault is locked.
    """

    def __init__(self, limit_bytes: int = _CACHE_BYTES) -> None:
        """Begin empty."""
        self._limit = limit_bytes
        self._held: OrderedDict[bytes, tuple[Any, int]] = OrderedDict()
        self._bytes = 0

    def get(self, name: bytes, load: Callable[[], tuple[Any, int]]) -> Any:  # noqa: ANN401 - pages of several kinds
        """Give what is known under an object's name; else load it, and its size in bytes, and keep it."""
        held = self._held.get(name)
        if held is not None:
            self._held.move_to_end(name)
            return held[0]
        held = load()
        self._held[name] = held
        self._bytes += held[1]
        while self._bytes > self._limit and len(self._held) > 1:
            self._bytes -= self._held.popitem(last=False)[1][1]
        return held[0]

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
        self._bytes = 0


class Segment:
    """An opened segment; reads only what is asked for.

    Args:
        reader: Opens objects.
        entry: The head's entry.
        cache: Pages seen before.

    Raises:
        IntegrityError: The segment object is missing, not made by the rule, or another than the entry says.
        UnsupportedVersionError: It is made by a newer rule.
    """

    def __init__(self, reader: Reader, entry: SegmentEntry, cache: PageCache) -> None:
        """Open the segment object."""
        self._reader = reader
        self._cache = cache
        self.entry = entry
        self.serial = entry.serial
        self.documents = entry.documents
        self.dead = BitMap()  # documents that later revisions follow, as far as other segments say so
        self.root: Root = cache.get(entry.ref.name, self._load_root)
        if self.root.documents != entry.documents or self.root.terms != entry.terms:
            raise malformed("a segment")

    def _load_root(self) -> tuple[Root, int]:
        root = decode_root(self._reader.get(Kind.SEGMENT, self.entry.ref))
        # Twice its bytes: the lists are taken apart when they are used.
        return root, 2 * root.size + 1024

    def _page(self, pages: Pages, index: int, make: Callable[[bytes], Any], tag: bytes) -> Any:  # noqa: ANN401
        if pages.inside:
            return self._cache.get(tag + self.entry.ref.name, lambda: (make(pages.held), len(pages.held)))
        ref = pages.ref(index)

        def load() -> tuple[Any, int]:
            payload = self._reader.get(Kind.PAGE, ref)
            # With its table, and long lists once they were read.
            return make(payload), len(payload) * 3 // 2

        return self._cache.get(ref.name, load)

    def _term_page(self, index: int) -> TermPage:
        page: TermPage = self._page(
            self.root.term_pages, index, lambda payload: TermPage(payload, self.documents), b"t"
        )
        return page

    def find(self, term: bytes) -> BitMap:
        """Give the documents of a term; perhaps none."""
        index = bisect_right(self.root.first_terms, term) - 1
        found = self._term_page(index).find(term) if index >= 0 else None
        return found if isinstance(found, BitMap) else BitMap(found or ())

    def scan(self, prefix: bytes) -> Iterator[tuple[bytes, BitMap]]:
        """Give the terms with a beginning, and the documents of each."""
        for term, page, at in self._scan(prefix):
            yield term, page.postings(at)

    def _scan(self, prefix: bytes) -> Iterator[tuple[bytes, TermPage, int]]:
        first = max(bisect_right(self.root.first_terms, prefix) - 1, 0)
        for index in range(first, len(self.root.term_pages)):
            if self.root.first_terms[index] > prefix and not self.root.first_terms[index].startswith(prefix):
                return
            page = self._term_page(index)
            for term, at in page.scan(prefix):
                if not term.startswith(prefix):
                    return
                yield term, page, at

    def completions(self, prefix: bytes) -> list[Completion]:
        """Give the lengths of the terms with a beginning, and the documents of each; they must not be changed."""
        firsts = self.root.first_terms
        first = max(bisect_right(firsts, prefix) - 1, 0)
        found: list[Completion] = []
        for index in range(first, len(firsts)):
            if firsts[index] > prefix and not firsts[index].startswith(prefix):
                break
            here, more = self._term_page(index).beginning(prefix)
            found += here
            if not more:
                break
        return found

    def union(self, prefix: bytes) -> BitMap:
        """Give the documents of all terms with a beginning."""
        return together(completion.documents for completion in self.completions(prefix))

    def raw_terms(self) -> Iterator[tuple[bytes, TermPage, int]]:
        """Give every term with its page and place, without keeping pages."""
        pages = self.root.term_pages
        for index in range(len(pages)):
            payload = pages.held if pages.inside else self._reader.get(Kind.PAGE, pages.ref(index))
            page = TermPage(payload, self.documents)
            for position, (term, at) in enumerate(page.scan()):
                if not position and term != self.root.first_terms[index]:
                    raise malformed("a page of terms")
                yield term, page, at

    def term_lists(self) -> Iterator[tuple[list[bytes], list[Documents]]]:
        """Give the terms of each page with their documents, which the caller may change; without keeping pages."""
        pages = self.root.term_pages
        last = b""
        for index in range(len(pages)):
            payload = pages.held if pages.inside else self._reader.get(Kind.PAGE, pages.ref(index))
            terms, lists = TermPage(payload, self.documents).lists()
            if terms[0] != self.root.first_terms[index] or terms[0] <= last:
                raise malformed("a page of terms")
            last = terms[-1]
            yield terms, lists

    def _rows(self, index: int) -> bytes:
        def check(payload: bytes) -> bytes:
            if len(payload) != ROW_BYTES * min(ROWS_A_PAGE, self.documents - index * ROWS_A_PAGE):
                raise malformed("a page of rows")
            return payload

        page: bytes = self._page(self.root.row_pages, index, check, b"r")
        return page

    def row(self, number: int) -> Row:
        """Read the row of a document below `documents`."""
        page, place = divmod(number, ROWS_A_PAGE)
        flags = SUPERSEDED if number in self.dead else 0
        return unpack_row(self._rows(page), place * ROW_BYTES, self.serial, number, flags)

    def row_pages(self) -> Iterator[bytes]:
        """Give the pages of rows, in order."""
        for index in range(len(self.root.row_pages)):
            yield self._rows(index)

    def _name_page(self, index: int) -> NamePage:
        page: NamePage = self._page(self.root.name_pages, index, NamePage, b"n")
        firsts = self.root.first_names
        if page.count != (firsts[index + 1] if index + 1 < len(firsts) else self.documents) - firsts[index]:
            raise malformed("a page of names")
        return page

    def names(self, number: int) -> list[str]:
        """Read the names of a document below `documents`."""
        index = bisect_right(self.root.first_names, number) - 1
        return self._name_page(index).names(number - self.root.first_names[index])

    def raw_names(self) -> Iterator[bytes]:
        """Give the entry of names of each document, in order."""
        for index in range(len(self.root.name_pages)):
            page = self._name_page(index)
            for place in range(page.count):
                yield page.raw(place)

    def refs(self) -> list[Ref]:
        """Give the names of all objects it is made of."""
        return [self.entry.ref, *self.root.refs()]
