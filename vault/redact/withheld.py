"""What must not appear: every identifying value of the vault that a disclosure does not keep.

Floor: 2. Removed records, past revisions and claims taken back are searched like the rest: a value does not become
harmless by being corrected. It refuses to forget any of them; what is common to all texts (closed lists, numbers under
six digits, years) is not in the set, for it would mask everything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Final

from vault.matching import MASK, Matcher, Protected, Span
from vault.records import Claim, Field, Level, Revision, Schemas, identifying
from vault.redact.places import LEVELS, is_as_coarse
from vault.redact.policy import ROLES, Policy

SHORTEST_NUMBER: Final = 6
_YEAR_ONLY: Final = re.compile(r"[YX0-9-]{1,6}[~?%]?")
_SEASON: Final = re.compile(r"-?\d{4}-(?:2[1-4]|XX)(?:-XX)?[~?%]?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9X])")
_LONGEST_SPAN: Final = 31
"""Days; a longer span says little of each of them."""
_UNKNOWN_DAY: Final = re.compile(r"(-?\d{4}-\d\d)-XX")
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_FILE_WORD: Final = re.compile(r"[^\W_]+")
_CAMERA: Final = """
audio camera certificate copy court doc document dsc file final id image img judgment letter message notice page
passport pdf photo pic picture recording scan screenshot signal statement telegram tmp vid video voice wechat whatsapp
аудио видео документ запись копия паспорт письмо приговор скан снимок справка файл фото 图片 文件 照片
"""
_CAMERA_WORDS: Final = frozenset(_CAMERA.split())
"""What names a file and nobody: cameras, programs and people call files so."""
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_HAN_NAME: Final = re.compile(r"[\u3400-\u9fff]{3}")
_ASIDE: Final = re.compile(r"[,،、;；:：(（\[【/|]|\s[‐-―-]+\s")
_LONGEST_NAME: Final = 4
"""Words of a name that has nothing written beside it."""
_COARSE_PARTS: Final = ("region", "country")
"""Parts of a place that are no longer private where a policy shows places as they are."""


def same(text: str) -> str:
    """Reduce a value so that two ways of writing the same letters compare equal."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def date_forms(text: str) -> Iterator[str]:
    """Yield the days and months that a date names; years and seasons identify nobody and are left out.

    Of a span of days each day between its ends as well, up to a month.
    """
    days = [_DAY.match(end) for end in text.split("/")]
    with suppress(ValueError):
        first, last = (date.fromisoformat(day[0]) for day in days if day)
        inside = (last - first).days
        for after in range(1, inside if inside <= _LONGEST_SPAN else 0):
            yield (first + timedelta(after)).isoformat()
    for end in text.split("/"):
        if end and end != ".." and not _YEAR_ONLY.fullmatch(end) and not _SEASON.fullmatch(end):
            yield _UNKNOWN_DAY.sub(r"\1", end.partition("T")[0].rstrip("~?%"))


@dataclass(frozen=True, slots=True)
class ShownPlaces:
    """Which places are so coarse that a policy shows them: these are withheld nowhere.

    Args:
        level: The finest level that some rule coarsens to, `region` where a rule keeps places; empty where no place
            is shown.
        parts: Parts of a place that count as coarse by their name, whether the table of places knows them or not.
    """

    level: str = ""
    parts: tuple[str, ...] = ()

    def has(self, place: object, text: str) -> bool:
        """Tell whether one part of a recorded place is shown to everybody."""
        by_part = isinstance(place, Mapping) and text in {place.get(part) for part in self.parts}
        return by_part or bool(self.level and is_as_coarse(text, self.level))


def shown_places(policy: Policy, schemas: Schemas) -> ShownPlaces:
    """Say which places are so coarse that a policy shows them."""
    places = [field for kind in schemas.kinds for field in schemas.fields(kind) if field.type == "place"]
    actions = {policy.verdict(role, field).action for role in ROLES for field in places}
    kept = any(action.name == "keep" for action in actions)
    levels = {action.to for action in actions if action.name == "place"} | ({"region"} if kept else set())
    return ShownPlaces(min(levels, key=LEVELS.index, default=""), _COARSE_PARTS if kept else ())


def protect(
    field: Field, claim: Claim, kind: str, text: str, *, coarse: ShownPlaces | None = None
) -> Iterator[tuple[str, str]]:
    """Turn one identifying text into what is looked for.

    Args:
        field: Its field.
        claim: Its claim.
        kind: What the text is: name, phone, id, date, place or text.
        text: The text. Secret.
        coarse: Places that everybody may see.

    Yields:
        Kind and text of each value to look for; nothing for what is common to all texts.
    """
    if kind == "date":
        yield from (("date", form) for form in date_forms(text))
    elif kind == "place" and isinstance(claim.value, dict):
        if coarse is None or not coarse.has(claim.value, text):
            yield kind, text
    elif field.type == "file":
        words = _FILE_WORD.findall(_EXTENSION.sub("", text))
        telling = [
            word for word in words if word.casefold() not in _CAMERA_WORDS and (not word.isdigit() or len(word) >= 6)
        ]
        if telling:
            yield "text", " ".join(telling)
    elif not (text.isdigit() and len(text) < SHORTEST_NUMBER):
        yield kind, text


def is_strict(field: Field) -> bool:
    """Tell whether a field is about a source or helper, or for nobody: its words go also where they are no names."""
    return field.level is Level.NEVER or field.subject in {"source", "helper"}


class Collection:
    """Values by how they compare, each once.

    Secrets:
        All of it.
    """

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], Protected] = {}
        self._texts: set[str] = set()

    def add(self, kind: str, text: str, *, strict: bool = False) -> None:
        """Take in a value; strict if even a word that is a name only now and then is to be masked."""
        key = same(text)
        if not key:
            return
        known = self._values.get((kind, key))
        if known is None or (strict and not known.strict):
            self._values[kind, key] = Protected(text, kind, strict=strict)
            self._texts.add(key)

    def __contains__(self, text: str) -> bool:
        return same(text) in self._texts

    def listed(self, *kinds: str) -> tuple[Protected, ...]:
        """Return all values, or those of some kinds, in an order that the values alone decide."""
        return tuple(value for key, value in sorted(self._values.items()) if not kinds or key[0] in kinds)

    def words(self) -> set[str]:
        """Return the words of names and places."""
        return {word for (kind, key) in self._values if kind in {"name", "place"} for word in _WORD.findall(key)}


def collect(
    revisions: Iterable[Revision],
    history: Callable[[bytes], list[Revision]],
    schemas: Schemas,
    *,
    kept: Collection,
    dates_of: Callable[[bytes, str, int | None], bool],
    strict_records: Callable[[bytes], bool],
    coarse: ShownPlaces,
) -> Collection:
    """Gather every identifying value of a vault that is not kept.

    Args:
        revisions: Newest revisions of all records, those removed too.
        history: All revisions of a record.
        schemas: The schemas in force.
        kept: What the disclosure shows.
        dates_of: Tells, of a record, a field and a claim's place in the newest revision, whether its date is withheld;
            of a past revision without the place. Births always are.
        strict_records: Tells of a record whether all it says is about a source or helper.
        coarse: Places that everybody may see.

    Returns:
        The values.
    """
    found = Collection()
    for newest in revisions:
        older = history(newest.record_id) if newest.parents else []
        for revision in (newest, *(one for one in older if one.id != newest.id)):
            for name, index, kind, text in identifying(revision, schemas):
                field = schemas.field(revision.kind, name)
                if (
                    kind == "date"
                    and field.type != "birth"
                    and not dates_of(newest.record_id, name, index if revision is newest else None)
                ):
                    continue
                strict = is_strict(field) or strict_records(newest.record_id)
                for one, form in protect(field, revision.claims[index], kind, text, coarse=coarse):
                    if form not in kept:
                        found.add(one, form, strict=strict)
    return found


def origins(
    revisions: Iterable[Revision], history: Callable[[bytes], list[Revision]], schemas: Schemas
) -> dict[tuple[str, str], tuple[Revision, int]]:
    """Say where each identifying value of a vault stands: in which revision, in which claim.

    Args:
        revisions: Newest revisions of all records, those removed too.
        history: All revisions of a record.
        schemas: The schemas in force.

    Returns:
        By kind and by the text as `same` reduces it; a newest revision before past ones.
    """
    found: dict[tuple[str, str], tuple[Revision, int]] = {}
    newest = list(revisions)
    older = (past for one in newest if one.parents for past in history(one.record_id) if past.id != one.id)
    for revision in chain(newest, older):
        for name, index, kind, text in identifying(revision, schemas):
            for one, form in protect(schemas.field(revision.kind, name), revision.claims[index], kind, text):
                found.setdefault((one, same(form)), (revision, index))
    return found


def without_people(text: str, people: Matcher, *, begin: int = 0, always: AbstractSet[int] = frozenset()) -> str:
    """Mask, in a value that is kept, whole names, phones and numbers of people who are withheld.

    A single word stays: streets and districts are named after people, and a kept value wins in its own field.

    Args:
        text: The value as recorded.
        people: Withheld names, phones and numbers.
        begin: Where to begin; what stands before is left alone.
        always: Places, in what the matcher was made of, of names of which a single word goes too.
    """
    spans = [
        span
        for span in people.spans(text)
        if span.start >= begin
        and (
            span.index in always
            or whole(text[span.start : span.end])
            or any(map(str.isdigit, text[span.start : span.end]))
        )
    ]
    return masked(text, spans)[0]


def may_hold_another(text: str) -> bool:
    """Tell a name in which there is room for that of somebody else."""
    return len(_WORD.findall(text)) > 2 or end_of_name(text) < len(text)


def without_others(text: str, people: Matcher, *, always: AbstractSet[int] = frozenset()) -> str:
    """Mask, in a name that is kept, the whole names of others in it, and what is written beside it: whose mother it is.

    Args:
        text: The name as recorded.
        people: Withheld names.
        always: As in `without_people`, for what is written beside the name.
    """
    end = end_of_name(text)
    within = [span for span in people.whole_names(text[:end]) if span.end - span.start < len(text[:end].strip())]
    return masked(text[:end], within)[0] + without_people(text, people, begin=end, always=always)[end:]


def whole(name: str) -> bool:
    """Tell whether what was found of a name is more than one word of it; Chinese names are written in one."""
    return len(_WORD.findall(name)) > 1 or bool(_HAN_NAME.search(name))


def end_of_name(text: str) -> int:
    """Say where a name ends and what was written beside it begins: "Bek Asyl, husband of …".

    Args:
        text: As recorded in a field for a name.

    Returns:
        The place; 0 where a text without a sign between is too long for a name, its length where it is a name alone.
    """
    beside = _ASIDE.search(text)
    if beside:
        return beside.start()
    return len(text) if len(text.split()) <= _LONGEST_NAME else 0


def masked(text: str, spans: Sequence[Span]) -> tuple[str, int]:
    """Put a mask of one width in place of each span of a text; return the text and how many there were."""
    out: list[str] = []
    done = 0
    for span in spans:
        out += (text[done : span.start], MASK)
        done = span.end
    return "".join([*out, text[done:]]), len(spans)
