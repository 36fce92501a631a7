"""Search: segments of terms over sealed objects, queries, merging and purging.

Floor: 2. It knows how records are found and nothing of how they are kept: the caller opens them, decides what is
committed, and deletes what is orphaned. It reads what a query needs and no more.
"""

from vault.index.building import RUN_DOCUMENTS, Builder, build
from vault.index.deciding import Match, match
from vault.index.merging import MERGE_BYTES, Change, plan_merge
from vault.index.pages import Row
from vault.index.query import Query, parse
from vault.index.ranking import Alike, Candidate
from vault.index.search import Answers, Found, Index
from vault.index.segment import PageCache, SegmentEntry, read_entries
from vault.index.sounds import SCRIPTS
from vault.index.terms import Document, attachment_of, document_of, forget

__all__ = [
    "MERGE_BYTES",
    "RUN_DOCUMENTS",
    "SCRIPTS",
    "Alike",
    "Answers",
    "Builder",
    "Candidate",
    "Change",
    "Document",
    "Found",
    "Index",
    "Match",
    "PageCache",
    "Query",
    "Row",
    "SegmentEntry",
    "attachment_of",
    "build",
    "document_of",
    "forget",
    "match",
    "parse",
    "plan_merge",
    "read_entries",
]
