"""Which persons are one: a person's verdicts, and whom to ask about.

Part of floor 3. A verdict stands in both records. It refuses records that are not persons or are removed, and decides
nothing by itself: what looks alike is only offered.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING, Any, Final

from vault import names
from vault.errors import RecordError
from vault.index import parse
from vault.records import Claim, continued, edtf, id_text, link_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from vault.index import Index, Row
    from vault.records import Draft, Revision, Schemas

PERSON: Final = "person"
SAME: Final = "same_as"
NOT_SAME: Final = "not_same_as"
ALSO_NAMED: Final = "also_named"
VERDICTS: Final = (SAME, NOT_SAME, ALSO_NAMED)
"""Fields of a person that a verdict writes, and nothing else."""

_KIN: Final = "relative"
_NAME_PARTS: Final = ("text", "script", "lang")


# --- verdicts ---------------------------------------------------------------------------------------------------------


def settled(claims: Sequence[Claim]) -> set[bytes]:
    """Give the records that nobody need be asked about: of which a person said whether they are the same, and kin.

    Args:
        claims: Claims of a person's record.

    Returns:
        Record ids.
    """
    values = [value for name in (SAME, NOT_SAME, _KIN) for value in _stated(claims, name)]
    return {target for value in values if (target := link_of(value)) is not None}


def check_person(record: Revision | Draft) -> None:
    """Refuse what is not the record of a person, or is removed.

    Raises:
        RecordError: It is not.
    """
    named = "the record" if record.record_id is None else f"record {id_text(record.record_id)}"
    if record.kind != PERSON:
        msg = f"{named} is of kind {record.kind[:64]}, not of a person"
        raise RecordError(msg)
    if record.removed:
        msg = f"{named} is removed; take it back into view first"
        raise RecordError(msg)


def check_pair(first: Revision, second: Revision) -> None:
    """Refuse a verdict that means nothing.

    Args:
        first: One record.
        second: The other.

    Raises:
        RecordError: They are one record, one is not of a person, or one is removed.
    """
    if first.record_id == second.record_id:
        msg = "these are one record, not two"
        raise RecordError(msg)
    check_person(first)
    check_person(second)


def with_verdict(mine: Revision, other: bytes, partners: Iterable[Revision], *, same: bool) -> Draft | None:
    """Write a verdict into one of the two records.

    Args:
        mine: Its newest revision.
        other: Record id of the other one.
        partners: Newest revisions of all records that are, after this verdict, the same person as `mine`.
        same: What was said.

    Returns:
        The next revision; None if the record says all this already.

    Secrets:
        All of it.
    """
    field, former = (SAME, NOT_SAME) if same else (NOT_SAME, SAME)
    said = other in mine.links(field)
    claims: list[Claim] = []
    for claim in mine.claims:
        about_other = link_of(claim.value) == other
        if claim.field == field and about_other and not said:
            continue  # it was taken back once, and is said again below
        if claim.field == former and about_other and claim.state == "stated":
            claims.append(replace(claim, state="retracted"))
        else:
            claims.append(claim)
    if not said:
        claims.append(Claim(field, other))
    done = with_aliases(claims, partners)
    return None if done == mine.claims else continued(mine, done)


def with_aliases(claims: Iterable[Claim], partners: Iterable[Revision]) -> tuple[Claim, ...]:
    """Bring the names that a record has from others up to date.

    A name taken back would still be found; so one that no partner has any more is left out, and the history keeps it.

    Args:
        claims: Claims of the record.
        partners: Newest revisions of the records that are the same person.

    Returns:
        The claims, with `also_named` for each stated name of a partner that the record has not itself.

    Secrets:
        All of it.
    """
    claims = tuple(claims)
    own = {_same_name(claim.value) for claim in claims if claim.field == "name" and claim.state == "stated"}
    wanted: dict[str, Any] = {}
    for partner in partners:
        for value in partner.values("name"):
            if isinstance(value, dict) and (key := _same_name(value)) and key not in own:
                wanted.setdefault(key, {part: value[part] for part in _NAME_PARTS if part in value})
    # One that is there stays as it is, with the time when it was written down.
    kept = [
        claim for claim in claims if claim.field != ALSO_NAMED or wanted.pop(_same_name(claim.value), None) is not None
    ]
    return (*kept, *(Claim(ALSO_NAMED, value) for value in wanted.values()))


def following(written: Sequence[Revision], newest: Callable[[bytes], Revision | None]) -> Iterator[Draft]:
    """Bring up to date what other records have from the names of records just written.

    Args:
        written: The new revisions.
        newest: Reads the newest revision that a record had before.

    Yields:
        Drafts of the others, each record once.

    Secrets:
        All of it.
    """
    known: dict[bytes, Revision | None] = {revision.record_id: revision for revision in written}

    def read(record: bytes) -> Revision | None:
        # Where many are one person, each is a partner of each.
        if record not in known:
            known[record] = newest(record)
        return known[record]

    linked = {target for revision in written if revision.kind == PERSON for target in revision.links(SAME)}
    for target in sorted(linked - known.keys()):
        other = read(target)
        if other is None or other.removed:
            continue
        partners = map(read, other.links(SAME))
        claims = with_aliases(other.claims, filter(None, partners))
        if claims != other.claims:
            yield continued(other, claims)


def _same_name(value: object) -> str:
    """Reduce a name so that two ways of writing the same letters compare equal."""
    return " ".join(word for word, _, _ in names.words(text_of(value)))


def texts_of_names(revision: Revision) -> Iterator[str]:
    """Give every name that a record has of its own, those taken back too."""
    for claim in revision.claims_of("name"):
        if text := text_of(claim.value):
            yield text


# --- likeness ---------------------------------------------------------------------------------------------------------

LIKELY: Final = 0.9
"""Score from which on two records are so likely of one person that somebody should be asked."""

_ID, _PHONE, _DAY, _YEAR, _PLACE = LIKELY, 0.2, 0.25, 0.1, 0.05
_APART, _SEX = 0.3, 0.35
_CROWDED, _ONE_WORD = 0.15, 0.15
_CALLED_LIKE: Final = 0.85
_LEAST_CALLED: Final = 0.65
"""Likeness of names below which somebody is not listed, whatever else agrees but a number of a paper."""
_CROWD: Final = 3
"""If more others than this are called so, the name alone says little."""
_MOST_GAIN: Final = _DAY + _PLACE
_MAX_SHARED: Final = 20
_LONG_HAN: Final = 4
_MAX_OPENED: Final = 40
_MAX_LOOKED_FOR: Final = 64
_IDS: Final = ("id_document", "passport")
_PHONES: Final = ("phone", "account")
_PLACES: Final = ("birth_place", "address")
_NUMBER: Final = range(5, 65)
"""Characters of a number of a paper, phone or account; what is longer is none."""
MAX_NAME: Final = 200
"""Characters of a name that are compared."""
_MAX_COMPARED: Final = 8
"""Values of a field that are compared: whoever has more is known by these, and takes no more time."""
_SLACK_DAYS: Final = 366
_MORE_SLACK_DAYS: Final = 3 * 366
_NARROW_DAYS: Final = 366


def _stated(claims: Sequence[Claim], name: str) -> list[Any]:
    """Give the values of a field that stand."""
    chosen = [claim for claim in claims if claim.field == name]
    return [
        claim.value
        for place, claim in enumerate(chosen, 1)
        if claim.state == "stated"
        and not any(later.state == "retracted" and later.value in (None, claim.value) for later in chosen[place:])
    ]


class Known:
    """What of a person's claims can agree with another's.

    Args:
        claims: Claims of a revision or a draft.

    Secrets:
        All of it.
    """

    def __init__(self, claims: Sequence[Claim]) -> None:
        """Take nothing apart yet."""
        self._claims = claims

    @cached_property
    def names(self) -> list[str]:
        """Names as written, each once and cut, and the first few."""
        found = dict.fromkeys(text_of(value)[:MAX_NAME] for value in _stated(self._claims, "name"))
        return [name for name in found if name][:_MAX_COMPARED]

    @cached_property
    def births(self) -> list[edtf.Date]:
        """Dates of birth that can be read, the first few."""
        found = map(_date, _stated(self._claims, "birth"))
        return list(islice((one for one in found if one is not None), _MAX_COMPARED))

    @cached_property
    def sexes(self) -> set[str]:
        """What is said of the sex."""
        return {value for value in _stated(self._claims, "sex") if isinstance(value, str)}

    @cached_property
    def ids(self) -> set[str]:
        """Numbers of papers in one piece."""
        return self._numbers(_IDS)

    @cached_property
    def phones(self) -> set[str]:
        """Phones and accounts in one piece."""
        return self._numbers(_PHONES)

    @cached_property
    def places(self) -> set[str]:
        """Places of birth and residence, as comparable words."""
        found = {_same_name(value) for name in _PLACES for value in _stated(self._claims, name)}
        return found - {""}

    def _numbers(self, fields: Sequence[str]) -> set[str]:
        found = {_same_name(value).replace(" ", "") for name in fields for value in _stated(self._claims, name)}
        return {number for number in found if len(number) in _NUMBER}


def _date(text: object) -> edtf.Date | None:
    try:
        return edtf.parse(text) if isinstance(text, str) else None
    except RecordError:
        return None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely two records are of one person, and why.

    Args:
        score: From `LIKELY` on somebody should be asked.
        called: Likeness of their names alone, from 0 to 1.
        name: The name of the other that is most like one of this; empty if a number alone agrees.
        agrees: What agrees beside the name.
        contradicts: What cannot both be true of one person.
        asked: The name of this that is most like it, prepared; None as `name` is empty.

    Secrets:
        All but the score.
    """

    score: float
    called: float
    name: str = field(repr=False)
    agrees: tuple[str, ...]
    contradicts: tuple[str, ...]
    asked: names.Asked | None = field(repr=False)

    def reasons(self) -> list[str]:
        """Say all of it in words, the likeness of the names first; this takes longer than to compare them."""
        said = [] if self.asked is None else self.asked.explain(self.name)
        return [*said, *self.agrees, *self.contradicts]


def compare(mine: Known, other: Known, asked: Sequence[names.Asked], *, crowded: bool = False) -> Likeness:
    """Compare two persons.

    Args:
        mine: One.
        other: The other.
        asked: The names of the first, prepared.
        crowded: Many are called so: the name alone says little.

    Returns:
        How like they are. Neither what agrees nor what contradicts is proof.

    Secrets:
        All of it.
    """
    likeness, name, question = _names_alike(mine.names, other.names, asked)
    score = likeness
    agrees: list[str] = []
    contradicts: list[str] = []
    for gain, what, holds in (
        (_ID, "the same number of a paper", mine.ids & other.ids),
        (_PHONE, "the same phone or account", mine.phones & other.phones),
        (_PLACE, "the same place", mine.places & other.places),
    ):
        if holds:
            score += gain
            agrees.append(what)
    born, what = _born(mine.births, other.births)
    score += born
    if what:
        (agrees if born > 0 else contradicts).append(what)
    if mine.sexes and other.sexes and not mine.sexes & other.sexes:
        score -= _SEX
        contradicts.append("the sex differs")
    score -= _CROWDED * crowded
    return Likeness(max(score, 0.0), likeness, name, tuple(agrees), tuple(contradicts), question)


def _names_alike(
    mine: Sequence[str], other: Sequence[str], asked: Sequence[names.Asked]
) -> tuple[float, str, names.Asked | None]:
    """Give the likeness of the two names that are most alike, both ways, with the other's name."""
    best: tuple[float, str, names.Asked | None] = (0.0, "", None)
    for name in other:
        back: names.Asked | None = None
        for text, question in zip(mine, asked, strict=True):
            there = question.similarity(name)
            if (there + 1) / 2 <= best[0]:
                continue
            # A name that has more words than the other answers it, and is not answered by it.
            back = back or names.Asked(name)
            likeness = (there + back.similarity(text)) / 2
            likeness -= _ONE_WORD * (min(_count(text), _count(name)) < 2)
            if likeness > best[0]:
                best = likeness, name, question
    return best


def _count(name: str) -> int:
    """Count the words of a name; Chinese characters without a mark between them are one word, of four on two."""
    found = names.words(name)
    han = [word for word, _, _ in found if names.is_han(word)]
    gaps = sum(before[2] != after[1] for before, after in pairwise(found))
    return gaps + 1 + (len(han) >= _LONG_HAN and not gaps)


def _born(mine: Sequence[edtf.Date], other: Sequence[edtf.Date]) -> tuple[float, str]:
    """Weigh dates of birth: what speaks for one person counts before what speaks against it."""
    if not mine or not other:
        return 0.0, ""
    pairs = [(one, another) for one in mine for another in other]
    if any(one.precision == another.precision == "day" and one.earliest == another.earliest for one, another in pairs):
        return _DAY, "born on the same day"
    together = [(one, another) for one, another in pairs if edtf.overlaps(one, another)]
    if any(_narrow(one) and _narrow(another) for one, another in together):
        return _YEAR, "the dates of birth fit"
    if together:
        return 0.0, ""
    if all(_days_between(one, another) > _slack(one, another) for one, another in pairs):
        return -_APART, "the dates of birth do not fit"
    return 0.0, ""


def _narrow(one: edtf.Date) -> bool:
    return bool(one.earliest and one.latest) and _length(one) <= _NARROW_DAYS


def _length(one: edtf.Date) -> int:
    return ((one.latest or date.max) - (one.earliest or date.min)).days


def _days_between(one: edtf.Date, other: edtf.Date) -> int:
    first, second = sorted((one, other), key=lambda each: each.earliest or date.min)
    return ((second.earliest or date.min) - (first.latest or date.max)).days


def _slack(one: edtf.Date, other: edtf.Date) -> int:
    """Say by how many days dates may miss each other: people are a year off often, more where it says so."""
    doubtful = one.approximate or one.uncertain or other.approximate or other.uncertain
    return _MORE_SLACK_DAYS if doubtful else _SLACK_DAYS


class Comparer:
    """Finds the persons of a vault who are likely the same as another.

    Args:
        index: Of a snapshot.
        schemas: Schemas in force.
        opened: Opens the revision of a row of that snapshot.

    Secrets:
        What it gives.
    """

    def __init__(self, index: Index, schemas: Schemas, opened: Callable[[Row], Revision]) -> None:
        """Read nothing yet."""
        self._index = index
        self._schemas = schemas
        self._opened = opened

    def alike(
        self, claims: Sequence[Claim], record_id: bytes | None = None, *, least: float = 0.0
    ) -> list[tuple[Revision, Likeness]]:
        """Give the persons who are likely the same as one with these claims, likeliest first.

        Args:
            claims: Claims of a revision or a draft.
            record_id: Its record id, if it has one; who is settled in either record is left out.
            least: Least score that is wanted.

        Raises:
            IntegrityError: The index or a record is damaged.
        """
        mine = Known(claims)
        asked = [names.Asked(name) for name in mine.names]
        called = self._index.alike(mine.names, limit=_MAX_OPENED, kind=PERSON)
        crowded = sum(one.likeness >= _CALLED_LIKE for one in called) > _CROWD
        rows = {row.record_id: row for row in self._by_number(mine)}
        # What else agrees adds so much and no more: who is called otherwise need not be opened.
        rows |= {one.row.record_id: one.row for one in called if one.likeness >= least - _MOST_GAIN}
        found = []
        for target in rows.keys() - settled(claims) - {record_id}:
            other = self._opened(rows[target])
            if record_id not in settled(other.claims):
                found.append((other, compare(mine, Known(other.claims), asked, crowded=crowded)))
        wanted = [
            one for one in found if one[1].score >= least and (one[1].called >= _LEAST_CALLED or one[1].score >= LIKELY)
        ]
        return sorted(wanted, key=lambda one: (-one[1].score, one[0].record_id))

    def pairs(
        self, since: int, progress: Callable[[int], None] | None = None
    ) -> Iterator[tuple[Revision, Revision, Likeness]]:
        """Give the likely pairs of which one at least was written after a commit, each pair once.

        Args:
            since: Epoch of that commit.
            progress: Called with the number of persons compared so far.

        Yields:
            A person written since, another one, and their likeness from `LIKELY` on.

        Raises:
            IntegrityError: The index or a record is damaged.
        """
        given: set[frozenset[bytes]] = set()
        fresh = takewhile(lambda row: row.epoch > since, self._index.rows(PERSON))
        for number, row in enumerate(fresh, 1):
            mine = self._opened(row)
            for other, likeness in self.alike(mine.claims, mine.record_id, least=LIKELY):
                pair = frozenset((mine.record_id, other.record_id))
                if pair not in given:
                    given.add(pair)
                    yield mine, other, likeness
            if progress is not None:
                progress(number)

    def _by_number(self, mine: Known) -> Iterator[Row]:
        for fields, numbers in ((_IDS, mine.ids), (_PHONES, mine.phones)):
            for name in fields:
                for number in sorted(numbers)[:_MAX_LOOKED_FOR]:
                    query = parse(f"{PERSON}.{name}:{number}", self._schemas)
                    yield from (one.row for one in islice(self._index.candidates(query), _MAX_SHARED))
