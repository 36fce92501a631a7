#!/usr/bin/env python3
# ruff: noqa: T201, S603
"""Build the two pages of `vault/handoff/reader/`, and write their SHA-256 into `docs/bundle.md`.

  python3 dev.py reader           build anew: reader.html, verify.html, LICENSES.txt, and how letters sound
  python3 dev.py reader --check   build aside and tell whether all is as it lies there, byte for byte

It needs Node 18 or newer with npm, and a network for the first time: npm fetches the packages of `package-lock.json`,
each checked against its hash, and runs no script of theirs. How letters sound is taken from the tables of
`vault.names`, one reading for each letter: a page finds what is spelled otherwise, and does not match names.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from vault.names import arabic, cyrillic

ROOT = Path(__file__).resolve().parents[1]
READER = ROOT / "vault/handoff/reader"
SOUNDS = READER / "src/sounds.js"
DOC = ROOT / "docs/bundle.md"
PAGES = ("reader.html", "verify.html")
LICENCES = """\
casevault: this page is built from vault/handoff/reader/ of the program and is under the Apache License 2.0.
The words of fingerprints are the EFF long word list, Creative Commons Attribution 3.0 US, https://www.eff.org/dice.
It contains these packages:
"""


def sounds() -> str:
    """Give the file of letters."""
    letters = {sign: sound for sign, sound in (cyrillic.LETTERS | arabic.TURKIC).items() if len(sign) == 1}
    rows = json.dumps(dict(sorted(letters.items())), ensure_ascii=False, indent=2)
    return f"// Written by tools/reader_pages.py from the tables of vault/names/.\n\nexport const SOUNDS = {rows};\n"


def licences() -> str:
    """Give the licences of what is bundled; the packages must be installed."""
    lock = json.loads((READER / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    found = {
        f"{name.rpartition('node_modules/')[2]} {entry['version']} ({entry['license']})": READER / name / "LICENSE"
        for name, entry in lock.items()
        if name and not entry.get("dev")
    }
    parts = [f"== {name}\n\n{found[name].read_text(encoding='utf-8').strip()}\n" for name in sorted(found)]
    return "\n".join([LICENCES, *parts])


def documented(text: str, folder: Path) -> str:
    """Give the document with the hashes of the pages in it."""
    for name in PAGES:
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        text, count = re.subn(rf"(\| `{name}` \| `)[0-9a-f]{{64}}(`)", rf"\g<1>{digest}\2", text)
        if count != 1:
            sys.exit(f"docs/bundle.md has no place for the SHA-256 of {name}")
    return text


def run(program: str, *words: str) -> None:
    """Run npm or node in the folder of the pages."""
    found = shutil.which(program)
    if found is None:
        sys.exit(f"the pages are built with Node and npm, and {program} is not installed")
    subprocess.run((found, *words), cwd=READER, check=True, stdout=sys.stderr)


def main() -> int:
    """Build or check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    document = DOC.read_text(encoding="utf-8")
    check = parser.parse_args().check
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    written = {SOUNDS: sounds(), READER / "LICENSES.txt": licences()}
    if not check:
        for path, text in written.items():
            path.write_text(text, encoding="utf-8")
        run("node", "build.mjs", str(READER))
        DOC.write_text(documented(document, READER), encoding="utf-8")
        return 0
    same = {path.name: path.read_text(encoding="utf-8") == text for path, text in written.items()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run("node", "build.mjs", name)
        same |= {page: (folder / page).read_bytes() == (READER / page).read_bytes() for page in PAGES}
        same[DOC.name] = documented(document, folder) == document
    for page, holds in same.items():
        print(page, "is as built" if holds else "IS NOT what its sources give: run `python3 dev.py reader`")
    return int(not all(same.values()))


if __name__ == "__main__":
    sys.exit(main())
