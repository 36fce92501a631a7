"""Commands that only read: show, history, list.

Floor: roof.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from cli.app import Settings, command
from cli.fields import known_kind
from cli.output import Output, escape, is_terminal
from cli.session import open_vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vault.records import Revision, Schemas
    from vault.vault import Vault

LANGUAGES = ("en", "ru", "kk", "zh")


def heading(revision: Revision) -> dict[str, Any]:
    """Give what JSON says of a revision beside its claims.

    Args:
        revision: Any revision.

    Returns:
        Ids, kind, time and whether it is removed.
    """
    from cli.views import moment

    return {
        "id": revision.record_id,
        "kind": revision.kind,
        "revision": revision.id,
        "changed": moment(revision.time),
        "removed": revision.removed,
    }


@command("show", short_help="Show a record with its claims and their sources.")
@click.argument("record", metavar="ID", required=False)
@click.option("--pseudonym", metavar="TOKEN", help="The record that a stand-in in a bundle of yours means.")
@click.option("--as-of", metavar="DATE", help="As it stood in the vault at the end of that day.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the labels.", show_default=True)
@click.pass_obj
def show(settings: Settings, record: str | None, pseudonym: str | None, as_of: str | None, lang: str) -> None:
    """Show a record with its claims and their sources.

    Contradicting claims stand one below the other. ID is a record id or its unique beginning.

    Example:
      casevault show 3f9a
      casevault show 3f9a --as-of 2026-01-31
      casevault show --pseudonym person-7F3A9Q
    """
    from vault.records import record_to_json

    out = Output(settings)
    if (record is None) == (pseudonym is None):
        message = "Give either ID or --pseudonym TOKEN."
        raise click.UsageError(message)
    with open_vault(settings) as vault:
        if record is None:
            record = meant_by(out, vault, str(pseudonym))
        revision = vault.get(record, as_of=as_of)
        if out.json({**heading(revision), "record": record_to_json(revision, vault.schemas)}):
            return
        print_record(out, vault, revision, lang)


def meant_by(out: Output, vault: Vault, token: str) -> str:
    """Find the record that a stand-in means, and say to which recipient it was given.

    Args:
        out: Where to talk.
        vault: The open vault.
        token: As it stands in a bundle.

    Returns:
        The record's id.

    Raises:
        NotFoundError: No bundle of this vault has it, or it means a file.
        click.UsageError: By chance it means different records to different recipients.
    """
    from vault.errors import NotFoundError

    found = vault.disclosures.who(token)
    people = {one.hex() for _, one in found}
    if not people:
        message = "no bundle of this vault has that stand-in"
        raise NotFoundError(message)
    for scope, _ in found:
        out.talk(f"It was given to {escape(scope)}.")
    if len(people) > 1:
        message = f"It means different records to different recipients: {', '.join(sorted(people))}."
        raise click.UsageError(message)
    return people.pop()


def print_record(out: Output, vault: Vault, revision: Revision, lang: str = "en") -> None:
    """Print the page of one record.

    Args:
        out: Where to write.
        vault: The open vault.
        revision: What to print.
        lang: Language of the labels.
    """
    from cli.views import moment, page
    from vault.records import id_text, title

    schemas = vault.schemas
    out.data(f"{escape(revision.kind)} {id_text(revision.record_id)}")
    out.data(f"changed {moment(revision.time)}{', removed' if revision.removed else ''}")

    def name_of(target: bytes) -> str:
        from vault.errors import NotFoundError

        with suppress(NotFoundError):
            return title(vault.get(target), schemas, lang)
        return ""

    rows = list(page(revision, schemas, lang=lang, name_of=name_of))
    width = max((len(label) for label, _, _ in rows), default=0)
    for label, text, marks in rows:
        lines = escape(text, newlines=True).split("\n")
        out.data(f"  {escape(label):<{width}}  {lines[0]}{f'  [{escape(marks)}]' if marks else ''}")
        for line in lines[1:]:
            out.data(f"  {'':<{width}}  {line}")


@command("history", short_help="Show every revision of a record.")
@click.argument("record", metavar="ID")
@click.pass_obj
def history(settings: Settings, record: str) -> None:
    """Show every revision of a record, oldest first, with the fields that each one changed.

    Example:
      casevault history 3f9a
    """
    from cli.views import difference, moment

    out = Output(settings)
    with open_vault(settings) as vault:
        revisions = vault.history(record)
        steps = list(pairwise([None, *revisions]))
        changes = [difference(before, after) for before, after in steps if after is not None]
        if out.json(
            {
                "history": [
                    {**heading(revision), "device": revision.device, "changes": change}
                    for revision, change in zip(revisions, changes, strict=True)
                ]
            }
        ):
            return
        out.table(
            ("revision", "when", "device", "changes"),
            (
                (revision.id.hex()[:10], moment(revision.time), revision.device.hex()[:8], " ".join(change))
                for revision, change in zip(revisions, changes, strict=True)
            ),
        )


def lines_of(revisions: Iterator[Revision], schemas: Schemas) -> Iterator[tuple[str, str, str, str]]:
    """Turn revisions into the rows of a list, one at a time.

    Args:
        revisions: Newest revisions.
        schemas: The vault's schemas.

    Yields:
        Id (short on a terminal), kind, title, day of the last change.
    """
    import sys

    from cli.views import moment, short_id
    from vault.records import id_text, title

    write = short_id if is_terminal(sys.stdout) else id_text
    for revision in revisions:
        yield write(revision.record_id), revision.kind, title(revision, schemas), moment(revision.time)[:10]


@command("list", short_help="List records.")
@click.argument("kind", metavar="[KIND]", required=False)
@click.option("--removed", is_flag=True, help="Those that were removed instead.")
@click.pass_obj
def list_records(settings: Settings, kind: str | None, *, removed: bool) -> None:
    """List records: id, kind, what it is, day of the last change.

    Example:
      casevault list person
      casevault list --json
    """
    from vault.records import title

    out = Output(settings)
    with open_vault(settings) as vault:
        schemas = known_kind(vault.schemas, kind)
        revisions = vault.records(kind, removed=removed)
        if settings.json:
            found = [{**heading(revision), "title": title(revision, schemas)} for revision in revisions]
            out.json({"records": found})
            return
        out.table(("id", "kind", "what", "changed"), lines_of(revisions, schemas))
