"""Files that leak are refused, and clean ones pass.  All people, numbers and places are invented."""

import random

import pytest

from tests.gate import clean, leaking
from tests.gate.make import exif, jpeg, packed, pdf, png, shown, stream
from vault import gate

LEAKING = {f"{way}: {case}": file for way, cases in leaking.CASES.items() for case, file in cases.items()}
SECRET_WORDS = ("Болат", "Сейт", "Bolat", "eitkaliev", "7015551234", "901231300123", "1961", "小明")
STAND_IN = "Қуаныш Жанділдаұлы"

# What refuses for its form, whoever is named in it: no reader is there, or none should be needed.
FOR_ITS_FORM = {
    "unreadable", "encrypted", "broken", "hidden", "metadata", "limit",
}  # fmt: skip


def rules(data, name="a.bin", values=leaking.VALUES, **options):
    return {finding.rule for finding in gate.scan(data, name, values, **options)}


@pytest.mark.parametrize("case", LEAKING)
def test_a_leaking_file_is_refused(case):
    name, data = LEAKING[case]
    findings = gate.scan(data, name, leaking.VALUES)
    assert findings
    for finding in findings:
        assert not any(word in finding.place for word in SECRET_WORDS)


@pytest.mark.parametrize("case", clean.CASES)
def test_a_clean_file_passes(case):
    name, data = clean.CASES[case]
    assert gate.scan(data, name, leaking.VALUES) == []


def test_there_are_enough_files_in_enough_ways():
    assert len(leaking.CASES) >= 25
    assert len({data for _, data in LEAKING.values()}) >= 90
    assert len(clean.CASES) >= 30


def test_a_value_is_the_reason_and_not_the_form():
    """Most leaking files pass once nobody of them is withheld: it is the value that is found."""
    by_value = [case for case, (name, data) in LEAKING.items() if not rules(data, name, [STAND_IN])]
    assert len(by_value) >= 220
    for case in set(LEAKING) - set(by_value):
        name, data = LEAKING[case]
        assert rules(data, name, [STAND_IN]) <= FOR_ITS_FORM, case


@pytest.mark.parametrize(
    "way", ["PDF: text in pieces", "DOCX: text and changes", "JPEG", "mail", "archives in archives"]
)
def test_what_leaks_leaks_in_an_archive_too(way):
    for name, data in leaking.CASES[way].values():
        assert rules(packed({f"x/{name}": data}), "a.zip")


def test_damaged_files_give_findings_or_nothing_but_never_an_error(deep):
    size = deep("gate-damage", 250, 20_000)
    chance = size.random()
    files = [data for _, data in (*LEAKING.values(), *clean.CASES.values()) if 0 < len(data) < 20_000]
    for _ in range(size):
        data = bytearray(chance.choice(files))
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(data))
            if chance.random() < 0.5:
                data[at] = chance.randrange(256)
            else:
                del data[at : at + chance.randrange(1, 60)]
                data += b"x"
        assert isinstance(gate.scan(bytes(data), "a", leaking.VALUES), list)


# --------------------------------------------------------------------------------------------------- confirmed files
def test_a_person_confirms_what_cannot_be_read_and_not_what_is_out_of_sight():
    for data, expected in (
        (b"ID3\3" + bytes(60), set()),
        (b"ID3\3" + bytes(60) + leaking.LATIN, {"value"}),
        (jpeg()[:-20], set()),
        (jpeg(exif([(37500, 7, b"maker")])), {"metadata"}),
        (jpeg(tail=b"anything"), {"hidden"}),
        (pdf(stream(shown(leaking.LATIN), deflate=True)), {"value"}),
    ):
        assert rules(packed({"a": data}), keep_files=["a"]) == expected


# ----------------------------------------------------------------------------------------------------------- limits
def test_bombs_are_limits():
    ones = b"1" * 3_000_000
    small = gate.Limits(unpacked_bytes=2_000_000)
    packed_stream = stream(ones, deflate=True)
    assert rules(pdf(packed_stream), limits=small) == {"limit"}
    assert rules(
        pdf(shown(b"x"), more=dict.fromkeys(range(9, 30), packed_stream)), limits=gate.Limits(unpacked_bytes=20_000_000)
    ) == {"limit"}
    assert rules(pdf(shown(b"x"), more=dict.fromkeys(range(9, 300), b"[]")), limits=gate.Limits(members=200)) == {
        "limit"
    }
    nested = b"[" * 5000 + b"]" * 5000
    assert rules(pdf(shown(b"x"), more={9: nested})) == {"limit"}
    assert rules(b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aa'>]><x>&a;</x>") == {"unreadable"}
    assert rules(b"{\\rtf1" + b"{" * 5000) == {"limit"}


def test_large_files_of_a_kind_that_is_held_are_limits():
    small = gate.Limits(unpacked_bytes=50_000, piece_bytes=20_000)
    noise = random.Random(1).randbytes(60_000)
    assert rules(png(pixels=noise), limits=small) == {"limit"}
    assert "limit" in rules(png(pixels=noise), "a", limits=small, keep_files=["a"])
