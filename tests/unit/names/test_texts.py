"""Words, terms and the similarity of names. All names are invented or common."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import names
from vault.names import texts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Жақып", "ЖАҚЫП"),
        ("Ёлкин", "Елкин"),
        ("Сейіт", "Сеиіт"),
        ("Омаро́в", "Омаров"),
        ("José", "JOSE"),
        ("Jose\u0301", "jose"),
        ("Straße", "strasse"),
        ("Şükür", "sukur"),
        ("Jaqʼyp", "Jaq'yp"),
        ("Ja’qyp", "Jaqyp"),
        ("co\u00adoperate", "cooperate"),
        ("Ja\u200bqyp", "Jaqyp"),
        ("Ｊａｑｙｐ", "jaqyp"),
        ("ﬁn", "fin"),
        ("٢٠١٧", "2017"),
        ("۲۰۱۷", "2017"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("علی", "علي"),
        ("ٴبىر", "بىر"),
        ("İstanbul", "istanbul"),
        ("Łódź", "lodz"),
    ],
)
def test_what_does_not_change_a_word_is_evened_out(one, other):
    assert names.normalise(one) == names.normalise(other)
    assert names.text_terms(one) == names.text_terms(other)
    assert names.similarity(one, other) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [("қала", "кала"), ("ئار", "يار"), ("が", "か"), ("བོད", "བད"), ("한국", "한구"), ("加", "如"), ("ә", "а")],
)
def test_letters_of_their_own_stay_apart(one, other):
    assert names.text_terms(one) != names.text_terms(other)


def test_words_tell_their_places():
    text = "Жақып, Jaq'yp: 加合甫·Omar_2017"
    found = names.words(text)
    assert [(word, text[start:end]) for word, start, end in found] == [
        ("жақып", "Жақып"),
        ("jaqyp", "Jaq'yp"),
        ("加", "加"),
        ("合", "合"),
        ("甫", "甫"),
        ("omar", "Omar"),
        ("2017", "2017"),
    ]


def test_one_character_may_be_several_words():
    assert [word for word, start, end in names.words("ﷺ")] == ["صلي", "الله", "عليه", "وسلم"]
    assert names.text_terms("½") == {"1", "2"}


def test_chinese_gives_characters_and_pairs():
    assert names.text_terms("加合甫") == {"加", "合", "甫", "加合", "合甫"}
    assert names.query_terms("加合甫 合") == ["加合", "合甫", "合"]


def test_long_words_are_cut():
    assert names.text_terms("a" * 100 + " " + "б" * 100) == {"a" * 60, "б" * 60}
    assert names.query_terms("A" * 100) == ["a" * 60]


def test_nothing_gives_nothing():
    for text in ("", " \t\n", "—…!?", "\u200b", "\u0301", "_"):
        assert names.words(text) == []
        assert names.text_terms(text) == set()
        assert names.query_terms(text) == []
        assert names.similarity(text, "Omar") == 0.0


@given(st.text())
def test_terms_are_the_words_and_pairs_of_the_words(text):
    han = {term for term in names.text_terms(text) if names.is_han(term)}
    assert names.text_terms(text) - han == {word for word, _, _ in names.words(text) if not names.is_han(word)}
    assert {term for term in han if len(term) == 1} == {w for w, _, _ in names.words(text) if names.is_han(w)}
    assert set(names.query_terms(text)) <= names.text_terms(text)


@given(st.text())
def test_normal_form_is_a_form_of_its_own(text):
    once = names.normalise(text)
    assert names.normalise(once) == once


@given(st.text(), st.integers(min_value=0, max_value=5))
def test_places_lie_in_the_text_and_in_order(text, extra):
    text = " " * extra + text
    before = 0
    for word, start, end in names.words(text):
        assert word
        assert 0 <= start < end <= len(text)
        assert start >= before or text[start:end] in text
        before = start


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=20))
def test_composed_and_decomposed_are_the_same(text):
    assert names.text_terms(unicodedata.normalize("NFD", text)) == names.text_terms(unicodedata.normalize("NFC", text))


def test_what_was_seen_can_be_forgotten():
    names.text_terms("Unrepeatable")
    assert "Unrepeatable" in texts._TERMS
    names.forget()
    assert not texts._TERMS


def test_long_texts_take_linear_time():
    # Each of these made a backtracking expression slow; the test only has to end.
    for piece in ("a'", "a\u0301", "'", "\u0301", "加", "ﷺ", "a-", "\u200b", "Ａ", "é"):
        assert len(names.words(piece * 50_000)) < 250_000
        names.text_terms(piece * 50_000)
        names.query_terms(piece * 50_000)
