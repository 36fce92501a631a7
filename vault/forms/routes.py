"""Advice on the way that a case may take to a body.

Floor: 2, part of `forms`. It says what the body asks for and what is on record, and decides nothing.
"""

from __future__ import annotations

from vault.forms.form import Form
from vault.forms.matter import Matter


def advice(form: Form, matter: Matter, language: str = "en") -> list[str]:
    """Say what is to be known before a case goes to a body.

    Args:
        form: The form of the body.
        matter: The records of one person.
        language: en, ru, kk or zh.

    Returns:
        Sentences, in the order of the form; none holds a value of a record.

    Source:
        docs/forms.md §Routes.
    """
    return [one.text[language] for one in form.advice if matter.holds(one.when)]
