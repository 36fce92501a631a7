"""Measure a vault beside SQLCipher and others: same records, same machine, same run, printed as ratios.

Times belong to a machine, ratios much less; docs/benchmarks.md says what each row is. The exit code is 1 when a store
misses records that another one finds, or when the vault misses what it set itself (the last column).
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.corpus import Corpus, Item, Spool
from tests.bench.peers import PEERS, SCANNED

PAIRS = 40
CHECKED = 10
"""Pairs whose hits are all opened and compared, where there are very many."""
SCANS = 3
"""Pairs that are looked for in opened records, without an index."""
RARE = 5
PAGE = 20
"""Records on a page of results."""
CROSSINGS = 40
SEARCHES = 300
"""Pairs that a process searches for whose memory is measured: enough to fill its caches."""
SINGLE_ADDS = 20
EXPORTED = 20_000
"""Records of an export that are compared between the stores."""
MANY = 100_000
"""With more records stores are built once, not once a run."""

OURS, YARDSTICK = "casevault", "sqlcipher"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table.

    Args:
        key: Names it on the command line.
        title: What is measured.
        form: How a figure is written.
        reach: What the vault is to reach: at most (or at least) so many times the yardstick's figure; None: anything.
        more: More is better.
        absolute: `reach` is no ratio but the figure itself.
        beside: Row of the yardstick that it is compared with, if not the same.
    """

    key: str
    title: str
    form: str
    reach: float | None = None
    more: bool = False
    absolute: bool = False
    beside: str = ""


def rows(records: int) -> tuple[Row, ...]:
    """Give the table for a number of records."""
    count, milliseconds = "{:,.0f}", "{:.2f}"
    return (
        Row("bulk", "bulk add, records a second, one process", count, 0.8, more=True),
        Row("bulk2", "bulk add, records a second, two processes", count, 1.2, more=True, beside="bulk"),
        Row("durable", "one durable add after unlock, ms", milliseconds, 5),
        Row("rare", "rare name as written, cold process, ms", milliseconds, 1),
        Row("spelt", "the same in any spelling, ms", milliseconds),
        Row("words", "two words ANDed, warm, all ids, ms", milliseconds, 0.7),
        Row("ranked", "ranked top twenty with records, warm, ms", milliseconds, 0.2),
        Row(
            "cross",
            "cross-script name, top ten with records, ms",
            "{:.1f}",
            40 if records <= MANY else 100,
            absolute=True,
        ),
        Row("disk", "disk, bytes a record", count, 1.1),
        Row("memory", "peak memory of a searching process, MB", count, 1.5),
        Row("export", "export, records a second, one process", count, 0.25, more=True),
        Row("export2", "export, records a second, two processes", count, 0.4, more=True, beside="export"),
    )


class Different(Exception):  # noqa: N818 - not an error of the program
    """Two stores do not say the same."""


class Source:
    """Items, with the time that reading them took."""

    def __init__(self, items: Spool) -> None:
        self.items = items
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Item]:
        left = iter(self.items)
        while True:
            start = time.perf_counter()
            item = next(left, None)
            self.seconds += time.perf_counter() - start
            if item is None:
                return
            yield item


def seconds(action: Callable[..., object], *arguments: object, **options: object) -> float:
    """Time one call."""
    start = time.perf_counter()
    action(*arguments, **options)
    return time.perf_counter() - start


class Bench:
    """Stores of the same records, and what was measured of them.

    Args:
        corpus: The records.
        folder: Where the stores are made, or lie from an earlier time.
        kinds: Which stores, of `PEERS`.
    """

    def __init__(self, corpus: Corpus, folder: Path, kinds: Sequence[str]) -> None:
        self.corpus = corpus
        self.folder = folder
        self.kinds = kinds
        self.figures: dict[str, dict[str, list[float]]] = {kind: defaultdict(list) for kind in kinds}
        self.notes: list[str] = []
        self.spool = Spool(folder / "records")
        if not self.spool.path.exists():
            self.spool.write(corpus)
        self.pairs = corpus.pairs(PAIRS)

    def path(self, kind: str) -> Path:
        """Tell where a store lies."""
        return self.folder / (OURS if kind == "scan" else kind) / "store"

    def _indexed(self) -> list[str]:
        return [kind for kind in self.kinds if kind != "scan"]

    def _scale(self, kind: str) -> float:
        return max(self.corpus.count / SCANNED, 1) if kind == "scan" else 1

    # --- building ---

    def _fill(self, kind: str, path: Path, processes: int = 1) -> float:
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir(parents=True)
        source = Source(self.spool)

        def fill() -> None:
            with closing(PEERS[kind](path)) as store:
                store.add(source, processes) if processes > 1 else store.add(source)

        taken = seconds(fill)
        # Where others work meanwhile, the time for reading is not lost and is not taken off.
        return self.corpus.count / (taken - (source.seconds if processes == 1 else 0))

    def build(self, runs: int) -> None:
        """Make the stores, unless they lie there; measure `bulk` and `disk`."""
        for kind in ["casevault", *self._indexed()] if "casevault" not in self.kinds else self._indexed():
            noted = self.path(kind).parent / "bulk.json"
            speeds = json.loads(noted.read_text()) if noted.exists() else []
            if speeds:
                self.notes.append(f"{PEERS[kind].title} was built earlier")
            else:
                speeds = [self._fill(kind, self.path(kind)) for _ in range(runs)]
                noted.write_text(json.dumps(speeds))
            if kind in self.kinds:
                self.figures[kind]["bulk"] += speeds
                self.figures[kind]["disk"].append(self.path(kind).stat().st_size / self.corpus.count)

    def bulk2(self) -> None:
        """Make the vault's store again, with two processes."""
        path = self.folder / "two" / "store"
        self.figures[OURS]["bulk2"].append(self._fill(OURS, path, 2))
        shutil.rmtree(path.parent)

    # --- comparing ---

    def compare_hits(self) -> int:
        """Find all records for pairs of words in every store; raise unless all find the same ones.

        Returns:
            How many more the vault found because a name sounds like a word.
        """
        pairs = self.pairs if self.corpus.count <= MANY else self.pairs[:CHECKED]
        found: list[dict[str, set[int]]] = [{} for _ in pairs]
        unopened: list[int] = []
        for kind in self.kinds:
            with closing(PEERS[kind](self.path(kind))) as store:
                for pair, hits in zip(pairs[: SCANS if kind == "scan" else None], found, strict=False):
                    hits[kind] = store.serials(pair)
                if kind == OURS:
                    unopened = [len(store.ids(pair)) for pair in pairs]
        counts = [self._compare(str(pair), hits) for pair, hits in zip(pairs, found, strict=True)]
        if OURS in self.kinds and len(self.kinds) > 1 and unopened != counts:
            raise Different("casevault's index alone gives another number of records")
        self.notes.append(f"the same {sum(counts):,} hits for {len(pairs)} pairs of words in all stores")
        return sum(len(of[OURS]) for of in found) - sum(counts) if OURS in self.kinds else 0

    def _compare(self, query: str, found: dict[str, set[int]], *, exact: bool = False) -> int:
        """Compare one query's hits; unless `exact`, the vault may find more: names that sound like the words."""
        others = [kind for kind in self._indexed() if kind != OURS]
        expected = found[others[0]] if others else found.get(OURS, set())
        for kind, serials in found.items():
            there = expected
            if kind == "scan":
                there = {serial for serial in expected if serial >= self.corpus.count - SCANNED}
            if not there <= serials or (there != serials and (exact or kind != OURS)):
                raise Different(
                    f"for {query} {PEERS[kind].title} finds {len(serials)} records and not the {len(there)}"
                )
        return len(expected)

    def compare_exports(self) -> None:
        """Raise unless the exported lines of all stores say the same."""
        said: dict[int, Any] = {}
        for kind in self._indexed():
            with closing(PEERS[kind](self.path(kind))) as store, tempfile.TemporaryFile("w+") as file:
                store.export(file)
                file.seek(0)
                lines = 0
                for line in file:
                    lines += 1
                    serial, content = store.read_line(line)
                    if serial >= EXPORTED:
                        continue
                    if said.setdefault(serial, content) != content:
                        raise Different(f"record {serial} is not the same in the export of {store.title}")
                if lines != self.corpus.count:
                    raise Different(f"{store.title} exports {lines} records")
        self.notes.append(f"the same content of {len(said):,} records in all exports")

    # --- measuring ---

    def durable(self) -> None:
        """Add single records to a copy of each store."""
        items = [self.corpus.item(self.corpus.count + number) for number in range(SINGLE_ADDS)]
        for kind in self._indexed():
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                path = Path(shutil.copy(self.path(kind), folder))
                with closing(PEERS[kind](path)) as store:
                    store.add(items[:1])
                    times = [seconds(store.add, [item]) for item in items[1:]]
            self.figures[kind]["durable"].append(1e3 * statistics.median(times))

    def _child(self, kind: str, queries: Sequence[Sequence[str]], *, exact: bool = False) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.peers", kind, str(self.path(kind))],
            input=json.dumps({"queries": queries, "exact": exact}),
            capture_output=True,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def rare(self) -> None:
        """Search for full names, each in a new process that has just unlocked."""
        times = defaultdict(list)
        compared = 0
        for name in self.corpus.rare_names(10 * RARE):
            answers = {kind: self._child(kind, [name], exact=True) for kind in self.kinds}
            found = {kind: set(answer["found"]) for kind, answer in answers.items()}
            if all(len(serials) == PAGE for kind, serials in found.items() if kind != "scan"):
                continue  # no rare name, and each store has its own order
            self._compare(str(name), found, exact=True)
            for kind, answer in answers.items():
                times[kind].append(1e3 * answer["first"] * self._scale(kind))
            compared += 1
            if compared == RARE:
                break
        for kind in self.kinds:
            self.figures[kind]["rare"].append(statistics.median(times[kind]))

    def spelt(self) -> None:
        """Do the same with names in all spellings, which only the vault can."""
        times = [self._child(OURS, [name])["first"] for name in self.corpus.rare_names(RARE)]
        self.figures[OURS]["spelt"].append(1e3 * statistics.median(times))

    def memory(self) -> None:
        """Search for many things in one new process of each store."""
        crossings = [(name,) for name, _ in self.corpus.crossings(CROSSINGS)]
        queries = [*self.corpus.rare_names(RARE), *self.corpus.pairs(SEARCHES), *crossings]
        for kind in self._indexed():
            self.figures[kind]["memory"].append(self._child(kind, queries)["memory"])

    def _warm(self, row: str, search: Callable[[Any, Any], object], queries: Sequence[Any]) -> None:
        """Search each once before it is timed: all stores remember what they opened last."""
        for kind in self.kinds:
            few = queries[:1] if kind == "scan" else queries
            with closing(PEERS[kind](self.path(kind))) as store:
                for query in few:
                    search(store, query)
                times = [seconds(search, store, query) for query in few]
            self.figures[kind][row].append(1e3 * statistics.median(times) * self._scale(kind))

    def words(self) -> None:
        """Find two words, opening nothing."""
        self._warm("words", lambda store, pair: store.ids(pair), self.pairs)

    def ranked(self) -> None:
        """Open the best twenty records for two words."""
        self._warm("ranked", lambda store, pair: store.best(pair), self.pairs)

    def cross(self) -> None:
        """Find names in a script in which no record holds them; the others are asked too, and do not find them."""
        crossings = self.corpus.crossings(CROSSINGS)
        for kind in self._indexed():
            with closing(PEERS[kind](self.path(kind))) as store:
                found = [serial in store.best((name,), 10) for name, serial in crossings]
                if kind == OURS:
                    times = [seconds(store.best, (name,), 10) for name, _ in crossings]
                    self.figures[kind]["cross"].append(1e3 * statistics.median(times))
            note = f"{PEERS[kind].title} has {sum(found)} of {len(found)} names among the first ten in another script"
            if note not in self.notes:
                self.notes.append(note)

    def export(self, row: str = "export", processes: int = 1) -> None:
        """Write all records out."""
        for kind in self._indexed() if processes == 1 else [OURS]:
            with closing(PEERS[kind](self.path(kind))) as store, tempfile.TemporaryFile("w+") as file:
                self.figures[kind][row].append(self.corpus.count / seconds(store.export, file, processes))

    def export2(self) -> None:
        """Write all records out with two processes."""
        self.export("export2", 2)


def report(figures: dict[str, dict[str, list[float]]], chosen: Sequence[Row]) -> bool:
    """Print the table; say whether the vault reached everything."""
    medians = {kind: {key: statistics.median(f) for key, f in own.items() if f} for kind, own in figures.items()}
    print(f"{'':46}" + "".join(f"{PEERS[kind].title:>12}" for kind in medians) + f"{'ratio':>9}   reach")
    reached = True
    for row in chosen:
        cells = [row.form.format(own[row.key]) if row.key in own else "–" for own in medians.values()]
        ours = medians.get(OURS, {}).get(row.key)
        theirs = medians.get(YARDSTICK, {}).get(row.beside or row.key)
        ratio = ours / theirs if ours and theirs else None
        goal, good = _goal(row, ours if row.absolute else ratio)
        reached &= good
        ends = f"{f'{ratio:.2f} ×' if ratio else '–':>9}   {goal}{'' if good else '  MISSED'}"
        print(f"{row.title:46}" + "".join(f"{cell:>12}" for cell in cells) + ends)
    return reached


def _goal(row: Row, measure: float | None) -> tuple[str, bool]:
    """Write what is to be reached, and tell whether it is; also if nothing was measured."""
    if row.reach is None:
        return "", True
    goal = f"{'≥' if row.more else '≤'} {row.reach:g} {'ms' if row.absolute else '×'}"
    return goal, measure is None or (measure >= row.reach if row.more else measure <= row.reach)


def _machine() -> str:
    model = platform.processor()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        model = next(
            (
                line.partition(":")[2].strip()
                for line in facts.read_text().splitlines()
                if line.startswith("model name")
            ),
            model,
        )
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} × {model}, Python {platform.python_version()}"


def _busy() -> None:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > 1:
        print(f"others are using this machine (load {load:.1f}): only the ratios mean something, and they little")


def run(bench: Bench, chosen: Sequence[Row], runs: int) -> None:
    """Compare, then measure every chosen row so many times, one store after the other each time."""
    once = 1 if bench.corpus.count > MANY else runs
    bench.build(once)
    more = bench.compare_hits()
    if more:
        bench.notes.append(f"casevault finds {more:,} more, whose names sound like the words")
    keys = [row.key for row in chosen]
    if "export" in keys:
        bench.compare_exports()
    for number in range(runs):
        for key in keys:
            if key in {"bulk", "disk"} or (number >= once and key == "bulk2"):
                continue
            print(f"run {number + 1} of {runs}: {key} …", file=sys.stderr, flush=True)
            getattr(bench, key)()


def main(arguments: Sequence[str]) -> int:
    """Read the options, measure, print."""
    table = {row.key: row for row in rows(0)}
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000, metavar="N", help="how many (10000)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="print the median of so many runs (3)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the invented records (1)")
    parser.add_argument("--rows", default=",".join(table), metavar="LIST", help=f"only these, of: {', '.join(table)}")
    parser.add_argument("--peers", default=",".join(PEERS), metavar="LIST", help=f"only these, of: {', '.join(PEERS)}")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="build the stores here, or use those that lie here")
    options = parser.parse_args(arguments)
    wanted, kinds = options.rows.split(","), options.peers.split(",")
    if not set(wanted) <= set(table) or not set(kinds) <= set(PEERS):
        parser.error("there is no such row or peer")
    chosen = [row for row in rows(options.records) if row.key in wanted]

    print(f"{options.records:,} invented records; {_machine()}")
    _busy()
    with tempfile.TemporaryDirectory(prefix="casevault-bench-") as passing:
        folder = options.keep / f"{options.records}-{options.seed}" if options.keep else Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(Corpus(options.records, options.seed), folder, kinds)
        try:
            run(bench, chosen, options.runs)
        except Different as difference:
            print(difference, file=sys.stderr)
            return 1
    print(*bench.notes, f"medians of {options.runs} runs", sep="\n", end="\n\n")
    _busy()
    return 0 if report(bench.figures, chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
