"""The bench of the matcher runs, and its rows have figures.  All data is invented."""

from tests.bench.matching import hostile, measure, text, values


def test_the_bench_measures_every_row():
    rows = measure(300, (10_000,), 10_000)
    assert sum(row.name.startswith("hostile") for row in rows) == len(list(hostile(10)))
    assert all(row.figure >= 0 for row in rows)
    assert {row.name for row in rows} >= {"prepare 300 values", "text of 10 kB"}


def test_the_texts_are_as_long_as_asked_and_name_values():
    named = values(50)
    assert len({value.kind for value in named}) == 4
    body = text(5000, named)
    assert len(body) == 5000
    assert any(value.text in body for value in named)
