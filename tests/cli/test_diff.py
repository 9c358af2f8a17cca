"""What became different: laid upon the first day it gives the second, and nothing on the same one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.shell import aidledger, on
from tests.cli.test_reading import sealed_values
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import opened
from tests.services.test_recording import approve, on_case

from aidledger.interfaces.cli import layout
from aidledger.replay.agreement import CASE_COLUMNS
from aidledger.replay.rowchanges import RowChange, applied, line_changes, row_changes

A, B = "2022-02-15", "2022-03-31"
BOOKKEEPING = ("version", "last_position", "positions")

tables = st.dictionaries(
    st.sampled_from("abcd"),
    st.fixed_dictionaries({"n": st.integers(0, 2), "t": st.sampled_from(["", "x", None])}),
).map(lambda rows: [{"key": key, **row} for key, row in sorted(rows.items())])


@given(tables, tables)
def test_changes_laid_upon_one_table_give_the_other(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    changes = row_changes(one, other, ("key",))

    assert other == applied(one, changes, ("key",))
    assert (one == other) == (not changes)
    assert () == row_changes(one, one, ("key",))


lines = st.lists(st.sampled_from([{"n": 0}, {"n": 1}, {"n": 2}]), max_size=5)


@given(lines, lines)
def test_lines_in_and_out_make_one_list_the_other(
    one: list[dict[str, int]], other: list[dict[str, int]]
) -> None:
    came, went = line_changes(one, other)
    rest = list(one)
    for line in went:
        rest.remove(line)

    assert sorted(line["n"] for line in other) == sorted(line["n"] for line in rest + came)
    assert not [line for line in came if line in went]


def diff(county: Path, *words: str) -> dict[str, Any]:
    ran = on(county, "diff", *words, "--json")
    assert 0 == ran.code, ran.err
    return ran.object


def states(county: Path, *words: str) -> list[dict[str, Any]]:
    rows = on(county, "list", "case_state", *words, "--json").object["rows"]
    return [{c: v for c, v in row.items() if c not in BOOKKEEPING} for row in rows]


def changes_of(found: dict[str, Any]) -> list[RowChange]:
    return [
        RowChange(key=(one["case"],), before=one["before"], after=one["after"])
        for one in found["cases"]
    ]


@pytest.fixture(scope="module")
def between(county: Path) -> dict[str, Any]:
    return diff(county, A, B)


def test_the_difference_of_two_days_makes_the_one_state_the_other(
    county: Path, between: dict[str, Any]
) -> None:
    one, other = states(county, "--as-of", A), states(county, "--as-of", B)

    assert other == applied(one, changes_of(between), ("case",))
    assert one == applied(other, changes_of(diff(county, B, A)), ("case",))
    assert {"came", "changed"} <= {one["change"] for one in between["cases"]}


def test_the_difference_of_two_positions_is_that_of_the_ledger_as_it_stood(county: Path) -> None:
    size = on(county, "verify", "--json").object["entries"]
    a, b = str(size // 3), str(size // 2)
    one, other = states(county, "--at", a), states(county, "--at", b)
    found = diff(county, a, b)

    assert other == applied(one, changes_of(found), ("case",))
    assert (int(a), int(b)) == (found["a"]["position"], found["b"]["position"])
    assert found["cases"]


def test_a_day_is_no_other_than_itself(county: Path) -> None:
    for side in (B, "400"):
        found = diff(county, side, side)

        assert ([], [], []) == (found["cases"], found["months"], found["lists"])
        assert all(
            one[name][0] == one[name][1]
            for one in found["totals"]
            for name in ("cases", "monthly_fen", "paid_fen")
        )


def test_months_due_lists_and_totals_are_those_of_the_models(
    county: Path, between: dict[str, Any]
) -> None:
    def rows(name: str, day: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = on(county, "list", name, "--as-of", day, "--json").object[
            "rows"
        ]
        return found

    due = [
        {(row["case"], row["month"]): row["payable_fen"] for row in rows("entitlements", day)}
        for day in (A, B)
    ]
    changed = {
        (m["case"], m["month"]): (m["before_fen"], m["after_fen"]) for m in between["months"]
    }
    expected = {
        key: (due[0].get(key), due[1].get(key))
        for key in {*due[0], *due[1]}
        if due[0].get(key) != due[1].get(key)
    }
    approved = next(one for one in between["lists"] if one["list"] == "list_approved")
    grown = len(rows("list_approved", B)) - len(rows("list_approved", A))
    now = states(county, "--as-of", B)

    assert expected == changed != {}
    assert grown == len(approved["lines_in"]) - len(approved["lines_out"])
    assert sum(r["paid_fen"] for r in now) == sum(t["paid_fen"][1] for t in between["totals"])
    assert sum(r["monthly_fen"] > 0 for r in now) == sum(t["cases"][1] for t in between["totals"])


def test_a_filter_leaves_the_cases_it_names_and_their_lines(
    county: Path, between: dict[str, Any], a_case: str
) -> None:
    row = next(r for r in states(county, "--as-of", B) if r["case"] == f"case/{a_case}")
    township = diff(county, A, B, "--township", row["township"])
    one = diff(county, A, B, "--case", a_case, "--programme", row["programme"])

    assert (
        township["cases"]
        == [c for c in between["cases"] if c["township"] == row["township"]]
        != between["cases"]
    )
    assert {row["township"]} == {total["township"] for total in township["totals"]}
    assert {f"case/{a_case}"} == {c["case"] for c in one["cases"]}
    assert {row["display_name"]} == {
        line["display_name"]
        for part in one["lists"]
        for line in part["lines_in"]
        if line.get("kind") != "total"  # a village's total counts the case, and names nobody
    }
    assert {row["programme"]} == {total["programme"] for total in one["totals"]}


def test_a_person_reads_it_in_either_language(county: Path) -> None:
    secret = sealed_values(county)
    for lang, words in (
        ("zh", ("个案", "新增", "应发月份", "合计", "已发：", "→")),
        ("en", ("Cases", "came", "Months due", "Totals", "paid: ", "→")),
    ):
        ran = on(county, "--lang", lang, "diff", A, B)

        assert [] == [word for word in words if word not in ran.out]
        assert [] == [line for line in ran.out.splitlines() if layout.width(line) > 80]
        assert [] == [value for value in secret if value in ran.out]
        assert [] == [name for name in CASE_COLUMNS if "_" in name and name in ran.out]


def test_options_that_do_not_go_with_the_sides_are_refused(county: Path) -> None:
    for words in (
        (A, B, "--as-of", B),
        ("5", "6", "--known-then"),
        (A, B, "--known-then", "--known-on", B),
        (A, "99999999"),
        (A, "someday"),
    ):
        ran = on(county, "diff", *words)
        assert (2, "") == (ran.code, ran.out), words


def test_what_is_learned_later_is_another_past(tmp_path: Path) -> None:
    """Of two days as now known an annulment changes nothing; as known then it does."""
    for office in opened(str(tmp_path / "ledger.sqlite")):
        approve(office)
        [approval] = [
            one.position
            for one in office.session.stream(CASE)
            if type(one.event).__name__ == "ApplicationApproved"
        ]
        before = office.session.store.head().size - 1
        office.act(
            "2022-05-10",
            on_case(
                "EntryAnnulled", "c1", COUNTY, authority="county head", position=approval,
                reason="false papers",
            ),
        )  # fmt: skip

        def told(*words: str) -> list[tuple[str, str]]:
            ran = aidledger("--ledger", office.location, "diff", *words, "--json")  # noqa: B023
            return [(c["case"], c["change"]) for c in ran.object["cases"]]

        assert [] == told("2022-04-30", "2022-05-31")
        assert [(CASE, "changed")] == told("2022-04-30", "2022-05-31", "--known-then")
        assert [(CASE, "changed")] == told(str(before), str(before + 1), "--as-of", "2022-04-30")


def test_a_township_or_programme_that_no_case_has_is_not_answered_by_silence(county: Path) -> None:
    for asked in (("--township", "999"), ("--programme", "nonsense")):
        en, zh = (on(county, "--lang", lang, "diff", A, B, *asked) for lang in ("en", "zh"))

        assert "neither side has a case of those that were asked for" in en.err
        assert "两边都没有所问的个案" in zh.err
    assert "asked for" not in on(county, "diff", A, B).err
