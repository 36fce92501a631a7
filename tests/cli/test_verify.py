"""What `verify` tells apart, each in its own words and with its own exit code. People and texts are invented."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from vault import agefile
from vault.handoff import archive, bag, page, sshsig
from vault.sealing import Signer

SIGNER = Signer(bytes(range(32)))

RECORDS = [
    {"kind": "case", "ref": "k", "title": "Invented matter"},
    {"kind": "person", "ref": "p", "case": "@k", "name": "Bekzat Tursyn", "sex": "male", "birth": "1971-03-09"},
    {"kind": "person", "ref": "w", "case": "@k", "name": "Gulsim Akhmet"},
    {"kind": "event", "ref": "e", "case": "@k", "event.kind": "arrest", "person": "@p", "when": "2018-04-06"},
    {
        "kind": "consent", "ref": "n", "case": "@k", "given_by": "@w", "capacity": "kin", "about": ["@p", "@w"],
        "audiences": ["lawyer", "family"], "purposes": ["legal", "family"], "given_on": "2024-01-05", "how": "written",
        "groups": ["identity", "family", "location", "testimony"],
    },
]  # fmt: skip
POLICIES = {
    "proving": 'name = "proving"\naudience = "lawyer"\nparent = "lawyer"\nverifiable = true\n',
    "narrow": 'name = "narrow"\naudience = "lawyer"\nparent = "lawyer"\nverifiable = true\n'
    '[rules]\n"detainee.sex" = "withhold"\n',
}


@pytest.fixture
def desk(casevault: Any) -> Any:
    """Give a vault with a case, a recipient with a key, and two policies that give proofs."""
    casevault("add", "--from", "-", stdin=b"\n".join(json.dumps(one).encode() for one in RECORDS))
    records = casevault("list", "--json").json["records"]
    casevault.case = next(record["id"] for record in records if record["kind"] == "case")
    identities = [agefile.generate_identity() for _ in range(2)]
    for name, identity in zip(("key", "other"), identities, strict=True):
        Path(f"{name}.txt").write_text(identity + "\n", "utf-8")
    Path("both.txt").write_text("\n".join(identities) + "\n", "utf-8")
    casevault.keys = [agefile.parse_identities(one.encode())[0].recipient for one in identities]
    casevault("recipient", "add", "Advocate", "--audience", "lawyer", "--key", casevault.keys[0], "--confirmed")
    casevault("recipient", "add", "Bureau", "--audience", "lawyer", "--key", casevault.keys[1], "--confirmed")
    for name, text in POLICIES.items():
        Path(f"{name}.toml").write_text(text, "utf-8")
        casevault("policy", "new", "--from", f"{name}.toml")
    return casevault


def export(desk: Any, target: str, policy: str = "lawyer", to: str = "Advocate") -> None:
    desk("export", desk.case, "--policy", policy, "--purpose", "legal", "--to", to, "-o", target)


def know_the_signer(desk: Any, bundle: str) -> None:
    desk.raw("verify", bundle, "--identity", "key.txt", "--open", "opened")
    line = Path("opened/casevault/allowed_signers").read_text("utf-8").split()
    Path("known").write_text(f"desk@example.org {' '.join(line[-2:])}\n", "utf-8")


def zipped(made: dict[str, bag.Member]) -> bytes:
    """Give the archive of a bag."""
    return b"".join(archive.write(bag.entries(made), lambda name: made[name].read()))


def test_five_answers(desk: Any) -> None:
    """Good and known, good but never seen, bad, not addressed to who opened it, older than one received."""
    for name in ("one.age", "two.age"):
        export(desk, name)
    know_the_signer(desk, "one.age")
    known = ("--identity", "key.txt", "--known", "known", "--seen", "seen", "--json")

    done = desk.raw("verify", "two.age", *known)
    assert (done.json["verdict"], done.json["received_before"], done.json["newer"]) == ("known", False, None)
    assert done.json["series"]["number"] == 2

    done = desk.raw("verify", "two.age", "--identity", "key.txt", "--json")
    assert done.json["verdict"] == "never-seen"
    Path("nobody").write_text("", "utf-8")
    done = desk.raw("verify", "two.age", "--identity", "key.txt", "--known", "nobody", "--json", expect=10)
    assert done.json["verdict"] == "never-seen"

    done = desk.raw("verify", "one.age", *known, expect=5)
    assert (done.json["verdict"], done.json["newer"]) == ("older", 2)
    done = desk.raw("verify", "one.age", *known[:-1], expect=5)
    assert "older than one that you received before" in done.out
    assert "You received number 2 of this series before; this is number 1." in done.err
    assert desk.raw("verify", "two.age", *known).json["received_before"] is True

    plain = Path("opened")
    (plain / "data/records.json").write_bytes(b"{}")
    done = desk.raw("verify", "opened", "--known", "known", "--json", expect=10)
    assert (done.json["verdict"], done.json["faults"]) == ("bad", ["data/records.json: changed"])
    assert "data/records.json: changed" in done.err

    desk.raw("verify", "two.age", "--identity", "other.txt", expect=3)
    resealed(desk)
    done = desk.raw("verify", "passed-on.age", "--identity", "other.txt", "--known", "known", "--json", expect=11)
    assert (done.json["verdict"], done.json["addressed"]) == ("not-addressed", False)


def resealed(desk: Any) -> None:
    """Do what an advocate can do who passes a bundle on as if it had been made for another."""
    identities = agefile.parse_identities(Path("key.txt").read_bytes())
    opened = bytearray()
    with Path("two.age").open("rb") as file:
        agefile.decrypt(file, opened.extend, identities=identities)
    sealed = bytearray()
    agefile.encrypt([bytes(opened)], sealed.extend, [agefile.parse_recipient(desk.keys[1])])
    Path("passed-on.age").write_bytes(sealed)


def test_the_note_is_the_readers_own_and_grows_by_a_line_for_each_bundle(desk: Any) -> None:
    export(desk, "one.age")
    export(desk, "two.age", to="Bureau")
    for name, key in (("one.age", "key"), ("one.age", "key"), ("two.age", "other")):
        desk.raw("verify", name, "--identity", f"{key}.txt", "--seen", "seen")
    lines = Path("seen").read_text("ascii").splitlines()
    assert len(lines) == 2
    assert [line.split()[2] for line in lines] == ["1", "1"]
    assert lines[0].split()[1] != lines[1].split()[1]
    assert stat.S_IMODE(Path("seen").stat().st_mode) == 0o600
    Path("seen").write_text("SHA256:x 1\n", "ascii")
    desk.raw("verify", "one.age", "--identity", "key.txt", "--seen", "seen", expect=6)
    Path("link").symlink_to("seen")
    desk.raw("verify", "one.age", "--identity", "key.txt", "--seen", "link", expect=8)
    assert Path("seen").read_text("ascii") == "SHA256:x 1\n"


def test_proofs_and_two_bundles_of_one_revision(desk: Any) -> None:
    export(desk, "one.age", "proving")
    export(desk, "two.age", "narrow", "Bureau")
    export(desk, "three.age")
    done = desk.raw("verify", "one.age", "--identity", "both.txt", "--with", "two.age", "--json")
    fields = {one["field"] for one in done.json["proven"]["claims"]}
    assert {"name", "sex", "birth", "when"} <= fields
    assert sum(done.json["proven"]["unproven"].values()) >= 1
    assert {one.partition("-")[0] for pair in done.json["same"] for one in pair} >= {"person", "event"}
    done = desk.raw("verify", "two.age", "--identity", "both.txt", "--with", "one.age")
    assert "same revision\t" in done.out
    assert "proven\t" in done.out
    assert "nothing proven\t" in done.out
    done = desk.raw("verify", "one.age", "--identity", "both.txt", "--with", "three.age", expect=10)
    assert "one and the same sealed revision" in done.err
    assert desk.raw("verify", "three.age", "--identity", "both.txt", "--json").json["proven"] is None


def test_the_other_bundle_is_told_who_signed_it(desk: Any) -> None:
    """Whoever holds a bundle copies its proofs, and puts claims of their own beside what they prove."""
    export(desk, "one.age", "proving")
    know_the_signer(desk, "one.age")
    forged = Path("opened")
    tree = json.loads((forged / "data/records.json").read_text("utf-8"))
    person = next(one for one in tree["records"] if "sex" in one["fields"])
    person["fields"]["health"] = [{"is": "value", "value": "Forged."}]
    files = {
        path.relative_to(forged).as_posix(): bag.Member.of(path.read_bytes())
        for path in (forged / "data").rglob("*.*")
        if path.name != "records.json"
    }
    files["data/records.json"] = bag.Member.of(json.dumps(tree).encode())
    label = bag.read_manifest((forged / bag.MANIFEST).read_bytes()).label
    made = bag.build(files, label, Signer(b"\x77" * 32), {}, (forged / bag.PROOFS).read_bytes())
    Path("forged.zip").write_bytes(zipped(made))

    given = ("verify", "one.age", "--identity", "key.txt", "--with", "forged.zip")
    done = desk.raw(*given, "--known", "known", "--json", expect=10)
    assert done.json["verdict"] == "known"
    assert (done.json["other"]["verdict"], done.json["other"]["signer"]["known_as"]) == ("never-seen", None)
    assert done.json["other"]["signer"]["words"] != done.json["signer"]["words"]
    assert done.json["other"]["proven"]["unproven"]["value"] > done.json["proven"]["unproven"].get("value", 0)
    assert done.json["same"]
    done = desk.raw(*given)
    assert "ANOTHER KEY" in done.out
    assert "The two bundles are signed with different keys." in done.err


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ("", 0),
        ('namespaces="casevault-manifest"', 0),
        ('namespaces="git,casevault-manifest"', 0),
        ('namespaces="git"', 2),
        ('valid-before="20200101"', 2),
        ("cert-authority", 2),
        ('namespaces="casevault-manifest",valid-before="20200101"', 2),
        ('namespaces="casevault-manifest" valid-before="20200101"', 2),
    ],
)
def test_a_line_that_limits_a_key_is_not_passed_over(casevault: Any, limits: str, code: int) -> None:
    """OpenSSH would refuse such a key; who limited it meant that."""
    made = bag.build({}, bag.Label(bytes(16), "legal", "lawyer", bytes(32), ("unsealed",)), SIGNER, {})
    Path("x.zip").write_bytes(zipped(made))
    Path("known").write_text(f"desk {limits} {sshsig.public_line(SIGNER.public_key)} a comment\n", "utf-8")
    done = casevault.raw("verify", "x.zip", "--known", "known", expect=code)
    assert ("good, and you know" in done.out) == (code == 0)
    assert ("limits the key" in done.err) == (code == 2)


def test_a_note_whose_last_line_has_no_end_stays_whole(casevault: Any) -> None:
    for number in (1, 2):
        label = bag.Label(bytes([number]) * 16, "legal", "lawyer", bytes(32), ("unsealed",))
        made = bag.build({}, label, SIGNER, {})
        Path(f"{number}.zip").write_bytes(zipped(made))
    casevault.raw("verify", "1.zip", "--seen", "seen")
    Path("seen").write_bytes(Path("seen").read_bytes().rstrip())
    casevault.raw("verify", "2.zip", "--seen", "seen")
    assert len(Path("seen").read_text("ascii").splitlines()) == 2
    assert casevault.raw("verify", "1.zip", "--seen", "seen", "--json").json["received_before"] is True


def test_of_a_passphrase_nothing_says_that_it_is_the_senders(casevault: Any) -> None:
    """Whoever opened a bundle by passphrase can seal it anew by another one; the manifest tells of neither."""
    made = bag.build({}, bag.Label(bytes(16), "legal", "lawyer", bytes(32), ("passphrase",)), SIGNER, {})
    sealed = bytearray()
    agefile.encrypt_passphrase([zipped(made)], sealed.extend, "words that the sender never gave", log_n=4)
    Path("x.age").write_bytes(sealed)
    Path("phrase").write_text("words that the sender never gave\n", "utf-8")
    done = casevault.raw("verify", "x.age", "--passphrase-file", "phrase")
    assert "cannot be told" in done.out
    assert casevault.raw("verify", "x.age", "--passphrase-file", "phrase", "--json").json["addressed"] is None


def test_what_a_passphrase_opens_and_was_made_for_a_key_was_passed_on(casevault: Any) -> None:
    Path("phrase").write_text("words that the sender never gave\n", "utf-8")
    label = bag.Label(bytes(16), "legal", "lawyer", bytes(32), ("ab" * 32,))
    sealed = bytearray()
    data = zipped(bag.build({}, label, SIGNER, {}))
    agefile.encrypt_passphrase([data], sealed.extend, "words that the sender never gave", log_n=4)
    pieces: list[bytes] = []
    page.write(pieces.append, lambda sink: sink(bytes(sealed)))
    for name, content in (("x.age", bytes(sealed)), ("x.html", b"".join(pieces))):
        Path(name).write_bytes(content)
        done = casevault.raw("verify", name, "--passphrase-file", "phrase", "--json", expect=11)
        assert (done.json["verdict"], done.json["addressed"]) == ("not-addressed", False)


def test_a_note_of_one_signer_says_nothing_of_another(casevault: Any) -> None:
    """Whoever saw the id of a series could else make every true bundle of it look old, or received before."""
    stranger = Signer(b"\x77" * 32)
    for name, signer, bundle, number in (("mine", SIGNER, 1, 3), ("theirs", stranger, 2, 9), ("same", stranger, 1, 9)):
        label = bag.Label(bytes([bundle]) * 16, "legal", "lawyer", bytes(32), ("unsealed",))
        made = bag.build({}, label, signer, {"series": {"id": "ab" * 16, "number": number}})
        Path(f"{name}.zip").write_bytes(zipped(made))
    Path("known").write_text(f"desk {sshsig.public_line(SIGNER.public_key)}\n", "utf-8")
    for name in ("theirs", "same"):
        casevault.raw("verify", f"{name}.zip", "--seen", "seen")
    told = casevault.raw("verify", "mine.zip", "--known", "known", "--seen", "seen", "--json").json
    assert (told["verdict"], told["received_before"], told["newer"]) == ("known", False, None)
