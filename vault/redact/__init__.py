"""What may leave: policies, consent, pseudonyms and known values in texts turn a selection into a redacted view.

Floor: 2. Nothing leaves unless a rule lets it. It stores nothing, seals nothing and writes no files; a `Disclosure`,
without which nothing can be rendered or handed over, is made by the room `vault` alone.
"""

from vault.matching import MASK
from vault.redact.consent import ended_with, is_past
from vault.redact.counts import Cell, Table, Told
from vault.redact.policy import (
    AUDIENCES,
    LINKING,
    ONWARD,
    PUBLISHED,
    SHIPPED,
    TOGETHER,
    Action,
    Policy,
    Rule,
    Verdict,
    load_policy,
    shipped_policies,
)
from vault.redact.pseudonyms import Pseudonyms
from vault.redact.redaction import redact
from vault.redact.terms import terms
from vault.redact.view import (
    OUTCOMES,
    SELF,
    Decision,
    DisclosedClaim,
    DisclosedFile,
    DisclosedRecord,
    Disclosure,
    Fact,
    Permit,
    Recipient,
    Request,
    Signs,
    View,
)

__all__ = [
    "AUDIENCES",
    "LINKING",
    "MASK",
    "ONWARD",
    "OUTCOMES",
    "PUBLISHED",
    "SELF",
    "SHIPPED",
    "TOGETHER",
    "Action",
    "Cell",
    "Decision",
    "DisclosedClaim",
    "DisclosedFile",
    "DisclosedRecord",
    "Disclosure",
    "Fact",
    "Permit",
    "Policy",
    "Pseudonyms",
    "Recipient",
    "Request",
    "Rule",
    "Signs",
    "Table",
    "Told",
    "Verdict",
    "View",
    "ended_with",
    "is_past",
    "load_policy",
    "redact",
    "shipped_policies",
    "terms",
]
