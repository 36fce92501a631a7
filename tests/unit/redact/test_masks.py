"""Where a text was masked, as the ledger keeps it. All texts are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.matching import MASK
from vault.redact import masks

PIECES = st.lists(st.text("ab c", max_size=4), min_size=1, max_size=8)


def woven(pieces, hidden):
    before = "".join(piece + (hidden[place % len(hidden)] if place < len(pieces) - 1 else "")
                     for place, piece in enumerate(pieces))  # fmt: skip
    return before, MASK.join(pieces)


@given(PIECES, st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=3))
def test_a_masked_text_is_masked_again_as_it_was(pieces, hidden):
    before, after = woven(pieces, hidden)
    form = masks.places(before, after)
    assert (form == "") == (MASK not in after)
    if form:
        assert masks.masked_again(before, form) == after
    place = masks.places({"text": before, "county": "b"}, {"text": after, "county": "b"})
    assert masks.masked_again({"text": before, "county": "b"}, place) == (
        {"text": after, "county": "b"} if form else None
    )


def test_the_form_holds_places_and_no_word():
    assert masks.places("Invented Name was here", f"{MASK} was here") == "masked 0-13"
    assert masks.places({"text": "at Name's"}, {"text": f"at {MASK}'s"}) == "masked text=3-7"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("abc", f"x{MASK}"),  # changed in another way too
        ("ab" * 4000, MASK.join("a" * 4001)),
    ],
)
def test_where_places_cannot_be_kept_only_that_it_is_masked_is(before, after):
    assert masks.places(before, after) == "masked"
    assert masks.masked_again(before, "masked") is None


@given(st.text(max_size=30))
def test_any_form_gives_a_text_or_nothing(form):
    assert isinstance(masks.masked_again("some text", f"masked {form}"), str | None)
