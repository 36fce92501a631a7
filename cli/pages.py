"""Pages for a browser on this machine: they load nothing, run nothing and show text of a vault as text.

Floor: roof. Whatever came out of a vault goes through `safe` or `isolated`; it is never markup there, nor a control or
invisible character, and in `isolated` its direction turns nothing around it.
"""

from __future__ import annotations

from html import escape as html
from typing import TYPE_CHECKING, Final

from cli.output import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE: Final = (
    "body{font:11pt/1.35 sans-serif;margin:1.5cm;color:#000;background:#fff}"
    "h1{font-size:16pt}h2{font-size:12pt;margin:1.2em 0 .2em;break-after:avoid}p{margin:.1em 0}"
    "table{border-collapse:collapse;width:100%;margin-top:.3em}tr{break-inside:avoid}"
    "td,th{border-top:1px solid #999;padding:.15em .5em .15em 0;vertical-align:top;overflow-wrap:anywhere;"
    "text-align:start}"
)


def safe(text: object) -> str:
    """Make any text safe between tags and in attributes.

    Args:
        text: Of any origin.

    Returns:
        HTML without markup; control, direction and invisible characters as on a terminal.
    """
    return html(escape(text))


def isolated(text: object, *, newlines: bool = False) -> str:
    """Make any text safe, with a direction of its own that turns nothing around it.

    Args:
        text: Of any origin.
        newlines: Keep line feeds.

    Returns:
        One `bdi` element.
    """
    return f"<bdi>{html(escape(text, newlines=newlines))}</bdi>"


def page(title: str, body: Iterable[str], *, style: str = "", mark: str = "") -> str:
    """Write a whole page.

    Args:
        title: In plain words of the program's own; it may be kept by a browser, so that it says nothing of a vault.
        body: HTML, piece by piece.
        style: More CSS.
        mark: A word by which the program knows a page of its own.

    Returns:
        HTML that loads nothing and runs nothing.
    """
    generator = f'<meta name="generator" content="{safe(mark)}">' if mark else ""
    return "\n".join(
        [
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{generator}',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{safe(title)}</title><style>{_STYLE}{style}</style></head><body>",
            *body,
            "</body></html>\n",
        ]
    )
