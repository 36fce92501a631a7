"""A disclosure as files: JSON for programs, CSV for spreadsheets, a dossier in Markdown for people.

Floor: 4. It decides nothing: what is in the view is written, nothing else is, and in one order. It refuses to trust a
text from a record: none can be a formula in a spreadsheet, markup in the dossier or a control sequence anywhere.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from vault.errors import RecordError
from vault.records import Schemas, edtf
from vault.redact import OUTCOMES, DisclosedClaim, DisclosedRecord, Disclosure, Table

FORMAT: Final = "casevault-records/1"
COUNTS_FORMAT: Final = "casevault-counts/1"
ALL: Final = "*"
"""What stands in a table of counts for all values together."""
LANGUAGES: Final = ("en", "ru", "kk")
COLUMNS: Final = (
    "record", "kind", "field", "outcome", "value", "detail", "retracted", "basis", "confidence", "as_of", "source",
)  # fmt: skip


def render(disclosure: Disclosure, *, language: str = "en") -> dict[str, bytes]:
    """Write a disclosure in all its forms.

    Args:
        disclosure: What leaves.
        language: en, ru or kk, for the dossier.

    Returns:
        Path in the bag -> bytes: `data/records.json`, `data/records.csv`, `data/dossier.md`; of counts
        `data/counts.json`, `data/counts.csv`, `data/dossier.md`. The same disclosure gives the same bytes.

    Raises:
        ValueError: There is no dossier in that language.

    Source:
        docs/disclosure.md §Files.
    """
    if language not in LANGUAGES:
        raise ValueError(f"a dossier is written in {', '.join(LANGUAGES)}")
    table = disclosure.view.table
    if table is not None:
        return {
            "data/counts.json": _counts_json(table),
            "data/counts.csv": _counts_csv(table),
            "data/dossier.md": _Dossier(disclosure, language).write(),
        }
    return {
        "data/records.json": _json(disclosure),
        "data/records.csv": _csv(disclosure.view.records),
        "data/dossier.md": _Dossier(disclosure, language).write(),
    }


_KEYS: Final = frozenset(
    {
        "format",
        "records",
        "id",
        "fields",
        "is",
        "value",
        "text",
        "names",
        "path",
        "relation",
        "county",
        "region",
        "country",
        "least",
        "counts",
        "of",
        "persons",
        "unknown",
        "several",
        "other",
    }
)
"""Keys of the JSON form, beside the columns of the CSV form."""


def own_phrases(*, language: str = "en") -> frozenset[str]:
    """Give the words that are the program's own and not a record's: labels, headings, keys, names of choices.

    What the owner of the vault called a field of their own is not among them: it may be called after somebody.

    Args:
        language: Of the dossier.

    Returns:
        Each as it stands in a file.
    """
    schemas = Schemas.shipped()
    found = {*COLUMNS, *_KEYS, *OUTCOMES, "yes", "no", "true", *(words[language] for words in _WORDS.values())}
    for kind in schemas.kinds:
        found |= {kind, schemas.label(kind, language)}
        for field in schemas.fields(kind):
            found |= {field.name, field.label(language)}
            found |= {word for key in field.choices for word in (key, field.choice_label(key, language))}
    return frozenset(found) | {_inline(phrase) for phrase in found}


# --- JSON -----------------------------------------------------------------------------------------------------------

_INVISIBLE: Final = re.compile(
    "[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def _json(disclosure: Disclosure) -> bytes:
    tree = {"format": FORMAT, "records": [_record(record) for record in disclosure.view.records]}
    text = json.dumps(tree, ensure_ascii=False, sort_keys=True, indent=1)
    # Such characters stand only inside JSON strings here, where an escape means the same.
    return (_INVISIBLE.sub(_json_escape, text) + "\n").encode()


def _json_escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _record(record: DisclosedRecord) -> dict[str, Any]:
    if record.full is not None:
        return dict(record.full)
    fields: dict[str, list[dict[str, Any]]] = {}
    for claim in record.claims:
        fields.setdefault(claim.field, []).append(_claim(claim))
    return {"id": record.id, "kind": record.kind, "fields": fields}


def _claim(claim: DisclosedClaim) -> dict[str, Any]:
    told: dict[str, Any] = {"is": claim.outcome}
    for key in ("value", "basis", "confidence", "as_of", "source"):
        part = getattr(claim, key)
        if part is not None:
            told[key] = part
    if claim.retracted:
        told["retracted"] = True
    return told


# --- CSV ------------------------------------------------------------------------------------------------------------

_FORMULA: Final = frozenset("=+-@|%\t\r\n＝＋－＠｜％﹢﹣﹦﹫−‐‑‒–—⁺⁻⁼₊₋₌")
_BREAKS: Final = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def _cell(text: str) -> str:
    """Make a text safe as a cell: on one line, without control characters, and never a formula."""
    text = _BREAKS.sub(" ⏎ ", text).replace("\t", " ")
    text = "".join(_visible(letter) for letter in text)
    # A spreadsheet may drop spaces, marks and other invisible letters before it decides what a formula is.
    first = next((letter for letter in text if unicodedata.category(letter)[0] not in "ZCM"), "")
    if first in _FORMULA or unicodedata.normalize("NFKC", first)[:1] in _FORMULA:
        return "'" + text
    return text


def _visible(letter: str) -> str:
    """Write control and format characters as their numbers; joiners stay, for scripts that need them."""
    if letter in "\u200c\u200d" or unicodedata.category(letter) not in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}:
        return letter
    return f"⟨U+{ord(letter):04X}⟩"


def _texts(value: Any) -> tuple[str, str]:  # noqa: ANN401 - plain data of any shape
    """Return what a value says, and what else is known of it."""
    if value is None:
        return "", ""
    if not isinstance(value, Mapping):
        return str(value), ""
    names = value.get("names") or ()
    said = value.get("text") or value.get("path") or "; ".join(names) or value.get("record") or ""
    rest = [
        f"{key}: {part}"
        for key, part in sorted(value.items())
        if key not in {"text", "path", "names"} and part != said and isinstance(part, str)
    ]
    return str(said), "; ".join(rest)


def _csv(records: Iterable[DisclosedRecord]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for record in records:
        for claim in record.claims:
            said, rest = _texts(claim.value)
            row = (
                record.id, record.kind, claim.field, claim.outcome, said, rest, "yes" if claim.retracted else "",
                claim.basis or "", claim.confidence or "", claim.as_of or "", claim.source or "",
            )  # fmt: skip
            writer.writerow([_cell(part) for part in row])
    # The mark at the beginning tells spreadsheets that this is UTF-8; without it they show other scripts as noise.
    return out.getvalue().encode("utf-8-sig")


# --- counts ---------------------------------------------------------------------------------------------------------


def _counts_json(table: Table) -> bytes:
    tree = {
        "format": COUNTS_FORMAT,
        "fields": list(table.fields),
        "least": table.k,
        "counts": [{"of": list(cell.key), "persons": cell.count} for cell in table.cells],
    }
    text = json.dumps(tree, ensure_ascii=False, sort_keys=True, indent=1)
    return (_INVISIBLE.sub(_json_escape, text) + "\n").encode()


def _counts_csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([*map(_cell, table.fields), "persons"])
    for cell in table.cells:
        count = "" if cell.count is None else str(cell.count)
        writer.writerow([*(_cell(ALL if value is None else value) for value in cell.key), count])
    return out.getvalue().encode("utf-8-sig")


# --- the dossier ----------------------------------------------------------------------------------------------------

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "title": {"en": "Dossier", "ru": "Досье", "kk": "Іс қағазы"},
    "note": {"en": "Note", "ru": "Примечание", "kk": "Ескерту"},
    "intro": {
        "en": "This is a part of a case record; what is missing was left out on purpose. ▇▇▇▇▇▇ stands for words that"
        " were masked. A mark such as [person-7F3A9Q] stands for one person or record, the same one everywhere here.",
        "ru": "Это часть дела; чего здесь нет, то не включено намеренно. ▇▇▇▇▇▇ — скрытые слова. Обозначение вида"
        " [person-7F3A9Q] — один и тот же человек или одна и та же запись во всём этом тексте.",
        "kk": "Бұл — істің бір бөлігі; мұнда жоқ нәрсе әдейі қосылмаған. ▇▇▇▇▇▇ — жасырылған сөздер. [person-7F3A9Q]"
        " сияқты белгі осы мәтіннің бәрінде бір ғана адамды не жазбаны білдіреді.",
    },
    "counts": {"en": "Counts", "ru": "Подсчёт", "kk": "Санақ"},
    "about counts": {
        "en": "How many persons. No number under {0} is told, nor others that would give one away: there stands –.",
        "ru": "Число людей. Числа меньше {0} не называются, как и те, по которым их можно вычислить: там стоит –.",
        "kk": "Адам саны. {0} санынан азы және оны есептеп шығаруға болатын сандар айтылмайды: онда – тұр.",
    },
    "persons": {"en": "persons", "ru": "людей", "kk": "адам"},
    "all": {"en": "all", "ru": "все", "kk": "бәрі"},
    "person": {"en": "People", "ru": "Люди", "kk": "Адамдар"},
    "event": {"en": "Events", "ru": "События", "kk": "Оқиғалар"},
    "statement": {"en": "Statements", "ru": "Показания", "kk": "Айғақтар"},
    "document": {"en": "Documents", "ru": "Документы", "kk": "Құжаттар"},
    "action": {"en": "Steps taken", "ru": "Предпринятые шаги", "kk": "Жасалған әрекеттер"},
    "source": {"en": "Who submits this", "ru": "Кто обращается", "kk": "Кім жүгінеді"},
    "consent": {"en": "Consents", "ru": "Согласия", "kk": "Келісімдер"},
    "case": {"en": "Case", "ru": "Дело", "kk": "Іс"},
    "withheld": {"en": "withheld", "ru": "не сообщается", "kk": "айтылмайды"},
    "unknown": {"en": "unknown", "ru": "неизвестно", "kk": "белгісіз"},
    "not-asked": {"en": "not asked", "ru": "не спрашивали", "kk": "сұралмаған"},
    "retracted": {"en": "taken back", "ru": "заявление взято назад", "kk": "сөзінен бас тартқан"},
    "as_of": {"en": "as of", "ru": "на дату", "kk": "мына күнге"},
    "from": {"en": "from", "ru": "источник", "kk": "қайдан"},
    "confidence": {"en": "confidence", "ru": "достоверность", "kk": "сенімділігі"},
    "coarsened": {"en": "made less exact", "ru": "огрублено", "kk": "дәлдігі төмендетілген"},
    "eyewitness": {"en": "seen by the one who tells it", "ru": "рассказчик видел сам", "kk": "айтушының өзі көрген"},
    "told": {"en": "told by others", "ru": "со слов других", "kk": "басқалардан естіген"},
    "document-basis": {"en": "from a document", "ru": "из документа", "kk": "құжаттан"},
    "media": {"en": "from the media", "ru": "из СМИ", "kk": "БАҚ-тан"},
    "state": {"en": "from the State", "ru": "от государства", "kk": "мемлекеттен"},
    "low": {"en": "low", "ru": "низкая", "kk": "төмен"},
    "medium": {"en": "medium", "ru": "средняя", "kk": "орташа"},
    "high": {"en": "high", "ru": "высокая", "kk": "жоғары"},
}
_SECTIONS: Final = ("case", "person", "event", "statement", "document", "action", "source", "consent")
_MARKUP: Final = re.compile(r"[\\`*_\[\]|~@$^]|(?<=[A-Za-z]):(?=//)|(?<=\bwww)\.", re.IGNORECASE)
_LINE_START: Final = re.compile(r"^(\s*)([#>+=-]|\d+(?=[.)]))")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _inline(text: str) -> str:
    """Make a text plain in Markdown: nothing in it is markup, a link, HTML or a control character."""
    text = _BREAKS.sub(" ", text).replace("\t", " ")
    text = "".join(_visible(letter) for letter in text)
    text = _MARKUP.sub(r"\\\g<0>", text)
    text = "".join(_ENTITIES.get(letter, letter) for letter in text)
    begin = _LINE_START.match(text)
    if begin and not begin[2].isdigit():
        return f"{begin[1]}\\{text[begin.end(1) :]}"
    if begin:
        return f"{text[: begin.end()]}\\{text[begin.end() :]}"
    return text


class _Dossier:
    """One dossier being written."""

    def __init__(self, disclosure: Disclosure, language: str) -> None:
        self._disclosure = disclosure
        self._schemas: Schemas = disclosure.schemas
        self._language = language
        # A person is shown by what the link itself says, and never by what else is told of them.
        self._people = {record.id for record in disclosure.view.records if record.kind == "person"}
        self._titles: dict[str, str] = {}
        for record in disclosure.view.records:
            self._titles[record.id] = self._title(record)

    def _word(self, key: str) -> str:
        return _WORDS[key][self._language]

    def write(self) -> bytes:
        """Write the whole."""
        table = self._disclosure.view.table
        lines = [
            f"# {self._word('title' if table is None else 'counts')}",
            "",
            self._word("intro") if table is None else self._word("about counts").format(table.k),
            "",
        ]
        if self._disclosure.note:
            lines += [f"## {self._word('note')}", "", *self._block(self._disclosure.note, ""), ""]
        lines += [] if table is None else self._table(table)
        kinds = {record.kind for record in self._disclosure.view.records}
        for kind in (*_SECTIONS, *sorted(kinds - set(_SECTIONS))):
            records = [record for record in self._disclosure.view.records if record.kind == kind]
            if not records:
                continue
            title = self._word(kind) if kind in _SECTIONS else _inline(self._schemas.label(kind, self._language))
            lines += [f"## {title}", ""]
            for record in sorted(records, key=lambda one: (_first_day(one), one.id.rpartition("-")[2])):
                lines += [f"### {self._titles[record.id]}", "", *self._fields(record), ""]
        return ("\n".join(lines).rstrip("\n") + "\n").encode()

    def _table(self, table: Table) -> Iterator[str]:
        yield f"| {' | '.join(map(_inline, table.fields))} | {self._word('persons')} |"
        yield "|---" * len(table.fields) + "|---|"
        for cell in table.cells:
            values = (self._word("all") if value is None else _inline(value) for value in cell.key)
            yield f"| {' | '.join(values)} | {'–' if cell.count is None else cell.count} |"

    def _title(self, record: DisclosedRecord) -> str:
        """Return the line by which a reader knows a record again: what it says of itself, then its mark."""
        parts = []
        for name in self._schemas.schema(record.kind).title:
            shown = [
                claim for claim in record.claims if claim.field == name and claim.outcome in {"value", "coarsened"}
            ]
            if shown and not shown[0].retracted:
                parts.append(" ".join(self._value(record.kind, shown[0]).split())[:120])
        mark = f"[{record.id}]"
        return f"{', '.join(parts)} {mark}" if parts else mark

    def _fields(self, record: DisclosedRecord) -> Iterator[str]:
        grouped: dict[str, list[DisclosedClaim]] = {}
        for claim in record.claims:
            grouped.setdefault(claim.field, []).append(claim)
        for name, claims in grouped.items():
            if name == "case" and record.kind != "case":
                continue  # it stands in every record, and the dossier is of that case
            label = f"**{_inline(self._schemas.field(record.kind, name).label(self._language))}**"
            if len(claims) == 1:
                yield from self._lines(record.kind, claims[0], f"- {label}:", "  ")
            else:
                yield f"- {label}:"
                for claim in claims:
                    yield from self._lines(record.kind, claim, "  -", "    ")

    def _lines(self, kind: str, claim: DisclosedClaim, head: str, indent: str) -> Iterator[str]:
        aside = self._aside(claim)
        if claim.type == "text" and isinstance(claim.value, str) and _BREAKS.search(claim.value.strip()):
            yield f"{head}{aside}"
            yield ""
            yield from self._block(claim.value.strip(), indent)
            yield ""
        else:
            yield f"{head} {self._value(kind, claim)}{aside}"

    def _block(self, text: str, indent: str) -> list[str]:
        return [f"{indent}> {_inline(line)}".rstrip() for line in _BREAKS.split(text)]

    def _value(self, kind: str, claim: DisclosedClaim) -> str:
        if claim.outcome in {"unknown", "not-asked"} or (claim.outcome == "withheld" and claim.value is None):
            return f"*({self._word(claim.outcome)})*"
        value, field = claim.value, self._schemas.field(kind, claim.field)
        if claim.type == "choice":
            return _inline(field.choice_label(str(value), self._language))
        if not isinstance(value, Mapping):
            return _inline(str(value))
        if claim.outcome == "pseudonym" and "text" in value:
            return str(value["text"])  # a mark that was drawn, not a text of a record
        # A coarse place says in its text all that its parts say.
        parts = ("text",) if claim.outcome == "coarsened" else ("text", "county", "region", "country", "path")
        said = [_inline(str(value[key])) for key in parts if key in value]
        said += [_inline(str(name)) for name in value.get("names", ())]
        text = ", ".join(dict.fromkeys(said))
        mark = value.get("record")
        if isinstance(mark, str):
            if not text and mark in self._titles and mark not in self._people:
                text = self._titles[mark].rpartition(" [")[0]
            text = f"{text} [{_inline(mark)}]".strip()
        relation = value.get("relation") or value.get("kind")
        if isinstance(relation, str):
            told = _inline(field.choice_label(relation, self._language))
            text = f"{text} ({told})".strip() if text else told
        return text

    def _aside(self, claim: DisclosedClaim) -> str:
        parts = []
        if claim.retracted:
            parts.append(f"**{self._word('retracted')}**")
        if claim.outcome == "coarsened":
            parts.append(self._word("coarsened"))
        if claim.basis:
            key = "document-basis" if claim.basis == "document" else claim.basis
            parts.append(self._word(key) if key in _WORDS else _inline(claim.basis))
        if claim.confidence:
            told = self._word(claim.confidence) if claim.confidence in _WORDS else _inline(claim.confidence)
            parts.append(f"{self._word('confidence')}: {told}")
        if claim.as_of:
            parts.append(f"{self._word('as_of')} {_inline(claim.as_of)}")
        if claim.source:
            parts.append(f"{self._word('from')} [{_inline(claim.source)}]")
        return f" — {'; '.join(parts)}" if parts else ""


def _first_day(record: DisclosedRecord) -> date:
    """Return the first day that a record's dates may mean, as they are shown; what is undated comes last."""
    days = []
    for claim in record.claims:
        if claim.type == "date" and claim.outcome in {"value", "coarsened"} and isinstance(claim.value, str):
            try:
                days.append(edtf.parse(claim.value).earliest or date.min)
            except RecordError:
                continue
    return min(days, default=date.max)
