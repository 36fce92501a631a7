"""Untrusted text on the terminal: nothing that moves the cursor, turns the writing or hides letters gets through."""

import io
import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.app import Settings
from cli.output import Output, escape, json_text, widest

PLAIN_SPACES = set(
    "\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)


def harmless(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\x00", r"\x00"),
        ("\x1b", r"\x1b"),
        ("\x7f", r"\x7f"),
        ("\x9b", r"\x9b"),
        ("\n", r"\x0a"),
        ("\r", r"\x0d"),
        ("\t", r"\x09"),
        ("\u00ad", r"\xad"),
        ("\u200b", r"\u200b"),
        ("\u200d", r"\u200d"),
        ("\u200f", r"\u200f"),
        ("\u2028", r"\u2028"),
        ("\u2029", r"\u2029"),
        ("\u202e", r"\u202e"),
        ("\u2066", r"\u2066"),
        ("\u3164", r"\u3164"),
        ("\ufe0f", r"\ufe0f"),
        ("\ufeff", r"\ufeff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\U0010ffff", r"\U0010ffff"),
    ],
)
def test_unsafe_characters_are_shown_escaped(char: str, shown: str) -> None:
    assert escape(f"a{char}b") == f"a{shown}b"


def test_every_control_and_format_character_of_unicode_is_escaped() -> None:
    left = [
        hex(code) for code in range(sys.maxunicode + 1) if not harmless(chr(code)) and escape(chr(code)) == chr(code)
    ]
    assert left == []


def test_letters_marks_and_spaces_of_every_script_are_left_alone() -> None:
    for text in (
        "Сәбит Оразқанұлы",
        "سابىت ورازقان ۇلى",
        "ئابدۇكېرىم",
        "萨比提·吾拉孜汗",
        "Müsilim Äbenuly",
        "e\u0301",
        *PLAIN_SPACES,
    ):
        assert escape(text) == text


@given(st.text(alphabet=st.characters(), max_size=60))
def test_nothing_unsafe_survives(text: str) -> None:
    assert all(harmless(char) for char in escape(text))
    assert all(harmless(char) or char == "\n" for char in escape(text, newlines=True))
    assert "\n" not in escape(text)


@given(st.dictionaries(st.text(max_size=8), st.text(alphabet=st.characters(), max_size=20), max_size=4))
def test_json_reads_back_as_the_same_value_and_is_safe(value: dict[str, str]) -> None:
    text = json_text(value)
    assert json.loads(text) == value
    assert all(harmless(char) or char == "\n" for char in text)


def test_json_keeps_letters_readable_and_writes_bytes_as_hexadecimal() -> None:
    assert json_text({"a": "Сәбит", "b": b"\x01\xff"}) == '{\n  "a": "Сәбит",\n  "b": "01ff"\n}'


def test_json_refuses_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="nan"):
        json_text({"a": float("nan")})
    with pytest.raises(TypeError):
        json_text({"a": {1, 2}})


def test_a_mebibyte_of_hostile_text_is_escaped_without_ado() -> None:
    large = "\u202e\x1b" * 500_000
    assert len(escape(large)) == 5 * len(large)


def test_a_table_away_from_a_terminal_is_one_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    Output(Settings()).table(("a", "b"), [("x\ny", None), ("z\u2028", 3)])
    assert capsys.readouterr().out == "x\\x0ay\t\nz\\u2028\t3\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_table_on_a_terminal_escapes_too_and_reads_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "80")
    Output(Settings()).table(("head",), [("[bold red]x[/]\x1b[2J\nz",)])
    assert "[bold red]x[/]\\x1b[2J\\x0az" in screen.getvalue()


def test_columns_are_cut_from_the_widest_down() -> None:
    assert widest([10, 6, 80], 60) == 44
    assert widest([10, 50, 80], 60) == 25
    assert widest([30, 30, 30], 30) == 10
    assert widest([3, 4], 60) == 4
    assert widest([], 60) == 1
    assert widest([9, 9], -5) == 1


@given(st.lists(st.integers(0, 200), min_size=1, max_size=8), st.integers(8, 300))
def test_cut_columns_fit_and_no_column_is_cut_for_nothing(widths: list[int], room: int) -> None:
    limit = widest(widths, room)
    assert sum(min(width, limit) for width in widths) <= room
    assert max(widths) <= limit or sum(min(width, limit + 1) for width in widths) > room


def test_a_table_with_writing_from_right_to_left_keeps_its_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "80")
    Output(Settings()).table(("id", "what", "why"), [("1a", "سابىت", "it is"), ("2b", "Sabit", "it is")])
    turned, plain = screen.getvalue().splitlines()[-2:]
    assert turned.count("\u200e") == 3
    assert turned.index("سابىت") < turned.index("it is")
    assert "\u200e" not in plain


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    Output(Settings()).table(("head",), [("x",)])
    assert "\x1b[3" not in screen.getvalue()


def test_quiet_silences_talk_and_not_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings()
    settings.quiet = True
    out = Output(settings)
    out.talk("chatter")
    out.warn("danger\x1b")
    assert capsys.readouterr().err == "danger\\x1b\n"


def test_progress_is_invisible_away_from_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Output(Settings()).progress("work", 10) as bar:
        bar.advance_to(5)
    assert capsys.readouterr() == ("", "")
