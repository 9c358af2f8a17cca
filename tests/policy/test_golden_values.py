"""The golden sums, levels and days of the rule sets, by the shipped packs; identities and days besides.

Days in working days are in ``tests/domain/test_calendar.py``, identity numbers in
``tests/domain/test_identity.py``.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.domain.lawful import lawful
from tests.domain.test_packs import CALENDAR, LIBRARY

from aidledger.domain.policy.decision import compute_amounts

DIBAO: dict[str, Any] = {"programme": "dibao", "area": "urban", "in_exit": False, "income_fen": 0}


def parts(pack: str, standard_fen: int, **case: Any) -> dict[str, int]:
    """Return the parts of what is due for March 2022 by a standard of February."""
    standard = {"code": "dibao_urban", "from_on": "2022-02-01", "monthly_fen": standard_fen}
    facts = {
        "act": {"type": "EntitlementSet", "from_month": "2022-03"},
        "case": case,
        "standards": [standard],
    }
    amounts = compute_amounts(LIBRARY.resolve(pack), facts)
    return {part.code: part.fen for part in amounts.parts}


@pytest.mark.parametrize(
    ("standard_fen", "categories", "supplement_fen"),
    [
        (70_500, ["severely_disabled"], 21_150),
        (70_500, ["elderly"], 14_100),
        (70_500, ["single_child"], 10_575),
        (70_500, ["ordinary_disability"], 7_000),
        (70_500, ["elderly", "student"], 14_100),
        (70_500, ["elderly", "severely_disabled"], 21_150),
        # 15 % of 460 yuan are 69: the flat 70 are more, sums are compared and not shares
        (46_000, ["single_child"], 6_900),
        (46_000, ["single_child", "ordinary_disability"], 7_000),
    ],
)
def test_only_the_highest_supplement_is_paid(
    standard_fen: int, categories: list[str], supplement_fen: int
) -> None:
    """S4-024, S4-025, S4-026, S4-027, S4-028, F056."""
    found = parts(
        "gz-dibao-2022", standard_fen, **DIBAO, persons=1, members=[{"categories": categories}]
    )

    assert {"allowance": standard_fen, "supplement": supplement_fen} == found


def test_living_in_extreme_hardship_is_1128_yuan_by_a_standard_of_705() -> None:
    """S4-033, S4-035."""
    assert {"living": 112_800} == parts("gz-county-2022", 70_500, programme="tekun", ability="")


@pytest.mark.parametrize(
    ("failed", "level"),
    [(0, "able"), (1, "partly"), (3, "partly"), (4, "unable"), (6, "unable")],
)
def test_of_six_items_three_failed_are_partly_able_and_four_unable(failed: int, level: str) -> None:
    """F057."""
    clause = LIBRARY.resolve("cn-tekun-2021").clause("ability-by-items")
    assert clause is not None
    met = [
        said
        for said in ("able", "partly", "unable")
        if "met" == clause.evaluate(
            lawful("AbilityAssessed", {"act.level": said, "case.ability_failed": failed}), CALENDAR
        ).outcome
    ]  # fmt: skip

    assert [level] == met


def test_a_limit_that_falls_in_a_year_without_a_notice_is_provisional() -> None:
    """C4: 2027 has none yet."""
    assert CALENDAR.add_working_days(date(2026, 12, 15), 20).provisional
    assert not CALENDAR.add_working_days(date(2026, 11, 30), 15).provisional
