"""Score the masking of known values on an annotated set of texts that lies elsewhere; nothing of it is kept here.

`python -m tests.bench.judgments SET.jsonl [--rewritten]` prints how much was masked and how much was kept. Each line
of the set is one text: `text`, `protected` (values, or tables with a `value`), `spans` ([start, end, kind, …] of each
mention that has to go) and `free` ([start, end] of what may go or stay). With `--rewritten` each person is first
written as another hand might: in capitals, over a line end, with an invisible sign, the last word first.

A mention is masked when no three letters or digits in a row are left of it, years and small words apart.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from vault.matching import find_spans

SEED = 4
_WORD = re.compile(r"\w+")
_LEFT = re.compile(r"[^\W_]{3,}")
_SAYS_NOTHING = re.compile(r"(?:19|20)\d\d|the|and|for|of|de|la", re.IGNORECASE)
_REWRITINGS: tuple[Callable[[str], str], ...] = (
    str.upper,
    lambda said: said.replace(" ", "\u00a0"),
    lambda said: said.replace(" ", "\n"),
    lambda said: f"{said[:-2]}\u200b{said[-2:]}",
    lambda said: ", ".join(reversed(said.rsplit(" ", 1))),
    lambda said: said,
)


class Case(NamedTuple):
    """A text, what is protected in it, the spans that have to go, and those that may."""

    text: str
    protected: list[str]
    mentions: list[tuple[int, int]]
    free: list[tuple[int, int]]


def cases(path: Path, *, rewritten: bool) -> Iterator[Case]:
    """Read a set, line by line; rewritten in the same way each time."""
    at_random = random.Random(SEED)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield _case(row, lambda said: at_random.choice(_REWRITINGS)(said) if rewritten else said)


def _case(row: dict[str, Any], rewrite: Callable[[str], str]) -> Case:
    values = [one["value"] if isinstance(one, dict) else one for one in row["protected"]]
    found: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    places = [(start, end, kind, True) for start, end, kind, *_ in row["spans"]]
    places += [(start, end, "", False) for start, end, *_ in row.get("free", ())]
    text, done = "", 0
    for start, end, kind, mention in sorted(places):
        if start < done:
            continue
        text += row["text"][done:start]
        said = row["text"][start:end]
        new = rewrite(said) if kind == "person" else said
        found[mention].append((len(text), len(text) + len(new)))
        text, done = text + new, end
    return Case(text + row["text"][done:], values, found[True], found[False])


def score(case: Case) -> Counter[str]:
    """Count the mentions of one text and those masked, its other words and those kept."""
    left = list(case.text)
    for span in find_spans(case.text, case.protected):
        left[span.start : span.end] = "\0" * (span.end - span.start)
    shown = "".join(left)
    counts: Counter[str] = Counter()
    other = list(case.text)
    for start, end in case.mentions:
        counts["mentions"] += 1
        rest = [word for word in _LEFT.findall(shown[start:end]) if not _SAYS_NOTHING.fullmatch(word)]
        counts["masked"] += not rest
        other[start:end] = " " * (end - start)
    for start, end in case.free:
        other[start:end] = " " * (end - start)
    for word in _WORD.finditer("".join(other)):
        counts["words"] += 1
        counts["kept"] += shown[word.start() : word.end()] == word.group()
    return counts


def main() -> None:
    """Print the figures of a set."""
    parser = argparse.ArgumentParser(description="How much is masked, and how much kept, on an annotated set.")
    parser.add_argument("set", type=Path)
    parser.add_argument("--rewritten", action="store_true", help="write each person otherwise first")
    chosen = parser.parse_args()
    total: Counter[str] = Counter()
    texts = 0
    for case in cases(chosen.set, rewritten=chosen.rewritten):
        total += score(case)
        texts += 1
    print(f"texts {texts}")
    print(
        f"mentions masked {total['masked']} of {total['mentions']}, {total['masked'] / max(1, total['mentions']):.2%}"
    )
    print(f"other words kept {total['kept']} of {total['words']}, {total['kept'] / max(1, total['words']):.2%}")


if __name__ == "__main__":
    main()
