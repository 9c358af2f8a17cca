"""What the bank sends of each fund's account every month: a file, imported as any office imports one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from aidledger.domain.events import fund, payment
from aidledger.domain.events.base import Programme
from aidledger.domain.money import format_yuan
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.ledger.commitment import account_token
from aidledger.replay.rows import recorded_row
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.funds.importing import Imported, Wanted, import_statement
from aidledger.services.session import Session
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.places import FINANCE, FUND_KEEPER

BY_PERSON: Final[Programme] = "dibao"
"""Of this programme's runs the bank shows each payment, of all others one sum a run and day."""
_TITLES: Final = "交易日期,摘要,借方发生额,贷方发生额,余额,对方账号"
_ELSEWHERE: Final = "6228480000000000011"
"""An account that is nobody's in the county."""
_PAYMENTS: Final = ("PayRunOpened", "PaymentIssued", "PaymentReturned")


class Move(NamedTuple):
    """One line of a statement: what it moved out of the account (in: below 0), in fen, and to whom."""

    day: str
    words: str
    out_fen: int
    party: str = ""
    position: int = -1


class Wrongs:
    """What goes wrong with statements, by fund and month; all empty in a clean county."""

    def __init__(self) -> None:
        self.passed_through: dict[tuple[str, str], int] = {}
        """What comes in and goes out again within the month and is in no entry, in fen."""
        self.diverted: set[tuple[str, str]] = set()
        """Months of which one payment goes to another account."""
        self.altered: dict[tuple[str, str], int] = {}
        """What the sum of a run is less at the bank than in the ledger, in fen."""
        self.kept_back: set[tuple[str, str]] = set()
        """Months of which no statement is imported."""
        self.happened: dict[tuple[str, str], list[int]] = {}
        """Those of all these that came about, with the entries that say otherwise."""


class Banks:
    """The accounts of all funds at the bank."""

    def __init__(self, county: County, funds: Mapping[Programme, str]) -> None:
        self._county = county
        self._funds = funds
        self._balance_fen: Counter[str] = Counter()
        self._payments: dict[str, list[Move]] = defaultdict(list)
        self._run_funds: dict[str, str] = {}
        self._accounts: dict[tuple[str, str], str] = {}
        self._seen = 0
        self.wrongs = Wrongs()

    def monthly(self) -> Process:
        """Import the statement of each month on a working day of the next."""
        county = self._county
        month = county.first.isoformat()[:7]
        while True:
            before, month = month, add_months(month, 1)
            days = county.month_days(month)
            if len(days) < 4:
                return
            yield Turn(days[1], FINANCE)
            self._read_payments()
            for programme, stream in self._funds.items():
                self._import(programme, stream, before)

    def _import(self, programme: Programme, stream: str, month: str) -> None:
        """Write the file of one account, and have it imported."""
        moves = sorted(self._moves(programme, stream, month), key=lambda move: move.day)
        opening_fen = self._balance_fen[stream]
        self._balance_fen[stream] -= sum(move.out_fen for move in moves)
        if (stream, month) in self.wrongs.kept_back:
            return
        content = _file(month, opening_fen, moves)
        actor = f"{FINANCE}-{FUND_KEEPER}"
        on = self._county.today.isoformat()
        wanted = Wanted(account=stream, month=month, actor=actor, office=FINANCE, on=on)

        def imported(session: Session) -> Imported:
            return import_statement(session, content, wanted)

        self._county.take_in(imported)

    def _moves(self, programme: Programme, stream: str, month: str) -> Iterator[Move]:
        """Yield what moved in a month: as the ledger says it, or otherwise where it is to go wrong."""
        by_person = programme == BY_PERSON
        sums: Counter[tuple[str, str]] = Counter()
        told: dict[tuple[str, str], list[int]] = defaultdict(list)
        for entry in self._county.session.stream(stream):
            if entry.effective_on[:7] != month:
                continue
            match entry.event:
                case payment.FundReceived() | fund.DonationReceived() as event:
                    yield Move(entry.effective_on, "财政拨款", -event.amount_fen)
                case payment.FundReturned() as event if not (by_person and event.run):
                    yield Move(entry.effective_on, "退回", -event.amount_fen)
                case payment.FundDisbursed() as event if event.run is None:
                    yield Move(entry.effective_on, "转账支出", event.amount_fen)
                case payment.FundDisbursed() as event if not by_person:
                    key = (entry.effective_on, event.run or "")
                    sums[key] += event.amount_fen
                    told[key].append(entry.position)
                case _:
                    pass
        less_fen = self.wrongs.altered.get((stream, month), 0)
        for key, fen in sums.items():
            yield Move(key[0], "批量代发", fen - less_fen)
            if less_fen:
                less_fen = 0
                self.wrongs.happened[stream, month] = told[key]
        diverted = (stream, month) in self.wrongs.diverted
        for move in self._payments.get(f"{stream}/{month}", ()):
            turned = diverted and move.out_fen > 0
            yield move._replace(party=_ELSEWHERE) if turned else move
            if turned:
                diverted = False
                self.wrongs.happened[stream, month] = [move.position]
        passed_fen = self.wrongs.passed_through.get((stream, month), 0)
        if passed_fen:
            yield Move(f"{month}-12", "转账转入", -passed_fen)
            yield Move(f"{month}-20", "转账支出", passed_fen)
            self.wrongs.happened[stream, month] = []

    def _read_payments(self) -> None:
        """Read what the bank paid person by person, and what came back, since the last month."""
        county = self._county
        pepper = secrets_of(county.session).pepper
        numbers = {account_token(pepper, number): number for number in county.people.accounts()}
        of_fund = self._funds.get(BY_PERSON)
        for row in county.session.store.read_types(_PAYMENTS, start=self._seen):
            entry = recorded_row(row)
            if entry is None:
                continue
            self._seen = entry.position + 1
            match entry.event:
                case payment.PayRunOpened() as event:
                    self._run_funds[entry.stream] = event.fund
                case payment.PaymentIssued() | payment.PaymentReturned() as event:
                    if self._run_funds.get(event.run) == of_fund:
                        move = self._payment(entry, event, numbers)
                        self._payments[f"{of_fund}/{move.day[:7]}"].append(move)
                case _:
                    pass

    def _payment(
        self,
        entry: Recorded,
        event: payment.PaymentIssued | payment.PaymentReturned,
        numbers: Mapping[str, str],
    ) -> Move:
        """Return the line of a payment, or of what came back of it."""
        if isinstance(event, payment.PaymentIssued):
            number = numbers.get(event.account, "")
            self._accounts[entry.stream, event.month] = number
            return Move(event.paid_on, "代发", event.amount_fen, number, entry.position)
        number = self._accounts.get((entry.stream, event.month), "")
        return Move(event.returned_on, "退票", -event.amount_fen, number)


def _file(month: str, opening_fen: int, moves: list[Move]) -> bytes:
    """Return the bank's file: the balance that was there, and each line with the balance after it."""
    rows = [f"{month} 对公账户明细", _TITLES, f"期初余额,,,,{format_yuan(opening_fen)},"]
    # what comes in on a day stands before what goes out: no account is ever below zero
    balance_fen = opening_fen
    for move in sorted(moves, key=lambda move: (move.day, move.out_fen > 0)):
        balance_fen -= move.out_fen
        out = format_yuan(move.out_fen) if move.out_fen > 0 else ""
        came = format_yuan(-move.out_fen) if move.out_fen < 0 else ""
        said = (move.day, move.words, out, came, format_yuan(balance_fen), move.party)
        rows.append(",".join(said))
    return "\r\n".join(rows).encode("gb18030")
