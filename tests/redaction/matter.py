"""An invented matter in a whole vault, handed over and opened again: what the tests of failures look at is its bytes.

All people, places, numbers and texts are invented.
"""

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from vault import agefile, handoff
from vault.errors import VaultError
from vault.ledger import handovers
from vault.records import Claim, Draft, Revision, continued, parse_record
from vault.redact import Policy, Recipient, Request
from vault.sealing import KdfProfile
from vault.vault import Vault

PHRASE = "kettle-orbit-velvet-mango-thirty-drum"
IDENTITY = agefile.parse_identities(agefile.generate_identity().encode())[0]
TOKEN = re.compile(r"\b[a-z]{1,16}-(?:[2-9][A-Z]){3}\b")
SAMPLE = b"[person-7F3A9Q]"
"""The stand-in by which every dossier explains what stand-ins are."""
TODAY = date(2026, 6, 1)
GROUPS = ["identity", "family", "location", "health", "testimony", "image"]
KEEPS_FILES = """
name = "counsel"
audience = "lawyer"
[rules]
"*.@file" = "keep"
"detainee.*" = "keep"
"case.*" = "keep"
"""


class Matter:
    """A vault of records under readable names.

    Args:
        folder: Where it is to be made.
        name: Of the file.
    """

    def __init__(self, folder: Path, name: str = "a") -> None:
        self.folder, self.name = folder, name
        self.vault = Vault.create(folder / f"{name}.vault", PHRASE, profile=KdfProfile.TEST, state_dir=folder)
        self.ids: dict[str, bytes] = {}
        self.revisions: dict[str, Revision] = {}
        self._bundles = 0

    def id(self, ref: str) -> bytes:
        """Give the id of a record, which may be yet to come; the same in every vault."""
        return self.ids.setdefault(ref, hashlib.sha256(ref.encode()).digest()[:16])

    def draft(self, ref: str, kind: str, fields: Mapping[str, Any]) -> Draft:
        named = {f"{kind}.kind" if key == "what" else key: value for key, value in fields.items()}
        return replace(
            parse_record({"kind": kind, **named}, self.vault.schemas, resolve=self.id), record_id=self.id(ref)
        )

    def tell(self, records: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
        """Put records in, in one commit."""
        drafts = [self.draft(ref, kind, fields) for ref, (kind, fields) in records.items()]
        self.revisions |= dict(zip(records, self.vault.put(*drafts), strict=True))

    def add(self, ref: str, kind: str, **fields: Any) -> None:
        """Put one record in."""
        self.tell({ref: (kind, fields)})

    def rewrite(self, ref: str, *more: Claim, backwards: bool = False) -> None:
        """Write a record anew, with claims at its end or all claims the other way round."""
        last = self.revisions[ref]
        claims = (*last.claims, *more)
        (self.revisions[ref],) = self.vault.put(continued(last, claims[::-1] if backwards else claims))

    def attach(self, ref: str, data: bytes, name: str, *, to: str = "man") -> None:
        """Attach a file as a document."""
        kind = (Claim("kind", "letter"), Claim("case", self.id("case")))
        self.revisions[ref] = self.vault.attach(self.id(to), io.BytesIO(data), name, claims=kind)
        self.ids[ref] = self.revisions[ref].record_id

    def consent(self, ref: str, *about: str, **more: Any) -> None:
        """Put in a consent that covers everything, but for what is said otherwise."""
        said: dict[str, Any] = {
            "about": list(about), "given_by": {"link": about[0]}, "capacity": "self", "groups": GROUPS,
            "audiences": ["family", "lawyer", "un", "press", "public"], "onward": ["state", "public"],
            "purposes": ["legal", "un", "publication", "family"], "given_on": "2024-01-10", "case": ["case"],
        }  # fmt: skip
        self.add(ref, "consent", **said | more)

    def policy(self, text: str) -> Policy:
        return self.vault.disclosures.set_policy(text)

    def request(self, *refs: str, policy: str | Policy = "lawyer", to: str = "desk", **more: Any) -> Request:
        chosen = self.vault.disclosures.policies()[policy] if isinstance(policy, str) else policy
        purposes = {"lawyer": "legal", "family": "family", "un": "un"}
        purpose = more.pop("purpose", purposes.get(chosen.audience, "publication"))
        recipient = Recipient(to, chosen.audience, more.pop("onward", ()), IDENTITY.recipient, confirmed=True)
        return Request(tuple(map(self.id, refs or ("case",))), chosen, recipient, purpose, TODAY, **more)

    def hand(self, *refs: str, **more: Any) -> dict[str, bytes]:
        """Hand over, sealed to a key, and open what came of it: path -> bytes."""
        self._bundles += 1
        place = self.folder / more.pop("file", f"{self.name}-{self._bundles}.age")
        handoff.write(self.vault.disclose(self.request(*refs, **more)), place)
        out = self.folder / f"{self.name}-{self._bundles}"
        handoff.unpack(place, out, identities=[IDENTITY])
        return {
            path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()
        }

    def refused(self, *refs: str, **more: Any) -> VaultError:
        """Hand over in vain: nothing is written, nothing stands in the ledger; give the refusal."""
        before = sorted(self.folder.iterdir()), handovers(self.vault.disclosures.log())
        try:
            self.hand(*refs, **more)
        except VaultError as error:
            assert (sorted(self.folder.iterdir()), handovers(self.vault.disclosures.log())) == before
            return error
        raise AssertionError("it was handed over")


def together(opened: Mapping[str, bytes]) -> str:
    """Give names and contents of all files of a bundle as one text."""
    return "\n".join(f"{path}\n{data.decode('utf-8', 'replace')}" for path, data in opened.items())


def contents(opened: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the files that tell of records: what else is in a bag follows from them, or is random."""
    return {path: data.replace(SAMPLE, b"") for path, data in opened.items() if path.startswith("data/")}


def nameless(data: bytes) -> bytes:
    """Give a file with every stand-in of one kind alike."""
    return re.sub(rb"-(?:[2-9][A-Z]){3}", b"-", data)


def opened(folder: Path, name: str = "a") -> Iterator[Matter]:
    """Give a matter for a fixture."""
    matter = Matter(folder, name)
    with matter.vault:
        yield matter
