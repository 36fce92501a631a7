"""The forms of bodies that take cases: what each asks, what is missing for it, advice on the way, and deadlines.

Floor: 2, above `redact`. It sees records and no keys; it stores nothing, fills nothing out and lets nothing leave: a
form is filled by `render` from what `redact` lets through. It refuses to decide: routes are advice.
"""

from vault.forms.deadlines import Deadline, deadlines
from vault.forms.form import BODIES, NEEDS, Form, Labels, Question, Section, load
from vault.forms.gaps import Gap, missing, open_need, reasons, with_reason
from vault.forms.matter import Matter, gather
from vault.forms.routes import advice

__all__ = [
    "BODIES",
    "NEEDS",
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
    "open_need",
    "reasons",
    "with_reason",
]
