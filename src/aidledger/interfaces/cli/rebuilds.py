"""``rebuild``: every read model derived from the entries again, with its digest."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, FINDINGS, OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.screen import Progress
from aidledger.services.rebuilding import OnSpark, RebuildResult, generations_folder, rebuild

_SHOWN: Final = 40
_LOADING: Final = "load"


def run_rebuild(
    app: App,
    *,
    as_of: str | None,
    known_on: str | None,
    model: tuple[str, ...],
    engine: str | None,
    memory: str | None,
    threads: int | None,
    spill: str | None,
    master: str | None,
    shared: str | None,
    json: bool,
) -> int:
    """Rebuild; 3 where entries or models are missing, 1 where a model changed without a cause."""
    limits = engine_limits(memory, threads, spill)
    spark = None
    if engine == "spark":
        spark = OnSpark(master=master, folder=Path(shared) if shared else None)
    elif master or shared:
        raise CommandError(
            Said("--master 和 --shared 只用于 Spark", "--master and --shared are of Spark alone"),
            hint=Said("加上 --engine spark", "add --engine spark"),
            exit_code=USAGE,
        )
    progress = _Stages(app)
    try:
        with reading(app) as session:
            built = rebuild(
                session,
                as_of=date.fromisoformat(as_of) if as_of else None,
                known_on=date.fromisoformat(known_on) if known_on else None,
                models=model or None,
                folder=Path(generations_folder(app.location())),
                limits=limits,
                progress=progress,
                spark=spark,
            )
    finally:
        progress.close()
    if json:
        app.screen.json(_object(app, built))
    else:
        _show(app, built)
    if built.skipped or built.failed:
        return COULD_NOT_RUN
    return FINDINGS if built.changed else OK


class _Stages:
    """Shows how far the reading of the entries is, and then how far the models are."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._shown: Progress | None = None
        self._loading = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        loading = stage == _LOADING
        if self._shown is None or loading != self._loading:
            self.close()
            what = (
                ("重建，读取记录", "rebuild, entries")
                if loading
                else ("重建，模型", "rebuild, models")
            )
            self._shown = self._app.screen.progress(self._app.say(*what))
            self._loading = loading
        self._shown(done, total)

    def close(self) -> None:
        """Clear the line."""
        if self._shown is not None:
            self._shown.close()


def _object(app: App, built: RebuildResult) -> dict[str, Any]:
    return {
        "schema": "aidledger/rebuild/v1",
        "generation": built.number,
        "current": built.current,
        "position": built.position,
        "entries": built.entries,
        "as_of": built.as_of.isoformat(),
        "known_on": built.known_on.isoformat() if built.known_on else None,
        "models": [
            {"name": one.name, "rows": one.rows, "digest": one.digest} for one in built.models
        ],
        "failed": [
            {
                "name": one.name,
                "expected": one.expected,
                "found": one.found,
                "hint": one.hint,
                "reads": one.reads,
            }
            for one in built.failed
        ],
        "changed": list(built.changed),
        "compared": [
            {
                "name": one.name,
                "added": one.added,
                "removed": one.removed,
                "changed": one.changed,
            }
            for one in built.compared
        ],
        "resumed": list(built.resumed),
        "skipped": [
            {
                "code": found.code,
                "position": found.position,
                "stream": found.stream,
                "field": found.field,
                "message": found.message(app.lang),
            }
            for found in built.skipped
        ],
    }


def _show(app: App, built: RebuildResult) -> None:
    """Print the digests, how the generation differs from the last, and what went wrong."""
    screen, say = app.screen, app.say
    counts = {one.name: f"+{one.added} -{one.removed} ~{one.changed}" for one in built.compared}
    titles = [say("模型", "model"), say("行数", "rows"), say("摘要", "digest")]
    rows = [[one.name, f"{one.rows:,}", one.digest[:_SHOWN] + "…"] for one in built.models]
    if counts:
        titles.insert(2, say("增减改", "differs"))
        rows = [
            [name, count, counts.get(name, ""), digest[: _SHOWN // 2] + "…"]
            for name, count, digest in rows
        ]
    screen.table(titles, rows, right=frozenset({1}))
    screen.note(
        say(
            f"生成版本 {built.number}：{built.entries:,} 条记录，截至 {built.as_of}",
            f"generation {built.number}: {built.entries:,} entries, as of {built.as_of}",
        )
    )
    if built.resumed:
        many = len(built.resumed)
        screen.note(
            say(
                f"接续上次中断的重建：{many} 个模型已建成",
                f"taken up where a rebuild was killed: {many} models were finished",
            )
        )
    for found in built.skipped:
        screen.note(say("略过：", "skipped: ") + found.message(app.lang))
    for one in built.failed:
        why = chinese(f"expected {one.expected}, found {one.found}", app.lang)
        what = say("未建成", "not built")
        screen.note(layout.plain(f"{one.name}: {what}: {why}"))
    if not built.current:
        screen.note(
            say(
                "此生成版本缺少当前版本已有的模型，不启用；各清单仍取自当前版本",
                "it lacks a model that the current generation has, and does not become current",
            )
        )
    for name in built.changed:
        screen.note(
            say(f"{name}：输入未变而结果变了", f"{name}: changed though nothing it reads did")
        )
