"""How likely two words are spellings of one name, by what their sounds cost.

Part of the ground. Two readings are aligned sound by sound. What a pair of sounds gains, and what a sound loses that
has no partner, was learned from pairs of spellings (`costs.tsv`, whose head tells its origin and licence; written by
`tools/learn_costs.py`). The gains differ with the manners in which the words are spelled: a vowel that Arabic does not
write loses little, one that Cyrillic does not write much. A sound that is rare gains more than a common one.

It remembers nothing but the table.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from math import exp
from typing import TYPE_CHECKING, Final, NamedTuple

from vault.names.sounds import SOUNDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.names import letters

LOSS: Final = -4.0
"""Gain of two sounds that the table does not pair."""
_LEAST_OWN: Final = 0.5
"""What a sound gains at least with itself."""


class Reading(NamedTuple):
    """A way in which a word may sound, made ready to be aligned."""

    sounds: str
    manner: str
    own: float
    """What it gains when aligned with itself."""
    loss: float
    """What it loses for not being the likeliest."""


class Kind(NamedTuple):
    """What the sounds of a word spelled in one manner gain with those of a word spelled in the same or another."""

    bias: float
    pairs: dict[str, dict[str, float]]
    alone: dict[str, tuple[float, float, float]]
    """What a sound gains without partner at the beginning of a word, within it and at its end."""


class Table(NamedTuple):
    """What was learned."""

    kinds: dict[str, Kind]
    """By two manners (`vault.names.letters.Reading`), a letter each."""
    losses: dict[str, list[float]]
    """By manner, what a reading gains at its place in the order of likelihood."""
    share: float
    """How much counts the gain as a share of the best one possible."""
    gain: float
    """How much counts the gain."""
    own: float
    """How much counts the best gain possible."""


def table(text: str) -> Table:
    """Read a table as `tools/learn_costs.py` writes it.

    Args:
        text: The table, whose head tells its form.

    Returns:
        What it says.
    """
    kinds: dict[str, Kind] = {}
    losses: dict[str, list[float]] = {}
    counts = [0.0]
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        head, sound, *cells = line.split("\t")
        if sound == "counts":
            counts = [float(cell) for cell in cells]
        elif sound == "readings":
            losses[head] = [float(cell) for cell in cells]
        elif sound == "bias":
            kinds[head] = Kind(float(cells[0]), {}, {})
        else:
            first, within, last = map(float, cells[:3])
            kinds[head].alone[sound] = first, within, last
            partners = {partner[0]: float(partner[2:]) for partner in cells[3].split()}
            kinds[head].pairs[sound] = dict.fromkeys(SOUNDS, LOSS) | partners
    return Table(kinds, losses, *counts)


@cache
def _table() -> Table:
    return table(resources.files("vault.names").joinpath("costs.tsv").read_text("utf-8"))


def _alone(sounds: str, kind: Kind) -> list[float]:
    alone = kind.alone
    gains = [alone[sound][1] for sound in sounds]
    gains[-1] = alone[sounds[-1]][2]
    gains[0] = alone[sounds[0]][0]
    return gains


def aligned(ours: str, theirs: str, one: Kind, other: Kind) -> float:
    """Give the gain of the best alignment of two readings.

    Args:
        ours: Sounds, at least one.
        theirs: Sounds, at least one.
        one: The kind of the first word's manner with the second's.
        other: The kind of the second's with the first's.

    Returns:
        The logarithm of how much likelier the readings are two of one name than of two names.
    """
    losses = _alone(theirs, other)
    line = [0.0]
    for loss in losses:
        line.append(line[-1] + loss)
    for sound, skip in zip(ours, _alone(ours, one), strict=True):
        gains = one.pairs[sound]
        before = line[0]
        best = before + skip
        fresh = [best]
        for partner, loss, above in zip(theirs, losses, line[1:], strict=True):
            best += loss
            gain = before + gains[partner]
            if gain > best:  # noqa: PLR1730  # a call of max takes thrice the time
                best = gain
            if above + skip > best:  # noqa: PLR1730
                best = above + skip
            fresh.append(best)
            before = above
        line = fresh
    return line[-1]


def ready(readings: Sequence[letters.Reading], place: int) -> Reading:
    """Make one of the readings of a word ready to be aligned.

    Args:
        readings: In the order of likelihood.
        place: Which.

    Secrets:
        As secret as the word.
    """
    learned = _table()
    sounds, manner = readings[place]
    own = learned.kinds[manner + manner].pairs
    gain = sum([max(own[sound][sound], _LEAST_OWN) for sound in sounds])
    likelier = sum([other == manner for _, other in readings[:place]])
    return Reading(sounds, manner, gain, learned.losses[manner][likelier])


def chance(ours: Reading, theirs: Reading) -> float:
    """Tell how likely two readings are of one name, if as many strangers as namesakes are met.

    Args:
        ours: A reading.
        theirs: Another one.

    Returns:
        Between 0.0 and 1.0.
    """
    learned = _table()
    one, other = learned.kinds[ours.manner + theirs.manner], learned.kinds[theirs.manner + ours.manner]
    gain = aligned(ours.sounds, theirs.sounds, one, other) + ours.loss + theirs.loss
    best = min(ours.own, theirs.own)
    share = gain / (ours.own + theirs.own) * 2
    return 1 / (1 + exp(-(one.bias + learned.share * share + learned.gain * gain + learned.own * best)))
