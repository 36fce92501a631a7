"""Ways in which a file lets out what nobody sees in it: each is attached to a case, and the case does not leave.

The policy here keeps files, as a shipped one never does. The files are those of `tests/gate/leaking.py`, about people
of another case; all people, numbers and places are invented.
"""

import base64
import csv
import functools
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.gate import clean, leaking
from tests.gate.make import docx, jpeg, packed, para, pdf, png, shown
from tests.redaction.matter import KEEPS_FILES, TOKEN, Matter, opened, together
from vault import gate
from vault.errors import LeakError
from vault.records import Schemas
from vault.redact.policy import ROLES

# For each number: what of the files of these ways, by the beginnings of their names; None for all.
WAYS: dict[int, dict[str, tuple[str, ...] | None]] = {
    1: {"PDF: text that is not seen": None},
    2: {"PDF: beside the pages": ("annotation", "author of a note", "redaction not", "form", "choice", "link"),
        "DOCX: other parts": ("comment", "author of a comment"), "XLSX": ("comment",), "OpenDocument": ("annotation",)},
    3: {"PDF: beside the pages": ("outline", "title", "author in", "XMP", "destination", "page label", "alternative")},
    4: {"PDF: earlier revisions, loose bytes": None, "OpenDocument": ("version",)},
    5: {"PDF: text in pieces": None},
    6: {"PDF: files and objects inside": None, "archives in archives": None, "HTML": ("data address", "picture"),
        "mail": ("attachment",), "escapes": ("base64",)},
    7: {"DOCX: text and changes": None, "DOCX: other parts": None, "XLSX": None, "OpenDocument": None,
        "PPTX, RTF, old Word": None},
    8: {"JPEG": None, "PNG": None, "other pictures": None},
    9: {"names of members": None, "mail": None},
    10: {"keys and headers": None},
    11: {"encodings": None, "escapes": None},
}  # fmt: skip
LEAKING = {
    number: {
        f"{way}: {case}": data
        for way, starts in ways.items() for case, (_, data) in leaking.CASES[way].items()
        if data and case != "bomb" and (starts is None or case.startswith(starts))
    }
    for number, ways in WAYS.items()
}  # fmt: skip
FAILURES = {
    1: "text under a black box, white, invisible, off the page or on a layer that is off",
    2: "a redaction that was marked and not applied, a note, a comment, a form",
    3: "a name in the outline, the title, the metadata or an alternative text",
    4: "an earlier revision in the file, bytes before its start and after its end",
    5: "text in pieces: kerned, hexadecimal, letter by letter, under mapped letters, as actual text",
    6: "a file in a file: embedded, in an archive in an archive, packed, in a data address",
    7: "a tracked deletion, author, comment, hidden text, hidden sheet",
    8: "artist and place in a picture, its XMP and texts, bytes at its tail",
    9: "a name of a member or a sender, a comment of an archive",
    10: "a key, an id, a header of a column",
    11: "another encoding, escapes, entities, percent signs, quoted-printable",
}


def told(matter: Matter) -> Matter:
    """Put in the case that is to leave, and a policy that keeps files."""
    matter.add("case", "case", title="An invented matter")
    matter.add("man", "person", case=["case"], name="Yerlan Ulgiuly", inside="no")
    matter.add("arrest", "event", case=["case"], what="arrest", person=["man"], when="2017-05")
    matter.consent("yes", "man")
    matter.policy(KEEPS_FILES)
    return matter


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matter]:
    """Give the case, in a vault that knows the people of another one."""
    for matter in opened(tmp_path_factory.mktemp("others")):
        name, mother, phone, born, chinese, number, place = leaking.VALUES
        matter.add("other", "person", name=[name, mother, chinese], phone=phone, birth=born, id_document=number,
                   address={"text": place})  # fmt: skip
        yield told(matter)


@pytest.fixture(scope="module")
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matter]:
    """Give the case, in a vault that knows nobody else."""
    for matter in opened(tmp_path_factory.mktemp("nobody")):
        yield told(matter)


def attached(matter: Matter, files: dict[str, bytes]) -> list[str]:
    """Attach files; give the documents."""
    refs = [f"{case} {len(matter.revisions)}" for case in files]
    for place, (ref, data) in enumerate(zip(refs, files.values(), strict=True)):
        matter.attach(ref, data, f"paper-{'abcdefghij'[place % 10]}.bin")
    return refs


@pytest.mark.parametrize("number", LEAKING)
def test_no_file_leaves_that_hides_a_withheld_value(others: Matter, nobody: Matter, number: int, deep: Any) -> None:
    """Ways 1 to 11 of redaction failing, in the words of `FAILURES`: each file alone holds the whole bundle back.

    And it is the value that does: where nobody of that name is known the same files leave, but for those refused for
    their form, whoever is in them.
    """
    size = deep("hidden-in-files", 6, 1000)
    files = LEAKING[number]
    assert len(files) >= 7
    cases = size.random().sample(sorted(files), min(size, len(files)))
    for ref in attached(others, {case: files[case] for case in cases}):
        refused = others.refused("man", "arrest", ref, policy="counsel", only=True)
        assert isinstance(refused, LeakError), (ref, FAILURES[number])
        assert refused.findings
        assert not any(word in str(refused.findings) for word in ("Болат", "Сейт", "eitkaliev", "5551234", "小明"))
    readable = {case: files[case] for case in cases if not gate.scan(files[case], "a.bin", ["Қуаныш Жанділдаұлы"])}
    if readable:
        bundle = nobody.hand("man", "arrest", *attached(nobody, readable), policy="counsel", only=True)
        assert {data for path, data in bundle.items() if "/files/" in path} == set(readable.values())


def test_clean_files_of_the_same_forms_leave(others: Matter) -> None:
    """Ways 1 to 11 of redaction failing are no reason to let nothing go: pictures and papers about the man leave."""
    files = {case: data for case, (_, data) in list(clean.CASES.items())[:12]}
    bundle = others.hand("man", "arrest", *attached(others, files), policy="counsel", only=True)
    assert sorted(data for path, data in bundle.items() if "/files/" in path) == sorted(files.values())


NAMES = ("Болат Сейтқалиев.pdf", "../../Bolat Seitkaliev", "bolat.seitkaliev", "Bolat.Болат", "77015551234.jpg",
         "1961-03-05.txt", "x.seitkaliev", "Bolat%20Seitkaliev.txt")  # fmt: skip


def test_no_name_of_a_file_or_bundle_tells_anybody(others: Matter) -> None:
    """Way 9 of redaction failing: the paper is clean, and its name or that of the bundle says whose it is."""
    refs = []
    for place, name in enumerate(NAMES):
        refs.append(f"named {place}")
        others.attach(refs[-1], b"A letter.\n", name)
    bundle = others.hand("man", "arrest", *refs, policy="counsel", only=True)
    paths = [path for path in bundle if "/files/" in path]
    assert len(paths) == len(NAMES)
    assert all(re.fullmatch(r"data/files/file-(?:[2-9][A-Z]){3}(\.(jpg|pdf|txt))?", path) for path in paths)
    text = together(bundle).lower()
    assert not any(word in text for word in ("болат", "bolat", "seitkaliev", "5551234", "1961"))
    for name in ("statement Bolat Seitkaliev.age", "сейтқалиев.age", "7 701 555 12 34.age", "1961-03-05.age",
                 base64.urlsafe_b64encode("Болат Сейтқалиев".encode()).decode()):  # fmt: skip
        refused = others.refused("man", "arrest", only=True, file=name)
        assert isinstance(refused, LeakError)
        assert [finding.place for finding in refused.findings if finding.place.startswith("name of")], name
    assert others.hand("man", "arrest", only=True, file="Yerlan Ulgiuly.age")


def test_no_key_id_header_or_slug_is_made_of_a_value(others: Matter) -> None:
    """Way 10 of redaction failing: the values are gone, and keys, ids, headers or addresses are made of them.

    All keys are the program's; an id is random; and where the owner of the vault made a name up, for a policy or for a
    field, it is looked at like any text.
    """
    others.attach("keyed", b"A letter.\n", "letter.txt")
    bundle = others.hand("man", "arrest", "keyed", policy="counsel", only=True)
    tree = json.loads(bundle["data/records.json"])
    schemas = Schemas.shipped()
    for record in tree["records"]:
        assert set(record) == {"id", "kind", "fields"}
        assert TOKEN.fullmatch(record["id"])
        assert set(record["fields"]) <= {field.name for field in schemas.fields(record["kind"])}
    rows = list(csv.reader(io.StringIO(bundle["data/records.csv"].decode("utf-8-sig"))))
    assert rows[0] == ["record", "kind", "field", "outcome", "value", "detail", "retracted", "basis", "confidence",
                       "as_of", "source"]  # fmt: skip
    assert all(TOKEN.fullmatch(row[0]) for row in rows[1:])
    rules = json.loads(bundle["casevault/receipt.json"])["rules"]
    assert all(rule.partition(".")[0] in {*ROLES, "*", "case", "level never"} for rule in rules)
    for name in ("bolat-seitkaliev", "for-seitkaliev", "x77015551234"):
        others.policy(KEEPS_FILES.replace("counsel", name))
        refused = others.refused("man", "arrest", policy=name, only=True)
        assert isinstance(refused, LeakError)
        assert name not in str(refused.findings)


ENCODED = {
    "percent": "".join(f"%{byte:02X}" for byte in "Болат".encode()),
    "quoted-printable": "".join(f"={byte:02X}" for byte in "Болат".encode()),
    "entities": "".join(f"&#{ord(char)};" for char in "Болат"),
    "named and hexadecimal entities": "".join(f"&#x{ord(char):X};" for char in "Болат"),
    "JSON": json.dumps("Болат")[1:-1],
    "base64": base64.b64encode("Болат Сейтқалиев".encode()).decode(),
    "base64 of Windows": base64.b64encode("Болат Сейткалиев".encode("cp1251")).decode(),
    "hexadecimal": "Болат Сейтқалиев".encode("utf-16-be").hex(),
    "shown backwards": "\u202eталоБ\u202c",
    "domain": "xn--" + "сейтқалиев".encode("punycode").decode(),
}


@pytest.mark.parametrize("how", ENCODED)
def test_an_encoded_name_in_a_text_is_masked_or_holds_all_back(others: Matter, how: str) -> None:
    """Way 11 of redaction failing: what is masked as written leaves as percent signs, entities or base64."""
    form = ENCODED[how]
    others.add(f"coded {how}", "event", case=["case"], what="other", person=["man"], narrative=f"Seen: {form}. Later.")
    try:
        bundle = together(others.hand("man", f"coded {how}", only=True))
    except LeakError:
        assert how not in {"percent", "quoted-printable", "entities", "JSON", "shown backwards"}
        return
    assert form not in bundle
    assert "Seen: ▇▇▇▇▇▇. Later." in bundle


@pytest.mark.parametrize("before", range(4))
def test_a_few_letters_of_an_older_encoding_hide_nothing_beside_them(others: Matter, before: int) -> None:
    """Way 11 of redaction failing: a text of another encoding is read as one that it is not, and nothing is found.

    Two letters of ASCII are one sign of Chinese where each takes two bytes: an accent makes such bytes of an English
    text, and letters between signs of two bytes each.
    """
    chinese = "昨天他没有来学校。".encode("utf-16-le")
    accents = b"x" * before + b" the caf\xe9 of Bolat Seitkaliev is closed, they say in the town"
    files = {
        "accent": accents,
        "accent in base64": base64.b64encode(accents),
        "between Chinese": b"\xff\xfe" + chinese + b"x" * before + leaking.LATIN + chinese,
        "after Chinese": chinese + b"x" * before + leaking.LATIN,
        "cut within a letter": f"{'x' * before} {leaking.SAID} Ол ә".encode()[:-1],
        "shown backwards": ("x" * before + " \u202eвеилақтйеС талоБ\u202c").encode(),
        "broken within a word": "Бо".encode() + b"\xe9" * (before + 1) + "лат келді".encode(),
        "Chinese with an accent": b"x" * before + "昨天王小明没有来学校。".encode() + b"\xe9",
    }
    for ref in attached(others, files):
        assert isinstance(others.refused("man", "arrest", ref, policy="counsel", only=True), LeakError), ref


# --- 32 -------------------------------------------------------------------------------------------------------------


@functools.cache
def bombs() -> dict[str, bytes]:
    """Give files that are small and take much: to unpack, to walk or to read."""
    deepest = b"x"
    for _ in range(30):
        deepest = packed({"a": deepest})
    ones = packed({"a": b"0" * 60_000_000})
    return {
        "bomb": ones,
        "bombs side by side": packed({str(n): ones for n in range(40)}),
        "nested": deepest,
        "brackets": pdf(shown(b"x"), more={9: b"[" * 20_000 + b"]" * 20_000}),
        "entities": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaaaaaa'>"
        + b"".join(f"<!ENTITY a{n} '{'&a;' * 9}'>".encode() for n in range(9)) + b"]><x>&a8;</x>",
        "groups": b"{\\rtf1" + b"{" * 100_000,
        "members": packed({f"{n}": b"" for n in range(20_000)}),
        "half a picture": jpeg()[:40],
        "half a document": docx(para("x"))[:-60],
        "lies about its length": png()[:8] + b"\xff\xff\xff\xff" + png()[12:],
    }  # fmt: skip


@pytest.mark.parametrize("what", bombs())
def test_what_breaks_or_overruns_the_gate_does_not_leave(others: Matter, what: str) -> None:
    """Way 32 of redaction failing: the program that checks falls over, or gives up, and the file goes out."""
    (ref,) = attached(others, {what: bombs()[what]})
    refused = others.refused("man", "arrest", ref, policy="counsel", only=True)
    assert isinstance(refused, LeakError)
    assert {finding.rule for finding in refused.findings} <= {"limit", "broken", "unreadable", "hidden"}


def test_a_withheld_name_behind_much_else_is_found(others: Matter, nobody: Matter) -> None:
    """Way 32 of redaction failing: what comes late in a long text, or after many findings, is not looked at."""
    for text in ("word " * 60_000, "9 " * 10_000, "&#" * 10_000, "A" * 500_000):
        (ref,) = attached(others, {"long": f"{text}\n{leaking.NAME}\n".encode()})
        assert isinstance(others.refused("man", "arrest", ref, policy="counsel", only=True), LeakError)


def test_damaged_files_never_leave_with_a_name_in_them(others: Matter, deep: Any) -> None:
    """Way 32 of redaction failing: a file that was changed by chance gets by where the whole one does not.

    Whatever bytes are changed around it: a name that stands in the clear in the damaged file holds it back.
    """
    size = deep("damaged-and-leaking", 25, 3000)
    chance = size.random()
    files = [data for cases in LEAKING.values() for data in cases.values() if 40 < len(data) < 4000]
    for start in range(0, size, 10):
        documents = {}
        for number in range(start, min(start + 10, size)):
            data = bytearray(chance.choice(files))
            # Of a page or picture whose own bytes are changed the name may come to be part of the drawing.
            for _ in range(0 if data.startswith((b"%PDF", b"\xff\xd8")) else chance.randrange(1, 8)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            cut = chance.randrange(len(data) + 1)
            data[cut:cut] = b"\n" + leaking.LATIN + b"\n"
            documents[f"damaged {number}"] = bytes(data)
        for ref in attached(others, documents):
            assert isinstance(others.refused("man", "arrest", ref, policy="counsel", only=True), LeakError), ref
