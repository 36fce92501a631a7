"""Commands for the ways in: key list, add, change, remove.

Floor: roof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.app import Group, Settings
from cli.output import Output
from cli.session import ask, can_ask, new_passphrase, open_vault, passphrase_in

if TYPE_CHECKING:
    from vault.vault import KeyslotInfo, Vault


@click.group("key", cls=Group, short_help="List, add, change and remove ways in.")
def key() -> None:
    """List, add, change and remove ways in: passphrases, paper keys and recipients' keys.

    Each change gives the vault new keys, so its fingerprint changes: tell the other holders the new six words.

    Example:
      casevault key add paper
    """


@key.command("list", short_help="List the ways in.")
@click.pass_obj
def list_keys(settings: Settings) -> None:
    """List the ways in: number, kind, label, and since which epoch.

    Example:
      casevault key list
    """
    out = Output(settings)
    with open_vault(settings) as vault:
        slots = vault.keys.list()
    if out.json(
        {
            "keyslots": [
                {"number": slot.index, "kind": str(slot.kind), "label": slot.label, "added_epoch": slot.added_epoch}
                for slot in slots
            ]
        }
    ):
        return
    out.table(
        ("number", "kind", "label", "since epoch"),
        ((slot.index, slot.kind, slot.label, slot.added_epoch) for slot in slots),
    )


def report_keys(out: Output, vault: Vault, done: str, **more: str) -> None:
    """Say that the keys changed, and what to compare by voice.

    Args:
        out: Where to write.
        vault: The open vault.
        done: What was done.
        more: Further facts for JSON.
    """
    state = vault.status()
    if not out.json({"done": done, "fingerprint": state.fingerprint, "checkpoint": state.checkpoint, **more}):
        for name, value in more.items():
            out.line(name.replace("_", " "), value)
        out.line("fingerprint", state.fingerprint)
    out.talk(
        "The vault has new keys. Tell the other holders these six words by voice.\n"
        "Copies made before still open with the old keys: make a new backup, and destroy old ones that you control."
    )


@key.command("add", short_help="Add a way in.")
@click.argument("kind", type=click.Choice(["passphrase", "paper", "recipient"]))
@click.argument("recipient_key", metavar="[KEY]", required=False)
@click.option("--label", metavar="LABEL", help="What to call it; else its kind.")
@click.option("--new-passphrase-file", metavar="FILE", help="Read the new passphrase from FILE.")
@click.option("--force", is_flag=True, help="Take a weak passphrase too.")
@click.pass_obj
def add_key(
    settings: Settings,
    kind: str,
    recipient_key: str | None,
    label: str | None,
    new_passphrase_file: str | None,
    *,
    force: bool,
) -> None:
    """Add a way in: another passphrase, a paper key to write down, or the public key of a recipient.

    A paper key is printed once on standard output and typed wherever a passphrase is asked.

    Example:
      casevault key add paper --label "safe of the notary"
      casevault key add recipient age1pq1...
    """
    out = Output(settings)
    if (kind == "recipient") != (recipient_key is not None):
        message = "`key add recipient` needs the recipient's public KEY, age1pq1...; the others take none."
        raise click.UsageError(message)
    if recipient_key is not None:
        require_public_key(recipient_key)
    if kind != "passphrase" and new_passphrase_file is not None:
        message = "--new-passphrase-file goes with a passphrase."
        raise click.UsageError(message)
    with open_vault(settings, write=True) as vault:
        name = label or kind
        if any(slot.label == name for slot in vault.keys.list()):
            message = f"There is a way in called {name!a} already. Give another --label."
            raise click.UsageError(message)
        if kind == "passphrase":
            vault.keys.add_passphrase(
                name, new_passphrase(settings, out, given=passphrase_in(new_passphrase_file), force=force)
            )
            report_keys(out, vault, "added")
        elif kind == "paper":
            paper = vault.keys.add_paper(name)
            report_keys(out, vault, "added", paper_key=paper)
            out.warn("Write the paper key down and keep it away from the vault: it opens everything. It is shown once.")
        else:
            vault.keys.add_recipient(name, recipient_key or "")
            report_keys(out, vault, "added")


def require_public_key(text: str) -> None:
    """Refuse what is no public key that can open a vault, before anybody types a passphrase.

    Args:
        text: As given.

    Raises:
        click.UsageError: It is none, or has a mistake.
    """
    from vault.errors import UnlockError
    from vault.keys import parse_recipient

    try:
        parse_recipient(text)
    except UnlockError:
        message = "KEY is no public key of the form age1pq1..., or it has a mistake. Ask for it once more."
        raise click.UsageError(message) from None


@key.command("change", short_help="Change a passphrase.")
@click.argument("label", metavar="LABEL|NUMBER")
@click.option("--new-passphrase-file", metavar="FILE", help="Read the new passphrase from FILE.")
@click.option("--force", is_flag=True, help="Take a weak passphrase too.")
@click.pass_obj
def change_key(settings: Settings, label: str, new_passphrase_file: str | None, *, force: bool) -> None:
    """Change a passphrase. What is written from now on does not open with the old one.

    Example:
      casevault key change "first passphrase"
    """
    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        slot = known_slot(vault, label)
        if slot.kind != "passphrase":
            message = f"{slot.label!a} is no passphrase. Remove it and add another way in."
            raise click.UsageError(message)
        passphrase = new_passphrase(settings, out, given=passphrase_in(new_passphrase_file), force=force)
        vault.keys.change(slot.index, passphrase)
        report_keys(out, vault, "changed")


@key.command("remove", short_help="Remove a way in.")
@click.argument("label", metavar="LABEL|NUMBER")
@click.option("--last", metavar="LABEL", help="Its label once more: says that the last way in is meant.")
@click.pass_obj
def remove_key(settings: Settings, label: str, last: str | None) -> None:
    """Remove a way in. Its holder keeps what was copied before; nothing written later opens for them.

    The last way in is removed only if you type its label once more: after that nobody opens the vault.

    Example:
      casevault key remove "old laptop"
    """
    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        slot = known_slot(vault, label)
        is_last = len(vault.keys.list()) == 1
        if is_last and last is None:
            if not can_ask(settings):
                message = (
                    "This is the last way in; without it nobody opens the vault. Give --last LABEL if you mean it."
                )
                raise click.UsageError(message)
            out.warn("This is the last way in. After this nobody opens the vault, and everything in it is lost.")
            last = ask("Type its label to remove it all the same:")
        if is_last and last != slot.label:
            message = "The label does not agree. Nothing was changed."
            raise click.UsageError(message)
        vault.keys.remove(slot.index, last=is_last)
        report_keys(out, vault, "removed")


def known_slot(vault: Vault, text: str) -> KeyslotInfo:
    """Find a way in by its number or its label.

    Args:
        vault: The open vault.
        text: As given.

    Returns:
        The keyslot.

    Raises:
        NotFoundError: There is none.
    """
    for slot in vault.keys.list():
        if text in {str(slot.index), slot.label}:
            return slot
    from vault.errors import NotFoundError

    message = f"there is no way in called {text!a}"
    raise NotFoundError(message)
