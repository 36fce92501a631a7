"""How long a passphrase takes that opens the first keyslot, the last one, or none: the time must not tell which.

  .venv/bin/python -m tests.bench.unlock [--runs 50] [--kdf default]

The three take turns in a new order each round, so that what else the machine does is spread over all of them. The exit
code is 1 if a median is further than 3 % from that of the first slot. The vault is empty.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from vault.errors import UnlockError
from vault.keys import SLOTS, Passphrase
from vault.sealing import KdfProfile
from vault.vault import Vault

REACH = 0.03
PROFILES = {"small": KdfProfile.SMALL, "default": KdfProfile.STANDARD, "large": KdfProfile.LARGE}
WHO = {"first slot": "the passphrase of slot 0", "last slot": "the passphrase of slot 7", "none": "a wrong passphrase"}


def build(path: Path, profile: KdfProfile) -> None:
    """Make a vault whose eight slots are all used, the first and the last one by passphrases."""
    with Vault.create(path, WHO["first slot"], profile=profile) as vault:
        for number in range(1, SLOTS - 1):
            vault.keys.add_paper(f"paper {number}")
        assert vault.keys.add_passphrase("last", WHO["last slot"]).index == SLOTS - 1


def opening(path: Path, passphrase: str) -> tuple[float, float]:
    """Time one opening, or one refusal: on the clock, and of the processors."""
    secret = Passphrase(passphrase)
    start, used = time.perf_counter(), time.process_time()
    with suppress(UnlockError):
        Vault.open(path, secret, read_only=True).close()
    return time.perf_counter() - start, time.process_time() - used


def measure(path: Path, runs: int) -> dict[str, tuple[float, float]]:
    """Give the medians of each, in seconds."""
    taken: dict[str, list[tuple[float, float]]] = {who: [] for who in WHO}
    opening(path, WHO["first slot"])  # what is loaded once is loaded now
    for _ in range(runs):
        for who in random.sample(list(WHO), len(WHO)):
            taken[who].append(opening(path, WHO[who]))
    return {who: tuple(map(statistics.median, zip(*every, strict=True))) for who, every in taken.items()}


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--kdf", choices=PROFILES, default="default")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.vault"
        build(path, PROFILES[given.kdf])
        medians = measure(path, given.runs)
    first = medians["first slot"]
    print(f"{'opens':12}{'on the clock':>24}{'of processors':>24}")
    for who, median in medians.items():
        print(
            f"{who:12}"
            + "".join(f"{1000 * each:12.1f} ms{each / one:9.4f}" for each, one in zip(median, first, strict=True))
        )
    print(f"medians of {given.runs} runs each, profile {given.kdf}, load {os.getloadavg()[0]:.1f}")
    return int(any(abs(median[0] / first[0] - 1) > REACH for median in medians.values()))


if __name__ == "__main__":
    raise SystemExit(main())
