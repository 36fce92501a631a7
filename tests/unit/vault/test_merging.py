"""What one commit merges of the index: a bounded number of bytes, whatever the vault holds. All is invented."""

import random

from vault.index import MERGE_BYTES, read_entries
from vault.records import Claim, Draft


def essay(source: random.Random) -> Draft:
    """Make a record of thousands of words that stand nowhere else, so that a few make a large segment."""
    return Draft("event", (Claim("narrative", " ".join(f"w{source.getrandbits(60):x}" for _ in range(6000))),))


def objects(vault):
    with vault._session.snapshot() as (reader, state):
        return dict(reader.sizes()), [entry.documents for entry in read_entries(state.head.segments)]


def test_a_small_commit_merges_a_bounded_number_of_bytes(vault):
    source = random.Random(5)
    for _ in range(9):
        vault.put_many(essay(source) for _ in range(8))
    before, segments = objects(vault)
    assert sum(before.values()) > 2 * MERGE_BYTES
    merged = 0
    for number in range(20):
        vault.put(Draft("person", (Claim("notes", f"short {number}"),)))
        after, now = objects(vault)
        made = sum(size for name, size in after.items() if name not in before)
        gone = sum(size for name, size in before.items() if name not in after)
        # Sealed sizes are rounded up by at most an eighth.
        assert made + gone <= 2 * MERGE_BYTES * 9 // 8 + 100_000
        merged += len(now) <= len(segments)
        before, segments = after, now
    assert merged, "the small ones were merged"
    assert len(segments) <= 9 + 8
    assert vault.find("short 7")[0].revision.values("notes") == ["short 7"]


def test_a_load_merges_as_much_as_it_wrote(vault):
    source = random.Random(6)
    for _ in range(7):
        vault.put_many(essay(source) for _ in range(8))
    _, segments = objects(vault)
    assert segments == [8] * 7
    vault.put_many(essay(source) for _ in range(16))
    _, segments = objects(vault)
    assert len(segments) < 8
    assert vault.check().problems == ()
