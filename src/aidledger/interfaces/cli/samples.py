"""``audit sample``: a sample drawn from a model or view, and drawn again from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from aidledger.audit.sampling import Design, Method
from aidledger.domain.money import grouped_yuan
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.errors import DIFFERS, OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.services.audits.sampling import SCHEMA, SampleOf, drawn_again, sample
from aidledger.services.files import write_file
from aidledger.services.questions.listing import cell_text


def run_sample(
    app: App,
    *,
    name: str | None,
    rows: int | None,
    by: str | None,
    money: str | None,
    words: str | None,
    output: str | None,
    check: str | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Draw a sample, or with ``--check`` draw the one of a file again; 5 where it comes out otherwise."""
    if check is not None:
        return _check(app, check, json=json)
    if name is None or rows is None or (by is not None and money is not None):
        raise CommandError(
            Said(
                "应写明总体和 --rows，--by 与 --money 至多一个；或用 --check",
                "expected a population with --rows, and --by or --money at most; or --check",
            ),
            exit_code=USAGE,
        )
    method: Method = "stratified" if by else "monetary" if money else "random"
    design = Design(method=method, rows=rows, column=by or money, words=words or "")
    with app.screen.reading_entries() as progress, reading(app) as session:
        found = sample(
            session,
            name,
            design,
            as_of=day_of(as_of),
            known_on=day_of(known_on),
            progress=progress,
        )
    told = _object(found)
    if output is not None:
        content = msgspec.json.format(msgspec.json.encode(told)) + b"\n"
        write_file(Path(output), content)
    if json:
        app.screen.json(told)
    else:
        _show(app, found)
    return OK


def _object(found: SampleOf) -> dict[str, Any]:
    return {"schema": SCHEMA, **msgspec.to_builtins(found)}


def _show(app: App, found: SampleOf) -> None:
    """Print how a sample was drawn, and its rows."""
    screen, drawn = app.screen, found.sample
    methods = {
        "random": app.say("随机", "random"),
        "stratified": app.say("分层", "stratified"),
        "monetary": app.say("货币单位", "monetary-unit"),
    }
    how = methods[drawn.design.method] + (
        f" ({drawn.design.column})" if drawn.design.column else ""
    )
    of = app.say(
        f"{found.population}：{drawn.population:,} 行，{found.as_of}",
        f"{found.population}: {drawn.population:,} rows, {found.as_of}",
    )
    pairs = [
        (app.say("总体", "population"), of),
        (app.say("总体的根", "its root"), drawn.root),
        (app.say("账本", "log"), f"{found.size:,} · {found.log_root}"),
        (app.say("方法", "method"), how),
        (app.say("种子", "seed"), drawn.seed),
    ]
    if drawn.total_fen is not None and drawn.interval_fen is not None:
        total, step = grouped_yuan(drawn.total_fen), grouped_yuan(drawn.interval_fen)
        money = app.say(f"共 {total} 元，间隔 {step} 元", f"{total} yuan, one each {step}")
        pairs.append((app.say("金额", "amount"), money))
    screen.pairs(pairs)
    screen.heading(app.say(f"样本（{len(drawn.drawn)} 行）", f"Sample ({len(drawn.drawn)} rows)"))
    for one in drawn.drawn:
        share = "" if one.share is None else f" [{one.share}]"
        cells = " · ".join(
            f"{name} {cell_text(value)}"
            for name, value in one.row.items()
            if name != "positions" and value is not None
        )
        screen.prose(layout.plain(f"{one.place + 1:,}{share}  {cells}"), 2)


def _check(app: App, file: str, *, json: bool) -> int:
    """Draw the sample of a file again, and say whether it is the same."""
    content = Path(file).read_bytes()
    with reading(app) as session:
        given, again = drawn_again(session, content)
    same = given == again
    wrong = [
        name
        for name, one, other in (
            ("log_root", given.log_root, again.log_root),
            ("root", given.sample.root, again.sample.root),
            ("seed", given.sample.seed, again.sample.seed),
            ("drawn", given.sample.drawn, again.sample.drawn),
        )
        if one != other
    ]
    if json:
        app.screen.json(
            {"schema": "aidledger/audit-sample-check/v1", "same": same, "differs": wrong}
        )
    elif same:
        said = (
            f"{len(again.sample.drawn)} 行与重新抽取的相同",
            (f"the {len(again.sample.drawn)} rows are those that come out again"),
        )
        app.screen.line(app.say(*said))
    else:
        names = ", ".join(wrong) or "sample"
        app.screen.line(app.say(f"与重新抽取的不同：{names}", f"comes out otherwise: {names}"))
    return OK if same else DIFFERS
