"""How well a name answers a query. All names are invented or common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import names
from vault.names import families, letters


def test_similarity_puts_likelier_names_first():
    query = "Жақып Омар"
    ranked = ["Омар Жақып", "Жақып Омарұлы", "Жақып Серік", "Серік Болат"]
    scores = [names.similarity(query, name) for name in ranked]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1.0
    assert scores[1] < 1.0
    assert scores[1] > names.SIMILAR > scores[2] > scores[3]


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_a_share(query, name):
    assert 0.0 <= names.similarity(query, name) <= 1.0


def test_explanations_name_the_words():
    assert names.explain("Jakyp Omar", "Омар, Jakyp Omaruly") == [
        "jakyp is the same word",
        "omar is like омар: both read as omar",
    ]
    assert names.explain("Zhakyp", "Zhaqyp") == ["zhakyp is like zhaqyp"]
    assert names.explain("Zhakyp", "Болат") == []


WORDS = st.sampled_from(["Жақып", "Omar", "加合甫", "جاقىپ", "Müller", "Zhang", "Асан", "يوسف", "Nurlan"])


@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, min_size=1, max_size=4))
def test_similarity_does_not_depend_on_the_order_of_words(query, name):
    straight = names.similarity(" ".join(query), " ".join(name))
    if len(query) == len(name):
        assert names.similarity(" ".join(query[::-1]), " ".join(name[::-1])) == straight
    assert names.Asked(" ".join(query)).similarity(" ".join(name)) == straight


@given(WORDS, WORDS)
def test_similarity_of_two_words_is_nearly_the_same_both_ways(one, other):
    # A query is read in more ways than a name.
    assert abs(names.similarity(one, other) - names.similarity(other, one)) < 0.15


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_only_the_same_words_are_wholly_alike(words):
    text = " ".join(words)
    assert names.similarity(text, " ".join(words[::-1])) == 1.0
    assert names.similarity(text, text + " Болат") < 1.0


def test_what_is_being_typed_is_like_its_name():
    for typed in ("jak", "jaky", "Jakyp"):
        assert names.similarity(typed, "Jakyp") > names.SIMILAR
        assert names.similarity(typed, "Jakyp Omar") > names.SIMILAR


def test_a_query_tells_nothing_of_itself():
    assert "Jakyp" not in repr(names.Asked("Jakyp"))


def test_reasons_name_sounds_endings_and_common_names():
    assert names.explain("努尔兰", "Нұрлан") == ["努尔兰 is like нұрлан: both read as nurlan"]
    assert names.explain("Khasan", "Khasanov") == ["khasanov begins with khasan"]
    assert names.explain("Хасан", "Khasanov") == ["хасан is like khasanov: khasanov without its ending -ov, -ev"]
    assert names.explain("Yunus", "Жүніс") == ["yunus and жүніс are forms of one name (yunus)"]
    assert names.explain("Xihenze", "Shihezi")[0].startswith("xihenze is like shihezi: xihenze read as sh")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Abdurehim", "阿不都热合曼"), ("ئاسان", "Hasan"), ("Alexander", "Искандер"), ("Abdulqadir", "卡迪尔")],
)
def test_names_of_one_root_that_are_names_of_their_own_are_no_family(one, other):
    asked, has = letters.tokens(one)[0], letters.tokens(other)[0]
    groups = families.groups(asked, letters.read(asked)) & families.groups(has, letters.read(has))
    assert not groups


@pytest.mark.parametrize("least", [0.5, 0.7, 0.9])
@given(query=st.lists(WORDS, min_size=1, max_size=4), name=st.lists(WORDS, min_size=1, max_size=4))
def test_a_least_likeness_leaves_out_only_what_is_less_like(least, query, name):
    wholly = names.similarity(" ".join(query), " ".join(name))
    found = names.Asked(" ".join(query)).similarity(" ".join(name), least)
    assert found == wholly or found == 0.0 > wholly - least
