"""Ways in which what is left of a redaction tells what was there: widths, hashes, stand-ins, order, numbers and times.

All people, places, numbers and texts are invented.
"""

import base64
import hashlib
import itertools
import json
import random
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.redaction.matter import IDENTITY, TOKEN, Matter, contents, nameless, opened, together
from vault import agefile, gate
from vault.matching import MASK
from vault.records import Claim, identifying
from vault.redact import Pseudonyms

WITNESS: dict[str, Any] = {"name": ["Нұрлан Омаров", "Nurlan Omarov"], "inside": "yes", "phone": "+7 701 555 12 34"}
MATTER: dict[str, tuple[str, dict[str, Any]]] = {
    "case": ("case", {"title": "An invented matter"}),
    "man": ("person", {
        "case": ["case"], "name": ["Ерлан Үлгіұлы", "Yerlan Ulgiuly"], "birth": "1971-04-05", "inside": "no",
        "id_document": "710405300123", "phone": "+7 700 111 22 33",
        "relative": [{"relation": "mother", "link": "mother"}],
    }),
    "mother": ("person", {"case": ["case"], "name": "Гүлсім Ахметқызы", "phone": "+7 700 222 33 44"}),
    "witness": ("person", {"case": ["case"], **WITNESS}),
    "tells": ("source", {"case": ["case"], "person": "witness", "about": ["man"]}),
    "said": ("statement", {"case": ["case"], "by": ["tells"], "about": ["man"], "text": "He was seen in the yard."}),
    "arrest": ("event", {
        "case": ["case"], "what": "arrest", "person": ["man"], "when": "2017-05-03", "place": "Tekes county",
        "narrative": "Нұрланның айтуынша, оны алып кетті; телефон 8 701 555 12 34.",
    }),
    "later": ("event", {
        "case": ["case"], "what": "sighting", "person": ["man"], "when": "2019-05", "narrative": "No more is known.",
    }),
    "letter": ("action", {"case": ["case"], "what": "letter", "to": "Ministry", "sent_on": "2018-03-01"}),
}  # fmt: skip


def filled(matter: Matter, order: int | None = None, **changed: tuple[str, dict[str, Any]]) -> Matter:
    """Put the matter in, in another order if asked, one record a commit."""
    told = {**MATTER, **changed}
    refs = list(told)
    if order is not None:
        random.Random(order).shuffle(refs)
    for ref in refs:
        matter.add(ref, told[ref][0], **told[ref][1])
    matter.consent("yes", "man")
    return matter


@pytest.fixture
def matter(tmp_path):
    for one in opened(tmp_path):
        yield filled(one)


# --- 17, 18 ---------------------------------------------------------------------------------------------------------

MASKED_IN_EVERY_FIELD = """
name = "masked"
audience = "lawyer"
[rules]
"detainee.name" = "mask"
"detainee.birth" = "mask"
"detainee.id_document" = "mask"
"detainee.phone" = "mask"
"*.@text" = "scrub"
"case.*" = "keep"
"detainee.*" = "keep"
"""


@pytest.mark.parametrize("policy", ["lawyer", "masked"])
def test_the_width_of_a_mask_tells_nothing_of_the_value(tmp_path: Path, policy: str) -> None:
    """Way 17 of redaction failing: the width of a mask tells how long the name under it is.

    Two vaults that differ in the length of all that is masked give files that do not differ in one byte.
    """
    told = []
    for name, phone, witness, man in (
        ("a", "8 727 238 41", "Ли Ян", ("Ян Ма", "1971", "100001")),
        ("b", "+7 701 555 12 34", "Абдурахман Мухаммеджанович Сейтмуратов", ("Бауыржан Алиев", "1971-04-05", "6" * 18)),
    ):
        text = f"{witness}, {phone}: оны алып кетті, дейді {witness.split()[0]}."
        arrest = ("event", {**MATTER["arrest"][1], "narrative": text})
        changed: dict[str, Any] = {"witness": ("person", {"name": witness, "phone": phone}), "arrest": arrest}
        if policy == "masked":
            whose = dict(zip(("name", "birth", "id_document"), man, strict=True))
            changed["man"] = ("person", {**MATTER["man"][1], **whose, "phone": phone})
        for one in opened(tmp_path, name):
            filled(one, **changed)
            one.policy(MASKED_IN_EVERY_FIELD)
            told.append({path: nameless(data) for path, data in contents(one.hand(policy=policy)).items()})
    # Records stand in the order of their stand-ins, which is random.
    short, long = ({path: Counter(data.split()) for path, data in one.items()} for one in told)
    assert short == long
    assert {path: len(data) for path, data in told[0].items()} == {path: len(data) for path, data in told[1].items()}
    masks = re.findall(r"▇+", told[0]["data/records.json"].decode())
    assert len(masks) >= (3 if policy == "lawyer" else 6)
    assert set(masks) == {MASK}


INFLECTED = {
    "Айдос Қалиев": ["Айдос", "Айдостың", "Айдосқа", "Айдоспен", "Айдосты", "Қалиевтен", "А. Қалиев"],
    "Виктор Лосев": ["Виктор", "Виктора", "Виктору", "Виктором", "Лосева", "Лосеву", "Лосевым", "В. Лосев"],
    "Виктория Лосева": ["Виктория", "Виктории", "Викторию", "Викторией", "Лосеву", "Лосевой", "В. Лосева"],
    "Oliver Thornbury": ["Oliver", "Oliver's", "Thornbury's", "O. Thornbury", "O.T. Thornbury"],
    "王小明": ["王小明", "小明"],
}


def test_no_first_letter_ending_or_digit_of_a_masked_value_stays(matter: Matter) -> None:
    """Way 18 of redaction failing: an initial, an ending that tells man from woman or the last digits stay."""
    for name in INFLECTED:
        matter.add(f"person {name}", "person", name=name, inside="yes")
    numbers = ("+7 701 555 12 34", "8 (701) 555-12-34", "7015551234", "701-555-1234")
    forms = [*itertools.chain.from_iterable(INFLECTED.values()), *numbers]
    for place, form in enumerate(forms):
        matter.add(f"e{place}", "event", case=["case"], what="other", person=["man"], narrative=f"So: {form} — yes.")
    tree = json.loads(matter.hand()["data/records.json"])
    told = [
        claim["value"] for record in tree["records"] for claim in record["fields"].get("narrative", ())
        if claim["value"].startswith("So: ")
    ]  # fmt: skip
    # Said alike, all leave as one text; were an ending or a digit kept anywhere, there would be another.
    assert set(told) == {f"So: {MASK} — yes."}
    assert len(told) == len(forms)


# --- 19 -------------------------------------------------------------------------------------------------------------


def forms_of(text: str) -> set[str]:
    """Give the ways in which a value is usually written before it is hashed."""
    digits = "".join(char for char in text if char.isdigit())
    forms = {text, text.lower(), text.upper(), text.replace(" ", ""), text.lower().replace(" ", "")}
    return forms | {part for form in (text, text.lower()) for part in form.split() if len(part) > 2} | ({digits} - {""})


def test_no_hash_of_a_withheld_value_or_id_is_in_a_bundle(matter: Matter) -> None:
    """Way 19 of redaction failing: a number under a hash is found by hashing all numbers."""
    matter.attach("paper", b"An invented letter.\n", "Нұрлан Омаров.txt")
    bundle = together(matter.hand()).lower()
    hashes = set()
    for revision in matter.revisions.values():
        values = {text for _, _, _, text in identifying(revision, matter.vault.schemas)}
        raw = {revision.record_id, revision.id, revision.record_id.hex().encode(), b"An invented letter.\n"}
        raw |= {form.encode(code) for text in values for form in forms_of(text) for code in ("utf-8", "utf-16-le")}
        for data, algorithm in itertools.product(raw, ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b")):
            digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
            hashes |= {digest.hex()[:10], base64.b64encode(digest).decode().lower()[:12]}
    assert len(hashes) > 500
    # What the recipient gets is hashed in the manifest, and nothing else is.
    files = set(re.findall(r"[0-9a-f]{64}", bundle))
    assert files
    assert not [one for one in hashes if one in bundle]


# --- 20, 21 ---------------------------------------------------------------------------------------------------------


def test_stand_ins_of_two_recipients_have_nothing_in_common(tmp_path: Path, deep: Any) -> None:
    """Way 20 of redaction failing: two recipients lay their bundles side by side and join what they have.

    Not one stand-in in common, for the same person or another, and no likeness: neither in their signs nor in the
    order of records that follows from them.
    """
    size = deep("stand-ins", 250, 1000)
    for matter in opened(tmp_path):
        people = {f"p{number}": ("person", {"name": "Zal Tore", "case": ["case"]}) for number in range(size)}
        event = ("event", {"case": ["case"], "what": "arrest", "person": list(people)})
        matter.tell({"case": ("case", {"status": "open"}), **people, "event": event})
        matter.policy('name = "plain"\naudience = "lawyer"\n[rules]\n"detainee.name" = "pseudonym"\n"case.*" = "keep"')
        maps = []
        for to in ("one", "another"):
            assert len(set(TOKEN.findall(together(contents(matter.hand(policy="plain", to=to)))))) == size + 1
            with matter.vault._session.reading() as (objects, _):
                pairs = matter.vault._session.setting(objects, "pseudonyms")[to]
                maps.append({bytes(record): token.rpartition("-")[2] for record, token in pairs})
    one, other = maps
    assert set(one) == set(other)
    assert not set(one.values()) & set(other.values())
    records = sorted(one)
    # Of signs drawn at random one in eight agrees where digits stand, and one in 23 where letters do.
    for place, signs in enumerate((8, 23) * 3):
        agree = sum(one[record][place] == other[record][place] for record in records)
        assert abs(agree - len(records) / signs) < 6 * (len(records) / signs) ** 0.5 + 3
    # Two random orders put half of all pairs the same way round; so do one of them and the order of the vault.
    for first, second in ((one, other), ({r: r.hex() for r in records}, one)):
        pairs = list(itertools.pairwise(records))
        same = sum((first[a] < first[b]) == (second[a] < second[b]) for a, b in pairs)
        assert abs(same - len(pairs) / 2) < 6 * (len(pairs) / 4) ** 0.5 + 3


def test_a_stand_in_of_one_recipient_is_never_drawn_for_another() -> None:
    """Way 20 of redaction failing, by chance: one stand-in would be taken for one person by two recipients."""
    drawn = itertools.chain([0] * 6, [0] * 6, [1] * 6, itertools.repeat(2))
    names = Pseudonyms()
    first = names.token("one", b"1" * 16, "person", lambda _: bytes([next(drawn)]))
    second = names.token("another", b"2" * 16, "person", lambda _: bytes([next(drawn)]))
    assert (first, second) == ("person-2A2A2A", "person-3B3B3B")
    again = Pseudonyms.from_plain(names.plain())
    drawn = itertools.chain([1] * 6, itertools.repeat(2))
    assert again.token("third", b"1" * 16, "person", lambda _: bytes([next(drawn)])) == "person-4C4C4C"


def test_what_is_told_under_fresh_stand_ins_joins_nothing_told_before(matter: Matter) -> None:
    """Way 21 of redaction failing: year after year one stand-in gathers facts until they say who it is."""
    unnamed = '"*.@file" = "keep"\n"detainee.name" = "pseudonym"\n"detainee.*" = "keep"\n"case.*" = "keep"'
    matter.policy(f'name = "unnamed"\naudience = "lawyer"\n[rules]\n{unnamed}')
    matter.attach("paper", b"An invented letter.\n", "letter.txt")
    first, again = (matter.hand(policy="unnamed") for _ in range(2))
    matter.rewrite("later")
    fresh = matter.hand(policy="unnamed", fresh=True)
    told = [set(TOKEN.findall(together(contents(one)))) for one in (first, again, fresh)]
    assert told[0] == told[1]
    assert {token.partition("-")[0] for token in told[0]} >= {"person", "event", "case", "document", "file"}
    assert not told[0] & told[2]
    assert set(TOKEN.findall(together(contents(matter.hand(policy="unnamed"))))) == told[2]
    # Of hashes and ids only those are the same that stand in every bundle, the recipient's, and that of the paper.
    marks = [set(re.findall(r"[0-9a-f]{32,}", together(one))) for one in (first, fresh)]
    letter = hashlib.sha256(b"An invented letter.\n").hexdigest()
    fixed = {hashlib.sha256(data).hexdigest() for path, data in fresh.items() if not path.startswith("data/")}
    fixed |= {matter.vault.disclosures.policies()["unnamed"].digest.hex()}
    fixed |= {agefile.recipient_fingerprint(IDENTITY.recipient).hex()}
    assert marks[0] & marks[1] <= {letter, *fixed}


# --- 22, 23 ---------------------------------------------------------------------------------------------------------


def test_no_order_of_the_vault_is_in_a_bundle(matter: Matter) -> None:
    """Way 22 of redaction failing: sorted by id, or left as it was typed in, the order tells whose is whose.

    After every record was written anew in another order, with its claims the other way round, not a byte differs.
    """
    first = contents(matter.hand())
    # Records stand in the order of their stand-ins, and those are drawn.
    for marks in (
        [record["id"].rpartition("-")[2] for record in json.loads(first["data/records.json"])["records"]],
        [row.split('"')[1].rpartition("-")[2] for row in first["data/records.csv"].decode().splitlines()[1:]],
    ):
        assert len(set(marks)) >= 7
        assert marks == sorted(marks)
    refs = list(matter.revisions)
    for order in range(2):
        random.Random(order).shuffle(refs)
        for ref in refs:
            matter.rewrite(ref, backwards=True)
        assert contents(matter.hand()) == first


def test_no_gap_or_count_tells_how_much_is_withheld(matter: Matter) -> None:
    """Way 22 of redaction failing: a gap in the numbers or a total tells that there is more, and how much."""
    before = matter.hand()
    rules = json.loads(before["casevault/receipt.json"])["rules"]
    assert set(rules.values()) <= {"<5", *map(str, range(5, 100))}
    matter.rewrite("man", *(Claim("phone", f"+7 700 111 33 4{n}") for n in range(7)))
    matter.rewrite("mother", *(Claim("phone", f"+7 700 222 33 5{n}") for n in range(7)))
    for number in range(7):
        matter.add(f"more{number}", "person", case=["case"], name=f"Zaur{'abcdefg'[number]} Kosov", inside="yes")
        matter.add(f"tells{number}", "source", case=["case"], person=f"more{number}", about=["man"])
        matter.consent(f"agrees{number}", f"more{number}", audiences=["press"])
    after = matter.hand()
    assert contents(after) == contents(before)
    assert json.loads(after["casevault/receipt.json"])["rules"] == rules
    assert {path: len(data) for path, data in after.items()} == {path: len(data) for path, data in before.items()}


def test_no_byte_tells_when_a_record_was_added(tmp_path: Path) -> None:
    """Way 23 of redaction failing: ids in a row, times of files and dates of creation tell what came when.

    Two vaults that were told the same, one in an afternoon and one from the end to the start with every record
    rewritten, give the same bytes but for what is random; and the files have the time of their making.
    """
    told = []
    for name, order in (("a", None), ("b", 5)):
        for one in opened(tmp_path, name):
            filled(one, order)
            if order is not None:
                for ref in MATTER:
                    one.rewrite(ref)
            before = time.time() - 2
            bundle = one.hand()
            told.append(contents(bundle))
            for path in (one.folder / f"{name}-1").rglob("*"):
                assert path.stat().st_mtime >= before
            digits = {"times": [str(r.time // 1000)[:8] for r in one.revisions.values()]}
            digits |= {"ids": [r.id.hex()[:12] for r in one.revisions.values()]}
            digits |= {"records": [r.record_id.hex()[:12] for r in one.revisions.values()]}
            text = re.sub(r"[0-9a-f]{64}", "", together(bundle))
            assert not {what for what, forms in digits.items() if any(form in text for form in forms)}
    one, other = ({path: Counter(nameless(data).split()) for path, data in files.items()} for files in told)
    assert one == other
    assert {path: len(data) for path, data in told[0].items()} == {path: len(data) for path, data in told[1].items()}


def test_a_receipt_passes_the_gate(matter: Matter) -> None:
    """Way 30 of redaction failing: the paper that says what was taken out says it."""
    values = [
        text for revision in matter.revisions.values()
        for _, _, _, text in identifying(revision, matter.vault.schemas)
    ]  # fmt: skip
    assert len(values) > 8
    for policy in ("family", "lawyer", "un-confidential", "un-forwardable", "press"):
        bundle = matter.hand(policy=policy, leave_out=True, onward=("state",) if "un" in policy else ())
        data = bundle["casevault/receipt.json"]
        assert gate.scan(data, "receipt.json", values) == []
        assert gate.scan(data.replace(b'"clean"', f'"{values[0]}"'.encode()), "receipt.json", values)
        tree = json.loads(data)
        assert set(tree) == {"format", "bundle", "tool", "policy", "rules", "gate", "files", "series"}
        for revision in matter.revisions.values():
            for mark in (revision.record_id, revision.id):
                assert mark.hex() not in data.decode()
