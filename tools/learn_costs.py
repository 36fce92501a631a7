#!/usr/bin/env python3
# ruff: noqa: T201
"""Learn what sounds cost that differ between two spellings of a name, and write `vault/names/costs.tsv`.

  .venv/bin/python tools/learn_costs.py --arabic PAIRS.tsv --chinese PAIRS.tsv --groups GROUPS.tsv [--out FILE]

What it reads

* `--arabic`, `--chinese`: tables of two columns, a name's word in Latin letters and in the other script, with a line of
  headings. Ours are the pairs that Merhav and Ash mined from Wikidata ("Design Challenges in Named Entity
  Transliteration", COLING 2018), which are in the public domain (CC0). Where both tables have a Latin word, its Arabic
  and Chinese spellings make a pair of their own.
* `--groups`: a table of spellings, with the columns `group_id`, `spelling` and `source`, for what the pairs lack:
  Cyrillic, and the Turkic names. Only groups whose source begins with `Wikidata` are read, which are CC0 too.

How it learns. By expectation maximisation: the readings of two spellings are aligned by the costs known so far, at
first a guess; how often two sounds then meet, and a sound meets nothing, makes the next costs. A cost is the logarithm
of how much oftener that happens than in words put together by lot. Each kind of pair has its own costs, a kind being
the manners in which the two words are spelled. At last it is learned how the gain of an alignment becomes a chance
(logistic regression): from the pairs of the groups, and from words met by lot, of which for each word the most like it
count.

What it is good for. Of full names asked in another script or spelling, 550 to 800 of them among 15 000 to 20 000
others, other spellings of the same person left out: the right one is first for .854 by the likeness at first sight
alone and for .895 with these costs, among the ten best for .979 and .984, of the .985 that share a key at all. Of names
from which nothing was learned: .862 and .880, .942 and .951, of .969.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rapidfuzz.distance import Levenshtein

from vault.names import costs, keys, letters
from vault.names.costs import Kind
from vault.names.letters import Reading, Token
from vault.names.sounds import MAX_READINGS, SOUNDS, VOWELS

SEED: Final = 1
ROUNDS: Final = 4
MANNERS: Final = "lah"
KINDS: Final = ("ll", "la", "lh", "aa", "ah", "hh")
PAIRS: Final = 9000
"""Pairs of each kind that are read of the tables."""
HEAVY: Final = 6.0
"""How many pairs of the tables a pair of the groups is worth, if its group has but two spellings."""
TRUE: Final = 1.0
"""Gain from which a pair is believed to be one."""
DOUBT: Final = 0.5
"""How many pairs the costs lean on chance."""
MOST: Final = 4.0
MOST_ALONE: Final = 0.5
LEAST_ALONE: Final = -3.0
LESSER: Final = 0.3
"""How much it counts that a reading is a less likely one."""
LOOKED_AT: Final = 6
"""Pairs of readings that are aligned of two words."""
OTHERS: Final = 5000
"""Pairs whose words are met."""
MET: Final = 200
STRANGERS: Final = 12
"""Words by lot that a word of the groups meets, and how many of them, the most like it, it is told apart from."""
FAMILIES: Final = ("aAeiIoOuU", "jiI", "wuvfo", "pb", "td", "kgqGxh", "szScCZJ", "nNm", "lr")
"""Sounds that are thought to meet at first."""

HEADER: Final = """\
# What sounds cost that differ between two spellings of a name. Written by tools/learn_costs.py; do not edit.
#
# Origin and licence
#   Learned from pairs of spellings mined from Wikidata by Yuval Merhav and Stephen Ash (Design Challenges in Named
#   Entity Transliteration, COLING 2018) and from spellings of names in Wikidata; both are in the public domain (CC0).
#
# Figures are natural logarithms: how much likelier something is between two spellings of a name than by chance. Sounds:
# vault/names/sounds.py. The first column is a kind of pair, the manners of two words: l all sounds are written, a few
# vowels, h by Chinese characters or Mandarin syllables. The second column tells what the row is:
#   a sound      what it gains without a partner at the beginning of the word, within it and at its end; then its
#                partners in the other word with what they gain together; all others gain {loss}.
#   bias         what a pair of this kind gains beforehand.
#   readings     (kind: one manner) what the first, second … reading of a word gains.
#   counts       how much count the gain as a share of the best one possible, the gain, and the best one possible.
#
"""


class Pair(NamedTuple):
    """Two spellings of a name, and how many pairs they are worth."""

    one: Token
    other: Token
    weight: float


class Choice(NamedTuple):
    """The readings by which two words are most alike."""

    gain: float
    kind: str
    one: Reading
    other: Reading
    places: tuple[tuple[str, int], tuple[str, int]]


Kinds = dict[str, Kind]
Model = tuple[Kinds, dict[str, list[float]]]


@cache
def read(token: Token) -> tuple[tuple[Reading, int, str], ...]:
    """Give the readings of a word with their place in the order of those of one manner, and folded."""
    found, places = [], Counter[str]()
    for reading in letters.read(token):
        found.append((reading, places[reading.manner], keys.folded(reading.sounds)))
        places[reading.manner] += 1
    return tuple(found)


@cache
def look(ours: str, theirs: str) -> float:
    """Tell how alike two readings are at first sight."""
    return Levenshtein.normalized_similarity(ours, theirs)


def choose(pair: Sequence[Token], kinds: Kinds, losses: Mapping[str, Sequence[float]]) -> Choice | None:
    """Find the readings by which two words are most alike."""
    looks = sorted(
        (
            (look(ours[2], theirs[2]), -ours[1] - theirs[1], number, ours, theirs)
            for number, (ours, theirs) in enumerate((a, b) for a in read(pair[0]) for b in read(pair[1]))
        ),
        reverse=True,
    )
    best = None
    for *_, (one, place, _), (other, space, _) in looks[:LOOKED_AT]:
        kind, back = one.manner + other.manner, other.manner + one.manner
        gain = costs.aligned(one.sounds, other.sounds, kinds[kind], kinds[back])
        gain += losses[one.manner][place] + losses[other.manner][space]
        if best is None or gain > best.gain:
            best = Choice(gain, kind, one, other, ((one.manner, place), (other.manner, space)))
    return best


def position(place: int, length: int) -> int:
    """Tell whether a sound is the first, 0, the last, 2, or another, 1."""
    return 0 if place == 0 else 2 if place == length - 1 else 1


def align(ours: str, theirs: str, one: Kind, other: Kind) -> list[tuple[int | None, int | None]]:
    """Give the pairs of places of the best alignment."""
    skips = [one.alone[sound][position(i, len(ours))] for i, sound in enumerate(ours)]
    losses = [other.alone[sound][position(j, len(theirs))] for j, sound in enumerate(theirs)]
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    ways: dict[tuple[int, int], tuple[int, int]] = {}
    for i in range(len(ours) + 1):
        for j in range(len(theirs) + 1):
            options = []
            if i and j:
                options.append((best[i - 1][j - 1] + one.pairs[ours[i - 1]][theirs[j - 1]], 1, 1))
            if i:
                options.append((best[i - 1][j] + skips[i - 1], 1, 0))
            if j:
                options.append((best[i][j - 1] + losses[j - 1], 0, 1))
            if options:
                best[i][j], *way = max(options)
                ways[i, j] = way[0], way[1]
    steps: list[tuple[int | None, int | None]] = []
    i, j = len(ours), len(theirs)
    while i or j:
        down, along = ways[i, j]
        steps.append((i - 1 if down else None, j - 1 if along else None))
        i, j = i - down, j - along
    return steps


def guess() -> Kinds:
    """Give the costs to begin with."""
    kinds = {}
    for first in MANNERS:
        for second in MANNERS:
            near = {
                a: {b: 3.0 if a == b else 1.0 if any(a in f and b in f for f in FAMILIES) else -3.0 for b in SOUNDS}
                for a in SOUNDS
            }
            weak = -3.0 if first == "a" and second == "l" else -1.0
            alone = {a: (weak if a in VOWELS + "jwh" else -3.0,) * 3 for a in SOUNDS}
            kinds[first + second] = Kind(0.0, near, alone)
    return kinds


class Counts:
    """How often sounds met in aligned readings."""

    def __init__(self) -> None:
        self.met: dict[str, dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
        self.alone: dict[str, dict[tuple[str, int], float]] = defaultdict(lambda: defaultdict(float))
        self.places: dict[tuple[str, int], float] = defaultdict(float)

    def add(self, choice: Choice, kinds: Kinds, weight: float) -> None:
        """Count a pair, both ways."""
        kind, back = choice.kind, choice.kind[::-1]
        ours, theirs = choice.one.sounds, choice.other.sounds
        for i, j in align(ours, theirs, kinds[kind], kinds[back]):
            if i is None:
                if j is not None:
                    self.alone[back][theirs[j], position(j, len(theirs))] += weight
            elif j is None:
                self.alone[kind][ours[i], position(i, len(ours))] += weight
            else:
                self.met[kind][ours[i], theirs[j]] += weight
                self.met[back][theirs[j], ours[i]] += weight
        for place in choice.places:
            self.places[place] += weight

    def costs(self) -> Kinds:
        """Give the costs that follow."""
        return {a + b: self._kind(a + b) for a in MANNERS for b in MANNERS}

    def _shares(self, kind: str) -> dict[str, float]:
        seen = dict.fromkeys(SOUNDS, 1.0)
        for (sound, _), times in [*self.met[kind].items(), *self.alone[kind].items()]:
            seen[sound] += times
        total = sum(seen.values())
        return {sound: times / total for sound, times in seen.items()}

    def _kind(self, kind: str) -> Kind:
        back = kind[::-1]
        ours, theirs = self._shares(kind), self._shares(back)
        total = DOUBT + sum([*self.met[kind].values(), *self.alone[kind].values(), *self.alone[back].values()])
        pairs: dict[str, dict[str, float]] = {}
        alone = {}
        for a in SOUNDS:
            pairs[a] = {}
            for b in SOUNDS:
                chance = ours[a] * theirs[b]
                doubt = DOUBT * (10 * chance + (0.1 * (ours[a] + theirs[a]) if a == b else 0.0))
                gain = math.log((self.met[kind][a, b] + doubt) / total / chance)
                pairs[a][b] = min(MOST, max(costs.LOSS, gain))
            shares = [(self.alone[kind][a, i] + DOUBT * 0.3 * s) / s for i, s in enumerate((0.2, 0.6, 0.2))]
            first, within, last = [
                min(MOST_ALONE, max(LEAST_ALONE, math.log(share / total / ours[a]))) for share in shares
            ]
            alone[a] = first, within, last
        return Kind(0.0, pairs, alone)

    def losses(self) -> dict[str, list[float]]:
        """Give what readings lose at their places."""
        found = {}
        for manner in MANNERS:
            times = [self.places[manner, place] + 0.5 for place in range(MAX_READINGS)]
            found[manner] = [LESSER * math.log(time / max(times)) for time in times]
        return found


def learn(pairs: Sequence[Pair]) -> Model:
    """Learn the costs, and what readings lose at their places."""
    kinds, losses = guess(), dict.fromkeys(MANNERS, [0.0] * MAX_READINGS)
    for number in range(ROUNDS):
        counts, believed = Counts(), 0
        for pair in pairs:
            choice = choose(pair[:2], kinds, losses)
            if choice and choice.gain >= TRUE:
                counts.add(choice, kinds, pair.weight)
                believed += 1
        kinds, losses = counts.costs(), counts.losses()
        print(f"round {number + 1}: {believed} of {len(pairs)} pairs believed", flush=True)
    return kinds, losses


FEATURES: Final = 4 + len(KINDS)


def features(choice: Choice, kinds: Kinds) -> list[float]:
    """Say of an alignment what tells whether it is of one name."""
    owns = [
        sum(max(kinds[reading.manner * 2].pairs[sound][sound], 0.5) for sound in reading.sounds)
        for reading in (choice.one, choice.other)
    ]
    kind = choice.kind if choice.kind in KINDS else choice.kind[::-1]
    shown = [0.0] * len(KINDS)
    shown[KINDS.index(kind)] = 1.0
    return [1.0, choice.gain / (sum(owns) / 2), choice.gain / 10, min(owns) / 10, *shown]


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve equations by elimination."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(size):
            if k != i:
                share = rows[k][i] / rows[i][i]
                rows[k] = [x - share * y for x, y in zip(rows[k], rows[i], strict=True)]
    return [rows[i][size] / rows[i][i] for i in range(size)]


def regress(true: Sequence[Sequence[float]], false: Sequence[Sequence[float]]) -> list[float]:
    """Find the weights of a logistic regression, as if there were as many true as false ones."""
    weights = [0.0] * FEATURES
    for _ in range(20):
        slope = [0.001 * weight for weight in weights]
        curve = [[0.001 if i == j else 0.0 for j in range(FEATURES)] for i in range(FEATURES)]
        for rows, wanted in ((true, 1.0), (false, 0.0)):
            for row in rows:
                used = [(i, x) for i, x in enumerate(row) if x]
                chance = 1 / (1 + math.exp(-sum(weights[i] * x for i, x in used)))
                lean, bend = (chance - wanted) / len(rows) / 2, chance * (1 - chance) / len(rows) / 2
                for i, x in used:
                    slope[i] += lean * x
                    for j, y in used:
                        curve[i][j] += bend * x * y
        weights = [weight - step for weight, step in zip(weights, solve(curve, slope), strict=True)]
    return weights


def word(text: str) -> Token | None:
    """Give a spelling of one word as such."""
    found = letters.tokens(text)
    return found[0] if len(found) == 1 and letters.read(found[0]) else None


def table(path: Path) -> dict[str, list[Token]]:
    """Read the spellings that a table gives for Latin words."""
    found = defaultdict(list)
    for line in path.read_text("utf-8").splitlines()[1:]:
        latin, other = line.split("\t")
        spelling = word(other)
        if spelling and len(latin) > 1 and word(latin):
            found[latin].append(spelling)
    return found


def groups(path: Path) -> list[list[Token]]:
    """Read the groups of spellings that are of free origin."""
    found: dict[str, dict[Token, None]] = defaultdict(dict)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            spelling = word(row["spelling"]) if row["source"].startswith("Wikidata") else None
            if spelling:
                found[row["group_id"]][spelling] = None
    return [list(spellings) for spellings in found.values()]


def within(spellings: Sequence[Token]) -> list[Pair]:
    """Pair the spellings of a group."""
    pairs = [(a, b) for i, a in enumerate(spellings) for b in spellings[:i]]
    return [Pair(a, b, HEAVY / math.sqrt(len(pairs))) for a, b in pairs]


def strangers(known: Sequence[Sequence[Token]], others: Sequence[Token], model: Model) -> list[list[float]]:
    """Say what tells the words of the groups from words of other names that are like them."""
    rng = random.Random(SEED)  # noqa: S311  # nothing secret
    found = []
    for spellings in known:
        for token in rng.sample(list(spellings), min(2, len(spellings))):
            choices = [choose((token, other), *model) for other in rng.sample(others, MET) if other not in spellings]
            rows = [features(choice, model[0]) for choice in choices if choice]
            found += sorted(rows, key=lambda row: -row[1])[:STRANGERS]
    return found


def row(*cells: object) -> str:
    """Write a row of the table."""
    return "\t".join([f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells]) + "\n"


def written(kinds: Kinds, losses: Mapping[str, Sequence[float]], weights: Sequence[float]) -> str:
    """Write the table."""
    lines = [HEADER.format(loss=costs.LOSS)]
    share, gain, own = weights[1], weights[2] / 10, weights[3] / 10
    lines.append(f"all\tcounts\t{share:.3f}\t{gain:.3f}\t{own:.3f}\n")
    lines += [row(manner, "readings", *losses[manner]) for manner in MANNERS]
    for kind, (_, pairs, alone) in kinds.items():
        known = kind if kind in KINDS else kind[::-1]
        lines.append(f"{kind}\tbias\t{weights[0] + weights[4 + KINDS.index(known)]:.2f}\n")
        for sound in SOUNDS:
            partners = sorted(pairs[sound].items(), key=lambda item: -item[1])
            listed = " ".join([f"{partner}:{gain:.1f}" for partner, gain in partners if gain > costs.LOSS + 0.5])
            lines.append(row(kind, sound, *alone[sound], listed))
    return "".join(lines)


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--arabic", "--chinese", "--groups"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("vault/names/costs.tsv"))
    options = parser.parse_args()
    rng = random.Random(SEED)  # noqa: S311  # nothing secret
    arabic, chinese, known = table(options.arabic), table(options.chinese), groups(options.groups)
    pairs = []
    for listed in (
        [(Token(latin, "Latn"), other) for latin in arabic for other in arabic[latin]],
        [(Token(latin, "Latn"), other) for latin in chinese for other in chinese[latin]],
        [(one, other) for latin in arabic if latin in chinese for one in arabic[latin] for other in chinese[latin]],
    ):
        pairs += [Pair(*tokens, 1.0) for tokens in rng.sample(listed, min(len(listed), PAIRS))]
    kin = [pair for spellings in known for pair in within(spellings)]
    kinds, losses = learn([*pairs, *kin])
    true = [choose(pair[:2], kinds, losses) for pair in kin]
    cyrillic = [token for spellings in known for token in spellings if token.script == "Cyrl"]
    others = [token for pair in rng.sample(pairs, OTHERS) for token in pair[:2]]
    others += rng.choices(cyrillic, k=OTHERS // 2)
    false = strangers(known, others, (kinds, losses))
    weights = regress([features(choice, kinds) for choice in true if choice and choice.gain > 0], false)
    options.out.write_text(written(kinds, losses, weights), "utf-8")
    print(f"{len(kin)} pairs of groups, {len(false)} strangers; weights {[round(weight, 2) for weight in weights]}")


if __name__ == "__main__":
    main()
