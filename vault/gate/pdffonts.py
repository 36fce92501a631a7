"""Fonts of a PDF: from the codes of a string to its letters, in every way the file allows.

Floor: 4, part of `gate`. What a font says of its letters can be true or not: the text is read with it and without. It
refuses fonts that do not tell their letters at all.

Source:
    docs/known-values.md §The gate.
"""

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from vault.gate.parts import LimitError
from vault.gate.pdfobjects import Keyword, Lexer, Name

Decoder: TypeAlias = Callable[[bytes], str]
_MAPPED_AT_MOST: Final = 200_000
_UNKNOWN: Final = "\ufffd"
# Encodings of composite fonts that are known by name.
_BY_NAME: Final = (
    ("UTF16", "utf-16-be"), ("UCS2", "utf-16-be"), ("UTF32", "utf-32-be"), ("UTF8", "utf-8"), ("GBK2K", "gb18030"),
    ("GBK", "gb18030"), ("GB-", "gb18030"), ("B5", "big5"), ("RKSJ", "cp932"), ("KSC", "cp949"), ("EUC-", "euc_jp"),
)  # fmt: skip
_SIGNS: Final = dict(  # noqa: C408 - the names are Adobe's
    space=" ", hyphen="-", minus="-", period=".", comma=",", colon=":", semicolon=";", slash="/", underscore="_",
    at="@",
    quotesingle="'", quoteright="’", quoteleft="‘", endash="–", emdash="—", parenleft="(", parenright=")", plus="+",
    zero="0", one="1", two="2", three="3", four="4", five="5", six="6", seven="7", eight="8", nine="9", fi="fi",
    fl="fl",
    ff="ff", ffi="ffi", ffl="ffl", numbersign="#", nbspace=" ", sfthyphen="-", germandbls="ß", dotlessi="ı", ae="æ",
    AE="Æ",
    quotedbl='"', quotedblleft="“", quotedblright="”", bullet="•", exclam="!", question="?", percent="%", ampersand="&",
    bracketleft="[", bracketright="]", asterisk="*", equal="=", less="<", greater=">", dollar="$", ellipsis="…",
    guillemotleft="«", guillemotright="»", numero="№", afii61352="№", bar="|", backslash="\\", asciitilde="~",
    braceleft="{", braceright="}", asciicircum="^", grave="`", degree="°", section="§", paragraph="¶", copyright="©",
    registered="®", trademark="™", multiply="×", divide="÷", periodcentered="·", plusminus="±", mu="µ",
)  # fmt: skip
_ACCENTED = re.compile(
    r"([A-Za-z])(?:acute|grave|circumflex|tilde|dieresis|ring|cedilla|caron|slash|breve|macron|ogonek|dotaccent|commaaccent"
    r"|hungarumlaut|\.sc|small|\.alt)"
)
_CYRILLIC = re.compile(r"afii(10[0-9]{3})")
_BY_CODE = re.compile(r"(?:uni([0-9A-Fa-f]{4})+|u([0-9A-Fa-f]{4,6}))(?:\..*)?")


def _letter(glyph: str) -> str:
    """Give the letter that a glyph is named after, or nothing."""
    if len(glyph) == 1:
        return glyph
    if glyph in _SIGNS:
        return _SIGNS[glyph]
    if match := _ACCENTED.fullmatch(glyph):
        return match[1]
    if match := _BY_CODE.fullmatch(glyph):
        code = int(match[2] or glyph[3:7], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
    if match := _CYRILLIC.fullmatch(glyph):
        return _cyrillic(int(match[1]))
    return ""


def _cyrillic(number: int) -> str:
    """Give a letter by Adobe's number: А to Я with Ё in their midst, and the same in small."""
    for first, letters in (
        (10017, "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"),
        (10051, "ЂЃЄЅІЇЈЉЊЋЌЎ"),
        (10065, "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
        (10099, "ђѓєѕіїјљњћќў"),
    ):
        if first <= number < first + len(letters):
            return letters[number - first]
    return ""


class CMap:
    """Codes of a font and what they stand for.

    Args:
        data: A character map as the file has it.
    """

    def __init__(self, data: bytes) -> None:
        self.known: dict[bytes, str] = {}
        self.sizes: set[int] = set()
        lexer, row = Lexer(data), list[Any]()
        while (token := lexer.token()) is not None:
            if not isinstance(token, Keyword):
                row.append(token)
            elif token == b"[":
                lexer.at -= 1
                row.append(lexer.value())
            else:
                if token == b"endbfchar":
                    for code, text in zip(row[::2], row[1::2], strict=False):
                        self._put(code, text)
                elif token == b"endbfrange":
                    for first, last, text in zip(row[::3], row[1::3], row[2::3], strict=False):
                        self._range(first, last, text)
                elif token == b"endcodespacerange":
                    self.sizes |= {len(code) for code in row if isinstance(code, bytes) and 0 < len(code) <= 4}
                row = []

    def _put(self, code: object, text: object) -> None:
        if not isinstance(code, bytes) or not isinstance(text, bytes) or not 0 < len(code) <= 4:
            return
        if len(self.known) > _MAPPED_AT_MOST:
            raise LimitError
        self.sizes.add(len(code))
        self.known[code] = text.decode("utf-16-be", "replace") if len(text) > 1 else text.decode("latin-1")

    def _range(self, first: object, last: object, text: object) -> None:
        if not isinstance(first, bytes) or not isinstance(last, bytes) or not 0 < len(first) <= 4:
            return
        start, end = int.from_bytes(first, "big"), int.from_bytes(last, "big")
        if end - start > 0xFFFF:
            raise LimitError
        for n in range(end - start + 1):
            code = (start + n).to_bytes(len(first), "big")
            if isinstance(text, list):
                self._put(code, text[n] if n < len(text) else None)
            elif isinstance(text, bytes) and text:
                value = int.from_bytes(text, "big") + n
                if value < 1 << 8 * len(text):
                    self._put(code, value.to_bytes(len(text), "big"))

    def decode(self, data: bytes) -> str:
        """Read a string."""
        found, at, sizes = [], 0, sorted(self.sizes, reverse=True) or [2]
        while at < len(data):
            size = next((n for n in sizes if data[at : at + n] in self.known), sizes[-1])
            found.append(self.known.get(data[at : at + size], _UNKNOWN))
            at += size
        return "".join(found)


class Font:
    """One font: the ways to read its strings.

    Args:
        about: Its dictionary.
        mapping: What it says of its letters, if it does.
        encoding: Its encoding, if that is a dictionary.
    """

    def __init__(self, about: dict[str, Any], mapping: CMap | None, encoding: object) -> None:
        self.decoders: list[Decoder] = []
        self.told = mapping is not None
        self.composite = about.get("Subtype") == "Type0"
        if mapping is not None:
            self.decoders.append(mapping.decode)
        if self.composite:
            name = str(encoding) if isinstance(encoding, Name) else ""
            codec = next((codec for part, codec in _BY_NAME if part in name), None)
            self.told |= codec is not None
            wide = codec or "utf-16-be"
            self.decoders.append(lambda data: data.decode(wide, "replace"))
            return
        base = encoding.get("BaseEncoding") if isinstance(encoding, dict) else encoding
        table = "mac_roman" if base == "MacRomanEncoding" else "cp1252"
        changed = _differences(encoding.get("Differences")) if isinstance(encoding, dict) else {}
        letters = [changed.get(n, bytes([n]).decode(table, "replace")) for n in range(256)]
        self.told |= not changed or sum(map(bool, changed.values())) * 2 >= len(changed)
        self.decoders.append(lambda data: "".join([letters[byte] for byte in data]))
        self.decoders += [lambda data: data.decode("cp1252", "replace")] if changed or base else []
        self.decoders.append(lambda data: "" if data.isascii() else data.decode("cp1251", "replace"))


def _differences(said: object) -> dict[int, str]:
    found: dict[int, str] = {}
    at = 0
    for entry in said if isinstance(said, list) else []:
        if isinstance(entry, Name):
            if at < 256 and entry != ".notdef":
                found[at] = _letter(entry)
            at += 1
        elif isinstance(entry, int):
            at = entry
    return found


PLAIN: Final = Font({}, None, Name("WinAnsiEncoding"))
"""What a string is read with where no font is known."""
UNKNOWN_WIDE: Final = Font({"Subtype": Name("Type0")}, None, None)
"""The same, in two bytes a letter."""
