"""The finder: values prepared once, then looked for in any number of texts in time linear in their length.

Purpose: `Matcher`, and the two functions for single use.  Floor: ground.
It refuses to weigh probabilities: a word is a form of a withheld name by the tables, or it stays.

How a text is read: each view of it (``views``) is cut into words; a word is looked up by each of its beginnings
(``suffixes``) in one dictionary.  A *strong* word is masked wherever it stands.  A *weak* one (a street, a common
word, a name that a kept value has too) only beside another word of the same value.

Source: docs/format.md §Known values.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vault.matching import dates, lexicon, numbers
from vault.matching.letters import APOSTROPHES, HAN, SIMPLIFIED, fold, script_of, skeletons
from vault.matching.suffixes import LONGEST, fits, stems
from vault.matching.views import View, views

MASK: Final = "▇▇▇▇▇▇"
WORDS_REMEMBERED: Final = 200_000
SHORT: Final = 3  # sounds; so short a name needs a capital
PHRASE_AT_MOST: Final = 8  # words
JOINED_FROM: Final = 6  # sounds of a run-together name

_LETTER = r"[^\W\d_]"
_NOT_HAN = rf"(?:(?![{HAN}]){_LETTER})"
_WORD = re.compile(rf"{_LETTER}+(?:[{APOSTROPHES}]{_LETTER}+)*|[0-9]+")
_WORD_NOT_HAN = re.compile(rf"{_NOT_HAN}+(?:[{APOSTROPHES}]{_NOT_HAN}+)*|[0-9]+")
_HAN = re.compile(f"[{HAN}]")
_HAN_RUN = re.compile(rf"[{HAN}](?:[\s·•・‧∙]{{0,2}}[{HAN}])*")
_GAP = re.compile(r"[^\w\";|]{0,4}")
_PARAGRAPH = re.compile(r"\n\s*\n")
_HUMP = re.compile(r"(?<=[^\W\d_A-ZА-ЯҒҚҢӨҰҮІӘҺЁ])(?=[A-ZА-ЯҒҚҢӨҰҮІӘҺЁ])")
_HYPHENATED = re.compile(rf"{_LETTER}+(?:[-‐‑](?:[ \t]*\r?\n[ \t]*)?{_LETTER}+)+")
_SPACED_OUT = re.compile(rf"(?<![^\W_]){_LETTER}(?:[ .·*_-]{_LETTER}(?![^\W_])){{2,}}")
_INITIALS_BEFORE = re.compile(rf"(?<![^\W_])(?:{_LETTER}\.[-‐–]?[\s_]{{0,2}}){{1,3}}$|(?<![^\W_]){_LETTER}[\s_]$")
_INITIALS_AFTER = re.compile(rf",?[\s_](?:{_LETTER}\.[\s-]?){{1,3}}|,?[\s_]{_LETTER}(?![^\W_])")
_NAME_BEFORE = re.compile(rf"({_LETTER}+)[\s.]{{1,2}}$")
_ATTACHED_BEFORE = re.compile(r"[^\W\d_]{1,4}$")
_ATTACHED_AFTER = re.compile(r"[^\W\d_]{1,4}(?![^\W_])")
_JOINS = re.compile(r"[\s.'’·‧•_-]{0,3}")


@dataclass(frozen=True, slots=True)
class Protected:
    """A value to be found.

    Args:
        text: the value as the record has it.
        kind: ``name``, ``phone``, ``id``, ``date``, ``place`` or ``text`` (told by its look).
        strict: also mask words that are names only now and then, with no condition (level ``never``).

    Secrets: ``text``.
    """

    text: str = field(repr=False)
    kind: str = "text"
    strict: bool = False


class Span(NamedTuple):
    """A place in a text that names a value.

    Args:
        start: offset of its first character.
        end: offset behind its last.
        index: which of the protected values.
    """

    start: int
    end: int
    index: int


class _Hit(NamedTuple):
    """One word of a text read as a form of one word of a value."""

    token: int
    strong: bool
    shared: bool


class _Found(NamedTuple):
    """One word of a text with all its readings."""

    start: int
    end: int
    hits: tuple[_Hit, ...]


@dataclass(slots=True)
class _Token:
    """One word of one or more values."""

    sounds: str
    index: int  # the first value that has it
    strong: bool = False  # identifies by itself in one value at least
    common: bool = True  # a word that is a name only now and then, in every value that has it
    strict: bool = False
    initials: str = ""  # what its neighbours in the values begin with


class _Words:
    """The dictionary of words of values, by the beginnings a text may write."""

    def __init__(self) -> None:
        self.tokens: list[_Token] = []
        self.by_key: dict[str, int] = {}
        self.stems: dict[str, list[tuple[str, int]]] = {}
        self.pairs: set[tuple[int, int]] = set()
        self.phrases: dict[tuple[int, ...], int] = {}
        self.joined: dict[str, int] = {}

    def add(self, index: int, value: "_Value", *, strict: bool) -> None:
        """Take in the words of one value."""
        ids: list[int] = []
        for part in value.parts:
            token = self._token(part, index)
            if token is None:
                continue
            known = self.tokens[token]
            known.strong |= part.strong
            known.common &= part.common
            known.strict |= strict
            known.initials += value.initials
            if token not in ids:
                ids.append(token)
        if not ids:
            return
        told = [self.tokens[i] for i in ids]
        if not any(part.strong for part in value.parts):
            if len(ids) == 1:
                told[0].strong = True
            else:
                self.phrases.setdefault(tuple(ids), index)
        self._pair(ids)
        names = [t.sounds for t, part in zip(told, value.parts, strict=False) if part.strong]
        for first, second in zip(names, names[1:], strict=False):
            for run in (first + second, second + first):
                if len(run) >= JOINED_FROM:
                    self.joined.setdefault(run, index)

    def _token(self, part: "_Part", index: int) -> int | None:
        """Give the number of a word, taking it in when it is new."""
        if part.word.isdigit():
            key = part.word
            ways = [(key, "whole")]
        else:
            ways = [(stem.sounds, stem.way) for stem in stems(part.word)]
            if not ways:
                return None
            key = ways[0][0]
        token = self.by_key.setdefault(key, len(self.tokens))
        if token == len(self.tokens):
            self.tokens.append(_Token(key, index))
        for sounds, way in ways:
            known = self.stems.setdefault(sounds, [])
            if (way, token) not in known:
                known.append((way, token))
        return token

    def _pair(self, ids: list[int]) -> None:
        """Note which words stand in one value."""
        for at, first in enumerate(ids[:PHRASE_AT_MOST]):
            for second in ids[at + 1 : PHRASE_AT_MOST]:
                self.pairs.add((first, second) if first < second else (second, first))

    def paired(self, first: int, second: int) -> bool:
        """Tell whether two words stand in one value."""
        return ((first, second) if first < second else (second, first)) in self.pairs

    def readings(self, sounds: str, script: str) -> Iterator[tuple[int, str, str, str]]:
        """Give the tokens a word of a text may be a form of: token, stem, way, rest."""
        for cut in range(len(sounds), max(1, len(sounds) - LONGEST) - 1, -1):
            stem = sounds[:cut]
            for way, token in self.stems.get(stem, ()):
                rest = sounds[cut:]
                if fits(stem, way, rest, script):
                    yield token, stem, way, rest


class _Part(NamedTuple):
    """One word of a value and how far it identifies."""

    word: str
    strong: bool
    common: bool


class _Value(NamedTuple):
    """A value taken apart."""

    parts: list[_Part]
    initials: str
    han: list[str]
    streams: set[str]
    phones: set[str]
    dates: list[dates.Date]


class Matcher:
    """Values prepared for being found in texts.

    Args:
        protected: what is withheld; plain strings are of kind ``text``; empty ones are passed over.
        kept: what the same disclosure shows; a word that both have counts only beside one of the withheld value's own.

    Secrets: holds the values; nothing of them is in ``repr``.

    Source: docs/format.md §Known values.
    """

    def __init__(self, protected: Sequence[str | Protected], kept: Sequence[str | Protected] = ()) -> None:
        """Prepare the values; the work is some tens of microseconds a value."""
        self._words = _Words()
        self._kept = _Words()
        self._kept_pairs: set[tuple[str, str]] = set()
        self._han: dict[str, int] = {}
        self._han_lengths: dict[str, list[int]] = {}
        self._han_kept: list[str] = []
        self._streams: dict[str, int] = {}
        self._phones: dict[str, int] = {}
        self._dates: dict[dates.Date, int] = {}
        self._memory: dict[str, tuple[_Hit, ...]] = {}
        kept_streams: set[str] = set()
        kept_dates: set[dates.Date] = set()
        for index, value in enumerate(map(_protected, kept)):
            parts = _take_apart(value)
            self._kept.add(index, parts, strict=False)
            self._han_kept += parts.han
            kept_streams |= parts.streams | parts.phones
            kept_dates.update(parts.dates)
        for first, second in self._kept.pairs:
            a, b = self._kept.tokens[first].sounds, self._kept.tokens[second].sounds
            self._kept_pairs |= {(a, b), (b, a)}
        for index, value in enumerate(map(_protected, protected)):
            parts = _take_apart(value)
            self._words.add(index, parts, strict=value.strict)
            for name in parts.han:
                self._add_han(name, index)
            for stream in parts.streams - kept_streams:
                self._streams.setdefault(stream, index)
            for stream in parts.phones - kept_streams:
                self._phones.setdefault(stream, index)
            for date in parts.dates:
                if date not in kept_dates:
                    self._add_date(date, index)

    def __repr__(self) -> str:
        """Say how much is prepared, and nothing of it."""
        return f"<Matcher of {len(self._words.tokens)} words>"

    def _add_han(self, name: str, index: int) -> None:
        if name in self._han:
            return
        self._han[name] = index
        lengths = self._han_lengths.setdefault(name[:2], [])
        if len(name) not in lengths:
            lengths.append(len(name))
            lengths.sort(reverse=True)

    def _add_date(self, date: dates.Date, index: int) -> None:
        self._dates.setdefault(date, index)
        if date.day:
            self._dates.setdefault(dates.Date(None, date.month, date.day), index)

    # ------------------------------------------------------------------------------------------- public
    def spans(self, text: str) -> list[Span]:
        """Find where a text names a protected value.

        Args:
            text: any text, of any length; the work is linear in it.

        Returns:
            Spans in order, none overlapping another.

        Source: docs/format.md §Known values.
        """
        found: list[Span] = []
        for view in views(text):
            for span in self._in_view(view):
                start, end = view.source_span(span.start, span.end)
                found.append(Span(start, end, span.index))
        return _merged(text, found)

    def redact(self, text: str, mask: str = MASK) -> str:
        """Put a mask in place of every protected value.

        Args:
            text: any text, of any length.
            mask: what to put; always the same, so that it tells no length.

        Returns:
            The text without the values.

        Source: docs/format.md §Known values.
        """
        out: list[str] = []
        done = 0
        for span in self.spans(text):
            out += (text[done : span.start], mask)
            done = span.end
        out.append(text[done:])
        return "".join(out)

    # ------------------------------------------------------------------------------------------ one view
    def _in_view(self, view: View) -> Iterator[Span]:
        text = view.text
        if self._words.tokens:
            yield from self._in_words(text)
            yield from self._in_broken_words(text)
        if self._han and _HAN.search(text):
            yield from self._in_han(text)
        if self._streams or self._phones:
            yield from self._in_numbers(text)
        if self._dates:
            for start, end, said in dates.find_dates(text):
                for date in said:
                    index = self._dates.get(date, self._dates.get(dates.Date(date.year, date.month, None)))
                    if index is not None and (date.year or date.day):
                        yield Span(start, end, index)
                        break

    def _in_words(self, text: str) -> Iterator[Span]:
        """Look up every word, then judge each run of adjoining ones."""
        run: list[_Found] = []
        coded = numbers.coded_tokens(text)
        passed = 0
        memory = self._memory
        for match in (_WORD_NOT_HAN if _HAN.search(text) else _WORD).finditer(text):
            word = match.group()
            hits = memory.get(word)
            if hits is None:
                hits = self._look_up(word)
                if len(memory) < WORDS_REMEMBERED:
                    memory[word] = hits
            if not hits:
                if not word.islower() and not word.isupper() and _HUMP.search(word):
                    yield from self._in_humps(text, match)
                continue
            start, end = match.span()
            while passed < len(coded) and coded[passed][1] <= start:
                passed += 1
            if passed < len(coded) and coded[passed][0] <= start:
                continue
            if run and not self._adjoin(text, run[-1].end, start):
                yield from self._judge(text, run)
                run = []
            run.append(_Found(start, end, hits))
        yield from self._judge(text, run)

    def _in_humps(self, text: str, match: "re.Match[str]") -> Iterator[Span]:
        """Look up the parts of a word with capitals inside."""
        start = match.start()
        run = []
        for part in _HUMP.split(match.group()):
            hits = self._look_up(part)
            if hits:
                run.append(_Found(start, start + len(part), hits))
            start += len(part)
        yield from self._judge(text, run)

    @staticmethod
    def _adjoin(text: str, end: int, start: int) -> bool:
        """Tell whether nothing but a little punctuation lies between two words."""
        if not _GAP.fullmatch(text, end, start):
            return False
        return not _PARAGRAPH.search(text, end, start)

    def _look_up(self, word: str) -> tuple[_Hit, ...]:
        """Give the readings of one word of a text."""
        words = self._words
        if word[0].isdigit():
            return tuple(
                _Hit(token, words.tokens[token].strong and word not in self._kept.stems, word in self._kept.stems)
                for _, token in words.stems.get(word, ())
            )
        folded = fold(word)
        script = script_of(folded)
        best: dict[int, _Hit] = {}
        for sounds in skeletons(word):
            kept = max((len(stem) for _, stem, _, _ in self._kept.readings(sounds, script)), default=0)
            for token, stem, _, rest in words.readings(sounds, script):
                shared = kept >= len(stem)
                strong = not shared and self._strong(words.tokens[token], word, stem, rest, script)
                if token not in best or (strong and not best[token].strong):
                    best[token] = _Hit(token, strong, shared)
            if not best and len(sounds) >= JOINED_FROM and sounds in words.joined and not kept:
                first = words.joined[sounds]
                token = next((i for i, t in enumerate(words.tokens) if t.index == first), 0)
                best[token] = _Hit(token, strong=True, shared=False)
        return tuple(best.values())

    @staticmethod
    def _strong(token: _Token, word: str, stem: str, rest: str, script: str) -> bool:
        """Tell whether a form of a name identifies by itself."""
        if not token.strong:
            return False
        if token.strict:
            return True
        if script in {"latin", "cyrillic"}:
            if word[0].isupper():
                return len(stem) > 2 or not rest
            if token.common or len(stem) <= SHORT:
                return False
            if script == "latin" and rest:
                return len(stem) > SHORT + 1
            return True
        if token.common or len(stem) < SHORT:
            return False
        return len(stem) > SHORT or len(rest) != 1

    # --------------------------------------------------------------------------------------------- runs
    def _judge(self, text: str, run: list[_Found]) -> Iterator[Span]:
        """Decide which words of a run of adjoining ones are masked."""
        if not run:
            return
        chosen: list[int | None] = [next((h.token for h in f.hits if h.strong), None) for f in run]
        for order in (range(1, len(run)), range(len(run) - 2, -1, -1)):
            step = order.step
            for at in order:
                neighbour = chosen[at - step]
                if chosen[at] is None and neighbour is not None:
                    chosen[at] = next((h.token for h in run[at].hits if self._words.paired(h.token, neighbour)), None)
        for at in range(len(run) - 1):
            if chosen[at] is None and chosen[at + 1] is None:
                self._shared_pair(run, at, chosen)
        self._phrases(run, chosen)
        yield from self._spans_of(text, run, chosen)

    def _shared_pair(self, run: list[_Found], at: int, chosen: list[int | None]) -> None:
        """Two words that kept values have too, but no kept value both, and a withheld value both."""
        words = self._words
        for one in run[at].hits:
            for two in run[at + 1].hits:
                if not (one.shared and two.shared and words.paired(one.token, two.token)):
                    continue
                if not (words.tokens[one.token].strong and words.tokens[two.token].strong):
                    continue
                if (words.tokens[one.token].sounds, words.tokens[two.token].sounds) not in self._kept_pairs:
                    chosen[at], chosen[at + 1] = one.token, two.token
                    return

    def _phrases(self, run: list[_Found], chosen: list[int | None]) -> None:
        """Find the values none of whose words identifies by itself."""
        if not self._words.phrases:
            return
        tokens = [found.hits[0].token for found in run]
        for start in range(len(run)):
            for end in range(min(len(run), start + PHRASE_AT_MOST), start + 1, -1):
                if tuple(tokens[start:end]) in self._words.phrases:
                    chosen[start:end] = tokens[start:end]
                    break

    def _spans_of(self, text: str, run: list[_Found], chosen: list[int | None]) -> Iterator[Span]:
        for found, token in zip(run, chosen, strict=True):
            if token is None:
                continue
            start, end = found.start, found.end
            known = self._words.tokens[token]
            if known.strong and not known.sounds.isdigit():
                start, end = self._with_initials(text, start, end, known.initials)
            yield Span(start, end, known.index)

    @staticmethod
    def _with_initials(text: str, start: int, end: int, initials: str) -> tuple[int, int]:
        """Take in the initials beside a name, and the name an initial of the value stands for."""
        low = max(0, start - 14)
        before = _INITIALS_BEFORE.search(text[low:start])
        if before and before.group()[0].isupper():
            dotted = "." in before.group()
            if dotted or _initial(before.group()[0]) in initials:
                start = low + before.start()
        elif initials:
            full = _NAME_BEFORE.search(text[max(0, start - 40) : start])
            if full and full[1][0].isupper() and len(full[1]) > 1 and _initial(full[1][0]) in initials.lower().replace(
                initials, ""
            ):
                start = max(0, start - 40) + full.start()
        after = _INITIALS_AFTER.match(text, end)
        if after:
            letters = re.findall(_LETTER, after.group())
            if letters and all(c.isupper() and _initial(c) in initials for c in letters):
                end = after.end() if after.group().rstrip().endswith(".") is False else end + len(
                    after.group().rstrip()
                )
        return start, end

    # ------------------------------------------------------------------------------------- broken words
    def _in_broken_words(self, text: str) -> Iterator[Span]:
        """Look up words broken by hyphens and line ends, or spaced out letter by letter."""
        for match in _HYPHENATED.finditer(text):
            joined = re.sub(rf"[^{_LETTER[2:-1]}]", "", match.group()) if False else "".join(
                c for c in match.group() if c.isalpha()
            )
            if len(joined) > 64:
                continue
            hit = next((h for h in self._look_up(joined) if h.strong), None)
            if hit:
                yield Span(*match.span(), self._words.tokens[hit.token].index)
        for match in _SPACED_OUT.finditer(text):
            letters = [(i, c) for i, c in enumerate(match.group(), match.start()) if c.isalpha()]
            yield from self._in_letters(letters)

    def _in_letters(self, letters: list[tuple[int, str]]) -> Iterator[Span]:
        """Find names in a row of single letters, taking the longest at each place."""
        at = 0
        while at < len(letters) - 2:
            for size in range(min(len(letters) - at, 24), 2, -1):
                word = "".join(c for _, c in letters[at : at + size])
                hit = next((h for h in self._look_up(word) if h.strong), None)
                if hit and (size > SHORT or size == len(letters)):
                    yield Span(letters[at][0], letters[at + size - 1][0] + 1, self._words.tokens[hit.token].index)
                    at += size
                    break
            else:
                at += 1

    # ------------------------------------------------------------------------------------------ Chinese
    def _in_han(self, text: str) -> Iterator[Span]:
        """Find Chinese names character by character, also within longer words."""
        for match in _HAN_RUN.finditer(text):
            places = [i for i in range(match.start(), match.end()) if _HAN.match(text[i])]
            run = "".join(text[i] for i in places).translate(SIMPLIFIED)
            kept = self._han_covered(run)
            for at in range(len(run)):
                for length in self._han_lengths.get(run[at : at + 2], ()):
                    index = self._han.get(run[at : at + length])
                    if index is not None and not any(s <= at and at + length <= e for s, e in kept):
                        yield Span(places[at], places[at + length - 1] + 1, index)
                        break

    def _han_covered(self, run: str) -> list[tuple[int, int]]:
        """Give where a run of characters holds a kept value."""
        return [
            (m.start(), m.end()) for name in self._han_kept for m in re.finditer(re.escape(name), run)
        ]

    # ------------------------------------------------------------------------------------------ numbers
    def _in_numbers(self, text: str) -> Iterator[Span]:
        for start, end, stream in numbers.streams(text):
            index = self._streams.get(stream)
            if index is None:
                index = self._phones.get(stream)
            if index is None and self._phones:
                index = next((self._phones[n] for n in numbers.nationals(stream) if n in self._phones), None)
            if index is None:
                continue
            before = _ATTACHED_BEFORE.search(text[max(0, start - 5) : start])
            after = _ATTACHED_AFTER.match(text, end)
            if before and not (start - len(before.group()) and text[start - len(before.group()) - 1].isalnum()):
                start -= len(before.group())
            if start and text[start - 1] in "+(":
                start -= 1
            yield Span(start, after.end() if after else end, index)


def redact_text(
    text: str, protected: Sequence[str | Protected], *, kept: Sequence[str | Protected] = (), mask: str = MASK
) -> str:
    """Mask every known value in one text; to do many texts, prepare one `Matcher`.

    Args:
        text: any text.
        protected: what is withheld.
        kept: what the same disclosure shows.
        mask: what to put in place of a value.

    Returns:
        The text without the values.

    Source: docs/format.md §Known values.
    """
    return Matcher(protected, kept).redact(text, mask)


def find_spans(
    text: str, protected: Sequence[str | Protected], *, kept: Sequence[str | Protected] = ()
) -> list[Span]:
    """Find every known value in one text; to do many texts, prepare one `Matcher`.

    Args:
        text: any text.
        protected: what is withheld.
        kept: what the same disclosure shows.

    Returns:
        Spans in order, none overlapping another.

    Source: docs/format.md §Known values.
    """
    return Matcher(protected, kept).spans(text)


# ------------------------------------------------------------------------------------------ values taken apart
def _protected(value: str | Protected) -> Protected:
    return Protected(value) if isinstance(value, str) else value


def _take_apart(value: Protected) -> _Value:
    """Give the words, characters, digit streams and dates by which a value is found."""
    text = views(value.text)[0].text.strip()
    if value.kind in {"date", "text"} and (said := dates.parse_value(text)):
        years = [_Part(str(d.year), strong=True, common=False) for d in said if d.month is None]
        return _Value(years, "", [], set(), set(), said)
    digits = numbers.digits(text)
    letters = sum(c.isalpha() for c in text)
    coded = bool(digits) and len(digits) >= letters
    phone = value.kind == "phone" or (
        coded and not letters and value.kind == "text" and (text.startswith("+") or 10 <= len(digits) <= 13)
    )
    streams: set[str] = set()
    phones: set[str] = set()
    if phone:
        phones = numbers.forms(text, phone=True)
    elif coded and not re.search(rf"[0-9]\W*{_LETTER}+\W*[0-9]", text):
        streams = numbers.forms(text, phone=False)
    for group in re.findall(r"[0-9]+", text):
        streams |= numbers.forms(group, phone=False)
    han = _han_names(text) if _HAN.search(text) else []
    if phones or (streams and coded):
        return _Value([], "", han, streams, phones, [])
    parts, initials = _parts(text, coded=coded)
    return _Value(parts, initials, han, streams, phones, [])


def _parts(text: str, *, coded: bool) -> tuple[list[_Part], str]:
    """Give the words of a value, and in small letters what they begin with; initials in capitals."""
    words = [m.group() for m in (_WORD_NOT_HAN if _HAN.search(text) else _WORD).finditer(text)]
    words = [part for word in words for part in ([word] if word.isupper() else _HUMP.split(word))]
    names = [w for w in words if w[0].isalpha() and len(w) > 1]
    capitals = any(w[0].isupper() for w in names)
    parts: list[_Part] = []
    initials = ""
    for word in words:
        folded = fold(word)
        if word.isdigit():
            if len(word) < numbers.SHORTEST:
                parts.append(_Part(word, strong=False, common=False))
            continue
        if len(word) == 1 and not coded:
            initials += _initial(word).upper()
            continue
        initials += _initial(word)
        weak = (
            coded
            or folded in lexicon.BINDING
            or folded in lexicon.GENERIC
            or (capitals and word[0].islower() and script_of(word) in {"latin", "cyrillic"})
        )
        parts.append(_Part(word, strong=not weak, common=folded in lexicon.COMMON))
    return parts, initials


def _initial(letter: str) -> str:
    return next((sounds[0].lower() for sounds in skeletons(letter)), letter.lower())


def _han_names(text: str) -> list[str]:
    """Give the character strings by which a Chinese value is found: the whole, its parts, a given name of two."""
    found: list[str] = []
    parts = ["".join(part.split()) for part in re.findall(rf"[{HAN}]+", text.translate(SIMPLIFIED))]
    for part in ["".join(parts), *parts]:
        if len(part) > 1 and part not in found:
            found.append(part)
        for size in (1, 2):
            surname, given = part[:size], part[size:]
            if len(given) == len("小明") and (surname in lexicon.SURNAMES or surname in lexicon.LONG_SURNAMES):
                found += [given] if given not in found else []
    return found


def _merged(text: str, spans: Iterable[Span]) -> list[Span]:
    """Make one span of those that overlap, or that only a space or a hyphen parts."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and (
            span.start <= out[-1].end or (span.start - out[-1].end <= 3 and _JOINS.fullmatch(text, out[-1].end, span.start))
        ):
            last = out[-1]
            out[-1] = Span(last.start, max(last.end, span.end), last.index)
        else:
            out.append(span)
    return out
