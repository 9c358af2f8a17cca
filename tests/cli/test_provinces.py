"""`rebuild --engine spark --also`: what is refused, and what is said when no ledger could be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.shell import aidledger, on


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "只用于 Spark"), ("en", "--master, --shared and --also are of Spark alone")],
)
def test_other_ledgers_are_of_spark_alone(tmp_path: Path, lang: str, said: str) -> None:
    ran = on(tmp_path / "a.db", "--lang", lang, "rebuild", "--also", tmp_path / "b.db")

    assert 2 == ran.code
    assert said in ran.err


def test_a_ledger_named_twice_is_refused_before_spark_starts(tmp_path: Path) -> None:
    ledger = tmp_path / "a.db"
    on(ledger, "init", "--origin", "example.org/a")
    ran = on(ledger, "--lang", "en", "rebuild", "--engine", "spark", "--also", ledger)

    assert 2 == ran.code
    assert "expected each ledger once" in ran.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ledgers_that_are_not_there_are_named_and_the_status_is_3(
    tmp_path: Path, lang: str
) -> None:
    words = ("rebuild", "--engine", "spark", "--model", "case_state", "--also", tmp_path / "b.db")
    ran = aidledger("--lang", lang, "--ledger", tmp_path / "a.db", *words)
    told = aidledger("--ledger", tmp_path / "a.db", *words, "--json")

    assert (3, 3) == (ran.code, told.code)
    assert "aidledger/province/v1" == told.object["schema"]
    assert ["a.db", "b.db"] == [Path(one["location"]).name for one in told.object["ledgers"]]
    assert all(one["failure"] and one["rebuild"] is None for one in told.object["ledgers"])
    assert "b.db" in ran.err
