"""The independent reader and the library say the same of the same files. All names and records here are invented."""

import ast
import hashlib
import io
import os
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tests.independent import index, more, reader, texts
from tests.independent.reader import ATTACHMENT, PURGED, REMOVED, SUPERSEDED, Refused
from vault import keys
from vault.errors import VaultError
from vault.keys import Identity, Passphrase
from vault.records import Claim, Draft, Revision, claims_root
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.words import word_list

FIRST, SECOND = "seven invented words", "ąnother İnvented passphrase \u2460"
IDENTITY = Identity(bytes(range(32)))


READER = Path(reader.__file__)
PACKAGES = {
    "argon2.low_level",
    "msgpack",
    "cryptography.exceptions",
    "cryptography.hazmat.primitives",
    "cryptography.hazmat.primitives.asymmetric.mlkem",
    "cryptography.hazmat.primitives.asymmetric.x25519",
    "cryptography.hazmat.primitives.ciphers.aead",
}
ALONE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import reader
with reader.open_vault(Path(sys.argv[2]), bytes.fromhex(sys.argv[3]), tests=True) as read:
    for row, revision in read.revisions():
        print(row.revision.hex(), revision[2], reader.encode(revision[6]).hex())
assert not {"vault", "cli", "tests"} & sys.modules.keys()
"""


@dataclass
class Story:
    """A vault with a past: everything that leaves another form behind in the file."""

    path: Path
    paper: str = ""
    files: dict[bytes, bytes] = field(default_factory=dict)
    purged: list[bytes] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)
    resealed: bool = False

    def open(self, secret: Any = None, **more: Any) -> Vault:
        return Vault.open(self.path, secret or Passphrase(SECOND), allow_test_profile=True, **more)

    def read(self) -> AbstractContextManager[reader.Vault]:
        return reader.open_vault(self.path, SECOND, tests=True)


def person(name: str, *more: Claim, **options: Any) -> Draft:
    return Draft(kind="person", claims=(Claim("name", {"text": name, "kind": "birth"}), *more), **options)


def tell(path: Path, profile: KdfProfile, rounds: int) -> Story:
    story = Story(path)
    with Vault.create(path, FIRST, profile=profile) as vault:
        ids = [vault.put(person(f"Invented Person {n}"))[0].record_id for n in range(6)]
        story.checkpoints.append(vault.status().checkpoint)
        story.paper = vault.keys.add_paper("on paper")
        vault.keys.add_recipient("a lawyer", keys.format_recipient(IDENTITY.public_key))
        for name, size in (("empty.txt", 0), ("small.txt", 5000), ("long.bin", 2 * (1 << 20) + 12345)):
            content = os.urandom(size)
            story.files[vault.attach(ids[0], io.BytesIO(content), name).record_id] = content
        vault.keys.add_passphrase("another", SECOND)
        vault.keys.change("first passphrase", "a third invented passphrase")
        for n in range(rounds):  # many commits: log batches, merged segments, long histories
            last = vault.get(ids[n % 3])
            said = (*last.claims, Claim("address", {"text": f"Place {n}", "country": "xx"}, as_of="2017~"))
            vault.put(person(f"Another Name {n}"), Draft("person", said, last.record_id, (last.id,)))
        story.checkpoints.append(vault.status().checkpoint)
        vault.remove(ids[3])
        vault.remove(ids[4], purge=True)
        doomed = vault.attach(ids[5], io.BytesIO(b"to be forgotten" * 1000), "doomed.txt")
        vault.remove(doomed.record_id, purge=True)
        story.purged = [ids[4], doomed.record_id]
        vault.keys.remove("first passphrase")
        vault.put_many(person(f"Mass Person {n}", Claim("sex", None, state="unknown")) for n in range(100))
        mass = [r for r in vault.records("person") if any(claim.field == "sex" for claim in r.claims)]
        for few in (mass[10:60], mass[1:3], mass[:1]):  # many, a few, one, followed at once
            vault.put(*(Draft("person", last.claims[:1], last.record_id, (last.id,)) for last in few))
        source = vault.put(Draft("source", (Claim("name", {"text": "Invented Source", "kind": "birth"}),)))[0]
        vault.put(
            person(
                "Әлия Қасымқызы / 阿丽亚",
                Claim("phone", "+7 (701) 000-00-00"),
                Claim("birth", "1961~"),
                Claim("address", {"text": "село Ақсу", "region": "Almaty", "country": "kz"}, source=source.record_id),
                Claim("relative", {"relation": "брат", "name": "Ержан O’Invented"}),
                Claim("relative", {"relation": "сестра", "link": source.record_id}, state="retracted"),
            ),
            Draft(
                "statement",
                (
                    Claim("text", "Она сказала, что его нет дома. " * 40, basis="told", confidence="low"),
                    Claim("text", None, state="withheld", source=source.record_id),
                ),
            ),
            person("", Claim("unheard_of", {"deep": [1, -2, None, True, b"\0"]}), Claim("relative", {"name": "Y"})),
        )
    return story


@pytest.fixture(scope="module", params=["test profile", "profile 1", "sealed anew"])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    profile, rounds = (KdfProfile.SMALL, 12) if request.param == "profile 1" else (KdfProfile.TEST, 90)
    story = tell(tmp_path_factory.mktemp("story") / "a.vault", profile, rounds)
    if request.param == "sealed anew":
        with story.open() as vault:
            vault.keys.reseal()
        story.resealed = True
    return story


@pytest.fixture(scope="module")
def both(story: Story) -> Iterator[tuple[reader.Vault, Vault]]:
    with story.open(read_only=True) as vault, story.read() as read:
        yield read, vault


def plain(revision: Revision) -> dict[int, Any]:
    return reader.decode(revision.encode())


def test_the_story_has_every_form_in_it(story, both):
    read, _ = both
    generations = 1 if story.resealed else 3  # a changed and a removed passphrase
    assert len(read.keyring[0]) == generations
    assert sum(row.flags & PURGED > 0 for row in read.rows) >= 3
    assert any(row.flags & SUPERSEDED for row in read.rows)
    assert any(row.flags & REMOVED for row in read.rows)
    assert {row.generation for row in read.rows} == {*range(generations + 1)}
    segments = [reader.decode(read.object("seg", *entry[1:3])) for entry in read.head[4]]
    forms = {found[0] and (found[0] & 1 or 2) for segment in segments for _, found in segment[4]}
    assert forms == {0, 1, 2}  # documents that were followed: a bitmap, one, a few
    if read.head[0] > 64:
        assert read.head[7]  # log entries have left the head
        assert read.head[5] > len(read.head[4]) + 8  # segments were merged


def test_the_reader_is_short_and_stands_alone():
    text = READER.read_text("utf-8")
    assert len(text.splitlines()) <= 250
    tree = ast.walk(ast.parse(text))
    found = [[a.name for a in n.names] if isinstance(n, ast.Import) else [n.module] for n in tree if is_import(n)]
    assert {name for names in found for name in names if name.split(".")[0] not in sys.stdlib_module_names} == PACKAGES


def is_import(node: ast.AST) -> bool:
    assert not (isinstance(node, ast.ImportFrom) and node.level)
    assert not (isinstance(node, ast.Name) and node.id in {"__import__", "exec", "eval"})
    return isinstance(node, ast.Import | ast.ImportFrom)


def test_the_reader_alone_lists_every_record_with_its_claims(story, both, tmp_path):
    (tmp_path / "reader.py").write_bytes(READER.read_bytes())
    given = [sys.executable, "-I", "-c", ALONE, str(tmp_path), str(story.path), IDENTITY.seed.hex()]
    out = subprocess.run(given, capture_output=True, check=True, text=True, cwd=tmp_path).stdout
    _, vault = both
    expected = [
        f"{r.id.hex()} {r.kind} {reader.encode(plain(r)[6]).hex()}"
        for removed in (False, True)
        for r in vault.records(removed=removed)
    ]
    assert sorted(out.splitlines()) == sorted(expected)
    assert len(expected) > 100


def test_newest_records(both):
    read, vault = both
    found = {revision[1]: (row, revision) for row, revision in read.revisions()}
    library = {r.record_id: r for removed in (False, True) for r in vault.records(removed=removed)}
    assert found.keys() == library.keys()
    for record_id, revision in library.items():
        row, ours = found[record_id]
        assert ours == plain(revision)
        assert row.revision == revision.id == reader.h("revision", revision.encode())
        assert bool(row.flags & REMOVED) == revision.removed
        assert more.claims_root(ours) == claims_root(revision)


def test_history(both):
    read, vault = both
    found: dict[bytes, list[Any]] = {}
    for _, revision in read.revisions(history=True):
        found.setdefault(revision[1], []).append(revision)
    for record_id, revisions in found.items():
        assert revisions == [plain(revision) for revision in vault.history(record_id)]
        assert [r[3] for r in revisions[:1]] == [[]]
    assert max(map(len, found.values())) > 4


def test_purged_records_are_in_neither(story, both):
    read, vault = both
    for record_id in story.purged:
        assert record_id not in {revision[1] for _, revision in read.revisions(history=True)}
        assert any(row.record == record_id and row.flags & PURGED for row in read.rows)
        with pytest.raises(VaultError):
            vault.get(record_id)


def test_attachments(story, both, tmp_path):
    read, vault = both
    for _, revision in read.revisions():
        for claim in revision[6]:
            if (content := story.files.get(revision[1])) is not None and claim[0] == "file":
                assert more.attachment(read, claim[1]) == content
                (path,) = vault.extract(revision[1], tmp_path)
                assert path.read_bytes() == content
                del story.files[revision[1]]
    assert not story.files


def test_log(both):
    read, vault = both
    entries = vault.disclosures.log()
    assert [reader.encode(entry) for entry in more.log(read)] == [entry.encode() for entry in entries]
    assert [reader.h("log", reader.encode(entry)) for entry in more.log(read)] == [entry.digest() for entry in entries]


def test_checkpoints_fingerprint_and_code(story, both):
    read, vault = both
    status = vault.status()
    assert texts.checkpoint(read.head[0], read.digest) == status.checkpoint
    assert texts.fingerprint(read.keys[0].prk, list(word_list())) == status.fingerprint
    assert texts.vault_code(read.vault_id) == status.vault_code
    followed = {texts.checkpoint(entry[0] - 1, digest) for entry in more.log(read) for digest in entry[2]}
    assert followed > set(story.checkpoints)
    story.open(expect=story.checkpoints[1], read_only=True).close()


def test_keyring(both):
    read, vault = both
    names = ["", "passphrase", "recipient", "paper"]
    used = [(i, names[s[0]], s[1].rstrip(b"\0").decode(), s[3]) for i, s in enumerate(read.keyring[4]) if s[0]]
    assert used == [(k.index, k.kind, k.label, k.added_epoch) for k in vault.keys.list()]
    assert read.keyring[4][2][2] == reader.key_pair(IDENTITY.seed)[1] == IDENTITY.public_key


def pages(read: reader.Vault, segment: dict[int, Any], key: int) -> list[bytes]:
    return ([segment[key]] if segment[key] else []) if segment[10] else read.objects("pag", segment[key])


def test_index(both):
    read, vault = both
    postings: dict[int, set[bytes]] = {}
    names: list[list[str]] = []
    for _, name, generation, documents, count in read.head[4]:
        segment = reader.decode(read.object("seg", name, generation))
        found = [index.read_term_page(page) for page in pages(read, segment, 6)]
        firsts = [next(iter(page)) for page in found]
        begins = struct.pack(f">{len(firsts)}I", *(sum(map(len, firsts[:n])) for n in range(len(firsts))))
        assert (segment[5], sum(map(len, found))) == (begins + b"".join(firsts), count)
        base = len(names)
        for term, numbers in (entry for page in found for entry in page.items()):
            for number in numbers:
                postings.setdefault(base + number, set()).add(term)
        for page, start in zip(pages(read, segment, 9), struct.iter_unpack(">I", segment[8]), strict=True):
            assert len(names) == base + start[0]
            names += index.read_name_page(page)
        assert len(names) == base + documents
    newest = {row.revision: revision for row, revision in read.revisions()}
    for place, row in enumerate(read.rows):
        if row.revision in newest:
            revision = newest[row.revision]

            def type_of(field: str, kind: str = revision[2]) -> str:
                return vault.schemas.field(kind, field).type

            # Sound keys are the program's own.
            assert {term for term in postings[place] if term[:1] != b"s"} == index.terms(revision, type_of)
            kept = [] if revision.get(8) else index.names_of(revision, type_of)
            assert names[place] == index.read_name_page(index.name_page([kept]))[0]
        elif row.flags & PURGED:
            assert postings[place] == {(b"a" if row.flags & ATTACHMENT else b"i") + row.record}
            assert names[place] == []
        else:
            assert (b"a" if row.flags & ATTACHMENT else b"i") + row.record in postings[place]


@pytest.mark.parametrize("way", ["paper", "paper as typed", "identity file"])
def test_other_ways_in(story, way):
    if way == "identity file":
        text = f"# made by hand\n\n{keys.format_identity(IDENTITY)}\n"
        assert texts.bech32("age1pq", IDENTITY.public_key) == keys.format_recipient(IDENTITY.public_key)
        seed = texts.identity_seed(text)
    else:
        text = story.paper if way == "paper" else f" {story.paper.lower()} \n"
        seed = texts.paper_seed(text)
        assert keys.parse_secret(text) == Identity(seed)
    with reader.open_vault(story.path, seed, tests=True) as read, story.read() as other:
        assert read.head == other.head
    with story.open(Identity(seed), read_only=True) as vault:
        assert vault.status().epoch == read.head[0]


@pytest.mark.parametrize("secret", [FIRST, "a third invented passphrase", SECOND.upper(), SECOND + " ", "", "a\nb"])
def test_secrets_that_open_nothing(story, secret):
    with pytest.raises(Refused), reader.open_vault(story.path, secret, tests=True):
        pass
    with pytest.raises(VaultError):
        story.open(Passphrase(secret))


def test_the_test_profile_only_where_asked_for(tmp_path):
    path = tmp_path / "a.vault"
    Vault.create(path, FIRST, profile=KdfProfile.TEST).close()
    with pytest.raises(Refused, match="profile"), reader.open_vault(path, FIRST):
        pass
    with pytest.raises(VaultError, match="profile"):
        Vault.open(path, Passphrase(FIRST))


# --- Tampering ---


def everything(path: Path) -> int:
    with reader.open_vault(path, FIRST, tests=True) as read:
        files = [c[1] for _, revision in read.revisions(history=True) for c in revision[6] if c[0] == "file"]
        return len(more.log(read)) + sum(len(more.attachment(read, file)) for file in files)


def both_refuse(path: Path) -> None:
    with pytest.raises((Refused, InvalidTag, sqlite3.Error)):
        everything(path)

    def library() -> None:
        with Vault.open(path, Passphrase(FIRST), allow_test_profile=True, read_only=True) as vault:
            vault.check().require_sound()

    with pytest.raises(VaultError):
        library()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.vault"
    with Vault.create(path, FIRST, profile=KdfProfile.TEST) as vault:
        first = vault.put(person("Invented One"), person("Invented Two"))[0]
        vault.attach(first.record_id, io.BytesIO(b"z" * 70_000), "z.txt")
    assert everything(path) > 70_000
    return path


def flip(data: bytes, at: int) -> bytes:
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def with_sum(data: bytes) -> bytes:
    return data + hashlib.sha256(data).digest()


def change_header(db: sqlite3.Connection, at: int) -> None:
    data = flip(db.execute("SELECT b FROM header").fetchone()[0][:-32], at)
    db.execute("UPDATE header SET b = ?", [with_sum(data)])


def change_head(db: sqlite3.Connection) -> None:
    data = flip(db.execute("SELECT b FROM head").fetchone()[0][:-32], -1)
    db.execute("UPDATE head SET b = ?", [with_sum(data)])


def change_objects(db: sqlite3.Connection, n: int, at: int) -> None:
    key, data = db.execute("SELECT id, b FROM object ORDER BY length(b), id").fetchall()[n]
    db.execute("UPDATE object SET b = ? WHERE id = ?", [flip(data, at), key])


def swap_objects(db: sqlite3.Connection) -> None:
    (one, a), (two, b) = db.execute("SELECT id, b FROM object ORDER BY length(b), id").fetchmany(2)
    db.execute("UPDATE object SET b = ? WHERE id = ?", [b, one])
    db.execute("UPDATE object SET b = ? WHERE id = ?", [a, two])


def drop_object(db: sqlite3.Connection, n: int) -> None:
    db.execute("DELETE FROM object WHERE id = (SELECT id FROM object ORDER BY length(b) LIMIT 1 OFFSET ?)", [n])


FAULTS = {
    "version": lambda db: change_header(db, 8),
    "suite": lambda db: change_header(db, 9),
    "vault id": lambda db: change_header(db, 12),
    "profile": lambda db: change_header(db, 26),
    "KDF salt": lambda db: change_header(db, 30),
    "zeros": lambda db: change_header(db, 50),
    "slot salt": lambda db: change_header(db, 64),
    "sealed seed": lambda db: change_header(db, 64 + 60),
    "encapsulated key": lambda db: change_header(db, 64 + 200),
    "HPKE ciphertext": lambda db: change_header(db, 64 + 1230),
    "another slot": lambda db: change_header(db, 64 + 3 * 1272 + 77),
    "header MAC": lambda db: change_header(db, 10_250),
    "both heads": change_head,
    "no head": lambda db: db.execute("DELETE FROM head"),
    "smallest object": lambda db: change_objects(db, 0, 500),
    "salt of an object": lambda db: change_objects(db, 1, 3),
    "commitment of an object": lambda db: change_objects(db, 2, 30),
    "largest object": lambda db: change_objects(db, -1, 60_000),
    "swapped objects": swap_objects,
    "missing object": lambda db: drop_object(db, 0),
    "another missing object": lambda db: drop_object(db, 4),
    "application id": lambda db: db.execute("PRAGMA application_id = 7"),
    "user version": lambda db: db.execute("PRAGMA user_version = 2"),
    "a table more": lambda db: db.execute("CREATE TABLE more(x)"),
    "a trigger": lambda db: db.execute("CREATE TRIGGER t AFTER INSERT ON object BEGIN DELETE FROM head; END"),
    "another journal mode": lambda db: db.execute("PRAGMA journal_mode = WAL"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_both_refuse(small, fault):
    with closing(sqlite3.connect(small, isolation_level=None)) as db:
        FAULTS[fault](db)
    both_refuse(small)


def test_both_refuse_an_older_head_under_newer_keys(small):
    with closing(sqlite3.connect(small, isolation_level=None)) as db:
        old = db.execute("SELECT i, b FROM head").fetchall()
    with Vault.open(small, Passphrase(FIRST), allow_test_profile=True) as vault:
        vault.keys.add_passphrase("second", SECOND)
    with closing(sqlite3.connect(small, isolation_level=None)) as db:
        db.executemany("UPDATE head SET b = ?2 WHERE i = ?1", old)
    both_refuse(small)


def test_one_copy_of_header_and_head_is_enough(small):
    whole = everything(small)
    with closing(sqlite3.connect(small, isolation_level=None)) as db:
        db.execute("UPDATE header SET b = zeroblob(10304) WHERE i = 0")
        db.execute("UPDATE head SET b = zeroblob(100) WHERE i = 1")
    assert everything(small) == whole
    with Vault.open(small, Passphrase(FIRST), allow_test_profile=True, read_only=True) as vault:
        assert vault.check().require_sound() is None


@pytest.mark.parametrize("row", [0, 1])
def test_of_two_heads_that_open_the_newer_counts(small, row):
    with closing(sqlite3.connect(small, isolation_level=None)) as db:
        old = db.execute("SELECT b FROM head").fetchone()[0]
        with Vault.open(small, Passphrase(FIRST), allow_test_profile=True) as vault:
            vault.put(person("Invented Three"))
            newest = vault.status().checkpoint
        db.execute("UPDATE head SET b = ? WHERE i = ?", [old, row])
    with reader.open_vault(small, FIRST, tests=True) as read:
        assert texts.checkpoint(read.head[0], read.digest) == newest
    with Vault.open(small, Passphrase(FIRST), allow_test_profile=True, read_only=True) as vault:
        assert vault.status().checkpoint == newest
