"""Text in two bytes a letter is read, in every script: a name is found in it, and where none stands it passes."""

import codecs

import pytest

from vault.gate import scan
from vault.matching import Protected

NAMES = ("Gulsim Akhmetkyzy", "Łukasz Żółć", "Гульсим Ахметкызы", "محمد الأمثل", "王国强", "ლაშა ბერიძე", "นภา ศรีสุข")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("mark", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_marked_utf_16_is_read(mark, encoding, name):
    letter = mark + f"Before, {name}, after.\n".encode(encoding)
    assert "value" in {found.rule for found in scan(letter, "letter.txt", [Protected(name, "name")])}
    assert scan(letter, "letter.txt", [Protected("Nurlan Omarov", "name")]) == []
