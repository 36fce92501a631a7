"""Commands for the vault as a whole: init, status, check, backup, compact.

Floor: roof.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Settings, command
from cli.commands.keys import KDF_NAMES, kdf_profile
from cli.commands.shares import KEEP_APART, check_split, paper_facts, paper_line
from cli.exits import Exit
from cli.output import Output, escape
from cli.session import checked_path, confirm, given_passphrase, new_passphrase, open_vault, state_folder, vault_path
from cli.sheets import handed_out, require_way_out
from cli.unfinished import clear_beside

if TYPE_CHECKING:
    from datetime import date

    from vault.sealing import KdfProfile
    from vault.vault import Status, Vault

FIRST: Final = "first passphrase"
OFFER: Final = "casevault key add paper --sheet FILE.svg"
_LONGEST_SPLIT: Final = 8
MAX_EVENTS: Final = 10_000
"""Events of the last months that `status` looks at."""


@command("init", short_help="Make a vault.")
@click.argument("path", metavar="[PATH]", required=False)
@click.option("--label", default=FIRST, show_default=True, help="What to call this way in.")
@click.option(
    "--kdf",
    type=click.Choice(KDF_NAMES),
    default="default",
    show_default=True,
    help="What each guess and each opening costs: 64 MiB, 256 MiB or 1 GiB of memory.",
)
@click.option("--split", metavar="K/N", help="No passphrase: it opens by any K of N shares together.")
@click.option("--sheets", "folder", metavar="DIR", help="With --split: write the sheets to print (SVG) into DIR.")
@click.option("--force", is_flag=True, help="Take a weak passphrase too.")
@click.pass_obj
def init(
    settings: Settings, path: str | None, label: str, kdf: str, split: str | None, folder: str | None, *, force: bool
) -> None:
    """Make a vault. An existing file is never overwritten.

    Six words are generated as its passphrase unless you type one twice or name a file with --passphrase-file. Without
    PATH the vault is made where CASEVAULT_VAULT says.

    With --split nobody opens it alone, whatever is done to them: K people bring their shares together, and type them
    where a passphrase is asked. Give each share to another person, not all of them on site.

    Example:
      casevault init families.vault
      casevault init families.vault --split 3/5 --sheets sheets
    """
    out = Output(settings)
    target = checked_path(path) if path is not None else vault_path(settings)
    if settings.identity is not None:
        message = "A new vault opens by a passphrase; add an identity afterwards with `casevault key add recipient`."
        raise click.UsageError(message)
    if target.exists() or target.is_symlink():
        from vault.errors import UnsafePathError

        message = f"{target} is there already"
        raise UnsafePathError(message)
    if split is None and folder is not None:
        message = "--sheets goes with --split."
        raise click.UsageError(message)
    making = None if split is None else _split_numbers(settings, split, folder)
    passphrase = "" if making else new_passphrase(settings, out, given=given_passphrase(settings), force=force)
    profile = kdf_profile(kdf)
    if kdf == "small":
        out.warn("Each guess costs an attacker only 64 MiB: this is for devices that have no more to give.")
    elif kdf == "default" and settings.kdf_profile is not None:
        profile = settings.kdf_profile
    sheets: list[Path] = []
    if making:
        made, sheets = _make_split(
            settings, out, target, making, profile, "shares" if label == FIRST else label, folder
        )
    else:
        from vault.vault import Vault

        with out.working("Making the vault"):
            made = Vault.create(target, passphrase, profile=profile, label=label, state_dir=state_folder(settings))
    with made as vault:
        status = vault.status()
    if not out.json(
        {
            "vault": str(target),
            "fingerprint": status.fingerprint,
            "vault_code": status.vault_code,
            "checkpoint": status.checkpoint,
            **({"sheets": [str(sheet) for sheet in sheets]} if making else {}),
        }
    ):
        out.line("vault", target)
        out.line("fingerprint", status.fingerprint)
        out.line("vault code", status.vault_code)
        out.line("checkpoint", status.checkpoint)
        for sheet in sheets:
            out.line("sheet", sheet)
    if sheets:
        out.warn(KEEP_APART)
    out.talk("Note the six words of the fingerprint: they change when somebody changes the keys.")
    if not making:
        out.talk(f"Add a second way in soon: `{OFFER}`.")
    out.talk("Make backups: `casevault backup FILE`.")


def _split_numbers(settings: Settings, text: str, folder: str | None) -> tuple[int, int]:
    """Read K/N, and see that the shares can go somewhere."""
    needed, slash, count = text.partition("/")
    if not (slash and needed.isdecimal() and count.isdecimal() and len(text) < _LONGEST_SPLIT):
        message = "--split takes K/N, for example 3/5: three of five shares open the vault."
        raise click.UsageError(message)
    if any((settings.passphrase_file, settings.passphrase_fd is not None, settings.passphrase_command)):
        message = "With --split the vault has no passphrase."
        raise click.UsageError(message)
    check_split(int(count), int(needed))
    require_way_out(settings, folder)
    return int(needed), int(count)


def _make_split(
    settings: Settings,
    out: Output,
    target: Path,
    numbers: tuple[int, int],
    profile: KdfProfile,
    label: str,
    folder: str | None,
) -> tuple[Vault, list[Path]]:
    """Make a vault that opens by shares alone; the sheets are there first."""
    from vault import keys, sealing, shares
    from vault.vault import Vault

    needed, count = numbers
    vault_id = sealing.random_bytes(16)
    made = shares.split(sealing.random_bytes(sealing.SEED_BYTES), count, needed)
    with handed_out(out, made, keys.vault_code(vault_id), folder) as sheets:
        vault = Vault.create_split(
            target, vault_id, made, profile=profile, label=label, state_dir=state_folder(settings)
        )
    return vault, sheets


# --- status -------------------------------------------------------------------------------------------------------


@command("status", short_help="Show counts, epoch, checkpoint, and what needs attention.")
@click.pass_obj
def status(settings: Settings) -> None:
    """Show counts, epoch, checkpoint, last check and backup, deadlines with the days left, and what needs attention.

    Deadlines are next steps, replies and ends of consents from 60 days before their day on, and the last day on which a
    disappearance is urgent for the WGEID, as long as no step to it is on record.

    The epoch counts the changes made so far. The checkpoint is a short code for the present state: note it elsewhere,
    and `casevault check --expect` tells whether an older file was put in the vault's place.

    Example:
      casevault status
    """
    out = Output(settings)
    with open_vault(settings) as vault:
        state = vault.status()
        due = deadlines(vault, _today())
        papers = [paper_facts(each) for each in vault.keys.on_paper()]
    facts = status_facts(state)
    if out.json({**facts, "due": due, "on_paper": papers}):
        return
    for label, value in (
        ("fingerprint", state.fingerprint),
        ("vault code", state.vault_code),
        ("epoch", state.epoch),
        ("checkpoint", state.checkpoint),
        ("records", ", ".join(f"{count} {kind}" for kind, count in state.counts.items()) or "none"),
        ("size", f"{state.bytes} bytes in {state.objects} objects"),
        ("ways in", len(state.keyslots)),
        ("key profile", state.kdf_profile),
        ("last check", facts["last_check"] or "never"),
        ("last backup", _backup_line(facts["last_backup"])),
    ):
        out.line(label, value)
    for paper in papers:
        what = f"{paper['threshold']} of {paper['pieces']} shares" if paper["threshold"] else "paper key"
        out.line("on paper", paper["label"], what, f"last drill {paper['last_drill'] or 'never'}")
    for one in due:
        out.line("due", one["on"], f"{one['days']} days", one["kind"], one["id"][:10], one["what"])
    if len(state.keyslots) < 2 and not any(paper["threshold"] for paper in papers):
        out.talk(f"There is only one way in. Add another: `{OFFER}`.")
    if unseen := [paper_line(paper) for paper in papers if paper["never_seen"]]:
        out.talk(f"Never seen in a drill: {'; '.join(unseen)}. See whether they are still good: `casevault key drill`.")
    if not facts["last_check"]:
        out.talk("Never checked. Run `casevault check`.")
    if not facts["last_backup"]:
        out.talk("No backup is known. Make one: `casevault backup FILE`, and keep it in another place.")


def status_facts(state: Status) -> dict[str, Any]:
    """Give the vault's state as plain values.

    Args:
        state: From the library.

    Returns:
        What JSON says.
    """
    from cli.views import moment

    return {
        "fingerprint": state.fingerprint,
        "vault_code": state.vault_code,
        "epoch": state.epoch,
        "checkpoint": state.checkpoint,
        "counts": dict(state.counts),
        "objects": state.objects,
        "bytes": state.bytes,
        "generations": state.generations,
        "keyslots": len(state.keyslots),
        "kdf_profile": str(state.kdf_profile),
        "last_check": moment(state.last_check),
        "last_backup": _last_backup(state),
        "notices": list(state.notices),
    }


def _last_backup(state: Status) -> dict[str, Any] | None:
    """Give the newest known backup: when, where, how many days and changes ago."""
    import time

    from cli.views import moment

    known = max(state.backups, key=lambda each: int(each["epoch"]), default=None)
    if known is None:
        return None
    return {
        "at": moment(known["at"]),
        "days": max(0, int(time.time() - known["at"]) // 86_400),
        "changes_since": state.epoch - known["epoch"],
        "path": known["path"],
    }


def _backup_line(backup: dict[str, Any] | None) -> str:
    if backup is None:
        return "none known"
    age = {0: "today", 1: "1 day ago"}.get(backup["days"], f"{backup['days']} days ago")
    return f"{age}, {backup['changes_since']} changes since, {backup['path']}"


def _today() -> date:
    from datetime import date

    return date.today()  # noqa: DTZ011 - the person's own day is meant


def deadlines(vault: Vault, today: date) -> list[dict[str, Any]]:
    """List what is due: urgent cases, next steps and replies, consents that end.

    Args:
        vault: The open vault.
        today: The day to count from.

    Returns:
        Date, days left, kind, id and what is due, the nearest first.
    """
    from itertools import chain

    from vault import forms
    from vault.records import id_text

    # Only an event of these months can make a case urgent, or end that; all others need not be opened.
    since = forms.months_later(today, -forms.URGENT_MONTHS)
    recent = vault.find(f"kind:event when:{since.isoformat()}..{today.isoformat()}", limit=MAX_EVENTS)
    events = (hit.revision for hit in recent)
    found = forms.deadlines(chain(events, vault.records("action"), vault.records("consent")), today)
    return [
        {
            "on": one.on.isoformat(),
            "days": one.days,
            "kind": one.kind,
            "id": id_text(one.record),
            "what": one.what,
        }
        for one in found
    ]


# --- check --------------------------------------------------------------------------------------------------------


@command("check", short_help="Check integrity and freshness.")
@click.option("--scrub", is_flag=True, help="Without a passphrase: look for damaged bytes only.")
@click.option("--accept-older", is_flag=True, help="Take an older file into use on purpose, such as a restored backup.")
@click.option("--repair", is_flag=True, help="Mend first what can be mended without a loss.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def check(settings: Settings, *, scrub: bool, accept_older: bool, repair: bool, yes: bool) -> int:
    """Check integrity and freshness: every object opens, everything named is there, the log is one chain.

    With --expect the vault must be that state or a later one. --scrub needs no passphrase; it finds accidents, not what
    an attacker changed, and nothing in unused space.

    Header and head stand in the vault twice: a damaged copy is mended from the other one when the vault is opened, and
    told. --repair does so too, and where only the database's own order is damaged and every object opens, it writes the
    file anew. What is lost it cannot bring back: `casevault salvage` brings back the rest.

    Example:
      casevault check --expect 4711-ABCD-EFGH-JKMN-PQRS
      casevault check --scrub
    """
    out = Output(settings)
    clear_beside(out, vault_path(settings))
    if scrub:
        if settings.expect is not None or accept_older or repair:
            message = "--scrub opens nothing, so it goes with no other option."
            raise click.UsageError(message)
        return _scrub(settings, out)
    if accept_older:
        if repair:
            message = "Take the older file into use first, then repair it."
            raise click.UsageError(message)
        return _accept_older(settings, out, yes=yes)
    with open_vault(settings, write=True) as vault, out.progress("checking") as bar:
        mended = vault.keeping.repair() if repair else ()
        report = vault.check(progress=bar.advance_to)
        state = vault.status()
    problems = [str(problem) for problem in report.problems]
    facts = {"ok": not problems, "problems": problems, "epoch": state.epoch, "checkpoint": state.checkpoint}
    if not out.json({**facts, "mended": list(mended)} if repair else facts):
        for each in mended:
            out.line("mended", each)
        for problem in problems:
            out.line(problem)
        out.line("epoch", state.epoch)
        out.line("checkpoint", state.checkpoint)
    if problems:
        out.warn(
            f"{len(problems)} problem(s). What was read from sound parts is right; copy the file aside and open your "
            "newest backup with -V. Without one: `casevault salvage`."
        )
        return Exit.INTEGRITY
    out.talk("Everything is in order.")
    return Exit.OK


def _scrub(settings: Settings, out: Output) -> int:
    from vault.vault import scrub

    with out.progress("reading") as bar:
        report = scrub(vault_path(settings), progress=bar.advance_to)
    problems = [str(problem) for problem in report.problems]
    if not out.json({"ok": not problems, "objects": report.objects, "problems": problems}):
        for problem in problems:
            out.line(problem)
        out.line("objects", report.objects)
    out.talk("This finds accidents; only `casevault check` with a passphrase finds what an attacker changed.")
    return Exit.INTEGRITY if problems else Exit.OK


def _accept_older(settings: Settings, out: Output, *, yes: bool) -> int:
    question = "Take this older file into use? What was entered since is not in it."
    if not yes and not confirm(settings, question, otherwise="--yes"):
        out.talk("Nothing was changed.")
        return Exit.OK
    with open_vault(settings, write=True, accept_older=True) as vault:
        vault.accept_older()
        state = vault.status()
    if not out.json({"accepted": True, "epoch": state.epoch, "checkpoint": state.checkpoint}):
        out.line("epoch", state.epoch)
        out.line("checkpoint", state.checkpoint)
    out.talk("Taken into use; the log says so.")
    return Exit.OK


# --- copies -------------------------------------------------------------------------------------------------------


@command("backup", short_help="Copy the vault to a new file.")
@click.argument("target", metavar="FILE")
@click.pass_obj
def backup(settings: Settings, target: str) -> None:
    """Copy the vault to a new file, from one consistent state. The copy is a vault: open it with -V.

    Example:
      casevault backup /media/stick/families-2026-03.vault
    """
    out = Output(settings)
    path = checked_path(target)
    with open_vault(settings, write=True) as vault, out.progress("copying") as bar:
        checkpoint = vault.status().checkpoint
        vault.keeping.backup(path, progress=bar.advance_to)
    if not out.json({"backup": str(path), "checkpoint": checkpoint}):
        out.line("backup", path)
        out.line("checkpoint", checkpoint)
    out.talk("It opens with the same passphrases as this vault does now. Keep it in another place, and try it.")


@command("compact", short_help="Rewrite the file without the space of what was removed.")
@click.pass_obj
def compact(settings: Settings) -> None:
    """Rewrite the file without the space of what was removed, in a random order.

    Example:
      casevault compact
    """
    out = Output(settings)
    path = vault_path(settings)
    before = Path(path).stat().st_size if path.is_file() else 0
    with open_vault(settings, write=True) as vault:
        vault.keeping.compact()
    after = path.stat().st_size
    if not out.json({"before": before, "after": after}):
        out.line("before", before)
        out.line("after", after)
    out.talk(f"{escape(path.name)} was rewritten.")
