"""Measure the matcher: values prepared, texts of growing size, and hostile texts.  All data is invented.

`python -m tests.bench.matching` prints a table; with `--check` the exit code is 1 when the vault misses what
docs/known-values.md §Speed asks of it. Times are of the processor, not of the clock, and belong to a machine.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from vault.matching import Matcher, Protected

VALUES = 100_000
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
HOSTILE_SIZE = 1_000_000
SEED = 4

_STARTS = "Ай Нұр Бек Сер Жан Ер Дәу Гүл Мұр Қай Бау Тол Ақ Са Ор Шын Ба Ка Ме Ро Ту Ол Ви Аб Су Ра Ха".split()
_ENDS = "гүл бол лан жан мұрат рат дар ен хан ғали ай тай нар сын мат ур ида им ира ия ес ас ыс ін".split()
_SURNAMES = ("ов", "ева", "бек", "ұлы", "қызы", "ин", "баев", "")
_LATIN = str.maketrans("абвгғдежзийкқлмнңопрстуұүфхшыіәөя", "abvggdejziikqlmnnoprstuuufhsyiaoa")
_WORDS = """
    кеше үйде болды деп айтты содан кейін оны алып кетті the house was empty when they came and nobody said a word after
    вчера вечером пришли люди и забрали его без бумаг потом никто ничего не сказал соседи молчали ауылда жұрт қорықты
    keshe öyde adem yoq idi balilar yighlidi 他们 昨天 没有 回来 学校 关门 了 көше бойы тыныш тұрды участок
""".split()


class Row(NamedTuple):
    """One line of the table: what, how much, and what it may be at most."""

    name: str
    figure: float
    unit: str
    most: float | None = None


def values(how_many: int, seed: int = SEED) -> list[Protected]:
    """Invent withheld values: seven names in ten, phones, ids and dates."""
    at_random = random.Random(seed)
    found = []
    for number in range(how_many):
        kind = number % 10
        if kind < 7:
            words = [
                at_random.choice(_STARTS) + at_random.choice(_ENDS) + at_random.choice(_ENDS) * (number % 3 == 0),
                at_random.choice(_STARTS)
                + at_random.choice(_ENDS)
                + at_random.choice(_ENDS)
                + at_random.choice(_SURNAMES),
            ]
            name = " ".join(words)
            found.append(Protected(name.translate(_LATIN).title() if kind == 6 else name, "name"))
        elif kind == 7:
            found.append(Protected(f"+7 7{at_random.randrange(10**9):09}", "phone"))
        elif kind == 8:
            found.append(Protected(f"{at_random.randrange(10**12):012}", "id"))
        else:
            day = at_random.randrange(1, 29)
            found.append(
                Protected(f"{at_random.randrange(1940, 2020)}-{at_random.randrange(1, 13):02}-{day:02}", "date")
            )
    return found


def text(size: int, named: list[Protected], seed: int = SEED) -> str:
    """Invent a text in which one word in fifty is a withheld value and one in twenty another name or number."""
    at_random = random.Random(seed + 1)
    out: list[str] = []
    length = 0
    while length < size:
        lot = at_random.random()
        if lot < 0.02:
            word = at_random.choice(named).text
        elif lot < 0.05:
            word = at_random.choice(_STARTS) + at_random.choice(_ENDS) + at_random.choice(_ENDS) + "ның"
        elif lot < 0.07:
            word = str(at_random.randrange(10**6))
        else:
            word = at_random.choice(_WORDS)
        word += at_random.choice(("", "", "", "", "", ",", ".", ".\n"))
        out.append(word)
        length += len(word) + 1
    return " ".join(out)[:size]


def hostile(size: int) -> Iterator[tuple[str, str]]:
    """Give texts made to be slow."""
    for name, piece in (
        ("one letter", "а"), ("letters spaced out", "б о л а т "), ("one digit", "7"), ("digits spaced out", "7 "),
        ("entities", "&#1041;"), ("entities in entities", "&amp;amp;#1041;"), ("percent", "%D0%91"), ("hyphens", "Аа-"),
        ("line ends", "аб\n"), ("capitals", "аБ"), ("marks", "а\u0301"), ("Chinese", "王小"), ("Chinese digits", "一"),
        ("number words", "жиырма бір "), ("months", "May 3 "), ("initials", "А. "), ("open tags", "<b "), ("@", "a@"),
    ):  # fmt: skip
        yield name, (piece * (size // len(piece) + 1))[:size]


def seconds(work: Callable[[], object]) -> float:
    """Give the processor time of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(how_many: int, sizes: tuple[int, ...], hostile_size: int) -> list[Row]:
    """Measure all rows."""
    named = values(how_many)
    before = _megabytes()
    prepared: list[Matcher] = []
    took = seconds(lambda: prepared.append(Matcher(named)))
    (matcher,) = prepared
    rows = [Row(f"prepare {how_many} values", took / how_many * 1e6, "us a value", 100)]
    for size in sizes:
        body = text(size, named)
        rows.append(Row(f"text of {size // 1000} kB", took := seconds(lambda: matcher.spans(body)), "s"))  # noqa: B023
        rows[-1] = rows[-1]._replace(most=2.0 if size == 1_000_000 else None)
        rows.append(Row("", took / size * 1e6, "s a megabyte"))
    rows.append(Row("memory of all that", _megabytes() - before, "MB", 300 if max(sizes) <= 1_000_000 else None))
    for name, body in hostile(hostile_size):
        whole = seconds(lambda: matcher.spans(body))  # noqa: B023
        tenth = seconds(lambda: matcher.spans(body[: hostile_size // 10]))  # noqa: B023
        rows.append(Row(f"hostile: {name}", whole, "s", None))
        rows.append(Row("", whole / max(tenth, 0.001), "times a tenth of it", 20))
    return rows


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=VALUES)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="characters of the longest text")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    sizes = tuple(size for size in SIZES if size <= asked.most) or (asked.most,)
    rows = measure(asked.values, sizes, min(HOSTILE_SIZE, asked.most))
    if asked.json:
        print(json.dumps([row._asdict() for row in rows]))
    for row in () if asked.json else rows:
        print(f"{row.name:32}{row.figure:12.3f} {row.unit:22}{'' if row.most is None else f'at most {row.most:g}'}")
    return int(asked.check and any(row.most is not None and row.figure > row.most for row in rows))


if __name__ == "__main__":
    sys.exit(main())
