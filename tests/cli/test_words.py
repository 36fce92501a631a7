"""The words that options offer are those of the schemas and policies: options are made without importing these."""

import pytest

from cli import fields
from cli.commands import address, consent, disclosing, reading
from vault.records import Schemas
from vault.records.model import BASES, CONFIDENCES
from vault.redact import AUDIENCES, SELF

SCHEMAS = Schemas.shipped()


@pytest.mark.parametrize(
    ("offered", "field"),
    [
        (address.AUDIENCES, "audiences"),
        (disclosing.PURPOSES, "purposes"),
        (consent.GROUPS, "groups"),
        (consent.ONWARD, "onward"),
        (consent.CAPACITIES, "capacity"),
        (consent.MEANS, "how"),
    ],
)
def test_options_of_consent_offer_the_choices_of_the_schema(offered, field):
    assert offered == tuple(SCHEMAS.field("consent", field).choices)


def test_options_offer_what_the_library_knows():
    assert (*address.AUDIENCES, SELF) == AUDIENCES
    assert fields.BASES == BASES
    assert fields.CONFIDENCES == CONFIDENCES
    assert set(reading.LANGUAGES) == set(SCHEMAS.field("person", "name").labels)


def test_the_help_of_add_names_every_kind():
    from cli.commands.records import add

    assert all(kind in add.help for kind in SCHEMAS.kinds)
