"""Names of fonts that come with systems and programs: they stand in every document and say nothing of anybody.

Floor: 4, part of `gate`. A font may be called as a person is (Times New Roman, Georgia). It refuses names that are not
in its list.
"""

import re
from typing import Final

_FONTS: Final = """
    times|times new roman|times roman|georgia|arial|arial black|arial narrow|arial unicode ms|calibri|calibri light
    cambria|cambria math|verdana|tahoma|trebuchet ms|courier|courier new|garamond|palatino|palatino linotype
    book antiqua|lucida sans|lucida sans unicode|lucida console|lucida grande|segoe ui|segoe ui symbol
    segoe ui emoji|comic sans ms|impact|symbol|wingdings|wingdings 2|webdings|zapf dingbats|zapfdingbats|helvetica
    helvetica neue|liberation serif|liberation sans|liberation mono|dejavu sans|dejavu serif|dejavu sans mono
    noto sans|noto serif|noto sans cjk sc|noto serif cjk sc|carlito|caladea|gelasio|opensymbol|open sans|roboto|lato
    ubuntu|candara|consolas|constantia|corbel|century|century gothic|aptos|aptos display|franklin gothic medium
    gill sans|baskerville|didot|futura|optima|rockwell|monaco|menlo|san francisco|mangal|angsana new|cordia new|vani
    latha|gautami|kartika|raavi|shruti|sylfaen|mongolian baiti|microsoft himalaya|microsoft yi baiti
    microsoft uighur|microsoft yahei|microsoft jhenghei|euphemia|plantagenet cherokee|estrangelo edessa|mv boli
    nyala|daunpenh|moolboran|dokchampa|iskoola pota|kalinga|tunga|vrinda|simsun|simhei|nsimsun|fangsong|kaiti
    dengxian|ms gothic|ms mincho|ms pgothic|ms pmincho|malgun gothic|batang|gulim|droid sans fallback
    lohit devanagari|lucida bright|tw cen mt|bookman old style|monotype corsiva|bitstream vera sans|free sans
    free serif|nimbus roman|nimbus sans|pt sans|pt serif|stsong|stsong light|heiti sc|pingfang sc|songti sc
    wenquanyi micro hei|ebrima|gadugi|javanese text|leelawadee ui|myanmar text|nirmala ui|source sans pro
    source han sans cn|yu gothic|yu gothic light|yu mincho|times new roman ps mt
"""
_KNOWN: Final = frozenset(re.sub("[^a-z0-9]", "", name) for line in _FONTS.splitlines() for name in line.split("|"))
_DECLARED = re.compile(r"font(?:-family|face)?\s*[:=]\s*(?:\"[^\";<>{}]{1,200}|[^;<>{}]{1,200})", re.IGNORECASE)
_ONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 -]{2,}")
_SUBSET = re.compile(r"[A-Z]{6}\+")
_CUT = re.compile(r"(?:ps)?(?:mt)?(?:regular|bold|italic|oblique|roman|light|medium|book|condensed)*(?:mt)?")


def is_font(name: str) -> bool:
    """Tell the name of a well-known font, of any cut.

    Args:
        name: As a document has it, with or without the mark of a subset.

    Returns:
        True if it is one.
    """
    if len(name) > 64 or not name.isascii():
        return False
    bare = re.sub("[^a-z0-9]", "", _SUBSET.sub("", name, count=1).lower())
    return any(bare[:size] in _KNOWN and _CUT.fullmatch(bare, size) is not None for size in range(len(bare), 3, -1))


def without_fonts(text: str) -> str:
    """Blank the names of well-known fonts where a style sheet or a page chooses one.

    Args:
        text: Of a file.

    Returns:
        The same text, of the same length.
    """
    return _DECLARED.sub(lambda m: _ONE_NAME.sub(_blank, m.group()), text) if "font" in text else text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group()) if is_font(match.group().strip()) else match.group()
