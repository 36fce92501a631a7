"""The demonstration does what it shows, on the intake file that is shipped; and the manual is up to date."""

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from cli import reference
from cli.app import COMMANDS, Settings, make_app
from cli.lines import Intake
from vault.records import Schemas, script_of


def test_the_demonstration_runs_to_its_end(caller: Any) -> None:
    done = caller.raw("demo", "shown")
    assert "What to notice" in done.out
    assert "0 found. What the lawyer needs is there: True" in done.out
    assert not Path("shown/refused.age").exists()
    assert not Path("state").exists(), "it leaves nothing outside its folder"
    for name in ("families.vault", "passphrase.txt", "paper-key.txt", "advocate-key.txt", "for-the-advocate.age"):
        assert Path("shown", name).stat().st_mode & 0o077 == 0, name
    commands = {line.split()[2] for line in done.out.splitlines() if line.startswith("$ casevault")}
    assert commands >= {"init", "add", "attach", "search", "recipient", "export", "verify", "ledger", "check", "backup"}


def test_the_demonstration_takes_an_empty_folder_only(caller: Any) -> None:
    Path("full").mkdir()
    Path("full/precious").write_bytes(b"x")
    caller.raw("demo", "full", expect=2)
    assert [path.name for path in Path("full").iterdir()] == ["precious"]


def test_the_intake_file_is_as_varied_as_intakes_are() -> None:
    intake = Intake(Schemas.shipped(), lambda _: b"", kind=None)
    path = resources.files("cli.demo").joinpath("intake.jsonl")
    with path.open("rb") as file:
        assert intake.survey(file) == len(path.read_bytes().splitlines())
    assert intake.problems == []
    text = path.read_text("utf-8")
    assert text.count('"kind": "case"') >= 13
    assert "INVENTED" in text.splitlines()[0]
    names = re.findall(r'"text": "([^"]+)"', text)
    assert {script_of(name) for name in names} >= {"Cyrillic", "Arabic", "Han", "Latin"}
    for needed in (
        '"withdrawn_on"',
        '"expires"',
        '"retracted"',
        '"unknown"',
        '"withheld"',
        '"not-asked"',
        '"1961~"',
        "/..",
    ):
        assert needed in text, needed
    languages = set(re.findall(r'"lang": "([a-z]+)"', text))
    assert languages >= {"kk", "ru", "ug", "zh", "en"}
    assert text.count('"inside": "yes"') > 13


def test_the_photograph_is_a_small_png_without_metadata() -> None:
    data = resources.files("cli.demo").joinpath("photo.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(data) < 4096
    assert [data.count(chunk) for chunk in (b"IHDR", b"tEXt", b"iTXt", b"eXIf", b"IEND")] == [1, 0, 0, 0, 1]


# --- the manual ---------------------------------------------------------------------------------------------------


def test_the_manual_is_up_to_date() -> None:
    assert reference.main(check=True) == 0


def test_a_stale_manual_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    assert reference.main(check=True) == 1
    assert reference.main(check=False) == 0
    assert reference.main(check=True) == 0
    for name in ("cli.md", "schemas.md"):
        whole = (tmp_path / name).read_text("utf-8")
        (tmp_path / name).write_text(whole + "x", "utf-8")
        assert reference.main(check=True) == 1
        (tmp_path / name).write_text(whole, "utf-8")


def test_the_schema_on_the_page_of_schemas_can_be_used() -> None:
    from vault.records import Schemas, load_schema

    (example,) = re.findall(r"```toml\n(.*?)```", reference.schemas_page(), re.DOTALL)
    assert "visit" in Schemas.shipped().merge(load_schema(example)).kinds


def test_the_page_of_schemas_names_every_field() -> None:
    from vault.records import Schemas

    text, schemas = reference.schemas_page(), Schemas.shipped()
    for kind in schemas.kinds:
        section = text.partition(f"\n### {kind}\n")[2].partition("\n### ")[0]
        assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == [field.name for field in schemas.fields(kind)]


def test_the_manual_names_every_command_and_every_option() -> None:
    import click

    text = reference.reference()

    def walk(command: click.Command, path: str) -> None:
        assert f" {path}\n" in text
        section = text.partition(f"# {path}\n")[2]
        for param in command.params:
            if isinstance(param, click.Option) and not param.hidden:
                assert param.opts[-1] in section, (path, param.opts)
        for name, child in getattr(command, "commands", {}).items():
            walk(child, f"{path} {name}")

    app = make_app()
    context = click.Context(app, obj=Settings())
    for name in COMMANDS:
        child = app.get_command(context, name)
        assert child is not None
        walk(child, f"casevault {name}")
    for option in ("--vault", "--passphrase-file", "--passphrase-fd", "--passphrase-command", "--identity", "--json"):
        assert option in text
