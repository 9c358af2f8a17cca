"""What an operator has before it: the books, the keys in its hands, what auditors hold, and where to strike."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final, Literal, TypeAlias

import msgspec

from aidledger.ledger.finding import Finding
from aidledger.ledger.signing import Signer
from aidledger.services.adversary.anchors import Anchors, make_anchors
from aidledger.services.adversary.books import (
    B_COUNT,
    B_KEY_ID,
    B_POSITION,
    B_SIGNATURE,
    POSITION,
    STREAM,
    TYPE,
    Books,
    Row,
)
from aidledger.services.adversary.forging import Group, Hands, Officer, forged, groups_of
from aidledger.services.ladder.outside import Outside

Attacker: TypeAlias = Literal["none", "log", "officer"]
ATTACKERS: Final[tuple[Attacker, ...]] = ("none", "log", "officer")

Why: TypeAlias = Literal["no_key", "unsigned", "unanchored", "absent"]
"""Why a row can't be tried: a key is not at hand, batches are not signed, nothing anchors the ledger,
or there is nothing in the ledger that could be attacked so."""


class NotTriedError(Exception):
    """An operator has nothing to work on; `code` says what is missing, the text says it in words."""

    def __init__(self, code: Why, zh: str, en: str) -> None:
        super().__init__(en)
        self.code: Final = code
        self.zh, self.en = zh, en


class TakenError(Exception):
    """All that an operator could change is taken by others in this round: it has to wait for the next."""


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator did, and where that has to show.

    `expected` are the positions at which a finding is right (None: the table has no positions).
    `outside` is what the auditor brings along where it is not the trial's own; `answers` are findings
    of a check that needs no database. `deep` asks for sealed indexes and closed months as well.
    """

    books: Books
    expected: tuple[int | None, ...]
    outside: Outside | None = None
    answers: tuple[Finding, ...] | None = None
    deep: bool = False


class Scene:
    """A round of attacks: `books` moves on from operator to operator, all else stays."""

    def __init__(
        self,
        base: Books,
        anchors: Anchors,
        *,
        log: Signer | None,
        officer: Officer | None,
        first_key: int | None,
    ) -> None:
        self.base = self.books = base
        self.anchors, self.log, self.officer = anchors, log, officer
        self.first_key = first_key
        self.taken: set[int] = set()

    def fresh(self) -> Scene:
        """Return the scene of another round: nothing is changed and nothing taken."""
        found = Scene.__new__(Scene)
        found.__dict__ |= self.__dict__
        found.books, found.taken = self.base, set()
        return found

    @property
    def signed(self) -> bool:
        """Whether batches must be signed."""
        return self.first_key is not None

    @cached_property
    def trial(self) -> Anchors:
        """Return anchors whose keys the kit has: for evidence that is forged."""
        return self.anchors if self.anchors.made else make_anchors(self.base)

    @cached_property
    def other_trial(self) -> Anchors:
        """Return anchors that nobody trusts."""
        return make_anchors(self.base)

    @cached_property
    def groups(self) -> list[Group]:
        """Return the untouched batches."""
        return groups_of(self.base)

    @cached_property
    def _starts(self) -> list[int]:
        return [row[B_POSITION] for row in self.base.batches]

    @cached_property
    def by_type(self) -> dict[str, list[Row]]:
        """Return the rows of each event type."""
        return _grouped(self.base.entries, TYPE)

    @cached_property
    def by_stream(self) -> dict[str, list[Row]]:
        """Return the rows of each stream."""
        return _grouped(self.base.entries, STREAM)

    @cached_property
    def neighbours(self) -> dict[int, tuple[int, ...]]:
        """Return the positions that a change at one might be taken for: beside it, and in its stream."""
        found: dict[int, tuple[int, ...]] = {}
        for rows in self.by_stream.values():
            for at, row in enumerate(rows):
                here = row[POSITION]
                near = [one[POSITION] for one in rows[max(0, at - 1) : at + 2]]
                found[here] = (*near, here - 1, here + 1)
        return found

    def batch_number(self, position: int) -> int:
        """Return the number of the batch that holds a position."""
        return bisect_right(self._starts, position) - 1

    def batch_start(self, position: int) -> int:
        """Return where the batch begins that holds a position."""
        return self._starts[self.batch_number(position)]

    def spot(self, position: int) -> tuple[int, ...]:
        """Return where a rewriting from a position on must show: there, or where its span begins.

        The spans are the batch, where batches are signed, and what lies between two checkpoints.
        """
        spans = [position]
        if self.signed and self.first_key is not None and position > self.first_key:
            spans.append(self.batch_start(position))
        if position < self.anchors.anchored:
            spans.append(self.anchors.span_start(position))
        return tuple(dict.fromkeys(spans))

    def claim(self, rows: Sequence[Row]) -> Row:
        """Take an entry that no other operator of this round is near to.

        Raises:
            TakenError: there are such entries, and all are taken.
            NotTriedError: there is none at all.
        """
        if not rows:
            raise NotTriedError("absent", "账本中没有这样的记录", "the ledger has no such entry")
        for row in rows:
            if not self.taken & {row[POSITION], *self.neighbours[row[POSITION]]}:
                self.taken |= {row[POSITION]}
                return row
        raise TakenError

    def hands(self, attacker: Attacker) -> Hands:
        """Return what an attacker signs with; whoever has the log's key has the mark's folder too."""
        if attacker == "none":
            return Hands()
        officer = self.officer if attacker == "officer" else None
        return Hands(officer=officer, log=self.log, notes="resign", mark=True)

    def forged(self, groups: Sequence[Group], attacker: Attacker) -> Books:
        """Return the books as this attacker leaves them, everything computed anew."""
        return forged(self.base, groups, self.hands(attacker))

    def regrouped(self, change: Callable[[int, Group], Group | None]) -> list[Group]:
        """Return the batches, each as `change` gives it (by its number); those without entries go."""
        found = (change(number, group) for number, group in enumerate(self.groups))
        return [group for group in found if group is not None and group.rows]

    def victims(self, *, per_case: bool = False) -> Iterator[Row]:
        """Yield entries of cases worth attacking: late ones, but covered by checkpoints, first.

        Not the first of a stream or of a batch, where there are others: those are easier to find.
        `per_case` gives one entry a case.
        """
        limit = min(self.base.size, self.anchors.anchored or self.base.size)
        begin = limit * 13 // 16
        order = [*range(begin, limit), *range(begin - 1, -1, -1)]
        seen: set[str] = set()
        for at in order:
            row = self.base.entries[at]
            if not str(row[STREAM]).startswith("case/") or row[STREAM] in seen:
                continue
            if self.first_key is not None and at <= self.first_key:
                continue
            if per_case:
                seen.add(row[STREAM])
            yield row

    def victim(self, wanted: Callable[[Row], bool] = lambda _: True) -> Row:
        """Return the first entry worth attacking of which `wanted` is true. Raises NotTriedError."""
        for row in self.victims():
            if wanted(row):
                return row
        raise NotTriedError("absent", "账本中没有这样的记录", "the ledger has no such entry")

    def officers_batches(self) -> list[int]:
        """Return the numbers of the batches that the officer signed, covered ones. Raises NotTriedError."""
        officer = self.need_officer()
        return [
            number
            for number, row in enumerate(self.base.batches)
            if row[B_KEY_ID] == officer.key_id
            and row[B_SIGNATURE] is not None
            and row[B_POSITION] + row[B_COUNT] <= (self.anchors.anchored or self.base.size)
        ]

    def need_officer(self) -> Officer:
        """Return the officer whose key is in the attacker's hands. Raises NotTriedError."""
        self.need_signed()
        if self.officer is None:
            raise NotTriedError("no_key", "没有可用的经办人密钥", "no officer's key is at hand")
        return self.officer

    def need_signed(self) -> None:
        """Raise NotTriedError where batches are not signed."""
        if not self.signed:
            raise NotTriedError(
                "unsigned", "账本没有登记经办人密钥", "the ledger has registered no officer's key"
            )

    def need_log(self) -> Signer:
        """Return the log's key. Raises NotTriedError."""
        if self.log is None:
            raise NotTriedError("no_key", "没有可用的账本密钥", "the log's key is not at hand")
        return self.log

    def need_anchor(self) -> None:
        """Raise NotTriedError where no accepted checkpoint covers any entry."""
        if not self.anchors.anchored:
            raise NotTriedError(
                "unanchored",
                "给定的检查点没有一个被策略接受并与账本相符",
                "no given checkpoint is accepted by the policy and agrees with the ledger",
            )


def _grouped(entries: Sequence[Row], column: int) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in entries:
        found.setdefault(row[column], []).append(row)
    return found
