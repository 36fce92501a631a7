"""A command line in this process, with real vaults whose key derivation is the cheap one of the tests."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.__main__ import main
from vault.sealing import KdfProfile

_WATCHED: list[bool] = []


def _watch(event: str, _args: tuple[Any, ...]) -> None:
    if _WATCHED and event.startswith("socket."):
        message = f"the network was asked: {event}"
        raise RuntimeError(message)


sys.addaudithook(_watch)  # one for the whole run: a hook cannot be taken away again

PASSPHRASE = "kettle-orbit-velvet-mango-thirty-drum"


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Caller:
    """Runs commands against one vault in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = folder / "families.vault"
        self.secret = folder / "passphrase.txt"
        self.secret.write_text(PASSPHRASE + "\n", "utf-8")

    def raw(self, *words: str, stdin: bytes = b"", expect: int | None = 0) -> Done:
        """Run with exactly these words."""
        before = sys.stdin, sys.stdout, sys.stderr
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(stdin), "utf-8"), out, err
        try:
            code = main(words, kdf_profile=KdfProfile.TEST)
            out.flush()
            err.flush()
        finally:
            sys.stdin, sys.stdout, sys.stderr = before
        texts = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]
        done = Done(int(code), *texts)
        if expect is not None:
            assert done.code == expect, done
        return done

    def __call__(self, *words: str, stdin: bytes = b"", expect: int | None = 0) -> Done:
        """Run against the vault."""
        around = ("-V", str(self.vault), "--passphrase-file", str(self.secret))
        return self.raw(*words, *around, stdin=stdin, expect=expect)

    def add(self, kind: str, **fields: Any) -> str:
        """Add one record by JSON and give its id."""
        tree = {"kind": kind, **{key.replace("__", "."): value for key, value in fields.items()}}
        before = {record["id"] for record in self("list", "--json").json["records"]}
        self("add", "--from", "-", stdin=json.dumps(tree).encode())
        (new,) = {record["id"] for record in self("list", "--json").json["records"]} - before
        return str(new)


@pytest.fixture
def caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Give a caller without a vault yet; anchors lie in the test's own folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return Caller(tmp_path)


@pytest.fixture
def no_sockets() -> Iterator[None]:
    """Let whatever opens a socket fail, in Python or below it."""
    _WATCHED.append(True)
    yield
    _WATCHED.clear()


@pytest.fixture
def casevault(caller: Caller) -> Callable[..., Any]:
    """Give a caller with an empty vault."""
    caller.raw("init", str(caller.vault), "--passphrase-file", str(caller.secret))
    return caller
