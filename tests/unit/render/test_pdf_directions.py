"""The direction of each letter, against the Unicode algorithm worked out by hand. All texts here are made up."""

import pytest

from vault.render.pdf import bidi


@pytest.mark.parametrize(
    ("text", "base", "levels"),
    [
        ("abc 12", 0, "000000"),
        ("אבג", 1, "111"),
        ("12 אב", 1, "22111"),
        ("abc אב גד def", 0, "0000111110000"),
        ("abc אב 12 def", 0, "0000111220000"),
        ("אב abc גד", 1, "111222111"),
        ("بت 12-34", 1, "11122122"),  # numbers after Arabic letters: the hyphen between them is no part of them
        ("אב 12-34", 1, "11122222"),
        ("אב 12,34", 1, "11122222"),
        ("بت 12,34", 1, "11122222"),
        ("אב 10%", 1, "111222"),
        ("abc (אב) def", 0, "000001100000"),
        ("אב (abc) גד", 1, "11112221111"),
        ("אב (12) גד", 1, "1111221111"),
        ("a(אב)b", 0, "001100"),
        ("ab (אב, גד) אה", 0, "00001111110011"),
        ("...", 0, "000"),
        ("בَ", 1, "11"),
    ],
)
def test_levels(text, base, levels):
    assert bidi.base_level(text) == base
    assert "".join(map(str, bidi.levels(text, base))) == levels


@pytest.mark.parametrize(
    ("levels", "order"),
    [("000", "012"), ("111", "210"), ("0110", "0213"), ("1221", "3120"), ("012210", "042315"), ("", "")],
)
def test_order(levels, order):
    assert "".join(map(str, bidi.order([int(level) for level in levels]))) == order


def test_what_has_no_direction_runs_as_it_is_told():
    assert bidi.base_level("12, 34") == 0
    assert bidi.base_level("12, 34", 1) == 1
