"""From a disclosure to a file: render, bag, sign, gate, seal, ledger entry, and only then the name.

Floor: 5. Whatever fails on the way, no file stays. The gate reads every file of the finished bag, the receipt and the
manifest among them; what is written afterwards is compared with what the manifest names. It refuses a target where
something is already, and a permit that was used.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args

from vault import agefile, gate, render
from vault.errors import DisclosureError, HandoffError, LeakError
from vault.handoff import archive, bag, page, proofs, seen
from vault.handoff.examine import Fingerprint
from vault.handoff.refusal import Judge, Judged, Refusal, checked
from vault.matching import Protected
from vault.paths import NewFile, NewFolder, require_absent
from vault.records import Schemas
from vault.redact import DisclosedFile, Disclosure, Recipient
from vault.redact.policy import SHIPPED
from vault.redact.rulings import small
from vault.sealing import random_bytes

Carrier: TypeAlias = Literal["age", "html", "dir"]
"""What is made: a sealed file, a page with the sealed file in it, or a folder of plain files."""
Seal: TypeAlias = Callable[[Iterable[bytes], agefile.Sink], None]
Commit: TypeAlias = Callable[[bytes, bytes], None]

CLEAN: Final = "clean"
OVERRIDDEN: Final = "overridden"
NOT_APPLIED: Final = "not applied"
_NO_OVERRIDES: Final[Mapping[str, str]] = MappingProxyType({})
_ALONE: Final = "bundles of one act are handed over together, or none is"
_TOGETHER_BYTES: Final = 8 << 20
"""Attachments that the gate reads together with the rest, in memory."""
_PIECE_BYTES: Final = 1_000_000
"""How much of a text it reads at a time."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was handed over.

    Args:
        path: The file or folder that was made.
        bundle: Bundle id, 16 bytes.
        bag_sha256: Of the archive, 32 bytes, as in the ledger.
        sealed_sha256: Of the sealed file, 32 bytes, as in the ledger; None where nothing was sealed.
        signer: Tell its six words to the recipient by voice.
    """

    path: Path
    bundle: bytes
    bag_sha256: bytes
    sealed_sha256: bytes | None
    signer: Fingerprint


def write(
    disclosure: Disclosure,
    target: Path,
    *,
    form: Carrier = "age",
    passphrase: str | None = None,
    overrides: Mapping[str, str] = _NO_OVERRIDES,
    language: str = "en",
    pdf: bool = False,
) -> Sealed:
    """Make the bundle of a disclosure.

    Args:
        disclosure: What leaves; its permit is used up by a bundle that was made.
        target: Path of the file or folder to make; nothing may be there.
        form: `age` seals to the recipient's key or by the passphrase; `html` by the passphrase, in a page that opens
            itself in a browser; `dir` writes plain files.
        passphrase: A generated one, for a recipient without a key.
        overrides: For findings of the gate that a person looked at, one by one, and lets pass: the reason, by id of
            the finding. They go into the ledger.
        language: en, ru, kk or zh: that of the dossier, and what its page shows at first.
        pdf: The dossier is in the bag as PDF too.

    Returns:
        What was made.

    Raises:
        ValueError: There is no dossier in that language.
        LeakError: The gate found what must not leave, or could not read a file; nothing was written, and the
            disclosure can be tried again. Its findings are of the class `Refusal`.
        DisclosureError: The disclosure was handed over before; or an override has no reason, or is of a finding that
            is not there (any more).
        BusyError: The vault was changed meanwhile.
        HandoffError: The recipient's key is not usable or was not confirmed, the bag is too large for a page, a text is
            too long for a PDF, or an attachment is no longer what it was.
        UnsafePathError: Something is at the target.
        EngineError: The disk or the ledger failed.
        IntegrityError: An attachment in the vault is damaged.

    Secrets:
        `disclosure`, `passphrase`; with `dir` also what is written.

    Source:
        docs/bundle.md.
    """
    require_absent(target)
    passphrases = {} if passphrase is None else {"": passphrase}
    packed = _pack_all({"": disclosure}, target.name, form, passphrases, overrides, _Dossier(language, pdf))[""]

    def commit(bag_sha256: bytes, sealed_sha256: bytes) -> None:
        if disclosure.permit.commit(bag_sha256, sealed_sha256, packed.entry):
            raise DisclosureError(_ALONE)

    plain, sealed = _publish(packed, target, commit)
    return packed.result(target, plain, sealed)


def write_together(
    disclosures: Mapping[str, Disclosure],
    target: Path,
    *,
    form: Carrier = "age",
    passphrases: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] = _NO_OVERRIDES,
    language: str = "en",
    pdf: bool = False,
) -> dict[str, Sealed]:
    """Make the bundles of one act, side by side in a new folder: all of them, or nothing.

    Args:
        disclosures: By the name that each bundle has in the folder, a page with `.html` after it; of one
            `DisclosureDesk.together`.
        target: Path of the folder to make; nothing may be there.
        form: As in `write`, for each of them.
        passphrases: By the same names, for a recipient without a key.
        overrides: As in `write`, for findings in any of them.
        language: As in `write`, for each of them.
        pdf: As in `write`, for each of them.

    Returns:
        What was made, by the same names.

    Raises:
        LeakError, DisclosureError, HandoffError, UnsafePathError, EngineError, IntegrityError: As `write`, with the
            findings in all of them; nothing was written, and the ledger says nothing.

    Secrets:
        `disclosures`, `passphrases`; with `dir` also what is written.

    Source:
        docs/bundle.md.
    """
    require_absent(target)
    packed = _pack_all(disclosures, target.name, form, passphrases or {}, overrides, _Dossier(language, pdf))
    places = {name: f"{name}.html" if form == "html" else name for name in packed}
    with NewFolder(target) as folder:
        digests = {name: _fill(folder, one, places[name]) for name, one in packed.items()}
        folder.settle()
        waiting = [one.permit.commit(*digests[name], packed[name].entry) for name, one in disclosures.items()]
        if not waiting or waiting[-1]:
            raise DisclosureError(_ALONE)
        folder.commit()
    return {name: one.result(target / places[name], *digests[name]) for name, one in packed.items()}


@dataclass(frozen=True, slots=True)
class _Dossier:
    """How the dossier is to be written."""

    language: str
    pdf: bool


@dataclass(frozen=True, slots=True)
class _Packed:
    """A whole bag that has passed the gate, and how it is to be written."""

    members: Mapping[str, bag.Member] = field(repr=False)
    seal: Seal | None
    form: Carrier
    entry: Mapping[str, Any]
    bundle: bytes
    signer: Fingerprint

    def result(self, path: Path, plain: bytes, sealed: bytes) -> Sealed:
        return Sealed(path, self.bundle, plain, sealed if self.seal is not None else None, self.signer)


def _pack_all(
    disclosures: Mapping[str, Disclosure],
    name: str,
    form: Carrier,
    passphrases: Mapping[str, str],
    overrides: Mapping[str, str],
    told: _Dossier,
) -> dict[str, _Packed]:
    """Pack all bundles of an act, or say of all what the gate found."""
    given = checked(overrides)
    packed: dict[str, _Packed] = {}
    left: list[Refusal] = []
    used: set[str] = set()
    for part, disclosure in disclosures.items():
        packed[part], judged = _pack(disclosure, (part, name), form, passphrases.get(part), given, told)
        left += judged.left
        used |= judged.used
    if left:
        for disclosure in disclosures.values():
            disclosure.permit.hold()
        raise LeakError(left)
    if stale := given.keys() - used:
        names = ", ".join(ascii(one)[1:-1] for one in sorted(stale))
        raise DisclosureError(f"there is no such finding, or no longer: {names}")
    return packed


def _pack(
    disclosure: Disclosure,
    name: tuple[str, str],
    form: Carrier,
    passphrase: str | None,
    overrides: Mapping[str, str],
    told: _Dossier,
) -> tuple[_Packed, Judged]:
    given: object = disclosure
    if not isinstance(given, Disclosure):
        raise TypeError("only a disclosure can be handed over")
    seal, recipient = _seal(disclosure.recipient, form, passphrase)
    if disclosure.permit.spent:
        raise DisclosureError("this disclosure was handed over already; make a new one")
    label = bag.Label(
        bundle=random_bytes(bag.BUNDLE_ID_BYTES),
        purpose=disclosure.purpose,
        policy=disclosure.policy,
        policy_sha256=disclosure.policy_digest,
        recipients=(recipient,),
        onward=disclosure.onward,
        delete_by=disclosure.recipient.expires.isoformat() if disclosure.recipient.expires else None,
        terms=disclosure.terms,
    )
    receipt = {
        "policy": {"name": label.policy, "sha256": label.policy_sha256.hex()},
        "rules": disclosure.view.receipt_counts(),
        "series": seen.plain(disclosure.series),
    }
    attachments = {file.path: bag.Member.measure(_reader(disclosure, file)) for file in disclosure.view.files}
    signer = Fingerprint.of(disclosure.signer.public_key)

    def written(of: Disclosure) -> dict[str, bytes]:
        files = render.render(of, language=told.language)
        if told.pdf:
            files |= render.render_pdfs(of, language=told.language, bundle=label.bundle, words=signer.words)
        return files

    rendered = {path: bag.Member.of(data) for path, data in written(disclosure).items()}
    proven = proofs.write(disclosure.view.records, sum(member.length for member in rendered.values()))
    # A PDF says what the other files say, and has an id in it that is new each time.
    told_of = {path: member for path, member in (rendered | attachments).items() if path not in render.PDFS}
    content = {path: member.sha256 for path, member in told_of.items()}
    judge = Judge(disclosure, *name, content, attachments, overrides)

    def judged(result: str) -> tuple[Mapping[str, bag.Member], Judged]:
        facts = {**receipt, "gate": result}
        members = bag.build({**rendered, **attachments}, label, disclosure.signer, facts, proven)
        if form == "html":
            page.require_room(archive.size(bag.entries(members)))
        if disclosure.full:
            return members, Judged(())
        return members, _pass_gate(name[1], members, attachments, disclosure, judge, written)

    result = NOT_APPLIED if disclosure.full else CLEAN
    members, verdict = judged(result)
    if verdict.overridden and not verdict.left:  # the receipt says so, and the gate looks at what leaves
        result = OVERRIDDEN
        members, verdict = judged(result)
    entry: dict[str, Any] = {"result": result, "files": len(members), "confirmed": list(verdict.confirmed)}
    if verdict.passed:
        entry["overridden"] = [dict(one) for one in verdict.passed]
    if disclosure.view.rulings:
        entry["review"] = {act: list(ids) for act, ids in disclosure.view.rulings.items()}
    return _Packed(members, seal, form, entry, label.bundle, signer), verdict


def _seal(to: Recipient, form: Carrier, passphrase: str | None) -> tuple[Seal | None, str]:
    """Choose how to seal, and what the manifest says of it."""
    key = to.key
    if form not in get_args(Carrier):
        raise ValueError(f"the form is one of {', '.join(get_args(Carrier))}")
    if form == "dir":
        if passphrase is not None:
            raise ValueError("a folder is not sealed by a passphrase")
        return None, bag.UNSEALED
    if form == "html":
        key = None  # a browser has no keys; the page opens by a passphrase for whoever it is
    if (key is None) == (passphrase is None):
        raise ValueError("a bundle is sealed to the recipient's key, or by a passphrase where there is no key")
    if key is not None:
        if not to.confirmed:
            raise HandoffError("the six words of the recipient's key were not compared yet; nothing is sealed to it")
        recipients = (agefile.parse_recipient(key),)
        fingerprint = agefile.recipient_fingerprint(key).hex()
        return lambda chunks, sink: agefile.encrypt(chunks, sink, recipients), fingerprint
    secret = passphrase or ""
    return lambda chunks, sink: agefile.encrypt_passphrase(chunks, sink, secret), bag.BY_PASSPHRASE


def _reader(disclosure: Disclosure, file: DisclosedFile) -> bag.Chunks:
    opener = disclosure.read_file
    if opener is None:
        raise ValueError("the disclosure names a file and has no way to read it")

    return lambda: opener(file)


# --- The gate -------------------------------------------------------------------------------------------------------


def _pass_gate(
    name: str,
    members: Mapping[str, bag.Member],
    attachments: Mapping[str, bag.Member],
    disclosure: Disclosure,
    judge: Judge,
    written: Callable[[Disclosure], Mapping[str, bytes]],
) -> Judged:
    """Say what the gate finds in the files of the bag, in their names and in that of the bundle.

    All is read together as the archive that leaves, but for attachments beyond a few MiB: those one by one, in pieces.
    """
    room, large = _TOGETHER_BYTES, []
    for path, member in attachments.items():
        if member.length > room:
            large.append(path)
        else:
            room -= member.length
    together = {path: member for path, member in members.items() if path not in large}
    together |= _read_small(members, disclosure, written)
    packed = b"".join(archive.write(bag.entries(together), lambda path: together[path].read()))
    usual = gate.Limits(piece_bytes=_PIECE_BYTES)
    view = disclosure.view
    unpacked = len(packed) + usual.unpacked_bytes
    whole = True

    def look(withheld: Sequence[Protected]) -> list[gate.Finding]:
        nonlocal whole
        scans = [
            gate.scan(
                packed,
                name,
                withheld,
                kept=view.kept,
                limits=replace(usual, unpacked_bytes=unpacked, members=2 * archive.MAX_MEMBERS),
                keep_files=judge.confirmed,
                templates=bag.fixed(members),
                own_tokens=bag.tokens(members),
                own_phrases=_own_phrases(members, disclosure),
            )
        ]
        for path in large:
            stream = io.BufferedReader(_Rewound(attachments[path]))
            scans.append(gate.scan(stream, path, withheld, kept=view.kept, limits=usual, keep_files=judge.confirmed))
        whole &= all(len(found) < gate.FINDINGS_AT_MOST for found in scans)
        return [one for found in scans for one in found]

    findings = look(view.withheld)
    never = set(look([value for value in view.withheld if value.strict])) if findings else set()
    # What is found of a name is told by another place; then what is of level never could not be told from the rest.
    return judge.judge(findings, never, all_told=whole and never <= set(findings))


def _read_small(
    members: Mapping[str, bag.Member], disclosure: Disclosure, written: Callable[[Disclosure], Mapping[str, bytes]]
) -> dict[str, bag.Member]:
    """Give the files in which a person let a word stand as the gate is to read them: that word there written small.

    So the gate's own rule for words that are names only with a capital decides, and at that one place alone: a file in
    which anything else differs is refused.
    """
    twin = disclosure.view.read_small()
    if twin is None:
        return {}
    files = written(replace(disclosure, view=twin))
    for path, data in files.items():
        if path in render.PDFS:
            continue  # of the same tree as the others, which are compared letter by letter
        now, read = (part.decode() for part in (b"".join(members[path].read()), data))
        if len(now) != len(read) or any(one not in (two, small(two)) for two, one in zip(now, read, strict=True)):
            raise LeakError([Refusal("", "value", path, "none")])
    return {path: bag.Member.of(data) for path, data in files.items()}


def _own_phrases(members: Mapping[str, bag.Member], disclosure: Disclosure) -> frozenset[str]:
    """Give the words that are the program's own, in whatever file of the bag."""
    return render.own_phrases() | proofs.PHRASES | bag.phrases(members, _words_of_the_vault(disclosure))


def _words_of_the_vault(disclosure: Disclosure) -> frozenset[str]:
    """Give the names of fields and policies that the owner made up: any of them may be called after somebody."""
    fields = [
        {field.name for kind in schemas.kinds for field in schemas.fields(kind)}
        for schemas in (disclosure.schemas, Schemas.shipped())
    ]
    return frozenset((fields[0] - fields[1]) | ({disclosure.policy} - set(SHIPPED)))


class _Rewound(io.RawIOBase):
    """A member as a stream that can go back by beginning anew: the gate looks at the end of an archive first."""

    def __init__(self, member: bag.Member) -> None:
        super().__init__()
        self._member = member
        self._pieces: Iterator[bytes] = iter(())
        self._held = b""
        self._read = member.length + 1
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._member.length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # called with memoryviews alone
        if self._at < self._read:
            self._pieces, self._held, self._read = iter(self._member.read()), b"", 0
        while self._read + len(self._held) <= self._at:
            self._read += len(self._held)
            self._held = b""
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._held = piece
        start = self._at - self._read
        piece = self._held[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


# --- The file -------------------------------------------------------------------------------------------------------


def _publish(packed: _Packed, target: Path, commit: Commit) -> tuple[bytes, bytes]:
    """Write the bag, have it entered in the ledger, and only then give it its name.

    Args:
        packed: The whole bag.
        target: Final path; nothing may be there.
        commit: Enters the SHA-256 of the bag and of the sealed file in the ledger.

    Returns:
        The two digests; zeros for a sealed file that there is not.
    """
    if packed.seal is None:
        with NewFolder(target) as folder:
            digests = _fill(folder, packed)
            folder.settle()
            commit(*digests)
            folder.commit()
        return digests
    with NewFile(target) as file:
        digests = _sealed(packed, packed.seal, file.write)
        file.settle()
        commit(*digests)
        file.commit()
    return digests


def _fill(folder: NewFolder, packed: _Packed, *name: str) -> tuple[bytes, bytes]:
    """Write a bag into a folder: plain files, or one sealed file of that name."""
    if packed.seal is not None:
        folder.begin(*name)
        return _sealed(packed, packed.seal, folder.write)
    plain = hashlib.sha256()
    for _ in _stream(packed, plain):
        continue
    for path, member in packed.members.items():
        folder.begin(*name, *path.split("/"))
        for piece in _checked(path, member):
            folder.write(piece)
    return plain.digest(), bytes(32)


def _sealed(packed: _Packed, seal: Seal, write: agefile.Sink) -> tuple[bytes, bytes]:
    plain, sealed = hashlib.sha256(), hashlib.sha256()

    def fill(sink: agefile.Sink) -> None:
        def both(data: bytes) -> None:
            sealed.update(data)
            sink(data)

        seal(_stream(packed, plain), both)

    if packed.form == "html":
        page.write(write, fill)
    else:
        fill(write)
    return plain.digest(), sealed.digest()


def _stream(packed: _Packed, digest: hashlib._Hash) -> Iterator[bytes]:
    members = packed.members
    return _hashed(archive.write(bag.entries(members), lambda path: _checked(path, members[path])), digest)


def _hashed(chunks: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _checked(path: str, member: bag.Member) -> Iterator[bytes]:
    """Read a member once more, and refuse when it is not what the manifest names."""
    digest, length = hashlib.sha256(), 0
    for piece in member.read():
        digest.update(piece)
        length += len(piece)
        if length > member.length:
            break
        yield piece
    if digest.digest() != member.sha256:
        raise HandoffError(f"{path} changed while the bundle was written")
