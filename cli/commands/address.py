"""Commands for the address book: recipient add, confirm, list, show, remove.

Floor: roof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.app import Group, Settings
from cli.output import Output
from cli.session import ask, can_ask, confirm, open_vault

if TYPE_CHECKING:
    from datetime import date

    from vault.redact import Recipient

AUDIENCES = ("family", "lawyer", "un", "press", "public")
ONWARD = ("state", *AUDIENCES)


@click.group("recipient", cls=Group, short_help="Keep the address book.")
def recipient() -> None:
    """Keep the address book: who may receive bundles, with which key, and to whom they pass things on.

    Example:
      casevault recipient add "Advocate Example" --audience lawyer --key age1...
    """


@recipient.command("add", short_help="Add or replace a recipient.")
@click.argument("name")
@click.option("--audience", type=click.Choice(AUDIENCES), required=True, help="What kind of party it is.")
@click.option(
    "--onward",
    type=click.Choice(ONWARD),
    multiple=True,
    help="To whom they pass things on: the State concerned, the public, or an audience.",
)
@click.option(
    "--key", "public_key", metavar="KEY", help="Their age1... or ssh-ed25519 key, or @FILE; without it: by passphrase."
)
@click.option(
    "--expires",
    metavar="DATE",
    help="Last day on which anything is sent, and by which they are to delete it: 2027-01-31.",
)
@click.option("--confirmed", is_flag=True, help="The six words of the key were compared by voice.")
@click.option("--replace", "replacing", is_flag=True, help="Replace the entry of that name.")
@click.pass_obj
def add_recipient(
    settings: Settings,
    name: str,
    audience: str,
    onward: tuple[str, ...],
    public_key: str | None,
    expires: str | None,
    *,
    confirmed: bool,
    replacing: bool,
) -> None:
    """Add a recipient. A key has a fingerprint of six words: have them read to you by voice, and type what you hear.

    Nothing is sealed to a key whose words were not compared; `recipient confirm` does that later. The way that things
    take onward matters: a UN procedure may pass a case to the ministry of the State concerned.

    Example:
      casevault recipient add "Advocate Example" --audience lawyer --key age1... --expires 2027-01-31
      casevault recipient add WGEID --audience un --onward state
    """
    out = Output(settings)
    last_day = None if expires is None else day(expires)
    if confirmed and public_key is None:
        message = "--confirmed belongs to --key: without a key there are no words to compare."
        raise click.UsageError(message)
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
    from vault.redact import SELF, Recipient

    if name == SELF:
        message = f"The name {SELF} is taken: it is you."
        raise click.UsageError(message)
    if fingerprint and not confirmed:
        confirmed = heard(settings, out, public_key or "")
    entry = Recipient(name, audience, onward, public_key, fingerprint, last_day, confirmed)
    with open_vault(settings, write=True) as vault:
        if name in vault.disclosures.recipients() and not replacing:
            message = f"There is a recipient {name!a} already; give --replace to change it."
            raise click.UsageError(message)
        vault.disclosures.put_recipient(entry)
    if not out.json(recipient_json(entry)):
        out.line(entry.name, entry.audience, entry.fingerprint or "by passphrase")
    if fingerprint and not confirmed:
        out.warn(f"Nothing is sealed to this key before its words are compared: {confirm_command(name)}")


def day(text: str) -> date:
    """Read a day.

    Args:
        text: As typed.

    Returns:
        The day.

    Raises:
        click.UsageError: It is none.
    """
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        message = "A day is written as 2027-01-31."
        raise click.UsageError(message) from None


def digits(key: str) -> str:
    """Give the fingerprint of a key as whoever has no casevault can work it out: `printf %s KEY | sha256sum`.

    Args:
        key: As the address book has it.

    Returns:
        20 lower-case hex digits, of the same 10 bytes as the six words.
    """
    from vault.agefile import recipient_fingerprint

    return recipient_fingerprint(key)[:10].hex()


def heard(settings: Settings, out: Output, key: str) -> bool:
    """Have the fingerprint of a key typed as it is read aloud, without showing it before.

    Args:
        settings: The global options.
        out: Where to talk.
        key: As the address book has it.

    Returns:
        Whether they were compared; False where nobody can be asked, or nothing was typed.

    Raises:
        click.UsageError: Other words were typed: it is another key.
    """
    if not can_ask(settings):
        return False
    from vault.agefile import recipient_fingerprint
    from vault.words import six_words

    out.talk(
        "Call the recipient, at a number you knew before, and have them read the six words of their key; or, of"
        " `printf %s KEY | sha256sum`, the first 20 digits."
    )
    typed = ask("Type what you hear (nothing to do it later):").casefold().replace(",", " ").split()
    if not typed:
        return False
    if typed != six_words(recipient_fingerprint(key)[:10]).split() and "".join(typed) != digits(key):
        message = "That is not the fingerprint of this key. Nothing was written; ask for the key once more."
        raise click.UsageError(message)
    return True


def confirm_command(name: str) -> str:
    """Give the command that confirms a key, to be copied.

    Args:
        name: Of the recipient.

    Returns:
        The command.
    """
    from shlex import quote

    return f"casevault recipient confirm {quote(name)}"


def require_confirmed(entry: Recipient) -> None:
    """Refuse to seal to a key whose fingerprint nobody compared.

    Args:
        entry: Who is to receive something.

    Raises:
        click.UsageError: The words were not compared.
    """
    if entry.key is not None and not entry.confirmed:
        message = f"The six words of this recipient's key were not compared by voice yet: {confirm_command(entry.name)}"
        raise click.UsageError(message)


@recipient.command("confirm", short_help="Confirm a recipient's key by voice.")
@click.argument("name")
@click.option("--confirmed", is_flag=True, help="The six words of the key were compared by voice.")
@click.pass_obj
def confirm_recipient(settings: Settings, name: str, *, confirmed: bool) -> None:
    """Confirm a recipient's key: type the six words of its fingerprint as the recipient reads them to you.

    Example:
      casevault recipient confirm "Advocate Example"
    """
    from dataclasses import replace

    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        entry = known_recipient(vault.disclosures.recipients(), name)
        if entry.key is None:
            message = "This recipient has no key: a bundle is sealed by a passphrase that you tell by voice."
            raise click.UsageError(message)
        if not confirmed and not can_ask(settings):
            message = "Compare the six words by voice, and say so with --confirmed."
            raise click.UsageError(message)
        entry = replace(entry, confirmed=confirmed or heard(settings, out, entry.key))
        if entry.confirmed:
            vault.disclosures.put_recipient(entry)
    if not out.json(recipient_json(entry)):
        out.line(entry.name, entry.fingerprint, "confirmed" if entry.confirmed else "not confirmed")


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
        "digits": digits(entry.key) if entry.key else "",
        "confirmed": entry.confirmed,
        "expires": entry.expires.isoformat() if entry.expires else None,
    }


@recipient.command("list", short_help="List the recipients.")
@click.pass_obj
def list_recipients(settings: Settings) -> None:
    """List the recipients: name, audience, onward path, fingerprint, whether it was compared, last day.

    Example:
      casevault recipient list
    """
    out = Output(settings)
    with open_vault(settings) as vault:
        entries = sorted(vault.disclosures.recipients().values(), key=lambda entry: entry.name)
    if out.json({"recipients": [recipient_json(entry) for entry in entries]}):
        return
    out.table(
        ("name", "audience", "onward", "fingerprint", "compared", "until"),
        (
            (
                entry.name,
                entry.audience,
                " ".join(entry.onward),
                entry.fingerprint or "by passphrase",
                ("yes" if entry.confirmed else "NO") if entry.key else "",
                entry.expires or "",
            )
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
        told = " ".join(value) if isinstance(value, list) else value
        out.line(label, "none" if told in {None, ""} else ("yes" if told is True else "no" if told is False else told))


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
