"""``sql``: one SELECT of somebody's own, as a table, JSON, CSV or a workbook."""

from __future__ import annotations

import sys

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.lists import kind_of, write_table
from aidledger.interfaces.cli.shells import Settings, run_shell
from aidledger.interfaces.cli.statements import read_statement
from aidledger.services.questions.listing import Table, as_json
from aidledger.services.questions.querying import MOST, SECONDS, Answer, query


def run_sql(
    app: App,
    *,
    sql: str | None,
    shell: bool,
    format: str | None,  # noqa: A002 - the option's name
    output: str | None,
    seconds: int | None,
    most: int | None,
    memory: str | None,
    threads: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Answer one SELECT; ``-`` reads it from standard input. ``--shell`` answers many."""
    if (seconds is not None and seconds < 1) or (most is not None and most < 1):
        raise CommandError(
            Said("--seconds 和 --most 应至少为 1", "--seconds and --most: expected at least 1"),
            exit_code=USAGE,
        )
    days = {
        "as_of": day_of(as_of),
        "known_on": day_of(known_on),
    }
    limits = engine_limits(memory, threads)
    if shell:
        if sql is not None or format or output or json:
            raise _beside_shell()
        return run_shell(
            app, Settings(limits=limits, seconds=seconds or SECONDS, most=most or MOST, **days)
        )
    if sql is None:
        raise CommandError(
            Said("应写明 SQL，或用 --shell", "expected SQL, or --shell"), exit_code=USAGE
        )
    kind = kind_of(format, output, json=json)
    text = read_statement(sys.stdin.buffer, "-") if sql == "-" else sql
    with app.screen.reading_entries() as progress, reading(app) as session:
        found = query(
            session,
            text,
            limits=limits,
            seconds=seconds or SECONDS,
            most=most or MOST,
            progress=progress,
            **days,
        )
    _show(app, found, kind, output)
    return OK


def _beside_shell() -> CommandError:
    return CommandError(
        Said(
            "--shell 不与 SQL、--format、--output、--json 同用",
            "--shell: expected no SQL, --format, --output or --json beside it",
        ),
        hint=Said("在其中用 .mode 选择格式", "choose a format inside by .mode"),
    )


def _show(app: App, found: Answer, kind: str, output: str | None) -> None:
    """Write an answer, and say where it is not all of it."""
    table = Table(
        name="sql", title_zh="查询结果", title_en="Answer", columns=found.columns, rows=found.rows
    )
    if kind == "json" and output is None:
        app.screen.json(
            {
                "schema": "aidledger/sql/v1",
                "position": found.position,
                "generation": found.generation,
                "source": app.source,
                "more": found.more,
                **as_json(table),
            }
        )
    else:
        write_table(app, table, kind, output)
    if found.more:
        app.screen.note(
            app.say(
                f"只给出前 {len(found.rows):,} 行：--most 可多给",
                f"only the first {len(found.rows):,} rows are given: --most gives more",
            )
        )
