"""What a search uses, written from docs/format.md §Index segments alone: pages of terms and names, words, spans."""

import re
import struct
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tests.independent.reader import check, postings

# --- Postings ---


def short_postings(numbers: list[int]) -> bytes:
    """Write the postings of 1 to 32 documents."""
    if len(numbers) == 1:
        return write_varint(numbers[0] << 1 | 1)
    gaps = b"".join(write_varint(n - before - 1) for before, n in pairwise([-1, *numbers]))
    return write_varint(len(gaps) << 1) + gaps


def write_varint(number: int) -> bytes:
    more = number >> 7
    return bytes([number & 127 | (128 if more else 0)]) + (write_varint(more) if more else b"")


# --- Pages ---


def term_page(terms: list[tuple[bytes, bytes]]) -> bytes:
    """Write a page of rising terms with their postings."""
    body, restarts, last = b"", [], b""
    for number, (term, found) in enumerate(terms):
        if number % 16 == 0:
            restarts.append(len(body))
            last = b""
        shared = next(
            (i for i, (a, b) in enumerate(zip(last, term, strict=False)) if a != b), min(len(last), len(term))
        )
        body += bytes([shared, len(term) - shared]) + term[shared:] + found
        last = term
    return body + struct.pack(f">{len(restarts) + 1}H", *restarts, len(restarts))


def read_term_page(page: bytes) -> dict[bytes, list[int]]:
    (count,) = struct.unpack(">H", page[-2:])
    end = len(page) - 2 - 2 * count
    check(count and end > 0, "the table of a term page")
    restarts, at, term, found = struct.unpack(f">{count}H", page[end:-2]), 0, b"", {}
    places = []
    while at < end:
        if len(found) % 16 == 0:
            places.append(at)
            check(page[at] == 0, "a restart that shares")
        check(page[at] <= len(term), "a term that shares too much")
        following = term[: page[at]] + page[at + 2 : at + 2 + page[at + 1]]
        check(following > term and at + 2 + page[at + 1] < end, "the order of terms")
        term = following
        found[term], at = postings(page[:end], at + 2 + page[at + 1])
    check(at == end and tuple(places) == restarts, "the table of a term page")
    return found


def name_page(entries: list[list[str]]) -> bytes:
    kept = [[" ".join(name[:200].split()) for name in names[:32]] for names in entries]
    texts = ["\n".join(name for name in names if name).encode() for names in kept]
    return struct.pack(f">{len(texts) + 1}H", len(texts), *map(len, texts)) + b"".join(texts)


def read_name_page(page: bytes) -> list[list[str]]:
    check(len(page) >= 2, "a name page")
    count = int.from_bytes(page[:2], "big")
    check(count and len(page) >= 2 + 2 * count, "a name page")
    lengths, at, found = struct.unpack(f">{count}H", page[2 : 2 + 2 * count]), 2 + 2 * count, []
    for length in lengths:
        text = page[at : at + length].decode()
        found.append(text.split("\n") if text else [])
        at += length
    check(at == len(page), "the lengths of a name page")
    return found


# --- Words ---

REPLACED = dict(zip("ıøłđħŧىیکہ", "ioldhtييكه", strict=True)) | {"æ": "ae", "œ": "oe"}
DROPPED = set("ٴـ'’ʼʻʽʹʺˈ")


def is_chinese(char: str) -> bool:
    spans = (
        (0x3005, 0x3005),
        (0x3007, 0x3007),
        (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF),
        (0xF900, 0xFAFF),
        (0x20000, 0x3FFFF),
    )
    return any(first <= ord(char) <= last for first, last in spans)


def sort_of(char: str) -> str:
    """Tell what a character is to a token: c Chinese, l letter or digit, m mark, a apostrophe, or nothing."""
    category = unicodedata.category(char)
    if is_chinese(char):
        return "c"
    if category[0] in "LN":
        return "l"
    inside = ord(char) < 0x10000 or 0xE0001 <= ord(char) <= 0xE01EF
    if inside and (category[0] == "M" or category == "Cf"):
        return "m"
    return "a" if char in "'’" else " "


def tokens(text: str) -> list[str]:
    sorts = "".join(map(sort_of, text))
    return [text[found.start() : found.end()] for found in re.finditer("c+|l+(?:[ma]+l+)*m*", sorts)]


def normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(map(normal_character, text))


def normal_character(char: str) -> str:
    code, category = ord(char), unicodedata.category(char)
    if char in REPLACED or char in DROPPED:
        return REPLACED.get(char, "")
    far = (
        code < 0x900
        or code > 0xFDFF
        or 0x1AB0 <= code <= 0x1AFF
        or 0x1DC0 <= code <= 0x1DFF
        or 0x20D0 <= code <= 0x20FF
    )
    if category == "Cf" or (category in {"Mn", "Me"} and far):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if (0xC0 <= code <= 0x6FF or 0x1E00 <= code <= 0x1FFF) and char != "ئ":
        parts = [part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)]
        return "".join("" if part in DROPPED else REPLACED.get(part, part) for part in parts)
    return char


def words(text: str) -> list[str]:
    """Return the words of a text, each once, in the order of their first place."""
    found: dict[str, None] = {}
    for token in tokens(text):
        for word in tokens(normal(token)):
            if is_chinese(word[0]):
                found |= dict.fromkeys([*word, *(a + b for a, b in pairwise(word))])
            else:
                found[word[:60]] = None
    return list(found)


def joined(text: str) -> str:
    """Return the words of a phone number or id as one, or nothing."""
    found = [word for token in tokens(text) for word in tokens(normal(token))]
    return "".join(found)[:60] if len(found) > 1 and not any(is_chinese(word[0]) for word in found) else ""


# --- Dates ---

CLOCK = r"(?:[01]\d|2[0-3])"
EDTF = re.compile(
    r"(-?\d{4}|-?\d{3}X|-?\d\dXX|Y-?[1-9]\d{4,})(?:-(0[1-9]|1[0-2]|2[1-4]|XX)(?:-(\d\d|XX))?)?"
    rf"(?:[?~%]|(?<=-\d\d-\d\d)T{CLOCK}:[0-5]\d:[0-5]\d(?:Z|[+-]{CLOCK}(?::[0-5]\d)?)?)?",
    re.ASCII,
)
SEASONS = {21: 3, 22: 6, 23: 9, 24: 12}


def single(text: str) -> tuple[int, int] | None:
    """Return the first and the last month of a date that is no interval, counted from year 0."""
    found = EDTF.fullmatch(text)
    if not found:
        return None
    year, month, day = found[1].lstrip("Y"), found[2], found[3]
    low, high = sorted((int(year.replace("X", "0")), int(year.replace("X", "9"))))
    if (month and "X" in year) or (year[0] == "-" and not high and not low):
        return None
    if month in {None, "XX"}:
        return (low * 12, high * 12 + 11) if day in {None, "XX"} else None
    number = int(month)
    begin = low * 12 + SEASONS.get(number, number) - 1
    if number in SEASONS:
        return (begin, begin + 2) if day is None else None
    days = monthrange(low % 400 + 400, number)[1]
    return (begin, begin) if day in {None, "XX"} or 1 <= int(day) <= days else None


def months(text: str) -> tuple[int, int] | None:
    """Return the months that a date may mean, within the years that a span can have; None for no date."""
    parts = text.split("/")
    ends = [single(part) for part in parts]
    wrong = any(
        end is None and (len(parts) == 1 or part not in {"", ".."}) for part, end in zip(parts, ends, strict=True)
    )
    if wrong or len(parts) > 2 or not any(ends) or len(text) > 64:
        return None
    first, last = ends[0] and ends[0][0], ends[-1] and ends[-1][1]
    at = 0 if first is None or first < 12 else min(first, 119_999)
    end = 119_999 if last is None or last >= 120_000 else max(last, 12)
    days = [part[:10] for part in parts if re.match(r"\d{4}-\d\d-\d\d", part)]
    return (at, end) if at <= end and (len(days) < 2 or days == sorted(days)) else None


def span(at: int, end: int) -> list[str]:
    """Return the fewest whole parts that cover the months from one to another, both counted from year 0."""
    parts = []
    while at <= end:
        size, digits = next((m, d) for m, d in PARTS if at % m == 0 and at + m <= end + 1)
        parts.append(f"{at // 12:04}{at % 12 + 1:02}"[:digits])
        at += size
    return parts


PARTS = ((12_000, 1), (1_200, 2), (120, 3), (12, 4), (1, 6))


# --- Terms of a record ---


def texts_of(value: object) -> list[str]:
    """Return the texts of a claim's value: of a name, place, file or link the parts by which it is found."""
    if isinstance(value, dict):
        return [value[k] for k in ("text", "name", "relation", "county", "region", "country") if k in value]
    return [str(value)] if isinstance(value, str | int) else []


def names_of(revision: dict[int, Any], type_of: Callable[[str], str]) -> list[str]:
    """Return the names in a revision, as they stand; `type_of` gives the type of a field."""
    keys = {"name": "text", "link": "name"}
    valued = [(claim[1], keys.get(type_of(claim[0]))) for claim in revision[6] if isinstance(claim.get(1), dict)]
    return [value[key] for value, key in valued if key in value]


def terms(revision: dict[int, Any], type_of: Callable[[str], str]) -> set[bytes]:
    """Return all terms of a revision that is its record's newest."""
    kind, record = revision[2].encode(), b"i" + revision[1]
    if revision.get(8):
        return {record, b"r" + kind}
    found = {
        record,
        b"k" + kind,
        *(b"n" + word.encode() for name in names_of(revision, type_of) for word in words(name)),
    }
    for claim in revision[6]:
        sort, value = type_of(claim[0]), claim.get(1)
        found |= {b"l" + claim[6]} if 6 in claim else set()
        if sort == "link":
            target = value.get("link") if isinstance(value, dict) else value
            found |= {b"l" + target} if target else set()
            value = value.get("relation") if isinstance(value, dict) else None
        if sort in {"date", "birth"} and isinstance(value, str) and (covered := months(value)):
            found |= {(b"d" if sort == "date" else b"b") + part.encode() for part in span(*covered)}
        if sort != "name":
            said = {word for text in texts_of(value) for word in words(text)}
            if sort in {"phone", "id"}:
                said |= {joined(text) for text in texts_of(value)} - {""}
            found |= {b"t" + word.encode() for word in said}
            if sort in {"place", "choice", "phone", "id", "number"}:
                found |= {(b"v" + claim[0].encode() + b"\0" + word.encode())[:255] for word in said}
    return found
