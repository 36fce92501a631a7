"""PDF: every object that stands in the file, every page of every revision, and what lies between and behind them.

Floor: 4, part of `gate`. A reader of its own goes through all bytes; two programs of others read the pages. It refuses
encrypted files, streams it cannot unpack, fonts that do not tell their letters, and bytes behind the end.

Source:
    docs/known-values.md §The gate.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Final

from vault.gate import pdfextractors, pictures
from vault.gate.fonts import is_font
from vault.gate.parts import BrokenError, Budget, Fault, Inner, LimitError, Loose, Part, Text, joined
from vault.gate.pdffonts import CMap, Font
from vault.gate.pdfobjects import DEPTH_AT_MOST, Name, Ref, Stream, objects, stream_objects, unpack
from vault.gate.pdfpages import Drawing
from vault.gate.texts import as_text, runs_of_text

HEADER: Final = b"%PDF-"
CONTENT_AT_MOST: Final = 16_000_000
_FORMS_IN_FORMS: Final = 20
REVISIONS_AT_MOST: Final = 12
_FONTS_OF_A_NAME: Final = 6
_VERSIONS_AT_MOST: Final = 50
_LOOKS_AT_MOST: Final = 1_000_000
_PIXELS_LOOKED_AT: Final = 1 << 20  # bytes of a picture; a larger one is a picture
_ODD_SHARE: Final = 0.5  # of the signs of a page: then its fonts do not tell their letters
_DRAWN = re.compile(rb"/([^\0\t\n\f\r ()<>\[\]{}/%]+)[\0\t\n\f\r ]+Do(?![A-Za-z0-9])")
_XREF = re.compile(
    rb"\bxref[\0\t\n\f\r ]+(?:[0-9]+ +[0-9]+[\0\t\n\f\r ]+(?:[0-9]{10} [0-9]{5} [nf][\0\t\n\f\r ]*)*)*"
    rb"|startxref[\0\t\n\f\r ]+[0-9]+|%%EOF|endobj|endstream|\btrailer\b"
)
_END = re.compile(rb"%%EOF[\r\n \t\0]*")
_COMMENT = re.compile(rb"%[^\r\n]{4,}")
_TEXT_OPERATORS = re.compile(rb"(?<![A-Za-z])(?:T[jJ]|'|\"|BDC|DP)(?![A-Za-z])")
_FONT_FILES: Final = frozenset({"FontFile", "FontFile2", "FontFile3", "CIDToGIDMap"})
_PLAIN_TEXT = re.compile(rb"[\t\n\r -~]*")
_FAR_APART: Final = 0.25  # of the letters of one reading that the other has too
_FEW: Final = 40


def is_pdf(data: bytes) -> bool:
    """Tell a PDF by its header, which may stand a little behind the start.

    Args:
        data: The file, or its start.

    Returns:
        True if it is one.
    """
    return data.startswith(HEADER) or (HEADER in data[:1024] and (b"endobj" in data or b"\0" in data[:4096]))


def read_pdf(data: bytes, place: str, budget: Budget) -> Iterator[Part]:
    """Read a PDF.

    Args:
        data: The file.
        place: Of it.
        budget: Of the scan.

    Yields:
        What is in it.
    """
    document = _Document(data, place, budget)
    yield from document.parts()
    if document.encrypted:
        yield Fault("encrypted", place)
        return
    readings = [pdfextractors.by_pypdf(data), pdfextractors.by_pdfium(data)]
    for pages in readings:
        yield Text(joined(pages), f"{place} pages")
    if _differ(*("".join(pages) for pages in readings)) or any(_is_odd(page) for pages in readings for page in pages):
        yield Fault("unreadable", f"{place} pages")
    yield from _earlier(data, place)


def _earlier(data: bytes, place: str) -> Iterator[Part]:
    """Read the pages as they were before each change that was added behind them."""
    ends = [match.end() for match in _END.finditer(data)][:-1]
    if len(ends) > REVISIONS_AT_MOST:
        raise LimitError
    for number, end in enumerate(ends, 1):
        for extractor in (pdfextractors.by_pypdf, pdfextractors.by_pdfium):
            try:
                yield Text(joined(extractor(data[:end])), f"{place} revision {number}")
            except BrokenError:
                continue  # a file laid out for the web has such a mark near its start


def _is_odd(page: str) -> bool:
    """Tell a page whose letters nobody tells: its fonts give control characters, or none that are assigned."""
    signs = [sign for sign in page if not sign.isspace()]
    odd = sum(unicodedata.category(sign) in {"Cc", "Cn", "Co"} or sign == "\ufffd" for sign in signs)
    return odd >= _FEW and odd > _ODD_SHARE * len(signs)


def _differ(one: str, two: str) -> bool:
    """Tell two readings that have little in common."""
    counts = [Counter(c for c in text.lower() if c.isalnum()) for text in (one, two)]
    sizes = [sum(count.values()) for count in counts]
    return max(sizes) >= _FEW and sum((counts[0] & counts[1]).values()) < _FAR_APART * max(sizes)


class _Document:
    """One file: its objects by number, in all their revisions."""

    def __init__(self, data: bytes, place: str, budget: Budget) -> None:
        self.encrypted = False
        self._data = data
        self._place = place
        self._budget = budget
        self._versions: dict[int, list[Any]] = {}
        self._unpacked: dict[int, bytes] = {}  # by the identity of a stream, which the versions keep alive
        self._strings: dict[bytes, None] = {}
        self._names: dict[str, None] = {}
        self._fonts: dict[int, Font] = {}
        self._content = 0
        self._looks = 0
        self._parents: dict[int, dict[int, int]] = {}  # of pages: the nodes that name them, and how often
        self._shown: dict[int, int] = {}
        self._weights: dict[int, int] = {}  # of forms, with the forms within

    def parts(self) -> Iterator[Part]:
        """Give what the file holds."""
        yield from self._walk()
        if self.encrypted:
            return
        for value in [value for versions in self._versions.values() for value in versions]:
            self._gather(value, 0)
        yield from self._streams()
        yield from self._pages()
        yield from self._words()

    # ------------------------------------------------------------------------------------------------- objects
    def _walk(self) -> Iterator[Part]:
        """Find all objects, and look at what lies between them."""
        data, at = self._data, 0
        start = data.find(HEADER)
        if data[:start].strip(b"\0\r\n\t \xef\xbb\xbf"):
            yield Fault("hidden", f"{self._place} before its start")
        for number, value, begin, end in objects(data):
            yield from self._between(data[at:begin])
            at = end
            self._budget.member()
            if isinstance(value, BrokenError):
                yield Fault("broken", f"{self._place} object {number}")
            else:
                stop = end - len(value.raw) if isinstance(value, Stream) else end
                yield from self._comments(data[begin:stop])
                self._versions.setdefault(number, []).append(value)
        yield from self._between(data[at:])
        ends = list(_END.finditer(data))
        if not ends:
            yield Fault("broken", self._place)
        elif ends[-1].end() < len(data):
            yield Fault("hidden", f"{self._place} behind its end")
        for stream in [v for versions in self._versions.values() for v in versions if isinstance(v, Stream)]:
            self.encrypted |= "Encrypt" in stream.about
            if stream.about.get("Type") == "ObjStm" and not self.encrypted:
                unpacked = yield from self._unpack(stream, f"{self._place} object stream")
                yield Text(joined(runs_of_text(unpacked)), f"{self._place} object stream", noise=True)
                for number, value in stream_objects(unpacked, stream.about):
                    self._budget.member()
                    self._versions.setdefault(number, []).append(value)

    def _between(self, gap: bytes) -> Iterator[Part]:
        """Look at what lies between objects: trailers, comments, anything."""
        rest = _XREF.sub(b" ", gap)
        if rest.isspace() or not rest:
            return
        self.encrypted |= b"/Encrypt" in rest
        texts = as_text(rest.translate(None, b"\0") if _PLAIN_TEXT.fullmatch(rest.replace(b"\0", b"")) else rest)
        for text in texts if texts is not None else runs_of_text(rest):
            yield Text(text, f"{self._place} between objects", noise=texts is None)
        for match in re.finditer(rb"\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]{2,})>", rest, re.DOTALL):
            digits = re.sub(rb"\s", b"", match[2] or b"")
            self._strings[
                match[1] if match[1] is not None else bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
            ] = None

    def _comments(self, span: bytes) -> Iterator[Part]:
        if b"%" in span:
            for match in _COMMENT.finditer(span):
                yield Loose(match.group(), f"{self._place} comment")

    def _gather(self, value: Any, depth: int) -> None:  # noqa: ANN401 - any object of PDF
        """Take in every string and name of an object."""
        if isinstance(value, Stream):
            value = value.about
        if isinstance(value, bytes):
            self._strings[value] = None
        elif isinstance(value, Name):
            self._names[value] = None
        elif isinstance(value, dict | list) and depth <= DEPTH_AT_MOST:
            if isinstance(value, dict):
                self._names.update(dict.fromkeys(value))
                self._tell_streams(value)
            for inner in value.values() if isinstance(value, dict) else value:
                self._gather(inner, depth + 1)

    def _tell_streams(self, value: dict[str, Any]) -> None:
        """Note of streams what only those know that point to them: programs of fonts, and files."""
        for key in _FONT_FILES & value.keys():
            for stream in self._all(value[key]):
                if isinstance(stream, Stream):
                    stream.about.setdefault("Length1", 0)
        for one in self._all(value.get("EF")):
            for stream in [s for ref in one.values() for s in self._all(ref)] if isinstance(one, dict) else []:
                if isinstance(stream, Stream):
                    stream.about["Type"] = "EmbeddedFile"

    def _gather_tree(self) -> None:
        """Take in how often each node of the tree of pages names each of its children."""
        for number, versions in self._versions.items():
            for value in versions:
                kids = value.get("Kids") if isinstance(value, dict) and "Count" in value else None
                for one in self._all(kids):
                    named = Counter(kid.number for kid in one if isinstance(kid, Ref)) if isinstance(one, list) else {}
                    for child, times in named.items():
                        parents = self._parents.setdefault(child, {})
                        parents[number] = max(parents.get(number, 0), times)

    def _times(self, number: int, depth: int = 0) -> int:
        """Give how often a page is shown, for whoever reads the pages reads it so often."""
        if number not in self._shown:
            if depth > DEPTH_AT_MOST:
                raise LimitError
            self._shown[number] = 1  # while a tree that is none goes round in circles
            parents = self._parents.get(number, {})
            times = sum(self._times(parent, depth + 1) * named for parent, named in parents.items())
            self._shown[number] = max(1, min(times, CONTENT_AT_MOST))
        return self._shown[number]

    def _words(self) -> Iterator[Part]:
        """Give the strings and names of all objects."""
        texts = [text for data in self._strings for text in _string(data)]
        yield Text(joined(texts), f"{self._place} strings")
        noise = [run for data in self._strings for run in _in_binary(data)]
        yield Text(joined(noise), f"{self._place} strings", noise=True)
        names = (name for name in self._names if len(name) > 3 and not is_font(name))
        yield Text(joined(names), f"{self._place} names", noise=True)

    def _all(self, value: Any) -> list[Any]:  # noqa: ANN401 - any object of PDF
        """Give what something is or points to, in all revisions, the newest first."""
        for _ in range(8):
            if not isinstance(value, Ref):
                return [value]
            found = self._versions.get(value.number, [])
            if len(found) != 1 or not isinstance(found[0], Ref):
                return found[: -1 - _VERSIONS_AT_MOST : -1]
            value = found[0]
        return []

    def _one(self, value: Any) -> Any:  # noqa: ANN401 - any object of PDF
        return next(iter(self._all(value)), None)

    # ------------------------------------------------------------------------------------------------- streams
    def _unpack(self, stream: Stream, place: str) -> Generator[Part, None, bytes]:
        """Give the bytes of a stream, once what stood behind them was handed over."""
        known = self._unpacked.get(id(stream))
        if known is not None:
            return known
        for key in ("Filter", "DecodeParms"):
            if isinstance(stream.about.get(key), Ref):
                stream.about[key] = self._one(stream.about[key])
        data, picture, left = unpack(stream, self._budget, pixels=stream.about.get("Subtype") == "Image")
        if left.strip(b"\r\n\0 "):
            yield Fault("hidden", f"{place} behind its data")
            yield Loose(left, f"{place} behind its data")
        if picture:
            stream.about["picture"] = picture
        self._unpacked[id(stream)] = data
        return data

    def _streams(self) -> Iterator[Part]:
        """Look at every stream by what it is."""
        for number, versions in self._versions.items():
            for stream in versions:
                if isinstance(stream, Stream):
                    place = f"{self._place} stream {number}"
                    try:
                        yield from self._stream(stream, place)
                    except BrokenError:
                        yield Fault("broken", place)

    def _stream(self, stream: Stream, place: str) -> Iterator[Part]:
        about = stream.about
        if about.get("Type") == "ObjStm":
            return
        if "F" in about and not isinstance(about["F"], Name | list):
            yield Fault("unreadable", f"{place} outside the file")
        data = yield from self._unpack(stream, place)
        picture = about.get("picture", "")
        if about.get("Type") in {"EmbeddedFile", "Metadata"} or data.lstrip()[:5] == b"<?xpa" or data[:5] == b"<?xml":
            yield Inner(data, "", place)
        elif picture or about.get("Subtype") == "Image":
            yield from self._picture(data, picture, place)
        elif about.get("Type") == "XRef":
            yield Text(joined(runs_of_text(data)), place, noise=True)
        elif "Alternate" in about or data[36:40] == b"acsp":
            yield from pictures.read_profile(data, place)
        elif "Length1" in about or about.get("Subtype") in {"Type1C", "CIDFontType0C", "OpenType"}:
            yield Text(joined(run for run in runs_of_text(data) if not is_font(run)), f"{place} font", noise=True)
        elif _TEXT_OPERATORS.search(data):
            pass  # read and counted with its page or by itself: see `_pages`
        elif (texts := as_text(data)) is not None:
            yield from (Text(text, place) for text in texts)
        elif pictures.reader_of(data) or data.startswith((b"PK\x03\x04", HEADER, b"\x1f\x8b")):
            yield Inner(data, "", place)
        else:
            yield Text(joined(runs_of_text(data)), place, noise=True)

    def _picture(self, data: bytes, packing: str, place: str) -> Iterator[Part]:
        """Look at a picture: a JPEG by its reader, words in the place of pixels."""
        if packing in {"DCTDecode", "DCT"}:
            yield from pictures.read_jpeg(data, place, self._budget)
        elif packing == "JPXDecode":
            yield Fault("unreadable", place)
        elif len(data) <= _PIXELS_LOOKED_AT:
            yield Text(joined(runs_of_text(data)), place, noise=True)

    def _count(self, data: bytes) -> None:
        self._content += len(data)
        if self._content > CONTENT_AT_MOST:
            raise LimitError

    # --------------------------------------------------------------------------------------------------- pages
    def _pages(self) -> Iterator[Part]:
        """Read the drawing instructions: those of pages together, all others by themselves."""
        everywhere = self._fonts_by_name()
        self._gather_tree()
        done: set[int] = set()
        drawn = 0
        for number, versions in self._versions.items():
            for value in versions:
                if isinstance(value, dict) and "Contents" in value and value.get("Type") != "Annot":
                    streams = self._contents(value["Contents"])
                    done |= {id(stream) for stream in streams}
                    data = b"\n".join(self._unpacked.get(id(stream), b"") for stream in streams)
                    drawn += self._weigh_forms(data, self._page_resources(value)) * self._times(number)
                    if drawn > CONTENT_AT_MOST:
                        raise LimitError
                    fonts = {**everywhere, **self._resources(self._page_resources(value))}
                    yield from self._drawing(data, fonts, f"{self._place} page {number}", certain=True)
        for number, versions in self._versions.items():
            for value in versions:
                if isinstance(value, Stream) and id(value) not in done and self._is_drawing(value):
                    fonts = {**everywhere, **self._resources(value.about.get("Resources"))}
                    yield from self._drawing(self._unpacked[id(value)], fonts, f"{self._place} stream {number}")

    def _is_drawing(self, stream: Stream) -> bool:
        data = self._unpacked.get(id(stream))
        return (
            data is not None
            and "picture" not in stream.about
            and stream.about.get("Subtype") not in {"Image", "XML"}
            and stream.about.get("Type") not in {"ObjStm", "EmbeddedFile"}
            and not {"Length1", "Alternate"} & stream.about.keys()
            and _TEXT_OPERATORS.search(data) is not None
        )

    def _drawing(
        self, data: bytes, fonts: dict[str, list[Font]], place: str, *, certain: bool = False
    ) -> Iterator[Part]:
        if not _TEXT_OPERATORS.search(data):
            return
        self._count(data)
        try:
            drawing = Drawing(data)
        except BrokenError:
            yield from [Fault("broken", place)] if certain else []
            yield Text(joined(runs_of_text(data)), place, noise=True)
            return
        yield from self._comments(data)
        yield from (Text(text, place) for text in drawing.readings(fonts))
        marked = [_string(part) for part in drawing.actual]
        yield Text("".join(texts[0] for texts in marked if texts), f"{place} actual text")
        yield Text(joined(text for texts in marked for text in texts), f"{place} actual text")
        yield Text(joined(text for part in drawing.strings for text in _string(part)), f"{place} strings", noise=True)
        if certain and drawing.unread(fonts):
            yield Fault("unreadable", f"{place} font")

    def _contents(self, value: Any) -> list[Stream]:  # noqa: ANN401 - any object of PDF
        found: list[Stream] = []
        for one in self._all(value):
            for part in one if isinstance(one, list) else [one]:
                found += [stream for stream in self._all(part) if isinstance(stream, Stream)]
        return found

    def _page_resources(self, page: dict[str, Any]) -> Any:  # noqa: ANN401 - any object of PDF
        """Give the resources of a page, its own or those it has from the pages' tree."""
        for _ in range(32):
            if "Resources" in page:
                return page["Resources"]
            above = self._one(page.get("Parent"))
            if not isinstance(above, dict):
                break
            page = above
        return None

    def _weigh_forms(self, data: bytes, resources: Any, depth: int = 0) -> int:  # noqa: ANN401
        """Refuse forms that draw forms that draw forms, until their instructions are without end."""
        if depth > _FORMS_IN_FORMS:
            raise LimitError
        forms: dict[str, Any] = {}
        for one in self._all(resources):
            within = self._one(one.get("XObject")) if isinstance(one, dict) else None
            forms |= within if isinstance(within, dict) else {}
        weight = len(data)
        for match in _DRAWN.finditer(data):
            stream = self._one(forms.get(match[1].decode("latin-1")))
            if isinstance(stream, Stream) and stream.about.get("Subtype") == "Form":
                if id(stream) not in self._weights:
                    own = stream.about.get("Resources", resources)
                    self._weights[id(stream)] = self._weigh_forms(self._unpacked.get(id(stream), b""), own, depth + 1)
                weight += self._weights[id(stream)]
            if weight > CONTENT_AT_MOST:
                raise LimitError
        return weight

    def _resources(self, value: Any) -> dict[str, list[Font]]:  # noqa: ANN401 - any object of PDF
        found: dict[str, list[Font]] = {}
        for resources in self._all(value):
            for fonts in self._all(resources.get("Font")) if isinstance(resources, dict) else []:
                for name, font in fonts.items() if isinstance(fonts, dict) else []:
                    found.setdefault(name, []).extend(self._known(font))
        return found

    def _fonts_by_name(self) -> dict[str, list[Font]]:
        """Give the fonts by every name that any dictionary gives them."""
        found: dict[str, list[Font]] = {}
        for versions in self._versions.values():
            for value in versions:
                self._look_for_fonts(value.about if isinstance(value, Stream) else value, found, 0)
        return found

    def _look_for_fonts(self, value: Any, found: dict[str, list[Font]], depth: int) -> None:  # noqa: ANN401
        if not isinstance(value, dict) or depth > 8:
            return
        for name, inner in value.items():
            self._looks += 1
            if self._looks > _LOOKS_AT_MOST:
                raise LimitError
            if isinstance(inner, Ref):
                if (
                    name not in {"Parent", "P", "Prev", "Next", "First", "Last"}
                    and len(found.get(name, ())) < _FONTS_OF_A_NAME
                ):
                    for font in self._known(inner):
                        if font not in (known := found.setdefault(name, [])):
                            known.append(font)
            else:
                self._look_for_fonts(inner, found, depth + 1)

    def _known(self, value: Any) -> list[Font]:  # noqa: ANN401 - any object of PDF
        """Give the fonts that something is or points to."""
        found = []
        for about in self._all(value):
            if isinstance(about, dict) and (about.get("Type") == "Font" or "BaseFont" in about) and "Subtype" in about:
                if id(about) not in self._fonts:
                    self._fonts[id(about)] = Font(about, self._mapping(about), self._one(about.get("Encoding")))
                found.append(self._fonts[id(about)])
        return found

    def _mapping(self, about: dict[str, Any]) -> CMap | None:
        for stream in self._all(about.get("ToUnicode")):
            if isinstance(stream, Stream) and (data := self._unpacked.get(id(stream))):
                return CMap(data)
        return None


def _string(data: bytes) -> Sequence[str]:
    """Decode a string of an object: marked as wide, or in the bytes of some encoding."""
    if data.startswith(b"\xfe\xff"):
        return (re.sub("\x1b[^\x1b]*\x1b", "", data[2:].decode("utf-16-be", "replace")),)
    if data.startswith((b"\xff\xfe", b"\xef\xbb\xbf")):
        return (data.decode("utf-16" if data[0] == 0xFF else "utf-8-sig", "replace"),)
    if _PLAIN_TEXT.fullmatch(data):
        return (data.decode("ascii"),)
    return as_text(data) or ()


def _in_binary(data: bytes) -> Sequence[str]:
    if _PLAIN_TEXT.fullmatch(data) or data.startswith((b"\xfe\xff", b"\xff\xfe")) or as_text(data) is not None:
        return ()
    return runs_of_text(data)
