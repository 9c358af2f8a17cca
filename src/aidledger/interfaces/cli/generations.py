"""``generations``: which there are, how they differ, which may go, and their certificates."""

from __future__ import annotations

from typing import Any

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import (
    COULD_NOT_RUN,
    DIFFERS,
    FINDINGS,
    MISSING,
    OK,
    CommandError,
)
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading, writing
from aidledger.interfaces.cli.outcomes import show_outcome
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.wording import counted
from aidledger.replay.generations import KEPT
from aidledger.services.generations.book import (
    GenerationDiff,
    Listed,
    ModelDiff,
    diff_generations,
    list_generations,
    prune_generations,
)
from aidledger.services.generations.certifying import certify
from aidledger.services.generations.past import PastCheck, check_past

_MOST = 20
_MEGABYTE = 1_000_000


def run_list(app: App, *, json: bool) -> int:
    """List the generations that are kept."""
    with reading(app) as session:
        found = list_generations(session)
    screen, say = app.screen, app.say
    if json:
        screen.json(
            {"schema": "aidledger/generations/v1", "generations": [_listed(o) for o in found]}
        )
        return OK
    if not found:
        screen.note(say("还没有生成版本：aidledger rebuild", "none yet: aidledger rebuild"))
        return OK
    screen.table(
        [
            say("版本", "no."),
            "",
            say("截至", "as of"),
            say("已知至", "known on"),
            say("记录", "entries"),
            say("模型", "models"),
            say("未建成", "failed"),
            "MB",
            say("认证位置", "certified at"),
        ],
        [
            [
                str(one.generation.number),
                "*" if one.current else "",
                one.generation.as_of.isoformat(),
                one.generation.known_on.isoformat() if one.generation.known_on else "",
                f"{one.generation.entries:,}",
                str(len(one.generation.models)),
                str(len(one.generation.failed) or ""),
                f"{one.bytes / _MEGABYTE:.1f}",
                "" if one.certified_at is None else str(one.certified_at),
            ]
            for one in found
        ],
        right=frozenset({0, 4, 5, 6, 7, 8}),
    )
    return OK


def run_diff(
    app: App,
    *,
    old: int | None,
    new: int | None,
    model: tuple[str, ...],
    most: int | None,
    json: bool,
) -> int:
    """Say how two generations differ; 5 where they do."""
    with reading(app) as session:
        diff = diff_generations(
            session,
            old=old,
            new=new,
            models=model,
            most=_MOST if most is None else most,
        )
    if json:
        app.screen.json(
            {
                "schema": "aidledger/generations-diff/v1",
                "old": diff.old.number,
                "new": diff.new.number,
                "equal": diff.equal,
                "models": [msgspec.to_builtins(one) for one in diff.models],
            }
        )
    else:
        _show_diff(app, diff)
    return DIFFERS if diff.models else OK


def run_prune(app: App, *, last: int | None, json: bool) -> int:
    """Remove old generations."""
    with reading(app) as session:
        removed = prune_generations(
            session,
            keep=KEPT if last is None else last,
        )
    if json:
        app.screen.json({"schema": "aidledger/generations-prune/v1", "removed": list(removed)})
    else:
        names = ", ".join(map(str, removed))
        app.screen.note(
            app.say(f"已删除版本 {names}", f"removed {names}")
            if removed
            else app.say("没有可删除的版本", "nothing to remove")
        )
    return OK


def run_certify(app: App, *, actor: str, office: str, on: str | None, json: bool) -> int:
    """Certify the current generation."""
    with writing(app) as session:
        outcome = certify(
            session,
            actor=actor,
            office=office,
            on=on,
        )
    return show_outcome(app, outcome, json=json)


def run_check(app: App, *, position: int | None, json: bool) -> int:
    """Derive a certified generation again; 1 where it differs, 3 where it can't be compared."""
    with reading(app) as session:
        check = check_past(session, position=position)
    if check is None:
        raise CommandError(
            Said("没有认证过的生成版本", "no generation was certified"),
            hint=Said(
                "aidledger generations certify 认证当前版本",
                "aidledger generations certify certifies the current one",
            ),
            exit_code=MISSING,
        )
    if json:
        app.screen.json(
            {
                "schema": "aidledger/generations-check/v1",
                **msgspec.to_builtins(check),
                "findings": [
                    {
                        "code": one.code,
                        "position": one.position,
                        "field": one.field,
                        "message": one.message(app.lang),
                    }
                    for one in check.findings
                ],
            }
        )
    else:
        _show_check(app, check)
    if check.findings:
        return FINDINGS
    return COULD_NOT_RUN if check.not_made else OK


def _show_check(app: App, check: PastCheck) -> None:
    """Print which certificate was taken, and how it came out."""
    screen, say = app.screen, app.say
    screen.line(
        say(
            f"{check.count} 份认证中位置 {check.position} 的一份：{check.size} 条记录，截至 {check.as_of}",
            f"of {check.count} certificates the one at position {check.position}: {check.size} "
            f"entries, as of {check.as_of}",
        )
    )
    apart = [one for one in check.models if one.status == "not_comparable"]
    same = sum(one.status == "same" for one in check.models)
    for one in apart:
        why = chinese(one.why, app.lang)
        said = f"  - {one.name}: " + say(f"无法比对：{why}", f"not comparable: {why}")
        screen.line(layout.plain(said))
    for found in check.findings:
        screen.line(
            screen.style(layout.plain(f"  ✗ {found.field}: {found.message(app.lang)}"), "red")
        )
    if check.not_made:
        why = chinese(check.not_made, app.lang)
        screen.line(layout.plain(say(f"未能比对：{why}", f"not compared: {why}")))
    elif not check.findings:
        text = say(
            f"✓ 过去没有改变：{same} 个模型与当时一致",
            f"✓ the past has not changed: {same} models came out as they did",
        )
        screen.line(screen.style(text, "green"))


def _listed(one: Listed) -> dict[str, Any]:
    generation = one.generation
    return {
        "number": generation.number,
        "current": one.current,
        "size": generation.size,
        "root": generation.root,
        "as_of": generation.as_of.isoformat(),
        "known_on": generation.known_on.isoformat() if generation.known_on else None,
        "entries": generation.entries,
        "skipped": generation.skipped,
        "models": len(generation.models),
        "failed": [failed.name for failed in generation.failed],
        "program": generation.program,
        "engine": generation.engine,
        "bytes": one.bytes,
        "certified_at": one.certified_at,
    }


def _show_diff(app: App, diff: GenerationDiff) -> None:
    """Print the models that differ, and their rows where some were asked for."""
    screen, say = app.screen, app.say
    if diff.models:
        screen.table(
            [say("模型", "model"), say("增", "added"), say("减", "removed"), say("改", "changed")],
            [[one.name, *_counts(app, one)] for one in diff.models],
            right=frozenset({1, 2, 3}),
        )
    for one in diff.models:
        for row in one.rows:
            sign = "+" if row.old is None else "-" if row.new is None else "~"
            screen.line(layout.plain(f"{sign} {one.name} {row.key}"))
            for mark, text in (("-", row.old), ("+", row.new)):
                if text is not None and sign == "~":
                    screen.line(layout.plain(f"    {mark} {text}"))
    many = counted(diff.equal, "model is", "models are")
    screen.note(
        say(
            f"版本 {diff.old.number} 与 {diff.new.number}：其余 {diff.equal} 个模型相同",
            f"generations {diff.old.number} and {diff.new.number}: {many} equal",
        )
    )


def _counts(app: App, one: ModelDiff) -> tuple[str, str, str]:
    """Return the three counts of a model, or where it is where only one has it."""
    if one.comparison is not None:
        found = one.comparison
        return (f"{found.added:,}", f"{found.removed:,}", f"{found.changed:,}")
    return ("", "", app.say(f"仅在 {one.only_in}", f"only in {one.only_in}"))
