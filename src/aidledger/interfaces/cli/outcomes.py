"""What is printed when something was recorded, refused, rejected, or its answer was lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import (
    COULD_NOT_RUN,
    FINDINGS,
    OK,
    TRANSIENT,
    USAGE,
    CommandError,
)
from aidledger.interfaces.cli.faults import problem_text
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.wording import counted
from aidledger.services.acts.receipts import receipt_of
from aidledger.services.clock import china_day
from aidledger.services.files import write_file
from aidledger.services.problems import Problem, RefusedError
from aidledger.store.outcome import Committed, Outcome, Receipt, Rejected, Unknown

_REJECTED_EXITS: Final = {
    "cause_reused": USAGE,
    "conflict": TRANSIENT,
    "vault_key_changed": TRANSIENT,
    "empty": USAGE,
    "absent": FINDINGS,
}
_REJECTED: Final = {
    "absent": Said("从未记录过这个请求", "this request was never recorded"),
    "behind_mark": Said(
        "账本比它曾有的短或不同，拒绝追加",
        "the ledger is shorter than it once was, or another: nothing is appended",
    ),
    "cause_reused": Said("这个请求名称已用于另一内容", "this cause was used for another request"),
    "conflict": Said("另一方已先写入，没有记录", "another writer was faster, nothing was recorded"),
    "empty": Said("没有可记录的内容", "there is nothing to record"),
    "vault_key_changed": Said(
        "个人密钥刚被更换或销毁，没有记录", "a person's key has just changed, nothing was recorded"
    ),
}
_HINTS: Final = {
    "behind_mark": Said(
        "先核实：是否恢复了旧备份，末尾被截去，或换成了另一账本",
        "find out first: was an old backup restored, the tail cut off, or another ledger put here",
    ),
    "cause_reused": Said("换一个 --cause", "use another --cause"),
    "conflict": Said("重新执行同一命令", "run the same command again"),
    "vault_key_changed": Said("重新执行同一命令", "run the same command again"),
}


def show_outcome(
    app: App, outcome: Outcome, *, json: bool, asked: bool = False, **more: Any
) -> int:
    """Print what became of a request; return the exit status.

    ``asked``: it was only asked about, not made again.

    Raises:
        CommandError: it was rejected, or its answer was lost.

    """
    match outcome:
        case Committed(receipt=receipt, replayed=replayed):
            if json:
                app.screen.json(
                    {
                        "schema": "aidledger/receipt/v1",
                        "status": "committed",
                        "replayed": replayed,
                        **more,
                        "receipt": msgspec.to_builtins(receipt),
                    }
                )
            else:
                _show_receipt(app, receipt, replayed=replayed and not asked)
            return OK
        case Rejected(code=code, message=message):
            if json:
                app.screen.json(
                    {
                        "schema": "aidledger/receipt/v1",
                        "status": "rejected",
                        "code": code,
                        "message": message,
                        **more,
                    }
                )
            said = _REJECTED.get(code, Said(message, message))
            detail = f"{said.en} ({message})" if code in _REJECTED and message else said.en
            raise CommandError(
                Said(said.zh, detail),
                hint=_HINTS.get(code),
                exit_code=_REJECTED_EXITS.get(code, COULD_NOT_RUN),
            )
        case Unknown(cause=cause, message=message):
            if json:
                app.screen.json(
                    {"schema": "aidledger/receipt/v1", "status": "unknown", "cause": cause, **more}
                )
            raise CommandError(
                Said(
                    f"提交的答复丢失，不知是否已记录（{cause}）",
                    f"the answer to the commit was lost: {cause} may or may not be recorded"
                    + (f" ({message})" if message else ""),
                ),
                hint=Said(
                    f"用同一 --cause 重新执行，或 aidledger resolve {cause}",
                    f"run it again with the same --cause, or aidledger resolve {cause}",
                ),
                exit_code=TRANSIENT,
            )


def show_imported(
    app: App,
    outcome: Outcome | None,
    told: dict[str, Any],
    show: Callable[[], None],
    *,
    schema: str,
    name: str,
    json: bool,
) -> int:
    """Print what became of an import and what was read; no outcome: a rehearsal.

    Args:
        app: where it is printed.
        outcome: of the request.
        told: what was read, for programs.
        show: prints the same for people.
        schema: of a rehearsal's object.
        name: of what was read beside a receipt.
        json: whether a program reads it.

    Raises:
        CommandError: it was rejected, or its answer was lost.

    """
    if outcome is not None:
        more: dict[str, Any] = {name: told}
        code = show_outcome(app, outcome, json=json, **more)
        if not json:
            show()
        return code
    if json:
        app.screen.json({"schema": schema, **told})
    else:
        show()
        app.screen.note(app.say("演练：没有写入", "a rehearsal: nothing was written"))
    return OK


def keep_receipt(outcome: Outcome, origin: str, path: str | None) -> None:
    """Write the receipt of an append to a file, where that was asked for.

    It was printed before: if the file cannot be written, ``resolve`` gives the receipt again.
    """
    if path is not None and isinstance(outcome, Committed):
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, receipt_of(outcome.receipt, origin=origin).encode())


def refused_code(app: App, error: RefusedError, *, json: bool, of_file: bool = True) -> int:
    """Print all that stood in the way as one object, or raise it; return the exit status.

    `of_file`: whether what is recorded stands on lines of a file. An act that was typed has no line, and
    what a rule refuses of it has only the number of an act among those that it led to.
    """
    if not of_file:
        error = RefusedError(
            [
                msgspec.structs.replace(one, line=None) if one.clause else one
                for one in error.problems
            ]
        )
    if not json:
        raise error from None
    app.screen.json(
        {
            "schema": "aidledger/receipt/v1",
            "status": "refused",
            "problems": [problem_object(problem, app) for problem in error.problems],
        }
    )
    return FINDINGS


def problem_object(problem: Problem, app: App) -> dict[str, Any]:
    """Return a problem for programs."""
    return {**msgspec.to_builtins(problem), "message": problem_text(problem, app.lang)}


def _show_receipt(app: App, receipt: Receipt, *, replayed: bool) -> None:
    """Print a receipt for people."""
    last = receipt.position + receipt.count - 1
    screen = app.screen
    if replayed:
        screen.line(app.say("此前已经记录，没有重复", "recorded before, not recorded again"))
    else:
        text = app.say(
            f"已记录 {receipt.count} 条", counted(receipt.count, "entry", "entries") + " recorded"
        )
        screen.line(screen.style(text, "green"))
    screen.pairs(
        [
            (
                app.say("位置", "positions"),
                str(last) if receipt.count == 1 else f"{receipt.position} … {last}",
            ),
            (
                app.say("记于", "recorded"),
                f"{receipt.recorded_at} ({china_day(receipt.recorded_at)} +08:00)",
            ),
            (app.say("请求", "cause"), receipt.cause),
            (app.say("账本长度", "size"), str(receipt.size)),
            (app.say("树根", "root"), receipt.root),
            (app.say("账本名称", "origin"), receipt.origin),
            (app.say("密钥保管", "key held"), _assurance(app, receipt)),
        ]
    )


def _assurance(app: App, receipt: Receipt) -> str:
    """Say who could have made a receipt: `low` wherever the server could act as the officer."""
    said = {
        "file": Said("本人密钥文件签名", "signed with a file of the officer's own"),
        "token": Said("本人密钥设备签名", "signed with a token of the officer's own"),
    }.get(receipt.assurance)
    if said is None:
        said = (
            Said(
                "服务器持有密钥，可冒充工作人员", "the server holds the key and can forge officers"
            )
            if receipt.key_id
            else Said("未签名，服务器可冒充工作人员", "not signed: the server can forge officers")
        )
    return f"assurance={receipt.assurance} ({said.in_(app.lang)})"
