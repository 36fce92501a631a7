"""Places made coarser: to county, prefecture, region or country, by a table of Xinjiang and Kazakhstan.

Floor: 2. Pure. It knows a place only by a whole name; what the table does not know, and what may be two places, it does
not name. The result is never narrower than what was asked for, and never tells how the place was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import takewhile
from typing import Final, NamedTuple

from vault.matching.simplified import SIMPLIFIED

LEVELS: Final = ("county", "prefecture", "region", "country")
"""From the finest to the coarsest; a place is never shown finer than a county."""
MAX_PLACE: Final = 400
"""Characters of a text in which a place is looked for; a longer one is no place."""
_PARTS: Final = re.compile(r"[,،;；，、/|·()（）\n]+")
_ADJECTIVE: Final = "скии"
"""As a Russian adjective ends when it is folded."""
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_NUMBER: Final = re.compile(r"[\d\s-]*")
_MARKS: Final = str.maketrans(
    {
        **dict.fromkeys("'’ʼ‘`ʻʹئ", ""),
        **dict.fromkeys("-‐‑–—.", " "),
        "ک": "ك",
        "ی": "ي",
        "ى": "ي",
        "ہ": "ه",
        "ھ": "ه",
        "ە": "ه",
        "ة": "ه",
        "گ": "گ",
        "ı": "i",
        "ё": "е",
    }
)

_SORTS: Final[Mapping[str, frozenset[str]]] = {
    "city": frozenset({"city"}),
    "county": frozenset({"county"}),
    "district": frozenset({"district"}),
    "county or district": frozenset({"county", "district"}),
    "county or region": frozenset({"county", "region"}),
    "prefecture": frozenset({"prefecture"}),
    "region": frozenset({"region"}),
    "prefecture or region": frozenset({"prefecture", "region"}),
    "any": frozenset({"city", "county", "district", "prefecture", "region"}),
}
_WORDS: Final[Mapping[str, str]] = {
    "city": """city, city of, shi, shehiri, shehri, qalasy, kalasy, город, гор, г, қаласы, қала, қ, شەھىرى, شەھرى,
        قالاسى, 市""",
    "county": """county, county of, xian, xien, hsien, autonomous county, nahiyisi, nahiye, уезд, автономный уезд, 县,
        自治县""",
    "district": "qu, 区",
    "county or district": "district, rayon, raion, audany, район, р н, район имени, ауданы, ناھىيىسى, رايونى, اۋدانى",
    "county or region": "автономный район, автономиялық ауданы, автономиялы ауданы, ئاپتونوم رايونى, ئاپتونوم ناھىيىسى",
    "prefecture": """prefecture, autonomous prefecture, diqu, zizhizhou, wilayiti, oblasti, автономный округ, округ,
        префектура, автономиялық облысы, автономиялы облысы, аймағы, ۋىلايىتى, ئاپتونوم ئوبلاستى, 地区, 自治州, 州""",
    "region": "autonomous region, province, sheng, провинция, провинциясы, өлкесі, 省, 自治区",
    "prefecture or region": "region, oblast, область, обл, облысы, oblysy, аймақ",
    "any": """uyghur, uygur, uighur, kazakh, kazak, qazaq, mongol, mongolian, hui, kyrgyz, kirghiz, kirgiz, tajik, xibe,
        sibe, sibo, уйгурский, казахский, монгольский, хуэйский, киргизский, кыргызский, таджикский,
        сибоский, ұйғыр, қазақ, моңғол, хұй, дүнген, қырғыз, тәжік, сібе, ئۇيغۇر, قازاق, موڭغۇل, خۇيزۇ,
        قىرغىز, تاجىك, شىبە, 维吾尔, 哈萨克, 蒙古, 回族, 柯尔克孜, 塔吉克, 锡伯, 壮族, 族""",
}
_BEFORE: Final = frozenset(
    {"city of", "county of", "город", "гор", "г", "уезд", "район", "район имени", "область", "округ", "қ"}
)
"""Words for a sort of place that stand before the name."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the table.

    Args:
        key: Its own word in the table, such as `cn.xj.ili.tekes`.
        level: One of `LEVELS`.
        sort: city, county, district, prefecture, region or country.
        name: In English.
        above: The larger places that it lies in, the nearest first.
    """

    key: str
    level: str
    sort: str
    name: str
    above: tuple[Place, ...]

    @property
    def sorts(self) -> frozenset[str]:
        """What it may be called: a city of the rank of a prefecture was a prefecture before, and goes by both."""
        return frozenset({self.sort, "prefecture"} if self.level == "prefecture" else {self.sort})

    def at(self, level: str) -> Place:
        """Return the place itself or the nearest around it that is as coarse as `level`."""
        fine = LEVELS.index(level)
        return next(one for one in (self, *self.above) if LEVELS.index(one.level) >= fine)

    def lies_in(self, other: Place) -> bool:
        """Tell whether it is another place or lies in it."""
        return other is self or other in self.above


class _Named(NamedTuple):
    """What one part of a text may name."""

    places: frozenset[Place]
    sort_said: bool
    """It also says what sort of place it is."""


_UNKNOWN: Final = _Named(frozenset(), sort_said=False)


class _Table(NamedTuple):
    whole: dict[str, set[Place]]
    """By folded names as they stand in the table."""
    bare: dict[str, set[Place]]
    """By folded names without the word for their sort."""
    longest: int


def fold(text: str) -> str:
    """Reduce a name so that two usual ways of writing it compare equal: case, accents, apostrophes, hyphens."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_MARKS).translate(SIMPLIFIED)
    plain = (sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return " ".join("".join(plain).split())


@cache
def _sort_words() -> dict[str, frozenset[str]]:
    return {fold(word): _SORTS[sort] for sort, words in _WORDS.items() for word in " ".join(words.split()).split(", ")}


@cache
def _han_sort_words() -> tuple[str, ...]:
    return tuple(sorted(filter(_HAN.match, _sort_words()), key=len, reverse=True))


@cache
def _before() -> frozenset[str]:
    return frozenset(map(fold, _BEFORE))


def _strip_one(name: str) -> tuple[str, str]:
    """Take one word for a sort of place off a folded name; return what stays and the word, empty if there is none."""
    for word in _han_sort_words():
        if name.endswith(word) and len(name) > len(word):
            return name[: -len(word)].strip(), word
    words = name.split(" ")
    for size in (2, 1):
        if len(words) > size:
            last, first = " ".join(words[-size:]), " ".join(words[:size])
            if last in _sort_words():
                return " ".join(words[:-size]), last
            if first in _before():
                return " ".join(words[size:]), first
    return name, ""


def _bare(folded: str) -> tuple[str, frozenset[str] | None]:
    """Take off all words for a sort of place; return the name, and the sorts it may be, None if none was said."""
    sorts: frozenset[str] | None = None
    while True:
        folded, word = _strip_one(folded)
        if not word:
            return folded, sorts
        if sorts is None or sorts == _SORTS["any"]:
            sorts = _sort_words()[word]


@cache
def _table() -> _Table:
    places: dict[str, Place] = {}
    whole: defaultdict[str, set[Place]] = defaultdict(set)
    bare: defaultdict[str, set[Place]] = defaultdict(set)
    text = (resources.files(__package__) / "places.tsv").read_text(encoding="utf-8")
    head, *lines = text.splitlines()
    columns = head.split("\t")
    for line in lines:
        cells = dict(zip(columns, line.split("\t"), strict=True))
        around = places[cells["within"]] if cells["within"] else None
        place = Place(
            key=cells["key"],
            level=cells["level"],
            sort=cells["sort"],
            name=cells["english"],
            above=(around, *around.above) if around else (),
        )
        places[place.key] = place
        named = [cells[column] for column in columns[4:-1]] + cells["also"].split(";")
        for name in filter(None, map(fold, named)):
            whole[name].add(place)
            bare[_bare(name)[0]].add(place)
    return _Table(dict(whole), dict(bare), max(map(len, whole)))


def _coarsest(places: Iterable[Place]) -> frozenset[Place]:
    """Leave out whatever lies in another: a town and its prefecture of one name are told no finer than that."""
    found = set(places)
    return frozenset(one for one in found if not any(one is not other and one.lies_in(other) for other in found))


def _named(part: str) -> _Named:
    """Say what one part of a text names; nothing if it is not known whole."""
    table, folded = _table(), fold(part)
    name, sorts = _bare(folded)
    found: set[Place] = set()
    for spelling in (name, *_nouns(name)):
        found = found or {one for one in table.bare.get(spelling, ()) if sorts is None or one.sorts & sorts}
    # As it stands in the table, where the word for its sort is another than the place now has.
    found = found or (table.whole.get(folded, set()) if sorts else set())
    return _Named(frozenset(found), sort_said=sorts is not None) if found else _UNKNOWN


def _nouns(name: str) -> Iterator[str]:
    """Yield what a Russian adjective may be of: Кашгарский of Кашгар, Нилкинский of Нилка."""
    if name.endswith(_ADJECTIVE):
        stem = name.removesuffix(_ADJECTIVE)
        yield stem
        if stem.endswith("ин"):
            yield f"{stem[:-2]}а"


def _pieces(text: str) -> Iterator[_Named]:
    """Take a text apart at its commas; Chinese, which has none, at the names it begins with."""
    for part in _PARTS.split(text):
        if part.strip() and not _NUMBER.fullmatch(part):
            known = _named(part)
            yield from [known] if known.places or not _HAN.search(part) else _han_pieces("".join(part.split()))


def _han_pieces(text: str) -> list[_Named]:
    """Take the longest known names from the beginning of a Chinese text, as long as there are any."""
    found: list[_Named] = []
    while text:
        for size in range(min(len(text), _table().longest), 1, -1):
            known = _named(text[:size])
            if known.places:
                found.append(known)
                text = text[size:]
                break
        else:
            return [*found, _UNKNOWN]
    return found


def _down(chain: Sequence[frozenset[Place]]) -> frozenset[Place] | None:
    """Follow names from the coarsest to the finest, each within the one before; None where one lies elsewhere."""
    inside: frozenset[Place] = frozenset()
    for names in chain:
        places = names
        if inside:
            places = frozenset(one for one in names if any(one.lies_in(outer) for outer in inside))
            if not places:
                return None
        inside = _coarsest(places) if len(names) > 1 else places
    return inside


def _of_text(text: str) -> frozenset[Place] | None:
    """Say which places a text may mean: empty if nothing is known, None if it contradicts itself."""
    if len(text) > MAX_PLACE:
        return frozenset()
    pieces = list(_pieces(text))
    if pieces and all(piece.places for piece in pieces):
        names = [piece.places for piece in pieces]
        found = {one for one in (_down(names), _down(names[::-1])) if one}
        return found.pop() if len(found) == 1 else None
    tail = list(takewhile(lambda piece: piece.places, reversed(pieces)))
    head = list(takewhile(lambda piece: piece.places, pieces))
    while head and not (head[-1].sort_said or all(one.level in LEVELS[2:] for one in head[-1].places)):
        # From the beginning a name counts only if it says its sort: "Aksu road" is not in Aksu.
        head.pop()
    if tail and head:
        return None
    return _down([piece.places for piece in tail or head])


def find(value: object) -> frozenset[Place]:
    """Say which place of the table a value is, or lies in.

    Args:
        value: A place as recorded: a text, or a map with `text` and perhaps `county`, `region`, `country`. Secret.

    Returns:
        The finest place that is known, or all that it may be; none if it is not known or its parts contradict.
    """
    parts = value if isinstance(value, Mapping) else {"text": value}
    stated = [text for key in ("country", "region", "county") if isinstance(text := parts.get(key), str)]
    chain: list[frozenset[Place]] = []
    for one in stated:
        named = _of_text(one)
        if named is None or (not named and not chain):
            return frozenset()
        if not named:
            break
        chain.append(named)
    text = parts.get("text")
    own = _of_text(text) if isinstance(text, str) and text not in stated else frozenset()
    places = _down(chain)
    if own is None or places is None:
        return frozenset()
    return _both(places, own)


def _both(stated: frozenset[Place], own: frozenset[Place]) -> frozenset[Place]:
    """Join what the parts of a place say with what its text says; nothing if they contradict."""
    if not stated or not own:
        return stated or own
    finer = {one for one in own if any(one.lies_in(outer) for outer in stated)}
    finer |= {one for one in stated if any(one.lies_in(outer) for outer in own)}
    return _coarsest(finer)


def coarsen(value: object, to: str) -> dict[str, str] | None:
    """Make a place coarser.

    Args:
        value: A place as recorded. Secret.
        to: One of `LEVELS`.

    Returns:
        `text`, and of `county`, `region`, `country` what there is at that level or above, in English and always in
        the same words; of a name that several places have, the nearest place that they all lie in. None if the place
        is not known, or nothing is common to what it may be.

    Source:
        docs/disclosure.md §Places.
    """
    chains = [(place.at(to), *place.at(to).above) for place in find(value)]
    common = [one for one in chains[0] if all(one in chain for chain in chains)] if chains else []
    if not common:
        return None
    chain = (common[0], *common[0].above)
    shown = {one.level: one.name for one in chain if one.level != "prefecture"}
    return {"text": ", ".join(one.name for one in chain), **shown}


def is_as_coarse(text: str, level: str) -> bool:
    """Tell whether a text names nothing but places of the table that are as coarse as a level.

    Args:
        text: Whole text of a part of a place.
        level: One of `LEVELS`.

    Returns:
        False also for what is not known, and for a name that a finer place has too.
    """
    if len(text) > MAX_PLACE:
        return False
    fine = LEVELS.index(level)
    piece = _UNKNOWN
    for piece in _pieces(text):
        if not piece.places or any(LEVELS.index(one.level) < fine for one in piece.places):
            return False
    return bool(piece.places)
