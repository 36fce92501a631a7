"""Both pages for people who hear them, enlarge them or read them on a telephone. All people and texts are made up."""

import json
import os
from pathlib import Path

import pytest

from tests.browser.bundles import OTHER, TEXTS, event, light, members, named, packed
from tests.unit.render.invented import FAMILY
from vault.handoff import bag, checker

AXE = Path(__file__).parents[2] / "vault/handoff/reader/node_modules/axe-core/axe.min.js"
PHONE = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        reason = "axe-core is not installed: `python3 dev.py reader` fetches it"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return AXE.read_text("utf-8")


@pytest.fixture
def family(tmp_path):
    files = {"data/files/file-1.txt": b"An invented letter.\n"}
    return light(tmp_path / "x.html", *FAMILY, *named("بېكزات تۇرسۇن"), event(*TEXTS), files=files, note="A note.")


def serious(seen, axe):
    """Run axe; give what it finds of weight."""
    seen.page.evaluate(axe)
    found = seen.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(done => JSON.stringify(done))")
    return [
        (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"][:3]])
        for one in json.loads(found)["violations"]
        if one["impact"] in {"serious", "critical", "moderate"}
    ]


def wide(seen):
    """Tell what is wider than the window."""
    return seen.page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_the_reader(visit, family, axe, options):
    seen = visit(family, **options)
    assert serious(seen, axe) == []
    seen.open(OTHER)
    assert serious(seen, axe) == []
    assert wide(seen) <= 0
    seen.open()
    seen.page.fill("#query", "Bekzat")
    seen.page.press("#query", "Enter")
    for language in ("en", "ru", "kk", "zh"):
        seen.page.check(f"input[value={language}]")
        assert serious(seen, axe) == []
        assert wide(seen) <= 0


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_the_page_that_checks(visit, tmp_path, axe, options):
    (tmp_path / "verify.html").write_bytes(checker())
    seen = visit(tmp_path / "verify.html", **options)
    assert serious(seen, axe) == []
    given = members()
    sound = packed(given)
    changed = packed(given | {bag.README: bag.Member.of(b"another")})
    for data in (sound, changed):
        seen.page.evaluate("document.getElementById('result').replaceChildren()")
        seen.page.set_input_files("#file", {"name": "x.zip", "mimeType": "", "buffer": data})
        seen.page.wait_for_selector("#result > *")
        assert serious(seen, axe) == []
        assert wide(seen) <= 0


def test_what_happens_is_told_to_who_cannot_see_it(visit, family):
    """Each message stands in a place that a screen reader announces, and the focus goes where the reading goes on."""
    seen = visit(family)
    said = seen.page.evaluate(
        """() => {
          window.said = [];
          const told = new MutationObserver(() => said.push(document.getElementById("progress").textContent));
          told.observe(document.getElementById("progress"), {childList: true, characterData: true, subtree: true});
        }"""
    )
    assert said is None
    seen.open(OTHER)
    assert seen.page.get_attribute("#progress", "role") == "status"
    assert seen.page.get_attribute("#wrong", "role") == "alert"
    assert "Opening" in seen.page.evaluate("said[0]")
    seen.open()
    assert seen.page.evaluate("document.activeElement.localName") == "h2"
    seen.page.fill("#query", "Taken at night")
    seen.page.press("#query", "Enter")
    assert seen.page.locator("[role=status] #found").inner_text() == "1 of 1"
    assert "Taken at night" in seen.page.locator("[role=status] #found-in").text_content()
    assert seen.page.locator("input:not([aria-label])").evaluate_all("all => all.every(one => one.labels.length)")


def test_print_has_the_dossier_and_the_signer_and_no_buttons(visit, family):
    seen = visit(family).open()
    seen.page.emulate_media(media="print")
    assert seen.page.is_visible("#signer .six")
    assert seen.page.is_visible("#dossier h1")
    for place in (".bar", ".tools", ".kept"):
        assert seen.page.is_hidden(place)
    assert len(seen.page.pdf()) > 1000
