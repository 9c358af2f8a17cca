"""The audit step of a night: rules over what was rebuilt, counted, and holding nothing up."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.services import nights

from aidledger.replay.models import load_models, needed
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.doubts.findings import Found
from aidledger.services.doubts.raising import by_hand
from aidledger.services.doubts.stepping import take_step
from aidledger.services.nightly import work
from aidledger.services.nightly.metrics import metrics_text
from aidledger.services.nightly.running import Means, nightly
from aidledger.services.nightly.steplist import STEPS as STEPS_ALL
from aidledger.services.session import open_session
from aidledger.store.outcome import Committed

AUDIT = tuple(one for one in STEPS_ALL if one.name == "audit")


def test_audit_rules_are_run_over_what_was_rebuilt_and_hold_nothing_up(county_after: Path) -> None:
    night = nightly(str(county_after), nights.asked(county_after), Means(steps=AUDIT))
    (told,) = night.steps
    metrics = metrics_text(night, [])
    with open_session(str(county_after), read_only=True) as session:
        models = load_models()
        built = needed(models, nights.MODELS).keys()
        rules = {n: r for n, r in rules_of().items() if r.models_in(models) <= built}
        found = audit(session, rules)

    assert "F002" in rules
    assert "F029" not in rules
    assert "ok" == told.status
    assert found.generation is not None
    assert found.report.root == told.figures["root"]
    assert len(found.report.findings) == told.figures["findings"]
    assert [one.rule for one in found.report.not_run] == told.figures["not_run"]
    assert 'aidledger_audit_findings{severity="critical"} 0\n' in metrics
    assert f"aidledger_audit_rules_not_run {len(found.report.not_run)}\n" in metrics


def test_a_rule_that_breaks_down_is_partial_and_named(
    county_after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = rules_of(names=["F008"])["F008"]
    broken = msgspec.structs.replace(rule, query="SELECT 1 AS subject")
    monkeypatch.setattr(work, "rules_of", lambda: {"F008": broken})
    (told,) = nightly(str(county_after), nights.asked(county_after), Means(steps=AUDIT)).steps

    assert ("partial", ["F008"]) == (told.status, told.figures["not_run"])
    assert told.why_en.endswith("failed: F008")


def test_a_night_counts_the_open_doubts_of_each_rule(
    county_after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-117, F097: what was refuted or closed is counted no more, and its rule is still named."""
    monkeypatch.setattr(work, "rules_of", lambda: rules_of(names=["F062"]))
    who = Who(actor="a1", office="520123-aud", on="2022-12-01")
    with open_session(str(county_after)) as session:
        session.judging = False
        case, other = session.store.streams("case/")[:2]
        fields = {"severity": "low", "positions": (0,), "period": None, "amount_fen": None}
        about = [("F001", case), ("F001", other), ("F054", case)]
        run = [msgspec.convert({**fields, "rule": r, "subject": s}, Found) for r, s in about]
        doubts = [by_hand(session, one, who) for one in run]
        assert isinstance(record(session, doubts, cause="doubts"), Committed)
        looked = {"by": ["a1"], "found": ["so"], "on_site": True, "verified_on": who.on}
        take_step(session, doubts[0].stream, "DoubtVerified", who, data=looked)
        take_step(session, doubts[0].stream, "DoubtRefuted", who, data={"reason": "no"})
    night = nightly(str(county_after), nights.asked(county_after), Means(steps=AUDIT))
    metrics = metrics_text(night, [])

    assert {"F001": 1, "F054": 1} == night.steps[0].figures["doubts_open"]
    assert 'aidledger_doubts_open{rule="F001"} 1\n' in metrics
    assert night.steps[0].why_en.endswith("open doubts: 2")
