"""``list``: a read model as a table, JSON, CSV or a workbook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.errors import USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.wording import counted
from aidledger.replay.models import Model
from aidledger.services.files import write_file
from aidledger.services.generations.rebuilding import model_list, read_model
from aidledger.services.handing.workbook import as_xlsx
from aidledger.services.questions.listing import (
    Table,
    as_csv,
    as_json,
    cell_text,
    check_publishable,
)

_SQUEEZED: Final = 1.3
"""A table that needs so many times the room there is becomes blocks, one a row."""


def show_list(
    app: App,
    *,
    name: str | None,
    format: str | None,  # noqa: A002 - the option's name
    output: str | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> None:
    """Write a model; without a name the models are listed."""
    if name is None:
        _show_models(app, json=json or format == "json")
        return
    kind = kind_of(format, output, json=json)
    models = {model.name: model for model in model_list()}
    if name not in models:
        raise CommandError(
            Said(f"{name}：没有这个读模型", f"{name}: no such model"),
            hint=Said("aidledger list 列出全部读模型", "aidledger list shows the models"),
            exit_code=USAGE,
        )
    model = models[name]
    table = read_table(app, model, as_of=as_of, known_on=known_on)
    if model.allow is not None:
        # What is checked is what would leave: the bytes of this very format.
        check_publishable(name, _content(table, kind, output))
    if kind == "json" and output is None:
        told = {"generation": app.generation, "source": app.source, **as_json(table)}
        app.screen.json({"schema": "aidledger/list/v1", **told})
        return
    write_table(app, table, kind, output)


def write_table(app: App, table: Table, kind: str, output: str | None) -> None:
    """Write rows in a format: to a file, or to standard output.

    Raises:
        CommandError: a workbook has nowhere to go.

    """
    if kind == "table" and output is None:
        show_table(app, table)
        return
    if kind == "xlsx" and output is None and sys.stdout.isatty():
        raise CommandError(
            Said("工作簿不能显示在终端上", "a workbook cannot be shown on a terminal"),
            hint=Said("用 --output 指明文件", "name a file with --output"),
        )
    content = _content(table, kind, output)
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    write_file(Path(output), content)
    app.screen.note(
        app.say(
            f"{output}：{len(table.rows)} 行",
            f"{output}: {counted(len(table.rows), 'row', 'rows')}",
        )
    )


def read_table(app: App, model: Model, *, as_of: str | None, known_on: str | None) -> Table:
    """Return a model's rows."""
    with app.screen.reading_entries() as progress, reading(app) as session:
        columns, rows = read_model(
            session,
            model.name,
            as_of=day_of(as_of),
            known_on=day_of(known_on),
            progress=progress,
        )
    return Table(
        name=model.name,
        title_zh=model.title_zh,
        title_en=model.title_en,
        columns=tuple(columns),
        rows=rows,
    )


def kind_of(chosen: str | None, output: str | None, *, json: bool) -> str:
    """Return the format: the one chosen, or what the file's name says."""
    if json:
        return "json"
    if chosen:
        return chosen
    ending = Path(output).suffix.lower() if output else ""
    return {".csv": "csv", ".json": "json", ".xlsx": "xlsx"}.get(ending, "table")


def _content(table: Table, kind: str, output: str | None) -> bytes:
    """Return the bytes of a format; tables are checked as CSV, which holds the same cells."""
    if kind == "xlsx":
        return as_xlsx(table)
    if kind == "json":
        return msgspec.json.format(msgspec.json.encode(as_json(table))) + b"\n"
    return as_csv(table, mark=output is not None)


def show_table(app: App, table: Table) -> None:
    """Print the rows for people; the entries behind each row are in the other formats."""
    shown = [at for at, column in enumerate(table.columns) if column != "positions"]
    titles = [table.columns[at] for at in shown]
    cells = [[layout.plain(cell_text(row[at])) for at in shown] for row in table.rows]
    screen = app.screen
    screen.line(screen.style(app.say(table.title_zh, table.title_en), "bold"))
    if layout.natural_width(titles, cells) > screen.table_width * _SQUEEZED:
        _show_blocks(app, titles, cells)
    else:
        numbers = frozenset(
            place
            for place, at in enumerate(shown)
            if table.rows and all(isinstance(row[at], int | None) for row in table.rows)
        )
        screen.table(titles, cells, right=numbers)
    screen.note(app.say(f"共 {len(table.rows)} 行", counted(len(table.rows), "row", "rows")))


def _show_blocks(app: App, titles: list[str], cells: list[list[str]]) -> None:
    """Print each row as a block: a table with so many columns could not be read here."""
    screen = app.screen
    for row in cells:
        first, *rest = [
            f"{title} {cell}" for title, cell in zip(titles, row, strict=True) if cell
        ] or [""]
        screen.line(screen.style(first, "bold"))
        screen.lines(layout.indent(" · ".join(rest), screen.width, 2))


def _show_models(app: App, *, json: bool) -> None:
    """Print which models there are."""
    models = sorted(model_list(), key=lambda model: model.name)
    if json:
        app.screen.json(
            {
                "schema": "aidledger/models/v1",
                "models": [
                    {
                        "name": model.name,
                        "title": {"zh": model.title_zh, "en": model.title_en},
                        "key": list(model.key),
                        "for": model.purpose,
                        "public": model.allow is not None,
                    }
                    for model in models
                ],
            }
        )
        return
    app.screen.pairs(
        [
            (
                model.name,
                app.say(model.title_zh, model.title_en)
                + ("" if model.allow is None else app.say("（可公开）", " (public list)")),
            )
            for model in models
        ]
    )
