"""Ways in which redaction is got round: a path without it, a consent too narrow, traces on the machine, the network.

All people, places, numbers and texts are invented.
"""

import ast
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.redaction.matter import GROUPS, IDENTITY, PHRASE, Matter, contents, opened, together
from vault import handoff
from vault.errors import ConsentError
from vault.records import Claim, Draft, Level, Schemas
from vault.redact.policy import HIDDEN_ROLES
from vault.render import LANGUAGES, render

SCHEMAS = Schemas.shipped()
KEEPS_ALL = """
name = "all"
audience = "lawyer"
[rules]
"*.*" = "keep"
"""
LETTERS = "bdfgklmnprst"


class Canaries:
    """Words and numbers that stand nowhere else, for every field that can hold one."""

    def __init__(self) -> None:
        self._random = random.Random(11)
        self.made: dict[str, str] = {}

    def word(self, what: str) -> str:
        letters = "".join(self._random.choice(LETTERS) + self._random.choice("aeiou") for _ in range(5))
        self.made[f"{what} {len(self.made)}"] = f"Qzx{letters}"
        return f"Qzx{letters}"

    def number(self, what: str) -> str:
        digits = str(self._random.randrange(10**9, 10**10))
        self.made[f"{what} {len(self.made)}"] = digits
        return digits

    def of(self, kind: str, *skipped: str) -> list[Claim]:
        """Fill in every field of a kind that no rule may let out, where it is a text, name, number or place."""
        claims = []
        for field in SCHEMAS.fields(kind):
            what = f"{kind}.{field.name}"
            if field.name in skipped or (kind != "source" and field.level is not Level.NEVER):
                continue
            match field.type:
                case "text":
                    claims.append(Claim(field.name, f"It is {self.word(what)}."))
                case "name" | "place":
                    claims.append(Claim(field.name, {"text": self.word(what)}))
                case "phone":
                    claims.append(Claim(field.name, f"+7 {self.number(what)}"))
                case "id":
                    claims.append(Claim(field.name, f"{self.number(what)}"))
        return claims


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Matter, dict[str, str]]]:
    """Give nine men of one matter, a source inside and all that is never to leave; and the words that tell of it."""
    canaries = Canaries()
    for one in opened(tmp_path_factory.mktemp("ways")):
        one.add("case", "case", title="An invented matter")
        source = canaries.of("source")
        words = [claim.value["text"] for claim in source if claim.field == "name"]
        assert words
        helper = canaries.word("helper")
        one.vault.put(
            Draft("source", (*source, Claim("case", one.id("case"))), record_id=one.id("source")),
            Draft("person", (*canaries.of("person"), Claim("name", {"text": helper})),
                  record_id=one.id("helper")),
        )  # fmt: skip
        # A source inside who has a record as a person, too.
        insider = [
            Claim("name", {"text": canaries.word("insider")}),
            Claim("phone", f"+7 {canaries.number('insider')}"),
        ]
        insider += [Claim("occupation", canaries.word("insider")), Claim("address", {"text": canaries.word("insider")})]
        insider += [Claim("case", one.id("case"))]
        link = [Claim("person", one.id("insider")), Claim("about", one.id("p0")), Claim("case", one.id("case"))]
        one.vault.put(
            Draft("person", tuple(insider), record_id=one.id("insider")),
            Draft("source", tuple(link), record_id=one.id("tells")),
        )
        for number in range(9):
            told = f"{words[0]} told it, and {helper} put it into our words."
            event = [Claim("kind", "arrest"), Claim("person", one.id(f"p{number}")), Claim("when", "2017-05-03")]
            event += [Claim("narrative", told), Claim("place", {"text": "Tekes county"})]
            event += [Claim("witness", {"link": one.id("source")}), Claim("case", one.id("case"))]
            one.add(f"p{number}", "person", case=["case"], name=f"Zal{LETTERS[number]}an Tore{LETTERS[number]}ek",
                    sex="male", birth="1972", inside="no")  # fmt: skip
            one.vault.put(Draft("event", (*event, *canaries.of("event")), record_id=one.id(f"e{number}")))
        said = [Claim("by", one.id("source")), Claim("about", one.id("p0")), Claim("case", one.id("case"))]
        said += [Claim("interpreter", {"link": one.id("helper")}), Claim("text", f"{words[0]} says so.")]
        one.vault.put(
            Draft("statement", (*said, *canaries.of("statement", "text")), record_id=one.id("said")),
            Draft("document", (Claim("about", one.id("p0")), Claim("case", one.id("case")), *canaries.of("document"))),
            Draft("action", (Claim("about", one.id("p0")), Claim("case", one.id("case")), *canaries.of("action"))),
        )
        one.consent("yes", *(f"p{number}" for number in range(9)), given_by={"name": "a sister"}, capacity="kin")
        one.policy(KEEPS_ALL)
        assert len(canaries.made) >= 12
        yield one, canaries.made


def clear_of(canaries: dict[str, str], data: str) -> list[str]:
    low = re.sub(r"[\s+()-]", "", data.lower())
    return [what for what, word in canaries.items() if word.lower() in low]


# --- 28 -------------------------------------------------------------------------------------------------------------

OUT = ("family", "lawyer", "un-confidential", "un-forwardable", "press", "public", "all")


@pytest.mark.parametrize("policy", OUT)
def test_no_way_out_has_no_redaction(hidden: tuple[Matter, dict[str, str]], policy: str) -> None:
    """Way 28 of redaction failing: one format, one language or one command writes what all others hold back.

    Sealed, as a folder, in each language, by each policy and by one that keeps all that it may.
    """
    matter, canaries = hidden
    people = [f"p{number}" for number in range(9)]
    refs = people if policy in {"press", "public"} else ["case"]
    assert not clear_of(canaries, together(matter.hand(*refs, policy=policy)))
    disclosure = matter.vault.disclose(matter.request(*refs, policy=policy))
    for language in LANGUAGES:
        texts = b"\n".join(render(disclosure, language=language).values()).decode()
        assert not clear_of(canaries, texts)
        assert "person-" in texts
    folder = matter.folder / f"folder-{policy}"
    handoff.write(disclosure, folder, form="dir")
    assert not clear_of(canaries, together({str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}))
    view = matter.vault.disclosures.preview(matter.request(*refs, policy=policy))
    assert not clear_of(canaries, repr([[c.value for c in one.claims] for one in view.records]))
    assert not clear_of(canaries, repr(view) + repr(disclosure) + repr(view.warnings) + repr(view.decisions))


def test_two_bundles_of_one_act_and_tables_have_redaction_too(hidden: tuple[Matter, dict[str, str]]) -> None:
    """Way 28 of redaction failing, in what is no plain export: the two bundles for one body, and counts."""
    matter, canaries = hidden
    requests = [
        matter.request(policy=policy, to="body", onward=("state",), stays=policy == "un-confidential")
        for policy in ("un-forwardable", "un-confidential")
    ]
    first, second = matter.vault.disclosures.together(requests)
    folder = matter.folder / "both"
    handoff.write_together({"one": first, "two": second}, folder, form="dir")
    text = together({str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert text.count("Zalban") >= 2
    assert not clear_of(canaries, text)
    table = together(contents(matter.hand(policy="public", counts=("sex", "event.kind"))))
    assert '"persons": 9' in table
    assert not clear_of(canaries, table)
    assert not re.search(r"person-|Zal|Tore", table)


def test_the_roles_that_never_leave_are_those_of_sources_and_helpers() -> None:
    """Way 28 of redaction failing, by a role that somebody forgot."""
    assert set(HIDDEN_ROLES) == {"source", "helper"}


# --- 29 -------------------------------------------------------------------------------------------------------------

NARROWER: dict[str, dict[str, Any]] = {
    "no health": {"groups": [group for group in GROUPS if group != "health"]},
    "another audience": {"audiences": ["family"]},
    "another purpose": {"purposes": ["research"]},
    "not yet": {"given_on": "2027-01-01"},
    "no longer": {"expires": "2025-01-01"},
    "taken back": {"withdrawn_on": "2025-01-01"},
    "not onward": {"onward": ["none"]},
}


@pytest.mark.parametrize("how", NARROWER)
def test_a_policy_lets_nothing_out_that_consent_does_not(tmp_path: Path, how: str) -> None:
    """Way 29 of redaction failing: the policy may, the person did not say so, and it leaves all the same."""
    for one in opened(tmp_path):
        one.add("case", "case", title="An invented matter")
        for who in ("man", "friend"):
            one.add(who, "person", case=["case"], name={"man": "Yerlan Qzxulgi", "friend": "Marat Zaurov"}[who],
                    health=f"Qzxasthma of {who}", inside="yes")  # fmt: skip
            one.add(f"{who}-event", "event", case=["case"], what="arrest", person=[who], when="2017-05")
        one.add("seen", "event", case=["case"], what="other", person=["friend"], narrative="Yerlan Qzxulgi was there.")
        one.consent("friend-yes", "friend")
        onward = ("state",) if how == "not onward" else ()
        one.consent("yes", "man", **NARROWER[how])
        refused = one.refused(onward=onward)
        assert isinstance(refused, ConsentError)
        (line,) = refused.missing
        assert one.id("man").hex() in line
        assert "Qzx" not in line
        text = together(one.hand(onward=onward, leave_out=True))
        assert "Qzxasthma of friend" in text
        assert "Qzxasthma of man" not in text
        # Consent for the name was given in the first case alone.
        assert ("Qzxulgi" in text) is (how == "no health")
        assert "was there." in text
        one.consent("wide", "man")
        if how != "taken back":  # what was taken back beats what was given before it
            assert "Qzxasthma of man" in together(one.hand(onward=onward))


# --- 30 -------------------------------------------------------------------------------------------------------------

CHILD = """
import resource, signal, sys
from datetime import date
from pathlib import Path
from vault import handoff
from vault.keys import Passphrase
from vault.redact import Recipient, Request
from vault.vault import Vault
home, key, phrase, how = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
with Vault.open(home / "a.vault", Passphrase(phrase), allow_test_profile=True, state_dir=home) as vault:
    ids = [bytes.fromhex(part) for part in sys.argv[5].split(",")]
    policy = vault.disclosures.policies()["lawyer"]
    desk = Recipient("desk", "lawyer", (), key, confirmed=True)
    request = Request(tuple(ids), policy, desk, "legal", date(2026, 6, 1))
    disclosure = vault.disclose(request)
    if how == "full":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    if how == "trace":
        disclosure.view.records[0].claims[0].value["no such key"]
    if how == "kill":
        import os, threading
        threading.Timer(0.0, os.kill, (os.getpid(), signal.SIGKILL)).start()
    handoff.write(disclosure, home / "out.age")
"""


@pytest.mark.parametrize("how", ["done", "full", "trace", "kill"])
def test_nothing_is_left_on_the_machine_by_an_export(tmp_path: Path, how: str) -> None:
    """Way 30 of redaction failing: what was masked in the bundle lies in a log, a temporary file or a crash report.

    After an export that was done, that found the disk full, that broke down, or that was killed.
    """
    secrets = ["Qzxulgi", "Qzxwitness", "Qzxyard"]
    for one in opened(tmp_path):
        one.add("case", "case", title="An invented matter")
        one.add("man", "person", case=["case"], name="Yerlan Qzxulgi", inside="no")
        one.add("witness", "person", name="Marat Qzxwitness", inside="yes")
        text = "Marat Qzxwitness saw it from the Qzxyard. " * 200
        one.add("arrest", "event", case=["case"], what="arrest", person=["man"], when="2017-05", narrative=text)
        one.consent("yes", "man")
        case = one.id("case").hex()
    temporary, there = tmp_path / "tmp", tmp_path / "there"
    temporary.mkdir()
    there.mkdir()
    command = [sys.executable, "-X", "faulthandler", "-c", CHILD, str(tmp_path), IDENTITY.recipient, PHRASE, how, case]
    environment = {
        "TMPDIR": str(temporary),
        "HOME": str(there),
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    root = Path(handoff.__file__).parents[2]
    run = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode == 0) is (how == "done"), run.stderr
    for secret in secrets:
        assert secret not in run.stdout + run.stderr
    assert (tmp_path / "out.age").exists() is (how == "done")
    assert not [*temporary.rglob("*"), *there.rglob("*")]
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for secret in secrets:
                assert secret.encode() not in data, path
                assert secret.encode("utf-16-le") not in data, path


# --- 31 -------------------------------------------------------------------------------------------------------------

NETWORK = {"socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "poplib", "imaplib", "telnetlib", "xmlrpc",
           "asyncio", "socketserver", "webbrowser", "requests", "httpx", "aiohttp", "urllib3"}  # fmt: skip


def test_no_module_can_ask_the_network() -> None:
    """Way 31 of redaction failing: a helper asks a service about a name, and the service knows the name."""
    root = Path(handoff.__file__).parents[2]
    seen = 0
    for path in (*(root / "vault").rglob("*.py"), *(root / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
            seen += len(names)
            for name in names:
                assert not {name, name.partition(".")[0]} & NETWORK, (path, name)
    assert seen > 500


def test_what_leaves_asks_no_network_of_whoever_opens_it(tmp_path: Path) -> None:
    """Way 31 of redaction failing: a picture or style in a text is fetched when the recipient opens the file."""
    text = "![x](http://h.example/p.png) <img src='http://h.example/p.png'> <http://h.example> [a]: http://h.example/b"
    for one in opened(tmp_path):
        one.add("case", "case", title=text)
        one.add("man", "person", case=["case"], name=f"Yerlan {text}", inside="no")
        one.add("arrest", "event", case=["case"], what="arrest", person=["man"], when="2017-05", narrative=text)
        one.consent("yes", "man")
        bundle = one.hand()
        dossier = bundle["data/dossier.md"].decode()
        assert "h.example" in dossier
        assert not re.search(r"(?<!\\)!(?<!\\)\[|(?<!\\)\]\(|(?<!\\)<(img|http)|^\[[^\]]*\]:", dossier, re.MULTILINE)
        for path in bundle:
            assert not path.endswith((".htm", ".svg"))
            if path.endswith(".html"):  # it holds the text as text, and is allowed to load nothing
                assert b"default-src 'none'" in bundle[path]
                Loaded().feed(bundle[path].decode())


class Loaded(HTMLParser):
    """Reads a page, and accepts no element or attribute that leads anywhere else."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"img", "script", "link", "iframe", "object", "embed", "base"}
        for name, value in attrs:
            assert name not in {"src", "srcset", "href"} or not re.match("([a-z]+:)?//", value or "")
            assert name != "style"


# --- the list -------------------------------------------------------------------------------------------------------


def test_each_way_in_the_manual_names_its_tests() -> None:
    """The list of the ways in which redaction has failed has 32, and each test that it names is there."""
    root = Path(handoff.__file__).parents[2]
    section = (root / "docs" / "disclosure.md").read_text("utf-8").partition("## Ways redaction has failed")[2]
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", section.partition("\n## ")[0], re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 33))
    there = "".join(path.read_text("utf-8") for path in (root / "tests").rglob("test_*.py"))
    for number, _, tests in rows:
        named = re.findall(r"`(test_\w+)`", tests)
        assert named, number
        for test in named:
            assert f"def {test}(" in there, (number, test)
