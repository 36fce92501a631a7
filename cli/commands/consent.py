"""Commands over consent records: consent add, list, show, withdraw.

Floor: roof. Whether a consent covers a disclosure is for the library to say.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Group, Settings
from cli.commands.address import AUDIENCES
from cli.commands.disclosing import PURPOSES
from cli.output import Output, escape
from cli.session import confirm, open_vault

if TYPE_CHECKING:
    from vault.records import Revision
    from vault.vault import Vault

GROUPS: Final = ("identity", "family", "location", "health", "testimony", "image")
ONWARD: Final = ("none", "state", "public")
CAPACITIES: Final = ("self", "kin", "parent", "lawyer", "other")
MEANS: Final = ("written", "recorded", "spoken", "message")


@click.group("consent", cls=Group, short_help="Record, list, show and withdraw consent.")
def consent() -> None:
    """Record, list, show and withdraw consent: who may be told what about whom, for which purpose, and how far onward.

    Example:
      casevault consent list
    """


@consent.command("add", short_help="Record a consent.")
@click.option("--by", "given_by", metavar="ID", required=True, help="The person who gives it.")
@click.option("--about", metavar="ID", multiple=True, required=True, help="Whom it is about.")
@click.option("--capacity", type=click.Choice(CAPACITIES), required=True, help="In which capacity it is given.")
@click.option(
    "--audience", "audiences", type=click.Choice(AUDIENCES), multiple=True, required=True, help="Who may be told."
)
@click.option("--purpose", "purposes", type=click.Choice(PURPOSES), multiple=True, required=True, help="What for.")
@click.option("--group", "groups", type=click.Choice(GROUPS), multiple=True, required=True, help="Which facts.")
@click.option("--onward", type=click.Choice(ONWARD), multiple=True, required=True, help="How far it may be passed on.")
@click.option("--how", type=click.Choice(MEANS), required=True, help="How it was given.")
@click.option("--given-on", metavar="DATE", help="When; today if not said.")
@click.option("--expires", metavar="DATE", help="Until when it holds.")
@click.option("--witness", "witnessed_by", metavar="ID", multiple=True, help="Who was there when it was given.")
@click.option("--conditions", metavar="TEXT", help="What else was asked for; a preview shows it to be read.")
@click.option("--paper", metavar="ID", multiple=True, help="The document with the signature.")
@click.option("--case", metavar="ID", multiple=True, help="The case it belongs to.")
@click.pass_obj
def add_consent(settings: Settings, /, **options: Any) -> None:  # noqa: ANN401 - one for each option of click
    """Record a consent. Ask for each thing separately, and say that it can be withdrawn.

    What is not named is not covered. Repeat --about, --audience, --purpose, --group and --onward for several: one act
    may be about many persons. Kin speak only for who is missing, parents only for children.

    Example:
      casevault consent add --by 77c0 --about 3f9a --capacity kin --audience lawyer --purpose legal
        --group identity --group testimony --onward none --how written
    """
    from vault.records import id_text, parse_record

    out = Output(settings)
    tree: dict[str, Any] = {"kind": "consent", "given_on": options.pop("given_on") or date.today().isoformat()}  # noqa: DTZ011
    tree |= {name: list(value) if isinstance(value, tuple) else value for name, value in options.items() if value}
    with open_vault(settings, write=True) as vault:
        (revision,) = vault.put(parse_record(tree, vault.schemas, resolve=vault.resolve))
    if not out.json({"id": revision.record_id, "kind": revision.kind}):
        out.data(id_text(revision.record_id))


def state_of(revision: Revision, today: date) -> str:
    """Say whether a consent stands.

    Args:
        revision: A consent.
        today: The day to count from.

    Returns:
        given, withdrawn or expired.
    """
    from vault.redact import is_past

    withdrawn, expired = is_past(revision, today)
    if withdrawn:
        return "withdrawn"
    if expired:
        return "expired"
    return "given"


@consent.command("list", short_help="List the consents.")
@click.argument("person", metavar="[ID]", required=False)
@click.pass_obj
def list_consents(settings: Settings, person: str | None) -> None:
    """List the consents, all or those about one person: whether each stands, for whom, for what, until when.

    Example:
      casevault consent list 3f9a
    """
    out = Output(settings)
    today = date.today()  # noqa: DTZ011 - the person's own day is meant
    with open_vault(settings) as vault:
        wanted = vault.resolve(person) if person is not None else None
        found = [one for one in vault.records("consent") if wanted is None or wanted in one.links("about")]
    rows = [consent_json(one, today) for one in found]
    if out.json({"consents": rows}):
        return
    out.table(
        ("id", "state", "about", "audiences", "purposes", "onward", "given", "expires"),
        (
            (
                row["id"][:10],
                row["state"],
                " ".join(target[:10] for target in row["about"]),
                *(" ".join(row[name]) for name in ("audiences", "purposes", "onward", "given_on", "expires")),
            )
            for row in rows
        ),
    )


@consent.command("show", short_help="Show one consent, whom it covers, and which bundles relied on it.")
@click.argument("record", metavar="ID")
@click.pass_obj
def show_consent(settings: Settings, record: str) -> None:
    """Show one consent: who gave it, whom it covers for what, whether it stands, and which bundles relied on it.

    Example:
      casevault consent show 77c0
    """
    from cli.commands.ledger import handover_json, naming, print_handovers, to_recall
    from vault.records import id_text

    out = Output(settings)
    with open_vault(settings) as vault:
        one = known_consent(vault, record)
        name_of = naming(vault)
        people = {
            name: [{"id": id_text(target), "name": name_of(target)} for target in one.links(name)]
            for name in ("given_by", "about", "witnessed_by")
        }
        bundles = to_recall(vault, one.record_id, with_ended=False)
    row = {**consent_json(one, date.today()), **people}  # noqa: DTZ011 - the person's own day is meant
    if out.json({**row, "bundles": [handover_json(bundle) for bundle in bundles]}):
        return
    for name, value in row.items():
        if name in people:
            for person in people[name]:
                out.line(name, person["id"], person["name"])
        elif value:
            out.line(name, value if isinstance(value, str) else " ".join(map(str, value)))
    print_handovers(out, bundles)


def consent_json(one: Revision, today: date) -> dict[str, Any]:
    """Give a consent as plain values.

    Args:
        one: A consent.
        today: The day to count from.

    Returns:
        What JSON says.
    """
    from vault.records import id_text

    return {
        "id": id_text(one.record_id),
        "state": state_of(one, today),
        "about": [id_text(target) for target in one.links("about")],
        **{
            name: one.values(name)
            for name in (
                "capacity",
                "audiences",
                "purposes",
                "groups",
                "onward",
                "given_on",
                "how",
                "expires",
                "withdrawn_on",
                "conditions",
            )
        },
    }


def known_consent(vault: Vault, record: str) -> Revision:
    """Find a consent.

    Args:
        vault: The open vault.
        record: Its id, or the beginning of it.

    Returns:
        Its newest revision.

    Raises:
        click.UsageError: The record is of another kind.
    """
    found = vault.get(record)
    if found.kind != "consent":
        message = f"{escape(record)} is of kind {found.kind}, not a consent. `casevault consent list` shows them."
        raise click.UsageError(message)
    return found


@consent.command("withdraw", short_help="Record that a consent was withdrawn.")
@click.argument("record", metavar="ID")
@click.option("--on", "day", metavar="DATE", help="When; today if not said.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def withdraw(settings: Settings, record: str, day: str | None, *, yes: bool) -> None:
    """Record that a consent was withdrawn, and list the bundles that relied on it and who holds them.

    From now on it covers nothing, whatever else was given.

    Example:
      casevault consent withdraw 77c0
    """
    from cli.commands.ledger import handover_json, print_handovers, to_recall
    from vault.records import continued, id_text, parse_record

    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        old = known_consent(vault, record)
        tree = {"kind": "consent", "withdrawn_on": day or date.today().isoformat()}  # noqa: DTZ011
        new = parse_record(tree, vault.schemas, resolve=vault.resolve).claims
        if not yes and not confirm(settings, f"Withdraw the consent {id_text(old.record_id)[:10]}?", otherwise="--yes"):
            out.talk("Nothing was changed.")
            return
        vault.put(continued(old, (*old.claims, *new)))
        bundles = to_recall(vault, old.record_id)
    if not out.json({"withdrawn": old.record_id, "recall": [handover_json(one) for one in bundles]}):
        out.line("withdrawn", id_text(old.record_id))
        print_handovers(out, bundles)
    if bundles:
        out.warn(
            f"{len(bundles)} bundle(s) relied on it, or on a consent that ends with it. Ask these holders to destroy"
            " them, and those they passed it on to:"
            f" `casevault ledger recall {id_text(old.record_id)[:10]} -o DIR` writes the notices."
        )
    else:
        out.talk("No bundle relied on it.")
