"""Kills at chosen moments: between one write to the vault's file and the next, where a random moment seldom falls.

All records are invented.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault

ROOT = Path(__file__).parents[2]
FIRST = "kettle-orbit-velvet-mango-thirty-drum"

# What was written before the first line is said is no part of the sample: `when` counts from the start.
WRITES = """
import io, sys
from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.vault import Vault

with Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True) as vault:
    for number in range(12):
        claims = (Claim("notes", f"{number} " * (1 + 700 * (number % 3))),)
        [revision] = vault.put(Draft("person", claims))
        print("put", revision.record_id.hex(), flush=True)
        if number % 4 == 1:
            vault.put_many(Draft("event", (Claim("narrative", f"of {number}, {part}"),)) for part in range(40))
            print("many", number, flush=True)
        if number % 4 == 2:
            document = vault.attach(revision.record_id, io.BytesIO(bytes(100_000)), "file.bin")
            print("put", document.record_id.hex(), flush=True)
        if number % 4 == 3:
            print("removing", revision.record_id.hex(), flush=True)
            vault.remove(revision.record_id, purge=number % 8 == 3)
            print("removed", revision.record_id.hex(), flush=True)
"""


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync,fsync", "unlink,unlinkat"])
def test_a_kill_between_two_writes(tmp_path, tool, deep, call):
    """Attack 47: killed at the n-th call that touches the disk: what was said is there, and a check is clean."""
    traced = (tool("strace"), "-qq", "-o", os.devnull, "-e", f"trace={call}")
    size = deep(f"kills-at-{call.split(',')[0]}", 6, 100)
    source = size.random()
    most = {"pwrite64": 400, "fdatasync,fsync": 60, "unlink,unlinkat": 14}[call]
    killed = 0
    for number in range(size):
        path = tmp_path / str(number) / "cases.vault"
        path.parent.mkdir()
        with Vault.create(path, FIRST, profile=KdfProfile.TEST) as vault:
            vault.put(*(Draft("person", (Claim("notes", f"at first {each}"),)) for each in range(20)))
        at = source.randrange(1, most)
        inject = f"inject={call}:signal=KILL:when={at}"
        done = subprocess.run(
            [*traced, "-e", inject, sys.executable, "-B", "-c", WRITES, str(path), FIRST],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        if "ptrace" in done.stderr:
            pytest.skip("this account may not trace a process")
        assert done.stderr == "", at
        killed += done.returncode != 0
        assert_whole(path, done.stdout.splitlines(), at)
    assert killed >= size // 2, "most of the chosen calls were reached"


def assert_whole(path: Path, said: list[str], at: int) -> None:
    with Vault.open(path, Passphrase(FIRST), allow_test_profile=True) as vault:
        report = vault.check()
        assert report.problems == (), at
        assert report.orphans == 0, at
        now = {revision.record_id.hex() for revision in vault.records()}
        events = [revision.values("narrative")[0] for revision in vault.records("event")]
        assert len(events) % 40 == 0, at
        gone = {line.split()[1] for line in said if line.startswith("remov")}
        for line in said:
            word, what = line.split()
            if word == "put":
                assert what in now or what in gone, (at, line)
            elif word == "many":
                assert sum(text.startswith(f"of {what},") for text in events) == 40, (at, line)
            elif word == "removed":
                assert what not in now, (at, line)
        assert sum("at first" in str(one.values("notes")) for one in vault.records("person")) == 20
        vault.put(Draft("source", (Claim("notes", "the vault takes writes again"),)))
    assert [entry.name for entry in path.parent.iterdir()] == ["cases.vault"]
