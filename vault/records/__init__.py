"""What is said: records, their revisions and claims, the schemas that describe them, and uncertain dates.

Floor: 1. It stores nothing and opens nothing; it refuses what its schemas and the record form do not allow.
"""

from vault.records import edtf
from vault.records.model import (
    Claim,
    Draft,
    Opening,
    Revision,
    claims_root,
    commitments,
    continued,
    decode_revision,
    id_text,
    link_of,
    opening,
    revision_id,
    statement_part,
    text_of,
    verify_openings,
)
from vault.records.plain import parse_record, parse_value, record_line, record_to_json, script_of
from vault.records.schema import Field, Level, Schema, Schemas, identifying, load_schema, title

__all__ = [
    "Claim",
    "Draft",
    "Field",
    "Level",
    "Opening",
    "Revision",
    "Schema",
    "Schemas",
    "claims_root",
    "commitments",
    "continued",
    "decode_revision",
    "edtf",
    "id_text",
    "identifying",
    "link_of",
    "load_schema",
    "opening",
    "parse_record",
    "parse_value",
    "record_line",
    "record_to_json",
    "revision_id",
    "script_of",
    "statement_part",
    "text_of",
    "title",
    "verify_openings",
]
