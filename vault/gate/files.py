"""Files of any kind brought to text, and the search in what they hold.

Floor: 4. It tells what a file is by its content, has it taken apart by the reader of its kind, and gives every reading
of every text to `needles`. It refuses what no reader here opens.

Source:
    docs/known-values.md §The gate.
"""

import base64
import binascii
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import product
from typing import BinaryIO, Final

from vault.gate import archives, mails, office, pdf, pictures, rtf, xmls
from vault.gate.fonts import without_fonts
from vault.gate.needles import DIGEST_SIZES, WORDS_REMEMBERED, Finding, Needles
from vault.gate.parts import BrokenError, Budget, Fault, Inner, Label, LimitError, Limits, Loose, Part, Text
from vault.gate.phrases import Phrases
from vault.gate.texts import Reading, as_text, older, readings, runs_of_text
from vault.matching.values import Protected

OVERLAP: Final = 1 << 12  # bytes that two pieces share; no value is longer
FINDINGS_AT_MOST: Final = 1000
_TOLD_APART: Final = 80
"""Characters from the beginning of what is found on, by which two findings at one place are told apart."""
TOKENS_AT_MOST: Final = 1 << 14
"""How many possible hashes are remembered before they are compared: a list of hashes may be of any length."""
_CONFIRMED: Final = frozenset({"unreadable", "encrypted", "broken"})
"""What a person who confirmed a file has seen; everything else is out of sight."""

# What is known to need a reader that is not here.
_CLOSED: Final = (
    b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd", b"ID3", b"OggS", b"fLaC", b"\x7fELF", b"MZ",
    b"SQLite format 3", b"age-encryption.org/", b"-----BEGIN AGE", b"-----BEGIN PGP MESSAGE", b"%!PS", b"\x00asm",
    b"RIFF", b"!<arch>", b"MSCF", b"AT&TFORM", b"\x00\x00\x01\x00",
)  # fmt: skip
_ENCRYPTED: Final = (b"age-encryption.org/", b"-----BEGIN AGE", b"-----BEGIN PGP MESSAGE")
_XML_START = re.compile(r"\ufeff?\s*<(?:[A-Za-z_?]|!(?:--|DOCTYPE))")
_BASE64_SIGNS = r"[A-Za-z0-9+/_-]"
_PLAIN_WORD = r"(?<=[A-Za-z])[a-z]*+(?![A-Za-z0-9+/=_\r\n-])"
_BASE64 = re.compile(
    rf"{_BASE64_SIGNS}(?<![A-Za-z0-9+/_-].)(?!{_PLAIN_WORD}){_BASE64_SIGNS}{{7,}}"
    rf"(?:\r?\n[ \t]*(?!--){_BASE64_SIGNS}{{2,}})*={{0,2}}"
)
_BASE32 = re.compile(
    r"[A-Za-z2-7](?<![A-Za-z0-9+/_-].)(?!(?<=[a-z])[a-z]{0,14}+(?![a-z2-7=]))"
    r"(?:(?<=[A-Z2-7])[A-Z2-7]{7,}|(?<=[a-z2-7])[a-z2-7]{7,})={0,6}(?![A-Za-z0-9+/_-])"
)
_SEGMENT = re.compile(r"(?:(?<=[/_-])|^)[A-Za-z0-9+]{12,}={0,2}(?=[/_-]|$)")
_SPLIT_AT_MOST: Final = 1000
_A_WORD = re.compile(r"[A-Za-z]?[a-z]+|[A-Z]+|[0-9_-]+")  # no base64 of eight signs and more looks so
_HEX = re.compile(r"(?<![A-Za-z0-9])(?:0x|\\x)?((?:[0-9A-Fa-f]{2}[ :-]?){4,}+)")
_NOT_HEX = re.compile("[ :-]")
_LIKELY: Final = frozenset({"base64", "hex", "ascii85", "uuencode"})  # hardly anything else looks so
_SHORT: Final = 200  # signs of a token that is remembered
_ASCII85 = re.compile(r"<~([!-uz\s]{5,}?)~>")
_UUENCODED = re.compile(
    r"^begin(?: [0-7]{3,4}|-base64 [0-7]{3,4}) ([^\r\n]+)\r?\n((?:[ -`]{1,61}\r?\n)+)", re.MULTILINE
)
_OWN = re.compile(r"[A-Za-z0-9+/=]{32,}")
_HASH = re.compile(r"[0-9a-fA-F](?<![A-Za-z0-9].)[0-9a-fA-F]{7,63}(?![A-Za-z0-9])")
_HAS_LETTER = re.compile("[a-fA-F]")


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
        keep_files: Names of the file or its members that no reader opens and that a person confirmed one by one;
            their names, what can be read of them and the text in their raw bytes are looked at all the same.
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
    search.whole(stream, filename)
    return search.finish()


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
        self._budget = Budget(limits)
        self._keep = frozenset(keep)
        self._templates = frozenset(templates)
        self._own = frozenset(own)
        self._phrases = Phrases(phrases)
        self._findings: dict[Finding, None] = {}
        self._tokens: dict[str, str] = {}  # token, place of its first sight
        self._looked_at: dict[tuple[str, str], bool] = {}  # tokens, and whether a value is in them
        self._noted = 0  # how often there was something to note
        self._clean: set[tuple[bytes, int, bool, bool, bool, bool]] = set()  # members in which there was nothing
        self._confirmed = False  # whether a person saw the file that is looked at

    def finish(self) -> list[Finding]:
        """Compare the hashes seen and give all findings."""
        self._compare_hashes()
        return list(self._findings)

    def _compare_hashes(self) -> None:
        for token in sorted(self._needles.hashed(self._tokens)):
            self._note("hash", self._tokens[token], token)
        self._tokens.clear()

    def _note(self, rule: str, place: str, found: str = "") -> None:
        """Note a finding: its rule, its place, and what is found as it was read."""
        self._noted += 1
        if self._confirmed and rule in _CONFIRMED:
            return
        if len(self._findings) < FINDINGS_AT_MOST:
            what = hashlib.sha256(found[:_TOLD_APART].encode("utf-8", "replace")).hexdigest()[:32] if found else ""
            self._findings[Finding(rule, place, what)] = None

    # --------------------------------------------------------------------------------------------- files
    def whole(self, stream: BinaryIO, name: str) -> None:
        """Look at the outermost file; whatever goes wrong is a finding."""
        try:
            self.file(stream, name)
        except LimitError:
            self._note("limit", "file")
        except Exception:  # noqa: BLE001 - a fault of the gate's own must not let a file go
            self._note("broken", "file")

    def file(self, stream: BinaryIO, name: str) -> None:
        """Look at the outermost file, in pieces when it is a large text."""
        place = self._name(name, "file")
        stream.seek(0)
        start = stream.read(self._limits.piece_bytes)
        if start.startswith(archives.ZIP_STARTS):
            self._parts(archives.read_zip(stream, place, self._budget), place, 0)
            return
        rest = stream.read(1)
        if not rest:
            self._bytes(start, name, place, 0)
        elif self._reader(start) is not None:
            stream.seek(0)
            whole = stream.read(self._limits.unpacked_bytes + 1)
            if len(whole) > self._limits.unpacked_bytes:
                self._note("limit", place)
                self._raw_if_kept(stream, name, place)
            else:
                self._bytes(whole, name, place, 0)
        elif name in self._keep or start.startswith(_CLOSED) or as_text(_whole_characters(start)) is None:
            if name not in self._keep:
                self._note("unreadable", place)
            self._raw_if_kept(stream, name, place)
        else:
            stream.seek(0)
            self._in_pieces(stream, place)

    def _reader(self, data: bytes) -> Callable[[bytes, str, Budget], Iterator[Part]] | None:
        """Tell which reader takes a file apart."""
        if data.startswith(archives.ZIP_STARTS):
            return lambda data, place, budget: archives.read_zip(io.BytesIO(data), place, budget)
        if data.startswith(archives.PACKED):
            return archives.read_packed
        if data.startswith(rtf.START):
            return rtf.read_rtf
        if pdf.is_pdf(data):
            return pdf.read_pdf
        return pictures.reader_of(data) or (archives.read_tar if archives.is_tar(data) else None)

    def _parts(self, parts: Iterable[Part], place: str, depth: int) -> None:
        """Look at what a reader hands over, and turn whatever goes wrong in it into a finding."""
        if depth > self._limits.depth:
            self._note("limit", place)
            return
        try:
            for part in parts:
                self._part(part, place, depth)
        except LimitError:
            self._note("limit", place)
        except Exception:  # noqa: BLE001 - unpackers, and the readers of others, promise no kind of error
            self._note("broken", place)

    def _part(self, part: Part, outer: str, depth: int) -> None:
        match part:
            case Text(text, place, noise):
                self._text(text, place, depth, noise=noise)
            case Loose(data, place):
                self._loose(data, place)
            case Label(name, place):
                self._name(name, place)
            case Fault(rule, place):
                self._note(rule, place)
            case Inner(data, name, place, strict):
                told = self._name(name, place) if name else place
                if depth and told != place:  # two files may have parts of one name
                    told = f"{outer}/{told}"
                self._bytes(data, name, told, depth + 1, strict=strict)

    def _name(self, name: str, place: str) -> str:
        """Look at a name; give the place to be told, which is not the name if that is a finding."""
        found = False
        for reading in readings(name):
            for rule, at in self._needles.search(reading.text):
                self._note(rule, f"name of {place}", reading.text[at : at + _TOLD_APART])
                found = True
            self._tokens_of(reading, f"name of {place}")
            found |= self._encoded(reading, f"name of {place}", 0)
        told = "".join(c if c.isprintable() else "?" for c in name)[:200]
        return place if found else told if told == name else f"{told} ({place})"

    def _bytes(self, data: bytes, name: str, place: str, depth: int, *, strict: bool = False) -> None:
        """Look at one file that is in memory."""
        digest = hashlib.sha256(data).digest()
        if not data or digest in self._templates:
            return
        before, noted = self._confirmed, self._noted
        self._confirmed = before or (depth <= 1 and name in self._keep)
        layout = strict and name == office.LAYOUT_CACHE
        # The same bytes read in the same way need no second look.
        member = (digest, depth, strict, place.endswith(".vml"), layout, self._confirmed)
        if member in self._clean and not mails.is_mail(data):
            self._confirmed = before
            return
        try:
            reader = self._reader(data)
            if reader is not None:
                self._parts(reader(data, place, self._budget), place, depth)
            elif layout:
                self._loose(data, place)
            elif data.startswith(_CLOSED) or (texts := as_text(data)) is None:
                self._note("encrypted" if data.startswith(_ENCRYPTED) else "unreadable", place)
            else:
                self._texts(data, texts, place, depth, strict=strict)
            if self._confirmed:
                self._raw(io.BytesIO(data), place)
            if self._noted == noted:
                self._clean.add(member)
        finally:
            self._confirmed = before

    def _texts(self, data: bytes, texts: Sequence[str], place: str, depth: int, *, strict: bool) -> None:
        """Look at a file that is text, and at what its structure tells besides."""
        if texts and _XML_START.match(texts[0]) and (len(texts) == 1 or b"\0" in data[:8]):
            try:
                parts, known = xmls.read_xml(texts[0], place)
            except BrokenError:
                # A page of the web is seldom well-formed, a part of a document always.
                if strict and not place.endswith(".vml"):
                    self._note("broken", place)
            else:
                self._parts(parts, place, depth)
                if strict or known:
                    texts = texts[1:]
        for text in texts:
            self._text(without_fonts(text), place, depth)
        if mails.is_mail(data):
            self._parts(mails.read_mail(data, place, self._budget), place, depth)

    def _raw_if_kept(self, stream: BinaryIO, name: str, place: str) -> None:
        if name in self._keep:
            stream.seek(0)
            self._raw(stream, place)

    def _raw(self, stream: BinaryIO, place: str) -> None:
        """Look for text in the bytes of a file that no reader opens."""
        for at, piece in _pieces(stream, self._limits.piece_bytes):
            for text in runs_of_text(piece):
                for reading in readings(text):
                    for rule, begin in self._needles.search(reading.text, noise=True):
                        self._note(rule, f"{place}:{at}", reading.text[begin : begin + _TOLD_APART])

    def _in_pieces(self, stream: BinaryIO, place: str) -> None:
        """Look at a text too large to be held."""
        for at, piece in _pieces(stream, self._limits.piece_bytes):
            texts = as_text(_whole_characters(piece))
            if texts is None:
                self._note("unreadable", f"{place}:{at}")
                continue
            for text in texts:
                self._text(text, place, 0, at)

    # ---------------------------------------------------------------------------------------------- texts
    def _loose(self, data: bytes, place: str) -> None:
        """Look at bytes that belong to no file: comments, extra fields, odd names."""
        if not data:
            return
        texts = as_text(data)
        for text in texts if texts is not None else runs_of_text(data):
            self._text(text, place, self._limits.depth)

    def _text(self, text: str, place: str, depth: int, offset: int = 0, *, noise: bool = False) -> None:
        """Look at every reading of one text, in pieces when it is large."""
        size = self._limits.piece_bytes
        if len(text) > size + OVERLAP:
            for at in range(0, len(text), size):
                piece = text[max(0, at - OVERLAP) : at + size]
                self._text(piece, place, depth, offset + max(0, at - OVERLAP), noise=noise)
            return
        for reading in readings(text):
            for rule, at in self._needles.search(reading.text, noise=noise):
                if rule != "value" or not self._phrases.cover(reading.text, at):
                    self._note(rule, f"{place}:{offset + reading.place(at)}", reading.text[at : at + _TOLD_APART])
            self._tokens_of(reading, place)
            self._encoded(reading, place, depth)

    def _tokens_of(self, reading: Reading, place: str) -> None:
        """Remember what may be a hash."""
        for match in _HASH.finditer(reading.text):
            if not _HAS_LETTER.search(match.group()):
                continue
            self._tokens.setdefault(match.group().lower(), f"{place}:{reading.place(match.start())}")
        for token, at in _base64_tokens(reading.text, 22):
            if len(data := _from_base64(token)) in DIGEST_SIZES:
                self._tokens.setdefault(data.hex(), f"{place}:{reading.place(at)}")
        if len(self._tokens) > TOKENS_AT_MOST:
            self._compare_hashes()

    def _encoded(self, reading: Reading, place: str, depth: int) -> bool:
        """Look into tokens of base64 and hexadecimal digits."""
        found, text = False, reading.text
        if self._own:
            text = _OWN.sub(lambda m: " " * len(m.group()) if m.group() in self._own else m.group(), text)
        for token, kind, begin in _tokens(text):
            at = reading.place(begin)
            known = self._looked_at.get((kind, token))
            if known is None:
                known = self._token(_decoded(token, kind), kind in _LIKELY, f"{place}:{at}", depth)
                if len(token) <= _SHORT and len(self._looked_at) < WORDS_REMEMBERED:
                    self._looked_at[kind, token] = known
            elif known:
                self._note("encoded", f"{place}:{at}", token)
            found |= known
        return found

    def _token(self, data: bytes, likely: bool, place: str, depth: int) -> bool:  # noqa: FBT001 - one of two kinds
        """Look at what one token decodes to; tell whether a value is there."""
        if len(data) > self._limits.text_bytes:
            self._note("limit", place)
            return True
        if len(data) > 20 and (self._reader(data) is not None or (len(data) > 64 and data.startswith(_CLOSED))):
            if depth >= self._limits.depth:
                self._note("limit", place)
            else:
                self._budget.take(len(data))
                self._bytes(data, "", f"{place} encoded", depth + 1)
            return False
        found = False
        if data[:1] == b"\x78" and (inflated := _inflated(data, self._limits.text_bytes)):
            return self._token(inflated, likely, place, depth)
        texts = as_text(data, guess=False)
        for inner in [*(texts if texts is not None else runs_of_text(data)), *(older(data) if likely else ())]:
            for reading in readings(inner):
                for _, at in self._needles.search(reading.text, noise=texts is None or not likely):
                    self._note("encoded", place, reading.text[at : at + _TOLD_APART])
                    found = True
                if texts is not None and depth < self._limits.depth:
                    self._tokens_of(reading, place)
                    found |= self._encoded(reading, place, depth + 1)
        return found


def _inflated(data: bytes, room: int) -> bytes:
    """Give what a token of packed bytes unpacks to; nothing if it is none, or is more than there is room for."""
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(data, room)
    except zlib.error:
        return b""
    return found if unpacker.eof and found[:1] != b"\x78" else b""


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


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Give the tokens of a text that may stand for bytes: each, what it may be, and where."""
    for token, at in _base64_tokens(text):
        yield token, "base64", at
    for match in _HEX.finditer(text):
        digits = _NOT_HEX.sub("", match[1])
        yield digits, "digits" if digits.isdecimal() else "hex", match.start()
    for match in _BASE32.finditer(text):
        if not match.group().isalpha() or len(match.group()) > 15:
            yield match.group(), "base32", match.start()
    if "<~" in text:
        for match in _ASCII85.finditer(text):
            yield match[1], "ascii85", match.start()
    if "begin" in text:
        for match in _UUENCODED.finditer(text):
            yield match[2], "uuencode", match.start()


def _decoded(token: str, kind: str) -> bytes:
    """Give the bytes that a token stands for, none if it stands for none."""
    if kind == "base64":
        return _from_base64(token)
    if kind in {"hex", "digits"}:
        return bytes.fromhex(token)
    if kind == "uuencode":
        return b"".join(map(_uudecoded, token.splitlines()))
    try:
        if kind == "ascii85":
            return base64.a85decode(token)
        signs = token.rstrip("=").upper()
        whole = signs[: len(signs) - (len(signs) % 8 in {1, 3, 6})]
        return base64.b32decode(whole + "=" * (-len(whole) % 8))
    except ValueError:
        return b""


def _uudecoded(line: str) -> bytes:
    """Decode a line of uuencode: its length, and four signs for three bytes."""
    values = [ord(c) - 32 & 63 for c in line]
    rest = values[1:] + [0] * 4
    packed = (rest[n] << 18 | rest[n + 1] << 12 | rest[n + 2] << 6 | rest[n + 3] for n in range(0, len(rest) - 3, 4))
    return b"".join(n.to_bytes(3, "big") for n in packed)[: values[0]]


def _base64_tokens(text: str, shortest: int = 8) -> Iterator[tuple[str, int]]:
    """Give what may be base64, and where; in addresses and names its own signs may only stand around it."""
    for match in _BASE64.finditer(text):
        token, at = match.group(), match.start()
        if len(token) < shortest or _A_WORD.fullmatch(token):
            continue
        yield token, at
        if len(token) <= _SPLIT_AT_MOST and "\n" not in token:
            for part in _SEGMENT.finditer(token):
                if len(part.group()) < len(token) and not _A_WORD.fullmatch(part.group()):
                    yield part.group(), at + part.start()


def _from_base64(token: str) -> bytes:
    """Decode a token of either alphabet, with or without padding."""
    signs = re.sub(r"[\s=]", "", token).translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(signs[: len(signs) - (len(signs) % 4 == 1)] + "=" * (-len(signs) % 4), validate=True)
    except binascii.Error:
        return b""
