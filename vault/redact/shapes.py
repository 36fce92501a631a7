"""Values as they may leave: of the shape that their type has, and with nothing beside it.

Floor: 2. Pure. A value of another shape than its field's type, or with a choice from no list, is not shown: what
nobody foresaw, no rule has let through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from vault.errors import RecordError
from vault.records import Field, edtf
from vault.records.model import BASES, CONFIDENCES

_PLACE_PARTS: Final = ("text", "county", "region", "country")
_SCRIPTS: Final = ("Latin", "Cyrillic", "Arabic", "Han")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,8})?")
_ENDINGS: Final = frozenset(
    {"3gp", "amr", "avi", "bmp", "csv", "doc", "docx", "eml", "gif", "heic", "htm", "html", "jpeg", "jpg", "m4a", "m4v"}
    | {"mkv", "mov", "mp3", "mp4", "odt", "ods", "oga", "ogg", "opus", "pdf", "png", "rtf", "svg", "tif", "tiff", "txt"}
    | {"wav", "webm", "webp", "xls", "xlsx", "zip"}
)


def is_date(text: object) -> bool:
    """Tell whether a value is a date."""
    try:
        return isinstance(text, str) and bool(edtf.parse(text))
    except RecordError:
        return False


def basis(word: str | None) -> str | None:
    """Return how a claim is known, if it is one of the ways there are."""
    return word if word in BASES else None


def confidence(word: str | None) -> str | None:
    """Return how sure a claim is, if it is one of the grades there are."""
    return word if word in CONFIDENCES else None


def relation(of: Field, value: object) -> dict[str, str]:
    """Return the relation in a kin link, if it is in the list."""
    told = value.get("relation") if isinstance(value, Mapping) else None
    return {"relation": told} if isinstance(told, str) and told in of.choices else {}


def file_ending(name: object) -> str:
    """Return the ending of a file's name, with its dot, if it is a usual one; anything else may be part of a name."""
    ending = str(name).rpartition(".")[2].lower()
    return f".{ending}" if ending in _ENDINGS else ""


def whole(of: Field, value: Any) -> Any:  # noqa: ANN401 - by the type of the field
    """Return a value as it may be shown uncoarsened.

    Args:
        of: Its field; not a link and not a file.
        value: The claim's value. Secret.

    Returns:
        Plain data; None if it has not the shape of its type.
    """
    match of.type, value:
        case "name", {"text": str()}:
            return _name(of, value)
        case "place", {"text": str()}:
            return {part: value[part] for part in _PLACE_PARTS if isinstance(value.get(part), str)}
        case "choice", str():
            return value if value in of.choices else None
        case (("birth" | "date"), str()):
            return value if is_date(value) else None
        case (("text" | "phone" | "id"), str()) | ("number", int()):
            return value
    return None


def _name(of: Field, value: Mapping[str, Any]) -> dict[str, str]:
    shown = {"text": value["text"]}
    if value.get("kind") in of.choices:
        shown["kind"] = value["kind"]
    if value.get("script") in _SCRIPTS:
        shown["script"] = value["script"]
    if isinstance(value.get("lang"), str) and _LANGUAGE.fullmatch(value["lang"]):
        shown["lang"] = value["lang"]
    return shown
