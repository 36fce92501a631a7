"""What killed processes left beside a file: removed, and told of.

Floor: the command line. It refuses nothing: what may be in the making, or is not this program's, stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault.paths import clear_unfinished

if TYPE_CHECKING:
    from pathlib import Path

    from cli.output import Output


def clear_beside(out: Output, path: Path) -> None:
    """Remove what killed processes left in the folder of a file that is written or looked at, and say so.

    Args:
        out: Where to say it.
        path: The file or folder.
    """
    found = clear_unfinished(path.parent)
    if found:
        out.warn(
            f"{found} hidden file(s) or folder(s) that a killed process had left here, perhaps with records in the "
            "clear, were removed; on most disks deleted bytes can be brought back."
        )
