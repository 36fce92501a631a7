"""The dossier as a page. All people, texts and hostile values here are made up."""

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.render.invented import FAMILY, claim, disclose, person
from vault.redact import MASK, Cell, DisclosedRecord, Table
from vault.render import html
from vault.render.dossier import build
from vault.render.words import LANGUAGES, WORDS

DOCS = Path(__file__).parents[3] / "docs" / "bundle.md"
VOID = {"meta", "input"}
IDS = re.compile(r"s-(contents|note|relations|timeline)|k-[a-z0-9_]+|r-[A-Za-z0-9_-]+")


class Page(HTMLParser):
    """A page as a parser sees it: the tags with their attributes, and the texts of records."""

    def __init__(self, data):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.open, self.told, self.style = [], [], [], [], ""
        self.feed(data.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes), tuple(self.open)))
        assert len(dict(attributes)) == len(attributes)
        if tag not in VOID:
            self.open.append(tag)
            if tag == "div" or (tag == "bdi" and "div" not in self.open[:-1]):
                self.texts.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.style += data if self.open[-1:] == ["style"] else ""
        self.told.append(data)
        if {"bdi", "div"} & set(self.open):
            self.texts[-1] += data

    def handle_decl(self, decl):
        assert decl == "DOCTYPE html"

    def handle_comment(self, data):
        pytest.fail("a comment in the page")

    unknown_decl = handle_pi = handle_comment


def page(*records, language="en", **more):
    return html.write(build(disclose(*records, **more)), language)


def table_of_elements():
    """Read the list in the document: which attributes an element may have."""
    part = DOCS.read_text("utf-8").partition("\n## The dossier\n")[2].partition("\n## ")[0]
    allowed = {}
    for names, attributes in re.findall(r"^\| (`[^|]*`) \|([^\n]*)\|$", part, re.MULTILINE):
        for name in re.findall(r"`([a-z0-9]+)`", names):
            allowed[name] = set(re.findall(r"`(id|aria-labelledby|href|lang|class|dir|scope|rowspan)\b", attributes))
    return allowed


ALLOWED = table_of_elements()
CLASSES = {
    "span": {"w", "mask", "manner", "state withheld", "state unknown", "state not-asked", "state coarsened",
             "state retracted", "state disputed"},
    "bdi": {"mark"}, "div": {"t"}, "ul": {"terms"}, "table": {"claims"}, "td": {"back"},
}  # fmt: skip


def check(data):
    """Hold a page against the list of what may stand in it; give it as a parser sees it."""
    seen = Page(data)
    inside = [(tag, attributes) for tag, attributes, around in seen.tags if "main" in around or tag == "main"]
    ids = [attributes["id"] for _, attributes in inside if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in inside:
        assert tag in ALLOWED, tag
        assert attributes.keys() <= ALLOWED[tag], tag
        for name, value in attributes.items():
            match name:
                case "id":
                    assert value == "dossier" if tag == "main" else IDS.fullmatch(value)
                case "aria-labelledby":
                    assert value in ids
                case "href":
                    assert value[1:] in ids if value[0] == "#" else re.fullmatch(r"data/files/[\w.-]+", value, re.ASCII)
                case "lang":
                    assert value in LANGUAGES
                case "class":
                    assert value in CLASSES[tag]
                case "dir":
                    assert value == "auto"
                case "scope":
                    assert value in {"col", "row", "rowgroup"}
                case "rowspan":
                    assert attributes["scope"] == "rowgroup"
                    assert int(value) > 1
    return seen


def test_the_list_in_the_document_is_that_of_the_program():
    assert set(ALLOWED) == set(html.ELEMENTS)


def test_a_family_stays_within_the_list():
    seen = check(page(*FAMILY, note="Call me.\nThen write."))
    used = {tag for tag, _, around in seen.tags if "main" in around}
    assert used | {"main"} == set(html.ELEMENTS)
    for text in (
        "Bekzat Tursyn",
        "Бекзат Тұрсынұлы",
        "2017-05-03",
        "Taken at night.\nNobody knows where.",
        "Call me.\nThen write.",
    ):
        assert text in seen.texts


def test_counts_stay_within_the_list():
    table = Table(("sex",), (Cell(("<b>",), 7), Cell((None,), None)), 5, None)
    seen = check(page(table=table))
    assert "<b>" in seen.texts
    assert {"7", "–", "пол"} <= set(seen.told)


def test_what_stands_before_the_dossier_is_the_same_for_all():
    for language in LANGUAGES:
        begins = {
            page(*FAMILY, language=language).partition(b'<main id="dossier">')[0] for FAMILY in (FAMILY, [person()])
        }
        assert len(begins) == 1
        (before,) = begins
        assert before.decode().startswith(html.head(language))
        seen = Page(page(*FAMILY, language=language))
        checked = [attributes["id"] for tag, attributes, _ in seen.tags if tag == "input" and "checked" in attributes]
        assert checked == [f"l-{language}"]


def test_the_policy_lets_the_one_style_in_and_nothing_else():
    seen = Page(page(*FAMILY))
    (rules,) = [one["content"] for tag, one, _ in seen.tags if one.get("http-equiv") == "Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(seen.style.encode()).digest()).decode()
    assert rules == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import|expression|\\", seen.style)
    names = {name for _, attributes, _ in seen.tags for name in attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"style", "src", "srcset", "action", "ping"}


def test_every_rule_of_the_dossiers_look_is_about_the_dossier():
    sheet = (Path(html.__file__).parent / "dossier.css").read_text()
    for selectors in re.findall(r"([^{}]+)\{", re.sub(r"@media[^{]*\{", "", sheet)):
        assert all(one.strip().startswith("#dossier ") for one in selectors.split(",")), selectors


def luminance(colour):
    parts = [int(part, 16) / (255 if len(part) == 2 else 15) for part in re.findall("." * (len(colour) // 3), colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_letters_stand_out_from_what_is_behind_them():
    pairs = 0
    for body in re.findall(r"\{([^{}]*)\}", html.style()):
        ink = re.search(r"(?<![-\w])color: #([0-9a-f]+)", body)
        behind = re.search(r"background: #([0-9a-f]+)", body)
        if ink and not (behind and behind[1] == ink[1]):  # a mask is to show nothing
            light, dark = sorted((luminance(ink[1]), luminance(behind[1] if behind else "fff")), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, body
            pairs += 1
    assert pairs >= 5


def test_the_words_are_in_four_languages_each_said_to_be_so():
    data = page(*FAMILY).decode()
    for key in ("timeline", "withheld", "unknown", "not-asked", "coarsened", "retracted", "said", "known"):
        for language in LANGUAGES:
            assert f'<span lang="{language}">{WORDS[key][language]}</span>' in data
    for choice in ("arrest", "қамауға алу", "逮捕"):
        assert f">{choice}</span>" in data


def test_headings_tables_and_lists_are_such():
    seen = Page(page(*FAMILY))
    levels = [int(tag[1]) for tag, _, _ in seen.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    heads = [attributes for tag, attributes, around in seen.tags if tag == "th"]
    assert all("scope" in one for one in heads)
    assert all("li" not in around or around[-1] != "ul" or tag == "li" for tag, _, around in seen.tags)


def test_claims_of_one_field_share_a_heading_and_what_differs_says_so():
    data = page(
        person(
            claim("sex", "male", kind="choice", basis="told"),
            claim("sex", "female", kind="choice", basis="document", source="document-AAAAAA"),
            claim("sex", "other", kind="choice", retracted=True),
        )
    ).decode()
    assert data.count('<th scope="rowgroup" rowspan="3">') == 1
    assert data.count('<span class="state disputed">') == 1
    assert data.count('<td class="back">') == 1
    assert '<bdi class="mark" dir="auto">[document-AAAAAA]</bdi>' in data


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "</bdi></main><iframe src=javascript:alert(1)>",
    "<!-- --><![CDATA[x]]><?php ?>",
    "javascript:alert(1)",
    "data:text/html,<b>",
    "&lt;script&gt; &#60; &amp;",
    "${7*7} {{7*7}} <%= 7 %>",
    "<main id=dossier>",
    'l-en" checked',
    "\u202egnp.exe",
    "\u2066abc\u2069\u200f",
    "a\u2028b\u2029c\x85d",
    "\x00\x01\x1b[31m\x9b",
    "\ud800\udfff",
    "\ufeff\U000e0041\ue000",
    "a\r\nb\rc\x0bd\x0ce",
    "\u0338\u20e3" * 50,
]  # fmt: skip
KINDS_OF_VALUES = {
    "text": lambda text: claim("health", text),
    "choice": lambda text: claim("sex", text, kind="choice"),
    "date": lambda text: claim("birth", text, kind="birth"),
    "number": lambda text: claim("odd", text, kind="number"),
    "name": lambda text: claim("name", {"text": text, "kind": text}, kind="name"),
    "place": lambda text: claim(
        "birth_place", dict.fromkeys(("text", "county", "region", "country"), text), kind="place"
    ),
    "link": lambda text: claim("relative", {"record": text, "names": [text], "relation": text}, kind="link"),
    "stand-in": lambda text: claim("name", {"text": text}, "pseudonym", "name"),
    "file": lambda text: claim("photo", {"path": text, "name": text}, kind="file"),
    "file path": lambda text: claim("photo", {"path": f"data/files/{text}", "name": text}, kind="file"),
    "how": lambda text: claim("health", "x", basis=text, confidence=text, as_of=text, source=text),
    "field": lambda text: claim(text, "x"),
    "coarse": lambda text: claim("birth_place", {"text": text}, "coarsened", "place"),
    "withheld": lambda text: claim("notes", text, "withheld"),
}


def shown(text):
    """Give what a text of a record is to look like: one kind of line break, and numbers for what is unseen."""
    text = re.sub("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return "".join(
        f"⟨U+{ord(c):04X}⟩" if re.match("[^\n\t\u200c\u200d]", c) and not c.isprintable() and not c.isspace() else c
        for c in text
    )


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("shape", KINDS_OF_VALUES)
def test_no_text_is_anything_but_text(value, shape):
    one = KINDS_OF_VALUES[shape](value)
    data = page(
        person(one), DisclosedRecord("event-AAAAAA", "event", (one, claim("when", value, kind="date"))), note=value
    )
    seen = check(data)
    assert shown(value) in seen.texts  # the note
    if shape != "link":
        told = [text for text in seen.texts if text.strip("[]") == shown(value).strip("[]") or shown(value) in text]
        assert len(told) >= 2


@pytest.mark.parametrize("value", HOSTILE)
def test_no_mark_or_kind_is_anything_but_text(value):
    records = [
        DisclosedRecord(value, "person", (claim("relative", {"record": value}, kind="link"),)),
        DisclosedRecord(f"event-{value}", "event", (claim("person", {"record": value}, kind="link"),)),
    ]
    assert f"[{shown(value)}]" in check(page(*records)).texts


@pytest.mark.parametrize(
    ("path", "linked"),
    [
        ("data/files/file-7F3A9Q.jpg", True),
        ("data/files/file-7F3A9Q", True),
        ("data/files/file-7F3A9Q.pdf", True),
        ("data/files/file-7F3A9Q.svg", False),
        ("data/files/file-7F3A9Q.HTML", False),
        ("data/files/file-7F3A9Q.htm", False),
        ("data/files/../x.jpg", False),
        ("data/files/a b.jpg", False),
        ("data/files/.jpg", False),
        ("data/x.jpg", False),
        ("file:///etc/passwd", False),
        ("//host/data/files/x.jpg", False),
        ("javascript:alert(1)", False),
    ],
)
def test_attachments_are_links_but_not_what_could_run(path, linked):
    seen = check(page(person(claim("photo", {"path": path}, kind="file"))))
    links = [one["href"] for tag, one, _ in seen.tags if tag == "a" and not one["href"].startswith("#")]
    assert links == ([path] if linked else [])
    assert path in (seen.told if linked else seen.texts)


def test_masks_are_marked_and_stay_in_their_text():
    text = f"He {MASK} and {MASK}{MASK}."
    data = page(person(claim("health", text)))
    assert text in check(data).texts
    assert data.decode().count(f'<span class="mask">{MASK}</span>') == 3


@given(st.text(max_size=80), st.text(max_size=20))
def test_any_text_is_found_again_when_the_page_is_parsed(one, other):
    seen = check(page(person(claim("health", one), claim("name", {"text": other}, kind="name"))))
    plain = [text for text in (one, other) if text.isprintable()]
    assert set(plain) <= set(seen.texts)


SCRIPTS = [
    "Бекзат Тұрсынұлы, Әйгерім Өмірқызы: ғ қ ң ұ ү һ і",
    "مەمەت ئىسمايىل (2017) ABC",
    "بەكزات تۇرسىن ۇلى\u200cى",
    "别克扎提·吐尔逊，新疆",
    "Mixed עברית and English: (12) — «да»",
    "line one\n\n  line two\tand a tab",
    "e\u0301 and é stay two",
]


@pytest.mark.parametrize("text", SCRIPTS)
def test_texts_are_byte_for_byte_what_they_were(text):
    seen = check(page(person(claim("health", text), claim("birth_place", {"text": text}, kind="place")), note=text))
    assert seen.texts.count(text) == 3
    for tag, attributes, _ in seen.tags:
        if tag in {"bdi", "div"}:
            assert attributes["dir"] == "auto"


@pytest.mark.parametrize("unit", ["word ", "&<>\"'", MASK, "\n", "\u202e", "é\u0338", "字", "<b>", "\ud800"])
def test_a_narrative_of_a_megabyte_grows_by_a_constant_factor(unit):
    text = unit * ((1 << 20) // len(unit))
    data = page(person(claim("health", text)))
    assert len(data) < 20_000 + 20 * len(text)
    assert shown(unit) * (len(text) // len(unit)) in check(data).texts


@pytest.mark.parametrize("unit", ["word ", "字", "ab\n", MASK, "e\u0301", "<&>"])
@pytest.mark.parametrize("length", [3999, 4000, 4001, 12_345])
def test_a_long_text_stands_in_pieces_that_are_the_text(unit, length):
    text = (unit * length)[:length]
    seen = check(page(person(claim("health", text), claim("name", {"text": text}, kind="name")), note=text))
    assert seen.texts.count(text) == 3
    assert sum(around[-1:] == ("div",) for tag, _, around in seen.tags if tag == "bdi") in {0, *range(4, 30)}
    data = page(note=text).decode()
    assert not re.search(f"{MASK[0]}</span></bdi><bdi[^>]*><span class=.mask.>(?!{MASK})", data)
    assert '</bdi><bdi dir="auto">\u0301' not in data
