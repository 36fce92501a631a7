"""Files of any kind brought to text, and the search in what they hold.

Floor: 4. It tells what a file is by its content, unpacks archives under limits, and gives every reading of every text
to `needles`. It refuses what no reader here opens: images, PDF, Office files, unknown bytes.

Source:
    docs/known-values.md §The gate.
"""

import base64
import binascii
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import BinaryIO, Final

from vault.gate.needles import DIGEST_SIZES, Finding, Needles
from vault.gate.phrases import Phrases
from vault.gate.texts import as_text, readings, runs_of_text
from vault.matching.values import Protected

OVERLAP: Final = 1 << 12  # bytes that two pieces share; no value is longer
FINDINGS_AT_MOST: Final = 1000

_GZIP: Final = b"\x1f\x8b"
_ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# What is known to need a reader that is not here.
_CLOSED: Final = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"BM", b"\xd0\xcf\x11\xe0", b"{\\rtf",
    b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"ID3", b"OggS", b"fLaC", b"\x7fELF", b"MZ",
    b"SQLite format 3", b"age-encryption.org/", b"-----BEGIN AGE", b"-----BEGIN PGP MESSAGE", b"%!PS", b"\x00asm",
)  # fmt: skip
_OFFICE_PARTS: Final = ("[Content_Types].xml", "mimetype")
_BASE64_SIGNS = r"[A-Za-z0-9+/_-]"
_BASE64 = re.compile(rf"(?<![A-Za-z0-9+/_=-]){_BASE64_SIGNS}{{8,}}(?:\r?\n[ \t]*{_BASE64_SIGNS}{{2,}})*={{0,2}}")
_A_WORD = re.compile(r"[A-Za-z]?[a-z]+|[A-Z]+|[0-9_-]+")  # no base64 of eight signs and more looks so
_HEX = re.compile(r"(?<![A-Za-z0-9])(?:0x)?((?:[0-9A-Fa-f]{2}[ :-]?){4,}+)")
_OWN = re.compile(r"[A-Za-z0-9+/=]{32,}")
_HASH = re.compile(r"(?<![A-Za-z0-9])(?=[0-9]*[a-fA-F])[0-9a-fA-F]{8,64}(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the gate unpacks.

    Args:
        depth: Archives within archives, 0 for none.
        unpacked_bytes: What all members together may come to.
        members: How many there may be.
        text_bytes: What one base64 or hexadecimal token may decode to.
        piece_bytes: How much of a large file is looked at together, 16 KiB or more.
    """

    depth: int = 5
    unpacked_bytes: int = 50_000_000
    members: int = 10_000
    text_bytes: int = 4_000_000
    piece_bytes: int = 4_000_000


def scan(
    data: bytes | BinaryIO,
    filename: str,
    protected: Sequence[str | Protected],
    *,
    kept: Sequence[str | Protected] = (),
    limits: Limits | None = None,
    keep_files: Collection[str] = (),
    templates: Collection[bytes] = (),
    own_tokens: Collection[str] = (),
    own_phrases: Collection[str] = (),
) -> list[Finding]:
    """Look for withheld values in the final bytes of one file.

    Args:
        data: The file, or a seekable stream of it that is read from its start; any bytes, any length.
        filename: The name it is to have; looked at as well.
        protected: What is withheld.
        kept: What the same disclosure shows.
        limits: How far to unpack; the default of `Limits` where none are given.
        keep_files: Names of members that no reader opens and that a person confirmed one by one; their names and
            the text in their raw bytes are looked at all the same.
        templates: SHA-256 digests (32 bytes) of files with fixed content, which are taken off first.
        own_tokens: Hexadecimal or base64 texts of 32 signs or more that the caller made himself: hashes of files, ids,
            keys, signatures. What they decode to by chance is not read; hashes of values are looked for in them.
        own_phrases: Labels, headings and keys of the caller's own making; a withheld word that stands as one of them
            does is no finding.

    Returns:
        Findings in the order of the file; none means that nothing was found and everything was read.

    Secrets:
        `protected`.

    Source:
        docs/known-values.md §The gate.
    """
    search = _Scan(Needles(protected, kept), limits or Limits(), keep_files, templates, own_tokens, own_phrases)
    stream = io.BytesIO(data) if isinstance(data, bytes | bytearray | memoryview) else data
    search.file(stream, filename)
    return search.finish()


class _LimitError(Exception):
    """A limit is reached; nothing more is unpacked."""


class _Scan:
    """One scan: its budget, its findings, and the tokens to be compared with hashes at its end."""

    def __init__(
        self,
        needles: Needles,
        limits: Limits,
        keep: Collection[str],
        templates: Collection[bytes],
        own: Collection[str],
        phrases: Collection[str],
    ) -> None:
        self._needles = needles
        self._limits = limits
        self._keep = frozenset(keep)
        self._templates = frozenset(templates)
        self._own = frozenset(own)
        self._phrases = Phrases(phrases)
        self._findings: dict[Finding, None] = {}
        self._tokens: dict[str, str] = {}  # token, place of its first sight
        self._unpacked = 0
        self._members = 0

    def finish(self) -> list[Finding]:
        """Compare the hashes seen and give all findings."""
        for token in sorted(self._needles.hashed(self._tokens)):
            self._note("hash", self._tokens[token])
        return list(self._findings)

    def _note(self, rule: str, place: str) -> None:
        if len(self._findings) < FINDINGS_AT_MOST:
            self._findings[Finding(rule, place)] = None

    # --------------------------------------------------------------------------------------------- files
    def file(self, stream: BinaryIO, name: str) -> None:
        """Look at the outermost file, in pieces when it is large."""
        place = self._name(name, "file")
        stream.seek(0)
        start = stream.read(self._limits.piece_bytes)
        if start.startswith(_ZIP_STARTS):
            self._guarded(lambda: self._zip(stream, place, 0), place)
            return
        rest = stream.read(1)
        if not rest:
            self._guarded(lambda: self._bytes(start, name, place, 0), place)
            return
        stream.seek(0)
        if start.startswith(_GZIP):
            self._guarded(lambda: self._gzip(stream.read(self._limits.unpacked_bytes + 1), place, 0), place)
        elif name in self._keep:
            self._raw(stream, place)
        elif start.startswith(_CLOSED) or as_text(_whole_characters(start)) is None:
            self._note("unreadable", place)
        else:
            self._in_pieces(stream, place)

    def _guarded(self, look: Callable[[], None], place: str) -> None:
        """Turn whatever goes wrong in an unpacker into a finding."""
        try:
            look()
        except _LimitError:
            self._note("limit", place)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
                KeyError, IndexError, OverflowError, MemoryError, RecursionError, LookupError, TypeError):  # fmt: skip
            self._note("broken", place)

    def _name(self, name: str, place: str) -> str:
        """Look at a name; give the place to be told, which is not the name if that is a finding."""
        found = False
        for reading in readings(name):
            for rule, _ in self._needles.search(reading):
                self._note(rule, f"name of {place}")
                found = True
            self._tokens_of(reading, f"name of {place}")
            found |= self._encoded(reading, f"name of {place}", 0)
        return place if found else "".join(c if c.isprintable() else "?" for c in name)[:200]

    def _bytes(self, data: bytes, name: str, place: str, depth: int) -> None:
        """Look at one file that is in memory."""
        if not data or hashlib.sha256(data).digest() in self._templates:
            return
        if data.startswith(_ZIP_STARTS):
            self._guarded(lambda: self._zip(io.BytesIO(data), place, depth), place)
        elif data.startswith(_GZIP):
            self._guarded(lambda: self._gzip(data, place, depth), place)
        elif name in self._keep:
            self._raw(io.BytesIO(data), place)
        elif data.startswith(_CLOSED) or (texts := as_text(data)) is None:
            self._note("unreadable", place)
        else:
            for text in texts:
                self._text(text, place, depth)

    def _raw(self, stream: BinaryIO, place: str) -> None:
        """Look for text in the bytes of a file that no reader opens."""
        for at, piece in _pieces(stream, self._limits.piece_bytes):
            for text in runs_of_text(piece):
                for reading in readings(text):
                    for rule, _ in self._needles.search(reading, noise=True):
                        self._note(rule, f"{place}:{at}")

    def _in_pieces(self, stream: BinaryIO, place: str) -> None:
        """Look at a text too large to be held."""
        for at, piece in _pieces(stream, self._limits.piece_bytes):
            texts = as_text(_whole_characters(piece))
            if texts is None:
                self._note("unreadable", f"{place}:{at}")
                continue
            for text in texts:
                self._text(text, place, 0, at)

    # ------------------------------------------------------------------------------------------- archives
    def _count(self, size: int) -> None:
        self._unpacked += size
        if self._unpacked > self._limits.unpacked_bytes:
            raise _LimitError

    def _zip(self, stream: BinaryIO, place: str, depth: int) -> None:
        """Look at a ZIP archive: every name, comment, extra field and member, and the bytes between them."""
        if depth >= self._limits.depth + 1:
            raise _LimitError
        stream.seek(0, io.SEEK_END)
        size = stream.tell()
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if not names.isdisjoint(_OFFICE_PARTS):
                self._note("unreadable", place)
                return
            self._loose(archive.comment, f"{place} comment")
            covered = [(archive.start_dir, size)]
            for entry in entries:
                self._members += 1
                if self._members > self._limits.members:
                    raise _LimitError
                inner = f"{place} member {self._members}"
                told = self._name(entry.filename, inner)
                self._loose(entry.comment, f"{inner} comment")
                self._loose(entry.extra, f"{inner} extra field")
                covered.append(self._local_header(stream, entry, inner))
                if entry.flag_bits & 0x41:
                    self._note("encrypted", inner)
                elif not entry.is_dir() or entry.file_size:
                    self._guarded(
                        lambda entry=entry, told=told: self._member(archive, entry, told, depth),  # type: ignore[misc]
                        inner,
                    )
            self._uncovered(covered, place)
            tail = archive.start_dir + sum(_central_size(entry) for entry in entries)
            self._end_of_directory(stream, tail, size, len(archive.comment), place)

    def _member(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str, depth: int) -> None:
        """Look at one member."""
        if entry.filename in self._keep:
            with archive.open(entry) as member:
                self._raw(member, place)  # type: ignore[arg-type]
            return
        with archive.open(entry) as member:
            allowed = self._limits.unpacked_bytes - self._unpacked
            data = member.read(allowed + 1)
        self._count(len(data))
        self._bytes(data, entry.filename, place, depth + 1)

    def _local_header(self, stream: BinaryIO, entry: zipfile.ZipInfo, place: str) -> tuple[int, int]:
        """Look at what a member says of itself before its bytes; give the span of both."""
        stream.seek(entry.header_offset)
        header = stream.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise zipfile.BadZipFile
        name_size, extra_size = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
        name, extra = stream.read(name_size), stream.read(extra_size)
        if name != entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace"):
            self._note("hidden", f"{place} local name")
            self._loose(name, f"{place} local name")
        self._loose(extra, f"{place} extra field")
        end = entry.header_offset + 30 + name_size + extra_size + entry.compress_size
        if entry.flag_bits & 8:
            stream.seek(end)
            descriptor = stream.read(24)
            end += 16 if descriptor[:4] == b"PK\x07\x08" else 12
        return entry.header_offset, end

    def _uncovered(self, covered: list[tuple[int, int]], place: str) -> None:
        """Refuse bytes that no member accounts for, and members that share bytes."""
        reached = 0
        for start, end in sorted(covered):
            if start != reached:
                self._note("hidden", place)
            reached = max(reached, end)

    def _end_of_directory(self, stream: BinaryIO, start: int, size: int, comment: int, place: str) -> None:
        """Refuse bytes behind the list of members that are not its end record."""
        stream.seek(start)
        tail = stream.read(size - start)
        end = tail.find(b"PK\x05\x06")
        between = tail[:end] if end >= 0 else tail
        if end < 0 or (between and not between.startswith(b"PK\x06\x06")) or len(tail) != end + 22 + comment:
            self._note("hidden", place)

    def _loose(self, data: bytes, place: str) -> None:
        """Look at bytes that belong to no file: comments, extra fields, odd names."""
        if not data:
            return
        texts = as_text(data)
        for text in texts if texts is not None else runs_of_text(data):
            self._text(text, place, self._limits.depth)

    def _gzip(self, data: bytes, place: str, depth: int) -> None:
        """Look at gzip streams one behind another, and at the names in their headers."""
        if depth >= self._limits.depth + 1 or len(data) > self._limits.unpacked_bytes:
            raise _LimitError
        while data:
            if not data.startswith(_GZIP):
                self._note("hidden", place)
                self._loose(data[:OVERLAP], place)
                return
            self._members += 1
            if self._members > self._limits.members:
                raise _LimitError
            for text in runs_of_text(data[: data.find(b"\0", 10) + 1 or 10][10:OVERLAP]):
                self._text(text, f"{place} header", depth)
            self._loose(data[10:266].split(b"\0", 1)[0] if data[3:4] != b"\0" else b"", f"{place} header")
            unpacker = zlib.decompressobj(wbits=31)
            inner = unpacker.decompress(data, self._limits.unpacked_bytes - self._unpacked + 1)
            self._count(len(inner))
            if not unpacker.eof:
                raise EOFError
            self._bytes(inner, "", f"{place} content", depth + 1)
            data = unpacker.unused_data

    # ---------------------------------------------------------------------------------------------- texts
    def _text(self, text: str, place: str, depth: int, offset: int = 0) -> None:
        """Look at every reading of one text."""
        for reading in readings(text):
            for rule, at in self._needles.search(reading):
                if rule != "value" or not self._phrases.cover(reading, at):
                    self._note(rule, f"{place}:{offset + at}")
            self._tokens_of(reading, place)
            self._encoded(reading, place, depth)

    def _tokens_of(self, text: str, place: str) -> None:
        """Remember what may be a hash."""
        for match in _HASH.finditer(text):
            self._tokens.setdefault(match.group().lower(), f"{place}:{match.start()}")
        for token, at in _base64_tokens(text):
            if len(token) >= 22 and len(data := _from_base64(token)) in DIGEST_SIZES:
                self._tokens.setdefault(data.hex(), f"{place}:{at}")

    def _encoded(self, text: str, place: str, depth: int) -> bool:
        """Look into tokens of base64 and hexadecimal digits."""
        found = False
        if self._own:
            text = _OWN.sub(lambda m: " " * len(m.group()) if m.group() in self._own else m.group(), text)
        for data, at in _tokens(text):
            if len(data) > self._limits.text_bytes:
                self._note("limit", f"{place}:{at}")
                found = True
                continue
            if data.startswith((*_ZIP_STARTS, _GZIP)) or (len(data) > 64 and data.startswith(_CLOSED)):
                if depth >= self._limits.depth:
                    self._note("limit", f"{place}:{at}")
                else:
                    self._count(len(data))
                    self._bytes(data, "", f"{place}:{at} encoded", depth + 1)
                found = True
                continue
            texts = as_text(data, guess=False)
            for inner in texts if texts is not None else runs_of_text(data):
                for reading in readings(inner):
                    for _ in self._needles.search(reading, noise=texts is None):
                        self._note("encoded", f"{place}:{at}")
                        found = True
                        break
        return found


def _central_size(entry: zipfile.ZipInfo) -> int:
    """Give the bytes a member takes in the list of members."""
    name = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace")
    return 46 + len(name) + len(entry.extra) + len(entry.comment)


def _pieces(stream: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Give a stream in pieces that overlap."""
    at, tail = 0, b""
    while piece := stream.read(size):
        yield at - len(tail), tail + piece
        at += len(piece)
        tail = piece[-OVERLAP:]


def _whole_characters(piece: bytes) -> bytes:
    """Take off the halves of UTF-8 characters at both ends of a piece, if UTF-8 is what it is."""
    for before, after in product(range(4), range(4)):
        trimmed = piece[before : len(piece) - after]
        try:
            trimmed.decode("utf-8")
        except UnicodeDecodeError:
            continue
        return trimmed
    return piece


def _tokens(text: str) -> Iterator[tuple[bytes, int]]:
    """Give what the base64 and hexadecimal tokens of a text decode to."""
    for token, at in _base64_tokens(text):
        if data := _from_base64(token):
            yield data, at
    for match in _HEX.finditer(text):
        digits = re.sub("[ :-]", "", match[1])
        yield bytes.fromhex(digits), match.start()


def _base64_tokens(text: str) -> Iterator[tuple[str, int]]:
    """Give what may be base64, and where."""
    for match in _BASE64.finditer(text):
        if not _A_WORD.fullmatch(match.group()):
            yield match.group(), match.start()


def _from_base64(token: str) -> bytes:
    """Decode a token of either alphabet, with or without padding."""
    signs = re.sub(r"[\s=]", "", token).translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(signs[: len(signs) - (len(signs) % 4 == 1)] + "=" * (-len(signs) % 4), validate=True)
    except binascii.Error:
        return b""
