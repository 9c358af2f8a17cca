"""Which pack holds: by the day in question and by what was known then."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aidledger.domain.policy.schema import Status


class Adoption(msgspec.Struct, frozen=True, kw_only=True):
    """One adoption of a pack as the ledger has it; ``depth`` is the length of the pack's chain."""

    pack: str
    pack_hash: str
    status: Status
    in_force_from: str
    in_force_to: str | None
    known_since: str
    depth: int
    position: int


def pack_in_force(candidates: Iterable[Adoption], day: str, known_on: str) -> Adoption | None:
    """Return the adoption that holds on ``day`` by the knowledge of ``known_on``.

    Of each pack the adoption known last replaces the earlier ones (a repeal gives the pack a last
    day). Drafts never hold. Of several packs that hold, the most local one (longest chain) counts,
    then the one in force since the later day, then the one adopted last.
    """
    newest: dict[str, Adoption] = {}
    known = [a for a in candidates if a.known_since <= known_on]
    for adoption in sorted(known, key=lambda a: (a.known_since, a.position)):
        newest[adoption.pack] = adoption
    holding = [
        a
        for a in newest.values()
        if a.status != "draft"
        and a.in_force_from <= day
        and (a.in_force_to is None or day <= a.in_force_to)
    ]
    return max(holding, key=lambda a: (a.depth, a.in_force_from, a.position), default=None)
