"""A question asked from entry to entry: the answers of a rebuild at each, with few loads and few looks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay.histories import Log, apply_for, case_name, pay
from tests.replay.test_agreement import HISTORY, recorded

from aidledger.replay import stepping
from aidledger.replay.asking import answer, question_of
from aidledger.replay.cutting import UpTo
from aidledger.replay.loading import Loader
from aidledger.replay.models import load_models
from aidledger.replay.stepping import answers, moments, reads_of

MODELS = load_models()
PAID = "SELECT stream, month, amount_fen FROM payment_issued"
QUESTIONS = (
    PAID,
    'SELECT "case" FROM case_state WHERE decided_on IS NULL',
    "SELECT as_of FROM parameters",
    'SELECT "case", month FROM arrears WHERE arrears_fen > 0',
    "SELECT position, number, from_position, to_position FROM entry_version",
    "SELECT followed, kind FROM consequences",
    f"WITH payment_issued AS ({PAID}) SELECT stream, month FROM payment_issued",
)


def naive(log: Log, sql: str, **cuts: Any) -> list[Any]:
    """Return the answer at each entry, with everything that it reads loaded and built at each."""
    question = question_of("q", sql, MODELS)
    return [
        answer(UpTo(log, size), MODELS, question, **cuts)[1]
        for size in range(1, len(log.written) + 1)
    ]


def stepped(log: Log, sql: str, **cuts: Any) -> list[Any]:
    """Return the same from entry to entry: one that can't change the answer has that before it."""
    question = question_of("q", sql, MODELS)
    steps = list(moments(log, reads_of(question, MODELS), **cuts))
    found: dict[int, Any] = {}
    for step, (_, rows) in answers(log, MODELS, question, steps, known_on=cuts.get("known_on")):
        found[step.position] = rows
    every: list[Any] = []
    for position in range(len(log.written)):
        every.append(found.get(position, every[-1] if every else None))
    return every


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    history=HISTORY.filter(bool).map(lambda history: history[:7]),
    sql=st.sampled_from(QUESTIONS),
    as_of=st.none() | st.just(date(2022, 1, 20)),
    known_on=st.none() | st.just(date(2021, 11, 10)),
)
def test_the_answer_at_each_entry_is_that_of_a_rebuild_there(
    history: list[Any], sql: str, as_of: date | None, known_on: date | None
) -> None:
    log = recorded(history)

    assert naive(log, sql, as_of=as_of, known_on=known_on) == stepped(
        log, sql, as_of=as_of, known_on=known_on
    )


def test_what_can_not_be_read_and_what_is_put_right_again_changes_answers_as_a_rebuild_says() -> (
    None
):
    log = Log()
    log.add_record(b"no record")
    apply_for(log, case_name(1), "2022-01-04")
    rostered, issued = pay(log, case_name(1), "2022-02")
    why = {"authority": "county", "reason": "error"}
    for position, field, value in (
        (issued, "amount_fen", "7"),
        (rostered + 9, "month", '"2022-03"'),
    ):
        log.add("EntryCorrected", case_name(1), "2022-02-12", position=position, field=field,
                value=value, **why)  # fmt: skip
    log.add("EntryAnnulled", case_name(1), "2022-02-13", position=len(log.written) - 2, **why)
    log.add_record(b"{}")
    for month in ("2022-04", "2022-05", "2022-06"):
        pay(log, case_name(1), month)

    for sql in (PAID, "SELECT position FROM entry_version"):
        assert naive(log, sql) == stepped(log, sql)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often the log is loaded."""
    found: list[int] = []

    class Counted(Loader):
        def load(self, source: Any) -> Any:
            found.append(1)
            return super().load(source)

    monkeypatch.setattr(stepping, "Loader", Counted)
    return found


@pytest.mark.parametrize(("amended", "looks", "loaded"), [(False, 7, 1), (True, 8, 2)])
def test_the_log_is_loaded_once_and_once_more_after_an_amendment(
    loads: list[int], amended: bool, looks: int, loaded: int
) -> None:
    """Of 61 entries on one day six are payments; the first is always looked at."""
    log = Log()
    for number in range(1, 56):
        apply_for(log, case_name(number), "2022-01-04", number=number)
    for number in range(1, 4):
        line: dict[str, Any] = {
            "account": "a" + "0" * 32,
            "amount_fen": 5,
            "month": "2022-01",
            "run": "run/a",
        }
        log.add("PaymentIssued", case_name(number), "2022-01-04", **line, paid_on="2022-01-04")
        if amended and number == 2:
            why: dict[str, Any] = {"authority": "county", "reason": "error"}
            position = len(log.written) - 1
            log.add("EntryAnnulled", case_name(number), "2022-01-04", position=position, **why)
        log.add("PaymentIssued", case_name(number), "2022-01-04", **line, paid_on="2022-01-04")
    question = question_of("q", PAID, MODELS)
    steps = list(moments(log, reads_of(question, MODELS)))
    rows = [len(found) for _, (_, found) in answers(log, MODELS, question, steps)]

    assert (looks, loaded) == (len(steps), sum(loads))
    assert rows == ([0, 1, 2, 3, 2, 3, 4, 5] if amended else [0, 1, 2, 3, 4, 5, 6])


def test_a_part_of_a_question_may_have_the_name_of_the_view_that_it_reads() -> None:
    log = Log()
    pay(log, case_name(1), "2022-01")
    question = question_of("q", QUESTIONS[-1], MODELS)

    assert ("payment_issued",) == question.views
    assert [(case_name(1), "2022-01")] == answer(log, MODELS, question)[1]
