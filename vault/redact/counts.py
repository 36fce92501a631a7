"""Counts in place of records: a table from which no group smaller than k can be worked out.

Floor: 2. A cell below k is not told, nor zero apart from one; and so many more cells are held back that what is told
leaves each of these at least k wide open. Tables that the same audience had before are taken as known. It refuses a
table that cannot be made safe.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from vault.errors import DisclosureError, FormatError

LEAST_GROUP: Final = 5
"""The smallest count that is told where the policy asks for no other."""
MAX_FIELDS: Final = 4
MAX_CELLS: Final = 4000
UNKNOWN: Final = "unknown"
SEVERAL: Final = "several"
OTHER: Final = "other"
"""What stands for nothing known, for more than one value, and for values that fewer than k have."""
_TOTAL_COSTS: Final = 4
"""How much rather than a total another cell of the same size is held back."""

_NO_END: Final = 1 << 60

Key: TypeAlias = tuple[str | None, ...]
"""A value for each field; None where all values are counted together."""
Conditions: TypeAlias = frozenset[tuple[str, str]]
"""What a count is of: for each field that it looks at, its name with how coarse it is, and the value."""
_Arc: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One count.

    Args:
        key: Its values.
        count: How many persons; None where that is held back.
    """

    key: Key
    count: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """What an audience knows from one table.

    Args:
        fields: For each field its name and how coarse it was told.
        members: For each person counted, by record id, the values.
        cells: Keys of the counts that were told.

    Secrets:
        `members`.
    """

    fields: tuple[str, ...]
    members: Mapping[bytes, tuple[str, ...]] = field(repr=False)
    cells: tuple[Key, ...]

    def counted(self) -> Iterator[tuple[Conditions, frozenset[bytes]]]:
        """Yield of each count that was told what it is of, and who was counted."""
        for key in self.cells:
            yield _conditions(self.fields, key), _counted(self.members, key)

    def without(self, person: bytes, stand_in: bytes) -> Told:
        """Give the same with another id for a person who was erased: that one fewer is there now would be told."""
        members = {stand_in if one == person else one: values for one, values in self.members.items()}
        return Told(self.fields, members, self.cells)

    def plain(self) -> list[Any]:
        """Lay it out as plain data for the codec: of each group of values who has them."""
        groups: dict[tuple[str, ...], list[bytes]] = {}
        for person, values in sorted(self.members.items()):
            groups.setdefault(values, []).append(person)
        return [
            list(self.fields),
            [[list(values), people] for values, people in sorted(groups.items())],
            [[value or "" for value in key] for key in self.cells],
        ]

    @classmethod
    def from_plain(cls, tree: object) -> Told:
        """Read it back.

        Args:
            tree: What `plain` gave, decoded.

        Raises:
            FormatError: It is something else.
        """
        try:
            parts: list[Any] = tree if isinstance(tree, list) else []
            fields, groups, cells = parts
            told = cls(
                tuple(fields),
                {person: tuple(values) for values, people in groups for person in people},
                tuple(tuple(value or None for value in key) for key in cells),
            )
            texts = [*told.fields, *(text for row in told.members.values() for text in row)]
            texts += [text for key in told.cells for text in key if text is not None]
            whole = all(len(row) == len(told.fields) for row in (*told.members.values(), *told.cells))
            if not (whole and all(type(text) is str for text in texts) and all(type(p) is bytes for p in told.members)):
                raise TypeError  # noqa: TRY301 - one refusal for all that may be wrong
        except (TypeError, ValueError):
            raise FormatError("the memory of counts is not acceptable") from None
        return told


@dataclass(frozen=True, slots=True)
class Table:
    """Counts as the recipient sees them.

    Args:
        fields: Names of the fields.
        cells: In order of their values, a total behind what it is the total of.
        k: No count below this is told.
        persons: How many were counted; None where that is held back.
        told: What the audience knows from it; kept in the vault.

    Secrets:
        `told`.
    """

    fields: tuple[str, ...]
    cells: tuple[Cell, ...]
    k: int
    told: Told = field(repr=False)

    @property
    def persons(self) -> int | None:
        """How many were counted in all, if that is told."""
        return self.cells[-1].count


def _conditions(fields: Sequence[str], key: Key) -> Conditions:
    return frozenset((name, value) for name, value in zip(fields, key, strict=True) if value is not None)


def _counted(members: Mapping[bytes, tuple[str, ...]], key: Key) -> frozenset[bytes]:
    return frozenset(
        person
        for person, values in members.items()
        if all(want is None or want == value for want, value in zip(key, values, strict=True))
    )


def tabulate(
    fields: Sequence[tuple[str, str]], members: Mapping[bytes, tuple[str, ...]], k: int, earlier: Iterable[Told]
) -> Table:
    """Count persons by fields, and hold back what would tell of fewer than k.

    The first field makes the rows and the others together the columns; totals of both are told where that is safe.

    Args:
        fields: For each field its name, and how coarse it is told.
        members: For each person counted, by record id, one value for each field.
        k: Smallest group that may be told of, 2 or more.
        earlier: Tables that the audience had before.

    Returns:
        The table.

    Raises:
        DisclosureError: Fewer than k are counted; there are too many different values; or nothing can be told that an
            earlier table does not turn into a count of few.

    Source:
        docs/disclosure.md §Counts.
    """
    if len(members) < k:
        raise DisclosureError(f"fewer than {k} persons would be counted")
    members = _without_rare(members, k)
    names = tuple(name for name, _ in fields)
    coarse = tuple(f"{name} {how}" for name, how in fields)
    grid = _Grid(members, len(fields))
    if len(grid.keys) > MAX_CELLS:
        raise DisclosureError(f"the table would have over {MAX_CELLS} cells; count by fewer or coarser fields")
    sensitive, known = grid.compared(coarse, earlier, k)
    held = grid.held_back(sensitive, known, k)
    if len(held) == len(grid.keys):
        raise DisclosureError("no count can be told that does not give away a group of few; take coarser fields")
    cells = tuple(Cell(key, None if arc in held else grid.flow[arc]) for key, arc in grid.shown())
    told = tuple(cell.key for cell in cells if cell.count is not None)
    return Table(names, cells, k, Told(coarse, dict(members), told))


def _without_rare(members: Mapping[bytes, tuple[str, ...]], k: int) -> dict[bytes, tuple[str, ...]]:
    """Put one word for all values of a field that fewer than k have: that somebody has it would be told by its name."""
    counts = [Counter(column) for column in zip(*members.values(), strict=True)]
    return {
        person: tuple(value if count[value] >= k else OTHER for value, count in zip(values, counts, strict=True))
        for person, values in members.items()
    }


class _Grid:
    """The table as a network: what flows in by rows, flows through the cells, and out by columns.

    Every count, of a cell or a total, is what flows along one arc; whoever knows some of them knows of the others
    just what the balance at the nodes says.
    """

    _IN, _OUT = 0, 1

    def __init__(self, members: Mapping[bytes, tuple[str, ...]], fields: int) -> None:
        self._members = members
        rows = sorted({values[0] for values in members.values()})
        columns = sorted({values[1:] for values in members.values()}) if fields > 1 else []
        nobody: Key = (None,) * (fields - 1)
        counts = Counter(members.values())
        self.keys: dict[_Arc, Key] = {}
        self.flow: dict[_Arc, int] = {}
        self._room: dict[int, dict[int, int]] = {}
        node_of_row = {row: 2 + place for place, row in enumerate(rows)}
        node_of = {column: 2 + len(rows) + place for place, column in enumerate(columns)}
        for row in rows:
            for column in columns:
                self._add((node_of_row[row], node_of[column]), (row, *column), counts[row, *column])
            total = sum(count for values, count in counts.items() if values[0] == row)
            self._add((self._IN, node_of_row[row]), (row, *nobody), total)
            if not columns:
                # One field alone: each row flows straight out; that arc is no count of its own.
                self.flow[node_of_row[row], self._OUT] = total
        for column in columns:
            total = sum(count for values, count in counts.items() if values[1:] == column)
            self._add((node_of[column], self._OUT), (None, *column), total)
        self._add((self._OUT, self._IN), (None, *nobody), len(members))
        self._no_counts = self.flow.keys() - self.keys.keys()

    def _add(self, arc: _Arc, key: Key, count: int) -> None:
        self.keys[arc] = key
        self.flow[arc] = count

    def shown(self) -> Iterator[tuple[Key, _Arc]]:
        """Yield all counts in order of their values; a total stands behind what it is the total of."""
        yield from sorted(
            ((key, arc) for arc, key in self.keys.items()),
            key=lambda one: [(value is None, value or "") for value in one[0]],
        )

    def compared(self, coarse: Sequence[str], earlier: Iterable[Told], k: int) -> tuple[set[_Arc], set[_Arc]]:
        """Compare with earlier tables.

        Returns:
            Counts that must not be told: those below k, those that an earlier one differs from by fewer, and those
            that with several others leave fewer; and counts that are told already.
        """
        sensitive = {arc for arc in self.keys if self.flow[arc] < k}
        known: set[_Arc] = set()
        before = [one for told in earlier for one in told.counted()]
        for arc, key in self.keys.items() if before else ():
            mine, people = _conditions(coarse, key), _counted(self._members, key)
            for conditions, others in before:
                apart = len(people ^ others)
                if apart == 0 and people:
                    known.add(arc)
                elif apart < k and (conditions == mine or people < others or others < people):
                    sensitive.add(arc)
        if before:
            self._taken_together({others for _, others in before}, sensitive, k)
        return sensitive, known - sensitive

    def _taken_together(self, earlier: set[frozenset[bytes]], sensitive: set[_Arc], k: int) -> None:
        """Note the counts that leave fewer than k when others are taken from them, or they with others from another.

        Two tables of ten each, and a third of all twenty-one, say of one person what none of them says alone.
        """
        nobody = frozenset[bytes]()
        people = {arc: _counted(self._members, key) for arc, key in self.keys.items()}
        for arc, counted in people.items():
            told = nobody.union(*(one for one in earlier if one < counted))
            if counted not in earlier and 0 < len(counted - told) < k:
                sensitive.add(arc)
        for others in earlier:
            told = nobody.union(*(one for one in earlier if one < others))
            within = {
                arc: counted
                for arc, counted in people.items()
                if arc not in sensitive and counted < others and not counted <= told
            }
            if 0 < len(others - told.union(*within.values())) < k:
                sensitive.update(within)

    def held_back(self, sensitive: set[_Arc], known: set[_Arc], k: int) -> set[_Arc]:
        """Choose which counts are held back: the sensitive ones, and others until each of these is k wide open."""
        held: set[_Arc] = set()
        self._hold(held, sensitive)
        for arc in sorted(sensitive, key=lambda one: (self.flow[one], one)):
            if self._width(arc, k) < k:
                self._hold(held, self._way_round(arc, held, known, k))
        for arc in sensitive:
            if self._width(arc, k) < k:  # looked at once more, apart from how it was chosen
                raise DisclosureError("a count of few could be worked out; take coarser fields")
        return held

    def _hold(self, held: set[_Arc], arcs: set[_Arc]) -> None:
        """Hold counts back: along their arcs more or less may flow. With one field a row's way out goes with it."""
        ways_out = {(head, self._OUT) for tail, head in arcs if tail == self._IN} & (
            self.flow.keys() - self.keys.keys()
        )
        for tail, head in (arcs | ways_out) - held:
            self._room.setdefault(tail, {})[head] = _NO_END
            self._room.setdefault(head, {})[tail] = self.flow[tail, head]
        held |= arcs

    def _width(self, arc: _Arc, enough: int) -> int:
        """Say how far apart the least and the greatest are that a count may be; `enough` or more is `enough`."""
        tail, head = arc
        more = self._most_flow(head, tail, arc, enough)
        if more >= enough:
            return more
        return more + min(self.flow[arc], self._most_flow(tail, head, arc, enough))

    def _most_flow(self, start: int, end: int, but: _Arc, enough: int) -> int:
        """Find how much more can flow from one node to another along what is held back, one arc apart."""
        used: Counter[_Arc] = Counter({but: _NO_END, but[::-1]: _NO_END})
        found = 0
        while found < enough:
            came = {start: start}
            waiting = deque([start])
            while waiting and end not in came:
                node = waiting.popleft()
                for other, left in self._room.get(node, {}).items():
                    if other not in came and left > used[node, other]:
                        came[other] = node
                        waiting.append(other)
            if end not in came:
                return found
            path = [end]
            while path[-1] != start:
                path.append(came[path[-1]])
            steps = list(zip(path[1:], path, strict=False))
            most = min(enough, *(self._room[tail][head] - used[tail, head] for tail, head in steps))
            for tail, head in steps:
                used[tail, head] += most
                used[head, tail] -= most
            found += most
        return found

    def _way_round(self, arc: _Arc, held: set[_Arc], known: set[_Arc], k: int) -> set[_Arc]:
        """Find the cheapest counts to hold back so that k more may flow through a sensitive one, and round again."""
        tail, head = arc
        free = held | {one for one in self._no_counts if (self._IN, one[0]) in held}
        steps: dict[int, list[tuple[int, int, _Arc]]] = {}
        for other in self.flow:
            if other == arc or other in known:
                continue
            total = self._IN in other or self._OUT in other
            cost = 0 if other in free else self.flow[other] * (_TOTAL_COSTS if total else 1) + 1
            steps.setdefault(other[0], []).append((other[1], cost, other))
            if self.flow[other] >= k:
                steps.setdefault(other[1], []).append((other[0], cost, other))
        best: dict[int, tuple[int, _Arc | None, int]] = {head: (0, None, head)}
        waiting = [(0, head)]
        while waiting:
            cost, node = heapq.heappop(waiting)
            if cost > best[node][0]:
                continue
            for target, more, by in steps.get(node, ()):
                if target not in best or cost + more < best[target][0]:
                    best[target] = (cost + more, by, node)
                    heapq.heappush(waiting, (cost + more, target))
        if tail not in best:
            raise DisclosureError(
                "an earlier table to this audience would give a count of few away; take coarser fields"
            )
        found: set[_Arc] = set()
        node = tail
        while node != head:
            _, step, node = best[node]
            if step is not None:
                found.add(step)
        # What is no count of its own is held back with the row that it is the way out of.
        return {one if one in self.keys else (self._IN, one[0]) for one in found}
