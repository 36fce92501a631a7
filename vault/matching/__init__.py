"""Known values found in free text, in any spelling, script, inflection or number format.

Floor: ground. It says where a text names what a disclosure withholds, and masks it. It refuses to guess names it was
not given: there is no recognition of unknown names here, for that leaks.

Source:
    docs/known-values.md.
"""

from vault.matching.matcher import MASK, Matcher, Span, find_spans, redact_text
from vault.matching.values import Protected

__all__ = ["MASK", "Matcher", "Protected", "Span", "find_spans", "redact_text"]
