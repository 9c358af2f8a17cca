"""Whole ways of money, from allocation to hand, each of its own fund: balanced, or broken at one joint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.replay.histories import Log, apply_for, token

MONTH = "2022-03"
DAY = "2022-03-10"
FILE = "ab" * 32

BREAKS: dict[str, dict[str, str]] = {
    "allocated": {"allocated": "{fund}"},
    "transferred": {"transferred": "fund/nowhere-{name}"},
    "account": {"account": "{fund}"},
    "approved": {"approved": "{run}", "filed": "{run}"},
    "disbursed": {"disbursed": "{run}"},
    "filed": {"filed": "{run}", "answered": "{run}"},
    "answered": {"answered": "{run}", "issued": "{run}"},
    "lines": {"issued": "{run}", "lines": "{run}", "hand": "{township}"},
    "put_back": {"put_back": "{run}"},
    "reissued": {"reissued": "{run}", "issued_again": "{run}"},
    "issued_again": {"issued_again": "{run}", "hand": "{township}"},
    "used": {"used": "service"},
    "recovered": {"recovered": ""},
}
"""By the sum that is too much: the joints that are apart, and what each of them is about."""


class Said(NamedTuple):
    """One entry to be written; its sum stands in `field`, and may be too much where `tag` is broken."""

    tag: str
    type: str
    stream: str
    field: str
    data: dict[str, Any]


class Way(NamedTuple):
    """How one way's fund, run and township are named, and the position of what is broken (-1: nothing)."""

    name: str
    broken: int

    def words(self, text: str) -> str:
        """Put the names into a text."""
        return text.format(
            name=self.name,
            fund=f"fund/{self.name}",
            run=f"run/{self.name}",
            township=f"{self.name}001",
        )


def add_way(log: Log, name: str, fens: list[int], *, breaking: str = "", by: int = 0) -> Way:
    """Write a fund's month; `name` has six digits, each person is paid once, the first line comes back.

    Two levels give; what came back is sent again. Where something is to be broken, its sum is too much
    by so many fen.
    """
    broken = -1
    for number, fen in enumerate(fens):
        case = f"case/{name}-{number}"
        apply_for(log, case, number=int(name) + number, village=f"{name}001001")
        log.add("HelpGranted", case, DAY, amount_fen=fen, help="temporary", way="money")
    for said in _entries(name, fens, breaking):
        data = dict(said.data)
        if said.tag and said.tag == breaking:
            data[said.field] += by
            broken = len(log.written)
        log.add(said.type, said.stream, DAY, **data)
    return Way(name, broken)


def _entries(name: str, fens: list[int], breaking: str) -> Iterator[Said]:
    fund, run = f"fund/{name}", f"run/{name}"
    total, back, count = sum(fens), fens[0], len(fens)
    of_first = {"month": MONTH, "run": run}
    again = {"account": token("a", 0), **of_first}
    fen = "amount_fen"
    out = {"purpose": "basic_living", "run": run}
    yield Said(
        "", "AccountOpened", fund, "", {"account": token("a", 1), "bank": "b", "purpose": "p"}
    )
    for level, given in (("central", total), ("county", back)):
        promise = {"document": "d", "from_level": level, "programme": name, "year": 2022}
        yield Said("", "FundAllocated", fund, fen, {fen: given, **promise})
        tag = "allocated" if level == "county" else ""
        yield Said(tag, "FundReceived", fund, fen, {fen: given, "level": level, "year": 2022})
    yield Said("", "PayRunOpened", run, "", {"fund": fund, "month": MONTH})
    for number, due in enumerate(fens):
        line = {"account": token("a", number), fen: due, "kind": "one_off", **of_first}
        yield Said("", "PaymentRostered", f"case/{name}-{number}", fen, line)
    told = {"lines": count, "total_fen": total}
    yield Said("approved", "PayRunApproved", run, "total_fen", told)
    yield Said("disbursed", "FundDisbursed", fund, fen, {fen: total, **out})
    yield Said("filed", "BankFileIssued", run, "total_fen", {"file": FILE, **told})
    for number, due in enumerate(fens):
        line = {
            "account": token("a", number),
            fen: due,
            "kind": "one_off",
            "paid_on": DAY,
            **of_first,
        }
        yield Said(
            "lines" if number == 1 else "", "PaymentIssued", f"case/{name}-{number}", fen, line
        )
    result = {
        "paid_fen": total - back,
        "paid_lines": count - 1,
        "returned_fen": back,
        "returned_lines": 1,
    }
    yield Said("answered", "BankResultReceived", run, "paid_fen", {"file": FILE, **result})
    came_back = {fen: back, "reason": "r", "returned_on": DAY, **of_first}
    yield Said("", "PaymentReturned", f"case/{name}-0", fen, came_back)
    yield Said("put_back", "FundReturned", fund, fen, {fen: back, "run": run})
    yield Said("reissued", "PaymentReissued", f"case/{name}-0", fen, {fen: back, **again})
    yield Said("", "FundDisbursed", fund, fen, {fen: back, **out})
    paid = {fen: back, "kind": "reissue", "paid_on": DAY, **again}
    yield Said("issued_again", "PaymentIssued", f"case/{name}-0", fen, paid)
    if breaking == "transferred":
        yield Said(
            "transferred", "FundTransferred", fund, fen, {fen: 0, "to_fund": f"nowhere-{name}"}
        )
    if breaking == "used":
        yield Said("used", "FundDisbursed", fund, fen, {fen: 0, "purpose": "service"})
    if breaking == "recovered":
        yield Said("recovered", "FundReturned", fund, fen, {fen: 0})
    if breaking == "account":
        # in 2 × the first line and the total, out the same, and back once
        stated = {"balance_fen": back, "file": FILE, "stated_on": DAY}
        yield Said("account", "BankStatementReceived", fund, "balance_fen", stated)
