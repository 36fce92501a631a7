"""How long the self-opening page takes after the passphrase, and how much memory the browser's page process holds.

  .venv/bin/python -m tests.bench.page [--mib 5] [--rounds 3]

The bundle is invented: a dossier of some hundred records and noise as attachments, sealed as the program seals.
"""

import argparse
import os
import random
import shutil
import tempfile
import time
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


def memory(browser: int) -> dict[int, int]:
    """Give the peak resident memory of each page process below a browser, in bytes."""
    children: dict[int, list[int]] = {}
    peaks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines() if ":" in line)
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        children.setdefault(int(status["PPid"]), []).append(int(entry.name))
        if b"--type=renderer" in command and "VmHWM" in status:
            peaks[int(entry.name)] = int(status["VmHWM"].split()[0]) << 10
    waiting, below = [browser], set()
    while waiting:
        for child in children.get(waiting.pop(), []):
            below.add(child)
            waiting.append(child)
    return {one: peak for one, peak in peaks.items() if one in below}


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
            begun = time.perf_counter()
            page.press("#passphrase", "Enter")
            page.wait_for_selector("#opened:not([hidden])")
            seconds = time.perf_counter() - begun
            page.wait_for_timeout(500)
            peak = max(memory(os.getpid()).values())
            print(f"opened after {seconds:.2f} s, peak of the page's process {peak / 1e6:.0f} MB")
            browser.close()


if __name__ == "__main__":
    main()
