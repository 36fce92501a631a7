"""Ways in which one release, laid beside another or beside what is public, undoes the redaction of both.

All people, places, numbers and texts are invented.
"""

from typing import Any

import pytest

from tests.redaction.matter import Matter, opened, together
from vault.errors import DisclosureError

NAMES = ("Zalban Torebek", "Zaldan Torefek", "Zalgan Toregek", "Zalkan Torekek", "Zallan Torelek", "Zalman Toremek",
         "Zalnan Torenek", "Zalpan Torepek", "Zalran Torerek", "Zalsan Toresek", "Zaltan Toretek")  # fmt: skip
PEOPLE = [f"p{number}" for number in range(len(NAMES))]


@pytest.fixture
def matter(tmp_path):
    yield from opened(tmp_path)


@pytest.fixture
def alike(matter: Matter) -> Matter:
    """Give eleven people of whom everybody may be told the same."""
    for ref, name in zip(PEOPLE, NAMES, strict=True):
        matter.add(ref, "person", name=name, sex="male", birth="1972", inside="no", address="Tekes county")
        matter.add(f"{ref}-event", "event", what="arrest", person=[ref], when="2018-02-03", place="Tekes county")
        matter.consent(f"{ref}-yes", ref)
    return matter


@pytest.fixture
def man(matter: Matter) -> Matter:
    """Give a man whose case is told, and a witness inside who never is."""
    matter.add("case", "case", title="An invented matter")
    matter.add("man", "person", case=["case"], name="Ерлан Үлгіұлы", sex="male", birth="1971-04-05", inside="no")
    matter.add("witness", "person", name=["Нұрлан Омаров", "Nurlan Omarov"], inside="yes", phone="+7 701 555 12 34")
    matter.add("arrest", "event", case=["case"], what="arrest", person=["man"], when="2017-05-03",
               witness=[{"link": "witness"}])  # fmt: skip
    matter.consent("yes", "man")
    return matter


# --- 25 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [("press", "press"), ("public", "public"), ("press", "public")])
def test_a_release_that_differs_by_one_person_is_refused(alike: Matter, first: str, second: str) -> None:
    """Way 25 of redaction failing: what one of two releases has and the other has not is one person's.

    Whoever gets it: press and public read the same papers. Nor does it help to let others come or go besides.
    """
    told = alike.hand(*PEOPLE[:6], policy=first, to="one desk")
    assert together(told).count("event-") >= 6
    for people in (PEOPLE[:7], PEOPLE[:5], PEOPLE[1:7], [*PEOPLE[1:6], *PEOPLE[7:9]], [*PEOPLE[4:6], PEOPLE[8]]):
        refused = alike.refused(*people, policy=second, to="another desk")
        assert isinstance(refused, DisclosureError)
        assert "differs by one person" in str(refused)
        assert not any(name in str(refused) for name in NAMES)
    # The same once more, or two more may go; to press, by name, others altogether.
    for people in {"press": (PEOPLE[:6], PEOPLE[8:], PEOPLE[:8]), "public": (PEOPLE[:6], PEOPLE[:8])}[second]:
        if first == second:
            assert alike.hand(*people, policy=second, to="another desk")


def test_to_others_one_person_more_is_the_usual_update(alike: Matter) -> None:
    """Way 25 of redaction failing does not lead to refusing a lawyer the next record of a case."""
    alike.hand(*PEOPLE[:2])
    assert NAMES[2] in together(alike.hand(*PEOPLE[:3]))


# --- 26 -------------------------------------------------------------------------------------------------------------

PAPER = "Wanted: Нұрлан Омаров, tel. 8 701 555 12 34, for having spoken of Ерлан."


def test_a_masked_paper_beside_its_public_original_is_pointed_out(man: Matter) -> None:
    """Way 26 of redaction failing: a redacted copy is handed on of what anybody can read unredacted.

    Whether the paper itself is public or what it was copied from; to press and public no words of papers go at all.
    """
    more: dict[str, dict[str, Any]] = {
        "is-public": {"public": "yes"},
        "has-address": {"published_at": "https://news.example/1"},
        "copy": {"role": "working", "original": "is-public"},
        "copy-of-copy": {"role": "redacted-of", "original": "copy"},
        "own": {"public": "no"},
    }
    for ref, fields in more.items():
        man.add(ref, "document", case=["case"], about=["man"], what="media", transcript=PAPER, **fields)
    for ref in more:
        told = man.hand("man", "arrest", ref, only=True)
        assert "Wanted: ▇" in together(told)
        warnings = man.vault.disclosures.preview(man.request("man", "arrest", ref, only=True)).warnings
        warned = [line for line in warnings if "original is public" in line]
        assert bool(warned) is (ref != "own"), ref
        assert not any(word in str(warned) for word in ("Омаров", "Ерлан", "news.example"))
        assert "Wanted" not in together(man.hand("man", "arrest", ref, only=True, policy="press"))
