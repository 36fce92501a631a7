"""Files that leak, in the ways redaction has failed: `CASES` is {way: {case: (file name, bytes)}}.

All people, numbers and places are invented.
"""

# ruff: noqa: E501 - one case, one line

import base64
import binascii
import bz2
import gzip
import hashlib
import html
import json
import lzma
import quopri
import struct
import urllib.parse
import zlib

from tests.gate.make import (
    XML,
    W,
    bmp,
    changed,
    chunk,
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
    segment,
    shown,
    stream,
    tar,
    tiff,
    webp,
    wide_font,
    xlsx,
)

NAME = "Болат Сейтқалиев"
LATIN = b"Bolat Seitkaliev"
PHONE, IDENTITY, BORN, CHINESE = "+7 701 555 12 34", "901231300123", "1961-03-05", "王小明"
VALUES = [NAME, "Гүлнар Тоқтарқызы", PHONE, BORN, CHINESE, IDENTITY, "Жаркент, Абай көшесі 17"]
SAID = f"Кеше {NAME} үйіне келді."
CALM = "Кеше Асқар үйіне келді, 12 адам бар."
LETTERS = "".join(dict.fromkeys(SAID))
_WIDE_FONT, _WIDE_MORE = wide_font(LETTERS)
_SPLIT = b"[(B) 20 (ol) -15 (at) -250 (Sei) 30 (tk) 12 (aliev)] TJ"
_ENDLESS = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


def _hex(text):
    return text.encode("utf-16-be").hex()


def _object_stream(*objects):
    head, body = "", b""
    for number, data in objects:
        head += f"{number} {len(body)} "
        body += data + b" "
    return stream(head.encode() + body, f"/Type /ObjStm /N {len(objects)} /First {len(head)}", deflate=True)


def _lzw(data):
    """Pack with nine bits a code and never a longer string than one byte."""
    out, held, bits = bytearray(), 0, 0
    for code in [
        256,
        *[c for n, byte in enumerate(data) for c in ((256, byte) if n and n % 200 == 0 else (byte,))],
        257,
    ]:
        held, bits = held << 9 | code, bits + 9
        while bits >= 8:
            bits -= 8
            out.append(held >> bits & 255)
    return bytes(out) + bytes([held << (8 - bits) & 255] if bits else [])


_TEXT = shown(LATIN)
_OLD = pdf(shown(LATIN))

PDF_TEXT = {
    "black box": pdf(_TEXT + b"\n0 0 0 rg 60 730 300 40 re f"),
    "white text": pdf(b"1 1 1 rg\n" + _TEXT),
    "invisible": pdf(b"BT 3 Tr ET\n" + _TEXT),
    "off the page": pdf(b"BT /F1 12 Tf -5000 9000 Td (Bolat Seitkaliev) Tj ET"),
    "layer that is off": pdf(b"/OC /L1 BDC\n" + _TEXT + b"\nEMC"),
    "clipped": pdf(b"0 0 1 1 re W n\n" + _TEXT),
    "date": pdf(shown(b"born 5 March 1961")),
    "phone": pdf(shown(b"8 (701) 555-12-34")),
}
PDF_HIDDEN = {
    "annotation": pdf(page="/Annots [6 0 R]", more={6: b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (Bolat) >>"}),
    "author of a note": pdf(page="/Annots [<< /Subtype /Highlight /Rect [0 0 9 9] /T <FEFF" + _hex(NAME) + "> >>]"),
    "redaction not applied": pdf(
        page="/Annots [<< /Subtype /Redact /Rect [0 0 9 9] /OverlayText (x) /RC (<p>Bolat Seitkaliev</p>) >>]"
    ),
    "outline": pdf(catalog="/Outlines 6 0 R", more={6: b"<< /First 7 0 R /Last 7 0 R /Count 1 >>",
                   7: f"<< /Title <FEFF{_hex(NAME)}> /Parent 6 0 R /Dest [3 0 R /Fit] >>".encode()}),
    "title": pdf(trailer="/Info 6 0 R", more={6: b"<< /Title (Statement of Bolat Seitkaliev) >>"}),
    "author in UTF-16": pdf(trailer="/Info 6 0 R", more={6: f"<< /Author <FEFF{_hex(NAME)}> >>".encode()}),
    "XMP": pdf(catalog="/Metadata 6 0 R", more={6: stream(
        f'<?xpacket begin="\ufeff"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>{NAME}</dc:creator></x:xmpmeta>'
        '<?xpacket end="w"?>'.encode(), "/Type /Metadata /Subtype /XML")}),
    "form field": pdf(catalog="/AcroForm << /Fields [6 0 R] >>", more={6: b"<< /FT /Tx /T (name) /V (Bolat Seitkaliev) >>"}),
    "choice in a form": pdf(catalog="/AcroForm << /Fields [<< /FT /Ch /T (n) /Opt [(a) (Seitkaliev)] >>] >>"),
    "destination": pdf(catalog="/Dests << /Bolat#20Seitkaliev [3 0 R /Fit] >>"),
    "script": pdf(catalog="/OpenAction << /S /JavaScript /JS (app.alert\\('Bolat Seitkaliev'\\)) >>"),
    "link": pdf(page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (http://x.example/?q=Bolat%20Seitkaliev) >> >>]"),
    "page label": pdf(catalog="/PageLabels << /Nums [0 << /P (Seitkaliev ) >>] >>"),
    "alternative text": pdf(catalog="/StructTreeRoot << /K << /S /Figure /Alt (Photo of Bolat Seitkaliev) >> >>"),
    "font name": pdf(font=b"<< /Type /Font /Subtype /Type1 /BaseFont /BolatSeitkaliev /Encoding /WinAnsiEncoding >>"),
}  # fmt: skip
PDF_REVISIONS = {
    "changed page": changed(_OLD, {4: stream(shown(b"removed"))}),
    "changed title": changed(
        pdf(trailer="/Info 6 0 R", more={6: b"<< /Title (Bolat) >>"}), {6: b"<< /Title (x) >>"}, "/Info 6 0 R"
    ),
    "unreachable object": pdf(shown(b"x"), more={9: stream(_TEXT)}),
    "unreachable packed page": pdf(shown(b"x"), more={9: stream(_TEXT, deflate=True)}),
    "packed page that was changed": changed(
        pdf(stream(_TEXT, deflate=True)), {4: stream(shown(b"removed"), deflate=True)}
    ),
    "behind the end": pdf(shown(b"x")) + b"% Bolat Seitkaliev\n",
    "behind the end, packed": pdf(shown(b"x")) + zlib.compress(LATIN),
    "before the start": LATIN + b"\n" + pdf(shown(b"x")),
    "comment": pdf(shown(b"x"), first=b"%PDF-1.7\n% Bolat Seitkaliev\n"),
    "words among the instructions": pdf(shown(b"x") + b"\nBolat Seitkaliev\n"),
    "names among the instructions": pdf(shown(b"x") + b"\n/Bolat gs /Seitkaliev gs\n"),
    "comment in a page": pdf(shown(b"x") + b"\n% Bolat Seitkaliev\n"),
    "a second file": pdf(shown(b"x")) + _OLD,
}
PDF_SPLIT = {
    "kerned": pdf(shown(_SPLIT)),
    "hexadecimal": pdf(shown(b"<" + LATIN.hex().encode() + b"> Tj")),
    "octal": pdf(shown(b"(\\102\\157\\154\\141\\164 \\123eitkaliev) Tj")),
    "letter by letter": pdf(b"BT /F1 12 Tf " + b" ".join(
        f"1 0 0 1 {72 + 7 * n} 700 Tm ({chr(c)}) Tj".encode() for n, c in enumerate(LATIN)) + b" ET"),
    "letters in any order": pdf(b"".join(
        f"BT /F1 12 Tf 1 0 0 1 {72 + 7 * n} 700 Tm ({chr(LATIN[n])}) Tj ET\n".encode() for n in (3, 0, 2, 4, 1))),
    "lines backwards": pdf(b"BT /F1 12 Tf 1 0 0 1 100 700 Tm (lat) Tj 1 0 0 1 86 700 Tm (Bo) Tj ET"),
    "actual text": pdf(f"/Span << /ActualText <FEFF{_hex(NAME)}> >> BDC\n".encode() + shown(b"x") + b"\nEMC"),
    "two streams": pdf(page="/Contents [4 0 R 6 0 R]", content=b"BT /F1 12 Tf 72 700 Td (Bo) Tj", more={6: stream(b"(lat) Tj ET")}),
    "escaped line end": pdf(shown(b"(Bo\\\nlat) Tj")),
    "mapped letters": pdf(f"BT /F1 12 Tf 72 700 Td {codes(SAID, LETTERS)} Tj ET".encode(), font=_WIDE_FONT, more=_WIDE_MORE),
    "mapped and kerned": pdf(f"BT /F1 12 Tf 72 700 Td [{codes(NAME[:3], LETTERS)} 20 {codes(NAME[3:], LETTERS)}] TJ ET".encode(), font=_WIDE_FONT, more=_WIDE_MORE),
    "mapped, old revision": changed(
        pdf(f"BT /F1 12 Tf 72 700 Td {codes(SAID, LETTERS)} Tj ET".encode(), font=_WIDE_FONT, more=_WIDE_MORE),
        {4: stream(shown(b"<0001> Tj"))}),
    "map that lies": pdf(shown(LATIN), font=b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
                         more={6: stream(b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <20> <7A> <0020> "
                                         b"endbfrange 1 beginbfrange <41> <7A> <0391> endbfrange")}),
    "Cyrillic glyph names": pdf(shown(b"(ABCDE) Tj"), font=b"<< /Type /Font /Subtype /Type1 /BaseFont /X /Encoding << /Differences "
                                b"[65 /afii10018 /afii10080 /afii10077 /afii10065 /afii10084] >> >>"),
    "letters that nobody tells": pdf(b"BT /F1 12 Tf 72 700 Td <00010002000300040005> Tj ET",
                                     font=b"<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+X /Encoding /Identity-H "
                                     b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+X >>] >>"),
}  # fmt: skip
PDF_INSIDE = {
    "embedded file": pdf(catalog="/Names << /EmbeddedFiles << /Names [(a.txt) 6 0 R] >> >>", more={
        6: b"<< /Type /Filespec /F (a.txt) /EF << /F 7 0 R >> >>", 7: stream(SAID.encode(), "/Type /EmbeddedFile", deflate=True)}),
    "name of an embedded file": pdf(catalog="/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>", more={
        6: f"<< /Type /Filespec /F (a) /UF <FEFF{_hex(NAME + '.txt')}> /EF << /F 7 0 R >> >>".encode(),
        7: stream(b"x", "/Type /EmbeddedFile")}),
    "embedded archive": pdf(more={7: stream(packed({"a.txt": SAID}), "/Type /EmbeddedFile")}),
    "object stream": pdf(shown(b"x"), more={9: _object_stream((20, b"<< /Title (Bolat Seitkaliev) >>"))}),
    "form within a page": pdf(b"/X1 Do", page="/Rotate 0", more={9: stream(_TEXT, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")}),
    "picture with words": pdf(shown(b"x"), more={9: stream(jpeg(segment(0xFE, LATIN)),
                              "/Type /XObject /Subtype /Image /Width 8 /Height 8 /Filter /DCTDecode")}),
}  # fmt: skip
PDF_FILTERS = {
    "deflate": pdf(stream(_TEXT, deflate=True)),
    "ASCII85": pdf(stream(base64.a85encode(_TEXT) + b"~>", "/Filter /ASCII85Decode")),
    "ASCII85 and deflate": pdf(
        stream(base64.a85encode(zlib.compress(_TEXT)) + b"~>", "/Filter [/ASCII85Decode /FlateDecode]")
    ),
    "hexadecimal": pdf(stream(_TEXT.hex().encode() + b">", "/Filter /ASCIIHexDecode")),
    "run lengths": pdf(stream(bytes([len(_TEXT) - 1]) + _TEXT + b"\x80", "/Filter /RunLengthDecode")),
    "LZW": pdf(stream(_lzw(_TEXT), "/Filter /LZWDecode")),
    "behind the packed data": pdf(stream(zlib.compress(shown(b"x")) + LATIN, "/Filter /FlateDecode")),
    "a filter nobody knows": pdf(stream(_TEXT[::-1], "/Filter /Backwards")),
    "encrypted": pdf(_TEXT, trailer="/Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (y) /P -4 >> /ID [(a) (a)]"),
}

_DEL = f'<w:del w:id="1" w:author="A"><w:r><w:delText>{NAME}</w:delText></w:r></w:del>'
WORD = {
    "text": docx(para(SAID)),
    "split over runs": docx(para("Бо", "ла", "т келді")),
    "split with marks between": docx(
        para("Бо", '<w:proofErr w:type="spellStart"/>', "<w:r><w:rPr><w:b/></w:rPr><w:t>лат</w:t></w:r>", " келді")),
    "deleted": docx(para("x", _DEL)),
    "deleted between": docx(para("Бол", '<w:del w:id="1" w:author="A"><w:r><w:delText>өшті</w:delText></w:r></w:del>', "ат")),
    "inserted": docx(para(f'<w:ins w:id="2" w:author="B"><w:r><w:t>{NAME}</w:t></w:r></w:ins>')),
    "author of a change": docx(para(f'<w:ins w:id="2" w:author="{NAME}"><w:r><w:t>x</w:t></w:r></w:ins>')),
    "moved": docx(para(f"<w:moveFrom><w:r><w:t>{NAME}</w:t></w:r></w:moveFrom>")),
    "hidden": docx(para(f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{NAME}</w:t></w:r>")),
    "field": docx(para(f'<w:r><w:instrText> HYPERLINK "mailto:{NAME}" </w:instrText></w:r>')),
    "text box": docx(para(f"<w:r><w:txbxContent><w:p><w:r><w:t>{NAME}</w:t></w:r></w:p></w:txbxContent></w:r>")),
}  # fmt: skip
WORD_PARTS = {
    "comment": docx(
        parts={"word/comments.xml": f"{XML}<w:comments {W}><w:comment>{para(SAID)}</w:comment></w:comments>"}
    ),
    "author of a comment": docx(
        parts={"word/comments.xml": f'{XML}<w:comments {W}><w:comment w:author="{NAME}" w:initials="B"/></w:comments>'}
    ),
    "creator": docx(core=f"<dc:creator>{NAME}</dc:creator>"),
    "last modified by": docx(core=f"<cp:lastModifiedBy>{NAME}</cp:lastModifiedBy>"),
    "company": docx(
        parts={
            "docProps/custom.xml": f'{XML}<Properties><property name="Client"><lpwstr>{NAME}</lpwstr></property></Properties>'
        }
    ),
    "header": docx(parts={"word/header1.xml": f"{XML}<w:hdr {W}>{para(SAID)}</w:hdr>"}),
    "footnote": docx(
        parts={"word/footnotes.xml": f"{XML}<w:footnotes {W}><w:footnote>{para(SAID)}</w:footnote></w:footnotes>"}
    ),
    "variable": docx(settings=f'<w:docVars><w:docVar w:name="v" w:val="{NAME}"/></w:docVars>'),
    "alternative text": docx(f'<w:p><w:drawing><docPr id="1" name="Picture 1" descr="{NAME}"/></w:drawing></w:p>'),
    "link": docx(
        parts={
            "word/_rels/document.xml.rels": f'{XML}<Relationships><Relationship Id="r" Target="https://x.example/{urllib.parse.quote(NAME)}"/></Relationships>'
        }
    ),
    "picture": docx(parts={"word/media/image1.jpeg": jpeg(segment(0xFE, NAME.encode()))}),
    "embedded spreadsheet": docx(parts={"word/embeddings/a.xlsx": xlsx(shared=f"<si><t>{NAME}</t></si>")}),
    "embedded object": docx(parts={"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)}),
    "custom XML": docx(parts={"customXml/item1.xml": f"{XML}<case><witness>{NAME}</witness></case>"}),
    "entities": docx(parts={"customXml/item1.xml": f"{_ENDLESS}<x>&b;</x>"}),
    "HTML part": docx(parts={"word/afchunk.htm": f"<html><p>{SAID}"}),
    "bookmark": docx(para('<w:bookmarkStart w:id="0" w:name="Bolat_Seitkaliev"/>')),
}
SHEETS = {
    "shared string": xlsx(shared=f"<si><t>{NAME}</t></si>"),
    "rich string": xlsx(shared="<si><r><t>Бо</t></r><r><t>лат</t></r></si>"),
    "hidden sheet": xlsx(
        workbook="",
        parts={
            "xl/worksheets/sheet2.xml": f"{XML}<worksheet><sheetData><row><c t='inlineStr'><is><t>{NAME}</t></is></c></row></sheetData></worksheet>"
        },
    ),
    "hidden row": xlsx(f'<row r="1" hidden="1"><c r="A1" t="str"><v>{NAME}</v></c></row>'),
    "name of a sheet": xlsx(
        parts={"xl/workbook.xml": f'{XML}<workbook><sheets><sheet name="{NAME}" sheetId="1"/></sheets></workbook>'}
    ),
    "defined name": xlsx(
        workbook='<definedNames><definedName name="Bolat_Seitkaliev">Sheet1!$A$1</definedName></definedNames>'
    ),
    "comment": xlsx(
        parts={"xl/comments1.xml": f"{XML}<comments><authors><author>{NAME}</author></authors></comments>"}
    ),
    "cached value": xlsx(f'<row><c r="A1" t="str"><f>VLOOKUP(1,x,2)</f><v>{NAME}</v></c></row>'),
    "link to another file": xlsx(
        parts={
            "xl/externalLinks/externalLink1.xml": f"{XML}<externalLink><sheetData><cell><v>{NAME}</v></cell></sheetData></externalLink>"
        }
    ),
    "number": xlsx("<row><c><v>77015551234</v></c></row>"),
    "number with exponent": xlsx("<row><c><v>9.01231300123E11</v></c></row>"),
    "day as a number": xlsx('<row><c s="1"><v>22345</v></c></row>'),
    "day in a form of its own": xlsx('<row><c s="2"><v>22345.5</v></c></row>'),
    "header of a page": xlsx(
        f"</sheetData><headerFooter><oddHeader>&amp;L{NAME}</oddHeader></headerFooter><sheetData>"
    ),
    "pivot cache": xlsx(parts={"xl/pivotCache/pivotCacheDefinition1.xml": f'{XML}<x><s v="{NAME}"/></x>'}),
    "creator": xlsx(core=f"<dc:creator>{NAME}</dc:creator>"),
}
OPEN_DOCUMENT = {
    "text": odt(f"<text:p>{SAID}</text:p>"),
    "spans": odt("<text:p>Бо<text:span>ла</text:span>т</text:p>"),
    "tracked deletion": odt(
        f"<text:tracked-changes><text:changed-region><text:deletion><dc:creator>x</dc:creator><text:p>{NAME}</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    ),
    "hidden text": odt(f'<text:p><text:hidden-text text:condition="true" text:string-value="{NAME}"/></text:p>'),
    "annotation": odt(f"<text:p><office:annotation><dc:creator>{NAME}</dc:creator></office:annotation></text:p>"),
    "initial creator": odt(meta=f"<meta:initial-creator>{NAME}</meta:initial-creator>"),
    "user defined": odt(meta=f'<meta:user-defined meta:name="x">{NAME}</meta:user-defined>'),
    "sheet": odt(f'<table:table table:name="{NAME}" table:display="false"/>', kind="spreadsheet"),
    "cell": odt(
        f'<table:table><table:table-row table:visibility="collapse"><table:table-cell office:date-value="{BORN}"/></table:table-row></table:table>',
        kind="spreadsheet",
    ),
    "version": odt(parts={"Versions/Version1": odt(f"<text:p>{SAID}</text:p>")}),
    "flat": XML.encode()
    + "<office:document><office:body><text:p>Бо<text:span>лат</text:span></text:p></office:body></office:document>".encode(),
}
SLIDES_AND_RTF = {
    "slide": pptx("<p:sp><a:p><a:r><a:t>Бо</a:t></a:r><a:r><a:t>лат</a:t></a:r></a:p></p:sp>"),
    "notes": pptx(
        parts={"ppt/notesSlides/notesSlide1.xml": f"{XML}<p:notes NS><a:p><a:r><a:t>{SAID}</a:t></a:r></a:p></p:notes>"}
    ),
    "comment author": pptx(
        parts={"ppt/commentAuthors.xml": f'{XML}<p:cmAuthorLst NS><p:cmAuthor name="{NAME}"/></p:cmAuthorLst>'}
    ),
    "rtf, unicode": ("{\\rtf1\\ansi\\uc1 " + "".join(f"\\u{ord(c)}?" for c in SAID) + "}").encode(),
    "rtf, Windows": b"{\\rtf1\\ansi\\ansicpg1251 "
    + "".join(f"\\'{b:02x}" for b in "Болат келді".encode("cp1251", "replace")).encode()
    + b"}",
    "rtf, split": b"{\\rtf1 Bo{\\b lat} {\\i Seit}{\\*\\bkmkstart x}kaliev}",
    "rtf, author": b"{\\rtf1{\\info{\\author Bolat Seitkaliev}}x}",
    "rtf, hidden": b"{\\rtf1{\\v Bolat Seitkaliev}x}",
    "rtf, comment": b"{\\rtf1{\\*\\annotation Bolat Seitkaliev}x}",
    "rtf, deleted": b"{\\rtf1{\\deleted Bolat Seitkaliev}x}",
    "rtf, object": b"{\\rtf1{\\object{\\*\\objdata 0105000002000000}}x}",
    "old Word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + NAME.encode("utf-16-le"),
}
_RATIONAL = struct.pack("<6I", 43, 1, 15, 1, 0, 1)
JPEG = {
    "artist": jpeg(exif([(315, 2, LATIN + b"\0")])),
    "place": jpeg(
        exif(
            [(34853, 4, 26), (274, 3, 1)],
            tail=struct.pack("<H", 1) + struct.pack("<HHI4s", 1, 2, 2, b"N\0\0\0") + bytes(4),
        )
    ),
    "XP title": jpeg(exif([(40091, 1, NAME.encode("utf-16-le"))])),
    "camera": jpeg(exif([(271, 2, b"Invented\0"), (42033, 2, b"SN12345\0")])),
    "maker's note": jpeg(exif([(37500, 7, b"maker")])),
    "thumbnail": jpeg(exif([(274, 3, 1)], first=26, tail=struct.pack("<H", 0) + bytes(4))),
    "comment": jpeg(segment(0xFE, LATIN)),
    "XMP": jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + NAME.encode() + b"</x>")),
    "IPTC": jpeg(segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0a\x1c\x02\x50\0\x05Bolat")),
    "tail": jpeg(tail=LATIN),
    "archive behind it": jpeg(tail=packed({"a.txt": SAID})),
    "second picture behind it": jpeg(tail=jpeg()),
    "unknown segment": jpeg(segment(0xEB, LATIN)),
    "reserved segment": jpeg(segment(0xF5, LATIN)),
    "table": jpeg(segment(0xDB, LATIN)),
}
PNG = {
    "text": png(chunk(b"tEXt", b"Author\0" + LATIN)),
    "packed text": png(chunk(b"zTXt", b"Author\0\0" + zlib.compress(LATIN))),
    "international text": png(chunk(b"iTXt", b"Author\0\0\0\0\0" + NAME.encode())),
    "packed international text": png(chunk(b"iTXt", b"Author\0\1\0\0\0" + zlib.compress(NAME.encode()))),
    "EXIF": png(chunk(b"eXIf", tiff([(315, 2, LATIN + b"\0")], big=True))),
    "tail": png(tail=LATIN),
    "private chunk": png(chunk(b"prVt", LATIN)),
    "behind the pixels": png(pixels=zlib.compress((b"\0" + bytes(24)) * 8) + LATIN),
    "profile name": png(chunk(b"iCCP", b"Bolat Seitkaliev\0\0" + zlib.compress(bytes(200)))),
}
PICTURES = {
    "gif comment": gif(b"!\xfe\x10" + LATIN + b"\0"),
    "gif words": gif(b"!\x01\x0c" + bytes(12) + b"\x05Bolat\0"),
    "gif tail": gif(tail=LATIN),
    "tiff artist": picture_tiff((315, 2, LATIN + b"\0")),
    "tiff tail": picture_tiff(tail=LATIN),
    "webp EXIF": webp((b"EXIF", tiff([(315, 2, LATIN + b"\0")]))),
    "webp XMP": webp((b"XMP ", NAME.encode())),
    "webp tail": webp(tail=LATIN),
    "bmp tail": bmp(tail=LATIN),
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400) + LATIN,
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><text x="1">Бо<tspan x="9">лат</tspan></text></svg>'.encode(),
    "svg description": f'<svg xmlns="http://www.w3.org/2000/svg"><desc>{NAME}</desc></svg>'.encode(),
}
NAMES = {
    "member": packed({f"{NAME}.txt": CALM}),
    "folder": packed({f"{NAME}/a.txt": CALM}),
    "member in Latin": packed({"bolat_seitkaliev.txt": CALM}),
    "percent": packed({f"{urllib.parse.quote(NAME)}.txt": CALM}),
    "comment of an archive": packed({"a.txt": CALM}, comment=NAME.encode()),
    "tar member": tar({f"{NAME}.txt": CALM.encode()}),
    "tar owner": tar({"a.txt": CALM.encode()}, uname="seitkaliev"),
    "tar link": tar({"a.txt": b""}, type=b"2", linkname="/home/seitkaliev"),
    "gzip": gzip.compress(CALM.encode())[:3]
    + b"\x08"
    + gzip.compress(CALM.encode())[4:10]
    + b"Bolat.txt\0"
    + gzip.compress(CALM.encode())[10:],
}
MAIL_HEAD = "From: a@x.example\r\nTo: b@x.example\r\nMIME-Version: 1.0\r\n"


def _mail(headers, body=b"hello\r\n", head=MAIL_HEAD):
    return head.encode() + headers.encode() + b"\r\n" + body


def _word(text, charset="utf-8"):
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


MAIL = {
    "sender": _mail(f"Subject: x\r\nSender: {LATIN.decode()} <x@x.example>\r\n"),
    "encoded subject": _mail(f"Subject: {_word(NAME)}\r\n"),
    "subject in two words": _mail(f"Subject: {_word('Бо')}\r\n {_word('лат')}\r\n"),
    "quoted subject": _mail("Subject: =?koi8-r?Q?" + "".join(f"={b:02X}" for b in "Болат".encode("koi8-r")) + "?=\r\n"),
    "base64 body": _mail(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n",
        base64.encodebytes(SAID.encode()),
    ),
    "base64 of Windows": _mail(
        "Content-Type: text/plain; charset=windows-1251\r\nContent-Transfer-Encoding: base64\r\n",
        base64.encodebytes("Вчера Болат пришёл".encode("cp1251")),
    ),
    "quoted-printable": _mail(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n",
        quopri.encodestring(SAID.encode()),
    ),
    "quoted-printable, KOI8": _mail(
        "Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: quoted-printable\r\n",
        quopri.encodestring("Вчера Болат пришёл".encode("koi8-r")),
    ),
    "attachment name": _mail(
        "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=utf-8''"
        + urllib.parse.quote(NAME)
        + "\r\n"
    ),
    "attachment name in pieces": _mail(
        "Content-Disposition: attachment; filename*0*=utf-8''%D0%91%D0%BE;\r\n filename*1*=%D0%BB%D0%B0%D1%82.txt\r\nSubject: x\r\n"
    ),
    "attachment": _mail(
        'Content-Type: multipart/mixed; boundary="b"\r\n',
        b"--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(packed({"a.txt": SAID}))
        + b"--b--\r\n",
    ),
    "behind the last part": _mail(
        'Content-Type: multipart/mixed; boundary="b"\r\n', b"--b\r\n\r\nhello\r\n--b--\r\n" + LATIN
    ),
    "encrypted": _mail("Content-Type: multipart/encrypted; boundary=b\r\n", b"--b\r\n\r\nx\r\n--b--\r\n"),
    "card": ("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Бол\r\n ат\r\nEND:VCARD\r\n").encode(),
}
NESTED = {
    "zip in tar in zip": packed({"a.tar.gz": gzip.compress(tar({"b.zip": packed({"c.txt": SAID})}))}),
    "seven deep": packed(
        {"a": packed({"a": packed({"a": packed({"a": packed({"a": packed({"a": packed({"a": "x"})})})})})})}
    ),
    "gzip twice": gzip.compress(gzip.compress(SAID.encode())),
    "bzip2": bz2.compress(SAID.encode()),
    "xz": lzma.compress(SAID.encode()),
    "tar": tar({"a.txt": SAID.encode()}),
    "tar, old": tar({"a.txt": SAID.encode()}, form=0),
    "tar.xz": lzma.compress(tar({"a.txt": SAID.encode()})),
    "tar padding": tar({"a.txt": b"x"}).replace(b"x" + bytes(511), b"x" + LATIN + bytes(495)),
    "docx in zip": packed({"a.docx": docx(para(SAID))}),
    "pdf in zip": packed({"a.pdf": pdf(_TEXT)}),
    "zip behind text": CALM.encode() + packed({"a.txt": SAID}),
    "7z": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(100),
    "rar": b"Rar!\x1a\7\1\0" + bytes(100),
    "zstd": b"\x28\xb5\x2f\xfd" + bytes(range(100)),
    "base64 of an archive": base64.b64encode(packed({"a.txt": SAID})),
    "bomb": packed({"a": b"0" * 60_000_000}),
}


def _encrypted_zip():
    data = bytearray(packed({"a.txt": CALM}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


CLOSED = {
    "encrypted archive": _encrypted_zip(),
    "age": b"age-encryption.org/v1\n-> X25519 " + base64.b64encode(bytes(32)) + b"\n" + bytes(range(64)),
    "PGP": b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n",
    "SQLite": b"SQLite format 3\0" + bytes(84) + LATIN,
    "sound": b"ID3\3\0\0\0\0\0\x21TPE1" + LATIN,
    "bytes": hashlib.sha512(b"x").digest() * 20,
    "broken archive": packed({"a.txt": CALM * 50})[:-40],
    "deleted member": packed({"a.txt": SAID, "b.txt": CALM})[:0]
    + b"PK\x03\x04"
    + bytes(26)
    + SAID.encode()
    + packed({"b.txt": CALM}),
}
ENCODINGS = {
    "utf-16": SAID.encode("utf-16"),
    "utf-16-le without mark": SAID.encode("utf-16-le"),
    "utf-16-be without mark": SAID.encode("utf-16-be"),
    "utf-32": SAID.encode("utf-32"),
    "utf-32-be without mark": SAID.encode("utf-32-be"),
    "cp1251": "Вчера Болат пришёл домой.".encode("cp1251"),
    "koi8-r": "Вчера Болат пришёл домой.".encode("koi8-r"),
    "kz1048": SAID.encode("kz1048"),
    "cp866": "Вчера Болат пришёл домой.".encode("cp866"),
    "iso8859-5": "Вчера Болат пришёл домой.".encode("iso8859-5"),
    "mac-cyrillic": "Вчера Болат пришёл домой.".encode("mac-cyrillic"),
    "gb18030": "昨天王小明没有来学校。".encode("gb18030"),
    "gb2312, one line": "姓名：王小明".encode("gb2312"),
    "big5": "昨天王小明沒有來學校。".encode("big5"),
    "hz": b"~{" + "".join(chr(b & 127) for b in CHINESE.encode("gb2312")).encode() + b"~}",
    "utf-7": SAID.encode("utf-7"),
    "utf-16 Chinese": "昨天王小明没有来学校。".encode("utf-16-be"),
    "Latin with an accent": b"the caf\xe9 of Bolat Seitkaliev is closed, they say",
    "utf-8 with a fault": SAID.encode() + "ә".encode()[:1],
    "utf-8 with a fault, Chinese": "昨天王小明没有来学校。".encode() + b"\xe9",
    "Latin in utf-16": "\ufeff昨天他没有来学校。".encode("utf-16-le") + LATIN,
    "decoded as Latin": SAID.encode().decode("cp1252", "ignore").encode(),
    "decoded as Windows": "Болат келді".encode().decode("cp1251", "ignore").encode(),
}
ESCAPES = {
    "base64": b"x: " + base64.b64encode(SAID.encode()),
    "base64 of the name": base64.b64encode(NAME.encode()),
    "base64 of Windows": base64.b64encode("Болат Сейткалиев".encode("cp1251")),
    "base64 for addresses": base64.urlsafe_b64encode(SAID.encode("utf-16-le")).rstrip(b"="),
    "base32": base64.b32encode(SAID.encode()),
    "hexadecimal": SAID.encode().hex().encode(),
    "hexadecimal of the phone": b"77015551234".hex().encode(),
    "hexadecimal, spaced": NAME.encode().hex(" ").encode(),
    "ASCII85": base64.a85encode(SAID.encode(), adobe=True),
    "uuencode": b"begin 644 a.txt\n" + binascii.b2a_uu(SAID.encode()[:45]) + b"`\nend\n",
    "percent": urllib.parse.quote(SAID).encode(),
    "percent twice": urllib.parse.quote(urllib.parse.quote(NAME)).encode(),
    "percent of GB18030": b"q=" + urllib.parse.quote(CHINESE.encode("gb18030")).encode(),
    "entities": "".join(f"&#{ord(c)};" for c in SAID).encode(),
    "JSON": json.dumps({"note": SAID}).encode(),
    "JSON in JSON": json.dumps({"note": json.dumps({"note": SAID})}).encode(),
    "bytes as Python writes them": repr(NAME.encode()).encode(),
    "octal": "".join(f"\\{b:03o}" for b in NAME.encode()).encode(),
    "style sheet": b'.x::after{content:"' + "".join(f"\\{ord(c):x} " for c in "Болат").encode() + b'"}',
    "letters as numbers": b"String.fromCharCode(" + ",".join(str(ord(c)) for c in "Болат келді").encode() + b")",
    "domain": b"mail to xn--" + "сейтқалиев".encode("punycode") + b".example",
}
HASHES = {
    f"{algorithm} of {what}{cut}": (
        "id: " + hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()[: size or None] + "\n"
    ).encode()
    for algorithm in ("md5", "sha1", "sha256")
    for what, text, size, cut in (
        ("name", NAME, 0, ""),
        ("phone", "77015551234", 0, ""),
        ("number", IDENTITY, 8, ", cut"),
        ("name in small", NAME.lower(), 12, ", cut"),
    )
} | {
    "sha256 in base64": b"id: " + base64.b64encode(hashlib.sha256(NAME.encode()).digest()),
    "in a file name": b"x",
}
SPELLINGS = {
    "case": "Болаттың үйі".encode(),
    "Latin": b"Bolat Seitqaliev came",
    "Arabic": "بولات كەلدى".encode(),
    "patronymic": "Ермек Болатұлы".encode(),
    "traditional": "王小明來了".encode(),
    "spaced": "С е й т қ а л и е в".encode(),
    "zero width": "Бо\u200bлат".encode(),
    "look-alikes": "Бoлaт".encode(),
    "backwards": "\u202eталоБ\u202c".encode(),
    "line end": "Сейт-\nқалиев".encode(),
    "run together": b"user bolatseitkaliev wrote",
    "snake": b"SEITKALIEV_BOLAT_1961",
    "phone": "тел. 8 701 555-12-34".encode(),
    "day": "1961 жылғы 5 наурызда туған".encode(),
    "identity": b"9012 3130 0123",
}
PAGES = {
    "hidden element": f'<!doctype html><p>x</p><div style="display:none">{NAME}</div>'.encode(),
    "comment": f"<html><!-- {NAME} --></html>".encode(),
    "attribute": f"<p title='{NAME}'>x".encode(),
    "data address": f'<img src="data:text/plain;base64,{base64.b64encode(SAID.encode()).decode()}">'.encode(),
    "data address, percent": f'<img src="data:text/plain,{urllib.parse.quote(SAID)}">'.encode(),
    "split by tags": "<p>Бо<b>ла</b><i>т</i> келді</p>".encode(),
    "split by a comment": "<p>Бо<!-- x -->лат</p>".encode(),
    "script": json.dumps({"a": 1}).join(["<script>var x=", f";var n='{json.dumps(NAME)[1:-1]}'</script>"]).encode(),
    "picture": b'<img src="data:image/png;base64,' + base64.b64encode(png(chunk(b"tEXt", b"a\0" + LATIN))) + b'">',
    "meta": f'<meta name="author" content="{html.escape(NAME)}">'.encode(),
}
KEYS = {
    "CSV header": f"id,{NAME}\n1,x\n".encode(),
    "CSV cell in UTF-16": f"id\tname\n1\t{NAME}\n".encode("utf-16"),
    "JSON key": json.dumps({NAME: 1}).encode(),
    "JSON key in Latin": b'{"bolat-seitkaliev": 1}',
    "letters in a list": json.dumps(list("Болат"), ensure_ascii=False).encode(),
    "XML element": b"<people><Bolat>1</Bolat></people>",
    "XML attribute": f'<people><p name="{NAME}"/></people>'.encode(),
    "YAML": f"- witness: {NAME}\n".encode(),
    "INI": f"[{NAME}]\nx=1\n".encode(),
    "XML entities": '<!DOCTYPE x [<!ENTITY a "Бо"><!ENTITY b "лат">]><x>&a;&b;</x>'.encode(),
}

_WAYS = {
    "PDF: text that is not seen": ("a.pdf", PDF_TEXT),
    "PDF: beside the pages": ("a.pdf", PDF_HIDDEN),
    "PDF: earlier revisions, loose bytes": ("a.pdf", PDF_REVISIONS),
    "PDF: text in pieces": ("a.pdf", PDF_SPLIT),
    "PDF: files and objects inside": ("a.pdf", PDF_INSIDE),
    "PDF: filters": ("a.pdf", PDF_FILTERS),
    "DOCX: text and changes": ("a.docx", WORD),
    "DOCX: other parts": ("a.docx", WORD_PARTS),
    "XLSX": ("a.xlsx", SHEETS),
    "OpenDocument": ("a.odt", OPEN_DOCUMENT),
    "PPTX, RTF, old Word": ("a.bin", SLIDES_AND_RTF),
    "JPEG": ("a.jpg", JPEG),
    "PNG": ("a.png", PNG),
    "other pictures": ("a.img", PICTURES),
    "names of members": ("a.zip", NAMES),
    "mail": ("a.eml", MAIL),
    "archives in archives": ("a.zip", NESTED),
    "closed files": ("a.bin", CLOSED),
    "encodings": ("a.txt", ENCODINGS),
    "escapes": ("a.txt", ESCAPES),
    "hashes": ("a.txt", HASHES),
    "other spellings": ("a.txt", SPELLINGS),
    "HTML": ("a.html", PAGES),
    "keys and headers": ("a.json", KEYS),
}
CASES = {way: {case: (name, data) for case, data in cases.items()} for way, (name, cases) in _WAYS.items()}
CASES["hashes"].pop("in a file name")
CASES["file names"] = {
    "as it is": (f"{NAME}.txt", b"x"),
    "in Latin": ("statement-bolat-seitkaliev.txt", b"x"),
    "percent": (urllib.parse.quote(NAME) + ".txt", b"x"),
    "phone": ("77015551234.txt", b"x"),
    "a hash": (hashlib.sha256(NAME.encode()).hexdigest() + ".txt", b"x"),
    "base64": (base64.urlsafe_b64encode(NAME.encode()).decode() + ".txt", b"x"),
    "day": ("1961-03-05.txt", b"x"),
}
