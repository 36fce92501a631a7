"""Forms, reasons, updates, deadlines and the address book on the command line. All people are invented."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from vault.agefile import generate_identity, parse_identities, recipient_fingerprint
from vault.words import six_words

pytestmark = pytest.mark.usefixtures("no_sockets")

TODAY = date.today()  # noqa: DTZ011 - the person's own day is meant
GROUPS = ["identity", "family", "location", "testimony", "health"]
RECORDS = [
    {"kind": "case", "ref": "k", "title": "Invented matter"},
    {"kind": "person", "ref": "p", "case": "@k", "name": "Ерлан Үлгіұлы", "birth": "1970", "inside": "yes"},
    {"kind": "person", "ref": "w", "case": "@k", "name": "Сара Үлгіқызы", "inside": "no"},
    {"kind": "person", "ref": "t", "case": "@k", "name": "Марат Куәгеров", "inside": "yes"},
    {"kind": "source", "ref": "s", "case": "@k", "person": "@w", "name": "Сара Үлгіқызы", "relation": "wife",
     "contact": "+7 701 555 12 34", "about": "@p"},
    {"kind": "event", "ref": "e", "case": "@k", "event.kind": "arrest", "person": "@p", "when": "2018-03-07",
     "place": "Құлжа қаласы", "actor": "county police", "narrative": "Taken at night.", "witness": "@t"},
    {"kind": "consent", "case": "@k", "given_by": "@w", "capacity": "kin", "about": "@p", "audiences": "un",
     "purposes": "un", "groups": GROUPS, "onward": "state", "given_on": "2024-01-05"},
    {"kind": "consent", "case": "@k", "given_by": "@w", "capacity": "self", "about": "@w", "audiences": "un",
     "purposes": "un", "groups": GROUPS, "onward": "none", "given_on": "2024-01-05"},
]  # fmt: skip


@pytest.fixture
def matter(casevault: Any) -> Any:
    casevault("add", "--from", "-", stdin="\n".join(map(json.dumps, RECORDS)).encode())
    casevault("recipient", "add", "WGEID", "--audience", "un", "--onward", "state")
    ids: dict[str, list[str]] = {}
    for record in casevault("list", "--json").json["records"]:
        ids.setdefault(record["kind"], []).append(record["id"])
    casevault.case, casevault.event = ids["case"][0], ids["event"][0]
    names = {one: casevault("show", one, "--json").json["record"]["name"][0]["value"]["text"] for one in ids["person"]}
    casevault.man = next(one for one, name in names.items() if name.startswith("Ерлан"))
    casevault.wife = next(one for one, name in names.items() if name.startswith("Сара"))
    casevault.fill = ("form", "wgeid", casevault.man, "--to", "WGEID", "--format", "dir", "--plaintext")
    return casevault


def bytes_of(folder: str) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file())


def gaps(done: Any, need: str = "required") -> set[str]:
    (one,) = done.json["people"]
    return {gap["question"] for gap in one["gaps"] if gap["need"] == need}


# --- what is missing ----------------------------------------------------------------------------------------------


def test_what_is_missing(matter: Any) -> None:
    done = matter("form", "wgeid", matter.man, "--json")
    missing = {"why_forces", "step", "step_before", "step_date", "step_result"}
    assert gaps(done) == missing
    assert gaps(matter("form", "wgeid", matter.case, "--json")) == missing
    told = matter("form", "wgeid", matter.man)
    assert told.lines[0].split() == ["required", "why_forces", *"why they are believed responsible missing".split()]
    assert "5 required things are missing." in told.err
    assert "two parts" in told.err
    assert "Confirm the current edition" in matter("form", "icrc", matter.man).err


def test_a_form_is_about_somebody_to_whom_something_was_done(matter: Any) -> None:
    assert "this is neither" in matter("form", "wgeid", matter.wife, expect=2).err
    assert "this is neither" in matter("form", "wgeid", matter.event, expect=2).err
    second = [
        {"kind": "person", "ref": "b", "case": matter.case, "name": "Болат Үлгіұлы"},
        {"kind": "event", "case": matter.case, "event.kind": "arrest", "person": "@b", "when": "2018-03"},
    ]
    matter("add", "--from", "-", stdin="\n".join(map(json.dumps, second)).encode())
    assert len(matter("form", "wgeid", matter.case, "--json").json["people"]) == 2
    assert "name one of" in matter("form", "wgeid", matter.case, "--why", "place=x", expect=2).err


@pytest.mark.parametrize(
    "words",
    [
        ("--to", "WGEID"),
        ("-o", "out"),
        ("--preview",),
        ("--to", "WGEID", "-o", "out", "--preview"),
        ("--since", "00112233"),
        ("--why", "place"),
        ("--why", "place= "),
        ("--why", "colour=red"),
        ("--ask-why", "--no-input"),
        ("--to", "WGEID", "--preview", "--why", "place=Nobody saw it."),
        ("--to", "WGEID", "--preview", "--ask-why"),
    ],
)
def test_options_that_say_nothing_are_refused(matter: Any, words: tuple[str, ...]) -> None:
    assert matter("form", "wgeid", matter.man, *words, expect=2).err
    assert not Path("out").exists()


# --- why ----------------------------------------------------------------------------------------------------------


def test_a_reason_is_kept_in_the_record_and_stands_in_the_part_that_is_kept(matter: Any) -> None:
    reason = "Марат Куәгеров is too afraid to say."
    matter("form", "wgeid", matter.man, "--why", f"why_forces={reason}")
    shown = matter("show", matter.man, "--json").json["record"]["why_missing"]
    assert [claim["value"] for claim in shown] == [f"why_forces: {reason}"]
    (one,) = matter("form", "wgeid", matter.man, "--json").json["people"]
    assert {gap["question"]: gap["why"] for gap in one["gaps"]}["why_forces"] == reason
    done = matter(*matter.fill, "-o", "out")
    assert "what was done" in done.err  # what has no reason yet is warned of
    assert "believed responsible" not in done.err
    kept = Path("out/confidential/data/form.txt").read_text("utf-8")
    assert "▇▇▇▇▇▇ is too afraid to say." in kept  # the witness's name is masked in it, as in any text
    assert "why_forces" not in kept
    for carrier in ("form.html", "form.json"):
        assert "is too afraid to say." in Path("out/confidential/data", carrier).read_text("utf-8")
    assert b"afraid" not in bytes_of("out/forwardable")


def test_a_second_reason_takes_the_place_of_the_first(matter: Any) -> None:
    matter("form", "wgeid", matter.man, "--why", "step=None was possible.", "--why", "why_forces=Nobody knows.")
    matter("form", "wgeid", matter.man, "--why", "step=It would have harmed his mother.")
    texts = [claim["value"] for claim in matter("show", matter.man, "--json").json["record"]["why_missing"]]
    assert sorted(texts) == ["step: It would have harmed his mother.", "why_forces: Nobody knows."]


def test_on_a_terminal_it_asks_why(matter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["They wore its uniform, somebody said.", "", "", "", "None came."]
    with monkeypatch.context() as patch:
        patch.setattr("cli.commands.form.can_ask", lambda _settings: True)
        done = matter("form", "wgeid", matter.man, "--ask-why", "--json", stdin="\n".join([*answers, ""]).encode())
    (one,) = done.json["people"]
    why = {gap["question"]: gap["why"] for gap in one["gaps"] if gap["need"] == "required"}
    assert why == {
        "why_forces": answers[0], "step": "", "step_before": "", "step_date": "", "step_result": answers[4],
    }  # fmt: skip


# --- the filled form ----------------------------------------------------------------------------------------------


def test_two_parts_with_the_form_in_each(matter: Any) -> None:
    done = matter(*matter.fill, "-o", "out", "--json")
    assert set(done.json["bundles"]) == {"forwardable", "confidential"}
    for part in ("forwardable", "confidential"):
        for name in ("form.html", "form.txt", "form.json"):
            text = Path("out", part, "data", name).read_text("utf-8")
            assert "Ерлан Үлгіұлы" in text
            assert "county police" in text
        assert "Марат" not in bytes_of(f"out/{part}").decode("utf-8", "replace")
        matter.raw("verify", f"out/{part}", "--json")
    for secret in ("Сара Үлгіқызы", "555 12 34", "wife"):
        assert secret in Path("out/confidential/data/form.txt").read_text("utf-8")
        assert secret not in Path("out/forwardable/data/form.txt").read_text("utf-8")
    tree = json.loads(Path("out/confidential/data/form.json").read_text("utf-8"))
    assert (tree["format"], tree["body"], tree["update"]) == ("casevault-form/1", "wgeid", False)
    sections = {one["section"]: one for one in tree["sections"]}
    asked = {answer["question"] for record in sections["submitter"]["records"] for answer in record["answers"]}
    assert asked == {"submitter", "relation", "contact"}
    assert {"question": "witnesses"} in sections["disappearance"]["open"]
    assert len(matter("ledger", "list", "--json").json["bundles"]) == 2


def test_without_consent_no_form_leaves(matter: Any) -> None:
    consent = matter("list", "consent", "--json").json["records"]
    for one in consent:
        matter("remove", one["id"], "--yes")
    assert matter(*matter.fill, "-o", "out", expect=9).err
    assert not Path("out").exists()


def test_the_form_is_there_as_pdf_too(matter: Any) -> None:
    pytest.importorskip("uharfbuzz")
    matter(*matter.fill, "-o", "out", "--pdf")
    for part in ("forwardable", "confidential"):
        made = Path("out", part, "data/form.pdf").read_bytes()
        assert made.startswith(b"%PDF-")
        assert made != Path("out", part, "data/dossier.pdf").read_bytes()
        matter.raw("verify", f"out/{part}")


def test_the_gate_reads_the_form(matter: Any) -> None:
    done = matter(*matter.fill, "-o", "out", "--note", "Марат Куәгеров saw it.", expect=None)
    assert done.code not in {0, 2}
    assert "data/form.txt" in done.err
    assert not Path("out").exists()
    assert matter("ledger", "list", "--json").json["bundles"] == []


def test_a_preview_writes_nothing(matter: Any) -> None:
    done = matter("form", "wgeid", matter.man, "--to", "WGEID", "--preview", "--json")
    assert set(done.json["bundles"]) == {"forwardable", "confidential"}
    assert matter("ledger", "list", "--json").json["bundles"] == []


@pytest.mark.parametrize(("language", "word"), [("ru", "не сказано"), ("kk", "айтылмаған"), ("zh", "未述")])
def test_the_text_is_in_the_language_asked_for(matter: Any, language: str, word: str) -> None:
    matter(*matter.fill, "-o", "out", "--language", language)
    assert word in Path("out/confidential/data/form.txt").read_text("utf-8")


def test_another_policy_makes_one_bundle(matter: Any) -> None:
    matter("recipient", "add", "Kept", "--audience", "un")
    done = matter("form", "wgad", matter.man, "--to", "Kept", "--policy", "un-confidential", "-o", "one.age", "--json")
    assert done.json["file"].endswith("one.age")
    assert done.json["policy"] == "un-confidential"


# --- updates ------------------------------------------------------------------------------------------------------


def bundle_of(done: Any, part: str) -> str:
    made = done.json["bundles"][part]
    return str(made["sealed_sha256"] or made["bag_sha256"])


def test_an_update_has_only_what_changed(matter: Any) -> None:
    first = matter(*matter.fill, "-o", "first", "--json")
    since = ("--since", bundle_of(first, "confidential")[:16])
    none = matter(*matter.fill, "-o", "second", *since)
    assert none.lines == ["nothing changed since that bundle"]
    assert not Path("second").exists()
    assert matter(*matter.fill, "-o", "second", *since, "--json").json == {"changed": False}
    matter("edit", matter.event, "place=Іле аймағы")
    step = {"kind": "action", "case": matter.case, "about": matter.man, "action.kind": "letter", "to": "county court",
            "sent_on": "2019-02-01"}  # fmt: skip
    matter("add", "--from", "-", stdin=json.dumps(step).encode())
    done = matter(*matter.fill, "-o", "second", *since, "--json")
    assert set(done.json["bundles"]) == {"forwardable", "confidential"}
    for part in ("forwardable", "confidential"):
        text = Path("second", part, "data/form.txt").read_text("utf-8")
        assert "Іле аймағы" in text
        assert "county court" in text
        assert "only what changed" in text
        assert "Ерлан" in text  # whom it is about
        assert "1970" not in text
        for told in ("Құлжа", "county police", "Taken at night", "555 12 34"):
            assert told not in text
            assert told.encode() not in bytes_of(f"second/{part}")
    before, after = (
        json.loads(Path(name, "confidential/data/form.json").read_text("utf-8")) for name in ("first", "second")
    )
    assert before["person"] == after["person"]  # the same stand-in joins the two
    third = matter(*matter.fill, "-o", "third", "--since", bundle_of(done, "confidential")[:16])
    assert third.lines == ["nothing changed since that bundle"]


def test_an_update_of_one_part_alone(matter: Any) -> None:
    first = matter(*matter.fill, "-o", "first", "--json")
    matter("edit", matter.event, "attribution=They wore its uniform.")
    done = matter(*matter.fill, "-o", "second", "--since", bundle_of(first, "forwardable")[:8], "--json")
    assert set(done.json["bundles"]) == {"confidential"}
    assert [path.name for path in Path("second").iterdir()] == ["confidential"]
    assert "They wore its uniform." in Path("second/confidential/data/form.txt").read_text("utf-8")


def test_what_is_taken_back_is_part_of_an_update_to_who_may_know(matter: Any) -> None:
    first = matter(*matter.fill, "-o", "first", "--json")
    matter("edit", matter.event, "--retract", "actor")
    done = matter(*matter.fill, "-o", "second", "--since", bundle_of(first, "confidential")[:16], "--json")
    assert set(done.json["bundles"]) == {"confidential"}
    assert "taken back" in Path("second/confidential/data/form.txt").read_text("utf-8")
    assert "not said any more" in done.err


def test_a_bundle_of_somebody_else_is_no_beginning(matter: Any) -> None:
    first = matter(*matter.fill, "-o", "first", "--json")
    matter("recipient", "add", "Other", "--audience", "un", "--onward", "state")
    words = ("form", "wgeid", matter.man, "--to", "Other", "-o", "x", "--since", bundle_of(first, "confidential")[:16])
    assert "no such bundle" in matter(*words, expect=1).err
    assert matter(*matter.fill, "-o", "x", "--since", "not a hash", expect=2).err


def test_after_fresh_stand_ins_the_whole_is_handed_over(matter: Any) -> None:
    first = matter(*matter.fill, "-o", "first", "--json")
    matter("export", matter.man, "--policy", "un", "--to", "WGEID", "--purpose", "un", "--fresh", "-o", "anew")
    matter("edit", matter.event, "actor=the army")
    done = matter(*matter.fill, "-o", "second", "--since", bundle_of(first, "confidential")[:16], expect=None)
    assert done.code not in {0, 2}
    assert "started anew" in done.err
    assert not Path("second").exists()


# --- deadlines ----------------------------------------------------------------------------------------------------


def test_status_lists_what_is_due_with_the_days_left(matter: Any) -> None:
    today = TODAY
    taken, due, end = (today - timedelta(days=10), today + timedelta(days=7), today + timedelta(days=30))
    matter.add("event", event__kind="arrest", person=matter.man, when=taken.isoformat())
    matter.add("action", action__kind="letter", about=matter.man, next_due=due.isoformat())
    matter.add("consent", about=matter.man, expires=end.isoformat())
    told = matter("status", "--json").json["due"]
    assert [(one["what"], one["days"]) for one in told[:2]] == [("next step or reply due", 7), ("consent ends", 30)]
    assert told[2]["what"] == "urgent for the WGEID"
    assert told[2]["id"] == matter.man
    assert 70 < told[2]["days"] < 84
    assert any(line.startswith(f"due\t{due.isoformat()}\t7 days\taction") for line in matter("status").lines)
    assert "urgent procedure" in matter("form", "wgeid", matter.man).err
    matter.add("action", action__kind="submission", about=matter.man, body="wgeid")
    assert "urgent for the WGEID" not in {one["what"] for one in matter("status", "--json").json["due"]}


# --- the address book ---------------------------------------------------------------------------------------------


@pytest.fixture
def key() -> str:
    (identity,) = parse_identities(generate_identity().encode())
    return identity.recipient


def test_nothing_is_sealed_to_a_key_that_nobody_compared(matter: Any, key: str) -> None:
    matter("recipient", "add", "Desk", "--audience", "un", "--onward", "state", "--key", key)
    assert matter("recipient", "show", "Desk", "--json").json["confirmed"] is False
    words = ("form", "wgeid", matter.man, "--to", "Desk", "-o", "out")
    assert "recipient confirm Desk" in matter(*words, expect=2).err
    assert not Path("out").exists()
    assert matter("recipient", "confirm", "Desk", "--no-input", expect=2).err
    matter("recipient", "confirm", "Desk", "--confirmed")
    assert matter("recipient", "list").lines[0].split("\t")[-2] == "yes"
    matter(*words)
    assert Path("out").is_dir()


def test_the_words_are_typed_as_they_are_heard(matter: Any, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = recipient_fingerprint(key)[:10]
    for number, said in enumerate((six_words(digest).upper(), " , ".join(six_words(digest).split()), digest.hex())):
        assert answered(matter, monkeypatch, said, "add", f"Desk {number}", key).code == 0
        assert matter("recipient", "show", f"Desk {number}", "--json").json["confirmed"] is True
    wrong = answered(matter, monkeypatch, "six words of some other key", "add", "Wrong", key)
    assert wrong.code == 2
    assert six_words(digest) not in wrong.err
    assert matter("recipient", "show", "Wrong", expect=1)
    later = answered(matter, monkeypatch, "", "add", "Later", key)
    assert "recipient confirm Later" in later.err


def answered(matter: Any, monkeypatch: pytest.MonkeyPatch, line: str, verb: str, name: str, key: str) -> Any:
    """Run `recipient add` as on a terminal, with one line typed."""
    with monkeypatch.context() as patch:
        patch.setattr("cli.commands.address.can_ask", lambda _settings: True)
        return matter(
            "recipient", verb, name, "--audience", "lawyer", "--key", key, stdin=f"{line}\n".encode(), expect=None
        )


def test_an_entry_ends(matter: Any) -> None:
    yesterday, tomorrow = (TODAY + timedelta(days=days) for days in (-1, 1))
    add = ("recipient", "add", "WGEID", "--audience", "un", "--onward", "state", "--replace", "--expires")
    matter(*add, yesterday.isoformat())
    assert f"ended on {yesterday.isoformat()}" in matter(*matter.fill, "-o", "out", expect=None).err
    assert not Path("out").exists()
    matter(*add, tomorrow.isoformat())
    matter(*matter.fill, "-o", "out")
    for part, passed_on in (("forwardable", "the State concerned"), ("confidential", "Do not pass it on.")):
        manifest = json.loads(Path("out", part, "casevault/manifest.json").read_text("utf-8"))
        assert manifest["delete_by"] == tomorrow.isoformat()
        assert set(manifest["terms"]) == {"en", "ru", "kk", "zh"}
        said = " ".join(manifest["terms"]["en"])
        assert "UN procedures" in said
        assert passed_on in said
        assert tomorrow.isoformat() in said
        for name in ("index.html", "data/dossier.md", "data/form.html", "data/form.txt"):
            text = Path("out", part, name).read_text("utf-8")
            for sentence in manifest["terms"]["en"]:
                assert sentence in text, name
    assert "Do not pass it on." in matter.raw("verify", "out/confidential").out
    for bad in ("31.01.2027", "2027-02-30", "soon"):
        assert "2027-01-31" in matter(*add, bad, expect=2).err
    assert matter("recipient", "add", "X", "--audience", "un", "--confirmed", expect=2).err
    assert matter("recipient", "add", "X", "--audience", "un", "--onward", "ministry", expect=2).err


def test_ssh_keys_are_taken_too(matter: Any) -> None:
    line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPPmwiEzNGZjgBhqSp0SoVzLv3S7OLJjjEBYZt4dg3v somebody@example"
    Path("desk.pub").write_text(line + "\n", "utf-8")
    matter("recipient", "add", "Desk", "--audience", "lawyer", "--key", "@desk.pub", "--confirmed")
    entry = matter("recipient", "show", "Desk", "--json").json
    assert entry["key"] == line.rpartition(" ")[0]
    assert len(entry["fingerprint"].split()) == 6
    assert len(entry["digits"]) == 20
