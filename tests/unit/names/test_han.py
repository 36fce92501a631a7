"""Chinese characters and Mandarin syllables read as foreign names. All names are invented or common given names."""

import re
import unicodedata
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.names import han
from vault.names.sounds import SOUNDS

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=30)


def sounds(token):
    return [reading for reading, _ in han.readings(token)]


def rows():
    text = resources.files("vault.names").joinpath("han.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(
    ("characters", "heard"),
    [
        ("加合甫", "Jahp"),  # Zhaqyp: 甫 ends in p, 合 is a bare h
        ("买买提", "mamati"),  # Memet
        ("托合提", "tohti"),  # Tohti
        ("阿不都热合曼", "abdurAhman"),  # Abdurahman: 不 without its vowel
        ("努尔苏丹", "nursudan"),  # Nursultan: 尔 is r
        ("纳扎尔巴耶夫", "nazarbajev"),  # Nazarbayev: 夫 is v
        ("依力哈木", "iliham"),  # Ilham
        ("木拉提", "mrati"),  # Murat
        ("叶尔肯", "jerken"),  # Erken
        ("古丽仙", "guliSan"),  # Gulshan
        ("加甫", "Jav"),  # 甫 may also be v
        ("司马义", "smaji"),  # Ismayil
        ("斯大林", "stalin"),  # 斯 is s, 大 is ta
        ("伊万", "ivan"),
    ],
)
def test_characters_sound_as_foreign_names(characters, heard):
    assert han.skeleton(heard) in [han.skeleton(reading) for reading in sounds(characters)]


@pytest.mark.parametrize(
    ("character", "expected"),
    [
        ("夫", {"v", "f"}),
        ("甫", {"p", "v"}),
        ("尔", {"r", "l"}),
        ("克", {"k", "q"}),
        ("特", {"t", "te"}),
        ("木", {"m", "mu"}),
        ("斯", {"s"}),
        ("孜", {"z", "zi"}),
        ("吾", {"u", "o"}),
        ("依", {"i", "ji"}),
        ("阿", {"a"}),
        ("江", {"Jan", "Zan"}),
        ("热", {"rA", "re"}),
    ],
)
def test_the_characters_of_endings(character, expected):
    row = next(row for row in rows() if row[0] == character)
    assert expected <= {group.split(":")[0] for group in row[4].split()}


@pytest.mark.parametrize(("simplified", "traditional"), [("买买提", "買買提"), ("努尔兰", "努爾蘭"), ("热", "熱")])
def test_traditional_and_simplified_alike(simplified, traditional):
    assert han.readings(simplified) == han.readings(traditional)


def test_no_two_readings_have_the_same_consonants_and_the_likeliest_comes_first():
    found = han.readings("阿不都热合曼")
    assert len(found) == 5
    assert len({han.skeleton(reading) for reading, _ in found}) == 5
    weights = [weight for _, weight in found]
    assert weights == sorted(weights, reverse=True)
    assert [reading for reading, _ in han.readings("阿不都热合曼", 2)] == [reading for reading, _ in found[:2]]


def test_the_mandarin_reading_is_among_them():
    assert "waNSjaumiN" in sounds("王小明")


@pytest.mark.parametrize(("characters", "heard"), [("中島", "nakaSima"), ("高桥", "takahaSi"), ("铃木", "suzuki")])
def test_japanese_names_are_read_as_the_japanese_do(characters, heard):
    assert sounds(characters)[0] == heard


def test_a_rare_character_is_read_by_its_syllable():
    rare = next(row for row in rows() if row[0] == "ma")[1][-1]
    assert sounds(rare)[0].startswith("m")


def test_what_is_no_character_is_passed_over():
    assert han.readings("") == []
    assert han.readings("abc 123") == []
    assert han.readings("買·買a提") == han.readings("买买提")
    assert han.readings("\U0002a6d6") == []


@pytest.mark.parametrize(
    ("word", "cut"),
    [
        ("Jiahefu", "jia he fu"),
        ("Maimaiti", "mai mai ti"),
        ("reheman", "re he man"),
        ("Xi'an", "xian"),
        ("Ālètài", "a le tai"),
        ("Túmùshūkè", "tu mu shu ke"),
        ("tu2mu4shu1ke4", "tu mu shu ke"),
        ("Nü'er", "nv er"),
        ("nǚ", "nv"),
        ("lu:", "lv"),
        ("fangan", "fan gan"),
    ],
)
def test_words_of_mandarin_syllables_are_cut(word, cut):
    assert han.syllables(word) == cut.split()
    assert han.syllables(unicodedata.normalize("NFD", word)) == cut.split()


@pytest.mark.parametrize("word", ["", "hello", "Zhaqyp", "Şamil", "Mädi", "Müller", "жақып", "2", "ma-ma", "m", "ng"])
def test_other_words_are_no_mandarin(word):
    assert han.syllables(word) is None
    assert han.pinyin_readings(word) == []


@pytest.mark.parametrize("characters", ["加合甫", "买买提", "热合曼", "努尔兰", "木拉提", "中島"])
def test_syllables_are_read_like_their_characters(characters):
    word = "".join(
        next(row[2].split()[0] for row in rows() if character in row[0] + row[1]) for character in characters
    )
    skeletons = {han.skeleton(reading) for reading, _ in han.pinyin_readings(word)}
    assert han.skeleton(sounds(characters)[0]) in skeletons


@pytest.mark.parametrize(
    ("word", "reading", "parts"),
    [
        ("巴耶夫", "bajev", ["巴 ba", "耶 je", "夫 v"]),
        ("買買提", "mamati", ["買 ma", "買 ma", "提 ti"]),
        ("中島", "nakaSima", ["中 naka", "島 Sima"]),
        ("Jiahefu", "Jahv", ["jia Ja", "he h", "fu v"]),
        ("曼尼", "mani", ["曼 man", "尼 ni"]),  # the two n are written once
        ("巴耶夫", "bajek", []),
    ],
)
def test_a_reading_tells_which_character_gave_which_sounds(word, reading, parts):
    assert [" ".join(part) for part in han.parts(word, reading)] == parts


@given(st.one_of(HAN, st.text(max_size=40)))
def test_every_transcribed_reading_has_its_parts(token):
    rows = han._table()._characters(token)
    for reading, _ in han.readings(token):
        parts = han.parts(token, reading)
        whole = "".join(sounds for _, sounds in parts)
        assert not parts or (
            len(parts) == len(rows) and re.sub(r"(.)\1+", r"\1", whole) == re.sub(r"(.)\1+", r"\1", reading)
        )


def test_names_are_spelled_in_characters():
    spelled = han.spell("muratbek")
    assert len(spelled) == 5
    assert all(han.skeleton("muratbek") in map(han.skeleton, sounds(spelling)) for spelling in spelled[:1])
    assert han.spell("") == []
    assert han.spell("?") == []


@given(st.one_of(HAN, st.text(max_size=40)), st.integers(1, 8))
def test_readings_of_any_text_are_few_and_of_our_sounds(token, limit):
    for found in (han.readings(token, limit), han.pinyin_readings(token, limit)):
        assert len(found) <= limit
        for reading, weight in found:
            assert reading
            assert set(reading) <= set(SOUNDS)
            assert weight >= 0.0


def test_hostile_length_is_cut():
    assert han.readings("尔" * (1 << 16)) == han.readings("尔" * han.MAX_CHARACTERS)
    assert han.pinyin_readings("a" * (1 << 16)) == []
    assert len(han.pinyin_readings("a" * 72)) >= 1
    assert all(len(spelling) <= 60 for spelling in han.spell("a" * (1 << 16)))


def test_forgetting_changes_no_answer():
    before = han.readings("加合甫")
    han.forget()
    assert han.readings("加合甫") == before


def test_the_table_is_sorted_and_each_character_stands_in_it_once():
    table = rows()
    heads = [row[0] for row in table]
    characters = [head for head in heads if not head.isascii()]
    assert heads == sorted(characters) + sorted(set(heads) - set(characters))
    written = "".join(row[1] if row[0].isascii() else row[0] + row[1] for row in table)
    assert len(written) == len(set(written))
    syllables = set(heads) - set(characters)
    assert len(characters) > 1000
    assert len(syllables) > 390
    for row in table:
        assert len(row) in {5, 7}
        assert row[0].isascii() or set(row[2].split()) <= syllables
        for groups in (row[4], *row[6:]):
            shares = [(group.split(":")[0], int(group.split(":")[1])) for group in groups.split()]
            assert all(set(group) <= set(SOUNDS) or group == "-" for group, _ in shares)
            assert [share for _, share in shares] == sorted((share for _, share in shares), reverse=True)


def test_the_table_tells_its_origin():
    head = resources.files("vault.names").joinpath("han.tsv").read_text("utf-8")[:2000]
    assert "CC0" in head
    assert "Unicode License" in head
