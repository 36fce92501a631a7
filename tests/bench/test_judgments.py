"""The runner over an annotated set counts what is masked and what is kept. The texts are invented."""

import json

from tests.bench.judgments import cases, score


def test_what_is_masked_and_what_is_kept_is_counted(tmp_path):
    text = "Mr Bolat Seitkaliev came on 5 March with Marat Dosanov."
    at = [text.index("Bolat"), text.index("Marat")]
    row = {
        "text": text,
        "protected": [{"value": "Bolat Seitkaliev"}],
        "spans": [[at[0], at[0] + 16, "person", "e1"], [at[1], at[1] + 13, "person", "e2"]],
        "free": [[0, 2]],
    }
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(row) + "\n" + json.dumps(row), encoding="utf-8")
    expected = {"mentions": 2, "masked": 1, "words": 5, "kept": 5}
    assert [dict(score(case)) for case in cases(path, rewritten=False)] == [expected] * 2
    again = [list(cases(path, rewritten=True)) for _ in range(2)]
    assert again[0] == again[1]
    for case in again[0]:
        assert case.text[slice(*case.mentions[0])].casefold().replace("\u200b", "")[:5] in {"bolat", "seitk"}
        assert dict(score(case)) == expected
