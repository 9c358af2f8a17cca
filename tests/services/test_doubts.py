"""Doubts in a planted county, from what a rule finds to the day they are closed (S4-115, S4-117, F097)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from tests.cli.shell import aidledger
from tests.counties import county

from aidledger.audit.rule import Rule
from aidledger.domain.doubt import Doubt, identity_of, stream_of
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.clock import SetClock
from aidledger.services.doubts import raising
from aidledger.services.doubts.findings import Found, Run, read_run, run_of
from aidledger.services.doubts.raising import Raising, by_hand, doubts_of, raise_found
from aidledger.services.doubts.stepping import take_step
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session, open_session
from aidledger.store.outcome import Committed

RULE: Final = "F001"
DAY: Final = "2023-01-10"
AUDIT, COUNTY = (
    Who(actor="a1", office="520123-aud", on=DAY),
    Who(actor="c3", office="520123", on=DAY),
)


class Desk:
    """A copy of the planted county that may be written to, and what one rule finds in it."""

    def __init__(self, session: Session, run: Run, location: str) -> None:
        self.session, self.run, self.location = session, run, location

    def raised(self, run: Run | None = None, **more: Any) -> Raising:
        raising, outcome = raise_found(self.session, run or self.run, AUDIT, **more)
        assert outcome is None or isinstance(outcome, Committed)
        return raising

    def step(self, stream: str, name: str, who: Who = AUDIT, **data: Any) -> Doubt:
        outcome = take_step(self.session, stream, name, who, data=data)
        assert isinstance(outcome, Committed)
        return self.session.states.doubt(stream)

    def acted(self, stream: str, name: str, **data: Any) -> int:
        """Record an act of the county; its position."""
        act = proposal_of(
            {
                "type": name, "stream": stream, "effective_on": DAY, "actor": "c3",
                "office": "520123", "data": data,
            }
        )  # fmt: skip
        outcome = record(self.session, [act], cause=f"act-{self.session.store.head().size}")
        assert isinstance(outcome, Committed)
        return outcome.receipt.position

    def refused(self, stream: str, name: str, **data: Any) -> str:
        with pytest.raises(RefusedError) as refused:
            self.step(stream, name, **data)
        return str(refused.value.problems[0].clause)


RULES: Final[dict[str, Rule]] = rules_of(names=[RULE])


def asked(session: Session, rules: dict[str, Rule]) -> Run:
    return run_of(audit(session, rules, as_of=date.fromisoformat(DAY)))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """The county, and what the rule finds in it."""
    location = county(tmp_path_factory, planted=True).location
    with open_session(location, read_only=True) as session:
        return Path(location), asked(session, RULES)


@pytest.fixture
def desk(template: tuple[Path, Run], tmp_path: Path) -> Iterator[Desk]:
    made, run = template
    for path in made.parent.glob("ledger.sqlite*"):
        if path.is_file():
            shutil.copyfile(path, tmp_path / path.name)
            (tmp_path / path.name).chmod(0o600)
    location = str(tmp_path / "ledger.sqlite")
    clock = SetClock(datetime.fromisoformat(f"{DAY}T10:00:00+08:00"))
    with open_session(location, clock=clock) as session:
        yield Desk(session, run, location)


def test_a_doubt_is_raised_once_recovered_closed_and_outlives_its_rule(desk: Desk) -> None:
    """S4-115, F097: from the rule to the money that came back."""
    new = desk.raised().new
    stream = new[0]
    doubt = desk.session.states.doubt(stream)
    fen, month = int(doubt.amount_fen or 0), doubt.period[:7]
    assert fen > 0

    assert "ledger.doubt.order" == desk.refused(stream, "DoubtConfirmed", reason="so")
    desk.step(stream, "DoubtAssigned", to_office="520123", to_officer="c7")
    looked: dict[str, Any] = {"by": ["c7"], "found": ["died"], "verified_on": DAY}
    desk.step(stream, "DoubtVerified", COUNTY, on_site=False, **looked)
    assert "doubt-on-site" == desk.refused(stream, "DoubtConfirmed", reason="so")
    desk.step(stream, "DoubtVerified", COUNTY, on_site=True, **looked)
    desk.step(stream, "DoubtConfirmed", reason="paid_after_death", amount_fen=fen)
    desk.step(stream, "DoubtDecided", COUNTY, outcomes=["recovery"], amount_fen=fen)
    assert "ledger.doubt.settled" == desk.refused(stream, "DoubtClosed")
    months = {"from_month": month, "to_month": month}
    ordered = desk.acted(
        doubt.case, "RecoveryOrdered", amount_fen=fen, due_on="2023-02-28", reason="death", **months
    )
    part = desk.acted(
        doubt.case, "PaymentRecovered", amount_fen=fen - 1, month=month, reason="death"
    )
    assert "ledger.doubt.entries" == desk.refused(stream, "DoubtSettled", entries=[0])
    desk.step(stream, "DoubtSettled", entries=[ordered, part])
    assert "doubt-settled-in-full" == desk.refused(stream, "DoubtClosed")
    assert "ledger.doubt.entries" == desk.refused(stream, "DoubtSettled", entries=[part])
    act = {"amount_fen": 1, "month": month, "reason": "death", "source": "bank"}
    rest = desk.acted(doubt.case, "PaymentRecovered", **act) if fen > 1 else part
    closed = desk.step(stream, "DoubtSettled", entries=[rest])
    closed = desk.step(stream, "DoubtClosed")

    assert ("closed", fen, 0) == (closed.stage, closed.settled_fen, closed.out_of_order)
    assert desk.raised(asked(desk.session, RULES)).new == ()
    rule = RULES[RULE]
    changed = msgspec.structs.replace(rule, query=f"{rule.query.rstrip()} LIMIT 0")
    silent = desk.raised(asked(desk.session, {RULE: changed}))
    assert ((), set(new) - {stream}) == (silent.new, set(silent.gone))
    assert set(new) == set(doubts_of(desk.session.store))
    again = desk.step(stream, "DoubtReopened", reason="new_evidence")
    assert ("reopened", 1, 0) == (again.stage, again.reopened, again.settled_fen)


def found(**more: Any) -> Found:
    fields = {
        "rule": RULE, "severity": "high", "subject": "case/1", "positions": (3, 5),
        "period": "2022-03/2022-04", "amount_fen": 7,
    }  # fmt: skip
    return msgspec.convert({**fields, **more}, Found)


def run_with(desk: Desk, *findings: Found) -> Run:
    return msgspec.structs.replace(desk.run, findings=findings)


def test_more_of_the_same_is_one_doubt_seen_again_and_less_is_nothing(desk: Desk) -> None:
    first = run_with(desk, found(), found(positions=(9,), amount_fen=2, severity="critical"))
    (stream,) = desk.raised(first).new
    doubt = desk.session.states.doubt(stream)
    assert (9, "critical", (3, 5, 9)) == (doubt.amount_fen, doubt.severity, doubt.positions)

    less = run_with(desk, found(positions=(3,), amount_fen=1, severity="low"))
    assert (stream,) == desk.raised(less).known
    for more in (
        found(positions=(3, 12), period="2022-03/2022-05"),
        found(positions=(3,), amount_fen=10),
    ):
        assert (stream,) == desk.raised(run_with(desk, more)).again
    seen = desk.session.states.doubt(stream)
    assert (3, 10, (3, 5, 9, 12)) == (seen.sightings, seen.amount_fen, seen.positions)
    assert "2022-03/2022-04" == seen.period
    assert ((), (stream,)) == (desk.raised(run_with(desk)).new, desk.raised(run_with(desk)).gone)


def test_what_was_refuted_is_not_raised_again_but_stands_out_with_more(desk: Desk) -> None:
    """S4-117: the same rule, subject and period."""
    (stream,) = desk.raised(run_with(desk, found())).new
    looked: dict[str, Any] = {"by": ["c7"], "found": ["alive"], "verified_on": DAY}
    desk.step(stream, "DoubtVerified", on_site=True, **looked)
    desk.step(stream, "DoubtRefuted", reason="namesake")

    same = desk.raised(run_with(desk, found()))
    assert ((), (), (stream,)) == (same.new, same.again, same.known)
    more = desk.raised(run_with(desk, found(positions=(3, 8))))
    assert ((stream,), (stream,)) == (more.again, more.over)
    assert "refuted" == desk.session.states.doubt(stream).stage


@pytest.mark.parametrize("most", [1, None])
def test_two_who_raise_at_once_raise_each_doubt_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int | None
) -> None:
    """Between the look and the writing another has written."""
    real = raising.proposed
    calls: list[int] = []

    def overtaken(session: Session, run: Run, who: Who, *, severity: str | None = None) -> Raising:
        mine = real(session, run, who, severity=severity)
        calls.append(len(mine.proposals))
        if len(calls) == 1:
            with open_session(desk.location, clock=session.clock) as other:
                raise_found(other, run_with(desk, *run.findings[:most]), who)
        return mine

    monkeypatch.setattr(raising, "proposed", overtaken)
    desk.raised()

    assert [2, most or 2, *([] if most is None else [1])] == calls
    heads = desk.session.store.stream_heads(desk.session.store.streams("doubt/"))
    assert {1} == {version for version, _ in heads.values()}


def test_findings_come_from_a_file_whole_or_not_at_all(desk: Desk) -> None:
    ran = aidledger(
        "--ledger", desk.location, "audit", "run", "--rule", RULE, "--as-of", DAY, "--json"
    )
    assert desk.run == read_run(ran.out.encode(), desk.session.store)
    good = ran.object
    one = good["findings"][0]
    damaged: tuple[Any, ...] = (
        {**good, "findings": good["findings"][1:]},
        {**good, "findings": [{**one, "amount_fen": 1}, *good["findings"][1:]]},
        {**good, "log_root": "00" * 32},
        {**good, "position": 10**9},
        {**good, "position": good["position"] - 1},
        {**good, "as_of": "2023-02-30"},
        {**good, "schema": "aidledger/audit-run/v9"},
        {**good, "ran": []},
        [],
    )
    for bad in damaged:
        with pytest.raises(ServiceError):
            read_run(msgspec.json.encode(bad), desk.session.store)
    for noise in (b"", b"\xff\xfe", b"[" * 100_000):
        with pytest.raises(ServiceError):
            read_run(noise, desk.session.store)


def test_a_doubt_by_hand_names_what_is_in_the_ledger_and_is_one(desk: Desk) -> None:
    case = desk.session.store.streams("case/")[0]
    mine = found(rule="X01", subject=case, positions=(3,), period=None)
    proposal = by_hand(desk.session, mine, AUDIT)
    assert isinstance(record(desk.session, [proposal], cause="hand"), Committed)
    doubt = desk.session.states.doubt(stream_of("X01", identity_of("X01", case, None)))

    assert (case, "raised", (3,)) == (doubt.case, doubt.stage, doubt.positions)
    for bad in (
        mine,
        found(subject=case, positions=(10**9,)),
        found(subject=case, positions=()),
        found(subject="520123195001010019"),
    ):
        with pytest.raises(ServiceError) as refused:
            by_hand(desk.session, bad, AUDIT)
        assert "520123195001010019" not in str(refused.value)
