"""What docstrings and pages cite is there: every page, and on it every section."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / name for name in ("vault", "cli", "docs")]
READ = sorted(
    [*ROOT.glob("*.md"), ROOT / "dev.py", ROOT / "pyproject.toml"]
    + [
        path
        for folder in FOLDERS
        for end in ("md", "py", "toml")
        for path in folder.rglob(f"*.{end}")
        if "node_modules" not in path.parts
    ]  # packages of others, where they are installed
)
PAGE = re.compile(r"docs/[a-z0-9/-]+\.md")
SECTION = re.compile(r"(docs/[a-z0-9/-]+\.md)\s+§\s?([^\n`;:,()]+)")
LINK = re.compile(r"\]\(([^)#\s:]*)(?:#([^)\s]*))?\)")


def headings(page):
    return re.findall(r"^#+ (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)


def anchors(page):
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


@pytest.mark.parametrize("path", READ, ids=lambda path: str(path.relative_to(ROOT)))
def test_cited_pages_and_sections_are_there(path):
    text = path.read_text("utf-8")
    assert [page for page in PAGE.findall(text) if not (ROOT / page).is_file()] == []
    for page, cited in SECTION.findall(text):
        # A sentence may go on behind the section's name.
        assert any(cited.startswith(heading) for heading in headings(page)), (page, cited)


@pytest.mark.parametrize("path", [path for path in READ if path.suffix == ".md"], ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target, anchor in LINK.findall(re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)):
        page = path.parent / target if target else path
        assert page.exists(), target
        if anchor:
            assert anchor in anchors(page.relative_to(ROOT)), (target, anchor)
