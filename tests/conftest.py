"""What every test may use: `deep` sizes for long tests, `tool` for programs of the system, a home of their own.

In no test does anything reach the network: opening a socket fails, in Python and in C alike.
"""

import os
import random
import secrets
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("project", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("project")


class NetworkUsedError(BaseException):
    """Something asked the network; not an Exception, so that no `except` of the code under test takes it."""


def _no_network(event: str, args: tuple[object, ...]) -> None:
    # A pair of connected sockets of this machine's own (AF_UNIX) reaches nobody.
    if event.startswith("socket.") and not (event == "socket.__new__" and args[1] == getattr(socket, "AF_UNIX", None)):
        raise NetworkUsedError(event)


sys.addaudithook(_no_network)


class Slice(int):
    """How much of a long test is run: an integer that also carries the seed of the sample."""

    seed: int

    def random(self) -> random.Random:
        """Return a generator of the sample, the same for the same seed."""
        return random.Random(self.seed)


SLICES = pytest.StashKey[dict[str, tuple[Slice, int]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("casevault")
    group.addoption(
        "--deep",
        metavar="NAME",
        action="append",
        default=[],
        help="run the bounded test NAME at its full size (repeat it, or `all`); the summary lists the names",
    )
    group.addoption(
        "--seed",
        metavar="N",
        type=int,
        default=None,
        help="repeat the samples of an earlier run (it printed N)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SLICES] = {}
    if config.option.seed is None:
        # One sample where a run is to be compared with the last one, a new one everywhere else.
        config.option.seed = 1 if os.environ.get("CI") else secrets.randbelow(10**9)


@pytest.fixture(scope="session")
def deep(request: pytest.FixtureRequest) -> Callable[[str, int, int], Slice]:
    """Give a long test its size: ``size = deep("kill-9", 30, 300)``, sampled by ``size.random()``.

    Args of the returned function: the name for ``--deep``, the everyday size, the full size.
    """
    config = request.config

    def size(name: str, default: int, full: int) -> Slice:
        chosen = Slice(full if {name, "all"} & set(config.option.deep) else default)
        chosen.seed = config.option.seed
        config.stash[SLICES][name] = (chosen, full)
        return chosen

    return size


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Find a program of the system, or skip the test; where ``CI`` is set, fail instead of skipping."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            reason = f"the program {name!r} is not installed"
            if os.environ.get("CI"):
                pytest.fail(f"{reason}, and a skip would go unseen here")
            pytest.skip(reason)
        return path

    return find


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the whole run a home of its own, so that no test reads or writes the developer's."""
    home = tmp_path_factory.mktemp("home")
    places = {"HOME": home, "USERPROFILE": home, "LOCALAPPDATA": home / "local"}
    places |= {f"XDG_{kind}_HOME": home / kind.lower() for kind in ("STATE", "CONFIG", "CACHE", "DATA")}
    with pytest.MonkeyPatch.context() as patch:
        for name, place in places.items():
            patch.setenv(name, str(place))
        patch.delenv("CASEVAULT_VAULT", raising=False)
        yield home


def pytest_sessionfinish(session: pytest.Session) -> None:
    unknown = set(session.config.option.deep) - set(session.config.stash[SLICES]) - {"all"}
    if unknown and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    config = terminalreporter.config
    slices = config.stash[SLICES]
    if slices:
        terminalreporter.section(f"bounded tests (--seed {config.option.seed})")
        for name, (size, full) in sorted(slices.items()):
            terminalreporter.line(
                f"{name}: {size:d} of {full}" + ("" if size >= full else f"  (--deep {name} for all)")
            )
    for name in sorted(set(config.option.deep) - set(slices) - {"all"}):
        terminalreporter.line(f"no test that ran asked for the size {name!r}", red=True)
