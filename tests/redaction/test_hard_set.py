"""The hard set: invented sentences in four languages and their scripts, scored by category and by language.

`hard.jsonl` holds one sentence a line, after a first line that says what the file is: `id`, `category`, `lang`,
`level`, the `protected` values, the `text`, and spans of characters: `must` has to go, `free` may (a case ending),
`keep` has to stay (a near-name). Levels: `core` plain forms and near-names, `ling` inflected and spelt otherwise,
`hard` hidden, `policy` another script's official name, which nobody is asked to find.
"""

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from vault.matching import MASK, Matcher, redact_text

_SET = Path(__file__).with_name("hard.jsonl")
LANGUAGES = {"kk-cyrl", "kk-latn", "kk-arab", "ru", "ug-arab", "ug-latn", "zh", "en"}


class Case(NamedTuple):
    """One sentence."""

    id: str
    category: str
    lang: str
    level: str
    protected: list[str]
    text: str
    must: list[list[int]]
    free: list[list[int]]
    keep: list[list[int]]
    note: str


class Figures:
    """How much of what was asked for came about, by any key."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.done: Counter[str] = Counter()

    def count(self, *keys: str, done: bool) -> None:
        for key in keys:
            self.asked[key] += 1
            self.done[key] += done

    def share(self, key: str) -> float:
        return self.done[key] / self.asked[key]

    def __str__(self) -> str:
        return "\n".join(f"{k:24}{self.done[k]:5} of{n:5} {self.share(k):8.1%}" for k, n in sorted(self.asked.items()))


def _lines() -> list[Case]:
    return [Case(**json.loads(line)) for line in _SET.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [case for case in _lines() if case.level in {"core", "ling", "hard"}]


@pytest.fixture(scope="module")
def figures(cases: list[Case]) -> Figures:
    """Run every sentence; what is masked is what a span covers."""
    found = Figures()
    for case in cases:
        hidden = bytearray(len(case.text))
        for start, end, _ in Matcher(case.protected).spans(case.text):
            hidden[start:end] = b"\1" * (end - start)
        for start, end in case.must:
            gone = all(hidden[at] for at in range(start, end) if case.text[at].isalnum())
            found.count(f"masked {case.level}", f"masked {case.lang}", f"masked {case.category}", done=gone)
        for start, end in case.keep:
            found.count(
                "kept near-names", f"kept {case.lang}", f"kept {case.category}", done=not any(hidden[start:end])
            )
        spoken_of = bytearray(len(case.text))
        for start, end in case.must + case.free:
            spoken_of[start:end] = b"\1" * (end - start)
        place = 0
        for word in case.text.split():
            place = case.text.index(word, place)
            if not any(spoken_of[place : place + len(word)]):
                found.count("kept other words", done=not any(hidden[place : place + len(word)]))
            place += len(word)
    print(f"\n{found}")
    return found


def test_the_set_is_what_it_says(cases: list[Case]) -> None:
    assert _lines()[0].level == "about"
    assert len({case.id for case in _lines()}) == len(_lines())
    assert sum(bool(case.must) for case in cases) >= 400
    assert sum(bool(case.keep) for case in cases) >= 120
    assert {case.lang for case in cases} >= LANGUAGES
    for case in cases:
        for start, end in case.must + case.free + case.keep:
            assert 0 <= start < end <= len(case.text), case.id
        assert case.must or case.keep, case.id


def test_plain_forms_are_all_masked(figures: Figures) -> None:
    assert figures.share("masked core") == 1


@pytest.mark.parametrize("level", ["ling", "hard"])
def test_other_forms_are_nearly_all_masked(figures: Figures, level: str) -> None:
    assert figures.share(f"masked {level}") >= 0.95


def test_no_language_is_left_behind(figures: Figures) -> None:
    shares = {key: figures.share(key) for key in figures.asked if key.removeprefix("masked ") in LANGUAGES}
    assert min(shares.values()) >= 0.95, shares


def test_near_names_and_other_words_are_kept(figures: Figures) -> None:
    assert figures.share("kept near-names") >= 0.97
    assert figures.share("kept other words") >= 0.97


def test_masks_are_all_alike(cases: list[Case]) -> None:
    for case in cases[:200]:
        out = redact_text(case.text, case.protected)
        assert "▇" not in out.replace(MASK, ""), case.id
        assert MASK + MASK not in out, case.id


def test_what_is_masked_is_what_spans_cover(cases: list[Case]) -> None:
    """A disclosure takes the spans, everybody else the text: they are of one search, and a second one finds nothing."""
    for case in cases:
        matcher = Matcher(case.protected)
        spans = matcher.spans(case.text)
        expected = case.text
        for start, end, _ in reversed(spans):
            expected = expected[:start] + MASK + expected[end:]
        out = matcher.redact(case.text)
        assert out == expected, case.id
        assert matcher.redact(out) == out, case.id
