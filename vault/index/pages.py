"""Bytes of an index segment: term pages, document rows, name pages, and the segment object that names them.

Floor: 2. It knows no record and no query. What it reads was sealed by a holder of the vault, but that is no reason to
trust its form: every length and order is checked, and bytes not made by the rule are an `IntegrityError`.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, islice
from operator import lt
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from pyroaring import BitMap

from vault import codec
from vault.errors import FormatError, UnsupportedVersionError
from vault.index.postings import (
    MAX_DOCUMENTS,
    decode_postings,
    encode_postings,
    malformed,
    read_postings,
    skip_postings,
)
from vault.objects import Kind, Ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vault.index.postings import Documents

VERSION: Final = 2
PAGE_BYTES: Final = 65_532
"""Largest payload of a page: with the four bytes of its length a frame of 64 KiB."""
TERM_PAGE_BYTES: Final = 16_380
"""Payload of a page of terms, but where one term alone has more: a search opens one for each word and segment."""
NAME_PAGE_BYTES: Final = 8_075
"""Payload of a page of names as written: sealed it fills one page of the file, for names are read one by one."""
INLINE_BYTES: Final = 16_384
MAX_ROOT_BYTES: Final = 3 << 18
"""Segment objects that together are larger are not merged into one, which must stay below 1 MiB."""
RESTART: Final = 16
MAX_TERM_BYTES: Final = 255
_REF_BYTES: Final = 33


class Reader(Protocol):
    """Opens objects; what `vault.objects.ObjectReader` does."""

    def get(self, kind: Kind, ref: Ref) -> bytes:
        """Return the payload of an object."""
        ...


class Batch(Reader, Protocol):
    """Seals and deletes objects; what `vault.objects.ObjectBatch` does."""

    def put(self, kind: Kind, payload: bytes) -> Ref:
        """Seal a payload and store it."""
        ...

    def delete(self, ref: Ref) -> None:
        """Delete an object."""
        ...


# --- pages, inside the segment or beside it ---------------------------------------------------------------------------


class PageWriter:
    """Takes the pages of a segment as they are filled; keeps them while they are few and small, else stores them.

    Args:
        batch: Where pages are sealed.
    """

    def __init__(self, batch: Batch) -> None:
        """Begin with no page."""
        self._batch = batch
        self._waiting: list[tuple[list[Ref], bytes]] | None = []
        self._bytes = 0

    def put(self, refs: list[Ref], payload: bytes) -> None:
        """Take a page and note where it is, at once or later, in a list of its kind."""
        if self._waiting is None:
            refs.append(self._batch.put(Kind.PAGE, payload))
            return
        second = any(to is refs for to, _ in self._waiting)
        self._waiting.append((refs, payload))
        self._bytes += len(payload)
        if second or self._bytes >= INLINE_BYTES:
            waiting, self._waiting = self._waiting, None
            for to, page in waiting:
                self.put(to, page)

    def inline(self, refs: list[Ref]) -> bytes:
        """Give the one page of a kind that stayed inside, or nothing."""
        return b"".join(page for to, page in self._waiting or () if to is refs)

    @property
    def inside(self) -> bool:
        """Whether all pages stay inside the segment object."""
        return self._waiting is not None


class TermSheet(NamedTuple):
    """A page of terms, written.

    Args:
        first: Its first term.
        terms: Number of its terms.
        payload: Its bytes.
    """

    first: bytes
    terms: int
    payload: bytes


def term_sheets(terms: Iterable[tuple[bytes, bytes]]) -> Iterator[TermSheet]:
    """Front-code terms with their postings into pages.

    Args:
        terms: Ascending, each with its postings.

    Yields:
        Pages, each as full as can be.

    Source:
        docs/format.md §Term pages.
    """
    body = bytearray()
    restarts: list[int] = []
    first = last = b""
    room = in_page = shared = 0
    for term, postings in terms:
        # Two bytes for the lengths in this entry; `room` counts what the tables at the end leave.
        if len(body) + len(term) + len(postings) + 2 > room:
            if in_page:
                yield TermSheet(first, in_page, _closed(body, restarts))
            body, restarts, in_page = bytearray(), [], 0
            first = term
        if in_page % RESTART == 0:
            restarts.append(len(body))
            room = TERM_PAGE_BYTES - 4 - 2 * len(restarts)
            shared = 0
        else:
            # Neighbours mostly share what the two before shared.
            if not term.startswith(last[:shared]):
                shared = 0
            limit = min(len(last), len(term))
            while shared < limit and last[shared] == term[shared]:
                shared += 1
        body.append(shared)
        body.append(len(term) - shared)
        body += term[shared:]
        body += postings
        last = term
        in_page += 1
    if in_page:
        yield TermSheet(first, in_page, _closed(body, restarts))


def _closed(body: bytearray, restarts: list[int]) -> bytes:
    return bytes(body) + struct.pack(f">{len(restarts) + 1}H", *restarts, len(restarts))


class TermWriter:
    """Keeps the pages of terms of a segment to be.

    Args:
        pages: Where full pages go.
    """

    def __init__(self, pages: PageWriter) -> None:
        """Begin with no term."""
        self._pages = pages
        self.refs: list[Ref] = []
        self.firsts: list[bytes] = []
        self.terms = 0

    def put(self, sheet: TermSheet) -> None:
        """Take the next page."""
        self.firsts.append(sheet.first)
        self.terms += sheet.terms
        self._pages.put(self.refs, sheet.payload)

    def write(self, terms: Iterable[tuple[bytes, bytes]]) -> None:
        """Write terms, ascending, each with its postings."""
        for sheet in term_sheets(terms):
            self.put(sheet)


class Completion(NamedTuple):
    """A term that begins as it was asked for.

    Args:
        size: Its length in bytes.
        documents: Its documents, at least one.
    """

    size: int
    documents: Documents


def _compared(asked: bytes, agreed: int, rest: bytes) -> tuple[int, bool]:
    """Go on comparing a term from where it agrees; tell how far it does, and whether it comes after that."""
    if asked.startswith(rest, agreed):
        return agreed + len(rest), False
    left = asked[agreed:]
    if rest.startswith(left):
        return len(asked), False
    common = next(at for at, (a, b) in enumerate(zip(left, rest, strict=False)) if a != b)
    return agreed + common, rest > left


class TermPage:
    """Reads one term page.

    Args:
        payload: Its bytes.
        documents: Number of documents of the segment.
    """

    __slots__ = ("_data", "_documents", "_end", "_long", "_restarts")

    def __init__(self, payload: bytes, documents: int) -> None:
        """Check the table at the end."""
        self._data = payload
        self._long: dict[int, BitMap] = {}  # read once; as large as the page at most
        self._documents = documents
        try:
            (count,) = struct.unpack_from(">H", payload, len(payload) - 2)
            self._end = len(payload) - 2 - 2 * count
            self._restarts: tuple[int, ...] = struct.unpack_from(f">{count}H", payload, self._end)
        except struct.error:
            raise malformed("a page of terms") from None
        if not count or self._restarts[0] != 0 or self._restarts[-1] >= self._end or not _rising(self._restarts):
            raise malformed("a page of terms")

    def _restart_term(self, at: int) -> bytes:
        data = self._data
        return data[at + 2 : at + 2 + data[at + 1]]

    def scan(self, start: bytes = b"") -> Iterator[tuple[bytes, int]]:
        """Give the terms from `start` on, each with the place of its postings.

        Raises:
            IntegrityError: Not made by the rule.
        """
        data, end = self._data, self._end
        block = bisect_right(self._restarts, start, key=self._restart_term) - 1 if start else 0
        at = self._restarts[max(block, 0)]
        term = b""
        while at < end:
            try:
                shared, size = data[at], data[at + 1]
                following = term[:shared] + data[at + 2 : at + 2 + size]
                at += 2 + size
                after = skip_postings(data, at)
            except IndexError:
                raise malformed("a page of terms") from None
            if shared > len(term) or following <= term or after > end:
                raise malformed("a page of terms")
            term = following
            if term >= start:
                yield term, at
            at = after

    def postings(self, at: int) -> BitMap:
        """Read the postings at a place that `scan` gave."""
        try:
            return decode_postings(self._data, at, self._documents)
        except IndexError:
            raise malformed("a list") from None

    def raw(self, at: int) -> bytes:
        """Give the bytes of the postings at a place that `scan` gave."""
        return self._data[at : skip_postings(self._data, at)]

    def lists(self) -> tuple[list[bytes], list[Documents]]:
        """Give all terms and the documents of each, which the caller may change: for merging, in one pass.

        Raises:
            IntegrityError: Not made by the rule.
        """
        data, end, documents = self._data, self._end, self._documents
        terms: list[bytes] = []
        lists: list[Documents] = []
        at = 0
        term = b""
        try:
            while at < end:
                shared = data[at]
                rest = at + 2
                at = rest + data[at + 1]
                following = term[:shared] + data[rest:at]
                if shared > len(term) or following <= term:
                    raise malformed("a page of terms")
                head = data[at]
                if head & 1 and head < 0x80 and head >> 1 < documents:  # most terms: one document, one byte
                    lists.append([head >> 1])
                    at += 1
                else:
                    found, at = read_postings(data, at, documents)
                    lists.append(found)
                terms.append(following)
                term = following
        except IndexError:
            raise malformed("a page of terms") from None
        if at != end:
            raise malformed("a page of terms")
        return terms, lists

    def find(self, term: bytes) -> Documents | None:
        """Give the documents of one term, or None; what is given must not be changed.

        Raises:
            IntegrityError: Not made by the rule, as far as it is looked at.
        """
        found, _ = self._matching(term, whole=True)
        return found[0].documents if found else None

    def beginning(self, prefix: bytes) -> tuple[list[Completion], bool]:
        """Give the terms with a beginning, and whether the next page may have more; it must not be changed.

        Raises:
            IntegrityError: Not made by the rule, as far as it is looked at.
        """
        return self._matching(prefix, whole=False)

    def _matching(self, asked: bytes, *, whole: bool) -> tuple[list[Completion], bool]:
        """Find a term, or all with a beginning, without writing out the ones before: what they share tells enough."""
        data, end, size = self._data, self._end, len(asked)
        found: list[Completion] = []
        block = bisect_right(self._restarts, asked, key=self._restart_term) - 1
        at = self._restarts[max(block, 0)]
        agreed = 0  # how much of what is asked for the term has
        try:
            while at < end:
                shared, more = data[at], data[at + 1]
                at += 2 + more
                agreed = agreed if shared else 0  # a restart is compared anew
                if shared == agreed < size:
                    agreed, beyond = _compared(asked, agreed, data[at - more : at])
                else:
                    beyond = shared < agreed
                whole_term = shared + more == size
                if beyond or (whole and agreed == size and not whole_term):
                    return found, False
                if agreed == size:
                    documents, at = self._read(at)
                    found.append(Completion(shared + more, documents))
                else:
                    at = skip_postings(data, at)
                if whole and found:
                    break
        except IndexError:
            raise malformed("a page of terms") from None
        if at > end:
            raise malformed("a page of terms")
        return found, at == end

    def _read(self, at: int) -> tuple[Documents, int]:
        known = self._long.get(at)
        if known is not None:
            return known, skip_postings(self._data, at)
        documents, after = read_postings(self._data, at, self._documents)
        if isinstance(documents, BitMap):
            self._long[at] = documents
        return documents, after


# --- document rows --------------------------------------------------------------------------------------------------

REMOVED: Final = 1
SUPERSEDED: Final = 2
PURGED: Final = 4
ATTACHMENT: Final = 8
_FLAGS: Final = REMOVED | SUPERSEDED | PURGED | ATTACHMENT

_ROW: Final = struct.Struct(">16s32s32sBBBI")
ROW_BYTES: Final = _ROW.size
ROWS_A_PAGE: Final = PAGE_BYTES // ROW_BYTES
FLAGS_AT: Final = 82
REF_AT: Final = 48

KINDS: Final = ("", "person", "event", "source", "statement", "document", "action", "consent", "case")
OTHER_KIND: Final = 255
_KIND_NUMBERS: Final = {kind: number for number, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a document table: a revision, an attachment, or the mark of what was purged.

    Args:
        serial: Serial number of its segment; it and `number` hold until the segment is merged.
        number: Number of the document in the segment.
        record_id: 16 bytes: the record's id, or the attachment's.
        revision_id: 32 bytes; zeros for attachments and purged rows.
        ref: Where the revision or the attachment's list is; zeros when purged.
        kind: The record's kind if it is one of the eight shipped ones; else `other`; empty for attachments and
            purged rows.
        flags: REMOVED, SUPERSEDED, PURGED, ATTACHMENT.
        epoch: Commit that wrote it, or that purged it.
    """

    serial: int
    number: int
    record_id: bytes
    revision_id: bytes = field(repr=False)
    ref: Ref = field(repr=False)
    kind: str
    flags: int
    epoch: int

    @property
    def removed(self) -> bool:
        """A tombstone: its record was removed and what it said stays to be withheld."""
        return bool(self.flags & REMOVED)

    @property
    def superseded(self) -> bool:
        """A later revision follows it."""
        return bool(self.flags & SUPERSEDED)

    @property
    def purged(self) -> bool:
        """Only the mark is left."""
        return bool(self.flags & PURGED)

    @property
    def attachment(self) -> bool:
        """An attachment's row."""
        return bool(self.flags & ATTACHMENT)


def pack_row(record_id: bytes, revision_id: bytes, ref: Ref, *, kind: str, flags: int, epoch: int) -> bytes:
    """Write a row, 87 bytes."""
    number = _KIND_NUMBERS.get(kind, OTHER_KIND)
    return _ROW.pack(record_id, revision_id, ref.name, ref.generation, number, flags, epoch)


def purged_row(record_id: bytes, flags: int, epoch: int) -> bytes:
    """Write the row that stays of what was purged."""
    kept = flags & ATTACHMENT | PURGED
    return _ROW.pack(record_id, b"", b"", 0, 0, kept, epoch)


def unpack_row(page: bytes, at: int, serial: int, number: int, extra_flags: int) -> Row:
    """Read the row at a place of a page of rows.

    Raises:
        IntegrityError: Not made by the rule.
    """
    try:
        record_id, revision_id, name, generation, kind_number, flags, epoch = _ROW.unpack_from(page, at)
        kind = "other" if kind_number == OTHER_KIND else KINDS[kind_number]
    except (struct.error, IndexError):
        raise malformed("a row") from None
    if flags & ~_FLAGS:
        raise malformed("a row")
    return Row(serial, number, record_id, revision_id, Ref(name, generation), kind, flags | extra_flags, epoch)


# --- name pages -----------------------------------------------------------------------------------------------------

MAX_NAMES: Final = 32
MAX_NAME_CHARACTERS: Final = 200


def kept_names(names: Iterable[str]) -> list[str]:
    """Give what is kept of the names of one document: at most 32 of 200 characters, none of them empty."""
    kept = [" ".join(name[:MAX_NAME_CHARACTERS].split()) for name in islice(names, MAX_NAMES)]
    return [name for name in kept if name]


def pack_names(names: Iterable[str]) -> bytes:
    """Write the names of one document, line feeds between them."""
    return "\n".join(kept_names(names)).encode()


class NameWriter:
    """Collects each document's names into pages.

    Args:
        pages: Where full pages go.
    """

    def __init__(self, pages: PageWriter) -> None:
        """Begin with no document."""
        self._pages = pages
        self.refs: list[Ref] = []
        self.firsts: list[int] = []
        self._next = 0
        self._entries: list[bytes] = []
        self._size = 2

    def add(self, entry: bytes) -> None:
        """Write the names of the next document."""
        if self._size + 2 + len(entry) > NAME_PAGE_BYTES:
            self.flush()
        if not self._entries:
            self.firsts.append(self._next)
        self._entries.append(entry)
        self._size += 2 + len(entry)
        self._next += 1

    def flush(self) -> None:
        """Close the present page, if it holds anything."""
        if self._entries:
            count = len(self._entries)
            head = struct.pack(f">{count + 1}H", count, *map(len, self._entries))
            self._pages.put(self.refs, head + b"".join(self._entries))
            self._entries, self._size = [], 2


class NamePage:
    """Reads one page of names.

    Args:
        payload: Its bytes.
    """

    __slots__ = ("_data", "_ends")

    def __init__(self, payload: bytes) -> None:
        """Check the lengths."""
        try:
            (count,) = struct.unpack_from(">H", payload, 0)
            lengths = struct.unpack_from(f">{count}H", payload, 2)
        except struct.error:
            raise malformed("a page of names") from None
        self._data = payload
        self._ends = list(accumulate(lengths, initial=2 + 2 * count))
        if self._ends[-1] != len(payload) or not count:
            raise malformed("a page of names")

    @property
    def count(self) -> int:
        """How many documents it covers."""
        return len(self._ends) - 1

    def raw(self, index: int) -> bytes:
        """Give the entry of a document, counted from the page's first."""
        if not 0 <= index < self.count:
            raise malformed("a page of names")
        return self._data[self._ends[index] : self._ends[index + 1]]

    def names(self, index: int) -> list[str]:
        """Give the names of a document, counted from the page's first."""
        try:
            text = self.raw(index).decode()
        except UnicodeDecodeError:
            raise malformed("a name") from None
        return text.split("\n") if text else []


# --- segment object ---------------------------------------------------------------------------------------------------

_VERSION, _DOCUMENTS, _TERMS, _SUPERSEDES, _FIRST_TERMS, _TERM_PAGES, _ROW_PAGES, _FIRST_NAMES, _NAME_PAGES, _INLINE = (
    range(1, 11)
)


class Pages(NamedTuple):
    """Pages of one kind: where they are, or the one page itself.

    Args:
        held: Name and generation of each, 33 bytes; or the page, when it stands inside the segment object.
        inside: Whether it does.
    """

    held: bytes
    inside: bool

    def __len__(self) -> int:
        return bool(self.held) if self.inside else len(self.held) // _REF_BYTES

    def ref(self, index: int) -> Ref:
        """Give where a page is; only if they do not stand inside."""
        at = index * _REF_BYTES
        return Ref(self.held[at : at + 32], self.held[at + 32])

    def refs(self) -> list[Ref]:
        """Give where all pages are that are objects of their own."""
        return [] if self.inside else [self.ref(index) for index in range(len(self))]


class FirstTerms:
    """First terms of the term pages of a segment, each read when it is asked for.

    Args:
        packed: Where each begins, four bytes each, and the terms.
        count: How many.
    """

    __slots__ = ("_base", "_count", "_packed")

    def __init__(self, packed: bytes, count: int) -> None:
        """Check that there is room for so many."""
        self._packed = packed
        self._count = count
        self._base = 4 * count
        if len(packed) < self._base or (not count and packed):
            raise malformed("a segment")

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> bytes:
        if not 0 <= index < self._count:
            raise IndexError(index)
        packed, at = self._packed, 4 * index
        begin = int.from_bytes(packed[at : at + 4])
        end = int.from_bytes(packed[at + 4 : at + 8]) if index + 1 < self._count else len(packed) - self._base
        return packed[self._base + begin : self._base + end]


class Root:
    """A segment object, read; its long lists only when something in them is looked for.

    Args:
        documents: Number of documents.
        terms: Number of terms.
        supersedes: Documents of other segments that documents in this one follow, by serial number.
        first_terms: First term of each term page, packed; as an attribute unpacked.
        term_pages: Term pages.
        row_pages: Pages of document rows.
        first_names: Number of the first document of each page of names, packed.
        name_pages: Pages of names.
        size: Bytes of the object.
    """

    def __init__(
        self,
        documents: int,
        terms: int,
        supersedes: dict[int, BitMap],
        *,
        first_terms: bytes,
        term_pages: Pages,
        row_pages: Pages,
        first_names: bytes,
        name_pages: Pages,
        size: int,
    ) -> None:
        """Hold what was read."""
        self.documents = documents
        self.terms = terms
        self.supersedes = supersedes
        self.term_pages = term_pages
        self.row_pages = row_pages
        self.name_pages = name_pages
        self.size = size
        self.first_terms = FirstTerms(first_terms, len(term_pages))
        self._first_names = first_names

    @cached_property
    def first_names(self) -> tuple[int, ...]:
        """Number of the first document of each page of names.

        Raises:
            IntegrityError: Not made by the rule.
        """
        firsts = struct.unpack(f">{len(self._first_names) // 4}I", self._first_names)
        if firsts[0] != 0 or firsts[-1] >= self.documents or not _rising(firsts):
            raise malformed("a segment")
        return firsts

    def refs(self) -> list[Ref]:
        """Give the names of all pages that are objects of their own."""
        return [*self.term_pages.refs(), *self.row_pages.refs(), *self.name_pages.refs()]


def _rising(items: Sequence[Any]) -> bool:
    return all(map(lt, items, islice(items, 1, None)))


def _pack_refs(refs: Sequence[Ref]) -> bytes:
    return b"".join(ref.name + bytes((ref.generation,)) for ref in refs)


def encode_root(
    documents: int,
    supersedes: dict[int, BitMap],
    *,
    terms: TermWriter,
    row_refs: list[Ref],
    names: NameWriter,
    pages: PageWriter,
) -> bytes:
    """Write a segment object's payload.

    Raises:
        LimitError: More pages than an object can name.

    Source:
        docs/format.md §Index segments.
    """
    kinds = (terms.refs, row_refs, names.refs)
    held = [pages.inline(refs) if pages.inside else _pack_refs(refs) for refs in kinds]
    plain: dict[int, Any] = {
        _VERSION: VERSION,
        _DOCUMENTS: documents,
        _TERMS: terms.terms,
        _SUPERSEDES: [[serial, encode_postings(supersedes[serial])] for serial in sorted(supersedes)],
        _FIRST_TERMS: _pack_terms(terms.firsts),
        _TERM_PAGES: held[0],
        _ROW_PAGES: held[1],
        _FIRST_NAMES: struct.pack(f">{len(names.firsts)}I", *names.firsts),
        _NAME_PAGES: held[2],
        _INLINE: pages.inside,
    }
    return codec.encode(plain)


def _pack_terms(terms: Sequence[bytes]) -> bytes:
    places = accumulate(map(len, terms[:-1]), initial=0) if terms else ()
    return struct.pack(f">{len(terms)}I", *places) + b"".join(terms)


def _read_pages(held: Any, *, inside: bool) -> Pages:  # noqa: ANN401 - decoded data of unknown shape
    if type(held) is not bytes or (not inside and len(held) % _REF_BYTES):
        raise malformed("a segment")
    return Pages(held, inside)


def decode_root(payload: bytes) -> Root:
    """Read a segment object's payload.

    Args:
        payload: Its bytes.

    Returns:
        The segment's directory; its lists of first terms and first names are read when something in them is looked for.

    Raises:
        UnsupportedVersionError: Made by a newer rule.
        IntegrityError: Not made by the rule.
    """
    try:
        plain = codec.decode_map(payload)
        version = plain[_VERSION]
        root = _read_root(plain, len(payload)) if version == VERSION else None
    except (FormatError, KeyError, TypeError, ValueError, IndexError, struct.error):
        raise malformed("a segment") from None
    if root is None:
        raise UnsupportedVersionError("an index segment is of a version that this program does not know")
    if not 1 <= root.documents <= MAX_DOCUMENTS or len(root.row_pages) != -(-root.documents // ROWS_A_PAGE):
        raise malformed("a segment")
    return root


def _read_root(plain: dict[int, Any], size: int) -> Root:
    documents, terms, inside = plain[_DOCUMENTS], plain[_TERMS], plain[_INLINE]
    first_terms, first_names = plain[_FIRST_TERMS], plain[_FIRST_NAMES]
    name_pages = _read_pages(plain[_NAME_PAGES], inside=inside)
    good = (
        type(documents) is int
        and type(terms) is int
        and type(inside) is bool
        and type(first_terms) is bytes
        and type(first_names) is bytes
        and len(first_names) == 4 * len(name_pages) > 0
    )
    if not good:
        raise malformed("a segment")
    return Root(
        documents,
        terms,
        _read_supersedes(plain[_SUPERSEDES]),
        first_terms=first_terms,
        term_pages=_read_pages(plain[_TERM_PAGES], inside=inside),
        row_pages=_read_pages(plain[_ROW_PAGES], inside=inside),
        first_names=first_names,
        name_pages=name_pages,
        size=size,
    )


def _read_supersedes(plain: list[list[Any]]) -> dict[int, BitMap]:
    found: dict[int, BitMap] = {}
    for serial, postings in plain:
        if type(serial) is not int or serial < 1 or serial in found:
            raise malformed("a segment")
        found[serial] = decode_postings(postings, 0, MAX_DOCUMENTS)
        if skip_postings(postings, 0) != len(postings):
            raise malformed("a segment")
    return found
