"""A vault against a model of it: whatever is done, in any order, by two sessions on one file. All data is invented."""

import hashlib
import io
import itertools
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from vault import keys
from vault.errors import LimitError, NotFoundError, RevisionConflictError, UnlockError
from vault.keys import Passphrase, Secret
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault
from vault.vault.core import continued

FIRST = "kettle-orbit-velvet-mango-thirty-drum"
SIZES = st.sampled_from((0, 1, 900, 924, 5000, (1 << 20) - 5, (1 << 20) - 4, (1 << 20) - 3))
FEW = st.integers(0, 5)


def invented_name(number: int) -> str:
    """Give a name that is like no other one."""
    letters = hashlib.sha256(b"name %d" % number).digest()
    return "Z" + "".join("bdfgklmnprstvz"[one % 14] + "aeiou"[one % 5] for one in letters[:5])


@dataclass
class Known:
    """What the model knows of one record."""

    name: str
    kind: str
    notes: list[str]
    revisions: int = 1
    removed: bool = False
    file: bytes | None = field(default=None, repr=False)


class VaultMachine(RuleBasedStateMachine):
    """Two sessions on one file, and a dict that says what must be there."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "cases.vault"
        self.known: dict[bytes, Known] = {}
        self.purged: set[bytes] = set()
        self.numbers = itertools.count()
        self.epoch = 1
        self.dead: list[Secret] = []
        self.secrets: list[Secret] = [Passphrase(FIRST)]
        self.sessions: list[Vault] = []

    @initialize()
    def create(self) -> None:
        self.sessions = [Vault.create(self.path, FIRST, profile=KdfProfile.TEST, state_dir=self.folder / "machine")]
        self.sessions.append(self.opened(Passphrase(FIRST)))

    def opened(self, secret: Secret) -> Vault:
        return Vault.open(self.path, secret, allow_test_profile=True, state_dir=self.folder / "machine")

    def teardown(self) -> None:
        try:
            if self.sessions:
                self.whole()
        finally:
            for session in self.sessions:
                session.close()
            shutil.rmtree(self.folder)

    # --- what is compared ---

    def whole(self) -> None:
        """Look at everything from a fresh session."""
        with self.opened(self.secrets[0]) as vault:
            report = vault.check()
            assert report.problems == ()
            assert report.orphans == 0
            assert report.revisions == sum(known.revisions for known in self.known.values())
            assert vault.status().epoch == self.epoch
            log = vault.disclosures.log()
            assert sorted({entry.epoch for entry in log}) == list(range(1, self.epoch + 1))
            for record, known in self.known.items():
                history = vault.history(record)
                assert len(history) == known.revisions
                assert history[-1].values("notes") == known.notes
                if known.file is not None and not known.removed:
                    self.compare_file(vault, record, known.file)
            for record in self.purged:
                with pytest.raises(NotFoundError):
                    vault.get(record)

    def compare_file(self, vault: Vault, record: bytes, data: bytes) -> None:
        out = self.folder / "out"
        out.mkdir()
        # Files about this document come with it; its own is the first.
        path = vault.extract(record, out)[0]
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(data).digest()
        shutil.rmtree(out)

    @invariant()
    def both_sessions_show_the_model(self) -> None:
        for session in self.sessions:
            shown = {revision.record_id: revision for revision in session.records()}
            assert shown.keys() == {record for record, known in self.known.items() if not known.removed}
            for record, revision in shown.items():
                assert revision.values("notes") == self.known[record].notes
                assert revision.kind == self.known[record].kind
            removed = {revision.record_id for revision in session.records(removed=True)}
            assert removed == {record for record, known in self.known.items() if known.removed}

    def pick(self, number: int, *, removed: bool = False) -> bytes:
        fitting = [record for record, known in self.known.items() if known.removed == removed]
        return fitting[number % len(fitting)]

    def some(self, *, removed: bool = False) -> bool:
        return any(known.removed == removed for known in self.known.values())

    # --- what is done ---

    @rule(who=st.booleans(), count=st.integers(1, 4), kind=st.sampled_from(("person", "event", "source")))
    def put(self, who: bool, count: int, kind: str) -> None:
        drafts = []
        for _ in range(count):
            number = next(self.numbers)
            claims = [Claim("notes", f"note {number}")]
            if kind != "event":
                claims.append(Claim("name", {"text": invented_name(number), "kind": "other"}))
            drafts.append(Draft(kind, tuple(claims)))
        for draft, revision in zip(drafts, self.sessions[who].put(*drafts), strict=True):
            name = draft.claims[1].value["text"] if kind != "event" else ""
            self.known[revision.record_id] = Known(name, kind, list(revision.values("notes")))
        self.epoch += 1

    @precondition(lambda self: self.some())
    @rule(who=st.booleans(), which=st.integers(0, 50))
    def edit(self, who: bool, which: int) -> None:
        record = self.pick(which)
        before = self.sessions[who].get(record)
        text = f"edit {next(self.numbers)}"
        claims = (*(claim for claim in before.claims if claim.field != "notes"), Claim("notes", text))
        self.sessions[who].put(continued(before, claims))
        self.known[record].notes = [text]
        self.known[record].revisions += 1
        self.epoch += 1

    @precondition(lambda self: self.some())
    @rule(who=st.booleans(), which=st.integers(0, 50))
    def edit_at_once(self, who: bool, which: int) -> None:
        """Both sessions read a record and write it; the second one is told, and nothing of it is written."""
        record = self.pick(which)
        before = [session.get(record) for session in self.sessions]
        texts = [f"race {next(self.numbers)}" for _ in before]
        order = (int(who), int(not who))
        drafts = [
            continued(old, (*(claim for claim in old.claims if claim.field != "notes"), Claim("notes", text)))
            for old, text in zip(before, texts, strict=True)
        ]
        self.sessions[order[0]].put(drafts[order[0]])
        with pytest.raises(RevisionConflictError):
            self.sessions[order[1]].put(Draft("person", (Claim("notes", "goes with it"),)), drafts[order[1]])
        self.known[record].notes = [texts[order[0]]]
        self.known[record].revisions += 1
        self.epoch += 1

    @precondition(lambda self: self.some())
    @rule(who=st.booleans(), which=st.integers(0, 50), other=st.integers(0, 50))
    def mention(self, who: bool, which: int, other: int) -> None:
        """Name one record in the text of another."""
        record, named = self.pick(which), self.pick(other)
        if record == named or not self.known[named].name:
            return
        before = self.sessions[who].get(record)
        text = f"seen with {self.known[named].name} that day"
        claims = (*(claim for claim in before.claims if claim.field != "notes"), Claim("notes", text))
        self.sessions[who].put(continued(before, claims))
        assert any(found.record_id == record for found in self.sessions[who].mentions(named))
        self.known[record].notes = [text]
        self.known[record].revisions += 1
        self.epoch += 1

    @precondition(lambda self: self.some())
    @rule(who=st.booleans(), which=st.integers(0, 50))
    def remove(self, who: bool, which: int) -> None:
        record = self.pick(which)
        self.sessions[who].remove(record)
        self.known[record].removed = True
        self.known[record].revisions += 1
        self.epoch += 1

    @precondition(lambda self: self.some(removed=True))
    @rule(who=st.booleans(), which=st.integers(0, 50))
    def restore(self, who: bool, which: int) -> None:
        record = self.pick(which, removed=True)
        before = self.sessions[who].get(record)
        assert before.removed
        self.sessions[who].put(continued(before, before.claims))
        self.known[record].removed = False
        self.known[record].revisions += 1
        self.epoch += 1

    @precondition(lambda self: self.known)
    @rule(who=st.booleans(), which=st.integers(0, 50), of_removed=st.booleans())
    def purge(self, who: bool, which: int, of_removed: bool) -> None:
        record = self.pick(which, removed=of_removed if self.some(removed=of_removed) else not of_removed)
        vault = self.sessions[who]
        before = {other: len(vault.history(other)) for other in self.known}
        vault.remove(record, purge=True)
        gone = self.known.pop(record)
        self.purged.add(record)
        self.epoch += 1
        for other, known in self.known.items():
            history = vault.history(other)
            for revision in history:
                assert not gone.name or all(gone.name not in str(claim.value) for claim in revision.claims)
            if len(history) != before[other]:
                assert len(history) == 1, "a record that named the purged one begins again"
            known.revisions = len(history)
            known.notes = history[-1].values("notes")
        with pytest.raises(RevisionConflictError):
            vault.put(Draft("person", (), record_id=record))

    @precondition(lambda self: self.some())
    @rule(who=st.booleans(), which=st.integers(0, 50), size=SIZES)
    def attach(self, who: bool, which: int, size: int) -> None:
        data = hashlib.sha256(b"%d" % next(self.numbers)).digest() * (size // 32 + 1)
        document = self.sessions[who].attach(self.pick(which), io.BytesIO(data[:size]), "file.bin")
        self.known[document.record_id] = Known("", "document", [], file=data[:size])
        self.epoch += 1

    @rule(who=st.booleans(), count=FEW)
    def failed_transaction(self, who: bool, count: int) -> None:
        """Drafts come one by one and then something goes wrong: nothing of them is there."""

        def drafts():
            for number in range(count):
                yield Draft("person", (Claim("notes", f"never there {number}"),))
            raise KeyError("an invented mistake of the caller")

        with pytest.raises(KeyError):
            self.sessions[who].put_many(drafts())
        assert self.sessions[who].find("never") == []

    @precondition(lambda self: self.some())
    @rule(who=st.booleans(), which=st.integers(0, 50))
    def search(self, who: bool, which: int) -> None:
        record = self.pick(which)
        known = self.known[record]
        if known.name:
            assert record in {hit.revision.record_id for hit in self.sessions[who].find(known.name)}
        for text in known.notes:
            assert record in {hit.revision.record_id for hit in self.sessions[who].find(f'"{text}"', limit=1000)}

    @rule(who=st.booleans(), which=st.integers(0, 3))
    def reopen(self, who: bool, which: int) -> None:
        self.sessions[who].close()
        self.sessions[who] = self.opened(self.secrets[which % len(self.secrets)])
        assert self.sessions[who].notices == ()

    @rule(who=st.booleans(), add=st.booleans())
    def change_keys(self, who: bool, add: bool) -> None:
        """The session that changes them goes on; the other one is told, and opened again."""
        vault, other = self.sessions[who], self.sessions[not who]
        try:
            if add:
                self.secrets.append(keys.parse_secret(vault.keys.add_paper(f"paper {next(self.numbers)}")))
            elif len(self.secrets) > 1:
                vault.keys.remove(vault.keys.list()[-1].index)
                self.dead.append(self.secrets.pop())
            else:
                vault.keys.change("first passphrase", FIRST)
        except LimitError:
            return
        self.epoch += 1
        with pytest.raises(UnlockError):
            list(other.records())
        with pytest.raises(UnlockError):
            other.put(Draft("person", ()))
        other.close()
        # This machine saw the change happen, so its anchor knows the new keys.
        self.sessions[not who] = self.opened(self.secrets[-1])
        assert self.sessions[not who].notices == ()
        for secret in self.dead[-2:]:
            with pytest.raises(UnlockError):
                self.opened(secret)

    @rule(who=st.booleans())
    def compact(self, who: bool) -> None:
        self.sessions[who].keeping.compact()
        self.epoch += 1

    @rule(who=st.booleans())
    def look_over(self, who: bool) -> None:
        assert self.sessions[who].check().problems == ()


def test_a_vault_is_what_its_model_says(deep):
    size = deep("vault-machine", 12, 1500)
    settings = hypothesis.settings(
        max_examples=int(size),
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        # What fails is told at once; with --seed and --deep it can be looked at at leisure.
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate),
        database=None,
    )
    run_state_machine_as_test(hypothesis.seed(size.seed)(VaultMachine), settings=settings)
