"""Commands that ask the ledger: list, exposure, verify, recall.

Floor: roof.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Command, Group, Settings
from cli.output import Output, escape
from cli.session import checked_path, open_vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vault.ledger import Handover
    from vault.vault import Exposure, Vault

_ALONE: Final = "\0"
"""What `--vault` without a path stands for; no path has it."""


@click.group("ledger", cls=Group, invoke_without_command=True, short_help="Show who received what, and who is exposed.")
@click.pass_context
def ledger(ctx: click.Context) -> None:
    """Show who received what, and who is exposed. Without a further word it lists all bundles.

    Example:
      casevault ledger
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_ledger)


def handover_json(one: Handover) -> dict[str, Any]:
    """Give a bundle's entry as plain values.

    Args:
        one: The entry.

    Returns:
        What JSON says.
    """
    from cli.views import moment

    return {
        "epoch": one.epoch,
        "when": moment(one.time),
        "recipient": one.recipient,
        "fingerprint": one.fingerprint,
        "audience": one.audience,
        "onward": list(one.onward),
        "purpose": one.purpose,
        "policy": one.policy,
        "bag_sha256": one.bag_sha256,
        "sealed_sha256": one.sealed_sha256,
        "consents": [consent.hex() for consent in one.consents],
        "review": one.gate.get("review", {}),
        "overridden": [dict(finding) for finding in one.overridden],
        "persons": len({fact.person for fact in one.facts if fact.person and fact.outcome != "withheld"}),
    }


def print_handovers(out: Output, found: list[Handover]) -> None:
    """Print bundles, one a line.

    Args:
        out: Where to write.
        found: The entries.
    """
    out.table(
        ("when", "recipient", "policy", "purpose", "persons", "bundle"),
        (
            (
                one["when"],
                one["recipient"],
                one["policy"],
                one["purpose"],
                one["persons"],
                handover.digest.hex()[:16],
            )
            for handover, one in zip(found, map(handover_json, found), strict=True)
        ),
    )
    for one in found:
        for finding in one.overridden:
            told = f"{finding['place']}: {finding['rule']}, overridden because: {finding['reason']}"
            out.data(f"  {one.digest.hex()[:16]}  {escape(told)}")


@ledger.command("list", short_help="List the bundles that were made.")
@click.pass_obj
def list_ledger(settings: Settings) -> None:
    """List the bundles that were made: when, to whom, under which policy, for what, about how many persons.

    Example:
      casevault ledger list
    """
    from vault.ledger import handovers

    out = Output(settings)
    with open_vault(settings) as vault:
        found = handovers(vault.disclosures.log())
    if not out.json({"bundles": [handover_json(one) for one in found]}):
        print_handovers(out, found)


def naming(vault: Vault) -> Callable[[bytes], str]:
    """Make a function that says which record an id is.

    Args:
        vault: The open vault.

    Returns:
        It gives the title, or nothing where the record is gone.
    """
    from vault.errors import NotFoundError
    from vault.records import title

    schemas = vault.schemas

    def name_of(record: bytes) -> str:
        with suppress(NotFoundError):
            return title(vault.get(record), schemas)
        return ""

    return name_of


class WithWholeVault(Command):
    """A command in which `--vault` may also stand alone; with a path it is the option of all commands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on to click
        """Put an option of the command's own in the place of the common one."""
        super().__init__(*args, **kwargs)
        self.params = [one for one in self.params if one.name != "vault"]
        self.params.append(
            click.Option(
                ("-V", "--vault", "vaults"),
                multiple=True,
                is_flag=False,
                flag_value=_ALONE,
                metavar="",
                help="Alone: everything that the vault itself holds, if it was opened by somebody.",
            )
        )


@ledger.command("exposure", cls=WithWholeVault, short_help="Say who is exposed if something was opened by others.")
@click.argument("subject", metavar="[RECIPIENT|BUNDLE]", required=False)
@click.option("--all", "all_bundles", is_flag=True, help="Everything that was ever handed over.")
@click.option("-o", "--output", "target", metavar="FILE", help="Write a page to print: HTML, or text if FILE is .txt.")
@click.pass_obj
def exposure(
    settings: Settings, subject: str | None, *, vaults: tuple[str, ...], all_bundles: bool, target: str | None
) -> None:
    """Say who is exposed, with which facts, if others opened what a recipient has, or a bundle; whom to warn first.

    First whoever is in something that goes on to the State, then people inside it, named relatives and sources before
    others. A bundle is named by the first digits of its SHA-256. Names that share a key count as one recipient.

    The page of -o is as secret as the vault: print it, and delete it.

    Example:
      casevault ledger exposure "Advocate Example"
      casevault ledger exposure 5be1c07a -o warn.html
      casevault ledger exposure --vault
    """
    from cli.exposure import as_html, as_json, as_text

    out = Output(settings)
    paths = [given for given in vaults if given != _ALONE]
    settings.vault = paths[-1] if paths else settings.vault
    whole = _ALONE in vaults
    if (subject is not None) + whole + all_bundles != 1:
        message = "Give one of RECIPIENT, BUNDLE, --all, and --vault alone."
        raise click.UsageError(message)
    path = checked_path(target) if target is not None else None
    with open_vault(settings) as vault:
        found = looked_up(vault, subject, whole=whole)
    heading = "this vault itself" if whole else "all bundles" if subject is None else subject
    page = as_text(found, heading) if path is None or path.suffix == ".txt" else as_html(found, heading)
    if path is not None:
        from vault.paths import NewFile

        with NewFile(path) as file:
            file.write(page.encode())
            file.settle()
            file.commit()
        out.talk("Everything on this page is as secret as the vault. Print it, and delete it.")
    if out.json({**as_json(found), "file": None if path is None else str(path)}):
        return
    if path is not None:
        out.line("page", path)
    elif found.people or found.unrecorded or found.nobody:
        out.data(escape(page, newlines=True).rstrip("\n"))
    else:
        out.talk("Nobody: nothing about anybody went there.")


def looked_up(vault: Vault, subject: str | None, *, whole: bool) -> Exposure:
    """Look up who is exposed.

    Args:
        vault: The open vault.
        subject: Name of a recipient, or beginning of a bundle's hash; None for all.
        whole: By the vault itself.

    Returns:
        The report.

    Raises:
        click.UsageError: `subject` is neither a recipient nor the hash of a bundle.
    """
    from datetime import date

    from vault.ledger import handovers

    today = date.today()  # noqa: DTZ011 - consents are dated by the person's own calendar
    desk = vault.disclosures
    if whole:
        return desk.exposure_of_vault(today)
    if subject is None:
        return desk.exposure(today)
    if subject in {one.recipient for one in handovers(desk.log())} | set(desk.recipients()):
        return desk.exposure(today, recipients=[subject])
    found = desk.exposure(today, bundle=bundle_of(subject))
    if not found.bundles:
        message = f"No bundle has a SHA-256 that begins with {escape(subject)}."
        raise click.UsageError(message)
    return found


@ledger.command("verify", short_help="Check that the ledger is whole.")
@click.pass_obj
def verify_ledger(settings: Settings) -> int:
    """Check that the ledger is whole: no entry missing, changed or moved, and every bundle in it complete.

    Example:
      casevault ledger verify
    """
    from cli.exits import Exit
    from vault.ledger import verify

    out = Output(settings)
    with open_vault(settings) as vault:
        found = verify(vault.disclosures.log())
    broken = [bundle.hex() for bundle in found.incomplete]
    if not out.json({"entries": found.entries, "bundles": found.bundles, "incomplete": broken}):
        out.line("whole" if not broken else "not whole", f"{found.entries} entries", f"{found.bundles} bundles")
    for bundle in broken:
        out.warn(f"of the bundle {bundle[:16]} entries are missing: not all that it tells is known")
    return Exit.FAILURE if broken else Exit.OK


def bundle_of(text: str) -> bytes:
    """Read the beginning of a bundle's hash.

    Args:
        text: As given.

    Returns:
        At least 4 bytes.

    Raises:
        click.UsageError: It is neither that nor a recipient known to the vault.
    """
    with suppress(ValueError):
        if len(text) >= 8:
            return bytes.fromhex(text[: len(text) // 2 * 2])
    message = f"{text!a} is neither a recipient nor the first 8 digits or more of a bundle's SHA-256."
    raise click.UsageError(message)


@ledger.command("recall", short_help="List the bundles to ask back, and write the notices to their holders.")
@click.argument("record", metavar="CONSENT|PERSON")
@click.option("-o", "--output", "target", metavar="DIR", help="Write a notice for each holder into this new folder.")
@click.pass_obj
def recall(settings: Settings, record: str, target: str | None) -> None:
    """List the bundles that relied on a consent, or in which anything of a person left, and who holds them.

    With -o a notice to each holder is written, in English, Russian and Kazakh; it names bundles and nobody. The ledger
    then says that these bundles were asked back.

    Example:
      casevault ledger recall 77c0
      casevault ledger recall 3f9a -o notices
    """
    out = Output(settings)
    path = checked_path(target) if target is not None else None
    with open_vault(settings, write=path is not None) as vault:
        found = to_recall(vault, vault.resolve(record))
        written = write_notices(path, found) if path is not None and found else []
        if written:
            vault.disclosures.note_recall(one.digest for one in found)
    if not out.json({"bundles": [handover_json(one) for one in found], "notices": [str(one) for one in written]}):
        print_handovers(out, found)
        for one in written:
            out.line("notice", one)
    if not found:
        out.talk("No bundle relied on it, and nothing was written.")
    elif path is None:
        out.talk("With -o DIR a notice is written for each of these holders.")


def to_recall(vault: Vault, record: bytes, *, with_ended: bool = True) -> list[Handover]:
    """List the bundles that relied on a consent, or in which anything of a person left.

    Args:
        vault: The open vault.
        record: Record id; of a record that was purged, the ledger alone tells what it was.
        with_ended: Of a consent that was withdrawn, also those that relied on another which the withdrawal ends.

    Returns:
        The bundles, oldest first.

    Raises:
        click.UsageError: It is a record of another kind.
    """
    from vault.errors import NotFoundError
    from vault.ledger import handovers, recall_person
    from vault.ledger import recall as recall_by
    from vault.redact import ended_with

    revision = None
    with suppress(NotFoundError):
        revision = vault.get(record)
    kind = None if revision is None else revision.kind
    if kind not in {None, "consent", "person", "source"}:
        message = f"That is of kind {kind}; a consent, a person or a source can be recalled."
        raise click.UsageError(message)
    log = vault.disclosures.log()
    known = [*vault.records("consent"), *vault.records("consent", removed=True)]
    if revision is not None and kind == "consent":
        ended = ended_with(revision, known) if with_ended else set()
        audiences, purposes = revision.values("audiences"), revision.values("purposes")
        return [
            one
            for one in handovers(log)
            if record in one.consents
            or (
                ended & set(one.consents)
                and (not audiences or one.audience in audiences)
                and (not purposes or one.purpose in purposes)
            )
        ]
    found = recall_by(log, record) if kind is None else []
    if found:
        return found
    # Of counts the ledger knows no person, but the consents that they relied on.
    consents = {one.record_id for one in known if record in one.links("about")}
    counted = [one for one in handovers(log) if not one.facts and consents & set(one.consents)]
    return sorted([*recall_person(log, record), *counted], key=lambda one: one.epoch)


def write_notices(path: Path, found: list[Handover]) -> list[Path]:
    """Write a notice for each holder.

    Args:
        path: The new folder.
        found: The bundles to ask back.

    Returns:
        The files.
    """
    from vault.paths import NewFolder

    holders: dict[str, list[Handover]] = {}
    for one in found:
        holders.setdefault(one.recipient, []).append(one)
    names = {holder: f"notice-{number}.txt" for number, holder in enumerate(sorted(holders), 1)}
    with NewFolder(path) as folder:
        for holder, name in names.items():
            folder.begin(name)
            folder.write(notice_text(holder, holders[holder]).encode())
        folder.settle()
        folder.commit()
    return [path / name for name in names.values()]


def notice_text(holder: str, bundles: list[Handover]) -> str:
    """Write what a holder is asked: to destroy bundles, those passed on too, and to confirm it.

    Args:
        holder: Name in the address book.
        bundles: What they hold.

    Returns:
        The text; it says of nobody why.
    """
    from cli.views import moment

    listed = [f"  {moment(one.time)[:10]}  {one.policy}  SHA-256 {one.digest.hex()}" for one in bundles]
    passed_on = sorted({step for one in bundles for step in one.onward})
    return "\n".join(
        [
            holder,
            "",
            "en  Please destroy these files and every copy of what is in them, ask those to whom you passed it on to",
            "    do the same, and tell us when it is done. Do not use what is in them any more.",
            "ru  Пожалуйста, уничтожьте эти файлы и все копии их содержимого, попросите о том же тех, кому вы его",
            "    передали, и сообщите нам, когда это сделано. Больше не используйте их содержимое.",
            "kk  Осы файлдарды және олардың мазмұнының барлық көшірмелерін жойыңыз, оны берген адамдарыңыздан да соны",
            "    сұраңыз, орындалған соң бізге хабарлаңыз. Мазмұнын енді пайдаланбаңыз.",
            "",
            *listed,
            *([f"  onward / далее / әрі қарай: {', '.join(passed_on)}"] if passed_on else []),
            "",
        ]
    )
