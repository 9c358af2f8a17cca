"""Double entry: both derivations agree on every line, and every entry balances to the fen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask, Table
from tests.replay.histories import Log, adopt_pack, apply_for, case_name, pay, token

from aidledger.domain import postings
from aidledger.domain.events.payment import PaymentIssued
from aidledger.domain.postings import BOOKED, Posting, posted, postings_of, trial_balance
from aidledger.domain.recorded import Recorded
from aidledger.replay.building import build_table
from aidledger.replay.digest import plain_rows
from aidledger.replay.engine import building, lock
from aidledger.replay.loading import Loader, end_of_day
from aidledger.replay.models import load_models, needed
from aidledger.replay.rows import recorded_record

MODELS = load_models()
FIRST = date(2022, 1, 1)
days = st.integers(0, 100).map(lambda n: str(FIRST + timedelta(days=n)))
sums = st.sampled_from([0, 1, 100, 112_800, 2**53 - 1])
runs = st.sampled_from(["run/2022-03", "2022-03", "run/2022-04"])
cases = st.sampled_from([case_name(1), case_name(2)])
stocks = st.sampled_from(["stock/county", "stock/520123001"])
contracts = st.sampled_from(["contract/2022-01"])
funds = st.sampled_from(["fund/tekun-2022", "fund/2022", "case/oddly"])


def entry(
    name: str, stream: st.SearchStrategy[str], **fields: Any
) -> st.SearchStrategy[tuple[str, str, dict[str, Any]]]:
    given_fields = {
        key: value if isinstance(value, st.SearchStrategy) else st.just(value)
        for key, value in fields.items()
    }
    return st.tuples(st.just(name), stream, st.fixed_dictionaries(given_fields))


LINE = {"amount_fen": sums, "month": "2022-03", "run": runs}
MONEY = (
    entry(
        "FundReceived",
        funds,
        amount_fen=sums,
        level=st.sampled_from(["central", "county"]),
        year=2022,
    ),
    entry(
        "FundDisbursed",
        funds,
        amount_fen=sums,
        purpose=st.sampled_from(["basic_living", "funeral"]),
        run=st.none() | runs,
    ),
    entry("FundReturned", funds, amount_fen=sums, run=st.none() | runs),
    entry("PaymentRostered", cases, account=token("a", 1), **LINE),
    entry("PaymentIssued", cases, account=token("a", 1), paid_on="2022-03-10", **LINE),
    entry("PaymentReturned", cases, reason="closed", returned_on="2022-03-11", **LINE),
    entry("PaymentReissued", cases, account=token("a", 2), **LINE),
    entry("PaymentRecovered", cases, amount_fen=sums, month="2022-03", reason="death"),
    entry("FuneralArranged", cases, by="village", cost_fen=sums),
    entry(
        "DirectPurchaseMade",
        cases,
        amount_fen=sums,
        emergency="flood",
        item="rice",
        quantity=1,
        supplier="shop",
    ),
    entry(
        "FundAllocated",
        funds,
        amount_fen=sums,
        document="d-1",
        from_level="city",
        programme=st.sampled_from(["tekun", "dibao"]),
        year=2022,
    ),
    entry("FundTransferred", funds, amount_fen=sums, to_fund=funds | st.just("tekun-2023")),
    entry(
        "RecoveryOrdered",
        cases,
        amount_fen=sums,
        due_on="2022-05-01",
        from_month="2022-03",
        reason="death",
        to_month="2022-03",
    ),
    entry("RecoveryWaived", cases, amount_fen=sums, authority="d-2", reason="died"),
    entry(
        "GoodsReceived",
        stocks,
        from_unit="shop",
        item="rice",
        quantity=3,
        unit="bag",
        kind=st.sampled_from(["bought", "donated"]),
        value_fen=sums,
    ),
    entry("DonationReceived", funds, amount_fen=sums, donor="d-3"),
    entry(
        "FacilitySubsidyPaid",
        st.just("facility/home1"),
        amount_fen=sums,
        fund="elderly-2022",
        kind=st.sampled_from(["build", "operate"]),
        month="2022-03",
    ),
    entry("GoodsIssued", stocks, item="rice", purpose="festival", quantity=1, value_fen=sums),
    entry("GoodsReturned", stocks, item="rice", quantity=1, value_fen=sums),
    entry("ServiceInvoiced", contracts, amount_fen=sums, hours=8, invoice="i-1", month="2022-03"),
    entry("ServiceAccepted", contracts, amount_fen=sums, hours=8, month="2022-03"),
)
OTHER = (
    entry(
        "ApplicationSubmitted",
        cases,
        applicant=token("p", 1),
        area="rural",
        birth_on="1950-05-05",
        route="self",
        township="520123001",
        village="520123001001",
    ),
    entry("PayRunOpened", st.just("run/2022-03"), fund="fund/tekun-2022", month="2022-03"),
)
AMENDMENTS = st.one_of(
    st.tuples(st.just("EntryAnnulled"), st.integers(0, 20), st.none()),
    st.tuples(st.just("EntryCorrected"), st.integers(0, 20), sums),
)
HISTORY = st.lists(
    st.tuples(days, st.integers(0, 3), st.one_of(*MONEY, *OTHER, AMENDMENTS)), max_size=25
)


def written(history: list[Any]) -> Log:
    """Write a history: each entry is recorded some days after the one before."""
    log, clock = Log(), FIRST
    for on, later, what in history:
        clock += timedelta(days=later)
        match what:
            case ("EntryAnnulled", position, _) if position < len(log.written):
                name, stream, data = "EntryAnnulled", stream_at(log, position), {}
            case ("EntryCorrected", position, fen) if position < len(log.written):
                name, stream = "EntryCorrected", stream_at(log, position)
                data = {"field": "amount_fen", "value": str(fen)}
            case (str(name), str(stream), dict(data)):
                position = None
            case _:
                continue
        if position is not None:
            data |= {"position": position, "authority": "county", "reason": "typing error"}
        log.add(name, stream, on, at=f"{clock}T15:59:59.000000Z", **data)
    return log


def stream_at(log: Log, position: int) -> str:
    found = recorded_record(*log.written[position])
    assert found is not None
    return found.stream


def recorded(log: Log, known_on: date | None = None) -> list[Recorded]:
    """Return the entries of a log that were known on a day."""
    found = [recorded_record(*row) for row in log.written]
    return [
        one
        for one in found
        if one is not None and (known_on is None or one.recorded_at < end_of_day(known_on))
    ]


def tables(log: Log, *names: str, **question: Any) -> dict[str, Table]:
    """Load a log once and return the rows of some models."""
    found = {}
    with building(None) as connection:
        Loader(connection, **question).load(log)
        lock(connection)
        for model in needed(MODELS, names).values():
            build_table(connection, model)
        for name in names:
            columns, rows = plain_rows(connection, name, MODELS[name].key)
            found[name] = [dict(zip(columns, row, strict=True)) for row in rows]
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    history=HISTORY,
    as_of=st.integers(0, 110).map(lambda n: FIRST + timedelta(days=n)),
    known_on=st.none() | st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n)),
)
def test_python_and_sql_post_the_same_lines_and_every_entry_balances(
    history: list[Any], as_of: date, known_on: date | None
) -> None:
    """S4-115, S4-118: to the fen, at every position, whatever was recorded and amended."""
    log = written(history)
    question = {"as_of": as_of, "known_on": known_on}

    book = posted(recorded(log, known_on), as_of=as_of.isoformat())
    lines, sheet = tables(log, "postings", "trial_balance", **question).values()

    assert [(e.position, p.account, p.fen) for e in book for p in e.lines] == [
        (row["position"], row["account"], row["debit_fen"] - row["credit_fen"]) for row in lines
    ]
    assert [0] * len(book) == [sum(line.fen for line in entry.lines) for entry in book]
    assert trial_balance(book) == {
        row["account"]: (row["debit_fen"], row["credit_fen"]) for row in sheet
    }
    assert 0 == sum(row["balance_fen"] for row in sheet)


def test_a_broken_line_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: one line of Python's is a fen short, and both comparisons see it."""
    log = Log()
    apply_for(log, case_name(1))
    pay(log, case_name(1), "2022-03")
    true = postings_of

    def short(event: Any, stream: str, programme: str) -> tuple[Posting, ...]:
        lines = true(event, stream, programme)
        if isinstance(event, PaymentIssued):
            return (Posting(account=lines[0].account, fen=lines[0].fen - 1), *lines[1:])
        return lines

    monkeypatch.setattr(postings, "postings_of", short)
    book = posted(recorded(log))

    assert [0, -1] == [sum(line.fen for line in entry.lines) for entry in book]
    assert {
        row["account"]: row["debit_fen"] for row in tables(log, "trial_balance")["trial_balance"]
    } != {account: debit for account, (debit, _) in trial_balance(book).items()}


def test_a_month_that_is_paid_leaves_nothing_owed_and_nothing_with_the_bank(ask: Ask) -> None:
    """S4-115: from the allocation to the payment; what is left open is what was never recorded."""
    log = Log()
    adopt_pack(log)
    fund = "fund/tekun-2022"
    apply_for(log, case_name(1))
    log.add("FundReceived", fund, "2022-03-01", amount_fen=200_000, level="county", year=2022)
    log.add(
        "FundDisbursed",
        fund,
        "2022-03-05",
        amount_fen=112_800,
        purpose="basic_living",
        run="run/2022-03",
    )
    pay(log, case_name(1), "2022-03")
    log.add("FuneralArranged", case_name(1), "2022-03-20", by="village", cost_fen=500)
    log.add("FundDisbursed", fund, "2022-03-21", amount_fen=700, purpose="funeral")

    balances = {
        row["account"]: row["balance_fen"] for row in ask(log, "trial_balance")["trial_balance"]
    }

    assert {
        "assets:due/county": -200_000,
        "assets:fund/tekun-2022": 86_500,
        "assets:run/2022-03": 0,
        "expenses:funeral": 500,
        "expenses:support/tekun": 112_800,
        f"liabilities:owed/{case_name(1)}": 0,
        "liabilities:purpose/funeral": 200,
    } == balances


def test_a_line_of_a_roster_shows_the_application_that_says_its_programme(ask: Ask) -> None:
    log = Log()
    first = apply_for(log, case_name(1))
    rostered, issued = pay(log, case_name(1), "2022-03")
    log.add("PaymentRostered", case_name(2), "2022-03-01", account=token("a", 1), amount_fen=5,
            month="2022-03", run="run/2022-03")  # fmt: skip

    found = [(row["account"], row["positions"]) for row in ask(log, "postings")["postings"]]

    assert ("expenses:support/tekun", [first, rostered]) == found[0]
    assert (f"liabilities:owed/{case_name(1)}", [issued]) == found[2]
    assert "expenses:support/unknown" == found[4][0]


@settings(max_examples=1, deadline=None)
@given(st.tuples(*MONEY))
def test_every_event_of_money_is_in_the_random_histories(every: tuple[Any, ...]) -> None:
    """A new event with postings must be added to MONEY above."""
    assert set(BOOKED) == {name for name, _, _ in every}
