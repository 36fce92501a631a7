"""One word of a value.

Floor: ground. What `values` takes a value apart into. It refuses nothing.

Source:
    docs/known-values.md §Strong and weak words.
"""

from typing import NamedTuple


class Part(NamedTuple):
    """One word of a value and how far it identifies.

    Args:
        word: As the value has it.
        strong: Identifies by itself.
        common: Is also a thing, so that a small letter speaks against the name.
        sounds: Its skeletons, where they are known already.
        place: Belongs to an address, so that an adjective may be made of it (Көксу, Коксуский).
    """

    word: str
    strong: bool
    common: bool
    sounds: tuple[str, ...] = ()
    place: bool = False
