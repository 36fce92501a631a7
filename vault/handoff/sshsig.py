"""Signatures that the `ssh-keygen` of any system checks: SSHSIG with Ed25519 and SHA-512.

Floor: 5. It writes and reads one form only. It refuses other keys, hashes and namespaces, and armour with any byte
that `ssh-keygen` would overlook: line breaks inside the base64 and whatever follows the last dash.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from vault.codec import lp, u32
from vault.errors import SignatureError
from vault.redact.view import Signs
from vault.sealing import verify_signature

NAMESPACE: Final = "casevault-manifest"
PRINCIPAL: Final = "signer"
"""Whom `ssh-keygen -Y verify -I` asks for: one word for everybody, since a name would tell who sealed the bundle."""

_BEGIN: Final = b"-----BEGIN SSH SIGNATURE-----\n"
_END: Final = b"\n-----END SSH SIGNATURE-----"
_MAGIC: Final = b"SSHSIG"
_KEY_TYPE: Final = b"ssh-ed25519"
_HASH: Final = b"sha512"
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64


def sign(signer: Signs, message: bytes) -> bytes:
    """Sign a message in the project's namespace.

    Args:
        signer: Holds the private key.
        message: Any bytes.

    Returns:
        Armoured signature: base64 in one line and no line break at the end, so that a change of any byte is noticed.

    Source:
        OpenSSH PROTOCOL.sshsig; docs/bundle.md.
    """
    return _armour(signer.public_key, signer.sign(_signed(message)))


def verify(armoured: bytes, message: bytes) -> bytes:
    """Accept a signature or raise.

    Args:
        armoured: What `sign` returned.
        message: The bytes that were signed.

    Returns:
        Public key of the signer, 32 bytes. Whose key it is must be known from elsewhere.

    Raises:
        SignatureError: Not in the one form, another message, or a key under which anything verifies.

    Source:
        OpenSSH PROTOCOL.sshsig; docs/bundle.md.
    """
    public, signature = _dearmour(armoured)
    verify_signature(public, signature, _signed(message))
    return public


def public_line(public: bytes) -> str:
    """Write a public key as OpenSSH does: `ssh-ed25519 AAAA…`."""
    return f"ssh-ed25519 {base64.b64encode(_wire(public)).decode('ascii')}"


def allowed_signers(public: bytes) -> bytes:
    """Write the file that `ssh-keygen -Y verify -f` reads: this one key, for this one namespace."""
    return f'{PRINCIPAL} namespaces="{NAMESPACE}" {public_line(public)}\n'.encode("ascii")


def fingerprint(public: bytes) -> str:
    """Name a public key as `ssh-keygen` prints it: `SHA256:` and 43 characters."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(_wire(public)).digest()).decode("ascii").rstrip("=")


def _wire(public: bytes) -> bytes:
    return lp(_KEY_TYPE, public)


def _signed(message: bytes) -> bytes:
    return _MAGIC + lp(NAMESPACE.encode("ascii"), b"", _HASH, hashlib.sha512(message).digest())


def _blob(public: bytes, signature: bytes) -> bytes:
    inner = lp(_KEY_TYPE, signature)
    return _MAGIC + u32(1) + lp(_wire(public), NAMESPACE.encode("ascii"), b"", _HASH, inner)


def _armour(public: bytes, signature: bytes) -> bytes:
    return _BEGIN + base64.b64encode(_blob(public, signature)) + _END


def _dearmour(armoured: bytes) -> tuple[bytes, bytes]:
    try:
        blob = base64.b64decode(armoured.removeprefix(_BEGIN).removesuffix(_END), validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    # Everything but key and signature has one value and one place, so both can be cut out and the whole rebuilt.
    at = len(_MAGIC) + 4 + 4 + len(lp(_KEY_TYPE)) + 4
    public, signature = blob[at : at + _KEY_BYTES], blob[-_SIGNATURE_BYTES:]
    if len(blob) < at + _KEY_BYTES + _SIGNATURE_BYTES or _armour(public, signature) != armoured:
        raise SignatureError("the signature file is not in the one form that a bundle has")
    return public, signature
