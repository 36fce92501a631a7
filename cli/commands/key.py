"""The group `key`: everything about ways in, put together from the modules that have the commands.

Floor: roof.
"""

from __future__ import annotations

from cli.app import Group
from cli.commands.custody import acknowledge, handoff, new_identity
from cli.commands.keys import add_key, change_key, list_keys, remove_key, rotate
from cli.commands.shares import combine_shares, drill, split_key

key = Group(
    "key",
    short_help="List, add, change and remove ways in.",
    help="""List, add, change and remove ways in: passphrases, paper keys and recipients' keys.

Each change gives the vault new keys, so its fingerprint changes: tell the other holders the new six words.

Example:
  casevault key add paper
""",
    commands=[
        list_keys,
        add_key,
        change_key,
        remove_key,
        split_key,
        combine_shares,
        drill,
        rotate,
        new_identity,
        handoff,
        acknowledge,
    ],
)
