"""How well a name answers a query.

Part of the ground. What it remembers between calls, bounded tables of words and names, `forget` empties.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from vault.names import keys, letters, texts
from vault.names.letters import Token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIMILAR: Final = 0.5
"""Likeness from which a name is shown as similar."""

_CACHE: Final = 1 << 16
_PARTIAL: Final = 0.99


class Sound(NamedTuple):
    """A word as it is compared: its letters, and of its readings three forms."""

    text: str
    folded: tuple[str, ...]
    fine: tuple[str, ...]
    coarse: tuple[str, ...]


class _Name(NamedTuple):
    words: tuple[str, ...]
    tokens: tuple[Token, ...]


_SOUNDS: dict[Token, Sound] = {}
_NAMES: dict[str, _Name] = {}


def _sound(token: Token) -> Sound:
    found = _SOUNDS.get(token)
    if found is None:
        if len(_SOUNDS) >= _CACHE:
            _SOUNDS.clear()
        readings = [reading.sounds for reading in letters.read(token)]
        forms = [tuple(dict.fromkeys(map(form, readings))) for form in (keys.folded, keys.fine, keys.coarse)]
        found = _SOUNDS[token] = Sound(token.text, *forms)
    return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(sorted([word for word, _, _ in texts.words(text[: letters.MAX_TEXT])]))


def _name(name: str) -> _Name:
    found = _NAMES.get(name)
    if found is None:
        if len(_NAMES) >= _CACHE:
            _NAMES.clear()
        found = _Name(_words(name), tuple(letters.tokens(name)))
        if len(name) <= letters.MAX_LETTERS:
            _NAMES[name] = found
    return found


@cache
def _distance() -> Callable[[str, str], float]:
    """Import the one distance when the first names are ranked: most commands never do."""
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415

    return Levenshtein.normalized_similarity


def _likeness(asked: Sound, word: Sound) -> float:
    """Compare two words by their sounds: below 1."""
    if asked.text == word.text:
        return 1.0
    close = _distance()
    likeness = 0.0
    for ours, theirs, share in (
        (asked.folded, word.folded, 0.4),
        (asked.fine, word.fine, 0.35),
        (asked.coarse, word.coarse, 0.25),
    ):
        likeness += share * max([close(a, b) for a in ours for b in theirs], default=0.0)
    if len(asked.text) > 1 and word.text.startswith(asked.text):
        likeness = max(likeness, 0.8)
    return _PARTIAL * likeness


class Asked:
    """A query made ready to be compared with many names.

    Args:
        text: What is looked for; its first 16 words count.

    Secrets:
        Holds the query and what it was compared with.
    """

    __slots__ = ("_memo", "_text", "_tokens", "_words")

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = _words(text)
        self._tokens = tuple(letters.tokens(text))
        self._memo: dict[Token, list[float]] = {}

    def __repr__(self) -> str:
        """Tell nothing of the query."""
        return "Asked(…)"

    @property
    def keys(self) -> set[str]:
        """Give the keys under which to look, as `query_keys` does."""
        return keys.query_keys(self._text)

    def _row(self, token: Token) -> list[float]:
        """Compare a word of a name with every word of the query."""
        row = self._memo.get(token)
        if row is None:
            if len(self._memo) >= _CACHE:
                self._memo.clear()
            word = _sound(token)
            row = self._memo[token] = [_likeness(_sound(asked), word) for asked in self._tokens]
        return row

    def similarity(self, name: str) -> float:
        """Tell how well a name answers, as `similarity` does."""
        has = _name(name)
        if not self._words or not has.words:
            return 0.0
        if has.words == self._words:
            return 1.0
        return min(_PARTIAL, self._aligned([self._row(token) for token in has.tokens]))

    def _aligned(self, rows: Sequence[Sequence[float]]) -> float:
        count, others = len(self._tokens), len(rows)
        if not count or not others:
            return 0.0
        if count == others == 1:
            return rows[0][0]
        if count == others == 2:
            return max(rows[0][0] + rows[1][1], rows[0][1] + rows[1][0]) / 2
        total = 0.0
        taken_asked: set[int] = set()
        taken_name: set[int] = set()
        pairs = sorted(((score, i, j) for j, row in enumerate(rows) for i, score in enumerate(row)), reverse=True)
        for score, i, j in pairs:
            if i not in taken_asked and j not in taken_name:
                taken_asked.add(i)
                taken_name.add(j)
                total += score
        return total / count * (0.9 + 0.1 * count / max(count, others))

    def explain(self, name: str) -> list[str]:
        """Say why a name answers, as `explain` does."""
        lines = []
        for asked in self._tokens:
            best = max(((_likeness(_sound(asked), _sound(word)), word) for word in _name(name).tokens), default=None)
            if best is None:
                continue
            likeness, word = best
            if likeness >= 1.0:
                lines.append(f"{asked.text} is the same word")
            elif word.text.startswith(asked.text):
                lines.append(f"{word.text} begins with {asked.text}")
            elif likeness > SIMILAR:
                lines.append(f"{asked.text} is like {word.text}")
        return lines


_LAST: list[Asked] = []


def _asked(text: str) -> Asked:
    """Give the query made ready; the last one is kept."""
    if not _LAST or _LAST[0]._text != text:  # noqa: SLF001
        _LAST[:] = [Asked(text)]
    return _LAST[0]


def similarity(query: str, name: str) -> float:
    """Tell how well a name answers a query, whatever the script, the spelling and the order of the words.

    Args:
        query: What is looked for; its first 16 words count.
        name: A name; its first 16 words count.

    Returns:
        From 0.0 to 1.0; 1.0 exactly if both have the same words.
    """
    return _asked(query).similarity(name)


def explain(query: str, name: str) -> list[str]:
    """Say in a person's words why a name answers a query.

    Args:
        query: What was looked for.
        name: The name that was found.

    Returns:
        One line for each word of the query that has a partner in the name.

    Secrets:
        Quotes both.
    """
    return _asked(query).explain(name)


def variants(name: str, script: str) -> list[str]:
    """Give other spellings of a name.

    Args:
        name: A name.
        script: ISO 15924 code of the script wanted: Cyrl, Arab, Latn, Hani.

    Returns:
        At present none but its plain form, where the name is written in that script already.
    """
    tokens = letters.tokens(name)
    if not tokens or any(token.script != script for token in tokens):
        return []
    return [" ".join([token.text for token in tokens])]


def forget() -> None:
    """Drop the words and names remembered."""
    _SOUNDS.clear()
    _NAMES.clear()
    _LAST.clear()
