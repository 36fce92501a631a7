"""Commands that ask the ledger: list, exposure, recall.

Floor: roof.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from cli.app import Group, Settings
from cli.output import Output
from cli.session import checked_path, open_vault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from vault.ledger import Handover
    from vault.vault import Vault


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
                one["sealed_sha256"].hex()[:16],
            )
            for one in map(handover_json, found)
        ),
    )


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


@ledger.command("exposure", short_help="Say who is exposed if a recipient or bundle is compromised.")
@click.argument("subject", metavar="RECIPIENT|BUNDLE")
@click.pass_obj
def exposure(settings: Settings, subject: str) -> None:
    """Say who is exposed, with which facts, if a recipient or a bundle is compromised; whom to warn first on top.

    A bundle is named by the first digits of its SHA-256.

    Example:
      casevault ledger exposure "Advocate Example"
    """
    from cli.views import short_id
    from vault.ledger import exposure as exposed_by
    from vault.ledger import handovers

    out = Output(settings)
    with open_vault(settings) as vault:
        log = list(vault.disclosures.log())
        known = {one.recipient for one in handovers(log)} | set(vault.disclosures.recipients())
        bundle = None if subject in known else bundle_of(subject)
        found = exposed_by(log, recipient=subject if bundle is None else None, bundle=bundle)
        name_of = naming(vault)
        rows = [(one, name_of(one.person)) for one in found]
    if out.json(
        {
            "exposed": [
                {
                    "id": one.person,
                    "name": name,
                    "role": one.role,
                    "inside": one.inside,
                    "onward": list(one.onward),
                    "facts": dict(one.facts),
                    "bundles": [bundle.hex() for bundle in one.bundles],
                }
                for one, name in rows
            ]
        }
    ):
        return
    out.table(
        ("id", "who", "role", "where", "onward", "facts"),
        (
            (
                short_id(one.person),
                name,
                one.role,
                "inside" if one.inside else "outside",
                " ".join(one.onward),
                facts_text(one.facts),
            )
            for one, name in rows
        ),
        wrap=True,
    )
    if not rows:
        out.talk("Nobody: nothing about anybody went there.")


def facts_text(facts: Mapping[str, str]) -> str:
    """Say which facts left in which form.

    Args:
        facts: The most telling outcome of each field.

    Returns:
        For each outcome its fields; nothing of what was withheld.
    """
    forms: dict[str, list[str]] = {}
    for field, outcome in sorted(facts.items()):
        forms.setdefault(outcome, []).append(field)
    return "; ".join(
        f"{form}: {' '.join(forms[form])}" for form in ("value", "coarsened", "pseudonym") if form in forms
    )


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

    With -o a notice to each holder is written, in English, Russian and Kazakh; it names bundles and nobody.

    Example:
      casevault ledger recall 77c0
      casevault ledger recall 3f9a -o notices
    """
    out = Output(settings)
    path = checked_path(target) if target is not None else None
    with open_vault(settings) as vault:
        found = to_recall(vault, vault.resolve(record))
    written = write_notices(path, found) if path is not None and found else []
    if not out.json({"bundles": [handover_json(one) for one in found], "notices": [str(one) for one in written]}):
        print_handovers(out, found)
        for one in written:
            out.line("notice", one)
    if not found:
        out.talk("No bundle relied on it, and nothing was written.")
    elif path is None:
        out.talk("With -o DIR a notice is written for each of these holders.")


def to_recall(vault: Vault, record: bytes) -> list[Handover]:
    """List the bundles that relied on a consent, or in which anything of a person left.

    Args:
        vault: The open vault.
        record: Record id; of a record that was purged, the ledger alone tells what it was.

    Returns:
        The bundles, oldest first.

    Raises:
        click.UsageError: It is a record of another kind.
    """
    from vault.errors import NotFoundError
    from vault.ledger import recall as recall_by
    from vault.ledger import recall_person

    kind = None
    with suppress(NotFoundError):
        kind = vault.get(record).kind
    if kind not in {None, "consent", "person", "source"}:
        message = f"That is of kind {kind}; a consent, a person or a source can be recalled."
        raise click.UsageError(message)
    log = vault.disclosures.log()
    found = recall_by(log, record) if kind in {None, "consent"} else []
    return found or (recall_person(log, record) if kind != "consent" else [])


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

    digests = [one.sealed_sha256 if any(one.sealed_sha256) else one.bag_sha256 for one in bundles]
    listed = [
        f"  {moment(one.time)[:10]}  {one.policy}  SHA-256 {digest.hex()}"
        for one, digest in zip(bundles, digests, strict=True)
    ]
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
