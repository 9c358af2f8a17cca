"""A simulated county whose bank sends statements: clean ones join and leave nothing over, planted wrongs are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from aidledger.audit.running import RuleFinding
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.funds.matching import match_statements
from aidledger.services.initialising import create_ledger
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.services.simulation import running
from aidledger.services.simulation.irregularities import statements_of_banks

RULES = ("F073", "M07", "M08")


def found_in(
    folder: Path, patch: pytest.MonkeyPatch, *, planted: bool
) -> tuple[list[RuleFinding], dict[str, Any], Any]:
    """Return what the rules find in a county, what was planted, and what was matched."""
    location, listed = str(folder / "ledger.sqlite"), folder / "planted.json"
    create_ledger(location, origin="simulated/statements")
    with open_session(location) as session, patch.context() as patched:
        patched.setattr(running, "all_kinds", lambda **_: statements_of_banks.kinds())
        running.simulate(
            session, cases=60 if planted else 30, months=11, seed=5, statements=True, irregularities=listed if planted else None
        )  # fmt: skip
    with open_session(location, read_only=True) as session:
        report = audit(session, rules_of(names=RULES)).report
        assert not report.not_run
        made = msgspec.json.decode(listed.read_bytes()) if planted else {}
        return list(report.findings), made, match_statements(session)


def test_clean_statements_join_and_match_line_by_line_and_by_the_sum_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _, matched = found_in(tmp_path, monkeypatch, planted=False)

    assert [] == found
    ways = (matched.one_to_one, matched.run_totals, matched.payments)
    assert matched.lines == sum(way.lines for way in ways)
    assert all(way.lines for way in ways)


def test_what_is_wrong_in_statements_is_found_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, made, _ = found_in(tmp_path, monkeypatch, planted=True)
    planted, sides = made["irregularities"], made["side_effects"]

    assert ["M07", "M07", "M07", "M08"] == [one["rule"] for one in planted]
    for one in planted:
        seen = {p for f in found if f.rule == one["rule"] for p in f.positions}
        assert set(one["positions"]) <= seen, one
    known = {(one["rule"], p) for one in (*planted, *sides) for p in one["positions"]}
    for finding in found:
        assert known & {(finding.rule, p) for p in finding.positions}, finding
    gap = next(f for f in found if f.rule == "M08")
    assert ["2022-08"] == gap.values["months"]


def test_statements_are_no_requests(tmp_path: Path) -> None:
    location = str(tmp_path / "ledger.sqlite")
    create_ledger(location, origin="simulated/statements")
    with (
        open_session(location) as session,
        pytest.raises(ServiceError, match="expected no --requests"),
    ):
        running.simulate(session, cases=1, months=1, seed=5, statements=True, hear=lambda *_: None)
