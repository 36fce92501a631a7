"""The page `index.html` of a bag in a real browser. All people, texts and hostile values here are made up."""

import json

import pytest

from tests.browser.test_access import PHONE, axe, wide
from tests.unit.render.invented import FAMILY, claim, disclose, person
from tests.unit.render.test_html import HOSTILE, KINDS_OF_VALUES, SCRIPTS, shown
from vault.redact import DisclosedRecord
from vault.render import LANGUAGES, html
from vault.render.dossier import build
from vault.render.words import WORDS

__all__ = ["axe"]


@pytest.fixture
def dossier(tmp_path):
    """Write the page of some records, and one attachment beside it."""

    def written(*records, language="en", **more):
        (tmp_path / "data/files").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data/files/file-AAAAAA.txt").write_text("An invented letter.\n")
        page = tmp_path / "index.html"
        page.write_bytes(html.write(build(disclose(*records, **more)), language))
        return page

    return written


def headings(seen):
    return [text.strip() for text in seen.page.locator("h1:visible, h2:visible").all_inner_texts()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_begins_in_its_language_and_the_keyboard_changes_it(visit, dossier, language):
    seen = visit(dossier(*FAMILY, language=language))
    assert headings(seen)[:3] == [WORDS[key][language] for key in ("title", "contents", "relations")]
    place = LANGUAGES.index(language)
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.id") == f"l-{language}"
    for step in range(1, 5):
        seen.page.keyboard.press("ArrowDown")
        other = LANGUAGES[(place + step) % 4]
        assert headings(seen)[:3] == [WORDS[key][other] for key in ("title", "contents", "relations")]
    assert seen.quiet()


def test_the_contents_lead_to_each_record_and_an_attachment_opens(visit, dossier):
    paper = DisclosedRecord(
        "document-DDDDDD", "document", (claim("file", {"path": "data/files/file-AAAAAA.txt"}, kind="file"),)
    )
    seen = visit(dossier(*FAMILY, paper))
    links = seen.page.locator("nav a")
    for number in range(links.count()):
        links.nth(number).press("Enter")
        target = seen.page.evaluate("decodeURIComponent(location.hash.slice(1))")
        assert seen.page.evaluate("(id) => document.getElementById(id).getBoundingClientRect().height > 0", target)
    seen.page.click("td a[href^=data]")
    assert seen.page.inner_text("body").strip() == "An invented letter."


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_text_is_there_to_the_byte(visit, dossier, text):
    seen = visit(dossier(person(claim("health", text), claim("birth_place", {"text": text}, kind="place")), note=text))
    assert seen.texts("bdi, div").count(text) == 3
    assert seen.quiet()


def test_no_text_runs_anything(visit, dossier):
    records = [
        person(*(make(text) for make in KINDS_OF_VALUES.values()), mark=f"person-{number}")
        for number, text in enumerate(HOSTILE)
    ]
    seen = visit(dossier(*records, note="\n".join(HOSTILE)))
    assert seen.page.evaluate("window.hit") is None
    assert seen.page.locator("script, img, svg, iframe, form, object, embed, [onload], [onerror]").count() == 0
    told = seen.texts("bdi, div")
    assert all(shown(text) in told for text in HOSTILE)
    assert seen.quiet()


@pytest.mark.parametrize("unit", ["Ол кеткен соң ешкім білмейді.\n", "Ол кеткен. <b>\u202e ", "wордs"])
def test_a_narrative_of_a_megabyte(visit, dossier, unit):
    text = unit * ((1 << 20) // len(unit))
    seen = visit(dossier(person(claim("health", text))))
    assert shown(text) in seen.texts("div")
    assert seen.quiet()


def test_directions_do_not_mix(visit, dossier):
    seen = visit(
        dossier(person(claim("health", "بېكزات (2017) ABC\nthen English\nتۇرسۇن"), claim("sex", "male", kind="choice")))
    )
    assert seen.page.eval_on_selector(".t", "one => getComputedStyle(one).direction") == "rtl"
    assert seen.page.eval_on_selector(".t", "one => getComputedStyle(one).unicodeBidi") == "plaintext"
    assert seen.page.eval_on_selector("td:has-text('male')", "one => getComputedStyle(one).direction") == "ltr"


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_it_can_be_heard_and_read_on_a_telephone(visit, dossier, axe, options):
    long = person(claim("health", "w" * 500), claim("name", {"text": "ұ" * 200}, kind="name"), mark="person-FFFFFF")
    seen = visit(dossier(*FAMILY, long, note="A note.\nOf two lines."), **options)
    seen.page.evaluate(axe)
    for language in LANGUAGES:
        seen.page.check(f"#l-{language}")
        found = seen.page.evaluate("axe.run(document).then(done => JSON.stringify(done.violations))")
        heavy = [
            (one["id"], one["nodes"][0]["html"])
            for one in json.loads(found)
            if one["impact"] in {"serious", "critical"}
        ]
        assert heavy == []
        assert wide(seen) <= 0


def test_print_leaves_the_buttons_out(visit, dossier):
    seen = visit(dossier(*FAMILY))
    seen.page.emulate_media(media="print")
    for place in ("#l-en", "label >> nth=0", "nav"):
        assert seen.page.is_hidden(place)
    assert seen.page.is_visible("#dossier h1")
    assert len(seen.page.pdf()) > 1000
