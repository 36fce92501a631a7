"""The local anchor: the newest state this machine has seen of a vault, sealed under the vault's own secret.

Part of floor 3. A whole older file put back cannot be seen from the file alone; the anchor sees it. It never goes back
to a smaller epoch by itself.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from vault import codec, sealing
from vault.codec import lp
from vault.errors import FormatError, IntegrityError
from vault.paths import remove_part, replace_file
from vault.sealing import Label, Sealer

if TYPE_CHECKING:
    from pathlib import Path

_KIND: Final = b"anc"
_MAX_FILE_BYTES: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Seen:
    """What the anchor holds.

    Args:
        epoch: Newest epoch seen here.
        digest: Digest of its head, 32 bytes.
        fingerprint: Six words that named the keys then.
        device: Id of this device for this vault, 8 bytes.
        checked_at: When a full check last succeeded here, seconds since 1970 UTC.
    """

    epoch: int
    digest: bytes
    fingerprint: str
    device: bytes
    checked_at: int | None = None


class Anchor:
    """One vault's anchor in a folder for state.

    Args:
        folder: Made with mode 0700 when first written.
        vault_id: 16 bytes.
        vault_secret: 32 bytes from the keyring.

    Secrets:
        `vault_secret`.
    """

    def __init__(self, folder: Path, vault_id: bytes, vault_secret: bytes) -> None:
        """Derive key and file name."""
        name = sealing.digest(Label.ANCHOR_NAME, vault_id)[:8].hex()
        self.path = folder / f"{name}.anchor"
        key = sealing.extract(lp(Label.ANCHOR.value, vault_id), vault_secret)[:32]
        self._sealer = Sealer(vault_id, 0, key)

    def read(self) -> Seen | None:
        """Read the anchor, and remove what a killed process left of writing it.

        Returns:
            What it holds; None if there is none yet.

        Raises:
            IntegrityError: Something is there but is no anchor of this vault: a link, a cut or changed file.
        """
        msg = "the anchor on this machine is damaged or was made with other keys"
        remove_part(self.path)
        try:
            flags = (
                os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            )
            number = os.open(self.path, flags)
        except FileNotFoundError:
            return None
        except OSError:
            raise IntegrityError(msg) from None
        if not stat.S_ISREG(os.fstat(number).st_mode):
            # Looked at before it is made a file object: a folder cannot be one.
            os.close(number)
            raise IntegrityError(msg)
        with os.fdopen(number, "rb") as file:
            data = file.read(_MAX_FILE_BYTES)
        try:
            plain = codec.decode_map(self._sealer.open(_KIND, data))
            seen = Seen(plain[0], plain[1], plain[2], plain[3], plain[4])
        except (FormatError, IntegrityError, KeyError):
            raise IntegrityError(msg) from None
        types = [type(seen.epoch), type(seen.digest), type(seen.fingerprint), type(seen.device)]
        if types != [int, bytes, str, bytes] or type(seen.checked_at) not in {int, type(None)}:
            raise IntegrityError(msg)
        return seen

    def write(self, seen: Seen, *, accept_older: bool = False) -> None:
        """Note a state, unless a newer one is noted already.

        Args:
            seen: The state.
            accept_older: Replace whatever is there.

        Raises:
            EngineError: The disk refused.
        """
        if not accept_older:
            with contextlib.suppress(IntegrityError):
                known = self.read()
                if known is not None and known.epoch > seen.epoch:
                    return
                if known is not None and seen.checked_at is None:
                    seen = replace(seen, checked_at=known.checked_at)
        payload = codec.encode({0: seen.epoch, 1: seen.digest, 2: seen.fingerprint, 3: seen.device, 4: seen.checked_at})
        replace_file(self.path, self._sealer.seal(_KIND, payload))
