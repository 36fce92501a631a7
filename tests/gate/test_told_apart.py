"""Each value found is a finding of its own, with a place where a person can look. All names and texts are invented."""

import base64

import pytest

from tests.redaction.matter import IDENTITY, opened, together
from vault import handoff
from vault.errors import LeakError
from vault.gate import scan

BOLAT, NURLAN = "Bolat Kerimov", "Нұрлан Омаров"
BEFORE = "What was said that day is told here at some length, as far as anybody knows.\n" * 3


def coded(name):
    return " ".join(str(ord(c)) for c in name)


def wrongly_decoded(name):
    return name.encode().decode("cp1251", "ignore")


WAYS = {
    "codes": coded,
    "hexadecimal": lambda name: ", ".join(f"0x{ord(c):04x}" for c in name),
    "mojibake": lambda name: wrongly_decoded(name) if not name.isascii() else coded(name),
    "spaced": lambda name: "  ".join(name.replace(" ", "")),
    "tags": lambda name: "".join(chr(0xE0000 + ord(c)) for c in name) if name.isascii() else coded(name),
    "base64": lambda name: base64.b64encode(f"it was {name} who".encode()).decode(),
    "plain": str,
}


def places(found):
    return sorted(int(one.place.rpartition(":")[2]) for one in found)


@pytest.fixture
def matter(tmp_path):
    yield from opened(tmp_path)


@pytest.mark.parametrize("way", WAYS)
def test_a_finding_has_the_place_in_the_file(way):
    written = f"{BEFORE}He wrote {WAYS[way](BOLAT)} there.\n{BEFORE}"
    found = scan(written.encode(), "a.txt", [BOLAT])
    assert found
    for place in places(found):
        assert len(BEFORE) <= place <= len(BEFORE) + 20 + len(WAYS[way](BOLAT))


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_two_values_are_never_one_finding(first, second):
    one = f"He wrote {WAYS[first](BOLAT)} there"
    two = f"; and she wrote {WAYS[second](NURLAN)} here."
    withheld = [BOLAT, NURLAN]
    alone = set(scan(one.encode(), "a.txt", withheld))
    assert alone
    assert set(scan((one + two).encode(), "a.txt", withheld)) - alone


def test_two_values_in_one_token_are_two_findings():
    token = base64.b64encode(f"{BOLAT}; {NURLAN}".encode()).decode()
    both = set(scan(token.encode(), "a.txt", [BOLAT, NURLAN]))
    assert both > set(scan(token.encode(), "a.txt", [BOLAT])) > set()


def test_two_values_in_one_name_are_two_findings():
    both = set(scan(b"x", f"{BOLAT}; {NURLAN}.txt", [BOLAT, NURLAN]))
    assert len({one for one in both if one.rule == "value"}) >= 2


def test_no_finding_shows_what_was_found():
    assert "Bolat" not in repr(scan(BOLAT.encode(), "a.txt", [BOLAT]))


def test_an_override_lets_one_value_go_and_no_other(matter):
    text = f"she wrote {coded(BOLAT)} and then {wrongly_decoded('Омаров Нұрлан')} there"
    matter.add("case", "case", title="An invented matter")
    matter.add("man", "person", case=["case"], name="Ерлан Үлгіұлы", inside="no")
    matter.add("w1", "person", name=BOLAT, inside="yes")
    matter.add("w2", "person", name=NURLAN, inside="yes")
    matter.add("arrest", "event", case=["case"], what="arrest", person=["man"], when="2017-05")
    matter.consent("yes", "man")
    matter.add("told", "event", case=["case"], what="other", person=["man"], narrative=text)

    def found(**overrides):
        disclosure = matter.vault.disclose(matter.request("man", "arrest", "told", only=True))
        with pytest.raises(LeakError) as caught:
            handoff.write(disclosure, matter.folder / "x.age", overrides=overrides)
        return {one.id: one for one in caught.value.findings}

    everything = found()
    assert {one.way for one in everything.values()} == {"override"}
    first = [key for key, one in everything.items() if one.place.startswith("data/records.json")]
    early = min(first, key=lambda key: int(everything[key].place.rpartition(":")[2]))
    left = found(**{early: "a street of that name"})
    assert left.keys() == everything.keys() - {early}
    disclosure = matter.vault.disclose(matter.request("man", "arrest", "told", only=True))
    handoff.write(disclosure, matter.folder / "x.age", overrides=dict.fromkeys(everything, "both are streets"))
    handoff.unpack(matter.folder / "x.age", matter.folder / "o", identities=[IDENTITY])
    assert coded(BOLAT) in together({"records": (matter.folder / "o/data/records.json").read_bytes()})
