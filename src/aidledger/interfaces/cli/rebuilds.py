"""``rebuild``: every read model derived from the entries again, with its digest."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.provinces import show_province
from aidledger.interfaces.cli.rebuilt import exit_code_of, rebuild_object, show_rebuilt
from aidledger.interfaces.cli.screen import Progress
from aidledger.services.generations.rebuilding import OnSpark, rebuild
from aidledger.services.ladder.markcheck import behind
from aidledger.services.problems import ServiceError
from aidledger.services.provinces.province import rebuild_province
from aidledger.services.session import Session
from aidledger.store.errors import StoreError
from aidledger.store.mark import Mark
from aidledger.store.opening import mark_path

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
    also: tuple[str, ...],
    json: bool,
) -> int:
    """Rebuild; 3 where entries or models are missing, 1 where a model changed without a cause."""
    limits = engine_limits(memory, threads, spill)
    spark = None
    if engine == "spark":
        spark = OnSpark(master=master, folder=Path(shared) if shared else None)
    elif master or shared or also:
        raise CommandError(
            Said(
                "--master、--shared 和 --also 只用于 Spark",
                "--master, --shared and --also are of Spark alone",
            ),
            hint=Said("加上 --engine spark", "add --engine spark"),
            exit_code=USAGE,
        )
    progress = Stages(app)
    end, known = day_of(as_of), day_of(known_on)
    try:
        if spark is not None and also:
            places = (app.location(), *also)
            counties = rebuild_province(
                places,
                spark,
                as_of=end,
                known_on=known,
                models=model or None,
                limits=limits,
                progress=progress,
            )
            progress.close()
            return show_province(app, counties, json=json)
        with reading(app) as session:
            _tell_behind(app, session)
            built = rebuild(
                session,
                as_of=end,
                known_on=known,
                models=model or None,
                limits=limits,
                progress=progress,
                spark=spark,
            )
    finally:
        progress.close()
    if json:
        app.screen.json(rebuild_object(app, built))
    else:
        show_rebuilt(app, built)
    return exit_code_of(built)


def _tell_behind(app: App, session: Session) -> None:
    """Say where the entries are fewer than were seen before, or others: all that follows from them is too."""
    location = app.location()
    with suppress(StoreError, ServiceError):
        problem = Mark(mark_path(location)).problem(session.store.head())
        if problem is None and behind(session.store, location) is None:
            return
        app.screen.note(
            app.say(
                "账本比其标记、签名、证书或生成版本所记更短或不同：aidledger verify",
                "the ledger is shorter than its mark, signatures, certificates or generations say, or "
                "another: aidledger verify",
            )
        )


class Stages:
    """Shows how far the reading of the entries is, and then how far the models are."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._shown: Progress | None = None
        self._loading = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say of a stage that so much of it is done."""
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
