"""XML as texts: what a reader of the document sees, what stands behind it, and every attribute and comment.

Floor: 4, part of `gate`. It refuses entities of the document's own, which can stand for anything and for any amount.

Source:
    docs/known-values.md §The gate.
"""

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
_DELETED: Final = frozenset(["del", "delText", "delInstrText", "moveFrom"])
_INSERTED: Final = frozenset(["ins", "moveTo"])
_SIGNS: Final = {"noBreakHyphen": "-", "text:s": " "}
_VOCABULARIES: Final = (
    "http://schemas.openxmlformats.org/", "http://schemas.microsoft.com/", "http://www.w3.org/", "http://purl.org/",
    "urn:oasis:", "urn:schemas-microsoft-com:", "http://openoffice.org/", "http://ns.adobe.com/", "adobe:ns:meta/",
    "application/vnd.openxmlformats-", "http://docs.oasis-open.org/", "urn:org:documentfoundation:",
)  # fmt: skip


class _EntityError(Exception):
    """The document declares entities."""


class _Collector:
    """What the parser meets, in order."""

    def __init__(self) -> None:
        self.pieces: list[tuple[int, str]] = []  # 0 plain, 1 deleted, 2 inserted, 3 end of a block, 4 other tag
        self.attributes: dict[str, None] = {}
        self.names: dict[str, None] = {}
        self.asides: list[str] = []
        self.known = False  # whether its words are those of a program
        self._states = [0]

    def start(self, name: str, attributes: list[str]) -> None:
        """Take in the begin of an element."""
        local = name.rpartition(":")[2]
        if not self.names:
            told = dict(zip(attributes[::2], attributes[1::2], strict=True))
            self.known = told.get("xmlns:" + name.partition(":")[0] if ":" in name else "xmlns", "").startswith(
                _VOCABULARIES
            )
        self.names[name] = None
        self.pieces.append((3 if local in _BLOCKS else 4, ""))
        state = 1 if local in _DELETED else 2 if local in _INSERTED else self._states[-1]
        self._states.append(state)
        if sign := _SIGNS.get(local) or _SIGNS.get(name):
            self.pieces.append((state, sign))
        if local == "family" or local.startswith("config-item"):
            return  # kinds of fonts (roman, swiss), names of a program's own settings
        for at in range(0, len(attributes), 2):
            self.names[attributes[at]] = None
            self.attributes[attributes[at + 1]] = None

    def end(self, name: str) -> None:
        """Take in the end of an element."""
        self._states.pop()
        self.pieces.append((3 if name.rpartition(":")[2] in _BLOCKS else 4, ""))

    def text(self, text: str) -> None:
        """Take in characters."""
        self.pieces.append((self._states[-1], text))

    def reading(self, without: int, between: str) -> str:
        """Put the text together.

        Args:
            without: State to leave out; 0 for none.
            between: What stands for a tag that ends no block.
        """
        separators = {3: "\n", 4: between}
        return "".join(separators.get(state, text) for state, text in self.pieces if not without or state != without)


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
    readings = [found.reading(0, ""), found.reading(0, "\n")]
    states = {state for state, _ in found.pieces}
    readings += [found.reading(state, "") for state in (1, 2) if state in states]
    for reading in dict.fromkeys(_stripped(reading) for reading in readings):
        if reading:
            yield Text(reading, place)
    words = (value for value in found.attributes if _may_say_something(value))
    yield Text(joined(words), f"{place} attributes")
    yield Text(joined(found.asides), f"{place} comments")
    if not found.known:
        yield Text(joined(name.rpartition(":")[2] for name in found.names), f"{place} names", noise=True)


def _refuse(*_: object) -> None:
    raise _EntityError


def _stripped(text: str) -> str:
    """Take off the lines without text."""
    return "\n".join(line for line in text.split("\n") if line and not line.isspace())


def _may_say_something(value: str) -> bool:
    if value.isascii() and (len(value) < 3 or value.startswith(_VOCABULARIES)):
        return False
    return not is_font(value)
