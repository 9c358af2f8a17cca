"""``tiles export``, ``tiles check`` and ``serve``: the log for everybody to read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.proofs import read_policy, say_unwitnessed
from aidledger.interfaces.cli.wording import counted
from aidledger.ledger.acceptance import accepted
from aidledger.ledger.strict import FormatError
from aidledger.services.checkpoints.serving import LogServer
from aidledger.services.checkpoints.tiles import check_folder, export_tiles, read_checkpoint

_PORT: Final = 8470
_MAX_PORT: Final = 65_535


def run_export(app: App, *, dir: str, json: bool) -> None:  # noqa: A002 - the argument
    """Bring a folder of tiles up to the newest checkpoint."""
    with reading(app) as session:
        done = export_tiles(session.store, Path(dir))
    if json:
        app.screen.json(
            {
                "schema": "aidledger/tiles-export/v1",
                "size": done.size,
                "root": done.root.hex(),
                "written": done.written,
            }
        )
        return
    app.screen.line(
        app.say(
            f"{done.size:,} 条记录，新写 {done.written} 个文件，读回无误",
            f"{counted(done.size, 'entry', 'entries')}, {counted(done.written, 'file', 'files')}"
            " written, read back and right",
        )
    )


def run_check(app: App, *, dir: str, policy: str, json: bool) -> int:  # noqa: A002 - the argument
    """Recompute an exported log and hold it against its checkpoint, under one's own policy."""
    trusted = read_policy(policy)
    try:
        verdict = accepted(read_checkpoint(Path(dir)), trusted)
    except FormatError as error:
        raise CommandError(
            Said(chinese(f"checkpoint: {error}", "zh"), f"checkpoint: {error}"), exit_code=USAGE
        ) from None
    if verdict.accepted and verdict.checkpoint is not None:
        check_folder(Path(dir), verdict.checkpoint)
    if json:
        app.screen.json(
            {
                "schema": "aidledger/tiles-check/v1",
                "accepted": verdict.accepted,
                "witnessed": verdict.witnessed,
                "size": verdict.checkpoint.size if verdict.checkpoint else None,
                "why": verdict.why,
            }
        )
    elif verdict.checkpoint is not None and verdict.accepted:
        size = verdict.checkpoint.size
        app.screen.line(
            app.say(
                f"✓ {size:,} 条记录，与检查点相符",
                f"✓ {counted(size, 'entry', 'entries')}, those of the checkpoint",
            )
        )
        say_unwitnessed(app, trusted)
    else:
        why = layout.plain(verdict.why)
        app.screen.line(
            app.say(f"✗ 检查点不被接受：{why}", f"✗ the checkpoint is not accepted: {why}")
        )
    return OK if verdict.accepted else FINDINGS


def run_serve(app: App, *, port: int | None) -> None:
    """Serve the log read-only on this machine until stopped."""
    chosen = _PORT if port is None else port
    if chosen > _MAX_PORT:
        raise CommandError(
            Said(
                f"--port {chosen}：应不大于 {_MAX_PORT}",
                f"--port {chosen}: expected at most {_MAX_PORT}",
            ),
            exit_code=USAGE,
        )
    with reading(app) as session, LogServer(session.store, chosen) as server:
        app.screen.line(server.url)
        server.serve_forever()
