"""Attacks on the index as it lies on the disk: no word can be read there, and none makes another trace than another.

All words, names and texts are invented. What an attacker has is the file, before and after a commit.
"""

import base64
import hashlib
import json
import quopri
import random
import urllib.parse
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adversary.test_at_rest import CHI_SQUARE_255, FIRST, chi_square
from vault.index.terms import ID, KIND, NAME, SOUND, TEXT, VALUE
from vault.records import Claim, Draft
from vault.sealing import KdfProfile
from vault.vault import Vault

SYLLABLES = {
    "latin": "ba ke du sha lyn mor tiq zhu qar vel nai gost".split(),
    "cyrillic": "ба ке ду ша лын мор тық жұ қар вел най гөст".split(),
    "arabic": "با كە دۇ شا لىن مور تىق جۇ قار ۋەل ناي گوست".split(),
    "chinese": "巴 克 杜 沙 林 莫 提 朱 卡 维 奈 古".split(),
}
LEAST = 6
"""Bytes of a trace that no file of a few megabytes holds by chance."""


def word(rng: random.Random, script: str = "latin", syllables: int = 4) -> str:
    return "".join(rng.choices(SYLLABLES[script], k=syllables))


def person(rng: random.Random) -> Draft:
    names = [word(rng, script).title() + " " + word(rng, script, 3).title() for script in SYLLABLES]
    claims = [Claim("name", {"text": name, "kind": "birth"}) for name in names]
    claims.append(Claim("address", {"text": f"{word(rng)} 7", "county": word(rng)}))
    claims.append(Claim("phone", f"+7 701 {rng.randrange(10**7):07}"))
    claims.append(Claim("notes", " ".join(word(rng, rng.choice(list(SYLLABLES))) for _ in range(20))))
    return Draft("person", tuple(claims))


# --- no word can be read ----------------------------------------------------------------------------------------------


def unpadded(data: bytes) -> Iterator[bytes]:
    """Give the characters of base64 that stand for these bytes alone, wherever in a text they begin."""
    for before in range(3):
        bits = 8 * (before + len(data))
        text = base64.b64encode(bytes(before) + data)[(8 * before + 5) // 6 : bits // 6]
        yield text
        yield text.translate(bytes.maketrans(b"+/", b"-_"))


def forms(text: str) -> Iterator[bytes]:
    """Give the bytes of a word in every way of writing it that comes to mind."""
    for cased in {text, text.upper(), text.title()}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030"):
            plain = cased.encode(encoding)
            yield plain
            yield plain[::-1]
            yield plain.hex().encode()
            yield plain.hex().upper().encode()
            yield from unpadded(plain)
        for encoding in ("cp1251", "koi8-r", "cp1256", "gb2312", "big5"):
            yield cased.encode(encoding, "ignore")
        plain = cased.encode()
        yield json.dumps(cased)[1:-1].encode()
        yield urllib.parse.quote(cased).encode()
        yield quopri.encodestring(plain)
        yield base64.b32encode(plain).rstrip(b"=")[:-1]
        yield base64.b85encode(plain)
        yield base64.a85encode(plain)
        yield bytes(byte ^ 0xFF for byte in plain)


def squeezed(data: bytes) -> Iterator[bytes]:
    """Give what would stand for these bytes in a file that was only compressed, or only hashed without a key."""
    for level in (1, 9):
        packed = zlib.compressobj(level, wbits=-15)
        yield packed.compress(data) + packed.flush(zlib.Z_SYNC_FLUSH)
    for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s"):
        found = hashlib.new(name, data).digest()
        yield found
        yield found.hex().encode()


def traces(text: str, term: bytes) -> set[bytes]:
    found = {*forms(text), *(one for data in {text.encode(), term} for one in squeezed(data)), term}
    return {trace for trace in found if len(trace) >= LEAST}


def read_off(data: bytes, wanted: set[bytes]) -> list[bytes]:
    """Give those of many byte strings that stand in a file."""
    beginnings: dict[bytes, list[bytes]] = {}
    for trace in wanted:
        beginnings.setdefault(trace[:LEAST], []).append(trace)
    found: list[bytes] = []
    for start in range(0, len(data), 1 << 18):
        piece = data[start : start + (1 << 18) + LEAST - 1]
        for seen in {piece[at : at + LEAST] for at in range(len(piece) - LEAST + 1)} & beginnings.keys():
            found += [trace for trace in beginnings[seen] if trace in data]
    return found


def terms_of(vault: Vault) -> dict[bytes, str]:
    """Give all terms of the index, and the text in each."""
    found: dict[bytes, str] = {}
    with vault._session.reading() as (_, index):
        for segment in index._segments:
            for term, _, _ in segment.raw_terms():
                tag, rest = term[:1], term[1:]
                if tag in {NAME, SOUND, TEXT, KIND}:
                    found[term] = rest.decode()
                elif tag == VALUE:
                    found[term] = rest.partition(b"\0")[2].decode()
                elif tag == ID:
                    found[term] = rest.hex()
    return found


def test_traces_are_found_where_they_are():
    """The search for traces sees what it should: each form of a word, alone in noise."""
    rng = random.Random(1)
    for text in ("lynmorba", "тыққар", "قارۋەل", "莫提朱卡"):
        for trace in traces(text, NAME + text.encode()):
            assert trace in read_off(rng.randbytes(5000) + trace + rng.randbytes(100), {trace, b"something else"})


def test_no_term_can_be_read_off_the_file(tmp_path, deep):
    """Of all words, names and sound keys that the index holds, the file has none: plain, encoded, packed or hashed."""
    size = deep("terms-at-rest", 36, 1000)
    rng = size.random()
    path = tmp_path / "cases.vault"
    with Vault.create(path, FIRST, profile=KdfProfile.TEST) as vault:
        for _ in range(12):  # more commits than lie side by side unmerged
            written = vault.put(*[person(rng) for _ in range(max(1, size // 12))])
        vault.remove(written[0].record_id, purge=True)
        terms = terms_of(vault)
        data = path.read_bytes()
    tags = Counter(term[:1] for term in terms)
    assert all(tags[tag] > size for tag in (NAME, SOUND, TEXT)), tags
    wanted = set().union(*[traces(text, term) for term, text in terms.items()])
    assert len(wanted) > 20 * len(terms)
    assert read_off(data, wanted) == []


# --- no word makes another trace than another -------------------------------------------------------------------------


def stored(vault: Vault) -> dict[int, int]:
    with vault._session.engine.snapshot() as reader:
        return dict(reader.sizes())


class Watched:
    """A vault in which one word is in every record, and what its file shows of the commits that follow.

    Args:
        path: Where it is made.
        common: That word.
        seed: Of all else.
    """

    def __init__(self, path: Path, common: str, seed: int) -> None:
        self.rng = random.Random(seed)
        self.vault = Vault.create(path, FIRST, profile=KdfProfile.TEST)
        self.vault.put_many(self.draft(common) for _ in range(300))
        self.sizes: Counter[int] = Counter()
        self.gone: Counter[int] = Counter()
        self.ids: list[int] = []

    def draft(self, special: str) -> Draft:
        """Make a record with a word in its name and its text; all others have as many bytes and words."""
        other = [word(self.rng) for _ in range(9)]
        size = sum(map(len, other))
        other.append("x" * (150 - size))
        name = {"text": f"{special} {word(self.rng)}", "kind": "birth"}
        return Draft("person", (Claim("name", name), Claim("notes", " ".join([special, *other]))))

    def add(self, special: str) -> tuple[Counter[int], int]:
        """Add a record; give sizes of the objects that came, and how many went."""
        before = stored(self.vault)
        self.vault.put(self.draft(special))
        after = stored(self.vault)
        came = Counter(after[one] for one in after.keys() - before.keys())
        self.sizes += came
        self.gone += Counter(before[one] for one in before.keys() - after.keys())
        self.ids += after.keys() - before.keys()
        return came, len(before.keys() - after.keys())


@pytest.fixture
def watched(tmp_path) -> Iterator[list[Watched]]:
    made: list[Watched] = []
    yield made
    for one in made:
        one.vault.close()


def apart(one: Counter[int], other: Counter[int]) -> float:
    """Measure how far two samples of sizes are from having one distribution: chi-square a degree of freedom."""
    share = one.total() / (one.total() + other.total())
    found, classes = 0.0, 0
    for size in one.keys() | other.keys():
        both = one[size] + other[size]
        if both >= 10:
            classes += 1
            found += (one[size] - both * share) ** 2 / (both * share * (1 - share))
    return found / max(1, classes)


def test_a_rare_word_leaves_the_same_traces_as_a_common_one(tmp_path, watched, deep):
    """A record with a word that nobody else has and one with a word that all have: as many objects, of as many sizes.

    Each pair of vaults has the same records but for that word in every seventh; each commit is compared, and all
    commits together, those in which segments are merged among them.
    """
    rounds = deep("words-at-rest", 3, 60)
    rng = random.Random(20_260_102)
    for number in range(rounds):
        common = word(rng)
        pair = [Watched(tmp_path / f"{number}-{kind}.vault", common, number) for kind in ("common", "rare")]
        watched += pair
        for step in range(28):
            if step % 7:
                told = [one.add(word(one.rng)) for one in pair]
            else:
                rare = next(filter(lambda one: len(one) == len(common) and one != common, iter(lambda: word(rng), "")))
                told = [pair[0].add(common), pair[1].add(rare)]
                assert told[0] == told[1] or told[0][1]  # where nothing is merged, all is alike
            assert [(came.total(), went) for came, went in told] == [(told[0][0].total(), told[0][1])] * 2
    sums = [sum((one.sizes for one in watched[kind::2]), Counter()) for kind in (0, 1)]
    assert sums[0].total() > 50 * rounds
    assert all(one.gone for one in watched), "no segments were merged"
    # Merged segments are of any size, so that a few may fall into another class.
    assert (sums[0] - sums[1]).total() <= sums[0].total() / 50
    assert apart(*sums) < 3


def test_names_of_objects_tell_nothing(tmp_path, watched, deep):
    """Ids of the objects of both kinds of commit: every byte of them as frequent as any other."""
    rounds = deep("names-at-rest", 60, 2000)
    for kind in ("common", "rare"):
        one = Watched(tmp_path / f"{kind}.vault", "lynmorba", 7)
        watched.append(one)
        for _ in range(rounds):
            one.add("lynmorba" if kind == "common" else word(one.rng))
        ids = [*one.ids, *stored(one.vault)]
        counts = Counter(byte for found in ids for byte in (found << 2).to_bytes(8)[:7])
        assert counts.total() > 3000
        assert chi_square(counts) < CHI_SQUARE_255
