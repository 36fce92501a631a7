"""Commands for handing a vault over: key identity, handoff, acknowledge.

Floor: roof. It never overwrites a key file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.app import Settings, command
from cli.commands.keys import known_slot, report_keys
from cli.output import Output, escape
from cli.session import ask, can_ask, checked_path, new_passphrase, open_vault, passphrase_in, read_file, read_secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vault.vault import Vault


@command("identity", short_help="Make a key pair of your own.")
@click.argument("target", metavar="FILE")
@click.option("--protect", is_flag=True, help="Seal the file with a passphrase, as `age -p` does.")
@click.option("--new-passphrase-file", metavar="FILE", help="Read that passphrase from FILE.")
@click.option("--force", is_flag=True, help="Take a weak passphrase too.")
@click.pass_obj
def new_identity(
    settings: Settings, target: str, new_passphrase_file: str | None, *, protect: bool, force: bool
) -> None:
    """Make a key pair of your own. The private key goes to FILE; the public key, age1pq1..., is printed.

    Whoever keeps a vault adds the public key (`key add recipient`); you open it with --identity FILE. Keep FILE apart
    from every copy of the vault: it opens all of them. With --protect it asks for a passphrase each time.

    Example:
      casevault key identity archive.txt --protect
      casevault -V families.vault --identity archive.txt list
    """
    out = Output(settings)
    path = checked_path(target)
    if new_passphrase_file is not None and not protect:
        message = "--new-passphrase-file goes with --protect."
        raise click.UsageError(message)
    from vault.paths import NewFile, require_absent

    require_absent(path)
    from vault import agefile, keys, sealing

    identity = keys.Identity(sealing.random_bytes(sealing.SEED_BYTES))
    public = keys.format_recipient(identity.public_key)
    body: Iterable[bytes] = [f"# public key: {public}\n{keys.format_identity(identity)}\n".encode()]
    passphrase = None
    if protect:
        passphrase = new_passphrase(settings, out, given=passphrase_in(new_passphrase_file), force=force)
    with NewFile(path) as file:
        if passphrase is None:
            for part in body:
                file.write(part)
        else:
            agefile.encrypt_passphrase(body, file.write, passphrase)
        file.commit()
    if not out.json({"identity": str(path), "public_key": public, "protected": protect}):
        out.line(public)
    out.talk(
        f"The private key is in {escape(str(path))}. Whoever has it opens what is sealed to it; keep a copy of it."
    )


# --- handing over -------------------------------------------------------------------------------------------------


@command("handoff", short_help="Leave a vault to a recipient, and keep no way in on site.")
@click.argument("label", metavar="LABEL|NUMBER")
@click.argument("acknowledgement", metavar="[FILE]", required=False)
@click.option("--confirm", metavar="LABEL", help="The recipient's label once more: says that it is meant.")
@click.pass_obj
def handoff(settings: Settings, label: str, acknowledgement: str | None, confirm: str | None) -> None:
    """Leave a vault to a recipient far away, so that nobody on site can open it any more.

    In three steps: `key handoff LABEL` writes a question to the holder of that public key into the vault. Send a fresh
    copy to them; they run `key acknowledge` on it and send back what it writes. `key handoff LABEL FILE` then checks
    that the answer was made by that key, from this vault as it is now, and removes passphrases, paper keys and shares.
    Recipients' keys stay: an identity file on site still opens the vault.

    Copies made before still open with the old secrets; those that are known are named.

    Example:
      casevault key handoff "archive abroad"
      casevault backup /media/stick/for-the-archive.vault
      casevault key handoff "archive abroad" answer.txt
    """
    out = Output(settings)
    text = None if acknowledgement is None else _read_line(acknowledgement)
    with open_vault(settings, write=True) as vault:
        slot = known_slot(vault, label)
        if slot.kind != "recipient":
            message = f"{slot.label!a} is no recipient's key. Add theirs with `casevault key add recipient`."
            raise click.UsageError(message)
        if text is None:
            vault.keys.ask(slot.index)
            state = vault.status()
            if not out.json({"done": "asked", "label": slot.label, "checkpoint": state.checkpoint}):
                out.line("checkpoint", state.checkpoint)
            out.talk(
                "The question is in the vault. Send a copy made from now on to its holder, who runs\n"
                "  casevault -V COPY --identity KEY key acknowledge -o ANSWER\n"
                f"and sends ANSWER back; then `casevault key handoff {escape(label)} ANSWER`.\n"
                "Whatever is changed in the vault meanwhile has to be sent and acknowledged again."
            )
            return
        _require_meant(settings, out, vault, slot.label, confirm)
        copies = vault.keys.copies()
        removed = vault.keys.hand_over(slot.index, text)
        left = [each.label for each in vault.keys.list()]
        report_keys(out, vault, "handed over", copies, removed=[each.label for each in removed], left=left)
    out.talk("Send the vault as it is now, too. Nobody opens it here but with one of the keys that are left.")


def _require_meant(settings: Settings, out: Output, vault: Vault, label: str, confirm: str | None) -> None:
    if confirm is None:
        gone = ", ".join(escape(slot.label) for slot in vault.keys.list() if slot.kind != "recipient") or "none"
        if not can_ask(settings):
            message = f"This removes every way in on site ({gone}). Give --confirm LABEL if you mean it."
            raise click.UsageError(message)
        out.warn(f"These ways in are removed: {gone}. After this you cannot open the vault, nor say to whom it opens.")
        confirm = ask("Type the recipient's label to hand it over:")
    if confirm != label:
        message = "The label does not agree. Nothing was changed."
        raise click.UsageError(message)


def _read_line(path: str) -> str:
    """Read the one line of an acknowledgement."""
    return read_file(path).decode("ascii", errors="replace")


@command("acknowledge", short_help="Show that you can open a vault that is to be left to you.")
@click.option("-o", "--output", "target", metavar="FILE", required=True, help="The new file for the answer.")
@click.pass_obj
def acknowledge(settings: Settings, target: str) -> None:
    """Show that you can open a vault that is to be left to you, and that all of it is there.

    Open the copy that you were sent with --identity. It is checked, and the answer is one line in FILE that is no
    secret: send it back. It counts for this state of the vault alone.

    Example:
      casevault key acknowledge -V for-the-archive.vault --identity archive.txt -o answer.txt
    """
    out = Output(settings)
    path = checked_path(target)
    if settings.identity is None:
        message = "Open the copy with your own key: --identity FILE."
        raise click.UsageError(message)
    from vault.keys import Identity
    from vault.paths import NewFile, require_absent

    require_absent(path)
    secret = read_secret(settings, "")
    if not isinstance(secret, Identity):  # pragma: no cover - what --identity names is always one
        message = "Open the copy with your own key: --identity FILE."
        raise click.UsageError(message)
    with open_vault(settings, secret=secret) as vault:
        with out.progress("checking") as bar:
            vault.check(progress=bar.advance_to).require_sound()
        answer = vault.keys.acknowledge(secret)
        state = vault.status()
    with NewFile(path) as file:
        file.write(answer.encode() + b"\n")
        file.commit()
    if not out.json({"acknowledgement": str(path), "epoch": state.epoch, "checkpoint": state.checkpoint}):
        out.line("acknowledgement", path)
        out.line("checkpoint", state.checkpoint)
    out.talk("Send the file back, and keep this copy of the vault.")
