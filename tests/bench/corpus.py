"""Invented records for measuring: the same for the same seed, about two kilobytes each.

Every name, place and word here is put together from syllables by a seeded generator and belongs to nobody. Words follow
Zipf's law, as those of real texts do; names come in Kazakh Cyrillic, Latin, Arabic script and Chinese.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from vault.records import Claim, Draft

VOCABULARY = 20_000
NARRATIVE_BYTES = 1_430
STORY_BYTES = 240

_CYRILLIC = "ба бе да ды ер жа жұ за қа қо ла ма мұ на нұ ра са та тұ ша ай бек гүл дос жан кен мар нар сұл тай".split()
_LATIN = "ba be da dy er ja zhu za qa ko la ma mu na nu ra sa ta tu sha ai bek gul dos jan ken mar nar sul tai".split()
_ARABIC = "با بە دا دى ەر جا جۇ زا قا قو لا ما مۇ نا نۇ را سا تا تۇ شا اي بەك گۇل دوس جان كەن مار نار سۇل تاي".split()
_HAN = "巴别达德尔加朱扎卡科拉马木那努热萨塔吐夏艾克古多江肯玛尔苏泰"


@dataclass(frozen=True, slots=True)
class Item:
    """One record to store, and what of it a full-text index is given."""

    serial: int
    draft: Draft

    @property
    def names(self) -> str:
        """Join the names."""
        return " ".join(claim.value["text"] for claim in self.draft.claims if claim.field == "name")

    @property
    def text(self) -> str:
        """Join all other values."""
        return " ".join(text for claim in self.draft.claims if claim.field != "name" for text in _texts(claim.value))

    @property
    def value_bytes(self) -> int:
        """Count the bytes of the values alone, in UTF-8."""
        return sum(len(text.encode()) for claim in self.draft.claims for text in _texts(claim.value))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif value is not None:
        yield str(value)


class Corpus:
    """A reproducible stream of records, and the words to search it for."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.seed = seed
        rng = random.Random(seed)
        self.words = self._vocabulary(rng)
        weights = [1 / (rank + 2.7) for rank in range(len(self.words))]
        self._cumulative = list(itertools.accumulate(weights))

    @staticmethod
    def _vocabulary(rng: random.Random) -> list[str]:
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            syllables = _LATIN if len(words) % 2 else _CYRILLIC
            words["".join(rng.choices(syllables, k=rng.choice((2, 2, 3, 3, 4))))] = None
        return list(words)

    def _prose(self, rng: random.Random, size: int) -> str:
        drawn: list[str] = []
        length = 0
        while length < size:
            word = rng.choices(self.words, cum_weights=self._cumulative)[0]
            drawn.append(word)
            length += len(word.encode()) + 1
        return " ".join(drawn)

    def __iter__(self) -> Iterator[Item]:
        """Make the records one after the other."""
        for serial in range(self.count):
            yield self.item(serial)

    def item(self, serial: int) -> Item:
        """Make the record with a serial number, without the ones before it."""
        rng = random.Random(self.seed << 32 | serial)
        given = [rng.randrange(len(_CYRILLIC)) for _ in range(rng.choice((2, 3)))]
        family = [rng.randrange(len(_CYRILLIC)) for _ in range(rng.choice((2, 3)))]
        names = tuple(
            f"{''.join(part[i] for i in given).title()} {''.join(part[i] for i in family).title()}"
            for part in (_CYRILLIC, _LATIN, _ARABIC)
        )
        han = "".join(_HAN[i] for i in given) + "·" + "".join(_HAN[i] for i in family)
        village = "".join(rng.choices(_LATIN, k=3)).title()
        narrative = self._prose(rng, NARRATIVE_BYTES)
        health = self._prose(rng, STORY_BYTES)
        born = rng.randrange(1930, 2005)
        claims = (
            Claim("name", {"text": names[0], "kind": "birth", "script": "Cyrl"}, basis="told"),
            Claim("name", {"text": names[1], "kind": "official", "script": "Latn"}, basis="document"),
            Claim("name", {"text": names[2], "kind": "birth", "script": "Arab"}, basis="told"),
            Claim("name", {"text": han, "kind": "chinese-official", "script": "Hani"}, basis="state"),
            Claim("sex", rng.choice(("female", "male"))),
            Claim("birth", f"{born}-{rng.randrange(1, 13):02d}", confidence="medium"),
            Claim("birth", f"{born + 1}~", basis="state", confidence="low"),
            Claim("id_document", f"INV-{serial:07d}-{rng.randrange(10**6):06d}", basis="document"),
            Claim("address", {"text": f"{village} 7", "county": village, "region": "Invented"}, basis="told"),
            Claim("occupation", " ".join(rng.choices(self.words[:2000], k=3)), basis="told"),
            Claim("health", health, basis="told", as_of="2018-03"),
            Claim("notes", narrative, basis="eyewitness", as_of="2017-05/2018-08", recorded_at=1_700_000_000),
        )
        return Item(serial, Draft("person", claims))

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
