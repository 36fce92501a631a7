"""Invented records for measuring: the same for the same seed, about two kilobytes each.

Every name, place and word here is put together from syllables by a seeded generator and belongs to nobody. Words follow
Zipf's law, as those of real texts do. A person has a name in Kazakh Cyrillic, Latin, Arabic script and Chinese, of
which the record holds three: the fourth is what is asked for when a search is to cross from script to script.
"""

import itertools
import marshal
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vault.records import Claim, Draft

VOCABULARY = 20_000
NARRATIVE_BYTES = 1_450
STORY_BYTES = 240
LONG = 6
_CHUNK = 500
RECORDED_AT = 1_700_000_000

_CYRILLIC = "ба бе да ды ер жа жұ за қа қо ла ма мұ на нұ ра са та тұ ша ай бек гүл дос жан кен мар нар сұл тай".split()
_LATIN = "ba be da dy er ja zhu za qa qo la ma mu na nu ra sa ta tu sha ai bek gul dos jan ken mar nar sul tai".split()
_ARABIC = "با بە دا دى ەر جا جۇ زا قا قو لا ما مۇ نا نۇ را سا تا تۇ شا اي بەك گۇل دوس جان كەن مار نار سۇل تاي".split()
_HAN = "巴 别 达 德 尔 加 朱 扎 卡 科 拉 马 木 那 努 热 萨 塔 吐 夏 艾 别克 古丽 多斯 江 肯 马尔 纳尔 苏勒 泰".split()
SCRIPTS = {"Cyrl": _CYRILLIC, "Latn": _LATIN, "Arab": _ARABIC, "Hani": _HAN}


@dataclass(frozen=True, slots=True)
class Item:
    """One record to store.

    Args:
        serial: Its number, from 0; also written in its `id_document`.
        draft: What is said.
        names: All names, as a full-text index is given them.
        text: All other values.
    """

    serial: int
    draft: Draft
    names: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who a record is about.

    Args:
        names: The name by script.
        missing: The script in which the record does not hold it.
    """

    names: dict[str, str]
    missing: str


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif value is not None:
        yield str(value)


class Corpus:
    """A reproducible stream of records, and what to search it for.

    Args:
        count: Number of records.
        seed: Of everything in them.
    """

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.seed = seed
        self.words = self._vocabulary(random.Random(seed))
        self._cumulative = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    @staticmethod
    def _vocabulary(rng: random.Random) -> list[str]:
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            syllables = _LATIN if len(words) % 2 else _CYRILLIC
            words["".join(rng.choices(syllables, k=rng.choice((2, 2, 3, 3, 4))))] = None
        return list(words)

    def _prose(self, rng: random.Random, size: int) -> str:
        text = ""
        while len(text.encode()) < size:
            text += " ".join(rng.choices(self.words, cum_weights=self._cumulative, k=size // 10)) + " "
        return text.encode()[: text.encode().find(b" ", size)].decode()

    def __iter__(self) -> Iterator[Item]:
        """Make the records one after the other."""
        return map(self.item, range(self.count))

    def _rng(self, serial: int) -> random.Random:
        return random.Random(self.seed << 32 | serial)

    def person(self, serial: int) -> Person:
        """Make the name of the person with a serial number, without the record."""
        return self._person(self._rng(serial))

    @staticmethod
    def _person(rng: random.Random) -> Person:
        given, family = (rng.choices(range(len(_LATIN)), k=rng.choice((2, 3))) for _ in range(2))
        names = {
            script: ("·" if script == "Hani" else " ").join(
                "".join(syllables[i] for i in part).title() for part in (given, family)
            )
            for script, syllables in SCRIPTS.items()
        }
        return Person(names, rng.choice(tuple(SCRIPTS)))

    def item(self, serial: int) -> Item:
        """Make the record with a serial number, without the ones before it."""
        rng = self._rng(serial)
        person = self._person(rng)
        village = "".join(rng.choices(_LATIN, k=3)).title()
        born = rng.randrange(1930, 2005)

        def said(field: str, value: object, basis: str = "told", **marks: str) -> Claim:
            return Claim(field, value, basis=basis, recorded_at=RECORDED_AT + serial, **marks)  # type: ignore[arg-type]

        claims = (
            *(
                said(
                    "name",
                    {"text": name, "kind": "chinese-official" if script == "Hani" else "birth", "script": script},
                )
                for script, name in person.names.items()
                if script != person.missing
            ),
            said("sex", rng.choice(("female", "male"))),
            said("birth", f"{born}-{rng.randrange(1, 13):02d}", confidence="medium"),
            said("birth", f"{born + 1}~", "state", confidence="low"),
            said("id_document", f"INV-{serial:07d}-{rng.randrange(10**6):06d}", "document"),
            said("address", {"text": f"{village} 7", "county": village, "region": "Invented"}),
            said("occupation", " ".join(rng.choices(self.words[:2000], k=3))),
            said("health", self._prose(rng, STORY_BYTES), as_of="2018-03"),
            said("notes", self._prose(rng, NARRATIVE_BYTES), "eyewitness", as_of="2017-05/2018-08"),
        )
        return _item(serial, claims)

    # --- what to search for ---

    def pairs(self, count: int) -> list[tuple[str, str]]:
        """Choose pairs of middling words, each of which stands together in at least one record."""
        rng = random.Random(self.seed + 1)
        known = {word: rank for rank, word in enumerate(self.words)}
        chosen: list[tuple[str, str]] = []
        while len(chosen) < count:
            words = sorted(set(self.item(rng.randrange(self.count)).text.split()))
            middling = [word for word in words if 40 <= known.get(word, 0) < 800]
            if len(middling) >= 2:
                chosen.append(tuple(rng.sample(middling, 2)))  # type: ignore[arg-type]
        return chosen

    def rare_names(self, count: int) -> list[tuple[str, ...]]:
        """Choose long full names, in words, each in a script in which a record holds it."""
        rng = random.Random(self.seed + 2)
        people = (self.person(rng.randrange(self.count)) for _ in itertools.count())
        names = (person.names["Cyrl" if person.missing == "Latn" else "Latn"].split() for person in people)
        long = (tuple(name) for name in names if min(map(len, name)) >= LONG)
        return list(itertools.islice(long, count))

    def crossings(self, count: int) -> list[tuple[str, int]]:
        """Choose full names in the script in which their record does not hold them, each with its serial number."""
        rng = random.Random(self.seed + 3)
        serials = [rng.randrange(self.count) for _ in range(count)]
        people = [(self.person(serial), serial) for serial in serials]
        return [(person.names[person.missing], serial) for person, serial in people]


def _item(serial: int, claims: tuple[Claim, ...]) -> Item:
    names = " ".join(claim.value["text"] for claim in claims if claim.field == "name")
    text = " ".join(text for claim in claims if claim.field != "name" for text in _texts(claim.value))
    return Item(serial, Draft("person", claims), names, text)


class Spool:
    """Records made beforehand and kept in a file: reading one costs a twentieth of making it.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, items: Iterable[Item]) -> None:
        """Make them all."""
        left = iter(items)
        part = self.path.with_suffix(".part")
        with part.open("wb") as file:
            while chunk := list(itertools.islice(left, _CHUNK)):
                data = marshal.dumps([(i.serial, i.names, i.text, [_plain(c) for c in i.draft.claims]) for i in chunk])
                file.write(len(data).to_bytes(4) + data)
        part.replace(self.path)

    def __iter__(self) -> Iterator[Item]:
        """Read them one after the other."""
        with self.path.open("rb") as file:
            while size := int.from_bytes(file.read(4)):
                for serial, names, text, claims in marshal.loads(file.read(size)):
                    yield Item(serial, Draft("person", tuple(map(_claim, claims))), names, text)


def _plain(claim: Claim) -> tuple[object, ...]:
    return claim.field, claim.value, claim.basis, claim.as_of, claim.confidence, claim.recorded_at


def _claim(plain: tuple[Any, ...]) -> Claim:
    field, value, basis, as_of, confidence, recorded_at = plain
    return Claim(field, value, "stated", basis, as_of, confidence, None, recorded_at)
