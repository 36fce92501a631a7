"""Counts by the command line, and releases that differ by one person. All people are invented."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_sockets")


def name_of(number: int) -> str:
    return f"Zaltirbek {chr(65 + number // 26)}{chr(97 + number % 26)}lmuqan"


def records(first: int, count: int, sex: str, place: str, *, asked: bool = True) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(first, first + count):
        found += [
            {"kind": "person", "ref": f"p{number}", "name": name_of(number), "sex": sex, "inside": "no",
             "birth": "1972"},
            {"kind": "event", "ref": f"e{number}", "event.kind": "arrest", "person": f"@p{number}", "place": place,
             "when": "2018-05-06"},
        ]  # fmt: skip
        if asked:
            found.append({
                "kind": "consent", "ref": f"c{number}", "given_by": f"@p{number}", "about": f"@p{number}",
                "capacity": "self", "audiences": ["public", "lawyer"], "purposes": ["publication", "legal"],
                "groups": ["identity", "family", "location", "testimony"], "onward": "public", "given_on": "2020-01-01",
            })  # fmt: skip
    return found


def add(casevault: Any, *groups: list[dict[str, Any]]) -> None:
    lines = [json.dumps(one) for group in groups for one in group]
    casevault("add", "--from", "-", stdin="\n".join(lines).encode())


@pytest.fixture
def many(casevault: Any) -> Any:
    add(
        casevault,
        records(0, 9, "male", "Aqbulaq village, Tekes county"),
        records(20, 8, "female", "Almaty Region"),
        records(40, 7, "male", "Almaty Region"),
        records(60, 2, "female", "Kuqa"),
    )
    casevault("recipient", "add", "Web", "--audience", "public")
    casevault.ask = ("export", "--policy", "public", "--to", "Web", "--purpose", "publication")
    casevault.plain = ("--format", "dir", "--plaintext", "-o")
    return casevault


def ids(many: Any) -> list[str]:
    return [one["id"] for one in many("list", "person", "--json").json["records"]]


def table(folder: str) -> dict[tuple[str | None, ...], int | None]:
    tree = json.loads(Path(folder, "data/counts.json").read_text("utf-8"))
    return {tuple(one["of"]): one["persons"] for one in tree["counts"]}


def text_of(folder: str) -> str:
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in Path(folder).rglob("*") if path.is_file())


def test_a_table_leaves_and_no_record(many: Any) -> None:
    many(*many.ask, "--counts", "sex,event.place", *many.plain, "out")
    told = table("out")
    # Two women of China: with the totals told, no cell of the four may be.
    assert [told[sex, place] for sex in ("male", "female") for place in ("China", "Kazakhstan")] == [None] * 4
    assert (told["male", None], told["female", None], told[None, "Kazakhstan"], told[None, None]) == (16, 10, 15, 26)
    assert sorted(path.name for path in Path("out/data").iterdir()) == ["counts.csv", "counts.json", "dossier.md"]
    text = text_of("out/data")
    for secret in ("Zaltir", "Tekes", "Aqbulaq", "1972", "2018", "person-", "event-"):
        assert secret not in text
    rows = list(csv.reader(Path("out/data/counts.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["sex", "event.place", "persons"]
    assert ["male", "China", ""] in rows
    assert ["male", "*", "16"] in rows
    assert "| male | all | 16 |" in Path("out/data/dossier.md").read_text("utf-8")
    many.raw("verify", "out")
    (bundle,) = many("ledger", "--json").json["bundles"]
    assert (bundle["policy"], bundle["persons"], len(bundle["consents"])) == ("public", 0, 26)
    consent = bundle["consents"][0]
    assert many("ledger", "recall", consent, "--json").json["bundles"] == [bundle]
    assert many("ledger", "recall", ids(many)[0], "--json").json["bundles"] == [bundle]


def test_a_preview_shows_the_table_and_leaves_no_trace(many: Any) -> None:
    words = (*many.ask, "--counts", "sex,event.place", "--preview")
    shown = many(*words, "--json").json["table"]
    assert {"of": ["male", None], "persons": 16} in shown["counts"]
    assert "male\tall\t16" in many(*words).out
    assert many("ledger", "--json").json == {"bundles": []}


def test_who_was_not_asked_is_not_counted(many: Any) -> None:
    add(many, records(80, 5, "male", "Tekes county", asked=False))
    done = many(*many.ask, "--counts", "sex", *many.plain, "out", expect=9)
    assert done.err.count("no consent recorded") == 5
    assert not Path("out").exists()
    many(*many.ask, "--counts", "sex", "--leave-out", *many.plain, "out")
    assert table("out")["male",] == 16
    assert "consent is missing" in many(*many.ask, "--counts", "sex", "--preview").err


def test_a_later_table_tells_no_single_person(many: Any) -> None:
    many(*many.ask, "--counts", "sex", *many.plain, "first")
    assert table("first") == {("female",): 10, ("male",): 16, (None,): 26}
    add(many, records(90, 1, "male", "Tekes county"))
    many(*many.ask, "--counts", "sex", *many.plain, "second")
    assert table("second") == {("female",): 10, ("male",): None, (None,): None}
    add(many, records(91, 4, "male", "Tekes county"))
    many(*many.ask, "--counts", "sex", *many.plain, "third")
    assert table("third") == {("female",): 10, ("male",): 21, (None,): 31}


def test_an_erased_person_is_not_told_by_the_next_table(many: Any) -> None:
    many(*many.ask, "--counts", "sex", *many.plain, "first")
    gone = next(one for one in ids(many) if name_of(0) in many("show", one).out)
    many("remove", gone, "--purge", "--yes")
    many(*many.ask, "--counts", "sex", *many.plain, "second")
    assert table("second") == {("female",): 10, ("male",): None, (None,): None}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--counts", "name"), 9),
        (("--counts", "nothing"), 9),
        (("--counts", " , "), 2),
        (("--counts", "sex", "--policy", "un"), 2),
        (("--counts", "sex", "--query", "nobody-at-all"), 2),
    ],
)
def test_counts_that_cannot_be(many: Any, words: tuple[str, ...], code: int) -> None:
    many(*many.ask, *words, *many.plain, "out", expect=code)
    assert not Path("out").exists()


# --- releases that differ by one ----------------------------------------------------------------------------------


@pytest.fixture
def alike(casevault: Any) -> Any:
    """Give a vault with nine men who are alike in all that is told to everybody."""
    add(casevault, records(0, 9, "male", "Tekes county"))
    casevault("recipient", "add", "Web", "--audience", "public")
    casevault.ask = ("export", "--policy", "public", "--to", "Web", "--purpose", "publication")
    casevault.plain = ("--format", "dir", "--plaintext", "-o")
    return casevault


def test_a_second_release_that_differs_by_one_person_is_refused(alike: Any) -> None:
    people = ids(alike)
    alike(*alike.ask, *people[:7], *alike.plain, "first")
    for selection in (people[:8], people[:6]):
        done = alike(*alike.ask, *selection, *alike.plain, "second", expect=9)
        assert "differs by one person" in done.err
        assert not any(person in done.err for person in people)
        assert not Path("second").exists()
        assert "differs by one person" in alike(*alike.ask, *selection, "--preview").err
    alike(*alike.ask, *people[:7], *alike.plain, "again")
    alike(*alike.ask, *people[:5], *alike.plain, "two-fewer")
    alike(*alike.ask, *people, *alike.plain, "two-more")
    assert len(alike("ledger", "--json").json["bundles"]) == 4


def test_to_others_that_is_the_usual_update(alike: Any) -> None:
    alike("recipient", "add", "Desk", "--audience", "lawyer")
    ask = ("export", "--policy", "lawyer", "--to", "Desk", "--purpose", "legal")
    people = ids(alike)
    alike(*ask, *people[:2], *alike.plain, "first")
    alike(*ask, *people[:3], *alike.plain, "second")
    assert len(alike("ledger", "--json").json["bundles"]) == 2
