"""Coarsening, tokens and permits. Dates, ids and people here are made up."""

import ast
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import DisclosureError, FormatError
from vault.records import edtf
from vault.redact import Pseudonyms
from vault.redact.coarsen import birth_band, coarse_date
from vault.redact.pseudonyms import DIGITS, LETTERS, draw
from vault.redact.view import _VAULT_ROOM, Permit


@pytest.mark.parametrize(
    ("text", "to", "coarse"),
    [
        ("2017-05-03", "month", "2017-05"),
        ("2017-05-03", "quarter", "2017-04/2017-06"),
        ("2017-05-03", "year", "2017"),
        ("2017-05", "month", "2017-05"),
        ("2017-05", "year", "2017"),
        ("2017", "month", "2017"),
        ("2017", "quarter", "2017"),
        ("2017~", "year", "2017~"),
        ("2017-05-03?", "month", "2017-05~"),
        ("2017-21", "quarter", "2017-01/2017-06"),
        ("2017-12-30/2018-01-02", "month", "2017-12/2018-01"),
        ("2017-12-30/2018-01-02", "year", "2017/2018"),
        ("2017-05-03/..", "quarter", "2017-04/.."),
        ("../2017-05-03", "year", "../2017"),
        ("201X", "year", "2010/2019"),
        ("no date", "year", None),
    ],
)
def test_a_date_becomes_coarser(text, to, coarse):
    assert coarse_date(text, to) == coarse


@pytest.mark.parametrize(
    ("text", "years", "band"),
    [
        ("1961-04-07", 10, "1960/1969"),
        ("1961", 20, "1960/1979"),
        ("1969/1971", 10, "1960/1979"),
        ("196X", 5, "1960/1969"),
        ("1961/..", 10, None),
        ("no date", 10, None),
    ],
)
def test_a_birth_becomes_a_band(text, years, band):
    assert birth_band(text, years) == band


@given(st.dates(), st.dates(), st.sampled_from(["month", "quarter", "year"]))
def test_a_coarse_date_covers_the_exact_one_and_parses(one, other, to):
    first, last = sorted((one, other))
    coarse = edtf.parse(coarse_date(f"{first}/{last}", to))
    assert coarse.earliest <= first
    assert last <= coarse.latest
    assert coarse.earliest.day == 1


@given(st.dates(), st.integers(2, 50))
def test_all_births_of_a_band_look_alike(day, years):
    band = birth_band(day.isoformat(), years)
    assert band == birth_band(f"{day.year:04d}-12-31", years)
    assert int(band[:4]) % years == 0


def test_tokens_have_one_form_and_never_repeat_in_a_scope():
    rng = random.Random(5)
    names = Pseudonyms()
    tokens = {names.token("desk", number.to_bytes(16), "person", rng.randbytes) for number in range(3000)}
    assert len(tokens) == 3000
    assert all(re.fullmatch(f"person-(?:[{DIGITS}][{LETTERS}]){{3}}", token) for token in tokens)


def test_a_taken_token_is_drawn_again():
    stream = iter([*[0] * 12, *[1] * 6])
    names = Pseudonyms()
    one = names.token("desk", bytes(16), "person", lambda _: bytes([next(stream)]))
    two = names.token("desk", bytes([1] * 16), "event", lambda _: bytes([next(stream)]))
    assert (one, two) == ("person-2A2A2A", "event-3B3B3B")


def test_a_draw_throws_biased_bytes_away():
    stream = iter([0, 255, 254, 253, 5, 0, 0, 0, 0])
    assert draw(lambda _: bytes([next(stream)])) == "2F2A2A"


def test_every_sign_of_a_token_is_about_as_likely():
    rng = random.Random(11)
    drawn = "".join(draw(rng.randbytes) for _ in range(20_000))
    for signs in (DIGITS, LETTERS):
        expected = 60_000 / len(signs)
        assert all(abs(drawn.count(sign) - expected) < expected * 0.1 for sign in signs)


def test_the_map_is_kept_and_read_back():
    rng = random.Random(3)
    names = Pseudonyms()
    token = names.token("desk", b"1" * 16, "person", rng.randbytes)
    other = names.token("press", b"1" * 16, "person", rng.randbytes)
    again = Pseudonyms.from_plain(names.plain())
    assert again.token("desk", b"1" * 16, "person", rng.randbytes) == token != other
    assert again.find(f"[{token}]") == again.find(token.swapcase()) == [("desk", b"1" * 16)]
    assert again.find(other) == [("press", b"1" * 16)]
    assert again.find("person-2A2A2A") == again.find("") == []


def test_a_copy_leaves_the_map_alone_fresh_starts_anew_and_forget_forgets():
    rng = random.Random(3)
    names = Pseudonyms()
    names.copy().token("desk", b"1" * 16, "person", rng.randbytes)
    assert names.plain() == {}
    token = names.token("desk", b"1" * 16, "person", rng.randbytes)
    drawn = {token}
    for _ in range(3):
        names.fresh("desk")
        names = Pseudonyms.from_plain(names.plain())
        drawn.add(names.token("desk", b"1" * 16, "person", rng.randbytes))
    assert len(drawn) == 4
    # The owner still learns whom a recipient of an older bundle asks about.
    assert all(names.find(one) == [("desk", b"1" * 16)] for one in drawn)
    names.forget(b"1" * 16)
    assert not any(names.plain().values())


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        {1: []},
        {"desk": 7},
        {"desk": [[b"1", "person-2A2A2A"], [b"1", "person-3A3A3A"]]},
        {"desk": [[b"1", "person-2A2A2A"], [b"2", "person-2A2A2A"]]},
        {"desk": [["1", "person-2A2A2A"]]},
        {"desk": [[b"1", "person-2A2A2"]]},
        {"desk": [[b"1", 7]]},
        {"desk": [[b"1"]]},
        {"desk": [[[], "person-2A2A2A"]]},
    ],
)
def test_another_map_is_refused(tree):
    with pytest.raises(FormatError):
        Pseudonyms.from_plain(tree)


def test_a_permit_is_made_by_the_vault_alone():
    for proof in (None, object(), "vault"):
        with pytest.raises(TypeError):
            Permit(proof, lambda *_: None)


def test_no_other_module_reaches_for_the_proof():
    root = Path(__file__).parents[3]
    for path in (*root.glob("vault/**/*.py"), *root.glob("cli/**/*.py")):
        if path.relative_to(root).parts[:2] in {("vault", "vault"), ("vault", "redact")}:
            continue
        words = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
        assert "_VAULT_ROOM" not in words, path


def test_a_permit_works_once_even_if_it_fails():
    calls = []
    permit = Permit(_VAULT_ROOM, lambda *facts: calls.append(facts))
    assert not permit.spent
    permit.commit(b"1" * 32, b"2" * 32, {"findings": 0})
    assert permit.spent
    with pytest.raises(DisclosureError):
        permit.commit(b"1" * 32, b"2" * 32, {})
    assert calls == [(b"1" * 32, b"2" * 32, {"findings": 0})]

    def fail(*_):
        raise DisclosureError("the disk is full")

    permit = Permit(_VAULT_ROOM, fail)
    for _ in range(2):
        with pytest.raises(DisclosureError):
            permit.commit(b"", b"", {})
    assert permit.spent
