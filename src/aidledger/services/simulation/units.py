"""What units do beside their cases: staff and notices, meetings, returns, comparison, audits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from aidledger.domain.events import audit, discovery, helping, oversight, powers, unit
from aidledger.domain.events.oversight import Figure
from aidledger.domain.values import add_months
from aidledger.ledger.commitment import person_token
from aidledger.services.acts.proposals import UNKNOWN_ACCOUNT
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.simulation import departments
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import (
    AUDIT,
    AUDITOR,
    CLERK,
    COUNTY,
    FINANCE,
    FUND_KEEPER,
    HEAD,
    PUBLISHER,
    RECORDS,
    REVIEWER,
    SPOT_CHECKER,
    SURVEYOR,
    Township,
)

_BRACKETS: Final = (20_000, 50_001)
"""From how many people on a township has one coordinator more."""
_RETURN_DAY: Final = 27
"""The last day of a return that is due before the 28th."""
_Notice: TypeAlias = Literal[
    "complaint_phone", "measure", "norm", "policy", "procedure", "standard", "supervision"
]
_NOTICES: Final[tuple[_Notice, ...]] = ("complaint_phone", "policy", "procedure", "standard")
_OWN_RULES: Final[tuple[_Notice, ...]] = ("measure", "norm", "supervision")
"""What only the county publishes: rules of its own."""
_COMPARED_EACH_MONTHS: Final = 2
_AUDITED_EACH_MONTHS: Final = 6
_GROUPS: Final = ("elderly_alone", "elderly_left_behind", "elderly_disabled")
_DEPARTMENTS: Final = ("agriculture", "civil_affairs", "disabled_federation", "medical_insurance")


class Units:
    """The offices of the county as units that report; what irregularities may keep them from."""

    def __init__(self, county: County, cases: list[Dossier]) -> None:
        self._county = county
        self.cases = cases
        self._streams = 0
        self.silent: set[tuple[str, str]] = set()
        """Unit and kind of notices that are never published."""
        self.late: set[tuple[str, str]] = set()
        """Unit and month of returns that come after their day."""
        self.wrong: dict[tuple[str, str], int] = {}
        """By unit and month: how many visits too many a return claims."""
        self.unsettled: set[str] = set()
        """Months whose audit is never answered."""
        self.ignored: set[str] = set()
        """Months whose warning nobody disposes of."""

    def begin(self) -> None:
        """Start every process of the units."""
        county = self._county
        for town in county.towns:
            county.spawn(self._staff(town))
            county.spawn(self._declare_account(town))
            county.spawn(self._returns(town.code, CLERK))
            county.spawn(self._notices(town.code, PUBLISHER))
        county.spawn(self._returns(FINANCE, FUND_KEEPER))
        county.spawn(self._notices(COUNTY, RECORDS))
        departments.begin(county)
        county.spawn(self._meetings())
        county.spawn(self._comparisons())
        county.spawn(self._audits())

    def bear(self, case: Dossier) -> Process:
        """Let a cadre of the village answer for a person, days after the approval."""
        yield case.turn(case.rng.randrange(1, 6))
        if not case.over(self._county.today):
            village = case.village
            assigned = oversight.BearerAssigned(
                bearer=f"{village}-v{case.plan.number % 2 + 1}",
                from_on=self._county.today.isoformat(),
                level="village",
            )
            case.say(assigned, CLERK)

    def _months(self, each: int = 1) -> list[str]:
        """Return the months of the simulation, or each so many of them from the first on."""
        county = self._county
        month, found = county.first.isoformat()[:7], []
        while month <= county.last.isoformat()[:7]:
            found.append(month)
            month = add_months(month, each)
        return found

    def _on(self, month: str, number: int) -> date:
        """Return a working day of a month: the so-manieth, counted from 0, as far as there are any."""
        days = self._county.month_days(month)
        return days[min(number, len(days) - 1)]

    def _staff(self, town: Township) -> Process:
        """Assign the coordinators of a township and an assistant in each village."""
        county = self._county
        yield Turn(county.workdays[1], town.code)
        posts: list[tuple[str, str, Literal["coordinator", "assistant"]]] = [
            (f"{town.code}-c{number}", town.code, "coordinator")
            for number in range(1 + sum(town.population >= least for least in _BRACKETS))
        ]
        posts += [(f"{one.code}-v1", one.code, "assistant") for one in town.villages]
        for staff, place, post in posts:
            assigned = unit.StaffAssigned(
                from_on=county.today.isoformat(),
                full_time=post == "coordinator",
                paid=True,
                place=place,
                post=post,
                staff=staff,
            )
            county.say(f"unit/{town.code}", assigned, by=HEAD)
        departments.form_group(county, town.code, by=HEAD)

    def _declare_account(self, town: Township) -> Process:
        """Let the clerk, who takes down where money goes, declare an account of their own."""
        county = self._county
        yield Turn(county.workdays[1], town.code)
        declared = powers.StaffAccountDeclared(
            account=UNKNOWN_ACCOUNT, actor=f"{town.code}-{CLERK}", holder="self"
        )
        number = {"account_number": account_of_clerk(county, town)}
        county.say(f"registry/{COUNTY}", declared, by=CLERK, personal=number)

    def _notices(self, office: str, by: str) -> Process:
        """Make policy, procedure, standard and complaint phone public at the start of each year."""
        county = self._county
        years: set[int] = set()
        for month in self._months():
            year = int(month[:4])
            if year in years:
                continue
            years.add(year)
            yield Turn(self._on(month, 2), office)
            for kind in (*_NOTICES, *(_OWN_RULES if office == COUNTY else ())):
                if (office, kind) not in self.silent:
                    published = unit.NoticePublished(
                        evidence=county.digest("notice", office, year, kind),
                        kind=kind,
                        medium="web" if office == COUNTY else "board",
                        year=year,
                    )
                    county.say(f"unit/{office}", published, by=by)

    def _returns(self, office: str, by: str) -> Process:
        """Hand a return in every month, days before it is due."""
        county = self._county
        for month in self._months():
            day = county.workday_before(date.fromisoformat(f"{month}-{_RETURN_DAY}"))
            early = county.rng("return", office, month).randrange(3)
            late = (office, month) in self.late
            yield Turn(county.after(3 if late else -early, day), office)
            county.flush()
            own = "" if office == FINANCE else office
            figures = [
                Figure(code=one.code, value=one.value + self.wrong.get((office, month), 0))
                if one.code == "visits"
                else one
                for one in county.tally.figures(month, unit=own)
            ]
            submitted = oversight.ReturnSubmitted(
                as_of=county.today.isoformat(),
                figures=tuple(figures),
                file=county.digest("return", office, month),
                month=month,
            )
            county.say(f"unit/{office}", submitted, by=by)

    def _meetings(self) -> Process:
        """Hold the county's joint meeting in each quarter, and settle a case in it."""
        county = self._county
        held: set[tuple[str, int]] = set()
        for month in self._months():
            quarter = (month[:4], (int(month[5:]) - 1) // 3)
            if quarter in held:
                continue
            held.add(quarter)
            yield Turn(self._on(month, 14), COUNTY)
            meeting = f"meeting/{COUNTY}-{quarter[0]}-{quarter[1] + 1}"
            met = oversight.MeetingHeld(
                attended=_DEPARTMENTS,
                held_on=county.today.isoformat(),
                kind="joint",
                level="county",
            )
            county.say(meeting, met, by=REVIEWER)
            open_cases = [case for case in self.cases if case.approved_on and not case.ended_on]
            if open_cases:
                case = county.rng(meeting).choice(open_cases)
                discussed = oversight.CaseDiscussed(meeting=meeting, outcome="visits")
                county.say(case.stream, discussed, by=REVIEWER)
                matched = helping.NeedMatched(
                    kind="volunteers", need="company", provider="volunteers"
                )
                county.say(case.stream, matched, by=REVIEWER)

    def _comparisons(self) -> Process:
        """Compare the departments' registers, and follow the one warning that comes of it."""
        county = self._county
        for month in self._months(_COMPARED_EACH_MONTHS):
            yield Turn(self._on(month, 5), COUNTY)
            dataset = county.digest("comparison", month)
            compared = discovery.ComparisonRun(
                dataset=dataset,
                hits=1,
                parties=_DEPARTMENTS,
                place=COUNTY,
                population=county.cases,
                registers=("disabled", "insured", "poor"),
                run_on=county.today.isoformat(),
            )
            county.say(f"comparison/{COUNTY}", compared, by=SPOT_CHECKER)
            county.spawn(self._warning(month, dataset))

    def _warning(self, month: str, dataset: str) -> Process:
        """Raise a warning, assess it and dispose of it in time."""
        county = self._county
        yield Turn(county.after(1), COUNTY)
        rng = county.rng("warning", month)
        town = rng.choice(county.towns)
        somebody = county.people.adult(county.today)
        self._streams += 1
        stream = f"warning/{COUNTY}-{month[:4]}-{self._streams:04d}"
        raised = discovery.WarningRaised(
            comparison=dataset,
            group=rng.choice(_GROUPS),
            person=person_token(secrets_of(county.session).pepper, somebody.identity_number),
            raised_on=county.today.isoformat(),
            township=town.code,
            village=rng.choice(town.villages).code,
        )
        county.say(stream, raised, by=SPOT_CHECKER)
        yield Turn(county.after(rng.randrange(1, 4)), town.code)
        ignored = month in self.ignored
        real = ignored or rng.randrange(2) == 0
        assessed = discovery.WarningAssessed(
            by=f"{town.code}-{SURVEYOR}", result="real" if real else "false"
        )
        county.say(stream, assessed, by=SURVEYOR)
        yield Turn(county.after(rng.randrange(1, 6)), town.code)
        if not ignored:
            disposed = discovery.WarningDisposed(disposal="watch" if real else "none")
            county.say(stream, disposed, by=HEAD)

    def _audits(self) -> Process:
        """Let the audit office find something each half-year, and see it put right."""
        county = self._county
        for month in self._months(_AUDITED_EACH_MONTHS):
            yield Turn(self._on(month, 9), AUDIT)
            stream = f"audit/{COUNTY}-{month}"
            found = audit.AuditFindingRaised(
                due_on=(county.today + timedelta(days=60)).isoformat(), place=COUNTY, rule="F091"
            )
            county.say(stream, found, by=AUDITOR)
            if month not in self.unsettled:
                county.spawn(self._rectify(stream))

    def _rectify(self, stream: str) -> Process:
        """Report what was done about a finding, and have it accepted in time."""
        county = self._county
        yield Turn(county.after(15), COUNTY)
        reported = audit.RectificationReported(done=True, evidence=county.digest(stream))
        county.say(stream, reported, by=REVIEWER)
        yield Turn(county.after(5), AUDIT)
        county.say(stream, audit.RectificationAccepted(accepted=True), by=AUDITOR)


def account_of_clerk(county: County, town: Township) -> str:
    """Return the account number of the clerk of a township."""
    return county.people.staff_account(county.towns.index(town))
