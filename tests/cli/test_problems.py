"""Refused input on a screen: each thing that is wrong is said, and said once."""

import re

import pytest

from aidledger.interfaces.cli.faults import refused_fault
from aidledger.services.acts.proposals import read_proposals
from aidledger.services.problems import Problem, RefusedError


def refused(count: int, field: str = "amount_fen") -> list[Problem]:
    return [
        Problem(code="form", line=line + 1, field=field, expected="a number", found="a text")
        for line in range(count)
    ]


def told(problems: list[Problem]) -> tuple[str, ...]:
    return refused_fault(RefusedError(problems), "en").details


@pytest.mark.parametrize(
    "more",
    [
        '"data": {"reason": "x"}, "%s": 1',
        '"data": {"reason": "x", "%s": 1}',
        '"data": {"reason": "x"}, "personal": {"%s": "x"}',
    ],
)
@pytest.mark.parametrize("name", ["52012319500307741X", "张三丰", "13987654321"])
def test_a_field_that_is_called_like_a_person_is_not_repeated(more: str, name: str) -> None:
    """Somebody made objects of a sheet that had no header: its first row became the names."""
    head = '{"type":"ApplicationWithdrawn","stream":"case/1","effective_on":"2022-01-05","actor":"a","office":"o",'
    with pytest.raises(RefusedError) as met:
        read_proposals([f"{head}{more % name}}}".encode()])

    fields = [one.field for one in met.value.problems]
    assert any("…" in one or "<number>" in one for one in fields), fields
    assert not any(name in str(one) for one in met.value.problems)


def test_what_is_wrong_at_many_lines_is_said_once_with_the_first_of_them() -> None:
    other = Problem(code="form", line=4, field="month", expected="a month", found="13")
    details = told([*refused(60), other])

    assert (
        "lines 1, 2, 3 and 57 more: amount_fen: expected a number, found a text",
        "line 4: month: expected a month, found 13",
    ) == details
    assert re.match(
        "第 1、2、3 行等 60 行: ", refused_fault(RefusedError(refused(60)), "zh").details[0]
    )


@pytest.mark.parametrize("count", [1, 5])
def test_few_are_said_line_by_line(count: int) -> None:
    assert [f"line {n + 1}" for n in range(count)] == [t[:6] for t in told(refused(count))]


def test_of_many_different_ones_the_first_are_said_and_how_many_are_left() -> None:
    several = [one for n in range(53) for one in refused(1, f"field_{n}")]

    assert 51 == len(told(several))
    assert "and 3 more: --json" == told(several)[-1]
