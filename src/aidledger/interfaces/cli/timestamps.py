"""``timestamp request``, ``add`` and ``show``: times that another office vouches for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK, UNPROVEN, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.phrases import chinese
from aidledger.services.checkpoints.timestamping import (
    MAX_REPLY_BYTES,
    Pin,
    Stamp,
    add_reply,
    list_stamps,
    make_request,
    read_pin,
)
from aidledger.services.files import read_files
from aidledger.services.proofs.proving import newest_checkpoint

_STATUS: Final = {
    "pending": Said("待答复，尚不证明任何事", "pending, proves nothing yet"),
    "confirmed": Said("已证明", "confirmed"),
    "refused": Said("不被接受", "refused"),
}
_MARKS: Final = {"pending": ("·", "yellow"), "confirmed": ("✓", "green"), "refused": ("✗", "red")}


def request_stamp(app: App, *, folder: str | None, json: bool) -> None:
    """Make a request for the newest checkpoint."""
    with reading(app) as session:
        path = make_request(_folder(app, folder), newest_checkpoint(session.store))
    if json:
        app.screen.json({"schema": "aidledger/timestamp-request/v1", "request": str(path)})
    else:
        app.screen.line(str(path))


def add_stamp(app: App, *, file: str, tsa: str, folder: str | None, json: bool) -> None:
    """Verify a reply and keep it."""
    reply = next(iter(read_files([Path(file)], limit=MAX_REPLY_BYTES).values()))
    stamp = add_reply(_folder(app, folder), reply, _pin(tsa))
    _show(app, [stamp], json=json)


def show_stamps(app: App, *, tsa: str, folder: str | None, json: bool) -> int:
    """Verify every reply again and say what each proves."""
    stamps = list_stamps(_folder(app, folder), _pin(tsa))
    _show(app, stamps, json=json)
    found = {stamp.status for stamp in stamps}
    return FINDINGS if "refused" in found else OK if found == {"confirmed"} else UNPROVEN


def _show(app: App, stamps: list[Stamp], *, json: bool) -> None:
    """Print timestamps."""
    if json:
        rows = [msgspec.to_builtins(stamp) for stamp in stamps]
        app.screen.json({"schema": "aidledger/timestamps/v1", "timestamps": rows})
        return
    screen = app.screen
    for stamp in stamps:
        mark, colour = _MARKS[stamp.status]
        text = f"{stamp.size}  {_STATUS[stamp.status].in_(app.lang)}"
        more = stamp.at or chinese(stamp.why, app.lang)
        first, *rest = layout.wrap(layout.plain(f"{text}  {more}".rstrip()), screen.width - 4)
        screen.line(f"  {screen.style(mark, colour)} {first}")
        screen.lines("    " + line for line in rest)
    if not stamps:
        screen.note(app.say("没有请求过时间戳", "no timestamp was asked for"))


def _pin(path: str) -> Pin:
    """Read the pinned authority."""
    return read_pin(Path(path).read_bytes())


def _folder(app: App, folder: str | None) -> Path:
    """Return where timestamps lie: beside the ledger's file, or where it was said."""
    if folder is not None:
        return Path(folder)
    location = app.location()
    if location.startswith(("postgresql:", "postgres:")):
        raise CommandError(
            Said("没有指明时间戳的文件夹", "no folder of timestamps was named"),
            hint=Said("用 --folder 指明", "name one with --folder"),
            exit_code=USAGE,
        )
    return Path(f"{location}.timestamps")
