"""All operators, in the order they are shown."""

from __future__ import annotations

from typing import Final

from aidledger.services.adversary import columns, fields, history, rewriting, rows, signatures
from aidledger.services.adversary.operator import Operator

OPERATORS: Final[tuple[Operator, ...]] = (
    *fields.OPERATORS,
    *columns.OPERATORS,
    *rows.OPERATORS,
    *rewriting.OPERATORS,
    *history.OPERATORS,
    *signatures.OPERATORS,
)

BY_NAME: Final[dict[str, Operator]] = {one.name: one for one in OPERATORS}
