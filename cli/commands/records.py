"""Commands that write records: add, edit.

Floor: roof. A file of records is taken whole or not at all, unless the person says otherwise.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from cli.app import Settings, command
from cli.exits import Exit
from cli.fields import (
    Assignment,
    Marks,
    claim_options,
    field_of,
    known_kind,
    parse_assignments,
    refuse_typed,
    refuse_verdicts,
    tree_of,
)
from cli.output import Output, escape
from cli.session import ask, ask_long, can_ask, open_vault, standard_input

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vault.records import Claim, Draft, Field, Revision
    from vault.vault import Vault

MAX_STDIN_BYTES: Final = 256 << 20
MAX_PROCESSES: Final = 64
USUAL_PROCESSES: Final = 4
MANY: Final = 5_000
"""Records from which on helper processes pay."""
_SHORTHAND: Final = {"?": "unknown", "!": "withheld", "-": "not-asked"}
# Fields that people fill with more than a line.
_LONG: Final = frozenset(
    ("narrative", "content", "text", "translation", "transcript", "notes", "health", "reply", "conditions", "safety")
)


# --- add ----------------------------------------------------------------------------------------------------------


@command("add", short_help="Add a record, or many from a file.")
@click.argument("kind", metavar="[KIND]", required=False)
@click.argument("values", metavar="[FIELD=VALUE]...", nargs=-1)
@click.option("--from", "source_file", metavar="FILE", help="Take one JSON record or JSON lines (- is standard input).")
@click.option("--partial", is_flag=True, help="With --from: keep the good records although others have errors.")
@click.option("--no-compare", is_flag=True, help="With --from: do not look for persons who are likely there already.")
@click.option(
    "--processes",
    metavar="N",
    type=click.IntRange(1, MAX_PROCESSES),
    help="With --from: helper processes that take texts apart; 1 for none. Left out, large files get some.",
)
@claim_options
@click.pass_obj
def add(
    settings: Settings,
    /,
    kind: str | None,
    values: tuple[str, ...],
    source_file: str | None,
    *,
    partial: bool,
    no_compare: bool,
    processes: int | None,
    **options: Any,  # noqa: ANN401 - those of `claim_options`
) -> int:
    """Add a record, or many from a file.

    KIND is person, event, statement, source, document, action, consent or case. Without values it asks for each field.

    FIELD=VALUE adds a claim; FIELD=@FILE takes it from a file (@- from standard input), FIELD:=JSON takes a value with
    parts. Repeat a field to set claims side by side.

    With --from, a record may have a "ref" of your own, and others of that file may point at it with "@ref" where an
    id is asked. If a line has an error, each error is told with its line and nothing is taken.

    A person who is likely in the vault already is told, with what agrees and what contradicts; on a terminal, one that
    is entered alone is asked about before it is saved. With --from this takes some time for each person.

    Example:
      casevault add person
      casevault add event kind=arrest when=2017-05~ person=3f9a --source 77c0 --basis told
      casevault add --from intake.jsonl
    """
    if source_file is not None:
        if values or any(options.values()):
            message = "Give either --from or values, not both."
            raise click.UsageError(message)
        return add_from(settings, source_file, kind, partial=partial, compare=not no_compare, processes=processes)
    for name, given in (("--partial", partial), ("--no-compare", no_compare), ("--processes", processes)):
        if given:
            message = f"{name} belongs to --from."
            raise click.UsageError(message)
    if kind is None:
        message = "Which kind of record? Give KIND, or --from FILE."
        raise click.UsageError(message)
    out = Output(settings)
    assignments = parse_assignments(settings, values)
    what = Marks.of(options)
    if not assignments and not what.states and not can_ask(settings):
        message = f"Nothing to add: give FIELD=VALUE or --from FILE, or call `casevault add {kind}` on a terminal."
        raise click.UsageError(message)
    from vault.records import parse_record

    refuse_verdicts([*(assignment.key for assignment in assignments), *what.states])
    with open_vault(settings, write=True) as vault:
        schemas = known_kind(vault.schemas, kind)
        known = [*assignments, *(Assignment(field, None, typed=False) for field in what.states)]
        refuse_typed(schemas, kind, known)
        tree = tree_of(kind, assignments, what)
        if not known:
            tree = ask_fields(vault, kind)
            if len(tree) == 1:
                out.talk("Nothing was entered; nothing was added.")
                return Exit.OK
        put_one(settings, out, vault, parse_record(tree, schemas, resolve=vault.resolve))
    return Exit.OK


def put_one(settings: Settings, out: Output, vault: Vault, draft: Draft) -> None:
    """Save one new record; where it is a person who is likely there already, ask first or tell.

    Args:
        settings: The global options.
        out: Where to write.
        vault: The open vault.
        draft: The record.
    """
    from cli.commands.duplicates import hit_json, likely_in_vault, settle, told
    from vault.records import continued, id_text

    likely = likely_in_vault(vault, draft)
    asked = likely and can_ask(settings) and not settings.json
    decided = settle(out, vault, likely) if asked else True
    if decided is False:
        out.talk("It was not saved.")
        return
    if decided is not True:
        report_changed(out, vault, continued(decided, with_claims(decided, draft)), decided)
        return
    (revision,) = vault.put(draft)
    found = [hit_json(vault, hit) for hit in likely]
    added = [{"id": revision.record_id, "kind": revision.kind}]
    if not out.json({"added": 1, "records": added, "problems": [], "likely_same": found}):
        out.data(id_text(revision.record_id))
    if not asked:
        for hit in likely:
            out.talk(f"Perhaps the same person: {told(vault, hit)}")


def with_claims(old: Revision, draft: Draft) -> tuple[Claim, ...]:
    """Put the claims of a draft beside those of a record, but for what is said there already."""
    said = [replace(claim, recorded_at=None) for claim in old.claims]
    return (*old.claims, *(claim for claim in draft.claims if claim not in said))


def add_from(
    settings: Settings, name: str, kind: str | None, *, partial: bool, compare: bool, processes: int | None
) -> int:
    """Add the records of a file in one commit, then tell which persons are likely there already.

    Args:
        settings: The global options.
        name: Name of the file; `-` is standard input.
        kind: Kind of the objects that name none.
        partial: Keep the good ones although others have errors.
        compare: Compare the new persons with all others.
        processes: How many helpers; None to choose by the number of records.

    Returns:
        The exit code.
    """
    from cli.commands.duplicates import Pairs, compare_new
    from cli.lines import Intake

    if name == "-" and settings.secret_on_stdin:
        message = "Standard input cannot hold both the passphrase and the records."
        raise click.UsageError(message)
    out = Output(settings)
    with ExitStack() as stack:
        file = _open_input(stack, name)
        vault = stack.enter_context(open_vault(settings, write=True))
        intake = Intake(known_kind(vault.schemas, kind), vault.resolve, kind=kind)
        good = intake.survey(file)
        added, since = 0, vault.epoch
        if good and (partial or not intake.problems):
            file.seek(0)
            with out.progress("records", good) as bar:
                helpers = processes or (1 if good < MANY else min(os.cpu_count() or 1, USUAL_PROCESSES))
                added = vault.put_many(intake.drafts(file), processes=helpers, progress=bar.advance_to)
        if not settings.json:
            out.data(f"{added} added")
        pairs = compare_new(out, vault, since, added) if added and compare else Pairs(vault)
    for problem in intake.problems:
        out.warn(f"line {problem.line}: {problem.reason}")
    problems = [problem._asdict() for problem in intake.problems]
    found = {"likely_same": pairs.kept, "likely_same_total": pairs.count}
    out.json({"added": added, "records": [], "problems": problems, **found})
    if intake.problems and not partial:
        out.warn("Nothing was added. Correct these lines, or give --partial to keep the good ones.")
    return Exit.FAILURE if intake.problems else Exit.OK


def _open_input(stack: ExitStack, name: str) -> BinaryIO:
    if name == "-":
        # It is read twice, and a temporary file would lie on the disk in plain.
        data = standard_input(MAX_STDIN_BYTES + 1)
        if len(data) > MAX_STDIN_BYTES:
            message = f"Standard input is over {MAX_STDIN_BYTES >> 20} MiB; give a file instead."
            raise click.UsageError(message)
        return BytesIO(data)
    try:
        file: BinaryIO = stack.enter_context(Path(name).open("rb"))  # noqa: SIM115 - the stack closes it
        file.seek(0)
    except (OSError, ValueError) as error:
        message = f"{name} cannot be read: {getattr(error, 'strerror', None) or 'not a usable file name'}."
        raise click.UsageError(message) from None
    return file


def ask_fields(vault: Vault, kind: str) -> dict[str, Any]:
    """Ask for each field of a record on the terminal; a value that is not acceptable is asked again.

    Args:
        vault: The open vault.
        kind: Kind of the record.

    Returns:
        The record in JSON form, with what was entered alone.
    """
    from vault.vault.likeness import VERDICTS

    click.echo(
        f"New {kind}. Enter skips a field; ? = nobody knows; ! = the person would not say; - = not asked.\n"
        "A field is asked again until you skip it, so that claims can stand side by side.",
        err=True,
    )
    tree: dict[str, Any] = {"kind": kind}
    for field in vault.schemas.fields(kind):
        if field.type == "file" or field.name in VERDICTS:
            continue  # `attach` makes these, and `same` and `different`
        while answer := _ask_field(field):
            key = f"{kind}.{field.name}"
            value: Any = answer
            if answer in _SHORTHAND:
                value = {"state": _SHORTHAND[answer]}
            elif field.type == "link" and field.choices:
                relation, _, answer = answer.partition(" ")
                key, value = f"{key}.{relation}", answer.strip()
            if _acceptable(vault, kind, key, value):
                tree.setdefault(key, []).append(value)
                if not field.many:
                    break
    return tree


def _ask_field(field: Field) -> str:
    label = field.label()
    if field.type == "name":
        return ask(f"{escape(label)}:")
    choices = f" ({' | '.join(field.choices)})" if field.choices else ""
    form = {"date": " (2017-05, 2017~, 2017-05/2017-08)", "birth": " (1961, 1961~, 1961-04-02)"}
    if field.type == "link" and field.choices:
        return ask(f"{escape(label)} (such as: {escape(field.choices[0])} ID or NAME):")
    form["link"] = " (id or name)" if field.named else " (id)"
    question = f"{escape(label)}{form.get(field.type, '')}{escape(choices)}"
    return ask_long(question) if field.type == "text" and field.name in _LONG else ask(f"{question}:")


def _acceptable(vault: Vault, kind: str, key: str, value: object) -> bool:
    from vault.errors import VaultError
    from vault.records import parse_record

    try:
        parse_record({"kind": kind, key: [value]}, vault.schemas, resolve=vault.resolve)
    except VaultError as error:
        click.echo(escape(f"  {error}"), err=True)
        return False
    return True


# --- edit ---------------------------------------------------------------------------------------------------------


@command("edit", short_help="Add claims to a record, correct or retract them.")
@click.argument("record", metavar="ID")
@click.argument("values", metavar="[FIELD=VALUE]...", nargs=-1)
@click.option("--correct", is_flag=True, help="Replace the claims of the given fields: they were written down wrongly.")
@click.option("--retract", metavar="FIELD", multiple=True, help="Mark the claims of FIELD as taken back.")
@click.option("--restore", is_flag=True, help="Take a removed record back into view.")
@claim_options
@click.pass_obj
def edit(
    settings: Settings,
    /,
    record: str,
    values: tuple[str, ...],
    *,
    correct: bool,
    retract: tuple[str, ...],
    restore: bool,
    **options: Any,  # noqa: ANN401 - those of `claim_options`
) -> None:
    """Add claims to a record, correct or retract them.

    A new value stands beside the old ones, so that contradictions stay visible. A retraction, also one made under
    pressure, marks a claim and keeps it. --correct replaces typing mistakes; the history keeps what stood there.
    Without values it asks for each field.

    Example:
      casevault edit 3f9a birth=1962 --source 77c0
      casevault edit 3f9a --retract address
    """
    out = Output(settings)
    assignments = parse_assignments(settings, values)
    what = Marks.of(options)
    nothing = not (assignments or what.states or retract or restore)
    if nothing and not can_ask(settings):
        message = "Nothing to change: give FIELD=VALUE, --retract FIELD or --restore."
        raise click.UsageError(message)
    from vault.records import continued, parse_record

    refuse_verdicts([*(assignment.key for assignment in assignments), *what.states, *retract])
    with open_vault(settings, write=True) as vault:
        old = vault.get(record)
        named = [*what.states, *retract]
        schemas = vault.schemas
        refuse_typed(schemas, old.kind, [*assignments, *(Assignment(name, None, typed=False) for name in named)])
        tree = ask_fields(vault, old.kind) if nothing else tree_of(old.kind, assignments, what)
        new = parse_record(tree, schemas, resolve=vault.resolve).claims if len(tree) > 1 else ()
        if not (new or retract or restore):
            out.talk("Nothing was entered; nothing was changed.")
            return
        taken_back = [field_of(schemas, old.kind, name).name for name in retract]
        refuse_idle(old, taken_back)
        claims = changed_claims(old, new, correct=correct, retract=taken_back)
        report_changed(out, vault, continued(old, claims, removed=old.removed and not restore), old)


def refuse_idle(old: Revision, fields: Iterable[str]) -> None:
    """Refuse to take back what was never said.

    Args:
        old: The revision that is changed.
        fields: Names of fields whose claims are to be taken back.

    Raises:
        click.UsageError: A field has no stated claim.
    """
    stated = {claim.field for claim in old.claims if claim.state == "stated"}
    for field in fields:
        if field not in stated:
            message = f"This record states nothing under {field}; `casevault show` prints what it states."
            raise click.UsageError(message)


def changed_claims(old: Revision, new: Iterable[Claim], *, correct: bool, retract: Iterable[str]) -> tuple[Claim, ...]:
    """Work out the claims of the next revision.

    Args:
        old: The revision that is changed.
        new: Claims to add.
        correct: They replace the claims of their fields.
        retract: Fields whose stated claims are marked as taken back.

    Returns:
        All claims of the next revision.
    """
    new = tuple(new)
    replaced = {claim.field for claim in new} if correct else set()
    taken_back = set(retract)
    kept = (claim for claim in old.claims if claim.field not in replaced)
    marked = (
        replace(claim, state="retracted") if claim.field in taken_back and claim.state == "stated" else claim
        for claim in kept
    )
    return (*marked, *new)


def report_changed(out: Output, vault: Vault, draft: Draft, old: Revision) -> Revision:
    """Write a changed record and say what changed, by field names.

    Args:
        out: Where to write.
        vault: The open vault.
        draft: The next revision.
        old: The one before.

    Returns:
        The new revision.
    """
    from cli.views import difference
    from vault.records import id_text

    (revision,) = vault.put(draft)
    changes = difference(old, revision)
    if not out.json({"id": revision.record_id, "kind": revision.kind, "revision": revision.id, "changes": changes}):
        out.data(f"{id_text(revision.record_id)} {escape(' '.join(changes))}")
    return revision
