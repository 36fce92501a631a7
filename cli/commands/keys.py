"""Commands for the ways in: key list, add, change, remove, rotate.

Floor: roof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Settings, command
from cli.output import Output
from cli.session import ask, can_ask, checked_path, new_passphrase, open_vault, passphrase_in

if TYPE_CHECKING:
    from pathlib import Path

    from vault.sealing import KdfProfile
    from vault.vault import KeyslotInfo, KnownCopy, Vault


KDF_NAMES: Final = ("small", "default", "large")
"""Names of the profiles of the key derivation, in the order of their numbers in the file."""


def kdf_profile(name: str) -> KdfProfile:
    """Find a profile of the key derivation by its name on the command line.

    Args:
        name: One of `KDF_NAMES`.

    Returns:
        The profile.
    """
    from vault.sealing import KdfProfile

    return KdfProfile.from_number(KDF_NAMES.index(name) + 1)


@command("list", short_help="List the ways in.")
@click.pass_obj
def list_keys(settings: Settings) -> None:
    """List the ways in: number, kind, label, since which epoch, and which one opened the vault now.

    Example:
      casevault key list
    """
    out = Output(settings)
    with open_vault(settings) as vault:
        slots = vault.keys.list()
        split = {
            each.index: f"{each.threshold} of {len(each.seen)} shares"
            for each in vault.keys.on_paper()
            if each.threshold
        }
    if out.json(
        {
            "keyslots": [
                {
                    "number": slot.index,
                    "kind": str(slot.kind),
                    "label": slot.label,
                    "added_epoch": slot.added_epoch,
                    "opened": slot.opened,
                }
                for slot in slots
            ]
        }
    ):
        return
    out.table(
        ("number", "kind", "label", "since epoch", "now"),
        (
            (
                slot.index,
                split.get(slot.index, slot.kind),
                slot.label,
                slot.added_epoch,
                "opened by this" if slot.opened else "",
            )
            for slot in slots
        ),
    )


def report_keys(
    out: Output, vault: Vault, done: str, copies: list[KnownCopy] | None = None, **more: str | list[str]
) -> None:
    """Say that the keys changed, what to compare by voice, and which copies an old secret still opens.

    Args:
        out: Where to write.
        vault: The open vault.
        done: What was done.
        copies: Known backups that open with what was taken away; None where nothing was.
        more: Further facts.
    """
    from cli.views import moment

    state = vault.status()
    facts: dict[str, Any] = {"done": done, "fingerprint": state.fingerprint, "checkpoint": state.checkpoint, **more}
    if copies is not None:
        facts["copies"] = [{"path": each.path, "epoch": each.epoch, "at": moment(each.time)} for each in copies]
    if not out.json(facts):
        for name, value in more.items():
            for each in [value] if isinstance(value, str) else value:
                out.line(name.replace("_", " "), each)
        out.line("fingerprint", state.fingerprint)
        for copy in copies or ():
            out.line("still opens", copy.path, f"epoch {copy.epoch}", moment(copy.time))
    out.talk("The vault has new keys. Tell the other holders these six words by voice.")
    if copies is None:
        return
    out.talk("Bundles are signed with a new key from now on: tell the recipients its six words.")
    if copies:
        out.warn(
            f"{len(copies)} known backup(s), named above, still open with what was in force before. Make a new backup, "
            "and destroy those that you control."
        )
    out.talk(
        "Copies that nobody told the vault of do so too, and whoever has one keeps all that is in it. "
        "No command reaches them."
    )


@command("add", short_help="Add a way in.")
@click.argument("kind", type=click.Choice(["passphrase", "paper", "recipient"]))
@click.argument("recipient_key", metavar="[KEY]", required=False)
@click.option("--label", metavar="LABEL", help="What to call it; else its kind.")
@click.option("--new-passphrase-file", metavar="FILE", help="Read the new passphrase from FILE.")
@click.option(
    "--sheet", metavar="FILE", help="Write the paper key to FILE, a sheet to print (SVG), and show it nowhere."
)
@click.option("--force", is_flag=True, help="Take a weak passphrase too.")
@click.pass_obj
def add_key(
    settings: Settings,
    kind: str,
    recipient_key: str | None,
    label: str | None,
    new_passphrase_file: str | None,
    sheet: str | None,
    *,
    force: bool,
) -> None:
    """Add a way in: another passphrase, a paper key to write down, or the public key of a recipient.

    A paper key is printed once on standard output and typed wherever a passphrase is asked. With --sheet it goes to a
    page for the printer instead, with a square code and with what to do, in English, Russian and Kazakh.

    Example:
      casevault key add paper --label "safe of the notary" --sheet notary.svg
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
    if kind != "paper" and sheet is not None:
        message = "--sheet goes with a paper key."
        raise click.UsageError(message)
    target = None if sheet is None else new_sheet(sheet)
    with open_vault(settings, write=True) as vault:
        name = new_label(vault, label, kind)
        if kind == "passphrase":
            vault.keys.add_passphrase(
                name, new_passphrase(settings, out, given=passphrase_in(new_passphrase_file), force=force)
            )
            report_keys(out, vault, "added")
        elif kind == "paper":
            _add_paper(out, vault, name, target)
        else:
            vault.keys.add_recipient(name, recipient_key or "")
            report_keys(out, vault, "added")


def new_label(vault: Vault, label: str | None, otherwise: str) -> str:
    """Find out what to call a new way in.

    Args:
        vault: The open vault.
        label: As given, if it was.
        otherwise: What to call it else, with a number after it where that is taken.

    Returns:
        A label that no other way in has.

    Raises:
        click.UsageError: The label that was given is taken.
    """
    taken = {slot.label for slot in vault.keys.list()}
    if label is None:
        names = (otherwise if number == 1 else f"{otherwise} {number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)
    if label in taken:
        message = f"There is a way in called {label!a} already. Give another --label."
        raise click.UsageError(message)
    return label


def new_sheet(path: str) -> Path:
    """Refuse a place for a sheet where something is already, before anybody types a passphrase.

    Args:
        path: As given.

    Returns:
        The path.

    Raises:
        UnsafePathError: Something is there, or its folder is missing.
    """
    from vault.paths import require_absent

    target = checked_path(path)
    require_absent(target)
    return target


def _add_paper(out: Output, vault: Vault, name: str, target: Path | None) -> None:
    if target is None:
        report_keys(out, vault, "added", paper_key=vault.keys.add_paper(name))
        out.warn("Write the paper key down and keep it away from the vault: it opens everything. It is shown once.")
        return
    from cli.sheets import written
    from vault import keys, sealing
    from vault.sheets import paper_sheet

    identity = keys.Identity(sealing.random_bytes(sealing.SEED_BYTES))
    # The sheet is there before the vault opens by it: no way in is made that nobody has.
    with written({target: paper_sheet(keys.format_paper(identity), vault.status().vault_code)}):
        vault.keys.add_paper(name, identity)
    report_keys(out, vault, "added", sheet=str(target))
    out.warn(
        "Whoever has that file or its print opens everything. Print it, delete the file, and keep the sheet away from "
        "the vault."
    )


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


@command("change", short_help="Change a passphrase.")
@click.argument("label", metavar="LABEL|NUMBER")
@click.option("--new-passphrase-file", metavar="FILE", help="Read the new passphrase from FILE.")
@click.option("--kdf", type=click.Choice(KDF_NAMES), help="Make guessing cost more from now on; it never costs less.")
@click.option("--force", is_flag=True, help="Take a weak passphrase too.")
@click.pass_obj
def change_key(
    settings: Settings, label: str, new_passphrase_file: str | None, kdf: str | None, *, force: bool
) -> None:
    """Change a passphrase. What is written from now on does not open with the old one.

    --kdf raises what each guess costs, and each opening too: small 64 MiB, default 256 MiB, large 1 GiB of memory. That
    is possible while there is one passphrase; remove the others first and add them again.

    Example:
      casevault key change "first passphrase"
      casevault key change "first passphrase" --kdf large
    """
    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        slot = known_slot(vault, label)
        if slot.kind != "passphrase":
            message = f"{slot.label!a} is no passphrase. Remove it and add another way in."
            raise click.UsageError(message)
        passphrase = new_passphrase(settings, out, given=passphrase_in(new_passphrase_file), force=force)
        copies = vault.keys.copies(slot.added_epoch)
        vault.keys.change(slot.index, passphrase, profile=None if kdf is None else kdf_profile(kdf))
        report_keys(out, vault, "changed", copies)


@command("remove", short_help="Remove a way in.")
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
        copies = vault.keys.copies(slot.added_epoch)
        vault.keys.remove(slot.index, last=is_last)
        report_keys(out, vault, "removed", copies)


@command("rotate", short_help="Give the vault new keys; all ways in stay.")
@click.option("--reseal", is_flag=True, help="Seal everything anew under the new keys, in a new file.")
@click.pass_obj
def rotate(settings: Settings, *, reseal: bool) -> None:
    """Give the vault new keys, for instance after its computer was in other hands while it was open.

    All ways in stay. What was written before stays sealed under the keys of before, unless --reseal seals all of it
    anew, in a new file that takes the vault's place at once or not at all. That takes time, and twice the room.

    Change the passphrases, too, that may be known: `casevault key change`.

    Example:
      casevault key rotate
      casevault key rotate --reseal
    """
    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        copies = vault.keys.copies()
        if reseal:
            with out.progress("sealing") as bar:
                vault.keys.reseal(bar.advance_to)
        else:
            vault.keys.rotate()
        report_keys(out, vault, "resealed" if reseal else "rotated", copies)


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
