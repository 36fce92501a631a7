"""The dossier as PDF in a bundle, and the gate before it. Every person and text here is invented."""

import io
from dataclasses import replace

import pypdf
import pytest

from tests.unit.render.invented import FAMILY, claim, disclose, person
from vault import handoff
from vault.errors import LeakError, MissingFontError
from vault.matching import Protected
from vault.redact import DisclosedRecord
from vault.sealing import Signer

PDF = "data/dossier.pdf"


def disclosure(*records, **more):
    return replace(disclose(*records, **more), signer=Signer(bytes(32)))


def narrative(text):
    return DisclosedRecord("event-CCCCCC", "event", (claim("narrative", text),))


def pages(path):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO((path / PDF).read_bytes())).pages)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_gate_lets_a_clean_dossier_pass_and_the_bundle_holds(tmp_path, language):
    withheld = (Protected("Gulsim Akhmetkyzy", "name"), Protected("+77015551234", "phone"))
    text = narrative("ئۇ 2017-03-04 كۈنى تۇتۇلدى.\nОны түнде алып кетті; ▇▇▇▇▇▇ көрген.")
    made = handoff.write(
        disclosure(*FAMILY, text, withheld=withheld), tmp_path / "b", form="dir", pdf=True, language=language
    )
    assert PDF in {file.path for file in handoff.verify(tmp_path / "b").files}
    said = pages(tmp_path / "b")
    assert made.signer.words in said
    assert made.bundle.hex() in said
    assert "كۈنى تۇتۇلدى" in said


def test_without_being_asked_there_is_none(tmp_path):
    handoff.write(disclosure(*FAMILY), tmp_path / "b", form="dir")
    assert not (tmp_path / "b" / PDF).exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Gulsim Akhmetkyzy", "They say that Gulsim Akhmetkyzy told it."),
        ("Әбдіғани Ұлықбек", "Көршісі Әбдіғани Ұлықбек айтты."),
        ("ئەخمەت تۇرسۇن", "بۇنى ئەخمەت تۇرسۇن ئېيتتى، دېدى."),
        ("ئەخمەت تۇرسۇن", "The man ئەخمەت تۇرسۇن said so."),
        ("ابدىقانى ۇلىقبەك", "كورشىسى ابدىقانى ۇلىقبەك ايتتى."),
    ],
)
def test_the_gate_finds_a_withheld_name_in_the_pages(tmp_path, name, text):
    leaking = disclosure(narrative(text), withheld=(Protected(name, "name"),))
    with pytest.raises(LeakError) as caught:
        handoff.write(leaking, tmp_path / "b", form="dir", pdf=True)
    assert any(finding.place.startswith(PDF) for finding in caught.value.findings)
    assert not (tmp_path / "b").exists()


def test_a_missing_font_leaves_nothing_behind(tmp_path):
    given = disclosure(person(claim("name", {"text": "𓀀"}, kind="name")))
    with pytest.raises(MissingFontError):
        handoff.write(given, tmp_path / "b", form="dir", pdf=True)
    assert not list(tmp_path.iterdir())
    assert handoff.write(given, tmp_path / "b", form="dir").path.exists()


def test_both_bundles_of_one_act_have_theirs(tmp_path):
    acts = {"a": disclosure(*FAMILY), "b": disclosure(narrative("Other words."))}
    made = handoff.write_together(acts, tmp_path / "both", form="dir", pdf=True)
    assert made["a"].bundle.hex() in pages(tmp_path / "both" / "a")
    assert "Other words." in pages(tmp_path / "both" / "b")
