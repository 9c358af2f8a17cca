"""``rebuild``: every read model derived from the entries again, with its digest."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, FINDINGS, OK
from aidledger.interfaces.cli.ledgers import reading
from aidledger.services.rebuilding import generations_folder, rebuild

_SHOWN: Final = 40


def run_rebuild(
    app: App, *, as_of: str | None, known_on: str | None, model: tuple[str, ...], json: bool
) -> int:
    """Rebuild; 3 where entries could not be read, 1 where a model changed without a cause."""
    location = app.location()
    progress = app.screen.progress(app.say("重建", "rebuild"))
    try:
        with reading(app) as session:
            built = rebuild(
                session,
                as_of=date.fromisoformat(as_of) if as_of else None,
                known_on=date.fromisoformat(known_on) if known_on else None,
                models=model or None,
                folder=Path(generations_folder(location)),
                progress=lambda _stage, rows: progress(rows),
            )
    finally:
        progress.close()
    screen, lang = app.screen, app.lang
    if json:
        screen.json(
            {
                "schema": "aidledger/rebuild/v1",
                "position": built.position,
                "entries": built.entries,
                "as_of": built.as_of.isoformat(),
                "known_on": built.known_on.isoformat() if built.known_on else None,
                "models": [
                    {"name": one.name, "rows": one.rows, "digest": one.digest}
                    for one in built.models
                ],
                "changed": list(built.changed),
                "skipped": [
                    {
                        "code": found.code,
                        "position": found.position,
                        "stream": found.stream,
                        "field": found.field,
                        "message": found.message(lang),
                    }
                    for found in built.skipped
                ],
            }
        )
    else:
        screen.table(
            [app.say("模型", "model"), app.say("行数", "rows"), app.say("摘要", "digest")],
            [[one.name, f"{one.rows:,}", one.digest[:_SHOWN] + "…"] for one in built.models],
            right=frozenset({1}),
        )
        screen.note(
            app.say(
                f"{built.entries:,} 条记录，截至 {built.as_of}",
                f"{built.entries:,} entries, as of {built.as_of}",
            )
        )
        for found in built.skipped:
            screen.note(app.say("略过：", "skipped: ") + found.message(lang))
        for name in built.changed:
            screen.note(
                app.say(
                    f"{name}：输入未变而结果变了", f"{name}: changed though nothing it reads did"
                )
            )
    if built.skipped:
        return COULD_NOT_RUN
    return FINDINGS if built.changed else OK
