"""Whatever was written, changed, removed, purged and merged: search answers like reading every record.

All people, places and texts are invented. The yardstick reads records with code of its own: it shares neither words
nor dates nor matching with the rooms it measures. Only how like two names are, and which sounds they share, it asks the
room of names, which has tests of its own.
"""

import itertools
import random
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import pytest

from vault import names
from vault.engine import sqlite
from vault.index import Index, PageCache, SegmentEntry, build, document_of, parse
from vault.index.ranking import NAME_EXACT, NAME_SIMILAR, OTHER, TEXT_EXACT
from vault.objects import Kind, ObjectBatch, Ref
from vault.records.model import Claim, Revision, decode_revision
from vault.records.schema import Schemas
from vault.sealing import Sealer

SCHEMAS = Schemas.shipped()
WORDS = [
    *("camp", "village", "road", "rail", "railway", "night", "nights", "co", "X7", "grey", "École", "naïve"),
    *("Дорога", "дорогой", "ёлка", "ночь", "қала", "қаласы", "түн", "جاقىپ", "ئايال", "كەچ", "加合甫", "喀什", "什"),
]
NAMES = [
    *("Жақып", "Жақыпұлы", "Zhaqyp", "Omar", "Omaruly", "Айгүл", "Aygul", "加合甫", "جاقىپ", "Li", "Ким"),
    *("Jakyp", "Yakub", "Якупова", "Омарұлы", "Umar", "ئومەر", "吾马尔", "Kim", "Lee", "Ли", "李"),
]
# Asked for and in no record: other spellings of names, and words that are like none.
STRANGE = ["Zhakyp", "Жакып", "Jiahefu", "Омаров", "Aigul", "Айгуль", "Kimm", "Xyzzy", "Брно", "جاكۇپ"]
PLACES = ["Kashgar", "Кашгар", "Camp Road", "喀什", "Village of Omar"]
# Text, first day, last day.
DATES = [
    ("2017", date(2017, 1, 1), date(2017, 12, 31)),
    ("2017-05", date(2017, 5, 1), date(2017, 5, 31)),
    ("2017-05-09", date(2017, 5, 9), date(2017, 5, 9)),
    ("2017-05-20~", date(2017, 5, 20), date(2017, 5, 20)),
    ("201X", date(2010, 1, 1), date(2019, 12, 31)),
    ("2016-11/2018-02", date(2016, 11, 1), date(2018, 2, 28)),
    ("1961?", date(1961, 1, 1), date(1961, 12, 31)),
    ("2019-03/..", date(2019, 3, 1), date.max),
    ("../1999", date.min, date(1999, 12, 31)),
]
SPANS = [
    ("2017", date(2017, 1, 1), date(2017, 12, 31)),
    ("2017-05..2018", date(2017, 5, 1), date(2018, 12, 31)),
    ("2017-05-10", date(2017, 5, 10), date(2017, 5, 10)),
    ("2017-05-09..2017-05-20", date(2017, 5, 9), date(2017, 5, 20)),
    ("..1970", date.min, date(1970, 12, 31)),
    ("2020-01..", date(2020, 1, 1), date.max),
    ("2015/2016", date(2015, 1, 1), date(2016, 12, 31)),
]
KINDS = ("person", "event", "statement")


# --- the yardstick --------------------------------------------------------------------------------------------------


def is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def plain_words(text: str) -> list[str]:
    """Cut text into words, one character at a time; each Chinese character is one, marked where a run begins."""
    out: list[str] = []
    current = ""
    for character in unicodedata.normalize("NFKC", text).casefold() + " ":
        if is_han(character) or not character.isalnum():
            if current:
                out.append(current)
            current = ""
            out.append(character if is_han(character) else "")
        elif character == "ئ":
            current += character
        elif character == "ى":
            current += "ي"
        else:
            current += unicodedata.normalize("NFKD", character)[0]
    return out


def word_list(text: str) -> list[str]:
    return [word for word in plain_words(text) if word]


def pairs_of(text: str) -> set[str]:
    words = plain_words(text)
    return {a + b for a, b in itertools.pairwise(words) if a and b and is_han(a) and is_han(b)}


def has_word(text: str, asked: str, *, exact: bool = False, star: bool = False) -> bool:
    parts = word_list(asked)
    if is_han(asked[0]):
        return asked in word_list(text) if len(asked) == 1 else pairs_of(asked) <= pairs_of(text)
    (word,) = parts
    begins = star or (not exact and len(word) >= 3)
    return any(one == word or (begins and one.startswith(word)) for one in word_list(text))


def side_by_side(text: str, words: list[str]) -> bool:
    there = word_list(text)
    return any(there[i : i + len(words)] == words for i in range(len(there)))


def claim_text(claim: Claim) -> str:
    value = claim.value
    if isinstance(value, dict):
        return "\n".join(value[key] for key in ("text", "county", "relation", "name") if key in value)
    return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class Ways:
    """How words are looked for: without beginnings, in other spellings too, in names of which script."""

    exact: bool = False
    sounds: bool = False
    script: str | None = None


@dataclass
class Asked:
    """A clause as text, and of which records it holds; of words, as they are written."""

    text: str
    holds: Callable[[Revision, Ways], bool] = field(repr=False)
    words: bool = False

    @property
    def may_be_name(self) -> bool:
        return self.words and not self.text.endswith("*") and any(map(str.isalpha, self.text))


LETTERS = {"Latn": "az\xc0\u024f", "Cyrl": "\u0400\u04ff", "Arab": "\u0620\u06ff", "Hani": "\u4e00\u9fff"}


def counts(text: str, script: str | None) -> bool:
    """Tell whether a text has a letter of the script that alone counts in names."""
    if script is None:
        return True
    spans = LETTERS[script]
    return any(a <= character <= b for character in text.lower() for a, b in zip(spans[::2], spans[1::2], strict=True))


def name_in(claim: Claim) -> str:
    part = {"name": "text", "relative": "name"}.get(claim.field, "")
    return claim.value.get(part, "") if isinstance(claim.value, dict) else ""


def sounds_like(revision: Revision, text: str, ways: Ways, only: str | None = None) -> bool:
    """Tell whether a name in a record, or in one of its fields, is another spelling of what is asked for."""
    every = [(claim.field, name_in(claim)) for claim in revision.claims if name_in(claim)]
    assert len(every) <= 32
    counting = [name for where, name in every if counts(name, ways.script) and only in {None, where}]
    like = any(names.similarity(text, name) >= names.SIMILAR for name in counting)
    return like and any(names.index_keys(name) & names.query_keys(text) for _, name in every)


def text_of(claim: Claim, word: str, ways: Ways) -> str:
    """Give the text of a claim in which a word is looked for, a phone number also in one piece."""
    text = claim_text(claim)
    if name_in(claim) and not counts(word, ways.script):
        text = claim.value.get("relation", "")
    return f"{text}\n{''.join(word_list(text))}" if claim.field == "phone" else text


def stands(revision: Revision, word: str, ways: Ways, *, star: bool = False) -> bool:
    text = "\n".join(text_of(claim, word, ways) for claim in revision.claims)
    return has_word(text, word, exact=ways.exact, star=star)


def ask_piece(rng: random.Random) -> Asked:
    parts = rng.choice((["701", "234"], ["7", "701", "2345678"], ["camp", "night"], ["rail", "way"], ["x7", "co"]))

    def holds(revision: Revision, ways: Ways) -> bool:
        return all(stands(revision, part, ways) for part in parts) or stands(revision, "".join(parts), ways)

    return Asked(rng.choice("-./").join(parts), holds, words=True)


def ask_word(rng: random.Random) -> Asked:
    word = rng.choice(WORDS + 2 * NAMES + 2 * STRANGE)
    star = False
    if rng.random() < 0.3 and not is_han(word[0]):
        word = word[: rng.randint(1, len(word))]
        star = rng.random() < 0.5
    return Asked(word + "*" * star, lambda revision, ways: stands(revision, word, ways, star=star), words=True)


def ask_phrase(rng: random.Random) -> Asked:
    words = rng.choices(WORDS + NAMES, k=rng.randint(1, 3))
    text = " ".join(words)

    def holds(revision: Revision, _: Ways) -> bool:
        return all(stands(revision, word, Ways(exact=True)) for word in words) and any(
            side_by_side(claim_text(claim), word_list(text)) for claim in revision.claims
        )

    return Asked(f'"{text}"', holds)


def ask_field(rng: random.Random) -> Asked:
    name, values = rng.choice(
        [
            ("name", NAMES + STRANGE),
            ("place", ["Kashgar", "camp", "喀什", "omar"]),
            ("narrative", WORDS),
            ("text", WORDS),
            ("sex", ["female", "male"]),
            ("relative", [*NAMES, "mother"]),
            ("person.name", NAMES + STRANGE),
            ("phone", ["77012345678", "701"]),
        ]
    )
    word = rng.choice(values)
    kind = name.partition(".")[0] if "." in name else None
    proper = name.rpartition(".")[2]

    def holds(revision: Revision, ways: Ways) -> bool:
        if kind not in {None, revision.kind}:
            return False
        said = [text_of(claim, word, ways) for claim in revision.claims if claim.field == proper]
        if any(has_word(text, word, exact=ways.exact) for text in said):
            return True
        return proper == "name" and ways.sounds and bool(said) and sounds_like(revision, word, ways, "name")

    return Asked(f"{name}:{word}", holds)


def span_of(claim: Claim) -> tuple[date, date] | None:
    return next(((first, last) for text, first, last in DATES if text == claim.value), None)


def ask_date(rng: random.Random) -> Asked:
    text, first, last = rng.choice(SPANS)
    name, fields = rng.choice([("when", {"when", "until", "taken_on"}), ("birth", {"birth"}), ("until", {"until"})])

    def holds(revision: Revision, _: Ways) -> bool:
        spans = [span for claim in revision.claims if claim.field in fields and (span := span_of(claim))]
        return any(low <= last and first <= high for low, high in spans)

    return Asked(f"{name}:{text}", holds)


def link_of(claim: Claim) -> str:
    value = claim.value.get("link") if isinstance(claim.value, dict) else claim.value
    return value.hex() if isinstance(value, bytes) else ""


def ask_id(rng: random.Random, known: list[bytes]) -> Asked:
    digits = rng.choice(known).hex()[: rng.choice((1, 2, 3, 8, 32))]
    if rng.random() < 0.5:
        return Asked(f"id:{digits.upper()}", lambda revision, _: revision.record_id.hex().startswith(digits))
    name = rng.choice(("person", "relative"))

    def holds(revision: Revision, ways: Ways) -> bool:
        return any(
            claim.field == name
            and (link_of(claim).startswith(digits) or has_word(text_of(claim, digits, ways), digits, exact=ways.exact))
            for claim in revision.claims
        )

    return Asked(f"{name}:{digits}", holds)


def ask_kind(rng: random.Random) -> Asked:
    kind = rng.choice((*KINDS, "arrest"))
    if kind == "arrest":
        # No kind of record: then the field called kind is meant.
        return Asked("kind:arrest", lambda revision, _: Claim("kind", "arrest") in revision.claims)
    return Asked(f"kind:{kind}", lambda revision, _: revision.kind == kind)


@dataclass
class Question:
    """A whole query, how it is asked, and of which records it holds."""

    wanted: list[Asked]
    unwanted: list[Asked]
    ways: Ways

    @property
    def text(self) -> str:
        return " ".join([part.text for part in self.wanted] + ["-" + part.text for part in self.unwanted])

    def holds(self, revision: Revision) -> bool:
        missing = [part for part in self.wanted if not part.holds(revision, self.ways)]
        if any(part.holds(revision, Ways(exact=self.ways.exact)) for part in self.unwanted):
            return False
        if not self.ways.sounds or not all(part.may_be_name for part in missing):
            return not missing
        texts = [part.text for part in self.wanted if part.may_be_name]
        return all(sounds_like(revision, part.text, self.ways) for part in missing) or (
            len(texts) > 1 and sounds_like(revision, " ".join(texts), self.ways)
        )


def ask(rng: random.Random, known: list[bytes]) -> Question:
    makers = rng.choices(
        (ask_word, ask_phrase, ask_piece, ask_field, ask_date, ask_kind, lambda rng: ask_id(rng, known)),
        weights=(7, 1, 1, 2, 2, 1, 1),
        k=rng.choice((1, 1, 2, 2, 3)),
    )
    parts = [(maker(rng), rng.random() < 0.15) for maker in makers]
    exact = rng.random() < 0.2
    script = rng.choice(list(LETTERS)) if rng.random() < 0.2 else None
    return Question(
        [part for part, unwanted in parts if not unwanted],
        [part for part, unwanted in parts if unwanted],
        Ways(exact=exact, sounds=not exact, script=script),
    )


# --- a vault of records in small --------------------------------------------------------------------------------------


def claims_of(rng: random.Random, kind: str, others: list[bytes]) -> tuple[Claim, ...]:
    def sentence() -> str:
        return rng.choice((" ", ", ", "-")).join(rng.choices(WORDS + NAMES, k=rng.randint(1, 9)))

    def name() -> Claim:
        return Claim("name", {"text": " ".join(rng.sample(NAMES, rng.randint(1, 3)))})

    def when(where: str) -> Claim:
        return Claim(where, rng.choice(DATES)[0])

    source = rng.choice(others) if others and rng.random() < 0.5 else None
    if kind == "person":
        found = [name() for _ in range(rng.randint(1, 2))]
        found += [when("birth"), Claim("sex", rng.choice(("female", "male"))), Claim("phone", "+7 701 234-56-78")]
        found += [Claim("notes", sentence(), source=source), Claim("occupation", state="unknown")]
        found += [Claim("relative", {"relation": "mother", "name": rng.choice(NAMES)})]
        found += [Claim("relative", {"relation": "brother", "link": rng.choice(others)})] if others else []
    elif kind == "event":
        found = [
            when("when"),
            when("until"),
            Claim("place", {"text": rng.choice(PLACES), "county": rng.choice(PLACES)}),
        ]
        found += [Claim("kind", rng.choice(("arrest", "release")))]
        found += [Claim("narrative", sentence(), source=source), Claim("narrative", sentence(), state="retracted")]
        found += [Claim("person", rng.choice(others))] if others else []
    else:
        found = [Claim("text", sentence()), when("taken_on")]
    return tuple(rng.sample(found, rng.randint(1, len(found))))


class Shelf:
    """Sealed objects and an index over them, as a vault holds them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.engine = sqlite.memory()
        self.sealers = {1: Sealer(bytes(16), 1, bytes(32))}
        self.entries: tuple[SegmentEntry, ...] = ()
        self.newest: dict[bytes, Revision] = {}
        self.order: list[bytes] = []
        self.purged: set[bytes] = set()
        self.serial = 0
        self.epoch = 0
        self.merges = 0
        self.cache = PageCache(1 << 18)

    @contextmanager
    def batch(self) -> Iterator[ObjectBatch]:
        with self.engine.transaction() as writer:
            yield ObjectBatch(writer, self.sealers, 1)

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def revise(self, record_id: bytes | None = None, *, removed: bool = False) -> Revision:
        rng = self.rng
        old = self.newest.get(record_id) if record_id else None
        kind = old.kind if old else rng.choice(KINDS)
        return Revision(
            record_id=record_id or rng.randbytes(16),
            kind=kind,
            parents=(old.id,) if old else (),
            device=b"d",
            time=self.epoch,
            claims=() if removed else claims_of(rng, kind, list(self.newest)),
            seed=rng.randbytes(32),
            removed=removed,
        )

    def commit(self, *revisions: Revision) -> None:
        self.epoch += 1
        with self.batch() as batch:
            index = Index(batch, self.entries, self.cache)
            older = [index.current(revision.record_id) for revision in revisions if revision.parents]
            documents = [
                document_of(revision, batch.put(Kind.REVISION, revision.encode()), SCHEMAS, self.epoch)
                for revision in revisions
            ]
            supersedes = {(row.serial, row.number) for row in older if row is not None}
            entries = (*self.entries, build(batch, documents, self.next_serial(), supersedes))
            self.tidy(batch, entries)
        for revision in revisions:
            self.newest[revision.record_id] = revision
            if revision.record_id in self.order:
                self.order.remove(revision.record_id)
            self.order.append(revision.record_id)

    def tidy(self, batch: ObjectBatch, entries: tuple[SegmentEntry, ...]) -> None:
        change = Index(batch, entries, self.cache).tidy(batch, self.next_serial(), self.epoch)
        self.merges += len(change.entries) < len(entries)
        for ref in change.orphaned:
            batch.delete(ref)
        self.entries = change.entries

    def purge(self, record_id: bytes) -> None:
        self.epoch += 1
        with self.batch() as batch:
            index = Index(batch, self.entries, self.cache)
            change = index.purge(batch, index.history(record_id), self.epoch)
            for ref in change.orphaned:
                batch.delete(ref)
            self.entries = change.entries
        del self.newest[record_id]
        self.order.remove(record_id)
        self.purged.add(record_id)

    @contextmanager
    def opened(self) -> Iterator[tuple[Index, Callable[[Ref], Revision]]]:
        with self.batch() as batch:
            yield (
                Index(batch, self.entries, self.cache),
                lambda ref: decode_revision(batch.get(Kind.REVISION, ref)),
            )

    def live(self) -> list[Revision]:
        """Give the newest revisions that are not removed, newest first."""
        return [self.newest[record_id] for record_id in reversed(self.order) if not self.newest[record_id].removed]


def fill(shelf: Shelf, commits: int) -> None:
    rng = shelf.rng
    for _ in range(commits):
        known = list(shelf.newest)
        alive = [record_id for record_id in known if not shelf.newest[record_id].removed]
        dice = rng.random()
        if alive and dice < 0.08:
            shelf.commit(shelf.revise(rng.choice(alive), removed=True))
        elif known and dice < 0.12:
            shelf.purge(rng.choice(known))
        elif alive and dice < 0.4:
            some = rng.sample(alive, min(len(alive), rng.randint(1, 3)))
            shelf.commit(*[shelf.revise(record_id) for record_id in some])
        else:
            shelf.commit(*[shelf.revise() for _ in range(rng.choice((1, 1, 1, 2, 3, 9)))])


@pytest.fixture(scope="module")
def size(deep):
    return deep("search-exact", 400, 2000)


def test_search_answers_like_a_scan_of_all_records(size):
    rng = size.random()
    asked = found_any = by_sound = 0
    merges = 0
    while asked < size:
        shelf = Shelf(random.Random(rng.random()))
        fill(shelf, 90)
        merges += shelf.merges
        with shelf.opened() as (index, opened):
            for _ in range(200):
                query = ask(shelf.rng, list(shelf.newest))
                expected = {revision.record_id for revision in shelf.live() if query.holds(revision)}
                asks = parse(query.text, SCHEMAS, exact=query.ways.exact, script=query.ways.script)
                answers = index.search(asks, SCHEMAS, lambda row: opened(row.ref))
                found = list(answers)
                assert not answers.capped
                ids = [one.row.record_id for one in found]
                assert set(ids) == expected, query
                assert len(ids) == len(expected), query
                assert [one.revision.record_id for one in found] == ids
                scores = [one.score for one in found]
                assert scores == sorted(scores, reverse=True), query
                asked += 1
                found_any += bool(expected)
                by_sound += sum(NAME_SIMILAR < score < NAME_EXACT or TEXT_EXACT > score > OTHER for score in scores)
    assert merges
    assert found_any > asked / 5
    assert by_sound > asked / 5


def test_rows_counts_links_and_history_agree_with_what_was_written(size):
    shelf = Shelf(size.random())
    fill(shelf, 150)
    assert shelf.merges
    with shelf.opened() as (index, opened):
        live = shelf.live()
        assert [row.record_id for row in index.rows()] == [revision.record_id for revision in live]
        removed = list(reversed(shelf.order))
        assert [row.record_id for row in index.rows(removed=True)] == removed
        for kind in KINDS:
            of_kind = [revision.record_id for revision in live if revision.kind == kind]
            assert [row.record_id for row in index.rows(kind)] == of_kind
            assert index.counts().get(kind, 0) == len(of_kind)
        for record_id, newest in shelf.newest.items():
            rows = index.history(record_id)
            revisions = [opened(row.ref) for row in rows]
            assert revisions[-1] == newest
            assert [row.superseded for row in rows] == [True] * (len(rows) - 1) + [False]
            for before, after in itertools.pairwise(revisions):
                assert after.parents == (before.id,)
            current = index.current(record_id)
            assert current is not None
            assert (current.revision_id, current.removed) == (newest.id, newest.removed)
            assert index.lookup(record_id.hex()[:9]) == [record_id]
            links = {
                revision.record_id
                for revision in live
                if any(claim.source == record_id or link_of(claim) == record_id.hex() for claim in revision.claims)
            }
            assert {row.record_id for row in index.links_to(record_id)} == links
        assert shelf.purged
        for record_id in shelf.purged:
            assert index.current(record_id) is None
            assert all(row.purged and not any(row.ref.name) for row in index.history(record_id))
            assert index.history(record_id)


def test_nothing_is_left_behind_and_nothing_is_missing(size):
    shelf = Shelf(size.random())
    fill(shelf, 120)
    with shelf.opened() as (index, _):
        named = {ref.name for _, ref in index.own_refs()} | {row.ref.name for row in index.refs()}
    with shelf.engine.snapshot() as reader:
        assert reader.count() == len(named)


def test_a_purged_word_is_in_no_page(size):
    shelf = Shelf(size.random())
    fill(shelf, 40)
    word = "unrepeatable"
    victim = shelf.revise()
    victim = Revision(
        victim.record_id, "person", (), b"d", 1, (Claim("name", {"text": word}), Claim("notes", word)), bytes(32)
    )
    shelf.commit(victim)
    fill(shelf, 20)
    if victim.record_id in shelf.newest:
        shelf.purge(victim.record_id)
    shelf.cache.clear()
    with shelf.opened() as (index, _):
        assert not list(index.candidates(parse(word, SCHEMAS)))
    with shelf.batch() as batch:
        for segment, ref in Index(batch, shelf.entries).own_refs():
            assert word.encode() not in batch.get(Kind.SEGMENT if segment else Kind.PAGE, ref)
