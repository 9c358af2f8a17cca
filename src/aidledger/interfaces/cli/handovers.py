"""``export parquet``, ``duckdb``, ``sqlite``, ``flat``: every view and model; ``cloudevents``, ``check``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import FINDINGS, OK
from aidledger.interfaces.cli.handed import tell
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.rebuilds import Stages
from aidledger.interfaces.cli.wording import counted
from aidledger.services.handing.checking import Checked, Differs, check
from aidledger.services.handing.cloudevents import write_cloudevents
from aidledger.services.handing.datasette import write_sqlite
from aidledger.services.handing.finished import finished
from aidledger.services.handing.flat import write_flat
from aidledger.services.handing.manifest import Manifest
from aidledger.services.handing.placing import must_be_free
from aidledger.services.handing.tables import write_duckdb, write_parquet

_WRITERS: Final[dict[str, Callable[..., Manifest]]] = {
    "duckdb": write_duckdb,
    "flat": write_flat,
    "parquet": write_parquet,
    "sqlite": write_sqlite,
}
_WHAT: Final = {
    "missing": Said("文件缺失", "the file is missing"),
    "unexpected": Said("清单中没有的文件", "a file that the manifest does not name"),
    "bytes": Said("字节数不同", "another size"),
    "sha256": Said("内容不同", "other content"),
    "line": Said("这一行不是当时的", "not the line that was handed over"),
    "root": Said("另一个根", "another root"),
    "rows": Said("行数不同", "another number of rows"),
    "sum": Said("合计不同", "another sum"),
    "first": Said("最前的值不同", "another first value"),
    "last": Said("最后的值不同", "another last value"),
}


def run_parquet(app: App, *, folder: str, **more: object) -> int:
    """Write a folder of Parquet files."""
    return _written(app, "parquet", folder, **more)  # type: ignore[arg-type]


def run_flat(app: App, *, folder: str, **more: object) -> int:
    """Write flat files with dictionary and control totals."""
    return _written(app, "flat", folder, **more)  # type: ignore[arg-type]


def run_duckdb(app: App, *, file: str, **more: object) -> int:
    """Write one DuckDB file."""
    return _written(app, "duckdb", file, **more)  # type: ignore[arg-type]


def run_sqlite(app: App, *, file: str, **more: object) -> int:
    """Write one SQLite file, described for Datasette."""
    return _written(app, "sqlite", file, **more)  # type: ignore[arg-type]


def _written(
    app: App,
    kind: str,
    place: str,
    *,
    model: tuple[str, ...],
    event: tuple[str, ...],
    memory: str | None,
    threads: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Derive the tables where no generation has them, write them, and say what was written."""
    limits = engine_limits(memory, threads)
    path, stages = Path(place), Stages(app)
    if kind in ("flat", "parquet"):  # before anything is derived
        must_be_free(path)
    progress = app.screen.progress(app.say("写出表", "write tables"))
    try:
        with (
            reading(app) as session,
            finished(
                session,
                models=model,
                events=event,
                as_of=day_of(as_of),
                known_on=day_of(known_on),
                limits=limits,
                progress=stages,
            ) as given,
        ):
            stages.close()
            manifest = _WRITERS[kind](path, given, limits=limits, progress=progress)
    finally:
        stages.close()
        progress.close()
    return tell(app, path, manifest, json=json)


def run_cloudevents(app: App, *, file: str, json: bool) -> int:
    """Write every record as a CloudEvent."""
    path = Path(file)
    progress = app.screen.progress(app.say("写出记录", "write records"))
    try:
        with reading(app) as session:
            manifest = write_cloudevents(path, session.store, progress=progress)
    finally:
        progress.close()
    return tell(app, path, manifest, json=json)


def run_check(app: App, *, path: str, json: bool) -> int:
    """Hold what was handed over against its manifest; 1 where something is not as it was."""
    found = check(Path(path))
    if json:
        told = msgspec.to_builtins(found)
        told.pop("manifest")
        app.screen.json({"schema": "aidledger/handover-check/v1", **told})
    else:
        _show(app, found)
    return FINDINGS if found.differs else OK


def _show(app: App, found: Checked) -> None:
    """Print what was checked, and what is not as the manifest says."""
    screen = app.screen
    for one in found.differs:
        screen.prose(layout.plain(_told(app, one)), 2)
    manifest, log = found.manifest, found.manifest.log
    screen.pairs(
        [
            (app.say("种类", "kind"), f"{manifest.kind} · {manifest.as_of or ''}"),
            (app.say("账本", "log"), f"{log.origin} · {log.size:,} · {log.root}"),
            (app.say("清单的散列", "manifest"), found.sha256),
        ]
    )
    files, tables, wrong = found.files, found.tables, len(found.differs)
    screen.prose(
        app.say(
            f"核对 {files} 个文件的散列，重算 {tables} 张表的合计："
            + (f"{wrong} 处不符。" if wrong else "全部相符。"),
            f"{counted(files, 'file', 'files')} hashed, totals of "
            f"{counted(tables, 'table', 'tables')} worked out again: "
            + (f"{counted(wrong, 'difference', 'differences')}." if wrong else "all agree."),
        )
    )


def _told(app: App, one: Differs) -> str:
    what, _, column = one.what.partition(" ")
    said = _WHAT[what].in_(app.lang) + (f" ({column})" if column else "")
    where = one.file if one.line is None else f"{one.file}:{one.line}"
    if what in ("missing", "unexpected", "line", "sha256"):
        return f"{where}: {said}"
    return f"{where}: {said}: " + app.say(
        f"应为 {one.expected}，实际为 {one.found}", f"expected {one.expected}, found {one.found}"
    )
