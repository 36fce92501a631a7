"""The command for bundles received: verify.

Floor: roof. It never says just "good": it says who signed, and whether that key was seen before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.app import Settings, command
from cli.exits import Exit
from cli.output import Output, escape
from cli.session import ask_secret, checked_path, given_passphrase, read_file

if TYPE_CHECKING:
    from vault.handoff import Report

_SSH_BLOB_START = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"


@command("verify", short_help="Check a bundle's signature and contents, or unpack it.")
@click.argument("path", metavar="[FILE]", required=False)
@click.option("--open", "folder", metavar="DIR", help="Unpack into this new folder if everything holds.")
@click.option("--known", metavar="FILE", help="Signing keys you know, one a line as in OpenSSH's allowed_signers.")
@click.option("--page", metavar="FILE.html", help="Write the page that checks a bundle in a browser; check nothing.")
@click.pass_obj
def verify(settings: Settings, path: str | None, folder: str | None, known: str | None, page: str | None) -> int:
    """Check a bundle's signature and contents, or unpack it. No vault is needed.

    FILE is the sealed file, a page that opens itself, the archive that was in it, or the unpacked folder. A file sealed
    to a key opens with --identity FILE (an age or SSH key), one sealed by a passphrase asks for it. The signer's key is
    shown as six words to compare by voice. With --known, a signer who is not in that file ends with exit code 10; so
    does a page that is not the one this version makes.

    With --page nothing is checked: it writes a page for somebody without this program, which checks a bundle in their
    browser, offline. It is the same for everyone.

    Example:
      casevault verify case.age --identity key.txt
      casevault verify case.age --open case
      casevault verify --page verify.html
    """
    from vault.handoff import form_of, unpack
    from vault.handoff import verify as verify_bundle

    out = Output(settings)
    if (path is None) == (page is None) or (page is not None and (folder or known)):
        message = "Give either FILE or --page FILE.html."
        raise click.UsageError(message)
    if page is not None:
        return write_checker(out, checked_path(page))
    bundle = checked_path(path or "")
    if not bundle.exists():
        message = f"{escape(path)} is not there."
        raise click.UsageError(message)
    keys = known_signers(read_file(known), known) if known is not None else {}
    secrets = opening(settings, form_of(bundle))
    with out.working("Checking"):
        if folder is None or known is not None:
            report = verify_bundle(bundle, known=keys, **secrets)
        if folder is not None and known is not None and report.known_as is None:
            folder = None  # what an unknown key signed is not unpacked where only known ones are wanted
        if folder is not None:
            report = unpack(bundle, checked_path(folder), known=keys, **secrets)
    if not out.json({**report_json(report), "opened": folder}):
        print_report(out, report)
        if folder is not None:
            out.line("opened", Path(folder))
    if report.addressed is False:
        out.warn("It was not made for the key or passphrase that opened it: somebody passed it on under another seal.")
    if report.known_as is None:
        out.warn(
            "This signing key was never seen here. Compare its six words with the sender by voice before you rely on "
            "the bundle."
        )
    return Exit.SIGNATURE if known is not None and report.known_as is None else Exit.OK


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
    }


def print_report(out: Output, report: Report) -> None:
    """Print what holds of a bundle.

    Args:
        out: Where to write.
        report: From the library.
    """
    addressed = {True: "to the key or passphrase that opened it", False: "to somebody else", None: "not sealed"}
    out.line("signature", "holds, every file is as it was signed")
    out.line("signer", report.signer.words)
    out.line("signer key", report.signer.ssh)
    out.line("known", report.known_as or "never seen")
    out.line("addressed", addressed[report.addressed])
    out.line("purpose", report.label.purpose)
    out.line("policy", report.label.policy)
    if "en" in report.label.terms:
        out.line("terms", " ".join(report.label.terms["en"]))
    out.line("made with", report.label.tool)
    for file in report.files:
        out.line("file", file.path, file.length)


def known_signers(data: bytes, where: str | None) -> dict[bytes, str]:
    """Read the signing keys that a person knows.

    Args:
        data: Lines `NAME ssh-ed25519 AAAA...`, as in OpenSSH's allowed_signers.
        where: What to call the file in an error.

    Returns:
        Name of each key of 32 bytes.

    Raises:
        click.UsageError: A line is of another form.
    """
    import binascii
    from base64 import b64decode

    keys: dict[bytes, str] = {}
    for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            blob = b64decode(words[words.index("ssh-ed25519") + 1], validate=True)
        except (ValueError, IndexError, binascii.Error):
            blob = b""
        if not blob.startswith(_SSH_BLOB_START) or len(blob) != len(_SSH_BLOB_START) + 32:
            message = f"{escape(where)}, line {number}: not of the form NAME ssh-ed25519 AAAA..."
            raise click.UsageError(message)
        keys[blob[len(_SSH_BLOB_START) :]] = words[0]
    return keys
