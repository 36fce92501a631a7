"""Vectors of the search index: rows, postings, pages, words, dates and terms. All texts are invented."""

import hashlib
import struct

from tests.independent import index
from tests.vectors.contents import NAME, revision
from tests.vectors.kit import (
    BY_HAND,
    INDEPENDENT,
    Group,
    group,
    some,
    tagged,
)

# --- Index ---


@group("document rows", "packed with struct")
def rows() -> list[Group]:
    found = []
    for kind, name, generation, flags, epoch in (
        (1, "person", 1, 0, 1),
        (8, "case", 64, 3, 2**32 - 1),
        (255, "other", 2, 2, 70_000),
        (0, "", 1, 8, 5),
        (0, "", 0, 4, 9),
        (0, "", 0, 12, 9),
    ):
        record, rev, obj = some("record", 16), some("revision", 32), some("object", 32)
        rev, obj = bytes(32) if flags & 12 else rev, bytes(32) if flags & 4 else obj
        data = record + rev + obj + struct.pack(">BBBI", generation, kind, flags, epoch)
        given = {
            "record": record.hex(),
            "revision": rev.hex(),
            "name": obj.hex(),
            "generation": generation,
            "kind": name,
        }
        found.append({**given, "flags": flags, "epoch": epoch, "hex": data.hex()})
    return found


def roaring(numbers: list[int], form: str) -> bytes:
    """Write a Roaring bitmap of one container, by its specification."""
    low = struct.pack(f"<{len(numbers)}H", *numbers)
    if form == "array":
        return struct.pack("<IIHHI", 12346, 1, 0, len(numbers) - 1, 16) + low
    if form == "bits":
        bits = sum(1 << n for n in numbers).to_bytes(8192, "little")
        return struct.pack("<IIHHI", 12346, 1, 0, len(numbers) - 1, 16) + bits
    runs = [[n, n] for n in numbers if n - 1 not in numbers]
    for n in numbers:
        for run in runs:
            run[1] = n if n == run[1] + 1 else run[1]
    packed = struct.pack("<H", len(runs)) + b"".join(struct.pack("<HH", a, b - a) for a, b in runs)
    return struct.pack("<HHBHH", 12347, 0, 1, 0, len(numbers) - 1) + packed


@group(
    "postings and the documents that they stand for; `written` tells that a writer gives just these bytes",
    BY_HAND + ", Roaring bitmaps by their specification",
)
def postings() -> list[Group]:
    many = list(range(5, 105))
    thin = list(range(0, 3000, 3))
    thick = [n for n in range(12_000) if n % 3]
    two = struct.pack("<IIHHHHII", 12346, 2, 0, 0, 1, 1, 24, 26) + struct.pack("<HHH", 7, 0, 65_535)
    four = struct.pack("<HHB", 12347, 3, 0b1001) + struct.pack("<HHHHHHHH", 0, 1, 1, 0, 2, 0, 3, 2)
    four += (
        struct.pack("<IIII", 37, 43, 45, 47)
        + struct.pack("<HHH", 1, 0, 1)
        + struct.pack("<HH", 9, 8)
        + struct.pack("<HHH", 1, 7, 2)
    )

    def bitmap(data: bytes) -> bytes:
        return b"\0" + index.write_varint(len(data)) + data

    cases: list[tuple[str, bytes, list[int]]] = [
        ("the first", b"\1", [0]),
        ("one", b"\x0b", [5]),
        ("one, two bytes", bytes.fromhex("8101"), [64]),
        ("one, the last possible", bytes.fromhex("ffff1f"), [(1 << 18) - 1]),
        ("two neighbours", bytes.fromhex("040000"), [0, 1]),
        ("three", bytes.fromhex("06050a00"), [5, 16, 17]),
        ("two, far apart", bytes.fromhex("0803" + "ffff01"), [3, 32_771]),
        ("32", b"\x40" + b"\0" + b"\1" * 31, list(range(0, 64, 2))),
        ("33 in the short form", b"\x42" + b"\0" * 33, list(range(33))),
        ("160 in the short form", bytes.fromhex("c002") + b"\0" * 160, list(range(160))),
        ("a run", bitmap(roaring(many, "runs")), many),
        ("an array", bitmap(roaring(thin, "array")), thin),
        ("bits", bitmap(roaring(thick, "bits")), thick),
        ("one in the long form", bitmap(roaring([9], "array")), [9]),
        ("two arrays", bitmap(two), [7, 65_536, 131_071]),
        ("runs and arrays in four containers", bitmap(four), [0, 1, 65_545, 131_080, 196_615, 196_616, 196_617]),
    ]
    found: list[Group] = []
    for name, data, numbers in cases:
        long = len(data) > 200
        listed = {"documents_sha256": hashlib.sha256(struct.pack(f">{len(numbers)}I", *numbers)).hexdigest()}
        given = {"count": len(numbers), **(listed if long else {"documents": numbers})}
        found.append({"name": name, "hex": data.hex(), **given, "written": data == written(numbers)})
    return found


def written(numbers: list[int]) -> bytes | None:
    return index.short_postings(numbers) if len(numbers) <= 32 else None


@group("postings that a reader refuses, of a segment of 1000 documents", BY_HAND)
def postings_refused() -> list[Group]:
    good = roaring([5, 7], "array")
    cases = {
        "nothing": "",
        "a varint cut off": "80",
        "a varint longer than needed": "8b00",
        "a varint of six bytes": "818080808001",
        "a document beyond the segment": "d10f",
        "the short form cut off": "0400",
        "a list of 162 bytes": "c402" + "00" * 162,
        "a gap cut off": "0280",
        "a gap longer than needed": "048000",
        "a gap beyond the segment": "0800ffff7f",
        "the long form of nothing": "0000",
        "a bitmap of no container": "0008" + struct.pack("<II", 12346, 0).hex(),
        "a bitmap cut off": "00" + f"{len(good):02x}" + good[:-1].hex(),
        "a bitmap shorter than it says": "00" + f"{len(good) - 2:02x}" + good[:-2].hex(),
        "a bitmap with another cookie": "00" + f"{len(good):02x}" + (b"\0" + good[1:]).hex(),
        "a bitmap out of order": "00" + f"{len(good):02x}" + (good[:-4] + good[-2:] + good[-4:-2]).hex(),
        "a bitmap with a number twice": "00" + f"{len(good):02x}" + (good[:-4] + good[-2:] * 2).hex(),
        "a bitmap beyond the segment": "00" + f"{len(good):02x}" + roaring([5, 1000], "array").hex(),
    }
    found: list[Group] = [{"name": name, "hex": data, "documents": 1000} for name, data in cases.items()]
    forged = {
        "a run beyond its container": (99, [(65_500, 99)]),
        "runs that touch": (39, [(10, 19), (30, 19)]),
        "runs that overlap": (39, [(10, 20), (30, 18)]),
        "runs out of order": (39, [(40, 19), (10, 19)]),
        "a container without runs": (0, []),
    }
    for name, (last, runs) in forged.items():
        body = b"".join(struct.pack("<HH", *run) for run in runs)
        data = struct.pack("<HHBHHH", 12347, 0, 1, 0, last, len(runs)) + body
        found.append({"name": name, "hex": "00" + f"{len(data):02x}" + data.hex(), "documents": 1 << 18})
    twice = struct.pack("<HHBHHHH", 12347, 1, 0, 0, 0, 0, 0) + struct.pack("<HH", 3, 9)
    found.append({"name": "a container twice", "hex": "00" + f"{len(twice):02x}" + twice.hex(), "documents": 1 << 18})
    return found


@group("pages of terms with their documents", INDEPENDENT)
def term_pages() -> list[Group]:
    cases: list[list[tuple[bytes, list[int]]]] = [
        [(b"i" + some("record", 16), [0])],
        [(b"kperson", [0, 1, 2]), (b"nabc", [1]), (b"nabd", [2]), (b"tabcdef", [0, 2]), (b"tabcdefg", [0])],
        [(f"t{n:04}".encode(), [n]) for n in range(16)],
        [(f"t{n:04}".encode(), [n, n + 1]) for n in range(17)],
        [(f"tword{n:03}{'x' * (n % 5)}".encode(), sorted({n, n * 2, n * 3})) for n in range(50)],
        [(b"v" + b"y" * 254, [3]), (b"v" + b"y" * 253 + b"z", [4])],
        [(b"n" + word.encode(), [n]) for n, word in enumerate(sorted(["阿", "阿丽", "әлия", "ержан"]))],
    ]
    found = []
    for case in cases:
        ordered = sorted(case)
        page = index.term_page([(term, index.short_postings(numbers)) for term, numbers in ordered])
        found.append({"terms": [[term.hex(), numbers] for term, numbers in ordered], "hex": page.hex()})
    return found


@group("pages of terms that a reader refuses when it reads them through", BY_HAND)
def term_pages_refused() -> list[Group]:
    good = index.term_page([(b"kx", b"\1"), (b"ky", b"\3")])
    cases = {
        "nothing": b"",
        "no restart": b"\0\2kx\1" + struct.pack(">H", 0),
        "more restarts than bytes": good[:-1] + b"\xff",
        "the first restart elsewhere": good[:-4] + b"\0\1\0\1",
        "a restart behind the entries": good[:-2] + b"\0\x20\0\2",
        "restarts not rising": good[:-2] + b"\0\0\0\2",
        "terms not rising": index.term_page([(b"ky", b"\1")])[:-4] + b"\1\1x\3" + b"\0\0\0\1",
        "a term twice": index.term_page([(b"kx", b"\1")])[:-4] + b"\2\0\3" + b"\0\0\0\1",
        "sharing more than there is": index.term_page([(b"kx", b"\1")])[:-4] + b"\3\1z\3" + b"\0\0\0\1",
        "a term cut off": b"\0\x20kx\1" + b"\0\0\0\1",
        "postings cut off": b"\0\2kx\4\0" + b"\0\0\0\1",
    }
    return [{"name": name, "hex": page.hex()} for name, page in cases.items()]


@group("pages of names: what a claim says, and what is kept of it", INDEPENDENT)
def name_pages() -> list[Group]:
    cases: list[list[list[str]]] = [
        [["Invented Person"]],
        [[]],
        [["Әлия  Қасымқызы", "阿丽亚"], [], ["\n Line\tfeed\u00a0here\n"]],
        [["x" * 201, " ", "", "y"]],
        [["x" * 199 + " yz"], [str(n) for n in range(40)]],
    ]
    found = []
    for names in cases:
        page = index.name_page(names)
        found.append({"names": names, "kept": index.read_name_page(page), "hex": page.hex()})
    return found


TEXTS = {
    "Aynur Ismail": "aynur ismail",
    "O'Neil, O’Neil": "oneil",
    "don't 'quoted' rock-'n'-roll": "dont quoted rock n roll",
    "ÅNGSTRÖM straße İstanbul": "angstrom strasse istanbul",
    "Đorđe Łódź Øre Ħal Ŧ ı": "dorde lodz ore hal t i",
    "Æsir œuvre": "aesir oeuvre",
    "ﬁne ２０１７ Ⅳ ½": "fine 2017 iv 1 2",
    "Ержан Ғабит Ёлка Йод": "ержан ғабит елка иод",
    "Қасым-Жомарт": "қасым жомарт",
    "Әлия өмір ұлы һәм": "әлия өмір ұлы һәм",
    "ӯ Ҷ ѝ": "у ҷ и",
    "ئابدۇلئەزىز": "ئابدۇلئەزيز",
    "عَلِيّ": "علي",
    "کریمی ك ى ی": "كريمي ك ي",
    "محمـــد": "محمد",
    "٢٠١٧ ۲۰۱۷ २०१७": "2017",
    "الأسد آمنة": "الاسد امنة",
    "ہے": "هے",
    "阿丽亚": "阿 丽 亚 阿丽 丽亚",
    "艾力2017年": "艾 力 艾力 2017 年",
    "々〇": "々 〇 々〇",
    "ｱﾘﾔ ガ": "アリヤ ガ",
    "한국": "한국",
    "हिन्दी": "हिन्दी",
    "ไทย": "ไทย",
    "בְּרֵאשִׁית": "בראשית",
    "Ἀθήνα": "αθηνα",
    "ẞ ß": "ss",
    "e\u0301te\u0301": "ete",
    "a\u200db a\u00adc": "ab ac",
    "+7 (701) 000-00-00": "7 701 000 00",
    "a_b a.b a@b": "a b",
    "x" * 70: "x" * 60,
    "👩‍👧 a👩b": "a b",
    "": "",
    " \n\t": "",
    "'": "",
    "\u0301": "",
    "\u3000全角\u3000": "全 角 全角",
    "㈱ ㍻ ①": "1",
    "𠀀𠀁": "𠀀 𠀁 𠀀𠀁",
    "Ǆ ǆ": "dz",
    "ᴬ ʰ": "a h",
    "ŉ": "n",
    "ß’s": "sss",
    "ٱلله": "ٱلله",
}


@group("texts of all scripts and their words", BY_HAND + ", confirmed by tests/independent")
def words() -> list[Group]:
    return [{"text": text, "words": sorted(set(found.split()))} for text, found in TEXTS.items()]


@group(
    "phone numbers and ids: the word made of all their words, or nothing", BY_HAND + ", confirmed by tests/independent"
)
def joined() -> list[Group]:
    cases = {
        "+7 (701) 000-00-00": "77010000000",
        "7010000000": "",
        "AB 12-34": "ab1234",
        "N° 12/А": "n12а",
        "٠٧٧ ٠٠": "07700",
        "身份 12": "",
        "": "",
        "a " * 70: "a" * 60,
    }
    return [{"text": text, "joined": found} for text, found in cases.items()]


@group(
    "dates, and the parts of the span of months that they cover; null: no date",
    BY_HAND + ", confirmed by tests/independent",
)
def spans() -> list[Group]:
    cases: dict[str, str | None] = {
        "2017": "2017",
        "2017-05": "201705",
        "2017-05-03": "201705",
        "2017-05-03T10:00:00Z": "201705",
        "1961~": "1961",
        "1961?": "1961",
        "1961-07%": "196107",
        "201X": "201",
        "20XX": "20",
        "2017-XX": "2017",
        "2017-05-XX": "201705",
        "2017-XX-XX": "2017",
        "2017-21": "201703 201704 201705",
        "2017-24": "201712 201801 201802",
        "2017-05/2017-08": "201705 201706 201707 201708",
        "2016-11/2018-02": "201611 201612 2017 201801 201802",
        "2009/2020": "2009 201 2020",
        "1999-12/2100-01": "199912 20 210001",
        "1000/2999": "1 2",
        "0001": "0001",
        "2017/..": "2017 2018 2019 202 203 204 205 206 207 208 209 21 22 23 24 25 26 27 28 29 3 4 5 6 7 8 9",
        "../1000-01": "0 100001",
        "/0999": "0",
        "2999/": "2999 3 4 5 6 7 8 9",
        "9999-12": "999912",
        "9999-11/Y17000": "999911 999912",
        "Y17000": "999912",
        "-0044": "0000 000101",
        "2018/2017": None,
        "../..": None,
        "/": None,
        "2017-13": None,
        "2017-02-29": None,
        "2016-02-30": None,
        "2017-21-01": None,
        "201X-05": None,
        "2017-5": None,
        "17": None,
        "May 2017": None,
        "2017 ": None,
        "": None,
        "2017/2018/2019": None,
        "2017-05-03T25:00:00": None,
        "-0000": None,
    }
    return [{"text": text, "parts": None if found is None else found.split()} for text, found in cases.items()]


TYPES = {
    "name": "name",
    "birth": "birth",
    "sex": "choice",
    "address": "place",
    "relative": "link",
    "phone": "phone",
    "when": "date",
    "person": "link",
    "place": "place",
    "text": "text",
    "file": "file",
}


@group(
    "revisions that are the newest of their record, and all their terms; `types` are those of the shipped schemas",
    INDEPENDENT,
)
def terms() -> list[Group]:
    address = {"text": "Invented Street 7", "county": "Ақсу", "region": "Almaty", "country": "kz"}
    file = {"id": some("att", 16), "name": "IMG 0001.jpg", "length": 0, "sha256": bytes(32), "chunks": 1, "depth": 0}
    cases = [
        revision([]),
        revision([NAME]),
        revision([NAME], _8=True),
        revision([{**NAME, 2: "retracted"}, {0: "name", 1: {"text": "阿丽亚", "kind": "chinese-official"}}]),
        revision(
            [
                {0: "birth", 1: "1961~"},
                {0: "birth", 1: "about 1961"},
                {0: "sex", 1: "female"},
                {0: "phone", 2: "withheld"},
            ]
        ),
        revision([{0: "address", 1: address, 6: some("source", 16)}, {0: "phone", 1: "+7 (701) 000-00-00"}]),
        revision(
            [
                {0: "relative", 1: {"relation": "брат", "name": "Ержан"}},
                {0: "relative", 1: {"relation": "x", "link": some("r", 16)}},
            ]
        ),
        revision(
            [
                {0: "when", 1: "2017-05/2017-06"},
                {0: "person", 1: some("person", 16)},
                {0: "place", 1: {"text": "X" * 300}},
            ],
            "event",
        ),
        revision(
            [{0: "text", 1: "Она сказала: «его увезли в 2017-м»."}, {0: "text", 2: "withheld", 6: some("source", 16)}],
            "statement",
        ),
        revision([{0: "file", 1: file}], "document"),
    ]
    return [
        {
            "revision": tagged(plain),
            "types": TYPES,
            "terms": sorted(term.hex() for term in index.terms(plain, TYPES.__getitem__)),
        }
        for plain in cases
    ]
