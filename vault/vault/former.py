"""Values that records once had, of whose history a purge left nothing: disclosures withhold them all the same.

Part of floor 3. It keeps kinds and texts of values alone, sealed as a setting for each record, and decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vault.errors import IntegrityError
from vault.records import identifying
from vault.vault.state import read_setting, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from vault.matching import Protected
    from vault.objects import Head, ObjectReader
    from vault.records import Revision, Schemas
    from vault.vault.state import Commit

_FORMER: Final = "former/"


def read_former(objects: ObjectReader, head: Head) -> dict[bytes, list[Protected]]:
    """Read what records once had, by record id.

    Raises:
        IntegrityError: One of the settings is not made by the rule.

    Secrets:
        The result.
    """
    return {
        bytes.fromhex(name.removeprefix(_FORMER)): list(_read(read_setting(objects, ref)))
        for name, ref in sorted(read_settings(objects, head).items())
        if name.startswith(_FORMER)
    }


def _read(plain: Any) -> Iterator[Protected]:  # noqa: ANN401 - plain data
    from vault.matching import Protected  # noqa: PLC0415 - only who discloses or erases needs it

    try:
        for kind, text, strict in plain:
            if not (type(kind) is str and type(text) is str and type(strict) is bool):
                raise TypeError  # noqa: TRY301 - one refusal for every wrong shape
            yield Protected(text, kind, strict=strict)
    except (TypeError, ValueError):
        msg = "what records once had is not kept by the rule"
        raise IntegrityError(msg) from None


def keep(
    commit: Commit, purged: bytes, lost: Mapping[bytes, Iterable[Protected]], names_it: Callable[[str], bool]
) -> None:
    """Remember what records no longer say after a purge; forget what the purged one had, and what names it.

    Args:
        commit: In which it is purged.
        purged: Record id of the purged record.
        lost: By record id, the values that its erased history alone said. Secret.
        names_it: Tells whether a text names the purged record.

    Raises:
        IntegrityError: What is remembered already is not made by the rule.
    """
    known = read_former(commit.batch, commit.state.head)
    for record in {*known, *lost}:
        values = {*known.get(record, ()), *lost.get(record, ())} if record != purged else set()
        rows = sorted((one.kind, one.text, one.strict) for one in values if not names_it(one.text))
        if rows or record in known:
            commit.set_setting(f"{_FORMER}{record.hex()}", [list(row) for row in rows] or None)


def values_of(revisions: Iterable[Revision], schemas: Schemas) -> set[Protected]:
    """Give the values of a record that a disclosure withholds, whatever became of them: no dates but births.

    Args:
        revisions: Revisions of one record.
        schemas: The schemas in force.

    Secrets:
        The result.
    """
    from vault.matching import Protected  # noqa: PLC0415 - only who erases needs it
    from vault.redact.withheld import is_strict, protect  # noqa: PLC0415 - the same

    found: set[Protected] = set()
    for revision in revisions:
        for name, index, kind, text in identifying(revision, schemas):
            field = schemas.field(revision.kind, name)
            if kind != "date" or field.type == "birth":
                forms = protect(field, revision.claims[index], kind, text)
                found |= {Protected(form, one, strict=is_strict(field)) for one, form in forms}
    return found
