"""Dates as people write them in running text, compared as dates.

Floor: ground. Month and number words of the languages the project meets, which `matching` and `gate` share, and a
finder of dates. It refuses to choose between 3 July and 7 March where digits leave it open: both readings are given.

Source:
    docs/known-values.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# January to December; a dash where a language has no further word for the month.
_MONTH_WORDS = """
english    january february march april may june july august september october november december
           jan feb mar apr may jun jul aug sep oct nov dec
           - - - - - - - - sept - - -
russian    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
           январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
           январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре
           янв фев мар апр май июн июл авг сен окт ноя дек
           - - - - - - - - сент - нояб -
kazakh     қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан
           қаң ақп нау сәу мам мау шіл там қыр қаз қар жел
           قاڭتار اقپان ناۋرىز ساۋىر مامىر ماۋسىم شىلدە تامىز قىركۇيەك قازان قاراشا جەلتوقسان
           qańtar aqpan naýryz sáýir mamyr maýsym shilde tamyz qyrkúıek qazan qarasha jeltoqsan
           qantar aqpan nauryz sauir mamyr mausym shilde tamyz qyrkuiek qazan qarasha zheltoqsan
uyghur     يانۋار فېۋرال مارت ئاپرېل ماي ئىيۇن ئىيۇل ئاۋغۇست سېنتەبىر ئۆكتەبىر نويابىر دېكابىر
           yanwar fewral mart aprel may iyun iyul awghust sintebir öktebir noyabir dekabir
           - - - - - - - avgust sentebir - - -
turkish    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
german     januar februar märz april mai juni juli august september oktober november dezember
french     janvier février mars avril mai juin juillet août septembre octobre novembre décembre
"""
MONTHS: Final = {
    word: number
    for line in _MONTH_WORDS.strip().splitlines()
    for number, word in enumerate(line.split()[-12:], 1)
    if word != "-"
}
# Kazakh and Uyghur case endings that a month takes: 3 шілдеде, 3-iyulda.
_MONTH_ENDINGS = (
    "", "ның", "нің", "дың", "дің", "тың", "тің", "ға", "ге", "қа", "ке", "ы", "і", "ны", "ні", "ды", "ді", "ты", "ті",
    "да", "де", "та", "те", "дан", "ден", "тан", "тен", "нан", "нен", "дағы", "дегі", "тағы", "тегі",
    "ында", "інде", "ынан", "інен", "ының", "інің", "ына", "іне", "ын", "ін",
    "ning", "din", "tin", "gha", "ge", "qa", "ke", "ni", "de", "te", "da", "ta",
    "نىڭ", "دا", "دە", "تا", "تە", "دىن", "تىن", "غا", "قا", "نى", "ىندە",
)  # fmt: skip
_VOICED = {"к": "г", "қ": "ғ", "п": "б"}
_MONTH_FORMS = {word + ending: number for word, number in MONTHS.items() for ending in _MONTH_ENDINGS} | {
    word[:-1] + _VOICED[word[-1]] + ending: number  # қыркүйегінде
    for word, number in MONTHS.items()
    if word[-1] in _VOICED
    for ending in _MONTH_ENDINGS
    if ending.startswith(("ы", "і"))
}

# The first to the ninth, then the tenth to the nineteenth; Russian ones are stems.
_DAYS_EN = """
    first second third fourth fifth sixth seventh eighth ninth
    tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth
"""
_DAYS_RU = """
    перв втор трет четверт пят шест седьм восьм девят
    десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат девятнадцат
"""
_ORDINALS_KK = "бірінші екінші үшінші төртінші бесінші алтыншы жетінші сегізінші тоғызыншы"
_CARDINALS_KK = "бір екі үш төрт бес алты жеті сегіз тоғыз"
_RU_ENDINGS = ("ого", "ое", "ый", "ой", "ому", "ым", "ом", "ьего", "ье", "ий", "ьему", "ьим", "ьем")


def _day_words() -> dict[str, int]:
    """Spell the days of a month in English, Russian and Kazakh, as the words a date has before its month."""
    days: dict[str, int] = {"тридцать первого": 31, "thirtieth": 30, "twentieth": 20, "отызыншы": 30, "отыз": 30}
    days |= {"жиырма": 20, "жиырмасыншы": 20, "он": 10, "оныншы": 10}
    days["thirty first"] = 31
    for n, word in enumerate(_DAYS_EN.split(), 1):
        days |= {word: n, f"twenty {word}": 20 + n} if n < 10 else {word: n}
    for ending in _RU_ENDINGS:
        days |= {"двадцат" + ending: 20, "тридцат" + ending: 30, "тридцать перв" + ending: 31}
        for n, word in enumerate(_DAYS_RU.split(), 1):
            days |= {word + ending: n, f"двадцать {word}{ending}": 20 + n} if n < 10 else {word + ending: n}
    for words in (_ORDINALS_KK.split(), _CARDINALS_KK.split()):
        days[f"отыз {words[0]}"] = 31
        for n, word in enumerate(words, 1):
            days |= {word: n, f"он {word}": 10 + n, f"жиырма {word}": 20 + n}
    return days


DAY_WORDS: Final = _day_words()


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as it is said.

    Args:
        year: Four digits, or None where a text leaves it out.
        month: 1 to 12, or None where only a year is said.
        day: 1 to 31, or None where only a month is said.
    """

    year: int | None
    month: int | None
    day: int | None


_EDTF = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?[~?%]?")
_DASH = r"[-–—‐‑]"
_ORDINAL = r"(?:st|nd|rd|th|[-‐‑]?(?:го|е|ого|ое|ші|шы|нші|ншы|сінші|ші))?"
_DAY = rf"[0-9]{{1,2}}{_ORDINAL}"
_DAY_WORD = "|".join(sorted((re.escape(word).replace(r"\ ", r"[\s-]+") for word in DAY_WORDS), key=len, reverse=True))
_AND = rf"(?:\s*(?:,|and|to|&|и|по|мен|{_DASH})\s*)"
_YEAR = r"(?:1[89]|20)[0-9]{2}"
_YEAR_WORD = (
    r"(?:\s*[-‐]?\s*(?:жылғы|жылдың|жылы|ж\.|года|году|год|г\.|yili|yilning|-يىلى|يىلى|جىلى|جىلعى|-جىلى|年|년))?"
)

_WORD = re.compile(r"[^\W\d_]{3,}")
# What stands before a month word, and behind it.
_BEFORE = re.compile(
    rf"(?:(?<![0-9])(?P<year>{_YEAR}){_YEAR_WORD}[\s,.-]{{0,3}})?"
    rf"(?:(?<!\w)(?P<days>{_DAY}(?:{_AND}{_DAY})*|{_DAY_WORD})[\s.,-]{{0,3}}(?:day\s+)?(?:of\s+)?)?$",
    re.IGNORECASE,
)
_DAY_AFTER = re.compile(rf"[\s.,-]{{0,3}}(?:the\s+)?(?P<days>{_DAY}|{_DAY_WORD})(?![\w/:]|[.,][0-9])", re.IGNORECASE)
_YEAR_AFTER = re.compile(rf"[\s,.-]{{0,3}}(?:of\s+)?(?P<year>{_YEAR})(?![0-9])", re.IGNORECASE)
_REACH = 60  # characters before a month word in which a day and a year may stand

_DIGITS = re.compile(
    rf"(?<![0-9])([0-9]{{1,4}})\s?([./]|{_DASH}|\s)\s?([0-9]{{1,2}})\s?\2\s?([0-9]{{2,4}}|[0-9])(?![0-9])"
    r"|(?<![0-9])([0-9]{4})\s?年\s?([0-9]{1,2})\s?月\s?(?:([0-9]{1,2})\s?[日号])?"
)
_COMPACT = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])")
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CHINESE = re.compile(
    r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,3})[日号])?"
)


def parse_value(text: str) -> list[Date]:
    """Read a date as a record writes it: EDTF, both ends of an interval, or a plain numeric form.

    Args:
        text: The value.

    Returns:
        The dates said, none if it is no date.

    Source:
        docs/known-values.md.
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
        text: One view of a text.

    Yields:
        Start, end, and the dates that may be meant there.

    Source:
        docs/known-values.md.
    """
    yield from _in_digits(text)
    yield from _in_words(text)
    for match in _CHINESE.finditer(text):
        year = int(match[1].translate(_CHINESE_DIGITS))
        yield match.start(), match.end(), (Date(year, _chinese(match[2]), _chinese(match[3]) if match[3] else None),)


def _in_digits(text: str) -> Iterator[tuple[int, int, tuple[Date, ...]]]:
    position = 0
    while match := _DIGITS.search(text, position):
        if match[5]:
            position = match.end()
            yield match.start(), match.end(), (Date(int(match[5]), int(match[6]), int(match[7]) if match[7] else None),)
            continue
        position = match.start(3)  # the next date may begin at this one's second number
        first, middle, last = (int(match[i]) for i in (1, 3, 4))
        readings: list[Date] = []
        if len(match[1]) == len("2017"):
            readings = [Date(first, middle, last), Date(first, last, middle)]
        elif len(match[1]) <= len("31") and len(match[4]) in {2, 4}:
            years = (last,) if len(match[4]) == len("2017") else (1900 + last, 2000 + last)
            readings = [date for year in years for date in (Date(year, middle, first), Date(year, first, middle))]
        readings = [date for date in readings if _possible(date)]
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
    for word in _WORD.finditer(text):
        month = _MONTH_FORMS.get(word.group().lower())
        if month is None:
            continue
        low = max(done, word.start() - _REACH)
        before = _BEFORE.search(text[low : word.start()])
        start = low + before.start() if before else word.start()
        done = word.end()
        days = _days(before["days"] or "") if before else []
        if not days and (behind := _DAY_AFTER.match(text, done)):
            days = _days(behind["days"])
            done = behind.end() if days else done
        year = before["year"] if before else None
        if behind := _YEAR_AFTER.match(text, done):
            year, done = behind["year"], behind.end()
        if days or year:
            said: list[int | None] = [*days] if days else [None]
            yield start, done, tuple(Date(int(year) if year else None, month, day) for day in said)


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
