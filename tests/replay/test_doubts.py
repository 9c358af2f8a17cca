"""The register of doubts: what every history comes to, in SQL as in the fold (S4-115, S4-117, F097)."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask
from tests.replay.doubting import CASE, DOUBT, raised, step
from tests.replay.histories import (
    TOWNSHIP,
    VILLAGE,
    Log,
    adopt_pack,
    apply_for,
    case_name,
    token,
)
from tests.replay.test_deadlines import limit

from aidledger.domain.doubt import Doubt, fold_doubt
from aidledger.replay.deriving import compute
from aidledger.replay.models import load_models
from aidledger.replay.rows import recorded_record

MODELS = load_models()
POSITIONS = st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True)
FEN = st.none() | st.integers(0, 9)
OUTCOMES = st.lists(st.sampled_from(["recovery", "none", "discipline"]), min_size=1, unique=True)
ACTS = st.one_of(
    st.builds(dict, name=st.just("DoubtSeenAgain"), positions=POSITIONS, amount_fen=FEN,
              period=st.none() | st.just("2022-02/2022-04"),
              severity=st.sampled_from(["low", "critical"])),
    st.builds(dict, name=st.just("DoubtAssigned"), to_office=st.sampled_from(["o1", "o2"])),
    st.builds(dict, name=st.just("DoubtVerified"), on_site=st.booleans()),
    st.builds(dict, name=st.just("DoubtConfirmed"), amount_fen=FEN),
    st.builds(dict, name=st.just("DoubtRefuted")),
    st.builds(dict, name=st.just("DoubtDecided"), outcomes=OUTCOMES, amount_fen=st.integers(0, 9)),
    st.builds(dict, name=st.just("DoubtSettled"), amount_fen=st.integers(0, 9)),
    st.builds(dict, name=st.just("DoubtClosed")),
    st.builds(dict, name=st.just("DoubtReopened")),
)  # fmt: skip
LOOKED_INTO = limit("30", "days", **{"from": "DoubtAssigned", "to": "DoubtVerified"})
SHARED = ("amount_fen", "severity", "decided_fen", "confirmed_fen", "settled_fen", "sightings")


def told(doubt: Doubt) -> dict[str, Any]:
    """Return what the register says of a doubt, from its fold."""
    fen = doubt.decided_fen if doubt.outcomes else None
    return {
        **{name: getattr(doubt, name) for name in SHARED},
        "decided_fen": fen,
        "state": doubt.stage,
        "period": doubt.period or None,
        "on_site": doubt.verified_on_site,
        "outcomes": list(doubt.outcomes) or None,
        "reopened": doubt.reopened,
        "out_of_order": doubt.out_of_order,
        "proof": list(doubt.positions),
    }


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories=st.lists(st.lists(ACTS, max_size=9), min_size=12, max_size=24))
def test_the_register_and_the_fold_agree_on_any_history_in_any_order(
    histories: list[list[dict[str, Any]]],
) -> None:
    log = Log()
    for number, acts in enumerate(histories):
        doubt = f"{DOUBT}-{number:02}"
        raised(log, "2022-03-01", doubt=doubt)
        for act in acts:
            step(log, "2022-03-02", doubt=doubt, **act)
    entries = [e for row in log.rows() if (e := recorded_record(row[0], row[1]))]

    _, columns, rows = compute(log, MODELS, "doubts", as_of=date(2022, 4, 1))
    derived = [dict(zip(columns, row, strict=True)) for row in rows]

    for row in derived:
        mine = [entry for entry in entries if entry.stream == row["doubt"]]
        expected = told(fold_doubt(row["doubt"], mine))
        expected["on_site"] = expected["on_site"] or None
        actual = {name: row[name] for name in expected}
        actual["on_site"] = actual["on_site"] or None
        assert expected == actual
        assert [entry.position for entry in mine] == row["positions"]
    assert len(histories) == len(derived)


def test_a_doubt_from_first_to_last_day(ask: Ask) -> None:
    """S4-117, F097: state, age and the next day that matters, at each step as it was known."""
    log = Log()
    adopt_pack(
        log,
        "2021-01-01",
        **LOOKED_INTO,
    )
    apply_for(log, CASE, "2022-01-04")
    raised(log, "2022-03-01", case=CASE, place=VILLAGE, amount_fen=90_000, positions=(1,))
    for on, name, more in (
        ("2022-03-03", "DoubtAssigned", {"due_on": "2022-03-20"}),
        ("2022-03-21", "DoubtVerified", {"on_site": True}),
        ("2022-03-25", "DoubtConfirmed", {"amount_fen": 80_000, "reason": "paid_after_death"}),
        ("2022-03-28", "DoubtDecided", {"outcomes": ["recovery"], "amount_fen": 80_000}),
        ("2022-04-20", "DoubtSettled", {"amount_fen": 80_000}),
        ("2022-04-22", "DoubtClosed", {}),
        ("2022-06-01", "DoubtReopened", {}),
    ):
        step(log, on, name=name, **more)
    days = ("2022-03-01", "2022-03-03", "2022-03-28", "2022-04-22", "2022-06-01")
    rows = [ask(log, "doubts", as_of=day)["doubts"][0] for day in days]

    assert [
        ("raised", 0, None),
        ("assigned", 2, "2022-03-20"),
        ("decided", 27, None),
        ("closed", 52, None),
        ("reopened", 92, None),
    ] == [(row["state"], row["age_days"], row["due_on"]) for row in rows]
    assert (TOWNSHIP, 80_000, 80_000, 0) == tuple(
        rows[3][name] for name in ("township", "confirmed_fen", "settled_fen", "out_of_order")
    )
    assert [None, None, 0] == [rows[4][n] for n in ("decided_on", "outcomes", "settled_fen")]
    assert all(set(one["positions"]) <= set(two["positions"]) for one, two in pairwise(rows))


def test_a_day_sooner_than_the_packs_is_due_beside_it(ask: Ask) -> None:
    """F097."""
    log = Log()
    adopt_pack(
        log,
        "2021-01-01",
        **LOOKED_INTO,
    )
    raised(log, "2022-03-01")
    step(log, "2022-03-03", name="DoubtAssigned", due_on="2022-03-10")
    asked = ask(log, "due_items", "doubts", as_of="2022-03-11")
    due = {(row["what"], row["due_on"], row["state"]) for row in asked["due_items"]}

    assert {
        ("doubt F001", "2022-03-10", "missed"),
        ("opinion", "2022-04-02", "open"),
    } == due
    assert "2022-03-10" == asked["doubts"][0]["due_on"]


def test_what_is_seen_after_it_was_refuted_stands_out(ask: Ask) -> None:
    log = Log()
    raised(log, "2022-03-01")
    for name in ("DoubtVerified", "DoubtRefuted"):
        step(log, "2022-03-02", name=name)
    before = ask(log, "doubts")["doubts"][0]
    step(log, "2022-03-09", name="DoubtSeenAgain", positions=[7], amount_fen=5, severity="high")
    after = ask(log, "doubts")["doubts"][0]

    assert [False, True] == [before["seen_since"], after["seen_since"]]
    assert ["refuted", "refuted"] == [before["state"], after["state"]]
    assert [0, 7] == after["proof"]


@pytest.mark.parametrize(
    ("fen", "annulled", "differs"), [(70, False, False), (71, False, True), (70, True, True)]
)
def test_what_settled_a_doubt_is_held_against_its_entries_as_they_stand(
    ask: Ask, fen: int, annulled: bool, differs: bool
) -> None:
    """F097: a sum that was forged, or a recovery that was annulled since."""
    log = Log()
    raised(log, "2022-03-01", case=CASE)
    back = {"month": "2022-02", "reason": "death"}
    came = [log.add("PaymentRecovered", CASE, "2022-03-05", amount_fen=n, **back) for n in (30, 40)]
    taken: list[tuple[str, dict[str, Any]]] = [
        ("DoubtVerified", {}),
        ("DoubtConfirmed", {}),
        ("DoubtDecided", {"outcomes": ["recovery"], "amount_fen": 70}),
        ("DoubtSettled", {"entries": came[:1], "amount_fen": 30}),
        ("DoubtSettled", {"entries": came[1:], "amount_fen": fen - 30}),
    ]
    for name, more in taken:
        step(log, "2022-03-06", name=name, **more)
    if annulled:
        why = {"authority": "county head", "reason": "typing error"}
        log.add("EntryAnnulled", CASE, "2022-03-07", position=came[0], **why)
    (row,) = ask(log, "doubts")["doubts"]

    assert (fen, differs) == (row["settled_fen"], row["settled_differs"])


def test_a_county_counts_its_doubts_by_township_and_rule(ask: Ask) -> None:
    """F097."""
    log = Log()
    for number, (place, rule, fen) in enumerate(
        [(VILLAGE, "F001", 5), (VILLAGE, "F001", 7), (None, "F001", None), (VILLAGE, "F054", 1)]
    ):
        raised(log, "2022-03-01", doubt=f"{DOUBT}-{number}", place=place, rule=rule, amount_fen=fen)
    for name in ("DoubtVerified", "DoubtRefuted", "DoubtClosed"):
        step(log, "2022-03-02", doubt=f"{DOUBT}-1", name=name)
    rows = ask(log, "doubts_by_rule", as_of="2022-03-31")["doubts_by_rule"]
    told = [
        [
            row[n]
            for n in ("township", "rule", "doubts", "open", "closed", "oldest_days", "amount_fen")
        ]
        for row in rows
    ]

    assert [
        ["", "F001", 1, 1, 0, 30, 0],
        [TOWNSHIP, "F001", 2, 1, 1, 30, 12],
        [TOWNSHIP, "F054", 1, 1, 0, 30, 1],
    ] == told


def test_a_doubt_about_a_person_lies_in_the_townships_of_all_their_cases(ask: Ask) -> None:
    """F097: whoever audits a township sees every doubt that touches it."""
    log, person, other = Log(), token("p", 7), "520123002"
    for number, township in enumerate((TOWNSHIP, other, TOWNSHIP), start=1):
        apply_for(log, case_name(number), f"2022-02-0{number}", number=7, village=f"{township}001")
    for name, more in {
        "person": {"subject": person},
        "named": {"subject": person, "case": case_name(2)},
        "placed": {"subject": person, "place": VILLAGE},
        "case": {"subject": case_name(3)},
        "nobody": {"subject": token("p", 8)},
    }.items():
        raised(log, "2022-03-01", doubt=f"{DOUBT}-{name}", **more)
    rows = ask(log, "doubts", as_of="2022-03-31")["doubts"]
    told = {row["doubt"].removeprefix(f"{DOUBT}-"): row for row in rows}

    assert {
        "person": [TOWNSHIP, other],
        "named": [other],
        "placed": [TOWNSHIP],
        "case": [TOWNSHIP],
        "nobody": [],
    } == {name: row["townships"] for name, row in told.items()}
    assert (None, other, None) == tuple(
        told[name]["township"] for name in ("person", "named", "nobody")
    )
