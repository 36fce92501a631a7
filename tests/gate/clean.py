"""Files that say nothing that is withheld: `CASES` is {case: (file name, bytes)}.

All texts are invented. `samples/` holds small files as widespread programs write them, with texts of the same kind.
"""

# ruff: noqa: E501 - one case, one line

import base64
import bz2
import gzip
import hashlib
import json
import lzma
import random
from pathlib import Path

from tests.gate.leaking import CALM, XML, W
from tests.gate.make import (
    bmp,
    changed,
    codes,
    docx,
    exif,
    gif,
    jpeg,
    odt,
    packed,
    para,
    pdf,
    picture_tiff,
    png,
    pptx,
    shown,
    stream,
    tar,
    webp,
    wide_font,
    xlsx,
)

SAMPLES = sorted((Path(__file__).parent / "samples").iterdir())
_RUSSIAN = "Вчера в посёлке было тихо, никто не приходил. "
_CHINESE = "昨天学校没有开门，大家都在家里。"
_RANDOM = random.Random(4)
_LETTERS = "".join(dict.fromkeys(CALM))
_FONT, _MORE = wide_font(_LETTERS)
_MAIL = (
    "From: office@x.example\r\nTo: team@x.example\r\nDate: Tue, 01 Jun 2021 09:00:00 +0600\r\nMIME-Version: 1.0\r\n"
    'Subject: =?utf-8?B?0JXRgdC10L8=?=\r\nContent-Type: multipart/mixed; boundary="=-b-="\r\n\r\n'
)

CASES = {
    "nothing": ("a", b""),
    "text": ("a.txt", CALM.encode()),
    "text with mark": ("a.txt", CALM.encode("utf-8-sig")),
    "utf-16": ("a.txt", CALM.encode("utf-16")),
    "utf-16-be without mark": ("a.txt", CALM.encode("utf-16-be")),
    "utf-32": ("a.txt", CALM.encode("utf-32")),
    "cp1251": ("a.txt", (_RUSSIAN * 60).encode("cp1251")),
    "koi8-r": ("a.txt", (_RUSSIAN * 60).encode("koi8-r")),
    "gb18030": ("a.txt", (_CHINESE * 40).encode("gb18030")),
    "near names": ("a.txt", "Болатбек, Болатхан, Сейтжан, Гүлсім және 8 701 555 12 35, 王小红, 1961-03-06".encode()),
    "ordinary words": ("a.txt", "Стали нужен болат. Гүл өсті. Дорога к реке, абайлап жүр.".encode()),
    "masked": ("a.txt", "Кеше ▇▇▇▇▇▇ үйіне келді [person-7F3A9Q]".encode()),
    "random numbers": ("a.txt", " ".join(str(_RANDOM.randrange(10**11)) for _ in range(5000)).encode()),
    "hashes": ("a.txt", "\n".join(_RANDOM.randbytes(32).hex() for _ in range(2000)).encode()),
    "random base64": ("a.txt", base64.encodebytes(_RANDOM.randbytes(60_000))),
    "base64 tokens": (
        "a.json",
        json.dumps([base64.b64encode(_RANDOM.randbytes(24)).decode() for _ in range(900)]).encode(),
    ),
    "JSON": ("a.json", json.dumps({"records": [{"id": "9f86d081884c7d65", "note": CALM, "n": [1, 2]}]}).encode()),
    "CSV": ("a.csv", "id,note\n[person-7F3AKQ],x\n1,тыныш\n".encode()),
    "HTML": (
        "a.html",
        f"<!doctype html><html lang=kk><style>p{{font-family:Georgia,'Times New Roman'}}</style><p>{CALM}"
        f"<!-- end --><img src='data:image/png;base64,{base64.b64encode(png()).decode()}'>".encode(),
    ),
    "SVG": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><text font-family="Georgia">calm</text></svg>'),
    "XML": ("a.xml", b"<?xml version='1.0'?><a><b c='d'>e</b></a>"),
    "mail": (
        "a.eml",
        _MAIL.encode() + b"--=-b-=\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: "
        b"base64\r\n\r\n" + base64.encodebytes(_RUSSIAN.encode("koi8-r")) + b"--=-b-=\r\nContent-Type: image/png\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(png()) + b"--=-b-=--\r\n",
    ),
    "zip": ("a.zip", packed({"data/a.txt": CALM, "data/b.json": "{}", "empty": b"", "folder/": b""})),
    "tar": ("a.tar", tar({"a.txt": CALM.encode(), "д" * 120 + ".txt": b"x"})),
    "tar of GNU": ("a.tar", tar({"a.txt": CALM.encode(), "d" * 120 + ".txt": b"x"}, form=1)),
    "tar.gz": ("a.tgz", gzip.compress(tar({"a.txt": CALM.encode()}))),
    "bzip2": ("a.bz2", bz2.compress(CALM.encode())),
    "xz": ("a.xz", lzma.compress(CALM.encode())),
    "nested": (
        "a.zip",
        packed({"a.tgz": gzip.compress(tar({"b.zip": packed({"c.docx": docx(para(CALM)), "d.png": png()})}))}),
    ),
    "manifest": ("m", "".join(f"{hashlib.sha256(bytes([n])).hexdigest()}  data/{n}.txt\n" for n in range(50)).encode()),
    "PDF": ("a.pdf", pdf(shown(b"A quiet report"))),
    "packed PDF": (
        "a.pdf",
        pdf(stream(shown(b"A quiet report"), deflate=True), trailer="/Info << /Producer (Invented) >>"),
    ),
    "PDF with a change": ("a.pdf", changed(pdf(shown(b"first")), {4: stream(shown(b"second"))})),
    "PDF with mapped letters": (
        "a.pdf",
        pdf(f"BT /F1 12 Tf 72 700 Td {codes(CALM, _LETTERS)} Tj ET".encode(), font=_FONT, more=_MORE),
    ),
    "PDF with a picture": (
        "a.pdf",
        pdf(
            shown(b"x"),
            more={
                9: stream(jpeg(), "/Type /XObject /Subtype /Image /Width 8 /Height 8 /Filter /DCTDecode"),
                10: stream(bytes(range(192)), "/Subtype /Image", deflate=True),
            },
        ),
    ),
    "DOCX": (
        "a.docx",
        docx(
            para(CALM, "тағы"),
            parts={"word/header1.xml": f"{XML}<w:hdr {W}>{para('бет')}</w:hdr>", "word/media/image1.png": png()},
        ),
    ),
    "XLSX": ("a.xlsx", xlsx('<row><c t="s"><v>0</v></c><c s="1"><v>44000</v></c><c><v>1.5E3</v></c></row>')),
    "ODT": ("a.odt", odt(f"<text:p>{CALM}</text:p>", parts={"layout-cache": b"\1\0\x12\0" + bytes(40)})),
    "ODS": ("a.ods", odt('<table:table table:name="Sheet1"><table:table-row/></table:table>', kind="spreadsheet")),
    "PPTX": ("a.pptx", pptx("<p:sp><a:p><a:r><a:t>Есеп</a:t></a:r></a:p></p:sp>")),
    "RTF": (
        "a.rtf",
        b"{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0\\froman\\fcharset204 Times New Roman;}}\\f0 \\'f2\\'e8\\'f5\\'ee\\par}",
    ),
    "JPEG": ("a.jpg", jpeg()),
    "JPEG, turned": ("a.jpg", jpeg(exif([(274, 3, 6), (282, 5, bytes(8)), (296, 3, 2)]))),
    "PNG": ("a.png", png()),
    "GIF": ("a.gif", gif(b"!\xff\x0bNETSCAPE2.0\x03\1\0\0\0", b"!\xf9\4\0\0\0\0\0")),
    "TIFF": ("a.tif", picture_tiff()),
    "WebP": ("a.webp", webp()),
    "BMP": ("a.bmp", bmp()),
    **{f"sample {path.name}": (path.name, path.read_bytes()) for path in SAMPLES},
}
