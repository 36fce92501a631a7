"""Bundles to open in a browser. All people, texts and hostile values here are made up."""

from pathlib import Path

from tests.unit.handoff.test_write import Ledger
from tests.unit.render.invented import FAMILY, SCHEMAS, claim, person
from vault import agefile, handoff, render
from vault.handoff import archive, bag, page
from vault.redact import DisclosedFile, DisclosedRecord, Disclosure, Permit, Recipient, View
from vault.redact.view import _VAULT_ROOM
from vault.sealing import Signer

PHRASE = "kettle-orbit-velvet-mango-thirty-drum"
OTHER = "kettle-orbit-velvet-mango-thirty-dune"
SIGNER = Signer(bytes(range(32)))

TEXTS = (
    "Plain words, with  two spaces & an ampersand; 'quotes' and \"more\".",
    "Оны түнде алып кетті. Ешкім қайда екенін білмейді. Әжесі Ұлжан көрді.",
    "ئۇنى كېچىدە ئېلىپ كەتتى، ھېچكىم نەدىلىكىنى بىلمەيدۇ.",
    "اونى تۇندە الىپ كەتتى",
    "他们在夜里把他带走了。没有人知道他在哪里。",
    "Mixed: the note said “ئۇنى” and then 2017 年 5 月, сол күні.",
    "e\u0301 is not \u00e9, and ﬁ is a ligature; \U0001f54a a dove, \U00020bb7 a rare sign.",
    "Line one\nline two\n\n  line four, indented\ttab",
)
HOSTILE = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 2'>",
    "</main></body><script>window.ran = 3</script>",
    "</script><script>window.ran = 4</script>",
    '"><svg onload=window.ran=5><foreignObject>',
    "<meta http-equiv='Content-Security-Policy' content=\"script-src 'unsafe-inline'\">",
    "<base href='https://example.invalid/'><a href='javascript:window.ran=6'>here</a>",
    "<style>@import url(https://example.invalid/x.css);*{display:none}</style>",
    "<iframe srcdoc='<script>parent.ran=7</script>'></iframe>",
    "&lt;script&gt;window.ran = 8&lt;/script&gt; &#60;img src=x onerror=window.ran=9&#62;",
    "javascript:window.ran=10",
    "{{constructor.constructor('window.ran=11')()}} ${window.ran=12}",
    "]]><!--<script>window.ran=13</script>-->",
    "\u2066evil\u2069 right",
)


def event(*texts, mark="event-FFFFFF"):
    return DisclosedRecord(mark, "event", tuple(claim("narrative", text) for text in texts))


def disclosure(*records, files=None, **more):
    files = files or {}
    return Disclosure(
        view=View(records=records, files=tuple(DisclosedFile(path, bytes(16), {}) for path in files)),
        policy="lawyer",
        policy_digest=b"\2" * 32,
        recipient=Recipient("desk", "lawyer", (), None, ""),
        audience="lawyer",
        onward=(),
        purpose="legal",
        note=more.pop("note", ""),
        schemas=SCHEMAS,
        signer=SIGNER,
        permit=Permit(_VAULT_ROOM, Ledger()),
        read_file=lambda file: iter([files[file.path]]),
        **more,
    )


def make(path: Path, *records, files=None, form="html", **more) -> handoff.Sealed:
    """Hand over as the program does; with files by the owner's own way out, as no gate reads pictures."""
    given = disclosure(*(records or FAMILY), files=files, full=True, **more)
    return handoff.write(given, path, form=form, passphrase=None if form == "dir" else PHRASE)


def members(*records, files=None, index=None, **more):
    """Give the bag by passphrase, its files by their paths; with another index.html if one is given."""
    given = disclosure(*(records or FAMILY), files=files, **more)
    content = render.render(given) | (files or {})
    if index is not None:
        content["index.html"] = index
    label = bag.Label(bytes(range(16)), given.purpose, given.policy, given.policy_digest, (bag.BY_PASSPHRASE,))
    return bag.build({path: bag.Member.of(data) for path, data in content.items()}, label, SIGNER, {"gate": "clean"})


def packed(bagged) -> bytes:
    """Give the archive of a bag."""
    return b"".join(archive.write(bag.entries(bagged), lambda path: bagged[path].read()))


def seal(data: bytes) -> bytes:
    """Seal as the program does but for the work, which is none."""
    pieces: list[bytes] = []
    agefile.encrypt_passphrase([data], pieces.append, PHRASE, log_n=4)
    return b"".join(pieces)


def paged(sealed: bytes) -> bytes:
    """Give the page around a sealed file."""
    pieces: list[bytes] = []
    page.write(pieces.append, lambda sink: sink(sealed))
    return b"".join(pieces)


def light(path: Path, *records, **more) -> Path:
    """Write a page that opens quickly."""
    path.write_bytes(paged(seal(packed(members(*records, **more)))))
    return path


def named(*texts):
    """Give a person of that name each."""
    return tuple(
        person(claim("name", {"text": text}, kind="name"), mark=f"person-{number:06d}")
        for number, text in enumerate(texts)
    )
