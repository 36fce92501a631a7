"""Commands for the address book: recipient add, list, show, remove.

Floor: roof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.app import Group, Settings
from cli.output import Output
from cli.session import confirm, open_vault

if TYPE_CHECKING:
    from vault.redact import Recipient

AUDIENCES = ("family", "lawyer", "un", "press", "public")


@click.group("recipient", cls=Group, short_help="Keep the address book.")
def recipient() -> None:
    """Keep the address book: who may receive bundles, with which key, and to whom they pass things on.

    Example:
      casevault recipient add "Advocate Example" --audience lawyer --key age1...
    """


@recipient.command("add", short_help="Add or replace a recipient.")
@click.argument("name")
@click.option("--audience", type=click.Choice(AUDIENCES), required=True, help="What kind of party it is.")
@click.option("--onward", metavar="PARTY", multiple=True, help="To whom they pass things on, such as state or public.")
@click.option(
    "--key", "public_key", metavar="KEY", help="Their age1... or ssh-ed25519 key, or @FILE; without it: by passphrase."
)
@click.option("--replace", "replacing", is_flag=True, help="Replace the entry of that name.")
@click.pass_obj
def add_recipient(
    settings: Settings, name: str, audience: str, onward: tuple[str, ...], public_key: str | None, *, replacing: bool
) -> None:
    """Add a recipient. Compare the six words of the key's fingerprint by voice before you send anything.

    The way that things take onward matters: a UN procedure may pass a case to the ministry of the State concerned.

    Example:
      casevault recipient add "Advocate Example" --audience lawyer --key age1...
      casevault recipient add WGEID --audience un --onward state
    """
    out = Output(settings)
    if public_key is not None and public_key.startswith("@"):
        from cli.session import read_file

        public_key = read_file(public_key[1:]).decode("utf-8", errors="replace").strip()
    fingerprint = ""
    if public_key is not None:
        from vault.agefile import parse_recipient, recipient_fingerprint
        from vault.errors import HandoffError
        from vault.words import six_words

        try:
            public_key = parse_recipient(public_key)
        except HandoffError:
            message = "This is no key of the form age1... or ssh-ed25519, or it has a mistake. Ask for it once more."
            raise click.UsageError(message) from None
        fingerprint = six_words(recipient_fingerprint(public_key)[:10])
    from vault.redact import Recipient

    entry = Recipient(name=name, audience=audience, onward=onward, key=public_key, fingerprint=fingerprint)
    with open_vault(settings, write=True) as vault:
        if name in vault.disclosures.recipients() and not replacing:
            message = f"There is a recipient {name!a} already; give --replace to change it."
            raise click.UsageError(message)
        vault.disclosures.put_recipient(entry)
    if not out.json(recipient_json(entry)):
        out.line(entry.name, entry.audience, entry.fingerprint or "by passphrase")
    if fingerprint:
        out.talk("Compare these six words with the recipient by voice.")


def recipient_json(entry: Recipient) -> dict[str, Any]:
    """Give an entry of the address book as plain values.

    Args:
        entry: The recipient.

    Returns:
        What JSON says.
    """
    return {
        "name": entry.name,
        "audience": entry.audience,
        "onward": list(entry.onward),
        "key": entry.key,
        "fingerprint": entry.fingerprint,
    }


@recipient.command("list", short_help="List the recipients.")
@click.pass_obj
def list_recipients(settings: Settings) -> None:
    """List the recipients: name, audience, onward path, fingerprint.

    Example:
      casevault recipient list
    """
    out = Output(settings)
    with open_vault(settings) as vault:
        entries = sorted(vault.disclosures.recipients().values(), key=lambda entry: entry.name)
    if out.json({"recipients": [recipient_json(entry) for entry in entries]}):
        return
    out.table(
        ("name", "audience", "onward", "fingerprint"),
        (
            (entry.name, entry.audience, " ".join(entry.onward), entry.fingerprint or "by passphrase")
            for entry in entries
        ),
    )


@recipient.command("show", short_help="Show one recipient.")
@click.argument("name")
@click.pass_obj
def show_recipient(settings: Settings, name: str) -> None:
    """Show one recipient with the key.

    Example:
      casevault recipient show WGEID
    """
    out = Output(settings)
    with open_vault(settings) as vault:
        entry = known_recipient(vault.disclosures.recipients(), name)
    if out.json(recipient_json(entry)):
        return
    for label, value in recipient_json(entry).items():
        out.line(label, " ".join(value) if isinstance(value, list) else value or "none (by passphrase)")


def known_recipient(entries: dict[str, Recipient], name: str) -> Recipient:
    """Find an entry of the address book.

    Args:
        entries: The address book.
        name: As given.

    Returns:
        The entry.

    Raises:
        NotFoundError: There is none of that name.
    """
    if name in entries:
        return entries[name]
    from vault.errors import NotFoundError

    message = f"there is no recipient {name!a} in the address book"
    raise NotFoundError(message)


@recipient.command("remove", short_help="Remove a recipient.")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove_recipient(settings: Settings, name: str, *, yes: bool) -> None:
    """Remove a recipient from the address book. The ledger keeps what was handed over.

    Example:
      casevault recipient remove WGEID
    """
    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        known_recipient(vault.disclosures.recipients(), name)
        if not yes and not confirm(settings, f"Remove {name}?", otherwise="--yes"):
            out.talk("Nothing was changed.")
            return
        vault.disclosures.remove_recipient(name)
    if not out.json({"removed": name}):
        out.line(name)
