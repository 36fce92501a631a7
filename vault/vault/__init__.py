"""The one deep object: `Vault`, and what its methods give back.

Floor: 3. It brings the rooms below together: keys and objects into states, records into revisions and index, requests
into disclosures. It refuses to give out anything while it is locked.
"""

from vault.vault.core import Hit, Hits, Status, Vault
from vault.vault.desk import KeyDesk, KeyslotInfo, KnownCopy
from vault.vault.drills import OnPaper
from vault.vault.erasing import Mention, Removal
from vault.vault.exposure import Exposure
from vault.vault.inspection import CheckReport, Problem, ScrubReport, scrub
from vault.vault.keeping import KeepingDesk
from vault.vault.likeness import LIKELY

__all__ = [
    "LIKELY",
    "CheckReport",
    "Exposure",
    "Hit",
    "Hits",
    "KeepingDesk",
    "KeyDesk",
    "KeyslotInfo",
    "KnownCopy",
    "Mention",
    "OnPaper",
    "Problem",
    "Removal",
    "ScrubReport",
    "Status",
    "Vault",
    "scrub",
]
