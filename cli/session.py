"""From the global options to an open vault: where it is, how it opens, and the questions asked on the way.

Floor: roof. It refuses passphrases in arguments and environment variables: they come from a prompt, a file, a
descriptor or a command. It never prints a passphrase that was typed.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cli.output import Output, escape, is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.app import Settings
    from vault.keys import Secret
    from vault.vault import Vault

MAX_PASSPHRASE_BYTES: Final = 1 << 20
LEAST_BITS: Final = 45
SEALED_FILES: Final = (b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----")
"""How an age file begins, binary or armoured."""
_CUT_BYTES: Final = 1023 if sys.platform == "darwin" else 4095
_LEAST_CHARACTERS: Final = 20
_LEAST_WORDS: Final = 5
_LEAST_HAN: Final = 10
_SHARE_WORDS: Final = 30
"""Whoever types so many words may have typed a share of a key; only then is it looked at as one."""


# --- questions --------------------------------------------------------------------------------------------------


def can_ask(settings: Settings) -> bool:
    """Tell whether a person can be asked.

    Args:
        settings: The global options.

    Returns:
        True if standard input is a terminal and `--no-input` was not given.
    """
    return not settings.no_input and is_terminal(sys.stdin)


def ask(question: str) -> str:
    """Ask for one line on the terminal; the question goes to standard error.

    Args:
        question: Trusted text, or text that was escaped.

    Returns:
        The line without its end and without outer spaces.

    Raises:
        click.Abort: The input ended.
    """
    click.echo(f"{question} ", err=True, nl=False)
    return _line().strip()


def _line() -> str:
    try:
        # With line editing a terminal takes lines of any length.
        import readline
    except ImportError:
        pass
    else:
        readline.set_auto_history(False)
    while True:
        try:
            line = input()
        except EOFError:
            click.echo(err=True)
            raise click.Abort from None
        # Without line editing the kernel cuts a line at this length and tells nobody.
        if len(line.encode("utf-8", "surrogateescape")) != _CUT_BYTES:
            return line
        click.echo("That line was too long for this terminal and was cut. Enter it again in parts:", err=True)


def ask_long(question: str) -> str:
    """Ask for text of any number of lines, ended by a line with a single dot.

    Args:
        question: What to say first.

    Returns:
        The text without the dot line; empty if there was none.

    Raises:
        click.Abort: The input ended before the dot.
    """
    click.echo(f"{question} (type or paste; a line with a single dot ends it, at once for none)", err=True)
    lines: list[str] = []
    while True:
        line = _line()
        if line.strip() == ".":
            return "\n".join(lines).strip("\n")
        lines.append(line)


def confirm(settings: Settings, question: str, *, otherwise: str) -> bool:
    """Ask for a yes.

    Args:
        settings: The global options.
        question: What is to be agreed to.
        otherwise: The option that says yes where nobody can be asked.

    Returns:
        Whether the answer was yes; anything else than y or yes is a no.

    Raises:
        click.UsageError: Nobody can be asked.
    """
    if not can_ask(settings):
        message = f"This needs a yes: {escape(question)} Give {otherwise} to say it without a terminal."
        raise click.UsageError(message)
    return ask(f"{escape(question)} [y/N]").lower() in {"y", "yes"}


def ask_secret(settings: Settings, question: str) -> str:
    """Ask for a passphrase without showing it.

    Args:
        settings: The global options.
        question: What to say.

    Returns:
        What was typed. Secret.

    Raises:
        click.UsageError: Nobody can be asked.
        click.Abort: The input ended.
    """
    if settings.no_input or not _has_terminal():
        message = (
            "A passphrase is needed and nobody can be asked. "
            "Give --passphrase-file, --passphrase-fd, --passphrase-command or --identity."
        )
        raise click.UsageError(message)
    from getpass import getpass

    try:
        return getpass(f"{question}: ")  # it restores the terminal's echo in all cases
    except EOFError:
        raise click.Abort from None


def _has_terminal() -> bool:
    if is_terminal(sys.stdin):
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | getattr(os, "O_NOCTTY", 0)))
    except OSError:
        return False
    return True


# --- passphrases ------------------------------------------------------------------------------------------------


def first_line(data: bytes, where: str) -> str:
    """Take the passphrase out of what a file, descriptor or command gave: its first line, without the line end.

    Args:
        data: At most 1 MiB. Secret.
        where: What to call its origin in an error.

    Returns:
        The line; spaces inside and around it count. Secret.

    Raises:
        click.UsageError: It is empty, too long, not UTF-8, or has more than one line.
    """
    if len(data) > MAX_PASSPHRASE_BYTES:
        message = f"{where} holds more than a passphrase (over 1 MiB)."
        raise click.UsageError(message)
    line, _, rest = data.partition(b"\n")
    line = line.removesuffix(b"\r")
    if not line or rest.strip():
        message = f"{where} must hold the passphrase in its first line, and nothing else."
        raise click.UsageError(message)
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        message = f"{where} is not UTF-8 text."
        raise click.UsageError(message) from None


def _read_some(path: str | int) -> bytes:
    with open(path, "rb", closefd=not isinstance(path, int)) as file:
        return file.read(MAX_PASSPHRASE_BYTES + 1)


def standard_input(limit: int) -> bytes:
    """Read standard input.

    Args:
        limit: At most so many bytes.

    Returns:
        What it holds.

    Raises:
        click.UsageError: It is closed.
    """
    if sys.stdin is None:
        message = "Standard input is closed."
        raise click.UsageError(message)
    return sys.stdin.buffer.read(limit)


def read_file(path: str) -> bytes:
    """Read a small file named on the command line; `-` is standard input.

    Args:
        path: Name of the file.

    Returns:
        At most 1 MiB and one byte.

    Raises:
        click.UsageError: It cannot be read.
    """
    if path == "-":
        return standard_input(MAX_PASSPHRASE_BYTES + 1)
    try:
        return _read_some(path)
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not a usable file name'}."
        raise click.UsageError(message) from None


def given_passphrase(settings: Settings) -> str | None:
    """Read the passphrase that the global options point at.

    Args:
        settings: The global options.

    Returns:
        The passphrase, or None if no option names a place. Secret.

    Raises:
        click.UsageError: Several places are named, or that place holds none.
    """
    places = [settings.passphrase_file, settings.passphrase_fd, settings.passphrase_command]
    if sum(place is not None for place in places) > 1:
        message = "Give only one of --passphrase-file, --passphrase-fd and --passphrase-command."
        raise click.UsageError(message)
    if settings.passphrase_file is not None:
        where = "Standard input" if settings.secret_on_stdin else settings.passphrase_file
        return first_line(read_file(settings.passphrase_file), where)
    if settings.passphrase_fd is not None:
        try:
            return first_line(_read_some(settings.passphrase_fd), f"Descriptor {settings.passphrase_fd}")
        except OSError:
            message = f"Descriptor {settings.passphrase_fd} cannot be read."
            raise click.UsageError(message) from None
    if settings.passphrase_command is not None:
        return first_line(_run_command(settings.passphrase_command), "What the passphrase command printed")
    return None


def _run_command(command: str) -> bytes:
    import shlex
    import subprocess

    try:
        words = shlex.split(command)
        # No shell: the words go to the program as they are. Its errors go to our standard error.
        done = subprocess.run(words, stdout=subprocess.PIPE, check=False)  # noqa: S603 - the person's own command
    except (OSError, ValueError, IndexError):
        message = "The passphrase command cannot be run."
        raise click.UsageError(message) from None
    if done.returncode != 0:
        message = f"The passphrase command ended with {done.returncode}."
        raise click.UsageError(message)
    return done.stdout


def read_secret(settings: Settings, question: str) -> Secret:
    """Get what opens a vault: from the options, else by asking.

    Args:
        settings: The global options.
        question: What to say when asking.

    Returns:
        A passphrase, or the identity that a paper key or an identity file holds.

    Raises:
        click.UsageError: Nothing usable is given and nobody can be asked.
        VaultError: A paper key or identity has a wrong letter or form.
    """
    from vault.keys import Identity, parse_identity, parse_secret

    if settings.identity is not None:
        text = _identity_text(settings, settings.identity)
        paper = parse_secret(text)  # a paper key in a file is as good as one that is typed
        return paper if isinstance(paper, Identity) else parse_identity(text)
    given = given_passphrase(settings)
    if given is not None:
        return parse_secret(given)
    typed = ask_secret(settings, question)
    if len(typed.split()) < _SHARE_WORDS:
        return parse_secret(typed)
    from vault.shares import ShareSet, looks_like_share

    if not looks_like_share(typed):
        return parse_secret(typed)
    from cli.sheets import ask_shares

    return ask_shares(Output(settings), ShareSet(), typed)


def _identity_text(settings: Settings, path: str) -> str:
    """Read an identity file, asking for its passphrase if it is sealed with one."""
    data = read_file(path)
    if not data.startswith(SEALED_FILES):
        return data.decode("utf-8", errors="replace").strip()
    from io import BytesIO

    from vault import agefile

    given = given_passphrase(settings)
    passphrase = ask_secret(settings, f"Passphrase of {escape(path)}") if given is None else given
    parts: list[bytes] = []
    agefile.decrypt(BytesIO(data), parts.append, passphrase=passphrase)
    return b"".join(parts).decode("utf-8", errors="replace").strip()


def weakness(passphrase: str) -> str | None:
    """Judge a passphrase that a person thought of.

    Args:
        passphrase: What was typed. Secret.

    Returns:
        Why it should not be used, or None. The estimate knows Latin letters only; for other scripts there is no
        estimate, and a floor of length stands instead.
    """
    han = sum("\u3400" <= char <= "\u9fff" for char in passphrase)
    if passphrase.isascii():
        from math import log2

        from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # it ships no types

        bits = log2(float(zxcvbn(passphrase[:72])["guesses"]))
        if bits < LEAST_BITS:
            return f"it can be guessed too easily (about {bits:.0f} bits; {LEAST_BITS} are needed)"
        return None
    if len(passphrase) < _LEAST_CHARACTERS and len(passphrase.split()) < _LEAST_WORDS and han < _LEAST_HAN:
        return (
            "how hard it is to guess cannot be estimated in this script, so length must do: "
            f"{_LEAST_WORDS} words, {_LEAST_CHARACTERS} letters or {_LEAST_HAN} Chinese characters"
        )
    return None


def passphrase_in(path: str | None) -> str | None:
    """Read a new passphrase from a file.

    Args:
        path: Name of the file (- is standard input); None for none.

    Returns:
        The passphrase, or None. Secret.

    Raises:
        click.UsageError: The file holds none.
    """
    return None if path is None else first_line(read_file(path), "Standard input" if path == "-" else path)


def new_passphrase(settings: Settings, out: Output, *, given: str | None, force: bool) -> str:
    """Get a new passphrase: given already, typed twice, or generated and shown once on standard error.

    Args:
        settings: The global options.
        out: Where to talk.
        given: What an option gave, if one did. Secret.
        force: Take a weak one too.

    Returns:
        The passphrase. Secret.

    Raises:
        click.UsageError: It is too weak, or the two typed ones differ.
    """
    if given is not None:
        typed = given
    elif can_ask(settings):
        typed = ask_secret(settings, "New passphrase (empty: let six words be generated)")
        if typed and ask_secret(settings, "The same again") != typed:
            message = "The two passphrases differ. Nothing was changed."
            raise click.UsageError(message)
    else:
        typed = ""
    if not typed:
        from vault.words import generate_passphrase

        typed = generate_passphrase()
        out.warn(f"The new passphrase, shown this once:\n\n    {typed}\n\nWrite it down. Nobody can recover it.")
        return typed
    if (reason := weakness(typed)) is not None:
        if not force:
            message = f"This passphrase is refused: {reason}. Choose another, or give --force."
            raise click.UsageError(message)
        out.warn(f"Weak passphrase taken as you asked: {reason}.")
    elif not typed.isascii():
        out.talk("No estimate is made of how hard a passphrase in this script is to guess.")
    return typed


# --- the vault --------------------------------------------------------------------------------------------------


def checked_path(text: str) -> Path:
    """Turn what was given as the vault's path into a path, or refuse what is surely none.

    Args:
        text: From an option, an argument or CASEVAULT_VAULT.

    Returns:
        The path; `file:` and `:memory:` are names of plain files here.

    Raises:
        click.UsageError: Empty, `-`, or with control characters in it.
    """
    if not text.strip() or text == "-" or any(ord(char) < 0x20 for char in text):
        message = f"{text!a} cannot be the path of a vault."
        raise click.UsageError(message)
    return Path(text)


def vault_path(settings: Settings) -> Path:
    """Find out which vault is meant.

    Args:
        settings: The global options.

    Returns:
        Its path.

    Raises:
        click.UsageError: None is named.
    """
    text = settings.vault if settings.vault is not None else os.environ.get("CASEVAULT_VAULT")
    if text is None:
        message = "Which vault? Give -V PATH, or set CASEVAULT_VAULT."
        raise click.UsageError(message)
    return checked_path(text)


def state_folder(settings: Settings) -> Path | None:
    """Say where the note of the newest state (the anchor) is kept on this machine.

    Args:
        settings: The global options.

    Returns:
        A folder of this user, or None with `--no-anchor` or where CASEVAULT_NO_ANCHOR is set and not empty.
    """
    if settings.no_anchor or os.environ.get("CASEVAULT_NO_ANCHOR"):
        return None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "casevault"


@contextmanager
def open_vault(
    settings: Settings, *, write: bool = False, accept_older: bool = False, secret: Secret | None = None
) -> Iterator[Vault]:
    """Open the vault that the options name, tell what is worth telling, and close it at the end.

    Args:
        settings: The global options.
        write: The command will change something; where the keys changed unseen, that is asked first.
        accept_older: Open a file that is older than the one seen here last.
        secret: What opens it; None to find out.

    Yields:
        The open vault.

    Raises:
        VaultError: It cannot be opened, or is not what it should be.
        click.UsageError: No vault is named, or its passphrase cannot be had.
    """
    path = vault_path(settings)
    if settings.expect is not None:
        require_checkpoint(settings.expect)
    if secret is None:
        secret = read_secret(settings, f"Passphrase or paper key for {escape(path.name)}")
    from vault.vault import Vault

    out = Output(settings)
    with out.working("Opening"):
        opened = Vault.open(
            path,
            secret,
            state_dir=state_folder(settings),
            expect=settings.expect,
            accept_older=accept_older,
            allow_test_profile=allows_test_profile(settings),
        )
    with opened as vault:
        if settings.verbose:
            state = vault.status()
            out.detail(f"{path}: epoch {state.epoch}, checkpoint {state.checkpoint}")
        told = tell_notices(out, vault, 0)
        if write and vault.keys.unconfirmed is not None:
            if not can_ask(settings):
                raise vault.keys.unconfirmed
            state = vault.status()
            out.warn(f"fingerprint  {state.fingerprint}\ncheckpoint   {state.checkpoint}")
            question = "Did you compare these with the other holders or with your notes, and do they agree?"
            if not confirm(settings, question, otherwise="a terminal"):
                raise click.Abort
            vault.keys.confirm()
        yield vault
        tell_notices(out, vault, told)


def require_checkpoint(text: str) -> None:
    """Refuse what cannot be a checkpoint, before anybody types a passphrase.

    Args:
        text: As given.

    Raises:
        click.UsageError: It has another form.
    """
    from vault.errors import FormatError
    from vault.objects import parse_checkpoint

    try:
        parse_checkpoint(text)
    except FormatError:
        message = "A checkpoint is a number, a hyphen and sixteen letters and digits, as `casevault status` prints it."
        raise click.UsageError(message) from None


def tell_notices(out: Output, vault: Vault, told: int) -> int:
    """Tell what the vault noticed since the last time.

    Args:
        out: Where to talk.
        vault: The open vault.
        told: How many notices were told before.

    Returns:
        How many have been told now.
    """
    for notice in vault.notices[told:]:
        out.warn(notice)
    return len(vault.notices)


def allows_test_profile(settings: Settings) -> bool:
    """Tell whether Python asked for the KDF profile of the tests; no option and no variable can.

    Args:
        settings: The global options.

    Returns:
        Whether such a vault may be opened.
    """
    if settings.kdf_profile is None:
        return False
    from vault.sealing import KdfProfile

    return settings.kdf_profile is KdfProfile.TEST
