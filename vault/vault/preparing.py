"""What a first search needs and no key is needed for: schemas, tables of letters and sounds, patterns of words.

Part of floor 3. It is loaded while the key of a vault is derived, which takes longer and leaves a processor free.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from vault import names
from vault.index import parse
from vault.records import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES: Final = ("Aqan Ақан اقان 阿坎", "Омар Omar عومار 吾买尔")


@contextmanager
def preparing() -> Iterator[None]:
    """Load it beside what is done inside; at the end both are done. A second time there is nothing to load."""
    with ThreadPoolExecutor(1) as beside:
        ready = beside.submit(_load)
        yield
        ready.result()


@cache
def _load() -> None:
    parse(_NAMES[0], Schemas.shipped())
    names.similarity(*_NAMES)
