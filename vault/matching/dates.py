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

from vault.matching.letters import script_of
from vault.matching.numerals import as_digits

# January to December; a dash where a language has no further word for the month.
_PLAIN_MONTHS = """
english    january february march april may june july august september october november december
           jan feb mar apr may jun jul aug sep oct nov dec
           - - - - - - - - sept - - -
russian    янв фев мар апр май июн июл авг сен окт ноя дек
           - февр - - - - - - сент - нояб -
ukrainian  січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
           січ лют бер кві тра чер лип сер вер жов лис гру
turkish    oca şub mar nis - haz tem ağu eyl eki kas ara
           - sub - - - - - agu - - - -
           ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
german     januar februar märz april mai juni juli august september oktober november dezember
           jän - mär - - - - - - okt - dez
           jänner feber maerz - - - - - - - - -
french     janvier février mars avril mai juin juillet août septembre octobre novembre décembre
           janv févr - avr - - juil aoû - - - déc
           jan fév - - - - jui aout - - - dec
           - fevr - - - - - - - - - -
           - fevrier - - - - - - - - - decembre
spanish    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
           ene - - abr - - - ago - - - dic
italian    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
           gen - - - mag giu lug - set ott - -
dutch      januari februari maart april mei juni juli augustus september oktober november december
           - - mrt - mei - - - - okt - -
polish     stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
           sty lut - kwi maj cze lip sie wrz paź lis gru
pinyin     yiyue eryue sanyue siyue wuyue liuyue qiyue bayue jiuyue shiyue shiyiyue shieryue
"""
_RUSSIAN_MONTHS = "январ феврал март апрел ма июн июл август сентябр октябр ноябр декабр"
_RUSSIAN_SOFT, _RUSSIAN_HARD = "ь я ю ём ем е й и", "- а у ом е"
_TURKIC_MONTHS = """
kazakh     қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан
           қаң ақп нау сәу мам мау шіл там қыр қаз қар жел
           قاڭتار اقپان ناۋرىز ساۋىر مامىر ماۋسىم شىلدە تامىز قىركۇيەك قازان قاراشا جەلتوقسان
           - - - ءساۋىر - - ءشىلدە - - - - -
           qańtar aqpan naýryz sáýir mamyr maýsym shilde tamyz qyrkúıek qazan qarasha jeltoqsan
           qantar aqpan nauryz sauir mamyr mausym shilde tamyz qyrkuiek qazan qarasha zheltoqsan
           qañtar aqpan naurız säuir mamır mausım şilde tamız qırküyek qazan qaraşa jeltoqsan
           qañtar - nauryz säuır - mausym şılde - qyrküiek - - -
           kantar akpan - sauyr - - - - kyrkuyek kazan karasha zheltoksan
uyghur     يانۋار فېۋرال مارت ئاپرېل ماي ئىيۇن ئىيۇل ئاۋغۇست سېنتەبىر ئۆكتەبىر نويابىر دېكابىر
           - - - - - - - - سىنتەبىر - - دىكابىر
           yanwar fewral mart aprel may iyun iyul awghust séntebir öktebir noyabir dékabir
           - féwral - aprél - - - awgust sintebir oktebir - dekabir
           - - - - - - - avgust sentebir - - -
           январ феврал март апрел май ийун ийул авғуст сентәбир өктәбир ноябир декабир
"""


def _by_month(text: str) -> Iterator[tuple[str, int]]:
    for line in text.strip().splitlines():
        yield from ((word, number) for number, word in enumerate(line.split()[-12:], 1) if word != "-")


# Kazakh and Uyghur case endings that a month takes: 3 шілдеде, 3-iyulda; with the possessive, қазанының.
_CASES = "ның нің дың дің тың тің ға ге қа ке ны ні ды ді ты ті да де та те дан ден тан тен нан нен дағы дегі тағы тегі"
_POSSESSED = "- нда нде нан нен ның нің на не н ндағы ндегі"
_UYGHUR_CASES = "ning nıñ din tin gha ge qa ke ni de te da ta diki tiki"
_UYGHUR_ARABIC = "نىڭ دا دە تا تە دىن تىن غا قا گە كە نى دىكى تىكى"
_LATIN: Final = (
    "ыy іi ңñ ғğ қq",
    "ыı іi ңñ ғğ қq",
    "ыy іı ңñ ғğ қq",
    "ыy іi ңn ғg қk",
    "ыy іi ңń ғǵ қq",
    "ыy іı ңñ ғǧ қq",
)
_LATIN_PLAIN: Final = str.maketrans("аедтнск", "aedtnsk")
_ARABIC_ENDINGS: Final = str.maketrans("ыіңғқаедтнск", "ىىڭعقاەدتنسك")


def _month_endings() -> dict[str, list[str]]:
    """Give the Kazakh and Uyghur endings by script."""
    plain = _CASES.split() + [
        vowel + case.strip("-") for vowel in ["ы", "і", "сы", "сі"] for case in _POSSESSED.split()
    ]
    latin = [
        ending.translate({ord(pair[0]): pair[1] for pair in custom.split()}).translate(_LATIN_PLAIN)
        for custom in _LATIN
        for ending in plain
    ]
    return {
        "cyrillic": ["", *plain, "ниң", "диң", "дин", "тин", "дики", "тики"],
        "latin": [*dict.fromkeys(["", *latin, *_UYGHUR_CASES.split()])],
        "arabic": [*dict.fromkeys(["", *(e.translate(_ARABIC_ENDINGS) for e in plain), *_UYGHUR_ARABIC.split()])],
    }


_VOICED = {"к": "г", "қ": "ғ", "п": "б", "k": "g", "q": "ğ", "ك": "گ"}


def _month_forms() -> dict[str, int]:
    """Give every form of every month."""
    forms: dict[str, int] = {}
    endings = _month_endings()
    for word, number in _by_month(_TURKIC_MONTHS):
        spelt = endings[script_of(word)]
        forms |= {word + ending: number for ending in spelt}
        if word[-1] in _VOICED:  # қыркүйегінде
            forms |= {word[:-1] + _VOICED[word[-1]] + ending: number for ending in spelt if ending[:1] in "ыіyiıى"}
    for number, stem in enumerate(_RUSSIAN_MONTHS.split(), 1):
        endings_of = _RUSSIAN_HARD if stem[-1] == "т" else _RUSSIAN_SOFT
        forms |= {stem + ending.strip("-"): number for ending in endings_of.split()}
    del forms["маи"]
    return forms | dict(_by_month(_PLAIN_MONTHS))


_MONTH_FORMS: Final = _month_forms()
_ROMANS = "I II III IV V VI VII VIII IX X XI XII"
_ROMAN: Final = {roman: n for n, roman in enumerate(_ROMANS.split(), 1)}


LAST_SHORT: Final = 99  # a year of two digits


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
_AND = rf"(?:\s*(?:,|and|to|&|и|по|мен|{_DASH})\s*)"
_YEAR = r"(?:1[89]|20)[0-9]{2}"
_YEAR_WORD = (
    r"(?:\s*[-‐]?\s*(?:жылғы|жылдың|жылы|жылының|ж\.|года|году|год|г\.|jylǧy|jylğy|jylgy|jyldyñ|jyldyn|jyly|zhylgy|zhyly"
    r"|yilning|yilidiki|yili|yil|йилиниң|йили|يىلىنىڭ|يىلى|يىل|جىلعى|جىلدىڭ|جىلى|年|년))?"
)
_MONTH_WORD = r"(?:айының|айдың|ай|ayynyñ|aiynyñ|ayning|ay|айниң|ئاينىڭ|ئاي|ايىنىڭ|ايدىڭ|اي|月)"

_WORD = re.compile(r"[^\W\d_]{3,}")
# What stands before a month word, and behind it.
_BEFORE = re.compile(
    rf"(?:(?<![0-9])(?P<year>{_YEAR}){_YEAR_WORD}[\s,.-]{{0,3}})?"
    rf"(?:(?<!\w)(?P<days>{_DAY}(?:{_AND}{_DAY})*)[\s.,\"'»”-]{{0,3}}(?:day\s+)?(?:of\s+)?)?$",
    re.IGNORECASE,
)
_DAY_AFTER = re.compile(rf"[\s.,-]{{0,3}}(?:the\s+)?(?P<days>{_DAY})(?![\w/:]|[.,][0-9])", re.IGNORECASE)
_YEAR_AFTER = re.compile(
    rf"[\s,.-]{{0,3}}(?:(?:of\s+|in\s+)?(?P<year>{_YEAR})|['’](?P<short>[0-9]{{2}}))(?![0-9])", re.IGNORECASE
)
_REACH = 60  # characters before a month word in which a day and a year may stand

_DIGITS = re.compile(
    rf"(?<![0-9])([0-9]{{1,4}})\s?([./_]|{_DASH}|\s)\s?([0-9]{{1,2}})\s?\2\s?([0-9]{{2,4}}|[0-9])(?![0-9])"
)
_COMPACT = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])")
_NUMBERED = re.compile(  # 2017年5月3日, 2017-yili 5-ayning 3-küni
    rf"(?:(?<![0-9])(?P<year>[0-9]{{4}}|[0-9]{{2}}(?=\s?年)){_YEAR_WORD}[\s,-]{{0,2}})?(?<![0-9])(?P<month>[0-9]{{1,2}})[\s-]{{0,2}}"
    rf"{_MONTH_WORD}\s{{0,2}}(?:(?P<day>[0-9]{{1,2}})[\s-]{{0,2}}(?P<said>[日号號]|күн\w*|kün\w*|kun\w*|كۈن\w*|كۇن\w*|يوم)?)?"
)
_ROMAN_MONTH = re.compile(rf"(?<![\w])([0-9]{{1,2}})([.\s/-])\s?([IVX]{{1,4}})\2\s?({_YEAR}|[0-9]{{2}})(?![\w])")


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
    text = as_digits(text).text
    return [date for start, end, dates in find_dates(text) if end - start == len(text) for date in dates]


def find_dates(text: str) -> Iterator[tuple[int, int, tuple[Date, ...]]]:
    """Find dates in digits and with month words.

    Args:
        text: One view of a text; number words and Chinese digits are to be digits already (`numerals.as_digits`).

    Yields:
        Start, end, and the dates that may be meant there.

    Source:
        docs/known-values.md.
    """
    yield from _in_digits(text)
    yield from _in_words(text)
    yield from _numbered(text)


def _in_digits(text: str) -> Iterator[tuple[int, int, tuple[Date, ...]]]:
    position = 0
    while match := _DIGITS.search(text, position):
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
            year, done = behind["year"] or year, behind.end()
        if days or year:
            said: list[int | None] = [*days] if days else [None]
            yield start, done, tuple(Date(int(year) if year else None, month, day) for day in said)


def _numbered(text: str) -> Iterator[tuple[int, int, tuple[Date, ...]]]:
    """Find dates whose month is a number with the word for month, or a Roman one."""
    for match in _NUMBERED.finditer(text):
        year, month, day = (int(match[part]) if match[part] else None for part in ("year", "month", "day"))
        if (match["said"] or year) and (year or day):
            years = [year] if not year or year > LAST_SHORT else [1900 + year, 2000 + year]
            yield match.start(), match.end(), tuple(d for y in years if _possible(d := Date(y, month, day)))
    for match in _ROMAN_MONTH.finditer(text):
        if match[3] in _ROMAN:
            year = int(match[4])
            years = [year] if year > LAST_SHORT else [1900 + year, 2000 + year]
            yield match.start(), match.end(), tuple(Date(y, _ROMAN[match[3]], int(match[1])) for y in years)


def _days(text: str) -> list[int]:
    return [n for n in map(int, re.findall(r"[0-9]{1,2}", text)) if 1 <= n <= 31]


def _possible(date: Date) -> bool:
    return (date.month is None or 1 <= date.month <= 12) and (date.day is None or 1 <= date.day <= 31)
