"""Commands for a key in several hands, and for proof that what is on paper still works: key split, combine, drill.

Floor: roof. The key that is split is shown nowhere; shares go to sheets, or to the screen one by one.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import click

from cli.app import Settings, command
from cli.commands.keys import new_label, report_keys
from cli.exits import Exit
from cli.output import Output
from cli.session import ask, can_ask, confirm, new_passphrase, open_vault, passphrase_in, read_file
from cli.sheets import ask_shares, handed_out, require_way_out, share_in

if TYPE_CHECKING:
    from vault.keys import Identity
    from vault.shares import Share
    from vault.vault import OnPaper, Vault


KEEP_APART = (
    "Print each sheet, give each to another person, and delete the files: as long as they lie together, whoever has "
    "them opens the vault."
)
"""What to say where sheets of shares were written."""


def check_split(count: int, threshold: int) -> None:
    """Refuse numbers that make no set of shares.

    Args:
        count: How many shares.
        threshold: How many of them are needed.

    Raises:
        click.UsageError: They are out of range.
    """
    if not 2 <= threshold <= count <= 16:
        message = "There are 2 to 16 shares, and 2 or more of them are needed: for example 5 shares, threshold 3."
        raise click.UsageError(message)


@command("split", short_help="Add a way in that several people have together.")
@click.option("--shares", "count", type=int, required=True, metavar="N", help="How many shares, up to 16.")
@click.option("--threshold", type=int, required=True, metavar="K", help="How many of them open the vault.")
@click.option("-o", "--output", "folder", metavar="DIR", help="Write the sheets to print (SVG) into DIR.")
@click.option("--label", metavar="LABEL", help="What to call this way in.")
@click.pass_obj
def split_key(settings: Settings, count: int, threshold: int, folder: str | None, label: str | None) -> None:
    """Add a way in that several people have together: any K of N shares open the vault, fewer tell nothing.

    Each share is 33 words (SLIP-39) on a sheet of its own, with a square code and with what to do, in English, Russian
    and Kazakh. Without -o they are shown on the terminal, one after the other. Nothing else has them, and no other
    way in is changed.

    Example:
      casevault key split --shares 5 --threshold 3 -o sheets
    """
    out = Output(settings)
    check_split(count, threshold)
    require_way_out(settings, folder)
    from vault.sealing import SEED_BYTES, random_bytes
    from vault.shares import split

    with open_vault(settings, write=True) as vault:
        name = new_label(vault, label, "shares")
        shares = split(random_bytes(SEED_BYTES), count, threshold)
        # The sheets are there before the vault opens by them: no way in is made that nobody has.
        with handed_out(out, shares, vault.status().vault_code, folder) as paths:
            vault.keys.add_shares(name, shares)
        report_keys(out, vault, "split", set=str(shares[0].set_id), sheets=[str(path) for path in paths])
    if paths:
        out.warn(KEEP_APART)
    out.talk("See now and then whether each share is still good: `casevault key drill`.")


@command("combine", short_help="Open the vault by shares, and get a new passphrase.")
@click.option("--share-file", "files", metavar="FILE", multiple=True, help="Read a share from FILE; may be repeated.")
@click.option("--label", metavar="LABEL", help="What to call the new passphrase.")
@click.option("--new-passphrase-file", metavar="FILE", help="Read the new passphrase from FILE.")
@click.option("--force", is_flag=True, help="Take a weak passphrase too.")
@click.pass_obj
def combine_shares(
    settings: Settings, files: tuple[str, ...], label: str | None, new_passphrase_file: str | None, *, force: bool
) -> None:
    """Open the vault by so many shares as are needed, and add a new passphrase if you want one.

    The words are asked for share by share, in any order; you see what you type. What is wrong is said at once, and the
    shares before it stay. Shares that were used count as seen in a drill.

    For one command only, without a new passphrase: type a share where a passphrase is asked.

    Example:
      casevault key combine
    """
    out = Output(settings)
    from vault.errors import ShareError, UnlockError
    from vault.keys import Identity
    from vault.shares import ShareSet

    together = ShareSet()
    for path in files:
        together.add(share_in(path))
    if together.missing != 0 and can_ask(settings):
        identity = ask_shares(out, together)
    else:
        identity = Identity(together.combine())
    with ExitStack() as stack:
        try:
            vault = stack.enter_context(open_vault(settings, write=True, secret=identity))
        except UnlockError:
            message = "the shares fit together, but this file does not open by them: look for the vault that they name"
            raise UnlockError(message) from None
        # Shares that another program made of a paper key are not known one by one.
        with suppress(ShareError):
            vault.keys.drill(*together.shares)
        question = "The vault is open. Add a new passphrase to it now?"
        if new_passphrase_file is None and not (can_ask(settings) and confirm(settings, question, otherwise="")):
            state = vault.status()
            if not out.json({"done": "opened", "vault_code": state.vault_code, "fingerprint": state.fingerprint}):
                out.line("vault code", state.vault_code)
            out.talk("It opens by these shares. No passphrase was added.")
            return
        name = new_label(vault, label, "passphrase")
        given = passphrase_in(new_passphrase_file)
        vault.keys.add_passphrase(name, new_passphrase(settings, out, given=given, force=force))
        report_keys(out, vault, "added", label=name)


# --- drills ---------------------------------------------------------------------------------------------------------


@command("drill", short_help="See whether a paper key or share is still good.")
@click.option("--file", "files", metavar="FILE", multiple=True, help="Read it from FILE; may be repeated.")
@click.pass_obj
def drill(settings: Settings, files: tuple[str, ...]) -> int:
    """See whether a paper key or a share is there, undamaged and of this vault. It opens nothing; one share is enough.

    Open the vault as usual, then type what is on the sheet; you see what you type. The vault keeps a diary of it, and
    `status` says what was never seen.

    Example:
      casevault key drill
    """
    out = Output(settings)
    if not files and not can_ask(settings):
        message = "Nobody can be asked for the paper key or share. Name a file that holds it with --file."
        raise click.UsageError(message)
    with open_vault(settings, write=True) as vault:
        seen = [_drilled(settings, out, vault, _piece(path, _text_of(path))) for path in files]
        if not files:
            seen = _drill_typed(settings, out, vault)
        left = [paper_facts(each) for each in vault.keys.on_paper() if each.never]
    out.json({"seen": seen, "left": left})
    for each in left:
        out.talk(f"Never seen: {paper_line(each)}.")
    return Exit.OK if seen else Exit.FAILURE


def _text_of(path: str) -> str:
    return read_file(path).decode("utf-8", errors="replace")


def _drill_typed(settings: Settings, out: Output, vault: Vault) -> list[dict[str, Any]]:
    from vault.errors import VaultError

    seen: list[dict[str, Any]] = []
    while text := ask("A paper key, or the words of one share (empty: that is all):"):
        try:
            piece = _piece("", text)
            seen.append(_drilled(settings, out, vault, piece))
        except VaultError as error:
            out.warn(f"Not good: {error}.")
    return seen


def _piece(path: str, text: str) -> Share | Identity:
    """Read what may be a paper key or a share."""
    from vault.errors import ShareError
    from vault.keys import Identity, parse_secret
    from vault.shares import parse_share

    where = f"{path}: " if path else ""
    secret = parse_secret(text) if "-" in text else None
    if isinstance(secret, Identity):
        return secret
    try:
        return parse_share(text)
    except ShareError as error:
        message = f"{where}{error}"
        raise ShareError(message, error.fault, place=error.place) from None


def _drilled(settings: Settings, out: Output, vault: Vault, piece: Share | Identity) -> dict[str, Any]:
    ((kept, number),) = vault.keys.drill(piece)
    what = f"share {number} of {len(kept.seen)}" if kept.threshold else "paper key"
    if not settings.json:
        out.line("good", what, kept.label)
    return {"label": kept.label, "slot": kept.index, "share": number or None}


def paper_facts(kept: OnPaper) -> dict[str, Any]:
    """Give what is known of a paper key or a set of shares as plain values.

    Args:
        kept: From the library.

    Returns:
        What JSON says.
    """
    from cli.views import moment

    return {
        "slot": kept.index,
        "label": kept.label,
        "threshold": kept.threshold or None,
        "set": kept.set_id if kept.threshold else None,
        "pieces": len(kept.seen),
        "last_drill": moment(kept.last),
        "never_seen": list(kept.never),
    }


def paper_line(facts: dict[str, Any]) -> str:
    """Say in a line what was never seen of a paper key or a set of shares.

    Args:
        facts: From `paper_facts`.

    Returns:
        Text, not escaped.
    """
    label = facts["label"]
    if facts["threshold"] is None:
        return f"paper key {label}"
    numbers = ", ".join(map(str, facts["never_seen"]))
    return f"share{'s' if len(facts['never_seen']) > 1 else ''} {numbers} of {facts['pieces']}, {label}"
