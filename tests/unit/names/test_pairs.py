"""One name under two spellings, rule by rule, in tables a linguist can read and mend: the TOML files of pairs/.

Common given names and places, and invented combinations of them: no row is about a person. A failure prints the rule,
the two spellings, why they are one name, their keys and how alike they were found.
"""

import random
import tomllib
from pathlib import Path
from typing import NamedTuple

TABLES = Path(__file__).parent / "pairs"
ENOUGH = 300  # pairs that must pass
CROWD = 300  # names of other people among which a name must come first …
PLACES = 10  # … or nearly so

# What the search promises, and the rules of the tables that show it.
PROMISES = {
    "case, width, stress marks, joiners, format characters and look-alikes do not count": {
        "case",
        "width",
        "stress-marks",
        "joiners",
        "look-alikes",
    },
    "Cyrillic with the letters of Kazakh, Uyghur, Kyrgyz, Tatar, Uzbek and Russian": {
        "kazakh-cyrillic",
        "kazakh-in-russian",
        "uyghur-cyrillic",
        "kyrgyz-cyrillic",
        "tatar-cyrillic",
        "uzbek-cyrillic",
        "russian-cyrillic",
        "cyrillic-digraphs",
    },
    "the Arabic script as Kazakh, Uyghur, Persian and Arabic write it": {
        "kazakh-arabic",
        "high-hamza",
        "uyghur-arabic",
        "persian-letters",
        "arabic-letters",
        "no-short-vowels",
        "article",
    },
    "Latin with the digraphs of English, German, French, Turkish, and the alphabets of Kazakh, Uyghur and Uzbek": {
        "english-digraphs",
        "german-digraphs",
        "french-digraphs",
        "turkish-letters",
        "kazakh-latin-2017",
        "kazakh-latin-2018",
        "kazakh-latin-2021",
        "uyghur-latin",
        "uyghur-new-script",
        "uzbek-latin",
        "scholars-latin",
    },
    "an ambiguous letter has several readings": {
        "latin-x",
        "latin-q",
        "latin-c",
        "latin-w",
        "latin-j",
        "latin-ch",
        "arabic-ayn",
        "arabic-waw",
    },
    "Chinese characters and pinyin, traditional and simplified": {
        "han-kazakh",
        "han-uyghur",
        "han-russian",
        "han-er",
        "han-he",
        "han-fallback",
        "han-places",
        "mandarin-names",
        "traditional",
        "pinyin-joined",
        "pinyin-spaced",
        "pinyin-tones",
    },
    "endings of patronymics and family names are also read without": {
        "ending-ov",
        "ending-eva",
        "ending-uly",
        "ending-qyzy",
        "ending-ovich",
        "ending-han",
        "ending-arabic",
    },
    "coarse keys: l is r, s is c, h is k, a weak h is dropped, a vowel at the start is marked": {
        "l-is-r",
        "s-is-c",
        "h-is-k",
        "weak-h",
        "vowel-start",
    },
    "words in any order, joined or split, or some of them": {"order", "joined-or-split", "part-of-a-name"},
    "common names": {"muhammad", "common-names"},
}


class Pair(NamedTuple):
    """A row of a rule: a spelling asked, the spelling that must be found, and the reason in words."""

    rule: str
    asked: str
    name: str
    why: str


def _tables():
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(TABLES.glob("*.toml"))}


TABLE = _tables()
SAYS = {rule["rule"]: rule["says"] for table in TABLE.values() for rule in table.get("rule", ())}
PAIRS = [
    Pair(rule["rule"], *row) for table in TABLE.values() for rule in table.get("rule", ()) for row in rule["pairs"]
]
DIFFERENT = TABLE["different"]["different"]
MISSES = {(asked, name): why for asked, name, why in TABLE["known_misses"]["known_misses"]}


def _kin():
    """Group the names of the tables that are one name by some chain of rows: they are no crowd for one another."""
    head = {}

    def find(name):
        while head.setdefault(name, name) != name:
            name = head[name]
        return name

    rows = [(pair.asked, pair.name) for pair in PAIRS] + [(asked, own) for asked, _, own, _ in DIFFERENT]
    forms = [name for pair in PAIRS if pair.rule == "muhammad" for name in (pair.asked, pair.name)]
    for asked, name in [*rows, *((forms[0], form) for form in forms)]:
        head[find(asked)] = find(name)
    return {name: find(name) for name in list(head)}


KIN = _kin()
OTHERS = random.Random(5).sample(sorted({pair.name for pair in PAIRS}), CROWD)


def test_every_promise_is_shown_by_a_pair_and_every_rule_keeps_a_promise():
    promised = [rule for rules in PROMISES.values() for rule in rules]
    assert sorted(promised) == sorted(SAYS)
    assert {pair.rule for pair in PAIRS} == set(SAYS)


def test_every_row_has_a_reason_and_stands_once():
    assert all(pair.why.strip() and pair.asked.strip() and pair.name.strip() for pair in PAIRS)
    assert all(why.strip() for *_, why in DIFFERENT)
    rows = [(pair.asked, pair.name) for pair in PAIRS]
    assert len(set(rows)) == len(rows)
    assert len({(asked, other) for asked, other, *_ in DIFFERENT}) == len(DIFFERENT) >= 60
    assert set(MISSES) <= set(rows)
