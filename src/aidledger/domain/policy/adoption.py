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
    programmes: tuple[str, ...] = ()
    """Those that the pack is for; none named: every programme."""


def pack_in_force(
    candidates: Iterable[Adoption], day: str, known_on: str, programme: str = ""
) -> Adoption | None:
    """Return the adoption that holds on ``day`` by the knowledge of ``known_on``.

    Of each pack the adoption known last replaces the earlier ones (a repeal gives the pack a last
    day). Drafts never hold. A pack that names the programme goes before those for every programme;
    one that names others never holds. Of several that hold, the most local one (longest chain)
    counts, then the one in force since the later day, then the one adopted last. What belongs to
    no programme (``""``: a pay run, a complaint) is held to the packs for every programme.
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
        and (not a.programmes or programme in a.programmes)
    ]
    return max(
        holding,
        key=lambda a: (bool(a.programmes), a.depth, a.in_force_from, a.position),
        default=None,
    )
