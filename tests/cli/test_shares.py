"""Paper keys, shares and drills at the keyboard; who has only the sheets gets back in by them. Names are invented."""

import itertools
import re
import stat
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import PASSPHRASE
from vault.shares import parse_share
from vault.sheets import LANGUAGES

SVG = "{http://www.w3.org/2000/svg}"
NEW = "ember-lattice-quiver-harbor-tundra-six"


def texts(root, kind):
    return [element.text for element in root.iter(f"{SVG}text") if element.get("class") == kind]


def words_of(path):
    return " ".join(texts(ET.parse(path).getroot(), "word"))


@pytest.fixture
def sheets(casevault):
    """Give the sheets of a set of five shares, of which three are needed."""
    done = casevault(
        "key", "split", "--shares", "5", "--threshold", "3", "-o", "sheets", "--label", "village", "--json"
    )
    return [Path(path) for path in done.json["sheets"]]


@pytest.fixture
def shares(sheets):
    """Give files with the words of each share."""
    files = []
    for number, sheet in enumerate(sheets, start=1):
        files.append(sheet.parent / f"{number}.txt")
        files[-1].write_text(words_of(sheet), "utf-8")
    return files


def combine(caller, *files, more=(), expect=0):
    given = [word for file in files for word in ("--share-file", str(file))]
    return caller.raw("-V", str(caller.vault), "key", "combine", *given, *more, "--json", expect=expect)


# --- sheets ---------------------------------------------------------------------------------------------------------


def test_split_writes_private_sheets_and_shows_the_key_nowhere(casevault, sheets):
    code = casevault("status", "--json").json["vault_code"]
    assert len(sheets) == 5
    assert "3 of 5 shares" in casevault("key", "list").out
    assert stat.S_IMODE(sheets[0].parent.stat().st_mode) == 0o700
    for number, sheet in enumerate(sheets, start=1):
        assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
        share = parse_share(words_of(sheet))
        assert (share.number, share.threshold) == (number, 3)
        assert sheet.name == f"{code}-set-{share.set_id}-share-{number}-of-5.svg"
        assert texts(ET.parse(sheet).getroot(), "code") == [code, str(share.set_id)]
    words = {word for sheet in sheets for word in words_of(sheet).split()[4:]}
    done = casevault("key", "split", "--shares", "2", "--threshold", "2", "-o", "sheets")
    assert "CV1-" not in done.out + done.err
    assert not words & set((done.out + done.err).split())


def test_sheets_replace_nothing_and_stay_only_with_their_keyslot(casevault):
    taken = casevault.folder / "notary.svg"
    taken.write_text("a picture", "utf-8")
    casevault("key", "add", "paper", "--sheet", "notary.svg", expect=8)
    assert taken.read_text("utf-8") == "a picture"
    for number in range(7):
        casevault("key", "add", "paper", "--label", f"paper {number}")
    # All eight are used: no sheet stays of a key that opens nothing.
    casevault("key", "add", "paper", "--sheet", "late.svg", expect=6)
    casevault("key", "split", "--shares", "3", "--threshold", "2", "-o", "late", expect=6)
    assert not (casevault.folder / "late.svg").exists()
    assert list((casevault.folder / "late").iterdir()) == []


@pytest.mark.parametrize(("count", "threshold"), [("17", "3"), ("3", "1"), ("2", "3"), ("0", "0")])
def test_numbers_that_make_no_set_are_refused(casevault, count, threshold):
    before = casevault("key", "list").out
    casevault("key", "split", "--shares", count, "--threshold", threshold, "-o", "sheets", expect=2)
    casevault.raw("init", "v", "--split", f"{threshold}/{count}", "--sheets", "sheets", expect=2)
    assert casevault("key", "list").out == before
    assert not Path("sheets").exists()
    assert not Path("v").exists()


def test_shares_that_nobody_would_see_are_not_made(casevault):
    casevault("key", "split", "--shares", "3", "--threshold", "2", expect=2)
    assert len(casevault("key", "list", "--json").json["keyslots"]) == 1


# --- combine --------------------------------------------------------------------------------------------------------


def test_all_subsets_of_three_of_five_open_and_none_of_two_does(casevault, shares):
    for few in itertools.combinations(shares, 3):
        assert combine(casevault, *few).json["done"] == "opened"
    for few in [*itertools.combinations(shares, 2), *((share,) for share in shares)]:
        done = combine(casevault, *few, expect=3)
        assert f"{3 - len(few)} more" in done.err


def test_combine_gives_a_new_passphrase(casevault, shares):
    Path("new").write_text(NEW + "\n", "utf-8")
    done = combine(casevault, *shares[:3], more=("--new-passphrase-file", "new"))
    assert done.json["label"] == "passphrase"
    opened = casevault.raw("-V", str(casevault.vault), "--passphrase-file", "new", "key", "list", "--json").json
    assert [slot["label"] for slot in opened["keyslots"] if slot["opened"]] == ["passphrase"]
    again = combine(casevault, *shares[2:], more=("--new-passphrase-file", "new"))
    assert again.json["label"] == "passphrase 2"


def test_what_is_wrong_with_a_share_is_named_with_its_file(casevault, shares):
    good = shares[1].read_text("utf-8").split()
    for place in (1, 17, 33):
        shares[1].write_text(" ".join([*good[: place - 1], "vaultx", *good[place:]]), "utf-8")
        done = combine(casevault, *shares[:3], expect=3)
        assert f"2.txt: word {place} " in done.err
        assert "vaultx" not in done.err
        other = "academic" if good[place - 1] != "academic" else "acid"
        shares[1].write_text(" ".join([*good[: place - 1], other, *good[place:]]), "utf-8")
        assert f"it is word {place}" in combine(casevault, *shares[:3], expect=3).err
    done = combine(casevault, shares[0], shares[0], shares[2], expect=3)
    assert "share 1 was given already" in done.err


def test_shares_of_two_sets_are_told_apart(casevault, shares):
    other = casevault("key", "split", "--shares", "5", "--threshold", "3", "-o", "others", "--json").json
    Path("other.txt").write_text(words_of(other["sheets"][3]), "utf-8")
    done = combine(casevault, shares[0], "other.txt", shares[2], expect=3)
    assert f"set {other['set']}" in done.err


def test_shares_of_another_vault_do_not_open_this_one(casevault, shares):
    casevault.raw("init", "other.vault", "--split", "2/2", "--sheets", "others")
    for number, sheet in enumerate(sorted(Path("others").iterdir())):
        Path(f"o{number}").write_text(words_of(sheet), "utf-8")
    done = combine(casevault, "o0", "o1", expect=3)
    assert "does not open by them" in done.err
    assert "another one, or was removed" in casevault("key", "drill", "--file", "o0", expect=3).err


# --- drills ---------------------------------------------------------------------------------------------------------


def test_drills_and_what_was_never_seen(casevault, shares):
    casevault("key", "add", "paper", "--sheet", "notary.svg", "--label", "notary")
    assert "Never seen in a drill: shares 1, 2, 3, 4, 5 of 5, village; paper key notary" in casevault("status").err
    Path("paper").write_text("".join(texts(ET.parse("notary.svg").getroot(), "group")), "utf-8")
    done = casevault("key", "drill", "--file", str(shares[1]), "--file", "paper", "--json").json
    assert [(each["label"], each["share"]) for each in done["seen"]] == [("village", 2), ("notary", None)]
    assert [each["never_seen"] for each in done["left"]] == [[1, 3, 4, 5]]
    status = casevault("status", "--json").json["on_paper"]
    assert [(each["label"], each["threshold"], each["never_seen"]) for each in status] == [
        ("village", 3, [1, 3, 4, 5]),
        ("notary", None, []),
    ]
    assert all(each["last_drill"] for each in status)
    # What was used to open the vault was seen, too.
    combine(casevault, shares[0], shares[2], shares[3])
    assert casevault("status", "--json").json["on_paper"][0]["never_seen"] == [5]
    Path("damaged").write_text(Path("paper").read_text("utf-8").replace("-", "-", 1)[:-1] + "0", "utf-8")
    assert casevault("key", "drill", "--file", "damaged", expect=3).err


def test_init_and_status_offer_a_paper_key_until_there_are_two_ways_in(caller):
    made = caller.raw("init", str(caller.vault), "--passphrase-file", str(caller.secret))
    assert "key add paper" in made.err
    assert "key add paper" in caller("status").err
    caller("key", "add", "paper", "--sheet", "p.svg")
    assert "key add paper" not in caller("status").err


# --- a vault that nobody opens alone --------------------------------------------------------------------------------


def test_a_split_vault_has_no_passphrase(caller):
    done = caller.raw("init", str(caller.vault), "--split", "2/3", "--sheets", "sheets", "--json")
    assert len(done.json["sheets"]) == 3
    caller("list", expect=3)
    for number, sheet in enumerate(done.json["sheets"]):
        Path(f"s{number}").write_text(words_of(sheet), "utf-8")
    for two in itertools.combinations(("s0", "s1", "s2"), 2):
        assert combine(caller, *two).json["vault_code"] == done.json["vault_code"]
    combine(caller, "s1", expect=3)
    caller.raw("init", "v2", "--split", "2/3", "--sheets", "s", "--passphrase-file", str(caller.secret), expect=2)
    caller.raw("init", "v2", "--sheets", "s", expect=2)
    assert not Path("v2").exists()


# --- at a terminal --------------------------------------------------------------------------------------------------


@pytest.fixture
def terminal(casevault):
    """Give a way to start a command that somebody types to."""
    process = pytest.importorskip("tests.cli.test_process")
    return lambda *words: process.Terminal(casevault.folder, *words)


def follow(sheet_texts, language, file):
    """Read from a sheet what to type, as its own instructions have it."""
    (block,) = [each for each in sheet_texts.iter(f"{SVG}g") if each.get("lang") == language]
    return [command.replace("FILE", file).split() for command in texts(block, "command")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_only_the_paper_key_and_the_file_gets_back_in(casevault, terminal, language):
    casevault("key", "add", "paper", "--sheet", "p.svg")
    sheet = ET.parse("p.svg").getroot()
    for lost in (casevault.secret, Path("p.svg")):
        lost.unlink()
    recover, drill = follow(sheet, language, "families.vault")
    assert recover[0] == drill[0] == "casevault"
    typed = "".join(texts(sheet, "group")).lower()
    shown = terminal(*recover[1:])
    shown.answer("paper key for families.vault:", typed)
    shown.answer("New passphrase", NEW)
    shown.answer("The same again", NEW)
    shown.expect("fingerprint")
    assert shown.end() == 0
    shown = terminal(*drill[1:])
    shown.answer("paper key for families.vault:", NEW)
    shown.answer("A paper key, or the words of one share", typed)
    shown.expect("good")
    shown.answer("A paper key, or the words of one share", "")
    assert shown.end() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_have_only_the_shares_and_the_file_get_back_in(casevault, sheets, terminal, language):
    roots = [ET.parse(sheet).getroot() for sheet in sheets]
    for lost in (casevault.secret, *sheets):
        lost.unlink()
    (block,) = [each for each in roots[0].iter(f"{SVG}g") if each.get("lang") == language]
    needed = int(re.search(r"\b3\b", " ".join(texts(block, "step")))[0])
    combine, drill = follow(roots[0], language, "families.vault")
    typed = [" ".join(texts(root, "word")) for root in roots]
    short = [" ".join(word[:4] for word in words.split()) for words in typed]
    shown = terminal(*combine[1:])
    shown.answer("words of a share:", short[4])
    shown.answer(f"{needed - 1} more needed", typed[1].replace(typed[1].split()[20], "vaultx", 1))
    shown.expect("Not taken")
    shown.expect("Those given before it stay")
    shown.answer("words of the next share:", typed[4])
    shown.expect("share 5 was given already")
    shown.answer("words of the next share:", typed[1])
    shown.answer("1 more needed", typed[0])
    shown.answer("Add a new passphrase to it now?", "y")
    shown.answer("New passphrase", NEW)
    shown.answer("The same again", NEW)
    shown.expect("fingerprint")
    assert shown.end() == 0
    shown = terminal(*drill[1:])
    shown.answer("paper key for families.vault:", NEW)
    shown.answer("A paper key, or the words of one share", typed[2] + " acid")
    shown.expect("Not good")
    shown.answer("A paper key, or the words of one share", typed[2])
    shown.expect("share 3 of 5")
    shown.answer("A paper key, or the words of one share", "")
    shown.expect("Never seen: share 4 of 5, village")
    assert shown.end() == 0


def test_a_share_may_be_typed_where_a_passphrase_is_asked(casevault, sheets, terminal):
    typed = [words_of(sheet) for sheet in sheets]
    shown = terminal("-V", "families.vault", "key", "list")
    shown.answer("paper key for families.vault:", typed[3])
    shown.answer("words of the next share:", typed[0])
    shown.answer("words of the next share:", typed[1])
    shown.expect("village")
    shown.expect("opened by this")
    assert shown.end() == 0


def test_without_a_folder_shares_are_shown_one_by_one(casevault, terminal):
    shown = terminal("-V", "families.vault", "key", "split", "--shares", "2", "--threshold", "2")
    shown.answer("paper key for families.vault:", PASSPHRASE)
    files = []
    for number in (1, 2):
        shown.expect(f"{number} of 2")
        words = []
        for place in range(1, 34):
            shown.expect(f"\n{place}\t")
            while "\n" not in shown.seen:
                assert shown._read(1)
            words.append(shown.seen.split()[0])
        files.append(casevault.folder / f"{number}.txt")
        files[-1].write_text(" ".join(words), "utf-8")
        shown.answer("Write it down", "")
        shown.expect("\x1b[2J")
    shown.expect("fingerprint")
    assert shown.end() == 0
    assert [slot["kind"] for slot in casevault("key", "list", "--json").json["keyslots"]] == ["passphrase", "paper"]
    assert combine(casevault, *files).json["done"] == "opened"
