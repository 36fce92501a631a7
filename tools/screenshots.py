#!/usr/bin/env python3
# ruff: noqa: T201
"""Take the pictures of `docs/images/`: the page that opens itself and the page that checks, in a real browser.

  .venv/bin/python tools/screenshots.py [--out docs/images]

It runs `casevault demo`, whose people are invented, exports its case as a page, and opens that in the Chromium of the
system with the network cut. Pictures differ from run to run in random words and marks, and with the fonts at hand.
"""

import argparse
import io
import json
import shutil
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from cli.__main__ import main as casevault
from vault.handoff import checker
from vault.sealing import KdfProfile

ROOT = Path(__file__).resolve().parents[1]
DESK = {"width": 1000, "height": 800}
PHONE = {"width": 390, "height": 800}
MOST = 1600
"""Pixels of height that a picture in the docs may have."""


def run(*words: str) -> tuple[str, str]:
    """Run a command; give what it printed."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = casevault(words, kdf_profile=KdfProfile.TEST)
    if code:
        sys.exit(f"casevault {words[0]} ended with {code}: {err.getvalue()}")
    return out.getvalue(), err.getvalue()


def make(folder: Path) -> str:
    """Make the case, its page and the unpacked bundle; give the passphrase of the page."""
    run("demo", str(folder / "demo"))
    around = ("-V", str(folder / "demo/families.vault"), "--passphrase-file", str(folder / "demo/paper-key.txt"))
    common = (*around, "--no-anchor", "--no-input")
    records = json.loads(run(*common, "list", "--json")[0])["records"]
    (case,) = [one["id"] for one in records if one["kind"] == "case" and one["title"].startswith("Оразқанұлы Сәбит")]
    ask = ("export", case, "--policy", "lawyer", "--to", "Office by telephone", "--purpose", "legal")
    _, said = run(*common, *ask, "--format", "html", "-o", str(folder / "case.html"))
    (phrase,) = [line.strip() for line in said.splitlines() if line.startswith("    ") and line.count("-") >= 5]
    (folder / "words").write_text(phrase, encoding="utf-8")
    run("verify", str(folder / "case.html"), "--passphrase-file", str(folder / "words"), "--open", str(folder / "case"))
    (folder / "verify.html").write_bytes(checker())
    return phrase


def shoot(page: Page, target: Path, *, whole: bool = False) -> None:
    """Take one picture."""
    size = page.viewport_size or DESK
    height = min(MOST, int(page.evaluate("document.documentElement.scrollHeight"))) if whole else size["height"]
    page.set_viewport_size({"width": size["width"], "height": height})
    page.screenshot(path=target)
    page.set_viewport_size(size)
    print(target)


def unlock(page: Page, phrase: str) -> None:
    """Type the passphrase and wait for the dossier."""
    page.fill("#passphrase", phrase)
    page.press("#passphrase", "Enter")
    page.wait_for_selector("#opened:not([hidden])")


def pictures(folder: Path, target: Path, phrase: str) -> None:
    """Take all pictures."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        for name, size, locale in (("desk", DESK, "en-GB"), ("phone", PHONE, "ru-RU")):
            page = browser.new_context(viewport=size, locale=locale, offline=True).new_page()
            page.goto((folder / "case.html").as_uri())
            if name == "desk":
                page.fill("#passphrase", "kettle-orbit-velvet-mango-thirty-dune")
                page.press("#passphrase", "Enter")
                page.wait_for_selector(".trouble")
                shoot(page, target / "page-wrong-passphrase.png")
            unlock(page, phrase)
            shoot(page, target / f"page-{name}.png", whole=True)
            page.fill("#query", "сабит")
            page.press("#query", "Enter")
            shoot(page, target / f"page-search-{name}.png")
            if name == "desk":
                page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dots an inch
                page.emulate_media(media="print")
                page.evaluate("CSS.highlights.clear(); scrollTo(0, 0)")
                shoot(page, target / "page-print.png")
        page = browser.new_context(viewport=DESK, locale="en-GB", offline=True).new_page()
        page.goto((folder / "verify.html").as_uri())
        page.set_input_files("#folder", str(folder / "case"))
        page.wait_for_selector("#result h2")
        shoot(page, target / "verify-sound.png")
        (folder / "case/data/records.csv").write_text("x", encoding="utf-8")
        (folder / "case/extra.txt").write_text("x", encoding="utf-8")
        page.set_input_files("#folder", str(folder / "case"))
        page.wait_for_selector(".trouble")
        shoot(page, target / "verify-changed.png")
        browser.close()


def main() -> int:
    """Make everything anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/images")
    target = parser.parse_args().out
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures(folder, target, make(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
