"""What keeps the office honest: complaints and their answers, lists put up and taken down."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from aidledger.domain.events import complaint, registry
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import (
    CLERK,
    COMPLAINTS,
    COUNTY,
    INVESTIGATOR,
    PUBLISHER,
    SURVEYOR,
    Township,
)

_PERMILLE_A_MONTH: Final = 6
"""Complaints by case and month."""
_SHOWN_DAYS: Final = 20
_EXTENDED_DAYS: Final = 30
_EXTENDED_AFTER: Final = 20
"""Working days of an inquiry after which more time is asked for: while the first days still run."""
_MISPRINTED_FEN: Final = 10_000
LIST_KIND: Final = "recipients"
_SHORT_OF_STAFF: Final = "人手不足"
_SECTION: Final = "社会救助股"


class ComplaintPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a complaint is handled; delays in working days."""

    register_after: int
    investigate_after: int
    answer_after: int
    extended_days: int = 0
    about_officer: str | None = None
    handler: str = f"{COUNTY}-{INVESTIGATOR}"
    finding: Literal["upheld", "not_upheld"] = "not_upheld"
    told: bool = True
    """Whether who complained learns the answer."""


class Complaints:
    """All complaints of the county, numbered by year."""

    def __init__(self, county: County, cases: list[Dossier]) -> None:
        self._county = county
        self._cases = cases
        self._count = 0

    def arrive(self) -> Process:
        """Let complaints come in, each month about as many as there are cases to complain of."""
        county = self._county
        month = county.first.isoformat()[:7]
        while True:
            days = county.month_days(month)
            if not days:
                return
            rng = county.rng("complaints", month)
            expected = len(self._cases) * _PERMILLE_A_MONTH
            count = expected // 1000 + (rng.randrange(1000) < expected % 1000)
            for _ in range(count):
                hard = rng.randrange(6) == 0
                plan = ComplaintPlan(
                    register_after=rng.randrange(1, 5),
                    investigate_after=rng.randrange(30, 40) if hard else rng.randrange(5, 16),
                    extended_days=_EXTENDED_DAYS if hard else 0,
                    answer_after=rng.randrange(2, 9),
                    about_officer=(
                        f"{rng.choice(county.towns).code}-{SURVEYOR}"
                        if rng.randrange(4) == 0
                        else None
                    ),
                )
                subject = rng.choice(self._cases) if self._cases else None
                county.spawn(self.handle(rng.choice(days), plan, subject))
            month = add_months(month, 1)
            yield Turn(date.fromisoformat(f"{month}-01"), county.offices[0])

    def handle(
        self,
        day: date,
        plan: ComplaintPlan,
        subject: Dossier | None,
        *,
        told: Callable[[str], object] = str,
    ) -> Process:
        """Receive, register, investigate and answer one complaint; ``told`` learns its stream."""
        county = self._county
        yield Turn(day, COUNTY)
        self._count += 1
        stream = f"complaint/{COUNTY}-{county.today.year}-{self._count:04d}"
        told(stream)
        rng = county.rng(stream)
        channels: tuple[Literal["phone", "visit", "letter"], ...] = ("phone", "visit", "letter")
        received = complaint.ComplaintReceived(
            anonymous=False,
            channel=rng.choice(channels),
            subject_case=None if subject is None else subject.stream,
            subject_officer=plan.about_officer,
            township=rng.choice(county.towns).code if subject is None else subject.office,
        )
        somebody = county.people.adult(county.today)
        personal = {
            "complainant": somebody.name,
            "phone": somebody.phone,
            "text": "反映办理时间较长，请予核实。",
        }
        county.say(stream, received, by=COMPLAINTS, personal=personal)
        if subject is not None:
            subject.complained = True
        yield Turn(county.after(plan.register_after), COUNTY)
        registered = complaint.ComplaintRegistered(handler=plan.handler)
        proposal = county.proposal(stream, registered, by=COMPLAINTS)
        if plan.handler == plan.about_officer:
            county.insist(proposal, reason=_SHORT_OF_STAFF, authority=_SECTION)
        else:
            county.say(stream, registered, by=COMPLAINTS)
        look_on = county.after(plan.investigate_after)
        if plan.extended_days:
            yield Turn(county.after(_EXTENDED_AFTER), COUNTY)
            extended = complaint.ComplaintExtended(days=plan.extended_days, ground="complex")
            county.say(stream, extended, by=COMPLAINTS)
        yield Turn(look_on, COUNTY)
        looked_into = complaint.ComplaintInvestigated(finding=plan.finding)
        report = {"report": "经核实，程序符合规定。"}
        proposal = county.proposal(stream, looked_into, by=plan.handler, personal=report)
        if plan.handler == plan.about_officer:
            county.insist(proposal, reason=_SHORT_OF_STAFF, authority=_SECTION)
        else:
            county.say(stream, looked_into, by=plan.handler, personal=report)
        yield Turn(county.after(plan.answer_after), COUNTY)
        answered = complaint.ComplaintAnswered(
            answered_on=county.today.isoformat(), outcome="explained", told=plan.told
        )
        county.say(stream, answered, by=COMPLAINTS, personal={"answer": "已向本人说明办理情况。"})


class Boards:
    """The list of those supported that each township shows every month."""

    def __init__(self, county: County, cases: list[Dossier]) -> None:
        self._county = county
        self._cases = cases
        self.left_up: set[tuple[str, str]] = set()
        """Township and month of lists that nobody takes down."""
        self.wrong: set[tuple[str, str]] = set()
        """Township and month of lists whose first line shows another amount."""
        self.short: set[tuple[str, str]] = set()
        """Township and month of lists that leave the last person out."""
        self.oversharing: set[tuple[str, str]] = set()
        """Township and month of lists that show accounts as well."""

    def show(self, town: Township) -> Process:
        """Put up a township's list after each pay run, and take it down in time."""
        county = self._county
        month = county.first.isoformat()[:7]
        while True:
            month = add_months(month, 1)
            days = county.month_days(month)
            if len(days) < 10:
                return
            yield Turn(days[5], town.code)
            rows = self._rows(town, month, oversharing=(town.code, month) in self.oversharing)
            if not rows:
                continue
            if (town.code, month) in self.wrong:
                rows[0]["amount_fen"] = int(rows[0]["amount_fen"]) + _MISPRINTED_FEN
            if (town.code, month) in self.short:
                rows.pop()
            to_on = county.today + timedelta(days=_SHOWN_DAYS)
            published = registry.ListPublished(
                as_of=county.today.isoformat(),
                columns=tuple(sorted(rows[0])),
                file=hashlib.sha256(msgspec.json.encode(rows)).hexdigest(),
                kind=LIST_KIND,
                month=month,
                place=town.code,
                rows=len(rows),
                to_on=to_on.isoformat(),
            )
            county.say(f"list/{LIST_KIND}", published, by=PUBLISHER)
            if (town.code, month) not in self.left_up:
                county.spawn(self._take_down(town, published.file, to_on))

    def _take_down(self, town: Township, file: str, to_on: date) -> Process:
        """Take a list down on the last working day on which it may be shown."""
        county = self._county
        yield Turn(county.workday_before(to_on), town.code)
        withdrawn = registry.ListWithdrawn(file=file, withdrawn_on=county.today.isoformat())
        county.say(f"list/{LIST_KIND}", withdrawn, by=CLERK)

    def _rows(self, town: Township, month: str, *, oversharing: bool) -> list[dict[str, str | int]]:
        """Return the list's lines: masked name, village, amount in fen; nothing of a child's case."""
        rows: list[dict[str, str | int]] = []
        for case in self._cases:
            here = case.office == town.code and not case.plan.of_child
            if here and month in case.issued_fen:
                state = case.state
                more = {"account": state.account} if oversharing else {}
                rows.append(
                    {
                        **more,
                        "amount_fen": case.issued_fen[month],
                        "month": month,
                        "name": state.display_name,
                        "village": state.village,
                    }
                )
        return rows
