"""What a bag says of itself, to the last byte: a word more could tell who made it, where or when."""

import json

from vault import __version__
from vault.handoff import bag
from vault.sealing import Signer


def test_a_bag_says_these_words_of_its_maker_and_no_others():
    label = bag.Label(
        bundle=bytes(range(16)), purpose="legal", policy="lawyer", policy_sha256=b"\2" * 32, recipients=("passphrase",)
    )
    members = bag.build({"data/x": bag.Member.of(b"x")}, label, Signer(bytes(32)), {"gate": "clean"})
    said = {path: b"".join(member.read()) for path, member in members.items()}
    tool = f"casevault {__version__}"
    assert said[bag.INFO].decode() == (
        f"Bag-Software-Agent: {tool}\nExternal-Identifier: 000102030405060708090a0b0c0d0e0f\n"
    )
    assert said[bag.DECLARATION] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    manifest = json.loads(said[bag.MANIFEST])
    files = manifest.pop("files")
    assert {each["sha256sum"].split("  ")[1] for each in files} == set(said) - {bag.MANIFEST, bag.SIGNATURE}
    assert manifest == {
        "format": bag.FORMAT,
        "bundle": "000102030405060708090a0b0c0d0e0f",
        "tool": tool,
        "purpose": "legal",
        "policy": {"name": "lawyer", "sha256": "02" * 32},
        "recipients": ["passphrase"],
        "onward": [],
        "delete_by": None,
        "terms": {},
    }
    receipt = json.loads(said[bag.RECEIPT])
    assert set(receipt) == {"format", "bundle", "tool", "files", "gate"}
    assert receipt["tool"] == tool
