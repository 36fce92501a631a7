#!/usr/bin/env python3
# ruff: noqa: INP001, T201
"""Learn how Chinese characters sound in foreign names, and write `vault/names/han.tsv`.

  .venv/bin/python tools/learn_han.py --pairs PAIRS.tsv --unihan FOLDER [--out vault/names/han.tsv] [--aside 0.2]

What it reads

* `--pairs`: a table of two columns, a name's word in Latin letters and the same word in Chinese characters, with a line
  of headings. Ours are the 60 605 pairs that Merhav and Ash mined from Wikidata ("Design Challenges in Named Entity
  Transliteration", COLING 2018), which are in the public domain (CC0).
* `--unihan`: the folder with `Unihan_Readings.txt` and `Unihan_Variants.txt` of the Unicode Character Database, plain
  or with `.bz2` (version 15.0, Unicode License). Only readings and simplified forms are taken from them.

How it learns. Each character of a name stands for nothing up to four neighbouring sounds of `vault.names.sounds`, in
the order of the Latin word; the Latin word may be read by several orthographies. Which sounds belong to which character
is found by expectation maximisation, beginning from the likeness of a group of sounds to the character's Mandarin
reading. A character seen seldom leans on all characters of its syllable, a syllable seen seldom on that likeness. Pairs
whose Chinese is no transcription (a translation, a family name alone, Japanese in its own characters) sound nothing
like the Latin word and are left out. Names with parts that are common among the Turkic peoples and in Islam count more.

With `--aside` that share of the pairs is not learned from, and how often the Latin word is among the readings of the
rest is printed instead of a table being written.
"""

from __future__ import annotations

import argparse
import bz2
import math
import random
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from vault.names import han, latin
from vault.names.sounds import VOWELS

MAX_GROUP: Final = 4
"""Sounds that one character stands for."""
ROUNDS: Final = 6
FAR: Final = 2.0
"""Unlikeness a character from which a pair is taken for no transcription."""
LEAN: Final = 3.0
"""Names' worth of trust in what a character has in common with its syllable, and a syllable with its Mandarin reading."""
LIKENESS: Final = 1.5
"""How sharply the first guess prefers groups like the Mandarin reading."""
NEAR_HOME: Final = 4.0
"""How much more a Turkic or Islamic name counts."""
LEAST: Final = 0.008
MOST: Final = 12
"""The share from which a group of sounds is written down, and how many of a character."""
SELDOM: Final = 3.0
"""Names in which a character must occur to get a row of its own."""

Weights = dict[str, float]

HEADER: Final = """\
# How Chinese characters sound in foreign names. Written by tools/learn_han.py, which says how; do not edit.
#
# Origin and licence
#   The sounds are learned from pairs of Latin and Chinese spellings mined from Wikidata by Yuval Merhav and Stephen Ash
#   (Design Challenges in Named Entity Transliteration, COLING 2018), dedicated to the public domain (CC0 1.0).
#   Mandarin readings and simplified forms come from the Unihan database 15.0 of the Unicode Character Database,
#   Copyright (c) 1991-2022 Unicode, Inc., under the Unicode License (https://www.unicode.org/license.txt): permission
#   to use, copy, modify and distribute is granted, provided that this notice stays with the copies. They were modified:
#   cut to what is needed, tones left out, arranged by syllable.
#
# A row that begins with a character:
#   character, its traditional and variant forms, its Mandarin syllables, names it was seen in,
#   groups of sounds (alphabet: vault/names/sounds.py; - is silence) with their share in a thousand, commonest first.
# A row that begins with a Mandarin syllable (v is u with two dots):
#   syllable, characters that have no row of their own, the syllable's sounds, names it was seen in, groups as above.
"""

# Parts of names that are common in Turkic languages and in Islam, as they are spelled in Latin letters.
_BEGINNING: Final = """
    abd abla abli abul adil ahat ahm aib aid aig ain aisu aiz akhm akbar aldi alim ali$ aly$ alma alti aman amir anwa
    arki arma arsl asan ask ass asyl atam azam azat azim aziz bagh bahr bahtiy bai bakh baky batyr bay beg bek ber bola
    bula bulat burh dani daul daur dil dina din$ dolk dos dzha edil ehm ekre elda emin erb erf erg erk erl erm ers esen
    far fat gaf gal gaz gay gaj ghal ghap gul gül hab had haf haj hakim hal ham has hay hed hek hus ibr ikra ilh ilsh
    ily imam imin irf isk isla ism jah jal jam jap jus kadi kadyr kah kair kak kali kama kara kare kari kas kau kay
    kaz kems ken kerim kham khal khas khus kon kur kyz latif mada mah mal mam man$ mans mar mas mehm mehr mei mem mer
    mihr mir moh mol muh muk mun mur mus nab nad naj nar nas naz nia nig niy niz nur nür olj olzh omar oral oras osma
    parh pat paz pul qad qaj qal qam qas qay qur rab rah rai rakh ram ras rash rav raz res rez riz roz ruk rus sab sad
    saf sag sai sak sal sam sapa sar sat say seit ser sha sher shi shuk sim sul tahir tai tal tas tem til tim tok tol
    tuk tul tur ulu umar umi ura usm usu var vel wal war xal xam yak yal yar yas yer yes yun yus zaf zah zai zak zam
    zar zey zha zhu zia ziy zul zun
""".split()
_END: Final = """
    abad aev aeva ajan aly bai baj bala ban bay beg bek bekov bekova bulak dar din dzhan eev eldi gali geldi gul han
    him illa ish iyev iyeva jan kala kent khan kol kul kuli kyzy lla met mat metov mir murat murad myrza nisa oglu oev
    ollah pasha qan qul qyzy rahman rat sha shah stan sul tai tau tay tegin temir timur tobe ulla ullah uly urad yar
    yev yeva zada zade zhan zoda
""".split()
_NEAR: Final = re.compile(f"(?=({'|'.join(_BEGINNING)})).*({'|'.join(_END)})$|(abd|muham|moham|mahm|nur[a-z]{{3}})")


class Pair(NamedTuple):
    """A word in Latin letters, its possible sounds with their weight, and its characters, simplified."""

    word: str
    sounds: tuple[tuple[str, float], ...]
    characters: str
    weight: float


class Unihan(NamedTuple):
    """Of each character its Mandarin syllables, the usual one first; of each traditional form the simplified one."""

    syllables: dict[str, list[str]]
    simplified: dict[str, str]


# Mandarin


def _without_tone(syllable: str) -> str:
    parts = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(part for part in parts if not unicodedata.combining(part))


def _fields(folder: Path, name: str, wanted: set[str]) -> dict[str, dict[str, str]]:
    plain = folder / f"{name}.txt"
    text = plain.read_text("utf-8") if plain.exists() else bz2.open(f"{plain}.bz2", "rt", encoding="utf-8").read()
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for line in text.splitlines():
        if line.startswith("U+"):
            code, field, value = line.split("\t")
            # The planes beyond the first hold no character of names, and would double the table in memory.
            if field in wanted and len(code) == len("U+4E00"):
                found[chr(int(code[2:], 16))][field] = value
    return found


def read_unihan(folder: Path) -> Unihan:
    """Read Mandarin readings and simplified forms."""
    readings = _fields(folder, "Unihan_Readings", {"kMandarin", "kTGHZ2013", "kXHC1983"})
    syllables: dict[str, list[str]] = {}
    for character, fields in readings.items():
        found = fields.get("kMandarin", "").split()[:1]
        listed = fields.get("kTGHZ2013") or fields.get("kXHC1983") or ""
        for place in listed.split():
            found += place.split(":")[1].split(",")
        plain = [_without_tone(syllable) for syllable in found]
        syllables[character] = [s for s in dict.fromkeys(plain) if re.fullmatch("[a-z]*[aeiouv][a-z]*", s)]
    standard = {character for character, fields in readings.items() if "kTGHZ2013" in fields}
    simplified = {}
    for character, fields in _fields(folder, "Unihan_Variants", {"kSimplifiedVariant"}).items():
        forms = [chr(int(code[2:], 16)) for code in fields["kSimplifiedVariant"].split()]
        forms = [form for form in forms if form in standard and form != character]
        if forms and character not in standard:
            simplified[character] = forms[0]
    return Unihan({c: s for c, s in syllables.items() if s}, simplified)


_INITIALS: Final = {
    "zh": "Z",
    "ch": "C",
    "sh": "S",
    "j": "J",
    "q": "C",
    "x": "S",
    "c": "c",
    "r": "Z",
    "y": "j",
    "w": "w",
}
_FINALS: Final = {
    "ao": "au", "ou": "ou", "iu": "iu", "ui": "ui", "un": "un", "er": "er", "v": "U", "van": "Uen", "vn": "Un",
    "ve": "Ue", "ian": "jen", "iao": "jau", "ie": "je", "ia": "ja", "iang": "jaN", "iong": "juN", "ua": "wa", "uo": "o",
    "uai": "wai", "uan": "wan", "uang": "waN", "ng": "N",
}  # fmt: skip


def mandarin_sounds(syllable: str) -> str:
    """Write a Mandarin syllable in our alphabet of sounds."""
    match = re.match("zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]", syllable)
    initial = match.group() if match else ""
    final = syllable[len(initial) :]
    if initial and initial in "jqxy" and final.startswith("u"):
        final = "v" + final[1:]
    if (initial == "y" and final[:1] in {"i", "v"}) or (initial == "w" and final[:1] == "u"):
        initial = ""
    ending = _FINALS.get(final, final.replace("ng", "N").replace("v", "U"))
    return _INITIALS.get(initial, initial) + ending


# Likeness of sounds

_ALIKE: Final = ("bp", "dt", "gkqGxh", "vfw", "szcSZCJ", "rl", "mnN", "jiI", "wuU", "ZJjr")


def _replacing(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in VOWELS and other in VOWELS:
        return 0.5
    return 0.5 if any(one in group and other in group for group in _ALIKE) else 2.0


@cache
def unlikeness(mandarin: str, sounds: str) -> float:
    """Tell by a weighted edit distance how unlike two strings of sounds are."""
    adding = [0.6 if sound in VOWELS else 1.2 for sound in sounds]
    row = [0.0]
    for cost in adding:
        row.append(row[-1] + cost)
    for sound in mandarin:
        dropping = 0.5 if sound in VOWELS else 1.5
        above, row = row, [row[0] + dropping]
        for place, other in enumerate(sounds):
            row.append(
                min(above[place] + _replacing(sound, other), above[place + 1] + dropping, row[place] + adding[place])
            )
    return row[-1]


# Pairs


def _latin_sounds(word: str) -> tuple[tuple[str, float], ...]:
    """Read a Latin word by every orthography; the common one is thought the likeliest."""
    readings = [re.sub(r"(.)\1+", r"\1", reading) for reading in latin.read(word)]
    distinct = [reading for reading in dict.fromkeys(readings) if reading][:8]
    return tuple((reading, 1.0 if place == 0 else 0.3) for place, reading in enumerate(distinct))


def read_pairs(path: Path, unihan: Unihan) -> list[Pair]:
    """Read the pairs that are transcriptions."""
    pairs = []
    for line in path.read_text("utf-8").splitlines()[1:]:
        word, chinese = line.split("\t")
        characters = "".join(unihan.simplified.get(character, character) for character in chinese)
        if len(characters) > 12 or not all(character in unihan.syllables for character in characters):
            continue
        plain = unicodedata.normalize("NFC", re.sub(r"[^\w]", "", word.casefold()))
        sounds = tuple(s for s in _latin_sounds(plain) if len(s[0]) <= MAX_GROUP * len(characters))
        mandarin = "".join(mandarin_sounds(unihan.syllables[character][0]) for character in characters)
        if sounds and min(unlikeness(mandarin, s) for s, _ in sounds[:4]) < FAR * len(characters):
            pairs.append(Pair(word, sounds, characters, NEAR_HOME if _NEAR.match(plain) else 1.0))
    unlikeness.cache_clear()
    return pairs


# Learning


class Learned(NamedTuple):
    """Shares of groups of sounds by character and by syllable, and in how many names each was seen."""

    characters: dict[str, Weights]
    syllables: dict[str, Weights]
    seen: dict[str, float]


def _first_guess(unihan: Unihan, character: str, group: str) -> float:
    readings = unihan.syllables[character]
    likeness = [math.exp(-LIKENESS * unlikeness(mandarin_sounds(syllable), group)) for syllable in readings]
    return max([likeness[0], *(0.5 * other for other in likeness[1:])]) * (1.0 if group else 0.5)


class _Shares(dict[str, Weights]):
    """The first guess, worked out as it is asked for."""

    def __init__(self, unihan: Unihan) -> None:
        super().__init__()
        self._unihan = unihan

    def __missing__(self, character: str) -> Weights:
        unihan = self._unihan

        class Guess(Weights):
            def __missing__(self, group: str) -> float:
                value = self[group] = _first_guess(unihan, character, group)
                return value

            def get(self, group: str, _: object = None) -> float:  # type: ignore[override]
                return self[group]

        found = self[character] = Guess()
        return found


Step = tuple[int, int, str, float]


def _forward(sounds: str, characters: str, shares: Mapping[str, Weights]) -> tuple[float, list[list[Step]]]:
    """Sum over all ways to share the sounds out among the characters; give the sum and each character's steps."""
    total, last = len(sounds), len(characters) - 1
    reached = {0: 1.0}
    steps: list[list[Step]] = []
    for place, character in enumerate(characters):
        share = shares[character] if character in shares or isinstance(shares, _Shares) else {}
        ahead: dict[int, float] = defaultdict(float)
        found: list[Step] = []
        for start, weight in reached.items():
            lowest = total if place == last else max(start, total - (last - place) * MAX_GROUP)
            for end in range(lowest, min(total, start + MAX_GROUP) + 1):
                group = sounds[start:end]
                value = share.get(group, 0.0)
                if value:
                    ahead[end] += weight * value
                    found.append((start, end, group, value))
        reached = ahead
        steps.append(found)
    return reached.get(total, 0.0), steps


def _count(pair: Pair, shares: Mapping[str, Weights], counts: dict[str, Weights]) -> None:
    """Add what one pair tells of each of its characters."""
    ways = [(sounds, weight, *_forward(sounds, pair.characters, shares)) for sounds, weight in pair.sounds]
    whole = sum(weight * total for _, weight, total, _ in ways)
    if whole <= 0:
        return
    for sounds, weight, total, steps in ways:
        if weight * total < 0.02 * whole:
            continue
        before: list[dict[int, float]] = [{0: 1.0}]
        for found in steps[:-1]:
            ahead: dict[int, float] = defaultdict(float)
            for start, end, _, value in found:
                ahead[end] += before[-1].get(start, 0.0) * value
            before.append(ahead)
        after: dict[int, float] = {len(sounds): 1.0}
        for place in range(len(steps) - 1, -1, -1):
            count = counts[pair.characters[place]]
            behind: dict[int, float] = defaultdict(float)
            for start, end, group, value in steps[place]:
                rest = after.get(end, 0.0) * value
                if rest:
                    behind[start] += rest
                    count[group] = count.get(group, 0.0) + pair.weight * weight / whole * before[place][start] * rest
            after = behind


def _shares(counts: Mapping[str, Weights], unihan: Unihan) -> Learned:
    """Turn counts into shares; what was seen seldom leans on what is like it."""
    by_syllable: dict[str, Weights] = defaultdict(lambda: defaultdict(float))
    for character, count in counts.items():
        for place, syllable in enumerate(unihan.syllables[character]):
            for group, number in count.items():
                by_syllable[syllable][group] += number * (1.0 if place == 0 else 0.3)
    syllables: dict[str, Weights] = {}
    seen = {character: sum(count.values()) for character, count in counts.items()}
    for syllable, count in by_syllable.items():
        mandarin = mandarin_sounds(syllable)
        guess = {group: math.exp(-LIKENESS * unlikeness(mandarin, group)) for group in [*count, mandarin]}
        whole, number = sum(guess.values()), sum(count.values())
        syllables[syllable] = {g: (count.get(g, 0.0) + LEAN * p / whole) / (number + LEAN) for g, p in guess.items()}
        seen[syllable] = number
    characters: dict[str, Weights] = {}
    for character, count in counts.items():
        common, number = syllables[unihan.syllables[character][0]], seen[character]
        shares = {g: (count.get(g, 0.0) + LEAN * p) / (number + LEAN) for g, p in common.items()}
        shares |= {g: n / (number + LEAN) for g, n in count.items() if g not in shares}
        characters[character] = {group: share for group, share in shares.items() if share > 1e-4}
    return Learned(characters, syllables, seen)


def learn(pairs: Sequence[Pair], unihan: Unihan) -> Learned:
    """Find the sounds of each character by expectation maximisation."""
    shares: Mapping[str, Weights] = _Shares(unihan)
    learned = Learned({}, {}, {})
    for round_ in range(ROUNDS):
        counts: dict[str, Weights] = defaultdict(dict)
        for pair in pairs:
            _count(pair, shares, counts)
        learned = _shares(counts, unihan)
        shares = learned.characters
        print(f"round {round_ + 1} of {ROUNDS}", file=sys.stderr, flush=True)
    return learned


# Writing


def _groups(shares: Weights) -> str:
    best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    kept = [(group or "-", round(1000 * share)) for group, share in best if share >= LEAST]
    return " ".join(f"{group}:{share}" for group, share in kept)


def write(learned: Learned, unihan: Unihan) -> str:
    """Write the table: rows of characters, then rows of syllables, both sorted."""
    own = sorted(c for c in learned.characters if learned.seen[c] >= SELDOM)
    forms: dict[str, str] = defaultdict(str)
    for form, character in sorted(unihan.simplified.items()):
        forms[character] += form
    rows = [
        f"{c}\t{forms[c]}\t{' '.join(unihan.syllables[c])}\t{learned.seen[c]:.0f}\t{_groups(learned.characters[c])}"
        for c in own
    ]
    placed = {*own, *"".join(forms[c] for c in own)}
    others: dict[str, str] = defaultdict(str)
    for character, syllables in sorted(unihan.syllables.items()):
        if character not in placed and "\u4e00" <= character <= "\u9fff":
            others[syllables[0]] += character
    for syllable in sorted({*others, *learned.syllables}):
        mandarin = mandarin_sounds(syllable)
        shares = learned.syllables.get(syllable, {mandarin: 1.0})
        seen = learned.seen.get(syllable, 0.0)
        rows.append(f"{syllable}\t{others[syllable]}\t{mandarin}\t{seen:.0f}\t{_groups(shares)}")
    return HEADER + "\n".join(rows) + "\n"


# Judging


def _skeleton(sounds: str) -> str:
    return han.skeleton(sounds)


def judge(pairs: Iterable[Pair], table: str) -> None:
    """Print how often the Latin word sounds like one of the readings of its characters."""
    for name, near in (("Turkic and Islamic", True), ("other", False)):
        chosen = [pair for pair in pairs if (pair.weight > 1) == near]
        first = among = 0
        for pair in chosen:
            readings = [_skeleton(sounds) for sounds, _ in han.Table(table).readings(pair.characters)]
            truth = {_skeleton(sounds) for sounds, _ in pair.sounds[:3]}
            first += readings[:1] != [] and readings[0] in truth
            among += not truth.isdisjoint(readings)
        number = max(1, len(chosen))
        print(f"{name}: {len(chosen)} pairs, first reading {first / number:.3f}, among five {among / number:.3f}")


def main() -> None:
    """Learn, then write or judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--unihan", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("vault/names/han.tsv"))
    parser.add_argument("--aside", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    unihan = read_unihan(arguments.unihan)
    pairs = read_pairs(arguments.pairs, unihan)
    random.Random(arguments.seed).shuffle(pairs)
    aside = int(arguments.aside * len(pairs))
    print(f"{len(pairs)} pairs, {aside} of them aside", file=sys.stderr)
    table = write(learn(pairs[aside:], unihan), unihan)
    if aside:
        judge(pairs[:aside], table)
    else:
        arguments.out.write_text(table, "utf-8")


if __name__ == "__main__":
    main()
