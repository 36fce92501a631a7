"""The dossier as PDF: what two readers find in it, and nothing besides. All people and texts here are made up."""

import hashlib
import io
import os
import re
import subprocess
import sys
import tracemalloc
import unicodedata
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from tests.unit.render.invented import FAMILY, claim, disclose, person
from vault.errors import HandoffError, MissingFontError
from vault.redact import DisclosedRecord
from vault.render import render_pdf
from vault.render.pdf.faces import Faces

BUNDLE = bytes(range(16))
WORDS = "anchor bright candle dinner engine fabric"
FONTS = Path(__file__).parents[3] / "vault" / "render" / "fonts"


def has_han():
    try:
        Faces().choose("乌", bold=False)
    except MissingFontError:
        return False
    return True


han = pytest.mark.skipif(not (os.environ.get("CI") or has_han()), reason="this machine has no Chinese font")


def narrative(*texts):
    return DisclosedRecord("event-CCCCCC", "event", tuple(claim("narrative", text) for text in texts))


def write(*records, language="en", **more):
    return render_pdf(disclose(*records, **more), language=language, bundle=BUNDLE, words=WORDS)


def by_pypdf(data):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def by_pdfium(data):
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def flat(text):
    """Take out what a page adds to a text: the ends of lines, which stand behind a space where there was one."""
    return re.sub(" +", " ", re.sub(r"[\r\n]+", "", unicodedata.normalize("NFC", text)))


_TURNED = str.maketrans(dict.fromkeys("()[]{}<>«»‹›⟨⟩（）「」《》", "|"))


def folded(text):
    """Write brackets and signs as PDFium may give them back in lines with letters from right to left."""
    return unicodedata.normalize("NFKC", flat(text)).translate(_TURNED)


def assert_reads(text, data):
    assert flat(text) in flat(by_pypdf(data))
    rtl = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)
    assert (folded if rtl else flat)(text) in (folded if rtl else flat)(by_pdfium(data))


TEXTS = {
    "English": "They came at night, at about 3 a.m.; nobody (so it is said) knows where - “not even the guard”.",
    "Russian": "Его увезли ночью в 3 часа; съёмка — «есть», ударе́ние и № 5, 10 %.",
    "Kazakh": "Оны түнде алып кетті; Әбдіғани Ұлықбек, ғ қ ң ө ұ ү һ і Ә Ғ Қ Ң Ө Ұ Ү Һ І.",
    "Kazakh in Arabic letters": "ونى ءتۇندە الىپ كەتتى، ابدىقانى ۇلى 1987 جىلى تۋعان، № 12/34 ءۇيدە.",
    "Uyghur": "ئۇنى كېچىدە ئېلىپ كەتتى، ئەخمەت تۇرسۇن ئۈرۈمچى شەھىرىدە، لايىق گۇۋاھچى بارمۇ؟",
    "digits": "ئۇ 2017-03-04 كۈنى سائەت 12:30 دا 3-قەۋەتتە ۱۲۳ ياكى ١٢٣ كىشى، +7 701 000, 10% ۋە 12/34.",
    "marks": "مُحَمَّد بَّ قُرْآن، и́ е̄ ä̂ x̌y",
    "mixed": "The man ئەخمەت تۇرسۇن 2017 (Ахмет) was seen in ئۈرۈمچى, as Иван said: «ئەخمەت» [person-7F3A9Q].",
    "mixed from the right": "ئەخمەت تۇرسۇن said twelve words to Иван (Ahmet Tursun) in 2017-03-04 ئۈرۈمچى.",
    "masks": "▇▇▇▇▇▇ said that ▇▇▇▇▇▇ went; ئۇ ▇▇▇▇▇▇ بىلەن كەتتى.",
    "long words": "x" * 400 + " " + "ئەخمەت" * 60 + " " + "Ұ" * 300,
    "brackets": "(a) [b] {c} «d» (ئا) [ب] {پ} «ت» (ئا (ب) پ)",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_two_readers_find_the_text(text):
    assert_reads(text, write(narrative(text)))


@han
@pytest.mark.parametrize(
    "text",
    [
        "他于2017年3月在乌鲁木齐市被捕，之后没有消息。（见附件“甲”）《通知》",
        "买买提·吐尔逊（ئەخمەت تۇرسۇن）于2017年在ئۈرۈمچى被捕，Ahmet知道。",
        "ئەخمەت تۇرسۇن (买买提) ئۈرۈمچى شەھىرىدە، 乌鲁木齐市第三看守所。",
        "乌鲁木齐市" * 100,
    ],
)
def test_two_readers_find_chinese(text):
    assert_reads(text, write(narrative(text)))


_PARTS = (
    "ئەخمەت تۇرسۇن ئۈرۈمچى سلام لايىق قازاق 2017 2017-03-04 12:30 № 10% 买买提 乌鲁木齐市 Ahmet Иван Әбдіғани"
    " (ئا) (abc) «сөз» — ، ۱۲۳ مُحَمَّد и́ a/b x. ؟ 12/34 +7 e@x.org 3-يىلى ئا-ئانا … ؛"
    " [person-7F3A9Q] ▇▇▇▇▇▇ ئەخمەت، ئەخمەت. 买买提， （ئا）"
).split()


@han
def test_two_readers_find_lines_of_any_mixture(deep):
    size = deep("pdf-mixed-lines", 60, 4000)
    random = size.random()
    texts = [" ".join(random.choices(_PARTS, k=random.randint(1, 14))) for _ in range(size)]
    for at in range(0, size, 20):
        data = write(narrative("\n".join(texts[at : at + 20])))
        pages = flat(by_pypdf(data)), folded(by_pdfium(data))
        for text in texts[at : at + 20]:
            assert flat(text) in pages[0], text
            assert folded(text) in pages[1], text


def test_every_text_of_a_dossier_is_on_its_pages():
    data = write(*FAMILY, note="A note to the recipient.")
    for text in ("Bekzat Tursyn", "Бекзат Тұрсынұлы", "[person-BBBBBB]", "2017-05-03", "2016/2017", "Hill, Altay"):
        assert_reads(text, data)
    for text in ("Taken at night.", "Nobody knows where.", "A note to the recipient.", "seen by the one who tells it"):
        assert_reads(text, data)


@pytest.mark.parametrize(("language", "word"), [("en", "withheld"), ("ru", "не сообщается"), ("kk", "айтылмайды")])
def test_withheld_unknown_and_not_asked_are_told_apart_in_each_language(language, word):
    data = write(*FAMILY, language=language)
    assert_reads(word, data)
    lines = by_pypdf(write(*FAMILY)).splitlines()
    for label, said in (("date of birth", "withheld"), ("ethnic group", "unknown"), ("health", "not asked")):
        assert lines[lines.index(label) + 1] == said


@han
def test_a_dossier_in_chinese():
    assert_reads("不予透露", write(*FAMILY, language="zh"))


def test_claims_of_one_field_stand_side_by_side():
    places = {}

    def visit(text, _cm, tm, *_):
        if text.strip() in {"2017-05-03", "2017-06"}:
            places.setdefault(text.strip(), (tm[4], tm[5]))

    pages = pypdf.PdfReader(io.BytesIO(write(*FAMILY))).pages
    for page in pages:
        if "circumstances" in page.extract_text():
            page.extract_text(visitor_text=visit)
    (x_one, y_one), (x_two, y_two) = places["2017-05-03"], places["2017-06"]
    assert y_one == y_two
    assert x_one < x_two


def test_counts_stand_in_a_table():
    from vault.redact import Cell, Table

    table = Table(("sex",), (Cell(("male",), 12), Cell((None,), None)), 5, None)
    data = write(table=table)
    assert_reads("male", data)
    assert_reads("12", data)


# --- nothing but the dossier -----------------------------------------------------------------------------------------


def test_the_same_dossier_gives_the_same_bytes():
    assert write(*FAMILY) == write(*FAMILY)
    other = render_pdf(disclose(*FAMILY), bundle=bytes(16), words=WORDS)
    assert other != write(*FAMILY)


def test_no_hash_seed_and_no_clock_is_in_the_bytes():
    code = (
        "import hashlib, test_pdf as t\n"
        "print(hashlib.sha256(t.write(*t.FAMILY, t.narrative(t.TEXTS['mixed']))).hexdigest())"
    )
    root = Path(__file__).parents[3]
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{root}{os.pathsep}{Path(__file__).parent}"},
            cwd=root,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_nothing_tells_who_made_it_when_or_with_what():
    data = write(*FAMILY, narrative(TEXTS["Uyghur"]))
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert reader.metadata is None
    assert reader.xmp_metadata is None
    assert set(reader.trailer) == {"/Size", "/Root"}
    assert set(reader.root_object) == {"/Type", "/Pages", "/Lang", "/Outlines", "/PageMode"}
    for page in reader.pages:
        assert set(page) == {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
    streams = [
        stream.get_data()
        for stream in map(reader.get_object, range(1, reader.trailer["/Size"]))
        if isinstance(stream, pypdf.generic.StreamObject)
    ]
    for part in (data, *streams):
        for word in (b"Producer", b"Creat", b"Date", b"Author", b"casevault", b"harf", b"Harf", b"Noto", b"Google"):
            assert word not in part


def test_bookmarks_lead_to_sections_and_records():
    reader = pypdf.PdfReader(io.BytesIO(write(*FAMILY, note="n")))
    outer = [one for one in reader.outline if not isinstance(one, list)]
    assert [one.title for one in outer] == ["Note", "Family", "Timeline", "People", "Events"]
    people = reader.outline[reader.outline.index(outer[3]) + 1]
    assert [one.title for one in people] == ["Bekzat Tursyn [person-AAAAAA]", "[person-BBBBBB]"]
    for one in (*outer, *people):
        assert one.title in flat(reader.pages[reader.get_destination_page_number(one)].extract_text())


def test_each_page_bears_the_bundle_the_signer_and_its_number():
    reader = pypdf.PdfReader(io.BytesIO(write(*FAMILY, narrative("A line of a long text.\n" * 120))))
    assert len(reader.pages) > 2
    for number, page in enumerate(reader.pages, 1):
        said = flat(page.extract_text())
        assert WORDS in said
        assert BUNDLE.hex() in said
        assert f"page {number}/{len(reader.pages)}" in said


# --- letters, fonts ---------------------------------------------------------------------------------------------------


def test_a_letter_that_no_font_has_is_a_named_error_that_does_not_tell_it():
    secret = "Gulsim 𓀀𓁐 Akhmet"
    with pytest.raises(MissingFontError) as caught:
        write(narrative(secret))
    assert isinstance(caught.value, HandoffError)
    assert caught.value.script == "Egyptian"
    assert "Noto Sans Egyptian" in caught.value.fonts[0]
    for part in ("Gulsim", "𓀀", "𓁐", "Akhmet", "13000"):
        assert part not in str(caught.value)


def test_no_letter_is_shown_as_an_empty_box():
    faces = Faces()
    for text in TEXTS.values():
        for letter in unicodedata.normalize("NFC", text):
            if unicodedata.category(letter) not in {"Mn", "Zs"}:
                face = faces.choose(letter, bold=True)
                face.shape(letter, rtl=unicodedata.bidirectional(letter) in {"R", "AL"})
    for face in faces.used():
        assert all(glyph for layer in face.layers for glyph, _, _ in layer.values())


def test_letters_join_and_marks_stand_above():
    faces = Faces()
    face = faces.choose("ب", bold=False)
    alone, joined = (face.shape(text, rtl=True) for text in ("ب", "ببب"))
    glyphs = {face.layers[code.layer][code.number][0] for code in joined.codes}
    assert len(glyphs) == 3
    assert joined.width < 3 * alone.width
    marked = face.shape("بَّ", rtl=True)
    assert marked.drawn
    assert marked.width == alone.width
    assert sorted(code.text for code in marked.codes) == sorted("بَّ")


def test_the_shipped_fonts_are_what_their_origin_says():
    said = dict(re.findall(r"`([\w-]+\.ttf)` .*`([0-9a-f]{64})`", (FONTS / "ORIGIN.md").read_text("utf-8")))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.ttf")}
    assert said == found
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 2_000_000
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text("utf-8")


def test_without_the_extra_it_says_what_to_install():
    code = (
        "import sys; sys.modules['uharfbuzz'] = None\n"
        "from vault.errors import MissingExtraError\n"
        "from tests.unit.render.invented import disclose\n"
        "from vault.render import render_pdf\n"
        "try: render_pdf(disclose(), bundle=bytes(16), words='')\n"
        "except MissingExtraError as error: print(error.extra, error)\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("pdf ")
    assert "pip install casevault[pdf]" in done.stdout


# --- hostile texts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
        ("a\x00\x1b[31mb", "a⟨U+0000⟩⟨U+001B⟩[31mb"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        (") Tj ET Q endstream endobj \\) << /JS (x) >>", ") Tj ET Q endstream endobj \\) << /JS (x) >>"),
        ("\\r\\n\\(\\)", "\\r\\n\\(\\)"),
        ("e\u0301\u0300\u0302" * 30, "é\u0300\u0302" * 30),
        ("\u0301 alone", "\u0301 alone"),
        ("ئ" + "\u064e\u0651" * 40, None),
        ("(" * 500 + "ئ" + ")" * 500, None),
        ("  lead   and   trail  ", "lead and trail"),
    ],
)
def test_hostile_texts_are_shown_and_do_nothing(text, shown):
    data = write(narrative(text))
    if shown is not None:
        assert flat(shown) in flat(by_pypdf(data))
        assert flat(shown) in flat(by_pdfium(data))
    reader = pypdf.PdfReader(io.BytesIO(data), strict=True)
    for number in range(1, reader.trailer["/Size"]):
        assert not {"/JS", "/AA", "/OpenAction", "/URI", "/EmbeddedFile"} & set(reader.get_object(number) or ())
    with pypdfium2.PdfDocument(data) as document:
        assert len(document) == len(reader.pages)


def test_a_text_turns_nothing_beside_it():
    data = write(person(claim("name", {"text": "ئەخمەت 12", "kind": "official"}, kind="name")))
    assert_reads("ئەخمەت 12 (name in papers)", data)


def test_a_long_narrative_in_bounded_memory(deep):
    size = deep("pdf-long-narrative", 30_000, 1 << 20)
    unit = "The man was seen in the street. Оны көшеде көрген. ئۇنى كوچىدا كۆرگەن. "
    text = unit * (size // len(unit.encode()))
    tracemalloc.start()
    try:
        data = write(narrative(text))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000 + 60 * size
    assert len(data) < 400_000 + 3 * size
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert flat("".join(page.extract_text() for page in reader.pages)).count("كوچىدا") == text.count("كوچىدا")


@pytest.mark.parametrize("letter", ["x", "ئ", "Ж", "\u0301", "(", " ", "1", "-"])
def test_one_letter_without_end(letter):
    text = "a" + letter * 5000 + "b"
    said = re.sub(r"Signed with the key: .*?page [0-9]/[0-9]", "", flat(by_pypdf(write(narrative(text)))))
    assert flat(text) in said
