"""The monthly pay run: roster, approval, bank file, what the bank says, and the fund behind it."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final, Literal

import msgspec

from aidledger.domain.events import duty, payment, support
from aidledger.domain.events.base import AmountLine, Programme
from aidledger.domain.values import add_months
from aidledger.ledger.commitment import account_token
from aidledger.replay.rows import recorded_row
from aidledger.services.acts.proposals import UNKNOWN_ACCOUNT
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.disorder import Disorder
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import (
    APPROVER,
    BANK,
    BANK_CLERK,
    CLERK,
    COUNTY,
    FINANCE,
    HEAD,
    PAYMASTER,
)
from aidledger.services.simulation.treasury import Treasury

_RETURNED_PERMILLE: Final = 8
_LATE_DAY: Final = 18
_LAST_PAY_DAY: Final = 10
_DAYS_TO_PAY: Final = 2
"""Working days from the roster to the bank: a long holiday may leave fewer before the last day."""
_ACCOUNT_CLOSED: Final = "account_closed"
Kind = Literal["regular", "arrears", "one_off"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a roster, in fen."""

    case: Dossier
    account: str
    fen: int
    month: str
    kind: Kind
    parts: tuple[AmountLine, ...]


class PayRuns:
    """All pay runs of one programme and the fund they are paid from."""

    def __init__(self, county: County, programme: Programme, cases: list[Dossier]) -> None:
        self.programme = programme
        self._county = county
        self._cases = [case for case in cases if case.plan.programme == programme]
        self._entitlements: dict[str, list[support.EntitlementSet]] = {}
        self._seen = 0
        self.treasury = Treasury(county, programme)
        self.fund = self.treasury.stream
        self.disorder = Disorder()

    def paid_in(self, institution: str, month: str) -> list[Dossier]:
        """Return who was paid for a month and lives in an institution."""
        return [
            case
            for case in self._cases
            if month in case.issued_fen and case.state.institution == institution
        ]

    def monthly(self) -> Process:
        """Run the payment of each month on its first working days, or as early as its last day asks."""
        county = self._county
        month = county.first.isoformat()[:7]
        while True:
            month = add_months(month, 1)
            days = county.month_days(month)
            if len(days) < 4:
                return
            last = county.workday_before(date.fromisoformat(f"{month}-{_LAST_PAY_DAY}"))
            yield Turn(min(days[0], county.after(-_DAYS_TO_PAY, last)), COUNTY)
            lines = self._roster(month)
            if lines:
                yield from self._pay(month, lines)

    def _pay(self, month: str, lines: list[Line]) -> Process:
        """Take a roster through finance and the bank."""
        county, run = self._county, self._run(month)
        total_fen = sum(line.fen for line in lines)
        file = _file_hash(lines)
        yield Turn(county.after(1), FINANCE)
        self._allocate(total_fen)
        county.say(run, payment.PayRunApproved(lines=len(lines), total_fen=total_fen), by=APPROVER)
        issued = payment.BankFileIssued(file=file, lines=len(lines), total_fen=total_fen)
        county.say(run, issued, by=APPROVER)
        self._disburse(run, lines)
        yield Turn(county.after(1), BANK)
        late = self._late_line(month, lines)
        for line in lines:
            if line is late:
                county.spawn(self._pay_late(line, run))
            else:
                self._issue(line, run)
        self._ghosts(month, run)
        yield Turn(county.after(1), BANK)
        returned = [line for line in lines if line is not late and self._comes_back(line)]
        for line in returned:
            self._give_back(line, run)
        returned_fen = sum(line.fen for line in returned)
        result = payment.BankResultReceived(
            file=file,
            paid_fen=total_fen - returned_fen + self.disorder.misreported_fen.get(month, 0),
            paid_lines=len(lines) - len(returned),
            returned_fen=returned_fen,
            returned_lines=len(returned),
        )
        county.say(run, result, by=BANK_CLERK)
        yield Turn(county.today, FINANCE)
        if returned_fen:
            self.treasury.take_back(returned_fen, "银行退回", run)

    def _run(self, month: str) -> str:
        """Return the stream of a month's run; those of extreme hardship carry no name."""
        return f"run/{month}" if self.programme == "tekun" else f"run/{self.programme}-{month}"

    # the roster --------------------------------------------------------------------------------

    def _roster(self, month: str) -> list[Line]:
        """Open the run of a month and put on it everybody who is due something."""
        county, run = self._county, self._run(month)
        self._read_entitlements()
        lines = [line for case in self._cases for line in self._due(case, month)]
        forced = [
            self._line(case, case.state.account, month)
            for case in self.disorder.forced.get(month, [])
        ]
        if not lines and not forced:
            return []
        county.say(run, payment.PayRunOpened(fund=self.fund, month=month), by=PAYMASTER)
        against = [line for line in lines if self.disorder.forces(line.case.stream, line.month)]
        for line in lines:
            if line not in against:
                county.say(line.case.stream, _rostered(line, run), by=PAYMASTER)
        for line in against + forced:
            proposal = county.proposal(line.case.stream, _rostered(line, run), by=PAYMASTER)
            county.insist(proposal, reason="名册未更新", authority="社会救助股")
            line.case.issued_fen[month] = line.fen
        return lines + forced

    def _due(self, case: Dossier, month: str) -> list[Line]:
        """Return the lines of one case: the month's, what an earlier month is short of, help once."""
        state = case.state
        granted = state.help.granted_fen - state.help.rostered_fen
        if granted > 0 and state.account and not state.died_on:
            return [_extra(case, month, "one_off", granted, "一次性救助")]
        if (
            not state.from_month
            or not state.account
            or state.whereabouts
            or month < state.from_month
        ):
            return []
        lines = []
        before = add_months(month, -1)
        owed = self._fen(case, before) - case.issued_fen.get(before, self._fen(case, before))
        if owed > 0 and not self.disorder.keeps_back(case.stream, self._since(case, before)):
            lines.append(_extra(case, before, "arrears", owed, "调标补差"))
        if state.payable_fen(month) > 0:
            lines.append(self._line(case, state.account, month))
            case.issued_fen[month] = lines[-1].fen
        return lines

    def _line(self, case: Dossier, account: str, month: str) -> Line:
        """Return the regular line of a case for a month."""
        entitlement = self._entitlement(case, month)
        parts = () if entitlement is None else entitlement.parts
        added = self.disorder.adds_to(case.stream, month)
        parts += (added,) if added else ()
        fen = self._fen(case, month) + (added.fen if added else 0)
        return Line(case=case, account=account, fen=fen, month=month, kind="regular", parts=parts)

    def _since(self, case: Dossier, month: str) -> str:
        """Return from which month that holds which a case is entitled to in a month."""
        entitlement = self._entitlement(case, month)
        return "" if entitlement is None else entitlement.from_month

    def _fen(self, case: Dossier, month: str) -> int:
        """Return what a case is entitled to in a month."""
        entitlement = self._entitlement(case, month)
        return 0 if entitlement is None else entitlement.monthly_fen

    def _entitlement(self, case: Dossier, month: str) -> support.EntitlementSet | None:
        """Return the entitlement that counts for a month: the latest from, the last set."""
        best = None
        for entitlement in self._entitlements.get(case.stream, ()):
            begun = entitlement.from_month <= month
            if begun and (best is None or entitlement.from_month >= best.from_month):
                best = entitlement
        return best

    def _read_entitlements(self) -> None:
        """Read the entitlements recorded since the last run."""
        for row in self._county.session.store.read_types(("EntitlementSet",), start=self._seen):
            entry = recorded_row(row)
            if entry is not None and isinstance(entry.event, support.EntitlementSet):
                self._entitlements.setdefault(entry.stream, []).append(entry.event)
                self._seen = entry.position + 1

    # the bank ----------------------------------------------------------------------------------

    def _issue(self, line: Line, run: str) -> None:
        """Let the bank pay one line, as it was told or otherwise."""
        county, key = self._county, (line.case.stream, line.month)
        event = payment.PaymentIssued(
            account=line.account,
            amount_fen=line.fen + self.disorder.bank_adds_fen.get(key, 0),
            kind=line.kind,
            month=line.month,
            paid_on=county.today.isoformat(),
            run=run,
        )
        for _ in range(2 if key in self.disorder.paid_twice and line.kind == "regular" else 1):
            county.say(line.case.stream, event, by=BANK_CLERK)

    def _late_line(self, month: str, lines: list[Line]) -> Line | None:
        """Return the line of a month that the bank pays late, if one is to be."""
        if month not in self.disorder.late_months:
            return None
        orderly = (
            line
            for line in lines
            if line.kind == "regular" and not self.disorder.spoils(line.case.stream, line.month)
        )
        return next(orderly, None)

    def _pay_late(self, line: Line, run: str) -> Process:
        """Let the bank pay a line in the middle of the month."""
        yield Turn(date.fromisoformat(f"{line.month}-{_LATE_DAY}"), BANK)
        self._issue(line, run)

    def _ghosts(self, month: str, run: str) -> None:
        """Let the bank pay people whom nobody approved."""
        for stream, account, fen in self.disorder.ghosts.get(month, ()):
            event = payment.PaymentIssued(
                account=account,
                amount_fen=fen,
                month=month,
                paid_on=self._county.today.isoformat(),
                run=run,
            )
            self._county.say(stream, event, by=BANK_CLERK)

    def _comes_back(self, line: Line) -> bool:
        """Whether the bank returns a line."""
        key = (line.case.stream, line.month)
        if line.kind != "regular" or key in self.disorder.paid_twice:
            return False
        rng = self._county.rng("returned", *key)
        by_chance = line.case.plan.fates and rng.randrange(1000) < _RETURNED_PERMILLE
        return by_chance or self.disorder.returns(*key)

    def _give_back(self, line: Line, run: str) -> None:
        """Record the return of a line, and have it sent again to another account."""
        county, key = self._county, (line.case.stream, line.month)
        event = payment.PaymentReturned(
            amount_fen=line.fen,
            month=line.month,
            reason=self.disorder.return_reasons.get(key, _ACCOUNT_CLOSED),
            returned_on=county.today.isoformat(),
            run=run,
        )
        county.say(line.case.stream, event, by=BANK_CLERK)
        if key not in self.disorder.returned_for_good:
            county.spawn(self._send_again(line, run))

    def _send_again(self, line: Line, run: str) -> Process:
        """Bind another account and send the returned line once more."""
        county, case = self._county, line.case
        # At once: what befalls a person befalls them later in the month, and the money is settled.
        yield case.turn(1)
        if case.over(county.today):
            return
        holder = case.plan.holder
        number = {"account_number": county.people.account()}
        asked = duty.AccountChangeRequested(
            account=UNKNOWN_ACCOUNT, holder=holder, reason=_ACCOUNT_CLOSED
        )
        case.say(asked, CLERK, personal=number)
        confirmed = duty.AccountChangeConfirmed(
            account=account_token(secrets_of(county.session).pepper, number["account_number"]),
            channel="face_to_face",
            evidence=case.digest(f"account/{county.today}"),
        )
        case.say(confirmed, HEAD)
        bound = support.AccountBound(account=UNKNOWN_ACCOUNT, holder=holder)
        case.say(bound, CLERK, personal=number)
        yield case.turn(1, COUNTY)
        account = case.state.account
        event = payment.PaymentReissued(
            account=account, amount_fen=line.fen, month=line.month, run=run
        )
        county.say(case.stream, event, by=PAYMASTER)
        yield Turn(county.today, FINANCE)
        self._allocate(line.fen)
        self._disburse(run, [line])
        yield Turn(county.after(1), BANK)
        issued = payment.PaymentIssued(
            account=account,
            amount_fen=line.fen,
            kind="reissue",
            month=line.month,
            paid_on=county.today.isoformat(),
            run=run,
        )
        county.say(case.stream, issued, by=BANK_CLERK)

    # the fund ----------------------------------------------------------------------------------

    def _allocate(self, needed_fen: int) -> None:
        """Let the fund have what the run and the burials need, and pay the burials."""
        burials_fen = sum(case.funeral_fen for case in self._cases)
        self.treasury.cover(needed_fen + burials_fen)
        if burials_fen:
            self.treasury.spend(burials_fen, "funeral")
        for case in self._cases:
            case.funeral_fen = 0

    def _disburse(self, run: str, lines: list[Line]) -> None:
        """Pay the run out of the fund, by purpose."""
        nursing_fen = sum(
            part.fen for line in lines for part in line.parts if part.code.startswith("nursing")
        )
        self.treasury.spend(sum(line.fen for line in lines) - nursing_fen, "basic_living", run)
        if nursing_fen:
            self.treasury.spend(nursing_fen, "nursing", run)


def _extra(case: Dossier, month: str, kind: Kind, fen: int, formula: str) -> Line:
    """Return a line beside the regular one: one part, named as the line is."""
    parts = (AmountLine(code=kind, fen=fen, formula=formula),)
    account = case.state.account
    return Line(case=case, account=account, fen=fen, month=month, kind=kind, parts=parts)


def _rostered(line: Line, run: str) -> payment.PaymentRostered:
    """Return the roster entry of a line."""
    return payment.PaymentRostered(
        account=line.account,
        amount_fen=line.fen,
        kind=line.kind,
        month=line.month,
        parts=line.parts,
        run=run,
    )


def _file_hash(lines: list[Line]) -> str:
    """Return the SHA-256 of the bank file: one line a payment, without a name."""
    rows = [f"{line.case.stream},{line.account},{line.month},{line.fen}\n" for line in lines]
    return hashlib.sha256("".join(rows).encode()).hexdigest()
