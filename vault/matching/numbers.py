"""Phones and identity numbers as streams of digits, whatever stands between the digits.

Floor: ground. The digit forms of a value, which `matching` and `gate` share, and the streams of a text. It refuses
windows within an unbroken run: a stream begins and ends where a group of digits does.

Source:
    docs/known-values.md.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import Final

SHORTEST: Final = 6  # digits; shorter numbers are compared as words beside each other
LONGEST: Final = 24
SHORTEST_SCATTERED: Final = 9  # digits, with words between them
LOCAL: Final = 7  # digits of a number as it is dialled within a town
SHORTEST_CODE: Final = 8  # letters and digits
LONGEST_CODE: Final = 40
NATIONAL: Final = range(7, 12)  # digits of a phone number without its country

_COUNTRY_CODES = """
    1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 52 54 55 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94
    95 98 212 213 216 218 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 380 381 382 383 385 386
    387 389 420 421 423 852 853 855 856 880 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977
    992 993 994 995 996 998
"""
COUNTRY_CODES: Final = frozenset(_COUNTRY_CODES.split())
# What a national number is dialled with: 0 in most countries, 8 in those of the country code 7.
TRUNKS: Final = ("", "0", "8")

_SEPARATOR = r"[\s()\[\]{}.,:;+/\\·•|_*#~‐-―−'’\"=-]"
_GROUPS = re.compile(r"[0-9]+")
_GAP = re.compile(rf"{_SEPARATOR}{{1,3}}")
_WORDY_GAP = re.compile(r"[^0-9\n]{1,24}")  # Код 8 705, номер 238 41 96
_CODE_SIGNS = re.compile(r"[A-Za-z0-9]+")
_CODE_GROUP = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{1,4}(?![A-Za-z0-9])|[A-Za-z]{0,8}[0-9][A-Za-z0-9]*)")
_CODE_GAP = re.compile(r"[ ./_-]{1,2}")
_LONG_TOKEN = re.compile(r"[A-Za-z0-9+/]{32,}={0,2}")
_CHANGE = re.compile(r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])")


def digits(text: str) -> str:
    """Give the ASCII digits of a text, in order.

    Args:
        text: A value; digits of other scripts are to be folded before.

    Returns:
        The digits alone.

    Source:
        docs/known-values.md.
    """
    return "".join(_GROUPS.findall(text))


def forms(value: str, *, phone: bool) -> set[str]:
    """Give the digit streams under which a number is written.

    Args:
        value: The number with any separators.
        phone: Whether it is dialled, so that country code and trunk digit come and go.

    Returns:
        Streams of 6 digits or more; empty for a shorter number.

    Source:
        docs/known-values.md.
    """
    stream = digits(value)
    if len(stream) < SHORTEST:
        return set()
    if not phone:
        return {stream}
    found = {stream}
    for country, national in _splits(stream, international=value.lstrip().startswith(("+", "00"))):
        found |= {national, country + national, "00" + country + national}
        found |= {trunk + national for trunk in TRUNKS}
    return {form for form in found if len(form) >= SHORTEST}


def _splits(stream: str, *, international: bool) -> Iterator[tuple[str, str]]:
    """Give the ways to read a dialled number as country code and national number."""
    bare = stream.removeprefix("00")
    told = international or bare != stream
    for size in (1, 2, 3):
        if (told or len(bare) > 11) and bare[:size] in COUNTRY_CODES and len(bare) - size in NATIONAL:
            yield bare[:size], bare[size:]
    if international:
        return
    if len(stream) == len("87011234567") and stream[0] in "78":
        yield "7", stream[1:]
    if stream[0] == "0" and len(stream) - 1 in NATIONAL:
        yield "", stream[1:]
    if len(stream) == len("13812345678") and stream[0] == "1":
        yield "86", stream
    if len(stream) == len("7011234567") and stream[0] == "7":
        yield "7", stream


def nationals(stream: str) -> Iterator[str]:
    """Give the national numbers a stream may stand for, once its country code is taken off.

    Args:
        stream: Digits from a text.

    Yields:
        Shorter streams.

    Source:
        docs/known-values.md.
    """
    bare = stream.removeprefix("00")
    for size in (1, 2, 3):
        rest = bare[size:]
        if bare[:size] in COUNTRY_CODES and len(rest) in NATIONAL and (len(rest) < NATIONAL[-1] or rest[0] not in "78"):
            yield rest


def coded_tokens(text: str) -> list[tuple[int, int]]:
    """Find long tokens in which letters and digits alternate as in hashes, keys and base64.

    What such a token spells by chance is no name and no number.

    Args:
        text: One view of a text.

    Returns:
        Spans in order.

    Source:
        docs/known-values.md.
    """
    return [
        match.span()
        for match in _LONG_TOKEN.finditer(text)
        if len(_CHANGE.findall(match.group())) * 10 >= match.end() - match.start()
    ]


def streams(text: str, lengths: Collection[int]) -> Iterator[tuple[int, int, str]]:
    """Give the streams of a text that begin and end with a group of digits.

    Args:
        text: One view of a text; digits within long tokens of mixed letters and digits (hashes, keys) are left out.
        lengths: The lengths of stream that are asked for, 6 to 24.

    Yields:
        Start, end and digits; the work is at most 24 streams a group.

    Source:
        docs/known-values.md.
    """
    for chain in _chains(text, _GAP):
        for groups, stream in _windows(text, chain, lengths):
            yield groups[0][0], groups[-1][1], stream


def scattered(text: str, lengths: Collection[int]) -> Iterator[tuple[list[tuple[int, int]], str]]:
    """Give the streams between whose groups words stand.

    Args:
        text: One view of a text.
        lengths: The lengths of stream that are asked for; those under 9 digits are not looked at.

    Yields:
        The groups of digits and the stream.

    Source:
        docs/known-values.md.
    """
    sizes = {length for length in lengths if length >= SHORTEST_SCATTERED}
    for chain in _chains(text, _WORDY_GAP) if sizes else ():
        gaps = pairwise(chain)
        if any(not _GAP.fullmatch(text, before[1], after[0]) for before, after in gaps):
            yield from _windows(text, chain, sizes)


def _chains(text: str, gap: re.Pattern[str]) -> Iterator[list[tuple[int, int]]]:
    """Give the rows of groups of digits with no more than a gap between two."""
    coded = coded_tokens(text)
    chain: list[tuple[int, int]] = []
    passed = 0
    for match in _GROUPS.finditer(text):
        start, end = match.span()
        while passed < len(coded) and coded[passed][1] <= start:
            passed += 1
        if passed < len(coded) and coded[passed][0] <= start:
            continue
        if chain and not gap.fullmatch(text, chain[-1][1], start):
            yield chain
            chain = []
        chain.append((start, end))
    yield chain


def _windows(
    text: str, chain: list[tuple[int, int]], lengths: Collection[int]
) -> Iterator[tuple[list[tuple[int, int]], str]]:
    """Give the streams of one chain of groups."""
    whole = "".join(text[start:end] for start, end in chain)
    begin = 0
    for first, (start, stop) in enumerate(chain):
        size = 0
        for last, (low, high) in enumerate(chain[first : first + LONGEST], first + 1):
            size += high - low
            if size > LONGEST:
                break
            if size in lengths:
                yield chain[first:last], whole[begin : begin + size]
        begin += stop - start


def code(text: str) -> str:
    """Give the letters and digits of a number that has both, small.

    Args:
        text: A value or a part of a text.

    Returns:
        ASCII letters and digits, in order.

    Source:
        docs/known-values.md.
    """
    return "".join(_CODE_SIGNS.findall(text)).lower()


def codes(text: str, lengths: Collection[int]) -> Iterator[tuple[int, int, str]]:
    """Give what may be a number of letters and digits, in one piece or in groups.

    Args:
        text: One view of a text.
        lengths: The lengths that are asked for, 8 to 40.

    Yields:
        Start, end and code; the work is at most 40 codes a group.

    Source:
        docs/known-values.md.
    """
    chain: list[tuple[int, int]] = []
    for match in _CODE_GROUP.finditer(text):
        start, end = match.span()
        if chain and not _CODE_GAP.fullmatch(text, chain[-1][1], start):
            yield from _code_windows(text, chain, lengths)
            chain = []
        chain.append((start, end))
    yield from _code_windows(text, chain, lengths)


def _code_windows(text: str, chain: list[tuple[int, int]], lengths: Collection[int]) -> Iterator[tuple[int, int, str]]:
    """Give the codes of one chain of groups."""
    if len(chain) == 1 and chain[0][1] - chain[0][0] < SHORTEST_CODE:
        return
    for first, (start, _) in enumerate(chain):
        size = 0
        for low, high in chain[first : first + LONGEST_CODE]:
            size += high - low
            if size > LONGEST_CODE:
                break
            if size in lengths:
                yield start, high, code(text[start:high])


def dialled(lengths: Iterable[int]) -> set[int]:
    """Give the lengths of stream in which a national number may stand behind its country code.

    Args:
        lengths: Of the numbers looked for.

    Returns:
        Those lengths, and one to five digits more.

    Source:
        docs/known-values.md.
    """
    return {length + more for length in lengths for more in range(6)}
