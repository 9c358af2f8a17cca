"""Runs a night: alone, step by step, and says what came of it whatever happened.

Two files and a line are written at the end even of a run that failed; only a ledger that is not
there, or a run that is not the only one, leaves everything as it was.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from aidledger.said import LANGUAGES, Said
from aidledger.services.clock import Clock, SystemClock, system_bytes, utc_text
from aidledger.services.files import write_file, write_files
from aidledger.services.generations.freshness import Freshness, freshness
from aidledger.services.keys.ring import Passphrase, Tokens, no_passphrase, no_tokens
from aidledger.services.ladder.outside import read_outside
from aidledger.services.nightly.hooks import run_hooks
from aidledger.services.nightly.metrics import metrics_text
from aidledger.services.nightly.night import Asked, Night, Tell, Words, as_it_says
from aidledger.services.nightly.page import page
from aidledger.services.nightly.report import NightReport, line_of, report_object, report_of
from aidledger.services.nightly.runs import RESULTS, Run, alone, history, remember
from aidledger.services.nightly.steplist import STEPS
from aidledger.services.nightly.steps import EXPECTED, Step, StepResult, run_steps
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session, open_session
from aidledger.services.witnessing.asking import Send
from aidledger.services.witnessing.sending import post
from aidledger.store.errors import StoreError

PAGES: Final = {"zh": "report.html", "en": "report.en.html"}
METRICS: Final = "aidledger.prom"
HOOKS: Final = "hooks.d"
_COULD_NOT: Final = 3
_TRANSIENT: Final = 75
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_NOBODY: Final = {"missing", "not_a_ledger"}


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """What a run works with besides the ledger: clock, keys, network, and whoever watches it.

    `begun` is given the night once it begins, so that it can be told to stop; `words` says what a step
    failed with.
    """

    clock: Clock = SystemClock()
    passphrase: Passphrase = no_passphrase
    tokens: Tokens = no_tokens
    send: Send = post
    tell: Tell | None = None
    words: Words = as_it_says
    told: Callable[[StepResult], None] = lambda _: None
    begun: Callable[[Night], None] = lambda _: None
    stopped_by: Callable[[], int | None] = lambda: None
    steps: tuple[Step, ...] = STEPS


def nightly(location: str, asked: Asked, means: Means | None = None) -> NightReport:
    """Do all that is to be done each night, and report.

    Args:
        location: a file path or a ``postgresql://`` address.
        asked: by whom, with whose policy, where reports go.
        means: what it works with.

    Raises:
        ServiceError: another run holds the lock (11).
        StoreError: the ledger is missing or can't be opened; where nights were run before, the
            failure stands in their history.

    """
    return _run(location, asked, means or Means(), kept={}, overridden=(), retries=None)


def rerun(
    location: str,
    asked: Asked,
    means: Means,
    *,
    kept: Mapping[str, StepResult],
    overridden: Collection[str],
    retries: str,
    before: Callable[[Session, str], None],
) -> NightReport:
    """Run a night again with some results taken over; `before` records why, under the new run's id."""
    return _run(
        location, asked, means, kept=kept, overridden=overridden, retries=retries, before=before
    )


def _run(
    location: str,
    asked: Asked,
    means: Means,
    *,
    kept: Mapping[str, StepResult],
    overridden: Collection[str],
    retries: str | None,
    before: Callable[[Session, str], None] | None = None,
) -> NightReport:
    folder, clock = Path(asked.folder), means.clock
    started = clock.now()
    run_id = f"{started:%Y%m%dT%H%M%SZ}-{system_bytes(2).hex()}"
    begun = Run(run_id=run_id, started_at=utc_text(started))
    clocked = time.perf_counter()
    results: dict[str, StepResult] = {}

    def told(result: StepResult) -> None:
        results[result.name] = result
        means.told(result)

    try:
        opened = open_session(
            location, clock=clock, passphrase=means.passphrase, tokens=means.tokens
        )
        session = opened.__enter__()
    except StoreError as error:
        if error.code not in _NOBODY and folder.is_dir():
            with alone(folder, begun):
                told(_not_opened(error, means.words(error)))
                report = _report(begun, results, asked, clock, clocked, retries=retries)
                _leave(folder, report)
        raise
    try:
        with alone(folder, begun):
            try:
                if before is not None:
                    before(session, run_id)
                night = Night(
                    location, session, asked, send=means.send, passphrase=means.passphrase,
                    tell=means.tell, words=means.words,
                )  # fmt: skip
                means.begun(night)
                run_steps(means.steps, night, kept=kept, overridden=overridden, tell=told)
            finally:
                report = _report(
                    begun, results, asked, clock, clocked,
                    retries=retries, overridden=overridden, session=session, location=location,
                    stopped_by=means.stopped_by(),
                )  # fmt: skip
                report = _left(folder, report)
            return report
    finally:
        opened.__exit__(None, None, None)


def _not_opened(error: StoreError, said: Said) -> StepResult:
    transient = error.code in {"connection_lost", "io_error", "locked", "unreachable", "disk_full"}
    return StepResult(
        name="open", status="failed", why_zh=said.zh, why_en=said.en, transient=transient
    )


def _report(
    begun: Run,
    results: Mapping[str, StepResult],
    asked: Asked,
    clock: Clock,
    clocked: float,
    *,
    retries: str | None,
    overridden: Collection[str] = (),
    session: Session | None = None,
    location: str = "",
    stopped_by: int | None = None,
) -> NightReport:
    folder = Path(asked.folder)
    return report_of(
        begun,
        list(results.values()),
        asked=asked,
        origin=session.store.origin if session is not None else "",
        size=_size(session),
        finished_at=utc_text(clock.now()),
        seconds=round(time.perf_counter() - clocked, 3),
        retries=retries,
        overridden=overridden,
        before=history(folder),
        freshness=_ages(session, location, asked) if session is not None else (),
        stopped_by=stopped_by,
    )


def _size(session: Session | None) -> int:
    """Return how many entries there are; 0 where the ledger went away meanwhile, as the steps say."""
    try:
        return session.store.head().size if session is not None else 0
    except (RefusedError, StoreError):
        return 0


def _ages(session: Session, location: str, asked: Asked) -> Sequence[Freshness]:
    """Say how old everything is now; what can't be said is left out, and the step said why."""
    try:
        policy = read_outside((), asked.policy).policy
        return freshness(session, location, limits={}, folder=Path(asked.folder), policy=policy)
    except EXPECTED:
        return ()


def _left(folder: Path, report: NightReport) -> NightReport:
    """Write what a run leaves behind. Raises ServiceError, with what was done, where there is no room."""
    try:
        return _leave(folder, report)
    except OSError as error:
        done = ", ".join(f"{one.name} {one.status}" for one in report.steps)
        why = (error.strerror or type(error).__name__).lower()
        full = error.errno in _FULL
        raise ServiceError(
            f"{folder}: the report of the run can't be written ({why}): {done}",
            hint="free some space and run it again" if full else "name another folder: --report",
            exit_code=1 if report.exit_code == 1 else _TRANSIENT if full else _COULD_NOT,
        ) from error


def _leave(folder: Path, report: NightReport) -> NightReport:
    """Write everything that a run leaves behind, then run the hooks, and write what came of them."""
    runs = [*history(folder), line_of(report)]
    remember(folder, runs[-1])
    _write_results(folder, report)
    hooks = run_hooks(Path(report.asked.hooks or folder / HOOKS), report, results=folder / RESULTS)
    if hooks:
        report = msgspec.structs.replace(report, hooks=hooks)
        _write_results(folder, report)
    metrics = Path(report.asked.metrics or folder / METRICS)
    metrics.parent.mkdir(parents=True, exist_ok=True)
    write_file(metrics, metrics_text(report, runs).encode())
    write_files(folder, {PAGES[lang]: page(report, runs, lang).encode() for lang in LANGUAGES})
    return report


def _write_results(folder: Path, report: NightReport) -> None:
    told = msgspec.json.format(msgspec.json.encode(report_object(report))) + b"\n"
    write_files(folder, {RESULTS: told})
