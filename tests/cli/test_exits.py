"""The one table of exit codes: every class of error has its row, and the codes are those that the manual lists."""

import inspect
from pathlib import Path

import pytest

from cli.exits import MEANINGS, OUTCOMES, Exit, details, outcome
from vault import errors


def classes() -> dict[str, type[errors.VaultError]]:
    return {
        name: kind
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, errors.VaultError)
    }


def test_every_error_class_has_its_own_row_and_no_row_is_left_over() -> None:
    assert set(OUTCOMES) == set(classes())


def test_every_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Exit)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("VaultError", 1),
        ("FormatError", 6),
        ("UnsupportedVersionError", 6),
        ("LimitError", 6),
        ("UnlockError", 3),
        ("KdfLimitError", 6),
        ("LockedError", 3),
        ("IntegrityError", 4),
        ("MissingObjectError", 4),
        ("StaleError", 5),
        ("RecordError", 1),
        ("NotFoundError", 1),
        ("AmbiguousIdError", 1),
        ("SchemaError", 1),
        ("RevisionConflictError", 7),
        ("DisclosureError", 9),
        ("ConsentError", 9),
        ("PolicyError", 9),
        ("LeakError", 9),
        ("EngineError", 1),
        ("BusyError", 7),
        ("UnsafePathError", 8),
        ("HandoffError", 1),
        ("MissingExtraError", 1),
        ("MissingFontError", 1),
        ("SignatureError", 10),
    ],
)
def test_codes(name: str, code: int) -> None:
    assert OUTCOMES[name].code == code


def test_no_error_ends_as_success_and_each_row_says_something() -> None:
    for row in OUTCOMES.values():
        assert row.code not in {Exit.OK, Exit.USAGE, Exit.INTERRUPTED}
        assert row.meaning.endswith(".")
        assert row.advice.endswith(".")


def test_a_subclass_of_a_room_takes_the_row_of_its_parent() -> None:
    class DeeperError(errors.MissingObjectError):
        pass

    row = outcome(DeeperError("x"))
    assert row is not None
    assert row.code == Exit.INTEGRITY


def test_an_error_that_only_bears_the_name_has_no_row() -> None:
    class UnlockError(Exception):
        pass

    assert outcome(UnlockError()) is None
    assert outcome(KeyError("x")) is None


def test_details_name_places_and_rules() -> None:
    class Finding:
        rule = "phone"
        place = "data/dossier.md:17"

    assert details(errors.LeakError([Finding()])) == ["data/dossier.md:17: phone"]
    assert details(errors.ConsentError(["ab12: legal, lawyer"])) == ["ab12: legal, lawyer"]


def test_every_class_in_the_library_that_is_a_vault_error_stands_in_the_one_module() -> None:
    root = Path(errors.__file__).parent
    elsewhere = [
        path.relative_to(root)
        for path in root.rglob("*.py")
        if path.name != "errors.py" and "(VaultError)" in path.read_text("utf-8")
    ]
    assert elsewhere == []
