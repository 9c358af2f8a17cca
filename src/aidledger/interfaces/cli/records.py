"""``record``, ``resolve`` and ``events``: entries from JSON Lines, and what may stand in them."""

from __future__ import annotations

import hashlib
import mimetypes
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
from msgspec import inspect

from aidledger.domain.events import base
from aidledger.domain.events.catalog import EVENTS, EventType
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.entries import IDLE
from aidledger.interfaces.cli.errors import OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import writing
from aidledger.interfaces.cli.outcomes import keep_receipt, refused_code, show_outcome
from aidledger.interfaces.cli.wording import counted
from aidledger.services.acts.guarding import acknowledged
from aidledger.services.acts.lateness import after_death, still_to_come, unused_standards
from aidledger.services.acts.proposals import TOKENS, read_proposals
from aidledger.services.acts.recording import cause_of, record
from aidledger.services.acts.rehearsing import rehearse
from aidledger.services.cases.amending import Why, idle_proposals
from aidledger.services.cases.erased import nothing_sealed
from aidledger.services.clock import SystemClock, system_bytes
from aidledger.services.problems import Problem, RefusedError
from aidledger.services.session import Session
from aidledger.store.draft import Evidence
from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Committed

MAX_INPUT_BYTES: Final = 256 * 1024 * 1024


def run_record(
    app: App,
    *,
    file: str | None,
    cause: str | None,
    evidence: tuple[str, ...],
    dry_run: bool,
    receipt: str | None,
    json: bool,
) -> int:
    """Record the proposals of a file, all or nothing."""
    content = read_input(file)
    lines = content.splitlines()
    numbers = [number for number, line in enumerate(lines, start=1) if line.strip()]
    files = [evidence_of(path) for path in evidence]
    try:
        proposals = read_proposals(lines)
        if not proposals:
            raise CommandError(
                Said("输入是空的", "the input is empty"),
                hint=Said("每行一个 JSON 对象", "one JSON object a line"),
            )
        with writing(app) as session:
            named = cause or cause_of(session, content)
            early = still_to_come(proposals, session.today)
            idle: dict[int, Why] = {numbers[at]: "after_death" for at in after_death(proposals)}
            idle |= {numbers[at]: "still_to_come" for at in early}
            unused = unused_standards(session.policy(), proposals)
            idle |= {numbers[at]: "no_such_standard" for at in unused}
            idle |= {numbers[at]: why for at, why in idle_proposals(session, proposals).items()}
            idle |= {numbers[at]: "nothing_sealed" for at in nothing_sealed(session, proposals)}
            if dry_run:
                drafts = rehearse(session, proposals, cause=named)
                idle = idle if drafts else {}
                code = show_rehearsal(app, len(proposals), len(drafts), named, json=json)
                _warn(app, idle)
                return code
            outcome = record(session, proposals, cause=named, evidence=files)
            origin = session.store.origin
    except RefusedError as refused:
        placed = RefusedError([_placed(problem, numbers) for problem in refused.problems])
        return refused_code(app, placed, json=json)
    fresh = isinstance(outcome, Committed) and not outcome.replayed
    idle = idle if fresh else {}
    more: dict[str, Any] = {"changes_nothing": idle} if idle else {}
    code = show_outcome(app, outcome, json=json, **more)
    keep_receipt(outcome, origin, receipt)
    _warn(app, idle)
    return code


def _warn(app: App, idle: Mapping[int, Why]) -> None:
    """Say by line which acts change nothing, or nothing yet: they are facts, and recorded all the same."""
    for line, why in idle.items():
        text = IDLE[why].in_(app.lang)
        app.screen.note(app.say(f"⚠ 第 {line} 行：{text}", f"⚠ line {line}: {text}"))


def show_rehearsal(app: App, given: int, entries: int, cause: str, *, json: bool) -> int:
    """Print what a dry run found."""
    if json:
        app.screen.json(
            {
                "schema": "aidledger/receipt/v1",
                "status": "would_commit",
                "cause": cause,
                "proposals": given,
                "entries": entries,
            }
        )
    elif entries:
        app.screen.line(
            app.say(
                f"可以记录：{given} 项，共 {entries} 条；什么也没有写",
                f"can be recorded: {counted(given, 'proposal', 'proposals')}, "
                f"{counted(entries, 'entry', 'entries')}; nothing was written",
            )
        )
    else:
        app.screen.line(app.say("此前已经记录", "recorded before"))
    return OK


def run_resolve(app: App, *, cause: str, receipt: str | None, json: bool) -> int:
    """Say what became of a request, on a fresh connection."""
    # Only a writer can wait for a request that is still under way, and make its absence final.
    store = open_ledger(app.location())
    unsealed = Session(store, secrets=None, clock=SystemClock(), random_bytes=system_bytes)
    with unsealed as session:
        outcome = acknowledged(session, session.store.resolve(cause))
    code = show_outcome(app, outcome, json=json, asked=True)
    keep_receipt(outcome, store.origin, receipt)
    return code


def show_events(app: App, *, type: str | None, json: bool) -> None:  # noqa: A002 - the argument
    """Print the event types, or the fields of one."""
    if type is not None and type not in EVENTS:
        near = [name for name in EVENTS if type.lower() in name.lower()]
        raise CommandError(
            Said(f"{type}：没有这个事件类型", f"{type}: no such event type"),
            hint=Said(
                ", ".join(near) or "aidledger events 列出全部",
                ", ".join(near) or "aidledger events lists them",
            ),
            exit_code=USAGE,
        )
    kinds = list(EVENTS.values()) if type is None else [EVENTS[type]]
    if json:
        app.screen.json(
            {
                "schema": "aidledger/events/v1",
                "events": [_kind_object(kind) for kind in kinds],
            }
        )
    elif type is None:
        app.screen.table(
            [
                app.say("类型", "type"),
                app.say("流", "stream"),
                app.say("名称", "title"),
                app.say("性质", "kind"),
            ],
            [
                [
                    kind.name,
                    kind.stream.replace("|", " "),
                    app.say(kind.title_zh, kind.title_en),
                    app.say("请求", "wish") if kind.wish else app.say("事实", "fact"),
                ]
                for kind in kinds
            ],
        )
    else:
        _show_kind(app, kinds[0])


def _show_kind(app: App, kind: EventType) -> None:
    """Print one event type with its fields."""
    screen = app.screen
    screen.line(screen.style(f"{kind.name}  {kind.title_zh} · {kind.title_en}", "bold"))
    wish = (
        app.say("请求：规则不准时会被拒绝", "a wish: refused where the rules refuse")
        if kind.wish
        else app.say("事实：总会被记录", "a fact: always recorded")
    )
    streams = " ".join(f"{name}/…" for name in kind.stream.split("|"))
    screen.prose(f"{streams} · {wish}", 2)
    screen.heading(app.say("data 的字段", "Fields of data"))
    token, personal = TOKENS.get(kind.name, ("", ""))
    rows: list[tuple[str, str]] = []
    for name, text, required in _fields(kind):
        note = app.say("必填", "required") if required else ""
        if name == token:
            note = app.say(f"由 personal.{personal} 得出", f"follows from personal.{personal}")
        rows.append((name, " · ".join(filter(None, (text, note)))))
    screen.pairs(rows)
    if kind.sealed:
        screen.heading(app.say("personal 的字段（密封）", "Fields of personal (sealed)"))
        screen.prose(", ".join(kind.sealed), 2)


def _kind_object(kind: EventType) -> dict[str, Any]:
    """Return one event type for programs."""
    return {
        "type": kind.name,
        "title": {"zh": kind.title_zh, "en": kind.title_en},
        "streams": kind.stream.split("|"),
        "wish": kind.wish,
        "sealed": list(kind.sealed),
        "data": [
            {"name": name, "type": text, "required": required}
            for name, text, required in _fields(kind)
        ],
    }


def _fields(kind: EventType) -> list[tuple[str, str, bool]]:
    """Return (name, what it takes, whether it must be there) of each field."""
    shape = inspect.type_info(kind.struct)
    if not isinstance(shape, inspect.StructType):
        return []
    return [
        (field.encode_name, _type_text(field.type), field.required)
        for field in shape.fields
        if field.encode_name != "decision"
    ]


def _type_text(kind: inspect.Type) -> str:
    """Return what a field takes, in the words of JSON."""
    match kind:
        case inspect.LiteralType(values=values):
            return " | ".join(str(value) for value in values)
        case inspect.StrType(pattern=pattern):
            return _pattern_names().get(pattern or "", "text")
        case inspect.IntType(le=top):
            return "integer" if top is None else f"integer up to {top}"
        case inspect.BoolType():
            return "true | false"
        case inspect.NoneType():
            return "null"
        case inspect.UnionType(types=types):
            return " | ".join(_type_text(item) for item in types)
        case inspect.VarTupleType(item_type=item):
            return f"list of {_type_text(item)}"
        case inspect.StructType(cls=cls):
            return cls.__name__
        case _:
            return "value"


def _pattern_names() -> dict[str, str]:
    """Return the name of each form that a text field may have, by its pattern."""
    forms = (
        (base.Day, "day YYYY-MM-DD"),
        (base.MonthText, "month YYYY-MM"),
        (base.Digest, "SHA-256 in hex"),
        (base.Token, "token"),
        (base.Code, "code"),
    )
    return {get_args(form)[1].pattern: name for form, name in forms}


def read_input(file: str | None) -> bytes:
    """Return the bytes of a file, or of standard input.

    Raises:
        CommandError: standard input is a terminal, or there is too much of it.

    """
    if file in (None, "-"):
        if sys.stdin.isatty():
            raise CommandError(
                Said("没有输入", "there is no input"),
                hint=Said("给出文件名，或用管道送入", "name a file, or send it through a pipe"),
            )
        content = sys.stdin.buffer.read(MAX_INPUT_BYTES + 1)
    else:
        with Path(str(file)).open("rb") as source:
            content = source.read(MAX_INPUT_BYTES + 1)
    if len(content) > MAX_INPUT_BYTES:
        raise CommandError(
            Said("输入过大", f"the input has more than {MAX_INPUT_BYTES} bytes"),
            hint=Said("请拆开提交", "split it"),
        )
    return content


def evidence_of(path: str) -> Evidence:
    """Read a file that entries name by its hash."""
    content = Path(path).read_bytes()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Evidence(hash=hashlib.sha256(content).hexdigest(), media_type=kind, content=content)


def _placed(problem: Problem, numbers: Sequence[int]) -> Problem:
    """Return a refusal with the line of the file: blank lines were not counted."""
    if problem.code != "refused" or problem.line is None or problem.line > len(numbers):
        return problem
    return msgspec.structs.replace(problem, line=numbers[problem.line - 1])
