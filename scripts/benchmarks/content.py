"""A county in the middle of its work: approved cases, then months of pay lines and visits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from aidledger.domain.proposal import Proposal
from aidledger.domain.values import add_months
from aidledger.services.acts.adoption import adopt_calendars, adopt_packs
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.clock import SetClock
from aidledger.services.session import Session, open_session
from aidledger.store.outcome import Committed

COUNTY, TOWNSHIP, VILLAGE = "520123", "520123001", "520123001001"
ACCOUNT = "a" + "0" * 32
Act = tuple[str, str, str, dict[str, Any]]
"""Event type, actor, office, data."""
LINES = 4
"""Entries a case and month: on the roster, paid, and visited twice."""


def case(number: int) -> str:
    """Return the name of a case."""
    return f"case/520123-2022-{number:06d}"


class County:
    """A ledger with so many approved cases, ready for its first month."""

    def __init__(self, session: Session, clock: SetClock, cases: int) -> None:
        self.session, self.clock, self.cases = session, clock, cases
        self._count = 0

    def act(self, day: str, proposals: list[Proposal]) -> None:
        """Record one batch on a day."""
        self.clock.at = datetime.fromisoformat(f"{day}T10:00:00+08:00")
        self._count += 1
        outcome = record(self.session, proposals, cause=f"bench-{self._count}")
        if not isinstance(outcome, Committed):
            raise SystemExit(f"bench: error: {outcome}")

    def open(self) -> None:
        """Adopt the rules, register the offices, take every case to its approval."""
        who = {"county": COUNTY, "actor": "c0", "office": COUNTY, "on": "2022-01-01"}
        packs, evidence = adopt_packs(["cn-tekun-2021", "gz-county-2022"], **who)
        genesis = [*packs, *adopt_calendars(**who)]
        record(self.session, genesis, cause="genesis", evidence=evidence)
        offices = (("civil_affairs", COUNTY), ("township", TOWNSHIP))
        self.act(
            "2022-01-01",
            [
                proposal(
                    f"registry/{COUNTY}",
                    "2022-01-01",
                    (
                        "OfficeRegistered",
                        "c0",
                        COUNTY,
                        {"kind": kind, "name": code, "office": code, "place": code},
                    ),
                )
                for kind, code in offices
            ],
        )
        for day, acts in PROCEDURE.items():
            for first in range(0, self.cases, 100):
                several = range(first, min(first + 100, self.cases))
                self.act(
                    day,
                    [proposal(case(number), day, act) for number in several for act in acts],
                )

    def month(self, number: int) -> tuple[str, list[Proposal]]:
        """Return the day and the proposals of one month's batch."""
        month = add_months("2022-02", number)
        run, day = f"run/{month}", f"{month}-10"
        line = {"account": ACCOUNT, "amount_fen": 136_300, "month": month, "run": run}
        opened = {"fund": "fund/tekun-2022", "month": month}
        proposals = [proposal(run, day, ("PayRunOpened", "u2", TOWNSHIP, opened))]
        for one in map(case, range(self.cases)):
            proposals += [
                proposal(one, day, ("PaymentRostered", "u2", TOWNSHIP, line)),
                proposal(one, day, ("PaymentIssued", "bank", TOWNSHIP, {**line, "paid_on": day})),
                visit(one, day, 1),
                visit(one, day, 2),
            ]
        return day, proposals[:-1]


@contextmanager
def county(location: str, cases: int) -> Iterator[County]:
    """Open a new ledger and bring it to the middle of its work."""
    clock = SetClock(datetime(2022, 1, 1, 2, tzinfo=UTC))
    with open_session(location, clock=clock) as session:
        made = County(session, clock, cases)
        made.open()
        yield made


def proposal(stream: str, day: str, act: Act) -> Proposal:
    """Make one proposal."""
    kind, actor, office, data = act
    plain = {key: value for key, value in data.items() if key != "personal"}
    item = {"type": kind, "stream": stream, "effective_on": day, "data": plain}
    personal = data.get("personal", {})
    return proposal_of({**item, "actor": actor, "office": office, "personal": personal})


def visit(stream: str, day: str, number: int) -> Proposal:
    """Make the proposal of a visit."""
    actor = f"u{number}"
    data = {"visitor": f"{TOWNSHIP}-{actor}"}
    return proposal(stream, day, ("VisitMade", actor, TOWNSHIP, data))


PROCEDURE: dict[str, list[Act]] = {
    "2022-01-04": [
        (
            "ApplicationSubmitted",
            "u1",
            TOWNSHIP,
            {
                "area": "rural",
                "birth_on": "1949-12-31",
                "route": "self",
                "township": TOWNSHIP,
                "village": VILLAGE,
                "personal": {"name": "欧阳清溪", "address": "三组8号"},
            },
        ),
        (
            "StatementFiled",
            "u1",
            TOWNSHIP,
            {"covers": ["work_ability", "livelihood", "obligors"], "true_declared": True},
        ),
        ("ApplicationAccepted", "u1", TOWNSHIP, {}),
    ],
    "2022-01-06": [
        (
            "HouseholdSurveyed",
            "u3",
            TOWNSHIP,
            {
                "has_income": False,
                "investigators": ["u3", "u4"],
                "property_within_limit": True,
                "signed": True,
            },
        ),
        ("NeighbourVisited", "u3", TOWNSHIP, {"households": 3}),
        ("DataCompared", "u3", TOWNSHIP, {"registers": ["vehicles"], "run_on": "2022-01-06"}),
        ("ObligorAssessed", "u3", TOWNSHIP, {"able": False, "ground": "no_obligor"}),
        ("AbilityAssessed", "u3", TOWNSHIP, {"level": "partly"}),
    ],
    "2022-01-07": [
        ("ReviewOpinionGiven", "u2", TOWNSHIP, {"form": "decentralised", "opinion": "approve"}),
        (
            "PublicityStarted",
            "u2",
            TOWNSHIP,
            {
                "complaint_phone": "0851-0",
                "evidence": "a" * 64,
                "planned_to": "2022-01-14",
                "village": VILLAGE,
            },
        ),
    ],
    "2022-01-15": [("PublicityEnded", "u2", TOWNSHIP, {"to_on": "2022-01-14"})],
    "2022-01-17": [("CaseSubmitted", "u2", TOWNSHIP, {"received_on": "2022-01-17"})],
    "2022-01-20": [
        (
            "ApplicationApproved",
            "c1",
            COUNTY,
            {"form": "decentralised", "from_month": "2022-02", "limb": "age"},
        ),
        ("SupportFormSet", "c1", COUNTY, {"consent": True, "form": "decentralised"}),
    ],
}
"""What is done to every case, by day."""

APPROVED: dict[str, Any] = {
    "stage": "approved",
    "display_name": "欧阳**",
    "programme": "tekun",
    "birth_on": "1949-12-31",
    "area": "rural",
    "township": TOWNSHIP,
    "village": VILLAGE,
    "applied_on": "2022-01-04",
    "accepted_on": "2022-01-04",
    "surveyed_on": "2022-01-06",
    "opinion": "approve",
    "opinion_on": "2022-01-07",
    "publicity_from": "2022-01-07",
    "publicity_to": "2022-01-14",
    "submitted_on": "2022-01-17",
    "decided_on": "2022-01-20",
    "decided_by": "c1",
    "limb": "age",
    "form": "decentralised",
    "from_month": "2022-02",
    "ability": "partly",
    "monthly_fen": 136_300,
    "open_objections": 0,
    "visits": 0,
    "paid_lines": 0,
    "paid_fen": 0,
}
"""What `case_state` says of every case after that, and the day on which it was surveyed."""
