"""Commands that find people and settle who is who: search, same, different.

Floor: roof. It never takes an empty result for proof that somebody is not there.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from cli.app import Settings, command
from cli.commands.reading import heading
from cli.output import Output, escape, is_terminal, screen_columns
from cli.session import ask, can_ask, open_vault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.records import Revision, Schemas
    from vault.vault import Hit, Vault


_TABLE_COLUMNS: Final = 120
SCRIPTS: Final = ("Latn", "Cyrl", "Arab", "Hani")
# Minus sign, field and colon, and what is looked for; the query language has no other parts.
_PIECE: Final = re.compile(r'(-?)([A-Za-z_][\w.-]*:)?("[^"]*"?|[^\s"]+)')


@command("search", short_help="Find records by names, words, fields and dates.")
@click.argument("words", nargs=-1)
@click.option(
    "-n", "--limit", metavar="N", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many."
)
@click.option("--exact", is_flag=True, help="Words as they are written: no other spellings, no beginnings but with *.")
@click.option("--field", "fields", metavar="FIELD", multiple=True, help="All words in this field; repeat for another.")
@click.option(
    "--script",
    metavar="CODE",
    type=click.Choice(SCRIPTS, case_sensitive=False),
    help="Names spelt in this script alone: Latn, Cyrl, Arab or Hani.",
)
@click.option("--explain", is_flag=True, help="Say under each record all of why it was found.")
@click.option("--same-as", metavar="ID", help="Whoever is likely the same person as ID, instead of words.")
@click.pass_obj
def search(
    settings: Settings,
    /,
    words: tuple[str, ...],
    limit: int,
    *,
    exact: bool,
    fields: tuple[str, ...],
    script: str | None,
    explain: bool,
    same_as: str | None,
) -> None:
    """Find records by names, words, fields and dates.

    All words must fit; names are found in any spelling and script. `field:value`, `kind:person` and
    `when:2017-05..2018` narrow it down, `"exact words"` stand side by side, `-word` (in quotes after another, or when
    asked) leaves out. Without words it asks for them, so that they stay out of the shell's history. No match proves
    nothing: a name may be spelt otherwise.

    --field name is short for `name:` before each word; of several fields, one must have all words. --same-as compares
    names, dates of birth, sex, places, phones and papers; pairs that `same` or `different` settled are left out.

    Example:
      casevault search
      casevault search kind:event when:2017-05..2018
      casevault search --same-as 3f9a
    """
    out = Output(settings)
    if same_as is not None and (words or exact or fields or script):
        message = "--same-as takes an ID and neither words nor --exact, --field or --script."
        raise click.UsageError(message)
    query = " ".join(words)
    if same_as is None and not query.strip():
        if not can_ask(settings):
            message = "Search for what? Give words, or a terminal to type them at."
            raise click.UsageError(message)
        query = ask("Search for:")
    with open_vault(settings) as vault:
        if same_as is not None:
            hits, capped = vault.likely_same(same_as, limit=limit), False
        else:
            known_fields(vault.schemas, fields)
            queries = [in_field(query, field) for field in fields] or [query]
            found = [vault.find(one, limit=limit, exact=exact, script=script) for one in queries]
            hits, capped = merged(found)[:limit], any(one.capped for one in found)
        shown = [Shown.of(vault, hit) for hit in hits]
        if out.json({"hits": [one.json() for one in shown], "capped": capped}):
            return
        print_hits(out, shown, explain=explain)
        if not hits:
            out.talk(nothing_found(exact=exact, fields=fields, script=script, same_as=same_as))
        elif capped:
            out.talk(_CAPPED)


_CAPPED: Final = (
    "More names share something with this than were compared: the 1 000 that share most. Somebody may be missing: add "
    "a word, a kind or a date."
)


def known_fields(schemas: Schemas, fields: Sequence[str]) -> None:
    """Refuse a field that no kind of record has.

    Args:
        schemas: The vault's schemas.
        fields: As given.

    Raises:
        click.UsageError: There is no such field.
    """
    for field in fields:
        kind, dot, name = field.lower().partition(".")
        kinds = [kind] if dot else schemas.kinds
        name = name if dot else kind
        if not any(schemas.field(one, schemas.canonical(one, name)).known for one in kinds) and field != "when":
            message = f"No record has a field {field!a}."
            raise click.UsageError(message)


def in_field(query: str, field: str) -> str:
    """Put a field before each word of a query that names none itself.

    Args:
        query: As typed.
        field: Name of a field.

    Returns:
        The query for that field.
    """
    pieces = (piece for piece in _PIECE.findall(query) if any(map(str.isalnum, piece[2])))
    return " ".join(f"{minus}{named or f'{field}:'}{text}" for minus, named, text in pieces)


def merged(found: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Join the results of several queries, each record once, best first."""
    best: dict[bytes, Hit] = {}
    for hit in (hit for hits in found for hit in hits):
        before = best.get(hit.revision.record_id)
        if before is None or hit.score > before.score:
            best[hit.revision.record_id] = hit
    return sorted(best.values(), key=lambda hit: -hit.score) if len(found) > 1 else list(best.values())


def nothing_found(*, exact: bool, fields: Sequence[str], script: str | None, same_as: str | None) -> str:
    """Say that nothing was found, what that does not mean, and what else to try.

    Args:
        exact: Only words as written were looked for.
        fields: Only these fields counted.
        script: Only this script counted.
        same_as: Likely duplicates were looked for.

    Returns:
        One or two sentences a line.
    """
    if same_as is not None:
        return (
            "Nobody here looks like the same person. That proves nothing: search for other spellings, or for a parent."
        )
    options = [f"--{name}" for name, given in (("exact", exact), ("field", fields), ("script", script)) if given]
    without = f", without {' and '.join(options)}" if options else ""
    return (
        "Nothing found. That proves nothing: a name may be spelt in a way that nobody recorded.\n"
        f"Try another spelling, fewer words, the beginning of a word with *, or a date alone{without}."
    )


class Shown(NamedTuple):
    """What is printed of one result."""

    revision: Revision
    title: str
    field: str
    spelling: str
    score: float
    reasons: list[str]

    @classmethod
    def of(cls, vault: Vault, hit: Hit) -> Shown:
        """Collect it; a name that came with a verdict is told as such."""
        from vault.records import title
        from vault.vault.likeness import ALSO_NAMED

        reasons = hit.reason.split("; ")
        if hit.field == ALSO_NAMED:
            reasons.insert(0, f"a person said that this is the same as {owners(vault, hit)}")
        return cls(hit.revision, title(hit.revision, vault.schemas), hit.field, hit.spelling, hit.score, reasons)

    def json(self) -> dict[str, Any]:
        """Give what JSON says of it."""
        return {
            **heading(self.revision),
            "title": self.title,
            "field": self.field,
            "spelling": self.spelling,
            "score": round(self.score, 4),
            "reason": "; ".join(self.reasons),
            "reasons": self.reasons,
        }


def owners(vault: Vault, hit: Hit) -> str:
    """Name the records whose name a result was found by.

    Args:
        vault: The open vault.
        hit: Found by a name that came with a verdict.

    Returns:
        Beginnings of ids.
    """
    from cli.views import short_id
    from vault.errors import NotFoundError
    from vault.records import text_of
    from vault.vault.likeness import SAME

    def called_so(record: bytes) -> bool:
        with suppress(NotFoundError):  # what was loaded may point anywhere
            return hit.spelling in map(text_of, vault.get(record).values("name"))
        return False

    linked = hit.revision.links(SAME)
    return " and ".join(map(short_id, list(filter(called_so, linked)) or linked))


def print_hits(out: Output, hits: Sequence[Shown], *, explain: bool) -> None:
    """Print results, best first: a table, or, on a screen too narrow for six columns, each over some lines.

    Args:
        out: Where to write.
        hits: The results.
        explain: Each over some lines, with one for each reason.
    """
    from cli.views import short_id
    from vault.records import id_text

    write = short_id if is_terminal(sys.stdout) else id_text
    if not (explain or (is_terminal(sys.stdout) and screen_columns() < _TABLE_COLUMNS)):
        columns = ("id", "kind", "what", "found in", "spelling", "why")
        rows = ((one.revision, one.title, one.field, one.spelling, "; ".join(one.reasons)) for one in hits)
        out.table(columns, ((write(revision.record_id), revision.kind, *rest) for revision, *rest in rows))
        return
    for one in hits:
        out.line(write(one.revision.record_id), one.revision.kind, one.title)
        reasons = one.reasons if explain else ["; ".join(one.reasons)]
        for text in (f"{one.field}: {one.spelling}" if one.spelling else one.field, *reasons):
            if text:
                out.data(f"    {escape(text)}")


# --- verdicts ---------------------------------------------------------------------------------------------------------


@command("same", short_help="Say that two records are of one person.")
@click.argument("first", metavar="ID")
@click.argument("second", metavar="ID")
@click.pass_obj
def same(settings: Settings, first: str, second: str) -> None:
    """Say that two records are of one person.

    Each is then found under the names of the other as well. Both records stay as they are, each with its own sources
    and its own consent; neither the link nor the names that came with it leave under a shipped policy. `casevault
    different` takes it back.

    Example:
      casevault same 3f9a 77c0
    """
    judge(settings, first, second, same=True)


@command("different", short_help="Say that two records are of two persons.")
@click.argument("first", metavar="ID")
@click.argument("second", metavar="ID")
@click.pass_obj
def different(settings: Settings, first: str, second: str) -> None:
    """Say that two records are of two persons.

    They are not brought up as likely duplicates of each other again. This never leaves the vault. `casevault same`
    takes it back.

    Example:
      casevault different 3f9a 77c0
    """
    judge(settings, first, second, same=False)


def judge(settings: Settings, first: str, second: str, *, same: bool) -> None:
    """Write a verdict and say what changed, by field names.

    Args:
        settings: The global options.
        first: Id of a record.
        second: Id of another.
        same: What the person says.
    """
    from cli.views import difference
    from vault.records import id_text

    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        before = [vault.get(record) for record in (first, second)]
        after = (vault.same if same else vault.different)(*(revision.record_id for revision in before))
        changes = [difference(*pair) for pair in zip(before, after, strict=True)]
        word = "same" if same else "different"
        records = [{**heading(revision), "changes": change} for revision, change in zip(after, changes, strict=True)]
        if out.json({"verdict": word, "records": records}):
            return
        for revision, change in zip(after, changes, strict=True):
            out.line(id_text(revision.record_id), " ".join(dict.fromkeys(change)))
        told = " and ".join(map(called, [vault] * 2, after))
        what = "one person" if same else "two persons"
        back = "different" if same else "same"
        if any(changes):
            out.talk(f"{told} are {what} from now on; `casevault {back}` takes it back.")
        else:
            out.talk(f"{told} are {what}: that was written before.")


def called(vault: Vault, revision: Revision) -> str:
    """Name a record in talk.

    Args:
        vault: The open vault.
        revision: The record.

    Returns:
        Its title and the beginning of its id.
    """
    from cli.views import short_id
    from vault.records import title

    return f"{title(revision, vault.schemas)} ({short_id(revision.record_id)})"
