"""Sound keys of names. All names are invented or common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import names
from vault.names import keys, letters

LETTERS = st.text(alphabet="абжқыіұaehjkpqxyzşğäاجقىپعوۋ加合甫买提 -·'ʼ\u0301\u200b", max_size=30)


@given(LETTERS | st.text(max_size=60))
def test_a_name_is_among_what_its_own_spelling_finds(text):
    stored, asked = names.index_keys(text), names.query_keys(text)
    if len(letters.tokens(text)) == 1:
        assert stored <= asked
    assert not stored or stored & asked
    assert {key for key in stored if key[0] == "f"} - asked == set()


@given(LETTERS)
def test_keys_tell_their_kind_and_are_short(text):
    for key in names.index_keys(text):
        assert key[0] in "fcg"
        assert 2 <= len(key) <= 26


@given(st.lists(st.sampled_from(["Жақып", "Omar", "加合甫", "جاقىپ", "Müller", "Zhang"]), min_size=1, max_size=5))
def test_the_order_of_words_changes_only_what_is_written_as_one(words):
    kinds = [{key for key in names.index_keys(" ".join(some)) if key[0] == "f"} for some in (words, words[::-1])]
    assert kinds[0] == kinds[1]


@given(LETTERS)
def test_marks_and_format_characters_do_not_count(text):
    marked = "".join(f"{character}\u200d" for character in text)
    assert names.index_keys(marked) == names.index_keys(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Абдурахман", "Abdu Rahman"),
        ("阿不都热合曼", "阿不都·热合曼"),
        ("Омаров", "Омар"),
        ("Hasan", "Асан"),
        ("Islam", "斯拉木"),
        ("Темирлановка", "Темірлан"),
        ("Tarhan", "塔汉"),
    ],
)
def test_keys_meet(one, other):
    assert names.query_keys(one) & names.index_keys(other)


def test_a_name_has_few_keys():
    for name in ("Жақып Омарұлы", "Schasyqpajew Zhaqyp", "加合甫·买买提", "Jiahefu Maimaiti", "محمد يعقوب"):
        assert len(names.index_keys(name)) <= 24


def test_a_hostile_text_has_no_more_keys_than_its_first_words():
    for piece in ("a", "加", "a ", "加·", "عب", "qx ", "jiahefu ", "\u0301", "ﷺ", "aeiou", "nh" * 3):
        text = piece * (65536 // len(piece))
        assert len(letters.tokens(text)) <= letters.MAX_TOKENS
        assert len(names.query_keys(text)) <= 30 * letters.MAX_TOKENS
        assert 0.0 <= names.similarity(text, "Жақып Омар") <= 1.0
        assert 0.0 <= names.similarity("Жақып Омар", text) <= 1.0


def test_what_was_seen_can_be_forgotten():
    names.index_keys("Unrepeatable")
    names.similarity("Unrepeatable", "Zhaqyp")
    assert any(token.text == "unrepeatable" for token in keys._INDEXED)
    names.forget()
    assert not keys._INDEXED
    assert not names.likeness._SOUNDS
    assert not names.likeness._NAMES
    assert not names.likeness._LAST


def test_of_several_words_the_short_keys_of_rarer_readings_do_not_count():
    assert "c@l" in names.query_keys("Али")
    assert "c@l" not in names.query_keys("Али Жақып")
    assert {"f@l", "gali"} <= names.query_keys("Али Жақып")
