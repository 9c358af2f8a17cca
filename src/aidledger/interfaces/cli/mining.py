"""``export ocel`` and ``export xes``: the log for programs of process mining."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import CommandError
from aidledger.interfaces.cli.handed import tell
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.services.handing.events import cut_out
from aidledger.services.handing.manifest import Manifest
from aidledger.services.handing.ocel import write_ocel
from aidledger.services.handing.xes import write_xes


def run_ocel(app: App, *, file: str, **more: object) -> int:
    """Write an OCEL 2.0 log: JSON, or SQLite."""
    return _written(app, file, write_ocel, (".json", ".sqlite"), **more)  # type: ignore[arg-type]


def run_xes(app: App, *, file: str, **more: object) -> int:
    """Write an XES log, packed where its name says so."""
    return _written(app, file, write_xes, (".xes", ".xes.gz"), **more)  # type: ignore[arg-type]


def _written(
    app: App,
    file: str,
    write: Callable[..., Manifest],
    endings: tuple[str, ...],
    *,
    event: tuple[str, ...],
    memory: str | None,
    threads: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Write the entries of these types as they stand on the days, and say what was written."""
    if not file.endswith(endings):
        names = ", ".join(endings)
        raise CommandError(
            Said(
                f"{file}：文件名应以 {names} 结尾", f"{file}: expected a name that ends in {names}"
            )
        )
    path = Path(file)
    loading = app.screen.progress(app.say("读取记录", "read entries"))
    progress = app.screen.progress(app.say("写出", "write"))
    try:
        with (
            reading(app) as session,
            cut_out(
                session,
                events=event,
                as_of=day_of(as_of),
                known_on=day_of(known_on),
                limits=engine_limits(memory, threads),
                progress=loading,
            ) as cut,
        ):
            loading.close()
            manifest = write(path, cut, progress=progress)
    finally:
        loading.close()
        progress.close()
    return tell(app, path, manifest, json=json)
