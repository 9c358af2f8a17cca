"""The audit step of a night: rules over what was rebuilt, counted, and holding nothing up."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.services import nights

from aidledger.replay.models import load_models, needed
from aidledger.services.auditing import audit, rules_of
from aidledger.services.nightly import work
from aidledger.services.nightly.metrics import metrics_text
from aidledger.services.nightly.running import Means, nightly
from aidledger.services.nightly.steplist import STEPS as STEPS_ALL
from aidledger.services.rebuilding import generations_folder
from aidledger.services.session import open_session

AUDIT = tuple(one for one in STEPS_ALL if one.name == "audit")


def test_audit_rules_are_run_over_what_was_rebuilt_and_hold_nothing_up(county_after: Path) -> None:
    night = nightly(str(county_after), nights.asked(county_after), Means(steps=AUDIT))
    (told,) = night.steps
    metrics = metrics_text(night, [])
    with open_session(str(county_after), read_only=True) as session:
        models = load_models()
        built = needed(models, nights.MODELS).keys()
        rules = {n: r for n, r in rules_of().items() if r.models_in(models) <= built}
        found = audit(session, rules, folder=generations_folder(str(county_after)))

    assert "F001" in rules
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
    rule = rules_of(names=["F062"])["F062"]
    broken = msgspec.structs.replace(rule, query="SELECT 1 AS subject")
    monkeypatch.setattr(work, "rules_of", lambda: {"F062": broken})
    (told,) = nightly(str(county_after), nights.asked(county_after), Means(steps=AUDIT)).steps

    assert ("partial", ["F062"]) == (told.status, told.figures["not_run"])
    assert told.why_en.endswith("failed: F062")
