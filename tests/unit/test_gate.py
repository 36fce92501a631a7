"""The gate over final bytes: every way in which a value hides, and clean files that pass.  All data is invented."""

import base64
import gzip
import hashlib
import html
import io
import json
import quopri
import struct
import unicodedata
import urllib.parse
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vault import gate
from vault.gate.texts import as_text, readings

NAME = "Болат Сейтқалиев"
VALUES = [NAME, "+7 701 555 12 34", "1961-03-05", "王小明", "901231300123"]
SENTENCE = f"Кеше {NAME} үйіне келді."
CLEAN = "Кеше Асқар үйіне келді, 12 адам бар."
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4


def archive(members: dict[str, bytes | str], *, comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, data in members.items():
            target.writestr(name, data)
        target.comment = comment
    return out.getvalue()


def rules(data: bytes, filename: str = "file.bin", **options) -> set[str]:
    return {finding.rule for finding in gate.scan(data, filename, VALUES, **options)}


# ------------------------------------------------------------------------------------------------ it is found
ENCODED = {
    "utf-8": SENTENCE.encode(),
    "utf-8 with mark": SENTENCE.encode("utf-8-sig"),
    "utf-16 with mark": SENTENCE.encode("utf-16"),
    "utf-16-le": SENTENCE.encode("utf-16-le"),
    "utf-16-be": SENTENCE.encode("utf-16-be"),
    "utf-32": SENTENCE.encode("utf-32"),
    "utf-32-be": SENTENCE.encode("utf-32-be"),
    "cp1251": "Вчера Болат пришёл домой.".encode("cp1251"),
    "koi8-r": "Вчера Болат пришёл домой.".encode("koi8-r"),
    "gb18030": "昨天王小明没有来学校。".encode("gb18030"),
    "utf-16 chinese": "昨天王小明没有来学校。".encode("utf-16-le"),
    "utf-7": SENTENCE.encode("utf-7"),
    "json escapes": json.dumps({"note": SENTENCE}).encode(),
    "json key": json.dumps({NAME: 1}).encode(),
    "json in json": json.dumps({"note": json.dumps({"note": SENTENCE})}).encode(),
    "csv cell": f'id,note\n1,"{SENTENCE}"\n'.encode(),
    "entities": "".join(f"&#{ord(c)};" for c in SENTENCE).encode(),
    "hexadecimal entities": "".join(f"&#x{ord(c):x};" for c in SENTENCE).encode(),
    "named entities twice": html.escape("&#1041;олат").encode(),
    "percent": urllib.parse.quote(SENTENCE).encode(),
    "quoted-printable": quopri.encodestring(SENTENCE.encode()),
    "tags": "<p>Бо<b>ла</b>т</p>".encode(),
    "attribute": '<img alt="Болат">'.encode(),
    "svg": "<svg><text>Болат</text></svg>".encode(),
    "zero width": "Бо\u200bлат".encode(),
    "soft hyphen": "Бо\u00adлат".encode(),
    "line end": "Бо-\nлат".encode(),
    "spaced out": "Б о л а т".encode(),
    "look-alikes": "Бoлaт".encode(),
    "other script": "بولات كەلدى".encode(),
    "latin": b"Bolat came",
    "case ending": "Болаттың".encode(),
    "patronymic": "Ермек Болатұлы".encode(),
    "traditional": "王小明".replace("王", "王").encode(),
    "underscores": b"bolat_seitkaliev",
    "run together": b"BolatSeitkaliev",
}


@pytest.mark.parametrize("data", ENCODED.values(), ids=ENCODED.keys())
def test_a_name_is_found(data):
    assert rules(data) & {"value", "encoded"}


@pytest.mark.parametrize(
    "text",
    [
        "8 (701) 555-12-34",
        "77015551234",
        "+7.701.555.12.34",
        "٧٧٠١٥٥٥١٢٣٤",
        "ИИН 901231-300123",
        "９０１２３１３００１２３",
    ],
)
def test_a_number_is_found(text):
    assert rules(text.encode()) == {"digits"}


@pytest.mark.parametrize("text", ["5 March 1961", "05.03.1961", "5 марта 1961", "1961 жылғы 5 наурыз", "1961年3月5日"])
def test_a_date_is_found(text):
    assert rules(text.encode()) == {"date"}


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
@pytest.mark.parametrize("text", [NAME, NAME.lower(), "77015551234", "+77015551234", "901231300123"])
@pytest.mark.parametrize("form", ["hex", "upper", "prefix", "base64"])
def test_a_hash_is_found(algorithm, text, form):
    digest = hashlib.new(algorithm, text.encode(), usedforsecurity=False)
    token = {
        "hex": digest.hexdigest(),
        "upper": digest.hexdigest().upper(),
        "prefix": digest.hexdigest()[:12],
        "base64": base64.b64encode(digest.digest()).decode(),
    }[form]
    assert "hash" in rules(f"id: {token}\n".encode())


def test_a_hash_is_a_whole_token():
    digest = hashlib.sha256(NAME.encode()).hexdigest()
    assert rules(f"id: 00{digest}\n".encode()) == set()


@pytest.mark.parametrize(
    "token",
    [
        base64.b64encode(SENTENCE.encode()).decode(),
        base64.urlsafe_b64encode(SENTENCE.encode()).decode().rstrip("="),
        base64.b64encode(SENTENCE.encode("utf-16-le")).decode(),
        base64.encodebytes((CLEAN * 3 + SENTENCE).encode()).decode(),
        SENTENCE.encode().hex(),
        SENTENCE.encode().hex(" "),
        "data:text/plain;base64," + base64.b64encode(SENTENCE.encode()).decode(),
        "=?utf-8?B?" + base64.b64encode(SENTENCE.encode()).decode() + "?=",
    ],
)
def test_an_encoded_token_is_found(token):
    assert "encoded" in rules(f"x: {token}\n".encode())


# --------------------------------------------------------------------------------------------------- archives
ARCHIVED = {
    "member": archive({"a.txt": SENTENCE}),
    "stored member": archive({"a.txt": SENTENCE}, method=zipfile.ZIP_STORED),
    "bzip2 member": archive({"a.txt": SENTENCE}, method=zipfile.ZIP_BZIP2),
    "member name": archive({f"{NAME}.txt": CLEAN}),
    "percent in member name": archive({urllib.parse.quote(NAME): CLEAN}),
    "folder name": archive({f"{NAME}/a.txt": CLEAN}),
    "comment": archive({"a.txt": CLEAN}, comment=NAME.encode()),
    "archive in archive": archive({"a.zip": archive({"b.zip": archive({"a.txt": SENTENCE})})}),
    "gzip": gzip.compress(SENTENCE.encode()),
    "gzip in archive": archive({"a.gz": gzip.compress(SENTENCE.encode())}),
    "second gzip stream": gzip.compress(b"clean") + gzip.compress(SENTENCE.encode()),
    "archive as base64": base64.b64encode(archive({"a.txt": SENTENCE})),
}


@pytest.mark.parametrize("data", ARCHIVED.values(), ids=ARCHIVED.keys())
def test_a_name_in_an_archive_is_found(data):
    assert "value" in rules(data)


def test_the_file_name_is_looked_at():
    assert rules(b"clean", f"{NAME}.txt") == {"value"}


def test_extra_fields_and_member_comments_are_looked_at():
    for part in ("extra", "comment"):
        info = zipfile.ZipInfo("a.txt")
        data = NAME.encode()
        setattr(info, part, struct.pack("<HH", 0x7075, len(data)) + data if part == "extra" else data)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            target.writestr(info, CLEAN)
        assert "value" in rules(out.getvalue()), part


def test_bytes_that_no_member_accounts_for_are_refused():
    clean = archive({"a.txt": CLEAN})
    assert rules(clean) == set()
    assert rules(clean + b"tail") != set()
    assert rules(b"PK\x03\x04" + clean) != set()


def test_a_local_name_that_differs_is_refused():
    data = archive({"aaaaaaaa.txt": CLEAN})
    assert "hidden" in rules(data.replace(b"aaaaaaaa.txt", b"bbbbbbbb.txt", 1))


# ---------------------------------------------------------------------------------------------------- refused
@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (JPEG, "broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "broken"),
        (b"%PDF-1.7\n%%EOF", "broken"),
        (archive({"[Content_Types].xml": "<x/>", "word/document.xml": "<w>"}), "broken"),
        (archive({"photo.jpg": JPEG}), "broken"),
        (bytes(range(256)), "unreadable"),
        (b"{\\rtf1 {\\object\\objdata 00}}", "unreadable"),
        (archive({"a.txt": CLEAN * 50})[:-30], "broken"),
        (gzip.compress(b"x" * 1000)[:-9], "broken"),
        (gzip.compress(b"clean") + b"tail", "hidden"),
    ],
)
def test_what_cannot_be_read_is_refused(data, rule):
    assert rule in rules(data)


def test_an_encrypted_member_is_refused():
    data = bytearray(archive({"a.txt": CLEAN}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in rules(bytes(data))


def test_limits():
    bomb = archive({f"{n}": b"0" * 100_000 for n in range(5)})
    assert rules(bomb, limits=gate.Limits(unpacked_bytes=300_000)) == {"limit"}
    assert rules(bomb, limits=gate.Limits(members=4)) == {"limit"}
    nested = b"clean"
    for _ in range(8):
        nested = archive({"a": nested})
    assert rules(nested) == {"limit"}
    assert rules(gzip.compress(b"0" * 10_000_000), limits=gate.Limits(unpacked_bytes=1_000_000)) == {"limit"}


# ----------------------------------------------------------------------------------------------------- passes
CLEAN_FILES = {
    "nothing": b"",
    "text": CLEAN.encode(),
    "windows text": "Вчера Асқар".replace("қ", "к").encode("cp1251"),
    "utf-16": CLEAN.encode("utf-16"),
    "json": json.dumps({"records": [{"id": "9f86d081884c7d65", "note": CLEAN, "n": [1, 2]}]}).encode(),
    "csv": b"id,note\n[person-7F3AKQ],x\n",
    "archive": archive({"data/a.txt": CLEAN, "data/b.json": "{}", "empty": b""}),
    "archive in archive": archive({"a.zip": archive({"a.txt": CLEAN})}),
    "gzip": gzip.compress(CLEAN.encode()),
    "manifest": "".join(f"{hashlib.sha256(bytes([n])).hexdigest()}  data/{n}.txt\n" for n in range(50)).encode(),
    "signature": base64.encodebytes(hashlib.sha512(b"x").digest() * 4),
    "near names": "Болатбек, Болатхан, Сейтжан және 8 701 555 12 35".encode(),
    "masked": "Кеше ▇▇▇▇▇▇ үйіне келді".encode(),
    "html": f"<!doctype html><p>{CLEAN}</p>".encode(),
}


@pytest.mark.parametrize("data", CLEAN_FILES.values(), ids=CLEAN_FILES.keys())
def test_a_clean_file_passes(data):
    assert gate.scan(data, "file.bin", VALUES) == []


def test_a_confirmed_file_passes_and_its_name_and_text_are_looked_at():
    bag = {"data/files/photo.jpg": JPEG}
    assert rules(archive(bag), keep_files=["data/files/photo.jpg"]) == set()
    assert rules(archive({"a.jpg": JPEG + b"\0Bolat Seitkaliev\0"}), keep_files=["a.jpg"]) == {"value"}
    assert rules(archive({"a.jpg": JPEG + NAME.encode("utf-16-le")}), keep_files=["a.jpg"]) == {"value"}
    assert rules(archive({f"{NAME}.jpg": JPEG}), keep_files=[f"{NAME}.jpg"]) == {"value"}


def test_fixed_files_are_taken_off_by_their_digest():
    page = f"<p>{NAME}</p>".encode()
    data = archive({"index.html": page})
    assert rules(data) == {"value"}
    assert rules(data, templates=[hashlib.sha256(page).digest()]) == set()


def test_a_finding_never_has_the_value():
    for data in (*ENCODED.values(), *ARCHIVED.values()):
        for finding in gate.scan(data, f"{NAME}.txt", VALUES):
            assert "Болат" not in finding.place
            assert "Bolat" not in finding.place


# ---------------------------------------------------------------------------------------------------- streams
def test_a_stream_is_read_from_its_start_and_in_pieces():
    for fill in (0, 9_990, 10_005, 45_001):
        data = b"x" + ("ш" * 99 + " ").encode() * (fill // 100) + b"." * (fill % 100) + SENTENCE.encode()
        stream = io.BytesIO(data)
        stream.read(3)
        found = gate.scan(stream, "a.txt", VALUES, limits=gate.Limits(piece_bytes=20_000))
        assert {finding.rule for finding in found} == {"value"}, fill


def test_a_large_clean_text_passes():
    data = CLEAN.encode() * 5000
    assert gate.scan(io.BytesIO(data), "a.txt", VALUES, limits=gate.Limits(piece_bytes=20_000)) == []


# ------------------------------------------------------------------------------------------------- any bytes
@settings(max_examples=300)
@given(st.binary(max_size=400))
@example(b"PK\x03\x04")
@example(b"PK\x05\x06" + bytes(18))
@example(b"\x1f\x8b")
@example(b"\xff\xfe\x00")
@example(b"\\U00110000 \\ud800 &#x110000; %ff =ff")
def test_any_bytes_give_a_list(data):
    assert isinstance(gate.scan(data, "x", VALUES), list)


@settings(max_examples=200)
@given(st.integers(0, 10_000), st.integers(0, 255), st.integers(0, 400))
def test_a_damaged_archive_gives_a_list(place, byte, cut):
    data = bytearray(archive({"a.txt": CLEAN, "b.gz": gzip.compress(CLEAN.encode())}))
    data[place % len(data)] = byte
    assert isinstance(gate.scan(bytes(data[: len(data) - cut]), "x", VALUES), list)


@given(st.text(max_size=100), st.text(max_size=30))
def test_any_text_and_name_give_a_list(text, name):
    assert isinstance(gate.scan(text.encode("utf-8", "surrogatepass"), name, VALUES), list)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_utf8_is_always_text(text):
    assert as_text(text.encode()) is not None
    assert not any(unicodedata.category(c) == "Cf" for reading in readings(text) for c in reading.text)
