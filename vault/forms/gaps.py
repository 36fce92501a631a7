"""What is missing for a form, and why it is: reasons that stand in the person's own record.

Floor: 2, part of `forms`. A reason is a text of the field `why_missing`, `question: reason`; sealed, consented to and
redacted like any other text of that record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from vault.forms.form import NEEDS, Form, Question
from vault.forms.matter import Matter
from vault.records import Claim, Draft, Revision, continued

WHY: Final = "why_missing"
"""Field of a person that holds the reasons."""
_REASON: Final = re.compile(r"\s*([a-z_]{2,40})\s*:\s*(\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Gap:
    """A question of a form that no record answers.

    Args:
        question: What is asked.
        need: How badly it is needed here: `required`, `if-known` or `optional`.
        state: `missing`; `unknown`, `withheld` or `not-asked`, as a claim says; `inexact` for a date without its month.
        why: The reason on record; empty if there is none.
    """

    question: Question
    need: str
    state: str
    why: str = field(default="", repr=False)


def missing(form: Form, matter: Matter) -> list[Gap]:
    """List what a form asks and the records do not answer.

    Args:
        form: The form.
        matter: The records of one person.

    Returns:
        First what is required, then what is required if known, then what is optional, each in the order of the form.
        What has a reason is listed too: a form asks why something is missing.

    Secrets:
        The reasons.

    Source:
        docs/forms.md §What is missing.
    """
    why = reasons(one for record in matter.of("person") for one in record.values(WHY))
    gaps = [
        Gap(question, open_need(question, matter), _state(question, matter), why.get(question.key, ""))
        for question in form.questions()
        if not matter.answers(question)
    ]
    return sorted(gaps, key=lambda gap: NEEDS.index(gap.need))


def open_need(question: Question, matter: Matter) -> str:
    """Say how badly a question is to be answered in this matter."""
    asked = matter.holds(question.when) and not (question.unless and matter.holds(question.unless))
    return question.need if asked else NEEDS[-1]


def _state(question: Question, matter: Matter) -> str:
    told = matter.told(question)
    if question.month and any(claim.state == "stated" for claim in told):
        return "inexact"
    states = [claim.state for claim in told if claim.state in {"unknown", "withheld", "not-asked"}]
    return states[-1] if states and not question.of else "missing"


def reasons(texts: Iterable[object]) -> Mapping[str, str]:
    """Read the reasons why something is missing.

    Args:
        texts: Texts of the field `why_missing`.

    Returns:
        The newest reason by question; a text that names no question is left out.
    """
    found = (_REASON.fullmatch(text) for text in texts if isinstance(text, str))
    return {one[1]: one[2].strip() for one in found if one is not None}


def with_reason(person: Revision, key: str, reason: str) -> Draft:
    """Write into a person's record why something is missing, in place of an earlier reason.

    Args:
        person: The newest revision of the record.
        key: Key of the question.
        reason: Why it is missing.

    Returns:
        The next revision; its history keeps the earlier reason.

    Raises:
        ValueError: The key or the reason is empty.

    Secrets:
        The result.
    """
    text = f"{key}: {reason.strip()}"
    if key not in reasons([text]):
        raise ValueError("a reason has a question and a text")
    kept = tuple(one for one in person.claims if one.field != WHY or key not in reasons([one.value]))
    return continued(person, (*kept, Claim(WHY, text)))
