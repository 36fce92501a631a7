"""The measuring itself, on few records: all stores hold and find the same. No time is asserted.

All records here are invented.
"""

import pytest

from tests.bench.__main__ import Bench, Different, Row, main, report
from tests.bench.corpus import Corpus, Spool
from tests.bench.peers import PEERS

RECORDS = 60
KINDS = ["casevault", "sqlcipher", "multiple", "plain", "scan"]


@pytest.fixture
def bench(tmp_path):
    made = Bench(Corpus(RECORDS, 7), tmp_path, KINDS)
    made.build(1)
    return made


def test_stores_find_and_export_the_same(bench):
    bench.compare_hits()
    bench.compare_exports()
    assert "the same content of 60 records in all exports" in bench.notes


def test_a_store_that_misses_records_does_not_win(bench):
    with pytest.raises(Different, match="casevault finds 1 records and not the 2"):
        bench._compare("a word", {"casevault": {1}, "sqlcipher": {1, 2}, "plain": {1, 2}})
    with pytest.raises(Different, match="FTS5 plain"):
        bench._compare("a word", {"casevault": {1, 2}, "sqlcipher": {1, 2}, "plain": {1, 2, 3}})
    assert bench._compare("a word", {"casevault": {1, 2, 3}, "sqlcipher": {1, 2}}) == 2


def test_every_row_is_measured(bench):
    for row in ("rare", "spelt", "durable", "words", "ranked", "cross", "export"):
        getattr(bench, row)()
        assert bench.figures["casevault"][row]
        assert row in {"cross", "spelt"} or bench.figures["sqlcipher"][row]


def test_a_child_searches(bench):
    (name,) = bench.corpus.rare_names(1)
    for kind in KINDS:
        answer = bench._child(kind, [name, *bench.pairs[:2]])
        assert answer["found"]
        assert answer["memory"] > 1


def test_a_spool_gives_back_what_was_made(tmp_path):
    corpus = Corpus(RECORDS, 7)
    spool = Spool(tmp_path / "spool")
    spool.write(corpus)
    assert list(spool) == list(corpus)
    assert list(Corpus(RECORDS, 8)) != list(corpus)


def test_records_have_three_scripts_and_the_fourth_is_asked_for():
    corpus = Corpus(RECORDS, 7)
    for name, serial in corpus.crossings(20):
        person = corpus.person(serial)
        assert name == person.names[person.missing]
        assert name not in corpus.item(serial).names
        assert all(part in corpus.item(serial).names for part in person.names.values() if part != name)


def test_a_missed_reach_is_told(capsys):
    row = Row("words", "two words, ms", "{:.1f}", 0.7)
    assert report({"casevault": {"words": [1.0, 9.0, 1.0]}, "sqlcipher": {"words": [2.0]}}, [row])
    assert not report({"casevault": {"words": [3.0]}, "sqlcipher": {"words": [2.0]}}, [row])
    assert "MISSED" in capsys.readouterr().out


def test_kept_stores_are_used_again(tmp_path, capsys):
    options = [
        "--records",
        "50",
        "--runs",
        "1",
        "--rows",
        "disk",
        "--peers",
        "casevault,plain",
        "--keep",
        str(tmp_path),
    ]
    assert main(options) == 0
    assert "built earlier" not in capsys.readouterr().out
    assert main(options) == 0
    assert "built earlier" in capsys.readouterr().out


def test_every_peer_has_a_title():
    assert len({peer.title for peer in PEERS.values()}) == len(KINDS)
