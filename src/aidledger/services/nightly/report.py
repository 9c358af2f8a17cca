"""What a run has to say when it is over, as one object that programs and people read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from aidledger.services.generations.freshness import Freshness
from aidledger.services.nightly.night import Asked
from aidledger.services.nightly.runs import Run
from aidledger.services.nightly.steps import StepResult, exit_code

SCHEMA: Final = "aidledger/nightly/v1"


class NightReport(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run. `retries` is the run that this one goes on with, if it does.

    `output` is one digest over those of all models, `changed_output` whether it is another than that
    of the night before (None: there is none to compare with).
    """

    run_id: str
    retries: str | None
    origin: str
    size: int
    started_at: str
    finished_at: str
    seconds: float
    exit_code: int
    output: str | None
    changed_output: bool | None
    overridden: tuple[str, ...]
    asked: Asked
    steps: tuple[StepResult, ...]
    freshness: tuple[Freshness, ...] = ()
    hooks: tuple[dict[str, Any], ...] = ()


def report_of(
    begun: Run,
    steps: Sequence[StepResult],
    *,
    asked: Asked,
    origin: str,
    size: int,
    finished_at: str,
    seconds: float,
    retries: str | None,
    overridden: Collection[str],
    before: Sequence[Run],
    freshness: Sequence[Freshness],
    stopped_by: int | None = None,
) -> NightReport:
    """Put a report together; `stopped_by` is the signal that ended the run, if one did."""
    counted = [one for one in steps if one.name not in overridden]
    output = output_of({one.name: one.figures for one in steps})
    earlier = [output_of(run.figures) for run in before]
    last = next((one for one in reversed(earlier) if one), None)
    return NightReport(
        run_id=begun.run_id,
        retries=retries,
        origin=origin,
        size=size,
        started_at=begun.started_at,
        finished_at=finished_at,
        seconds=seconds,
        exit_code=exit_code(counted) if stopped_by is None else 128 + stopped_by,
        output=output,
        changed_output=None if output is None or last is None else output != last,
        overridden=tuple(sorted(overridden)),
        asked=asked,
        steps=tuple(steps),
        freshness=tuple(freshness),
    )


def output_of(figures: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return one digest (hex) over the digests of all models, None where no model was built."""
    rebuilt = figures.get("rebuild", {})
    if "output" in rebuilt:
        return str(rebuilt["output"])
    digests = rebuilt.get("digests")
    if not digests:
        return None
    return hashlib.sha256(msgspec.json.encode(digests, order="deterministic")).hexdigest()


def line_of(report: NightReport) -> Run:
    """Return the line of the history that stands for a run."""
    figures = {one.name: one.figures for one in report.steps if one.name == "rebuild"}
    if "rebuild" in figures:
        kept = {name: figures["rebuild"].get(name) for name in ("position", "entries", "rows")}
        figures["rebuild"] = kept | {"output": report.output}
    return Run(
        run_id=report.run_id,
        started_at=report.started_at,
        finished_at=report.finished_at,
        exit_code=report.exit_code,
        seconds=report.seconds,
        entries=report.size,
        steps={one.name: (one.status, one.seconds) for one in report.steps},
        figures=figures,
    )


def report_object(report: NightReport) -> dict[str, Any]:
    """Return a report as the object that programs read."""
    told: dict[str, Any] = msgspec.to_builtins(report)
    return {"schema": SCHEMA, "ok": report.exit_code == 0, **told}
