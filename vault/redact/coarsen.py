"""Dates made coarser: to month, quarter or year, or a birth to a band of years.

Floor: 2. Pure. The result covers every day that the date may mean, and never tells more than the date did.
"""

from __future__ import annotations

from typing import Final

from vault.errors import RecordError
from vault.records import edtf

_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


def coarse_date(text: str, to: str) -> str | None:
    """Make a date coarser.

    Args:
        text: EDTF.
        to: month, quarter or year.

    Returns:
        EDTF of level 1: a year, a month, or an interval of them; a quarter is the interval of its months. None if
        the text is no date.

    Secrets:
        The argument.
    """
    try:
        date = edtf.parse(text)
    except RecordError:
        return None
    if date.earliest is None and date.latest is None:
        return None
    width = _MONTHS[to]
    first = last = None
    if date.earliest:
        month = date.earliest.year * 12 + date.earliest.month - 1
        first = month - month % width
    if date.latest:
        month = date.latest.year * 12 + date.latest.month - 1
        last = month - month % width + width - 1
    mark = "~" if date.uncertain or date.approximate else ""
    return _interval(first, last, mark)


def _interval(first: int | None, last: int | None, mark: str) -> str:
    """Write a span of months, counted from year 0, as short as EDTF can."""
    years = (first is None or first % 12 == 0) and (last is None or last % 12 == 11)

    def write(month: int | None) -> str:
        if month is None:
            return ".."
        return f"{month // 12:04d}" + ("" if years else f"-{month % 12 + 1:02d}") + mark

    one, other = write(first), write(last)
    return one if one == other else f"{one}/{other}"


def birth_band(text: str, years: int) -> str | None:
    """Put a birth into a band of years.

    The bands are of birth years and not of ages: an age told twice gives away the birthday between.

    Args:
        text: EDTF.
        years: Width of a band; bands begin at multiples of it.

    Returns:
        EDTF interval of years, such as `1960/1969`; None if the text is no date or has an open end.

    Secrets:
        The argument.
    """
    try:
        date = edtf.parse(text)
    except RecordError:
        return None
    if date.earliest is None or date.latest is None:
        return None
    first = date.earliest.year - date.earliest.year % years
    last = date.latest.year - date.latest.year % years + years - 1
    return f"{first:04d}/{last:04d}"
