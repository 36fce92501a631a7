"""Counts that give no small group away. The persons counted are numbers, their values made up."""

import itertools
import random

import pytest

from vault.errors import DisclosureError, FormatError
from vault.redact.counts import MAX_CELLS, OTHER, SEVERAL, UNKNOWN, Told, tabulate

TWO = (("sex", "keep"), ("place", "place region"))


def people(**groups):
    """Make members: for each group, named by its values with `_` between, so many persons."""
    found = {}
    for name, count in groups.items():
        for _ in range(count):
            found[len(found).to_bytes(16, "big")] = tuple(name.split("_"))
    return found


def counts(table):
    return {cell.key: cell.count for cell in table.cells}


def may_be(members, table, fields):
    """Find by trying all tables of whole numbers, none below 0, what each count held back may be."""
    rows = sorted({values[0] for values in members.values()})
    columns = sorted({values[1:] for values in members.values()}) if fields > 1 else [()]
    shown = counts(table)
    total = len(members)
    found = {key: set() for key, count in shown.items() if count is None}

    def try_rows(place, so_far):
        if place == len(rows):
            flat = {(row, *column): so_far[r][c] for r, row in enumerate(rows) for c, column in enumerate(columns)}
            every = dict(flat) if fields > 1 else {}
            for row in rows:
                every[(row, *[None] * (fields - 1))] = sum(flat[row, *column] for column in columns)
            for column in columns if fields > 1 else ():
                every[None, *column] = sum(flat[row, *column] for row in rows)
            every[(None,) * fields] = sum(flat.values())
            if all(count is None or every[key] == count for key, count in shown.items()):
                for key, seen in found.items():
                    seen.add(every[key])
            return
        for line in itertools.product(range(total + 3), repeat=len(columns)):
            known = shown[(rows[place], *[None] * (fields - 1))] if fields > 1 else shown[rows[place],]
            if sum(line) > total + 2 or (known is not None and sum(line) != known):
                continue
            if any(shown.get((rows[place], *column)) not in {None, line[c]} for c, column in enumerate(columns)):
                continue
            try_rows(place + 1, [*so_far, line])

    try_rows(0, [])
    return found


def test_counts_under_k_are_held_back_and_so_is_what_would_give_them_away():
    table = tabulate(TWO, people(f_Xinjiang=9, m_Xinjiang=20, f_Gansu=2, m_Gansu=30), 5, [])
    told = counts(table)
    assert told["f", "Gansu"] is None
    assert told[None, None] == 61
    # With both totals told, one more cell of the row and of the column would tell it.
    assert sum(told[key] is None for key in (("f", "Xinjiang"), ("f", None))) >= 1
    assert sum(told[key] is None for key in (("m", "Gansu"), (None, "Gansu"))) >= 1
    assert all(count is None or count >= 5 for count in told.values())


def test_a_table_without_small_groups_is_told_whole():
    table = tabulate(TWO, people(f_Xinjiang=9, m_Xinjiang=20, f_Gansu=8, m_Gansu=30), 5, [])
    assert counts(table) == {
        ("f", "Gansu"): 8, ("f", "Xinjiang"): 9, ("f", None): 17, ("m", "Gansu"): 30, ("m", "Xinjiang"): 20,
        ("m", None): 50, (None, "Gansu"): 38, (None, "Xinjiang"): 29, (None, None): 67,
    }  # fmt: skip
    assert table.persons == 67


def test_no_zero_is_told_apart_from_one():
    table = tabulate(TWO, people(f_Xinjiang=9, m_Gansu=30, m_Xinjiang=10), 5, [])
    assert counts(table)["f", "Gansu"] is None


def test_a_value_that_few_have_is_not_named():
    table = tabulate((("place", "place county"),), people(Tekes=12, Nilka=1, Kunes=3, Ili=9), 5, [])
    told = counts(table)
    assert {key[0] for key in told} == {"Tekes", "Ili", OTHER, None}
    assert told[OTHER,] is None
    assert told[None,] is None or told["Ili",] is None or told["Tekes",] is None
    assert "Nilka" not in str(table.told.members.values())


@pytest.mark.parametrize("size", [0, 1, 4])
def test_fewer_than_k_are_not_counted_at_all(size):
    with pytest.raises(DisclosureError, match="fewer than 5"):
        tabulate((("sex", "keep"),), people(f=size), 5, [])


def test_a_table_of_thousands_of_cells_is_refused():
    side = int(MAX_CELLS**0.5) + 2
    members = {
        (side * row + column).to_bytes(16, "big"): (f"r{row}", f"c{column}")
        for row in range(side) for column in range(side)
    }  # fmt: skip
    with pytest.raises(DisclosureError, match="over"):
        tabulate(TWO, members, 2, [])


def test_no_count_held_back_can_be_worked_out(deep):
    """Against another way of finding out: all tables that agree with what is told are tried."""
    size = deep("counts", 60, 2000)
    chance = size.random()
    held = 0
    for _ in range(size):
        k = 3
        fields = chance.choice([1, 2])
        members = {
            number.to_bytes(16, "big"): tuple(chance.choice("aab"[: chance.randint(2, 3)]) for _ in range(fields))
            for number in range(chance.randint(3, 13))
        }
        try:
            table = tabulate(TWO[:fields], members, k, [])
        except DisclosureError:
            continue
        shown = table.told.members
        for key, values in may_be(shown, table, fields).items():
            truth = sum(
                all(want in {None, value} for want, value in zip(key, row, strict=True)) for row in shown.values()
            )
            assert truth in values
            if truth < k:
                held += 1
                assert max(values) - min(values) >= k or max(values) > len(members)
    assert held > size / 4


# --- tables before ------------------------------------------------------------------------------------------------


def test_a_table_that_differs_by_one_person_tells_no_new_count():
    first = people(f_Xinjiang=9, m_Xinjiang=20, f_Gansu=8, m_Gansu=30)
    before = tabulate(TWO, first, 5, []).told
    more = {**first, b"one more........": ("m", "Gansu")}
    told = counts(tabulate(TWO, more, 5, [before]))
    assert told["m", "Gansu"] is told["m", None] is told[None, "Gansu"] is told[None, None] is None
    # What did not change is known already.
    assert told["f", "Gansu"] == 8
    fewer = dict(list(first.items())[1:])
    assert counts(tabulate(TWO, fewer, 5, [before]))["f", "Xinjiang"] is None


def test_five_more_are_told():
    first = people(f_Xinjiang=9, m_Xinjiang=20, f_Gansu=8, m_Gansu=30)
    before = tabulate(TWO, first, 5, []).told
    more = {**first, **{bytes([200 + number]) * 16: ("m", "Gansu") for number in range(5)}}
    assert counts(tabulate(TWO, more, 5, [before]))[None, None] == 72


def test_a_total_told_before_does_not_hide_a_small_count_now():
    members = people(f_Xinjiang=9, m_Xinjiang=20, f_Gansu=2, m_Gansu=30)
    by_sex = tabulate(TWO[:1], {person: row[:1] for person, row in members.items()}, 5, []).told
    by_place = tabulate(TWO[1:], {person: row[1:] for person, row in members.items()}, 5, [by_sex]).told
    both = counts(tabulate(TWO, members, 5, [by_sex, by_place]))
    # Both totals are known: all four cells together hide the one.
    assert both["f", "Gansu"] is both["f", "Xinjiang"] is both["m", "Gansu"] is both["m", "Xinjiang"] is None
    assert both["f", None] == 11


def test_several_earlier_tables_together_leave_nobody_alone():
    """Ten, ten others, and then all twenty-one: what is left of the last is one person."""
    everybody = [number.to_bytes(16, "big") for number in range(21)]
    earlier = [
        tabulate(TWO[:1], dict.fromkeys(part, ("male",)), 5, []).told for part in (everybody[:10], everybody[10:20])
    ]
    with pytest.raises(DisclosureError):
        tabulate(TWO[:1], dict.fromkeys(everybody, ("male",)), 5, earlier)
    more = [*everybody, *(bytes([number]) * 16 for number in range(1, 5))]
    assert counts(tabulate(TWO[:1], dict.fromkeys(more, ("male",)), 5, earlier)) == {("male",): 25, (None,): 25}


def test_what_is_told_now_leaves_nobody_alone_in_what_was_told_before():
    everybody = [number.to_bytes(16, "big") for number in range(21)]
    earlier = [tabulate(TWO[:1], dict.fromkeys(part, ("male",)), 5, []).told for part in (everybody, everybody[:10])]
    with pytest.raises(DisclosureError):
        tabulate(TWO[:1], dict.fromkeys(everybody[10:20], ("male",)), 5, earlier)
    told = tabulate(TWO[:1], dict.fromkeys(everybody[10:16], ("male",)), 5, earlier)
    assert counts(told) == {("male",): 6, (None,): 6}


def test_an_erased_person_is_not_told_by_a_count_less():
    first = people(f_Xinjiang=9, m_Xinjiang=20)
    erased = next(iter(first))
    before = tabulate(TWO, first, 5, []).told.without(erased, b"s" * 16)
    assert erased not in before.members
    left = {person: row for person, row in first.items() if person != erased}
    told = counts(tabulate(TWO, left, 5, [before]))
    assert told["f", "Xinjiang"] is None


def test_the_memory_is_kept_and_read_back():
    told = tabulate(TWO, people(f_Xinjiang=9, m_Xinjiang=20, f_Gansu=2, m_Gansu=30), 5, []).told
    assert Told.from_plain(told.plain()) == told
    assert "counted" not in repr(told)
    for tree in (None, [], {}, "abc", [[], []], [["a"], [[["x", "y"], [b"1"]]], []], [["a"], [[["x"], ["1"]]], []],
                 [["a"], [[[1], [b"1"]]], []], [["a"], [], [["x", "y"]]]):  # fmt: skip
        with pytest.raises(FormatError):
            Told.from_plain(tree)


def test_large_tables_are_quick():
    chance = random.Random(5)
    members = {
        number.to_bytes(16, "big"): (f"r{min(chance.randrange(30), chance.randrange(30))}",
                                     f"c{min(chance.randrange(30), chance.randrange(30))}")
        for number in range(4000)
    }  # fmt: skip
    told = counts(tabulate(TWO, members, 5, []))
    assert sum(count is None for count in told.values()) > 10
    assert told[None, None] == 4000


# --- in a vault ---------------------------------------------------------------------------------------------------


def fill(world, sizes):
    """Add detained men and women of two regions, who all consent."""
    for sex, place in sizes:
        name = f"p{len(world.revisions)}"
        world.add(name, "person", name=f"Invented {name}", sex=sex, inside="no")
        world.add(f"{name}e", "event", what="arrest", person=[name], place=place, when="2018-03-04")
        world.consent(f"{name}c", name, audiences=["public"], purposes=["publication"], onward=["public"])


def count(world, *fields, **more):
    return world.view(policy="public", purpose="publication", counts=fields, **more)


MANY = [
    *[("male", "Tekes county")] * 9,
    *[("male", "Almaty Region")] * 7,
    *[("female", "Almaty Region")] * 8,
    *[("female", "Tekes county")] * 6,
]


def test_only_those_who_consent_are_counted(empty):
    fill(empty, MANY)
    view = count(empty, "sex", "event.place")
    assert view.records == view.files == view.facts == ()
    told = counts(view.table)
    assert told["male", "China"] == 9
    assert told["female", "Kazakhstan"] == 8
    assert len(view.consents) == 30
    empty.add("q", "person", name="Nobody Asked", sex="male")
    empty.add("qe", "event", what="arrest", person=["q"], place="Tekes county")
    with pytest.raises(DisclosureError, match="consent is missing"):
        count(empty, "sex", "event.place")
    left = count(empty, "sex", "event.place", leave_out=True)
    assert left.left_out == (empty.id("q"),)
    assert counts(left.table) == told
    assert any("consent is missing" in line for line in count(empty, "sex", preview=True).refusals)


def test_counts_are_of_the_selection_and_take_all_without_one(empty):
    fill(empty, MANY)
    some = [name for name in empty.ids if name.startswith("p") and name[1:].isdigit()][:9]
    assert counts(empty.view(*some, policy="public", purpose="publication", counts=("sex",)).table) == {
        ("male",): 9, (None,): 9,
    }  # fmt: skip


def test_what_is_unknown_and_what_is_told_twice_are_values_of_their_own(empty):
    fill(empty, [*MANY, *[("male", "Nowhere Known")] * 5])
    for number in range(5):
        empty.add(f"again{number}", "event", what="arrest", person=[f"p{3 * number}"], place="Almaty Region")
    told = counts(count(empty, "event.place").table)
    assert told[UNKNOWN,] == told[SEVERAL,] == 5


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("name", "there is none"),
        ("event.narrative", "there is none"),
        ("nothing", "there is none"),
        ("person.place", "there is none"),
        ("kind", "say which"),
        ("event.warrant", "cannot be counted by"),
    ],
)
def test_what_cannot_be_counted_by(empty, field, why):
    fill(empty, MANY)
    with pytest.raises(DisclosureError, match=why):
        count(empty, field)


def test_counts_are_by_no_exact_value(empty):
    fill(empty, MANY)
    with pytest.raises(DisclosureError, match="coarsens"):
        empty.view(policy="lawyer", purpose="legal", counts=("event.when",))
    with pytest.raises(DisclosureError, match="at most"):
        count(empty, "sex", "sex", "sex", "sex", "sex")
