"""The one way from a request to a redacted view: of records, of counts in their place, or of everything to the owner.

Floor: 2. It decides only which of these is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from vault.matching import Protected
from vault.records import Revision, Schemas
from vault.redact.apply import Work
from vault.redact.counting import Counting
from vault.redact.counts import Told
from vault.redact.everything import everything
from vault.redact.pseudonyms import Pseudonyms
from vault.redact.risk import FactLike
from vault.redact.roles import Graph
from vault.redact.rulings import Ruling
from vault.redact.view import Request, View


def redact(
    request: Request,
    records: Callable[[], Iterator[Revision]],
    history: Callable[[bytes], list[Revision]],
    schemas: Schemas,
    pseudonyms: Pseudonyms,
    rng: Callable[[int], bytes],
    *,
    preview: bool = False,
    earlier: Iterable[Told] = (),
    released: Iterable[Iterable[FactLike]] = (),
    rulings: Iterable[Ruling] = (),
    former: Mapping[bytes, Sequence[Protected]] = MappingProxyType({}),
) -> View:
    """Make the redacted view of a selection.

    Args:
        request: What is to be disclosed, to whom and why.
        records: Gives the newest revisions of the whole vault, removed records too.
        history: Gives all revisions of a record.
        schemas: The schemas in force.
        pseudonyms: The map of tokens; new tokens are drawn into it. For a preview pass a copy.
        rng: Gives that many random bytes.
        preview: Do not raise for want of consent or for risk, but say in `refusals` what would be refused.
        earlier: Tables of counts that this audience had before.
        released: For each bundle that this audience (of press and public: either) had before, what the ledger says of
            its facts.
        rulings: What was decided in review.
        former: By record id, values that a record once had and of which its history says nothing.

    Returns:
        The view.

    Raises:
        PolicyError: Policy and recipient are not of one audience, or the policy `everything` is asked for somebody
            other than the owner.
        DisclosureError: The purpose is none that a consent knows; nothing of the selection leaves; unnamed people
            could be recognised; to press or public, it differs by one person from what they had; counts cannot be told.
        ConsentError: Consent is missing; it says for whom, by record id, and what.
        NotFoundError: A selected record is not there or was removed.

    Secrets:
        The view.

    Source:
        docs/disclosure.md.
    """
    if request.counts:
        # Nobody leaves, so that no token is used up.
        counting = Counting(request, Graph(records(), schemas), history, pseudonyms.copy(), rng, former=former)
        return counting.counted(earlier, preview=preview)
    work = Work(request, Graph(records(), schemas), history, pseudonyms, rng, rulings, former)
    if request.policy.full:
        return everything(work.graph, work.roles, work.shown if request.selection else (), history)
    return work.view(preview=preview, released=released)
