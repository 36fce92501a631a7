"""Withheld values that are ordinary words or labels: masked in texts, and no reason to refuse. All invented."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vault import gate, handoff
from vault.gate.phrases import Phrases
from vault.matching import Protected, redact_text
from vault.records import Draft, Schemas, parse_record
from vault.redact import Recipient, Request
from vault.sealing import KdfProfile
from vault.vault import Vault

MASK = "▇▇▇▇▇▇"
FAMILY = [
    {"kind": "case", "ref": "c", "title": "Family of a baker"},
    {"kind": "person", "ref": "m", "case": "@c", "name": "Жақып Әлі",
     "relative": [{"relation": "mother", "name": "mother"}]},
    {"kind": "person", "ref": "s", "case": "@c", "name": "Гүлнар Әліқызы", "inside": "no"},
    {"kind": "person", "ref": "x", "case": "@c", "name": ["mother", "Identity"], "inside": "yes",
     "address": ["office", "place"]},
    {"kind": "source", "case": "@c", "person": "@x",
     "contact": ["write to his brother in the city", "through her sister"]},
    {"kind": "source", "case": "@c", "name": "Identity card, copy on paper"},
    {"kind": "event", "case": "@c", "event.kind": "arrest", "person": "@m", "when": "2017-07", "witness": "@x",
     "from_place": "a factory in another province",
     "narrative": "He left his house to go to the office. His mother told me to write; her sister saw it."},
    {"kind": "consent", "case": "@c", "given_by": "@s", "about": ["@m", "@s"], "audiences": ["lawyer"],
     "purposes": ["legal"], "groups": ["identity", "family", "location", "testimony", "health"], "onward": "none",
     "given_on": "2020", "how": "spoken", "capacity": "kin"},
]  # fmt: skip


def drafts(schemas: Schemas) -> list[Draft]:
    ids = {str(tree.get("ref", place)): bytes([place]) * 16 for place, tree in enumerate(FAMILY)}
    found = []
    for (ref, record_id), tree in zip(ids.items(), FAMILY, strict=True):
        said = {key: value for key, value in tree.items() if (key, value) != ("ref", ref)}
        draft = parse_record(said, schemas, resolve=lambda text: ids[text.removeprefix("@")])
        found.append(replace(draft, record_id=record_id))
    return found


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ordinary")
    with Vault.create(folder / "a.vault", "invented words", profile=KdfProfile.TEST) as vault:
        case, *_ = vault.put(*drafts(vault.schemas))
        policy = vault.disclosures.policies()["lawyer"]
        request = Request((case.record_id,), policy, Recipient("A", "lawyer"), "legal", date(2026, 1, 1))
        return handoff.write(vault.disclose(request), folder / "bag", form="dir").path


def test_the_export_is_not_refused_and_its_labels_stay(bag: Path) -> None:
    dossier = (bag / "data/dossier.md").read_text("utf-8")
    assert "- **brought from**: a factory in another province" in dossier
    assert "- **relative**: mother" in dossier
    assert "  - who they are" in dossier
    assert '"identity"' in (bag / "data/records.csv").read_text("utf-8-sig")


def test_the_same_words_in_a_sentence_are_masked(bag: Path) -> None:
    dossier = (bag / "data/dossier.md").read_text("utf-8")
    assert f"to go to the {MASK}. His {MASK} told me to write; her sister saw it." in dossier


@pytest.mark.parametrize(
    ("text", "word", "own"),
    [
        ("- **mother**: x", "mother", True),
        ('{"relation": "mother"}', "mother", True),
        ('"a","mother","b"\r\n', "mother", True),
        ("## Who they are\n", "they", True),
        ("mother", "mother", True),
        ("her mother came", "mother", False),
        ('"mother came"', "mother", False),
        ('"the mother"', "mother", False),
        ("**mothers**", "mothers", False),
        ("Who they are not", "they", False),
        ("**grandmother**", "mother", False),
    ],
)
def test_own_phrases_count_only_whole_and_in_their_place(text: str, word: str, own: bool) -> None:
    assert Phrases(["mother", "Who they are"]).cover(text, text.index(word)) is own


def test_the_gate_still_finds_the_word_elsewhere() -> None:
    withheld = [Protected("mother", "name", strict=True)]
    assert not gate.scan(b"- **mother**: x", "a.md", withheld, own_phrases=["mother"])
    assert gate.scan(b"- **mother**: x", "a.md", withheld)
    assert gate.scan(b"- **mother**: his mother said", "a.md", withheld, own_phrases=["mother"])
    assert gate.scan(b"x", "mother.txt", withheld, own_phrases=["mother"])


@pytest.mark.parametrize(
    ("value", "kind", "text", "masked"),
    [
        ("a house near the market", "place", "the market was far, the house small", False),
        ("a house near the market", "place", "She lives in a house near the market.", True),
        ("Identity card, copy on paper", "name", "the identity of the card", False),
        ("write to his brother", "id", "his brother went to write", False),
        ("through her sister", "id", "her younger sister", False),
        ("aktubek village", "place", "in Aktubek they said", True),
        ("жақып әлі", "name", "Жақып келді", True),
        ("Abdulla ibn ali hasan", "name", "Abdulla came", True),
        ("кеңсе жанындағы ескі үй ішінде", "place", "ескі достар", False),
    ],
)
def test_a_description_is_found_whole_and_a_name_by_its_words(value: str, kind: str, text: str, masked: bool) -> None:
    assert (redact_text(text, [Protected(value, kind)]) != text) is masked
