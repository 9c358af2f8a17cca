"""The tables that are kept beside the ledger: one for each kind of rows that an entry vouches for.

A row stands in its table under the position of that entry, and the line of the file that it came from.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

from aidledger.domain.registers.kinds import KINDS

Holds: TypeAlias = Literal["text", "day", "whole"]
"""What a column holds: a text, a day, or a whole number."""

_HOLDS: Final[dict[str, Holds]] = {"day": "day", "hundredths": "whole"}


class KeptTable(NamedTuple):
    """One table: its titles and its columns beside ``position`` and ``line``, each with what it holds."""

    name: str
    title_zh: str
    title_en: str
    columns: tuple[tuple[str, Holds], ...]


STATEMENT_LINES: Final = KeptTable(
    "statement_lines",
    "银行对账单明细",
    "lines of bank statements",
    (
        ("day", "day"),
        ("debit_fen", "whole"),
        ("credit_fen", "whole"),
        ("balance_fen", "whole"),
        ("party", "text"),
        ("code", "text"),
    ),
)
"""``party`` is the token of the other account, ``code`` what the bank's words say; NULL where unknown."""

_TABLES: Final = (
    *(
        KeptTable(
            kind.table,
            kind.title_zh,
            kind.title_en,
            tuple((column.name, _HOLDS.get(column.form, "text")) for column in kind.kept),
        )
        for kind in KINDS.values()
    ),
    STATEMENT_LINES,
)

KEPT_TABLES: Final[dict[str, KeptTable]] = {table.name: table for table in _TABLES}
"""Every table by its name."""
