"""Transcripts of policy list, show, check, new and remove. All people are invented."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_sockets")

NARROW = """name = "our-press"
audience = "press"
parent = "press"

[description]
en = "For one newspaper."
ru = "Для одной газеты."
kk = "Бір газет үшін."

[rules]
"detainee.name" = "pseudonym"
"detainee.@date" = { action = "date", to = "year" }

[risk]
k = 10
"""


def test_every_shipped_policy_says_what_it_is_for_in_three_languages(casevault: Any) -> None:
    found = casevault("policy", "list", "--json").json["policies"]
    assert {"family", "lawyer", "un-confidential", "un-forwardable", "press", "public", "everything"} <= {
        one["name"] for one in found
    }
    for one in found:
        assert set(one["descriptions"]) == {"en", "ru", "kk"}
        assert one["shipped"] is True
        for language in ("en", "ru", "kk"):
            assert one["descriptions"][language][:30] in casevault("policy", "list", "--language", language).out
            assert one["descriptions"][language] in casevault("policy", "show", one["name"]).out


def test_check_names_the_line_and_keeps_nothing(casevault: Any) -> None:
    Path("good.toml").write_text(NARROW, "utf-8")
    assert "good\tour-press\tpress\t" in casevault("policy", "check", "good.toml").out
    assert "our-press" not in casevault("policy", "list").out
    for old, new, line, what in (
        ('"detainee.name" = "pseudonym"', '"detainee.nome" = "pseudonym"', 11, "no kind of record has a field"),
        ('"detainee.name" = "pseudonym"', '"prisoner.name" = "pseudonym"', 11, "no role"),
        ('to = "year"', 'to = "day"', 12, "month, quarter, year"),
        ("k = 10", "k = 2", 15, "k is 5 in the parent"),
        ('to = "year"', 'to = "month"', 12, "the parent press has date quarter"),
        ('parent = "press"', 'parent = "nobody"', 3, "no such parent"),
        ("[rules]", "[rules", 10, "not TOML"),
    ):
        Path("bad.toml").write_text(NARROW.replace(old, new), "utf-8")
        done = casevault("policy", "check", "bad.toml", expect=9)
        assert f"line {line}" in done.err
        assert what in done.err
    Path("bad.toml").write_bytes(b"\xff\xfe")
    casevault("policy", "check", "bad.toml", expect=2)
    casevault("policy", "check", "nowhere.toml", expect=2)


def test_new_begins_as_narrow_as_its_parent_and_is_narrowed_by_a_file(casevault: Any) -> None:
    casevault("policy", "new", "our-press", "--parent", "press", "-o", "our.toml")
    text = Path("our.toml").read_text("utf-8")
    assert '# "detainee.name"' in text
    assert casevault("policy", "show", "our-press", "--toml").out.rstrip("\n") == text.rstrip("\n")
    rules = casevault("policy", "show", "our-press", "--json").json["rules"]
    assert rules == casevault("policy", "show", "press", "--json").json["rules"]
    # Each commented line is a rule that may be taken as it stands.
    lines = [line.removeprefix("# ") if line.startswith('# "') else line for line in text.splitlines()]
    Path("all.toml").write_text("\n".join(lines), "utf-8")
    casevault("policy", "check", "all.toml")
    Path("our.toml").write_text(NARROW, "utf-8")
    casevault("policy", "new", "--from", "our.toml", expect=9)
    casevault("policy", "new", "--from", "our.toml", "--replace")
    shown = casevault("policy", "show", "our-press", "--json").json
    assert shown["rules"][0] == {"rule": "detainee.name", "action": "pseudonym"}
    assert (shown["parent"], shown["k"], shown["shipped"], shown["onward"]) == ("press", 10, False, ["public"])
    assert b"our-press" not in casevault.vault.read_bytes()


def test_a_policy_that_another_narrows_stays_and_stays_wide_enough(casevault: Any) -> None:
    casevault("policy", "new", "mine", "--parent", "lawyer")
    casevault("policy", "new", "less", "--parent", "mine")
    assert "narrows it" in casevault("policy", "remove", "mine", "--yes", expect=9).err
    wide = 'name = "less"\naudience = "lawyer"\nparent = "mine"\n[rules]\n"detainee.when" = "keep"\n'
    Path("less.toml").write_text(wide, "utf-8")
    casevault("policy", "new", "--from", "less.toml", "--replace")
    tight = 'name = "mine"\naudience = "lawyer"\nparent = "lawyer"\n[rules]\n"detainee.when" = "withhold"\n'
    Path("mine.toml").write_text(tight, "utf-8")
    assert "less cannot be used" in casevault("policy", "new", "--from", "mine.toml", "--replace", expect=9).err
    assert casevault("policy", "list", "--json").json
    casevault("policy", "remove", "less", "--no-input", expect=2)
    casevault("policy", "remove", "less", "--yes")
    casevault("policy", "new", "--from", "mine.toml", "--replace")
    casevault("policy", "remove", "mine", "--yes")
    casevault("policy", "remove", "mine", "--yes", expect=1)
    casevault("policy", "remove", "lawyer", "--yes", expect=1)


@pytest.mark.parametrize(
    "words",
    [
        ("new",),
        ("new", "mine"),
        ("new", "--parent", "press"),
        ("new", "mine", "--parent", "press", "--from", "x"),
        ("new", "--from", "x", "-o", "y"),
    ],
)
def test_new_wants_a_parent_or_a_file(casevault: Any, words: tuple[str, ...]) -> None:
    casevault("policy", *words, expect=2)


def test_new_refuses_names_of_shipped_ones_and_files_that_are_there(casevault: Any) -> None:
    casevault("policy", "new", "press", "--parent", "press", expect=9)
    casevault("policy", "new", "mine", "--parent", "everything", expect=9)
    casevault("policy", "new", "mine", "--parent", "nobody", expect=1)
    Path("there").write_text("x", "utf-8")
    casevault("policy", "new", "mine", "--parent", "press", "-o", "there", expect=8)
    assert Path("there").read_text("utf-8") == "x"
    assert "mine" not in casevault("policy", "list").out


def test_a_policy_of_ones_own_is_used_by_an_export(casevault: Any) -> None:
    person = casevault.add("person", name="Example Invented", birth="1970-02-03", inside="no")
    casevault.add("event", event__kind="arrest", person=person, when="2019-04-05")
    casevault.add("consent", given_by=person, about=person, audiences="lawyer", purposes="legal", capacity="self",
                  groups=["identity", "family", "location", "testimony"], onward="none",
                  given_on="2020-01-01")  # fmt: skip
    casevault("recipient", "add", "Desk", "--audience", "lawyer")
    rules = (
        '"detainee.birth" = { action = "age-band", years = 10 }\n"detainee.@date" = { action = "date", to = "year" }\n'
    )
    own = f'name = "mine"\naudience = "lawyer"\nparent = "lawyer"\n[rules]\n{rules}'
    casevault("policy", "new", "--from", "-", stdin=own.encode())
    casevault("export", person, "--policy", "mine", "--to", "Desk", "--purpose", "legal", "--format", "dir",
              "--plaintext", "-o", "out")  # fmt: skip
    text = Path("out/data/records.json").read_text("utf-8")
    assert "1970/1979" in text
    assert "1970-02-03" not in text
    assert "2019-04-05" not in text
    assert casevault("ledger", "--json").json["bundles"][0]["policy"] == "mine"
