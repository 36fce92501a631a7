"""The words of the program in what leaves, and the gate that reads it. All people and texts here are made up."""

import io
import re

import pytest

from tests.unit.render.invented import FAMILY, SCHEMAS, claim, disclose, person
from vault import gate
from vault.matching import Protected
from vault.redact import DisclosedRecord
from vault.render import LANGUAGES, own_phrases, render
from vault.render.words import WORDS

WORD = re.compile(r"[^\W\d_]{2,}")


def of_every_kind():
    """Make a disclosure in which nothing is a text of a record, and each field of each kind is there."""
    for number, kind in enumerate(SCHEMAS.kinds):
        claims = []
        for field in SCHEMAS.fields(kind):
            how = {"basis": "document", "confidence": "low", "as_of": "2018", "source": "statement-444444"}
            claims += [claim(field.name, key, kind="choice", **how) for key in field.choices if field.type == "choice"]
            if field.type == "link":
                claims += [
                    claim(field.name, {"record": "person-222222", "relation": key}, kind="link", retracted=True)
                    for key in field.choices
                ]
            claims += [claim(field.name, None, outcome) for outcome in ("withheld", "unknown", "not-asked")]
            if field.type in {"birth", "date"}:
                claims += [claim(field.name, f"20{year}", "coarsened", "date") for year in (10, 12)]
        yield DisclosedRecord(f"{kind}-{str(number) * 6}", kind, tuple(claims))


def found(data, values):
    return gate.scan(io.BytesIO(data), "0", values, own_phrases=own_phrases())


@pytest.fixture(scope="module", params=LANGUAGES)
def files(request):
    return render(disclose(*of_every_kind()), language=request.param)


@pytest.mark.parametrize("path", ["index.html", "data/dossier.md"])
@pytest.mark.parametrize("strict", [False, True])
def test_no_word_of_the_program_is_taken_for_a_name(files, path, strict):
    tokens = {word for kind in SCHEMAS.kinds for word in WORD.findall(kind)}
    words = {word.title() for word in WORD.findall(files[path].decode())} - {word.title() for word in tokens}
    assert len(words) > 200
    values = [Protected(word, "name", strict=strict) for word in sorted(words)]
    assert found(files[path], values) == []


@pytest.mark.parametrize(
    "value", ["Li", "李明", "Ли", "Main", "Адам", "Dir", "Ұлы", "Бөлім", "文件", "En", "Em", "Article"]
)
def test_names_that_are_also_words_of_the_page_are_found_in_records_alone(value):
    values = [Protected(value, "name", strict=True)]
    clean = render(disclose(person(claim("sex", "male", kind="choice"))))["index.html"]
    assert found(clean, values) == []
    told = render(disclose(person(claim("health", f"It was {value} who came."))))["index.html"]
    assert found(told, values)


@pytest.mark.parametrize(
    "text",
    [
        "Gulsim Akhmetkyzy",
        "Gulsim&#32;Akhmetkyzy",
        "<b>Gulsim</b> Akhmetkyzy",
        "Gul\u00adsim Akhmetkyzy",
        "Гүлсім Ахметқызы",
    ],
)
@pytest.mark.parametrize("shape", ["text", "name", "note", "place", "as_of"])
def test_a_withheld_name_in_the_page_is_found(text, shape):
    values = [Protected("Gulsim Akhmetkyzy", "name")]
    one = {
        "name": claim("name", {"text": text}, kind="name"),
        "place": claim("birth_place", {"text": "Hill", "region": text}, kind="place"),
        "as_of": claim("health", "ill", as_of=text),
    }.get(shape, claim("health", text if shape == "text" else "ill"))
    note = text if shape == "note" else ""
    assert found(render(disclose(person(one), note=note))["index.html"], values)


def test_a_field_of_the_vaults_own_is_no_word_of_the_program():
    values = [Protected("Gulsim", "name", strict=True)]
    own = claim("gulsim", "x")
    assert found(render(disclose(person(own)))["index.html"], values)


def test_the_family_passes_when_others_are_withheld():
    values = [
        Protected("Gulsim Akhmetkyzy", "name"),
        Protected("+77015551234", "phone"),
        Protected("1961-04-07", "date"),
    ]
    for language in LANGUAGES:
        assert found(render(disclose(*FAMILY), language=language)["index.html"], values) == []


def test_all_words_are_among_the_phrases():
    phrases = own_phrases()
    for words in WORDS.values():
        assert all(text in phrases or "{0}" in text for text in words.all())
