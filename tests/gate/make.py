"""Makers of small files of many kinds, for the gate's tests.  Everything in them is invented."""

# ruff: noqa: E501 - one case, one line

import io
import struct
import tarfile
import zipfile
import zlib

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)


# --------------------------------------------------------------------------------------------------------- archives
def packed(members, *, comment=b"", method=zipfile.ZIP_DEFLATED):
    """Make a ZIP archive of {name: bytes or text}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, data in members.items():
            target.writestr(name, data)
        target.comment = comment
    return out.getvalue()


def tar(members, *, mode="w", form=tarfile.PAX_FORMAT, **header):
    """Make a tar archive of {name: bytes}."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as target:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in header.items():
                setattr(info, key, value)
            target.addfile(info, io.BytesIO(data))
    return out.getvalue()


# -------------------------------------------------------------------------------------------------------------- PDF
def stream(data, about="", *, deflate=False):
    """Make a stream of a PDF."""
    if deflate:
        data, about = zlib.compress(data), about + " /Filter /FlateDecode"
    return f"<< /Length {len(data)} {about} >>\nstream\n".encode("latin-1") + data + b"\nendstream"


def pdf(content=b"", *, page="", catalog="", more=None, trailer="", font=None, first=b"%PDF-1.7\n", version=None):
    """Make a PDF of one page; object 6 and later are `more`."""
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode("latin-1"),
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            f"/Resources << /Font << /F1 5 0 R >> >> {page} >>"
        ).encode("latin-1"),
        4: content if isinstance(content, bytes) and content.startswith(b"<<") else stream(content),
        5: font or b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        **(more or {}),
    }
    return written(first, objects, trailer)


def written(before, objects, trailer="", previous=None):
    """Write objects behind what there is, with a table of their places and an end."""
    out = bytearray(before)
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n"
    if previous is None:
        out += b"0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += f"{number} 1\n{place:010d} 00000 n \n".encode()
    size = max(max(objects) + 1, 6)
    before_it = f"/Prev {previous}" if previous is not None else ""
    out += f"trailer\n<< /Size {size} /Root 1 0 R {before_it} {trailer} >>\nstartxref\n{table}\n%%EOF\n".encode(
        "latin-1"
    )
    return bytes(out)


def changed(data, objects, trailer=""):
    """Add a revision behind a PDF."""
    at = data.rindex(b"startxref")
    return written(data, objects, trailer, int(data[at + 10 :].split()[0]))


def shown(*lines):
    """Draw lines of text."""
    text = b"\n".join(
        b"0 -20 Td " + (line if line.endswith((b"Tj", b"TJ")) else b"(" + line + b") Tj") for line in lines
    )
    return b"BT /F1 12 Tf 72 760 Td\n" + text + b"\nET"


def wide_font(letters):
    """Make a composite font whose codes 1, 2, … are the letters given, told by a map alone; give it and the map."""
    rows = "\n".join(f"<{n:04X}> <{letter.encode('utf-16-be').hex()}>" for n, letter in enumerate(letters, 1))
    mapping = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{len(letters)} beginbfchar\n{rows}\nendbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+Invented /Encoding /Identity-H /DescendantFonts [7 0 R] "
        b"/ToUnicode 6 0 R >>"
    )
    more = {
        6: stream(mapping.encode(), deflate=True),
        7: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+Invented /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (Identity) /Supplement 0 >> /FontDescriptor 8 0 R /DW 500 >>",
        8: b"<< /Type /FontDescriptor /FontName /ABCDEF+Invented /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 "
        b"/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
    }
    return font, more


def codes(text, letters):
    """Give the codes of a text in such a font."""
    return "<" + "".join(f"{letters.index(letter) + 1:04X}" for letter in text) + ">"


# ----------------------------------------------------------------------------------------------------------- office
def docx(body="", *, parts=None, core="", settings=""):
    """Make a Word document."""
    return packed(
        {
            "[Content_Types].xml": XML + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
            "_rels/.rels": XML + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'{XML}<w:document {W}><w:body>{body}<w:sectPr w:rsidR="00A77B3E"/></w:body></w:document>',
            "word/styles.xml": f'{XML}<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New '
            'Roman" w:hAnsi="Georgia"/><w:sz w:val="24"/><w:lang w:val="en-US"/></w:rPr></w:rPrDefault></w:docDefaults>'
            '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>',
            "word/settings.xml": f'{XML}<w:settings {W}><w:zoom w:percent="100"/>{settings}</w:settings>',
            "word/theme/theme1.xml": f'{XML}<a:theme {A} name="Office Theme"><a:themeElements><a:fontScheme name="Office">'
            '<a:majorFont><a:latin typeface="Calibri Light"/><a:font script="Hans" typeface="宋体"/></a:majorFont>'
            "</a:fontScheme></a:themeElements></a:theme>",
            "docProps/core.xml": XML + '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
            'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/'
            'terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title></dc:title>'
            f'{core}<dcterms:created xsi:type="dcterms:W3CDTF">2021-06-01T09:00:00Z</dcterms:created></cp:coreProperties>',
            "docProps/app.xml": XML + '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
            'extended-properties"><Application>Microsoft Office Word</Application><Pages>1</Pages></Properties>',
            **(parts or {}),
        }
    )


def para(*runs):
    """Make a paragraph of runs, each text or XML."""
    inner = "".join(run if run.startswith("<") else f'<w:r><w:t xml:space="preserve">{run}</w:t></w:r>' for run in runs)
    return f"<w:p>{inner}</w:p>"


def xlsx(sheet="", *, parts=None, workbook="", shared="", core=""):
    """Make a spreadsheet of one sheet."""
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return packed(
        {
            "[Content_Types].xml": XML
            + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": XML
            + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>',
            "xl/workbook.xml": f'{XML}<workbook {S} xmlns:r="{rel}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
            f"</sheets>{workbook}</workbook>",
            "xl/worksheets/sheet1.xml": f"{XML}<worksheet {S}><sheetData>{sheet}</sheetData></worksheet>",
            "xl/sharedStrings.xml": f'{XML}<sst {S} count="1" uniqueCount="1"><si><t>Total</t></si>{shared}</sst>',
            "xl/styles.xml": f'{XML}<styleSheet {S}><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
            '</numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>',
            "docProps/core.xml": XML + '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
            f'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">{core}</cp:coreProperties>',
            **(parts or {}),
        }
    )


def pptx(slide="", *, parts=None):
    """Make a presentation of one slide."""
    p = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    return packed(
        {
            "[Content_Types].xml": XML
            + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "ppt/presentation.xml": f"{XML}<p:presentation {p}/>",
            "ppt/slides/slide1.xml": f"{XML}<p:sld {p} {A}><p:cSld><p:spTree>{slide}</p:spTree></p:cSld></p:sld>",
            **{name: part.replace("NS", f"{p} {A}") for name, part in (parts or {}).items()},
        }
    )


def odt(body="", *, kind="text", meta="", parts=None):
    """Make an OpenDocument file."""
    return packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f'{XML}<office:document-content {ODF} office:version="1.3"><office:body><office:{kind}>{body}'
            f"</office:{kind}></office:body></office:document-content>",
            "meta.xml": f"{XML}<office:document-meta {ODF}><office:meta><meta:generator>LibreOffice/7.4</meta:generator>"
            f"{meta}</office:meta></office:document-meta>",
            "META-INF/manifest.xml": XML + '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
            'manifest:1.0"/>',
            **(parts or {}),
        },
        method=zipfile.ZIP_STORED,
    )


# --------------------------------------------------------------------------------------------------------- pictures
def chunk(kind, body=b""):
    """Make a chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks, tail=b"", width=8, height=8, pixels=None):
    """Make a PNG, with chunks before its pixels."""
    rows = zlib.compress((b"\0" + bytes(range(3 * width))) * height) if pixels is None else pixels
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", rows) + chunk(b"IEND") + tail


def segment(marker, body):
    """Make a segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments, tail=b"", jfif=True):
    """Make a JPEG of one grey block, with segments before its tables."""
    head = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") if jfif else b""
    tables = segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC0, b"\x08\0\x08\0\x08\1\1\x11\0")
    huffman = b"\x00" + bytes([1] + [0] * 15) + b"\0" + b""
    scan = segment(0xC4, huffman) + segment(0xC4, b"\x10" + huffman[1:]) + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x3f"
    return b"\xff\xd8" + head + b"".join(segments) + tables + scan + b"\xff\xd9" + tail


def tiff(entries, *, big=False, tail=b"", first=None):
    """Make the directory of a TIFF or EXIF of (tag, kind, value as bytes or number)."""
    order = ">" if big else "<"
    out = (b"MM\0*" if big else b"II*\0") + struct.pack(order + "I", 8)
    count = len(entries)
    at = 8 + 2 + 12 * count + 4
    body, extra = struct.pack(order + "H", count), b""
    for tag, kind, value in sorted(entries, key=lambda entry: entry[0]):
        data = value if isinstance(value, bytes) else struct.pack(order + ("H" if kind == 3 else "I"), value)
        size = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}[kind]
        body += struct.pack(order + "HHI", tag, kind, len(data) // size)
        if len(data) <= 4:
            body += data + bytes(4 - len(data))
        else:
            body += struct.pack(order + "I", at + len(extra))
            extra += data + bytes(len(data) % 2)
    return out + body + struct.pack(order + "I", first or 0) + extra + tail


def exif(entries, **options):
    """Make the segment of a JPEG with EXIF data."""
    return segment(0xE1, b"Exif\0\0" + tiff(entries, **options))


def picture_tiff(*entries, tail=b""):
    """Make a TIFF of eight grey dots."""
    plain = [(256, 3, 8), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (277, 3, 1), (278, 3, 1), (279, 4, 8)]
    size = 8 + 2 + 12 * (len(plain) + 1 + len(entries)) + 4
    extra = sum(len(e[2]) + len(e[2]) % 2 for e in entries if isinstance(e[2], bytes) and len(e[2]) > 4)
    return tiff([*plain, (273, 4, size + extra), *entries], tail=bytes(range(8)) + tail)


def gif(*extensions, tail=b""):
    """Make a GIF of one dot."""
    dot = b",\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\x00"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + b"".join(extensions) + dot + b";" + tail


def webp(*chunks, tail=b""):
    """Make a WebP (its picture is not a real one)."""
    body = b"WEBP" + b"".join(
        k + struct.pack("<I", len(d)) + d + bytes(len(d) % 2) for k, d in [(b"VP8L", bytes(20)), *chunks]
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body + tail


def bmp(*, tail=b""):
    """Make a BMP of one dot."""
    return (
        b"BM"
        + struct.pack("<IHHI", 58, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0)
        + bytes(4)
        + tail
    )
