"""Transcripts of export, verify, recipient, consent, policy, ledger, attach and extract. All people are invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from vault import agefile

FAMILY = [
    {"kind": "case", "ref": "k", "title": "Invented matter"},
    {
        "kind": "person",
        "ref": "p",
        "case": "@k",
        "name": ["Ерлан Үлгіұлы", {"value": "叶尔兰", "source": "@s"}],
        "birth": "1970~",
        "inside": "yes",
        "relative.wife": "@w",
    },
    {"kind": "person", "ref": "w", "case": "@k", "name": "Сара Үлгіқызы", "inside": "no"},
    {
        "kind": "source",
        "ref": "s",
        "case": "@k",
        "name": "Қанат Бөгде",
        "contact": "+86 139 0000 4242",
        "address": "Қарасу ауылы",
        "inside": "yes",
    },
    {
        "kind": "event",
        "ref": "e",
        "case": "@k",
        "event.kind": "detention",
        "person": "@p",
        "when": "2018-03",
        "place": "Құлжа",
        "narrative": {"value": "Қанаттың айтуынша, оны Құлжаға апарған. Қарасу ауылында естідім.", "source": "@s"},
        "witness": "@s",
    },
    {
        "kind": "consent",
        "ref": "n",
        "case": "@k",
        "given_by": "@w",
        "capacity": "kin",
        "about": ["@p", "@w"],
        "audiences": ["lawyer", "un"],
        "purposes": ["legal", "un"],
        "groups": ["identity", "family", "location", "testimony", "health"],
        "onward": "none",
        "given_on": "2024-01-05",
        "how": "written",
    },
]
SECRETS = ("Қанат", "Бөгде", "4242", "Қарасу")
GROUPS = tuple(word for group in ("identity", "family", "location", "testimony") for word in ("--group", group))


@pytest.fixture
def family(casevault: Any) -> Any:
    """Give a vault with one family and two recipients, and the ids in it."""
    casevault("add", "--from", "-", stdin=b"\n".join(json.dumps(one).encode() for one in FAMILY))
    casevault.ids = {}
    for record in casevault("list", "--json").json["records"]:
        casevault.ids.setdefault(record["kind"], []).append(record["id"])
    casevault.case = casevault.ids["case"][0]
    identity = agefile.generate_identity()
    Path("key.txt").write_text(identity + "\n", "utf-8")
    public = agefile.parse_identities(identity.encode())[0].recipient
    casevault("recipient", "add", "Advocate", "--audience", "lawyer", "--key", public, "--confirmed")
    casevault("recipient", "add", "Telephone", "--audience", "lawyer")
    casevault.ask = ("export", casevault.case, "--policy", "lawyer", "--purpose", "legal")
    return casevault


def everything_in(folder: Path) -> str:
    files = sorted(folder.rglob("*"))
    names = "\n".join(str(path.relative_to(folder)) for path in files)
    return names + "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files if path.is_file())


# --- export and verify --------------------------------------------------------------------------------------------


def test_the_lawyer_gets_the_case_and_not_the_source(family: Any) -> None:
    done = family(*family.ask, "--to", "Advocate", "-o", "case.age", "--json")
    assert done.json["file"] == "case.age"
    assert len(done.json["signer"].split()) == 6
    checked = family.raw("verify", "case.age", "--identity", "key.txt", "--open", "opened", "--json")
    assert checked.json["sealed_sha256"] == done.json["sealed_sha256"]
    assert checked.json["bag_sha256"] == done.json["bag_sha256"]
    assert checked.json["addressed"] is True
    assert "never seen" in checked.err
    text = everything_in(Path("opened"))
    assert "Ерлан" in text
    assert "2018-03" in text
    for secret in SECRETS:
        assert secret not in text


def test_preview_names_each_rule_and_writes_nothing(family: Any) -> None:
    before = family("status", "--json").json["epoch"]
    done = family(*family.ask, "--to", "Advocate", "--preview", "--json")
    outcomes = {(one["field"], one["outcome"]) for one in done.json["decisions"]}
    assert ("person.name", "value") in outcomes
    assert ("source.name", "unseen") in outcomes
    assert all(one["rule"] for one in done.json["decisions"])
    for secret in SECRETS:
        assert secret not in done.out
    page = family(*family.ask, "--to", "Advocate", "--preview").out
    assert "What the recipient would read:" in page
    assert "level never" in page
    assert family("status", "--json").json["epoch"] == before
    assert family("ledger", "--json").json == {"bundles": []}


def test_a_preview_says_that_the_export_would_be_refused(family: Any) -> None:
    words = ("--to", "Advocate", "--preview")
    assert family(*family.ask, *words, "--json").json["refusals"] == []
    for consent in family.ids["consent"]:
        family("consent", "withdraw", consent, "--yes")
    assert "consent is missing" in str(family(*family.ask, *words, "--json").json["refusals"])
    assert "the export would be refused: consent is missing" in family(*family.ask, *words).err


def test_a_recipient_without_a_key_gets_a_passphrase_shown_once_on_stderr(family: Any) -> None:
    done = family(*family.ask, "--to", "Telephone", "-o", "case.age")
    passphrase = next(line.strip() for line in done.err.splitlines() if line.startswith("    "))
    assert len(passphrase.split("-")) == 6
    assert passphrase not in done.out
    Path("bundle-passphrase").write_text(passphrase, "utf-8")
    family.raw("verify", "case.age", "--passphrase-file", "bundle-passphrase")
    family.raw("verify", "case.age", "--passphrase-file", str(family.secret), expect=3)
    assert "nobody can be asked" in family.raw("verify", "case.age", "--no-input", expect=2).err


def test_without_consent_nothing_is_written(family: Any) -> None:
    family("consent", "withdraw", family.ids["consent"][0], "--yes")
    before = sorted(Path().iterdir())
    done = family(*family.ask, "--to", "Advocate", "-o", "case.age", expect=9)
    assert "consent is missing" in done.err
    assert any(person in done.err for person in family.ids["person"])
    assert "Ерлан" not in done.err
    assert sorted(Path().iterdir()) == before
    assert family("ledger", "--json").json == {"bundles": []}


def test_records_without_consent_can_be_left_out(family: Any) -> None:
    family.add("person", name="Another Invented", case=family.case, inside="yes")
    other = family.ids["person"]
    family.add(
        "event",
        event__kind="arrest",
        person=family.add("person", name="Bolat Invented", case=family.case),
        case=family.case,
    )
    assert len(other) == 2
    family(*family.ask, "--to", "Advocate", "-o", "case.age", expect=9)
    done = family(*family.ask, "--to", "Advocate", "-o", "case.age", "--leave-out", "--json")
    assert done.json["left_out"]
    family.raw("verify", "case.age", "--identity", "key.txt", "--open", "opened")
    assert "Bolat" not in everything_in(Path("opened"))


def test_audience_and_policy_must_agree(family: Any) -> None:
    family("recipient", "add", "Paper", "--audience", "press")
    family(*family.ask, "--to", "Paper", "-o", "case.age", expect=9)
    assert not Path("case.age").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--to", "Nobody", "-o", "x.age"), 1),
        (("--to", "Advocate"), 2),
        (("--to", "Advocate", "--preview", "-o", "x.age"), 2),
        (("--to", "Advocate", "-o", "x.age", "--plaintext"), 2),
        (("--to", "Advocate", "-o", "x", "--format", "dir", "--no-input"), 2),
        (("--to", "Advocate", "-o", "x.age", "--policy", "nothing"), 1),
        (("--to", "Advocate", "-o", "x.age", "--purpose", "gossip"), 2),
        (("--to", "Advocate", "-o", "key.txt"), 8),
        (("--to", "Advocate", "-o", "nowhere/x.age"), None),
    ],
)
def test_exports_that_cannot_be(family: Any, words: tuple[str, ...], code: int | None) -> None:
    key = Path("key.txt").read_bytes()
    done = family(*family.ask, *words, expect=code)
    assert done.code != 0
    assert Path("key.txt").read_bytes() == key
    assert not Path("x.age").exists()
    assert not Path("x").exists()


def test_a_plain_folder_needs_a_second_agreement(family: Any) -> None:
    family(*family.ask, "--to", "Advocate", "-o", "plain", "--format", "dir", "--plaintext", "--no-input")
    assert (Path("plain") / "data" / "records.json").is_file()
    family.raw("verify", "plain")
    dossier = Path("plain") / "data" / "dossier.md"
    dossier.write_bytes(dossier.read_bytes() + b" ")
    done = family.raw("verify", "plain", expect=10)
    assert "data/dossier.md" in done.err


def test_the_dossier_is_in_the_language_that_is_asked_for(family: Any) -> None:
    words = (*family.ask, "--to", "Advocate", "--format", "dir", "--plaintext", "--no-input")
    for language, title in (("en", "Dossier"), ("ru", "Досье"), ("kk", "Іс қағазы"), ("zh", "卷宗")):
        family(*words, "-o", language, *(("--language", language) if language != "en" else ()))
        assert (Path(language) / "data/dossier.md").read_text("utf-8").startswith(f"# {title}\n")
        assert f'id="l-{language}" checked>' in (Path(language) / "index.html").read_text("utf-8")
    family(*words, "-o", "fr", "--language", "fr", expect=2)


def test_a_query_selects_and_only_narrows(family: Any) -> None:
    words = ("export", "--query", "kind:person ерлан", "--policy", "lawyer", "--purpose", "legal", "--to", "Advocate")
    wide = family(*words, "--preview", "--json").json
    narrow = family(*words, "--preview", "--only", "--json").json
    assert {one["field"].partition(".")[0] for one in narrow["decisions"]} == {"person"}
    assert len(narrow["decisions"]) < len(wide["decisions"])
    family("export", "--query", "nobody-at-all", *words[3:], "--preview", expect=2)


def test_everything_goes_to_oneself_only_and_asks_twice(family: Any) -> None:
    words = ("export", "--policy", "everything", "--purpose", "family", "-o", "all.age")
    family(*words, "--to", "Advocate", "--yes", "--yes", expect=9)
    family(*words, "--to", "self", "--yes", "--no-input", expect=2)
    done = family(*words, "--to", "self", "--yes", "--yes")
    passphrase = next(line.strip() for line in done.err.splitlines() if line.startswith("    "))
    Path("pp").write_text(passphrase, "utf-8")
    family.raw("verify", "all.age", "--passphrase-file", "pp", "--open", "opened")
    text = everything_in(Path("opened"))
    assert all(secret in text for secret in SECRETS)
    assert family("ledger", "--json").json["bundles"][0]["recipient"] == "self"


def test_known_signers(family: Any) -> None:
    family(*family.ask, "--to", "Advocate", "-o", "case.age")
    family.raw("verify", "case.age", "--identity", "key.txt", "--open", "opened")
    line = (Path("opened") / "casevault" / "allowed_signers").read_text("utf-8").split()
    Path("known").write_text(f"# people we know\nfriends@example.org {' '.join(line[-2:])}\n", "utf-8")
    done = family.raw("verify", "case.age", "--identity", "key.txt", "--known", "known", "--json")
    assert done.json["signer"]["known_as"] == "friends@example.org"
    Path("known").write_text("", "utf-8")
    family.raw("verify", "case.age", "--identity", "key.txt", "--known", "known", expect=10)
    Path("known").write_text("friends@example.org ssh-ed25519 AAAA", "utf-8")
    family.raw("verify", "case.age", "--identity", "key.txt", "--known", "known", expect=2)


def test_verify_refuses_what_is_no_bundle_or_was_changed(family: Any) -> None:
    family.raw("verify", "nowhere.age", expect=2)
    Path("junk").write_bytes(b"junk" * 100)
    family.raw("verify", "junk", expect=6)
    family(*family.ask, "--to", "Advocate", "-o", "case.age")
    data = bytearray(Path("case.age").read_bytes())
    data[-20] ^= 1
    Path("bad.age").write_bytes(data)
    done = family.raw("verify", "bad.age", "--identity", "key.txt", "--open", "opened", expect=None)
    assert done.code in {1, 4, 10}
    assert not Path("opened").exists()
    other = agefile.generate_identity()
    Path("other.txt").write_text(other, "utf-8")
    family.raw("verify", "case.age", "--identity", "other.txt", expect=3)
    assert "--identity" in family.raw("verify", "case.age", expect=2).err


# --- address book, policies ---------------------------------------------------------------------------------------


def test_the_address_book(family: Any) -> None:
    entries = family("recipient", "list", "--json").json["recipients"]
    assert [entry["name"] for entry in entries] == ["Advocate", "Telephone"]
    assert len(entries[0]["fingerprint"].split()) == 6
    assert family("recipient", "list").lines[1] == "Telephone\tlawyer\t\tby passphrase\t\t"
    family("recipient", "add", "Telephone", "--audience", "un", expect=2)
    family("recipient", "add", "Telephone", "--audience", "un", "--onward", "state", "--replace")
    assert "state" in family("recipient", "show", "Telephone").out
    family("recipient", "show", "Nobody", expect=1)
    family("recipient", "remove", "Telephone", "--no-input", expect=2)
    family("recipient", "remove", "Telephone", "--yes")
    family("recipient", "remove", "Telephone", "--yes", expect=1)
    assert family("recipient", "add", "Bad", "--audience", "un", "--key", "age1nonsense", expect=2).err


def test_policies_are_listed_and_shown(family: Any) -> None:
    names = [one["name"] for one in family("policy", "list", "--json").json["policies"]]
    assert names[:2] == ["family", "lawyer"]
    assert "everything" in names
    assert len(family("policy", "list").lines) == len(names)
    shown = family("policy", "show", "lawyer", "--json").json
    assert shown["audience"] == "lawyer"
    assert {"rule", "action"} == set(shown["rules"][0])
    assert "audience\tlawyer" in family("policy", "show", "lawyer").out
    family("policy", "show", "nothing", expect=1)


# --- consent, ledger ----------------------------------------------------------------------------------------------


def test_consent_is_added_listed_and_withdrawn_with_the_bundles_to_recall(family: Any) -> None:
    person, other = family.ids["person"]
    words = ("--by", person, "--about", other, "--capacity", "other", "--audience", "lawyer", "--purpose", "legal")
    new = family("consent", "add", *words, *GROUPS, "--onward", "none", "--how", "spoken").lines[0]
    listed = {one["id"]: one for one in family("consent", "list", "--json").json["consents"]}
    assert listed[new]["state"] == "given"
    assert listed[new]["groups"] == ["identity", "family", "location", "testimony"]
    family("export", family.case, "--policy", "lawyer", "--purpose", "legal", "--to", "Advocate", "-o", "case.age")
    first = family.ids["consent"][0]
    done = family("consent", "withdraw", first, "--yes", "--json").json
    assert [bundle["recipient"] for bundle in done["recall"]] == ["Advocate"]
    assert {one["state"] for one in family("consent", "list", "--json").json["consents"]} == {"given", "withdrawn"}
    assert family("consent", "list", other).lines
    family("consent", "withdraw", person, "--yes", expect=2)
    family("consent", "withdraw", new, "--no-input", expect=2)


def test_an_expired_consent_is_told(family: Any) -> None:
    family("edit", family.ids["consent"][0], "expires=2024-02")
    assert [one["state"] for one in family("consent", "list", "--json").json["consents"]] == ["expired"]
    family(*family.ask, "--to", "Advocate", "-o", "case.age", expect=9)


def test_the_ledger_tells_who_received_what_and_who_is_exposed(family: Any) -> None:
    made = family(*family.ask, "--to", "Advocate", "-o", "case.age", "--json").json
    (bundle,) = family("ledger", "list", "--json").json["bundles"]
    assert bundle["sealed_sha256"] == made["sealed_sha256"]
    assert bundle["recipient"] == "Advocate"
    assert family("ledger").lines[0].split("\t")[1] == "Advocate"
    exposed = family("ledger", "exposure", "Advocate", "--json").json["people"]
    assert "Ерлан Үлгіұлы" in exposed[0]["name"]
    assert {fact["outcome"] for fact in exposed[0]["facts"] if fact["field"] == "person.name"} == {"value"}
    by_bundle = family("ledger", "exposure", made["sealed_sha256"][:12], "--json").json["people"]
    assert [one["id"] for one in by_bundle] == [one["id"] for one in exposed]
    assert "Ерлан Үлгіұлы" in family("ledger", "exposure", "Advocate").out
    assert family("ledger", "exposure", "Telephone").out == ""
    family("ledger", "exposure", "Nobody at all", expect=2)
    (recalled,) = family("ledger", "recall", family.ids["consent"][0], "--json").json["bundles"]
    assert recalled["recipient"] == "Advocate"
    family("ledger", "recall", family.ids["event"][0], expect=2)
    family("remove", family.ids["consent"][0], "--purge", "--yes")
    assert family("ledger", "recall", family.ids["consent"][0], "--json").json["bundles"] == [recalled]


def test_a_consent_that_no_bundle_relied_on_has_nothing_to_recall(family: Any) -> None:
    assert "No bundle" in family("ledger", "recall", family.ids["consent"][0]).err


def test_a_purge_names_the_bundles_that_hold_the_record(family: Any) -> None:
    family(*family.ask, "--to", "Advocate", "-o", "case.age")
    done = family("remove", family.ids["event"][0], "--purge", "--yes")
    assert "for Advocate: stays with them" in done.err


# --- files --------------------------------------------------------------------------------------------------------


def test_files_go_in_and_come_out(family: Any) -> None:
    person = family.ids["person"][0]
    Path("photo.jpg").write_bytes(b"\xff\xd8 invented" * 999)
    Path("empty").write_bytes(b"")
    done = family("attach", person, "photo.jpg", "empty", "--kind", "photo", "--json")
    document = family("show", done.json["attached"][0]["id"], "--json").json["record"]
    assert document["document.kind"][0]["value"] == "photo"
    family("attach", person, "photo.jpg", "--kind", "nonsense", expect=1)
    assert [one["file"] for one in done.json["attached"]] == ["photo.jpg", "empty"]
    assert "The plain original is still there: photo.jpg" in done.err
    assert Path("photo.jpg").exists()
    Path("out").mkdir()
    written = family("extract", person, "-o", "out", "--json").json["written"]
    assert sorted(Path(path).name for path in written) == ["empty", "photo.jpg"]
    assert (Path("out") / "photo.jpg").read_bytes() == Path("photo.jpg").read_bytes()
    family("extract", person, "-o", "out", expect=8)
    family("extract", person, "-o", "nowhere", expect=2)
    family("attach", person, "nowhere.jpg", expect=2)
    family("attach", person, "photo.jpg", "empty", "--name", "x", expect=2)


def test_an_original_is_deleted_only_on_request(family: Any) -> None:
    Path("scan.png").write_bytes(b"invented")
    done = family("attach", family.ids["person"][0], "scan.png", "--name", "paper.png", "--delete-original")
    assert "may leave traces" in done.err
    assert not Path("scan.png").exists()
    assert [Path(path).name for path in family("extract", done.lines[0].split()[0], "--json").json["written"]] == [
        "paper.png"
    ]
