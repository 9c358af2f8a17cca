"""Refused input on a screen: each thing that is wrong is said, and said once."""

import re

import pytest

from aidledger.interfaces.cli.faults import refused_fault
from aidledger.services.problems import Problem, RefusedError


def refused(count: int, field: str = "amount_fen") -> list[Problem]:
    return [
        Problem(code="form", line=line + 1, field=field, expected="a number", found="a text")
        for line in range(count)
    ]


def told(problems: list[Problem]) -> tuple[str, ...]:
    return refused_fault(RefusedError(problems), "en").details


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
