"""Attacks by many processes at once, by kills, and by media that cannot be written. All records are invented."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault

ROOT = Path(__file__).parents[2]
FIRST = "kettle-orbit-velvet-mango-thirty-drum"


# -- Attack 46 --------------------------------------------------------------------------------------------------------

WRITE = """
import sys
from vault.errors import BusyError
from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.vault import Vault

path, who, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def write(vault, number):
    draft = Draft("person", (Claim("notes", f"number {number} of writer {who}"),))
    while True:
        try:
            return vault.put(draft)
        except BusyError:
            continue

# Half of them keep the vault open, half of them open it for each write, as commands do.
kept = Vault.open(path, Passphrase(sys.argv[4]), allow_test_profile=True) if who % 2 else None
for number in range(rounds):
    if kept:
        write(kept, number)
    else:
        with Vault.open(path, Passphrase(sys.argv[4]), allow_test_profile=True) as vault:
            write(vault, number)
"""


def test_no_write_of_many_processes_is_lost(tmp_path, child, deep):
    """Attack 46: eight processes write records at once: every one is there, each epoch once, and a check is clean."""
    rounds = deep("writers", 25, 200)
    path = tmp_path / "cases.vault"
    Vault.create(path, FIRST, profile=KdfProfile.TEST).close()
    children = [child(WRITE, path, who, rounds, FIRST, wait=False) for who in range(8)]
    assert [errors for each in children if (errors := each.communicate()[1])] == []
    with Vault.open(path, vault_secret(), allow_test_profile=True) as vault:
        found = sorted(revision.values("notes")[0] for revision in vault.records())
        assert found == sorted(f"number {number} of writer {who}" for who in range(8) for number in range(rounds))
        assert vault.status().epoch == 1 + 8 * rounds
        assert [entry.epoch for entry in vault.disclosures.log()] == list(range(1, 2 + 8 * rounds))
        assert vault.check().problems == ()


def vault_secret():
    from vault.keys import Passphrase

    return Passphrase(FIRST)


# -- Attack 47 --------------------------------------------------------------------------------------------------------

MIXED = """
import hashlib, io, random, sys
from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.vault import Vault
from vault.vault.core import continued

source = random.Random(int(sys.argv[3]))
with Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True) as vault:
    mine = [revision.record_id for revision in vault.records("person")]
    print("open", flush=True)
    for number in range(100_000):
        kind = source.choice(["put"] * 6 + ["edit"] * 4 + ["remove", "purge", "attach", "attach", "many", "compact"])
        if kind in {"edit", "remove", "purge", "attach"} and len(mine) < 3:
            kind = "put"
        words = [kind]
        if kind == "put":
            [revision] = vault.put(Draft("person", (Claim("notes", f"{number}"),)))
            mine.append(revision.record_id)
            words += [revision.record_id.hex(), revision.id.hex()]
        elif kind == "edit":
            before = vault.get(source.choice(mine))
            [revision] = vault.put(continued(before, (*before.claims[-20:], Claim("notes", f"more {number}"))))
            words += [revision.record_id.hex(), revision.id.hex()]
        elif kind in {"remove", "purge"}:
            record = mine.pop(source.randrange(len(mine)))
            print("trying", kind, record.hex(), flush=True)
            vault.remove(record, purge=kind == "purge")
            words.append(record.hex())
        elif kind == "attach":
            data = source.randbytes(source.choice((0, 100, 20_000, (1 << 20) - 4, 1_500_000)))
            document = vault.attach(source.choice(mine), io.BytesIO(data), "file.bin")
            words += [document.record_id.hex(), document.id.hex(), hashlib.sha256(data).hexdigest()]
        elif kind == "many":
            vault.put_many(Draft("event", (Claim("narrative", f"of {number}, {part}"),)) for part in range(30))
            words.append(str(number))
        else:
            vault.keeping.compact()
        print(*words, flush=True)
"""


class Expected:
    """What a process said that it has done."""

    def __init__(self) -> None:
        self.newest: dict[str, str] = {}
        self.removed: set[str] = set()
        self.purged: set[str] = set()
        self.files: dict[str, str] = {}
        self.trying: tuple[str, str] | None = None
        self.many: list[str] = []

    def note(self, line: str) -> None:
        words = line.split()
        self.trying = None
        match words:
            case ["trying", kind, record]:
                self.trying = (kind, record)
            case ["put" | "edit", record, revision]:
                self.newest[record] = revision
            case ["remove", record]:
                self.removed.add(record)
                self.newest.pop(record, None)
            case ["purge", record]:
                self.purged.add(record)
                self.newest.pop(record, None)
            case ["attach", record, revision, digest]:
                self.newest[record] = revision
                self.files[record] = digest
            case ["many", number]:
                self.many.append(number)


def test_acknowledged_writes_survive_a_kill(tmp_path, child, deep, read_all):
    """Attack 47: killed at a random moment of mixed writes: all that was said is there, and a check is clean."""
    rounds = deep("kill", 20, 300)
    source = rounds.random()
    path = tmp_path / "of one vault" / "cases.vault"
    path.parent.mkdir()
    said = Expected()
    acknowledged = 0
    for number in range(rounds):
        if number % 15 == 0:
            path.unlink(missing_ok=True)
            said = Expected()
            with Vault.create(path, FIRST, profile=KdfProfile.TEST) as vault:
                vault.put_many(Draft("person", (Claim("notes", "at first"),)) for _ in range(5))
        process = child(MIXED, path, FIRST, source.randrange(1 << 30), wait=False)
        process.stdout.readline()
        try:
            process.wait(source.uniform(0, 0.25))
        except subprocess.TimeoutExpired:
            process.kill()
        out, errors = child.rest_of(process)
        assert errors == ""
        lines = [line for line in out.splitlines(keepends=True) if line.endswith("\n")]
        acknowledged += len(lines)
        for line in lines:
            said.note(line)
        verify(path, said)
    assert acknowledged > 2 * rounds, "the processes did get to write something"


def verify(path: Path, said: Expected) -> None:
    """Compare a vault with what was acknowledged; the one write under way at the kill is there or not."""
    with Vault.open(path, vault_secret(), allow_test_profile=True) as vault:
        now = {revision.record_id.hex(): revision for revision in vault.records()}
        removed = {revision.record_id.hex() for revision in vault.records(removed=True)}
        for record, revision in said.newest.items():
            if said.trying is not None and said.trying[1] == record and record not in now:
                continue
            # An edit that was not acknowledged any more may stand on top of the one that was.
            newest = now[record]
            assert revision in {newest.id.hex(), *(parent.hex() for parent in newest.parents)}, record
        allowed = {said.trying[1]} if said.trying is not None else set()
        assert said.removed <= removed
        assert removed - allowed <= said.removed
        assert not (said.purged & (now.keys() | removed))
        events = [revision.values("narrative")[0] for revision in vault.records("event")]
        for number, times in Counter(said.many).items():
            found = sum(text.startswith(f"of {number},") for text in events)
            assert found >= 30 * times, f"{found} of {30 * times} records of commit {number}"
        assert len(events) % 30 == 0, "a commit of many records is there whole or not at all"
        for record in list(said.files)[-3:]:
            if record in now:
                folder = path.parent / "out"
                folder.mkdir(exist_ok=True)
                [file] = vault.extract(record, folder)
                assert hashlib.sha256(file.read_bytes()).hexdigest() == said.files[record]
                shutil.rmtree(folder)
        report = vault.check()
        assert report.problems == ()
        assert report.orphans == 0
        if said.trying is not None and said.trying[1] not in now:
            said.newest.pop(said.trying[1], None)
            (said.removed if said.trying[1] in removed else said.purged).add(said.trying[1])
        vault.put(Draft("source", (Claim("notes", "the vault takes writes again"),)))
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["cases.vault"]


# -- Attack 49 --------------------------------------------------------------------------------------------------------

READ_ONLY = """
import io, os, sys
from pathlib import Path
from vault.errors import EngineError
from vault.keys import Passphrase
from vault.records import Claim, Draft, Schemas
from vault.vault import Vault

Schemas.shipped()  # read while the program's own files can be read
if len(sys.argv) > 4:
    os.setgid(int(sys.argv[4]))
    os.setuid(int(sys.argv[4]))
with Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True) as vault:
    found = list(vault.records())
    assert vault.find("zitro"), "a search"
    assert vault.check().problems == ()
    target = Path(sys.argv[3])
    document = next(vault.records("document"))
    assert vault.extract(document.record_id, target)
    vault.keeping.backup(target / "backup.vault")
    refused = 0
    for write in (
        lambda: vault.put(Draft("person", (Claim("notes", "never"),))),
        lambda: vault.remove(found[0].record_id),
        lambda: vault.attach(found[0].record_id, io.BytesIO(b"x"), "x"),
        lambda: vault.keys.add_paper("never"),
        lambda: vault.keeping.compact(),
    ):
        try:
            write()
        except EngineError:
            refused += 1
    print(len(found), refused)
"""


def test_a_read_only_medium(small, tmp_path, tool):
    """Attack 49: from a medium that cannot be written all is read, searched, checked, extracted and copied."""
    medium, target = tmp_path / "medium", tmp_path / "target"
    medium.mkdir()
    target.mkdir()
    mounted = (
        'mount -t tmpfs none "$1" && cp "$2" "$1/cases.vault" && mount -o remount,ro "$1"'
        ' && "$3" -c "$4" "$1/cases.vault" "$5" "$6"'
    )
    done = subprocess.run(
        (
            tool("unshare"),
            "-m",
            "sh",
            "-c",
            mounted,
            "sh",
            medium,
            small.path,
            sys.executable,
            READ_ONLY,
            FIRST,
            target,
        ),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("this account may not mount anything")
    assert done.stdout.split() == [str(len(small.records) + len(small.documents)), "5"], done.stderr
    with Vault.open(target / "backup.vault", vault_secret(), allow_test_profile=True) as copy:
        assert copy.check().problems == ()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_vault_of_an_account_without_the_right_to_write(small, tmp_path, child):
    """Attack 49: the same where only the rights are missing; no byte of the file changes."""
    target = tmp_path / "target"
    target.mkdir()
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(folder.stat().st_mode | 0o055)
    target.chmod(0o777)
    os.chown(small.path, 12345, 12345)
    small.path.chmod(0o400)
    small.path.parent.chmod(0o555)
    before = small.path.read_bytes()
    said = child(READ_ONLY, small.path, FIRST, target, 12345)
    small.path.parent.chmod(0o755)
    assert said.split() == [str(len(small.records) + len(small.documents)), "5"]
    assert small.path.read_bytes() == before


BUSY = """
import io, itertools, sys
from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.redact import Recipient
from vault.vault import Vault

with Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True) as vault:
    print("ready", flush=True)
    [pair] = vault.put(Draft("person", (Claim("notes", "first"),)))
    for number in itertools.count():
        before = vault.get(pair.record_id)
        vault.put(Draft("person", (Claim("notes", f"round {number}"),), before.record_id, (before.id,)))
        document = vault.attach(pair.record_id, io.BytesIO(b"x" * 3000), "x")
        vault.disclosures.put_recipient(Recipient("x", "press", (), None, str(number)))
        vault.remove(document.record_id, purge=True)
        if number % 9 == 8:
            vault.keeping.compact()
"""

READ = """
import sys, time
from vault.errors import UnlockError
from vault.keys import Passphrase
from vault.vault import Vault

path, how, seconds = sys.argv[1], sys.argv[3], float(sys.argv[4])
rounds, end = 0, time.monotonic() + seconds

def opened():
    return Vault.open(path, Passphrase(sys.argv[2]), allow_test_profile=True, read_only=how == "read-only")

vault = opened()
while time.monotonic() < end:
    if how != "kept":
        vault.close()
        vault = opened()
    assert [revision for revision in vault.records() if revision.values("notes") == ["at first"]]
    assert len(vault.find("first")) >= 1
    vault.disclosures.recipients()
    assert vault.status().epoch > 0
    if rounds % 4 == 0:
        assert vault.check().problems == ()
    rounds += 1
print(rounds)
"""


def test_readers_beside_a_busy_writer_never_fail(tmp_path, child, deep):
    """Attack 49: opened again and again or kept open, readers see one whole state each time, beside any writes."""
    seconds = deep("busy-vault", 3, 60)
    path = tmp_path / "cases.vault"
    with Vault.create(path, FIRST, profile=KdfProfile.TEST) as vault:
        vault.put(Draft("person", (Claim("notes", "at first"),)))
    writer = child(BUSY, path, FIRST, wait=False)
    writer.stdout.readline()
    readers = [child(READ, path, FIRST, how, int(seconds), wait=False) for how in ("opened", "read-only", "kept")]
    found = [reader.communicate() for reader in readers]
    alive = writer.poll() is None
    writer.kill()
    errors = child.rest_of(writer)[1]
    assert alive, errors
    assert [errors for _, errors in found] == [""] * 3
    assert all(int(out) > 3 for out, _ in found)
    with Vault.open(path, vault_secret(), allow_test_profile=True) as vault:
        assert vault.check().problems == ()
