"""Measure a vault and SQLCipher with FTS5 side by side: same records, same machine, same run, printed as ratios.

Nothing here is asserted as a test: times belong to a machine. The last column compares with the bounds that this
project has set itself for 10 000 records.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.corpus import Corpus, Item
from tests.bench.peer import SqlCipher
from vault.keys import KdfProfile, Passphrase
from vault.vault import Vault

PASSPHRASE = "invented words only for measuring speed"
PAIRS = 40
SINGLE_ADDS = 30
OPENINGS = 5


class CaseVault:
    """The vault, in the few verbs that are measured."""

    version = "casevault"

    def __init__(self, path: Path) -> None:
        state = path.parent / "state"
        if path.exists():
            self._vault = Vault.open(path, Passphrase(PASSPHRASE), state_dir=state, allow_test_profile=True)
        else:
            self._vault = Vault.create(path, PASSPHRASE, profile=KdfProfile.TEST, state_dir=state)

    def add(self, items: Iterable[Item]) -> None:
        """Store records in one durable commit."""
        self._vault.put_many(item.draft for item in items)

    def find(self, words: Iterable[str], *, limit: int = 20, ranked: bool = False) -> list[tuple[int, Any]]:
        """Open the records that hold all the words, best first; it knows no other order."""
        hits = self._vault.find(" ".join(words), limit=limit)
        return [(_serial(hit.revision), hit.revision) for hit in hits]

    def close(self) -> None:
        """Lock it."""
        self._vault.close()


PEERS: dict[str, Callable[[Path], Any]] = {"casevault": CaseVault, "sqlcipher": SqlCipher}


def _serial(revision: Any) -> int:
    return int(revision.values("id_document")[0].split("-")[1])


def _seconds(action: Callable[..., object], *arguments: object, **options: object) -> float:
    start = time.perf_counter()
    action(*arguments, **options)
    return time.perf_counter() - start


def measure(kind: str, corpus: Corpus, items: Sequence[Item], folder: Path) -> tuple[dict[str, float], list[list[int]]]:
    """Make a store anew and measure it once; also return what it found for each pair of words."""
    path = folder / f"{kind}.store"
    store = PEERS[kind](path)
    bulk = _seconds(store.add, items)
    store.close()
    result = {"bulk": len(items) / bulk, "disk": path.stat().st_size / len(items)}

    pairs = corpus.pairs(PAIRS)
    store = PEERS[kind](path)
    found = [sorted(serial for serial, _ in store.find(pair, limit=len(items))) for pair in pairs]
    for name, ranked in (("search", False), ("ranked", True)):
        for pair in pairs:  # once before it is timed: both stores remember what they opened last
            store.find(pair, ranked=ranked)
        result[name] = 1e3 * statistics.median(_seconds(store.find, pair, ranked=ranked) for pair in pairs)
    store.close()

    child = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--memory-of", kind, str(path), json.dumps(pairs)],
        capture_output=True,
        text=True,
        check=True,
    )
    result["memory"] = float(child.stdout)

    extra = [corpus.item(len(items) + number) for number in range(SINGLE_ADDS + OPENINGS)]
    firsts = []
    for item in extra[:OPENINGS]:
        store = PEERS[kind](path)
        firsts.append(_seconds(store.add, [item]))
        store.close()
    store = PEERS[kind](path)
    singles = [_seconds(store.add, [item]) for item in extra[OPENINGS:]]
    store.close()
    result["first"], result["single"] = 1e3 * statistics.median(firsts), 1e3 * statistics.median(singles)
    return result, found


def memory_of(kind: str, path: Path, pairs: Sequence[Sequence[str]]) -> float:
    """Search in this process and return its peak memory in megabytes, Python and imports included."""
    store = PEERS[kind](path)
    for pair in pairs:
        store.find(pair)
    store.close()
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage tells on Linux includes the parent's peak
        return int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]) * 1024 / 1e6  # type: ignore[index]
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


ROWS = (
    # key, what, unit, bound of the vault, whether less is better
    ("bulk", "bulk add, records a second", "{:,.0f}", 3_000, False),
    ("first", "first durable add after unlocking, ms", "{:.2f}", 10, True),
    ("single", "one more durable add, ms", "{:.2f}", 10, True),
    ("search", "two words, 20 records opened, warm, ms (SQLCipher: newest)", "{:.2f}", 5, True),
    ("ranked", "the same (SQLCipher: ranked by bm25)", "{:.2f}", 5, True),
    ("disk", "file, bytes a record", "{:,.0f}", 4_200, True),
    ("memory", "peak memory of a process that searches, MB", "{:.0f}", 120, True),
)


def report(medians: dict[str, dict[str, float]]) -> bool:
    """Print the table; say whether the vault kept every bound."""
    ours, theirs = medians["casevault"], medians["sqlcipher"]
    print(f"{'':58}{'casevault':>11}{'SQLCipher':>11}{'ratio':>8}   bound")
    kept = True
    for key, what, form, bound, less in ROWS:
        good = ours[key] <= bound if less else ours[key] >= bound
        kept &= good
        sign = "≤" if less else "≥"
        print(
            f"{what:58}{form.format(ours[key]):>11}{form.format(theirs[key]):>11}{ours[key] / theirs[key]:>7.2f}×"
            f"   {sign} {bound:,}{'' if good else '  MISSED'}"
        )
    return kept


def main(arguments: Sequence[str]) -> int:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000, metavar="N", help="how many (10000)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="print the median of so many runs (3)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the invented records (1)")
    parser.add_argument("--memory-of", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.memory_of:
        kind, path, pairs = options.memory_of
        print(memory_of(kind, Path(path), json.loads(pairs)))
        return 0

    corpus = Corpus(options.records, options.seed)
    items = list(corpus)
    values = statistics.mean(item.value_bytes for item in items)
    print(f"{len(items):,} invented records, {values:,.0f} bytes of values in {len(items[0].draft.claims)} claims each")
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > 1:
        print(f"others are using this machine (load {load:.1f}): only the ratios mean something, and they little")
    results: dict[str, list[dict[str, float]]] = {kind: [] for kind in PEERS}
    for run in range(options.runs):
        print(f"run {run + 1} of {options.runs} …", file=sys.stderr, flush=True)
        found = {}
        for kind in PEERS:
            with tempfile.TemporaryDirectory(prefix="casevault-bench-") as folder:
                result, found[kind] = measure(kind, corpus, items, Path(folder))
                results[kind].append(result)
        for pair, ours, theirs in zip(corpus.pairs(PAIRS), found["casevault"], found["sqlcipher"], strict=True):
            if ours != theirs:
                print(f"for {pair} casevault finds {len(ours)} records and SQLCipher {len(theirs)}", file=sys.stderr)
                return 1
    hits = sum(len(serials) for serials in found["casevault"])
    print(f"the same {hits} hits for {PAIRS} pairs of words in both; medians of {options.runs} runs\n")
    medians = {
        kind: {key: statistics.median(result[key] for result in runs) for key in runs[0]}
        for kind, runs in results.items()
    }
    return 0 if report(medians) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
