"""The command that brings back what can still be read of a badly damaged vault.

Floor: roof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Settings, command
from cli.exits import Exit
from cli.output import Output, escape, json_text
from cli.session import allows_test_profile, checked_path, confirm, read_secret
from cli.unfinished import clear_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from vault.vault.salvage import Losses, Salvage

_LINES: Final = "records.jsonl"
_REPORT: Final = "lost.json"
_QUESTION: Final = (
    "Everything that still opens will be written to {} in plain text, readable by whoever has that disk. Go on?"
)


@command("salvage", short_help="Bring back what can be read of a badly damaged vault.")
@click.argument("path", metavar="FILE")
@click.option("-o", "--output", metavar="DIR|FILE.jsonl", required=True, help="Where to write; nothing may be there.")
@click.option("--plaintext", is_flag=True, help="Agree to plain text without being asked.")
@click.pass_obj
def salvage(settings: Settings, path: str, output: str, *, plaintext: bool) -> int:
    """Write every record of a damaged vault that still opens, and name what is lost.

    For a file that `casevault check` cannot read any more, when there is no backup that can be. FILE is only read; work
    on a copy of it. Whether it is the newest state cannot be told.

    A folder gets records.jsonl, the files that are whole, and lost.json, which names what is lost; a name that ends in
    .jsonl gets the records alone. Of each record the newest revision comes back that still opens; removed ones come
    back as removed. `casevault add --from records.jsonl --partial` takes them into a new vault, all but those that hold
    files: attach these anew.

    What must be left in FILE is one whole copy of the header, and the keyring. Without the index nobody knows what is
    missing; without the head also not what was removed for good.

    Example:
      cp families.vault damaged.vault
      casevault salvage damaged.vault -o /media/encrypted/saved
    """
    out = Output(settings)
    source, target = checked_path(path), checked_path(output)
    from vault.paths import require_absent

    require_absent(target)
    clear_beside(out, target)
    if not plaintext and not confirm(settings, _QUESTION.format(target), otherwise="--plaintext"):
        out.talk("Nothing was written.")
        return Exit.OK
    secret = read_secret(settings, f"Passphrase or paper key for {escape(source.name)}")
    from vault.vault.salvage import Salvage

    with out.progress("looking") as bar:
        opened = Salvage.open(source, secret, allow_test_profile=allows_test_profile(settings), progress=bar.advance_to)
    with opened as found:
        write = _write_lines if target.suffix == ".jsonl" else _write_folder
        report = {"output": str(target), **write(out, found, target), **_facts(found.losses)}
        losses = found.losses
    if not out.json(report):
        for label in ("output", "records", "files"):
            out.line(label, report[label])
        for label, told in _told(losses):
            out.line(label, told)
    for note in losses.notes:
        out.warn(note)
    if losses.any:
        out.warn("Not everything came back, or nobody can know whether it did.")
        return Exit.INTEGRITY
    out.talk("Everything came back that the vault names.")
    return Exit.OK


def _write_lines(out: Output, found: Salvage, target: Path) -> dict[str, int]:
    """Write the records alone."""
    from vault.paths import NewFile

    with NewFile(target) as new:
        counts = _records(out, found, new.write)
        new.commit()
    left = sum(1 for _ in found.files())
    if left:
        out.warn(f"{left} files are whole and were not written: name a folder to have them too.")
    return {**counts, "files": 0}


def _write_folder(out: Output, found: Salvage, target: Path) -> dict[str, int]:
    """Write records, files and what is lost."""
    from vault.paths import NewFolder, safe_name
    from vault.records import id_text

    with NewFolder(target) as new:
        new.begin(_LINES)
        counts = _records(out, found, new.write)
        files = 0
        with out.progress("writing files") as bar:
            for file in found.files():
                files += 1
                # The number keeps apart two files of one record that have one name.
                new.begin("files", id_text(file.record_id), f"{files}", safe_name(file.name, "file"))
                for data in found.read(file):
                    new.write(data)
                bar.advance_to(files)
        new.begin(_REPORT)
        new.write(json_text(_facts(found.losses)).encode() + b"\n")
        new.commit()
    return {**counts, "files": files}


def _records(out: Output, found: Salvage, write: Callable[[bytes], None]) -> dict[str, int]:
    records = revisions = 0
    with out.progress("opening") as bar:
        for saved in found.records(progress=bar.advance_to):
            write(saved.line.encode() + b"\n")
            records += 1
            revisions += saved.revisions
    return {"records": records, "revisions": revisions}


def _facts(losses: Losses) -> dict[str, Any]:
    """Give what is lost as plain values."""
    from vault.records import id_text

    return {
        "head_lost": losses.head,
        "unknown_documents": losses.unknown_documents,
        "lost_records": [id_text(each) for each in losses.records],
        "outdated_records": [id_text(each) for each in losses.outdated],
        "mentioned_records": [id_text(each) for each in losses.mentioned],
        "lost_files": [{"record": id_text(record), "file": file.hex()} for record, file in losses.files],
        "lost_revisions": losses.history,
        "left_out": losses.left_out,
        "notes": losses.notes,
    }


def _told(losses: Losses) -> Iterator[tuple[str, str]]:
    """Say what is lost, a line for each."""
    from vault.records import id_text

    if losses.head:
        yield "lost", "the head, so that nobody knows which records there were and which were removed for good"
    elif losses.unknown_documents:
        yield "lost", f"the index of {losses.unknown_documents} revisions and files; what still opens came back"
    elif losses.unknown_documents is None:
        yield "lost", "the list of what the index is made of; what still opens came back"
    for each in losses.records:
        yield "lost record", id_text(each)
    for each in losses.outdated:
        yield "came back in an older revision", id_text(each)
    for each in losses.mentioned:
        yield "mentioned and not found", id_text(each)
    for record, file in losses.files:
        yield "lost file of", f"{id_text(record)} {file.hex()}"
    if losses.history:
        yield "lost earlier revisions", str(losses.history)
    if losses.left_out:
        yield "left out, as the vault does not name it", f"{losses.left_out} revisions"
