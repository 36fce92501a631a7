"""The forms of bodies that take cases: what each asks, what is missing for it, advice on the way, and deadlines.

Floor: 2, above `redact`. It sees records and no keys; it stores nothing, fills nothing out and lets nothing leave: a
form is filled by `render` from what `redact` lets through. It refuses to decide: routes are advice.
"""

from vault.forms.deadlines import Deadline, deadlines
from vault.forms.form import BODIES, NEEDS, Form, Labels, Question, Section, load
from vault.forms.gaps import Gap, missing, open_need, reasons, with_reason
from vault.forms.matter import URGENT_MONTHS, Matter, gather, months_later
from vault.forms.routes import advice

__all__ = [
    "BODIES",
    "NEEDS",
    "URGENT_MONTHS",
    "Deadline",
    "Form",
    "Gap",
    "Labels",
    "Matter",
    "Question",
    "Section",
    "advice",
    "deadlines",
    "gather",
    "load",
    "missing",
    "months_later",
    "open_need",
    "reasons",
    "with_reason",
]
