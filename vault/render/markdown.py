"""The dossier as Markdown, in one language.

Floor: 4, part of `render`. It refuses to let a text of a record be markup, a link, HTML or a control character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from vault.render.dossier import Claim, Counts, Dossier, Field, Mark, Moment, Part, Record, Relation, Value
from vault.render.texts import BREAKS, visible
from vault.render.words import WORDS, Words

_MARKUP: Final = re.compile(r"[\\`*_\[\]|~@$^]|(?<=[A-Za-z]):(?=//)|(?<=\bwww)\.", re.IGNORECASE)
_LINE_START: Final = re.compile(r"^(\s*)([#>+=-]|\d+(?=[.)]))")
_ENTITIES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


def inline(text: str) -> str:
    """Make a text plain in Markdown, on one line.

    Args:
        text: Of a record.

    Returns:
        Text in which nothing is markup, a link, HTML or a control character.

    Source:
        docs/bundle.md §The dossier.
    """
    text = visible(BREAKS.sub(" ", text).replace("\t", " "))
    text = _MARKUP.sub(r"\\\g<0>", text).translate(_ENTITIES)
    begin = _LINE_START.match(text)
    if begin and not begin[2].isdigit():
        return f"{begin[1]}\\{text[begin.end(1) :]}"
    if begin:
        return f"{text[: begin.end()]}\\{text[begin.end() :]}"
    return text


def write(dossier: Dossier, language: str) -> bytes:
    """Write a dossier.

    Args:
        dossier: All that it says.
        language: One of `words.LANGUAGES`.

    Returns:
        UTF-8.

    Raises:
        ValueError: There is no dossier in that language.

    Source:
        docs/bundle.md §The dossier.
    """
    return ("\n".join(_Writing(language).lines(dossier)).rstrip("\n") + "\n").encode()


class _Writing:
    """One dossier being written."""

    def __init__(self, language: str) -> None:
        self._language = language

    def _word(self, key: str) -> str:
        return WORDS[key][self._language]

    def _part(self, part: Part) -> str:
        return inline(part[self._language] if isinstance(part, Words) else part)

    def lines(self, dossier: Dossier) -> Iterator[str]:
        yield from (f"# {self._part(dossier.title)}", "", dossier.intro[self._language], "")
        if dossier.conditions:
            # Each on a line of its own, so that the gate knows it for the program's.
            yield from (*(f"- {self._part(one)}" for one in dossier.conditions), "")
        for term in dossier.terms:
            yield f"- *{self._part(term.word)}*: {self._part(term.meaning)}"
        if dossier.terms:
            yield ""
        if dossier.note:
            yield from (f"## {self._word('note')}", "", *_block(dossier.note, ""), "")
        if dossier.counts is not None:
            yield from self._counts(dossier.counts)
        if dossier.relations:
            yield from (f"## {self._word('relations')}", "", *map(self._relation, dossier.relations), "")
        if dossier.timeline:
            yield from (f"## {self._word('timeline')}", "", *map(self._moment, dossier.timeline), "")
        for section in dossier.sections:
            yield from (f"## {self._part(section.title)}", "")
            for record in section.records:
                yield from (f"### {self._title(record)}", "", *self._fields(record), "")

    def _counts(self, counts: Counts) -> Iterator[str]:
        yield f"| {' | '.join(map(self._part, counts.fields))} | {self._word('persons')} |"
        yield "|---" * len(counts.fields) + "|---|"
        for values, count in counts.rows:
            yield f"| {' | '.join(map(self._part, values))} | {'–' if count is None else count} |"

    # --- what is told at a glance ---

    def _relation(self, one: Relation) -> str:
        manner = f"{self._part(one.relative.manner)}: " if one.relative.manner is not None else ""
        relative = self._value(Value(one.relative.texts, one.relative.mark))
        return f"- {self._named(one.title, one.person)} — {manner}{relative}".rstrip()

    def _moment(self, one: Moment) -> str:
        when = ", ".join(map(inline, one.when)) or self._word("undated")
        if one.until:
            when += f"; {self._word('until')}: {', '.join(map(inline, one.until))}"
        parts = (*map(self._part, one.what), *map(self._value, (*one.whom, *one.where)))
        return f"- {when}: {self._listed((*parts, _mark(one.event)))}"

    @staticmethod
    def _listed(parts: Iterable[str]) -> str:
        return ", ".join(part for part in parts if part)

    def _named(self, title: tuple[Part, ...], mark: Mark) -> str:
        """Return the line by which a reader knows a record again: what it says of itself, then its mark."""
        # Behind a word of the program stands a sign that ends it, for whoever looks for names.
        end = "," if title and isinstance(title[-1], Words) else ""
        return f"{self._listed(map(self._part, title))}{end} {_mark(mark)}".strip()

    def _title(self, record: Record) -> str:
        return self._named(record.title, record.mark)

    # --- fields and claims ---

    def _fields(self, record: Record) -> Iterator[str]:
        for one in record.fields:
            label = f"**{self._part(one.label)}**"
            if len(one.claims) == 1:
                yield from self._claim(one.claims[0], f"- {label}:", "  ")
            else:
                yield f"- {label}:{self._disputed(one)}"
                for claim in one.claims:
                    yield from self._claim(claim, "  -", "    ")

    def _disputed(self, one: Field) -> str:
        return f" **({self._word('disputed')})**" if one.disputed else ""

    def _claim(self, claim: Claim, head: str, indent: str) -> Iterator[str]:
        aside = self._aside(claim)
        if claim.value.long:
            (text,) = claim.value.texts
            yield from (f"{head}{aside}", "", *_block(str(text).strip(), indent), "")
        else:
            parts = [self._value(claim.value)]
            if claim.said is not None:
                parts.append(f"*({self._part(claim.said)})*")
            yield f"{head} {' '.join(part for part in parts if part)}{aside}"

    def _value(self, value: Value) -> str:
        said = self._listed(map(self._part, value.texts))
        if value.file is not None:
            said = self._listed((said, inline(value.file.path), inline(value.file.name)))
        if value.mark is not None:
            said = f"{said} {_mark(value.mark)}".strip()
        if value.manner is not None:
            manner = self._part(value.manner)
            said = f"{said} ({manner})" if said else manner
        return said

    def _aside(self, claim: Claim) -> str:
        parts = []
        if claim.retracted:
            parts.append(f"**{self._word('retracted')}**")
        if claim.basis is not None:
            parts.append(self._part(claim.basis))
        if claim.confidence is not None:
            parts.append(f"{self._word('confidence')}: {self._part(claim.confidence)}")
        if claim.as_of is not None:
            parts.append(f"{self._word('as_of')}: {inline(claim.as_of)}")
        if claim.source is not None:
            parts.append(f"{self._word('from')}: {_mark(claim.source)}")
        return f" ({'; '.join(parts)})" if parts else ""


def _mark(mark: Mark) -> str:
    return f"[{inline(mark.token)}]"


def _block(text: str, indent: str) -> list[str]:
    return [f"{indent}> {inline(line)}".rstrip() for line in BREAKS.split(text)]
