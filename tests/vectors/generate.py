"""Write the known-answer vectors beside this file: `python -m tests.vectors.generate` from the project's folder.

The answers do not come from the library: they are written by hand, or computed by `tests/independent/` (written from
docs/format.md alone) or by the few lines of `kit`; each file's `origin` says which. All names and keys are invented.
Headers (HPKE is randomised) and the golden vault are recorded once and kept; `--golden` makes them anew.
"""

import json
import sys

from tests.vectors import basics, contents, indexes, seals
from tests.vectors.kit import GROUPS, HERE

__all__ = ["GROUPS", "basics", "contents", "indexes", "seals"]


def main() -> None:
    if "--golden" in sys.argv:
        from tests.vectors import golden

        golden.make()
        (HERE / "headers.json").unlink(missing_ok=True)
    for name, make in GROUPS.items():
        (HERE / f"{name}.json").write_text(json.dumps(make(), ensure_ascii=True, indent=1) + "\n", "ascii")


if __name__ == "__main__":
    main()
