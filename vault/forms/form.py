"""What a form asks: sections and questions in order, how badly each is needed, and where the answer stands in records.

Floor: 2, part of `forms`. The forms are data (`*.toml` here). It refuses data that names a field no schema has, a
question that is not described, or a condition that `Matter` cannot answer.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from vault.records import Field, Schemas

BODIES: Final = ("wgeid", "wgad", "ced", "icrc")
NEEDS: Final = ("required", "if-known", "optional")
LANGUAGES: Final = ("en", "ru", "kk", "zh")
CONDITIONS: Final = frozenset(
    {
        "organisation",
        "another",
        "no_steps",
        "recent",
        "not_recent",
        "not_held",
        "national_of_party",
        "place_in_party",
        "no_party",
        "elsewhere",
    }
)
"""What `Matter.holds` can answer."""

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a form asks.

    Args:
        key: By which it is known, the same in all forms; what `why_missing` names.
        need: One of `NEEDS`.
        labels: What the form calls it, by language.
        fields: Where the answer may stand, as `kind.field`; any of them answers.
        where: Choices of which the record has to have one, by field.
        of: Kinds of a name, or relations of a link, that count; empty for all.
        when: Needed so only if this holds, else optional; empty for always.
        unless: Optional if this holds; empty for never.
        month: A date that says no month does not answer it.
        confidential: Whoever is named stays unnamed in every part.
    """

    key: str
    need: str
    labels: Labels
    fields: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of: tuple[str, ...] = ()
    when: str = ""
    unless: str = ""
    month: bool = False
    confidential: bool = False

    def fields_of(self, kind: str) -> tuple[str, ...]:
        """Name the fields of one kind that answer it."""
        return tuple(name for one in self.fields for of, _, name in (one.partition("."),) if of == kind)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together.

    Args:
        key: Its name.
        labels: What it is called, by language.
        questions: In order.
    """

    key: str
    labels: Labels
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence on the way a case may take; never a decision.

    Args:
        text: By language.
        when: Said only if this holds; empty for always.
    """

    text: Labels
    when: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one body.

    Args:
        body: One of `BODIES`.
        names: What the body is called, by language.
        edition: Which edition was read.
        source: Where it is published.
        confirmed: A primary source was at hand; else the current edition is to be confirmed.
        policy: Policy, or policies of one act, by which it is filled unless another is asked for.
        purpose: The purpose of a consent that it falls under.
        audience: The audience of a consent that it falls under.
        sections: In order.
        advice: In order.
    """

    body: str
    names: Labels
    edition: str
    source: str
    confirmed: bool
    policy: str
    purpose: str
    audience: str
    sections: tuple[Section, ...]
    advice: tuple[Advice, ...]

    def questions(self) -> Iterator[Question]:
        """Yield all questions in order."""
        for section in self.sections:
            yield from section.questions


@cache
def load(body: str) -> Form:
    """Read the form of a body.

    Args:
        body: One of `BODIES`.

    Returns:
        The form.

    Raises:
        ValueError: There is no such form, or the data shipped with the program is not as it has to be.

    Source:
        docs/forms.md.
    """
    if body not in BODIES:
        raise ValueError(f"the forms are those of {', '.join(BODIES)}")
    tree, shared = _read(body), _read("questions")
    sections = tuple(_section(one, shared) for one in tree["sections"])
    keys = [question.key for section in sections for question in section.questions]
    if len(keys) != len(set(keys)):
        raise ValueError(f"the form {body} asks something twice")
    said = tuple(Advice(_labels(one["text"]), _condition(one.get("when", ""))) for one in tree["advice"])
    return Form(
        body,
        _labels(tree["names"]),
        tree["edition"],
        tree["source"],
        tree["confirmed"],
        tree["policy"],
        tree["purpose"],
        tree["audience"],
        sections,
        said,
    )


@cache
def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads((resources.files(__package__) / f"{name}.toml").read_text("utf-8"))


def _section(tree: Mapping[str, Any], shared: Mapping[str, Any]) -> Section:
    needs = {key: need for need in NEEDS for key in tree.get(need.replace("-", "_"), ())}
    order = list(shared["questions"])
    when, unless = (_by_question(tree.get(name, {})) for name in ("when", "unless"))
    questions = tuple(
        _question(
            key, need, shared["questions"][key], when.get(key, ""), unless.get(key, ""), key in tree.get("month", ())
        )
        for key, need in sorted(needs.items(), key=lambda one: order.index(one[0]))
    )
    if not {*when, *unless, *tree.get("month", ())} <= needs.keys():
        raise ValueError(f"the section {tree['key']} has a condition for what it does not ask")
    return Section(tree["key"], _labels(shared["sections"][tree["key"]]), questions)


def _by_question(conditions: Mapping[str, list[str]]) -> dict[str, str]:
    return {key: _condition(name) for name, keys in conditions.items() for key in keys}


def _condition(name: str) -> str:
    if name and name not in CONDITIONS:
        raise ValueError(f"there is no condition {name}")
    return name


def _question(key: str, need: str, tree: Mapping[str, Any], when: str, unless: str, month: bool) -> Question:  # noqa: FBT001 - one of many facts
    schemas = Schemas.shipped()
    fields = tuple(tree["fields"])
    described: list[Field] = [schemas.field(*one.split(".")) for one in fields]
    where = {name: tuple(choices) for name, choices in tree.get("where", {}).items()}
    of = tuple(tree.get("of", ()))
    kinds = {one.partition(".")[0] for one in fields}
    if not all(set(of) <= set(one.choices) for one in described) or not all(
        set(choices) <= set(schemas.field(kind, name).choices) for kind in kinds for name, choices in where.items()
    ):
        raise ValueError(f"the question {key} asks for a choice that no schema has")
    return Question(
        key,
        need,
        _labels(tree["labels"]),
        fields,
        where,
        of,
        when,
        unless,
        month,
        tree.get("confidential", False),
    )


def _labels(tree: Mapping[str, str]) -> Labels:
    if set(tree) != set(LANGUAGES) or not all(tree.values()):
        raise ValueError(f"a label is in {', '.join(LANGUAGES)}")
    return tree
