"""A disclosure becomes a signed and sealed bundle that any system opens; and a bundle is checked and unpacked.

Floor: 5. It takes a `Disclosure` and nothing else, so that nothing leaves unredacted or unrecorded. It refuses to give
a file its name before the gate has read every byte of the bag and the ledger has the entry.
"""

from vault.handoff.archive import Fault
from vault.handoff.bag import Label
from vault.handoff.bundle import Carrier, Sealed, write, write_together
from vault.handoff.examine import FileResult, Fingerprint, Form, Report, form_of, unpack, verify
from vault.handoff.page import checker
from vault.handoff.proofs import Proven
from vault.handoff.refusal import Refusal
from vault.handoff.seen import Seen
from vault.handoff.sshsig import NAMESPACE

__all__ = [
    "NAMESPACE",
    "Carrier",
    "Fault",
    "FileResult",
    "Fingerprint",
    "Form",
    "Label",
    "Proven",
    "Refusal",
    "Report",
    "Sealed",
    "Seen",
    "checker",
    "form_of",
    "unpack",
    "verify",
    "write",
    "write_together",
]
