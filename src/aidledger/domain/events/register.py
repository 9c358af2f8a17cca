"""What came from other offices as tables: tokenised, kept beside the ledger, vouched for by an entry.

The entry holds no row: it names the table by the root over its rows, which anybody who has the rows can
compute. No identity number, name, account or address is in either.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from aidledger.domain.events.base import (
    Code,
    Count,
    Day,
    Digest,
    Event,
    Fen,
    MonthText,
    Source,
    Token,
)
from aidledger.domain.events.registry import ControlTotal


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that is kept beside the ledger: its name, its rows, and the root over them."""

    name: Code
    root: Digest
    rows: Count


class Unusable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many rows of a file could not be used for one reason, in one column."""

    column: Code
    reason: Code
    rows: Count


class RegisterImported(Event, frozen=True, kw_only=True):
    """登记导入: a register of another office as of the entry's day, by hash, with its control totals.

    ``adds`` says that the rows stand beside those of earlier files from the same unit; else they take
    their place. ``rows`` are those of the file, ``persons`` the distinct ones that are kept.
    """

    adds: bool = False
    file: Digest
    first_on: Day | None = None
    from_unit: Code
    kept: Kept
    kind: Code
    last_on: Day | None = None
    persons: Count
    rows: Count
    totals: tuple[ControlTotal, ...] = ()
    unusable: tuple[Unusable, ...] = ()


class StatementBeside(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement of the same account before or after another, as it stood at the import.

    ``balance_fen`` is the balance at the end that faces the other; of the days between them some may be
    in neither (whole months are named), or some in both.
    """

    balance_fen: Fen
    gap_days: Count
    missing_months: tuple[MonthText, ...] = ()
    overlap_days: Count
    position: Count


class StatementImported(Event, frozen=True, kw_only=True):
    """对账单导入: the lines of an account's bank statement, by hash; opening and movements make the closing.

    What went out of the account is the bank's debit, what came in its credit. ``before`` and ``after``
    are the statements beside it that had been imported; absent where there was none. A statement of a
    month is of all its days, any other from its first line to its last.
    """

    account: Token
    after: StatementBeside | UnsetType = UNSET
    before: StatementBeside | UnsetType = UNSET
    closing_fen: Fen
    file: Digest
    first_on: Day
    in_fen: Fen
    in_lines: Count
    kept: Kept
    last_on: Day
    opening_fen: Fen
    out_fen: Fen
    out_lines: Count
    source: Source = "bank"
