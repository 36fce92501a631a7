"""An empty vault with the cheap key derivation of the tests, and a clock that is turned by hand."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault

PASSPHRASE = "kettle-orbit-velvet-mango-thirty-drum"


class Clock:
    """Seconds since 1970 that stand still."""

    def __init__(self) -> None:
        self.now = 1_600_000_000

    def __call__(self) -> float:
        return float(self.now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "vault").mkdir()
    return tmp_path / "vault" / "cases.vault"


@pytest.fixture
def vault(path: Path, clock: Clock) -> Iterator[Vault]:
    with Vault.create(path, PASSPHRASE, profile=KdfProfile.TEST, clock=clock) as vault:
        yield vault


@pytest.fixture
def reopen(path: Path, clock: Clock) -> Iterator[Callable[..., Vault]]:
    """Open further sessions on the same file; they are closed at the end."""
    opened: list[Vault] = []

    def another(passphrase: str = PASSPHRASE, **options: Any) -> Vault:
        options = {"allow_test_profile": True, "clock": clock, **options}
        opened.append(Vault.open(path, Passphrase(passphrase), **options))
        return opened[-1]

    yield another
    for each in opened:
        each.close()


@pytest.fixture
def put(vault: Vault) -> Callable[..., bytes]:
    """Write a record from kind and claims, and give its id."""

    def write(kind: str, *claims: Claim, **fields: Any) -> bytes:
        said = [Claim(name, value) for name, value in fields.items()]
        [revision] = vault.put(Draft(kind, (*claims, *said)))
        return revision.record_id

    return write


@pytest.fixture
def person(put: Callable[..., bytes]) -> Callable[..., bytes]:
    """Write a person with one name."""

    def write(name: str, *claims: Claim) -> bytes:
        return put("person", Claim("name", {"text": name, "kind": "birth"}), *claims)

    return write
