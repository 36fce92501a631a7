"""Numbers said in words, in Chinese digits or with letters for digits, read as digits.

Floor: ground. Number words of English, Russian, Kazakh and Uyghur in their scripts, and a view of a text in which they
are digits; `matching` and `gate` look for numbers and dates there. It refuses single small cardinals of English and
Russian (one of them), which are seldom a number that somebody wrote down.

Source:
    docs/known-values.md §Numbers and dates.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from vault.matching.letters import script_of
from vault.matching.views import View, rewrite


class Numeral(NamedTuple):
    """What a number word means.

    Args:
        value: The number, of 0 to 900, or 1000 or more.
        room: The next word of the same number is below this: twenty one, but not eleven one.
        ends: It is an ordinal, behind which no number goes on.
        alone: It counts also without another number word beside it.
    """

    value: int
    room: int
    ends: bool
    alone: bool


_TENS: Final = range(20, 100, 10)
_ENGLISH = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
_ENGLISH_NTH = """
    - first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth
"""
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_RUSSIAN = """
    ноль,нуль один,одна два,две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать
    четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать
"""
_RUSSIAN_NTH = """
    нулев перв втор треть четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат
    шестнадцат семнадцат восемнадцат девятнадцат
"""
_RUSSIAN_TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто"
_RUSSIAN_NTH_TENS = "двадцат тридцат сороков пятидесят шестидесят семидесят восьмидесят девяност"
_RUSSIAN_HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"
_RUSSIAN_ENDINGS = "ый ий ой ого его ому ему ым им ом ем ая ую ое ье ья ью ей ых"
# A comma parts spellings: Cyrillic, Latin, Arabic script.  The ordinal adds a syllable.
_KAZAKH = """
    нөл,nöl,nol,ءنول бір,bir,ٴبىر,ءبىر,بىر екі,eki,ekı,ەكى
    үш,üş,ush,üsh,ءۇش,ۇش төрт,tört,tort,ءتورت,تورت бес,bes,بەس алты,alty,التى
    жеті,jeti,jetı,zheti,جەتى сегіз,segız,segiz,سەگىز тоғыз,toğyz,togyz,toǵyz,توعىز он,on,ون
"""
_KAZAKH_TENS = """
    жиырма,jiyrma,zhiyrma,jırma,جيىرما отыз,otyz,وتىز қырық,qyryq,kyryk,قىرىق елу,elu,elý,ەلۋ алпыс,alpys,الپىس
    жетпіс,jetpıs,jetpis,zhetpis,جەتپىس сексен,seksen,سەكسەن тоқсан,toqsan,toksan,توقسان
"""
_UYGHUR = """
    nöl,نۆل bir,بىر,бир ikki,ئىككى,икки üch,ئۈچ,үч töt,تۆت,төт besh,بەش,бәш alte,ئالتە,алтә yette,يەتتە,йәттә
    sekkiz,سەككىز,сәккиз toqquz,توققۇز,тоққуз on,ئون,он
"""
_UYGHUR_TENS = """
    yigirme,يىگىرمە,жигирмә ottuz,ئوتتۇز,оттуз qiriq,قىرىق,қириқ ellik,ئەللىك,әллик atmish,ئاتمىش,атмиш
    yetmish,يەتمىش,йәтмиш seksen,سەكسەن,сәксән toqsan,توقسان,тоқсан
"""
# By script: what makes an ordinal, and what may stand behind it.
_TURKIC_NTH: Final = {
    "cyrillic": (["ншы", "нші", "ыншы", "інші", "нчи", "инчи"], ("", "сі", "сы", "сінде", "сында", "да", "де")),
    "latin": (
        ["nşy", "nşı", "nşi", "nshy", "nshi", "ynşy", "inşi", "ınşı", "ynshy", "inshi", "nchi", "inchi"],
        ("", "si", "sı", "sy", "de", "da"),
    ),
    "arabic": (["نشى", "ىنشى", "نچى", "ىنچى"], ("", "سى", "دا", "دە", "سىندە")),
}


def _room(value: int) -> int:
    return 100 if value >= 100 else 10 if value >= 20 else 1


_HUNDREDS = "hundred жүз jüz juz zhuz ءجۇز جۇز yüz يۈز йүз"
_THOUSANDS = "thousand тысяча тысячи тысяч мың myñ myn myń مىڭ ming مىڭ миң"
_OTHER_WORDS: Final = frozenset(["on", "он", "bir", "bes", "alty", "ون", "ئون"])  # they mean more than the number


def _each(text: str, values: Iterable[int]) -> Iterator[tuple[str, int]]:
    for spellings, value in zip(text.split(), values, strict=True):
        for word in spellings.split(","):
            if word != "-":
                yield word, value


def _words() -> dict[str, Numeral]:
    """Spell the numbers of all languages; what two languages share has the meaning of the later."""
    words: dict[str, Numeral] = {}
    for text, values in (
        (_ENGLISH, range(20)), (_ENGLISH_TENS, _TENS), (_RUSSIAN, range(20)), (_RUSSIAN_TENS, _TENS),
        (_RUSSIAN_HUNDREDS, range(100, 1000, 100)),
    ):  # fmt: skip
        for word, value in _each(text, values):
            words[word] = Numeral(value, _room(value), ends=False, alone=False)
    for word, value in _each(_ENGLISH_NTH, range(20)):
        words[word] = Numeral(value, 1, ends=True, alone=True)
    for word, value in _each(_ENGLISH_TENS, _TENS):
        words[word.removesuffix("y") + "ieth"] = Numeral(value, 1, ends=True, alone=True)
    for text, values in ((_RUSSIAN_NTH, range(20)), (_RUSSIAN_NTH_TENS, _TENS)):
        for stem, value in _each(text, values):
            forms = (stem.removesuffix("ь") + "ий", *(stem + ending for ending in _RUSSIAN_ENDINGS.split()))
            words |= dict.fromkeys(forms, Numeral(value, 1, ends=True, alone=True))
    for text, values in ((_KAZAKH, range(11)), (_KAZAKH_TENS, _TENS), (_UYGHUR, range(11)), (_UYGHUR_TENS, _TENS)):
        for word, value in _each(text, values):
            words[word] = Numeral(value, 10 if value >= 10 else 1, ends=False, alone=word not in _OTHER_WORDS)
            nths, endings = _TURKIC_NTH[script_of(word)]
            stems = {word, word[:-1] + {"ә": "и", "e": "i", "ە": "ى"}.get(word[-1], word[-1])}
            spelt = (stem + nth + ending for stem in stems for nth in nths for ending in endings)
            words |= dict.fromkeys(spelt, Numeral(value, 1, ends=True, alone=True))
    for word in _HUNDREDS.split():
        words[word] = Numeral(100, 100, ends=False, alone=False)
    for word in _THOUSANDS.split():
        words[word] = Numeral(1000, 1000, ends=False, alone=False)
    words["двухтысячного"] = Numeral(2000, 1, ends=True, alone=True)
    return words


_WORDS: Final = _words()
_HUNDRED, _THOUSAND = 100, 1000
_CENTURIES: Final = (18, 19, 20)  # nineteen eighty-seven
_LETTERS = re.compile(r"[^\W\d_]+(?:[\u0621\u0674][^\W\d_]+)?")
_BETWEEN = re.compile(r"(?:\s{1,2}|[-‐‑,]\s?|\s{1,2}and\s{1,2})")

_CHINESE_DIGITS: Final = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE = re.compile(r"[〇○零一二三四五六七八九十]{1,4}(?=\s?[年月日号號])|[〇○零一二三四五六七八九]{6,24}")
_CHINESE_SIGN = re.compile("[〇○零一二三四五六七八九十]")
# Letters that people and scanners write for digits, within a group that is mostly digits.
_LIKE_DIGITS: Final = str.maketrans("OoОоΟοIlІіӀ|ЗзSsБб", "0000001111113355" + "66")
_MIXED = re.compile(r"(?<![^\W_])(?=[^\W_]{0,8}[0-9])[0-9OoОоΟοIlІіӀЗзSsБб]{2,24}(?![^\W_])")
_HAS_MIXED = re.compile(r"[0-9][OoОоΟοIlІіӀЗзSsБб]|[OoОоΟοIlІіӀЗзSsБб][0-9]")


def as_digits(text: str, *, words: bool = True) -> View:
    """Give the view of a text in which numbers said in words, and in Chinese digits, are digits.

    Args:
        text: One view of a text, of any length; the work is linear in it.
        words: Whether it may say numbers in words.

    Returns:
        A view; of the same text where it says no number.

    Source:
        docs/known-values.md §Numbers and dates.
    """
    view = rewrite(View(text), _spoken(text)) if words else View(text)
    if _CHINESE_SIGN.search(view.text):
        view = rewrite(view, ((*m.span(), _chinese(m.group())) for m in _CHINESE.finditer(view.text)))
    if _HAS_MIXED.search(view.text):
        view = rewrite(view, ((*m.span(), m.group().translate(_LIKE_DIGITS)) for m in _MIXED.finditer(view.text)))
    return view


def _spoken(text: str) -> Iterator[tuple[int, int, str]]:
    """Give the runs of number words and what they say in digits."""
    run: list[tuple[int, int, Numeral]] = []
    known = _WORDS
    for match in _LETTERS.finditer(text):
        numeral = known.get(match.group().lower().replace("ё", "е"))
        if numeral is None:
            continue
        start, end = match.span()
        if run and not _BETWEEN.fullmatch(text, run[-1][1], start):
            yield from _said(run)
            run = []
        run.append((start, end, numeral))
    yield from _said(run)


def _said(run: list[tuple[int, int, Numeral]]) -> Iterator[tuple[int, int, str]]:
    if run and (len(run) > 1 or run[0][2].alone):
        yield run[0][0], run[-1][1], " ".join(_numbers([numeral for _, _, numeral in run]))


def _numbers(numerals: list[Numeral]) -> list[str]:
    """Add up number words for as long as they make one number."""
    found: list[str] = []
    total = part = 0
    room = _THOUSAND
    for value, leaves, ends, _ in numerals:
        if value == _THOUSAND and not total and part:
            total, part, room = part * _THOUSAND, 0, _THOUSAND
        elif value == _HUNDRED and 0 < part < 20:
            part, room = part * _HUNDRED, _HUNDRED
        elif 0 < value < room:
            part, room = part + value, leaves
        elif part in _CENTURIES and not total and 10 <= value < _HUNDRED:
            part, room = part * _HUNDRED + value, leaves
        else:
            found += [str(total + part)] if total + part else []
            total, part = (value, 0) if value >= _THOUSAND else (0, value)
            room = leaves
            if value == 0:
                found.append("0")
                room = _THOUSAND
        if ends:
            found.append(str(total + part))
            total, part, room = 0, 0, _THOUSAND
    return [*found, str(total + part)] if total + part else found


def _chinese(text: str) -> str:
    if "十" not in text:
        return text.translate(_CHINESE_DIGITS)
    tens, _, units = text.translate(_CHINESE_DIGITS).partition("十")
    return str(10 * int(tens or 1) + int(units or 0)) if "十" not in units else text
