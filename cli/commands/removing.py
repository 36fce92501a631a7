"""The command that takes records away: remove.

Floor: roof. It erases nothing before it has said where else the record is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.app import Settings, command
from cli.output import Output
from cli.session import confirm, open_vault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vault.vault import Mention, Vault


@command("remove", short_help="Remove a record from view, or erase it.")
@click.argument("record", metavar="ID")
@click.option("--purge", is_flag=True, help="Erase the record, its history, files and index for good.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(settings: Settings, record: str, *, purge: bool, yes: bool) -> None:
    """Remove a record from view, or erase it.

    A removed record is no longer listed, and what it says is still withheld from every export. --purge erases it: what
    the vault no longer knows it cannot withhold, so each other place that names it is listed first, and masked.

    Example:
      casevault remove 3f9a
      casevault remove 3f9a --purge
    """
    from cli.views import short_id
    from vault.records import id_text, title

    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        revision = vault.get(record)
        if purge:
            out.warn(f"To be erased: {revision.kind} {short_id(revision.record_id)} {title(revision, vault.schemas)}")
            warn_of_traces(out, vault, revision.record_id, vault.mentions(revision.record_id))
            if not yes and not confirm(settings, "Erase it for good?", otherwise="--yes"):
                out.talk("Nothing was erased.")
                return
        removal = vault.remove(revision.record_id, purge=purge)
        mentions = [{"id": one.record_id, "field": one.field, "link": one.link} for one in removal.mentions]
        if not out.json({"id": revision.record_id, "purged": purge, "mentions": mentions}):
            out.data(id_text(revision.record_id))
        if purge:
            out.talk("Erased. Run `casevault compact` to give its space back.")
        else:
            out.talk(
                "Removed from view. What it says stays in the vault, so that exports go on withholding it;\n"
                "`casevault edit ID --restore` brings it back, `casevault remove ID --purge` erases it."
            )


def warn_of_traces(out: Output, vault: Vault, record: bytes, mentions: Iterable[Mention]) -> None:
    """Say where else a record is named, before it is erased.

    Args:
        out: Where to talk.
        vault: The open vault.
        record: The record.
        mentions: Other records that name it.
    """
    from cli.views import moment, short_id
    from vault.ledger import handovers

    for mention in mentions:
        what = "points at it" if mention.link else "names it: will be masked, without its earlier versions"
        out.warn(f"  {short_id(mention.record_id)}, field {mention.field}: {what}")
    for one in handovers(vault.disclosures.log()):
        if any(record in (fact.person, fact.record) for fact in one.facts):
            out.warn(f"  bundle of {moment(one.time)} for {one.recipient}: stays with them")
    for known in vault.status().backups:
        out.warn(f"  backup {known.get('path', '')} of {moment(known.get('at'))}: still holds it; destroy it")
    out.warn("Other copies, and plain originals of files, are not touched either.")
