"""All operators, in the order they are shown."""

from __future__ import annotations

from typing import Final

from aidledger.services.adversary import (
    columns,
    evidence,
    fields,
    history,
    limits,
    powers,
    rewriting,
    rows,
    signatures,
    tilefiles,
)
from aidledger.services.adversary.operator import Operator

OPERATORS: Final[tuple[Operator, ...]] = (
    *fields.OPERATORS,
    *columns.OPERATORS,
    *rows.OPERATORS,
    *rewriting.OPERATORS,
    *history.OPERATORS,
    *signatures.OPERATORS,
    *powers.OPERATORS,
    *evidence.OPERATORS,
    *tilefiles.OPERATORS,
    *limits.OPERATORS,
)
