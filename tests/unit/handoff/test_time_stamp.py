"""The recipe of `docs/bundle.md §Time stamps`, line by line, with an authority made here. All data is invented."""

import re
import subprocess
from pathlib import Path

import pytest

from vault.handoff import bag
from vault.sealing import Signer

AUTHORITY = """
[tsa]
default_tsa = here
[here]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[stamps]
extendedKeyUsage = critical, timeStamping
[ca]
basicConstraints = critical, CA:true
[req]
distinguished_name = name
[name]
"""


@pytest.fixture
def stamped(tmp_path: Path, tool) -> Path:
    """Make an authority, an unpacked bag, and the bag's stamp beside it."""
    openssl = tool("openssl")

    def run(*words: str) -> None:
        subprocess.run([openssl, *words], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "serial").write_text("01\n", "ascii")
    new = ("-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", "tsa.cnf")
    (tmp_path / "tsa.cnf").write_text(AUTHORITY, "ascii")
    run("req", "-x509", *new, "-extensions", "ca", "-subj", "/CN=An invented authority", "-keyout", "ca.key",
        "-out", "tsa-ca.pem")  # fmt: skip
    run("req", "-new", *new[:3], "-config", "tsa.cnf", "-subj", "/CN=An invented stamp", "-keyout", "tsa.key",
        "-out", "tsa.csr")  # fmt: skip
    run("x509", "-req", "-in", "tsa.csr", "-CA", "tsa-ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
        "-extfile", "tsa.cnf", "-extensions", "stamps", "-out", "tsa.pem")  # fmt: skip
    label = bag.Label(bytes(range(16)), "legal", "lawyer", bytes(32), ("unsealed",))
    for path, member in bag.build({"data/x.txt": bag.Member.of(b"x")}, label, Signer(bytes(32)), {}).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"".join(member.read()))
    return tmp_path


def lines() -> list[str]:
    page = (Path(__file__).parents[3] / "docs/bundle.md").read_text("utf-8")
    (block,) = re.findall(r"```\n(openssl ts -query.*?)```", page, re.DOTALL)
    return block.splitlines()


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, check=False)


def test_the_recipe_stamps_a_manifest_and_tells_another(stamped):
    query, against_request, against_manifest, show = lines()
    assert shell(stamped, query).returncode == 0
    answer = (
        "openssl ts -reply -config tsa.cnf -queryfile manifest.tsq -inkey tsa.key -signer tsa.pem -out manifest.tsr"
    )
    made = shell(stamped, answer)
    assert made.returncode == 0, made.stderr
    for line in (against_request, against_manifest):
        done = shell(stamped, line)
        assert (done.returncode, b"Verification: OK" in done.stdout + done.stderr) == (0, True), done.stderr
    assert b"Time stamp: " in shell(stamped, show).stdout
    manifest = stamped / bag.MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b"legal", b"Legal"))
    assert shell(stamped, against_manifest).returncode != 0
    manifest.write_bytes(manifest.read_bytes().replace(b"Legal", b"legal"))
    assert shell(stamped, against_manifest).returncode == 0


def test_the_request_tells_the_authority_a_hash_and_nothing_else(stamped):
    shell(stamped, lines()[0])
    request = (stamped / "manifest.tsq").read_bytes()
    manifest = (stamped / bag.MANIFEST).read_bytes()
    assert bag.Member.of(manifest).length > len(request)
    assert len(request) < 150
    assert bytes(range(16)).hex().encode() not in request
    assert b"lawyer" not in request
