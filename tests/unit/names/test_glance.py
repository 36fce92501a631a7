"""A first look at names: it has to put first what a comparison would. All names are invented or common."""

import pytest

from vault import names


@pytest.mark.parametrize("query", ["Жақып Омар", "Zhaqyp Omar", "جاقىپ ومار", "加合甫 奥马尔"])
def test_a_first_look_puts_other_spellings_before_other_names(query):
    found = ["Omar Zhaqyp", "جاقىپ ومار", "Zhaqyp Serik", "Болат Серік", ""]
    alike, each = names.Asked(query).glance(found)
    assert min(alike[:2]) >= 0.7 > alike[2] > alike[3] > alike[4]
    assert [len(own) for own in each] == [len(found)] * 2
    assert each[0][2] > each[1][2]


def test_a_first_look_of_no_words_tells_nothing():
    assert names.Asked("—").glance(["Omar", ""]) == ([0.0, 0.0], [])
