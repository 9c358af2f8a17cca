"""The frame of the nightly run: a list of steps, each a function from the night to what came of it.

A step that fails stops only those that stand on it; what it found is a value, and no step is left
out in silence: what was not done says why.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from aidledger.domain.policy.errors import PackError
from aidledger.ledger.signing import SigningError
from aidledger.replay.generation import GenerationsError
from aidledger.replay.models import ModelError
from aidledger.said import Language, Said
from aidledger.services.nightly.night import Night, OutOfTimeError
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.store.errors import StoreError

Status = Literal["ok", "absent", "unproven", "partial", "findings", "failed", "skipped"]
"""``absent``: there is nothing here that could do it, or nobody to ask; never the same as ``ok``.
``unproven``: done, and nobody outside vouches for it. ``partial``: some of it failed."""

STATUSES: Final[dict[Status, Said]] = {
    "ok": Said("正常", "ok"),
    "absent": Said("尚无", "not present"),
    "unproven": Said("未证明", "unproven"),
    "partial": Said("部分完成", "partial"),
    "findings": Said("发现问题", "findings"),
    "failed": Said("失败", "failed"),
    "skipped": Said("未执行", "skipped"),
}
"""Each status as people read it."""
MARKS: Final[dict[Status, str]] = {
    "ok": "✓",
    "absent": "·",
    "unproven": "?",
    "partial": "!",
    "findings": "✗",
    "failed": "✗",
    "skipped": "–",
}
"""Told apart without colour."""

DONE: Final = frozenset({"ok", "absent", "unproven", "partial", "findings"})
"""What a step may stand on; findings only where it does not have to trust them."""

_TRANSIENT: Final = frozenset(
    {"connection_lost", "disk_full", "io_error", "locked", "unknown", "unreachable"}
)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
EXPECTED: Final = (
    ServiceError,
    RefusedError,
    StoreError,
    GenerationsError,
    ModelError,
    PackError,
    SigningError,
    OSError,
)
"""How a step may fail; anything else is a bug, and ends the run."""

_MOST: Final = 200
"""Findings of a step that its result names; the step's own command has all of them."""


class Done(NamedTuple):
    """What a step says of itself: how it went, in one sentence, with its figures and findings."""

    status: Status
    why: Said
    figures: Mapping[str, Any] = {}
    findings: Sequence[str | Said] = ()


class Step(NamedTuple):
    """A step by its name; `needs` must have run before it, `trusts` must have found nothing too."""

    name: str
    title: Said
    run: Callable[[Night], Done]
    needs: tuple[str, ...] = ()
    trusts: tuple[str, ...] = ()


class StepResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a step, for reports and for a retry."""

    name: str
    status: Status
    why_zh: str
    why_en: str
    figures: dict[str, Any] = {}
    findings: tuple[str, ...] = ()
    findings_zh: tuple[str, ...] = ()
    finding_count: int = 0
    transient: bool = False
    seconds: float = 0.0

    @property
    def why(self) -> Said:
        """The sentence in both languages."""
        return Said(self.why_zh, self.why_en)

    def found(self, lang: Language) -> tuple[str, ...]:
        """Return what was found in a language."""
        return self.findings_zh if lang == "zh" and self.findings_zh else self.findings


def run_steps(
    steps: Sequence[Step],
    night: Night,
    *,
    kept: Mapping[str, StepResult],
    overridden: Collection[str] = (),
    tell: Callable[[StepResult], None],
) -> None:
    """Run steps in their order, and tell of each result as soon as it is there.

    Args:
        steps: all steps of a night.
        night: what they work on.
        kept: results of an earlier run that are taken over instead of running those steps.
        overridden: steps whose findings a person has answered for: they hold nothing up.
        tell: told of every result, kept ones included; a bug is told too, before it goes on.

    """
    results: dict[str, StepResult] = {}
    for step in steps:
        result = kept.get(step.name)
        if result is None:
            why = _held_up(step, results, overridden) or night.why_stopped()
            result = _skipped(step, why) if why else _run(step, night, tell)
        results[step.name] = result
        tell(result)


def _held_up(
    step: Step, results: Mapping[str, StepResult], overridden: Collection[str]
) -> Said | None:
    """Say which step before it keeps one from being run."""
    for name in (*step.needs, *step.trusts):
        before = results.get(name)
        if before is not None and before.status not in DONE:
            return Said(f"{name} 没有完成", f"{name} was not done")
    for name in step.trusts:
        before = results.get(name)
        if before is not None and before.status == "findings" and name not in overridden:
            return Said(f"{name} 发现问题", f"{name} found something wrong")
    return None


def _run(step: Step, night: Night, tell: Callable[[StepResult], None]) -> StepResult:
    """Run one step; what it may fail with becomes its result."""
    began = time.perf_counter()
    try:
        done = step.run(night)
    except OutOfTimeError:
        return _skipped(step, night.why_stopped() or OutOfTimeError.SAID, _since(began))
    except EXPECTED as error:
        return _failed(step, error, night.words(error), _since(began))
    except BaseException as error:
        said = Said(
            f"内部错误（{type(error).__name__}）", f"internal error ({type(error).__name__})"
        )
        tell(_result(step, Done("failed", said), _since(began)))
        raise
    return _result(step, done, _since(began))


def _result(step: Step, done: Done, seconds: float, *, transient: bool = False) -> StepResult:
    told = done.findings[:_MOST]
    return StepResult(
        name=step.name,
        status=done.status,
        why_zh=done.why.zh,
        why_en=done.why.en,
        figures=dict(done.figures),
        findings=tuple(one.en if isinstance(one, Said) else one for one in told),
        findings_zh=tuple(one.zh if isinstance(one, Said) else one for one in told),
        finding_count=len(done.findings),
        transient=transient,
        seconds=seconds,
    )


def _skipped(step: Step, why: Said, seconds: float = 0.0) -> StepResult:
    return _result(step, Done("skipped", why), seconds)


def _failed(step: Step, error: Exception, said: Said, seconds: float) -> StepResult:
    """Return the result of a step that could not run, with what is said of it."""
    transient = (
        (isinstance(error, StoreError) and error.code in _TRANSIENT)
        or (isinstance(error, ServiceError) and error.exit_code == 75)
        or (isinstance(error, OSError) and error.errno in _FULL)
    )
    return _result(step, Done("failed", said), seconds, transient=transient)


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 3)


def exit_code(results: Sequence[StepResult]) -> int:
    """Return the exit status of a run: what was found weighs most, then what was not done."""
    if any(one.status == "findings" for one in results):
        return 1
    undone = [one for one in results if one.status in ("failed", "partial", "skipped")]
    causes = [one for one in undone if one.status != "skipped"]
    if undone:
        return 75 if causes and all(one.transient for one in causes) else 3
    return 4 if any(one.status == "unproven" for one in results) else 0


def results_of(found: Mapping[str, Any]) -> tuple[StepResult, ...]:
    """Return the results of the steps out of a report that was written. Raises ServiceError."""
    try:
        return msgspec.convert(found.get("steps", ()), tuple[StepResult, ...])
    except msgspec.ValidationError:
        raise ServiceError(
            "expected the results of a run, found something else",
            hint="run aidledger nightly again",
        ) from None
