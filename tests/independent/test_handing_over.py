"""An answer made from docs/format.md alone is taken by the library. All names here are invented."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.independent import reader, texts
from vault.keys import Identity, format_recipient
from vault.sealing import KdfProfile
from vault.vault import Vault

IDENTITY = Identity(bytes(range(32)))


def test_an_answer_of_another_program_is_taken(tmp_path):
    path = tmp_path / "a.vault"
    with Vault.create(path, "seven invented words", profile=KdfProfile.TEST) as vault:
        vault.keys.add_recipient("an archive", format_recipient(IDENTITY.public_key))
        vault.keys.ask("an archive")
        with reader.open_vault(path, IDENTITY.seed, tests=True) as read:
            names = reader.decode(read.object("set", *read.head[6]))
            index, added, public, sealed = reader.decode(read.object("set", *names["handoff"]))
            assert (index, read.keyring[4][index][3]) == (1, added)
            info = reader.lp("handoff", read.vault_id, bytes([index]))
            key = Ed25519PrivateKey.from_private_bytes(
                reader.SUITE.decrypt(sealed, reader.key_pair(IDENTITY.seed)[0], info)
            )
            assert key.public_key().public_bytes_raw() == public
            said = read.vault_id + bytes([index]) + read.head[0].to_bytes(4) + read.digest
            answer = texts.bech32("casevault-ack", said + key.sign(reader.lp("acknowledge", said)))
        assert answer == vault.keys.acknowledge(IDENTITY)
        [removed] = vault.keys.hand_over("an archive", answer)
        assert removed.label == "first passphrase"
