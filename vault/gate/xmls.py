"""XML as texts: what a reader of the document sees, what stands behind it, and every attribute and comment.

Floor: 4, part of `gate`. It refuses entities of the document's own, which can stand for anything and for any amount.

Source:
    docs/known-values.md §The gate.
"""

import io
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from vault.gate.fonts import is_font
from vault.gate.parts import BrokenError, Fault, Part, Text, joined

# Elements that end a line or a cell; all others may stand within a word.
_BLOCKS: Final = frozenset({
    "p", "h", "tab", "br", "cr", "line-break", "tr", "tc", "td", "th", "c", "si", "row", "li", "title", "f", "v",
    "table-row", "table-cell", "list-item", "dt", "dd", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section",
    "body", "sp", "shape", "text", "option",
})  # fmt: skip
_DELETIONS: Final = frozenset({"del", "delText", "delInstrText", "moveFrom"})
_INSERTIONS: Final = frozenset({"ins", "moveTo"})
_PLAIN, _DELETED, _INSERTED = 0, 2, 3  # the last two are places of the readings that are without them
_PLACES: Final = frozenset({"r", "s", "spans"})  # of a cell: its place and its style
_SIGNS: Final = {"noBreakHyphen": "-", "text:s": " "}
_VOCABULARIES: Final = (
    "http://schemas.openxmlformats.org/", "http://schemas.microsoft.com/", "http://www.w3.org/", "http://purl.org/",
    "urn:oasis:", "urn:schemas-microsoft-com:", "http://openoffice.org/", "http://ns.adobe.com/", "adobe:ns:meta/",
    "application/vnd.openxmlformats-", "http://docs.oasis-open.org/", "urn:org:documentfoundation:",
)  # fmt: skip


class _EntityError(Exception):
    """The document declares entities."""


class _Collector:
    """What the parser meets, as it goes: four readings of the text, and what stands beside it."""

    def __init__(self) -> None:
        self.attributes: dict[str, None] = {}
        self.names: dict[str, None] = {}
        self.asides: list[str] = []
        self.known = False  # whether its words are those of a program
        # As it stands; each text by itself; without what was deleted; without what was inserted.
        self._readings = (io.StringIO(), io.StringIO(), io.StringIO(), io.StringIO())
        self._at_line_start = [True, True, True, True]
        self._states = [_PLAIN]
        self._changed = False

    def start(self, name: str, attributes: list[str]) -> None:
        """Take in the begin of an element."""
        local = name.rpartition(":")[2]
        if not self.names:
            told = dict(zip(attributes[::2], attributes[1::2], strict=True))
            space = told.get("xmlns:" + name.partition(":")[0] if ":" in name else "xmlns", "")
            self.known = space.startswith(_VOCABULARIES)
        self.names[name] = None
        self._tag(local)
        state = _DELETED if local in _DELETIONS else _INSERTED if local in _INSERTIONS else self._states[-1]
        self._changed |= state != _PLAIN
        self._states.append(state)
        if sign := _SIGNS.get(local) or _SIGNS.get(name):
            self.text(sign)
        if local == "family" or local.startswith("config-item"):
            return  # kinds of fonts (roman, swiss), names of a program's own settings
        for at in range(0, len(attributes), 2):
            if attributes[at] in _PLACES and local in {"c", "row"}:
                continue
            self.names[attributes[at]] = None
            self.attributes[attributes[at + 1]] = None

    def end(self, name: str) -> None:
        """Take in the end of an element."""
        self._states.pop()
        self._tag(name.rpartition(":")[2])

    def _tag(self, local: str) -> None:
        for n in (0, 1, 2, 3) if local in _BLOCKS else (1,):
            if not self._at_line_start[n]:
                self._readings[n].write("\n")
                self._at_line_start[n] = True

    def text(self, text: str) -> None:
        """Take in characters."""
        state = self._states[-1]
        for n in (0, 1, 2, 3):
            if n < 2 or n != state:
                self._readings[n].write(text)
                self._at_line_start[n] = False

    def readings(self) -> list[str]:
        """Give the texts, each once."""
        texts = [reading.getvalue() for reading in self._readings[: 4 if self._changed else 2]]
        return [text for text in dict.fromkeys(texts) if text and not text.isspace()]


def read_xml(text: str, place: str) -> tuple[list[Part], bool]:
    """Read an XML document.

    Args:
        text: The document, decoded.
        place: Of it.

    Returns:
        Its texts: joined as shown, each by itself, without what was deleted, without what was inserted; attributes,
        comments, names. Beside them whether it is a document of a kind that is known, with nothing else to be read.

    Raises:
        BrokenError: It is not well-formed.
    """
    found = _Collector()
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.text
    parser.CommentHandler = found.asides.append
    parser.ProcessingInstructionHandler = lambda target, data: found.asides.append(f"{target} {data}")
    parser.StartDoctypeDeclHandler = lambda *said: found.asides.append(" ".join(str(part) for part in said[:3] if part))
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text.removeprefix("\ufeff"), True)  # noqa: FBT003 - it takes no keyword
    except expat.ExpatError as error:
        raise BrokenError from error
    except _EntityError:
        return [Fault("unreadable", f"{place} entities")], True
    return list(_parts(found, place)), found.known


def _parts(found: _Collector, place: str) -> Iterator[Part]:
    """Give what the parser met as texts."""
    for reading in found.readings():
        yield Text(reading, place)
    words = (value for value in found.attributes if _may_say_something(value))
    yield Text(joined(words), f"{place} attributes")
    yield Text(joined(found.asides), f"{place} comments")
    if not found.known:
        yield Text(joined(name.rpartition(":")[2] for name in found.names), f"{place} names", noise=True)


def _refuse(*_: object) -> None:
    raise _EntityError


def _may_say_something(value: str) -> bool:
    if value.isascii() and (len(value) < 3 or value.startswith(_VOCABULARIES)):
        return False
    return not is_font(value)
