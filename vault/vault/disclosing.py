"""Between the vault and `redact`: policies, the address book, and the permit that makes a disclosure.

Part of floor 3. Only here is a permit made; what it does when it is used is to write the ledger entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vault import ledger
from vault.errors import IntegrityError
from vault.redact import Disclosure, Permit, Recipient, load_policy, shipped_policies
from vault.redact.view import _VAULT_ROOM
from vault.vault.state import read_setting, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from vault.objects import Head, ObjectReader
    from vault.records import Schemas
    from vault.redact import DisclosedFile, Policy, Request, View
    from vault.sealing import Signer

RECIPIENTS: Final = "recipients"


def read_policies(objects: ObjectReader, head: Head, schemas: Schemas) -> dict[str, Policy]:
    """Read the policies in force.

    Args:
        objects: Snapshot.
        head: Its head.
        schemas: Schemas in force.

    Returns:
        Shipped policies and the vault's own, by name; a policy of its own may narrow another one of its own.

    Raises:
        PolicyError: One of the vault's own can no longer be used.
    """
    known = shipped_policies(schemas)
    own = {
        name.removeprefix("policy/"): str(read_setting(objects, ref))
        for name, ref in sorted(read_settings(objects, head).items())
        if name.startswith("policy/")
    }
    waiting = dict(own)
    while waiting:
        ready = [
            name
            for name, text in waiting.items()
            if not any(f'"{other}"' in text for other in waiting if other != name)
        ]
        # Two that name each other cannot both come first; loading one then says what is wrong with it.
        for name in ready or list(waiting):
            known[name] = load_policy(waiting.pop(name), schemas, known)
    return known


def plain_recipient(recipient: Recipient) -> dict[str, Any]:
    """Give the form in which the address book holds an entry."""
    return {
        "audience": recipient.audience,
        "onward": list(recipient.onward),
        "key": recipient.key,
        "fingerprint": recipient.fingerprint,
    }


def read_recipients(plain: Any) -> dict[str, Recipient]:  # noqa: ANN401 - plain data
    """Read the address book.

    Raises:
        IntegrityError: It is not made by the rule.
    """
    try:
        return {
            name: Recipient(name, entry["audience"], tuple(entry["onward"]), entry["key"], entry["fingerprint"])
            for name, entry in (plain or {}).items()
        }
    except (AttributeError, KeyError, TypeError):
        msg = "the address book is not made by the rule"
        raise IntegrityError(msg) from None


def make(
    request: Request,
    view: View,
    schemas: Schemas,
    signer: Signer,
    record: Callable[[ledger.Handover], None],
    read_file: Callable[[DisclosedFile], Iterator[bytes]],
) -> Disclosure:
    """Make a disclosure with its permit.

    Args:
        request: What was asked for.
        view: What leaves.
        schemas: What kinds and fields are called.
        signer: Signs the manifest.
        record: Writes the ledger entry.
        read_file: Opens an attachment.

    Returns:
        The disclosure.

    Secrets:
        All of it.
    """
    recipient, policy = request.recipient, request.policy
    onward = tuple(sorted({*policy.onward, *recipient.onward}))

    def commit(bag_sha256: bytes, sealed_sha256: bytes, gate: Mapping[str, Any]) -> None:
        record(
            ledger.Handover(
                recipient=recipient.name,
                fingerprint=recipient.fingerprint,
                audience=policy.audience,
                onward=onward,
                purpose=request.purpose,
                policy=policy.name,
                policy_digest=policy.digest,
                bag_sha256=bag_sha256,
                sealed_sha256=sealed_sha256,
                gate=gate,
                consents=view.consents,
                facts=view.facts,
            )
        )

    return Disclosure(
        view=view,
        policy=policy.name,
        policy_digest=policy.digest,
        recipient=recipient,
        audience=policy.audience,
        onward=onward,
        purpose=request.purpose,
        note=request.note,
        schemas=schemas,
        signer=signer,
        permit=Permit(_VAULT_ROOM, commit),
        read_file=read_file,
        full=policy.full,
    )
