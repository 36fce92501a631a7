"""Other spellings of a name. All names are invented or common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import names


@pytest.mark.parametrize(
    ("name", "script", "spelling"),
    [
        ("Жақып", "Latn", "zhakyp"),
        ("Жақып", "Latn", "jaqyp"),
        ("Жақып", "Arab", "جاقىپ"),
        ("Жақып", "Hani", "加合甫"),
        ("Нұрлан Әділ", "Latn", "nurlan adil"),
        ("Нұрлан Әділ", "Arab", "نۇرلان ٴادىل"),
        ("Нұрлан Әділ", "Cyrl", "нурлан адил"),
        ("Nurlan", "Hani", "努尔兰"),
        ("جاقىپ", "Cyrl", "жақып"),
        ("Yusup", "Cyrl", "юсуп"),
    ],
)
def test_a_name_is_spelled_as_others_do(name, script, spelling):
    assert spelling in names.variants(name, script)


def test_the_own_spelling_comes_first():
    assert names.variants("Жақып", "Cyrl")[0] == "жақып"
    assert names.variants("加合甫", "Hani")[0] == "加合甫"


def test_an_unknown_script_or_nothing_to_read_gives_none():
    assert names.variants("Жақып", "Xxxx") == []
    assert names.variants("—", "Latn") == []
    assert names.variants("17", "Latn") == []


@given(st.text(max_size=40), st.sampled_from(["Cyrl", "Latn", "Arab", "Hani"]))
def test_there_are_at_most_sixteen_and_no_two_alike(name, script):
    found = names.variants(name, script)
    assert len(found) == len(set(found)) <= 16
    assert all(found)


@pytest.mark.parametrize("script", ["Cyrl", "Latn", "Arab", "Hani"])
def test_a_spelling_finds_its_name(script):
    for name in ("Нұрлан Сәуле", "Жансая", "Тұрсын Қайрат"):
        for spelling in names.variants(name, script)[:3]:
            assert names.query_keys(spelling) & names.index_keys(name)
            assert names.similarity(spelling, name) > names.SIMILAR
