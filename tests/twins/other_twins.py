"""Attacks on ledgers of their own: one behind its mark, one under powers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from tests.services.signed import CLERK_OF, SURVEYOR_OF, applied, at, done, make
from tests.services.signedledger import ACTORS
from tests.twins.cuts import Cut
from tests.twins.held import LONE, Held, made, visit
from tests.twins.stored import write_to
from tests.twins.twins import Judge

from aidledger.services.verifying import verify
from aidledger.store.mark import Mark
from aidledger.store.opening import mark_path
from aidledger.store.port import Head


class Placed(NamedTuple):
    """A twin on a ledger of its own: `place` makes it in a folder, true or forged, and its judge."""

    place: Callable[[Path, bool], Judge]
    position: int | None
    cuts: tuple[Cut, ...]
    depth: str = ""


def marked(folder: Path, held: Held, remembered: Held) -> Judge:
    """Write a ledger beside the mark of another state of it."""
    location = write_to(held, str(folder / "ledger.db"))
    mark = Mark(mark_path(location))
    size = len(remembered.rows)
    mark.advance(Head(size=size, root=remembered.root(size), frontier=b"", recorded_at=None))
    mark.close()
    return lambda: verify(location).findings


def an_old_copy(folder: Path, forged: bool) -> Judge:
    """A backup without the last batch is put in the place of the ledger."""
    held = made()
    if forged:
        last = held.batches.pop()
        del held.rows[last.position :]
        held.settle()
    return marked(folder, held, made())


def rewritten_and_longer(folder: Path, forged: bool) -> Judge:
    """History is written anew and goes on: longer than the mark, and not what the mark remembers."""
    held, remembered = made(), made()
    held.append("u2", visit("next", "u2"), signed=ACTORS["u2"])
    if forged:
        held.put(LONE, held.rows[LONE][5].replace(b'"normal":true', b'"normal":false'))
        held.settle()
    return marked(folder, held, remembered)


def without_the_power(folder: Path, forged: bool) -> Judge:
    """A surveyor takes down an application, which is for clerks, with a program that does not ask."""
    location = str(folder / "ledger.db")
    make(location)
    with at(location) as session:
        session.judging = not forged
        done(session, applied(SURVEYOR_OF if forged else CLERK_OF))
    return lambda: verify(location).findings


OTHER_TWINS: Final[dict[str, Placed]] = {
    "behind_mark": Placed(
        an_old_copy,
        250,
        (Cut("store.mark:Mark.problem", "if head.size < self.size:", "if False:"),),
    ),
    "act_forbidden": Placed(
        without_the_power,
        354,
        (Cut("domain.registry.authorise:_refusals", "if standing.code:", "if False:"),),
    ),
}

MORE_OTHER_TWINS: Final[dict[str, tuple[str, Placed]]] = {
    "rewritten and longer": (
        "behind_mark",
        Placed(
            rewritten_and_longer,
            258,
            (Cut("services.markcheck:MarkCheck._judge", "mark.root not in known", "False"),),
        ),
    ),
}
