"""A preview to read and judge, and what is decided of it. Every person, place and text here is made up."""

import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cli.pages import isolated, safe
from cli.pages import page as page_of

pytestmark = pytest.mark.usefixtures("no_sockets")

HOPE = "Надежда умирает последней, говорил он. Потом пришла Надежда Ветрова с хлебом."
TO = ("--policy", "lawyer", "--to", "Desk", "--purpose", "legal")
ALL_GROUPS = ["identity", "family", "location", "health", "testimony", "image"]


@pytest.fixture
def desk(casevault: Any) -> Any:
    """Give a vault: a man, his arrest, and a neighbour of whom nothing may leave, whose name is also a word."""
    casevault.man = casevault.add("person", name="Example Invented", inside="no", sex="male")
    casevault.arrest = casevault.add("event", event__kind="arrest", person=casevault.man, narrative=HOPE)
    casevault.neighbour = casevault.add("person", name="Надежда Ветрова", phone="+7 701 000 11 22")
    casevault.add("consent", given_by=casevault.man, about=casevault.man, audiences=["lawyer"], purposes="legal",
                  capacity="self", groups=ALL_GROUPS, onward="none", given_on="2020-01-01")  # fmt: skip
    casevault("recipient", "add", "Desk", "--audience", "lawyer")
    return casevault


def preview(desk: Any, *more: str) -> Any:
    return desk("export", desk.man, *TO, "--preview", "--json", *more).json


def narrative(desk: Any, folder: str) -> str:
    """Make a plain bundle and give the one text in it."""
    desk("export", desk.man, *TO, "--format", "dir", "--plaintext", "-o", folder)
    records = json.loads(Path(folder, "data/records.json").read_text("utf-8"))["records"]
    (event,) = [one for one in records if one["kind"] == "event"]
    return str(event["fields"]["narrative"][0]["value"])


def handover(desk: Any) -> Any:
    """Give which decisions the ledger says that the newest bundle followed."""
    return desk("ledger", "list", "--json").json["bundles"][-1]["review"]


class Page(HTMLParser):
    """What a browser makes of a page: its elements, their attributes, its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_what_stands_under_each_mask_and_why(desk: Any) -> None:
    done = desk("export", desk.man, *TO, "--preview", "--page", "read.html")
    assert "secrets in the clear" in done.err
    assert "review discard read.html" in done.err
    made = Path("read.html")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    html = made.read_text("utf-8")
    page = Page(html)
    assert "holds secrets in the clear" in page.text
    for told in ("Надежда Ветрова", "name", "person.name", "not part of this", "narrative", "Who could be recognised"):
        assert told in page.text
    assert "default-src 'none'" in html
    assert not {"script", "img", "link", "iframe", "a", "form", "base", "object"} & {*page.elements}
    assert not re.search(r"src=|href=|url\(|@import|https?:", html)
    assert not list(Path().glob(".*.part"))


def test_a_page_replaces_nothing_and_belongs_to_a_preview(desk: Any) -> None:
    Path("mine.html").write_text("mine", "utf-8")
    Path("link.html").symlink_to("elsewhere.html")
    for name in ("mine.html", "link.html"):
        desk("export", desk.man, *TO, "--preview", "--page", name, expect=8)
    assert Path("mine.html").read_text("utf-8") == "mine"
    assert not Path("elsewhere.html").exists()
    desk("export", desk.man, *TO, "-o", "a.age", "--page", "b.html", expect=2)
    assert not Path("a.age").exists()


def test_discard_deletes_a_page_and_nothing_else(desk: Any) -> None:
    desk("export", desk.man, *TO, "--preview", "--page", "read.html")
    Path("other.html").write_text("<!DOCTYPE html><title>Preview</title>", "utf-8")
    Path("link.html").symlink_to("read.html")
    for name in ("other.html", "link.html", "absent.html", str(desk.vault)):
        assert desk("review", "discard", name, expect=None).code in {1, 8}
    assert Path("read.html").exists()
    assert Path("other.html").exists()
    desk("review", "discard", "read.html")
    assert not Path("read.html").exists()
    assert desk.vault.exists()


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</div></bdi></mark><style>*{display:none}</style>",
    "<!-- ]]> <![CDATA[",
    "\u202eevil\u202c \u2066x\u2069 \u200f\u200e\u061c",
    "a\ufeffb\u00adc\ue000",
    "&lt;b&gt; &#60;i&#62; &",
]


def test_a_hostile_text_is_text(desk: Any) -> None:
    desk("edit", desk.man, f"alias={HOSTILE[1]}", expect=None)
    for text in HOSTILE:
        desk.add("event", event__kind="arrest", person=desk.man, narrative=f"{text} Надежда Ветрова {text}")
    desk("recipient", "add", HOSTILE[2], "--audience", "lawyer", expect=None)
    desk("export", desk.man, *TO, "--preview", "--page", "read.html")
    html = Path("read.html").read_text("utf-8")
    page = Page(html)
    plain = Page(re.sub(r"<body>.*</body>", "<body></body>", html, flags=re.DOTALL))
    allowed = {
        "h1",
        "h2",
        "h3",
        "p",
        "bdi",
        "code",
        "ul",
        "li",
        "table",
        "tr",
        "th",
        "td",
        "div",
        "mark",
        "sub",
        "span",
    }
    assert {*page.elements} <= {*plain.elements} | allowed
    assert page.attributes <= plain.attributes | {"class", "dir"}
    assert page.elements.count("style") == 1
    assert "<script>alert(1)</script>" in page.text
    assert not re.search("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff\u00ad\ue000]", html)
    assert "\\u202eevil" in page.text


def test_a_text_from_right_to_left_keeps_its_own_direction(desk: Any) -> None:
    desk.add("event", event__kind="arrest", person=desk.man, narrative="باھار گۈلى 12 (ئەسكەرتىش)")
    desk("export", desk.man, *TO, "--preview", "--page", "read.html")
    html = Path("read.html").read_text("utf-8")
    assert '<div class="text" dir="auto">باھار گۈلى 12 (ئەسكەرتىش)</div>' in html
    assert "<bdi>باھار گۈلى 12 (ئەسكەرتىش)</bdi>" in html


def test_the_terminal_lists_the_words_to_judge(desk: Any) -> None:
    done = desk("export", desk.man, *TO, "--preview")
    assert "Words to judge" in done.out
    assert "Who could be recognised" in done.out
    (word,) = [one for one in preview(desk)["review"] if one["state"] == "masked"]
    assert (word["word"], word["place"], word["start"], word["record"]) == ("Надежда", 1, 0, desk.arrest)


def test_a_kept_word_stands_there_and_nowhere_else_from_then_on(desk: Any) -> None:
    assert "Надежда" not in narrative(desk, "before")
    assert handover(desk) == {}
    made = desk("review", "keep", desk.arrest, "Надежда", "--place", "1", "--json").json
    for folder in ("one", "two"):  # each command opens the vault anew
        text = narrative(desk, folder)
        assert text.startswith("Надежда умирает последней")
        assert text.count("Надежда") == 1
        assert "Ветрова" not in text
        assert handover(desk) == {"keep": [made["id"]]}
    assert [one["state"] for one in preview(desk)["review"] if one["word"] == "Надежда"] == ["kept"]
    desk("review", "forget", made["id"])
    assert "Надежда" not in narrative(desk, "after")
    desk("review", "forget", made["id"], expect=1)


def test_a_keep_is_for_one_text_as_it_is(desk: Any) -> None:
    desk("review", "keep", desk.arrest, "Надежда", "--field", "narrative", "--place", "1")
    second = desk.add("event", event__kind="arrest", person=desk.man, narrative=HOPE)
    states = {(one["record"], one["state"]) for one in preview(desk)["review"] if one["start"] == 0}
    assert states == {(desk.arrest, "kept"), (second, "masked")}


def test_what_is_no_common_word_is_not_kept(desk: Any) -> None:
    for words in (("Ветрова",), ("Надежда", "--place", "2")):
        assert "however it is written" in desk("review", "keep", desk.arrest, *words, expect=9).err
    assert "2 places" in desk("review", "keep", desk.arrest, "Надежда", expect=9).err
    for words in (("хлеб",), ("Надежд",), ("надежда",), ("Надежда", "--place", "3"), ("Надежда", "--field", "place")):
        desk("review", "keep", desk.arrest, *words, expect=1)
    desk("review", "keep", desk.man, "Надежда", expect=1)
    desk("review", "keep", "ffff", "Надежда", expect=1)
    assert desk("review", "list", "--json").json["decisions"] == []
    # Once the neighbour is a source, the word is never hers to be kept.
    desk("review", "keep", desk.arrest, "Надежда", "--place", "1")
    desk.add("source", person=desk.neighbour, name="Надежда Ветрова", about=desk.man)
    assert "Надежда" not in narrative(desk, "source")
    desk("review", "forget", desk("review", "list", "--json").json["decisions"][0]["id"])
    desk("review", "keep", desk.arrest, "Надежда", "--place", "1", expect=9)
    assert desk("review", "list", "--json").json["decisions"] == []


def test_mask_this_too_everywhere_and_in_one_record(desk: Any) -> None:
    assert "хлебом" in narrative(desk, "before")
    everywhere = desk("review", "mask", "хлеб", "--json").json["id"]
    text = narrative(desk, "one")
    assert "хлеб" not in text
    assert handover(desk) == {"mask": [everywhere]}
    desk("review", "forget", everywhere)
    here = desk("review", "mask", "говорил он", "--in", desk.arrest, "--field", "narrative", "--json").json["id"]
    text = narrative(desk, "two")
    assert "говорил" not in text
    assert "хлебом" in text
    assert handover(desk) == {"mask": [here]}
    desk("review", "mask", "x", "--in", desk.arrest, "--field", "no_such", expect=1)
    desk("review", "mask", "x", "--field", "narrative", expect=2)
    desk("review", "mask", "...", expect=9)
    desk("review", "mask", "x" * 201, expect=9)
    assert len(desk("review", "list", "--json").json["decisions"]) == 1
    assert "говорил он" in desk("review", "list").out


def test_a_word_need_not_stand_on_the_command_line(desk: Any) -> None:
    Path("word").write_text("bluebell\n", "utf-8")
    desk("review", "mask", "@word")
    desk("review", "mask", "@-", stdin=b"rosebell\n")
    assert sorted(one["word"] for one in desk("review", "list", "--json").json["decisions"]) == ["bluebell", "rosebell"]
    desk("review", "mask", "--no-input", expect=2)


def test_both_bundles_of_one_act_are_on_one_page(desk: Any) -> None:
    desk("recipient", "add", "WG", "--audience", "un", "--onward", "state")
    words = ("--policy", "un", "--to", "WG", "--purpose", "un", "--preview", "--page", "read it.html")
    done = desk("export", desk.man, *words)
    assert "review discard 'read it.html'" in " ".join(done.err.split())
    page = Page(Path("read it.html").read_text("utf-8"))
    assert "forwardable: by the policy un-forwardable" in page.text
    assert "confidential: by the policy un-confidential" in page.text
    assert "consent is missing" in page.text


def test_a_phone_with_a_name_beside_it_is_shown_too(desk: Any) -> None:
    Path("phone").write_text("+7 701 999 88 77 (Надежда Ветрова)", "utf-8")
    desk("edit", desk.man, "phone=@phone")
    desk("export", desk.man, *TO, "--preview", "--page", "read.html")
    page = Page(Path("read.html").read_text("utf-8"))
    assert "person.phone of" in page.text
    assert page.text.count("Надежда Ветрова") >= 3


def test_no_character_of_a_page_is_a_control() -> None:
    every = "".join(map(chr, (*range(0x250), *range(0x2000, 0x2100), 0xFEFF, 0xE000, 0xD800, 0x1F600)))
    made = page_of("Title <b>", [safe(every), isolated(every, newlines=True)], mark='"><b>')
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\ufeff\ue000\ud800]", made)
    assert {*Page(made).elements} == {"html", "head", "meta", "title", "style", "body", "bdi"}
    made.encode()


def test_what_is_masked_everywhere_is_looked_for_by_the_gate(desk: Any) -> None:
    desk("review", "mask", "bluebell")
    note = ("--format", "dir", "--plaintext", "-o", "a", "--note", "the bluebell case")
    assert "value" in desk("export", desk.man, *TO, *note, expect=None).err
    assert not Path("a").exists()


def test_no_decision_stands_in_the_bytes_of_the_vault_nor_its_word_in_the_ledger(desk: Any) -> None:
    desk("review", "mask", "bluebell")
    desk("review", "keep", desk.arrest, "Надежда", "--place", "1")
    narrative(desk, "a")
    assert b"bluebell" not in desk.vault.read_bytes()
    told = desk("ledger", "list", "--json").out
    assert "bluebell" not in told
    assert "Надежда" not in told


def test_an_erased_record_takes_its_decisions_along(desk: Any) -> None:
    desk("review", "keep", desk.arrest, "Надежда", "--place", "1")
    desk("review", "mask", "Tatay")
    desk("remove", desk.arrest, "--purge", "--yes")
    assert [one["word"] for one in desk("review", "list", "--json").json["decisions"]] == ["Tatay"]


def test_an_erased_person_stands_in_no_decision(desk: Any) -> None:
    desk("review", "keep", desk.arrest, "Надежда", "--place", "1")
    for word in ("Ветровой", "надежда", "Tatay"):
        desk("review", "mask", word)
    desk("remove", desk.neighbour, "--purge", "--yes")
    assert [one["word"] for one in desk("review", "list", "--json").json["decisions"]] == ["Tatay"]
