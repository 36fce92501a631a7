"""Uncertain dates. All dates are invented."""

from __future__ import annotations

from datetime import date

import pytest

from vault.errors import RecordError
from vault.records import edtf


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("2017", date(2017, 1, 1), date(2017, 12, 31), "year"),
        ("2017-05", date(2017, 5, 1), date(2017, 5, 31), "month"),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29), "month"),
        ("2017-05-03", date(2017, 5, 3), date(2017, 5, 3), "day"),
        ("2017-05-03T10:20:30", date(2017, 5, 3), date(2017, 5, 3), "time"),
        ("2017-05-03T10:20:30Z", date(2017, 5, 3), date(2017, 5, 3), "time"),
        ("2017-05-03T10:20:30+06:30", date(2017, 5, 3), date(2017, 5, 3), "time"),
        ("201X", date(2010, 1, 1), date(2019, 12, 31), "decade"),
        ("20XX", date(2000, 1, 1), date(2099, 12, 31), "century"),
        ("2017-XX", date(2017, 1, 1), date(2017, 12, 31), "year"),
        ("2017-XX-XX", date(2017, 1, 1), date(2017, 12, 31), "year"),
        ("2017-05-XX", date(2017, 5, 1), date(2017, 5, 31), "month"),
        ("2017-21", date(2017, 3, 1), date(2017, 5, 31), "season"),
        ("2017-22", date(2017, 6, 1), date(2017, 8, 31), "season"),
        ("2017-23", date(2017, 9, 1), date(2017, 11, 30), "season"),
        ("2019-24", date(2019, 12, 1), date(2020, 2, 29), "season"),
        ("2017-05/2017-08", date(2017, 5, 1), date(2017, 8, 31), "interval"),
        ("2017-05-20/2017-05", date(2017, 5, 20), date(2017, 5, 31), "interval"),
        ("2017-05/..", date(2017, 5, 1), None, "interval"),
        ("../2017-05", None, date(2017, 5, 31), "interval"),
        ("2017-05/", date(2017, 5, 1), None, "interval"),
        ("/2017-05", None, date(2017, 5, 31), "interval"),
        ("201X/2020~", date(2010, 1, 1), date(2020, 12, 31), "interval"),
        ("9999-24", date(9999, 12, 1), None, "season"),
        ("-0044", None, date.min, "year"),
        ("-0004-02-29", None, date.min, "day"),
        ("0000", None, date.min, "year"),
        ("-000X", None, date.min, "decade"),
        ("Y17000", date.max, None, "year"),
        ("Y-17000", None, date.min, "year"),
    ],
)
def test_a_date_spans_the_days_it_may_mean(text, earliest, latest, precision):
    found = edtf.parse(text)
    assert (found.text, found.earliest, found.latest, found.precision) == (text, earliest, latest, precision)


@pytest.mark.parametrize(
    ("text", "uncertain", "approximate"),
    [
        ("2017", False, False),
        ("2017?", True, False),
        ("2017-05~", False, True),
        ("201X%", True, True),
        ("2017~/2018?", True, True),
    ],
)
def test_marks_are_told(text, uncertain, approximate):
    found = edtf.parse(text)
    assert (found.uncertain, found.approximate) == (uncertain, approximate)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "../..",
        "..",
        "17",
        "201",
        "20170",
        "2XXX",
        "XXXX",
        "2017-5",
        "2017-00",
        "2017-13",
        "2017-20",
        "2017-25",
        "2017-02-29",
        "2017-04-31",
        "2017-05-00",
        "-0001-02-29",
        "2017-XX-03",
        "201X-05",
        "201X-XX",
        "2017-21-01",
        "2017?-05",
        "2017-05-03T25:00:00",
        "2017-05-03T10:00:00+25",
        "2017-05T10:00:00",
        "2017-05-03T10:00:00~",
        "2017-08/2017-05",
        "2017/2018/2019",
        "-0000",
        "Y2017",
        "Y017000",
        "03.05.2017",
        "spring 2017",
        "2017\n",
        "２０１７",
        "٢٠١٧",
        "2017" + " " * 61,
        "Y" + "9" * 64,
    ],
)
def test_what_is_no_date_is_refused_and_not_repeated(text):
    with pytest.raises(RecordError) as caught:
        edtf.parse(text)
    if len(text) > 7:
        assert text not in str(caught.value)


def test_dates_overlap_when_they_may_mean_the_same_day():
    spring, may, june, open_end = (edtf.parse(text) for text in ("2017-21", "2017-05", "2017-06", "2016/.."))
    assert edtf.overlaps(spring, may)
    assert edtf.overlaps(may, spring)
    assert not edtf.overlaps(spring, june)
    assert edtf.overlaps(open_end, june)
    assert not edtf.overlaps(open_end, edtf.parse("../2015"))
