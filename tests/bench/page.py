"""How long the self-opening page takes after the passphrase, and how much memory the browser's page process holds.

  .venv/bin/python -m tests.bench.page [--mib 5] [--rounds 3]

The bundle is invented: a dossier of some hundred records and noise as attachments, sealed as the program seals.
"""

import argparse
import os
import random
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.bundles import PHRASE, TEXTS, event, make, named


def bundle(path: Path, mebibytes: int) -> int:
    """Write a page; give its size."""
    dice = random.Random(1)
    records = [*named(*(f"Invented Person {number}" for number in range(100)))]
    records += [event(*TEXTS, mark=f"event-{number:06d}") for number in range(100)]
    files = {f"data/files/file-{number}.bin": dice.randbytes(1 << 20) for number in range(mebibytes)}
    make(path, *records, files=files)
    return path.stat().st_size


def pages(root: int) -> list[Path]:
    """Find the page processes below a process."""
    children: dict[int, list[Path]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                children.setdefault(field(entry, "PPid:"), []).append(entry)
    waiting, found = [root], []
    while waiting:
        for child in children.get(waiting.pop(), []):
            waiting.append(int(child.name))
            if b"--type=renderer" in (child / "cmdline").read_bytes():
                found.append(child)
    return found


def field(process: Path, name: str) -> int:
    """Read a number of a process's status; those of memory are KiB."""
    lines = (process / "status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


class Watch(threading.Thread):
    """Looks fifty times a second how much memory the page's process holds."""

    def __init__(self, processes: list[Path]) -> None:
        super().__init__()
        self.peak = 0
        self.ends = threading.Event()
        self._processes = processes

    def run(self) -> None:
        while not self.ends.wait(0.02):
            self.peak = max(self.peak, *(field(one, "RssAnon:") << 10 for one in self._processes))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        path = Path(name) / "x.html"
        size = bundle(path, given.mib)
        print(f"page of {size / 2**20:.1f} MiB, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for _ in range(given.rounds):
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
            page = browser.new_page()
            page.goto(path.as_uri())
            page.fill("#passphrase", PHRASE)
            watch = Watch(pages(os.getpid()))
            watch.start()
            begun = time.perf_counter()
            page.press("#passphrase", "Enter")
            page.wait_for_selector("#opened:not([hidden])")
            seconds = time.perf_counter() - begun
            page.wait_for_timeout(500)
            watch.ends.set()
            watch.join()
            whole = max(field(one, "VmHWM:") << 10 for one in pages(os.getpid()))
            print(
                f"opened after {seconds:.2f} s; peak of the page's process {watch.peak / 1e6:.0f} MB of its own, "
                f"{whole / 1e6:.0f} MB with what it shares with the browser's other processes"
            )
            browser.close()


if __name__ == "__main__":
    main()
