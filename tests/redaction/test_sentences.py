"""Sentences in all scripts: what has to go goes, what has to stay stays.  All data is invented."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from vault.matching import MASK, Matcher

_SENTENCES = Path(__file__).with_name("sentences.txt")
_MARKED = re.compile("⟦(.*?)⟧", re.DOTALL)


@dataclass(frozen=True)
class Sentence:
    """One sentence of the file."""

    values: tuple[str, ...]
    text: str
    gone: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.values[0]}: {self.text[:40]}"


def _sentences() -> list[Sentence]:
    found: list[Sentence] = []
    values: tuple[str, ...] = ()
    blocks = re.split(r"\n(?=[=+\-#\n])", _SENTENCES.read_text(encoding="utf-8"))
    for block in blocks:
        sign, _, rest = block.strip("\n").partition(" ")
        if sign == "=":
            values = tuple(value.strip() for value in rest.split(" | "))
        elif sign in {"+", "-"}:
            found.append(Sentence(values, _MARKED.sub(r"\1", rest), tuple(_MARKED.findall(rest))))
    return found


SENTENCES = _sentences()


@pytest.mark.parametrize("sentence", [s for s in SENTENCES if s.gone], ids=str)
def test_goes(sentence: Sentence) -> None:
    """Of each marked place no letter is left, and the rest of the sentence stands."""
    out = Matcher(sentence.values).redact(sentence.text)
    expected = sentence.text
    for gone in sentence.gone:
        expected = expected.replace(gone, MASK, 1)
    # Masks that only a space parts are one: how many words a name has is not told.
    assert _plain(out) == _plain(expected)


@pytest.mark.parametrize("sentence", [s for s in SENTENCES if not s.gone], ids=str)
def test_stays(sentence: Sentence) -> None:
    """A near-name is left alone."""
    assert Matcher(sentence.values).redact(sentence.text) == sentence.text


def _plain(text: str) -> str:
    return re.sub(rf"{MASK}([\s.·-]*{MASK})+", MASK, text)
