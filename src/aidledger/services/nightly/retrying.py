"""A person has a night done again, or answers for what it found: an act of its own, with a reason."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec

from aidledger.domain.events.proving import NightlyRetried
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.nightly.night import Asked
from aidledger.services.nightly.report import NightReport
from aidledger.services.nightly.running import Means, rerun
from aidledger.services.nightly.runs import last_results
from aidledger.services.nightly.steps import Step, StepResult, results_of
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Committed

_REDONE: Final = frozenset({"failed", "partial", "skipped"})
_STREAM: Final = "nightly/runs"
_USAGE: Final = 2
_MISSING: Final = 10


def retry(
    location: str,
    folder: Path,
    means: Means,
    *,
    reason: str,
    actor: str,
    office: str,
    override: Collection[str] = (),
) -> NightReport | None:
    """Do the steps of the last run again that were not done, and those that were held up.

    Args:
        location: the ledger.
        folder: where the last run left its results; it is asked for the same again.
        means: what the run works with.
        reason: why it is done again, for the record.
        actor: who has it done.
        office: of which office.
        override: steps whose findings `actor` answers for.

    Returns:
        The report of the new run; None where there was nothing to do again, and nothing was recorded.

    Raises:
        ServiceError: there was no run, or a step to be overridden found nothing.

    """
    last = last_results(folder)
    if last is None:
        raise ServiceError(
            f"{folder}: expected the results of a run, found none",
            hint="aidledger nightly makes them",
            exit_code=_MISSING,
        )
    results = {one.name: one for one in results_of(last)}
    for name in override:
        if name not in results or results[name].status != "findings":
            raise ServiceError(
                f"{name}: expected a step that found something, found another",
                hint="aidledger status names them",
                exit_code=_USAGE,
            )
    asked = msgspec.convert(last.get("asked"), Asked)
    asked = msgspec.structs.replace(asked, actor=actor, office=office, folder=str(folder))
    redone = steps_to_redo(means.steps, results)
    if not redone:
        return None
    run = str(last["run_id"])
    event = NightlyRetried(
        overridden=tuple(sorted(override)), reason=reason, run=run, steps=tuple(redone)
    )

    def recorded(session: Session, run_id: str) -> None:
        by = Who(actor=actor, office=office, on=session.today)
        outcome = record(session, [by.says(_STREAM, event)], cause=f"retry:{run_id}")
        if not isinstance(outcome, Committed):
            raise ServiceError(f"the retry was not recorded: {outcome}", hint="try again")

    kept = {name: one for name, one in results.items() if name not in redone}
    return rerun(
        location, asked, means, kept=kept, overridden=override, retries=run, before=recorded
    )


def steps_to_redo(steps: tuple[Step, ...], results: dict[str, StepResult]) -> list[str]:
    """Return what was not done, and what stands on it, in the order of the steps."""
    redone: list[str] = []
    for step in steps:
        result = results.get(step.name)
        before = {*step.needs, *step.trusts}
        if result is None or result.status in _REDONE or before & set(redone):
            redone.append(step.name)
    return redone
