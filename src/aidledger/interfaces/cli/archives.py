"""``archive seal``, ``archive list``, ``archive verify``."""

from __future__ import annotations

from typing import Final

import msgspec

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK
from aidledger.interfaces.cli.ledgers import reading, writing
from aidledger.interfaces.cli.outcomes import show_outcome
from aidledger.interfaces.cli.verification import said, show
from aidledger.interfaces.cli.wording import counted
from aidledger.services.archives.archiving import Sealing, seal
from aidledger.services.archives.segments import Listed, archive_folder, list_segments, seals_of
from aidledger.services.ladder.archivecheck import verify_archive
from aidledger.services.ladder.outside import read_outside

_SHOWN: Final = 16


def run_seal(
    app: App, *, actor: str, office: str, on: str | None, archive: str | None, json: bool
) -> int:
    """Seal what is complete; 1 where entries do not verify."""
    progress = app.screen.progress(app.say("封存", "seal"))
    try:
        with writing(app) as session:
            done = seal(
                session,
                app.location(),
                actor=actor,
                office=office,
                on=on,
                archive=archive,
                progress=progress,
            )
    finally:
        progress.close()
    if json:
        app.screen.json(_sealing_object(app, done))
        return OK if done.finding is None else FINDINGS
    written = len(done.written)
    app.screen.line(
        app.say(
            f"新写 {written} 段，共 {done.sealed} 段；其后 {done.left:,} 条未满一段",
            f"{counted(written, 'segment', 'segments')} written, {done.sealed} sealed; "
            f"{counted(done.left, 'entry', 'entries')} after them",
        )
    )
    if done.outcome is not None:
        show_outcome(app, done.outcome, json=False)
    if done.finding is None:
        return OK
    app.screen.note(app.say("未封存：", "not sealed: ") + said(done.finding, app.lang))
    return FINDINGS


def _sealing_object(app: App, done: Sealing) -> dict[str, object]:
    return {
        "schema": "aidledger/archive-seal/v1",
        "written": [one.number for one in done.written],
        "sealed": done.sealed,
        "left": done.left,
        "outcome": None if done.outcome is None else msgspec.to_builtins(done.outcome),
        "finding": None if done.finding is None else said(done.finding, app.lang),
    }


def run_list(app: App, *, archive: str | None, json: bool) -> int:
    """List the segments, and where the log vouches for each."""
    where = archive or str(archive_folder(app.location()))
    if app.ledger:
        with reading(app) as session:
            found = list_segments(where, seals_of(session.store))
    else:
        found = list_segments(where)
    if json:
        app.screen.json(
            {
                "schema": "aidledger/archive-list/v1",
                "segments": [_listed_object(one) for one in found],
            }
        )
        return OK
    screen = app.screen
    screen.table(
        [
            app.say("段", "segment"),
            app.say("起", "from"),
            app.say("止", "to"),
            app.say("字节", "bytes"),
            app.say("清单", "manifest"),
            app.say("封存于", "sealed at"),
        ],
        [
            [
                f"{one.number}",
                f"{one.manifest.first:,}",
                f"{one.manifest.end - 1:,}",
                f"{one.manifest.size:,}",
                one.manifest_hash[:_SHOWN] + "…",
                "–" if one.sealed_at is None else f"{one.sealed_at:,}",
            ]
            for one in found
        ],
        right=frozenset({0, 1, 2, 3, 5}),
    )
    if app.ledger and any(one.sealed_at is None for one in found):
        screen.note(
            app.say(
                "有的段账本没有提到，不能作数：执行 aidledger archive seal 登记新段；"
                "被改动或移位的，由 aidledger archive verify 指出",
                "the log does not name every segment: aidledger archive seal records new ones, "
                "aidledger archive verify names those that were altered or moved",
            )
        )
    return OK


def _listed_object(one: Listed) -> dict[str, object]:
    return {
        "number": one.number,
        "first": one.manifest.first,
        "entries": one.manifest.entries,
        "bytes": one.manifest.size,
        "root": one.manifest.root,
        "manifest": one.manifest_hash,
        "sealed_at": one.sealed_at,
        "writer": msgspec.to_builtins(one.manifest.writer),
        "unread": list(one.manifest.unread),
    }


def run_verify(
    app: App,
    *,
    archive: str | None,
    no_columns: bool,
    checkpoint: tuple[str, ...],
    policy: str | None,
    json: bool,
) -> int:
    """Verify the archive against the ledger that it was sealed from."""
    where = archive or str(archive_folder(app.location()))
    outside = read_outside(checkpoint, policy)
    progress = app.screen.progress(app.say("核验", "verify"))
    try:
        with reading(app) as session:
            report = verify_archive(
                where,
                store=session.store,
                outside=outside,
                columns=not no_columns,
                progress=progress,
            )
    finally:
        progress.close()
    return show(app, report, json=json)
