"""A contract of bought services as the entries make it: its terms, invoices and acceptances."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from aidledger.domain.events import contract as events
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one contract; months and days are ISO text, empty where it is not signed."""

    stream: str
    version: int = 0
    from_on: str = ""
    to_on: str = ""
    hours_month: int = 0
    invoiced: tuple[events.ServiceInvoiced, ...] = ()
    accepted: tuple[events.ServiceAccepted, ...] = ()


def evolve_contract(contract: Contract, at: Recorded) -> Contract:
    """Return the contract after one more entry."""
    change = msgspec.structs.replace
    contract = change(contract, version=at.version)
    match at.event:
        case events.ServiceContractSigned() as event:
            return change(
                contract, from_on=event.from_on, to_on=event.to_on, hours_month=event.hours_month
            )
        case events.ServiceInvoiced() as event:
            return change(contract, invoiced=(*contract.invoiced, event))
        case events.ServiceAccepted() as event:
            return change(contract, accepted=(*contract.accepted, event))
        case _:
            return contract


def fold_contract(
    stream: str, entries: Iterable[Recorded], *, as_of: str = END_OF_TIME
) -> Contract:
    """Fold a contract's entries in log order, leaving out what is effective after ``as_of``."""
    contract = Contract(stream=stream)
    for entry in standing(entries, as_of=as_of):
        contract = evolve_contract(contract, entry)
    return contract


def contract_facts(contract: Contract | None, month: str) -> dict[str, Any]:
    """Return the terms of a contract, and what was invoiced and accepted for a month.

    A month is under the contract when any day of it is.
    """
    if contract is None:
        return {}
    invoiced = [one for one in contract.invoiced if one.month == month]
    accepted = [one for one in contract.accepted if one.month == month]
    return {
        "runs": bool(contract.from_on) and contract.from_on[:7] <= month <= contract.to_on[:7],
        "hours_month": contract.hours_month,
        "open_hours": sum(one.hours for one in invoiced) - sum(one.hours for one in accepted),
        "open_fen": sum(one.amount_fen for one in invoiced)
        - sum(one.amount_fen for one in accepted),
    }
