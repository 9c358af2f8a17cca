"""Attacks on the table of batches: who asked for what."""

from __future__ import annotations

from typing import Final

import msgspec
from tests.services.signedledger import ACTORS
from tests.twins.cuts import Cut
from tests.twins.held import CHAIN, LONE, SIGNED, Held, visit
from tests.twins.twins import Twin

from aidledger.store.loose import loose_cause

CHECK = "services.ladder.batchcheck:BatchCheck"
OTHER = bytes(32)


def a_ghost(held: Held, position: int, count: int) -> None:
    """Put a row of batches between the others: somebody's request that was never made."""
    number = held.batch_at(position)
    row = msgspec.structs.replace(
        held.batches[number], position=position, count=count, cause="ghost"
    )
    held.batches.insert(number + (position > held.batches[number].position), row)


def of_no_entries(held: Held) -> None:
    a_ghost(held, LONE, 0)


def inside_another(held: Held) -> None:
    a_ghost(held, CHAIN + 1, 2)


def an_entry_more(held: Held) -> None:
    held.append("u1", visit("more"))
    held.batches.pop()


def entries_less(held: Held) -> None:
    last = held.batches[-1]
    del held.rows[last.position :]
    held.regrow()


def another_cause(held: Held) -> None:
    held.change_batch(held.batch_at(SIGNED), cause="denied")


def twice(held: Held) -> None:
    """The same request once more: somebody is paid twice."""
    cause = held.batches[held.batch_at(SIGNED)].cause
    held.append("u1", visit("twice"), cause=cause, signed=ACTORS["u1"])


def another_time(held: Held) -> None:
    held.change_batch(held.batch_at(SIGNED), recorded_at="2022-01-03T01:00:00.000000Z")


def another_root(held: Held) -> None:
    held.change_batch(held.batch_at(SIGNED), root=OTHER)


def denied(held: Held) -> None:
    """A request is made one of the library: its cause is free, and it can be asked for once more."""
    number = held.batch_at(SIGNED)
    one = held.batches[number]
    named = loose_cause(held.leaves()[one.position : one.position + one.count])
    held.change_batch(number, request_digest=b"", cause=named)


def denied_by_name(held: Held) -> None:
    """The same to a batch that nobody signed, under a name of its own."""
    held.change_batch(held.batch_at(LONE), request_digest=b"", cause="another")


def behind_a_quotation_mark(held: Held) -> None:
    """An actor's name that is written with a backslash, and a cause that its entry does not have."""
    held.rewrite(LONE, actor='u"1')
    held.settle()
    held.change_batch(held.batch_at(LONE), cause="another")


BATCH_TWINS: Final[dict[str, Twin]] = {
    "batch_form": Twin(
        of_no_entries,
        LONE,
        (
            Cut(
                "services.ladder.batchcheck:form_fault",
                "type(batch.count) is int and batch.count >= 1",
                "True",
            ),
        ),
    ),
    "batch_position": Twin(
        inside_another,
        CHAIN + 1,
        (Cut(f"{CHECK}._advance", "if batch.position != self._stop:", "if False:"),),
    ),
    "batch_missing": Twin(
        an_entry_more,
        258,
        (
            Cut(
                f"{CHECK}._see",
                "self._report_once('batch_missing', position, 'position', 'a batch', 'none')",
                "pass",
            ),
        ),
    ),
    "batch_extra": Twin(entries_less, 250, (Cut(f"{CHECK}.finish", "if left:", "if False:"),)),
    "batch_cause": Twin(
        another_cause,
        SIGNED,
        (Cut(f"{CHECK}._compare", "if cause is not None and cause != batch.cause:", "if False:"),),
    ),
    "batch_cause_repeated": Twin(
        twice, 258, (Cut(f"{CHECK}._advance", "if batch.cause in self._causes:", "if False:"),)
    ),
    "batch_recorded_at": Twin(
        another_time,
        SIGNED,
        (Cut(f"{CHECK}._compare", "if recorded_at != batch.recorded_at:", "if False:"),),
    ),
    "batch_root": Twin(
        another_root,
        SIGNED,
        (Cut(f"{CHECK}._compare_end", "if batch.root not in roots:", "if False:"),),
    ),
}

MORE_BATCH_TWINS: Final[dict[str, tuple[str, Twin]]] = {
    "denied": (
        "batch_form",
        Twin(
            denied,
            SIGNED,
            (
                Cut(
                    "services.ladder.batchcheck:form_fault",
                    "not loose or (batch.key_id is None and batch.signature is None)",
                    "True",
                ),
            ),
            depth="batch_missing batch_position",
        ),
    ),
    "denied by name": (
        "batch_cause",
        Twin(
            denied_by_name,
            LONE,
            (Cut(f"{CHECK}._compare_end", "batch.request_digest == b''", "False"),),
        ),
    ),
    "behind a quotation mark": (
        "batch_cause",
        Twin(behind_a_quotation_mark, LONE, BATCH_TWINS["batch_cause"].cuts),
    ),
}
"""Attacks that were not found once."""
