"""Two programs of others that read the pages of a PDF: pypdf and PDFium.

Floor: 4, part of `gate`. Both are loaded when the first PDF is met, and not before. They are asked for text alone. It
refuses what either cannot open.

Source:
    docs/known-values.md §The gate; docs/adr/0001-dependencies.md.
"""

import io
import logging
import threading
import warnings
from typing import Final

from vault.gate.parts import BrokenError, LimitError

PAGES_AT_MOST: Final = 3000
_ONE_AT_A_TIME: Final = threading.Lock()  # PDFium is not made for threads


def by_pypdf(data: bytes) -> list[str]:
    """Read the pages with pypdf.

    Args:
        data: The file.

    Returns:
        One text a page.

    Raises:
        BrokenError: It cannot be opened or read.
        LimitError: There are too many pages.
    """
    import pypdf  # noqa: PLC0415 - only when a PDF is met

    # What it finds odd it would tell in a log, with words of the file.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
            count = len(reader.pages)
            if count <= PAGES_AT_MOST:
                return [page.extract_text() for page in reader.pages]
        except Exception as error:  # it promises no kind of error
            raise BrokenError from error
    raise LimitError


def by_pdfium(data: bytes) -> list[str]:
    """Read the pages with PDFium.

    Args:
        data: The file.

    Returns:
        One text a page.

    Raises:
        BrokenError: It cannot be opened or read.
        LimitError: There are too many pages.
    """
    import pypdfium2  # noqa: PLC0415 - only when a PDF is met

    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise BrokenError from error
        try:
            if len(document) > PAGES_AT_MOST:
                raise LimitError
            return [_page(document, n) for n in range(len(document))]
        except pypdfium2.PdfiumError as error:
            raise BrokenError from error
        finally:
            document.close()


def _page(document: "pypdfium2.PdfDocument", number: int) -> str:  # type: ignore[name-defined]  # noqa: F821
    page = document[number]
    try:
        text = page.get_textpage()
        try:
            return str(text.get_text_range())
        finally:
            text.close()
    finally:
        page.close()
