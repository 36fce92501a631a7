"""Bytes that a format has room for and no reader shows, and files made to be slow. All names here are invented.

Slowness is not timed: what took minutes or hours would end the run.
"""

import base64
import gzip
import io
import struct
import tarfile
import zipfile
import zlib

import pytest

from tests.gate.make import pdf, stream, written
from vault import gate
from vault.matching import MASK, redact_text

NAME = b"Aigerim Sadykova"
VALUES = ["Aigerim Sadykova"]
EMPTY_PAGE = b"BT ET"


def rules(data: bytes) -> set[str]:
    return {finding.rule for finding in gate.scan(data, "a.bin", VALUES)}


def zipped(packed: bytes, method: int, size: int, *, name: bytes = b"a.txt", checksum: int | None = None) -> bytes:
    """Make an archive of one member that says of itself what it likes."""
    checksum = zlib.crc32(b"clean"[:size]) if checksum is None else checksum
    told = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0x21, checksum, len(packed), size, len(name), 0)
    body = b"PK\3\4" + told + name + packed
    entry = b"PK\1\2" + struct.pack("<H", 20) + told + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return body + entry + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(entry), len(body), 0)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def gzipped(flags: int, header: bytes) -> bytes:
    plain = gzip.compress(b"clean")
    return plain[:3] + bytes([flags]) + plain[4:10] + header + plain[10:]


def tar_with_words_behind_the_name() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as target:
        info = tarfile.TarInfo("a.txt")
        info.size = 5
        target.addfile(info, io.BytesIO(b"clean"))
    data = bytearray(out.getvalue())
    data[6 : 6 + len(NAME)] = NAME
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    return bytes(data)


ROWS = (b"\0" + b"\1\2\3" * 4) * 4


def png(*chunks: tuple[bytes, bytes], header: bytes = b"", rows: bytes = ROWS, end: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    first = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0) + header
    more = b"".join(chunk(*one) for one in chunks)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", first) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", end)
    )


def gif(*extensions: bytes) -> bytes:
    picture = b",\0\0\0\0\1\0\1\0\0\2\2\x4c\1\0"
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0) + b"".join(extensions) + picture + b";"


def tiff(*entries: tuple[int, int, int, bytes | int]) -> bytes:
    at = 8 + 2 + 12 * len(entries) + 4
    out, blob = b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)), b""
    for tag, kind, count, value in entries:
        where = at + len(blob) if isinstance(value, bytes) else value
        out += struct.pack("<HHII", tag, kind, count, where)
        blob += value if isinstance(value, bytes) else b""
    return out + bytes(4) + blob


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(data)) + data for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


FILE = b"<< /Type /Filespec /F (a.txt) /EF << /F 8 0 R >> >>"
HIDING: dict[str, bytes] = {
    "zip: behind packed data": zipped(deflated(b"clean") + NAME, 8, 5),
    "zip: behind stored data": zipped(b"clean" + NAME, 0, 5),
    "zip: in a folder": zipped(NAME, 0, 0, name=b"d/"),
    "gzip: comment behind a name": gzipped(8 | 16, b"f\0" + NAME + b"\0"),
    "gzip: extra field": gzipped(4, struct.pack("<H", len(NAME)) + NAME),
    "gzip: name behind an extra field": gzipped(4 | 8, struct.pack("<H", 2) + b"xx" + NAME + b"\0"),
    "tar: behind the end of a name": tar_with_words_behind_the_name(),
    **{
        f"png: {kind.decode()}": png((kind, NAME))
        for kind in (b"tRNS", b"pHYs", b"sTER", b"hIST", b"oFFs", b"bKGD", b"PLTE", b"gAMA")
    },
    "png: end": png(end=NAME),
    "png: header": png(header=NAME),
    "png: more rows than it has": png(rows=ROWS + NAME),
    "gif: control": gif(b"!\xf9" + bytes([len(NAME)]) + NAME + b"\0"),
    "gif: loops": gif(
        b"!\xff\x0bNETSCAPE2.0" + b"".join(b"\5" + NAME[at : at + 5].ljust(5) for at in range(0, 16, 5)) + b"\0"
    ),
    "tiff: a width of words": tiff((256, 3, 1, 1), (40962, 7, len(NAME), NAME)),
    "webp: header": webp((b"VP8X", bytes(10) + NAME), (b"VP8 ", bytes(10))),
    "webp: frame": webp((b"ANMF", bytes(16) + b"EXIF" + struct.pack("<I", len(NAME)) + NAME)),
    "pdf: a file called a picture": pdf(
        EMPTY_PAGE, more={7: FILE, 8: stream(NAME, "/Subtype /Image /Width 4 /Height 4")}
    ),
    "pdf: pixels": pdf(EMPTY_PAGE, more={8: stream(NAME, "/Subtype /Image /Width 4 /Height 4")}),
    "pdf: a table of places": pdf(EMPTY_PAGE, more={8: stream(NAME, "/Type /XRef /W [1 2 1] /Size 1")}),
    "pdf: packing of fax machines": pdf(EMPTY_PAGE, more={8: stream(NAME, "/Subtype /Image /Filter /CCITTFaxDecode")}),
    "percent u": b"%u0041igerim %u0053adykova",
    "numbers of a program": b"0x41,0x69,0x67,0x65,0x72,0x69,0x6d",
    "numbers of Unicode": b"U+0041 U+0069 U+0067 U+0065 U+0072 U+0069 U+006D",
    "colours of a terminal": b"A\x1b[1mi\x1b[0mgerim",
    "texts put together": b'"Aige" + "rim"',
    "reading aids": b"Ai<rt>x</rt>gerim",
    "letters that are tags": "".join(chr(0xE0000 + byte) for byte in NAME).encode(),
    "emphasis": b"Aig**erim**",
    "base64 of packed bytes": base64.b64encode(zlib.compress(b"the letter of Aigerim")),
}
CLEAN: dict[str, bytes] = {
    "zip, packed": zipped(deflated(b"clean"), 8, 5),
    "zip, stored": zipped(b"clean", 0, 5),
    "zip, folder": zipped(b"\3\0", 8, 0, name=b"d/"),
    "gzip": gzipped(8 | 16, b"f\0" + b"made by hand\0"),
    "png": png((b"tRNS", bytes(6)), (b"pHYs", bytes(9))),
    "gif": gif(b"!\xf9\4\0\0\0\0\0", b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0"),
    "webp": webp((b"VP8X", bytes(10)), (b"ANMF", bytes(16) + b"VP8 " + struct.pack("<I", 4) + bytes(4))),
    "pdf with a picture": pdf(EMPTY_PAGE, more={8: stream(bytes(48), "/Subtype /Image /Width 4 /Height 4")}),
}


@pytest.mark.parametrize("data", HIDING.values(), ids=HIDING.keys())
def test_no_room_that_a_format_has_hides_a_name(data: bytes) -> None:
    assert rules(data)


@pytest.mark.parametrize("data", CLEAN.values(), ids=CLEAN.keys())
def test_the_same_without_a_name_passes(data: bytes) -> None:
    assert rules(data) == set()


def test_members_packed_by_other_means_are_read() -> None:
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as target:
            target.writestr("a.txt", NAME)
        assert "value" in rules(out.getvalue())


def repeated_page(nodes: int, times: int) -> bytes:
    """Make a PDF whose one page of some size is named over and over."""
    kids = " ".join(f"{10 + node} 0 R" for node in range(nodes))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {nodes * times} >>".encode(),
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        4: stream(b"BT (word) Tj ET\n" * 30_000),
        **{
            10 + node: f"<< /Type /Pages /Parent 2 0 R /Kids [{'3 0 R ' * times}] /Count {times} >>".encode()
            for node in range(nodes)
        },
    }
    return written(b"%PDF-1.7\n", objects)


SLOW = {
    "a line of blanks": b" " * 200_000 + b"x",
    "beginnings of HZ": b"~{" * 100_000,
    "a pile of accents": ("A" + "\u0301\u0323" * 100_000).encode(),
    "strips of a picture, over and over": tiff(
        (256, 3, 1, 1), (273, 1, 1 << 20, b"\1" * (1 << 20)), *((273, 1, 1 << 20, 100) for _ in range(300))
    ),
    "strips of many pictures": tiff((256, 3, 1, 1), (324, 1, 1 << 20, b"\1" * (1 << 20)), (325, 1, 1 << 20, 100)),
    "a page, over and over": repeated_page(1, 3000),
    "a page in many places": repeated_page(50, 60),
}


@pytest.mark.parametrize("data", SLOW.values(), ids=SLOW.keys())
def test_a_file_made_to_be_slow_is_read_or_refused_soon(data: bytes) -> None:
    assert rules(data) <= {"limit", "broken", "hidden", "metadata", "unreadable"}


@pytest.mark.parametrize("text", [" " * 200_000, "\t" * 200_000, "\u00a0" * 200_000, "A" + "\u0301\u0323" * 100_000])
def test_a_text_made_to_be_slow_is_masked_soon(text: str) -> None:
    assert redact_text(text + "\n Aigerim", VALUES).endswith(f"\n {MASK}")
