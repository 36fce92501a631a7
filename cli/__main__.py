"""The way in: hardens the process, runs a command, turns whatever is raised into words and an exit code.

Floor: roof. It refuses to show a traceback, a key or a value: an unexpected error is told by its type alone.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NoReturn

if __name__ == "__main__" and not sys.flags.safe_path and sys.path:
    # `python -m cli` puts the current folder first on the path: a file `cryptography.py` there would be run in place
    # of the library. The folder goes, or, if this program itself lies in it, goes last.
    _here = sys.path.pop(0)
    if __file__.startswith(_here or "."):
        sys.path.append(_here)

import click

from cli.app import NAME, Settings, make_app
from cli.exits import Exit, details, outcome
from cli.output import escape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from vault.sealing import KdfProfile


_KEPT: Final = "The step under way is undone; what was saved before is kept."


class Terminated(KeyboardInterrupt):
    """The process was asked to end; handled like Ctrl-C, so that everything open is closed properly."""


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise Terminated


def _harden() -> None:
    """Forbid core dumps: memory of this process holds keys and names."""
    try:
        import resource
    except ImportError:  # Windows has no such limit; docs/threat-model.md says what that means
        return
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):  # already lower, or not ours to set
        return


def main(argv: Sequence[str] | None = None, *, kdf_profile: KdfProfile | None = None) -> int:
    """Run one command.

    Args:
        argv: Words after the program's name; None takes those of the process.
        kdf_profile: Cost of the key derivation of new vaults, for tests; never read from the environment.

    Returns:
        The exit code, see `cli.exits`.
    """
    import signal
    import threading

    _harden()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a letter gets its escape, not a crash
            stream.reconfigure(errors="backslashreplace")
    outermost = threading.current_thread() is threading.main_thread()
    endings = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])] if outermost else []
    before = [(number, signal.signal(number, _terminate)) for number in endings]
    try:
        return _run(list(sys.argv[1:] if argv is None else argv), Settings(kdf_profile))
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _run(words: list[str], settings: Settings) -> int:
    try:
        result = make_app().main(args=words, prog_name=NAME, standalone_mode=False, obj=settings)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a broken pipe can still be met quietly
    except (KeyboardInterrupt, click.Abort):
        return _say(f"Interrupted. {_KEPT}", Exit.INTERRUPTED)
    except BrokenPipeError:
        return _quiet_end()
    except click.ClickException as error:
        return _usage(error)
    except OSError as error:
        return _say(*_system(error))
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback ever
        return _say(*_explain(error))
    return result if isinstance(result, int) else Exit.OK


def _usage(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # the help page is the whole message
        click.echo(error.format_message(), err=True)
        return Exit.USAGE
    hint = ""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"\nSee `{error.ctx.command_path} --help`."
    return _say(
        f"{error.format_message()}{hint}", Exit(error.exit_code) if error.exit_code in set(Exit) else Exit.USAGE
    )


def _explain(error: Exception) -> tuple[str, Exit]:
    row = outcome(error)
    if row is None:
        # Neither the message nor the locals: either may hold a name or a passphrase.
        text = (
            f"An unexpected error in {NAME} ({type(error).__name__}).\n{_KEPT}\n"
            f"Run `{NAME} check`; if it is clean, please report the type of the error and the command you gave."
        )
        return text, Exit.FAILURE
    facts = details(error)
    said = str(error).rstrip(".") or type(error).__name__
    if any(fact in said for fact in facts):  # told line by line below
        said = said.partition(":")[0]
    return "\n".join([f"{said}.", *(f"  {fact}" for fact in facts), row.meaning, row.advice]), row.code


def _system(error: OSError) -> tuple[str, Exit]:
    where = f" ({error.filename})" if isinstance(error.filename, str) else ""
    code = Exit.UNSAFE_PATH if isinstance(error, (FileExistsError, IsADirectoryError)) else Exit.FAILURE
    return f"{error.strerror or type(error).__name__}{where}.\n{_KEPT}", code


def _say(text: str, code: Exit) -> int:
    try:
        click.echo(f"{NAME}: {escape(text, newlines=True)}", err=True)
    except BrokenPipeError:
        return _quiet_end()
    return code


def _quiet_end() -> int:
    """End without a word: whoever read our output has gone."""
    import os

    # The interpreter flushes both streams once more at its end; that must not fail aloud.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):  # not a real file
            continue
    return Exit.FAILURE


if __name__ == "__main__":
    sys.exit(main())
