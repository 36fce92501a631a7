"""The commands of docs/after-a-raid.md, run as they stand on a fresh vault. Everybody in it is invented."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vault.keys import Passphrase
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "after-a-raid.md").read_text("utf-8")
PHRASE = "six invented words for one document"
DANA = "kettle-orbit-velvet-mango-thirty-drum"
COMMANDS = [
    line[2:]
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def afterwards(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str], bytes]:
    """Lose a vault of which there is an older backup, then do what the page says."""
    base = tmp_path_factory.mktemp("raid")
    anchors = base / "state" / "casevault"
    lost, backup = base / "lost.vault", base / "families-copy.vault"
    with Vault.create(lost, PHRASE, profile=KdfProfile.SMALL, state_dir=anchors) as vault:
        vault.put(Draft("person", (Claim("name", {"text": "Invented Person", "kind": "birth"}),)))
        vault.keys.add_passphrase("Dana", DANA)
        vault.keeping.backup(backup)
        vault.put(Draft("person", (Claim("name", {"text": "Entered Later", "kind": "birth"}),)))
    before = backup.read_bytes()
    lost.unlink()
    (base / "phrase").write_text(PHRASE + "\n", "utf-8")
    options = f'--passphrase-file "{base}/phrase" --no-input'
    lines = [
        command.replace("casevault ", f'"{sys.executable}" -m cli {options} ', 1).replace(
            "--accept-older", "--accept-older --yes"
        )
        for command in COMMANDS
    ]
    done = subprocess.run(
        ["/bin/sh", "-c", "set -eux\n" + "\n".join(lines)],
        cwd=base,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(base / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    return base, done, before


def test_the_commands_run_as_they_stand(
    afterwards: tuple[Path, subprocess.CompletedProcess[str], bytes],
) -> None:
    base, done, before = afterwards
    assert done.returncode == 0, done.stderr[-3000:]
    words = [" ".join(command.split()[1:3]) for command in COMMANDS]
    order = ["check --accept-older", "ledger exposure", "key remove", "key rotate", "backup families-after.vault"]
    assert [words.index(each) for each in order] == sorted(words.index(each) for each in order)
    assert "Invented Person" in (base / "warn.html").read_text("utf-8")
    assert (base / "families-copy.vault").read_bytes() == before


def test_who_was_removed_opens_the_old_copy_and_nothing_new(
    afterwards: tuple[Path, subprocess.CompletedProcess[str], bytes],
) -> None:
    from vault.errors import UnlockError

    base, _, _ = afterwards
    with Vault.open(base / "families-copy.vault", Passphrase(DANA), read_only=True) as vault:
        assert len(list(vault.records())) == 1
    for name in ("families.vault", "families-after.vault"):
        with pytest.raises(UnlockError):
            Vault.open(base / name, Passphrase(DANA), read_only=True)
        with Vault.open(base / name, Passphrase(PHRASE), read_only=True) as vault:
            assert vault.check().problems == ()
            assert vault.status().generations == 1


def test_the_page_fits_a_screen_and_is_found_from_the_front_page() -> None:
    assert len(PAGE.splitlines()) <= 70
    assert len(PAGE.split()) <= 600
    assert "docs/after-a-raid.md" in (ROOT / "README.md").read_text("utf-8")
