"""Signatures as `ssh-keygen` knows them: both ways with the stock program, and every refusal. All data is invented."""

import base64
import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import SignatureError
from vault.handoff import sshsig
from vault.sealing import Signer

MESSAGE = b"an invented manifest\n"
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(bytes(range(32)))


def keygen(tool, folder, message: bytes, signature: bytes, *, principal=sshsig.PRINCIPAL, space=sshsig.NAMESPACE):
    (folder / "sig").write_bytes(signature)
    command = [tool("ssh-keygen"), "-Y", "verify", "-f", folder / "signers", "-I", principal, "-n", space]
    return subprocess.run([*command, "-s", folder / "sig"], input=message, capture_output=True, check=False)


def test_stock_program_accepts(tool, tmp_path, signer):
    (tmp_path / "signers").write_bytes(sshsig.allowed_signers(signer.public_key))
    run = keygen(tool, tmp_path, MESSAGE, sshsig.sign(signer, MESSAGE))
    assert run.returncode == 0
    assert sshsig.fingerprint(signer.public_key).encode() in run.stdout
    assert keygen(tool, tmp_path, MESSAGE + b"x", sshsig.sign(signer, MESSAGE)).returncode != 0
    assert keygen(tool, tmp_path, MESSAGE, sshsig.sign(signer, MESSAGE), space="file").returncode != 0
    assert keygen(tool, tmp_path, MESSAGE, sshsig.sign(signer, MESSAGE), principal="other").returncode != 0


def test_what_the_stock_program_signs_differs_only_in_line_breaks(tool, tmp_path):
    """Ed25519 has no randomness, so both must make the same signature from one key."""
    path = tmp_path / "key"
    subprocess.run([tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
    (tmp_path / "message").write_bytes(MESSAGE)
    command = [tool("ssh-keygen"), "-Y", "sign", "-q", "-f", path, "-n", sshsig.NAMESPACE, tmp_path / "message"]
    subprocess.run(command, check=True)
    first, *body, last = (tmp_path / "message.sig").read_bytes().splitlines()
    signature = first + b"\n" + b"".join(body) + b"\n" + last
    public = sshsig.verify(signature, MESSAGE)
    assert sshsig.public_line(public) == path.with_suffix(".pub").read_text("ascii").strip()
    # The seed is the first half of the 64 private bytes, which stand after the two copies of the public key.
    blob = base64.b64decode(b"".join(path.read_bytes().split(b"\n")[1:-2]))
    at = blob.rindex(b"\0\0\0\x40") + 4
    assert sshsig.sign(Signer(blob[at : at + 32]), MESSAGE) == signature


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_round_trip(message, seed):
    one = Signer(seed)
    assert sshsig.verify(sshsig.sign(one, message), message) == one.public_key


def test_every_changed_byte_is_refused_by_both(tool, tmp_path, signer, deep):
    """The signature file is the root of the check by stock commands, so not one byte of it may be slack."""
    (tmp_path / "signers").write_bytes(sshsig.allowed_signers(signer.public_key))
    good = sshsig.sign(signer, MESSAGE)
    size = deep("sshsig-bytes", 60, len(good) * 255)
    print("seed", size.seed)
    rnd = size.random()
    places = [(at, value) for at in range(len(good)) for value in range(256) if value != good[at]]
    # Line breaks and the ends are where a lenient reader would be lenient.
    tricky = [(good.index(b"\n"), 32), (good.rindex(b"\n"), 32), (good.index(b"\n"), 13), (len(good) - 1, 10), (0, 32)]
    for at, value in [*tricky, *rnd.sample(places, min(size, len(places)))]:
        bad = good[:at] + bytes([value]) + good[at + 1 :]
        assert keygen(tool, tmp_path, MESSAGE, bad).returncode != 0, (at, value)
        with pytest.raises(SignatureError):
            sshsig.verify(bad, MESSAGE)


def test_every_flipped_bit_is_refused_here(signer):
    good = sshsig.sign(signer, MESSAGE)
    for bit in range(len(good) * 8):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SignatureError):
            sshsig.verify(bytes(bad), MESSAGE)


@pytest.mark.parametrize("change", ["", "\n", " ", "x", "wrapped", "crlf", "twice"])
def test_other_spellings_are_refused(signer, change):
    good = sshsig.sign(signer, MESSAGE)
    body = good.split(b"\n")[1]
    spelled = {
        "": b"",
        "wrapped": good.replace(body, body[:70] + b"\n" + body[70:]),
        "crlf": good.replace(b"\n", b"\r\n"),
        "twice": good + good,
    }.get(change, good + change.encode())
    with pytest.raises(SignatureError):
        sshsig.verify(spelled, MESSAGE)


def test_other_keys_hashes_and_namespaces_are_refused(signer):
    """Each part is replaced by another of the same form, signed correctly."""
    good = base64.b64decode(sshsig.sign(signer, MESSAGE).split(b"\n")[1])
    for old, new in (
        (b"sha512", b"sha256"),
        (b"ssh-ed25519", b"ssh-ed25518"),
        (b"casevault-manifest", b"casevault-manifesT"),
        (b"SSHSIG\0\0\0\1", b"SSHSIG\0\0\0\2"),
    ):
        armoured = sshsig._BEGIN + base64.b64encode(good.replace(old, new)) + sshsig._END
        with pytest.raises(SignatureError):
            sshsig.verify(armoured, MESSAGE)


LOW_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
)


@pytest.mark.parametrize("key", LOW_ORDER)
def test_low_order_keys_are_refused(key):
    """Attack 63: under these keys one signature fits any message, and a common library accepts it."""
    public = bytes.fromhex(key)
    for r in (public, bytes.fromhex(LOW_ORDER[0])):
        armoured = sshsig._armour(public, r + bytes(32))
        for message in (b"", MESSAGE):
            with pytest.raises(SignatureError):
                sshsig.verify(armoured, message)


def test_unreduced_s_is_refused(signer):
    """Attack 63: S + L is the same number to a careless verifier."""
    good = sshsig.sign(signer, MESSAGE)
    public, signature = sshsig._dearmour(good)
    larger = int.from_bytes(signature[32:], "little") + ORDER
    armoured = sshsig._armour(public, signature[:32] + larger.to_bytes(32, "little"))
    with pytest.raises(SignatureError):
        sshsig.verify(armoured, MESSAGE)


@pytest.mark.parametrize("at", [0, 31, 32, 63])
def test_edge_values_in_the_signature_are_refused(signer, at):
    """Attack 63: zero, all ones, and one byte at the edge of R and S."""
    public, signature = sshsig._dearmour(sshsig.sign(signer, MESSAGE))
    changed = bytearray(signature)
    changed[at] ^= 0x80
    for bad in (bytes(64), b"\xff" * 64, signature[:32] + bytes(32), bytes(32) + signature[32:], bytes(changed)):
        with pytest.raises(SignatureError):
            sshsig.verify(sshsig._armour(public, bad), MESSAGE)


def test_any_bytes_raise_only_signature_errors(deep):
    size = deep("sshsig-noise", 500, 50_000)
    print("seed", size.seed)
    rnd = size.random()
    signer = Signer(bytes(32))
    good = sshsig.sign(signer, MESSAGE)
    for _ in range(size):
        bad = bytearray(good)
        for _ in range(rnd.randint(1, 4)):
            at = rnd.randrange(len(bad))
            bad[at : at + rnd.randrange(3)] = rnd.randbytes(rnd.randrange(3))
        try:
            assert sshsig.verify(bytes(bad), MESSAGE) == signer.public_key
            assert bytes(bad) == good
        except SignatureError:
            continue


def test_fingerprint_is_that_of_the_stock_program(tool, tmp_path, signer):
    (tmp_path / "key.pub").write_text(sshsig.public_line(signer.public_key) + "\n", "ascii")
    run = subprocess.run([tool("ssh-keygen"), "-lf", tmp_path / "key.pub"], check=True, capture_output=True, text=True)
    assert run.stdout.split()[1] == sshsig.fingerprint(signer.public_key)


def test_signer_of_random_keys_never_fails():
    rnd = random.Random(5)
    for _ in range(50):
        one = Signer(rnd.randbytes(32))
        assert sshsig.verify(sshsig.sign(one, b""), b"") == one.public_key
