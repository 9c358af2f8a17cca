"""What every kind of import shares: its columns, what it is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from aidledger.domain.events.registry import ControlTotal
from aidledger.domain.proposal import Proposal
from aidledger.services.importing.table import Row
from aidledger.services.problems import Problem
from aidledger.services.session import Session


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: its key, its title in Chinese, a sample, and whether it must be there."""

    key: str
    title_zh: str
    sample: str
    required: bool = True


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What is said beside the file: who imports it, when it took effect, how strict to be.

    ``as_is`` takes history as it is: faulty identity numbers and unknown cases are recorded, and
    become findings, instead of being refused.
    """

    actor: str
    as_is: bool
    effective_on: str
    file_hash: str
    office: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What a file asks for: the entries, its control totals, and all that is wrong with it.

    ``notes``: what is to be looked at, and is recorded all the same.
    """

    proposals: Sequence[Proposal]
    totals: Sequence[ControlTotal]
    problems: Sequence[Problem]
    notes: Sequence[Problem] = ()


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file."""

    name: str
    columns: tuple[Column, ...]
    take: Callable[[Session, Sequence[Row], Given], Taken]
