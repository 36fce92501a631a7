"""Ways in which something could leave that was not meant to; each was tried, and some had worked.

All people and places are invented.
"""

import io
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.commands.ledger import to_recall
from vault import handoff
from vault.errors import ConsentError, DisclosureError, PolicyError
from vault.gate import scan
from vault.matching import Protected, redact_text
from vault.records import Claim, Draft
from vault.redact import Recipient, Request
from vault.redact.pseudonyms import scope_of
from vault.sealing import KdfProfile
from vault.vault import Vault, former

CASE, MAN, WIFE = b"c" * 16, b"m" * 16, b"w" * 16
GROUPS = ("identity", "family", "location", "testimony", "health", "image")
TODAY = date(2026, 11, 24)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with Vault.create(tmp_path / "a.vault", "invented words", profile=KdfProfile.TEST) as made:
        yield made


def called(text: str) -> Claim:
    return Claim("name", {"text": text, "kind": "birth"})


def consent(about: bytes, *more: Claim, by: bytes | None = None, audiences: tuple[str, ...] = ("lawyer",)) -> Draft:
    said = [Claim("about", about), Claim("given_by", by or about), Claim("capacity", "kin" if by else "self")]
    said += [Claim("audiences", one) for one in audiences] + [Claim("groups", one) for one in GROUPS]
    said += [Claim("purposes", "legal"), Claim("onward", "state"), Claim("onward", "public"), Claim("given_on", "2024")]
    return Draft("consent", (*said, *more))


def family(*events: Draft) -> list[Draft]:
    return [
        Draft("case", (Claim("title", "An invented matter"),), record_id=CASE),
        Draft("person", (Claim("case", CASE), called("Ерлан Үлгіұлы"), Claim("inside", "no")), record_id=MAN),
        *(events or (event("detention", "2018-03-07"),)),
    ]


def event(kind: str, when: str | None, *more: Claim) -> Draft:
    days = (Claim("when", when),) if when else ()
    return Draft("event", (Claim("case", CASE), Claim("person", MAN), Claim("kind", kind), *days, *more))


def asked(
    vault: Vault, *selection: bytes, policy: str = "lawyer", onward: tuple[str, ...] = (), **more: Any
) -> Request:
    rules = vault.disclosures.policies()[policy]
    return Request(selection or (CASE,), rules, Recipient("A", rules.audience, onward), "legal", TODAY, **more)


def handed_over(vault: Vault, request: Request) -> Any:
    disclosure = vault.disclose(request)
    disclosure.permit.commit(os.urandom(32), os.urandom(32), {"result": "clean"})
    return disclosure.view


@pytest.mark.parametrize(
    ("more", "covers"),
    [
        (Claim("expires", "2026-11-24"), True),
        (Claim("expires", "2026-11-23"), False),
        (Claim("expires", state="unknown"), False),
        (Claim("expires", state="withheld"), False),
        (Claim("expires", state="not-asked"), True),
        (Claim("expires", "2026-12~"), False),
        (Claim("expires", "2028?"), True),
        (Claim("withdrawn_on", state="withheld"), False),
    ],
)
def test_an_end_in_doubt_counts_against_a_consent(vault: Vault, more: Claim, covers: bool) -> None:
    vault.put(*family(), consent(MAN, more))
    if covers:
        assert vault.disclose(asked(vault)).view.records
    else:
        with pytest.raises(ConsentError):
            vault.disclose(asked(vault))


@pytest.mark.parametrize(
    ("withdrawn", "covers"), [("2023-12-31", True), ("2023-12~", False), ("2021?", True), ("2024-01-01", False)]
)
def test_a_withdrawal_about_a_day_reaches_what_was_given_soon_after(vault: Vault, withdrawn: str, covers: bool) -> None:
    vault.put(*family(), consent(MAN), consent(MAN, Claim("withdrawn_on", withdrawn)))
    if covers:
        assert vault.disclose(asked(vault)).view.records
    else:
        with pytest.raises(ConsentError):
            vault.disclose(asked(vault))


@pytest.mark.parametrize(
    ("events", "speaks"),
    [
        ((("arrest", "2018-03-07"),), True),
        ((("arrest", "2018-03-07"), ("release", "2019")), False),
        ((("arrest", "2018-03-07"), ("release", None)), False),
        ((("arrest", "2018-03-07"), ("release", "2017/..")), False),
        ((("arrest", "2018"), ("release", "2018")), False),
        ((("arrest", None), ("release", "2019")), False),
        ((("arrest", "2018-03-07"), ("release", "2019"), ("arrest", "2020")), True),
    ],
)
def test_nobody_speaks_for_who_may_be_free(vault: Vault, events: tuple[Any, ...], speaks: bool) -> None:
    vault.put(*family(*(event(*one) for one in events)), Draft("person", (called("Сара"),), record_id=WIFE))
    vault.put(consent(MAN, by=WIFE))
    if speaks:
        assert vault.disclose(asked(vault)).view.records
    else:
        with pytest.raises(ConsentError):
            vault.disclose(asked(vault))


@pytest.mark.parametrize(("birth", "covers"), [("2012", True), ("2009~", False), ("2007", False)])
def test_who_may_be_of_age_speaks_alone(vault: Vault, birth: str, covers: bool) -> None:
    freed = (event("arrest", "2018"), event("release", "2020"))
    vault.put(*family(*freed)[:1], *freed, Draft("person", (called("Сара"),), record_id=WIFE))
    vault.put(Draft("person", (Claim("case", CASE), called("Ерлан"), Claim("birth", birth)), record_id=MAN))
    said = [Claim("capacity", "parent") if one.field == "capacity" else one for one in consent(MAN, by=WIFE).claims]
    vault.put(Draft("consent", tuple(said)))
    if covers:
        assert vault.disclose(asked(vault)).view.records
    else:
        with pytest.raises(ConsentError):
            vault.disclose(asked(vault))


def test_papers_about_papers_are_followed_once(vault: Vault) -> None:
    """Forty papers about forty others, and so on for four steps: along every way these are two million."""
    wide = 40
    layers = [[bytes([layer, number]) * 8 for number in range(wide)] for layer in range(4)]
    papers = [
        Draft("document", (Claim("kind", "notice"), *(Claim("about", one) for one in below)), record_id=paper)
        for layer, below in zip(layers, [*layers[1:], [MAN]], strict=True)
        for paper in layer
    ]
    vault.put(*family(), consent(MAN), *papers)
    assert len(vault.disclose(asked(vault, MAN)).view.records) > 4 * wide


def free_people(number: int) -> list[tuple[bytes, list[Draft]]]:
    """Give detained persons outside, each with an event and a consent of their own for all audiences."""
    found = []
    for place in range(number):
        person = bytes([place]) * 16
        said = (called(f"{'АБГДЕЖЗИКЛМНОПРСТУФХ'[place]}айдан"), Claim("inside", "no"), Claim("sex", "male"))
        happened = Draft("event", (Claim("person", person), Claim("kind", "detention")))
        agreed = consent(person, audiences=("lawyer", "press", "public"))
        found.append((person, [Draft("person", said, record_id=person), happened, agreed]))
    return found


def test_the_public_has_the_tables_that_press_had(vault: Vault) -> None:
    """Ten were counted for press; eleven for the public would show what the eleventh is."""
    people = free_people(20)
    vault.put(*(draft for _, drafts in people for draft in drafts))

    def counted(policy: str, number: int) -> int | None:
        chosen = (person for person, _ in people[:number])
        table = handed_over(vault, asked(vault, *chosen, policy=policy, counts=("sex",))).table
        return None if table is None else table.persons

    assert counted("press", 10) == 10
    with pytest.raises(DisclosureError):
        counted("public", 11)
    assert counted("public", 15) == 15
    with pytest.raises(DisclosureError):
        counted("press", 14)


def test_a_receipt_for_the_state_does_not_tell_that_somebody_testified(vault: Vault, tmp_path: Path) -> None:
    told = Draft("source", (Claim("case", CASE), called("Әсел Ойданқызы"), Claim("about", MAN)), record_id=b"s" * 16)
    texts = [f"He was taken, account {number}." for number in range(7)]
    statements = [
        Draft("statement", (Claim("case", CASE), Claim("by", b"s" * 16), Claim("about", MAN), Claim("text", text)))
        for text in texts
    ]
    receipts = []
    vault.put(*family(), consent(MAN, audiences=("un",)))
    for name, more in (("before", []), ("after", [told, *statements])):
        vault.put(*more)
        request = asked(vault, policy="un-forwardable", onward=("state",))
        handoff.write(vault.disclose(request), tmp_path / name, form="dir")
        receipts.append(json.loads((tmp_path / name / "casevault/receipt.json").read_bytes())["rules"])
    assert receipts[0] == receipts[1]


def a_policy(name: str, parent: str, rule: str) -> str:
    return f"name = '{name}'\naudience = 'lawyer'\nparent = '{parent}'\n[rules]\n'{rule}' = 'withhold'\n"


def test_a_policy_may_name_its_parent_in_any_quotes(vault: Vault) -> None:
    """One that cannot be read when its turn comes would keep every export from being made."""
    desk = vault.disclosures
    desk.set_policy(a_policy("wide", "lawyer", "detainee.health"))
    desk.set_policy(a_policy("narrow", "wide", "detainee.charge"))
    assert {"wide", "narrow"} <= desk.policies().keys()
    with pytest.raises(PolicyError, match="narrows it"):
        desk.remove_policy("wide")
    with pytest.raises(PolicyError):
        desk.set_policy(a_policy("wide", "narrow", "detainee.health"))


@pytest.mark.parametrize("mend", ["remove", "replace"])
def test_a_policy_that_can_no_longer_be_used_can_be_mended(vault: Vault, mend: str) -> None:
    text = a_policy("mine", "lawyer", "detainee.health")
    vault.disclosures.set_policy(text)
    with vault.disclosures._session.writing() as commit:  # as when a schema lost a field that the policy names
        commit.set_setting("policy/mine", text.replace("health", "pulse"))
        commit.log("settings", {"set": "policy/mine"})
    with pytest.raises(PolicyError, match="mine cannot be used"):
        vault.disclosures.policies()
    if mend == "remove":
        vault.disclosures.remove_policy("mine")
    else:
        vault.disclosures.set_policy(text)
    assert ("mine" in vault.disclosures.policies()) is (mend == "replace")


SOURCE, STRANGER = b"s" * 16, b"x" * 16


def told(vault: Vault, *records: Draft, policy: str = "press") -> str:
    """Give what leaves about a man when a source told of him and a stranger is on record, both withheld."""
    source = Draft("source", (called("Тоғжан Серғазы"), called("欧阳小明")), record_id=SOURCE)
    stranger = Draft("person", (called("Жангүл Қоспанова"),), record_id=STRANGER)
    vault.put(source, stranger, consent(MAN, audiences=("lawyer", "press")), *(records or family()))
    return told_again(vault, policy)


def told_again(vault: Vault, policy: str) -> str:
    found = vault.disclose(asked(vault, policy=policy)).view.records
    return repr([claim.value for one in found for claim in one.claims])


STORY = Claim("narrative", "Тоғжан told us; Жангүл Қоспанова saw it; 欧阳小明说.")


@pytest.mark.parametrize(
    "beside", [", husband of Жангүл Қоспанова", " (муж Жангуль Коспановой)", " who is Zhangul Kospanova"]
)
def test_whose_husband_an_official_is_goes_and_uncovers_nobody(vault: Vault, beside: str) -> None:
    official = Claim("official", {"name": f"Бек Асыл{beside}"})
    shown = told(vault, *family(event("arrest", "2018-03-07", STORY, official)))
    assert "Бек Асыл" in shown
    assert not any(name in shown for name in ("Жангүл", "Жангуль", "Zhangul", "Қоспанова", "Тоғжан", "小明"))


def test_what_stands_beside_a_shown_name_uncovers_no_source(vault: Vault) -> None:
    case, _, happened = family(event("arrest", "2018-03-07", STORY))
    man = (Claim("case", CASE), called("Ерлан Үлгіұлы (кузен Тоғжан Серғазы)"), Claim("inside", "no"))
    shown = told(vault, case, Draft("person", man, record_id=MAN), happened)
    assert "Ерлан Үлгіұлы (кузен ▇▇▇▇▇▇)" in shown
    assert "Тоғжан" not in shown
    assert "Серғазы" not in shown


@pytest.mark.parametrize("name", ["Үлгіұлы, Ерлан", "Ерлан (Нұрлан) Үлгіұлы", "Ерлан / Jerlan"])
def test_a_name_with_signs_in_it_stays_whole(vault: Vault, name: str) -> None:
    case, _, happened = family()
    man = (Claim("case", CASE), called(name), Claim("inside", "no"))
    assert name in told(vault, case, Draft("person", man, record_id=MAN), happened)


def test_a_number_with_a_sources_name_uncovers_no_source(vault: Vault) -> None:
    paper = (Claim("case", CASE), Claim("about", MAN), Claim("kind", "notice"), Claim("number", "Тоғжан-12345"))
    shown = told(vault, *family(event("arrest", "2018-03-07", STORY)), Draft("document", paper), policy="lawyer")
    assert "-12345" in shown
    assert "Тоғжан" not in shown


def test_a_chinese_name_in_a_place_or_beside_a_link_is_whole(vault: Vault) -> None:
    place = Claim("place", {"text": "欧阳小明家, Tekes"})
    official = Claim("official", {"name": "欧阳小明队长"})
    shown = told(vault, *family(event("arrest", "2018-03-07", place, official)), policy="lawyer")
    assert "Tekes" in shown
    assert "小明" not in shown


def test_two_records_of_one_person_are_counted_once(vault: Vault) -> None:
    """Three people with two records each are no six behind whom one can hide."""
    people = free_people(12)
    ids = [person for person, _ in people]
    for place, (_, drafts) in enumerate(people):
        same = Claim("same_as", ids[place ^ 1])
        drafts[0] = Draft("person", (*drafts[0].claims, same), record_id=ids[place])
    vault.put(*(draft for _, drafts in people for draft in drafts))
    with pytest.raises(DisclosureError, match="fewer than 5"):
        vault.disclose(asked(vault, *ids[:6], policy="public", counts=("sex",)))
    with pytest.raises(DisclosureError, match="alike has 3"):
        vault.disclose(asked(vault, *ids[:6], policy="public"))
    table = vault.disclose(asked(vault, *ids, policy="public", counts=("sex",))).view.table
    assert table is not None
    assert table.persons == 6
    handed_over(vault, asked(vault, *ids[0:10:2], policy="public"))
    with pytest.raises(DisclosureError, match="one person"):
        vault.disclose(asked(vault, *ids[1:12:2], policy="public"))


@pytest.mark.parametrize("when", ["2018-03-07/2018-03-09", "2018-03-06~/2018-03-20?", "2018-02-28/2018-03-09"])
def test_a_day_within_a_span_that_is_made_coarse_goes_too(vault: Vault, when: str) -> None:
    told_when = Claim("narrative", "On 8 March 2018 he was moved, 9.3.2019 is another day.")
    shown = told(vault, *family(event("arrest", when, told_when)))
    assert "8 March" not in shown
    assert "9.3.2019 is another day" in shown


@pytest.mark.parametrize("when", ["2018-03-07/..", "0000-01-01/2018", "2018-03-07/2019-03-07", "2018-03-09"])
def test_a_span_without_end_takes_no_days_along(vault: Vault, when: str) -> None:
    shown = told(vault, *family(event("arrest", when, Claim("narrative", "On 8 March 2018 he was moved."))))
    assert "8 March 2018" in shown


def test_no_decision_of_review_keeps_the_name_of_who_was_purged(vault: Vault) -> None:
    review = vault.disclosures.review
    told(vault, *family(event("arrest", "2018-03-07", STORY)))
    (story,) = (one.record_id for one in vault.records("event"))
    review.mask("Жангүл Қоспанованың")
    review.mask("Zhangul", record=story)
    review.mask("the man with the lantern")
    review.mask("Тоғжан")
    vault.remove(STRANGER, purge=True)
    assert {one.word for one in review.decisions()} == {"the man with the lantern", "Тоғжан"}


def test_what_ends_with_a_withdrawal_is_asked_back(vault: Vault) -> None:
    """A bundle went out on one consent, and the person takes back another that says the same."""
    other = consent(MAN)
    vault.put(*family(), consent(MAN, audiences=("lawyer", "press")))
    handed_over(vault, asked(vault))
    (second,) = vault.put(other)
    assert to_recall(vault, second.record_id) == []
    narrow = [one for one in other.claims if one.field != "audiences"]
    (third,) = vault.put(Draft("consent", (*narrow, Claim("audiences", "press"), Claim("withdrawn_on", "2025"))))
    assert to_recall(vault, third.record_id) == []
    vault.put(Draft("consent", (*other.claims, Claim("withdrawn_on", "2025")), second.record_id, (second.id,)))
    with pytest.raises(ConsentError):
        vault.disclose(asked(vault))
    assert len(to_recall(vault, second.record_id)) == 1
    assert to_recall(vault, second.record_id, with_ended=False) == []


def test_counts_are_asked_back_by_person_though_the_consent_was_removed(vault: Vault) -> None:
    people = free_people(8)
    kept = [revision for _, drafts in people for revision in vault.put(*drafts)]
    handed_over(vault, asked(vault, *(person for person, _ in people), policy="public", counts=("sex",)))
    assert len(to_recall(vault, people[0][0])) == 1
    for revision in kept:
        if revision.kind == "consent":
            vault.remove(revision.record_id)
    assert len(to_recall(vault, people[0][0])) == 1


def test_what_a_record_once_said_stays_withheld_when_another_is_purged(vault: Vault) -> None:
    """A purge takes the history of those that name who is purged; what only that said was withheld, too."""
    neighbour, number = b"n" * 16, "+7 701 999 88 77"
    story = Claim("narrative", f"Call {number}, or ask Өтеген Бақыт.")
    about = [called("Бақыт Өтеген"), Claim("phone", number), Claim("notes", "neighbour of Самал Тілеу")]
    (first,) = vault.put(Draft("person", tuple(about), record_id=neighbour))
    vault.put(Draft("person", (about[0], called("Самал Тілеуова"), about[2]), neighbour, (first.id,)))
    vault.put(Draft("person", (called("Самал Тілеу"),), record_id=WIFE))
    shown = told(vault, *family(event("arrest", "2018-03-07", story)))
    assert "Call ▇▇▇▇▇▇, or ask ▇▇▇▇▇▇." in shown
    vault.remove(WIFE, purge=True)

    def now() -> str:
        found = vault.disclose(asked(vault, policy="press")).view
        return repr([claim.value for one in found.records for claim in one.claims])

    def kept() -> list[str]:
        with vault.disclosures._session.reading() as (objects, _):
            found = former.read_former(objects, vault.disclosures._session.current().head)
        return [value.text for values in found.values() for value in values]

    assert "Call ▇▇▇▇▇▇, or ask ▇▇▇▇▇▇." in now()
    assert kept() == [number]
    vault.remove(neighbour, purge=True)
    assert kept() == []
    assert "Call ▇▇▇▇▇▇, or ask ▇▇▇▇▇▇." in now()


def test_a_day_that_was_made_less_exact_in_the_record_goes_from_texts(vault: Vault) -> None:
    """Whoever corrects a date to a year meant to say no more; the text still does."""
    arrest = b"e" * 16
    more = (Claim("case", CASE), Claim("person", MAN), Claim("kind", "arrest"), Claim("narrative", "On 7 March 2018."))
    (first,) = vault.put(Draft("event", (*more, Claim("when", "2018-03-07")), record_id=arrest))
    vault.put(Draft("event", (*more, Claim("when", "2018")), arrest, (first.id,)))
    assert "7 March" not in told(vault, *family()[:2])
    assert "7 March" in told_again(vault, "lawyer")


def test_the_state_is_not_told_that_somebody_consented_or_was_recorded(vault: Vault) -> None:
    """That the detained man himself agreed, or that there is a film, says that somebody spoke to him."""
    inside = [Draft("person", (Claim("case", CASE), called("Ерлан Үлгіұлы"), Claim("inside", "yes")), record_id=MAN)]
    agreed = consent(MAN, Claim("case", CASE), audiences=("un",))
    spoke = Draft("statement", (Claim("case", CASE), Claim("about", MAN), Claim("text", "I saw it.")), record_id=SOURCE)
    papers = [
        Draft("document", (Claim("case", CASE), Claim("kind", kind), Claim("about", about), *more))
        for kind, about, more in (
            ("recording", SOURCE, ()),
            ("consent", MAN, (Claim("language", "kk"),)),
            ("message", CASE, (Claim("title", "From his wife"), Claim("transcript", "My husband …"))),
            ("judgment", MAN, (Claim("issuer", "Court of Tekes"), Claim("transcript", "Guilty."))),
        )
    ]
    letter = Draft("action", (Claim("case", CASE), Claim("body", "wgad"), Claim("text", "My husband was taken.")))
    called_home = event("last_contact", "2018-05", Claim("means", "phone"), Claim("content", "They let me call."))
    vault.put(*family()[:1], *inside, called_home, spoke, *papers, letter, agreed)
    view = vault.disclose(asked(vault, policy="un-forwardable", onward=("state",))).view
    assert sorted(one.kind for one in view.records) == ["action", "document", "event", "person"]
    fields = {(one.kind, claim.field) for one in view.records for claim in one.claims}
    assert not fields & {("event", "content"), ("event", "means"), ("document", "transcript"), ("document", "file")}
    values = repr([claim.value for one in view.records for claim in one.claims])
    assert "Court of Tekes" in values
    for told_by in ("husband", "wife", "recording", "consent", "message", "self", "I saw"):
        assert told_by not in values


@pytest.mark.parametrize("policy", ["press", "lawyer", "un-forwardable"])
def test_nothing_about_who_is_left_out_stays_in(vault: Vault, policy: str) -> None:
    """Papers and steps say little that needs consent of its own; about one who agreed to nothing they stay as well."""
    other = b"o" * 16
    about = (Claim("case", CASE), Claim("about", other))
    vault.put(
        *family(),
        consent(MAN, audiences=("lawyer", "press", "un")),
        Draft("person", (Claim("case", CASE), called("Дәурен Ықылас")), record_id=other),
        Draft("event", (Claim("case", CASE), Claim("person", other), Claim("kind", "sentence"))),
        Draft("document", (*about, Claim("kind", "medical"), Claim("issuer", "Fifth clinic"))),
        Draft("action", (*about, Claim("kind", "petition"), Claim("body", "wgad"), Claim("text", "Of Дәурен."))),
        Draft("action", (*about, Claim("about", MAN), Claim("kind", "letter"), Claim("body", "icrc"))),
    )
    with pytest.raises(ConsentError):
        vault.disclose(asked(vault, policy=policy))
    view = vault.disclose(asked(vault, policy=policy, leave_out=True)).view
    values = repr([claim.value for one in view.records for claim in one.claims])
    assert "Ерлан" in values
    for told_of in ("Fifth", "medical", "petition", "wgad", "Дәурен", "sentence"):
        assert told_of not in values


@pytest.mark.parametrize(
    ("as_of", "covers"), [("2026-03", True), ("2018", False), ("2026~", True), ("2025-11-01", False)]
)
def test_who_was_a_minor_years_ago_may_be_of_age(vault: Vault, as_of: str, covers: bool) -> None:
    freed = (event("arrest", "2017"), event("release", "2018"))
    young = (Claim("case", CASE), called("Ерлан"), Claim("vulnerability", "minor", as_of=as_of))
    said = [Claim("capacity", "parent") if one.field == "capacity" else one for one in consent(MAN, by=WIFE).claims]
    vault.put(family()[0], Draft("person", young, record_id=MAN), *freed, Draft("consent", tuple(said)))
    vault.put(Draft("person", (called("Сара"),), record_id=WIFE))
    if covers:
        assert vault.disclose(asked(vault)).view.records
    else:
        with pytest.raises(ConsentError):
            vault.disclose(asked(vault))


@pytest.mark.parametrize("name", ["Desk → state", "Desk\n0"])
def test_no_recipient_can_be_called_as_the_scope_of_another(name: str) -> None:
    known = {scope_of("Desk", "un", ["state"]), "Desk\n0"}
    assert scope_of(name, "un", []) not in known


def test_the_owners_way_out_has_files_that_a_record_no_longer_names(vault: Vault, tmp_path: Path) -> None:
    vault.put(*family())
    for number in range(2):
        paper = vault.attach(MAN, io.BytesIO(b"an invented letter %d" % number), "letter.txt")
        bare = tuple(claim for claim in paper.claims if claim.field != "file")
        vault.put(Draft("document", bare, paper.record_id, (paper.id,)))
    rules = vault.disclosures.policies()["everything"]
    request = Request((), rules, Recipient("self", "self"), "legal", TODAY)
    handoff.write(vault.disclose(request), tmp_path / "all", form="dir")
    found = {path.read_bytes() for path in (tmp_path / "all/data/files").iterdir()}
    assert found == {b"an invented letter 0", b"an invented letter 1"}


HIDDEN_SIGNS = ("\ufe0f", "\U000e0100", "\u180b", "\u20dd", "\u3164", "\uffa0", "\u115f", "\u17b4", "\u034f", "\u2063")


@pytest.mark.parametrize("sign", HIDDEN_SIGNS, ids=ascii)
def test_a_sign_that_shows_nothing_hides_nothing(sign: str) -> None:
    value = Protected("Бағлан Үлгі", "name")
    text = f"There Баг{sign}лан came."
    assert redact_text(text, [value]) == "There ▇▇▇▇▇▇ came."
    assert scan(text.encode(), "a.txt", [value])


@pytest.mark.parametrize("name", ["ᴋᴏsᴘᴀɴᴏᴠᴀ", "🅺🅾🆂🅿🅰🅽🅾🆅🅰", "🅚🅞🅢🅟🅐🅝🅞🅥🅐", "Ⓚⓞⓢⓟⓐⓝⓞⓥⓐ", "𝕶𝖔𝖘𝖕𝖆𝖓𝖔𝖛𝖆"])
def test_letters_of_another_shape_are_letters(name: str) -> None:
    value = Protected("Zhangul Kospanova", "name")
    assert redact_text(f"There {name} came.", [value]) == "There ▇▇▇▇▇▇ came."
    assert scan(f"There {name} came.".encode(), "a.txt", [value])
