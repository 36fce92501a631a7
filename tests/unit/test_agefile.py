"""Files in the age format: both ways, streaming, with the stock program, and every refusal. All data is invented."""

import base64
import io
import random
import subprocess

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import agefile, sealing
from vault.errors import FormatError, HandoffError, LimitError, UnlockError, VaultError

PHRASE = "invented-phrase-for-tests-only"
LOW = 4
"""A cheap work factor; the real one is used where a test says so."""


def pieces(data: bytes, size: int = 10_000) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def sealed_to(data: bytes, *recipients: str) -> bytes:
    out = io.BytesIO()
    agefile.encrypt(pieces(data), out.write, recipients)
    return out.getvalue()


def sealed_by(data: bytes, phrase: str = PHRASE, log_n: int = LOW) -> bytes:
    out = io.BytesIO()
    agefile.encrypt_passphrase(pieces(data), out.write, phrase, log_n=log_n)
    return out.getvalue()


def opened(data: bytes, *, identities=(), passphrase=None) -> bytes:
    out = io.BytesIO()
    agefile.decrypt(io.BytesIO(data), out.write, identities=identities, passphrase=passphrase)
    return out.getvalue()


@pytest.fixture(scope="module")
def identity() -> agefile.Identity:
    return agefile.parse_identities(agefile.generate_identity().encode())[0]


@pytest.fixture(scope="module")
def ssh(tmp_path_factory, tool):
    """An SSH key pair as people have it: (private file, public line)."""
    path = tmp_path_factory.mktemp("ssh") / "key"
    subprocess.run([tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", path], check=True)
    return path, path.with_suffix(".pub").read_text("ascii").strip()


SIZES = (0, 1, 65_535, 65_536, 65_537, 131_072, 200_001)


@pytest.mark.parametrize("size", SIZES)
def test_round_trip_to_a_key(identity, size):
    data = random.Random(size).randbytes(size)
    assert opened(sealed_to(data, identity.recipient), identities=[identity]) == data


@pytest.mark.parametrize("size", SIZES)
def test_round_trip_by_passphrase_is_read_by_the_library(size):
    data = random.Random(size).randbytes(size)
    sealed = sealed_by(data)
    assert pyrage.passphrase.decrypt(sealed, PHRASE) == data
    assert opened(sealed, passphrase=PHRASE) == data


@given(st.lists(st.binary(max_size=70_000), max_size=5))
def test_pieces_are_full_chunks_and_one_last(chunks):
    cut = list(agefile._pieces(chunks))
    assert b"".join(piece for piece, _ in cut) == b"".join(chunks)
    assert [last for _, last in cut] == [False] * (len(cut) - 1) + [True]
    assert all(len(piece) == agefile.CHUNK_BYTES for piece, _ in cut[:-1])
    assert cut[-1][0] or len(cut) == 1


def test_passphrase_file_has_exactly_these_bytes():
    """A known answer: recomputed here step by step from the format's own text."""
    out = io.BytesIO()
    draws = (bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48)))
    agefile._encrypt_passphrase([b"hello"], out.write, b"x", 1, draws)
    head, _, payload = out.getvalue().partition(b"\n--- ")
    lines = head.split(b"\n")
    assert lines[0] == b"age-encryption.org/v1"
    assert lines[1] == b"-> scrypt EBESExQVFhcYGRobHB0eHw 1"
    wrapping = sealing.scrypt(b"x", b"age-encryption.org/v1/scrypt" + draws[1], 1, 32)
    body = base64.b64decode(lines[2] + b"=")
    assert sealing.chacha20poly1305_decrypt(wrapping, bytes(12), body) == draws[0]
    mac, _, payload = payload.partition(b"\n")
    header_key = sealing.hkdf_sha256(b"", draws[0], b"header", 32)
    assert base64.b64decode(mac + b"=") == sealing.hmac_sha256(header_key, head + b"\n---")
    key = sealing.hkdf_sha256(draws[2], draws[0], b"payload", 32)
    assert payload[:16] == draws[2]
    assert sealing.chacha20poly1305_decrypt(key, bytes(11) + b"\1", payload[16:]) == b"hello"


def test_real_work_factor_is_eighteen():
    assert sealed_by(b"x", log_n=agefile.PASSPHRASE_LOG_N).split(b"\n")[1].endswith(b" 18")
    assert agefile.PASSPHRASE_LOG_N == 18


def test_every_file_has_its_own_keys():
    assert sealed_by(b"same")[30:60] != sealed_by(b"same")[30:60]


def test_ssh_key_opens_what_its_public_line_sealed(ssh):
    private, line = ssh
    (key,) = agefile.parse_identities(private.read_bytes())
    assert key.recipient == agefile.parse_recipient(line) == " ".join(line.split()[:2])
    assert opened(sealed_to(b"text", line), identities=[key]) == b"text"


def test_any_of_several_recipients_opens(identity, ssh):
    private, line = ssh
    sealed = sealed_to(b"text", identity.recipient, line)
    for key in (identity, *agefile.parse_identities(private.read_bytes())):
        assert opened(sealed, identities=[key]) == b"text"


def test_armoured_files_are_read(identity):
    recipient = pyrage.x25519.Recipient.from_str(identity.recipient)
    assert opened(pyrage.encrypt(b"text", [recipient], armored=True), identities=[identity]) == b"text"
    assert opened(pyrage.passphrase.encrypt(b"text", PHRASE, armored=True), passphrase=PHRASE) == b"text"


def test_damaged_armour(identity):
    recipient = pyrage.x25519.Recipient.from_str(identity.recipient)
    armoured = pyrage.encrypt(b"text", [recipient], armored=True)
    for bad in (armoured.replace(b"\nY", b"\n!", 1), armoured[:60], armoured + b"x"):
        with pytest.raises(VaultError):
            opened(bad, identities=[identity])
    by_phrase = pyrage.passphrase.encrypt(b"text", PHRASE, armored=True)
    for bad in (by_phrase.replace(b"\nY", b"\n!", 1), by_phrase[:60], by_phrase + b"x"):
        with pytest.raises(VaultError):
            opened(bad, passphrase=PHRASE)
    assert agefile.unarmoured_head(armoured).startswith(agefile.MAGIC)
    assert agefile.unarmoured_head(armoured.replace(b"\nY", b"\n!", 1)) == b""
    assert agefile.unarmoured_head(b"PK") == b"PK"


# --- The stock program ----------------------------------------------------------------------------------------------


def test_stock_age_opens_with_an_identity_file(tool, tmp_path):
    text = agefile.generate_identity()
    (identity,) = agefile.parse_identities(f"# a comment\n\n{text}\n".encode())
    (tmp_path / "key").write_text(text + "\n", "ascii")
    (tmp_path / "in.age").write_bytes(sealed_to(b"text" * 50_000, identity.recipient))
    run = subprocess.run(
        [tool("age"), "-d", "-i", tmp_path / "key", tmp_path / "in.age"], check=True, capture_output=True
    )
    assert run.stdout == b"text" * 50_000


def test_stock_age_opens_with_an_ssh_key(tool, ssh, tmp_path):
    private, line = ssh
    (tmp_path / "in.age").write_bytes(sealed_to(b"text", line))
    run = subprocess.run([tool("age"), "-d", "-i", private, tmp_path / "in.age"], check=True, capture_output=True)
    assert run.stdout == b"text"


def test_stock_age_opens_a_passphrase_file(tool, tmp_path):
    """With the real work factor. The program reads a passphrase from a terminal only, so it gets one."""
    data = random.Random(1).randbytes(150_000)
    (tmp_path / "in.age").write_bytes(sealed_by(data, log_n=18))
    command = f"{tool('age')} -d -o {tmp_path / 'out'} {tmp_path / 'in.age'}"
    subprocess.run(
        [tool("script"), "-qec", command, "/dev/null"], input=PHRASE.encode() + b"\n", check=True, capture_output=True
    )
    assert (tmp_path / "out").read_bytes() == data


def test_what_stock_age_sealed_opens_here(tool, identity):
    sealed = subprocess.run(
        [tool("age"), "-r", identity.recipient], input=b"text" * 40_000, check=True, capture_output=True
    ).stdout
    assert opened(sealed, identities=[identity]) == b"text" * 40_000


# --- Refusals -------------------------------------------------------------------------------------------------------


def test_another_identity_does_not_open(identity):
    other = agefile.parse_identities(agefile.generate_identity().encode())
    with pytest.raises(UnlockError):
        opened(sealed_to(b"text", identity.recipient), identities=other)


def test_another_passphrase_does_not_open():
    with pytest.raises(UnlockError):
        opened(sealed_by(b"text"), passphrase=PHRASE + "x")


def test_passphrase_for_a_file_sealed_to_a_key(identity):
    with pytest.raises(UnlockError):
        opened(sealed_to(b"text", identity.recipient), passphrase=PHRASE)


def test_identity_for_a_file_sealed_by_passphrase(identity):
    with pytest.raises(UnlockError):
        opened(sealed_by(b"text"), identities=[identity])


@pytest.mark.parametrize("data", [b"", b"x", b"PK\3\4", agefile.MAGIC[:-1], b"age-encryption.org/v2\n-> X25519 a\n"])
def test_not_an_age_file(identity, data):
    with pytest.raises(FormatError):
        opened(data, identities=[identity])
    with pytest.raises(FormatError):
        opened(data, passphrase=PHRASE)


@pytest.mark.parametrize("size", [0, 10, 65_536, 100_000])
def test_cut_or_changed_payload_is_damage_and_not_a_wrong_key(identity, size):
    """Attack 59, for sealed files: told apart from a wrong passphrase."""
    data = bytes(size)
    for sealed, key in (
        (sealed_to(data, identity.recipient), {"identities": [identity]}),
        (sealed_by(data), {"passphrase": PHRASE}),
    ):
        middle = len(sealed) - size // 2 - 8
        changed = sealed[:middle] + bytes([sealed[middle] ^ 1]) + sealed[middle + 1 :]
        for broken in (sealed[:-1], changed, sealed + b"\0", sealed[: -size - 16]):
            with pytest.raises(HandoffError):
                opened(broken, **key)


def test_truncation_at_a_chunk_is_seen(identity):
    sealed = sealed_to(bytes(3 * 65_536), identity.recipient)
    with pytest.raises(HandoffError):
        opened(sealed[:-65_552], identities=[identity])


@pytest.mark.parametrize("log_n", [21, 22, 30, 63, 99])
def test_work_factor_of_a_hostile_file_is_refused_before_any_work(log_n):
    hostile = sealed_by(b"x").replace(b" 4\n", b" %d\n" % log_n, 1)
    with pytest.raises(LimitError):
        opened(hostile, passphrase=PHRASE)


def test_large_passphrase_file_is_refused():
    class Endless(io.RawIOBase):
        def read(self, size=-1):
            return bytes(size)

    with pytest.raises(LimitError):
        agefile.decrypt(Endless(), lambda _: None, passphrase=PHRASE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "age1xyz",
        "AGE-SECRET-KEY-1XYZ",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
        "ssh-ed25519 !!!!",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
        "age1plugin1qqq",
        "нет",
        "age1\0",
    ],
)
def test_unusable_recipients(text):
    with pytest.raises(HandoffError):
        agefile.parse_recipient(text)
    with pytest.raises(HandoffError):
        sealed_to(b"", text)


def test_recipients_are_written_in_one_form(identity, ssh):
    line = ssh[1]
    assert agefile.parse_recipient(f"  {identity.recipient}\n") == identity.recipient
    one, other = agefile.recipient_fingerprint(line), agefile.recipient_fingerprint(" ".join(line.split()[:2]))
    assert one == other
    assert len(one) == 32
    assert one != agefile.recipient_fingerprint(identity.recipient)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# only a comment\n",
        b"AGE-SECRET-KEY-1XYZ",
        b"\xff\xfe",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        b"-----BEGIN",
    ],
)
def test_unusable_identities(data):
    with pytest.raises(HandoffError):
        agefile.parse_identities(data)


def test_ssh_key_with_a_passphrase_says_so(tool, tmp_path):
    path = tmp_path / "key"
    subprocess.run([tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "invented", "-f", path], check=True)
    with pytest.raises(HandoffError, match="passphrase"):
        agefile.parse_identities(path.read_bytes())


def test_rsa_key_is_refused(tool, tmp_path):
    path = tmp_path / "key"
    subprocess.run([tool("ssh-keygen"), "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", path], check=True)
    with pytest.raises(HandoffError):
        agefile.parse_identities(path.read_bytes())


def test_mistakes_of_the_caller(identity):
    with pytest.raises(ValueError, match="recipient"):
        agefile.encrypt([], lambda _: None, [])
    with pytest.raises(ValueError, match="either"):
        agefile.decrypt(io.BytesIO(), lambda _: None)
    with pytest.raises(ValueError, match="either"):
        agefile.decrypt(io.BytesIO(), lambda _: None, identities=[identity], passphrase=PHRASE)
    for phrase, log_n in (("", 4), (PHRASE, 0), (PHRASE, 21)):
        with pytest.raises(ValueError, match="log_n"):
            agefile.encrypt_passphrase([], lambda _: None, phrase, log_n=log_n)


class OurOwnError(Exception):
    """Not of the library: what a sink or a source raises must come out as it went in."""


def test_errors_of_source_and_sink_come_out_unchanged(identity):
    def failing(data):
        yield data
        raise OurOwnError

    def refusing(_):
        raise OurOwnError

    keys = [identity.recipient]
    with pytest.raises(OurOwnError):
        agefile.encrypt(failing(b"x" * 100_000), lambda _: None, keys)
    with pytest.raises(OurOwnError):
        agefile.encrypt([b"x"], refusing, keys)
    with pytest.raises(OurOwnError):
        agefile.encrypt_passphrase(failing(b"x"), lambda _: None, PHRASE, log_n=LOW)
    with pytest.raises(OurOwnError):
        agefile.decrypt(io.BytesIO(sealed_to(bytes(9), identity.recipient)), refusing, identities=[identity])

    class Failing(io.RawIOBase):
        def read(self, size=-1):
            raise OurOwnError

    with pytest.raises(OurOwnError):
        agefile.decrypt(Failing(), lambda _: None, identities=[identity])


def test_secrets_are_not_shown(identity):
    text = agefile.generate_identity()
    (key,) = agefile.parse_identities(text.encode())
    assert text not in repr(key)
    assert "SECRET" not in repr(key)


def test_memory_does_not_grow_with_the_stream(identity):
    """A stream of 24 MiB passes in pieces; nothing is collected on the way."""
    largest = 0
    total = 0

    def sink(data):
        nonlocal largest, total
        largest, total = max(largest, len(data)), total + len(data)

    agefile.encrypt((bytes(1 << 20) for _ in range(24)), sink, [identity.recipient])
    assert total > 24 << 20
    assert largest <= 2 * agefile.CHUNK_BYTES
    agefile.encrypt_passphrase((bytes(1 << 20) for _ in range(24)), sink, PHRASE, log_n=LOW)
    assert largest <= 2 * agefile.CHUNK_BYTES


def test_any_bytes_open_or_raise_a_vault_error(identity, deep):
    """Changed, cut and joined files: success or a `VaultError`, never another exception."""
    size = deep("age-mutations", 400, 20_000)
    print("seed", size.seed)
    rnd = size.random()
    good = [
        (sealed_to(b"text" * 30, identity.recipient), {"identities": [identity]}),
        (sealed_by(b"text" * 30), {"passphrase": PHRASE}),
    ]
    refused = 0
    for _ in range(size):
        sealed, key = rnd.choice(good)
        data = bytearray(sealed)
        for _ in range(rnd.randint(1, 3)):
            if not data:
                break
            at = rnd.randrange(len(data))
            match rnd.randrange(4):
                case 0:
                    data[at] = rnd.randrange(256)
                case 1:
                    del data[at:]
                    data.append(0)
                case 2:
                    data[at:at] = rnd.randbytes(3)
                case _:
                    del data[at : at + 2]
        try:
            assert opened(bytes(data), **key) == b"text" * 30
        except VaultError:
            refused += 1
    assert refused > size // 2
