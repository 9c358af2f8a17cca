"""What the commands that hand something over have in common: what they read, and what they say."""

from __future__ import annotations

from pathlib import Path

import msgspec

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import COULD_NOT_RUN, OK
from aidledger.interfaces.cli.wording import counted
from aidledger.services.handing.manifest import Manifest, manifest_path


def tell(app: App, path: Path, manifest: Manifest, *, json: bool) -> int:
    """Say what was written where; 3 where something of the ledger is not in it."""
    screen = app.screen
    if json:
        screen.json({"output": str(path), **msgspec.to_builtins(manifest)})
    else:
        rows = sum(table.rows for table in manifest.tables)
        size = sum(one.bytes for one in manifest.files)
        files = len(manifest.files)
        what = app.say(
            f"{files} 个文件，{size:,} 字节，{rows:,} 行",
            f"{counted(files, 'file', 'files')}, {size:,} bytes, {counted(rows, 'row', 'rows')}",
        )
        log = manifest.log
        pairs = [
            (app.say("写到", "written"), str(path)),
            (app.say("内容", "content"), what),
            (app.say("账本", "log"), f"{log.size:,} · {log.root}"),
            (app.say("清单", "manifest"), str(manifest_path(path))),
        ]
        if files == 1:
            pairs.insert(2, ("SHA-256", manifest.files[0].sha256))
        screen.pairs(pairs)
    for name, why in manifest.missing.items():
        screen.note(app.say(f"没有 {name}：{why}", f"without {name}: {why}"))
    if manifest.skipped:
        screen.note(
            app.say(
                f"有 {manifest.skipped} 行读不出，见 aidledger verify",
                f"{counted(manifest.skipped, 'row', 'rows')} could not be read: see aidledger verify",
            )
        )
    return COULD_NOT_RUN if manifest.missing or manifest.skipped else OK
