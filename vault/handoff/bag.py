"""The files of a bundle: a BagIt 1.0 bag whose signed manifest names every other file in it.

Floor: 5. It makes the bag's own files around the contents and reads them back. No date, user, path, vault or tool run
is told in any of them, and a name that is not safe on every system has no place in a bag.

What covers what: `manifest.json` lists every file but itself and its signature; the signature covers `manifest.json`;
of the signature file itself every byte counts (`sshsig`). So two stock commands, which `README.txt` gives, notice a
changed byte in any file. `tagmanifest-sha256.txt` names neither of the two, as a hash cannot stand in what it hashes;
it is there for programs that know BagIt and not for the check.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final, TypeAlias

from vault import __version__
from vault.errors import SignatureError
from vault.handoff import sshsig
from vault.handoff.archive import MAX_MEMBERS, MAX_NAME_BYTES, Entry, order
from vault.paths import safe_name
from vault.redact.view import Signs

README: Final = "README.txt"
MANIFEST: Final = "casevault/manifest.json"
SIGNATURE: Final = "casevault/manifest.json.sig"
SIGNERS: Final = "casevault/allowed_signers"
RECEIPT: Final = "casevault/receipt.json"
PROOFS: Final = "casevault/proofs.json"
DECLARATION: Final = "bagit.txt"
INFO: Final = "bag-info.txt"
PAYLOADS: Final = "manifest-sha256.txt"
TAGS: Final = "tagmanifest-sha256.txt"
PAGE: Final = "index.html"
CONTENTS: Final = "data/"

BY_PASSPHRASE: Final = "passphrase"  # noqa: S105 - a word in the manifest
UNSEALED: Final = "unsealed"
"""What stands in the manifest's list of recipients where it is no key."""

FORMAT: Final = "casevault-bundle/1"
RECEIPT_FORMAT: Final = "casevault-receipt/1"
MAX_MANIFEST_BYTES: Final = 16 << 20
BUNDLE_ID_BYTES: Final = 16
MAX_INTEGER: Final = (1 << 53) - 1
MAX_SENTENCE: Final = 1000
"""Characters of one sentence of the terms."""
_HEX16: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HEX32: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SUM: Final = re.compile(r'([0-9a-f]{64})  ([^"]+)')
_HEX_TOKEN: Final = re.compile(r"\b[0-9a-f]{32}(?:[0-9a-f]{32})?\b")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2}", re.ASCII)
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_BETWEEN: Final = re.compile(r"[.: ]+")

Chunks: TypeAlias = Callable[[], Iterable[bytes]]
"""Gives contents from their first byte, as often as it is called."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the bag: what it measures and how to read it again.

    Args:
        length: Bytes.
        sha256: 32 bytes.
        crc: CRC-32, which the archive asks for.
        read: Gives the contents.
    """

    length: int
    sha256: bytes
    crc: int
    read: Chunks = field(repr=False, compare=False)

    @classmethod
    def of(cls, data: bytes) -> Member:
        """Make a member of bytes in memory."""
        return cls.measure(lambda: (data,))

    @classmethod
    def measure(cls, read: Chunks) -> Member:
        """Make a member of what can be read more than once, in constant memory."""
        digest, crc, length = hashlib.sha256(), 0, 0
        for piece in read():
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
            length += len(piece)
        return cls(length, digest.digest(), crc, read)


@dataclass(frozen=True, slots=True)
class Label:
    """What the manifest says of the bundle as a whole.

    Args:
        bundle: 16 random bytes that name this bundle and nothing else.
        purpose: One of the purposes of a consent.
        policy: Name of the policy.
        policy_sha256: Digest of the policy, 32 bytes.
        recipients: For each the fingerprint of its key in hex, or `passphrase`, or `unsealed`.
        onward: Who gets it next from the recipient, sorted.
        delete_by: Last day on which it may be kept, as `2027-01-31`; None if no day was set.
        terms: What purpose, path and day mean, in sentences by language; none in the owner's own full way out.
        tool: Name and version of the program.
    """

    bundle: bytes
    purpose: str
    policy: str
    policy_sha256: bytes
    recipients: tuple[str, ...]
    onward: tuple[str, ...] = ()
    delete_by: str | None = None
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tool: str = f"casevault {__version__}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a signed manifest says.

    Args:
        label: Of the bundle as a whole.
        files: Length in bytes and SHA-256 of each file, by path.
    """

    label: Label
    files: Mapping[str, tuple[int, bytes]]


def is_safe(path: str) -> bool:
    """Tell whether a path stays inside its folder, and means one and the same file, on every system.

    Args:
        path: Untrusted.

    Returns:
        False for absolute and upward paths, drive letters, backslashes, reserved names, control, format and bidi
        characters, forms that another system would change, trailing dots and spaces, and names that are too long.
    """
    return len(order(path)) <= MAX_NAME_BYTES and all(safe_name(part, "_") == part for part in path.split("/"))


class Places:
    """The paths of one bag, taken one after another; each must be safe and clash with none before it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._taken: dict[str, tuple[str, bool]] = {}

    def fault_of(self, path: str) -> str | None:
        """Take a path.

        Args:
            path: Untrusted.

        Returns:
            What is wrong with it, in fixed words; None if nothing is.
        """
        if not is_safe(path):
            return "not a safe name"
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            place = ("/".join(parts[:count]), count == len(parts))
            # One spelling for each folder and file on systems that do not tell case or width apart, and none is both.
            if self._taken.setdefault(_folded(place[0]), place) != place:
                return "clashes with another name"
        return None


def _folded(path: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())


def build(
    contents: Mapping[str, Member],
    label: Label,
    signer: Signs,
    receipt: Mapping[str, object],
    proofs: bytes | None = None,
) -> dict[str, Member]:
    """Make the whole bag around its contents.

    Args:
        contents: Members by path, each path safe and below `data/`; and the dossier as a page, `index.html`.
        label: What the manifest says of the bundle.
        signer: Signs the manifest.
        receipt: Facts for the receipt, plain data without dates, ids of records and hashes of values.
        proofs: What proves shown claims to be parts of sealed revisions; None if nothing does.

    Returns:
        All members by path, sorted as in the archive.

    Raises:
        ValueError: A path is not safe, is not below `data/`, or clashes with another.

    Source:
        RFC 8493; docs/bundle.md.
    """
    places = Places()
    payload = {path: member for path, member in contents.items() if path.startswith(CONTENTS)}
    if contents.keys() - payload.keys() - {PAGE} or any(places.fault_of(path) for path in contents):
        raise ValueError("the paths of a bag lie below data/, are safe and do not clash")
    hashes = {path: member.sha256.hex() for path, member in payload.items()}
    facts = {"format": RECEIPT_FORMAT, "bundle": label.bundle.hex(), "tool": label.tool, "files": hashes, **receipt}
    bag = {
        **contents,
        README: Member.of(readme()),
        DECLARATION: Member.of(DECLARATION_TEXT),
        INFO: Member.of(f"Bag-Software-Agent: {label.tool}\nExternal-Identifier: {label.bundle.hex()}\n".encode()),
        PAYLOADS: Member.of(_sums(payload)),
        SIGNERS: Member.of(sshsig.allowed_signers(signer.public_key)),
        RECEIPT: Member.of(canonical(facts)),
    }
    if proofs is not None:
        bag[PROOFS] = Member.of(proofs)
    bag[TAGS] = Member.of(_sums({path: bag[path] for path in bag if path not in payload}))
    manifest = _manifest(label, bag)
    bag[MANIFEST] = Member.of(manifest)
    bag[SIGNATURE] = Member.of(sshsig.sign(signer, manifest))
    return {path: bag[path] for path in sorted(bag, key=order)}


def entries(bag: Mapping[str, Member]) -> Sequence[Entry]:
    """List the members for the archive."""
    return [Entry(path, member.length, member.crc) for path, member in bag.items()]


DECLARATION_TEXT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def readme() -> bytes:
    """Give the text that goes with every bundle; the same bytes for everyone."""
    return resources.files(__package__).joinpath(README).read_bytes()


def fixed(members: Mapping[str, Member]) -> frozenset[bytes]:
    """Give the SHA-256 of each file that can hold nothing of a record.

    Args:
        members: The whole bag.

    Returns:
        32 bytes each: of what is the same in every bundle, and of key and signature, which are random by nature.
    """
    return frozenset(members[path].sha256 for path in (README, DECLARATION, SIGNERS, SIGNATURE))


def tokens(members: Mapping[str, Member]) -> frozenset[str]:
    """Give the hashes and ids in a bag's own files; in their random digits a name can stand only by chance.

    Args:
        members: The whole bag.

    Returns:
        Lower-case hex of 32 or 64 digits.
    """
    texts = [b"".join(members[path].read()).decode() for path in (MANIFEST, RECEIPT, PROOFS) if path in members]
    found = {token for text in texts for token in _HEX_TOKEN.findall(text)}
    return frozenset(member.sha256.hex() for member in members.values()) | found


def phrases(members: Mapping[str, Member], made_up: Collection[str] = ()) -> frozenset[str]:
    """Give the words of a bag's own files: keys, names of rules and policies; no text of a record is among them.

    Args:
        members: The whole bag.
        made_up: Names that the owner of the vault made up, which may be those of people: not to be among them.

    Returns:
        Every key and every text in manifest and receipt, and what stands between their dots.
    """
    found: set[str] = set()
    waiting: list[object] = [json.loads(b"".join(members[path].read())) for path in (MANIFEST, RECEIPT)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found |= {one, *one.split(".")}
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
    return frozenset(one for one in found if not {one, *_BETWEEN.split(one)}.intersection(made_up))


def canonical(value: object) -> bytes:
    """Write JSON in one form: UTF-8, sorted keys, no spaces, one line break at the end."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def parse(data: bytes) -> Any:  # noqa: ANN401 - what stands there is for the caller to look at
    """Read JSON that is in the form of `canonical`, with no number but integers that every program reads alike.

    Raises:
        ValueError: It is in another form.
        RecursionError: It is too deep.
    """
    tree = json.loads(data, parse_float=_integer, parse_int=_integer, parse_constant=_integer)
    if canonical(tree) != data:
        raise ValueError("another form")
    return tree


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) > MAX_INTEGER:
        raise ValueError("a number that programs read in different ways")
    return number


def _sums(members: Mapping[str, Member]) -> bytes:
    lines = [f"{members[path].sha256.hex()}  {path}\n" for path in sorted(members, key=order)]
    return "".join(lines).encode()


def _manifest(label: Label, bag: Mapping[str, Member]) -> bytes:
    # Each entry carries the line that `sha256sum -c` reads, so that a stock command can take it from here.
    files = [
        {"bytes": bag[path].length, "sha256sum": f"{bag[path].sha256.hex()}  {path}"} for path in sorted(bag, key=order)
    ]
    return canonical(
        {
            "format": FORMAT,
            "bundle": label.bundle.hex(),
            "tool": label.tool,
            "purpose": label.purpose,
            "policy": {"name": label.policy, "sha256": label.policy_sha256.hex()},
            "recipients": list(label.recipients),
            "onward": list(label.onward),
            "delete_by": label.delete_by,
            "terms": {language: list(sentences) for language, sentences in label.terms.items()},
            "files": files,
        }
    )


def read_manifest(data: bytes) -> Manifest:
    """Read a manifest; accept only the form that `build` writes.

    Args:
        data: The whole file; its signature should have been verified before.

    Returns:
        What it says.

    Raises:
        SignatureError: Not that form.
    """
    try:
        tree = parse(data)
        if tree["format"] != FORMAT:
            raise ValueError  # noqa: TRY301 - one refusal for all that a manifest may have wrong
        return _read(tree)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise SignatureError(f"{MANIFEST} is not in the one form that a bundle has") from None


def _read(tree: Mapping[str, Any]) -> Manifest:
    policy = tree["policy"]
    label = Label(
        bundle=bytes.fromhex(_like(_HEX16, tree["bundle"])),
        purpose=_like(_WORD, tree["purpose"]),
        policy=_like(_WORD, policy["name"]),
        policy_sha256=bytes.fromhex(_like(_HEX32, policy["sha256"])),
        recipients=tuple(_recipient(one) for one in _listed(tree["recipients"])),
        onward=tuple(_like(_WORD, one) for one in _listed(tree["onward"])),
        delete_by=None if tree["delete_by"] is None else _like(_DAY, tree["delete_by"]),
        terms={_like(_LANGUAGE, one): tuple(map(_sentence, _listed(said))) for one, said in tree["terms"].items()},
        tool=_like(re.compile(r"[ -~]{1,80}"), tree["tool"]),
    )
    files = {}
    for one in tree["files"]:
        found = _SUM.fullmatch(one["sha256sum"])
        if found is None or set(one) != {"bytes", "sha256sum"} or type(one["bytes"]) is not int or found[2] in files:
            raise ValueError
        files[found[2]] = (one["bytes"], bytes.fromhex(found[1]))
    if list(files) != sorted(files, key=order) or set(tree) != _KEYS or len(policy) != 2:
        raise ValueError
    if not label.recipients or len(files) > MAX_MEMBERS:
        raise ValueError
    return Manifest(label, files)


_KEYS: Final = frozenset(
    {"format", "bundle", "tool", "purpose", "policy", "recipients", "onward", "delete_by", "terms", "files"}
)


def _like(form: re.Pattern[str], text: str) -> str:
    if form.fullmatch(text) is None:
        raise ValueError
    return text


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _sentence(text: object) -> str:
    if not isinstance(text, str) or not text.isprintable() or not 0 < len(text) <= MAX_SENTENCE:
        raise ValueError
    return text


def _recipient(text: str) -> str:
    return text if text in {BY_PASSPHRASE, UNSEALED} else _like(_HEX32, text)
