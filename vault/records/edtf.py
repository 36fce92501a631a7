"""Uncertain dates: the levels 0 and 1 of EDTF (ISO 8601-2), as spans of days.

Floor: 1. It refuses what is longer than 64 characters, level 2, and any other way to write a date. It never
quotes a date in an error: dates identify people.

Years outside 1 to 9999 are accepted; their spans are cut at the first and the last day that a date can name.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, time
from typing import Final

from vault.errors import RecordError

MAX_CHARACTERS: Final = 64

_DATE: Final = re.compile(
    r"(?P<year>-?[0-9]{4}|-?[0-9]{3}X|-?[0-9]{2}XX|Y-?[1-9][0-9]{4,})"
    r"(?:-(?P<month>0[1-9]|1[0-2]|2[1-4]|XX)(?:-(?P<day>0[1-9]|[12][0-9]|3[01]|XX))?)?"
    r"(?:T(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?P<zone>Z|[+-][0-9]{2}(?::[0-9]{2})?)?)?"
    r"(?P<mark>[?~%]?)"
)
_SEASONS: Final = {"21": (3, 5), "22": (6, 8), "23": (9, 11)}
_WINTER: Final = "24"


@dataclass(frozen=True, slots=True)
class Date:
    """An EDTF date and the days it may mean.

    Args:
        text: As written.
        earliest: First day it may mean; None if open or before year 1.
        latest: Last day it may mean; None if open or after year 9999.
        precision: time, day, month, season, year, decade, century or interval.
        uncertain: Marked with `?` or `%`.
        approximate: Marked with `~` or `%`.

    Secrets:
        All of it, when it is a date in a record.
    """

    text: str = field(repr=False)
    earliest: date | None = field(repr=False)
    latest: date | None = field(repr=False)
    precision: str
    uncertain: bool = False
    approximate: bool = False


def _refuse(reason: str) -> RecordError:
    return RecordError(f"not a date: {reason}")


def _first(year: int, month: int, day: int) -> date | None:
    if year < MINYEAR:
        return None
    return date(year, month, day) if year <= MAXYEAR else date.max


def _last(year: int, month: int, day: int | None = None) -> date | None:
    if year > MAXYEAR:
        return None
    return date(year, month, day or monthrange(year, month)[1]) if year >= MINYEAR else date.min


def _days(year: int, month: int) -> int:
    # The calendar repeats every 400 years; this gives years that datetime cannot name the same month lengths.
    return monthrange(year % 400 + 400, month)[1]


def _single(text: str) -> Date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise _refuse("write 2017, 2017-05, 2017-05-03, 2017-21 (spring), 201X, 2017~, 2017? or 2017-05/2017-08")
    written, month, day, clock, mark = match.group("year", "month", "day", "time", "mark")
    span, precision = _span(written, month, day)
    if clock is not None:
        if precision != "day" or mark:
            raise _refuse("a time of day needs an exact day")
        _check_time(clock, match["zone"])
        precision = "time"
    return Date(text, *span, precision, uncertain=mark in {"?", "%"}, approximate=mark in {"~", "%"})


def _span(written: str, month: str | None, day: str | None) -> tuple[tuple[date | None, date | None], str]:
    """Tell first and last day, and the precision, of a year, a month and a day as written."""
    unknown = written.count("X")
    low = int(written.lstrip("Y").replace("X", "0"))
    high = int(written.lstrip("Y").replace("X", "9"))
    if written.startswith("-"):
        if high == 0:
            raise _refuse("there is no year minus zero")
        low, high = min(low, high), max(low, high)
    if unknown and month is not None:
        raise _refuse("a month needs a whole year")
    if month is None or month == "XX":
        if day not in {None, "XX"}:
            raise _refuse("a day needs a month")
        return (_first(low, 1, 1), _last(high, 12)), ("year", "decade", "century")[unknown]
    if month == _WINTER:
        span = (_first(low, 12, 1), _last(low + 1, 2))
    elif month in _SEASONS:
        begin, end = _SEASONS[month]
        span = (_first(low, begin, 1), _last(low, end))
    elif day is None or day == "XX":
        return (_first(low, int(month), 1), _last(low, int(month))), "month"
    elif int(day) > _days(low, int(month)):
        raise _refuse("that month has no such day")
    else:
        return (_first(low, int(month), int(day)), _last(low, int(month), int(day))), "day"
    if day is not None:
        raise _refuse("a season has no days")
    return span, "season"


def _check_time(clock: str, zone: str | None) -> None:
    try:
        time.fromisoformat(clock)
        if zone not in {None, "Z"}:
            time.fromisoformat(f"{zone[1:]}:00"[:5])
    except ValueError:
        raise _refuse("there is no such time of day") from None


def parse(text: str) -> Date:
    """Read an EDTF date of level 0 or 1.

    Args:
        text: Such as `2017`, `2017-05`, `2017-05-03`, `2017~`, `201X`, `2017-XX`, `2017-21` (spring),
            `2017-05/2017-08`, `2017-05/..`, `/2018`, `-0044`, `Y17000`; at most 64 characters.

    Returns:
        The date with its first and last day. Winter (`2017-24`) runs from December of that year to February.

    Raises:
        RecordError: Not such a date, or an interval that ends before it begins.

    Source:
        ISO 8601-2:2019, annex A; https://www.loc.gov/standards/datetime/
    """
    if len(text) > MAX_CHARACTERS:
        msg = f"it has more than {MAX_CHARACTERS} characters"
        raise _refuse(msg)
    if "/" not in text:
        return _single(text)
    begin, end = _ends(text)
    if begin is None and end is None:
        raise _refuse("an interval needs a beginning or an end")
    earliest = begin.earliest if begin else None
    latest = end.latest if end else None
    if begin and end and (begin.earliest or date.min) > (end.latest or date.max):
        raise _refuse("the interval ends before it begins")
    marks = [one for one in (begin, end) if one]
    return Date(
        text,
        earliest,
        latest,
        "interval",
        uncertain=any(one.uncertain for one in marks),
        approximate=any(one.approximate for one in marks),
    )


def _ends(text: str) -> tuple[Date | None, Date | None]:
    """Read both ends of an interval; None for one that is open (`..`) or not known (nothing)."""
    begin, _, end = text.partition("/")
    return (None if begin in {"", ".."} else _single(begin)), (None if end in {"", ".."} else _single(end))


def overlaps(one: Date, other: Date) -> bool:
    """Tell whether two dates may mean the same day."""
    return (one.earliest or date.min) <= (other.latest or date.max) and (other.earliest or date.min) <= (
        one.latest or date.max
    )
