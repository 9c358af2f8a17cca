"""What a rebuild gave, for people and for programs; its exit status."""

from __future__ import annotations

from typing import Any, Final

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, FINDINGS, OK
from aidledger.interfaces.cli.phrases import chinese
from aidledger.services.generations.rebuilding import RebuildResult

_SHOWN: Final = 40


def exit_code_of(built: RebuildResult) -> int:
    """Return 3 where entries or models are missing, 1 where a model changed without a cause."""
    if built.skipped or built.failed:
        return COULD_NOT_RUN
    return FINDINGS if built.changed else OK


def rebuild_object(app: App, built: RebuildResult) -> dict[str, Any]:
    """Return what --json says of a rebuild."""
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


def show_rebuilt(app: App, built: RebuildResult) -> None:
    """Print the digests, how the generation differs from the last, and what went wrong.

    Tables without a row, before or now, all have one digest: their names are enough.
    """
    screen, say = app.screen, app.say
    counts = {one.name: f"+{one.added} -{one.removed} ~{one.changed}" for one in built.compared}
    emptied = {one.name for one in built.compared if one.removed}
    shown = [one for one in built.models if one.rows or one.name in emptied]
    empty = [one.name for one in built.models if not one.rows and one.name not in emptied]
    titles = [say("模型", "model"), say("行数", "rows"), say("摘要", "digest")]
    rows = [[one.name, f"{one.rows:,}", one.digest[:_SHOWN] + "…"] for one in shown]
    if counts:
        titles.insert(2, say("增减改", "differs"))
        rows = [
            [name, count, counts.get(name, ""), digest[: _SHOWN // 2] + "…"]
            for name, count, digest in rows
        ]
    screen.table(titles, rows, right=frozenset({1}))
    if empty:
        count = say(f"{len(empty)} 个模型没有行：", f"{len(empty)} models without rows: ")
        screen.prose(count + say("、", ", ").join(sorted(empty)))
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
