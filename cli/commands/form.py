"""The command for the forms of bodies that take cases: what is missing, why, and the filled form in a bundle.

Floor: roof. It decides nothing: what a form asks is `vault.forms`, what leaves is decided as for `export`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Settings, command
from cli.output import Output
from cli.session import ask, can_ask, checked_path, open_vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from vault.forms import Form, Gap, Matter
    from vault.redact import Request
    from vault.vault import Vault

BODIES: Final = ("wgeid", "wgad", "ced", "icrc")
PURPOSES: Final = ("legal", "un", "tracing", "advocacy", "research", "publication", "family")
LANGUAGES: Final = ("en", "ru", "kk", "zh")


@command("form", short_help="Say what a body's form lacks, and fill it.")
@click.argument("body", metavar="BODY", type=click.Choice(BODIES))
@click.argument("record", metavar="ID")
@click.option(
    "--why", "reasons", metavar="QUESTION=TEXT", multiple=True, help="Write into the record why it is missing."
)
@click.option("--ask-why", is_flag=True, help="Ask why for each thing that is required, missing and has no reason.")
@click.option("--to", "recipient_name", metavar="RECIPIENT", help="Who receives the form: see `recipient list`.")
@click.option("--purpose", type=click.Choice(PURPOSES), help="What it is for; else what the form is for.")
@click.option("--policy", "policy_name", metavar="NAME", help="What may leave; else what the form is made by.")
@click.option("-o", "--output", "target", metavar="FILE", help="The new bundle; a folder where there are two parts.")
@click.option("--since", metavar="BUNDLE", help="Only what changed since that bundle, named as in the ledger.")
@click.option("--preview", is_flag=True, help="With --to: show what would leave and what would not; write nothing.")
@click.option(
    "--format",
    "carrier",
    type=click.Choice(["age", "html", "dir"]),
    default="age",
    show_default=True,
    help="As in `export`.",
)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the form.")
@click.option("--pdf", is_flag=True, help="With form and dossier as PDF; needs casevault[pdf].")
@click.option("--plaintext", is_flag=True, help="With --format dir: agree to plain files without being asked.")
@click.option("--leave-out", is_flag=True, help="Leave out records for which consent is missing, instead of refusing.")
@click.option(
    "--override",
    "overridden",
    metavar="FINDING",
    multiple=True,
    help="Let one finding of the leak gate pass, as in `export`; each with a --reason of its own.",
)
@click.option("--reason", "overriding", metavar="TEXT", multiple=True, help="Why that finding may pass.")
@click.option("--note", metavar="TEXT", default="", help="A line for the recipient; @FILE reads it from a file.")
@click.pass_obj
def form(
    settings: Settings,
    body: str,
    record: str,
    *,
    reasons: tuple[str, ...],
    ask_why: bool,
    recipient_name: str | None,
    purpose: str | None,
    policy_name: str | None,
    target: str | None,
    since: str | None,
    preview: bool,
    carrier: str,
    language: str,
    pdf: bool,
    plaintext: bool,
    leave_out: bool,
    overridden: tuple[str, ...],
    overriding: tuple[str, ...],
    note: str,
) -> None:
    """Say what the form of a body asks and the records do not answer; with --to and -o fill it and hand it over.

    ID is a person, or a case with one detained person. Required things come first, then what is required if known,
    then what is optional. Forms ask why something is missing: --why writes that into the person's record, and it
    stands in the form, as far as policy and consent let it; it stays there even if the form is refused. What is
    said of the way a case may take is advice, never a decision.

    The form goes into a bundle by the same policies, consent, gate and ledger as `export`. For UN bodies it is made in
    two parts in a new folder: one that they pass on to the State concerned, one that they keep. No witness is named.
    With --since only what changed since an earlier bundle to that recipient is in it.

    Example:
      casevault form wgeid 3f9a
      casevault form wgeid 3f9a --why place="Nobody saw where he was taken."
      casevault form wgeid 3f9a --to WGEID -o submission
      casevault form wgeid 3f9a --to WGEID --since 9b41c07a -o update
    """
    from cli.commands.disclosing import reasons_of as reasons_for
    from vault import forms

    out = Output(settings)
    overrides = reasons_for(overridden, overriding)
    filling = target is not None or preview
    check_options(filling=filling, target=target, preview=preview, recipient=recipient_name, since=since)
    if preview and (reasons or ask_why):
        message = "--preview writes nothing, and --why and --ask-why write into the record: give the reasons first."
        raise click.UsageError(message)
    asked = forms.load(body)
    given = reasons_of(asked, reasons)
    policy = policy_name or asked.policy
    path = new_path(target, carrier, policy)
    with open_vault(settings, write=bool(given) or ask_why or path is not None) as vault:
        chosen = vault.resolve(record)
        matters = known_matters(vault, asked, chosen)
        if given or ask_why or filling:
            one = only_one(matters)
            given |= asked_reasons(settings, asked, one) if ask_why else {}
            if given:
                write_reasons(vault, one, given)
                (one,) = [each for each in known_matters(vault, asked, chosen) if each.person == one.person]
            matters = [one]
        if not filling:
            show_gaps(out, asked, matters)
            return
        from cli.commands.disclosing import agreed, hand_over, show_previews

        requests = form_requests(
            vault,
            asked,
            matters[0],
            chosen=chosen,
            policy=policy,
            recipient=recipient_name or "",
            purpose=purpose or asked.purpose,
            since=since,
            leave_out=leave_out,
            note=note,
        )
        if since is not None:
            with out.working("Comparing"):
                requests = {name: each for name, each in requests.items() if vault.disclosures.preview(each).records}
            if not requests:
                if not out.json({"changed": False}):
                    out.line("nothing changed since that bundle")
                return
        if path is None:
            with out.working("Redacting"):
                views = {name: vault.disclosures.preview(each) for name, each in requests.items()}
            show_previews(out, views)
            return
        from cli.commands.address import require_confirmed

        require_confirmed(next(iter(requests.values())).recipient)
        tell_gaps(out, asked, matters[0])
        if not all(agreed(settings, out, each, carrier, plaintext=plaintext, yes=0) for each in requests.values()):
            out.talk("Nothing was written.")
            return
        hand_over(out, vault, requests, path, carrier, overrides, language, pdf=pdf)


def check_options(
    *, filling: bool, target: str | None, preview: bool, recipient: str | None, since: str | None
) -> None:
    """Refuse options that do not go together.

    Args:
        filling: Whether the form is filled.
        target: The new file.
        preview: Whether nothing is written.
        recipient: Who receives it.
        since: An earlier bundle.

    Raises:
        click.UsageError: They do not.
    """
    if (target is not None and preview) or filling != (recipient is not None):
        message = "To fill the form give --to RECIPIENT, and either -o FILE or --preview."
        raise click.UsageError(message)
    if since is not None and not filling:
        message = "--since belongs to a form that is filled: give --to RECIPIENT and -o FILE."
        raise click.UsageError(message)


def new_path(target: str | None, carrier: str, policy: str) -> Path | None:
    """Give the path of the new file, which must not be there.

    Args:
        target: As typed; None where nothing is written.
        carrier: age, html or dir.
        policy: Name of the policy, or of two parts.

    Returns:
        The path.
    """
    from cli.commands.disclosing import check_name, refuse_existing

    if target is None:
        return None
    check_name(target, carrier, policy)
    path = checked_path(target)
    refuse_existing(path)
    return path


def reasons_of(asked: Form, texts: Iterable[str]) -> dict[str, str]:
    """Read the reasons given on the command line.

    Args:
        asked: The form.
        texts: Each `QUESTION=TEXT`.

    Returns:
        The reason by question.

    Raises:
        click.UsageError: It names no question of the form, or gives no reason.
    """
    keys = [question.key for question in asked.questions()]
    found = {}
    for text in texts:
        key, _, reason = text.partition("=")
        if key.strip() not in keys or not reason.strip():
            message = f"A reason is given as QUESTION=TEXT; the questions of this form are: {', '.join(keys)}"
            raise click.UsageError(message)
        found[key.strip()] = reason.strip()
    return found


def known_matters(vault: Vault, asked: Form, chosen: bytes) -> list[Matter]:
    """Say for whom a form may be filled.

    Args:
        vault: The open vault.
        asked: The form.
        chosen: Record id of a person or a case.

    Returns:
        At least one.

    Raises:
        click.UsageError: There is nobody.
    """
    from datetime import date
    from itertools import chain

    from vault import forms

    today: date = date.today()  # noqa: DTZ011 - consents are dated by the person's own calendar
    everything = chain(vault.records(), vault.records(removed=True))
    found = forms.gather(everything, vault.schemas, [chosen], asked, today)
    if not found:
        message = "A form is about a person to whom something was done, or a case with such a person; this is neither."
        raise click.UsageError(message)
    return found


def only_one(matters: Sequence[Matter]) -> Matter:
    """Take the one person that a form is about.

    Args:
        matters: Of a person or a case.

    Returns:
        The only one.

    Raises:
        click.UsageError: There are several.
    """
    from cli.views import short_id

    if len(matters) > 1:
        people = ", ".join(short_id(one.person) for one in matters)
        message = f"A form is about one person, and this case has several: name one of {people}"
        raise click.UsageError(message)
    return matters[0]


# --- what is missing ----------------------------------------------------------------------------------------------


def show_gaps(out: Output, asked: Form, matters: Sequence[Matter]) -> None:
    """Show what is missing for each person, and the advice.

    Args:
        out: Where to write.
        asked: The form.
        matters: Of whom.
    """
    from cli.views import short_id
    from vault import forms

    found = [(one, forms.missing(asked, one), forms.advice(asked, one)) for one in matters]
    edition = {"edition": asked.edition, "source": asked.source, "confirmed": asked.confirmed}
    people = [
        {"person": one.person.hex(), "gaps": [gap_json(gap) for gap in gaps], "advice": advice}
        for one, gaps, advice in found
    ]
    if out.json({"body": asked.body, **edition, "people": people}):
        return
    for one, gaps, advice in found:
        if len(found) > 1:
            out.data(f"\n{short_id(one.person)}")
        out.table(
            ("need", "question", "what is asked", "state", "why"),
            ((gap.need, gap.question.key, gap.question.labels["en"], gap.state, gap.why) for gap in gaps),
            wrap=True,
        )
        required = sum(gap.need == "required" for gap in gaps)
        out.talk(f"{required} required things are missing." if required else "Nothing that is required is missing.")
        for line in advice:
            out.talk(f"Advice: {line}")
    if not asked.confirmed:
        out.talk(f"Confirm the current edition of the form: {asked.source}")


def gap_json(gap: Gap) -> dict[str, Any]:
    """Give a gap as plain values.

    Args:
        gap: What is missing.

    Returns:
        What JSON says.
    """
    return {
        "question": gap.question.key,
        "label": gap.question.labels["en"],
        "need": gap.need,
        "state": gap.state,
        "why": gap.why,
    }


def tell_gaps(out: Output, asked: Form, matter: Matter) -> None:
    """Warn of what is required, missing and has no reason.

    Args:
        out: Where to write.
        asked: The form.
        matter: Of whom.
    """
    from vault import forms

    gaps = [gap for gap in forms.missing(asked, matter) if gap.need == "required" and not gap.why]
    if gaps:
        out.warn("Required and missing, without a reason: " + ", ".join(gap.question.labels["en"] for gap in gaps))


def asked_reasons(settings: Settings, asked: Form, matter: Matter) -> dict[str, str]:
    """Ask why each thing is missing that is required and has no reason.

    Args:
        settings: The global options.
        asked: The form.
        matter: Of whom.

    Returns:
        What was answered, by question.

    Raises:
        click.UsageError: Nobody can be asked.
    """
    from vault import forms

    if not can_ask(settings):
        message = "--ask-why asks on a terminal; give --why QUESTION=TEXT."
        raise click.UsageError(message)
    answers = {
        gap.question.key: ask(f"Why is this missing: {gap.question.labels['en']}? (nothing to leave it open)").strip()
        for gap in forms.missing(asked, matter)
        if gap.need == "required" and not gap.why
    }
    return {key: answer for key, answer in answers.items() if answer}


def write_reasons(vault: Vault, matter: Matter, reasons: dict[str, str]) -> None:
    """Write into a person's record why something is missing.

    Args:
        vault: The open vault.
        matter: Of whom.
        reasons: By question.
    """
    from vault import forms

    for key, reason in reasons.items():
        vault.put(forms.with_reason(vault.get(matter.person), key, reason))


# --- the filled form ----------------------------------------------------------------------------------------------


def form_requests(
    vault: Vault,
    asked: Form,
    matter: Matter,
    *,
    chosen: bytes,
    policy: str,
    recipient: str,
    purpose: str,
    since: str | None,
    leave_out: bool,
    note: str,
) -> dict[str, Request]:
    """Turn the words of the command line into requests with a form.

    Args:
        vault: The open vault.
        asked: The form.
        matter: Of whom.
        chosen: Record id of the person or the case.
        policy: Name of the policy, or of two parts.
        recipient: Name in the address book.
        purpose: What for.
        since: The beginning of an earlier bundle's hash, or None.
        leave_out: Leave out what lacks consent.
        note: Text for the recipient, or `@FILE`.

    Returns:
        The requests by the name of each bundle; under an empty name where there is one alone.

    Raises:
        NotFoundError: A policy, recipient or bundle is not there.
    """
    from dataclasses import replace

    from cli.commands.disclosing import make_requests
    from cli.commands.ledger import bundle_of

    requests = make_requests(
        vault,
        records=(chosen.hex(),),
        query=None,
        policy_name=policy,
        recipient_name=recipient,
        purpose=purpose,
        only=False,
        leave_out=leave_out,
        fresh=False,
        counts=None,
        note=note,
    )
    bundle = bundle_of(since) if since is not None else None
    return {
        name: replace(
            one,
            subject=matter.person,
            form=asked.body,
            since=None if bundle is None else vault.disclosures.told_until(bundle, one),
        )
        for name, one in requests.items()
    }
