"""A disclosure as files: JSON for programs, CSV for spreadsheets, a dossier as page and in Markdown for people.

Floor: 4. It decides nothing: what is in the view is written, nothing else is, and in one order. It refuses to trust a
text from a record: none can be a formula in a spreadsheet, markup in the dossier or a control sequence anywhere.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Final

from vault.records import Schemas
from vault.redact import OUTCOMES, Disclosure
from vault.redact.terms import phrases as phrases_of_terms
from vault.render import dossier, forms, html, markdown, pdf
from vault.render.data import (
    COLUMNS,
    FORMAT,
    KEYS,
    counts_csv,
    counts_json,
    records_csv,
    records_json,
)
from vault.render.words import LANGUAGES, WORDS, Words

__all__ = [
    "FORMAT",
    "LANGUAGES",
    "PAGE",
    "PDF",
    "PDFS",
    "own_phrases",
    "render",
    "render_pdf",
    "render_pdfs",
]

PAGE: Final = "index.html"
"""The dossier as a page; it stands at the root of the bag, where a person looks first."""
PDF: Final = "data/dossier.pdf"
"""The dossier as PDF, where that is asked for."""
PDFS: Final = (PDF, "data/form.pdf")
"""All that may be there as PDF; the second is a form that is filled out."""


def render(disclosure: Disclosure, *, language: str = "en") -> dict[str, bytes]:
    """Write a disclosure in all its forms.

    Args:
        disclosure: What leaves.
        language: en, ru, kk or zh, for the dossier.

    Returns:
        Path in the bag -> bytes: `data/records.json`, `data/records.csv`, `data/dossier.md`, `index.html`; of counts
        `data/counts.json`, `data/counts.csv` in place of the first two; where a form is filled out, `data/form.html`,
        `data/form.txt`, `data/form.json` too. The same disclosure gives the same bytes.

    Raises:
        ValueError: There is no dossier in that language.

    Source:
        docs/disclosure.md §Files.
    """
    if language not in LANGUAGES:
        raise ValueError(f"a dossier is written in {', '.join(LANGUAGES)}")
    table, tree = disclosure.view.table, dossier.build(disclosure)
    if table is not None:
        files = {"data/counts.json": counts_json(table), "data/counts.csv": counts_csv(table)}
    else:
        files = {
            "data/records.json": records_json(disclosure),
            "data/records.csv": records_csv(disclosure.view.records),
        }
    if disclosure.form:
        files |= forms.render(disclosure, language)
    return {**files, "data/dossier.md": markdown.write(tree, language), PAGE: html.write(tree, language)}


def render_pdf(disclosure: Disclosure, *, language: str = "en", bundle: bytes, words: str) -> bytes:
    """Write the dossier of a disclosure as PDF.

    Args:
        disclosure: What leaves.
        language: As `render`.
        bundle: Id of the bundle it goes into, which stands on each page.
        words: The six words of the signer's key, which stand on each page.

    Returns:
        The file that the bag has as `PDF`. The same arguments give the same bytes on one machine.

    Raises:
        MissingExtraError: The packages of the extra `pdf` are not installed.
        MissingFontError: No font has a letter of the dossier.
        ValueError: There is no dossier in that language.

    Secrets:
        The result.

    Source:
        docs/bundle.md §The dossier as PDF.
    """
    return pdf.write(dossier.build(disclosure), language, bundle=bundle, words=words)


def render_pdfs(disclosure: Disclosure, *, language: str = "en", bundle: bytes, words: str) -> dict[str, bytes]:
    """Write the dossier of a disclosure as PDF, and the form that is filled out with it, if there is one.

    Args:
        disclosure: What leaves.
        language: As `render`.
        bundle: As `render_pdf`.
        words: As `render_pdf`.

    Returns:
        Path in the bag, one of `PDFS` -> bytes.

    Raises:
        MissingExtraError, MissingFontError, ValueError: As `render_pdf`.

    Secrets:
        The result.
    """
    files = {PDF: render_pdf(disclosure, language=language, bundle=bundle, words=words)}
    if disclosure.form:
        files[PDFS[1]] = pdf.write(forms.tree(disclosure), language, bundle=bundle, words=words)
    return files


@cache
def own_phrases() -> frozenset[str]:
    """Give the words that are the program's own and not a record's: labels, headings, keys, names of choices.

    What the owner of the vault called a field of their own is not among them: it may be called after somebody.

    Returns:
        Each as it stands in a file, in each language.
    """
    schemas = Schemas.shipped()
    said = [*WORDS.values(), *forms.words()]
    found = {*COLUMNS, *KEYS, *forms.KEYS, *OUTCOMES, *html.OWN_NAMES.values(), "yes", "no", "true", "file-"}
    for kind in schemas.kinds:
        found |= {kind, f"{kind}-"}
        said.append(Words.of(partial(schemas.label, kind)))
        for field in schemas.fields(kind):
            found |= {field.name, *field.choices}
            said.append(Words.of(field.label))
            said += [Words.of(partial(field.choice_label, key)) for key in field.choices]
    found |= {text for words in said for text in words.all()} | phrases_of_terms()
    return frozenset(found) | {markdown.inline(phrase) for phrase in found} | html.markup()
