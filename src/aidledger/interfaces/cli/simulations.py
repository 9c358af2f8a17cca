"""``simulate``: a county that never was, the same for the same seed."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Final

import msgspec

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import OK
from aidledger.interfaces.cli.ledgers import writing
from aidledger.services.importing.requestfile import writing_requests
from aidledger.services.problems import ServiceError
from aidledger.services.simulation.running import SimulationResult, simulate
from aidledger.services.simulation.scenarios.catalog import scenario_of
from aidledger.services.simulation.scenarios.scenario import Scenario

DEFAULT_CASES: Final = 300
DEFAULT_MONTHS: Final = 12
DEFAULT_SEED: Final = 2022
DEFAULT_START: Final = "2022-01-01"


def run_simulate(
    app: App,
    *,
    cases: int | None,
    months: int | None,
    seed: int | None,
    start: str | None,
    scenario: str | None,
    irregularities: str | None,
    requests: str | None,
    statements: bool,
    signed: bool,
    json: bool,
) -> int:
    """Fill an empty ledger with a simulated county."""
    wanted = None if scenario is None else scenario_of(scenario)
    if wanted is not None:
        if (cases, months, start) != (None, None, None):
            raise ServiceError(
                f"simulate: {wanted.name} has cases, months and a first day of its own",
                hint="leave --cases, --months and --start away",
                exit_code=2,
            )
        cases, months = wanted.cases, wanted.months
    result = simulated(
        app,
        cases=DEFAULT_CASES if cases is None else cases,
        months=DEFAULT_MONTHS if months is None else months,
        seed=DEFAULT_SEED if seed is None else seed,
        start=start or DEFAULT_START,
        scenario=wanted,
        irregularities=irregularities,
        requests=requests,
        statements=statements,
        signed=signed,
    )
    screen = app.screen
    if json:
        screen.json({"schema": "aidledger/simulate/v1", **msgspec.to_builtins(result)})
        return OK
    screen.pairs(
        [
            (app.say("个案", "cases"), f"{result.cases:,}"),
            (app.say("记录", "entries"), f"{result.entries:,}"),
            (app.say("树根", "root"), result.root),
        ]
    )
    if wanted is not None:
        _show(app, wanted)
    if irregularities is not None:
        screen.pairs(
            [
                (app.say("埋入违规", "irregularities"), str(len(result.planted))),
                (app.say("写入", "written to"), irregularities),
            ]
        )
    return OK


def _show(app: App, scenario: Scenario) -> None:
    """Say what was rebuilt, and what rules have to find of it."""
    screen = app.screen
    screen.pairs(
        [
            (app.say("情形", "scenario"), app.say(scenario.title_zh, scenario.title_en)),
            (app.say("已公布", "published"), app.say(scenario.published_zh, scenario.published_en)),
            (app.say("自拟", "invented"), app.say(scenario.ours_zh, scenario.ours_en)),
        ]
    )
    titles = [
        app.say("规则", "rule"),
        app.say("应查出", "to be found"),
        app.say("案件", "cases"),
        app.say("人", "persons"),
        app.say("元", "yuan"),
    ]
    rows = [
        [
            one.rule,
            f"{one.findings:,}",
            f"{one.cases:,}",
            f"{one.persons:,}",
            "" if one.amount_fen is None else f"{one.amount_fen // 100:,}",
        ]
        for one in scenario.shown
    ]
    screen.table(titles, rows, right=frozenset(range(1, len(titles))))


def simulated(
    app: App,
    *,
    cases: int,
    months: int,
    seed: int,
    start: str = DEFAULT_START,
    scenario: Scenario | None = None,
    irregularities: str | None = None,
    requests: str | None = None,
    statements: bool = False,
    signed: bool = False,
) -> SimulationResult:
    """Run the simulation, showing how far it is."""
    progress = app.screen.progress(app.say("模拟（工作日）", "simulate (working days)"))
    try:
        with (
            nullcontext() if requests is None else writing_requests(Path(requests)) as hear,
            writing(app) as session,
        ):
            return simulate(
                session,
                cases=cases,
                months=months,
                seed=seed,
                start=start,
                scenario=scenario,
                irregularities=Path(irregularities) if irregularities else None,
                statements=statements,
                signed=signed,
                progress=progress,
                hear=hear,
            )
    finally:
        progress.close()
