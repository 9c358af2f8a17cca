"""What a run says to Prometheus: one text file for the node exporter's textfile collector.

The names are stable. A figure that is not known is left out: a zero would be a statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from aidledger.services.nightly.report import NightReport
from aidledger.services.nightly.runs import Run
from aidledger.services.nightly.steps import STATUSES

_PREFIX: Final = "aidledger_"

HELP: Final[dict[str, str]] = {
    "last_success_timestamp_seconds": "When a nightly run last ended with everything in order.",
    "last_run_timestamp_seconds": "When the last nightly run ended.",
    "last_run_exit_code": "Exit status of the last run.",
    "last_run_duration_seconds": "How long the last run took.",
    "duration_seconds": "How long each read model took to build and digest.",
    "step_duration_seconds": "How long each step of the last run took.",
    "step_status": "1 for the status that each step of the last run ended with.",
    "events_total": "Entries of the ledger.",
    "chain_head_seq": "Position of the last entry.",
    "verify_failures": "Pieces of damage that the last verification found.",
    "audit_findings": "What the audit rules of the last run found, by severity.",
    "audit_rules_not_run": "Audit rules that could not be run, for lack of data or otherwise.",
    "doubts_open": "Doubts that are neither refuted nor closed, by rule.",
    "projection_lag_events": "Entries that the current generation does not have yet.",
    "freshness_seconds": "How old a source is, or how long its first uncovered entry has waited.",
    "hook_failures": "Scripts of hooks.d that failed or were refused.",
}
"""Every metric, in the order of the file; its name is stable."""

Samples = Iterable[tuple[dict[str, str], float | int]]


def metrics_text(report: NightReport, runs: Sequence[Run]) -> str:
    """Return the file: HELP, TYPE and samples of each metric, in the text format."""
    samples = _of_run(report, runs) | _of_steps(report)
    return "".join(_metric(name, HELP[name], samples.get(name, [])) for name in HELP)


def _of_run(report: NightReport, runs: Sequence[Run]) -> dict[str, Samples]:
    good = [run.finished_at for run in runs if run.exit_code == 0 and run.finished_at]
    return {
        "last_success_timestamp_seconds": [({}, _unix(good[-1]))] if good else [],
        "last_run_timestamp_seconds": [({}, _unix(report.finished_at))],
        "last_run_exit_code": [({}, report.exit_code)],
        "last_run_duration_seconds": [({}, report.seconds)],
        "events_total": [({}, report.size)] if report.size else [],
        "chain_head_seq": [({}, report.size - 1)] if report.size else [],
        "freshness_seconds": [
            ({"source": one.source}, one.age_s) for one in report.freshness if one.age_s is not None
        ],
        "hook_failures": [({}, sum(one["status"] != "ok" for one in report.hooks))],
    }


def _of_steps(report: NightReport) -> dict[str, Samples]:
    figures = {one.name: one.figures for one in report.steps}
    rebuilt, verified = figures.get("rebuild", {}), figures.get("verify", {})
    audited = figures.get("audit", {})
    position, damage = rebuilt.get("position"), verified.get("findings")
    return {
        "duration_seconds": [
            ({"projection": name}, took)
            for name, took in sorted(rebuilt.get("seconds_by_model", {}).items())
        ],
        "step_duration_seconds": [({"step": one.name}, one.seconds) for one in report.steps],
        "step_status": [
            ({"step": one.name, "status": status}, int(one.status == status))
            for one in report.steps
            for status in STATUSES
        ],
        "verify_failures": [({}, damage)] if damage is not None else [],
        "audit_findings": [
            ({"severity": name}, count) for name, count in audited.get("by_severity", {}).items()
        ],
        "audit_rules_not_run": [({}, len(audited["not_run"]))] if "not_run" in audited else [],
        "doubts_open": [
            ({"rule": rule}, count) for rule, count in audited.get("doubts_open", {}).items()
        ],
        "projection_lag_events": (
            [({}, max(0, report.size - 1 - position))] if position is not None else []
        ),
    }


def _metric(name: str, told: str, samples: Samples) -> str:
    lines = [f"{_PREFIX}{name}{_labels(labels)} {value}\n" for labels, value in samples]
    if not lines:
        return ""
    kind = "counter" if name.endswith("_total") else "gauge"
    return f"# HELP {_PREFIX}{name} {told}\n# TYPE {_PREFIX}{name} {kind}\n" + "".join(lines)


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{" + inside + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _unix(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp())
