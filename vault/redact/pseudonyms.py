"""Stand-ins for people and records: random tokens of one width, kept apart for each recipient.

Floor: 2. A token is drawn, never derived from what it stands for: a hash of a number is undone by trying all numbers.
The map is as secret as the vault, which seals it; nothing here writes it anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from vault.errors import FormatError

DIGITS: Final = "23456789"
LETTERS: Final = "ABCDEFGHJKLMNPQRSTVWXYZ"
"""Without 0, 1, I, O and U: read aloud and typed without mistakes."""
TOKEN_PAIRS: Final = 3
_CROWDED: Final = (len(DIGITS) * len(LETTERS)) ** TOKEN_PAIRS // 8
"""From so many tokens on, those of other recipients are no longer avoided: else drawing would take ever longer."""
_TOKEN: Final = re.compile(rf"[a-z]{{1,16}}-(?:[{DIGITS}][{LETTERS}]){{{TOKEN_PAIRS}}}")


_PAST: Final = "\n"
"""In the name of a scope, before the number of an earlier one of the same name."""


_STEP: Final = " → "
_NO_STEP: Final = str.maketrans({"→": ">", _PAST: " "})
"""A recipient called *A → state* is another than A, whose bundles go on to the State."""


def _present(scope: str) -> str:
    return scope.partition(_PAST)[0]


def scope_of(recipient: str, audience: str, path: Iterable[str]) -> str:
    """Name the scope in which a bundle's tokens stand: that of the recipient, another for what is passed on.

    Args:
        recipient: Name in the address book.
        audience: The recipient's.
        path: Who gets it next.
    """
    return _STEP.join((recipient.translate(_NO_STEP), *sorted({*path} - {audience})))


def _letters(token: str) -> str:
    return token.rpartition("-")[2]


def draw(rng: Callable[[int], bytes]) -> str:
    """Draw the random part of a token, such as `7F3A9Q`, each as likely as any other.

    Digits and letters take turns: letters in a row would now and then read like the skeleton of a withheld name, and
    the leak gate would refuse the bundle for it.

    Args:
        rng: Gives that many random bytes.
    """
    return "".join(_pick(signs, rng) for _ in range(TOKEN_PAIRS) for signs in (DIGITS, LETTERS))


def _pick(signs: str, rng: Callable[[int], bytes]) -> str:
    while True:
        (byte,) = rng(1)
        # Bytes beyond the last whole multiple are thrown away, else the first signs would come more often.
        if byte < 256 - 256 % len(signs):
            return signs[byte % len(signs)]


class Pseudonyms:
    """The map {recipient scope, record} -> token.

    One recipient sees one person under one token, from export to export; two recipients cannot link theirs, and none of
    one's is another's for somebody else, so that what they have in common tells nothing and misleads nobody. What was
    replaced by fresh tokens stays readable for the owner, until the record is forgotten.

    Args:
        scopes: For each scope its tokens by record id.

    Secrets:
        The whole map.
    """

    def __init__(self, scopes: Mapping[str, Mapping[bytes, str]] | None = None) -> None:
        self._scopes = {scope: dict(tokens) for scope, tokens in (scopes or {}).items()}
        self._taken: dict[str, set[str]] = {}
        for scope, tokens in self._scopes.items():
            self._taken.setdefault(_present(scope), set()).update(map(_letters, tokens.values()))
        self._anywhere = set[str]().union(*self._taken.values())

    def token(self, scope: str, record: bytes, kind: str, rng: Callable[[int], bytes]) -> str:
        """Return the token of a record for a recipient, drawn on first use.

        Args:
            scope: Name of the recipient's scope.
            record: Record id, 16 bytes.
            kind: Kind of the record; the readable part of the token.
            rng: Gives that many random bytes.

        Returns:
            Such as `person-7F3A9Q`.
        """
        tokens = self._scopes.setdefault(scope, {})
        if record not in tokens:
            taken = self._taken.setdefault(scope, set())
            letters = draw(rng)
            while letters in (self._anywhere if len(self._anywhere) < _CROWDED else taken):
                letters = draw(rng)
            taken.add(letters)
            self._anywhere.add(letters)
            tokens[record] = f"{re.sub('[^a-z]', '', kind)[:16] or 'record'}-{letters}"
        return tokens[record]

    def find(self, token: str) -> list[tuple[str, bytes]]:
        """Say what a token stands for, so that the owner can answer a recipient's question.

        Args:
            token: As it stands in a bundle, with or without its brackets; the case does not matter.

        Returns:
            Scope and record id of each: in a vault with very many tokens two recipients may by chance share one.
        """
        kind, _, letters = token.strip().strip("[]").rpartition("-")
        wanted = f"{kind.lower()}-{letters.upper()}"
        return sorted(
            (_present(scope), record)
            for scope, tokens in self._scopes.items()
            for record, known in tokens.items()
            if known == wanted
        )

    def fresh(self, scope: str) -> None:
        """Start a scope anew: what its recipient gets from now on cannot be joined to what it has."""
        if old := self._scopes.pop(scope, None):
            self._scopes[f"{scope}{_PAST}{self.rounds(scope)}"] = old

    def rounds(self, scope: str) -> int:
        """Return how often a scope was started anew."""
        return sum(_present(one) == scope != one for one in self._scopes)

    def known(self, scope: str, round_: int, record: bytes) -> str | None:
        """Return the token that a record had, after its scope was started anew that many times; None if it had none."""
        name = scope if round_ == self.rounds(scope) else f"{scope}{_PAST}{round_}"
        return self._scopes.get(name, {}).get(record)

    def forget(self, record: bytes) -> None:
        """Drop a purged record's tokens from all scopes."""
        for tokens in self._scopes.values():
            tokens.pop(record, None)

    def copy(self) -> Pseudonyms:
        """Copy the map: a preview draws tokens in a copy, so that nothing is kept of it."""
        return Pseudonyms(self._scopes)

    def plain(self) -> dict[str, list[list[Any]]]:
        """Lay the map out as plain data for the codec: for each scope pairs of record id and token, sorted."""
        return {
            scope: [[record, token] for record, token in sorted(tokens.items())]
            for scope, tokens in self._scopes.items()
            if tokens or _present(scope) != scope  # the number of those before stays
        }

    @classmethod
    def from_plain(cls, tree: object) -> Pseudonyms:
        """Read the map back.

        Args:
            tree: What `plain` gave, decoded.

        Raises:
            FormatError: It is something else, or two records of a scope share a token.
        """
        try:
            if type(tree) is not dict:
                raise TypeError  # noqa: TRY301 - one refusal for all that may be wrong
            scopes: dict[str, dict[bytes, str]] = {}
            for scope, pairs in tree.items():
                tokens = dict(pairs)
                if not (
                    type(scope) is str
                    and len(tokens) == len(pairs) == len(set(tokens.values()))
                    and all(type(record) is bytes and _TOKEN.fullmatch(token) for record, token in tokens.items())
                ):
                    raise TypeError  # noqa: TRY301 - the same
                scopes[scope] = tokens
        except (TypeError, ValueError):
            raise FormatError("the map of pseudonyms is not acceptable") from None
        return cls(scopes)
