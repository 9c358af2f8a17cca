"""A page on the web names somebody only where so many look alike, and gives nobody away beside them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask
from tests.replay.histories import Log, adopt_pack, apply_for, approve, case_name

from aidledger.services.questions.listing import Table, as_csv, check_publishable

TOTAL = "合计 / total"


def county(people: list[tuple[str, int, str]], k: str | None = "3") -> Log:
    """Write cases that are supported: a shown name, fen a month, a day of birth."""
    log = Log()
    adopt_pack(log, "2021-01-01", **({} if k is None else {"public_list_k_min": k}))
    for number, (name, fen, born) in enumerate(people, start=1):
        case = case_name(number)
        apply_for(log, case, "2022-01-04", number=number, name=name, born=born)
        approve(log, case, "2022-01-28", from_month="2022-02", fen=fen)
    return log


def shown(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["kind"], row["display_name"], row["cases"], row["amount_fen"]) for row in rows]


def adults(name: str, count: int, fen: int = 500) -> list[tuple[str, int, str]]:
    return [(name, fen, "1950-05-05")] * count


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (adults("张*", 3), [("person", "张*", 3, 500)]),
        # two look alike: the village's total, and of two not even a sum
        (adults("张*", 2), [("total", TOTAL, 2, None)]),
        (adults("张*", 2) + adults("李*", 1, 900), [("total", TOTAL, 3, 1_900)]),
        # one beside three: that one would be what is left, so nobody is named
        (adults("张*", 3) + adults("李*", 1, 900), [("total", TOTAL, 4, 2_400)]),
        (
            adults("张*", 3) + adults("李*", 2, 900) + adults("王*", 1, 100),
            [("total", TOTAL, 3, 1_900), ("person", "张*", 3, 500)],
        ),
        # the same name with another sum is another group
        (adults("张*", 2) + adults("张*", 1, 501), [("total", TOTAL, 3, 1_501)]),
        # minors are never named and never summed up
        ([("小*", 500, "2010-05-05")] * 3, [("total", TOTAL, 3, None)]),
    ],
)
def test_a_name_is_shown_where_so_many_share_it_with_village_and_sum(
    ask: Ask, people: list[tuple[str, int, str]], expected: list[tuple[Any, ...]]
) -> None:
    """S4-109, F089: fewer than the pack wants share it, and the village's total is shown."""
    rows = ask(county(people), "list_web", as_of="2022-02-15")["list_web"]

    assert sorted(expected, key=str) == sorted(shown(rows), key=str)


@pytest.mark.parametrize("k", [None, "0", "1", "many"])
def test_without_a_number_of_the_pack_nobody_is_named(ask: Ask, k: str | None) -> None:
    rows = ask(county(adults("张*", 5), k), "list_web", as_of="2022-02-15")["list_web"]

    assert [("total", TOTAL, 5)] == [row[:3] for row in shown(rows)]


@given(
    people=st.lists(
        st.tuples(
            st.sampled_from(["张*", "李*", "王*"]),
            st.sampled_from([300, 500]),
            st.sampled_from(["1950-05-05", "2010-05-05"]),
        ),
        min_size=1,
        max_size=9,
    ),
    k=st.integers(2, 4),
)
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_line_ever_stands_for_fewer_than_the_pack_wants_with_a_name_or_a_sum(
    ask: Ask, people: list[tuple[str, int, str]], k: int
) -> None:
    """S4-109, F089."""
    rows = ask(county(people, str(k)), "list_web", as_of="2022-02-15")["list_web"]
    grown = Counter((name, fen) for name, fen, born in people if born < "2000")

    assert len(people) == sum(row["cases"] for row in rows)
    for row in rows:
        named = row["kind"] == "person"
        assert row["cases"] >= k or (not named and row["amount_fen"] is None and len(rows) == 1)
        if named:
            assert row["cases"] == grown[row["display_name"], row["amount_fen"]]


def test_the_bytes_of_the_list_may_leave(ask: Ask) -> None:
    rows = ask(county(adults("张*", 3)), "list_web", as_of="2022-02-15")["list_web"]
    columns = tuple(rows[0])
    table = Table(name="list_web", title_zh="", title_en="", columns=columns,
                  rows=[tuple(row.values()) for row in rows])  # fmt: skip

    check_publishable("list_web", as_csv(table))
