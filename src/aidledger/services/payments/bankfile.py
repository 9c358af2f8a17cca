"""Reads a bank's file for reconciling: each line's case, month and amount, and nothing personal."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Final, NamedTuple

from aidledger.services.importing.cells import Cells
from aidledger.services.importing.payments import COLUMNS, RESULTS
from aidledger.services.importing.table import read_table
from aidledger.services.payments.reconciling import BankLine
from aidledger.services.problems import Problem, RefusedError, ServiceError

_NEEDED: Final = ("case", "month", "amount_yuan")


class BankFile(NamedTuple):
    """The lines of a file, and its SHA-256 in hex."""

    lines: list[BankLine]
    hash: str


def read_bank_file(content: bytes) -> BankFile:
    """Read the file that ``import payments`` takes, or one with only case, month and amount.

    A line that the file names paid and, in another row, returned was paid once.

    Raises:
        RefusedError: with every fault of every row.
        ServiceError: not a file that can be read, or one without rows.
    """
    titles = {column.key: (column.title_zh,) for column in COLUMNS}
    problems: list[Problem] = []
    lines: list[BankLine] = []
    returned: list[BankLine] = []
    for row in read_table(content, titles, _NEEDED):
        cells = Cells(row, problems)
        name = cells.code("case", of="case")
        line = BankLine(f"case/{name}", cells.month("month"), cells.fen("amount_yuan"))
        came_back = cells.choice("result", RESULTS, "paid") == "returned"
        (returned if came_back else lines).append(line)
    if problems:
        raise RefusedError(problems)
    lines += (Counter(returned) - Counter(lines)).elements()
    if not lines:
        raise ServiceError("the file has a header and no rows", exit_code=2)
    return BankFile(lines, hashlib.sha256(content).hexdigest())
