"""Transcripts of search, same and different, and of what add says of likely duplicates. All people are invented."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cli.commands.finding import in_field
from tests.cli.conftest import PASSPHRASE
from vault import agefile

SPELLINGS = ("Сәбит Оразқанұлы", "Sabit Orazqanuly", "سابىت ورازقان", "萨比提·吾拉孜汗")


@pytest.fixture
def four(casevault: Any) -> list[str]:
    """Give the ids of one man's four records, a spelling each; made without looking for duplicates."""
    lines = [{"kind": "person", "ref": str(place), "name": name} for place, name in enumerate(SPELLINGS)]
    lines.append({"kind": "event", "event.kind": "arrest", "person": "@0", "place": "Үлгі", "narrative": "No name."})
    casevault("add", "--from", "-", "--no-compare", stdin=b"\n".join(json.dumps(one).encode() for one in lines))
    titles = {one["title"]: one["id"] for one in casevault("list", "person", "--json").json["records"]}
    return [titles[name] for name in SPELLINGS]


def ids(done: Any) -> list[str]:
    return [line.split("\t")[0] for line in done.lines]


GIVEN = ("Bolat", "Marat", "Kenzhe", "Serik", "Daniyar")
FAMILY = ("Omarov", "Zhumin", "Tulegen", "Baibek", "Akhmet")


# --- search -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", SPELLINGS)
def test_each_spelling_finds_all_four_with_field_spelling_and_reason(
    casevault: Any, four: list[str], asked: str
) -> None:
    done = casevault("search", *asked.split())
    assert set(ids(done)) == set(four)
    first = done.lines[0].split("\t")
    assert first[:5] == [four[SPELLINGS.index(asked)], "person", asked, "name", asked]
    assert all(line.count("\t") == 5 and line.split("\t")[5] for line in done.lines)


def test_json_has_the_same_in_parts(casevault: Any, four: list[str]) -> None:
    tree = casevault("search", "sabit", "--json").json
    assert tree["capped"] is False
    assert {one["id"] for one in tree["hits"]} == set(four)
    hit = tree["hits"][0]
    assert set(hit) == {
        *("id", "kind", "revision", "changed", "removed", "title"),
        *("field", "spelling", "score", "reason", "reasons"),
    }
    assert hit["spelling"] == SPELLINGS[1]
    assert "; ".join(hit["reasons"]) == hit["reason"]
    scores = [one["score"] for one in tree["hits"]]
    assert scores == sorted(scores, reverse=True)


def test_exact_knows_no_other_spelling_and_no_beginning(casevault: Any, four: list[str]) -> None:
    assert ids(casevault("search", "--exact", "Sabit")) == [four[1]]
    assert ids(casevault("search", "--exact", "Sabi")) == []
    assert ids(casevault("search", "--exact", "Sabi*")) == [four[1]]


@pytest.mark.parametrize(("script", "place"), [("Cyrl", 0), ("latn", 1), ("Arab", 2), ("HANI", 3)])
def test_one_script_alone(casevault: Any, four: list[str], script: str, place: int) -> None:
    assert ids(casevault("search", "--script", script, "sabit")) == [four[place]]


def test_an_unknown_script_is_a_mistake_of_the_command_line(casevault: Any) -> None:
    assert "latn" in casevault("search", "--script", "Runr", "x", expect=2).err.lower()


def test_words_in_one_field_or_all_in_another(casevault: Any, four: list[str]) -> None:
    event = casevault("list", "event", "--json").json["records"][0]["id"]
    other = casevault("add", "person", "name=Үлгі Орын", "occupation=teacher of Сәбит").lines[0]
    assert ids(casevault("search", "--field", "place", "үлгі")) == [event]
    assert other in ids(casevault("search", "--field", "name", "үлгі"))
    assert set(ids(casevault("search", "--exact", "--field", "name", "--field", "place", "үлгі"))) == {event, other}
    # All words in one of the fields, not one word here and the other there.
    assert ids(casevault("search", "--exact", "--field", "name", "--field", "occupation", "орын", "teacher")) == []
    assert ids(casevault("search", "--exact", "--field", "occupation", "teacher -place:үлгі")) == [other]
    assert ids(casevault("search", "--field", "person.occupation", '"teacher of"')) == [other]
    assert ids(casevault("search", "--exact", "--field", "occupation", "сәбит")) == [other]
    assert four[0] in ids(casevault("search", "--exact", "--field", "name", "сәбит"))


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("one two", "name:one name:two"),
        ('"one two" -three', 'name:"one two" -name:three'),
        ("kind:person -place:x one", "kind:person -place:x name:one"),
        ("one - ... 'two'", "name:one name:'two'"),
        ('place:"a b"c', 'place:"a b" name:c'),
        ("12:30", "name:12:30"),
        ("", ""),
    ],
)
def test_a_field_is_put_before_each_word_that_has_none(query: str, asked: str) -> None:
    assert in_field(query, "name") == asked


@pytest.mark.parametrize("field", ["nmae", "event.birth", "x y", "", "kind:person"])
def test_a_field_that_there_is_not(casevault: Any, field: str) -> None:
    done = casevault("search", "--field", field, "word-of-mine", expect=2)
    assert "No record has a field" in done.err
    assert "word-of-mine" not in done.err


def test_explain_puts_each_reason_on_a_line(casevault: Any, four: list[str]) -> None:
    done = casevault("search", "--explain", "sabit", "orazqanuly")
    blocks = re.split(r"\n(?=\S)", done.out.rstrip("\n"))
    assert blocks[0].startswith(four[1])
    assert len(blocks) == 4
    assert all(len(block.splitlines()) > 2 for block in blocks)
    assert f"    name: {SPELLINGS[0]}" in done.out


def test_the_limit(casevault: Any, four: list[str]) -> None:
    assert ids(casevault("search", "-n", "1", "sabit")) == [four[1]]
    assert len(ids(casevault("search", "-n", "2", "--field", "name", "--field", "also_named", "sabit"))) == 2
    casevault("search", "-n", "0", "sabit", expect=2)


def test_nothing_found_is_a_success_that_proves_nothing(casevault: Any, four: list[str]) -> None:
    assert four
    done = casevault("search", "--exact", "--script", "Arab", "nobody")
    assert done.out == ""
    assert "That proves nothing" in done.err
    assert "without --exact and --script" in done.err
    assert casevault("search", "--exact", "nobody", "--json").json == {"hits": [], "capped": False}


def test_a_capped_search_says_so(casevault: Any) -> None:
    """More than a thousand persons of nearly one name, of which a thousand are compared."""
    lines = [json.dumps({"kind": "person", "name": "Sabit Ornek", "occupation": f"x{one}"}) for one in range(1100)]
    casevault("add", "--from", "-", "--no-compare", stdin="\n".join(lines).encode())
    done = casevault("search", "Сабит", "Орнек", "--json")
    assert done.json["capped"] is True
    assert "Somebody may be missing" in casevault("search", "Сабит", "Орнек").err


# --- verdicts ---------------------------------------------------------------------------------------------------------


def test_one_person_is_found_exactly_under_every_spelling_of_both(casevault: Any, four: list[str]) -> None:
    done = casevault("same", four[0][:12], four[3])
    assert done.lines == [f"{four[0]}\t+also_named +same_as", f"{four[3]}\t+also_named +same_as"]
    assert "casevault different" in done.err
    for asked in (SPELLINGS[0], SPELLINGS[3]):
        found = casevault("search", "--exact", *asked.split(), "--json").json["hits"]
        assert {one["id"] for one in found} == {four[0], four[3]}
        (by_verdict,) = [one for one in found if one["field"] == "also_named"]
        assert by_verdict["reasons"][0].startswith("a person said that this is the same as ")
    page = casevault("show", four[0]).out
    assert "same person as" in page
    assert SPELLINGS[3] in page
    assert "+same_as" in casevault("history", four[0]).out


def test_a_verdict_that_was_loaded_and_points_nowhere(casevault: Any, four: list[str]) -> None:
    loaded = {"kind": "person", "name": "Own Name", "same_as": "0" * 32, "also_named": f"{SPELLINGS[1]} Foreign"}
    casevault("add", "--from", "-", "--no-compare", stdin=json.dumps(loaded).encode())
    found = casevault("search", "sabit", "--json").json["hits"]
    assert {one["title"] for one in found} == {*SPELLINGS, "Own Name"}
    assert [one["field"] for one in found if one["id"] not in four] == ["also_named"]


def test_a_verdict_in_json_and_said_twice(casevault: Any, four: list[str]) -> None:
    first = casevault("same", four[0], four[1], "--json").json
    assert first["verdict"] == "same"
    assert [one["id"] for one in first["records"]] == four[:2]
    assert first["records"][0]["changes"] == ["+also_named", "+same_as"]
    again = casevault("same", four[1], four[0], "--json").json
    assert [one["changes"] for one in again["records"]] == [[], []]
    assert "was written before" in casevault("same", four[1], four[0]).err


def test_different_takes_it_back(casevault: Any, four: list[str]) -> None:
    casevault("same", four[0], four[1])
    casevault("different", four[1], four[0])
    assert ids(casevault("search", "--exact", "sabit")) == [four[1]]
    assert "not the same person as" in casevault("show", four[0]).out
    assert "retracted same_as" in casevault("history", four[0]).out


def test_likely_duplicates_are_listed_until_somebody_judged(casevault: Any, four: list[str]) -> None:
    assert set(ids(casevault("search", "--same-as", four[0][:10]))) == set(four[1:])
    casevault("same", four[0], four[1])
    casevault("different", four[0], four[2])
    found = casevault("search", "--same-as", four[0], "--json").json["hits"]
    assert [one["id"] for one in found] == [four[3]]
    assert found[0]["spelling"] == SPELLINGS[3]
    casevault("different", four[0], four[3])
    done = casevault("search", "--same-as", four[0])
    assert done.out == ""
    assert "proves nothing" in done.err


def test_what_agrees_and_contradicts_is_said(casevault: Any) -> None:
    first = casevault("add", "person", "name=Aigul Invented", "birth=1961", "sex=female", "address=Үлгі").lines[0]
    casevault("add", "person", "name=Aigul Invented", "birth=1990", "sex=male", "address=үлгі")
    done = casevault("search", "--same-as", first, "--explain").out
    for reason in ("the same place", "the dates of birth do not fit", "the sex differs"):
        assert f"    {reason}\n" in done


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("same", "{none}", "{a}"), 1, "no such record"),
        (("same", "{a}", "{a}"), 1, "one record"),
        (("same", "{a}", "{e}"), 1, "of kind event"),
        (("different", "{a}", "{gone}"), 1, "removed"),
        (("different", "{a}", "{purged}"), 1, "purged"),
        (("same", "{a}", "zz"), 1, "digits"),
        (("same", "{a}"), 2, "Missing"),
        (("search", "--same-as", "{e}"), 1, "of kind event"),
        (("search", "--same-as", "{gone}"), 1, "removed"),
        (("search", "--same-as", "{a}", "word"), 2, "neither words"),
        (("search", "--same-as", "{a}", "--exact"), 2, "neither words"),
        (("edit", "{a}", "same_as={b}"), 2, "casevault same"),
        (("edit", "{a}", "--retract", "same_as"), 2, "casevault same"),
        (("add", "person", "not_same_as={a}"), 2, "casevault same"),
        (("add", "person", "--unknown", "person.also_named"), 2, "casevault same"),
    ],
)
def test_mistakes(casevault: Any, four: list[str], words: tuple[str, ...], code: int, said: str) -> None:
    event = casevault("list", "event", "--json").json["records"][0]["id"]
    casevault("remove", four[2])
    casevault("remove", four[3], "--purge", "--yes")
    known = {"a": four[0], "b": four[1], "e": event, "gone": four[2], "purged": four[3], "none": "0" * 32}
    before = casevault("status", "--json").json["epoch"]
    assert said in casevault(*(word.format(**known) for word in words), expect=code).err
    assert casevault("status", "--json").json["epoch"] == before


def test_an_id_that_fits_several(casevault: Any) -> None:
    for number in range(40):
        casevault("add", "person", f"occupation=x{number}")
    every = [one["id"] for one in casevault("list", "--json").json["records"]]
    first = next(letter for letter in "0123456789abcdef" if sum(one.startswith(letter) for one in every) > 1)
    other = next(one for one in every if not one.startswith(first))
    casevault("same", first, other, expect=1)


def test_two_at_once_conflict_or_both_stand(casevault: Any, four: list[str]) -> None:
    """Two processes judge the same record: each verdict stands in both of its records, or in none."""

    def run(other: str) -> int:
        import subprocess
        import sys

        code = (
            "import sys\nfrom cli.__main__ import main\nfrom vault.sealing import KdfProfile\n"
            "sys.exit(main(sys.argv[1:], kdf_profile=KdfProfile.TEST))"
        )
        words = ["same", four[0], other, "-V", str(casevault.vault), "--passphrase-file", str(casevault.secret)]
        root = Path(__file__).parents[2]
        return subprocess.run(
            [sys.executable, "-c", code, *words], cwd=root, check=False, capture_output=True
        ).returncode

    with ThreadPoolExecutor(3) as pool:
        codes = list(pool.map(run, four[1:]))
    assert set(codes) <= {0, 7}
    for other, code in zip(four[1:], codes, strict=True):
        mine = {one["value"] for one in casevault("show", four[0], "--json").json["record"].get("same_as", ())}
        theirs = {one["value"] for one in casevault("show", other, "--json").json["record"].get("same_as", ())}
        assert (other in mine, four[0] in theirs) == ((True, True) if code == 0 else (False, False))
    casevault("check")


def test_purge_takes_names_and_links_along(casevault: Any, four: list[str]) -> None:
    casevault("same", four[0], four[1])
    done = casevault("remove", four[1], "--purge", "--yes", "--json")
    assert {(one["id"], one["field"]) for one in done.json["mentions"]} == {
        (four[0], "same_as"),
        (four[0], "also_named"),
    }
    assert ids(casevault("search", "--exact", "sabit")) == []
    assert "Orazqanuly" not in casevault("show", four[0]).out
    assert four[1] not in casevault("show", four[0], "--json").out


# --- what leaves ------------------------------------------------------------------------------------------------------


def everything_in(folder: Path) -> str:
    return "\n".join(
        f"{path.name}\n{path.read_bytes().decode('utf-8', 'replace')}" for path in folder.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("policy", "audience", "purpose", "onward"),
    [
        ("lawyer", "lawyer", "legal", ()),
        ("family", "family", "family", ()),
        ("un-confidential", "un", "un", ()),
        ("un-forwardable", "un", "un", ("state",)),
    ],
)
def test_a_bundle_of_one_tells_nothing_of_the_other(
    casevault: Any, tmp_path: Path, policy: str, audience: str, purpose: str, onward: tuple[str, ...]
) -> None:
    case, twin_case = casevault.add("case", title="One"), casevault.add("case", title="Two")
    man = casevault.add("person", case=case, name="Ерлан Үлгіұлы", inside="yes")
    twin = casevault.add("person", case=twin_case, name=["Zhaksybek Olzhaev", "扎克斯别克"], phone="+86 137 0000 5151")
    for person, of in ((man, case), (twin, twin_case)):
        told = "Ерлан Үлгіұлы was taken; Zhaksybek Olzhaev is his name there."
        casevault.add("event", event__kind="arrest", person=person, case=of, narrative=told, when="2018-03")
    groups = ["identity", "family", "location", "testimony", "health"]
    consent = casevault.add(
        "consent",
        case=case,
        given_by=man,
        about=[man],
        audiences=[audience],
        purposes=[purpose],
        groups=groups,
        onward=list(onward) or ["none"],
        given_on="2024-01-05",
        capacity="self",
    )
    casevault("same", man, twin)
    identity = agefile.generate_identity()
    (tmp_path / "key.txt").write_text(identity + "\n", "utf-8")
    public = agefile.parse_identities(identity.encode())[0].recipient
    casevault("recipient", "add", "Somebody", "--audience", audience, "--key", public, "--confirmed")
    words = ("export", case, "--policy", policy, "--purpose", purpose, "--to", "Somebody")
    preview = casevault(*words, "--preview", "--json")
    assert preview.json["refusals"] == []
    outcomes = {one["field"]: one["outcome"] for one in preview.json["decisions"]}
    assert (outcomes["person.same_as"], outcomes["person.also_named"]) == ("unseen", "unseen")
    casevault(*words, "-o", "one.age")
    casevault.raw("verify", "one.age", "--identity", "key.txt", "--open", "opened")
    text = everything_in(tmp_path / "opened")
    assert "Ерлан" in text
    for part in ("Zhaksybek", "Olzhaev", "扎克斯别克", "5151", twin, man, "same_as", "also_named"):
        assert part not in text, part
    # The ledger says who received what: of the other record nothing.
    bundles = casevault("ledger", "recall", consent, "--json").json
    assert twin not in json.dumps(bundles)
    exposed = casevault("ledger", "exposure", "Somebody", "--json").json
    people = {one["id"]: one for one in exposed["people"]}
    assert people[man]["same_as"] == [twin], "the owner is told of whom else to think"
    assert twin not in people
    assert twin not in json.dumps([one["facts"] for one in people.values()])


# --- add --------------------------------------------------------------------------------------------------------------


def test_add_tells_and_saves_where_nobody_can_be_asked(casevault: Any) -> None:
    first = casevault("add", "person", "name=Сәбит Оразқанұлы", "birth=1961").lines[0]
    done = casevault("add", "person", "name=Sabit Orazqanuly", "birth=1961-04-07")
    assert done.err.startswith(f"Perhaps the same person: {first[:10]} ")
    assert "the dates of birth fit" in done.err
    assert len(casevault("list").lines) == 2
    tree = casevault("add", "person", "name=Sabit Orazqanuly", "birth=1961", "--json").json
    assert {one["id"] for one in tree["likely_same"]} == {first, done.lines[0]}
    assert set(tree["likely_same"][0]) == {"id", "title", "score", "reason"}


def test_add_is_silent_about_others(casevault: Any) -> None:
    casevault("add", "person", "name=Сәбит Оразқанұлы", "birth=1961")
    for words in (("name=Нұрлан Бөтенов", "birth=1961"), ("name=Сәбит Оразқанұлы", "birth=1990"), ("sex=male",)):
        assert casevault("add", "person", *words).err == ""
    assert casevault("add", "source", "relation=@-", stdin="Сәбит Оразқанұлы".encode()).err == ""


def test_a_file_is_compared_with_the_vault_and_with_itself(casevault: Any) -> None:
    old = casevault("add", "person", "name=Сәбит Оразқанұлы").lines[0]
    names = ["Sabit Orazqanuly", "Гүлнар Басқақызы", "Gulnar Basqaqyzy", "Нұрлан Бөтенов"]
    lines = b"\n".join(json.dumps({"kind": "person", "name": name}).encode() for name in names)
    tree = casevault("add", "--from", "-", "--json", stdin=lines).json
    titles = {one["id"]: one["title"] for one in casevault("list", "--json").json["records"]}
    pairs = {frozenset((titles[one["new"]], one["title"])) for one in tree["likely_same"]}
    assert pairs == {frozenset((titles[old], names[0])), frozenset(names[1:3])}
    assert tree["likely_same_total"] == 2
    assert tree["added"] == 4


def test_the_list_of_pairs_is_bounded(casevault: Any) -> None:
    names = [f"{given} {family}" for given in GIVEN for family in FAMILY]
    lines = [json.dumps({"kind": "person", "name": name}) for name in (*names, *names)]
    done = casevault("add", "--from", "-", stdin="\n".join(lines).encode())
    assert done.out == "50 added\n"
    told = [line for line in done.err.splitlines() if line.startswith("  ")]
    assert len(told) == 21
    assert re.search(r"and \d+ more", told[-1])


def test_comparing_can_be_left_out(casevault: Any) -> None:
    lines = b"\n".join([json.dumps({"kind": "person", "name": "Aigul Invented"}).encode()] * 2)
    done = casevault("add", "--from", "-", "--no-compare", stdin=lines)
    assert (done.out, done.err) == ("2 added\n", "")
    done = casevault("add", "--from", "-", "--no-compare", "--json", stdin=lines).json
    assert (done["likely_same"], done["likely_same_total"]) == ([], 0)
    assert "belongs to --from" in casevault("add", "person", "name=x", "--no-compare", expect=2).err


# --- on a terminal ----------------------------------------------------------------------------------------------------


def terminal(casevault: Any, *words: str) -> Any:
    from tests.cli.test_process import Terminal

    opened = Terminal(casevault.folder, *words, "-V", str(casevault.vault))
    opened.answer("Passphrase", PASSPHRASE)
    return opened


@pytest.fixture
def first(casevault: Any) -> str:
    return str(casevault("add", "person", "name=Сәбит Оразқанұлы", "birth=1961").lines[0])


NEW = ("add", "person", "name=Sabit Orazqanuly", "birth=1961", "occupation=teacher")


def test_enter_saves_it_as_a_new_record(casevault: Any, first: str) -> None:
    person = terminal(casevault, *NEW)
    person.expect(f"1. {first[:10]}")
    person.answer("Save as a new record?", "")
    assert person.end() == 0
    assert len(casevault("list").lines) == 2


def test_it_can_be_shown_and_added_to_that_record(casevault: Any, first: str) -> None:
    person = terminal(casevault, *NEW)
    person.answer("Save as a new record?", "s 1")
    person.expect("date of birth")
    person.answer("Save as a new record?", "s 2")
    person.answer("Save as a new record?", "a 1")
    assert person.end() == 0
    assert len(casevault("list").lines) == 1
    record = casevault("show", first, "--json").json["record"]
    assert [one["value"]["text"] for one in record["name"]] == ["Сәбит Оразқанұлы", "Sabit Orazqanuly"]
    assert [one["value"] for one in record["birth"]] == ["1961"]
    assert [one["value"] for one in record["occupation"]] == ["teacher"]


def test_questions_do_not_ask_for_verdicts_and_end_in_the_same_question(casevault: Any, first: str) -> None:
    person = terminal(casevault, "add", "person")
    person.answer("name:", "Sabit Orazqanuly")
    seen = ""
    for _ in range(400):
        if not person._read(0.3):
            break
        if "Save as a new record?" in person.seen:
            person.type("")
        elif "a line with a single dot ends it" in person.seen:
            person.type(".")
        elif "date of birth" in person.seen and "1961" not in seen:
            person.type("1961")
            seen += "1961"
        elif person.seen.rstrip(" ").endswith(":"):
            person.type("")
        else:
            continue
        seen += person.seen
        person.seen = ""
    assert person.end() == 0
    assert first[:10] in seen
    assert "residence" in seen
    assert "same person as" not in seen
    assert "name in the other record" not in seen
    assert len(casevault("list").lines) == 2


def test_nothing_is_lost_without_a_yes(casevault: Any, first: str) -> None:
    person = terminal(casevault, *NEW)
    person.answer("Save as a new record?", "x")
    person.answer("Lose it? [y/N]", "")
    person.answer("Save as a new record?", "x")
    person.answer("Lose it? [y/N]", "y")
    person.expect("It was not saved.")
    assert person.end() == 0
    assert ids(casevault("list")) == [first]


def test_an_input_that_ends_there_saves_it(casevault: Any, first: str) -> None:
    import os

    person = terminal(casevault, *NEW)
    person.expect("Save as a new record?")
    # Sent at a moment at which the terminal is being set up, an end of input is lost.
    for _ in range(20):
        os.write(person.ours, b"\x04")
        if not person._read(0.5) or "saved as a new record" in person.seen:
            break
    assert person.end() == 0
    assert first in ids(casevault("list"))
    assert len(casevault("list").lines) == 2


def test_an_interrupt_ends_the_comparing_alone(casevault: Any) -> None:
    lines = [json.dumps({"kind": "person", "name": f"{a}{b} {b}{a}ov"}) for a in GIVEN * 6 for b in FAMILY * 8]
    Path("many.jsonl").write_text("\n".join(lines), "utf-8")
    loading = terminal(casevault, "add", "--from", "many.jsonl")
    loading.expect("an interrupt (Ctrl-C) ends the comparing alone")
    loading.type("\x03")
    loading.expect("all records are saved")
    assert loading.end() == 0
    assert len(casevault("list").lines) == len(lines)


@pytest.mark.parametrize("columns", [80, 160])
def test_on_a_screen_no_id_is_cut_and_columns_stay(
    casevault: Any, four: list[str], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a table each cell beside one from right to left begins with a mark that keeps it in its column."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", "40")
    person = terminal(casevault, "search", "sabit")
    assert person.end() == 0
    lines = person.seen.splitlines()
    assert {line[:10] for line in lines} >= {one[:10] for one in four if one != four[2]}
    (row,) = [line for line in lines if four[2][:10] in line]
    assert row.count("\u200e") == (6 if columns == 160 else 0)
    (plain,) = [line for line in lines if line.startswith(four[0][:10])]
    assert "\u200e" not in plain
    assert all(len(line) <= columns + 6 for line in lines)


def test_a_long_title_leaves_the_ids_whole(casevault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "40")
    known = casevault("add", "person", f"name={'Invented ' * 12}").lines[0]
    person = terminal(casevault, "list")
    person.expect(known[:10])
    assert person.end() == 0
