"""What every engine has to do, whatever it stores things in. A further engine is one more entry in `MAKERS`.

All stored bytes are invented.
"""

import contextlib
import hashlib
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from vault.engine import ID_LIMIT, MAX_BODY_BYTES, Engine, IdTakenError, Writer, sqlite
from vault.errors import BusyError, UnsafePathError

MAKERS: dict[str, Callable[[Path], Engine]] = {
    "sqlite file": lambda folder: sqlite.create(folder / "cases.vault"),
    "sqlite memory": lambda folder: sqlite.memory(),
}


@pytest.fixture(params=MAKERS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    made = MAKERS[request.param](tmp_path)
    yield made
    made.close()


def contents(engine: Engine) -> dict[int, bytes]:
    with engine.snapshot() as reader:
        return dict(reader.scan())


def fill(engine: Engine, objects: dict[int, bytes]) -> None:
    with engine.transaction() as writer:
        for object_id, data in objects.items():
            writer.put(object_id, data)


def test_a_new_engine_is_empty(engine):
    with engine.snapshot() as reader:
        assert reader.header_copies() == []
        assert reader.head_copies() == []
        assert reader.get(0) is None
        assert reader.count() == 0
        assert list(reader.scan()) == []
        assert list(reader.sizes()) == []
        assert reader.faults() == []
    assert engine.notices == ()
    assert not engine.read_only


def test_objects_come_back_in_order_of_id(engine):
    objects = {7: b"seven", 0: b"nought", ID_LIMIT - 1: b"last", 5: os.urandom(70_000)}
    fill(engine, objects)
    with engine.snapshot() as reader:
        assert {object_id: reader.get(object_id) for object_id in objects} == objects
        assert list(reader.scan()) == sorted(objects.items())
        assert list(reader.sizes()) == [(object_id, len(data)) for object_id, data in sorted(objects.items())]
        assert reader.count() == 4
        assert reader.get(6) is None
        assert reader.faults() == []


def test_the_largest_body_fits(engine):
    body = os.urandom(MAX_BODY_BYTES)
    with engine.transaction() as writer:
        writer.put(1, body)
        writer.set_header(body)
        writer.swap_head(None, body)
    with engine.snapshot() as reader:
        assert reader.get(1) == body
        assert [copy.data for copy in reader.header_copies() + reader.head_copies()] == [body] * 4


def test_the_same_bytes_again_are_no_change_and_others_are_refused(engine):
    fill(engine, {1: b"one"})
    with engine.transaction() as writer:
        writer.put(1, b"one")
        writer.put(2, b"two")
        writer.put(2, b"two")
        for taken in (1, 2):
            with pytest.raises(IdTakenError) as caught:
                writer.put(taken, b"other")
            assert caught.value.object_id == taken
        writer.put(3, b"three")
    assert contents(engine) == {1: b"one", 2: b"two", 3: b"three"}


def test_deleting_makes_room_for_other_bytes(engine):
    fill(engine, {1: b"one", 2: b"two"})
    with engine.transaction() as writer:
        writer.delete(1)
        writer.delete(1)
        writer.delete(99)
        assert writer.get(1) is None
        writer.put(1, b"anew")
        writer.put(3, b"three")
        writer.delete(3)
        assert writer.get(3) is None
    assert contents(engine) == {1: b"anew", 2: b"two"}


def test_a_transaction_sees_its_own_writes(engine):
    fill(engine, {1: b"one", 2: b"two"})
    with engine.transaction() as writer:
        writer.put(3, b"three")
        writer.delete(1)
        writer.set_header(b"header")
        writer.swap_head(None, b"head")
        assert writer.get(3) == b"three"
        assert writer.count() == 2
        assert list(writer.scan()) == [(2, b"two"), (3, b"three")]
        assert list(writer.sizes()) == [(2, 3), (3, 5)]
        assert [copy.data for copy in writer.header_copies()] == [b"header"] * 2
        assert [copy.data for copy in writer.head_copies()] == [b"head"] * 2
        assert writer.faults() == []
        writer.put(4, b"four")
    assert contents(engine) == {2: b"two", 3: b"three", 4: b"four"}


class Planned(Exception):  # noqa: N818 - raised by the tests themselves
    pass


@pytest.mark.parametrize("size", [10, 1 << 20], ids=("small", "more than is buffered"))
def test_an_exception_undoes_everything(engine, size):
    fill(engine, {1: b"one"})
    with engine.transaction() as writer:
        writer.set_header(b"old header")
        writer.swap_head(None, b"old head")

    def fail() -> None:
        with engine.transaction() as writer:
            writer.delete(1)
            writer.set_header(b"new header")
            writer.swap_head(b"old head", b"new head")
            for object_id in range(2, 42):
                writer.put(object_id, os.urandom(size))
            raise Planned

    with pytest.raises(Planned):
        fail()
    assert contents(engine) == {1: b"one"}
    with engine.snapshot() as reader:
        assert [copy.data for copy in reader.header_copies()] == [b"old header"] * 2
        assert [copy.data for copy in reader.head_copies()] == [b"old head"] * 2
    fill(engine, {2: b"two"})
    assert contents(engine) == {1: b"one", 2: b"two"}


def test_more_than_is_buffered_is_stored_whole(engine):
    source = random.Random(1)
    objects = {source.getrandbits(62): source.randbytes(1 << 20) for _ in range(70)}
    with engine.transaction() as writer:
        for object_id, data in objects.items():
            writer.put(object_id, data)
        for object_id, data in objects.items():
            assert writer.get(object_id) == data
            writer.put(object_id, data)
    assert contents(engine) == objects


@pytest.mark.parametrize("table", ["header", "head"])
def test_header_and_head_have_two_intact_copies(engine, table):
    def store(writer: Writer, data: bytes, old: bytes | None) -> None:
        if table == "header":
            writer.set_header(data)
        else:
            writer.swap_head(old, data)

    old = None
    for data in (b"x", b"y" * 10_272, b"z" * 300):
        with engine.transaction() as writer:
            store(writer, data, old)
        old = data
        with engine.snapshot() as reader:
            copies = reader.header_copies() if table == "header" else reader.head_copies()
        assert [(copy.data, copy.intact) for copy in copies] == [(data, True)] * 2
        assert repr(data) not in repr(copies)


def test_the_head_is_swapped_only_for_the_one_expected(engine):
    def swap(old: bytes | None) -> None:
        with engine.transaction() as writer:
            writer.put(1, b"lost")
            writer.swap_head(old, b"second")

    for wrong in (b"", b"first"):
        with pytest.raises(BusyError):
            swap(wrong)
    with engine.transaction() as writer:
        writer.swap_head(None, b"first")
    for wrong in (None, b"", b"firs", b"second"):
        with pytest.raises(BusyError):
            swap(wrong)
    with engine.transaction() as writer:
        writer.swap_head(b"first", b"second")
        writer.swap_head(b"second", b"third")
    with engine.snapshot() as reader:
        assert [copy.data for copy in reader.head_copies()] == [b"third"] * 2
        assert reader.count() == 0


@pytest.mark.parametrize("object_id", [-1, ID_LIMIT, 1 << 64])
def test_ids_have_62_bits(engine, object_id):
    with engine.transaction() as writer:
        for call in (writer.get, writer.delete, lambda number: writer.put(number, b"x")):
            with pytest.raises(ValueError, match="62 bits"):
                call(object_id)


@pytest.mark.parametrize("data", [b"", bytes(MAX_BODY_BYTES + 1)], ids=("empty", "too long"))
def test_bodies_have_limits(engine, data):
    with engine.transaction() as writer:
        for call in (
            lambda: writer.put(1, data),
            lambda: writer.set_header(data),
            lambda: writer.swap_head(None, data),
        ):
            with pytest.raises(ValueError, match="body"):
                call()
    assert contents(engine) == {}


def test_nothing_works_after_the_end(engine):
    fill(engine, {1: b"one", 2: b"two"})
    with engine.snapshot() as reader:
        rows = reader.scan()
        assert next(rows) == (1, b"one")
    with engine.transaction() as writer:
        pass
    for call in (
        lambda: next(rows),
        lambda: reader.get(1),
        reader.count,
        reader.head_copies,
        lambda: list(reader.sizes()),
        lambda: writer.put(3, b"three") or writer.commit(),
        lambda: writer.delete(1),
        lambda: writer.set_header(b"x"),
    ):
        with pytest.raises(ValueError, match="ended"):
            call()
    engine.close()
    engine.close()
    for begin in (engine.snapshot, engine.transaction):
        with pytest.raises(ValueError, match="closed"), begin():
            pass
    assert engine.notices == ()


def test_one_transaction_at_a_time(engine):
    with engine.snapshot(), pytest.raises(ValueError, match="open"), engine.transaction():
        pass
    with engine.transaction() as writer:
        for begin in (engine.snapshot, engine.transaction):
            with pytest.raises(ValueError, match="open"), begin():
                pass
        writer.put(1, b"one")
    assert contents(engine) == {1: b"one"}


def test_a_snapshot_in_a_snapshot_is_the_same_one(engine):
    fill(engine, {1: b"one"})
    outer, inner = engine.snapshot(), engine.snapshot()
    first = outer.__enter__()
    second = inner.__enter__()
    outer.__exit__(None, None, None)
    assert first is second
    assert second.get(1) == b"one"
    inner.__exit__(None, None, None)
    with pytest.raises(ValueError, match="ended"):
        second.get(1)


def test_a_copy_is_whole_and_new(engine, tmp_path):
    objects = {number: os.urandom(3000) for number in range(500)}
    fill(engine, objects)
    with engine.transaction() as writer:
        writer.set_header(b"header")
        writer.swap_head(None, b"head")
        for number in range(0, 500, 2):
            writer.delete(number)
    target = tmp_path / "copy.vault"
    told: list[tuple[int, int]] = []
    engine.copy_to(target, progress=lambda done, size: told.append((done, size)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] == target.stat().st_size
    with contextlib.closing(sqlite.open(target)) as copy:
        assert contents(copy) == contents(engine)
        with copy.snapshot() as reader:
            assert [row.data for row in reader.header_copies() + reader.head_copies()] == [b"header"] * 2 + [
                b"head"
            ] * 2
            assert reader.faults() == []
        fill(copy, {0: b"only in the copy"})
    assert contents(engine) == {number: data for number, data in objects.items() if number % 2}
    before = hashlib.sha256(target.read_bytes()).digest()
    with pytest.raises(UnsafePathError):
        engine.copy_to(target)
    assert hashlib.sha256(target.read_bytes()).digest() == before
    fill(engine, {0: b"and it goes on"})


def test_a_copy_that_fails_leaves_nothing(engine, tmp_path):
    fill(engine, {1: b"one"})
    target = tmp_path / "copy.vault"

    def stop(done: int, size: int) -> None:
        raise Planned

    with pytest.raises(Planned):
        engine.copy_to(target, progress=stop)
    assert [path.name for path in tmp_path.iterdir() if path.name != "cases.vault"] == []
    fill(engine, {2: b"two"})


def test_compacting_keeps_everything(engine):
    fill(engine, {number: os.urandom(9000) for number in range(300)})
    with engine.transaction() as writer:
        writer.set_header(b"header")
        writer.swap_head(None, b"head")
        for number in range(290):
            writer.delete(number)
    before = contents(engine)
    assert len(before) == 10
    engine.compact()
    assert contents(engine) == before
    with engine.snapshot() as reader:
        assert [row.data for row in reader.header_copies() + reader.head_copies()] == [b"header"] * 2 + [b"head"] * 2
        assert reader.faults() == []
    fill(engine, {1: b"and it goes on"})
    engine.compact()
    assert contents(engine) == before | {1: b"and it goes on"}


BODY = st.binary(min_size=1, max_size=60) | st.builds(
    lambda seed: random.Random(seed).randbytes(9000), st.integers(0, 9)
)


class EngineAgainstDict(RuleBasedStateMachine):
    """Any sequence of commits, undone commits and compacting, against a dictionary."""

    maker = "sqlite memory"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.engine = MAKERS[self.maker](Path(self.folder.name))
        self.objects: dict[int, bytes] = {}
        self.head: bytes | None = None

    @initialize(objects=st.dictionaries(st.integers(0, 40), BODY))
    def begin(self, objects: dict[int, bytes]) -> None:
        fill(self.engine, objects)
        self.objects = dict(objects)

    @rule(
        steps=st.lists(
            st.tuples(st.just("put"), st.integers(0, 40), BODY)
            | st.tuples(st.just("delete"), st.integers(0, 40), st.just(b""))
            | st.tuples(st.just("swap"), st.just(0), BODY)
            | st.tuples(st.just("look"), st.integers(0, 40), st.just(b"")),
            max_size=12,
        ),
        commit=st.booleans(),
    )
    def write(self, steps: list[tuple[str, int, bytes]], commit: bool) -> None:
        objects, head = dict(self.objects), self.head
        with contextlib.suppress(Planned), self.engine.transaction() as writer:
            for verb, number, data in steps:
                if verb == "put" and objects.get(number, data) != data:
                    with pytest.raises(IdTakenError):
                        writer.put(number, data)
                elif verb == "put":
                    writer.put(number, data)
                    objects[number] = data
                elif verb == "delete":
                    writer.delete(number)
                    objects.pop(number, None)
                elif verb == "swap":
                    writer.swap_head(head, data)
                    head = data
                else:
                    assert writer.get(number) == objects.get(number)
                    assert writer.count() == len(objects)
            if not commit:
                raise Planned
            self.objects, self.head = objects, head

    @rule()
    def compact(self) -> None:
        self.engine.compact()

    @precondition(lambda self: self.objects)
    @rule()
    def read(self) -> None:
        assert contents(self.engine) == self.objects
        with self.engine.snapshot() as reader:
            assert [copy.data for copy in reader.head_copies()] == [self.head] * 2 * (self.head is not None)
            assert dict(reader.sizes()) == {number: len(data) for number, data in self.objects.items()}

    def teardown(self) -> None:
        assert contents(self.engine) == self.objects
        self.engine.close()
        self.folder.cleanup()


class FileAgainstDict(EngineAgainstDict):
    """The same with a file, which can also be closed and opened again."""

    maker = "sqlite file"

    @rule()
    def reopen(self) -> None:
        self.engine.close()
        self.engine = sqlite.open(Path(self.folder.name) / "cases.vault")


TestEngineAgainstDict = EngineAgainstDict.TestCase
TestFileAgainstDict = FileAgainstDict.TestCase
TestFileAgainstDict.settings = settings(max_examples=25)
