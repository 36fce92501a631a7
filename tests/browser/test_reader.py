"""The self-opening page in a real browser. All people, texts and hostile values are made up."""

import base64
import json
import subprocess
from pathlib import Path

import pyrage
import pytest

from tests.browser.bundles import HOSTILE, OTHER, PHRASE, TEXTS, event, light, make, members, named, packed, paged, seal
from tests.unit.render.invented import FAMILY, claim
from vault import handoff
from vault.handoff import page
from vault.redact import DisclosedRecord

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/p9n1lQAAAABJRU5ErkJggg=="
)
RECORDS = (*named("Bekzat Tursyn", "بېكزات تۇرسۇن"), event(*TEXTS))
NOTE = "A note.\nIn two lines."


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    """Give a page as the program makes it."""
    path = tmp_path_factory.mktemp("page") / "x.html"
    make(path, *RECORDS, note=NOTE)
    return path


def sealed_in(path: Path) -> bytes:
    with path.open("rb") as file:
        return page.Sealed(file).read()


def test_the_right_passphrase_shows_every_text_and_saves_the_age_file(visit, bundle, tmp_path, tool):
    seen = visit(bundle).open(" Kettle orbit velvet\u00a0mango THIRTY – drum ")  # as it is spoken
    assert {*TEXTS, "Bekzat Tursyn", "بېكزات تۇرسۇن", NOTE} <= set(seen.texts("#dossier bdi, #dossier .t"))
    report = handoff.verify(bundle, passphrase=PHRASE)
    assert seen.texts("#signer dd")[:3] == [report.signer.words, report.signer.ssh, report.label.bundle.hex()]
    with seen.page.expect_download() as download:
        seen.page.click("#save-age")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.read_bytes() == sealed_in(bundle)
    with seen.page.expect_download() as download:
        seen.page.click("#save-zip")
    whole = Path(download.value.path()).read_bytes()
    command = f"{tool('age')} -d -o {tmp_path / 'x.zip'} {path}"
    typed = PHRASE.encode() + b"\n"
    subprocess.run([tool("script"), "-qec", command, "/dev/null"], input=typed, check=True, capture_output=True)
    assert (tmp_path / "x.zip").read_bytes() == pyrage.passphrase.decrypt(path.read_bytes(), PHRASE) == whole
    assert handoff.verify(tmp_path / "x.zip").bag_sha256 == report.bag_sha256
    assert seen.quiet()


def test_what_is_wrong_is_said_in_words_of_its_own(visit, tmp_path):
    before, after = page.template()
    sealed = seal(packed(members(*RECORDS)))
    data = paged(sealed)

    def shown(changed, phrase=PHRASE):
        (tmp_path / "x.html").write_bytes(changed)
        seen = visit(tmp_path / "x.html")
        if not seen.page.is_visible(".trouble"):
            seen.open(phrase)
        assert seen.page.is_hidden("#opened")
        assert seen.texts("#dossier *") == []
        assert seen.quiet()
        return seen.trouble()

    def flipped(at):
        changed = bytearray(sealed)
        changed[at] ^= 1
        return paged(bytes(changed))

    words = {
        "wrong": shown(data, OTHER),
        "altered": shown(flipped(-1000)),
        "cut": shown(data[: len(before) + len(data) // 20]),
        "other": shown(flipped(0)),
        "work": shown(paged(sealed.replace(b" 4\n", b" 22\n", 1))),
        "large": shown(before + b"A" * (36 << 20) + after),
        "empty": shown(before + after),
    }
    assert "passphrase does not open" in words["wrong"]
    assert "damaged" in words["altered"]
    assert "cut short" in words["cut"]
    assert len(set(words.values())) == len(words)
    for altered in (flipped(90), flipped(200), flipped(len(sealed) // 2), before + b"AB==CDEF" + after):
        assert shown(altered) in {words["altered"], words["wrong"]}


def test_a_page_cut_in_its_script_says_that_it_is_not_complete(visit, tmp_path):
    (tmp_path / "x.html").write_bytes(page.template()[0][:100_000])
    seen = visit(tmp_path / "x.html")
    seen.page.wait_for_selector("#still", state="visible")
    assert "not complete" in seen.page.inner_text("#still")


def test_after_a_wrong_passphrase_the_right_one_opens_it(visit, tmp_path):
    seen = visit(light(tmp_path / "x.html")).open(OTHER)
    assert seen.page.evaluate("document.activeElement.id") == "passphrase"
    seen.page.fill("#passphrase", PHRASE)
    seen.page.press("#passphrase", "Enter")
    seen.page.wait_for_selector("#opened:not([hidden])")
    assert seen.texts("#dossier h1")
    assert seen.quiet()


def test_a_bundle_not_as_it_was_signed_is_not_shown(visit, tmp_path):
    """Sealed anew by somebody who knows the passphrase, with one letter of the data changed."""
    archive = packed(members(*RECORDS)).replace(b"Bekzat Tursyn", b"Bekzat Tursym")
    (tmp_path / "x.html").write_bytes(paged(seal(archive)))
    seen = visit(tmp_path / "x.html").open()
    assert "not as it was signed" in seen.trouble()
    assert any("data/records.json" in one and "changed" in one for one in seen.texts(".faults li"))
    assert seen.page.is_hidden("#opened")
    assert seen.quiet()


def test_hostile_names_and_texts_run_nothing(visit, tmp_path):
    long = "He said it again and again. " * 40_000
    files = {"data/files/file-1.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='ran=1'/>"}
    records = (*named(*HOSTILE[:-1]), event(*HOSTILE, long))
    seen = visit(light(tmp_path / "x.html", *records, files=files, note=HOSTILE[2])).open()
    texts = set(seen.texts("#dossier bdi, #dossier .t"))
    assert {*HOSTILE[:-1], long} <= texts
    assert "⟨U+2066⟩evil⟨U+2069⟩ right" in texts
    assert seen.page.evaluate("typeof ran") == "undefined"
    assert seen.page.locator("img, iframe, object, embed, svg, base, #dossier script, #dossier style").count() == 0
    assert set(seen.page.eval_on_selector_all("a[href]", "all => all.map(one => one.protocol)")) == {"blob:", "file:"}
    assert seen.quiet()


def test_an_index_of_another_make_is_built_anew_without_what_is_not_listed(visit, tmp_path):
    """The sender is hostile: signs an index.html with everything in it that a browser might run or fetch."""
    inside = (
        '<p id="lock" onclick="ran=1" class="bar">kept text</p><script>ran=1</script><style>*{display:none}</style>'
        '<img src="https://example.invalid/x.png" onerror="ran=1"><a href="javascript:ran=1">no link</a>'
        '<a href="https://example.invalid/">nor this</a><a href="#open">nor that</a>'
        '<form action="https://example.invalid/"><button>send</button></form><svg><script>ran=1</script></svg>'
        "<math><mtext></mtext></math><template>t</template><noscript><img src=x></noscript><object data=x></object>"
        "<iframe src='https://example.invalid/'></iframe><h2 id='passphrase'>a heading</h2>" + "<div>" * 400
    )
    index = f'<!DOCTYPE html>\n<main id="dossier">{inside}</main>'.encode()
    seen = visit(light(tmp_path / "x.html", index=index)).open()
    assert "kept text" in seen.page.inner_text("#dossier")
    assert seen.page.evaluate("typeof ran") == "undefined"
    names = "[...document.querySelectorAll('#dossier *')].flatMap(one => one.getAttributeNames())"
    assert seen.page.evaluate(names) == []
    assert "of a kind that this page does not show" in seen.page.inner_text("#opened")
    assert [one for one in seen.asked if not one.startswith(("file:", "blob:"))] == []


def test_the_policy_of_the_page_stops_what_would_run_or_ask(visit, tmp_path):
    """Even what got to act inside the page runs nothing and reaches nobody."""
    seen = visit(light(tmp_path / "x.html"))
    done = seen.page.evaluate(
        """async () => {
          const tried = {};
          const attempt = async (name, act) => {
            try { tried[name] = await act(); } catch { tried[name] = "refused"; }
          };
          const loaded = (one, place) => new Promise((done, refuse) => {
            one.onload = one.onopen = () => done("done");
            one.onerror = refuse;
            if (place) one.src = place;
          });
          await attempt("markup", () => (document.body.innerHTML = "<img src=x onerror='window.ran=1'>"));
          await attempt("timer", () => setTimeout("window.ran = 2", 0));
          await attempt("fetch", () => fetch("https://example.invalid/").then(() => "done"));
          await attempt("socket", () => loaded(new WebSocket("wss://example.invalid/")));
          await attempt("picture", () => loaded(new Image(), "https://example.invalid/x.png"));
          await attempt("data", () => loaded(new Image(), "data:image/gif;base64,R0lGODlhAQABAAAAACw="));
          const script = document.createElement("script");
          await attempt("script", () => { script.append("window.ran = 3"); document.body.append(script); });
          const frame = document.createElement("iframe");
          frame.src = "https://example.invalid/";
          document.body.append(frame);
          await new Promise((done) => setTimeout(done, 100));
          tried.ran = window.ran ?? "nothing";
          return tried;
        }"""
    )
    assert done.pop("script", None) in {None, "refused"}
    assert done.pop("ran") == "nothing"
    assert set(done.values()) == {"refused"}
    assert len(done) == 6
    assert {"csp"} >= {why for address, why in seen.failed if address.startswith(("http", "ws"))}
    assert {one for one in seen.asked if one.startswith(("http", "ws"))} == {one for one, _ in seen.failed} & set(
        seen.asked
    )


def test_files_are_saved_as_they_are_and_only_pictures_are_shown(visit, tmp_path):
    pdf, html = b"%PDF-1.4 invented", b"<html><script>window.ran=1</script>"
    files = {
        "data/files/file-1.png": PICTURE,
        "data/files/file-2.pdf": pdf,
        "data/files/file-3.html": html,
        "data/files/file-4.png": html,
    }
    paper = DisclosedRecord("document-AAAAAA", "document", (claim("file", {"path": next(iter(files))}, kind="file"),))
    seen = visit(light(tmp_path / "x.html", paper, files=files)).open()
    seen.page.click("#dossier td a")
    assert seen.page.inner_text("li:target").startswith(next(iter(files)))
    assert seen.page.eval_on_selector_all("img", "all => all.map(one => one.alt)") == ["file-1.png"]
    seen.page.locator("img").scroll_into_view_if_needed()
    assert seen.page.eval_on_selector("img", "image => image.decode().then(() => image.naturalWidth)") == 1
    for name, data in (("file-2.pdf", pdf), ("file-3.html", html), ("file-1.png", PICTURE)):
        with seen.page.expect_download() as download:
            seen.page.click(f"a[download='{name}']")
        assert Path(download.value.path()).read_bytes() == data
    assert seen.page.evaluate("typeof ran") == "undefined"
    assert seen.quiet()


def test_the_language_is_that_of_the_browser_and_can_be_changed(visit, tmp_path):
    seen = visit(light(tmp_path / "x.html", *RECORDS), locale="ru-RU").open()
    assert "Подпись верна" in seen.page.inner_text("#signer")
    for language, words in {"kk": "Қолтаңба дұрыс", "zh": "签名有效", "en": "The signature holds"}.items():
        seen.page.check(f"input[value={language}]")
        assert words in seen.page.inner_text("#signer")
        assert seen.page.evaluate("document.documentElement.lang") == language
        visible = "all => all.filter(one => one.checkVisibility()).map(one => one.lang)"
        assert set(seen.page.eval_on_selector_all("#dossier .w > [lang]", visible)) == {language}
    assert seen.quiet()


def test_search_finds_across_spellings_and_scripts(visit, tmp_path):
    seen = visit(light(tmp_path / "x.html", *RECORDS)).open()

    def found(query):
        seen.page.fill("#query", query)
        seen.page.press("#query", "Enter")
        return seen.page.inner_text("#found"), seen.page.text_content("#found-in")

    assert "Ұлжан" in found("Ulzhan")[1]
    assert "alike in sound" in found("Ulzhan")[0]
    assert found("TURSYN")[0].startswith("1 of ")
    assert "alike" not in found("TURSYN")[0]
    assert "تۇرسۇن" in found("تۇرسۇن")[1]
    assert found("夜里")[0] == "1 of 1"
    assert found("É IS not e\u0301, and FI")[0] == "1 of 1"
    assert found("line one line two")[0] == "1 of 1"
    first, count = found("Турсын")[0].split(" of ")
    assert (first, "alike" in count) == ("1", True)  # Latin and Arabic spellings of the name
    assert found("nothing of this kind")[0] == "Nothing found"
    count = int(found("a")[0].split()[2])
    assert count > 3
    seen.page.click("#next")
    assert seen.page.inner_text("#found") == f"2 of {count}"
    seen.page.click("#previous")
    seen.page.click("#previous")
    assert seen.page.inner_text("#found") == f"{count} of {count}"
    assert seen.page.evaluate("CSS.highlights.get('found').size") == count
    assert seen.quiet()


def test_each_text_runs_in_its_own_direction(visit, tmp_path):
    seen = visit(light(tmp_path / "x.html", *RECORDS)).open()
    ways = "all => all.map(one => [one.textContent, getComputedStyle(one).direction])"
    found = dict(seen.page.eval_on_selector_all("#dossier bdi, #dossier .t", ways))
    assert (found[TEXTS[2]], found["بېكزات تۇرسۇن"]) == ("rtl", "rtl")
    assert (found[TEXTS[0]], found[TEXTS[1]], found[TEXTS[5]]) == ("ltr", "ltr", "ltr")


def test_every_record_is_there(visit, tmp_path):
    seen = visit(light(tmp_path / "x.html")).open()
    records = json.loads(b"".join(members()["data/records.json"].read()))["records"]
    (shown,) = seen.texts("#dossier")
    assert records
    for one in (*(record["id"] for record in records), "Bekzat Tursyn", "Taken at night.\nNobody knows where."):
        assert one in shown
    assert seen.quiet()


def test_the_dossier_is_the_one_of_the_bag_element_by_element(visit, tmp_path):
    """Made anew from the list of docs/bundle.md, nothing of index.html is lost and nothing is added."""
    records = (*FAMILY, *RECORDS, *named(*HOSTILE[:-1]))
    (tmp_path / "index.html").write_bytes(b"".join(members(*records, note=NOTE)["index.html"].read()))
    inside = "one => one.innerHTML"
    index = visit(tmp_path / "index.html").page.eval_on_selector("#dossier", inside)
    seen = visit(light(tmp_path / "x.html", *records, note=NOTE)).open()
    assert seen.page.eval_on_selector("#dossier", inside) == index
    assert seen.page.locator("#opened > .trouble").count() == 0


def test_the_keyboard_alone_suffices(visit, tmp_path):
    seen = visit(light(tmp_path / "x.html", *RECORDS))
    press, focus = seen.page.keyboard.press, lambda: seen.page.evaluate("document.activeElement.id")
    assert focus() == "passphrase"
    seen.page.keyboard.type(PHRASE)
    press("Enter")
    seen.page.wait_for_selector("#opened:not([hidden])")
    assert seen.page.evaluate("document.activeElement.textContent") == "Who signed it"
    met = []
    for _ in range(5):
        press("Tab")
        met.append(focus())
    assert met == ["query", "previous", "next", "print", "save-age"]
    for _ in range(4):
        press("Shift+Tab")
    seen.page.keyboard.type("Bekzat")
    press("Enter")
    assert seen.page.inner_text("#found").startswith("1 of ")
    for _ in range(5):
        press("Tab")
    assert seen.page.evaluate("document.activeElement.closest('#dossier nav') !== null")
    press("Enter")
    assert seen.page.evaluate("location.hash") != ""
    for _ in range(40):
        press("Shift+Tab")
        if seen.page.evaluate("document.activeElement.name") == "language":
            break
    press("ArrowRight")
    assert seen.page.evaluate("document.documentElement.lang") == "ru"
    with seen.page.expect_download():
        seen.page.focus("#save-age")
        press("Enter")
    assert seen.quiet()


def test_no_text_of_a_dossier_is_painted_over_what_the_page_itself_says(visit, tmp_path):
    """Signs that stack over a letter reach as far up as one likes, unless they are cut off."""
    stacks = ["A" + "\u0302" * 119, "A " * 3 + "B" + "\u0302" * 113]
    plain = members()
    index = b"".join(plain["index.html"].read()).decode()
    heading = "<h1>" + ("A" + "\u0302" * 1_500 + " ") * 8 + "</h1>"
    hostile = index.replace('<main id="dossier">', f'<main id="dossier">{heading}', 1).encode()
    view = {"viewport": {"width": 900, "height": 1_400}}
    shots = []
    for name, page_of in {
        "plain": light(tmp_path / "plain.html"),
        "names": light(tmp_path / "names.html", *named(*stacks)),
        "heading": light(tmp_path / "heading.html", index=hostile),
    }.items():
        seen = visit(page_of, **view).open()
        box = seen.page.locator("#sent").bounding_box()
        seen.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        above = {"x": 0, "y": 0, "width": 900, "height": box["y"] + box["height"] - 6}
        shots.append((name, seen.page.screenshot(clip=above)))
    assert [name for name, shot in shots if shot != shots[0][1]] == []


def test_what_the_sender_wrote_stands_in_a_frame_that_says_so(visit, tmp_path):
    seen = visit(light(tmp_path / "x.html"), locale="ru-RU").open()
    assert "написал отправитель" in seen.page.inner_text(".sent > #sent")
    assert seen.page.eval_on_selector("#dossier", "one => one.parentElement.getAttribute('aria-labelledby')") == "sent"
    assert seen.texts("#signer dd")[3:5] == ["правовая защита", "для адвоката"]
