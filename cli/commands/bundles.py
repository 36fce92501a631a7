"""The command for bundles received: verify.

Floor: roof. It never says just "good": it says who signed, and whether that key was seen before.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Settings, command
from cli.exits import Exit, details
from cli.output import Output, escape
from cli.session import ask_secret, checked_path, given_passphrase, read_file
from cli.unfinished import clear_beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vault.handoff import Proven, Report, Seen

MAX_NOTE_BYTES: Final = 1 << 20
_NAMESPACES: Final = re.compile(r'namespaces="([a-z0-9@.,-]+)"', re.ASCII)
_SSH_BLOB_START: Final = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"


@command("verify", short_help="Check a bundle's signature and contents, or unpack it.")
@click.argument("path", metavar="[FILE]", required=False)
@click.option("--open", "folder", metavar="DIR", help="Unpack into this new folder if everything holds.")
@click.option("--known", metavar="FILE", help="Signing keys you know, one a line as in OpenSSH's allowed_signers.")
@click.option("--seen", metavar="FILE", help="Your note of bundles received; this one is added to it.")
@click.option(
    "--with", "other", metavar="FILE", help="Another bundle: does it show parts of the same sealed revisions?"
)
@click.option("--page", metavar="FILE.html", help="Write the page that checks a bundle in a browser; check nothing.")
@click.pass_obj
def verify(
    settings: Settings,
    path: str | None,
    folder: str | None,
    known: str | None,
    seen: str | None,
    other: str | None,
    page: str | None,
) -> int:
    """Check a bundle's signature and contents, or unpack it. No vault is needed.

    FILE is the sealed file, a page that opens itself, the archive that was in it, or the unpacked folder. A file sealed
    to a key opens with --identity FILE (an age or SSH key), one sealed by a passphrase asks for it. The signer's key is
    shown as six words to compare by voice. With --known, a signer who is not in that file ends with exit code 10; so
    does a page that is not the one this version makes. A bundle that holds and was made for somebody else ends with
    exit code 11; one that is older than another that --seen has noted, with 5.

    Where the sender's policy gives proofs, it says how many claims are proven to be unaltered parts of one sealed
    revision. With --with, it checks another bundle in the same way, says who signed that one, and which records of the
    two are shown of one and the same revision; if none is, or one of the two has no proofs, the exit code is 10. What
    is not proven in the other rests on its own signer.

    With --page nothing is checked: it writes a page for somebody without this program, which checks a bundle in their
    browser, offline. It is the same for everyone.

    Example:
      casevault verify case.age --identity key.txt
      casevault verify case.age --open case --known signers --seen received
      casevault verify case --with for-the-un
      casevault verify --page verify.html
    """
    from vault.handoff import Seen, form_of, unpack

    out = Output(settings)
    if (path is None) == (page is None) or (page is not None and (folder or known or seen or other)):
        message = "Give either FILE or --page FILE.html."
        raise click.UsageError(message)
    if page is not None:
        return write_checker(out, checked_path(page))
    bundle = there(path or "")
    for place in (bundle, *([checked_path(folder)] if folder is not None else [])):
        clear_beside(out, place)
    keys = known_signers(read_file(known), known) if known is not None else {}
    noted = Seen.read(read_note(seen)) if seen is not None else Seen()
    secrets = opening(settings, form_of(bundle))
    with telling_faults(out), out.working("Checking"):
        if folder is None or known is not None:
            report = check(bundle, keys, secrets)
        if folder is not None and known is not None and report.known_as is None:
            folder = None  # what an unknown key signed is not unpacked where only known ones are wanted
        if folder is not None:
            report = unpack(bundle, checked_path(folder), known=keys, **secrets)
    verdict, code = judge(report, noted, strict=known is not None)
    beside = None if other is None else look_beside(settings, out, report, other, keys, noted, strict=known is not None)
    told = {"verdict": verdict, "received_before": noted.knows(report), "newer": noted.newer(report)}
    if not out.json({**report_json(report), **told, **beside_json(beside), "opened": folder}):
        out.line("verdict", VERDICTS[verdict])
        print_report(out, report)
        if beside is not None:
            print_beside(out, report, beside)
        if folder is not None:
            out.line("opened", Path(folder))
    warn(out, report, noted)
    if beside is not None:
        warn_of_other(out, report, beside, noted)
    if seen is not None and not noted.knows(report):
        note(checked_path(seen), noted.line(report))
    return code if code or beside is None else beside.code


VERDICTS: Final = {
    "known": "good, and you know who signed it",
    "never-seen": "good, but you never saw the key that signed it",
    "not-addressed": "good, but not made for the key or passphrase that opened it",
    "older": "good, but older than one that you received before",
}
"""What holds of a bundle that is as it was signed, the gravest first told; one that is not is an error."""


def judge(report: Report, noted: Seen, *, strict: bool) -> tuple[str, Exit]:
    """Say in one word what to make of a bundle that is as it was signed.

    Args:
        report: From the library.
        noted: What was received before.
        strict: Only known signers are wanted.

    Returns:
        A key of `VERDICTS`, and the exit code.
    """
    if strict and report.known_as is None:
        return "never-seen", Exit.SIGNATURE
    if report.addressed is False:
        return "not-addressed", Exit.ADDRESSEE
    if noted.newer(report) is not None:
        return "older", Exit.STALE
    return ("never-seen" if report.known_as is None else "known"), Exit.OK


def warn(out: Output, report: Report, noted: Seen, which: str = "") -> None:
    """Say what a person should do about a bundle, beside the one word.

    Args:
        out: Where to write.
        report: From the library.
        noted: What was received before.
        which: Begins each sentence, if there are two bundles.
    """
    if report.addressed is False:
        out.warn(
            f"{which}It was not made for the key or passphrase that opened it: somebody passed it on under "
            "another seal."
        )
    if (newer := noted.newer(report)) is not None and report.series is not None:
        out.warn(f"{which}You received number {newer} of this series before; this is number {report.series[1]}.")
    if report.known_as is None:
        out.warn(
            f"{which}This signing key was never seen here. Compare its six words with the sender by voice before you "
            "rely on the bundle."
        )


def warn_of_other(out: Output, report: Report, beside: Beside, noted: Seen) -> None:
    """Say what a person should do about the bundle beside the one.

    Args:
        out: Where to write.
        report: Of the one.
        beside: The other.
        noted: What was received before.
    """
    warn(out, beside.report, noted, "The other: ")
    if not beside.same:
        out.warn("No record in the two bundles is proven to be of one and the same sealed revision.")
    elif beside.report.signer != report.signer:
        out.warn(
            "The two bundles are signed with different keys. Whoever has one of them can put its proofs, and claims of "
            "their own, into another: what is not proven in it rests on its signer alone."
        )


def check(bundle: Path, known: Mapping[bytes, str], secrets: Mapping[str, Any]) -> Report:
    """Check a bundle; nothing is written."""
    from vault.handoff import verify as verify_bundle

    return verify_bundle(bundle, known=known, **secrets)


@dataclass(frozen=True, slots=True)
class Beside:
    """A bundle that is compared with another.

    Args:
        report: What holds of it.
        verdict: A key of `VERDICTS`.
        code: The exit code that it asks for.
        same: Record id in the one and record id here, of each that both show of one sealed revision.
    """

    report: Report
    verdict: str
    code: Exit
    same: list[tuple[str, str]]


def look_beside(
    settings: Settings,
    out: Output,
    report: Report,
    path: str,
    known: Mapping[bytes, str],
    noted: Seen,
    *,
    strict: bool,
) -> Beside:
    """Check the bundle beside the one in the same way, and find what both show of the same revisions.

    Args:
        settings: The global options; what opens the one opens the other, or its passphrase is asked for.
        out: Where to write.
        report: Of the one.
        path: The other.
        known: Name of each signing key that is known.
        noted: What was received before.
        strict: Only known signers are wanted.

    Returns:
        What there is to say of it.

    Raises:
        VaultError: As for the one.
        click.UsageError: It is not there, or nothing was given that opens it.
    """
    from vault.handoff import form_of

    other = there(path)
    secrets = opening(settings, form_of(other))
    with telling_faults(out), out.working("Checking the other"):
        second = check(other, known, secrets)
    same = [] if report.proven is None or second.proven is None else report.proven.same(second.proven)
    verdict, code = judge(second, noted, strict=strict)
    return Beside(second, verdict, code if same else Exit.SIGNATURE, same)


def beside_json(beside: Beside | None) -> dict[str, Any]:
    """Give what holds of the bundle beside the one as plain values."""
    if beside is None:
        return {"same": None, "other": None}
    return {"same": beside.same, "other": {"verdict": beside.verdict, **report_json(beside.report)}}


@contextmanager
def telling_faults(out: Output) -> Iterator[None]:
    """With `--json`, say what does not hold as JSON too, before the error is told and the command ends."""
    from vault.errors import SignatureError

    try:
        yield
    except SignatureError as error:
        out.json({"verdict": "bad", "faults": details(error)})
        raise


def there(path: str) -> Path:
    """Give the path of a bundle that is there.

    Raises:
        click.UsageError: Nothing is.
    """
    bundle = checked_path(path)
    if not bundle.exists():
        message = f"{escape(path)} is not there."
        raise click.UsageError(message)
    return bundle


def read_note(path: str) -> bytes:
    """Read the note of bundles received; empty where there is none yet.

    Raises:
        UnsafePathError: It is no plain file.
        LimitError: Over a mebibyte.
        click.UsageError: It cannot be read.
    """
    from vault.errors import LimitError, UnsafePathError

    file = checked_path(path)
    if not file.is_symlink() and not file.exists():
        return b""
    if not stat.S_ISREG(file.lstat().st_mode):
        message = "the note of bundles is not a plain file"
        raise UnsafePathError(message)
    data = read_file(path)
    if len(data) > MAX_NOTE_BYTES:
        message = "size in bytes of the note of bundles"
        raise LimitError(message, MAX_NOTE_BYTES)
    return data


def note(path: Path, line: bytes) -> None:
    """Add a line to the note of bundles; the file is made for its owner's eyes alone.

    Raises:
        UnsafePathError: It cannot be written as a plain file.
    """
    from vault.errors import UnsafePathError

    try:
        number = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(number, "ab+") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - 1))
            ended = file.read() in (b"", b"\n")  # an editor may have left the last line without its end
            file.write(line if ended else b"\n" + line)
    except OSError as error:
        message = f"{path.name} cannot be written as a plain file: {error.strerror}"
        raise UnsafePathError(message) from None


def opening(settings: Settings, form: str) -> dict[str, Any]:
    """Get what opens a bundle.

    Args:
        settings: The global options.
        form: How it lies there.

    Returns:
        Identities, a passphrase, or nothing, as the library takes them.

    Raises:
        click.UsageError: It is sealed to a key, and none was given.
        FormatError: The file of the key is of another form.
    """
    if form == "key":
        from vault import agefile

        if settings.identity is None:
            message = "This bundle is sealed to a key. Give the private key with --identity FILE."
            raise click.UsageError(message)
        return {"identities": agefile.parse_identities(read_file(settings.identity))}
    if form in {"passphrase", "page"}:
        given = given_passphrase(settings)
        return {"passphrase": ask_secret(settings, "Passphrase of the bundle") if given is None else given}
    return {}


def write_checker(out: Output, path: Path) -> int:
    """Write the page that checks a bundle in a browser.

    Args:
        out: Where to talk.
        path: The new file.

    Returns:
        The exit code.

    Raises:
        UnsafePathError: Something is at that path.
        EngineError: The disk refused.
    """
    from hashlib import sha256

    from vault.handoff import checker
    from vault.paths import NewFile

    data = checker()
    with NewFile(path) as file:
        file.write(data)
        file.commit()
    digest = sha256(data).hexdigest()
    if not out.json({"page": str(path), "sha256": digest}):
        out.line("page", path)
        out.line("sha256", digest)
    return Exit.OK


def report_json(report: Report) -> dict[str, Any]:
    """Give what holds of a bundle as plain values.

    Args:
        report: From the library.

    Returns:
        What JSON says.
    """
    return {
        "form": report.form,
        "signer": {"words": report.signer.words, "ssh": report.signer.ssh, "known_as": report.known_as},
        "addressed": report.addressed,
        "bundle": report.label.bundle,
        "purpose": report.label.purpose,
        "policy": report.label.policy,
        "recipients": list(report.label.recipients),
        "onward": list(report.label.onward),
        "delete_by": report.label.delete_by,
        "terms": {language: list(sentences) for language, sentences in report.label.terms.items()},
        "tool": report.label.tool,
        "files": [{"path": file.path, "bytes": file.length, "sha256": file.sha256} for file in report.files],
        "bag_sha256": report.bag_sha256,
        "sealed_sha256": report.sealed_sha256,
        "series": None if report.series is None else {"id": report.series[0], "number": report.series[1]},
        "proven": None if report.proven is None else proven_json(report.proven),
    }


def proven_json(proven: Proven) -> dict[str, Any]:
    """Give what is proven as plain values.

    Args:
        proven: From the library.

    Returns:
        What JSON says.
    """
    return {
        "records": [{"id": name, "root": root} for name, root in sorted(proven.roots.items())],
        "claims": [{"record": name, "field": field, "place": place} for name, field, place in proven.claims],
        "unproven": dict(proven.unproven),
    }


def print_report(out: Output, report: Report) -> None:
    """Print what holds of a bundle.

    Args:
        out: Where to write.
        report: From the library.
    """
    out.line("signature", "holds, every file is as it was signed")
    out.line("signer", report.signer.words)
    out.line("signer key", report.signer.ssh)
    out.line("known", report.known_as or "never seen")
    out.line("addressed", addressee(report))
    out.line("purpose", report.label.purpose)
    out.line("policy", report.label.policy)
    if "en" in report.label.terms:
        out.line("terms", " ".join(report.label.terms["en"]))
    out.line("made with", report.label.tool)
    if report.series is not None:
        out.line("number", report.series[1])
    if report.proven is not None:
        print_proven(out, report.proven)
    for file in report.files:
        out.line("file", file.path, file.length)


def addressee(report: Report) -> str:
    """Say whom a bundle was made for, as far as that can be known."""
    if report.addressed is not None:
        return "to the key that opened it" if report.addressed else "to somebody else"
    if report.form in {"zip", "dir"}:
        return "not sealed"
    return "to whoever knows a passphrase; that this is the one of the sender cannot be told"


def print_beside(out: Output, report: Report, beside: Beside) -> None:
    """Print what holds of the bundle beside the one: first of all who signed it.

    Args:
        out: Where to write.
        report: Of the one.
        beside: The other.
    """
    second = beside.report
    out.line("other verdict", VERDICTS[beside.verdict])
    out.line("other signer", second.signer.words)
    out.line("other signer key", second.signer.ssh, "the same" if second.signer == report.signer else "ANOTHER KEY")
    out.line("other known", second.known_as or "never seen")
    out.line("other addressed", addressee(second))
    out.line("other bundle", second.label.bundle)
    if second.proven is not None:
        print_proven(out, second.proven, "other ")
    for here, opposite in beside.same:
        out.line("same revision", here, opposite)


def print_proven(out: Output, proven: Proven, which: str = "") -> None:
    """Print how much is proven, and how much is not."""
    out.line(f"{which}proven", f"{len(proven.claims)} claims", f"of {len(proven.roots)} sealed revisions")
    for outcome, count in proven.unproven.items():
        out.line(f"{which}nothing proven", f"{count} claims", outcome)


def known_signers(data: bytes, where: str | None) -> dict[bytes, str]:
    """Read the signing keys that a person knows.

    Args:
        data: Lines `NAME ssh-ed25519 AAAA...`, as in OpenSSH's allowed_signers. Of its options only `namespaces` may
            stand there, with the namespace of a bundle among them: one that limits a key must not be passed over.
        where: What to call the file in an error.

    Returns:
        Name of each key of 32 bytes.

    Raises:
        click.UsageError: A line is of another form, or limits its key.
    """
    import binascii
    from base64 import b64decode

    from vault.handoff import NAMESPACE

    keys: dict[bytes, str] = {}
    for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        limits = words[1:].index("ssh-ed25519") if "ssh-ed25519" in words[1:] else 0
        namespaces = _NAMESPACES.fullmatch(words[1])
        if limits > 1 or (limits and (namespaces is None or NAMESPACE not in namespaces[1].split(","))):
            message = (
                f'{escape(where)}, line {number}: it limits the key. Only namespaces="{NAMESPACE}" may stand between '
                "name and key; take the line out if the key is not to be believed."
            )
            raise click.UsageError(message)
        try:
            blob = b64decode(words[limits + 2], validate=True)
        except (ValueError, IndexError, binascii.Error):
            blob = b""
        if not blob.startswith(_SSH_BLOB_START) or len(blob) != len(_SSH_BLOB_START) + 32:
            message = f"{escape(where)}, line {number}: not of the form NAME ssh-ed25519 AAAA..."
            raise click.UsageError(message)
        keys[blob[len(_SSH_BLOB_START) :]] = words[0]
    return keys
