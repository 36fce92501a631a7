"""Shares of a key as words: what gives it back, what is refused, agreement with the reference. Keys are invented."""

import itertools
import random

import pytest
import shamir_mnemonic
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from vault.errors import ShareError
from vault.shares import MAX_TEXT_CHARACTERS, ShareSet, combine, looks_like_share, parse_share, split

SECRET = bytes(range(32))
OTHER = bytes(range(32, 64))


@pytest.fixture(scope="module")
def five():
    return split(SECRET, 5, 3)


def fault(action, *arguments):
    with pytest.raises(ShareError) as caught:
        action(*arguments)
    return caught.value


# --- giving it back -------------------------------------------------------------------------------------------------


def test_all_subsets_of_three_of_five_open_and_none_of_two_does(five):
    assert [(share.number, share.threshold, len(share.words)) for share in five] == [(n, 3, 33) for n in range(1, 6)]
    for few in itertools.chain(itertools.combinations(five, 1), itertools.combinations(five, 2)):
        error = fault(combine, few)
        assert (error.fault, error.needed) == ("few", 3 - len(few))
        with pytest.raises(shamir_mnemonic.MnemonicError):
            shamir_mnemonic.combine_mnemonics([share.text for share in few])
    enough = [subset for size in (3, 4, 5) for subset in itertools.permutations(five, size)]
    assert all(combine(subset) == SECRET for subset in random.Random(4).sample(enough, 40))
    assert all(combine(subset) == SECRET for subset in itertools.combinations(five, 3))


@pytest.mark.parametrize(("threshold", "count"), [(2, 2), (2, 3), (3, 5), (5, 5), (9, 16), (16, 16)])
def test_the_reference_recovers_our_words_and_we_recover_its(threshold, count):
    ours = [share.text for share in split(SECRET, count, threshold)]
    assert shamir_mnemonic.combine_mnemonics(ours[-threshold:]) == SECRET
    for exponent, extendable in ((0, True), (1, True), (1, False)):
        (theirs,) = shamir_mnemonic.generate_mnemonics(
            1, [(threshold, count)], OTHER, extendable=extendable, iteration_exponent=exponent
        )
        assert combine(map(parse_share, theirs[:threshold])) == OTHER


def test_two_shares_and_a_guessed_third_give_nothing(five):
    seen = set()
    for other in split(OTHER, 5, 3):
        forged = shamir_mnemonic.Share.from_mnemonic(other.text)
        ours = shamir_mnemonic.Share.from_mnemonic(five[0].text)
        words = shamir_mnemonic.Share(
            ours.identifier, ours.extendable, ours.iteration_exponent, 0, 1, 1, 4, 3, forged.value
        ).mnemonic()
        seen.add(fault(combine, [five[0], five[1], parse_share(words)]).fault)
    assert seen == {"digest"}


def test_sets_differ_each_time_and_nothing_secret_is_in_the_repr(five):
    again = split(SECRET, 5, 3)
    assert {share.text for share in again}.isdisjoint(share.text for share in five)
    assert five[0].words[5] not in repr(five[0])


@pytest.mark.parametrize(("count", "threshold"), [(1, 1), (3, 1), (2, 3), (17, 3), (5, 0)])
def test_what_is_no_split_is_the_callers_mistake(count, threshold):
    with pytest.raises(ValueError, match="2 to 16 shares"):
        split(SECRET, count, threshold)
    with pytest.raises(ValueError, match="32 bytes"):
        split(SECRET[:16], 5, 3)


# --- typing ---------------------------------------------------------------------------------------------------------


def test_a_share_is_read_however_it_is_typed(five):
    share = five[2]
    numbered = "\n".join(f"{place:2}. {word.upper()}" for place, word in enumerate(share.words, 1))
    for text in (share.text, f"  {share.text}\n", numbered, " ".join(word[:4] for word in share.words)):
        assert parse_share(text) == share
        assert looks_like_share(text)


def test_each_wrong_word_is_named(five):
    for place in range(33):
        words = list(five[0].words)
        words[place] = "vault" + "x" * place
        error = fault(parse_share, " ".join(words))
        assert (error.fault, error.place) == ("word", place + 1)
        assert f"word {place + 1} " in str(error)
        assert words[place] not in str(error)


def test_each_word_that_is_another_of_the_list_is_named_by_its_place(five):
    """The check words of a share are enough to find one wrong word wherever it is."""
    chance = random.Random(39)
    for share in five[:2]:
        for place in range(33):
            for other in chance.sample([word for word in WORDLIST if word != share.words[place]], 3):
                words = [*share.words[:place], other, *share.words[place + 1 :]]
                error = fault(parse_share, " ".join(words))
                assert (error.fault, error.place) == ("checksum", place + 1)
                assert other not in str(error)


def test_two_words_that_changed_places_are_noticed(five):
    words = list(five[0].words)
    for place in range(32):
        if words[place] == words[place + 1]:
            continue
        swapped = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
        assert fault(parse_share, " ".join(swapped)).fault == "checksum"


def test_a_word_left_out_or_doubled_is_counted(five):
    for words in (five[0].words[:-1], (*five[0].words, "academic"), five[0].words[1:]):
        error = fault(parse_share, " ".join(words))
        assert error.fault == "length"
        assert str(len(words)) in str(error)


def test_mixed_sets_and_duplicates_are_named_and_change_nothing(five):
    together = ShareSet()
    assert together.missing is None
    together.add(five[0])
    others = split(OTHER, 5, 3)
    error = fault(together.add, others[1])
    assert error.fault == "set"
    assert str(others[1].set_id) in str(error)
    assert str(five[0].set_id) in str(error)
    duplicate = fault(together.add, parse_share(five[0].text))
    assert duplicate.fault == "duplicate"
    assert "share 1 " in str(duplicate)
    assert together.missing == 2
    together.add(five[4])
    assert fault(together.combine).needed == 1
    together.add(five[2])
    assert together.combine() == SECRET


def test_shares_of_other_kinds_are_refused():
    generate = shamir_mnemonic.generate_mnemonics
    short = generate(1, [(3, 5)], SECRET[:16])[0][0]
    grouped = generate(2, [(2, 3), (2, 3)], SECRET)[1][0]
    alone = generate(1, [(1, 1)], SECRET)[0][0]
    dear = shamir_mnemonic.Share(1, True, 15, 0, 1, 1, 0, 3, SECRET).mnemonic()
    assert fault(parse_share, short).fault == "length"
    for text in (grouped, alone, dear):
        assert fault(parse_share, text).fault == "kind"
    odd = shamir_mnemonic.Share(1, True, 0, 0, 3, 2, 0, 3, SECRET).mnemonic()
    assert fault(parse_share, odd).fault == "kind"
    padded = shamir_mnemonic.Share(1, True, 0, 0, 1, 1, 0, 3, b"\x01" + SECRET)
    assert fault(parse_share, padded.mnemonic()).fault in {"kind", "length"}


@pytest.mark.parametrize("text", ["", "   \n", "1 2 3", "\0", "слово " * 33, "a" * (MAX_TEXT_CHARACTERS + 1), "é" * 33])
def test_text_that_is_no_share_is_refused(text):
    assert fault(parse_share, text).fault in {"text", "word"}
    assert not looks_like_share(text)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDLIST), min_size=30, max_size=36).map(" ".join)))
def test_any_text_is_a_share_or_a_vault_error(text):
    try:
        share = parse_share(text)
    except ShareError:
        share = None
    assert share is None or len(share.words) == 33
    assert looks_like_share(text) in {True, False}
