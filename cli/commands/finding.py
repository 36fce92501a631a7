"""Commands that find people and settle who is who: search, same, different.

Floor: roof. It never takes an empty result for proof that somebody is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.app import Settings, command
from cli.commands.reading import heading
from cli.output import Output, is_terminal
from cli.session import ask, can_ask, open_vault

if TYPE_CHECKING:
    from vault.records import Revision
    from vault.vault import Vault


@command("search", short_help="Find records by names, words, fields and dates.")
@click.argument("words", nargs=-1)
@click.option(
    "-n", "--limit", metavar="N", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many."
)
@click.pass_obj
def search(settings: Settings, words: tuple[str, ...], limit: int) -> None:
    """Find records by names, words, fields and dates.

    All words must fit. `field:value`, `kind:person` and `when:2017-05..2018` narrow it down. Without words it asks
    for them, so that they stay out of the shell's history. No match proves nothing: a name may be spelled otherwise.

    Example:
      casevault search
      casevault search kind:event when:2017-05..2018
    """
    from cli.views import short_id
    from vault.records import id_text, title

    out = Output(settings)
    query = " ".join(words)
    if not query.strip():
        if not can_ask(settings):
            message = "Search for what? Give words, or a terminal to type them at."
            raise click.UsageError(message)
        query = ask("Search for:")
    with open_vault(settings) as vault:
        hits, schemas = vault.find(query, limit=limit), vault.schemas
        if out.json(
            {
                "hits": [
                    {
                        **heading(hit.revision),
                        "title": title(hit.revision, schemas),
                        "field": hit.field,
                        "score": round(hit.score, 4),
                        "reason": hit.reason,
                    }
                    for hit in hits
                ]
            }
        ):
            return
        import sys

        write = short_id if is_terminal(sys.stdout) else id_text
        out.table(
            ("id", "kind", "what", "found in", "why"),
            (
                (
                    write(hit.revision.record_id),
                    hit.revision.kind,
                    title(hit.revision, schemas),
                    hit.field,
                    hit.reason,
                )
                for hit in hits
            ),
        )
        if not hits:
            out.talk("Nothing found. That proves nothing: try another spelling, one word only, or a date.")


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
            out.line(id_text(revision.record_id), " ".join(change))
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
