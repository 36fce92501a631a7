"""The command tree: which commands there are, the options that all of them take, and how they are loaded.

Floor: roof. A command's module is imported when that command is called, so `--help` costs hardly more than click.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from vault.sealing import KdfProfile

NAME: Final = "casevault"


class Settings:
    """The global options of one run.

    Args:
        kdf_profile: Cost of a new vault's key derivation; None is the library's own choice. Only Python sets it.
    """

    __slots__ = (
        "expect",
        "identity",
        "json",
        "kdf_profile",
        "no_anchor",
        "no_input",
        "passphrase_command",
        "passphrase_fd",
        "passphrase_file",
        "quiet",
        "vault",
        "verbose",
    )

    def __init__(self, kdf_profile: KdfProfile | None = None) -> None:
        """Begin with nothing chosen."""
        self.vault: str | None = None
        self.passphrase_file: str | None = None
        self.passphrase_fd: int | None = None
        self.passphrase_command: str | None = None
        self.identity: str | None = None
        self.expect: str | None = None
        self.json = False
        self.no_input = False
        self.no_anchor = False
        self.quiet = False
        self.verbose = 0
        self.kdf_profile = kdf_profile

    @property
    def secret_on_stdin(self) -> bool:
        """Whether the passphrase is read from standard input, so that no data can be."""
        return self.passphrase_file == "-"  # noqa: S105 - the name of a file


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:  # noqa: ANN401 - whatever click parsed
    settings = ctx.find_object(Settings)
    not_given = value is None or value is False or (param.name == "verbose" and not value)
    if isinstance(settings, Settings) and not not_given:
        setattr(settings, str(param.name), value)


def global_options(*, hidden: bool) -> list[click.Parameter]:
    """Make the options that every command takes, before or after its name.

    Args:
        hidden: Leave them out of the help page.

    Returns:
        New options that store what they get in the run's `Settings`.
    """

    def option(*names: str, **more: Any) -> click.Option:  # noqa: ANN401 - handed on to click
        return click.Option(names, expose_value=False, callback=_keep, hidden=hidden, **more)

    return [
        option("-V", "--vault", metavar="PATH", help="The vault; else CASEVAULT_VAULT names it."),
        option(
            "--passphrase-file",
            metavar="FILE",
            help="Read the passphrase from the first line of FILE (- is standard input).",
        ),
        option(
            "--passphrase-fd",
            metavar="N",
            type=click.IntRange(min=0),
            help="Read the passphrase from file descriptor N.",
        ),
        option("--passphrase-command", metavar="CMD", help="Run CMD and read the passphrase from its first line."),
        option("--identity", metavar="FILE", help="Open with the identity or paper key in FILE."),
        option("--expect", metavar="CHECKPOINT", help="Open the vault only if this checkpoint stands in its history."),
        option("--json", is_flag=True, help="Print one JSON object instead of text."),
        option("--no-input", is_flag=True, help="Never ask; fail where an answer is needed."),
        option(
            "--no-anchor",
            is_flag=True,
            help="Neither read nor write the note of the newest state on this machine, which shows that a vault is "
            "used here; without it no older file is noticed. Setting CASEVAULT_NO_ANCHOR does the same.",
        ),
        option("-q", "--quiet", is_flag=True, help="Tell only what must not be missed."),
        option("-v", "--verbose", count=True, help="Tell more."),
    ]


_EPILOG: Final = f"Options of all commands (vault, passphrase, --json, --no-input, -q, -v): `{NAME} --help`."


def _keep_lines(text: str) -> str:
    """Keep the lines of an example as they stand: click joins those of any other paragraph."""
    from inspect import cleandoc

    return cleandoc(text).replace("\n\nExample:", "\n\n\b\nExample:")


class Command(click.Command):
    """A command that also takes the global options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on to click
        """Add the global options behind the command's own."""
        kwargs.setdefault("epilog", _EPILOG)
        kwargs["help"] = _keep_lines(kwargs.get("help") or "")
        super().__init__(*args, **kwargs)
        self.params.extend(global_options(hidden=True))


class Group(click.Group):
    """A group of commands inside one module, taking the global options too."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on to click
        """Add the global options behind the group's own."""
        kwargs.setdefault("epilog", _EPILOG)
        kwargs["help"] = _keep_lines(kwargs.get("help") or "")
        super().__init__(*args, **kwargs)
        self.params.extend(global_options(hidden=True))


Group.group_class = Group


class Entry(NamedTuple):
    """Where a command is found, and what the list of commands says about it."""

    module: str
    function: str
    purpose: str


COMMANDS: Final[dict[str, Entry]] = {
    "init": Entry("cli.commands.keeping", "init", "Make a vault."),
    "status": Entry("cli.commands.keeping", "status", "Show counts, epoch, checkpoint, and what needs attention."),
    "add": Entry("cli.commands.records", "add", "Add a record, or many from a file."),
    "edit": Entry("cli.commands.records", "edit", "Add claims to a record, correct or retract them."),
    "show": Entry("cli.commands.reading", "show", "Show a record with its claims and their sources."),
    "history": Entry("cli.commands.reading", "history", "Show every revision of a record."),
    "list": Entry("cli.commands.reading", "list_records", "List records."),
    "search": Entry("cli.commands.finding", "search", "Find records by names, words, fields and dates."),
    "same": Entry("cli.commands.finding", "same", "Say that two records are of one person."),
    "different": Entry("cli.commands.finding", "different", "Say that two records are of two persons."),
    "remove": Entry("cli.commands.removing", "remove", "Remove a record from view, or erase it."),
    "attach": Entry("cli.commands.files", "attach", "Seal files into the vault beside a record."),
    "extract": Entry("cli.commands.files", "extract", "Write sealed files out, verified."),
    "export": Entry("cli.commands.disclosing", "export", "Redact, check, sign and seal records for a recipient."),
    "form": Entry("cli.commands.form", "form", "Say what a body's form lacks, and fill it."),
    "review": Entry("cli.commands.review", "review", "Decide of words in texts before they leave."),
    "verify": Entry("cli.commands.bundles", "verify", "Check a bundle's signature and contents, or unpack it."),
    "recipient": Entry("cli.commands.address", "recipient", "Keep the address book."),
    "consent": Entry("cli.commands.consent", "consent", "Record, list, show and withdraw consent."),
    "policy": Entry("cli.commands.policy", "policy", "List, show, check and make policies of disclosure."),
    "ledger": Entry("cli.commands.ledger", "ledger", "Show who received what, and who is exposed."),
    "key": Entry("cli.commands.key", "key", "List, add, change and remove ways in."),
    "check": Entry("cli.commands.keeping", "check", "Check integrity and freshness."),
    "backup": Entry("cli.commands.keeping", "backup", "Copy the vault to a new file."),
    "salvage": Entry("cli.commands.salvage", "salvage", "Bring back what can be read of a badly damaged vault."),
    "compact": Entry("cli.commands.keeping", "compact", "Rewrite the file without the space of what was removed."),
    "demo": Entry("cli.demo", "demo", "Do the whole job on invented people in a fresh folder."),
}


class LazyGroup(click.Group):
    """The root: it knows each command's place and imports it when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and take the command out of it."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        from importlib import import_module

        command: click.Command = getattr(import_module(entry.module), entry.function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest ones."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=2)
            hint = f" Did you mean {' or '.join(near)}?" if near else f" `{NAME} --help` lists them."
            ctx.fail(f"There is no command {args[0]!a}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.purpose) for name, entry in COMMANDS.items()])


_HELP: Final = """An encrypted vault for the details of people who vanished.

`casevault demo` shows the whole job on invented people. `casevault COMMAND --help` explains one command. The passphrase
is asked for when it is needed.

Example:
  casevault init families.vault
  casevault -V families.vault add person name='Aigul Example'
  casevault -V families.vault search aigul
"""


def make_app() -> LazyGroup:
    """Build the command tree.

    Returns:
        The root group; call its `main` with a `Settings` as `obj`.
    """
    version = click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help="Print the version.",
    )
    return LazyGroup(
        NAME,
        help=_keep_lines(_HELP),
        params=[*global_options(hidden=False), version],
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        no_args_is_help=True,
    )


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's own shape
    del param
    if value:
        from vault import __version__

        click.echo(f"{NAME} {__version__}")
        ctx.exit()


def command(name: str | None = None, **attributes: Any) -> Callable[[Callable[..., Any]], Command]:  # noqa: ANN401
    """Make a command with the global options out of a function.

    Args:
        name: Its name, if not the function's.
        attributes: Handed on to click.

    Returns:
        A decorator.
    """
    return click.command(name, cls=Command, **attributes)
