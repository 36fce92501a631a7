"""Dates as people write them in running text, compared as dates.

Purpose: month and number words of the languages the project meets, which ``matching`` and ``gate`` share, and a
finder of dates.  Floor: ground.  It refuses to choose between 3 July and 7 March where digits leave it open: both
readings are given.

Source: docs/format.md §Known values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# One line a month; a word may carry a case ending behind it, cut off by ENDINGS.
_MONTH_WORDS = """
january jan января январь янв январе қаңтар қаң yanwar yanvar ocak январь يانۋار قاڭتار januar janvier stycznia
february feb февраля февраль фев феврале ақпан ақп fewral fevral şubat فېۋرال اقپان februar février lutego
march mar марта март мар марте наурыз нау mart مارت ناۋرىز märz mars marca
april apr апреля апрель апр апреле сәуір сәу aprel nisan ئاپرېل ءساۋىر ساۋىر avril kwietnia
may мая май мае мамыр мам mayıs ماي مامىر mai maja
june jun июня июнь июн июне маусым мау iyun haziran ئىيۇن ماۋسىم juni juin czerwca
july jul июля июль июл июле шілде шіл iyul temmuz ئىيۇل شىلدە juli juillet lipca
august aug августа август авг августе тамыз там awghust avgust ağustos ئاۋغۇست تامىز août sierpnia
september sep sept сентября сентябрь сен сент сентябре қыркүйек қыр sentebir sentyabr eylül سېنتەبىر قىركۇيەك septembre września
october oct октября октябрь окт октябре қазан қаз öktebir oktyabr ekim ئۆكتەبىر قازان oktober octobre października
november nov ноября ноябрь ноя нояб ноябре қараша қар noyabir noyabr kasım نويابىر قاراشا novembre listopada
december dec декабря декабрь дек декабре желтоқсан жел dekabir dekabr aralık دېكابىر جەلتوقسان dezember décembre grudnia
"""
MONTHS: Final = {
    word: number for number, line in enumerate(_MONTH_WORDS.strip().splitlines(), 1) for word in line.split()
}
# Kazakh and Uyghur case endings that a month takes: 3 шілдеде, 3-iyulda.
_MONTH_ENDING = (
    "(?:н[ыі]ң|д[ыі]ң|т[ыі]ң|ға|ге|қа|ке|ы|і|н[ыі]|д[ыі]|т[ыі]|да|де|та|те|дан|ден|тан|тен|нан|нен|дағы|дегі|"
    "ning|da|de|ta|te|din|tin|gha|ge|qa|ke|ni|نىڭ|دا|دە|تا|تە|دىن|تىن|غا|قا|نى|دە|ىندە)?"
)

_UNITS_EN = "first second third fourth fifth sixth seventh eighth ninth".split()
_TEENS_EN = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth".split()
)
_UNITS_RU = "перв втор трет четверт пят шест седьм восьм девят".split()
_TEENS_RU = (
    "десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат девятнадцат".split()
)
_UNITS_KK = "бірінші екінші үшінші төртінші бесінші алтыншы жетінші сегізінші тоғызыншы".split()
_CARDINALS_KK = "бір екі үш төрт бес алты жеті сегіз тоғыз".split()
_RU_ENDINGS = ("ого", "ое", "ый", "ой", "ому", "ым", "ом", "ьего", "ье", "ий", "ьему", "ьим", "ьем")


def _day_words() -> dict[str, int]:
    """Spell the days of a month in English, Russian and Kazakh, as the words a date has before its month."""
    days: dict[str, int] = {"тридцать первого": 31, "thirtieth": 30, "twentieth": 20, "отызыншы": 30, "отыз": 30}
    days |= {"жиырма": 20, "жиырмасыншы": 20, "он": 10, "оныншы": 10}
    for n, word in enumerate(_UNITS_EN, 1):
        days |= {word: n, f"twenty {word}": 20 + n}
    days |= {word: n for n, word in enumerate(_TEENS_EN, 10)}
    days["thirty first"] = 31
    for ending in _RU_ENDINGS:
        for n, word in enumerate(_UNITS_RU, 1):
            days |= {word + ending: n, f"двадцать {word}{ending}": 20 + n}
        days |= {word + ending: n for n, word in enumerate(_TEENS_RU, 10)}
        days |= {"двадцат" + ending: 20, "тридцат" + ending: 30, "тридцать перв" + ending: 31}
    for words in (_UNITS_KK, _CARDINALS_KK):
        for n, word in enumerate(words, 1):
            days |= {word: n, f"он {word}": 10 + n, f"жиырма {word}": 20 + n}
        days[f"отыз {words[0]}"] = 31
    return days


DAY_WORDS: Final = _day_words()


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as it is said.

    Args:
        year: four digits, or None where a text leaves it out.
        month: 1 to 12, or None where only a year is said.
        day: 1 to 31, or None where only a month is said.
    """

    year: int | None
    month: int | None
    day: int | None


_EDTF = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?[~?%]?")
_ANY_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_DASH = r"[-–—‐‑]"
_ORDINAL = r"(?:st|nd|rd|th|[-‐‑]?(?:го|е|ого|ое|ші|шы|нші|ншы|сінші|ші))?"
_DAY = rf"[0-9]{{1,2}}{_ORDINAL}"
_DAY_WORD = "|".join(
    sorted((re.escape(word).replace(r"\ ", r"[\s-]+") for word in DAY_WORDS), key=len, reverse=True)
)
_AND = rf"(?:\s*(?:,|and|to|&|и|по|мен|{_DASH})\s*)"
_YEAR = r"(?:1[89]|20)[0-9]{2}"
_YEAR_WORD = (
    r"(?:\s*[-‐]?\s*(?:жылғы|жылдың|жылы|ж\.|года|году|год|г\.|yili|yilning|-يىلى|يىلى|جىلى|جىلعى|-جىلى|年|년))?"
)

# A month word and what stands around it.
_WORDED = re.compile(
    rf"(?:(?<![0-9])(?P<year_before>{_YEAR}){_YEAR_WORD}[\s,.-]{{0,3}})?"
    rf"(?:(?<!\w)(?P<days>{_DAY}(?:{_AND}{_DAY})*|{_DAY_WORD})[\s.,-]{{0,3}}(?:day\s+)?(?:of\s+)?)?"
    rf"(?<![^\W\d_])(?P<month>{_ANY_MONTH}){_MONTH_ENDING}(?![^\W\d_])"
    rf"(?:[\s.,-]{{0,3}}(?:the\s+)?(?P<days_after>{_DAY}|{_DAY_WORD})(?![\w/:]|[.,][0-9]))?"
    rf"(?:[\s,.-]{{0,3}}(?:of\s+)?(?P<year_after>{_YEAR})(?![0-9]))?",
    re.IGNORECASE,
)
_MONTH_THERE = re.compile(rf"(?<![^\W\d_])(?:{_ANY_MONTH}){_MONTH_ENDING}(?![^\W\d_])", re.IGNORECASE)
_REACH = 60  # characters before a month word in which a day and a year may stand

_DIGITS = re.compile(
    rf"(?<![0-9])([0-9]{{1,4}})\s?([./,]|{_DASH}|年|\s)\s?([0-9]{{1,2}})\s?([./,]|{_DASH}|月|\s)\s?([0-9]{{2,4}}|[0-9])(?![0-9])日?"
)
_COMPACT = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])")
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CHINESE = re.compile(r"([〇零一二三四五六七八九]{4})年([一二三十]{1,3})月(?:([一二三四五六七八九十]{1,3})[日号])?")


def parse_value(text: str) -> list[Date]:
    """Read a date as a record writes it: EDTF, both ends of an interval, or a plain numeric form.

    Args:
        text: the value.

    Returns:
        The dates said, none if it is no date.

    Source: docs/format.md §Known values.
    """
    found = []
    for part in text.strip().split("/"):
        match = _EDTF.fullmatch(part.strip())
        if not match:
            break
        year, month, day = (int(x) if x else None for x in match.groups())
        found.append(Date(year, month, day))
    else:
        return found
    return [date for start, end, dates in find_dates(text) if end - start == len(text) for date in dates]


def find_dates(text: str) -> Iterator[tuple[int, int, tuple[Date, ...]]]:
    """Find dates in numbers and in words.

    Args:
        text: one view of a text.

    Yields:
        Start, end, and the dates that may be meant there.

    Source: docs/format.md §Known values.
    """
    yield from _in_digits(text)
    yield from _in_words(text)
    for match in _CHINESE.finditer(text):
        year = int(match[1].translate(_CHINESE_DIGITS))
        yield match.start(), match.end(), (Date(year, _chinese(match[2]), _chinese(match[3]) if match[3] else None),)


def _in_digits(text: str) -> Iterator[tuple[int, int, tuple[Date, ...]]]:
    position = 0
    while match := _DIGITS.search(text, position):
        # The next date may begin at this one's second number.
        position = match.start(3)
        a, b, c = (int(match[i]) for i in (1, 3, 5))
        readings: list[Date] = []
        if len(match[1]) == len("2017"):
            readings = [Date(a, b, c), Date(a, c, b)]
        elif len(match[1]) <= len("31") and len(match[5]) in {2, 4}:
            years = (c,) if len(match[5]) == len("2017") else (1900 + c, 2000 + c)
            readings = [d for year in years for d in (Date(year, b, a), Date(year, a, b))]
        readings = [d for d in readings if _possible(d)]
        if readings:
            yield match.start(), match.end(), tuple(readings)
    for match in _COMPACT.finditer(text):
        n = match.group()
        readings = [
            Date(int(n[:4]), int(n[4:6]), int(n[6:])),
            Date(int(n[4:]), int(n[2:4]), int(n[:2])),
            Date(int(n[4:]), int(n[:2]), int(n[2:4])),
        ]
        readings = [d for d in readings if _possible(d)]
        if readings:
            yield match.start(), match.end(), tuple(readings)


def _in_words(text: str) -> Iterator[tuple[int, int, tuple[Date, ...]]]:
    done = 0
    for there in _MONTH_THERE.finditer(text):
        match = None
        for start in _beginnings(text, max(done, there.start() - _REACH), there.start()):
            match = _WORDED.match(text, start)
            if match and match.start("month") == there.start():
                break
            match = None
        if not match:
            continue
        done = there.end()
        month = MONTHS[match["month"].lower()]
        year_text = match["year_after"] or match["year_before"]
        year = int(year_text) if year_text else None
        days = [*_days(match["days"] or ""), *_days(match["days_after"] or "")]
        if days or year:
            dates = tuple(Date(year, month, day) for day in days or [None])
            yield match.start(), match.end(), dates


def _beginnings(text: str, low: int, month: int) -> Iterator[int]:
    """Give the places before a month word at which its date may begin, the farthest first."""
    for match in _START.finditer(text, low, month):
        yield match.start()
    yield month


_START = re.compile(rf"(?<!\w)(?:{_YEAR}|[0-9]{{1,2}}(?![0-9])|(?:{_DAY_WORD})(?!\w))", re.IGNORECASE)


def _days(text: str) -> list[int]:
    numbers = [int(n) for n in re.findall(r"[0-9]{1,2}", text)]
    if numbers or not text:
        return [n for n in numbers if 1 <= n <= 31]
    word = re.sub(r"[\s-]+", " ", text.lower())
    return [DAY_WORDS[word]] if word in DAY_WORDS else []


def _chinese(text: str) -> int:
    if "十" not in text:
        return int(text.translate(_CHINESE_DIGITS))
    tens, units = text.split("十", 1)
    return 10 * (int(tens.translate(_CHINESE_DIGITS)) if tens else 1) + (
        int(units.translate(_CHINESE_DIGITS)) if units else 0
    )


def _possible(date: Date) -> bool:
    return 1 <= (date.month or 1) <= 12 and 1 <= (date.day or 1) <= 31
