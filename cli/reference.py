"""Write docs/cli.md, the manual of every command and option, from the commands themselves.

Floor: roof. `python -m cli.reference` writes the file; with `--check` it only tells whether the file is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cli.app import COMMANDS, NAME, Settings, make_app
from cli.exits import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET: Final = Path(__file__).parent.parent / "docs" / "cli.md"

_HEAD: Final = f"""# The command line

This page is generated from the commands by `python -m cli.reference`; change them, not this page.

Data goes to standard output, talk to standard error. `--json` prints one JSON object instead of text. No passphrase is
taken from arguments or from the environment. Text from a vault is shown with control, direction and invisible
characters escaped, such as `\\u202e`.

Where an ID is asked, a record's id or its unique beginning does. Completion for the shell: `_{NAME.upper()}_COMPLETE=`
`bash_source {NAME}` prints the script for bash; `zsh_source` and `fish_source` those for zsh and fish.

JSON for `add --from`: one object, or one a line. `kind` names the kind of record; every other key is a field, holding a
value, a claim `{{"value": ..., "source": ..., "basis": ..., "as_of": ..., "confidence": ..., "state": ...}}`, or a list
of these. A field that is itself called `kind` is written with the kind before it (`event.kind`). A record may have a
`ref`, and others of the file point at it with `@` and that ref.
"""


def _table(rows: list[tuple[str, str]], heading: str) -> Iterator[str]:
    yield f"| {heading} | |"
    yield "|---|---|"
    for name, text in rows:
        yield f"| `{name.replace('|', chr(92) + '|')}` | {' '.join(text.split()).replace('|', chr(92) + '|')} |"
    yield ""


def _options(command: click.Command, ctx: click.Context) -> list[tuple[str, str]]:
    found = []
    for param in command.params:
        record = param.get_help_record(ctx)
        if isinstance(param, click.Option) and record is not None:
            found.append(record)
    return found


def _help(text: str) -> Iterator[str]:
    """Turn a help page's paragraphs into Markdown; its example becomes a block of code."""
    for paragraph in text.replace("\b\n", "").strip().split("\n\n"):
        first, _, rest = paragraph.partition("\n")
        if first == "Example:":
            yield "```sh"
            yield from (line.removeprefix("  ") for line in rest.splitlines())
            yield "```"
        else:
            yield " ".join(paragraph.split())
        yield ""


def _section(command: click.Command, path: str, parent: click.Context, depth: int) -> Iterator[str]:
    ctx = click.Context(command, info_name=path.rsplit(" ", 1)[-1], parent=parent)
    yield f"{'#' * depth} {path}"
    yield ""
    yield "```text"
    yield " ".join([path, *command.collect_usage_pieces(ctx)])
    yield "```"
    yield ""
    yield from _help(command.help or "")
    rows = _options(command, ctx)
    if rows:
        yield from _table(rows, "option")
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _section(child, f"{path} {name}", ctx, depth + 1)


def reference() -> str:
    """Write the manual.

    Returns:
        Markdown, every command and every option in it.
    """
    app = make_app()
    root = click.Context(app, info_name=NAME, obj=Settings())
    lines = [_HEAD, "## Options of all commands", "", "They may stand before or after the name of the command.", ""]
    lines += _table(_options(app, root), "option")
    lines += ["## Exit codes", ""]
    lines += _table([(str(int(code)), meaning) for code, meaning in MEANINGS.items()], "code")
    for name in COMMANDS:
        child = app.get_command(root, name)
        if child is not None:
            lines += _section(child, f"{NAME} {name}", root, 2)
    return "\n".join(lines).rstrip() + "\n"


def main(check: bool = False) -> int:  # noqa: FBT001, FBT002 - called by the project's checks in this form
    """Write the manual, or tell whether it is up to date.

    Args:
        check: Only compare.

    Returns:
        0 if the file is as it should be, else 1.
    """
    text = reference()
    if not check:
        TARGET.write_text(text, "utf-8", newline="\n")
        return 0
    if TARGET.is_file() and TARGET.read_text("utf-8") == text:
        return 0
    click.echo("docs/cli.md is not what the commands say; run: python -m cli.reference", err=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
