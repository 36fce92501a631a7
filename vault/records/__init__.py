"""What is said: records, their revisions and claims, the schemas that describe them, and uncertain dates.

Floor: 1. It stores nothing and opens nothing; it refuses what its schemas and the record form do not allow.
"""

from vault.records.model import (
    Claim,
    Draft,
    Opening,
    Revision,
    claims_root,
    commitments,
    decode_revision,
    id_text,
    link_of,
    opening,
    text_of,
    verify_opening,
)

__all__ = [
    "Claim",
    "Draft",
    "Opening",
    "Revision",
    "claims_root",
    "commitments",
    "decode_revision",
    "id_text",
    "link_of",
    "opening",
    "parse_record",
    "parse_records",
    "parse_value",
    "record_to_json",
    "script_of",
    "text_of",
    "verify_opening",
]
