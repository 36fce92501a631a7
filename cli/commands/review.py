"""Commands for what a person decides when reading texts before they leave: review mask, keep, list, forget, discard.

Floor: roof. What a decision may do is the library's to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Group, Settings
from cli.output import Output
from cli.session import ask, can_ask, checked_path, open_vault

if TYPE_CHECKING:
    from vault.redact.rulings import Ruling

_HEAD_BYTES: Final = 500


@click.group("review", cls=Group, short_help="Decide of words in texts before they leave.")
def review() -> None:
    """Decide of words in texts: mask this too, let that word stand. Every later export follows, and its ledger says so.

    `export --preview` lists the words to judge; with `--page` also in their texts.

    Example:
      casevault export 3f9a --policy lawyer --to "Advocate Example" --purpose legal --preview --page read.html
      casevault review mask "the baker of our street"
      casevault review discard read.html
    """


@review.command("mask", short_help="Mask a word or phrase from now on.")
@click.argument("word", metavar="[WORD]", required=False)
@click.option("--in", "record", metavar="ID", help="Only in the texts of this record.")
@click.option("--field", metavar="FIELD", default="", help="Only in this field of it.")
@click.pass_obj
def mask(settings: Settings, *, word: str | None, record: str | None, field: str) -> None:
    """Mask a word or phrase in every text from now on, or in one record: a nickname, "the baker of our street".

    Its forms are masked too. What is masked everywhere must stand in nothing that leaves: the gate looks for it as for
    a withheld name. Without WORD it is asked for, so that no name stays in the shell's history; @FILE reads it from a
    file, @- from standard input.

    Example:
      casevault review mask
      casevault review mask "only daughter" --in 3f9a --field narrative
    """
    if field and record is None:
        message = "--field belongs to --in."
        raise click.UsageError(message)
    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        where = vault.resolve(record) if record is not None else None
        made = vault.disclosures.review.mask(_word(settings, word), record=where, field=field)
    _tell(out, made)


@review.command("keep", short_help="Let an ambiguous word stand in one text.")
@click.argument("record", metavar="ID")
@click.argument("word", metavar="[WORD]", required=False)
@click.option("--field", metavar="FIELD", default="", help="Name of the field, where several have the word.")
@click.option("--place", metavar="N", type=click.IntRange(min=1), help="Which of its places, from 1; see the preview.")
@click.pass_obj
def keep(settings: Settings, *, record: str, word: str | None, field: str, place: int | None) -> None:
    """Let a word that is a name only now and then stand at one place of one text: there it is none.

    It is read there as if it were written small. That lets no more stand than a common word: not what belongs to a
    source or helper, not beside another word of the same name, not a name that is no common word. When the text is
    changed, the decision holds no longer. WORD is given as for `review mask`.

    Example:
      casevault review keep 3f9a Hope --field narrative --place 1
    """
    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        made = vault.disclosures.review.keep(_word(settings, word), vault.resolve(record), field=field, place=place)
    _tell(out, made)


@review.command("list", short_help="List what was decided.")
@click.pass_obj
def list_decisions(settings: Settings) -> None:
    """List what was decided: id, what, the word, and where.

    Example:
      casevault review list
    """
    from cli.views import short_id

    out = Output(settings)
    with open_vault(settings) as vault:
        found = vault.disclosures.review.decisions()
    if out.json({"decisions": [decision_json(one) for one in found]}):
        return
    out.table(
        ("id", "what", "word", "where"),
        (
            (
                one.id.hex(),
                one.act,
                one.word,
                " ".join(filter(None, (short_id(one.record), one.field))) if one.record else "everywhere",
            )
            for one in found
        ),
        wrap=True,
    )


@review.command("forget", short_help="Take decisions back.")
@click.argument("ids", metavar="DECISION...", nargs=-1, required=True)
@click.pass_obj
def forget(settings: Settings, *, ids: tuple[str, ...]) -> None:
    """Take decisions back; later exports go without them. The ledger keeps which bundles followed them.

    Example:
      casevault review forget 5be1c07a9d2f4410
    """
    try:
        marks = [bytes.fromhex(one) for one in ids]
    except ValueError:
        message = "A decision is named by its 16 hexadecimal digits: see `review list`."
        raise click.UsageError(message) from None
    out = Output(settings)
    with open_vault(settings, write=True) as vault:
        vault.disclosures.review.forget(marks)
    if not out.json({"forgotten": marks}):
        out.talk(f"Taken back: {len(set(marks))}.")


@review.command("discard", short_help="Delete a page that a preview wrote.")
@click.argument("file", metavar="FILE")
@click.pass_obj
def discard(settings: Settings, *, file: str) -> None:
    """Delete a page that `export --preview --page` wrote, and nothing else.

    It is deleted, not overwritten: on most disks that could not be promised. The disk itself should be encrypted.

    Example:
      casevault review discard read.html
    """
    from cli.preview import PAGE_MARK
    from vault.errors import NotFoundError, UnsafePathError

    path = checked_path(file)
    if path.is_symlink() or not path.is_file():
        message = f"there is no page {path}"
        raise NotFoundError(message)
    with path.open("rb") as page:
        head = page.read(_HEAD_BYTES)
    if f'<meta name="generator" content="{PAGE_MARK}">'.encode() not in head:
        message = f"{path} is no page of a preview; nothing was deleted"
        raise UnsafePathError(message)
    path.unlink()
    out = Output(settings)
    if not out.json({"deleted": str(path)}):
        out.talk(f"Deleted {path}. Copies that a browser or a backup made are not known here.")


def _word(settings: Settings, given: str | None) -> str:
    """Take the word from the command line, from a file, or ask for it."""
    if given is None and can_ask(settings):
        return ask("Which word or phrase?")
    if given is None:
        message = "Give WORD, or @- to read it from standard input."
        raise click.UsageError(message)
    if not given.startswith("@"):
        return given
    from cli.fields import read_text_file

    return read_text_file(given[1:]).decode("utf-8-sig", errors="replace").strip()


def decision_json(one: Ruling) -> dict[str, Any]:
    """Give a decision as plain values.

    Args:
        one: The decision.

    Returns:
        What JSON says.
    """
    return {"id": one.id, "what": one.act, "word": one.word, "record": one.record, "field": one.field or None}


def _tell(out: Output, made: Ruling) -> None:
    if not out.json(decision_json(made)):
        out.line("decision", made.id.hex())
