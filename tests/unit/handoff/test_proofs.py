"""Proofs in bundles: what they prove, and every way to make them lie. Every person and text here is invented.

The forger of these tests has a whole bundle, and a key to sign it anew: the signature is not what stops him.
"""

import dataclasses
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vault import handoff
from vault.errors import LimitError, PolicyError, SignatureError
from vault.handoff import archive, bag, proofs
from vault.matching import Protected
from vault.records import Claim, Draft, Opening, claims_root, commitments, opening, parse_record, statement_part
from vault.records.model import commitments_root
from vault.redact import PUBLISHED, DisclosedClaim, DisclosedRecord, Recipient, Request
from vault.sealing import KdfProfile, Signer, digest
from vault.sealing import Label as HashLabel
from vault.vault import Vault

PHRASE = "kettle-orbit-velvet-mango-thirty-drum"
TODAY = date(2026, 6, 1)
POLICY = """
name = "advocate"
audience = "lawyer"
verifiable = true
retracted = true
[rules]
"detainee.birth" = { action = "age-band", years = 10 }
"detainee.phone" = "withhold"
"detainee.*" = "keep"
"relative.name" = "pseudonym"
"relative.@link" = "pseudonym"
"case.title" = "keep"
"""
COUNSEL = POLICY.replace("advocate", "counsel").replace(
    '"detainee.birth" = { action = "age-band", years = 10 }\n"detainee.phone" = "withhold"',
    '"detainee.birth" = "keep"\n"detainee.name" = "pseudonym"',
)
SILENT = POLICY.replace("advocate", "silent").replace("[rules]", '[rules]\n"*.basis" = "withhold"')


class Case:
    """A vault with one case, and what is handed over of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = Vault.create(folder / "a.vault", PHRASE, profile=KdfProfile.TEST, state_dir=folder)
        self.ids = {name: bytes([place]) * 16 for place, name in enumerate(("man", "wife", "event", "case", "consent"))}
        self.made = 0
        self.put("case", "case", {"title": "An invented case"})
        self.put(
            "man",
            "person",
            {
                "name": {"text": "Bekzat Tursyn", "kind": "birth"},
                "birth": "1971-03-09",
                "sex": "male",
                "ethnicity": "Kazakh",
                "relative.wife": "wife",
                "phone": "+77010001122",
                "case": ["case"],
            },
            Claim("nationality", "Kazakhstan", basis="document", confidence="high", as_of="2017"),
            Claim("nationality", "China", basis="told"),
            Claim("address", None, state="unknown"),
        )
        self.put("wife", "person", {"name": "Gulsim Akhmet", "case": ["case"]})
        self.put(
            "event",
            "event",
            {"event.kind": "arrest", "person": "man", "when": "2018-04-06", "place": "Tekes", "case": ["case"],
             "narrative": "They came at night. Gulsim Akhmet saw it."},
        )  # fmt: skip
        self.put(
            "consent",
            "consent",
            {"about": ["man", "wife"], "given_by": "wife", "capacity": "kin", "case": ["case"],
             "groups": ["identity", "family", "location", "health", "testimony", "image"],
             "audiences": ["lawyer", "family", "un", "press"], "onward": ["state", "public"],
              "purposes": ["legal", "family", "un"], "given_on": "2024-01-10"},
        )  # fmt: skip

    def put(self, ref: str, kind: str, fields: dict[str, Any], *more: Claim) -> None:
        draft = parse_record({"kind": kind, **fields}, self.vault.schemas, resolve=self.ids.__getitem__)
        self.vault.put(replace(draft, record_id=self.ids[ref], claims=(*draft.claims, *more)))

    def request(self, text: str = POLICY, to: str = "desk", **more: Any) -> Request:
        policy = self.vault.disclosures.set_policy(text)
        recipient = Recipient(to, policy.audience, more.pop("onward", ()), None)
        return Request((self.ids["case"],), policy, recipient, "legal", TODAY, **more)

    def hand(self, text: str = POLICY, to: str = "desk", **more: Any) -> "Bag":
        self.made += 1
        folder = self.folder / f"bag-{self.made}"
        handoff.write(self.vault.disclose(self.request(text, to, **more)), folder, form="dir")
        return Bag(folder)


class Bag:
    """An unpacked bundle, and what a forger can make of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: dict[str, Any] = json.loads((folder / "data/records.json").read_bytes())
        there = (folder / bag.PROOFS).exists()
        self.proofs: dict[str, Any] = json.loads((folder / bag.PROOFS).read_bytes()) if there else {}

    def id(self, field: str) -> str:
        """Give the id of the record that has a field opened."""
        (found,) = [name for name, entry in self.proofs["records"].items() if field in entry["salts"]]
        return found

    def shown(self, name: str, field: str) -> list[dict[str, Any]]:
        (record,) = [one for one in self.records["records"] if one["id"] == name]
        return record["fields"][field]

    def entry(self, name: str) -> dict[str, Any]:
        return self.proofs["records"][name]

    def signed(self, signer: Signer | None = None, proof: bytes | None = None) -> Path:
        """Sign all of it anew, as it was changed."""
        old = bag.read_manifest((self.folder / bag.MANIFEST).read_bytes()).label
        there = {path.relative_to(self.folder).as_posix(): path for path in (self.folder / "data").rglob("*.*")}
        contents = {name: bag.Member.of(path.read_bytes()) for name, path in there.items()}
        contents[proofs.RECORDS] = bag.Member.of(json.dumps(self.records).encode())
        whole = bag.canonical(self.proofs) if proof is None else proof
        made = bag.build(contents, old, signer or Signer(bytes(32)), {}, whole)
        target = self.folder.with_name(f"{self.folder.name}-forged")
        target.write_bytes(b"".join(archive.write(bag.entries(made), lambda name: made[name].read())))
        return target


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = Case(tmp_path)
    with made.vault:
        yield made


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Bag]]:
    """Give one bundle as often as asked for, to be changed."""
    made = Case(tmp_path_factory.mktemp("case"))
    with made.vault:
        folder = made.hand().folder
        yield lambda: Bag(folder)


# --- what is proven -----------------------------------------------------------------------------------------------


def test_what_is_shown_as_it_stands_is_proven_and_nothing_else(case):
    made = case.hand()
    proven = handoff.verify(made.folder).proven
    man, event = made.id("sex"), made.id("when")
    assert set(proven.claims) == {
        (man, "name", 0),
        (man, "sex", 0),
        (man, "ethnicity", 0),
        (man, "nationality", 0),
        (man, "nationality", 1),
        (event, "kind", 0),
        (event, "when", 0),
        (event, "place", 0),
    }
    # The birth is coarsened, the phone withheld, the narrative masked, links show tokens.
    assert proven.unproven["coarsened"] == 1
    assert proven.unproven["withheld"] >= 1
    assert proven.unproven["value"] >= 1
    assert proven.unproven["unknown"] == 1
    assert made.shown(event, "narrative")[0]["value"] == "They came at night. ▇▇▇▇▇▇ saw it."
    ((line, value),) = [(one["is"], one["value"]) for one in made.shown(man, "birth")]
    assert (line, value) == ("coarsened", "1970/1979")


def test_the_roots_are_those_of_the_sealed_revisions(case):
    made = case.hand()
    entry = made.entry(made.id("sex"))
    revision = case.vault.get(case.ids["man"])
    assert entry["root"] == claims_root(revision).hex()
    assert entry["commitments"] == [one.hex() for one in commitments(revision)]
    assert len(entry["commitments"]) in {16, 32, 64}
    salts = {opening(revision, index).salt.hex() for index in range(len(revision.claims))}
    where = {opening(revision, index, provenance=True).salt.hex() for index in range(len(revision.claims))}
    opened = {salt for ours in entry["salts"].values() for salt in ours if salt}
    assert opened < salts
    assert not opened & where


def test_the_proofs_hold_no_word_of_a_record_and_no_id_of_the_vault(case):
    """Attack on what is withheld: the file is hashes, salts, tokens and names of fields that are shown."""
    made = case.hand()
    text = (made.folder / bag.PROOFS).read_text()
    fields = {name for one in made.records["records"] for name in one["fields"]}
    told: set[str] = set()
    waiting: list[Any] = [made.proofs]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            told |= set(one)
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and not (len(one) == 64 and set(one) <= set("0123456789abcdef")):
            told.add(one)
    tokens = {one["id"] for one in made.records["records"]}
    assert told <= fields | tokens | proofs.PHRASES
    assert not [name for name, key in case.ids.items() if key.hex() in text]


def test_equal_disclosures_have_equal_proofs(case):
    one, other = (case.hand(to="desk") for _ in range(2))
    assert (one.folder / bag.PROOFS).read_bytes() == (other.folder / bag.PROOFS).read_bytes()


def test_order_and_number_of_withheld_claims_change_nothing_but_the_hashes(tmp_path):
    """Two vaults, of which one has a phone more and its claims the other way round."""
    seen = []
    for turn in range(2):
        (tmp_path / str(turn)).mkdir()
        made = Case(tmp_path / str(turn))
        with made.vault:
            revision = made.vault.get(made.ids["man"])
            more = (Claim("phone", "+77010003344"),) if turn else ()
            claims = (*revision.claims[:: -1 if turn else 1], *more)
            made.vault.put(Draft("person", claims, made.ids["man"], (revision.id,)))
            given = made.hand()
            entry = given.entry(given.id("sex"))
            seen.append([(name, [salt is not None for salt in ours]) for name, ours in entry["salts"].items()])
            assert len(entry["commitments"]) == 32
            assert entry["commitments"] == sorted(entry["commitments"])
    assert seen[0] == seen[1]


def test_where_a_rule_keeps_back_how_something_is_known_nothing_is_opened(case):
    """Else a claim without a proof would tell that there is a basis, and one with a proof that there is none."""
    made = case.hand(SILENT)
    assert not made.proofs
    assert not (made.folder / bag.PROOFS).exists()
    assert handoff.verify(made.folder).proven is None


def test_two_policies_show_parts_of_one_revision(case):
    one, other = case.hand(), case.hand(COUNSEL, to="bureau")
    first, second = (handoff.verify(made.folder).proven for made in (one, other))
    same = first.same(second)
    assert (one.id("sex"), other.id("sex")) in same
    assert all(one.entry(left)["root"] == other.entry(right)["root"] for left, right in same)
    assert one.id("sex") != other.id("sex")
    assert any(
        "which of their records are one" in line for line in case.vault.disclosures.preview(case.request()).warnings
    )
    revision = case.vault.get(case.ids["man"])
    case.vault.put(Draft("person", revision.claims[::-1], case.ids["man"], (revision.id,)))
    later = case.hand(COUNSEL, to="bureau")
    third = handoff.verify(later.folder).proven
    assert (one.id("sex"), later.id("sex")) not in first.same(third)
    assert first.same(third)


def test_a_retracted_claim_is_proven_to_be_retracted(case):
    revision = case.vault.get(case.ids["man"])
    claims = (*revision.claims, Claim("sex", "male", state="retracted"))
    case.vault.put(Draft("person", claims, case.ids["man"], (revision.id,)))
    made = case.hand()
    name = made.id("nationality")
    assert made.shown(name, "sex") == [{"is": "value", "value": "male", "retracted": True}]
    assert (name, "sex", 0) in handoff.verify(made.folder).proven.claims
    del made.shown(name, "sex")[0]["retracted"]
    with pytest.raises(SignatureError, match="not part of the record"):
        handoff.verify(made.signed())


# --- where there are none -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", sorted(PUBLISHED))
def test_no_proofs_for_what_is_published(case, audience):
    text = f'name = "x"\naudience = "{audience}"\nverifiable = true\n[risk]\nquasi = ["sex"]\nk = 3\n'
    with pytest.raises(PolicyError, match="which of their records are one") as error:
        case.vault.disclosures.check_policy(text)
    assert error.value.line == 3


@pytest.mark.parametrize("onward", ["state", "public", "press"])
def test_no_proofs_for_what_is_passed_on(case, onward):
    with pytest.raises(PolicyError, match="which of their records are one"):
        case.vault.disclosures.check_policy(POLICY.replace("[rules]", f'onward = ["{onward}"]\n[rules]'))
    with pytest.raises(PolicyError, match="passes on"):
        case.vault.disclose(case.request(onward=(onward,)))
    assert case.vault.disclose(case.request(onward=(onward,), stays=True)).view.records


def test_no_proofs_below_the_forwardable_policy(case):
    text = 'name = "x"\naudience = "un"\nparent = "un-forwardable"\nverifiable = true\n'
    with pytest.raises(PolicyError, match="it goes to state"):
        case.vault.disclosures.check_policy(text)
    assert case.vault.disclosures.check_policy(text.replace("forwardable", "confidential")).verifiable


def test_no_shipped_policy_gives_proofs_and_the_digest_tells_one_that_does(case):
    policies = case.vault.disclosures.policies()
    assert not any(policy.verifiable for policy in policies.values())
    plain = case.vault.disclosures.check_policy(POLICY.replace("verifiable = true", ""))
    assert plain.digest != case.vault.disclosures.check_policy(POLICY).digest
    with pytest.raises(PolicyError, match="true or false"):
        case.vault.disclosures.check_policy(POLICY.replace("= true", "= 1", 1))


def test_proofs_do_not_join_fresh_stand_ins_to_the_old(case):
    case.hand()
    with pytest.raises(PolicyError, match="join"):
        case.vault.disclose(case.request(fresh=True))


def test_a_policy_that_says_nothing_gives_none(case):
    made = case.hand(POLICY.replace("verifiable = true", ""))
    assert not made.proofs
    view = case.vault.disclose(case.request(POLICY.replace("verifiable = true", ""))).view
    assert not [one for one in view.records if one.commitments or any(claim.salt for claim in one.claims)]


# --- attacks ------------------------------------------------------------------------------------------------------


def swapped_salts(made: Bag) -> None:
    salts = made.entry(made.id("sex"))["salts"]
    salts["sex"], salts["name"] = salts["name"], salts["sex"]


def swapped_salts_of_one_field(made: Bag) -> None:
    made.entry(made.id("sex"))["salts"]["nationality"].reverse()


def claim_moved_to_another_record(made: Bag) -> None:
    man, event = made.id("sex"), made.id("when")
    (record,) = [one for one in made.records["records"] if one["id"] == event]
    record["fields"]["sex"] = made.shown(man, "sex")
    made.entry(event)["salts"]["sex"] = made.entry(man)["salts"]["sex"]


def claim_moved_to_another_field(made: Bag) -> None:
    man = made.id("sex")
    (record,) = [one for one in made.records["records"] if one["id"] == man]
    record["fields"]["nickname"] = record["fields"].pop("name")
    salts = made.entry(man)["salts"]
    salts["nickname"] = salts.pop("name")


def record_of_another_kind(made: Bag) -> None:
    (record,) = [one for one in made.records["records"] if one["id"] == made.id("sex")]
    record["kind"] = "event"


def lists_of_two_records_exchanged(made: Bag) -> None:
    one, other = (made.entry(made.id(field)) for field in ("sex", "when"))
    one["commitments"], other["commitments"] = other["commitments"], one["commitments"]
    one["root"], other["root"] = other["root"], one["root"]


def forged(made: Bag, claim: dict[str, Any], salt: str) -> None:
    """Write something where the phone is withheld."""
    man = made.id("sex")
    made.shown(man, "phone")[0].clear()
    made.shown(man, "phone")[0].update(claim)
    made.entry(man)["salts"]["phone"] = [salt]


def forged_in_a_withheld_place(made: Bag) -> None:
    forged(made, {"is": "value", "value": "+77019998877"}, "ab" * 32)


def forged_with_a_salt_that_opens_another_claim(made: Bag) -> None:
    forged(made, {"is": "value", "value": "+77019998877"}, made.entry(made.id("sex"))["salts"]["sex"][0])


def forged_commitment_in_place_of_a_decoy(made: Bag) -> None:
    """The list is one of its own then, and so is its root: refused for the root that is stated."""
    forged_in_a_withheld_place(made)
    commit_to_the_forged(made)


def commit_to_the_forged(made: Bag) -> None:
    entry = made.entry(made.id("sex"))
    (fields,) = [one["fields"] for one in made.records["records"] if one["id"] == made.id("sex")]
    opened = {one.commitment().hex() for *_, one in proofs._openings("person", fields, entry["salts"])}
    forged_one = Opening("person.phone", statement_part(Claim("phone", "+77019998877")), b"\xab" * 32).commitment()
    spare = next(one for one in entry["commitments"] if one not in opened)
    entry["commitments"] = sorted({*entry["commitments"], forged_one.hex()} - {spare})


def root_of_another_revision(made: Bag) -> None:
    made.entry(made.id("sex"))["root"] = made.entry(made.id("when"))["root"]


def one_commitment_too_few(made: Bag) -> None:
    relisted(made, lambda listed: listed[:-1])


def one_commitment_too_many(made: Bag) -> None:
    relisted(made, lambda listed: [*listed, "ff" * 32])


def decoys_left_out(made: Bag) -> None:
    relisted(made, lambda listed: listed[:8])


def decoys_doubled(made: Bag) -> None:
    relisted(made, lambda listed: sorted(listed + listed))


def commitments_in_another_order(made: Bag) -> None:
    relisted(made, lambda listed: listed[::-1])


def relisted(made: Bag, change: Callable[[list[str]], list[str]]) -> None:
    """Change the list, and state the root that it then has."""
    entry = made.entry(made.id("sex"))
    entry["commitments"] = change(entry["commitments"])
    entry["root"] = commitments_root([bytes.fromhex(one) for one in entry["commitments"]]).hex()


def one_claim_shown_twice(made: Bag) -> None:
    man = made.id("sex")
    made.shown(man, "sex").append(dict(made.shown(man, "sex")[0]))
    made.entry(man)["salts"]["sex"] *= 2


def one_revision_shown_as_two_records(made: Bag) -> None:
    man = made.id("sex")
    (record,) = [one for one in made.records["records"] if one["id"] == man]
    made.records["records"].append({**record, "id": "person-9Z9Z9Z"})
    made.proofs["records"]["person-9Z9Z9Z"] = made.entry(man)


def other(key: str, value: Any, field: str = "nationality") -> Callable[[Bag], None]:
    def change(made: Bag) -> None:
        made.shown(made.id("sex"), field)[0][key] = value

    return change


def without(key: str) -> Callable[[Bag], None]:
    def change(made: Bag) -> None:
        (one,) = [one for one in made.shown(made.id("sex"), "nationality") if key in one and "as_of" in one]
        del one[key]

    return change


ATTACKS: dict[str, Callable[[Bag], None]] = {
    one.__name__.replace("_", " "): one
    for one in (
        swapped_salts, swapped_salts_of_one_field, claim_moved_to_another_record, claim_moved_to_another_field,
        record_of_another_kind, lists_of_two_records_exchanged, forged_in_a_withheld_place,
        forged_with_a_salt_that_opens_another_claim, forged_commitment_in_place_of_a_decoy, root_of_another_revision,
        one_commitment_too_few, one_commitment_too_many, decoys_left_out, decoys_doubled, commitments_in_another_order,
        one_claim_shown_twice, one_revision_shown_as_two_records,
    )
}  # fmt: skip
ATTACKS |= {
    "another value": other("value", "Iran"),
    "a value of another type": other("value", ["China"]),
    "a number for a text": other("value", 1.5),
    "another basis": other("basis", "eyewitness"),
    "no basis": without("basis"),
    "no date": without("as_of"),
    "no confidence": without("confidence"),
    "another date": other("as_of", "2019"),
    "said to be taken back": other("retracted", True),
    "said not to be taken back": other("retracted", False),
    "said to be coarsened": other("is", "coarsened"),
    "something beside what is proven": other("note", "and he is guilty"),
    "another kind of name": other("value", {"text": "Bekzat Tursyn", "kind": "nickname"}, "name"),
    "another form of the name": other("value", "Bekzat Tursyn", "name"),
    "half a character": other("value", "\ud800"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_not_sealed_so_is_refused(given, attack):
    made = given()
    ATTACKS[attack](made)
    with pytest.raises(SignatureError) as error:
        handoff.verify(made.signed())
    assert [fault.path for fault in error.value.faults] == [bag.PROOFS]


def test_unchanged_contents_signed_by_somebody_else_still_hold(given):
    """What the attacks above are refused for is not that they were signed anew."""
    made = given()
    report = handoff.verify(made.signed())
    assert report.proven.claims == handoff.verify(made.folder).proven.claims
    assert report.signer != handoff.verify(made.folder).signer


def test_forged_content_with_a_root_of_its_own_is_of_no_revision_that_another_bundle_shows(case):
    """Whoever signs can commit to anything anew, and it proves nothing of what was sealed before."""
    made, beside = case.hand(), case.hand(COUNSEL, to="bureau")
    forged_commitment_in_place_of_a_decoy(made)
    relisted(made, list)
    alone = handoff.verify(made.signed()).proven
    assert (made.id("sex"), "phone", 0) in alone.claims
    truth = handoff.verify(beside.folder).proven
    shared = alone.same(truth)
    assert made.id("sex") not in {left for left, _ in shared}
    assert shared


def test_a_forged_value_without_a_salt_is_told_as_not_proven(given):
    made = given()
    man = made.id("sex")
    before = handoff.verify(made.folder).proven
    made.shown(man, "phone")[0].clear()
    made.shown(man, "phone")[0].update({"is": "value", "value": "+77019998877"})
    after = handoff.verify(made.signed()).proven
    assert (man, "phone", 0) not in after.claims
    assert after.unproven["value"] == before.unproven.get("value", 0) + 1


FORMS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "empty": lambda tree: b"",
    "no json": lambda tree: b"{",
    "spaces": lambda tree: json.dumps(tree).encode() + b"\n",
    "another format": lambda tree: bag.canonical({**tree, "format": "casevault-proofs/2"}),
    "unknown key": lambda tree: bag.canonical({**tree, "more": 1}),
    "no records": lambda tree: bag.canonical({**tree, "records": {}}),
    "records type": lambda tree: bag.canonical({**tree, "records": ["x"]}),
    "unknown record": lambda tree: bag.canonical(
        {**tree, "records": {"person-2A2A2A": next(iter(tree["records"].values()))}}
    ),
    "hostile record": lambda tree: bag.canonical({**tree, "records": {"\x1b[31m": tree["records"].popitem()[1]}}),
    "deep": lambda tree: b"[" * 100_000 + b"]" * 100_000 + b"\n",
    "not text": lambda tree: b"\xff\xfe",
}
ENTRIES: dict[str, dict[str, Any]] = {
    "unknown part": {"more": 1},
    "root": {"root": "00"},
    "root in capitals": {"root": "AB" * 32},
    "root type": {"root": 7},
    "commitments type": {"commitments": 7},
    "commitment": {"commitments": ["00"] * 16},
    "no salts": {"salts": {}},
    "salts type": {"salts": []},
    "salts of nothing": {"salts": {"sex": [None]}},
    "salts of an unknown field": {"salts": {"nothing": ["00" * 32]}},
    "too many salts": {"salts": {"sex": ["00" * 32, None]}},
    "short salt": {"salts": {"sex": ["00"]}},
    "salt type": {"salts": {"sex": [7]}},
}


@pytest.mark.parametrize("form", [*FORMS, *ENTRIES])
def test_proofs_of_another_form_are_refused(given, form):
    made = given()
    if form in FORMS:
        data = FORMS[form](made.proofs)
    else:
        made.entry(made.id("sex")).update(ENTRIES[form])
        data = bag.canonical(made.proofs)
    with pytest.raises(SignatureError) as error:
        handoff.verify(made.signed(proof=data))
    assert [fault.path for fault in error.value.faults] == [bag.PROOFS]
    assert "\x1b" not in str(error.value)


RECORDS = {
    "key twice": lambda text: text.replace('"kind":', '"kind": "x", "kind":', 1),
    "value twice": lambda text: text.replace('"is":', '"is": "value", "is":'),
    "record twice": lambda text: text.replace('"records": [', '"records": [' + text[text.index("[") + 1 : -2] + ","),
    "another key": lambda text: text.replace('"kind":', '"more": 1, "kind":'),
    "no list": lambda text: '{"format": "casevault-records/1", "records": 7}',
    "other text": lambda text: text.encode("utf-16"),
    "outcome": lambda text: text.replace('"is": "withheld"', '"is": "forgotten"'),
    "taken back, false": lambda text: text.replace('"value": "male"', '"value": "male", "retracted": false'),
    "taken back, 1": lambda text: text.replace('"value": "male"', '"value": "male", "retracted": 1'),
    "taken back, no": lambda text: text.replace('"value": "male"', '"value": "male", "retracted": "no"'),
    "a fraction": lambda text: text.replace('"They came at night. ▇▇▇▇▇▇ saw it."', "1.5"),
}


@pytest.mark.parametrize("change", RECORDS)
def test_records_that_can_be_read_in_two_ways_are_refused(given, change):
    made = given()
    text = json.dumps(made.records, ensure_ascii=False)
    changed = RECORDS[change](text)
    assert changed != text
    with pytest.raises(SignatureError):
        proofs.check(bag.canonical(made.proofs), changed if isinstance(changed, bytes) else changed.encode())
    assert proofs.check(bag.canonical(made.proofs), text.encode()).claims


@pytest.mark.parametrize("change", ["removed", "renamed", "edited", "edited and listed anew"])
def test_the_signature_covers_the_proofs(given, tmp_path, change):
    """By the hash in the manifest; whoever lists another there breaks the signature."""
    made = given()
    manifest = (made.folder / bag.MANIFEST).read_bytes()
    members = {
        path.relative_to(made.folder).as_posix(): path.read_bytes()
        for path in made.folder.rglob("*.*")
        if path.is_file()
    } | {bag.SIGNERS: (made.folder / bag.SIGNERS).read_bytes()}
    whole = members.pop(bag.PROOFS)
    salt = made.entry(made.id("sex"))["salts"]["sex"][0].encode()
    edited = whole.replace(salt, salt[::-1])
    if change == "renamed":
        members["casevault/proofs.txt"] = whole
    elif change.startswith("edited"):
        members[bag.PROOFS] = edited
    if change == "edited and listed anew":
        old, new = (bag.Member.of(data).sha256.hex().encode() for data in (whole, edited))
        members[bag.MANIFEST] = manifest.replace(old, new)
    for path, data in members.items():
        (tmp_path / "x" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "x" / path).write_bytes(data)
    with pytest.raises(SignatureError) as error:
        handoff.verify(tmp_path / "x")
    expected = {"edited and listed anew": bag.MANIFEST, "renamed": "casevault/proofs.txt"}.get(change, bag.PROOFS)
    assert [fault.path for fault in error.value.faults] == [expected]


def test_guesses_of_a_withheld_date_find_nothing(given, deep):
    """All dates of 2 800 years, and all salts that the bundle tells; with the right salt one guess is enough."""
    size = deep("commitment-guesses", 1 << 13, 1 << 20)
    print("seed", size.seed)
    entry = given().entry(given().id("sex"))
    listed = {bytes.fromhex(one) for one in entry["commitments"]}
    salts = sorted({bytes.fromhex(salt) for ours in entry["salts"].values() for salt in ours if salt} | {bytes(32)})
    first = date(1, 1, 1).toordinal() + size.random().randrange(700_000)
    days = [date(1971, 3, 9), *(date.fromordinal((first + n) % 1_000_000 + 1) for n in range(size - 1))]
    for day in days:
        part = statement_part(Claim("birth", day.isoformat()))
        for salt in salts:
            assert digest(HashLabel.CLAIM, salt, b"person.birth", part) not in listed
    assert len(salts) >= 4


def test_the_right_salt_finds_it(case):
    """So the guesses above were of the right form."""
    revision = case.vault.get(case.ids["man"])
    (index,) = [place for place, claim in enumerate(revision.claims) if claim.field == "birth"]
    part = statement_part(Claim("birth", "1971-03-09"))
    assert digest(HashLabel.CLAIM, opening(revision, index).salt, b"person.birth", part) in commitments(revision)


def test_hashes_of_many_records_stop_no_bundle_by_chance(case, tmp_path):
    """Short names and numbers stand in random digits by chance; the gate knows which digits are the bundle's own."""
    disclosure = case.vault.disclose(case.request())
    rnd = random.Random(7)
    records = [
        DisclosedRecord(
            f"person-{2 + n % 8}A{2 + n // 8 % 8}B{2 + n // 64}C",
            "person",
            (DisclosedClaim("sex", "choice", "value", "male", salt=rnd.randbytes(32)),),
            commitments=tuple(sorted(rnd.randbytes(32) for _ in range(32))),
        )
        for n in range(60)
    ]
    short = ("Li", "Ma", "Wu", "An", "Ada", "Abe", "Ли", "Fa", "Deb", "Ed", "Bea", "Dee", "Ye", "Xu", "Yu", "He")
    numbers = [Protected(f"{n:06}", "id") for n in range(100_000, 999_999, 300)]
    withheld = (*(Protected(name, "name") for name in short), *numbers)
    view = dataclasses.replace(disclosure.view, records=tuple(records), withheld=withheld, kept=(), files=())
    handoff.write(dataclasses.replace(disclosure, view=view), tmp_path / "many", form="dir")
    assert len(json.loads((tmp_path / "many" / bag.PROOFS).read_bytes())["records"]) == 60


def test_more_than_a_verifier_would_read_is_not_written(case):
    view = case.vault.disclose(case.request()).view
    with pytest.raises(LimitError):
        proofs.write(view.records, proofs.MAX_BYTES + 1)
    assert proofs.write([dataclasses.replace(one, commitments=()) for one in view.records], 1) is None
