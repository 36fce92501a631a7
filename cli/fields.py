"""What the command line says of fields: `FIELD=VALUE`, the options beside it, and what may not stand there.

Floor: roof. It refuses a value for a `secret` or `never` field in the arguments: those are seen by every process of
the machine and stay in the shell's history.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cli.app import Settings
    from vault.records import Field, Schemas

MAX_FIELD_BYTES: Final = 1 << 20
ID_DIGITS: Final = re.compile(r"[0-9a-f]{8,32}")
BASES: Final = ("eyewitness", "told", "document", "media", "state")
CONFIDENCES: Final = ("low", "medium", "high")


class Assignment(NamedTuple):
    """One `FIELD=VALUE` of the command line; `key` may carry a kind of name or a relation, as in `name.nickname`."""

    key: str
    value: object
    typed: bool  # the value itself stood in the arguments


def parse_assignment(text: str, read: Callable[[str], bytes]) -> Assignment:
    """Read `FIELD=VALUE`, `FIELD=@FILE`, `FIELD:=JSON` or `FIELD:=@FILE`.

    Args:
        text: The argument.
        read: Reads a file named behind `@`.

    Returns:
        The field and its value; `@@` stands for an `@` that begins the value.

    Raises:
        click.UsageError: It has none of these forms, or the file is no text.
    """
    from cli.lines import parse_json

    name, equals, value = text.partition("=")
    as_json = name.endswith(":")
    name = name.removesuffix(":")
    if not equals or not name.replace("_", "a").replace("-", "a").replace(".", "a").isalnum():
        message = f"{text.split('=', maxsplit=1)[0]!a} is not of the form FIELD=VALUE."
        raise click.UsageError(message)
    typed = True
    if value.startswith("@@"):
        value = value[1:]
    elif value.startswith("@"):
        typed = False
        try:
            value = read(value[1:]).decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError:
            message = f"The file for {name} is not UTF-8 text; `casevault attach` takes other files."
            raise click.UsageError(message) from None
    if not as_json:
        return Assignment(name, value, typed)
    try:
        return Assignment(name, parse_json(b'{"value":%s}' % value.encode())["value"], typed)
    except ValueError as error:
        message = f"{name}: {error}."
        raise click.UsageError(message) from None


def parse_assignments(settings: Settings, texts: Sequence[str]) -> list[Assignment]:
    """Read all `FIELD=VALUE` of a command line.

    Args:
        settings: The global options.
        texts: The arguments.

    Returns:
        Fields and values.

    Raises:
        click.UsageError: One has another form, or two things would be read from standard input.
    """
    if sum(text.partition("=")[2] == "@-" for text in texts) + settings.secret_on_stdin > 1:
        message = "Standard input can hold one thing only: a value, or the passphrase."
        raise click.UsageError(message)
    return [parse_assignment(text, read_text_file) for text in texts]


def read_text_file(path: str) -> bytes:
    """Read a file for a field; `-` is standard input.

    Args:
        path: What stood behind `@`.

    Returns:
        At most 1 MiB.

    Raises:
        click.UsageError: It cannot be read, or is larger.
    """
    from cli.session import read_file

    data = read_file(path)
    if len(data) > MAX_FIELD_BYTES:
        message = f"{path} is over 1 MiB; `casevault attach` takes large files."
        raise click.UsageError(message)
    return data


def known_kind(schemas: Schemas, kind: str | None) -> Schemas:
    """Refuse a kind that there is not.

    Args:
        schemas: The vault's schemas.
        kind: As given; None is no kind at all.

    Returns:
        The schemas.

    Raises:
        click.UsageError: There is no such kind.
    """
    if kind is not None and kind not in schemas.kinds:
        message = f"There is no kind {kind!a}. Kinds: {', '.join(schemas.kinds)}."
        raise click.UsageError(message)
    return schemas


def field_of(schemas: Schemas, kind: str, key: str) -> Field:
    """Find the field that a key of the command line means.

    Args:
        schemas: The vault's schemas.
        kind: Kind of the record.
        key: Such as `birth`, `event.kind`, `name.nickname` or an alias.

    Returns:
        The field.

    Raises:
        click.UsageError: There is none.
    """
    name = schemas.canonical(kind, key.removeprefix(f"{kind}.").partition(".")[0])
    field = schemas.field(kind, name)
    if field.known:
        return field
    from difflib import get_close_matches

    names = [field.name for field in schemas.fields(kind)]
    near = get_close_matches(name, names, n=2)
    hint = f" Did you mean {' or '.join(near)}?" if near else f" Fields: {', '.join(names)}."
    message = f"A record of kind {kind} has no field {name!a}.{hint}"
    raise click.UsageError(message)


def refuse_typed(schemas: Schemas, kind: str, assignments: Iterable[Assignment]) -> None:
    """Refuse values in the arguments for fields that are not known to be harmless there.

    Args:
        schemas: The vault's schemas.
        kind: Kind of the record.
        assignments: What was given.

    Raises:
        click.UsageError: A field does not exist, or is of level `secret` or `never`.
    """
    from vault.records import Level

    for assignment in assignments:
        field = field_of(schemas, kind, assignment.key)
        # An id says nothing to whoever does not have the vault open.
        is_id = field.type == "link" and ID_DIGITS.fullmatch(str(assignment.value))
        if assignment.typed and field.level >= Level.SECRET and not is_id:
            message = (
                f"{kind}.{field.name} is of level {field.level.name.lower()}: its value is not taken from the command "
                "line, where other programs and the shell's history see it.\n"
                f"Give {field.name}=@FILE, {field.name}=@- for standard input, --from FILE, or no values at all to be "
                "asked.\nWhat you typed may be in the shell's history now: remove it there."
            )
            raise click.UsageError(message)


def refuse_verdicts(keys: Iterable[str]) -> None:
    """Refuse fields that stand in two records at once and are written by commands of their own.

    Args:
        keys: Fields as given.

    Raises:
        click.UsageError: One is such a field.
    """
    from vault.vault.likeness import VERDICTS

    for key in keys:
        if key.removeprefix("person.").partition(".")[0] in VERDICTS:
            message = f"{key} is written by `casevault same` and `casevault different`."
            raise click.UsageError(message)


def tree_of(kind: str, assignments: Iterable[Assignment], what: Marks) -> dict[str, Any]:
    """Turn what the command line says into the JSON form of a record.

    Args:
        kind: Kind of the record.
        assignments: Fields and values.
        what: Source, basis and the like of all of them, and the fields that have no value.

    Returns:
        A tree for `parse_record`; each field with its kind before it, so that none is taken for the record's own.
    """
    tree: dict[str, Any] = {"kind": kind}

    def put(key: str, claim: object) -> None:
        tree.setdefault(f"{kind}.{key.removeprefix(f'{kind}.')}", []).append(claim)

    for assignment in assignments:
        put(assignment.key, {"value": assignment.value, **what.marks} if what.marks else assignment.value)
    for field, state in what.states.items():
        put(field, {"state": state, **what.marks})
    return tree


def claim_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where the claims of one command come from, and which fields have no value.

    Args:
        function: A command's function.

    Returns:
        It, with the options.
    """
    for option in reversed(
        (
            click.option(
                "--source", metavar="ID", help="Record of the source, statement or document behind the claims."
            ),
            click.option("--basis", type=click.Choice(BASES), help="How the source knows."),
            click.option(
                "--when", "as_of", metavar="DATE", help="When the claims held (EDTF, such as 2017-05 or 2017~)."
            ),
            click.option("--confidence", type=click.Choice(CONFIDENCES), help="How sure it is."),
            click.option("--unknown", metavar="FIELD", multiple=True, help="Nobody knows this field's value."),
            click.option("--withheld", metavar="FIELD", multiple=True, help="The person would not say."),
            click.option("--not-asked", metavar="FIELD", multiple=True, help="It was not asked."),
        )
    ):
        function = option(function)
    return function


class Marks(NamedTuple):
    """What the options of `claim_options` gave."""

    marks: dict[str, str]
    states: dict[str, str]

    @classmethod
    def of(cls, options: dict[str, Any]) -> Marks:
        """Take them out of the keyword arguments of a command."""
        marks = {key: options[key] for key in ("source", "basis", "as_of", "confidence") if options.get(key)}
        states = {
            field: state
            for key, state in (("unknown", "unknown"), ("withheld", "withheld"), ("not_asked", "not-asked"))
            for field in options.get(key, ())
        }
        return cls(marks, states)
