"""How many names of the evaluation set are found under another spelling. The set is no part of the project: the test is
skipped without it. `docs/names.md` records what the whole set gave.
"""

import importlib.util
import os
from pathlib import Path

import pytest

from vault import names

DATA = Path(os.environ.get("CASEVAULT_NAMES", Path(__file__).parents[4] / "shared" / "data" / "names"))
SET = DATA / "spellings_dev.tsv"

pytestmark = [
    pytest.mark.skipif(not SET.exists(), reason=f"the evaluation set of spellings is not at {DATA}"),
    # The evaluation leaves closing its files to Python.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def evaluation():
    found = importlib.util.spec_from_file_location("eval_names", DATA / "eval_names.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("mode", "enough"), [("full", 0.90), ("tok", 0.74)])
def test_names_are_found_under_another_spelling(evaluation, deep, mode, enough):
    per_pair = deep("names-recall", 20, 250)
    result = evaluation.run(
        names.index_keys,
        names.query_keys,
        names.similarity,
        evaluation.read(SET),
        mode,
        n_dis=50_000 if per_pair == 250 else 3_000,
        cap=1000,
        per_pair=per_pair,
        seed=11,
        verbose=per_pair == 250,
    )
    names.forget()
    hits = {pair: found for pair, found in result["pairs"].items() if pair != "ALL>ALL"}
    # The bounded run asks too little of each pair to judge it by itself.
    found = sum(pair["r10"] * pair["n"] for pair in hits.values()) / sum(pair["n"] for pair in hits.values())
    assert found >= enough, hits
    assert result["mean_candidates"] <= 0.05 * result["pool"]
    assert result["mean_keys"] <= 10
