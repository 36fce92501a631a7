"""How well a name answers a query. All names are invented or common."""

from hypothesis import given
from hypothesis import strategies as st

from vault import names


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
    assert names.explain("Jakyp Omar", "Омар, Jakyp Omaruly") == ["jakyp is the same word", "omar is like омар: both read as omar"]
    assert names.explain("Zhakyp", "Zhaqyp") == ["zhakyp is like zhaqyp"]
    assert names.explain("Zhakyp", "Болат") == []


def test_variants_keep_to_the_script():
    assert names.variants("Жақып", "Cyrl") == ["жақып"]
    assert names.variants("Жақып", "Latn") == []
    assert names.variants("加合甫", "Hani") == ["加合甫"]
    assert names.variants("Жақып", "Xxxx") == []
