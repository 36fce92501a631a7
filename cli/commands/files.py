"""Commands for sealed files: attach, extract.

Floor: roof. It never overwrites a file, and never deletes an original without a yes.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from cli.app import Settings, command
from cli.output import Output, escape
from cli.session import can_ask, confirm, open_vault


@command("attach", short_help="Seal files into the vault beside a record.")
@click.argument("record", metavar="ID")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@click.option("--name", metavar="NAME", help="Keep it under another name (one file only).")
@click.option("--kind", metavar="KIND", help="What kind of document it is, such as photo or judgment.")
@click.option("--delete-original", is_flag=True, help="Delete each plain original once it is sealed.")
@click.pass_obj
def attach(
    settings: Settings,
    *,
    record: str,
    paths: tuple[str, ...],
    name: str | None,
    kind: str | None,
    delete_original: bool,
) -> None:
    """Seal files into the vault beside a record; each becomes a document linked to it.

    The plain originals stay where they are unless you agree to delete them.

    Example:
      casevault attach 3f9a photo.jpg verdict.pdf
    """
    from vault.records import id_text, parse_record

    out = Output(settings)
    if name is not None and len(paths) != 1:
        message = "--name goes with one file."
        raise click.UsageError(message)
    for path in paths:
        if not Path(path).is_file():
            message = f"{escape(path)} is no file that can be read."
            raise click.UsageError(message)
    sealed: list[tuple[str, str]] = []
    with open_vault(settings, write=True) as vault:
        target = vault.resolve(record)
        tree = {"kind": "document"} | ({"document.kind": kind} if kind is not None else {})
        claims = parse_record(tree, vault.schemas, resolve=vault.resolve).claims
        for path in paths:
            with open(path, "rb") as stream, out.progress(f"sealing {len(sealed) + 1} of {len(paths)}") as bar:  # noqa: PTH123
                bar.total = os.fstat(stream.fileno()).st_size
                document = vault.attach(target, stream, name or Path(path).name, claims=claims, progress=bar.advance_to)
            sealed.append((path, id_text(document.record_id)))
            if not settings.json:
                out.line(id_text(document.record_id), path)
    out.json({"attached": [{"file": path, "id": document} for path, document in sealed]})
    for path in paths:
        offer_deletion(settings, out, Path(path), delete=delete_original)


def offer_deletion(settings: Settings, out: Output, path: Path, *, delete: bool) -> None:
    """Say that the plain original is still there, and delete it if that is wished.

    Args:
        settings: The global options.
        out: Where to talk.
        path: The original.
        delete: It was wished in advance.
    """
    if not delete:
        out.warn(f"The plain original is still there: {path}")
        if not can_ask(settings) or not confirm(settings, f"Delete {path}?", otherwise="--delete-original"):
            return
    path.unlink()
    out.warn(
        f"Deleted: {path}. Deleting may leave traces: in the free space of the disk, in backups, thumbnails and "
        "lists of recent files, and on the phone or card that it came from."
    )


@command("extract", short_help="Write sealed files out, verified.")
@click.argument("record", metavar="ID")
@click.option(
    "-o", "--output", "folder", metavar="DIR", default=".", help="Where to; it must exist.", show_default=True
)
@click.pass_obj
def extract(settings: Settings, record: str, folder: str) -> None:
    """Write sealed files out, verified: of a document its file, of another record all that is attached to it.

    A file that is there already is never overwritten, and a damaged one is never written.

    Example:
      casevault extract 3f9a -o /media/stick
    """
    out = Output(settings)
    if not Path(folder).is_dir():
        message = f"{escape(folder)} is no folder."
        raise click.UsageError(message)
    with open_vault(settings) as vault, out.progress("writing") as bar:
        written = vault.extract(record, Path(folder), progress=bar.advance_to)
    if not out.json({"written": [str(path) for path in written]}):
        for path in written:
            out.line(path)
    out.talk("These files are plain: whoever has this disk can read them.")
