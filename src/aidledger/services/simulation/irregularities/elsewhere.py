"""What shows when it is held against something else: another county's roll, the lines on a board."""

from __future__ import annotations

from functools import partial

from aidledger.services.simulation.irregularities.disclosure import of_list
from aidledger.services.simulation.irregularities.means import hit_let_pass, hits_of
from aidledger.services.simulation.irregularities.scene import Kind, then
from aidledger.services.simulation.programmes.households import orderly_household

_SETTLED_DAYS = 75


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group; they choose their cases last."""
    return (
        Kind(
            rule="F024",
            note_zh="核对发现在外县同时享受，属实而未处理",
            note_en="a comparison showed support in another county too, and nothing followed",
            orderly=orderly_household,
            plan=then(partial(hit_let_pass, "other_county", "情况属实")),
            find=partial(hits_of, "other_county"),
            shows_after_days=_SETTLED_DAYS,
        ),
        of_list(
            "F088",
            ("公开名单少列一人", "a published list with one person too few"),
            lambda boards: boards.short,
        ),
    )
