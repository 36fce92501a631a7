"""The finder: values prepared once, then looked for in any number of texts in time linear in their length.

Floor: ground. `Matcher`, and the two functions for single use. It refuses to weigh probabilities: a word is a form of
a withheld name by the tables, or it stays.

How a text is read: each view of it (`views`) is cut into words; a word is looked up by each of its beginnings
(`suffixes`) in one dictionary. A *strong* word is masked wherever it stands. A *weak* one (a street, a common
word, a name that a kept value has too) only beside another word of the same value.

Source:
    docs/known-values.md.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from vault.matching import dates, initials, kin, lexicon, numbers
from vault.matching.dictionary import BEGINNING, PHRASE_AT_MOST, Characters, Token, Words
from vault.matching.letters import APOSTROPHES, HAN, fold, script_of, skeletons
from vault.matching.numerals import as_digits
from vault.matching.simplified import SIMPLIFIED
from vault.matching.suffixes import is_patronymic
from vault.matching.values import (
    LETTER,
    SIGNS,
    Known,
    Protected,
    Value,
    as_protected,
    identifies,
    initial,
    pieces,
    several,
    take_apart,
    word_pattern,
)
from vault.matching.views import View, rewrite, views

MASK: Final = "▇▇▇▇▇▇"
WORDS_REMEMBERED: Final = 200_000
SHORT: Final = 3  # sounds; so short a name needs a capital
_FEW, _READINGS = 3, 4  # of so many words so many readings each are tried together
LOOKS_AT_MOST: Final = 4
SPACED_AT_MOST: Final = 24  # single letters read together
SIGNED_AT_MOST: Final = 4  # more parts of a word, joined by signs
GLUED: Final = 6  # sounds of a name that an initial stands at, nothing between
LONGEST_WORD: Final = 64  # letters; what is longer is no word

_HAN = re.compile(f"[{HAN}]")
_HAN_RUN = re.compile(rf"[{HAN}](?:[\s·•・‧∙._*|/-]{{0,3}}[{HAN}])*")
_TITLED = re.compile("|".join(lexicon.TITLES))
_NOT_PLAIN = re.compile(rf"[A-ZА-ЯҒҚҢӨҰҮІӘҺЁ{APOSTROPHES}\u0600-\u06ff]")  # where a word may fall into pieces
_GAP = re.compile(r"(?:[^\w\";|]|_){0,4}")
_PARAGRAPH = re.compile(r"\n\s*\n")
# Possessive, and only from the beginning of a word: a long row of letters is read once.
_HYPHENATED = re.compile(rf"(?<!{LETTER}){LETTER}++(?:[-‐‑](?:[ \t]*\r?\n[ \t]*)?{LETTER}++)++")
_SIGNED = re.compile(rf"(?<!{LETTER}){LETTER}++(?:{SIGNS}{LETTER}++)++")
_LINE_END = re.compile(r"(?<![ \t])[ \t]*+\r?\n[ \t]*+")
_BEFORE_BREAK = re.compile(rf"(?<!{LETTER}){LETTER}{{2,24}}$")
_AFTER_BREAK = re.compile(rf"{LETTER}{{2,24}}+(?!{LETTER})")
_DIGIT_WITHIN = re.compile(r"[0-9]{1,2}(?=[^\W\d_])")
_ALNUM_BEFORE, _ALNUM_AFTER = re.compile(r"[^\W_]{0,40}$"), re.compile(r"[^\W_]{0,64}")
_CYRILLIC_DIGITS: Final = str.maketrans("0134689", "оізчбвд")
_LATIN_DIGITS: Final = str.maketrans("01345678", "oieasgtb")
_LETTERS = re.compile(f"{LETTER}+")
_ONE = rf"(?:ئ?{LETTER})(?![^\W_])"  # Uyghur writes two signs for a vowel that begins a word
_SPACED_OUT = re.compile(rf"(?<![^\W_]){_ONE}(?:(?:\W|_){{1,5}}{_ONE}){{2,}}")
_ATTACHED_BEFORE = re.compile(r"(?<![A-Za-zА-Яа-я0-9])(?:[A-Za-zА-Яа-я№]{1,4}|[A-Z][ -])$")
_ATTACHED_AFTER = re.compile(r"[A-Za-zА-Яа-я]{1,4}(?![A-Za-zА-Яа-я0-9])")
_DIGIT_BEFORE, _DIGIT_AFTER = re.compile(r"[0-9]\W{0,4}$"), re.compile(r"\W{0,4}[0-9]")
_JOINS = re.compile(r"[\s.'’·‧•_@-]{0,3}")


class Span(NamedTuple):
    """A place in a text that names a value.

    Args:
        start: Offset of its first character.
        end: Offset behind its last.
        index: Which of the protected values.
    """

    start: int
    end: int
    index: int  # type: ignore[assignment]  # a field of this name hides tuple.index, which nobody needs here


class _Hit(NamedTuple):
    """One word of a text read as a form of one word of a value.

    Args:
        token: Which word.
        strong: It identifies by itself.
        shared: A kept value has that word too.
        near: It is but a near spelling.
    """

    token: int
    strong: bool
    shared: bool
    near: bool = False


class _Word(NamedTuple):
    """What a word of a text may be: readings; or else the parts it falls into; or a word that any address has."""

    hits: tuple[_Hit, ...]
    parts: Sequence[str]
    generic: bool


_NOTHING: Final = _Word((), (), generic=False)


class _Found(NamedTuple):
    """One word of a text with all its readings."""

    start: int
    end: int
    hits: tuple[_Hit, ...]


class Matcher:
    """Values prepared for being found in texts.

    Args:
        protected: What is withheld; plain strings are of kind `text`; empty ones are passed over.
        kept: What the same disclosure shows; a word that both have counts only beside one of the withheld value's own.

    Secrets:
        Holds the values; nothing of them is in `repr`.

    Source:
        docs/known-values.md.
    """

    def __init__(self, protected: Sequence[str | Protected], kept: Sequence[str | Protected] = ()) -> None:
        """Prepare the values; the work is some tens of microseconds a value."""
        self._words = Words()
        self._kept = Words()
        self._han = Characters()
        self._kept_han = Characters()
        self._surnames: dict[str, int] = {}
        self._streams: dict[str, int] = {}
        self._phones: dict[str, int] = {}
        self._local: dict[str, int] = {}
        self._codes: dict[str, int] = {}
        self._dates: dict[dates.Date, int] = {}
        self._memory: dict[str, _Word] = {}
        seen: dict[str, Known] = {}
        shown = [take_apart(as_protected(value), seen) for value in several(kept)]
        for index, value in enumerate(shown):
            self._kept.add(index, value)
        self._kept_pairs = {
            (self._kept.tokens[a].sounds, self._kept.tokens[b].sounds)
            for pair in self._kept.pairs
            for a, b in (pair, pair[::-1])
        }
        for name in (name for value in shown for name in value.han):
            self._kept_han.add(name, 0)
        kept_digits = {stream for value in shown for stream in value.streams | value.phones | value.codes}
        kept_dates = {date for value in shown for date in value.dates}
        for index, protect in enumerate(map(as_protected, several(protected))):
            value = take_apart(protect, seen)
            self._words.add(index, value, strict=protect.strict)
            for name in (
                *value.han,
                *(name for part in value.parts if part.strong for name in _in_chinese(part.sounds)),
            ):
                self._han.add(name, index)
                for surname in lexicon.ALL_SURNAMES.intersection((name[:2], name[:1])):
                    self._surnames.setdefault(surname, index)
            self._add_numbers(index, value, kept_digits)
            for date in value.dates:
                if date not in kept_dates:
                    self._add_date(date, index)

        self._words.ready()
        self._kept.ready()
        self._code_lengths = {len(code) for code in self._codes}
        self._lengths = numbers.dialled({len(n) for n in self._phones}) | {len(n) for n in self._streams}
        if self._local:
            self._lengths.add(numbers.LOCAL)

    def __repr__(self) -> str:
        """Say how much is prepared, and nothing of it."""
        return f"<Matcher of {len(self._words.tokens)} words>"

    def _add_numbers(self, index: int, value: Value, kept: set[str]) -> None:
        for stream in value.streams - kept:
            self._streams.setdefault(stream, index)
        for stream in value.phones - kept:
            self._phones.setdefault(stream, index)
            if len(stream) in numbers.NATIONAL:
                self._local.setdefault(stream[-numbers.LOCAL :], index)
        for code in value.codes - kept:
            self._codes.setdefault(code, index)

    def _add_date(self, date: dates.Date, index: int) -> None:
        self._dates.setdefault(date, index)
        if date.day:
            self._dates.setdefault(dates.Date(None, date.month, date.day), index)

    # ------------------------------------------------------------------------------------------- public
    def spans(self, text: str) -> list[Span]:
        """Find where a text names a protected value.

        Args:
            text: Any text, of any length; the work is linear in it.

        Returns:
            Spans in order, none overlapping another.

        Source:
            docs/known-values.md.
        """
        found = _merged(text, self._in_views(text))
        for _ in range(LOOKS_AT_MOST):
            # What was one word with a value is another word beside a mask: look there once more.
            glued = [
                span for span in found
                if text[span.start - 1 : span.start].isalnum() or text[span.end : span.end + 1].isalnum()
            ]  # fmt: skip
            if not glued:
                break
            without = rewrite(View(text), ((span.start, span.end, MASK) for span in glued)).around_changes()
            again = [
                Span(*without.source_span(span.start, span.end), span.index) for span in self._in_views(without.text)
            ]
            if not again:
                break
            found = _merged(text, [*found, *again])
        return found

    def _in_views(self, text: str) -> list[Span]:
        found: list[Span] = []
        for view in views(text):
            for span in _merged(view.text, self._in_view(view.text)):
                start, end = view.source_span(span.start, span.end)
                found.append(Span(start, end, span.index))
        return found

    def redact(self, text: str, mask: str = MASK) -> str:
        """Put a mask in place of every protected value.

        Args:
            text: Any text, of any length.
            mask: What to put; always the same, so that it tells no length.

        Returns:
            The text without the values.

        Source:
            docs/known-values.md.
        """
        out: list[str] = []
        done = 0
        for span in self.spans(text):
            out += (text[done : span.start], mask)
            done = span.end
        return "".join([*out, text[done:]])

    def whole_names(self, text: str) -> list[Span]:
        """Find two adjoining words or more of one value, in whatever form, be they words of kept values too.

        Args:
            text: A short text, such as a field for a name; a patronymic counts for nobody, it is the child's.

        Returns:
            Spans in order, none overlapping another.

        Source:
            docs/disclosure.md §Known values.
        """
        known = self._words.tokens
        found: list[Span] = []
        last: tuple[int, int, list[int]] = (0, 0, [])
        for match in word_pattern(text).finditer(text):
            word = match.group()
            hits = () if is_patronymic(word) else self._recall(word).hits
            tokens = [hit.token for hit in hits if known[hit.token].strong and not hit.near]
            if last[2] and tokens and self._adjoin(text, last[1], match.start()):
                pair = next(((one, two) for one in last[2] for two in tokens if self._words.paired(one, two)), None)
                if pair:
                    found.append(Span(last[0], match.end(), known[pair[0]].index))
            last = (*match.span(), tokens)
        return _merged(text, found)

    # ------------------------------------------------------------------------------------------ one view
    def _in_view(self, text: str) -> Iterator[Span]:
        if self._words.tokens:
            yield from self._in_words(text)
            yield from self._in_broken_words(text)
        if self._han.names and _HAN.search(text):
            yield from self._in_han(text)
        if self._codes:
            for start, end, code in numbers.codes(text, self._code_lengths):
                if code in self._codes:
                    yield Span(start, end, self._codes[code])
        if self._streams or self._phones or self._dates:
            spoken = as_digits(text)
            for span in (*self._in_numbers(spoken.text), *self._in_dates(spoken.text)):
                yield Span(*spoken.source_span(span.start, span.end), span.index)

    def _in_words(self, text: str) -> Iterator[Span]:
        """Look up every word, then judge each run of adjoining ones."""
        run: list[_Found] = []
        reach = 0  # where the run ends, or a word of addresses behind it that no value has
        coded = numbers.coded_tokens(text)
        passed = 0
        memory = self._memory
        for match in word_pattern(text).finditer(text):
            word = match.group()
            known = memory.get(word) or self._recall(word)
            if known is _NOTHING and not run:
                continue
            start, end = match.span()
            while passed < len(coded) and coded[passed][1] <= start:
                passed += 1
            if passed < len(coded) and coded[passed][0] <= start:
                continue
            hits, parts, generic = known
            if run and not ((hits or generic) and self._adjoin(text, reach, start)):
                yield from self._judge(text, run)
                run = []
            if hits:
                run.append(_Found(start, end, hits))
            elif parts:
                yield from self._in_pieces(text, start, parts)
            reach = end
        yield from self._judge(text, run)

    def _recall(self, word: str) -> _Word:
        known = self._memory.get(word)
        if known is None:
            known = self._read(word)
            if len(self._memory) < WORDS_REMEMBERED:
                self._memory[word] = known
        return known

    def _read(self, word: str) -> _Word:
        """Give all that is to be known of a word of a text."""
        hits = self._look_up(word)
        if hits:
            return _Word(hits, (), generic=False)
        parts = pieces(word) if _NOT_PLAIN.search(word, 1) else ()
        generic = fold(word) in lexicon.GENERIC
        return _Word((), parts if len(parts) > 1 else (), generic) if generic or len(parts) > 1 else _NOTHING

    def _in_pieces(self, text: str, start: int, parts: Sequence[str]) -> Iterator[Span]:
        """Look up the parts of a word with capitals or apostrophes inside."""
        run: list[_Found] = []
        for at, part in enumerate(parts):
            hits = self._look_up(part)
            if hits and len(part) > 1:
                glued = at and len(parts[at - 1]) == 1 and any(h.strong for h in hits)  # YZhaksybekov
                run.append(_Found(start - glued, start + len(part), hits))
            start += len(part)
        yield from self._judge(text, run)

    @staticmethod
    def _adjoin(text: str, end: int, start: int) -> bool:
        """Tell whether nothing but a little punctuation lies between two words."""
        return bool(_GAP.fullmatch(text, end, start)) and not _PARAGRAPH.search(text, end, start)

    def _look_up(self, word: str) -> tuple[_Hit, ...]:
        """Give the readings of one word of a text."""
        words = self._words
        if len(word) > LONGEST_WORD:
            return ()
        if word[0].isdigit():
            shared = word in self._kept.stems
            known = words.stems.get(word, ())
            return tuple(_Hit(token, words.tokens[token].strong and not shared, shared) for _, token in known)
        script = script_of(word)
        best: dict[int, _Hit] = {}
        near: dict[int, None] = {}
        for sounds in skeletons(word):
            kept = next((len(stem) for _, stem, _, alone in self._kept.readings(sounds, script) if alone), 0)
            for token, stem, rest, alone in words.readings(sounds, script):
                shared = kept >= len(stem)
                strong = alone and not shared and self._strong(words.tokens[token], word, stem, rest, script)
                if token not in best or (strong and not best[token].strong):
                    best[token] = _Hit(token, strong, shared)
            if not best and sounds in words.joined and not kept and sounds not in self._kept.joined:
                best[words.joined[sounds]] = _Hit(words.joined[sounds], strong=True, shared=False)
            if not kept and (script == "arabic" or word[0].isupper()):
                near.update(dict.fromkeys(words.nearby(sounds, script)))
        if not best and script == "latin" and len(word) > GLUED and word.islower():
            best = {hit.token: hit for hit in self._with_glued_initial(word)}
        found = [_Hit(token, strong=False, shared=False, near=True) for token in near if token not in best]
        return (*best.values(), *found)

    def _with_glued_initial(self, word: str) -> Iterator[_Hit]:
        """Read a word as a name and the initial of another of its value, as accounts are called: jhayesporter."""
        words = self._words
        for first, rest in ((word[0], word[1:]), (word[-1], word[:-1])):
            for sounds in skeletons(rest):
                known = [token for way, token in words.stems.get(sounds, ()) if way == "whole"]
                for token in (*known, *([words.joined[sounds]] if sounds in words.joined else ())):
                    name = words.tokens[token]
                    if (
                        len(sounds) >= GLUED
                        and name.strong
                        and initial(first) in name.initials
                        and sounds not in self._kept.stems
                    ):
                        yield _Hit(token, strong=True, shared=False)

    @staticmethod
    def _strong(token: Token, word: str, stem: str, rest: str, script: str) -> bool:
        """Tell whether a form of a name identifies by itself."""
        return token.strong and (token.strict or identifies(word, stem, rest, script, common=token.common))

    # --------------------------------------------------------------------------------------------- runs
    def _judge(self, text: str, run: list[_Found]) -> Iterator[Span]:
        """Decide which words of a run of adjoining ones are masked."""
        if not run or (len(run) == 1 and not self._may_be_alone(run[0])):
            return
        chosen: list[int | None] = [next((h.token for h in f.hits if h.strong), None) for f in run]
        if None in chosen:
            for at, found in enumerate(run):
                if chosen[at] is None:
                    chosen[at] = self._with_its_initial(text, found)
            for at in range(len(run) - 1):
                if chosen[at] is None and chosen[at + 1] is None:
                    self._shared_pair(run, at, chosen)
            self._neighbours(run, chosen)
            yield from self._phrases(text, run)
        for found, token in zip(run, chosen, strict=True):
            if token is not None:
                known = self._words.tokens[token]
                start, end = found.start, found.end
                if not known.sounds.isdigit():
                    start, end = initials.taken_in(text, start, end, known)
                yield Span(start, end, known.index)

    def _may_be_alone(self, found: _Found) -> bool:
        """Tell whether a word with none of its value beside it may count."""
        return any(hit.strong or (self._words.tokens[hit.token].strong and not hit.near) for hit in found.hits)

    def _with_its_initial(self, text: str, found: _Found) -> int | None:
        """Give the name a weak word is when an initial of the same value stands before it."""
        before = initials.before(text, found.start)
        for hit in found.hits if before else ():
            known = self._words.tokens[hit.token]
            if known.strong and not hit.shared and before in known.initials:
                return hit.token
        return None

    def _neighbours(self, run: list[_Found], chosen: list[int | None]) -> None:
        """Take in weak words beside a word of the same value, spreading both ways."""
        for places, step in ((range(1, len(run)), 1), (range(len(run) - 2, -1, -1), -1)):
            for at in places:
                beside = chosen[at - step]
                if chosen[at] is None and beside is not None:
                    # Of one family name there may be several values: whichever of them this word belongs to.
                    others = [beside, *(hit.token for hit in run[at - step].hits if hit.strong)]
                    pairs = product(run[at].hits, others)
                    chosen[at] = next((h.token for h, other in pairs if self._words.paired(h.token, other)), None)

    def _shared_pair(self, run: list[_Found], at: int, chosen: list[int | None]) -> None:
        """Find two words of a value of which neither identifies by itself, but both together do.

        They are written small, near spellings, or words that kept values have too, but none of these both. Two words
        that are things as well stay.
        """
        tokens = self._words.tokens
        for one in run[at].hits:
            for two in run[at + 1].hits:
                if (
                    (
                        one.near
                        or two.near
                        or not (tokens[one.token].common and tokens[two.token].common)
                        or (one.shared and two.shared)
                    )
                    and tokens[one.token].strong
                    and tokens[two.token].strong
                    and self._words.paired(one.token, two.token)
                    and (tokens[one.token].sounds, tokens[two.token].sounds) not in self._kept_pairs
                ):
                    chosen[at], chosen[at + 1] = one.token, two.token
                    return

    def _phrases(self, text: str, run: list[_Found]) -> Iterator[Span]:
        """Find the values none of whose words identifies by itself; common words of a name only with capitals."""
        if not self._words.phrases:
            return
        known = self._words.tokens
        for start in range(len(run)):
            for end in range(min(len(run), start + PHRASE_AT_MOST), start + 1, -1):
                words = run[start:end]
                readings = product(*(found.hits[: _READINGS if len(words) <= _FEW else 1] for found in words))
                tokens = ([hit.token for hit in hits] for hits in readings)
                phrase = next((found for found in map(tuple, tokens) if found in self._words.phrases), ())
                if phrase and (len(words) > 2 or text[words[0].start].isupper() or not known[phrase[0]].common):
                    yield Span(words[0].start, words[-1].end, known[phrase[0]].index)
                    break

    # ------------------------------------------------------------------------------------- broken words
    def _in_broken_words(self, text: str) -> Iterator[Span]:
        """Look up words broken by hyphens and line ends, with digits for letters, or spaced out letter by letter."""
        for match in _HYPHENATED.finditer(text):
            yield from self._if_strong(*match.span(), "".join(c for c in match.group() if c.isalpha()))
        for match in _SIGNED.finditer(text):
            yield from self._among_signs(match)
        for match in _LINE_END.finditer(text):
            before = _BEFORE_BREAK.search(text[max(0, match.start() - 25) : match.start()])
            after = _AFTER_BREAK.match(text, match.end()) if before else None
            if before and after and (not after.group()[0].isupper() or before.group().isupper()):
                word = before.group() + after.group()
                yield from self._if_strong(match.start() - len(before.group()), after.end(), word)
        done = 0
        for match in _DIGIT_WITHIN.finditer(text):
            if match.start() < done:
                continue
            before = _ALNUM_BEFORE.search(text[max(0, match.start() - 40) : match.start()])
            after = _ALNUM_AFTER.match(text, match.start())
            start = match.start() - len(before.group() if before else "")
            done = after.end() if after else match.end()
            word = text[start:done]
            if sum(c.isalpha() for c in word) * 2 > len(word):
                likely = _CYRILLIC_DIGITS if script_of(word) == "cyrillic" else _LATIN_DIGITS
                yield from self._if_strong(start, done, word.translate(likely))
        for match in _SPACED_OUT.finditer(text):
            yield from self._in_letters([(i, text[i]) for i in range(*match.span()) if text[i].isalpha()])

    def _among_signs(self, match: re.Match[str]) -> Iterator[Span]:
        """Look up the parts of a word with signs inside, as many together as are joined in writing a name."""
        parts = [part.span() for part in _LETTERS.finditer(match.string, *match.span())]
        for first, (start, _) in enumerate(parts):
            row = match.string[start : parts[first][1]]
            for _, (begin, end) in zip(range(SIGNED_AT_MOST), parts[first + 1 :], strict=False):
                row += match.string[begin:end]
                yield from self._if_strong(start, end, row)
        if all(end - start == 1 for start, end in parts):
            yield from self._in_letters([(start, match.string[start]) for start, _ in parts])

    def _if_strong(self, start: int, end: int, word: str) -> Iterator[Span]:
        hit = self._strong_hit(word)
        if hit:
            yield Span(start, end, self._words.tokens[hit.token].index)

    def _strong_hit(self, word: str) -> _Hit | None:
        return next((hit for hit in self._recall(word).hits if hit.strong), None)

    def _in_letters(self, letters: list[tuple[int, str]]) -> Iterator[Span]:
        """Find names in a row of single letters, taking the longest at each place."""
        at = 0
        while at < len(letters) - 2:
            row = "".join(c for _, c in letters[at : at + SPACED_AT_MOST])
            for size in range(len(row), 2, -1) if self._may_begin(row) else ():
                word = row[:size]
                hit = self._strong_hit(word)
                if hit and (size > SHORT or size == len(letters)):
                    yield Span(letters[at][0], letters[at + size - 1][0] + 1, self._words.tokens[hit.token].index)
                    at += size
                    break
            else:
                at += 1

    def _may_begin(self, row: str) -> bool:
        """Tell whether some name begins as a row of letters does; a quick look before the long one."""
        return any(
            len(sounds) < BEGINNING or sounds[:BEGINNING] in self._words.beginnings
            for sounds in skeletons(row[: 2 * BEGINNING])
        )

    # ------------------------------------------------------------------------------------------ Chinese
    def _in_han(self, text: str) -> Iterator[Span]:
        """Find Chinese names character by character, also within longer words."""
        for match in _HAN_RUN.finditer(text):
            places = [i for i in range(*match.span()) if _HAN.match(text[i])]
            run = "".join(text[i] for i in places).translate(SIMPLIFIED)
            shown = -1  # where the last kept value seen ends
            kept = self._kept_han.found(run)
            upcoming = next(kept, None)
            for start, end, index in self._han.found(run):
                while upcoming and upcoming[0] <= start:
                    shown = max(shown, upcoming[1])
                    upcoming = next(kept, None)
                if end > shown:
                    yield Span(places[start], places[end - 1] + 1, index)
            for titled in _TITLED.finditer(run):
                for size in (2, 1):
                    surname = run[max(0, titled.start() - size) : titled.start()]
                    if len(surname) == size and surname in self._surnames:
                        at = titled.start() - size
                        yield Span(places[at], places[titled.end() - 1] + 1, self._surnames[surname])
                        break

    # ------------------------------------------------------------------------------------ numbers, dates
    def _in_numbers(self, text: str) -> Iterator[Span]:
        for start, end, stream in numbers.streams(text, self._lengths):
            index = self._number(stream)
            if index is None and len(stream) == numbers.LOCAL and end - start > numbers.LOCAL:
                alone = not (_DIGIT_BEFORE.search(text[max(0, start - 5) : start]) or _DIGIT_AFTER.match(text, end))
                index = self._local.get(stream) if alone else None
            if index is None:
                continue
            before = _ATTACHED_BEFORE.search(text[max(0, start - 7) : start])
            after = _ATTACHED_AFTER.match(text, end)
            begin = start - len(before.group()) if before else start
            yield Span(begin - (begin > 0 and text[begin - 1] in "+("), after.end() if after else end, index)
        for groups, stream in numbers.scattered(text, self._lengths):
            index = self._number(stream)
            if index is not None:
                for start, end in groups:
                    yield Span(start, end, index)

    def _number(self, stream: str) -> int | None:
        """Give the value that a stream of digits is."""
        index = self._streams.get(stream)
        if index is None:
            index = self._phones.get(stream)
        if index is None and self._phones:
            index = next((self._phones[n] for n in numbers.nationals(stream) if n in self._phones), None)
        return index

    def _in_dates(self, text: str) -> Iterator[Span]:
        if not self._dates:
            return
        for start, end, said in dates.find_dates(text):
            for date in said:
                index = self._dates.get(date)
                if index is None and date.year:
                    index = self._dates.get(dates.Date(date.year, date.month, None))
                if index is not None:
                    yield Span(start, end, index)
                    break


def _in_chinese(readings: Sequence[str]) -> Iterator[str]:
    """Give the Chinese forms of a word that is a common name."""
    for sounds in readings:
        yield from kin.chinese(sounds)


def redact_text(
    text: str, protected: Sequence[str | Protected], *, kept: Sequence[str | Protected] = (), mask: str = MASK
) -> str:
    """Mask every known value in one text; to do many texts, prepare one `Matcher`.

    Args:
        text: Any text.
        protected: What is withheld.
        kept: What the same disclosure shows.
        mask: What to put in place of a value.

    Returns:
        The text without the values.

    Source:
        docs/known-values.md.
    """
    return Matcher(protected, kept).redact(text, mask)


def find_spans(text: str, protected: Sequence[str | Protected], *, kept: Sequence[str | Protected] = ()) -> list[Span]:
    """Find every known value in one text; to do many texts, prepare one `Matcher`.

    Args:
        text: Any text.
        protected: What is withheld.
        kept: What the same disclosure shows.

    Returns:
        Spans in order, none overlapping another.

    Source:
        docs/known-values.md.
    """
    return Matcher(protected, kept).spans(text)


def _merged(text: str, spans: Iterable[Span]) -> list[Span]:
    """Make one span of those that overlap, or that only a space or a hyphen parts."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and (span.start <= out[-1].end or _JOINS.fullmatch(text, out[-1].end, span.start)):
            last = out[-1]
            out[-1] = Span(last.start, max(last.end, span.end), last.index)
        else:
            out.append(span)
    return out
