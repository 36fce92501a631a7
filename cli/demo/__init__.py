"""The command demo: the whole job, with the real commands, on invented people in a fresh folder.

Floor: roof. Everyone in `intake.jsonl` is invented, as are the numbers, villages and events; `photo.png` is a drawing.
It touches nothing outside its folder.
"""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import redirect_stdout
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cli.app import Settings, command
from cli.exits import Exit
from cli.output import Output, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

LAWYER: Final = "Advocate Example"
TELEPHONE: Final = "Office by telephone"
# What must be in no bundle: the man inside who gave the hint, his number, his village; in several spellings.
SECRETS: Final = (
    *("Бауыржан", "Бауыржанның", "Бауке", "Калиолда", "包尔江", "Бесағаш", "Бесагаш"),
    *("0000 7714", "0000-7714", "00007714"),
)
# What the lawyer needs, and must find.
NEEDED: Final = ("Сәбит", "2017-07", "Дөрбілжін")


class UnexpectedError(Exception):
    """A step of the demonstration did not end as it should."""


@command("demo", short_help="Do the whole job on invented people in a fresh folder.")
@click.argument("folder", metavar="[DIR]", required=False)
@click.pass_obj
def demo(settings: Settings, folder: str | None) -> int:
    """Do the whole job on invented people in a fresh folder: take in, search, preview, export, refuse, verify.

    It runs the commands that it shows. DIR must not exist or must be empty; without it a temporary folder is made.

    Example:
      casevault demo
    """
    out = Output(settings)
    show = Show(settings, out, fresh_folder(folder))
    try:
        show.run()
    except UnexpectedError as error:
        out.warn(f"The demonstration stopped: {error}")
        return Exit.FAILURE
    return Exit.OK


def fresh_folder(name: str | None) -> Path:
    """Make the folder to work in.

    Args:
        name: Where; None for a temporary one.

    Returns:
        An empty folder for its owner alone.

    Raises:
        click.UsageError: Something is in it already.
    """
    if name is None:
        return Path(tempfile.mkdtemp(prefix="casevault-demo-"))
    folder = Path(name)
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        message = f"{escape(name)} is not an empty folder."
        raise click.UsageError(message)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


class Show:
    """One run of the demonstration.

    Args:
        settings: The global options.
        out: Where to write.
        folder: An empty folder.
    """

    def __init__(self, settings: Settings, out: Output, folder: Path) -> None:
        """Lay out the folder."""
        self._settings = settings
        self._out = out
        self._folder = folder
        self._vault = folder / "families.vault"
        self._passphrase = folder / "passphrase.txt"
        self._secret = self._passphrase
        self._key = folder / "advocate-key.txt"
        self._records: dict[str, Any] = {}

    def run(self) -> None:
        """Go through all steps.

        Raises:
            UnexpectedError: A step did not end as it should.
        """
        self._say(f"Everyone here is invented. All of it happens in {self._folder}")
        self._prepare()
        self._take_in()
        self._look()
        self._address_book()
        self._give()
        self._refuse()
        self._account()
        self._notice()

    # --- steps ----------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        from vault.words import generate_passphrase

        self._write(self._passphrase, generate_passphrase() + "\n")
        self._say("1. A vault. (Its passphrase lies in a file beside it, which only a demonstration may do.)")
        self._do("init", str(self._vault))
        self._say(
            "   A second way in: a paper key. From here on it opens the vault, because it needs no slow derivation."
        )
        paper = self._ask("key", "add", "paper")["paper_key"]
        self._write(self._folder / "paper-key.txt", f"{paper}\n")
        self._secret = self._folder / "paper-key.txt"
        self._do("key", "list")

    def _take_in(self) -> None:
        package = resources.files(__package__)
        intake, photo = self._folder / "intake.jsonl", self._folder / "photo.png"
        intake.write_bytes(package.joinpath("intake.jsonl").read_bytes())
        photo.write_bytes(package.joinpath("photo.png").read_bytes())
        self._say("2. Thirteen families from a file, in one commit; a photograph is sealed beside a man's record.")
        self._do("add", "--from", str(intake))
        self._records = {record["title"]: record["id"] for record in self._ask("list")["records"]}
        self._do("attach", self._id("Сәбит Оразқанұлы"), str(photo))

    def _look(self) -> None:
        self._say("3. One man, asked for in three scripts.")
        for words in ("сәбит", "سابىت", "萨比提"):
            self._do("search", f"kind:person {words}")
        self._say("   And by a Russian spelling that nobody wrote down, which another list of missing people has:")
        self._do("search", "kind:person сабит уразханов")
        other = self._ask("add", "person", "name=Сабит Уразханов", "birth=1961")["records"][0]["id"]
        self._do("search", "--same-as", other)
        self._say("   A person decides. From now on either record is found by the names of both.")
        self._do("same", self._id("Сәбит Оразқанұлы"), other)
        self._say("   What is known of his disappearance: claims that contradict each other stand side by side.")
        self._do("search", "kind:event when:2017-07..2017-08")

    def _address_book(self) -> None:
        from vault import agefile

        identity = agefile.generate_identity()
        self._write(self._key, identity + "\n")
        public = agefile.parse_identities(identity.encode())[0].recipient
        self._say("4. Two recipients: a lawyer with a key, and an office that can only take a passphrase.")
        self._do("recipient", "add", LAWYER, "--audience", "lawyer", "--key", public, "--confirmed")
        self._do("recipient", "add", TELEPHONE, "--audience", "lawyer")

    def _give(self) -> None:
        case = self._id("Оразқанұлы Сәбит, Ақтүбек")
        ask = ("export", case, "--policy", "lawyer", "--to", LAWYER, "--purpose", "legal")
        self._say("5. What would leave under the policy lawyer, and what not. (A few fields of the preview.)")
        self._do(
            *ask, "--preview", only=("person.name", "person.phone", "event.when", "event.narrative", "event.witness")
        )
        bundle = self._folder / "for-the-advocate.age"
        self._say("6. The bundle, sealed to the lawyer's key; and the same by a passphrase to tell by telephone.")
        self._do(*ask, "-o", str(bundle))
        words = ("export", case, "--policy", "lawyer", "--to", TELEPHONE, "--purpose", "legal")
        self._do(*words, "-o", str(self._folder / "by-telephone.age"))
        self._say("7. What the lawyer does: check and unpack. (`age -d -i advocate-key.txt` opens it as well.)")
        opened = self._folder / "opened"
        self._do("verify", str(bundle), "--open", str(opened), "--identity", str(self._key), vault=False)
        self._search_for_secrets(opened)

    def _search_for_secrets(self, opened: Path) -> None:
        files = [path for path in opened.rglob("*") if path.is_file()]
        texts = [path.read_bytes().decode("utf-8", errors="replace") for path in files]
        texts += [str(path.relative_to(opened)) for path in files]
        leaked = [secret for secret in SECRETS if any(secret in text for text in texts)]
        missing = [word for word in NEEDED if not any(word in text for text in texts)]
        self._say(
            f"   Searched {len(files)} unpacked files and their names for the man inside who gave the hint, his number "
            f"and his village: {len(leaked)} found. What the lawyer needs is there: {not missing}."
        )
        if leaked or missing:
            message = "the bundle is not as it should be"
            raise UnexpectedError(message)

    def _refuse(self) -> None:
        self._say("8. A family that took its consent back. The export must be refused, and leave no file.")
        target = self._folder / "refused.age"
        case = self._id("Сатыбалдықызы Мейрамгүл")
        words = ("export", case, "--policy", "lawyer", "--to", LAWYER, "--purpose", "legal")
        self._do(*words, "-o", str(target), expect=Exit.REFUSED)
        if target.exists():
            message = "a refused export left a file"
            raise UnexpectedError(message)

    def _account(self) -> None:
        self._say("9. Who received what, and who is exposed if the lawyer's office is searched. (A few lines of it.)")
        self._do("ledger")
        self._do(
            *("ledger", "exposure", LAWYER),
            only=("1. ", "2. ", "3. ", "4. ", "concerned", ", outside", "stands there", "reach through", "person.name"),
        )
        self._say("10. Is everything whole? And a copy, for another place.")
        self._do("check")
        self._do("backup", str(self._folder / "backup.vault"))

    def _notice(self) -> None:
        self._say(
            "What to notice:\n"
            "  - The mother is spelled in three ways, the man in four scripts; it is one record with several claims.\n"
            "  - The lawyer got names, dates and places of the man and of his wife, who consented for both of them.\n"
            "  - The cousin inside, who spoke in hints, is in no field, no text and no file name of the bundle.\n"
            "  - A withdrawn consent beats every other; the command ended with exit code 9.\n"
            "  - Each bundle stands in the ledger, so that after a leak one command says whom to warn first.\n"
            "  - Nothing here was audited by others. Read SECURITY.md before you trust it with a life.\n"
            f"Look around: casevault -V {self._vault} --passphrase-file {self._passphrase} list\n"
            f"When done, delete the folder {self._folder}"
        )

    # --- tools ----------------------------------------------------------------------------------------------------

    def _id(self, title: str) -> str:
        found = [record for name, record in self._records.items() if name.startswith(title)]
        if len(found) != 1:
            message = "the intake file is not the one that was shipped"
            raise UnexpectedError(message)
        return str(found[0])

    def _write(self, path: Path, text: str) -> None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)

    def _say(self, text: str) -> None:
        self._out.data("\n" + escape(text, newlines=True))

    def _words(self, words: Sequence[str], *, vault: bool) -> list[str]:
        around = ["--vault", str(self._vault), "--passphrase-file", str(self._secret)] if vault else []
        return [*around, "--no-anchor", "--no-input", "--quiet", *words]

    def _do(self, *words: str, vault: bool = True, expect: Exit = Exit.OK, only: tuple[str, ...] = ()) -> None:
        from cli.__main__ import main

        shown = " ".join(f'"{word}"' if " " in word else word for word in map(self._short, words))
        self._out.data(f"\n$ casevault {escape(shown)}")
        if not only:
            code = main(self._words(words, vault=vault), kdf_profile=self._settings.kdf_profile)
        else:
            with redirect_stdout(io.StringIO()) as page:
                code = main(self._words(words, vault=vault), kdf_profile=self._settings.kdf_profile)
            lines = page.getvalue().splitlines()
            shown_lines = [line for line in lines if any(word in line for word in only)]
            self._out.data("\n".join([*shown_lines, f"... and {len(lines) - len(shown_lines)} more lines"]))
        if code != expect:
            message = f"`casevault {escape(words[0])}` ended with {code}, not with {int(expect)}"
            raise UnexpectedError(message)

    def _ask(self, *words: str) -> dict[str, Any]:
        import json

        from cli.__main__ import main

        with redirect_stdout(io.StringIO()) as page:
            code = main([*self._words(words, vault=True), "--json"], kdf_profile=self._settings.kdf_profile)
        if code != Exit.OK:
            message = f"`casevault {words[0]}` ended with {code}"
            raise UnexpectedError(message)
        result: dict[str, Any] = json.loads(page.getvalue())
        return result

    def _short(self, word: str) -> str:
        return word.removeprefix(f"{self._folder}{os.sep}")
