"""A vault to attack: 200 invented records with canaries, five files, two passphrases, a paper key and a recipient.

It is built once, and each test attacks a copy. What an attacker does is done with plain SQLite and on bytes; what a
holder of the keys does is done with the rooms of the library.
"""

import base64
import hashlib
import io
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from vault import keys, sealing
from vault.engine import sqlite
from vault.errors import VaultError
from vault.files import CHUNK_BYTES
from vault.keys import Identity, Passphrase, Secret, Unlocker
from vault.objects import Kind, ObjectBatch, object_id
from vault.records import Claim, Draft
from vault.redact import Recipient
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.state import State, open_state

ROOT = Path(__file__).parents[2]
FIRST = "kettle-orbit-velvet-mango-thirty-drum"
SECOND = "lantern-copper-drift-anchor-willow-nine"
STEM = "Zitronengirlitz"
"""Stands in every record and in every file long enough for it; no letters of it come by chance."""
LENGTHS = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 3 << 20)
PAGE = 8192


def canary(number: int) -> str:
    """Give a word that stands in one record alone."""
    letters = (
        hashlib.sha256(b"canary %d" % number).hexdigest()[:10].translate(str.maketrans("0123456789", "ghijklmnop"))
    )
    return f"{STEM}{letters}{number:03}"


def file_bytes(length: int) -> bytes:
    """Give the bytes of a file with a canary at every place where a chunk could be cut."""
    body = f"{canary(900)}. ".encode()
    return (body * (length // len(body) + 1))[:length]


def drafts() -> Iterator[Draft]:
    """Give 200 records of all kinds, short ones and long ones."""
    source = random.Random(200)
    people: list[bytes] = []
    for number in range(200):
        word, record_id = canary(number), source.randbytes(16)
        about = source.choice(people) if people else record_id
        match number % 5:
            case 0 | 1:
                people.append(record_id)
                kind = "person"
                claims = [
                    Claim("name", {"text": f"Aman {word}", "kind": "birth"}),
                    Claim("birth", f"19{number % 100:02}"),
                    Claim("phone", f"+7 701 {number:07}"),
                    Claim("address", {"text": f"Street {number}, {word}"}),
                ]
            case 2:
                kind = "event"
                story = " ".join([f"They came for {word}."] * (1 + number % 40))
                claims = [
                    Claim("kind", "arrest"),
                    Claim("person", about),
                    Claim("when", "2017-05"),
                    Claim("narrative", story, confidence="high"),
                ]
            case 3:
                kind = "source"
                claims = [Claim("name", {"text": word, "kind": "other"}), Claim("inside", "yes")]
            case _:
                kind = "statement"
                claims = [Claim("about", about), Claim("text", f"I, {word}, say this." * (number % 150))]
                claims.append(Claim("notes", word))
        yield Draft(kind, tuple(claims), record_id=record_id)


@dataclass(frozen=True)
class Victim:
    """One vault file and everything that opens it."""

    path: Path
    paper: str = ""
    identity: Identity = field(default_factory=lambda: Identity(bytes(32)))
    records: tuple[bytes, ...] = ()
    documents: tuple[bytes, ...] = ()

    @property
    def secrets(self) -> list[Secret]:
        return [Passphrase(FIRST), Passphrase(SECOND), keys.parse_secret(self.paper), self.identity]

    def copied(self, folder: Path) -> "Victim":
        """Copy the file into a folder of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        return replace(self, path=Path(shutil.copyfile(self.path, folder / "cases.vault")))

    def open(self, secret: Secret | str = FIRST, **options: Any) -> Vault:
        """Open it as the library does."""
        secret = Passphrase(secret) if isinstance(secret, str) else secret
        return Vault.open(self.path, secret, allow_test_profile=True, **options)

    def outcome(self, secret: Secret | str = FIRST, **options: Any) -> list[bytes] | str:
        """Read everything, read-only, or say with which class of error of ours it was refused."""
        try:
            with self.open(secret, **{"read_only": True, **options}) as vault:
                return content(vault)
        except VaultError as error:
            return type(error).__name__

    def checked(self, secret: Secret | str = FIRST) -> list[str]:
        """Give the problems that a full check finds, or the error that keeps it from looking."""
        try:
            with self.open(secret, read_only=True) as vault:
                return [str(problem) for problem in vault.check().problems]
        except VaultError as error:
            return [f"{type(error).__name__}: {error}"]

    # --- an attacker without keys ---

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """Open the file with plain SQLite and keep what was done."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA journal_mode=MEMORY").fetchall()
            yield connection

    def objects(self) -> dict[int, bytes]:
        with self.database() as connection:
            return dict(connection.execute("SELECT id, b FROM object ORDER BY id"))

    def store(self, bodies: dict[int, bytes | None]) -> None:
        """Put bytes under ids, or delete with None."""
        with self.database() as connection:
            for object_id_, body in bodies.items():
                connection.execute("DELETE FROM object WHERE id = ?", (object_id_,))
                if body is not None:
                    connection.execute("INSERT INTO object(id, b) VALUES (?, ?)", (object_id_, body))

    def copies(self, table: str) -> list[bytes]:
        """Give both copies of header or head without their checksums."""
        with self.database() as connection:
            return [row[0][:-32] for row in connection.execute(f"SELECT b FROM {table} ORDER BY i")]

    def set_copies(self, table: str, *data: bytes, repaired: bool = True) -> None:
        """Store copies of header or head (one is stored twice), with right checksums or with those that were there."""
        both = data * 2 if len(data) == 1 else data
        with self.database() as connection:
            for place, body in enumerate(both):
                (old,) = connection.execute(f"SELECT b FROM {table} WHERE i = ?", (place,)).fetchone()
                check = hashlib.sha256(body).digest() if repaired else old[-32:]
                connection.execute(f"UPDATE {table} SET b = ? WHERE i = ?", (body + check, place))

    # --- somebody with the keys ---

    def state(self, secret: Secret | str = FIRST) -> State:
        """Open header, head and keyring with the rooms of the library."""
        secret = Passphrase(secret) if isinstance(secret, str) else secret
        with closing(sqlite.open(self.path, read_only=True)) as engine, engine.snapshot() as reader:
            return open_state(reader, Unlocker(secret), allow_test=True).state

    def forge_head(self, state: State, payload: bytes) -> None:
        """Seal a payload as the head, rightly, and put it in place."""
        self.set_copies("head", state.sealers[0].seal(Kind.HEAD.value, payload))

    def forge(self, state: State, **changes: Any) -> None:
        """Put a head in place that differs in some parts from the present one."""
        self.forge_head(state, replace(state.head, **changes).encode())

    def plant(self, state: State, kind: Kind, payload: bytes, generation: int | None = None) -> Any:
        """Seal an object rightly and store it; give its ref."""
        with closing(sqlite.open(self.path)) as engine, engine.transaction() as writer:
            return ObjectBatch(writer, state.sealers, generation or state.keyring.generation).put(kind, payload)

    def plant_raw(self, sealed: bytes) -> bytes:
        """Store sealed bytes under their name; give the name."""
        name = sealing.digest(sealing.Label.OBJECT, sealed)
        self.store({object_id(name): sealed})
        return name


def content(vault: Vault) -> list[bytes]:
    """Give all that a vault holds: every revision of every record, and the digest of every file."""
    found = []
    for removed in (False, True):
        for newest in vault.records(removed=removed):
            found += [revision.encode() for revision in vault.history(newest.record_id)]
            for claim in newest.claims:
                if claim.field == "file":
                    found.append(b"file" + file_digest(vault, newest.record_id))
    return sorted(found)


def file_digest(vault: Vault, record_id: bytes) -> bytes:
    """Read a document's file to its end as a disclosure would, and hash it."""
    from vault import files
    from vault.vault.reading import attachments_of

    digest = hashlib.sha256()
    for attachment, _ in attachments_of(vault.get(record_id)):
        with vault._session.reading() as (objects, index):
            row = index.attachment(attachment.attachment_id)
            if row is None:
                return b"missing"
            for data in files.read(objects, attachment, row.ref):
                digest.update(data)
    return digest.digest()


def build(folder: Path, count: int, lengths: tuple[int, ...]) -> Victim:
    path = folder / "built.vault"
    with Vault.create(path, FIRST, profile=KdfProfile.TEST) as vault:
        records: list[bytes] = []
        pending = list(drafts())[:count]
        for start in range(0, count, 70):
            records += [revision.record_id for revision in vault.put(*pending[start : start + 70])]
        documents = [
            vault.attach(records[0], io.BytesIO(file_bytes(length)), f"{canary(800 + place)}.jpg").record_id
            for place, length in enumerate(lengths)
        ]
        vault.keys.add_passphrase("second passphrase", SECOND)
        paper = vault.keys.add_paper("paper in the safe")
        identity = Identity(hashlib.sha256(b"an invented recipient").digest())
        vault.keys.add_recipient("the archive", keys.format_recipient(identity.public_key))
        first = vault.get(records[1])
        vault.put(
            Draft(first.kind, (*first.claims, Claim("nationality", canary(700))), first.record_id, (first.id,)),
        )
        vault.disclosures.put_recipient(Recipient("the lawyer", "lawyer", (), None, ""))
    return Victim(path, paper, identity, tuple(records), tuple(documents))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Victim:
    """V: 200 records and five files."""
    return build(tmp_path_factory.mktemp("built"), 200, LENGTHS)


@pytest.fixture(scope="session")
def built_small(tmp_path_factory: pytest.TempPathFactory) -> Victim:
    """Build a vault small enough to be attacked thousands of times: 12 records, two files."""
    return build(tmp_path_factory.mktemp("small"), 12, (1, 3000))


@pytest.fixture
def victim(built: Victim, tmp_path: Path) -> Victim:
    """Give a copy of V."""
    return built.copied(tmp_path / "victim")


@pytest.fixture
def small(built_small: Victim, tmp_path: Path) -> Victim:
    """Give a copy of the small vault."""
    return built_small.copied(tmp_path / "small")


@pytest.fixture(scope="session")
def small_content(built_small: Victim) -> list[bytes]:
    """Give what the small vault holds."""
    with built_small.open(read_only=True) as vault:
        return content(vault)


def encodings(text: str) -> dict[str, bytes]:
    """Give the forms in which a text could be found again: UTF-8, UTF-16, base64 at three places, hexadecimal."""
    data = text.encode()
    found = {"UTF-8": data, "UTF-16 LE": text.encode("utf-16-le"), "UTF-16 BE": text.encode("utf-16-be")}
    for shift in range(3):
        # What of the base64 depends on neighbouring bytes is cut off at both ends.
        coded = base64.b64encode(b"\0" * shift + data)
        found[f"base64 {shift}"] = coded[(0, 2, 3)[shift] : len(coded) - 4]
    return {**found, "hex": data.hex().encode(), "HEX": data.hex().upper().encode()}


NEEDLES = {f"{how} of {text}": form for text in (STEM, STEM.casefold()) for how, form in encodings(text).items()}


def leaks(*places: Path) -> list[str]:
    """Find canaries in all files below some folders, and in their names."""
    found = []
    for place in places:
        for path in [place, *place.rglob("*")]:
            data = os.fsencode(str(path))
            if path.is_file():
                data += path.read_bytes()
            found += [f"{how} in {path}" for how, form in NEEDLES.items() if form in data]
    return found


@pytest.fixture(scope="session")
def find_leaks() -> Callable[..., list[str]]:
    return leaks


@pytest.fixture(scope="session")
def read_all() -> Callable[[Vault], list[bytes]]:
    return content


class Child:
    """A script in another process that knows this folder."""

    def __call__(self, script: str, *arguments: object, wait: bool = True, cwd: Path = ROOT) -> Any:
        child = subprocess.Popen(
            (sys.executable, "-c", script, *map(str, arguments)),
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if not wait:
            return child
        out, errors = child.communicate(timeout=300)
        assert child.returncode == 0, errors
        return out

    @staticmethod
    def rest_of(process: Any) -> tuple[str, str]:
        """Give what an ended process still had to say; `communicate` would lose lines that `readline` read ahead."""
        out, errors = process.stdout.read(), process.stderr.read()
        process.wait()
        process.stdout.close()
        process.stderr.close()
        return out, errors


@pytest.fixture(scope="session")
def child() -> Child:
    return Child()
