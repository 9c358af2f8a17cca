"""Clauses: what they read, what they answer, and that no fact makes them raise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.calendar import Calendar, YearTable
from aidledger.domain.policy.clause import Clause, nested
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.expression import compile_expression

CALENDAR = Calendar(
    [
        YearTable.from_text(
            year=2022,
            known_since="2021-10-25",
            off_days=["2022-01-03"],
            work_days=["2022-01-29"],
            notice="x",
        )
    ]
)


def clause(require: str, when: str | None = None, **parameters: Any) -> Clause:
    def compiled(source: str) -> Any:
        return compile_expression(source, file="x.toml", field="require")

    return Clause(
        id="x",
        on=("PaymentRostered",),
        kind="refuse",
        citation="art. 1",
        facts=(),
        text_zh="条款",
        text_en="clause",
        when=compiled(when) if when else None,
        require=compiled(require),
        parameters=parameters,
    )


@pytest.mark.parametrize(
    ("source", "facts", "outcome"),
    [
        ("case.a", {"a": True}, "met"),
        ("case.a", {"a": False}, "failed"),
        ("case.a", {}, "undecidable"),
        ("case.a", {"a": 1}, "undecidable"),
        ("case.a > 1", {"a": "x"}, "undecidable"),
        ("case.a > 1", {"a": 1.5}, "undecidable"),
        ("case.a > 1", {"a": 2**63}, "undecidable"),
        ("int(case.a) == 1", {"a": "x"}, "undecidable"),
        ("case.a[3]", {"a": [True]}, "undecidable"),
        ("case.a == 9223372036854775807 + 1", {"a": 1}, "undecidable"),
        ("true || case.a", {}, "met"),
        ("has(case.a) && case.a", {}, "failed"),
        ("'x' in case.a", {"a": ("x", "y")}, "met"),
        ("'x' in case.a", {"a": frozenset({"x"})}, "met"),
        ("case.a.b.c == 1", {"a": {"b": {"c": 1}}}, "met"),
        ("case.a.exists(x, x == 'y')", {"a": ["y"]}, "met"),
        ("size(case.a) == 2", {"a": [True, 1]}, "met"),
        ("case.a.startsWith('x')", {"a": "xy"}, "met"),
        ("case.a == null", {"a": None}, "met"),
        ("days_between(case.a, '2022-03-08') == 7", {"a": "2022-03-01"}, "met"),
        ("days_between(case.a, '2022-03-08') == 7", {"a": ""}, "undecidable"),
        ("years_between(case.a, '2022-02-28') == 21", {"a": "2000-02-29"}, "met"),
        ("next_month(month_of(case.a)) == '2023-01'", {"a": "2022-12-31"}, "met"),
        ("add_days(case.a, 1) == '2022-03-01'", {"a": "2022-02-28"}, "met"),
        ("add_months(case.a, -2) == '2021-12'", {"a": "2022-02"}, "met"),
        ("working_days_between(case.a, '2022-01-04') == 1", {"a": "2021-12-31"}, "met"),
        ("add_working_days(case.a, 1) == '2022-01-29'", {"a": "2022-01-28"}, "met"),
    ],
)
def test_a_clause_answers_by_the_facts(source: str, facts: dict[str, Any], outcome: str) -> None:
    assert outcome == clause(source).evaluate({"case": facts}, CALENDAR).outcome


def test_a_missing_fact_is_named_and_counts_against_the_act() -> None:
    result = clause("case.a && case.b").evaluate({"case": {"a": True}})

    assert ("undecidable", ("case.b",), "missing_fact") == (
        result.outcome,
        result.missing,
        result.reason,
    )
    assert result.refuses
    assert "fact not known: case.b" == result.why("en")
    assert "缺少事实: case.b" == result.why("zh")


def test_a_clause_that_does_not_apply_tells_only_what_made_it_so() -> None:
    result = clause("case.b == 1", "case.a == 'x'").evaluate({"case": {"a": "y", "b": 2}})

    assert ("not_applicable", {"case.a": "y"}) == (result.outcome, dict(result.facts))
    assert not result.refuses


def test_without_a_calendar_a_working_day_clause_is_undecidable() -> None:
    counting = clause("working_days_between(case.a, case.a) == 0")
    result = counting.evaluate({"case": {"a": "2022-01-04"}})

    assert ("undecidable", "no_calendar") == (result.outcome, result.reason)


def test_the_calendar_known_is_part_of_the_question() -> None:
    counting = clause("working_days_between('2021-12-31', case.a) == 1")
    facts = {"case": {"a": "2022-01-04"}}
    outcomes = [counting.evaluate(facts, c).outcome for c in (CALENDAR, Calendar(), CALENDAR)]

    assert ["met", "failed", "met"] == outcomes


def test_one_and_true_are_kept_apart_when_answers_are_remembered() -> None:
    one, listed = clause("case.a == 1"), clause("case.a == [1]")

    assert ["met", "failed", "met"] == [
        one.evaluate({"case": {"a": a}}).outcome for a in (1, True, 1)
    ]
    assert ["met", "failed"] == [listed.evaluate({"case": {"a": a}}).outcome for a in ([1], [True])]


def test_the_same_facts_give_the_remembered_answer() -> None:
    remembered = clause("case.a == 1")
    first = remembered.evaluate({"case": {"a": 1, "b": 1}})

    assert first is remembered.evaluate({"case": {"a": 1, "b": 2}})


def test_parameters_come_from_the_pack_and_not_from_the_facts() -> None:
    result = clause("case.a >= params.n", n=3).evaluate({"case": {"a": 3}, "params": {"n": 9}})

    assert ("met", {"case.a": 3}) == (result.outcome, dict(result.facts))


def test_bad_days_leave_no_trace_of_their_value(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    result = clause("days_between(case.a, case.b) > 1").evaluate(
        {"case": {"a": "张三", "b": "1990"}}
    )
    out, err = capfd.readouterr()

    assert "bad_day" == result.reason
    assert "" == out + err + caplog.text
    assert "张三" not in result.why("en")


@pytest.mark.parametrize(
    "source",
    [
        "case.",
        "",
        "case",
        "size(case) > 0",
        "case['a'] == 1",
        "case.size() > 0",
        "case.a > 1.5",
        "case.a.matches('(')",
        "timestamp(case.a) > timestamp('2022-01-01T00:00:00Z')",
        "unknown(case.a)",
        "case.a // comment",
        "(" * 500 + "1" + ")" * 500,
        "case.a == '" + "x" * 3_000 + "'",
        "[1].all(a, [1].all(b, [1].all(c, a + b + c > 0)))",
    ],
)
def test_a_condition_that_could_read_or_do_more_is_refused(source: str) -> None:
    with pytest.raises(PackError) as caught:
        compile_expression(source, file="x.toml", field="clause.x.require")

    assert ("x.toml", "clause.x.require") == (caught.value.file, caught.value.field)


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("case.a == 'case.b'", ("case.a",)),
        ('case.a == "act.b \\" case.c"', ("case.a",)),
        ("case.a.contains('x') && act.b.c == 1", ("act.b.c", "case.a")),
        (
            "act.parts.exists(p, p.fen > case.limit) && act.parts.x == 1",
            ("act.parts", "case.limit"),
        ),
        ("has(case.a) && size('case.x') == 6", ("case.a",)),
    ],
)
def test_the_facts_read_are_found_in_the_text(source: str, paths: tuple[str, ...]) -> None:
    assert paths == compile_expression(source, file="x", field="y").paths


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.floats()
    | st.dates()
    | st.binary(max_size=3)
    | st.just(object()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(
    facts=st.dictionaries(
        st.sampled_from(["case", "act"]),
        st.dictionaries(st.sampled_from(["a", "b"]), VALUES) | VALUES,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_facts_make_a_clause_raise(facts: dict[str, Any]) -> None:
    result = clause(
        "case.a == act.b || case.a > 1 || days_between(act.a, case.b) > 1", "size(act.a) != 1"
    ).evaluate(facts, CALENDAR)

    assert result.outcome in ("met", "failed", "not_applicable", "undecidable")


@given(
    st.dictionaries(
        st.sampled_from(["case.a", "case.b", "act.c", "day.d"]),
        st.none()
        | st.booleans()
        | st.integers(-9, 9)
        | st.text(max_size=4)
        | st.lists(st.booleans() | st.integers(0, 1), max_size=3),
    )
)
@settings(max_examples=60)
def test_facts_by_dotted_path_nest_and_come_back(flat: dict[str, Any]) -> None:
    reading = clause("[case.a, case.b, act.c, day.d] == []")

    assert flat == dict(reading.evaluate(nested(flat)).facts)
