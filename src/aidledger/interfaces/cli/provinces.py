"""What became of the ledgers of a province, built in one run of Spark."""

from __future__ import annotations

from collections.abc import Sequence

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, FINDINGS, OK
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.rebuilt import exit_code_of, rebuild_object
from aidledger.services.provinces.province import County


def show_province(app: App, counties: Sequence[County], *, json: bool) -> int:
    """Print each ledger's generation; the exit status of the worst: 3 where one could not be built."""
    if json:
        app.screen.json(
            {
                "schema": "aidledger/province/v1",
                "ledgers": [
                    {
                        "location": one.location,
                        "origin": one.origin or None,
                        "size": one.size,
                        "root": one.root,
                        "failure": one.failure or None,
                        "rebuild": rebuild_object(app, one.built) if one.built else None,
                    }
                    for one in counties
                ],
            }
        )
    else:
        _show(app, counties)
    codes = {COULD_NOT_RUN if one.built is None else exit_code_of(one.built) for one in counties}
    return COULD_NOT_RUN if COULD_NOT_RUN in codes else FINDINGS if FINDINGS in codes else OK


def _show(app: App, counties: Sequence[County]) -> None:
    screen, say = app.screen, app.say
    rows = []
    for one in counties:
        built = one.built
        figures = ["", "", "", ""]
        if built is not None:
            figures = [
                f"{built.entries:,}",
                str(len(built.models)),
                f"{sum(model.rows for model in built.models):,}",
                str(built.number),
            ]
        rows.append([one.origin or one.location, *figures])
    titles = [
        say("账本", "ledger"),
        say("记录", "entries"),
        say("模型", "models"),
        say("行数", "rows"),
        say("生成版本", "generation"),
    ]
    screen.table(titles, rows, right=frozenset({1, 2, 3, 4}))
    for one in counties:
        if one.failure:
            what = say("没有建成", "not built")
            screen.note(f"{one.location}: {what}: {chinese(one.failure, app.lang)}")
        elif one.built is not None:
            _show_faults(app, one.origin, one)


def _show_faults(app: App, name: str, county: County) -> None:
    """Say what is missing of a ledger's generation, and what changed without a cause."""
    built, screen, say = county.built, app.screen, app.say
    if built is None:
        return
    for failed in built.failed:
        why = chinese(f"expected {failed.expected}, found {failed.found}", app.lang)
        screen.note(f"{name}: {failed.name}: {say('未建成', 'not built')}: {why}")
    if built.skipped:
        count = len(built.skipped)
        screen.note(say(f"{name}：略过 {count} 条记录", f"{name}: {count} entries skipped"))
    for model in built.changed:
        why = say("输入未变而结果变了", "changed though nothing it reads did")
        screen.note(f"{name}: {model}: {why}")
