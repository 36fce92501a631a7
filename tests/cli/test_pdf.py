"""Transcripts of export --pdf. All people are invented."""

import io
import json
from pathlib import Path
from typing import Any

import pypdf
import pytest

RECORDS = [
    {"kind": "case", "ref": "k", "title": "Invented matter"},
    {"kind": "person", "ref": "p", "case": "@k", "name": ["Ерлан Үлгіұлы", "ئەرلان"], "inside": "no"},
    {"kind": "event", "ref": "e", "case": "@k", "event.kind": "detention", "person": "@p", "when": "2018-03"},
    {
        "kind": "consent",
        "ref": "n",
        "case": "@k",
        "given_by": "@p",
        "capacity": "self",
        "about": ["@p"],
        "audiences": ["lawyer"],
        "purposes": ["legal"],
        "groups": ["identity", "family", "location", "testimony", "health"],
        "onward": "none",
        "given_on": "2024-01-05",
        "how": "written",
    },
]


@pytest.mark.parametrize(("language", "title"), [("en", "Dossier"), ("ru", "Досье")])
def test_the_dossier_goes_along_as_pdf(casevault: Any, language: str, title: str) -> None:
    casevault("add", "--from", "-", stdin=b"\n".join(json.dumps(one).encode() for one in RECORDS))
    (case,) = (one["id"] for one in casevault("list", "--json").json["records"] if one["kind"] == "case")
    casevault("recipient", "add", "Advocate", "--audience", "lawyer")
    words = ("--policy", "lawyer", "--purpose", "legal", "--to", "Advocate", "--format", "dir", "--plaintext")
    done = casevault("export", case, *words, "--pdf", "--language", language, "-o", "out", "--yes", "--json")
    reader = pypdf.PdfReader(io.BytesIO(Path("out/data/dossier.pdf").read_bytes()))
    said = "\n".join(page.extract_text() for page in reader.pages)
    for text in (title, "Ерлан Үлгіұлы", "ئەرلان", "2018-03", done.json["signer"]):
        assert text in said
    assert "data/dossier.pdf" in [one["path"] for one in casevault.raw("verify", "out", "--json").json["files"]]
