"""Telling that a person may be in the vault already: before one record is saved, and after many were.

Floor: roof. It decides nothing, and nothing that was typed is lost without a yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from cli.output import escape
from cli.session import ask

if TYPE_CHECKING:
    from cli.output import Output
    from vault.records import Draft, Revision
    from vault.vault import Hit, Vault

SHOWN: Final = 5
"""Likely duplicates told of one new record."""
PAIRS_SHOWN: Final = 20
PAIRS_IN_JSON: Final = 10_000
MANY: Final = 1_000
"""Records from which on comparing them takes so long that it is announced: some 40 milliseconds a person."""

_CHOICES: Final = """Enter  save it as a new record; `casevault same` can join the two later
s N    show record N
a N    it is N: add what you entered to that record, beside what stands there
x      do not save it"""

_LOSE: Final = "What you entered is lost then. Lose it? [y/N]"


def likely_in_vault(vault: Vault, draft: Draft) -> list[Hit]:
    """Find who may be the person of a draft.

    Args:
        vault: The open vault.
        draft: Of any kind.

    Returns:
        The likeliest few; none unless it is a person.
    """
    from vault.vault.likeness import LIKELY, PERSON

    return vault.likely_same(draft, limit=SHOWN, least=LIKELY) if draft.kind == PERSON else []


def hit_json(vault: Vault, hit: Hit) -> dict[str, Any]:
    """Give what JSON says of a likely duplicate."""
    from vault.records import title

    return {
        "id": hit.revision.record_id,
        "title": title(hit.revision, vault.schemas),
        "score": round(hit.score, 4),
        "reason": hit.reason,
    }


def told(vault: Vault, hit: Hit) -> str:
    """Give what a person is told of a likely duplicate, on one line that is not escaped."""
    from cli.views import short_id
    from vault.records import title

    return f"{short_id(hit.revision.record_id)} {title(hit.revision, vault.schemas)} ({hit.reason})"


def settle(out: Output, vault: Vault, likely: list[Hit]) -> Revision | bool:
    """Ask what is to become of a new record that is likely there already.

    Args:
        out: Where to write.
        vault: The open vault.
        likely: Who it may be.

    Returns:
        True: save it as a new one. A record: add it there. False: do not save it.
    """
    from cli.commands.reading import print_record

    click.echo("Perhaps the same person is here already:", err=True)
    choices = {str(number): hit for number, hit in enumerate(likely, 1)}
    for number, hit in choices.items():
        click.echo(f"  {number}. {escape(told(vault, hit))}", err=True)
    click.echo(_CHOICES, err=True)
    while True:
        try:
            answer = ask("Save as a new record?").lower().split()
            lost = answer == ["x"] and ask(_LOSE).lower() in {"y", "yes"}
        except click.Abort:
            out.warn("The input ended: it is saved as a new record.")
            return True
        match answer:
            case [] | ["y" | "yes"]:
                return True
            case ["s" | "a" as what, chosen] if chosen in choices:
                revision = choices[chosen].revision
                if what == "a":
                    return revision
                print_record(out, vault, revision)
            case ["x"] if lost:
                return False
            case ["x"]:
                pass
            case _:
                click.echo(_CHOICES, err=True)


class Pairs:
    """Likely pairs among records that were just loaded: all are counted, some are kept.

    Args:
        vault: The open vault.
    """

    def __init__(self, vault: Vault) -> None:
        """Begin with none."""
        self._vault = vault
        self.count = 0
        self.kept: list[dict[str, Any]] = []
        self.lines: list[str] = []

    def add(self, new: Revision, hit: Hit) -> None:
        """Count a pair."""
        from cli.views import short_id
        from vault.records import title

        self.count += 1
        if len(self.kept) < PAIRS_IN_JSON:
            self.kept.append({"new": new.record_id, **hit_json(self._vault, hit)})
        if len(self.lines) < PAIRS_SHOWN:
            name = title(new, self._vault.schemas)
            self.lines.append(f"{short_id(new.record_id)} {name} = {told(self._vault, hit)}")


def compare_new(out: Output, vault: Vault, since: int, total: int) -> Pairs:
    """Compare the persons that were just loaded with everybody in the vault, and tell the likely pairs.

    Args:
        out: Where to write.
        vault: The open vault.
        since: Epoch before the load.
        total: Records loaded, for the progress bar.

    Returns:
        The pairs.
    """
    pairs = Pairs(vault)
    try:
        if total >= MANY:
            out.talk("All are saved. Comparing the persons among them; an interrupt (Ctrl-C) ends the comparing alone.")
        with out.progress("comparing", total) as bar:
            for new, hit in vault.likely_pairs(since, progress=bar.advance_to):
                pairs.add(new, hit)
    except KeyboardInterrupt as error:
        if type(error) is not KeyboardInterrupt:  # the process was asked to end
            raise
        out.warn("The comparing was ended; all records are saved.")
    if pairs.count:
        out.talk(f"Perhaps the same person, {pairs.count} pair(s); `casevault same` or `different` settles each:")
        for line in pairs.lines:
            out.talk(f"  {line}")
        if pairs.count > len(pairs.lines):
            out.talk(f"  ... and {pairs.count - len(pairs.lines)} more; `casevault search --same-as ID` looks for one.")
    return pairs
