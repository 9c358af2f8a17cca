"""Attacks on ledgers of their own: one behind its mark, one under powers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from tests.domain.registry import acts
from tests.domain.registry.worlds import World
from tests.services.signed import CLERK_OF, SURVEYOR_OF, applied, at, done, make
from tests.services.signedledger import ACTORS
from tests.twins.cuts import Cut
from tests.twins.held import LONE, Held, made, visit
from tests.twins.stored import write_to
from tests.twins.twins import Judge

from aidledger.domain.proposal import Despite
from aidledger.services.keys.founding import powers_evidence
from aidledger.services.ladder.verifying import verify
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


def with_its_table(statement: str) -> Callable[[Path, bool], Judge]:
    """Change the text of the adopted table of powers, which lies beside the log."""

    def place(folder: Path, forged: bool) -> Judge:
        location = str(folder / "ledger.db")
        make(location)
        if forged:
            table, _ = powers_evidence()
            with closing(sqlite3.connect(location)) as file:
                for trigger in ("evidence_no_delete", "evidence_no_update"):
                    file.execute(f"DROP TRIGGER {trigger}")
                assert file.execute(statement, (table.hash,)).rowcount == 1
                file.commit()
        return lambda: verify(location).findings

    return place


NOBODY_NAMES_IT: Final = Cut(
    "services.ladder.powercheck:check_powers",
    "findings = _lost(session, unjudged) if unjudged else []",
    "findings = []",
)


def powered() -> Held:
    """Give a ledger of some 170 entries under powers, unsigned."""
    return _powered().copy()


@lru_cache(maxsize=1)
def _powered() -> Held:
    """A ledger of a world's entries: genesis, offices, roles, and an application."""
    world, held = World(), Held("test/powers")
    acts.applied(world)
    for entry in world.entries:
        said = (entry.stream, entry.event)
        held.append(entry.actor, said, office=entry.office)
    _, evidence = powers_evidence()
    held.evidence[evidence.hash] = evidence.content
    return held


def with_the_power_s_name(folder: Path, forged: bool) -> Judge:
    """The same surveyor names the missing power as if it were a duty that may be broken."""
    location = str(folder / "ledger.db")
    make(location)
    named = (Despite(authority="nobody", clause="apply", reason="at once"),)
    with at(location) as session:
        session.judging = not forged
        said = applied(SURVEYOR_OF if forged else CLERK_OF)
        done(session, msgspec.structs.replace(said, despite=named) if forged else said)
    return lambda: verify(location).findings


OTHER_TWINS: Final[dict[str, Placed]] = {
    "behind_mark": Placed(
        an_old_copy,
        250,
        (Cut("store.mark:Mark.problem", "if head.size < self.size:", "if False:"),),
    ),
    "powers_missing": Placed(
        with_its_table("DELETE FROM evidence WHERE hash = ?"), 1, (NOBODY_NAMES_IT,)
    ),
    "powers_altered": Placed(
        with_its_table("UPDATE evidence SET content = x'0a' WHERE hash = ?"),
        1,
        (NOBODY_NAMES_IT,),
    ),
    "act_forbidden": Placed(
        without_the_power,
        608,
        (Cut("domain.registry.authorise:_refusals", "if standing.code:", "if False:"),),
    ),
}

MORE_OTHER_TWINS: Final[dict[str, tuple[str, Placed]]] = {
    "rewritten and longer": (
        "behind_mark",
        Placed(
            rewritten_and_longer,
            258,
            (Cut("services.ladder.markcheck:MarkCheck._judge", "mark.root not in known", "False"),),
        ),
    ),
    "with the power's name": (
        "act_forbidden",
        Placed(
            with_the_power_s_name,
            609,
            (
                Cut(
                    "domain.registry.replay:Replay._forbidden",
                    "may_be_broken(one.code)",
                    "True",
                ),
            ),
        ),
    ),
}
