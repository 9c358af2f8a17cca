"""``log``: the entries of the ledger, newest first, for people and as JSON Lines."""

from __future__ import annotations

import json as json_text
from itertools import islice
from typing import Any

from aidledger.domain.point import parse_point
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.entries import entry_lines, full
from aidledger.interfaces.cli.ledgers import reading
from aidledger.services.questions.browsing import Logged, Wanted, browse


def show_log(
    app: App,
    *,
    stream: str | None,
    type: tuple[str, ...],  # noqa: A002 - the option's name
    since: str | None,
    limit: int | None,
    reverse: bool,
    json: bool,
    **more: str | None,
) -> None:
    """Print entries as they are read: a long log begins at once, through a pager on a terminal."""
    wanted = Wanted(
        stream=stream,
        types=type,
        since=None if since is None else parse_point(since),
        from_day=more.pop("from"),
        **more,
    )
    with reading(app) as session:
        found = islice(browse(session, wanted, in_order=reverse), limit)
        if json:
            app.screen.lines(map(_as_json, found))
        else:
            app.screen.paged(line for one in found for line in _lines(app, one))


def _lines(app: App, one: Logged) -> list[str]:
    return list(entry_lines(app, one.entry, one.late, back_dated=one.back_dated, named=True))


def _as_json(one: Logged) -> str:
    """Return an entry as one line of JSON."""
    value: dict[str, Any] = {
        "schema": "aidledger/log/v1",
        **full(one.entry, one.late),
        "back_dated": one.back_dated,
        "amount_fen": one.amount_fen,
    }
    return json_text.dumps(value, ensure_ascii=False, separators=(",", ":"))
