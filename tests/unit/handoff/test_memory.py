"""A bundle with large attachments is made, checked and unpacked in little memory. All data is invented.

Each step runs in a process of its own, whose largest memory is read when it is done; there is one attachment that the
gate reads, a text, and one that it cannot read, a film, which somebody has to have looked at. The passphrase is
stretched by the test profile: with the usual one, unlocking a vault takes 256 MiB for a second.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vault import gate
from vault.gate.files import TOKENS_AT_MOST
from vault.matching import Protected

LIMIT_MIB = 150
STEP = """
import io, json, sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from vault import agefile, handoff
from vault.errors import LeakError
from vault.keys import Passphrase
from vault.records import Claim, parse_record
from vault.redact import Recipient, Request
from vault.sealing import KdfProfile, random_bytes
from vault.vault import Vault

folder, step, mib = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
NAMES = {"text": "letters.txt", "film": "film.mp4"}
POLICY = 'name = "counsel"\\naudience = "lawyer"\\n[rules]\\n"*.*" = "keep"\\n'
IDENTITY = folder / "key.txt"


class Pieces(io.RawIOBase):
    def __init__(self, kind):
        self.left = (mib << 20) // 16 * (1 if kind == "text" else 15) + 1
        self.piece = b"invented words of a long letter\\n" * 2048 if kind == "text" else random_bytes(1 << 16)
        self.first = b"" if kind == "text" else b"\\0\\0\\0\\x18ftypmp42"

    def readable(self):
        return True

    def readinto(self, buffer):
        data = self.first or self.piece[: min(self.left, len(buffer))]
        self.first = b""
        self.left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def prepare():
    with Vault.create(folder / "a.vault", "kettle-orbit-velvet-mango-thirty-drum", profile=KdfProfile.TEST) as vault:
        ids = {name: bytes([place]) * 16 for place, name in enumerate(("man", "wife", "case", "event", "consent"))}
        put = lambda ref, kind, **fields: vault.put(
            replace(parse_record({"kind": kind, **fields}, vault.schemas, resolve=ids.__getitem__), record_id=ids[ref])
        )
        put("case", "case", title="An invented case")
        put("man", "person", name="Bekzat Tursyn", case=["case"])
        put("wife", "person", name="Gulsim Akhmet", case=["case"])
        put("event", "event", **{"event.kind": "arrest", "person": "man", "when": "2018-04-06", "case": ["case"]})
        put("consent", "consent", about=["man"], given_by="wife", capacity="kin", case=["case"], audiences=["lawyer"],
            purposes=["legal"], groups=["identity", "family", "location", "health", "testimony", "image"])
        for kind, name in NAMES.items():
            more = (Claim("kind", "letter"), Claim("case", ids["case"]))
            vault.attach(ids["man"], io.BufferedReader(Pieces(kind)), name, claims=more)
        vault.disclosures.set_policy(POLICY)
    IDENTITY.write_text(agefile.generate_identity())


def export():
    key = agefile.parse_identities(IDENTITY.read_bytes())[0].recipient
    phrase = "kettle-orbit-velvet-mango-thirty-drum"
    with Vault.open(folder / "a.vault", Passphrase(phrase), allow_test_profile=True) as vault:
        (case,) = [one.record_id for one in vault.records("case")]
        policy = vault.disclosures.policies()["counsel"]
        desk = Recipient("desk", "lawyer", (), key, confirmed=True)
        request = Request((case,), policy, desk, "legal", date(2026, 6, 1))
        try:
            handoff.write(vault.disclose(request), folder / "x.age")
            raise SystemExit("the film was let pass unseen")
        except LeakError as error:
            (film,) = {one.id for one in error.findings}
        handoff.write(vault.disclose(request), folder / "x.age", overrides={film: "an invented film, looked at"})


def check():
    identities = agefile.parse_identities(IDENTITY.read_bytes())
    print(json.dumps(sum(one.length for one in handoff.verify(folder / "x.age", identities=identities).files)))


def unpack():
    handoff.unpack(folder / "x.age", folder / "out", identities=agefile.parse_identities(IDENTITY.read_bytes()))


{"prepare": prepare, "export": export, "check": check, "unpack": unpack}[step]()
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


def test_a_list_of_hashes_of_any_length_is_looked_through():
    """One of them is that of a withheld name, and those after it do not push it out."""
    withheld = [Protected("Gulsim Akhmet", "name")]
    lines = [hashlib.md5(b"%d" % number, usedforsecurity=False).hexdigest() for number in range(TOKENS_AT_MOST + 100)]
    lines[7] = hashlib.md5(b"Gulsim Akhmet", usedforsecurity=False).hexdigest()
    assert [one.rule for one in gate.scan("\n".join(lines).encode(), "list.txt", withheld)] == ["hash"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the largest memory of a process is read from /proc")
def test_large_attachments_in_little_memory(tmp_path: Path, deep: Callable[[str, int, int], Any]) -> None:
    mib = deep("gigabyte", 32, 1024)
    told = {}
    for step in ("prepare", "export", "check", "unpack"):
        words = [sys.executable, "-c", STEP, str(tmp_path), step, str(int(mib))]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        told[step] = [json.loads(line) for line in done.stdout.splitlines()]
    assert told["check"][0] > mib << 20
    peaks = {step: lines[-1] for step, lines in told.items()}
    print("MiB of memory for", int(mib), "MiB of attachments:", peaks)
    assert max(peaks["export"], peaks["check"], peaks["unpack"]) < LIMIT_MIB, peaks
