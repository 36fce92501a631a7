"""Printed sheets of paper keys and shares: their parts, their words, their square code. All keys are invented."""

import re
import subprocess
from xml.etree import ElementTree as ET

import pypdf
import pypdfium2
import pytest
import zxingcpp

from vault.keys import Identity, format_paper
from vault.shares import parse_share, split
from vault.sheets import LANGUAGES, paper_sheet, share_sheet

SVG = "{http://www.w3.org/2000/svg}"
CODE = "ABCDEFGH"
PAPER = format_paper(Identity(bytes(range(32))))


@pytest.fixture(scope="module")
def shares():
    return split(bytes(range(32)), 16, 10)


@pytest.fixture(params=["paper", "share"])
def made(request, shares):
    """Give a sheet and what its square code says."""
    if request.param == "paper":
        return paper_sheet(PAPER, CODE), PAPER
    return share_sheet(shares[9], 16, CODE), shares[9].text


def texts(root, kind):
    return [element.text for element in root.iter(f"{SVG}text") if element.get("class") == kind]


def square(root, pixels=4):
    """Paint the square code as grey values, a few for each module."""
    (path,) = [element for element in root.iter(f"{SVG}path") if element.get("class") == "square"]
    runs = [tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path.get("d"))]
    side = max(x + length for x, _, length in runs) + 4
    grey = bytearray(b"\xff" * (side * pixels) ** 2)
    for x, y, length in runs:
        for row in range(y * pixels, (y + 1) * pixels):
            start = row * side * pixels + x * pixels
            grey[start : start + length * pixels] = bytes(length * pixels)
    return memoryview(bytes(grey)).cast("B", (side * pixels, side * pixels))


def test_the_square_code_says_the_same_as_the_letters(made):
    sheet, secret = made
    (found,) = zxingcpp.read_barcodes(square(ET.fromstring(sheet)))
    assert found.text == secret


def test_the_groups_of_a_paper_key_stand_in_their_order():
    groups = texts(ET.fromstring(paper_sheet(PAPER, CODE)), "group")
    assert len(groups) == 13
    assert groups[0] == "CV1-"
    assert "".join(groups) == PAPER


def test_a_share_names_vault_set_number_and_threshold_and_numbers_its_words(shares):
    for share in (shares[0], shares[15]):
        root = ET.fromstring(share_sheet(share, 16, CODE))
        assert texts(root, "number") == [str(place) for place in range(1, 34)]
        assert parse_share(" ".join(texts(root, "word"))) == share
        assert texts(root, "code") == [CODE, str(share.set_id)]
        (title,) = texts(root, "title")
        assert re.findall(r"\d+", title) == [str(share.number), "16", str(share.number), "16", "16", str(share.number)]
        everything = " ".join(root.itertext())
        assert "10 shares needed" in everything
        assert "нужно частей: 10" in everything
        assert "қажет бөлік саны: 10" in everything


def test_each_language_says_what_to_do_and_names_the_vault(made):
    root = ET.fromstring(made[0])
    blocks = [element for element in root.iter(f"{SVG}g") if element.get("class") == "steps"]
    assert [block.get("lang") for block in blocks] == list(LANGUAGES)
    commands = [texts(block, "command") for block in blocks]
    assert commands[0] == commands[1] == commands[2]
    assert commands[0][-1] == "casevault -V FILE key drill"
    for block in blocks:
        assert CODE in " ".join(texts(block, "step"))
        assert not any("{" in text for text in block.itertext())
    letters = [set("".join(block.itertext()).lower()) for block in blocks]
    assert "ы" in letters[1] - letters[0]
    assert {"қ", "ө", "ң"} <= letters[2] - letters[1]


def test_everything_is_on_the_page_and_nothing_comes_from_elsewhere(made):
    sheet, _ = made
    root = ET.fromstring(sheet)
    for element in root.iter(f"{SVG}text"):
        assert 10 < float(element.get("y")) < 289
        # No letter of a usual font is wider than this on average, in any of the scripts.
        wide = 0.62 * float(element.get("font-size")) * len(element.text)
        assert float(element.get("x")) + wide < 206, element.text
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags == {"svg", "title", "style", "rect", "text", "path", "g"}
    body = sheet.decode()
    assert body.count("http") == 1
    assert not re.search(r"href|url\(|@import|<script|on\w+=|<!", body)


def test_lines_do_not_run_into_each_other(made):
    rows = sorted({float(element.get("y")) for element in ET.fromstring(made[0]).iter(f"{SVG}text")})
    steps = [
        float(element.get("y"))
        for element in ET.fromstring(made[0]).iter(f"{SVG}text")
        if element.get("class") == "step"
    ]
    body = [float(e.get("y")) for e in ET.fromstring(made[0]).iter(f"{SVG}text") if e.get("class") in {"word", "group"}]
    assert max(body) + 4 < min(steps)
    assert all(later - earlier >= 3.9 for earlier, later in zip(sorted(steps), sorted(steps)[1:], strict=False))
    assert rows[-1] < 289


def test_a_code_with_signs_of_markup_stays_text():
    hostile = "<a>&\"'"
    root = ET.fromstring(paper_sheet(PAPER, hostile))
    assert texts(root, "code") == [hostile]


def test_numbers_that_no_set_has_are_the_callers_mistake(shares):
    for count in (3, 17):
        with pytest.raises(ValueError, match="16 shares"):
            share_sheet(shares[9], count, CODE)


def test_a_browser_prints_one_page_whose_square_code_a_scanner_reads(made, tool, tmp_path):
    chromium = tool("chromium")
    sheet, secret = made
    (tmp_path / "sheet.svg").write_bytes(sheet)
    (tmp_path / "home").mkdir()
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'home'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'sheet.pdf'}", (tmp_path / "sheet.svg").as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (page,) = pypdf.PdfReader(tmp_path / "sheet.pdf").pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
    document = pypdfium2.PdfDocument(tmp_path / "sheet.pdf")
    picture = document[0].render(scale=2.5, grayscale=True)
    grey = b"".join(bytes(picture.buffer)[row * picture.stride :][: picture.width] for row in range(picture.height))
    (found,) = zxingcpp.read_barcodes(memoryview(grey).cast("B", (picture.height, picture.width)))
    document.close()
    assert found.text == secret
