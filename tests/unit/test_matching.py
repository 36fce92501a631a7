"""Known values in free text: masks, offsets, kept values, numbers and dates.  All data is invented."""

import re
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vault import gate
from vault.matching import MASK, Matcher, Protected, Span, find_spans, redact_text
from vault.matching.dates import Date, find_dates, parse_value
from vault.matching.letters import skeletons
from vault.matching.mandarin import spellings
from vault.matching.numbers import forms
from vault.matching.numerals import as_digits
from vault.matching.suffixes import fits, stems
from vault.matching.views import views

NAMES = ["Болат Сейтқалиев", "Aigul Zhaqypova", "ئايگۈل مەمەت", "王小明", "O'Neil", "Müller-Schönberg", "Надежда"]
OTHERS = ["+7 701 555 12 34", "901231300123", "1990-05-07", "N12345678", "119/5", "bolat@example.org", "Green Hill"]
SCRIPTS = st.sampled_from(
    [
        string.ascii_letters,
        "абвгдежзиклмнопрстуАБВГҒҚқңөұүі",
        "ابتجدرسلمنوىەۇ",
        "王李小明大中国",
        string.digits,
        " .,-\n'&;%=_\u200b",
    ]
)
TEXTS = st.lists(
    st.one_of(st.sampled_from(NAMES + OTHERS), SCRIPTS.flatmap(lambda letters: st.text(letters, max_size=8))),
    max_size=12,
).flatmap(lambda parts: st.sampled_from(["", " ", ", ", "\n", "_"]).map(lambda between: between.join(parts)))


# ----------------------------------------------------------------------------------------------------- masks
@pytest.mark.parametrize("value", ["Ян", "Болат", "Абдурахманхожаев", "王小明", "1990-05-07", "+7 701 555 12 34"])
def test_mask_has_one_width(value):
    assert redact_text(f"x {value} y", [value]) == f"x {MASK} y"


def test_mask_is_the_callers():
    assert redact_text("Болат келді", ["Болат"], mask="[gone]") == "[gone] келді"


def test_mask_does_not_tell_how_many_words():
    names = ["Болат", "Болат Сейтқалиев", "Болат Серікұлы Сейтқалиев"]
    assert {redact_text(f"x {name} y", names) for name in names} == {f"x {MASK} y"}


@given(TEXTS)
def test_redacting_twice_changes_nothing(text):
    matcher = Matcher(NAMES + OTHERS)
    once = matcher.redact(text)
    assert matcher.redact(once) == once


@given(TEXTS)
def test_spans_are_ordered_and_inside(text):
    done = 0
    for span in Matcher(NAMES + OTHERS).spans(text):
        assert done <= span.start < span.end <= len(text)
        assert 0 <= span.index < len(NAMES + OTHERS)
        done = span.end


@settings(max_examples=300)
@given(TEXTS)
@example("Б о л а т")
@example("O'Neil's Болат-тың")
def test_what_is_redacted_passes_the_gate(text):
    out = redact_text(text, NAMES + OTHERS)
    assert gate.scan(out.encode(), "text.txt", NAMES + OTHERS) == []


WORDS = [
    "Болат",
    "Сейтқалиев",
    "Аскаров",
    "Болатұлы",
    "Aigul",
    "ئايگۈل",
    "王小明",
    "小明",
    "Will",
    "Надежда",
    "17",
    "ауылы",
]
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


@settings(max_examples=300)
@given(
    st.lists(PHRASES, max_size=4),
    st.lists(PHRASES, max_size=3),
    st.lists(
        st.tuples(PHRASES, st.sampled_from([" ", ", ", "-", "_", "", "\n", "-\n", "ның ", "ова ", ". "])), max_size=9
    ),
)
def test_what_is_redacted_passes_the_gate_with_kept_values(withheld, kept, parts):
    text = "".join(phrase + between for phrase, between in parts)
    out = redact_text(text, withheld, kept=kept)
    assert gate.scan(out.encode(), "text.txt", withheld, kept=kept) == []
    assert redact_text(out, withheld, kept=kept) == out


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=5))
def test_any_text_and_any_values(text, values):
    assert isinstance(redact_text(text, values), str)


# --------------------------------------------------------------------------------------------------- offsets
@pytest.mark.parametrize(
    "written",
    ["Болат", "Бо\u200bлат", "Бола\u0301т", "&#1041;олат", "%D0%91олат", "=D0=91олат", "\\u0411олат", "Бо<i>лат</i>"],
)
def test_span_covers_what_is_written(written):
    text = f"Кеше {written} келді."
    spans = find_spans(text, ["Асқар", "Болат"])
    assert [text[s.start : s.end] for s in spans] in ([written], [written.removesuffix("</i>")])
    assert [s.index for s in spans] == [1]


def test_span_names_the_value():
    assert find_spans("Асқар, Болат", ["Болат", "Асқар"]) == [Span(0, 5, 1), Span(7, 12, 0)]


def test_a_prepared_matcher_is_used_again():
    matcher = Matcher(["Болат"])
    assert [matcher.redact(text) for text in ("Болат", "Асқар", "Болат")] == [MASK, "Асқар", MASK]


def test_values_are_not_in_repr():
    assert "Болат" not in repr(Matcher(["Болат"])) + repr(Protected("Болат"))


@pytest.mark.parametrize("value", ["", " ", "-", "...", "\n", "\u200b", "Б"])
def test_a_value_of_nothing_masks_nothing(value):
    text = "Кеше Болат келді - ... Б. 12"
    assert redact_text(text, [value]) in (text, text.replace("Б.", MASK + "."))


# ----------------------------------------------------------------------------------------------- kept values
def test_a_name_both_have_counts_only_beside_the_withheld_ones_own():
    withheld, kept = ["Серік Ахметов"], ["Нұрлан Ахметов"]
    text = "Нұрлан Ахметов және Серік Ахметов, тағы Ахметовтің үйі."
    expected = f"Нұрлан Ахметов және {MASK}, тағы Ахметовтің үйі."
    assert redact_text(text, withheld, kept=kept) == expected


def test_two_names_that_two_kept_values_have_make_a_third():
    withheld, kept = ["Болат Ахметов"], ["Нұрлан Ахметов", "Болат Серіков"]
    text = "Нұрлан Ахметов пен Болат Серіков бар, Болат Ахметов жоқ."
    assert redact_text(text, withheld, kept=kept) == f"Нұрлан Ахметов пен Болат Серіков бар, {MASK} жоқ."


def test_the_father_in_a_kept_patronymic_stays():
    text = "Нұрлан Болатұлы келді, Болат үйде."
    assert redact_text(text, ["Болат"], kept=["Нұрлан Болатұлы"]) == f"Нұрлан Болатұлы келді, {MASK} үйде."


def test_a_kept_number_date_and_chinese_name_stay():
    values = ["901231300123", "1990-05-07", "王小明"]
    text = "901231300123, 7 May 1990, 王小明"
    assert redact_text(text, values, kept=values) == text
    assert MASK in redact_text(text, values, kept=values[:2])


def test_the_gate_follows_the_same_rule():
    withheld, kept = ["Серік Ахметов"], ["Нұрлан Ахметов"]
    assert gate.scan("Нұрлан Ахметов".encode(), "a.txt", withheld, kept=kept) == []
    assert gate.scan("Серік".encode(), "a.txt", withheld, kept=kept) != []


def test_level_never_asks_for_no_capital():
    text = "есть надежда"
    assert redact_text(text, [Protected("Надежда")]) == text
    assert redact_text(text, [Protected("Надежда", strict=True)]) == f"есть {MASK}"


# ---------------------------------------------------------------------------------------- letters, endings
@pytest.mark.parametrize(
    "spellings",
    [
        "Жақып Жакып Zhaqyp Jakyp Zhakip جاقىپ",
        "Өмір Omir Ömir ءومىر",
        "Ерлан Yerlan Erlan ەرلان",
        "Қайрат Кайрат Qairat Kayrat Qayrat قايرات",
        "Айгүл Айгуль Aigul Aygül Aygul ايگۇل ئايگۈل",
        "Шыңғыс Shyngys Shynggys Şyñğys",
        "Дәулет Даулет Daulet Dawlet داۋلەت",
        "Юсуп Yusup Iusup",
        "Достоевский Dostoevsky Dostoyevskiy",
        "Тоқаев Токаев Tokaev Tokayev Toqaiev توقاەۆ",
    ],
)
def test_spellings_meet(spellings):
    first, *rest = (set(skeletons(word)) for word in spellings.split())
    assert all(first & other for other in rest)


@pytest.mark.parametrize("pair", ["Марат Мурат", "Айгүл Айгерім", "Асан Асем", "Ерлан Ерлен", "Болат Балат"])
def test_other_names_do_not_meet(pair):
    one, two = (set(skeletons(word)) for word in pair.split())
    assert not one & two


@given(st.text(max_size=30))
def test_any_word_has_bounded_readings(word):
    assert len(skeletons(word)) <= 8


@pytest.mark.parametrize(
    ("name", "rest", "script", "same"),
    [
        ("bolat", "tin", "cyrillic", True),
        ("bolat", "tardin", "cyrillic", True),
        ("bolat", "bek", "cyrillic", False),
        ("bolat", "ouiCem", "cyrillic", True),
        ("bolat", "kizinin", "cyrillic", True),
        ("bolat", "om", "latin", False),
        ("memet", "nin", "arabic", True),
        ("memet", "Jan", "arabic", True),
        ("nur", "Jan", "cyrillic", False),
        ("bolat", "a" * 40, "cyrillic", False),
    ],
)
def test_endings(name, rest, script, same):
    assert fits(name, "whole", rest, script) is same


def test_a_patronymic_leads_to_the_father_only_in_another_patronymic():
    assert ("bolat", "father") in [tuple(stem) for stem in stems("Болатұлы")]
    assert redact_text("Болатович, Болат", ["Ермек Болатұлы"]) == f"{MASK}, Болат"


# ------------------------------------------------------------------------------------------ numbers, dates
def test_forms_of_a_phone():
    assert {"77015551234", "87015551234", "7015551234", "0077015551234"} <= forms("+7 701 555 12 34", phone=True)
    assert forms("12-34-5", phone=False) == set()


def test_a_short_number_is_found_whole():
    text = "plots 119/5, 119/6 and 1119/5"
    assert redact_text(text, ["119/5"]) == f"plots {MASK}, 119/6 and 1119/5"


def test_numbers_in_hashes_are_no_numbers():
    text = "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 end"
    assert redact_text(text, ["884007659", "081884"]) == text


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2017-05-03", [Date(2017, 5, 3)]),
        ("2017~", [Date(2017, None, None)]),
        ("2017-05/2018-01", [Date(2017, 5, None), Date(2018, 1, None)]),
        ("3 мая 2017", [Date(2017, 5, 3)]),
        ("Болат", []),
        ("901231300123", []),
    ],
)
def test_dates_of_values(text, dates):
    assert parse_value(text) == dates


def test_days_before_one_month():
    (found,) = find_dates("on 3 and 5 May 2017")
    assert found[2] == (Date(2017, 5, 3), Date(2017, 5, 5))


@given(st.text("0123456789 .-/年月日MayмаяOct,一二十", max_size=60))
def test_any_text_has_possible_dates(text):
    for start, end, dates in find_dates(text):
        assert 0 <= start < end <= len(text)
        assert all(d.month is None or 1 <= d.month <= 12 for d in dates)


# ---------------------------------------------------------------------------------------------------- views
@given(st.text(max_size=60))
def test_views_lead_back(text):
    for view in views(text):
        for at in range(len(view.text)):
            start, end = view.source_span(at, at + 1)
            assert 0 <= start <= end <= len(text)


def test_escapes_within_escapes():
    assert redact_text("a &amp;#1041;олат b", ["Болат"]) == f"a {MASK} b"


# ---------------------------------------------------------------------------------------------------- growth
class _Counting(dict):
    """A dictionary that counts how often it is asked."""

    asked = 0

    def get(self, key, default=None):
        self.asked += 1
        return super().get(key, default)

    def __contains__(self, key):
        self.asked += 1
        return super().__contains__(key)


@pytest.mark.parametrize(
    "word", ["Болат ", "Болатбеков ", "б о л а т ", "12 34 56 78 ", "王小", "Аа-", "May 3 ", "&#1041;"]
)
def test_work_grows_with_the_text_and_no_faster(word):
    def work(times: int) -> int:
        matcher = Matcher(NAMES + OTHERS)
        matcher._words.stems = _Counting(matcher._words.stems)
        matcher._streams = _Counting(matcher._streams)
        matcher._memory = _Counting()
        matcher._han._lengths = _Counting(matcher._han._lengths)
        matcher.spans(word * times)
        return sum(d.asked for d in (matcher._words.stems, matcher._streams, matcher._memory, matcher._han._lengths))

    once, ten = work(300), work(3000)
    assert ten <= 12 * once + 100


def test_a_mask_leaves_no_letter_of_any_spelling():
    text = " ".join("Жақып Жакып Zhaqyp Jakyp جاقىپ".split())
    assert not re.search(r"\w", redact_text(text, ["Жақып"]))


# ------------------------------------------------------------------------------------- numbers said in words
@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("the nineteenth of May, nineteen eighty-seven", "the 19 of May, 1987"),
        ("nineteen hundred five", "1905"),
        ("девятнадцатого мая тысяча девятьсот восемьдесят седьмого", "19 мая 1987"),
        ("екі мың он сегізінші жылғы екінші наурызда", "2018 жылғы 2 наурызда"),
        ("восемь семьсот двадцать семь двести", "8 727 200"),
        ("bir ming toqquz yüz seksen yettinchi", "1987"),
        ("二〇一八年三月二十一日", "2018年3月21日"),
        ("8 7O5 2З8", "8 705 238"),
        ("one of them", "one of them"),
    ],
)
def test_number_words_are_digits(text, read):
    assert as_digits(text).text == read


@given(st.text("one two hundred thousand двадцать бір мың 十二〇年O15 -", max_size=60))
def test_any_number_words_lead_back(text):
    view = as_digits(text)
    for at in range(len(view.text)):
        start, end = view.source_span(at, at + 1)
        assert 0 <= start <= end <= len(text)


def test_words_between_the_groups_of_a_number_stay():
    text = "Код 8 705, номер 238 41 96, до вечера"
    assert redact_text(text, ["+7 705 238 41 96"]) == f"Код {MASK}, номер {MASK}, до вечера"


def test_a_longer_number_is_another():
    assert redact_text("9877012223344", ["+7 701 222 33 44"]) == "9877012223344"


# --------------------------------------------------------------------------------------- spellings and kin
@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("陈晓东", ["chen xiaodong", "chen xiao dong", "чэнь сяодун", "чэнь сяо дун"]),
        ("诸葛亮", ["zhuge liang", "чжугэ лян"]),
        ("叶尔兰巴", []),
        ("阿依古丽", []),
    ],
)
def test_pinyin_and_palladius_of_a_chinese_name(name, spelt):
    assert [" ".join(part.word for part in words) for words in spellings(name)] == spelt


def test_a_near_spelling_counts_only_beside_a_word_of_its_value():
    values = ["Perhat Memtimin"]
    assert redact_text("Пархат Мемтимин уехал. Другой Пархат", values) == f"{MASK} уехал. Другой Пархат"
    assert redact_text("Мұхаммед Серікбаев келді", ["Memet Серікбаев"]) == f"{MASK} келді"


def test_a_near_spelling_that_a_kept_value_has_stays():
    text = "Марат Ахметов, Мурад Ахметов"
    assert redact_text(text, ["Мурат Ахметов"], kept=["Мурад Ахметов"]).endswith("Мурад Ахметов")


def test_what_an_override_turned_round_is_found():
    assert redact_text("a \u202eтaлоБ\u202c b", ["Болат"]) == f"a {MASK} b"


def test_escapes_are_read_with_what_is_around_them_and_no_more():
    text = "x " * 500 + "&#1041;олат келді" + " x" * 500 + " &amp; Болат"
    assert len(views(text)) == 2
    assert len(views(text)[1].text) < len(text) // 2
    assert redact_text(text, ["Болат"]) == "x " * 500 + f"{MASK} келді" + " x" * 500 + f" &amp; {MASK}"


@pytest.mark.parametrize("values", ["Aida Bekova", b"Aida Bekova", Protected("Aida Bekova", "name")])
def test_one_value_alone_is_no_list_of_values(values):
    """Each of its letters would be a value, and the name would leave."""
    for search in (
        lambda: redact_text("Aida Bekova came", values),
        lambda: redact_text("Aida Bekova came", [], kept=values),
        lambda: gate.scan(b"Aida Bekova came", "a.txt", values),
        lambda: gate.scan(b"Aida Bekova came", "a.txt", [], kept=values),
    ):
        with pytest.raises(TypeError, match="sequence"):
            search()


def test_a_kind_that_nobody_looks_for_is_refused():
    with pytest.raises(ValueError, match="organisation"):
        Protected("Aida", "nmae")
