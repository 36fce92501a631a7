"""The gate finds numbers by their first digits; it finds what trying every stream of a text finds.

All numbers are invented.
"""

from vault.gate.needles import Needles
from vault.matching import numbers

VALUES = ("+7 701 555 12 34", "901231300123", "8 727 238 41 96", "123456", "+998 90 123 45 67", "00 49 30 1234567")
AROUND = ("00", "7", "998", "49", "0049", "8", "1", "+7")


def every_stream(needles, text):
    lengths = numbers.dialled({len(n) for n in needles._phones}) | {len(n) for n in needles._digits}
    return {
        start
        for start, _, stream in numbers.streams(text, lengths)
        if stream in needles._digits | needles._phones or needles._phones.intersection(numbers.nationals(stream))
    }


def test_numbers_are_found_by_their_first_digits(deep):
    size = deep("gate-numbers", 3000, 60_000)
    chance = size.random()
    needles = Needles(VALUES, [])
    forms = sorted(needles._digits | needles._phones)
    found = 0
    for _ in range(size):
        text = ""
        for _ in range(chance.randrange(1, 6)):
            digits = (
                chance.choice(forms) if chance.random() < 0.6 else str(chance.randrange(10 ** chance.randrange(1, 12)))
            )
            if chance.random() < 0.3:
                digits = chance.choice(AROUND) + digits
            if chance.random() < 0.5:
                cut = chance.randrange(len(digits))
                digits = digits[:cut] + chance.choice((" ", "-", " (", ") ", "    ")) + digits[cut:]
            text += digits + chance.choice((" ", ", ", "; x ", "\n", "\n\n\n\n"))
        expected = every_stream(needles, text)
        assert {start for start, _ in needles._streams(text, [])} == expected, text
        found += len(expected)
    assert found > size / 2
