"""One answers for one person: the fold that the clause reads, and the model of all cases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask
from tests.replay.histories import Log, adopt_pack, apply_for, approve, case_name
from tests.replay.overseeing import bear

from aidledger.domain.case import evolve
from aidledger.domain.casestate import Case
from aidledger.domain.recorded import standing
from aidledger.replay.deriving import compute
from aidledger.replay.models import load_models
from aidledger.replay.rows import recorded_record

CASE = case_name(1)
MODELS = load_models()


def supported() -> Log:
    log = Log()
    adopt_pack(log)
    apply_for(log, CASE)
    approve(log, CASE)
    return log


@pytest.mark.parametrize(
    ("acts", "state", "bearer", "bearers"),
    [
        ((), "none", None, 0),
        ((("b1", None),), "one", "b1", 1),
        ((("b1", None), ("b2", "b1")), "one", "b2", 1),
        ((("b1", None), ("b2", None)), "several", None, 2),
        ((("b1", None), ("b1", "b1")), "one", "b1", 1),
    ],
)
def test_a_case_has_nobody_one_or_several_who_answer_for_it(
    ask: Ask, acts: Any, state: str, bearer: str | None, bearers: int
) -> None:
    """S4-076, S4-077, S4-079."""
    log = supported()
    for number, (who, replaces) in enumerate(acts, 1):
        bear(log, CASE, who, f"2022-03-0{number}", replaces=replaces)

    (row,) = ask(log, "bearers")["bearers"]

    assert (state, bearer, bearers, True) == (
        row["state"],
        row["bearer"],
        row["bearers"],
        row["key"],
    )


def test_who_is_released_answers_no_longer_and_the_dead_need_nobody(ask: Ask) -> None:
    """S4-077, S4-079."""
    log = supported()
    bear(log, CASE, "b1", "2022-03-01")
    log.add("BearerReleased", CASE, "2022-03-05", bearer="b1", to_on="2022-03-05")

    assert ["none"] == [row["state"] for row in ask(log, "bearers")["bearers"]]

    log.add("DeathRecorded", CASE, "2022-03-06", died_on="2022-03-06", source="hospital")

    assert [] == ask(log, "bearers")["bearers"]


WHO = st.sampled_from(["b1", "b2", "b3"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("BearerAssigned"), WHO, st.none() | WHO, st.integers(0, 40)),
        st.tuples(st.just("BearerReleased"), WHO, st.none(), st.integers(0, 40)),
    ),
    max_size=12,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, as_of=st.integers(0, 45))
def test_the_fold_and_the_model_know_the_same_bearers(steps: Any, as_of: int) -> None:
    """S4-079: what the clause reads is what the model shows."""
    log = supported()
    first = date(2022, 3, 1).toordinal()
    for name, who, replaces, later in steps:
        on = date.fromordinal(first + later).isoformat()
        if name == "BearerAssigned":
            bear(log, CASE, who, on, replaces=replaces)
        else:
            log.add(name, CASE, on, bearer=who, to_on=on)
    day = date.fromordinal(first + as_of)

    entries = [entry for row in log.rows() if (entry := recorded_record(*row))]
    case = Case(stream=CASE)
    for entry in standing((e for e in entries if e.stream == CASE), as_of=day.isoformat()):
        case = evolve(case, entry)
    _, columns, rows = compute(log, MODELS, "bearers", as_of=day)
    (row,) = [dict(zip(columns, row, strict=True)) for row in rows]

    assert len(case.bearers) == row["bearers"]
    assert (min(case.bearers) if len(case.bearers) == 1 else None) == row["bearer"]
