"""The command that lets something leave: export.

Floor: roof. It decides nothing: consent, policy and gate are the library's. It asks, shows and reports.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Settings, command
from cli.output import Output, escape
from cli.session import ask, can_ask, checked_path, confirm, open_vault
from cli.unfinished import clear_beside

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from vault.handoff import Sealed
    from vault.redact import Recipient, Request, Table, View
    from vault.redact.risk import Group, Recognition
    from vault.redact.view import Doubt, Reading
    from vault.vault import Vault

PURPOSES: Final = ("legal", "un", "tracing", "advocacy", "research", "publication", "family")
LANGUAGES: Final = ("en", "ru", "kk", "zh")
DOUBTS_SHOWN: Final = 100
"""Words to judge that a terminal shows."""
_EVERYTHING: Final = "everything"
_ORDER: Final = ("case", "person", "event", "statement", "document", "action", "consent", "source")


@command("export", short_help="Redact, check, sign and seal records for a recipient.")
@click.argument("records", metavar="[ID]...", nargs=-1)
@click.option("--query", metavar="Q", help="Also every record that this search finds.")
@click.option("--policy", "policy_name", metavar="NAME", required=True, help="What may leave: see `policy list`.")
@click.option(
    "--to", "recipient_name", metavar="RECIPIENT", required=True, help="Who receives it: see `recipient list`."
)
@click.option("--purpose", type=click.Choice(PURPOSES), required=True, help="What it is for.")
@click.option("-o", "--output", "target", metavar="FILE", help="The new file; with --format dir the new folder.")
@click.option("--preview", is_flag=True, help="Show what would leave and what would not; write nothing.")
@click.option(
    "--page",
    "page_name",
    metavar="FILE.html",
    help="With --preview: also write a page to read and judge the texts; it holds secrets in the clear.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["age", "html", "dir"]),
    default="age",
    show_default=True,
    help="Sealed, sealed in a page that any browser opens, or a plain folder.",
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Of the dossier; its page index.html has all four, and shows this one first.",
)
@click.option("--pdf", is_flag=True, help="Put the dossier into the bundle as PDF too; needs casevault[pdf].")
@click.option("--plaintext", is_flag=True, help="With --format dir: agree to plain files without being asked.")
@click.option("--only", is_flag=True, help="Take the named records alone, not those that belong to them.")
@click.option("--leave-out", is_flag=True, help="Leave out records for which consent is missing, instead of refusing.")
@click.option(
    "--override",
    "overridden",
    metavar="FINDING",
    multiple=True,
    help="Let one finding of the leak gate pass; each with a --reason of its own, in the same order.",
)
@click.option("--reason", "reasons", metavar="TEXT", multiple=True, help="Why that finding may pass; for the ledger.")
@click.option("--counts", metavar="FIELD,...", help="A table of counts by these fields, and no record.")
@click.option("--fresh", is_flag=True, help="New stand-ins: nothing joins this to what the recipient has.")
@click.option("--note", metavar="TEXT", default="", help="A line for the recipient; @FILE reads it from a file.")
@click.option("--yes", count=True, help="Agree without being asked; the policy everything needs it twice.")
@click.pass_obj
def export(
    settings: Settings,
    *,
    records: tuple[str, ...],
    query: str | None,
    policy_name: str,
    recipient_name: str,
    purpose: str,
    target: str | None,
    form: str,
    language: str,
    pdf: bool,
    note: str,
    yes: int,
    preview: bool,
    page_name: str | None,
    plaintext: bool,
    only: bool,
    leave_out: bool,
    fresh: bool,
    counts: str | None,
    overridden: tuple[str, ...],
    reasons: tuple[str, ...],
) -> None:
    """Redact, check, sign and seal records for a recipient.

    Nothing leaves that the policy does not name, and each person's consent must cover audience, purpose and the way
    onward; else nothing is written and it ends with exit code 9. Of a case all of it goes, of a person that person and
    the records about them. A recipient without a key gets a passphrase of six words, shown once: tell it by voice; so
    does whoever gets a page (--format html), which a browser opens offline. The recipient `self` is you. The policy
    `un` makes two bundles in a new folder, or none: what a Working Group passes to the State concerned, and what it
    keeps.

    With --counts only a table leaves: how many detained persons who consent to it, of those named or of all. Numbers of
    few are held back, and those by which they could be worked out, also with tables the audience had before.

    With --preview nothing is written but the page, if one is asked for: it shows each text with its masks, what stands
    under them and why, the words to judge, and who could be recognised. `review` keeps what you decide; `review
    discard` deletes the page.

    The leak gate reads the finished bytes, and what it finds refuses. It says of each finding where it is, and the id
    by which you can let it pass once you have looked there: --override FINDING --reason TEXT, one by one, for the
    ledger. A file that no reader opens (a recording) goes the same way. Nothing of level never does. An id holds for
    this very export: after any change give the command without it, and look again.

    Example:
      casevault export 3f9a --policy lawyer --to "Advocate Example" --purpose legal --preview
      casevault export 3f9a --policy lawyer --to "Advocate Example" --purpose legal -o case.age
      casevault export 3f9a --policy un --to WGEID --purpose un -o submission
      casevault export 3f9a --policy family --to Aigul --purpose family --format html -o case.html
      casevault export --counts sex,event.place --policy public --to Web --purpose publication -o counts.age
    """
    from cli.commands.address import require_confirmed

    out = Output(settings)
    if (target is None) != preview:
        message = "Give either -o FILE or --preview."
        raise click.UsageError(message)
    if plaintext and form != "dir":
        message = f"--plaintext belongs to --format dir; the form {form} is sealed."
        raise click.UsageError(message)
    if page_name is not None and not preview:
        message = "--page belongs to --preview."
        raise click.UsageError(message)
    overrides = reasons_of(overridden, reasons)
    if overrides and preview:
        message = "--override belongs to -o FILE: a preview refuses nothing."
        raise click.UsageError(message)
    check_name(target, form, policy_name)
    path = checked_path(target) if target is not None else None
    page_path = checked_path(page_name) if page_name is not None else None
    for new in filter(None, (path, page_path)):
        refuse_existing(new)
    with open_vault(settings, write=not preview) as vault:
        requests = make_requests(
            vault,
            records=records,
            query=query,
            policy_name=policy_name,
            recipient_name=recipient_name,
            purpose=purpose,
            only=only,
            leave_out=leave_out,
            fresh=fresh,
            counts=counts,
            note=note,
        )
        if path is None:
            with out.working("Redacting"):
                views = {name: vault.disclosures.preview(request) for name, request in requests.items()}
            if page_path is not None:
                write_page(out, page_path, requests, views)
            show_previews(out, views)
            return
        require_confirmed(next(iter(requests.values())).recipient)
        if not all(agreed(settings, out, one, form, plaintext=plaintext, yes=yes) for one in requests.values()):
            out.talk("Nothing was written.")
            return
        hand_over(out, vault, requests, path, form, overrides, language, pdf=pdf)


def reasons_of(overridden: tuple[str, ...], reasons: tuple[str, ...]) -> dict[str, str]:
    """Give each finding that is to pass its reason.

    Args:
        overridden: Ids of findings.
        reasons: A reason for each, in the same order.

    Returns:
        The reasons by id.

    Raises:
        click.UsageError: A reason or a finding is lacking, or a finding is named twice.
    """
    if len(overridden) != len(reasons) or not all(map(str.strip, reasons)):
        message = "Each --override FINDING needs a --reason TEXT of its own."
        raise click.UsageError(message)
    given = dict(zip(overridden, reasons, strict=True))
    if len(given) != len(overridden):
        message = "A finding is named twice."
        raise click.UsageError(message)
    return given


def check_name(target: str | None, form: str, policy_name: str) -> None:
    """Refuse a name that calls a page something else, or something else a page: systems open a file by its name.

    Args:
        target: The new file or folder as typed; None if nothing is written.
        form: age, html or dir.
        policy_name: Of a policy, or a name for several, whose bundles stand in a folder.

    Raises:
        click.UsageError: The name does not fit.
    """
    from vault.redact import TOGETHER

    is_page = form == "html" and policy_name not in TOGETHER
    if target is not None and target.lower().endswith((".html", ".htm")) != is_page:
        message = "A page (--format html) has a name that ends with .html, and nothing else has."
        raise click.UsageError(message)


def refuse_existing(path: Path) -> None:
    """Refuse a target that is there already, before anything is asked or computed.

    Args:
        path: The target.

    Raises:
        UnsafePathError: Something is there; the library looks once more when it writes.
    """
    if path.exists() or path.is_symlink():
        from vault.errors import UnsafePathError

        message = f"{path} is there already"
        raise UnsafePathError(message)


def make_requests(
    vault: Vault,
    *,
    records: tuple[str, ...],
    query: str | None,
    policy_name: str,
    recipient_name: str,
    purpose: str,
    only: bool,
    leave_out: bool,
    fresh: bool,
    counts: str | None,
    note: str,
) -> dict[str, Request]:
    """Turn the words of the command line into requests.

    Args:
        vault: The open vault.
        records: Ids or their beginnings.
        query: A search, or None.
        policy_name: Name of the policy, or of several that make one act.
        recipient_name: Name in the address book, or `self`.
        purpose: What for.
        only: Take the named records alone.
        leave_out: Leave out what lacks consent.
        fresh: Start new pseudonyms.
        counts: Fields to count by, divided by commas, or None.
        note: Text for the recipient, or `@FILE`.

    Returns:
        The requests by the name of each bundle of an act; under an empty name where there is one alone.

    Raises:
        click.UsageError: No record is named.
        NotFoundError: A policy, recipient or record is not there.
    """
    from datetime import date

    from cli.commands.policy import known_policy
    from vault.redact import TOGETHER, Request

    parts = {part: known_policy(vault, name) for part, name in TOGETHER.get(policy_name, {"": policy_name}).items()}
    selection = [vault.resolve(record) for record in records]
    if query is not None:
        found = vault.find(query, limit=sys.maxsize)
        if found.capped:
            message = "The search has more names to compare than it can, so some may be missing. Ask more narrowly."
            raise click.UsageError(message)
        selection += [hit.revision.record_id for hit in found]
    if not selection and (records or query is not None or (policy_name != _EVERYTHING and counts is None)):
        message = "No record is named or found. Give an ID, or --query."
        raise click.UsageError(message)
    if note.startswith("@"):
        from cli.fields import read_text_file

        note = read_text_file(note[1:]).decode("utf-8-sig", errors="replace").strip()
    if counts is not None and (len(parts) > 1 or policy_name == _EVERYTHING or not counts.strip(" ,")):
        message = "--counts takes one or more fields, and a policy of one bundle."
        raise click.UsageError(message)
    recipient = receiver(vault, recipient_name)
    today = date.today()  # noqa: DTZ011 - consents are dated by the person's own calendar
    return {
        part: Request(
            selection=tuple(dict.fromkeys(selection)),
            policy=policy,
            recipient=recipient,
            purpose=purpose,
            today=today,
            only=only,
            leave_out=leave_out,
            note=note,
            # What is made together with a part that is passed on is not passed on itself.
            stays=len(parts) > 1 and not policy.onward,
            fresh=fresh,
            counts=tuple(filter(None, map(str.strip, (counts or "").split(",")))),
        )
        for part, policy in parts.items()
    }


def receiver(vault: Vault, name: str) -> Recipient:
    """Find who receives a bundle.

    Args:
        vault: The open vault.
        name: Name in the address book, or `self`.

    Returns:
        The recipient.

    Raises:
        NotFoundError: There is none of that name.
    """
    from vault.redact import SELF, Recipient

    entries = vault.disclosures.recipients()
    if name == SELF and name not in entries:
        return Recipient(SELF, SELF)
    from cli.commands.address import known_recipient

    return known_recipient(entries, name)


def agreed(settings: Settings, out: Output, request: Request, form: str, *, plaintext: bool, yes: int) -> bool:
    """Ask what has to be asked before a file is made.

    Args:
        settings: The global options.
        out: Where to talk.
        request: What is wanted.
        form: age, html or dir.
        plaintext: Plain files were agreed to.
        yes: How often `--yes` was given.

    Returns:
        Whether to go on.
    """
    if request.policy.name == _EVERYTHING and yes < 2:
        out.warn("The policy everything takes all of it out, unredacted: names, sources, files, history.")
        if not can_ask(settings):
            message = "The policy everything needs a yes twice: give --yes --yes."
            raise click.UsageError(message)
        if ask("Type the word everything to go on:") != _EVERYTHING:
            return False
        if not confirm(settings, "Is this file for you alone?", otherwise="--yes --yes"):
            return False
    if form == "dir" and not plaintext:
        question = "The folder will be plain: whoever gets at this disk can read it. Write it all the same?"
        return confirm(settings, question, otherwise="--plaintext")
    return True


def hand_over(
    out: Output,
    vault: Vault,
    requests: dict[str, Request],
    path: Path,
    form: str,
    overrides: dict[str, str],
    language: str,
    *,
    pdf: bool = False,
) -> None:
    """Make the bundle, or the bundles of one act in a folder, and say what was made.

    Args:
        out: Where to write.
        vault: The open vault.
        requests: What is wanted, by the name of each bundle.
        path: The new file or folder.
        form: age, html or dir.
        overrides: The reasons for which findings of the gate may pass, by their ids.
        language: Of the dossier.
        pdf: With the dossier as PDF.

    Raises:
        LeakError: The gate refused; JSON has its findings too.
    """
    from vault import handoff
    from vault.errors import LeakError
    from vault.words import generate_passphrase

    clear_beside(out, path)
    with out.working("Redacting"):
        disclosures = dict(zip(requests, vault.disclosures.together(list(requests.values())), strict=True))
    views = {name: disclosure.view for name, disclosure in disclosures.items()}
    tell(out, views)
    keyless = next(iter(requests.values())).recipient.key is None
    sealing = form == "html" or (form == "age" and keyless)
    passphrases = {name: generate_passphrase() for name in requests} if sealing else {}
    carrier: handoff.Carrier = "html" if form == "html" else "age" if form == "age" else "dir"
    try:
        with out.working("Checking and sealing"):
            if "" not in disclosures:
                made = handoff.write_together(
                    disclosures,
                    path,
                    form=carrier,
                    passphrases=passphrases,
                    overrides=overrides,
                    language=language,
                    pdf=pdf,
                )
            else:
                ((name, only),) = disclosures.items()
                passphrase = passphrases.get(name)
                sealed = handoff.write(
                    only, path, form=carrier, passphrase=passphrase, overrides=overrides, language=language, pdf=pdf
                )
                made = {name: sealed}
    except LeakError as error:
        out.json({"refused": [refusal_json(one) for one in error.findings]})
        raise
    told = {name: sealed_json(sealed, requests[name], views[name]) for name, sealed in made.items()}
    if not out.json(told.get("", {"bundles": told})):
        for name, sealed in made.items():
            out.line("file", sealed.path)
            out.line("records", len(views[name].records))
            out.line("signer", sealed.signer.words)
            out.line("sha256", (sealed.sealed_sha256 or sealed.bag_sha256).hex())
    for name, passphrase in passphrases.items():
        out.warn(
            f"The passphrase of {f'the bundle {name}' if name else 'this bundle'}, shown this once:\n\n"
            f"    {passphrase}\n\nTell it to the recipient by another way than the file, best by voice."
        )
    out.talk("The ledger has the entry. Tell the recipient the six words of the signer by voice.")


def tell(out: Output, views: dict[str, View]) -> None:
    """Warn of what a person has to look at, and say what was left out.

    Args:
        out: Where to write.
        views: The redacted views, by the name of each bundle.
    """
    for line in dict.fromkeys(line for view in views.values() for line in view.warnings):
        out.warn(line)
    for name, view in views.items():
        for record in view.left_out:
            out.warn(f"left out{f' of {name}' if name else ''} for want of consent: {record.hex()}")


def refusal_json(one: Any) -> dict[str, Any]:  # noqa: ANN401 - `Refusal`, which an error carries as anything
    """Give a finding of the gate as plain values.

    Args:
        one: The `Refusal`.

    Returns:
        What JSON says.
    """
    return {"finding": one.id, "rule": one.rule, "place": one.place, "way": one.way}


def sealed_json(sealed: Sealed, request: Request, view: View) -> dict[str, Any]:
    """Give a bundle that was made as plain values.

    Args:
        sealed: The bundle.
        request: What was wanted.
        view: What left.

    Returns:
        What JSON says.
    """
    return {
        "file": str(sealed.path),
        "recipient": request.recipient.name,
        "policy": request.policy.name,
        "bag_sha256": sealed.bag_sha256,
        "sealed_sha256": sealed.sealed_sha256,
        "signer": sealed.signer.words,
        "records": len(view.records),
        "left_out": [record.hex() for record in view.left_out],
    }


# --- preview ------------------------------------------------------------------------------------------------------


def show_previews(out: Output, views: dict[str, View]) -> None:
    """Show the preview, or those of one act.

    Args:
        out: Where to write.
        views: The redacted views, by the name of each bundle.
    """
    if "" in views:
        if not out.json(preview_json(views[""])):
            show = show_preview if views[""].decisions else show_table
            show(out, views[""])
    elif not out.json({"bundles": {name: preview_json(view) for name, view in views.items()}}):
        for name, view in views.items():
            out.data(f"\n=== {escape(name)} ===\n")
            show_preview(out, view)


def write_page(out: Output, path: Path, requests: dict[str, Request], views: dict[str, View]) -> None:
    """Write the preview as a page for this machine alone.

    Args:
        out: Where to talk.
        path: The new file.
        requests: What is wanted, by the name of each bundle.
        views: The redacted views, by the same names.

    Raises:
        UnsafePathError: Something is at that path.
        EngineError: The disk refused.
    """
    from shlex import quote

    from cli.preview import preview_page
    from vault.paths import NewFile

    with NewFile(path) as file:
        file.write(preview_page(requests, views, quote(path.name)).encode())
        file.commit()
    out.warn(
        f"{path} holds secrets in the clear, with what stands under the masks. Read it on this machine, send it to"
        f" nobody, and delete it: review discard {quote(str(path))}"
    )


def show_table(out: Output, view: View) -> None:
    """Show a table of counts as the recipient would read it.

    Args:
        out: Where to write.
        view: The redacted view.
    """
    table = view.table
    if table is not None:
        out.table(
            (*table.fields, "persons"),
            (
                (*("all" if value is None else value for value in cell.key), "-" if cell.count is None else cell.count)
                for cell in table.cells
            ),
        )
    tell_refusals(out, view)


def tell_refusals(out: Output, view: View) -> None:
    """Say what would be left out, and why the export would be refused.

    Args:
        out: Where to write.
        view: The redacted view.
    """
    from cli.views import short_id

    for left in view.left_out:
        out.warn(f"would be left out for want of consent: {short_id(left)}")
    for refusal in view.refusals:
        out.warn(f"the export would be refused: {refusal}")


def show_preview(out: Output, view: View) -> None:
    """Show what would leave and what would not, by which rule, and the words that the recipient would read.

    Args:
        out: Where to write.
        view: The redacted view.
    """
    from cli.views import short_id

    out.data("What is decided, claim by claim:")
    out.table(
        ("record", "field", "speaks of", "role", "what happens", "rule"),
        (
            (
                short_id(one.record),
                f"{one.kind}.{one.field}",
                " ".join(short_id(person) for person in one.people),
                one.role,
                one.outcome if one.outcome in one.action else f"{one.outcome} ({one.action})",
                one.rule,
            )
            for one in sorted(view.decisions, key=lambda one: _ORDER.index(one.kind) if one.kind in _ORDER else 99)
        ),
        wrap=True,
    )
    out.data("\nWhat the recipient would read:")
    for record in view.records:
        out.data(f"\n{escape(record.id)}")
        for claim in record.claims:
            shown = claim.outcome if claim.value is None else _plain(claim.value)
            marks = "; ".join(word for word in (claim.basis, claim.as_of, claim.confidence) if word)
            taken_back = "retracted: " if claim.retracted else ""
            out.data(f"  {escape(claim.field)}: {taken_back}{escape(shown)}{f' [{escape(marks)}]' if marks else ''}")
    for file in view.files:
        out.data(f"\nfile {escape(file.path)}")
    if view.shared:
        out.data("\nWords that something shown and something withheld both have; look for them in the texts:")
        out.data("  " + escape(", ".join(view.shared)))
    show_doubts(out, view)
    show_recognition(out, view)
    counts: dict[str, int] = {}
    for one in view.decisions:
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
    out.talk("\n" + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) + ".")
    for warning in view.warnings:
        out.warn(warning)
    tell_refusals(out, view)


def show_doubts(out: Output, view: View) -> None:
    """List the words of texts that a person has to judge.

    Args:
        out: Where to write.
        view: The redacted view.
    """
    from cli.preview import STATES, commands_for
    from cli.views import short_id

    rows = [
        (
            reading.text[doubt.start : doubt.end],
            f"{short_id(reading.record)} {reading.field}",
            doubt.place or "",
            STATES[doubt.state],
            commands_for(reading, doubt),
        )
        for reading in view.texts
        for doubt in reading.doubts
    ]
    if rows:
        out.data("\nWords to judge:")
        out.table(("word", "text", "place", "what it is", "to change it"), rows[:DOUBTS_SHOWN], wrap=True)
        if len(rows) > DOUBTS_SHOWN:
            out.talk(f"... and {len(rows) - DOUBTS_SHOWN} more: --page shows them all, in their texts.")


def show_recognition(out: Output, view: View) -> None:
    """Say who could be recognised.

    Args:
        out: Where to write.
        view: The redacted view.
    """
    from cli.preview import recognition_lines

    if view.recognition is not None:
        out.data("\nWho could be recognised:")
        for line in recognition_lines(view.recognition):
            out.data(f"  {escape(line)}")


def _plain(value: Any) -> str:  # noqa: ANN401 - plain data of several types
    if isinstance(value, dict):
        return ", ".join(_plain(part) for part in value.values() if part not in (None, "", [], {}))
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value))
    return str(value)


def preview_json(view: View) -> dict[str, Any]:
    """Give a preview as plain values.

    Args:
        view: The redacted view.

    Returns:
        What JSON says; the withheld values themselves are not in it.
    """
    return {
        "decisions": [
            {
                "record": one.record,
                "field": f"{one.kind}.{one.field}",
                "claim": one.claim,
                "people": [person.hex() for person in one.people],
                "role": one.role,
                "rule": one.rule,
                "action": one.action,
                "outcome": one.outcome,
            }
            for one in view.decisions
        ],
        "records": [
            {
                "id": record.id,
                "kind": record.kind,
                "claims": [
                    {"field": claim.field, "outcome": claim.outcome, "value": claim.value, "retracted": claim.retracted}
                    for claim in record.claims
                ],
            }
            for record in view.records
        ],
        "files": [file.path for file in view.files],
        "counts": dict(view.counts),
        "warnings": list(view.warnings),
        "left_out": [record.hex() for record in view.left_out],
        "shared": list(view.shared),
        "review": [doubt_json(reading, doubt) for reading in view.texts for doubt in reading.doubts],
        "followed": {act: list(ids) for act, ids in view.rulings.items()},
        "recognition": None if view.recognition is None else recognition_json(view.recognition),
        "refusals": list(view.refusals),
        "table": None if view.table is None else table_json(view.table),
    }


def doubt_json(reading: Reading, doubt: Doubt) -> dict[str, Any]:
    """Give a word to judge as plain values.

    Args:
        reading: The text.
        doubt: The word in it.

    Returns:
        What JSON says.
    """
    return {
        "record": reading.record,
        "field": reading.field,
        "claim": reading.claim,
        "word": reading.text[doubt.start : doubt.end],
        "start": doubt.start,
        "place": doubt.place,
        "state": doubt.state,
    }


def recognition_json(found: Recognition) -> dict[str, Any]:
    """Give who could be recognised as plain values.

    Args:
        found: The account of it.

    Returns:
        What JSON says.
    """

    def groups(some: Iterable[Group]) -> list[dict[str, Any]]:
        return [{"told": {key: list(values) for key, values in one.told}, "people": list(one.people)} for one in some]

    return {
        "attributes": list(found.quasi),
        "k": found.k,
        "earlier": found.earlier,
        "groups": groups(found.groups),
        "together": groups(found.together),
        "unique": groups(found.unique),
        "single_source": [{"record": one.record, "field": one.field, "source": one.origin} for one in found.single],
    }


def table_json(table: Table) -> dict[str, Any]:
    """Give a table of counts as plain values.

    Args:
        table: The table.

    Returns:
        What JSON says; null for a count held back, and for all values together.
    """
    return {
        "fields": list(table.fields),
        "least": table.k,
        "counts": [{"of": list(cell.key), "persons": cell.count} for cell in table.cells],
    }
