"""Loading many records with helper processes: the same as without them, all or nothing, no child left.

All people, places and words are invented.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vault.errors import HelperError, RecordError, RevisionConflictError
from vault.index import Builder, PageCache, SegmentEntry, document_of
from vault.index.building import row_of
from vault.index.segment import Segment
from vault.keys import Passphrase
from vault.objects import Kind, Ref
from vault.records import Claim, Draft, Revision, Schemas, continued
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.loading import BLOCK_DOCUMENTS, Helpers, SharedSegment

ROOT = Path(__file__).parents[3]
PASSPHRASE = "kettle-orbit-velvet-mango-thirty-drum"
OWN = """
kind = "vehicle"
[fields.owner]
type = "name"
level = "limited"
[fields.plate]
type = "id"
level = "limited"
"""
SYLLABLES = "ba dy er ja zhu qo la mu ra ta tu sha bek gul dos мар нар сұл жан"
QUERIES = (
    "{word}",
    "{word} {other}",
    "{word} -{other}",
    '"{word} {other}"',
    "kind:person {word}",
    "address:{word}",
    "birth:195{digit}",
    "when:201{digit}",
    "plate:AB{digit}",
    "kind:event",
)


def words(source: random.Random, count: int) -> str:
    return " ".join("".join(source.choices(SYLLABLES.split(), k=source.choice((1, 2)))) for _ in range(count))


def drafts(count: int, seed: int) -> list[Draft]:
    """Make drafts whose ids are told, so that two vaults can be given the same."""
    source = random.Random(seed)
    made: list[Draft] = []
    for number in range(count):
        record_id = source.randbytes(16)
        kind = source.choice(("person", "person", "event", "vehicle"))
        if kind == "person":
            claims = (
                Claim("name", {"text": words(source, 2).title(), "kind": "birth"}),
                Claim("name", {"text": "加合甫" if number % 7 == 0 else words(source, 1), "kind": "official"}),
                Claim("birth", f"19{source.randrange(40, 99)}~"),
                Claim("address", {"text": words(source, 2), "county": words(source, 1)}),
                Claim("notes", words(source, 30)),
                Claim("kin", {"relation": "brother", "name": words(source, 2)}),
            )
        elif kind == "event":
            claims = (
                Claim("when", f"201{source.randrange(10)}-05"),
                Claim("narrative", words(source, 40)),
                *(Claim("person", one.record_id) for one in made[-2:] if one.kind == "person"),
            )
        else:
            claims = (Claim("owner", words(source, 2)), Claim("plate", f"AB-{number}-7"))
        made.append(Draft(kind, claims, record_id=record_id, removed=number % 50 == 49))
    return made


def answers(vault: Vault) -> list[object]:
    """Ask the same of any vault."""
    source = random.Random(7)
    found: list[object] = []
    for _ in range(5):
        filled = {"word": words(source, 1), "other": words(source, 1), "digit": source.randrange(10)}
        for query in QUERIES:
            hits = vault.find(query.format(**filled), limit=60)
            found.append(
                [(hit.revision.record_id, hit.revision.claims, hit.field, hit.score, hit.reason) for hit in hits]
            )
    found.append([(one.record_id, one.kind, one.claims) for one in vault.records()])
    found.append([(one.record_id, one.kind) for one in vault.records(removed=True)])
    status = vault.status()
    return [*found, status.counts, status.removed]


def loaded(folder: Path, processes: int, count: int) -> list[object]:
    """Load a vault twice: new records, then changes of some of them among more new ones; and ask it."""
    with Vault.create(folder / f"{processes}.vault", PASSPHRASE, profile=KdfProfile.TEST, clock=lambda: 1e9) as vault:
        vault.set_schema(OWN)
        told: list[int] = []
        first = drafts(count, 1)
        assert vault.put_many(iter(first), processes=processes, progress=told.append) == count
        assert told == list(range(1, count + 1))
        changed = []
        for number, draft in enumerate(first[::9]):
            revision = vault.get(draft.record_id)
            changed.append(continued(revision, (*revision.claims, Claim("notes", "тауда")), removed=number % 5 == 0))
        vault.put_many([*drafts(count // 2, 2), *changed, *drafts(40, 3)], processes=processes)
        report = vault.check()
        assert report.problems == ()
        return answers(vault)


@pytest.mark.parametrize("processes", [2, 3])
def test_a_load_by_several_processes_is_the_same_as_by_one(tmp_path, processes):
    count = 3 * BLOCK_DOCUMENTS + 11
    one = loaded(tmp_path, 1, count)
    assert any(one[:-3])
    assert loaded(tmp_path, processes, count) == one


def test_few_and_none(vault):
    assert vault.put_many(iter(()), processes=2) == 0
    assert vault.put_many([Draft("person", (Claim("notes", "alone"),))], processes=4) == 1
    assert [hit.revision.values("notes") for hit in vault.find("alone")] == [["alone"]]
    with pytest.raises(ValueError, match="at least one"):
        vault.put_many([], processes=0)


class Store:
    """Objects in memory, by made-up names."""

    def __init__(self) -> None:
        self.held: dict[bytes, bytes] = {}

    def put(self, kind: Kind, payload: bytes) -> Ref:
        name = len(self.held).to_bytes(32)
        self.held[name] = payload
        return Ref(name, 1)

    def get(self, kind: Kind, ref: Ref) -> bytes:
        return self.held[ref.name]

    def delete(self, ref: Ref) -> None:
        del self.held[ref.name]


def content(store: Store, entry: SegmentEntry) -> list[object]:
    segment = Segment(store, entry, PageCache())
    terms = [(term, list(page.postings(at))) for term, page, at in segment.raw_terms()]
    return [terms, list(segment.raw_names()), [segment.row(number) for number in range(segment.documents)]]


def test_segments_one_after_the_other_are_those_of_a_builder():
    source = random.Random(3)
    groups = [
        [
            Revision(source.randbytes(16), d.kind, (), b"", 1, d.claims, source.randbytes(32))
            for d in drafts(count, count)
        ]
        for count in (2 * BLOCK_DOCUMENTS + 5, 3, 5 * BLOCK_DOCUMENTS)
    ]
    schemas, ref = Schemas.shipped(), Ref(bytes(32), 1)
    theirs: list[SharedSegment] = []
    with Helpers(3, []) as helpers:
        for serial, revisions in enumerate(groups, 1):
            shared = SharedSegment(serial, helpers)
            for revision in revisions:
                shared.add(row_of(revision, ref, 5), revision.encode())
            shared.close()
            theirs.append(shared)
        helpers.settle()
    for shared, revisions in zip(theirs, groups, strict=True):
        mine = Builder(shared.serial)
        for revision in revisions:
            mine.add(document_of(revision, ref, schemas, 5))
        one, two = Store(), Store()
        assert content(one, shared.seal(one, shared.sheets())) == content(two, mine.write(two))


# --- what goes wrong --------------------------------------------------------------------------------------------------


OTHERS: set[int] = set()
"""Children that were there before, such as the driver of a browser."""


@pytest.fixture(autouse=True)
def _others():
    OTHERS.clear()
    if Path("/proc/self/task").exists():
        OTHERS.update(children())


def children() -> list[int]:
    tasks = Path("/proc/self/task")
    if not tasks.exists():
        pytest.skip("no /proc to look for children in")
    found = [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]
    return [pid for pid in found if pid not in OTHERS]


def note(text: str) -> Draft:
    return Draft("person", (Claim("notes", text),))


def test_what_fails_in_a_load_undoes_it_and_leaves_no_child(vault):
    [stored] = vault.put(note("stored"))
    before = vault.status()

    def drafts_that_end(error):
        for number in range(600):
            yield note(f"number {number}")
        if isinstance(error, BaseException):
            raise error
        yield error

    conflict = Draft("person", (Claim("notes", "x"),), record_id=stored.record_id)
    for error, expected in (
        (RuntimeError("of the caller"), RuntimeError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (conflict, RevisionConflictError),
        (Draft("person", (Claim("notes"),)), RecordError),
    ):
        with pytest.raises(expected):
            vault.put_many(drafts_that_end(error), processes=2)
        assert children() == []
        assert vault.status().counts == before.counts
        assert vault.status().epoch == before.epoch
        assert vault.find("number") == []


def test_a_helper_that_dies_undoes_the_load(vault):
    before = vault.status().epoch
    seen: list[int] = []

    def drafts_with_a_death():
        for number in range(3000):
            if number == 700:
                seen.extend(children())
                os.kill(seen[0], signal.SIGKILL)
            yield note(f"number {number}")

    with pytest.raises(HelperError):
        vault.put_many(drafts_with_a_death(), processes=2)
    assert len(seen) == 2
    assert children() == []
    assert vault.status().epoch == before
    assert vault.put_many(map(note, "ab"), processes=2) == 2


def test_a_helper_is_told_nothing_by_argument_and_dumps_no_core(vault):
    told: list[bytes] = []

    def drafts_with_a_look():
        yield note("quince-argument")
        for child in children():
            while "work()" not in (cmdline := Path(f"/proc/{child}/cmdline").read_bytes().decode()):
                time.sleep(0.01)
            told.append(cmdline.encode() + Path(f"/proc/{child}/environ").read_bytes())
            for _ in range(500):
                if b"Max core file size        0" in Path(f"/proc/{child}/limits").read_bytes():
                    break
                time.sleep(0.01)
            else:
                pytest.fail("core dumps are allowed")

    vault.put_many(drafts_with_a_look(), processes=2)
    assert len(told) == 2
    assert not any(b"quince" in each or PASSPHRASE.encode() in each for each in told)


# A script without a guard around what it does: helpers must not run it once more.
SCRIPT = """
import sys
from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.vault import Vault

print("begun", flush=True)
vault = Vault.open(sys.argv[1], Passphrase(sys.argv[2]), allow_test_profile=True)

def drafts():
    for number in range(int(sys.argv[3])):
        yield Draft("person", (Claim("notes", f"number {number}"),))
        if number == 1000:
            print("loading", flush=True)

print(vault.put_many(drafts(), processes=2))
"""


def started(path: Path, count: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-B", "-c", SCRIPT, str(path), PASSPHRASE, str(count)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_script_without_a_guard_loads(vault, path):
    vault.close()
    process = started(path, 1200)
    out, errors = process.communicate(timeout=120)
    assert (out.split(), errors) == (["begun", "loading", "1200"], "")
    assert "1200" in out


def test_an_interrupt_of_the_whole_group_undoes_the_load_and_leaves_no_child(vault, path):
    before = vault.status().epoch
    process = started(path, 10**9)
    while process.stdout.readline().strip() != "loading":
        pass
    helpers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert "KeyboardInterrupt" in errors
    assert len(helpers) == 2
    assert not any(Path(f"/proc/{child}").exists() for child in helpers)
    assert vault.status().epoch == before
    with Vault.open(path, Passphrase(PASSPHRASE), allow_test_profile=True) as again:
        assert again.check().problems == ()


def alive(child: str) -> bool:
    """Tell whether a process runs; one that has ended and was not asked after yet has no command line."""
    try:
        return bool(Path(f"/proc/{child}/cmdline").read_bytes())
    except OSError:
        return False


def test_helpers_end_with_a_parent_that_was_killed(vault, path):
    children()  # skips where there is no /proc
    process = started(path, 10**9)
    while process.stdout.readline().strip() != "loading":
        pass
    helpers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.kill()
    process.communicate(timeout=120)
    assert len(helpers) == 2
    for _ in range(600):
        if not any(map(alive, helpers)):
            break
        time.sleep(0.05)
    else:
        pytest.fail("helpers outlive their parent")
    assert vault.check().problems == ()
