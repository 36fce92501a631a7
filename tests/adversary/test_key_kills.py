"""Kills inside what changes the keys, and inside a backup, at any call that touches a file.

All records are invented.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vault.errors import VaultError

ROOT = Path(__file__).parents[2]
FIRST = "kettle-orbit-velvet-mango-thirty-drum"
SECOND = "lantern-copper-drift-anchor-willow-nine"
THIRD = "saddle-mellow-comet-parish-eleven-wharf"

CALLS = (
    "pwrite64,pread64,write,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,link,linkat,ftruncate,fcntl,flock,"
    "fchmod,mkdir"
)
"""What touches files, and is seldom made while Python starts."""

OPERATIONS = {
    "remove": 'vault.keys.remove("second passphrase")',
    "change": f'vault.keys.change("second passphrase", "{THIRD}")',
    "rotate": "vault.keys.rotate()",
    "reseal": "vault.keys.reseal()",
    "backup": "vault.keeping.backup(Path(sys.argv[1]).parent / 'copy.vault')",
}

SCRIPT = """
import os, sys
from pathlib import Path
from vault.keys import Passphrase
from vault.vault import Vault

state = Path(sys.argv[1]).parent / "state"
with Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True, state_dir=state) as vault:
    os.write(1, b"begin\\n")
    {operation}
    os.write(1, b"done\\n")
"""


def run(strace: str, operation: str, path: Path, log: str, *more: str) -> Any:
    """Run an operation with its calls counted, or killed at one of them."""
    return subprocess.run(
        [
            *(strace, "-f", "-qq", "-o", log, "-e", f"trace={CALLS}", *more),
            *(sys.executable, "-B", "-c", SCRIPT.format(operation=OPERATIONS[operation]), str(path), FIRST),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def calls_inside(strace: str, operation: str, victim: Any, folder: Path) -> list[tuple[str, int]]:
    """Run it whole once; name the calls inside the operation, each by its name and how many of that name it is."""
    counted = victim.copied(folder)
    log = folder / "calls"
    done = run(strace, operation, counted.path, str(log))
    if "ptrace" in done.stderr.lower():
        pytest.skip("this account may not trace a process")
    assert done.returncode == 0, done.stderr
    found: list[tuple[str, int]] = []
    counts: Counter[str] = Counter()
    begun, main = False, log.read_text("utf-8").split(" ", 1)[0]
    for line in log.read_text("utf-8").splitlines():
        call = re.match(rf"{main} +(\w+)\(", line)
        if call is None:
            continue
        counts[call[1]] += 1
        if begun:
            found.append((call[1], counts[call[1]]))
        begun = (begun or 'write(1, "begin' in line) and 'write(1, "done' not in line
    return found


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_kill_inside_what_changes_keys(small, small_content, tmp_path, tool, deep, operation):
    """Attack 36: killed at the n-th call, the state before or the one after opens, and nothing is left lying about."""
    strace = tool("strace")
    size = deep("kill-keys", 3, 200)
    source = size.random()
    inside = calls_inside(strace, operation, small, tmp_path / "counted")
    before = small.state()
    # As many different calls as there are, spread over all of the operation; then some of them once more.
    every = source.sample(inside, min(len(inside), size))
    every += [source.choice(inside) for _ in range(2 * size - len(every))]
    killed: list[tuple[str, int]] = []
    for number, (call, at) in enumerate(every):
        if len(killed) == size:
            break
        victim = small.copied(tmp_path / str(number))
        done = run(strace, operation, victim.path, os.devnull, "-e", f"inject={call}:signal=KILL:when={at}")
        assert done.stderr == "", at
        # Not every run makes as many calls as the counted one.
        killed += [(call, at)] if done.returncode else []
        where = f"{call} {at}"
        assert_whole(victim, operation, before, small_content, finished="done" in done.stdout, at=where)
        shutil.rmtree(victim.path.parent)
    print(f"{operation}: {len(killed)} kills, at {len(set(killed))} different calls of {len(inside)}")
    assert len(killed) == size


def assert_whole(victim: Any, operation: str, before: Any, content: list[bytes], *, finished: bool, at: str) -> None:
    folder = victim.path.parent
    with victim.open(state_dir=folder / "state") as vault:  # the next command
        assert vault.check().problems == (), at
        assert vault.check().orphans == 0, at
    left = {entry.name for entry in folder.iterdir()} - {"state"}
    assert left - {"copy.vault"} == {"cases.vault"}, at
    assert [entry.suffix for entry in (folder / "state").iterdir()] == [".anchor"], at
    now = victim.state()
    steps = now.head.epoch - before.head.epoch
    assert steps in ({1} if finished else {0, 1}), at
    assert victim.outcome() == content, at
    opened = [secret for secret in (SECOND, THIRD) if opens(victim, secret)]
    generation = now.keyring.generation - before.keyring.generation
    assert (victim.outcome(victim.secrets[2]), victim.outcome(victim.identity)) == (content, content), at
    match operation:
        case "remove":
            assert (opened, generation) == ([] if steps else [SECOND], steps), at
        case "change":
            assert (opened, generation) == ([THIRD] if steps else [SECOND], steps), at
        case "rotate":
            assert (opened, generation) == ([SECOND], steps), at
        case "reseal":
            assert (opened, generation, now.access_key == before.access_key) == ([SECOND], 0, not steps), at
        case "backup":
            assert opened == [SECOND], at
            assert "copy.vault" in left or not finished, at
    if "copy.vault" in left:
        assert operation == "backup"
        victim.path.unlink()
        (folder / "copy.vault").rename(victim.path)
        assert victim.outcome() == content, at
        assert victim.checked() == [], at


def opens(victim: Any, secret: str) -> bool:
    try:
        victim.open(secret, read_only=True).close()
    except VaultError:
        return False
    return True
