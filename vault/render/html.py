"""The dossier as one page that any browser opens: no script, nothing fetched, four languages in it.

Floor: 4, part of `render`. It refuses to let a text of a record be anything but text, and links nothing but places in
the page and attachments. The elements, attributes and classes that it uses are a closed list, by which another page
can build it anew.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Final

from vault.records.schema import KINDS
from vault.redact import MASK
from vault.render.dossier import (
    Attachment,
    Claim,
    Counts,
    Dossier,
    Field,
    Mark,
    Moment,
    Part,
    Record,
    Relation,
    Section,
    Value,
)
from vault.render.texts import BREAKS, JOINERS, visible
from vault.render.words import LANGUAGES, WORDS, Words

OWN_NAMES: Final = {"en": "English", "ru": "Русский", "kk": "Қазақша", "zh": "中文"}
"""What each language is called in itself."""
_TEXT: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)
_FILE: Final = re.compile(r"data/files/[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}", re.ASCII)
_RUNS: Final = frozenset({"htm", "html", "xhtml", "xht", "xml", "svg", "mht", "mhtml"})
"""Endings of files that a browser would open as a page of their own, scripts and all."""
_PLACES: Final = ("contents", "note", "relations", "timeline")
_BADGES: Final = ("withheld", "unknown", "not-asked", "coarsened", "retracted", "disputed")
ELEMENTS: Final = (
    "a", "article", "bdi", "div", "em", "h1", "h2", "h3", "li", "main", "nav", "p", "section", "span", "table", "tbody",
    "td", "th", "thead", "tr", "ul",
)  # fmt: skip
"""All that stand in `main`, it among them."""
_PLAIN: Final = (
    *ELEMENTS, "body", 'main id="dossier"', 'bdi dir="auto"', 'bdi class="mark" dir="auto"', 'div class="t" dir="auto"',
    'span class="w"', 'span class="mask"', 'span class="manner"', 'ul class="terms"', 'table class="claims"',
    'td class="back"', 'th scope="col"', 'th scope="row"', "/body", "/html", "/label",
)  # fmt: skip
_OPEN_ENDED: Final = (
    'a href="#k-', 'a href="#r-', 'a href="data/files/', 'article id="r-', 'h2 id="k-', 'section aria-labelledby="k-',
    'th scope="rowgroup" rowspan="',
)  # fmt: skip
_PIECE: Final = 4000
"""Characters of a text that are laid out together."""
_BOUND: Final = frozenset(MASK + JOINERS)
_APART: Final = "<em>\n</em>"
"""Never shown; keeps the languages apart where only the text of the page is taken."""


@cache
def style() -> str:
    """Return the one style sheet of the page, as it stands between its tags: of the page, and of the dossier in it."""
    sheets = (resources.files(__package__).joinpath(name).read_text("utf-8") for name in ("page.css", "dossier.css"))
    return "\n" + "".join(sheets)


def head(language: str) -> str:
    """Return all that stands before the body of the page.

    Args:
        language: The one that is shown at first.

    Returns:
        The same text for every dossier in that language.

    Source:
        docs/bundle.md §The dossier.
    """
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    rules = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{rules}">\n'
        # No `=` before two letters from A to F: a mail program would take them for a byte.
        '<meta name="viewport" content="initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>\n{WORDS['title'][language]}\n</title>\n<style>{style()}</style>\n</head>\n"
    )


def markup() -> frozenset[str]:
    """Return the markup of the page: what in it is neither a word of the program nor a text of a record.

    Returns:
        All before the body; each tag, up to the first part of it that differs from page to page; escapes.

    Source:
        docs/bundle.md §The dossier.
    """
    begins = ("section aria-labelledby", "nav aria-labelledby", "h2 id", "a href")
    places = (*(f"s-{name}" for name in _PLACES), *(f"k-{kind}" for kind in KINDS))
    tags = {
        *_PLAIN,
        *(f"/{name}" for name in ELEMENTS),
        *(f'{begin}="{"#" * (begin == "a href")}{place}"' for begin in begins for place in places),
        *(f'span lang="{language}"' for language in LANGUAGES),
        *(f'span class="state {kind}"' for kind in _BADGES),
        *(f'label for="l-{language}" lang="{language}"' for language in LANGUAGES),
        *(f'input type="radio" name="language" id="l-{one}"{also}' for one in LANGUAGES for also in ("", " checked")),
    }
    open_ended = {f"<{begin}" for begin in _OPEN_ENDED}
    return frozenset(
        {*map(head, LANGUAGES), style().strip(), *(f"<{tag}>" for tag in tags), *open_ended, *_TEXT.values()}
    )


def write(dossier: Dossier, language: str) -> bytes:
    """Write the page.

    Args:
        dossier: All that it says.
        language: One of `words.LANGUAGES`: the one that is shown at first.

    Returns:
        UTF-8; the same dossier gives the same bytes, in time linear in its texts.

    Raises:
        ValueError: There is no dossier in that language.

    Source:
        docs/bundle.md §The dossier.
    """
    return "".join((head(language), "<body>\n", *_switch(language), *_main(dossier), "</body>\n</html>\n")).encode()


def _switch(language: str) -> Iterator[str]:
    # Beside the text and before it: a style sheet alone can then tell which language was chosen.
    for one in LANGUAGES:
        checked = " checked" if one == language else ""
        yield f'<input type="radio" name="language" id="l-{one}"{checked}>\n'
        yield f'<label for="l-{one}" lang="{one}">\n{OWN_NAMES[one]}\n</label>\n'


def _main(dossier: Dossier) -> Iterator[str]:
    yield f'<main id="dossier">\n<h1>{_part(dossier.title)}</h1>\n<p>{_part(dossier.intro)}</p>\n'
    if dossier.conditions:
        yield f"<p>{' '.join(map(_part, dossier.conditions))}</p>\n"
    if dossier.terms:
        yield '<ul class="terms">\n'
        for term in dossier.terms:
            yield f"<li>{_badge(term.outcome, term.word)} {_part(term.meaning)}</li>\n"
        yield "</ul>\n"
    yield from _contents(dossier)
    if dossier.note:
        yield f"{_begin('s-note', WORDS['note'])}{_block(dossier.note)}</section>\n"
    if dossier.counts is not None:
        yield from _counts(dossier.counts)
    if dossier.relations:
        yield from _table("relations", ("relation of", "relative", "relation"), map(_relation, dossier.relations))
    if dossier.timeline:
        yield from _table("timeline", ("when", "happened", "whom", "where"), map(_moment, dossier.timeline))
    for section in dossier.sections:
        yield _begin(_place(section.kind), section.title)
        for record in section.records:
            yield from _record(record)
        yield "</section>\n"
    yield "</main>\n"


def _contents(dossier: Dossier) -> Iterator[str]:
    own = [key for key in _PLACES[1:] if getattr(dossier, key)]
    if not own and not dossier.sections:
        return
    yield f'<nav aria-labelledby="s-contents">\n<h2 id="s-contents">{_part(WORDS["contents"])}</h2>\n<ul>\n'
    for key in own:
        yield f'<li><a href="#s-{key}">{_part(WORDS[key])}</a></li>\n'
    for section in dossier.sections:
        yield from _contents_of(section)
    yield "</ul>\n</nav>\n"


def _contents_of(section: Section) -> Iterator[str]:
    yield f'<li><a href="#{_place(section.kind)}">{_part(section.title)}</a>\n<ul>\n'
    for record in section.records:
        said = (
            f"{_parts(record.title)} [{_text(record.mark.token)}]" if record.title else f"[{_text(record.mark.token)}]"
        )
        yield f"<li>{_link(record.mark, said)}</li>\n"
    yield "</ul>\n</li>\n"


def _place(kind: str) -> str:
    """Return the name of the place where the section of a kind begins."""
    return f"k-{kind}" if _TOKEN.fullmatch(kind) else "k"


def _begin(name: str, title: Words) -> str:
    return f'<section aria-labelledby="{name}">\n<h2 id="{name}">{_part(title)}</h2>\n'


# --- what is told at a glance ---------------------------------------------------------------------------------------


def _table(name: str, columns: Iterable[str], rows: Iterable[str]) -> Iterator[str]:
    yield f"{_begin(f's-{name}', WORDS[name])}<table>\n{_columns(_part(WORDS[key]) for key in columns)}<tbody>\n"
    yield from rows
    yield "</tbody>\n</table>\n</section>\n"


def _columns(said: Iterable[str]) -> str:
    cells = "".join(f'<th scope="col">{one}</th>\n' for one in said)
    return f"<thead>\n<tr>\n{cells}</tr>\n</thead>\n"


def _row(first: str, *others: str) -> str:
    cells = "".join(f"<td>{one}</td>\n" for one in others)
    return f'<tr>\n<th scope="row">{first}</th>\n{cells}</tr>\n'


def _relation(one: Relation) -> str:
    who = _link(one.person, _parts(one.title)) if one.title else ""
    manner = "" if one.relative.manner is None else _part(one.relative.manner)
    return _row(f"{who} {_mark(one.person)}".strip(), _value(Value(one.relative.texts, one.relative.mark)), manner)


def _moment(one: Moment) -> str:
    when = ", ".join(map(_bdi, one.when)) or _part(WORDS["undated"])
    if one.until:
        when += f" {_part(WORDS['until'])}: {', '.join(map(_bdi, one.until))}"
    what = f"{_link(one.event, _parts(one.what))} " if one.what else ""
    return _row(when, what + _mark(one.event), ", ".join(map(_value, one.whom)), ", ".join(map(_value, one.where)))


def _counts(counts: Counts) -> Iterator[str]:
    yield f"<table>\n{_columns((*map(_part, counts.fields), _part(WORDS['persons'])))}<tbody>\n"
    for values, count in counts.rows:
        yield _row(*map(_part, values), "–" if count is None else str(count))
    yield "</tbody>\n</table>\n"


# --- records --------------------------------------------------------------------------------------------------------


def _record(record: Record) -> Iterator[str]:
    title = f"{_parts(record.title)} {_token(record.mark)}".strip()
    yield f"<article{_id(record.mark)}>\n<h3>{title}</h3>\n"
    if record.fields:
        columns = _columns(_part(WORDS[key]) for key in ("field", "said", "known"))
        yield f'<table class="claims">\n{columns}'
        for one in record.fields:
            yield from _field(one)
        yield "</table>\n"
    yield "</article>\n"


def _field(one: Field) -> Iterator[str]:
    several = f'scope="rowgroup" rowspan="{len(one.claims)}"' if len(one.claims) > 1 else 'scope="row"'
    disputed = f" {_badge('disputed', WORDS['disputed'])}" if one.disputed else ""
    label = f"<th {several}>{_part(one.label)}{disputed}</th>\n"
    yield "<tbody>\n"
    for claim in one.claims:
        back = ' class="back"' if claim.retracted else ""
        yield f"<tr>\n{label}<td{back}>{_said(claim)}</td>\n<td>{_how(claim)}</td>\n</tr>\n"
        label = ""
    yield "</tbody>\n"


def _said(claim: Claim) -> str:
    """Return what a claim says, or in which of the ways it says nothing."""
    badges = [_badge("retracted", WORDS["retracted"])] if claim.retracted else []
    if claim.said is not None:
        badges.append(_badge(claim.outcome, claim.said))
    text = claim.value.texts[0] if len(claim.value.texts) == 1 else ""
    if isinstance(text, str) and (claim.value.long or len(text) > _PIECE):
        rest = _value(dataclasses.replace(claim.value, texts=()))
        return "".join((" ".join((*badges, rest)).strip(), _block(text)))
    return " ".join(part for part in (_value(claim.value), *badges) if part)


def _how(claim: Claim) -> str:
    """Return how a claim is known."""
    told = [_part(claim.basis)] if claim.basis is not None else []
    if claim.confidence is not None:
        told.append(f"{_part(WORDS['confidence'])}: {_part(claim.confidence)}")
    if claim.as_of is not None:
        told.append(f"{_part(WORDS['as_of'])}: {_bdi(claim.as_of)}")
    if claim.source is not None:
        told.append(f"{_part(WORDS['from'])}: {_mark(claim.source)}")
    items = "".join(f"<li>{one}</li>\n" for one in told)
    return f"<ul>\n{items}</ul>" if told else ""


def _value(value: Value) -> str:
    said = [_parts(value.texts)] if value.texts else []
    if value.file is not None:
        said.append(_attachment(value.file))
    if value.mark is not None:
        said.append(_mark(value.mark))
    if value.manner is not None:
        manner = _part(value.manner)
        said.append(f'<span class="manner">{manner}</span>' if said else manner)
    return " ".join(said)


def _attachment(file: Attachment) -> str:
    name = f" {_bdi(file.name)}" if file.name else ""
    if _FILE.fullmatch(file.path) is None or file.path.rpartition(".")[2].lower() in _RUNS:
        return f"{_bdi(file.path)}{name} {_part(WORDS['no link'])}"
    return f'<a href="{file.path}">{_text(file.path)}</a>{name}'


# --- pieces ---------------------------------------------------------------------------------------------------------


def _badge(kind: str, words: Words) -> str:
    return f'<span class="state {kind}">{_part(words)}</span>'


def _part(part: Part) -> str:
    if isinstance(part, str):
        return _bdi(part)
    if len(set(part.all())) == 1:
        return _bdi(part.en)
    told = zip(LANGUAGES, part.all(), strict=True)
    spans = _APART.join(f'<span lang="{language}">{text.translate(_TEXT)}</span>' for language, text in told)
    return f'<span class="w">{_APART}{spans}{_APART}</span>'


def _parts(parts: Iterable[Part]) -> str:
    return ", ".join(map(_part, parts))


def _bdi(text: str) -> str:
    return f'<bdi dir="auto">{_text(text)}</bdi>'


def _block(text: str) -> str:
    text = BREAKS.sub("\n", text)
    whole = _text(text) if len(text) <= _PIECE else "".join(map(_bdi, _pieces(text)))
    return f'<div class="t" dir="auto">{whole}</div>\n'


def _pieces(text: str) -> Iterator[str]:
    """Cut a text behind a line break, else behind a space, else between letters; together they are the text.

    Browsers lay a line out in time that grows with its square.
    """
    at = 0
    while len(text) - at > _PIECE:
        end = at + _PIECE
        cut = text.rfind("\n", at, end) + 1 or text.rfind(" ", at, end) + 1 or end
        while cut < min(end + _PIECE, len(text)) and (text[cut] in _BOUND or unicodedata.category(text[cut])[0] == "M"):
            cut += 1
        yield text[at:cut]
        at = cut
    yield text[at:]


def _text(text: str) -> str:
    """Make a text what stands between tags: line ends are one sign, what is unseen is shown, masks are marked."""
    plain = visible(BREAKS.sub("\n", text), keep="\t\n" + JOINERS).translate(_TEXT)
    return plain.replace(MASK, f'<span class="mask">{MASK}</span>') if MASK in plain else plain


def _token(mark: Mark) -> str:
    return f'<bdi class="mark" dir="auto">[{_text(mark.token)}]</bdi>'


def _mark(mark: Mark) -> str:
    return _link(mark, _token(mark))


def _link(mark: Mark, said: str) -> str:
    """Return what is said, as a link to its record if that is in this page."""
    return f'<a href="#r-{mark.token}">{said}</a>' if mark.here and _TOKEN.fullmatch(mark.token) else said


def _id(mark: Mark) -> str:
    return f' id="r-{mark.token}"' if mark.here and _TOKEN.fullmatch(mark.token) else ""
