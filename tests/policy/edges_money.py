"""Rows of facts at the edge of a clause: money, months, limits, goods."""

from __future__ import annotations

from tests.policy.edges import AFTER, BEFORE, DAY, ON, Row, each, one

MONEY = (
    Row(
        "entitlement-from-month",
        {"act.from_month": "2022-03", "case.from_month": "2022-03"},
        one("act.from_month", "2022-02"),
    ),
    Row(
        "suspension-running",
        {"case.approved": True, "case.terminated": False, "case.suspended": False},
        each(approved=False, terminated=True, suspended=True),
    ),
    Row(
        "resumption-suspended",
        {
            "case.alive": True,
            "case.prison_or_missing": False,
            "case.suspended": True,
            "case.terminated": False,
        },
        each(alive=False, prison_or_missing=True, suspended=False, terminated=True),
    ),
    Row("refusal-reasons", {"act.reasons": ["income"]}, one("act.reasons", [])),
    Row(
        "household-declared",
        {"act.type": "ApplicationApproved", "case.unit": "household", "case.persons": 1},
        each(unit="", persons=0),
    ),
    Row(
        "approval-unit",
        {
            "act.form": "household",
            "act.limb": "single_person",
            "case.unit": "single_person",
            "case.persons": 1,
        },
        (*each(unit="household", persons=2), *one("act.form", "decentralised")),
        meet=({"act.limb": "household", "case.unit": "household", "case.persons": 3},),
    ),
    Row(
        "recognition-means",
        {
            "act.recognised": "marginal",
            "case.persons": 1,
            "case.income_assessed": True,
            "case.property_assessed": True,
            "case.income_fen": 0,
            "case.deposits_fen": 1_692_000,
        },
        each(persons=0, income_assessed=False, property_assessed=False, deposits_fen=1_692_001),
    ),
    Row(
        "amount-bounds",
        {"act.way": "money", "act.amount_fen": 10_000},
        one("act.amount_fen", 9_999),
        meet=({"act.way": "service", "act.amount_fen": 0},),
        packs=("cn-temporary-2018",),
    ),
    Row(
        "pay-amount",
        {"act.kind": "regular", "act.amount_fen": 1, "case.entitled_fen": 1},
        (*one("act.amount_fen", 2), {"act.amount_fen": 0, "case.entitled_fen": 0}),
    ),
    Row(
        "pay-granted",
        {"act.kind": "one_off", "act.amount_fen": 1, "case.granted_unpaid_fen": 1},
        one("act.amount_fen", 0, 2),
    ),
    Row(
        "pay-one-off",
        {"act.kind": "one_off", "act.amount_fen": 1, "case.granted_unpaid_fen": 1},
        (*one("act.amount_fen", 2), {"act.amount_fen": 0, "case.granted_unpaid_fen": 0}),
    ),
    Row(
        "medical-rest",
        {
            "act.help": "medical",
            "act.amount_fen": 1,
            "act.cause": "a",
            "case.claims": [{"claim": "a", "rest_fen": 1}, {"claim": "b", "rest_fen": 9}],
        },
        (*one("act.amount_fen", 0, 2), *one("act.cause", "c")),
    ),
    Row(
        "pay-from-month",
        {"act.kind": "regular", "act.month": "2022-03", "case.from_month": "2022-03"},
        (*one("act.month", "2022-02"), *each(from_month="")),
    ),
    Row(
        "pay-not-ended",
        {
            "act.kind": "regular",
            "act.month": "2022-03",
            "case.end_month": "2022-03",
            "case.died_on": "2022-03-01",
        },
        each(end_month="2022-02", died_on=DAY),
        meet=each(end_month="", died_on=""),
    ),
    Row(
        "pay-not-suspended",
        {"case.suspended": False, "case.prison_or_missing": False},
        each(suspended=True, prison_or_missing=True),
    ),
    Row(
        "pay-exit-over",
        {"case.exit_granted": True, "act.month": "2022-03", "case.exit_last_month": "2022-03"},
        one("act.month", "2022-04"),
        not_asked=each(exit_granted=False),
    ),
    Row(
        "payer-sum",
        {"act.total_fen": 0},
        one("act.basic_fen", 1) + one("act.fund_fen", 1),
        meet=({"act.total_fen": 10, **{f"act.{who}_fen": 1 for who in ("basic", "serious")}},),
    ),
    Row(
        "payer-order",
        {f"act.{who}_fen": 1 for who in ("basic", "serious", "assistance", "fund")},
        (),
    ),
    Row("payer-order", {"act.basic_fen": 1}, one("act.assistance_fen", 1) + one("act.fund_fen", 1)),
    Row("payer-order", {}, one("act.serious_fen", 1) + one("act.fund_fen", 1)),
    Row(
        "limit-extension-length",
        {
            "act.unit": "days",
            "act.extended": 1,
            "limit.unit": "days",
            "limit.extended": 14,
            "limit.extended_max": 15,
        },
        (*one("act.extended", 0, 2), *one("act.unit", "working_days")),
    ),
    Row(
        "limit-suspension-running",
        {**ON, "act.suspended_on": DAY, "limit.suspended": False, "limit.due_on": DAY},
        (
            *one("limit.suspended", True),
            *one("limit.due_on", BEFORE),
            *one("act.suspended_on", AFTER),
        ),
    ),
    Row(
        "recovery-of-paid",
        {"act.amount_fen": 1, "case.recovery_open_fen": 9, "case.paid_fen": 10},
        one("act.amount_fen", 2),
    ),
    Row(
        "recovery-months",
        {**ON, "act.from_month": "2022-01", "act.to_month": "2022-01", "act.due_on": DAY},
        (*one("act.to_month", "2021-12"), *one("act.due_on", BEFORE)),
    ),
    Row(
        "waiver-of-open-recovery",
        {"act.amount_fen": 10, "case.recovery_open_fen": 10},
        one("act.amount_fen", 11),
    ),
    Row(
        "fund-covers-transfer",
        {"act.amount_fen": 10, "fund.balance_fen": 10},
        one("act.amount_fen", 11),
    ),
    Row(
        "goods-in-stock",
        {"act.quantity": 2, "act.value_fen": 10, "stock.units": 2, "stock.value_fen": 10},
        one("act.quantity", 3) + one("act.value_fen", 11),
    ),
    Row(
        "service-invoiced",
        {
            "act.hours": 2,
            "act.amount_fen": 10,
            "contract.open_hours": 2,
            "contract.open_fen": 10,
        },
        one("act.hours", 3) + one("act.amount_fen", 11),
    ),
    Row("service-hours", {"act.hours": 8, "contract.hours_month": 8}, one("act.hours", 7)),
    Row(
        "care-certificate",
        {**ON, "act.relation": "agency", "carer.certified_to": DAY},
        one("carer.certified_to", BEFORE, ""),
    ),
    Row(
        "run-balances",
        {"act.lines": 2, "act.total_fen": 10, "run.lines": 2, "run.total_fen": 10},
        one("act.lines", 1) + one("act.total_fen", 9),
    ),
    Row(
        "relocation-income",
        {
            "case.relocation_site": "a",
            "case.relocated_on": DAY,
            "case.income_assessed_on": DAY,
        },
        each(income_assessed_on=BEFORE),
        not_asked=each(relocation_site=""),
    ),
    Row(
        "expenditure-income",
        {
            "act.kind": "expenditure",
            "case.income_assessed": True,
            "case.persons": 1,
            "case.income_fen": 0,
        },
        each(income_assessed=False, persons=0),
    ),
    Row(
        "purchase-in-public-emergency",
        {"act.emergency": "natural_disaster", "act.amount_fen": 1},
        one("act.amount_fen", 0) + one("act.emergency", "fire_at_home"),
    ),
    Row(
        "contribution-whole",
        {"act.scheme": "basic", "act.year": 2022, "act.amount_fen": 32_000},
        one("act.amount_fen", 31_999, 32_001),
        meet=(
            {"act.year": 2021, "act.amount_fen": 28_000},
            {"act.year": 2016, "act.amount_fen": 15_000},
        ),
        not_asked=(*one("act.year", 2019), *one("act.scheme", "stacked")),
    ),
    Row(
        "contribution-stacked",
        {
            "act.help": "contribution",
            "act.detail": "stacked",
            "person.supported_programmes": ["dibao"],
            "person.allowance_per_head_fen": 33_333,
        },
        (
            *one("person.allowance_per_head_fen", -1, 33_334),
            *one("person.supported_programmes", ["tekun"]),
        ),
        meet=one("person.allowance_per_head_fen", 0),
        not_asked=one("act.detail", "basic") + one("act.help", "medical"),
    ),
    Row(
        "lookback-once",
        {
            "act.help": "medical_lookback",
            "person.allowance_on": DAY,
            "person.grants": [{"help": "medical_lookback", "granted_on": BEFORE}],
        },
        one("person.grants", [{"help": "medical_lookback", "granted_on": DAY}]),
        meet=one("person.grants", [{"help": "medical", "granted_on": DAY}]),
    ),
    Row(
        "lookback-recognised",
        {
            "act.help": "medical_lookback",
            "person.allowance_on": DAY,
            "person.supported_programmes": ["dibao"],
            "person.recognitions": [{"recognised": "marginal", "granted_on": DAY}],
        },
        (
            *one("person.recognitions", [{"recognised": "marginal", "granted_on": AFTER}]),
            *one("person.recognitions", [{"recognised": "rigid", "granted_on": DAY}]),
            *one("person.supported_programmes", []),
        ),
    ),
)
