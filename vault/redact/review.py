"""What a person has to look at before a disclosure leaves: no rule and no matching sees it.

Floor: 2. It decides nothing and holds nothing back. Its lines name records by id, never by name or value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from vault.matching import Matcher
from vault.records import Schemas, id_text, identifying, script_of
from vault.redact.items import Item
from vault.redact.roles import PERSON, Graph
from vault.redact.rulings import Covered, Read, written_small
from vault.redact.view import Doubt

_SCRIPT_SAMPLE: Final = 200
"""Characters of a text by which its script is told."""
_SHOWN_AT_MOST: Final = 5
_WORD: Final = re.compile(r"[^\W\d_]+")
_LEAST_STEM: Final = 3
_LONGEST_STEM: Final = 40
_NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:[’'ʻʼ`-][^\W\d_]+)*")
_WORDS_TRIED: Final = 4
DOUBTS_AT_MOST: Final = 2000
"""Words of one text that are listed."""


class Kinship:
    """Finds the words for relatives, in the languages of the schemas: "his only daughter" names nobody and says who.

    Args:
        schemas: The schemas in force; the relations of `person.relative` are the words.
    """

    def __init__(self, schemas: Schemas) -> None:
        of = schemas.field(PERSON, "relative")
        self._whole: set[str] = set()
        self._stems: set[str] = set()
        self._inside: set[str] = set()
        for choice in of.choices:
            for language, label in of.choice_labels.get(choice, {}).items():
                words = [word.casefold() for word in _WORD.findall(label)]
                if choice == "other" or not words:
                    continue
                if language == "zh":
                    self._inside.update(word for word in words if len(word) > 1)
                elif language == "en":
                    self._whole.update(f"{word}{ending}" for word in words for ending in ("", "s"))
                else:
                    # Endings are inflected: the last letter is the first to change.
                    self._stems.update(word[: max(_LEAST_STEM, len(word) - 1)] for word in words if len(word) > 2)
        self._whole -= {"a", "by", "of", "or", "relative", "relatives", "marriage"}

    def __contains__(self, text: str) -> bool:
        """Tell whether a text has a word for a relative."""
        return next(self.places(text), None) is not None

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Say where words for relatives stand in a text; first those between other letters, as in Chinese."""
        for part in self._inside:
            yield from (found.span() for found in re.finditer(part, text))
        for found in _WORD.finditer(text):
            word = found.group().casefold()
            if word in self._whole or any(
                word[:size] in self._stems for size in range(_LEAST_STEM, min(len(word), _LONGEST_STEM) + 1)
            ):
                yield found.span()


def review(
    items: list[Item],
    graph: Graph,
    roles: Mapping[bytes, str],
    conditions: Iterable[bytes],
    *,
    to_family: bool,
) -> Iterator[str]:
    """Say what a person has to look at.

    Args:
        items: All claims of the disclosure, decided and masked.
        graph: All records.
        roles: Role of each person in the selection.
        conditions: Record ids of consents relied on that have conditions in words.
        to_family: It goes to the family itself, who know their own.

    Yields:
        One line for each matter.
    """
    files = sum(item.field.type == "file" and item.verdict.action.name in {"clean", "rasterise"} for item in items)
    if files:
        yield f"{files} file(s) stay behind: there is no way yet to clean a file of what it tells"
    unplaced = {item.record for item in items if item.revision.kind == PERSON and item.record not in roles}
    if unplaced:
        yield (
            f"{len(unplaced)} person(s) stand in no link that gives a role (an event, a relative); all about them"
            f" stays: {_listed(unplaced)}"
        )
    yield from _withdrawn_elsewhere(items, graph)
    for record in sorted(conditions):
        yield f"consent {id_text(record)} has conditions in words; read them before this leaves"
    if to_family:
        return
    texts = [item for item in items if item.shows("text")]
    spoken = {item.record for item in texts if item.revision.kind == "statement"}
    spoken = {one for one in spoken if any(roles.get(who, "source") != "submitter" for who in graph.origins(one))}
    if spoken:
        yield f"{len(spoken)} statement(s) of sources leave as masked text; read who speaks there: {_listed(spoken)}"
    kinship = Kinship(graph.schemas)
    related = {item.record for item in texts if item.value in kinship}
    if related:
        yield f"{len(related)} record(s) have texts that speak of relatives; read whom they tell of: {_listed(related)}"
    yield from _scripts(items, texts, graph)


def doubts(text: str, read: Read, matcher: Matcher, shared: Collection[str], kinship: Kinship) -> tuple[Doubt, ...]:
    """List the words of a text that a person has to judge.

    A masked word is in doubt that would stand if it were written small; a word that stands, if it would be masked with
    a capital, or if something shown and something withheld both have it.

    Args:
        text: As recorded. Secret.
        read: What is masked in it and what decisions let stand.
        matcher: Of the withheld values.
        shared: Words, in small letters, that a kept and a withheld value have both.
        kinship: Finds the words for relatives.

    Returns:
        In the order of the text.
    """
    found = [Doubt(start, end, "kept", ruling) for start, end, ruling in read.kept]
    inside = [
        [one.span() for one in _NAME_WORD.finditer(text, spot.start, spot.end)]
        for spot in read.spots
        if not spot.ruling
    ]
    for at in range(_WORDS_TRIED):
        # One word of each mask at a time: two of a value that are both written small would let each other go.
        tried = [words[at] for words in inside if len(words) > at]
        if tried:
            again = Covered(matcher.spans(written_small(text, tried)))
            found += [Doubt(start, end, "masked") for start, end in tried if not again.has(start, end)]
    covered = Covered([*read.spots, *found])
    open_ = [one.span() for one in _NAME_WORD.finditer(text) if not covered.has(*one.span())]
    with_capitals = Covered(matcher.spans(_with_capitals(text, [start for start, _ in open_])))
    found += [
        Doubt(start, end, "stands")
        for start, end in open_
        if text[start:end].casefold() in shared or (text[start].islower() and with_capitals.has(start, end))
    ]
    known = Covered([*read.spots, *found])
    found += [Doubt(start, end, "kin") for start, end in kinship.places(text) if not known.has(start, end)]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.start, one.end))[:DOUBTS_AT_MOST])


def _with_capitals(text: str, starts: Iterable[int]) -> str:
    letters = list(text)
    for at in starts:
        upper = letters[at].upper()
        letters[at] = upper if len(upper) == 1 else letters[at]
    return "".join(letters)


def _withdrawn_elsewhere(items: list[Item], graph: Graph) -> Iterator[str]:
    """Say that a person withdrew consent under another name, in a record that is said to be of the same person."""
    people = {item.record: item.revision for item in items if item.revision.kind == PERSON}
    for record, revision in sorted(people.items()):
        for other in sorted({*revision.links("same_as")} - {record}):
            if graph.withdrawn(other):
                yield (
                    f"person {id_text(record)} is said to be the same as {id_text(other)}, about whom a consent was"
                    " withdrawn; look at it before this leaves"
                )


def _listed(records: set[bytes]) -> str:
    shown = [id_text(record)[:8] for record in sorted(records)]
    return ", ".join(shown[:_SHOWN_AT_MOST]) + (", …" if len(shown) > _SHOWN_AT_MOST else "")


def _scripts(items: list[Item], texts: list[Item], graph: Graph) -> Iterator[str]:
    """Say that withheld people have no name in a script which the texts are in: no table turns all names over."""
    used = {script_of(item.value[:_SCRIPT_SAMPLE]) for item in texts} - {""}
    named = {one for item in items if item.shows("name", "link") for one in (*item.people, *item.also)}
    lacking: Counter[str] = Counter()
    for revision in (*graph.records.values(), *graph.removed.values()):
        if used and revision.kind in {PERSON, "source"} and revision.record_id not in named:
            names = [text for _, _, kind, text in identifying(revision, graph.schemas) if kind == "name"]
            lacking.update(used - set(map(script_of, names)) if names else ())
    if lacking:
        told = ", ".join(f"{script} ({count})" for script, count in sorted(lacking.items()))
        yield f"people withheld have no name on record in a script of these texts: {told}; read the texts"
